//! Payments that customers make by themselves, and the statement that has everything.

#![expect(clippy::unwrap_used, reason = "a test that cannot be arranged fails")]

use serde_json::{Value, json};

use crate::support::{ASHA, Stage};

fn addresses(stage: &Stage) -> Value {
    json!({
        "ShortCode": "654321", "ResponseType": "Completed",
        "ConfirmationURL": format!("{}/hands/confirmation", stage.receiver),
        "ValidationURL": format!("{}/hands/validation", stage.receiver) })
}

async fn register(stage: &Stage, body: &Value) -> (u16, Value) {
    let token = stage.token().await;
    let answer = stage.daraja("c2b/v2/registerurl", &token, body).await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

async fn pay_by_hand(stage: &Stage, reference: &str) -> Value {
    let body = json!({ "phone": ASHA, "amount": 1500, "account_reference": reference, "name": "Asha" });
    stage.post("/sim/mpesa/pay-by-hand", body).await
}

#[tokio::test]
async fn addresses_are_registered_once_and_again_when_the_portal_has_deleted_them() {
    let stage = Stage::new().await;
    let (status, body) = register(&stage, &addresses(&stage)).await;
    assert_eq!((status, &body["ResponseCode"]), (200, &json!("0")));
    assert!(body["OriginatorCoversationID"].is_string(), "{body}");

    let (status, body) = register(&stage, &addresses(&stage)).await;
    assert_eq!((status, &body["errorCode"]), (500, &json!("500.003.1001")));
    stage
        .http
        .delete(format!("{}/sim/mpesa/addresses", stage.base))
        .send()
        .await
        .unwrap();
    assert_eq!(register(&stage, &addresses(&stage)).await.0, 200);

    for (name, value) in [
        ("ResponseType", json!("completed")),
        ("ConfirmationURL", json!("https://pay.example.co.ke/MPESA/c")),
        ("ValidationURL", json!("nowhere")),
        ("ShortCode", json!("111111")),
    ] {
        let mut wrong = addresses(&stage);
        wrong[name] = value;
        let (status, body) = register(&stage, &wrong).await;
        assert_eq!(status, 400, "{name}");
        assert_eq!(body["errorMessage"], format!("Bad Request - Invalid {name}"));
    }
    stage.over().await;
}

#[tokio::test]
async fn a_payment_by_hand_is_confirmed_in_the_documented_shape_with_a_masked_number() {
    let mut stage = Stage::new().await;
    register(&stage, &addresses(&stage)).await;
    let paid = pay_by_hand(&stage, "bk7 q2m").await;
    assert_eq!(paid["confirmation_status"], 200);
    let got = stage.got().await;
    assert_eq!(got.path, "/hands/confirmation");
    let body = got.json();
    assert!(
        body["TransTime"].as_str().unwrap().starts_with("202605120800"),
        "{body}"
    );
    let mut expected = json!({
        "TransactionType": "Pay Bill", "TransID": "", "TransTime": "", "TransAmount": "1500.00",
        "BusinessShortCode": "654321", "BillRefNumber": "bk7 q2m", "InvoiceNumber": "",
        "OrgAccountBalance": "1500.00", "ThirdPartyTransID": "", "MSISDN": "2547 ***** 123",
        "FirstName": "ASHA", "MiddleName": "", "LastName": "" });
    expected["TransID"] = paid["receipt"].clone();
    expected["TransTime"] = body["TransTime"].clone();
    assert_eq!(body, expected);

    let shapes = [
        ("hashed_phone", "MSISDN", json!("0".repeat(64).len())),
        ("no_reference", "BillRefNumber", json!("")),
        ("numbers", "BusinessShortCode", json!(654_321)),
    ];
    for (variant, name, value) in shapes {
        stage
            .fault(json!({ "target": "daraja.confirmation", "kind": "shape", "variant": variant }))
            .await;
        pay_by_hand(&stage, "BK7Q2M").await;
        let body = stage.got().await.json();
        if variant == "hashed_phone" {
            assert_eq!(json!(body[name].as_str().unwrap().len()), value);
        } else {
            assert_eq!(body[name], value, "{variant}");
        }
    }
    stage.over().await;
}

#[tokio::test]
async fn a_payment_by_hand_moves_money_even_if_nobody_can_be_told() {
    let stage = Stage::new().await;
    let paid = pay_by_hand(&stage, "BK7Q2M").await;
    assert_eq!(paid["error"], "no addresses are registered");
    let book = stage.get("/sim/mpesa/book").await;
    assert_eq!(book["movements"][0]["receipt"], paid["receipt"]);
    assert_eq!(book["movements"][0]["channel"], "by_hand");

    for (body, field) in [
        (json!({ "phone": "0700000123", "amount": 1 }), "Msisdn"),
        (json!({ "phone": ASHA, "amount": 0 }), "Amount"),
        (
            json!({ "phone": ASHA, "amount": 1, "account_reference": "x".repeat(21) }),
            "BillRefNumber",
        ),
    ] {
        let (status, answer) = stage.post_any("/sim/mpesa/pay-by-hand", body).await;
        assert_eq!(status, 400);
        assert!(answer["error"].as_str().unwrap().contains(field), "{answer}");
    }
    stage.over().await;
}

#[tokio::test]
async fn a_validation_that_rejects_moves_no_money_and_one_that_fails_follows_the_registration() {
    let mut stage = Stage::new().await;
    register(&stage, &addresses(&stage)).await;
    stage.post("/sim/config", json!({ "validation": true })).await;

    stage.says(&json!({ "ResultCode": "C2B00012", "ResultDesc": "Rejected" }));
    let refused = pay_by_hand(&stage, "WRONG").await;
    assert_eq!(
        (&refused["receipt"], &refused["verdict"]),
        (&Value::Null, &json!("C2B00012"))
    );
    let asked = stage.got().await;
    assert_eq!(asked.path, "/hands/validation");
    assert_eq!(asked.json()["OrgAccountBalance"], "");

    stage.says(&json!({ "ResultCode": "0", "ResultDesc": "Accepted" }));
    let paid = pay_by_hand(&stage, "BK7Q2M").await;
    assert_eq!(stage.got().await.json()["TransID"], paid["receipt"]);
    assert_eq!(stage.got().await.path, "/hands/confirmation");

    // Out of reach: `Completed` lets it pass.
    stage.answers(&[503]);
    assert!(pay_by_hand(&stage, "BK7Q2M").await["receipt"].is_string());
    stage
        .http
        .delete(format!("{}/sim/mpesa/addresses", stage.base))
        .send()
        .await
        .unwrap();
    let mut strict = addresses(&stage);
    strict["ResponseType"] = json!("Cancelled");
    register(&stage, &strict).await;
    stage.answers(&[503]);
    assert_eq!(pay_by_hand(&stage, "BK7Q2M").await["receipt"], Value::Null);
    assert_eq!(stage.get("/sim/mpesa/book").await["total"], 3000);
    stage.over().await;
}

#[tokio::test]
async fn payments_by_prompt_are_confirmed_too_when_asked_before_or_after_their_callback() {
    let mut stage = Stage::new().await;
    register(&stage, &addresses(&stage)).await;
    let orders = [
        ("before", ["/hands/confirmation", "/stk/3f9c"]),
        ("after", ["/stk/3f9c", "/hands/confirmation"]),
    ];
    for (when, paths) in orders {
        stage
            .post("/sim/config", json!({ "confirm_prompts": when }))
            .await;
        let id = stage.push().await["CheckoutRequestID"].clone();
        let receipt = stage.approve(&id).await["receipt"].clone();
        for path in paths {
            let got = stage.got().await;
            assert_eq!(got.path, path, "{when}");
            if path == "/hands/confirmation" {
                assert_eq!(got.json()["TransID"], receipt);
                assert_eq!(got.json()["BillRefNumber"], "BK7Q2M");
            }
        }
    }
    stage
        .post("/sim/config", json!({ "confirm_prompts": "never" }))
        .await;
    let id = stage.push().await["CheckoutRequestID"].clone();
    stage.approve(&id).await;
    assert_eq!(stage.got().await.path, "/stk/3f9c");
    assert!(stage.is_quiet());
    stage.over().await;
}

#[tokio::test]
async fn the_sandbox_simulates_a_payment_by_hand() {
    let mut stage = Stage::new().await;
    register(&stage, &addresses(&stage)).await;
    let token = stage.token().await;
    let body = json!({
        "ShortCode": 654_321, "CommandID": "CustomerPayBillOnline", "Amount": "200",
        "Msisdn": ASHA, "BillRefNumber": "BK7Q2M" });
    let answer = stage.daraja("c2b/v2/simulate", &token, &body).await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(stage.got().await.json()["TransAmount"], "200.00");
    stage.over().await;
}

#[tokio::test]
async fn the_statement_prints_the_whole_book_and_charges_that_were_agreed() {
    let stage = Stage::new().await;
    stage.post("/sim/config", json!({ "charge_per_mille": 5 })).await;
    let paid = pay_by_hand(&stage, "BK7Q2M").await;
    stage.post("/sim/mpesa/withdraw", json!({ "amount": 1000 })).await;
    let (status, _) = stage
        .post_any("/sim/mpesa/withdraw", json!({ "amount": 1000 }))
        .await;
    assert_eq!(status, 409);
    let book = stage.get("/sim/mpesa/book").await;
    assert_eq!(book["charges"][0]["cents"], 750);
    assert_eq!(book["balance_cents"], 49_250);

    let url = format!("{}/sim/mpesa/statement.csv", stage.base);
    let answer = stage.http.get(&url).send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "text/csv; charset=utf-8");
    let text = answer.text().await.unwrap();
    let receipt = paid["receipt"].as_str().unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert!(
        lines[5].starts_with("Receipt No.,Completion Time,Initiation Time,Details,"),
        "{text}"
    );
    assert!(lines[6].contains(",-1000.00,492.50,"), "{text}");
    assert!(
        lines[7].starts_with(receipt) && lines[7].contains(",-7.50,1492.50,"),
        "{text}"
    );
    assert!(
        lines[8].starts_with(receipt) && lines[8].contains(",1500.00,,1500.00,"),
        "{text}"
    );
    assert!(lines[8].ends_with(",BK7Q2M"), "{text}");
    assert_eq!(lines.len(), 9);

    let later = stage
        .http
        .get(format!("{url}?from=2026-05-13T00:00:00Z"))
        .send()
        .await
        .unwrap();
    assert_eq!(later.text().await.unwrap().lines().count(), 6);
    stage.over().await;
}

