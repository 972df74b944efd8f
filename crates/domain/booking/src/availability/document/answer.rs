//! What a case is answered, with the words of the case in place of ids.

use ratiba_kernel::{Money, TimeRange, Zone};
use serde::Serialize;
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::facts::Vocabulary;
use super::reader::Note;
use crate::availability::{Reason, Refused, Slot, SlotPart, SlotReason};
use crate::engagement::{Claim, Subject};

/// The answer to a case. Serialises in one fixed order of members.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CaseAnswer {
    /// The tenant's zone; every time in the answer has its offset.
    pub zone: String,
    /// One answer for a `request`, a list of them for `requests`.
    #[serde(flatten)]
    pub body: Body,
    /// Times that the clock shows never or twice, and how they were read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
}

/// One answer or several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Body {
    /// To the only question.
    One(Answer),
    /// To each question, in their order.
    Several {
        /// The answers.
        answers: Vec<Answer>,
    },
}

/// The answer to one question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Answer {
    /// When the visit can be had, and, where it was asked, when not.
    Slots {
        /// The slots, the earliest first, or in the order of the starts asked about.
        slots: Vec<ShownSlot>,
        /// The refusals, likewise.
        refusals: Vec<ShownRefusal>,
    },
    /// Whose turn it is.
    Turns {
        /// The first has the next turn.
        turns: Vec<Turn>,
    },
    /// What else may be offered after a slot.
    Pair {
        /// The best complement with the slot, if there is one.
        pair: Option<ShownPair>,
        /// Why the slot itself cannot be had, if it cannot.
        refusals: Vec<ShownRefusal>,
    },
    /// What is asked in advance.
    Deposits {
        /// One for each part.
        deposits: Vec<ShownDeposit>,
        /// All of them together.
        total: Money,
    },
}

/// A slot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ShownSlot {
    /// When the first part begins, without buffers.
    pub start: String,
    /// When the last part ends, without buffers.
    pub end: String,
    /// From when anybody who comes must be there, where that is not the start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_from: Option<String>,
    /// From when nobody who came must be there any more, where that is not the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_until: Option<String>,
    /// The parts in order of time.
    pub parts: Vec<ShownPart>,
    /// What speaks for and against it.
    pub reasons: Vec<ShownReason>,
}

/// A part of a slot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ShownPart {
    /// Which of the parts asked for, from 0; where several were.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part: Option<usize>,
    /// For which guest; where several parts were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guest: Option<u8>,
    /// What.
    pub service: String,
    /// By whom.
    pub staff: String,
    /// From when, without buffers.
    pub start: String,
    /// Until when, without buffers.
    pub end: String,
    /// When the client comes, where that is not the start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_from: Option<String>,
    /// When the client leaves, where that is not the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_until: Option<String>,
    /// What it would occupy, resources first.
    pub claims: Vec<ShownClaim>,
}

/// A slot and what goes well after it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ShownPair {
    /// The service that goes with it; the last of the slot's parts.
    pub complement: String,
    /// How long the client waits for it, in minutes.
    pub wait: i64,
    /// How sure it is that it is liked, in basis points.
    pub confidence: u32,
    /// Both.
    pub slot: ShownSlot,
}

/// Time that a part would occupy; buffers are included unless they are shared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ShownClaim {
    /// Whose, if it is a staff member's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub staff: Option<String>,
    /// Whose, if it is a resource's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// Which place of the resource.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seat: Option<u16>,
    /// From when.
    pub from: String,
    /// Until when.
    pub to: String,
}

/// Why a slot is good or not so good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ShownReason {
    /// The word of [`SlotReason`].
    pub reason: String,
    /// Of a hole: on which side.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub side: Option<String>,
    /// Of a hole: how long.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minutes: Option<u32>,
}

/// A start that cannot be had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ShownRefusal {
    /// The start.
    pub start: String,
    /// Every reason, each once.
    pub reasons: Vec<ShownRefusalReason>,
}

/// One reason of a refusal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ShownRefusalReason {
    /// The word of [`Reason`].
    pub reason: String,
    /// Which of the parts asked for it stops, from 0; where several were asked for and it stops one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part: Option<usize>,
    /// Whom it concerns, if somebody.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub staff: Option<String>,
    /// The kind of resource that is wanting.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
}

/// Somebody's turn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Turn {
    /// Who.
    pub staff: String,
    /// Minutes that count in the week.
    pub load: u32,
    /// The load that a newcomer is reckoned with, where it is another one: a whole number or a fraction.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reckoned: Option<String>,
    /// The share of the team's work that they should get.
    pub weight: u32,
    /// Minutes that they should have less those they have: a whole number, or a fraction in lowest terms
    /// such as `-7/3`.
    pub deficit: String,
}

/// What is asked in advance for one service, in minor units.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ShownDeposit {
    /// For what.
    pub service: String,
    /// The list price.
    pub list_minor: i64,
    /// What is taken off.
    pub discount_minor: i64,
    /// What is charged.
    pub charged_minor: i64,
    /// What is asked in advance.
    pub deposit_minor: i64,
}

