//! Daraja's callbacks: stored raw, answered alike whoever sends them; interpreted by the worker.

use actix_web::{HttpRequest, HttpResponse, web};
use ratiba_kernel::TokenHash;
use ratiba_payments::attempt::Provider;
use ratiba_payments::ports::{Arrival, ResultArrival, Taken};
use serde_json::json;

use crate::State;
use crate::body::RawBody;
use crate::problem::Problem;

/// Takes in the callback of an STK push. The answer is the same for a token that nobody knows, which makes
/// the message a dead letter.
///
/// # Errors
/// [`Problem`] of kind `unavailable` if it could not be stored.
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
        source: request.peer_addr().map(|address| address.ip()),
        at: state.parts.clock.now(),
    };
    Ok(accepted(state.parts.callbacks.take(arrival).await?))
}

/// Takes in the result of a request about a refund. The answer is the same for a token that nobody knows.
///
/// # Errors
/// [`Problem`] of kind `unavailable` if it could not be stored.
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
/// [`Problem`] of kind `unavailable` if it could not be stored.
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
        source: request.peer_addr().map(|address| address.ip()),
        at: state.parts.clock.now(),
    };
    Ok(accepted(state.parts.results.take_result(arrival).await?))
}

/// What Daraja is answered, whatever became of its message.
fn accepted(taken: Taken) -> HttpResponse {
    match taken {
        Taken::Stored { callback, .. } => tracing::info!(callback.id = %callback, "a callback was stored"),
        Taken::Repeated { callback, .. } => tracing::info!(callback.id = %callback, "a callback came again"),
        Taken::Unrouted { .. } => tracing::warn!("a callback matches no attempt and waits for a person"),
        Taken::Dropped => tracing::error!("too many unrouted callbacks: one was only counted"),
    }
    HttpResponse::Ok().json(json!({ "ResultCode": 0, "ResultDesc": "Accepted" }))
}
