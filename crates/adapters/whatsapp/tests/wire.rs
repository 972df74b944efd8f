//! Do we send and read what the Cloud API documents, errors and slowness included?
//!
//! The server is a script on loopback that answers once and remembers what it was asked.

#![expect(clippy::unwrap_used, reason = "a test that cannot be arranged fails")]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use ratiba_conversation::channel::Address;
use ratiba_conversation::outgoing::{Content, Document, MessageId, SendAnswer, SendRefusal, TextBody};
use ratiba_conversation::ports::ClientMessenger;
use ratiba_kernel::PhoneNumber;
use ratiba_kernel::test_support::{ManualClock, tenant};
use ratiba_whatsapp::{AccessToken, Account, ClientSettings, StaticAccounts, WhatsappMessenger};
use serde_json::{Value, json};
use uuid::Uuid;

#[derive(Clone)]
enum Answer {
    Json(u16, Value),
    Text(u16, &'static str),
    Never,
}

struct Script {
    answer: Answer,
    /// The answer to an upload.
    media: Answer,
    asked: Mutex<Vec<(String, String, Value)>>,
}

async fn play(request: HttpRequest, body: web::Bytes, script: web::Data<Script>) -> HttpResponse {
    let form = || Value::String(String::from_utf8_lossy(&body).into_owned());
    let body = serde_json::from_slice(&body).unwrap_or_else(|_| form());
    let bearer = request
        .headers()
        .get("authorization")
        .unwrap()
        .to_str()
        .unwrap()
        .to_owned();
    script
        .asked
        .lock()
        .unwrap()
        .push((request.path().to_owned(), bearer, body));
    let answer = if request.path().ends_with("/media") {
        &script.media
    } else {
        &script.answer
    };
    match answer.clone() {
        Answer::Json(status, body) => HttpResponse::build(status.try_into().unwrap()).json(body),
        Answer::Text(status, body) => HttpResponse::build(status.try_into().unwrap()).body(body),
        Answer::Never => std::future::pending().await,
    }
}

struct Upstream {
    script: web::Data<Script>,
    messenger: WhatsappMessenger,
    handle: ServerHandle,
}

fn messenger(base_url: String) -> WhatsappMessenger {
    let account = Account {
        phone_number_id: "600700800900".into(),
        access_token: AccessToken::new("secret-token"),
        business_account_id: Some("100200300400500".to_owned()),
    };
    let settings = ClientSettings {
        base_url,
        version: "v26.0".into(),
        connect_timeout_ms: 500,
        timeout_ms: 500,
    };
    WhatsappMessenger::new(
        settings,
        Arc::new(StaticAccounts(BTreeMap::from([(tenant(1), account)]))),
        Arc::new(ManualClock::default()),
    )
    .unwrap()
}

async fn upstream(answer: Answer) -> Upstream {
    upstream_with_media(answer, Answer::Text(404, "")).await
}

async fn upstream_with_media(answer: Answer, media: Answer) -> Upstream {
    let script = web::Data::new(Script {
        answer,
        media,
        asked: Mutex::default(),
    });
    let shared = script.clone();
    let server = HttpServer::new(move || App::new().app_data(shared.clone()).default_service(web::to(play)))
        .workers(1)
        .disable_signals()
        .bind(("127.0.0.1", 0))
        .unwrap();
    let port = server.addrs()[0].port();
    let server = server.run();
    let handle = server.handle();
    actix_web::rt::spawn(server);
    Upstream {
        script,
        messenger: messenger(format!("http://127.0.0.1:{port}")),
        handle,
    }
}

async fn send_by(messenger: &WhatsappMessenger) -> SendAnswer {
    let to = Address::of_phone(PhoneNumber::parse("+254700000123").unwrap());
    let content = Content::Text(TextBody::new("Karibu!").unwrap());
    messenger
        .send(tenant(1), &to, &content, MessageId::from_uuid(Uuid::from_u128(7)))
        .await
}

async fn send(answer: Answer) -> SendAnswer {
    let upstream = upstream(answer).await;
    let answer = send_by(&upstream.messenger).await;
    upstream.handle.stop(false).await;
    answer
}

fn error(status: u16, code: i64) -> Answer {
    Answer::Json(
        status,
        json!({"error": {"message": "…", "type": "OAuthException", "code": code, "fbtrace_id": "x"}}),
    )
}

#[actix_web::test]
async fn an_accepted_message_has_the_providers_id_and_was_asked_for_as_documented() {
    let accepted = json!({"messaging_product": "whatsapp", "contacts": [{"input": "254700000123"}],
        "messages": [{"id": "wamid.OUT", "message_status": "accepted"}]});
    let upstream = upstream(Answer::Json(200, accepted)).await;
    let answer = send_by(&upstream.messenger).await;
    assert_eq!(
        answer,
        SendAnswer::Accepted {
            provider_id: "wamid.OUT".into()
        }
    );
    let asked = upstream.script.asked.lock().unwrap().clone();
    upstream.handle.stop(false).await;
    let (path, bearer, body) = &asked[0];
    assert_eq!(path, "/v26.0/600700800900/messages");
    assert_eq!(bearer, "Bearer secret-token");
    assert_eq!(
        body["biz_opaque_callback_data"],
        "00000000-0000-0000-0000-000000000007"
    );
    assert_eq!(asked.len(), 1);
}

#[actix_web::test]
async fn each_class_of_error_code_asks_for_its_own_step() {
    let refused = |answer| match answer {
        SendAnswer::Refused(refusal) => refusal,
        other @ (SendAnswer::Accepted { .. } | SendAnswer::Unknown) => panic!("not refused: {other:?}"),
    };
    assert!(matches!(
        refused(send(error(400, 131_056)).await),
        SendRefusal::RetryLater { code: 131_056, .. }
    ));
    assert_eq!(
        refused(send(error(400, 131_047)).await),
        SendRefusal::TemplateInstead { code: 131_047 }
    );
    assert_eq!(
        refused(send(error(400, 131_026)).await),
        SendRefusal::Undeliverable { code: 131_026 }
    );
    assert_eq!(
        refused(send(error(400, 131_050)).await),
        SendRefusal::StoppedMarketing { code: 131_050 }
    );
    assert_eq!(
        refused(send(error(401, 190)).await),
        SendRefusal::Misconfigured { code: 190 }
    );
    assert_eq!(
        refused(send(error(400, 424_242)).await),
        SendRefusal::Misconfigured { code: 424_242 }
    );
    assert!(matches!(
        refused(send(error(500, 131_016)).await),
        SendRefusal::RetryLater { code: 131_016, .. }
    ));
}

#[actix_web::test]
async fn an_answer_that_says_nothing_certain_is_unknown() {
    assert_eq!(
        send(Answer::Text(502, "<html>bad gateway</html>")).await,
        SendAnswer::Unknown
    );
    assert_eq!(send(error(500, 131_000)).await, SendAnswer::Unknown);
    assert_eq!(
        send(Answer::Json(200, json!({"messages": []}))).await,
        SendAnswer::Unknown
    );
    assert_eq!(send(Answer::Text(200, "")).await, SendAnswer::Unknown);
    assert_eq!(send(Answer::Never).await, SendAnswer::Unknown);
}

#[actix_web::test]
async fn a_refusal_without_a_code_is_not_taken_for_a_success() {
    assert_eq!(
        send(Answer::Text(403, "<html>forbidden</html>")).await,
        SendAnswer::Refused(SendRefusal::Misconfigured { code: 403 })
    );
    assert!(matches!(
        send(Answer::Text(429, "")).await,
        SendAnswer::Refused(SendRefusal::RetryLater { .. })
    ));
}

#[actix_web::test]
async fn a_connection_that_never_stood_is_safe_to_repeat() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let answer = send_by(&messenger(format!("http://127.0.0.1:{port}"))).await;
    assert!(matches!(
        answer,
        SendAnswer::Refused(SendRefusal::RetryLater { .. })
    ));
}

