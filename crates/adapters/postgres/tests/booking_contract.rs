//! Booking's ports on a real server: the contract, the facts, and races for one slot.

#![expect(clippy::unwrap_used, reason = "a test that cannot be arranged fails")]

use std::collections::BTreeSet;
use std::sync::Arc;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Jsonb, Timestamptz};
use diesel::{QueryableByName, sql_query};
use ratiba_booking::appointment::State;
use ratiba_booking::availability::{DayBlock, EngagedAs, PartRequest, StaffWish};
use ratiba_booking::catalogue::{Deposit, Minutes, Offering};
use ratiba_booking::engagement::Subject;
use ratiba_booking::event::{BookingEvent, BookingTask, Due};
use ratiba_booking::policy::{BufferRule, Channel};
use ratiba_booking::ports::{
    AppointmentBook, Catalogue, Change, ClaimChange, FactsQuery, PromotionBook, SetupVersion, Timetable,
};
use ratiba_booking::promotion::Promotion;
use ratiba_booking::test_support::builders::{
    self, AppointmentBuilder, NOW, an_order_of, anybody_for, at, customer, decided, from_to, resource,
    service, staff, tenants,
};
use ratiba_booking::test_support::contracts::BookUnderTest;
use ratiba_booking::test_support::price_list::a_promotion;
use ratiba_booking::test_support::{appointment_book_contract, price_list_contract};
use ratiba_booking::use_cases::{ExpireHold, HoldVisit, HoldVisitError};
use ratiba_kernel::test_support::{ManualClock, SeededIds};
use ratiba_kernel::{Money, Outage, TenantId, TimeRange};
use ratiba_postgres::booking::{PgAppointmentBook, PgPriceList, PgTimetable};
use ratiba_postgres::{Database, DatabaseSettings};
use ratiba_test_database::TestDatabase;
use time::macros::{date, datetime};
use time::{Duration, OffsetDateTime, Weekday};

/// Two tenants, each with two services, three staff at work every day from 09:00 to 17:00, two rooms and two
/// customers.
fn arrange(database: &TestDatabase) {
    let mut owner = database.connect_as_app();
    for tenant in tenants() {
        let mut script = format!(
            "BEGIN; SELECT set_config('ratiba.current_tenant', '{tenant}', true);
             INSERT INTO tenants (id, created_at) VALUES ('{tenant}', '2026-01-01Z');
             INSERT INTO tenant_settings (tenant_id, business_name, zone, currency)
                VALUES ('{tenant}', 'Aria Aura', 'Africa/Nairobi', 'KES');"
        );
        for number in 1..=2 {
            script += &format!(
                "INSERT INTO customers (tenant_id, id, phone, created_at)
                    VALUES ('{tenant}', '{}', '+25470000000{number}', '2026-01-01Z');
                 INSERT INTO resources (tenant_id, id, kind, name, capacity)
                    VALUES ('{tenant}', '{}', 'room', 'Room {number}', {number});
                 INSERT INTO services (tenant_id, id, name, name_sw, aliases, category, price_minor, currency,
                    deposit_kind, deposit_value, segments, tax_basis_points)
                    VALUES ('{tenant}', '{}', 'Service {number}', 'Huduma {number}', '{{rub}}', 'massage', 350000,
                    'KES', 'percent', 10000,
                    '[{{\"minutes\": 60, \"staff\": true, \"resource_kind\": {}, \"client\": true}}]', 1600);",
                customer(number),
                resource(number),
                service(number),
                if number == 1 { "null" } else { "\"room\"" },
            );
        }
        for number in 1..=3 {
            let id = staff(number);
            script += &format!(
                "INSERT INTO staff (tenant_id, id, name) VALUES ('{tenant}', '{id}', 'Staff {number}');
                 INSERT INTO staff_hours (tenant_id, id, staff_id, weekday, from_minute, to_minute)
                    SELECT '{tenant}', gen_random_uuid(), '{id}', day, 540, 1020 FROM generate_series(1, 7) AS day;
                 INSERT INTO staff_services (tenant_id, staff_id, service_id)
                    SELECT '{tenant}', '{id}', s.id FROM services s WHERE s.tenant_id = '{tenant}';"
            );
        }
        owner.batch_execute(&(script + "COMMIT;")).unwrap();
    }
}

