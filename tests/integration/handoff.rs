//! A person in place of the machine: the call, who comes first, words both ways, money meanwhile, and the way back.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use system_tests::{ASHA, OWNER, World};
use time::Duration;

/// The number of the second admin.
const WANJIKU: &str = "254700000003";
const DRIVER: &str =
    "SELECT driver AS text FROM conversation_threads t JOIN customers c ON c.id = t.customer_id
    WHERE c.phone = '+254700000123' ORDER BY t.opened_at DESC LIMIT 1";

/// A world whose business has a second admin, who reads Swahili.
async fn world_of_two() -> World {
    let world = World::new().await;
    let tenant = world.tenant.tenant;
    world.count(&format!(
        "WITH made AS (UPDATE tenant_settings SET conversation = jsonb_set(conversation, '{{owners}}',
            '[\"+{OWNER}\", {{\"phone\": \"+{WANJIKU}\", \"name\": \"Wanjiku\", \"language\": \"sw\"}}]')
            WHERE tenant_id = '{tenant}' RETURNING 1)
         SELECT count(*) FROM made"
    ));
    world
}

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

async fn says(world: &World, number: &str, words: &str) {
    assert_eq!(world.say(number, words).await, 200);
    world.work().await;
}

/// An admin answers to the newest message to them that has these words.
async fn answers(world: &World, number: &str, quoted: &str, words: &str) {
    let messages = world.messages(number).await;
    let message = messages
        .iter()
        .rev()
        .find(|message| message["text"].as_str().unwrap_or_default().contains(quoted));
    let wamid = message.unwrap_or_else(|| panic!("nothing with {quoted:?}: {messages:#?}"))["wamid"].clone();
    let body = json!({ "text": words, "context_message_id": wamid });
    world
        .tell_simulator(&format!("/sim/customers/{number}/say"), body)
        .await;
    world.work().await;
}

/// Both admins have written lately, so that they get whole messages and not templates.
async fn admins_are_awake(world: &World) {
    says(world, OWNER, "Habari").await;
    says(world, WANJIKU, "Habari").await;
}

async fn conversation(world: &World) -> String {
    world.text(
        "SELECT t.id::text AS text FROM conversation_threads t JOIN customers c ON c.id = t.customer_id
         WHERE c.phone = '+254700000123' ORDER BY t.opened_at DESC LIMIT 1",
    )
}

#[tokio::test]
async fn a_person_takes_over_talks_money_settles_meanwhile_and_the_machine_goes_on() {
    let world = world_of_two().await;
    admins_are_awake(&world).await;
    world.book_up_to_the_prompt().await;
    says(&world, ASHA, "naomba niongee na mtu").await;
    let brief = told(&world, OWNER, "A customer needs a person").await;
    assert!(
        brief.contains("naomba niongee na mtu") && brief.contains("asked for money"),
        "{brief}"
    );
    told(&world, WANJIKU, "Mteja anahitaji mtu").await;
    assert_eq!(world.text(DRIVER), "suspended");

    world.tap(WANJIKU, "Nitajibu").await;
    told(&world, WANJIKU, "neno kwa neno").await;
    told(&world, OWNER, "Wanjiku has the conversation").await;
    assert_eq!(world.text(DRIVER), "human");

    says(&world, ASHA, "Naweza kuja na mtoto?").await;
    assert_eq!(
        told(&world, WANJIKU, "mtoto").await,
        "Asha: Naweza kuja na mtoto?"
    );
    says(&world, WANJIKU, "Karibu, mlete tu :)").await;
    assert_eq!(told(&world, ASHA, "mlete").await, "Karibu, mlete tu :)");
    assert!(
        world
            .texts(OWNER)
            .await
            .iter()
            .all(|text| !text.contains("mlete")),
        "only who has it gets the words"
    );

    // Nobody can have a second prompt sent meanwhile, and the first is still booked.
    says(&world, ASHA, "jaribu tena").await;
    world.answer_prompt("approve", json!({})).await;
    told(&world, OWNER, "was paid while a person talks").await;
    told(&world, ASHA, "miadi imethibitishwa").await;
    assert_eq!(world.count("SELECT count(*) FROM payment_attempts"), 1);
    assert_eq!(
        world.count("SELECT jsonb_array_length(lines)::bigint AS count FROM handoffs"),
        1,
        "the brief has the payment"
    );
    assert_eq!(world.text(DRIVER), "human", "money gives nothing back");

    says(&world, WANJIKU, "rudisha kwa AI").await;
    told(&world, ASHA, "Msaidizi wa kiotomatiki amerudi").await;
    assert_eq!(world.text(DRIVER), "resumed");
    says(&world, ASHA, "miadi yangu ni lini?").await;
    told(&world, ASHA, "Miadi yako").await;
    assert_eq!(
        world.count(
            "SELECT count(*) FROM handoffs WHERE ended_how = 'handed_back' AND taken_name = 'Wanjiku'"
        ),
        1
    );
    assert_eq!(
        world.count("SELECT count(*) FROM handoff_words WHERE said_by = 'Wanjiku'"),
        1
    );
    assert_eq!(world.count("SELECT count(*) FROM jobs WHERE state = 'dead'"), 0);
}

