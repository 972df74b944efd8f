//! Everybody is told their own closed commission once; a dispute outlives the process that asked about it, and is opened once.

use ratiba_assembly::digest::DigestError;
use ratiba_conversation::desk::{ActOrder, Refusal, StatementRef};
use ratiba_conversation::inbound::InboundId;
use ratiba_conversation::rail::Act;
use ratiba_kernel::{Clock as _, PhoneNumber};
use ratiba_postgres::outbox::StoredEvent;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use system_tests::{OWNER, World};
use time::Duration;
use time::macros::datetime;
use uuid::Uuid;

/// Two of the demo's therapists.
const WANJIRU: &str = "254700000011";
const ACHIENG: &str = "254700000012";

const TOLD: &str = "SELECT count(*) FROM outgoing_messages WHERE dedup_key LIKE 'commission_statement:%'";

async fn close(world: &World, month: &str) {
    let body = json!({ "month": month });
    let (status, closed) = world
        .call(Method::POST, "/api/v1/commission/closes", Some(body))
        .await;
    assert_eq!(status, StatusCode::OK, "{closed}");
}

/// Works until the newest message to this number has these words.
async fn hears(world: &World, number: &str, words: &str) {
    for _look in 0..2_000 {
        world.work().await;
        if world.last_text(number).await.contains(words) {
            return;
        }
    }
    panic!("{words} never came: {}", world.last_text(number).await);
}

fn newest_event(world: &World, kind: &str) -> (Uuid, StoredEvent) {
    let column = |column: &str| {
        world.text(&format!(
            "SELECT {column}::text AS text FROM outbox WHERE topic = 'commission' AND payload->>'type' = '{kind}'
             ORDER BY id DESC LIMIT 1"
        ))
    };
    let event = StoredEvent {
        topic: "commission".to_owned(),
        payload: serde_json::from_str(&column("payload")).unwrap(),
        occurred_at: world.clock.now(),
        is_heard: false,
    };
    (column("id").parse().unwrap(), event)
}

#[tokio::test]
async fn a_closed_month_is_told_once_to_each_who_has_a_number_of_their_own() {
    let world = World::new().await;
    let tenant = world.tenant.tenant;
    world.execute("UPDATE staff SET phone = NULL WHERE name = 'Njeri'");
    world.execute("UPDATE staff SET phone = '+254700000777' WHERE name IN ('Halima', 'Otieno')");
    close(&world, "2026-04").await;
    hears(&world, WANJIRU, "April 2026").await;
    assert_eq!(
        world.count(TOLD),
        2,
        "those who share a number, and who has none, are not written to"
    );
    let to_achieng = world.messages(ACHIENG).await;
    assert_eq!(
        to_achieng[0]["type"],
        json!("template"),
        "nobody wrote within a day: {to_achieng:?}"
    );
    let (id, event) = newest_event(&world, "month_frozen");
    world.parts.react(tenant, id, &event).await.unwrap();
    close(&world, "2026-04").await;
    world.work().await;
    assert_eq!(world.count(TOLD), 2, "once for each document");
}

#[tokio::test]
async fn the_yes_to_a_dispute_is_heard_by_a_process_that_did_not_ask_and_opens_one() {
    let world = World::new().await;
    let twin = world.twin().await;
    close(&world, "2026-04").await;
    hears(&world, WANJIRU, "April 2026").await;
    assert_eq!(world.say(WANJIRU, "/dispute 1").await, 200);
    hears(&world, WANJIRU, "What is wrong with it?").await;
    assert_eq!(
        world.count("SELECT count(*) FROM rail_slates WHERE awaits IS NOT NULL"),
        1
    );
    assert_eq!(world.say(WANJIRU, "It was ninety minutes.").await, 200);
    for _look in 0..2_000 {
        twin.runner.drain().await.unwrap();
        if world.last_text(WANJIRU).await.contains("YES / NO") {
            break;
        }
    }
    assert_eq!(world.say(WANJIRU, "YES").await, 200);
    hears(&world, WANJIRU, "Your dispute is open").await;
    hears(&world, OWNER, "a line of commission is disputed").await;
    let disputes =
        "SELECT count(*) FROM commission_disputes WHERE opened_by = 'staff:+254700000011' AND state = 'open'";
    assert_eq!(world.count(disputes), 1);
    assert_eq!(
        world.count("SELECT count(*) FROM rail_slates WHERE awaits IS NOT NULL OR pending IS NOT NULL"),
        0
    );

    // A worker that died over it runs the turn again; and nobody disputes what is another's.
    let statement = world.text("SELECT period_id::text AS text FROM commission_disputes");
    let statement = StatementRef::from_uuid(statement.parse().unwrap());
    let office = &world.parts.conversation.take_turn.office;
    let order = |by: &str, reason: &str| ActOrder {
        key: InboundId::from_uuid(Uuid::from_u128(7)),
        by: PhoneNumber::parse(&format!("+{by}")).unwrap(),
        act: Act::Dispute {
            statement,
            line: 1,
            reason: reason.to_owned(),
        },
    };
    let ordered =
        async |by: &str, reason: &str| office.act(world.tenant.tenant, order(by, reason)).await.unwrap();
    assert_eq!(ordered(WANJIRU, "It was ninety minutes.").await, Ok(()));
    assert_eq!(
        ordered(WANJIRU, "It was something else.").await,
        Err(Refusal::Disputed)
    );
    assert_eq!(
        ordered(ACHIENG, "It was ninety minutes.").await,
        Err(Refusal::NotTheirs)
    );
    assert_eq!(
        ordered(OWNER, "It was ninety minutes.").await,
        Err(Refusal::NotTheirs)
    );
    assert_eq!(world.count("SELECT count(*) FROM commission_disputes"), 1);
}

#[tokio::test]
async fn a_month_that_waits_is_in_the_digest_every_day_until_it_is_closed() -> Result<(), DigestError> {
    let world = World::new().await;
    world.execute("DELETE FROM schedules WHERE name = 'digest'");
    let path = "/api/v1/settings/commission";
    let (_, mut settings): (_, Value) = world.call(Method::GET, path, None).await;
    settings["close_mode"] = json!("review");
    let (status, put) = world.call_at(&json!(1), Method::PUT, path, settings).await;
    assert_eq!(status, StatusCode::OK, "{put}");
    world.jump(datetime!(2026-06-01 09:00 +3)).await;
    let waits = "commission for May 2026 waits: /close";
    for _day in 0..2 {
        world.parts.digest(world.tenant.tenant).await?;
        hears(&world, OWNER, waits).await;
        world.pass(Duration::DAY).await;
    }
    assert_eq!(world.count(TOLD), 0, "nothing is frozen, so nobody is told");
    assert_eq!(world.say(OWNER, "/close").await, 200);
    hears(&world, OWNER, "Close the commission for May 2026").await;
    assert_eq!(world.say(OWNER, "YES").await, 200);
    hears(&world, OWNER, "Done. Close the commission").await;
    let by = "SELECT count(*) FROM commission_period WHERE frozen_by = 'admin:+254700000001'";
    assert!(world.count(by) > 0);
    world.pass(Duration::DAY).await;
    world.parts.digest(world.tenant.tenant).await?;
    hears(&world, OWNER, "4 June").await;
    assert!(!world.last_text(OWNER).await.contains(waits));
    Ok(())
}
