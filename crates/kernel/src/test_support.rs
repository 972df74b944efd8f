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

use crate::{Clock, IdSource, OpenError, Outage, Place, Sealed, TenantId, TimeRange, TokenHash, Vault};

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

/// A vault that hides nothing and keeps the promises of one: keys by name, the current one first.
#[derive(Clone, Copy, Debug)]
pub struct PlainVault(pub &'static [&'static str]);

impl PlainVault {
    /// Stands in for what authenticates: of the key's name, the place and the secret.
    fn tag(key: &str, place: &Place, secret: &[u8]) -> Vec<u8> {
        let hash = TokenHash::of(&format!("{key} {:?} {secret:?}", place.as_bytes()));
        hash.as_bytes().iter().copied().take(16).collect()
    }
}

impl Vault for PlainVault {
    fn current_key(&self) -> &str {
        self.0.first().copied().unwrap_or_default()
    }

    fn seal(&self, place: &Place, secret: &[u8]) -> Result<Sealed, Outage> {
        let key = self.current_key();
        Ok(Sealed {
            key: key.to_owned(),
            nonce: [0; 12],
            ciphertext: [secret, &Self::tag(key, place, secret)].concat(),
        })
    }

    fn open(&self, place: &Place, sealed: &Sealed) -> Result<Vec<u8>, OpenError> {
        if !self.0.contains(&sealed.key.as_str()) {
            return Err(OpenError::UnknownKey(sealed.key.clone()));
        }
        let end = sealed.ciphertext.len().saturating_sub(16);
        let (secret, tag) = sealed.ciphertext.split_at(end);
        if tag == Self::tag(&sealed.key, place, secret) {
            Ok(secret.to_vec())
        } else {
            Err(OpenError::Broken)
        }
    }
}

/// What every [`Vault`] promises. `keyed` makes one with keys of these names, the current one first; equal names are equal
/// keys.
///
/// # Panics
/// When a promise is broken.
pub fn vault_contract<V: Vault>(keyed: impl Fn(&'static [&'static str]) -> V) {
    let (before, secret) = (keyed(&["a"]), b"EAAG-secret".as_slice());
    let place = Place::of(tenant(1), "whatsapp/access_token");
    let sealed = before.seal(&place, secret);
    let Ok(sealed) = sealed else { panic!("{sealed:?}") };
    assert_eq!(
        (sealed.key.as_str(), sealed.ciphertext.len()),
        ("a", secret.len() + 16)
    );
    assert_eq!(before.open(&place, &sealed), Ok(secret.to_vec()));
    for (elsewhere, why) in [
        (
            Place::of(tenant(2), "whatsapp/access_token"),
            "of another business",
        ),
        (Place::of(tenant(1), "mpesa/passkey"), "under another name"),
    ] {
        assert_eq!(before.open(&elsewhere, &sealed), Err(OpenError::Broken), "{why}");
    }
    for at in 0..sealed.ciphertext.len() {
        let mut changed = sealed.clone();
        changed
            .ciphertext
            .iter_mut()
            .skip(at)
            .take(1)
            .for_each(|byte| *byte ^= 1);
        assert_eq!(before.open(&place, &changed), Err(OpenError::Broken), "byte {at}");
    }
    let short = Sealed {
        ciphertext: vec![1; 15],
        ..sealed.clone()
    };
    assert_eq!(
        before.open(&place, &short),
        Err(OpenError::Broken),
        "shorter than any"
    );
    let now = keyed(&["b", "a"]);
    assert_eq!(now.current_key(), "b");
    assert_eq!(
        now.open(&place, &sealed),
        Ok(secret.to_vec()),
        "an older key opens"
    );
    assert_eq!(
        now.seal(&place, secret).map(|sealed| sealed.key),
        Ok("b".to_owned())
    );
    let unknown = OpenError::UnknownKey("a".to_owned());
    assert_eq!(keyed(&["b"]).open(&place, &sealed), Err(unknown));
}
