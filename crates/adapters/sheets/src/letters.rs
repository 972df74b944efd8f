//! Letters that a page can print: those of the Windows encoding for western languages, which every reader's own fonts have, and
//! for all others of the Latin script the nearest of them.

/// The text in letters that can be printed, each as one: a letter with a mark that the encoding lacks loses the mark (`Mũthoni`
/// becomes `Muthoni`), and only what is of another script becomes a question mark.
#[must_use]
pub(crate) fn printable(text: &str) -> String {
    text.chars().filter_map(nearest).collect()
}

/// The byte of a letter in the encoding; a question mark for what it lacks.
pub(crate) fn win_ansi(letter: char) -> u8 {
    match letter {
        ' '..='~' | '\u{a0}'..='\u{ff}' => u8::try_from(u32::from(letter)).unwrap_or(b'?'),
        other => BEYOND_LATIN_1
            .iter()
            .find(|(known, _)| *known == other)
            .map_or(b'?', |(_, byte)| *byte),
    }
}

/// What the encoding has beside ASCII and Latin-1.
const BEYOND_LATIN_1: [(char, u8); 27] = [
    ('€', 0x80),
    ('‚', 0x82),
    ('ƒ', 0x83),
    ('„', 0x84),
    ('…', 0x85),
    ('†', 0x86),
    ('‡', 0x87),
    ('ˆ', 0x88),
    ('‰', 0x89),
    ('Š', 0x8a),
    ('‹', 0x8b),
    ('Œ', 0x8c),
    ('Ž', 0x8e),
    ('‘', 0x91),
    ('’', 0x92),
    ('“', 0x93),
    ('”', 0x94),
    ('•', 0x95),
    ('–', 0x96),
    ('—', 0x97),
    ('˜', 0x98),
    ('™', 0x99),
    ('š', 0x9a),
    ('›', 0x9b),
    ('œ', 0x9c),
    ('ž', 0x9e),
    ('Ÿ', 0x9f),
];

/// Letters without their marks. Those of Kenya's and its neighbours' languages first, then the rest of Europe's and Africa's.
const PLAIN: [(&str, char); 47] = [
    ("ĩĭįǐɨīı", 'i'),
    ("ĨĬĮǏƗĪİ", 'I'),
    ("ũŭůűųǔʉūưʊ", 'u'),
    ("ŨŬŮŰŲǓɄŪƯƱ", 'U'),
    ("ŋńņňŉɲ", 'n'),
    ("ŊŃŅŇƝ", 'N'),
    ("ɔōŏőǒơ", 'o'),
    ("ƆŌŎŐǑƠ", 'O'),
    ("ɛēĕėęěǝə", 'e'),
    ("ƐĒĔĖĘĚƎƏ", 'E'),
    ("āăąǎ", 'a'),
    ("ĀĂĄǍ", 'A'),
    ("ɓ", 'b'),
    ("Ɓ", 'B'),
    ("ćĉċč", 'c'),
    ("ĆĈĊČ", 'C'),
    ("ɗďđɖ", 'd'),
    ("ƊĎĐƉ", 'D'),
    ("ɣĝğġģǧɠ", 'g'),
    ("ƔĜĞĠĢǦ", 'G'),
    ("ĥħ", 'h'),
    ("ĤĦ", 'H'),
    ("ĵ", 'j'),
    ("Ĵ", 'J'),
    ("ƙķĸ", 'k'),
    ("ƘĶ", 'K'),
    ("ĺļľŀł", 'l'),
    ("ĹĻĽĿŁ", 'L'),
    ("ŕŗř", 'r'),
    ("ŔŖŘ", 'R'),
    ("śŝşșſʃ", 's'),
    ("ŚŜŞȘ", 'S'),
    ("ţťŧț", 't'),
    ("ŢŤŦȚ", 'T'),
    ("ʋ", 'v'),
    ("ĳ", 'ÿ'),
    ("Ĳ", 'Ÿ'),
    ("ŵ", 'w'),
    ("Ŵ", 'W'),
    ("ƴŷ", 'y'),
    ("ƳŶ", 'Y'),
    ("źżʒ", 'z'),
    ("ŹŻ", 'Z'),
    ("ʼʻʾʿʔ‛′", '’'),
    ("‐‑‒−―", '-'),
    ("\u{2009}\u{202f}\u{2007}\u{2002}\u{2003}", ' '),
    ("″", '"'),
];

