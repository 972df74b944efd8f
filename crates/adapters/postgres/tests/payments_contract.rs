//! The payments domain's ports on PostgreSQL: the contracts that the fakes keep too, and what only a real
//! database can show.

#![expect(clippy::unwrap_used, reason = "a test that cannot be arranged fails")]

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use diesel::connection::SimpleConnection;
use diesel::sql_types::{BigInt, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, sql_query};
use ratiba_kernel::test_support::{SeededIds, tenant};
use ratiba_kernel::{Id, Money, TenantId, TokenHash};
use ratiba_payments::attempt::Provider;
use ratiba_payments::event::PaymentEvent;
use ratiba_payments::ledger::Account;
use ratiba_payments::ports::{
    CallbackInbox, CardWatch, Credential, CreditBook, EarningBook, HouseCurrency, JournalBook, Ledger,
    NoticeAddresses, NoticeInbox, OrderKeys, PaymentBook, PaymentRuleBook, PayoutBook, RefundBook,
    RefundFacts, ResultInbox, StatementBook, SuspenseBook, TakingsBook, TillBook, TipBook, TokenStore,
};
use ratiba_payments::task::Due;
use ratiba_payments::test_support::builders::second;
use ratiba_payments::test_support::contracts::{
    BooksGround, Ground, StatementGround, TillGround, TipGround, TokenGround, asking_contract,
    books_contract, cards_contract, letters_contract, money_back_contract, owing_contract,
    statement_contract, till_contract, tip_contract, token_store_contract,
};
use ratiba_payments::{AppointmentId, CustomerId, StaffId, VisitId};
use ratiba_postgres::payments::PgPayments;
use ratiba_postgres::{Database, DatabaseSettings};
use ratiba_test_database::TestDatabase;
use time::OffsetDateTime;
use uuid::Uuid;

struct PgGround {
    ports: Arc<PgPayments>,
    /// Sees all rows, as no process of ours does.
    administrator: Mutex<PgConnection>,
    numbers: AtomicU64,
    server: Mutex<TestDatabase>,
}

fn ports_of(server: &TestDatabase, lane: u64) -> Arc<PgPayments> {
    // Fifty at once wait for one another for as long as a busy machine takes.
    let settings = DatabaseSettings {
        wait_ms: 30_000,
        ..DatabaseSettings::new(server.app_url())
    };
    let database = Database::new(&settings, Arc::new(SeededIds::lane(lane))).unwrap();
    Arc::new(PgPayments::new(database))
}

fn fresh() -> PgGround {
    let server = TestDatabase::create();
    let ports = ports_of(&server, 0xdb);
    let ground = PgGround {
        ports,
        administrator: Mutex::new(server.connect_as_administrator()),
        numbers: AtomicU64::new(1),
        server: Mutex::new(server),
    };
    for tenant in [tenant(1), tenant(2)] {
        ground.run(&format!(
            "INSERT INTO tenants (id, created_at) VALUES ('{tenant}', '2026-05-12Z');
             INSERT INTO tenant_settings (tenant_id, business_name, zone, currency)
             VALUES ('{tenant}', 'Aria', 'Africa/Nairobi', 'KES')"
        ));
    }
    ground
}

#[derive(QueryableByName)]
struct EventRow {
    #[diesel(sql_type = Jsonb)]
    payload: serde_json::Value,
}

#[derive(QueryableByName)]
struct JobRow {
    #[diesel(sql_type = Timestamptz)]
    run_at: OffsetDateTime,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Jsonb)]
    payload: serde_json::Value,
}

#[derive(QueryableByName)]
struct TextRow {
    #[diesel(sql_type = Text)]
    text: String,
}

#[derive(QueryableByName)]
struct CountRow {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

impl PgGround {
    fn run(&self, statements: &str) {
        self.administrator
            .lock()
            .unwrap()
            .batch_execute(statements)
            .unwrap();
    }

    fn texts(&self, query: &str) -> Vec<String> {
        let rows: Vec<TextRow> = sql_query(query)
            .load(&mut *self.administrator.lock().unwrap())
            .unwrap();
        rows.into_iter().map(|row| row.text).collect()
    }

    fn count(&self, query: &str) -> i64 {
        let row: CountRow = sql_query(query)
            .get_result(&mut *self.administrator.lock().unwrap())
            .unwrap();
        row.count
    }

