//! Swahili verb forms, also around English verbs: *nimelipa*, *sijalipa*, *nibookie*, *kucancel*.
//!
//! A form is read as subject, tense and object marks around a root that stands in the table. That way a rule names the
//! root once and holds for every person, tense and courtesy form.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// How the end of a form may look.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    /// Bantu roots: *lip-a*, *lip-e*, *lip-ia*, *lip-wa*.
    Swahili,
    /// Arabic loans, which end in *-i* in every form: *ghairi*, *subiri*.
    Loan,
    /// Borrowed verbs: *cancel*, *cancelled*, *bookie*.
    English,
}

/// A root, the name that rules use for it, and its family.
type Root = (&'static str, &'static str, Family);

/// Roots and the name that rules use for them.
pub(super) const ROOTS: &[Root] = &[
    ("lip", "pay", Family::Swahili),
    ("tum", "send", Family::Swahili),
    ("pat", "get", Family::Swahili),
    ("pok", "receive", Family::Swahili),
    ("badilish", "change", Family::Swahili),
    ("badil", "change", Family::Swahili),
    ("sogez", "move", Family::Swahili),
    ("songesh", "move", Family::Swahili),
    ("songez", "move", Family::Swahili),
    ("ahirish", "move", Family::Swahili),
    ("hamish", "move", Family::Swahili),
    ("pelek", "move", Family::Swahili),
    ("ghair", "cancel", Family::Loan),
    ("ghaili", "cancel", Family::Loan),
    ("fut", "cancel", Family::Swahili),
    ("futili", "cancel", Family::Loan),
    ("katish", "cancel", Family::Swahili),
    ("sitish", "cancel", Family::Swahili),
    ("batilish", "cancel", Family::Swahili),
    ("chelew", "late", Family::Swahili),
    ("fik", "arrive", Family::Swahili),
    ("kuj", "come", Family::Swahili),
    ("ij", "come", Family::Swahili),
    ("hudhuri", "come", Family::Swahili),
    ("wez", "can", Family::Swahili),
    ("ez", "can", Family::Swahili),
    ("weze", "can", Family::Swahili),
    ("tak", "want", Family::Swahili),
    ("taki", "wish", Family::Swahili),
    ("pend", "want", Family::Swahili),
    ("omb", "ask", Family::Swahili),
    ("hitaj", "want", Family::Loan),
    ("tafut", "want", Family::Swahili),
    ("wek", "put", Family::Swahili),
    ("ek", "put", Family::Swahili),
    ("pang", "put", Family::Swahili),
    ("hifadh", "put", Family::Loan),
    ("andik", "put", Family::Swahili),
    ("shiki", "put", Family::Swahili),
    ("pig", "call", Family::Swahili),
    ("onge", "talk", Family::Swahili),
    ("ongele", "talk", Family::Swahili),
    ("zungumz", "talk", Family::Swahili),
    ("rudish", "return", Family::Swahili),
    ("rejesh", "return", Family::Swahili),
    ("kat", "deduct", Family::Swahili),
    ("kata", "refuse", Family::Swahili),
    ("end", "go", Family::Swahili),
    ("kwend", "go", Family::Swahili),
    ("pit", "go", Family::Swahili),
    ("rush", "send", Family::Swahili),
    ("ongelesh", "talk", Family::Swahili),
    ("chagu", "choose", Family::Swahili),
    ("chuku", "choose", Family::Swahili),
    ("kose", "mistake", Family::Swahili),
    ("kos", "mistake", Family::Swahili),
    ("elekez", "direct", Family::Swahili),
    ("ju", "know", Family::Swahili),
    ("uliz", "know", Family::Swahili),
    ("thibitish", "confirm", Family::Swahili),
    ("kubal", "confirm", Family::Loan),
    ("shindw", "fail", Family::Swahili),
    ("fung", "open", Family::Swahili),
    ("fungu", "open", Family::Swahili),
    ("fany", "do", Family::Swahili),
    ("ondo", "remove", Family::Swahili),
    ("ondole", "remove", Family::Swahili),
    ("lalamik", "complain", Family::Swahili),
    ("subir", "wait", Family::Loan),
    ("ngoj", "wait", Family::Swahili),
    ("shukur", "thank", Family::Loan),
    ("ambi", "tell", Family::Swahili),
    ("on", "see", Family::Swahili),
    ("onyesh", "show", Family::Swahili),
    ("onesh", "show", Family::Swahili),
    ("kumbush", "show", Family::Swahili),
    ("angali", "show", Family::Swahili),
    ("toz", "charge", Family::Swahili),
    ("lipish", "charge", Family::Swahili),
    ("chaj", "charge", Family::Swahili),
    ("charge", "charge", Family::English),
    ("charg", "charge", Family::English),
    ("book", "book", Family::English),
    ("buk", "book", Family::English),
    ("reserve", "book", Family::English),
    ("cancel", "cancel", Family::English),
    ("reschedule", "move", Family::English),
    ("resched", "move", Family::English),
    ("postpone", "move", Family::English),
    ("shift", "move", Family::English),
    ("move", "move", Family::English),
    ("push", "move", Family::English),
    ("change", "change", Family::English),
    ("switch", "change", Family::English),
    ("pay", "pay", Family::English),
    ("send", "send", Family::English),
    ("resend", "send", Family::English),
    ("call", "call", Family::English),
    ("confirm", "confirm", Family::English),
    ("refund", "refund", Family::English),
    ("open", "open", Family::English),
    ("close", "open", Family::English),
    ("maliz", "finish", Family::Swahili),
    ("text", "text", Family::English),
    ("deduct", "deduct", Family::English),
    ("talk", "talk", Family::English),
];

