//! Daraja's callbacks: stored raw, answered alike whoever sends them; interpreted by the worker.

use actix_web::{HttpRequest, HttpResponse, web};
use ratiba_daraja::confirmation as words;
use ratiba_kernel::TokenHash;
use ratiba_payments::attempt::Provider;
use ratiba_payments::ports::{Arrival, ConfirmationArrival, ResultArrival, StoredCallback, Taken};
use ratiba_payments::use_cases::Validation;
use serde_json::json;

use crate::State;
use crate::body::RawBody;
use crate::problem::Problem;

/// Takes in the callback of an STK push. The answer is the same for a token that nobody knows, which makes
/// the message a dead letter.
///
/// # Errors
/// [`Problem`] of kind `unavailable` if it could not be stored, `forbidden` if strangers are refused and it is one.
pub async fn stk_callback(
    state: web::Data<State>,
    request: HttpRequest,
    token: web::Path<String>,
    RawBody(mut body): RawBody,
) -> Result<HttpResponse, Problem> {
    body.truncate(Arrival::BODY_BYTES_MAX);
    let arrival = Arrival {
        id: state.parts.ids.fresh(),
        provider: Provider::Mpesa,
        token: TokenHash::of(&token),
        body,
        source: state.sources.admit(&request)?,
        at: state.parts.clock.now(),
    };
    let body = arrival.body.clone();
    let taken = state.parts.callbacks.take(arrival).await?;
    if let Taken::Stored {
        tenant,
        callback,
        attempt: Some(attempt),
    } = taken
    {
        let stored = StoredCallback {
            id: callback,
            attempt,
            body,
            outcome: None,
        };
        state.express.hurry(tenant, stored);
    }
    Ok(accepted(taken))
}

/// Takes in the result of a request about a refund. The answer is the same for a token that nobody knows.
///
/// # Errors
/// [`Problem`] of kind `unavailable` if it could not be stored, `forbidden` if strangers are refused and it is one.
pub async fn result(
    state: web::Data<State>,
    request: HttpRequest,
    token: web::Path<String>,
    body: RawBody,
) -> Result<HttpResponse, Problem> {
    about_refund(&state, &request, &token, body, false).await
}

/// Takes in that a request about a refund was not delivered in time, which is no verdict.
///
/// # Errors
/// [`Problem`] of kind `unavailable` if it could not be stored, `forbidden` if strangers are refused and it is one.
pub async fn timeout(
    state: web::Data<State>,
    request: HttpRequest,
    token: web::Path<String>,
    body: RawBody,
) -> Result<HttpResponse, Problem> {
    about_refund(&state, &request, &token, body, true).await
}

async fn about_refund(
    state: &State,
    request: &HttpRequest,
    token: &str,
    RawBody(mut body): RawBody,
    timed_out: bool,
) -> Result<HttpResponse, Problem> {
    body.truncate(Arrival::BODY_BYTES_MAX);
    let arrival = ResultArrival {
        id: state.parts.ids.fresh(),
        token: TokenHash::of(token),
        timed_out,
        body,
        source: state.sources.admit(request)?,
        at: state.parts.clock.now(),
    };
    Ok(accepted(state.parts.results.take_result(arrival).await?))
}

/// What Daraja is answered, whatever became of its message.
fn accepted(taken: Taken) -> HttpResponse {
    note(taken);
    HttpResponse::Ok().json(json!({ "ResultCode": 0, "ResultDesc": "Accepted" }))
}

fn note(taken: Taken) {
    match taken {
        Taken::Stored { callback, .. } => tracing::info!(callback.id = %callback, "a callback was stored"),
        Taken::Repeated { callback, .. } => tracing::info!(callback.id = %callback, "a callback came again"),
        Taken::Unrouted { .. } => tracing::warn!("a callback matches no attempt and waits for a person"),
        Taken::Dropped => tracing::error!("too many callbacks: one was only counted"),
    }
}

/// How long a validation is thought about; Daraja waits for eight seconds.
const VALIDATION_WITHIN: std::time::Duration = std::time::Duration::from_secs(5);

/// Says whether money that a customer sends by hand may come. Whatever is in doubt may: its confirmation is worked through.
///
/// # Errors
/// [`Problem`] of kind `forbidden` if strangers are refused and it is one.
pub async fn validation(
    state: web::Data<State>,
    request: HttpRequest,
    key: web::Path<String>,
    RawBody(body): RawBody,
) -> Result<HttpResponse, Problem> {
    state.sources.admit(&request)?;
    let validate = &state.parts.payments.by_hand.validate;
    let hash = TokenHash::of(&key);
    let verdict = tokio::time::timeout(VALIDATION_WITHIN, validate.execute(&hash, &body)).await;
    let answer = match verdict {
        Ok(Ok(Validation::Accept)) => words::VALID,
        Ok(Ok(Validation::RefuseAccount)) => {
            tracing::info!("a payment by hand was refused: nobody knows its account");
            words::WRONG_ACCOUNT
        }
        Ok(Err(outage)) => {
            tracing::error!(error = ?outage, "a payment by hand could not be validated, and may come");
            words::VALID
        }
        Err(_elapsed) => {
            tracing::error!("a payment by hand was not validated in time, and may come");
            words::VALID
        }
    };
    Ok(HttpResponse::Ok().content_type("application/json").body(answer))
}

/// Takes in that a customer sent money by hand. The answer is the same for an address that nobody knows.
///
/// # Errors
/// [`Problem`] of kind `unavailable` if it could not be stored, `forbidden` if strangers are refused and it is one.
pub async fn confirmation(
    state: web::Data<State>,
    request: HttpRequest,
    key: web::Path<String>,
    RawBody(mut body): RawBody,
) -> Result<HttpResponse, Problem> {
    body.truncate(Arrival::BODY_BYTES_MAX);
    let arrival = ConfirmationArrival {
        id: state.parts.ids.fresh(),
        key: TokenHash::of(&key),
        body,
        source: state.sources.admit(&request)?,
        at: state.parts.clock.now(),
    };
    note(
        state
            .parts
            .payments
            .by_hand
            .inbox
            .take_confirmation(arrival)
            .await?,
    );
    Ok(HttpResponse::Ok()
        .content_type("application/json")
        .body(words::CONFIRMED))
}