/// A database that [`arrange`] prepared, and the ports over it.
struct Server {
    database: TestDatabase,
    book: PgAppointmentBook,
    timetable: PgTimetable,
    prices: PgPriceList,
}

impl Server {
    fn start() -> Self {
        let database = TestDatabase::create();
        arrange(&database);
        // Many at once wait for one another for as long as a busy machine takes.
        let settings = DatabaseSettings {
            wait_ms: 30_000,
            ..DatabaseSettings::new(database.app_url())
        };
        let pool = Database::new(&settings, Arc::new(SeededIds::lane(9))).unwrap();
        Self {
            database,
            book: PgAppointmentBook::new(pool.clone()),
            timetable: PgTimetable::new(pool.clone()),
            prices: PgPriceList::new(pool),
        }
    }

    /// Runs a script as a tenant.
    fn run(&self, tenant: TenantId, script: &str) {
        let script =
            format!("BEGIN; SELECT set_config('ratiba.current_tenant', '{tenant}', true); {script}; COMMIT;");
        self.database.connect_as_app().batch_execute(&script).unwrap();
    }

    fn rows(&self, tenant: TenantId, query: &str) -> Vec<Document> {
        let mut conn = self.database.connect_as_app();
        conn.batch_execute(&format!(
            "SELECT set_config('ratiba.current_tenant', '{tenant}', false)"
        ))
        .unwrap();
        sql_query(query).load(&mut conn).unwrap()
    }

    fn holds(&self) -> HoldVisit {
        HoldVisit {
            book: Arc::new(self.book.clone()),
            timetable: Arc::new(self.timetable.clone()),
            packages: Arc::new(self.prices.clone()),
            clock: Arc::new(ManualClock::at(NOW)),
            ids: Arc::new(SeededIds::lane(1)),
        }
    }
}

#[derive(QueryableByName)]
struct Document {
    #[diesel(sql_type = Jsonb)]
    payload: serde_json::Value,
    #[diesel(sql_type = Timestamptz)]
    at: OffsetDateTime,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

impl BookUnderTest for Server {
    fn port(&self) -> &dyn AppointmentBook {
        &self.book
    }

    async fn events(&self, tenant: TenantId) -> Vec<BookingEvent> {
        let query = "SELECT payload, occurred_at AS at FROM outbox WHERE topic = 'booking' ORDER BY seq";
        let rows = self.rows(tenant, query);
        rows.into_iter()
            .map(|row| serde_json::from_value(row.payload).unwrap())
            .collect()
    }

    async fn tasks(&self, tenant: TenantId) -> Vec<Due<BookingTask>> {
        let query = format!(
            "SELECT payload, run_at AS at FROM jobs WHERE kind LIKE 'booking.%' AND tenant_id = '{tenant}' ORDER BY run_at"
        );
        let due = |row: Document| Due {
            at: row.at,
            task: serde_json::from_value(row.payload).unwrap(),
        };
        self.rows(tenant, &query).into_iter().map(due).collect()
    }

    async fn freeze_may(&self, tenant: TenantId) {
        let script = format!(
            "INSERT INTO commission_period (tenant_id, id, staff_id, period_start, period_end, type,
                commission_kes_minor, tip_kes_minor, hours_worked, services_rendered_count, frozen_at, frozen_by,
                content_hash, engine_version, rules)
             VALUES ('{tenant}', gen_random_uuid(), '{}', '2026-05-01', '2026-06-01', 'close', 0, 0, 0, 0,
                '2026-06-01Z', 'system', decode(repeat('00', 32), 'hex'), '1', '[]')",
            staff(1)
        );
        self.run(tenant, &script);
    }

    async fn setup(&self, tenant: TenantId) -> SetupVersion {
        let outlook = self.timetable.outlook(tenant, day_query([1])).await.unwrap();
        outlook.setup
    }

    async fn change_setup(&self, tenant: TenantId) {
        self.run(tenant, "UPDATE staff SET weight = weight + 1");
    }
}

#[tokio::test]
async fn postgres_keeps_the_contract_of_the_book() {
    Box::pin(appointment_book_contract(async || Server::start())).await;
}

