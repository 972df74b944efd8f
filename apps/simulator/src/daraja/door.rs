//! Who is let in at Daraja, and how it refuses.

use actix_web::HttpRequest;
use serde_json::Value;

use crate::answer::{Answer, bearer};
use crate::daraja::wire::{Gate, Refusal};
use crate::world::World;

/// Lets a request in that has the token in force and says that it is JSON.
pub(super) fn admitted(world: &World, request: &HttpRequest) -> Result<(), Answer> {
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

pub(super) fn gate(world: &World) -> Gate<'_> {
    Gate {
        account: &world.settings.daraja,
        now: world.now(),
        skew_max: world.settings.timestamp_skew_max,
    }
}

/// An error that a fault asked for. Its HTTP status is in its first three digits.
pub(super) fn coded(world: &World, code: &str, message: Option<&str>) -> Answer {
    let status = code.split('.').next().and_then(|it| it.parse().ok());
    let status = status.filter(|it| (400..=599).contains(it)).unwrap_or(500);
    refused(
        world,
        &Refusal::new(status, code, message.unwrap_or_else(|| usual(code))),
    )
}

/// The text that usually comes with a code.
fn usual(code: &str) -> &'static str {
    match code {
        "400.002.02" => "Bad Request - Invalid Amount",
        "400.002.05" => "Invalid Request Payload",
        "400.003.01" | "401.002.01" | "401.003.01" | "404.001.03" => "Invalid Access Token",
        "400.003.02" => "Bad Request",
        "400.008.01" => "Invalid Authentication passed",
        "400.008.02" => "Invalid grant type passed",
        "404.001.01" | "404.003.01" => "Resource not found",
        "404.001.04" => "Invalid Authentication Header",
        "405.001" => "Method Not Allowed",
        "500.001.1001" => {
            "Unable to lock subscriber, a transaction is already in process for the current subscriber"
        }
        "500.002.1001" => "Duplicate OriginatorConversationID.",
        "500.003.02" => "Spike arrest violation",
        "500.003.03" => "Quota Violation",
        _ => "Internal Server Error",
    }
}

pub(super) fn refused(world: &World, refusal: &Refusal) -> Answer {
    Answer::json(refusal.status, &refusal.body(&world.ids.request_id()))
}

/// A field of a body that may turn out to be unreadable, for finding the fault that strikes it.
pub(super) fn field(body: &[u8], name: &str) -> String {
    let value = serde_json::from_slice::<Value>(body).unwrap_or_default();
    match &value[name] {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => String::new(),
    }
}
