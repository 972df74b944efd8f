//! Conversation's ports on a real server: the contract, the profile, and who was first.

#![expect(clippy::unwrap_used, reason = "a test that cannot be arranged fails")]

use std::sync::Arc;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{Jsonb, Nullable, Text, Timestamptz};
use diesel::{QueryableByName, sql_query};
use ratiba_conversation::channel::{Channel, SenderKey};
use ratiba_conversation::consent::CohortMode;
use ratiba_conversation::customer::Customer;
use ratiba_conversation::delivery::InboundRow;
use ratiba_conversation::event::{ConversationEvent, ConversationTask, Due};
use ratiba_conversation::outgoing::{Recipient, TemplateCall};
use ratiba_conversation::ports::{
    BusinessProfile, Change, CohortBook, LetterBox, NameBook, Parcel, RecordError, TemplateRegister,
    TemplateStanding, ThreadBook, Who,
};
use ratiba_conversation::redact::NameWords;
use ratiba_conversation::test_support::builders::{a_customer, a_message, a_phone, a_thread};
use ratiba_conversation::test_support::contracts::knowledge::{KnowledgeWorld, knowledge_contract};
use ratiba_conversation::test_support::contracts::personality::personality_contract;
use ratiba_conversation::test_support::contracts::{World, conversation_record_contract};
use ratiba_conversation::test_support::desks::FakeTemplates;
use ratiba_conversation::use_cases::WorkCohort;
use ratiba_kernel::TenantId;
use ratiba_kernel::test_support::{EPOCH, ManualClock, SeededIds, tenant};
use ratiba_postgres::conversation::PgConversation;
use ratiba_postgres::{Database, DatabaseSettings};
use ratiba_test_database::TestDatabase;
use time::OffsetDateTime;

struct Server {
    database: TestDatabase,
    record: PgConversation,
}

impl Server {
    fn start() -> Self {
        let database = TestDatabase::create();
        let mut conn = database.connect_as_app();
        for (number, settings) in [
            (
                1,
                r#"{"cohort": "open", "cohort_places": 10, "owners": ["+254700000999",
                 {"phone": "+254700000998", "name": "Wanjiku", "language": "en"}], "owners_language": "sw", "location": "Kilimani",
                 "templates": [{"name": "booking_reminder", "language": "sw"}]}"#,
            ),
            (2, "{}"),
        ] {
            let tenant = tenant(number);
            conn.batch_execute(&format!(
                "BEGIN; SELECT set_config('ratiba.current_tenant', '{tenant}', true);
                 INSERT INTO tenants (id, created_at) VALUES ('{tenant}', '2026-01-01Z');
                 INSERT INTO tenant_settings (tenant_id, business_name, zone, currency, conversation)
                    VALUES ('{tenant}', 'Aria Aura Spa', 'Africa/Nairobi', 'KES', '{settings}');
                 INSERT INTO channel_routes (channel, external_id, tenant_id)
                    VALUES ('whatsapp', 'number-{number}', '{tenant}');
                 COMMIT;"
            ))
            .unwrap();
        }
        // Many at once wait for one another for as long as a busy machine takes.
        let settings = DatabaseSettings {
            wait_ms: 30_000,
            ..DatabaseSettings::new(database.app_url())
        };
        let pool = Database::new(&settings, Arc::new(SeededIds::lane(9))).unwrap();
        Self {
            database,
            record: PgConversation::new(pool),
        }
    }

    fn rows(&self, tenant: TenantId, query: &str) -> Vec<Document> {
        let mut conn = self.database.connect_as_app();
        conn.batch_execute(&format!(
            "SELECT set_config('ratiba.current_tenant', '{tenant}', false)"
        ))
        .unwrap();
        sql_query(query).load(&mut conn).unwrap()
    }
}

#[derive(QueryableByName)]
struct Document {
    #[diesel(sql_type = Jsonb)]
    payload: serde_json::Value,
    #[diesel(sql_type = Timestamptz)]
    at: OffsetDateTime,
    #[diesel(sql_type = Nullable<Text>)]
    ordering_key: Option<String>,
}

