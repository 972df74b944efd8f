//! What comes in from providers, good and bad.

use hmac::{Hmac, Mac};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sha2::Sha256;
use system_tests::{ASHA, WANTS_A_MASSAGE, World};

const PATH: &str = "/webhooks/whatsapp";

fn envelope(phone_number_id: &str, wamid: &str, text: &str) -> Value {
    json!({ "object": "whatsapp_business_account", "entry": [{ "id": "100200300400500", "changes": [{
        "field": "messages",
        "value": {
            "messaging_product": "whatsapp",
            "metadata": { "display_phone_number": "254700000999", "phone_number_id": phone_number_id },
            "contacts": [{ "profile": { "name": "Asha" }, "wa_id": ASHA }],
            "messages": [{
                "id": wamid, "from": ASHA, "timestamp": "1778562000", "type": "text", "text": { "body": text },
            }],
        },
    }] }] })
}

fn signature(body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(b"example-app-secret").unwrap();
    mac.update(body);
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

async fn deliver(world: &World, body: &Value) -> (StatusCode, Value) {
    let bytes = body.to_string().into_bytes();
    let signature = signature(&bytes);
    world
        .raw(Method::POST, PATH, &[("X-Hub-Signature-256", &signature)], bytes)
        .await
}

#[tokio::test]
async fn a_missing_or_wrong_signature_is_refused_and_stores_nothing() {
    let world = World::new().await;
    let body = envelope("600700800900", "wamid.1", "hello")
        .to_string()
        .into_bytes();
    let wrong = signature(b"another body");
    for headers in [
        &[][..],
        &[("X-Hub-Signature-256", wrong.as_str())],
        &[("X-Hub-Signature-256", "sha256=zz")],
    ] {
        let (status, problem) = world.raw(Method::POST, PATH, headers, body.clone()).await;
        assert_eq!(
            (status, &problem["type"]),
            (StatusCode::UNAUTHORIZED, &json!("/problems/bad-signature"))
        );
    }
    assert_eq!(world.count("SELECT count(*) FROM inbound_messages"), 0);
    assert_eq!(world.count("SELECT count(*) FROM inbound_quarantine"), 0);
}

#[tokio::test]
async fn a_delivery_that_comes_ten_times_has_one_effect() {
    let world = World::new().await;
    let body = envelope("600700800900", "wamid.once", WANTS_A_MASSAGE);
    for _ in 0..10 {
        assert_eq!(deliver(&world, &body).await.0, StatusCode::OK);
        world.work().await;
    }
    assert_eq!(world.count("SELECT count(*) FROM inbound_messages"), 1);
    assert_eq!(world.messages(ASHA).await.len(), 1);
}

#[tokio::test]
async fn a_message_for_a_number_that_nobody_has_waits_in_the_quarantine() {
    let world = World::new().await;
    assert_eq!(
        deliver(&world, &envelope("999", "wamid.1", "hello")).await.0,
        StatusCode::OK
    );
    assert_eq!(world.count("SELECT count(*) FROM inbound_messages"), 0);
    assert_eq!(
        world.count("SELECT count(*) FROM inbound_quarantine WHERE tenant_id IS NULL"),
        1
    );
}

#[tokio::test]
async fn a_signed_body_that_is_not_json_waits_in_the_quarantine() {
    let world = World::new().await;
    let bytes = b"not json".to_vec();
    let signature = signature(&bytes);
    let (status, _) = world
        .raw(Method::POST, PATH, &[("X-Hub-Signature-256", &signature)], bytes)
        .await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(world.count("SELECT count(*) FROM inbound_quarantine"), 1);
}

#[tokio::test]
async fn a_body_above_three_megabytes_is_refused() {
    let world = World::new().await;
    let bytes = vec![b' '; 3 * 1024 * 1024 + 1];
    let signature = signature(&bytes);
    let (status, problem) = world
        .raw(Method::POST, PATH, &[("X-Hub-Signature-256", &signature)], bytes)
        .await;
    assert_eq!(
        (status, &problem["type"]),
        (StatusCode::PAYLOAD_TOO_LARGE, &json!("/problems/body-too-large"))
    );
}

#[tokio::test]
async fn meta_gets_its_challenge_back_for_the_right_token_only() {
    let world = World::new().await;
    let ask =
        |token: &str| format!("{PATH}?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token={token}");
    let (status, body) = world.raw(Method::GET, &ask("verify-me"), &[], Vec::new()).await;
    assert_eq!((status, body), (StatusCode::OK, json!(1_158_201_444)));
    assert_eq!(
        world.raw(Method::GET, &ask("other"), &[], Vec::new()).await.0,
        StatusCode::FORBIDDEN
    );
}

#[tokio::test]
async fn a_callback_with_an_unknown_token_is_a_dead_letter_and_answered_like_any_other() {
    let world = World::new().await;
    let path = format!("/webhooks/daraja/stk/{}", "ab".repeat(32));
    let body = json!({ "Body": { "stkCallback": { "ResultCode": 0 } } })
        .to_string()
        .into_bytes();
    let (status, answer) = world.raw(Method::POST, &path, &[], body).await;
    assert_eq!((status, &answer["ResultCode"]), (StatusCode::OK, &json!(0)));
    assert_eq!(
        world.count("SELECT count(*) FROM payment_callbacks_unrouted WHERE tenant_id IS NULL"),
        1
    );
    assert_eq!(world.count("SELECT count(*) FROM payment_callbacks"), 0);
}

#[tokio::test]
async fn every_kind_of_message_is_stored_and_none_stops_the_thread() {
    let world = World::new().await;
    for (number, message) in [
        json!({ "type": "image", "image": { "id": "1", "mime_type": "image/jpeg", "sha256": "x" } }),
        json!({ "type": "audio", "audio": { "id": "1", "mime_type": "audio/ogg", "sha256": "x", "voice": true } }),
        json!({ "type": "sticker", "sticker": { "id": "1", "mime_type": "image/webp", "sha256": "x" } }),
        json!({ "type": "location", "location": { "latitude": -1.29, "longitude": 36.82 } }),
        json!({ "type": "reaction", "reaction": { "message_id": "wamid.x", "emoji": "👍" } }),
        json!({ "type": "unsupported", "errors": [{ "code": 131_051 }] }),
        json!({ "type": "something_of_tomorrow", "something_of_tomorrow": { "a": 1 } }),
        json!({ "type": "interactive", "interactive": { "type": "button_reply", "button_reply": { "id": "'; DROP", "title": "x" } } }),
    ]
    .into_iter()
    .enumerate()
    {
        let mut body = envelope("600700800900", "wamid", "");
        let mut whole = message;
        whole["id"] = json!(format!("wamid.{number}"));
        whole["from"] = json!(ASHA);
        whole["timestamp"] = json!("1778562000");
        body["entry"][0]["changes"][0]["value"]["messages"] = json!([whole]);
        assert_eq!(deliver(&world, &body).await.0, StatusCode::OK);
    }
    world.work().await;
    assert_eq!(
        world.count("SELECT count(*) FROM inbound_messages WHERE handled_at IS NOT NULL"),
        8
    );
    assert_eq!(world.count("SELECT count(*) FROM jobs WHERE state = 'dead'"), 0);
    world.say(ASHA, WANTS_A_MASSAGE).await;
    world.work().await;
    assert!(world.last_text(ASHA).await.contains("saa nane mchana (2:00 pm)"));
}
