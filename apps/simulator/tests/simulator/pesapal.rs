//! PesaPal: tokens, orders, the hosted page, notices, refunds and cancellations.

#![expect(clippy::unwrap_used, reason = "a test that cannot be arranged fails")]

use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::support::{ASHA, Got, Stage};

const STATUS: &str = "Transactions/GetTransactionStatus?orderTrackingId=";

/// A shop with a token and an address for notices.
struct Shop {
    stage: Stage,
    token: String,
    ipn_id: String,
}

impl Shop {
    async fn new(method: &str) -> Self {
        let stage = Stage::new().await;
        let keys =
            json!({ "consumer_key": "example-merchant-key", "consumer_secret": "example-merchant-secret" });
        let answer: Value = call(&stage, Method::POST, "Auth/RequestToken", None, &keys)
            .await
            .json()
            .await
            .unwrap();
        let token = answer["token"].as_str().unwrap().to_owned();
        let mut shop = Self {
            stage,
            token,
            ipn_id: String::new(),
        };
        let url = format!("{}/notices/9ab4", shop.stage.receiver);
        let body = json!({ "url": url, "ipn_notification_type": method });
        let address = shop.post("URLSetup/RegisterIPN", &body).await;
        shop.ipn_id = address["ipn_id"].as_str().unwrap().to_owned();
        shop
    }

    async fn ask(&self, method: Method, path: &str, body: &Value) -> Response {
        call(&self.stage, method, path, Some(&self.token), body).await
    }

    /// Every answer has status 200, an error too.
    async fn post(&self, path: &str, body: &Value) -> Value {
        let answer = self.ask(Method::POST, path, body).await;
        assert_eq!(answer.status(), 200, "{path}");
        answer.json().await.unwrap()
    }

    fn order(&self, id: &str) -> Value {
        json!({
            "id": id, "currency": "KES", "amount": 1500.5, "description": "Deposit <spa>",
            "callback_url": format!("{}/back?at=1", self.stage.receiver), "notification_id": self.ipn_id,
            "cancellation_url": format!("{}/left", self.stage.receiver),
            "billing_address": { "phone_number": ASHA, "country_code": "KE", "first_name": "Asha" } })
    }

    /// An order that has to be taken.
    async fn submit(&self, id: &str) -> Value {
        let answer = self
            .post("Transactions/SubmitOrderRequest", &self.order(id))
            .await;
        assert_eq!(
            (&answer["status"], &answer["error"]),
            (&json!("200"), &Value::Null),
            "{answer}"
        );
        answer
    }

    async fn status(&self, order: &Value) -> Value {
        let path = format!("{STATUS}{}", order["order_tracking_id"].as_str().unwrap());
        let answer = self.ask(Method::GET, &path, &Value::Null).await;
        assert_eq!(answer.status(), 200);
        answer.json().await.unwrap()
    }

    async fn play(&self, id: &str, deed: &str, body: Value) -> Value {
        self.stage
            .post(&format!("/sim/cards/orders/{id}/{deed}"), body)
            .await
    }

    /// Lets the receiver take the next notice in PesaPal's eyes.
    fn taken(&self) {
        self.stage.says(&json!({ "status": 200 }));
    }
}

async fn call(stage: &Stage, method: Method, path: &str, token: Option<&str>, body: &Value) -> Response {
    let mut request = stage
        .http
        .request(method, format!("{}/pesapalv3/api/{path}", stage.base));
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    if !body.is_null() {
        request = request.json(body);
    }
    request.send().await.unwrap()
}

fn notice(got: &Got) -> Value {
    assert_eq!(got.path, "/notices/9ab4");
    got.json()
}

