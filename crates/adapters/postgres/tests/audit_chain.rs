//! The chain of the record: nobody puts an entry in or takes one away unseen, wherever its database is, and following it leaves
//! room for others.

#![expect(clippy::unwrap_used, reason = "a test that cannot be arranged fails")]

use std::sync::Arc;
use std::time::Duration;

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use diesel::{QueryableByName, sql_query};
use futures_util::future::join_all;
use ratiba_access::audit::{Finding, Verified};
use ratiba_kernel::TenantId;
use ratiba_kernel::test_support::{SeededIds, tenant};
use ratiba_postgres::audit::{AuditQuery, AuditTrail};
use ratiba_postgres::{Database, DatabaseSettings};
use ratiba_test_database::TestDatabase;

fn open(database: &TestDatabase) -> Database {
    open_with(
        database,
        DatabaseSettings::new(database.app_url()).connections_max,
    )
}

fn open_with(database: &TestDatabase, connections_max: usize) -> Database {
    let settings = DatabaseSettings {
        connections_max,
        ..DatabaseSettings::new(database.app_url())
    };
    Database::new(&settings, Arc::new(SeededIds::lane(1))).unwrap()
}

fn run(database: &TestDatabase, of: TenantId, script: &str) {
    let script = format!("BEGIN; SET LOCAL ratiba.current_tenant = '{of}'; {script}; COMMIT");
    database.connect_as_app().batch_execute(&script).unwrap();
}

/// A business; two entries.
fn begin(database: &TestDatabase, number: u64) -> TenantId {
    let one = tenant(number);
    let script = format!(
        "INSERT INTO tenants (id, created_at) VALUES ('{one}', '2026-05-12Z');
         INSERT INTO tenant_settings (tenant_id, business_name, zone, currency) VALUES ('{one}', 'Spa', 'Africa/Nairobi', 'KES')"
    );
    run(database, one, &script);
    one
}

/// So many entries, each of a transaction of its own.
fn change(database: &TestDatabase, of: TenantId, times: u32) {
    let another =
        "UPDATE tenant_settings SET payments = jsonb_build_object('x', version), version = version + 1";
    for _time in 0..times {
        run(database, of, another);
    }
}

/// So many entries of one transaction.
fn change_at_once(database: &TestDatabase, of: TenantId, times: u32) {
    let script = format!(
        "INSERT INTO audit_entries (tenant_id, verb, subject_kind, actor)
         SELECT '{of}', 'ratiba.settings.settings_changed', 'tenant_settings', 'system' FROM generate_series(1, {times})"
    );
    run(database, of, &script);
}

/// Seals until so many entries are in the chain. Transactions of other tests on the same server keep entries waiting, as
/// those of any writer would.
async fn seal(trail: &AuditTrail, of: TenantId, wanted: usize) {
    let sealing = async {
        let mut sealed = 0;
        while sealed < wanted {
            sealed += trail.seal(of).await.unwrap();
            tokio::task::yield_now().await;
        }
        assert_eq!(sealed, wanted);
    };
    tokio::time::timeout(Duration::from_secs(60), sealing)
        .await
        .unwrap();
}

