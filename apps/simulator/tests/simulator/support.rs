//! A simulator that was just started, and a receiver that keeps what it gets and answers as it is told.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "what tests share fails as the tests do"
)]

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::http::StatusCode;
use actix_web::web::{self, Bytes, Data};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use hmac::{Hmac, Mac as _};
use ratiba_simulator::{Simulator, SimulatorSettings};
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::timeout;

pub(crate) const ASHA: &str = "254700000123";
/// Nothing that is expected takes nearly as long; only a failing test waits for it.
const PATIENCE: Duration = Duration::from_secs(20);

/// What the receiver got.
#[derive(Debug)]
pub(crate) struct Got {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) signature: Option<String>,
    pub(crate) body: Vec<u8>,
}

impl Got {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The messages or statuses of a webhook.
    pub(crate) fn value(&self) -> Value {
        self.json()["entry"][0]["changes"][0]["value"].clone()
    }

    pub(crate) fn signature_is_right(&self) -> bool {
        let mut mac = Hmac::<Sha256>::new_from_slice(b"example-app-secret").unwrap();
        mac.update(&self.body);
        self.signature == Some(format!("sha256={}", hex::encode(mac.finalize().into_bytes())))
    }
}

struct Desk {
    got: UnboundedSender<Got>,
    answers: Mutex<VecDeque<(u16, String)>>,
}

pub(crate) struct Stage {
    simulator: Simulator,
    pub(crate) base: String,
    /// Where the receiver is.
    pub(crate) receiver: String,
    desk: Arc<Desk>,
    server: ServerHandle,
    inbox: UnboundedReceiver<Got>,
    pub(crate) http: reqwest::Client,
}

impl Stage {
    pub(crate) async fn new() -> Self {
        let (got, inbox) = unbounded_channel();
        let desk = Arc::new(Desk {
            got,
            answers: Mutex::default(),
        });
        let shared = Arc::clone(&desk);
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let receiver = format!("http://{}", listener.local_addr().unwrap());
        let server = HttpServer::new(move || {
            App::new()
                .app_data(Data::from(Arc::clone(&shared)))
                .default_service(web::to(take))
        })
        .workers(1)
        .disable_signals()
        .listen(listener)
        .unwrap()
        .run();
        let handle = server.handle();
        tokio::spawn(server);
        let simulator = Simulator::start(SimulatorSettings {
            api_url: Some(receiver.clone()),
            redelivery_pauses: vec![Duration::from_millis(1); 5],
            ..SimulatorSettings::default()
        })
        .await
        .unwrap();
        let base = simulator.base_url();
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self {
            simulator,
            base,
            receiver,
            desk,
            server: handle,
            inbox,
            http,
        }
    }

    /// What the receiver answers next, once each; 200 afterwards.
    pub(crate) fn answers(&self, statuses: &[u16]) {
        let answers = statuses.iter().map(|status| (*status, String::new()));
        self.desk.answers.lock().unwrap().extend(answers);
    }

    /// What the receiver says next, once, with status 200.
    pub(crate) fn says(&self, body: &Value) {
        let answer = (200, body.to_string());
        self.desk.answers.lock().unwrap().push_back(answer);
    }

    /// The next thing the receiver gets.
    pub(crate) async fn got(&mut self) -> Got {
        timeout(PATIENCE, self.inbox.recv())
            .await
            .expect("nothing came")
            .unwrap()
    }

