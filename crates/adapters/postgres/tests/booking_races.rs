//! Races for time on a real server: many for one slot, visits whose parts cross, moves, expiries, and changes of the
//! setup in the same moment.

#![expect(clippy::unwrap_used, reason = "a test that cannot be arranged fails")]

use std::sync::Arc;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use diesel::{QueryableByName, sql_query};
use ratiba_booking::appointment::Appointment;
use ratiba_booking::event::{BookingEvent, BookingTask, Due};
use ratiba_booking::ports::{AppointmentBook, Change, ClaimChange, RecordError, SetupVersion};
use ratiba_booking::test_support::builders::{
    AppointmentBuilder, NOW, appointment, at, customer, decided, from_to, resource, service, staff, tenants,
    visit,
};
use ratiba_kernel::test_support::SeededIds;
use ratiba_kernel::{TenantId, TimeRange};
use ratiba_postgres::booking::PgAppointmentBook;
use ratiba_postgres::{Database, DatabaseSettings};
use ratiba_test_database::TestDatabase;
use time::Duration;

struct Server {
    database: TestDatabase,
    book: Arc<PgAppointmentBook>,
}

impl Server {
    /// A tenant with a service, six staff, three rooms and a customer.
    fn start() -> Self {
        let database = TestDatabase::create();
        let tenant = tenant();
        let mut script = format!(
            "BEGIN; SELECT set_config('ratiba.current_tenant', '{tenant}', true);
             INSERT INTO tenants (id, created_at) VALUES ('{tenant}', '2026-01-01Z');
             INSERT INTO tenant_settings (tenant_id, business_name, zone, currency)
                VALUES ('{tenant}', 'Aria Aura', 'Africa/Nairobi', 'KES');
             INSERT INTO customers (tenant_id, id, phone, created_at)
                VALUES ('{tenant}', '{}', '+254700000001', '2026-01-01Z');
             INSERT INTO services (tenant_id, id, name, category, price_minor, currency, segments)
                VALUES ('{tenant}', '{}', 'Service', 'massage', 350000, 'KES',
                    '[{{\"minutes\": 60, \"staff\": true, \"resource_kind\": null, \"client\": true}}]');",
            customer(1),
            service(1)
        );
        for number in 1..=6 {
            let (member, room) = (staff(number), resource(number));
            script += &format!(
                "INSERT INTO staff (tenant_id, id, name) VALUES ('{tenant}', '{member}', 'Staff {number}');
                 INSERT INTO resources (tenant_id, id, kind, name) VALUES ('{tenant}', '{room}', 'room', 'Room {number}');"
            );
        }
        database
            .connect_as_app()
            .batch_execute(&(script + "COMMIT;"))
            .unwrap();
        // Many at once wait for one another for as long as a busy machine takes.
        let settings = DatabaseSettings {
            wait_ms: 30_000,
            ..DatabaseSettings::new(database.app_url())
        };
        let pool = Database::new(&settings, Arc::new(SeededIds::lane(9))).unwrap();
        let book = Arc::new(PgAppointmentBook::new(pool));
        Self { database, book }
    }

    fn count(&self, query: &str) -> i64 {
        #[derive(QueryableByName)]
        struct Count {
            #[diesel(sql_type = BigInt)]
            count: i64,
        }
        let mut conn = self.database.connect_as_app();
        conn.batch_execute(&format!(
            "SELECT set_config('ratiba.current_tenant', '{}', false)",
            tenant()
        ))
        .unwrap();
        sql_query(query).get_result::<Count>(&mut conn).unwrap().count
    }

