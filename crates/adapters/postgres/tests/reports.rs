//! Reports over whole days, of real rows: each figure counts what it says, on the business's clock, of one business alone.

#![expect(clippy::unwrap_used, reason = "a test that cannot be arranged fails")]

use std::sync::Arc;

use diesel::PgConnection;
use diesel::connection::SimpleConnection as _;
use ratiba_booking::ports::BookingReports as _;
use ratiba_booking::reports::Sold;
use ratiba_conversation::ports::ConversationReport as _;
use ratiba_kernel::test_support::{SeededIds, tenant};
use ratiba_kernel::{LocalDays, Money, Zone};
use ratiba_payments::ports::TenderReport as _;
use ratiba_postgres::reports::PgReports;
use ratiba_postgres::{Database, DatabaseSettings, figures};
use ratiba_test_database::TestDatabase;
use time::macros::{date, datetime};
use time::{Date, OffsetDateTime};
use uuid::Uuid;

/// After everything that is recorded here.
const LATER: OffsetDateTime = datetime!(2026-06-01 00:00 UTC);

struct Spa {
    server: TestDatabase,
    database: Database,
}

/// The n-th row of a kind, the same in every business.
fn id(kind: u128, number: u128) -> Uuid {
    Uuid::from_u128((kind << 64) | number)
}

fn kes(minor: i64) -> Money {
    Money::kes_minor(minor)
}

fn days(first: Date, last: Date) -> LocalDays {
    LocalDays::new(&Zone::parse("Africa/Nairobi").unwrap(), first, last).unwrap()
}

/// All of May.
fn may() -> LocalDays {
    days(date!(2026 - 05 - 01), date!(2026 - 05 - 31))
}

impl Spa {
    /// Two businesses in Nairobi, each with Amina and Baraka, a massage and a customer. Whatever is recorded is recorded of
    /// both: a figure that counted a neighbour's rows would be twice as large.
    fn new() -> Self {
        let server = TestDatabase::create();
        let settings = DatabaseSettings {
            wait_ms: 30_000,
            ..DatabaseSettings::new(server.app_url())
        };
        let database = Database::new(&settings, Arc::new(SeededIds::lane(0x4e))).unwrap();
        let spa = Self { server, database };
        spa.run(&format!(
            "INSERT INTO tenants (id, created_at) VALUES ('$T', '2026-05-01Z');
             INSERT INTO tenant_settings (tenant_id, business_name, zone, currency)
                 VALUES ('$T', 'Aria Aura Spa', 'Africa/Nairobi', 'KES');
             INSERT INTO customers (tenant_id, id, phone, created_at)
                 VALUES ('$T', '{}', '+254700000123', '2026-05-01Z');
             INSERT INTO staff (tenant_id, id, name) VALUES ('$T', '{}', 'Amina'), ('$T', '{}', 'Baraka');
             INSERT INTO services (tenant_id, id, name, category, price_minor, currency, segments)
                 VALUES ('$T', '{}', '=Massage', 'massage', 100000, 'KES', '[{{\"minutes\": 60}}]')",
            id(1, 1),
            id(2, 1),
            id(2, 2),
            id(3, 1),
        ));
        spa
    }

    /// The same in both businesses; `$T` is the business.
    fn run(&self, statements: &str) {
        let mut connection: PgConnection = self.server.connect_as_app();
        for number in [1, 2] {
            let own = tenant(number);
            connection
                .batch_execute(&format!(
                    "SELECT set_config('ratiba.current_tenant', '{own}', false);"
                ))
                .unwrap();
            let statements = statements.replace("$T", &own.to_string());
            connection
                .batch_execute(&format!("BEGIN; {statements}; COMMIT"))
                .unwrap();
        }
    }

    fn reports(&self) -> PgReports {
        PgReports::new(self.database.clone())
    }

    /// An appointment of Amina's, a visit of its own, in a state that may have a fee.
    fn appointment(&self, number: u128, (start, end): (&str, &str), state: &str, fee: Option<i64>) {
        let fee = fee.map_or("NULL".to_owned(), |fee| fee.to_string());
        self.run(&format!(
            "INSERT INTO visits (tenant_id, id, customer_id, created_at) VALUES ('$T', '{visit}', '{customer}', '{start}');
             INSERT INTO appointments (tenant_id, id, visit_id, customer_id, service_id, staff_id, state, state_at, fee_minor,
                 start_at, end_at, channel, currency, list_price_minor, discount_minor, charged_minor, plan, created_at, tip_amount)
             VALUES ('$T', '{part}', '{visit}', '{customer}', '{service}', '{amina}', '{state}', '{start}', {fee},
                 '{start}', '{end}', 'chat', 'KES', 100001, 10000, 90001, '{{}}', '{start}', 500.00)",
            visit = id(4, number),
            part = id(5, number),
            customer = id(1, 1),
            service = id(3, 1),
            amina = id(2, 1),
        ));
    }

