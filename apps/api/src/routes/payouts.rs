//! Customers' credit that is paid out, or withdrawn.

use actix_web::{HttpResponse, web};
use ratiba_access::Scope;
use ratiba_kernel::{Id, Money, Zone};
use ratiba_payments::payout::{Payout, PayoutWay};
use ratiba_payments::ports::PayoutQuery;
use ratiba_payments::use_cases::{PayoutBy, PayoutOrder};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::payments::{actor_of, request_key};
use super::refunds::{reason, told};
use crate::State;
use crate::caller::Caller;
use crate::checked::{Checked, CheckedQuery, IdempotencyKey};
use crate::dto::{Amount, AmountAbove, Moment, id_of};
use crate::endpoint::{Endpoint, RequestHeader};
use crate::problem::{FieldFault, Kind, Problem};

/// The endpoints of paying out.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    let order = |path, summary, route| {
        Endpoint::post(path, summary, route)
            .group("payments")
            .needs(Scope::PaymentsRefund)
            .header(RequestHeader::IdempotencyKey)
            .answers::<PayoutAnswer>(201, "the payout")
    };
    vec![
        order("/api/v1/customers/{id}/credit/payouts", "Pay credit out", || {
            web::post().to(pay_out)
        })
        .describe(
            "What a customer is free to spend goes to them in cash, by a way outside of this system, or by `mpesa_reversal` of \
             one of their payments of exactly that amount, whose money became credit; that is a refund of its own, and if it \
             does not happen the credit is there again. However many are ordered at once, no more goes than there is. Safe to \
             repeat with the same key.",
        )
        .body::<PayoutBody>()
        .problems(&[
            Kind::NotFound,
            Kind::NotEnoughCredit,
            Kind::RefundNotPossible,
            Kind::AmountNotPayable,
            Kind::CurrencyMismatch,
            Kind::TillClosed,
            Kind::TransferTaken,
            Kind::Unacceptable,
        ]),
        order("/api/v1/customers/{id}/credit/withdrawals", "Withdraw credit", || {
            web::post().to(withdraw)
        })
        .describe(
            "Credit that should not be there: it was given by mistake, or the customer has it twice. Safe to repeat with the \
             same key.",
        )
        .body::<WithdrawalBody>()
        .problems(&[
            Kind::NotFound,
            Kind::NotEnoughCredit,
            Kind::AmountNotPayable,
            Kind::CurrencyMismatch,
        ]),
        Endpoint::get("/api/v1/credit/payouts", "Credit that was paid out", || web::get().to(list))
            .describe("Paid out or withdrawn; newest first. `next` goes into `before` of the next request.")
            .group("payments")
            .needs(Scope::PaymentsRead)
            .query::<PayoutsQuery>()
            .answers::<PayoutPage>(200, "the payouts"),
    ]
}

/// Which payouts.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PayoutsQuery {
    /// Of one customer.
    customer: Option<Uuid>,
    /// Made before this one.
    before: Option<Uuid>,
    /// At most so many; 50 if left out.
    #[schemars(range(min = 1, max = 100))]
    limit: Option<u16>,
}

/// Some payouts.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CreditPayouts")]
pub struct PayoutPage {
    /// Newest first.
    items: Vec<PayoutAnswer>,
    /// For `before`, if there may be more.
    next: Option<Uuid>,
}

/// How credit goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum WayWord {
    /// Out of the drawer.
    Cash,
    /// By a way that is not seen from here, under a `reference`.
    Outside,
    /// M-Pesa takes back one of the customer's payments.
    MpesaReversal,
}

/// Credit to be paid out.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PayoutBody {
    /// How.
    way: WayWord,
    /// How much, at most what there is.
    #[schemars(with = "AmountAbove")]
    amount: Money,
    /// Why.
    #[schemars(length(min = 1, max = 500))]
    reason: String,
    /// The number of the transfer; for `outside`, and only there. One transfer proves one refund or payout.
    #[schemars(length(min = 1, max = 100))]
    reference: Option<String>,
}

/// Credit to be withdrawn.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawalBody {
    /// How much, at most what there is.
    #[schemars(with = "AmountAbove")]
    amount: Money,
    /// Why.
    #[schemars(length(min = 1, max = 500))]
    reason: String,
}

/// Credit that went.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CreditPayout")]
pub struct PayoutAnswer {
    /// Its id.
    id: Uuid,
    /// Whose credit.
    customer_id: Uuid,
    /// `cash`, `outside`, `mpesa_reversal` or `withdrawn`.
    way: &'static str,
    /// How much.
    #[schemars(with = "Amount")]
    amount: Money,
    /// Why.
    reason: String,
    /// The number of the transfer outside.
    reference: Option<String>,
    /// The refund that takes the money back; its state tells what became of it.
    refund_id: Option<Uuid>,
    /// Who ordered it.
    by: String,
    at: Moment,
}

