//! Payments at the desk: how they stand, and prompts that the desk sends. Numbers are shown in full: who sees them
//! collects the money.

mod dispute;
mod present;
mod resolve;

use actix_web::http::header::{ETAG, LOCATION};
use actix_web::{HttpResponse, web};
use ratiba_access::{Principal, Scope};
use ratiba_booking::visit::{Visit, VisitId};
use ratiba_kernel::{Currency, Id, Money, MoneyError, PhoneNumber, TenantId, Zone};
use ratiba_payments::actor::Actor;
use ratiba_payments::attempt::{Attempt, AttemptId, AttemptState};
use ratiba_payments::payment::{NotNow, PaymentId, PaymentRecord};
use ratiba_payments::reference::RequestKey;
use ratiba_payments::tip::SharesRefused;
use ratiba_payments::use_cases::{DeskPrompt, RequestPaymentError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::appointments::sees;
use super::tips::{AlongBody, along_of, not_divided};
use crate::State;
use crate::caller::Caller;
use crate::checked::{Checked, IdempotencyKey};
use crate::dto::{AmountAbove, Moment, id_of};
use crate::endpoint::{Endpoint, RequestHeader};
use crate::problem::{Kind, Problem};

pub use present::PaymentAnswer;

/// The endpoints of payments.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get(
            "/api/v1/visits/{id}/payments",
            "The payments of a visit",
            || web::get().to(list),
        )
        .describe("What was asked for and received, oldest first, with every attempt; none if nothing was ever asked.")
        .group("payments")
        .needs(Scope::PaymentsRead)
        .answers::<PaymentList>(200, "the payments"),
        Endpoint::get("/api/v1/payments/{id}", "One payment with its attempts", || {
            web::get().to(show)
        })
        .group("payments")
        .needs(Scope::PaymentsRead)
        .answers::<PaymentAnswer>(200, "the payment"),
        resolve::endpoint(),
        dispute::endpoint(),
        Endpoint::post("/api/v1/visits/{id}/prompts", "Ask for money on a phone", || {
            web::post().to(prompt)
        })
        .describe(
            "Sends an M-Pesa prompt for what the visit owes: the deposit while it waits for that, else what is left of its \
             price and its fees. With the latter a `tip` can be taken along: the prompt asks for both, and the tip is a payment \
             of its own (see `/tips`) as soon as the money comes. Sending again is the same request with a new key. Whether it was paid shows in the payment; an \
             accepted prompt is no payment. M-Pesa moves whole shillings: what is left is asked as the visit shows it (`balance`, which \
             is raised to the whole shilling when it is computed), and an `amount` with cents is refused with the one that can be \
             asked (`payable`). Safe to repeat with the same key.",
        )
        .group("payments")
        .needs(Scope::PaymentsTake)
        .header(RequestHeader::IdempotencyKey)
        .body::<PromptBody>()
        .answers::<PromptAnswer>(201, "the attempt and its payment")
        .problems(&[
            Kind::NotFound,
            Kind::PaymentInProgress,
            Kind::NothingOwed,
            Kind::NotAgreed,
            Kind::TooSoon,
            Kind::PointlessAttempt,
            Kind::AmountNotPayable,
            Kind::NotAMobileNumber,
            Kind::CurrencyMismatch,
            Kind::TipShares,
            Kind::Unacceptable,
            Kind::Conflict,
        ]),
    ]
}

/// A visit's payments.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PaymentList")]
pub struct PaymentList {
    /// Oldest first.
    payments: Vec<PaymentAnswer>,
}

/// A prompt to be sent.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PromptBody {
    /// Whose phone; the one that was asked last for this visit, else the customer's, if left out.
    #[schemars(length(min = 1, max = 20))]
    phone: Option<String>,
    /// How much, at most what is owed; all of it if left out. Whole shillings.
    #[schemars(with = "Option<AmountAbove>")]
    amount: Option<Money>,
    /// A tip that is asked for with it, on top; with the balance of a visit only.
    tip: Option<AlongBody>,
}

/// A prompt that goes out.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PaymentPrompt")]
pub struct PromptAnswer {
    /// The attempt that it is.
    attempt_id: Uuid,
    /// The payment that it is for.
    payment: PaymentAnswer,
}

/// A visit whose payments the caller may see.
pub(super) async fn visible(state: &State, principal: &Principal, id: &str) -> Result<Visit, Problem> {
    let id: VisitId = id_of(id)?;
    let visit = state.parts.booking.book.visit(principal.tenant, id).await?;
    visit
        .filter(|visit| visit.appointments.iter().any(|part| sees(principal, part)))
        .ok_or_else(Problem::not_found)
}

