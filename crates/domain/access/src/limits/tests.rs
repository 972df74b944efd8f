use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use proptest::prelude::*;
use ratiba_kernel::test_support::{EPOCH, ManualClock, block_on, tenant};

use super::*;
use crate::test_support::MuteLimiter;

#[test]
fn a_limit_is_read_as_it_is_written() {
    for (text, requests, window_s, burst) in [
        ("600/60", 600, 60, 600),
        ("600/60 burst 100", 600, 60, 100),
        ("1/86400", 1, 86_400, 1),
        (" 60000000 / 60 burst 1 ", 60_000_000, 60, 1),
    ] {
        let limit: Limit = text.parse().unwrap();
        assert_eq!(
            (limit.requests(), limit.window_s(), limit.burst()),
            (requests, window_s, burst),
            "{text}"
        );
        assert_eq!(limit.to_string().parse(), Ok(limit));
    }
    for wrong in [
        "",
        "600",
        "600/",
        "0/60",
        "600/0",
        "600/86401",
        "600/60 burst 0",
        "600/60 burst 601",
        "600/60, burst 9",
        "-1/60",
        "1000001/1",
        "600/60 burst",
        "0.5/1",
    ] {
        assert_eq!(wrong.parse::<Limit>(), Err(NO_LIMIT), "{wrong}");
    }
    assert_eq!("off".parse(), Ok(Allowance::Off));
    assert_eq!(
        "1/1".parse(),
        Ok(Allowance::Limited(Limit::new(1, 1, 1).unwrap()))
    );
}

#[test]
fn addresses_count_as_what_they_are() {
    let source = |text: &str| Source::of(Some(text.parse().unwrap()));
    assert_eq!(source("::ffff:192.0.2.1"), source("192.0.2.1"));
    assert_ne!(source("192.0.2.1"), source("192.0.2.2"));
    assert_eq!(source("2001:db8:1:2:3:4:5:6"), source("2001:db8:1:2::"));
    assert_ne!(source("2001:db8:1:2::"), source("2001:db8:1:3::"));
    assert_eq!(
        Bucket::SignIn(source("2001:db8::9")).to_string(),
        "sign-in:2001:db8::"
    );
}

fn has_room(ask: Ask, debt: i64) -> bool {
    matches!(Verdict::over([(ask, debt)]), Some(Verdict::Admitted(_)))
}

proptest! {
    /// Whoever asks as fast as they can gets a burst and then no more than the pace.
    #[test]
    fn no_time_holds_more_than_a_burst_and_its_share(
        requests in 1_u32..5_000,
        window_s in 1_u32..7_200,
        burst_share in 1_u32..=100,
        pauses in prop::collection::vec(0_i64..3_000_000, 1..200),
    ) {
        let burst = (requests * burst_share / 100).max(1);
        let limit = Limit::new(requests, window_s, burst).unwrap();
        let ask = Ask { bucket: Bucket::Tenant(tenant(1)), limit };
        let (mut at, mut due, mut admitted) = (0_i64, 0_i64, 0_i64);
        for pause in pauses {
            at += pause;
            let debt = limit.debt(due, at);
            match Verdict::over([(ask, debt)]).unwrap() {
                Verdict::Admitted(standing) => {
                    due = at + debt + limit.costs();
                    admitted += 1;
                    prop_assert!(standing.left < burst);
                }
                Verdict::TooFast { wait, .. } => {
                    let wait = i64::try_from(wait.whole_microseconds()).unwrap();
                    // Exactly then there is room.
                    let then = limit.debt(due, at + wait);
                    prop_assert!(has_room(ask, then));
                    let before = limit.debt(due, at + wait - 1);
                    prop_assert!(!has_room(ask, before));
                }
            }
            let share = at * i64::from(requests) / (i64::from(window_s) * MICROSECONDS);
            prop_assert!(admitted <= i64::from(burst) + share + 1);
        }
    }
}

/// Counts how often it is asked, and in which buckets.
#[derive(Default)]
struct Counting {
    asked: AtomicUsize,
    buckets: Mutex<Vec<&'static str>>,
}

