//! One message on its way to one endpoint.

use ratiba_kernel::Id;
use time::{Duration, OffsetDateTime};

use crate::endpoint::EndpointId;
use crate::event::Message;

/// Marks ids of deliveries.
#[derive(Debug)]
pub enum DeliveryMark {}
/// Names one delivery of a tenant.
pub type DeliveryId = Id<DeliveryMark>;

/// How long after each failed try the next one comes; when there is none left, the message is given up.
pub const PAUSES: [Duration; 7] = [
    Duration::seconds(5),
    Duration::minutes(5),
    Duration::minutes(30),
    Duration::hours(2),
    Duration::hours(5),
    Duration::hours(10),
    Duration::hours(10),
];

/// As many tries as are remembered, the newest ones.
pub const TRIES_KEPT: usize = 24;

/// Why a try failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Another status than 2xx; redirects too, since nobody follows them.
    Status(u16),
    /// It took too long.
    TooSlow,
    /// Nobody is there: no such name, nobody listens, no certificate that holds.
    NotConnected,
    /// The connection broke, or what came is no HTTP.
    Broken,
    /// The address leads where nobody outside may have Ratiba call.
    Refused,
}

impl Failure {
    /// The word on the wire and in rows; of a status the status itself says the rest.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Status(_) => "status",
            Self::TooSlow => "too_slow",
            Self::NotConnected => "not_connected",
            Self::Broken => "broken",
            Self::Refused => "refused",
        }
    }

    /// The status, if it was one.
    #[must_use]
    pub const fn status(self) -> Option<u16> {
        match self {
            Self::Status(status) => Some(status),
            Self::TooSlow | Self::NotConnected | Self::Broken | Self::Refused => None,
        }
    }

    /// Whatever a word stands for.
    #[must_use]
    pub fn parse(word: &str, status: Option<u16>) -> Option<Self> {
        let known = [Self::TooSlow, Self::NotConnected, Self::Broken, Self::Refused];
        match status {
            Some(status) => (word == "status").then_some(Self::Status(status)),
            None => known.into_iter().find(|known| known.word() == word),
        }
    }
}

/// How one try went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was taken, with a status of 2xx.
    Arrived {
        /// Which.
        status: u16,
    },
    /// The endpoint is gone for good: status 410.
    Gone,
    /// It was not taken.
    Failed(Failure),
}

impl Outcome {
    /// What a status means.
    #[must_use]
    pub const fn of_status(status: u16) -> Self {
        match status {
            200..=299 => Self::Arrived { status },
            410 => Self::Gone,
            _other => Self::Failed(Failure::Status(status)),
        }
    }
}

/// Why a delivery was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeadBecause {
    /// No try is left.
    Exhausted,
    /// Its endpoint is turned or switched off, or said that it is gone.
    EndpointOff,
}

impl DeadBecause {
    /// The word on the wire and in rows.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Exhausted => "exhausted",
            Self::EndpointOff => "endpoint_off",
        }
    }

    /// Whatever a word stands for.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Exhausted, Self::EndpointOff]
            .into_iter()
            .find(|known| known.word() == word)
    }
}

/// Where a delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryState {
    /// It goes out at a time.
    Waiting {
        /// Not before.
        next_at: OffsetDateTime,
    },
    /// It was taken.
    Delivered {
        /// When.
        at: OffsetDateTime,
    },
    /// It was given up; somebody may send it again.
    Dead {
        /// When.
        at: OffsetDateTime,
        /// Why.
        because: DeadBecause,
    },
}

impl DeliveryState {
    /// The word on the wire and in rows.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Waiting { .. } => "waiting",
            Self::Delivered { .. } => "delivered",
            Self::Dead { .. } => "dead",
        }
    }
}

/// One try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Try {
    /// When.
    pub at: OffsetDateTime,
    /// How it went.
    pub outcome: Outcome,
}

/// One message for one endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Its identity.
    pub id: DeliveryId,
    /// To whom.
    pub endpoint: EndpointId,
    /// What.
    pub message: Message,
    /// Where it stands.
    pub state: DeliveryState,
    /// How many tries there were since it was made or sent again.
    pub round: u8,
    /// The newest tries, oldest first, those before it was sent again included.
    pub tries: Vec<Try>,
    /// How often it was recorded, from 1.
    pub version: i32,
}

impl Delivery {
    /// A new delivery, due at once.
    #[must_use]
    pub const fn new(id: DeliveryId, endpoint: EndpointId, message: Message, at: OffsetDateTime) -> Self {
        Self {
            id,
            endpoint,
            message,
            state: DeliveryState::Waiting { next_at: at },
            round: 0,
            tries: Vec::new(),
            version: 1,
        }
    }

    /// The delivery after a try.
    #[must_use]
    pub fn after(mut self, outcome: Outcome, now: OffsetDateTime) -> Self {
        self.tries.push(Try { at: now, outcome });
        let forgotten = self.tries.len().saturating_sub(TRIES_KEPT);
        self.tries.drain(..forgotten);
        let pause = PAUSES.get(usize::from(self.round));
        self.round = self.round.saturating_add(1);
        self.state = match (outcome, pause) {
            (Outcome::Arrived { .. }, _) => DeliveryState::Delivered { at: now },
            (Outcome::Gone, _) => DeliveryState::Dead {
                at: now,
                because: DeadBecause::EndpointOff,
            },
            (Outcome::Failed(_), Some(pause)) => DeliveryState::Waiting {
                next_at: now + *pause,
            },
            (Outcome::Failed(_), None) => DeliveryState::Dead {
                at: now,
                because: DeadBecause::Exhausted,
            },
        };
        self
    }

    /// The delivery when its endpoint hears nothing any more: nothing was tried.
    #[must_use]
    pub const fn parked(mut self, now: OffsetDateTime) -> Self {
        self.state = DeliveryState::Dead {
            at: now,
            because: DeadBecause::EndpointOff,
        };
        self
    }

    /// The delivery sent again, from its first try; `None` while it is on its way.
    #[must_use]
    pub fn replayed(mut self, now: OffsetDateTime) -> Option<Self> {
        match self.state {
            DeliveryState::Waiting { .. } => None,
            DeliveryState::Delivered { .. } | DeliveryState::Dead { .. } => {
                self.round = 0;
                self.state = DeliveryState::Waiting { next_at: now };
                Some(self)
            }
        }
    }
}

#[cfg(test)]
mod tests;
