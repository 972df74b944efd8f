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
