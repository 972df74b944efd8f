use std::cell::Cell;

use super::*;

/// Asks so many milliseconds after the beginning, when the database would answer `finds`; counts how often it is asked.
struct Probe {
    readiness: Readiness,
    began: Instant,
    looked: Cell<u32>,
}

impl Probe {
    fn new() -> Self {
        Self {
            readiness: Readiness::default(),
            began: Instant::now(),
            looked: Cell::new(0),
        }
    }

    async fn after(&self, millis: u64, finds: bool) -> bool {
        let now = self.began + Duration::from_millis(millis);
        let look = async || {
            self.looked.set(self.looked.get() + 1);
            tokio::task::yield_now().await;
            finds
        };
        self.readiness.ask(now, look).await
    }
}

#[tokio::test]
async fn the_database_is_asked_once_a_second_whatever_it_said() {
    let probe = Probe::new();
    assert!(probe.after(0, true).await);
    assert!(probe.after(999, false).await);
    assert_eq!(probe.looked.get(), 1);
    assert!(!probe.after(1_000, false).await);
    assert!(!probe.after(1_999, true).await);
    assert_eq!(probe.looked.get(), 2);
    assert!(probe.after(2_000, true).await);
    assert_eq!(probe.looked.get(), 3);
}

#[tokio::test]
async fn those_who_ask_at_the_same_time_share_one_look() {
    let probe = Probe::new();
    let answers = tokio::join!(probe.after(0, true), probe.after(1, false), probe.after(2, false));
    assert_eq!(answers, (true, true, true));
    assert_eq!(probe.looked.get(), 1);
}

#[tokio::test]
async fn whoever_goes_away_while_it_is_looked_for_leaves_it_to_the_next() {
    let probe = Probe::new();
    let gone = tokio::time::timeout(
        Duration::ZERO,
        probe
            .readiness
            .ask(probe.began, async || std::future::pending().await),
    );
    assert!(gone.await.is_err());
    assert!(probe.after(1, true).await);
}
