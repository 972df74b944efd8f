//! Words that decide by being the whole message, or all of it that matters.

/// Words that say yes, and those that may stand beside them.
#[rustfmt::skip]
pub(in crate::understanding) const YES: &[&str] = &[
    "ndio", "sawa", "sawasawa", "haya", "ee", "eeh", "eh", "ehe", "naam", "poa", "fiti", "yes", "ok",
    "okay", "okey", "oki", "okie", "k", "sure", "confirm", "confirmed", "correct", "right", "perfect",
    "fine", "nathibitisha", "good", "thibitisha", "kabisa", "nakubali", "nimekubali", "kubali", "safi",
    "freshi", "fresh", "inafaa", "alright", "great", "definitely", "absolutely", "hakika", "proceed",
    "endelea", "tuendelee", "agreed", "agree", "kwel", "kweli", "sasawa", "works", "bomba", "ndivyo",
    "ofcourse", "course", "deal", "vizuri", "nzuri", "hewala", "aye", "ndioo", "yees", "imekubaliwa",
    "naridhika", "nimeridhika", "oky", "okk", "kk", "y", "yh", "noted", "cool", "nice", "exactly", "yessir",
];

/// Words that say no.
#[rustfmt::skip]
pub(in crate::understanding) const NO: &[&str] = &[
    "hapana", "zii", "zi", "no", "nope", "nah", "sio", "siyo", "si", "sitaki", "la", "negative", "never", "not", "hapanaa",
    "dont", "wrong", "hatutaki", "haiko", "haifai", "hainifai", "haitafaa", "haiwezekani", "haiwezi",
    "hasha", "asilani", "nimekataa", "nakataa", "sikubali", "tumekataa", "staki", "sidhani", "ata", "naah", "noo",
];

/// Words that put off.
#[rustfmt::skip]
pub(in crate::understanding) const NOT_YET: &[&str] = &[
    "bado", "ngoja", "ngojea", "ngojeni", "subiri", "subirini", "subir", "wait", "kidogo", "hold", "later",
    "baadaye", "badae", "baadae", "nifikirie", "nitafikiria", "nafikiria", "nafikiri", "ninafikiria", "tunafikiria", "moment", "sijui", "sijaamua", "patience",
    "undecided", "nangoja", "nasubiri", "nitakuambia", "nitakwambia",
];

/// Words that go with a yes, a no or a wait, and decide nothing.
#[rustfmt::skip]
pub(in crate::understanding) const GLUE: &[&str] = &[
    "iko", "ni", "ya", "hiyo", "hivyo", "hivo", "hilo", "that", "thats", "its", "it", "is", "for", "me",
    "of", "lets", "go", "ahead", "do", "with", "asante", "thanks", "thank", "you", "sana", "mimi", "i",
    "im", "am", "on", "kwangu", "hizo", "basi", "tu", "ile", "and", "na", "kwa", "this", "the", "a", "an",
    "one", "minute", "minutes", "dakika", "moja", "not", "yet", "sure", "nipe", "muda", "give", "let",
    "think", "check", "first", "kwanza", "please", "u", "iwe", "very", "much", "acha", "wacha", "so", "all",
    "to", "hii", "hata", "kitu", "nani", "ndo", "mzuri", "njema", "book", "booking", "will", "be", "would",
    "sounds", "looks", "really", "thankyou", "up", "sec", "second", "seconds", "time", "want", "shukran",
    "bit", "little", "while", "few", "moments", "nataka", "wapendwa", "wapenzi", "wadau", "zenu", "yenu", "now", "sasa", "niko", "tena", "pia", "hello", "hi", "hey",
];

/// Words that greet.
#[rustfmt::skip]
pub(in crate::understanding) const GREETINGS: &[&str] = &[
    "habari", "habarini", "hujambo", "hamjambo", "jambo", "salaam", "salamu", "shikamoo", "marahaba",
    "mambo", "sasa", "niaje", "vipi", "hi", "hey", "hello", "hallo", "hae", "heey", "sema", "hodi", "mko",
    "poa", "uko", "aje", "umeamkaje", "umeshindaje", "mmeamkaje", "salama", "greetings", "rada", "form",
    "wassup", "sup", "howdy", "hola", "hujambo", "mzima", "wazima", "mambovipi", "yo", "there", "morning",
    "afternoon", "evening", "heyy", "sijambo", "hatujambo", "assalamu", "asalamu", "salam", "asalam", "alaikum", "aleikum", "alaykum", "niambie", "gm", "goodmorning", "goodafternoon", "goodevening",
];

/// Words that thank.
#[rustfmt::skip]
pub(in crate::understanding) const THANKS: &[&str] = &[
    "asante", "thanks", "thank", "shukran", "nashukuru", "tunashukuru", "thankyou", "shukrani", "nawashukuru", "nimeshukuru", "tumeshukuru", "nakushukuru", "tunawashukuru",
    "asanti", "asantee", "asnte", "nashkuru", "tunashkuru", "nashukuruni", "asanteni", "shukraan", "respect", "appreciate", "appreciated", "grateful", "cheers", "obliged", "ty", "barikiwa", "mbarikiwe", "ubarikiwe",
];

/// Words that ask whether or in which kinds something is sold, and add nothing to it.
#[rustfmt::skip]
pub(in crate::understanding) const OFFER_FRAME: &[&str] = &[
    "what", "which", "wat", "do", "does", "you", "u", "guys", "have", "offer", "provide", "sell", "give",
    "kind", "kinds", "type", "types", "sort", "sorts", "of", "are", "there", "any", "your", "the", "a", "an",
    "mna", "mnayo", "mnazo", "mnatoa", "mnafanya", "mnauza", "mnaoffer", "mnado", "mko", "na", "huwa", "kuna",
    "gani", "zipi", "ipi", "aina", "ya", "za", "ngapi", "je", "hapo", "huko", "here", "and",
];
