//! What refunds do to commission: ordered through payments' own use case, posted to the real books, and read back by
//! commission. The figures are those of the worked cases.

#![expect(clippy::unwrap_used, reason = "a test that cannot be arranged fails")]

use std::sync::Arc;

use diesel::PgConnection;
use diesel::connection::SimpleConnection;
use ratiba_commission::Month;
use ratiba_commission::base::{BaseRecipe, BaseStart, EarnOn};
use ratiba_commission::period::{FrozenBy, PeriodKind};
use ratiba_commission::ports::{CommissionBook, CommissionRules, EndRule};
use ratiba_commission::rule::{Overridable, Rule, RuleScope, RuleValue, Validity};
use ratiba_commission::test_support::{a_tier, category, kes, month, percent, rule, staff, tiered};
use ratiba_commission::tiers::TierMethod;
use ratiba_commission::use_cases::{AmendOrder, AmendPeriod, CloseOutcome, ClosePeriod, Look, PreviewPeriod};
use ratiba_kernel::test_support::{ManualClock, SeededIds, tenant};
use ratiba_kernel::{BasisPoints, Currency, Id, Money, TimeRange};
use ratiba_payments::actor::Actor;
use ratiba_payments::earning::Rendering;
use ratiba_payments::ports::TipBook;
use ratiba_payments::reference::RequestKey;
use ratiba_payments::refund::{RefundCause, RefundState, RefundWay};
use ratiba_payments::test_support::fakes::ScriptedBack;
use ratiba_payments::use_cases::{EarnVisit, RefundOrder, RequestRefund, WorkTips};
use ratiba_postgres::commission::PgCommission;
use ratiba_postgres::payments::PgPayments;
use ratiba_postgres::{Database, DatabaseSettings, figures};
use ratiba_test_database::TestDatabase;
use time::OffsetDateTime;
use time::macros::{date, datetime};
use uuid::Uuid;

const CLOSING: OffsetDateTime = datetime!(2026-06-01 02:00 UTC);

struct Spa {
    server: TestDatabase,
    database: Database,
}

impl Spa {
    /// A business where one person earns by this rule.
    async fn paying(value: RuleValue) -> Self {
        let server = TestDatabase::create();
        // Many at once wait for one another for as long as a busy machine takes.
        let settings = DatabaseSettings {
            wait_ms: 30_000,
            ..DatabaseSettings::new(server.app_url())
        };
        let database = Database::new(&settings, Arc::new(SeededIds::lane(0xdb))).unwrap();
        let spa = Self { server, database };
        let (own, person) = (tenant(1), staff(1));
        spa.run(&format!(
            "INSERT INTO tenants (id, created_at) VALUES ('{own}', '2026-05-01Z');
             INSERT INTO tenant_settings (tenant_id, business_name, zone, currency)
                 VALUES ('{own}', 'Aria Aura Spa', 'Africa/Nairobi', 'KES');
             INSERT INTO customers (tenant_id, id, phone, created_at)
                 VALUES ('{own}', '{own}', '+254700000123', '2026-05-01Z');
             INSERT INTO staff (tenant_id, id, name) VALUES ('{own}', '{person}', 'Amina');
             INSERT INTO services (tenant_id, id, name, category, price_minor, currency, segments)
                 VALUES ('{own}', '{own}', 'Massage', 'massage', 100000, 'KES', '[{{\"minutes\": 60}}]')"
        ));
        let massage = RuleScope::Category(category("massage"));
        spa.commission().add(own, rule(1, massage, value)).await.unwrap();
        spa
    }

    fn run(&self, statements: &str) {
        let mut connection: PgConnection = self.server.connect_as_app();
        let scope = format!(
            "SELECT set_config('ratiba.current_tenant', '{}', false)",
            tenant(1)
        );
        connection.batch_execute(&scope).unwrap();
        connection
            .batch_execute(&format!("BEGIN; {statements}; COMMIT"))
            .unwrap();
    }

    fn commission(&self) -> Arc<PgCommission> {
        Arc::new(PgCommission::new(self.database.clone()))
    }

    /// A visit of May that was paid and completed, so that its money is earned.
    async fn completed(&self, number: u128, minor: i64) {
        self.paid(number, minor);
        self.earned(number).await;
    }

    /// A visit of May that was paid and completed, of which nothing is earned yet.
    fn paid(&self, number: u128, minor: i64) {
        self.paid_on(number, minor, "2026-05-12Z");
    }

