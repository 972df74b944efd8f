//! The commission domain's ports on PostgreSQL: the contract that the fake keeps too, and what only a real
//! database can show.

#![expect(clippy::unwrap_used, reason = "a test that cannot be arranged fails")]

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use diesel::connection::SimpleConnection;
use diesel::sql_types::{BigInt, Bytea, Date as SqlDate, Integer, Jsonb, Nullable, Numeric, Timestamptz};
use diesel::{PgConnection, QueryableByName, RunQueryDsl, sql_query, sql_types};
use ratiba_commission::event::CommissionEvent;
use ratiba_commission::hash::ContentHash;
use ratiba_commission::period::FrozenBy;
use ratiba_commission::ports::{CommissionBook, CommissionRules, CompletedWork, EarlierWork, Teams};
use ratiba_commission::settings::CommissionSettings;
use ratiba_commission::split::Shares;
use ratiba_commission::test_support::{
    Ground, a_tier, category, commission_contract, kes, month, nairobi, percent, rule, settings, some_work,
    staff, tiered,
};
use ratiba_commission::tiers::TierMethod;
use ratiba_commission::use_cases::{AmendOrder, AmendPeriod, CloseOutcome, ClosePeriod, Look};
use ratiba_commission::work::{CompletedAppointment, Outcome};
use ratiba_commission::{Month, StaffId};
use ratiba_kernel::test_support::{ManualClock, SeededIds, tenant};
use ratiba_kernel::{Money, TenantId};
use ratiba_postgres::commission::PgCommission;
use ratiba_postgres::{Database, DatabaseSettings};
use ratiba_test_database::TestDatabase;
use rust_decimal::Decimal;
use time::macros::datetime;
use time::{Date, OffsetDateTime};
use uuid::Uuid;

struct PgGround {
    server: TestDatabase,
    ports: Arc<PgCommission>,
}

fn ports_of(server: &TestDatabase, lane: u64) -> Arc<PgCommission> {
    // Many at once wait for one another for as long as a busy machine takes.
    let settings = DatabaseSettings {
        wait_ms: 30_000,
        ..DatabaseSettings::new(server.app_url())
    };
    let database = Database::new(&settings, Arc::new(SeededIds::lane(lane))).unwrap();
    Arc::new(PgCommission::new(database))
}

fn fresh() -> PgGround {
    let server = TestDatabase::create();
    let ports = ports_of(&server, 0xdb);
    PgGround { server, ports }
}

/// The tenant's one customer.
fn customer(tenant: TenantId) -> Uuid {
    tenant.as_uuid()
}

impl PgGround {
    /// A connection that sees one tenant's rows, as the application does.
    fn connect(&self, tenant: TenantId) -> PgConnection {
        let mut connection = self.server.connect_as_app();
        let scope = format!("SELECT set_config('ratiba.current_tenant', '{tenant}', false)");
        connection.batch_execute(&scope).unwrap();
        connection
    }

    fn run(&self, tenant: TenantId, statements: &str) {
        self.connect(tenant).batch_execute(statements).unwrap();
    }

    fn visit(&self, tenant: TenantId, visit: Uuid) {
        let customer = customer(tenant);
        self.run(
            tenant,
            &format!(
                "INSERT INTO visits (tenant_id, id, customer_id, created_at)
            VALUES ('{tenant}', '{visit}', '{customer}', '2026-05-01Z')"
            ),
        );
    }

