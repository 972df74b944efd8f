//! A label is as good typed as tapped.

use super::*;
use crate::test_support::desks::FakeDesk;

/// Every label of every question on the way, typed in other case and punctuation, leads where its tap leads.
#[test]
fn a_label_that_is_typed_does_what_its_tap_does() {
    let ways: [&[&str]; 7] = [
        &["Habari"],
        &["Habari", "panga miadi"],
        &["Nataka massage kesho asubuhi"],
        &["Nataka massage kesho saa 9:30"],
        &["Niaje, nataka massage kesho saa nane mchana"],
        &[
            "Niaje, nataka massage kesho saa nane mchana",
            "ndiyo",
            "ghairi miadi yangu",
        ],
        &["Massage tomorrow at 2pm", "yes", "I cannot come tomorrow"],
    ];
    for way in ways {
        let reach = || {
            let mut chat = Chat::default();
            for words in way {
                chat.says(words);
            }
            chat
        };
        let labels = reach().choices();
        assert!(!labels.is_empty(), "{way:?} ends with choices");
        for label in labels {
            let mut tapped = reach();
            let by_tap = tapped.taps(&label);
            let spellings = [
                label.clone(),
                label.to_uppercase(),
                format!("{}.", label.to_lowercase()),
                format!("  {label} !!"),
                format!("{label} please"),
            ];
            for spelling in spellings {
                let mut typed = reach();
                assert_eq!(
                    typed.says(&spelling).first(),
                    by_tap.first(),
                    "{spelling:?} after {way:?}"
                );
                assert_eq!(typed.stage(), tapped.stage(), "{spelling:?} after {way:?}");
            }
        }
    }
}

#[test]
fn a_yes_before_a_label_changes_nothing_and_a_no_before_the_act_is_none() {
    let reach = || {
        let mut chat = Chat::with_desk(FakeDesk::asking_nothing);
        chat.says("Massage tomorrow at 2pm");
        chat.says("yes");
        chat.says("Cancel my appointment");
        assert_eq!(chat.choices(), ["Cancel", "Keep it"]);
        chat
    };
    for (words, gone) in [
        ("yes, cancel", true),
        ("Yes cancel please", true),
        ("cancel", true),
        ("no, keep it", false),
        ("yes, keep it", false),
        ("no, cancel", false),
    ] {
        let mut chat = reach();
        chat.says(words);
        let is_gone = chat.desk.visits()[0].standing == VisitStanding::Gone;
        assert_eq!(is_gone, gone, "{words}");
    }
    let mut chat = Chat::with_desk(FakeDesk::asking_nothing);
    chat.says("Nataka massage kesho saa nane mchana");
    chat.says("ndiyo");
    chat.says("Naomba kughairi miadi yangu");
    chat.says("Ndiyo, ghairi");
    assert_eq!(chat.desk.visits()[0].standing, VisitStanding::Gone);
}

#[test]
fn a_label_of_an_answered_question_is_read_as_words() {
    let mut chat = Chat::default();
    chat.says("Massage tomorrow at 2pm");
    chat.says("yes");
    assert_eq!(chat.says("Other time").len(), 1);
}
