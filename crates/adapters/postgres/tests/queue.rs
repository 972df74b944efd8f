//! The queue, the schedules and the book of tokens on a real server.

#![expect(clippy::unwrap_used, reason = "a test that cannot be arranged fails")]

use std::sync::Arc;
use std::time::Duration as StdDuration;

use diesel::connection::SimpleConnection;
use ratiba_access::AccessBook;
use ratiba_kernel::test_support::{EPOCH, SeededIds, tenant};
use ratiba_kernel::{Outage, Zone};
use ratiba_postgres::access::PgAccessBook;
use ratiba_postgres::jobs::{JobQueue, NewJob};
use ratiba_postgres::schedules::{Schedules, WallClockRule};
use ratiba_postgres::{Database, DatabaseSettings};
use ratiba_test_database::TestDatabase;
use time::Duration;

const LEASE: StdDuration = StdDuration::from_secs(60);

fn open(database: &TestDatabase, lane: u64) -> Database {
    Database::new(
        &DatabaseSettings::new(database.app_url()),
        Arc::new(SeededIds::lane(lane)),
    )
    .unwrap()
}

fn register(database: &TestDatabase, number: u64) {
    let statement = format!(
        "INSERT INTO tenants (id, created_at) VALUES ('{}', '2026-05-12Z')",
        tenant(number)
    );
    database.connect_as_app().batch_execute(&statement).unwrap();
}

fn job(kind: &str) -> NewJob {
    NewJob::new(kind, serde_json::json!({}), EPOCH)
}

#[tokio::test]
async fn a_job_is_claimed_once_and_not_before_it_is_due() {
    let database = TestDatabase::create();
    let queue = JobQueue::new(open(&database, 1));
    queue
        .enqueue(vec![NewJob::new(
            "late",
            serde_json::json!({}),
            EPOCH + Duration::HOUR,
        )])
        .await
        .unwrap();
    assert!(queue.claim(EPOCH, 10, LEASE).await.unwrap().is_empty());
    let claimed = queue.claim(EPOCH + Duration::HOUR, 10, LEASE).await.unwrap();
    assert_eq!(claimed.len(), 1);
    assert_eq!(claimed[0].attempt, 1);
    assert!(
        queue
            .claim(EPOCH + Duration::HOUR, 10, LEASE)
            .await
            .unwrap()
            .is_empty(),
        "it is leased"
    );
    queue.done(&claimed[0]).await.unwrap();
    assert_eq!(
        queue.depth(EPOCH + Duration::DAY).await.unwrap(),
        ratiba_postgres::jobs::QueueDepth::default()
    );
}

#[tokio::test]
async fn jobs_of_one_key_run_one_at_a_time_in_their_order() {
    let database = TestDatabase::create();
    let queue = JobQueue::new(open(&database, 1));
    queue
        .enqueue(vec![
            job("first").in_order("a"),
            job("second").in_order("a"),
            job("other").in_order("b"),
        ])
        .await
        .unwrap();
    let claimed = queue.claim(EPOCH, 10, LEASE).await.unwrap();
    let mut kinds: Vec<_> = claimed.iter().map(|job| job.kind.as_str()).collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["first", "other"]);
    assert!(
        queue.claim(EPOCH, 10, LEASE).await.unwrap().is_empty(),
        "the head is still running"
    );
    let first = claimed.iter().find(|job| job.kind == "first").unwrap();
    queue
        .retry(first, EPOCH + Duration::MINUTE, EPOCH, "not now")
        .await
        .unwrap();
    assert!(
        queue.claim(EPOCH, 10, LEASE).await.unwrap().is_empty(),
        "a failing head holds its key back"
    );
    let again = queue.claim(EPOCH + Duration::MINUTE, 10, LEASE).await.unwrap();
    assert_eq!((again.len(), again[0].attempt), (1, 2));
    queue.bury(&again[0], EPOCH, "never").await.unwrap();
    let next = queue.claim(EPOCH + Duration::MINUTE, 10, LEASE).await.unwrap();
    assert_eq!(next[0].kind, "second", "a parked job frees its key");
}

