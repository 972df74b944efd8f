//! What a customer's message means: intent, date, time, service and the other answers in it.
//!
//! Pure and deterministic: the same text in the same [`Context`] gives the same [`Understood`]. There is no model, no
//! dictionary file and no clock here. The rules know English, Swahili and both in one sentence, and above all the
//! Swahili clock, whose hours are counted from sunrise. A reading that is uncertain is marked with
//! [`Understood::ask`], so that the dialogue proposes it and never acts on it.
//!
//! The way through the module: `normalise` → `token` → `scan` (numerals, days, clocks, parts of the day) →
//! `intent` → `assemble`.

mod assemble;
mod calendar;
mod clock;
mod clock_rules;
mod context;
mod dates;
mod day;
mod greeting;
mod intent;
mod language;
mod lexicon;
mod measure;
mod normalise;
mod numeral;
mod pattern;
mod rules;
mod said;
mod scan;
mod shares;
mod span;
mod spoken_time;
mod token;
mod verb;
mod vocabulary;

#[cfg(test)]
mod tests;

use std::fmt;

use time::{Date, Time};
use uuid::Uuid;

pub use context::{Context, Lexicon, LexiconEntry, OpenSpan, OpeningHours};
pub(crate) use normalise::fold;
pub(crate) use spoken_time::{DAY_NAMES_SW, MONTH_NAMES_SW, day_part_word, spoken_saa};

/// The language that a message is written in; an answer is given in the nearest catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Language {
    /// English.
    English,
    /// Swahili.
    Swahili,
    /// English and Swahili in one message.
    Mixed,
    /// Swahili with words of Nairobi's street language.
    Sheng,
}

impl Language {
    /// The short tag: `en`, `sw`, `mix` or `sheng`.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Swahili => "sw",
            Self::Mixed => "mix",
            Self::Sheng => "sheng",
        }
    }
}

/// What the customer wants of us with this message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Intent {
    /// Wants an appointment.
    Book,
    /// Asks whether a time is free.
    Availability,
    /// Moves an existing booking, or the time that is being talked about.
    Reschedule,
    /// Wants another day or time, in the middle of a booking.
    ChangeDate,
    /// Wants another service, in the middle of a booking.
    ChangeService,
    /// Gives a booking up.
    Cancel,
    /// Will come late.
    RunningLate,
    /// Asks when the own booking is.
    ShowBooking,
    /// Asks what something costs.
    AskPrice,
    /// Asks for offers and discounts.
    AskPromo,
    /// Asks when the business is open.
    AskHours,
    /// Asks where the business is.
    AskLocation,
    /// Asks for anything else that the knowledge snippets may answer.
    AskInfo,
    /// Says yes to the open question.
    Confirm,
    /// Says no to the open question.
    Deny,
    /// Asks to wait.
    NotYet,
    /// Picks one of the options that were offered.
    ChooseOption,
    /// Greets, and nothing more.
    Greet,
    /// Thanks, and nothing more.
    Thanks,
    /// Says that money was sent: to be checked, never believed.
    PaymentClaim,
    /// Wants the payment prompt once more.
    PaymentResend,
    /// Wants to pay by card, or asks whether that can be done.
    PayByCard,
    /// Says that too much was taken, or was taken twice.
    PaymentDispute,
    /// Wants money back.
    Refund,
    /// Wants a person.
    Human,
    /// Withdraws consent.
    OptOut,
    /// Gives consent again.
    OptIn,
    /// Nothing that the rules know.
    None,
}

impl Intent {
    /// Every intent, in the order of declaration.
    pub const ALL: [Self; 28] = [
        Self::Book,
        Self::Availability,
        Self::Reschedule,
        Self::ChangeDate,
        Self::ChangeService,
        Self::Cancel,
        Self::RunningLate,
        Self::ShowBooking,
        Self::AskPrice,
        Self::AskPromo,
        Self::AskHours,
        Self::AskLocation,
        Self::AskInfo,
        Self::Confirm,
        Self::Deny,
        Self::NotYet,
        Self::ChooseOption,
        Self::Greet,
        Self::Thanks,
        Self::PaymentClaim,
        Self::PaymentResend,
        Self::PayByCard,
        Self::PaymentDispute,
        Self::Refund,
        Self::Human,
        Self::OptOut,
        Self::OptIn,
        Self::None,
    ];