    /// A visit of May that was completed and paid on this day.
    fn paid_on(&self, number: u128, minor: i64, day: &str) {
        let (own, person) = (tenant(1), staff(1));
        let id = |kind: u128| Uuid::from_u128((kind << 64) | number);
        let (visit, payment, part) = (id(1), id(2), id(3));
        let received = id(4);
        self.run(&format!(
            "INSERT INTO visits (tenant_id, id, customer_id, created_at) VALUES ('{own}', '{visit}', '{own}', '2026-05-01Z');
             INSERT INTO appointments (tenant_id, id, visit_id, customer_id, service_id, staff_id, state, state_at,
                 start_at, end_at, channel, currency, list_price_minor, discount_minor, charged_minor,
                 tax_basis_points, product_cost_minor, plan, created_at, actual_start_at, actual_end_at)
             VALUES ('{own}', '{part}', '{visit}', '{own}', '{own}', '{person}', 'completed', '2026-05-12 08:00Z',
                 '2026-05-12 07:00Z', '2026-05-12 08:00Z', 'chat', 'KES', {minor}, 0, {minor}, 0, 0, '{{}}',
                 '2026-05-01Z', '2026-05-12 07:00Z', '2026-05-12 08:00Z');
             INSERT INTO payments (tenant_id, id, visit_id, customer_id, purpose, state, state_at, account_reference,
                 currency, due_minor, paid_minor, created_at)
             VALUES ('{own}', '{payment}', '{visit}', '{own}', 'full', 'settled', '2026-05-12Z', 'REF{number:09}',
                 'KES', {minor}, {minor}, '2026-05-12Z');
             INSERT INTO ledger_journals (tenant_id, id, cause, payment_id, occurred_at)
             VALUES ('{own}', '{received}', 'test-received:{payment}', '{payment}', '{day}');
             INSERT INTO ledger_entries (tenant_id, journal_id, position, account, customer_id, payment_id, currency,
                 amount_minor)
             VALUES ('{own}', '{received}', 0, 'mpesa_clearing', NULL, NULL, 'KES', {minor}),
                 ('{own}', '{received}', 1, 'customer_deposits', '{own}', '{payment}', 'KES', -{minor})"
        ));
    }

    async fn earned(&self, number: u128) {
        let earn = EarnVisit {
            book: Arc::new(PgPayments::new(self.database.clone())),
            clock: Arc::new(ManualClock::at(OPEN)),
            ids: Arc::new(SeededIds::lane(79 + u64::try_from(number).unwrap())),
        };
        let visit = Id::from_uuid(Uuid::from_u128((1 << 64) | number));
        earn.execute(tenant(1), visit, Rendering::Finished).await.unwrap();
    }

    /// A manager gives so much of it back.
    async fn refunded(&self, number: u128, minor: i64, at: OffsetDateTime) {
        let order = RequestRefund {
            book: Arc::new(PgPayments::new(self.database.clone())),
            cards: false,
            back: Arc::new(ScriptedBack::default()),
            clock: Arc::new(ManualClock::at(at)),
            // Refunds of one visit differ in their amounts.
            ids: Arc::new(SeededIds::lane(
                770 + u64::try_from(number * 0x10_0000).unwrap() + u64::try_from(minor).unwrap(),
            )),
        };
        let refund = order
            .execute(
                tenant(1),
                RefundOrder {
                    key: RequestKey::parse(&format!("refund-{number}-{minor}")).unwrap(),
                    payment: Id::from_uuid(Uuid::from_u128((2 << 64) | number)),
                    way: RefundWay::Outside,
                    cause: RefundCause::Manager,
                    amount: Money::kes_minor(minor),
                    reason: "the steam room was cold".to_owned(),
                    reference: Some(format!("transfer {number} {minor}")),
                    by: Actor::parse("token:1").unwrap(),
                },
            )
            .await
            .unwrap();
        assert_eq!(refund.state(), &RefundState::Done { receipt: None });
    }

    async fn close(&self, now: OffsetDateTime) -> CloseOutcome {
        let close = ClosePeriod {
            work: self.commission(),
            rules: self.commission(),
            book: self.commission(),
            clock: Arc::new(ManualClock::at(now)),
            ids: Arc::new(SeededIds::lane(78)),
        };
        close.execute(tenant(1), may(), FrozenBy::System).await.unwrap()
    }

