//! The queue, the waitlist and calendar feeds on a real server: their contracts, races for one offer, and what a
//! feed shows.

#![expect(clippy::unwrap_used, reason = "a test that cannot be arranged fails")]

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{Jsonb, Timestamptz};
use diesel::{QueryableByName, sql_query};
use ratiba_booking::appointment::CancelledBy;
use ratiba_booking::calendar_feed::{
    CalendarFeed, Certainty, FeedContent, FeedEntryKind, FeedScope, NamesShown, document,
};
use ratiba_booking::event::{BookingEvent, BookingTask};
use ratiba_booking::ports::{
    AppointmentBook, CalendarFeeds, Change, ClaimChange, EndedEntries, Waitlist, WaitlistPage, WalkInQueue,
};
use ratiba_booking::test_support::builders::{
    AppointmentBuilder, NOW, at, customer, decided, from_to, resource, service, staff, tenants,
};
use ratiba_booking::test_support::queue::QueueUnderTest;
use ratiba_booking::test_support::waitlist::{WaitlistUnderTest, an_entry, only};
use ratiba_booking::test_support::{calendar_feeds_contract, waitlist_contract, walk_in_queue_contract};
use ratiba_booking::use_cases::OfferFreedTime;
use ratiba_booking::waitlist::{EntryStanding, WaitlistEntry};
use ratiba_kernel::test_support::{ManualClock, SeededIds};
use ratiba_kernel::{Id, TenantId, TimeRange};
use ratiba_postgres::booking::{PgAppointmentBook, PgCalendarFeeds, PgTimetable, PgWaitlist, PgWalkInQueue};
use ratiba_postgres::{Database, DatabaseSettings};
use ratiba_test_database::TestDatabase;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

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
                "INSERT INTO customers (tenant_id, id, phone, name, created_at)
                    VALUES ('{tenant}', '{}', '+25470000000{number}', 'Customer No. {number}', '2026-01-01Z');
                 INSERT INTO resources (tenant_id, id, kind, name, capacity)
                    VALUES ('{tenant}', '{}', 'room', 'Room {number}', {number});
                 INSERT INTO services (tenant_id, id, name, category, price_minor, currency, deposit_kind,
                    deposit_value, segments, tax_basis_points)
                    VALUES ('{tenant}', '{}', 'Service {number}', 'massage', 350000, 'KES', 'percent', 10000,
                    '[{{\"minutes\": 60, \"staff\": true, \"client\": true}}]', 1600);",
                customer(number),
                resource(number),
                service(number),
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

