//! What happens on an ordinary day: a booking in the chat up to the money, money by every tender and back, what other
//! programs hear, and what an operator asks.

use reqwest::Method;
use serde_json::{Value, json};
use system_tests::{ASHA, WANTS_A_MASSAGE};

use super::search::Secret;
use super::secrets::credential;
use super::stage::{COMPANY, Stage};

/// A customer writes, books and pays.
pub(super) async fn book_in_the_chat(stage: &Stage) {
    say(stage, ASHA, WANTS_A_MASSAGE).await;
    let path = format!("/sim/customers/{ASHA}/messages?after=0&wait_ms=0&direction=out");
    let mut choice = None;
    stage
        .until("a time is offered", async || {
            let chat = stage.look(&path).await;
            let messages = chat["messages"].as_array().unwrap();
            choice = messages.iter().rev().find_map(|message| {
                let mut buttons = message["buttons"].as_array().into_iter().flatten();
                let yes =
                    buttons.find(|button| button["title"].as_str().unwrap_or_default().contains("Ndiyo"))?;
                Some(
                    json!({ "id": yes["id"], "title": yes["title"], "context_message_id": message["wamid"] }),
                )
            });
            choice.is_some()
        })
        .await;
    stage
        .simulate(&format!("/sim/customers/{ASHA}/tap"), choice.unwrap())
        .await;
    let mut prompt = String::new();
    stage
        .until("the prompt is on the phone", async || {
            let prompts = stage.look("/sim/prompts?state=pending").await;
            prompt = prompts["prompts"][0]["checkout_request_id"]
                .as_str()
                .unwrap_or_default()
                .to_owned();
            !prompt.is_empty()
        })
        .await;
    stage
        .simulate(&format!("/sim/prompts/{prompt}/approve"), json!({}))
        .await;
    stage
        .until_any(
            "the visit is agreed",
            "appointments WHERE state = 'confirmed' AND state_at > '2026-05-12 08:00+03'",
        )
        .await;
}

pub(super) async fn say(stage: &Stage, customer: &str, text: &str) {
    let said = stage
        .simulate(
            &format!("/sim/customers/{customer}/say"),
            json!({ "text": text, "name": "Asha" }),
        )
        .await;
    assert_eq!(said["delivered_status"], 200, "{said}");
}

/// A visit that the desk books, and its path.
pub(super) async fn book_at_the_desk(stage: &Stage, start: &str, pay_by: &str) -> String {
    let service = stage.text("SELECT id::text AS text FROM services WHERE name = 'Haircut'");
    let customer = stage.text("SELECT id::text AS text FROM customers ORDER BY id LIMIT 1");
    let mut body = json!({ "customer_id": customer, "parts": [{ "service_id": service }], "start": start });
    if pay_by == "card" {
        body["pay_by"] = json!(pay_by);
    }
    let visit = stage.done(Method::POST, "/api/v1/visits", body).await;
    format!("/api/v1/visits/{}", visit["id"].as_str().unwrap())
}

/// Money that goes back by M-Pesa, comes by card, and comes by hand.
pub(super) async fn move_money(stage: &Stage) {
    let payment = stage.text("SELECT payment_id::text AS text FROM payment_attempts WHERE state = 'paid' AND provider = 'mpesa' ORDER BY state_at DESC LIMIT 1");
    let back = json!({
        "way": "mpesa_reversal", "amount": { "amount_minor": 105_000, "currency": "KES" }, "reason": "the therapist fell ill",
    });
    stage
        .done(Method::POST, &format!("/api/v1/payments/{payment}/refunds"), back)
        .await;
    stage
        .until_any("the money is back", "payment_refunds WHERE state = 'done'")
        .await;

    let visit = book_at_the_desk(stage, "2026-05-14T10:00:00+03:00", "card").await;
    stage
        .done(Method::POST, &format!("{visit}/card-links"), json!({}))
        .await;
    let orders = "payment_attempts WHERE provider = 'pesapal' AND page_url IS NOT NULL";
    stage.until_any("the card's page is known", orders).await;
    let order = stage.text(&format!(
        "SELECT merchant_reference AS text FROM {orders} ORDER BY state_at DESC"
    ));
    stage
        .simulate(&format!("/sim/cards/orders/{order}/pay"), json!({}))
        .await;
    let paid = "payment_attempts WHERE provider = 'pesapal' AND state = 'paid'";
    stage.until_any("the card has paid", paid).await;

    let opened = stage.admin(&["by-hand", "address", &stage.tenant], "").unwrap();
    let address = |name: &str| opened[name].as_str().unwrap().to_owned();
    stage.learn("address for money by hand", key_of(&address("ConfirmationURL")));
    let registration = json!({
        "ShortCode": "654321", "ResponseType": "Completed",
        "ConfirmationURL": address("ConfirmationURL"), "ValidationURL": address("ValidationURL"),
    });
    stage.ask_daraja("/mpesa/c2b/v2/registerurl", &registration).await;
    let by_hand = json!({ "phone": ASHA, "amount": 700, "account_reference": "JINA LANGU", "name": "Asha" });
    stage.simulate("/sim/mpesa/pay-by-hand", by_hand).await;
    stage
        .until_any("money by hand came", "payment_confirmations")
        .await;
}