    /// Nothing is sold twice, what keeps its time has all its claims, and what does not has none.
    fn is_sound(&self) {
        let overlaps = "SELECT count(*) AS count FROM engagements a JOIN engagements b
            ON a.tenant_id = b.tenant_id AND a.subject_id = b.subject_id AND a.seat = b.seat AND a.id < b.id
                AND a.active AND b.active AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at";
        assert_eq!(self.count(overlaps), 0);
        let unsound = "SELECT count(*) AS count FROM appointments a WHERE
            (CASE WHEN a.state IN ('requested', 'held', 'confirmed') THEN jsonb_array_length(a.plan->'claims') ELSE 0 END)
            <> (SELECT count(*) FROM engagements e WHERE e.appointment_id = a.id AND e.active
                AND e.held_until IS NOT DISTINCT FROM a.hold_expires_at)";
        assert_eq!(self.count(unsound), 0);
        let orphans = "SELECT count(*) AS count FROM visits v
            WHERE NOT EXISTS (SELECT FROM appointments a WHERE a.visit_id = v.id)";
        assert_eq!(self.count(orphans), 0);
    }

    async fn all(&self, changes: Vec<Change>) -> Vec<Result<(), RecordError>> {
        let mut racers = tokio::task::JoinSet::new();
        for change in changes {
            let book = Arc::clone(&self.book);
            racers.spawn(async move { book.record(tenant(), change).await });
        }
        racers.join_all().await
    }
}

fn tenant() -> TenantId {
    tenants()[0]
}

fn taking(builder: &AppointmentBuilder) -> Change {
    let head = Some(builder.head(NOW));
    let change = Change { head, ..decided(NOW) };
    change.with(builder.held(NOW), ClaimChange::Take)
}

fn ten_to_eleven(number: u64) -> AppointmentBuilder {
    AppointmentBuilder::new(number, from_to((10, 0), (11, 0)))
}

fn won(results: &[Result<(), RecordError>]) -> usize {
    results.iter().filter(|result| result.is_ok()).count()
}

/// A23, in the book: exactly one wins, the others are told so, and each with a key of its own.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_hundred_at_once_exactly_one_wins() {
    let server = Server::start();
    let results = server
        .all((1..=200).map(|number| taking(&ten_to_eleven(number))).collect())
        .await;
    assert_eq!(won(&results), 1);
    let lost = results
        .iter()
        .filter(|result| **result == Err(RecordError::SlotTaken))
        .count();
    assert_eq!(lost, 199, "{results:?}");
    assert_eq!(server.count("SELECT count(*) AS count FROM visits"), 1);
    server.is_sound();
}

/// Bookings that gather are written by one statement: who loses takes nobody along, and nothing of a loser is left.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_three_for_each_of_forty_times_one_wins_and_has_its_events_and_tasks() {
    let server = Server::start();
    let changes = (0..120_u64).map(|number| {
        let start = at(8, 0) + Duration::minutes(i64::try_from(number % 40).unwrap() * 10);
        let range = TimeRange::starting(start, Duration::minutes(10)).unwrap();
        let builder = AppointmentBuilder::new(number + 1, range);
        let visit = visit(number + 1);
        let mut change = taking(&builder);
        change.events.push(BookingEvent::HoldExpired {
            visit,
            customer: customer(1),
        });
        change.tasks.push(Due {
            task: BookingTask::ExpireHold { visit },
            at: NOW,
        });
        change
    });
    let results = server.all(changes.collect()).await;
    assert_eq!(won(&results), 40);
    let lost = |result: &&Result<(), RecordError>| **result == Err(RecordError::SlotTaken);
    assert_eq!(results.iter().filter(lost).count(), 80, "{results:?}");
    for rows in [
        "appointments",
        "outbox",
        "jobs WHERE kind = 'booking.expire_hold'",
        "jobs j JOIN visits v ON j.payload#>>'{data,visit}' = v.id::text",
    ] {
        assert_eq!(
            server.count(&format!("SELECT count(*) AS count FROM {rows}")),
            40,
            "{rows}"
        );
    }
    server.is_sound();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_cannot_be_booked_keeps_nobody_else_from_it() {
    let server = Server::start();
    let changes = (0..60_u64).map(|number| {
        let start = at(8, 0) + Duration::minutes(i64::try_from(number).unwrap() * 10);
        let range = TimeRange::starting(start, Duration::minutes(10)).unwrap();
        let mut change = taking(&AppointmentBuilder::new(number + 1, range));
        if number % 20 == 7
            && let Some(head) = &mut change.head
        {
            head.customer = customer(99);
        }
        change
    });
    let results = server.all(changes.collect()).await;
    for (number, result) in results.iter().enumerate() {
        let legal = matches!(result, Ok(()) | Err(RecordError::UnknownCustomer));
        assert!(legal, "{number}: {result:?}");
    }
    assert_eq!(won(&results), 57);
    server.is_sound();
}

