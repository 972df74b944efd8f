//! The express lane beside the worker: who has paid does not wait, and nothing hangs on the lane.

use ratiba_assembly::express::ExpressLane;
use ratiba_kernel::Id;
use ratiba_payments::ports::StoredCallback;
use serde_json::json;
use system_tests::{ASHA, World};

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
