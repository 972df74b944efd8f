//! Words as data: spellings seen in chat, and word lists by language. What words *mean* stands in the modules that
//! read them; a word is listed here so that it is recognised, also when it is drawn out or respelled.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use super::{calendar, numeral, rules, verb};

/// Chat spellings and short forms, and the word that each stands for.
#[rustfmt::skip]
const SPELLINGS: &[(&str, &str)] = &[
    ("afta", "after"), ("afternon", "afternoon"), ("aftanoon", "afternoon"), ("ahsante", "asante"),
    ("ahsanteni", "asante"), ("apana", "hapana"), ("appoinment", "appointment"),
    ("apointment", "appointment"), ("appointmnt", "appointment"), ("appt", "appointment"),
    ("asanteni", "asante"), ("asubui", "asubuhi"), ("asubuh", "asubuhi"), ("asb", "asubuhi"),
    ("avail", "available"), ("b4", "before"), ("bk", "book"), ("cancell", "cancel"), ("cancle", "cancel"),
    ("cos", "because"), ("coz", "because"), ("dk", "dakika"), ("doo", "doh"), ("evng", "evening"),
    ("frm", "from"), ("gd", "good"), ("gud", "good"), ("helo", "hello"), ("hallo", "hello"), ("hr", "hour"),
    ("hrs", "hours"), ("hw", "how"), ("jion", "jioni"), ("jiooni", "jioni"), ("kasarobo", "kasorobo"),
    ("kasrobo", "kasorobo"), ("kdg", "kidogo"), ("kesh", "kesho"), ("keso", "kesho"), ("kecho", "kesho"), ("ksho", "kesho"), ("mcana", "mchana"),
    ("mchna", "mchana"), ("min", "minutes"), ("mins", "minutes"), ("minute", "minutes"), ("mng", "morning"),
    ("mornin", "morning"), ("mrng", "morning"), ("msg", "message"), ("msgs", "messages"), ("n", "na"),
    ("naeza", "naweza"), ("nko", "niko"), ("mnaeza", "mnaweza"),
    ("tunaeza", "tunaweza"), ("unaeza", "unaweza"), ("anaeza", "anaweza"), ("jumatanu", "jumatano"), ("naezaje", "nawezaje"), ("ndo", "ndio"), ("ndiyo", "ndio"), ("ndyo", "ndio"),
    ("nxt", "next"), ("pls", "please"), ("plz", "please"), ("plse", "please"), ("pliz", "please"),
    ("pliiz", "please"), ("rescedule", "reschedule"), ("sa", "saa"), ("shukrani", "shukran"),
    ("tafadhari", "tafadhali"), ("tafathali", "tafadhali"), ("thanx", "thanks"), ("thenx", "thanks"),
    ("thenks", "thanks"), ("thx", "thanks"), ("thnx", "thanks"), ("thnks", "thanks"), ("thks", "thanks"),
    ("tks", "thanks"), ("tnx", "thanks"), ("tnks", "thanks"), ("tia", "thanks"), ("tmr", "tomorrow"), ("tomrw", "tomorrow"), ("tomrow", "tomorrow"), ("tomorw", "tomorrow"),
    ("tmrw", "tomorrow"), ("tmrrw", "tomorrow"), ("tmoro", "tomorrow"), ("tmorow", "tomorrow"),
    ("tmorrow", "tomorrow"), ("tmw", "tomorrow"), ("tomoro", "tomorrow"), ("tomorow", "tomorrow"),
    ("tommorow", "tomorrow"), ("tommorrow", "tomorrow"), ("tomoz", "tomorrow"), ("tonite", "tonight"),
    ("tonyt", "tonight"), ("tym", "time"), ("ucku", "usiku"), ("uciku", "usiku"), ("ur", "your"),
    ("wanna", "want"), ("wknd", "weekend"), ("wkend", "weekend"), ("wekend", "weekend"), ("wk", "week"),
    ("wik", "wiki"), ("yah", "yes"), ("yeah", "yes"), ("yap", "yes"), ("yea", "yes"), ("yep", "yes"),
    ("yess", "yes"), ("yup", "yes"), ("gonna", "going"),
];