/// Every visit wants two or three of six staff and rooms at overlapping times, named in any order.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn visits_whose_parts_cross_neither_overlap_nor_deadlock() {
    let server = Server::start();
    let changes = (0..120_u64).map(|number| {
        let start = at(9, 0) + Duration::minutes(i64::try_from(number % 7).unwrap() * 20);
        let range =
            |offset: i64| TimeRange::starting(start + Duration::minutes(offset), Duration::HOUR).unwrap();
        let first = AppointmentBuilder::new(number * 2 + 1, range(0))
            .by(number % 6 + 1)
            .in_resource((number / 2) % 6 + 1);
        let second = AppointmentBuilder::new(number * 2 + 2, range(60)).by((number * 5) % 6 + 1);
        let mut booking = second.booking(NOW);
        booking.visit = visit(number * 2 + 1);
        let second = Appointment::hold(appointment(number * 2 + 2), booking, NOW + Duration::minutes(5));
        let mut change = taking(&first).with(second, ClaimChange::Take);
        if number % 2 == 0 {
            change.appointments.reverse();
        }
        change
    });
    let results = server.all(changes.collect()).await;
    let refused = results
        .iter()
        .all(|result| matches!(result, Ok(()) | Err(RecordError::SlotTaken)));
    assert!(refused && won(&results) >= 4, "{results:?}");
    server.is_sound();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_key_books_once_whatever_its_orders_ask_for() {
    let server = Server::start();
    let changes = (1..=24_u64).map(|number| {
        let hour = i64::try_from(9 + number % 3).unwrap();
        let mut change = taking(&AppointmentBuilder::new(
            number,
            from_to((hour, 0), (hour + 1, 0)),
        ));
        if let Some(head) = &mut change.head {
            head.hold_key = ratiba_booking::visit::HoldKey::parse("one").ok();
        }
        change
    });
    let results = server.all(changes.collect()).await;
    assert_eq!(won(&results), 1);
    let told = results
        .iter()
        .filter(|result| **result == Err(RecordError::KeyUsed))
        .count();
    assert_eq!(told, 23, "{results:?}");
    assert_eq!(
        server.count("SELECT count(*) AS count FROM engagements WHERE active"),
        1
    );
    server.is_sound();
}

/// The appointment as it stands, with the time and the people of `other`.
async fn moved(server: &Server, number: u64, other: &AppointmentBuilder) -> Change {
    let found = server
        .book
        .appointment(tenant(), appointment(number))
        .await
        .unwrap()
        .unwrap();
    let (mut booking, wanted) = (found.booking().clone(), other.booking(NOW));
    booking.time = wanted.time;
    booking.team = wanted.team;
    booking.claims = wanted.claims;
    let (state, actuals) = (found.state().clone(), found.actuals().clone());
    let moved = Appointment::recorded(found.id(), booking, state, actuals, found.version()).unwrap();
    decided(NOW).with(moved, ClaimChange::Take)
}