impl World for Server {
    type Record = PgConversation;

    fn record(&self) -> &PgConversation {
        &self.record
    }

    fn tenant(&self) -> TenantId {
        tenant(1)
    }

    fn neighbour(&self) -> TenantId {
        tenant(2)
    }

    async fn tasks(&self, tenant: TenantId) -> Vec<Due<ConversationTask>> {
        let query = format!(
            "SELECT payload, run_at AS at, ordering_key FROM jobs
             WHERE kind LIKE 'conversation.%' AND tenant_id = '{tenant}' ORDER BY seq"
        );
        let due = |row: Document| Due {
            at: row.at,
            task: serde_json::from_value(row.payload).unwrap(),
        };
        self.rows(tenant, &query).into_iter().map(due).collect()
    }

    async fn events(&self, tenant: TenantId) -> Vec<ConversationEvent> {
        let query = "SELECT payload, occurred_at AS at, NULL AS ordering_key FROM outbox
                     WHERE topic = 'conversation' ORDER BY seq";
        let rows = self.rows(tenant, query);
        rows.into_iter()
            .map(|row| serde_json::from_value(row.payload).unwrap())
            .collect()
    }
}

#[tokio::test]
async fn the_database_keeps_the_contract() {
    Box::pin(conversation_record_contract(async || Server::start())).await;
}

#[tokio::test]
async fn whoever_works_here_or_did_has_a_name_that_is_known() {
    let server = Server::start();
    let tenant = tenant(1);
    let mut conn = server.database.connect_as_app();
    conn.batch_execute(&format!(
        "SELECT set_config('ratiba.current_tenant', '{tenant}', false);
         INSERT INTO staff (tenant_id, id, name, active) VALUES
            ('{tenant}', gen_random_uuid(), 'Achieng Otieno', true), ('{tenant}', gen_random_uuid(), 'Nyambura', false);"
    ))
    .unwrap();
    let asked = NameWords::of(["Achieng na NYAMBURA na Wanjiru"]);
    let known = server.record.names_among(tenant, &asked).await.unwrap();
    assert_eq!(known.into_iter().collect::<Vec<_>>(), ["achieng", "nyambura"]);
}

#[tokio::test]
async fn what_looking_for_names_costs_follows_the_words_and_not_the_customers() {
    let server = Server::start();
    let tenant = tenant(1);
    let mut conn = server.database.connect_as_app();
    conn.batch_execute(&format!(
        "SELECT set_config('ratiba.current_tenant', '{tenant}', false);
         INSERT INTO customers (tenant_id, id, phone, name, created_at)
             SELECT '{tenant}', gen_random_uuid(), '+2547' || lpad(n::text, 8, '0'), 'Mary K' || chr(97 + n % 26), '2026-01-01Z'
             FROM generate_series(10000000, 10004999) AS n;"
    ))
    .unwrap();
    server
        .database
        .connect_as_owner()
        .batch_execute("ANALYZE customers; ANALYZE customer_words")
        .unwrap();
    let asked = NameWords::of(["mary tomorrow kesho saa nane na wengine"]);
    let known = server.record.names_among(tenant, &asked).await.unwrap();
    assert_eq!(known.into_iter().collect::<Vec<_>>(), ["mary"]);
    // What the statement asks of the index, as the application: no row is read that was not asked for.
    let plan = sql_query(format!(
        "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) SELECT asked.key FROM unnest(ARRAY['mary', 'kesho']) AS asked (key)
         CROSS JOIN LATERAL (SELECT 1 FROM customer_words w WHERE w.tenant_id = '{tenant}' AND w.word = asked.key LIMIT 1) found"
    ))
    .load::<Line>(&mut conn)
    .unwrap();
    let plan: Vec<String> = plan.into_iter().map(|row| row.line).collect();
    let plan = plan.join("\n");
    assert!(
        plan.contains("Index Cond") && plan.contains("word = asked.key") && !plan.contains("rows=5000"),
        "{plan}"
    );
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text, column_name = "QUERY PLAN")]
    line: String,
}

