//! Tips: apart from what a visit is paid, owed to those who rendered it, paid out of the drawer.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use system_tests::{ASHA, World};
use time::Duration;
use time::macros::datetime;

pub(super) fn kes(minor: i64) -> Value {
    json!({ "amount_minor": minor, "currency": "KES" })
}

pub(super) async fn order(world: &World, key: &str, path: &str, body: Value) -> (StatusCode, Value) {
    world.order(&world.api, path, key, &body).await
}

pub(super) async fn owed(world: &World) -> i64 {
    let (status, owed) = world.call(Method::GET, "/api/v1/till/tips", None).await;
    assert_eq!(status, StatusCode::OK, "{owed}");
    let items = owed["items"].as_array().unwrap();
    items
        .iter()
        .map(|item| item["amount"]["amount_minor"].as_i64().unwrap())
        .sum()
}

/// A visit that was paid for ahead and is over, with its one part.
pub(super) async fn finished(world: &World) -> (String, String) {
    world.book_and_pay().await;
    let appointments = world.appointments("2026-05-13").await;
    let part = appointments[0]["id"].as_str().unwrap().to_owned();
    let of = |verb: &str| format!("/api/v1/appointments/{part}/{verb}");
    world.jump(datetime!(2026-05-13 13:55 +3)).await;
    world.call(Method::POST, &of("start"), Some(json!({}))).await;
    world.jump(datetime!(2026-05-13 15:05 +3)).await;
    world.call(Method::POST, &of("finish"), None).await;
    world.work().await;
    let visit = world.text("SELECT visit_id::text AS text FROM payments LIMIT 1");
    (visit, part)
}

#[tokio::test]
async fn one_prompt_takes_the_balance_and_a_tip_which_stand_apart_from_then_on() {
    let world = World::new().await;
    let (visit, part) = finished(&world).await;
    let prompts = format!("/api/v1/visits/{visit}/prompts");
    let staff = world.text(&format!(
        "SELECT staff_id::text AS text FROM appointments WHERE id = '{part}'"
    ));
    let with =
        |shares: Value| json!({ "tip": { "appointment_id": part, "amount": kes(20_000), "shares": shares } });
    let short = with(json!([{ "staff_id": staff, "amount": kes(19_900) }]));
    let (status, problem) = order(&world, "short", &prompts, short).await;
    assert_eq!(
        (status, &problem["type"], &problem["sum"]),
        (
            StatusCode::UNPROCESSABLE_ENTITY,
            &json!("/problems/tip-shares"),
            &kes(19_900)
        ),
        "{problem}"
    );
    let both = with(json!([{ "staff_id": staff, "amount": kes(20_000) }]));
    let (status, asked) = order(&world, "both", &prompts, both).await;
    assert_eq!(status, StatusCode::CREATED, "{asked}");
    let attempt = &asked["payment"]["attempts"][0];
    assert_eq!(
        (&attempt["amount"], &attempt["tip"]),
        (&kes(265_000), &kes(20_000)),
        "{asked}"
    );
    assert_eq!(asked["payment"]["due"], kes(245_000));
    world.work().await;
    world.answer_prompt("approve", json!({})).await;
    for _look in 0..2_000 {
        world.work().await;
        if owed(&world).await != 0 {
            break;
        }
    }
    assert_eq!(owed(&world).await, 20_000);
    let (_, paid) = world
        .call(Method::GET, &format!("/api/v1/visits/{visit}"), None)
        .await;
    assert_eq!(
        (&paid["paid"], &paid["balance"]),
        (&kes(350_000), &kes(0)),
        "{paid}"
    );
    let (_, tips) = world
        .call(Method::GET, &format!("/api/v1/visits/{visit}/tips"), None)
        .await;
    for (key, payment, minor) in [
        ("back-all", &asked["payment"]["id"], 245_000),
        ("back-tip", &tips["items"][0]["payment"]["id"], 20_000),
    ] {
        let path = format!("/api/v1/payments/{}/refunds", payment.as_str().unwrap());
        let back = json!({ "way": "mpesa_reversal", "amount": kes(minor), "reason": "x" });
        let (status, problem) = order(&world, key, &path, back).await;
        let detail = problem["detail"].as_str().unwrap();
        assert!(
            status == StatusCode::CONFLICT && detail.contains("with a tip") && detail.contains("in cash"),
            "what is in the way, and what can be done: {problem}"
        );
    }
    assert_eq!(
        (
            &tips["items"][0]["along_attempt_id"],
            &tips["items"][0]["payment"]["state"]
        ),
        (&asked["attempt_id"], &json!("settled")),
        "{tips}"
    );
    let (_, receipt) = world
        .call(Method::GET, &format!("/api/v1/visits/{visit}/receipt"), None)
        .await;
    assert_eq!(
        (&receipt["received"], &receipt["tips"]),
        (&kes(350_000), &kes(20_000)),
        "{receipt}"
    );
    let given = &receipt["tips_given"][0];
    assert_eq!(
        (&given["tender"], &given["number"]),
        (&json!("mpesa"), &receipt["paid"][1]["number"])
    );
    let takings = "SELECT -sum(amount_minor)::bigint AS count FROM ledger_entries WHERE account = ";
    assert_eq!(world.count(&format!("{takings}'service_revenue'")), 350_000);
    assert_eq!(world.count(&format!("{takings}'tips_payable'")), 20_000);
    assert_eq!(world.count(&format!("{takings}'mpesa_clearing'")), -370_000);
}

