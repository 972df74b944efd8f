//! Dead letters worked through by people, from the provider's message to the books.

use ratiba_assembly::dead_letters;
use ratiba_kernel::TenantId;
use ratiba_payments::actor::Actor;
use ratiba_payments::remark::Remark;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use system_tests::{Neighbour, OWNER, World};
use time::Duration;
use time::macros::datetime;
use uuid::Uuid;

async fn letters(world: &World, query: &str) -> Vec<Value> {
    let (status, page) = world
        .call(Method::GET, &format!("/api/v1/dead-letters{query}"), None)
        .await;
    assert_eq!(status, StatusCode::OK, "{page:#}");
    page["dead_letters"].as_array().unwrap().clone()
}

async fn decide(world: &World, letter: &Value, verb: &str, body: &Value) -> (StatusCode, Value) {
    let path = format!("/api/v1/dead-letters/{}/{verb}", letter["id"].as_str().unwrap());
    world.call(Method::POST, &path, Some(body.clone())).await
}

/// Letters of the demo tenant that nothing came before.
fn plant(world: &World, count: u32, state: &str, received_at: &str) {
    let handled = match state {
        "new" => "NULL, NULL, NULL",
        _ => "'token:x', 'noise', '2026-05-12Z'",
    };
    world.count(&format!(
        "WITH made AS (INSERT INTO payment_callbacks_unrouted (id, tenant_id, provider, reason, body, received_at, state,
            handled_by, handled_reason, handled_at)
            SELECT gen_random_uuid(), '{}', 'mpesa', 'expired_token', 'x', '{received_at}', '{state}', {handled}
            FROM generate_series(1, {count}) RETURNING 1)
         SELECT count(*) FROM made",
        world.tenant.tenant
    ));
}

#[tokio::test]
async fn money_whose_callback_nobody_could_read_is_found_in_its_letter() {
    let world = World::new().await;
    world
        .tell_simulator(
            "/sim/faults",
            json!({ "target": "daraja.callback", "kind": "corrupt" }),
        )
        .await;
    world.book_up_to_the_prompt().await;
    world.answer_prompt("approve", json!({})).await;
    world.work().await;
    let found = letters(&world, "?state=new&provider=mpesa&reason=unreadable").await;
    assert_eq!(found.len(), 1, "{found:#?}");
    // A query tells that it was paid, and not with which receipt.
    world.pass(Duration::minutes(2)).await;
    let attempt =
        world.text("SELECT id::text AS text FROM payment_attempts WHERE state = 'paid' AND receipt IS NULL");
    let book = world.ask_simulator("/sim/mpesa/book").await;
    let receipt = &book["movements"][0]["receipt"];
    let (status, shown) = world
        .call(
            Method::GET,
            &format!("/api/v1/dead-letters/{}", found[0]["id"].as_str().unwrap()),
            None,
        )
        .await;
    assert_eq!(status, StatusCode::OK);
    let phone = book["movements"][0]["phone"].as_str().unwrap();
    assert!(!shown["body"].as_str().unwrap().contains(phone), "{shown:#}");

    let money = |minor: i64| json!({ "amount_minor": minor, "currency": "KES" });
    let ordered = |minor: i64, known_from: Option<&str>| {
        json!({ "attempt_id": attempt, "receipt": receipt, "amount": money(minor), "reason": "her prompt",
            "known_from": known_from })
    };
    let order = ordered(105_000, Some("line 7 of the portal"));
    let guessed = ordered(105_000, None);
    let (status, problem) = decide(&world, &found[0], "match", &guessed).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "{problem:#}");
    assert_eq!(problem["errors"][0]["field"], "known_from", "{problem:#}");
    let other = ordered(5_000, Some("line 7 of the portal"));
    let (status, problem) = decide(&world, &found[0], "match", &other).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{problem:#}");
    for _ in 0..2 {
        let (status, letter) = decide(&world, &found[0], "match", &order).await;
        assert_eq!(
            (status, &letter["state"]),
            (StatusCode::OK, &json!("matched")),
            "{letter:#}"
        );
        assert_eq!(letter["decision"]["receipt"], *receipt);
        assert_eq!(letter["decision"]["known_from"], "line 7 of the portal");
    }
    let (status, problem) = decide(&world, &found[0], "dismiss", &json!({ "reason": "noise" })).await;
    assert_eq!(
        (status, &problem["type"]),
        (StatusCode::CONFLICT, &json!("/problems/illegal-transition"))
    );
    assert_eq!(letters(&world, "?state=new").await, Vec::<Value>::new());
    let booked = format!(
        "SELECT count(*) FROM payment_attempts WHERE receipt = '{}'",
        receipt.as_str().unwrap()
    );
    assert_eq!(world.count(&booked), 1);
    assert_eq!(world.count("SELECT coalesce(sum(amount_minor), 0)::bigint AS count FROM ledger_entries WHERE account = 'mpesa_clearing'"), 105_000);
}

