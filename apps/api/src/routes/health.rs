//! Whether the process lives, whether it can work, and what it counted.

use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpResponse, web};
use prometheus::Encoder as _;
use ratiba_assembly::Parts;
use schemars::JsonSchema;
use serde::Serialize;
use tokio::time::Instant;

use crate::State;
use crate::problem::{Kind, Problem};

/// Whether the process lives, or can work.
#[derive(Serialize, JsonSchema)]
pub struct Health {
    /// `ok`, `ready` or `not ready`.
    status: &'static str,
    /// What fails; nothing is said where all is well.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    failing: &'static [&'static str],
}

/// The process lives.
pub async fn healthz() -> HttpResponse {
    HttpResponse::Ok().json(Health {
        status: "ok",
        failing: &[],
    })
}

/// The process can work: the database answers and is at least at this build's level, as it was found within the last
/// second. 503 with the failing part otherwise.
pub async fn readyz(state: web::Data<State>) -> HttpResponse {
    let ready = state
        .readiness
        .ask(Instant::now(), async || look(&state.parts).await);
    if ready.await {
        HttpResponse::Ok().json(Health {
            status: "ready",
            failing: &[],
        })
    } else {
        HttpResponse::ServiceUnavailable().json(Health {
            status: "not ready",
            failing: &["database"],
        })
    }
}

async fn look(parts: &Parts) -> bool {
    let faults = match parts.database.inspect().await {
        Ok(inspection) => inspection
            .faults()
            .map_or_else(|_| "unknown".to_owned(), |faults| faults.join("; ")),
        Err(_outage) => "does not answer".to_owned(),
    };
    if !faults.is_empty() {
        tracing::error!(database = faults, "not ready");
    }
    faults.is_empty()
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
