//! Shapes of requests and callbacks, against the documented examples.

use serde_json::{Value, json};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

use super::{Gate, Refusal, callback, password};
use crate::faults::Variant;
use crate::mpesa::book::{Channel, Movement};
use crate::mpesa::{Prompt, PromptState};
use crate::settings::DarajaAccount;

const NOW: OffsetDateTime = datetime!(2026-05-12 05:00:00 UTC);

fn push(change: impl FnOnce(&mut Value)) -> Result<super::Push, Refusal> {
    let account = DarajaAccount::default();
    let mut body = json!({
        "BusinessShortCode": 654_321, "Password": password(&account, "20260512080000"),
        "Timestamp": "20260512080000", "TransactionType": "CustomerPayBillOnline", "Amount": 1500,
        "PartyA": "254700000123", "PartyB": "654321", "PhoneNumber": "254700000123",
        "CallBackURL": "http://127.0.0.1:8010/webhooks/daraja/stk/3f9c",
        "AccountReference": "BK7Q2M", "TransactionDesc": "Deposit" });
    change(&mut body);
    Gate {
        account: &account,
        now: NOW,
        skew_max: Duration::hours(24),
    }
    .push(body.to_string().as_bytes())
}

#[test]
fn the_password_has_the_known_answer() {
    assert_eq!(
        password(&DarajaAccount::default(), "20260512080000"),
        "NjU0MzIxZXhhbXBsZS1wYXNza2V5LW5vdC1yZWFsMjAyNjA1MTIwODAwMDA="
    );
}

#[test]
fn the_documented_push_is_accepted_with_numbers_or_strings() {
    assert_eq!(push(|_| ()).unwrap().amount, 1500);
    assert_eq!(push(|body| body["Amount"] = json!("1500")).unwrap().amount, 1500);
    assert!(push(|body| body["BusinessShortCode"] = json!("654321")).is_ok());
    assert!(push(|body| body["TransactionDesc"] = Value::Null).is_ok());
}

#[test]
fn each_bad_field_is_named() {
    let cases = [
        ("Amount", json!(0)),
        ("Amount", json!("1500.50")),
        ("Amount", json!(250_001)),
        ("PartyA", json!("+254700000123")),
        ("PhoneNumber", json!("0700000123")),
        ("PartyB", json!("111111")),
        ("TransactionType", json!("PayUp")),
        ("Timestamp", json!("20260512")),
        ("Timestamp", json!("20260514080000")),
        ("BusinessShortCode", json!("12")),
        ("CallBackURL", json!("not an address")),
        ("CallBackURL", json!("https://pay.example.co.ke/Mpesa/1")),
        ("AccountReference", json!("BK7Q2MBK7Q2MX")),
        ("AccountReference", json!("")),
        ("TransactionDesc", json!("Deposit for a massage")),
    ];
    for (name, value) in cases {
        let refusal = push(|body| body[name] = value.clone()).unwrap_err();
        let expected = format!("Bad Request - Invalid {name}");
        assert_eq!(
            (refusal.code.as_str(), refusal.message),
            ("400.002.02", expected),
            "{name} = {value}"
        );
    }
}

#[test]
fn a_wrong_password_or_merchant_is_the_overloaded_error() {
    for (name, value) in [
        ("Password", json!("AAAA")),
        ("BusinessShortCode", json!("654322")),
    ] {
        let refusal = push(|body| body[name] = value).unwrap_err();
        assert_eq!(
            (refusal.status, refusal.code.as_str()),
            (500, "500.001.1001"),
            "{name}"
        );
    }
}

fn prompt() -> Prompt {
    Prompt {
        checkout_request_id: "ws_CO_12052026080001234700000123".to_owned(),
        merchant_request_id: "5e1a-4c1e-93aa-77".to_owned(),
        phone: "254700000123".to_owned(),
        amount: 1500,
        account_reference: "BK7Q2M".to_owned(),
        description: "Deposit".to_owned(),
        business_name: "Aria Aura Spa".to_owned(),
        short_code: "654321".to_owned(),
        callback_url: "http://127.0.0.1:8010/webhooks/daraja/stk/3f9c".to_owned(),
        created_at: NOW,
        state: PromptState::Pending,
        result_code: None,
        receipt: None,
        beside: 0,
        beside_same: 0,
    }
}

