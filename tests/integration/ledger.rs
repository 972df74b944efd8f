//! The books: what a visit earned, and how they are read.

use ratiba_access::Role;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use system_tests::World;
use time::macros::datetime;

async fn balance(world: &World, account: &str) -> i64 {
    let (status, found) = world.call(Method::GET, "/api/v1/ledger/balances", None).await;
    assert_eq!(status, StatusCode::OK, "{found}");
    let items = found["items"].as_array().unwrap();
    let minor = |item: &Value| item["balance"]["amount_minor"].as_i64().unwrap();
    assert_eq!(
        items.iter().map(minor).sum::<i64>(),
        0,
        "the books balance: {found}"
    );
    items
        .iter()
        .find(|item| item["account"] == account)
        .map(minor)
        .unwrap()
}

async fn order(world: &World, key: &str, path: &str, body: Value) -> Value {
    let (status, answer) = world.order(&world.api, path, key, &body).await;
    assert_eq!(status, StatusCode::CREATED, "{answer}");
    answer
}

#[tokio::test]
async fn what_is_paid_is_earned_when_the_visit_was_rendered_and_each_journal_adds_up() {
    let world = World::new().await;
    world.book_and_pay().await;
    assert_eq!(balance(&world, "customer_deposits").await, -105_000);
    assert_eq!(balance(&world, "service_revenue").await, 0);
    let appointments = world.appointments("2026-05-13").await;
    let of = |verb: &str| {
        format!(
            "/api/v1/appointments/{}/{verb}",
            appointments[0]["id"].as_str().unwrap()
        )
    };
    world.jump(datetime!(2026-05-13 13:55 +3)).await;
    let (status, body) = world.call(Method::POST, &of("start"), Some(json!({}))).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    world.jump(datetime!(2026-05-13 15:05 +3)).await;
    world.call(Method::POST, &of("finish"), None).await;
    world.work().await;
    assert_eq!(balance(&world, "service_revenue").await, -105_000, "the deposit");

    // What is paid after the visit is earned at once, in parts too.
    let visit = world.text("SELECT visit_id::text AS text FROM payments LIMIT 1");
    let kes = |minor: i64| json!({ "amount_minor": minor, "currency": "KES" });
    order(
        &world,
        "open",
        "/api/v1/till/sessions",
        json!({ "float": kes(0) }),
    )
    .await;
    let cash = format!("/api/v1/visits/{visit}/cash");
    order(&world, "part", &cash, json!({ "amount": kes(45_000) })).await;
    world.work().await;
    assert_eq!(balance(&world, "service_revenue").await, -150_000);
    order(&world, "rest", &cash, json!({ "amount": kes(200_000) })).await;
    world.work().await;
    assert_eq!(
        balance(&world, "service_revenue").await,
        -350_000,
        "the whole price"
    );
    assert_eq!(balance(&world, "customer_deposits").await, 0);

    let mut causes = Vec::new();
    let mut path = "/api/v1/ledger/journals?limit=2".to_owned();
    loop {
        let (status, page) = world.call(Method::GET, &path, None).await;
        assert_eq!(status, StatusCode::OK, "{page}");
        for journal in page["items"].as_array().unwrap() {
            let entries = journal["entries"].as_array().unwrap();
            let sum: i64 = entries
                .iter()
                .map(|entry| entry["amount"]["amount_minor"].as_i64().unwrap())
                .sum();
            assert_eq!(sum, 0, "{journal}");
            let cause = journal["cause"].as_str().unwrap();
            causes.push(cause.split(':').next().unwrap().to_owned());
        }
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/api/v1/ledger/journals?limit=2&before={next}");
    }
    causes.sort();
    assert_eq!(
        causes,
        ["earned", "earned", "earned", "received", "received", "received"]
    );
    let one = "/api/v1/ledger/journals?account=cash_drawer";
    let (_, of_cash) = world.call(Method::GET, one, None).await;
    assert_eq!(of_cash["items"].as_array().unwrap().len(), 2, "{of_cash}");
    let (status, _) = world
        .call(Method::GET, "/api/v1/ledger/journals?account=gold", None)
        .await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let desk = world.token(Role::Receptionist).await;
    let (status, _) = world.call_as(&desk, Method::GET, one, None).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
}
