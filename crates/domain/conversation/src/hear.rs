//! From a stored message to what the machine hears: the tap is looked up, the words are read, local times become
//! instants.

use std::collections::BTreeSet;

use ratiba_kernel::{PhoneNumber, TimeRange, Zone};
use time::{Date, Duration, OffsetDateTime, PrimitiveDateTime, Time};
use uuid::Uuid;

use crate::cohort::InvitationId;
use crate::desk::{Menu, ServiceRef, StaffRef, VisitRef, Wanted};
use crate::inbound::Received;
use crate::knowledge::Asked;
use crate::machine::{Draft, Meaning, Question, Said, Stage, Wordless, Words};
use crate::outgoing::{Content, MessageId};
use crate::thread::ThreadState;
use crate::understanding::{Context, Match, Understood, When, clear, understand};

mod label;
mod tip;

/// How many days a wide wish is looked at.
const DAYS_MAX: usize = 31;

/// The words of tokens about a visit. Phones keep them for as long as the chat: they never change.
const COMING: &str = "coming";
const ACCEPT: &str = "accept";
const PASS: &str = "pass";
const MOVE: &str = "move";
const CANCEL: &str = "cancel";
const OTHER_TIP: &str = "othertip";
const NO_TIP: &str = "notip";
/// The words of tokens about an invitation to the beta.
const JOIN: &str = "join";
const DECLINE: &str = "decline";
/// Before the amount of a tip.
const TIP: &str = "tip";

/// Within this time a tap on the question that was just answered is a double tap.
const DOUBLE_TAP: Duration = Duration::minutes(2);

/// What is put behind the choice at `place` of the question that `message` asks. A choice about a visit names the
/// visit, so that it still means the same when the question, or its thread, is closed.
#[must_use]
pub fn token(message: MessageId, place: usize, meaning: &Meaning) -> String {
    let of_visit = |visit: &VisitRef, word: &str| format!("v:{}:{word}", visit.as_uuid().simple());
    match meaning {
        Meaning::Coming(visit) => of_visit(visit, COMING),
        Meaning::Move(visit) => of_visit(visit, MOVE),
        Meaning::CancelVisit(visit) => of_visit(visit, CANCEL),
        Meaning::Accept(visit) => of_visit(visit, ACCEPT),
        Meaning::Pass(visit) => of_visit(visit, PASS),
        Meaning::Tip { visit, units } => of_visit(visit, &format!("{TIP}{units}")),
        Meaning::OtherTip(visit) => of_visit(visit, OTHER_TIP),
        Meaning::NoTip(visit) => of_visit(visit, NO_TIP),
        Meaning::Invitation { invitation, joins } => {
            let word = if *joins { JOIN } else { DECLINE };
            format!("i:{}:{word}", invitation.as_uuid().simple())
        }
        Meaning::Yes
        | Meaning::No
        | Meaning::OtherTime
        | Meaning::Service(_)
        | Meaning::Slot(_)
        | Meaning::Reading(_)
        | Meaning::Each(_)
        | Meaning::Resend
        | Meaning::OtherNumber
        | Meaning::Card
        | Meaning::Person
        | Meaning::Book
        | Meaning::Prices => format!("q:{}:{place}", message.as_uuid().simple()),
    }
}

/// What a token says about a visit. It came from a phone: whose visit it is must be looked up.
fn parse_visit_token(token: &str) -> Option<Meaning> {
    let (visit, word) = token.strip_prefix("v:")?.split_once(':')?;
    let visit = VisitRef::from_uuid(Uuid::try_parse(visit).ok()?);
    match word {
        COMING => Some(Meaning::Coming(visit)),
        ACCEPT => Some(Meaning::Accept(visit)),
        PASS => Some(Meaning::Pass(visit)),
        MOVE => Some(Meaning::Move(visit)),
        CANCEL => Some(Meaning::CancelVisit(visit)),
        OTHER_TIP => Some(Meaning::OtherTip(visit)),
        NO_TIP => Some(Meaning::NoTip(visit)),
        other => tip::shown(other.strip_prefix(TIP)?).map(|units| Meaning::Tip { visit, units }),
    }
}

/// What a token says about an invitation. It came from a phone: whose invitation it is must be looked up.
fn parse_invitation_token(token: &str) -> Option<Meaning> {
    let (invitation, word) = token.strip_prefix("i:")?.split_once(':')?;
    let invitation = InvitationId::from_uuid(Uuid::try_parse(invitation).ok()?);
    let joins = [(JOIN, true), (DECLINE, false)];
    let joins = joins.into_iter().find(|(name, _)| *name == word)?.1;
    Some(Meaning::Invitation { invitation, joins })
}

