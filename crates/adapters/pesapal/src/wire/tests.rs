use ratiba_kernel::test_support::EPOCH;
use ratiba_kernel::{Id, PhoneNumber};
use ratiba_payments::reference::MerchantReference;
use uuid::Uuid;

use super::*;

const TRACKING: &str = "b1c2d3e4-0000-4000-8000-1234567890ab";

fn reference() -> MerchantReference {
    MerchantReference::of(Id::from_uuid(Uuid::from_u128(7)))
}

/// The documented answer to a question about a paid order.
fn paid() -> Value {
    json!({
        "payment_method": "Visa", "amount": 1500.00, "created_date": "2026-05-12T08:04:11.43",
        "confirmation_code": "7001234567", "order_tracking_id": TRACKING,
        "payment_status_description": "COMPLETED", "description": null, "message": "…",
        "payment_account": "476173**0010", "call_back_url": "https://pay.example.co.ke/back?…",
        "status_code": 1, "merchant_reference": "BK7Q2M-1", "account_number": null,
        "payment_status_code": "", "currency": "KES",
        "error": { "error_type": null, "code": null, "message": null }, "status": "200"
    })
}

fn told(change: &[(&str, Value)]) -> CardStatus {
    let mut body = paid();
    for (name, value) in change {
        body[*name] = value.clone();
    }
    status_meaning(200, &body.to_string(), TRACKING)
}

fn report(minor: Option<i64>, receipt: Option<&str>) -> CardReport {
    CardReport {
        ids: ProviderIds::new(TRACKING, None).unwrap(),
        reference: Some("BK7Q2M-1".into()),
        amount: minor.map(Money::kes_minor),
        receipt: receipt.map(|receipt| Receipt::parse(receipt).unwrap()),
    }
}

#[test]
fn amounts_are_decimal_text_to_the_cent() {
    for (minor, text) in [
        (150_000, "1500.00"),
        (150_050, "1500.50"),
        (1, "0.01"),
        (100, "1.00"),
        (110, "1.10"),
    ] {
        assert_eq!(decimal(Money::kes_minor(minor)), text);
        assert_eq!(cents(text), Some(minor));
    }
    for (text, minor) in [
        ("1500", 150_000),
        ("1500.5", 150_050),
        ("1500.500", 150_050),
        ("0", 0),
    ] {
        assert_eq!(cents(text), Some(minor), "{text}");
    }
    for odd in [
        "",
        ".5",
        "1.",
        "1.005",
        "-1",
        "1e3",
        "1,500.00",
        "99999999999999999999",
    ] {
        assert_eq!(cents(odd), None, "{odd}");
    }
}