/// Where each letter of Latin Extended Additional begins; capital and small letters take turns.
const ADDITIONAL: [(u32, char); 32] = [
    (0x1e00, 'a'),
    (0x1e02, 'b'),
    (0x1e08, 'c'),
    (0x1e0a, 'd'),
    (0x1e14, 'e'),
    (0x1e1e, 'f'),
    (0x1e20, 'g'),
    (0x1e22, 'h'),
    (0x1e2c, 'i'),
    (0x1e30, 'k'),
    (0x1e36, 'l'),
    (0x1e3e, 'm'),
    (0x1e44, 'n'),
    (0x1e4c, 'o'),
    (0x1e54, 'p'),
    (0x1e58, 'r'),
    (0x1e60, 's'),
    (0x1e6a, 't'),
    (0x1e72, 'u'),
    (0x1e7c, 'v'),
    (0x1e80, 'w'),
    (0x1e8a, 'x'),
    (0x1e8e, 'y'),
    (0x1e90, 'z'),
    // Letters without a pair, which are none of anybody's name here.
    (0x1e96, '?'),
    (0x1ea0, 'a'),
    (0x1eb8, 'e'),
    (0x1ec8, 'i'),
    (0x1ecc, 'o'),
    (0x1ee4, 'u'),
    (0x1ef2, 'y'),
    (0x1efa, '?'),
];

/// The nearest letter that can be printed; `None` for a mark that stands over the letter before it.
fn nearest(letter: char) -> Option<char> {
    if ('\u{300}'..='\u{36f}').contains(&letter) {
        return None;
    }
    if letter == '?' || win_ansi(letter) != b'?' {
        return Some(letter);
    }
    if let Some((_, plain)) = PLAIN.iter().find(|(marked, _)| marked.contains(letter)) {
        return Some(*plain);
    }
    let code = u32::from(letter);
    if !(0x1e00..=0x1eff).contains(&code) {
        return Some('?');
    }
    let begins = ADDITIONAL.iter().rev().find(|(first, _)| *first <= code);
    let plain = begins.map_or('?', |(_, plain)| *plain);
    Some(if code.is_multiple_of(2) {
        plain.to_ascii_uppercase()
    } else {
        plain
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_east_africa_and_beyond_can_be_read() {
        for (name, printed) in [
            ("Wanjikũ Mũthoni", "Wanjiku Muthoni"),
            ("Ng’ang’a", "Ng’ang’a"),
            ("Nyambʼura", "Nyamb’ura"),
            ("Ŋalo Aŋɛl", "Nalo Anel"),
            ("Zoë Müller-Gräf", "Zoë Müller-Gräf"),
            ("Łukasz Šimánek", "Lukasz Šimánek"),
            ("Nguyễn Thị Hạnh", "Nguyen Thi Hanh"),
            ("Şükrü Yıldız", "Sükrü Yildiz"),
            ("Ḥasan Ẓāhir", "Hasan Zahir"),
            // With the marks as letters of their own.
            ("Rene\u{301}e Mu\u{303}gure", "Renee Mugure"),
        ] {
            assert_eq!(printable(name), printed);
        }
    }

    #[test]
    fn every_letter_of_latin_is_printed_as_some_letter() {
        let of_latin = ('\u{a1}'..='\u{17f}').filter(|letter| letter.is_alphabetic());
        for letter in of_latin {
            let printed = printable(&letter.to_string());
            assert!(!printed.contains('?') && printed.chars().count() == 1, "{letter}");
            assert_ne!(win_ansi(printed.chars().next().unwrap_or('?')), b'?', "{letter}");
        }
    }

    #[test]
    fn what_is_printable_stays_and_other_scripts_are_told_apart_from_nothing() {
        let printed = printable("KES 1,500 – 40 % ‘x’ €… ?");
        assert_eq!(printed, "KES 1,500 – 40 % ‘x’ €… ?");
        assert_eq!(printable("አበበ"), "???");
        assert_eq!(printable(&printable("Mũthoni")), printable("Mũthoni"));
    }
}
