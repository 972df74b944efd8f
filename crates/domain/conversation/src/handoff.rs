//! A person in place of the machine: why one is called, who has the conversation, and how it comes back.
//!
//! Whoever engages first owns a conversation until it is given back. What falls due meanwhile, if nobody engages or
//! nothing is said, is a [`HandoffStep`].

use std::fmt;

use ratiba_kernel::{Id, Money, PhoneNumber};
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use crate::desk::{PaymentRef, VisitRef};
use crate::inbound::InboundMessage;
use crate::outgoing::OutgoingMessage;

/// The identity of one call for a person.
pub type HandoffId = Id<Handoff>;

/// After this long without anybody the admins are called again.
pub const FIRST_REPAGE_AFTER: Duration = Duration::seconds(120);
/// After this long they are called for the last time.
pub const SECOND_REPAGE_AFTER: Duration = Duration::minutes(10);
/// After this long the customer is told when somebody will answer.
pub const TELL_CUSTOMER_AFTER: Duration = Duration::minutes(60);
/// A person who said nothing for this long does not have the conversation any more.
pub const UNTOUCHED_AFTER: Duration = Duration::hours(4);
/// After so many messages in one thread that is not at its end a person is called.
pub const TURNS_MAX: u32 = 40;
/// After so many angry messages running a person is called.
pub const ANGRY_MAX: u8 = 2;

/// Why a person was called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HandoffReason {
    /// The customer asked for one.
    Asked,
    /// The machine did not understand, three times running.
    NotUnderstood,
    /// The customer is outside of the invited cohort.
    OutsideCohort,
    /// Money is in dispute, or wanted back.
    Money,
    /// The customer wants what the machine cannot do yet.
    BeyondMachine,
    /// The machine failed to answer, again and again.
    MachineFailed,
    /// The customer was angry twice running.
    Angry,
    /// The customer pasted a national id or the number of a card.
    SecretPasted,
    /// The customer wrote of an emergency or a threat.
    Emergency,
    /// The talk went on and on without an end.
    TurnCount,
    /// Understanding this booking cost more than it may. Nothing raises it as long as no language model is asked.
    CostCeiling,
}

impl HandoffReason {
    /// Every reason.
    pub const ALL: [Self; 11] = [
        Self::Asked,
        Self::NotUnderstood,
        Self::OutsideCohort,
        Self::Money,
        Self::BeyondMachine,
        Self::MachineFailed,
        Self::Angry,
        Self::SecretPasted,
        Self::Emergency,
        Self::TurnCount,
        Self::CostCeiling,
    ];

    /// The name that rows, events and logs use.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::NotUnderstood => "not_understood",
            Self::OutsideCohort => "outside_cohort",
            Self::Money => "money",
            Self::BeyondMachine => "beyond_machine",
            Self::MachineFailed => "machine_failed",
            Self::Angry => "angry",
            Self::SecretPasted => "secret_pasted",
            Self::Emergency => "emergency",
            Self::TurnCount => "turn_count",
            Self::CostCeiling => "cost_ceiling",
        }
    }

    /// The reason of a name as [`HandoffReason::code`] writes it.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }
}

/// A call for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handoff {
    /// Ours.
    pub id: HandoffId,
    /// Why.
    pub reason: HandoffReason,
    /// Since when.
    pub since: OffsetDateTime,
    /// What happened meanwhile that the person should know, oldest first; the last of [`BRIEF_LINES_MAX`].
    pub lines: Vec<BriefLine>,
}

impl Handoff {
    /// A call that nobody has heard yet.
    #[must_use]
    pub const fn new(id: HandoffId, reason: HandoffReason, since: OffsetDateTime) -> Self {
        Self {
            id,
            reason,
            since,
            lines: Vec::new(),
        }
    }

    pub(crate) fn brief(&mut self, line: BriefLine) {
        if !self.lines.contains(&line) {
            self.lines.push(line);
            let surplus = self.lines.len().saturating_sub(BRIEF_LINES_MAX);
            self.lines.drain(..surplus);
        }
    }
}

/// How many lines of a brief are kept.
pub const BRIEF_LINES_MAX: usize = 20;

/// Something that happened while a person had the thread. The receipt is found with the payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case", deny_unknown_fields)]
pub enum BriefLine {
    /// A payment was settled.
    Paid {
        /// When it was told.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
        /// For what.
        visit: VisitRef,
        /// Which.
        payment: PaymentRef,
        /// How much.
        amount: Money,
    },
}