    /// A connection that sees one tenant's rows, as the application does.
    fn application(&self, tenant: TenantId) -> PgConnection {
        let mut connection = self.server.lock().unwrap().connect_as_app();
        let scope = format!("SELECT set_config('ratiba.current_tenant', '{tenant}', false)");
        connection.batch_execute(&scope).unwrap();
        connection
    }
}

#[async_trait]
impl Ground for PgGround {
    fn book(&self) -> Arc<dyn PaymentBook> {
        self.ports.clone()
    }

    fn inbox(&self) -> Arc<dyn CallbackInbox> {
        self.ports.clone()
    }

    fn notices(&self) -> Arc<dyn NoticeInbox> {
        self.ports.clone()
    }

    fn addresses(&self) -> Arc<dyn NoticeAddresses> {
        self.ports.clone()
    }

    fn letters(&self) -> Arc<dyn ratiba_payments::ports::DeadLetters> {
        self.ports.clone()
    }

    fn watch(&self) -> Arc<dyn CardWatch> {
        self.ports.clone()
    }

    fn confirmations(&self) -> Arc<dyn ratiba_payments::ports::ConfirmationInbox> {
        self.ports.clone()
    }

    fn finder(&self) -> Arc<dyn ratiba_payments::ports::MoneyFinder> {
        self.ports.clone()
    }

    fn ledger(&self) -> Arc<dyn Ledger> {
        self.ports.clone()
    }

    fn refunds(&self) -> Arc<dyn RefundBook> {
        self.ports.clone()
    }

    fn rules(&self) -> Arc<dyn PaymentRuleBook> {
        self.ports.clone()
    }

    fn payouts(&self) -> Arc<dyn PayoutBook> {
        self.ports.clone()
    }

    fn results(&self) -> Arc<dyn ResultInbox> {
        self.ports.clone()
    }

    fn credit_book(&self) -> Arc<dyn CreditBook> {
        self.ports.clone()
    }

    fn house(&self) -> Arc<dyn HouseCurrency> {
        self.ports.clone()
    }

    fn tenants(&self) -> (TenantId, TenantId) {
        (tenant(1), tenant(2))
    }

    async fn visit(&self, tenant: TenantId) -> (VisitId, CustomerId) {
        let number = self.numbers.fetch_add(1, Ordering::Relaxed);
        let visit = VisitId::from_uuid(Uuid::from_u64_pair(8, number));
        let customer = CustomerId::from_uuid(Uuid::from_u64_pair(9, number));
        self.run(&format!(
            "INSERT INTO customers (tenant_id, id, channel_user_id, created_at)
             VALUES ('{tenant}', '{customer}', 'guest-{number}', '2026-05-12Z');
             INSERT INTO visits (tenant_id, id, customer_id, created_at)
             VALUES ('{tenant}', '{visit}', '{customer}', '2026-05-12Z')"
        ));
        (visit, customer)
    }

    async fn events(&self, tenant: TenantId) -> Vec<PaymentEvent> {
        let query = "SELECT payload FROM outbox WHERE tenant_id = $1 AND topic = 'payments' ORDER BY seq";
        let rows: Vec<EventRow> = sql_query(query)
            .bind::<SqlUuid, _>(tenant.as_uuid())
            .load(&mut *self.administrator.lock().unwrap())
            .unwrap();
        rows.into_iter()
            .map(|row| serde_json::from_value(row.payload).unwrap())
            .collect()
    }

    async fn tasks(&self, tenant: TenantId) -> Vec<Due> {
        let query = "SELECT run_at, kind, payload FROM jobs WHERE tenant_id = $1 AND kind LIKE 'payments.%'";
        let rows: Vec<JobRow> = sql_query(query)
            .bind::<SqlUuid, _>(tenant.as_uuid())
            .load(&mut *self.administrator.lock().unwrap())
            .unwrap();
        let due = rows.into_iter().map(|row| {
            let due = Due {
                at: row.run_at,
                task: serde_json::from_value(row.payload).unwrap(),
            };
            assert_eq!(due.task.kind(), row.kind);
            due
        });
        due.collect()
    }