#[tokio::test]
async fn a_token_lives_five_minutes_and_another_does_not_cancel_it() {
    let shop = Shop::new("POST").await;
    let stage = &shop.stage;
    let keys =
        json!({ "consumer_key": "example-merchant-key", "consumer_secret": "example-merchant-secret" });
    let answer: Value = call(stage, Method::POST, "Auth/RequestToken", None, &keys)
        .await
        .json()
        .await
        .unwrap();
    assert!(answer["token"].as_str().unwrap().starts_with("eyJ"));
    let expiry = answer["expiryDate"].as_str().unwrap();
    assert!(expiry.starts_with("2026-05-12T05:05:0") && expiry.len() == "2026-05-12T05:05:00.1234567Z".len());
    assert_eq!(
        (&answer["error"], &answer["status"]),
        (&Value::Null, &json!("200"))
    );

    // The former one is still good.
    let list = shop
        .ask(Method::GET, "URLSetup/GetIpnList", &Value::Null)
        .await
        .json::<Value>()
        .await
        .unwrap();
    assert!(list.is_array());
    stage.post("/sim/clock", json!({ "advance_seconds": 300 })).await;
    let refused = shop.ask(Method::GET, "URLSetup/GetIpnList", &Value::Null).await;
    assert_eq!(refused.status(), 200);
    let body: Value = refused.json().await.unwrap();
    assert_eq!(body["error"]["code"], "invalid_api_credentials_provided");
    let bare = call(stage, Method::GET, "URLSetup/GetIpnList", None, &Value::Null).await;
    assert_eq!(bare.status(), 401);

    let wrong = json!({ "consumer_key": "who", "consumer_secret": "knows" });
    let answer = call(stage, Method::POST, "Auth/RequestToken", None, &wrong).await;
    assert_eq!(answer.status(), 200);
    let body: Value = answer.json().await.unwrap();
    assert_eq!((&body["token"], &body["status"]), (&Value::Null, &json!("500")));
    assert_eq!(body["error"]["code"], "invalid_consumer_key_or_secret_provided");
    shop.stage.over().await;
}

#[tokio::test]
async fn each_registration_is_a_further_address_with_the_documented_members() {
    let shop = Shop::new("POST").await;
    let body = json!({ "url": "https://pay.example.co.ke/hooks/p/9ab4", "ipn_notification_type": "GET" });
    let address = shop.post("URLSetup/RegisterIPN", &body).await;
    assert!(
        address["created_date"]
            .as_str()
            .is_some_and(|it| it.starts_with("2026-05-12T05:00:0") && it.ends_with('Z'))
    );
    let mut rest = address.clone();
    for name in ["created_date", "ipn_id"] {
        assert!(rest[name].take().is_string());
    }
    assert_eq!(
        rest,
        json!({
            "url": "https://pay.example.co.ke/hooks/p/9ab4", "created_date": null, "ipn_id": null,
            "notification_type": 0, "ipn_notification_type_description": "GET", "ipn_status": 1,
            "ipn_status_decription": "Active", "error": null, "status": "200" })
    );
    let list: Value = shop
        .ask(Method::GET, "URLSetup/GetIpnList", &Value::Null)
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(list[0]["notification_type"], 1);
    assert_eq!(list[1], address);
    let bad = shop
        .post(
            "URLSetup/RegisterIPN",
            &json!({ "url": "x", "ipn_notification_type": "GET" }),
        )
        .await;
    assert_eq!(bad["status"], "500");
    shop.stage.over().await;
}

#[tokio::test]
async fn an_order_looks_like_an_error_until_it_is_tried_and_can_be_paid_after_it_failed() {
    let mut shop = Shop::new("POST").await;
    let order = shop.submit("BK7Q2M-1").await;
    assert_eq!(order["merchant_reference"], "BK7Q2M-1");
    let untouched = shop.status(&order).await;
    assert_eq!(
        (&untouched["status"], &untouched["status_code"]),
        (&json!("500"), &json!(0))
    );
    assert_eq!(untouched["error"]["code"], "payment_details_not_found");

    shop.taken();
    let failed = shop.play("BK7Q2M-1", "fail", json!({})).await;
    assert_eq!(failed["ipn_status"], 200);
    let got = shop.stage.got().await;
    assert_eq!(got.method, "POST");
    assert_eq!(
        notice(&got),
        json!({
            "OrderTrackingId": order["order_tracking_id"], "OrderNotificationType": "IPNCHANGE",
            "OrderMerchantReference": "BK7Q2M-1" })
    );
    assert_eq!(shop.status(&order).await["status_code"], 2);

    shop.taken();
    let paid = shop.play("BK7Q2M-1", "pay", json!({})).await;
    shop.stage.got().await;
    let status = shop.status(&order).await;
    assert_eq!(status["status_code"], 1);
    assert_eq!(status["amount"], 1500.5);
    assert_eq!(status["confirmation_code"], paid["confirmation_code"]);
    let again = shop
        .stage
        .post_any("/sim/cards/orders/BK7Q2M-1/pay", json!({}))
        .await;
    assert_eq!(again.0, 409);
    let book = shop.stage.get("/sim/book").await;
    assert_eq!(book["cards"]["orders"][0]["paid_cents"], 150_050);
    assert_eq!(book["cards"]["orders"][0]["looks"], 3);
    assert_eq!(book["mpesa"]["total"], 0);
    shop.stage.over().await;
}

