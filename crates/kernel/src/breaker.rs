//! Leaves a provider alone that is in trouble: after several calls in a row that came to nothing no more are made for a
//! while, then one to try, then all again.
//!
//! Each process has its own breaker for each provider, which tells accounts apart. What is not sent is refused at once and
//! for certain, instead of hanging for twenty seconds and being in doubt for an hour. Whoever calls decides what trouble
//! is, and writes the log.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use time::{Duration, OffsetDateTime};

use crate::TokenHash;

/// So many calls in a row that came to nothing stop the next ones.
pub const TROUBLES_MAX: u32 = 5;
/// For how long at first; twice as long each time that the one call to try comes to nothing.
pub const FIRST_PAUSE: Duration = Duration::seconds(10);
/// For how long at most.
pub const LONGEST_PAUSE: Duration = Duration::minutes(5);
/// A call to try that nobody heard the end of makes way for another after this time.
const PROBE_LOST_AFTER: Duration = Duration::seconds(60);

/// What a call's end changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// No more calls are made for a while.
    LeftAlone {
        /// After so many in a row that came to nothing.
        troubles: u32,
        /// For how long.
        pause: Duration,
    },
    /// All calls are made again.
    AnswersAgain,
}

/// How a provider has been answering for one account.
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
    pub fn admits(&self, account: TokenHash, now: OffsetDateTime) -> bool {
        let mut standings = self.standings();
        let standing = standings.entry(account).or_default();
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

    /// How long nobody calls for this account yet; `None` if calls are made.
    pub fn pause_left(&self, account: TokenHash, now: OffsetDateTime) -> Option<Duration> {
        let standings = self.standings();
        let until = standings.get(&account)?.closed_until?;
        (until > now).then(|| until - now)
    }

    /// For how many accounts nobody calls at this moment.
    pub fn left_alone(&self, now: OffsetDateTime) -> usize {
        let standings = self.standings();
        let closed = standings.values().filter_map(|standing| standing.closed_until);
        closed.filter(|until| *until > now).count()
    }

    /// Takes in how a call went. `trouble`: it came to nothing for a reason of the provider's, such as silence, an answer of
    /// its gateway, or too many calls. An answer that refuses is an answer. Answers what that changed.
    pub fn heard(&self, account: TokenHash, trouble: bool, now: OffsetDateTime) -> Option<Turn> {
        let mut standings = self.standings();
        let standing = standings.entry(account).or_default();
        if !trouble {
            let was_closed = standing.closed_until.is_some();
            *standing = Standing::default();
            return was_closed.then_some(Turn::AnswersAgain);
        }
        // While it is closed only the call to try counts; those that were on their way when it closed prolong nothing.
        if standing.closed_until.is_some() && standing.probing_since.take().is_none() {
            return None;
        }
        standing.troubles = standing.troubles.saturating_add(1);
        if standing.troubles < TROUBLES_MAX {
            return None;
        }
        let pause = pause_after(standing.troubles - TROUBLES_MAX, now);
        standing.closed_until = Some(now + pause);
        Some(Turn::LeftAlone {
            troubles: standing.troubles,
            pause,
        })
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
