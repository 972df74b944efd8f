//! Laying to rest what is odd about an attempt whose state stands.

use actix_web::{HttpResponse, web};
use ratiba_access::Scope;
use ratiba_payments::attempt::AttemptId;
use ratiba_payments::remark::Remark;
use ratiba_payments::use_cases::{DisputeOrder, SettleDisputeError};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{PaymentAnswer, actor_of, answer};
use crate::State;
use crate::caller::Caller;
use crate::checked::{Checked, IfMatchIfAny};
use crate::dto::id_of;
use crate::endpoint::{Endpoint, RequestHeader};
use crate::problem::{FieldFault, Kind, Problem};

/// The endpoint.
pub(super) fn endpoint() -> Endpoint {
    Endpoint::post(
        "/api/v1/attempts/{id}/settle-dispute",
        "Say that what is odd about an attempt was looked into",
        || web::post().to(settle),
    )
    .describe(
        "For an attempt that shows a `dispute`. Its state and the books stay; money that has to go back is a refund. Saying the \
         same again changes nothing.",
    )
    .group("payments")
    .needs(Scope::PaymentsResolve)
    .header(RequestHeader::IfMatchIfAny)
    .body::<DisputeBody>()
    .answers::<PaymentAnswer>(200, "the payment with the attempt as it is now")
    .problems(&[Kind::NotFound, Kind::IllegalTransition, Kind::Conflict])
}

/// What a person found out.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct DisputeBody {
    /// What was found out.
    #[schemars(length(min = 1, max = 200))]
    reason: String,
}

async fn settle(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    version: IfMatchIfAny,
    Checked(body): Checked<DisputeBody>,
) -> Result<HttpResponse, Problem> {
    let principal = &caller.0;
    let attempt: AttemptId = id_of(&id)?;
    let why = Remark::parse(&body.reason).map_err(|fault| {
        Problem::fields(vec![FieldFault {
            field: "reason".to_owned(),
            message: fault.to_string(),
        }])
    })?;
    let order = DisputeOrder {
        attempt,
        by: actor_of(principal)?,
        why,
        version: version.0.map(|version| version.number()),
    };
    let settle_dispute = &state.parts.payments.settle_dispute;
    let payment = settle_dispute.execute(principal.tenant, order).await;
    answer(&state, principal.tenant, payment.map_err(refused)?).await
}

fn refused(error: SettleDisputeError) -> Problem {
    let detail = error.to_string();
    match error {
        SettleDisputeError::NoSuchAttempt => Problem::not_found(),
        SettleDisputeError::NotDisputed(_) => Problem::new(Kind::IllegalTransition, detail),
        SettleDisputeError::Stale => Problem::new(Kind::Stale, detail),
        SettleDisputeError::Busy => Problem::new(Kind::Conflict, detail),
        SettleDisputeError::Unavailable(outage) => Problem::unavailable(&outage),
    }
}
