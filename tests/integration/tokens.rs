//! One access token for all processes: Daraja cancels a token as soon as another one is issued, and here it really does.

use futures_util::future::join_all;
use ratiba_kernel::Clock as _;
use ratiba_system::ClockAuthority;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use system_tests::World;
use system_tests::programs::Programs;
use time::Duration;

/// Prompts that go out together.
const WAVE: usize = 8;

/// How often the product has asked for a token; `strangers` did so, too.
async fn tokens(world: &World, strangers: usize) -> usize {
    let log = world.ask_simulator("/sim/log?after=0&wait_ms=0").await;
    let asked = log["exchanges"].as_array().unwrap().iter();
    asked
        .filter(|exchange| exchange["target"] == "daraja.token")
        .count()
        - strangers
}

/// A new token for somebody else with the same key: the one that was in force is worth nothing from now on.
async fn a_stranger_takes_a_token(world: &World) {
    let url = format!(
        "{}/oauth/v1/generate?grant_type=client_credentials",
        world.simulator.base_url()
    );
    let request = reqwest::Client::new()
        .get(url)
        .basic_auth("example-consumer-key", Some("example-consumer-secret"));
    assert_eq!(request.send().await.unwrap().status(), StatusCode::OK);
}

async fn prompts(world: &World) -> usize {
    let all = world.ask_simulator("/sim/prompts").await;
    all["prompts"].as_array().unwrap().len()
}

/// Visits that are booked and asked for at once; both workers have prompts to push then.
async fn ask_for_a_wave(world: &World, service: &str, starts: &[Value], wave: usize) {
    let asked = (0..WAVE).map(|guest| async move {
        let number = wave * WAVE + guest;
        let phone = json!({ "phone": format!("+2547200001{number:02}"), "name": "Guest" });
        let (_, customer) = world
            .order(&world.api, "/api/v1/customers", "guest", &phone)
            .await;
        let visit = json!({
            "customer_id": customer["id"], "start": starts[number * 3], "parts": [{ "service_id": service }],
        });
        let (status, visit) = world
            .order(&world.api, "/api/v1/visits", &format!("visit-{number}"), &visit)
            .await;
        assert_eq!(status, StatusCode::CREATED, "{visit}");
        let path = format!("/api/v1/visits/{}/prompts", visit["id"].as_str().unwrap());
        let (status, prompt) = world
            .order(&world.api, &path, &format!("prompt-{number}"), &json!({}))
            .await;
        assert_eq!(status, StatusCode::CREATED, "{prompt}");
    });
    join_all(asked).await;
}

/// Waits until so many prompts were put on phones in all.
async fn come(world: &World, many: usize) {
    let mut ticks = tokio::time::interval(std::time::Duration::from_millis(50));
    for _tick in 0..800 {
        ticks.tick().await;
        if prompts(world).await >= many {
            return;
        }
    }
    panic!("{} of {many} prompts came", prompts(world).await);
}

/// Two workers need a token at once when there is none, when theirs was cancelled, when it is cancelled while prompts
/// go out, and when it lapsed. Each time one token is asked for, and every prompt is pushed, once.
#[tokio::test(flavor = "multi_thread")]
async fn two_processes_refreshing_at_once_never_cancel_each_others_token_in_a_loop() {
    let world = World::new().await;
    let service = world.text("SELECT id::text AS text FROM services WHERE name = 'Haircut'");
    let path = format!("/api/v1/availability?service_id={service}&from=2026-05-14&to=2026-05-20&limit=1000");
    let (_, found) = world.call(Method::GET, &path, None).await;
    let slots = found["slots"].as_array().unwrap().iter();
    let starts: Vec<Value> = slots.map(|slot| slot["start"].clone()).collect();
    let clock = ClockAuthority::start(world.clock.clone(), "127.0.0.1:0".parse().unwrap()).unwrap();
    let _programs = Programs::start(&world, &clock, 0, 2).await;

    ask_for_a_wave(&world, &service, &starts, 0).await;
    come(&world, WAVE).await;
    assert_eq!(tokens(&world, 0).await, 1, "nobody had one");

    a_stranger_takes_a_token(&world).await;
    ask_for_a_wave(&world, &service, &starts, 1).await;
    come(&world, 2 * WAVE).await;
    assert_eq!(tokens(&world, 1).await, 2, "both found theirs cancelled");

    let asking = ask_for_a_wave(&world, &service, &starts, 2);
    let cancelling = async {
        come(&world, 2 * WAVE + 1).await;
        a_stranger_takes_a_token(&world).await;
    };
    tokio::join!(asking, cancelling);
    come(&world, 3 * WAVE).await;
    let known = tokens(&world, 2).await;
    assert!(
        known <= 3,
        "{known} tokens: cancelled in mid-flight, one more at most"
    );

    assert_eq!(clock.move_to(world.clock.now() + Duration::minutes(70)), 2);
    let known = tokens(&world, 2).await;
    ask_for_a_wave(&world, &service, &starts, 3).await;
    come(&world, 4 * WAVE).await;
    let after = tokens(&world, 2).await;
    assert!(
        (known..=3 + 1).contains(&after),
        "{after} tokens: it lapsed, and one came instead"
    );

    assert_eq!(prompts(&world).await, 4 * WAVE, "each went out once");
    let book = world.ask_simulator("/sim/mpesa/book").await;
    for pushes in book["pushes"].as_array().unwrap() {
        let (asked, without) = (&pushes["asked"], &pushes["without_token"]);
        assert_eq!(asked.as_u64().unwrap() - without.as_u64().unwrap(), 1, "{pushes}");
    }
    assert_eq!(
        world.count("SELECT count(*) FROM payment_attempts WHERE state = 'failed'"),
        0
    );
}
