use super::{Beside, at_once, is_angry};
use crate::handoff::HandoffReason;

#[test]
fn danger_calls_a_person_at_once_in_both_languages() {
    for words in [
        "This is an EMERGENCY, come now",
        "my friend fainted in the steam room",
        "she can't breathe!",
        "kuna dharura hapa tafadhali",
        "mtu amezirai",
        "nitakuua wewe",
        "I will kill you people, kill you",
    ] {
        assert_eq!(
            at_once(words, Beside::default()),
            Some(HandoffReason::Emergency),
            "{words}"
        );
    }
}

#[test]
fn who_moves_a_visit_because_of_an_emergency_is_moved_and_who_is_in_danger_is_not() {
    let excuses = Beside {
        excuses: true,
        ..Beside::default()
    };
    assert_eq!(at_once("I have an emergency, can we move it?", excuses), None);
    assert_eq!(
        at_once("call an ambulance, I cannot come", excuses),
        Some(HandoffReason::Emergency)
    );
}

#[test]
fn parts_of_words_are_no_danger() {
    for words in [
        "grape seed oil massage please",
        "I want a skill test",
        "nataka massage ya kesho",
        "the collapsible chair",
    ] {
        assert_eq!(at_once(words, Beside::default()), None, "{words}");
        assert!(!is_angry(words), "{words}");
    }
}

#[test]
fn a_pasted_card_or_identity_calls_a_person() {
    for words in [
        "my card is 4111 1111 1111 1111 exp 12/27",
        "4111111111111111",
        "kitambulisho changu ni 23456789",
        "ID 1234567",
        "23456789",
    ] {
        assert_eq!(
            at_once(words, Beside::default()),
            Some(HandoffReason::SecretPasted),
            "{words}"
        );
    }
}

#[test]
fn amounts_days_and_telephone_numbers_are_no_secrets() {
    for words in [
        "0712345678",
        "+254 712 345 678",
        "20260513",
        "13052026",
        "1050",
        "QGH7X2K9PL",
        "saa 10:30",
    ] {
        assert_eq!(at_once(words, Beside::default()), None, "{words}");
    }
    // Somebody who is asked for a telephone number and drops a digit shows no identity.
    let asked = Beside {
        number_asked: true,
        ..Beside::default()
    };
    assert_eq!(at_once("71234567", asked), None);
}

#[test]
fn anger_is_heard_by_its_words_and_by_shouting() {
    for words in [
        "you are useless",
        "huu ni upuzi",
        "wezi nyinyi",
        "WHERE IS MY BOOKING!!",
        "fed up with this",
    ] {
        assert!(is_angry(words), "{words}");
    }
    for words in ["OK", "YES!!", "thanks!!", "asante sana", "NATAKA MASSAGE"] {
        assert!(!is_angry(words), "{words}");
    }
}