#[tokio::test]
async fn what_is_ended_frees_its_key_for_what_is_leased_in_the_same_call() {
    let database = TestDatabase::create();
    let queue = JobQueue::new(open(&database, 1));
    queue
        .enqueue(vec![job("first").in_order("a"), job("second").in_order("a")])
        .await
        .unwrap();
    let first = queue.next(&[], None, EPOCH, 10, LEASE).await.unwrap().jobs;
    assert_eq!(first[0].kind, "first");
    let second = queue.next(&first, None, EPOCH, 10, LEASE).await.unwrap().jobs;
    assert_eq!((second.len(), second[0].kind.as_str()), (1, "second"));
    let rest = queue.next(&second, None, EPOCH, 0, LEASE).await.unwrap();
    assert_eq!(rest.jobs, [], "nothing is leased where there is no room");
    assert_eq!(
        queue.depth(EPOCH).await.unwrap(),
        ratiba_postgres::jobs::QueueDepth::default(),
        "but what was done is ended"
    );
}

#[tokio::test]
async fn what_was_due_before_the_point_that_was_reached_stays_until_it_is_looked_for() {
    let database = TestDatabase::create();
    let queue = JobQueue::new(open(&database, 1));
    let late = NewJob::new("late", serde_json::json!({}), EPOCH + Duration::MINUTE);
    queue.enqueue(vec![job("early"), late]).await.unwrap();
    let now = EPOCH + Duration::HOUR;
    let since = Some(EPOCH + Duration::SECOND);
    let next = queue.next(&[], since, now, 10, LEASE).await.unwrap();
    assert_eq!((next.jobs.len(), next.jobs[0].kind.as_str()), (1, "late"));
    assert_eq!(next.reached, Some(EPOCH + Duration::MINUTE));
    let rest = queue.next(&[], None, now, 10, LEASE).await.unwrap();
    assert_eq!((rest.jobs.len(), rest.jobs[0].kind.as_str()), (1, "early"));
}

#[tokio::test]
async fn two_workers_never_share_a_job_nor_a_key() {
    let database = TestDatabase::create();
    let queues: Vec<JobQueue> = (1..=4).map(|lane| JobQueue::new(open(&database, lane))).collect();
    let new = (0..60)
        .map(|n| job("work").in_order(format!("key{}", n % 6)))
        .collect();
    queues[0].enqueue(new).await.unwrap();
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..40 {
        let claims =
            futures_util::future::join_all(queues.iter().map(|queue| queue.claim(EPOCH, 3, LEASE))).await;
        let round: Vec<_> = claims.into_iter().flat_map(|claimed| claimed.unwrap()).collect();
        let keys: std::collections::BTreeSet<_> = round.iter().map(|job| job.ordering_key.clone()).collect();
        assert_eq!(keys.len(), round.len(), "a key runs once at a time");
        for job in round {
            assert!(seen.insert(job.id), "a job runs once");
            queues[0].done(&job).await.unwrap();
        }
    }
    assert_eq!(seen.len(), 60);
}

#[tokio::test]
async fn a_lost_workers_job_is_rescued_and_the_lost_try_counts() {
    let database = TestDatabase::create();
    let queue = JobQueue::new(open(&database, 1));
    queue.enqueue(vec![job("work")]).await.unwrap();
    queue.claim(EPOCH, 1, LEASE).await.unwrap();
    assert_eq!(queue.rescue(EPOCH).await.unwrap(), 0, "the lease still holds");
    database
        .connect_as_administrator()
        .batch_execute("UPDATE jobs SET lease_until = now() - interval '1 second'")
        .unwrap();
    assert_eq!(queue.rescue(EPOCH).await.unwrap(), 1);
    assert_eq!(queue.claim(EPOCH, 1, LEASE).await.unwrap()[0].attempt, 2);
}