#[test]
fn an_order_is_what_the_reference_documents() {
    let order = CardOrder {
        reference: reference(),
        amount: Money::kes_minor(150_050),
        description: "Deposit",
        payer: PhoneNumber::parse("+254700000123").unwrap(),
    };
    let text = order_request(&order, "3d9f1c2e", "https://pay.example.co.ke/pay/back");
    assert!(text.starts_with(r#"{"amount":1500.50,"#), "{text}");
    let sent: Value = serde_json::from_str(&text).unwrap();
    let documented = json!({
        "amount": 1500.5,
        "id": reference().as_str(),
        "currency": "KES",
        "description": "Deposit",
        "callback_url": "https://pay.example.co.ke/pay/back",
        "cancellation_url": "https://pay.example.co.ke/pay/back",
        "notification_id": "3d9f1c2e",
        "billing_address": { "phone_number": "+254700000123" },
    });
    assert_eq!(sent, documented);
    assert!(
        is_plain_id(reference().as_str(), 50),
        "PesaPal takes 50 characters"
    );
}

#[test]
fn the_status_code_decides_and_may_be_a_number_or_a_string() {
    let full = report(Some(150_000), Some("7001234567"));
    for (code, word) in [(json!(1), "COMPLETED"), (json!("1"), "Completed"), (json!(1), "")] {
        let status = told(&[("status_code", code), ("payment_status_description", json!(word))]);
        assert_eq!(status, CardStatus::Paid(full.clone()));
    }
    let reversed = told(&[
        ("status_code", json!(3)),
        ("payment_status_description", json!("REVERSED")),
    ]);
    assert_eq!(reversed, CardStatus::Reversed(full.clone()));
    let failed = told(&[
        ("status_code", json!("2")),
        ("payment_status_description", json!("Failed")),
        ("description", json!("Card declined!")),
    ]);
    let code = Some(ProviderCode::new("Carddeclined"));
    assert_eq!(failed, CardStatus::Failed { report: full, code });
    for unlisted in [json!(0), json!(4), json!("7")] {
        let status = told(&[
            ("status_code", unlisted),
            ("payment_status_description", json!("INVALID")),
        ]);
        assert_eq!(status, CardStatus::Pending);
    }
}

#[test]
fn success_is_more_than_http_200() {
    let full = CardStatus::Paid(report(Some(150_000), Some("7001234567")));
    for error in [
        json!(null),
        json!({}),
        json!({ "error_type": null, "code": null, "message": null }),
    ] {
        assert_eq!(told(&[("error", error)]), full);
    }
    assert_eq!(told(&[("status", json!(200))]), full);
    assert_eq!(status_meaning(201, &paid().to_string(), TRACKING), full);
    let mut without = paid();
    without.as_object_mut().unwrap().remove("error");
    assert_eq!(status_meaning(200, &without.to_string(), TRACKING), full);

    let error = json!({ "error_type": "api_error", "code": "something_new", "message": "…" });
    let no_answers = [
        told(&[("error", error)]),
        told(&[("status", json!("500"))]),
        told(&[("status", json!(null))]),
        told(&[("status_code", json!(null))]),
        // A code and a description that contradict each other.
        told(&[("payment_status_description", json!("FAILED"))]),
        // Somebody else's order.
        told(&[("order_tracking_id", json!("other"))]),
        status_meaning(500, &paid().to_string(), TRACKING),
        status_meaning(200, "<html></html>", TRACKING),
        status_meaning(200, "", TRACKING),
        status_meaning(200, "[]", TRACKING),
    ];
    for no_answer in no_answers {
        assert_eq!(no_answer, CardStatus::NoAnswer);
    }
}

#[test]
fn an_order_that_nobody_touched_looks_like_an_error_and_is_pending() {
    let body = json!({
        "payment_method": "", "amount": 0.0, "confirmation_code": "", "order_tracking_id": "",
        "payment_status_description": "INVALID", "status_code": 0, "merchant_reference": "",
        "currency": null, "status": "500",
        "error": { "error_type": "api_error", "code": "payment_details_not_found", "message": "Pending Payment" }
    });
    for http in [200, 404, 500] {
        assert_eq!(
            status_meaning(http, &body.to_string(), TRACKING),
            CardStatus::Pending
        );
    }
}

#[test]
fn what_is_malformed_in_a_status_is_left_out_and_not_guessed() {
    let paid = |minor, receipt| CardStatus::Paid(report(minor, receipt));
    let receipt = Some("7001234567");
    assert_eq!(
        told(&[("amount", json!("1500.50"))]),
        paid(Some(150_050), receipt)
    );
    assert_eq!(told(&[("amount", json!(1500.505))]), paid(None, receipt));
    assert_eq!(told(&[("amount", json!(null))]), paid(None, receipt));
    assert_eq!(told(&[("currency", json!("ZZZ"))]), paid(None, receipt));
    assert_eq!(
        told(&[("confirmation_code", json!(7_001_234_567_u64))]),
        paid(Some(150_000), receipt)
    );
    assert_eq!(
        told(&[("confirmation_code", json!(""))]),
        paid(Some(150_000), None)
    );
    let long = "6513008693186320103009";
    assert_eq!(
        told(&[("confirmation_code", json!(long))]),
        paid(Some(150_000), Some(long))
    );
}

#[test]
fn a_token_lives_five_minutes_at_most_whatever_is_told() {
    let life = |told: &str| {
        let body =
            json!({ "token": "eyJ.a.b", "expiryDate": told, "error": null, "status": "200", "message": "…" });
        match token_meaning(200, &body.to_string(), EPOCH) {
            TokenMeaning::Token { expires_at, .. } => expires_at - EPOCH,
            TokenMeaning::Refused | TokenMeaning::Unclear => panic!("no token"),
        }
    };
    // EPOCH is 2026-05-12T00:00:00Z.
    assert_eq!(
        life("2026-05-12T00:04:00.1234567Z"),
        Duration::new(240, 123_456_700)
    );
    assert_eq!(life("2026-05-12T00:04:00.1Z"), Duration::new(240, 100_000_000));
    assert_eq!(life("2026-05-12T00:04:00"), Duration::seconds(240));
    for unbelievable in [
        "2026-05-12T00:00:10Z",
        "2026-05-12T09:00:00Z",
        "2020-01-01T00:00:00Z",
        "soon",
    ] {
        assert_eq!(life(unbelievable), Duration::minutes(5), "{unbelievable}");
    }
}

#[test]
fn wrong_keys_are_told_with_http_200_and_are_no_outage() {
    let body = r#"{ "token": null, "expiryDate": null, "error": { "error_type": "api_error",
        "code": "invalid_consumer_key_or_secret_provided", "message": "" }, "status": "500", "message": null }"#;
    assert!(token_meaning(200, body, EPOCH) == TokenMeaning::Refused);
    for unclear in [
        "",
        "<html>",
        r#"{ "token": "eyJ", "status": "500" }"#,
        r#"{ "token": "", "status": "200" }"#,
    ] {
        assert!(
            token_meaning(200, unclear, EPOCH) == TokenMeaning::Unclear,
            "{unclear}"
        );
    }
}

