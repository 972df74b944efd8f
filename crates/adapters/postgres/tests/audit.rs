//! The record of who changed what: nothing that matters is changed without an entry, and nobody changes an entry unseen.

#![expect(clippy::unwrap_used, reason = "a test that cannot be arranged fails")]

use std::sync::Arc;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel::{QueryableByName, sql_query};
use ratiba_access::audit::Finding;
use ratiba_access::members::{Admitted, MemberChange, MemberStep, NewMember};
use ratiba_access::test_support::{a_token, arrive, signed_in};
use ratiba_access::token::{NewToken, OrderKey};
use ratiba_access::{AccessBook, MemberBook as _, Role};
use ratiba_kernel::test_support::{EPOCH, SeededIds, tenant};
use ratiba_kernel::{Fingerprint, TenantId};
use ratiba_payments::actor::Actor;
use ratiba_payments::remark::Remark;
use ratiba_postgres::access::PgAccessBook;
use ratiba_postgres::acting::acting;
use ratiba_postgres::audit::{AuditQuery, AuditTrail, Refusal, ShownEntry};
use ratiba_postgres::dead_letters;
use ratiba_postgres::people::PgPeople;
use ratiba_postgres::{Database, DatabaseSettings};
use ratiba_test_database::TestDatabase;
use serde_json::{Value, json};
use uuid::Uuid;

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    text: String,
}

fn lines(conn: &mut PgConnection, sql: &str) -> Vec<String> {
    let rows = sql_query(sql).load::<Line>(conn).unwrap();
    rows.into_iter().map(|line| line.text).collect()
}

/// Tables whose changes are no changes of money, commission, access or consent, or are on record in another way.
const WITHOUT_AUDIT: &[(&str, &str)] = &[
    ("__diesel_schema_migrations", "the schema's own"),
    ("archived_messages", "logs"),
    ("archived_threads", "logs"),
    ("audit_checks", "the record's own; only ever grows"),
    ("audit_entries", "the record itself"),
    ("audit_marks", "the record's own; only ever grows"),
    ("audit_seals", "the record's own; only ever grows"),
    ("blocks", "the calendar"),
    ("bookings_hit", "the calendar"),
    ("card_notices", "what providers wrote, as it came"),
    (
        "commission_agreed",
        "whether a frozen month needs a look; what it holds is in the hash of its period",
    ),
    ("commission_draft", "reckoned anew from what is on record"),
    (
        "commission_line",
        "frozen, and in the hash of its period, which is on record",
    ),
    ("conversation_threads", "the chat"),
    ("cross_sell_relations", "what is offered"),
    ("customer_words", "an index"),
    ("engagements", "the calendar"),
    ("handoff_words", "the chat"),
    ("handoffs", "the chat"),
    ("holidays", "the calendar"),
    ("imports", "what it brings in is on record where it goes"),
    ("inbound_messages", "the chat"),
    ("inbound_quarantine", "what nobody could route"),
    ("jobs", "the queue"),
    ("knowledge_snippets", "what customers are told"),
    (
        "ledger_journals",
        "on record with their entries, of which they are nothing without",
    ),
    (
        "member_profiles",
        "what members are called; who belongs to the business is on record",
    ),
    ("message_statuses", "the chat"),
    ("message_templates", "what customers are told"),
    ("opening_hours", "the calendar"),
    ("order_keys", "keys of requests"),
    ("outbox", "events"),
    ("outgoing_messages", "the chat"),
    ("package_items", "what a package holds; its price is on record"),
    ("payment_callbacks", "what providers wrote, as it came"),
    ("payment_confirmations", "what providers wrote, as it came"),
    ("payment_routing", "where callbacks go"),
    ("people", "of no business"),
    (
        "promotion_services",
        "what a promotion is for; what it takes off is on record",
    ),
    ("provider_tokens", "kept for an hour"),
    ("rail_slates", "the chat"),
    ("refund_messages", "what providers wrote, as it came"),
    ("refund_routing", "where results go"),
    ("resource_outages", "the calendar"),
    ("resources", "the calendar"),
    ("schedules", "the queue"),
    ("sessions", "of no business"),
    ("setup_versions", "counts"),
    ("silence_keys", "a key, made once"),
    (
        "silences",
        "kept by an erasure, which is on record; gone when the number is back",
    ),
    ("staff_hours", "the calendar"),
    ("staff_leave", "the calendar"),
    ("staff_overrides", "the calendar"),
    ("staff_services", "who can do what"),
    (
        "till_sheet_lines",
        "which journals a closed drawer had; they are on record",
    ),
    ("visits", "appointments have a history of their own"),
    (
        "visits_from_elsewhere",
        "what another program knew; only ever grows",
    ),
    ("waitlist_entries", "the calendar"),
    ("waitlist_offers", "the calendar"),
    ("waitlist_parts", "the calendar"),
    ("walk_in_parts", "the calendar"),
    ("walk_ins", "the calendar"),
    (
        "webhook_deliveries",
        "what an address was told; who is told, and of what, is on record",
    ),
    // What the application may do to a table under audit, and leaves no entry.
    (
        "appointments INSERT",
        "a booking moves no money; its history begins with it",
    ),
    ("customers INSERT", "their consent is on record"),
    (
        "credit_payouts UPDATE",
        "words that an erasure empties, which is on record itself",
    ),
    (
        "dead_letters_taken_back UPDATE",
        "words that an erasure empties, which is on record itself",
    ),
    (
        "mpesa_statement_absences UPDATE",
        "words that an erasure empties, which is on record itself",
    ),
    (
        "mpesa_statement_lines_taken_back UPDATE",
        "words that an erasure empties, which is on record itself",
    ),
    ("customer_keys INSERT", "made with the first entry that needs it"),
    (
        "payments INSERT",
        "what is asked for; what is received is on record",
    ),
    (
        "mpesa_statement_lines INSERT",
        "with their statement, which is on record",
    ),
    (
        "payment_attempts INSERT",
        "what is asked for; what is received is on record",
    ),
    (
        "payment_callbacks_unrouted DELETE",
        "forgotten long after they were worked through, as the list of retention says",
    ),
    (
        "payroll_export_lines INSERT",
        "with their export, which is on record",
    ),
];

