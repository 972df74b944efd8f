//! What is typed in the chat means what it says there: labels, resends, cancelling while a prompt is out, questions
//! about people and offers.

use reqwest::{Method, StatusCode};
use serde_json::json;
use system_tests::{ASHA, World};
use time::Duration;

/// Works until the customer is told something with this in it.
async fn told(world: &World, part: &str) -> String {
    for _ in 0..20 {
        world.work().await;
        let said = world.last_text(ASHA).await;
        if said.contains(part) {
            return said;
        }
    }
    panic!("never told {part:?}, but {:#?}", world.texts(ASHA).await);
}

async fn say(world: &World, text: &str, part: &str) -> String {
    assert_eq!(world.say(ASHA, text).await, 200);
    told(world, part).await
}

#[tokio::test]
async fn a_bare_cancel_while_a_prompt_is_out_gives_up_the_booking_in_flight_after_a_typed_label() {
    let world = World::new().await;
    world.book_up_to_the_prompt().await;
    say(&world, "resend", "Situmi la pili").await;
    assert_eq!(world.count("SELECT count(*) FROM payment_attempts"), 1);
    say(&world, "cancel", "Nighairi").await;
    say(&world, "iache!", "inabaki").await;
    assert_eq!(
        world.count("SELECT count(*) FROM appointments WHERE state = 'held'"),
        1
    );
    say(&world, "cancel", "Nighairi").await;
    say(&world, "Ndiyo, ghairi", "Imeghairiwa").await;
    assert_eq!(world.count("SELECT count(*) FROM engagements WHERE active"), 0);
}

#[tokio::test]
async fn a_booking_within_a_minute_of_another_prompt_is_held_and_says_until_when() {
    let world = World::new().await;
    world.book_and_pay().await;
    say(
        &world,
        "Nataka massage Ijumaa tarehe 15 Mei saa nane mchana",
        "Je, ni sawa",
    )
    .await;
    assert_eq!(world.say(ASHA, "ndiyo").await, 200);
    let said = told(&world, "Nimekushikia").await;
    assert!(said.contains("hadi"), "{said}");
    world.pass(Duration::minutes(2)).await;
    say(&world, "jaribu tena", "Ombi la M-Pesa la").await;
    assert_eq!(world.prompts().await.len(), 1);
}

#[tokio::test]
async fn people_and_offers_are_told_from_the_books() {
    let world = World::new().await;
    let said = say(&world, "who does massages?", "Wanjiru").await;
    assert!(
        said.contains("Would you like a time?") || said.contains("team"),
        "{said}"
    );
    say(&world, "any offers?", "no special offer").await;
    let promotion = json!({
        "name": "Rainy days",
        "off": { "percent_basis_points": 2_000 },
        "first_day": "2026-05-01",
        "last_day": "2026-05-31",
    });
    let (status, made) = world
        .call(Method::POST, "/api/v1/promotions", Some(promotion))
        .await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    let said = say(&world, "any offers?", "Rainy days").await;
    assert!(said.contains("20 %"), "{said}");
}
