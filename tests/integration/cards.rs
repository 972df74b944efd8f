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

/// Waits until a question to the database has this answer.
async fn until(world: &World, count: i64, query: &str) {
    // Notices come by a line of their own.
    for _look in 0..2_000 {
        world.work().await;
        if world.count(query) == count {
            return;
        }
    }
    panic!("not {count}: {query}");
}

const PAID: &str = "SELECT count(*) FROM payment_attempts WHERE provider = 'pesapal' AND state = 'paid'";

#[tokio::test]
async fn a_page_is_reminded_of_once_withdrawn_at_the_desk_and_leads_back_into_the_chat() {
    let world = World::new().await;
    world.book_and_pay().await;
    let (_, _, reference) = page_of_a_visit(&world).await;
    world.pass(time::Duration::minutes(9)).await;
    world.work().await;
    let reminded = "SELECT count(*) FROM outbox WHERE payload->>'type' = 'card_unpaid'";
    assert_eq!(world.count(reminded), 1);
    let attempt = world.text("SELECT id::text AS text FROM payment_attempts WHERE provider = 'pesapal'");
    let path = format!("/api/v1/attempts/{attempt}/withdraw");
    for _again in 0..2 {
        let (status, payment) = world.call(Method::POST, &path, Some(json!({}))).await;
        assert_eq!(status, StatusCode::ACCEPTED, "{payment}");
        world.work().await;
    }
    let cancelled =
        "SELECT count(*) FROM payment_attempts WHERE provider = 'pesapal' AND state = 'cancelled'";
    assert_eq!(world.count(cancelled), 1);
    // Nobody can pay on it any more.
    let order = world
        .ask_simulator(&format!("/sim/cards/orders?reference={reference}"))
        .await;
    assert_eq!(
        order.to_string().matches("\"cancelled\":true").count(),
        1,
        "{order}"
    );
    let tracking =
        world.text("SELECT provider_checkout_id AS text FROM payment_attempts WHERE provider = 'pesapal'");
    let back = format!("/pay/back?OrderTrackingId={tracking}&OrderMerchantReference={reference}");
    let (status, page) = world.raw(Method::GET, &back, &[], Vec::new()).await;
    assert_eq!(status, StatusCode::OK);
    let page = page.as_str().unwrap_or_default();
    assert!(
        page.contains("https://wa.me/") && page.contains("Asante"),
        "{page}"
    );
}

#[tokio::test]
async fn a_card_payment_goes_back_when_it_is_approved_and_both_books_agree() {
    let world = World::new().await;
    world.book_and_pay().await;
    let (_, _, reference) = page_of_a_visit(&world).await;
    let pay = format!("/sim/cards/orders/{reference}/pay");
    world.tell_simulator(&pay, json!({})).await;
    until(&world, 1, PAID).await;
    let payment =
        world.text("SELECT payment_id::text AS text FROM payment_attempts WHERE provider = 'pesapal'");
    let path = format!("/api/v1/payments/{payment}/refunds");
    let body = json!({ "way": "card", "amount": { "amount_minor": 24_000, "currency": "KES" },
        "reason": "the therapist fell ill" });
    let (status, refund) = order(&world, "back", &path, body).await;
    assert_eq!(status, StatusCode::CREATED, "{refund}");
    until(
        &world,
        1,
        "SELECT count(*) FROM payment_refunds WHERE way = 'card' AND state = 'sent'",
    )
    .await;
    assert_eq!(balance(&world, "card_clearing"), 24_000, "received is not done");
    let receipt = world.text("SELECT receipt AS text FROM payment_attempts WHERE provider = 'pesapal'");
    world
        .tell_simulator(&format!("/sim/cards/refunds/{receipt}/approve"), json!({}))
        .await;
    world
        .tell_simulator(&format!("/sim/cards/orders/{reference}/notify"), json!({}))
        .await;
    until(
        &world,
        1,
        "SELECT count(*) FROM payment_refunds WHERE way = 'card' AND state = 'done'",
    )
    .await;
    assert_eq!(balance(&world, "card_clearing"), 0);
    let disputed = "SELECT count(*) FROM payment_attempts WHERE dispute IS NOT NULL";
    assert_eq!(world.count(disputed), 0);
}

#[tokio::test]
async fn a_chargeback_is_in_suspense_until_a_person_says_what_became_of_it() {
    let world = World::new().await;
    world.book_and_pay().await;
    let (_, _, reference) = page_of_a_visit(&world).await;
    let pay = format!("/sim/cards/orders/{reference}/pay");
    world.tell_simulator(&pay, json!({})).await;
    until(&world, 1, PAID).await;
    world
        .tell_simulator(&format!("/sim/cards/orders/{reference}/reverse"), json!({}))
        .await;
    world
        .tell_simulator(&format!("/sim/cards/orders/{reference}/notify"), json!({}))
        .await;
    until(
        &world,
        1,
        "SELECT count(*) FROM payment_attempts WHERE dispute = 'money_went_back'",
    )
    .await;
    assert_eq!(
        (balance(&world, "card_clearing"), balance(&world, "suspense")),
        (0, 24_000)
    );
    let (_, refunds) = world
        .call(Method::GET, "/api/v1/refunds?state=in_review", None)
        .await;
    let chargeback = &refunds["refunds"][0];
    assert_eq!(chargeback["way"], "chargeback", "{refunds}");
    let resolve = format!("/api/v1/refunds/{}/resolve", chargeback["id"].as_str().unwrap());
    let lost = json!({ "outcome": "done", "reason": "the bank decided for the card's owner" });
    let (status, resolved) = world.call(Method::POST, &resolve, Some(lost)).await;
    assert_eq!(status, StatusCode::OK, "{resolved}");
    assert_eq!(
        (balance(&world, "card_clearing"), balance(&world, "suspense")),
        (0, 0)
    );
}
