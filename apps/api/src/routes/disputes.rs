//! Disputes about lines of commission: opened by those whose lines they are, decided by managers.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use ratiba_access::{Principal, Scope};
use ratiba_commission::PeriodId;
use ratiba_commission::dispute::{
    Decision, Dispute, DisputeId, DisputeState, LineNumber, Words, to_be_amended,
};
use ratiba_commission::use_cases::{AmendPeriodError, DecideDisputeError, Look, OpenDisputeError};
use ratiba_kernel::Zone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::appointments::wrong;
use super::commission_amendments::{chain_of, present};
use crate::State;
use crate::caller::Caller;
use crate::checked::{Checked, CheckedQuery};
use crate::dto::{Moment, id_of};
use crate::endpoint::Endpoint;
use crate::problem::{Kind, Problem};

/// The endpoints of disputes.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/v1/commission/disputes", "Disputes about commission", || {
            web::get().to(list)
        })
        .describe("The open ones, or with `all=true` the latest 500; the oldest first. Owners and managers see \
                   everybody's, everybody else the own ones.")
        .group("commission")
        .needs(Scope::CommissionRead)
        .query::<DisputesQuery>()
        .answers::<DisputesAnswer>(200, "the disputes"),
        Endpoint::get("/api/v1/commission/disputes/{id}", "A dispute about commission", || {
            web::get().to(show)
        })
        .describe(
            "Of an accepted one that no amendment has followed yet, whoever may amend sees with it what is to be amended. Owners and \
             managers see everybody's, everybody else the own ones.",
        )
        .group("commission")
        .needs(Scope::CommissionRead)
        .answers::<DisputeAnswer>(200, "the dispute")
        .problems(&[Kind::NotFound]),
        Endpoint::post(
            "/api/v1/commission/periods/{id}/disputes",
            "Dispute a line of a frozen document",
            || web::post().to(open),
        )
        .describe(
            "Lines have the numbers of the statement. About each line one dispute is open at most: another about the same line \
             answers the one that is open. Owners and managers dispute for everybody, everybody else the own lines.",
        )
        .group("commission")
        .needs(Scope::CommissionRead)
        .body::<OpenBody>()
        .answers::<DisputeAnswer>(201, "opened")
        .answers::<DisputeAnswer>(200, "open already")
        .problems(&[Kind::Unacceptable]),
        Endpoint::post(
            "/api/v1/commission/disputes/{id}/accept",
            "The disputed line is wrong",
            || web::post().to(accept),
        )
        .describe(
            "Changes no figure: the owner of the line is told, and `proposed_amendment` is what would be amended in the month as \
             it is known now. Approving that is an act of its own; where nothing is proposed, correct the visit first.",
        )
        .group("commission")
        .needs(Scope::CommissionClose)
        .body::<AcceptBody>()
        .answers::<DisputeAnswer>(200, "the dispute")
        .problems(&[Kind::IllegalTransition]),
        Endpoint::post(
            "/api/v1/commission/disputes/{id}/reject",
            "The disputed line stays",
            || web::post().to(reject),
        )
        .group("commission")
        .needs(Scope::CommissionClose)
        .body::<RejectBody>()
        .answers::<DisputeAnswer>(200, "the dispute")
        .problems(&[Kind::IllegalTransition]),
    ]
}

/// Which disputes.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DisputesQuery {
    /// Those that are decided, too.
    #[serde(default)]
    all: bool,
}

/// What is wrong.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenBody {
    /// The number of the line on the statement.
    #[schemars(range(min = 1))]
    line: u32,
    /// Why.
    #[schemars(length(min = 1, max = 500))]
    reason: String,
}

/// What the owner of the line is told.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptBody {
    /// Beside that the line is wrong.
    #[schemars(length(min = 1, max = 500))]
    answer: Option<String>,
}

/// What the owner of the line is told.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RejectBody {
    /// Why the line stays.
    #[schemars(length(min = 1, max = 500))]
    answer: String,
}

