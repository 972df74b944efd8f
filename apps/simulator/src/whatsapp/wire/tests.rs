//! Shapes of webhooks, against the documented examples.

use serde_json::{Value, json};
use time::macros::datetime;

use super::{Number, bytes, message_envelope, signature, status_envelope};
use crate::phones::{Content, Direction, NewMessage, Phones};
use crate::settings::WhatsAppAccount;

#[test]
fn the_signature_has_the_known_answer() {
    assert_eq!(
        signature(
            "example-app-secret",
            br#"{"object":"whatsapp_business_account","entry":[]}"#
        ),
        "sha256=eb4b54cb68820a953c6ac314910c47e62f8e1b39bbda1006514617140c6d3870"
    );
}

#[test]
fn bytes_are_escaped_as_meta_escapes_them_and_read_back_the_same() {
    let body = json!({ "text": "Karibu sana – saa 9/10 🙂" });
    let written = bytes(&body);
    assert!(written.is_ascii());
    assert!(
        String::from_utf8(written.clone())
            .unwrap()
            .contains(r"\u2013 saa 9\/10 \ud83d\ude42")
    );
    assert_eq!(serde_json::from_slice::<Value>(&written).unwrap(), body);
}

#[test]
fn a_message_comes_in_the_documented_envelope() {
    let mut phones = Phones::default();
    let customer = phones.customer("254700000123", Some("Asha")).clone();
    let message =
        json!({ "id": "wamid.X", "timestamp": "1778562000", "type": "text", "text": { "body": "Niaje" } });
    let body = message_envelope(&WhatsAppAccount::default(), &customer, Number::Shown, message);

    assert_eq!(
        body,
        json!({ "object": "whatsapp_business_account", "entry": [ { "id": "100200300400500",
            "changes": [ { "field": "messages", "value": {
                "messaging_product": "whatsapp",
                "metadata": { "display_phone_number": "254700000999", "phone_number_id": "600700800900" },
                "contacts": [ { "profile": { "name": "Asha" }, "wa_id": "254700000123",
                                "user_id": customer.user_id } ],
                "messages": [ { "id": "wamid.X", "timestamp": "1778562000", "type": "text",
                                "text": { "body": "Niaje" }, "from": "254700000123",
                                "from_user_id": customer.user_id } ] } } ] } ] })
    );
}

#[test]
fn a_hidden_number_is_nowhere_in_the_envelope() {
    let mut phones = Phones::default();
    let mut customer = phones.customer("254700000123", Some("Asha")).clone();
    customer.name = "asha".to_owned();
    let body = message_envelope(&WhatsAppAccount::default(), &customer, Number::Hidden, json!({}));
    assert!(!body.to_string().contains("254700000123"));
    assert!(body.to_string().contains(&customer.user_id));
}

#[test]
fn a_failed_status_carries_its_error_and_our_reference_and_no_price() {
    let mut phones = Phones::default();
    let at = datetime!(2026-05-12 05:00:03 UTC);
    phones.add(NewMessage {
        at,
        wa_id: "254700000123".to_owned(),
        wamid: "wamid.OUT".to_owned(),
        direction: Direction::Out,
        content: Content::default(),
        raw: json!({}),
        context_message_id: None,
        callback_data: Some("outbox:812".to_owned()),
        category: "service".to_owned(),
    });
    let message = phones.message("wamid.OUT").unwrap();
    let body = status_envelope(
        &WhatsAppAccount::default(),
        message,
        "KE.9xAmPLe",
        "failed",
        at,
        Some((131_047, "Re-engagement message")),
    );
    let status = &body["entry"][0]["changes"][0]["value"]["statuses"][0];

    assert_eq!(status["id"], "wamid.OUT");
    assert_eq!(status["timestamp"], "1778562003");
    assert_eq!(status["recipient_id"], "254700000123");
    assert_eq!(status["recipient_user_id"], "KE.9xAmPLe");
    assert_eq!(status["biz_opaque_callback_data"], "outbox:812");
    assert_eq!(status["errors"][0]["code"], 131_047);
    assert_eq!(status.get("pricing"), None);
}
