//! Addresses of other programs that hear of what happens.

use std::collections::BTreeSet;

use ratiba_kernel::Id;
use time::{Duration, OffsetDateTime};

use crate::delivery::Outcome;
use crate::event::EventName;
use crate::signing::SigningSecret;

/// Marks ids of endpoints.
#[derive(Debug)]
pub enum EndpointMark {}
/// Names one endpoint of a tenant.
pub type EndpointId = Id<EndpointMark>;

/// An endpoint that took nothing for so long is switched off.
pub const GIVEN_UP_AFTER: Duration = Duration::days(5);
/// The secret before counts for so long beside a new one.
pub const BOTH_COUNT_FOR: Duration = Duration::hours(24);
/// As many as a business may have.
pub const ENDPOINTS_MAX: usize = 20;

/// Why an endpoint was switched off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OffBecause {
    /// It took nothing for [`GIVEN_UP_AFTER`].
    Failing,
    /// It said that it is gone, with status 410.
    Gone,
}

/// Whether messages go to an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// They do.
    On,
    /// Somebody turned it off.
    Off,
    /// Ratiba switched it off; somebody may turn it on again.
    SwitchedOff {
        /// When.
        at: OffsetDateTime,
        /// Why.
        because: OffBecause,
    },
}

impl Standing {
    /// The word on the wire and in rows.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::On => "on",
            Self::Off => "off",
            Self::SwitchedOff { .. } => "switched_off",
        }
    }
}

impl OffBecause {
    /// The word on the wire and in rows.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Failing => "failing",
            Self::Gone => "gone",
        }
    }

    /// Whatever a word stands for.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Failing, Self::Gone]
            .into_iter()
            .find(|known| known.word() == word)
    }
}

/// The secrets under which an endpoint is sent to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secrets {
    /// The one that counts.
    pub now: SigningSecret,
    /// The one before, and until when it counts too.
    pub before: Option<(SigningSecret, OffsetDateTime)>,
}

/// What an endpoint is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndpointOrder {
    /// The address, as it was typed in and judged.
    pub url: String,
    /// What it is for, in its owner's words; up to 200 characters.
    pub description: String,
    /// Of what it hears; never empty.
    pub events: BTreeSet<EventName>,
    /// Whether messages go to it.
    pub is_on: bool,
}

/// One address that hears of what happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Its identity.
    pub id: EndpointId,
    /// Where messages go.
    pub url: String,
    /// What it is for.
    pub description: String,
    /// Of what it hears.
    pub events: BTreeSet<EventName>,
    /// Under which secrets.
    pub secrets: Secrets,
    /// Whether messages go to it.
    pub standing: Standing,
    /// Since when it has taken nothing; `None` while it takes what is sent.
    pub failing_since: Option<OffsetDateTime>,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// How often it was recorded, from 1.
    pub version: i32,
}

impl Endpoint {
    /// A new endpoint.
    #[must_use]
    pub fn new(id: EndpointId, order: EndpointOrder, secret: SigningSecret, at: OffsetDateTime) -> Self {
        Self {
            id,
            url: order.url,
            description: order.description,
            events: order.events,
            secrets: Secrets {
                now: secret,
                before: None,
            },
            standing: if order.is_on { Standing::On } else { Standing::Off },
            failing_since: None,
            created_at: at,
            version: 1,
        }
    }

    /// The endpoint as somebody wants it. Whoever turns it on again, or gives it another address, gives it another five days.
    #[must_use]
    pub fn changed(mut self, order: EndpointOrder) -> Self {
        let moved = self.url != order.url;
        self.url = order.url;
        self.description = order.description;
        self.events = order.events;
        let standing = match (order.is_on, self.standing) {
            (true, _) => Standing::On,
            // That Ratiba switched it off remains to be seen.
            (false, off @ Standing::SwitchedOff { .. }) => off,
            (false, Standing::On | Standing::Off) => Standing::Off,
        };
        if moved || (standing == Standing::On && self.standing != Standing::On) {
            self.failing_since = None;
        }
        self.standing = standing;
        self
    }

    /// With another secret. The one before counts beside it for [`BOTH_COUNT_FOR`], so that nothing is lost while the
    /// other side changes over.
    #[must_use]
    pub fn rotated(mut self, secret: SigningSecret, at: OffsetDateTime) -> Self {
        let before = std::mem::replace(&mut self.secrets.now, secret);
        self.secrets.before = Some((before, at + BOTH_COUNT_FOR));
        self
    }

    /// The secrets that count, the newest first.
    #[must_use]
    pub fn secrets_at(&self, now: OffsetDateTime) -> Vec<&SigningSecret> {
        let before = self.secrets.before.as_ref();
        let before = before.filter(|(_, until)| now < *until).map(|(secret, _)| secret);
        std::iter::once(&self.secrets.now).chain(before).collect()
    }

    /// Whether messages of an event go to it.
    #[must_use]
    pub fn hears(&self, name: EventName) -> bool {
        self.standing == Standing::On && (name == EventName::EndpointTested || self.events.contains(&name))
    }

    /// The endpoint after one try. One that somebody turned off stays as it is.
    #[must_use]
    pub fn after(mut self, outcome: Outcome, now: OffsetDateTime) -> Self {
        if self.standing != Standing::On {
            return self;
        }
        match outcome {
            Outcome::Arrived { .. } => self.failing_since = None,
            Outcome::Gone => {
                self.failing_since.get_or_insert(now);
                self.standing = Standing::SwitchedOff {
                    at: now,
                    because: OffBecause::Gone,
                };
            }
            Outcome::Failed(_) => {
                let since = *self.failing_since.get_or_insert(now);
                if now - since >= GIVEN_UP_AFTER {
                    self.standing = Standing::SwitchedOff {
                        at: now,
                        because: OffBecause::Failing,
                    };
                }
            }
        }
        self
    }
}

#[cfg(test)]
mod tests;
