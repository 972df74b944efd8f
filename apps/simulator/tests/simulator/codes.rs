//! Every documented code and shape of Daraja, asked for by a fault.

use serde_json::{Value, json};

use crate::support::{ASHA, Stage};

#[tokio::test]
async fn every_documented_error_has_its_object_and_its_status() {
    let stage = Stage::new().await;
    let token = stage.token().await;
    let codes = [
        ("400.002.02", 400),
        ("400.002.05", 400),
        ("400.003.01", 400),
        ("400.003.02", 400),
        ("400.008.01", 400),
        ("400.008.02", 400),
        ("401.002.01", 401),
        ("401.003.01", 401),
        ("404.001.01", 404),
        ("404.001.03", 404),
        ("404.001.04", 404),
        ("404.003.01", 404),
        ("405.001", 405),
        ("500.001.1001", 500),
        ("500.002.1001", 500),
        ("500.003.02", 500),
        ("500.003.03", 500),
        ("500.003.1001", 500),
    ];
    for (code, status) in codes {
        stage
            .fault(json!({ "target": "daraja.push", "kind": "code", "code": code }))
            .await;
        let answer = stage
            .daraja("stkpush/v1/processrequest", &token, &stage.push_body())
            .await
            .unwrap();
        assert_eq!(answer.status(), status, "{code}");
        let body: Value = answer.json().await.unwrap();
        assert_eq!(body["errorCode"], code);
        assert!(body["requestId"].is_string() && !body["errorMessage"].as_str().unwrap().is_empty());
        assert_eq!(body.as_object().unwrap().len(), 3);
    }
    // Gateways put other statuses beside the same code.
    for (code, status) in [("400.003.01", 401), ("500.001.1001", 200)] {
        stage
            .fault(json!({ "target": "daraja.push", "kind": "code", "code": code, "status": status }))
            .await;
        let answer = stage
            .daraja("stkpush/v1/processrequest", &token, &stage.push_body())
            .await
            .unwrap();
        assert_eq!(answer.status(), status);
        assert_eq!(answer.json::<Value>().await.unwrap()["errorCode"], code);
    }
    assert_eq!(stage.get("/sim/prompts").await["prompts"], json!([]));
    stage.over().await;
}

#[tokio::test]
async fn every_documented_result_ends_a_prompt_and_is_told_alike_by_callback_and_query() {
    let mut stage = Stage::new().await;
    let codes = [
        "1",
        "2",
        "3",
        "4",
        "8",
        "17",
        "26",
        "1001",
        "1019",
        "1025",
        "1031",
        "1032",
        "1037",
        "2001",
        "2028",
        "8006",
        "9999",
        "SFC_IC0003",
        "11",
        "29",
    ];
    for code in codes {
        let id = stage.push().await["CheckoutRequestID"].clone();
        let path = format!("/sim/prompts/{}/refuse", id.as_str().unwrap());
        stage.post(&path, json!({ "result_code": code })).await;
        let callback = stage.got().await.json()["Body"]["stkCallback"].clone();
        let number = code.parse::<u64>().map_or_else(|_| json!(code), |it| json!(it));
        assert_eq!(callback["ResultCode"], number);
        assert!(!callback["ResultDesc"].as_str().unwrap().is_empty());
        assert_eq!(callback.as_object().unwrap().len(), 4);
        let token = stage.token().await;
        let (status, body) = stage.query(&token, &id).await;
        assert_eq!((status, &body["ResultCode"]), (200, &json!(code)));
    }
    assert_eq!(stage.get("/sim/mpesa/book").await["total"], 0);
    stage.over().await;
}

#[tokio::test]
async fn answers_that_are_not_json_come_with_their_statuses() {
    let stage = Stage::new().await;
    let token = stage.token().await;
    let cases = [
        (json!({ "kind": "html403" }), 403, "<!DOCTYPE html>"),
        (json!({ "kind": "html5xx" }), 502, "<!DOCTYPE html>"),
        (json!({ "kind": "empty5xx" }), 503, ""),
        (json!({ "kind": "too_many" }), 429, "Too Many Requests"),
        (json!({ "kind": "corrupt" }), 200, "{\"CheckoutRequestID\""),
    ];
    for (mut rule, status, begins) in cases {
        rule["target"] = json!("daraja.push");
        stage.fault(rule.clone()).await;
        let answer = stage
            .daraja("stkpush/v1/processrequest", &token, &stage.push_body())
            .await
            .unwrap();
        assert_eq!(answer.status(), status, "{rule}");
        let body = answer.text().await.unwrap();
        assert!(body.starts_with(begins), "{rule}: {body}");
        assert!(serde_json::from_str::<Value>(&body).is_err(), "{rule}: {body}");
    }
    stage.over().await;
}