    async fn frozen(&self) -> Money {
        let outcome = self.close(CLOSING).await;
        let CloseOutcome::Frozen { documents } = outcome else {
            panic!("{outcome:?}")
        };
        documents[0].period().commission
    }

    /// What an amendment of the frozen month would say; `None` if nothing came late.
    async fn amended(&self) -> Option<Money> {
        let outcome = self.close(CLOSING + time::Duration::days(1)).await;
        let CloseOutcome::AlreadyFrozen(comparison) = outcome else {
            panic!("{outcome:?}")
        };
        let late = comparison.late.first();
        late.map(|late| late.proposal.as_ref().unwrap().commission)
    }
}

fn may() -> Month {
    month("2026-05")
}

/// Everything to the one person.
const ALL_HERS: &[(u64, i64)] = &[(1, 500)];

/// A tip of 500 shillings for the part of visit `number`, shared out like that, of which refunds of these ways, sources and
/// shillings are done.
fn tip(spa: &Spa, number: u128, shares: &[(u64, i64)], back: &[(&str, &str, i64)]) {
    let own = tenant(1);
    let share =
        |(who, whole): &(u64, i64)| format!("{{\"staff\": \"{}\", \"minor\": {whole}00}}", staff(*who));
    let shares = shares.iter().map(share).collect::<Vec<_>>().join(", ");
    let id = |kind: u128| Uuid::from_u128((kind << 64) | number);
    let (visit, part, tip, attempt) = (id(1), id(3), id(5), id(6));
    spa.run(&format!(
        "INSERT INTO payments (tenant_id, id, visit_id, customer_id, purpose, state, state_at, account_reference,
             currency, due_minor, paid_minor, created_at)
         VALUES ('{own}', '{tip}', '{visit}', '{own}', 'tip', 'settled', '2026-05-12Z', 'TIP{number:09}', 'KES', 50000,
             50000, '2026-05-12Z');
         INSERT INTO payment_tips (tenant_id, payment_id, appointment_id, shares)
         VALUES ('{own}', '{tip}', '{part}', '[{shares}]');
         INSERT INTO payment_attempts (tenant_id, id, payment_id, provider, merchant_reference, request_key, currency,
             amount_minor, created_at, sent_at, state, state_at, evidence)
         VALUES ('{own}', '{attempt}', '{tip}', 'pesapal', 'tip{number}', 'tip{number}', 'KES', 50000, '2026-05-12Z',
             '2026-05-12Z', 'paid', '2026-05-12Z', 'status')"
    ));
    moved(spa, number, 300, 50_000);
    let mut left = 50_000;
    for (place, (way, source, whole)) in (100_u128..).zip(back) {
        let original = if ["mpesa_reversal", "chargeback"].contains(way) {
            format!("'{attempt}', 'R{number}'")
        } else {
            "NULL, NULL".to_owned()
        };
        let refund = id(place);
        if *source == "payment" {
            let back = left.min(*whole * 100);
            left -= back;
            moved(spa, number, place + 300, -back);
        }
        spa.run(&format!(
            "INSERT INTO payment_refunds (tenant_id, id, payment_id, visit_id, customer_id, attempt_id,
                 original_receipt, way, source, cause, reason, request_key, fingerprint, currency, amount_minor,
                 requested_by, created_at, state, state_at)
             VALUES ('{own}', '{refund}', '{tip}', '{visit}', '{own}', {original}, '{way}', '{source}', 'manager', 'x',
                 '{refund}', decode(repeat('00', 32), 'hex'), 'KES', {whole} * 100, 'token:1', '2026-05-12Z', 'done',
                 '2026-05-12Z')"
        ));
    }
}

/// What came for the tip of visit `number`, or went back if it is below nothing, as the books have it before it is shared.
fn moved(spa: &Spa, number: u128, kind: u128, minor: i64) {
    if minor == 0 {
        return;
    }
    let (own, owed) = (tenant(1), -minor);
    let id = |kind: u128| Uuid::from_u128((kind << 64) | number);
    let (tip, journal) = (id(5), id(kind));
    spa.run(&format!(
        "INSERT INTO ledger_journals (tenant_id, id, cause, payment_id, occurred_at)
         VALUES ('{own}', '{journal}', 'test-moved:{journal}', '{tip}', '2026-05-12Z');
         INSERT INTO ledger_entries (tenant_id, journal_id, position, account, payment_id, currency, amount_minor)
         VALUES ('{own}', '{journal}', 0, 'card_clearing', NULL, 'KES', {minor}),
             ('{own}', '{journal}', 1, 'tips_payable', '{tip}', 'KES', {owed})"
    ));
}

