//! Each kind of fault, at a request and at a delivery.

use serde_json::{Value, json};

use crate::support::{ASHA, Stage, text_message};

fn said(value: &Value) -> &Value {
    &value["messages"][0]["text"]["body"]
}

#[tokio::test]
async fn a_delayed_push_is_on_the_phone_before_its_answer_is() {
    let mut stage = Stage::new().await;
    let token = stage.token().await;
    stage
        .fault(json!({ "target": "daraja.push", "kind": "delay", "ms": 600_000 }))
        .await;
    let body = stage.push_body();
    // The callback overtakes the answer, which is still to come when the test ends.
    tokio::select! {
        answer = stage.daraja("stkpush/v1/processrequest", &token, &body) => panic!("answered: {answer:?}"),
        id = async { stage.pending().await[0]["checkout_request_id"].clone() } => {
            stage.approve(&id).await;
        }
    }
    assert_eq!(stage.got().await.json()["Body"]["stkCallback"]["ResultCode"], 0);
    stage.over().await;
}

#[tokio::test]
async fn a_delayed_webhook_leaves_later() {
    let mut stage = Stage::new().await;
    stage
        .fault(json!({ "target": "whatsapp.webhook", "kind": "delay", "ms": 5 }))
        .await;
    let report = stage.say("Niaje").await;
    assert_eq!(
        (&report["delivered_status"], &report["fault"]),
        (&Value::Null, &json!("delay"))
    );
    assert_eq!(said(&stage.got().await.value()), "Niaje");
    stage.over().await;
}

#[tokio::test]
async fn a_repeated_webhook_or_callback_comes_as_often_as_said() {
    let mut stage = Stage::new().await;
    stage
        .fault(json!({ "target": "whatsapp.webhook", "kind": "repeat", "times": 2 }))
        .await;
    stage.say("Niaje").await;
    let tries = [stage.got().await, stage.got().await, stage.got().await];
    assert!(tries.iter().all(|it| it.body == tries[0].body));

    stage
        .fault(json!({ "target": "daraja.callback", "kind": "repeat" }))
        .await;
    let id = stage.push().await["CheckoutRequestID"].clone();
    stage.approve(&id).await;
    assert_eq!(stage.got().await.body, stage.got().await.body);
    assert_eq!(stage.get("/sim/mpesa/book").await["total"], 1500);
    stage.over().await;
}

#[tokio::test]
async fn a_repeated_push_puts_two_prompts_on_the_phone() {
    let stage = Stage::new().await;
    stage
        .fault(json!({ "target": "daraja.push", "kind": "repeat" }))
        .await;
    stage.push().await;
    assert_eq!(stage.pending().await.len(), 2);
    stage.over().await;
}

#[tokio::test]
async fn a_reordered_webhook_comes_after_the_next_one() {
    let mut stage = Stage::new().await;
    stage
        .fault(json!({ "target": "whatsapp.webhook", "kind": "reorder" }))
        .await;
    stage.say("first").await;
    assert!(stage.is_quiet());
    stage.say("second").await;
    assert_eq!(said(&stage.got().await.value()), "second");
    assert_eq!(said(&stage.got().await.value()), "first");
    // And that was all of it.
    for text in ["third", "fourth"] {
        stage.say(text).await;
        assert_eq!(said(&stage.got().await.value()), text);
    }
    stage.over().await;
}

#[tokio::test]
async fn reordered_statuses_arrive_upside_down() {
    let mut stage = Stage::new().await;
    stage.greeted().await;
    stage
        .fault(json!({ "target": "whatsapp.status", "kind": "reorder" }))
        .await;
    stage.send_text("Karibu!").await;
    for word in ["delivered", "sent"] {
        assert_eq!(stage.got().await.value()["statuses"][0]["status"], word);
    }
    stage.over().await;
}

#[tokio::test]
async fn what_is_lost_never_comes_and_only_the_log_knows() {
    let mut stage = Stage::new().await;
    stage
        .fault(json!({ "target": "whatsapp.webhook", "kind": "lose" }))
        .await;
    stage.say("lost").await;
    stage.say("found").await;
    assert_eq!(said(&stage.got().await.value()), "found");
    assert_eq!(
        stage.logged("whatsapp.webhook").await[0],
        (Value::Null, json!("lose"))
    );

    stage
        .fault(json!({ "target": "daraja.callback", "kind": "lose" }))
        .await;
    let id = stage.push().await["CheckoutRequestID"].clone();
    assert_eq!(stage.approve(&id).await["callback_status"], Value::Null);
    assert!(stage.is_quiet());
    // The money moved all the same.
    assert_eq!(stage.get("/sim/mpesa/book").await["total"], 1500);
    stage.over().await;
}

#[tokio::test]
async fn a_lost_request_does_nothing_and_one_whose_answer_is_lost_does_it_all() {
    let stage = Stage::new().await;
    let token = stage.token().await;
    for (kind, prompts) in [("lose", 0), ("answer_lost", 1)] {
        stage
            .fault(json!({ "target": "daraja.push", "kind": kind }))
            .await;
        let answer = stage
            .daraja("stkpush/v1/processrequest", &token, &stage.push_body())
            .await;
        let nothing = match answer {
            Err(_) => true,
            Ok(answer) => answer.bytes().await.is_err(),
        };
        assert!(nothing, "{kind}");
        let listed = stage.get("/sim/prompts").await;
        assert_eq!(listed["prompts"].as_array().unwrap().len(), prompts, "{kind}");
    }
    stage.over().await;
}

