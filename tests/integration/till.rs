//! The cash drawer through the API.

use ratiba_access::Role;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use system_tests::{OWNER, World};

const SESSIONS: &str = "/api/v1/till/sessions";

fn shillings(whole: i64) -> Value {
    json!({ "amount_minor": whole * 100, "currency": "KES" })
}

async fn order(world: &World, key: &str, path: &str, body: Value) -> (StatusCode, Value) {
    let token = format!("Bearer {}", world.owner);
    let headers = [
        ("Authorization", token.as_str()),
        ("Idempotency-Key", key),
        ("Content-Type", "application/json"),
    ];
    world
        .raw(Method::POST, path, &headers, body.to_string().into_bytes())
        .await
}

fn kind(problem: &Value) -> &str {
    problem["type"]
        .as_str()
        .unwrap_or_else(|| panic!("no problem: {problem}"))
}

#[tokio::test]
async fn a_day_at_the_till_ends_with_a_count_and_a_sheet_that_agree_with_the_books() {
    let world = World::new().await;
    let (status, problem) = world
        .call(Method::GET, &format!("{SESSIONS}/current"), None)
        .await;
    assert_eq!(
        (status, kind(&problem)),
        (StatusCode::CONFLICT, "/problems/till-closed")
    );

    let (status, opened) = order(&world, "open", SESSIONS, json!({ "float": shillings(2_000) })).await;
    assert_eq!(status, StatusCode::CREATED, "{opened}");
    let (status, again) = order(&world, "open", SESSIONS, json!({ "float": shillings(2_000) })).await;
    assert_eq!((status, &again["id"]), (StatusCode::CREATED, &opened["id"]));
    let (_, reused) = order(&world, "open", SESSIONS, json!({ "float": shillings(1) })).await;
    assert_eq!(kind(&reused), "/problems/idempotency-key-reused");
    let (status, problem) = order(&world, "other", SESSIONS, json!({ "float": shillings(1) })).await;
    assert_eq!(
        (status, kind(&problem)),
        (StatusCode::CONFLICT, "/problems/till-open")
    );
    assert_eq!(problem["session_id"], opened["id"]);

    world.book_and_pay().await;
    let path = format!("{SESSIONS}/{}", opened["id"].as_str().unwrap());
    let milk = json!({ "kind": "pay_out", "amount": shillings(150), "reason": "milk" });
    let (status, moved) = order(&world, "milk", &format!("{path}/movements"), milk).await;
    assert_eq!(
        (status, &moved["expected"]),
        (StatusCode::CREATED, &shillings(1_850)),
        "{moved}"
    );
    let all = json!({ "kind": "pay_out", "amount": shillings(1_851), "reason": "bank" });
    let (status, problem) = order(&world, "all", &format!("{path}/movements"), all).await;
    assert_eq!(
        (status, &problem["holds"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &shillings(1_850))
    );

    let close = format!("{path}/close");
    let (status, problem) = order(&world, "close", &close, json!({ "counted": shillings(1_800) })).await;
    assert_eq!(
        (status, &problem["difference"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &shillings(-50))
    );
    let counted = json!({ "counted": shillings(1_800), "reason": "a note is missing" });
    let (status, closed) = order(&world, "close", &close, counted.clone()).await;
    assert_eq!(
        (status, &closed["closing"]["difference"]),
        (StatusCode::OK, &shillings(-50)),
        "{closed}"
    );
    let (status, problem) = order(&world, "again", &close, counted).await;
    assert_eq!(
        (status, kind(&problem)),
        (StatusCode::CONFLICT, "/problems/till-closed")
    );

    let (status, sheet) = world.call(Method::GET, &format!("{path}/sheet"), None).await;
    assert_eq!(status, StatusCode::OK, "{sheet}");
    assert_eq!(sheet["cash"], closed);
    assert_eq!(sheet["card"]["count"], json!(0));
    let line = &sheet["mpesa"]["lines"][0];
    assert_eq!(
        (&line["amount"], line["receipt"].is_string()),
        (&sheet["mpesa"]["total"], true),
        "{sheet}"
    );
    let of = |account: &str| {
        world.count(&format!(
            "SELECT coalesce(sum(amount_minor), 0)::bigint AS count FROM ledger_entries WHERE account = '{account}'"
        ))
    };
    assert_eq!(of("cash_drawer"), 180_000, "the books hold what was counted");
    assert_eq!(
        sheet["mpesa"]["total"]["amount_minor"],
        json!(of("mpesa_clearing"))
    );
}

#[tokio::test]
async fn the_till_is_the_desks_and_not_a_therapists() {
    let world = World::new().await;
    let therapist = world.token(Role::Therapist).await;
    let current = format!("{SESSIONS}/current");
    let (status, _) = world.call_as(&therapist, Method::GET, &current, None).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    let desk = world.token(Role::Receptionist).await;
    let (status, problem) = world.call_as(&desk, Method::GET, &current, None).await;
    assert_eq!(
        (status, kind(&problem)),
        (StatusCode::CONFLICT, "/problems/till-closed")
    );
}

#[tokio::test]
async fn a_float_that_differs_from_the_last_close_is_explained_told_and_seen() {
    let world = World::new().await;
    let (_, first) = order(&world, "one", SESSIONS, json!({ "float": shillings(6_150) })).await;
    assert_eq!(first["float_difference"], shillings(6_150), "{first}");
    let close = format!("{SESSIONS}/{}/close", first["id"].as_str().unwrap());
    order(&world, "close", &close, json!({ "counted": shillings(6_150) })).await;
    let (status, problem) = order(&world, "two", SESSIONS, json!({ "float": shillings(1) })).await;
    assert_eq!(
        (status, kind(&problem), &problem["carried"]),
        (
            StatusCode::UNPROCESSABLE_ENTITY,
            "/problems/float-unexplained",
            &shillings(6_150)
        )
    );
    assert_eq!(problem["difference"], shillings(-6_149));
    let body = json!({ "float": shillings(1), "reason": "the owner took the rest to the bank" });
    let (status, second) = order(&world, "two", SESSIONS, body.clone()).await;
    assert_eq!(status, StatusCode::CREATED, "{second}");
    let (_, again) = order(&world, "two", SESSIONS, body).await;
    assert_eq!(again["id"], second["id"]);
    let sheet = format!("{SESSIONS}/{}/sheet", second["id"].as_str().unwrap());
    let (_, sheet) = world.call(Method::GET, &sheet, None).await;
    assert_eq!(
        (&sheet["cash"]["float_difference"], &sheet["cash"]["float_reason"]),
        (&shillings(-6_149), &json!("the owner took the rest to the bank"))
    );
    world.work().await;
    let told = world.texts(OWNER).await;
    let of_float = told
        .iter()
        .filter(|text| text.contains("KES 6,150") && text.contains("KES 1,"));
    assert_eq!(of_float.count(), 1, "the owner is told once: {told:?}");
    let page = |before: &str| format!("{SESSIONS}?limit=1{before}");
    let (_, latest) = world.call(Method::GET, &page(""), None).await;
    assert_eq!(latest["items"][0]["id"], second["id"], "{latest}");
    let next = format!("&before={}", latest["next"].as_str().unwrap());
    let (_, before) = world.call(Method::GET, &page(&next), None).await;
    assert_eq!(before["items"][0]["id"], first["id"]);
    assert_eq!(before["items"][0]["closing"]["counted"], shillings(6_150));
}

async fn pay_cash(world: &World, key: &str, visit: &str, amount: i64) -> (StatusCode, Value) {
    let path = format!("/api/v1/visits/{visit}/cash");
    order(
        world,
        key,
        &path,
        json!({ "amount": { "amount_minor": amount, "currency": "KES" } }),
    )
    .await
}

#[tokio::test]
async fn what_a_deposit_left_is_paid_in_cash_with_a_receiver_and_a_drawer() {
    let world = World::new().await;
    world.book_and_pay().await;
    let visit = world.text("SELECT visit_id::text AS text FROM payments LIMIT 1");
    let (status, problem) = pay_cash(&world, "closed", &visit, 100).await;
    assert_eq!(
        (status, kind(&problem)),
        (StatusCode::CONFLICT, "/problems/till-closed")
    );
    order(&world, "open", SESSIONS, json!({ "float": shillings(0) })).await;
    let (status, problem) = pay_cash(&world, "more", &visit, 100_000_000).await;
    assert_eq!(
        (status, kind(&problem)),
        (StatusCode::UNPROCESSABLE_ENTITY, "/problems/amount-not-payable")
    );
    let left = problem["outstanding"]["amount_minor"].as_i64().unwrap();
    assert!(left > 100, "the deposit leaves something");
    let (status, problem) = pay_cash(&world, "more", &visit, left + 1).await;
    assert_eq!(
        (status, kind(&problem)),
        (StatusCode::UNPROCESSABLE_ENTITY, "/problems/amount-not-payable")
    );
    let (status, part) = pay_cash(&world, "part", &visit, 100).await;
    assert_eq!(
        (status, &part["payment"]["state"]),
        (StatusCode::CREATED, &json!("open")),
        "{part}"
    );
    let (_, again) = pay_cash(&world, "part", &visit, 100).await;
    assert_eq!(again["attempt_id"], part["attempt_id"]);
    let (_, reused) = pay_cash(&world, "part", &visit, 101).await;
    assert_eq!(kind(&reused), "/problems/idempotency-key-reused");
    let (status, rest) = pay_cash(&world, "rest", &visit, left - 100).await;
    assert_eq!(
        (status, &rest["payment"]["state"]),
        (StatusCode::CREATED, &json!("settled")),
        "{rest}"
    );
    let (status, problem) = pay_cash(&world, "again", &visit, 1).await;
    assert_eq!(
        (status, kind(&problem)),
        (StatusCode::CONFLICT, "/problems/nothing-owed")
    );
    world.work().await;
    let (_, drawer) = world
        .call(Method::GET, &format!("{SESSIONS}/current"), None)
        .await;
    assert_eq!(drawer["taken"]["amount_minor"], json!(left));
    assert_eq!(
        world.count("SELECT count(*) AS count FROM payment_attempts WHERE provider = 'cash' AND made_by LIKE 'token:%'"),
        2
    );
}

#[tokio::test]
async fn no_cash_is_taken_while_a_prompt_is_out() {
    let world = World::new().await;
    world.book_up_to_the_prompt().await;
    order(&world, "open", SESSIONS, json!({ "float": shillings(0) })).await;
    let visit = world.text("SELECT visit_id::text AS text FROM payments LIMIT 1");
    let (status, problem) = pay_cash(&world, "early", &visit, 100).await;
    assert_eq!(
        (status, kind(&problem)),
        (StatusCode::CONFLICT, "/problems/payment-in-progress"),
        "{problem}"
    );
}
