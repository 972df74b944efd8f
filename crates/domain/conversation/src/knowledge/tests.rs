use super::*;
use crate::ports::{KnowledgeBook, KnowledgeStep};
use crate::test_support::knowledge::{InMemoryKnowledge, a_snippet};
use ratiba_kernel::test_support::{block_on, tenant};

use Category::{Facility, General, Hours, Policy, Prep, Service};
use Tongue::{English, Swahili};

/// What a salon told: by number, category, language, title and body.
const TOLD: [(u128, Category, Tongue, &str, &str); 12] = [
    (
        1,
        Facility,
        English,
        "Parking",
        "Parking is free behind the house.",
    ),
    (
        2,
        Facility,
        Swahili,
        "Maegesho",
        "Unaweza kuegesha gari bure nyuma ya nyumba.",
    ),
    (
        3,
        Policy,
        English,
        "Children",
        "Children are welcome in the lounge; we cannot watch over them.",
    ),
    (
        4,
        Facility,
        English,
        "Wi-Fi",
        "The guest network is free; ask the desk for the password.",
    ),
    (
        5,
        Prep,
        English,
        "What to bring",
        "Nothing: towels and slippers are here.",
    ),
    (
        6,
        Service,
        English,
        "Massage in pregnancy",
        "From the fourth month on, with Achieng, lying on the side.",
    ),
    (
        7,
        Policy,
        Swahili,
        "Kuchelewa",
        "Tunakungoja dakika kumi na tano.",
    ),
    (
        8,
        Policy,
        English,
        "Cancellation",
        "Up to 24 hours before, it costs nothing.",
    ),
    (
        9,
        Hours,
        English,
        "Public holidays",
        "On public holidays we open from ten to four.",
    ),
    (
        10,
        General,
        English,
        "Gift vouchers",
        "Vouchers from KES 1,000 can be had at the desk.",
    ),
    (
        11,
        Service,
        Swahili,
        "Wanaume",
        "Wanaume wanakaribishwa kwa huduma zote.",
    ),
    (
        12,
        Facility,
        English,
        "Showers",
        "There are two showers, with soap and hair dryers.",
    ),
];

/// Questions, the language that they are answered in, and the number of the snippet that answers; `0` for none.
const QUESTIONS: [(&str, Tongue, u128); 44] = [
    ("Is there parking?", English, 1),
    ("Where can I park my car?", English, 1),
    ("Je, kuna parking?", Swahili, 2),
    ("Naegesha gari wapi?", Swahili, 2),
    ("kuna maegesho ya gari hapo?", Swahili, 2),
    ("Naweza kupark hapo?", Swahili, 2),
    ("is there parkng", English, 1),
    ("Can I bring my kids?", English, 3),
    ("Naweza kuja na mtoto?", Swahili, 3),
    ("watoto wanaruhusiwa?", Swahili, 3),
    ("My child is 5 years old, can she come along?", English, 3),
    ("Mko na wifi?", Swahili, 4),
    ("do you have Wi-Fi", English, 4),
    ("kuna internet hapo", Swahili, 4),
    ("What should I bring?", English, 5),
    ("nibebe nini?", Swahili, 5),
    ("Do I need to bring a towel?", English, 5),
    ("nije na taulo?", Swahili, 5),
    ("I am pregnant, is it ok?", English, 6),
    ("Niko mjamzito, naweza kupata massage?", Swahili, 6),
    ("mimba iko sawa?", Swahili, 6),
    ("What happens if I am late?", English, 7),
    ("nikichelewa je?", Swahili, 7),
    ("what is your cancellation policy", English, 8),
    ("Nikighairi nalipa ngapi?", Swahili, 8),
    ("are you open on public holidays", English, 9),
    ("mnafungua sikukuu?", Swahili, 9),
    ("Do you sell gift vouchers?", English, 10),
    ("mna zawadi za vocha?", Swahili, 10),
    ("Do you take men?", English, 11),
    ("mnahudumia wanaume?", Swahili, 11),
    ("Can I take a shower after?", English, 12),
    ("kuna bafu?", Swahili, 12),
    ("naweza kuoga hapo?", Swahili, 12),
    // What nobody told.
    ("Do you do tattoos?", English, 0),
    ("Is there a swimming pool?", English, 0),
    ("mnauza perfume?", Swahili, 0),
    ("Can you fix my laptop?", English, 0),
    ("kuna mvinyo?", Swahili, 0),
    ("Is the president coming?", English, 0),
    ("Do you have a branch in Mombasa?", English, 0),
    ("mna ndege?", Swahili, 0),
    ("Who won the match yesterday?", English, 0),
    ("je, mna nafasi?", Swahili, 0),
];