#[tokio::test]
async fn a_letter_of_nobody_is_given_to_a_business_once_and_ends_there() {
    let world = World::new().await;
    let path = format!("/webhooks/daraja/stk/{}", "ab".repeat(32));
    for body in ["one", "two"] {
        world.raw(Method::POST, &path, &[], body.into()).await;
    }
    let (database, now) = (&world.parts.database, world.parts.clock.now());
    let of_nobody = dead_letters::of_no_tenant(database, 10).await.unwrap();
    assert_eq!(of_nobody.len(), 2);
    assert_eq!(letters(&world, "").await, Vec::<Value>::new(), "it is nobody's");
    let (by, why) = (
        Actor::parse("operator:asha").unwrap(),
        Remark::parse("their paybill").unwrap(),
    );
    let (one, two) = (of_nobody[0].id, of_nobody[1].id);
    let tenant = world.tenant.tenant;
    let stranger = TenantId::from_uuid(Uuid::from_u128(99));
    assert!(
        !dead_letters::assign(database, one, stranger, &by, &why, now)
            .await
            .unwrap()
    );
    for first in [true, false] {
        let assigned = dead_letters::assign(database, one, tenant, &by, &why, now).await;
        assert_eq!(assigned, Ok(first), "given once");
        let dismissed = dead_letters::dismiss(database, two, &by, &why, now).await;
        assert_eq!(dismissed, Ok(first), "put aside once");
    }
    assert_eq!(
        dead_letters::one_of_no_tenant(database, one)
            .await
            .unwrap()
            .map(|letter| letter.state),
        None
    );
    let mine = letters(&world, "?state=new").await;
    assert_eq!(mine.len(), 1);
    let Neighbour { owner, .. } = world.neighbour().await;
    let id = mine[0]["id"].as_str().unwrap();
    let (status, _) = world
        .call_as(&owner, Method::GET, &format!("/api/v1/dead-letters/{id}"), None)
        .await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let back = json!({ "receipt": "tec00back1", "reason": "given back on the portal" });
    let (status, letter) = decide(&world, &mine[0], "refund", &back).await;
    assert_eq!(
        (status, &letter["state"]),
        (StatusCode::OK, &json!("refunded")),
        "{letter:#}"
    );
    assert_eq!(letter["decision"]["receipt"], "TEC00BACK1");
    let journals = world.count("SELECT count(*) FROM ledger_journals WHERE occurred_at > '2026-05-12Z'");
    assert_eq!(journals, 0, "what was never booked is not booked back");
}

#[tokio::test]
async fn what_waits_for_somebody_is_never_forgotten_and_the_rest_is_in_time() {
    let world = World::new().await;
    plant(&world, 3, "new", "2024-05-12Z");
    plant(&world, 3, "dismissed", "2024-05-12Z");
    plant(&world, 2, "dismissed", "2026-05-12Z");
    world.count(
        "WITH made AS (INSERT INTO payment_callbacks_unrouted (id, provider, reason, body, received_at)
            SELECT gen_random_uuid(), 'mpesa', 'unknown_token', 'x', at
            FROM unnest(ARRAY['2024-05-12Z', '2026-05-12Z']::timestamptz[]) AS at RETURNING 1)
         SELECT count(*) FROM made",
    );
    world.book_and_pay().await;
    world.count(
        "WITH aged AS (UPDATE payment_callbacks SET received_at = '2025-05-12Z' RETURNING 1) SELECT count(*) FROM aged",
    );
    world.jump(datetime!(2026-05-13 03:30 +3)).await;
    let count = |condition: &str| {
        world.count(&format!(
            "SELECT count(*) FROM payment_callbacks_unrouted WHERE {condition}"
        ))
    };
    assert_eq!(count("state = 'new' AND tenant_id IS NOT NULL"), 3);
    assert_eq!(count("state = 'dismissed'"), 2);
    assert_eq!(count("tenant_id IS NULL"), 1);
    assert_eq!(world.count("SELECT count(*) FROM payment_callbacks"), 0);
    assert_eq!(world.count("SELECT count(*) FROM jobs WHERE state = 'dead'"), 0);
}

