//! Counts requests for this process alone, in bounded memory.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use ratiba_access::limits::{Ask, Bucket, Limiter, Verdict, microseconds};
use ratiba_kernel::Outage;
use time::OffsetDateTime;

/// How many buckets of each kind are kept at once: less than 25 MB when every kind has as many.
const BUCKETS_MAX: usize = 16_384;
/// How many empty buckets a request clears away: more than it can fill, so that they run out.
const CLEARED_AT_ONCE: usize = 8;
/// By how many microseconds one request's instant may be before another's that came first, because it waited for its turn.
/// A clock that goes back by more was put back.
const OUT_OF_TURN: i64 = 1_000_000;

/// A limiter of one process. It always answers.
///
/// Buckets that are empty are forgotten. When there are too many of a kind, the one that will be empty first is; whoever
/// the table does not know is taken to owe as much as the fullest that it pushed out. So any number of addresses takes no
/// more memory, gains nobody a request, and pushes out no token and no business.
///
/// It counts by a time of its own, which goes as the machine's does and never goes back: a clock that is put back by an
/// hour makes nobody wait for that hour.
#[derive(Debug)]
pub struct OwnLimiter {
    counts: Mutex<Counts>,
    most: usize,
}

#[derive(Debug, Default)]
struct Counts {
    time: OwnTime,
    /// By the kind of their buckets.
    tables: BTreeMap<&'static str, Table>,
}

/// Microseconds since 1970 that never go back.
#[derive(Debug, Default)]
struct OwnTime {
    latest: i64,
    /// How far the machine's clock was put back, all in all.
    ahead: i64,
}

impl OwnTime {
    /// The instant at which the machine's clock says `machine`.
    fn at(&mut self, machine: i64) -> i64 {
        let at = machine.saturating_add(self.ahead);
        let back = self.latest.saturating_sub(at);
        if back > OUT_OF_TURN {
            self.ahead = self.ahead.saturating_add(back);
        }
        self.latest = self.latest.max(at);
        self.latest
    }
}

/// Buckets of one kind.
#[derive(Debug, Default)]
struct Table {
    /// When each will be empty.
    due: BTreeMap<Bucket, i64>,
    /// The same, the first to be empty first.
    order: BTreeSet<(i64, Bucket)>,
    /// When the fullest that was pushed out would have been empty: nobody whom the table does not know owes more.
    pushed_out: i64,
}

impl Table {
    fn clear_away(&mut self, now: i64) {
        for _ in 0..CLEARED_AT_ONCE {
            if self.order.first().is_none_or(|(due, _)| *due > now) {
                return;
            }
            self.forget_first();
        }
    }

    /// Forgets the bucket that is empty first; answers when that is.
    fn forget_first(&mut self) -> Option<i64> {
        let (due, bucket) = self.order.pop_first()?;
        self.due.remove(&bucket);
        Some(due)
    }

    fn due(&self, bucket: &Bucket) -> i64 {
        self.due.get(bucket).copied().unwrap_or(self.pushed_out)
    }

    fn keep(&mut self, bucket: Bucket, due: i64, most: usize) {
        if let Some(before) = self.due.insert(bucket, due) {
            self.order.remove(&(before, bucket));
        }
        self.order.insert((due, bucket));
        while self.due.len() > most {
            let Some(due) = self.forget_first() else {
                return;
            };
            self.pushed_out = self.pushed_out.max(due);
        }
    }
}

impl OwnLimiter {
    /// A limiter that keeps so many buckets of each kind at most.
    #[must_use]
    pub fn keeping(most: usize) -> Self {
        Self {
            counts: Mutex::default(),
            most,
        }
    }

    /// How many buckets are kept at this moment.
    #[must_use]
    pub fn kept(&self) -> usize {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.tables.values().map(|table| table.due.len()).sum()
    }
}

impl Default for OwnLimiter {
    fn default() -> Self {
        Self::keeping(BUCKETS_MAX)
    }
}

#[async_trait]
impl Limiter for OwnLimiter {
    async fn count(&self, at: OffsetDateTime, asks: &[Ask]) -> Result<Option<Verdict>, Outage> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let Counts { time, tables } = &mut *counts;
        let now = time.at(microseconds(at));
        let debts: Vec<(Ask, i64)> = asks
            .iter()
            .map(|ask| {
                let table = tables.entry(ask.bucket.kind()).or_default();
                table.clear_away(now);
                (*ask, ask.limit.debt(table.due(&ask.bucket), now))
            })
            .collect();
        let verdict = Verdict::over(debts.iter().copied());
        if let Some(Verdict::Admitted(_)) = verdict {
            for (ask, debt) in debts {
                let table = tables.entry(ask.bucket.kind()).or_default();
                table.keep(ask.bucket, now + debt + ask.limit.costs(), self.most);
            }
        }
        Ok(verdict)
    }
}

#[cfg(test)]
mod tests;