const SWAHILI_ENDINGS: &[&str] = &[
    "a", "e", "ia", "ie", "ea", "ee", "wa", "we", "iwa", "iwe", "ewa", "ewe", "eni", "ieni", "iana", "ika",
    "u", "i", "iwi",
];

const ENGLISH_ENDINGS: &[&str] = &[
    "", "s", "d", "ed", "ing", "led", "ling", "ie", "ia", "iwa", "iwe", "iwi", "ishwa", "we", "wa", "eni",
];

/// Subject marks with their polarity: `false` is negative. Infinitives and *na-* for *nina-* stand among them.
const SUBJECTS: &[(&str, bool)] = &[
    ("", true),
    ("ni", true),
    ("n", true),
    ("u", true),
    ("a", true),
    ("tu", true),
    ("tw", true),
    ("m", true),
    ("mu", true),
    ("wa", true),
    ("i", true),
    ("li", true),
    ("ki", true),
    ("zi", true),
    ("ya", true),
    ("ku", true),
    ("kw", true),
    ("hu", true),
    ("si", false),
    ("usi", false),
    ("msi", false),
    ("tusi", false),
    ("hatu", false),
    ("ham", false),
    ("hamu", false),
    ("hawa", false),
    ("ha", false),
    ("hai", false),
    ("haku", false),
    ("kuto", false),
    ("isi", false),
];

const TENSES: &[&str] = &[
    "", "na", "li", "ta", "me", "mesha", "mekwisha", "lisha", "sha", "isha", "ja", "ku", "ki", "ka", "nge",
    "ngeli", "to", "taku", "meku", "liku", "shaku", "naku", "meshaku",
];

const OBJECTS: &[&str] = &[
    "", "ni", "ku", "m", "mw", "tu", "wa", "i", "ki", "vi", "li", "ya", "u", "zi", "ji", "ha",
];

/// Object marks of the speaker.
const OBJECTS_ME: &[&str] = &["ni", "tu"];

/// Endings of what is done for somebody: *pig-ia*, *tum-ie*.
const APPLIED_ENDINGS: &[&str] = &["ia", "ie", "ea", "ee", "ieni"];

/// Tenses of what has happened, or has not happened yet.
const DONE: &[&str] = &["li", "me", "mesha", "mekwisha", "lisha", "sha", "isha", "ja"];

const PASSIVE_ENDINGS: &[&str] = &["wa", "iwa", "ewa", "ishwa"];

/// Endings of a borrowed verb that is plain English: *booked*, *moving*.
const PLAIN_ENDINGS: &[&str] = &["", "s", "d", "ed", "ing", "led", "ling"];

/// The longest marks before a root: subject, tense and object, *hatumeshakuni-*.
const PREFIX_CHARS_MAX: usize = 16;

/// A verb form, as far as the rules ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Verb {
    /// The English name of the root.
    pub(super) root: &'static str,
    pub(super) negative: bool,
    /// A passive of what has happened, or not yet: *imethibitishwa*, *sijathibitishwa*.
    pub(super) undergone: bool,
    /// What has happened: *nimelipa*, *ameshalipa*, *zimeenda*.
    pub(super) done: bool,
    /// Done to the speaker: *nipigie*, *mliniambia*.
    pub(super) to_me: bool,
}

