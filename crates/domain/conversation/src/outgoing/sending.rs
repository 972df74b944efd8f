//! How far the sending of a message has come, and what may be done next.
//!
//! ```text
//! queued ──► sending ──► sent
//!    ▲          │ ├────► refused
//!    └──later───┘ └────► unknown ──► sending (once more, where a double is harmless)
//!                           └──────► abandoned (a person is told)
//! ```
//! A status from the provider settles an unknown one at any time.

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use super::{MessageId, OutgoingMessage};

/// How long a send without an answer waits for a status that carries its id.
pub const STATUS_WAIT: Duration = Duration::seconds(120);

/// By how much our clock may be ahead of the provider's, together with the time that its answer to a message takes: within it
/// nobody reads a message and answers.
pub const CLOCK_SLACK: Duration = Duration::seconds(5);

/// How often a message is handed over at most, counting refusals that ask for patience.
pub const SEND_ATTEMPTS_MAX: u32 = 6;
/// A message that waits for a provider which is left alone is not worth sending any more after this time.
pub const PUT_OFF_MAX: Duration = Duration::hours(6);

/// How far the sending has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum SendState {
    /// Waits to be sent.
    Queued {
        /// Not to be sent before.
        #[serde(with = "time::serde::rfc3339")]
        not_before: OffsetDateTime,
        /// How often it was handed over so far.
        attempts: u32,
    },
    /// Is being handed over, or was when a worker died.
    Sending {
        /// Since when.
        #[serde(with = "time::serde::rfc3339")]
        since: OffsetDateTime,
        /// Counting this one.
        attempts: u32,
    },
    /// The provider took it.
    Sent {
        /// The provider's id of it; `None` where only a status told us.
        provider_id: Option<String>,
        /// When we learned it.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// Nobody knows whether it went out.
    Unknown {
        /// Since when.
        #[serde(with = "time::serde::rfc3339")]
        since: OffsetDateTime,
        /// How often it was handed over.
        attempts: u32,
    },
    /// It will not go out.
    Refused {
        /// Why, in a word that a person finds in the runbook; the provider's code where it has one.
        reason: String,
        /// Since when.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// Nobody ever learned whether it went out, and it must not be repeated.
    Abandoned {
        /// Since when.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
}

impl SendState {
    /// A word for rows and logs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Queued { .. } => "queued",
            Self::Sending { .. } => "sending",
            Self::Sent { .. } => "sent",
            Self::Unknown { .. } => "unknown",
            Self::Refused { .. } => "refused",
            Self::Abandoned { .. } => "abandoned",
        }
    }
}

/// What the provider answered when a message was handed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SendAnswer {
    /// Taken; not yet delivered.
    Accepted {
        /// The provider's id of it.
        provider_id: String,
    },
    /// Not taken, for sure.
    Refused(SendRefusal),
    /// No answer, or one that says nothing: it may be out.
    Unknown,
}

/// Why a message was not taken, as what can be done about it. `code` is the provider's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SendRefusal {
    /// Patience helps.
    RetryLater {
        /// The provider's code.
        code: i64,
        /// How long to wait at least.
        after: Duration,
    },
    /// It was not tried, since the provider is left alone for a while: that is no try of the message.
    LeftAlone {
        /// For how long yet.
        after: Duration,
    },
    /// What it would have told is over: nobody misses it.
    Withdrawn,
    /// The window is closed; a template would go.
    TemplateInstead {
        /// The provider's code.
        code: i64,
    },
    /// This recipient cannot be reached this way.
    Undeliverable {
        /// The provider's code.
        code: i64,
    },
    /// The recipient stopped marketing messages at the provider.
    StoppedMarketing {
        /// The provider's code.
        code: i64,
    },
    /// Our settings, account or template are at fault; a person must act, and no retry helps.
    Misconfigured {
        /// The provider's code.
        code: i64,
    },
}