#[tokio::test]
async fn postgres_keeps_the_contract_of_the_price_list() {
    price_list_contract(async || Server::start(), |server| &server.prices).await;
}

#[tokio::test]
async fn the_promotions_of_the_days_are_among_the_facts() {
    let server = Server::start();
    let tenant = tenants()[0];
    let past = Promotion {
        last_day: date!(2026 - 05 - 02),
        ..a_promotion(2)
    };
    let retired = Promotion {
        offering: Offering::Retired,
        ..a_promotion(3)
    };
    for promotion in [a_promotion(1), past, retired] {
        server.prices.keep_promotion(tenant, promotion).await.unwrap();
    }
    let facts = server.timetable.facts(tenant, day_query([1])).await.unwrap();
    let ids: Vec<_> = facts.promotions.iter().map(|promotion| promotion.id).collect();
    assert_eq!(ids, [a_promotion(1).id]);
    let held = server
        .holds()
        .execute(tenant, an_order_of("k1", at(10, 0)))
        .await
        .unwrap();
    assert_eq!(held.due, Money::kes_minor(315_000));
}

fn day_query(numbers: impl IntoIterator<Item = u64>) -> FactsQuery {
    FactsQuery {
        parts: numbers.into_iter().map(anybody_for).collect(),
        window: from_to((9, 0), (17, 0)),
    }
}

#[tokio::test]
async fn the_catalogue_is_read_as_it_was_written() {
    let server = Server::start();
    let tenant = tenants()[0];
    server.run(
        tenant,
        &format!(
            "UPDATE services SET deposit_kind = 'flat', deposit_value = 50000, buffer_after_minutes = 10,
                active = false WHERE id = '{}';
             UPDATE tenant_settings SET booking = '{{\"grid_step\": 10, \"buffers\": \"shared\"}}';
             INSERT INTO opening_hours (tenant_id, id, weekday, from_minute, to_minute)
                VALUES ('{tenant}', gen_random_uuid(), 7, 600, 1560);
             INSERT INTO holidays (tenant_id, day, name, blocks)
                VALUES ('{tenant}', '2026-06-01', 'Madaraka', '[{{\"from_minute\": 600, \"to_minute\": 720}}]')",
            service(2)
        ),
    );
    let services = server.timetable.services(tenant).await.unwrap();
    let expected = builders::a_service(1, 60);
    let everybody: BTreeSet<_> = (1..=3).map(staff).collect();
    assert_eq!(services[0].recipe, expected.recipe);
    assert_eq!(
        (services[0].price, services[0].deposit),
        (expected.price, expected.deposit)
    );
    assert_eq!(
        (services[0].name_sw.as_deref(), &services[0].staff),
        (Some("Huduma 1"), &everybody)
    );
    assert_eq!(services[1].deposit, Deposit::Flat(Money::kes_minor(50_000)));
    assert_eq!(services[1].recipe.buffers().after, Minutes::new(10));
    assert_eq!(services[1].offering, Offering::Retired);
    let policy = server.timetable.policy(tenant).await.unwrap();
    assert_eq!(
        (policy.rules.grid_step, policy.rules.buffers),
        (Minutes::new(10), BufferRule::Shared)
    );
    let hours = server.timetable.shop(tenant).await.unwrap().hours.clone();
    let weekly = hours.weekly.unwrap();
    assert_eq!(
        (weekly[0].weekday, weekly[0].block.to_minute),
        (Weekday::Sunday, 1_560)
    );
    assert_eq!(
        hours.dated[&date!(2026 - 06 - 01)],
        [DayBlock {
            from_minute: 600,
            to_minute: 720
        }]
    );
    let other = server.timetable.shop(tenants()[1]).await.unwrap().hours.clone();
    assert_eq!((other.weekly, other.dated.len()), (None, 0));
}

#[tokio::test]
async fn settings_that_do_not_fit_are_an_outage_that_names_them() {
    let server = Server::start();
    server.run(
        tenants()[0],
        "UPDATE tenant_settings SET booking = '{\"grid_stepp\": 10}'",
    );
    let Err(Outage(cause)) = server.timetable.policy(tenants()[0]).await else {
        panic!("they do not fit")
    };
    assert!(cause.to_string().contains("tenant_settings"), "{cause}");
}