#[tokio::test]
async fn the_portal_gives_a_payment_back_once_and_only_the_books_tell_of_it() {
    let stage = Stage::new().await;
    let paid = pay_by_hand(&stage, "BK7Q2M").await;
    let receipt = &paid["receipt"];
    let reversal = stage
        .post("/sim/mpesa/reverse", json!({ "receipt": receipt }))
        .await;
    assert_eq!(
        (&reversal["original_receipt"], &reversal["amount"]),
        (receipt, &json!(1500))
    );
    let shown = stage.get("/sim/state").await["money"].clone();
    assert_eq!(
        (&shown["received_cents"], &shown["given_back_cents"]),
        (&json!(150_000), &json!(150_000)),
        "the page tells what came from what went back"
    );
    assert_eq!(
        (
            &shown["by_hand"][0]["receipt"],
            &shown["reversals"][0]["original_receipt"]
        ),
        (receipt, receipt)
    );
    let book = stage.get("/sim/mpesa/book").await;
    assert_eq!(book["movements"][0]["reversed_by"], reversal["receipt"]);
    assert_eq!(
        (&book["balance_cents"], &book["requests"]),
        (&json!(0), &json!([]))
    );
    for (receipt, status) in [(receipt.clone(), 409), (json!("TEC0000NON"), 404)] {
        let again = stage
            .http
            .post(format!("{}/sim/mpesa/reverse", stage.base))
            .json(&json!({ "receipt": receipt }))
            .send();
        assert_eq!(again.await.unwrap().status(), status, "{receipt}");
    }
    stage.over().await;
}