#[tokio::test]
async fn a_webhook_whose_answer_is_lost_is_delivered_again() {
    let mut stage = Stage::new().await;
    stage
        .fault(json!({ "target": "whatsapp.webhook", "kind": "answer_lost" }))
        .await;
    stage.say("Niaje").await;
    assert_eq!(stage.got().await.body, stage.got().await.body);
    stage.over().await;
}

#[tokio::test]
async fn a_corrupt_webhook_cannot_be_read_and_verifies_only_if_asked_to() {
    let mut stage = Stage::new().await;
    for signed in [false, true] {
        stage
            .fault(json!({ "target": "whatsapp.webhook", "kind": "corrupt", "signed": signed }))
            .await;
        stage.say("Niaje").await;
        let got = stage.got().await;
        assert_eq!(got.signature_is_right(), signed);
        assert!(serde_json::from_slice::<Value>(&got.body).is_err());
    }
    stage.over().await;
}

#[tokio::test]
async fn a_corrupt_webhook_that_is_refused_comes_again_intact() {
    let mut stage = Stage::new().await;
    stage.answers(&[401]);
    stage
        .fault(json!({ "target": "whatsapp.webhook", "kind": "corrupt" }))
        .await;
    assert_eq!(stage.say("Niaje").await["delivered_status"], 401);
    stage.got().await;
    assert_eq!(said(&stage.got().await.value()), "Niaje");
    stage.over().await;
}

#[tokio::test]
async fn requests_are_answered_with_whatever_was_asked_for() {
    let stage = Stage::new().await;
    let cases = [
        (
            json!({ "kind": "error", "status": 418, "body": { "a": 1 } }),
            418,
            r#"{"a":1}"#,
        ),
        (json!({ "kind": "error", "status": 200, "body": "" }), 200, ""),
        (json!({ "kind": "html403" }), 403, "<!DOCTYPE html>"),
        (json!({ "kind": "empty5xx" }), 503, ""),
        (json!({ "kind": "empty5xx", "status": 502 }), 502, ""),
        (
            json!({ "kind": "code", "code": 131_056 }),
            429,
            r#"{"error":{"code":131056"#,
        ),
        (json!({ "kind": "corrupt" }), 200, r#"{"contacts""#),
    ];
    for (mut rule, status, begins) in cases {
        rule["target"] = json!("whatsapp.send");
        stage.fault(rule.clone()).await;
        let answer = stage.send(text_message("Karibu!")).await.unwrap();
        assert_eq!(answer.status(), status, "{rule}");
        let body = answer.text().await.unwrap();
        assert!(body.starts_with(begins), "{rule}: {body}");
        if begins.is_empty() {
            assert_eq!(body, "", "{rule}");
        }
    }
    stage.over().await;
}

#[tokio::test]
async fn an_error_in_place_of_a_delivery_makes_it_come_later() {
    let mut stage = Stage::new().await;
    stage
        .fault(json!({ "target": "whatsapp.webhook", "kind": "error", "status": 500 }))
        .await;
    assert_eq!(stage.say("Niaje").await["delivered_status"], 500);
    assert_eq!(said(&stage.got().await.value()), "Niaje");
    stage.over().await;
}

#[tokio::test]
async fn a_code_speaks_in_the_words_of_each_provider() {
    let mut stage = Stage::new().await;
    stage.greeted().await;
    stage
        .fault(json!({ "target": "whatsapp.status", "kind": "code", "code": 131_026 }))
        .await;
    stage.send_text("Karibu!").await;
    let status = stage.got().await.value()["statuses"][0].clone();
    assert_eq!(
        (&status["status"], &status["errors"][0]["code"]),
        (&json!("failed"), &json!(131_026))
    );

    let token = stage.token().await;
    stage
        .fault(json!({ "target": "daraja.push", "kind": "code", "code": "500.003.02" }))
        .await;
    let answer = stage
        .daraja("stkpush/v1/processrequest", &token, &stage.push_body())
        .await
        .unwrap();
    assert_eq!(answer.status(), 500);
    assert_eq!(answer.json::<Value>().await.unwrap()["errorCode"], "500.003.02");

    // The callback denies a payment that happened; then the query does.
    let id = stage.push().await["CheckoutRequestID"].clone();
    stage
        .fault(json!({ "target": "daraja.callback", "kind": "code", "code": 1032 }))
        .await;
    stage.approve(&id).await;
    let callback = stage.got().await.json()["Body"]["stkCallback"].clone();
    assert_eq!(callback["ResultCode"], 1032);
    assert_eq!(callback.get("CallbackMetadata"), None);
    assert_eq!(stage.get("/sim/mpesa/book").await["total"], 1500);
    stage
        .fault(json!({ "target": "daraja.query", "kind": "code", "code": 1037, "match": ASHA }))
        .await;
    let token = stage.token().await;
    assert_eq!(stage.query(&token, &id).await.1["ResultCode"], "1037");
    assert_eq!(stage.query(&token, &id).await.1["ResultCode"], "0");
    stage.over().await;
}

#[tokio::test]
async fn what_struck_is_counted_whether_or_not_its_rule_is_still_there() {
    let stage = Stage::new().await;
    stage
        .fault(json!({ "target": "whatsapp.webhook", "kind": "lose", "count": 2 }))
        .await;
    stage
        .fault(json!({ "target": "daraja.push", "kind": "too_many" }))
        .await;
    stage.say("Niaje").await;
    stage.say("Niaje").await;
    stage
        .http
        .delete(format!("{}/sim/faults", stage.base))
        .send()
        .await
        .unwrap();
    let shown = stage.get("/sim/faults").await;
    assert_eq!(
        shown,
        json!({ "faults": [], "struck": [{ "target": "whatsapp.webhook", "kind": "lose", "times": 2 }] })
    );
    stage.over().await;
}
