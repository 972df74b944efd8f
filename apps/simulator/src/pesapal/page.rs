//! PesaPal's hosted page: where the customer pays an order, or tries to.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, LOCATION};
use actix_web::web::{Data, Form, Query};
use serde::Deserialize;

use super::notify;
use super::wire::money;
use crate::cards::{Means, Order, OrderRefused, OrderState};
use crate::world::World;

/// How the page knows the order.
#[derive(Deserialize)]
pub(crate) struct Which {
    #[serde(rename = "OrderTrackingId")]
    order_tracking_id: String,
}

/// What the customer does on the page.
#[derive(Deserialize)]
pub(crate) struct Deed {
    act: Act,
    #[serde(default)]
    means: Means,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Act {
    Pay,
    Fail,
    Cancel,
}

/// `GET …/PesapalIframe3/Index`: the page.
pub(crate) async fn show(world: Data<World>, which: Query<Which>) -> HttpResponse {
    let order = world.read(|state| state.cards.order(&which.order_tracking_id).cloned());
    match order {
        Some(order) => page(&order, None),
        None => HttpResponse::NotFound().body("There is no such order."),
    }
}

/// `POST` to the same: the customer pays, fails to pay, or goes back.
pub(crate) async fn act(world: Data<World>, which: Query<Which>, deed: Form<Deed>) -> HttpResponse {
    let world = world.into_inner();
    let id = which.order_tracking_id.as_str();
    let Some(order) = world.read(|state| state.cards.order(id).cloned()) else {
        return HttpResponse::NotFound().body("There is no such order.");
    };
    let done = match deed.act {
        Act::Pay => {
            let code = world.ids.confirmation_code();
            world.write(|state| state.cards.pay(id, deed.means, None, code))
        }
        Act::Fail => world.write(|state| state.cards.fail(id, deed.means)),
        // The browser leaves; the order stays as it is.
        Act::Cancel => {
            let back = order.cancellation_url.as_ref().unwrap_or(&order.callback_url);
            return send_back(back, &order);
        }
    };
    match (done, deed.act) {
        (Ok(order), Act::Pay | Act::Cancel) => {
            let later = Arc::clone(&world);
            let notice = order.clone();
            world.runtime.spawn(async move { notify(&later, &notice).await });
            send_back(&order.callback_url, &order)
        }
        (Ok(order), Act::Fail) => {
            let later = Arc::clone(&world);
            let notice = order.clone();
            world.runtime.spawn(async move { notify(&later, &notice).await });
            // Another means may work, so the customer stays here.
            page(&order, None)
        }
        (Err(refused), _) => page(&order, Some(refused)),
    }
}

fn send_back(to: &str, order: &Order) -> HttpResponse {
    let Ok(mut url) = reqwest::Url::parse(to) else {
        return HttpResponse::NotFound().finish();
    };
    url.query_pairs_mut()
        .append_pair("OrderTrackingId", &order.order_tracking_id)
        .append_pair("OrderNotificationType", "CALLBACKURL")
        .append_pair("OrderMerchantReference", &order.merchant_reference);
    HttpResponse::SeeOther()
        .insert_header((LOCATION, url.to_string()))
        .finish()
}

fn page(order: &Order, refused: Option<OrderRefused>) -> HttpResponse {
    let open = !order.cancelled && matches!(order.state, OrderState::Untouched | OrderState::Failed);
    let said = match (refused, order.state) {
        (Some(refused), _) => refused.to_string(),
        (None, OrderState::Untouched) if order.cancelled => "This order was cancelled.".to_owned(),
        (None, OrderState::Untouched) => String::new(),
        (None, OrderState::Failed) => "That did not work. You can try again.".to_owned(),
        (None, OrderState::Paid) => "This order is paid.".to_owned(),
        (None, OrderState::Reversed) => "The money was given back.".to_owned(),
    };
    let button = |act: &str, means: &str, label: &str| {
        format!(
            r#"<form method="post"><input type="hidden" name="act" value="{act}"><input type="hidden" name="means" value="{means}"><button>{label}</button></form>"#
        )
    };
    let buttons = if open {
        [
            button("pay", "card", "Pay by card"),
            button("pay", "mobile", "Pay by mobile money"),
            button("fail", "card", "Try a card that is declined"),
            button("cancel", "card", "Back to the shop"),
        ]
        .concat()
    } else {
        String::new()
    };
    let body = format!(
        r#"<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Pesapal (simulated)</title></head><body><h1>{} {}</h1><p>{}</p><p>{}</p><p role="status">{said}</p>{buttons}</body></html>"#,
        escaped(&order.currency),
        money(order.amount_cents),
        escaped(&order.description),
        escaped(&order.merchant_reference),
    );
    HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .content_type("text/html; charset=utf-8")
        .body(body)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;")
}
