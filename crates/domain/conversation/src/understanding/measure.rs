//! Lengths of time, numbers of people and amounts of money.

use super::numeral;
use super::scan::Words;
use super::token::Kind;

/// Something that was read, and the number of tokens it took.
pub(super) type Taken<T> = Option<(T, usize)>;

const HOUR_NOUNS: &[&str] = &["hour", "hours", "h", "hr", "masaa", "lisaa"];
const MINUTE_NOUNS: &[&str] = &["minutes", "dakika", "m"];
const PEOPLE_NOUNS: &[&str] = &[
    "people",
    "persons",
    "person",
    "pax",
    "guests",
    "guest",
    "ladies",
    "adults",
    "friends",
    "girls",
    "women",
    "men",
    "watu",
    "mtu",
    "wasichana",
    "wanawake",
    "wanaume",
    "marafiki",
    "wageni",
    "wadada",
    "clients",
    "kids",
    "children",
];
const COMPANIONS: &[&str] = &[
    "friend",
    "husband",
    "wife",
    "sister",
    "brother",
    "mum",
    "mom",
    "mother",
    "daughter",
    "son",
    "girlfriend",
    "boyfriend",
    "partner",
    "fiance",
    "rafiki",
    "mume",
    "mke",
    "dada",
    "kaka",
    "mama",
    "mpenzi",
    "bestie",
    "beshte",
    "binti",
    "cousin",
    "colleague",
];
const CURRENCIES: &[&str] = &[
    "kes",
    "ksh",
    "kshs",
    "sh",
    "shs",
    "shilingi",
    "shillings",
    "bob",
    "ksh.",
    "bei",
];

/// A length in minutes: *lisaa limoja*, *dakika tisini*, *1.5 hours*, *nusu saa*, *an hour and a half*.
pub(super) fn duration(words: Words<'_>, at: usize) -> Taken<u32> {
    duration_stem(words, at).map(|(minutes, length)| {
        let (more, more_length) = duration_tail(words, at + length, minutes);
        (minutes.saturating_add(more), length + more_length)
    })
}

fn duration_stem(words: Words<'_>, at: usize) -> Taken<u32> {
    match words.text(at) {
        "nusu" if words.text(at + 1) == "saa" => return Some((30, 2)),
        "robo" if words.text(at + 1) == "saa" => return Some((15, 2)),
        "half" if words.text(at + 1) == "hour" => return Some((30, 2)),
        "half" if ["an", "a"].contains(&words.text(at + 1)) && words.text(at + 2) == "hour" => {
            return Some((30, 3));
        }
        "a" | "an" if words.text(at + 1) == "hour" => return Some((60, 2)),
        "lisaa" | "masaa" => {
            let counted = numeral::cardinal(words.all(), at + 1).filter(|read| read.value <= 24);
            return match (counted, words.text(at)) {
                (Some(read), _) => Some((read.value.saturating_mul(60), 1 + read.length)),
                (None, "lisaa") => Some((60, 1)),
                (None, _) => None,
            };
        }
        "dakika" => {
            let read = numeral::cardinal(words.all(), at + 1).filter(|read| read.value <= 1440)?;
            return Some((read.value, 1 + read.length));
        }
        _other => {}
    }
    if let (Some(Kind::Tenths(tenths)), true) = (words.kind(at), HOUR_NOUNS.contains(&words.text(at + 1))) {
        return Some((tenths.saturating_mul(6), 2));
    }
    let read = numeral::cardinal(words.all(), at)?;
    let noun = words.text(at + read.length);
    let half = noun == "and"
        && words.text(at + read.length + 1) == "a"
        && words.text(at + read.length + 2) == "half";
    if half && HOUR_NOUNS.contains(&words.text(at + read.length + 3)) {
        return Some((read.value.saturating_mul(60).saturating_add(30), read.length + 4));
    }
    if HOUR_NOUNS.contains(&noun) && read.value <= 24 {
        return Some((read.value.saturating_mul(60), read.length + 1));
    }
    (MINUTE_NOUNS.contains(&noun) && read.value <= 1440).then_some((read.value, read.length + 1))
}

/// *na nusu*, *and a half*, *na dakika kumi* behind a length in hours.
fn duration_tail(words: Words<'_>, at: usize, so_far: u32) -> (u32, usize) {
    let (first, second) = (words.text(at), words.text(at + 1));
    let hours = so_far >= 60 && so_far.is_multiple_of(60);
    match (first, second) {
        ("na", "nusu") if hours => (30, 2),
        ("na", "robo") if hours => (15, 2),
        ("and", "a") if hours && words.text(at + 2) == "half" => (30, 3),
        ("na" | "and", _) if hours => {
            let minutes = duration_stem(words, at + 1).filter(|(minutes, _)| *minutes < 60);
            minutes.map_or((0, 0), |(minutes, length)| (minutes, length + 1))
        }
        _other => (0, 0),
    }
}

/// For how many: *watu wawili*, *2 people*, *for two*, *tuko watatu*, *me and my friend*.
pub(super) fn people(words: Words<'_>, at: usize) -> Taken<u32> {
    let count = |at: usize| numeral::cardinal(words.all(), at).filter(|read| (1..=50).contains(&read.value));
    let word = words.text(at);
    if PEOPLE_NOUNS.contains(&word) {
        return count(at + 1).map(|read| (read.value, 1 + read.length));
    }
    if let Some(read) = count(at) {
        if PEOPLE_NOUNS.contains(&words.text(at + read.length)) {
            return Some((read.value, read.length + 1));
        }
        let agreeing = ["wawili", "watatu", "wanne", "watano", "wanane"].contains(&word);
        return agreeing.then_some((read.value, read.length));
    }
    match word {
        "for" => {
            let timed =
                at > 0 && ["me", "us", "booking", "slot", "appointment", "it"].contains(&words.text(at - 1));
            let read = count(at + 1).filter(|read| !read.digits || (read.value <= 10 && !timed))?;
            let next = words.text(at + 1 + read.length);
            let measured =
                HOUR_NOUNS.contains(&next) || MINUTE_NOUNS.contains(&next) || ["am", "pm"].contains(&next);
            (!measured && next != "thirty" && next != "oclock").then_some((read.value, 1 + read.length))
        }
        "both" if words.text(at + 1) == "of" => Some((2, 2)),
        "and" | "na" => {
            let own = ["my", "a", "his", "her"].contains(&words.text(at + 1));
            let me = ["me", "myself", "i", "mimi"].contains(&words.text(at.wrapping_sub(1)));
            let companion = if own {
                words.text(at + 2)
            } else {
                words.text(at + 1)
            };
            (me && COMPANIONS.contains(&companion)).then_some((2, if own { 3 } else { 2 }))
        }
        "couple" | "couples" if words.text(at + 1) != "of" => Some((2, 1)),
        _other => None,
    }
}

/// An amount in whole shillings: *2000*, *KES 3,500*, *500 bob*, *elfu mbili*, *2k*.
pub(super) fn amount(words: Words<'_>, at: usize) -> Taken<u32> {
    let named = CURRENCIES.contains(&words.text(at));
    let start = at + usize::from(named);
    let read = numeral::cardinal(words.all(), start)?;
    let end = start + read.length;
    let named_after = CURRENCIES.contains(&words.text(end));
    let large = read.value >= 100;
    (named || named_after || large).then_some((read.value, end + usize::from(named_after) - at))
}