    /// The name in snake case, as the worked cases and the logs spell it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Book => "book",
            Self::Availability => "availability",
            Self::Reschedule => "reschedule",
            Self::ChangeDate => "change_date",
            Self::ChangeService => "change_service",
            Self::Cancel => "cancel",
            Self::RunningLate => "running_late",
            Self::ShowBooking => "show_booking",
            Self::AskPrice => "ask_price",
            Self::AskPromo => "ask_promo",
            Self::AskHours => "ask_hours",
            Self::AskLocation => "ask_location",
            Self::AskInfo => "ask_info",
            Self::Confirm => "confirm",
            Self::Deny => "deny",
            Self::NotYet => "not_yet",
            Self::ChooseOption => "choose_option",
            Self::Greet => "greet",
            Self::Thanks => "thanks",
            Self::PaymentClaim => "payment_claim",
            Self::PaymentResend => "payment_resend",
            Self::PayByCard => "pay_by_card",
            Self::PaymentDispute => "payment_dispute",
            Self::Refund => "refund",
            Self::Human => "human",
            Self::OptOut => "opt_out",
            Self::OptIn => "opt_in",
            Self::None => "none",
        }
    }

    /// Whether the intent changes an existing booking, so that an hour may stand without a date.
    pub const fn changes_a_booking(self) -> bool {
        match self {
            Self::Reschedule | Self::ChangeDate | Self::ChangeService | Self::RunningLate | Self::Cancel => {
                true
            }
            Self::Book
            | Self::Availability
            | Self::ShowBooking
            | Self::AskPrice
            | Self::AskPromo
            | Self::AskHours
            | Self::AskLocation
            | Self::AskInfo
            | Self::Confirm
            | Self::Deny
            | Self::NotYet
            | Self::ChooseOption
            | Self::Greet
            | Self::Thanks
            | Self::PaymentClaim
            | Self::PaymentResend
            | Self::PayByCard
            | Self::PaymentDispute
            | Self::Refund
            | Self::Human
            | Self::OptOut
            | Self::OptIn
            | Self::None => false,
        }
    }
}

/// The date and time that a message names, in the tenant's local time.
///
/// `Display` writes the form of the worked cases: `2026-05-13 15:00`, `2026-05-13 12:00..15:59`, a date, a range of
/// dates, or a bare time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// One local date and time.
    Instant {
        /// Local date.
        date: Date,
        /// Local time of day.
        time: Time,
    },
    /// A stretch of time on each of the dates from `first` to `last`; both ends of both ranges are included.
    Window {
        /// First local date.
        first: Date,
        /// Last local date; equal to `first` where one date is meant.
        last: Date,
        /// Earliest start.
        from: Time,
        /// Latest start.
        to: Time,
    },
    /// A date without a time.
    Date(Date),
    /// Dates without a time, both ends included.
    DateRange {
        /// First local date.
        first: Date,
        /// Last local date.
        last: Date,
    },
    /// A time without a date: the date of the booking that is being changed stays.
    TimeOnly(Time),
    /// A stretch of the day without a date, both ends included.
    TimeWindow {
        /// Earliest start.
        from: Time,
        /// Latest start.
        to: Time,
    },
}

impl When {
    /// The date, where exactly one is meant.
    pub fn date(&self) -> Option<Date> {
        match *self {
            Self::Instant { date, .. } | Self::Date(date) => Some(date),
            Self::Window { first, last, .. } | Self::DateRange { first, last } => {
                (first == last).then_some(first)
            }
            Self::TimeOnly(_) | Self::TimeWindow { .. } => None,
        }
    }

    /// The time of day, where exactly one is meant.
    pub fn time(&self) -> Option<Time> {
        match *self {
            Self::Instant { time, .. } | Self::TimeOnly(time) => Some(time),
            Self::Window { .. } | Self::Date(_) | Self::DateRange { .. } | Self::TimeWindow { .. } => None,
        }
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Instant { date, time } => write!(f, "{} {}", iso(*date), hh_mm(*time)),
            Self::Window {
                first,
                last,
                from,
                to,
            } if first == last => {
                write!(f, "{} {}..{}", iso(*first), hh_mm(*from), hh_mm(*to))
            }
            Self::Window {
                first,
                last,
                from,
                to,
            } => {
                write!(
                    f,
                    "{}..{} {}..{}",
                    iso(*first),
                    iso(*last),
                    hh_mm(*from),
                    hh_mm(*to)
                )
            }
            Self::Date(date) => f.write_str(&iso(*date)),
            Self::DateRange { first, last } => write!(f, "{}..{}", iso(*first), iso(*last)),
            Self::TimeOnly(time) => f.write_str(&hh_mm(*time)),
            Self::TimeWindow { from, to } => write!(f, "{}..{}", hh_mm(*from), hh_mm(*to)),
        }
    }
}

fn iso(date: Date) -> String {
    format!(
        "{:04}-{:02}-{:02}",
        date.year(),
        u8::from(date.month()),
        date.day()
    )
}

fn hh_mm(time: Time) -> String {
    format!("{:02}:{:02}", time.hour(), time.minute())
}

/// A service or staff member that the message seems to name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Match {
    /// The id from the [`Lexicon`].
    pub id: Uuid,
    /// How well the words fit, in thousandths; 1000 is word for word.
    pub score: u16,
}

/// How the services of a message stand to those that are wanted already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Naming {
    /// Nothing is said of that.
    #[default]
    Plain,
    /// They come beside them: *add a manicure*, *pia pedicure*.
    Adds,
    /// They are all that is wanted: *only the massage*, *massage tu*.
    Only,
}

