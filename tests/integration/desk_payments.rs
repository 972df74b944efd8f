//! Payments at the desk: prompts that it sends, what is refused, and how it sees what came of them.

use ratiba_access::Role;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use system_tests::World;
use time::Duration;

async fn visit_of(world: &World) -> String {
    let (_, found) = world
        .call(Method::GET, "/api/v1/appointments?date=2026-05-13", None)
        .await;
    let found = found["appointments"].as_array().unwrap();
    let own = found.iter().find(|part| part["state"] == "held").unwrap();
    own["visit_id"].as_str().unwrap().to_owned()
}

/// The last part of a problem's type.
fn kind(problem: &Value) -> &str {
    problem["type"]
        .as_str()
        .unwrap_or_default()
        .rsplit('/')
        .next()
        .unwrap_or_default()
}

#[tokio::test]
async fn the_desk_sends_a_prompt_again_and_sees_what_came_of_it() {
    let world = World::new().await;
    world.book_up_to_the_prompt().await;
    let visit = visit_of(&world).await;
    let path = format!("/api/v1/visits/{visit}/prompts");
    let ask = async |key: &str, body: Value| world.order(&world.api, &path, key, &body).await;

    let (status, problem) = ask("live", json!({})).await;
    assert_eq!(
        (status, kind(&problem)),
        (StatusCode::CONFLICT, "payment-in-progress"),
        "{problem:#}"
    );
    assert_eq!(problem["waits_for"], "customer");
    world
        .answer_prompt("refuse", json!({ "result_code": 2001 }))
        .await;
    world.work().await;
    let (status, problem) = ask("early", json!({})).await;
    assert_eq!(
        (status, kind(&problem)),
        (StatusCode::CONFLICT, "too-soon"),
        "{problem:#}"
    );
    assert!(problem["from"].is_string());
    world.pass(Duration::seconds(61)).await;

    let kes = |minor: i64| json!({ "amount": { "amount_minor": minor, "currency": "KES" } });
    for (name, body, expected) in [
        ("cents", kes(10_050), "amount-not-payable"),
        ("zero", kes(0), "validation"),
        ("negative", kes(-100), "validation"),
        ("more", kes(105_100), "amount-not-payable"),
        ("limit", kes(25_000_100), "amount-not-payable"),
        (
            "dollars",
            json!({ "amount": { "amount_minor": 100, "currency": "USD" } }),
            "currency-mismatch",
        ),
        (
            "abroad",
            json!({ "phone": "+255700000123" }),
            "not-a-mobile-number",
        ),
        (
            "landline",
            json!({ "phone": "+254200000123" }),
            "not-a-mobile-number",
        ),
        ("words", json!({ "phone": "asha" }), "not-a-mobile-number"),
    ] {
        let (_, problem) = ask(name, body).await;
        assert_eq!(kind(&problem), expected, "{name}: {problem:#}");
    }
    let (status, _) = world.call(Method::POST, &path, Some(json!({}))).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "a key is needed");
    assert!(world.prompts().await.is_empty(), "nothing of that was sent");

    let (status, sent) = ask("again", json!({})).await;
    assert_eq!(status, StatusCode::CREATED, "{sent:#}");
    let (_, repeated) = ask("again", json!({})).await;
    assert_eq!(repeated["attempt_id"], sent["attempt_id"]);
    let (_, other) = ask("again", kes(100)).await;
    assert_eq!(kind(&other), "idempotency-key-reused", "{other:#}");
    world.work().await;
    world.answer_prompt("approve", json!({})).await;
    world.work().await;

    let payment = sent["payment"]["id"].as_str().unwrap();
    let (_, payment) = world
        .call(Method::GET, &format!("/api/v1/payments/{payment}"), None)
        .await;
    assert_eq!(
        (&payment["state"], &payment["purpose"]),
        (&json!("settled"), &json!("deposit")),
        "{payment:#}"
    );
    let attempts = payment["attempts"].as_array().unwrap();
    assert_eq!(attempts.len(), 2);
    assert_eq!(
        (&attempts[0]["state"], &attempts[0]["reason"]),
        (&json!("failed"), &json!("wrong_pin"))
    );
    assert_eq!(
        (&attempts[1]["state"], &attempts[1]["evidence"]),
        (&json!("paid"), &json!("callback"))
    );
    assert!(attempts[1]["by"].as_str().unwrap().starts_with("token:") && attempts[1]["receipt"].is_string());
    assert_eq!(attempts[0]["by"], Value::Null, "the customer asked for the first");
}

