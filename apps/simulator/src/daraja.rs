//! Safaricom's Daraja: tokens, pushes to phones, questions about them, and callbacks once they are answered.

use std::sync::Arc;

use actix_web::web::{Bytes, Data, Query};
use actix_web::{HttpRequest, HttpResponse};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};
use time::Duration;

use self::door::{admitted, coded, field, gate, refused};
use self::wire::{Push, Refusal};
use crate::answer::{Answer, Asked, answer, bearer};
use crate::faults::Target;
use crate::ids::checkout_request_id;
use crate::mpesa::{PendingAnswer, Prompt, PromptState, SecondPrompt};
use crate::world::World;

pub(crate) mod by_hand;
mod door;
pub(crate) mod operator;
pub(crate) mod prompts;
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
    let callback_url = field(&body, "CallBackURL");
    if !callback_url.is_empty() {
        let (token, now) = (bearer(&request).unwrap_or_default(), world.now());
        world.write(|state| {
            let with_token = state.mpesa.admits(&token, now);
            state.mpesa.asked(&callback_url, &phone, with_token);
        });
    }
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

fn prompt(world: &Arc<World>, body: &[u8]) -> Result<Answer, Answer> {
    let push = gate(world)
        .push(body)
        .map_err(|refusal| refused(world, &refusal))?;
    let Some(prompt) = put_up(world, push) else {
        return Err(coded(world, "500.001.1001", None));
    };
    let answer = json!({
        "MerchantRequestID": prompt.merchant_request_id,
        "CheckoutRequestID": prompt.checkout_request_id,
        "ResponseCode": "0",
        "ResponseDescription": "Success. Request accepted for processing",
        "CustomerMessage": "Success. Request accepted for processing",
    });
    if let Some(code) = prompt.result_code.clone() {
        let later = Arc::clone(world);
        world.runtime.spawn(async move {
            prompts::call_back(&later, &prompt, &code, None).await;
        });
    }
    Ok(Answer::json(200, &answer))
}

/// Puts a prompt on a phone. If there is one already, it may be refused (`None`), or it is noted and has its
/// result at once.
fn put_up(world: &World, push: Push) -> Option<Prompt> {
    let merchant_request_id = world.ids.request_id();
    let business_name = world.settings.whatsapp.business_name.clone();
    let short_code = world.settings.daraja.short_code.clone();
    let created_at = world.now();
    world.write(|state| {
        let beside = state.mpesa.waiting_on(&push.phone);
        let beside_same = state.mpesa.waiting_for(&push.phone, &push.account_reference);
        let result_code = match state.mpesa.manners.second_prompt {
            SecondPrompt::Refused if beside > 0 => return None,
            SecondPrompt::Locked if beside > 0 => Some("1001".to_owned()),
            SecondPrompt::Shown | SecondPrompt::Refused | SecondPrompt::Locked => None,
        };
        // Two pushes may come in one millisecond, but never under one id.
        let mut at = created_at;
        let mut id = checkout_request_id(at, &push.phone);
        while state.mpesa.prompt(&id).is_some() {
            at += Duration::milliseconds(1);
            id = checkout_request_id(at, &push.phone);
        }
        state.phones.customer(&push.phone, None);
        let prompt = Prompt {
            checkout_request_id: id,
            merchant_request_id,
            phone: push.phone,
            amount: push.amount,
            account_reference: push.account_reference,
            description: push.description,
            business_name,
            short_code,
            callback_url: push.callback_url,
            created_at,
            state: match result_code {
                None => PromptState::Pending,
                Some(_) => PromptState::Ended,
            },
            result_code,
            receipt: None,
            beside,
            beside_same,
        };
        state.mpesa.add(prompt.clone());
        Some(prompt)
    })
}

fn result(world: &World, body: &[u8]) -> Result<Answer, Answer> {
    let id = gate(world)
        .query(body)
        .map_err(|refusal| refused(world, &refusal))?;
    let (prompt, pending) = world.read(|state| {
        (
            state.mpesa.prompt(&id).cloned(),
            state.mpesa.manners.pending_answer,
        )
    });
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
