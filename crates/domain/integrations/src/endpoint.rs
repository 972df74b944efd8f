//! Addresses of other programs that hear of what happens.

use std::collections::BTreeSet;

use ratiba_kernel::{Fingerprint, Id};
use time::{Duration, OffsetDateTime};

use crate::delivery::Outcome;
use crate::event::EventName;
use crate::safe::KeptSecret;

/// Marks ids of endpoints.
#[derive(Debug)]
pub enum EndpointMark {}
/// Names one endpoint of a tenant.
pub type EndpointId = Id<EndpointMark>;

/// An endpoint that took nothing for so long, while it was tried all along, is switched off.
pub const GIVEN_UP_AFTER: Duration = Duration::days(5);
/// Failures further apart than this are not one failing: the longest pause between two tries is less than half of it, so that
/// within it nothing was tried.
pub const FAILING_GAP: Duration = Duration::hours(24);
/// The secret before counts for so long beside a new one. Until then there is no third one.
pub const BOTH_COUNT_FOR: Duration = Duration::hours(24);
/// So long after an endpoint was made the same order is told its secret again: whoever asks twice did not hear the answer.
pub const TOLD_AGAIN_FOR: Duration = Duration::hours(24);
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

/// An order for a secret: sent again, the same order makes nothing new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SecretOrder {
    /// Who sent it where under which key: somebody else's key is another one.
    pub key: Fingerprint,
    /// What was asked for.
    pub asked: Fingerprint,
}

/// A secret that another one took the place of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Former {
    /// It.
    pub secret: KeptSecret,
    /// Until when it counts too.
    pub until: OffsetDateTime,
    /// By which order it was replaced, if that is known.
    pub replaced_by: Option<SecretOrder>,
}

/// The secrets under which an endpoint is sent to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secrets {
    /// The one that counts.
    pub now: KeptSecret,
    /// The one before.
    pub before: Option<Former>,
}

/// That an endpoint takes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failing {
    /// Since when, with no [`FAILING_GAP`] between its failures and nothing that arrived.
    pub since: OffsetDateTime,
    /// When it failed last.
    pub last: OffsetDateTime,
}

impl Failing {
    /// One more failure: of the same failing, unless nothing was tried for so long that nobody knows.
    fn go_on(before: Option<Self>, now: OffsetDateTime) -> Self {
        let same = before.filter(|before| now - before.last < FAILING_GAP);
        Self {
            since: same.map_or(now, |same| same.since),
            last: now,
        }
    }
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
    /// By which order it was made, if that is known.
    pub made_by: Option<SecretOrder>,
    /// Whether messages go to it.
    pub standing: Standing,
    /// Since when it has taken nothing; `None` while it takes what is sent.
    pub failing: Option<Failing>,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// How often it was recorded, from 1.
    pub version: i32,
}

impl Endpoint {
    /// A new endpoint, made by an order.
    #[must_use]
    pub fn new(
        id: EndpointId,
        order: EndpointOrder,
        secret: KeptSecret,
        made_by: SecretOrder,
        at: OffsetDateTime,
    ) -> Self {
        Self {
            id,
            url: order.url,
            description: order.description,
            events: order.events,
            secrets: Secrets {
                now: secret,
                before: None,
            },
            made_by: Some(made_by),
            standing: if order.is_on { Standing::On } else { Standing::Off },
            failing: None,
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
            self.failing = None;
        }
        self.standing = standing;
        self
    }

    /// With another secret. The one before counts beside it for [`BOTH_COUNT_FOR`], so that nothing is lost while the
    /// other side changes over.
    #[must_use]
    pub fn rotated(mut self, secret: KeptSecret, by: SecretOrder, at: OffsetDateTime) -> Self {
        let before = std::mem::replace(&mut self.secrets.now, secret);
        self.secrets.before = Some(Former {
            secret: before,
            until: at + BOTH_COUNT_FOR,
            replaced_by: Some(by),
        });
        self
    }

    /// The secret before, while it counts too.
    #[must_use]
    pub fn former_at(&self, now: OffsetDateTime) -> Option<&Former> {
        self.secrets.before.as_ref().filter(|former| now < former.until)
    }

    /// Whether whoever had it made may be told its secret, once more: a while after it was made, and not once it has another.
    #[must_use]
    pub fn tells_its_maker(&self, now: OffsetDateTime) -> bool {
        self.secrets.before.is_none() && now < self.created_at + TOLD_AGAIN_FOR
    }

    /// The secrets that count, the newest first.
    #[must_use]
    pub fn secrets_at(&self, now: OffsetDateTime) -> Vec<&KeptSecret> {
        let before = self.former_at(now).map(|former| &former.secret);
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
            Outcome::Arrived { .. } => self.failing = None,
            Outcome::Gone => {
                self.failing = Some(Failing::go_on(self.failing, now));
                self.standing = Standing::SwitchedOff {
                    at: now,
                    because: OffBecause::Gone,
                };
            }
            Outcome::Failed(_) => {
                let failing = Failing::go_on(self.failing, now);
                self.failing = Some(failing);
                if now - failing.since >= GIVEN_UP_AFTER {
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
