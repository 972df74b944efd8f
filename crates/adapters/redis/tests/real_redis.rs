//! The limiter against a real Redis, which each test starts for itself. Where the program is not installed these tests say
//! so and end.

#![expect(clippy::unwrap_used, reason = "a test that cannot be arranged fails")]

use std::net::{Ipv6Addr, TcpListener};
use std::sync::Arc;
use std::time::Duration as StdDuration;

use ratiba_access::limits::{Ask, Bucket, Limit, Limiter, Source, Verdict};
use ratiba_access::test_support::limiter_contract;
use ratiba_kernel::test_support::EPOCH;
use ratiba_redis::{RedisLimiter, RedisSettings};
use ratiba_test_database::TestRedis;
use redis::aio::MultiplexedConnection;
use tokio::time::Instant;
use uuid::Uuid;

/// How long a test waits for what must come.
const PATIENCE: StdDuration = StdDuration::from_secs(20);

/// A limiter of one process, with patience for a machine that is busy.
fn limiter(url: &str) -> RedisLimiter {
    let settings = RedisSettings::check(url).unwrap();
    RedisLimiter::new(&settings.answering_within(PATIENCE)).unwrap()
}

/// To look into it as somebody else.
async fn connection(redis: &TestRedis) -> MultiplexedConnection {
    let client = redis::Client::open(redis.url()).unwrap();
    client.get_multiplexed_async_connection().await.unwrap()
}

fn ask() -> Ask {
    Ask {
        bucket: Bucket::Caller(Uuid::from_u128(99)),
        limit: Limit::new(100, 3_600, 100).unwrap(),
    }
}

/// Asks until it is answered.
async fn until_it_counts(limiter: &RedisLimiter) {
    let began = Instant::now();
    while limiter.count(EPOCH, &[ask()]).await.is_err() {
        assert!(began.elapsed() < PATIENCE, "it was never found");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn redis_keeps_the_promises_of_the_port() {
    let Some(redis) = TestRedis::start() else { return };
    limiter_contract(&limiter(&redis.url())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_processes_at_once_no_more_are_admitted_than_there_is_room_for() {
    let Some(redis) = TestRedis::start() else { return };
    // Each has a connection of its own, as processes have.
    let limiters: Vec<Arc<RedisLimiter>> = (0..4).map(|_| Arc::new(limiter(&redis.url()))).collect();
    let tasks: Vec<_> = (0..40_usize)
        .map(|task| {
            let limiter = limiters[task % limiters.len()].clone();
            tokio::spawn(async move {
                let (mut admitted, mut refused) = (0_u32, 0_u32);
                for _ in 0..10 {
                    match limiter.count(EPOCH, &[ask()]).await {
                        Ok(Some(Verdict::Admitted(_))) => admitted += 1,
                        Ok(Some(Verdict::TooFast { .. })) => refused += 1,
                        Ok(None) | Err(_) => {}
                    }
                }
                (admitted, refused)
            })
        })
        .collect();
    let (mut admitted, mut refused) = (0, 0);
    for task in tasks {
        let of_task = task.await.unwrap();
        admitted += of_task.0;
        refused += of_task.1;
    }
    assert_eq!((admitted, refused), (100, 300));
}

#[tokio::test]
async fn who_is_lost_is_said_at_once_and_who_comes_back_counts_again() {
    let Some(mut redis) = TestRedis::start() else {
        return;
    };
    let limiter = limiter(&redis.url());
    assert!(limiter.count(EPOCH, &[ask()]).await.is_ok());
    redis.kill();
    let began = Instant::now();
    for _ in 0..50 {
        assert!(limiter.count(EPOCH, &[ask()]).await.is_err());
    }
    assert!(
        began.elapsed() < StdDuration::from_secs(5),
        "fifty requests waited {:?} for a Redis that is gone",
        began.elapsed()
    );
    redis.start_again();
    until_it_counts(&limiter).await;
}

#[tokio::test]
async fn who_hangs_is_not_waited_for() {
    // Takes connections and never says anything.
    let mute = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("redis://127.0.0.1:{}/0", mute.local_addr().unwrap().port());
    let limiter = RedisLimiter::new(&RedisSettings::check(&url).unwrap()).unwrap();
    let began = Instant::now();
    assert!(limiter.count(EPOCH, &[ask()]).await.is_err());
    assert!(
        began.elapsed() < StdDuration::from_secs(2),
        "{:?}",
        began.elapsed()
    );
}

#[tokio::test]
async fn who_hangs_in_between_is_not_waited_for_and_counts_again_when_it_goes_on() {
    let Some(redis) = TestRedis::start() else { return };
    let within = StdDuration::from_millis(200);
    let settings = RedisSettings::check(&redis.url()).unwrap();
    let limiter = RedisLimiter::new(&settings.answering_within(within)).unwrap();
    until_it_counts(&limiter).await;
    let mut connection = connection(&redis).await;
    let mut pause = redis::cmd("CLIENT");
    pause.arg("PAUSE").arg(2_500).arg("ALL");
    pause.exec_async(&mut connection).await.unwrap();
    let began = Instant::now();
    // The first waits as long as it may, the others not at all.
    for _ in 0..50 {
        assert!(limiter.count(EPOCH, &[ask()]).await.is_err());
    }
    assert!(
        began.elapsed() < StdDuration::from_secs(2),
        "fifty requests waited {:?} for a Redis that hangs",
        began.elapsed()
    );
    until_it_counts(&limiter).await;
}

#[tokio::test]
async fn what_is_counted_is_gone_when_it_is_worked_off() {
    let Some(redis) = TestRedis::start() else { return };
    let limiter = limiter(&redis.url());
    // One costs 36 seconds in the one bucket and a millisecond in the other.
    let quick = Ask {
        bucket: Bucket::SignIn(Source::of(Some(Ipv6Addr::LOCALHOST.into()))),
        limit: Limit::new(1_000, 1, 1_000).unwrap(),
    };
    for _ in 0..2 {
        assert!(limiter.count(EPOCH, &[ask(), quick]).await.is_ok());
    }
    let mut connection = connection(&redis).await;
    let life = async |connection: &mut MultiplexedConnection, ask: Ask| {
        let mut life = redis::cmd("PTTL");
        life.arg(format!("ratiba:limit:{}", ask.bucket));
        life.query_async::<i64>(connection).await.unwrap()
    };
    // Milliseconds; less than nothing is for ever, or gone.
    let long = life(&mut connection, ask()).await;
    assert!((1..=73_000).contains(&long), "{long}");
    let short = life(&mut connection, quick).await;
    assert!((-2..=1_002).contains(&short) && short != -1, "{short}");
    let began = Instant::now();
    while life(&mut connection, quick).await != -2 {
        assert!(began.elapsed() < PATIENCE, "a bucket that is empty is still kept");
    }
    let kept: i64 = redis::cmd("DBSIZE").query_async(&mut connection).await.unwrap();
    assert_eq!(kept, 1);
}

#[tokio::test]
async fn a_wrong_password_counts_nothing_and_is_not_told() {
    let Some(redis) = TestRedis::start() else { return };
    let error = limiter(&redis.url_with("hunter2")).count(EPOCH, &[ask()]).await;
    let error = error.unwrap_err();
    assert!(!format!("{error:?} {error}").contains("hunter2"));
}

#[tokio::test]
async fn a_redis_over_tls_is_not_talked_to_without() {
    let Some(redis) = TestRedis::start() else { return };
    let limiter = limiter(&redis.url().replacen("redis://", "rediss://", 1));
    assert!(limiter.count(EPOCH, &[ask()]).await.is_err());
}
