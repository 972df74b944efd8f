//! Payments inside the chat: what was asked, refused, late, repeated.

use serde_json::json;
use system_tests::{ASHA, World};
use time::Duration;

#[tokio::test]
async fn a_callback_that_comes_ten_times_settles_once() {
    let world = World::new().await;
    world
        .tell_simulator(
            "/sim/faults",
            json!({ "target": "daraja.callback", "kind": "repeat", "times": 9 }),
        )
        .await;
    world.book_and_pay().await;
    world.work().await;
    assert_eq!(
        world.count("SELECT count(*) FROM payment_attempts WHERE state = 'paid'"),
        1
    );
    assert_eq!(
        world.count("SELECT count(*) FROM appointments WHERE state = 'confirmed'"),
        1
    );
    assert_eq!(world.count("SELECT coalesce(sum(amount_minor), 0)::bigint AS count FROM ledger_entries WHERE account = 'mpesa_clearing'"), 105_000);
    let confirmations = world.texts(ASHA).await;
    let receipts = confirmations.iter().filter(|text| text.contains("1,050")).count();
    assert!(receipts >= 1, "{confirmations:#?}");
}

#[tokio::test]
async fn a_wrong_pin_is_told_with_the_next_step_and_the_hold_stays() {
    let world = World::new().await;
    world.book_up_to_the_prompt().await;
    world
        .answer_prompt("refuse", json!({ "result_code": 2001 }))
        .await;
    world.work().await;
    assert_eq!(
        world.count("SELECT count(*) FROM payment_attempts WHERE state = 'failed'"),
        1
    );
    assert_eq!(
        world.count("SELECT count(*) FROM appointments WHERE state = 'held'"),
        1
    );
    assert!(
        world.last_text(ASHA).await.contains("PIN"),
        "{}",
        world.last_text(ASHA).await
    );
}

#[tokio::test]
async fn a_hold_that_nobody_pays_for_ends_at_its_deadline_and_the_customer_is_told() {
    let world = World::new().await;
    world.book_up_to_the_prompt().await;
    let before = world.messages(ASHA).await.len();
    world.pass(Duration::minutes(6)).await;
    assert_eq!(
        world.count("SELECT count(*) FROM appointments WHERE state = 'expired'"),
        1
    );
    assert_eq!(world.count("SELECT count(*) FROM engagements WHERE active"), 0);
    assert!(world.messages(ASHA).await.len() > before);
}

#[tokio::test]
async fn money_that_comes_after_the_hold_ended_takes_the_slot_again_if_it_is_free() {
    let world = World::new().await;
    world
        .tell_simulator(
            "/sim/faults",
            json!({ "target": "daraja.callback", "kind": "lose" }),
        )
        .await;
    world.book_up_to_the_prompt().await;
    world.answer_prompt("approve", json!({})).await;
    world.work().await;
    // The callback was lost; the query at 60 s finds the money.
    world.pass(Duration::minutes(10)).await;
    assert_eq!(
        world.count("SELECT count(*) FROM payment_attempts WHERE state = 'paid'"),
        1
    );
    assert_eq!(
        world.count("SELECT count(*) FROM appointments WHERE state = 'confirmed'"),
        1
    );
    assert_eq!(world.count("SELECT count(*) FROM engagements WHERE active"), 2);
}

#[tokio::test]
async fn a_push_whose_answer_is_lost_is_never_sent_twice() {
    let world = World::new().await;
    world
        .tell_simulator(
            "/sim/faults",
            json!({ "target": "daraja.push", "kind": "answer_lost" }),
        )
        .await;
    world.book_up_to_the_prompt().await;
    world.pass(Duration::minutes(3)).await;
    let all = world.ask_simulator("/sim/prompts").await;
    assert_eq!(all["prompts"].as_array().unwrap().len(), 1, "{all:#}");
}

#[tokio::test]
async fn the_books_sum_to_zero_after_everything() {
    let world = World::new().await;
    world.book_and_pay().await;
    assert!(world.count("SELECT count(*) FROM ledger_journals") >= 1);
    assert_eq!(
        world.count("SELECT coalesce(sum(amount_minor), 0)::bigint AS count FROM ledger_entries"),
        0
    );
}