#[async_trait]
impl Limiter for Counting {
    async fn count(&self, _at: OffsetDateTime, asks: &[Ask]) -> Result<Option<Verdict>, Outage> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let kinds = asks.iter().map(|ask| ask.bucket.kind()).collect();
        *self.buckets.lock().unwrap() = kinds;
        Ok(Verdict::over(asks.iter().map(|ask| (*ask, 0))))
    }
}

fn limits() -> Limits {
    let one = Allowance::Limited(Limit::new(10, 10, 10).unwrap());
    Limits {
        address: one,
        caller: one,
        tenant: one,
        sign_in: one,
        grant: one,
        webhook: one,
    }
}

fn gate(shared: Option<Arc<dyn Limiter>>, own: Arc<dyn Limiter>) -> Gate {
    Gate {
        limits: limits(),
        shared,
        own,
        clock: Arc::new(ManualClock::at(EPOCH)),
    }
}

const DOORS: [Door; 5] = [Door::Free, Door::Usual, Door::SignIn, Door::Grant, Door::Webhook];

#[test]
fn each_door_has_its_buckets() {
    let source = Source::of(None);
    for door in DOORS {
        let counting = Arc::new(Counting::default());
        let gate = gate(None, counting.clone());
        block_on(gate.arrive(door, source)).unwrap();
        let arriving: &[&str] = match door {
            Door::Free => &[],
            Door::Usual | Door::Grant => &["address"],
            Door::SignIn => &["sign-in"],
            Door::Webhook => &["webhook"],
        };
        assert_eq!(*counting.buckets.lock().unwrap(), arriving, "{door:?}");
    }
    let counting = Arc::new(Counting::default());
    let gate = gate(None, counting.clone());
    let caller = Uuid::from_u128(1);
    for (door, tenant, buckets) in [
        (Door::Usual, Some(tenant(1)), &["caller", "tenant"][..]),
        (Door::Usual, None, &["caller"][..]),
        (Door::Grant, Some(tenant(1)), &["caller", "tenant", "grant"][..]),
    ] {
        block_on(gate.act(door, caller, tenant)).unwrap();
        assert_eq!(*counting.buckets.lock().unwrap(), buckets, "{door:?}");
    }
}

#[test]
fn what_is_off_is_not_counted() {
    let counting = Arc::new(Counting::default());
    let mut gate = gate(Some(counting.clone()), Arc::new(MuteLimiter));
    gate.limits = Limits::OFF;
    for door in DOORS {
        let passed = block_on(gate.arrive(door, Source::of(None))).unwrap();
        assert_eq!((passed.standing, passed.answered), (None, true));
        block_on(gate.act(door, Uuid::from_u128(1), Some(tenant(1)))).unwrap();
    }
    assert_eq!(counting.asked.load(Ordering::SeqCst), 0);
}

#[test]
fn without_the_shared_limiter_what_is_dangerous_is_refused_and_webhooks_go_through() {
    let own = Arc::new(Counting::default());
    let gate = gate(Some(Arc::new(MuteLimiter)), own.clone());
    let arrive = |door| block_on(gate.arrive(door, Source::of(None)));
    let stopped = || Err(Stopped::Unavailable(Outage::new("alike")));
    assert_eq!(arrive(Door::SignIn), stopped());
    assert_eq!(arrive(Door::Grant), stopped());
    assert_eq!(
        block_on(gate.act(Door::Grant, Uuid::from_u128(1), Some(tenant(1)))),
        stopped()
    );
    let webhook = arrive(Door::Webhook).unwrap();
    assert_eq!((webhook.standing, webhook.answered), (None, false));
    assert_eq!(own.asked.load(Ordering::SeqCst), 0);
    // Everything else is counted by each process for itself.
    let usual = arrive(Door::Usual).unwrap();
    assert!(usual.standing.is_some() && !usual.answered);
    assert_eq!(own.asked.load(Ordering::SeqCst), 1);
}

#[test]
fn the_shared_limiter_is_asked_where_there_is_one() {
    let (shared, own) = (Arc::new(Counting::default()), Arc::new(Counting::default()));
    let gate = gate(Some(shared.clone()), own.clone());
    let passed = block_on(gate.arrive(Door::Usual, Source::of(None))).unwrap();
    assert!(passed.standing.is_some() && passed.answered);
    assert_eq!(
        (
            shared.asked.load(Ordering::SeqCst),
            own.asked.load(Ordering::SeqCst)
        ),
        (1, 0)
    );
}
