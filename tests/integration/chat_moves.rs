//! Visits that a customer moves, is late for and gives up in the chat.

use reqwest::{Method, StatusCode};
use serde_json::json;
use system_tests::{ASHA, OWNER, World};
use time::macros::datetime;

#[tokio::test]
async fn a_paid_visit_is_moved_in_the_chat_with_its_deposit_and_given_up_for_what_was_told() {
    let world = World::new().await;
    world.book_and_pay().await;
    world.say(ASHA, "Nataka kubadilisha miadi yangu").await;
    world.work().await;
    world.say(ASHA, "Ijumaa saa kumi jioni").await;
    world.work().await;
    let asked = world.last_text(ASHA).await;
    assert!(
        asked.contains("Ijumaa 15 Mei, saa kumi jioni (4:00 pm)"),
        "{asked}"
    );
    assert_eq!(
        world.appointments("2026-05-13").await[0]["state"],
        "confirmed",
        "nothing is moved yet"
    );
    world.tap(ASHA, "Ndiyo").await;
    world.work().await;
    let moved = world.appointments("2026-05-15").await;
    assert_eq!(
        (&moved[0]["state"], &moved[0]["start"]),
        (&json!("confirmed"), &json!("2026-05-15T16:00:00+03:00"))
    );
    assert_eq!(
        world.appointments("2026-05-13").await,
        Vec::<serde_json::Value>::new(),
        "the old time is free"
    );
    let told = world.last_text(ASHA).await;
    assert!(
        told.contains("Imehamishwa") && told.contains("saa kumi jioni (4:00 pm)"),
        "{told}"
    );
    assert_eq!(
        world.count("SELECT count(*) FROM payment_attempts"),
        1,
        "nothing is asked again"
    );

    world.jump(datetime!(2026-05-15 15:50 +3)).await;
    world.say(ASHA, "Nitachelewa dakika 40").await;
    world.work().await;
    let late = world.last_text(ASHA).await;
    assert!(late.contains("4:15 pm"), "how long the team waits: {late}");
    assert!(world.last_text(OWNER).await.contains("40 minutes late"));
    let phone = world.text(
        "SELECT staff.phone AS text FROM staff JOIN appointments ON appointments.staff_id = staff.id \
         WHERE appointments.state = 'confirmed'",
    );
    let phone = phone.trim_start_matches('+').to_owned();
    assert!(
        world.last_text(&phone).await.contains("40 minutes late"),
        "the one who waits is told"
    );

    world.say(ASHA, "Nitachelewa dakika 40").await;
    world.work().await;
    let heard = world.texts(OWNER).await;
    let told = heard.iter().filter(|text| text.contains("40 minutes late"));
    assert_eq!(told.count(), 1, "once, however often it is said: {heard:#?}");

    world.say(ASHA, "Ghairi miadi yangu").await;
    world.work().await;
    let costs = world.last_text(ASHA).await;
    assert!(
        costs.contains("Haitakugharimu") && costs.contains("KES 1,050 ya ulicholipa itakuwa salio lako"),
        "{costs}"
    );
    let rules = "/api/v1/settings/payments";
    let (_, known) = world.call(Method::GET, rules, None).await;
    let origin = json!({ "given_back": "origin", "credit_first": true });
    let (status, changed) = world.call_at(&known["version"], Method::PUT, rules, origin).await;
    assert_eq!(status, StatusCode::OK, "{changed}");
    world.say(ASHA, "Ghairi miadi yangu").await;
    world.work().await;
    let costs = world.last_text(ASHA).await;
    assert!(
        costs.contains("KES 1,050 itarudi kwako kwa njia uliyolipia") && !costs.contains("salio"),
        "{costs}"
    );
    assert_eq!(world.appointments("2026-05-15").await[0]["state"], "confirmed");
    world.tap(ASHA, "Ghairi").await;
    world.work().await;
    assert_eq!(
        world.count("SELECT count(*) FROM appointments WHERE state = 'cancelled_by_customer'"),
        1
    );
    assert_eq!(
        world.count(
            "SELECT coalesce(sum(amount_minor), 0)::bigint AS count FROM payment_refunds \
             WHERE way = 'mpesa_reversal' AND cause = 'policy'"
        ),
        105_000,
        "as it was promised"
    );
}
