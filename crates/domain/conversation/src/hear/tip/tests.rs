//! An amount is a tip only while a tip is asked for.

use uuid::Uuid;

use super::*;
use crate::desk::VisitRef;
use crate::outgoing::MessageId;

fn asked(options: Vec<Meaning>) -> Question {
    Question {
        message: MessageId::from_uuid(Uuid::from_u128(1)),
        asked_at: ratiba_kernel::test_support::EPOCH,
        options,
    }
}

#[test]
fn an_amount_in_the_words_of_nairobi_is_a_tip_and_anything_else_is_not() {
    let visit = VisitRef::from_uuid(Uuid::from_u128(7));
    let question = asked(vec![Meaning::NoTip(visit)]);
    for text in ["150.50", "Ksh 1,000.25", "99.9", "tip 150.05 bob"] {
        let asks_again = Some(Meaning::OtherTip(visit));
        assert_eq!(
            typed(text, Some(&question)),
            asks_again,
            "{text}: M-Pesa moves whole shillings"
        );
        assert_eq!(typed(text, None), None);
    }
    for (text, units) in [
        ("300", Some(300)),
        ("Ksh 1,000", Some(1_000)),
        ("ksh.250", Some(250)),
        ("200/=", Some(200)),
        ("tip 50 bob", Some(50)),
        ("shilingi 150", Some(150)),
        ("10", Some(10)),
        ("150.00", Some(150)),
        ("10.30", None),
        ("150.505", None),
        ("150.x", None),
        ("9", None),
        ("1", None),
        ("1,00", None),
        ("1.5", None),
        ("-300", None),
        ("0712345678", None),
        ("300 kesho", None),
        ("kesho", None),
        ("", None),
        ("ksh", None),
    ] {
        let meaning = units.map(|units| Meaning::Tip { visit, units });
        assert_eq!(typed(text, Some(&question)), meaning, "{text}");
    }
    let other = asked(vec![Meaning::Yes, Meaning::No]);
    assert_eq!(typed("300", Some(&other)), None);
    assert_eq!(typed("300", None), None);
}

#[test]
fn a_token_names_only_amounts_that_are_shown() {
    assert_eq!(shown("200"), Some(200));
    for forged in ["", "201", "-1", "99999999999", "2e2"] {
        assert_eq!(shown(forged), None, "{forged}");
    }
}
