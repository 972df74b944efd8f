//! The templates that we call where the channel takes nothing else. Their words are registered with the channel;
//! here are their names and the order of their parameters;
//! in [`catalogue()`] the words that are submitted.

mod catalogue;
mod register;

pub use catalogue::{
    Category, QUICK_REPLY_CHARACTERS_MAX, TEMPLATE_BODY_CHARACTERS_MAX, TemplateText, catalogue, text,
};

pub use register::{RegisteredTemplate, TemplateReport, TemplateState, as_of, label, register};

use crate::outgoing::{TemplateCall, TooMuch, cut};
use crate::texts::Tongue;

/// How much room the parameters of a template have together, in characters: its text may have 1,024 with them, of which the
/// rest is for the words that are registered with the channel.
const ROOM_CHARACTERS: usize = 800;

/// A template of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TemplateName {
    /// A visit is confirmed: service, when, staff, reference.
    BookingConfirmed,
    /// A visit is near: service, when, staff; quick replies to come, move and cancel.
    BookingReminder,
    /// Something about a payment or a hold needs the customer's attention: what it is.
    BookingNotice,
    /// The business's daily figures: the day, yesterday's visits, those missed, takings, payments to look at,
    /// handoffs, what is stuck (callbacks, jobs and schedules), commission of the month to date, today's visits.
    OwnerDigest,
    /// A person of the business is needed: why, who and about what, what to do next.
    OwnerAlert,
    /// An invitation to the beta cohort: the business; quick replies to join and to decline.
    CohortInvitation,
    /// Somebody's closed commission: the month, services, base, commission, tips, deductions, top-up, total, fingerprint; a
    /// quick reply to dispute a line.
    CommissionStatement,
    /// A dispute about commission was decided: the line, what was decided, why.
    DisputeDecided,
    /// An invitation to belong to the team: the business, as what, until when, the address that accepts it.
    TeamInvitation,
}

impl TemplateName {
    /// Every template.
    pub const ALL: [Self; 9] = [
        Self::BookingConfirmed,
        Self::BookingReminder,
        Self::BookingNotice,
        Self::OwnerDigest,
        Self::OwnerAlert,
        Self::CohortInvitation,
        Self::CommissionStatement,
        Self::DisputeDecided,
        Self::TeamInvitation,
    ];

    /// The name under which it is registered.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::BookingConfirmed => "booking_confirmed",
            Self::BookingReminder => "booking_reminder",
            Self::BookingNotice => "booking_notice",
            Self::OwnerDigest => "owner_digest",
            Self::OwnerAlert => "owner_alert",
            Self::CohortInvitation => "cohort_invitation",
            Self::CommissionStatement => "commission_statement",
            Self::DisputeDecided => "dispute_decided",
            Self::TeamInvitation => "team_invitation",
        }
    }
}

/// Words for one parameter: what says that no real money moves (in full, or shortly where there is no room), the words, and
/// what may be answered, which a template has no buttons for. Where it is too much for a parameter the words are cut before
/// their question, which stays whole.
#[must_use]
pub fn fitted(trial: Option<&(String, String)>, words: &str, answers: &[&str]) -> String {
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let answers = match answers {
        [] => String::new(),
        some => format!(" ({})", some.join(" / ")),
    };
    let length = |text: &str| text.chars().count();
    let led_by = |notice: &str, words: &str| match notice {
        "" => words.to_owned(),
        notice => format!("{notice} {words}"),
    };
    let (long, short) = trial.map_or(("", ""), |(long, short)| (long.as_str(), short.as_str()));
    let whole = format!("{words}{answers}");
    for notice in [long, short] {
        let all = led_by(notice, &whole);
        if length(&all) <= ROOM_CHARACTERS {
            return all;
        }
    }
    let (before, question) = split_question(&words);
    let tail = format!("{question}{answers}");
    let taken = length(&led_by(short, &tail)) + 1;
    let shortened = match ROOM_CHARACTERS.saturating_sub(taken) {
        0 | 1 => tail,
        _ if before.is_empty() => tail,
        room if tail.is_empty() => cut_words(before, room),
        room => format!("{} {}", cut_words(before, room), tail.trim_start()),
    };
    led_by(short, &shortened)
}

/// As many whole words as there is room for; where any are left out the last is followed by an ellipsis. A word that is
/// longer than all the room is cut itself.
fn cut_words(text: &str, room: usize) -> String {
    let short = cut(text, room);
    let Some(kept) = short.strip_suffix('…') else {
        return short;
    };
    let ends_with_word = text[kept.len()..].starts_with(char::is_whitespace);
    match kept.rfind(char::is_whitespace) {
        Some(end) if !ends_with_word => format!("{}…", kept[..end].trim_end()),
        Some(_) | None => short,
    }
}

/// How much of the room each of several parameters gets: what it needs, if there is enough for all; else the longest are
/// cut to the same length.
fn shares_of_room(lengths: &[usize]) -> Vec<usize> {
    let mut most = ROOM_CHARACTERS;
    // The greatest length at which all of them together fit.
    while most > 1 && lengths.iter().map(|length| *length.min(&most)).sum::<usize>() > ROOM_CHARACTERS {
        most -= 1;
    }
    lengths.iter().map(|length| *length.min(&most)).collect()
}

/// Words, and the question that they end with; the question is empty if they end with none.
fn split_question(words: &str) -> (&str, &str) {
    if !words.ends_with('?') {
        return (words, "");
    }
    let start = [". ", "! ", "? ", ": "]
        .iter()
        .filter_map(|end| words.rfind(end).map(|at| at + end.len()))
        .max();
    match start {
        Some(start) => (words[..start].trim_end(), &words[start..]),
        None => ("", words),
    }
}

/// A call of a template; parameters are put on one line, and cut after whole words where all of them together are more than
/// a template takes.
///
/// # Errors
/// [`TooMuch`] for a parameter without words, or where the [`catalogue()`] says that the template has other parameters or quick
/// replies.
pub fn call(
    name: TemplateName,
    tongue: Tongue,
    parameters: &[&str],
    payloads: Vec<String>,
) -> Result<TemplateCall, TooMuch> {
    let registered = text(name, tongue);
    if (parameters.len(), payloads.len()) != (registered.examples.len(), registered.quick_replies.len()) {
        return Err(TooMuch::OtherTemplate {
            parameters: registered.examples.len(),
            quick_replies: registered.quick_replies.len(),
        });
    }
    let language = registered.language_code();
    let one_line = |text: &&str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let flat: Vec<String> = parameters.iter().map(one_line).collect();
    let lengths: Vec<usize> = flat.iter().map(|text| text.chars().count()).collect();
    let fitting = flat.iter().zip(shares_of_room(&lengths));
    let fitting = fitting.map(|(text, room)| cut_words(text, room));
    TemplateCall::new(name.code(), language, fitting.collect(), payloads)
}

#[cfg(test)]
mod tests;
