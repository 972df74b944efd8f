use super::*;

fn undone(message: &str, alone: bool) -> bool {
    let error = DieselError::DatabaseError(DatabaseErrorKind::Unknown, Box::new(message.to_owned()));
    matches!(refusal(error, alone), TxError::Refused(NotBooked::Undone))
}

#[test]
fn what_one_visit_breaks_costs_those_who_came_with_it_a_second_try_and_no_more() {
    // None of these has a name in the library.
    for broken in [
        "unsupported Unicode escape sequence",
        "bigint out of range",
        "a rule of a trigger",
    ] {
        assert!(undone(broken, false), "{broken}");
        assert!(!undone(broken, true), "alone, it is told: {broken}");
    }
}

#[test]
fn what_would_fail_for_all_is_tried_for_none() {
    for passing in [
        "deadlock detected",
        "canceling statement due to statement timeout",
        "terminating connection due to administrator command",
        "the database system is shutting down",
    ] {
        assert!(!undone(passing, false), "{passing}");
    }
}
