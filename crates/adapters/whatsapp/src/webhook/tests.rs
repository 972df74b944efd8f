use super::*;

const BODY: &[u8] = br#"{"object":"whatsapp_business_account","entry":[]}"#;
const SIGNATURE: &str = "sha256=eb4b54cb68820a953c6ac314910c47e62f8e1b39bbda1006514617140c6d3870";

fn secrets() -> AppSecrets {
    AppSecrets::new("example-app-secret", None)
}

#[test]
fn the_documented_signature_is_right() {
    assert_eq!(verify(BODY, Some(SIGNATURE), &secrets()), Ok(()));
}

#[test]
fn a_changed_byte_a_missing_or_a_cut_signature_is_refused() {
    let mut changed = BODY.to_vec();
    changed[10] ^= 1;
    assert_eq!(
        verify(&changed, Some(SIGNATURE), &secrets()),
        Err(SignatureRefused::Wrong)
    );
    assert_eq!(verify(BODY, None, &secrets()), Err(SignatureRefused::Malformed));
    assert_eq!(
        verify(BODY, Some(&SIGNATURE[..40]), &secrets()),
        Err(SignatureRefused::Malformed)
    );
    assert_eq!(
        verify(BODY, Some("sha1=00"), &secrets()),
        Err(SignatureRefused::Malformed)
    );
}

#[test]
fn the_secret_before_counts_while_it_is_rotated() {
    let rotating = AppSecrets::new("new", Some("example-app-secret".into()));
    assert_eq!(verify(BODY, Some(SIGNATURE), &rotating), Ok(()));
    let done = AppSecrets::new("new", None);
    assert_eq!(verify(BODY, Some(SIGNATURE), &done), Err(SignatureRefused::Wrong));
}

#[test]
fn an_empty_secret_signs_nothing() {
    let mut mac = Hmac::<Sha256>::new_from_slice(b"").unwrap();
    mac.update(BODY);
    let header = format!("sha256={}", hex::encode(mac.finalize().into_bytes()));
    assert_eq!(
        verify(BODY, Some(&header), &AppSecrets::new("", Some(String::new()))),
        Err(SignatureRefused::Wrong)
    );
}

#[test]
fn the_challenge_is_answered_for_the_right_token_only() {
    let answer = |mode, token| challenge_answer(Some(mode), Some(token), Some("1158201444"), "vt");
    assert_eq!(answer("subscribe", "vt"), Some("1158201444"));
    assert_eq!(answer("subscribe", "no"), None);
    assert_eq!(answer("unsubscribe", "vt"), None);
    assert_eq!(challenge_answer(Some("subscribe"), Some(""), Some("1"), ""), None);
}

fn envelope(value: Value) -> Vec<u8> {
    json!({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [
        {"field": "messages", "value": value}]}]})
    .to_string()
    .into_bytes()
}

fn metadata() -> Value {
    json!({"display_phone_number": "254700000999", "phone_number_id": "600700800900"})
}

#[test]
fn a_body_is_split_into_messages_with_their_cards_and_statuses() {
    let delivery = split(&envelope(json!({
        "metadata": metadata(),
        "contacts": [
            {"profile": {"name": "Bena"}, "wa_id": "254700000124", "user_id": "KE.bena"},
            {"profile": {"name": "Asha"}, "wa_id": "254700000123", "user_id": "KE.asha"}],
        "messages": [
            {"id": "wamid.1", "from": "254700000123", "timestamp": "1778562003", "type": "text", "text": {"body": "Hi"}},
            {"id": "wamid.2", "from_user_id": "KE.bena", "timestamp": 1_778_562_004, "type": "sticker"}],
        "statuses": [{"id": "wamid.OUT", "status": "delivered", "timestamp": "1778562003",
            "recipient_id": "254700000123", "biz_opaque_callback_data": "x"}],
        "brand_new_field": {"a": 1}
    })));
    assert_eq!(delivery.leftovers, vec![]);
    let senders: Vec<&str> = delivery.messages.iter().map(|m| m.row.sender.as_str()).collect();
    assert_eq!(senders, ["KE.asha", "KE.bena"]);
    assert_eq!(delivery.messages[0].row.raw["contact"]["profile"]["name"], "Asha");
    assert_eq!(delivery.messages[0].external_id, "600700800900");
    assert_eq!(delivery.statuses[0].row.callback_data.as_deref(), Some("x"));
}

#[test]
fn a_sender_without_a_number_is_keyed_by_the_user_id_of_the_only_card() {
    let delivery = split(&envelope(json!({
        "metadata": metadata(),
        "contacts": [{"profile": {"name": "Asha"}, "user_id": "KE.9xAmPLe"}],
        "messages": [{"id": "wamid.1", "timestamp": "1778562003", "type": "text", "text": {"body": "Hi"}}]
    })));
    assert_eq!(delivery.messages[0].row.sender.as_str(), "KE.9xAmPLe");
}

#[test]
fn what_cannot_be_split_is_left_over_and_the_rest_goes_on() {
    let delivery = split(&envelope(json!({
        "metadata": metadata(),
        "messages": [
            {"id": "wamid.1", "timestamp": "1778562003"},
            {"id": "wamid.\u{0}", "from": "254700000123", "timestamp": "1778562003"},
            {"id": "wamid.2", "from": "254700000123", "timestamp": "soon"},
            {"id": "wamid.3", "from": "254700000123", "timestamp": "1778562003", "type": "brand_new"}],
        "errors": [{"code": 131000}]
    })));
    assert_eq!(delivery.messages.len(), 1);
    let reasons: Vec<&str> = delivery.leftovers.iter().map(|left| left.reason.code()).collect();
    assert_eq!(
        reasons,
        ["channel_error", "incomplete", "incomplete", "incomplete"]
    );
}

#[test]
fn a_body_that_is_no_webhook_is_left_over_whole() {
    for (body, reason) in [
        (&b"\xff\xfe"[..], LeftoverReason::NotJson),
        (b"[]", LeftoverReason::Shape),
        (br#"{"object":"page","entry":[]}"#, LeftoverReason::Shape),
        (
            br#"{"object":"whatsapp_business_account"}"#,
            LeftoverReason::Shape,
        ),
    ] {
        let delivery = split(body);
        assert_eq!(
            delivery.leftovers,
            vec![Leftover {
                reason,
                body: body.to_vec()
            }]
        );
    }
}

#[test]
fn absent_lists_are_empty_and_account_news_is_ignored() {
    let delivery = split(
        br#"{"object":"whatsapp_business_account","entry":[{"id":"1"},{"id":"2","changes":[
            {"field":"messages","value":{"metadata":{"phone_number_id":"1"}}},
            {"field":"account_update","value":{}}, {"field":"brand_new","value":{}}]}]}"#,
    );
    assert!(delivery.messages.is_empty() && delivery.statuses.is_empty());
    assert_eq!(delivery.leftovers.len(), 1);
    assert_eq!(delivery.leftovers[0].reason, LeftoverReason::UnknownField);
}

#[test]
fn what_signs_webhooks_does_not_show() {
    let rotating = AppSecrets::new("example-app-secret", Some("the-one-before".into()));
    assert_eq!(format!("{rotating:?}"), "AppSecrets(…)");
}
