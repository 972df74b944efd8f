//! Shapes of orders and answers, against the documented examples.

use serde_json::{Value, json};
use time::macros::datetime;

use super::{Refusal, moment, refund, status, submission};
use crate::cards::{Means, Order, OrderState};

fn submit(change: impl FnOnce(&mut Value)) -> Result<super::Submission, Refusal> {
    let mut body = json!({
        "id": "BK7Q2M-1", "currency": "KES", "amount": 1500.5, "description": "Deposit",
        "callback_url": "https://pay.example.co.ke/back", "redirect_mode": "TOP_WINDOW",
        "notification_id": "3d9f1c2e-0000-4000-8000-abcdefabcdef",
        "billing_address": { "phone_number": "254700000123", "country_code": "KE", "first_name": "Asha" } });
    change(&mut body);
    submission(body.to_string().as_bytes())
}

#[test]
fn an_order_is_read_to_the_cent() {
    assert_eq!(submit(|_| ()).unwrap().cents, 150_050);
    assert_eq!(
        submit(|body| body["amount"] = json!(1500)).unwrap().cents,
        150_000
    );
    assert_eq!(submit(|body| body["amount"] = json!(0.01)).unwrap().cents, 1);
    let by_mail = json!({ "email_address": "asha@example.co.ke" });
    assert_eq!(
        submit(|body| body["billing_address"] = by_mail).unwrap().phone,
        ""
    );
}

#[test]
fn each_bad_field_of_an_order_is_named() {
    let cases = [
        ("id", json!("BK7Q2M/1")),
        ("id", json!("x".repeat(51))),
        ("id", json!("")),
        ("currency", json!("Kes")),
        ("amount", json!("1500.00")),
        ("amount", json!(0)),
        ("amount", json!(-1)),
        ("amount", json!(1.001)),
        ("description", json!("x".repeat(101))),
        ("callback_url", json!("back")),
        ("cancellation_url", json!("back")),
        ("redirect_mode", json!("NEW")),
        ("notification_id", Value::Null),
        ("billing_address", json!("Nairobi")),
        ("billing_address", json!({ "phone_number": 254_700_000_123_u64 })),
        ("billing_address", json!({ "first_name": "Asha" })),
    ];
    for (name, value) in cases {
        let refusal = submit(|body| body[name] = value.clone()).unwrap_err();
        assert!(refusal.message.starts_with(name), "{name} = {value}: {refusal:?}");
    }
}

#[test]
fn the_amount_of_a_refund_may_be_text_or_a_number() {
    for amount in [json!("1500.00"), json!(1500), json!("1500")] {
        let body = json!({
            "confirmation_code": "7001234567", "amount": amount, "username": "cashier@example.co.ke",
            "remarks": "Cancelled in time" });
        assert_eq!(refund(body.to_string().as_bytes()).unwrap().cents, 150_000);
    }
}

fn order() -> Order {
    Order {
        order_tracking_id: "b1c2d3e4-0000-4000-8000-1234567890ab".to_owned(),
        merchant_reference: "BK7Q2M-1".to_owned(),
        amount_cents: 150_000,
        currency: "KES".to_owned(),
        description: "Deposit".to_owned(),
        callback_url: "https://pay.example.co.ke/back".to_owned(),
        cancellation_url: None,
        ipn_id: "3d9f1c2e-0000-4000-8000-abcdefabcdef".to_owned(),
        phone: "254700000123".to_owned(),
        created_at: datetime!(2026-05-12 05:04:11.43 UTC),
        state: OrderState::Paid,
        cancelled: false,
        means: Some(Means::Card),
        paid_cents: Some(150_000),
        confirmation_code: Some("7001234567".to_owned()),
        looks: 0,
    }
}

#[test]
fn the_status_of_a_paid_order_is_byte_for_byte_as_documented() {
    assert_eq!(
        status(&order(), None),
        concat!(
            r#"{"payment_method":"Visa","amount":1500.00,"created_date":"2026-05-12T08:04:11.43","#,
            r#""confirmation_code":"7001234567","order_tracking_id":"b1c2d3e4-0000-4000-8000-1234567890ab","#,
            r#""payment_status_description":"COMPLETED","description":null,"#,
            r#""message":"Request processed successfully","payment_account":"476173**0010","#,
            r#""call_back_url":"https://pay.example.co.ke/back","status_code":1,"#,
            r#""merchant_reference":"BK7Q2M-1","account_number":null,"payment_status_code":"","#,
            r#""currency":"KES","error":{"error_type":null,"code":null,"message":null},"status":"200"}"#
        )
    );
}

#[test]
fn an_untouched_order_looks_like_an_error() {
    let untouched = Order {
        state: OrderState::Untouched,
        means: None,
        paid_cents: None,
        confirmation_code: None,
        ..order()
    };
    let body: Value = serde_json::from_str(&status(&untouched, None)).unwrap();
    assert_eq!(
        (&body["status_code"], &body["status"]),
        (&json!(0), &json!("500"))
    );
    assert_eq!(body["payment_status_description"], "INVALID");
    assert_eq!(
        body["error"],
        json!({ "error_type": "api_error", "code": "payment_details_not_found", "message": "Pending Payment" })
    );
}

#[test]
fn a_moment_has_as_many_digits_as_are_asked() {
    let at = datetime!(2026-05-12 05:05:00.123_456_7 UTC);
    assert_eq!(moment(at, 7), "2026-05-12T05:05:00.1234567");
    assert_eq!(moment(at, 2), "2026-05-12T05:05:00.12");
}