#[tokio::test]
async fn what_is_left_is_collected_in_parts_until_nothing_is_owed() {
    let world = World::new().await;
    world.book_up_to_the_prompt().await;
    let visit = visit_of(&world).await;
    world.answer_prompt("approve", json!({})).await;
    world.work().await;
    let path = format!("/api/v1/visits/{visit}/prompts");
    // The phone rang for the deposit just now, and M-Pesa wants a minute between prompts.
    let (status, problem) = world.order(&world.api, &path, "early", &json!({})).await;
    assert_eq!((status, kind(&problem)), (StatusCode::CONFLICT, "too-soon"));
    world.pass(Duration::seconds(61)).await;
    let part = json!({ "amount": { "amount_minor": 10_000, "currency": "KES" } });
    for (key, body) in [("part", part), ("rest", json!({}))] {
        let (status, sent) = world.order(&world.api, &path, key, &body).await;
        assert_eq!(status, StatusCode::CREATED, "{sent:#}");
        assert_eq!(sent["payment"]["purpose"], "balance");
        world.work().await;
        world.answer_prompt("approve", json!({})).await;
        world.work().await;
        world.pass(Duration::seconds(61)).await;
    }
    let (_, shown) = world
        .call(Method::GET, &format!("/api/v1/visits/{visit}"), None)
        .await;
    assert_eq!(shown["balance"]["amount_minor"], 0, "{shown:#}");
    let (status, problem) = world.order(&world.api, &path, "over", &json!({})).await;
    assert_eq!((status, kind(&problem)), (StatusCode::CONFLICT, "nothing-owed"));
    let (_, list) = world
        .call(Method::GET, &format!("/api/v1/visits/{visit}/payments"), None)
        .await;
    assert_eq!(
        list["payments"].as_array().unwrap().len(),
        2,
        "deposit and balance: {list:#}"
    );
    assert_eq!(
        world.count("SELECT coalesce(sum(amount_minor), 0)::bigint AS count FROM ledger_entries"),
        0
    );
}

#[tokio::test]
async fn a_manager_ends_what_the_provider_never_answered_and_the_visit_is_confirmed() {
    let world = World::new().await;
    for target in ["daraja.callback", "daraja.query"] {
        let fault = json!({ "target": target, "kind": "lose", "count": 20 });
        world.tell_simulator("/sim/faults", fault).await;
    }
    world.book_up_to_the_prompt().await;
    let visit = visit_of(&world).await;
    world.pass(Duration::minutes(65)).await;
    let (_, list) = world
        .call(Method::GET, &format!("/api/v1/visits/{visit}/payments"), None)
        .await;
    let attempt = &list["payments"][0]["attempts"][0];
    assert_eq!(
        (&attempt["state"], &attempt["reason"]),
        (&json!("in_review"), &json!("no_answer")),
        "{list:#}"
    );
    let path = format!("/api/v1/attempts/{}/resolve", attempt["id"].as_str().unwrap());
    let found = json!({ "outcome": "paid", "receipt": "TEC00REAL1", "reason": "seen on the portal" });
    let receptionist = world.token(Role::Receptionist).await;
    let (status, _) = world
        .call_as(&receptionist, Method::POST, &path, Some(found.clone()))
        .await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    for (body, field) in [
        (json!({ "outcome": "paid", "reason": "x" }), "receipt"),
        (json!({ "outcome": "failed", "reason": "x" }), "failure"),
        (
            json!({ "outcome": "cancelled", "receipt": "TEC00REAL1", "reason": "x" }),
            "receipt",
        ),
        (json!({ "outcome": "cancelled" }), "reason"),
        (json!({ "outcome": "cancelled", "reason": "  " }), "reason"),
    ] {
        let (status, problem) = world.call(Method::POST, &path, Some(body)).await;
        assert_eq!(
            (status, &problem["errors"][0]["field"]),
            (StatusCode::BAD_REQUEST, &json!(field)),
            "{problem:#}"
        );
    }
    let (status, _) = world.call_at(&json!(1), Method::POST, &path, found.clone()).await;
    assert_eq!(status, StatusCode::PRECONDITION_FAILED);
    for _ in 0..2 {
        let (status, payment) = world.call(Method::POST, &path, Some(found.clone())).await;
        assert_eq!(
            (status, &payment["state"]),
            (StatusCode::OK, &json!("settled")),
            "{payment:#}"
        );
        let resolution = &payment["attempts"][0]["resolution"];
        assert_eq!(resolution["reason"], "seen on the portal");
    }
    let (status, _) = world
        .call(
            Method::POST,
            &path,
            Some(json!({ "outcome": "cancelled", "reason": "no" })),
        )
        .await;
    assert_eq!(status, StatusCode::CONFLICT, "nothing leaves paid");
    world.work().await;
    assert_eq!(
        world.count("SELECT count(*) FROM appointments WHERE state = 'confirmed'"),
        1
    );
    assert_eq!(world.count("SELECT count(*) FROM ledger_journals"), 1);
}
