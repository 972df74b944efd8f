//! From a message to a frozen month.

use ratiba_assembly::demo;
use reqwest::{Method, StatusCode};
use serde_json::json;
use system_tests::{ASHA, OWNER, WANTS_A_MASSAGE, World};
use time::Duration;
use time::macros::datetime;

#[tokio::test]
async fn the_offer_repeats_the_time_in_both_clock_forms_and_holds_nothing() {
    let world = World::new().await;
    assert_eq!(world.say(ASHA, WANTS_A_MASSAGE).await, 200);
    assert_eq!(
        world.count("SELECT count(*) FROM inbound_messages WHERE handled_at IS NULL"),
        1,
        "stored first"
    );
    world.work().await;
    let offer = world.last_text(ASHA).await;
    assert!(
        offer.contains("Jumatano 13 Mei") && offer.contains("saa nane mchana (2:00 pm)"),
        "{offer}"
    );
    assert_eq!(world.count("SELECT count(*) FROM engagements WHERE active"), 0);
}

#[tokio::test]
async fn a_yes_holds_the_slot_and_asks_for_the_deposit_once_however_often_it_is_tapped() {
    let world = World::new().await;
    world.say(ASHA, WANTS_A_MASSAGE).await;
    world.work().await;
    world.tap(ASHA, "Ndiyo").await;
    world.tap(ASHA, "Ndiyo").await;
    world.work().await;
    assert_eq!(
        world.count("SELECT count(*) FROM appointments WHERE state = 'held'"),
        1
    );
    assert_eq!(
        world.count("SELECT count(*) FROM engagements WHERE active"),
        2,
        "a person and a room"
    );
    let prompts = world.prompts().await;
    assert_eq!(prompts.len(), 1);
    // 30 % of KES 3,500, raised to the whole shilling.
    assert_eq!(prompts[0]["amount"].as_i64(), Some(1_050));
}