#[tokio::test]
async fn a_tip_by_prompt_and_one_in_cash_reach_the_therapist_and_nothing_else() {
    let world = World::new().await;
    let (visit, part) = finished(&world).await;
    let (tips, one) = (
        format!("/api/v1/visits/{visit}/tips"),
        format!("/api/v1/visits/{visit}"),
    );
    let (_, before) = world.call(Method::GET, &one, None).await;

    let prompt = json!({ "appointment_id": part, "amount": kes(20_000), "tender": "prompt", "phone": "+254700000123" });
    let (status, asked) = order(&world, "prompt", &tips, prompt.clone()).await;
    assert_eq!(status, StatusCode::CREATED, "{asked}");
    let (_, again) = order(&world, "prompt", &tips, prompt).await;
    assert_eq!(again["attempt_id"], asked["attempt_id"]);
    world.work().await;
    world.answer_prompt("approve", json!({})).await;
    for _look in 0..2_000 {
        world.work().await;
        if owed(&world).await != 0 {
            break;
        }
    }
    assert_eq!(owed(&world).await, 20_000);

    let cash = json!({ "appointment_id": part, "amount": kes(15_000), "tender": "cash" });
    let (status, problem) = order(&world, "cash", &tips, cash.clone()).await;
    assert_eq!(
        (status, &problem["type"]),
        (StatusCode::CONFLICT, &json!("/problems/till-closed"))
    );
    let (_, session) = order(
        &world,
        "open",
        "/api/v1/till/sessions",
        json!({ "float": kes(0) }),
    )
    .await;
    let (status, taken) = order(&world, "cash", &tips, cash).await;
    assert_eq!(
        (status, &taken["payment"]["state"]),
        (StatusCode::CREATED, &json!("settled")),
        "{taken}"
    );
    world.work().await;
    assert_eq!(owed(&world).await, 35_000);
    let (_, after) = world.call(Method::GET, &one, None).await;
    assert_eq!(
        (&after["paid"], &after["balance"]),
        (&before["paid"], &before["balance"]),
        "it pays nothing"
    );
    let (_, listed) = world.call(Method::GET, &tips, None).await;
    assert_eq!(listed["items"].as_array().unwrap().len(), 2, "{listed}");
    let revenue = "SELECT coalesce(sum(amount_minor), 0)::bigint AS count FROM ledger_entries WHERE account = 'service_revenue'";
    assert_eq!(world.count(revenue), -105_000, "the deposit alone");

    let staff = listed["items"][0]["shares"][0]["staff_id"].clone();
    let payouts = format!(
        "/api/v1/till/sessions/{}/tip-payouts",
        session["id"].as_str().unwrap()
    );
    let out = |minor: i64| json!({ "staff_id": staff, "amount": kes(minor), "reason": "tips of the day" });
    let (status, problem) = order(&world, "too-much", &payouts, out(35_001)).await;
    assert_eq!(
        (status, &problem["owed"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &kes(35_000)),
        "{problem}"
    );
    let (status, problem) = order(&world, "not-there", &payouts, out(20_000)).await;
    assert_eq!(
        (status, &problem["holds"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &kes(15_000)),
        "{problem}"
    );
    let (status, paid) = order(&world, "pay", &payouts, out(15_000)).await;
    assert_eq!(
        (status, &paid["tips_out"]),
        (StatusCode::CREATED, &kes(15_000)),
        "{paid}"
    );
    assert_eq!(paid["movements"][0]["staff_id"], staff);
    assert_eq!(owed(&world).await, 20_000);

    world.jump(datetime!(2026-06-01 02:00 +3)).await;
    let (_, closed) = world
        .call(Method::GET, "/api/v1/commission/periods?month=2026-05", None)
        .await;
    let tips: Vec<&Value> = closed["periods"]
        .as_array()
        .unwrap()
        .iter()
        .map(|period| &period["tip"])
        .collect();
    assert!(
        tips.contains(&&kes(35_000)),
        "what came through the house is the tip: {closed:#}"
    );
}

/// Works until something was said to the customer.
pub(super) async fn told(world: &World, words: &str) -> String {
    for _look in 0..2_000 {
        world.work().await;
        let texts = world.texts(ASHA).await;
        if let Some(text) = texts.into_iter().rev().find(|text| text.contains(words)) {
            return text;
        }
    }
    panic!("not told {words:?}: {:#?}", world.texts(ASHA).await);
}

#[tokio::test]
async fn who_has_paid_is_offered_a_tip_in_the_chat_once_and_it_reaches_the_therapist() {
    let world = World::new().await;
    let (visit, part) = finished(&world).await;
    let staff = world.text(&format!(
        "SELECT staff_id::text AS text FROM appointments WHERE id = '{part}'"
    ));
    let member = format!("/api/v1/staff/{staff}");
    let (_, before) = world.call(Method::GET, &member, None).await;
    let number = json!({ "phone": "+254700000777" });
    let (status, changed) = world
        .call_at(&before["version"], Method::PATCH, &member, number)
        .await;
    assert_eq!(status, StatusCode::OK, "{changed}");
    assert_eq!(world.say(ASHA, "asante").await, 200);
    world.work().await;
    let offers = "SELECT count(*) FROM outgoing_messages WHERE purpose = 'offer'";
    assert_eq!(
        world.count(offers),
        0,
        "nothing is offered while the balance is owed"
    );
    let balance = format!("/api/v1/visits/{visit}/prompts");
    let (status, asked) = order(&world, "balance", &balance, json!({})).await;
    assert_eq!(status, StatusCode::CREATED, "{asked}");
    world.work().await;
    world.answer_prompt("approve", json!({})).await;
    let offer = told(&world, "waliokuhudumia").await;
    assert!(offer.contains("Majaribio"), "{offer}");
    world.pass(Duration::minutes(2)).await;
    world.tap(ASHA, "KES 200").await;
    told(&world, "tip yako ya KES 200").await;
    world.work().await;
    world.answer_prompt("approve", json!({})).await;
    let thanks = told(&world, "Asante sana! Tip yako ya KES 200").await;
    assert!(!thanks.contains("…"), "{thanks}");
    assert_eq!(owed(&world).await, 20_000);
    world.work().await;
    let news = world.texts("254700000777").await;
    assert!(
        news.len() == 1 && news[0].contains("a tip of KES 200 came for you"),
        "{news:?}"
    );
    assert!(
        !news[0].contains("Asha") && !news[0].contains("700000123"),
        "{news:?}"
    );
    let rows = "SELECT count(*) FROM payments WHERE purpose = 'tip' AND state = 'settled'";
    assert_eq!(world.count(rows), 1);
    // The buttons are on the phone still.
    world.pass(Duration::minutes(2)).await;
    world.tap(ASHA, "KES 500").await;
    told(&world, "Umeshatoa tip").await;
    assert_eq!((world.count(rows), world.count(offers)), (1, 1));
}

#[tokio::test]
async fn a_tip_whose_visit_was_cancelled_while_its_prompt_was_out_is_the_customers_credit() {
    let world = World::new().await;
    world.book_and_pay().await;
    world.pass(Duration::minutes(2)).await;
    let visit = world.text("SELECT visit_id::text AS text FROM payments LIMIT 1");
    let part = world.text(&format!(
        "SELECT id::text AS text FROM appointments WHERE visit_id = '{visit}'"
    ));
    let tips = format!("/api/v1/visits/{visit}/tips");
    let body = json!({ "appointment_id": part, "amount": kes(20_000), "tender": "prompt", "phone": "+254700000123" });
    let (status, asked) = order(&world, "tip", &tips, body).await;
    assert_eq!(status, StatusCode::CREATED, "{asked}");
    world.work().await;
    let by_business = json!({ "by": "business" });
    let cancel = format!("/api/v1/visits/{visit}/cancel");
    let (status, over) = world.call(Method::POST, &cancel, Some(by_business)).await;
    assert_eq!(status, StatusCode::OK, "{over}");
    world.work().await;
    world.answer_prompt("approve", json!({})).await;
    let credit = "SELECT coalesce(-sum(amount_minor), 0)::bigint AS count FROM ledger_entries
        WHERE account = 'customer_deposits' AND customer_id IS NOT NULL AND payment_id IS NULL";
    for _look in 0..2_000 {
        world.work().await;
        if world.count(credit) == 125_000 {
            break;
        }
    }
    assert_eq!(world.count(credit), 125_000, "the deposit and the tip");
    assert_eq!(owed(&world).await, 0, "nobody rendered anything");
    let payment = asked["payment"]["id"].as_str().unwrap();
    let refunds = format!("/api/v1/refunds?payment={payment}");
    let (_, refunds) = world.call(Method::GET, &refunds, None).await;
    let text = refunds.to_string();
    assert!(
        text.contains("nobody renders what the tip was for"),
        "who looks at the tip sees what became of it: {text}"
    );
}
