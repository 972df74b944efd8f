//! `/sim/mpesa`: the book, its statement, payments by hand, and what operators asked for.

use actix_web::HttpResponse;
use actix_web::web::{self, Bytes, Data, Json, Path, Query, ServiceConfig};
use serde::Deserialize;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::{ControlError, merged, optional, patience, reported};
use crate::daraja::by_hand::{ByHand, pay};
use crate::daraja::operator;
use crate::mpesa::Mpesa;
use crate::mpesa::book::Irreversible;
use crate::mpesa::requests::{FinishRefused, OperatorRequest, RequestState};
use crate::mpesa::statement::{Holder, csv};
use crate::world::{State, World};

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .route("/sim/mpesa/book", web::get().to(book))
        .route("/sim/mpesa/statement.csv", web::get().to(statement))
        .route("/sim/mpesa/pay-by-hand", web::post().to(pay_by_hand))
        .route("/sim/mpesa/withdraw", web::post().to(withdraw))
        .route("/sim/mpesa/reverse", web::post().to(reverse))
        .service(
            web::resource("/sim/mpesa/addresses")
                .route(web::get().to(addresses))
                .route(web::delete().to(forget_addresses)),
        )
        .route("/sim/mpesa/requests", web::get().to(requests))
        .route(
            "/sim/mpesa/requests/{conversation_id}/finish",
            web::post().to(finish),
        )
        .route(
            "/sim/mpesa/requests/{conversation_id}/time-out",
            web::post().to(time_out),
        );
}

async fn book(world: Data<World>) -> HttpResponse {
    HttpResponse::Ok().json(world.read(|state| shown(&state.mpesa)))
}

/// The whole book, for a checker.
pub(super) fn shown(mpesa: &Mpesa) -> Value {
    json!({
        "movements": mpesa.book.movements(),
        "total": mpesa.book.received(),
        "reversals": mpesa.book.reversals(),
        "charges": mpesa.book.charges(),
        "withdrawals": mpesa.book.withdrawals(),
        "balance_cents": mpesa.book.balance_cents(),
        "requests": mpesa.requests(),
        "pushes": mpesa.pushes().collect::<Vec<_>>(),
    })
}

#[derive(Deserialize)]
struct Period {
    from: Option<String>,
    until: Option<String>,
}

async fn statement(world: Data<World>, query: Query<Period>) -> Result<HttpResponse, ControlError> {
    let bound = |text: &Option<String>| {
        let parse = |text: &String| {
            OffsetDateTime::parse(text, &Rfc3339)
                .map_err(|error| ControlError::Bad(format!("from and until are RFC 3339: {error}")))
        };
        text.as_ref().map(parse).transpose()
    };
    let (from, until) = (bound(&query.from)?, bound(&query.until)?);
    let holder = Holder {
        name: &world.settings.whatsapp.business_name,
        short_code: &world.settings.daraja.short_code,
    };
    let text = world.read(|state| csv(&holder, state.mpesa.book.lines(), from, until));
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .body(text))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Payment {
    phone: String,
    amount: u64,
    #[serde(default)]
    account_reference: String,
    name: Option<String>,
}

