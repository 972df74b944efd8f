//! Money that customers send by hand, from their phone to the books.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use system_tests::{ASHA, OWNER, World};
use time::Duration;

async fn pay_by_hand(world: &World, amount: u64, account: &str) -> Value {
    let body = json!({ "phone": ASHA, "amount": amount, "account_reference": account, "name": "Asha" });
    world.tell_simulator("/sim/mpesa/pay-by-hand", body).await
}

fn in_clearing(world: &World) -> i64 {
    world.count(
        "SELECT coalesce(sum(amount_minor), 0)::bigint AS count FROM ledger_entries WHERE account = 'mpesa_clearing'",
    )
}

fn account(world: &World) -> String {
    world.text("SELECT account_reference AS text FROM payments")
}

#[tokio::test]
async fn a_customer_whose_prompt_failed_pays_by_hand_and_the_visit_stands() {
    let world = World::new().await;
    world.register_by_hand().await;
    world.book_up_to_the_prompt().await;
    world
        .answer_prompt("refuse", json!({ "result_code": 2001 }))
        .await;
    world.work().await;
    let typed = account(&world).to_lowercase();
    world
        .tell_simulator(
            "/sim/faults",
            json!({ "target": "daraja.confirmation", "kind": "repeat", "times": 3 }),
        )
        .await;
    let paid = pay_by_hand(&world, 1_050, &typed).await;
    assert_eq!(paid["confirmation_status"], 200, "{paid:#}");
    world.work().await;
    assert_eq!(
        world.count(
            "SELECT count(*) FROM payment_attempts WHERE state = 'paid' AND evidence = 'confirmation'"
        ),
        1
    );
    assert_eq!(in_clearing(&world), 105_000);
    assert_eq!(
        world.count("SELECT count(*) FROM appointments WHERE state = 'confirmed'"),
        1
    );

    // The customer typed something else; a person finds out what it is for.
    pay_by_hand(&world, 700, "JINA LANGU").await;
    world.work().await;
    let (status, page) = world
        .call(Method::GET, "/api/v1/dead-letters?reason=unknown_reference", None)
        .await;
    assert_eq!(status, StatusCode::OK);
    let letter = &page["dead_letters"][0];
    let path = format!("/api/v1/dead-letters/{}", letter["id"].as_str().unwrap());
    let (_, letter) = world.call(Method::GET, &path, None).await;
    assert_eq!(letter["claims"]["amount"]["amount_minor"], 70_000, "{letter:#}");
    let payment = world.text("SELECT id::text AS text FROM payments");
    let order = json!({
        "payment_id": payment, "receipt": letter["claims"]["receipt"], "amount": letter["claims"]["amount"],
        "reason": "she showed the message",
    });
    let (status, matched) = world
        .call(Method::POST, &format!("{path}/match"), Some(order))
        .await;
    assert_eq!(status, StatusCode::OK, "{matched:#}");
    assert_eq!(in_clearing(&world), 175_000);
    assert_eq!(world.count("SELECT count(*) FROM jobs WHERE state = 'dead'"), 0);
}

#[tokio::test]
async fn a_confirmation_of_a_prompts_money_before_its_callback_books_nothing_twice() {
    let world = World::new().await;
    world.register_by_hand().await;
    world
        .tell_simulator("/sim/config", json!({ "confirm_prompts": "before" }))
        .await;
    world.book_and_pay().await;
    world.work().await;
    world.pass(Duration::minutes(2)).await;
    assert_eq!(
        world.count("SELECT count(*) FROM payment_confirmations WHERE outcome = 'booked'"),
        1
    );
    assert_eq!(world.count("SELECT count(*) FROM payment_attempts"), 1);
    assert_eq!(in_clearing(&world), 105_000);
    assert_eq!(world.count("SELECT count(*) FROM payment_callbacks_unrouted"), 0);
}

#[tokio::test]
async fn validation_lets_money_come_unless_the_business_refuses_strangers() {
    let world = World::new().await;
    let (validation, confirmation) = world.register_by_hand().await;
    world
        .tell_simulator("/sim/config", json!({ "validation": true }))
        .await;
    let paid = pay_by_hand(&world, 700, "nobody").await;
    assert_eq!(paid["verdict"], "0", "{paid:#}");
    let inbox = &world.parts.payments.by_hand.inbox;
    inbox.refuse_unknown(world.tenant.tenant, true).await.unwrap();
    let paid = pay_by_hand(&world, 700, "nobody").await;
    assert_eq!(
        (&paid["verdict"], &paid["receipt"]),
        (&json!("C2B00012"), &Value::Null),
        "{paid:#}"
    );
    world.book_up_to_the_prompt().await;
    let paid = pay_by_hand(&world, 700, &account(&world)).await;
    assert_eq!(paid["verdict"], "0", "{paid:#}");
    // Whoever knows no address is told nothing, and touches nothing.
    let before = world.count("SELECT count(*) FROM payment_confirmations");
    for url in [validation, confirmation] {
        let (start, rest) = url.split_once("/c2b/").unwrap();
        let (_, verb) = rest.split_once('/').unwrap();
        let forged = format!("{start}/c2b/{}/{verb}", "ab".repeat(32));
        let answer = reqwest::Client::new()
            .post(forged)
            .body("{}")
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
    }
    assert_eq!(world.count("SELECT count(*) FROM payment_confirmations"), before);
    let letters = "SELECT count(*) FROM payment_callbacks_unrouted WHERE tenant_id IS NULL";
    assert_eq!(world.count(letters), 1);
}

