use ratiba_conversation::outgoing::{Buttons, Document, LinkButton, ListMessage, ReplyButton, Row, TextBody};
use uuid::Uuid;

use super::*;

fn read(message: Value) -> Received {
    WhatsappReader.message(&json!({"message": message})).received
}

#[test]
fn every_documented_kind_is_read() {
    let media = json!({"id": "m1", "mime_type": "image/jpeg", "sha256": "x", "caption": "hii"});
    for (message, kind) in [
        (
            json!({"type": "text", "text": {"body": "Nataka kubook kesho"}}),
            "text",
        ),
        (
            json!({"type": "interactive", "interactive": {"type": "button_reply",
            "button_reply": {"id": "q:1", "title": "Ndiyo"}}}),
            "tap",
        ),
        (
            json!({"type": "interactive", "interactive": {"type": "list_reply",
            "list_reply": {"id": "q:2", "title": "10:00", "description": "x"}}}),
            "tap",
        ),
        (
            json!({"type": "interactive", "interactive": {"type": "nfm_reply",
            "nfm_reply": {"response_json": "{}"}}}),
            "form",
        ),
        (
            json!({"type": "button", "button": {"payload": "q:3", "text": "Confirm"}}),
            "tap",
        ),
        (json!({"type": "image", "image": media}), "image"),
        (json!({"type": "video", "video": media}), "video"),
        (json!({"type": "document", "document": media}), "document"),
        (json!({"type": "sticker", "sticker": media}), "sticker"),
        (
            json!({"type": "audio", "audio": {"id": "a", "voice": true}}),
            "voice",
        ),
        (json!({"type": "audio", "audio": {"id": "a"}}), "audio"),
        (
            json!({"type": "location", "location": {"latitude": -1.29, "longitude": 36.82}}),
            "location",
        ),
        (
            json!({"type": "contacts", "contacts": [{"phones": [{"phone": "0712 345 678"}]}]}),
            "contacts",
        ),
        (
            json!({"type": "reaction", "reaction": {"message_id": "w", "emoji": ""}}),
            "reaction",
        ),
        (
            json!({"type": "order", "order": {"catalog_id": "c", "product_items": []}}),
            "order",
        ),
        (
            json!({"type": "system", "system": {"type": "user_changed_number", "wa_id": "254700000124"}}),
            "number_changed",
        ),
        (
            json!({"type": "system", "system": {"type": "customer_identity_changed"}}),
            "system",
        ),
        (
            json!({"type": "unsupported", "errors": [{"code": 131_051}]}),
            "unsupported",
        ),
        (json!({"type": "edit"}), "edited"),
        (json!({"type": "revoke"}), "revoked"),
    ] {
        assert_eq!(read(message.clone()).kind(), kind, "{message}");
    }
}

#[test]
fn a_new_kind_or_one_without_its_payload_is_kept_as_unknown() {
    assert_eq!(
        read(json!({"type": "hologram"})),
        Received::Unknown {
            kind: "hologram".into()
        }
    );
    assert_eq!(
        read(json!({"type": "text"})),
        Received::Unknown { kind: "text".into() }
    );
    assert_eq!(
        read(json!({"type": {"x": 1}})),
        Received::Unknown { kind: String::new() }
    );
    assert_eq!(read(Value::Null), Received::Unknown { kind: String::new() });
}

#[test]
fn the_sender_is_read_from_message_and_card() {
    let reading = WhatsappReader.message(&json!({
        "message": {"from": "254700000123", "type": "text", "text": {"body": "x"}, "context": {"id": "wamid.Q"}},
        "contact": {"profile": {"name": "Asha"}, "wa_id": "254700000123", "user_id": "KE.9xAmPLe"}}));
    assert_eq!(reading.phone.unwrap().e164(), "+254700000123");
    assert_eq!(reading.user_id.unwrap().as_str(), "KE.9xAmPLe");
    assert_eq!(reading.profile_name.as_deref(), Some("Asha"));
    assert_eq!(reading.reply_to.as_deref(), Some("wamid.Q"));
}

#[test]
fn a_shared_card_gives_its_numbers() {
    let Received::Contacts { phones } = read(json!({"type": "contacts", "contacts": [
        {"phones": [{"phone": "+254 712 345 678", "wa_id": "254712345678"}, {"phone": "nobody"}]}]}))
    else {
        panic!("not contacts");
    };
    assert_eq!(phones.len(), 1);
    assert_eq!(phones[0].e164(), "+254712345678");
}

fn reference() -> MessageId {
    MessageId::from_uuid(Uuid::from_u128(7))
}

#[test]
fn a_status_is_read_with_our_reference_and_a_failure_by_its_code() {
    let delivered = json!({"status": {"id": "wamid.OUT", "status": "delivered", "timestamp": "1778562003",
        "biz_opaque_callback_data": reference().to_string()}});
    let report = WhatsappReader.status(&delivered).unwrap();
    assert_eq!(report.message, Some(reference()));
    assert_eq!(report.outcome, Ok(StatusKind::Delivered));
    let failed = json!({"status": {"id": "wamid.OUT", "status": "failed", "timestamp": "1778562003",
        "errors": [{"code": 131_047, "title": "Re-engagement message"}]}});
    let report = WhatsappReader.status(&failed).unwrap();
    assert_eq!(
        report.outcome,
        Err(SendRefusal::TemplateInstead { code: 131_047 })
    );
    let new = json!({"status": {"id": "wamid.OUT", "status": "archived", "timestamp": "1778562003"}});
    assert_eq!(WhatsappReader.status(&new), None);
}

