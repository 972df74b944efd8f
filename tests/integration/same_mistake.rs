//! The same mistake is the same problem, whichever route of money it is made at.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use system_tests::World;

fn kes(minor: i64) -> Value {
    json!({ "amount_minor": minor, "currency": "KES" })
}

async fn order(world: &World, key: &str, path: &str, body: &Value) -> (StatusCode, Value) {
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
    problem["type"].as_str().unwrap_or("none")
}

/// Each order of money: its address, and a body that lacks nothing but the amount in the field of that name.
struct Orders {
    table: Vec<(String, &'static str, Value)>,
    session: String,
    part: String,
}

async fn orders(world: &World) -> Orders {
    world.book_and_pay().await;
    let visit = world.text("SELECT visit_id::text AS text FROM payments LIMIT 1");
    let customer = world.text("SELECT customer_id::text AS text FROM payments LIMIT 1");
    let payment = world.text("SELECT id::text AS text FROM payments LIMIT 1");
    let part = world.text(&format!(
        "SELECT id::text AS text FROM appointments WHERE visit_id = '{visit}' LIMIT 1"
    ));
    let (status, open) = order(
        world,
        "open",
        "/api/v1/till/sessions",
        &json!({ "float": kes(100_000) }),
    )
    .await;
    assert_eq!(status, StatusCode::CREATED, "{open}");
    let session = open["id"].as_str().unwrap().to_owned();
    let credit = json!({ "way": "credit", "amount": kes(5_000), "reason": "x" });
    order(
        world,
        "given",
        &format!("/api/v1/payments/{payment}/refunds"),
        &credit,
    )
    .await;
    let lies = world.text("SELECT id::text AS text FROM ledger_journals WHERE cause LIKE 'till-float:%'");
    let staff = world.text(&format!(
        "SELECT staff_id::text AS text FROM appointments WHERE id = '{part}'"
    ));
    let tip = |tender: &str| json!({ "appointment_id": part, "tender": tender, "phone": "+254712345678" });
    let mut cash_tip = tip("cash");
    cash_tip.as_object_mut().unwrap().remove("phone");
    let table = vec![
        (format!("/api/v1/visits/{visit}/prompts"), "amount", json!({})),
        (format!("/api/v1/visits/{visit}/card-links"), "amount", json!({})),
        (format!("/api/v1/visits/{visit}/cash"), "amount", json!({})),
        (format!("/api/v1/visits/{visit}/credit"), "amount", json!({})),
        (format!("/api/v1/visits/{visit}/tips"), "amount", cash_tip),
        (format!("/api/v1/visits/{visit}/tips"), "amount", tip("prompt")),
        (
            format!("/api/v1/payments/{payment}/refunds"),
            "amount",
            json!({ "way": "cash", "reason": "x" }),
        ),
        (
            format!("/api/v1/payments/{payment}/refunds"),
            "amount",
            json!({ "way": "outside", "reason": "x", "reference": "bank 7" }),
        ),
        (
            format!("/api/v1/customers/{customer}/credit/payouts"),
            "amount",
            json!({ "way": "cash", "reason": "x" }),
        ),
        (
            format!("/api/v1/customers/{customer}/credit/withdrawals"),
            "amount",
            json!({ "reason": "x" }),
        ),
        (
            format!("/api/v1/till/sessions/{session}/movements"),
            "amount",
            json!({ "kind": "pay_out", "reason": "x" }),
        ),
        (
            format!("/api/v1/till/sessions/{session}/tip-payouts"),
            "amount",
            json!({ "staff_id": staff, "reason": "x" }),
        ),
        (
            format!("/api/v1/ledger/suspense/{lies}/clearings"),
            "amount",
            json!({ "to": "owner", "reason": "x" }),
        ),
    ];
    Orders { table, session, part }
}

#[tokio::test]
async fn another_currency_nothing_and_too_much_are_told_alike_by_every_route_of_money() {
    let world = World::new().await;
    let Orders { table, session, part } = orders(&world).await;
    let with = |body: &Value, field: &str, amount: Value| {
        let mut body = body.clone();
        body[field] = amount;
        body
    };
    let before = world.count("SELECT count(*) AS count FROM ledger_journals");
    let dollars = json!({ "amount_minor": 100, "currency": "USD" });
    let mut number = 0;
    for (path, field, body) in &table {
        let mut ask = async |amount: Value| {
            number += 1;
            let body = with(body, field, amount);
            order(&world, &format!("mistake-{number}"), path, &body).await
        };
        let (status, problem) = ask(dollars.clone()).await;
        assert_eq!(
            (status, kind(&problem), &problem["currency"]),
            (
                StatusCode::UNPROCESSABLE_ENTITY,
                "/problems/currency-mismatch",
                &json!("KES")
            ),
            "{path} {body}: {problem}"
        );
        for minor in [0, -100] {
            let (status, problem) = ask(kes(minor)).await;
            assert_eq!(
                (status, kind(&problem), &problem["errors"][0]["field"]),
                (
                    StatusCode::BAD_REQUEST,
                    "/problems/validation",
                    &json!("amount.amount_minor")
                ),
                "{path} {body}: {problem}"
            );
        }
        // 300,000,000 shillings are beyond whatever limit there is; the answer says where it is.
        let (status, problem) = ask(kes(30_000_000_000)).await;
        assert_eq!(
            status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{path} {body}: {problem}"
        );
        let detail = problem["detail"].as_str().unwrap();
        let says =
            detail.contains("KES") || detail.contains("nothing is left") || detail.contains("no credit");
        assert!(says, "{path} {body}: {problem}");
    }
    let float = json!({ "counted": dollars });
    let (_, problem) = order(
        &world,
        "count",
        &format!("/api/v1/till/sessions/{session}/close"),
        &float,
    )
    .await;
    assert_eq!(kind(&problem), "/problems/currency-mismatch", "{problem}");
    let (_, problem) = order(
        &world,
        "share",
        &table[4].0,
        &json!({
            "appointment_id": part, "tender": "cash", "amount": kes(100),
            "shares": [{ "staff_id": part, "amount": kes(0) }],
        }),
    )
    .await;
    assert_eq!(
        problem["errors"][0]["field"], "shares.0.amount.amount_minor",
        "{problem}"
    );
    // Also of what lies deeper in an order: a share of a tip, and a tip beside what is asked for.
    let staff = world.text(&format!(
        "SELECT staff_id::text AS text FROM appointments WHERE id = '{part}'"
    ));
    let share = json!({ "appointment_id": part, "tender": "cash", "amount": kes(100),
        "shares": [{ "staff_id": staff, "amount": dollars }] });
    let along = json!({ "tip": { "appointment_id": part, "amount": dollars } });
    for (key, path, body) in [
        ("dollar-share", &table[4].0, &share),
        ("dollar-tip-of-prompt", &table[0].0, &along),
        ("dollar-tip-of-page", &table[1].0, &along),
    ] {
        let (status, problem) = order(&world, key, path, body).await;
        assert_eq!(
            (status, kind(&problem), &problem["currency"]),
            (
                StatusCode::UNPROCESSABLE_ENTITY,
                "/problems/currency-mismatch",
                &json!("KES")
            ),
            "{path} {body}: {problem}"
        );
    }
    assert_eq!(
        world.count("SELECT count(*) AS count FROM ledger_journals"),
        before,
        "nothing moved"
    );
}

#[tokio::test]
async fn a_key_means_one_address_and_says_so_at_another() {
    let world = World::new().await;
    let Orders { table, .. } = orders(&world).await;
    let (payouts, withdrawals) = (&table[8].0, &table[9].0);
    let body = json!({ "amount": kes(100), "reason": "given by mistake" });
    let (status, done) = order(&world, "one-key", withdrawals, &body).await;
    assert_eq!(status, StatusCode::CREATED, "{done}");
    let (_, same) = order(&world, "one-key", withdrawals, &body).await;
    assert_eq!(same, done);
    let out = json!({ "way": "cash", "amount": kes(100), "reason": "x" });
    for (path, body) in [
        (payouts, &out),
        (&table[6].0, &out),
        (&table[2].0, &json!({ "amount": kes(100) })),
    ] {
        let (status, problem) = order(&world, "one-key", path, body).await;
        assert_eq!(
            (status, kind(&problem)),
            (
                StatusCode::UNPROCESSABLE_ENTITY,
                "/problems/idempotency-key-reused"
            ),
            "{path}: {problem}"
        );
    }
    let (status, problem) = order(&world, &"k".repeat(101), withdrawals, &body).await;
    assert_eq!(
        (status, &problem["errors"][0]["field"]),
        (StatusCode::BAD_REQUEST, &json!("Idempotency-Key")),
        "{problem}"
    );
    let (_, problem) = order(&world, "list", withdrawals, &json!([])).await;
    assert_eq!(problem["detail"], "the body must be an object", "{problem}");
    let (_, listed) = world.call(Method::GET, "/api/v1/credit/payouts", None).await;
    assert_eq!(listed["items"].as_array().unwrap().len(), 1, "{listed}");
    assert_eq!(listed["items"][0], done);
}

#[tokio::test]
async fn what_went_outside_has_a_number_and_a_malformed_id_is_malformed_everywhere() {
    let world = World::new().await;
    let Orders { table, .. } = orders(&world).await;
    let refunds = &table[7].0;
    let nameless = json!({ "way": "outside", "amount": kes(100), "reason": "x" });
    let (status, problem) = order(&world, "nameless", refunds, &nameless).await;
    assert_eq!(
        (status, &problem["errors"][0]["field"]),
        (StatusCode::BAD_REQUEST, &json!("reference")),
        "{problem}"
    );
    let mut named = nameless;
    named["reference"] = json!("bank transfer 4711");
    let (status, refund) = order(&world, "named", refunds, &named).await;
    assert_eq!(
        (status, &refund["reference"]),
        (StatusCode::CREATED, &named["reference"]),
        "{refund}"
    );
    let path = format!("/api/v1/refunds/{}", refund["id"].as_str().unwrap());
    let (_, shown) = world.call(Method::GET, &path, None).await;
    assert_eq!(shown["reference"], named["reference"]);
    let (status, waiting) = world.call(Method::GET, "/api/v1/ledger/suspense", None).await;
    assert_eq!(status, StatusCode::OK, "{waiting}");
    let came_of_it = |item: &Value| item["amount"] == kes(-100) && item["payment_id"] == refund["payment_id"];
    assert!(
        waiting["items"].as_array().unwrap().iter().any(came_of_it),
        "where it came from waits for a person's word: {waiting}"
    );

    for endpoint in ratiba_api::routes::endpoints() {
        let ours = endpoint.path.starts_with("/api/v1/") && endpoint.path.contains("{id}");
        if !ours || endpoint.method != actix_web::http::Method::GET {
            continue;
        }
        let path = endpoint.path.replace("{id}", "abc");
        let (status, problem) = world.call(Method::GET, &path, None).await;
        assert_eq!(
            (status, kind(&problem)),
            (StatusCode::BAD_REQUEST, "/problems/validation"),
            "{path}: {problem}"
        );
    }
    let large = json!({ "csv": "x".repeat(2 * 1024 * 1024 + 1) });
    let (status, problem) = order(&world, "large", "/api/v1/till/statements", &large).await;
    assert_eq!(
        (status, kind(&problem)),
        (StatusCode::PAYLOAD_TOO_LARGE, "/problems/body-too-large"),
        "{problem}"
    );
    let empty = "Receipt No.,Completion Time,Details,Transaction Status,Paid In,Withdrawn,A/C No.\nx,y,z,Completed,,,\n";
    let (status, problem) = order(
        &world,
        "empty",
        "/api/v1/till/statements",
        &json!({ "csv": empty }),
    )
    .await;
    assert_eq!(
        (status, kind(&problem), &problem["faults"][0]["line"]),
        (
            StatusCode::UNPROCESSABLE_ENTITY,
            "/problems/unacceptable",
            &json!(2)
        ),
        "{problem}"
    );
    assert_eq!(world.count("SELECT count(*) AS count FROM mpesa_statements"), 0);
}