    async fn dead_letters(&self, tenant: Option<TenantId>) -> Vec<String> {
        let query =
            "SELECT reason AS text FROM payment_callbacks_unrouted WHERE tenant_id IS NOT DISTINCT FROM $1";
        let rows: Vec<TextRow> = sql_query(query)
            .bind::<Nullable<SqlUuid>, _>(tenant.map(|tenant| tenant.as_uuid()))
            .load(&mut *self.administrator.lock().unwrap())
            .unwrap();
        rows.into_iter().map(|row| row.text).collect()
    }
}

// Each promise has a database of its own, so the contract is played in parts.
#[tokio::test]
async fn postgresql_keeps_the_contract_of_asking_for_money() {
    Box::pin(asking_contract(async || fresh())).await;
}

#[tokio::test]
async fn postgresql_keeps_the_contract_of_money_that_goes_back() {
    Box::pin(money_back_contract(async || fresh())).await;
}

#[tokio::test]
async fn postgresql_keeps_the_contract_of_cards() {
    Box::pin(cards_contract(async || fresh())).await;
}

#[tokio::test]
async fn postgresql_keeps_the_contract_of_letters() {
    Box::pin(letters_contract(async || fresh())).await;
}

#[tokio::test]
async fn postgresql_keeps_the_contract_of_what_is_owed() {
    owing_contract(async || fresh()).await;
}

#[async_trait]
impl BooksGround for PgGround {
    fn earnings(&self) -> Arc<dyn EarningBook> {
        self.ports.clone()
    }

    fn journals(&self) -> Arc<dyn JournalBook> {
        self.ports.clone()
    }
}

#[tokio::test]
async fn postgresql_keeps_the_contract_of_the_books() {
    books_contract(async || fresh()).await;
}

#[async_trait]
impl TipGround for PgGround {
    fn tips(&self) -> Arc<dyn TipBook> {
        self.ports.clone()
    }

    async fn part(&self, tenant: TenantId) -> (VisitId, CustomerId, AppointmentId, [StaffId; 2]) {
        let (visit, customer) = self.visit(tenant).await;
        let number = self.numbers.fetch_add(1, Ordering::Relaxed);
        let id = |kind: u64| Uuid::from_u64_pair(kind, number);
        let (part, service, one, two) = (id(20), id(21), id(22), id(23));
        self.run(&format!(
            "INSERT INTO services (tenant_id, id, name, category, price_minor, currency, segments)
             VALUES ('{tenant}', '{service}', 'Massage {number}', 'massage', 100000, 'KES', '[{{\"minutes\": 60}}]');
             INSERT INTO staff (tenant_id, id, name) VALUES ('{tenant}', '{one}', 'Wanjiru'), ('{tenant}', '{two}', 'Otieno');
             INSERT INTO appointments (tenant_id, id, visit_id, customer_id, service_id, staff_id, state, state_at, start_at,
                end_at, channel, currency, list_price_minor, discount_minor, charged_minor, tax_basis_points,
                product_cost_minor, plan, created_at)
             VALUES ('{tenant}', '{part}', '{visit}', '{customer}', '{service}', '{one}', 'completed', '2026-05-12Z',
                '2026-05-12Z', '2026-05-12 01:00Z', 'chat', 'KES', 100000, 0, 100000, 0, 0, '{{}}', '2026-05-12Z')"
        ));
        (
            visit,
            customer,
            Id::from_uuid(part),
            [Id::from_uuid(one), Id::from_uuid(two)],
        )
    }
}

#[tokio::test]
async fn postgresql_keeps_the_contract_of_tips() {
    tip_contract(async || fresh()).await;
}

#[async_trait]
impl StatementGround for PgGround {
    fn statements(&self) -> Arc<dyn StatementBook> {
        self.ports.clone()
    }
}

#[tokio::test]
async fn postgresql_keeps_the_contract_of_statements() {
    statement_contract(async || fresh()).await;
}

#[async_trait]
impl TillGround for PgGround {
    fn till(&self) -> Arc<dyn TillBook> {
        self.ports.clone()
    }

    fn takings(&self) -> Arc<dyn TakingsBook> {
        self.ports.clone()
    }

    fn suspense(&self) -> Arc<dyn SuspenseBook> {
        self.ports.clone()
    }

    fn keys(&self) -> Arc<dyn OrderKeys> {
        self.ports.clone()
    }