fn to() -> Address {
    Address::of_phone(PhoneNumber::parse("+254700000123").unwrap())
}

#[test]
fn a_text_is_written_as_documented() {
    let body = send_body(
        &to(),
        &Content::Text(TextBody::new("Karibu!").unwrap()),
        reference(),
        None,
    );
    assert_eq!(
        body,
        json!({"messaging_product": "whatsapp", "recipient_type": "individual", "to": "254700000123", "type": "text",
            "text": {"body": "Karibu!", "preview_url": false},
            "biz_opaque_callback_data": "00000000-0000-0000-0000-000000000007"})
    );
}

#[test]
fn a_button_that_opens_a_page_is_written_as_documented() {
    let link = LinkButton::new("Pay here", "Pay by card", "https://pay.example/1?a=b").unwrap();
    let body = send_body(&to(), &Content::Link(link), reference(), None);
    assert_eq!(body["type"], "interactive");
    assert_eq!(
        body["interactive"],
        json!({"type": "cta_url", "body": {"text": "Pay here"}, "action": {"name": "cta_url",
            "parameters": {"display_text": "Pay by card", "url": "https://pay.example/1?a=b"}}})
    );
}

#[test]
fn buttons_lists_and_templates_are_written_as_documented() {
    let button = ReplyButton {
        token: "q:0".into(),
        title: "Ndiyo".into(),
    };
    let body = send_body(
        &to(),
        &Content::Buttons(Buttons::new("Sawa?", vec![button]).unwrap()),
        reference(),
        None,
    );
    assert_eq!(
        body["interactive"],
        json!({"type": "button", "body": {"text": "Sawa?"},
            "action": {"buttons": [{"type": "reply", "reply": {"id": "q:0", "title": "Ndiyo"}}]}})
    );
    let row = Row {
        token: "q:0".into(),
        title: "10:00".into(),
        description: None,
    };
    let body = send_body(
        &to(),
        &Content::List(ListMessage::new("Which?", "Times", vec![row]).unwrap()),
        reference(),
        None,
    );
    assert_eq!(
        body["interactive"],
        json!({"type": "list", "body": {"text": "Which?"},
            "action": {"button": "Times", "sections": [{"rows": [{"id": "q:0", "title": "10:00"}]}]}})
    );
    let call = TemplateCall::new("booking_reminder", "en", vec!["Asha".into()], vec!["q:0".into()]).unwrap();
    let body = send_body(&to(), &Content::Template(call), reference(), None);
    assert_eq!(
        body["template"],
        json!({"name": "booking_reminder", "language": {"code": "en", "policy": "deterministic"}, "components": [
            {"type": "body", "parameters": [{"type": "text", "text": "Asha"}]},
            {"type": "button", "sub_type": "quick_reply", "index": "0",
                "parameters": [{"type": "payload", "payload": "q:0"}]}]})
    );
}

#[test]
fn who_shows_no_number_is_written_to_by_user_id() {
    let address = Address::new(None, Some(SenderKey::parse("KE.9xAmPLe").unwrap())).unwrap();
    let body = send_body(
        &address,
        &Content::Text(TextBody::new("x").unwrap()),
        reference(),
        None,
    );
    assert_eq!(body["recipient"], "KE.9xAmPLe");
    assert_eq!(body.get("to"), None);
}

#[test]
fn a_document_is_written_as_documented_and_uploaded_byte_for_byte() {
    let bytes = b"%PDF-1.4\r\n--ratiba\r\n\x00\xff".to_vec();
    let document = Document::pdf("risiti-BK7Q2M.pdf", "Risiti yako", bytes.clone()).unwrap();
    let (kind, form) = upload_form(&document);
    let boundary = kind.strip_prefix("multipart/form-data; boundary=").unwrap();
    assert!(boundary.len() <= 70 && boundary.is_ascii());
    let head = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"messaging_product\"\r\n\r\nwhatsapp\r\n\
         --{boundary}\r\nContent-Disposition: form-data; name=\"type\"\r\n\r\napplication/pdf\r\n\
         --{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"risiti-BK7Q2M.pdf\"\r\n\
         Content-Type: application/pdf\r\n\r\n"
    );
    let tail = format!("\r\n--{boundary}--\r\n");
    assert_eq!(form, [head.as_bytes(), &bytes, tail.as_bytes()].concat());
    let body = send_body(&to(), &Content::Document(document), reference(), Some("1037"));
    assert_eq!(
        body["document"],
        json!({"id": "1037", "filename": "risiti-BK7Q2M.pdf", "caption": "Risiti yako"})
    );
    assert_eq!(body["type"], "document");
}
