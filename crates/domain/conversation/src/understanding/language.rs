//! Which language a message is in, by its words.

use super::scan::Sentence;
use super::{Language, calendar, numeral, verb, vocabulary};

/// The language of most words; a message without known words counts as English.
pub(super) fn detect(sentence: &Sentence) -> Language {
    let (mut swahili, mut english, mut sheng) = (0_usize, 0_usize, 0_usize);
    for token in &sentence.tokens {
        let word = token.text.as_str();
        if vocabulary::is_sheng(word) && !["sasa", "niko", "mambo", "vipi", "kitu", "sema"].contains(&word) {
            sheng += 1;
        } else if is_swahili(word) {
            swahili += 1;
        } else if is_english(word) {
            english += 1;
        }
    }
    match (sheng, swahili, english) {
        (1.., _, _) => Language::Sheng,
        (0, 0, _) => Language::English,
        (0, 1.., 0) => Language::Swahili,
        (0, 1.., 1..) => Language::Mixed,
    }
}

/// How many of these words are Swahili, and how many English.
pub(super) fn tally(words: &[String]) -> (usize, usize) {
    let swahili = words.iter().filter(|word| is_swahili(word)).count();
    let english = words
        .iter()
        .filter(|word| !is_swahili(word) && is_english(word))
        .count();
    (swahili, english)
}

/// Words beside the name of a language in a message that asks for it, and for nothing else.
#[rustfmt::skip]
const ASKING: &[&str] = &[
    "in", "kwa", "to", "into", "speak", "talk", "write", "reply", "answer", "use", "switch", "change",
    "prefer", "want", "only", "can", "could", "we", "you", "u", "i", "me", "my", "language", "lugha", "ya",
    "na", "tu", "je", "let", "us", "lets", "do", "does", "understand", "ongea", "andika", "tumia", "jibu",
    "nijibu", "naomba", "nataka", "napendelea", "unaweza", "mnaweza", "kuongea", "kuandika", "tuongee",
    "tuzungumze", "zungumza", "niandikie", "badilisha", "not", "sio", "si", "sijui", "sielewi", "dont",
    "know", "speaking", "english", "kiingereza", "kizungu", "swahili", "kiswahili",
];

/// The language that a message asks for: its name, with no other words than those that ask.
pub(super) fn asked_for(sentence: &Sentence) -> Option<Language> {
    let words = || sentence.tokens.iter().map(|token| token.text.as_str());
    let only_asks = words().all(|word| ASKING.contains(&word) || vocabulary::is_filler(word));
    if !only_asks {
        return None;
    }
    let mut refused = false;
    let mut wanted = None;
    for word in words() {
        let named = match word {
            "english" | "kiingereza" | "kizungu" => Some((Language::English, Language::Swahili)),
            "swahili" | "kiswahili" => Some((Language::Swahili, Language::English)),
            _other => None,
        };
        match named {
            // "I do not speak Swahili" asks for the other one.
            Some((_, other)) if refused => wanted = wanted.or(Some(other)),
            Some((named, _)) => wanted = Some(named),
            None => {
                refused = ["not", "dont", "sio", "si", "sijui", "sielewi"].contains(&word)
                    || refused && word != "but"
            }
        }
    }
    wanted
}

fn is_swahili(word: &str) -> bool {
    let swahili_verb =
        !vocabulary::is_english(word) && !verb::is_plain_english(word) && verb::analyse(word).is_some();
    let weekday = word.starts_with("juma") || word.starts_with("ijum") || word.starts_with("alham");
    vocabulary::is_swahili(word) || numeral::is_swahili_numeral(word) || weekday || swahili_verb
}

fn is_english(word: &str) -> bool {
    vocabulary::is_english(word)
        || verb::is_plain_english(word)
        || calendar::weekday_exact(word).is_some()
        || numeral::english_hour(word).is_some()
}