#[tokio::test]
async fn a_notice_by_get_has_everything_in_its_query_and_comes_until_it_is_taken() {
    let mut shop = Shop::new("GET").await;
    let order = shop.submit("BK7Q2M-1").await;
    shop.stage.says(&json!({ "status": 500 }));
    shop.stage.says(&json!({ "status": "200" }));
    shop.play("BK7Q2M-1", "pay", json!({ "means": "mobile" })).await;
    for _ in 0..2 {
        let got = shop.stage.got().await;
        assert_eq!((got.method.as_str(), got.path.as_str()), ("GET", "/notices/9ab4"));
        let id = order["order_tracking_id"].as_str().unwrap();
        assert_eq!(
            got.query,
            format!("OrderTrackingId={id}&OrderNotificationType=IPNCHANGE&OrderMerchantReference=BK7Q2M-1")
        );
    }
    // Asked for by hand, and lost.
    shop.stage
        .fault(json!({ "target": "pesapal.ipn", "kind": "lose", "match": ASHA }))
        .await;
    let lost = shop.play("BK7Q2M-1", "notify", json!({})).await;
    assert_eq!(
        (&lost["ipn_status"], &lost["fault"]),
        (&Value::Null, &json!("lose"))
    );
    assert!(shop.stage.is_quiet());
    shop.taken();
    shop.play("BK7Q2M-1", "notify", json!({})).await;
    assert_eq!(shop.stage.got().await.method, "GET");
    shop.stage.over().await;
}

#[tokio::test]
async fn the_hosted_page_pays_and_sends_the_customer_back() {
    let mut shop = Shop::new("POST").await;
    let order = shop.submit("BK7Q2M-1").await;
    let url = order["redirect_url"].as_str().unwrap();
    let http = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let page = http.get(url).send().await.unwrap().text().await.unwrap();
    assert!(
        page.contains("KES 1500.50") && page.contains("Deposit &lt;spa>"),
        "{page}"
    );
    let press = async |deed: &'static str| {
        let request = http
            .post(url)
            .header("Content-Type", "application/x-www-form-urlencoded");
        request.body(deed).send().await.unwrap()
    };
    let left = press("act=cancel").await;
    let back = left.headers()["location"].to_str().unwrap().to_owned();
    assert!(back.contains("/left?OrderTrackingId="), "{back}");

    shop.taken();
    let failed = press("act=fail&means=card").await;
    assert!(failed.text().await.unwrap().contains("try again"));
    shop.stage.got().await;
    shop.taken();
    let paid = press("act=pay&means=card").await;
    assert_eq!(paid.status(), 303);
    let id = order["order_tracking_id"].as_str().unwrap();
    assert_eq!(
        paid.headers()["location"],
        format!(
            "{}/back?at=1&OrderTrackingId={id}&OrderNotificationType=CALLBACKURL&OrderMerchantReference=BK7Q2M-1",
            shop.stage.receiver
        )
    );
    assert_eq!(
        notice(&shop.stage.got().await)["OrderTrackingId"],
        order["order_tracking_id"]
    );
    let again = press("act=pay&means=card").await.text().await.unwrap();
    assert!(
        again.contains("paid already") && !again.contains("<button>"),
        "{again}"
    );
    assert_eq!(http.get(format!("{url}x")).send().await.unwrap().status(), 404);
    shop.stage.over().await;
}

#[tokio::test]
async fn a_refund_is_asked_once_and_done_when_a_person_approves() {
    let mut shop = Shop::new("POST").await;
    let order = shop.submit("BK7Q2M-1").await;
    shop.taken();
    let paid = shop.play("BK7Q2M-1", "pay", json!({})).await;
    shop.stage.got().await;
    let code = paid["confirmation_code"].as_str().unwrap();
    let ask = |amount: &str| {
        json!({
            "confirmation_code": code, "amount": amount, "username": "cashier@example.co.ke",
            "remarks": "Cancelled in time" })
    };
    let path = "Transactions/RefundRequest";
    assert_eq!(shop.post(path, &ask("1500.51")).await["status"], "500");
    assert_eq!(shop.post(path, &ask("1000.00")).await["status"], "200");
    assert_eq!(shop.post(path, &ask("500.50")).await["status"], "500");
    // Nothing has happened yet.
    assert_eq!(shop.status(&order).await["status_code"], 1);

    shop.taken();
    shop.stage
        .post(&format!("/sim/cards/refunds/{code}/approve"), json!({}))
        .await;
    shop.stage.got().await;
    assert_eq!(shop.status(&order).await["status_code"], 3);
    let book = shop.stage.get("/sim/cards").await;
    assert_eq!(
        (&book["refunds"][0]["state"], &book["refunds"][0]["amount_cents"]),
        (&json!("done"), &json!(100_000))
    );

    // Mobile money goes back in full only, and a person may say no.
    shop.submit("BK7Q2M-2").await;
    shop.taken();
    let paid = shop.play("BK7Q2M-2", "pay", json!({ "means": "mobile" })).await;
    shop.stage.got().await;
    let code = paid["confirmation_code"].as_str().unwrap();
    let mut body = ask("1000");
    body["confirmation_code"] = json!(code);
    assert_eq!(shop.post(path, &body).await["status"], "500");
    body["amount"] = json!(1500.5);
    assert_eq!(shop.post(path, &body).await["status"], "200");
    let (status, _) = shop
        .stage
        .post_any(&format!("/sim/cards/refunds/{code}/reject"), json!({}))
        .await;
    assert_eq!(status, 204);
    assert_eq!(
        shop.stage.get("/sim/cards").await["refunds"][1]["state"],
        "rejected"
    );
    shop.stage.over().await;
}