#[tokio::test]
async fn money_that_comes_after_its_attempt_failed_is_told_to_the_owner() {
    let world = World::new().await;
    world.book_and_pay().await;
    let tenant = world.tenant.tenant;
    let id = world.text("SELECT id::text AS text FROM outbox WHERE payload->>'type' = 'payment_settled'");
    let stored = world.parts.event(tenant, id.parse().unwrap()).await.unwrap();
    let mut late = stored.unwrap();
    late.payload["data"]["reopened"] = json!("failed");
    for _ in 0..2 {
        world
            .parts
            .react(tenant, Uuid::from_u128(7), &late)
            .await
            .unwrap();
    }
    world.work().await;
    let told = world.texts(OWNER).await;
    let about_it =
        |text: &&String| text.contains("kwa malipo yaliyokuwa") || text.contains("ended without any");
    assert_eq!(told.iter().filter(about_it).count(), 1, "{told:#?}");
}

/// A visit whose deposit was matched to a letter, with so many shillings under one number, and what was made of it.
struct Matched {
    world: World,
    letter: Value,
    visit: String,
    payment: String,
}

impl Matched {
    async fn new(shillings: i64) -> Self {
        let world = World::new().await;
        world.book_up_to_the_prompt().await;
        world
            .answer_prompt("refuse", json!({ "result_code": 2001 }))
            .await;
        world.work().await;
        let payment = world.text("SELECT id::text AS text FROM payments");
        let visit = world.text("SELECT visit_id::text AS text FROM payments");
        let letter = matched_to(&world, &payment, shillings).await;
        Self {
            world,
            letter,
            visit,
            payment,
        }
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        let (status, answer) = self.world.order(&self.world.api, path, path, &body).await;
        assert!(status.is_success(), "{path}: {status} {answer}");
        self.world.work().await;
        answer
    }

    fn part(&self) -> String {
        let visit = &self.visit;
        self.world.text(&format!(
            "SELECT id::text AS text FROM appointments WHERE visit_id = '{visit}'"
        ))
    }

    async fn stays(&self, because: &str) {
        let path = format!(
            "/api/v1/dead-letters/{}/take-back",
            self.letter["id"].as_str().unwrap()
        );
        let body = json!({ "reason": "another customer's money" });
        let (status, problem) = self.world.order(&self.world.api, &path, "undo", &body).await;
        assert_eq!(
            (status, &problem["type"], &problem["built_on"]),
            (
                StatusCode::CONFLICT,
                &json!("/problems/money-in-use"),
                &json!(because)
            ),
            "{problem}"
        );
    }
}

/// A new letter that a person matched to this payment.
async fn matched_to(world: &World, payment: &str, shillings: i64) -> Value {
    plant(world, 1, "new", "2026-05-12T05:00:00Z");
    let letter = letters(world, "?state=new").await.remove(0);
    let order = json!({ "payment_id": payment, "receipt": "TEC0000099", "reason": "seen on the portal",
        "amount": { "amount_minor": shillings * 100, "currency": "KES" }, "known_from": "line 7 of the portal" });
    let (status, matched) = decide(world, &letter, "match", &order).await;
    assert_eq!(status, StatusCode::OK, "{matched:#}");
    world.work().await;
    matched
}

fn shillings(whole: i64) -> Value {
    json!({ "amount_minor": whole * 100, "currency": "KES" })
}

