//! What other programs are told, through the real doors: endpoints over the API, messages over the wire.

use std::collections::VecDeque;
use std::net::TcpListener;
use std::process::Command;
use std::sync::{Arc, Mutex};

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use ratiba_access::use_cases::TokenOrder;
use ratiba_access::{Role, Scope};
use ratiba_kernel::Clock as _;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use system_tests::World;
use time::Duration;

/// One message as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Heard {
    pub(crate) id: String,
    pub(crate) timestamp: String,
    pub(crate) signature: String,
    pub(crate) body: String,
}

impl Heard {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    fn name(&self) -> String {
        self.json()["type"].as_str().unwrap().to_owned()
    }
}

/// Another program: answers as it is told, and keeps what it heard.
pub(crate) struct Listener {
    pub(crate) url: String,
    heard: Arc<Mutex<Vec<Heard>>>,
    answers: Arc<Mutex<VecDeque<u16>>>,
    server: tokio::task::JoinHandle<std::io::Result<()>>,
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Listener {
    pub(crate) fn start() -> Self {
        let heard: Arc<Mutex<Vec<Heard>>> = Arc::default();
        let answers: Arc<Mutex<VecDeque<u16>>> = Arc::default();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/ratiba", listener.local_addr().unwrap());
        let shared = (heard.clone(), answers.clone());
        let server = HttpServer::new(move || {
            let (heard, answers) = shared.clone();
            App::new().default_service(web::to(move |request: HttpRequest, body: String| {
                let header = |name: &str| request.headers().get(name).unwrap().to_str().unwrap().to_owned();
                heard.lock().unwrap().push(Heard {
                    id: header("webhook-id"),
                    timestamp: header("webhook-timestamp"),
                    signature: header("webhook-signature"),
                    body,
                });
                let status = answers.lock().unwrap().pop_front().unwrap_or(204);
                let status = actix_web::http::StatusCode::from_u16(status).unwrap();
                async move { HttpResponse::build(status).finish() }
            }))
        })
        .workers(1)
        .disable_signals()
        .listen(listener)
        .unwrap()
        .run();
        Self {
            url,
            heard,
            answers,
            server: tokio::spawn(server),
        }
    }

    pub(crate) fn will(&self, statuses: &[u16]) {
        self.answers.lock().unwrap().extend(statuses);
    }

    pub(crate) fn heard(&self) -> Vec<Heard> {
        self.heard.lock().unwrap().clone()
    }

    fn of(&self, name: &str) -> Vec<Heard> {
        self.heard()
            .into_iter()
            .filter(|one| one.name() == name)
            .collect()
    }
}

pub(crate) const ENDPOINTS: &str = "/api/v1/webhook-endpoints";
const DELIVERIES: &str = "/api/v1/webhook-deliveries";

/// An order with a key, by whoever has a token.
pub(crate) async fn ordered(
    world: &World,
    token: &str,
    path: &str,
    key: &str,
    more: &[(&str, &str)],
    body: &Value,
) -> (StatusCode, Value) {
    let bearer = format!("Bearer {token}");
    let mut headers = vec![
        ("Authorization", bearer.as_str()),
        ("Idempotency-Key", key),
        ("Content-Type", "application/json"),
    ];
    headers.extend_from_slice(more);
    world
        .raw(Method::POST, path, &headers, body.to_string().into_bytes())
        .await
}

/// Adds an endpoint; answers with it and its secret.
pub(crate) async fn add(world: &World, url: &str, events: &[&str]) -> (Value, String) {
    let body = json!({ "url": url, "description": "The books", "events": events });
    let key = world.parts.ids.next().to_string();
    let (status, made) = ordered(world, &world.owner, ENDPOINTS, &key, &[], &body).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    let secret = made["secret"].as_str().unwrap().to_owned();
    (made["endpoint"].clone(), secret)
}

async fn deliveries(world: &World, query: &str) -> Vec<Value> {
    let (status, page) = world
        .call(Method::GET, &format!("{DELIVERIES}{query}"), None)
        .await;
    assert_eq!(status, StatusCode::OK, "{page}");
    page["items"].as_array().unwrap().clone()
}

pub(crate) async fn test_of(world: &World, endpoint: &Value) -> String {
    let path = format!("{ENDPOINTS}/{}/test", endpoint["id"].as_str().unwrap());
    let (status, made) = world.call(Method::POST, &path, None).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{made}");
    world.work().await;
    made["delivery_id"].as_str().unwrap().to_owned()
}

pub(crate) async fn delivery(world: &World, id: &str) -> Value {
    let (status, found) = world.call(Method::GET, &format!("{DELIVERIES}/{id}"), None).await;
    assert_eq!(status, StatusCode::OK, "{found}");
    found
}

/// What the reference implementation of Standard Webhooks for Python makes of a message; `None` where it is not installed.
fn reference_signature(secret: &str, one: &Heard) -> Option<String> {
    const SCRIPT: &str = "import sys, datetime\n\
        from standardwebhooks.webhooks import Webhook\n\
        at = datetime.datetime.fromtimestamp(int(sys.argv[3]), datetime.timezone.utc)\n\
        print(Webhook(sys.argv[1]).sign(sys.argv[2], at, sys.argv[4]))";
    let run = Command::new("python3")
        .args(["-c", SCRIPT, secret, &one.id, &one.timestamp, &one.body])
        .output();
    let done = run.ok().filter(|done| done.status.success())?;
    Some(String::from_utf8(done.stdout).unwrap().trim().to_owned())
}

#[tokio::test]
async fn a_booking_is_told_with_all_that_it_is_and_signed_so_that_others_can_check_it() {
    let world = World::new().await;
    let books = Listener::start();
    let wanted = ["appointment.held", "appointment.booked", "payment.settled"];
    let (endpoint, secret) = add(&world, &books.url, &wanted).await;
    assert_eq!(endpoint["state"], "on");
    world.book_and_pay().await;
    let mut names: Vec<_> = books.heard().iter().map(Heard::name).collect();
    names.sort();
    assert_eq!(
        names,
        ["appointment.booked", "appointment.held", "payment.settled"]
    );
    let booked = books.of("appointment.booked")[0].clone();
    let said = booked.json();
    assert_eq!(said["id"], booked.id.as_str());
    let parts = said["data"]["appointments"].as_array().unwrap();
    let day = world.appointments("2026-05-13").await;
    assert_eq!((parts.len(), &parts[0]["id"]), (1, &day[0]["id"]));
    for field in [
        "state",
        "start",
        "end",
        "charged",
        "staff_ids",
        "service_id",
        "customer_id",
        "version",
    ] {
        assert_eq!(parts[0][field], day[0][field], "{field}");
    }
    let settled = books.of("payment.settled")[0].json();
    assert_eq!(settled["data"]["payment"]["state"], "settled");
    assert_eq!(settled["data"]["payment"]["visit_id"], parts[0]["visit_id"]);
    let (status, listed) = world.call(Method::GET, ENDPOINTS, None).await;
    assert_eq!(status, StatusCode::OK);
    assert!(!listed.to_string().contains("whsec_"), "a secret is shown once");
    for one in books.heard() {
        let Some(reference) = reference_signature(&secret, &one) else {
            eprintln!("skipped: python3 has no package standardwebhooks, the reference implementation");
            return;
        };
        assert_eq!(one.signature, reference, "{}", one.name());
    }
}

#[tokio::test]
async fn what_nobody_subscribed_to_is_not_told_and_nothing_is_told_twice() {
    let world = World::new().await;
    let books = Listener::start();
    add(&world, &books.url, &["appointment.booked"]).await;
    world.book_and_pay().await;
    assert_eq!(books.heard().len(), 1);
    let event = books.heard()[0].id.clone();
    // Its event is worked on once more, as after a lost lease.
    world.execute(&format!(
        "INSERT INTO jobs (id, kind, tenant_id, payload, run_at) SELECT gen_random_uuid(), 'outbox.event', tenant_id,
             jsonb_build_object('event_id', id), occurred_at FROM outbox WHERE id = '{event}'"
    ));
    world.work().await;
    assert_eq!(books.heard().len(), 1);
}

#[tokio::test]
async fn what_does_not_arrive_is_tried_by_the_plan_then_kept_and_can_be_sent_again() {
    let world = World::new().await;
    let books = Listener::start();
    let (endpoint, _) = add(&world, &books.url, &["appointment.booked"]).await;
    // A redirect is a failure like any other, and nobody follows it.
    books.will(&[500, 301, 429, 404, 503, 302, 500, 500]);
    let id = test_of(&world, &endpoint).await;
    assert_eq!(books.heard().len(), 1);
    let waiting = delivery(&world, &id).await["delivery"].clone();
    assert_eq!(waiting["state"], "waiting");
    world.pass(Duration::minutes(1)).await;
    assert_eq!(books.heard().len(), 2, "after 5 seconds");
    world.jump(world.clock.now() + Duration::minutes(5)).await;
    world.jump(world.clock.now() + Duration::minutes(30)).await;
    world.jump(world.clock.now() + Duration::hours(2)).await;
    world.jump(world.clock.now() + Duration::hours(5)).await;
    world.jump(world.clock.now() + Duration::hours(10)).await;
    assert_eq!(books.heard().len(), 7);
    assert_eq!(deliveries(&world, "?state=dead").await, Vec::<Value>::new());
    world.jump(world.clock.now() + Duration::hours(10)).await;
    assert_eq!(books.heard().len(), 8);
    let dead = deliveries(&world, "?state=dead").await;
    assert_eq!((dead.len(), &dead[0]["id"]), (1, &json!(id)));
    assert_eq!(dead[0]["dead_because"], "exhausted");
    let statuses: Vec<_> = dead[0]["tries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["status"].clone())
        .collect();
    assert_eq!(json!(statuses), json!([500, 301, 429, 404, 503, 302, 500, 500]));
    let ids: std::collections::BTreeSet<_> = books.heard().into_iter().map(|one| one.id).collect();
    assert_eq!(ids.len(), 1, "the same message has the same id at every try");
    let replay = format!("{DELIVERIES}/{id}/replay");
    let (status, again) = world.call(Method::POST, &replay, None).await;
    assert_eq!(
        (status, &again["state"]),
        (StatusCode::ACCEPTED, &json!("waiting"))
    );
    let (status, problem) = world.call(Method::POST, &replay, None).await;
    assert_eq!(status, StatusCode::CONFLICT, "it is on its way: {problem}");
    world.work().await;
    assert_eq!(delivery(&world, &id).await["delivery"]["state"], "delivered");
    assert_eq!(books.heard().len(), 9);
}

#[tokio::test]
async fn an_address_that_is_gone_is_switched_off_at_once_and_one_that_fails_after_five_days() {
    let world = World::new().await;
    let (gone, failing) = (Listener::start(), Listener::start());
    let (one, _) = add(&world, &gone.url, &["appointment.booked"]).await;
    let (other, _) = add(&world, &failing.url, &["appointment.booked"]).await;
    gone.will(&[410]);
    let id = test_of(&world, &one).await;
    let ended = delivery(&world, &id).await["delivery"].clone();
    assert_eq!(
        (&ended["state"], &ended["dead_because"]),
        (&json!("dead"), &json!("endpoint_off"))
    );
    let path = format!("{ENDPOINTS}/{}", one["id"].as_str().unwrap());
    let (_, off) = world.call(Method::GET, &path, None).await;
    assert_eq!(
        (&off["state"], &off["switched_off_because"]),
        (&json!("switched_off"), &json!("gone"))
    );
    failing.will(&[500; 200]);
    for _half_a_day in 0..9 {
        test_of(&world, &other).await;
        world.jump(world.clock.now() + Duration::hours(12)).await;
    }
    let path = format!("{ENDPOINTS}/{}", other["id"].as_str().unwrap());
    let (_, on) = world.call(Method::GET, &path, None).await;
    assert_eq!(
        (&on["state"], on["failing_since"].is_string()),
        (&json!("on"), true)
    );
    test_of(&world, &other).await;
    world.jump(world.clock.now() + Duration::hours(12)).await;
    let (_, off) = world.call(Method::GET, &path, None).await;
    assert_eq!(
        (&off["state"], &off["switched_off_because"]),
        (&json!("switched_off"), &json!("failing"))
    );
    // It hears nothing of what happens now, and again when somebody turned it on.
    let before = failing.heard().len();
    world.book_and_pay().await;
    assert_eq!(failing.heard().len(), before);
    failing.answers.lock().unwrap().clear();
    let (status, on) = world
        .call_at(&off["version"], Method::PATCH, &path, json!({ "on": true }))
        .await;
    assert_eq!((status, &on["state"]), (StatusCode::OK, &json!("on")), "{on}");
    assert_eq!(on["failing_since"], Value::Null);
    test_of(&world, &other).await;
    assert_eq!(failing.heard().len(), before + 1);
}

#[tokio::test]
async fn nobody_has_ratiba_call_into_its_own_house() {
    let world = World::new().await;
    for url in [
        "https://10.0.0.1/",
        "https://127.0.0.2/",
        "https://0x7f000002/",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[fd00:ec2::254]/",
        "https://100.64.0.1/",
        "https://192.168.1.1/",
        "http://hooks.example.com/",
        "https://me:secret@hooks.example.com/",
        "ftp://hooks.example.com/",
        "hooks",
    ] {
        let body = json!({ "url": url, "events": ["appointment.booked"] });
        let (status, problem) = ordered(&world, &world.owner, ENDPOINTS, "one", &[], &body).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{url}: {problem}");
        assert_eq!(problem["errors"][0]["field"], "url", "{url}: {problem}");
    }
    // A name is judged by where it leads when it is called.
    let (endpoint, _) = add(&world, "https://localhost/", &["appointment.booked"]).await;
    let id = test_of(&world, &endpoint).await;
    let tries = delivery(&world, &id).await["delivery"]["tries"].clone();
    assert_eq!(
        (&tries[0]["outcome"], &tries[0]["status"]),
        (&json!("refused"), &Value::Null)
    );
}

#[tokio::test]
async fn a_new_secret_counts_beside_the_old_one_for_a_day() {
    let world = World::new().await;
    let books = Listener::start();
    let (endpoint, old) = add(&world, &books.url, &["appointment.booked"]).await;
    let path = format!("{ENDPOINTS}/{}/rotate-secret", endpoint["id"].as_str().unwrap());
    let rotate = async |key: &str, version: &Value| {
        let tag = format!("\"{version}\"");
        let tag = [("If-Match", tag.as_str())];
        ordered(&world, &world.owner, &path, key, &tag, &json!({})).await
    };
    let (status, problem) = ordered(&world, &world.owner, &path, "one", &[], &json!({})).await;
    assert_eq!(status, StatusCode::PRECONDITION_REQUIRED, "{problem}");
    let (status, problem) = world
        .call_at(&endpoint["version"], Method::POST, &path, json!({}))
        .await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "without a key: {problem}");
    let (status, made) = rotate("one", &endpoint["version"]).await;
    assert_eq!(status, StatusCode::OK, "{made}");
    let new = made["secret"].as_str().unwrap().to_owned();
    assert!(new.starts_with("whsec_") && new != old);
    // Whoever did not hear the answer asks again; a third secret would cut off whoever has the first.
    assert_eq!(
        rotate("one", &endpoint["version"]).await,
        (StatusCode::OK, made.clone())
    );
    let (status, problem) = rotate("two", &made["endpoint"]["version"]).await;
    assert_eq!(
        (status, &problem["type"]),
        (StatusCode::CONFLICT, &json!("/problems/secret-fresh"))
    );
    test_of(&world, &endpoint).await;
    let both = books.heard()[0].signature.clone();
    assert_eq!(both.split(' ').count(), 2);
    world.jump(world.clock.now() + Duration::days(1)).await;
    test_of(&world, &endpoint).await;
    assert_eq!(books.heard()[1].signature.split(' ').count(), 1);
    if let Some(reference) = reference_signature(&old, &books.heard()[0]) {
        assert!(
            both.split(' ').any(|one| one == reference),
            "whoever has the old secret can still check"
        );
    } else {
        eprintln!("skipped: python3 has no package standardwebhooks, the reference implementation");
    }
}

#[tokio::test]
async fn an_order_makes_one_endpoint_and_tells_its_secret_to_whoever_sent_it() {
    let world = World::new().await;
    let body = json!({ "url": "https://hooks.example.com/", "events": ["appointment.booked"] });
    let owner = world.owner.clone();
    let add = async |token: &str, body: &Value| ordered(&world, token, ENDPOINTS, "one", &[], body).await;
    let (status, problem) = world.call(Method::POST, ENDPOINTS, Some(body.clone())).await;
    assert_eq!(
        (status, &problem["type"]),
        (
            StatusCode::BAD_REQUEST,
            &json!("/problems/idempotency-key-required")
        )
    );
    let (status, made) = add(&owner, &body).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    assert!(made["secret"].as_str().unwrap().starts_with("whsec_"));
    assert_eq!(add(&owner, &body).await, (StatusCode::CREATED, made.clone()));
    let other = json!({ "url": "https://hooks.example.com/", "events": ["payment.settled"] });
    let (status, problem) = add(&owner, &other).await;
    assert_eq!(status.as_u16(), 422, "{problem}");
    // The same key of somebody else is another order, and tells nothing of this one.
    let manager = world.token(Role::Manager).await;
    let (status, theirs) = add(&manager, &body).await;
    assert_eq!(status, StatusCode::CREATED, "{theirs}");
    assert!(theirs["endpoint"]["id"] != made["endpoint"]["id"] && theirs["secret"] != made["secret"]);
    world.clock.advance(Duration::days(1));
    let (status, later) = add(&owner, &body).await;
    assert_eq!(
        (status, &later["endpoint"]["id"], &later["secret"]),
        (StatusCode::CREATED, &made["endpoint"]["id"], &Value::Null)
    );
}

#[tokio::test]
async fn an_endpoint_is_removed_by_whoever_saw_it_as_it_is() {
    let world = World::new().await;
    let (endpoint, _) = add(&world, "https://hooks.example.com/", &["appointment.booked"]).await;
    let path = format!("{ENDPOINTS}/{}", endpoint["id"].as_str().unwrap());
    let (status, problem) = world.call(Method::DELETE, &path, None).await;
    assert_eq!(status, StatusCode::PRECONDITION_REQUIRED, "{problem}");
    let (_, changed) = world
        .call_at(
            &endpoint["version"],
            Method::PATCH,
            &path,
            json!({ "description": "Ours" }),
        )
        .await;
    for (version, wanted) in [
        (&endpoint["version"], StatusCode::PRECONDITION_FAILED),
        (&changed["version"], StatusCode::NO_CONTENT),
        (&changed["version"], StatusCode::NOT_FOUND),
    ] {
        let (status, answer) = world.call_at(version, Method::DELETE, &path, json!({})).await;
        assert_eq!(status, wanted, "{answer}");
    }
}

#[tokio::test]
async fn endpoints_are_for_those_who_run_the_business() {
    let world = World::new().await;
    let body = json!({ "url": "https://hooks.example.com/", "events": ["appointment.booked"] });
    for (role, allowed) in [
        (Role::Therapist, false),
        (Role::Receptionist, false),
        (Role::Manager, true),
    ] {
        let token = world.token(role).await;
        let (status, answer) = ordered(&world, &token, ENDPOINTS, "one", &[], &body).await;
        let wanted = if allowed {
            StatusCode::CREATED
        } else {
            StatusCode::FORBIDDEN
        };
        assert_eq!(status, wanted, "{role:?}: {answer}");
    }
    let body = json!({ "url": "https://a.example/", "events": ["appointment.forgotten"] });
    let (status, problem) = ordered(&world, &world.owner, ENDPOINTS, "two", &[], &body).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "{problem}");
    let body = json!({ "url": "https://a.example/", "events": [] });
    let (status, problem) = ordered(&world, &world.owner, ENDPOINTS, "two", &[], &body).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "{problem}");
}

