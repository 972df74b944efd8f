//! The setup's ports on a real server: the contract that the fake keeps too, the fences, and the race between
//! a leave and the bookings that are made at the same moment.

#![expect(clippy::unwrap_used, reason = "a test that cannot be arranged fails")]

use std::collections::BTreeSet;
use std::sync::Arc;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{Jsonb, Text, Timestamptz};
use diesel::{QueryableByName, sql_query};
use ratiba_booking::availability::{PartRequest, StaffWish};
use ratiba_booking::event::BookingEvent;
use ratiba_booking::ports::{AppointmentBook, Catalogue, ClaimChange, Timetable};
use ratiba_booking::setup::{HitList, Leave, Page, SetupBook, SetupChange, SetupShelf, SetupStep, Versioned};
use ratiba_booking::test_support::builders::{
    AppointmentBuilder, NOW, a_service, an_order_of, at, customer, decided, every_day, from_to, service,
    staff, tenants,
};
use ratiba_booking::test_support::setup_contract;
use ratiba_booking::test_support::setup_contract::SetupUnderTest;
use ratiba_booking::use_cases::{ConfirmVisit, Confirmation, HoldVisit, HoldVisitError};
use ratiba_kernel::TenantId;
use ratiba_kernel::test_support::{ManualClock, SeededIds};
use ratiba_postgres::booking::{PgAppointmentBook, PgPriceList, PgSetup, PgTimetable};
use ratiba_postgres::{Database, DatabaseSettings};
use ratiba_test_database::TestDatabase;
use time::OffsetDateTime;

/// Two tenants with three people each, who have no hours yet, and two customers.
fn arrange(database: &TestDatabase) {
    let mut app = database.connect_as_app();
    for tenant in tenants() {
        let mut script = format!(
            "BEGIN; SELECT set_config('ratiba.current_tenant', '{tenant}', true);
             INSERT INTO tenants (id, created_at) VALUES ('{tenant}', '2026-01-01Z');
             INSERT INTO tenant_settings (tenant_id, business_name, zone, currency)
                VALUES ('{tenant}', 'Aria Aura', 'Africa/Nairobi', 'KES');
             INSERT INTO schedules (id, name, tenant_id, zone, at_hour, at_minute, next_run_at)
                VALUES (gen_random_uuid(), 'digest', '{tenant}', 'Africa/Nairobi', 7, 0, '2026-05-13 04:00Z');"
        );
        for number in 1..=2 {
            script += &format!(
                "INSERT INTO customers (tenant_id, id, phone, created_at)
                    VALUES ('{tenant}', '{}', '+25470000000{number}', '2026-01-01Z');",
                customer(number)
            );
        }
        for number in 1..=3 {
            script += &format!(
                "INSERT INTO staff (tenant_id, id, name) VALUES ('{tenant}', '{}', 'Staff {number}');",
                staff(number)
            );
        }
        app.batch_execute(&(script + "COMMIT;")).unwrap();
    }
}

/// A database that [`arrange`] prepared, and the ports over it.
struct Server {
    database: TestDatabase,
    pool: Database,
    setup: PgSetup,
    book: PgAppointmentBook,
}

impl Server {
    fn start() -> Self {
        let database = TestDatabase::create();
        arrange(&database);
        let mut settings = DatabaseSettings::new(database.app_url());
        settings.connections_max = 12;
        let pool = Database::new(&settings, Arc::new(SeededIds::lane(9))).unwrap();
        Self {
            setup: PgSetup::new(pool.clone()),
            book: PgAppointmentBook::new(pool.clone()),
            pool,
            database,
        }
    }

    fn rows<T: QueryableByName<diesel::pg::Pg> + 'static>(&self, tenant: TenantId, query: &str) -> Vec<T> {
        let mut conn = self.database.connect_as_app();
        conn.batch_execute(&format!(
            "SELECT set_config('ratiba.current_tenant', '{tenant}', false)"
        ))
        .unwrap();
        sql_query(query).load(&mut conn).unwrap()
    }

    async fn take(&self, step: SetupStep) -> ratiba_booking::setup::Recorded {
        let change = SetupChange {
            at: NOW,
            by: "token:1".to_owned(),
            step,
        };
        self.setup.record(tenants()[0], change).await.unwrap()
    }
}

#[derive(QueryableByName)]
struct Document {
    #[diesel(sql_type = Jsonb)]
    payload: serde_json::Value,
}