#[tokio::test]
async fn a_dead_job_keeps_its_history_and_can_be_replayed() {
    let database = TestDatabase::create();
    let queue = JobQueue::new(open(&database, 1));
    queue.enqueue(vec![job("work").once("key")]).await.unwrap();
    let first = queue.claim(EPOCH, 1, LEASE).await.unwrap().remove(0);
    queue.retry(&first, EPOCH, EPOCH, "first failure").await.unwrap();
    let second = queue.claim(EPOCH, 1, LEASE).await.unwrap().remove(0);
    queue.bury(&second, EPOCH, "second failure").await.unwrap();
    let dead = queue.dead(10).await.unwrap();
    assert_eq!(dead[0].history.as_array().unwrap().len(), 2);
    assert!(queue.claim(EPOCH, 1, LEASE).await.unwrap().is_empty());
    queue.enqueue(vec![job("work").once("key")]).await.unwrap();
    assert!(
        !queue.replay(first.id, EPOCH).await.unwrap(),
        "the same work was queued anew"
    );
    let anew = queue.claim(EPOCH, 1, LEASE).await.unwrap().remove(0);
    queue.done(&anew).await.unwrap();
    assert!(queue.replay(first.id, EPOCH).await.unwrap());
    assert!(
        !queue.replay(first.id, EPOCH).await.unwrap(),
        "only a dead job is replayed"
    );
    assert_eq!(queue.claim(EPOCH, 1, LEASE).await.unwrap()[0].attempt, 1);
}

#[tokio::test]
async fn a_worker_that_lost_its_lease_ends_nothing() {
    let database = TestDatabase::create();
    let queue = JobQueue::new(open(&database, 1));
    queue.enqueue(vec![job("work")]).await.unwrap();
    let lost = queue.claim(EPOCH, 1, LEASE).await.unwrap().remove(0);
    database
        .connect_as_administrator()
        .batch_execute("UPDATE jobs SET lease_until = now() - interval '1 second'")
        .unwrap();
    queue.rescue(EPOCH).await.unwrap();
    let held = queue.claim(EPOCH, 1, LEASE).await.unwrap().remove(0);
    queue.done(&lost).await.unwrap();
    queue.retry(&lost, EPOCH, EPOCH, "late").await.unwrap();
    queue.release(&lost).await.unwrap();
    queue.bury(&lost, EPOCH, "late").await.unwrap();
    assert_eq!(
        queue.depth(EPOCH).await.unwrap().running,
        1,
        "the second worker still has it"
    );
    queue.release(&held).await.unwrap();
    assert_eq!(
        queue.claim(EPOCH, 1, LEASE).await.unwrap()[0].attempt,
        3,
        "a released job is ready at once"
    );
}

#[tokio::test]
async fn a_schedule_that_cannot_be_read_stops_no_other() {
    let database = TestDatabase::create();
    let schedules = Schedules::new(open(&database, 1));
    let (nairobi, rule) = (
        Zone::parse("Africa/Nairobi").unwrap(),
        WallClockRule {
            hour: 3,
            minute: 0,
            day_of_month: None,
        },
    );
    register(&database, 1);
    schedules
        .ensure("digest", Some(tenant(1)), &nairobi, rule, EPOCH)
        .await
        .unwrap();
    schedules
        .ensure("reaper", None, &nairobi, rule, EPOCH)
        .await
        .unwrap();
    database
        .connect_as_administrator()
        .batch_execute("UPDATE schedules SET zone = 'Africa/Atlantis' WHERE name = 'digest'")
        .unwrap();
    let later = EPOCH + Duration::days(2);
    assert_eq!(schedules.hand_out_due(later).await, Ok(1));
    assert_eq!(
        schedules.hand_out_due(later).await,
        Ok(0),
        "it is not looked at again at once"
    );
    assert_eq!(schedules.hand_out_due(later + Duration::hours(2)).await, Ok(0));
}

#[tokio::test]
async fn a_job_with_a_known_dedup_key_is_queued_once() {
    let database = TestDatabase::create();
    let queue = JobQueue::new(open(&database, 1));
    queue.enqueue(vec![job("work").once("k")]).await.unwrap();
    queue.enqueue(vec![job("work").once("k")]).await.unwrap();
    assert_eq!(queue.depth(EPOCH).await.unwrap().ready, 1);
}

#[tokio::test]
async fn a_tick_is_handed_out_once_and_a_downtime_is_one_tick() {
    let database = TestDatabase::create();
    let all: Vec<Schedules> = (1..=3)
        .map(|lane| Schedules::new(open(&database, lane)))
        .collect();
    let rule = WallClockRule {
        hour: 3,
        minute: 0,
        day_of_month: None,
    };
    let nairobi = Zone::parse("Africa/Nairobi").unwrap();
    for _ in 0..2 {
        all[0]
            .ensure("reaper", None, &nairobi, rule, EPOCH)
            .await
            .unwrap();
    }
    assert_eq!(all[0].hand_out_due(EPOCH).await, Ok(0));
    // Five days of downtime: the missed ticks are one, and three workers hand it out once.
    let later = EPOCH + Duration::days(5);
    let handed = futures_util::future::join_all(all.iter().map(|s| s.hand_out_due(later))).await;
    assert_eq!(handed.into_iter().map(Result::unwrap).sum::<usize>(), 1);
    let queue = JobQueue::new(open(&database, 9));
    let claimed = queue.claim(later, 10, LEASE).await.unwrap();
    assert_eq!((claimed.len(), claimed[0].kind.as_str()), (1, "schedule.reaper"));
    let state = all[0].list().await.unwrap();
    assert!(state[0].next_run_at > later && state[0].last_success_at.is_none());
}

