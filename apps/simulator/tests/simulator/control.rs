//! The control API itself: the clock, configuration, faults, the log, and the page.

use serde_json::{Value, json};

use crate::support::{ASHA, Stage};

#[tokio::test]
async fn the_clock_is_moved_by_hand_and_every_message_follows() {
    let mut stage = Stage::new().await;
    let moved = stage
        .post("/sim/clock", json!({ "set": "2026-06-01T02:00:00+03:00" }))
        .await;
    assert!(
        moved["now"].as_str().unwrap().starts_with("2026-05-31T23:00:0"),
        "{moved}"
    );
    assert!(
        moved["nairobi"]
            .as_str()
            .unwrap()
            .starts_with("2026-06-01T02:00:0"),
        "{moved}"
    );
    stage.greeted().await;
    let shown = stage.get(&format!("/sim/customers/{ASHA}/messages")).await;
    assert!(
        shown["messages"][0]["at"]
            .as_str()
            .unwrap()
            .starts_with("2026-05-31T23:00:"),
        "{shown}"
    );

    let bad = [
        json!({}),
        json!({ "set": "tomorrow" }),
        json!({ "advance_seconds": 1, "set": "x" }),
    ];
    for body in bad {
        assert_eq!(stage.post_any("/sim/clock", body).await.0, 400);
    }
    stage.over().await;
}

#[tokio::test]
async fn a_long_poll_answers_as_soon_as_there_is_something_new() {
    let stage = Stage::new().await;
    let version = stage.get("/sim/state").await["version"].clone();
    let path = format!("/sim/state?since={version}&wait_ms=20000");
    let (state, _) = tokio::join!(stage.get(&path), stage.say("Niaje"));
    assert!(state["version"].as_u64() > version.as_u64());
    stage.over().await;
}

#[tokio::test]
async fn the_state_tells_no_secret() {
    let stage = Stage::new().await;
    stage.push().await;
    stage.say("Niaje").await;
    let state = stage.get("/sim/state").await.to_string();
    for secret in [
        "example-app-secret",
        "example-access-token",
        "example-consumer",
        "passkey",
        "/stk/3f9c",
    ] {
        assert!(!state.contains(secret), "{secret}");
    }
    stage.over().await;
}

#[tokio::test]
async fn rules_are_listed_and_cleared() {
    let stage = Stage::new().await;
    stage
        .fault(json!({ "target": "daraja.push", "kind": "delay", "ms": 10, "match": ASHA }))
        .await;
    let rules = stage.get("/sim/faults").await["faults"].clone();
    assert_eq!(
        rules,
        json!([{ "id": 1, "target": "daraja.push", "kind": "delay", "ms": 10, "count": 1, "match": ASHA }])
    );
    stage
        .http
        .delete(format!("{}/sim/faults", stage.base))
        .send()
        .await
        .unwrap();
    assert_eq!(stage.get("/sim/faults").await["faults"], json!([]));
    stage.over().await;
}

#[tokio::test]
async fn what_cannot_be_understood_is_refused_with_the_reason() {
    let stage = Stage::new().await;
    let cases = [
        (
            "/sim/faults",
            json!({ "target": "daraja.push", "kind": "sulk" }),
            400,
        ),
        ("/sim/faults", json!({ "target": "moon", "kind": "lose" }), 400),
        ("/sim/config", json!({ "api_url": "nowhere" }), 400),
        ("/sim/customers/asha/say", json!({ "text": "x" }), 400),
        ("/sim/customers/254700000123/say", json!({ "text": " " }), 400),
        (
            "/sim/customers/254700000123/tap",
            json!({ "id": "never offered" }),
            400,
        ),
        ("/sim/prompts/ws_CO_x/approve", json!({}), 404),
        ("/sim/prompts/ws_CO_x/refuse", json!({ "result_code": 0 }), 400),
        ("/sim/nothing", json!({}), 404),
    ];
    for (path, body, status) in cases {
        let (got, answer) = stage.post_any(path, body.clone()).await;
        assert_eq!(got, status, "{path} {body}");
        assert!(answer["error"].is_string(), "{path} {answer}");
    }
    stage.over().await;
}

#[tokio::test]
async fn any_body_and_signature_can_be_sent_to_the_webhook() {
    let mut stage = Stage::new().await;
    stage
        .post("/sim/webhook/raw", json!({ "body": "not json" }))
        .await;
    let got = stage.got().await;
    assert_eq!(got.body, b"not json");
    assert!(got.signature_is_right());
    stage
        .post(
            "/sim/webhook/raw",
            json!({ "body": { "a": 1 }, "signature": null }),
        )
        .await;
    assert_eq!(stage.got().await.signature, None);
    stage
        .post(
            "/sim/webhook/raw",
            json!({ "body": { "a": 1 }, "signature": "sha256=00" }),
        )
        .await;
    assert_eq!(stage.got().await.signature, Some("sha256=00".to_owned()));
    stage.over().await;
}

#[tokio::test]
async fn the_api_may_be_named_later_and_what_waited_is_delivered() {
    let mut stage = Stage::new().await;
    // Nothing listens on port 1.
    stage
        .post("/sim/config", json!({ "api_url": "http://127.0.0.1:1" }))
        .await;
    assert_eq!(stage.say("Niaje").await["delivered_status"], Value::Null);
    stage
        .post("/sim/config", json!({ "api_url": stage.receiver }))
        .await;
    stage.say("Uko?").await;
    let got = stage.got().await;
    assert!(got.signature_is_right());
    stage.over().await;
}

#[tokio::test]
async fn the_page_and_its_files_are_served() {
    let stage = Stage::new().await;
    let page = stage
        .http
        .get(&stage.base)
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    // Whatever the page asks for, and nothing from elsewhere.
    let named = |before: &str| -> Vec<String> {
        page.split(before)
            .skip(1)
            .map(|rest| format!("/{}", rest.split('"').next().unwrap()))
            .collect()
    };
    let scripts = named("<script src=\"")
        .into_iter()
        .map(|path| (path, "text/javascript"));
    let styles = named("rel=\"stylesheet\" href=\"")
        .into_iter()
        .map(|path| (path, "text/css"));
    let files: Vec<_> = scripts
        .chain(styles)
        .chain([("/".to_owned(), "text/html")])
        .collect();
    assert_eq!(files.len(), 6);
    for (path, kind) in files {
        let answer = stage
            .http
            .get(format!("{}{path}", stage.base))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        assert!(
            answer.headers()["content-type"]
                .to_str()
                .unwrap()
                .starts_with(kind),
            "{path}"
        );
        assert!(!answer.text().await.unwrap().is_empty(), "{path}");
    }
    stage.over().await;
}

#[tokio::test]
async fn a_stopped_simulator_leaves_its_port_free() {
    let stage = Stage::new().await;
    let address = stage.base.trim_start_matches("http://").to_owned();
    stage.over().await;
    std::net::TcpListener::bind(address).unwrap();
}
