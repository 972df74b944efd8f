//! What goes over the wire, against a scripted server on loopback: documented answers, and everything that
//! gateways, firewalls and cables make of them.

#![expect(clippy::unwrap_used, reason = "a test that cannot be arranged fails")]

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use ratiba_kernel::test_support::{ManualClock, tenant};
use ratiba_kernel::{Id, Money, Outage, PhoneNumber, TenantId};
use ratiba_payments::actor::Actor;
use ratiba_payments::card::{CancelAnswer, CardRefundAnswer, CardStatus, OpenAnswer, PageUrl};
use ratiba_payments::failure::{FailureReason, ProviderCode};
use ratiba_payments::ports::{CardOrder, CardPage, CardRefundOrder};
use ratiba_payments::reference::{MerchantReference, ProviderIds, Receipt};
use ratiba_payments::test_support::fakes::{InMemoryBook, InMemoryTokens, SeededTokens};
use ratiba_payments::test_support::provider::{Reply, Scripted};
use ratiba_pesapal::client::{Ground, PesapalClient, Timeouts};
use ratiba_pesapal::{Account, PesapalAccounts, RawSettings, Secret, Settings};
use time::Duration as Span;
use uuid::Uuid;

const TRACKING: &str = "b1c2d3e4-0000-4000-8000-1234567890ab";
const PAGE: &str = "https://pay.pesapal.com/iframe/PesapalIframe3/Index?OrderTrackingId=b1c2d3e4";

struct One(Arc<Settings>);

#[async_trait]
impl PesapalAccounts for One {
    async fn account(&self, tenant: TenantId) -> Result<Account, Outage> {
        Ok(Account {
            owner: tenant,
            settings: Arc::clone(&self.0),
        })
    }
}

/// A process, over the stores that all processes share.
struct World {
    server: Scripted,
    tokens: Arc<InMemoryTokens>,
    addresses: Arc<InMemoryBook>,
    clock: Arc<ManualClock>,
}

impl World {
    fn answering(replies: Vec<Reply>) -> Self {
        Self {
            server: Scripted::start(replies),
            tokens: Arc::default(),
            addresses: Arc::default(),
            clock: Arc::default(),
        }
    }

    fn process(&self) -> PesapalClient {
        let settings = Settings::check(RawSettings {
            base_url: self.server.url(),
            public_base_url: "https://pay.example.co.ke".into(),
            consumer_key: Secret::new("key"),
            consumer_secret: Secret::new("hush"),
        });
        let half = Duration::from_millis(500);
        let timeouts = Timeouts {
            connect: half,
            token: half,
            preparation: half * 2,
            order: half,
            status: half,
        };
        let ground = Ground {
            accounts: Arc::new(One(Arc::new(settings.unwrap()))),
            addresses: self.addresses.clone(),
            secrets: Arc::new(SeededTokens::default()),
            store: self.tokens.clone(),
            clock: self.clock.clone(),
        };
        PesapalClient::new(ground, timeouts).unwrap()
    }

    async fn open(&self) -> OpenAnswer {
        self.process().open(business(), order()).await.answer
    }

    fn paths(&self) -> Vec<String> {
        let requests = self.server.requests();
        let path = |line: &str| line.split(' ').nth(1).unwrap().to_owned();
        requests.iter().map(|request| path(&request.line)).collect()
    }
}

fn business() -> TenantId {
    tenant(1)
}

fn reference() -> MerchantReference {
    MerchantReference::of(Id::from_uuid(Uuid::from_u128(7)))
}

fn order() -> CardOrder {
    CardOrder {
        reference: reference(),
        amount: Money::kes_minor(150_050),
        description: "Deposit",
        payer: PhoneNumber::parse("+254700000123").unwrap(),
    }
}

fn token(text: &str) -> Reply {
    // The clock of tests stands at 2026-05-12T05:00:00Z.
    Reply::json(
        200,
        &format!(
            r#"{{ "token": "{text}", "expiryDate": "2026-05-12T05:05:00.1234567Z", "error": null,
                "status": "200", "message": "Request processed successfully" }}"#
        ),
    )
}