#[tokio::test]
async fn an_order_is_cancelled_once_unless_it_is_paid_and_the_two_may_cross() {
    let mut shop = Shop::new("POST").await;
    let order = shop.submit("BK7Q2M-1").await;
    let path = "Transactions/CancelOrder";
    let body = json!({ "order_tracking_id": order["order_tracking_id"] });
    assert_eq!(shop.post(path, &body).await["status"], "200");
    assert_eq!(shop.post(path, &body).await["status"], "500");
    let (status, _) = shop
        .stage
        .post_any("/sim/cards/orders/BK7Q2M-1/pay", json!({}))
        .await;
    assert_eq!(status, 409);
    assert_eq!(shop.status(&order).await["status_code"], 0);

    let crossed = shop.submit("BK7Q2M-2").await;
    shop.stage
        .fault(json!({ "target": "pesapal.cancel", "kind": "shape", "variant": "paid_meanwhile" }))
        .await;
    shop.taken();
    let body = json!({ "order_tracking_id": crossed["order_tracking_id"] });
    assert_eq!(shop.post(path, &body).await["status"], "200");
    assert_eq!(
        notice(&shop.stage.got().await)["OrderMerchantReference"],
        "BK7Q2M-2"
    );
    assert_eq!(shop.status(&crossed).await["status_code"], 1);
    assert_eq!(shop.post(path, &body).await["status"], "500");
    let unknown = json!({ "order_tracking_id": "b1c2d3e4" });
    assert_eq!(shop.post(path, &unknown).await["status"], "500");
    shop.stage.over().await;
}

