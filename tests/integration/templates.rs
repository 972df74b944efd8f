//! Message templates: submitted to the simulated WhatsApp, approved by its word, missed once; and logs that are archived while
//! money stays.

use ratiba_access::Role;
use ratiba_kernel::Clock as _;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use system_tests::{ASHA, OWNER, World};
use time::Duration;

/// How many of the templates have this state.
async fn in_state(world: &World, state: &str) -> usize {
    let (status, answer) = world.call(Method::GET, "/api/v1/message-templates", None).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let items = answer["items"].as_array().unwrap();
    items.iter().filter(|it| it["state"] == state).count()
}

/// Works until as many are in the state: the simulator tells by itself.
async fn until_in_state(world: &World, state: &str, wanted: usize) {
    for _ in 0..200 {
        world.work().await;
        if in_state(world, state).await == wanted {
            return;
        }
    }
    panic!("there are never {wanted} templates in the state {state}");
}

/// Whether a message to the owner has these words, in a text or in a template.
async fn was_told(world: &World, words: &str) -> bool {
    let messages = world.messages(OWNER).await;
    messages.iter().any(|message| message.to_string().contains(words))
}

fn missed(world: &World) -> i64 {
    world.count("SELECT count(*) FROM outgoing_messages WHERE reason = 'template_not_usable'")
}

