//! One conversation from first word to outcome: who drives it, and what has been said so far.
//!
//! The state is kept as versioned JSON. It holds ids, times and amounts, never what anybody wrote.

mod stored;

use ratiba_kernel::Id;
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use crate::channel::Channel;
use crate::customer::CustomerId;
use crate::handoff::{HandoffId, NotTheirs, Person, Return, Takeover};
use crate::machine::{Question, Stage};
use crate::model::MicroDollars;
use crate::understanding::Language;

pub use crate::handoff::{BRIEF_LINES_MAX, BriefLine, Handoff, HandoffReason};
pub use stored::{STATE_VERSION, UnreadableState, handoff_of_before};

/// The identity of one thread.
pub type ThreadId = Id<Thread>;

/// How long a thread stays open without a word.
pub const IDLE_AFTER: Duration = Duration::hours(24);

/// Who answers the customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Driver {
    /// The machine.
    Agent,
    /// Nobody yet: a person was called. The machine only records.
    SuspendedForHuman(Handoff),
    /// A person. The machine only records.
    Human(Takeover),
    /// The machine again, after a person had it.
    Resumed(Return),
}

impl Driver {
    /// The name that rows use.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::SuspendedForHuman(_) => "suspended",
            Self::Human(_) => "human",
            Self::Resumed(_) => "resumed",
        }
    }

    /// Whether the machine may answer.
    #[must_use]
    pub const fn is_machine(&self) -> bool {
        match self {
            Self::Agent | Self::Resumed(_) => true,
            Self::SuspendedForHuman(_) | Self::Human(_) => false,
        }
    }

    /// The call for a person, while one is wanted or drives.
    #[must_use]
    pub const fn handoff(&self) -> Option<&Handoff> {
        match self {
            Self::SuspendedForHuman(handoff) => Some(handoff),
            Self::Human(takeover) => Some(&takeover.handoff),
            Self::Agent | Self::Resumed(_) => None,
        }
    }

    /// Who has the conversation, if somebody has.
    #[must_use]
    pub const fn takeover(&self) -> Option<&Takeover> {
        match self {
            Self::Human(takeover) => Some(takeover),
            Self::Agent | Self::SuspendedForHuman(_) | Self::Resumed(_) => None,
        }
    }
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
    /// How many messages running were angry.
    pub angry: u8,
    /// Whether something that goes well with a booking was offered: that is done once.
    pub cross_sold: bool,
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
    /// How many messages of the customer the machine answered in a row.
    pub turns: u32,
    /// What asking a language model has cost.
    pub model_cost: MicroDollars,
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
            turns: 0,
            model_cost: MicroDollars::default(),
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
    pub fn suspended(mut self, id: HandoffId, reason: HandoffReason, since: OffsetDateTime) -> Self {
        if self.driver.is_machine() {
            self.driver = Driver::SuspendedForHuman(Handoff::new(id, reason, since));
        }
        self
    }

    /// The thread with somebody who answers from now on. Whoever has it already keeps it.
    ///
    /// # Errors
    /// [`NotTheirs`] if it is over, nobody was called, or somebody else was first.
    pub fn taken(mut self, by: Person, at: OffsetDateTime) -> Result<Self, NotTheirs> {
        if self.closed_at.is_some() {
            return Err(NotTheirs::Closed);
        }
        self.driver = match self.driver {
            Driver::SuspendedForHuman(handoff) => Driver::Human(Takeover {
                handoff,
                by,
                at,
                touched_at: at,
            }),
            Driver::Human(takeover) if takeover.by.is(&by) => Driver::Human(takeover),
            Driver::Human(takeover) => return Err(NotTheirs::TakenBy(takeover.by)),
            Driver::Agent | Driver::Resumed(_) => return Err(NotTheirs::WithMachine),
        };
        Ok(self)
    }

    /// The thread in which this person says something now.
    ///
    /// # Errors
    /// [`NotTheirs`] unless they have it.
    pub fn spoken(mut self, by: &Person, at: OffsetDateTime) -> Result<Self, NotTheirs> {
        if self.closed_at.is_some() {
            return Err(NotTheirs::Closed);
        }
        match &mut self.driver {
            Driver::Human(takeover) if takeover.by.is(by) => takeover.touched_at = at,
            Driver::Human(takeover) => return Err(NotTheirs::TakenBy(takeover.by.clone())),
            Driver::SuspendedForHuman(_) => return Err(NotTheirs::NotTaken),
            Driver::Agent | Driver::Resumed(_) => return Err(NotTheirs::WithMachine),
        }
        self.last_activity_at = at;
        Ok(self)
    }

    /// The thread with the machine again. Its dialogue stands where it stood; what it counted begins anew.
    ///
    /// # Errors
    /// [`NotTheirs`] if it is over or with the machine.
    pub fn returned(mut self, how: Return, at: OffsetDateTime) -> Result<Self, NotTheirs> {
        if self.closed_at.is_some() {
            return Err(NotTheirs::Closed);
        }
        if self.driver.is_machine() {
            return Err(NotTheirs::WithMachine);
        }
        self.driver = Driver::Resumed(how);
        self.state.misunderstood = 0;
        self.state.angry = 0;
        self.turns = 0;
        self.last_activity_at = at;
        Ok(self)
    }

    /// The thread with one more line in the brief of the person who has it; as it is if nobody was called. The same line
    /// is not written twice.
    #[must_use]
    pub fn briefed(mut self, line: BriefLine) -> Self {
        match &mut self.driver {
            Driver::SuspendedForHuman(handoff) => handoff.brief(line),
            Driver::Human(takeover) => takeover.handoff.brief(line),
            Driver::Agent | Driver::Resumed(_) => {}
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
