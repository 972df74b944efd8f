//! What is wanted: the phrases of [`super::rules`] in their order, with the few decisions that no phrase can make.

use uuid::Uuid;

use super::context::Context;
use super::day::DayExpr;
use super::pattern::{Patterns, Phrase};
use super::rules;
use super::scan::{Mention, Sentence};
use super::shares::{Shares, shares};
use super::{Intent, Match, Naming, lexicon, numeral, said, verb, vocabulary};

/// The intent and what was weighed for it.
pub(super) struct Heard {
    pub(super) intent: Intent,
    pub(super) services: Vec<Match>,
    pub(super) wishes: Vec<Vec<Match>>,
    pub(super) shares: Shares,
    pub(super) dropped: Vec<Uuid>,
    pub(super) naming: Naming,
    pub(super) staff: Option<Match>,
    pub(super) choice: Option<u32>,
    /// The intent itself is doubtful, whatever the time is.
    pub(super) ask: bool,
    /// A booking is asked for in so many words.
    pub(super) books: bool,
    /// It is asked who does something.
    pub(super) asks_who: bool,
}

/// Finds the intent of a sentence.
pub(super) fn hear(sentence: &Sentence, context: &Context) -> Heard {
    let refused = refused_services(sentence);
    let wishes = lexicon::wishes(sentence, context, duration(sentence), &refused);
    let services = lexicon::services(sentence, context, duration(sentence), &refused);
    let dropped = lexicon::services(
        sentence,
        context,
        None,
        &others(sentence, &dropped_places(sentence)),
    );
    let staff = lexicon::staff(sentence, context);
    let phrase = phrase(sentence);
    let listener = Listener {
        sentence,
        context,
        phrase: &phrase,
        names_something: !services.is_empty() || staff.is_some(),
        names_service: !services.is_empty(),
        names_staff: staff.is_some(),
    };
    let (intent, ask) = listener.intent(!refused.is_empty() && !services.is_empty());
    let services = if intent == Intent::AskPrice && listener.asks_what_is_sold() {
        lexicon::all_services(context, &services)
    } else {
        services
    };
    let choice = (intent == Intent::ChooseOption)
        .then(|| choice(sentence))
        .flatten();
    Heard {
        intent,
        services,
        shares: shares(
            sentence,
            &wishes.iter().map(|wish| wish.places).collect::<Vec<_>>(),
        ),
        wishes: wishes.into_iter().map(|wish| wish.services).collect(),
        dropped: dropped.iter().map(|found| found.id).collect(),
        naming: naming(sentence),
        staff,
        choice,
        ask,
        books: intent == Intent::Book && listener.has(&rules::BOOK_CLEAR),
        asks_who: intent == Intent::AskInfo && listener.has(&rules::WHO),
    }
}

pub(super) fn duration(sentence: &Sentence) -> Option<u32> {
    sentence.found.iter().find_map(|found| match found.mention {
        Mention::Duration(minutes) => Some(minutes),
        Mention::Day(_)
        | Mention::Clock(..)
        | Mention::Part(_)
        | Mention::Now
        | Mention::Relative(_)
        | Mention::People(_)
        | Mention::Amount(_)
        | Mention::Greeting
        | Mention::TimeQuestion => None,
    })
}

fn phrase(sentence: &Sentence) -> Phrase<'_> {
    let tokens = sentence
        .tokens
        .iter()
        .filter(|token| !vocabulary::is_filler(&token.text));
    Phrase::new(tokens.map(|token| (token, verb::analyse(&token.text))))
}

/// Words behind which nothing is refused any more.
const UNREFUSED: &[&str] = &[
    "nataka", "but", "lakini", "want", "bali", "naomba", "nipe", "nipatie", "niwekee", "nifanyie", "tufanye",
    "iwe", "i", "id", "ni", "make", "give", "to", "hadi", "into", "kwenda", "kuwa", "for", "with",
];

