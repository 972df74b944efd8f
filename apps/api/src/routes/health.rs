//! Whether the process lives, whether it can work, and what it counted.

use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpResponse, web};
use prometheus::Encoder as _;
use serde_json::json;

use crate::State;
use crate::problem::{Kind, Problem};

/// The process lives.
pub async fn healthz() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "status": "ok" }))
}

/// The process can work: the database answers and is at least at this build's level. 503 with the failing
/// part otherwise.
pub async fn readyz(state: web::Data<State>) -> HttpResponse {
    let database = match state.parts.database.inspect().await {
        Ok(inspection) => inspection
            .faults()
            .map_or_else(|_| "unknown".to_owned(), |faults| faults.join("; ")),
        Err(_outage) => "does not answer".to_owned(),
    };
    if database.is_empty() {
        HttpResponse::Ok().json(json!({ "status": "ready" }))
    } else {
        tracing::error!(database, "not ready");
        HttpResponse::ServiceUnavailable().json(json!({ "status": "not ready", "failing": ["database"] }))
    }
}

/// All counters in the Prometheus text format.
///
/// # Errors
/// [`Problem`] if they cannot be written.
pub async fn metrics(state: web::Data<State>) -> Result<HttpResponse, Problem> {
    let mut text = Vec::new();
    let encoder = prometheus::TextEncoder::new();
    let written = encoder.encode(&state.metrics.gather(), &mut text);
    written.map_err(|_| Problem::new(Kind::Unavailable, "the counters cannot be written"))?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, encoder.format_type().to_owned()))
        .body(text))
}
