//! Safaricom's Daraja: tokens, pushes to phones, questions about them, and callbacks once they are answered.

use std::sync::Arc;

use actix_web::web::{Bytes, Data, Query};
use actix_web::{HttpRequest, HttpResponse};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};
use time::Duration;

use crate::answer::{Answer, Asked, answer, bearer};
use crate::courier::{Delivery, Destination, Report, Signing, deliver, fault_for};
use crate::daraja::wire::{Gate, Refusal};
use crate::faults::{Fault, Target};
use crate::ids::checkout_request_id;
use crate::mpesa::{Movement, PendingAnswer, Prompt, PromptState, SettleRefused, UNANSWERED};
use crate::world::World;

pub(crate) mod wire;

/// What `GET /oauth/v1/generate` is asked with.
#[derive(Deserialize)]
pub(crate) struct TokenQuery {
    grant_type: Option<String>,
}

/// `GET /oauth/v1/generate`.
pub(crate) async fn token(
    world: Data<World>,
    query: Query<TokenQuery>,
    request: HttpRequest,
) -> HttpResponse {
    let basic = request
        .headers()
        .get("Authorization")
        .and_then(|header| header.to_str().ok()?.strip_prefix("Basic ").map(str::to_owned));
    let work = || issue(&world, query.grant_type.as_deref(), basic.as_deref());
    let asked = Asked {
        target: Target::DarajaToken,
        phone: "",
        request: &request,
    };
    answer(&world, asked, work, |code, message| coded(&world, code, message)).await
}

/// `POST /mpesa/stkpush/v1/processrequest`.
pub(crate) async fn push(world: Data<World>, request: HttpRequest, body: Bytes) -> HttpResponse {
    let world = world.into_inner();
    let phone = field(&body, "PhoneNumber");
    let work = || {
        admitted(&world, &request)
            .and_then(|()| prompt(&world, &body))
            .unwrap_or_else(|it| it)
    };
    let asked = Asked {
        target: Target::DarajaPush,
        phone: &phone,
        request: &request,
    };
    answer(&world, asked, work, |code, message| coded(&world, code, message)).await
}

/// `POST /mpesa/stkpushquery/v1/query`.
pub(crate) async fn query(world: Data<World>, request: HttpRequest, body: Bytes) -> HttpResponse {
    let id = field(&body, "CheckoutRequestID");
    let known = world.read(|state| state.mpesa.prompt(&id).cloned());
    let phone = known
        .as_ref()
        .map(|prompt| prompt.phone.clone())
        .unwrap_or_default();
    let work = || {
        admitted(&world, &request)
            .and_then(|()| result(&world, &body))
            .unwrap_or_else(|it| it)
    };
    let asked = Asked {
        target: Target::DarajaQuery,
        phone: &phone,
        request: &request,
    };
    let refuse = |code: &str, message: Option<&str>| match &known {
        // A code of a result, not of an error: the query says something else than the truth.
        Some(prompt) if !code.contains('.') => Answer::json(200, &query_body(prompt, code)),
        _ => coded(&world, code, message),
    };
    answer(&world, asked, work, refuse).await
}

/// The wrong method on a known path.
pub(crate) async fn wrong_method(world: Data<World>) -> HttpResponse {
    let body = Refusal::new(405, "405.001", "Method Not Allowed").body(&world.ids.request_id());
    HttpResponse::MethodNotAllowed().json(body)
}

/// How a customer answers a prompt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reaction {
    /// The right PIN. Another amount than the one asked can be made to move.
    Pay {
        /// Whole shillings.
        amount: Option<u64>,
    },
    /// Anything that ends it without money, by its result code.
    End(String),
}

/// The outcome of a prompt and of its callback.
pub(crate) struct Settled {
    pub(crate) result_code: String,
    pub(crate) receipt: Option<String>,
    pub(crate) report: Report,
}