#[tokio::test]
async fn turns_of_one_sender_share_an_order_that_shows_no_number() {
    let server = Server::start();
    let row = |provider_id: &str, number: u32| InboundRow {
        provider_id: provider_id.to_owned(),
        sender: SenderKey::parse(a_phone(number).digits()).unwrap(),
        sent_at: EPOCH,
        raw: serde_json::json!({}),
    };
    let parcel = Parcel {
        messages: vec![row("in.1", 1), row("in.2", 2), row("in.3", 1)],
        statuses: vec![],
    };
    server
        .record
        .keep(tenant(1), Channel::Whatsapp, parcel, EPOCH)
        .await
        .unwrap();
    let query = "SELECT payload, run_at AS at, ordering_key FROM jobs ORDER BY seq";
    let keys: Vec<String> = server
        .rows(tenant(1), query)
        .into_iter()
        .map(|row| row.ordering_key.unwrap())
        .collect();
    assert_eq!(keys[0], keys[2]);
    assert_ne!(keys[0], keys[1]);
    assert!(keys.iter().all(|key| !key.contains("2547")), "{keys:?}");
}

#[tokio::test]
async fn of_two_first_messages_at_once_one_wins_and_the_other_reads_again() {
    let server = Server::start();
    let change = |number| Change {
        customer: Some(ratiba_conversation::customer::Customer {
            phone: a_customer().build().phone,
            ..a_customer().number(number).build()
        }),
        threads: vec![
            a_thread()
                .of(&a_customer().number(number).build(), number)
                .build(),
        ],
        ..Change::at(EPOCH)
    };
    let (one, other) = tokio::join!(
        server.record.record(tenant(1), change(1)),
        server.record.record(tenant(1), change(2))
    );
    let outcomes = [one, other];
    assert_eq!(
        outcomes.iter().filter(|outcome| outcome.is_ok()).count(),
        1,
        "{outcomes:?}"
    );
    assert!(outcomes.contains(&Err(RecordError::Stale)));
}

#[tokio::test]
async fn of_many_who_are_invited_at_once_as_many_get_a_place_as_there_are() {
    let server = Server::start();
    let book: Arc<dyn CohortBook> = Arc::new(server.record.clone());
    let work = WorkCohort {
        book,
        profile: Arc::new(server.record.clone()),
        templates: Arc::new(FakeTemplates(TemplateStanding::Approved)),
        clock: Arc::new(ManualClock::default()),
        ids: Arc::new(SeededIds::lane(0x63)),
    };
    // A person less than the places first, so that the rest fight for the last one.
    for number in 1..10 {
        let invited = work.invite(tenant(1), &a_phone(number), None, "desk").await;
        assert!(invited.unwrap().new);
    }
    let phones: Vec<_> = (20..26).map(a_phone).collect();
    let all = phones
        .iter()
        .map(|phone| work.invite(tenant(1), phone, None, "desk"));
    let outcomes = futures_util::future::join_all(all).await;
    let refusals: Vec<String> = outcomes
        .into_iter()
        .filter_map(|outcome| outcome.err().map(|error| error.to_string()))
        .collect();
    assert_eq!(refusals.len(), 5, "{refusals:?}");
    assert!(
        refusals.iter().all(|why| why.contains("all 10 places")),
        "{refusals:?}"
    );
    let messages = server.rows(
        tenant(1),
        "SELECT jsonb_build_object('sent', count(*)) AS payload, now() AS at, NULL AS ordering_key FROM outgoing_messages",
    );
    assert_eq!(
        messages[0].payload["sent"],
        serde_json::json!(10),
        "who is refused gets nothing"
    );
}

