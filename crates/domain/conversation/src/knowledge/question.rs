//! What a question asks about: its words without those that every question has, each with the ways in which it may
//! stand in an answer.
//!
//! English endings are the database's business, which knows them. Swahili has no dictionary there: what changes in a
//! Swahili noun or verb stands at its head (*mtoto*, *watoto*; *kuegesha*, *maegesho*), so a word is looked for under the
//! heads that its root may have. And a question in one language may be answered in the other: for what salons and spas
//! are asked, the words of both stand together.

use crate::understanding;

/// A question with more terms than this is no question any more; what comes after them is not looked for.
pub const TERMS_MAX: usize = 8;

/// A root shorter than this means nothing by itself.
const ROOT_MIN: usize = 4;

/// One way to write a term: letters `a` to `z` and digits only, at least two of them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spelling {
    letters: String,
    open: bool,
}

impl Spelling {
    fn whole(letters: &str) -> Self {
        Self {
            letters: letters.to_owned(),
            open: false,
        }
    }

    fn beginning(letters: String) -> Self {
        Self { letters, open: true }
    }

    /// The letters.
    #[must_use]
    pub fn letters(&self) -> &str {
        &self.letters
    }

    /// Whether anything may follow the letters in the same word.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.open
    }
}

/// One thing that is asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    word: String,
    spellings: Vec<Spelling>,
}

impl Term {
    /// As the customer wrote it, folded.
    #[must_use]
    pub fn word(&self) -> &str {
        &self.word
    }

    /// The ways to write it; never none.
    #[must_use]
    pub fn spellings(&self) -> &[Spelling] {
        &self.spellings
    }

    fn of(word: &str) -> Self {
        let mut spellings = vec![Spelling::whole(word)];
        for same in CONCEPTS.iter().filter(|concept| concept.contains(&word)) {
            spellings.extend(same.iter().map(|other| Spelling::whole(other)));
        }
        spellings.extend(under_other_heads(word));
        spellings.sort();
        spellings.dedup();
        Self {
            word: word.to_owned(),
            spellings,
        }
    }
}

/// What a message asks about: at most [`TERMS_MAX`] terms; none if all of its words are those of any question.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    terms: Vec<Term>,
}

impl Asked {
    /// About nothing.
    #[must_use]
    pub const fn nothing() -> Self {
        Self { terms: Vec::new() }
    }

    /// What these words ask about.
    #[must_use]
    pub fn of(text: &str) -> Self {
        // "Wi-Fi" is one word, and the snippets are read in the same way.
        let folded = understanding::fold(text).replace('-', "");
        let mut words: Vec<&str> = Vec::new();
        for word in folded.split(|c: char| !c.is_ascii_alphanumeric()) {
            let counts = word.len() > 1 && word.bytes().any(|byte| byte.is_ascii_alphabetic());
            if counts && !COMMON.contains(&word) && !words.contains(&word) && words.len() < TERMS_MAX {
                words.push(word);
            }
        }
        // Who asks whether to bring a child asks about the child.
        if words.iter().any(|word| !WEAK.contains(word)) {
            words.retain(|word| !WEAK.contains(word));
        }
        let mut terms: Vec<Term> = Vec::new();
        for term in words.into_iter().map(Term::of) {
            // "car park" asks about one thing.
            let said = |known: &Term| {
                let named = Spelling::whole(&term.word);
                known.spellings.contains(&named)
            };
            if !terms.iter().any(said) {
                terms.push(term);
            }
        }
        Self { terms }
    }

    /// What is asked about, in the order of the words.
    #[must_use]
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// Whether nothing is asked about.
    #[must_use]
    pub const fn is_nothing(&self) -> bool {
        self.terms.is_empty()
    }
}

/// The heads of nouns and verbs, the longest first, and those that a root with such a head may have instead.
const HEADS: &[(&str, &[&str])] = &[
    ("tuna", VERB_HEADS),
    ("mna", VERB_HEADS),
    ("ana", VERB_HEADS),
    ("una", VERB_HEADS),
    ("wana", VERB_HEADS),
    ("nina", VERB_HEADS),
    ("nita", VERB_HEADS),
    ("tuta", VERB_HEADS),
    ("mta", VERB_HEADS),
    ("niki", VERB_HEADS),
    ("tuki", VERB_HEADS),
    ("na", VERB_HEADS),
    ("ni", VERB_HEADS),
    ("tu", VERB_HEADS),
    ("ku", VERB_HEADS),
    ("kw", VERB_HEADS),
    ("mw", &["mw", "wa", "w"]),
    ("wa", &["wa", "m", "mw", "u"]),
    ("ma", &["ma", "", "ku", "ji"]),
    ("ki", &["ki", "vi"]),
    ("vi", &["vi", "ki"]),
    ("ch", &["ch", "vy"]),
    ("vy", &["vy", "ch"]),
    ("mi", &["mi", "m"]),
    ("m", &["m", "wa", "mi", "u"]),
    ("u", &["u", "wa", "m"]),
];

const VERB_HEADS: &[&str] = &["", "ku", "kw", "ma", "na", "tuna", "mna"];