async fn send_document(answer: Answer, media: Answer) -> (SendAnswer, Vec<(String, String, Value)>) {
    let upstream = upstream_with_media(answer, media).await;
    let to = Address::of_phone(PhoneNumber::parse("+254700000123").unwrap());
    let document = Document::pdf("risiti.pdf", "Risiti yako", b"%PDF-1.4 KES 1,000".to_vec()).unwrap();
    let message = MessageId::from_uuid(Uuid::from_u128(7));
    let content = Content::Document(document);
    let answer = upstream.messenger.send(tenant(1), &to, &content, message).await;
    let asked = upstream.script.asked.lock().unwrap().clone();
    upstream.handle.stop(false).await;
    (answer, asked)
}

#[actix_web::test]
async fn a_document_is_uploaded_and_then_sent_by_its_id() {
    let accepted = json!({"messages": [{"id": "wamid.OUT"}]});
    let (answer, asked) = send_document(
        Answer::Json(200, accepted),
        Answer::Json(200, json!({"id": "1037543291543636"})),
    )
    .await;
    let provider_id = "wamid.OUT".to_owned();
    assert_eq!(answer, SendAnswer::Accepted { provider_id });
    let paths: Vec<&str> = asked.iter().map(|(path, _, _)| path.as_str()).collect();
    assert_eq!(
        paths,
        ["/v26.0/600700800900/media", "/v26.0/600700800900/messages"]
    );
    let form = asked[0].2.as_str().unwrap();
    assert!(form.contains("%PDF-1.4 KES 1,000") && form.contains("name=\"messaging_product\""));
    assert_eq!(asked[1].2["document"]["id"], "1037543291543636");
}

