//! What goes over the wire, against a scripted server on loopback: documented answers, and everything that
//! gateways, firewalls and cables make of them.

#![expect(clippy::unwrap_used, reason = "a test that cannot be arranged fails")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use ratiba_daraja::settings::{Operator, TransactionType};
use ratiba_daraja::{DarajaClient, OneAccount, RawSettings, Secret, Settings, Timeouts};
use ratiba_kernel::test_support::{ManualClock, tenant};
use ratiba_kernel::{Id, Money, PhoneNumber, TenantId};
use ratiba_payments::evidence::{Heard, PushAnswer, QueryAnswer};
use ratiba_payments::failure::{FailureReason, ProviderCode};
use ratiba_payments::ports::{MobileMoney, MoneyBack, PushOrder, ReversalOrder};
use ratiba_payments::reference::{AccountReference, CallbackToken, ProviderIds, Receipt};
use ratiba_payments::refund::ReversalAnswer;
use ratiba_payments::test_support::fakes::InMemoryTokens;
use ratiba_payments::test_support::provider::{Reply, Request, Scripted};
use uuid::Uuid;

const ACCEPTED: &str = r#"{ "MerchantRequestID": "5e1a-4c1e-93aa-77",
  "CheckoutRequestID": "ws_CO_12052026080001234700000123",
  "ResponseCode": "0", "ResponseDescription": "…", "CustomerMessage": "…" }"#;

const TOKEN_EXPIRED: &str =
    r#"{ "requestId": "5e1a-78", "errorCode": "404.001.03", "errorMessage": "Invalid Access Token" }"#;

/// Hands out tokens, each of which cancels the one before, and accepts prompts under the last.
#[derive(Clone, Default)]
struct RealTokens(Arc<Mutex<(u32, u32)>>);

impl RealTokens {
    fn server(&self) -> Scripted {
        let tokens = self.clone();
        Scripted::answering(move |request| tokens.reply(request))
    }

    fn reply(&self, request: &Request) -> Reply {
        let (current, asked) = &mut *self.0.lock().unwrap();
        if request.line.starts_with("GET") {
            *asked += 1;
            *current += 1;
            return token(&format!("t{current}"));
        }
        let good = format!("Bearer t{current}");
        if request.header("authorization") == Some(good.as_str()) {
            Reply::json(200, ACCEPTED)
        } else {
            Reply::json(404, TOKEN_EXPIRED)
        }
    }

    fn asked(&self) -> u32 {
        self.0.lock().unwrap().1
    }

    fn cancel(&self) {
        self.0.lock().unwrap().0 += 1_000;
    }
}

fn settings(server: &Scripted) -> Settings {
    Settings::check(RawSettings {
        base_url: server.url(),
        callback_base_url: "https://pay.example.co.ke".into(),
        consumer_key: Secret::new("key"),
        consumer_secret: Secret::new("hush"),
        short_code: "654321".into(),
        passkey: Secret::new("example-passkey-not-real"),
        transaction_type: TransactionType::Paybill,
        party_b: "654321".into(),
        operator: Some(Operator::new("ratiba", Secret::new("not-a-real-credential"))),
    })
    .unwrap()
}

/// A process: a client of its own over the store that all processes share.
fn process(server: &Scripted, store: &Arc<InMemoryTokens>) -> DarajaClient {
    let timeouts = Timeouts {
        connect: Duration::from_millis(500),
        token: Duration::from_millis(500),
        push: Duration::from_millis(500),
        query: Duration::from_millis(500),
    };
    let accounts = Arc::new(OneAccount::new(settings(server)));
    let clock = Arc::new(ManualClock::default());
    DarajaClient::new(accounts, store.clone(), clock, timeouts).unwrap()
}

fn business() -> TenantId {
    tenant(1)
}

fn order() -> PushOrder {
    PushOrder {
        amount: Money::kes_minor(150_000),
        payer: PhoneNumber::parse("+254700000123").unwrap(),
        account: AccountReference::of(Id::from_uuid(Uuid::from_u128(7))),
        description: "Deposit",
        token: CallbackToken::from_bytes([0x3f; 32]),
    }
}

fn ids() -> ProviderIds {
    ProviderIds::new("ws_CO_12052026080001234700000123", Some("5e1a-4c1e-93aa-77")).unwrap()
}