    /// Work as a part of a visit; payments are another matter.
    fn appointment(&self, tenant: TenantId, visit: Uuid, work: &CompletedAppointment) {
        let (id, service, first) = (work.id, work.service, work.renderers.staff()[0]);
        let (name, category) = (&work.service_name, &work.category);
        self.run(
            tenant,
            &format!(
                "INSERT INTO services (tenant_id, id, name, category, price_minor, currency, segments)
            VALUES ('{tenant}', '{service}', '{name}', '{category}', 100000, 'KES', '[{{\"minutes\": 60}}]')
            ON CONFLICT (tenant_id, id) DO NOTHING"
            ),
        );
        let mut connection = self.connect(tenant);
        let tip = work
            .tip
            .as_ref()
            .map(|tip| Decimal::new(tip.amount.amount_minor(), 2));
        let (state, fee) = match work.outcome {
            Outcome::Rendered => ("completed", None),
            Outcome::NoShow { fee } => ("no_show", Some(fee.amount_minor())),
        };
        // The builder's taxes are either nothing or 16 % of what was charged.
        let tax = if work.sale.tax.is_zero() { 0 } else { 1_600 };
        sql_query(format!("INSERT INTO appointments (tenant_id, id, visit_id, customer_id, service_id, staff_id, state,
                state_at, start_at, end_at, channel, currency, list_price_minor, discount_minor, charged_minor,
                tax_basis_points, product_cost_minor, plan, created_at, actual_start_at, actual_end_at, tip_amount, fee_minor)
            VALUES ('{tenant}', '{id}', '{visit}', '{}', '{service}', '{first}', '{state}', $2, $1, $2, 'chat', 'KES',
                $3, $4, $5, $6, $7, '{{}}', $1, $8, $9, $10, $11)", customer(tenant)))
            .bind::<Timestamptz, _>(work.planned.start())
            .bind::<Timestamptz, _>(work.planned.end())
            .bind::<BigInt, _>(work.sale.list_price.amount_minor())
            .bind::<BigInt, _>(work.sale.discount.amount_minor())
            .bind::<BigInt, _>(work.sale.charged.amount_minor())
            .bind::<Integer, _>(tax)
            .bind::<BigInt, _>(work.sale.product_cost.amount_minor())
            .bind::<Nullable<Timestamptz>, _>(work.actual_start)
            .bind::<Nullable<Timestamptz>, _>(work.actual_end)
            .bind::<Nullable<Numeric>, _>(tip)
            .bind::<Nullable<BigInt>, _>(fee)
            .execute(&mut connection)
            .unwrap();
        for (position, person) in work.renderers.staff().iter().enumerate() {
            let share = match work.renderers.shares() {
                Shares::Points(points) => points[position].value().to_string(),
                Shares::FullToEach => "10000".to_owned(),
                Shares::Equal => "NULL".to_owned(),
            };
            self.run(
                tenant,
                &format!(
                    "INSERT INTO appointment_staff (tenant_id, appointment_id, staff_id, position,
                share_basis_points) VALUES ('{tenant}', '{id}', '{person}', {position}, {share})"
                ),
            );
        }
    }

    fn payment(&self, tenant: TenantId, visit: Uuid, purpose: &str, amount: Money) {
        let (id, customer, minor) = (
            Uuid::from_u128(visit.as_u128() ^ 1),
            customer(tenant),
            amount.amount_minor(),
        );
        let id = if purpose == "tip" {
            Uuid::from_u128(visit.as_u128() ^ 2)
        } else {
            id
        };
        let reference = format!("{:012X}", id.as_u128() & 0xffff_ffff_ffff);
        self.run(tenant, &format!("INSERT INTO payments (tenant_id, id, visit_id, customer_id, purpose, state, state_at,
                account_reference, currency, due_minor, paid_minor, created_at)
            VALUES ('{tenant}', '{id}', '{visit}', '{customer}', '{purpose}', 'settled', '2026-05-01Z', '{reference}',
                'KES', {minor}, {minor}, '2026-05-01Z')"));
    }

    /// A journal of a visit's payment that takes an amount to an account.
    fn posted(&self, tenant: TenantId, visit: Uuid, account: &str, amount: Money) {
        let (payment, minor) = (Uuid::from_u128(visit.as_u128() ^ 1), amount.amount_minor());
        let journal = Uuid::new_v5_like(account, visit);
        self.run(
            tenant,
            &format!(
                "INSERT INTO ledger_journals (tenant_id, id, cause, payment_id, occurred_at)
                VALUES ('{tenant}', '{journal}', '{account}', '{payment}', '2026-05-01Z');
            INSERT INTO ledger_entries (tenant_id, journal_id, position, account, currency, amount_minor)
                VALUES ('{tenant}', '{journal}', 0, '{account}', 'KES', {minor}),
                    ('{tenant}', '{journal}', 1, 'mpesa_clearing', 'KES', -{minor})"
            ),
        );
    }

    async fn may(&self) -> Vec<CompletedAppointment> {
        let range = month("2026-05").range(&nairobi()).unwrap();
        let mut found = self
            .ports
            .in_period(tenant(1), range, EarlierWork::AsRulesSay)
            .await
            .unwrap();
        found.sort_unstable_by_key(|work| work.id);
        found
    }
}

/// An id that follows from a word and another id, so that a test reads the same every time.
trait Derived {
    fn new_v5_like(word: &str, from: Uuid) -> Uuid;
}

impl Derived for Uuid {
    fn new_v5_like(word: &str, from: Uuid) -> Uuid {
        let sum: u128 = word.bytes().map(u128::from).sum();
        Uuid::from_u128(from.as_u128() ^ (sum << 32))
    }
}

#[derive(QueryableByName)]
struct Payload {
    #[diesel(sql_type = Jsonb)]
    payload: serde_json::Value,
}

#[derive(QueryableByName)]
struct DraftRow {
    #[diesel(sql_type = SqlDate)]
    period_start: Date,
    #[diesel(sql_type = Bytea)]
    content_hash: Vec<u8>,
}

#[async_trait(?Send)]
impl Ground for PgGround {
    fn work(&self) -> Arc<dyn CompletedWork> {
        Arc::<PgCommission>::clone(&self.ports)
    }

