//! One conversation from first word to outcome: who drives it, and what has been said so far.
//!
//! The state is kept as versioned JSON. It holds ids, times and amounts, never what anybody wrote.

mod stored;

use ratiba_kernel::{Id, Money};
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use crate::channel::Channel;
use crate::customer::CustomerId;
use crate::desk::{PaymentRef, VisitRef};
use crate::machine::{Question, Stage};
use crate::understanding::Language;

pub use stored::{STATE_VERSION, UnreadableState};

/// The identity of one thread.
pub type ThreadId = Id<Thread>;

/// How long a thread stays open without a word.
pub const IDLE_AFTER: Duration = Duration::hours(24);

/// Who answers the customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Driver {
    /// The machine.
    Agent,
    /// Nobody yet: a person was called. The machine only records.
    SuspendedForHuman,
    /// A person. The machine only records.
    Human,
    /// The machine again, after a person handed it back.
    Resumed,
}

impl Driver {
    /// The name that rows use.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::SuspendedForHuman => "suspended",
            Self::Human => "human",
            Self::Resumed => "resumed",
        }
    }

    /// The driver of a name as [`Driver::code`] writes it.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        [Self::Agent, Self::SuspendedForHuman, Self::Human, Self::Resumed]
            .into_iter()
            .find(|driver| driver.code() == code)
    }

    /// Whether the machine may answer.
    #[must_use]
    pub const fn is_machine(self) -> bool {
        match self {
            Self::Agent | Self::Resumed => true,
            Self::SuspendedForHuman | Self::Human => false,
        }
    }
}

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
}

impl HandoffReason {
    /// The name that events and logs use.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::NotUnderstood => "not_understood",
            Self::OutsideCohort => "outside_cohort",
            Self::Money => "money",
            Self::BeyondMachine => "beyond_machine",
            Self::MachineFailed => "machine_failed",
        }
    }
}

/// A call for a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Handoff {
    /// Why.
    pub reason: HandoffReason,
    /// Since when.
    #[serde(with = "time::serde::rfc3339")]
    pub since: OffsetDateTime,
    /// What happened meanwhile that the person should know, oldest first; the last of [`BRIEF_LINES_MAX`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<BriefLine>,
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

/// What has been said so far, as far as it matters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ThreadState {
    /// Where the dialogue stands.
    pub stage: Stage,
    /// What we asked last and wait to be told.
    pub question: Option<Question>,
    /// The question that was answered last, so that a second tap on it does nothing.
    pub answered: Option<Answered>,
    /// How many messages running were not understood.
    pub misunderstood: u8,
    /// Whether something that goes well with a booking was offered: that is done once.
    pub cross_sold: bool,
    /// The call for a person, while one is wanted or drives.
    pub handoff: Option<Handoff>,
}

/// A question that got its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answered {
    /// The message that asked.
    pub message: crate::outgoing::MessageId,
    /// When it was answered.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

/// One conversation. A booking in flight is its thread; a new booking starts a new one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thread {
    /// Ours; a UUID of version 7, so that threads sort by their beginning.
    pub id: ThreadId,
    /// Who writes.
    pub customer: CustomerId,
    /// How.
    pub channel: Channel,
    /// Who answers.
    pub driver: Driver,
    /// What has been said so far.
    pub state: ThreadState,
    /// The language of the customer's last message that had one.
    pub language: Option<Language>,
    /// When the first word was said.
    pub opened_at: OffsetDateTime,
    /// When the customer last wrote or was last told something of the thread.
    pub last_activity_at: OffsetDateTime,
    /// When it ended.
    pub closed_at: Option<OffsetDateTime>,
    /// The version it was read at; 0 was never recorded.
    pub version: i32,
}

impl Thread {
    /// A thread that begins now.
    #[must_use]
    pub fn open(id: ThreadId, customer: CustomerId, channel: Channel, now: OffsetDateTime) -> Self {
        Self {
            id,
            customer,
            channel,
            driver: Driver::Agent,
            state: ThreadState::default(),
            language: None,
            opened_at: now,
            last_activity_at: now,
            closed_at: None,
            version: 0,
        }
    }

    /// Whether it has been silent for so long that the next word begins a new one.
    #[must_use]
    pub fn is_idle(&self, now: OffsetDateTime) -> bool {
        now - self.last_activity_at >= IDLE_AFTER
    }

    /// The thread with a person called for. A call that is open stays as it was.
    #[must_use]
    pub fn suspended(mut self, reason: HandoffReason, since: OffsetDateTime) -> Self {
        if self.driver.is_machine() {
            self.driver = Driver::SuspendedForHuman;
            self.state.handoff = Some(Handoff {
                reason,
                since,
                lines: Vec::new(),
            });
        }
        self
    }

    /// The thread with one more line in the brief of the person who has it; as it is if nobody was called. The same line
    /// is not written twice.
    #[must_use]
    pub fn briefed(mut self, line: BriefLine) -> Self {
        if let Some(handoff) = self.state.handoff.as_mut()
            && !handoff.lines.contains(&line)
        {
            handoff.lines.push(line);
            let surplus = handoff.lines.len().saturating_sub(BRIEF_LINES_MAX);
            handoff.lines.drain(..surplus);
        }
        self
    }

    /// The thread, ended.
    #[must_use]
    pub fn closed(mut self, at: OffsetDateTime) -> Self {
        self.closed_at = self.closed_at.or(Some(at));
        self.state.question = None;
        self
    }
}

/// The name of a language that rows use.
#[must_use]
pub const fn language_code(language: Language) -> &'static str {
    match language {
        Language::English => "en",
        Language::Swahili => "sw",
        Language::Mixed => "mixed",
        Language::Sheng => "sheng",
    }
}

/// The language of a name as [`language_code`] writes it.
#[must_use]
pub fn parse_language(code: &str) -> Option<Language> {
    [
        Language::English,
        Language::Swahili,
        Language::Mixed,
        Language::Sheng,
    ]
    .into_iter()
    .find(|language| language_code(*language) == code)
}

#[cfg(test)]
mod tests;
