use std::sync::Mutex;

use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::*;

const LIMITS: GatherLimits = GatherLimits {
    lanes: 1,
    beside_from: 1,
    together_max: 3,
    sharing: Sharing::All,
    waiting_max: 5,
    wait: Duration::from_secs(1),
};

type Calls = Vec<(char, Vec<u32>)>;

/// Work that records what it was given together, and waits for a sign before it ends.
struct Bench {
    gatherer: Gatherer<char, u32, u32>,
    waiters: Waiters,
    calls: Arc<Mutex<Calls>>,
    go: Arc<Notify>,
}

impl Bench {
    fn new(limits: GatherLimits) -> Self {
        let calls: Arc<Mutex<Calls>> = Arc::default();
        let go = Arc::new(Notify::new());
        let (noted, sign) = (Arc::clone(&calls), Arc::clone(&go));
        let waiters = Waiters::default();
        let gatherer = Gatherer::new(limits, waiters.clone(), move |key, items: Vec<u32>| {
            noted.lock().unwrap().push((key, items.clone()));
            let sign = Arc::clone(&sign);
            async move {
                sign.notified().await;
                assert!(!items.contains(&666), "planned");
                items.into_iter().map(|item| item * 10).collect()
            }
        });
        Self {
            gatherer,
            waiters,
            calls,
            go,
        }
    }

    /// Asks, and returns when it waits.
    async fn ask(&self, key: char, item: u32) -> JoinHandle<Result<u32, Outage>> {
        let gatherer = self.gatherer.clone();
        let asked = tokio::spawn(async move { gatherer.ask(key, item).await });
        settle().await;
        asked
    }

    async fn go(&self) {
        self.go.notify_one();
        settle().await;
    }

    fn calls(&self) -> Calls {
        self.calls.lock().unwrap().clone()
    }
}

