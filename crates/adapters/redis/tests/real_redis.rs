//! The limiter against a real Redis, which each test starts for itself. Where the program is not installed these tests say
//! so and end.

#![expect(clippy::unwrap_used, reason = "a test that cannot be arranged fails")]

use std::net::{Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration as StdDuration;

use ratiba_access::limits::{Ask, Bucket, Limit, Limiter, Source, Verdict};
use ratiba_access::test_support::limiter_contract;
use ratiba_kernel::test_support::EPOCH;
use ratiba_redis::{RedisLimiter, RedisSettings};
use ratiba_test_database::TestRedis;
use redis::aio::MultiplexedConnection;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::Instant;
use uuid::Uuid;

/// How long a test waits for what must come.
const PATIENCE: StdDuration = StdDuration::from_secs(20);

/// A limiter of one process, with patience for a machine that is busy.
fn limiter(url: &str) -> RedisLimiter {
    limiter_within(url, PATIENCE)
}

/// A deadline that no test lives to see: who is answered did not wait for it.
const NEVER: StdDuration = StdDuration::from_secs(24 * 3_600);
/// How many ask while there is nobody to answer.
const ASKED: usize = 50;

/// A limiter that gives a decision so long.
fn limiter_within(url: &str, answers_within: StdDuration) -> RedisLimiter {
    let settings = RedisSettings::check(url).unwrap();
    RedisLimiter::new(&settings.answering_within(answers_within)).unwrap()
}

/// A line to a Redis that can fall silent: what comes meanwhile is heard, and neither passed on nor answered. It counts
/// what it hears.
struct Line {
    url: String,
    open: watch::Sender<bool>,
    counts: Arc<Counts>,
}

#[derive(Default)]
struct Counts {
    /// Connections that were made.
    connections: AtomicUsize,
    /// Pieces that were sent while it was silent.
    unheard: AtomicUsize,
}

impl Line {
    async fn to(redis: &TestRedis) -> Self {
        let url = redis.url();
        let place = url.rsplit('@').next().unwrap().split('/').next().unwrap();
        let upstream: SocketAddr = place.parse().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let counts = Arc::<Counts>::default();
        let (open, is_open) = watch::channel(true);
        let counted = Arc::clone(&counts);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                counted.connections.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(serve(client, upstream, is_open.clone(), Arc::clone(&counted)));
            }
        });
        Self {
            url: url.replace(place, &address.to_string()),
            open,
            counts,
        }
    }

    /// Whether it is passed on what is said from now on.
    fn passes_on(&self, open: bool) {
        self.open.send_replace(open);
    }

    fn connections(&self) -> usize {
        self.counts.connections.load(Ordering::SeqCst)
    }

    fn unheard(&self) -> usize {
        self.counts.unheard.load(Ordering::SeqCst)
    }
}

/// One connection, until either side closes it.
async fn serve(client: TcpStream, upstream: SocketAddr, open: watch::Receiver<bool>, counts: Arc<Counts>) {
    let Ok(redis) = TcpStream::connect(upstream).await else {
        return;
    };
    let (from_client, to_client) = client.into_split();
    let (from_redis, to_redis) = redis.into_split();
    tokio::select! {
        () = pass_on(from_client, to_redis, open.clone(), Some(&counts.unheard)) => {}
        () = pass_on(from_redis, to_client, open, None) => {}
    }
}

async fn pass_on(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    open: watch::Receiver<bool>,
    unheard: Option<&AtomicUsize>,
) {
    let mut piece = [0; 4_096];
    while let Ok(length @ 1..) = from.read(&mut piece).await {
        if *open.borrow() {
            if to.write_all(&piece[..length]).await.is_err() {
                return;
            }
        } else if let Some(unheard) = unheard {
            unheard.fetch_add(1, Ordering::SeqCst);
        }
    }
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
    let line = Line::to(&redis).await;
    let limiter = limiter_within(&line.url, NEVER);
    until_it_counts(&limiter).await;
    redis.kill();
    // All of them are answered although the deadline never comes: nobody waits for a Redis that is gone.
    let before = line.connections();
    for _ in 0..ASKED {
        assert!(limiter.count(EPOCH, &[ask()]).await.is_err());
    }
    let sought = line.connections() - before;
    assert!(
        sought < ASKED,
        "{ASKED} requests sought a lost Redis {sought} times"
    );
    redis.start_again();
    until_it_counts(&limiter).await;
}

#[tokio::test]
async fn who_hangs_is_not_waited_for() {
    // Takes connections and never says anything: without a bound this would wait for ever.
    let mute = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("redis://{}/0", mute.local_addr().unwrap());
    let limiter = RedisLimiter::new(&RedisSettings::check(&url).unwrap()).unwrap();
    assert!(limiter.count(EPOCH, &[ask()]).await.is_err());
}

#[tokio::test]
async fn who_hangs_in_between_is_not_waited_for_and_counts_again_when_it_goes_on() {
    let Some(redis) = TestRedis::start() else { return };
    let line = Line::to(&redis).await;
    let limiter = limiter_within(&line.url, StdDuration::from_millis(200));
    until_it_counts(&limiter).await;
    line.passes_on(false);
    // The first waits as long as it may; the others are not put to it at all, and so wait for nothing.
    for _ in 0..ASKED {
        assert!(limiter.count(EPOCH, &[ask()]).await.is_err());
    }
    let unheard = line.unheard();
    assert!(
        (1..ASKED).contains(&unheard),
        "of {ASKED} requests {unheard} were put to a Redis that hangs"
    );
    line.passes_on(true);
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
