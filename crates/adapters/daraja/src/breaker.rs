//! Leaves a provider alone that is in trouble: after several calls in a row that came to nothing no more are made for a
//! while, then one to try, then all again.
//!
//! Each process has its own breaker, one for each set of credentials. What is not sent is refused at once and for certain,
//! instead of hanging for twenty seconds and being in doubt for an hour.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use ratiba_kernel::TokenHash;
use time::{Duration, OffsetDateTime};

/// So many calls in a row that came to nothing stop the next ones.
pub const TROUBLES_MAX: u32 = 5;
/// For how long at first; twice as long each time that the one call to try comes to nothing.
pub const FIRST_PAUSE: Duration = Duration::seconds(10);
/// For how long at most.
pub const LONGEST_PAUSE: Duration = Duration::minutes(5);
/// A call to try that nobody heard the end of makes way for another after this time.
const PROBE_LOST_AFTER: Duration = Duration::seconds(60);

/// How a provider has been answering with one set of credentials.
#[derive(Clone, Copy, Debug, Default)]
struct Standing {
    /// Calls in a row that came to nothing.
    troubles: u32,
    /// No call before this instant.
    closed_until: Option<OffsetDateTime>,
    /// When the one call to try began.
    probing_since: Option<OffsetDateTime>,
}

/// Stops calls to a provider that is in trouble.
#[derive(Debug, Default)]
pub struct Breaker {
    standings: Mutex<BTreeMap<TokenHash, Standing>>,
}

impl Breaker {
    fn standings(&self) -> MutexGuard<'_, BTreeMap<TokenHash, Standing>> {
        self.standings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a call may be made now. Whoever makes it tells how it went, with [`Breaker::heard`].
    pub fn admits(&self, credential: TokenHash, now: OffsetDateTime) -> bool {
        let mut standings = self.standings();
        let standing = standings.entry(credential).or_default();
        let Some(until) = standing.closed_until else {
            return true;
        };
        let probed = standing.probing_since;
        if now < until || probed.is_some_and(|since| now < since + PROBE_LOST_AFTER) {
            return false;
        }
        standing.probing_since = Some(now);
        true
    }

    /// Takes in how a call went. `trouble`: it came to nothing for a reason of the provider's, such as silence, an answer of
    /// its gateway, or too many calls. An answer that refuses is an answer.
    pub fn heard(&self, credential: TokenHash, trouble: bool, now: OffsetDateTime) {
        let mut standings = self.standings();
        let standing = standings.entry(credential).or_default();
        if !trouble {
            if standing.closed_until.is_some() {
                tracing::info!("the provider answers again");
            }
            *standing = Standing::default();
            return;
        }
        standing.troubles = standing.troubles.saturating_add(1);
        standing.probing_since = None;
        if standing.troubles >= TROUBLES_MAX {
            let pause = pause_after(standing.troubles - TROUBLES_MAX, now);
            // Calls that were on their way when it closed prolong nothing.
            if standing.closed_until.is_none_or(|until| until <= now) {
                standing.closed_until = Some(now + pause);
                tracing::error!(
                    troubles = standing.troubles,
                    pause_s = pause.whole_seconds(),
                    "the provider is left alone"
                );
            }
        }
    }
}

/// How long nobody calls, with up to a quarter more, so that processes do not come back together.
fn pause_after(more: u32, now: OffsetDateTime) -> Duration {
    let doubled = FIRST_PAUSE * 2_i32.saturating_pow(more.min(5));
    let pause = doubled.min(LONGEST_PAUSE);
    let spread = i64::from(now.nanosecond() / 1_000_000);
    pause
        + Duration::milliseconds(pause.whole_milliseconds().try_into().unwrap_or(0_i64) / 4 * spread / 1_000)
}

#[cfg(test)]
mod tests;