/// The secret part of an address.
pub(super) fn key_of(address: &str) -> &str {
    let parts = address.split(['/', '?', '.']);
    parts.max_by_key(|part| part.len()).unwrap()
}

/// Another program listens, and answers with an error; calendars are read.
pub(super) async fn let_others_hear(stage: &Stage) {
    let endpoint = json!({
        "url": format!("{}/ratiba", stage.integrator.url), "description": "The books",
        "events": ["appointment.held", "appointment.booked", "payment.settled"],
    });
    let made = stage
        .done(Method::POST, "/api/v1/webhook-endpoints", endpoint)
        .await;
    stage.learn("secret of webhooks", made["secret"].as_str().unwrap());
    let path = format!(
        "/api/v1/webhook-endpoints/{}",
        made["endpoint"]["id"].as_str().unwrap()
    );
    let version = format!("\"{}\"", made["endpoint"]["version"]);
    let bearer = format!("Bearer {}", stage.owner);
    let headers = [
        ("Authorization", bearer.as_str()),
        ("If-Match", version.as_str()),
        ("Idempotency-Key", "rotate"),
    ];
    let rotate = format!("{path}/rotate-secret");
    let other = stage
        .ask(Method::POST, &rotate, &rotate, &headers, Some(&json!({})))
        .await;
    assert!(other.status.is_success(), "{}", other.text);
    stage.learn("secret of webhooks", other.json["secret"].as_str().unwrap());
    stage.done(Method::POST, &format!("{path}/test"), json!({})).await;

    let feed = stage
        .done(Method::POST, "/api/v1/calendar-feeds", json!({ "name": "wall" }))
        .await;
    let url = feed["url"].as_str().unwrap();
    stage.learn("address of a calendar", key_of(url));
    let read = url.strip_prefix(&stage.api).unwrap();
    let calendar = "/calendars/{secret}.ics";
    assert_eq!(
        stage
            .ask(Method::GET, calendar, read, &[], None)
            .await
            .status
            .as_u16(),
        200
    );
    let wrong = read.replace(".ics", "0.ics");
    assert_eq!(
        stage
            .ask(Method::GET, calendar, &wrong, &[], None)
            .await
            .status
            .as_u16(),
        404
    );
    stage
        .until("the integrator was told, and did not take it", async || {
            stage.integrator.met() > 1
        })
        .await;
}

/// A month that is closed goes to payroll.
pub(super) async fn upload_to_payroll(stage: &Stage) {
    let team = stage.call(Method::GET, "/api/v1/staff", None).await.json;
    for (number, one) in team["items"].as_array().unwrap().iter().enumerate() {
        let number = format!("EMP-{number:04}");
        let path = format!("/api/v1/staff/{}/payroll-link", one["id"].as_str().unwrap());
        stage
            .done(Method::PUT, &path, json!({ "staff_no": number }))
            .await;
        let person = json!({
            "external_id": format!("wp-{number}"), "staff_no": number, "full_name": one["name"], "status": "active",
            "employment_type": "permanent", "start_date": "2025-01-01", "exit_date": null, "currency": "KES",
        });
        stage
            .simulate("/sim/payroll", json!({ "employees": [person] }))
            .await;
    }
    for fault in ["empty5xx", "html5xx"] {
        stage
            .simulate("/sim/faults", json!({ "target": "payroll.push", "kind": fault }))
            .await;
    }
    let order = json!({ "month": "2026-04", "way": "system" });
    stage.done(Method::POST, "/api/v1/payroll/exports", order).await;
    stage
        .until_any(
            "payroll has the month",
            "payroll_exports WHERE state <> 'waiting'",
        )
        .await;
    assert!(!stage.payroll.exchanges().is_empty(), "{COMPANY}");
}

/// Words that only a model could read.
pub(super) async fn ask_the_model(stage: &Stage) {
    for (customer, word) in [
        ("254700000456", "zbook"),
        ("254700000457", "z500"),
        ("254700000458", "zprose"),
    ] {
        say(stage, customer, "Hello").await;
        let path = format!("/sim/customers/{customer}/messages?after=0&wait_ms=0&direction=out");
        stage
            .until("a greeting is answered", async || {
                stage.look(&path).await["messages"]
                    .as_array()
                    .is_some_and(|all| !all.is_empty())
            })
            .await;
        let before = stage.model.exchanges().len();
        say(stage, customer, &format!("zzkq wvvx model:{word}")).await;
        stage
            .until("the model is asked", async || {
                stage.model.exchanges().len() > before
            })
            .await;
    }
}