/// The other forms of a Swahili word: its root under the heads that it may have, with any ending.
fn under_other_heads(word: &str) -> Vec<Spelling> {
    let mut spellings = Vec::new();
    for (head, others) in HEADS {
        let Some(root) = word.strip_prefix(head) else {
            continue;
        };
        // The last vowel of a verb changes: kuegesha, maegesho.
        let root = root.strip_suffix(['a', 'e', 'i', 'o', 'u']).unwrap_or(root);
        if root.len() + 1 < ROOT_MIN {
            continue;
        }
        for other in *others {
            let letters = format!("{other}{root}");
            if letters.len() >= ROOT_MIN {
                spellings.push(Spelling::beginning(letters));
            }
        }
    }
    spellings
}

/// Words of both languages for the same, as customers ask and businesses answer.
#[rustfmt::skip]
const CONCEPTS: &[&[&str]] = &[
    &["parking", "park", "car", "cars", "gari", "magari", "maegesho", "kuegesha", "kupark", "nipark", "napark"],
    &["child", "children", "kid", "kids", "baby", "babies", "toddler", "toddlers", "mtoto", "watoto"],
    &["wifi", "internet", "intaneti", "mtandao"],
    &["toilet", "toilets", "washroom", "washrooms", "restroom", "bathroom", "loo", "choo", "vyoo", "msalani"],
    &["shower", "showers", "bafu", "mabafu", "kuoga", "nioge", "bath"],
    &["card", "cards", "visa", "mastercard", "kadi"],
    &["cash", "keshi", "taslimu"],
    &["pregnant", "pregnancy", "expecting", "mjamzito", "wajawazito", "mimba", "ujauzito", "prenatal"],
    &["men", "man", "male", "males", "gentlemen", "guys", "wanaume", "mwanaume"],
    &["women", "woman", "female", "ladies", "lady", "wanawake", "mwanamke"],
    &["couple", "couples", "husband", "wife", "wapenzi", "wanandoa", "mke", "mume"],
    &["towel", "towels", "taulo", "mataulo"],
    &["slipper", "slippers", "ndala", "malapa", "champali"],
    &["clothes", "wear", "dress", "clothing", "nguo", "nivae", "kuvaa", "mavazi"],
    &["bring", "carry", "nibebe", "kubeba", "tubebe", "niletee", "nilete", "kuleta"],
    &["pay", "payment", "payments", "malipo", "kulipa", "lipa", "nalipa", "nitalipa", "tunalipa"],
    &["food", "eat", "meal", "meals", "lunch", "snack", "snacks", "chakula", "kula", "nile"],
    &["drink", "drinks", "tea", "coffee", "juice", "kinywaji", "vinywaji", "chai", "kahawa"],
    &["pet", "pets", "dog", "dogs", "cat", "cats", "mbwa", "paka", "mnyama", "wanyama"],
    &["allergy", "allergies", "allergic", "mzio", "aleji"],
    &["age", "umri", "miaka"],
    &["late", "delay", "delayed", "kuchelewa", "nikichelewa", "nimechelewa", "tukichelewa", "nachelewa"],
    &["cancel", "cancellation", "cancelling", "cancelled", "kughairi", "nikighairi", "kucancel", "nikicancel"],
    &["refund", "refunds", "refundable", "kurudishiwa", "mnarudisha", "kurudisha", "marejesho"],
    &["deposit", "deposits", "amana", "arbuni", "rubuni"],
    &["wheelchair", "disabled", "disability", "accessible", "ulemavu", "walemavu", "mlemavu"],
    &["gift", "gifts", "voucher", "vouchers", "zawadi", "vocha"],
    &["holiday", "holidays", "sikukuu"],
    &["walkin", "walkins", "walk"],
    &["photo", "photos", "picture", "pictures", "camera", "picha"],
    &["music", "muziki"],
    &["smoke", "smoking", "cigarette", "sigara"],
    &["mpesa", "paybill"],
    &["hygiene", "clean", "sterilise", "sterilised", "sterilize", "sterilized", "usafi"],
    &["product", "products", "oil", "oils", "bidhaa", "mafuta"],
    &["generator", "electricity", "blackout", "stima", "umeme", "jenereta"],
    &["lift", "elevator", "stairs", "ngazi", "lifti"],
    &["security", "guard", "ulinzi", "mlinzi", "askari"],
    &["lounge", "waiting", "kusubiri", "nisubiri"],
    &["friend", "friends", "rafiki", "marafiki"],
    &["group", "groups", "kikundi", "kundi"],
    &["certified", "licensed", "qualified", "trained", "leseni", "cheti", "vyeti"],
    &["nursing", "breastfeeding", "breastfeed", "kunyonyesha", "nyonyesha"],
    &["sauna", "steam", "mvuke"],
    &["shave", "shaving", "kunyoa", "nyoa"],
    &["medical", "doctor", "illness", "sick", "daktari", "mgonjwa", "ugonjwa"],
    &["tip", "tips", "bakshishi"],
];