/// A percentage of what the customer paid.
fn percent_of_paid(basis_points: u32) -> RuleValue {
    RuleValue::Percentage {
        rates: Overridable::general(BasisPoints::new(basis_points)),
        base: BaseRecipe {
            start: BaseStart::Paid,
            ..BaseRecipe::default()
        },
    }
}

const OPEN: OffsetDateTime = datetime!(2026-05-20 10:00 UTC);
const LATE: OffsetDateTime = datetime!(2026-06-01 10:00 UTC);

#[tokio::test]
async fn c21_a_refund_in_the_open_period_comes_off_the_base_once() {
    let spa = Spa::paying(percent(400)).await;
    spa.completed(1, 60_000).await;
    spa.completed(2, 40_000).await;
    spa.refunded(2, 20_000, OPEN).await;
    let preview = PreviewPeriod {
        work: spa.commission(),
        rules: spa.commission(),
    };
    let preview = preview.execute(tenant(1), may()).await.unwrap();
    assert_eq!(preview.staff[0].commission, kes(32));
    assert_eq!(spa.frozen().await, kes(32));
}

#[tokio::test]
async fn c23_a_full_refund_after_the_close_takes_back_what_was_frozen() {
    let spa = Spa::paying(percent(1_000)).await;
    spa.completed(1, 100_000).await;
    assert_eq!(spa.frozen().await, kes(100));
    assert_eq!(spa.amended().await, None);
    spa.refunded(1, 100_000, LATE).await;
    assert_eq!(spa.amended().await, Some(kes(-100)));
}

#[tokio::test]
async fn a_late_refund_becomes_an_amendment_that_is_linked_to_what_was_frozen_and_is_late_no_more() {
    let spa = Spa::paying(percent(1_000)).await;
    spa.completed(1, 100_000).await;
    assert_eq!(spa.frozen().await, kes(100));
    let amend = AmendPeriod {
        work: spa.commission(),
        rules: spa.commission(),
        book: spa.commission(),
        clock: Arc::new(ManualClock::at(LATE)),
        ids: Arc::new(SeededIds::lane(79)),
    };
    // Two refunds, each approved: together they take back what was frozen, to the cent.
    let mut of = None;
    for (refunded, taken) in [(33_333, -3_333), (66_667, -6_667)] {
        spa.refunded(1, refunded, LATE).await;
        let proposed = amend
            .proposals(tenant(1), may(), &Look::RecordedRates)
            .await
            .unwrap();
        let [proposal] = proposed.as_slice() else {
            panic!("{proposed:?}")
        };
        assert_eq!(proposal.amendment.commission, Money::kes_minor(taken));
        let order = AmendOrder {
            month: may(),
            staff: staff(1),
            look: Look::RecordedRates,
            seen: proposal.amendment.content_hash,
            by: Id::from_uuid(Uuid::from_u128(9)),
        };
        let approved = amend.approve(tenant(1), order.clone()).await.unwrap();
        let linked = approved.period().kind;
        assert!(
            of.is_none_or(|of| linked == PeriodKind::Amendment { of }),
            "{linked:?}"
        );
        of = Some(approved.period().id);
        assert_eq!(spa.amended().await, None);
        assert!(amend.approve(tenant(1), order).await.is_err());
    }
    let documents = spa.commission().periods(tenant(1), may()).await.unwrap();
    let all = documents.iter().map(|document| document.commission);
    assert_eq!(Money::sum(Currency::Kes, all), Ok(kes(0)));
    assert_eq!(documents.len(), 3);
}

#[tokio::test]
async fn c24_a_full_refund_before_the_close_earns_nothing_and_needs_no_amendment() {
    let spa = Spa::paying(percent(1_000)).await;
    spa.completed(1, 100_000).await;
    spa.refunded(1, 100_000, OPEN).await;
    assert_eq!(spa.frozen().await, kes(0));
    assert_eq!(spa.amended().await, None);
}

