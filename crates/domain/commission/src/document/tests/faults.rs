//! What is refused, each with its place.

use super::*;

fn with_rule(rule: &str) -> Vec<String> {
    faults_of(&format!(
        r#"{{"month": "2026-05", "staff": ["a"], "appointments": [], "rules": [{rule}]}}"#
    ))
}

fn with_appointment(appointment: &str) -> Vec<String> {
    let text = format!(r#"{{"month": "2026-05", "staff": ["a", "b"], "appointments": [{appointment}]}}"#);
    faults_of(&text)
}

#[test]
fn what_is_no_case_is_refused_as_a_whole() {
    assert_eq!(faults_of("[]"), ["the case must be an object"]);
    assert_eq!(faults_of("{}"), ["month: is missing"]);
    assert_eq!(faults_of(""), ["the case is not JSON: it is empty"]);
    let unknown = r#"{"month": "2026-13", "rule": [], "zone": "Nairobi", "currency": "EUR"}"#;
    let expected = [
        "rule: is not known here",
        "zone: must be the IANA name of a time zone, such as Africa/Nairobi",
        "currency: must be one of KES, UGX, TZS, USD",
        "month: must be a month such as 2026-05",
    ];
    assert_eq!(faults_of(unknown), expected);
    let twice = r#"{"month": "2026-05", "month": "2026-06", "appointments": []}"#;
    assert_eq!(faults_of(twice), ["month: is given twice"]);
}

#[test]
fn every_fault_of_a_rule_is_named_by_its_path() {
    let rule = r#"{"staff": "a", "category": "nails", "rule_type": "pct", "value": {}, "valid_from": "2026-06-01",
        "valid_to": "2026-06-01"}"#;
    let expected = [
        "rules[0]: is for one staff member or one category: give either",
        "rules[0].valid_to: a rule's validity must end after it begins",
    ];
    assert_eq!(with_rule(rule), expected);
    let ladder = r#"{"staff": "a", "rule_type": "tiered", "value": {"method": "marginal", "tiers": [
        {"floor": 5, "rate_basis_points": 10001}, {"floor": 9, "rate_basis_points": -1}]}}"#;
    let expected = [
        "rules[0].value.tiers[0].rate_basis_points: a rate is from 0 to 10000 basis points, not 10001",
        "rules[0].value.tiers[1].rate_basis_points: a rate is from 0 to 10000 basis points, not -1",
    ];
    assert_eq!(with_rule(ladder), expected);
    let order = r#"{"staff": "a", "rule_type": "tiered", "value": {"method": "marginal", "tiers": [
        {"floor": 5, "rate_basis_points": 1}, {"floor": 3, "rate_basis_points": 1}, {"floor": 3, "rate_basis_points": 1}]}}"#;
    let expected = [
        "rules[0].value.tiers[0]: the first tier must begin at 0, not at 0.05",
        "rules[0].value.tiers[1]: floors must rise, but 0.03 comes after 0.05",
        "rules[0].value.tiers[2]: two tiers begin at 0.03",
    ];
    assert_eq!(with_rule(order), expected);
    let overlapping = r#"{"staff": "a", "rule_type": "tiered", "value": {"method": "marginal", "bands": [
        {"from": 0, "to": 10000, "rate_basis_points": 1}, {"from": 9000, "rate_basis_points": 1}]}}"#;
    assert_eq!(
        with_rule(overlapping),
        ["rules[0].value.bands[1]: two bands cover 90.00–100.00"]
    );
}

#[test]
fn exceptions_name_services_by_their_words() {
    let text = r#"{"month": "2026-05", "services": [{"id": "swedish", "category": "massage"}], "appointments": [],
        "rules": [{"category": "massage", "rule_type": "pct", "value": {"rate_basis_points": 1000,
            "overrides": {"services": {"swedish": 10001, "hot stone": 500}}}}]}"#;
    let expected = [
        "rules[0].value.overrides.services.hot stone: must be the id of a service",
        "rules[0].value.overrides.services.swedish: a rate is from 0 to 10000 basis points, not 10001",
    ];
    let mut found = faults_of(text);
    found.sort();
    assert_eq!(found, expected);
}

#[test]
fn somebody_elses_staff_is_refused_and_named() {
    assert_eq!(
        with_appointment(r#"{"charged_minor": 1000, "staff": "wanjiku"}"#),
        ["appointments[0].staff: there is no staff member `wanjiku`"]
    );
    let rule = r#"{"staff": "wanjiku", "rule_type": "pct", "value": {"rate_basis_points": 1}}"#;
    assert_eq!(
        with_rule(rule),
        ["rules[0].staff: there is no staff member `wanjiku`"]
    );
}

#[test]
fn two_rules_for_one_key_on_one_day_are_refused() {
    let rule = |id: &str| {
        format!(r#"{{"id": "{id}", "staff": "a", "rule_type": "pct", "value": {{"rate_basis_points": 1}}}}"#)
    };
    assert_eq!(
        with_rule(&format!("{}, {}", rule("old"), rule("new"))),
        ["rules: the rules `old` and `new` hold on the same day for the same key"]
    );
}

#[test]
fn amounts_that_cannot_be_reckoned_with_are_refused() {
    let huge = "9223372036854775807";
    let two = format!(
        r#"{{"month": "2026-05", "rules": [{{"staff": "a", "rule_type": "pct", "value": {{"rate_basis_points": 10000}}}}],
            "appointments": [{{"charged_minor": {huge}}}, {{"charged_minor": {huge}}}]}}"#
    );
    assert_eq!(
        faults_of(&two),
        ["appointments: the amounts of `a` are too large to compute with"]
    );
    assert_eq!(
        with_appointment(r#"{"charged_minor": 92233720368547758070, "staff": "a"}"#),
        ["appointments[0].charged_minor: must be a whole number"]
    );
    assert_eq!(
        with_appointment(r#"{"charged_minor": 10.5, "staff": "a"}"#),
        ["appointments[0].charged_minor: must be a whole number"]
    );
    assert_eq!(
        with_appointment(r#"{"list_price_minor": 100, "discount_minor": 101, "staff": "a"}"#),
        ["appointments[0].discount_minor: is more than the list price"]
    );
}

#[test]
fn a_tip_that_does_not_fit_is_refused_and_named() {
    let tip = r#"{"id": "visit", "charged_minor": 1000, "staff": "a",
        "tip": {"amount_minor": 100, "parts": [{"staff": "b", "amount_minor": 100}]}}"#;
    let said = "appointments: the tip of `visit` cannot be passed on: a part of the tip is for somebody who did not render the visit";
    assert_eq!(with_appointment(tip), [said]);
}

#[test]
fn an_appointment_that_cannot_be_is_refused() {
    let all = r#"{"start": "2026-05-13T10:00", "end": "2026-05-13T09:00", "charged_minor": 1, "staff": "a"},
        {"staff": "a"}, {"charged_minor": 1, "staff": "a", "start": "tomorrow"},
        {"charged_minor": 1, "staff": ["a", "a"]}, {"charged_minor": 1, "staff": "a", "fee_minor": 3}"#;
    let expected = [
        "appointments[0].end: ends before it begins, or as it begins",
        "appointments[1].charged_minor: is missing",
        "appointments[2].start: must be a time such as 2026-05-13T10:00 or 2026-05-13T07:00:00Z",
        "appointments[3].staff: one person is named twice",
        "appointments[4].fee_minor: belongs to a no_show only",
    ];
    assert_eq!(with_appointment(all), expected);
}
