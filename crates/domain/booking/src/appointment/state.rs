//! The states of an appointment, each with what is known there.

use ratiba_kernel::Money;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// Whose answer a request waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Awaits {
    /// The business has not agreed yet.
    Business,
    /// The business offered another time, and the customer has not agreed yet.
    Customer,
}

impl Awaits {
    /// The word in rows and on the wire.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Business => "business",
            Self::Customer => "customer",
        }
    }

    /// Whoever a word stands for.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Business, Self::Customer]
            .into_iter()
            .find(|known| known.word() == word)
    }
}

/// Where an appointment stands, and what is known there. `at` is when it came there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Waits for somebody to agree; its time is kept up to, not including, `until`.
    Requested {
        /// When it came there.
        at: OffsetDateTime,
        /// When an answer comes too late.
        until: OffsetDateTime,
        /// Whose answer it waits for.
        awaits: Awaits,
    },
    /// Waits for payment; its time is kept up to, not including, `until`.
    Held {
        /// When it came there.
        at: OffsetDateTime,
        /// The deadline.
        until: OffsetDateTime,
    },
    /// Agreed and, where money was asked, paid.
    Confirmed {
        /// When it came there.
        at: OffsetDateTime,
    },
    /// The customer is here.
    CheckedIn {
        /// When it came there.
        at: OffsetDateTime,
    },
    /// The service has begun; when, is in the actuals.
    InProgress {
        /// When it came there.
        at: OffsetDateTime,
    },
    /// The service was rendered; until when, is in the actuals.
    Completed {
        /// When it came there.
        at: OffsetDateTime,
    },
    /// Nobody paid or answered in time; its claims are free. Money that comes late may still take them
    /// again.
    Expired {
        /// When it came there.
        at: OffsetDateTime,
    },
    /// The business did not agree, or the customer did not to the other time that was offered.
    Declined {
        /// When it came there.
        at: OffsetDateTime,
    },
    /// The customer changed their mind.
    CancelledByCustomer {
        /// When it came there.
        at: OffsetDateTime,
        /// What the policy asks for it.
        fee: Money,
    },
    /// The business could not keep it; the customer owes nothing.
    CancelledByBusiness {
        /// When it came there.
        at: OffsetDateTime,
    },
    /// The customer did not come.
    NoShow {
        /// When it came there.
        at: OffsetDateTime,
        /// What the policy asks for it.
        fee: Money,
    },
}

impl State {
    /// The word for this state, in rows and on the wire.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Requested { .. } => "requested",
            Self::Held { .. } => "held",
            Self::Confirmed { .. } => "confirmed",
            Self::CheckedIn { .. } => "checked_in",
            Self::InProgress { .. } => "in_progress",
            Self::Completed { .. } => "completed",
            Self::Expired { .. } => "expired",
            Self::Declined { .. } => "declined",
            Self::CancelledByCustomer { .. } => "cancelled_by_customer",
            Self::CancelledByBusiness { .. } => "cancelled_by_business",
            Self::NoShow { .. } => "no_show",
        }
    }

    /// When the appointment came into this state.
    #[must_use]
    pub const fn since(&self) -> OffsetDateTime {
        match self {
            Self::Requested { at, .. }
            | Self::Held { at, .. }
            | Self::Confirmed { at }
            | Self::CheckedIn { at }
            | Self::InProgress { at }
            | Self::Completed { at }
            | Self::Expired { at }
            | Self::Declined { at }
            | Self::CancelledByCustomer { at, .. }
            | Self::CancelledByBusiness { at }
            | Self::NoShow { at, .. } => *at,
        }
    }

    /// Until when the time is kept without an agreement, if it is.
    #[must_use]
    pub const fn deadline(&self) -> Option<OffsetDateTime> {
        match self {
            Self::Requested { until, .. } | Self::Held { until, .. } => Some(*until),
            Self::Confirmed { .. }
            | Self::CheckedIn { .. }
            | Self::InProgress { .. }
            | Self::Completed { .. }
            | Self::Expired { .. }
            | Self::Declined { .. }
            | Self::CancelledByCustomer { .. }
            | Self::CancelledByBusiness { .. }
            | Self::NoShow { .. } => None,
        }
    }

    /// Whose answer it waits for, if it is a request.
    #[must_use]
    pub const fn awaits(&self) -> Option<Awaits> {
        match self {
            Self::Requested { awaits, .. } => Some(*awaits),
            Self::Held { .. }
            | Self::Confirmed { .. }
            | Self::CheckedIn { .. }
            | Self::InProgress { .. }
            | Self::Completed { .. }
            | Self::Expired { .. }
            | Self::Declined { .. }
            | Self::CancelledByCustomer { .. }
            | Self::CancelledByBusiness { .. }
            | Self::NoShow { .. } => None,
        }
    }

    /// Whether its claims keep others out. A rendered service keeps its time: it did happen.
    #[must_use]
    pub const fn keeps_its_time(&self) -> bool {
        match self {
            Self::Requested { .. }
            | Self::Held { .. }
            | Self::Confirmed { .. }
            | Self::CheckedIn { .. }
            | Self::InProgress { .. }
            | Self::Completed { .. } => true,
            Self::Expired { .. }
            | Self::Declined { .. }
            | Self::CancelledByCustomer { .. }
            | Self::CancelledByBusiness { .. }
            | Self::NoShow { .. } => false,
        }
    }

    /// The fee that the policy asks for not coming or coming to another mind.
    #[must_use]
    pub const fn fee(&self) -> Option<Money> {
        match self {
            Self::CancelledByCustomer { fee, .. } | Self::NoShow { fee, .. } => Some(*fee),
            Self::Requested { .. }
            | Self::Held { .. }
            | Self::Confirmed { .. }
            | Self::CheckedIn { .. }
            | Self::InProgress { .. }
            | Self::Completed { .. }
            | Self::Expired { .. }
            | Self::Declined { .. }
            | Self::CancelledByBusiness { .. } => None,
        }
    }
}