#[tokio::test]
async fn c36_a_late_refund_is_taken_back_at_the_recorded_rate() {
    let ladder = [a_tier(0, 4_000), a_tier(100_000, 5_000)];
    let spa = Spa::paying(tiered(TierMethod::Retroactive, &ladder)).await;
    spa.completed(1, 90_000).await;
    spa.completed(2, 20_000).await;
    assert_eq!(spa.frozen().await, kes(550));
    spa.refunded(2, 20_000, LATE).await;
    assert_eq!(spa.amended().await, Some(kes(-100)));
}

#[tokio::test]
async fn a_tip_that_went_back_twice_is_nothing_and_one_whose_transaction_paid_out_credit_is_whole() {
    let spa = Spa::paying(percent(1_000)).await;
    spa.completed(1, 100_000).await;
    spa.completed(2, 100_000).await;
    tip(
        &spa,
        1,
        ALL_HERS,
        &[("cash", "payment", 500), ("chargeback", "payment", 500)],
    );
    tip(&spa, 2, ALL_HERS, &[("mpesa_reversal", "credit", 500)]);
    let outcome = spa.close(CLOSING).await;
    let CloseOutcome::Frozen { documents } = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!(documents[0].period().tip, kes(500));
}

#[tokio::test]
async fn each_keeps_of_a_tip_what_the_books_gave_them_whoever_else_is_in_the_team_now() {
    let spa = Spa::paying(percent(1_000)).await;
    let (own, part) = (tenant(1), Uuid::from_u128((3 << 64) | 1));
    spa.completed(1, 100_000).await;
    spa.completed(2, 100_000).await;
    // The first is shared seven to three, the second is one person's by now.
    spa.run(&format!(
        "INSERT INTO staff (tenant_id, id, name) VALUES ('{own}', '{two}', 'Wanjiru');
         INSERT INTO appointment_staff (tenant_id, appointment_id, staff_id, position, share_basis_points)
         VALUES ('{own}', '{part}', '{one}', 0, 7000), ('{own}', '{part}', '{two}', 1, 3000)",
        one = staff(1),
        two = staff(2)
    ));
    tip(&spa, 1, &[(1, 250), (2, 250)], &[("cash", "payment", 100)]);
    tip(&spa, 2, &[(1, 300), (2, 200)], &[]);
    let outcome = spa.close(CLOSING).await;
    let CloseOutcome::Frozen { documents } = outcome else {
        panic!("{outcome:?}")
    };
    let of = |who: u64| {
        let mut periods = documents.iter().map(|document| document.period());
        periods.find(|period| period.staff == staff(who)).unwrap().tip
    };
    assert_eq!((of(1), of(2)), (kes(200 + 300), kes(200)));
}

#[tokio::test]
async fn a_tip_for_several_parts_of_a_visit_is_everybodys_who_rendered_one_and_typed_ones_count_beside_it() {
    let spa = Spa::paying(percent(1_000)).await;
    let (own, id) = (tenant(1), |kind: u128| Uuid::from_u128((kind << 64) | 1));
    spa.completed(1, 100_000).await;
    spa.run(&format!(
        "INSERT INTO staff (tenant_id, id, name) VALUES ('{own}', '{two}', 'Wanjiru'), ('{own}', '{three}', 'Akinyi')",
        two = staff(2),
        three = staff(3)
    ));
    // Two more parts of the same visit: one by another person, one by a third who typed what was given in the room.
    for (kind, person, typed) in [(13, staff(2), "NULL"), (23, staff(3), "50")] {
        spa.run(&format!(
            "INSERT INTO appointments
             SELECT other.* FROM appointments a, jsonb_populate_record(a, jsonb_build_object(
                 'id', '{part}', 'staff_id', '{person}', 'tip_amount', {typed})) other
             WHERE a.id = '{first}'",
            first = id(3),
            part = id(kind)
        ));
    }
    tip(&spa, 1, &[(1, 300), (2, 200)], &[]);
    let outcome = spa.close(CLOSING).await;
    let CloseOutcome::Frozen { documents } = outcome else {
        panic!("{outcome:?}")
    };
    let of = |who: u64| {
        let mut periods = documents.iter().map(|document| document.period());
        periods.find(|period| period.staff == staff(who)).unwrap().tip
    };
    assert_eq!((of(1), of(2), of(3)), (kes(300), kes(200), kes(50)));
}

