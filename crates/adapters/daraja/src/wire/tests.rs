use time::macros::datetime;

use super::*;

#[test]
fn the_password_is_the_one_that_the_reference_gives() {
    let expected = "NjU0MzIxZXhhbXBsZS1wYXNza2V5LW5vdC1yZWFsMjAyNjA1MTIwODAwMDA=";
    assert_eq!(
        password("654321", "example-passkey-not-real", "20260512080000"),
        expected
    );
}

#[test]
fn timestamps_are_nairobi_wall_clock_and_are_read_back() {
    let at = datetime!(2026-05-12 05:00:00 UTC);
    assert_eq!(timestamp(at), "20260512080000");
    assert_eq!(timestamp(datetime!(2026-12-31 22:30:00 UTC)), "20270101013000");
    assert_eq!(parse_timestamp("20260512080000"), Some(at));
    assert_eq!(parse_timestamp("20261312080000"), None);
}

#[test]
fn every_documented_result_code_has_its_meaning() {
    use FailureReason as R;
    let failed = [
        ("1", R::InsufficientFunds),
        ("2", R::AmountOutsideLimits),
        ("3", R::AmountOutsideLimits),
        ("4", R::DailyLimit),
        ("8", R::ReceiverFull),
        ("17", R::RepeatedTooSoon),
        ("26", R::SystemBusy),
        ("1001", R::PayerBusy),
        ("1019", R::Expired),
        ("1025", R::PromptNotDelivered),
        ("1031", R::DeclinedByPayer),
        ("1032", R::DeclinedByPayer),
        ("1037", R::Unreachable),
        ("2001", R::WrongPin),
        ("2028", R::Misconfigured),
        ("8006", R::PinBlocked),
        ("9999", R::PromptNotDelivered),
        ("SFC_IC0003", R::Misconfigured),
    ];
    for (code, reason) in failed {
        assert_eq!(result_meaning(code), ResultMeaning::Failed(reason), "{code}");
    }
    assert_eq!(result_meaning("0"), ResultMeaning::Paid);
    assert_eq!(result_meaning("4999"), ResultMeaning::Pending);
    for code in ["11", "29", "", "00", "1032 "] {
        assert_eq!(result_meaning(code), ResultMeaning::Unrecognised, "{code}");
    }
}

fn error(code: &str, message: &str) -> String {
    serde_json::json!({ "requestId": "5e1a-78", "errorCode": code, "errorMessage": message }).to_string()
}

fn rejected(answer: Meaning<PushAnswer>) -> Option<FailureReason> {
    match answer {
        Meaning::Answer(PushAnswer::Rejected { reason, .. }) => Some(reason),
        Meaning::Answer(PushAnswer::Accepted(_) | PushAnswer::Unknown) | Meaning::TokenRefused => None,
    }
}

#[test]
fn an_accepted_submission_is_read_whether_codes_are_numbers_or_strings() {
    for code in ["\"0\"", "0"] {
        let body = format!(
            r#"{{ "MerchantRequestID": "5e1a-77", "CheckoutRequestID": "ws_CO_1", "ResponseCode": {code} }}"#
        );
        let ids = ProviderIds::new("ws_CO_1", Some("5e1a-77")).unwrap();
        assert_eq!(
            push_meaning(200, &body),
            Meaning::Answer(PushAnswer::Accepted(ids))
        );
    }
}

