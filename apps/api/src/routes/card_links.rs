//! Links to a page on which a visit is paid by card.

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, web};
use ratiba_access::Scope;
use ratiba_kernel::{Id, Money};
use ratiba_payments::attempt::{Attempt, AttemptId, StateName};
use ratiba_payments::card::PageUrl;
use ratiba_payments::payment::PaymentState;
use ratiba_payments::use_cases::{CardError, CardLinkOrder, PageWithdrawn};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::payments::{PaymentAnswer, actor_of, phone_of, refused, request_key, visible};
use super::tips::{AlongBody, along_of};
use crate::State;
use crate::caller::Caller;
use crate::checked::{Checked, IdempotencyKey};
use crate::dto::{AmountAbove, id_of};
use crate::endpoint::{Endpoint, RequestHeader};
use crate::problem::{Kind, Problem};

/// The endpoints of card payments.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::post("/api/v1/visits/{id}/card-links", "Ask for money by card", || {
            web::post().to(ask)
        })
        .describe(
            "Orders a page on which what the visit owes is paid by card. The page is opened at the provider within \
             seconds: ask again with the same key until `page` is there, and send it to the customer. It is good for 30 \
             minutes. With a balance a `tip` can be taken along: the page asks for both, and the tip is a payment of its own (see \
             `/tips`) as soon as the money comes. Whether it was paid shows in the payment. Safe to repeat with the same key.",
        )
        .group("payments")
        .needs(Scope::PaymentsTake)
        .header(RequestHeader::IdempotencyKey)
        .body::<CardLinkBody>()
        .answers::<CardLinkAnswer>(201, "the attempt, its page and its payment")
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
        Endpoint::post("/api/v1/attempts/{id}/withdraw", "Withdraw a card page", || {
            web::post().to(withdraw)
        })
        .describe(
            "Has the order of a card page cancelled, because the customer is to pay another way. The provider is asked at \
             once: when the attempt is `cancelled` the page takes no money any more, and another way is free. What was paid in \
             the very moment is paid. Safe to repeat.",
        )
        .group("payments")
        .needs(Scope::PaymentsTake)
        .answers::<PaymentAnswer>(202, "the payment as it is now")
        .problems(&[Kind::NotFound, Kind::IllegalTransition, Kind::Conflict]),
    ]
}

/// A page to be opened.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CardLinkBody {
    /// Whom the provider may write to about it; the customer's own number if left out.
    #[schemars(length(min = 1, max = 20))]
    phone: Option<String>,
    /// How much, at most what is owed; all of it if left out. Cents are possible.
    #[schemars(with = "Option<AmountAbove>")]
    amount: Option<Money>,
    /// A tip that is asked for with it, on top; with the balance of a visit only.
    tip: Option<AlongBody>,
}

/// A page on which a customer pays by card.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CardLink")]
struct CardLinkAnswer {
    /// The attempt that it is.
    attempt_id: Uuid,
    /// How the attempt stands, as in the payment.
    state: &'static str,
    /// The address for the customer; nothing as long as the provider has not opened it, and when nobody is to pay on it any
    /// more.
    page: Option<String>,
    /// Whether the page is the provider's sandbox, where no money moves.
    sandbox: bool,
    /// The payment that it is for.
    payment: PaymentAnswer,
}

async fn ask(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    key: IdempotencyKey,
    Checked(body): Checked<CardLinkBody>,
) -> Result<HttpResponse, Problem> {
    let principal = &caller.0;
    let visit = visible(&state, principal, &id).await?;
    let payments = &state.parts.payments;
    let cards = payments.cards.as_ref();
    let cards = cards.ok_or_else(|| Problem::new(Kind::Conflict, "the business takes no cards"))?;
    let visit_id = Id::from_uuid(visit.head.id.as_uuid());
    let tip = match &body.tip {
        Some(tip) => Some(along_of(&state, principal.tenant, &visit, tip).await?),
        None => None,
    };
    let order = CardLinkOrder {
        key: request_key(&state, principal, &key).await?,
        visit: visit_id,
        contact: body.phone.as_deref().map(phone_of).transpose()?,
        amount: body.amount,
        tip,
        by: actor_of(principal)?,
    };
    let zone = state.parts.booking.catalogue.zone(principal.tenant).await?;
    let asked = match cards.request.execute(principal.tenant, order, &state.parts).await {
        Ok(asked) => asked,
        Err(error) => {
            return Err(refused(&state, principal.tenant, visit_id, error).await?);
        }
    };
    let record = payments.book.find(principal.tenant, asked.payment).await?;
    let record = record.ok_or_else(Problem::not_found)?;
    let attempt = record.attempt(asked.attempt).ok_or_else(Problem::not_found)?;
    let page = payable_page(record.payment.state(), attempt);
    Ok(HttpResponse::Created()
        .insert_header((LOCATION, format!("/api/v1/payments/{}", asked.payment)))
        .json(CardLinkAnswer {
            attempt_id: asked.attempt.as_uuid(),
            state: attempt.state().name().as_str(),
            page: page.map(|page| page.as_str().to_owned()),
            sandbox: cards.sandbox,
            payment: PaymentAnswer::of(&record, &zone),
        }))
}

/// The page, as long as somebody is to pay on it.
fn payable_page(payment: PaymentState, attempt: &Attempt) -> Option<&PageUrl> {
    let asked = match payment {
        PaymentState::Open => true,
        PaymentState::Settled | PaymentState::Credited | PaymentState::Cancelled => false,
    };
    let open = match attempt.state().name() {
        StateName::AwaitingCustomer => true,
        StateName::Created
        | StateName::Sent
        | StateName::Unknown
        | StateName::InReview
        | StateName::Paid
        | StateName::Failed
        | StateName::Cancelled => false,
    };
    attempt.progress().page.as_ref().filter(|_| asked && open)
}

async fn withdraw(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let principal = &caller.0;
    let attempt: AttemptId = id_of(&id)?;
    let payments = &state.parts.payments;
    let found = payments.book.of_attempt(principal.tenant, attempt).await?;
    let found = found.ok_or_else(Problem::not_found)?;
    visible(&state, principal, &found.payment.visit().to_string()).await?;
    let cards = payments.cards.as_ref();
    let cards = cards.ok_or_else(|| Problem::new(Kind::Conflict, "the business takes no cards"))?;
    match cards.withdraw.execute(principal.tenant, attempt).await {
        Ok(PageWithdrawn::Begun | PageWithdrawn::Before) => {}
        Ok(PageWithdrawn::Over(state)) => {
            let detail = "the page takes no money any more";
            return Err(Problem::new(Kind::IllegalTransition, detail).with("state", state.as_str()));
        }
        Err(CardError::NoSuchAttempt) => return Err(Problem::not_found()),
        Err(CardError::Unavailable(outage)) => return Err(Problem::unavailable(&outage)),
        Err(
            other @ (CardError::NoSuchNotice
            | CardError::NoAnswer
            | CardError::StillOpening
            | CardError::Refund(_)
            | CardError::Amount(_)
            | CardError::Busy),
        ) => return Err(Problem::new(Kind::Conflict, other.to_string())),
    }
    let record = payments.book.of_attempt(principal.tenant, attempt).await?;
    let record = record.ok_or_else(Problem::not_found)?;
    let zone = state.parts.booking.catalogue.zone(principal.tenant).await?;
    Ok(HttpResponse::Accepted().json(PaymentAnswer::of(&record, &zone)))
}