/// Verifies until what was found is as wanted: until the transactions of other tests have ended.
async fn verify_until(trail: &AuditTrail, of: TenantId, wanted: impl Fn(&Verified) -> bool) -> Verified {
    let looking = async {
        loop {
            let verified = trail.verify(of).await.unwrap();
            if wanted(&verified) {
                return verified;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), looking)
        .await
        .unwrap()
}

/// Does something to the record that only the owner of the tables can, with the fences down.
fn tamper(database: &TestDatabase, script: &str) {
    let fences = |word: &str| {
        ["audit_entries", "audit_seals", "audit_checks", "audit_marks"]
            .map(|table| format!("ALTER TABLE {table} {word} ROW LEVEL SECURITY;"))
            .concat()
    };
    let script = format!(
        "BEGIN; {} {script}; {} COMMIT",
        fences("NO FORCE"),
        fences("FORCE")
    );
    database.connect_as_owner().batch_execute(&script).unwrap();
}

/// As in a server that gave out so many fewer numbers of transactions: what was written before was written elsewhere.
fn restore_elsewhere(database: &TestDatabase, ahead: i64) {
    tamper(
        database,
        &format!(
            "UPDATE audit_seals SET horizon = horizon + {ahead};
             UPDATE audit_marks SET ahead = ahead + {ahead}, horizon = horizon + {ahead}, server = server + 1"
        ),
    );
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

fn count(database: &TestDatabase, sql: &str) -> i64 {
    let found = sql_query(sql).get_result::<Count>(&mut database.connect_as_administrator());
    found.unwrap().count
}

async fn findings(trail: &AuditTrail, of: TenantId) -> Vec<Finding> {
    trail.verify(of).await.unwrap().findings
}

/// What is found once somebody has put in an entry; there are those from 1 to 6, but nobody has the number 4.
async fn found_after_hiding(columns: &str, values: &str) -> Vec<Finding> {
    let database = TestDatabase::create();
    let one = begin(&database, 1);
    let trail = AuditTrail::new(open(&database));
    change(&database, one, 1);
    tamper(&database, "SELECT nextval('audit_entries_seq_seq')");
    change(&database, one, 1);
    seal(&trail, one, 4).await;
    change(&database, one, 1);
    seal(&trail, one, 1).await;
    assert_eq!(findings(&trail, one).await, []);
    tamper(
        &database,
        &format!(
            "INSERT INTO audit_entries (tenant_id, verb, subject_kind, actor, db_role{columns}) OVERRIDING SYSTEM VALUE
             SELECT tenant_id, verb, subject_kind, actor, db_role{values} FROM audit_entries WHERE seq = 3"
        ),
    );
    let broken = verify_until(&trail, one, |verified| !verified.is_sound()).await;
    broken.findings
}

#[tokio::test]
async fn an_entry_that_is_dated_back_is_found_whatever_it_says_of_its_number_and_transaction() {
    let now = "pg_current_xact_id()::text::bigint";
    let inserted = |seq| vec![Finding::Inserted { seq }];
    let found = found_after_hiding(", seq, xact, recorded_at", ", 4, xact, recorded_at").await;
    assert_eq!(found, inserted(4), "at the place of its neighbour");
    let found = found_after_hiding(", seq, xact", &format!(", 4, {now}")).await;
    assert_eq!(found, inserted(4), "under an old number, of a transaction of now");
    let found = found_after_hiding(", recorded_at", ", recorded_at - interval '1 hour'").await;
    assert_eq!(
        found,
        inserted(7),
        "by its time alone, and sealed as if it were new"
    );
    let found = found_after_hiding(", xact", ", xact").await;
    assert_eq!(found, inserted(7), "of a transaction that is over");
    let found = found_after_hiding(
        ", xact, recorded_at",
        ", 9000000000000000, recorded_at - interval '1 hour'",
    )
    .await;
    assert_eq!(found, inserted(7), "of one that nobody began");
}

#[tokio::test]
async fn an_entry_that_is_dated_back_is_found_also_with_a_link_of_its_own() {
    let database = TestDatabase::create();
    let one = begin(&database, 1);
    let trail = AuditTrail::new(open(&database));
    change(&database, one, 2);
    seal(&trail, one, 4).await;
    // An honest chain, but for the last entry's time: whoever owns the tables had it sealed by the program itself.
    tamper(
        &database,
        "ALTER TABLE audit_entries ALTER COLUMN recorded_at SET DEFAULT clock_timestamp() - interval '1 day'",
    );
    change(&database, one, 1);
    tamper(
        &database,
        "ALTER TABLE audit_entries ALTER COLUMN recorded_at SET DEFAULT clock_timestamp()",
    );
    seal(&trail, one, 1).await;
    assert_eq!(findings(&trail, one).await, [Finding::Inserted { seq: 5 }]);
}

#[tokio::test]
async fn a_tail_that_was_cut_since_the_last_verification_is_missed_also_when_the_chain_went_on() {
    let database = TestDatabase::create();
    let one = begin(&database, 1);
    let trail = AuditTrail::new(open(&database));
    seal(&trail, one, 2).await;
    assert_eq!(findings(&trail, one).await, []);
    change(&database, one, 3);
    seal(&trail, one, 3).await;
    let ended = trail.verify(one).await.unwrap().head.position;
    assert_eq!(ended, 5);
    // Nobody verified what comes now.
    change(&database, one, 2);
    seal(&trail, one, 2).await;
    tamper(
        &database,
        "DELETE FROM audit_entries WHERE seq > 5; DELETE FROM audit_seals WHERE position > 5",
    );
    let found = findings(&trail, one).await;
    assert!(
        matches!(found.as_slice(), [Finding::Rewritten { position: 6 | 7 }]),
        "{found:?}"
    );
    change(&database, one, 4);
    seal(&trail, one, 4).await;
    let found = findings(&trail, one).await;
    assert!(
        matches!(found.first(), Some(Finding::Rewritten { position: 6 | 7 })),
        "{found:?}"
    );
}

#[tokio::test]
async fn however_often_a_chain_was_found_broken_it_is_not_sound_by_that() {
    let database = TestDatabase::create();
    let one = begin(&database, 1);
    let trail = AuditTrail::new(open(&database));
    change(&database, one, 2);
    seal(&trail, one, 4).await;
    assert_eq!(findings(&trail, one).await, []);
    let cut = "DELETE FROM audit_entries WHERE seq > 3; DELETE FROM audit_seals WHERE position > 3";
    tamper(&database, cut);
    let broken = [Finding::Rewritten { position: 4 }];
    assert_eq!(findings(&trail, one).await, broken);
    // As a thousand further verifications would leave it.
    tamper(
        &database,
        "INSERT INTO audit_checks (tenant_id, id, head_position, head_hash, sound, unsealed, findings)
         SELECT tenant_id, gen_random_uuid(), head_position, head_hash, sound, unsealed, findings
         FROM audit_checks CROSS JOIN generate_series(1, 1100) WHERE NOT sound",
    );
    assert_eq!(findings(&trail, one).await, broken);
    // The marks are one witness, and what was found sound is another.
    tamper(&database, "DELETE FROM audit_marks");
    assert_eq!(findings(&trail, one).await, broken);
}

#[tokio::test]
async fn a_seal_without_its_entry_and_an_entry_without_its_seal_are_found() {
    let database = TestDatabase::create();
    let one = begin(&database, 1);
    let trail = AuditTrail::new(open(&database));
    for sealed in [2, 1, 1] {
        if sealed == 1 {
            change(&database, one, 1);
        }
        seal(&trail, one, sealed).await;
    }
    assert_eq!(findings(&trail, one).await, []);
    tamper(&database, "DELETE FROM audit_seals WHERE position = 4");
    let found = findings(&trail, one).await;
    assert!(found.contains(&Finding::Rewritten { position: 4 }), "{found:?}");
    assert!(
        found.contains(&Finding::Inserted { seq: 4 }),
        "it is not sealed anew: {found:?}"
    );
    tamper(&database, "DELETE FROM audit_entries WHERE seq = 3");
    let found = findings(&trail, one).await;
    assert!(found.contains(&Finding::Removed { seq: 3 }), "{found:?}");
}

#[tokio::test]
async fn entries_that_were_written_while_others_were_open_are_no_findings() {
    let database = TestDatabase::create();
    let one = begin(&database, 1);
    let trail = AuditTrail::new(open(&database));
    let mut slow = database.connect_as_app();
    let began = format!(
        "BEGIN; SET LOCAL ratiba.current_tenant = '{one}';
         INSERT INTO channel_routes (channel, external_id, tenant_id) VALUES ('whatsapp', '100', '{one}')"
    );
    slow.batch_execute(&began).unwrap();
    change(&database, one, 2);
    seal(&trail, one, 2).await;
    change(&database, one, 2);
    slow.batch_execute("COMMIT").unwrap();
    seal(&trail, one, 5).await;
    change(&database, one, 2);
    seal(&trail, one, 2).await;
    let verified = trail.verify(one).await.unwrap();
    assert_eq!(
        (verified.findings, verified.unsealed, verified.head.position),
        (Vec::new(), 0, 9)
    );
}

#[tokio::test]
async fn many_who_write_while_it_is_sealed_and_verified_are_no_findings() {
    let database = TestDatabase::create();
    let one = begin(&database, 1);
    let trail = AuditTrail::new(open(&database));
    let pool = open(&database);
    let writing = (0..8_u32).map(|writer| {
        let trail = AuditTrail::new(pool.clone());
        async move {
            for turn in 0..20 {
                let refusal = ratiba_postgres::audit::Refusal {
                    domain: "access".to_owned(),
                    asked: format!("{writer} {turn}"),
                    why: "test".to_owned(),
                };
                trail.refused(one, refusal).await.unwrap();
            }
        }
    });
    let looking = async {
        for _turn in 0..20 {
            assert_eq!(findings(&trail, one).await, []);
        }
    };
    tokio::join!(join_all(writing), looking);
    let verified = verify_until(&trail, one, |verified| verified.unsealed == 0).await;
    assert_eq!((verified.findings, verified.head.position), (Vec::new(), 162));
}

/// Rows that the last looks of a business would read: those of which it is not known that they are sealed.
fn to_look_at(database: &TestDatabase, of: TenantId) -> i64 {
    count(
        database,
        &format!(
            "SELECT count(*) AS count FROM audit_entries WHERE tenant_id = '{of}' AND seq > coalesce((SELECT whole FROM audit_marks
             WHERE tenant_id = '{of}' AND horizon IS NOT NULL ORDER BY id DESC LIMIT 1), 0)"
        ),
    )
}

