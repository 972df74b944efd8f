use ratiba_kernel::test_support::EPOCH;

use super::*;
use crate::test_support::builders::{a_customer, a_menu, a_slot, a_thread};

fn said(by: Speaker, words: &str) -> Utterance {
    Utterance {
        at: EPOCH,
        by,
        words: words.to_owned(),
    }
}

#[test]
fn a_brief_says_why_who_what_was_tried_the_last_words_and_what_to_do() {
    let (customer, menu) = (a_customer().build(), a_menu());
    let thread = a_thread().confirming(a_slot().build()).build();
    let words = [
        said(Speaker::Customer, "massage kesho"),
        said(Speaker::Machine, "Saa nane?"),
        said(Speaker::Customer, "naomba mtu"),
    ];
    let brief = Brief {
        reason: HandoffReason::Asked,
        customer: &customer,
        stage: &thread.state.stage,
        misunderstood: 2,
        said: &words,
        menu: Some(&menu),
    };
    let english = brief.call(Tongue::English).phrase.body;
    for part in [
        "asked for one",
        "Swedish massage",
        "proposed a time",
        "not understood 2 times",
        "Customer: massage kesho",
        "Assistant: Saa nane?",
        "answer in the chat or call",
    ] {
        assert!(english.contains(part), "{part}: {english}");
    }
    let swahili = brief.call(Tongue::Swahili).phrase.body;
    assert!(
        swahili.contains("Mteja: naomba mtu") && swahili.contains("Masaji"),
        "{swahili}"
    );
    let again = brief.again(10, Tongue::English).phrase.body;
    assert!(
        again.contains("for 10 minutes") && again.contains("naomba mtu"),
        "{again}"
    );
}

#[test]
fn no_number_of_a_card_or_an_identity_reaches_a_brief() {
    let (customer, thread) = (a_customer().build(), a_thread().build());
    let words = [
        said(Speaker::Customer, "card 4111 1111 1111 1111"),
        said(Speaker::Customer, "kitambulisho 23456789"),
    ];
    let brief = Brief {
        reason: HandoffReason::SecretPasted,
        customer: &customer,
        stage: &thread.state.stage,
        misunderstood: 0,
        said: &words,
        menu: None,
    };
    for tongue in [Tongue::English, Tongue::Swahili] {
        for text in [brief.call(tongue).phrase.body, brief.yours(tongue)] {
            assert!(text.contains("[card]") && text.contains("[id]"), "{text}");
            assert!(!text.contains("4111") && !text.contains("23456789"), "{text}");
        }
        let parameters = brief.call(tongue).parameters.join(" ");
        assert!(!parameters.contains("4111"), "{parameters}");
    }
}

#[test]
fn only_the_last_words_are_shown_and_the_whole_fits_above_a_button() {
    let (customer, thread) = (a_customer().build(), a_thread().build());
    let long = "word ".repeat(200);
    let words: Vec<Utterance> = (0..30)
        .map(|number| said(Speaker::Customer, &format!("{number} {long}")))
        .collect();
    let brief = Brief {
        reason: HandoffReason::TurnCount,
        customer: &customer,
        stage: &thread.state.stage,
        misunderstood: 0,
        said: &words,
        menu: None,
    };
    let body = brief.again(10, Tongue::English).phrase.body;
    assert!(body.contains("29 word") && !body.contains("24 word"), "{body}");
    assert!(body.contains("Suggested"), "{body}");
    assert!(
        body.chars().count() <= crate::outgoing::BODY_CHARACTERS_MAX,
        "{}",
        body.chars().count()
    );
}