/// *from massage to facial*: whether a *to* follows.
fn turns_afterwards(sentence: &Sentence, at: usize) -> bool {
    let mut behind = sentence.tokens.iter().skip(at + 1).take(5);
    behind.any(|token| ["to", "hadi", "into", "kwenda", "kuwa", "for", "with"].contains(&token.text.as_str()))
}

/// Positions of words that a refusal covers: *sitaki massage*, *instead of massage*.
fn refused_services(sentence: &Sentence) -> Vec<usize> {
    let words = sentence.words();
    let mut refused = Vec::new();
    for at in 0..sentence.tokens.len() {
        let opens = match (words.text(at), words.text(at + 1)) {
            ("badala" | "instead", "ya") | ("instead", "of") | ("achana" | "wachana", "na") => 2,
            (
                "sitaki" | "not" | "sio" | "siyo" | "acha" | "wacha" | "forget" | "skip" | "toa" | "ondoa"
                | "remove" | "without" | "bila" | "except" | "isipokuwa" | "minus",
                _,
            ) => 1,
            ("from" | "kutoka", _) if turns_afterwards(sentence, at) => 1,
            ("swap" | "exchange" | "replace", _) if turns_afterwards(sentence, at) => 1,
            _other => continue,
        };
        refused.extend(covered(sentence, at, opens));
    }
    refused
}

/// The places behind an opening word that it bears on.
fn covered(sentence: &Sentence, at: usize, opens: usize) -> Vec<usize> {
    let words = sentence.words();
    let clause = words.token(at).map(|token| token.clause);
    (at + opens..sentence.tokens.len())
        .take_while(|index| words.token(*index).map(|token| token.clause) == clause)
        .take_while(|index| !UNREFUSED.contains(&words.text(*index)))
        .take_while(|index| verb::analyse(words.text(*index)).is_none())
        .take(4)
        .collect()
}

/// Positions of words that stand for what is given up: what is refused, and what is cancelled or taken away.
fn dropped_places(sentence: &Sentence) -> Vec<usize> {
    let words = sentence.words();
    let mut places = refused_services(sentence);
    for at in 0..sentence.tokens.len() {
        let word = words.text(at);
        let takes_away = ["cancel", "drop", "scrap", "delete", "cut", "punguza"].contains(&word)
            || verb::analyse(word).is_some_and(|verb| ["cancel", "remove"].contains(&verb.root));
        if takes_away {
            places.extend(covered(sentence, at, 1));
        }
    }
    places
}

/// All places but these.
fn others(sentence: &Sentence, places: &[usize]) -> Vec<usize> {
    (0..sentence.tokens.len())
        .filter(|at| !places.contains(at))
        .collect()
}

/// Words by which what is named comes beside what is wanted already.
const ADDING: &[&str] = &[
    "add",
    "adding",
    "also",
    "plus",
    "pia",
    "additionally",
    "include",
    "including",
];

/// The stem of *kuongeza*, whoever is told to do it for whom; *kusongeza* moves.
const TO_ADD: &str = "ongez";

/// Words by which what is named is all that is wanted.
const ALONE: &[&str] = &["only", "just", "tu", "pekee", "alone"];

fn naming(sentence: &Sentence) -> Naming {
    let words = sentence.words();
    let says = |set: &[&str]| (0..sentence.tokens.len()).any(|at| set.contains(&words.text(at)));
    let stem = |word: &str| word.contains(TO_ADD) && !word.contains("songez");
    let adds = (0..sentence.tokens.len()).any(|at| stem(words.text(at)));
    let as_well = (0..sentence.tokens.len())
        .any(|at| words.text(at) == "as" && words.text(at + 1) == "well" || words.text(at) == "aswell");
    if says(ADDING) || adds || as_well {
        Naming::Adds
    } else if says(ALONE) {
        Naming::Only
    } else {
        Naming::Plain
    }
}

/// With so many words that mean nothing to us a message is talk, even if it names a day.
const TALK_WORDS: usize = 4;

