//! `/sim/cards`: PesaPal's orders, playing the customer on the hosted page and the person behind refunds.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::web::{self, Bytes, Data, Path, Query, ServiceConfig};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{ControlError, merged, optional, patience, reported};
use crate::cards::{Cards, Means, Order, OrderRefused, OrderState};
use crate::pesapal::notify;
use crate::world::{State, World};

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .route("/sim/cards", web::get().to(book))
        .route("/sim/cards/orders", web::get().to(list))
        .route("/sim/cards/orders/{id}/pay", web::post().to(pay))
        .route("/sim/cards/orders/{id}/fail", web::post().to(fail))
        .route("/sim/cards/orders/{id}/reverse", web::post().to(reverse))
        .route("/sim/cards/orders/{id}/restore", web::post().to(restore))
        .route("/sim/cards/orders/{id}/notify", web::post().to(notify_again))
        .route(
            "/sim/cards/refunds/{confirmation_code}/approve",
            web::post().to(approve),
        )
        .route(
            "/sim/cards/refunds/{confirmation_code}/reject",
            web::post().to(reject),
        );
}

async fn book(world: Data<World>) -> HttpResponse {
    HttpResponse::Ok().json(world.read(|state| shown(&state.cards)))
}

/// The whole book, for a checker. Addresses hold secrets of the product, so only their ids are told.
pub(super) fn shown(cards: &Cards) -> Value {
    let addresses = cards.addresses().iter();
    let addresses = addresses.map(|it| json!({ "ipn_id": it.ipn_id, "method": it.method }));
    json!({
        "orders": cards.orders(),
        "refunds": cards.refunds(),
        "addresses": addresses.collect::<Vec<_>>(),
    })
}

#[derive(Deserialize)]
struct Listing {
    state: Option<OrderState>,
    reference: Option<String>,
    wait_ms: Option<u64>,
}

/// Waits until there is an order that fits.
async fn list(world: Data<World>, query: Query<Listing>) -> HttpResponse {
    let fits = |order: &&Order| {
        query.state.is_none_or(|state| order.state == state)
            && query
                .reference
                .as_ref()
                .is_none_or(|reference| order.merchant_reference == *reference)
    };
    let look = |state: &State| {
        let orders: Vec<Order> = state.cards.orders().iter().filter(fits).cloned().collect();
        (!orders.is_empty()).then_some(orders)
    };
    let orders = world
        .wait(patience(query.wait_ms), look)
        .await
        .unwrap_or_default();
    HttpResponse::Ok().json(json!({ "orders": orders }))
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Payment {
    #[serde(default)]
    means: Means,
    /// If another amount than the one asked is to be paid.
    amount_cents: Option<u64>,
}

async fn pay(world: Data<World>, id: Path<String>, body: Bytes) -> Result<HttpResponse, ControlError> {
    let payment: Payment = optional(&body)?;
    let code = world.ids.confirmation_code();
    let paid = world.write(|state| state.cards.pay(&id, payment.means, payment.amount_cents, code));
    told(world.into_inner(), paid).await
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Failure {
    #[serde(default)]
    means: Means,
}

async fn fail(world: Data<World>, id: Path<String>, body: Bytes) -> Result<HttpResponse, ControlError> {
    let failure: Failure = optional(&body)?;
    let failed = world.write(|state| state.cards.fail(&id, failure.means));
    told(world.into_inner(), failed).await
}

/// The customer's bank takes the money back.
async fn reverse(world: Data<World>, id: Path<String>) -> Result<HttpResponse, ControlError> {
    let reversed = world.write(|state| state.cards.reverse(&id));
    told(world.into_inner(), reversed).await
}

/// The customer's bank gives the money back that it took.
async fn restore(world: Data<World>, id: Path<String>) -> Result<HttpResponse, ControlError> {
    let restored = world.write(|state| state.cards.restore(&id));
    told(world.into_inner(), restored).await
}

/// The same notice once more, for no reason.
async fn notify_again(world: Data<World>, id: Path<String>) -> Result<HttpResponse, ControlError> {
    let order = world.read(|state| state.cards.order(&id).cloned());
    told(world.into_inner(), order.ok_or(OrderRefused::Unknown)).await
}

async fn approve(world: Data<World>, code: Path<String>) -> Result<HttpResponse, ControlError> {
    let decided = world.write(|state| state.cards.decide(&code, true));
    match decided.map_err(refused)? {
        Some(order) => told(world.into_inner(), Ok(order)).await,
        None => Ok(HttpResponse::NoContent().finish()),
    }
}

async fn reject(world: Data<World>, code: Path<String>) -> Result<HttpResponse, ControlError> {
    world
        .write(|state| state.cards.decide(&code, false))
        .map_err(refused)?;
    Ok(HttpResponse::NoContent().finish())
}

/// Sends the notice of a change and answers with its first try.
async fn told(world: Arc<World>, changed: Result<Order, OrderRefused>) -> Result<HttpResponse, ControlError> {
    let order = changed.map_err(refused)?;
    let report = notify(&world, &order).await;
    Ok(HttpResponse::Ok().json(merged(json!(order), reported(&report, "ipn_status"))))
}

fn refused(why: OrderRefused) -> ControlError {
    match why {
        OrderRefused::Unknown => ControlError::NotFound(why.to_string()),
        OrderRefused::Paid
        | OrderRefused::NotPaid
        | OrderRefused::Cancelled
        | OrderRefused::TooMuch
        | OrderRefused::Part
        | OrderRefused::Twice => ControlError::Conflict(why.to_string()),
    }
}