#[test]
fn whatever_the_application_may_change_is_under_audit_or_on_the_reviewed_list() {
    let database = TestDatabase::create();
    let found = lines(
        &mut database.connect_as_owner(),
        "WITH watched AS (
            SELECT g.tgrelid AS oid, bit_or(g.tgtype) AS verbs FROM pg_trigger g
            WHERE g.tgfoid IN ('ratiba_audit'::regproc, 'ratiba_audit_journals'::regproc, 'ratiba_audit_consents'::regproc) AND g.tgenabled <> 'D' GROUP BY 1)
         SELECT CASE WHEN w.oid IS NULL THEN c.relname::text ELSE c.relname || ' ' || v.verb END AS text
         FROM pg_class c LEFT JOIN watched w ON w.oid = c.oid
             CROSS JOIN (VALUES ('INSERT', 4), ('DELETE', 8), ('UPDATE', 16)) AS v(verb, bit)
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
             AND (w.oid IS NULL OR w.verbs & v.bit = 0 AND (has_table_privilege('ratiba_app', c.oid, v.verb)
                 OR v.verb <> 'DELETE' AND has_any_column_privilege('ratiba_app', c.oid, v.verb)))
         GROUP BY 1 ORDER BY 1",
    );
    let mut reviewed: Vec<&str> = WITHOUT_AUDIT.iter().map(|(what, _why)| *what).collect();
    reviewed.sort_unstable();
    let unknown: Vec<_> = found
        .iter()
        .filter(|what| !reviewed.contains(&what.as_str()))
        .collect();
    assert!(
        unknown.is_empty(),
        "put under audit with ratiba_watch_audit, or say here why not: {unknown:?}"
    );
    let gone: Vec<_> = reviewed
        .iter()
        .filter(|what| !found.iter().any(|found| found == *what))
        .collect();
    assert!(gone.is_empty(), "not there any more, or under audit: {gone:?}");
}

#[test]
fn the_application_adds_entries_and_never_says_their_number_time_or_role() {
    let database = TestDatabase::create();
    let one = begin(&database);
    let mut conn = database.connect_as_app();
    for statement in [
        "UPDATE audit_entries SET actor = 'customer'",
        "DELETE FROM audit_entries",
        "UPDATE audit_seals SET position = position + 1",
        "DELETE FROM audit_seals",
        "UPDATE audit_checks SET sound = true",
        "DELETE FROM audit_checks",
        "INSERT INTO audit_entries (tenant_id, verb, subject_kind, actor, recorded_at) SELECT tenant_id, verb, subject_kind, actor, '2020-01-01Z' FROM audit_entries",
        "INSERT INTO audit_entries (tenant_id, verb, subject_kind, actor, xact) SELECT tenant_id, verb, subject_kind, actor, 1 FROM audit_entries",
        "INSERT INTO audit_entries (tenant_id, verb, subject_kind, actor, db_role) SELECT tenant_id, verb, subject_kind, actor, 'ratiba_owner' FROM audit_entries",
    ] {
        let refused = conn
            .batch_execute(&in_tenant(one, statement))
            .unwrap_err()
            .to_string();
        assert!(refused.contains("permission denied"), "{statement}: {refused}");
        conn.batch_execute("ROLLBACK").unwrap();
    }
}

fn open(database: &TestDatabase) -> Database {
    let settings = DatabaseSettings::new(database.app_url());
    Database::new(&settings, Arc::new(SeededIds::lane(1))).unwrap()
}