#[tokio::test]
async fn facts_tell_hours_absences_load_and_engagements() {
    let server = Server::start();
    let tenant = tenants()[0];
    for (number, by) in [(1, 1), (2, 2)] {
        let builder = AppointmentBuilder::new(number, from_to((10, 0), (11, 0)))
            .by(by)
            .in_resource(by);
        let held = builder.held(NOW);
        let change = Change {
            head: Some(builder.head(NOW)),
            ..decided(NOW)
        };
        let appointment = if by == 1 { held } else { held.confirm(NOW).unwrap() };
        server
            .book
            .record(tenant, change.with(appointment, ClaimChange::Take))
            .await
            .unwrap();
    }
    server.run(
        tenant,
        &format!(
            "UPDATE engagements SET load_minutes = 0 WHERE subject_id = '{two}';
             UPDATE staff SET hire_date = '2026-05-01', weight = 50 WHERE id = '{two}';
             UPDATE staff SET active = false WHERE id = '{three}';
             INSERT INTO staff_leave (tenant_id, id, staff_id, starts_at, ends_at)
                VALUES ('{tenant}', gen_random_uuid(), '{one}', '2026-05-13 10:00Z', '2026-05-13 11:00Z'),
                    ('{tenant}', gen_random_uuid(), '{one}', '2026-05-20 10:00Z', '2026-05-20 11:00Z');
             INSERT INTO staff_overrides (tenant_id, staff_id, day, blocks) VALUES ('{tenant}', '{one}', '2026-05-13', '[]');
             INSERT INTO resource_outages (tenant_id, id, resource_id, starts_at, ends_at)
                VALUES ('{tenant}', gen_random_uuid(), '{room}', '2026-05-13 10:00Z', '2026-05-13 11:00Z');
             INSERT INTO engagements (tenant_id, id, subject_kind, subject_id, starts_at, ends_at, purpose)
                VALUES ('{tenant}', gen_random_uuid(), 'staff', '{one}', '2026-05-13 09:00Z', '2026-05-13 10:00Z', 'block');
             INSERT INTO engagements (tenant_id, id, subject_kind, subject_id, seat, starts_at, ends_at, purpose,
                    buffer_before_minutes, buffer_after_minutes, buffers_shared)
                VALUES ('{tenant}', gen_random_uuid(), 'resource', '{pool}', 1, '2026-05-13 12:00Z', '2026-05-13 13:00Z',
                    'block', 240, 7, true)",
            pool = resource(2),
            one = staff(1),
            two = staff(2),
            three = staff(3),
            room = resource(1),
        ),
    );
    let facts = server
        .timetable
        .facts(tenant, day_query([1, 2, 77]))
        .await
        .unwrap();
    assert_eq!(facts.services.len(), 2, "what does not exist is left out");
    let ids: Vec<_> = facts.staff.iter().map(|person| person.id).collect();
    assert_eq!(ids, [staff(1), staff(2)]);
    let one = &facts.staff[0];
    assert_eq!(
        (one.hours.weekly.len(), one.leave.len()),
        (7, 2),
        "everything ahead is known"
    );
    assert_eq!(one.hours.dated[&date!(2026 - 05 - 13)], []);
    assert_eq!(one.load.get(&date!(2026 - 05 - 11)), Some(&60));
    assert_eq!(
        one.booked_last,
        Some(NOW),
        "when the booking was made, not when the visit is"
    );
    let two = &facts.staff[1];
    assert_eq!(
        (two.weight, two.joined, two.load.len()),
        (50, Some(date!(2026 - 05 - 01)), 0)
    );
    let rooms: Vec<_> = facts
        .resources
        .iter()
        .map(|room| (room.id, room.capacity))
        .collect();
    assert_eq!(rooms, [(resource(1), 1), (resource(2), 2)]);
    assert_eq!(facts.resources[0].out_of_service.len(), 1);
    let engaged = |subject| {
        let of: Vec<_> = facts
            .engagements
            .iter()
            .filter(|e| e.claim.subject == subject)
            .collect();
        of.iter().map(|e| e.engaged_as).collect::<Vec<_>>()
    };
    let until = NOW + Duration::minutes(5);
    assert_eq!(
        engaged(Subject::Staff(staff(1))),
        [EngagedAs::Held { until }, EngagedAs::Blocked]
    );
    assert_eq!(engaged(Subject::Staff(staff(2))), [EngagedAs::Booked]);
    assert_eq!(
        engaged(Subject::Resource {
            id: resource(1),
            seat: 0
        }),
        [EngagedAs::Held { until }]
    );
    let pool = Subject::Resource {
        id: resource(2),
        seat: 1,
    };
    let of_pool = facts
        .engagements
        .iter()
        .find(|e| e.claim.subject == pool)
        .unwrap();
    let claim = &of_pool.claim;
    assert_eq!(
        (claim.before, claim.after, claim.buffers, of_pool.engaged_as),
        (
            Minutes::new(240),
            Minutes::new(7),
            BufferRule::Shared,
            EngagedAs::Blocked
        ),
        "every bit of it"
    );
    let plain = server.timetable.facts(tenant, day_query([1])).await.unwrap();
    assert!(plain.resources.is_empty(), "the service needs none");
    let other = server
        .timetable
        .facts(tenants()[1], day_query([1]))
        .await
        .unwrap();
    assert!(other.engagements.is_empty() && other.staff[0].leave.is_empty());
}

