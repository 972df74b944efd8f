//! Money that goes back the way it came.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use system_tests::World;
use time::Duration;

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

/// Lets the worker work until the refund is in that state, or for long enough.
async fn until(world: &World, refund: &str, state: &str) -> Value {
    let mut last = Value::Null;
    for _look in 0..2_000 {
        world.work().await;
        last = world.call(Method::GET, refund, None).await.1;
        if last["state"] == state {
            return last;
        }
    }
    panic!("it does not become {state}: {last:#}");
}

async fn strike(world: &World, fault: Value) {
    world.tell_simulator("/sim/faults", fault).await;
}

#[tokio::test]
async fn a_reversal_whose_result_is_lost_is_found_by_the_question_about_it() {
    let world = World::new().await;
    let (path, body) = paid(&world).await;
    strike(
        &world,
        json!({ "target": "daraja.result", "kind": "lose", "count": 1 }),
    )
    .await;
    let (_, refund) = order(&world, "back", &path, body).await;
    let one = format!("/api/v1/refunds/{}", refund["id"].as_str().unwrap());
    until(&world, &one, "sent").await;
    for _wait in 0..2_000 {
        let book = world.ask_simulator("/sim/mpesa/book").await;
        if book["balance_cents"] == 0 {
            break;
        }
    }
    assert_eq!(balance(&world, "mpesa_clearing"), 105_000, "nobody told of it");
    world.pass(Duration::seconds(61)).await;
    let refund = until(&world, &one, "done").await;
    assert!(refund["receipt"].is_string(), "{refund}");
    assert_ne!(refund["receipt"], refund["original_receipt"]);
    assert_eq!(balance(&world, "mpesa_clearing"), 0);
    assert_eq!(world.ask_simulator("/sim/mpesa/book").await["balance_cents"], 0);
}

#[tokio::test]
async fn a_reversal_that_could_not_be_sent_goes_out_later_or_is_withdrawn() {
    let world = World::new().await;
    let (path, body) = paid(&world).await;
    strike(
        &world,
        json!({ "target": "daraja.reversal", "kind": "too_many", "count": 2 }),
    )
    .await;
    let (_, refund) = order(&world, "back", &path, body.clone()).await;
    let id = refund["id"].as_str().unwrap();
    let one = format!("/api/v1/refunds/{id}");
    world.work().await;
    let (_, waiting) = world.call(Method::GET, &one, None).await;
    assert_eq!(
        (&waiting["state"], &waiting["tries"]),
        (&json!("requested"), &json!(1)),
        "{waiting}"
    );
    let cancel = json!({ "reason": "a slip of the finger" });
    let (status, cancelled) = world
        .call(Method::POST, &format!("{one}/cancel"), Some(cancel))
        .await;
    assert_eq!(
        (status, &cancelled["state"]),
        (StatusCode::OK, &json!("cancelled")),
        "{cancelled}"
    );

    let (status, again) = order(&world, "again", &path, body).await;
    assert_eq!(status, StatusCode::CREATED, "its amount is free: {again}");
    let again = format!("/api/v1/refunds/{}", again["id"].as_str().unwrap());
    world.work().await;
    world.pass(Duration::seconds(61)).await;
    let done = until(&world, &again, "done").await;
    assert_eq!(done["tries"], 1, "{done}");
    assert_eq!(balance(&world, "mpesa_clearing"), 0);
}

#[tokio::test]
async fn credit_is_paid_out_and_cash_only_out_of_an_open_drawer() {
    let world = World::new().await;
    let (path, _) = paid(&world).await;
    let kes = |whole: i64| json!({ "amount_minor": whole * 100, "currency": "KES" });
    let as_credit = json!({ "way": "credit", "amount": kes(1_000), "reason": "a cold steam room" });
    let (_, refund) = order(&world, "credit", &path, as_credit).await;
    let customer = refund["customer_id"].as_str().unwrap();
    let payouts = format!("/api/v1/customers/{customer}/credit/payouts");
    let cash = json!({ "way": "cash", "amount": kes(400), "reason": "they move away" });
    let kind = |problem: &Value| problem["type"].as_str().unwrap_or_default().to_owned();
    let (status, problem) = order(&world, "cash", &payouts, cash.clone()).await;
    assert_eq!(
        (status, kind(&problem)),
        (StatusCode::CONFLICT, "/problems/till-closed".to_owned())
    );
    let refund_in_cash = json!({ "way": "cash", "amount": kes(50), "reason": "x" });
    let (_, problem) = order(&world, "refund", &path, refund_in_cash).await;
    assert_eq!(kind(&problem), "/problems/till-closed");
    let float = json!({ "float": kes(500) });
    order(&world, "open", "/api/v1/till/sessions", float).await;
    let (status, paid_out) = order(&world, "cash", &payouts, cash.clone()).await;
    assert_eq!(status, StatusCode::CREATED, "{paid_out}");
    let (_, same) = order(&world, "cash", &payouts, cash.clone()).await;
    assert_eq!(same["id"], paid_out["id"]);
    let (status, problem) = order(&world, "more", &payouts, cash).await;
    assert_eq!(
        (status, kind(&problem)),
        (
            StatusCode::UNPROCESSABLE_ENTITY,
            "/problems/unacceptable".to_owned()
        ),
        "the drawer holds 100"
    );
    assert_eq!(problem["holds"], kes(100), "{problem}");
    let nameless = json!({ "way": "outside", "amount": kes(100), "reason": "x" });
    let (_, problem) = order(&world, "outside", &payouts, nameless).await;
    assert_eq!(kind(&problem), "/problems/validation");
    let withdrawals = format!("/api/v1/customers/{customer}/credit/withdrawals");
    let all = json!({ "amount": kes(601), "reason": "x" });
    let (_, problem) = order(&world, "all", &withdrawals, all).await;
    assert_eq!(
        (kind(&problem), &problem["credit"]),
        ("/problems/not-enough-credit".to_owned(), &kes(600))
    );
    assert_eq!(balance(&world, "cash_drawer"), 10_000);
}