    /// A journal about a payment or none, with lines of accounts and amounts.
    fn journal(&self, number: u128, cause: &str, payment: Option<u128>, at: &str, lines: &[(&str, i64)]) {
        let payment = payment.map_or("NULL".to_owned(), |payment| format!("'{}'", id(6, payment)));
        let entries: Vec<String> = lines
            .iter()
            .enumerate()
            .map(|(position, (account, minor))| {
                let whose = match *account {
                    "customer_deposits" => format!("'{}'", id(1, 1)),
                    _house => "NULL".to_owned(),
                };
                format!(
                    "('$T', '{}', {position}, '{account}', {whose}, 'KES', {minor})",
                    id(7, number)
                )
            })
            .collect();
        self.run(&format!(
            "INSERT INTO ledger_journals (tenant_id, id, cause, payment_id, occurred_at)
                 VALUES ('$T', '{}', '{cause}', {payment}, '{at}');
             INSERT INTO ledger_entries (tenant_id, journal_id, position, account, customer_id, currency, amount_minor)
                 VALUES {}",
            id(7, number),
            entries.join(", ")
        ));
    }

    /// What is paid for an appointment's visit.
    fn payment(&self, number: u128) {
        self.run(&format!(
            "INSERT INTO payments (tenant_id, id, visit_id, customer_id, purpose, state, state_at, account_reference, currency,
                 due_minor, paid_minor, created_at)
             VALUES ('$T', '{}', '{}', '{}', 'full', 'settled', '2026-05-12Z', 'REF{number:09}', 'KES', 90001, 90001, '2026-05-12Z')",
            id(6, number),
            id(4, number),
            id(1, 1),
        ));
    }
}

