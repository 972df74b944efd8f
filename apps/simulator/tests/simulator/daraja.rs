//! M-Pesa: tokens, prompts, callbacks and queries.

use serde_json::{Value, json};

use crate::support::{ASHA, Stage};

#[tokio::test]
async fn an_approved_prompt_calls_back_with_its_receipt_and_moves_money_once() {
    let mut stage = Stage::new().await;
    let pushed = stage.push().await;
    assert_eq!(pushed["ResponseCode"], "0");
    let prompt = stage.pending().await[0].clone();
    assert_eq!(prompt["checkout_request_id"], pushed["CheckoutRequestID"]);
    assert_eq!(
        (&prompt["amount"], &prompt["account_reference"]),
        (&json!(1500), &json!("BK7Q2M"))
    );
    assert_eq!(prompt.get("callback_url"), None);

    let approved = stage.approve(&pushed["CheckoutRequestID"]).await;
    assert_eq!(approved["callback_status"], 200);

    let got = stage.got().await;
    assert_eq!(got.path, "/stk/3f9c");
    assert_eq!(got.signature, None);
    assert!(
        String::from_utf8(got.body.clone())
            .unwrap()
            .contains(r#""Value":1500.00}"#)
    );
    let callback = got.json()["Body"]["stkCallback"].clone();
    assert_eq!(callback["MerchantRequestID"], pushed["MerchantRequestID"]);
    assert_eq!(callback["ResultCode"], 0);
    let items = callback["CallbackMetadata"]["Item"].as_array().unwrap();
    assert_eq!(items[1]["Value"], approved["receipt"]);
    assert_eq!(
        items[4],
        json!({ "Name": "PhoneNumber", "Value": 254_700_000_123_u64 })
    );

    let id = pushed["CheckoutRequestID"].as_str().unwrap();
    let (again, _) = stage
        .post_any(&format!("/sim/prompts/{id}/approve"), json!({}))
        .await;
    assert_eq!(again, 409);
    let book = stage.get("/sim/mpesa/book").await;
    assert_eq!(book["total"], 1500);
    assert_eq!(book["movements"][0]["receipt"], approved["receipt"]);
    stage.over().await;
}

#[tokio::test]
async fn a_refused_prompt_calls_back_with_the_reason_and_no_metadata() {
    let mut stage = Stage::new().await;
    for (body, code) in [(json!({}), 1032), (json!({ "result_code": 2001 }), 2001)] {
        let id = stage.push().await["CheckoutRequestID"]
            .as_str()
            .unwrap()
            .to_owned();
        stage.post(&format!("/sim/prompts/{id}/refuse"), body).await;
        let callback = stage.got().await.json()["Body"]["stkCallback"].clone();
        assert_eq!(callback["ResultCode"], code);
        assert_eq!(callback.get("CallbackMetadata"), None);
    }
    let id = stage.push().await["CheckoutRequestID"]
        .as_str()
        .unwrap()
        .to_owned();
    stage.post(&format!("/sim/prompts/{id}/ignore"), json!({})).await;
    assert_eq!(
        stage.got().await.json()["Body"]["stkCallback"]["ResultCode"],
        1037
    );
    assert_eq!(stage.get("/sim/mpesa/book").await["total"], 0);
    stage.over().await;
}

#[tokio::test]
async fn a_prompt_lapses_when_the_clock_moves_past_its_minute() {
    let mut stage = Stage::new().await;
    let pushed = stage.push().await;
    // Far from the minute, however slow the machine is.
    let early = stage.post("/sim/clock", json!({ "advance_seconds": 5 })).await;
    assert_eq!(early["lapsed"], json!([]));
    let late = stage.post("/sim/clock", json!({ "advance_seconds": 60 })).await;
    assert_eq!(late["lapsed"], json!([pushed["CheckoutRequestID"]]));
    assert_eq!(
        stage.got().await.json()["Body"]["stkCallback"]["ResultCode"],
        1037
    );
    stage.over().await;
}

#[tokio::test]
async fn the_query_tells_the_state_in_strings_and_pending_is_no_answer() {
    let stage = Stage::new().await;
    let pushed = stage.push().await;
    let token = stage.token().await;
    let id = &pushed["CheckoutRequestID"];

    let (status, body) = stage.query(&token, id).await;
    assert_eq!((status, body["errorCode"].as_str()), (500, Some("500.001.1001")));
    stage
        .post("/sim/config", json!({ "pending_query": "4999" }))
        .await;
    let (status, body) = stage.query(&token, id).await;
    assert_eq!((status, body["ResultCode"].as_str()), (200, Some("4999")));

    stage.approve(id).await;
    let (status, body) = stage.query(&token, id).await;
    assert_eq!(status, 200);
    assert_eq!(body["ResponseCode"], "0");
    assert_eq!(body["ResultCode"], "0");
    assert_eq!(body["CheckoutRequestID"], *id);

    let (status, body) = stage.query(&token, &json!("ws_CO_unknown")).await;
    assert_eq!((status, body["errorCode"].as_str()), (500, Some("500.001.1001")));
    stage.over().await;
}

#[tokio::test]
async fn a_new_token_cancels_the_former_and_an_old_one_runs_out() {
    let stage = Stage::new().await;
    let answer: Value = stage.ask_token().await.unwrap().json().await.unwrap();
    assert_eq!(answer["expires_in"], "3599");
    let former = answer["access_token"].as_str().unwrap();
    let current = stage.token().await;

    let refused = stage
        .daraja("stkpush/v1/processrequest", former, &stage.push_body())
        .await
        .unwrap();
    assert_eq!(refused.status(), 404);
    let body: Value = refused.json().await.unwrap();
    assert_eq!(body["errorCode"], "404.001.03");
    let taken = stage
        .daraja("stkpush/v1/processrequest", &current, &stage.push_body())
        .await
        .unwrap();
    assert_eq!(taken.status(), 200);

    stage
        .post("/sim/clock", json!({ "advance_seconds": 3_600 }))
        .await;
    let expired = stage
        .daraja("stkpush/v1/processrequest", &current, &stage.push_body())
        .await
        .unwrap();
    assert_eq!(expired.status(), 404);
    stage.over().await;
}

#[tokio::test]
async fn wrong_credentials_grant_and_method_are_told_apart() {
    let stage = Stage::new().await;
    let url = |grant: &str| format!("{}/oauth/v1/generate?grant_type={grant}", stage.base);
    let wrong = stage
        .http
        .get(url("client_credentials"))
        .basic_auth("who", Some("knows"));
    let wrong = wrong.send().await.unwrap();
    assert_eq!(wrong.status(), 400);
    assert_eq!(wrong.text().await.unwrap(), "");

    let bare: Value = stage
        .http
        .get(url("client_credentials"))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(bare["errorCode"], "400.008.01");
    let key = ("example-consumer-key", Some("example-consumer-secret"));
    let grant = stage
        .http
        .get(url("password"))
        .basic_auth(key.0, key.1)
        .send()
        .await
        .unwrap();
    let grant: Value = grant.json().await.unwrap();
    assert_eq!(grant["errorCode"], "400.008.02");

    let (status, body) = stage.post_any("/oauth/v1/generate", json!({})).await;
    assert_eq!((status, body["errorCode"].as_str()), (405, Some("405.001")));
    stage.over().await;
}

#[tokio::test]
async fn two_equal_pushes_put_two_prompts_on_the_phone() {
    let stage = Stage::new().await;
    let one = stage.push().await;
    let other = stage.push().await;
    assert_ne!(one["CheckoutRequestID"], other["CheckoutRequestID"]);
    let pending = stage.pending().await;
    assert_eq!(pending.len(), 2);
    assert!(pending.iter().all(|prompt| prompt["phone"] == ASHA));
    stage.over().await;
}