fn in_tenant(tenant: TenantId, script: &str) -> String {
    format!("BEGIN; SET LOCAL ratiba.current_tenant = '{tenant}'; {script}; COMMIT")
}

const CUSTOMER: &str = "00000000-0000-0000-0000-0000000000c1";

/// A business with a customer; three entries.
fn begin(database: &TestDatabase) -> TenantId {
    let one = tenant(1);
    let script = format!(
        "INSERT INTO tenants (id, created_at) VALUES ('{one}', '2026-05-12Z');
         INSERT INTO tenant_settings (tenant_id, business_name, zone, currency) VALUES ('{one}', 'Spa', 'Africa/Nairobi', 'KES');
         INSERT INTO customers (tenant_id, id, phone, created_at) VALUES ('{one}', '{CUSTOMER}', '+254700000123', '2026-05-12Z');
         INSERT INTO consents (tenant_id, id, customer_id, purpose, action, wording, wording_version, channel, at)
             VALUES ('{one}', gen_random_uuid(), '{CUSTOMER}', 'service', 'given', 'We may write to you', '1', 'whatsapp', '2026-05-12Z')"
    );
    database
        .connect_as_app()
        .batch_execute(&in_tenant(one, &script))
        .unwrap();
    one
}

async fn entries(trail: &AuditTrail, tenant: TenantId, query: AuditQuery) -> Vec<ShownEntry> {
    let query = AuditQuery { most: 100, ..query };
    trail.page(tenant, query).await.unwrap()
}

async fn latest(trail: &AuditTrail, tenant: TenantId) -> ShownEntry {
    entries(trail, tenant, AuditQuery::default())
        .await
        .into_iter()
        .next()
        .unwrap()
}

fn json_of(text: Option<&String>) -> Value {
    text.map_or(Value::Null, |text| serde_json::from_str(text).unwrap())
}

