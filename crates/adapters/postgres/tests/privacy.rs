//! What customers ask of what is kept of them: nothing is kept that is not on the list, and of who was forgotten nothing is
//! left to be found.

#![expect(clippy::unwrap_used, reason = "a test that cannot be arranged fails")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error};
use diesel::sql_types::Text;
use diesel::{QueryableByName, sql_query};
use ratiba_access::privacy::{AnswerError, Ending, PrivacyBook as _, Taken, Wish};
use ratiba_access::test_support::{a_request, customer_of_tenant_1, privacy_contract};
use ratiba_booking::appointment::Version;
use ratiba_booking::import::ports::{Effect, ImportBook as _, ImportChange};
use ratiba_booking::import::{Import, ImportKind, ImportState, Rows};
use ratiba_conversation::ports::ThreadBook as _;
use ratiba_kernel::test_support::{EPOCH, SeededIds, tenant};
use ratiba_kernel::{Id, TenantId};
use ratiba_postgres::booking::PgImports;
use ratiba_postgres::conversation::PgConversation;
use ratiba_postgres::privacy::PgPrivacyBook;
use ratiba_postgres::privacy::kept::{KEPT, Period};
use ratiba_postgres::privacy::retention;
use ratiba_postgres::{Database, DatabaseSettings};
use ratiba_test_database::TestDatabase;
use time::Duration;
use uuid::Uuid;

#[path = "privacy/money.rs"]
mod money;

/// A business that somebody wrote to and paid, and into which they are about to be brought once more.
const SOMEBODY: &str = include_str!("privacy/somebody.sql");
/// What they asked for before.
const ANSWERED: &str = include_str!("privacy/answered.sql");
/// Writes them wherever words can be written.
const EVERYWHERE: &str = include_str!("privacy/everywhere.sql");

/// Where words stay that somebody would have to have put there by hand: keys, receipts and references that Ratiba, a provider or
/// another program makes, states, and who of the business did something.
const MADE_BY_PROGRAMS: &[&str] = &[
    "appointments.discount_by",
    "appointments.history",
    "appointments.plan",
    "bookings_hit.found_by",
    "cohort_invitations.invited_by",
    "consents.channel",
    "consents.wording",
    "consents.wording_version",
    "credit_payouts.paid_by",
    "credit_payouts.request_key",
    "credit_spends.request_key",
    "credit_spends.spent_by",
    "data_requests.rows_of",
    "data_requests.taken_by",
    "dead_letters_taken_back.came_receipt",
    "dead_letters_taken_back.request_key",
    "dead_letters_taken_back.said_by",
    "dead_letters_taken_back.taken_back_by",
    "mpesa_statement_absences.decided_by",
    "mpesa_statement_lines.decided_by",
    "mpesa_statement_lines_taken_back.request_key",
    "mpesa_statement_lines_taken_back.said_by",
    "mpesa_statement_lines_taken_back.taken_back_by",
    "payment_attempts.dispute",
    "payment_attempts.made_by",
    "payment_attempts.merchant_reference",
    "payment_attempts.provider_code",
    "payment_attempts.provider_request_id",
    "payment_attempts.reason",
    "payment_attempts.request_key",
    "payment_callbacks_unrouted.assigned_by",
    "payment_callbacks_unrouted.came_receipt",
    "payment_callbacks_unrouted.handled_by",
    "payment_callbacks_unrouted.provider",
    "payment_callbacks_unrouted.reason",
    "payment_callbacks_unrouted.told_request",
    "payment_callbacks_unrouted.told_tracking",
    "payment_confirmations.source_address",
    "payment_refunds.originator_id",
    "payment_refunds.provider_code",
    "payment_refunds.request_key",
    "payment_refunds.requested_by",
    "payment_refunds.resolved_by",
    "payment_tips.shares",
    "visits.hold_key",
    "waitlist_entries.order_key",
    "walk_ins.order_key",
];

/// Keys of requests, which no copy shows.
const KEYS: &[&str] = &[
    "credit_payouts.request_key",
    "credit_spends.request_key",
    "dead_letters_taken_back.request_key",
    "mpesa_statement_lines_taken_back.request_key",
    "payment_attempts.request_key",
    "payment_refunds.request_key",
    "visits.hold_key",
    "waitlist_entries.order_key",
    "walk_ins.order_key",
];

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    text: String,
}

fn lines(conn: &mut PgConnection, sql: &str) -> Vec<String> {
    let rows = sql_query(sql).load::<Line>(conn).unwrap();
    rows.into_iter().map(|line| line.text).collect()
}