#[derive(QueryableByName, Debug, PartialEq, Eq)]
struct Schedule {
    #[diesel(sql_type = Text)]
    zone: String,
    #[diesel(sql_type = Timestamptz)]
    next_run_at: OffsetDateTime,
}

impl SetupUnderTest for Server {
    fn book(&self) -> &dyn SetupBook {
        &self.setup
    }
    fn shelf(&self) -> &dyn SetupShelf {
        &self.setup
    }
    fn list(&self) -> &dyn HitList {
        &self.setup
    }
    fn appointments(&self) -> &dyn AppointmentBook {
        &self.book
    }
    async fn events(&self, tenant: TenantId) -> Vec<BookingEvent> {
        let rows: Vec<Document> = self.rows(
            tenant,
            "SELECT payload FROM outbox WHERE topic = 'booking' ORDER BY seq",
        );
        rows.into_iter()
            .map(|row| serde_json::from_value(row.payload).unwrap())
            .collect()
    }
}

#[tokio::test]
async fn postgres_keeps_the_contract() {
    setup_contract(async || Server::start()).await;
}

/// What was put is what the engine reads.
#[tokio::test]
async fn the_catalogue_sells_what_was_put() {
    let server = Server::start();
    let mut sold = a_service(1, 60);
    sold.window.horizon_days.web = Some(14);
    server
        .take(SetupStep::PutService {
            service: sold.clone(),
            version: ratiba_booking::appointment::Version::NEW,
        })
        .await;
    let catalogue = PgTimetable::new(server.pool.clone());
    assert_eq!(catalogue.services(tenants()[0]).await.unwrap(), [sold]);
}

#[tokio::test]
async fn another_zone_moves_the_tenants_schedules_along() {
    let server = Server::start();
    let Versioned { mut value, version } = server.setup.policy(tenants()[0]).await.unwrap();
    value.zone = ratiba_kernel::Zone::parse("Asia/Kolkata").unwrap();
    server
        .take(SetupStep::PutPolicy {
            policy: value,
            version,
        })
        .await;
    let query = |tenant| format!("SELECT zone, next_run_at FROM schedules WHERE tenant_id = '{tenant}'");
    let moved: Vec<Schedule> = server.rows(tenants()[0], &query(tenants()[0]));
    // 07:00 in India; it is 10:30 there already, so tomorrow.
    let next = time::macros::datetime!(2026-05-13 01:30 UTC);
    assert_eq!(
        (moved[0].zone.as_str(), moved[0].next_run_at),
        ("Asia/Kolkata", next)
    );
    let other: Vec<Schedule> = server.rows(tenants()[1], &query(tenants()[1]));
    assert_eq!(other[0].zone, "Africa/Nairobi");
}

/// Sells service 1 by staff 1 and 2, all day.
async fn open_all_day(server: &Server) {
    let new = ratiba_booking::appointment::Version::NEW;
    server
        .take(SetupStep::PutService {
            service: a_service(1, 60),
            version: new,
        })
        .await;
    for number in 1..=2 {
        let person = server
            .setup
            .person(tenants()[0], staff(number))
            .await
            .unwrap()
            .unwrap();
        server
            .take(SetupStep::PutHours {
                staff: staff(number),
                weekly: every_day(0, 1_440),
                version: person.version,
            })
            .await;
    }
}

fn a_leave_of_staff_one() -> Leave {
    Leave {
        id: ratiba_kernel::Id::from_uuid(uuid::Uuid::from_u128(0x1ea7e)),
        staff: staff(1),
        range: from_to((6, 0), (18, 0)),
        reason: None,
    }
}

const ALL: Page = Page {
    after: None,
    limit: 200,
};

