use serde_json::json;

use super::*;

fn read(body: &Value, brings: Brings) -> Result<ReversalReport, Unreadable> {
    ReversalResultReader.read_result(body.to_string().as_bytes(), brings)
}

fn result(code: &Value, parameters: &Value) -> Value {
    json!({ "Result": {
        "ResultType": 0, "ResultCode": code, "ResultDesc": "…",
        "OriginatorConversationID": "71840-27539181-07", "ConversationID": "AG_20260512_1",
        "TransactionID": "TEC99EXMPL",
        "ResultParameters": { "ResultParameter": parameters },
        "ReferenceData": { "ReferenceItem": { "Key": "Occasion" } } } })
}

fn verdict(body: &Value, brings: Brings) -> ReversalVerdict {
    read(body, brings).unwrap().verdict
}

#[test]
fn a_result_is_read_with_parameters_as_a_list_as_one_object_and_without_any() {
    let list = json!([
        { "Key": "DebitAccountBalance", "Value": "Utility Account|KES|7722179.62|7722179.62|0.00|0.00" },
        { "Key": "Charge" },
        { "Key": "Amount", "Value": 1500.00 },
        { "Key": "TransCompletedTime", "Value": 20_260_512_080_019_i64 },
        { "Key": "OriginalTransactionID", "Value": "TEC00EXMPL" },
        { "Key": "CreditPartyPublicName", "Value": "254700000123 - Asha" }
    ]);
    let whole = ReversalVerdict::Done {
        receipt: Some(Receipt::parse("TEC99EXMPL").unwrap()),
        amount: Some(Money::kes_minor(150_000)),
        original: Some(Receipt::parse("TEC00EXMPL").unwrap()),
    };
    assert_eq!(verdict(&result(&json!(0), &list), Brings::Result), whole);
    assert_eq!(
        verdict(&result(&json!("0"), &list), Brings::Result),
        whole,
        "a code in quotes"
    );
    let one = json!({ "Key": "Amount", "Value": "1500.00" });
    let Ok(report) = read(&result(&json!(0), &one), Brings::Result) else {
        panic!("one object is a list of one");
    };
    assert_eq!(report.originator.as_str(), "71840-27539181-07");
    assert!(matches!(
        report.verdict,
        ReversalVerdict::Done {
            amount: Some(_),
            original: None,
            ..
        }
    ));
    let bare = json!({ "Result": { "ResultCode": 0, "OriginatorConversationID": "x", "TransactionID": "TEC99EXMPL" } });
    assert!(matches!(
        verdict(&bare, Brings::Result),
        ReversalVerdict::Done { amount: None, .. }
    ));
}

#[test]
fn every_documented_code_of_a_reversal_has_its_meaning_and_others_prove_nothing() {
    let none = json!([]);
    let of = |code: &str| verdict(&result(&json!(code), &none), Brings::Result);
    assert_eq!(
        of("R000001"),
        ReversalVerdict::DoneBefore,
        "an earlier try did it"
    );
    for code in ["R000002", "1", "11", "21", "2001", "2006", "2028", "8006"] {
        let refused = ReversalVerdict::Refused {
            code: ProviderCode::new(code),
        };
        assert_eq!(of(code), refused, "{code}");
    }
    for code in ["17", "29", "500.001.1001"] {
        assert_eq!(of(code), ReversalVerdict::Unclear, "{code}");
    }
}

#[test]
fn only_a_completed_transaction_answers_the_question_what_became_of_it() {
    let of = |code: i64, status: &str| {
        let parameters = json!([
            { "Key": "ReceiptNo", "Value": "TEC99EXMPL" },
            { "Key": "TransactionStatus", "Value": status },
            { "Key": "Amount", "Value": 1500 }
        ]);
        verdict(&result(&json!(code), &parameters), Brings::Status)
    };
    let done = ReversalVerdict::Done {
        receipt: Some(Receipt::parse("TEC99EXMPL").unwrap()),
        amount: Some(Money::kes_minor(150_000)),
        original: None,
    };
    assert_eq!(of(0, "Completed"), done);
    assert_eq!(of(0, "Pending"), ReversalVerdict::Unclear);
    assert_eq!(
        of(2001, "Completed"),
        ReversalVerdict::Unclear,
        "the question failed"
    );
}

#[test]
fn what_is_no_result_is_unreadable() {
    for body in [
        "",
        "<html>",
        "{}",
        r#"{"Result":{}}"#,
        r#"{"Result":{"ResultCode":0}}"#,
    ] {
        let read = ReversalResultReader.read_result(body.as_bytes(), Brings::Result);
        assert!(read.is_err(), "{body}");
    }
    let torn = result(&json!(0), &json!([{ "Key": "Amount", "Value": "1500.005" }]));
    assert!(read(&torn, Brings::Result).is_err(), "fractions of a cent");
}

#[test]
fn an_answer_says_taken_on_not_taken_on_or_nothing() {
    let taken = r#"{"OriginatorConversationID":"71840-27539181-07","ConversationID":"AG_1","ResponseCode":"0","ResponseDescription":"…"}"#;
    let id = OriginatorId::parse("71840-27539181-07").unwrap();
    assert_eq!(
        answer_meaning(200, taken),
        Meaning::Answer(ReversalAnswer::Accepted(id))
    );
    let error = |code: &str| format!(r#"{{"requestId":"1","errorCode":"{code}","errorMessage":"…"}}"#);
    for code in ["400.003.01", "404.001.03", "401.002.01"] {
        assert_eq!(answer_meaning(404, &error(code)), Meaning::TokenRefused, "{code}");
    }
    let rejected = Meaning::Answer(ReversalAnswer::Rejected {
        code: Some(ProviderCode::new("400.002.02")),
    });
    assert_eq!(answer_meaning(400, &error("400.002.02")), rejected);
    let not_sent = Meaning::Answer(ReversalAnswer::NotSent);
    for (status, body) in [
        (403, "<html>".to_owned()),
        (429, String::new()),
        (429, error("429.001")),
    ] {
        assert_eq!(
            answer_meaning(status, &body),
            not_sent,
            "{status}: the edge, not Daraja"
        );
    }
    let unknown = Meaning::Answer(ReversalAnswer::Unknown);
    for (status, body) in [
        (500, error("500.001.1001")),
        (503, String::new()),
        (200, "<html>".to_owned()),
    ] {
        assert_eq!(answer_meaning(status, &body), unknown, "{status} {body}");
    }
}

#[test]
fn the_wire_has_its_own_spelling_and_debug_shows_no_password() {
    let request = ReversalRequest {
        initiator: "ratiba",
        security_credential: "c2VjcmV0",
        command_id: "TransactionReversal",
        transaction_id: "TEC00EXMPL",
        amount: 1_500,
        receiver_party: "654321",
        receiver_identifier_type: "11",
        result_url: "https://pay.example.co.ke/webhooks/daraja/result/00",
        queue_time_out_url: "https://pay.example.co.ke/webhooks/daraja/timeout/00",
        remarks: REMARKS,
    };
    let sent = serde_json::to_value(&request).unwrap();
    assert_eq!(sent["RecieverIdentifierType"], "11");
    assert_eq!(sent["TransactionID"], "TEC00EXMPL");
    assert_eq!(
        sent["QueueTimeOutURL"],
        "https://pay.example.co.ke/webhooks/daraja/timeout/00"
    );
    let operator = Operator::new("ratiba", crate::Secret::new("c2VjcmV0"));
    assert!(!format!("{operator:?}").contains("c2VjcmV0"));
}