#[test]
fn every_table_is_on_the_list_of_what_is_kept_once() {
    let database = TestDatabase::create();
    let tables: BTreeSet<String> = lines(
        &mut database.connect_as_owner(),
        "SELECT c.relname::text AS text FROM pg_class c
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')",
    )
    .into_iter()
    .collect();
    let listed: BTreeSet<String> = KEPT.iter().map(|kept| kept.table.to_owned()).collect();
    assert_eq!(listed, tables);
    assert_eq!(listed.len(), KEPT.len(), "one of them twice");
}

fn open(database: &TestDatabase) -> PgPrivacyBook {
    let settings = DatabaseSettings::new(database.app_url());
    PgPrivacyBook::new(Database::new(&settings, Arc::new(SeededIds::lane(1))).unwrap())
}

fn in_tenant(tenant: TenantId, script: &str) -> String {
    format!("BEGIN; SET LOCAL ratiba.current_tenant = '{tenant}'; {script}; COMMIT")
}

fn arrange(database: &TestDatabase, script: &str) -> TenantId {
    let one = tenant(1);
    let script = script.replace("{business}", &one.to_string());
    database
        .connect_as_app()
        .batch_execute(&in_tenant(one, &script))
        .unwrap();
    one
}

fn begin(database: &TestDatabase) -> TenantId {
    arrange(database, SOMEBODY);
    arrange(database, ANSWERED)
}