/// Puts words in place of ids, and local times in place of instants.
pub(super) struct Show<'a> {
    pub(super) zone: &'a Zone,
    pub(super) vocabulary: &'a Vocabulary,
    /// Whether the question has several parts.
    pub(super) several: bool,
}

impl Show<'_> {
    fn time(&self, instant: OffsetDateTime) -> String {
        let local = self.zone.with_offset(instant);
        // A few zones had offsets with seconds in 1970, which RFC 3339 cannot write.
        let shown = local.format(&Rfc3339).or_else(|_| instant.format(&Rfc3339));
        shown.unwrap_or_else(|_| instant.to_string())
    }

    /// When the client is there, as far as that is another time than the service's.
    fn client(&self, client: TimeRange, service: TimeRange) -> (Option<String>, Option<String>) {
        let unless = |client, service| (client != service).then(|| self.time(client));
        (
            unless(client.start(), service.start()),
            unless(client.end(), service.end()),
        )
    }

    pub(super) fn slot(&self, slot: &Slot) -> ShownSlot {
        let (client_from, client_until) = self.client(slot.client(), slot.time);
        ShownSlot {
            start: self.time(slot.time.start()),
            end: self.time(slot.time.end()),
            client_from,
            client_until,
            parts: slot.parts.iter().map(|part| self.part(part)).collect(),
            reasons: slot.reasons.iter().map(reason).collect(),
        }
    }

    fn part(&self, part: &SlotPart) -> ShownPart {
        let (client_from, client_until) = self.client(part.client, part.time);
        ShownPart {
            part: self.several.then_some(part.asked),
            guest: self.several.then_some(part.guest),
            service: self.vocabulary.services.word(part.service),
            staff: self.vocabulary.staff.word(part.staff),
            start: self.time(part.time.start()),
            end: self.time(part.time.end()),
            client_from,
            client_until,
            claims: part.claims.iter().map(|claim| self.claim(claim)).collect(),
        }
    }

    fn claim(&self, claim: &Claim) -> ShownClaim {
        let (staff, resource, seat) = match claim.subject {
            Subject::Staff(id) => (Some(self.vocabulary.staff.word(id)), None, None),
            Subject::Resource { id, seat } => (None, Some(self.vocabulary.resources.word(id)), Some(seat)),
        };
        ShownClaim {
            staff,
            resource,
            seat,
            from: self.time(claim.range.start()),
            to: self.time(claim.range.end()),
        }
    }

    pub(super) fn refused(&self, refused: &Refused) -> ShownRefusal {
        let reasons = refused.refusals.iter().map(|refusal| ShownRefusalReason {
            reason: refusal_word(&refusal.reason),
            part: refusal.part.filter(|_| self.several),
            staff: refusal.staff.map(|staff| self.vocabulary.staff.word(staff)),
            resource: match &refusal.reason {
                Reason::Resource { resource } => Some(resource.as_str().to_owned()),
                Reason::InThePast
                | Reason::Notice
                | Reason::Horizon
                | Reason::OffGrid
                | Reason::NotSold
                | Reason::CannotDoService
                | Reason::Closed
                | Reason::OnLeave
                | Reason::Booked
                | Reason::Held
                | Reason::Blocked
                | Reason::Buffer
                | Reason::Combination => None,
            },
        });
        ShownRefusal {
            start: self.time(refused.start),
            reasons: reasons.collect(),
        }
    }
}

/// The word that the engine's own form has for a value: the word alone, or the `kind` of an object.
pub(super) fn engine_word(value: impl Serialize) -> String {
    let value = serde_json::to_value(value).unwrap_or_default();
    let word = match &value {
        Value::String(word) => Some(word.as_str()),
        Value::Object(members) => match members.get("kind") {
            Some(kind) => kind.as_str(),
            None => members.keys().next().map(String::as_str),
        },
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => None,
    };
    word.unwrap_or_default().to_owned()
}

fn refusal_word(reason: &Reason) -> String {
    engine_word(reason)
}

fn reason(reason: &SlotReason) -> ShownReason {
    let (side, minutes) = match reason {
        SlotReason::LeavesHole { side, minutes } => (Some(engine_word(side)), Some(minutes.count())),
        SlotReason::ClosesGap
        | SlotReason::StaffRequested
        | SlotReason::StaffProposed
        | SlotReason::StaffTurn => (None, None),
    };
    ShownReason {
        reason: engine_word(reason),
        side,
        minutes,
    }
}

/// A fraction in lowest terms, or the whole number that it is. `denominator` is above zero.
pub(super) fn fraction(numerator: i128, denominator: i128) -> String {
    let (mut a, mut b) = (numerator.unsigned_abs(), denominator.unsigned_abs());
    while b != 0 {
        (a, b) = (b, a % b);
    }
    let divisor = i128::try_from(a).unwrap_or(1).max(1);
    let (numerator, denominator) = (numerator / divisor, denominator / divisor);
    if denominator == 1 {
        numerator.to_string()
    } else {
        format!("{numerator}/{denominator}")
    }
}
