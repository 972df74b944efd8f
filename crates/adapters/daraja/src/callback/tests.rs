use ratiba_payments::failure::FailureReason;
use time::macros::datetime;

use super::*;

/// The success of the reference, word for word.
const SUCCESS: &str = r#"{ "Body": { "stkCallback": {
  "MerchantRequestID": "5e1a-4c1e-93aa-77",
  "CheckoutRequestID": "ws_CO_12052026080001234700000123",
  "ResultCode": 0, "ResultDesc": "…",
  "CallbackMetadata": { "Item": [
    { "Name": "Amount", "Value": 1500.00 },
    { "Name": "MpesaReceiptNumber", "Value": "TEC00EXMPL" },
    { "Name": "Balance" },
    { "Name": "TransactionDate", "Value": 20260512080019 },
    { "Name": "PhoneNumber", "Value": 254700000123 } ] } } } }"#;

/// The failure of the reference, word for word.
const FAILURE: &str = r#"{ "Body": { "stkCallback": { "MerchantRequestID": "5e1a-4c1e-93aa-77",
  "CheckoutRequestID": "ws_CO_12052026080001234700000123",
  "ResultCode": 1032, "ResultDesc": "…" } } }"#;

fn read(body: &str) -> Result<CallbackReport, Unreadable> {
    StkCallbackReader.read(body.as_bytes())
}

fn ids() -> ProviderIds {
    ProviderIds::new("ws_CO_12052026080001234700000123", Some("5e1a-4c1e-93aa-77")).unwrap()
}

fn success() -> CallbackReport {
    CallbackReport {
        ids: ids(),
        verdict: CallbackVerdict::Paid {
            amount: Money::kes_minor(150_000),
            receipt: Receipt::parse("TEC00EXMPL").unwrap(),
            payer: Some(PhoneNumber::parse("254700000123").unwrap()),
            at: Some(datetime!(2026-05-12 05:00:19 UTC)),
        },
    }
}

#[test]
fn the_success_of_the_reference_is_read() {
    assert_eq!(read(SUCCESS), Ok(success()));
}

#[test]
fn the_failure_of_the_reference_is_read() {
    let verdict = CallbackVerdict::Failed {
        reason: FailureReason::DeclinedByPayer,
        code: ProviderCode::new("1032"),
    };
    assert_eq!(read(FAILURE), Ok(CallbackReport { ids: ids(), verdict }));
}

#[test]
fn items_are_found_by_name_wherever_they_stand() {
    let shuffled = SUCCESS
        .replace(r#"{ "Name": "Balance" },"#, "")
        .replace(
            r#"{ "Name": "Amount", "Value": 1500.00 },"#,
            r#"{ "Name": "New", "Value": [1] },"#,
        )
        .replace(
            r#"{ "Name": "PhoneNumber""#,
            r#"{ "Name": "Balance", "Value": "{Amount={1}}" }, { "Name": "Amount", "Value": "1500.00" },
               { "Name": "PhoneNumber""#,
        );
    assert_eq!(read(&shuffled), Ok(success()));
}

#[test]
fn a_masked_payer_says_nothing() {
    let masked = SUCCESS.replace("254700000123 } ]", r#""2547 ***** 123" } ]"#);
    let Ok(CallbackReport {
        verdict: CallbackVerdict::Paid { payer, .. },
        ..
    }) = read(&masked)
    else {
        panic!("a masked payer is no reason to refuse money");
    };
    assert_eq!(payer, None);
}

#[test]
fn result_codes_may_be_strings_and_unknown_ones_prove_nothing() {
    let text = FAILURE.replace("1032", r#""SFC_IC0003""#);
    let Ok(CallbackReport {
        verdict: CallbackVerdict::Failed { reason, .. },
        ..
    }) = read(&text)
    else {
        panic!("a documented code");
    };
    assert_eq!(reason, FailureReason::Misconfigured);
    for code in ["29", "4999", r#""later""#] {
        let unknown = read(&FAILURE.replace("1032", code)).map(|report| report.verdict);
        assert!(
            matches!(unknown, Ok(CallbackVerdict::Unrecognised { .. })),
            "{code}"
        );
    }
}

#[test]
fn a_success_that_does_not_say_how_much_under_which_receipt_is_unreadable() {
    let bare = FAILURE.replace("1032", "0");
    assert_eq!(read(&bare), Err(Unreadable("a success without amount")));
    let no_receipt = SUCCESS.replace("MpesaReceiptNumber", "Other");
    assert_eq!(read(&no_receipt), Err(Unreadable("a success without receipt")));
    for amount in ["-1500", "1.5e400", "true", "1500.001", r#""15 00""#] {
        assert!(read(&SUCCESS.replace("1500.00", amount)).is_err(), "{amount}");
    }
}

#[test]
fn what_has_another_shape_is_unreadable() {
    for body in [
        "",
        "{",
        "[]",
        "null",
        "<html>",
        r#"{ "Body": {} }"#,
        r#"{ "Body": { "stkCallback": 7 } }"#,
    ] {
        assert!(read(body).is_err(), "{body}");
    }
    assert!(StkCallbackReader.read(&[0xff, 0xfe]).is_err());
}

#[test]
fn amounts_are_exact_to_the_cent() {
    let cases = [
        ("1500", Some(150_000)),
        ("1500.0", Some(150_000)),
        ("1500.00", Some(150_000)),
        ("1500.5", Some(150_050)),
        ("0.07", Some(7)),
        ("249999.99", Some(24_999_999)),
        ("1500.000", Some(150_000)),
        ("1500.001", None),
        ("1e3", None),
        ("", None),
        (".5", None),
        ("5.", None),
        ("99999999999999999999", None),
    ];
    for (text, expected) in cases {
        assert_eq!(cents(text), expected, "{text}");
    }
}