    fn teams(&self) -> Arc<dyn Teams> {
        Arc::<PgCommission>::clone(&self.ports)
    }

    fn rules(&self) -> Arc<dyn CommissionRules> {
        Arc::<PgCommission>::clone(&self.ports)
    }

    fn book(&self) -> Arc<dyn CommissionBook> {
        Arc::<PgCommission>::clone(&self.ports)
    }

    async fn open(&self, tenant: TenantId, settings: CommissionSettings) {
        let (zone, currency, own) = (settings.zone.name(), settings.currency.code(), settings.to_json());
        let customer = customer(tenant);
        self.run(
            tenant,
            &format!(
                "INSERT INTO tenants (id, created_at) VALUES ('{tenant}', '2026-05-01Z');
            INSERT INTO tenant_settings (tenant_id, business_name, zone, currency, commission)
                VALUES ('{tenant}', 'Aria Aura Spa', '{zone}', '{currency}', '{own}');
            INSERT INTO customers (tenant_id, id, phone, created_at)
                VALUES ('{tenant}', '{customer}', '+254700000123', '2026-05-01Z')"
            ),
        );
    }

    async fn hire(&self, tenant: TenantId, staff: StaffId) {
        self.run(
            tenant,
            &format!("INSERT INTO staff (tenant_id, id, name) VALUES ('{tenant}', '{staff}', 'Amina')"),
        );
    }

    async fn rename(&self, tenant: TenantId, staff: StaffId, name: &str) {
        self.run(
            tenant,
            &format!("UPDATE staff SET name = '{name}' WHERE id = '{staff}'"),
        );
    }

    async fn record(&self, tenant: TenantId, work: &CompletedAppointment) {
        let visit = work.id.as_uuid();
        self.visit(tenant, visit);
        self.appointment(tenant, visit, work);
        if work.sale.paid.is_positive() {
            self.payment(tenant, visit, "full", work.sale.paid);
        }
    }

    async fn events(&self, tenant: TenantId) -> Vec<CommissionEvent> {
        let rows: Vec<Payload> =
            sql_query("SELECT payload FROM outbox WHERE tenant_id = $1 AND topic = 'commission' ORDER BY id")
                .bind::<sql_types::Uuid, _>(tenant.as_uuid())
                .load(&mut self.connect(tenant))
                .unwrap();
        rows.into_iter()
            .map(|row| serde_json::from_value(row.payload).unwrap())
            .collect()
    }