#[tokio::test]
async fn a_booking_that_is_being_made_is_waited_for_and_listed() {
    let server = Server::start();
    open_all_day(&server).await;
    let tenant = tenants()[0];
    let builder = AppointmentBuilder::new(1, from_to((10, 0), (11, 0)));
    // Somebody shares the setup's lock, as whoever books does, and has not committed yet.
    let mut open = server.database.connect_as_app();
    open.batch_execute(&format!(
        "BEGIN; SELECT set_config('ratiba.current_tenant', '{tenant}', true),
            pg_advisory_xact_lock_shared(1, ratiba_setup_lock('{tenant}'))"
    ))
    .unwrap();
    let leave = SetupStep::AddLeave(a_leave_of_staff_one());
    let change = SetupChange {
        at: NOW,
        by: "token:1".to_owned(),
        step: leave,
    };
    let setup = server.setup.clone();
    let waiting = tokio::spawn(async move { setup.record(tenant, change).await.unwrap() });
    let held = builder.held(NOW);
    let booking = held.booking();
    let plan = ratiba_postgres::booking::plan_document(&booking.recipe, &booking.claims).unwrap();
    open.batch_execute(&format!(
        "INSERT INTO visits (tenant_id, id, customer_id, created_at)
            VALUES ('{tenant}', '{visit}', '{customer}', '2026-05-12Z');
         INSERT INTO appointments (tenant_id, id, visit_id, customer_id, service_id, staff_id, state, state_at,
            start_at, end_at, channel, currency, list_price_minor, charged_minor, plan, created_at)
            VALUES ('{tenant}', '{id}', '{visit}', '{customer}', '{service}', '{staff}', 'confirmed', '2026-05-12Z',
            '{start}', '{end}', 'chat', 'KES', 350000, 350000, '{plan}', '2026-05-12Z');
         INSERT INTO engagements (tenant_id, id, subject_kind, subject_id, starts_at, ends_at, purpose, appointment_id)
            VALUES ('{tenant}', gen_random_uuid(), 'staff', '{staff}', '{start}', '{end}', 'appointment', '{id}');",
        visit = booking.visit,
        customer = booking.customer,
        service = booking.service,
        staff = staff(1),
        id = held.id(),
        start = booking.time.start(),
        end = booking.time.end(),
    ))
    .unwrap();
    assert!(!waiting.is_finished(), "the leave waits for whoever books");
    open.batch_execute("COMMIT").unwrap();
    let recorded = waiting.await.unwrap();
    assert_eq!(recorded.hits.keys().copied().collect::<Vec<_>>(), [held.id()]);
}

#[test]
fn the_tables_are_fenced_by_checks() {
    let database = TestDatabase::create();
    arrange(&database);
    let tenant = tenants()[0];
    let mut conn = database.connect_as_app();
    for (statement, refusal) in [
        (
            format!(
                "INSERT INTO blocks (tenant_id, id, starts_at, ends_at, made_at, made_by)
                 VALUES ('{tenant}', gen_random_uuid(), '2026-05-12Z', '2026-05-13Z', '2026-05-12Z', 'token:1')"
            ),
            "blocks_check",
        ),
        (
            format!(
                "INSERT INTO blocks (tenant_id, id, staff_id, seat, starts_at, ends_at, made_at, made_by)
                 VALUES ('{tenant}', gen_random_uuid(), '{}', 0, '2026-05-12Z', '2026-05-13Z', '2026-05-12Z', 't')",
                staff(1)
            ),
            "blocks_",
        ),
        ("DELETE FROM blocks".to_owned(), "permission denied"),
        ("DELETE FROM bookings_hit".to_owned(), "permission denied"),
        ("UPDATE bookings_hit SET found_by = 'x'".to_owned(), "permission denied"),
    ] {
        let refused = conn
            .batch_execute(&format!(
                "BEGIN; SELECT set_config('ratiba.current_tenant', '{tenant}', true); {statement}; COMMIT"
            ))
            .unwrap_err()
            .to_string();
        assert!(refused.contains(refusal), "{statement}: {refused}");
        conn.batch_execute("ROLLBACK").unwrap();
    }
}

#[tokio::test]
async fn what_a_change_met_is_read_page_by_page() {
    let server = Server::start();
    open_all_day(&server).await;
    let mut made = BTreeSet::new();
    for number in 1..=5_i64 {
        let slot = from_to((6 + number, 0), (7 + number, 0));
        let builder = AppointmentBuilder::new(u64::try_from(number).unwrap(), slot);
        let mut change = decided(NOW).with(builder.held(NOW), ClaimChange::Take);
        change.head = Some(builder.head(NOW));
        server.book.record(tenants()[0], change).await.unwrap();
        made.insert(builder.held(NOW).id());
    }
    let leave = SetupStep::AddLeave(a_leave_of_staff_one());
    assert_eq!(server.take(leave).await.hits.len(), 5);
    let mut seen = BTreeSet::new();
    let mut page = Page { limit: 2, ..ALL };
    loop {
        let hits = server.setup.hits(tenants()[0], page, false).await.unwrap();
        let Some(last) = hits.last() else { break };
        page.after = Some(last.id.as_uuid());
        seen.extend(hits.iter().map(|hit| hit.appointment));
    }
    assert_eq!(seen, made);
}