fn book() -> InMemoryKnowledge {
    let book = InMemoryKnowledge::default();
    for (number, category, tongue, title, body) in TOLD {
        let step = KnowledgeStep::Add(a_snippet(number, category, tongue, title, body));
        assert_eq!(block_on(book.keep(tenant(1), step)), Ok(1));
    }
    book
}

fn answer(book: &InMemoryKnowledge, question: &str, tongue: Tongue) -> u128 {
    let asked = Asked::of(question);
    let hits = block_on(book.about(tenant(1), &asked)).unwrap();
    choose(&asked, &hits, tongue).map_or(0, |snippet| snippet.id.as_uuid().as_u128())
}

#[test]
fn questions_in_both_languages_find_what_was_told_and_nothing_else() {
    let book = book();
    let misses: Vec<String> = QUESTIONS
        .iter()
        .filter_map(|(question, tongue, expected)| {
            let found = answer(&book, question, *tongue);
            (found != *expected).then(|| format!("{question:?}: {found} in place of {expected}"))
        })
        .collect();
    assert_eq!(misses, Vec::<String>::new());
}

#[test]
fn the_words_of_any_question_ask_about_nothing() {
    for words in [
        "",
        "?!",
        "Do you have any time today?",
        "je, mko wazi?",
        "12 000",
        "Where are you located?",
    ] {
        assert!(Asked::of(words).is_nothing(), "{words}: {:?}", Asked::of(words));
    }
}

#[test]
fn a_long_message_asks_about_a_bounded_number_of_things() {
    let words: Vec<String> = (0..1_000).map(|number| format!("thing{number}")).collect();
    assert_eq!(Asked::of(&words.join(" ")).terms().len(), TERMS_MAX);
}

#[test]
fn spellings_hold_letters_and_digits_only_whatever_is_written() {
    for words in [
        "a' | b & c:* parking",
        "<-> !parking",
        "mtoto\u{0}mtoto",
        "parking\\'; --",
    ] {
        for term in Asked::of(words).terms() {
            for spelling in term.spellings() {
                let letters = spelling.letters();
                let plain = letters
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
                assert!(plain && letters.len() > 1, "{words}: {letters}");
            }
        }
    }
}

#[test]
fn the_customers_language_is_answered_in_if_the_same_was_told_in_it() {
    let book = book();
    assert_eq!(answer(&book, "parking?", English), 1);
    assert_eq!(answer(&book, "parking?", Swahili), 2);
    assert_eq!(answer(&book, "late?", English), 7, "else in the other");
}

#[test]
fn a_snippet_says_something_and_not_too_much() {
    let new = |title: &str, body: &str| Content::new(General, English, title, body);
    assert!(new("T", "B").is_ok());
    assert_eq!(new(" \n", "B"), Err(ContentFault::Title));
    assert_eq!(new("One\ntwo", "B"), Err(ContentFault::Title));
    assert_eq!(new(&"t".repeat(81), "B"), Err(ContentFault::Title));
    assert!(new(&"t".repeat(80), "B").is_ok());
    assert_eq!(new("T", "  "), Err(ContentFault::Body));
    assert_eq!(new("T", "a\u{7}"), Err(ContentFault::Body));
    assert_eq!(new("T", &"b".repeat(701)), Err(ContentFault::Body));
    assert_eq!(
        new(" T ", "one\ntwo ").map(|content| content.body().to_owned()),
        Ok("one\ntwo".to_owned())
    );
}