/// Pairs want one another's time, others want what comes free, and new visits want all of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn moves_that_cross_end_in_a_legal_state() {
    let server = Server::start();
    for number in 1..=6 {
        server
            .book
            .record(tenant(), taking(&ten_to_eleven(number).by(number)))
            .await
            .unwrap();
    }
    for round in 0..4 {
        let mut changes = Vec::new();
        for number in 1..=6_u64 {
            let other = number % 6 + 1;
            let later = from_to((10, 30), (11, 30));
            let wish = if (number + round) % 2 == 0 {
                ten_to_eleven(number)
            } else {
                AppointmentBuilder::new(number, later)
            };
            changes.push(moved(&server, number, &wish.by(other)).await);
            let new = AppointmentBuilder::new(100 + round * 6 + number, from_to((11, 0), (12, 0)));
            changes.push(taking(&new.by(number).in_resource(other)));
        }
        let results = server.all(changes).await;
        let legal = |result: &Result<(), RecordError>| {
            matches!(result, Ok(()) | Err(RecordError::SlotTaken | RecordError::Stale))
        };
        assert!(results.iter().all(legal), "{results:?}");
        server.is_sound();
    }
    let kept = "SELECT count(DISTINCT e.appointment_id) AS count FROM engagements e WHERE e.active";
    let all = server.count("SELECT count(*) AS count FROM appointments");
    assert_eq!(server.count(kept), all, "nobody lost their time by a move");
}

/// A36: the hold that ran out a second ago is ended once, by whoever wins.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_hold_that_ran_out_is_ended_once_by_the_winner() {
    let server = Server::start();
    let first = ten_to_eleven(1).in_resource(1);
    server.book.record(tenant(), taking(&first)).await.unwrap();
    let later = NOW + Duration::minutes(5) + Duration::SECOND;
    let changes = (2..=30).map(|number| {
        let builder = ten_to_eleven(number).in_resource(1);
        let head = Some(builder.head(later));
        let change = Change {
            head,
            ..decided(later)
        };
        change.with(builder.held(later), ClaimChange::Take)
    });
    let results = server.all(changes.collect()).await;
    assert_eq!(won(&results), 1, "{results:?}");
    let expired = "SELECT count(*) AS count FROM outbox WHERE payload->>'type' = 'hold_expired'";
    assert_eq!(server.count(expired), 1);
    server.is_sound();
}

/// Bookings and changes of the setup at once: whatever was booked was booked on the setup that it names.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_booking_is_made_on_a_setup_that_was_over() {
    let server = Server::start();
    let version =
        || SetupVersion::read(server.count("SELECT coalesce(max(version), 0) AS count FROM setup_versions"));
    for round in 0..5_u64 {
        let setup = Some(version());
        let changes = (0..24_u64).map(|number| {
            let id = round * 100 + number + 1;
            let start = at(8, 0) + Duration::minutes(i64::try_from(id).unwrap());
            let range = TimeRange::starting(start, Duration::MINUTE).unwrap();
            let builder = AppointmentBuilder::new(id, range).by(number % 6 + 1);
            Change {
                setup,
                ..taking(&builder)
            }
        });
        let mut owner = server.database.connect_as_app();
        let change = format!(
            "BEGIN; SELECT set_config('ratiba.current_tenant', '{}', true);
             UPDATE staff SET weight = weight + 1; INSERT INTO holidays (tenant_id, day, name)
                SELECT '{}', date '2026-06-01' + {round}, (SELECT count(*) FROM visits)::text; COMMIT",
            tenant(),
            tenant()
        );
        let changing = tokio::task::spawn_blocking(move || owner.batch_execute(&change).unwrap());
        let before = server.count("SELECT count(*) AS count FROM visits");
        let results = server.all(changes.collect()).await;
        changing.await.unwrap();
        let legal =
            |result: &Result<(), RecordError>| matches!(result, Ok(()) | Err(RecordError::SetupChanged));
        assert!(results.iter().all(legal), "{results:?}");
        // Whoever changed the setup has seen every booking that was made on the former one, and none came after.
        let seen =
            format!("SELECT name::bigint AS count FROM holidays WHERE day = date '2026-06-01' + {round}");
        assert_eq!(
            server.count(&seen),
            before + i64::try_from(won(&results)).unwrap()
        );
    }
    server.is_sound();
}
