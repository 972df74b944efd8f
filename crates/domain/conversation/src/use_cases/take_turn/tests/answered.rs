//! Whatever somebody writes to the machine is answered.

use super::*;
use crate::test_support::desks::FakeDesk;

/// What people write at odd moments.
const ODD: [&str; 24] = [
    "ok",
    "sawa",
    "k",
    "?",
    "...",
    "hapana",
    "bado",
    "subiri",
    "poa",
    "asante",
    "hello",
    "resend",
    "cancel",
    "the other one",
    "2",
    "99",
    "0712345678",
    "kesho",
    "massage",
    "who are you?",
    "any offers?",
    "nani anafanya massage?",
    "qwrtp",
    "😀",
];

fn stages() -> Vec<Chat> {
    let begun = |words: &[&str]| {
        let mut chat = Chat::default();
        for said in words {
            chat.says(said);
        }
        chat
    };
    let booked = |words: &[&str]| {
        let mut chat = Chat::with_desk(FakeDesk::asking_nothing);
        chat.reach_the_prompt();
        for said in words {
            chat.says(said);
        }
        chat
    };
    vec![
        begun(&[]),
        begun(&["Habari"]),
        begun(&["Nataka massage"]),
        begun(&["Nataka massage kesho asubuhi"]),
        begun(&["Nataka massage kesho saa nane mchana"]),
        begun(&["Nataka massage kesho saa nane mchana", "ndiyo"]),
        booked(&[]),
        booked(&["Naomba kughairi miadi yangu"]),
        booked(&["Nataka kubadilisha miadi yangu"]),
        booked(&[
            "Nataka facial Ijumaa saa nane mchana",
            "ndiyo",
            "cancel my booking",
        ]),
    ]
}

#[test]
fn no_words_at_any_stage_are_answered_by_nothing() {
    for place in 0..stages().len() {
        for words in ODD {
            let mut chat = stages().swap_remove(place);
            let (stage, visits) = (chat.stage_or_none(), chat.desk.visits().len());
            let said = chat.says(words);
            // A booking that owes nothing is told by its confirmation.
            let confirmed = chat.desk.visits().len() > visits;
            assert!(!said.is_empty() || confirmed, "{words:?} at {stage}");
        }
    }
}

#[test]
fn two_times_that_read_alike_are_still_offered() {
    let mut chat = Chat::with_desk(FakeDesk::asking_nothing);
    chat.says("Nataka massage kesho saa nane mchana");
    chat.says("ndiyo");
    let visit = chat.desk.visits()[0].id;
    chat.says("Nataka facial kesho saa kumi jioni");
    chat.says("ndiyo");
    chat.desk.shift(visit, datetime!(2026-05-13 13:00 UTC));
    let said = chat.says("Naomba kughairi miadi");
    assert_eq!(said.len(), 1);
    assert_eq!(chat.choices().len(), 2);
    let shared = chat.choices()[0].clone();
    let said = chat.says(&shared);
    assert!(
        said[0].contains("ipi"),
        "a label that two share names neither: {}",
        said[0]
    );
    chat.says("facial");
    assert_eq!(chat.stage(), "cancelling");
}

#[test]
fn a_prompt_that_is_out_is_said_to_be_out_and_no_second_one_goes() {
    let mut chat = Chat::default();
    chat.says("Massage tomorrow at 2pm");
    chat.says("yes");
    chat.desk.answer_resends(ResendAnswer::StillOut);
    let said = chat.says("resend");
    assert!(
        said[0].contains("still open") && said[0].contains("no second one"),
        "{}",
        said[0]
    );
    assert!(said[0].contains("two minutes"), "{}", said[0]);
    assert_eq!(chat.desk.prompts().len(), 1);
}

#[test]
fn a_prompt_that_has_to_wait_leaves_the_time_held_and_says_until_when_and_what_to_do() {
    let mut chat = Chat::default();
    chat.desk.answer_asks(AskAnswer::NotYet { minutes: 1 });
    chat.says("Massage tomorrow at 2pm");
    let said = chat.says("yes");
    assert!(
        said[0].contains("I am holding Swedish massage") && said[0].contains("until"),
        "{}",
        said[0]
    );
    assert!(said[0].contains("in 1 minute"), "{}", said[0]);
    assert_eq!(chat.choices(), ["Try again"]);
    assert_eq!(chat.stage(), "paying");
}