#[tokio::test]
async fn the_profile_is_read_from_the_settings_and_a_new_business_serves_the_invited_only() {
    let server = Server::start();
    let profile = server.record.profile(tenant(1)).await.unwrap();
    assert_eq!(profile.cohort, CohortMode::Everyone);
    let [first, second] = profile.owners.as_slice() else {
        panic!("two admins: {:?}", profile.owners)
    };
    assert_eq!((&first.phone, &first.name), (&a_phone(999), &None));
    assert_eq!(first.language, profile.owners_language);
    assert_eq!(
        (second.phone.clone(), second.name.as_deref()),
        (a_phone(998), Some("Wanjiku"))
    );
    assert_eq!(
        second.language,
        ratiba_conversation::understanding::Language::English
    );
    assert_eq!(profile.location.as_deref(), Some("Kilimani"));
    let fresh = server.record.profile(tenant(2)).await.unwrap();
    assert_eq!(fresh.cohort, CohortMode::InvitedOnly);
    let call = TemplateCall::new("booking_reminder", "sw", vec![], vec![]).unwrap();
    let standing = |number| server.record.standing(tenant(number), &call);
    assert_eq!(standing(1).await.unwrap(), TemplateStanding::Approved);
    assert_eq!(standing(2).await.unwrap(), TemplateStanding::NotUsable);
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    count: i64,
}

fn message(provider_id: &str) -> InboundRow {
    InboundRow {
        provider_id: provider_id.to_owned(),
        sender: SenderKey::parse("254700000001").unwrap(),
        sent_at: EPOCH,
        raw: serde_json::json!({ "message": { "id": provider_id } }),
    }
}

fn parcel(messages: Vec<InboundRow>) -> Parcel {
    Parcel {
        messages,
        statuses: Vec::new(),
    }
}

#[tokio::test]
async fn parcels_that_come_at_the_same_time_are_each_stored_once_and_counted_apart() {
    let server = Server::start();
    // Everybody brings one of their own, and two that everybody brings, in another order.
    let keep = |number: usize| {
        let mut rows = vec![message("a"), message(&format!("own-{number}")), message("b")];
        if number.is_multiple_of(2) {
            rows.reverse();
        }
        server
            .record
            .keep(tenant(1), Channel::Whatsapp, parcel(rows), EPOCH)
    };
    let kept = futures_util::future::join_all((0..40).map(keep)).await;
    let counts: Vec<usize> = kept.into_iter().map(|kept| kept.unwrap().messages).collect();
    assert_eq!(counts.iter().sum::<usize>(), 42, "{counts:?}");
    assert!(counts.iter().all(|count| *count >= 1), "{counts:?}");
    let mut conn = server.database.connect_as_administrator();
    let jobs = sql_query("SELECT count(*) FROM jobs").get_result::<Count>(&mut conn);
    assert_eq!(jobs.unwrap().count, 42, "each has one job");
}

#[tokio::test]
async fn a_message_that_cannot_be_stored_costs_those_beside_it_nothing() {
    let server = Server::start();
    let keep = |number: usize| {
        // Longer than any id that the table takes.
        let id = if number == 7 {
            "x".repeat(300)
        } else {
            format!("own-{number}")
        };
        server
            .record
            .keep(tenant(1), Channel::Whatsapp, parcel(vec![message(&id)]), EPOCH)
    };
    let kept = futures_util::future::join_all((0..20).map(keep)).await;
    let refused: Vec<usize> = (0..20).filter(|number| kept[*number].is_err()).collect();
    assert_eq!(refused, [7]);
    let before = keep(3).await.unwrap();
    assert_eq!(before.messages, 0, "the others are on record");
    assert!(
        keep(7).await.is_err(),
        "what was refused is not remembered as stored"
    );
}

