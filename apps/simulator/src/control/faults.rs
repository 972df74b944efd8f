//! `/sim/faults`: the queue of what goes wrong next.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, Json, Path, ServiceConfig};
use serde_json::json;

use super::ControlError;
use crate::faults::FaultRequest;
use crate::world::{State, World};

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(
            web::resource("/sim/faults")
                .route(web::get().to(list))
                .route(web::post().to(add))
                .route(web::delete().to(clear)),
        )
        .route("/sim/faults/{id}", web::delete().to(remove));
}

async fn list(world: Data<World>) -> HttpResponse {
    let shown = |state: &State| json!({ "faults": state.faults.list(), "struck": state.faults.struck() });
    HttpResponse::Ok().json(world.read(shown))
}

async fn add(world: Data<World>, body: Json<FaultRequest>) -> Result<HttpResponse, ControlError> {
    let rule = world
        .write(|state| state.faults.add(body.into_inner()))
        .map_err(|it| ControlError::bad(&it))?;
    Ok(HttpResponse::Created().json(rule))
}

async fn clear(world: Data<World>) -> HttpResponse {
    world.write(|state| state.faults.clear());
    HttpResponse::NoContent().finish()
}

async fn remove(world: Data<World>, id: Path<u64>) -> Result<HttpResponse, ControlError> {
    if world.write(|state| state.faults.remove(*id)) {
        Ok(HttpResponse::NoContent().finish())
    } else {
        Err(ControlError::NotFound("there is no such rule".to_owned()))
    }
}