impl PayoutAnswer {
    fn of(payout: Payout, zone: &Zone) -> Self {
        let way = payout.way.as_str();
        let (reference, refund_id) = match payout.way {
            PayoutWay::Outside { reference } => (Some(reference), None),
            PayoutWay::MpesaReversal { refund } => (None, Some(refund.as_uuid())),
            PayoutWay::Cash | PayoutWay::Withdrawn => (None, None),
        };
        Self {
            id: payout.id.as_uuid(),
            customer_id: payout.customer.as_uuid(),
            by: payout.by.to_string(),
            at: Moment::of(zone, payout.at),
            way,
            amount: payout.amount,
            reason: payout.reason,
            reference,
            refund_id,
        }
    }
}

/// How it goes, with the number of a transfer where there must be one.
fn way_of(way: WayWord, reference: Option<String>) -> Result<PayoutBy, Problem> {
    let fault = |message: &str| {
        Problem::fields(vec![FieldFault {
            field: "reference".to_owned(),
            message: message.to_owned(),
        }])
    };
    match (way, reference) {
        (WayWord::Outside, Some(text)) if text.trim().is_empty() || text.chars().any(char::is_control) => {
            Err(fault("must say which transfer it was"))
        }
        (WayWord::Outside, Some(reference)) => Ok(PayoutBy::Outside(reference.trim().to_owned())),
        (WayWord::Outside, None) => Err(fault("must say which transfer it was")),
        (WayWord::Cash, None) => Ok(PayoutBy::Cash),
        (WayWord::MpesaReversal, None) => Ok(PayoutBy::MpesaReversal),
        (WayWord::Cash | WayWord::MpesaReversal, Some(_)) => Err(fault("is for what goes outside only")),
    }
}

async fn list(
    state: web::Data<State>,
    caller: Caller,
    CheckedQuery(query): CheckedQuery<PayoutsQuery>,
) -> Result<HttpResponse, Problem> {
    let tenant = caller.0.tenant;
    let most = query.limit.unwrap_or(50);
    let wanted = PayoutQuery {
        customer: query.customer.map(Id::from_uuid),
        before: query.before.map(Id::from_uuid),
        most,
    };
    let found = state
        .parts
        .money_back
        .pay_out
        .book
        .payouts(tenant, wanted)
        .await?;
    let zone = state.parts.booking.catalogue.zone(tenant).await?;
    let full = found.len() >= usize::from(most);
    let next = found.last().filter(|_| full).map(|last| last.id.as_uuid());
    let items = found.into_iter().map(|payout| PayoutAnswer::of(payout, &zone));
    Ok(HttpResponse::Ok().json(PayoutPage {
        items: items.collect(),
        next,
    }))
}

async fn pay_out(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    key: IdempotencyKey,
    Checked(body): Checked<PayoutBody>,
) -> Result<HttpResponse, Problem> {
    let order = PayoutOrder {
        key: request_key(&state, &caller.0, &key).await?,
        customer: id_of(&id)?,
        by_way: way_of(body.way, body.reference)?,
        amount: body.amount,
        reason: reason(body.reason)?,
        by: actor_of(&caller.0)?,
    };
    carry_out(&state, &caller, order).await
}

async fn withdraw(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    key: IdempotencyKey,
    Checked(body): Checked<WithdrawalBody>,
) -> Result<HttpResponse, Problem> {
    let order = PayoutOrder {
        key: request_key(&state, &caller.0, &key).await?,
        customer: id_of(&id)?,
        by_way: PayoutBy::Withdrawal,
        amount: body.amount,
        reason: reason(body.reason)?,
        by: actor_of(&caller.0)?,
    };
    carry_out(&state, &caller, order).await
}

async fn carry_out(state: &State, caller: &Caller, order: PayoutOrder) -> Result<HttpResponse, Problem> {
    // Read before: an order that is carried out is not answered with an outage.
    let zone = state.parts.booking.catalogue.zone(caller.0.tenant).await?;
    let pay_out = &state.parts.money_back.pay_out;
    let payout = pay_out.execute(caller.0.tenant, order).await;
    let payout = match payout {
        Ok(payout) => payout,
        Err(error) => return Err(told(state, caller.0.tenant, error).await?),
    };
    Ok(HttpResponse::Created().json(PayoutAnswer::of(payout, &zone)))
}
