//! Cash that the desk takes for a visit.

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, web};
use ratiba_access::Scope;
use ratiba_kernel::{Id, Money};
use ratiba_payments::use_cases::{CashOrder, TakeCashError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::payments::{PaymentAnswer, actor_of, refused, request_key, visible};
use crate::State;
use crate::caller::Caller;
use crate::checked::{Checked, IdempotencyKey};
use crate::dto::AmountAbove;
use crate::endpoint::{Endpoint, RequestHeader};
use crate::problem::{Kind, Problem};

/// The endpoints of cash.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::post("/api/v1/visits/{id}/cash", "Take cash for a visit", || {
            web::post().to(take)
        })
        .describe(
            "Records cash that was counted, with who took it and when: all of what the visit owes or a part, so that several \
             tenders can pay for one visit. Change is not recorded; what is more than owed is refused. Refused, too, while a \
             prompt is out or in doubt, and while the drawer is closed. Safe to repeat with the same key.",
        )
        .group("till")
        .needs(Scope::PaymentsTake)
        .header(RequestHeader::IdempotencyKey)
        .body::<CashBody>()
        .answers::<CashAnswer>(201, "the payment with the cash")
        .problems(&[
            Kind::NotFound,
            Kind::PaymentInProgress,
            Kind::NothingOwed,
            Kind::NotAgreed,
            Kind::AmountNotPayable,
            Kind::CurrencyMismatch,
            Kind::TillClosed,
            Kind::Conflict,
        ]),
    ]
}

/// Cash that was counted.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CashBody {
    /// Above nothing, at most what is owed.
    #[schemars(with = "AmountAbove")]
    amount: Money,
}

/// Cash that is on record.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CashTaken")]
pub struct CashAnswer {
    /// The attempt that records it.
    attempt_id: Uuid,
    /// The payment that it went to.
    payment: PaymentAnswer,
}

async fn take(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    key: IdempotencyKey,
    Checked(body): Checked<CashBody>,
) -> Result<HttpResponse, Problem> {
    let principal = &caller.0;
    let visit = visible(&state, principal, &id).await?;
    let visit = Id::from_uuid(visit.head.id.as_uuid());
    let order = CashOrder {
        key: request_key(&state, principal, &key).await?,
        visit,
        amount: body.amount,
        by: actor_of(principal)?,
    };
    let zone = state.parts.booking.catalogue.zone(principal.tenant).await?;
    let payments = &state.parts.payments;
    let taken = match payments.cash.execute(principal.tenant, order, &state.parts).await {
        Ok(taken) => taken,
        Err(TakeCashError::TillClosed) => {
            return Err(Problem::new(
                Kind::TillClosed,
                TakeCashError::TillClosed.to_string(),
            ));
        }
        Err(TakeCashError::Refused(error)) => {
            return Err(refused(&state, principal.tenant, visit, error).await?);
        }
    };
    let record = payments.book.find(principal.tenant, taken.payment).await?;
    let record = record.ok_or_else(Problem::not_found)?;
    Ok(HttpResponse::Created()
        .insert_header((LOCATION, format!("/api/v1/payments/{}", taken.payment)))
        .json(CashAnswer {
            attempt_id: taken.attempt.as_uuid(),
            payment: PaymentAnswer::of(&record, &zone),
        }))
}