/// Every booking that is made while a leave is being entered is refused or listed, whoever comes first.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_leave_and_bookings_at_the_same_moment_lose_none() {
    let (mut listed, mut refused) = (0, 0);
    for round in 0..6_usize {
        let server = Server::start();
        open_all_day(&server).await;
        let tenant = tenants()[0];
        let timetable: Arc<dyn Timetable> = Arc::new(PgTimetable::new(server.pool.clone()));
        let hold = |number: u64, hour: i64| {
            let hold = HoldVisit {
                book: Arc::new(server.book.clone()),
                timetable: Arc::clone(&timetable),
                packages: Arc::new(PgPriceList::new(server.pool.clone())),
                clock: Arc::new(ManualClock::at(NOW)),
                ids: Arc::new(SeededIds::lane(100 + number)),
            };
            let mut order = an_order_of(&format!("race-{number}"), at(hour, 0));
            order.parts = vec![PartRequest::new(service(1), StaffWish::Only(staff(1)))];
            async move { hold.execute(tenant, order).await }
        };
        // The setup of before is in this process's memory when the race begins.
        hold(99, 20).await.unwrap();
        let barrier = Arc::new(tokio::sync::Barrier::new(10));
        let bookings: Vec<_> = (0..9_u64)
            .map(|number| {
                let (barrier, hold) = (
                    Arc::clone(&barrier),
                    hold(number, i64::try_from(7 + number).unwrap()),
                );
                // In each round the leave comes after another number of bookings.
                let held_back = usize::try_from(number).unwrap() > round;
                tokio::spawn(async move {
                    barrier.wait().await;
                    if held_back {
                        tokio::task::yield_now().await;
                    }
                    hold.await
                })
            })
            .collect();
        let change = SetupChange {
            at: NOW,
            by: "token:1".to_owned(),
            step: SetupStep::AddLeave(a_leave_of_staff_one()),
        };
        barrier.wait().await;
        let recorded = server.setup.record(tenant, change).await.unwrap();
        for booking in bookings {
            match booking.await.unwrap() {
                Ok(held) => {
                    let id = held.visit.appointments[0].id();
                    assert!(
                        recorded.hits.contains_key(&id),
                        "round {round}: {id} slipped past"
                    );
                    listed += 1;
                }
                Err(HoldVisitError::NotFree { .. }) => refused += 1,
                Err(other) => panic!("{other}"),
            }
        }
    }
    assert_eq!(listed + refused, 54);
}

/// Late money takes its time again: a leave that came in between has it on the list then.
#[tokio::test]
async fn a_hold_that_ran_out_is_listed_once_it_stands_again() {
    let server = Server::start();
    open_all_day(&server).await;
    let tenant = tenants()[0];
    let slot = from_to((10, 0), (11, 0));
    let builder = AppointmentBuilder::new(1, slot);
    let early = NOW - time::Duration::HOUR;
    let mut change = decided(early).with(builder.held(early), ClaimChange::Take);
    change.head = Some(builder.head(early));
    server.book.record(tenant, change).await.unwrap();
    let recorded = server.take(SetupStep::AddLeave(a_leave_of_staff_one())).await;
    assert!(recorded.hits.is_empty(), "it keeps nothing");
    assert_eq!(server.setup.hits(tenant, ALL, false).await.unwrap(), []);
    let paid = ConfirmVisit {
        book: Arc::new(server.book.clone()),
        catalogue: Arc::new(PgTimetable::new(server.pool.clone())),
        clock: Arc::new(ManualClock::at(NOW)),
    };
    let outcome = paid.execute(tenant, builder.head(early).id).await.unwrap();
    assert_eq!(outcome, Confirmation::Confirmed);
    assert_eq!(server.setup.hits(tenant, ALL, false).await.unwrap().len(), 1);
}