async fn list(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let principal = &caller.0;
    let visit = visible(&state, principal, &id).await?;
    let id = Id::from_uuid(visit.head.id.as_uuid());
    let records = state.parts.payments.book.of_visit(principal.tenant, id).await?;
    let zone = state.parts.booking.catalogue.zone(principal.tenant).await?;
    let payments = records.iter().map(|record| PaymentAnswer::of(record, &zone));
    Ok(HttpResponse::Ok().json(PaymentList {
        payments: payments.collect(),
    }))
}

async fn show(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let tenant = caller.0.tenant;
    let id: PaymentId = id_of(&id)?;
    answer(&state, tenant, id).await
}

/// A payment with its version as `ETag`.
async fn answer(state: &State, tenant: TenantId, id: PaymentId) -> Result<HttpResponse, Problem> {
    let record = state.parts.payments.book.find(tenant, id).await?;
    let record = record.ok_or_else(Problem::not_found)?;
    let zone = state.parts.booking.catalogue.zone(tenant).await?;
    Ok(HttpResponse::Ok()
        .insert_header((ETAG, format!("\"{}\"", record.payment.version())))
        .json(PaymentAnswer::of(&record, &zone)))
}

async fn prompt(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    key: IdempotencyKey,
    Checked(body): Checked<PromptBody>,
) -> Result<HttpResponse, Problem> {
    let principal = &caller.0;
    let visit = visible(&state, principal, &id).await?;
    let tip = match &body.tip {
        Some(tip) => Some(along_of(&state, principal.tenant, &visit, tip).await?),
        None => None,
    };
    let order = DeskPrompt {
        key: request_key(&state, principal, &key).await?,
        visit: Id::from_uuid(visit.head.id.as_uuid()),
        payer: body.phone.as_deref().map(phone_of).transpose()?,
        amount: body.amount,
        tip,
        by: actor_of(principal)?,
    };
    let zone = state.parts.booking.catalogue.zone(principal.tenant).await?;
    let payments = &state.parts.payments;
    let asked = match payments
        .prompt
        .execute(principal.tenant, order, &state.parts)
        .await
    {
        Ok(asked) => asked,
        Err(RequestPaymentError::AmountHasCents) => return Err(has_cents(body.amount)),
        Err(error) => {
            let id = Id::from_uuid(visit.head.id.as_uuid());
            return Err(refused(&state, principal.tenant, id, error).await?);
        }
    };
    let record = payments.book.find(principal.tenant, asked.payment).await?;
    let record = record.ok_or_else(Problem::not_found)?;
    Ok(HttpResponse::Created()
        .insert_header((LOCATION, format!("/api/v1/payments/{}", asked.payment)))
        .json(PromptAnswer {
            attempt_id: asked.attempt.as_uuid(),
            payment: PaymentAnswer::of(&record, &zone),
        }))
}

/// The key of an order that moves money, apart from the keys that this instance makes itself. It means the address at
/// which it was used first, whichever order it names there.
pub(super) async fn request_key(
    state: &State,
    principal: &Principal,
    key: &IdempotencyKey,
) -> Result<RequestKey, Problem> {
    let named = RequestKey::parse(&format!("api:{}", key.as_str()))
        .map_err(|fault| Problem::new(Kind::Validation, fault.to_string()))?;
    let (keys, now) = (&state.parts.payments.keys, state.parts.clock.now());
    if keys.means(principal.tenant, &named, key.place(), now).await? {
        Ok(named)
    } else {
        Err(Problem::new(
            Kind::IdempotencyKeyReused,
            "this key was used at another address; use a new one",
        ))
    }
}

/// Who acts, as records name it.
pub(super) fn actor_of(principal: &Principal) -> Result<Actor, Problem> {
    Actor::parse(&principal.name).map_err(|fault| Problem::new(Kind::Validation, fault.to_string()))
}

/// A number to ask for money.
pub(super) fn phone_of(text: &str) -> Result<PhoneNumber, Problem> {
    PhoneNumber::parse(text).map_err(|fault| Problem::new(Kind::NotAMobileNumber, fault.to_string()))
}

/// The problem of money that is not asked for, with what of the visit's payments and of the business's books explains it.
pub(super) async fn refused(
    state: &State,
    tenant: TenantId,
    visit: ratiba_payments::VisitId,
    error: RequestPaymentError,
) -> Result<Problem, Problem> {
    let records = state.parts.payments.book.of_visit(tenant, visit).await?;
    let policy = state.parts.booking.catalogue.policy(tenant).await?;
    Ok(explained(error, &records, policy.currency, &policy.zone))
}

