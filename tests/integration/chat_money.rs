//! Money in the chat beside the prompt: a card's page, refunds, and what comes while a person has the conversation.

use reqwest::StatusCode;
use serde_json::json;
use system_tests::{ASHA, OWNER, World};

/// Works until something was said to a number; answers the newest such text.
async fn told(world: &World, number: &str, words: &str) -> String {
    for _look in 0..2_000 {
        world.work().await;
        let texts = world.texts(number).await;
        if let Some(text) = texts.into_iter().rev().find(|text| text.contains(words)) {
            return text;
        }
    }
    panic!(
        "{number} was not told {words:?}: {:#?}",
        world.texts(number).await
    );
}

#[tokio::test]
async fn who_refuses_the_prompt_pays_by_card_within_half_an_hour_and_is_confirmed_in_the_chat() {
    let world = World::new().await;
    world.book_up_to_the_prompt().await;
    world
        .answer_prompt("refuse", json!({ "result_code": 1032 }))
        .await;
    told(&world, ASHA, "Malipo yameghairiwa").await;
    assert_eq!(world.say(ASHA, "nataka kulipa kwa kadi").await, 200);
    let link = told(&world, ASHA, "kwenye ukurasa unaofunguka kwa kitufe").await;
    assert!(link.contains("KES 1,050") && link.contains("Majaribio"), "{link}");
    assert!(link.contains(" http"), "the button leads to the page: {link}");
    // The prompt's five minutes are over; the page's half hour is not.
    world.pass(time::Duration::minutes(20)).await;
    assert_eq!(
        world.count("SELECT count(*) FROM appointments WHERE state = 'held'"),
        1
    );
    let reference =
        world.text("SELECT merchant_reference AS text FROM payment_attempts WHERE provider = 'pesapal'");
    world
        .tell_simulator(&format!("/sim/cards/orders/{reference}/pay"), json!({}))
        .await;
    told(&world, ASHA, "miadi imethibitishwa").await;
    let receipt = told(&world, ASHA, "RISITI").await;
    assert!(
        receipt.contains("Kadi ") && !receipt.contains("M-Pesa"),
        "{receipt}"
    );
}

#[tokio::test]
async fn a_refund_is_told_when_it_is_asked_for_and_when_it_is_done() {
    let world = World::new().await;
    world.book_and_pay().await;
    let payment = world.text("SELECT id::text AS text FROM payments WHERE paid_minor > 0");
    let back = json!({ "way": "mpesa_reversal", "amount": { "amount_minor": 105_000, "currency": "KES" },
        "reason": "the therapist fell ill" });
    let path = format!("/api/v1/payments/{payment}/refunds");
    let (status, refund) = world.order(&world.api, &path, "back", &back).await;
    assert_eq!(status, StatusCode::CREATED, "{refund}");
    told(&world, ASHA, "inakurudishia KES 1,050").await;
    let done = told(&world, ASHA, "RISITI YA KUREJESHEWA PESA").await;
    let number = world.text("SELECT receipt AS text FROM payment_refunds WHERE state = 'done'");
    assert!(!number.is_empty() && done.contains(&number), "{number}: {done}");
}

#[tokio::test]
async fn money_that_comes_while_a_person_talks_settles_and_is_in_the_brief() {
    let world = World::new().await;
    world.book_up_to_the_prompt().await;
    assert_eq!(world.say(ASHA, "naomba niongee na mtu").await, 200);
    world.work().await;
    world.answer_prompt("approve", json!({})).await;
    told(&world, OWNER, "was paid while a person talks").await;
    told(&world, ASHA, "miadi imethibitishwa").await;
    assert_eq!(
        world.count(
            "SELECT count(*) FROM conversation_threads t JOIN handoffs h ON h.thread_id = t.id \
             WHERE t.driver = 'suspended' AND jsonb_array_length(h.lines) = 1"
        ),
        1
    );
}

#[tokio::test]
async fn credit_goes_first_and_the_card_page_asks_for_what_is_left() {
    let world = World::new().await;
    world.book_and_pay().await;
    let first = world.text("SELECT id::text AS text FROM payments");
    assert_eq!(
        world
            .say(ASHA, "Nataka massage Ijumaa tarehe 15 Mei saa nane mchana")
            .await,
        200
    );
    world.work().await;
    world.tap(ASHA, "Ndiyo").await;
    // A phone gets no second prompt within a minute.
    world.work().await;
    if world.prompts().await.is_empty() {
        world.pass(time::Duration::minutes(2)).await;
        assert_eq!(world.say(ASHA, "jaribu tena").await, 200);
        world.work().await;
    }
    world
        .answer_prompt("refuse", json!({ "result_code": 1032 }))
        .await;
    told(&world, ASHA, "Malipo yameghairiwa").await;
    let back = json!({ "way": "credit", "amount": { "amount_minor": 50_000, "currency": "KES" },
        "reason": "a cold steam room" });
    let path = format!("/api/v1/payments/{first}/refunds");
    let (status, refund) = world.order(&world.api, &path, "credit", &back).await;
    assert_eq!(status, StatusCode::CREATED, "{refund}");
    assert_eq!(world.say(ASHA, "nataka kulipa kwa kadi").await, 200);
    let link = told(&world, ASHA, "kwenye ukurasa unaofunguka kwa kitufe").await;
    assert!(link.contains("KES 550"), "{link}");
    assert_eq!(
        world.count(
            "SELECT sum(amount_minor)::bigint AS count FROM payment_attempts WHERE provider = 'pesapal'"
        ),
        55_000
    );
    told(&world, ASHA, "KES 500 ya salio lako").await;
}
