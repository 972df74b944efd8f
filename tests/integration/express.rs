//! The express lane beside the worker: who has paid does not wait, and nothing hangs on the lane.

use ratiba_assembly::express::ExpressLane;
use ratiba_kernel::Id;
use ratiba_payments::ports::StoredCallback;
use reqwest::{Method, StatusCode};
use serde_json::json;
use system_tests::{ASHA, OWNER, World};
use time::Duration;

/// The customer paid, and the api has stored the callback. Nobody has read it yet.
async fn called_back(world: &World) -> StoredCallback {
    world.book_up_to_the_prompt().await;
    world.answer_prompt("approve", json!({})).await;
    until(world, "SELECT count(*) FROM payment_callbacks").await;
    let id: uuid::Uuid = world
        .text("SELECT id::text AS text FROM payment_callbacks")
        .parse()
        .unwrap();
    assert_eq!(held(world), 1, "the worker has not run");
    let inbox = &world.parts.payments.apply_callback.inbox;
    let stored = inbox.stored(world.tenant.tenant, Id::from_uuid(id)).await;
    stored.unwrap().unwrap()
}

/// Waits until there is one.
async fn until(world: &World, sql: &str) {
    let there = async {
        while world.count(sql) == 0 {
            tokio::task::yield_now().await;
        }
    };
    let patience = std::time::Duration::from_secs(30);
    tokio::time::timeout(patience, there).await.unwrap();
}

fn held(world: &World) -> i64 {
    world.count("SELECT count(*) FROM appointments WHERE state = 'held'")
}

const CONFIRMED: &str = "SELECT count(*) FROM appointments WHERE state = 'confirmed'";

#[tokio::test(flavor = "multi_thread")]
async fn a_visit_is_confirmed_without_the_worker_which_changes_nothing_but_tells_the_customer_once() {
    let world = World::new().await;
    let callback = called_back(&world).await;
    let told = world.texts(ASHA).await.len();
    let lane = ExpressLane::new(world.parts.clone(), 1);
    lane.hurry(world.tenant.tenant, callback);
    until(&world, CONFIRMED).await;
    assert_eq!(world.texts(ASHA).await.len(), told, "telling is the worker's");
    world.work().await;
    let texts = world.texts(ASHA).await;
    let confirmations = texts
        .iter()
        .skip(told)
        .filter(|text| text.contains("imethibitishwa"));
    assert_eq!(confirmations.count(), 1, "{texts:#?}");
    let place = |word: &str| texts.iter().rposition(|text| text.contains(word));
    assert!(
        place("RISITI") > place("imethibitishwa"),
        "a receipt comes last: {texts:#?}"
    );
    assert_eq!(world.count(CONFIRMED), 1);
    let booked = "SELECT coalesce(sum(amount_minor), 0)::bigint AS count FROM ledger_entries \
                  WHERE account = 'mpesa_clearing'";
    assert_eq!(world.count(booked), 105_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_process_that_died_after_its_answer_left_in_the_lane_the_worker_does() {
    let world = World::new().await;
    let callback = called_back(&world).await;
    let (parts, tenant) = (world.parts.clone(), world.tenant.tenant);
    // Its runtime ends with what it had begun, as that of a process does.
    let process = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.unwrap().block_on(async {
            ExpressLane::new(parts, 1).hurry(tenant, callback);
        });
    });
    process.join().unwrap();
    assert_eq!(held(&world), 1, "the lane did nothing");
    world.work().await;
    assert_eq!(world.count(CONFIRMED), 1);
    assert_eq!(
        world.count("SELECT count(*) FROM payments WHERE state = 'settled'"),
        1
    );
}

/// A manager gives all of the only payment back as credit.
async fn give_back(world: &World) {
    let payment = world.text("SELECT id::text AS text FROM payments WHERE paid_minor > 0");
    let body = json!({ "way": "credit", "reason": "the therapist fell ill",
        "amount": { "amount_minor": 105_000, "currency": "KES" } });
    let path = format!("/api/v1/payments/{payment}/refunds");
    let (status, refund) = world.order(&world.api, &path, "back", &body).await;
    assert_eq!(status, StatusCode::CREATED, "{refund}");
}

/// Nobody is told that a visit is paid whose money is gone, nor that one was cancelled which nobody cancelled.
async fn nothing_false_was_said(world: &World) {
    let (asha, owner) = (world.texts(ASHA).await, world.texts(OWNER).await);
    assert!(
        !asha
            .iter()
            .any(|text| text.contains("Malipo yamepokelewa") || text.contains("RISITI")),
        "{asha:#?}"
    );
    assert!(!owner.iter().any(|text| text.contains("cancelled")), "{owner:#?}");
    assert!(
        !owner.iter().any(|text| text.contains("time was given up")),
        "{owner:#?}"
    );
}