fn explained(error: RequestPaymentError, records: &[PaymentRecord], house: Currency, zone: &Zone) -> Problem {
    let detail = error.to_string();
    match error {
        RequestPaymentError::AmountNotPositive | RequestPaymentError::AmountHasCents => {
            Problem::new(Kind::AmountNotPayable, detail)
        }
        RequestPaymentError::AmountAboveLimit { limit } => {
            Problem::new(Kind::AmountNotPayable, detail).with("limit", limit)
        }
        RequestPaymentError::AmountAboveOutstanding { outstanding } => {
            Problem::new(Kind::AmountNotPayable, detail).with("outstanding", outstanding)
        }
        RequestPaymentError::AmountDiffers { due } => {
            Problem::new(Kind::AmountNotPayable, detail).with("outstanding", due)
        }
        RequestPaymentError::CurrencyRefused
        | RequestPaymentError::Shares(SharesRefused::Amount(MoneyError::CurrencyMismatch)) => {
            let detail = RequestPaymentError::CurrencyRefused.to_string();
            Problem::new(Kind::CurrencyMismatch, detail).with("currency", house.code())
        }
        RequestPaymentError::NotAMobileNumber | RequestPaymentError::NoPayer => {
            Problem::new(Kind::NotAMobileNumber, detail)
        }
        RequestPaymentError::KeyReused => Problem::new(Kind::IdempotencyKeyReused, detail),
        RequestPaymentError::TipWithBalanceOnly => Problem::new(Kind::Unacceptable, detail),
        RequestPaymentError::Shares(why) => not_divided(why),
        RequestPaymentError::NothingAsked => Problem::new(Kind::NothingOwed, detail),
        RequestPaymentError::NotNow(why) => not_now(why, records, zone),
        RequestPaymentError::Busy => Problem::new(Kind::Conflict, detail),
        RequestPaymentError::Unavailable(outage) => Problem::unavailable(&outage),
    }
}

/// The problem of an amount that M-Pesa cannot move, with the next one above that it can; what a visit owes is whole, so that
/// this is never more.
fn has_cents(asked: Option<Money>) -> Problem {
    let problem = Problem::new(
        Kind::AmountNotPayable,
        RequestPaymentError::AmountHasCents.to_string(),
    );
    let whole = asked.and_then(|amount| amount.round_up_to_whole_units().ok());
    match whole {
        Some(whole) => problem.with("payable", whole),
        None => problem,
    }
}

/// The problem of money that cannot be asked for at this moment, with what to wait for.
fn not_now(why: NotNow, records: &[PaymentRecord], zone: &Zone) -> Problem {
    let detail = why.to_string();
    match why {
        NotNow::AlreadyPaid | NotNow::Closed => Problem::new(Kind::NothingOwed, detail),
        NotNow::NotAgreed => Problem::new(Kind::NotAgreed, detail),
        NotNow::StillOpen(attempt) | NotNow::BeingChecked(attempt) => {
            let found = records.iter().find_map(|record| record.attempt(attempt));
            in_progress(detail, attempt, found)
        }
        NotNow::NumberBusy { attempt, from } => Problem::new(Kind::PaymentInProgress, detail)
            .with("attempt", attempt)
            .with("waits_for", "other_prompt")
            .with("from", Moment::of(zone, from)),
        NotNow::TooSoon { from } => Problem::new(Kind::TooSoon, detail).with("from", Moment::of(zone, from)),
        NotNow::Pointless(reason) => Problem::new(Kind::PointlessAttempt, detail).with("reason", reason),
    }
}

/// The problem of an attempt that is not over, with how it stands and what ends it.
fn in_progress(detail: String, attempt: AttemptId, found: Option<&Attempt>) -> Problem {
    let problem = Problem::new(Kind::PaymentInProgress, detail).with("attempt", attempt);
    match found {
        Some(found) => problem
            .with("state", found.state().name().as_str())
            .with("waits_for", waits_for(found.state())),
        None => problem,
    }
}

/// The same, of an attempt that is looked up for it.
pub(super) async fn still_open(
    state: &State,
    tenant: TenantId,
    attempt: AttemptId,
    detail: String,
) -> Result<Problem, Problem> {
    let record = state.parts.payments.book.of_attempt(tenant, attempt).await?;
    let found = record.as_ref().and_then(|record| record.attempt(attempt));
    Ok(in_progress(detail, attempt, found))
}

/// Who or what ends an attempt that is not over.
const fn waits_for(state: &AttemptState) -> &'static str {
    match state {
        AttemptState::AwaitingCustomer => "customer",
        AttemptState::InReview { .. } => "person",
        AttemptState::Created
        | AttemptState::Sent
        | AttemptState::Unknown
        | AttemptState::Paid { .. }
        | AttemptState::Failed { .. }
        | AttemptState::Cancelled => "provider",
    }
}
