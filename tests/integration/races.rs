//! Everybody at once: many clients, two apis, two workers, one database. Whatever happens, nobody is booked twice.
//!
//! The short form runs with the other tests; `cargo xtask test races` runs the random one for a minute.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::future::join_all;
use ratiba_kernel::Clock;
use ratiba_worker::runner::Runner;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use system_tests::{ASHA, World};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

mod programs;
mod setup;

/// Two active claims of one seat that overlap, whatever made them.
const OVERLAPS: &str = "SELECT count(*) FROM engagements a JOIN engagements b ON a.tenant_id = b.tenant_id
    AND a.subject_id = b.subject_id AND a.seat = b.seat AND a.id < b.id AND a.span && b.span
    WHERE a.active AND b.active";

/// Appointments that keep their time without their claims, or have claims without keeping their time; the past that
/// the demo tenant comes with has none.
const ASTRAY: &str = "SELECT count(*) FROM appointments a
    WHERE a.start_at > '2026-05-12T05:00Z' AND (a.state IN ('requested', 'held', 'confirmed', 'checked_in', 'in_progress', 'completed'))
        <> EXISTS (SELECT FROM engagements e WHERE e.tenant_id = a.tenant_id AND e.appointment_id = a.id AND e.active)";

async fn customer(world: &World) -> String {
    world.say(ASHA, "hello").await;
    world.work().await;
    world.text("SELECT id::text AS text FROM customers WHERE channel_user_id IS NOT NULL OR phone = '+254700000123' LIMIT 1")
}

fn service(world: &World, name: &str) -> String {
    world.text(&format!(
        "SELECT id::text AS text FROM services WHERE name = '{name}'"
    ))
}

async fn slots(world: &World, service: &str, from: &str, to: &str) -> Vec<Value> {
    let path = format!("/api/v1/availability?service_id={service}&from={from}&to={to}&limit=1000");
    let (status, found) = world.call(Method::GET, &path, None).await;
    assert_eq!(status, StatusCode::OK, "{found}");
    found["slots"].as_array().unwrap().clone()
}

fn is_sound(world: &World) {
    assert_eq!(world.count(OVERLAPS), 0, "somebody is booked twice");
    assert_eq!(world.count(ASTRAY), 0, "states and claims contradict each other");
}

/// Golden case A23.
#[tokio::test(flavor = "multi_thread")]
async fn a23_of_two_hundred_clients_for_one_slot_one_wins_and_the_others_get_alternatives() {
    let world = World::new().await;
    let (twin, customer) = (world.twin().await, customer(&world).await);
    let service = service(&world, "Swedish massage 60");
    let slot = slots(&world, &service, "2026-05-13", "2026-05-13").await[0].clone();
    let body = json!({
        "customer_id": customer, "start": slot["start"],
        "parts": [{ "service_id": service, "staff_id": slot["parts"][0]["staff_id"] }],
    });
    let orders = (0..200).map(|client| {
        let api = if client % 2 == 0 { &world.api } else { &twin.api };
        let (world, body) = (&world, &body);
        async move {
            world
                .order(api, "/api/v1/visits", &format!("client-{client}"), body)
                .await
        }
    });
    let answers = join_all(orders).await;
    let won = answers
        .iter()
        .filter(|(status, _)| *status == StatusCode::CREATED)
        .count();
    assert_eq!(won, 1, "exactly one wins");
    for (status, problem) in answers
        .iter()
        .filter(|(status, _)| *status != StatusCode::CREATED)
    {
        assert_eq!(*status, StatusCode::CONFLICT, "{problem}");
        assert_eq!(problem["type"], "/problems/slot-taken");
        assert!(
            !problem["alternatives"].as_array().unwrap().is_empty(),
            "{problem}"
        );
    }
    is_sound(&world);
}

/// Golden case A31: whoever the business likes, and two at once.
#[tokio::test(flavor = "multi_thread")]
async fn a31_orders_for_anybody_go_to_different_people_or_are_refused() {
    let world = World::new().await;
    let (twin, customer) = (world.twin().await, customer(&world).await);
    let service = service(&world, "Swedish massage 60");
    let start = slots(&world, &service, "2026-05-14", "2026-05-14").await[0]["start"].clone();
    let body = json!({ "customer_id": customer, "start": start, "parts": [{ "service_id": service }] });
    let orders = (0..20).map(|client| {
        let api = if client % 2 == 0 { &world.api } else { &twin.api };
        let (world, body) = (&world, &body);
        async move {
            world
                .order(api, "/api/v1/visits", &format!("any-{client}"), body)
                .await
        }
    });
    let mut by_staff: BTreeMap<String, usize> = BTreeMap::new();
    for (status, answer) in join_all(orders).await {
        if status == StatusCode::CREATED {
            let staff = answer["appointments"][0]["staff_ids"][0]
                .as_str()
                .unwrap()
                .to_owned();
            *by_staff.entry(staff).or_default() += 1;
        } else {
            assert_eq!(status, StatusCode::CONFLICT, "{answer}");
        }
    }
    assert!(
        !by_staff.is_empty() && by_staff.values().all(|times| *times == 1),
        "{by_staff:?}"
    );
    is_sound(&world);
}

