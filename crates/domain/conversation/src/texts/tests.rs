//! The catalogues are complete and within WhatsApp's limits, and what is written reads back.

use std::collections::BTreeSet;

use proptest::prelude::*;
use time::macros::{date, datetime, time};
use time::{Duration, PrimitiveDateTime};

use super::*;
use crate::understanding::{Context, Intent, Lexicon, OpeningHours, When, understand};

const TONGUES: [Tongue; 2] = [Tongue::English, Tongue::Swahili];

fn nairobi() -> Zone {
    Zone::parse("Africa/Nairobi").unwrap()
}

fn places(template: &str) -> BTreeSet<&str> {
    template
        .split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(name, _)| name)
        .collect()
}

/// Long values of each kind, longer than any that a tenant of the pilot has.
fn generous(place: Placeholder) -> String {
    match place {
        Placeholder::List => "x".repeat(450),
        // As long as a page's address may be.
        Placeholder::Hours | Placeholder::Address | Placeholder::Known => "x".repeat(300),
        Placeholder::Link => "x".repeat(600),
        Placeholder::Policy => "x".repeat(260),
        Placeholder::Customer => "x".repeat(160),
        Placeholder::Takings | Placeholder::NextStep => "x".repeat(120),
        Placeholder::When | Placeholder::Nearest | Placeholder::First | Placeholder::Second => {
            "Jumatano 30 Septemba, saa kumi na moja na dakika hamsini na tano jioni (12:55 pm)".to_owned()
        }
        Placeholder::Business
        | Placeholder::Service
        | Placeholder::Staff
        | Placeholder::Reason
        | Placeholder::Tried
        | Placeholder::Way => "x".repeat(60),
        Placeholder::Time
        | Placeholder::Price
        | Placeholder::Duration
        | Placeholder::Deposit
        | Placeholder::Date
        | Placeholder::People
        | Placeholder::Amount
        | Placeholder::Left
        | Placeholder::Least
        | Placeholder::Receipt
        | Placeholder::Reference
        | Placeholder::Minutes
        | Placeholder::Bookings
        | Placeholder::NoShows
        | Placeholder::OpenPayments
        | Placeholder::Unrouted
        | Placeholder::Handoffs
        | Placeholder::DeadJobs
        | Placeholder::Overdue
        | Placeholder::Commission => "x".repeat(20),
    }
}

#[test]
fn every_word_of_a_receipt_is_there_in_both_languages() {
    let arms = include_str!("receipt.rs").matches("Self::").count();
    assert_eq!(arms, 3 * ReceiptWord::ALL.len(), "listed, English and Swahili");
    for tongue in TONGUES {
        let words: BTreeSet<&str> = ReceiptWord::ALL.iter().map(|word| word.word(tongue)).collect();
        assert_eq!(words.len(), ReceiptWord::ALL.len(), "no two lines read alike");
        assert!(
            words
                .iter()
                .all(|word| !word.is_empty() && word.chars().count() <= 40)
        );
    }
    // A name is the same everywhere.
    for word in ReceiptWord::ALL
        .into_iter()
        .filter(|word| *word != ReceiptWord::Mpesa)
    {
        assert_ne!(word.word(Tongue::English), word.word(Tongue::Swahili), "{word:?}");
    }
}

#[test]
fn the_list_of_keys_is_complete() {
    let arms = include_str!("english.rs").matches("TextKey::").count();
    let keys: BTreeSet<TextKey> = TextKey::ALL.iter().copied().collect();
    assert_eq!(arms, TextKey::ALL.len());
    assert_eq!(keys.len(), TextKey::ALL.len());
}

#[test]
fn every_text_has_the_same_known_places_in_both_languages() {
    let known: BTreeSet<&str> = Placeholder::ALL.iter().map(|place| place.name()).collect();
    for key in TextKey::ALL {
        let (english, swahili) = (
            places(template(*key, Tongue::English)),
            places(template(*key, Tongue::Swahili)),
        );
        assert_eq!(english, swahili, "{key:?}");
        assert!(english.is_subset(&known), "{key:?}: {english:?}");
        assert_eq!(placeholders(*key).len(), english.len(), "{key:?}");
    }
}