#[tokio::test]
async fn work_that_refuses_leaves_nothing() {
    #[derive(Debug, PartialEq)]
    enum Refusal {
        Wanted,
        Down,
    }
    impl From<Outage> for Refusal {
        fn from(_: Outage) -> Self {
            Self::Down
        }
    }
    let database = TestDatabase::create();
    register(&database, 1);
    let open = open(&database, 1);
    let ended: Result<(), Refusal> = open
        .tenant(tenant(1), |tx| {
            ratiba_postgres::outbox::enqueue(tx, job("never"))?;
            Err(ratiba_postgres::database::TxError::Refused(Refusal::Wanted))
        })
        .await;
    assert_eq!(ended, Err(Refusal::Wanted));
    assert_eq!(JobQueue::new(open).depth(EPOCH).await.unwrap().ready, 0);
}

#[tokio::test]
async fn the_server_says_who_we_are_and_that_every_fence_stands() {
    let database = TestDatabase::create();
    let inspection = open(&database, 1).inspect().await.unwrap();
    assert_eq!(inspection.role, "ratiba_app");
    assert!(!inspection.plain_and_remote, "a server on loopback may be plain");
    let remote = ratiba_postgres::database::Inspection {
        plain_and_remote: true,
        ..inspection.clone()
    };
    assert!(remote.faults().unwrap()[0].contains("not encrypted"));
    for (messages, understood) in [
        ("C.UTF-8", true),
        ("en_GB.UTF-8", true),
        ("", true),
        ("de_DE.UTF-8", false),
    ] {
        let told = ratiba_postgres::database::Inspection {
            messages: messages.to_owned(),
            ..inspection.clone()
        };
        let faults = told.faults().unwrap();
        assert_eq!(
            !faults.iter().any(|fault| fault.contains("lc_messages")),
            understood,
            "{messages}"
        );
    }
    assert_eq!(inspection.faults().unwrap(), Vec::<String>::new());
    database
        .connect_as_owner()
        .batch_execute("ALTER TABLE customers NO FORCE ROW LEVEL SECURITY")
        .unwrap();
    let faults = open(&database, 1).inspect().await.unwrap().faults().unwrap();
    assert!(faults.len() == 1 && faults[0].contains("customers"), "{faults:?}");
    let administrator = Database::new(
        &DatabaseSettings::new(database.admin_url()),
        Arc::new(SeededIds::default()),
    )
    .unwrap();
    let faults = administrator.inspect().await.unwrap().faults().unwrap();
    assert!(
        faults.iter().any(|fault| fault.contains("superuser")),
        "{faults:?}"
    );
}

#[tokio::test]
async fn a_commit_wakes_a_listener() {
    let database = TestDatabase::create();
    let (told, mut heard) = tokio::sync::mpsc::unbounded_channel();
    let _listener = ratiba_postgres::wake::listen(database.app_url(), move || {
        let _ = told.send(());
    })
    .unwrap();
    let queue = JobQueue::new(open(&database, 1));
    // The listener may come after the first commits; a later one reaches it.
    for _ in 0..200 {
        queue.enqueue(vec![job("work")]).await.unwrap();
        if tokio::time::timeout(StdDuration::from_millis(50), heard.recv())
            .await
            .is_ok()
        {
            return;
        }
    }
    panic!("no notification came");
}