    async fn book_money(&self, tenant: TenantId, account: Account, more: Money, at: i64) {
        let journal = Uuid::from_u64_pair(6, self.numbers.fetch_add(1, Ordering::Relaxed));
        let (account, more, at) = (account.as_str(), more.amount_minor(), second(at));
        self.application(tenant)
            .batch_execute(&format!(
                "BEGIN;
                 INSERT INTO ledger_journals (tenant_id, id, cause, occurred_at)
                 VALUES ('{tenant}', '{journal}', 'test:{journal}', '{at}');
                 INSERT INTO ledger_entries (tenant_id, journal_id, position, account, currency, amount_minor)
                 VALUES ('{tenant}', '{journal}', 0, '{account}', 'KES', {more}),
                     ('{tenant}', '{journal}', 1, 'customer_deposits', 'KES', {});
                 COMMIT",
                -more
            ))
            .unwrap();
    }
}

#[tokio::test]
async fn postgresql_keeps_the_contract_of_the_drawer() {
    till_contract(async || fresh()).await;
}

#[tokio::test]
async fn suspense_is_not_cleared_beyond_what_is_there_and_not_without_a_word_by_anybody() {
    let ground = fresh();
    let own = tenant(1);
    ground
        .book_money(own, Account::Suspense, Money::kes_minor(100), 1)
        .await;
    let new = || Uuid::from_u64_pair(7, ground.numbers.fetch_add(1, Ordering::Relaxed));
    let mut connection = ground.application(own);
    let mut clear = |cause: &str, left: i64, amount: i64, booked: i64| {
        let (there, posted, id) = (new(), new(), new());
        connection.batch_execute(&format!(
            "BEGIN;
             INSERT INTO ledger_journals (tenant_id, id, cause, occurred_at)
             VALUES ('{own}', '{there}', '{cause}:{there}', '2026-05-12Z'), ('{own}', '{posted}', 'cleared:{id}', '2026-05-12Z');
             INSERT INTO ledger_entries (tenant_id, journal_id, position, account, currency, amount_minor)
             VALUES ('{own}', '{there}', 0, 'suspense', 'KES', {left}), ('{own}', '{there}', 1, 'fees', 'KES', -{left}),
                 ('{own}', '{posted}', 0, 'suspense', 'KES', -{booked}), ('{own}', '{posted}', 1, 'owner', 'KES', {booked});
             INSERT INTO suspense_clearings (tenant_id, id, journal_id, posted_id, account, currency, amount_minor, reason,
                 request_key, fingerprint, cleared_by, cleared_at)
             SELECT '{own}', '{id}', '{there}', '{posted}', 'owner', 'KES', {amount}, 'x', '{id}', sha256('x'), 'token:x',
                 '2026-05-12Z' WHERE {amount} > 0;
             COMMIT"
        ))
        .map_err(|error| {
            let _over = connection.batch_execute("ROLLBACK");
            error.to_string()
        })
    };
    assert_eq!(clear("till-move", 100, 60, 60), Ok(()));
    for (cause, left, amount, booked, why) in [
        ("till-move", 100, 101, 101, "left no more than 100"),
        ("charged-back", 100, 50, 50, "left no more than 0"),
        ("till-move", 100, 50, 49, "does not clear what is said"),
        ("till-move", 100, 0, 50, "nobody said so"),
    ] {
        let refused = clear(cause, left, amount, booked).unwrap_err();
        assert!(refused.contains(why), "{cause} {amount} of {left}: {refused}");
    }
}

#[tokio::test]
async fn a_closed_session_cannot_be_changed_by_anybody() {
    let ground = fresh();
    ground.run(&format!(
        "INSERT INTO till_sessions (tenant_id, id, open_key, open_print, opened_at, opened_by, currency, float_minor,
            carried_minor, close_key, close_print, closed_at, closed_by, counted_minor, difference_minor)
         VALUES ('{}', gen_random_uuid(), 'k', sha256('k'), '2026-05-12Z', 'token:x', 'KES', 1, 1,
            'c', sha256('c'), '2026-05-12Z', 'token:x', 1, 0)",
        tenant(1)
    ));
    let change = "UPDATE till_sessions SET counted_minor = 2";
    let refused = ground.application(tenant(1)).batch_execute(change).unwrap_err();
    assert!(refused.to_string().contains("is closed"), "{refused}");
    let refused = ground
        .administrator
        .lock()
        .unwrap()
        .batch_execute(change)
        .unwrap_err();
    assert!(refused.to_string().contains("is closed"), "{refused}");
}

#[async_trait]
impl TokenGround for PgGround {
    fn store(&self) -> &dyn TokenStore {
        &*self.ports
    }

    fn tenants(&self) -> (TenantId, TenantId) {
        (tenant(1), tenant(2))
    }