/// Swahili words that carry grammar or small talk, for telling the language.
#[rustfmt::skip]
const SWAHILI: &[&str] = &[
    "acha", "acheni", "adhuhuri", "ahirisha", "alasiri", "alfajiri", "alhamisi", "ama", "anza", "arobaini",
    "asante", "asubuhi", "au", "baada", "baadaye", "badala", "badilisha", "bado", "basi", "bei", "bila",
    "bora", "cha", "chaguo", "dada", "dakika", "ee", "eeh", "elfu", "fedha", "futa", "gani", "ghairi",
    "gharama", "habari", "hadi", "hakuna", "hamjambo", "hamsini", "hapa", "hapana", "haraka", "hatua",
    "haya", "hela", "hii", "hilo", "hivi", "hiyo", "hizi", "hizo", "hodi", "huduma", "hujambo", "huko",
    "ijayo", "ijumaa", "ikiwa", "iko", "ila", "ile", "inayokuja", "ingine", "ipi", "ishirini", "iwe",
    "jambo", "jana", "je", "jengo", "jioni", "jumamosi", "jumanne", "jumapili", "jumatano", "jumatatu",
    "juzi", "kabla", "kadi", "kaka", "kama", "kamili", "kasoro", "kasorobo", "kata", "kati", "katika",
    "kesho", "keshokutwa", "kidogo", "kila", "kisha", "krismasi", "kuanzia", "kubwa", "kucha", "kufika",
    "kuhusu", "kuja", "kujua", "kumi", "kuna", "kunyoa", "kupata", "kusuka", "kutoka", "kutwa", "kuwa",
    "kwa", "kwani", "kwanza", "la", "labda", "laki", "lakini", "leo", "lini", "lisaa", "maegesho",
    "maelezo", "majira", "malipo", "mambo", "mapema", "mara", "masaa", "mbele", "mbili", "mchana", "meseji",
    "mia", "miadi", "mida", "mimi", "mke", "mko", "mkono", "mna", "mnaomba", "moja", "mosi", "mpaka", "mpo",
    "mpya", "msaada", "mtaa", "mtondo", "mtondogoo", "mtu", "muda", "mume", "mwaka", "mwanzo", "mwema",
    "mwezi", "mwingine", "mwisho", "na", "naam", "nafasi", "namba", "nane", "nani", "naomba", "nataka",
    "naweza", "nawezaje", "ndani", "ndio", "ngapi", "ngoja", "ni", "niko", "nina", "ningependa", "ninyi",
    "njema", "nne", "nusu", "nyingine", "nyinyi", "nyuma", "nywele", "nzuri", "ofa", "ombi", "ondoa",
    "orodha", "pamoja", "pasaka", "pesa", "pia", "pili", "pole", "punguzo", "rafiki", "robo", "saa", "saba",
    "safi", "saivi", "salaam", "salama", "salamu", "samahani", "sana", "sasa", "sawa", "shikamoo",
    "shilingi", "shughuli", "si", "sijui", "siku", "simu", "sina", "sio", "sisi", "sita", "sitaki",
    "sitini", "siyo", "subiri", "tafadhali", "tano", "tarehe", "tatu", "tena", "thelathini", "tisa", "tu",
    "tuko", "ujao", "ujumbe", "umeamkaje", "unusu", "usiku", "uso", "vipi", "vizuri", "vya", "wa", "wakati",
    "wapi", "watu", "wawili", "wazi", "wenzangu", "wewe", "wikendi", "wiki", "ya", "yangu", "yenu", "yetu",
    "yuko", "yule", "za", "zangu", "zenu", "zijazo", "zote",
];

/// English words of the same kind.
#[rustfmt::skip]
const ENGLISH: &[&str] = &[
    "a", "about", "address", "after", "afternoon", "again", "agree", "agreed", "all", "also", "am", "an",
    "and", "another", "any", "anything", "appointment", "appointments", "are", "as", "asap", "at",
    "availability", "available", "back", "be", "because", "been", "before", "better", "between", "book",
    "booked", "booking", "bookings", "bring", "but", "by", "call", "can", "cancel", "cannot", "cant",
    "card", "change", "charge", "close", "closed", "coffee", "come", "coming", "confirm", "correct", "cost",
    "could", "date", "day", "days", "different", "discount", "do", "does", "dont", "earlier", "early",
    "end", "evening", "feel", "feet", "few", "first", "for", "free", "friday", "from", "get", "give", "go",
    "going", "good", "great", "haircut", "half", "have", "hello", "help", "here", "hey", "hi", "hold",
    "hour", "hours", "how", "i", "id", "ill", "im", "in", "instead", "is", "it", "its", "ive", "just",
    "keep", "kindly", "last", "late", "later", "let", "lets", "like", "location", "long", "look", "looking",
    "lunch", "make", "manager", "may", "me", "meet", "meeting", "message", "midday", "midnight", "minutes",
    "monday", "money", "month", "more", "morning", "move", "much", "my", "near", "need", "next", "night",
    "no", "none", "noon", "nope", "not", "now", "o", "of", "offer", "offers", "ok", "okay", "on", "one",
    "only", "onwards", "open", "opening", "option", "or", "other", "our", "out", "paid", "past", "pay",
    "payment", "people", "person", "please", "pm", "postpone", "price", "prices", "push", "quarter",
    "receive", "refund", "reschedule", "right", "running", "saturday", "second", "see", "send", "sent",
    "service", "services", "should", "sleep", "slot", "slots", "some", "someone", "soon", "sorry", "speak",
    "start", "still", "stop", "street", "stuck", "sunday", "sure", "talk", "team", "than", "thank",
    "thanks", "that", "the", "there", "this", "three", "thursday", "till", "time", "times", "to", "today",
    "tomorrow", "tonight", "too", "traffic", "tuesday", "two", "unsubscribe", "until", "up", "us", "wait",
    "want", "was", "we", "wednesday", "week", "weekend", "weekends", "weeks", "well", "what", "whats",
    "when", "where", "which", "who", "will", "with", "work", "works", "would", "yes", "yesterday", "yet",
    "you", "your",
];

