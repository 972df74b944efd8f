//! Folding of letters: case, accents, apostrophes and invisible characters, before anything is a word.

use super::vocabulary;

/// Longer messages are cut here: no booking needs more, and the cost of reading stays bounded.
const READ_CHARS_MAX: usize = 1500;

/// The message in lower case, without accents, apostrophes and invisible characters.
pub(crate) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len().min(READ_CHARS_MAX));
    for character in text.chars().take(READ_CHARS_MAX) {
        match character {
            '\u{00AD}'
            | '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{2064}'
            | '\u{FEFF}' => {}
            '\u{0300}'..='\u{036F}' | '\u{FE00}'..='\u{FE0F}' | '\u{1F3FB}'..='\u{1F3FF}' => {}
            '\'' | '\u{2019}' | '\u{2018}' | '`' | '\u{00B4}' | '\u{02BC}' => {}
            '👍' | '👌' | '✅' => folded.push_str(" sawa "),
            '👎' | '❌' => folded.push_str(" hapana "),
            wide @ '\u{FF01}'..='\u{FF5E}' => folded.extend(narrow(wide).to_lowercase()),
            other => folded.extend(other.to_lowercase().map(without_accent)),
        }
    }
    folded
}

fn narrow(wide: char) -> char {
    u32::from(wide)
        .checked_sub(0xFEE0)
        .and_then(char::from_u32)
        .unwrap_or(wide)
}

fn without_accent(character: char) -> char {
    match character {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ā' => 'a',
        'è' | 'é' | 'ê' | 'ë' | 'ē' => 'e',
        'ì' | 'í' | 'î' | 'ï' | 'ī' | 'ĩ' => 'i',
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ō' => 'o',
        'ù' | 'ú' | 'û' | 'ü' | 'ū' | 'ũ' => 'u',
        'ç' => 'c',
        'ñ' => 'n',
        other => other,
    }
}

/// The word as the vocabulary spells it: letter runs shrunk, youth spelling and chat short forms undone.
pub(super) fn canonical(word: &str) -> String {
    let word = unstretched(word);
    if let Some(spelling) = vocabulary::spelling(&word) {
        return spelling.to_owned();
    }
    if word.contains('x') && !vocabulary::is_known(&word) {
        let plain = word.replace('x', "s");
        if let Some(spelling) = vocabulary::spelling(&plain) {
            return spelling.to_owned();
        }
        // Youth spells Swahili like that: *kexho*. *wax* is not *was*.
        if vocabulary::is_known(&plain) && !vocabulary::is_english(&plain) {
            return plain;
        }
    }
    word
}

/// Undoes `2` for *to* or *tu* at the head of a word (`2moro`, `2naeza`).
pub(super) fn two_as_sound(rest: &str) -> String {
    let english = format!("to{rest}");
    if vocabulary::is_known(&english) || vocabulary::spelling(&english).is_some() {
        return english;
    }
    format!("tu{rest}")
}

/// Letter runs of three and more become two or one, and a doubled last vowel one, whichever is a known word.
fn unstretched(word: &str) -> String {
    let (double, single) = (limit_runs(word, 2), limit_runs(word, 1));
    if double == word {
        // No run of three: only a drawn-out ending is doubtful (*sawaa*, but not *saa* or *ijumaa*).
        let drawn_out = word.chars().count() > 3 && ends_in_double_vowel(word) && !ends_in_a_long_root(word);
        if drawn_out && !vocabulary::is_known(word) {
            let shorter = word.get(..word.len().saturating_sub(1)).unwrap_or(word);
            return shorter.to_owned();
        }
        return word.to_owned();
    }
    let ending_trimmed = if ends_in_double_vowel(&double) {
        double
            .get(..double.len().saturating_sub(1))
            .unwrap_or(&double)
            .to_owned()
    } else {
        double.clone()
    };
    for candidate in [&double, &ending_trimmed, &single] {
        if vocabulary::is_known(candidate) || vocabulary::spelling(candidate).is_some() {
            return candidate.clone();
        }
    }
    single
}

/// *inafaa*, *mmejaa*, *kukaa*: verbs whose root ends so.
fn ends_in_a_long_root(word: &str) -> bool {
    ["faa", "jaa", "kaa", "vaa"]
        .iter()
        .any(|root| word.ends_with(root))
}

fn ends_in_double_vowel(word: &str) -> bool {
    let mut last = word.chars().rev();
    matches!((last.next(), last.next()), (Some(a), Some(b)) if a == b && "aeiou".contains(a))
}

/// Cuts every run of a letter that is longer than two to `keep`.
fn limit_runs(word: &str, keep: usize) -> String {
    let characters: Vec<char> = word.chars().collect();
    let mut out = String::with_capacity(word.len());
    for run in characters.chunk_by(|a, b| a == b) {
        let length = if run.len() > 2 { keep } else { run.len() };
        out.extend(run.iter().take(length));
    }
    out
}