    async fn let_leases_end(&self) {
        self.run("UPDATE provider_tokens SET refresh_lease_until = now() - interval '1 second'");
    }
}

#[tokio::test]
async fn postgresql_keeps_the_contract_of_the_token_store() {
    token_store_contract(async || fresh()).await;
}

#[tokio::test]
async fn two_processes_share_one_lease_and_a_dead_one_frees_it() {
    let ground = fresh();
    let other = ports_of(&ground.server.lock().unwrap(), 0xdc);
    let app = Credential {
        provider: Provider::Mpesa,
        hash: TokenHash::of("app"),
    };
    assert!(ground.ports.lease(tenant(1), &app).await.unwrap().is_some());
    assert_eq!(other.lease(tenant(1), &app).await.unwrap(), None);
    ground.let_leases_end().await;
    assert!(other.lease(tenant(1), &app).await.unwrap().is_some());
}

/// Posts what `entries` says, as `account, customer, amount` lines, and commits.
fn post(ground: &PgGround, entries: &[(&str, i64)]) -> Result<(), String> {
    let tenant = tenant(1);
    let journal = Uuid::from_u64_pair(5, ground.numbers.fetch_add(1, Ordering::Relaxed));
    let mut statements = format!(
        "INSERT INTO ledger_journals (tenant_id, id, cause, occurred_at)
         VALUES ('{tenant}', '{journal}', 'test:{journal}', '2026-05-12Z');"
    );
    for (position, (account, amount)) in entries.iter().enumerate() {
        statements.push_str(&format!(
            "INSERT INTO ledger_entries (tenant_id, journal_id, position, account, currency, amount_minor)
             VALUES ('{tenant}', '{journal}', {position}, '{account}', 'KES', {amount});"
        ));
    }
    let mut connection = ground.application(tenant);
    let posted = connection.transaction(|connection| connection.batch_execute(&statements));
    posted.map_err(|error| error.to_string())
}

#[test]
fn a_journal_that_does_not_balance_is_impossible() {
    let ground = fresh();
    let balanced = post(
        &ground,
        &[("mpesa_clearing", 150_000), ("customer_deposits", -150_000)],
    );
    assert_eq!(balanced, Ok(()));
    let refused = post(
        &ground,
        &[("mpesa_clearing", 150_000), ("customer_deposits", -149_999)],
    );
    assert!(refused.unwrap_err().contains("does not balance"));
    let one_sided = post(&ground, &[("suspense", 1)]);
    assert!(one_sided.unwrap_err().contains("does not balance"));
    assert_eq!(
        ground.count("SELECT count(*) AS count FROM ledger_journals"),
        1,
        "nothing of it stays"
    );
}

#[test]
fn what_is_in_the_books_stays_as_it_is() {
    let ground = fresh();
    post(&ground, &[("mpesa_clearing", 5), ("suspense", -5)]).unwrap();
    for statement in [
        "UPDATE ledger_entries SET amount_minor = 6 WHERE amount_minor = 5",
        "DELETE FROM ledger_entries",
        "UPDATE ledger_journals SET cause = 'other'",
        "DELETE FROM ledger_journals",
    ] {
        let refused = ground
            .application(tenant(1))
            .batch_execute(statement)
            .unwrap_err();
        assert!(
            refused.to_string().contains("permission denied"),
            "{statement}: {refused}"
        );
    }
}