#[test]
fn every_text_fits_whatsapp_with_generous_values() {
    for key in TextKey::ALL {
        for tongue in TONGUES {
            let mut text = template(*key, tongue).to_owned();
            assert!(!text.trim().is_empty(), "{key:?}");
            for place in placeholders(*key) {
                text = text.replace(&format!("{{{}}}", place.name()), &generous(place));
            }
            let (length, max) = (text.chars().count(), key.shape().chars_max());
            let max = if key.shape() == Shape::Fragment { 80 } else { max };
            assert!(
                length <= max,
                "{key:?} in {tongue:?} has {length} characters, {max} are allowed"
            );
        }
    }
}

/// What stands in a line of a list is short; the same places are in both languages.
#[test]
fn every_text_of_the_rail_has_the_same_known_places_in_both_languages() {
    let known: BTreeSet<&str> = Placeholder::ALL.iter().map(|place| place.name()).collect();
    for text in RailText::ALL {
        let (english, swahili) = (text.template(Tongue::English), text.template(Tongue::Swahili));
        assert_eq!(places(english), places(swahili), "{text:?}");
        assert!(places(english).is_subset(&known), "{text:?}");
        assert_ne!(english, swahili, "{text:?}");
        let longest = english.chars().count().max(swahili.chars().count());
        assert!(longest <= 200, "{text:?} has {longest} characters");
    }
}

#[test]
fn no_text_is_left_in_the_other_language() {
    for key in TextKey::ALL {
        assert_ne!(
            template(*key, Tongue::English),
            template(*key, Tongue::Swahili),
            "{key:?}"
        );
    }
}

/// A whole date with its hour stands behind neither "at" nor "on"; and a time that was never offered was not
/// free before.
#[test]
fn a_time_that_is_not_to_be_had_is_named_in_words_that_fit_any_time() {
    for key in TextKey::ALL {
        let english = template(*key, Tongue::English);
        for before in ["at {when}", "on {when}", "at {nearest}", "on {nearest}"] {
            assert!(!english.contains(before), "{key:?}: {english}");
        }
    }
    let values = Values::new().with(Placeholder::When, "Jumatano 13 Mei");
    let taken = |tongue| render(TextKey::SlotTaken, tongue, &values);
    assert!(taken(Tongue::English).starts_with("That time is taken: Jumatano 13 Mei."));
    assert!(taken(Tongue::Swahili).starts_with("Saa hiyo imechukuliwa: Jumatano 13 Mei."));
}

#[test]
fn what_we_tell_to_write_for_a_new_prompt_asks_for_one() {
    let context = Context {
        now: datetime!(2026-05-12 05:00 UTC),
        zone: nairobi(),
        opening: OpeningHours::around_the_clock(),
        lexicon: Lexicon::default(),
        question_open: true,
    };
    for tongue in TONGUES {
        for key in [TextKey::ResendNotYet, TextKey::PartCameHeld] {
            let text = template(key, tongue);
            let told = text.split('"').nth(1).unwrap();
            assert_eq!(understand(told, &context).intent, Intent::PaymentResend, "{told}");
        }
    }
}

/// *Kumpa mtu jambo* is a word-by-word translation: somebody is told (*kueleza*), not given a matter.
#[test]
fn who_takes_over_is_told_and_not_handed_what_was_said() {
    for key in [TextKey::HandoffStarted, TextKey::MoneyQuestionToPerson] {
        let swahili = template(key, Tongue::Swahili);
        assert!(swahili.contains("Nimemweleza"), "{key:?}: {swahili}");
    }
    assert!(template(TextKey::OptedOut, Tongue::Swahili).contains("isipokuwa ujumbe kuhusu miadi"));
}

