//! The routes, one module for each thing; each lists its endpoints for the register.

pub mod appointment_history;
pub mod appointment_life;
pub mod appointments;
pub mod archived_conversations;
pub mod audit;
pub mod availability;
pub mod blocks;
pub mod bookings_hit;
pub mod calendars;
pub mod card_links;
pub mod cash;
pub mod cohort;
pub mod commission;
pub mod commission_amendments;
pub mod commission_figures;
pub mod commission_rules;
pub mod commission_settings;
pub mod commission_statements;
pub mod conversations;
pub mod credit;
pub mod cross_sell;
pub mod customers;
pub mod daraja;
pub mod data_requests;
pub mod dead_letters;
pub mod disputes;
pub mod docs;
pub mod employment;
pub mod events;
pub mod features;
pub mod health;
pub mod hours;
pub mod imports;
pub mod invitations;
pub mod join;
pub mod knowledge;
pub mod ledger;
pub mod me;
pub mod members;
pub mod message_templates;
pub mod payments;
pub mod payouts;
pub mod payroll;
pub mod payroll_links;
pub mod personality;
pub mod pesapal;
pub mod pricing;
pub mod provider_credentials;
pub mod receipts;
pub mod refunds;
pub mod reports;
pub mod resources;
pub mod services;
pub mod settings;
pub mod setup;
pub mod shares;
pub mod sign_in;
pub mod staff;
pub mod staff_schedule;
pub mod statements;
pub mod suspense;
pub mod till;
pub mod tips;
pub mod tokens;
pub mod visit_life;
pub mod visits;
pub mod waitlist;
pub mod walk_ins;
pub mod webhook_deliveries;
pub mod webhook_endpoints;
pub mod whatsapp;

use actix_web::web;
use ratiba_access::feature::Feature;
use ratiba_access::limits::Door;

use crate::body::{DARAJA_BODY_MAX, WHATSAPP_BODY_MAX};
use crate::endpoint::Endpoint;
use crate::problem::Kind;

/// Every endpoint of the public listener.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    let mut all = doors();
    all.extend(sign_in::endpoints());
    all.extend(join::endpoints());
    all.extend(me::endpoints());
    all.extend(members::endpoints());
    all.extend(tokens::endpoints());
    all.extend(invitations::endpoints());
    all.extend(docs::endpoints());
    all.extend(availability::endpoints());
    all.extend(visits::endpoints());
    all.extend(visit_life::endpoints());
    all.extend(payments::endpoints());
    all.extend(card_links::endpoints());
    all.extend(pesapal::endpoints());
    all.extend(appointments::endpoints());
    all.extend(services::endpoints());
    all.extend(resources::endpoints());
    all.extend(staff::endpoints());
    all.extend(staff_schedule::endpoints());
    all.extend(blocks::endpoints());
    all.extend(hours::endpoints());
    all.extend(bookings_hit::endpoints());
    all.extend(settings::endpoints());
    all.extend(features::endpoints());
    all.extend(personality::endpoints());
    all.extend(walk_ins::endpoints());
    all.extend(waitlist::endpoints());
    all.extend(calendars::endpoints());
    all.extend(appointment_history::endpoints());
    all.extend(appointment_life::endpoints());
    all.extend(pricing::endpoints());
    all.extend(shares::endpoints());
    all.extend(cross_sell::endpoints());
    all.extend(customers::endpoints());
    all.extend(conversations::endpoints());
    all.extend(archived_conversations::endpoints());
    all.extend(knowledge::endpoints());
    all.extend(of(Feature::Cohort, cohort::endpoints()));
    all.extend(message_templates::endpoints());
    all.extend(imports::endpoints());
    all.extend(commission::endpoints());
    all.extend(commission_figures::endpoints());
    all.extend(commission_amendments::endpoints());
    all.extend(commission_rules::endpoints());
    all.extend(commission_settings::endpoints());
    all.extend(commission_statements::endpoints());
    all.extend(disputes::endpoints());
    all.extend(of(Feature::Payroll, payroll::endpoints()));
    all.extend(of(Feature::Payroll, payroll_links::endpoints()));
    all.extend(employment::endpoints());
    all.extend(refunds::endpoints());
    all.extend(receipts::endpoints());
    all.extend(credit::endpoints());
    all.extend(payouts::endpoints());
    all.extend(cash::endpoints());
    all.extend(till::endpoints());
    all.extend(tips::endpoints());
    all.extend(dead_letters::endpoints());
    all.extend(statements::endpoints());
    all.extend(ledger::endpoints());
    all.extend(suspense::endpoints());
    all.extend(reports::endpoints());
    all.extend(audit::endpoints());
    all.extend(provider_credentials::endpoints());
    all.extend(data_requests::endpoints());
    all.extend(events::endpoints());
    all.extend(of(Feature::Webhooks, webhook_endpoints::endpoints()));
    all.extend(of(Feature::Webhooks, webhook_deliveries::endpoints()));
    all
}

