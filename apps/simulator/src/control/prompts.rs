//! `/sim/prompts`: the M-Pesa prompts on phones.

use actix_web::HttpResponse;
use actix_web::web::{self, Bytes, Data, Path, Query, ServiceConfig};
use serde::Deserialize;
use serde_json::json;

use super::{ControlError, merged, optional, patience, reported};
use crate::daraja::prompts::{Reaction, settle};
use crate::mpesa::{Prompt, PromptState, SettleRefused, UNANSWERED};
use crate::world::{State, World};

/// "Cancelled by customer".
const CANCELLED: &str = "1032";

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .route("/sim/prompts", web::get().to(list))
        .route(
            "/sim/prompts/{checkout_request_id}/approve",
            web::post().to(approve),
        )
        .route(
            "/sim/prompts/{checkout_request_id}/refuse",
            web::post().to(refuse),
        )
        .route(
            "/sim/prompts/{checkout_request_id}/ignore",
            web::post().to(ignore),
        );
}

#[derive(Deserialize)]
struct Listing {
    state: Option<PromptState>,
    phone: Option<String>,
    wait_ms: Option<u64>,
}

/// Waits until there is a prompt that fits.
async fn list(world: Data<World>, query: Query<Listing>) -> HttpResponse {
    let fits = |prompt: &&Prompt| {
        query.state.is_none_or(|state| prompt.state == state)
            && query.phone.as_ref().is_none_or(|phone| prompt.phone == *phone)
    };
    let look = |state: &State| {
        let prompts: Vec<Prompt> = state.mpesa.prompts().iter().filter(fits).cloned().collect();
        (!prompts.is_empty()).then_some(prompts)
    };
    let prompts = world
        .wait(patience(query.wait_ms), look)
        .await
        .unwrap_or_default();
    HttpResponse::Ok().json(json!({ "prompts": prompts }))
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Approval {
    /// Whole shillings, if another amount than the one asked is to move.
    amount: Option<u64>,
}

async fn approve(world: Data<World>, id: Path<String>, body: Bytes) -> Result<HttpResponse, ControlError> {
    let approval: Approval = optional(&body)?;
    react(
        world,
        &id,
        Reaction::Pay {
            amount: approval.amount,
        },
    )
    .await
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Refusal {
    /// A number or text; 1032 if not said.
    result_code: Option<serde_json::Value>,
}

async fn refuse(world: Data<World>, id: Path<String>, body: Bytes) -> Result<HttpResponse, ControlError> {
    let refusal: Refusal = optional(&body)?;
    let code = match refusal.result_code {
        None => CANCELLED.to_owned(),
        Some(serde_json::Value::String(text)) => text,
        Some(other) => other.to_string(),
    };
    if code == "0" || code.is_empty() {
        return Err(ControlError::bad("a refusal needs a result_code other than 0"));
    }
    react(world, &id, Reaction::End(code)).await
}

/// Nobody answers: the prompt runs out at once, without waiting for its time.
async fn ignore(world: Data<World>, id: Path<String>) -> Result<HttpResponse, ControlError> {
    react(world, &id, Reaction::End(UNANSWERED.to_owned())).await
}

async fn react(world: Data<World>, id: &str, reaction: Reaction) -> Result<HttpResponse, ControlError> {
    let settled = settle(&world.into_inner(), id, reaction)
        .await
        .map_err(|refused| match refused {
            SettleRefused::Unknown => ControlError::NotFound(refused.to_string()),
            SettleRefused::Over => ControlError::Conflict(refused.to_string()),
        })?;
    let outcome = json!({
        "checkout_request_id": id,
        "result_code": settled.result_code,
        "receipt": settled.receipt,
    });
    Ok(HttpResponse::Ok().json(merged(outcome, reported(&settled.report, "callback_status"))))
}