#[tokio::test]
async fn who_pays_a_part_by_hand_hears_what_is_left_and_a_prompt_brings_it() {
    let world = World::new().await;
    world.register_by_hand().await;
    world.book_up_to_the_prompt().await;
    world
        .answer_prompt("refuse", json!({ "result_code": 2001 }))
        .await;
    world.work().await;
    world.pass(Duration::seconds(61)).await;
    pay_by_hand(&world, 400, &account(&world)).await;
    for _look in 0..100 {
        world.work().await;
    }
    let texts = world.texts(ASHA).await;
    let told: Vec<&String> = texts
        .iter()
        .filter(|text| text.contains("KES 400 imefika"))
        .collect();
    assert_eq!(told.len(), 1, "{texts:#?}");
    let receipt = world.text("SELECT receipt AS text FROM payment_attempts WHERE state = 'paid'");
    assert!(
        told[0].contains("Bado KES 650") && told[0].contains(&receipt),
        "{told:?}"
    );
    let owner = world.texts(OWNER).await;
    assert!(
        owner
            .iter()
            .any(|text| text.contains("a part of what is owed was paid by hand")),
        "{owner:#?}"
    );
    assert_eq!(world.say(ASHA, "jaribu tena").await, 200);
    world.work().await;
    let asked = world.prompts().await;
    assert_eq!(asked[0]["amount"], 650, "{asked:#?}");
    world.answer_prompt("approve", json!({})).await;
    for _look in 0..2_000 {
        world.work().await;
        if world.count("SELECT count(*) FROM appointments WHERE state = 'confirmed'") == 1 {
            break;
        }
    }
    assert_eq!(in_clearing(&world), 105_000);
}

#[tokio::test]
async fn after_a_part_by_hand_the_account_of_what_is_open_is_told_and_that_of_the_deposit_pays_it_too() {
    let world = World::new().await;
    world.register_by_hand().await;
    let (visit, _) = super::tips::finished(&world).await;
    let deposit = account(&world);
    let prompts = format!("/api/v1/visits/{visit}/prompts");
    let (status, asked) = world.order(&world.api, &prompts, "balance", &json!({})).await;
    assert_eq!(status, StatusCode::CREATED, "{asked}");
    world.work().await;
    world
        .answer_prompt("refuse", json!({ "result_code": 2001 }))
        .await;
    world.work().await;
    let balance = world.text("SELECT account_reference AS text FROM payments WHERE purpose = 'balance'");
    pay_by_hand(&world, 1_000, &balance).await;
    let part = super::tips::told(&world, "KES 1,000 imefika").await;
    assert!(
        part.contains("Bado KES 1,450") && part.contains(&format!("andika {balance} ")),
        "{part}"
    );
    assert!(!part.contains(&deposit), "nothing is asked for under it: {part}");
    // Every message before has shown that one, though.
    pay_by_hand(&world, 1_450, &deposit).await;
    let open = "SELECT count(*) FROM payments WHERE state = 'open'";
    for _look in 0..2_000 {
        world.work().await;
        if world.count(open) == 0 {
            break;
        }
    }
    assert_eq!(world.count(open), 0);
    let credit = "SELECT coalesce(-sum(amount_minor), 0)::bigint AS count FROM ledger_entries
        WHERE account = 'customer_deposits' AND payment_id IS NULL";
    assert_eq!((world.count(credit), in_clearing(&world)), (0, 350_000));
}

#[tokio::test]
async fn a_transfer_under_the_deposits_account_pays_what_the_visit_owes_before_anybody_asked_for_it() {
    let world = World::new().await;
    world.register_by_hand().await;
    let (visit, _) = super::tips::finished(&world).await;
    // 2,450 are owed, and nobody has asked for them.
    assert_eq!(world.count("SELECT count(*) FROM payments"), 1);
    pay_by_hand(&world, 2_500, &account(&world)).await;
    let settled = "SELECT count(*) FROM payments WHERE purpose = 'balance' AND state = 'settled'";
    for _look in 0..2_000 {
        world.work().await;
        if world.count(settled) == 1 {
            break;
        }
    }
    assert_eq!(world.count(settled), 1);
    let credit = "SELECT coalesce(-sum(amount_minor), 0)::bigint AS count FROM ledger_entries
        WHERE account = 'customer_deposits' AND payment_id IS NULL";
    assert_eq!(
        (world.count(credit), in_clearing(&world)),
        (5_000, 355_000),
        "the rest is credit"
    );
    let (_, shown) = world
        .call(Method::GET, &format!("/api/v1/visits/{visit}"), None)
        .await;
    assert_eq!(shown["balance"]["amount_minor"], 0, "{shown}");
}