/// Whether the word is a borrowed verb as English writes it: *confirmed*, but not *kuconfirm*.
pub(super) fn is_plain_english(word: &str) -> bool {
    ROOTS
        .iter()
        .filter(|(_, _, family)| *family == Family::English)
        .filter_map(|(stem, ..)| word.strip_prefix(stem))
        .any(|ending| PLAIN_ENDINGS.contains(&ending))
}

/// The roots by the letter that each begins with: every word of every message is looked for at every letter.
static BY_FIRST_LETTER: LazyLock<BTreeMap<char, Vec<Root>>> = LazyLock::new(|| {
    let mut sorted: BTreeMap<char, Vec<Root>> = BTreeMap::new();
    for root in ROOTS {
        if let Some(first) = root.0.chars().next() {
            sorted.entry(first).or_default().push(*root);
        }
    }
    sorted
});

/// The verb form that a word is, if any; the longest root wins.
pub(super) fn analyse(word: &str) -> Option<Verb> {
    let mut best: Option<(usize, Verb)> = None;
    for (at, first) in word.char_indices().take(PREFIX_CHARS_MAX + 1) {
        let (prefix, tail) = word.split_at(at);
        for (stem, root, family) in BY_FIRST_LETTER.get(&first).into_iter().flatten() {
            let Some(ending) = tail.strip_prefix(stem) else {
                continue;
            };
            let Some(negative) = polarity(prefix, ending, *family) else {
                continue;
            };
            if best.is_none_or(|(length, _)| stem.len() > length) {
                let done = is_done(prefix);
                let verb = Verb {
                    root,
                    negative,
                    undergone: done && PASSIVE_ENDINGS.contains(&ending),
                    done: done && !negative,
                    to_me: is_to_me(prefix, ending, *family),
                };
                best = Some((stem.len(), verb));
            }
        }
    }
    best.map(|(_, verb)| verb)
}

/// Whether the form is done to the speaker. *Ni-* is the subject as well: *nipige* is "shall I hit", *nipigie* "call me".
fn is_to_me(prefix: &str, ending: &str, family: Family) -> bool {
    let applied = family == Family::Loan || APPLIED_ENDINGS.contains(&ending);
    applied && OBJECTS_ME.iter().any(|me| prefix.ends_with(me))
}

/// Whether the marks are a subject, a tense of what has happened, and an object if any: *nime-*, *mmenika-*.
fn is_done(prefix: &str) -> bool {
    let behind_subject = |(subject, _): &(&str, bool)| prefix.strip_prefix(subject);
    let behind_tense = |rest| {
        DONE.iter()
            .filter_map(move |tense| str::strip_prefix(rest, tense))
    };
    SUBJECTS
        .iter()
        .filter_map(behind_subject)
        .flat_map(behind_tense)
        .any(|object| OBJECTS.contains(&object))
}

/// Whether the form is negative; `None` if prefix and ending make no form.
fn polarity(prefix: &str, ending: &str, family: Family) -> Option<bool> {
    let endings = match family {
        Family::Swahili | Family::Loan => SWAHILI_ENDINGS,
        Family::English => ENGLISH_ENDINGS,
    };
    if !endings.contains(&ending) {
        return None;
    }
    let mut verdict = None;
    for (subject, positive) in SUBJECTS {
        let Some(after_subject) = prefix.strip_prefix(subject) else {
            continue;
        };
        for tense in TENSES {
            let Some(after_tense) = after_subject.strip_prefix(tense) else {
                continue;
            };
            if OBJECTS.contains(&after_tense) {
                // A form with a negative reading is negative: *si-* belongs to nothing else.
                verdict = Some(verdict.unwrap_or(false) || !positive);
            }
        }
    }
    let negative = verdict?;
    let bare = prefix.is_empty();
    let imaginable = match (family, ending) {
        // "-i" closes negative forms; "-e" and "-u" need a mark before them, or every noun would be a verb.
        (Family::Swahili, "i" | "iwi") => negative,
        (Family::Swahili, "e" | "u") => !bare,
        (Family::Swahili | Family::Loan | Family::English, _) => true,
    };
    imaginable.then_some(negative)
}