#[tokio::test]
async fn of_two_admins_at_once_one_has_it_and_the_other_hears_who() {
    let world = world_of_two().await;
    admins_are_awake(&world).await;
    says(&world, ASHA, "naomba niongee na mtu").await;
    told(&world, OWNER, "A customer needs a person").await;
    told(&world, WANJIKU, "Mteja anahitaji mtu").await;
    // Both taps are stored before either is worked on.
    world.tap(OWNER, "I will answer").await;
    world.tap(WANJIKU, "Nitajibu").await;
    for _look in 0..50 {
        world.work().await;
    }
    assert_eq!(world.text(DRIVER), "human");
    let (owner, wanjiku) = (world.texts(OWNER).await, world.texts(WANJIKU).await);
    let has = |texts: &[String], words: &str| texts.iter().any(|text| text.contains(words));
    let first = has(&owner, "word for word");
    assert_ne!(first, has(&wanjiku, "neno kwa neno"), "{owner:#?} {wanjiku:#?}");
    let told_who = if first {
        has(&wanjiku, "tayari ana mazungumzo")
    } else {
        has(&owner, "Wanjiku has that conversation already")
    };
    assert!(told_who, "{owner:#?} {wanjiku:#?}");
    assert_eq!(
        world.count("SELECT count(*) FROM handoffs WHERE taken_at IS NOT NULL"),
        1
    );
}

#[tokio::test]
async fn nobody_comes_and_the_clock_calls_again_and_tells_the_customer_once() {
    let world = world_of_two().await;
    admins_are_awake(&world).await;
    says(&world, ASHA, "naomba niongee na mtu").await;
    told(&world, OWNER, "A customer needs a person").await;
    let calls = async || {
        let texts = world.texts(OWNER).await;
        texts.iter().filter(|text| text.contains("still waits")).count()
    };
    world.pass(Duration::seconds(90)).await;
    assert_eq!(calls().await, 0);
    world.pass(Duration::seconds(60)).await;
    told(&world, OWNER, "still waits").await;
    assert_eq!(calls().await, 1);
    world.pass(Duration::minutes(15)).await;
    for _look in 0..2_000 {
        if calls().await == 2 {
            break;
        }
        world.work().await;
    }
    assert_eq!(calls().await, 2);
    world.pass(Duration::minutes(60)).await;
    told(&world, ASHA, "Pole kwa kusubiri").await;
    world.pass(Duration::hours(2)).await;
    assert_eq!(calls().await, 2);
    let sorry = world.texts(ASHA).await;
    let sorry = sorry.iter().filter(|text| text.contains("Pole kwa kusubiri"));
    assert_eq!(sorry.count(), 1);
}