#[tokio::test]
async fn an_address_hears_no_more_than_whoever_names_it_may_see() {
    let world = World::new().await;
    let order = TokenOrder {
        name: "integrator".to_owned(),
        role: Role::Owner,
        staff: None,
        scopes: [
            Scope::IntegrationsRead,
            Scope::IntegrationsWrite,
            Scope::AppointmentsRead,
        ]
        .into(),
        expires_at: None,
    };
    let minted = world.parts.mint_token.execute(world.tenant.tenant, order).await;
    let token = minted.unwrap().1.reveal().to_owned();
    let books = Listener::start();
    let body = |events: &[&str]| json!({ "url": books.url, "events": events });
    let name = async |events: &[&str]| {
        let key = world.parts.ids.next().to_string();
        ordered(&world, &token, ENDPOINTS, &key, &[], &body(events)).await
    };
    let (status, problem) = name(&["appointment.booked", "payment.settled"]).await;
    assert_eq!(status, StatusCode::FORBIDDEN, "{problem}");
    assert!(problem.to_string().contains("payments:read"), "{problem}");
    let (status, made) = name(&["appointment.booked"]).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    // Neither by a later change, nor by another address for what somebody else had told, nor by looking at what was told.
    let change = async |endpoint: &Value, body: Value| {
        let path = format!("{ENDPOINTS}/{}", endpoint["id"].as_str().unwrap());
        let request = reqwest::Client::new().patch(format!("{}{path}", world.api));
        let version = world.version_of(&path).await;
        let request = request
            .bearer_auth(&token)
            .header("If-Match", format!("\"{version}\""));
        request.json(&body).send().await.unwrap().status()
    };
    let more = json!({ "events": ["appointment.booked", "payment.settled"] });
    assert_eq!(change(&made["endpoint"], more).await, StatusCode::FORBIDDEN);
    let (theirs, _) = add(&world, &books.url, &["payment.settled"]).await;
    let elsewhere = json!({ "url": format!("{}elsewhere", books.url) });
    assert_eq!(change(&theirs, elsewhere).await, StatusCode::FORBIDDEN);
    world.book_and_pay().await;
    let told = deliveries(&world, "?state=delivered").await;
    let of = |name: &str| {
        let found = told.iter().find(|one| one["event"] == name);
        found.unwrap_or_else(|| panic!("{name} in {told:?}"))["id"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    for (event, wanted) in [
        ("appointment.booked", StatusCode::OK),
        ("payment.settled", StatusCode::FORBIDDEN),
    ] {
        let path = format!("{DELIVERIES}/{}", of(event));
        let (status, answer) = world.call_as(&token, Method::GET, &path, None).await;
        assert_eq!(status, wanted, "{event}: {answer}");
    }
}

#[tokio::test]
async fn pages_of_deliveries_follow_one_another() {
    let world = World::new().await;
    let books = Listener::start();
    let (endpoint, _) = add(&world, &books.url, &["appointment.booked"]).await;
    let mut made = Vec::new();
    for _ in 0..5 {
        made.push(test_of(&world, &endpoint).await);
    }
    let mut seen = Vec::new();
    let mut query = "?limit=2".to_owned();
    loop {
        let (status, page) = world
            .call(Method::GET, &format!("{DELIVERIES}{query}"), None)
            .await;
        assert_eq!(status, StatusCode::OK, "{page}");
        seen.extend(
            page["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|one| one["id"].as_str().unwrap().to_owned()),
        );
        match page["next"].as_str() {
            Some(next) => query = format!("?limit=2&after={next}"),
            None => break,
        }
    }
    made.sort();
    made.reverse();
    assert_eq!(seen, made);
}