/// A visit of two parts whose hold ran out; the first is at ten with staff 1, the second at two with staff 2.
async fn an_overdue_visit_of_two(server: &Server) -> [AppointmentBuilder; 2] {
    let early = NOW - time::Duration::HOUR;
    let parts = [
        AppointmentBuilder::new(1, from_to((10, 0), (11, 0))),
        AppointmentBuilder::new(2, from_to((14, 0), (15, 0)))
            .by(2)
            .of_visit(1),
    ];
    let mut change = decided(early);
    change.head = Some(parts[0].head(early));
    for part in &parts {
        change = change.with(part.held(early), ClaimChange::Take);
    }
    server.book.record(tenants()[0], change).await.unwrap();
    parts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_block_waits_for_whoever_changes_another_part_of_an_overdue_visit_in_its_way() {
    let server = Server::start();
    open_all_day(&server).await;
    let tenant = tenants()[0];
    let [_, other] = an_overdue_visit_of_two(&server).await;
    let mut open = server.database.connect_as_app();
    open.batch_execute(&format!(
        "BEGIN; SELECT set_config('ratiba.current_tenant', '{tenant}', true);
         UPDATE appointments SET version = version + 1 WHERE id = '{}'",
        other.held(NOW).id()
    ))
    .unwrap();
    let block = ratiba_booking::setup::Block {
        id: ratiba_kernel::Id::from_uuid(uuid::Uuid::from_u128(0xb10c)),
        subject: ratiba_booking::setup::BlockSubject::Staff(staff(1)),
        range: from_to((10, 0), (11, 0)),
        reason: None,
    };
    let change = SetupChange {
        at: NOW,
        by: "token:1".to_owned(),
        step: SetupStep::AddBlocks(vec![block]),
    };
    let setup = server.setup.clone();
    let waiting = tokio::spawn(async move { setup.record(tenant, change).await });
    // Until the block waits for a lock.
    let mut watch = server.database.connect_as_administrator();
    loop {
        let waits: i64 = sql_query(
            "SELECT count(*) AS count FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
        )
        .get_result::<Counted>(&mut watch)
        .unwrap()
        .count;
        if waits > 0 {
            break;
        }
        assert!(!waiting.is_finished(), "the block waits for the other change");
    }
    open.batch_execute("COMMIT").unwrap();
    waiting.await.unwrap().unwrap();
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    count: i64,
}

/// A confirmed appointment at ten that its customer did not come to.
async fn a_no_show(server: &Server) -> ratiba_booking::appointment::Appointment {
    let tenant = tenants()[0];
    let builder = AppointmentBuilder::new(1, from_to((10, 0), (11, 0))).with_buffer_after(15);
    let mut change = decided(NOW).with(builder.held(NOW), ClaimChange::Take);
    change.head = Some(builder.head(NOW));
    server.book.record(tenant, change).await.unwrap();
    let found = async || {
        let found = server.book.appointment(tenant, builder.held(NOW).id()).await;
        found.unwrap().unwrap()
    };
    let confirmed = found().await.confirm(NOW).unwrap();
    let change = decided(NOW).with(confirmed, ClaimChange::Keep);
    server.book.record(tenant, change).await.unwrap();
    let missed = found()
        .await
        .no_show(ratiba_kernel::Money::kes_minor(0), NOW)
        .unwrap();
    let change = decided(NOW).with(missed, ClaimChange::Release);
    server.book.record(tenant, change).await.unwrap();
    found().await
}

#[tokio::test]
async fn a_no_show_in_a_leave_is_listed_once_it_is_taken_back() {
    let server = Server::start();
    open_all_day(&server).await;
    let tenant = tenants()[0];
    let missed = a_no_show(&server).await;
    let recorded = server.take(SetupStep::AddLeave(a_leave_of_staff_one())).await;
    assert!(recorded.hits.is_empty(), "it keeps nothing");
    assert_eq!(server.setup.hits(tenant, ALL, false).await.unwrap(), []);
    let back = missed.undo_no_show(NOW).unwrap();
    let change = decided(NOW).with(back, ClaimChange::Take);
    server.book.record(tenant, change).await.unwrap();
    assert_eq!(server.setup.hits(tenant, ALL, false).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_no_show_that_is_taken_back_claims_by_the_rule_for_buffers_in_force() {
    let server = Server::start();
    open_all_day(&server).await;
    let tenant = tenants()[0];
    let missed = a_no_show(&server).await;
    assert_eq!(missed.booking().claims[0].range, from_to((10, 0), (11, 15)));
    let Versioned { mut value, version } = server.setup.policy(tenant).await.unwrap();
    value.rules.buffers = ratiba_booking::policy::BufferRule::Shared;
    let policy = value;
    server.take(SetupStep::PutPolicy { policy, version }).await;
    let found = server
        .book
        .appointment(tenant, missed.id())
        .await
        .unwrap()
        .unwrap();
    let claim = &found.booking().claims[0];
    assert_eq!(claim.buffers, ratiba_booking::policy::BufferRule::Shared);
    assert_eq!(claim.range, from_to((10, 0), (11, 0)));
}