#[tokio::test]
async fn a_takeover_that_is_left_alone_goes_back_after_four_hours() {
    let world = world_of_two().await;
    admins_are_awake(&world).await;
    says(&world, ASHA, "naomba niongee na mtu").await;
    told(&world, OWNER, "A customer needs a person").await;
    world.tap(OWNER, "I will answer").await;
    told(&world, OWNER, "word for word").await;
    world.pass(Duration::hours(3)).await;
    says(&world, OWNER, "One moment, I am looking").await;
    world.pass(Duration::hours(2)).await;
    assert_eq!(world.text(DRIVER), "human", "they said something three hours ago");
    world.pass(Duration::minutes(135)).await;
    told(&world, OWNER, "the assistant has the conversation again").await;
    told(&world, ASHA, "Msaidizi wa kiotomatiki amerudi").await;
    assert_eq!(world.text(DRIVER), "resumed");
    assert_eq!(
        world.count("SELECT count(*) FROM handoffs WHERE ended_how = 'untouched'"),
        1
    );
}

#[tokio::test]
async fn outside_of_the_window_the_brief_is_a_template_and_answering_it_engages() {
    let world = World::new().await;
    says(&world, ASHA, "naomba niongee na mtu").await;
    let brief = told(&world, OWNER, "asked for one").await;
    assert!(!brief.contains("Last messages"), "a template: {brief}");
    answers(&world, OWNER, "asked for one", "Habari Asha, nikusaidie vipi?").await;
    assert_eq!(
        told(&world, ASHA, "nikusaidie vipi").await,
        "Habari Asha, nikusaidie vipi?"
    );
    assert_eq!(world.text(DRIVER), "human");
}

#[tokio::test]
async fn a_dispute_and_a_pasted_card_call_a_person_and_no_number_is_shown() {
    let world = world_of_two().await;
    admins_are_awake(&world).await;
    says(&world, ASHA, "Pesa imekatwa mara mbili").await;
    told(&world, OWNER, "a question about money").await;
    let id = conversation(&world).await;
    let path = format!("/api/v1/conversations/{id}/hand-back");
    let (status, answer) = world.call(Method::POST, &path, None).await;
    assert_eq!(
        (status, &answer["driver"]),
        (StatusCode::OK, &json!("resumed")),
        "{answer}"
    );
    says(&world, ASHA, "kadi yangu ni 4111 1111 1111 1111").await;
    told(&world, ASHA, "usitume namba ya kadi").await;
    let brief = told(&world, OWNER, "pasted the number of a card").await;
    assert!(brief.contains("[card]") && !brief.contains("4111"), "{brief}");
    let path = format!("/api/v1/conversations/{id}");
    let (status, read) = world.call(Method::GET, &path, None).await;
    assert_eq!(status, StatusCode::OK);
    assert!(!read.to_string().contains("4111"), "{read}");
    assert!(read.to_string().contains("[card]"), "{read}");
    for table in [
        "outgoing_messages",
        "outbox",
        "jobs",
        "conversation_threads",
        "handoffs",
    ] {
        let sql = format!("SELECT count(*) FROM {table} r WHERE r::text LIKE '%4111%1111%'");
        assert_eq!(world.count(&sql), 0, "{table}");
    }
}

#[tokio::test]
async fn whom_nobody_made_an_admin_learns_of_no_commands() {
    let world = world_of_two().await;
    admins_are_awake(&world).await;
    says(&world, ASHA, "naomba niongee na mtu").await;
    told(&world, OWNER, "A customer needs a person").await;
    let stranger = "254700000777";
    for words in ["/handback", "agent take over", "I will answer", "Nitajibu"] {
        says(&world, stranger, words).await;
        world.pass(Duration::seconds(61)).await;
    }
    assert_eq!(world.text(DRIVER), "suspended");
    let texts = world.texts(stranger).await;
    assert!(
        texts.iter().all(|text| !text.contains("handback")
            && !text.contains("conversation")
            && !text.contains("mazungumzo")),
        "{texts:#?}"
    );
}