/// Settles a pending prompt and posts the callback, once.
pub(crate) async fn settle(
    world: &Arc<World>,
    checkout_request_id: &str,
    reaction: Reaction,
) -> Result<Settled, SettleRefused> {
    let now = world.now();
    let receipt = world.ids.receipt();
    let (prompt, movement) = world.write(|state| {
        let movement = match &reaction {
            Reaction::Pay { amount } => Some(state.mpesa.pay(checkout_request_id, *amount, receipt, now)?),
            Reaction::End(code) => {
                state.mpesa.end(checkout_request_id, code)?;
                None
            }
        };
        let prompt = state
            .mpesa
            .prompt(checkout_request_id)
            .cloned()
            .ok_or(SettleRefused::Unknown)?;
        Ok((prompt, movement))
    })?;
    let result_code = prompt.result_code.clone().unwrap_or_default();
    let report = call_back(world, &prompt, &result_code, movement.as_ref()).await;
    Ok(Settled {
        result_code,
        receipt: prompt.receipt,
        report,
    })
}

/// Ends the prompts that nobody answered in time, after the clock was moved, and returns their ids.
pub(crate) async fn lapse(world: &Arc<World>) -> Vec<String> {
    let stale = world.read(|state| state.mpesa.stale(world.now()));
    let mut lapsed = Vec::new();
    for id in stale {
        // Somebody may have answered it a moment ago, and then it did not lapse.
        if settle(world, &id, Reaction::End(UNANSWERED.to_owned()))
            .await
            .is_ok()
        {
            lapsed.push(id);
        }
    }
    lapsed
}

async fn call_back(
    world: &Arc<World>,
    prompt: &Prompt,
    result_code: &str,
    movement: Option<&Movement>,
) -> Report {
    let (body, fault) = match fault_for(world, Target::DarajaCallback, &prompt.phone) {
        Some(Fault::Code { code, .. }) => {
            let movement = movement.filter(|_| code == "0");
            (wire::callback(prompt, &code, movement), None)
        }
        fault => (wire::callback(prompt, result_code, movement), fault),
    };
    let delivery = Delivery {
        target: Target::DarajaCallback,
        destination: Destination::Callback(prompt.callback_url.clone()),
        body,
        signing: Signing::Absent,
        // The gateway does not store callbacks: what is not heard the first time is gone.
        redelivered: false,
    };
    deliver(world, delivery, fault).await
}

fn issue(world: &World, grant_type: Option<&str>, basic: Option<&str>) -> Answer {
    let refuse = |code, message| refused(world, &Refusal::new(400, code, message));
    let Some(basic) = basic.and_then(|basic| STANDARD.decode(basic).ok()) else {
        return refuse("400.008.01", "Invalid Authentication passed");
    };
    if grant_type != Some("client_credentials") {
        return refuse("400.008.02", "Invalid grant type passed");
    }
    let account = &world.settings.daraja;
    if basic != format!("{}:{}", account.consumer_key, account.consumer_secret).into_bytes() {
        return Answer::empty(400);
    }
    let token = world.ids.access_token();
    let now = world.now();
    world.write(|state| state.mpesa.issue(token.clone(), now));
    Answer::json(200, &json!({ "access_token": token, "expires_in": "3599" }))
}

/// Lets a request in that has the token in force and says that it is JSON.
fn admitted(world: &World, request: &HttpRequest) -> Result<(), Answer> {
    let refuse = |status, code, message| Err(refused(world, &Refusal::new(status, code, message)));
    let Some(token) = bearer(request) else {
        return refuse(404, "404.001.04", "Invalid Authentication Header");
    };
    if !world.read(|state| state.mpesa.admits(&token, world.now())) {
        return refuse(404, "404.001.03", "Invalid Access Token");
    }
    let content_type = request
        .headers()
        .get("Content-Type")
        .and_then(|header| header.to_str().ok());
    if !content_type.is_some_and(|it| it.to_ascii_lowercase().starts_with("application/json")) {
        return refuse(400, "400.002.02", "Bad Request - Invalid BusinessShortCode");
    }
    Ok(())
}