#[test]
fn a_submission_is_unknown_unless_it_is_certain() {
    let unknown = Meaning::Answer(PushAnswer::Unknown);
    let cases = [
        (200, ""),
        (200, "<html>"),
        (200, r#"{ "ResponseCode": "0" }"#),
        (200, r#"{ "ResponseCode": "1", "CheckoutRequestID": "ws_CO_1" }"#),
        (202, r#"{ "ResponseCode": "0", "CheckoutRequestID": "ws_CO_1" }"#),
        (302, ""),
        (408, ""),
        (500, ""),
        (503, "<html>"),
    ];
    for (status, body) in cases {
        assert_eq!(push_meaning(status, body), unknown, "{status} {body}");
    }
    for code in [
        "500.001.1001",
        "500.003.02",
        "500.003.03",
        "500.003.1001",
        "404.001.03",
    ] {
        assert_eq!(push_meaning(500, &error(code, "System busy")), unknown, "{code}");
    }
    assert_eq!(
        push_meaning(200, &error("500.001.1001", "")),
        unknown,
        "the code comes with 200 as well"
    );
}

#[test]
fn a_refused_submission_is_certain_and_says_who_can_help() {
    use FailureReason as R;
    let cases = [
        (
            400,
            error("400.002.02", "Bad Request - Invalid Amount"),
            R::AmountOutsideLimits,
        ),
        (
            400,
            error("400.002.02", "Bad Request - Invalid PhoneNumber"),
            R::RequestRefused,
        ),
        (
            400,
            error("400.002.02", "Bad Request - Invalid BusinessShortCode"),
            R::Misconfigured,
        ),
        (404, error("404.001.01", "Resource not found"), R::Misconfigured),
        (
            500,
            error("500.001.1001", "Merchant does not exist"),
            R::Misconfigured,
        ),
        (500, error("500.001.1001", "Wrong credentials"), R::Misconfigured),
        (
            500,
            error(
                "500.001.1001",
                "Unable to lock subscriber, a transaction is already in process",
            ),
            R::PayerBusy,
        ),
        (
            403,
            "<html>Request rejected</html>".to_owned(),
            R::ProviderUnavailable,
        ),
        (429, String::new(), R::SystemBusy),
    ];
    for (status, body, reason) in cases {
        assert_eq!(
            rejected(push_meaning(status, &body)),
            Some(reason),
            "{status} {body}"
        );
    }
}

#[test]
fn a_refused_token_is_told_from_everything_else() {
    let codes = [
        (400, "400.003.01"),
        (401, "401.002.01"),
        (401, "401.003.01"),
        (404, "404.001.03"),
    ];
    for (status, code) in codes {
        let body = error(code, "Invalid Access Token");
        assert_eq!(push_meaning(status, &body), Meaning::TokenRefused, "{code}");
        assert_eq!(
            query_meaning(status, &body, "ws_CO_1"),
            Meaning::TokenRefused,
            "{code}"
        );
    }
    assert_eq!(push_meaning(401, ""), Meaning::TokenRefused);
}

fn queried(code: &str) -> String {
    format!(r#"{{ "ResponseCode": "0", "CheckoutRequestID": "ws_CO_1", "ResultCode": {code} }}"#)
}

#[test]
fn a_query_answers_only_what_it_knows() {
    let answer = |status, body: &str| match query_meaning(status, body, "ws_CO_1") {
        Meaning::Answer(answer) => answer,
        Meaning::TokenRefused => panic!("the token is not the matter"),
    };
    assert_eq!(answer(200, &queried("\"0\"")), QueryAnswer::Paid);
    assert_eq!(answer(200, &queried("0")), QueryAnswer::Paid);
    assert_eq!(answer(200, &queried("\"4999\"")), QueryAnswer::Pending);
    let declined = QueryAnswer::Failed {
        reason: FailureReason::DeclinedByPayer,
        code: ProviderCode::new("1032"),
    };
    assert_eq!(answer(200, &queried("\"1032\"")), declined);
    let code = ProviderCode::new("29");
    assert_eq!(
        answer(200, &queried("\"29\"")),
        QueryAnswer::Unrecognised { code }
    );
    let processing = error("500.001.1001", "The transaction is being processed");
    assert_eq!(answer(500, &processing), QueryAnswer::Pending);
    assert_eq!(answer(200, &processing), QueryAnswer::Pending);
    for body in [
        "",
        "<html>",
        r#"{ "errorCode": "500.001.1001", "errorMessage": "" }"#,
        "{}",
    ] {
        assert_eq!(answer(200, body), QueryAnswer::NoAnswer, "{body}");
        assert_eq!(answer(500, body), QueryAnswer::NoAnswer, "{body}");
    }
    let another = queried("\"0\"").replace("ws_CO_1", "ws_CO_2");
    assert_eq!(
        answer(200, &another),
        QueryAnswer::NoAnswer,
        "it is about another prompt"
    );
}

#[test]
fn the_life_of_a_token_may_be_a_number_or_a_string() {
    let token = |life: &str| token_meaning(&format!(r#"{{ "access_token": "t0", "expires_in": {life} }}"#));
    assert_eq!(token("\"3599\""), Some(("t0".into(), 3_599)));
    assert_eq!(token("3599"), Some(("t0".into(), 3_599)));
    assert_eq!(token("\"soon\""), Some(("t0".into(), 300)));
    assert_eq!(token_meaning(r#"{ "expires_in": "3599" }"#), None);
    assert_eq!(token_meaning("<html>"), None);
}

#[test]
fn trouble_is_what_says_nothing_about_the_question() {
    let coded = |code: &str| format!(r#"{{"requestId":"1","errorCode":"{code}","errorMessage":"x"}}"#);
    for (status, body) in [
        (429, String::new()),
        (503, "<html>".to_owned()),
        (500, String::new()),
        (500, coded("500.003.02")),
        (500, coded("500.003.03")),
        (500, coded("500.003.1001")),
    ] {
        assert!(is_trouble(status, &body), "{status} {body}");
    }
    for (status, body) in [
        (200, String::new()),
        (400, coded("400.002.02")),
        (404, coded("404.001.03")),
        (500, coded("500.001.1001")),
        (403, "<html>".to_owned()),
    ] {
        assert!(!is_trouble(status, &body), "{status} {body}");
    }
}
