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
pub(super) const COMPANIONS: &[&str] = &[
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
    "bibi",
    "bwana",
    "baba",
    "dad",
    "father",
    "aunt",
    "auntie",
    "shangazi",
    "niece",
    "mtoto",
    "child",
    "kid",
    "fiancee",
    "workmate",
    "roommate",
    "mwenzangu",
    "mamangu",
    "dadangu",
    "kakangu",
    "babangu",
    "mwanangu",
    "rafikiangu",
    "binti",
    "cousin",
    "colleague",
];
const COMPANIONS_MANY: &[&str] = &[
    "friends",
    "marafiki",
    "rafiki",
    "sisters",
    "brothers",
    "daughters",
    "sons",
    "kids",
    "children",
    "watoto",
    "dada",
    "others",
    "colleagues",
    "cousins",
    "wenzangu",
    "wengine",
];
/// More guests than this come to no salon at once: the number is something else.
const PEOPLE_MOST: u32 = 50;
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

/// For how many: *watu wawili*, *2 people*, *for two*, *tuko watatu*, *me and my friend*, *na rafiki yangu*.
pub(super) fn people(words: Words<'_>, at: usize) -> Taken<u32> {
    let word = words.text(at);
    if let Some(company) = company(words, at) {
        return Some(company);
    }
    if PEOPLE_NOUNS.contains(&word) {
        return count(words, at + 1).map(|read| (read.value, 1 + read.length));
    }
    if let Some(read) = count(words, at) {
        let (next, after) = (words.text(at + read.length), words.text(at + read.length + 1));
        if PEOPLE_NOUNS.contains(&next) {
            return Some((read.value, read.length + 1));
        }
        if next == "of" && ["us", "you"].contains(&after) {
            return Some((read.value, read.length + 2));
        }
        let agreeing = ["wawili", "watatu", "wanne", "watano", "wanane"].contains(&word);
        return agreeing.then_some((read.value, read.length));
    }
    match word {
        "for" => {
            let timed =
                at > 0 && ["me", "us", "booking", "slot", "appointment", "it"].contains(&words.text(at - 1));
            let read = count(words, at + 1)?;
            // "Booking for 2 tomorrow at 11am" has its hour elsewhere.
            let timed = timed && !names_hour(words, at + 1 + read.length);
            if read.digits && (read.value > 10 || timed) {
                return None;
            }
            (!is_measured(words, at + 1 + read.length)).then_some((read.value, 1 + read.length))
        }
        "group" | "party" | "team" if words.text(at + 1) == "of" => {
            count(words, at + 2).map(|read| (read.value, 2 + read.length))
        }
        "tuko" | "tutakuwa" | "tupo" | "sisi" | "were" => counted_of_us(words, at + 1, 1),
        "we" if ["are", "r", "will"].contains(&words.text(at + 1)) => {
            let be = usize::from(words.text(at + 2) == "be");
            counted_of_us(words, at + 2 + be, 2 + be)
        }
        "both" if words.text(at + 1) == "of" => Some((2, 2)),
        "couple" | "couples" if words.text(at + 1) != "of" => Some((2, 1)),
        _other => None,
    }
}

fn count(words: Words<'_>, at: usize) -> Option<numeral::Read> {
    numeral::cardinal(words.all(), at).filter(|read| (1..=PEOPLE_MOST).contains(&read.value))
}

/// Whether an hour is named from here on that nothing but an hour can be.
fn names_hour(words: Words<'_>, from: usize) -> bool {
    (from..words.all().len()).any(|at| {
        let read = numeral::cardinal(words.all(), at + 1);
        match words.text(at) {
            "saa" | "at" => read.is_some() || matches!(words.kind(at + 1), Some(Kind::Clock { .. })),
            "am" | "pm" | "noon" | "oclock" | "asubuhi" | "mchana" | "jioni" => true,
            _other => matches!(words.kind(at), Some(Kind::Clock { .. })),
        }
    })
}

/// Whether the number before belongs to a length or an hour.
fn is_measured(words: Words<'_>, at: usize) -> bool {
    let next = words.text(at);
    HOUR_NOUNS.contains(&next)
        || MINUTE_NOUNS.contains(&next)
        || ["am", "pm", "thirty", "oclock"].contains(&next)
}

/// *tuko 3*, *we are 4*: a number of us, unless it is an hour or a length.
fn counted_of_us(words: Words<'_>, at: usize, before: usize) -> Taken<u32> {
    let read = count(words, at).filter(|read| read.value > 1)?;
    (!is_measured(words, at + read.length)).then_some((read.value, before + read.length))
}

const POSSESSIVES: &[&str] = &["my", "a", "his", "her", "our"];
const POSSESSIVES_BEHIND: &[&str] = &[
    "yangu", "wangu", "langu", "zangu", "wangu", "yetu", "wetu", "zetu",
];

/// Somebody comes along: *me and my friend*, *na rafiki yangu*, *my sister and I*, *with two friends*.
fn company(words: Words<'_>, at: usize) -> Taken<u32> {
    let word = words.text(at);
    if word == "my" && COMPANIONS.contains(&words.text(at + 1)) {
        let me = ["i", "me", "myself"].contains(&words.text(at + 3));
        return (words.text(at + 2) == "and" && me).then_some((2, 4));
    }
    let brought = ["bring", "bringing", "nitaleta", "naleta"].contains(&word);
    if !brought && !["and", "na", "with", "plus"].contains(&word) {
        return None;
    }
    let own = usize::from(POSSESSIVES.contains(&words.text(at + 1)));
    let start = at + 1 + own;
    // "with two friends", "na marafiki wawili": the speaker comes too.
    if let Some(read) = count(words, start) {
        let friends = COMPANIONS_MANY.contains(&words.text(start + read.length));
        return friends.then(|| (read.value.saturating_add(1), start + read.length + 1 - at));
    }
    let companion = words.text(start);
    let behind = usize::from(POSSESSIVES_BEHIND.contains(&words.text(start + 1)));
    let many = COMPANIONS_MANY.contains(&companion) || behind == 1 && companion == "rafiki";
    if let Some(read) = count(words, start + 1 + behind).filter(|_| many) {
        let length = start + 1 + behind + read.length - at;
        return Some((read.value.saturating_add(1), length));
    }
    let me = at > 0 && ["me", "myself", "i", "mimi"].contains(&words.text(at - 1));
    // "mamangu" has its owner within.
    let within = companion.ends_with("angu");
    let related = own == 1 || behind == 1 || me || within;
    (COMPANIONS.contains(&companion) && related).then_some((2, start + 1 + behind - at))
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