/// Where the number, the name or what WhatsApp calls them stands, in text or in bytes.
fn found(database: &TestDatabase, one: TenantId) -> BTreeSet<String> {
    let mut conn = database.connect_as_app();
    enter(&mut conn, one);
    lines(
        &mut conn,
        "SELECT t.table_name::text AS text FROM information_schema.tables t,
            LATERAL xmltable('/table/row' PASSING query_to_xml(format('SELECT x::text AS line FROM %I x
                WHERE x::text ~* ''700000123|zawadi|373030303030313233|7a6177616469''', t.table_name), false, false, '')
                COLUMNS line text) AS hit
         WHERE t.table_schema = 'public' AND t.table_type = 'BASE TABLE'",
    )
    .into_iter()
    .collect()
}

fn enter(conn: &mut PgConnection, one: TenantId) {
    let enter = format!("SELECT set_config('ratiba.current_tenant', '{one}', false)");
    conn.batch_execute(&enter).unwrap();
}

#[tokio::test]
async fn of_who_was_forgotten_nothing_is_left_to_be_found() {
    let database = TestDatabase::create();
    let one = begin(&database);
    let book = open(&database);
    let before = found(&database, one);
    for table in [
        "customers",
        "inbound_messages",
        "payment_attempts",
        "payment_callbacks",
        "imports",
    ] {
        assert!(before.contains(table), "{table} holds something: {before:?}");
    }
    let request = a_request(1, Wish::Erasure);
    assert_eq!(book.take(one, request.clone()).await, Ok(Taken::New));
    let at = EPOCH + Duration::days(3);
    let done = book.erase(one, request.id, at).await.unwrap();
    assert_eq!(found(&database, one), BTreeSet::new());
    let Some((ended_at, Ending::Done(proof))) = &done.ended else {
        panic!("{done:?}");
    };
    assert_eq!((*ended_at, proof.rows.get("customers")), (at, Some(&1)));
    assert_eq!(book.find(one, request.id).await, Ok(Some(done)));
    let mut conn = database.connect_as_app();
    enter(&mut conn, one);
    let left = lines(
        &mut conn,
        "SELECT rows::text AS text FROM imports UNION ALL SELECT content::text FROM outgoing_messages
         UNION ALL SELECT encode(body, 'escape') FROM payment_confirmations",
    );
    let others = left.iter().filter(|words| words.contains("Amina"));
    assert_eq!(others.count(), 3, "nobody else is forgotten");
    assert_eq!(book.erase(one, request.id, at).await, Err(AnswerError::Ended));
    assert_eq!(
        book.take(one, a_request(2, Wish::Export)).await,
        Ok(Taken::UnknownCustomer)
    );
}

/// Writes somebody into every column of theirs that takes words; which ones did.
fn plant_everywhere(database: &TestDatabase, one: TenantId) -> Vec<String> {
    let mut conn = database.connect_as_owner();
    conn.batch_execute("CREATE TEMP TABLE those (name text, of_customer text)")
        .unwrap();
    for kept in KEPT {
        let Some(of_customer) = kept.of_customer.filter(|_| kept.table != "audit_entries") else {
            continue;
        };
        let of_customer = of_customer
            .replace("$1", &format!("'{one}'::uuid"))
            .replace("$2", &format!("'{}'::uuid", customer_of_tenant_1()));
        sql_query("INSERT INTO those VALUES ($1, $2)")
            .bind::<Text, _>(kept.table)
            .bind::<Text, _>(format!("x.tenant_id = '{one}' AND ({of_customer})"))
            .execute(&mut conn)
            .unwrap();
    }
    conn.batch_execute(EVERYWHERE).unwrap();
    lines(
        &mut conn,
        "SELECT DISTINCT place AS text FROM planted ORDER BY place",
    )
}

/// The columns of all tables where the number or the name stands.
fn places(database: &TestDatabase, one: TenantId) -> BTreeSet<String> {
    let mut conn = database.connect_as_app();
    enter(&mut conn, one);
    lines(
        &mut conn,
        "SELECT c.table_name || '.' || c.column_name AS text FROM information_schema.tables t
         JOIN information_schema.columns c USING (table_schema, table_name),
            LATERAL xmltable('/table/row' PASSING query_to_xml(format('SELECT 1 AS line FROM %I x
                WHERE x.%I::text ~* ''700000123|zawadi|373030303030313233|7a6177616469'' LIMIT 1', c.table_name, c.column_name),
                false, false, '') COLUMNS line text) AS hit
         WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'",
    )
    .into_iter()
    .collect()
}

#[tokio::test]
async fn whoever_stands_in_every_column_is_found_after_an_erasure_in_those_alone_that_programs_write() {
    let database = TestDatabase::create();
    let one = begin(&database);
    let book = open(&database);
    let request = a_request(1, Wish::Erasure);
    assert_eq!(book.take(one, request.clone()).await, Ok(Taken::New));
    let planted = plant_everywhere(&database, one);
    assert!(planted.len() > MADE_BY_PROGRAMS.len() + 40, "{planted:?}");
    let copy = book.collect(one, customer_of_tenant_1()).await.unwrap().unwrap();
    for place in planted.iter().filter(|place| !KEYS.contains(&place.as_str())) {
        let (table, column) = place.split_once('.').unwrap();
        // Of imports a copy tells the customer's lines; who of the business did something is told nowhere.
        let column = if table == "imports" { "rows" } else { column };
        if column.ends_with("_by") {
            continue;
        }
        let rows = copy.0[table].iter();
        let told = rows.map(|row| row[column].to_string().to_lowercase());
        let told = told.filter(|words| words.contains("700000123") || words.contains("zawadi"));
        assert_ne!(told.count(), 0, "{place} is not in the copy");
    }
    book.erase(one, request.id, EPOCH).await.unwrap();
    let expected: BTreeSet<String> = MADE_BY_PROGRAMS.iter().map(|&place| place.to_owned()).collect();
    assert_eq!(places(&database, one), expected);
}

#[tokio::test]
async fn what_the_business_was_told_of_somebody_is_forgotten_in_the_archive_as_well() {
    let database = TestDatabase::create();
    let one = begin(&database);
    let settings = DatabaseSettings::new(database.app_url());
    let chat = PgConversation::new(Database::new(&settings, Arc::new(SeededIds::lane(3))).unwrap());
    let now = time::macros::datetime!(2026-08-12 00:00 UTC);
    assert_eq!(chat.archive_loose(one, now, now, 10).await, Ok(4));
    let book = open(&database);
    let request = a_request(1, Wish::Erasure);
    book.take(one, request.clone()).await.unwrap();
    book.erase(one, request.id, EPOCH).await.unwrap();
    assert_eq!(found(&database, one), BTreeSet::new());
    let mut conn = database.connect_as_app();
    enter(&mut conn, one);
    let left = lines(&mut conn, "SELECT log::text AS text FROM archived_messages");
    assert!(
        left.len() == 1 && left[0].contains("Amina"),
        "nobody else is forgotten: {left:?}"
    );
}

#[tokio::test]
async fn whoever_was_forgotten_books_no_more() {
    let database = TestDatabase::create();
    let one = begin(&database);
    let book = open(&database);
    let request = a_request(1, Wish::Erasure);
    book.take(one, request.clone()).await.unwrap();
    book.erase(one, request.id, EPOCH).await.unwrap();
    for table in ["appointments", "walk_ins", "waitlist_entries"] {
        let again = format!(
            "INSERT INTO {table} SELECT (jsonb_populate_record(x, jsonb_build_object('id', gen_random_uuid()))).* FROM {table} x
             WHERE x.customer_id IS NOT NULL"
        );
        let mut conn = database.connect_as_app();
        let booked = conn.batch_execute(&in_tenant(one, &again));
        let Err(Error::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, about)) = booked else {
            panic!("{table}: {booked:?}");
        };
        let constraint = format!("{table}_tenant_id_customer_id_fkey");
        assert_eq!(about.constraint_name(), Some(constraint.as_str()));
    }
}

#[tokio::test]
async fn whoever_had_no_key_gets_none_after_they_were_forgotten() {
    let database = TestDatabase::create();
    let one = begin(&database);
    let book = open(&database);
    let request = a_request(1, Wish::Erasure);
    book.take(one, request.clone()).await.unwrap();
    let mut administrator = database.connect_as_administrator();
    administrator.batch_execute("DELETE FROM customer_keys").unwrap();
    let done = book.erase(one, request.id, EPOCH).await.unwrap();
    let Some((_, Ending::Done(proof))) = done.ended else {
        panic!("it is done");
    };
    assert_eq!(proof.rows.get("customer_keys"), Some(&1));
    let hides = format!(
        "SELECT (ratiba_hide_personal('{one}', '{}', '{{}}') IS NULL)::text AS text",
        customer_of_tenant_1()
    );
    let mut conn = database.connect_as_app();
    enter(&mut conn, one);
    assert_eq!(lines(&mut conn, &hides), ["true"], "nothing is hidden any more");
    let keys = "SELECT (key IS NULL)::text || (destroyed_at IS NOT NULL)::text AS text FROM customer_keys";
    assert_eq!(lines(&mut conn, keys), ["truetrue"]);
}

#[tokio::test]
async fn a_copy_holds_all_that_is_kept_of_somebody_and_of_nobody_else() {
    let database = TestDatabase::create();
    let one = begin(&database);
    let book = open(&database);
    let collected = book.collect(one, customer_of_tenant_1()).await.unwrap().unwrap();
    let rows = collected.rows();
    for (table, count) in [
        ("customers", 1),
        ("consents", 1),
        ("inbound_messages", 2),
        ("outgoing_messages", 3),
        ("payment_confirmations", 4),
        ("payment_callbacks_unrouted", 3),
        ("payments", 1),
        ("payment_attempts", 1),
        ("visits", 1),
    ] {
        assert_eq!(rows.get(table), Some(&count), "{table}");
    }
    assert_eq!(collected.0["customers"][0]["name"], "Zawadi Mrembo");
    assert_eq!(
        collected.0["payment_callbacks"][0]["body"], "{\"PhoneNumber\":254700000123}",
        "in words"
    );
    assert!(!format!("{collected:?}").contains("Amina"), "nobody else's");
    let nobody = Uuid::from_u128(9);
    assert_eq!(book.collect(one, nobody).await, Ok(None));
    assert_eq!(book.collect(tenant(2), customer_of_tenant_1()).await, Ok(None));
}

#[tokio::test]
async fn what_is_kept_for_its_time_goes_after_it_and_not_before() {
    let database = TestDatabase::create();
    let one = begin(&database);
    let instance = "INSERT INTO payment_routing SELECT 'callback_token', decode(repeat('00', 32), 'hex'), t.id, t.id, t.id, '2026-05-12Z' FROM tenants t;
        INSERT INTO refund_routing SELECT decode(repeat('00', 32), 'hex'), t.id, t.id, 'result', '2026-05-12Z' FROM tenants t;
        INSERT INTO people VALUES (gen_random_uuid(), 'https://issuer.example', 'somebody');
        INSERT INTO sessions SELECT decode(repeat('00', 32), 'hex'), p.id, '2026-05-11Z', '2026-05-14Z', NULL, '2026-05-12Z' FROM people p";
    database.connect_as_app().batch_execute(instance).unwrap();
    let waits = "INSERT INTO payment_confirmations (tenant_id, id, body, received_at) SELECT t.id, gen_random_uuid(), 'waits', '2026-05-12Z' FROM tenants t;
        INSERT INTO invitations (tenant_id, id, phone, name, role, invited_at, expires_at)
            SELECT t.id, gen_random_uuid(), '+254700000999', 'Amina', 'manager', '2026-05-05Z', '2026-05-12Z' FROM tenants t;
        INSERT INTO access_keys SELECT decode(repeat('07', 32), 'hex'), 'invitation', i.tenant_id, i.id FROM invitations i";
    database
        .connect_as_app()
        .batch_execute(&in_tenant(one, waits))
        .unwrap();
    let settings = DatabaseSettings::new(database.app_url());
    let pool = Database::new(&settings, Arc::new(SeededIds::lane(2))).unwrap();
    let came = time::macros::datetime!(2026-05-12 00:00 UTC);
    let mut conn = database.connect_as_app();
    enter(&mut conn, one);
    let mut limits: BTreeMap<(u16, bool), BTreeMap<&str, usize>> = BTreeMap::new();
    for kept in KEPT {
        let (limit, of_business) = match kept.period {
            Period::Days(limit) => (limit, true),
            Period::InstanceDays(limit) => (limit, false),
            Period::Always(_) | Period::SeenTo(..) | Period::AsSet | Period::With(_) => continue,
        };
        let due = format!("SELECT 'due' AS text FROM {} x WHERE {}", kept.table, limit.when);
        let due = lines(&mut conn, &due).len();
        assert_ne!(due, 0, "there is nothing in {}", kept.table);
        let tables = limits.entry((limit.days, of_business)).or_default();
        tables.insert(kept.table, due);
    }
    assert!(limits.len() > 5, "{limits:?}");
    for ((days, of_business), tables) in limits {
        let let_go = async |now| {
            let gone = if of_business {
                retention::let_go(&pool, one, now).await
            } else {
                retention::let_go_of_nobodys(&pool, now).await
            };
            gone.unwrap()
        };
        let last_moment = came + Duration::days(i64::from(days));
        assert_eq!(
            let_go(last_moment).await,
            BTreeMap::new(),
            "{tables:?}: too early"
        );
        assert_eq!(let_go(last_moment + Duration::SECOND).await, tables);
        assert_eq!(
            let_go(last_moment + Duration::SECOND).await,
            BTreeMap::new(),
            "{tables:?}: twice"
        );
    }
    let left = lines(
        &mut conn,
        "SELECT convert_from(body, 'UTF8') AS text FROM payment_confirmations
         UNION ALL SELECT guest_name FROM walk_ins WHERE customer_id IS NULL
         UNION ALL SELECT state || rows::text FROM imports WHERE kind = 'customers'
         UNION ALL SELECT kind FROM access_keys",
    );
    assert_eq!(left, ["waits", "-", "discarded[]"]);
}

#[tokio::test]
async fn a_list_that_is_worked_on_is_kept_for_its_time_after_the_last_change() {
    let database = TestDatabase::create();
    let one = tenant(1);
    let business = format!("INSERT INTO tenants (id, created_at) VALUES ('{one}', '2026-05-12Z')");
    database.connect_as_app().batch_execute(&business).unwrap();
    let settings = DatabaseSettings::new(database.app_url());
    let pool = Database::new(&settings, Arc::new(SeededIds::lane(2))).unwrap();
    let imports = PgImports::new(pool.clone());
    let import = Import {
        id: Id::from_uuid(Uuid::from_u128(5)),
        rows: Rows::Catalogue(Vec::new()),
        ignored: Vec::new(),
        state: ImportState::InReview,
        created_at: EPOCH,
        version: Version::NEW,
    };
    let (kind, id) = (ImportKind::Catalogue, import.id);
    imports.open(one, import).await.unwrap();
    let import = imports.find(one, kind, id).await.unwrap().unwrap();
    let at = EPOCH + Duration::days(60);
    let change = ImportChange {
        import,
        at,
        effect: Effect::None,
    };
    imports.record(one, change).await.unwrap();
    let let_go = async |now| retention::let_go(&pool, one, now).await.unwrap();
    assert_eq!(let_go(at + Duration::days(90)).await, BTreeMap::new());
    let late = at + Duration::days(90) + Duration::SECOND;
    assert_eq!(let_go(late).await, BTreeMap::from([("imports", 1)]));
}

#[tokio::test]
async fn postgres_keeps_the_contract() {
    let kept = std::sync::Mutex::new(Vec::new());
    privacy_contract(async || {
        let database = TestDatabase::create();
        arrange(&database, SOMEBODY);
        let other = format!(
            "INSERT INTO tenants (id, created_at) VALUES ('{}', '2026-05-12Z')",
            tenant(2)
        );
        database.connect_as_app().batch_execute(&other).unwrap();
        let book = open(&database);
        kept.lock().unwrap().push(database);
        book
    })
    .await;
}
