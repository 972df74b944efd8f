//! The pattern language, and that every pattern in the rules can match at all.

use super::*;
use crate::understanding::{token, verb};

fn heard(text: &str, pattern: &'static str) -> bool {
    let tokens = token::tokens(text);
    let phrase = Phrase::new(tokens.iter().map(|token| (token, verb::analyse(&token.text))));
    phrase.has(&Pattern::parse(pattern))
}

#[test]
fn words_stand_side_by_side_unless_a_gap_is_written() {
    assert!(heard("mko wapi leo", "mko wapi"));
    assert!(!heard("mko kule wapi", "mko wapi"));
    assert!(heard("mko kule wapi", "mko .. wapi"));
    assert!(!heard("mko a b c d e wapi", "mko .. wapi"));
}

#[test]
fn the_ends_of_a_message_can_be_asked_for() {
    assert!(heard("paid", "^ paid $"));
    assert!(!heard("i paid", "^ paid"));
    assert!(heard("i paid", "paid $"));
}

#[test]
fn a_verb_matches_in_every_person_and_tense_and_with_its_polarity() {
    for form in ["nalipa", "nimelipa", "tumeshalipa", "kulipa", "ulipwe", "nilipie"] {
        assert!(heard(form, "+pay"), "{form}");
        assert!(!heard(form, "-pay"), "{form}");
    }
    for form in ["sijalipa", "hatujalipa", "silipi", "usilipe", "hajalipa"] {
        assert!(heard(form, "-pay"), "{form}");
    }
    for form in ["kubook", "nibookie", "nimebook", "tubook"] {
        assert!(heard(form, "+book"), "{form}");
    }
    for word in [
        "remove", "facebook", "kati", "sita", "one", "future", "massage", "kesho",
    ] {
        assert!(verb::analyse(word).is_none(), "{word}");
    }
}

#[test]
fn every_class_and_root_of_the_rules_exists() {
    let source = include_str!("../rules.rs");
    let patterns = source.lines().flat_map(|line| line.split('"').skip(1).step_by(2));
    for element in patterns.flat_map(|pattern| pattern.split([' ', '|'])) {
        let element = element.trim_start_matches('!');
        if let Some(class) = element.strip_prefix('@') {
            assert!(CLASSES.iter().any(|(name, _)| *name == class), "no class {class}");
        }
        if let Some(root) = element.strip_prefix(['+', '-']) {
            assert!(
                verb::ROOTS.iter().any(|(_, name, _)| *name == root),
                "no root {root}"
            );
        }
    }
}