/// Endpoints that belong to a feature.
fn of(feature: Feature, endpoints: Vec<Endpoint>) -> impl Iterator<Item = Endpoint> {
    endpoints.into_iter().map(move |one| one.part_of(feature))
}

/// What providers and operators knock at.
fn doors() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/healthz", "Whether the process lives", || {
            web::get().to(health::healthz)
        })
        .group("operation")
        .door(Door::Free)
        .open("nothing: it tells nothing")
        .answers::<health::Health>(200, "it lives"),
        Endpoint::get("/readyz", "Whether the process can work", || {
            web::get().to(health::readyz)
        })
        .group("operation")
        .door(Door::Free)
        .open("nothing: it names the failing part and no more")
        .answers::<health::Health>(200, "it can")
        .answers::<health::Health>(503, "it cannot, and what fails"),
        Endpoint::get("/webhooks/whatsapp", "WhatsApp makes sure of the address", || {
            web::get().to(whatsapp::verify_address)
        })
        .group("webhooks")
        .door(Door::Webhook)
        .open("the verify token")
        .answers_with(200, "text/plain", "the challenge")
        .problems(&[Kind::Forbidden]),
        Endpoint::post(
            "/webhooks/whatsapp",
            "Messages and statuses from WhatsApp",
            || web::post().to(whatsapp::receive),
        )
        .group("webhooks")
        .door(Door::Webhook)
        .open("the signature over the body")
        .body_limit(WHATSAPP_BODY_MAX)
        .answers_with(200, "application/json", "stored")
        .problems(&[
            Kind::BadSignature,
            Kind::BodyTooLarge,
            Kind::Validation,
            Kind::TooSlow,
        ]),
        Endpoint::post(
            "/webhooks/daraja/stk/{token}",
            "The result of an M-Pesa prompt",
            || web::post().to(daraja::stk_callback),
        )
        .group("webhooks")
        .door(Door::Webhook)
        .open("the secret in the path")
        .body_limit(DARAJA_BODY_MAX)
        .answers_with(200, "application/json", "stored")
        .problems(&[Kind::BodyTooLarge, Kind::TooSlow, Kind::Forbidden]),
        told_by_daraja(
            "/webhooks/daraja/result/{token}",
            "The result of a reversal",
            || web::post().to(daraja::result),
        ),
        told_by_daraja(
            "/webhooks/daraja/timeout/{token}",
            "A request about a reversal was not delivered in time",
            || web::post().to(daraja::timeout),
        ),
        told_by_daraja(
            "/webhooks/daraja/c2b/{key}/validation",
            "Whether money by hand may come",
            || web::post().to(daraja::validation),
        ),
        told_by_daraja(
            "/webhooks/daraja/c2b/{key}/confirmation",
            "Money by hand has come",
            || web::post().to(daraja::confirmation),
        ),
    ]
}

fn told_by_daraja(path: &'static str, summary: &'static str, route: fn() -> actix_web::Route) -> Endpoint {
    Endpoint::post(path, summary, route)
        .group("webhooks")
        .door(Door::Webhook)
        .open("the secret in the path")
        .body_limit(DARAJA_BODY_MAX)
        .answers_with(200, "application/json", "stored")
        .problems(&[Kind::BodyTooLarge, Kind::TooSlow, Kind::Forbidden])
}