struct Server {
    database: TestDatabase,
    book: PgAppointmentBook,
    timetable: PgTimetable,
    queue: PgWalkInQueue,
    waitlist: PgWaitlist,
    feeds: PgCalendarFeeds,
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
            queue: PgWalkInQueue::new(pool.clone()),
            waitlist: PgWaitlist::new(pool.clone()),
            feeds: PgCalendarFeeds::new(pool),
        }
    }

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

    fn offers(&self, lane: u64) -> OfferFreedTime {
        OfferFreedTime {
            waitlist: Arc::new(self.waitlist.clone()),
            book: Arc::new(self.book.clone()),
            timetable: Arc::new(self.timetable.clone()),
            catalogue: Arc::new(self.timetable.clone()),
            clock: Arc::new(ManualClock::at(NOW)),
            ids: Arc::new(SeededIds::lane(lane)),
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

impl QueueUnderTest for Server {
    fn port(&self) -> &dyn WalkInQueue {
        &self.queue
    }

    fn book(&self) -> &dyn AppointmentBook {
        &self.book
    }
}

impl WaitlistUnderTest for Server {
    fn port(&self) -> &dyn Waitlist {
        &self.waitlist
    }

    fn book(&self) -> &dyn AppointmentBook {
        &self.book
    }

    async fn events(&self, tenant: TenantId) -> Vec<BookingEvent> {
        let query = "SELECT payload, occurred_at AS at FROM outbox WHERE topic = 'booking' ORDER BY seq";
        let rows = self.rows(tenant, query);
        rows.into_iter()
            .map(|row| serde_json::from_value(row.payload).unwrap())
            .collect()
    }

    async fn watches(&self, tenant: TenantId) -> Vec<OffsetDateTime> {
        let query = format!(
            "SELECT payload, run_at AS at FROM jobs WHERE kind = 'booking.watch_waitlist' AND tenant_id = '{tenant}'
             ORDER BY run_at"
        );
        self.rows(tenant, &query).into_iter().map(|row| row.at).collect()
    }

    async fn later(&self, tenant: TenantId) -> Vec<(OffsetDateTime, TimeRange)> {
        let query = format!(
            "SELECT payload, run_at AS at FROM jobs WHERE kind = 'booking.offer_freed_time' AND tenant_id = '{tenant}'
             ORDER BY run_at"
        );
        let freed = |row: Document| {
            let task = serde_json::from_value(row.payload).unwrap();
            let BookingTask::OfferFreedTime { freed } = task else {
                panic!("{task:?}")
            };
            (row.at, freed)
        };
        self.rows(tenant, &query).into_iter().map(freed).collect()
    }
}

#[tokio::test]
async fn postgres_keeps_the_contract_of_the_queue() {
    walk_in_queue_contract(async || Server::start()).await;
}

#[tokio::test]
async fn postgres_keeps_the_contract_of_the_waitlist() {
    waitlist_contract(async || Server::start()).await;
}

#[tokio::test]
async fn postgres_keeps_the_contract_of_calendar_feeds() {
    // A server lives as long as its database is wanted.
    let servers = RefCell::new(Vec::new());
    calendar_feeds_contract(async || {
        let server = Server::start();
        let feeds = server.feeds.clone();
        servers.borrow_mut().push(server);
        feeds
    })
    .await;
}

#[tokio::test]
async fn workers_at_once_offer_one_time_to_one_person_and_each_person_one() {
    let server = Server::start();
    let tenant = tenants()[0];
    // One customer waits twice, the other once; one hour of one person is free.
    server.run(
        tenant,
        &format!(
            "UPDATE staff SET active = false WHERE id <> '{one}';
             INSERT INTO engagements (tenant_id, id, subject_kind, subject_id, starts_at, ends_at, purpose)
                VALUES ('{tenant}', gen_random_uuid(), 'staff', '{one}', '2026-05-13 06:00Z', '2026-05-13 07:00Z', 'block'),
                    ('{tenant}', gen_random_uuid(), 'staff', '{one}', '2026-05-13 09:00Z', '2026-05-13 14:00Z', 'block')",
            one = staff(1)
        ),
    );
    for (number, who) in [(1, 1), (2, 1), (3, 2)] {
        let entry = WaitlistEntry {
            customer: customer(who),
            ..an_entry(number)
        };
        server.waitlist.record(tenant, only(entry)).await.unwrap();
    }
    let workers = (1..=8).map(|lane| {
        let offers = server.offers(lane);
        tokio::spawn(async move { offers.execute(tenant, None).await.unwrap() })
    });
    let workers: Vec<_> = workers.collect();
    for worker in workers {
        worker.await.unwrap();
    }
    let page = WaitlistPage {
        customer: None,
        ended: EndedEntries::Included,
        after: None,
        most: 10,
    };
    let entries = server.waitlist.page(tenant, page).await.unwrap();
    let offered: Vec<&WaitlistEntry> = entries
        .iter()
        .filter(|entry| entry.standing == EntryStanding::Offered)
        .collect();
    let customers: BTreeSet<_> = offered.iter().map(|entry| entry.customer).collect();
    assert_eq!((offered.len(), customers.len()), (2, 2), "two hours, two people");
    assert!(offered.iter().all(|entry| entry.offers.len() == 1));
    let held = server
        .book
        .between(
            tenant,
            from_to((9, 0), (17, 0)),
            ratiba_booking::ports::Wanted::first(200),
        )
        .await
        .unwrap();
    let starts: Vec<_> = held
        .iter()
        .map(|appointment| appointment.booking().time.start())
        .collect();
    assert_eq!(starts, [at(10, 0), at(11, 0)], "each hour once");
    let told = server.events(tenant).await;
    assert_eq!(told.len(), 2, "each is told once: {told:?}");
}

fn kinds(content: &FeedContent) -> Vec<(OffsetDateTime, String)> {
    let word = |kind: &FeedEntryKind| match kind {
        FeedEntryKind::Appointment {
            service,
            staff,
            customer,
            certainty,
            ..
        } => {
            let certainty = match certainty {
                Certainty::Tentative => "tentative",
                Certainty::Agreed => "agreed",
                Certainty::Cancelled => "cancelled",
            };
            format!("{service} by {} for {customer:?} {certainty}", staff.join("+"))
        }
        FeedEntryKind::Block { of, .. } => format!("block of {of}"),
        FeedEntryKind::Leave { of, .. } => format!("leave of {of}"),
    };
    content
        .entries
        .iter()
        .map(|entry| (entry.time.start(), word(&entry.kind)))
        .collect()
}

async fn a_full_day() -> Server {
    let server = Server::start();
    let tenant = tenants()[0];
    for (number, by, hour) in [(1, 1, 10), (2, 2, 11), (3, 1, 12), (4, 1, 13)] {
        let builder = AppointmentBuilder::new(number, from_to((hour, 0), (hour + 1, 0))).by(by);
        let held = builder.held(NOW);
        let (appointment, claims) = match number {
            2 => (held.confirm(NOW).unwrap(), ClaimChange::Take),
            3 => {
                let fee = ratiba_kernel::Money::kes_minor(0);
                (
                    held.cancel(CancelledBy::Customer, fee, NOW).unwrap(),
                    ClaimChange::Keep,
                )
            }
            4 => (held.expire(NOW + Duration::HOUR).unwrap(), ClaimChange::Keep),
            _held => (held, ClaimChange::Take),
        };
        let change = Change {
            head: Some(builder.head(NOW)),
            ..decided(NOW)
        };
        server
            .book
            .record(tenant, change.with(appointment, claims))
            .await
            .unwrap();
    }
    server.run(
        tenant,
        &format!(
            "INSERT INTO staff_leave (tenant_id, id, staff_id, starts_at, ends_at, reason)
                VALUES ('{tenant}', gen_random_uuid(), '{two}', '2026-05-13 12:00Z', '2026-05-13 14:00Z', 'malaria');
             INSERT INTO engagements (tenant_id, id, subject_kind, subject_id, starts_at, ends_at, purpose)
                VALUES ('{tenant}', gen_random_uuid(), 'staff', '{one}', '2026-05-13 11:00Z', '2026-05-13 12:00Z', 'block'),
                    ('{tenant}', gen_random_uuid(), 'resource', '{room}', '2026-05-13 06:00Z', '2026-05-13 07:00Z', 'block')",
            one = staff(1),
            two = staff(2),
            room = resource(1),
        ),
    );
    server
}

#[tokio::test]
async fn a_feed_shows_appointments_blocks_and_leave_of_its_scope() {
    let server = a_full_day().await;
    let tenant = tenants()[0];
    let content = async |scope, names, range| {
        server
            .feeds
            .content(tenant, scope, names, range, NOW)
            .await
            .unwrap()
    };
    let day = from_to((0, 0), (24, 0));
    let all = content(FeedScope::Business, NamesShown::No, day).await;
    assert_eq!(all.title, "Aria Aura");
    let line = |hour, text: &str| (at(hour, 0), text.to_owned());
    assert_eq!(
        kinds(&all),
        [
            line(9, "block of Room 1"),
            line(10, "Service 1 by Staff 1 for None tentative"),
            line(11, "Service 1 by Staff 2 for None agreed"),
            line(12, "Service 1 by Staff 1 for None cancelled"),
            line(14, "block of Staff 1"),
            line(15, "leave of Staff 2"),
        ],
        "what expired was never agreed"
    );
    let own = content(FeedScope::Staff(staff(2)), NamesShown::Yes, day).await;
    assert_eq!(own.title, "Staff 2, Aria Aura");
    assert_eq!(
        kinds(&own),
        [
            line(11, "Service 1 by Staff 2 for Some(\"Customer No. 1\") agreed"),
            line(15, "leave of Staff 2"),
        ]
    );
    let feed = CalendarFeed {
        id: Id::from_uuid(Uuid::nil()),
        name: "x".to_owned(),
        scope: FeedScope::Staff(staff(2)),
        names: NamesShown::Yes,
        created_at: NOW,
        last_used_at: None,
        revoked_at: None,
    };
    let shown = document(&feed, &own);
    assert!(shown.contains("SUMMARY:Service 1\\, Customer\r\n"), "{shown}");
    assert!(
        !shown.contains("malaria"),
        "a reason for leave is nobody's business"
    );
    let morning = content(FeedScope::Business, NamesShown::No, from_to((10, 30), (11, 0))).await;
    assert_eq!(
        kinds(&morning),
        [line(10, "Service 1 by Staff 1 for None tentative")]
    );
    let range = from_to((0, 0), (24, 0));
    let neighbour = server
        .feeds
        .content(tenants()[1], FeedScope::Business, NamesShown::Yes, range, NOW)
        .await;
    assert_eq!(neighbour.unwrap().entries, []);
}
