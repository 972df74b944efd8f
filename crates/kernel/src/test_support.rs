//! What tests of every crate need: a clock that stands still, ids in order, and strategies.

use std::future::Future;
use std::pin::pin;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, Waker};

use proptest::prelude::*;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::{Clock, IdSource, TenantId, TimeRange};

/// The instant that generated times count from: the demo's Tuesday, 00:00 in UTC.
pub const EPOCH: OffsetDateTime = datetime!(2026-05-12 00:00 UTC);

/// A clock that stands still until a test moves it.
#[derive(Debug)]
pub struct ManualClock(Mutex<OffsetDateTime>);

impl ManualClock {
    /// A clock that stands at `now`.
    #[must_use]
    pub fn at(now: OffsetDateTime) -> Self {
        Self(Mutex::new(now))
    }

    /// Puts the clock to `now`, forward or back.
    pub fn set(&self, now: OffsetDateTime) {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = now;
    }

    /// Moves the clock on.
    pub fn advance(&self, by: Duration) {
        let mut now = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *now += by;
    }
}

impl Default for ManualClock {
    /// The demo's beginning: 2026-05-12 08:00 in Nairobi.
    fn default() -> Self {
        Self::at(datetime!(2026-05-12 05:00 UTC))
    }
}

impl Clock for ManualClock {
    fn now(&self) -> OffsetDateTime {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// Ids 1, 2, 3 … so that a failing test reads the same every time.
#[derive(Debug, Default)]
pub struct SeededIds {
    next: AtomicU64,
    lane: u64,
}

impl SeededIds {
    /// A sequence of its own: ids of two lanes never meet.
    #[must_use]
    pub const fn lane(lane: u64) -> Self {
        Self {
            next: AtomicU64::new(0),
            lane,
        }
    }
}

impl IdSource for SeededIds {
    fn next(&self) -> Uuid {
        let number = self.next.fetch_add(1, Ordering::Relaxed) + 1;
        Uuid::from_u64_pair((self.lane << 16) | 0x7000, 0x8000_0000_0000_0000 | number)
    }
}

/// A tenant for tests; equal numbers are equal tenants.
#[must_use]
pub fn tenant(number: u64) -> TenantId {
    TenantId::from_uuid(Uuid::from_u64_pair(
        0x7e4a_0000_0000_7000,
        0x8000_0000_0000_0000 | number,
    ))
}

/// Runs a future that never waits for anything outside, as those over fakes do not.
///
/// # Panics
/// If the future waits for somebody to wake it.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..1_000_000 {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
    panic!("the future waits for something that a fake never brings");
}

/// Up to `most` stretches of time on a grid of five minutes within three days from [`EPOCH`].
pub fn time_ranges(most: usize) -> impl Strategy<Value = Vec<TimeRange>> {
    let range = (0i64..(3 * 288 - 1), 1i64..60).prop_filter_map("past the window", |(start, length)| {
        let start = EPOCH + Duration::minutes(start * 5);
        TimeRange::starting(start, Duration::minutes(length * 5)).ok()
    });
    prop::collection::vec(range, 0..=most)
}
