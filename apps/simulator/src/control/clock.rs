//! `/sim/clock`: what time it is, and moving it.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, Json, ServiceConfig};
use serde::Deserialize;
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

use super::{ControlError, merged, rfc3339};
use crate::clock::in_nairobi;
use crate::daraja::prompts;
use crate::world::World;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(
        web::resource("/sim/clock")
            .route(web::get().to(look))
            .route(web::post().to(set)),
    );
}

async fn look(world: Data<World>) -> HttpResponse {
    HttpResponse::Ok().json(face(world.now()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Move {
    set: Option<String>,
    advance_seconds: Option<i64>,
}

/// Answers once every process that follows the clock has arrived, and the callbacks of prompts that ran out
/// by it were sent.
async fn set(world: Data<World>, body: Json<Move>) -> Result<HttpResponse, ControlError> {
    let instant = match (&body.set, body.advance_seconds) {
        (Some(text), None) => OffsetDateTime::parse(text, &Rfc3339)
            .map_err(|error| ControlError::Bad(format!("set is not RFC 3339: {error}")))?,
        (None, Some(seconds)) => world
            .now()
            .checked_add(Duration::seconds(seconds))
            .ok_or_else(|| ControlError::bad("that is beyond the calendar"))?,
        (Some(_), Some(_)) | (None, None) => {
            return Err(ControlError::bad("say either set or advance_seconds"));
        }
    };
    world
        .clock
        .move_to(instant)
        .await
        .map_err(|error| ControlError::Failed(error.to_string()))?;
    // Everybody who waits for a change sees the new time.
    world.write(|_| ());
    let lapsed = prompts::lapse(&world.clone().into_inner()).await;
    Ok(HttpResponse::Ok().json(merged(face(world.now()), json!({ "lapsed": lapsed }))))
}

fn face(now: OffsetDateTime) -> Value {
    json!({ "now": rfc3339(now), "nairobi": rfc3339(in_nairobi(now)) })
}
