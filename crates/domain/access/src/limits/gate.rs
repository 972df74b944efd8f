//! Who is let through: which buckets a request is counted in, and what becomes of it when the limiter does not answer.

use std::sync::Arc;

use ratiba_kernel::{Clock, Outage, TenantId};
use time::Duration;
use uuid::Uuid;

use super::{Ask, Bucket, Limiter, Limits, Source, Standing, Verdict};

/// What kind of route is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// Whether the process lives: never counted.
    Free,
    /// Everything else.
    Usual,
    /// A step of signing in.
    SignIn,
    /// Hands out access: a token, an invitation.
    Grant,
    /// What a provider tells.
    Webhook,
}

impl Door {
    /// The name, for counters.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Usual => "usual",
            Self::SignIn => "sign-in",
            Self::Grant => "grant",
            Self::Webhook => "webhook",
        }
    }
}

/// Somebody may go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Passed {
    /// How full the fullest of the buckets is, if the request was counted.
    pub standing: Option<Standing>,
    /// Whether the limiter answered, where it had to be asked.
    pub answered: bool,
}

/// Somebody may not go on.
#[derive(Debug, PartialEq, Eq)]
pub enum Stopped {
    /// They ask too often.
    TooFast {
        /// The bucket that is full.
        standing: Standing,
        /// When it has room again.
        wait: Duration,
    },
    /// Nobody counts, and this must not be done uncounted.
    Unavailable(Outage),
}

/// Asks the limiter before anything else is done.
#[derive(Clone)]
pub struct Gate {
    /// The limits.
    pub limits: Limits,
    /// Counts for several processes together, where one is set up.
    pub shared: Option<Arc<dyn Limiter>>,
    /// Counts for this process alone.
    pub own: Arc<dyn Limiter>,
    /// The machine's time, whatever time the business has: a limit is about what machines bear. Processes that share a
    /// limiter have clocks that agree as far as their counting shall.
    pub clock: Arc<dyn Clock>,
}

impl Gate {
    /// Counts a request by where it comes from, before it is known who asks.
    ///
    /// # Errors
    /// [`Stopped`]; nothing more may be done for the request.
    pub async fn arrive(&self, door: Door, source: Source) -> Result<Passed, Stopped> {
        let bucket = match door {
            Door::Free => None,
            Door::Usual | Door::Grant => Some(Bucket::Address(source)),
            Door::SignIn => Some(Bucket::SignIn(source)),
            Door::Webhook => Some(Bucket::Webhook(source)),
        };
        self.decide(door, bucket.as_slice()).await
    }

    /// Counts a request by who asks, and in which business.
    ///
    /// # Errors
    /// [`Stopped`]; nothing more may be done for the request.
    pub async fn act(&self, door: Door, caller: Uuid, tenant: Option<TenantId>) -> Result<Passed, Stopped> {
        let mut buckets = vec![Bucket::Caller(caller)];
        buckets.extend(tenant.map(Bucket::Tenant));
        match door {
            Door::Grant => buckets.push(Bucket::Grant(caller)),
            Door::Free | Door::Usual | Door::SignIn | Door::Webhook => {}
        }
        self.decide(door, &buckets).await
    }

    async fn decide(&self, door: Door, buckets: &[Bucket]) -> Result<Passed, Stopped> {
        let asks: Vec<Ask> = buckets
            .iter()
            .filter_map(|bucket| self.limits.of(*bucket))
            .collect();
        if asks.is_empty() {
            return Ok(Passed {
                standing: None,
                answered: true,
            });
        }
        let now = self.clock.now();
        let Some(shared) = &self.shared else {
            let verdict = self.own.count(now, &asks).await;
            return verdict
                .map_err(Stopped::Unavailable)
                .and_then(|verdict| passed(verdict, true));
        };
        match (shared.count(now, &asks).await, door) {
            (Ok(verdict), _) => passed(verdict, true),
            // Guessing of codes and handing out of access uncounted is worse than none of it for a while.
            (Err(outage), Door::SignIn | Door::Grant) => Err(Stopped::Unavailable(outage)),
            // Money that was paid must be told.
            (Err(_), Door::Webhook | Door::Free) => Ok(Passed {
                standing: None,
                answered: false,
            }),
            // Each process counts alone meanwhile.
            (Err(_), Door::Usual) => {
                let verdict = self.own.count(now, &asks).await;
                verdict
                    .map_err(Stopped::Unavailable)
                    .and_then(|verdict| passed(verdict, false))
            }
        }
    }
}

fn passed(verdict: Option<Verdict>, answered: bool) -> Result<Passed, Stopped> {
    match verdict {
        Some(Verdict::Admitted(standing)) => Ok(Passed {
            standing: Some(standing),
            answered,
        }),
        Some(Verdict::TooFast { standing, wait }) => Err(Stopped::TooFast { standing, wait }),
        None => Ok(Passed {
            standing: None,
            answered,
        }),
    }
}
