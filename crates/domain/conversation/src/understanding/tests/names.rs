//! Which service is meant, where names share words.

use uuid::Uuid;

use super::intents::{DEEP_TISSUE, PEDICURE, SWEDISH, spa};
use crate::understanding::{Context, Intent, Lexicon, LexiconEntry, Naming, understand};

fn named(text: &str, context: &Context) -> Option<Uuid> {
    understand(text, context).service()
}

#[test]
fn the_most_specific_name_wins_over_the_word_for_its_family() {
    let spa = spa(false);
    let rows = [
        ("I want a deep tissue massage on Friday at 2pm", DEEP_TISSUE),
        ("I also want a deep tissue massage", DEEP_TISSUE),
        ("how much is a deep tissue massage?", DEEP_TISSUE),
        ("deep tissue massages please", DEEP_TISSUE),
        ("deep tisue masage kesho saa nane", DEEP_TISSUE),
        ("nataka massage ya deep tissue kesho", DEEP_TISSUE),
        ("nataka masaji ya deep tissue", DEEP_TISSUE),
        ("massage deep tissue Ijumaa", DEEP_TISSUE),
        ("deep tissue 90 minutes massage", DEEP_TISSUE),
        ("a sports massage tomorrow", DEEP_TISSUE),
        ("deep tissue", DEEP_TISSUE),
        ("swedish massage", SWEDISH),
        ("I want a massage on Friday at 2pm", SWEDISH),
        ("nataka masaji kesho", SWEDISH),
        ("full body massage", SWEDISH),
        ("how much is a swedish massage?", SWEDISH),
        ("pedicure", PEDICURE),
    ];
    for (text, service) in rows {
        assert_eq!(named(text, &spa), Some(service), "{text}");
    }
}

#[test]
fn two_services_that_are_both_named_are_both_heard() {
    let spa = spa(false);
    for text in [
        "massage na pedicure kesho",
        "massage, pedicure",
        "massage pedicure",
        "swedish massage pedicure",
        "a deep tissue and a swedish massage",
        "deep tissue, full body massage",
    ] {
        let understood = understand(text, &spa);
        assert_eq!(understood.service(), None, "{text}");
        assert!(understood.services.len() > 1, "{text}");
    }
}

#[test]
fn a_family_whose_members_say_only_what_is_special_is_told_apart() {
    let names: [&[&str]; 4] = [
        &["Massage", "Full body massage"],
        &["Hot stone"],
        &["Deep tissue 60"],
        &["Deep tissue 90"],
    ];
    let services = names
        .iter()
        .zip(1..)
        .map(|(names, id)| LexiconEntry::new(Uuid::from_u128(id), *names));
    let context = Context {
        lexicon: Lexicon {
            services: services.collect(),
            staff: Vec::new(),
        },
        ..spa(false)
    };
    let hot_stone = Uuid::from_u128(2);
    assert_eq!(named("hot stone massage tomorrow", &context), Some(hot_stone));
    assert_eq!(named("massage ya hot stone", &context), Some(hot_stone));
    let found = understand("a deep tissue massage tomorrow", &context).services;
    let ids: Vec<u128> = found.iter().map(|found| found.id.as_u128()).collect();
    assert_eq!(ids, [3, 4]);
}

#[test]
fn a_question_after_the_kinds_names_everything_and_the_family_first() {
    let spa = spa(true);
    for text in [
        "mna massage gani?",
        "what massages do you have?",
        "what do you offer?",
    ] {
        let understood = understand(text, &spa);
        let ids: Vec<Uuid> = understood.services.iter().map(|found| found.id).collect();
        assert_eq!(ids, [SWEDISH, DEEP_TISSUE, PEDICURE], "{text}");
        assert_eq!(understood.service(), None, "{text}");
    }
}

#[test]
fn whether_a_service_is_sold_is_answered_with_its_price() {
    let spa = spa(false);
    for text in ["mna deep tissue massage?", "do you offer deep tissue?"] {
        let understood = understand(text, &spa);
        assert_eq!(
            (understood.intent, understood.service()),
            (Intent::AskPrice, Some(DEEP_TISSUE)),
            "{text}"
        );
    }
}

