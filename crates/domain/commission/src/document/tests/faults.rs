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
        "rules[0].value.tiers[0]: the first tier must begin at 0, not at 0.05",
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
fn amounts_that_contradict_each_other_are_refused_each_with_its_place() {
    for (members, expected) in [
        (
            r#""charged_minor": 1000, "refunded_minor": 1001"#,
            "refunded_minor: is more than was charged",
        ),
        (
            r#""charged_minor": 1000, "tax_minor": 1001"#,
            "tax_minor: is more than was charged",
        ),
        (
            r#""charged_minor": 1000, "tax_minor": 100, "tax_basis_points": 1600"#,
            "tax_minor: stands beside `tax_basis_points`: give either",
        ),
        (
            r#""list_price_minor": 1000, "discount_minor": 100, "charged_minor": 950"#,
            "charged_minor: is not the list price less the discount",
        ),
        (
            r#""charged_minor": 1600, "package": {"price_minor": 6000, "list_prices_minor": [2000, 2000, 2000, 2000]}"#,
            "charged_minor: is not the item's part of the package's price",
        ),
        (
            r#""list_price_minor": 1500, "package": {"price_minor": 6000, "list_prices_minor": [2000, 2000, 2000, 2000]}"#,
            "list_price_minor: is not the item's list price in the package",
        ),
        (
            r#""charged_minor": 1000, "paid_minor": 1000, "payments": [{"at": "2026-05-13T10:00", "amount_minor": 400}]"#,
            "paid_minor: is not what the payments come to",
        ),
        (
            r#""charged_minor": 1000, "actual_start": "2026-05-13T10:00", "actual_end": "2026-05-13T09:59""#,
            "actual_end: is before the recorded beginning",
        ),
    ] {
        let found = with_appointment(&format!(r#"{{"staff": "a", {members}}}"#));
        assert_eq!(found, [format!("appointments[0].{expected}")]);
    }
    let shares = r#"{"charged_minor": 1000, "split": "equal", "staff": [
        {"staff": "a", "share_basis_points": 6000}, {"staff": "b", "share_basis_points": 4000}]}"#;
    assert_eq!(
        with_appointment(shares),
        ["appointments[0].split: stands beside shares: give either"]
    );
    let many = r#"{"staff": "a", "charged_minor": 1000, "refunded_minor": 2000, "tax_minor": 3000, "start": "soon",
        "minutes": 0}"#;
    let expected = [
        "appointments[0].start: must be a time such as 2026-05-13T10:00 or 2026-05-13T07:00:00Z",
        "appointments[0].minutes: must be a whole number from 1 to 2880",
        "appointments[0].tax_minor: is more than was charged",
        "appointments[0].refunded_minor: is more than was charged",
    ];
    assert_eq!(with_appointment(many), expected);
}

#[test]
fn amounts_that_agree_are_read_however_many_are_told() {
    let agree = [
        r#""list_price_minor": 1000, "discount_minor": 100, "charged_minor": 900, "refunded_minor": 900, "tax_minor": 900"#,
        r#""list_price_minor": 2000, "charged_minor": 1500, "package": {"price_minor": 6000, "list_prices_minor": [2000, 2000, 2000, 2000]}"#,
        r#""charged_minor": 1000, "paid_minor": 400, "payments": [{"at": "2026-05-13T10:00", "amount_minor": 400}]"#,
        r#""charged_minor": 0, "state": "no_show", "fee_minor": 500, "refunded_minor": 500"#,
    ];
    for members in agree {
        let text = format!(
            r#"{{"month": "2026-05", "staff": ["a"], "appointments": [{{"staff": "a", {members}}}]}}"#
        );
        assert!(Case::read(&text).is_ok(), "{members}");
    }
    // Of list price, discount and charged amount two tell the third.
    let base = r#"{"start": "list_price", "subtract": ["discount"]}"#;
    let told = answered(&format!(
        r#"{{"month": "2026-05", "staff": ["a"],
            "rules": [{{"staff": "a", "rule_type": "pct", "value": {{"rate_basis_points": 1000, "base": {base}}}}}],
            "appointments": [{{"list_price_minor": 10000, "charged_minor": 9000}}]}}"#
    ));
    assert_eq!(told["totals"]["commission_minor"], Value::from(900));
}

#[test]
fn what_is_carried_is_taken_in_as_far_as_there_is_pay() {
    let told = answered(
        r#"{"month": "2026-05", "staff": [{"id": "a", "carried_minor": 500}],
            "rules": [{"staff": "a", "rule_type": "fixed", "value": {"amount_minor": 100}}],
            "appointments": [{"charged_minor": 1000}]}"#,
    );
    let staff = &told["staff"][0];
    let paid = (
        &staff["commission_minor"],
        &staff["carried_minor"],
        &staff["total_minor"],
    );
    assert_eq!(paid, (&Value::from(100), &Value::from(-100), &Value::from(0)));
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