    /// True if the receiver got nothing that was not looked at yet.
    pub(crate) fn is_quiet(&mut self) -> bool {
        self.inbox.try_recv().is_err()
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        let answer = self
            .http
            .get(format!("{}{path}", self.base))
            .send()
            .await
            .unwrap();
        assert!(answer.status().is_success(), "GET {path}: {}", answer.status());
        answer.json().await.unwrap()
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Value {
        let (status, body) = self.post_any(path, body).await;
        assert!((200..300).contains(&status), "POST {path}: {status} {body}");
        body
    }

    pub(crate) async fn post_any(&self, path: &str, body: Value) -> (u16, Value) {
        let answer = self
            .http
            .post(format!("{}{path}", self.base))
            .json(&body)
            .send()
            .await
            .unwrap();
        let status = answer.status().as_u16();
        (status, answer.json().await.unwrap_or_default())
    }

    pub(crate) async fn fault(&self, rule: Value) {
        self.post("/sim/faults", rule).await;
    }

    pub(crate) async fn say(&self, text: &str) -> Value {
        self.post(
            &format!("/sim/customers/{ASHA}/say"),
            json!({ "text": text, "name": "Asha" }),
        )
        .await
    }

    /// Opens the window of the customer, and looks away from how.
    pub(crate) async fn greeted(&mut self) {
        self.say("Niaje").await;
        self.got().await;
    }

    /// Sends as the product does, with the right token and number.
    pub(crate) async fn send(&self, body: Value) -> reqwest::Result<reqwest::Response> {
        let url = format!("{}/v25.0/600700800900/messages", self.base);
        self.http
            .post(url)
            .bearer_auth("example-access-token")
            .json(&body)
            .send()
            .await
    }

    /// Sends a text, as one that has to be accepted.
    pub(crate) async fn send_text(&self, text: &str) -> String {
        let answer = self.send(text_message(text)).await.unwrap();
        assert_eq!(answer.status(), 200);
        let body: Value = answer.json().await.unwrap();
        body["messages"][0]["id"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn token(&self) -> String {
        let answer = self.ask_token().await.unwrap();
        let body: Value = answer.json().await.unwrap();
        body["access_token"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn ask_token(&self) -> reqwest::Result<reqwest::Response> {
        let url = format!("{}/oauth/v1/generate?grant_type=client_credentials", self.base);
        let request = self.http.get(url);
        request
            .basic_auth("example-consumer-key", Some("example-consumer-secret"))
            .send()
            .await
    }

    pub(crate) async fn daraja(
        &self,
        path: &str,
        token: &str,
        body: &Value,
    ) -> reqwest::Result<reqwest::Response> {
        let url = format!("{}/mpesa/{path}", self.base);
        self.http.post(url).bearer_auth(token).json(body).send().await
    }

    /// Asks for a push that has to be accepted, and returns the answer.
    pub(crate) async fn push(&self) -> Value {
        let token = self.token().await;
        let answer = self
            .daraja("stkpush/v1/processrequest", &token, &self.push_body())
            .await
            .unwrap();
        assert_eq!(answer.status(), 200);
        answer.json().await.unwrap()
    }

    /// A push with the password of the known answer. The simulated clock is at that time.
    pub(crate) fn push_body(&self) -> Value {
        json!({
            "BusinessShortCode": "654321", "Timestamp": "20260512080000",
            "Password": "NjU0MzIxZXhhbXBsZS1wYXNza2V5LW5vdC1yZWFsMjAyNjA1MTIwODAwMDA=",
            "TransactionType": "CustomerPayBillOnline", "Amount": 1500, "PartyA": ASHA,
            "PartyB": "654321", "PhoneNumber": ASHA, "CallBackURL": format!("{}/stk/3f9c", self.receiver),
            "AccountReference": "BK7Q2M", "TransactionDesc": "Deposit" })
    }

    /// The query about a push, as status and body.
    pub(crate) async fn query(&self, token: &str, id: &Value) -> (u16, Value) {
        let body = json!({
            "BusinessShortCode": "654321", "Timestamp": "20260512080000",
            "Password": "NjU0MzIxZXhhbXBsZS1wYXNza2V5LW5vdC1yZWFsMjAyNjA1MTIwODAwMDA=",
            "CheckoutRequestID": id });
        let answer = self.daraja("stkpushquery/v1/query", token, &body).await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    /// The prompts that are on phones, once there is one.
    pub(crate) async fn pending(&self) -> Vec<Value> {
        let answer = self.get("/sim/prompts?state=pending&wait_ms=20000").await;
        answer["prompts"].as_array().unwrap().clone()
    }

    pub(crate) async fn approve(&self, id: &Value) -> Value {
        self.post(
            &format!("/sim/prompts/{}/approve", id.as_str().unwrap()),
            json!({}),
        )
        .await
    }

    /// What the log says about exchanges of a target, oldest first: status and note.
    pub(crate) async fn logged(&self, target: &str) -> Vec<(Value, Value)> {
        let log = self.get("/sim/log").await;
        let all = log["exchanges"].as_array().unwrap().iter();
        all.filter(|it| it["target"] == target)
            .map(|it| (it["status"].clone(), it["note"].clone()))
            .collect()
    }

    pub(crate) async fn over(self) {
        self.simulator.stop().await;
        self.server.stop(false).await;
    }
}

pub(crate) fn text_message(text: &str) -> Value {
    json!({
        "messaging_product": "whatsapp", "recipient_type": "individual", "to": ASHA, "type": "text",
        "text": { "body": text, "preview_url": false }, "biz_opaque_callback_data": "outbox:812" })
}

async fn take(desk: Data<Desk>, request: HttpRequest, body: Bytes) -> HttpResponse {
    let signature = request.headers().get("X-Hub-Signature-256");
    let got = Got {
        method: request.method().to_string(),
        path: request.path().to_owned(),
        query: request.query_string().to_owned(),
        signature: signature.map(|it| it.to_str().unwrap().to_owned()),
        body: body.to_vec(),
    };
    let answer = desk.answers.lock().unwrap().pop_front();
    let (status, body) = answer.unwrap_or((200, String::new()));
    // The test may be over already.
    let _ = desk.got.send(got);
    HttpResponse::build(StatusCode::from_u16(status).unwrap()).body(body)
}
