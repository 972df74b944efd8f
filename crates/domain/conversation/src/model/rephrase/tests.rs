use proptest::prelude::*;

use super::*;
use crate::redact::Masker;

const BODY: &str = "I still do not follow, sorry. Please choose one of these:\n\nSwedish massage: Wednesday 13 May, 2:00 pm \
    (saa nane mchana), with Ann, KES 3,500. Deposit to pay now: KES 1,000. Is that right?";

fn facts() -> Vec<String> {
    [
        "Swedish massage",
        "Wednesday 13 May, 2:00 pm (saa nane mchana)",
        "Ann",
        "KES 3,500",
        "KES 1,000",
        "Aria Aura Spa",
        "",
    ]
    .map(str::to_owned)
    .to_vec()
}

fn asked() -> AskedAgain {
    AskedAgain::of(BODY, &facts(), true, None, Tongue::English, 1_024).unwrap()
}

/// Other words as they might be said, with the facts where the model found their places.
fn with_facts(words: &str) -> String {
    let asked = asked();
    let facts = asked.facts.iter().enumerate();
    facts.fold(words.to_owned(), |said, (at, fact)| {
        said.replace(&place(at), fact)
    })
}

#[test]
fn the_model_sees_places_and_no_facts() {
    let asked = asked();
    for hidden in ["Swedish", "13", "2:00", "Ann", "KES", "3,500", "Is that right?"] {
        assert!(!asked.question().contains(hidden), "{}", asked.question());
    }
    assert_eq!(asked.question().matches('{').count(), 6, "{}", asked.question());
    assert_eq!(with_facts(asked.question()), BODY);
}

#[test]
fn other_words_with_every_fact_are_said_with_the_facts_word_for_word() {
    let asked = asked();
    assert_eq!(asked.accept(asked.question()).as_deref(), Ok(BODY));
    let theirs = asked.question().replace(
        "I still do not follow, sorry. Please choose one of these:",
        "Sorry, let me ask again.",
    );
    let said = asked.accept(&theirs).unwrap();
    assert!(said.starts_with("Sorry, let me ask again."), "{said}");
    for fact in facts().iter().filter(|fact| BODY.contains(*fact)) {
        assert!(said.contains(fact.as_str()), "{fact}: {said}");
    }
    assert!(
        said.ends_with("Is that right?"),
        "what a yes agrees to stays: {said}"
    );
}

#[test]
fn a_changed_missing_or_added_fact_is_refused() {
    let asked = asked();
    let ours = asked.question();
    let price = asked
        .facts
        .iter()
        .position(|fact| fact == "KES 3,500")
        .map(place)
        .unwrap();
    for (theirs, why) in [
        (ours.replace(&price, "KES 2,500"), NotSaid::Facts),
        (ours.replace(&price, "KES 3,500"), NotSaid::Facts),
        (ours.replace(&price, &format!("{price} {price}")), NotSaid::Facts),
        (ours.replace(&price, &format!("{price} or 2500")), NotSaid::Added),
        (ours.replace("Deposit", "Deposit of ksh"), NotSaid::Added),
        (ours.replace("Deposit", "Free deposit"), NotSaid::Added),
        (
            ours.replace("Deposit to pay now", "No deposit to pay now"),
            NotSaid::Added,
        ),
        (
            ours.replace("Deposit", "Tomorrow or Friday. Deposit"),
            NotSaid::Added,
        ),
        (ours.replace("Deposit", "Two thousand deposit"), NotSaid::Added),
        (
            ours.replace("Deposit", "It is confirmed. Deposit"),
            NotSaid::Added,
        ),
        (
            ours.replace("Deposit", "See pay.example/x. Deposit"),
            NotSaid::Added,
        ),
        (
            ours.replace("Deposit", "Write to help@example. Deposit"),
            NotSaid::Added,
        ),
        (
            ours.replace("Deposit", "Call 0712345678. Deposit"),
            NotSaid::Added,
        ),
        (ours.replace("Deposit", "*Deposit*"), NotSaid::Added),
        (ours.replace("Deposit", "{9} Deposit"), NotSaid::Added),
        (ours.replace("Deposit", "\u{661}\u{662} Deposit"), NotSaid::Added),
        (format!("{ours}{}", " very".repeat(200)), NotSaid::Length),
        (String::new(), NotSaid::Length),
    ] {
        assert_eq!(asked.accept(&theirs), Err(why), "{theirs}");
    }
}

#[test]
fn another_language_and_what_asks_nothing_are_refused() {
    let body = "What would you like to book?";
    let asked = AskedAgain::of(body, &[], false, None, Tongue::English, 1_024).unwrap();
    assert_eq!(
        asked.accept("What can I do for you?").as_deref(),
        Ok("What can I do for you?")
    );
    assert_eq!(
        asked.accept("Ungependa kupanga huduma gani?"),
        Err(NotSaid::Language)
    );
    assert_eq!(asked.accept("Tell me what you need."), Err(NotSaid::NoQuestion));
    let body = "Ungependa kupanga huduma gani?";
    let asked = AskedAgain::of(body, &[], false, None, Tongue::Swahili, 1_024).unwrap();
    assert_eq!(
        asked.accept("What would you like to book?"),
        Err(NotSaid::Language)
    );
    assert!(asked.accept("Naomba kujua unataka huduma gani?").is_ok());
}

#[test]
fn a_name_within_another_word_is_no_place() {
    let facts = ["Ann".to_owned(), "2".to_owned()];
    let asked = AskedAgain::of("Anne or Ann, 12 or 2?", &facts, false, None, Tongue::English, 99).unwrap();
    assert_eq!(asked.question(), "Anne or {1}, 12 or {2}?");
}

#[test]
fn a_question_that_has_signs_of_places_or_is_very_long_is_left_alone() {
    for body in ["Which {1}?".to_owned(), "x ".repeat(500)] {
        assert_eq!(
            AskedAgain::of(&body, &[], false, None, Tongue::English, 1_024),
            None
        );
    }
    let heard = Shown::of("hm", &Masker::default());
    let tight = AskedAgain::of("Which one?", &[], false, heard, Tongue::English, 5).unwrap();
    assert_eq!(tight.accept("Which one?"), Err(NotSaid::Length));
    assert_eq!(tight.heard(), Some("hm"));
}

proptest! {
    #[test]
    fn whatever_a_model_writes_what_is_said_has_every_fact_and_no_other_number(
        words in prop::collection::vec(
            prop::sample::select(vec![
                "{1}", "{2}", "{3}", "{4}", "{5}", "{6}", "Please", "choose", "which", "time", "you", "would", "like", "?",
                "\n\n", "KES", "3,500", "13", "tomorrow", "free", "Is that right?", "and", "the", "to", "book", "with",
            ]),
            0..40,
        ),
    ) {
        let asked = asked();
        if let Ok(said) = asked.accept(&words.join(" ")) {
            for fact in facts().iter().filter(|fact| BODY.contains(*fact)) {
                prop_assert!(said.contains(fact.as_str()), "{}", said);
            }
            let mut ours: Vec<String> = runs_of_digits(BODY).collect();
            let mut theirs: Vec<String> = runs_of_digits(&said).collect();
            ours.sort();
            theirs.sort();
            prop_assert_eq!(ours, theirs);
        }
    }

    #[test]
    fn nothing_that_a_model_writes_panics(words in "\\PC{0,200}") {
        let _refused_or_not = asked().accept(&words);
    }
}