/// Somebody of the business who answers a customer.
#[derive(Clone, PartialEq, Eq)]
pub enum Person {
    /// An admin who writes from this number.
    Admin {
        /// The number; the customer's words go there.
        phone: PhoneNumber,
        /// As the business calls them.
        name: Option<String>,
    },
    /// Somebody at the console.
    Console {
        /// As records name their access.
        subject: String,
        /// As they want to be called.
        name: Option<String>,
    },
}

impl Person {
    /// Whether it is the same somebody, by number or access; names do not count.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Admin { phone: one, .. }, Self::Admin { phone: other, .. }) => one == other,
            (Self::Console { subject: one, .. }, Self::Console { subject: other, .. }) => one == other,
            (Self::Admin { .. }, Self::Console { .. }) | (Self::Console { .. }, Self::Admin { .. }) => false,
        }
    }

    /// As colleagues are shown them: by name, else by number or place.
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            Self::Admin { phone, name } => name.clone().unwrap_or_else(|| phone.e164()),
            Self::Console { name, .. } => name.clone().unwrap_or_else(|| "console".to_owned()),
        }
    }

    /// The number that the customer's words go to; at the console they are read where they stand.
    #[must_use]
    pub const fn phone(&self) -> Option<&PhoneNumber> {
        match self {
            Self::Admin { phone, .. } => Some(phone),
            Self::Console { .. } => None,
        }
    }
}

impl fmt::Debug for Person {
    /// Leaves out the name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Admin { phone, .. } => write!(f, "Admin({phone:?})"),
            Self::Console { .. } => f.write_str("Console"),
        }
    }
}

/// A call that somebody has answered: who has the conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Takeover {
    /// The call.
    pub handoff: Handoff,
    /// Who was first.
    pub by: Person,
    /// Since when.
    pub at: OffsetDateTime,
    /// When they last did something with it.
    pub touched_at: OffsetDateTime,
}

/// How the machine got a conversation back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Return {
    /// A person gave it back.
    HandedBack,
    /// Whoever had it said nothing for [`UNTOUCHED_AFTER`].
    Untouched,
}

impl Return {
    /// The name that rows use.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::HandedBack => "handed_back",
            Self::Untouched => "untouched",
        }
    }

    /// The one of a name as [`Return::code`] writes it.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        [Self::HandedBack, Self::Untouched]
            .into_iter()
            .find(|how| how.code() == code)
    }
}

/// Why somebody does not get a conversation, or may not speak in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotTheirs {
    /// There is no such conversation.
    #[error("there is no such conversation")]
    Unknown,
    /// It is over.
    #[error("the conversation is over")]
    Closed,
    /// Nobody was called to it: the assistant answers.
    #[error("the assistant has the conversation")]
    WithMachine,
    /// Nobody has taken it over yet.
    #[error("nobody has taken the conversation over yet")]
    NotTaken,
    /// Somebody else was first.
    #[error("somebody else has the conversation")]
    TakenBy(Person),
}

/// What falls due after a person was called, or took over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HandoffStep {
    /// The admins are called again.
    FirstRepage,
    /// The admins are called for the last time.
    SecondRepage,
    /// The customer is told when somebody will answer.
    TellCustomer,
    /// A takeover that nobody touched ends.
    Sweep,
}

impl HandoffStep {
    /// The steps that follow a call, and how long after it each is due.
    pub const AFTER_CALL: [(Self, Duration); 3] = [
        (Self::FirstRepage, FIRST_REPAGE_AFTER),
        (Self::SecondRepage, SECOND_REPAGE_AFTER),
        (Self::TellCustomer, TELL_CUSTOMER_AFTER),
    ];

    /// A word for causes and logs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::FirstRepage => "first_repage",
            Self::SecondRepage => "second_repage",
            Self::TellCustomer => "tell_customer",
            Self::Sweep => "sweep",
        }
    }
}

/// One word of a thread, as it is on record.
#[derive(Clone, Debug, PartialEq)]
pub enum LogEntry {
    /// The customer's.
    Heard(InboundMessage),
    /// Ours.
    Said {
        /// What was sent.
        message: Box<OutgoingMessage>,
        /// Who of the business said it; the machine if nobody.
        by: Option<String>,
    },
}

impl LogEntry {
    /// When it was said.
    #[must_use]
    pub const fn at(&self) -> OffsetDateTime {
        match self {
            Self::Heard(message) => message.sent_at,
            Self::Said { message, .. } => message.created_at,
        }
    }
}

/// Something that a person said to the customer of their conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonWords {
    /// The message that carries it.
    pub message: crate::outgoing::MessageId,
    /// Under which call.
    pub handoff: HandoffId,
    /// As colleagues are shown them.
    pub by: String,
}

#[cfg(test)]
mod tests;
