//! One line of a statement, with what was decided about it and taken back.

use actix_web::{HttpResponse, web};
use ratiba_access::Scope;
use ratiba_kernel::Zone;
use ratiba_payments::ports::LineRetraction;
use ratiba_payments::statement::LineId;
use schemars::JsonSchema;
use serde::Serialize;

use super::LineAnswer;
use crate::State;
use crate::caller::Caller;
use crate::dto::{Moment, id_of};
use crate::endpoint::Endpoint;
use crate::problem::{Kind, Problem};

/// The endpoint of one line.
pub(super) fn endpoint() -> Endpoint {
    Endpoint::get("/api/v1/till/statements/lines/{id}", "A line of a statement", || {
        web::get().to(show)
    })
    .group("statements")
    .needs(Scope::PaymentsResolve)
    .describe(
        "With every decision about it that was taken back: what was said, by whom and when, and who took it back, when and \
         why. The oldest first.",
    )
    .answers::<LineShown>(200, "the line")
    .problems(&[Kind::NotFound])
}

/// A line, with what was taken back.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "MpesaStatementLineShown")]
struct LineShown {
    line: LineAnswer,
    taken_back: Vec<RetractionAnswer>,
}

/// A decision that was taken back.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "MpesaStatementLineRetraction")]
struct RetractionAnswer {
    /// What was said: `refund`, `fee`, `other` or `ignored`.
    state: &'static str,
    decided_by: String,
    reason: String,
    decided_at: Moment,
    taken_back_by: String,
    /// What was wrong about it.
    taken_back_reason: String,
    taken_back_at: Moment,
}

impl RetractionAnswer {
    fn of(retraction: &LineRetraction, zone: &Zone) -> Self {
        Self {
            state: retraction.said.as_str(),
            decided_by: retraction.said_by.by.to_string(),
            reason: retraction.said_by.why.to_string(),
            decided_at: Moment::of(zone, retraction.said_at),
            taken_back_by: retraction.by.by.to_string(),
            taken_back_reason: retraction.by.why.to_string(),
            taken_back_at: Moment::of(zone, retraction.at),
        }
    }
}

async fn show(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let tenant = caller.0.tenant;
    let id: LineId = id_of(&id)?;
    let book = &state.parts.payments.statements.statements;
    let line = book.line(tenant, id).await?.ok_or_else(Problem::not_found)?;
    let taken_back = book.retractions(tenant, id).await?;
    let zone = state.parts.booking.catalogue.policy(tenant).await?.zone;
    Ok(HttpResponse::Ok().json(LineShown {
        line: LineAnswer::of(&line, &zone),
        taken_back: taken_back
            .iter()
            .map(|retraction| RetractionAnswer::of(retraction, &zone))
            .collect(),
    }))
}