#[tokio::test]
async fn scalars_change_between_text_and_numbers_and_a_message_may_be_empty() {
    let stage = Stage::new().await;
    stage
        .fault(json!({ "target": "daraja.token", "kind": "shape", "variant": "numbers" }))
        .await;
    let token: Value = stage.ask_token().await.unwrap().json().await.unwrap();
    assert_eq!(token["expires_in"], 3599);
    let token = token["access_token"].as_str().unwrap().to_owned();
    stage
        .fault(json!({ "target": "daraja.push", "kind": "shape", "variant": "numbers" }))
        .await;
    let pushed: Value = stage
        .daraja("stkpush/v1/processrequest", &token, &stage.push_body())
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(pushed["ResponseCode"], 0);
    stage
        .fault(json!({ "target": "daraja.query", "kind": "shape", "variant": "empty_message" }))
        .await;
    let (status, body) = stage.query(&token, &pushed["CheckoutRequestID"]).await;
    assert_eq!(status, 200);
    assert_eq!(
        (&body["errorCode"], &body["errorMessage"]),
        (&json!("500.001.1001"), &json!(""))
    );
    stage.over().await;
}

#[tokio::test]
async fn a_callback_takes_the_shape_of_its_fault() {
    let mut stage = Stage::new().await;
    for (variant, part) in [
        ("balance_text", r#"{"Name":"Balance","Value":"{Amount="#),
        (
            "masked_phone",
            r#"{"Name":"PhoneNumber","Value":"2547 ***** 123"}"#,
        ),
        ("numbers", r#"{"Name":"Amount","Value":"1500.00"}"#),
    ] {
        stage
            .fault(json!({ "target": "daraja.callback", "kind": "shape", "variant": variant, "match": ASHA }))
            .await;
        let id = stage.push().await["CheckoutRequestID"].clone();
        stage.approve(&id).await;
        let body = String::from_utf8(stage.got().await.body).unwrap();
        assert!(body.contains(part), "{body}");
    }
    stage.over().await;
}

#[tokio::test]
async fn a_phone_with_a_prompt_shows_a_second_one_or_refuses_it_or_is_locked() {
    let mut stage = Stage::new().await;
    let first = stage.push().await;
    let second = stage.push().await;
    let prompts = stage.pending().await;
    assert_eq!(
        (&prompts[0]["beside"], &prompts[1]["beside"]),
        (&json!(0), &json!(1))
    );

    stage
        .post("/sim/config", json!({ "second_prompt": "refused" }))
        .await;
    let token = stage.token().await;
    let answer = stage
        .daraja("stkpush/v1/processrequest", &token, &stage.push_body())
        .await
        .unwrap();
    assert_eq!(answer.status(), 500);
    let body: Value = answer.json().await.unwrap();
    assert_eq!(body["errorCode"], "500.001.1001");
    assert!(
        body["errorMessage"]
            .as_str()
            .unwrap()
            .contains("already in process")
    );

    stage
        .post("/sim/config", json!({ "second_prompt": "1001" }))
        .await;
    let locked = stage.push().await;
    let callback = stage.got().await.json()["Body"]["stkCallback"].clone();
    assert_eq!(callback["CheckoutRequestID"], locked["CheckoutRequestID"]);
    assert_eq!(callback["ResultCode"], 1001);

    for pushed in [first, second] {
        stage.approve(&pushed["CheckoutRequestID"]).await;
        stage.got().await;
    }
    stage.push().await;
    assert_eq!(stage.pending().await.len(), 1);
    stage.over().await;
}

#[tokio::test]
async fn the_book_counts_how_often_each_callback_address_was_pushed_without_naming_it() {
    let stage = Stage::new().await;
    stage.push().await;
    stage
        .fault(json!({ "target": "daraja.push", "kind": "code", "code": "500.003.02" }))
        .await;
    let token = stage.token().await;
    stage
        .daraja("stkpush/v1/processrequest", &token, &stage.push_body())
        .await
        .unwrap();
    stage
        .fault(json!({ "target": "daraja.push", "kind": "lose" }))
        .await;
    let lost = stage
        .daraja("stkpush/v1/processrequest", &token, &stage.push_body())
        .await;
    assert!(lost.is_err() || lost.unwrap().bytes().await.is_err());
    let pushes = stage.get("/sim/mpesa/book").await["pushes"].clone();
    assert_eq!(pushes.as_array().unwrap().len(), 1);
    assert_eq!(pushes[0]["asked"], 3);
    assert_eq!(pushes[0]["prompts"].as_array().unwrap().len(), 1);
    // SHA-256 of "3f9c", the last part of the path.
    assert_eq!(
        pushes[0]["token_sha256"],
        hex::encode(<sha2::Sha256 as sha2::Digest>::digest("3f9c"))
    );
    assert!(!pushes.to_string().contains("/stk/"));
    stage.over().await;
}