async fn pay_by_hand(world: Data<World>, body: Json<Payment>) -> Result<HttpResponse, ControlError> {
    let body = body.into_inner();
    let by_hand = ByHand {
        phone: body.phone.trim_start_matches('+').to_owned(),
        amount: body.amount,
        account_reference: body.account_reference,
        name: body.name,
    };
    by_hand
        .check()
        .map_err(|field| ControlError::Bad(format!("no phone lets this pass: {field}")))?;
    let paid = pay(&world.into_inner(), by_hand).await;
    let outcome = json!({ "receipt": paid.receipt, "verdict": paid.verdict });
    Ok(HttpResponse::Ok().json(merged(outcome, reported(&paid.report, "confirmation_status"))))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settlement {
    amount: u64,
}

async fn withdraw(world: Data<World>, body: Json<Settlement>) -> Result<HttpResponse, ControlError> {
    let (now, receipt) = (world.now(), world.ids.receipt());
    let withdrawal = world
        .write(|state| state.mpesa.book.withdraw(body.amount, receipt, now))
        .ok_or_else(|| ControlError::Conflict("the account has less than that".to_owned()))?;
    Ok(HttpResponse::Ok().json(withdrawal))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ByPortal {
    receipt: String,
}

/// Somebody gives all of a payment back in the organisation's portal; the product is told nothing of it.
async fn reverse(world: Data<World>, body: Json<ByPortal>) -> Result<HttpResponse, ControlError> {
    let (now, receipt) = (world.now(), world.ids.receipt());
    let reversed = world.write(|state| {
        let amount = state.mpesa.book.movement(&body.receipt).map(|it| it.amount);
        let amount = amount.unwrap_or_default();
        state.mpesa.book.reverse(&body.receipt, amount, receipt, now)
    });
    let reversal = reversed.map_err(|why| match why {
        Irreversible::Unknown => ControlError::NotFound("no payment has this receipt".to_owned()),
        Irreversible::Already => ControlError::Conflict("it went back before".to_owned()),
        Irreversible::TooMuch | Irreversible::BalanceTooLow => {
            ControlError::Conflict("the account has less than that".to_owned())
        }
    })?;
    Ok(HttpResponse::Ok().json(reversal))
}

/// The paths hold secrets of the product, so only their number is told.
async fn addresses(world: Data<World>) -> HttpResponse {
    HttpResponse::Ok().json(world.read(|state| {
        let registration = state.mpesa.registration.as_ref();
        json!({
            "registered": registration.is_some(),
            "response_type": registration.map(|it| it.response_type),
        })
    }))
}

/// What the portal's URL management does: only then can they be registered anew.
async fn forget_addresses(world: Data<World>) -> HttpResponse {
    world.write(|state| state.mpesa.registration = None);
    HttpResponse::NoContent().finish()
}

#[derive(Deserialize)]
struct Listing {
    state: Option<RequestState>,
    wait_ms: Option<u64>,
}

/// Waits until there is a request that fits.
async fn requests(world: Data<World>, query: Query<Listing>) -> HttpResponse {
    let fits = |request: &&OperatorRequest| query.state.is_none_or(|state| request.state == state);
    let look = |state: &State| {
        let requests: Vec<_> = state.mpesa.requests().iter().filter(fits).cloned().collect();
        (!requests.is_empty()).then_some(requests)
    };
    let requests = world
        .wait(patience(query.wait_ms), look)
        .await
        .unwrap_or_default();
    HttpResponse::Ok().json(json!({ "requests": requests }))
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Finish {
    /// A number or text; what would happen by itself if not said.
    result_code: Option<Value>,
}

async fn finish(world: Data<World>, id: Path<String>, body: Bytes) -> Result<HttpResponse, ControlError> {
    let finish: Finish = optional(&body)?;
    let forced = finish.result_code.map(|code| match code {
        Value::String(text) => text,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            code.to_string()
        }
    });
    if forced.as_deref() == Some("0") {
        return Err(ControlError::bad("leave result_code out to let it succeed"));
    }
    let done = operator::finish(&world.into_inner(), &id, forced).await;
    let (request, report) = done.map_err(refused)?;
    Ok(HttpResponse::Ok().json(merged(json!(request), reported(&report, "callback_status"))))
}

async fn time_out(world: Data<World>, id: Path<String>) -> Result<HttpResponse, ControlError> {
    let done = operator::time_out(&world.into_inner(), &id).await;
    let (request, report) = done.map_err(refused)?;
    Ok(HttpResponse::Ok().json(merged(json!(request), reported(&report, "callback_status"))))
}

fn refused(why: FinishRefused) -> ControlError {
    match why {
        FinishRefused::Unknown => ControlError::NotFound(why.to_string()),
        FinishRefused::Over => ControlError::Conflict(why.to_string()),
    }
}