#[tokio::test]
async fn after_a_restore_into_another_server_sealing_goes_on_where_it_was() {
    let database = TestDatabase::create();
    let one = begin(&database, 1);
    let trail = AuditTrail::new(open(&database));
    change_at_once(&database, one, 2_500);
    seal(&trail, one, 2_502).await;
    // It is known that they are sealed, once whoever was open has ended.
    let verified = verify_until(&trail, one, |_| to_look_at(&database, one) <= 1_000).await;
    assert_eq!(verified.findings, []);
    restore_elsewhere(&database, 1_000_000_000);
    assert_eq!(
        trail.waiting(&[one]).await,
        Ok(Vec::new()),
        "nothing is to be done for a business that rests"
    );
    let marks = "SELECT count(*) AS count FROM audit_marks";
    let before = count(&database, marks);
    assert_eq!(trail.seal(one).await, Ok(0));
    assert_eq!(count(&database, marks), before);
    change(&database, one, 2);
    seal(&trail, one, 2).await;
    assert_eq!(trail.waiting(&[one]).await, Ok(Vec::new()));
    change(&database, one, 1);
    seal(&trail, one, 1).await;
    assert!(to_look_at(&database, one) <= 3, "no more than what has just come");
    let verified = trail.verify(one).await.unwrap();
    assert_eq!(
        (verified.findings, verified.unsealed, verified.head.position),
        (Vec::new(), 0, 2_505)
    );
}

