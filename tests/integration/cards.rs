//! Cards: the desk asks for a page, the customer pays on it, and what PesaPal says is looked up.

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

/// A visit that waits for its deposit, and the attempt whose page the customer has.
async fn page_of_a_visit(world: &World) -> (String, String, String) {
    let service = world.text("SELECT id::text AS text FROM services WHERE name = 'Haircut'");
    let customer = world.text("SELECT id::text AS text FROM customers ORDER BY id LIMIT 1");
    let body = json!({
        "customer_id": customer, "parts": [{ "service_id": service }], "start": "2026-05-14T10:00:00+03:00",
        "pay_by": "card",
    });
    let (status, visit) = order(world, "visit", "/api/v1/visits", body).await;
    assert_eq!(status, StatusCode::CREATED, "{visit}");
    let id = visit["id"].as_str().unwrap().to_owned();
    let links = format!("/api/v1/visits/{id}/card-links");
    let (status, asked) = order(world, "page", &links, json!({})).await;
    assert_eq!(status, StatusCode::CREATED, "{asked}");
    world.work().await;
    let (status, again) = order(world, "page", &links, json!({})).await;
    assert_eq!(
        (status, &again["attempt_id"]),
        (StatusCode::CREATED, &asked["attempt_id"])
    );
    let page = again["page"]
        .as_str()
        .unwrap_or_else(|| panic!("no page: {again}"));
    let reference =
        world.text("SELECT merchant_reference AS text FROM payment_attempts WHERE provider = 'pesapal'");
    (id, page.to_owned(), reference)
}

#[tokio::test]
async fn a_card_payment_is_settled_by_what_the_provider_says_when_asked() {
    let world = World::new().await;
    world.book_and_pay().await;
    let (visit, page, reference) = page_of_a_visit(&world).await;
    assert!(page.starts_with("http"), "{page}");
    let standing = |visit: Value| visit["standing"].clone();
    let path = format!("/api/v1/visits/{visit}");
    assert_eq!(standing(world.call(Method::GET, &path, None).await.1), "waiting");
    world
        .tell_simulator(&format!("/sim/cards/orders/{reference}/pay"), json!({}))
        .await;
    // The notice comes by a line of its own, when it comes.
    for _look in 0..2_000 {
        world.work().await;
        if standing(world.call(Method::GET, &path, None).await.1) == "agreed" {
            break;
        }
    }
    assert_eq!(standing(world.call(Method::GET, &path, None).await.1), "agreed");
    assert_eq!(balance(&world, "card_clearing"), 24_000, "30 % of 800 shillings");
    world
        .tell_simulator(&format!("/sim/cards/orders/{reference}/notify"), json!({}))
        .await;
    world.work().await;
    assert_eq!(
        balance(&world, "card_clearing"),
        24_000,
        "a notice that comes again changes nothing"
    );
}

#[tokio::test]
async fn an_order_that_nobody_pays_is_cancelled_and_nothing_is_booked() {
    let world = World::new().await;
    world.book_and_pay().await;
    let (visit, ..) = page_of_a_visit(&world).await;
    world.pass(time::Duration::minutes(31)).await;
    world.work().await;
    assert_eq!(
        world.count(
            "SELECT count(*) FROM payment_attempts WHERE provider = 'pesapal' AND state = 'cancelled'"
        ),
        1
    );
    assert_eq!(balance(&world, "card_clearing"), 0);
    let (_, visit) = world
        .call(Method::GET, &format!("/api/v1/visits/{visit}"), None)
        .await;
    assert_eq!(visit["standing"], "over", "{visit}");
}
