//! PesaPal's API v3: tokens, orders with a hosted page, and notices that only say "look".

use std::sync::Arc;

use actix_web::web::{self, Bytes, Data, Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use serde_json::{Value, json};

use self::wire::{Refusal, Submission, address, error, moment};
use crate::answer::{Answer, Asked, PAID_MEANWHILE, answer, bearer};
use crate::cards::{
    Address, Means, NoticeMethod, Order, OrderState, RefundRequest, RefundState, ReusedReference,
};
use crate::courier::{Delivery, Destination, Report, Signing, deliver, fault_for};
use crate::faults::{Fault, Target};
use crate::world::World;

mod page;
mod wire;

/// Where both environments have the API, in front of `/api`.
const ROOT: &str = "/{root:pesapalv3|v3}";
/// Part of the address of the hosted page.
const PAGE: &str = "iframe/PesapalIframe3/Index";

/// Adds the API and the hosted page.
pub(crate) fn routes(config: &mut ServiceConfig) {
    let at = |path: &str| format!("{ROOT}/api/{path}");
    config
        .route(&at("Auth/RequestToken"), web::post().to(token))
        .route(&at("URLSetup/RegisterIPN"), web::post().to(register))
        .route(&at("URLSetup/GetIpnList"), web::get().to(list))
        .route(&at("Transactions/SubmitOrderRequest"), web::post().to(submit))
        .route(&at("Transactions/GetTransactionStatus"), web::get().to(status))
        .route(&at("Transactions/RefundRequest"), web::post().to(refund))
        .route(&at("Transactions/CancelOrder"), web::post().to(cancel))
        .service(
            web::resource(format!("{ROOT}/{PAGE}"))
                .route(web::get().to(page::show))
                .route(web::post().to(page::act)),
        );
}

/// Tells the product that an order changed, as often as it takes.
pub(crate) async fn notify(world: &Arc<World>, order: &Order) -> Report {
    let Some(address) = world.read(|state| state.cards.address(&order.ipn_id).cloned()) else {
        return Report {
            error: Some("the address of the order is not registered".to_owned()),
            ..Report::default()
        };
    };
    let fault = match fault_for(world, Target::PesapalIpn, &order.phone) {
        // A notice has neither codes nor other shapes.
        Some(Fault::Code { .. } | Fault::Shape { .. }) => None,
        fault => fault,
    };
    let (destination, body) = match (address.method, reqwest::Url::parse(&address.url)) {
        (NoticeMethod::Get, Ok(mut url)) => {
            url.query_pairs_mut()
                .append_pair("OrderTrackingId", &order.order_tracking_id)
                .append_pair("OrderNotificationType", "IPNCHANGE")
                .append_pair("OrderMerchantReference", &order.merchant_reference);
            (Destination::Visit(url.to_string()), Vec::new())
        }
        (NoticeMethod::Post, _) | (NoticeMethod::Get, Err(_)) => {
            let body = json!({
                "OrderTrackingId": order.order_tracking_id,
                "OrderNotificationType": "IPNCHANGE",
                "OrderMerchantReference": order.merchant_reference,
            });
            (Destination::Callback(address.url), body.to_string().into_bytes())
        }
    };
    let delivery = Delivery {
        target: Target::PesapalIpn,
        destination,
        body,
        signing: Signing::Absent,
        redelivered: true,
    };
    deliver(world, delivery, fault).await
}

async fn token(world: Data<World>, request: HttpRequest, body: Bytes) -> HttpResponse {
    let asked = Asked {
        target: Target::PesapalToken,
        phone: "",
        request: &request,
    };
    answer(&world, asked, || issue(&world, &body), coded).await
}

async fn register(world: Data<World>, request: HttpRequest, body: Bytes) -> HttpResponse {
    let work = || {
        admitted(&world, &request)
            .and_then(|()| keep(&world, &body))
            .unwrap_or_else(|it| it)
    };
    let asked = Asked {
        target: Target::PesapalRegister,
        phone: "",
        request: &request,
    };
    answer(&world, asked, work, coded).await
}

async fn list(world: Data<World>, request: HttpRequest) -> HttpResponse {
    let all = || {
        world.read(|state| {
            let all: Vec<Value> = state.cards.addresses().iter().map(address).collect();
            Answer::json(200, &json!(all))
        })
    };
    let work = || admitted(&world, &request).map_or_else(|it| it, |()| all());
    let asked = Asked {
        target: Target::PesapalRegister,
        phone: "",
        request: &request,
    };
    answer(&world, asked, work, coded).await
}

async fn submit(world: Data<World>, request: HttpRequest, body: Bytes) -> HttpResponse {
    let read = wire::submission(&body);
    let phone = read.as_ref().map(|it| it.phone.clone()).unwrap_or_default();
    // The page is where the API is, by whatever name the caller knows it.
    let root = request.match_info().get("root").unwrap_or("v3").to_owned();
    let page = format!("http://{}/{root}/{PAGE}", request.connection_info().host());
    let work = || {
        admitted(&world, &request)
            .and_then(|()| take(&world, read.clone(), &page).map_err(refusal))
            .unwrap_or_else(|it| it)
    };
    let asked = Asked {
        target: Target::PesapalSubmit,
        phone: &phone,
        request: &request,
    };
    answer(&world, asked, work, coded).await
}

#[derive(Deserialize)]
struct StatusQuery {
    #[serde(rename = "orderTrackingId")]
    order_tracking_id: Option<String>,
}

async fn status(world: Data<World>, query: Query<StatusQuery>, request: HttpRequest) -> HttpResponse {
    let id = query.order_tracking_id.clone().unwrap_or_default();
    let tell = |code: Option<u8>| {
        if let Err(refused) = admitted(&world, &request) {
            return refused;
        }
        match world.write(|state| state.cards.look(&id)) {
            Some(order) => Answer::text(200, wire::status(&order, code)),
            None => error("invalid_order_tracking_id", "There is no such order"),
        }
    };
    // A single digit is a status and not an error: it is told instead of the truth.
    let refuse = |code: &str, message: Option<&str>| match code.parse::<u8>() {
        Ok(digit) => tell(Some(digit)),
        Err(_) => coded(code, message),
    };
    let phone = phone_of(&world, &id);
    let asked = Asked {
        target: Target::PesapalStatus,
        phone: &phone,
        request: &request,
    };
    answer(&world, asked, || tell(None), refuse).await
}

async fn refund(world: Data<World>, request: HttpRequest, body: Bytes) -> HttpResponse {
    let work = || {
        admitted(&world, &request)
            .map(|()| ask_back(&world, &body))
            .unwrap_or_else(|it| it)
    };
    let code = wire::field(&body, "confirmation_code").unwrap_or_default();
    let phone = world.read(|state| {
        let mut orders = state.cards.orders().iter();
        let order = orders.find(|it| it.confirmation_code.as_deref() == Some(&code));
        order.map(|it| it.phone.clone()).unwrap_or_default()
    });
    let asked = Asked {
        target: Target::PesapalRefund,
        phone: &phone,
        request: &request,
    };
    answer(&world, asked, work, coded).await
}

async fn cancel(world: Data<World>, request: HttpRequest, body: Bytes) -> HttpResponse {
    let world = world.into_inner();
    let id = wire::field(&body, "order_tracking_id").unwrap_or_default();
    let work = || {
        if let Err(refused) = admitted(&world, &request) {
            return refused;
        }
        match world.write(|state| state.cards.cancel(&id)) {
            Ok(()) => verdict("200", "Order successfully cancelled."),
            Err(why) => verdict("500", &why.to_string()),
        }
    };
    let refuse = |code: &str, message: Option<&str>| {
        if code == PAID_MEANWHILE {
            pay_meanwhile(&world, &id);
            verdict("200", "Order successfully cancelled.")
        } else {
            coded(code, message)
        }
    };
    let phone = phone_of(&world, &id);
    let asked = Asked {
        target: Target::PesapalCancel,
        phone: &phone,
        request: &request,
    };
    answer(&world, asked, work, refuse).await
}

/// The customer was quicker than the cancellation.
fn pay_meanwhile(world: &Arc<World>, id: &str) {
    let code = world.ids.confirmation_code();
    if let Ok(order) = world.write(|state| state.cards.pay(id, Means::Card, None, code)) {
        let later = Arc::clone(world);
        world.runtime.spawn(async move { notify(&later, &order).await });
    }
}

fn issue(world: &World, body: &[u8]) -> Answer {
    let account = &world.settings.pesapal;
    let is = |name: &str, right: &str| wire::field(body, name).as_deref() == Some(right);
    if !is("consumer_key", &account.consumer_key) || !is("consumer_secret", &account.consumer_secret) {
        let message = "Invalid consumer key or secret provided";
        return Answer::json(
            200,
            &json!({
                "token": null,
                "expiryDate": null,
                "error": {
                    "error_type": "api_error",
                    "code": "invalid_consumer_key_or_secret_provided",
                    "message": message,
                },
                "status": "500",
                "message": message,
            }),
        );
    }
    let token = world.ids.web_token();
    // Business time has milliseconds; the rest of the seven digits is the real one's habit.
    let now = world.now();
    let until =
        world.write(|state| state.cards.issue(token.clone(), now)) + time::Duration::nanoseconds(456_700);
    Answer::json(
        200,
        &json!({
            "token": token,
            "expiryDate": format!("{}Z", moment(until, 7)),
            "error": null,
            "status": "200",
            "message": "Request processed successfully",
        }),
    )
}

/// Lets a request in that has a token in force.
fn admitted(world: &World, request: &HttpRequest) -> Result<(), Answer> {
    let Some(token) = bearer(request) else {
        return Err(Answer::empty(401));
    };
    if world.read(|state| state.cards.admits(&token, world.now())) {
        Ok(())
    } else {
        let message = "Invalid Access Token";
        Err(error("invalid_api_credentials_provided", message))
    }
}

fn keep(world: &World, body: &[u8]) -> Result<Answer, Answer> {
    let (url, method) = wire::registration(body).map_err(refusal)?;
    // Registering again makes a further id; old ones go on working.
    let kept = Address {
        ipn_id: world.ids.guid(),
        url,
        method,
        created_at: world.now(),
    };
    world.write(|state| state.cards.register(kept.clone()));
    Ok(Answer::json(200, &address(&kept)))
}

fn take(world: &World, read: Result<Submission, Refusal>, page: &str) -> Result<Answer, Refusal> {
    let order = read?;
    world.write(|state| {
        let cards = &mut state.cards;
        if cards.address(&order.notification_id).is_none() {
            return Err(Refusal::new(
                "invalid_request",
                "notification_id is not registered",
            ));
        }
        if order.cents > cards.manners.amount_max_cents {
            let message = "The amount is above the limit of the merchant";
            return Err(Refusal::new("maximum_amount_limit_exceeded", message));
        }
        if let Some(old) = cards.order(&order.id) {
            return match cards.manners.reused_reference {
                ReusedReference::Refused => {
                    Err(Refusal::new("invalid_request", "Duplicate merchant reference"))
                }
                ReusedReference::Answered => Ok(taken(old, page)),
            };
        }
        let order = Order {
            order_tracking_id: world.ids.guid(),
            merchant_reference: order.id,
            amount_cents: order.cents,
            currency: order.currency,
            description: order.description,
            callback_url: order.callback_url,
            cancellation_url: order.cancellation_url,
            ipn_id: order.notification_id,
            phone: order.phone,
            created_at: world.now(),
            state: OrderState::Untouched,
            cancelled: false,
            means: None,
            paid_cents: None,
            confirmation_code: None,
            looks: 0,
        };
        let answer = taken(&order, page);
        cards.add(order);
        Ok(answer)
    })
}

fn taken(order: &Order, page: &str) -> Answer {
    Answer::json(
        200,
        &json!({
            "order_tracking_id": order.order_tracking_id,
            "merchant_reference": order.merchant_reference,
            "redirect_url": format!("{page}?OrderTrackingId={}", order.order_tracking_id),
            "error": null,
            "status": "200",
        }),
    )
}

fn ask_back(world: &World, body: &[u8]) -> Answer {
    let read = match wire::refund(body) {
        Ok(read) => read,
        Err(refusal) => return verdict("500", &refusal.message),
    };
    let request = RefundRequest {
        confirmation_code: read.confirmation_code,
        amount_cents: read.cents,
        username: read.username,
        remarks: read.remarks,
        state: RefundState::Requested,
        at: world.now(),
    };
    match world.write(|state| state.cards.ask_back(request)) {
        Ok(()) => verdict("200", "Refund request successfully"),
        Err(why) => verdict("500", &why.to_string()),
    }
}

/// The short answer of refunds and cancellations.
fn verdict(status: &str, message: &str) -> Answer {
    Answer::json(200, &json!({ "status": status, "message": message }))
}

fn refusal(refusal: Refusal) -> Answer {
    error(refusal.code, &refusal.message)
}

/// An error that a fault asked for.
fn coded(code: &str, message: Option<&str>) -> Answer {
    error(code, message.unwrap_or("The request could not be processed"))
}

fn phone_of(world: &World, id: &str) -> String {
    world.read(|state| {
        state
            .cards
            .order(id)
            .map(|it| it.phone.clone())
            .unwrap_or_default()
    })
}