#[test]
fn a_word_that_everybody_says_is_no_misspelt_name() {
    let mut context = super::context();
    let sauna = LexiconEntry::new(Uuid::from_u128(5), ["Sauna"]);
    let sunday = LexiconEntry::new(Uuid::from_u128(6), ["Sundae scrub"]);
    context.lexicon.services.extend([sauna, sunday]);
    let thanks = understand("Asante sana", &context);
    assert_eq!((thanks.intent, thanks.services), (Intent::Thanks, Vec::new()));
    assert_eq!(understand("this Sunday 2pm", &context).services, []);
    assert_eq!(
        understand("nataka saunna kesho", &context).service(),
        Some(Uuid::from_u128(5))
    );
}

#[test]
fn what_is_joined_is_two_wishes_and_what_shares_words_or_is_a_choice_is_one() {
    let spa = spa(false);
    let rows = [
        ("massage na pedicure kesho", 2),
        ("massage, pedicure", 2),
        ("massage & pedicure", 2),
        ("massage + pedicure tomorrow at 3", 2),
        ("a pedicure tomorrow at 3 and then a swedish massage", 2),
        ("massage or pedicure", 1),
        ("massage au pedicure?", 1),
        ("a deep tissue massage", 1),
        ("nataka massage", 1),
        ("habari", 0),
    ];
    for (text, wishes) in rows {
        assert_eq!(understand(text, &spa).wishes.len(), wishes, "{text}");
    }
}

#[test]
fn what_is_added_taken_away_or_wanted_alone_is_told_apart() {
    let spa = spa(false);
    let rows = [
        ("add a pedicure", Naming::Adds, Some(PEDICURE), None),
        ("pia pedicure", Naming::Adds, Some(PEDICURE), None),
        ("niongezee pedicure", Naming::Adds, Some(PEDICURE), None),
        ("a pedicure as well", Naming::Adds, Some(PEDICURE), None),
        ("only the pedicure", Naming::Only, Some(PEDICURE), None),
        ("pedicure tu", Naming::Only, Some(PEDICURE), None),
        ("without the pedicure", Naming::Plain, None, Some(PEDICURE)),
        ("bila pedicure", Naming::Plain, None, Some(PEDICURE)),
        ("toa pedicure", Naming::Plain, None, Some(PEDICURE)),
        (
            "a swedish massage instead of the pedicure",
            Naming::Plain,
            Some(SWEDISH),
            Some(PEDICURE),
        ),
    ];
    for (text, naming, named, dropped) in rows {
        let understood = understand(text, &spa);
        assert_eq!(understood.naming, naming, "{text}");
        assert_eq!(understood.service(), named, "{text}");
        assert_eq!(understood.dropped.first().copied(), dropped, "{text}");
    }
}

#[test]
fn how_many_want_each_of_several_services_is_heard_where_it_is_said_of_each() {
    let spa = spa(false);
    for (text, shares, by_person) in [
        (
            "one massage and one pedicure for 2 people tomorrow at 3pm",
            &[1, 1][..],
            false,
        ),
        ("2 massages and 1 pedicure for 3 people", &[2, 1], false),
        ("massage moja na pedicure mbili", &[1, 2], false),
        ("mimi massage, mama pedicure", &[1, 1], true),
        ("I want a massage and my friend wants a pedicure", &[1, 1], true),
        ("massage for me and pedicure for my husband", &[1, 1], true),
        ("I want a massage for my mum and a pedicure for me", &[1, 1], true),
        ("dadangu massage na mimi pedicure kesho", &[1, 1], true),
        // Of one person, or of nobody in particular.
        ("I want a massage and a pedicure", &[], false),
        ("massage na pedicure kesho saa tisa", &[], false),
        ("massage and pedicure for my wife", &[], false),
        ("one massage and a pedicure", &[], false),
        // Hours and lengths are no numbers of people.
        ("massage saa moja na pedicure saa mbili", &[], false),
        ("60 minute massage and 30 minute pedicure", &[], false),
        ("one massage tomorrow", &[], false),
    ] {
        let understood = understand(text, &spa);
        assert_eq!(
            (understood.shares.as_slice(), understood.shares_name_people),
            (shares, by_person),
            "{text}"
        );
    }
}
