//! What every limiter promises, and one that never answers.

use async_trait::async_trait;
use ratiba_kernel::Outage;
use ratiba_kernel::test_support::{EPOCH, tenant};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::limits::{Ask, Bucket, Limit, Limiter, Source, Standing, Verdict};

/// A limiter that never answers.
#[derive(Clone, Copy, Debug, Default)]
pub struct MuteLimiter;

#[async_trait]
impl Limiter for MuteLimiter {
    async fn count(&self, _at: OffsetDateTime, _asks: &[Ask]) -> Result<Option<Verdict>, Outage> {
        Err(Outage::new("nobody counts"))
    }
}

/// Five in an hour, three of them at once: one costs twelve minutes.
fn five_in_an_hour() -> Limit {
    limit(5, 3)
}

/// Limits of an hour: what is counted outlasts the test, wherever it is kept.
fn limit(requests: u32, burst: u32) -> Limit {
    Limit::new(requests, 3_600, burst)
        .unwrap_or_else(|| panic!("{requests} with {burst} at once is no limit"))
}

fn caller(number: u128) -> Bucket {
    Bucket::Caller(Uuid::from_u128(number))
}

fn ask(bucket: Bucket) -> Ask {
    Ask {
        bucket,
        limit: five_in_an_hour(),
    }
}

async fn count(limiter: &dyn Limiter, at: OffsetDateTime, asks: &[Ask]) -> Verdict {
    let verdict = limiter.count(at, asks).await;
    let verdict = verdict.unwrap_or_else(|outage| panic!("{outage:?}"));
    verdict.unwrap_or_else(|| panic!("no verdict over {asks:?}"))
}

async fn admitted(limiter: &dyn Limiter, at: OffsetDateTime, asks: &[Ask]) -> Standing {
    match count(limiter, at, asks).await {
        Verdict::Admitted(standing) => standing,
        Verdict::TooFast { .. } => panic!("{asks:?} were not admitted at {at}"),
    }
}

async fn refused(limiter: &dyn Limiter, at: OffsetDateTime, asks: &[Ask]) -> (Standing, Duration) {
    match count(limiter, at, asks).await {
        Verdict::Admitted(_) => panic!("{asks:?} were admitted at {at}"),
        Verdict::TooFast { standing, wait } => (standing, wait),
    }
}

/// Holds a limiter to the promises of the port. Uses buckets of its own, so it may be called once for each that keeps
/// what it counted.
///
/// # Panics
/// If the limiter does not keep a promise.
pub async fn limiter_contract(limiter: &dyn Limiter) {
    a_burst_and_then_a_steady_pace(limiter).await;
    buckets_know_nothing_of_each_other(limiter).await;
    all_buckets_have_room_or_none_is_filled(limiter).await;
    a_clock_that_is_put_back_makes_nobody_wait_longer_than_a_burst(limiter).await;
    a_limit_that_was_changed_counts_at_once(limiter).await;
    assert_eq!(limiter.count(EPOCH, &[]).await, Ok(None), "no bucket, no verdict");
}

async fn a_burst_and_then_a_steady_pace(limiter: &dyn Limiter) {
    let one = [ask(caller(1))];
    for left in [2, 1, 0] {
        let standing = admitted(limiter, EPOCH, &one).await;
        assert_eq!((standing.left, standing.kind), (left, "caller"));
    }
    let twelve = Duration::minutes(12);
    let (standing, wait) = refused(limiter, EPOCH, &one).await;
    assert_eq!(
        (standing.left, standing.empty_in, wait),
        (0, Duration::minutes(36), twelve)
    );
    // Being refused costs nothing.
    let almost = EPOCH + twelve - Duration::MICROSECOND;
    assert_eq!(refused(limiter, almost, &one).await.1, Duration::MICROSECOND);
    admitted(limiter, EPOCH + twelve, &one).await;
    refused(limiter, EPOCH + twelve, &one).await;
    // After a long rest there is a whole burst again, and no more.
    let later = EPOCH + Duration::days(3);
    for _ in 0..3 {
        admitted(limiter, later, &one).await;
    }
    refused(limiter, later, &one).await;
}

async fn buckets_know_nothing_of_each_other(limiter: &dyn Limiter) {
    let id = Uuid::from_u128(2);
    let source = |text: &str| Source::of(text.parse().ok());
    let buckets = [
        Bucket::Caller(id),
        Bucket::Grant(id),
        Bucket::Address(source("192.0.2.2")),
        Bucket::SignIn(source("192.0.2.2")),
        Bucket::Webhook(source("192.0.2.2")),
        Bucket::Address(source("2001:db8:0:2::1")),
        Bucket::Address(source("2001:db8:0:3::1")),
        Bucket::Tenant(tenant(2)),
    ];
    for bucket in buckets {
        for _ in 0..3 {
            admitted(limiter, EPOCH, &[ask(bucket)]).await;
        }
    }
    for bucket in buckets {
        refused(limiter, EPOCH, &[ask(bucket)]).await;
    }
    // A network of version 6 is one, whichever of its addresses asks.
    let same = Bucket::Address(source("2001:db8:0:2:ffff::9"));
    refused(limiter, EPOCH, &[ask(same)]).await;
}

async fn all_buckets_have_room_or_none_is_filled(limiter: &dyn Limiter) {
    let (full, business) = (ask(caller(3)), ask(Bucket::Tenant(tenant(3))));
    for _ in 0..3 {
        admitted(limiter, EPOCH, &[full]).await;
    }
    for _ in 0..9 {
        let (standing, _) = refused(limiter, EPOCH, &[full, business]).await;
        assert_eq!(standing.kind, "caller");
        refused(limiter, EPOCH, &[business, full]).await;
    }
    // Nobody else of the business suffers from it.
    let other = ask(caller(4));
    for left in [2, 1, 0] {
        assert_eq!(admitted(limiter, EPOCH, &[other, business]).await.left, left);
    }
    let (standing, _) = refused(limiter, EPOCH, &[ask(caller(5)), business]).await;
    assert_eq!(standing.kind, "tenant");
    // The fullest is told.
    let wide = Ask {
        bucket: Bucket::Tenant(tenant(4)),
        limit: limit(50, 50),
    };
    let standing = admitted(limiter, EPOCH, &[wide, ask(caller(5))]).await;
    assert_eq!((standing.kind, standing.left), ("caller", 2));
}

async fn a_clock_that_is_put_back_makes_nobody_wait_longer_than_a_burst(limiter: &dyn Limiter) {
    let one = [ask(caller(6))];
    for _ in 0..3 {
        admitted(limiter, EPOCH, &one).await;
    }
    let yesterday = EPOCH - Duration::DAY;
    let (_, wait) = refused(limiter, yesterday, &one).await;
    assert_eq!(wait, Duration::minutes(12));
    refused(limiter, yesterday, &one).await;
}

async fn a_limit_that_was_changed_counts_at_once(limiter: &dyn Limiter) {
    let bucket = caller(7);
    for _ in 0..3 {
        admitted(limiter, EPOCH, &[ask(bucket)]).await;
    }
    let wider = Ask {
        bucket,
        limit: limit(3_600, 3_600),
    };
    // A debt of 36 minutes, of which one costs a second now.
    let standing = admitted(limiter, EPOCH, &[wider]).await;
    assert_eq!(standing.left, 3_600 - 36 * 60 - 1);
    let narrower = Ask {
        bucket,
        limit: limit(1, 1),
    };
    refused(limiter, EPOCH, &[narrower]).await;
}
