//! The Cloud API: messages in, messages out, and what becomes of them.

use serde_json::{Value, json};

use crate::support::{ASHA, Stage, text_message};

#[tokio::test]
async fn what_a_customer_says_arrives_as_a_signed_webhook() {
    let mut stage = Stage::new().await;
    let said = stage
        .say("Niaje, nataka massage kesho saa nane mchana – 🙂")
        .await;
    assert_eq!(said["delivered_status"], 200);

    let got = stage.got().await;
    assert_eq!(got.path, "/webhooks/whatsapp");
    assert!(got.signature_is_right());
    assert_eq!(got.json()["entry"][0]["id"], "100200300400500");
    let value = got.value();
    assert_eq!(value["metadata"]["phone_number_id"], "600700800900");
    assert_eq!(value["contacts"][0]["profile"]["name"], "Asha");
    assert_eq!(value["messages"][0]["id"], said["message_id"]);
    assert_eq!(value["messages"][0]["from"], ASHA);
    assert_eq!(
        value["messages"][0]["text"]["body"],
        "Niaje, nataka massage kesho saa nane mchana – 🙂"
    );
    // The clock starts at 2026-05-12 08:00 in Nairobi.
    let timestamp: i64 = value["messages"][0]["timestamp"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((1_778_562_000..1_778_562_060).contains(&timestamp), "{timestamp}");
    stage.over().await;
}

#[tokio::test]
async fn a_sent_message_is_accepted_shown_and_followed_by_its_statuses_in_order() {
    let mut stage = Stage::new().await;
    stage.greeted().await;
    let answer: Value = stage
        .send(text_message("Karibu!"))
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(answer["contacts"], json!([{ "input": ASHA, "wa_id": ASHA }]));

    for word in ["sent", "delivered"] {
        let got = stage.got().await;
        assert!(got.signature_is_right());
        let status = &got.value()["statuses"][0];
        assert_eq!(status["status"], word);
        assert_eq!(status["id"], answer["messages"][0]["id"]);
        assert_eq!(status["biz_opaque_callback_data"], "outbox:812");
    }
    let shown = stage
        .get(&format!("/sim/customers/{ASHA}/messages?direction=out"))
        .await;
    assert_eq!(shown["messages"][0]["text"], "Karibu!");
    assert_eq!(shown["messages"][0]["status"], "delivered");

    stage
        .post(&format!("/sim/customers/{ASHA}/read"), json!({}))
        .await;
    assert_eq!(stage.got().await.value()["statuses"][0]["status"], "read");
    stage.over().await;
}

#[tokio::test]
async fn outside_the_window_a_text_is_accepted_and_fails_later_but_a_template_arrives() {
    let mut stage = Stage::new().await;
    stage.greeted().await;
    stage
        .post("/sim/clock", json!({ "advance_seconds": 24 * 3_600 }))
        .await;

    stage.send_text("Still there?").await;
    let status = stage.got().await.value()["statuses"][0].clone();
    assert_eq!(status["status"], "failed");
    assert_eq!(status["errors"][0]["code"], 131_047);

    let template = json!({ "messaging_product": "whatsapp", "to": ASHA, "type": "template",
        "template": { "name": "booking_reminder", "language": { "code": "en" } } });
    let answer: Value = stage.send(template).await.unwrap().json().await.unwrap();
    assert_eq!(answer["messages"][0]["message_status"], "accepted");
    assert_eq!(stage.got().await.value()["statuses"][0]["status"], "sent");
    stage.over().await;
}

#[tokio::test]
async fn a_tap_answers_in_the_form_of_what_was_tapped() {
    let mut stage = Stage::new().await;
    stage.greeted().await;
    let interactive = |part: Value| json!({ "messaging_product": "whatsapp", "to": ASHA, "type": "interactive", "interactive": part });
    let button = interactive(json!({ "type": "button", "body": { "text": "Kesho saa nane?" },
        "action": { "buttons": [ { "type": "reply", "reply": { "id": "yes", "title": "Ndiyo" } } ] } }));
    let list = interactive(json!({ "type": "list", "body": { "text": "Which?" },
        "action": { "button": "Services", "sections": [ { "rows": [
            { "id": "svc:7", "title": "Massage", "description": "60 minutes" } ] } ] } }));
    let sent: Value = stage.send(button).await.unwrap().json().await.unwrap();
    stage.send(list).await.unwrap();
    for _ in 0..4 {
        stage.got().await;
    }

    stage
        .post(&format!("/sim/customers/{ASHA}/tap"), json!({ "id": "yes" }))
        .await;
    let message = stage.got().await.value()["messages"][0].clone();
    assert_eq!(
        message["interactive"],
        json!({ "type": "button_reply", "button_reply": { "id": "yes", "title": "Ndiyo" } })
    );
    assert_eq!(message["context"]["id"], sent["messages"][0]["id"]);

    stage
        .post(&format!("/sim/customers/{ASHA}/tap"), json!({ "id": "svc:7" }))
        .await;
    let reply = stage.got().await.value()["messages"][0]["interactive"].clone();
    assert_eq!(
        reply["list_reply"],
        json!({ "id": "svc:7", "title": "Massage", "description": "60 minutes" })
    );
    stage.over().await;
}

#[tokio::test]
async fn refusals_carry_the_documented_code() {
    let stage = Stage::new().await;
    let code = |answer: Value| answer["error"]["code"].clone();

    let long = stage.send(text_message(&"a".repeat(4_097))).await.unwrap();
    assert_eq!(long.status(), 400);
    assert_eq!(code(long.json().await.unwrap()), 131_009);

    let url = |id: &str| format!("{}/v25.0/{id}/messages", stage.base);
    let unknown = stage
        .http
        .post(url("1"))
        .bearer_auth("example-access-token")
        .json(&text_message("x"));
    assert_eq!(code(unknown.send().await.unwrap().json().await.unwrap()), 33);

    let stranger = stage
        .http
        .post(url("600700800900"))
        .bearer_auth("guess")
        .json(&text_message("x"));
    let stranger = stranger.send().await.unwrap();
    assert_eq!(stranger.status(), 401);
    assert_eq!(code(stranger.json().await.unwrap()), 190);
    stage.over().await;
}

#[tokio::test]
async fn a_webhook_that_is_not_answered_200_comes_again_the_same() {
    let mut stage = Stage::new().await;
    stage.answers(&[503, 500]);
    let said = stage.say("Niaje").await;
    assert_eq!(said["delivered_status"], 503);

    let tries = [stage.got().await, stage.got().await, stage.got().await];
    assert!(
        tries
            .iter()
            .all(|it| it.body == tries[0].body && it.signature_is_right())
    );
    stage.say("Uko?").await;
    assert_eq!(stage.got().await.value()["messages"][0]["text"]["body"], "Uko?");
    stage.over().await;
}

#[tokio::test]
async fn marking_as_read_reaches_the_phone() {
    let stage = Stage::new().await;
    let said = stage.say("Niaje").await;
    let mark = json!({ "messaging_product": "whatsapp", "status": "read", "message_id": said["message_id"],
        "typing_indicator": { "type": "text" } });
    let answer: Value = stage.send(mark).await.unwrap().json().await.unwrap();
    assert_eq!(answer, json!({ "success": true }));
    let shown = stage.get(&format!("/sim/customers/{ASHA}/messages")).await;
    assert_eq!(shown["messages"][0]["status"], "read");
    stage.over().await;
}
