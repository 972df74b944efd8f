//! The money of a visit that lives on in part or not at all: what is credited, what is kept, and who is told.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use system_tests::{ASHA, OWNER, World};
use time::Duration;
use time::macros::datetime;

/// A day on which everybody works, more than a day ahead.
const START: &str = "2026-05-15T10:00:00+03:00";

async fn rules(world: &World, change: impl FnOnce(&mut Value)) {
    let path = "/api/v1/settings/booking";
    let (_, known) = world.call(Method::GET, path, None).await;
    let mut body = json!({ "zone": known["zone"], "rules": known["rules"] });
    change(&mut body["rules"]);
    let (status, changed) = world.call_at(&known["version"], Method::PUT, path, body).await;
    assert_eq!(status, StatusCode::OK, "{changed}");
}

async fn call(world: &World, path: &str, body: Value) -> Value {
    let (status, answer) = world.order(&world.api, path, path, &body).await;
    assert!(status.is_success(), "{path}: {status} {answer}");
    answer
}

async fn visit(world: &World, id: &str) -> Value {
    let (status, visit) = world
        .call(Method::GET, &format!("/api/v1/visits/{id}"), None)
        .await;
    assert_eq!(status, StatusCode::OK, "{visit}");
    visit
}

/// Part `index` of a visit.
fn part(visit: &Value, index: usize) -> String {
    visit["appointments"][index]["id"].as_str().unwrap().to_owned()
}

fn credit(world: &World) -> i64 {
    world.count(
        "SELECT coalesce(-sum(amount_minor), 0)::bigint AS count FROM ledger_entries
         WHERE account = 'customer_deposits' AND payment_id IS NULL",
    )
}

/// A massage and a facial for the customer of the chat, deposits of 1,050 and 1,200, with the prompt for both out.
async fn a_pair_up_to_the_prompt(world: &World, minutes_to_pay: u32) -> String {
    rules(world, |rules| {
        rules["approval"]["desk"] = json!("asked");
        rules["hold"]["mobile_money"] = json!(minutes_to_pay);
        rules["cancellation"] =
            json!({ "free_until_hours": 24, "late_fee": 1_000, "no_show_grace": 15, "no_show_fee": 2_000 });
    })
    .await;
    world.say(ASHA, "hello").await;
    world.work().await;
    let customer = world.text("SELECT id::text AS text FROM customers WHERE phone = '+254700000123'");
    let service = |name: &str| {
        world.text(&format!(
            "SELECT id::text AS text FROM services WHERE name = '{name}'"
        ))
    };
    let parts: Vec<Value> = ["Swedish massage 60", "Facial 60"]
        .iter()
        .map(|name| json!({ "service_id": service(name) }))
        .collect();
    let order = json!({ "customer_id": customer, "start": START, "parts": parts, "order": "as_asked" });
    let visit = call(world, "/api/v1/visits", order).await;
    assert_eq!(visit["balance"]["amount_minor"], 750_000, "{visit}");
    let id = visit["id"].as_str().unwrap().to_owned();
    world.work().await;
    call(world, &format!("/api/v1/visits/{id}/accept"), json!({})).await;
    world.work().await;
    world.tap(ASHA, "Yes").await;
    world.work().await;
    assert_eq!(
        world.prompts().await[0]["amount"],
        2_250,
        "{:#?}",
        world.texts(ASHA).await
    );
    id
}

async fn pay(world: &World) {
    world.answer_prompt("approve", json!({})).await;
    world.work().await;
}

async fn cancel(world: &World, appointment: &str, by: &str) {
    call(
        world,
        &format!("/api/v1/appointments/{appointment}/cancel"),
        json!({ "by": by }),
    )
    .await;
    world.work().await;
}

async fn owner_heard(world: &World, words: &str) -> usize {
    world
        .texts(OWNER)
        .await
        .iter()
        .filter(|text| text.contains(words))
        .count()
}

