//! The desk over the API: the queue, the waitlist and calendar feeds.

use std::sync::atomic::{AtomicU64, Ordering};

use ratiba_access::Role;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use system_tests::{ASHA, World};
use time::Duration;
use time::macros::datetime;

const OTHER: &str = "254700000124";

async fn service(world: &World, name: &str) -> String {
    world.text(&format!(
        "SELECT id::text AS text FROM services WHERE name = '{name}'"
    ))
}

/// The customer who wrote from a number.
async fn customer(world: &World, number: &str) -> String {
    world.say(number, "hello").await;
    world.work().await;
    world.text(&format!(
        "SELECT id::text AS text FROM customers WHERE phone = '+{number}'"
    ))
}

/// A POST with a key of its own.
async fn post(world: &World, path: &str, body: Value) -> (StatusCode, Value) {
    static KEYS: AtomicU64 = AtomicU64::new(0);
    let key = format!("key-{}", KEYS.fetch_add(1, Ordering::Relaxed));
    post_with(world, &key, path, body).await
}

async fn post_with(world: &World, key: &str, path: &str, body: Value) -> (StatusCode, Value) {
    let token = format!("Bearer {}", world.owner);
    let headers = [
        ("Authorization", token.as_str()),
        ("Idempotency-Key", key),
        ("Content-Type", "application/json"),
    ];
    world
        .raw(Method::POST, path, &headers, body.to_string().into_bytes())
        .await
}

async fn get(world: &World, path: &str) -> Value {
    let (status, body) = world.call(Method::GET, path, None).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    body
}