#[test]
fn an_order_is_opened_rejected_or_unknown() {
    let own = reference();
    let created = |url: &str| {
        json!({ "order_tracking_id": TRACKING, "merchant_reference": own.as_str(), "redirect_url": url,
            "error": null, "status": "200" })
        .to_string()
    };
    let page = "https://pay.pesapal.com/iframe/PesapalIframe3/Index?OrderTrackingId=b1";
    let opened = OpenAnswer::Created {
        ids: ProviderIds::new(TRACKING, None).unwrap(),
        page: PageUrl::parse(page).unwrap(),
    };
    assert_eq!(open_meaning(200, &created(page), own.as_str()), opened);
    for url in ["javascript:alert(1)", ""] {
        let ids = ProviderIds::new(TRACKING, None).unwrap();
        let without_page = OpenAnswer::NoPage { ids };
        assert_eq!(open_meaning(200, &created(url), own.as_str()), without_page);
    }
    for (http, body) in [
        (200, created(page).replace(own.as_str(), "ANOTHER")),
        (200, r#"{ "status": "500" }"#.to_owned()),
        (200, "<html></html>".to_owned()),
        (500, created(page)),
        (
            503,
            r#"{ "error": { "code": "internal_error" }, "status": "500" }"#.to_owned(),
        ),
        (302, String::new()),
    ] {
        assert_eq!(
            open_meaning(http, &body, own.as_str()),
            OpenAnswer::Unknown,
            "{http} {body}"
        );
    }
    let refused = |code: &str| {
        let body =
            json!({ "error": { "error_type": "api_error", "code": code, "message": "…" }, "status": "500" });
        open_meaning(200, &body.to_string(), own.as_str())
    };
    let rejected = |reason, code: &str| OpenAnswer::Rejected {
        reason,
        code: Some(ProviderCode::new(code)),
    };
    let limit = "maximum_amount_limit_exceeded";
    assert_eq!(
        refused(limit),
        rejected(FailureReason::AmountOutsideLimits, limit)
    );
    assert_eq!(
        refused("brand_new"),
        rejected(FailureReason::RequestRefused, "brand_new")
    );
    let at_the_edge = OpenAnswer::Rejected {
        reason: FailureReason::ProviderUnavailable,
        code: None,
    };
    assert_eq!(open_meaning(403, "<html></html>", own.as_str()), at_the_edge);
}

#[test]
fn a_cancellation_is_done_refused_or_unknown() {
    assert_eq!(
        cancel_meaning(200, r#"{ "status": "200", "message": "…" }"#),
        CancelAnswer::Cancelled
    );
    assert_eq!(
        cancel_meaning(200, r#"{ "status": 500, "message": "…" }"#),
        CancelAnswer::Refused
    );
    for (http, body) in [(200, ""), (200, "<html>"), (502, r#"{ "status": "500" }"#)] {
        assert_eq!(cancel_meaning(http, body), CancelAnswer::Unknown, "{http} {body}");
    }
}

#[test]
fn an_address_for_notices_is_known_by_its_id() {
    let body = r#"{ "url": "https://pay.example.co.ke/hooks/p/9ab4", "created_date": "2026-05-12T00:00:00.12Z",
        "ipn_id": "3d9f1c2e-0000-4000-8000-abcdefabcdef", "notification_type": 1,
        "ipn_notification_type_description": "POST", "ipn_status": 1, "ipn_status_decription": "Active",
        "error": null, "status": "200" }"#;
    assert_eq!(
        register_meaning(200, body).as_deref(),
        Some("3d9f1c2e-0000-4000-8000-abcdefabcdef")
    );
    assert_eq!(register_meaning(500, body), None);
    assert_eq!(register_meaning(200, &body.replace("200\"", "500\"")), None);
    assert_eq!(
        register_meaning(200, r#"{ "ipn_id": "../x", "status": "200" }"#),
        None
    );
}
