//! How often somebody may ask, through the real door.

use std::time::Duration;

use ratiba_access::Role;
use ratiba_api::sources::Sources;
use ratiba_test_database::TestRedis;
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use serde_json::Value;
use system_tests::{Twin, World, gate};
use tokio::time::Instant;

const SETTINGS: &str = "/api/v1/settings/booking";
const ME: &str = "/api/v1/me";

fn http() -> Client {
    let client = Client::builder().redirect(reqwest::redirect::Policy::none());
    client.build().unwrap()
}

fn get(api: &Twin, path: &str) -> RequestBuilder {
    http().get(format!("{}{path}", api.api))
}

async fn status(request: RequestBuilder) -> StatusCode {
    request.send().await.unwrap().status()
}

/// How a token fares at an address.
async fn with_token(api: &Twin, token: &str) -> StatusCode {
    status(get(api, ME).bearer_auth(token)).await
}

/// Takes apart an answer to somebody who asked too often.
async fn refusal(answer: Response) -> Value {
    assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS);
    let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
    let after: u64 = header("Retry-After").parse().unwrap();
    assert!((1..=3_600).contains(&after), "{after}");
    assert_eq!(header("Content-Type"), "application/problem+json");
    assert_eq!(header("X-Content-Type-Options"), "nosniff");
    assert!(header("RateLimit").contains(";r=0;t="), "{}", header("RateLimit"));
    let policy = header("RateLimit-Policy");
    let mut body: Value = answer.json().await.unwrap();
    assert_eq!(body["type"], "/problems/too-many-requests", "{body}");
    body["policy"] = policy.into();
    body
}

#[tokio::test]
async fn an_address_that_asks_too_often_is_stopped_before_it_is_known_who_asks() {
    let world = World::new().await;
    let api = world
        .twin_behind(gate(&[("ADDRESS", "4/3600")]), Sources::default())
        .await;
    // Whatever is asked, whether it exists, and with whatever token.
    for (path, token, expected) in [
        (ME, world.owner.as_str(), StatusCode::OK),
        (ME, "rtb_nobody", StatusCode::UNAUTHORIZED),
        ("/api/v1/nowhere", &world.owner, StatusCode::NOT_FOUND),
    ] {
        let answer = get(&api, path).bearer_auth(token).send().await.unwrap();
        assert_eq!(answer.status(), expected, "{path}");
        for header in ["RateLimit", "RateLimit-Policy", "X-Content-Type-Options"] {
            assert!(answer.headers().contains_key(header), "{path} {header}");
        }
    }
    assert_eq!(status(get(&api, "/api/v1/openapi.json")).await, StatusCode::OK);
    let stopped = get(&api, ME).bearer_auth(&world.owner).send().await.unwrap();
    assert_eq!(refusal(stopped).await["policy"], "\"address\";q=4;w=3600");
    // Nobody believes a stranger about where they come from.
    let elsewhere = get(&api, ME).header("X-Forwarded-For", "198.51.100.7");
    assert_eq!(status(elsewhere).await, StatusCode::TOO_MANY_REQUESTS);
    // What has limits of its own goes on: providers, signing in; and whether the process lives.
    let webhook = get(&api, "/webhooks/whatsapp?hub.mode=subscribe");
    assert_eq!(status(webhook).await, StatusCode::FORBIDDEN);
    assert_eq!(status(get(&api, "/auth/login")).await, StatusCode::SEE_OTHER);
    assert_eq!(status(get(&api, "/healthz")).await, StatusCode::OK);
}

