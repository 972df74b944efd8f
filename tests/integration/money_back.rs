//! Money that goes back the way it came.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use system_tests::World;

async fn order(world: &World, key: &str, path: &str, body: Value) -> (StatusCode, Value) {
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

fn balance(world: &World, account: &str) -> i64 {
    world.count(&format!(
        "SELECT coalesce(sum(amount_minor), 0)::bigint AS count FROM ledger_entries WHERE account = '{account}'"
    ))
}

async fn paid(world: &World) -> (String, Value) {
    world.book_and_pay().await;
    let payment = world.text("SELECT id::text AS text FROM payments WHERE paid_minor > 0");
    (
        format!("/api/v1/payments/{payment}/refunds"),
        json!({ "way": "mpesa_reversal", "amount": { "amount_minor": 105_000, "currency": "KES" },
            "reason": "the therapist fell ill" }),
    )
}

#[tokio::test]
async fn a_reversal_is_done_when_the_provider_says_so_and_both_books_agree() {
    let world = World::new().await;
    let (path, body) = paid(&world).await;
    let (status, refund) = order(&world, "back", &path, body.clone()).await;
    assert_eq!(status, StatusCode::CREATED, "{refund}");
    let one = format!("/api/v1/refunds/{}", refund["id"].as_str().unwrap());
    let mut refund = refund;
    // The result comes by a line of its own, when it comes.
    for _look in 0..2_000 {
        world.work().await;
        refund = world.call(Method::GET, &one, None).await.1;
        if refund["state"] == "done" {
            break;
        }
    }
    assert_eq!(refund["state"], "done", "{refund}");
    assert_eq!(balance(&world, "mpesa_clearing"), 0, "all of it went back");
    let book = world.ask_simulator("/sim/mpesa/book").await;
    assert_eq!(book["balance_cents"], 0, "{book}");

    let (_, again) = order(&world, "back", &path, body.clone()).await;
    assert_eq!(again["id"], refund["id"], "the same key is the same refund");
    let (status, problem) = order(&world, "more", &path, body).await;
    assert_eq!(
        (status, &problem["type"]),
        (
            StatusCode::UNPROCESSABLE_ENTITY,
            &json!("/problems/refund-too-large")
        )
    );
}
