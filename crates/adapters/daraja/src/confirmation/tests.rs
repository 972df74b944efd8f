use ratiba_payments::payment::PaymentId;
use serde_json::json;
use time::macros::datetime;

use super::*;

fn documented(reference: &str) -> Value {
    json!({
        "TransactionType": "Pay Bill", "TransID": "TEC00EXMPL", "TransTime": "20260512080019",
        "TransAmount": "1500.00", "BusinessShortCode": "654321", "BillRefNumber": reference,
        "InvoiceNumber": "", "OrgAccountBalance": "", "ThirdPartyTransID": "",
        "MSISDN": "2547 ***** 123", "FirstName": "ASHA", "MiddleName": "", "LastName": ""
    })
}

fn read(body: &Value) -> Result<Confirmation, Unreadable> {
    ByHandReader.read(body.to_string().as_bytes())
}

#[test]
fn the_documented_form_is_read_whatever_type_its_scalars_have() {
    let reference = AccountReference::of(PaymentId::from_uuid(uuid::Uuid::from_u128(7)));
    let mut body = documented(&reference.as_str().to_lowercase());
    for amount in [
        json!("1500.00"),
        json!("1500"),
        json!(1500),
        json!(1500.0),
        json!("1500.0"),
    ] {
        body["TransAmount"] = amount;
        let told = read(&body).unwrap();
        assert_eq!(told.receipt, Receipt::parse("TEC00EXMPL").unwrap());
        assert_eq!(told.amount, Money::kes_minor(150_000));
        assert_eq!(told.account.as_ref(), Some(&reference));
        assert_eq!(told.short_code.as_deref(), Some("654321"));
        assert_eq!(told.moved_at, Some(datetime!(2026-05-12 08:00:19 +3)));
    }
    body["BusinessShortCode"] = json!(654_321);
    assert_eq!(read(&body).unwrap().short_code.as_deref(), Some("654321"));
    body["TransAmount"] = json!("1500.50");
    assert_eq!(read(&body).unwrap().amount, Money::kes_minor(150_050));
}

#[test]
fn what_the_customer_typed_may_be_anything_and_the_payer_is_not_needed() {
    for typed in [json!(""), json!("JINA LANGU"), json!(12), Value::Null] {
        let mut body = documented("");
        body["BillRefNumber"] = typed;
        body["MSISDN"] = json!("9c1185a5c5e9fc54612808977ee8f548b2258d31");
        assert_eq!(read(&body).unwrap().account, None);
    }
    let mut body = documented("x");
    body["TransTime"] = json!("yesterday");
    assert_eq!(read(&body).unwrap().moved_at, None);
    body.as_object_mut().unwrap().remove("BillRefNumber");
    assert_eq!(read(&body).unwrap().account, None);
}

#[test]
fn money_without_amount_or_receipt_is_unreadable() {
    for (field, value) in [
        ("TransID", json!("short")),
        ("TransID", json!("tec00exmpl; drop")),
        ("TransAmount", json!("-5.00")),
        ("TransAmount", json!("1e3")),
        ("TransAmount", json!("1500.001")),
        ("TransAmount", Value::Null),
    ] {
        let mut body = documented("x");
        body[field] = value;
        assert!(read(&body).is_err(), "{body}");
    }
    assert!(ByHandReader.read(b"<html>").is_err());
}