#[tokio::test]
async fn at_the_console_somebody_takes_over_speaks_once_for_each_key_and_gives_back() {
    let world = world_of_two().await;
    admins_are_awake(&world).await;
    says(&world, ASHA, "naomba niongee na mtu").await;
    told(&world, OWNER, "A customer needs a person").await;
    let (status, page) = world.call(Method::GET, "/api/v1/conversations", None).await;
    assert_eq!(status, StatusCode::OK, "{page}");
    let items = page["items"].as_array().unwrap();
    assert_eq!(items.len(), 1, "{page}");
    assert_eq!(
        (&items[0]["driver"], &items[0]["handoff"]["reason"]),
        (&json!("suspended"), &json!("asked"))
    );
    let id = items[0]["id"].as_str().unwrap().to_owned();
    let at = |verb: &str| format!("/api/v1/conversations/{id}/{verb}");
    let words = json!({ "text": "Habari, ni dawati" });
    let (status, early) = world.order(&world.api, &at("messages"), "w1", &words).await;
    assert_eq!(
        (status, &early["type"]),
        (StatusCode::CONFLICT, &json!("/problems/illegal-transition"))
    );

    let (status, taken) = world
        .call(
            Method::POST,
            &at("take-over"),
            Some(json!({ "name": "Front desk" })),
        )
        .await;
    assert_eq!(status, StatusCode::OK, "{taken}");
    assert_eq!(taken["handoff"]["by"], json!("Front desk"));
    told(&world, WANJIKU, "Front desk").await;
    for _twice in 0..2 {
        let (status, said) = world.order(&world.api, &at("messages"), "w2", &words).await;
        assert_eq!(status, StatusCode::CREATED, "{said}");
    }
    told(&world, ASHA, "ni dawati").await;
    let heard = world.texts(ASHA).await;
    assert_eq!(heard.iter().filter(|text| text.contains("ni dawati")).count(), 1);
    let other = json!({ "text": "Kwaheri" });
    let (status, reused) = world.order(&world.api, &at("messages"), "w2", &other).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{reused}");
    let (status, blank) = world
        .order(&world.api, &at("messages"), "w3", &json!({ "text": "  " }))
        .await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "{blank}");

    // An admin and another token are late, and so is a therapist without the right.
    world.tap(OWNER, "I will answer").await;
    told(&world, OWNER, "Front desk has that conversation already").await;
    let desk = world.token(ratiba_access::Role::Receptionist).await;
    let (status, late) = world
        .call_as(&desk, Method::POST, &at("take-over"), Some(json!({})))
        .await;
    assert_eq!(
        (status, &late["type"]),
        (StatusCode::CONFLICT, &json!("/problems/conversation-taken"))
    );
    assert_eq!(late["by"], json!("Front desk"));
    let therapist = world.token(ratiba_access::Role::Therapist).await;
    let (status, _) = world
        .call_as(&therapist, Method::GET, "/api/v1/conversations", None)
        .await;
    assert_eq!(status, StatusCode::FORBIDDEN);

    // The customer's turns are told by the provider's clock, which knows whole seconds only.
    world.pass(Duration::seconds(5)).await;
    says(&world, ASHA, "asante").await;
    let (_, read) = world
        .call(Method::GET, &format!("/api/v1/conversations/{id}"), None)
        .await;
    let turns = read["turns"].as_array().unwrap();
    let said: Vec<(&Value, &Value)> = turns.iter().map(|turn| (&turn["by"], &turn["text"])).collect();
    assert!(
        said.contains(&(&json!("person"), &json!("Habari, ni dawati"))),
        "{read}"
    );
    assert_eq!(
        said.last(),
        Some(&(&json!("customer"), &json!("asante"))),
        "{read}"
    );

    for _twice in 0..2 {
        let (status, back) = world.call(Method::POST, &at("hand-back"), None).await;
        assert_eq!(
            (status, &back["driver"]),
            (StatusCode::OK, &json!("resumed")),
            "{back}"
        );
    }
    told(&world, ASHA, "Msaidizi wa kiotomatiki amerudi").await;
    let (_, page) = world.call(Method::GET, "/api/v1/conversations", None).await;
    assert_eq!(page["items"], json!([]));
}
