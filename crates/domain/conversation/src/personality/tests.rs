use super::*;
use crate::texts::{Tongue, placeholders, template};

#[test]
fn the_usual_dials_choose_the_usual_texts() {
    for key in TextKey::ALL.iter().copied() {
        assert_eq!(Personality::default().text(key), key);
        assert_eq!(Personality::default().address(key), None);
    }
}

#[test]
fn another_text_has_the_same_places_and_says_it_differently_in_both_languages() {
    let mut changed = 0;
    for personality in Personality::every() {
        for key in TextKey::ALL.iter().copied() {
            let other = personality.text(key);
            assert_eq!(placeholders(other), placeholders(key), "{key:?} as {other:?}");
            assert_eq!(other.shape(), key.shape(), "{key:?} as {other:?}");
            if other != key {
                changed += 1;
                for tongue in [Tongue::English, Tongue::Swahili] {
                    assert_ne!(template(other, tongue), template(key, tongue), "{other:?}");
                }
            }
        }
    }
    assert!(changed > 0);
}

#[test]
fn each_dial_is_heard() {
    let usual = Personality::default();
    let heard = |personality: Personality| {
        TextKey::ALL.iter().copied().any(|key| {
            personality.text(key) != usual.text(key) || personality.address(key) != usual.address(key)
        })
    };
    for tone in [Tone::Formal, Tone::Brief] {
        assert!(heard(Personality { tone, ..usual }), "{tone:?}");
    }
    assert!(heard(Personality {
        greeting: Greeting::Explaining,
        ..usual
    }));
    assert!(heard(Personality {
        upsell: Upsell::Recommending,
        ..usual
    }));
    assert!(heard(Personality {
        cancellation: CancellationTone::Regretful,
        ..usual
    }));
    assert!(heard(Personality {
        honorific: Honorific::Guest,
        ..usual
    }));
}

#[test]
fn dials_that_nobody_set_are_the_usual_ones_and_unknown_ones_are_refused() {
    let read = |json: &str| serde_json::from_str::<Personality>(json);
    assert_eq!(read("{}").unwrap(), Personality::default());
    assert_eq!(read(r#"{"tone":"brief"}"#).unwrap().tone, Tone::Brief);
    assert!(read(r#"{"tone":"rude"}"#).is_err());
    assert!(read(r#"{"loudness":3}"#).is_err());
}