fn told(world: &World) -> i64 {
    world.count(
        "SELECT count(*) FROM outbox WHERE topic = 'conversation' AND payload->>'type' = 'template_missed'",
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_business_submits_all_templates_with_one_call_and_hears_what_became_of_them() {
    let world = World::new().await;
    let path = "/api/v1/message-templates/submit";
    let (status, problem) = world.call(Method::POST, path, None).await;
    assert_eq!(
        status,
        StatusCode::CONFLICT,
        "the account is not known yet: {problem}"
    );
    assert!(problem["type"].as_str().unwrap().ends_with("no-channel-account"));
    assert_eq!(world.say(ASHA, "Habari").await, 200);
    world.work().await;
    let (status, answer) = world.call(Method::POST, path, None).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let all = answer["items"].as_array().unwrap().len();
    until_in_state(&world, "approved", all).await;
    let (status, answer) = world.call(Method::POST, path, None).await;
    assert_eq!(status, StatusCode::OK, "twice is once: {answer}");
    let (status, _) = world
        .call(Method::POST, "/api/v1/message-templates/sync", None)
        .await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(in_state(&world, "approved").await, all);
    let (status, _) = world
        .call_as(&world.token(Role::Receptionist).await, Method::POST, path, None)
        .await;
    assert_eq!(status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn templates_are_submitted_before_the_first_message_where_the_settings_name_the_account() {
    let world = World::new().await;
    world.execute(
        "UPDATE tenant_settings SET conversation = conversation || '{\"whatsapp_account\": \"100200300400500\"}'",
    );
    let path = "/api/v1/message-templates/submit";
    let (status, answer) = world.call(Method::POST, path, None).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let all = answer["items"].as_array().unwrap().len();
    until_in_state(&world, "approved", all).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rejection_is_told_to_the_owners_by_the_templates_name() {
    let world = World::new().await;
    assert_eq!(world.say(OWNER, "hi").await, 200);
    world.work().await;
    let (status, answer) = world
        .call(Method::POST, "/api/v1/message-templates/submit", None)
        .await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    until_in_state(&world, "approved", answer["items"].as_array().unwrap().len()).await;
    let verdict = json!({ "name": "booking_reminder", "language": "sw", "event": "REJECTED" });
    world.tell_simulator("/sim/template-verdicts", verdict).await;
    for _ in 0..200 {
        world.work().await;
        if was_told(&world, "booking_reminder/sw").await {
            return;
        }
    }
    panic!("the owners never heard of it: {:?}", world.texts(OWNER).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_paused_is_not_sent_and_the_business_is_told_once() {
    let world = World::new().await;
    assert_eq!(world.say(OWNER, "hi").await, 200);
    world.work().await;
    let submit = "/api/v1/message-templates/submit";
    let (status, answer) = world.call(Method::POST, submit, None).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let all = answer["items"].as_array().unwrap().len();
    until_in_state(&world, "approved", all).await;
    for language in ["en", "sw"] {
        let verdict = json!({ "name": "booking_reminder", "language": language, "event": "PAUSED" });
        world.tell_simulator("/sim/template-verdicts", verdict).await;
    }
    until_in_state(&world, "paused", 2).await;
    // Two customers whose reminders can only go as a template.
    for (number, customer) in ["+254700000301", "+254700000302"].into_iter().enumerate() {
        let body = json!({ "phone": customer, "name": "Zawadi" });
        let (status, known) = world
            .order(&world.api, "/api/v1/customers", customer, &body)
            .await;
        assert_eq!(status, StatusCode::CREATED, "{known}");
        let service = world.text("SELECT id::text AS text FROM services WHERE name = 'Manicure'");
        let visit: Value = json!({
            "customer_id": known["id"], "parts": [{ "service_id": service }], "without_deposit": true,
            "start": format!("2026-05-14T{}:00:00+03:00", 10 + number),
        });
        let (status, visit) = world.order(&world.api, "/api/v1/visits", customer, &visit).await;
        assert_eq!(status, StatusCode::CREATED, "{visit}");
    }
    let before = told(&world);
    for _ in 0..60 {
        world.pass(Duration::hours(1)).await;
        world.work().await;
        if missed(&world) >= 2 {
            break;
        }
    }
    assert!(missed(&world) >= 2, "neither reminder went");
    world.work().await;
    assert_eq!(told(&world), before + 1, "told once");
    for _ in 0..200 {
        if was_told(&world, "booking_reminder/").await {
            return;
        }
        world.work().await;
    }
    panic!("the owners never heard which template it is");
}

#[tokio::test(flavor = "multi_thread")]
async fn logs_are_archived_and_deleted_and_no_money_with_them() {
    let world = World::new().await;
    world.book_and_pay().await;
    let money = |world: &World| {
        [
            "payments",
            "payment_attempts",
            "ledger_journals",
            "ledger_entries",
            "appointments",
            "customers",
            "consents",
        ]
        .map(|table| world.count(&format!("SELECT count(*) FROM {table}")))
    };
    let threads = "SELECT count(*) FROM conversation_threads";
    let archived = "SELECT count(*) FROM archived_threads";
    assert!(world.count(threads) > 0);
    // Past the idle day and the ninety days after it, a night's sweep each.
    let later = async |days: i64| {
        world.jump(world.clock.now() + Duration::days(days)).await;
        world.work().await;
        world.pass(Duration::DAY).await;
        world.work().await;
    };
    later(2).await;
    let before = money(&world);
    let open = world.count(threads);
    later(92).await;
    assert_eq!(world.count(threads), 0, "of {open}");
    assert_eq!(world.count(archived), open);
    let said =
        world.count("SELECT count(*) FROM archived_threads WHERE json_array_length(log->'inbound') > 0");
    assert_eq!(said, open, "what was said is in the archive");
    assert_eq!(money(&world), before, "nothing else went");
    the_archive_is_read_by_managers(&world, open).await;
    let loose = "SELECT (SELECT count(*) FROM outgoing_messages WHERE thread_id IS NULL AND queued_at < (SELECT max(archived_at)
        FROM archived_threads) - interval '90 days') AS count";
    assert_eq!(world.count(loose), 0, "messages of no thread go the same way");
    assert!(world.count("SELECT count(*) FROM archived_messages") > 0);
    later(366).await;
    assert_eq!(world.count(archived), 0);
    let old = "SELECT count(*) FROM archived_messages WHERE archived_at < (SELECT max(archived_at) FROM archived_messages)
        - interval '365 days'";
    assert_eq!(world.count(old), 0);
    assert_eq!(money(&world), before);
}

/// What was said can be read over the API by whoever runs the business, and by nobody else.
async fn the_archive_is_read_by_managers(world: &World, wanted: i64) {
    let path = "/api/v1/archived-conversations";
    let manager = world.token(Role::Manager).await;
    let (status, page) = world.call_as(&manager, Method::GET, path, None).await;
    assert_eq!(status, StatusCode::OK, "{page}");
    let items = page["items"].as_array().unwrap();
    assert_eq!(i64::try_from(items.len()).unwrap(), wanted);
    let one = format!("{path}/{}", items[0]["id"].as_str().unwrap());
    let (status, found) = world.call_as(&manager, Method::GET, &one, None).await;
    assert_eq!(status, StatusCode::OK, "{found}");
    let turns = found["turns"].as_array().unwrap();
    for by in ["customer", "assistant"] {
        assert!(
            turns.iter().any(|turn| turn["by"] == by && turn["text"] != ""),
            "{by}: {found}"
        );
    }
    let theirs = format!(
        "{path}?customer_id={}",
        items[0]["customer"]["id"].as_str().unwrap()
    );
    let (status, page) = world.call_as(&manager, Method::GET, &theirs, None).await;
    assert_eq!(status, StatusCode::OK, "{page}");
    assert!(!page["items"].as_array().unwrap().is_empty());
    let desk = world.token(Role::Receptionist).await;
    for path in [path, one.as_str()] {
        let (status, _) = world.call_as(&desk, Method::GET, path, None).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{path}");
    }
}