#[tokio::test]
async fn the_main_job_runs_from_a_message_to_a_frozen_month() {
    let world = World::new().await;
    world.book_and_pay().await;
    let appointments = world.appointments("2026-05-13").await;
    assert_eq!(appointments.len(), 1);
    assert_eq!(appointments[0]["state"], "confirmed");
    assert_eq!(appointments[0]["start"], "2026-05-13T14:00:00+03:00");
    let book = world.ask_simulator("/sim/mpesa/book").await.to_string();
    let receipt = world.texts(ASHA).await.join("\n");
    let number = receipt
        .split(|c: char| !c.is_ascii_alphanumeric())
        .find(|word| word.len() == 10 && book.contains(*word));
    assert!(number.is_some(), "the receipt names M-Pesa's number: {receipt}");

    let id = appointments[0]["id"].as_str().unwrap();
    let of = |verb: &str| format!("/api/v1/appointments/{id}/{verb}");
    world.jump(datetime!(2026-05-13 13:55 +3)).await;
    let (status, body) = world.call(Method::POST, &of("start"), Some(json!({}))).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    world.jump(datetime!(2026-05-13 15:05 +3)).await;
    let (status, body) = world.call(Method::POST, &of("finish"), None).await;
    assert_eq!(
        (status, &body["state"]),
        (StatusCode::OK, &json!("completed")),
        "{body}"
    );
    let actuals = json!({ "tip": { "amount_minor": 20_000, "currency": "KES" }, "staff_notes": "firm hand" });
    let version = body["version"].clone();
    let (status, body) = world
        .call_at(&version, Method::PATCH, &of("actuals"), actuals)
        .await;
    assert_eq!(
        (status, &body["actuals"]["tip"]["amount_minor"]),
        (StatusCode::OK, &json!(20_000)),
        "{body}"
    );
    let body_version = body["version"].clone();

    world.jump(datetime!(2026-06-01 01:59 +3)).await;
    let (_, before) = world
        .call(Method::GET, "/api/v1/commission/periods?month=2026-05", None)
        .await;
    assert_eq!(before["periods"], json!([]), "not before the schedule's hour");
    world.jump(datetime!(2026-06-01 02:00 +3)).await;
    let (_, closed) = world
        .call(Method::GET, "/api/v1/commission/periods?month=2026-05", None)
        .await;
    let periods = closed["periods"].as_array().unwrap();
    let earned: Vec<_> = periods
        .iter()
        .filter(|period| period["services_rendered_count"] == json!(1))
        .collect();
    assert_eq!(earned.len(), 1, "{closed:#}");
    assert_eq!(earned[0]["tip"]["amount_minor"], json!(20_000));
    assert_eq!(earned[0]["hours_worked"], json!("1.17"));
    // 40 % or, if it was Wanjiru's turn, her own 45 % of KES 3,500.
    let rate = if earned[0]["staff_name"] == json!("Wanjiru") {
        45
    } else {
        40
    };
    assert_eq!(earned[0]["commission"]["amount_minor"], json!(3_500 * rate));
    let path = format!("/api/v1/commission/periods/{}", earned[0]["id"].as_str().unwrap());
    let (_, document) = world.call(Method::GET, &path, None).await;
    let reason = document["lines"][0]["reason"].as_str().unwrap();
    assert!(reason.contains(&rate.to_string()), "{reason}");

    let (status, again) = world
        .call(
            Method::POST,
            "/api/v1/commission/closes",
            Some(json!({ "month": "2026-05" })),
        )
        .await;
    assert_eq!(
        (status, &again["outcome"]),
        (StatusCode::OK, &json!("already_frozen")),
        "{again}"
    );
    assert_eq!(again["late"], json!([]));
    let (_, after) = world
        .call(Method::GET, "/api/v1/commission/periods?month=2026-05", None)
        .await;
    assert_eq!(after, closed, "closing again changes nothing");
    let late = json!({ "tip": { "amount_minor": 30_000, "currency": "KES" } });
    let (status, refused) = world
        .call_at(&body_version, Method::PATCH, &of("actuals"), late)
        .await;
    assert_eq!(
        (status, &refused["type"]),
        (StatusCode::CONFLICT, &json!("/problems/period-frozen")),
        "{refused}"
    );
}

#[tokio::test]
async fn messages_to_one_customer_arrive_in_the_order_in_which_they_were_said() {
    let world = World::new().await;
    world.book_and_pay().await;
    let texts = world.texts(ASHA).await;
    let place = |what: &str| texts.iter().position(|text| text.contains(what)).unwrap();
    assert!(place("Je, ni sawa?") < place("Nimekushikia"), "{texts:#?}");
    assert!(place("Nimekushikia") < place("imethibitishwa"));
    assert!(place("imethibitishwa") < place("RISITI"));
    assert!(texts[place("Nimekushikia")].contains("saa mbili na dakika tano asubuhi (8:05 am)"));
}

#[tokio::test]
async fn a_month_that_is_still_running_is_not_closed() {
    let world = World::new().await;
    let (status, body) = world
        .call(
            Method::POST,
            "/api/v1/commission/closes",
            Some(json!({ "month": "2026-05" })),
        )
        .await;
    assert_eq!(
        (status, &body["type"]),
        (StatusCode::CONFLICT, &json!("/problems/period-running"))
    );
}

#[tokio::test]
async fn the_months_of_the_past_close_and_their_lines_add_up() {
    let world = World::new().await;
    demo::close_past_months(&world.parts, world.tenant.tenant)
        .await
        .unwrap();
    demo::close_past_months(&world.parts, world.tenant.tenant)
        .await
        .unwrap();
    assert_eq!(
        world.count("SELECT count(*) FROM commission_period"),
        15,
        "three months of five people, once"
    );
    let off = world.count(
        "SELECT count(*) FROM commission_period p WHERE commission_kes_minor <>
         (SELECT coalesce(sum(amount_minor), 0) FROM commission_line l WHERE l.tenant_id = p.tenant_id AND l.period_id = p.id)",
    );
    assert_eq!(off, 0);
}