#[tokio::test]
async fn money_that_went_back_before_its_visit_was_confirmed_confirms_nothing_and_alarms_nobody() {
    let world = World::new().await;
    let callback = called_back(&world).await;
    let apply = &world.parts.payments.apply_callback;
    apply.execute(world.tenant.tenant, callback.id).await.unwrap();
    give_back(&world).await;
    world.work().await;
    assert_eq!((held(&world), world.count(CONFIRMED)), (1, 0));
    world.pass(Duration::minutes(10)).await;
    assert_eq!((held(&world), world.count(CONFIRMED)), (0, 0), "its hold ran out");
    nothing_false_was_said(&world).await;
}

#[tokio::test]
async fn money_that_went_back_takes_no_time_again_that_ran_out_before_it_was_heard_of() {
    let world = World::new().await;
    let callback = called_back(&world).await;
    let (parts, tenant) = (&world.parts, world.tenant.tenant);
    let apply = &parts.payments.apply_callback;
    apply.execute(tenant, callback.id).await.unwrap();
    give_back(&world).await;
    world
        .tell_simulator("/sim/clock", json!({ "advance_seconds": 900 }))
        .await;
    let visit: uuid::Uuid = world
        .text("SELECT visit_id::text AS text FROM appointments WHERE state = 'held'")
        .parse()
        .unwrap();
    let expire = &parts.booking.expire;
    expire.execute(tenant, Id::from_uuid(visit)).await.unwrap();
    assert_eq!(held(&world), 0, "its hold ran out before the worker ran");
    world.work().await;
    assert_eq!(world.count(CONFIRMED), 0);
    nothing_false_was_said(&world).await;
}

/// A manager orders all of the only payment back through M-Pesa, which does not take the order for now. Answers the refund.
async fn send_back(world: &World) -> String {
    world
        .tell_simulator(
            "/sim/faults",
            json!({ "target": "daraja.reversal", "kind": "too_many", "count": 50 }),
        )
        .await;
    let payment = world.text("SELECT id::text AS text FROM payments WHERE paid_minor > 0");
    let body = json!({ "way": "mpesa_reversal", "reason": "the therapist fell ill",
        "amount": { "amount_minor": 105_000, "currency": "KES" } });
    let path = format!("/api/v1/payments/{payment}/refunds");
    let (status, refund) = world.order(&world.api, &path, "back", &body).await;
    assert_eq!(status, StatusCode::CREATED, "{refund}");
    refund["id"].as_str().unwrap().to_owned()
}

/// It does not go back after all.
async fn keep(world: &World, refund: &str) {
    let path = format!("/api/v1/refunds/{refund}/cancel");
    let body = json!({ "reason": "a slip of the finger" });
    let (status, cancelled) = world.call(Method::POST, &path, Some(body)).await;
    assert_eq!(status, StatusCode::OK, "{cancelled}");
    world.work().await;
}

const CREDIT: &str = "SELECT coalesce(-sum(amount_minor), 0)::bigint AS count FROM ledger_entries \
                      WHERE account = 'customer_deposits' AND payment_id IS NULL";

#[tokio::test]
async fn money_that_does_not_go_back_after_all_confirms_its_visit_although_its_hold_ran_out() {
    let world = World::new().await;
    let callback = called_back(&world).await;
    let apply = &world.parts.payments.apply_callback;
    apply.execute(world.tenant.tenant, callback.id).await.unwrap();
    let refund = send_back(&world).await;
    world.pass(Duration::minutes(10)).await;
    assert_eq!((held(&world), world.count(CONFIRMED)), (0, 0), "its hold ran out");
    keep(&world, &refund).await;
    assert_eq!((world.count(CONFIRMED), world.count(CREDIT)), (1, 0));
    let texts = world.texts(ASHA).await;
    assert!(texts.iter().any(|text| text.contains("RISITI")), "{texts:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_confirmed_has_the_receipt_once_the_money_does_not_go_back_after_all() {
    let world = World::new().await;
    let callback = called_back(&world).await;
    ExpressLane::new(world.parts.clone(), 1).hurry(world.tenant.tenant, callback);
    until(&world, CONFIRMED).await;
    let refund = send_back(&world).await;
    world.work().await;
    let receipts = async || {
        let texts = world.texts(ASHA).await;
        texts.iter().filter(|text| text.contains("RISITI")).count()
    };
    assert_eq!(receipts().await, 0);
    keep(&world, &refund).await;
    assert_eq!((receipts().await, world.count(CONFIRMED)), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn money_that_went_back_right_after_its_visit_was_confirmed_is_not_called_paid() {
    let world = World::new().await;
    let callback = called_back(&world).await;
    ExpressLane::new(world.parts.clone(), 1).hurry(world.tenant.tenant, callback);
    until(&world, CONFIRMED).await;
    give_back(&world).await;
    world.work().await;
    let texts = world.texts(ASHA).await;
    assert!(
        texts.iter().any(|text| text.contains("Miadi imethibitishwa")),
        "{texts:#?}"
    );
    nothing_false_was_said(&world).await;
}
