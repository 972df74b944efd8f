//! Several people, and two services that go well together, booked in the chat.

use reqwest::{Method, StatusCode};
use serde_json::json;
use system_tests::{ASHA, WANTS_A_MASSAGE, World};

#[tokio::test]
async fn what_goes_well_is_held_and_paid_with_the_first_as_it_was_offered() {
    let world = World::new().await;
    let of = |name: &str| {
        world.text(&format!(
            "SELECT id::text AS text FROM services WHERE name = '{name}'"
        ))
    };
    let relation = json!({
        "primary_service_id": of("Swedish massage 60"),
        "complement_service_id": of("Facial 60"),
        "confidence_basis_points": 8000,
    });
    let (status, made) = world
        .call(Method::POST, "/api/v1/cross-sell-relations", Some(relation))
        .await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    world.say(ASHA, WANTS_A_MASSAGE).await;
    world.work().await;
    world.tap(ASHA, "Ndiyo").await;
    world.work().await;
    let offered = world.last_text(ASHA).await;
    assert!(
        offered.contains("Usafi wa uso")
            && offered.contains("saa tisa mchana (3:00 pm)")
            && offered.contains("KES 7,500"),
        "{offered}"
    );
    assert_eq!(
        world.count("SELECT count(*) FROM engagements WHERE active"),
        0,
        "nothing is held yet"
    );
    world.tap(ASHA, "Zote mbili").await;
    world.work().await;
    let held = "SELECT count(*) FROM appointments WHERE state = 'held'";
    assert_eq!(world.count(held), 2);
    assert_eq!(
        world.count("SELECT count(DISTINCT visit_id) FROM appointments WHERE state = 'held'"),
        1,
        "one visit"
    );
    let prompts = world.prompts().await;
    assert_eq!(
        (prompts.len(), prompts[0]["amount"].as_i64()),
        (1, Some(2_250)),
        "{prompts:#?}"
    );
    world.answer_prompt("approve", json!({})).await;
    world.work().await;
    let starts: Vec<_> = world
        .appointments("2026-05-13")
        .await
        .iter()
        .map(|a| a["start"].clone())
        .collect();
    assert_eq!(
        starts,
        [
            json!("2026-05-13T14:00:00+03:00"),
            json!("2026-05-13T15:00:00+03:00")
        ]
    );
}

#[tokio::test]
async fn two_come_together_three_one_after_another_and_they_are_moved_as_one() {
    let world = World::new().await;
    world
        .say(ASHA, "Massage for me and my friend tomorrow at 2pm please")
        .await;
    world.work().await;
    let offered = world.last_text(ASHA).await;
    assert!(
        offered.contains("for 2 people") && offered.contains("KES 7,000"),
        "{offered}"
    );
    world.say(ASHA, "Make it 3 people").await;
    world.work().await;
    let offered = world.last_text(ASHA).await;
    assert!(
        offered.contains("for 3 people, one after another"),
        "two can do it at once: {offered}"
    );
    world.say(ASHA, "2 people").await;
    world.work().await;
    world.say(ASHA, "yes").await;
    world.work().await;
    let prompts = world.prompts().await;
    assert_eq!(
        (prompts.len(), prompts[0]["amount"].as_i64()),
        (1, Some(2_100)),
        "{prompts:#?}"
    );
    world.answer_prompt("approve", json!({})).await;
    world.work().await;
    world.say(ASHA, "Can we push it to Thursday 4pm?").await;
    world.work().await;
    world.say(ASHA, "yes").await;
    world.work().await;
    let moved = world.appointments("2026-05-14").await;
    let starts: Vec<_> = moved.iter().map(|a| a["start"].clone()).collect();
    assert_eq!(
        starts,
        [
            json!("2026-05-14T16:00:00+03:00"),
            json!("2026-05-14T16:00:00+03:00")
        ]
    );
}
