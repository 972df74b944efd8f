use ratiba_kernel::test_support::EPOCH;
use time::macros::datetime;

use super::*;
use crate::test_support::builders::{a_menu, a_phone, a_slot, a_thread, massage};
use crate::understanding::Intent;

const NOW: OffsetDateTime = datetime!(2026-05-12 05:00 UTC);

fn words_of(text: &str, state: &ThreadState) -> Words {
    let body = text.to_owned();
    let said = heard(&Received::Text { body }, state, None, &a_menu(), false, NOW).0;
    let Said::Words(words) = said else {
        panic!("not words: {said:?}")
    };
    words
}

#[test]
fn local_words_become_instants() {
    let words = words_of("Nataka massage kesho saa nane mchana", &ThreadState::default());
    assert_eq!(words.intent, Intent::Book);
    assert_eq!(words.services, [massage()]);
    assert_eq!(words.wanted, Some(Wanted::At(datetime!(2026-05-13 11:00 UTC))));
    assert!(!words.uncertain);
}

#[test]
fn a_window_includes_its_last_minute_and_leaves_out_what_has_passed() {
    let words = words_of("massage leo asubuhi", &ThreadState::default());
    let Some(Wanted::Among(ranges)) = words.wanted else {
        panic!("no window: {words:?}")
    };
    assert_eq!(ranges.len(), 1);
    assert_eq!(ranges[0].start(), NOW);
    assert_eq!(ranges[0].end(), datetime!(2026-05-12 09:00 UTC));
}

#[test]
fn a_wide_wish_has_a_bound() {
    let words = words_of("massage mwezi ujao", &ThreadState::default());
    if let Some(Wanted::Among(ranges)) = words.wanted {
        assert!(ranges.len() <= DAYS_MAX);
    }
}

fn asking() -> (ThreadState, MessageId) {
    let mut state = a_thread().confirming(a_slot().build()).build().state;
    let message = MessageId::from_uuid(Uuid::from_u128(7));
    state.question = question(message, EPOCH, vec![Meaning::Yes, Meaning::No]);
    (state, message)
}

fn tap(token: &str, state: &ThreadState) -> Said {
    let received = Received::Tap {
        token: token.to_owned(),
        title: String::new(),
    };
    heard(&received, state, None, &a_menu(), false, NOW).0
}

#[test]
fn a_tap_means_what_the_thread_remembers_and_nothing_else() {
    let (state, message) = asking();
    assert_eq!(
        tap(&token(message, 1, &Meaning::Yes), &state),
        Said::Chose(Meaning::No)
    );
    assert_eq!(tap(&token(message, 2, &Meaning::Yes), &state), Said::ChoseTooLate);
    let other = MessageId::from_uuid(Uuid::from_u128(8));
    assert_eq!(tap(&token(other, 0, &Meaning::Yes), &state), Said::ChoseTooLate);
    assert_eq!(tap("' OR 1=1 --", &state), Said::ChoseTooLate);
}

#[test]
fn a_choice_about_a_visit_outlives_its_question() {
    let (state, message) = asking();
    let visit = VisitRef::from_uuid(Uuid::from_u128(9));
    for meaning in [
        Meaning::Coming(visit),
        Meaning::Move(visit),
        Meaning::CancelVisit(visit),
    ] {
        assert_eq!(tap(&token(message, 0, &meaning), &state), Said::Chose(meaning));
    }
    for forged in [
        "v:x:move",
        "v::cancel",
        "v:00000000000000000000000000000009:yes",
        "v:",
    ] {
        assert_eq!(tap(forged, &state), Said::ChoseTooLate);
    }
}

#[test]
fn a_second_tap_counts_as_double_for_two_minutes() {
    let (mut state, message) = asking();
    state.question = None;
    state.answered = Some(crate::thread::Answered {
        message,
        at: NOW - DOUBLE_TAP + Duration::SECOND,
    });
    assert_eq!(tap(&token(message, 0, &Meaning::Yes), &state), Said::ChoseAgain);
    state.answered = Some(crate::thread::Answered {
        message,
        at: NOW - DOUBLE_TAP,
    });
    assert_eq!(tap(&token(message, 0, &Meaning::Yes), &state), Said::ChoseTooLate);
}

#[test]
fn a_number_is_a_number_only_where_one_is_asked_for_or_alone() {
    let open = ThreadState::default();
    let said = |text: &str, state: &ThreadState| {
        heard(
            &Received::Text {
                body: text.to_owned(),
            },
            state,
            None,
            &a_menu(),
            false,
            NOW,
        )
        .0
    };
    assert_eq!(said("0700 000 123", &open), Said::Numbers(vec![a_phone(123)]));
    assert!(matches!(said("nipigie 0700000123", &open), Said::Words(_)));
    let slot = a_slot().build();
    let paying = ThreadState {
        stage: Stage::AskingPayer {
            draft: crate::machine::Draft::default(),
            slot,
        },
        ..ThreadState::default()
    };
    assert_eq!(
        said("tumia 0700000123 tafadhali", &paying),
        Said::Numbers(vec![a_phone(123)])
    );
    assert!(matches!(said("kesho saa 10", &paying), Said::Words(_)));
}

#[test]
fn a_caption_is_read_like_words() {
    let media = crate::inbound::Media {
        id: "m".into(),
        mime_type: None,
        caption: Some("Nataka massage kesho".into()),
    };
    let (said, _) = heard(
        &Received::Image(media),
        &ThreadState::default(),
        None,
        &a_menu(),
        false,
        NOW,
    );
    assert!(matches!(said, Said::Words(_)));
}