fn registered() -> Reply {
    Reply::json(
        200,
        r#"{ "ipn_id": "3d9f1c2e-0000", "ipn_status_decription": "Active", "error": null, "status": "200" }"#,
    )
}

fn created() -> Reply {
    let reference = reference();
    let body = format!(
        r#"{{ "order_tracking_id": "{TRACKING}", "merchant_reference": "{}", "redirect_url": "{PAGE}",
            "error": null, "status": "200" }}"#,
        reference.as_str()
    );
    Reply::json(200, &body)
}

fn opened() -> OpenAnswer {
    OpenAnswer::Created {
        ids: ProviderIds::new(TRACKING, None).unwrap(),
        page: PageUrl::parse(PAGE).unwrap(),
    }
}

fn token_refused() -> Reply {
    Reply::json(
        200,
        r#"{ "error": { "error_type": "api_error", "code": "invalid_api_credentials_provided", "message": "" }, "status": "500" }"#,
    )
}

fn not_touched() -> Reply {
    Reply::json(
        200,
        r#"{ "status_code": 0, "payment_status_description": "INVALID", "status": "500",
            "error": { "error_type": "api_error", "code": "payment_details_not_found", "message": "Pending Payment" } }"#,
    )
}

fn rejected(reason: FailureReason) -> OpenAnswer {
    OpenAnswer::Rejected { reason, code: None }
}