/// Sheng words that even short messages use.
#[rustfmt::skip]
const SHENG: &[&str] = &[
    "aki", "bonga", "buda", "chapaa", "cheki", "dishi", "doh", "fiti", "form", "freshi", "furahiday",
    "ganji", "kitu", "mambo", "maze", "mazee", "morio", "mresh", "msee", "mtaani", "mzae", "nduthi",
    "niache", "niaje", "niko", "noma", "oya", "poa", "rada", "radha", "sai", "sasa", "sato", "sema", "vile",
    "vipi", "wachana", "wadau", "wasee", "zii",
];

/// Words that soften a message and mean nothing for us.
#[rustfmt::skip]
const FILLERS: &[&str] = &[
    "aki", "bana", "basi", "bosi", "boss", "bro", "buda", "dada", "dear", "guys", "hata", "hebu", "hun", "jamani",
    "ah", "aah", "just", "kaka", "kindly", "madam", "manze", "maze", "mazee", "mkuu", "mpenzi", "mrembo", "msee", "mzee", "oya", "please",
    "pole", "samahani", "sir", "sis", "sorry", "tafadhali", "team", "tu", "wadau",
];

/// Words that are asked for one by one, for every word of every message.
type WordSet = LazyLock<BTreeSet<&'static str>>;

static MEANT: LazyLock<BTreeMap<&'static str, &'static str>> = LazyLock::new(|| {
    // The first of two spellings counts.
    SPELLINGS.iter().rev().copied().collect()
});
static SWAHILI_WORDS: WordSet = LazyLock::new(|| SWAHILI.iter().copied().collect());
static ENGLISH_WORDS: WordSet = LazyLock::new(|| ENGLISH.iter().copied().collect());
static SHENG_WORDS: WordSet = LazyLock::new(|| SHENG.iter().copied().collect());
static FILLER_WORDS: WordSet = LazyLock::new(|| FILLERS.iter().copied().collect());
static SHORT_ANSWERS: WordSet = LazyLock::new(|| {
    let lists = [
        rules::YES,
        rules::NO,
        rules::NOT_YET,
        rules::GREETINGS,
        rules::THANKS,
    ];
    lists.into_iter().flatten().copied().collect()
});

/// The word that a chat spelling stands for.
pub(super) fn spelling(word: &str) -> Option<&'static str> {
    MEANT.get(word).copied()
}

/// Whether some table or rule of this module's neighbours knows the word.
pub(super) fn is_known(word: &str) -> bool {
    is_swahili(word)
        || is_english(word)
        || is_sheng(word)
        || is_filler(word)
        || SHORT_ANSWERS.contains(word)
        || numeral::unit(word).is_some()
        || calendar::weekday_exact(word).is_some()
        || calendar::month_named(word).is_some()
        || calendar::is_holiday_word(word)
        || verb::analyse(word).is_some()
}

pub(super) fn is_swahili(word: &str) -> bool {
    SWAHILI_WORDS.contains(word)
}

pub(super) fn is_english(word: &str) -> bool {
    ENGLISH_WORDS.contains(word)
}

pub(super) fn is_sheng(word: &str) -> bool {
    SHENG_WORDS.contains(word)
}

pub(super) fn is_filler(word: &str) -> bool {
    FILLER_WORDS.contains(word)
}
