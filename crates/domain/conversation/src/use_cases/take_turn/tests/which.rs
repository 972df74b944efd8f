//! "Which booking shall I cancel, or move?": named by what it is.

use super::*;
use crate::test_support::desks::FakeDesk;

/// A massage on Thursday at two and a facial on Friday at four.
fn two_booked() -> Chat {
    let mut chat = Chat::with_desk(FakeDesk::asking_nothing);
    chat.says("Massage on Thursday at 2pm");
    chat.says("yes");
    chat.says("Facial on Friday at 4pm");
    chat.says("yes");
    assert_eq!(chat.desk.visits().len(), 2);
    chat
}

#[test]
fn the_one_to_cancel_is_named_by_service_day_or_hour() {
    for words in [
        "facial",
        "the facial",
        "Friday",
        "the one on Friday",
        "4pm",
        "the facial one please",
    ] {
        let mut chat = two_booked();
        let said = chat.says("Cancel my booking");
        assert!(said[0].contains("Which booking"), "{}", said[0]);
        let said = chat.says(words);
        assert_eq!(chat.stage(), "cancelling", "{words}: {said:?}");
        assert!(
            said[0].contains("Facial") && said[0].contains("Friday"),
            "{words}: {}",
            said[0]
        );
    }
}

#[test]
fn the_one_to_move_is_named_by_service_day_or_hour() {
    for words in ["facial", "the facial", "Friday", "4pm"] {
        let mut chat = two_booked();
        // Another day begins another talk, which is about neither of them.
        chat.passes(Duration::hours(25));
        let said = chat.says("Move my booking to Saturday at 10am");
        assert!(said[0].contains("Which booking"), "{}", said[0]);
        let said = chat.says(words);
        assert!(
            said[0].contains("Facial") && said[0].contains("Saturday 16 May, 10:00 am"),
            "{words}: {}",
            said[0]
        );
    }
}

#[test]
fn a_booking_that_is_asked_for_in_so_many_words_is_a_new_one() {
    for question in ["Cancel my booking", "Move my booking"] {
        let mut chat = two_booked();
        chat.says(question);
        let said = chat.says("book a massage on Sunday at 10am");
        assert_eq!(chat.stage(), "confirming", "{said:?}");
        assert!(said[0].contains("Sunday 17 May"), "{}", said[0]);
    }
}
