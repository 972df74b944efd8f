//! What is no matter for a machine: danger, a number that nobody should paste, anger.
//!
//! Pure and deterministic, in English, Swahili and the mixture of both. Whole words and phrases count, never parts of
//! words. It errs on the side of calling a person for danger; of anger, two messages running are asked for elsewhere.

use crate::handoff::HandoffReason;
use crate::redact::redact;

/// Danger to somebody, or the threat of it. Each is one to four words in a row.
const EMERGENCY: &[&str] = &[
    "ambulance",
    "call the police",
    "bleeding",
    "unconscious",
    "fainted",
    "collapsed",
    "not breathing",
    "cant breathe",
    "cannot breathe",
    "can t breathe",
    "heart attack",
    "allergic reaction",
    "suicide",
    "kill myself",
    "kill you",
    "kill him",
    "kill her",
    "burn your place",
    "burn your shop",
    "burn down",
    "i will hurt",
    "ill hurt",
    "being attacked",
    "raped",
    "ambulensi",
    "piga polisi",
    "ita polisi",
    "anatoka damu",
    "ninatoka damu",
    "natoka damu",
    "amezirai",
    "amezimia",
    "hapumui",
    "siwezi kupumua",
    "hawezi kupumua",
    "kujiua",
    "nitajiua",
    "nitakuua",
    "nitawaua",
    "nitamuua",
    "nitachoma",
    "tutachoma",
    "ntakuua",
    "ntawachoma",
    "nisaidieni nakufa",
];

/// Words of danger that people also excuse themselves with when they come late, move or cancel.
const EXCUSES: &[&str] = &["emergency", "dharura"];

/// Words that people use when they are angry at a business.
const ANGRY: &[&str] = &[
    "useless",
    "stupid",
    "idiot",
    "idiots",
    "rubbish",
    "nonsense",
    "ridiculous",
    "unacceptable",
    "pathetic",
    "scam",
    "scammers",
    "thieves",
    "thief",
    "conmen",
    "fed up",
    "sick of",
    "terrible service",
    "worst service",
    "horrible service",
    "waste of time",
    "wasting my time",
    "angry",
    "furious",
    "disgusting",
    "shut up",
    "wtf",
    "damn",
    "fuck",
    "fucking",
    "bullshit",
    "upuzi",
    "ujinga",
    "wajinga",
    "mjinga",
    "mpumbavu",
    "wapumbavu",
    "pumbavu",
    "wezi",
    "mwizi",
    "matapeli",
    "tapeli",
    "nimekasirika",
    "nimechoka na nyinyi",
    "nimechoka nanyi",
    "mnanisumbua",
    "mnaniudhi",
    "mnakera",
    "mnanipotezea wakati",
    "mnanipotezea muda",
    "huduma mbaya",
    "huduma mbovu",
    "takataka",
    "shenzi",
    "umbwa",
    "fala",
    "mafala",
];

/// Words beside which a bare number is that of an identity document.
const IDENTITY: &[&str] = &[
    "id",
    "kitambulisho",
    "national id",
    "id number",
    "passport",
    "pasipoti",
    "namba ya kitambulisho",
];

/// What else is known of a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Beside {
    /// We asked for a telephone number: then a bare number is more likely a mistyped one than an identity.
    pub number_asked: bool,
    /// It moves or gives up a visit, or says that somebody comes late: then an emergency is the reason for that.
    pub excuses: bool,
}

/// Why a person is needed at once, by these words.
#[must_use]
pub fn at_once(words: &str, beside: Beside) -> Option<HandoffReason> {
    let heard = Heard::of(words);
    if heard.has_any(EMERGENCY) || !beside.excuses && heard.has_any(EXCUSES) {
        return Some(HandoffReason::Emergency);
    }
    is_secret(words, &heard, beside.number_asked).then_some(HandoffReason::SecretPasted)
}

/// Whether a message is angry: by its words, or since it shouts.
#[must_use]
pub fn is_angry(words: &str) -> bool {
    Heard::of(words).has_any(ANGRY) || shouts(words)
}

/// Several words, all in capitals, with more than one exclamation mark.
fn shouts(words: &str) -> bool {
    let letters = words.chars().filter(|c| c.is_alphabetic());
    let (mut count, mut upper) = (0u32, 0u32);
    for letter in letters {
        count += 1;
        upper += u32::from(letter.is_uppercase());
    }
    let marks = words.chars().filter(|c| *c == '!').count();
    count >= 12 && count == upper && marks >= 2
}

/// A card's number, or one of an identity document: by the words beside it, or because there is nothing beside it.
fn is_secret(words: &str, heard: &Heard, number_asked: bool) -> bool {
    let masked = redact(words);
    let came = |mask: &str| masked.matches(mask).count() > words.matches(mask).count();
    if came("[card]") {
        return true;
    }
    if !came("[id]") {
        return false;
    }
    if heard.has_any(IDENTITY) {
        return true;
    }
    let bare = words.trim().trim_end_matches('.');
    let alone = bare.chars().all(|c| c.is_ascii_digit());
    alone && !number_asked && !is_date(bare)
}

/// Eight digits that are a day: `20260513`, `13052026`.
fn is_date(digits: &str) -> bool {
    if digits.len() != 8 {
        return false;
    }
    let number = |from: usize, to: usize| digits.get(from..to).and_then(|part| part.parse::<u16>().ok());
    let day = |year: Option<u16>, month: Option<u16>, day: Option<u16>| {
        matches!(
            (year, month, day),
            (Some(2000..=2099), Some(1..=12), Some(1..=31))
        )
    };
    day(number(0, 4), number(4, 6), number(6, 8)) || day(number(4, 8), number(2, 4), number(0, 2))
}

/// The words of a message, each between blanks.
struct Heard(String);

impl Heard {
    fn of(words: &str) -> Self {
        // "can't" and "cant" are one word.
        let plain = words.to_lowercase().replace(['\'', '’'], "");
        let mut spaced = String::from(" ");
        for word in plain
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
        {
            spaced.push_str(word);
            spaced.push(' ');
        }
        Self(spaced)
    }

    fn has_any(&self, phrases: &[&str]) -> bool {
        phrases
            .iter()
            .any(|phrase| self.0.contains(&format!(" {phrase} ")))
    }
}

#[cfg(test)]
mod tests;
