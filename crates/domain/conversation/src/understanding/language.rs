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
