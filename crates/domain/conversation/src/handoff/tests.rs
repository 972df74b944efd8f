use ratiba_kernel::test_support::EPOCH;
use time::Duration;

use super::*;
use crate::test_support::builders::{a_phone, a_thread};
use crate::thread::{Driver, Thread};

fn admin(number: u32) -> Person {
    Person::Admin {
        phone: a_phone(number),
        name: None,
    }
}

fn waiting() -> Thread {
    let id = HandoffId::from_uuid(uuid::Uuid::from_u128(7));
    a_thread().build().suspended(id, HandoffReason::Asked, EPOCH)
}

#[test]
fn every_code_is_read_back() {
    for reason in HandoffReason::ALL {
        assert_eq!(HandoffReason::parse(reason.code()), Some(reason));
    }
    for how in [Return::HandedBack, Return::Untouched] {
        assert_eq!(Return::parse(how.code()), Some(how));
    }
    assert_eq!(HandoffReason::parse("whim"), None);
}

#[test]
fn who_engages_first_has_the_conversation_and_the_second_hears_who() {
    let taken = waiting().taken(admin(1), EPOCH).unwrap();
    assert!(matches!(taken.driver, Driver::Human(_)));
    let refused = taken.clone().taken(admin(2), EPOCH).unwrap_err();
    assert_eq!(refused, NotTheirs::TakenBy(admin(1)));
    let again = taken.clone().taken(admin(1), EPOCH + Duration::HOUR).unwrap();
    assert_eq!(again, taken, "twice is once");
}

#[test]
fn nobody_takes_what_the_machine_drives_or_what_is_over() {
    assert_eq!(
        a_thread().build().taken(admin(1), EPOCH),
        Err(NotTheirs::WithMachine)
    );
    assert_eq!(
        waiting().closed(EPOCH).taken(admin(1), EPOCH),
        Err(NotTheirs::Closed)
    );
}

#[test]
fn only_who_has_it_speaks_and_speaking_keeps_it() {
    let taken = waiting().taken(admin(1), EPOCH).unwrap();
    assert_eq!(waiting().spoken(&admin(1), EPOCH), Err(NotTheirs::NotTaken));
    assert_eq!(
        taken.clone().spoken(&admin(2), EPOCH),
        Err(NotTheirs::TakenBy(admin(1)))
    );
    let later = EPOCH + Duration::HOUR;
    let spoken = taken.spoken(&admin(1), later).unwrap();
    assert_eq!(spoken.driver.takeover().unwrap().touched_at, later);
}

#[test]
fn what_comes_back_begins_to_count_anew_and_keeps_its_place() {
    let mut thread = waiting().taken(admin(1), EPOCH).unwrap();
    thread.state.misunderstood = 2;
    thread.state.angry = 1;
    thread.turns = 41;
    let back = thread.clone().returned(Return::HandedBack, EPOCH).unwrap();
    assert!(back.driver.is_machine());
    assert_eq!(
        (back.state.misunderstood, back.state.angry, back.turns),
        (0, 0, 0)
    );
    assert_eq!(back.state.stage, thread.state.stage);
    assert_eq!(
        back.returned(Return::HandedBack, EPOCH),
        Err(NotTheirs::WithMachine)
    );
}

#[test]
fn a_name_is_shown_in_place_of_a_number_and_never_in_logs() {
    let named = Person::Admin {
        phone: a_phone(1),
        name: Some("Wanjiku".to_owned()),
    };
    assert_eq!(named.shown(), "Wanjiku");
    assert!(named.is(&admin(1)));
    assert_eq!(admin(1).shown(), a_phone(1).e164());
    assert!(!format!("{named:?}").contains("Wanjiku"));
}