/// The question and the place that a token names. It came from a phone: nothing else is taken from it.
fn parse_token(token: &str) -> Option<(MessageId, usize)> {
    let (message, place) = token.strip_prefix("q:")?.split_once(':')?;
    Some((
        MessageId::from_uuid(Uuid::try_parse(message).ok()?),
        place.parse().ok()?,
    ))
}

/// What was heard, and the reading of its words if it had any. `shown` is what the message of the open question shows: a
/// label that stands there is as good typed as tapped. `invited` says that an invitation waits for a yes or a no, which is no
/// question of the dialogue.
#[must_use]
pub fn heard(
    received: &Received,
    state: &ThreadState,
    shown: Option<&Content>,
    menu: &Menu,
    invited: bool,
    now: OffsetDateTime,
) -> (Said, Option<Understood>) {
    let words = |text: &str| words(text, state, menu, invited, now);
    match received {
        Received::Text { body } => {
            let typed = state
                .question
                .as_ref()
                .zip(shown)
                .and_then(|(question, shown)| label::typed(body, question, shown));
            match typed {
                Some(meaning) => (Said::Chose(meaning), None),
                None => words(body),
            }
        }
        Received::Image(media) | Received::Video(media) | Received::Document(media) => match &media.caption {
            Some(caption) if !caption.trim().is_empty() => words(caption),
            Some(_) | None => (Said::Wordless(Wordless::Picture), None),
        },
        Received::Tap { token, .. } => (tapped(token, state, now), None),
        Received::Contacts { phones } if !phones.is_empty() => (Said::Numbers(phones.clone()), None),
        Received::Audio { .. } => (Said::Wordless(Wordless::Voice), None),
        Received::Contacts { .. }
        | Received::Form { .. }
        | Received::Sticker(_)
        | Received::Location { .. }
        | Received::Reaction { .. }
        | Received::Order { .. }
        | Received::NumberChanged { .. }
        | Received::System { .. }
        | Received::Edited
        | Received::Revoked
        | Received::Unsupported
        | Received::Unknown { .. } => (Said::Wordless(Wordless::Other), None),
    }
}

fn tapped(token: &str, state: &ThreadState, now: OffsetDateTime) -> Said {
    if let Some(meaning) = parse_visit_token(token) {
        return if is_just_asked(&meaning, state, now) {
            Said::ChoseAgain
        } else {
            Said::Chose(meaning)
        };
    }
    if let Some(meaning) = parse_invitation_token(token) {
        return Said::Chose(meaning);
    }
    let Some((message, place)) = parse_token(token) else {
        return Said::ChoseTooLate;
    };
    let open = state
        .question
        .as_ref()
        .filter(|question| question.message == message);
    match (open.map(|question| question.options.get(place)), state.answered) {
        (Some(Some(meaning)), _) => Said::Chose(meaning.clone()),
        (None, Some(answered)) if answered.message == message && now - answered.at < DOUBLE_TAP => {
            Said::ChoseAgain
        }
        (Some(None) | None, _) => Said::ChoseTooLate,
    }
}

/// Whether a tap only repeats what just made us ask "really cancel?".
fn is_just_asked(meaning: &Meaning, state: &ThreadState, now: OffsetDateTime) -> bool {
    let asked_about = match &state.stage {
        Stage::Cancelling { visit, .. } => Some(*visit),
        Stage::Open
        | Stage::Gathering { .. }
        | Stage::Choosing { .. }
        | Stage::Confirming { .. }
        | Stage::Adding { .. }
        | Stage::AskingPayer { .. }
        | Stage::Paying { .. }
        | Stage::Booked { .. }
        | Stage::MovingWhich { .. }
        | Stage::Moving { .. } => None,
    };
    let asked_at = state.question.as_ref().map(|question| question.asked_at);
    asked_about.is_some_and(|visit| *meaning == Meaning::CancelVisit(visit))
        && asked_at.is_some_and(|at| now - at < DOUBLE_TAP)
}