#[tokio::test]
async fn an_hour_of_a_week_belongs_to_the_local_week() {
    let server = Server::start();
    let tenant = tenants()[0];
    // Monday 2026-05-18, 00:00 to 01:00 in Nairobi, which is still Sunday in UTC.
    let range = TimeRange::starting(datetime!(2026-05-17 21:00 UTC), Duration::HOUR).unwrap();
    let builder = AppointmentBuilder::new(1, range);
    let change = Change {
        head: Some(builder.head(NOW)),
        ..decided(NOW)
    };
    server
        .book
        .record(tenant, change.with(builder.held(NOW), ClaimChange::Take))
        .await
        .unwrap();
    let query = FactsQuery {
        window: range,
        ..day_query([1])
    };
    let facts = server.timetable.facts(tenant, query).await.unwrap();
    assert_eq!(
        facts.staff[0].load.keys().copied().collect::<Vec<_>>(),
        [date!(2026 - 05 - 18)]
    );
}

fn order(number: usize, by: StaffWish, start: OffsetDateTime) -> ratiba_booking::use_cases::HoldOrder {
    let parts = vec![PartRequest::new(service(2), by)];
    let order = an_order_of(&format!("race-{number}"), start);
    ratiba_booking::use_cases::HoldOrder {
        parts,
        channel: Channel::Desk,
        ..order
    }
}

