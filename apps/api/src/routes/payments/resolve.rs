//! Ending an attempt that is in a person's hands.

use actix_web::{HttpResponse, web};
use ratiba_access::Scope;
use ratiba_kernel::Money;
use ratiba_payments::attempt::{AttemptId, Resolution};
use ratiba_payments::failure::FailureReason;
use ratiba_payments::reference::Receipt;
use ratiba_payments::remark::Remark;
use ratiba_payments::use_cases::{ResolveAttemptError, ResolveOrder};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{PaymentAnswer, actor_of, answer};
use crate::State;
use crate::caller::Caller;
use crate::checked::{Checked, IfMatchIfAny};
use crate::dto::{AmountAbove, id_of};
use crate::endpoint::{Endpoint, RequestHeader};
use crate::problem::{FieldFault, Kind, Problem};

/// The endpoint.
pub(super) fn endpoint() -> Endpoint {
    Endpoint::post("/api/v1/attempts/{id}/resolve", "End an attempt in review", || {
        web::post().to(resolve)
    })
    .describe(
        "Records what a person found out by the provider's own records, with who and why; money that was received is booked. \
         Also for a card page whose order has been `unknown` for an hour. Deciding the same again changes nothing. A message of \
         the provider that comes later is still taken in.",
    )
    .group("payments")
    .needs(Scope::PaymentsResolve)
    .header(RequestHeader::IfMatchIfAny)
    .body::<ResolveBody>()
    .answers::<PaymentAnswer>(200, "the payment with the attempt as it is now")
    .problems(&[
        Kind::NotFound,
        Kind::IllegalTransition,
        Kind::CurrencyMismatch,
        Kind::Unacceptable,
        Kind::Conflict,
    ])
}

/// How it ended.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
enum OutcomeWord {
    /// Money was received; `receipt` is needed.
    Paid,
    /// No money came, for the reason in `failure`, which is needed.
    Failed,
    /// No money came, and nobody knows why.
    Cancelled,
}

/// What a person found out.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ResolveBody {
    /// How it ended.
    outcome: OutcomeWord,
    /// The provider's number for the money, for `paid` alone.
    #[schemars(length(min = 6, max = 20))]
    receipt: Option<String>,
    /// How much it was, for `paid` alone; what was asked if left out.
    #[schemars(with = "Option<AmountAbove>")]
    amount: Option<Money>,
    /// Why it failed, for `failed` alone: one of the reasons that attempts show, such as `insufficient_funds`.
    #[schemars(length(min = 1, max = 40))]
    failure: Option<String>,
    /// How it is known.
    #[schemars(length(min = 1, max = 200))]
    reason: String,
}

fn wrong(field: &str, message: &str) -> Problem {
    Problem::fields(vec![FieldFault {
        field: field.to_owned(),
        message: message.to_owned(),
    }])
}

fn resolution_of(body: &ResolveBody) -> Result<Resolution, Problem> {
    let misplaced = |field, given: bool| match given {
        true => Err(wrong(field, "does not go with this outcome")),
        false => Ok(()),
    };
    match body.outcome {
        OutcomeWord::Paid => {
            misplaced("failure", body.failure.is_some())?;
            let receipt = body.receipt.as_deref().map(str::trim).unwrap_or_default();
            let receipt = Receipt::parse(&receipt.to_ascii_uppercase())
                .map_err(|_| wrong("receipt", "must be the provider's number for the money"))?;
            let amount = body.amount;
            Ok(Resolution::Paid { receipt, amount })
        }
        OutcomeWord::Failed => {
            misplaced("receipt", body.receipt.is_some())?;
            misplaced("amount", body.amount.is_some())?;
            let reason = body.failure.as_deref().and_then(FailureReason::parse);
            let reason = reason.ok_or_else(|| wrong("failure", "must be a reason that attempts show"))?;
            Ok(Resolution::Failed { reason })
        }
        OutcomeWord::Cancelled => {
            misplaced("receipt", body.receipt.is_some())?;
            misplaced("amount", body.amount.is_some())?;
            misplaced("failure", body.failure.is_some())?;
            Ok(Resolution::Cancelled)
        }
    }
}

async fn resolve(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    version: IfMatchIfAny,
    Checked(body): Checked<ResolveBody>,
) -> Result<HttpResponse, Problem> {
    let principal = &caller.0;
    let attempt: AttemptId = id_of(&id)?;
    let order = ResolveOrder {
        attempt,
        resolution: resolution_of(&body)?,
        by: actor_of(principal)?,
        why: Remark::parse(&body.reason).map_err(|fault| wrong("reason", &fault.to_string()))?,
        version: version.0.map(|version| version.number()),
    };
    let resolve = &state.parts.payments.resolve;
    let payment = resolve.execute(principal.tenant, order).await.map_err(refused)?;
    answer(&state, principal.tenant, payment).await
}

fn refused(error: ResolveAttemptError) -> Problem {
    let detail = error.to_string();
    match error {
        ResolveAttemptError::NoSuchAttempt => Problem::not_found(),
        ResolveAttemptError::NotResolved(why) => match why {
            ratiba_payments::attempt::NotResolved::NotInReview => {
                Problem::new(Kind::IllegalTransition, why.to_string())
            }
            ratiba_payments::attempt::NotResolved::OtherCurrency { asked } => {
                Problem::new(Kind::CurrencyMismatch, why.to_string()).with("currency", asked.code())
            }
            ratiba_payments::attempt::NotResolved::BadAmount => {
                Problem::new(Kind::Unacceptable, why.to_string())
            }
        },
        ResolveAttemptError::ReceiptTaken | ResolveAttemptError::Amount(_) => {
            Problem::new(Kind::Unacceptable, detail)
        }
        ResolveAttemptError::Stale => Problem::new(Kind::Stale, detail),
        ResolveAttemptError::Busy => Problem::new(Kind::Conflict, detail),
        ResolveAttemptError::Unavailable(outage) => Problem::unavailable(&outage),
    }
}