#[tokio::test]
async fn a_tip_that_went_back_in_parts_is_to_the_cent_what_the_books_owe() {
    let spa = Spa::paying(percent(1_000)).await;
    let (own, part) = (tenant(1), Uuid::from_u128((3 << 64) | 1));
    spa.completed(1, 100_000).await;
    for (place, number) in [1, 2, 3].into_iter().enumerate() {
        let person = staff(number);
        spa.run(&format!(
            "INSERT INTO staff (tenant_id, id, name) VALUES ('{own}', '{person}', 'One of three') ON CONFLICT DO NOTHING;
             INSERT INTO appointment_staff (tenant_id, appointment_id, staff_id, position)
             VALUES ('{own}', '{part}', '{person}', {place})"
        ));
    }
    tip(&spa, 1, &[(1, 1), (2, 1), (3, 1)], &[]);
    let payments = Arc::new(PgPayments::new(spa.database.clone()));
    let tips = WorkTips {
        book: payments.clone(),
        tips: payments.clone(),
        till: payments.clone(),
        house: payments.clone(),
        clock: Arc::new(ManualClock::at(OPEN)),
        ids: Arc::new(SeededIds::lane(81)),
    };
    let payment = Id::from_uuid(Uuid::from_u128((5 << 64) | 1));
    tips.share(own, payment).await.unwrap();
    // The first is taken back from everybody, the second is not yet when the month closes.
    moved(&spa, 1, 301, -7_000);
    tips.share(own, payment).await.unwrap();
    moved(&spa, 1, 302, -3_100);
    let outcome = spa.close(CLOSING).await;
    let CloseOutcome::Frozen { documents } = outcome else {
        panic!("{outcome:?}")
    };
    tips.share(own, payment).await.unwrap();
    let owed = payments.tips_owed(own, Currency::Kes).await.unwrap();
    let minors: Vec<i64> = owed.values().map(|owed| owed.amount_minor()).collect();
    assert_eq!(minors.iter().sum::<i64>(), 39_900);
    assert_ne!(minors, [13_300; 3], "what is left, split once, is something else");
    for document in documents {
        let period = document.period();
        let theirs = owed.get(&Id::from_uuid(period.staff.as_uuid()));
        assert_eq!(Some(&period.tip), theirs);
    }
}

#[tokio::test]
async fn of_what_was_paid_the_same_is_left_whether_money_went_back_before_or_after_the_visit() {
    let spa = Spa::paying(percent_of_paid(1_000)).await;
    spa.paid(1, 100_000);
    spa.refunded(1, 40_000, OPEN).await;
    spa.earned(1).await;
    spa.completed(2, 100_000).await;
    spa.refunded(2, 40_000, OPEN).await;
    assert_eq!(spa.frozen().await, kes(60 + 60));
}

#[tokio::test]
async fn credit_that_was_paid_out_twice_is_no_loss_of_the_visit_whose_transaction_went_back() {
    let spa = Spa::paying(percent(1_000)).await;
    spa.completed(1, 50_000).await;
    let own = tenant(1);
    let id = |kind: u128| Uuid::from_u128((kind << 64) | 1);
    let (visit, payment, attempt, refund, journal) = (id(1), id(2), id(6), id(7), id(8));
    spa.run(&format!(
        "INSERT INTO payment_attempts (tenant_id, id, payment_id, provider, merchant_reference, request_key, currency,
             payer_phone, amount_minor, created_at, sent_at, state, state_at, evidence, receipt)
         VALUES ('{own}', '{attempt}', '{payment}', 'mpesa', 'm1', 'k1', 'KES', '+254700000123', 50000, '2026-05-12Z', '2026-05-12Z',
             'paid', '2026-05-12Z', 'callback', 'TEC0000001');
         INSERT INTO payment_refunds (tenant_id, id, payment_id, visit_id, customer_id, attempt_id, original_receipt, way,
             source, cause, reason, request_key, fingerprint, currency, amount_minor, requested_by, created_at, sent_at,
             state, state_at, given_twice_minor)
         VALUES ('{own}', '{refund}', '{payment}', '{visit}', '{own}', '{attempt}', 'TEC0000001', 'mpesa_reversal', 'credit',
             'manager', 'x', '{refund}', decode(repeat('00', 32), 'hex'), 'KES', 50000, 'token:1', '2026-05-12Z',
             '2026-05-12Z', 'done', '2026-05-12Z', 50000);
         INSERT INTO ledger_journals (tenant_id, id, cause, payment_id, occurred_at)
         VALUES ('{own}', '{journal}', 'refunded:{refund}', '{payment}', '2026-05-20Z');
         INSERT INTO ledger_entries (tenant_id, journal_id, position, account, customer_id, payment_id, currency,
             amount_minor)
         VALUES ('{own}', '{journal}', 0, 'refunds', NULL, NULL, 'KES', 50000),
             ('{own}', '{journal}', 1, 'mpesa_clearing', NULL, NULL, 'KES', -50000)"
    ));
    assert_eq!(spa.frozen().await, kes(50));
}