#[actix_web::test]
async fn a_document_whose_upload_failed_was_sent_to_nobody_and_may_be_tried_again() {
    for media in [
        Answer::Never,
        Answer::Text(502, "<html>"),
        Answer::Json(200, json!({})),
        error(400, 131_053),
        error(500, 1),
    ] {
        let (answer, asked) = send_document(error(500, 131_000), media).await;
        let retried = matches!(answer, SendAnswer::Refused(SendRefusal::RetryLater { .. }));
        assert!(retried, "{answer:?}");
        assert_eq!(asked.len(), 1, "nothing was sent");
    }
    let (answer, _) = send_document(error(500, 131_000), error(401, 190)).await;
    assert_eq!(
        answer,
        SendAnswer::Refused(SendRefusal::Misconfigured { code: 190 })
    );
}

#[actix_web::test]
async fn a_business_without_an_account_sends_nothing() {
    let messenger = messenger("http://127.0.0.1:9".into());
    let to = Address::of_phone(PhoneNumber::parse("+254700000123").unwrap());
    let content = Content::Text(TextBody::new("x").unwrap());
    let answer = messenger
        .send(tenant(2), &to, &content, MessageId::from_uuid(Uuid::from_u128(7)))
        .await;
    assert_eq!(
        answer,
        SendAnswer::Refused(SendRefusal::Misconfigured { code: 0 })
    );
}

#[actix_web::test]
async fn marking_as_read_says_which_message_and_never_fails() {
    let upstream = upstream(Answer::Json(500, json!({}))).await;
    upstream.messenger.mark_read(tenant(1), "wamid.IN").await;
    let asked = upstream.script.asked.lock().unwrap().clone();
    upstream.handle.stop(false).await;
    assert_eq!(asked[0].2["message_id"], "wamid.IN");
    assert_eq!(asked[0].2["status"], "read");
}

#[test]
fn secrets_do_not_show() {
    let shown = format!("{:?}", AccessToken::new("secret-token"));
    assert!(!shown.contains("secret"));
}

#[actix_web::test]
async fn after_five_sends_that_came_to_nothing_the_provider_is_left_alone_for_a_while() {
    let upstream = upstream(Answer::Text(502, "<html>")).await;
    for _ in 0..5 {
        assert_eq!(send_by(&upstream.messenger).await, SendAnswer::Unknown);
    }
    let SendAnswer::Refused(SendRefusal::LeftAlone { after }) = send_by(&upstream.messenger).await else {
        panic!("nothing is sent, and that is certain")
    };
    assert!((5..=13).contains(&after.whole_seconds()), "{after}");
    upstream.messenger.mark_read(tenant(1), "wamid.IN").await;
    assert_eq!(upstream.script.asked.lock().unwrap().len(), 5);
    upstream.handle.stop(false).await;
}

#[actix_web::test]
async fn what_is_refused_with_a_reason_is_no_trouble() {
    let upstream = upstream(error(400, 131_056)).await;
    for _ in 0..12 {
        assert!(matches!(
            send_by(&upstream.messenger).await,
            SendAnswer::Refused(SendRefusal::RetryLater { code: 131_056, .. })
        ));
    }
    upstream.handle.stop(false).await;
}