#[tokio::test]
async fn tenders_are_what_moved_on_their_own_day_with_tips_apart() {
    let spa = Spa::new();
    // Half past one at night in Nairobi, which is yesterday in UTC.
    let night = "2026-05-12 22:30Z";
    let paid = [
        ("mpesa_clearing", 120_000),
        ("customer_deposits", -100_000),
        ("tips_payable", -20_000),
    ];
    spa.journal(1, "received:1", None, night, &paid);
    let back = [("mpesa_clearing", -30_000), ("customer_deposits", 30_000)];
    spa.journal(2, "refunded:1", None, "2026-05-14 09:00Z", &back);
    let card = [("card_clearing", 5_000), ("customer_deposits", -5_000)];
    spa.journal(3, "received:2", None, "2026-05-14 09:00Z", &card);
    // Neither what a visit earned nor what lies on other accounts moved by any tender.
    let earned = [("customer_deposits", 70_000), ("service_revenue", -70_000)];
    spa.journal(4, "earned:1", None, "2026-05-14 10:00Z", &earned);

    let found = spa.reports().tenders(tenant(1), may()).await.unwrap();
    let told: Vec<_> = found
        .iter()
        .map(|one| {
            let net = one.net().unwrap();
            (
                one.day,
                one.tender.as_str(),
                one.taken,
                one.tips,
                one.given_back,
                net,
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (
                date!(2026 - 05 - 13),
                "mpesa",
                kes(100_000),
                kes(20_000),
                kes(0),
                kes(120_000)
            ),
            (
                date!(2026 - 05 - 14),
                "mpesa",
                kes(0),
                kes(0),
                kes(30_000),
                kes(-30_000)
            ),
            (
                date!(2026 - 05 - 14),
                "card",
                kes(5_000),
                kes(0),
                kes(0),
                kes(5_000)
            ),
        ]
    );

    // The owner's digest tells the same.
    let digest = figures::takings(&spa.database, tenant(1), may().range())
        .await
        .unwrap();
    let sum = |of: fn(&ratiba_payments::ports::TenderDay) -> i64| found.iter().map(of).sum::<i64>();
    let told = |word: &str| {
        let of_word = digest.iter().filter(|(one, _)| one == word);
        of_word.map(|(_, amount)| amount.amount_minor()).sum::<i64>()
    };
    assert_eq!(sum(|one| one.tips.amount_minor()), told("tips"));
    assert_eq!(sum(|one| one.given_back.amount_minor()), told("refunds"));
    assert_eq!(
        sum(|one| one.taken.amount_minor()),
        told("mpesa") + told("card") + told("cash")
    );
}

#[tokio::test]
async fn revenue_is_what_was_completed_without_tips_and_a_team_splits_it_to_the_cent() {
    let spa = Spa::new();
    // It ends after midnight in Nairobi.
    spa.appointment(1, ("2026-05-12 20:30Z", "2026-05-12 21:30Z"), "completed", None);
    spa.appointment(2, ("2026-05-13 09:00Z", "2026-05-13 10:00Z"), "completed", None);
    spa.appointment(3, ("2026-05-13 11:00Z", "2026-05-13 12:00Z"), "confirmed", None);
    spa.appointment(4, ("2026-05-31 21:00Z", "2026-05-31 22:00Z"), "completed", None);
    spa.run(&format!(
        "INSERT INTO appointment_staff (tenant_id, appointment_id, staff_id, position)
             VALUES ('$T', '{part}', '{}', 0), ('$T', '{part}', '{}', 1)",
        id(2, 1),
        id(2, 2),
        part = id(5, 2),
    ));
    let found = spa.reports().revenue(tenant(1), may()).await.unwrap();
    let sold = |appointments, charged, discounts| Sold {
        appointments,
        charged: kes(charged),
        discounts: kes(discounts),
    };
    let services: Vec<_> = found
        .services
        .iter()
        .map(|one| (one.name.as_str(), one.sold))
        .collect();
    assert_eq!(services, [("=Massage", sold(2, 180_002, 20_000))]);
    let staff: Vec<_> = found
        .staff
        .iter()
        .map(|one| (one.name.as_str(), one.sold))
        .collect();
    assert_eq!(
        staff,
        [
            ("Amina", sold(2, 90_001 + 45_000, 15_000)),
            ("Baraka", sold(1, 45_001, 5_000)),
        ]
    );
    let of_days: Vec<_> = found.days.iter().map(|one| (one.day, one.sold)).collect();
    assert_eq!(of_days, [(date!(2026 - 05 - 13), sold(2, 180_002, 20_000))]);
}

#[tokio::test]
async fn no_shows_and_late_cancellations_are_of_what_was_due_and_fees_are_kept_by_the_books() {
    let spa = Spa::new();
    spa.appointment(1, ("2026-05-12 09:00Z", "2026-05-12 10:00Z"), "completed", None);
    spa.appointment(
        2,
        ("2026-05-12 11:00Z", "2026-05-12 12:00Z"),
        "no_show",
        Some(50_000),
    );
    spa.appointment(
        3,
        ("2026-05-12 13:00Z", "2026-05-12 14:00Z"),
        "cancelled_by_customer",
        Some(20_000),
    );
    // In time, so nobody was waited for; and one whose time has not come.
    spa.appointment(
        4,
        ("2026-05-12 15:00Z", "2026-05-12 16:00Z"),
        "cancelled_by_customer",
        Some(0),
    );
    spa.appointment(5, ("2026-05-20 09:00Z", "2026-05-20 10:00Z"), "confirmed", None);
    // Of the first fee a part was there to be kept, and some of it was given back later; of the second nothing.
    spa.payment(2);
    let earned = [("customer_deposits", 30_000), ("service_revenue", -30_000)];
    spa.journal(1, "earned:2", Some(2), "2026-05-12 12:00Z", &earned);
    let back = [("refunds", 5_000), ("mpesa_clearing", -5_000)];
    spa.journal(2, "refunded:2", Some(2), "2026-05-13 12:00Z", &back);

    let now = datetime!(2026-05-15 00:00 UTC);
    let found = spa.reports().missed(tenant(1), may(), now).await.unwrap();
    let told: Vec<_> = found
        .iter()
        .map(|one| {
            (
                one.staff_name.as_str(),
                one.due,
                one.no_shows,
                one.late_cancellations,
                one.fees,
                one.fees_kept,
            )
        })
        .collect();
    assert_eq!(told, [("Amina", 3, 1, 1, kes(70_000), kes(25_000))]);
    let later = spa.reports().missed(tenant(1), may(), LATER).await.unwrap();
    assert_eq!(later[0].due, 4, "its time has come");
}

#[tokio::test]
async fn utilisation_is_booked_of_open_without_leave_buffers_and_blocks() {
    let spa = Spa::new();
    spa.appointment(1, ("2026-05-12 09:00Z", "2026-05-12 10:00Z"), "completed", None);
    spa.appointment(2, ("2026-05-12 20:30Z", "2026-05-12 21:30Z"), "confirmed", None);
    spa.appointment(3, ("2026-05-12 13:00Z", "2026-05-12 14:00Z"), "expired", None);
    let claim = |number: u128, start: &str, end: &str, part: Option<u128>| {
        let (purpose, part) = part.map_or(("block", "NULL".to_owned()), |part| {
            ("appointment", format!("'{}'", id(5, part)))
        });
        spa.run(&format!(
            "INSERT INTO engagements (tenant_id, id, subject_kind, subject_id, starts_at, ends_at, buffer_before_minutes,
                 buffer_after_minutes, purpose, appointment_id)
             VALUES ('$T', '{}', 'staff', '{}', '{start}', '{end}', 5, 10, '{purpose}', {part})",
            id(8, number),
            id(2, 1),
        ));
    };
    claim(1, "2026-05-12 08:55Z", "2026-05-12 10:10Z", Some(1));
    // Over midnight in Nairobi: half of it is of the next day.
    claim(2, "2026-05-12 20:25Z", "2026-05-12 21:40Z", Some(2));
    claim(3, "2026-05-12 12:55Z", "2026-05-12 14:10Z", Some(3));
    claim(4, "2026-05-12 15:00Z", "2026-05-12 16:00Z", None);
    // Tuesdays from nine to five, but two hours of leave.
    spa.run(&format!(
        "INSERT INTO staff_hours (tenant_id, id, staff_id, weekday, from_minute, to_minute)
             VALUES ('$T', '{}', '{amina}', 2, 540, 1020);
         INSERT INTO staff_leave (tenant_id, id, staff_id, starts_at, ends_at)
             VALUES ('$T', '{}', '{amina}', '2026-05-12 06:00Z', '2026-05-12 08:00Z')",
        id(9, 1),
        id(9, 2),
        amina = id(2, 1),
    ));
    let two = days(date!(2026 - 05 - 12), date!(2026 - 05 - 13));
    let found = spa.reports().utilisation(tenant(1), two).await.unwrap();
    let told: Vec<_> = found
        .iter()
        .map(|one| {
            (
                one.day,
                one.name.as_str(),
                one.open_minutes,
                one.booked_minutes,
                one.rendered_minutes,
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (date!(2026 - 05 - 12), "Amina", 360, 90, 60),
            (date!(2026 - 05 - 13), "Amina", 0, 30, 0),
        ]
    );
}

#[tokio::test]
async fn conversations_count_on_the_day_they_were_opened_by_what_became_of_them() {
    let spa = Spa::new();
    let thread = |number: u128, opened: &str, closed: Option<&str>| {
        let closed = closed.map_or("NULL".to_owned(), |closed| format!("'{closed}'"));
        spa.run(&format!(
            "INSERT INTO conversation_threads (tenant_id, id, customer_id, channel, driver, state, opened_at, last_activity_at,
                 closed_at) VALUES ('$T', '{}', '{}', 'whatsapp', 'agent', '{{}}', '{opened}', '{opened}', {closed})",
            id(10, number),
            id(1, 1),
        ));
    };
    thread(1, "2026-05-11 21:30Z", Some("2026-05-12 08:00Z"));
    spa.appointment(1, ("2026-05-12 07:00Z", "2026-05-12 07:30Z"), "completed", None);
    // What was held and ran out is no booking.
    thread(2, "2026-05-12 09:00Z", Some("2026-05-12 10:00Z"));
    spa.appointment(2, ("2026-05-12 09:30Z", "2026-05-12 09:45Z"), "expired", None);
    thread(3, "2026-05-12 11:00Z", Some("2026-05-12 12:00Z"));
    thread(4, "2026-05-12 13:00Z", Some("2026-05-12 14:00Z"));
    thread(5, "2026-05-13 09:00Z", None);
    spa.run(&format!(
        "INSERT INTO handoffs (tenant_id, id, thread_id, reason, since) VALUES ('$T', '{}', '{}', 'asked', '2026-05-12 11:30Z');
         INSERT INTO consents (tenant_id, id, customer_id, purpose, action, wording, wording_version, channel, at)
             VALUES ('$T', '{}', '{customer}', 'marketing', 'withdrawn', 'STOP', '1', 'whatsapp', '2026-05-12 13:30Z');
         INSERT INTO archived_threads (tenant_id, id, customer_id, opened_at, closed_at, archived_at, log)
             VALUES ('$T', '{}', '{customer}', '2026-05-04 09:00Z', '2026-05-04 10:00Z', '2026-05-20Z',
                 '{{\"handoffs\": [{{}}]}}')",
        id(11, 1),
        id(10, 3),
        id(11, 2),
        id(10, 9),
        customer = id(1, 1),
    ));
    let found = spa.reports().outcomes(tenant(1), may()).await.unwrap();
    let told: Vec<_> = found
        .iter()
        .map(|one| {
            (
                one.day,
                [
                    one.opened,
                    one.booked,
                    one.handed_over,
                    one.opted_out,
                    one.given_up,
                    one.going_on,
                ],
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (date!(2026 - 05 - 04), [1, 0, 1, 0, 0, 0]),
            (date!(2026 - 05 - 12), [4, 1, 1, 1, 1, 0]),
            (date!(2026 - 05 - 13), [1, 0, 0, 0, 0, 1]),
        ]
    );
}
