//! The routes, one module for each thing.

pub mod appointments;
pub mod commission;
pub mod daraja;
pub mod health;
pub mod whatsapp;

use actix_web::web;

use crate::body::{API_BODY_MAX, DARAJA_BODY_MAX, WHATSAPP_BODY_MAX};
use crate::wrong_method;

/// Puts every route in its place.
pub fn configure(config: &mut web::ServiceConfig) {
    let other = || web::to(wrong_method);
    config
        .app_data(API_BODY_MAX)
        .service(
            web::resource("/healthz")
                .route(web::get().to(health::healthz))
                .default_service(other()),
        )
        .service(
            web::resource("/readyz")
                .route(web::get().to(health::readyz))
                .default_service(other()),
        )
        .service(
            web::resource("/webhooks/whatsapp")
                .app_data(WHATSAPP_BODY_MAX)
                .route(web::get().to(whatsapp::verify_address))
                .route(web::post().to(whatsapp::receive))
                .default_service(other()),
        )
        .service(
            web::resource("/webhooks/daraja/stk/{token}")
                .app_data(DARAJA_BODY_MAX)
                .route(web::post().to(daraja::stk_callback))
                .default_service(other()),
        )
        .service(
            web::resource("/api/v1/appointments")
                .route(web::get().to(appointments::list))
                .default_service(other()),
        )
        .service(
            web::resource("/api/v1/appointments/{id}")
                .route(web::get().to(appointments::show))
                .default_service(other()),
        )
        .service(
            web::resource("/api/v1/appointments/{id}/start")
                .route(web::post().to(appointments::start))
                .default_service(other()),
        )
        .service(
            web::resource("/api/v1/appointments/{id}/finish")
                .route(web::post().to(appointments::finish))
                .default_service(other()),
        )
        .service(
            web::resource("/api/v1/appointments/{id}/actuals")
                .route(web::patch().to(appointments::record_actuals))
                .default_service(other()),
        )
        .service(
            web::resource("/api/v1/commission/periods")
                .route(web::get().to(commission::list))
                .default_service(other()),
        )
        .service(
            web::resource("/api/v1/commission/periods/{id}")
                .route(web::get().to(commission::show))
                .default_service(other()),
        )
        .service(
            web::resource("/api/v1/commission/closes")
                .route(web::post().to(commission::close))
                .default_service(other()),
        );
}
