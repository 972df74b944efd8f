//! Payments of visits that are over, and what the nightly sweep finds when a job was lost.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use system_tests::{OWNER, World};
use time::Duration;
use time::macros::datetime;

/// Forgets waiting jobs of a kind, as if they had been lost.
fn lose_jobs(world: &World, kind: &str) {
    let sql = format!(
        "WITH gone AS (DELETE FROM jobs WHERE kind = '{kind}' RETURNING 1) SELECT count(*) FROM gone"
    );
    assert!(world.count(&sql) >= 1, "there was a job of the kind {kind}");
}

fn attempts(world: &World, state: &str) -> i64 {
    world.count(&format!(
        "SELECT count(*) FROM payment_attempts WHERE state = '{state}'"
    ))
}

fn payments(world: &World, state: &str) -> i64 {
    world.count(&format!("SELECT count(*) FROM payments WHERE state = '{state}'"))
}

async fn the_visit(world: &World) -> String {
    let parts = world.appointments("2026-05-13").await;
    let own = parts
        .iter()
        .find(|part| ["held", "confirmed"].contains(&part["state"].as_str().unwrap()));
    own.unwrap()["visit_id"].as_str().unwrap().to_owned()
}

async fn prompt(world: &World, visit: &str) {
    let path = format!("/api/v1/visits/{visit}/prompts");
    let (status, sent) = world.order(&world.api, &path, "desk", &json!({})).await;
    assert_eq!(status, StatusCode::CREATED, "{sent:#}");
}

#[tokio::test]
async fn no_payment_of_a_visit_that_is_over_stays_open() {
    let world = World::new().await;
    world.book_up_to_the_prompt().await;
    world.pass(Duration::minutes(6)).await;
    assert_eq!((payments(&world, "open"), payments(&world, "cancelled")), (0, 1));
    // As if the event had been lost.
    world.count("WITH back AS (UPDATE payments SET state = 'open' RETURNING 1) SELECT count(*) FROM back");
    world.jump(datetime!(2026-05-14 03:30 +3)).await;
    assert_eq!(
        (payments(&world, "open"), payments(&world, "cancelled")),
        (0, 1),
        "the sweep finds it"
    );
    assert_eq!(world.count("SELECT count(*) FROM jobs WHERE state = 'dead'"), 0);
}

#[tokio::test]
async fn a_part_that_was_paid_for_a_visit_that_ended_unseen_becomes_credit_in_the_sweep() {
    let world = World::new().await;
    world.book_up_to_the_prompt().await;
    let visit = the_visit(&world).await;
    world
        .answer_prompt("refuse", json!({ "result_code": 2001 }))
        .await;
    world.work().await;
    world.pass(Duration::seconds(61)).await;
    let part = json!({ "amount": { "amount_minor": 10_000, "currency": "KES" } });
    let path = format!("/api/v1/visits/{visit}/prompts");
    let (status, sent) = world.order(&world.api, &path, "part", &part).await;
    assert_eq!(status, StatusCode::CREATED, "{sent:#}");
    world.work().await;
    world.answer_prompt("approve", json!({})).await;
    world.work().await;
    world.count("WITH over AS (UPDATE appointments SET state = 'expired', hold_expires_at = NULL WHERE state = 'held' RETURNING 1) SELECT count(*) FROM over");
    assert_eq!(payments(&world, "open"), 1);
    let credit = || {
        world.count(
            "SELECT coalesce(-sum(amount_minor), 0)::bigint AS count FROM ledger_entries
             WHERE account = 'customer_deposits' AND payment_id IS NULL",
        )
    };
    world.jump(datetime!(2026-05-14 03:30 +3)).await;
    assert_eq!((payments(&world, "open"), credit()), (0, 10_000));
    // As if the sweep had been cut off in between.
    world.jump(datetime!(2026-05-15 03:30 +3)).await;
    assert_eq!(credit(), 10_000, "once");
    let told = world.texts(OWNER).await;
    assert_eq!(
        told.iter()
            .filter(|text| text.contains("time was given up"))
            .count(),
        1,
        "{told:#?}"
    );
}