/// What a report of the provider says about a message on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatusKind {
    /// Left the provider.
    Sent,
    /// Reached the phone.
    Delivered,
    /// Was opened.
    Read,
    /// Was listened to.
    Played,
}

impl StatusKind {
    /// The name that rows use.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Read => "read",
            Self::Played => "played",
        }
    }

    /// The kind of a name as [`StatusKind::code`] writes it.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        [Self::Sent, Self::Delivered, Self::Read, Self::Played]
            .into_iter()
            .find(|kind| kind.code() == code)
    }
}

/// One report of the provider, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusReport {
    /// The provider's id of our message.
    pub provider_id: String,
    /// Our id, where the provider gave our opaque data back.
    pub message: Option<MessageId>,
    /// What it says: how far it came, or the refusal of the provider.
    pub outcome: Result<StatusKind, SendRefusal>,
    /// When that was, by the provider's clock.
    pub at: OffsetDateTime,
}

/// What is known about a message's way: the highest rank reported, and a failure apart from it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delivery {
    /// The furthest it came.
    pub reached: Option<StatusKind>,
    /// The provider's code of a failure that was reported.
    pub failed_code: Option<i64>,
}

/// What may be done with a message now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextStep {
    /// Hand it over.
    HandOver,
    /// It was being handed over when somebody died: wait for a status first.
    SuspectSent,
    /// Not yet.
    Wait {
        /// Until then.
        until: OffsetDateTime,
    },
    /// No status came and a double could do harm: give up and tell a person.
    GiveUp,
    /// It is settled.
    Nothing,
}

impl OutgoingMessage {
    /// What may be done with this message at `now`. Deciding twice decides alike.
    #[must_use]
    pub fn next_step(&self, now: OffsetDateTime) -> NextStep {
        match &self.state {
            SendState::Queued { not_before, .. } if now < *not_before => {
                NextStep::Wait { until: *not_before }
            }
            SendState::Queued { .. } => NextStep::HandOver,
            SendState::Sending { .. } => NextStep::SuspectSent,
            SendState::Unknown { since, .. } if now < *since + STATUS_WAIT => NextStep::Wait {
                until: *since + STATUS_WAIT,
            },
            SendState::Unknown { attempts: 1, .. } if self.purpose.may_repeat() => NextStep::HandOver,
            SendState::Unknown { .. } => NextStep::GiveUp,
            SendState::Sent { .. } | SendState::Refused { .. } | SendState::Abandoned { .. } => {
                NextStep::Nothing
            }
        }
    }

    /// Whether whoever wrote at `at`, by the provider's clock, can have seen this message: the provider had taken it by then,
    /// and reported no failure. Such clocks tell whole seconds, and ours may be up to [`CLOCK_SLACK`] ahead.
    #[must_use]
    pub fn was_out_by(&self, at: OffsetDateTime) -> bool {
        match &self.state {
            SendState::Sent { at: taken_at, .. } => {
                taken_at.unix_timestamp() <= (at + CLOCK_SLACK).unix_timestamp()
            }
            SendState::Queued { .. }
            | SendState::Sending { .. }
            | SendState::Unknown { .. }
            | SendState::Refused { .. }
            | SendState::Abandoned { .. } => false,
        }
    }

    /// The message as it is being handed over, to be recorded before it is.
    #[must_use]
    pub fn handing_over(mut self, now: OffsetDateTime) -> Self {
        let attempts = match &self.state {
            SendState::Queued { attempts, .. }
            | SendState::Sending { attempts, .. }
            | SendState::Unknown { attempts, .. } => *attempts,
            SendState::Sent { .. } | SendState::Refused { .. } | SendState::Abandoned { .. } => return self,
        };
        self.state = SendState::Sending {
            since: now,
            attempts: attempts.saturating_add(1),
        };
        self
    }

    /// The message at the version that it has once it is on record as it is now.
    #[must_use]
    pub const fn recorded(mut self) -> Self {
        self.version += 1;
        self
    }