/// Visits of several parts that want the same people and places in different orders meet without a deadlock.
#[tokio::test(flavor = "multi_thread")]
async fn visits_of_crossing_parts_never_share_anybody() {
    let world = World::new().await;
    let (twin, customer) = (world.twin().await, customer(&world).await);
    let (manicure, pedicure) = (service(&world, "Manicure"), service(&world, "Pedicure"));
    let starts: Vec<Value> = slots(&world, &manicure, "2026-05-15", "2026-05-15")
        .await
        .into_iter()
        .take(6)
        .map(|slot| slot["start"].clone())
        .collect();
    let orders = (0..60).map(|client| {
        let api = if client % 2 == 0 { &world.api } else { &twin.api };
        let (first, second) = if client % 3 == 0 {
            (&manicure, &pedicure)
        } else {
            (&pedicure, &manicure)
        };
        let body = json!({
            "customer_id": customer, "start": starts[client % starts.len()],
            "parts": [{ "service_id": first }, { "service_id": second }],
        });
        let world = &world;
        async move {
            world
                .order(api, "/api/v1/visits", &format!("pair-{client}"), &body)
                .await
        }
    });
    let answers = join_all(orders).await;
    for (status, answer) in &answers {
        let fine = [
            StatusCode::CREATED,
            StatusCode::CONFLICT,
            StatusCode::UNPROCESSABLE_ENTITY,
        ];
        assert!(fine.contains(status), "{status} {answer}");
    }
    assert!(answers.iter().any(|(status, _)| *status == StatusCode::CREATED));
    is_sound(&world);
}

/// A generator of its own for each client, so that a run can be told by its seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(below.max(1)).unwrap()).unwrap()
    }
}

/// How long the random race lasts.
#[expect(
    clippy::disallowed_methods,
    reason = "how long a test runs is no setting of the product"
)]
fn race_seconds() -> u64 {
    let seconds = std::env::var("RATIBA_RACE_SECONDS").ok();
    seconds.and_then(|text| text.parse().ok()).unwrap_or(4)
}

/// Clients book, cancel and move at random through two apis while two workers run and the clock moves on, so that
/// holds expire under load.
#[tokio::test(flavor = "multi_thread")]
async fn fifty_clients_at_random_leave_no_overlap_and_no_claim_astray() {
    let seconds = race_seconds();
    let world = World::new().await;
    let (twin, customer) = (world.twin().await, customer(&world).await);
    let offered = offered(&world).await;
    let apis = [world.api.as_str(), twin.api.as_str()];
    let over = AtomicBool::new(false);
    let clients = join_all((0..50).map(|client| act(client, &world, apis, &customer, &offered, &over)));
    let time = async {
        let ends = tokio::time::Instant::now() + std::time::Duration::from_secs(seconds);
        let mut tick = tokio::time::interval(std::time::Duration::from_millis(250));
        while tokio::time::Instant::now() < ends {
            tick.tick().await;
            // Holds last five minutes: every other round some of them run out.
            let now: OffsetDateTime = world.clock.now();
            world.clock.set(now + Duration::minutes(2));
            is_sound(&world);
        }
        over.store(true, Ordering::Relaxed);
    };
    let work = async |runner: &Runner| {
        while !over.load(Ordering::Relaxed) {
            runner.drain().await.unwrap();
            tokio::task::yield_now().await;
        }
    };
    let (booked, (), (), ()) = tokio::join!(clients, time, work(&world.runner), work(&twin.runner));
    let booked: usize = booked.into_iter().sum();
    world.runner.drain().await.unwrap();
    is_sound(&world);
    assert!(booked > 20, "the clients booked {booked} times");
    assert!(world.clock.now() > datetime!(2026-05-12 05:00 UTC));
}

/// What the clients of a random race choose from.
async fn offered(world: &World) -> Vec<(String, Vec<Value>)> {
    let mut offered = Vec::new();
    for name in ["Swedish massage 60", "Facial 60", "Manicure", "Haircut"] {
        let id = service(world, name);
        let found = slots(world, &id, "2026-05-13", "2026-05-16").await;
        offered.push((id, found));
    }
    offered
}

/// One client of two apis until it is over; answers how often it booked.
async fn act(
    client: u64,
    world: &World,
    apis: [&str; 2],
    customer: &str,
    offered: &[(String, Vec<Value>)],
    over: &AtomicBool,
) -> usize {
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15 ^ (client + 1));
    let mut own: Vec<String> = Vec::new();
    let mut booked = 0;
    for round in 0.. {
        if over.load(Ordering::Relaxed) {
            break;
        }
        let api = apis[dice.roll(2)];
        let (service, slots) = &offered[dice.roll(offered.len())];
        let slot = &slots[dice.roll(slots.len())];
        let key = format!("random-{client}-{round}");
        let (path, body) = match (dice.roll(10), own.is_empty()) {
            (0 | 1, false) => {
                let visit = own.swap_remove(dice.roll(own.len()));
                (
                    format!("/api/v1/visits/{visit}/cancel"),
                    json!({ "by": "customer" }),
                )
            }
            (2..=4, false) => {
                let visit = &own[dice.roll(own.len())];
                (
                    format!("/api/v1/visits/{visit}/move"),
                    json!({ "start": slot["start"], "by": "business" }),
                )
            }
            _book => {
                let mut part = json!({ "service_id": service });
                if dice.roll(2) == 0 {
                    part["staff_id"] = slot["parts"][0]["staff_id"].clone();
                }
                let body = json!({ "customer_id": customer, "start": slot["start"], "parts": [part] });
                ("/api/v1/visits".to_owned(), body)
            }
        };
        let (status, answer) = world.order(api, &path, &key, &body).await;
        let fine = [
            StatusCode::CREATED,
            StatusCode::OK,
            StatusCode::CONFLICT,
            StatusCode::UNPROCESSABLE_ENTITY,
            // More clients than places at the door: an honest answer too.
            StatusCode::SERVICE_UNAVAILABLE,
        ];
        assert!(fine.contains(&status), "{path} {body}: {status} {answer}");
        if status == StatusCode::CREATED {
            booked += 1;
            own.push(answer["id"].as_str().unwrap().to_owned());
        }
    }
    booked
}