#[tokio::test]
async fn a_part_that_is_cancelled_in_time_gives_its_deposit_back_and_the_other_keeps_its_own() {
    let world = World::new().await;
    let id = a_pair_up_to_the_prompt(&world, 5).await;
    pay(&world).await;
    let shown = visit(&world, &id).await;
    assert_eq!(shown["standing"], "agreed", "{shown}");
    assert_eq!(shown["paid"]["amount_minor"], 225_000);
    assert_eq!(shown["balance"]["amount_minor"], 525_000);
    cancel(&world, &part(&shown, 1), "customer").await;
    assert_eq!(credit(&world), 120_000);
    let shown = visit(&world, &id).await;
    assert_eq!(shown["due"]["amount_minor"], 105_000, "{shown}");
    assert_eq!(shown["paid"]["amount_minor"], 105_000);
    assert_eq!(shown["balance"]["amount_minor"], 245_000);
    assert!(owner_heard(&world, "cancelled after it was paid").await > 0);
    cancel(&world, &part(&shown, 0), "business").await;
    assert_eq!(credit(&world), 225_000, "the rest");
    assert_eq!(
        world.count("SELECT count(*) FROM payments WHERE state = 'credited'"),
        1
    );
    assert_eq!(visit(&world, &id).await["balance"]["amount_minor"], 0);
    assert_eq!(
        world.count("SELECT coalesce(sum(amount_minor), 0)::bigint AS count FROM ledger_entries"),
        0
    );
}

#[tokio::test]
async fn a_late_cancel_keeps_its_fee_and_credits_the_remainder() {
    let world = World::new().await;
    let id = a_pair_up_to_the_prompt(&world, 5).await;
    pay(&world).await;
    world.jump(datetime!(2026-05-14 15:00 +3)).await;
    let parts = visit(&world, &id).await;
    // A tenth of 3,500 is kept, and the deposit of the facial.
    cancel(&world, &part(&parts, 0), "customer").await;
    assert_eq!(credit(&world), 70_000);
    cancel(&world, &part(&parts, 1), "business").await;
    assert_eq!(credit(&world), 190_000);
    let shown = visit(&world, &id).await;
    assert_eq!(
        (&shown["paid"]["amount_minor"], &shown["balance"]["amount_minor"]),
        (&json!(35_000), &json!(0))
    );
    assert_eq!(
        world.count("SELECT count(*) FROM payments WHERE state = 'settled'"),
        1
    );
}

#[tokio::test]
async fn who_did_not_come_pays_the_fee_out_of_the_deposit_and_undoing_it_is_told_to_a_person() {
    let world = World::new().await;
    let id = a_pair_up_to_the_prompt(&world, 5).await;
    pay(&world).await;
    world.jump(datetime!(2026-05-15 10:30 +3)).await;
    let parts = visit(&world, &id).await;
    let path = |index| format!("/api/v1/appointments/{}", part(&parts, index));
    call(&world, &format!("{}/no-show", path(0)), json!({})).await;
    world.work().await;
    // A fifth of 3,500 is kept of 1,050.
    assert_eq!(credit(&world), 35_000);
    assert!(
        owner_heard(&world, "did not come").await > 0,
        "{:#?}",
        world.texts(OWNER).await
    );
    let (status, back) = world
        .call(Method::DELETE, &format!("{}/no-show", path(0)), None)
        .await;
    assert_eq!(status, StatusCode::OK, "{back}");
    world.work().await;
    assert_eq!(credit(&world), 35_000, "credit is not taken back");
    assert!(
        owner_heard(&world, "stands again").await > 0,
        "{:#?}",
        world.texts(OWNER).await
    );
    assert_eq!(visit(&world, &id).await["balance"]["amount_minor"], 560_000);
}

#[tokio::test]
async fn a_fee_that_nothing_covers_is_told_to_a_person() {
    let world = World::new().await;
    let id = a_pair_up_to_the_prompt(&world, 5).await;
    pay(&world).await;
    rules(&world, |rules| {
        rules["cancellation"]["no_show_fee"] = json!(10_000)
    })
    .await;
    world.jump(datetime!(2026-05-15 10:30 +3)).await;
    let parts = visit(&world, &id).await;
    call(
        &world,
        &format!("/api/v1/appointments/{}/no-show", part(&parts, 0)),
        json!({}),
    )
    .await;
    world.work().await;
    assert_eq!(credit(&world), 0);
    assert!(
        owner_heard(&world, "a fee is owed").await > 0,
        "{:#?}",
        world.texts(OWNER).await
    );
    assert_eq!(
        visit(&world, &id).await["balance"]["amount_minor"],
        750_000 - 225_000
    );
}