/// A dispute.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CommissionDispute")]
pub struct DisputeAnswer {
    id: Uuid,
    /// The frozen document.
    period_id: Uuid,
    /// The number of the line on the statement.
    line: u32,
    staff_id: Uuid,
    reason: String,
    /// `open`, `accepted` or `rejected`.
    state: &'static str,
    opened_by: String,
    opened_at: Moment,
    decided_by: Option<String>,
    decided_at: Option<Moment>,
    answer: Option<String>,
    version: i32,
    /// Of an accepted dispute that no amendment has followed yet, what is to be amended in the month, as
    /// `GET /api/v1/commission/amendments` shows it; null in lists, and where nothing differs yet.
    proposed_amendment: Option<Value>,
}

/// Disputes.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CommissionDisputes")]
pub struct DisputesAnswer {
    items: Vec<DisputeAnswer>,
}

impl DisputeAnswer {
    fn of(dispute: &Dispute, zone: &Zone) -> Self {
        let (decided, answer) = match &dispute.state {
            DisputeState::Open => (None, None),
            DisputeState::Accepted { decided, answer } => (Some(decided), answer.as_ref()),
            DisputeState::Rejected { decided, answer } => (Some(decided), Some(answer)),
        };
        Self {
            id: dispute.id.as_uuid(),
            period_id: dispute.period.as_uuid(),
            line: dispute.line.number(),
            staff_id: dispute.staff.as_uuid(),
            reason: dispute.reason.as_str().to_owned(),
            state: dispute.state.as_str(),
            opened_by: dispute.opened_by.clone(),
            opened_at: Moment::of(zone, dispute.opened_at),
            decided_by: decided.map(|decided| decided.by.clone()),
            decided_at: decided.map(|decided| Moment::of(zone, decided.at)),
            answer: answer.map(|words| words.as_str().to_owned()),
            version: dispute.version,
            proposed_amendment: None,
        }
    }
}

fn words(field: &str, text: &str) -> Result<Words, Problem> {
    Words::parse(text).map_err(|error| wrong(field, &error.to_string()))
}

async fn list(
    state: web::Data<State>,
    caller: Caller,
    CheckedQuery(query): CheckedQuery<DisputesQuery>,
) -> Result<HttpResponse, Problem> {
    let principal = &caller.0;
    let book = &state.parts.commission.disputes.disputes;
    let disputes = book.disputes(principal.tenant, !query.all).await?;
    let zone = state.parts.booking.catalogue.zone(principal.tenant).await?;
    let visible = disputes
        .iter()
        .filter(|dispute| principal.sees_pay_of(dispute.staff.as_uuid()));
    Ok(HttpResponse::Ok().json(DisputesAnswer {
        items: visible.map(|dispute| DisputeAnswer::of(dispute, &zone)).collect(),
    }))
}

async fn show(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let principal = &caller.0;
    let id: DisputeId = id_of(&id)?;
    let book = &state.parts.commission.disputes.disputes;
    let dispute = book.dispute(principal.tenant, id).await?;
    let dispute = dispute
        .filter(|dispute| principal.sees_pay_of(dispute.staff.as_uuid()))
        .ok_or_else(Problem::not_found)?;
    answered(&state, principal, &dispute).await
}

/// A dispute with what is to be amended because of it, for whoever may. That this is not known is no reason to keep the dispute
/// from anybody: what was decided stands.
async fn answered(state: &State, principal: &Principal, dispute: &Dispute) -> Result<HttpResponse, Problem> {
    let zone = state.parts.booking.catalogue.zone(principal.tenant).await?;
    let mut answer = DisputeAnswer::of(dispute, &zone);
    if principal.require(Scope::CommissionClose).is_ok() {
        answer.proposed_amendment = match proposed(state, principal, dispute, &zone).await {
            Ok(proposed) => proposed,
            Err(error) => {
                tracing::warn!(%error, dispute.id = %dispute.id, "what a dispute is to amend is not known");
                None
            }
        };
    }
    Ok(HttpResponse::Ok().json(answer))
}