fn overlaps(server: &Server) -> i64 {
    let query = "SELECT count(*) AS count FROM engagements a JOIN engagements b
        ON a.tenant_id = b.tenant_id AND a.subject_id = b.subject_id AND a.seat = b.seat AND a.id < b.id
            AND a.active AND b.active AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at";
    let mut conn = server.database.connect_as_app();
    conn.batch_execute(&format!(
        "SELECT set_config('ratiba.current_tenant', '{}', false)",
        tenants()[0]
    ))
    .unwrap();
    sql_query(query).get_result::<Count>(&mut conn).unwrap().count
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_at_once_exactly_one_wins_a_slot_and_the_others_hear_of_alternatives() {
    let server = Server::start();
    let holds = Arc::new(server.holds());
    let mut racers = tokio::task::JoinSet::new();
    for number in 0..40 {
        let holds = Arc::clone(&holds);
        racers.spawn(async move {
            holds
                .execute(tenants()[0], order(number, StaffWish::Only(staff(1)), at(10, 0)))
                .await
        });
    }
    let (won, lost): (Vec<_>, Vec<_>) = racers.join_all().await.into_iter().partition(Result::is_ok);
    assert_eq!((won.len(), lost.len()), (1, 39));
    for refused in lost {
        let Err(HoldVisitError::NotFree { alternatives, .. }) = refused else {
            panic!("{refused:?}")
        };
        assert!(!alternatives.is_empty());
    }
    assert_eq!(overlaps(&server), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn visits_with_several_claims_at_once_never_overlap_and_never_deadlock() {
    let server = Server::start();
    let holds = Arc::new(server.holds());
    let mut racers = tokio::task::JoinSet::new();
    // Three staff and three seats, eight starts that overlap one another: room for nine visits of an hour.
    for number in 0..48_usize {
        let holds = Arc::clone(&holds);
        let start = at(9, 0) + Duration::minutes(15 * i64::try_from(number % 8).unwrap());
        racers.spawn(async move {
            holds
                .execute(tenants()[0], order(number, StaffWish::Any, start))
                .await
        });
    }
    let ended = racers.join_all().await;
    let won = ended.iter().filter(|result| result.is_ok()).count();
    assert!(
        ended
            .iter()
            .all(|r| matches!(r, Ok(_) | Err(HoldVisitError::NotFree { .. }))),
        "{ended:?}"
    );
    assert!((3..=9).contains(&won), "{won}");
    assert_eq!(overlaps(&server), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_same_order_many_times_at_once_is_held_once() {
    let server = Server::start();
    let holds = Arc::new(server.holds());
    let mut racers = tokio::task::JoinSet::new();
    for _twin in 0..12 {
        let holds = Arc::clone(&holds);
        racers.spawn(async move {
            holds
                .execute(tenants()[0], order(1, StaffWish::Any, at(10, 0)))
                .await
        });
    }
    let visits: BTreeSet<_> = racers
        .join_all()
        .await
        .into_iter()
        .map(|held| held.unwrap().visit.head.id)
        .collect();
    assert_eq!(visits.len(), 1);
    let events = server.events(tenants()[0]).await;
    assert_eq!(events.len(), 1, "{events:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_expired_hold_wanted_by_many_is_ended_once_and_won_once() {
    let server = Server::start();
    let tenant = tenants()[0];
    let first = server
        .holds()
        .execute(tenant, order(0, StaffWish::Only(staff(1)), at(10, 0)))
        .await
        .unwrap();
    let later = NOW + Duration::minutes(5);
    let clock = Arc::new(ManualClock::at(later));
    let holds = Arc::new(HoldVisit {
        clock: clock.clone(),
        ids: Arc::new(SeededIds::lane(2)),
        ..server.holds()
    });
    let expire = ExpireHold {
        book: Arc::new(server.book.clone()),
        clock,
    };
    let mut racers = tokio::task::JoinSet::new();
    for number in 1..20 {
        let holds = Arc::clone(&holds);
        racers.spawn(async move {
            holds
                .execute(tenant, order(number, StaffWish::Only(staff(1)), at(10, 0)))
                .await
                .is_ok()
        });
    }
    expire.execute(tenant, first.visit.head.id).await.unwrap();
    let won = racers.join_all().await.into_iter().filter(|won| *won).count();
    assert_eq!(won, 1);
    let expired = |event: &&BookingEvent| matches!(event, BookingEvent::HoldExpired { .. });
    assert_eq!(server.events(tenant).await.iter().filter(expired).count(), 1);
    let ended = server
        .book
        .visit(tenant, first.visit.head.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(ended.appointments[0].state(), &State::Expired { at: later });
    assert_eq!(overlaps(&server), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn with_shared_buffers_neighbours_at_once_keep_the_larger_buffer() {
    let server = Server::start();
    let tenant = tenants()[0];
    server.run(
        tenant,
        "UPDATE tenant_settings SET booking = '{\"buffers\": \"shared\", \"grid_step\": 5}';
        UPDATE services SET buffer_before_minutes = 10, buffer_after_minutes = 20",
    );
    let holds = Arc::new(server.holds());
    let mut racers = tokio::task::JoinSet::new();
    for number in 0..24_usize {
        let holds = Arc::clone(&holds);
        let start = at(10, 0) + Duration::minutes(5 * i64::try_from(number).unwrap());
        racers.spawn(async move {
            let held = holds
                .execute(tenant, order(number, StaffWish::Only(staff(1)), start))
                .await;
            held.ok().map(|held| held.visit.appointments[0].booking().time)
        });
    }
    let mut won: Vec<TimeRange> = racers.join_all().await.into_iter().flatten().collect();
    won.sort_unstable();
    assert!(!won.is_empty());
    for pair in won.windows(2) {
        assert!(
            pair[1].start() - pair[0].end() >= Duration::minutes(20),
            "{pair:?}"
        );
    }
}