#[tokio::test]
async fn secrets_and_tokens_are_not_on_record() {
    use ratiba_payments::evidence::PushAnswer;
    use ratiba_payments::test_support::builders::{an_order, provider_ids, second};
    use ratiba_payments::test_support::fakes::{InMemoryVisits, ScriptedMoney, SeededTokens};
    use ratiba_payments::use_cases::{PushAttempt, RequestPayment};

    let ground = fresh();
    let (visit, customer) = ground.visit(tenant(1)).await;
    let clock = Arc::new(ratiba_kernel::test_support::ManualClock::at(second(0)));
    let ids = Arc::new(SeededIds::lane(3));
    let request = RequestPayment {
        book: ground.book(),
        house: ground.house(),
        clock: clock.clone(),
        ids: ids.clone(),
    };
    let asked = request
        .execute(tenant(1), an_order("one", visit, customer))
        .await
        .unwrap();
    let money = Arc::new(ScriptedMoney::default().answering_push(PushAnswer::Accepted(provider_ids(1))));
    let push = PushAttempt {
        book: ground.book(),
        visits: Arc::new(InMemoryVisits::default()),
        money: money.clone(),
        tokens: Arc::new(SeededTokens::default()),
        clock,
        ids,
    };
    push.execute(tenant(1), asked.attempt).await.unwrap();
    let token = money.orders()[0].token.clone();
    let routes = ground.texts("SELECT r::text AS text FROM payment_routing r");
    assert_eq!(
        routes.len(),
        3,
        "the public id, the callback's token and the provider's id"
    );
    let rows = ground.texts(
        "SELECT t::text AS text FROM payment_attempts t UNION ALL SELECT t::text FROM payment_routing t
         UNION ALL SELECT t::text FROM outbox t UNION ALL SELECT t::text FROM jobs t",
    );
    assert!(
        rows.iter().all(|row| !row.contains(token.reveal())),
        "the token is known by its hash alone"
    );
    let loose =
        ground.texts("SELECT payload::text AS text FROM jobs UNION ALL SELECT payload::text FROM outbox");
    assert!(
        loose
            .iter()
            .all(|row| !row.contains("254700000123") && !row.contains("ws_CO"))
    );
}

#[tokio::test]
async fn a_row_that_no_version_could_have_written_is_an_outage() {
    let ground = fresh();
    let (visit, customer) = ground.visit(tenant(1)).await;
    let payment = Uuid::from_u64_pair(4, 4);
    ground.run(&format!(
        "INSERT INTO payments (tenant_id, id, visit_id, customer_id, purpose, state, state_at, account_reference,
             currency, due_minor, paid_minor, created_at)
         VALUES ('{}', '{payment}', '{visit}', '{customer}', 'deposit', 'settled', '2026-05-12Z', 'BK7Q2M',
             'KES', 150000, 0, '2026-05-12Z')",
        tenant(1)
    ));
    let outage = ground
        .book()
        .of_visit(tenant(1), Id::from_uuid(visit.as_uuid()))
        .await
        .unwrap_err();
    let told = format!("{outage:?}");
    assert!(
        told.contains("payments") && told.contains(&payment.to_string()),
        "{told}"
    );
}

#[tokio::test]
async fn whoever_decides_about_the_refund_of_a_tip_holds_the_tips_own_row() {
    let ground = Arc::new(fresh());
    let (visit, customer) = ground.visit(tenant(1)).await;
    let payment = Uuid::from_u64_pair(4, 4);
    ground.run(&format!(
        "INSERT INTO payments (tenant_id, id, visit_id, customer_id, purpose, state, state_at, account_reference,
             currency, due_minor, paid_minor, created_at)
         VALUES ('{}', '{payment}', '{visit}', '{customer}', 'tip', 'open', '2026-05-12Z', 'BK7Q2M',
             'KES', 50000, 20000, '2026-05-12Z')",
        tenant(1)
    ));
    let free = format!(
        "SELECT count(*) AS count FROM (SELECT id FROM payments WHERE id = '{payment}' FOR NO KEY UPDATE SKIP LOCKED) f"
    );
    assert_eq!(ground.count(&free), 1, "nobody decides yet");
    let (there, asked) = (Arc::clone(&ground), free.clone());
    let decide = move |_facts: &RefundFacts| {
        assert_eq!(there.count(&asked), 0, "money that comes meanwhile waits");
        Ok(None)
    };
    let decided = ground
        .refunds()
        .amend(tenant(1), Id::from_uuid(payment), Box::new(decide))
        .await;
    assert_eq!(decided, Ok(None));
}

