//! What is open between the machine and one person of the business: the list that they were shown last, and the question
//! that waits for their yes.

use std::fmt;

use ratiba_kernel::{BasisPoints, Money, PhoneNumber, TimeRange};
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::channel::SenderKey;
use crate::desk::{ServiceRef, StaffRef, StatementRef, VisitRef, WaitingMonth};
use crate::inbound::InboundId;
use crate::knowledge::SnippetId;
use crate::texts::Tongue;

/// How long a question waits for its answer.
pub const PENDING_FOR: Duration = Duration::minutes(10);

/// The most characters of the reason of a dispute.
pub const REASON_CHARACTERS_MAX: usize = 500;

/// How many lines of a list are numbered and shown.
pub const LISTED_MAX: usize = 30;

/// What is open with one person of the business.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slate {
    /// Theirs.
    pub phone: PhoneNumber,
    /// The visits of the list that they were shown last; number 1 is the first.
    pub listed: Vec<VisitRef>,
    /// What waits for their yes.
    pub pending: Option<Pending>,
    /// What their next words are the reason of. Never beside what waits for their yes.
    pub awaits: Option<AwaitedReason>,
    /// The channel's own id of them, under which it may name them alone; `None` if they never wrote under one.
    pub user_id: Option<SenderKey>,
    /// Counts the recorded changes; 0 was never recorded.
    pub version: i32,
}

impl Slate {
    /// Nothing is open with whoever has this number.
    #[must_use]
    pub const fn blank(phone: PhoneNumber) -> Self {
        Self {
            phone,
            listed: Vec::new(),
            pending: None,
            awaits: None,
            user_id: None,
            version: 0,
        }
    }

    /// Whether something waits for a word of theirs.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.pending.is_some() || self.awaits.is_some()
    }

    /// The same when nothing waits for a word of theirs.
    #[must_use]
    pub fn closed(&self) -> Self {
        Self {
            pending: None,
            awaits: None,
            ..self.clone()
        }
    }

    /// The visit of a number of the last list, counted from 1.
    #[must_use]
    pub fn visit(&self, number: usize) -> Option<VisitRef> {
        self.listed.get(number.checked_sub(1)?).copied()
    }
}

/// A line whose owner was asked what is wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AwaitedReason {
    /// Of which statement.
    pub statement: StatementRef,
    /// Its number, from 1.
    pub line: u32,
    /// When it was asked.
    #[serde(with = "time::serde::rfc3339")]
    pub asked_at: OffsetDateTime,
}

impl AwaitedReason {
    /// Whether words come too late by now to be the reason.
    #[must_use]
    pub fn is_over(&self, now: OffsetDateTime) -> bool {
        now - self.asked_at >= PENDING_FOR
    }
}

/// Something to be done once they say yes.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pending {
    /// The message that asked for it: under this key it is done once, however often the yes comes.
    pub key: InboundId,
    /// What.
    pub act: Act,
    /// The same in words, as it was asked.
    pub what: String,
    /// When it was asked.
    #[serde(with = "time::serde::rfc3339")]
    pub asked_at: OffsetDateTime,
}

impl Pending {
    /// Whether a yes comes too late by now.
    #[must_use]
    pub fn is_over(&self, now: OffsetDateTime) -> bool {
        now - self.asked_at >= PENDING_FOR
    }
}

impl fmt::Debug for Pending {
    /// Leaves out the words, which name people.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pending")
            .field("key", &self.key)
            .field("act", &self.act)
            .field("asked_at", &self.asked_at)
            .finish_non_exhaustive()
    }
}

/// The family of a service that was added in the chat without one.
pub const NEW_SERVICE_CATEGORY: &str = "other";

/// What somebody of the business wants changed. It says what they saw, so that what has changed since is noticed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
pub enum Act {
    /// A visit will not happen.
    Cancel {
        /// Which.
        visit: VisitRef,
        /// When it was to begin.
        #[serde(with = "time::serde::rfc3339")]
        starts_at: OffsetDateTime,
    },
    /// A visit happens at another time.
    Move {
        /// Which.
        visit: VisitRef,
        /// When it was to begin.
        #[serde(with = "time::serde::rfc3339")]
        starts_at: OffsetDateTime,
        /// When it is to begin.
        #[serde(with = "time::serde::rfc3339")]
        to: OffsetDateTime,
    },
    /// A customer is booked in; nothing is asked of them in advance.
    Book {
        /// Their number.
        phone: PhoneNumber,
        /// What.
        service: ServiceRef,
        /// By whom.
        staff: StaffRef,
        /// When they come.
        #[serde(with = "time::serde::rfc3339")]
        starts_at: OffsetDateTime,
        /// What it was said to cost: for another price it is not booked.
        price: Money,
    },
    /// Nobody is booked with somebody for a while.
    Block {
        /// With whom.
        staff: StaffRef,
        /// From when to when.
        range: TimeRange,
    },
    /// A service is sold from now on, by everybody who works here now.
    AddService {
        /// Its name.
        name: String,
        /// What it costs.
        price: Money,
        /// How long it lasts.
        minutes: u32,
        /// Who renders it.
        staff: Vec<StaffRef>,
        /// Its family; `None` is [`NEW_SERVICE_CATEGORY`].
        #[serde(default, skip_serializing_if = "Option::is_none")]
        category: Option<String>,
        /// The tax in its price; `None` is that of all other services, or none if they differ.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tax: Option<BasisPoints>,
    },
    /// A service costs something else from now on.
    UpdatePrice {
        /// Which.
        service: ServiceRef,
        /// What it cost.
        before: Money,
        /// What it costs.
        price: Money,
    },
    /// The assistant answers something more.
    AddFaq {
        /// What it is asked.
        title: String,
        /// What it answers, word for word.
        body: String,
        /// In which language that is.
        tongue: Tongue,
    },
    /// The assistant does not answer that any more.
    RemoveFaq {
        /// Which.
        snippet: SnippetId,
        /// As it was read.
        version: i32,
    },
    /// Somebody is invited to the beta.
    Invite {
        /// Their number.
        phone: PhoneNumber,
    },
    /// Somebody holds a line of their statement to be wrong.
    Dispute {
        /// Of which statement.
        statement: StatementRef,
        /// Its number, from 1.
        line: u32,
        /// Why, in their words.
        reason: String,
    },
    /// A month of commission is closed.
    Close {
        /// Which, and what it came to.
        waiting: WaitingMonth,
    },
}

/// What is behind the buttons of the question with this key.
#[must_use]
pub fn answer_token(key: InboundId, yes: bool) -> String {
    let word = if yes { "yes" } else { "no" };
    format!("r:{}:{word}", key.as_uuid().simple())
}

/// The question that such a token names, and whether it says yes. It came from a phone: what it is worth stands on the
/// slate.
#[must_use]
pub fn parse_answer_token(token: &str) -> Option<(InboundId, bool)> {
    let (key, word) = token.strip_prefix("r:")?.split_once(':')?;
    let yes = match word {
        "yes" => true,
        "no" => false,
        _other => return None,
    };
    Some((InboundId::from_uuid(Uuid::try_parse(key).ok()?), yes))
}