fn token(text: &str) -> Reply {
    Reply::json(
        200,
        &format!(r#"{{ "access_token": "{text}", "expires_in": "3599" }}"#),
    )
}

async fn push(replies: Vec<Reply>) -> (PushAnswer, Scripted) {
    let server = Scripted::start(replies);
    let Heard { answer, .. } = process(&server, &Arc::default()).push(business(), order()).await;
    (answer, server)
}

fn rejected(reason: FailureReason) -> PushAnswer {
    PushAnswer::Rejected { reason, code: None }
}

#[tokio::test]
async fn a_submission_is_what_the_reference_documents() {
    let (answer, server) = push(vec![token("t1"), Reply::json(200, ACCEPTED)]).await;
    assert_eq!(answer, PushAnswer::Accepted(ids()));
    let requests = server.requests();
    assert_eq!(requests.len(), 2);
    assert_eq!(
        requests[0].line,
        "GET /oauth/v1/generate?grant_type=client_credentials HTTP/1.1"
    );
    assert_eq!(requests[0].header("authorization"), Some("Basic a2V5Omh1c2g="));
    assert_eq!(requests[1].line, "POST /mpesa/stkpush/v1/processrequest HTTP/1.1");
    assert_eq!(requests[1].header("authorization"), Some("Bearer t1"));
    assert_eq!(requests[1].header("content-type"), Some("application/json"));
    let sent: serde_json::Value = serde_json::from_str(&requests[1].body).unwrap();
    let account = order().account;
    let documented = serde_json::json!({
        "BusinessShortCode": "654321",
        "Password": "NjU0MzIxZXhhbXBsZS1wYXNza2V5LW5vdC1yZWFsMjAyNjA1MTIwODAwMDA=",
        "Timestamp": "20260512080000",
        "TransactionType": "CustomerPayBillOnline",
        "Amount": 1500,
        "PartyA": "254700000123",
        "PartyB": "654321",
        "PhoneNumber": "254700000123",
        "CallBackURL": format!("https://pay.example.co.ke/webhooks/daraja/stk/{}", "3f".repeat(32)),
        "AccountReference": account.as_str(),
        "TransactionDesc": "Deposit",
    });
    assert_eq!(sent, documented);
}

#[tokio::test]
async fn a_submission_without_a_clear_answer_is_unknown_and_never_repeated() {
    let unclear = [
        Reply::json(500, ""),
        Reply::json(
            503,
            r#"{ "errorCode": "500.003.02", "errorMessage": "System busy" }"#,
        ),
        Reply::html(502),
        Reply::html(200),
        Reply::json(200, ""),
        Reply::json(302, ""),
        Reply::Reset,
        Reply::HalfAnAnswer,
        Reply::Silence,
    ];
    for reply in unclear {
        // A second submission would be accepted: it must not be made.
        let told = format!("{reply:?}");
        let (answer, server) = push(vec![token("t1"), reply, Reply::json(200, ACCEPTED)]).await;
        assert_eq!(answer, PushAnswer::Unknown, "{told}");
        assert_eq!(server.requests().len(), 2, "{told}");
    }
}

#[tokio::test]
async fn a_refused_submission_failed_for_certain() {
    let invalid = r#"{ "errorCode": "400.002.02", "errorMessage": "Bad Request - Invalid PhoneNumber" }"#;
    let (answer, _) = push(vec![token("t1"), Reply::json(400, invalid)]).await;
    let code = Some(ProviderCode::new("400.002.02"));
    let reason = FailureReason::RequestRefused;
    assert_eq!(answer, PushAnswer::Rejected { reason, code });
    let (answer, _) = push(vec![token("t1"), Reply::html(403)]).await;
    assert_eq!(answer, rejected(FailureReason::ProviderUnavailable));
    let (answer, _) = push(vec![token("t1"), Reply::json(429, "")]).await;
    assert_eq!(answer, rejected(FailureReason::SystemBusy));
}

#[tokio::test]
async fn without_a_token_nothing_is_submitted() {
    let cases = [
        (Reply::json(400, ""), FailureReason::Misconfigured),
        (Reply::json(500, ""), FailureReason::ProviderUnavailable),
        (Reply::html(200), FailureReason::ProviderUnavailable),
        (Reply::Reset, FailureReason::ProviderUnavailable),
        (Reply::Silence, FailureReason::ProviderUnavailable),
    ];
    for (reply, reason) in cases {
        let (answer, server) = push(vec![reply, Reply::json(200, ACCEPTED)]).await;
        assert_eq!(answer, rejected(reason));
        assert_eq!(server.requests().len(), 1);
    }
}

#[tokio::test]
async fn where_nobody_listens_nothing_was_submitted() {
    let server = Scripted::start(vec![token("t1"), Reply::json(200, ACCEPTED)]);
    let store = Arc::default();
    let client = process(&server, &store);
    client.push(business(), order()).await;
    server.stop();
    let Heard { answer, raw } = client.push(business(), order()).await;
    assert_eq!(answer, rejected(FailureReason::ProviderUnavailable));
    assert_eq!(raw, None);
}

#[tokio::test]
async fn a_token_that_expired_in_mid_flight_is_renewed_once_and_the_call_repeated_once() {
    let replies = vec![
        token("t1"),
        Reply::json(404, TOKEN_EXPIRED),
        token("t2"),
        Reply::json(200, ACCEPTED),
    ];
    let (answer, server) = push(replies).await;
    assert_eq!(answer, PushAnswer::Accepted(ids()));
    let bearers = server.bearers();
    assert_eq!(bearers, ["Bearer t1", "Bearer t2"]);

    let expired = || Reply::json(401, r#"{ "errorCode": "401.002.01", "errorMessage": "" }"#);
    let (answer, server) = push(vec![token("t1"), expired(), token("t2"), expired(), token("t3")]).await;
    assert_eq!(answer, rejected(FailureReason::ProviderUnavailable));
    assert_eq!(server.requests().len(), 4, "once, and not in a loop");
}

#[tokio::test]
async fn a_token_serves_all_calls_and_all_processes_until_its_end() {
    let queried = r#"{ "ResponseCode": "0", "ResultCode": "0" }"#;
    let server = Scripted::start(vec![
        token("t1"),
        Reply::json(200, ACCEPTED),
        Reply::json(200, queried),
        Reply::json(200, queried),
    ]);
    let store: Arc<InMemoryTokens> = Arc::default();
    let (one, other) = (process(&server, &store), process(&server, &store));
    one.push(business(), order()).await;
    assert_eq!(one.query(business(), &ids()).await.answer, QueryAnswer::Paid);
    assert_eq!(other.query(business(), &ids()).await.answer, QueryAnswer::Paid);
    assert_eq!(server.bearers(), ["Bearer t1"; 3]);
}

#[tokio::test]
async fn processes_that_start_together_ask_for_one_token() {
    let tokens = RealTokens::default();
    let server = tokens.server();
    let store: Arc<InMemoryTokens> = Arc::default();
    let processes: Vec<_> = (0..4).map(|_| process(&server, &store)).collect();
    let pushes = processes
        .iter()
        .map(|client| async { client.push(business(), order()).await.answer });
    let answers = ratiba_payments::test_support::together(pushes.collect()).await;
    for answer in answers {
        assert_eq!(answer, PushAnswer::Accepted(ids()));
    }
    assert_eq!(tokens.asked(), 1);
}

#[tokio::test]
async fn a_cancelled_token_is_replaced_without_a_loop() {
    let tokens = RealTokens::default();
    let server = tokens.server();
    let store: Arc<InMemoryTokens> = Arc::default();
    let processes: Vec<_> = (0..4).map(|_| process(&server, &store)).collect();
    processes[0].push(business(), order()).await;
    // Somebody outside of our control asks for a token, and cancels ours.
    tokens.cancel();
    let pushes = processes
        .iter()
        .map(|client| async { client.push(business(), order()).await.answer });
    let answers = ratiba_payments::test_support::together(pushes.collect()).await;
    for answer in answers {
        assert_eq!(answer, PushAnswer::Accepted(ids()));
    }
    assert_eq!(tokens.asked(), 2, "one at the beginning, and one for all of them");
}

#[tokio::test]
async fn a_query_is_what_the_reference_documents() {
    let body = r#"{ "ResponseCode": "0", "ResponseDescription": "…", "MerchantRequestID": "5e1a-4c1e-93aa-77",
      "CheckoutRequestID": "ws_CO_12052026080001234700000123", "ResultCode": "1032", "ResultDesc": "…" }"#;
    let server = Scripted::start(vec![token("t1"), Reply::json(200, body)]);
    let heard = process(&server, &Arc::default()).query(business(), &ids()).await;
    let declined = QueryAnswer::Failed {
        reason: FailureReason::DeclinedByPayer,
        code: ProviderCode::new("1032"),
    };
    assert_eq!(heard.answer, declined);
    let request = server.requests().pop().unwrap();
    assert_eq!(request.line, "POST /mpesa/stkpushquery/v1/query HTTP/1.1");
    let sent: serde_json::Value = serde_json::from_str(&request.body).unwrap();
    let documented = serde_json::json!({
        "BusinessShortCode": "654321",
        "Password": "NjU0MzIxZXhhbXBsZS1wYXNza2V5LW5vdC1yZWFsMjAyNjA1MTIwODAwMDA=",
        "Timestamp": "20260512080000",
        "CheckoutRequestID": "ws_CO_12052026080001234700000123",
    });
    assert_eq!(sent, documented);
}

#[tokio::test]
async fn a_query_that_fails_is_no_answer_and_never_a_failure() {
    let nothing = [
        Reply::json(
            500,
            r#"{ "errorCode": "500.001.1001", "errorMessage": "[MerchantValidate] - …" }"#,
        ),
        Reply::json(200, r#"{ "errorCode": "500.001.1001", "errorMessage": "" }"#),
        Reply::json(
            404,
            r#"{ "errorCode": "404.001.01", "errorMessage": "Resource not found" }"#,
        ),
        Reply::json(500, ""),
        Reply::html(403),
        Reply::Reset,
        Reply::HalfAnAnswer,
        Reply::Silence,
    ];
    for reply in nothing {
        let told = format!("{reply:?}");
        let server = Scripted::start(vec![token("t1"), reply]);
        let heard = process(&server, &Arc::default()).query(business(), &ids()).await;
        assert_eq!(heard.answer, QueryAnswer::NoAnswer, "{told}");
    }
    let body = r#"{ "errorCode": "500.001.1001", "errorMessage": "The transaction is being processed" }"#;
    let server = Scripted::start(vec![token("t1"), Reply::json(500, body)]);
    let heard = process(&server, &Arc::default()).query(business(), &ids()).await;
    assert_eq!(heard.answer, QueryAnswer::Pending);
}

#[tokio::test]
async fn an_answer_beyond_measure_is_cut() {
    let long = "x".repeat(200_000);
    let server = Scripted::start(vec![token("t1"), Reply::json(500, &long)]);
    let heard = process(&server, &Arc::default()).push(business(), order()).await;
    assert_eq!(heard.answer, PushAnswer::Unknown);
    assert_eq!(heard.raw.map(|raw| raw.as_str().len()), Some(1_000));
}

fn reversal() -> ReversalOrder {
    ReversalOrder {
        original: Receipt::parse("SJK7H2LM9P").unwrap(),
        amount: Money::kes_minor(150_000),
        token: CallbackToken::from_bytes([0x3f; 32]),
    }
}

#[tokio::test]
async fn reversals_that_come_to_nothing_stop_reversals_and_no_prompt() {
    let mut replies = vec![token("t1")];
    replies.extend((0..5).map(|_| Reply::json(502, "<html>")));
    replies.push(Reply::json(200, ACCEPTED));
    let server = Scripted::start(replies);
    let client = process(&server, &Arc::default());
    for _ in 0..5 {
        let Heard { answer, .. } = client.reverse(business(), reversal()).await;
        assert_eq!(answer, ReversalAnswer::Unknown);
    }
    let Heard { answer, raw } = client.reverse(business(), reversal()).await;
    assert_eq!((answer, raw), (ReversalAnswer::NotSent, None), "nobody was asked");
    let Heard { answer, .. } = client.push(business(), order()).await;
    assert!(matches!(answer, PushAnswer::Accepted(_)), "{answer:?}");
}

#[tokio::test]
async fn what_daraja_repeats_of_what_it_was_sent_in_confidence_is_not_kept() {
    const TOKEN: &str = "c9SQxWWhmdVRlyh0zh8gZDTkubVF";
    let server = Scripted::answering(|request: &Request| {
        if request.line.starts_with("GET") {
            return token(TOKEN);
        }
        let repeated = serde_json::json!({
            "errorCode": "400.002.02", "errorMessage": format!("Bad Request - {TOKEN} {}", request.body),
        });
        Reply::json(400, &repeated.to_string())
    });
    let Heard { raw, .. } = process(&server, &Arc::default()).push(business(), order()).await;
    let kept = raw.unwrap();
    assert!(kept.as_str().contains("Bad Request - […]"), "{}", kept.as_str());
    let sent = &server.requests()[1].body;
    let sent: serde_json::Value = serde_json::from_str(sent).unwrap();
    for secret in [
        TOKEN,
        order().token.reveal(),
        sent["Password"].as_str().unwrap(),
        sent["CallBackURL"].as_str().unwrap(),
    ] {
        assert!(!kept.as_str().contains(secret), "{}", kept.as_str());
    }
}