#[tokio::test]
async fn the_sweep_finds_notices_that_wait_and_paid_orders_that_nobody_looks_at() {
    use ratiba_postgres::sweeps::cards;

    let ground = fresh();
    let (visit, customer) = ground.visit(tenant(1)).await;
    let settings = DatabaseSettings::new(ground.server.lock().unwrap().app_url());
    let database = Database::new(&settings, Arc::new(SeededIds::lane(9))).unwrap();
    let own = tenant(1);
    ground.run(&format!(
        "INSERT INTO payments (tenant_id, id, visit_id, customer_id, purpose, state, state_at, account_reference, currency,
             due_minor, paid_minor, created_at)
         VALUES ('{own}', '{visit}', '{visit}', '{customer}', 'deposit', 'settled', '2026-05-12Z', 'ORDER', 'KES', 1, 1,
             '2026-05-12Z')"
    ));
    let paid = |number: u64, queries: u8| {
        let attempt = Uuid::from_u64_pair(6, number);
        ground.run(&format!(
            "INSERT INTO payment_attempts (tenant_id, id, payment_id, provider, merchant_reference, request_key, currency,
                 amount_minor, created_at, sent_at, state, state_at, evidence, queries)
             VALUES ('{own}', '{attempt}', '{visit}', 'pesapal', 'm{number}', 'k{number}', 'KES', 1, '2026-05-12Z',
                 '2026-05-12Z', 'paid', '2026-05-12Z', 'status', {queries})"
        ));
        attempt
    };
    // Day 5 is over: one was looked at on day 4 last, which is well; one ended on day 1, one within the first hour.
    let (well, ended, early) = (paid(1, 11), paid(2, 8), paid(3, 2));
    let day = |day: i64| second(0) + time::Duration::days(day);
    let unwatched = cards::orders_unwatched(&database, own, day(-100), day(5), 7, 10)
        .await
        .unwrap();
    let unwatched: Vec<Uuid> = unwatched.iter().map(|found| found.attempt).collect();
    assert_eq!(unwatched, [ended, early], "not {well}");
    let late = cards::orders_unwatched(&database, own, day(1), day(5), 7, 10)
        .await
        .unwrap();
    assert_eq!(late, [], "their time is over");
    for (number, tracking, outcome) in [
        (1, "a", "NULL"),
        (2, "a", "NULL"),
        (3, "b", "NULL"),
        (4, "c", "'applied'"),
    ] {
        let (id, applied) = (Uuid::from_u64_pair(7, number), outcome != "NULL");
        let applied = if applied { "'2026-05-12Z'" } else { "NULL" };
        ground.run(&format!(
            "INSERT INTO card_notices (tenant_id, id, attempt_id, tracking, body, received_at, applied_at, outcome)
             VALUES ('{own}', '{id}', '{early}', '{tracking}', 'x', '2026-05-12Z', {applied}, {outcome})"
        ));
    }
    let left = cards::notices_left(&database, own, day(1), 10).await.unwrap();
    assert_eq!(left.len(), 2, "one for each order");
    let before_all = cards::notices_left(&database, own, day(-1), 10).await;
    assert!(before_all.unwrap().is_empty());
    for forgotten in [Some(1), None] {
        let gone = ratiba_postgres::privacy::retention::let_go(&database, own, day(121)).await;
        let gone = gone.unwrap().get("card_notices").copied();
        assert_eq!(gone, forgotten, "like every other message");
    }
    assert_eq!(
        ground.count("SELECT count(*) AS count FROM card_notices"),
        3,
        "what waits stays"
    );
}

#[tokio::test]
async fn the_sweep_finds_messages_that_nobody_took_in() {
    use ratiba_payments::task::PaymentTask;

    let ground = fresh();
    let settings = DatabaseSettings::new(ground.server.lock().unwrap().app_url());
    let database = Database::new(&settings, Arc::new(SeededIds::lane(9))).unwrap();
    let own = tenant(1);
    for (number, outcome) in [(1, "NULL"), (2, "NULL"), (3, "'booked'")] {
        let id = Uuid::from_u64_pair(7, number);
        let applied = if outcome == "NULL" {
            "NULL"
        } else {
            "'2026-05-12Z'"
        };
        ground.run(&format!(
            "INSERT INTO payment_confirmations (tenant_id, id, body, received_at, applied_at, outcome)
             VALUES ('{own}', '{id}', 'body {number}', '2026-05-12 0{number}:00Z', {applied}, {outcome})"
        ));
    }
    let before = |hour: i64| second(0).replace_time(time::Time::MIDNIGHT) + time::Duration::hours(hour);
    let left = async |hour: i64, most: u16| {
        let found = ratiba_postgres::sweeps::messages::left(&database, own, before(hour), most).await;
        found.unwrap()
    };
    let last = |number: u64| PaymentTask::ApplyConfirmation {
        confirmation: Id::from_uuid(Uuid::from_u64_pair(7, number)),
        step: 6,
    };
    assert_eq!(
        left(24, 10).await,
        [last(1), last(2)],
        "what is dealt with is left alone"
    );
    assert_eq!(left(24, 1).await, [last(1)], "the oldest first");
    assert_eq!(
        left(2, 10).await,
        [last(1)],
        "what came just now has a job of its own"
    );
}