#[test]
fn the_three_buttons_of_a_proposal_are_distinct() {
    for tongue in TONGUES {
        let titles: BTreeSet<String> = [TextKey::ButtonYes, TextKey::ButtonNo, TextKey::ButtonOtherTime]
            .map(|key| render(key, tongue, &Values::new()))
            .into();
        assert_eq!(titles.len(), 3);
    }
}

#[test]
fn a_proposal_repeats_everything() {
    let when = format_when(datetime!(2026-05-13 11:00 UTC), &nairobi(), Tongue::Swahili);
    let values = Values::new()
        .with(Placeholder::Service, "Massage")
        .with(Placeholder::When, when)
        .with(Placeholder::Staff, "Wanjiru")
        .with(Placeholder::Price, "KES 3,500")
        .with(Placeholder::Deposit, "KES 1,000");
    assert_eq!(
        render(TextKey::ProposalWithDeposit, Tongue::Swahili, &values),
        "Massage: Jumatano 13 Mei, saa nane mchana (2:00 pm), na Wanjiru, KES 3,500. \
         Deposit ya kulipa sasa: KES 1,000. Je, ni sawa?"
    );
}

#[test]
fn a_value_is_never_read_as_a_template() {
    let values = Values::new()
        .with(Placeholder::Service, "{when}")
        .with(Placeholder::When, "secret");
    let text = render(TextKey::AskDate, Tongue::English, &values);
    assert!(text.contains("{when}") && !text.contains("secret"));
}

#[test]
fn a_missing_value_leaves_a_visible_gap() {
    assert_eq!(
        render(TextKey::AskTime, Tongue::English, &Values::new()),
        "What time on …?"
    );
}

#[test]
fn both_clocks_are_written() {
    let instant = datetime!(2026-05-13 11:00 UTC);
    assert_eq!(
        format_when(instant, &nairobi(), Tongue::Swahili),
        "Jumatano 13 Mei, saa nane mchana (2:00 pm)"
    );
    assert_eq!(
        format_when(instant, &nairobi(), Tongue::English),
        "Wednesday 13 May, 2:00 pm (saa nane mchana)"
    );
    assert_eq!(
        format_time(time!(09:45), Tongue::Swahili),
        "saa nne kasorobo asubuhi (9:45 am)"
    );
    assert_eq!(
        format_time(time!(00:00), Tongue::English),
        "12:00 am (saa sita usiku)"
    );
    assert_eq!(
        format_date(date!(2026 - 12 - 12), Tongue::Swahili),
        "Jumamosi 12 Desemba"
    );
}

#[test]
fn cutting_counts_scalar_values_and_shows_the_cut() {
    assert_eq!(cut("Masaji ya kichwa", 24), "Masaji ya kichwa");
    let cut = cut("ñandú ñandú ñandú ñandú ñandú", ROW_TITLE_CHARS_MAX);
    assert_eq!(cut.chars().count(), 24);
    assert!(cut.ends_with('…'));
}

proptest! {
    /// What we write is read as what we meant, at any quarter of an hour, where every hour is open.
    #[test]
    fn a_written_time_reads_back_to_itself(quarter in 0_i64..(96 * 340), english in any::<bool>()) {
        let zone = nairobi();
        let now = datetime!(2026-05-12 05:00 UTC);
        let tongue = if english { Tongue::English } else { Tongue::Swahili };
        let local = zone.local(now + Duration::days(1)).date();
        let instant = zone.instant(PrimitiveDateTime::new(local, time!(00:00))) + Duration::minutes(15 * quarter);
        let context = Context {
            now,
            zone: zone.clone(),
            opening: OpeningHours::around_the_clock(),
            lexicon: Lexicon::default(),
            question_open: false,
        };
        let text = format_when(instant, &zone, tongue);
        let understood = understand(&text, &context);
        let expected = zone.local(instant);
        prop_assert_eq!(
            understood.when,
            Some(When::Instant { date: expected.date(), time: expected.time() }),
            "{}", text
        );
        prop_assert!(!understood.ask, "{}", text);
    }
}
