//! The stream of events through the real door.

use ratiba_access::use_cases::TokenOrder;
use ratiba_access::{Role, Scope, TokenId};
use ratiba_kernel::{Clock as _, Id};
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};
use system_tests::{ASHA, World};
use time::macros::datetime;

/// One event as it arrived.
#[derive(Clone, Debug, PartialEq)]
struct Event {
    id: String,
    name: String,
    data: Value,
}

/// Somebody who listens.
struct Listener {
    answer: Response,
    rest: String,
}

async fn ask(world: &World, token: &str, after: Option<&str>) -> Response {
    let mut request = reqwest::Client::new()
        .get(format!("{}/api/v1/events", world.api))
        .bearer_auth(token);
    if let Some(after) = after {
        request = request.header("Last-Event-ID", after);
    }
    request.send().await.unwrap()
}

async fn listen(world: &World, token: &str, after: Option<&str>) -> Listener {
    let answer = ask(world, token, after).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()["content-type"], "text/event-stream");
    let mut listener = Listener {
        answer,
        rest: String::new(),
    };
    let first = listener.block().await.unwrap();
    assert!(first.starts_with("retry: 2000\nid: "), "{first}");
    listener
}

impl Listener {
    /// What stands between two empty lines; `None` when the stream ended.
    async fn block(&mut self) -> Option<String> {
        loop {
            if let Some((block, rest)) = self.rest.split_once("\n\n") {
                let block = block.to_owned();
                self.rest = rest.to_owned();
                return Some(block);
            }
            let chunk = self.answer.chunk().await.unwrap()?;
            self.rest.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }

    /// The next event; signs of life are passed over.
    async fn event(&mut self) -> Event {
        loop {
            let block = self.block().await.unwrap();
            if block.starts_with(':') {
                continue;
            }
            let field = |name: &str| {
                let line = block.lines().find_map(|line| line.strip_prefix(name));
                line.unwrap_or_else(|| panic!("{name} in {block}")).to_owned()
            };
            return Event {
                id: field("id: "),
                name: field("event: "),
                data: serde_json::from_str(&field("data: ")).unwrap(),
            };
        }
    }

    /// Events up to the first of a name.
    async fn until(&mut self, name: &str) -> Vec<Event> {
        let mut events = Vec::new();
        loop {
            events.push(self.event().await);
            if events.last().unwrap().name == name {
                return events;
            }
        }
    }

    /// Hears nothing but signs of life for as long as two of them take.
    async fn hears_nothing(&mut self) {
        for _ in 0..2 {
            let block = self.block().await.unwrap();
            assert!(block.starts_with(": still here\nid: "), "{block}");
        }
    }

    /// The rest, until the stream ends.
    async fn end(mut self) {
        while self.block().await.is_some() {}
    }
}

/// Works until the visit is agreed: the callback comes when it comes.
async fn confirmed(world: &World) {
    while world.count("SELECT count(*) FROM appointments WHERE state = 'confirmed'") == 0 {
        world.work().await;
    }
}

fn names(events: &[Event]) -> Vec<&str> {
    events.iter().map(|event| event.name.as_str()).collect()
}

async fn minted(world: &World, order: TokenOrder) -> (TokenId, String) {
    let minted = world.parts.mint_token.execute(world.tenant.tenant, order).await;
    let (id, token) = minted.unwrap();
    (id, token.reveal().to_owned())
}

async fn token_of(world: &World, role: Role, staff: Option<&str>, scopes: &[Scope]) -> String {
    let order = TokenOrder {
        name: "test".to_owned(),
        role,
        staff: staff.map(|staff| Id::from_uuid(staff.parse().unwrap())),
        scopes: scopes.iter().copied().collect(),
        expires_at: None,
    };
    let (_, token) = minted(world, order).await;
    token
}

#[tokio::test]
async fn a_booking_shows_as_it_happens_and_whoever_comes_back_misses_nothing() {
    let world = World::new().await;
    let mut desk = listen(&world, &world.owner, None).await;
    world.book_and_pay().await;
    let mut events = desk.until("appointment.booked").await;
    let day = world.appointments("2026-05-13").await;
    for name in [
        "appointment.held",
        "payment.requested",
        "payment.settled",
        "appointment.booked",
    ] {
        assert!(names(&events).contains(&name), "{name}: {:?}", names(&events));
    }
    let held = &events[0];
    assert_eq!(held.name, "appointment.held");
    assert_eq!(held.data["type"], "appointment.held");
    assert_eq!(held.data["data"]["appointments"][0]["id"], day[0]["id"]);
    let booked = events.last().unwrap();
    assert_eq!(booked.data["data"]["appointments"][0]["state"], "confirmed");
    for event in &events {
        let text = event.data.to_string();
        assert!(
            !text.contains("amount_minor") && !text.contains("2547"),
            "ids and states only: {text}"
        );
    }
    let id = day[0]["id"].as_str().unwrap();
    world.jump(datetime!(2026-05-13 13:55 +3)).await;
    let path = format!("/api/v1/appointments/{id}/check-in");
    let version = world.appointments("2026-05-13").await[0]["version"].clone();
    let (status, answer) = world.call_at(&version, Method::POST, &path, json!({})).await;
    assert!(status.is_success(), "{answer}");
    events.extend(desk.until("appointment.arrived").await);
    drop(desk);
    // From each place on the rest comes, the same and in the same order, and then what is new.
    for (place, event) in events.iter().enumerate() {
        let mut again = listen(&world, &world.owner, Some(&event.id)).await;
        for wanted in &events[place + 1..] {
            let heard = again.event().await;
            assert_eq!((&heard.id, &heard.name), (&wanted.id, &wanted.name));
        }
    }
}

#[tokio::test]
async fn nobody_hears_of_another_business() {
    let world = World::new().await;
    let neighbour = world.neighbour().await;
    let mut next_door = listen(&world, &neighbour.owner, None).await;
    let mut from_the_beginning = listen(&world, &neighbour.owner, Some("0-0")).await;
    world.book_and_pay().await;
    next_door.hears_nothing().await;
    from_the_beginning.hears_nothing().await;
}

#[tokio::test]
async fn a_listener_hears_of_what_it_may_see() {
    let world = World::new().await;
    world.book_up_to_the_prompt().await;
    let staff = world.text("SELECT staff_id::text AS text FROM appointments WHERE state <> 'completed'");
    let other = world.text(&format!(
        "SELECT id::text AS text FROM staff WHERE tenant_id = '{}' AND id <> '{staff}' LIMIT 1",
        world.tenant.tenant
    ));
    let scopes = [Scope::AppointmentsRead];
    let own = token_of(&world, Role::Therapist, Some(&staff), &scopes).await;
    let colleague = token_of(&world, Role::Therapist, Some(&other), &scopes).await;
    let without_payments = token_of(&world, Role::Owner, None, &scopes).await;
    let mut own = listen(&world, &own, Some("0-0")).await;
    let mut colleague = listen(&world, &colleague, Some("0-0")).await;
    let mut without_payments = listen(&world, &without_payments, Some("0-0")).await;
    world.answer_prompt("approve", json!({})).await;
    confirmed(&world).await;
    assert_eq!(
        names(&own.until("appointment.booked").await),
        ["appointment.held", "appointment.booked"]
    );
    assert_eq!(
        names(&without_payments.until("appointment.booked").await),
        ["appointment.held", "appointment.booked"]
    );
    colleague.hears_nothing().await;
    let booking_only = token_of(&world, Role::Owner, None, &[Scope::PaymentsRead]).await;
    assert_eq!(
        ask(&world, &booking_only, None).await.status(),
        StatusCode::FORBIDDEN
    );
}

#[tokio::test]
async fn a_conversation_that_is_handed_over_shows_and_what_is_written_in_it() {
    let world = World::new().await;
    world.book_up_to_the_prompt().await;
    let mut desk = listen(&world, &world.owner, None).await;
    world.say(ASHA, "naomba niongee na mtu").await;
    world.work().await;
    let events = desk.until("conversation.handed_over").await;
    let data = &events.last().unwrap().data["data"];
    assert_eq!(data["state"], "waiting");
    assert!(data["conversation_id"].is_string());
    world.say(ASHA, "Bei imekaaje?").await;
    world.work().await;
    let events = desk.until("conversation.customer_wrote").await;
    let wrote = events.last().unwrap();
    assert_eq!(wrote.data["data"]["conversation_id"], data["conversation_id"]);
    assert!(
        !wrote.data.to_string().contains("imekaaje"),
        "what was said is no part of it"
    );
}

#[tokio::test]
async fn a_place_that_is_not_known_is_told_and_the_stream_goes_on_from_here() {
    let world = World::new().await;
    world.book_up_to_the_prompt().await;
    // The stream goes on from where everything is known to have ended; what others do on the same server may end later.
    while world.count(
        "SELECT count(*) FROM outbox WHERE xid >= pg_snapshot_xmin(pg_current_snapshot())::text::bigint",
    ) > 0
    {
        tokio::task::yield_now().await;
    }
    let mut desk = listen(&world, &world.owner, Some("7fffffffffff-1")).await;
    let reset = desk.event().await;
    assert_eq!(reset.name, "reset");
    world.answer_prompt("approve", json!({})).await;
    confirmed(&world).await;
    let events = desk.until("appointment.booked").await;
    assert!(
        !names(&events).contains(&"appointment.held"),
        "what was before is fetched"
    );
    let answer = ask(&world, &world.owner, Some("yesterday")).await;
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn the_stream_ends_with_its_token() {
    let world = World::new().await;
    let order = TokenOrder {
        name: "test".to_owned(),
        role: Role::Owner,
        staff: None,
        scopes: [Scope::AppointmentsRead].into(),
        expires_at: None,
    };
    let (id, token) = minted(&world, order).await;
    let mut desk = listen(&world, &token, None).await;
    desk.hears_nothing().await;
    let (book, tenant) = (&world.parts.mint_token.book, world.tenant.tenant);
    assert!(book.revoke(tenant, id, world.clock.now()).await.unwrap());
    desk.end().await;
    assert_eq!(ask(&world, &token, None).await.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn listeners_are_few_and_leave_when_the_process_does() {
    let world = World::new().await;
    let mut all = Vec::new();
    for _ in 0..world.streams.limits().of_tenant_max {
        all.push(listen(&world, &world.owner, None).await);
    }
    let refused = ask(&world, &world.owner, None).await;
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    world.streams.drain();
    for one in all {
        one.end().await;
    }
}