fn movement() -> Movement {
    Movement {
        receipt: "TEC00EXMPL".to_owned(),
        channel: Channel::Prompt,
        checkout_request_id: Some(prompt().checkout_request_id),
        phone: "254700000123".to_owned(),
        name: "ASHA".to_owned(),
        amount: 1500,
        account_reference: "BK7Q2M".to_owned(),
        short_code: "654321".to_owned(),
        at: datetime!(2026-05-12 05:00:19 UTC),
        reversed_by: None,
    }
}

fn text(code: &str, movement: Option<&Movement>, variant: Option<Variant>) -> String {
    String::from_utf8(callback(&prompt(), code, movement, variant)).unwrap()
}

#[test]
fn a_success_callback_is_byte_for_byte_as_documented() {
    assert_eq!(
        text("0", Some(&movement()), None),
        concat!(
            r#"{"Body":{"stkCallback":{"MerchantRequestID":"5e1a-4c1e-93aa-77","#,
            r#""CheckoutRequestID":"ws_CO_12052026080001234700000123","ResultCode":0,"#,
            r#""ResultDesc":"The service request is processed successfully.","#,
            r#""CallbackMetadata":{"Item":[{"Name":"Amount","Value":1500.00},"#,
            r#"{"Name":"MpesaReceiptNumber","Value":"TEC00EXMPL"},{"Name":"Balance"},"#,
            r#"{"Name":"TransactionDate","Value":20260512080019},"#,
            r#"{"Name":"PhoneNumber","Value":254700000123}]}}}}"#
        )
    );
}

#[test]
fn a_failure_callback_has_no_metadata_and_odd_codes_are_text() {
    let refused: Value = serde_json::from_str(&text("1032", None, None)).unwrap();
    assert_eq!(refused["Body"]["stkCallback"]["ResultCode"], 1032);
    assert_eq!(refused["Body"]["stkCallback"].get("CallbackMetadata"), None);

    let odd: Value = serde_json::from_str(&text("SFC_IC0003", None, None)).unwrap();
    assert_eq!(odd["Body"]["stkCallback"]["ResultCode"], "SFC_IC0003");
}

#[test]
fn each_oddity_of_the_metadata_changes_what_it_names_and_leaves_the_rest() {
    let usual = text("0", Some(&movement()), None);
    let balance = r#"{"Name":"Balance"}"#;
    let phone = r#"{"Name":"PhoneNumber","Value":254700000123}"#;
    let with = |variant| text("0", Some(&movement()), Some(variant));
    assert_eq!(
        with(Variant::BalanceValue),
        usual.replace(balance, r#"{"Name":"Balance","Value":24860.50}"#)
    );
    assert_eq!(
        with(Variant::BalanceText),
        usual.replace(
            balance,
            r#"{"Name":"Balance","Value":"{Amount={BasicAmount=248.60, MinimumAmount=24860, CurrencyCode=KES}}"}"#
        )
    );
    assert_eq!(with(Variant::NoPhone), usual.replace(&format!(",{phone}"), ""));
    assert_eq!(
        with(Variant::MaskedPhone),
        usual.replace(phone, r#"{"Name":"PhoneNumber","Value":"2547 ***** 123"}"#)
    );
    assert!(with(Variant::Shuffled).contains(&format!(r#""Item":[{phone},{{"Name":"TransactionDate""#)));
    let numbers = with(Variant::Numbers);
    for part in [
        r#""ResultCode":"0""#,
        r#"{"Name":"Amount","Value":"1500.00"}"#,
        r#"{"Name":"TransactionDate","Value":"20260512080019"}"#,
        r#"{"Name":"PhoneNumber","Value":"254700000123"}"#,
    ] {
        assert!(numbers.contains(part), "{part} in {numbers}");
    }
}