#[tokio::test]
async fn a_confirmed_visit_is_reminded_a_day_and_two_hours_ahead() {
    let world = World::new().await;
    world.say(ASHA, "Nataka massage Ijumaa saa nane mchana").await;
    world.work().await;
    world.tap(ASHA, "Ndiyo").await;
    world.work().await;
    world.answer_prompt("approve", json!({})).await;
    world.work().await;
    let before = world.messages(ASHA).await.len();
    world.pass(Duration::days(2)).await;
    world.jump(datetime!(2026-05-14 14:01 +3)).await;
    assert_eq!(
        world.messages(ASHA).await.len(),
        before + 1,
        "one reminder a day ahead"
    );
    world.jump(datetime!(2026-05-15 12:01 +3)).await;
    assert_eq!(
        world.messages(ASHA).await.len(),
        before + 2,
        "one two hours ahead"
    );
}

#[tokio::test]
async fn the_chat_tells_when_to_come_and_holds_the_set_up_before_it() {
    let world = World::new().await;
    let id = world.text("SELECT id::text AS text FROM services WHERE name = 'Swedish massage 60'");
    let path = format!("/api/v1/services/{id}");
    let (status, mut service) = world.call(Method::GET, &path, None).await;
    assert_eq!(status, StatusCode::OK, "{service}");
    let kind = service["segments"][0]["resource_kind"].clone();
    service["segments"] = json!([
        { "minutes": 30, "client": false, "resource_kind": kind },
        { "minutes": 60, "resource_kind": kind }
    ]);
    let version = service["version"].clone();
    let fields = service.as_object_mut().unwrap();
    fields.retain(|name, value| {
        !matches!(name.as_str(), "id" | "version" | "active" | "duration_minutes") && !value.is_null()
    });
    let (status, changed) = world.call_at(&version, Method::PUT, &path, service.clone()).await;
    assert_eq!(status, StatusCode::OK, "{changed}\n{service}");
    world.say(ASHA, WANTS_A_MASSAGE).await;
    world.work().await;
    let offer = world.last_text(ASHA).await;
    assert!(offer.contains("(2:00 pm)"), "{offer}");
    world.tap(ASHA, "Ndiyo").await;
    world.work().await;
    let told = world.appointments("2026-05-13").await;
    assert_eq!(told[0]["start"], "2026-05-13T13:30:00+03:00", "{told:?}");
    assert_eq!(told[0]["client_from"], "2026-05-13T14:00:00+03:00");
    assert_eq!(told[0]["client_until"], "2026-05-13T15:00:00+03:00");
}

#[tokio::test]
async fn the_owner_hears_the_days_figures_at_seven_once() {
    let world = World::new().await;
    world.book_and_pay().await;
    world.jump(datetime!(2026-05-13 06:59 +3)).await;
    assert!(world.messages(OWNER).await.is_empty());
    world.jump(datetime!(2026-05-13 07:00 +3)).await;
    world.jump(datetime!(2026-05-13 07:05 +3)).await;
    let told = world.texts(OWNER).await;
    assert_eq!(told.len(), 1, "{told:#?}");
    assert!(told[0].contains("1,050"), "yesterday's takings: {told:#?}");
}

#[tokio::test]
async fn stop_in_the_middle_gives_the_time_up_and_asks_for_nothing_more() {
    let world = World::new().await;
    world.book_up_to_the_prompt().await;
    world.say(ASHA, "ACHA").await;
    world.work().await;
    assert_eq!(world.count("SELECT count(*) FROM engagements WHERE active"), 0);
    assert_eq!(
        world.count("SELECT count(*) FROM consents WHERE action = 'withdrawn'"),
        1
    );
    let before = world.messages(ASHA).await.len();
    world.pass(Duration::minutes(10)).await;
    assert_eq!(
        world.messages(ASHA).await.len(),
        before,
        "silence: {:#?}",
        world.texts(ASHA).await
    );
}