#[tokio::test]
async fn money_for_a_part_that_was_cancelled_while_the_prompt_was_out_is_the_customers() {
    let world = World::new().await;
    let id = a_pair_up_to_the_prompt(&world, 5).await;
    let held = visit(&world, &id).await;
    cancel(&world, &part(&held, 1), "business").await;
    assert_eq!(visit(&world, &id).await["due"]["amount_minor"], 105_000);
    let before = owner_heard(&world, "cancelled after it was paid").await;
    pay(&world).await;
    let shown = visit(&world, &id).await;
    assert_eq!(shown["standing"], "agreed", "{shown}");
    assert_eq!(shown["appointments"][0]["state"], "confirmed");
    assert_eq!(
        credit(&world),
        120_000,
        "what was asked for the other is nobody else's"
    );
    assert_eq!(shown["paid"]["amount_minor"], 105_000);
    assert_eq!(
        owner_heard(&world, "cancelled after it was paid").await,
        before + 1
    );
    world.pass(Duration::minutes(10)).await;
    assert_eq!(credit(&world), 120_000, "once");
    assert_eq!(world.count("SELECT count(*) FROM jobs WHERE state = 'dead'"), 0);
}

/// Asks in the chat to cancel, and answers with what is told before the yes.
async fn told_before_the_yes(world: &World) -> String {
    world.say(ASHA, "Cancel my appointment").await;
    world.work().await;
    world.last_text(ASHA).await
}

/// Says yes to it, and answers with how much of what was paid became credit by it.
async fn given_by_the_yes(world: &World) -> i64 {
    let before = credit(world);
    world.tap(ASHA, "Cancel").await;
    world.work().await;
    credit(world) - before
}

#[tokio::test]
async fn what_is_promised_before_a_cancellation_counts_what_went_back_and_the_fees_of_parts_that_are_over() {
    let world = World::new().await;
    let id = a_pair_up_to_the_prompt(&world, 5).await;
    pay(&world).await;
    world.jump(datetime!(2026-05-14 15:00 +3)).await;
    let parts = visit(&world, &id).await;
    cancel(&world, &part(&parts, 0), "customer").await;
    assert_eq!(credit(&world), 70_000);
    let payment = world.text("SELECT id::text AS text FROM payments");
    let amount = json!({ "amount_minor": 30_000, "currency": "KES" });
    let order = json!({ "way": "credit", "amount": amount, "reason": "the room was cold" });
    call(&world, &format!("/api/v1/payments/{payment}/refunds"), order).await;
    world.work().await;
    // Of 2,250 there are 1,250 left; fees of 350 and 400 are kept of them.
    let told = told_before_the_yes(&world).await;
    assert!(
        told.contains("costs KES 400; it is taken from what you paid")
            && told.contains("KES 500 of what you paid becomes your credit"),
        "{told}"
    );
    assert_eq!(given_by_the_yes(&world).await, 50_000, "what was promised");
    let heard = world.last_text(ASHA).await;
    assert!(heard.contains("KES 500"), "{heard}");
}

#[tokio::test]
async fn what_is_promised_before_a_cancellation_counts_what_was_paid_elsewhere() {
    let world = World::new().await;
    rules(&world, |rules| {
        rules["cancellation"] =
            json!({ "free_until_hours": 24, "late_fee": 2_500, "no_show_grace": 15, "no_show_fee": 5_000 });
    })
    .await;
    world.say(ASHA, "hello").await;
    world.work().await;
    let promises = "customer phone,customer,service,staff,date,time,paid\n\
        0700000123,Asha,Swedish massage 60,Wanjiru,2026-05-15,10:00,\"1,000\"\n";
    let import = call(&world, "/api/v1/imports/bookings", json!({ "content": promises })).await;
    let apply = format!(
        "/api/v1/imports/bookings/{}/apply",
        import["id"].as_str().unwrap()
    );
    let (status, applied) = world
        .call_at(&import["version"], Method::POST, &apply, Value::Null)
        .await;
    assert_eq!(
        (status, &applied["created"]),
        (StatusCode::OK, &json!(1)),
        "{applied}"
    );
    let id = world.text("SELECT visit_id::text AS text FROM visits_from_elsewhere");
    let kes = |whole: i64| json!({ "amount_minor": whole * 100, "currency": "KES" });
    call(&world, "/api/v1/till/sessions", json!({ "float": kes(500) })).await;
    call(
        &world,
        &format!("/api/v1/visits/{id}/cash"),
        json!({ "amount": kes(500) }),
    )
    .await;
    world.jump(datetime!(2026-05-14 15:00 +3)).await;
    // A quarter of 3,500 is kept, which was paid elsewhere.
    let told = told_before_the_yes(&world).await;
    assert!(
        told.contains("costs KES 875; it is taken from what you paid")
            && told.contains("KES 500 of what you paid becomes your credit"),
        "{told}"
    );
    assert_eq!(given_by_the_yes(&world).await, 50_000, "what was promised");
}