    /// The message after a handing over that nobody knows the end of.
    #[must_use]
    pub fn suspected_sent(mut self, now: OffsetDateTime) -> Self {
        if let SendState::Sending { attempts, .. } = self.state {
            self.state = SendState::Unknown { since: now, attempts };
        }
        self
    }

    /// The message after a refusal that patience helps, or refused for good once there were too many.
    #[must_use]
    pub fn postponed(mut self, code: i64, after: Duration, now: OffsetDateTime) -> Self {
        if let SendState::Sending { attempts, .. } = self.state {
            self.state = if attempts >= SEND_ATTEMPTS_MAX {
                SendState::Refused {
                    reason: format!("provider {code}, {attempts} times"),
                    at: now,
                }
            } else {
                SendState::Queued {
                    not_before: now + after,
                    attempts,
                }
            };
        }
        self
    }

    /// The message after a hand-over that was not tried, which does not count; refused for good where it waited too long.
    #[must_use]
    pub fn put_off(mut self, after: Duration, now: OffsetDateTime) -> Self {
        if let SendState::Sending { attempts, .. } = self.state {
            self.state = if now - self.created_at >= PUT_OFF_MAX {
                SendState::Refused {
                    reason: "the provider was left alone for too long".to_owned(),
                    at: now,
                }
            } else {
                SendState::Queued {
                    not_before: now + after,
                    attempts: attempts.saturating_sub(1),
                }
            };
        }
        self
    }

    /// The message once the provider took it.
    #[must_use]
    pub fn accepted(mut self, provider_id: Option<String>, now: OffsetDateTime) -> Self {
        self.state = SendState::Sent { provider_id, at: now };
        self
    }

    /// The message once it is clear that it will not go out.
    #[must_use]
    pub fn refused(mut self, reason: impl Into<String>, now: OffsetDateTime) -> Self {
        self.state = SendState::Refused {
            reason: reason.into(),
            at: now,
        };
        self
    }

    /// The message once nobody will ever know.
    #[must_use]
    pub fn abandoned(mut self, now: OffsetDateTime) -> Self {
        self.state = SendState::Abandoned { at: now };
        self
    }

    /// The message after a report. The furthest way counts; a failure is kept beside it, and one that comes
    /// after a delivery does not undo it. A report also settles a send that nobody knew the end of.
    #[must_use]
    pub fn reported(mut self, report: &StatusReport, now: OffsetDateTime) -> Self {
        match &report.outcome {
            Ok(kind) => {
                self.delivery.reached = self.delivery.reached.max(Some(*kind));
                match &self.state {
                    SendState::Sending { .. }
                    | SendState::Unknown { .. }
                    | SendState::Abandoned { .. }
                    | SendState::Sent {
                        provider_id: None, ..
                    } => {
                        self.state = SendState::Sent {
                            provider_id: Some(report.provider_id.clone()),
                            at: now,
                        };
                    }
                    SendState::Queued { .. } | SendState::Sent { .. } | SendState::Refused { .. } => {}
                }
            }
            Err(refusal) => {
                let code = refusal.code();
                self.delivery.failed_code = Some(code);
                let delivered = self.delivery.reached >= Some(StatusKind::Delivered);
                if !delivered {
                    self.state = SendState::Refused {
                        reason: format!("provider {code}"),
                        at: now,
                    };
                }
            }
        }
        self
    }
}

impl SendRefusal {
    /// The provider's code; 0 where it was not asked.
    #[must_use]
    pub const fn code(&self) -> i64 {
        match self {
            Self::LeftAlone { .. } | Self::Withdrawn => 0,
            Self::RetryLater { code, .. }
            | Self::TemplateInstead { code }
            | Self::Undeliverable { code }
            | Self::StoppedMarketing { code }
            | Self::Misconfigured { code } => *code,
        }
    }
}