async fn proposed(
    state: &State,
    principal: &Principal,
    dispute: &Dispute,
    zone: &Zone,
) -> Result<Option<Value>, AmendPeriodError> {
    let accepted = match dispute.state {
        DisputeState::Accepted { .. } => std::slice::from_ref(dispute),
        DisputeState::Open | DisputeState::Rejected { .. } => return Ok(None),
    };
    let (tenant, commission) = (principal.tenant, &state.parts.commission);
    let Some(document) = commission.book.period(tenant, dispute.period).await? else {
        return Ok(None);
    };
    let month = document.period().month;
    let periods = commission.book.periods(tenant, month).await?;
    let about = to_be_amended(accepted, &periods, dispute.staff);
    if about.is_empty() {
        return Ok(None);
    }
    let proposals = commission
        .amend
        .proposals(tenant, month, &Look::RecordedRates)
        .await?;
    let own = proposals
        .iter()
        .find(|proposal| proposal.amendment.staff == dispute.staff);
    let chain = chain_of(state, tenant, &periods, dispute.staff).await?;
    Ok(own.map(|proposal| present(proposal, &about, chain.as_ref(), zone)))
}

async fn open(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    Checked(body): Checked<OpenBody>,
) -> Result<HttpResponse, Problem> {
    let principal = &caller.0;
    let period: PeriodId = id_of(&id)?;
    let line = LineNumber::new(body.line).ok_or_else(|| wrong("line", "must be 1 or more"))?;
    let reason = words("reason", &body.reason)?;
    let document = state
        .parts
        .commission
        .book
        .period(principal.tenant, period)
        .await?;
    document
        .filter(|document| principal.sees_pay_of(document.period().staff.as_uuid()))
        .ok_or_else(Problem::not_found)?;
    let work = &state.parts.commission.disputes;
    let opened = work
        .open(principal.tenant, period, line, reason, &principal.name)
        .await;
    let (dispute, new) = opened.map_err(|error| match error {
        OpenDisputeError::Unknown => Problem::not_found(),
        OpenDisputeError::NoSuchLine => Problem::new(Kind::Unacceptable, error.to_string()),
        OpenDisputeError::Unavailable(outage) => Problem::unavailable(&outage),
    })?;
    let zone = state.parts.booking.catalogue.zone(principal.tenant).await?;
    let status = if new { StatusCode::CREATED } else { StatusCode::OK };
    Ok(HttpResponse::build(status).json(DisputeAnswer::of(&dispute, &zone)))
}

async fn accept(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    Checked(body): Checked<AcceptBody>,
) -> Result<HttpResponse, Problem> {
    let answer = body
        .answer
        .as_deref()
        .map(|text| words("answer", text))
        .transpose()?;
    decide(&state, &caller, &id, Decision::Accept { answer }).await
}

async fn reject(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    Checked(body): Checked<RejectBody>,
) -> Result<HttpResponse, Problem> {
    let answer = words("answer", &body.answer)?;
    decide(&state, &caller, &id, Decision::Reject { answer }).await
}

async fn decide(
    state: &State,
    caller: &Caller,
    id: &str,
    decision: Decision,
) -> Result<HttpResponse, Problem> {
    let principal = &caller.0;
    let id: DisputeId = id_of(id)?;
    let work = &state.parts.commission.disputes;
    let decided = work.decide(principal.tenant, id, decision, &principal.name).await;
    let dispute = decided.map_err(|error| match error {
        DecideDisputeError::Unknown => Problem::not_found(),
        DecideDisputeError::DecidedBefore => Problem::new(Kind::IllegalTransition, error.to_string()),
        DecideDisputeError::Unavailable(outage) => Problem::unavailable(&outage),
    })?;
    answered(state, principal, &dispute).await
}