#[tokio::test]
async fn a_part_that_comes_for_a_visit_that_ended_as_it_was_asked_for_goes_back_at_once() {
    let world = World::new().await;
    world.book_up_to_the_prompt().await;
    let visit = the_visit(&world).await;
    world
        .answer_prompt("refuse", json!({ "result_code": 2001 }))
        .await;
    world.work().await;
    world.pass(Duration::seconds(61)).await;
    let part = json!({ "amount": { "amount_minor": 10_000, "currency": "KES" } });
    let path = format!("/api/v1/visits/{visit}/prompts");
    let (status, sent) = world.order(&world.api, &path, "part", &part).await;
    assert_eq!(status, StatusCode::CREATED, "{sent:#}");
    world.work().await;
    // The visit ended, and what was open was closed, just before this was asked for.
    world.count("WITH over AS (UPDATE appointments SET state = 'expired', hold_expires_at = NULL WHERE state = 'held' RETURNING 1) SELECT count(*) FROM over");
    world.answer_prompt("approve", json!({})).await;
    let credit = "SELECT coalesce(-sum(amount_minor), 0)::bigint AS count FROM ledger_entries
        WHERE account = 'customer_deposits' AND payment_id IS NULL";
    for _look in 0..2_000 {
        world.work().await;
        if world.count(credit) != 0 {
            break;
        }
    }
    assert_eq!((world.count(credit), payments(&world, "open")), (10_000, 0));
    world.work().await;
    let told = world.texts(OWNER).await;
    assert!(
        told.iter().any(|text| text.contains("time was given up")),
        "{told:#?}"
    );
}

#[tokio::test]
async fn no_prompt_goes_out_for_a_visit_that_was_cancelled_before_it_was_sent() {
    let world = World::new().await;
    world.book_up_to_the_prompt().await;
    world
        .answer_prompt("refuse", json!({ "result_code": 2001 }))
        .await;
    world.work().await;
    world.pass(Duration::seconds(61)).await;
    let visit = the_visit(&world).await;
    prompt(&world, &visit).await;
    let path = format!("/api/v1/visits/{visit}/cancel");
    let (status, over) = world
        .call(Method::POST, &path, Some(json!({ "by": "business" })))
        .await;
    assert_eq!(
        (status, &over["standing"]),
        (StatusCode::OK, &json!("over")),
        "{over:#}"
    );
    world.work().await;
    assert_eq!(world.prompts().await, Vec::<Value>::new());
    assert_eq!((attempts(&world, "cancelled"), payments(&world, "open")), (1, 0));
    let (status, problem) = world
        .order(
            &world.api,
            &format!("/api/v1/visits/{visit}/prompts"),
            "after",
            &json!({}),
        )
        .await;
    assert_eq!(
        (status, &problem["type"]),
        (StatusCode::CONFLICT, &json!("/problems/nothing-owed"))
    );
}

#[tokio::test]
async fn the_sweep_hands_an_attempt_to_a_person_whose_queries_were_lost() {
    let world = World::new().await;
    for target in ["daraja.callback", "daraja.query"] {
        let fault = json!({ "target": target, "kind": "lose" });
        world.tell_simulator("/sim/faults", fault).await;
    }
    world.book_up_to_the_prompt().await;
    lose_jobs(&world, "payments.query");
    world.jump(datetime!(2026-05-12 23:00 +3)).await;
    assert_eq!(attempts(&world, "awaiting_customer"), 1, "nobody asks any more");
    world.jump(datetime!(2026-05-13 03:30 +3)).await;
    assert_eq!(attempts(&world, "in_review"), 1);
}

#[tokio::test]
async fn the_sweep_withdraws_an_attempt_whose_push_was_lost() {
    let world = World::new().await;
    world.book_and_pay().await;
    // A phone gets no second prompt within a minute.
    world.pass(Duration::minutes(2)).await;
    let visit = the_visit(&world).await;
    prompt(&world, &visit).await;
    lose_jobs(&world, "payments.push");
    world.jump(datetime!(2026-05-12 23:00 +3)).await;
    assert_eq!(attempts(&world, "created"), 1, "nobody sends it any more");
    world.jump(datetime!(2026-05-13 03:30 +3)).await;
    assert_eq!(attempts(&world, "cancelled"), 1);
    assert_eq!(
        world.prompts().await,
        Vec::<Value>::new(),
        "nobody expects it any more"
    );
}