#[tokio::test]
async fn behind_a_proxy_of_the_operators_each_address_has_its_own_room() {
    let world = World::new().await;
    let sources = Sources {
        proxies: vec!["127.0.0.1".parse().unwrap()],
        ..Sources::default()
    };
    let api = world.twin_behind(gate(&[("ADDRESS", "1/3600")]), sources).await;
    let from = async |address: &str| {
        status(
            get(&api, ME)
                .bearer_auth(&world.owner)
                .header("X-Forwarded-For", address),
        )
        .await
    };
    assert_eq!(from("198.51.100.7").await, StatusCode::OK);
    assert_eq!(from("198.51.100.7").await, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(from("198.51.100.8").await, StatusCode::OK);
    // What somebody writes before the proxy does not help.
    let forged = from("203.0.113.9, 198.51.100.8").await;
    assert_eq!(forged, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn a_token_and_a_business_have_limits_and_nobody_suffers_from_a_neighbours() {
    let world = World::new().await;
    let neighbour = world.neighbour().await;
    let limits = [("CALLER", "3/3600"), ("TENANT", "5/3600")];
    let api = world.twin_behind(gate(&limits), Sources::default()).await;
    let (first, second, third) = (
        world.token(Role::Manager).await,
        world.token(Role::Receptionist).await,
        world.token(Role::Therapist).await,
    );
    for _ in 0..3 {
        assert_eq!(with_token(&api, &first).await, StatusCode::OK);
    }
    // A token that asks too often takes nothing from its business.
    for _ in 0..9 {
        let stopped = get(&api, ME).bearer_auth(&first).send().await.unwrap();
        assert_eq!(refusal(stopped).await["policy"], "\"caller\";q=3;w=3600");
    }
    for _ in 0..2 {
        assert_eq!(with_token(&api, &second).await, StatusCode::OK);
    }
    let stopped = get(&api, SETTINGS).bearer_auth(&third).send().await.unwrap();
    assert_eq!(refusal(stopped).await["policy"], "\"tenant\";q=5;w=3600");
    assert_eq!(with_token(&api, &neighbour.owner).await, StatusCode::OK);
}

#[tokio::test]
async fn who_comes_while_too_many_wait_is_turned_away_and_nothing_is_done_for_them() {
    let world = World::new().await;
    let limits = gate(&[("ADDRESS", "1/3600"), ("SIGN_IN", "1/3600")]);
    let full = world.twin_in_a_crowd(limits, Sources::default(), 0).await;
    for path in [ME, ME, "/auth/login", "/api/v1/nowhere"] {
        // Whoever it is: nobody looked.
        let answer = get(&full, path).bearer_auth("rtb_nobody").send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE, "{path}");
        let headers = answer.headers();
        assert!(headers.contains_key("Retry-After"), "{path}");
        assert_eq!(headers["X-Content-Type-Options"], "nosniff", "{path}");
        // It costs nothing of what they may ask.
        assert!(!headers.contains_key("RateLimit"), "{path}");
        let body: Value = answer.json().await.unwrap();
        assert_eq!(body["type"], "/problems/unavailable", "{path}");
    }
    // Who sends something keeps the connection.
    let client = http();
    for _ in 0..2 {
        let order = client.post(format!("{}{SETTINGS}", full.api)).body("{}");
        let answer = order.send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(
            !answer.headers().contains_key("Connection"),
            "{:?}",
            answer.headers()
        );
    }
    // What providers tell must not be lost, and a probe must not end a process that works.
    let webhook = get(&full, "/webhooks/whatsapp?hub.mode=subscribe");
    assert_eq!(status(webhook).await, StatusCode::FORBIDDEN);
    for path in ["/healthz", "/readyz"] {
        assert_eq!(status(get(&full, path)).await, StatusCode::OK, "{path}");
    }
}

#[tokio::test]
async fn signing_in_and_webhooks_have_limits_of_their_own() {
    let world = World::new().await;
    let limits = [("SIGN_IN", "2/3600"), ("WEBHOOK", "1/3600")];
    let api = world.twin_behind(gate(&limits), Sources::default()).await;
    assert_eq!(status(get(&api, "/auth/login")).await, StatusCode::SEE_OTHER);
    // Guessing of codes counts like beginning.
    let callback = get(&api, "/auth/callback?code=guess&state=guess");
    assert_eq!(status(callback).await, StatusCode::BAD_REQUEST);
    let stopped = get(&api, "/auth/login").send().await.unwrap();
    assert_eq!(refusal(stopped).await["policy"], "\"sign-in\";q=2;w=3600");
    let webhook = || get(&api, "/webhooks/whatsapp?hub.mode=subscribe");
    assert_eq!(status(webhook()).await, StatusCode::FORBIDDEN);
    let stopped = webhook().send().await.unwrap();
    assert_eq!(refusal(stopped).await["policy"], "\"webhook\";q=1;w=3600");
    assert_eq!(with_token(&api, &world.owner).await, StatusCode::OK);
}

#[tokio::test]
async fn whoever_hands_out_access_is_counted_for_it() {
    let world = World::new().await;
    let api = world
        .twin_behind(gate(&[("GRANT", "2/3600")]), Sources::default())
        .await;
    // Tokens mint none, and trying is counted like doing.
    let mint = || {
        http()
            .post(format!("{}/api/v1/tokens", api.api))
            .bearer_auth(&world.owner)
            .header("Idempotency-Key", "again")
            .json(&serde_json::json!({ "name": "till", "role": "owner", "scopes": ["till:work"] }))
    };
    for _ in 0..2 {
        assert_eq!(status(mint()).await, StatusCode::FORBIDDEN);
    }
    let stopped = mint().send().await.unwrap();
    assert_eq!(refusal(stopped).await["policy"], "\"grant\";q=2;w=3600");
    assert_eq!(with_token(&api, &world.owner).await, StatusCode::OK);
}

#[tokio::test]
async fn two_apis_count_together_and_when_redis_is_lost_what_is_dangerous_is_refused() {
    let Some(mut redis) = TestRedis::start() else {
        return;
    };
    let world = World::new().await;
    let url = redis.url();
    let limits = [
        ("CALLER", "4/3600"),
        ("REDIS__URL", url.as_str()),
        // A busy machine is given time.
        ("REDIS__DEADLINE_MS", "10000"),
    ];
    let one = world.twin_behind(gate(&limits), Sources::default()).await;
    let other = world.twin_behind(gate(&limits), Sources::default()).await;
    for api in [&one, &other, &one, &other] {
        assert_eq!(with_token(api, &world.owner).await, StatusCode::OK);
    }
    for api in [&one, &other] {
        assert_eq!(with_token(api, &world.owner).await, StatusCode::TOO_MANY_REQUESTS);
    }
    assert_eq!(status(get(&one, "/auth/login")).await, StatusCode::SEE_OTHER);

    redis.kill();
    let sign_in = get(&one, "/auth/login").send().await.unwrap();
    assert_eq!(sign_in.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(sign_in.headers().contains_key("Retry-After"));
    let callback = get(&one, "/auth/callback?code=guess&state=guess");
    assert_eq!(status(callback).await, StatusCode::SERVICE_UNAVAILABLE);
    let mint = http()
        .post(format!("{}/api/v1/tokens", one.api))
        .bearer_auth(&world.owner);
    assert_eq!(status(mint).await, StatusCode::SERVICE_UNAVAILABLE);
    let webhook = get(&one, "/webhooks/whatsapp?hub.mode=subscribe");
    assert_eq!(status(webhook).await, StatusCode::FORBIDDEN);
    // Everything else goes on, and each process counts for itself.
    for _ in 0..4 {
        assert_eq!(with_token(&one, &world.owner).await, StatusCode::OK);
    }
    assert_eq!(
        with_token(&one, &world.owner).await,
        StatusCode::TOO_MANY_REQUESTS
    );

    redis.start_again();
    let began = Instant::now();
    while status(get(&one, "/auth/login")).await != StatusCode::SEE_OTHER {
        assert!(
            began.elapsed() < Duration::from_secs(30),
            "Redis was never found again"
        );
    }
}
