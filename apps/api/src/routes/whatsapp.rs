//! WhatsApp's webhook: verified over the raw bytes, stored, answered at once; interpreted by the worker.

use std::collections::BTreeMap;

use actix_web::{HttpRequest, HttpResponse, web};
use ratiba_whatsapp::webhook;
use serde_json::json;

use crate::State;
use crate::body::RawBody;
use crate::problem::{Kind, Problem};

/// Meta asks whether this address is ours: the challenge comes back if the token is right.
///
/// # Errors
/// [`Problem`] of kind `forbidden` otherwise.
pub async fn verify_address(
    state: web::Data<State>,
    query: web::Query<BTreeMap<String, String>>,
) -> Result<HttpResponse, Problem> {
    let of = |name: &str| query.get(name).map(String::as_str);
    let token = state.parts.whatsapp_verify_token.expose();
    let answer =
        webhook::challenge_answer(of("hub.mode"), of("hub.verify_token"), of("hub.challenge"), token);
    match answer {
        Some(challenge) => Ok(HttpResponse::Ok()
            .content_type("text/plain")
            .body(challenge.to_owned())),
        None => Err(Problem::new(Kind::Forbidden, "the verify token is not ours")),
    }
}

/// Takes in a delivery. 200 once all of it is stored, 503 if it could not be, so that Meta sends it again.
///
/// # Errors
/// [`Problem`] of kind `bad-signature` when it is not Meta's; then nothing is stored.
pub async fn receive(
    state: web::Data<State>,
    request: HttpRequest,
    RawBody(raw): RawBody,
) -> Result<HttpResponse, Problem> {
    let signature = request
        .headers()
        .get("X-Hub-Signature-256")
        .and_then(|value| value.to_str().ok());
    if let Err(refused) = webhook::verify(&raw, signature, &state.parts.whatsapp_secrets) {
        tracing::warn!(reason = %refused, body_bytes = raw.len(), "a webhook without a right signature was refused");
        return Err(Problem::new(
            Kind::BadSignature,
            "X-Hub-Signature-256 is missing or wrong",
        ));
    }
    let mut delivery = webhook::split(&raw);
    let numbers = std::mem::take(&mut delivery.numbers);
    let accounts = std::mem::take(&mut delivery.accounts);
    state.parts.receive_delivery.execute(delivery).await?;
    state.parts.numbers.learn(numbers).await;
    state.parts.numbers.learn_accounts(accounts).await;
    Ok(HttpResponse::Ok().json(json!({})))
}