#[tokio::test]
async fn an_order_that_cannot_be_taken_is_an_error_with_status_200() {
    let shop = Shop::new("POST").await;
    let path = "Transactions/SubmitOrderRequest";
    shop.submit("BK7Q2M-1").await;
    let reused = shop.post(path, &shop.order("BK7Q2M-1")).await;
    assert_eq!(reused["status"], "500");
    shop.stage
        .post("/sim/config", json!({ "card_reference": "answered" }))
        .await;
    let answered = shop.post(path, &shop.order("BK7Q2M-1")).await;
    let book = shop.stage.get("/sim/cards").await;
    assert_eq!(
        answered["order_tracking_id"],
        book["orders"][0]["order_tracking_id"]
    );

    shop.stage
        .post("/sim/config", json!({ "card_amount_max_cents": 150_049 }))
        .await;
    let above = shop.post(path, &shop.order("BK7Q2M-2")).await;
    assert_eq!(above["error"]["code"], "maximum_amount_limit_exceeded");
    let mut stray = shop.order("BK7Q2M-3");
    stray["notification_id"] = json!("3d9f1c2e-0000-4000-8000-abcdefabcdef");
    assert_eq!(shop.post(path, &stray).await["error"]["error_type"], "api_error");
    let unknown = shop.status(&json!({ "order_tracking_id": "b1c2d3e4" })).await;
    assert_eq!(unknown["status"], "500");
    assert_ne!(unknown["error"]["code"], "payment_details_not_found");
    assert_eq!(
        shop.stage.get("/sim/cards").await["orders"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    shop.stage.over().await;
}

#[tokio::test]
async fn answers_have_the_rarer_shapes_and_lie_when_they_are_told_to() {
    let shop = Shop::new("POST").await;
    let order = shop.submit("BK7Q2M-1").await;
    let strike = async |target: &str, mut rule: Value| {
        rule["target"] = json!(target);
        shop.stage.fault(rule).await;
    };
    shop.play("BK7Q2M-1", "pay", json!({ "amount_cents": 100 })).await;
    strike("pesapal.status", json!({ "kind": "shape", "variant": "numbers" })).await;
    let numbers = shop.status(&order).await;
    assert_eq!(
        (&numbers["status"], &numbers["status_code"]),
        (&json!(200), &json!("1"))
    );
    assert_eq!(numbers["amount"], "1.00");
    strike(
        "pesapal.status",
        json!({ "kind": "shape", "variant": "no_error" }),
    )
    .await;
    assert_eq!(shop.status(&order).await.get("error"), None);
    for code in 0..=7 {
        strike("pesapal.status", json!({ "kind": "code", "code": code })).await;
        assert_eq!(shop.status(&order).await["status_code"], code);
    }
    strike(
        "pesapal.status",
        json!({ "kind": "code", "code": "invalid_api_credentials_provided" }),
    )
    .await;
    assert_eq!(
        shop.status(&order).await["error"]["code"],
        "invalid_api_credentials_provided"
    );

    strike(
        "pesapal.submit",
        json!({ "kind": "shape", "variant": "null_error" }),
    )
    .await;
    let taken = shop
        .post("Transactions/SubmitOrderRequest", &shop.order("BK7Q2M-2"))
        .await;
    assert_eq!(
        taken["error"],
        json!({ "error_type": null, "code": null, "message": null })
    );
    let cases = [
        (json!({ "kind": "html403" }), 403),
        (json!({ "kind": "html5xx", "status": 500 }), 500),
        (json!({ "kind": "empty5xx" }), 503),
        (json!({ "kind": "too_many" }), 429),
    ];
    for (rule, status) in cases {
        strike("pesapal.token", rule).await;
        let answer = call(&shop.stage, Method::POST, "Auth/RequestToken", None, &json!({})).await;
        assert_eq!(answer.status(), status);
        assert!(answer.json::<Value>().await.is_err());
    }
    // The order is taken, and nobody hears of it: its notice will name both ids.
    strike("pesapal.submit", json!({ "kind": "answer_lost", "match": ASHA })).await;
    let url = format!("{}/v3/api/Transactions/SubmitOrderRequest", shop.stage.base);
    let request = shop.stage.http.post(url).bearer_auth(&shop.token);
    let lost = request.json(&shop.order("BK7Q2M-3")).send().await;
    assert!(lost.is_err() || lost.unwrap().bytes().await.is_err());
    let found = shop.stage.get("/sim/cards/orders?reference=BK7Q2M-3").await;
    assert_eq!(found["orders"][0]["state"], "untouched");
    shop.stage.over().await;
}

#[tokio::test]
async fn the_book_of_cards_tells_no_secret() {
    let shop = Shop::new("POST").await;
    shop.submit("BK7Q2M-1").await;
    let book = shop.stage.get("/sim/book").await.to_string();
    for secret in ["/notices/", "/back", "example-merchant", "eyJ"] {
        assert!(!book.contains(secret), "{secret}");
    }
    shop.stage.over().await;
}

#[tokio::test]
async fn what_a_bank_takes_back_goes_back_once_and_may_be_given_back() {
    let mut shop = Shop::new("POST").await;
    let order = shop.submit("BK7Q2M-1").await;
    shop.taken();
    let paid = shop.play("BK7Q2M-1", "pay", json!({})).await;
    shop.stage.got().await;
    let code = paid["confirmation_code"].as_str().unwrap();
    let ask = json!({
        "confirmation_code": code, "amount": "1500.50", "username": "cashier@example.co.ke", "remarks": "Cancelled" });
    assert_eq!(
        shop.post("Transactions/RefundRequest", &ask).await["status"],
        "200"
    );
    shop.taken();
    shop.play("BK7Q2M-1", "reverse", json!({})).await;
    shop.stage.got().await;
    assert_eq!(shop.status(&order).await["status_code"], 3);
    // Whoever approves the refund afterwards finds nothing left to give back.
    shop.stage
        .http
        .post(format!("{}/sim/cards/refunds/{code}/approve", shop.stage.base))
        .send()
        .await
        .unwrap();
    let book = shop.stage.get("/sim/cards").await;
    assert_eq!(book["refunds"][0]["state"], "rejected");

    shop.taken();
    shop.play("BK7Q2M-1", "restore", json!({})).await;
    shop.stage.got().await;
    assert_eq!(shop.status(&order).await["status_code"], 1);
    let again = shop
        .stage
        .http
        .post(format!("{}/sim/cards/orders/BK7Q2M-1/restore", shop.stage.base))
        .send();
    assert_eq!(again.await.unwrap().status(), 409, "nothing is missing any more");
    shop.stage.over().await;
}