fn prompt(world: &World, body: &[u8]) -> Result<Answer, Answer> {
    let push = gate(world)
        .push(body)
        .map_err(|refusal| refused(world, &refusal))?;
    let merchant_request_id = world.ids.request_id();
    let business_name = world.settings.whatsapp.business_name.clone();
    let short_code = world.settings.daraja.short_code.clone();
    let created_at = world.now();
    let id = world.write(|state| {
        // Two pushes may come in one millisecond, but never under one id.
        let mut at = created_at;
        let mut id = checkout_request_id(at, &push.phone);
        while state.mpesa.prompt(&id).is_some() {
            at += Duration::milliseconds(1);
            id = checkout_request_id(at, &push.phone);
        }
        state.phones.customer(&push.phone, None);
        state.mpesa.add(Prompt {
            checkout_request_id: id.clone(),
            merchant_request_id: merchant_request_id.clone(),
            phone: push.phone,
            amount: push.amount,
            account_reference: push.account_reference,
            description: push.description,
            business_name,
            short_code,
            callback_url: push.callback_url,
            created_at,
            state: PromptState::Pending,
            result_code: None,
            receipt: None,
        });
        id
    });
    Ok(Answer::json(
        200,
        &json!({
            "MerchantRequestID": merchant_request_id,
            "CheckoutRequestID": id,
            "ResponseCode": "0",
            "ResponseDescription": "Success. Request accepted for processing",
            "CustomerMessage": "Success. Request accepted for processing",
        }),
    ))
}

fn result(world: &World, body: &[u8]) -> Result<Answer, Answer> {
    let id = gate(world)
        .query(body)
        .map_err(|refusal| refused(world, &refusal))?;
    let (prompt, pending) =
        world.read(|state| (state.mpesa.prompt(&id).cloned(), state.mpesa.pending_answer));
    let no_answer = |message| Err(refused(world, &Refusal::new(500, "500.001.1001", message)));
    let Some(prompt) = prompt else {
        return no_answer("The transaction does not exist");
    };
    match (&prompt.result_code, pending) {
        (Some(code), _) => Ok(Answer::json(200, &query_body(&prompt, code))),
        (None, PendingAnswer::StillProcessing) => Ok(Answer::json(200, &query_body(&prompt, "4999"))),
        (None, PendingAnswer::Error) => no_answer("The transaction is being processed"),
    }
}

fn query_body(prompt: &Prompt, result_code: &str) -> Value {
    json!({
        "ResponseCode": "0",
        "ResponseDescription": "The service request has been accepted successfully",
        "MerchantRequestID": prompt.merchant_request_id,
        "CheckoutRequestID": prompt.checkout_request_id,
        "ResultCode": result_code,
        "ResultDesc": wire::description(result_code),
    })
}

fn gate(world: &World) -> Gate<'_> {
    Gate {
        account: &world.settings.daraja,
        now: world.now(),
        skew_max: world.settings.timestamp_skew_max,
    }
}

/// An error that a fault asked for. Its HTTP status is in its first three digits.
fn coded(world: &World, code: &str, message: Option<&str>) -> Answer {
    let status = code.split('.').next().and_then(|it| it.parse().ok());
    let status = status.filter(|it| (400..=599).contains(it)).unwrap_or(500);
    let usual = match code {
        "400.003.01" | "401.002.01" | "401.003.01" | "404.001.03" => "Invalid Access Token",
        "500.003.02" => "Spike arrest violation",
        "500.003.03" => "Quota Violation",
        "500.001.1001" => {
            "Unable to lock subscriber, a transaction is already in process for the current subscriber"
        }
        _ => "Internal Server Error",
    };
    refused(world, &Refusal::new(status, code, message.unwrap_or(usual)))
}

fn refused(world: &World, refusal: &Refusal) -> Answer {
    Answer::json(refusal.status, &refusal.body(&world.ids.request_id()))
}

/// A field of a body that may turn out to be unreadable, for finding the fault that strikes it.
fn field(body: &[u8], name: &str) -> String {
    let value = serde_json::from_slice::<Value>(body).unwrap_or_default();
    match &value[name] {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => String::new(),
    }
}