#[tokio::test]
async fn a_listener_whose_line_broke_listens_again() {
    let database = TestDatabase::create();
    let (told, mut heard) = tokio::sync::mpsc::unbounded_channel();
    let _listener = ratiba_postgres::wake::listen(database.app_url(), move || {
        let _ = told.send(());
    })
    .unwrap();
    let queue = JobQueue::new(open(&database, 1));
    let patience = StdDuration::from_millis(50);
    let mut woken = async || {
        for _ in 0..200 {
            queue.enqueue(vec![job("work")]).await.unwrap();
            if tokio::time::timeout(patience, heard.recv()).await.is_ok() {
                return true;
            }
        }
        false
    };
    assert!(woken().await);
    let mut administrator = database.connect_as_administrator();
    let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
               WHERE datname = current_database() AND query = 'LISTEN ratiba_jobs'";
    administrator.batch_execute(end).unwrap();
    // It wakes once for what it may have missed, and then for what comes.
    assert!(woken().await, "the break is no reason to sleep");
    assert!(woken().await, "it listens again");
}

#[tokio::test]
async fn the_book_of_tokens_keeps_its_promises() {
    let databases = std::sync::Mutex::new(Vec::new());
    ratiba_access::test_support::access_book_contract(async || {
        let database = TestDatabase::create();
        for number in [1, 2] {
            register(&database, number);
        }
        let staff = format!(
            "SELECT set_config('ratiba.current_tenant', '{0}', false);
             INSERT INTO staff (tenant_id, id, name) VALUES ('{0}', '{1}', 'Wanjiru')",
            tenant(1),
            ratiba_access::test_support::staff_of_tenant_1()
        );
        database.connect_as_app().batch_execute(&staff).unwrap();
        let book = PgAccessBook::new(open(&database, 1));
        databases.lock().unwrap().push(database);
        book
    })
    .await;
}

#[tokio::test]
async fn a_token_that_another_process_revoked_is_remembered_for_the_time_given_and_no_longer() {
    let database = TestDatabase::create();
    register(&database, 1);
    let tenant = tenant(1);
    let token = ratiba_access::test_support::a_token(1);
    let (id, hash) = (token.id, token.hash);
    let pool = open(&database, 1);
    let other_process = PgAccessBook::new(pool.clone());
    other_process.mint(tenant, token).await.unwrap();
    let forgetful = PgAccessBook::remembering(pool.clone(), StdDuration::ZERO);
    let dwelling = PgAccessBook::remembering(pool, StdDuration::from_secs(3_600));
    let revoked =
        async |book: &PgAccessBook| book.find_token(hash).await.unwrap().unwrap().revoked_at.is_some();
    assert!(!revoked(&forgetful).await && !revoked(&dwelling).await);
    let now = EPOCH;
    assert!(other_process.revoke(tenant, id, now).await.unwrap());
    assert!(revoked(&forgetful).await && revoked(&other_process).await);
    assert!(!revoked(&dwelling).await);
    // Whoever revokes it itself does not remember it.
    assert!(dwelling.revoke(tenant, id, now).await.unwrap());
    assert!(revoked(&dwelling).await);
}

#[tokio::test]
async fn a_job_that_was_put_off_comes_again_as_if_it_had_not_been_tried() {
    let database = TestDatabase::create();
    let queue = JobQueue::new(open(&database, 1));
    queue
        .enqueue(vec![job("push").in_order("a"), job("push").in_order("a")])
        .await
        .unwrap();
    let claimed = queue.claim(EPOCH, 10, LEASE).await.unwrap();
    assert_eq!(claimed.len(), 1);
    let later = EPOCH + Duration::seconds(2);
    queue.put_off(&claimed[0], later).await.unwrap();
    queue.put_off(&claimed[0], EPOCH).await.unwrap();
    assert!(
        queue.claim(EPOCH, 10, LEASE).await.unwrap().is_empty(),
        "and nobody overtakes it"
    );
    let again = queue.claim(later, 10, LEASE).await.unwrap();
    assert_eq!(
        (again.len(), again[0].id, again[0].attempt),
        (1, claimed[0].id, 1)
    );
    assert_eq!(again[0].first_failed_at, None);
}

#[tokio::test]
async fn sealed_credentials_keep_the_promises_of_their_book() {
    let kept = std::sync::Mutex::new(Vec::new());
    ratiba_access::test_support::credential_book_contract(async || {
        let database = TestDatabase::create();
        register(&database, 1);
        register(&database, 2);
        let book = ratiba_postgres::credentials::PgCredentialBook::new(open(&database, 1));
        kept.lock().unwrap().push(database);
        book
    })
    .await;
}