/// Lets everything happen that can.
async fn settle() {
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn the_first_is_served_alone_and_those_who_come_meanwhile_together() {
    let bench = Bench::new(LIMITS);
    let mut asked = vec![bench.ask('a', 1).await];
    for item in 2..=6 {
        asked.push(bench.ask('a', item).await);
    }
    bench.go().await;
    bench.go().await;
    bench.go().await;
    assert_eq!(
        bench.calls(),
        [('a', vec![1]), ('a', vec![2, 3, 4]), ('a', vec![5, 6])]
    );
    for (asked, item) in asked.into_iter().zip(1..) {
        assert_eq!(asked.await.unwrap(), Ok(item * 10));
    }
    assert!(bench.gatherer.shared.queues().is_empty());
}

#[tokio::test]
async fn keys_do_not_wait_for_each_other() {
    let bench = Bench::new(LIMITS);
    let asked = [bench.ask('a', 1).await, bench.ask('b', 2).await];
    assert_eq!(bench.calls(), [('a', vec![1]), ('b', vec![2])]);
    bench.go().await;
    bench.go().await;
    for (asked, item) in asked.into_iter().zip(1..) {
        assert_eq!(asked.await.unwrap(), Ok(item * 10));
    }
}

#[tokio::test]
async fn as_many_lanes_as_allowed_work_at_the_same_time() {
    let bench = Bench::new(GatherLimits { lanes: 2, ..LIMITS });
    let mut asked = Vec::new();
    for item in 1..=4 {
        asked.push(bench.ask('a', item).await);
    }
    assert_eq!(bench.calls(), [('a', vec![1]), ('a', vec![2])]);
    for _ in 0..3 {
        bench.go().await;
    }
    assert_eq!(bench.calls().last(), Some(&('a', vec![3, 4])));
    for (asked, item) in asked.into_iter().zip(1..) {
        assert_eq!(asked.await.unwrap(), Ok(item * 10));
    }
}

#[tokio::test]
async fn one_too_many_is_told_at_once() {
    let bench = Bench::new(LIMITS);
    let mut asked = Vec::new();
    for item in 0..=5 {
        asked.push(bench.ask('a', item).await);
    }
    assert!(bench.ask('a', 6).await.await.unwrap().is_err());
    for _ in 0..3 {
        bench.go().await;
    }
    for (asked, item) in asked.into_iter().zip(0..) {
        assert_eq!(asked.await.unwrap(), Ok(item * 10));
    }
}

#[tokio::test]
async fn whoever_waits_is_counted_until_it_is_begun_or_given_up() {
    let bench = Bench::new(LIMITS);
    let served = bench.ask('a', 1).await;
    assert_eq!(bench.waiters.count(), 0, "who is served does not wait");
    let waits = bench.ask('a', 2).await;
    let gives_up = bench.ask('a', 3).await;
    assert_eq!(bench.waiters.count(), 2);
    gives_up.abort();
    settle().await;
    assert_eq!(bench.waiters.count(), 1);
    bench.go().await;
    assert_eq!(bench.waiters.count(), 0);
    bench.go().await;
    assert_eq!(served.await.unwrap(), Ok(10));
    assert_eq!(waits.await.unwrap(), Ok(20));
}

#[tokio::test]
async fn what_nobody_waits_for_is_not_begun() {
    let bench = Bench::new(LIMITS);
    let first = bench.ask('a', 1).await;
    let dropped = bench.ask('a', 2).await;
    let third = bench.ask('a', 3).await;
    dropped.abort();
    settle().await;
    bench.go().await;
    bench.go().await;
    assert_eq!(bench.calls(), [('a', vec![1]), ('a', vec![3])]);
    assert_eq!(first.await.unwrap(), Ok(10));
    assert_eq!(third.await.unwrap(), Ok(30));
}

#[tokio::test]
async fn who_waited_too_long_is_told_while_every_lane_is_still_busy() {
    let bench = Bench::new(GatherLimits {
        wait: Duration::from_millis(50),
        ..LIMITS
    });
    let busy = bench.ask('a', 1).await;
    // Nothing gives the sign to go on: the answer comes although the lane stands.
    assert!(bench.ask('a', 2).await.await.unwrap().is_err());
    bench.go().await;
    assert_eq!(busy.await.unwrap(), Ok(10));
    assert_eq!(
        bench.calls(),
        [('a', vec![1])],
        "what was told of an outage is not done"
    );
    assert!(bench.gatherer.shared.queues().is_empty());
}

#[tokio::test]
async fn work_that_panics_is_told_to_all_it_served_and_the_next_are_served() {
    let bench = Bench::new(LIMITS);
    let asked = [bench.ask('a', 666).await, bench.ask('a', 1).await];
    bench.go().await;
    for asked in asked {
        assert!(asked.await.unwrap().is_err());
    }
    let next = bench.ask('a', 2).await;
    bench.go().await;
    assert_eq!(next.await.unwrap(), Ok(20));
}

#[tokio::test]
async fn a_lane_opens_beside_a_busy_one_when_enough_wait_for_it() {
    let bench = Bench::new(GatherLimits {
        lanes: 2,
        beside_from: 2,
        ..LIMITS
    });
    let mut asked = Vec::new();
    for item in 1..=3 {
        asked.push(bench.ask('a', item).await);
    }
    assert_eq!(bench.calls(), [('a', vec![1]), ('a', vec![2, 3])]);
    asked.push(bench.ask('a', 4).await);
    // Whichever lane is done first leaves a single one to the other, and that one serves it.
    bench.go().await;
    assert_eq!(bench.calls().len(), 2);
    bench.go().await;
    assert_eq!(bench.calls().last(), Some(&('a', vec![4])));
    bench.go().await;
    for (asked, item) in asked.into_iter().zip(1..) {
        assert_eq!(asked.await.unwrap(), Ok(item * 10));
    }
    assert!(bench.gatherer.shared.queues().is_empty());
}

#[tokio::test]
async fn one_who_waits_long_beside_a_stuck_lane_gets_another() {
    let bench = Bench::new(GatherLimits {
        lanes: 2,
        beside_from: 3,
        ..LIMITS
    });
    let stuck = bench.ask('a', 1).await;
    let waits = bench.ask('a', 2).await;
    assert_eq!(bench.calls(), [('a', vec![1])], "one is not worth a call yet");
    let until = tokio::time::Instant::now() + Duration::from_secs(10);
    while bench.calls().len() < 2 && tokio::time::Instant::now() < until {
        settle().await;
    }
    assert_eq!(bench.calls(), [('a', vec![1]), ('a', vec![2])]);
    bench.go().await;
    bench.go().await;
    assert_eq!(stuck.await.unwrap(), Ok(10));
    assert_eq!(waits.await.unwrap(), Ok(20));
}

#[tokio::test]
async fn a_lane_leaves_half_of_all_that_is_under_way_to_another() {
    let bench = Bench::new(GatherLimits {
        lanes: 2,
        beside_from: 2,
        together_max: 8,
        sharing: Sharing::Half,
        waiting_max: 20,
        ..LIMITS
    });
    let mut asked = vec![bench.ask('a', 1).await];
    asked.push(bench.ask('a', 2).await);
    asked.push(bench.ask('a', 3).await);
    for item in 4..=10 {
        asked.push(bench.ask('a', item).await);
    }
    // One is served and then two; when the first lane is done there are nine under way.
    for _ in 0..4 {
        bench.go().await;
    }
    assert_eq!(
        bench.calls(),
        [
            ('a', vec![1]),
            ('a', vec![2, 3]),
            ('a', vec![4, 5, 6, 7, 8]),
            ('a', vec![9, 10])
        ]
    );
    for (asked, item) in asked.into_iter().zip(1..) {
        assert_eq!(asked.await.unwrap(), Ok(item * 10));
    }
    assert!(bench.gatherer.shared.queues().is_empty());
}

#[test]
fn what_a_lane_takes_is_worth_a_call_and_has_a_bound() {
    let limits = GatherLimits {
        lanes: 2,
        beside_from: 4,
        together_max: 16,
        sharing: Sharing::Half,
        ..LIMITS
    };
    assert_eq!(limits.most(5), 4);
    assert_eq!(limits.most(9), 5);
    assert_eq!(limits.most(100), 16);
    let whole = GatherLimits {
        sharing: Sharing::All,
        ..limits
    };
    assert_eq!((whole.most(9), whole.most(100)), (9, 16));
}