#[tokio::test]
async fn a_match_stays_where_its_money_went_back_or_became_credit() {
    let refunded = Matched::new(1_050).await;
    let path = format!("/api/v1/payments/{}/refunds", refunded.payment);
    let body = json!({ "way": "credit", "amount": shillings(100), "reason": "goodwill" });
    refunded.post(&path, body).await;
    refunded.stays("refunded").await;

    let credited = Matched::new(1_050).await;
    let path = format!("/api/v1/appointments/{}/cancel", credited.part());
    credited.post(&path, json!({ "by": "business" })).await;
    credited.stays("credited").await;

    let spent = Matched::new(1_500).await;
    let customer = spent
        .world
        .text("SELECT customer_id::text AS text FROM payments LIMIT 1");
    let path = format!("/api/v1/customers/{customer}/credit/withdrawals");
    spent
        .post(
            &path,
            json!({ "amount": shillings(450), "reason": "given by mistake" }),
        )
        .await;
    spent.stays("credit_spent").await;
}

#[tokio::test]
async fn a_match_stays_where_its_money_is_earned_a_tip_on_a_statement_or_asked_for_anew() {
    let earned = Matched::new(1_050).await;
    earned.world.jump(datetime!(2026-05-13 14:00 +3)).await;
    for step in ["check-in", "start", "finish"] {
        let path = format!("/api/v1/appointments/{}/{step}", earned.part());
        earned.post(&path, json!({})).await;
    }
    earned.stays("earned").await;

    let stated = Matched::new(1_050).await;
    let csv = "Receipt No.,Completion Time,Details,Transaction Status,Paid In,Withdrawn,A/C No.\n\
               TEC0000099,2026-05-12 08:00:00,Pay Bill,Completed,1050.00,,X\n";
    stated
        .post("/api/v1/till/statements", json!({ "csv": csv }))
        .await;
    stated.stays("statement").await;

    let anew = Matched::new(1_050).await;
    anew.world.count(
        "WITH made AS (INSERT INTO payments (tenant_id, id, visit_id, customer_id, purpose, currency, due_minor, state,
            state_at, created_at, account_reference)
            SELECT tenant_id, gen_random_uuid(), visit_id, customer_id, purpose, currency, due_minor, 'open', state_at,
                created_at, 'ANEW' FROM payments LIMIT 1 RETURNING 1)
         SELECT count(*) FROM made",
    );
    anew.stays("asked_anew").await;

    let world = World::new().await;
    world.book_and_pay().await;
    world.pass(Duration::minutes(2)).await;
    let visit = world.text("SELECT visit_id::text AS text FROM payments");
    let part = world.text(&format!(
        "SELECT id::text AS text FROM appointments WHERE visit_id = '{visit}'"
    ));
    let tip = json!({ "appointment_id": part, "amount": shillings(200), "tender": "prompt", "phone": "+254700000123" });
    let path = format!("/api/v1/visits/{visit}/tips");
    let (status, asked) = world.order(&world.api, &path, "tip", &tip).await;
    assert_eq!(status, StatusCode::CREATED, "{asked}");
    world.work().await;
    world
        .answer_prompt("refuse", json!({ "result_code": 2001 }))
        .await;
    world.work().await;
    let payment = asked["payment"]["id"].as_str().unwrap().to_owned();
    let letter = matched_to(&world, &payment, 200).await;
    let tipped = Matched {
        world,
        letter,
        visit,
        payment,
    };
    tipped.stays("tip").await;
}

#[tokio::test]
async fn a_letter_that_was_dismissed_by_mistake_is_new_again() {
    let world = World::new().await;
    plant(&world, 1, "new", "2026-05-12T05:00:00Z");
    let letter = letters(&world, "?state=new").await.remove(0);
    let (status, _) = decide(&world, &letter, "dismiss", &json!({ "reason": "noise" })).await;
    assert_eq!(status, StatusCode::OK);
    let path = format!(
        "/api/v1/dead-letters/{}/take-back",
        letter["id"].as_str().unwrap()
    );
    let body = json!({ "reason": "it is money after all" });
    for _again in 0..2 {
        let (status, back) = world.order(&world.api, &path, "undo", &body).await;
        assert_eq!(
            (status, &back["state"]),
            (StatusCode::OK, &json!("new")),
            "{back}"
        );
        let said = &back["taken_back"][0];
        assert_eq!(
            (&said["state"], &said["receipt"], &said["said_reason"]),
            (&json!("dismissed"), &Value::Null, &json!("noise")),
            "{back}"
        );
    }
    let (status, _) = decide(&world, &letter, "dismiss", &json!({ "reason": "noise" })).await;
    assert_eq!(status, StatusCode::OK, "it is decided on anew");
}