struct Listener<'s> {
    sentence: &'s Sentence,
    context: &'s Context,
    phrase: &'s Phrase<'s>,
    names_something: bool,
    names_service: bool,
    names_staff: bool,
}

impl Listener<'_> {
    fn has(&self, patterns: &Patterns) -> bool {
        self.phrase.has_any(patterns)
    }

    fn first_of(&self, rules: &[(Intent, &Patterns)]) -> Option<Intent> {
        rules
            .iter()
            .find(|(_, patterns)| self.has(patterns))
            .map(|(intent, _)| *intent)
    }

    /// The intent, and whether it is doubtful in itself.
    fn intent(&self, service_replaced: bool) -> (Intent, bool) {
        if self.sentence.tokens.is_empty() {
            return (Intent::None, false);
        }
        if let Some(intent) = self.consent().or_else(|| self.answer()) {
            return (intent, false);
        }
        match self.first_of(rules::PAYMENT_AND_CARE) {
            Some(Intent::PaymentResend) if self.has(&rules::NOT_RESENT) => {
                return (self.answers(Intent::Deny).unwrap_or(Intent::None), false);
            }
            Some(Intent::PaymentResend)
                if self.has(&rules::MONEY_GONE) && !self.has(&rules::ABOUT_A_PROMPT) =>
            {
                return (Intent::PaymentClaim, false);
            }
            // It was paid by card, or there is none.
            Some(Intent::PayByCard) if self.has(&rules::PAYMENT_CLAIM) => {
                return (Intent::PaymentClaim, false);
            }
            Some(Intent::PayByCard) if self.has(&rules::NOT_BY_CARD) => {
                return (self.answers(Intent::Deny).unwrap_or(Intent::None), false);
            }
            Some(intent) => return (intent, false),
            None => {}
        }
        if let Some(found) = self.about_a_booking(service_replaced) {
            return found;
        }
        (self.wish_or_question(), false)
    }

    fn whole(&self, words: &[&str]) -> bool {
        matches!(&self.sentence.tokens[..], [only] if words.contains(&only.text.as_str()))
    }

    fn consent(&self) -> Option<Intent> {
        if self.whole(rules::OPT_OUT_WORDS) || self.has(&rules::OPT_OUT) && !self.has(&rules::ABOUT_A_PROMPT)
        {
            return Some(Intent::OptOut);
        }
        // "Put me on tomorrow's list" asks for a booking.
        let rejoins = self.has(&rules::OPT_IN) && !self.sentence.mentions_time();
        (self.whole(rules::OPT_IN_WORDS) || rejoins).then_some(Intent::OptIn)
    }

    /// Messages that only answer, greet or thank.
    fn answer(&self) -> Option<Intent> {
        if self.sentence.mentions_time() || self.names_something || self.asks_for_state() {
            return None;
        }
        if self.has(&rules::CHOICE)
            && self.context.question_open
            && !self.sentence.found.iter().any(is_measure)
        {
            return Some(Intent::ChooseOption);
        }
        let (yes, no, wait, thanks) = (
            self.counts(rules::YES),
            self.counts(rules::NO),
            self.counts(rules::NOT_YET),
            self.counts(rules::THANKS),
        );
        // "Si sawa hata kidogo" refuses altogether.
        let wait = if no > 0 {
            wait.saturating_sub(self.counts(&["kidogo"]))
        } else {
            wait
        };
        let only = |sets: &[&[&str]]| self.consists_of(sets);
        let greets = self.counts(rules::GREETINGS) > 0 || self.greets_by_part();
        // "Sasa" and "Poa" are greetings and answers both; alone the first greets and the second answers.
        let answers_only = only(&[rules::YES, rules::NO, rules::NOT_YET, rules::GLUE]);
        if self.has(&rules::NO_PROBLEM) && self.phrase.tokens().len() <= 5 {
            return self.answers(Intent::Confirm);
        }
        if wait > 0 && answers_only && !self.has(&rules::NO_FIRST) || self.has(&rules::WAIT) {
            return self.answers(Intent::NotYet);
        }
        if self.context.question_open && self.has(&rules::ASSENT) {
            return Some(Intent::Confirm);
        }
        if self.context.question_open && self.has(&rules::DENIAL) && !self.has(&rules::CANCEL) {
            return Some(Intent::Deny);
        }
        if no > 0 && answers_only && !self.is_la_among_others() && !self.has(&rules::CANCEL) {
            return self.answers(Intent::Deny);
        }
        if yes > 0 && answers_only && (self.context.question_open || thanks == 0) {
            return self.answers(Intent::Confirm);
        }
        if thanks > 0 && only(&[rules::THANKS, rules::YES, rules::GLUE, rules::GREETINGS]) {
            return Some(Intent::Thanks);
        }
        if thanks > 0 && self.only_greets() {
            return Some(Intent::Thanks);
        }
        (greets && self.only_greets()).then_some(Intent::Greet)
    }

    /// Yes and no mean something only where something was asked.
    fn answers(&self, intent: Intent) -> Option<Intent> {
        Some(if self.context.question_open {
            intent
        } else {
            Intent::None
        })
    }

    fn counts(&self, words: &[&str]) -> usize {
        self.phrase
            .tokens()
            .iter()
            .filter(|(token, _)| words.contains(&token.text.as_str()))
            .count()
    }

    /// Whether every word is of these sets, or part of a time that is refused (*not tomorrow*).
    fn consists_of(&self, sets: &[&[&str]]) -> bool {
        let refused = |at: usize| {
            self.sentence
                .found
                .iter()
                .any(|f| f.negated && (f.start..f.end).contains(&at))
        };
        self.sentence.tokens.iter().enumerate().all(|(at, token)| {
            let word = token.text.as_str();
            vocabulary::is_filler(word) || refused(at) || sets.iter().any(|set| set.contains(&word))
        })
    }

    /// *La* denies only as the whole message.
    fn is_la_among_others(&self) -> bool {
        let others = rules::NO
            .iter()
            .filter(|word| **word != "la")
            .copied()
            .collect::<Vec<_>>();
        self.counts(&["la"]) > 0 && self.phrase.tokens().len() > 1 && self.counts(&others) == 0
    }

    fn greets_by_part(&self) -> bool {
        self.sentence
            .found
            .iter()
            .any(|found| found.mention == Mention::Greeting)
    }

    /// Greeting words, and the words that a greeting phrase covers.
    fn only_greets(&self) -> bool {
        let covered = |at: usize| {
            self.sentence
                .found
                .iter()
                .any(|f| f.mention == Mention::Greeting && (f.start..f.end).contains(&at))
        };
        let small_talk: [&[&str]; 3] = [rules::GREETINGS, rules::GLUE, rules::THANKS];
        self.sentence.tokens.iter().enumerate().all(|(at, token)| {
            let word = token.text.as_str();
            covered(at) || vocabulary::is_filler(word) || small_talk.iter().any(|set| set.contains(&word))
        })
    }

    /// *Is my booking confirmed?* asks, though it says *confirmed*.
    fn asks_for_state(&self) -> bool {
        let asks = self.has(&rules::BOOKING_STATE)
            || self.sentence.question && self.has(&rules::BOOKING_STATE_ASKED);
        asks && !self.has(&rules::ABOUT_MONEY)
    }

    /// Late, shown, given up, moved: what is said of a booking that exists or is being made.
    fn about_a_booking(&self, service_replaced: bool) -> Option<(Intent, bool)> {
        let moved = self.has(&rules::RESCHEDULE) && !self.has(&rules::NOT_MOVED);
        let time = self.sentence.mentions_time();
        let moved = moved || time && !self.names_something && self.has(&rules::LETS);
        let names_time_anew = time
            && !(self.sentence.question && self.has(&rules::AVAILABILITY_CLEAR))
            && (self.sentence.found.iter().any(|f| f.negated && f.bears_on_time()) || self.begins_with_no());
        if self.has(&rules::RUNNING_LATE) && !(moved && time) && !self.has(&rules::NOT_LATE) {
            return Some((Intent::RunningLate, false));
        }
        if self.asks_for_state() {
            return Some((Intent::ShowBooking, false));
        }
        if self.has(&rules::SHOW_BOOKING)
            && !moved
            && !self.has(&rules::CANCEL)
            && !self.has(&rules::ANOTHER_BOOKING)
        {
            return Some((Intent::ShowBooking, false));
        }
        let keeps = self.has(&rules::NOT_CANCELLED);
        if keeps && !(moved && time) {
            return self.answers(Intent::Deny).map(|intent| (intent, false));
        }
        if service_replaced && !time && self.has(&rules::LET_BE) {
            return Some((Intent::ChangeService, false));
        }
        if time && self.has(&rules::CANCEL_AND_BOOK) {
            return Some((Intent::Reschedule, false));
        }
        if self.has(&rules::CANCEL) && !self.has(&rules::CANCELLATION_TERMS) && !keeps {
            return Some((Intent::Cancel, false));
        }
        let mine = self.has(&rules::OWN_BOOKING);
        let stays = self.has(&rules::NO_MORE)
            || self.has(&rules::NO_OTHER)
            || self.names_staff && !self.names_service && self.has(&rules::REFUSAL);
        if self.begins_with_no() && !time && stays {
            return self.answers(Intent::Deny).map(|intent| (intent, false));
        }
        if self.has(&rules::CHANGE_SERVICE)
            || service_replaced && !time && (moved || self.has(&rules::REFUSAL))
        {
            return Some((Intent::ChangeService, false));
        }
        let old_time = time && self.has(&rules::DAY_WORDS) && !said::names_new_time(self.sentence);
        if self.has(&rules::CHANGE_DATE) && !mine && (!time || old_time) {
            return Some((Intent::ChangeDate, false));
        }
        if self.begins_with_no()
            && !time
            && self.phrase.tokens().len() <= 4
            && !self.has(&rules::WILL_NOT_COME)
        {
            return None;
        }
        if self.has(&rules::NOT_COMING) {
            let new_time = time && (moved || names_time_anew || self.has(&rules::OTHER_WISH));
            return Some(if new_time {
                (Intent::Reschedule, false)
            } else {
                (Intent::Cancel, true)
            });
        }
        let to_service = self.names_something && !time && self.has(&rules::CHANGE_TO);
        // "Change my massage" names what is moved; "change my massage to a facial" what is wanted instead.
        let names_what_is_moved = self.has(&rules::SOMETHING_OWN) && !self.has(&rules::INTO_ANOTHER);
        if moved && to_service && !mine && !names_what_is_moved {
            return Some((Intent::ChangeService, false));
        }
        (moved || names_time_anew).then_some((Intent::Reschedule, false))
    }

    fn begins_with_no(&self) -> bool {
        self.phrase.tokens().first().is_some_and(|(token, _)| {
            ["hapana", "no", "nope", "nah", "naah", "zii"].contains(&token.text.as_str())
        })
    }

    fn begins_with_yes(&self) -> bool {
        self.phrase
            .tokens()
            .first()
            .is_some_and(|(token, _)| rules::YES.contains(&token.text.as_str()))
    }

    fn wish_or_question(&self) -> Intent {
        if self.has(&rules::ANYTHING_OPEN) {
            return Intent::Availability;
        }
        if self.begins_with_no() && !self.sentence.question && self.has(&rules::TOO_DEAR) {
            return self.answers(Intent::Deny).unwrap_or(Intent::None);
        }
        if self.has(&rules::CANCELLATION_TERMS) {
            return Intent::AskInfo;
        }
        if let Some(intent) = self.first_of(rules::QUESTIONS) {
            return intent;
        }
        if self.asks_what_is_sold() || self.asks_whether_sold() {
            return Intent::AskPrice;
        }
        let time = self.sentence.mentions_time() && !self.only_looks_back();
        let content = time || self.names_something || duration(self.sentence).is_some();
        let asks = self.sentence.question;
        let clear_wish = self.has(&rules::BOOK_CLEAR);
        if self.has(&rules::THANKED) && !time && !asks {
            return Intent::Thanks;
        }
        if !content && self.context.question_open && (self.begins_with_yes() || self.begins_with_no()) {
            return if self.begins_with_no() {
                Intent::Deny
            } else {
                Intent::Confirm
            };
        }
        if self.has(&rules::FAREWELL) && !self.has(&rules::BOOK_CLEAR) && !self.sentence.question {
            return if self.counts(rules::THANKS) > 0 {
                Intent::Thanks
            } else {
                Intent::None
            };
        }
        let asks_facts = self.has(&rules::ASK_TO_BRING) || self.has(&rules::ASK_ADVICE) && !time;
        if self.has(&rules::RECEIPT) || asks_facts {
            return Intent::AskInfo;
        }
        if self.has(&rules::WHO) && !self.has(&rules::AVAILABILITY_CLEAR) {
            return Intent::AskInfo;
        }
        if self.has(&rules::PAY_LATER) {
            return self.answers(Intent::NotYet).unwrap_or(Intent::None);
        }
        let later = self.has(&rules::LATER);
        if later && !content || self.has(&rules::IN_TOUCH) && !clear_wish && !self.names_something && !asks {
            return Intent::None;
        }
        let wishes = self.has(&rules::BOOK);
        if clear_wish || wishes && content && self.has(&rules::ON_CONDITION) {
            return Intent::Book;
        }
        if self.names_staff && self.has(&rules::PERSON_THERE) {
            return Intent::Availability;
        }
        if self.has(&rules::PAY_QUESTION) {
            return Intent::AskInfo;
        }
        if self.has(&rules::AVAILABILITY_CLEAR) {
            return Intent::Availability;
        }
        if wishes && self.has(&rules::WANTS_TO_KNOW) {
            return if time {
                Intent::Availability
            } else {
                Intent::AskInfo
            };
        }
        if wishes {
            return Intent::Book;
        }
        let asks_softly = self.has(&rules::AVAILABILITY);
        let asks_for_facts = self.has(&rules::ASK_INFO);
        match (asks_softly, asks_for_facts, time) {
            (true, false, _) if content || asks => Intent::Availability,
            (_, true, true) if asks || asks_softly => Intent::Availability,
            (true, true, false) if self.names_something && !asks => Intent::Availability,
            (_, true, false) => Intent::AskInfo,
            _other if content && !self.talks_of_a_day() => Intent::Book,
            (true, false, _) => Intent::Availability,
            _other => self.leftover(),
        }
    }

    /// Something is told of a day that is over: *we won yesterday*. The day alone is an answer to be asked about.
    fn only_looks_back(&self) -> bool {
        let mut times = self.sentence.found.iter().filter(|found| found.bears_on_time());
        times.all(|found| matches!(found.mention, Mention::Day(DayExpr::Offset { days, .. }) if days < 0))
            && self.beside_the_time(&[]) > 0
    }

    /// How many words stand beside the time that are neither fillers nor of these sets.
    fn beside_the_time(&self, sets: &[&[&str]]) -> usize {
        let on_time = |at: usize| {
            let mut found = self.sentence.found.iter();
            found.any(|found| (found.start..found.end).contains(&at))
        };
        let beside = self.sentence.tokens.iter().enumerate().filter(|(at, token)| {
            let word = token.text.as_str();
            let known = vocabulary::is_filler(word) || sets.iter().any(|set| set.contains(&word));
            !on_time(*at) && !known
        });
        beside.count()
    }

    /// A day is spoken of among other things, and nothing says that somebody wants to come then: *what a Monday*.
    fn talks_of_a_day(&self) -> bool {
        let mentions = |is: fn(Mention) -> bool| self.sentence.found.iter().any(|found| is(found.mention));
        let clock = mentions(|mention| matches!(mention, Mention::Clock(..) | Mention::Relative(_)));
        if !clock && !self.names_something && self.has(&rules::ELSEWHERE) {
            return true;
        }
        let clock = clock || mentions(|mention| mention == Mention::Now);
        let small_talk: [&[&str]; 4] = [rules::GREETINGS, rules::GLUE, rules::THANKS, rules::YES];
        !self.names_something
            && !clock
            && duration(self.sentence).is_none()
            && self.beside_the_time(&small_talk) >= TALK_WORDS
    }

    /// *What do you offer?*, *mna massage gani?*: a list of everything answers it.
    fn asks_what_is_sold(&self) -> bool {
        self.first_of(rules::QUESTIONS).is_none()
            && (self.has(&rules::ASK_OFFERED)
                || self.asks_only_for_services() && self.has(&rules::WHICH_KIND))
    }

    /// *Mna massage?*: what it costs says that there is one.
    fn asks_whether_sold(&self) -> bool {
        self.asks_only_for_services() && self.has(&rules::HAVE_YOU)
    }

    /// Nothing is said beside the names of services and the words of a question. *What massage oils?* is another one.
    fn asks_only_for_services(&self) -> bool {
        let named = lexicon::service_words(self.sentence, self.context);
        let frame: [&[&str]; 2] = [rules::OFFER_FRAME, rules::GREETINGS];
        self.names_service
            && self.sentence.tokens.iter().enumerate().all(|(at, token)| {
                let word = token.text.as_str();
                named.contains(&at)
                    || vocabulary::is_filler(word)
                    || frame.iter().any(|set| set.contains(&word))
            })
    }

    /// *Subiri nimalize kazi*, *haha sawa*: an answer with words around it that mean nothing to us.
    fn answer_with_talk(&self) -> Option<Intent> {
        let (first, _) = self.phrase.tokens().first()?;
        if !self.context.question_open {
            return None;
        }
        if ["ngoja", "ngojea", "ngojeni", "subiri", "subirini", "wait"].contains(&first.text.as_str()) {
            return Some(Intent::NotYet);
        }
        let short = self.phrase.tokens().len() <= 3;
        let agrees = self.counts(rules::YES) > 0 && self.counts(rules::NO) == 0;
        (short && agrees && !self.sentence.question).then_some(Intent::Confirm)
    }

    /// Nothing asked and nothing named: a greeting or thanks with some talk around it, or nothing known.
    fn leftover(&self) -> Intent {
        if self.counts(rules::THANKS) > 0 {
            return Intent::Thanks;
        }
        if let Some(answer) = self.answer_with_talk() {
            return answer;
        }
        let greets = self.greets_by_part()
            || self
                .phrase
                .tokens()
                .first()
                .is_some_and(|(token, _)| rules::GREETINGS.contains(&token.text.as_str()));
        if greets && self.phrase.tokens().len() <= 6 {
            return Intent::Greet;
        }
        Intent::None
    }
}

fn is_measure(found: &super::scan::Found) -> bool {
    match found.mention {
        Mention::People(_) | Mention::Duration(_) => true,
        Mention::Amount(amount) => amount > 20,
        Mention::Day(_)
        | Mention::Clock(..)
        | Mention::Part(_)
        | Mention::Now
        | Mention::Relative(_)
        | Mention::Greeting
        | Mention::TimeQuestion => false,
    }
}

/// The option picked, counted from 1.
fn choice(sentence: &Sentence) -> Option<u32> {
    let in_words = sentence
        .tokens
        .iter()
        .filter(|token| token.text != "one")
        .find_map(numeral::ordinal);
    let counted = (0..sentence.tokens.len())
        .find_map(|at| numeral::cardinal(&sentence.tokens, at))
        .map(|read| read.value);
    in_words.or(counted).filter(|choice| (1..=20).contains(choice))
}