#[tokio::test]
async fn a_turn_that_is_refused_costs_those_that_were_recorded_with_it_nothing() {
    let server = Server::start();
    let turn = |number: u32| {
        // Two who write at the same moment from one number that nobody knows.
        let phone = if number == 7 { 3 } else { number };
        let customer = Customer {
            phone: Some(a_phone(phone)),
            ..a_customer().number(number).build()
        };
        let change = Change {
            threads: vec![a_thread().of(&customer, number).build()],
            messages: vec![
                a_message()
                    .number(number)
                    .to(Recipient::Customer(customer.id))
                    .because(&format!("turn:{number}"))
                    .build(),
            ],
            customer: Some(customer),
            ..Change::at(EPOCH)
        };
        server.record.record(tenant(1), change)
    };
    let ended = futures_util::future::join_all((1..=20).map(turn)).await;
    let refused: Vec<usize> = (1..=20).filter(|number| ended[number - 1].is_err()).collect();
    assert!(
        refused == [3] || refused == [7],
        "one of the two is first: {ended:?}"
    );
    assert_eq!(ended[refused[0] - 1], Err(RecordError::Stale));
    let mut conn = server.database.connect_as_administrator();
    for what in [
        "SELECT count(*) FROM conversation_threads",
        "SELECT count(*) FROM outgoing_messages",
        "SELECT count(*) FROM jobs",
    ] {
        let rows = sql_query(what).get_result::<Count>(&mut conn).unwrap();
        assert_eq!(rows.count, 19, "{what}");
    }
}

#[tokio::test]
async fn a_turn_that_is_taken_twice_at_once_is_on_record_once() {
    let server = Server::start();
    let keep = |number: usize| {
        server.record.keep(
            tenant(1),
            Channel::Whatsapp,
            parcel(vec![message(&format!("own-{number}"))]),
            EPOCH,
        )
    };
    for number in 0..6 {
        keep(number).await.unwrap();
    }
    let turns = server.tasks(tenant(1)).await.into_iter().map(|due| {
        let ConversationTask::Turn { inbound } = due.task else {
            panic!("no turn: {due:?}");
        };
        inbound
    });
    let twice: Vec<_> = turns.flat_map(|inbound| [inbound, inbound]).collect();
    let take = |inbound| {
        let change = Change {
            handled: Some(inbound),
            ..Change::at(EPOCH)
        };
        server.record.record(tenant(1), change)
    };
    let ended = futures_util::future::join_all(twice.into_iter().map(take)).await;
    for pair in ended.chunks(2) {
        let recorded = pair.iter().filter(|ended| ended.is_ok()).count();
        assert_eq!(recorded, 1, "{pair:?}");
        assert!(pair.contains(&Err(RecordError::AlreadyHandled)), "{pair:?}");
    }
}

/// A customer with a thread that this driver has, in this state.
fn plant_thread(server: &Server, driver: &str, state: &str) {
    let (tenant, thread, customer) = (tenant(1), a_thread().build().id, a_customer().build().id);
    let mut conn = server.database.connect_as_app();
    conn.batch_execute(&format!(
        "BEGIN; SELECT set_config('ratiba.current_tenant', '{tenant}', true);
         INSERT INTO customers (tenant_id, id, phone, created_at)
            VALUES ('{tenant}', '{customer}', '+254700000123', '2026-05-12Z');
         INSERT INTO conversation_threads
            (tenant_id, id, customer_id, channel, driver, state, opened_at, last_activity_at)
            VALUES ('{tenant}', '{thread}', '{customer}', 'whatsapp', '{driver}', '{state}', '2026-05-12Z', '2026-05-12Z');
         COMMIT;"
    ))
    .unwrap();
}

#[tokio::test]
async fn a_call_that_a_former_program_left_in_the_state_is_found_and_kept() {
    let server = Server::start();
    let state = r#"{"v": 7, "stage": {"stage": "open"},
        "handoff": {"reason": "money", "since": "2026-05-12T05:00:00Z"}}"#;
    plant_thread(&server, "suspended", state);
    let who = ratiba_conversation::ports::Who::Id(a_customer().build().id);
    let read = async || {
        let file = server
            .record
            .file(tenant(1), who.clone(), Channel::Whatsapp)
            .await
            .unwrap();
        file.unwrap().thread.unwrap()
    };
    let thread = read().await;
    let call = thread.driver.handoff().unwrap().clone();
    assert_eq!(call.reason.code(), "money");
    let change = Change {
        threads: vec![thread],
        ..Change::at(EPOCH)
    };
    server.record.record(tenant(1), change).await.unwrap();
    assert_eq!(read().await.driver.handoff(), Some(&call));
    let kept = server.rows(
        tenant(1),
        "SELECT jsonb_build_object('rows', count(*)) AS payload, now() AS at, NULL AS ordering_key FROM handoffs",
    );
    assert_eq!(kept[0].payload["rows"], serde_json::json!(1));
}

