//! What one round of one contestant measured: how much was done in which time, and how long each took.

use std::time::Duration;

/// One round of a limit or of a subject.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sample {
    /// How many times the work was done.
    pub(crate) done: u64,
    /// How many times it was asked for and refused, which is not counted in `done` but in `latencies`.
    pub(crate) refused: u64,
    /// From the start of the first to the end of the last.
    pub(crate) elapsed: Duration,
    /// How long each took in microseconds, the shortest first. Empty where nobody took the time.
    latencies: Vec<u64>,
}

/// A share of a whole in thousandths, as a percentile is named: 990 for the 99th.
pub(crate) type PerMille = u64;

impl Sample {
    /// A round as it was measured; the latencies are in microseconds, in any order.
    pub(crate) fn new(done: u64, refused: u64, elapsed: Duration, mut latencies: Vec<u64>) -> Self {
        latencies.sort_unstable();
        Self {
            done,
            refused,
            elapsed,
            latencies,
        }
    }

    /// How many were done in a second, rounded down; 0 in no time.
    pub(crate) fn per_second(&self) -> u64 {
        let micros = self.elapsed.as_micros();
        let per_second = (u128::from(self.done) * 1_000_000).checked_div(micros);
        u64::try_from(per_second.unwrap_or_default()).unwrap_or(u64::MAX)
    }

    /// The time within which this share was answered, in microseconds: the nearest rank, a time that was really
    /// taken. 0 if there are none.
    pub(crate) fn percentile(&self, share: PerMille) -> u64 {
        let count = self.latencies.len();
        let share = usize::try_from(share.min(1_000)).unwrap_or(1_000);
        let rank = (count * share).div_ceil(1_000).max(1);
        self.latencies.get(rank - 1).copied().unwrap_or_default()
    }

    /// The median in microseconds.
    pub(crate) fn p50(&self) -> u64 {
        self.percentile(500)
    }

    /// 99 of 100 took at most this many microseconds.
    pub(crate) fn p99(&self) -> u64 {
        self.percentile(990)
    }

    /// The longest in microseconds.
    pub(crate) fn longest(&self) -> u64 {
        self.percentile(1_000)
    }
}

#[cfg(test)]
mod tests;