#[tokio::test]
async fn a_chargeback_went_back_on_its_day_alone_and_comes_again_when_it_is_won() {
    let spa = Spa::paying(percent(1_000)).await;
    spa.completed(1, 50_000).await;
    tip(&spa, 1, ALL_HERS, &[("chargeback", "payment", 500)]);
    let (own, tip) = (tenant(1), Uuid::from_u128((5 << 64) | 1));
    let lost = Uuid::from_u128((100 << 64) | 1);
    for (day, cause, debit, credit) in [
        (1, format!("charged-back:{lost}"), "suspense", "card_clearing"),
        (2, format!("refunded:{lost}"), "refunds", "suspense"),
        (3, format!("won-back:{lost}"), "card_clearing", "suspense"),
    ] {
        let journal = Uuid::from_u128((200 << 64) | day);
        spa.run(&format!(
            "INSERT INTO ledger_journals (tenant_id, id, cause, payment_id, occurred_at)
             VALUES ('{own}', '{journal}', '{cause}', '{tip}', '2026-04-0{day} 12:00Z');
             INSERT INTO ledger_entries (tenant_id, journal_id, position, account, customer_id, payment_id, currency,
                 amount_minor)
             VALUES ('{own}', '{journal}', 0, '{debit}', NULL, NULL, 'KES', 50000),
                 ('{own}', '{journal}', 1, '{credit}', NULL, NULL, 'KES', -50000)"
        ));
    }
    let back = async |from: OffsetDateTime| {
        let day = TimeRange::new(from, from + time::Duration::days(1)).unwrap();
        let figures = figures::of_day(&spa.database, own, day, day).await.unwrap();
        figures.takings
    };
    let refunds = |whole: i64| vec![("refunds".to_owned(), kes(whole))];
    assert_eq!(back(datetime!(2026-04-01 00:00 UTC)).await, refunds(500));
    assert_eq!(back(datetime!(2026-04-02 00:00 UTC)).await, []);
    assert_eq!(back(datetime!(2026-04-03 00:00 UTC)).await, refunds(-500));
}

#[tokio::test]
async fn what_is_paid_in_june_earns_by_the_rule_that_held_in_may() {
    let base = BaseRecipe {
        earn_on: EarnOn::Payment,
        ..BaseRecipe::default()
    };
    let on_payment = RuleValue::Percentage {
        rates: Overridable::general(BasisPoints::new(5_000)),
        base,
    };
    let spa = Spa::paying(on_payment).await;
    spa.paid_on(1, 100_000, "2026-06-03Z");
    let june = RuleScope::Category(category("massage"));
    let ending = EndRule {
        rule: rule(1, june.clone(), percent(0)).id,
        on: date!(2026 - 06 - 01),
        next: Some(Rule {
            validity: Validity::since(date!(2026 - 06 - 01)),
            ..rule(2, june, percent(1_000))
        }),
    };
    spa.commission().end(tenant(1), ending).await.unwrap();
    let preview = PreviewPeriod {
        work: spa.commission(),
        rules: spa.commission(),
    };
    for (text, earned) in [("2026-05", kes(0)), ("2026-06", kes(500))] {
        let figures = preview.execute(tenant(1), month(text)).await.unwrap();
        assert_eq!(figures.staff[0].commission, earned, "{text}");
        assert_eq!(figures.staff[0].gaps(), 0, "{text}");
    }
    // Proposed rules that earn on payment find earlier work also where none on record does.
    let other = Spa::paying(percent(1_000)).await;
    other.paid_on(1, 100_000, "2026-06-03Z");
    let june = spa.commission().all(tenant(1)).await.unwrap();
    let preview = PreviewPeriod {
        work: other.commission(),
        rules: other.commission(),
    };
    let proposed = june.into_iter().take(1).collect::<Vec<_>>();
    let (now, then) = preview
        .what_if(tenant(1), month("2026-06"), &proposed)
        .await
        .unwrap();
    assert_eq!(
        (now.staff[0].commission, then.staff[0].commission),
        (kes(0), kes(500))
    );
}