/// Everything that one message says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Understood {
    /// The language of the message.
    pub language: Language,
    /// What is wanted.
    pub intent: Intent,
    /// The date and time named; `None` where no date is proposed.
    pub when: Option<When>,
    /// The other reading of an uncertain time, to be offered beside `when`.
    pub alternative: Option<When>,
    /// Whether the *reading* is uncertain, so that it must be repeated and asked. A missing date or service does not
    /// set it.
    pub ask: bool,
    /// How long the service should last.
    pub duration_minutes: Option<u32>,
    /// For how many people.
    pub people: Option<u32>,
    /// Services named, the best first; several of equal score where a family of services was named.
    pub services: Vec<Match>,
    /// The same, apart where several are wanted beside each other, in the order in which they are named: *haircut and
    /// manicure* are two wishes, *massage* is one, whichever massages there are.
    pub wishes: Vec<Vec<Match>>,
    /// How many want each of the wishes, where that is said: *one massage and two facials*. Empty where it is not.
    pub shares: Vec<u32>,
    /// Whether it is said by whom: *mimi massage, mama facial*; then they are all who come.
    pub shares_name_people: bool,
    /// Services that are named as not wanted, or not any more: *without the facial*.
    pub dropped: Vec<Uuid>,
    /// How what is named stands to what is wanted already.
    pub naming: Naming,
    /// The staff member named.
    pub staff: Option<Match>,
    /// The option chosen, counted from 1.
    pub choice: Option<u32>,
    /// An amount of money in whole shillings.
    pub amount: Option<u32>,
    /// By how much the customer will be late; only with [`Intent::RunningLate`].
    pub minutes_late: Option<u32>,
    /// The language that is asked for: *in English please*, *kwa Kiswahili tafadhali*.
    pub asks_language: Option<Language>,
    /// Whether a booking is asked for in so many words (*book a haircut*), and not only by naming what is wanted (*the
    /// haircut*); only with [`Intent::Book`].
    pub books: bool,
    /// Whether it is asked who renders something, or who works here; only with [`Intent::AskInfo`].
    pub asks_who: bool,
}

impl Understood {
    /// The one service that is clearly meant: it fits well and better than every other.
    pub fn service(&self) -> Option<Uuid> {
        clear(&self.services)
    }
}

/// The one of these that fits well and better than every other; the only one in any case.
pub(crate) fn clear(matches: &[Match]) -> Option<Uuid> {
    let best = matches.first()?;
    let next = matches.get(1).map_or(0, |other| other.score);
    (best.score >= 600 && best.score >= next.saturating_add(50) || matches.len() == 1).then_some(best.id)
}

/// Whether the rules know this word, which [`fold`] made: it says something else than somebody's name.
pub(crate) fn is_everyday(word: &str) -> bool {
    vocabulary::is_known(word) || vocabulary::spelling(word).is_some()
}

/// Whether a word, spelled as the rules spell it, is a numeral.
pub(crate) fn says_a_number(word: &str) -> bool {
    numeral::unit(word).is_some() || numeral::is_swahili_numeral(word)
}

/// Whether it names a day, a month or a part of the day.
pub(crate) fn says_a_time(word: &str) -> bool {
    const DAYS: &[&str] = &[
        "leo",
        "kesho",
        "keshokutwa",
        "mtondo",
        "jana",
        "juzi",
        "today",
        "tonight",
        "tomorrow",
        "yesterday",
        "weekend",
        "wikendi",
        "asubuhi",
        "mchana",
        "alasiri",
        "jioni",
        "usiku",
        "alfajiri",
        "adhuhuri",
        "morning",
        "afternoon",
        "evening",
        "night",
        "noon",
        "midday",
        "midnight",
        "am",
        "pm",
        "oclock",
    ];
    DAYS.contains(&word)
        || calendar::weekday_exact(word).is_some()
        || calendar::month_named(word).is_some()
        || calendar::is_holiday_word(word)
}

/// How many words of a text are Swahili, and how many English.
pub(crate) fn words_by_language(text: &str) -> (usize, usize) {
    language::tally(&folded_words(text))
}

/// The words of a text, folded and spelled as the rules spell them, without those that only soften it.
pub(crate) fn bare_words(text: &str) -> Vec<String> {
    let mut words = folded_words(text);
    words.retain(|word| !vocabulary::is_filler(word));
    words
}

/// The words of a text, folded and spelled as the rules spell them.
pub(crate) fn folded_words(text: &str) -> Vec<String> {
    normalise::fold(text)
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(normalise::canonical)
        .collect()
}

/// The words behind a leading yes or no, and which of the two it was.
pub(crate) fn without_lead(words: &[String]) -> (Option<bool>, &[String]) {
    match words {
        [first, rest @ ..] if rules::YES.contains(&first.as_str()) => (Some(true), rest),
        [first, rest @ ..] if rules::NO.contains(&first.as_str()) => (Some(false), rest),
        others => (None, others),
    }
}

/// Reads one message. Never fails: what the rules do not know is [`Intent::None`].
///
/// Only the first 1,500 characters and of them the first 300 words are read; nobody asks for an appointment in more.
/// The cost of any message is bounded by that, whatever it is made of.
pub fn understand(text: &str, context: &Context) -> Understood {
    let tokens = token::tokens(&normalise::fold(text));
    let sentence = scan::Sentence::read(tokens, text.contains('?'), context);
    let heard = intent::hear(&sentence, context);
    assemble::assemble(&sentence, heard, context)
}