/// Seals until so many entries are in the chain. Transactions of other tests on the same server keep entries waiting, as
/// those of any writer would.
async fn seal(trail: &AuditTrail, tenant: TenantId, wanted: usize) {
    let sealing = async {
        let mut sealed = 0;
        while sealed < wanted {
            sealed += trail.seal(tenant).await.unwrap();
            tokio::task::yield_now().await;
        }
        assert_eq!(sealed, wanted);
    };
    tokio::time::timeout(Duration::from_secs(60), sealing)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_consent_is_on_record_with_its_customer_and_not_with_its_words() {
    let database = TestDatabase::create();
    let one = begin(&database);
    let shown = latest(&AuditTrail::new(open(&database)), one).await;
    let entry = shown.entry;
    assert_eq!(entry.verb, "ratiba.consent.consent_added");
    assert_eq!((entry.actor.as_str(), entry.origin), ("customer", None));
    assert_eq!(entry.customer.unwrap().to_string(), CUSTOMER);
    let after = json_of(entry.after.as_ref());
    assert_eq!(
        (&after["purpose"], &after["action"]),
        (&json!("service"), &json!("given"))
    );
    assert!(
        !after.to_string().contains("We may write"),
        "kept with the consent already"
    );
    assert_eq!((entry.hidden, entry.personal), (Vec::new(), None));
}

#[tokio::test]
async fn each_consent_of_one_statement_is_on_record() {
    let database = TestDatabase::create();
    let one = begin(&database);
    let script = format!(
        "INSERT INTO consents (tenant_id, id, customer_id, purpose, action, wording, wording_version, channel, at)
         SELECT '{one}', gen_random_uuid(), '{CUSTOMER}', purpose, 'given', 'We may write to you', '1', 'whatsapp', '2026-05-12Z'
         FROM (VALUES ('marketing'), ('evaluation')) AS p(purpose)"
    );
    let mut conn = database.connect_as_app();
    conn.batch_execute(&in_tenant(one, &script)).unwrap();
    let query = AuditQuery {
        subject: Some(CUSTOMER.parse().unwrap()),
        ..AuditQuery::default()
    };
    let found = entries(&AuditTrail::new(open(&database)), one, query).await;
    let mut purposes: Vec<Value> = found
        .iter()
        .map(|shown| json_of(shown.entry.after.as_ref())["purpose"].clone())
        .collect();
    purposes.sort_unstable_by_key(Value::to_string);
    assert_eq!(purposes, ["evaluation", "marketing", "service"]);
}

#[tokio::test]
async fn who_hears_of_events_is_on_record_without_address_and_secret_and_its_failures_are_not() {
    let database = TestDatabase::create();
    let one = begin(&database);
    let trail = AuditTrail::new(open(&database));
    let mut conn = database.connect_as_app();
    let script = format!(
        "INSERT INTO webhook_endpoints (tenant_id, id, url, description, events, secret, state, created_at, version)
         VALUES ('{one}', gen_random_uuid(), 'https://hooks.example/t0ken', '', '{{booking.made}}', decode(repeat('ab', 32), 'hex'), 'on',
             '2026-05-12Z', 1)"
    );
    conn.batch_execute(&in_tenant(one, &script)).unwrap();
    let entry = latest(&trail, one).await.entry;
    assert_eq!(entry.verb, "ratiba.access.webhook_endpoint_added");
    assert_eq!(json_of(entry.after.as_ref())["events"], json!(["booking.made"]));
    let said = format!("{:?}{:?}", entry.after, entry.personal);
    assert!(!said.contains("t0ken") && !said.contains("abab"), "{said}");
    assert!(entry.hidden.contains(&"secret".to_owned()), "{:?}", entry.hidden);
    let failing = "UPDATE webhook_endpoints SET failing_since = '2026-05-12Z'";
    conn.batch_execute(&in_tenant(one, failing)).unwrap();
    assert_eq!(latest(&trail, one).await.entry.seq, entry.seq);
    let rotated = "UPDATE webhook_endpoints SET secret = decode(repeat('cd', 32), 'hex'), version = 2";
    conn.batch_execute(&in_tenant(one, rotated)).unwrap();
    let entry = latest(&trail, one).await.entry;
    assert_eq!(
        (entry.verb.as_str(), entry.hidden),
        (
            "ratiba.access.webhook_endpoint_changed",
            vec!["secret".to_owned()]
        )
    );
}

#[tokio::test]
async fn who_gave_a_letter_of_nobody_to_a_business_is_on_record_there() {
    let database = TestDatabase::create();
    let one = begin(&database);
    let pool = open(&database);
    let trail = AuditTrail::new(pool.clone());
    let letter = Uuid::from_u128(0x1e77e4);
    let mut conn = database.connect_as_app();
    let came_by_itself = format!(
        "INSERT INTO payment_callbacks_unrouted (id, tenant_id, provider, reason, body, received_at)
         VALUES (gen_random_uuid(), '{one}', 'mpesa', 'expired_token', '254700000123', '2026-05-12Z')"
    );
    conn.batch_execute(&in_tenant(one, &came_by_itself)).unwrap();
    let of_nobody = format!(
        "SELECT ratiba_store_unrouted('{letter}', 'mpesa', 'unknown_token', '254700000123', '2026-05-12Z')"
    );
    conn.batch_execute(&of_nobody).unwrap();
    let count = async || entries(&trail, one, AuditQuery::default()).await.len();
    assert_eq!(count().await, 3, "what comes by itself is no change");
    let why = Remark::parse("it names their till").unwrap();
    let by = Actor::parse("operator:asha").unwrap();
    let assign = |to| dead_letters::assign(&pool, letter, to, &by, &why, EPOCH);
    let nobody = acting(Some("operator"), "command unrouted", assign(tenant(9))).await;
    assert_eq!(
        nobody,
        Ok(false),
        "there is no such business, and the letter stays"
    );
    let given = acting(Some("operator"), "command unrouted", assign(one)).await;
    assert_eq!(given, Ok(true));
    let entry = latest(&trail, one).await.entry;
    assert_eq!(count().await, 4);
    assert_eq!(entry.verb, "ratiba.payments.letter_added");
    assert_eq!(
        (entry.subject_kind.as_str(), entry.subject),
        ("payment_callbacks_unrouted", Some(letter))
    );
    assert_eq!(
        (entry.actor.as_str(), entry.origin.as_deref(), entry.role.as_str()),
        ("operator", Some("command unrouted"), "ratiba_app")
    );
    let after = json_of(entry.after.as_ref());
    assert_eq!(
        (&after["assigned_by"], &after["provider"], &after["reason"]),
        (&json!("operator:asha"), &json!("mpesa"), &json!("unknown_token"))
    );
    assert!(
        entry.hidden.contains(&"assigned_reason".to_owned()),
        "{:?}",
        entry.hidden
    );
    let again = dead_letters::assign(&pool, letter, one, &by, &why, EPOCH).await;
    assert_eq!(again, Ok(false), "it is somebody's");
    assert_eq!(count().await, 4);
}

#[tokio::test]
async fn who_acts_and_from_where_comes_along_with_the_transaction() {
    let database = TestDatabase::create();
    let one = begin(&database);
    let pool = open(&database);
    let (book, trail) = (PgAccessBook::new(pool.clone()), AuditTrail::new(pool));
    let who = format!("token:{}", Uuid::from_u128(7));
    acting(Some(&who), "api POST /api/v1/tokens", book.mint(one, a_token(1)))
        .await
        .unwrap();
    let found = entries(
        &trail,
        one,
        AuditQuery {
            actor: Some(who.clone()),
            ..AuditQuery::default()
        },
    )
    .await;
    let verbs: Vec<&str> = found.iter().map(|shown| shown.entry.verb.as_str()).collect();
    assert_eq!(verbs.len(), 2, "{verbs:?}");
    for verb in ["ratiba.access.key_added", "ratiba.access.token_added"] {
        assert!(verbs.contains(&verb), "{verbs:?}");
    }
    for shown in found {
        assert_eq!(shown.entry.origin.as_deref(), Some("api POST /api/v1/tokens"));
        let said = format!("{:?}{:?}", shown.entry.after, shown.personal);
        assert!(!said.contains("key_hash") && !said.contains("\\\\x"), "{said}");
    }
    book.mint(one, a_token(2)).await.unwrap();
    assert_eq!(
        latest(&trail, one).await.entry.actor,
        "system",
        "and with none besides"
    );
}

#[tokio::test]
async fn who_minted_a_token_and_that_it_was_revoked_is_on_record_and_its_uses_are_not() {
    let database = TestDatabase::create();
    let one = begin(&database);
    let pool = open(&database);
    let (book, trail) = (PgAccessBook::new(pool.clone()), AuditTrail::new(pool));
    let minter = format!("person:{}", Uuid::from_u128(9));
    let order = OrderKey {
        key: "the-page-asked-once".to_owned(),
        print: Fingerprint::of("this"),
    };
    let token = NewToken {
        minted_by: Some(minter.clone()),
        order: Some(order),
        ..a_token(1)
    };
    book.mint(one, token.clone()).await.unwrap();
    let added = entries(&trail, one, AuditQuery::default()).await;
    let added = &added
        .iter()
        .find(|shown| shown.entry.verb == "ratiba.access.token_added")
        .unwrap()
        .entry;
    assert_eq!(
        (&added.actor, &added.hidden),
        (&minter, &vec!["name".to_owned()]),
        "the row says who, where the transaction does not"
    );
    let seq = latest(&trail, one).await.entry.seq;
    let later = EPOCH + time::Duration::HOUR;
    book.used(one, token.id, later).await.unwrap();
    assert_eq!(latest(&trail, one).await.entry.seq, seq, "a use changes nothing");
    book.revoke(one, token.id, later).await.unwrap();
    let revoked = latest(&trail, one).await.entry;
    assert_eq!(
        (revoked.verb.as_str(), revoked.subject),
        ("ratiba.access.token_changed", Some(token.id.as_uuid()))
    );
    assert!(json_of(revoked.after.as_ref())["revoked_at"].is_string());
}

#[tokio::test]
async fn who_becomes_what_is_on_record_and_what_they_are_called_is_not() {
    let database = TestDatabase::create();
    let one = begin(&database);
    let pool = open(&database);
    let (people, trail) = (PgPeople::new(pool.clone()), AuditTrail::new(pool));
    let (owner, person) = (arrive(&people, 1).await, arrive(&people, 2).await);
    for (number, member, role) in [(1, owner, Role::Owner), (2, person, Role::Manager)] {
        let newcomer = NewMember {
            person: member,
            role,
            staff: None,
            profile: signed_in(number).profile,
            joined_at: EPOCH,
        };
        assert_eq!(people.admit(one, newcomer).await, Ok(Admitted::New));
    }
    let become_less = MemberChange::Become {
        role: Role::Receptionist,
        staff: None,
    };
    let changes = [
        (MemberChange::Suspend, "changed"),
        (MemberChange::Resume, "changed"),
        (become_less, "changed"),
        (MemberChange::Remove, "removed"),
    ];
    for (seen, (change, done)) in (1..).zip(changes) {
        let step = MemberStep {
            person,
            seen,
            change,
            at: EPOCH,
        };
        people.change(one, step).await.unwrap();
        let entry = latest(&trail, one).await.entry;
        assert_eq!(entry.verb, format!("ratiba.access.membership_{done}"));
        assert_eq!(entry.subject, Some(person.as_uuid()));
        if change == become_less {
            let (before, after) = (json_of(entry.before.as_ref()), json_of(entry.after.as_ref()));
            assert_eq!(
                (before, after),
                (json!({ "role": "manager" }), json!({ "role": "receptionist" }))
            );
        }
    }
    let said = format!("{:?}", entries(&trail, one, AuditQuery::default()).await);
    let profile = signed_in(2).profile;
    assert!(!said.contains(profile.name()), "{said}");
}

#[tokio::test]
async fn of_an_admins_number_its_end_and_a_mark_are_kept() {
    let database = TestDatabase::create();
    let one = begin(&database);
    let pool = open(&database);
    let (book, trail) = (PgAccessBook::new(pool.clone()), AuditTrail::new(pool));
    acting(
        Some("admin:+254700000001"),
        "whatsapp",
        book.mint(one, a_token(1)),
    )
    .await
    .unwrap();
    let actor = latest(&trail, one).await.entry.actor;
    assert!(actor.starts_with("admin:…001#"), "{actor}");
    let by_number = AuditQuery {
        actor: Some("admin:+254700000001".to_owned()),
        ..AuditQuery::default()
    };
    assert_eq!(
        entries(&trail, one, by_number).await.len(),
        2,
        "found by the number all the same"
    );
}

#[tokio::test]
async fn what_is_rolled_back_leaves_no_entry_and_a_refusal_leaves_its_own() {
    let database = TestDatabase::create();
    let one = begin(&database);
    let trail = AuditTrail::new(open(&database));
    let before = entries(&trail, one, AuditQuery::default()).await.len();
    let change = format!(
        "BEGIN; SET LOCAL ratiba.current_tenant = '{one}'; UPDATE tenant_settings SET payments = '{{\"x\": 1}}'; ROLLBACK"
    );
    database.connect_as_app().batch_execute(&change).unwrap();
    let refusal = Refusal {
        domain: "payments".to_owned(),
        asked: "POST /api/v1/refunds".to_owned(),
        why: "refund-too-large".to_owned(),
    };
    acting(Some("token:x"), "api", trail.refused(one, refusal))
        .await
        .unwrap();
    let found = entries(&trail, one, AuditQuery::default()).await;
    assert_eq!(found.len(), before + 1);
    assert_eq!(found[0].entry.verb, "ratiba.payments.refused");
    let after = json_of(found[0].entry.after.as_ref());
    assert_eq!(
        after,
        json!({ "asked": "POST /api/v1/refunds", "why": "refund-too-large" })
    );
}

#[tokio::test]
async fn a_change_keeps_what_changed_as_it_was_and_as_it_became() {
    let database = TestDatabase::create();
    let one = begin(&database);
    let trail = AuditTrail::new(open(&database));
    let mut conn = database.connect_as_app();
    let change = "UPDATE tenant_settings SET payments = '{\"deposit\": 50}', business_name = 'Mama Njeri', version = version + 1";
    conn.batch_execute(&in_tenant(one, change)).unwrap();
    let entry = latest(&trail, one).await.entry;
    assert_eq!(entry.verb, "ratiba.settings.settings_changed");
    assert_eq!(json_of(entry.before.as_ref()), json!({ "payments": {} }));
    assert_eq!(
        json_of(entry.after.as_ref()),
        json!({ "payments": { "deposit": 50 } })
    );
    assert_eq!(
        entry.hidden,
        ["business_name"],
        "words are not shown that are no codes"
    );
    let seq = entry.seq;
    conn.batch_execute(&in_tenant(
        one,
        "UPDATE tenant_settings SET payments = payments, version = version + 1",
    ))
    .unwrap();
    assert_eq!(
        latest(&trail, one).await.entry.seq,
        seq,
        "what stayed as it was is no change"
    );
}

#[tokio::test]
async fn a_journal_is_one_entry_with_what_it_moved() {
    let database = TestDatabase::create();
    let one = begin(&database);
    let trail = AuditTrail::new(open(&database));
    let post = format!(
        "INSERT INTO ledger_journals (tenant_id, id, cause, occurred_at) VALUES ('{one}', '{CUSTOMER}', 'test', '2026-05-12Z');
         INSERT INTO ledger_entries (tenant_id, journal_id, position, account, currency, amount_minor)
         VALUES ('{one}', '{CUSTOMER}', 1, 'mpesa_clearing', 'KES', 500), ('{one}', '{CUSTOMER}', 2, 'service_revenue', 'KES', -500)"
    );
    database
        .connect_as_app()
        .batch_execute(&in_tenant(one, &post))
        .unwrap();
    let about = AuditQuery {
        subject: Some(CUSTOMER.parse().unwrap()),
        ..AuditQuery::default()
    };
    let posted: Vec<_> = entries(
        &trail,
        one,
        AuditQuery {
            verb: Some("ratiba.payments.".to_owned()),
            ..about
        },
    )
    .await;
    assert_eq!(posted.len(), 1);
    let after = json_of(posted[0].entry.after.as_ref());
    assert_eq!(after["cause"], "test");
    assert_eq!(after["entries"][1]["amount_minor"], -500);
}

#[tokio::test]
async fn personal_values_are_read_with_the_customers_key_alone_and_gone_with_it() {
    let database = TestDatabase::create();
    let one = begin(&database);
    let trail = AuditTrail::new(open(&database));
    let mut conn = database.connect_as_app();
    conn.batch_execute(&in_tenant(one, "UPDATE customers SET phone = '+254700000999'"))
        .unwrap();
    let shown = latest(&trail, one).await;
    assert_eq!(shown.entry.hidden, ["phone"]);
    let phone = json!({ "phone": { "before": "+254700000123", "after": "+254700000999" } });
    assert_eq!(shown.personal, Some(phone));
    let plain = lines(
        &mut database.connect_as_administrator(),
        "SELECT e::text AS text FROM audit_entries e WHERE e::text LIKE '%0700000%' OR e::text LIKE '%254700000%' OR position('254700000'::bytea IN e.personal) > 0",
    );
    assert_eq!(plain, Vec::<String>::new(), "no row holds the number");
    seal(&trail, one, 4).await;
    conn.batch_execute(&in_tenant(
        one,
        "UPDATE customer_keys SET key = NULL, destroyed_at = '2026-05-13Z'",
    ))
    .unwrap();
    let about = AuditQuery {
        verb: Some("ratiba.consent.customer".to_owned()),
        ..AuditQuery::default()
    };
    let after = entries(&trail, one, about.clone()).await;
    assert_eq!(after[0].personal, None);
    assert!(after[0].entry.personal.is_some(), "the row itself is what it was");
    assert_eq!(trail.verify(one).await.unwrap().findings, []);
    conn.batch_execute(&in_tenant(one, "UPDATE customers SET phone = '+254700000555'"))
        .unwrap();
    let last = &entries(&trail, one, about).await[0];
    assert_eq!(
        (&last.entry.hidden, &last.entry.personal),
        (&vec!["phone".to_owned()], &None),
        "no new key is made"
    );
    assert_eq!(latest(&trail, one).await.entry.seq, last.entry.seq);
}

#[tokio::test]
async fn an_entry_that_commits_late_is_sealed_in_its_place_and_none_is_lost() {
    let database = TestDatabase::create();
    let one = begin(&database);
    let trail = AuditTrail::new(open(&database));
    seal(&trail, one, 3).await;
    let change = |minor: i32| format!("UPDATE tenant_settings SET payments = '{{\"x\": {minor}}}'");
    let (mut late, mut quick) = (database.connect_as_app(), database.connect_as_app());
    let route = "INSERT INTO channel_routes (channel, external_id, tenant_id) VALUES ('whatsapp', '100', current_setting('ratiba.current_tenant')::uuid)";
    late.batch_execute(&format!(
        "BEGIN; SET LOCAL ratiba.current_tenant = '{one}'; {route}"
    ))
    .unwrap();
    quick.batch_execute(&in_tenant(one, &change(1))).unwrap();
    assert_eq!(
        trail.seal(one).await,
        Ok(0),
        "one that is younger waits for one that is open"
    );
    let verified = trail.verify(one).await.unwrap();
    assert_eq!(
        (verified.findings, verified.unsealed),
        (Vec::new(), 1),
        "and is told of"
    );
    late.batch_execute("COMMIT").unwrap();
    seal(&trail, one, 2).await;
    let found = entries(&trail, one, AuditQuery::default()).await;
    let mut places: Vec<_> = found
        .iter()
        .map(|shown| (shown.position.unwrap(), shown.entry.transaction))
        .collect();
    places.sort_unstable();
    assert!(
        places.is_sorted_by_key(|(_, transaction)| *transaction),
        "{places:?}"
    );
    let verified = trail.verify(one).await.unwrap();
    assert_eq!(
        (verified.findings, verified.unsealed, verified.head.position),
        (Vec::new(), 0, 5)
    );
    assert_eq!(trail.seal(one).await, Ok(0), "nothing is sealed twice");
}

#[tokio::test]
async fn several_that_seal_at_once_make_one_chain() {
    let database = TestDatabase::create();
    let one = begin(&database);
    let trail = AuditTrail::new(open(&database));
    let mut conn = database.connect_as_app();
    for minor in 0..20 {
        conn.batch_execute(&in_tenant(
            one,
            &format!("UPDATE tenant_settings SET payments = '{{\"x\": {minor}}}'"),
        ))
        .unwrap();
    }
    let all = async {
        let mut sealed = 0;
        while sealed < 23 {
            let (a, b, c) = tokio::join!(trail.seal(one), trail.seal(one), trail.seal(one));
            sealed += a.unwrap() + b.unwrap() + c.unwrap();
        }
        sealed
    };
    assert_eq!(
        tokio::time::timeout(Duration::from_secs(60), all).await.unwrap(),
        23
    );
    let verified = trail.verify(one).await.unwrap();
    assert_eq!((verified.findings, verified.head.position), (Vec::new(), 23));
}

#[tokio::test]
async fn whose_entries_wait_is_known_without_looking_at_each_business() {
    let database = TestDatabase::create();
    let one = begin(&database);
    let trail = AuditTrail::new(open(&database));
    let asked = [one, tenant(2)];
    let waits = async {
        while trail.waiting(&asked).await.unwrap() != [one] {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), waits)
        .await
        .unwrap();
    seal(&trail, one, 3).await;
    assert_eq!(trail.waiting(&asked).await, Ok(Vec::new()));
}

/// Does something to the record that only the owner of the tables can, with the fences down.
fn tamper(database: &TestDatabase, script: &str) {
    let fences = |word: &str| {
        ["audit_entries", "audit_seals", "audit_checks"]
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

/// What is found after a script; entries are numbered from 1 and stand at the positions of their numbers.
async fn found_after(script: &str) -> Vec<Finding> {
    let database = TestDatabase::create();
    let one = begin(&database);
    let trail = AuditTrail::new(open(&database));
    let mut conn = database.connect_as_app();
    conn.batch_execute(&in_tenant(
        one,
        "UPDATE tenant_settings SET payments = '{\"x\": 1}'",
    ))
    .unwrap();
    seal(&trail, one, 4).await;
    assert_eq!(trail.verify(one).await.unwrap().findings, []);
    assert_eq!(trail.standing(&[one], 1).await.unwrap().broken, 0);
    tamper(&database, script);
    let findings = trail.verify(one).await.unwrap().findings;
    assert_eq!(
        trail.latest(one).await.unwrap().unwrap().findings,
        findings,
        "kept as it was found"
    );
    assert_eq!(
        trail.standing(&[one], 1).await.unwrap().broken,
        i64::from(!findings.is_empty())
    );
    findings
}

#[tokio::test]
async fn a_changed_entry_is_found() {
    let found = found_after("UPDATE audit_entries SET after = after || '{\"x\": 2}' WHERE seq = 4").await;
    assert_eq!(found, [Finding::Changed { seq: 4 }]);
    let found = found_after("UPDATE audit_entries SET actor = 'customer' WHERE seq = 2").await;
    assert_eq!(found, [Finding::Changed { seq: 2 }]);
}

#[tokio::test]
async fn a_removed_entry_is_found_also_if_its_link_went_too() {
    assert_eq!(
        found_after("DELETE FROM audit_entries WHERE seq = 2").await,
        [Finding::Removed { seq: 2 }]
    );
    let both = "DELETE FROM audit_entries WHERE seq = 2; DELETE FROM audit_seals WHERE position = 2";
    assert_eq!(found_after(both).await, [Finding::LinkMissing { position: 2 }]);
    let last = "DELETE FROM audit_entries WHERE seq = 4; DELETE FROM audit_seals WHERE position = 4";
    assert_eq!(
        found_after(last).await,
        [Finding::Rewritten { position: 4 }],
        "the end as well"
    );
}

#[tokio::test]
async fn an_inserted_entry_is_found() {
    let found = found_after(
        "INSERT INTO audit_entries (tenant_id, seq, xact, recorded_at, verb, subject_kind, actor)
         OVERRIDING SYSTEM VALUE SELECT tenant_id, 99, xact, recorded_at, verb, subject_kind, 'customer' FROM audit_entries WHERE seq = 1",
    )
    .await;
    assert_eq!(found, [Finding::Inserted { seq: 99 }]);
}

#[tokio::test]
async fn reordered_entries_are_found() {
    let found = found_after(
        "UPDATE audit_seals SET entry_seq = entry_seq + 100 WHERE position IN (2, 3);
         UPDATE audit_seals s SET entry_seq = o.entry_seq - 100, entry_hash = o.entry_hash
         FROM (SELECT position, entry_seq, entry_hash FROM audit_seals) o
         WHERE s.position IN (2, 3) AND o.position = 5 - s.position",
    )
    .await;
    assert_eq!(
        found,
        [
            Finding::Reordered { position: 2 },
            Finding::Reordered { position: 3 }
        ]
    );
}

#[tokio::test]
async fn a_chain_that_nobody_verified_is_overdue() {
    let database = TestDatabase::create();
    let one = begin(&database);
    let trail = AuditTrail::new(open(&database));
    assert_eq!(
        trail.standing(&[one], 1).await.unwrap().overdue,
        0,
        "it has just begun"
    );
    tamper(
        &database,
        "UPDATE audit_entries SET recorded_at = recorded_at - interval '2 hours'",
    );
    assert_eq!(trail.standing(&[one], 1).await.unwrap().overdue, 1);
    trail.verify(one).await.unwrap();
    assert_eq!(trail.standing(&[one], 1).await.unwrap().overdue, 0);
}

#[tokio::test]
async fn what_the_owner_of_the_tables_changes_is_on_record_as_changed_by_hand() {
    let database = TestDatabase::create();
    let one = begin(&database);
    let script = format!(
        "INSERT INTO channel_routes (channel, external_id, tenant_id) VALUES ('whatsapp', '7', '{one}')"
    );
    database.connect_as_owner().batch_execute(&script).unwrap();
    let entry = latest(&AuditTrail::new(open(&database)), one).await.entry;
    assert_eq!(
        (entry.role.as_str(), entry.verb.as_str()),
        ("ratiba_owner", "ratiba.access.route_added")
    );
}

#[tokio::test]
async fn one_businesss_record_is_nobody_elses() {
    let database = TestDatabase::create();
    begin(&database);
    let trail = AuditTrail::new(open(&database));
    assert_eq!(
        entries(&trail, tenant(2), AuditQuery::default()).await,
        Vec::new()
    );
    let verified = trail.verify(tenant(2)).await.unwrap();
    assert_eq!((verified.head.position, verified.unsealed), (0, 0));
}