#[tokio::test]
async fn who_walks_in_waits_in_line_and_is_served() {
    let world = World::new().await;
    // The clock runs on: in the first seconds of a minute the next one is as good as now.
    world.jump(datetime!(2026-05-12 10:00:01 +3)).await;
    let massage = service(&world, "Swedish massage 60").await;
    let mut ids = Vec::new();
    for (name, start) in [("Amina", "10:01"), ("Baraka", "10:01"), ("Chebet", "11:11")] {
        let body = json!({ "name": name, "parts": [{ "service_id": massage }] });
        let (status, entry) = post(&world, "/api/v1/walk-ins", body).await;
        assert_eq!(status, StatusCode::CREATED, "{entry}");
        assert_eq!(
            entry["estimate"]["start"],
            format!("2026-05-12T{start}:00+03:00"),
            "two can do it"
        );
        ids.push(entry["id"].as_str().unwrap().to_owned());
    }
    let queue = get(&world, "/api/v1/walk-ins").await;
    let names: Vec<_> = queue["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["name"].clone())
        .collect();
    assert_eq!(names, ["Amina", "Baraka", "Chebet"]);
    let (status, problem) = post(&world, &format!("/api/v1/walk-ins/{}/seat", ids[2]), json!({})).await;
    assert_eq!(
        (status, &problem["type"]),
        (StatusCode::CONFLICT, &json!("/problems/slot-taken"))
    );
    assert_eq!(problem["alternatives"][0]["start"], "2026-05-12T11:11:00+03:00");
    let seat = format!("/api/v1/walk-ins/{}/seat", ids[0]);
    let (status, seated) = post(&world, &seat, json!({ "phone": "0711 222 333" })).await;
    assert_eq!(status, StatusCode::OK, "{seated}");
    assert_eq!(seated["visit"]["standing"], "agreed");
    assert_eq!(seated["visit"]["appointments"][0]["state"], "checked_in");
    assert_eq!(seated["visit"]["due"]["amount_minor"], 0);
    let (_, again) = post(&world, &seat, json!({})).await;
    assert_eq!(again["visit"]["id"], seated["visit"]["id"]);
    let leave = format!("/api/v1/walk-ins/{}/leave", ids[1]);
    let (status, left) = post(&world, &leave, json!({ "how": "turned_away" })).await;
    assert_eq!(
        (status, &left["departure"]),
        (StatusCode::OK, &json!("turned_away"))
    );
    let (status, _) = post(&world, &format!("/api/v1/walk-ins/{}/seat", ids[1]), json!({})).await;
    assert_eq!(status, StatusCode::CONFLICT, "they went");
    let shown = get(&world, &format!("/api/v1/walk-ins/{}", ids[2])).await;
    assert_eq!(
        shown["estimate"]["start"], "2026-05-12T10:01:00+03:00",
        "one place is free again"
    );
    world.work().await;
    assert_eq!(world.count("SELECT count(*) FROM jobs WHERE state = 'dead'"), 0);
    world.jump(datetime!(2026-05-13 03:30 +3)).await;
    let shown = get(&world, &format!("/api/v1/walk-ins/{}", ids[2])).await;
    assert_eq!(
        shown["departure"], "day_over",
        "the night's sweep sends the last ones home"
    );
}

#[tokio::test]
async fn a_walk_in_that_makes_no_sense_is_refused() {
    let world = World::new().await;
    world.jump(datetime!(2026-05-12 10:00 +3)).await;
    let massage = service(&world, "Swedish massage 60").await;
    let nobody = "00000000-0000-7000-8000-000000000000";
    let part = json!({ "service_id": massage });
    for (body, status) in [
        (json!({ "parts": [part] }), StatusCode::BAD_REQUEST),
        (
            json!({ "name": "A", "customer_id": nobody, "parts": [part] }),
            StatusCode::BAD_REQUEST,
        ),
        (json!({ "name": "A", "parts": [] }), StatusCode::BAD_REQUEST),
        (
            json!({ "customer_id": nobody, "parts": [part] }),
            StatusCode::NOT_FOUND,
        ),
        (
            json!({ "name": "A", "parts": [{ "service_id": nobody }] }),
            StatusCode::NOT_FOUND,
        ),
    ] {
        let (answered, problem) = post(&world, "/api/v1/walk-ins", body.clone()).await;
        assert_eq!(answered, status, "{body}: {problem}");
    }
    let (status, _) = world.call(Method::GET, "/api/v1/walk-ins/no-id", None).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    world.jump(datetime!(2026-05-12 22:00 +3)).await;
    let late = json!({ "name": "A", "parts": [part] });
    let (status, problem) = post(&world, "/api/v1/walk-ins", late).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{problem}");
    assert_eq!(problem["reasons"], json!(["closed"]));
}

/// Somebody waits for a massage by one person on 13 May at 14:00.
async fn wait(world: &World, customer: &str, part: &Value) -> String {
    let body = json!({
        "customer_id": customer, "parts": [part], "first_day": "2026-05-13", "last_day": "2026-05-13",
        "from_minute": 840, "to_minute": 855,
    });
    let (status, entry) = post(world, "/api/v1/waitlist", body).await;
    assert_eq!(status, StatusCode::CREATED, "{entry}");
    entry["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn time_that_nobody_paid_for_goes_to_those_who_wait_one_after_the_other() {
    let world = World::new().await;
    let (asha, other) = (customer(&world, ASHA).await, customer(&world, OTHER).await);
    let massage = service(&world, "Swedish massage 60").await;
    let wanjiru = world.text("SELECT id::text AS text FROM staff WHERE name = 'Wanjiru'");
    let part = json!({ "service_id": massage, "staff_id": wanjiru });
    let order = json!({ "customer_id": asha, "start": "2026-05-13T14:00:00+03:00", "parts": [part] });
    let (status, visit) = post(&world, "/api/v1/visits", order).await;
    assert_eq!(
        (status, &visit["standing"]),
        (StatusCode::CREATED, &json!("waiting"))
    );
    let (first, second) = (
        wait(&world, &other, &part).await,
        wait(&world, &asha, &part).await,
    );
    world.work().await;
    let path = |id: &str| format!("/api/v1/waitlist/{id}");
    assert_eq!(
        get(&world, &path(&first)).await["standing"],
        "waiting",
        "it is held for another"
    );
    world.pass(Duration::minutes(6)).await;
    let offered = get(&world, &path(&first)).await;
    assert_eq!(
        offered["offer"]["start"], "2026-05-13T14:00:00+03:00",
        "{offered}"
    );
    assert_eq!(
        get(&world, &path(&second)).await["standing"],
        "waiting",
        "one at a time"
    );
    let (status, passed) = post(&world, &format!("{}/pass", path(&first)), json!({})).await;
    assert_eq!((status, &passed["standing"]), (StatusCode::OK, &json!("waiting")));
    world.work().await;
    let offered = get(&world, &path(&second)).await;
    assert_eq!(offered["standing"], "offered", "{offered}");
    let (status, visit) = post(&world, &format!("{}/accept", path(&second)), json!({})).await;
    assert_eq!(
        (status, &visit["standing"]),
        (StatusCode::OK, &json!("waiting")),
        "{visit}"
    );
    assert_eq!(visit["id"], offered["offer"]["visit_id"]);
    assert!(visit["due"]["amount_minor"].as_i64().unwrap() > 0);
    let page = get(&world, "/api/v1/waitlist?ended=true&limit=1").await;
    assert_eq!(
        (&page["items"][0]["id"], &page["next"]),
        (&json!(first), &json!(first))
    );
    let page = get(&world, &format!("/api/v1/waitlist?ended=true&after={first}")).await;
    assert_eq!(
        (&page["items"][0]["standing"], &page["next"]),
        (&json!("booked"), &Value::Null)
    );
    let (status, withdrawn) = post(&world, &format!("{}/withdraw", path(&first)), json!({})).await;
    assert_eq!(
        (status, &withdrawn["standing"]),
        (StatusCode::OK, &json!("withdrawn"))
    );
    let (status, _) = post(&world, &format!("{}/accept", path(&first)), json!({})).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert_eq!(world.count("SELECT count(*) FROM jobs WHERE state = 'dead'"), 0);
}

/// An offer to whoever writes from [`ASHA`], told in the chat; the entry and the visit.
async fn offered_in_the_chat(world: &World) -> (String, String) {
    let asha = customer(world, ASHA).await;
    let massage = service(world, "Swedish massage 60").await;
    let wanjiru = world.text("SELECT id::text AS text FROM staff WHERE name = 'Wanjiru'");
    let part = json!({ "service_id": massage, "staff_id": wanjiru });
    let entry = wait(world, &asha, &part).await;
    world.work().await;
    let offered = get(world, &format!("/api/v1/waitlist/{entry}")).await;
    assert_eq!(offered["standing"], "offered", "{offered}");
    (entry, offered["offer"]["visit_id"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_late_yes_in_the_chat_takes_the_offer_and_leaves_time_to_pay() {
    let world = World::new().await;
    let (entry, visit) = offered_in_the_chat(&world).await;
    world.pass(Duration::minutes(14)).await;
    world.tap(ASHA, "Yes").await;
    world.work().await;
    assert_eq!(world.prompts().await.len(), 1, "{:#?}", world.texts(ASHA).await);
    let taken = get(&world, &format!("/api/v1/waitlist/{entry}")).await;
    assert_eq!(taken["standing"], "booked", "{taken}");
    let shown = get(&world, &format!("/api/v1/visits/{visit}")).await;
    let until = shown["until"].as_str().unwrap();
    assert!(
        ("2026-05-12T08:19"..="2026-05-12T08:21").contains(&until),
        "five minutes from the yes: {until}"
    );
    world.answer_prompt("approve", json!({})).await;
    world.pass(Duration::minutes(3)).await;
    let shown = get(&world, &format!("/api/v1/visits/{visit}")).await;
    assert_eq!(shown["standing"], "agreed", "{shown}");
    assert_eq!(world.count("SELECT count(*) FROM jobs WHERE state = 'dead'"), 0);
}

#[tokio::test]
async fn an_offer_for_which_nothing_is_asked_is_confirmed_by_a_yes_in_the_chat() {
    let world = World::new().await;
    let free = "UPDATE services SET deposit_kind = 'none', deposit_value = 0
        WHERE name = 'Swedish massage 60' RETURNING name AS text";
    assert_eq!(world.text(free), "Swedish massage 60");
    let (entry, visit) = offered_in_the_chat(&world).await;
    world.tap(ASHA, "Yes").await;
    world.work().await;
    let shown = get(&world, &format!("/api/v1/visits/{visit}")).await;
    assert_eq!(shown["standing"], "agreed", "{shown}");
    let taken = get(&world, &format!("/api/v1/waitlist/{entry}")).await;
    assert_eq!(taken["standing"], "booked", "{taken}");
    let suspended = world.count("SELECT count(*) FROM conversation_threads WHERE driver = 'suspended'");
    assert_eq!(
        suspended,
        0,
        "nobody needs a person: {:#?}",
        world.texts(ASHA).await
    );
    assert!(
        world.last_text(ASHA).await.contains("Confirmed"),
        "{}",
        world.last_text(ASHA).await
    );
}

#[tokio::test]
async fn a_no_in_the_chat_passes_the_offer_to_the_next_and_the_entry_waits_on() {
    let world = World::new().await;
    let (first, visit) = offered_in_the_chat(&world).await;
    let other = customer(&world, OTHER).await;
    let massage = service(&world, "Swedish massage 60").await;
    let wanjiru = world.text("SELECT id::text AS text FROM staff WHERE name = 'Wanjiru'");
    let second = wait(
        &world,
        &other,
        &json!({ "service_id": massage, "staff_id": wanjiru }),
    )
    .await;
    world.tap(ASHA, "No").await;
    world.work().await;
    assert_eq!(
        get(&world, &format!("/api/v1/visits/{visit}")).await["standing"],
        "over"
    );
    assert_eq!(
        get(&world, &format!("/api/v1/waitlist/{first}")).await["standing"],
        "waiting"
    );
    assert_eq!(
        get(&world, &format!("/api/v1/waitlist/{second}")).await["standing"],
        "offered"
    );
    // A tap on the old button finds the offer gone.
    world.tap(ASHA, "Yes").await;
    world.work().await;
    assert_eq!(
        get(&world, &format!("/api/v1/visits/{visit}")).await["standing"],
        "over"
    );
    assert_eq!(world.count("SELECT count(*) FROM jobs WHERE state = 'dead'"), 0);
}

#[tokio::test]
async fn time_far_ahead_that_a_move_or_an_unanswered_request_frees_goes_to_who_waits() {
    let world = World::new().await;
    let path = "/api/v1/settings/booking";
    let known = get(&world, path).await;
    let mut body = json!({ "zone": known["zone"], "rules": known["rules"] });
    body["rules"]["approval"]["web"] = json!("asked");
    body["rules"]["request_lasts"] = json!(60);
    let (status, changed) = world.call_at(&known["version"], Method::PUT, path, body).await;
    assert_eq!(status, StatusCode::OK, "{changed}");
    let (asha, other) = (customer(&world, ASHA).await, customer(&world, OTHER).await);
    let massage = service(&world, "Swedish massage 60").await;
    let wanjiru = world.text("SELECT id::text AS text FROM staff WHERE name = 'Wanjiru'");
    let part = json!({ "service_id": massage, "staff_id": wanjiru });
    // Further ahead than the list is looked through by itself.
    let mut entries = Vec::new();
    let mut visits = Vec::new();
    for (day, channel, waits) in [("2026-06-05", "web", &asha), ("2026-06-06", "desk", &other)] {
        let order = json!({
            "customer_id": other, "start": format!("{day}T14:00:00+03:00"), "parts": [part],
            "channel": channel, "without_deposit": true,
        });
        let (status, visit) = world.order(&world.api, "/api/v1/visits", day, &order).await;
        assert_eq!(status, StatusCode::CREATED, "{visit}");
        visits.push(visit["id"].as_str().unwrap().to_owned());
        let body = json!({
            "customer_id": waits, "parts": [part], "first_day": day, "last_day": day,
            "from_minute": 840, "to_minute": 855,
        });
        let (status, entry) = world.order(&world.api, "/api/v1/waitlist", day, &body).await;
        assert_eq!(status, StatusCode::CREATED, "{entry}");
        entries.push(format!("/api/v1/waitlist/{}", entry["id"].as_str().unwrap()));
    }
    world.work().await;
    for entry in &entries {
        assert_eq!(get(&world, entry).await["standing"], "waiting");
    }
    let later = json!({ "start": "2026-06-06T17:00:00+03:00", "by": "business" });
    let (status, moved) = post(&world, &format!("/api/v1/visits/{}/move", visits[1]), later).await;
    assert_eq!(status, StatusCode::OK, "{moved}");
    world.work().await;
    assert_eq!(get(&world, &entries[1]).await["standing"], "offered");
    assert_eq!(get(&world, &entries[0]).await["standing"], "waiting");
    world.pass(Duration::minutes(61)).await;
    let expired = get(&world, &format!("/api/v1/visits/{}", visits[0])).await;
    assert_eq!(expired["standing"], "over", "{expired}");
    assert_eq!(get(&world, &entries[0]).await["standing"], "offered");
    assert_eq!(world.count("SELECT count(*) FROM jobs WHERE state = 'dead'"), 0);
}

#[tokio::test]
async fn an_offer_that_nobody_answers_goes_to_the_next() {
    let world = World::new().await;
    let (asha, other) = (customer(&world, ASHA).await, customer(&world, OTHER).await);
    let massage = service(&world, "Swedish massage 60").await;
    let wanjiru = world.text("SELECT id::text AS text FROM staff WHERE name = 'Wanjiru'");
    let part = json!({ "service_id": massage, "staff_id": wanjiru });
    let (first, second) = (
        wait(&world, &asha, &part).await,
        wait(&world, &other, &part).await,
    );
    world.work().await;
    assert_eq!(
        get(&world, &format!("/api/v1/waitlist/{first}")).await["standing"],
        "offered"
    );
    world.pass(Duration::minutes(16)).await;
    assert_eq!(
        get(&world, &format!("/api/v1/waitlist/{first}")).await["standing"],
        "waiting"
    );
    assert_eq!(
        get(&world, &format!("/api/v1/waitlist/{second}")).await["standing"],
        "offered"
    );
    world.pass(Duration::minutes(20)).await;
    let held = world.count("SELECT count(*) FROM appointments WHERE state = 'held'");
    assert_eq!(held, 0, "nobody is asked twice");
    assert_eq!(world.count("SELECT count(*) FROM jobs WHERE state = 'dead'"), 0);
}

#[tokio::test]
async fn a_calendar_feed_is_read_by_its_address_until_it_is_revoked() {
    let world = World::new().await;
    let body = json!({ "name": "Front desk" });
    let (status, made) = world
        .call(Method::POST, "/api/v1/calendar-feeds", Some(body))
        .await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    let url = made["url"].as_str().unwrap();
    let http = reqwest::Client::new();
    let answer = http.get(url).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "text/calendar; charset=utf-8");
    assert_eq!(header("cache-control"), "private, max-age=300");
    let tag = header("etag");
    let calendar = answer.text().await.unwrap();
    assert!(
        calendar.starts_with("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"),
        "{calendar}"
    );
    assert!(calendar.contains("X-WR-CALNAME:Aria Aura"), "{calendar}");
    assert!(calendar.contains("SUMMARY:Swedish massage 60 (") && calendar.ends_with("END:VCALENDAR\r\n"));
    let same = http
        .get(url)
        .header("If-None-Match", format!("\"x\", W/{tag}"))
        .send()
        .await
        .unwrap();
    assert_eq!(same.status(), StatusCode::NOT_MODIFIED);
    let listed = get(&world, "/api/v1/calendar-feeds").await;
    assert!(listed["items"][0]["last_used_at"].is_string(), "{listed}");
    let secret = url.rsplit('/').next().unwrap().trim_end_matches(".ics");
    assert!(!listed.to_string().contains(secret));
    let stored = world.count("SELECT count(*) FROM access_keys WHERE kind = 'calendar'");
    assert_eq!(stored, 1);
    let feed = format!("/api/v1/calendar-feeds/{}", made["feed"]["id"].as_str().unwrap());
    let (status, _) = world.call(Method::DELETE, &feed, None).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    let mut gone = Vec::new();
    for secret in [secret, &"0".repeat(64), "nonsense"] {
        let path = format!("/calendars/{secret}.ics");
        let (status, mut problem) = world.raw(Method::GET, &path, &[], Vec::new()).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        problem["instance"] = Value::Null;
        gone.push(problem);
    }
    assert!(
        gone.windows(2).all(|pair| pair[0] == pair[1]),
        "which it is, is not told: {gone:#?}"
    );
    let therapist = world.token(Role::Therapist).await;
    let body = json!({ "name": "mine" });
    let (status, _) = world
        .call_as(&therapist, Method::POST, "/api/v1/calendar-feeds", Some(body))
        .await;
    assert_eq!(status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_key_makes_one_entry_however_often_it_is_sent() {
    let world = World::new().await;
    world.jump(datetime!(2026-05-12 10:00:01 +3)).await;
    let asha = customer(&world, ASHA).await;
    let massage = service(&world, "Swedish massage 60").await;
    let part = json!({ "service_id": massage });
    let walk_in = json!({ "name": "Amina", "parts": [part] });
    let wish = json!({
        "customer_id": asha, "parts": [part], "first_day": "2026-05-13", "last_day": "2026-05-13",
    });
    for (path, table, body, other) in [
        ("/api/v1/walk-ins", "walk_ins", walk_in, ("name", json!("Baraka"))),
        (
            "/api/v1/waitlist",
            "waitlist_entries",
            wish,
            ("priority", json!(3)),
        ),
    ] {
        let (status, problem) = world.call(Method::POST, path, Some(body.clone())).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{problem}");
        assert_eq!(problem["type"], "/problems/idempotency-key-required");
        let (status, first) = post_with(&world, "once", path, body.clone()).await;
        assert_eq!(status, StatusCode::CREATED, "{first}");
        let (status, again) = post_with(&world, "once", path, body.clone()).await;
        assert_eq!((status, &again), (StatusCode::CREATED, &first));
        let mut changed = body.clone();
        changed[other.0] = other.1;
        let (status, problem) = post_with(&world, "once", path, changed).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{problem}");
        assert_eq!(problem["type"], "/problems/idempotency-key-reused");
        assert_eq!(world.count(&format!("SELECT count(*) FROM {table}")), 1);
    }
}