#[tokio::test]
async fn the_database_lets_nobody_drive_untaken_take_what_is_taken_or_wake_what_is_over() {
    let server = Server::start();
    plant_thread(&server, "suspended", r#"{"v": 3, "stage": {"stage": "open"}}"#);
    let (tenant, thread) = (tenant(1), a_thread().build().id);
    let run = |sql: &str| {
        let mut conn = server.database.connect_as_app();
        conn.batch_execute(&format!(
            "BEGIN; SELECT set_config('ratiba.current_tenant', '{tenant}', true); {sql}; COMMIT;"
        ))
        .map_err(|error| error.to_string())
    };
    let refused = |sql: &str, name: &str| {
        let error = run(sql).unwrap_err();
        assert!(error.contains(name), "{sql}: {error}");
    };
    refused(
        "UPDATE conversation_threads SET driver = 'human'",
        "nobody took thread",
    );
    run(&format!(
        "INSERT INTO handoffs (tenant_id, id, thread_id, reason, since)
            VALUES ('{tenant}', '{thread}', '{thread}', 'asked', '2026-05-12Z')"
    ))
    .unwrap();
    refused(
        &format!(
            "INSERT INTO handoffs (tenant_id, id, thread_id, reason, since)
                VALUES ('{tenant}', gen_random_uuid(), '{thread}', 'asked', '2026-05-12Z')"
        ),
        "handoffs_open",
    );
    let taken = |phone: &str| {
        format!(
            "UPDATE handoffs SET taken_phone = '{phone}', taken_at = '2026-05-12Z', touched_at = '2026-05-12Z'"
        )
    };
    run(&taken("+254700000999")).unwrap();
    refused(&taken("+254700000998"), "somebody else was first");
    run("UPDATE conversation_threads SET driver = 'human'").unwrap();
    run("UPDATE conversation_threads SET driver = 'resumed'; \
         UPDATE handoffs SET ended_at = '2026-05-12Z', ended_how = 'handed_back'")
    .unwrap();
    refused("UPDATE handoffs SET ended_how = 'untouched'", "is over");
}

#[tokio::test]
async fn a_migration_under_a_running_program_breaks_no_statement_that_it_keeps() {
    let server = Server::start();
    let ask = || {
        let sender = SenderKey::parse("254711000001").unwrap();
        let who = Who::Sender { sender, phone: None };
        server.record.file(tenant(1), who, Channel::Whatsapp)
    };
    // Several connections prepare it.
    let (one, other, third) = tokio::join!(ask(), ask(), ask());
    assert_eq!((one.unwrap(), other.unwrap(), third.unwrap()), (None, None, None));
    server
        .database
        .connect_as_administrator()
        .batch_execute("ALTER TABLE customers ADD COLUMN later integer")
        .unwrap();
    let (one, other, third) = tokio::join!(ask(), ask(), ask());
    assert_eq!((one.unwrap(), other.unwrap(), third.unwrap()), (None, None, None));
}

impl KnowledgeWorld for Server {
    type Book = PgConversation;

    fn book(&self) -> &PgConversation {
        &self.record
    }

    fn tenant(&self) -> TenantId {
        tenant(1)
    }

    fn neighbour(&self) -> TenantId {
        tenant(2)
    }
}

#[tokio::test]
async fn the_database_keeps_the_contract_of_knowledge() {
    knowledge_contract(async || Server::start()).await;
}

#[tokio::test]
async fn the_database_keeps_the_contract_of_personalities() {
    let server = Server::start();
    personality_contract(&server.record, tenant(1), tenant(2)).await;
}