    async fn drafts(&self, tenant: TenantId) -> Vec<(Month, ContentHash)> {
        let rows: Vec<DraftRow> =
            sql_query("SELECT period_start, content_hash FROM commission_draft WHERE tenant_id = $1")
                .bind::<sql_types::Uuid, _>(tenant.as_uuid())
                .load(&mut self.connect(tenant))
                .unwrap();
        let hash = |bytes: Vec<u8>| ContentHash::from_bytes(bytes.try_into().unwrap());
        rows.into_iter()
            .map(|row| (Month::of(row.period_start).unwrap(), hash(row.content_hash)))
            .collect()
    }
}

#[tokio::test]
async fn postgres_keeps_the_contract() {
    commission_contract(async || fresh()).await;
}

#[tokio::test]
async fn the_money_of_a_visit_is_divided_among_its_appointments_by_what_was_charged() {
    let ground = fresh();
    ground.open(tenant(1), settings()).await;
    ground.hire(tenant(1), staff(1)).await;
    let visit = Uuid::from_u128(0x7e57_0000);
    ground.visit(tenant(1), visit);
    let (cheap, dear) = (some_work(1).at(10_000).build(), some_work(2).at(20_000).build());
    ground.appointment(tenant(1), visit, &cheap);
    ground.appointment(tenant(1), visit, &dear);
    ground.payment(tenant(1), visit, "full", Money::kes_minor(10_000));
    ground.payment(tenant(1), visit, "tip", Money::kes_minor(777));
    ground.posted(tenant(1), visit, "fees", Money::kes_minor(100));
    ground.posted(tenant(1), visit, "refunds", Money::kes_minor(3_001));
    let money: Vec<_> = ground
        .may()
        .await
        .iter()
        .map(|work| {
            let sale = work.sale;
            [sale.paid, sale.payment_fee.unwrap(), sale.refunded].map(Money::amount_minor)
        })
        .collect();
    assert_eq!(money, [[3_333, 33, 1_000], [6_667, 67, 2_001]]);
}

#[tokio::test]
async fn work_without_a_team_on_record_is_the_first_persons() {
    let ground = fresh();
    ground.open(tenant(1), settings()).await;
    ground.hire(tenant(1), staff(1)).await;
    let work = some_work(1).build();
    ground.record(tenant(1), &work).await;
    ground.run(tenant(1), "DELETE FROM appointment_staff");
    assert_eq!(ground.may().await, [work]);
}

#[tokio::test]
async fn work_that_did_not_come_to_its_end_is_not_read() {
    let ground = fresh();
    ground.open(tenant(1), settings()).await;
    ground.hire(tenant(1), staff(1)).await;
    ground.record(tenant(1), &some_work(1).build()).await;
    let states = [
        ("confirmed", "NULL", "NULL"),
        ("in_progress", "NULL", "NULL"),
        ("held", "'2026-05-13Z'", "NULL"),
        ("cancelled_by_customer", "NULL", "0"),
        ("expired", "NULL", "NULL"),
    ];
    for (state, until, fee) in states {
        ground.run(
            tenant(1),
            &format!(
                "UPDATE appointments SET state = '{state}', hold_expires_at = {until}, fee_minor = {fee}"
            ),
        );
        assert_eq!(ground.may().await, [], "{state}");
    }
}

fn close_of(server: &TestDatabase, lane: u64, now: OffsetDateTime) -> ClosePeriod {
    let ports = ports_of(server, lane);
    ClosePeriod {
        work: Arc::<PgCommission>::clone(&ports),
        rules: Arc::<PgCommission>::clone(&ports),
        book: ports,
        clock: Arc::new(ManualClock::at(now)),
        ids: Arc::new(SeededIds::lane(lane)),
    }
}

#[tokio::test]
async fn several_workers_that_close_one_month_at_once_freeze_it_once() {
    let ground = fresh();
    ground.open(tenant(1), settings()).await;
    for number in 1..=3 {
        ground.hire(tenant(1), staff(number)).await;
        ground
            .record(tenant(1), &some_work(number).by(staff(number)).build())
            .await;
    }
    let scope = ratiba_commission::rule::RuleScope::Category(category("massage"));
    ground
        .ports
        .add(tenant(1), rule(1, scope, percent(4_000)))
        .await
        .unwrap();
    let now = datetime!(2026-06-01 02:00 UTC);
    let workers: Vec<ClosePeriod> = (1..=4).map(|lane| close_of(&ground.server, lane, now)).collect();
    let closes = workers
        .iter()
        .map(|close| close.execute(tenant(1), month("2026-05"), FrozenBy::System));
    let outcomes: Vec<CloseOutcome> = futures_util::future::join_all(closes)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();
    let frozen = outcomes
        .iter()
        .filter(|outcome| matches!(outcome, CloseOutcome::Frozen { .. }))
        .count();
    assert_eq!(frozen, 1);
    let late = outcomes
        .iter()
        .filter(|outcome| matches!(outcome, CloseOutcome::AlreadyFrozen(c) if c.late.is_empty()));
    assert_eq!(late.count(), 3);
    let periods = ground.ports.periods(tenant(1), month("2026-05")).await.unwrap();
    let paid: Vec<Money> = periods.iter().map(|period| period.commission).collect();
    assert_eq!(paid, vec![kes(400); 3]);
    assert_eq!(ground.events(tenant(1)).await.len(), 1);
}

#[tokio::test]
async fn a_frozen_month_cannot_be_changed_and_payrolls_id_is_filled_once() {
    let ground = fresh();
    ground.open(tenant(1), settings()).await;
    ground.hire(tenant(1), staff(1)).await;
    ground.record(tenant(1), &some_work(1).build()).await;
    let close = close_of(&ground.server, 1, datetime!(2026-06-01 02:00 UTC));
    close
        .execute(tenant(1), month("2026-05"), FrozenBy::System)
        .await
        .unwrap();
    let before = ground.ports.periods(tenant(1), month("2026-05")).await.unwrap();
    // The owner of the tables would be bound by the trigger as the application is by its grants.
    for statement in [
        "UPDATE commission_period SET tip_kes_minor = 1",
        "UPDATE commission_line SET amount_minor = 1",
        "DELETE FROM commission_line",
        "DELETE FROM commission_period",
    ] {
        assert!(
            ground.connect(tenant(1)).batch_execute(statement).is_err(),
            "{statement}"
        );
        assert!(
            ground
                .server
                .connect_as_administrator()
                .batch_execute(statement)
                .is_err(),
            "{statement}"
        );
    }
    ground.run(
        tenant(1),
        "UPDATE commission_period SET vendor_period_id = 'WP-1'",
    );
    let again = ground
        .connect(tenant(1))
        .batch_execute("UPDATE commission_period SET vendor_period_id = 'WP-2'");
    assert!(again.is_err());
    let after = ground.ports.periods(tenant(1), month("2026-05")).await.unwrap();
    assert_eq!(after[0].vendor_period_id.as_deref(), Some("WP-1"));
    assert_eq!(after[0].content_hash, before[0].content_hash);
}

#[tokio::test]
async fn an_impossible_row_is_an_outage_that_names_it() {
    let ground = fresh();
    ground.open(tenant(1), settings()).await;
    let id = Uuid::from_u128(0xbad);
    ground.run(
        tenant(1),
        &format!(
            "INSERT INTO commission_rules (tenant_id, id, service_category, rule_type, value, valid_from)
        VALUES ('{}', '{id}', 'massage', 'pct', '{{\"rate\": 40}}', '2026-01-01')",
            tenant(1)
        ),
    );
    let outage = ground.ports.all(tenant(1)).await.unwrap_err();
    let told = format!("{outage:?}");
    assert!(
        told.contains("commission_rules") && told.contains(&id.to_string()) && told.contains("value.rate"),
        "{told}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn closes_of_several_months_at_once_take_in_what_is_carried_once() {
    let ground = fresh();
    ground.open(tenant(1), settings()).await;
    ground.hire(tenant(1), staff(1)).await;
    let scope = ratiba_commission::rule::RuleScope::Category(category("massage"));
    let massage = rule(1, scope, percent(1_000));
    ground.ports.add(tenant(1), massage).await.unwrap();
    let ends = [
        datetime!(2026-03-10 10:00 UTC),
        datetime!(2026-04-10 10:00 UTC),
        datetime!(2026-05-10 10:00 UTC),
        datetime!(2026-06-10 10:00 UTC),
        datetime!(2026-07-10 10:00 UTC),
    ];
    for (number, end) in (1..).zip(ends) {
        ground
            .record(tenant(1), &some_work(number).ending(end).build())
            .await;
    }
    let now = datetime!(2026-08-02 02:00 UTC);
    let close = close_of(&ground.server, 9, now);
    let march = close.execute(tenant(1), month("2026-03"), FrozenBy::System).await;
    let Ok(CloseOutcome::Frozen { documents }) = march else {
        panic!("not frozen: {march:?}")
    };
    // An amendment left 140 to be carried; each month can take 100 of it.
    ground.run(
        tenant(1),
        &format!(
            "INSERT INTO commission_period (tenant_id, id, staff_id, period_start, period_end, type, amendment_of_id,
                 commission_kes_minor, tip_kes_minor, hours_worked, services_rendered_count, frozen_at, frozen_by,
                 content_hash, engine_version, rules, carried_kes_minor)
             SELECT tenant_id, gen_random_uuid(), staff_id, period_start, period_end, 'amendment', id, -14000, 0, 0, 0,
                 frozen_at, frozen_by, content_hash, engine_version, rules, 14000
             FROM commission_period WHERE id = '{}'",
            documents[0].period().id
        ),
    );
    let months = ["2026-04", "2026-05", "2026-06", "2026-07"];
    let closes = months.iter().zip(1..).map(|(text, lane)| {
        let close = close_of(&ground.server, lane, now);
        let month = month(text);
        tokio::spawn(async move { close.execute(tenant(1), month, FrozenBy::System).await })
    });
    for close in closes.collect::<Vec<_>>() {
        let outcome = close.await.unwrap();
        assert!(matches!(outcome, Ok(CloseOutcome::Frozen { .. })), "{outcome:?}");
    }
    assert_eq!(ground.ports.carried(tenant(1)).await, Ok(BTreeMap::new()));
    let mut taken = Vec::new();
    for text in months {
        let periods = ground.ports.periods(tenant(1), month(text)).await.unwrap();
        taken.extend(periods.iter().map(|period| period.carried.amount_minor()));
    }
    taken.sort_unstable();
    assert_eq!(taken, [-10_000, -4_000, 0, 0]);
}

fn amend_of(server: &TestDatabase, lane: u64, now: OffsetDateTime) -> AmendPeriod {
    let ports = ports_of(server, lane);
    AmendPeriod {
        work: Arc::<PgCommission>::clone(&ports),
        rules: Arc::<PgCommission>::clone(&ports),
        book: ports,
        clock: Arc::new(ManualClock::at(now)),
        ids: Arc::new(SeededIds::lane(lane)),
    }
}

#[tokio::test]
async fn c36_a_late_refund_is_taken_back_at_the_recorded_rate_and_by_tiers_climbed_anew_on_order_only() {
    let ground = fresh();
    ground.open(tenant(1), settings()).await;
    ground.hire(tenant(1), staff(1)).await;
    let ladder = tiered(
        TierMethod::Retroactive,
        &[a_tier(0, 4_000), a_tier(100_000, 5_000)],
    );
    let scope = ratiba_commission::rule::RuleScope::Category(category("massage"));
    ground.ports.add(tenant(1), rule(1, scope, ladder)).await.unwrap();
    let (large, small) = (some_work(1).at(90_000).build(), some_work(2).at(20_000).build());
    for work in [&large, &small] {
        ground.record(tenant(1), work).await;
    }
    let (may, now) = (month("2026-05"), datetime!(2026-06-01 02:00 UTC));
    let close = close_of(&ground.server, 1, now);
    close.execute(tenant(1), may, FrozenBy::System).await.unwrap();
    ground.posted(tenant(1), small.id.as_uuid(), "refunds", Money::kes_minor(20_000));
    let amend = amend_of(&ground.server, 2, datetime!(2026-06-10 09:00 UTC));
    let anew = || Look::Anew(Vec::new());
    for (look, expected) in [(Look::RecordedRates, kes(-100)), (anew(), kes(-190))] {
        let proposals = amend.proposals(tenant(1), may, &look).await.unwrap();
        let told: Vec<Money> = proposals.iter().map(|one| one.amendment.commission).collect();
        assert_eq!(told, [expected], "{look:?}");
    }
    let seen = amend.proposals(tenant(1), may, &anew()).await.unwrap();
    let order = AmendOrder {
        month: may,
        staff: staff(1),
        look: anew(),
        seen: seen[0].amendment.content_hash,
        by: ratiba_commission::PersonId::from_uuid(staff(9).as_uuid()),
    };
    let amended = amend.approve(tenant(1), order).await.unwrap();
    let periods = ground.ports.periods(tenant(1), may).await.unwrap();
    let frozen: Vec<Money> = periods.iter().map(|period| period.commission).collect();
    assert_eq!(frozen, [kes(550), kes(-190)]);
    assert_eq!(
        amended.period().terms,
        periods[0].terms,
        "an amendment has the close's terms"
    );
    assert_eq!(amend.proposals(tenant(1), may, &anew()).await, Ok(Vec::new()));
}

#[tokio::test]
async fn full_to_each_pays_the_work_to_everybody_and_the_tip_once() {
    let ground = fresh();
    ground.open(tenant(1), settings()).await;
    for number in [1, 2] {
        ground.hire(tenant(1), staff(number)).await;
    }
    let scope = ratiba_commission::rule::RuleScope::Category(category("massage"));
    ground
        .ports
        .add(tenant(1), rule(1, scope, percent(1_000)))
        .await
        .unwrap();
    let work = some_work(1)
        .shared(&[staff(1), staff(2)], Shares::FullToEach)
        .tipped(ratiba_commission::tips::Tip::of(kes(30)))
        .build();
    ground.record(tenant(1), &work).await;
    assert_eq!(ground.may().await, [work]);
    let close = close_of(&ground.server, 1, datetime!(2026-06-01 02:00 UTC));
    close
        .execute(tenant(1), month("2026-05"), FrozenBy::System)
        .await
        .unwrap();
    let periods = ground.ports.periods(tenant(1), month("2026-05")).await.unwrap();
    let paid: Vec<_> = periods.iter().map(|one| (one.commission, one.tip)).collect();
    assert_eq!(paid, [(kes(100), kes(15)), (kes(100), kes(15))]);
}
