//! Payments inside the chat: what was asked, refused, late, repeated.

use serde_json::json;
use system_tests::{ASHA, OWNER, World};
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

#[tokio::test]
async fn a_paid_visit_that_is_cancelled_in_time_becomes_credit_and_the_owner_is_told() {
    let world = World::new().await;
    world.say(ASHA, "Nataka massage Ijumaa saa nane mchana").await;
    world.work().await;
    world.tap(ASHA, "Ndiyo").await;
    world.work().await;
    world.answer_prompt("approve", json!({})).await;
    world.work().await;
    world.say(ASHA, "Naomba kughairi miadi yangu").await;
    world.work().await;
    world.tap(ASHA, "Ghairi").await;
    world.work().await;
    assert_eq!(
        world.count("SELECT count(*) FROM appointments WHERE state = 'cancelled_by_customer'"),
        1,
        "{:#?}",
        world.texts(ASHA).await
    );
    assert_eq!(
        world.count("SELECT count(*) FROM payments WHERE state = 'credited'"),
        1
    );
    assert_eq!(world.count("SELECT count(*) FROM engagements WHERE active"), 0);
    assert!(
        !world.messages(OWNER).await.is_empty(),
        "a person knows of the money"
    );
}

#[tokio::test]
async fn money_for_a_slot_that_was_sold_meanwhile_becomes_credit_and_nobody_is_booked_twice() {
    let world = World::new().await;
    for target in ["daraja.callback", "daraja.query"] {
        let fault = json!({ "target": target, "kind": "lose", "count": 1 });
        world.tell_simulator("/sim/faults", fault).await;
    }
    // Nobody but Achieng and Wanjiru gives massages, and both are wanted at that hour.
    world.book_up_to_the_prompt().await;
    world.answer_prompt("approve", json!({})).await;
    world.pass(Duration::minutes(6)).await;
    for other in ["254700000201", "254700000202"] {
        world.say(other, system_tests::WANTS_A_MASSAGE).await;
        world.work().await;
        if world.last_text(other).await.contains("Je, ni sawa?") {
            world.tap(other, "Ndiyo").await;
            world.work().await;
            if let [prompt, ..] = world.prompts().await.as_slice() {
                let id = prompt["checkout_request_id"].as_str().unwrap().to_owned();
                world
                    .tell_simulator(&format!("/sim/prompts/{id}/approve"), json!({}))
                    .await;
                world.work().await;
            }
        }
    }
    world.pass(Duration::hours(2)).await;
    let doubles = world.count(
        "SELECT count(*) FROM engagements a JOIN engagements b ON a.tenant_id = b.tenant_id AND a.subject_id = b.subject_id
         AND a.seat = b.seat AND a.id < b.id AND a.active AND b.active AND a.span && b.span",
    );
    assert_eq!(doubles, 0);
    let settled = world.count("SELECT count(*) FROM payments WHERE state IN ('settled', 'credited')");
    let confirmed = world.count("SELECT count(*) FROM appointments WHERE state = 'confirmed'");
    let credited = world.count("SELECT count(*) FROM payments WHERE state = 'credited'");
    assert_eq!(
        settled,
        confirmed + credited,
        "every paid visit is confirmed or credited"
    );
    assert_eq!(
        world.count("SELECT coalesce(sum(amount_minor), 0)::bigint AS count FROM ledger_entries"),
        0
    );
}