fn words(
    text: &str,
    state: &ThreadState,
    menu: &Menu,
    invited: bool,
    now: OffsetDateTime,
) -> (Said, Option<Understood>) {
    if let Some(meaning) = tip::typed(text, state.question.as_ref()) {
        return (Said::Chose(meaning), None);
    }
    let numbers = phones_in(text);
    let pays = matches!(state.stage, Stage::AskingPayer { .. } | Stage::Paying { .. });
    if !numbers.is_empty() && (pays || is_only_a_number(text)) {
        return (Said::Numbers(numbers), None);
    }
    let day = draft_day(&state.stage, &menu.zone).filter(|day| *day >= menu.zone.date(now));
    let context = menu.context(
        now,
        invited || state.stage.awaits_answer() || has_options(state.question.as_ref()),
    );
    let understood = understand(text, &context);
    let undated = day.is_some() && names_no_day(text, &understood, day, &context);
    let reading = Reading {
        zone: &menu.zone,
        now,
        day,
        undated,
    };
    let words = Words {
        intent: understood.intent,
        services: services(&understood),
        wishes: understood.wishes.iter().map(|wish| meant(wish)).collect(),
        dropped: understood
            .dropped
            .iter()
            .map(|id| ServiceRef::from_uuid(*id))
            .collect(),
        naming: understood.naming,
        staff: understood.staff.map(|found| StaffRef::from_uuid(found.id)),
        wanted: understood.when.and_then(|when| reading.wanted(when)),
        other_reading: understood.alternative.and_then(|when| reading.wanted(when)),
        uncertain: understood.ask,
        dayless: day.is_none() && matches!(understood.when, Some(When::TimeWindow { .. })),
        choice: understood.choice.and_then(|choice| usize::try_from(choice).ok()),
        people: understood.people,
        shares: understood.shares.clone(),
        shares_name_people: understood.shares_name_people,
        asks_language: understood.asks_language.is_some(),
        minutes_late: understood.minutes_late,
        books: understood.books,
        asks_who: understood.asks_who,
        asked: Asked::of(text),
    };
    (Said::Words(words), Some(understood))
}

fn has_options(question: Option<&Question>) -> bool {
    question.is_some_and(|question| !question.options.is_empty())
}

fn services(understood: &Understood) -> Vec<ServiceRef> {
    meant(&understood.services)
}

/// The one that is clearly meant, else all that may be.
fn meant(matches: &[Match]) -> Vec<ServiceRef> {
    match clear(matches) {
        Some(clear) => vec![ServiceRef::from_uuid(clear)],
        None => matches
            .iter()
            .map(|found| ServiceRef::from_uuid(found.id))
            .collect(),
    }
}

/// The one day that is being talked about, if there is one.
fn draft_day(stage: &Stage, zone: &Zone) -> Option<Date> {
    let of_draft = |draft: &Draft| match draft.wanted.as_ref().or(draft.before.as_ref()) {
        Some(Wanted::At(instant)) => BTreeSet::from([zone.date(*instant)]),
        Some(Wanted::Among(ranges)) => ranges.iter().map(|range| zone.date(range.start())).collect(),
        Some(Wanted::TimeOfDay(_)) | None => BTreeSet::new(),
    };
    let days: BTreeSet<Date> = match stage {
        Stage::Confirming { slot, .. } | Stage::Adding { slot, .. } | Stage::AskingPayer { slot, .. } => {
            BTreeSet::from([zone.date(slot.starts_at)])
        }
        Stage::Gathering { draft, .. } | Stage::Choosing { draft, .. } => of_draft(draft),
        Stage::Moving { moving, .. } => of_draft(&moving.draft),
        Stage::Open
        | Stage::Paying { .. }
        | Stage::Booked { .. }
        | Stage::Cancelling { .. }
        | Stage::MovingWhich { .. } => BTreeSet::new(),
    };
    match (days.len(), days.first()) {
        (1, Some(day)) => Some(*day),
        _none_or_many => None,
    }
}

/// Whether the words name an hour and no day. The rules put such an hour on today; read again as if the day that is
/// being talked about had just begun, it lands there instead, while a day that was named does not move along.
fn names_no_day(text: &str, understood: &Understood, day: Option<Date>, context: &Context) -> bool {
    let (Some(day), Some(When::Instant { date, .. } | When::Window { first: date, .. })) =
        (day, understood.when)
    else {
        return false;
    };
    let today = context.zone.date(context.now);
    let tomorrow = today.next_day().unwrap_or(today);
    if day == today || (date != today && date != tomorrow) {
        return false;
    }
    let folded = text.to_lowercase();
    let names_today = ["leo", "today", "tonight", "tonite", "sai", "sasa", "now"]
        .iter()
        .any(|word| {
            folded
                .split(|c: char| !c.is_alphanumeric())
                .any(|part| part == *word)
        });
    let there = Context {
        now: context.zone.day_start(day),
        ..context.clone()
    };
    let again = understand(text, &there).when.and_then(|when| when.date());
    !names_today && again == Some(day)
}

