use super::*;

const SOMEBODY: &str = "00000000-0000-7000-8000-000000000001";

fn parse(line: &str) -> Option<Command> {
    let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
    Command::parse(&words)
}

#[test]
fn a_token_has_an_end_and_a_therapists_token_has_a_person() {
    assert!(matches!(
        parse(&format!("token {SOMEBODY} manager desk 90")),
        Some(Command::Token {
            role: Role::Manager,
            days: 90,
            staff: None,
            ..
        })
    ));
    assert!(parse(&format!("token {SOMEBODY} therapist phone 90 {SOMEBODY}")).is_some());
    for line in [
        format!("token {SOMEBODY} manager desk"),
        format!("token {SOMEBODY} manager desk 0"),
        format!("token {SOMEBODY} king desk 90"),
        format!("token {SOMEBODY} therapist phone 90"),
        format!("token {SOMEBODY} owner phone 90 {SOMEBODY}"),
        "token x manager desk 90".to_owned(),
    ] {
        assert_eq!(parse(&line), None, "{line}");
    }
}

#[test]
fn a_member_has_a_name_with_the_issuer_and_a_therapist_is_a_staff_member() {
    assert!(parse(&format!("member {SOMEBODY} owner 1f3c Wairimu")).is_some());
    assert!(parse(&format!("member {SOMEBODY} therapist 1f3c Wanjiru {SOMEBODY}")).is_some());
    for line in [
        format!("member {SOMEBODY} owner 1f3c"),
        format!("member {SOMEBODY} king 1f3c Wairimu"),
        format!("member {SOMEBODY} therapist 1f3c Wanjiru"),
        format!("member {SOMEBODY} owner 1f3c Wairimu nobody"),
        "member x owner 1f3c Wairimu".to_owned(),
    ] {
        assert_eq!(parse(&line), None, "{line}");
    }
}

#[test]
fn a_business_is_ordered_by_a_file_and_closed_and_opened_by_its_id() {
    assert!(matches!(
        parse("business new spa.json"),
        Some(Command::Business(_))
    ));
    for verb in ["suspend", "resume"] {
        assert!(parse(&format!("business {verb} {SOMEBODY}")).is_some());
        assert_eq!(parse(&format!("business {verb} x")), None);
    }
    for line in ["business", "business new", "business close x"] {
        assert_eq!(parse(line), None, "{line}");
    }
}

#[test]
fn a_feature_is_one_of_the_list() {
    assert!(parse(&format!("feature {SOMEBODY}")).is_some());
    assert!(parse(&format!("feature {SOMEBODY} payroll off")).is_some());
    for line in ["feature", "feature x", "feature x payroll off"] {
        assert_eq!(parse(line), None, "{line}");
    }
    assert_eq!(parse(&format!("feature {SOMEBODY} teleport on")), None);
    assert_eq!(parse(&format!("feature {SOMEBODY} payroll maybe")), None);
}

#[test]
fn what_is_no_command_is_none() {
    for line in ["", "demo", "replay x", "jobs now"] {
        assert_eq!(parse(line), None, "{line}");
    }
}

#[test]
fn a_decision_about_a_letter_of_nobody_names_who_and_why() {
    let decided = parse(&format!(
        "unrouted assign {SOMEBODY} {SOMEBODY} asha seen on their statement"
    ));
    let Some(Command::Unrouted(Unrouted::Assign { by, why, .. })) = decided else {
        panic!("{decided:?}");
    };
    assert_eq!(
        (by.as_str(), why.as_str()),
        ("operator:asha", "seen on their statement")
    );
    assert!(parse(&format!("unrouted dismiss {SOMEBODY} asha noise")).is_some());
    assert_eq!(parse("unrouted"), Some(Command::Unrouted(Unrouted::List)));
    for line in [
        format!("unrouted assign {SOMEBODY} {SOMEBODY} asha"),
        format!("unrouted assign {SOMEBODY} asha noise"),
        format!("unrouted dismiss {SOMEBODY} asha"),
        format!("unrouted match {SOMEBODY} asha noise"),
        "unrouted show x".to_owned(),
    ] {
        assert_eq!(parse(&line), None, "{line}");
    }
}

#[test]
fn money_by_hand_has_addresses_and_one_of_two_answers_for_strangers() {
    assert!(matches!(
        parse(&format!("by-hand address {SOMEBODY}")),
        Some(Command::ByHandAddress(_))
    ));
    for (word, refused) in [("accept", false), ("refuse", true)] {
        let parsed = parse(&format!("by-hand unknown {SOMEBODY} {word}"));
        assert!(matches!(parsed, Some(Command::ByHandUnknown { refuse, .. }) if refuse == refused));
    }
    assert_eq!(parse(&format!("by-hand unknown {SOMEBODY} maybe")), None);
}

#[test]
fn a_month_is_looked_at_or_closed() {
    let looked = parse(&format!("commission preview {SOMEBODY} 2026-05"));
    assert!(matches!(
        looked,
        Some(Command::Commission(Commission::Preview { .. }))
    ));
    assert!(matches!(
        parse("commission close all 2026-05"),
        Some(Command::Commission(Commission::CloseAll { .. }))
    ));
    assert_eq!(parse("commission preview all 2026-05"), None);
    assert!(parse(&format!("commission close {SOMEBODY} 2026-05")).is_some());
    for line in ["commission close", "commission close x 2026-05"] {
        assert_eq!(parse(line), None, "{line}");
    }
    assert_eq!(parse(&format!("commission close {SOMEBODY} 2026-13")), None);
}

#[test]
fn the_audit_is_verified_for_one_business_or_for_all() {
    assert_eq!(parse("audit verify"), Some(Command::Audit(Audit::Verify(None))));
    assert!(matches!(
        parse(&format!("audit verify --tenant {SOMEBODY}")),
        Some(Command::Audit(Audit::Verify(Some(_))))
    ));
    for line in ["audit", "audit verify --tenant", "audit verify x"] {
        assert_eq!(parse(line), None, "{line}");
    }
}

#[test]
fn a_credential_is_named_by_its_arguments_and_its_value_never_is() {
    assert!(parse(&format!("credentials set {SOMEBODY} mpesa passkey")).is_some());
    assert_eq!(
        parse("credentials rotate"),
        Some(Command::Credentials(Credentials::Rotate))
    );
    for line in [
        format!("credentials set {SOMEBODY} mpesa passkey value"),
        format!("credentials set {SOMEBODY} mpesa access_token"),
        format!("credentials remove {SOMEBODY}"),
        "credentials".to_owned(),
    ] {
        assert_eq!(parse(&line), None, "{line}");
    }
}

#[test]
fn what_customers_ask_is_taken_down_and_answered() {
    for line in [
        format!("privacy list {SOMEBODY}"),
        format!("privacy take {SOMEBODY} {SOMEBODY} erasure"),
        format!("privacy erase {SOMEBODY} {SOMEBODY}"),
        format!("privacy refuse {SOMEBODY} {SOMEBODY}"),
    ] {
        assert!(matches!(parse(&line), Some(Command::Privacy(_))), "{line}");
    }
    for line in [
        "privacy".to_owned(),
        format!("privacy take {SOMEBODY} {SOMEBODY} forget"),
        format!("privacy refuse {SOMEBODY} {SOMEBODY} because"),
    ] {
        assert_eq!(parse(&line), None, "{line}");
    }
}