#[tokio::test]
async fn what_waited_when_a_backup_was_taken_is_sealed_where_it_is_restored() {
    for (shift, why) in [
        (1_000_000_000, "numbers that the new server did not give out"),
        (-400, "numbers that are long over in the new server"),
    ] {
        let database = TestDatabase::create();
        let one = begin(&database, 1);
        let trail = AuditTrail::new(open(&database));
        change(&database, one, 1);
        seal(&trail, one, 3).await;
        change(&database, one, 3);
        tamper(
            &database,
            &format!("UPDATE audit_entries SET xact = xact + {shift} WHERE seq > 3"),
        );
        restore_elsewhere(&database, shift);
        change(&database, one, 2);
        seal(&trail, one, 5).await;
        let verified = trail.verify(one).await.unwrap();
        assert_eq!(
            (verified.findings, verified.unsealed, verified.head.position),
            (Vec::new(), 0, 8),
            "{why}"
        );
    }
}

#[tokio::test]
async fn a_chain_of_before_is_marked_once_and_goes_on() {
    let database = TestDatabase::create();
    let one = begin(&database, 1);
    let trail = AuditTrail::new(open(&database));
    change(&database, one, 3);
    seal(&trail, one, 5).await;
    tamper(&database, "DELETE FROM audit_marks");
    assert_eq!(trail.waiting(&[one]).await, Ok(vec![one]));
    assert_eq!(trail.seal(one).await, Ok(0));
    assert_eq!(trail.waiting(&[one]).await, Ok(Vec::new()));
    change(&database, one, 1);
    seal(&trail, one, 1).await;
    let verified = trail.verify(one).await.unwrap();
    assert_eq!((verified.findings, verified.head.position), (Vec::new(), 6));
    let shown = trail
        .page(
            one,
            AuditQuery {
                most: 100,
                ..AuditQuery::default()
            },
        )
        .await
        .unwrap();
    assert!(shown.iter().all(|entry| entry.position.is_some()));
}

#[tokio::test]
async fn who_verifies_gives_the_connection_back_between_the_pages() {
    let database = TestDatabase::create();
    let long = begin(&database, 1);
    let short: Vec<TenantId> = (2..6).map(|number| begin(&database, number)).collect();
    let sealing = AuditTrail::new(open(&database));
    change_at_once(&database, long, 20_000);
    seal(&sealing, long, 20_002).await;
    let one_line = open_with(&database, 1);
    let trail = AuditTrail::new(one_line.clone());
    let mut following = Box::pin(trail.verify(long));
    // The only connection is had by somebody else before the long chain has been followed.
    let others = async {
        let looked = AuditTrail::new(one_line.clone());
        for _turn in 0..10 {
            looked.latest(long).await.unwrap();
        }
    };
    tokio::select! {
        biased;
        ended = &mut following => panic!("nobody else had a turn: {ended:?}"),
        () = others => {}
    }
    let verified = following.await.unwrap();
    assert_eq!((verified.findings, verified.head.position), (Vec::new(), 20_002));
    let all = join_all(short.iter().map(|one| trail.verify(*one))).await;
    assert!(all.iter().all(|verified| verified.as_ref().unwrap().is_sound()));
}