struct Reading<'a> {
    zone: &'a Zone,
    now: OffsetDateTime,
    day: Option<Date>,
    undated: bool,
}

impl Reading<'_> {
    fn wanted(&self, when: When) -> Option<Wanted> {
        let wanted = match when {
            When::Instant { date, time } => Wanted::At(self.at(self.on(date), time)),
            When::Window {
                first,
                last,
                from,
                to,
            } if first == last => Wanted::Among(self.stretches(self.on(first), self.on(first), from, to)),
            When::Window {
                first,
                last,
                from,
                to,
            } => Wanted::Among(self.stretches(first, last, from, to)),
            When::Date(date) => Wanted::Among(self.days(date, date)),
            When::DateRange { first, last } => Wanted::Among(self.days(first, last)),
            When::TimeOnly(time) => match self.day {
                Some(day) => Wanted::At(self.at(day, time)),
                None => Wanted::TimeOfDay(time),
            },
            When::TimeWindow { from, to } => {
                let today = self.zone.date(self.now);
                let (first, last) = match self.day {
                    Some(day) => (day, day),
                    None => (today, today.next_day().unwrap_or(today)),
                };
                Wanted::Among(self.stretches(first, last, from, to))
            }
        };
        match wanted {
            Wanted::Among(ranges) => {
                let ahead = self.still_ahead(&ranges);
                let kept = if ahead.is_empty() { ranges } else { ahead };
                (!kept.is_empty()).then_some(Wanted::Among(kept))
            }
            placed @ (Wanted::At(_) | Wanted::TimeOfDay(_)) => Some(placed),
        }
    }

    /// The day meant: the one being talked about where the words name none.
    fn on(&self, date: Date) -> Date {
        match self.day {
            Some(day) if self.undated => day,
            Some(_) | None => date,
        }
    }

    fn at(&self, date: Date, time: Time) -> OffsetDateTime {
        self.zone.instant(PrimitiveDateTime::new(date, time))
    }

    fn days(&self, first: Date, last: Date) -> Vec<TimeRange> {
        dates(first, last)
            .into_iter()
            .filter_map(|date| self.zone.day(date))
            .collect()
    }

    /// From `from` to `to`, both included, on each day; past midnight where `to` is the earlier.
    fn stretches(&self, first: Date, last: Date, from: Time, to: Time) -> Vec<TimeRange> {
        let stretch = |date: Date| {
            let end_day = if to < from { date.next_day()? } else { date };
            TimeRange::new(self.at(date, from), self.at(end_day, to) + Duration::MINUTE).ok()
        };
        dates(first, last).into_iter().filter_map(stretch).collect()
    }

    fn still_ahead(&self, ranges: &[TimeRange]) -> Vec<TimeRange> {
        let cut = |range: &TimeRange| TimeRange::new(range.start().max(self.now), range.end()).ok();
        ranges.iter().filter_map(cut).collect()
    }
}

fn dates(first: Date, last: Date) -> Vec<Date> {
    std::iter::successors(Some(first), |date| date.next_day())
        .take_while(|date| *date <= last)
        .take(DAYS_MAX)
        .collect()
}

fn is_only_a_number(text: &str) -> bool {
    PhoneNumber::parse(text).is_ok() && text.chars().filter(char::is_ascii_digit).count() >= 9
}

/// The phone numbers in a text, at most three.
fn phones_in(text: &str) -> Vec<PhoneNumber> {
    let is_part = |c: char| c.is_ascii_digit() || matches!(c, '+' | ' ' | '-' | '(' | ')' | '.');
    text.split(|c| !is_part(c))
        .filter(|run| run.chars().filter(char::is_ascii_digit).count() >= 9)
        .filter_map(|run| PhoneNumber::parse(run.trim_matches([' ', '-', '.'])).ok())
        .take(3)
        .collect()
}

/// What a choice of the machine may stand for in a question that a notice asks.
#[must_use]
pub fn question(message: MessageId, asked_at: OffsetDateTime, options: Vec<Meaning>) -> Option<Question> {
    (!options.is_empty()).then_some(Question {
        message,
        asked_at,
        options,
    })
}

#[cfg(test)]
mod tests;