/// What whoever runs Ratiba asks and does beside the processes.
pub(super) fn operate(stage: &Stage, own: &Secret) {
    let tenant = stage.tenant.as_str();
    let token = stage
        .admin(&["token", tenant, "manager", "books", "3"], "")
        .unwrap();
    stage.learn("token of the operator's", token["token"].as_str().unwrap());
    let set = ["credentials", "set", tenant, "whatsapp", "access_token"];
    assert!(stage.admin(&set, own.text()).is_some());
    assert!(
        stage.admin(&set, &format!("{} x", own.text())).is_none(),
        "it has a blank"
    );
    for command in [
        &["credentials", "list", tenant][..],
        &["credentials", "rotate"],
        &["credentials", "remove", tenant, "whatsapp", "access_token"],
        &["jobs"],
        &["unrouted"],
        &["audit", "verify"],
        &["privacy", "list", tenant],
        &["feature", tenant],
        &["commission", "preview", tenant, "2026-05"],
    ] {
        assert!(stage.admin(command, "").is_some(), "{command:?}");
    }
}

/// Everything that the api can be asked without knowing more than its document, and what is behind the first ids of it.
pub(super) async fn read_everything(stage: &Stage) {
    let document = stage.call(Method::GET, "/api/v1/openapi.json", None).await.json;
    let readable = |item: &Value| item["get"].is_object();
    let paths: Vec<&String> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .filter(|(_, item)| readable(item))
        .map(|(path, _)| path)
        .collect();
    let mut read = 0;
    for path in &paths {
        // The stream does not end; a stranger has no cookie.
        if path.contains('{') || path.as_str() == "/api/v1/events" || path.starts_with("/auth") {
            continue;
        }
        let list = stage.call(Method::GET, path, None).await;
        assert!(!list.status.is_server_error(), "{path}: {}", list.text);
        read += 1;
        for id in ids(&list.json).into_iter().take(2) {
            for behind in &paths {
                let Some(rest) = behind.strip_prefix(path.as_str()) else {
                    continue;
                };
                if rest.starts_with("/{") && rest.matches('{').count() == 1 {
                    let end = rest.find('}').unwrap() + 1;
                    let one = format!("{path}/{id}{}", &rest[end..]);
                    let answer = stage.call(Method::GET, &one, None).await;
                    assert!(!answer.status.is_server_error(), "{one}: {}", answer.text);
                }
            }
        }
    }
    assert!(read > 40, "the document has more than that to read: {read}");
    for page in [
        "/sim/state",
        "/sim/log",
        "/sim/book",
        "/sim/mpesa/book",
        "/sim/mpesa/addresses",
        "/sim/mpesa/requests",
        "/sim/cards",
        "/sim/payroll",
        "/sim/faults",
        "/sim/messages",
        "/",
    ] {
        stage.look(page).await;
    }
}

/// The ids in the first list of an answer.
fn ids(answer: &Value) -> Vec<String> {
    let lists = answer.as_object().into_iter().flat_map(|fields| fields.values());
    let list = lists.filter_map(Value::as_array).next();
    let of = |one: &Value| one["id"].as_str().map(str::to_owned);
    list.into_iter().flatten().filter_map(of).collect()
}

/// What providers gave, what they were given to call back, and what the database keeps keys of: nobody could know it before.
pub(super) fn learn_what_came_about(stage: &Stage) {
    for one in stage.daraja.exchanges() {
        learn_token(stage, "token of M-Pesa's", &one.answer, "access_token");
        learn_addresses(stage, "address for callbacks", &one.body);
    }
    for one in stage.pesapal.exchanges() {
        learn_token(stage, "token of PesaPal's", &one.answer, "token");
        learn_addresses(stage, "address for notices", &one.body);
    }
    for one in stage.oidc.exchanges() {
        learn_token(stage, "token of the issuer's", &one.answer, "id_token");
        let verifier = one
            .body
            .split('&')
            .find_map(|pair| pair.strip_prefix("code_verifier="));
        if let Some(verifier) = verifier {
            stage.learn("verifier of a sign-in", verifier);
        }
    }
    for place in 0..5 {
        let key = stage.text(&format!(
            "SELECT encode(key, 'hex') AS text FROM customer_keys WHERE key IS NOT NULL ORDER BY customer_id LIMIT 1 OFFSET {place}"
        ));
        // Fewer customers may have one.
        if !key.is_empty() {
            stage.learn("key of a customer", &key);
        }
    }
    let silence = stage.text("SELECT encode(key, 'hex') AS text FROM silence_keys LIMIT 1");
    if !silence.is_empty() {
        stage.learn("key of those who want silence", &silence);
    }
    for name in ratiba_access::credentials::CredentialName::ALL {
        let one = credential(name);
        stage.learn(&one.name, one.text());
    }
}

fn learn_token(stage: &Stage, name: &str, answer: &str, member: &str) {
    let answer: Value = serde_json::from_str(answer).unwrap_or_default();
    if let Some(token) = answer[member].as_str() {
        // Of three parts only the last one is nobody else's.
        let token = token.rsplit('.').next().unwrap_or(token);
        stage.learn(name, token);
    }
}

fn learn_addresses(stage: &Stage, name: &str, body: &str) {
    for (at, _) in body.match_indices("/webhooks/") {
        let address: String = body[at..]
            .chars()
            .take_while(|c| !matches!(c, '"' | '?' | '&'))
            .collect();
        stage.learn(name, key_of(&address));
    }
}