#[tokio::test]
async fn the_first_order_registers_the_address_for_notices_and_the_next_one_uses_it() {
    let world = World::answering(vec![token("t1"), registered(), created(), created()]);
    assert_eq!(world.open().await, opened());
    assert_eq!(world.open().await, opened());
    assert_eq!(
        world.paths(),
        [
            "/api/Auth/RequestToken",
            "/api/URLSetup/RegisterIPN",
            "/api/Transactions/SubmitOrderRequest",
            "/api/Transactions/SubmitOrderRequest",
        ]
    );
    let requests = world.server.requests();
    let sent = |number: usize| serde_json::from_str::<serde_json::Value>(&requests[number].body).unwrap();
    assert_eq!(
        sent(0),
        serde_json::json!({ "consumer_key": "key", "consumer_secret": "hush" })
    );
    let address = sent(1)["url"].as_str().unwrap().to_owned();
    let key = address
        .strip_prefix("https://pay.example.co.ke/webhooks/pesapal/")
        .unwrap();
    assert!(key.len() == 64 && key.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')));
    assert_eq!(
        world.addresses.address_keys(business()),
        [ratiba_kernel::TokenHash::of(key)]
    );
    assert_eq!(sent(1)["ipn_notification_type"], "POST");
    assert_eq!(sent(2)["notification_id"], "3d9f1c2e-0000");
    assert!(
        requests[2].body.contains(r#""amount":1500.50"#),
        "decimal text, cents and all"
    );
    for request in &requests[1..] {
        assert_eq!(request.header("authorization"), Some("Bearer t1"));
        assert_eq!(request.header("accept"), Some("application/json"));
        assert_eq!(request.header("content-type"), Some("application/json"));
    }
}

#[tokio::test]
async fn an_order_without_a_clear_answer_is_unknown_and_never_repeated() {
    let unclear = [
        Reply::json(500, ""),
        Reply::json(503, r#"{ "error": { "code": "busy" }, "status": "500" }"#),
        Reply::json(200, r#"{ "status": "500", "message": "…" }"#),
        Reply::html(502),
        Reply::html(200),
        Reply::json(200, ""),
        Reply::json(302, ""),
        Reply::Reset,
        Reply::HalfAnAnswer,
        Reply::Silence,
    ];
    for reply in unclear {
        // A second order would be accepted: it must not be made.
        let told = format!("{reply:?}");
        let world = World::answering(vec![token("t1"), registered(), reply, created()]);
        assert_eq!(world.open().await, OpenAnswer::Unknown, "{told}");
        assert_eq!(world.server.requests().len(), 3, "{told}");
    }
}

#[tokio::test]
async fn without_a_token_or_an_address_nothing_is_ordered() {
    let wrong_keys = Reply::json(
        200,
        r#"{ "token": null, "error": { "code": "invalid_consumer_key_or_secret_provided" }, "status": "500" }"#,
    );
    let cases = [
        (vec![wrong_keys], FailureReason::Misconfigured),
        (vec![Reply::json(500, "")], FailureReason::ProviderUnavailable),
        (vec![Reply::html(200)], FailureReason::ProviderUnavailable),
        // Only the documented code says that the keys are wrong.
        (vec![Reply::json(400, "")], FailureReason::ProviderUnavailable),
        (vec![Reply::html(401)], FailureReason::ProviderUnavailable),
        (vec![Reply::Silence], FailureReason::ProviderUnavailable),
        (
            vec![token("t1"), Reply::html(403)],
            FailureReason::ProviderUnavailable,
        ),
        (
            vec![token("t1"), Reply::Reset],
            FailureReason::ProviderUnavailable,
        ),
    ];
    for (replies, reason) in cases {
        let world = World::answering(replies);
        assert_eq!(world.open().await, rejected(reason));
        let orders = world
            .paths()
            .iter()
            .filter(|path| path.contains("SubmitOrder"))
            .count();
        assert_eq!(orders, 0);
        assert_eq!(world.addresses.address_keys(business()), []);
    }
}

#[tokio::test]
async fn a_token_that_is_refused_is_renewed_once_and_the_call_repeated_once() {
    for refusal in [token_refused(), Reply::json(401, ""), Reply::html(401)] {
        let replies = vec![token("t1"), registered(), refusal, token("t2"), created()];
        let world = World::answering(replies);
        assert_eq!(world.open().await, opened());
        let bearers = world.server.bearers();
        assert_eq!(bearers, ["Bearer t1", "Bearer t1", "Bearer t2"]);
    }
    let replies = vec![
        token("t1"),
        registered(),
        token_refused(),
        token("t2"),
        token_refused(),
        token("t3"),
    ];
    let world = World::answering(replies);
    assert_eq!(world.open().await, rejected(FailureReason::ProviderUnavailable));
    assert_eq!(world.server.requests().len(), 5, "once, and not in a loop");
}

#[tokio::test]
async fn a_token_serves_all_processes_and_is_renewed_before_its_five_minutes_are_over() {
    let world = World::answering(vec![
        token("t1"),
        not_touched(),
        not_touched(),
        token("t2"),
        not_touched(),
    ]);
    let (one, other) = (world.process(), world.process());
    for process in [&one, &other] {
        assert_eq!(
            process.status(business(), TRACKING).await.answer,
            CardStatus::Pending
        );
    }
    world.clock.advance(Span::minutes(4) + Span::seconds(20));
    assert_eq!(one.status(business(), TRACKING).await.answer, CardStatus::Pending);
    assert_eq!(world.server.bearers(), ["Bearer t1", "Bearer t1", "Bearer t2"]);
    let status =
        "/api/Transactions/GetTransactionStatus?orderTrackingId=b1c2d3e4-0000-4000-8000-1234567890ab";
    assert_eq!(world.paths()[1], status);
    assert!(world.server.requests()[1].line.starts_with("GET "));
}

#[tokio::test]
async fn a_question_that_fails_is_no_answer_and_never_a_failure() {
    let nothing = [
        Reply::json(200, r#"{ "error": { "code": "brand_new" }, "status": "500" }"#),
        Reply::json(500, ""),
        Reply::html(403),
        Reply::html(200),
        Reply::json(429, ""),
        Reply::Reset,
        Reply::HalfAnAnswer,
        Reply::Silence,
    ];
    for reply in nothing {
        let told = format!("{reply:?}");
        let world = World::answering(vec![token("t1"), reply]);
        let heard = world.process().status(business(), TRACKING).await;
        assert_eq!(heard.answer, CardStatus::NoAnswer, "{told}");
    }
    let world = World::answering(vec![]);
    let heard = world.process().status(business(), "../x?y").await;
    assert_eq!(heard.answer, CardStatus::NoAnswer);
    assert_eq!(
        world.server.requests().len(),
        0,
        "an id of another shape is not put into an address"
    );
}

#[tokio::test]
async fn an_order_is_cancelled_by_its_tracking_id() {
    let done = Reply::json(
        200,
        r#"{ "status": "200", "message": "Order successfully cancelled" }"#,
    );
    let world = World::answering(vec![token("t1"), done]);
    let heard = world.process().cancel(business(), TRACKING).await;
    assert_eq!(heard.answer, CancelAnswer::Cancelled);
    let request = world.server.requests().pop().unwrap();
    assert_eq!(request.line, "POST /api/Transactions/CancelOrder HTTP/1.1");
    assert_eq!(request.body, format!(r#"{{"order_tracking_id":"{TRACKING}"}}"#));
    let answers = [
        (Reply::Silence, CancelAnswer::Unknown),
        (Reply::json(500, ""), CancelAnswer::Unknown),
        (
            Reply::json(200, r#"{ "status": "500", "message": "…" }"#),
            CancelAnswer::Refused,
        ),
        // Nobody looked at these: they are to be made again.
        (
            Reply::json(429, r#"{ "status": "429", "message": "slow down" }"#),
            CancelAnswer::NotMade,
        ),
        (Reply::html(403), CancelAnswer::NotMade),
    ];
    for (reply, answer) in answers {
        let told = format!("{reply:?}");
        let world = World::answering(vec![token("t1"), reply]);
        let heard = world.process().cancel(business(), TRACKING).await;
        assert_eq!(heard.answer, answer, "{told}");
    }
    let world = World::answering(vec![Reply::json(503, "")]);
    let heard = world.process().cancel(business(), TRACKING).await;
    assert_eq!(heard.answer, CancelAnswer::NotMade, "there was no token");
}

#[tokio::test]
async fn an_address_for_notices_that_is_not_taken_any_more_is_replaced_once() {
    let unknown = || {
        Reply::json(
            200,
            r#"{ "error": { "error_type": "api_error", "code": "invalid_request",
                "message": "notification_id is not registered" }, "status": "500" }"#,
        )
    };
    let other = Reply::json(
        200,
        r#"{ "ipn_id": "77777777-0000", "error": null, "status": "200" }"#,
    );
    let world = World::answering(vec![
        token("t1"),
        registered(),
        unknown(),
        other.clone(),
        created(),
        created(),
    ]);
    assert_eq!(world.open().await, opened());
    assert_eq!(world.open().await, opened(), "the newer one is used from then on");
    let requests = world.server.requests();
    assert_eq!(requests.len(), 6);
    assert!(requests[5].body.contains("77777777-0000"));
    // Refused once more it is a refusal, and no loop.
    let world = World::answering(vec![token("t1"), registered(), unknown(), other, unknown()]);
    let OpenAnswer::Rejected { reason, .. } = world.open().await else {
        panic!("it was refused");
    };
    assert_eq!(reason, FailureReason::RequestRefused);
    assert_eq!(world.server.requests().len(), 5);
}

#[tokio::test]
async fn an_order_without_a_page_keeps_the_id_by_which_it_is_cancelled() {
    let no_page = format!(
        r#"{{ "order_tracking_id": "{TRACKING}", "merchant_reference": "{}", "redirect_url": "ftp://x",
            "error": null, "status": "200" }}"#,
        reference().as_str()
    );
    let world = World::answering(vec![token("t1"), registered(), Reply::json(200, &no_page)]);
    let ids = ProviderIds::new(TRACKING, None).unwrap();
    assert_eq!(world.open().await, OpenAnswer::NoPage { ids });
}

#[tokio::test]
async fn who_waits_while_no_token_is_to_be_had_is_told_with_the_first() {
    let world = World::answering(vec![Reply::Silence]);
    let process = Arc::new(world.process());
    let ask = || {
        let process = Arc::clone(&process);
        async move { process.cancel(business(), TRACKING).await.answer }
    };
    let answers = tokio::join!(ask(), ask(), ask(), ask());
    let not_made = CancelAnswer::NotMade;
    assert_eq!(answers, (not_made, not_made, not_made, not_made));
    assert_eq!(
        world.server.requests().len(),
        1,
        "nobody stands in a row to fail alike"
    );
}

#[tokio::test]
async fn money_is_asked_back_once_and_received_is_not_done() {
    let order = || CardRefundOrder {
        original: Receipt::parse("7001234567").unwrap(),
        amount: Money::kes_minor(150_050),
        by: Actor::parse("Wanjiru").unwrap(),
        reason: "Cancelled in time".to_owned(),
    };
    let told = |message: &str| format!(r#"{{ "status": "500", "message": "{message}" }}"#);
    let words = "The amount is more than was paid";
    let cases = [
        (
            Reply::json(
                200,
                r#"{ "status": "200", "message": "Refund request successfully" }"#,
            ),
            CardRefundAnswer::Received,
        ),
        (
            Reply::json(200, &told(words)),
            CardRefundAnswer::Rejected {
                code: Some(ProviderCode::new("The_amount_is_more_than_was_paid")),
            },
        ),
        (Reply::json(429, ""), CardRefundAnswer::NotMade),
        (Reply::html(403), CardRefundAnswer::NotMade),
        (Reply::json(500, ""), CardRefundAnswer::Unknown),
        (Reply::html(200), CardRefundAnswer::Unknown),
        (Reply::Reset, CardRefundAnswer::Unknown),
        (Reply::Silence, CardRefundAnswer::Unknown),
    ];
    for (reply, answer) in cases {
        let told = format!("{reply:?}");
        let world = World::answering(vec![token("t1"), reply]);
        let heard = world.process().refund(business(), order()).await;
        assert_eq!(heard.answer, answer, "{told}");
        let requests = world.server.requests();
        assert_eq!(requests.len(), 2, "never repeated: {told}");
        assert_eq!(requests[1].line, "POST /api/Transactions/RefundRequest HTTP/1.1");
        let sent: serde_json::Value = serde_json::from_str(&requests[1].body).unwrap();
        let documented = serde_json::json!({
            "confirmation_code": "7001234567", "amount": "1500.50", "username": "Wanjiru",
            "remarks": "Cancelled in time",
        });
        assert_eq!(sent, documented);
    }
}

#[tokio::test]
async fn after_five_calls_that_came_to_nothing_pesapal_is_left_alone_and_what_it_names_is_no_trouble() {
    let mut replies = vec![token("t1")];
    replies.extend((0..12).map(|_| {
        Reply::json(
            500,
            r#"{ "error": { "code": "payment_details_not_found" }, "status": "500" }"#,
        )
    }));
    let world = World::answering(replies);
    let process = world.process();
    for _ in 0..12 {
        process.status(business(), TRACKING).await;
    }
    assert_eq!(world.paths().len(), 13, "an error with a name is an answer");

    let mut replies = vec![token("t1")];
    replies.extend((0..8).map(|_| Reply::json(502, "<html>")));
    let world = World::answering(replies);
    let process = world.process();
    for _ in 0..8 {
        let heard = process.status(business(), TRACKING).await;
        assert_eq!(heard.answer, CardStatus::NoAnswer);
    }
    assert_eq!(world.paths().len(), 6, "a token and five calls");
    let unavailable = OpenAnswer::Rejected {
        reason: FailureReason::ProviderUnavailable,
        code: None,
    };
    let opened = process.open(business(), order()).await;
    assert_eq!(
        opened.answer, unavailable,
        "nothing was opened, and that is certain"
    );
    let refund = process.cancel(business(), TRACKING).await;
    assert_eq!(refund.answer, CancelAnswer::NotMade);
    assert_eq!(world.paths().len(), 6);
}