/// Words that are asked about only where nothing else is.
#[rustfmt::skip]
const WEAK: &[&str] = &[
    "accept", "beba", "bring", "carry", "kubeba", "kulipa", "kuleta", "lipa", "malipo", "nalipa", "nibebe", "nilete",
    "niletee", "nitalipa", "pay", "payment", "payments", "tubebe", "tunalipa",
];

/// Words that say that something is asked, or that belong to any booking: they tell nothing apart.
#[rustfmt::skip]
const COMMON: &[&str] = &[
    // English.
    "about", "account", "actually", "after", "again", "ago", "ah", "all", "allow", "allowed", "also", "am", "an", "and",
    "any", "anyone", "anything", "are", "area", "around", "as", "ask", "at", "available", "availability", "be", "because",
    "been", "before", "being", "best", "book", "booked", "booking", "bookings", "but", "by", "can", "cant", "charge",
    "charges", "close", "closed", "closing", "come", "comes", "coming", "cost", "costs", "could", "day", "days", "dear",
    "did", "directions", "do", "does", "doing", "dont", "during", "each", "else", "ever", "every", "fee", "fees", "find",
    "fine", "first", "for", "free", "from", "get", "give", "go", "going", "good", "got", "guys", "had", "has", "have",
    "having", "he", "hello", "help", "her", "here", "hers", "hey", "hi", "him", "his", "hour", "hours", "house", "how",
    "if", "im", "in", "inside", "into", "is", "isnt", "it", "its", "ive", "just", "kind", "kindly", "know", "latest", "let",
    "like", "locate", "located", "location", "long", "look", "looking", "lot", "made", "make", "many", "map", "may", "maybe",
    "me", "might", "more", "most", "much", "must", "my", "near", "need", "needed", "new", "next", "no", "not", "now", "of",
    "off", "offer", "offers", "oh", "ok", "okay", "old", "on", "once", "one", "only", "open", "opening", "or", "order",
    "other", "our", "out", "own", "people", "permitted", "person", "place", "please", "possible", "price", "prices",
    "provide", "provided", "put", "question", "really", "right", "same", "say", "see", "send", "service", "services", "shall",
    "she", "should", "slot", "slots", "so", "some", "someone", "something", "soon", "spa", "salon", "sorry", "start",
    "still", "such", "sure", "take", "takes", "tell", "than", "thank", "thanks", "that", "thats", "the", "their", "them",
    "then", "there", "theres", "these", "they", "thing", "things", "this", "those", "time", "times", "to", "today",
    "tomorrow", "too", "treatment", "treatments", "try", "up", "us", "use", "used", "using", "very", "via", "want", "wanted",
    "was", "way", "we", "well", "were", "what", "whats", "when", "where", "whether", "which", "while", "who", "whose", "why",
    "will", "with", "within", "without", "wondering", "work", "works", "would", "year", "years", "yes", "yet", "you", "your",
    "yours", "appointment", "appointments", "session", "sessions", "visit", "ya", "discount", "promo", "deal", "deals",
    // Swahili and the talk of Nairobi.
    "aje", "ama", "ambayo", "asante", "au", "baada", "bado", "basi", "bei", "bila", "cha", "fulani", "gani", "habari", "hadi",
    "haki", "hakuna", "hapa", "hapo", "hata", "hii", "hiki", "hilo", "hivyo", "hiyo", "hizi", "hizo", "huko", "huduma",
    "huko", "huku", "huwa", "iko", "ikiwa", "ile", "inaruhusiwa", "inawezekana", "ipo", "ipi", "ingine", "je", "kabla",
    "kama", "karibu", "kati", "katika", "kesho", "kila", "kitu", "kosa", "kuhusu", "kuja", "kujua", "kuna", "kupata",
    "kutoka", "kutumia", "kuwa", "kweli", "kwa", "kwenu", "kwenye", "kwani", "la", "labda", "lakini", "leo", "lini", "ma",
    "mahali", "mambo", "mara", "masaa", "miadi", "mimi", "mko", "mna", "mnaruhusu", "mnatoa", "mnauza", "mnakubali",
    "mnapokea", "mnatumia", "mnafanya", "mpo", "mpaka", "mtu", "muda", "mwingine", "na", "naeza", "nafasi", "naomba",
    "nani", "naruhusiwa", "nataka", "naweza", "nawezaje", "ndani", "ndio", "ndiyo", "ngapi", "ni", "niambie", "niaje",
    "nije", "nikija", "nikuje", "niko", "nikitaka", "nina", "ninaweza", "ningependa", "nitapata", "nini", "nyinyi", "ofa",
    "pale", "pamoja", "pia", "pesa", "punguzo", "ruhusa", "saa", "sana", "sasa", "sawa", "si", "sijui", "siku", "sio",
    "sisi", "tafadhali", "tu", "tuko", "tunaweza", "uko", "unaweza", "upo", "vipi", "vile", "wa", "wakati", "wana",
    "wanaruhusiwa", "wapi", "wazi", "yako", "yangu", "yangu", "yenu", "yetu", "yupo", "za", "zenu", "zipi", "zipo", "zote",
];
