//! What is to be amended in frozen months: looked at, tried with other rules, approved and put aside.

use actix_web::{HttpResponse, web};
use ratiba_access::{Principal, Scope};
use ratiba_commission::amend::{Chain, ProposedAmendment};
use ratiba_commission::dispute::{Dispute, to_be_amended};
use ratiba_commission::engine::group_of;
use ratiba_commission::explain::{Language, Recorded, explain_amended};
use ratiba_commission::period::FrozenPeriod;
use ratiba_commission::rule::Rule;
use ratiba_commission::use_cases::{AmendOrder, AmendPeriodError, Look, Proposal};
use ratiba_commission::{Month, StaffId};
use ratiba_kernel::{Id, Outage, TenantId, Zone};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::appointments::shown;
use super::commission_figures::{fault, hash_of, month_of, not_computed, zone_of};
use super::commission_rules::{RuleBody, proposed};
use crate::State;
use crate::caller::Caller;
use crate::checked::{Checked, CheckedQuery};
use crate::endpoint::Endpoint;
use crate::problem::{Kind, Problem};

/// The endpoints of amendments.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    let amendments = "/api/v1/commission/amendments";
    vec![
        Endpoint::get(amendments, "What is to be amended in a frozen month", || {
            web::get().to(list_amendments)
        })
        .describe(
            "What came to light after the month was frozen, as differences at the recorded rates. With `basis=anew` a look \
             at what computing the closed month anew would come to: ladders are climbed again, and rules are today's. \
             `dispute_ids` are the accepted disputes of that person about the month that no amendment has followed yet. \
             Writes nothing.",
        )
        .group("commission")
        .needs(Scope::CommissionClose)
        .query::<AmendmentsQuery>()
        .answers::<Value>(200, "the proposals")
        .problems(&[Kind::IllegalTransition, Kind::Unacceptable]),
        Endpoint::post(
            "/api/v1/commission/amendments/trials",
            "What a rule would amend in a frozen month",
            || web::post().to(try_rules),
        )
        .describe(
            "A rule cannot begin in a month that is frozen. This is the look at what computing the month anew would come to if \
             it had: on their days the rules take the place of those on record for the same person or category. Whoever \
             approves it names the same rules. Writes nothing.",
        )
        .group("commission")
        .needs(Scope::CommissionClose)
        .body::<TrialBody>()
        .answers::<Value>(200, "the proposals")
        .problems(&[Kind::IllegalTransition, Kind::Unacceptable]),
        Endpoint::post(amendments, "Approve an amendment", || web::post().to(approve))
            .describe(
                "Freezes what was looked at as a document of its own, linked to the one that it amends; for somebody of whom \
                 nothing of the month was frozen, with a close that has nothing in it. `basis: anew` is the \
                 separate act of computing a closed month anew, with the `rules` of a trial where there was one.",
            )
            .group("commission")
            .needs(Scope::CommissionClose)
            .body::<ApproveBody>()
            .answers::<Value>(201, "the amendment")
            .problems(&[Kind::IllegalTransition, Kind::Stale, Kind::Unacceptable]),
        Endpoint::post(
            "/api/v1/commission/amendments/dismissals",
            "Put a proposed amendment aside",
            || web::post().to(dismiss),
        )
        .describe("With a reason. Holds for what was looked at: if something else comes to light it is proposed anew.")
        .group("commission")
        .needs(Scope::CommissionClose)
        .body::<DismissBody>()
        .answers_nothing(204, "it is noted")
        .problems(&[Kind::IllegalTransition, Kind::Stale, Kind::Unacceptable]),
    ]
}

/// By what differences are reckoned.
#[derive(Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum BasisWord {
    /// At the recorded rates.
    #[default]
    RecordedRate,
    /// As if the month were computed anew.
    Anew,
}

impl BasisWord {
    const fn look(self) -> Look {
        match self {
            Self::RecordedRate => Look::RecordedRates,
            Self::Anew => Look::Anew(Vec::new()),
        }
    }
}

/// Which month, and by what.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "CommissionAmendmentsQuery")]
pub struct AmendmentsQuery {
    /// Such as 2026-05.
    month: String,
    /// By what differences are reckoned.
    #[serde(default)]
    basis: BasisWord,
}

/// Which month, and which rules might have held in it.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "CommissionAmendmentTrial")]
pub struct TrialBody {
    /// Such as 2026-05.
    month: String,
    /// What might have held.
    #[schemars(length(min = 1, max = 100))]
    rules: Vec<RuleBody>,
}

/// What is approved: what was looked at.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "CommissionAmendmentApproval")]
pub struct ApproveBody {
    /// Such as 2026-05.
    month: String,
    /// Whose.
    staff_id: Uuid,
    /// The proposal's.
    #[schemars(length(min = 64, max = 64))]
    content_hash: String,
    /// By what differences are reckoned.
    #[serde(default)]
    basis: BasisWord,
    /// The rules of the trial that was looked at; only with the basis `anew`.
    #[serde(default)]
    #[schemars(length(max = 100))]
    rules: Vec<RuleBody>,
}

/// What is put aside, and why.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "CommissionAmendmentDismissal")]
pub struct DismissBody {
    /// Such as 2026-05.
    month: String,
    /// Whose.
    staff_id: Uuid,
    /// The proposal's.
    #[schemars(length(min = 64, max = 64))]
    content_hash: String,
    /// Why.
    #[schemars(length(min = 1, max = 500))]
    reason: String,
}

async fn list_amendments(
    state: web::Data<State>,
    caller: Caller,
    CheckedQuery(query): CheckedQuery<AmendmentsQuery>,
) -> Result<HttpResponse, Problem> {
    let principal = &caller.0;
    let month = month_of(&query.month)?;
    proposals(&state, principal, month, &query.basis.look()).await
}

async fn try_rules(
    state: web::Data<State>,
    caller: Caller,
    Checked(body): Checked<TrialBody>,
) -> Result<HttpResponse, Problem> {
    let principal = &caller.0;
    let month = month_of(&body.month)?;
    let look = Look::Anew(rules_of(&state, principal, &body.rules).await?);
    proposals(&state, principal, month, &look).await
}

async fn rules_of(state: &State, principal: &Principal, bodies: &[RuleBody]) -> Result<Vec<Rule>, Problem> {
    let catalogue = &state.parts.booking.catalogue;
    let currency = catalogue.policy(principal.tenant).await?.currency;
    proposed(state, principal.tenant, bodies, currency).await
}

async fn proposals(
    state: &State,
    principal: &Principal,
    month: Month,
    look: &Look,
) -> Result<HttpResponse, Problem> {
    let zone = zone_of(state, principal).await?;
    let commission = &state.parts.commission;
    let proposals = commission
        .amend
        .proposals(principal.tenant, month, look)
        .await
        .map_err(not_amended)?;
    let disputes = commission.disputes.disputes.clone();
    let disputes = disputes.disputes(principal.tenant, false).await?;
    let periods = commission.book.periods(principal.tenant, month).await?;
    let mut shown = Vec::with_capacity(proposals.len());
    for proposal in &proposals {
        let staff = proposal.amendment.staff;
        let about = to_be_amended(&disputes, &periods, staff);
        let chain = chain_of(state, principal.tenant, &periods, staff).await?;
        shown.push(present(proposal, &about, chain.as_ref(), &zone));
    }
    Ok(HttpResponse::Ok().json(json!({ "month": month.to_string(), "amendments": shown })))
}

/// What is frozen of somebody's month, of which these are the documents of all.
pub(super) async fn chain_of(
    state: &State,
    tenant: TenantId,
    periods: &[FrozenPeriod],
    staff: StaffId,
) -> Result<Option<Chain>, Outage> {
    let mut own = Vec::new();
    for period in periods.iter().filter(|period| period.staff == staff) {
        own.extend(state.parts.commission.book.period(tenant, period.id).await?);
    }
    Ok(Chain::of(own))
}

/// A proposal, with the accepted disputes that it may settle, beside what is frozen.
pub(super) fn present(
    proposal: &Proposal,
    disputes: &[&Dispute],
    chain: Option<&Chain>,
    zone: &Zone,
) -> Value {
    let amendment: &ProposedAmendment = &proposal.amendment;
    let lines = amendment.lines.iter().map(|delta| {
        let line = delta.clone().into_line();
        let group = group_of(&amendment.groups, &line);
        let recorded = chain.and_then(|chain| Recorded::of(chain, line.appointment, None));
        let said = |language| explain_amended(&line, group, recorded, zone, language).join(" ");
        json!({
            "appointment_id": delta.appointment,
            "cause": delta.cause,
            "base": delta.base,
            "commission": delta.commission,
            "tip": delta.tip,
            "reason": said(Language::English),
            "reason_sw": said(Language::Swahili),
        })
    });
    json!({
        "staff_id": amendment.staff,
        "amendment_of_id": (!proposal.opens).then_some(amendment.of),
        "basis": amendment.basis,
        "commission": amendment.commission,
        "top_up": amendment.top_up,
        "carried": amendment.carried,
        "tip": amendment.tip,
        "hours_worked": amendment.hours.to_string(),
        "services_rendered_count": amendment.services_rendered,
        "content_hash": amendment.content_hash.to_string(),
        "lines": lines.collect::<Vec<_>>(),
        "dispute_ids": disputes.iter().map(|dispute| dispute.id).collect::<Vec<_>>(),
        "dismissed": proposal.dismissed.as_ref().map(|dismissal| json!({
            "reason": dismissal.reason,
            "at": shown(zone, dismissal.at),
        })),
    })
}

async fn approve(
    state: web::Data<State>,
    caller: Caller,
    Checked(body): Checked<ApproveBody>,
) -> Result<HttpResponse, Problem> {
    let principal = &caller.0;
    let look = match (body.basis, body.rules.is_empty()) {
        (BasisWord::RecordedRate, false) => {
            return Err(fault("rules", "only what is computed anew has rules of its own"));
        }
        (BasisWord::RecordedRate | BasisWord::Anew, true) => body.basis.look(),
        (BasisWord::Anew, false) => Look::Anew(rules_of(&state, principal, &body.rules).await?),
    };
    let order = order(principal, &body.month, body.staff_id, &body.content_hash, look)?;
    let amend = &state.parts.commission.amend;
    let document = amend
        .approve(principal.tenant, order)
        .await
        .map_err(not_amended)?;
    let period = document.period();
    Ok(HttpResponse::Created().json(json!({
        "id": period.id,
        "staff_id": period.staff,
        "month": period.month.to_string(),
        "commission": period.commission,
        "top_up": period.top_up,
        "carried": period.carried,
        "tip": period.tip,
        "content_hash": period.content_hash.to_string(),
    })))
}

async fn dismiss(
    state: web::Data<State>,
    caller: Caller,
    Checked(body): Checked<DismissBody>,
) -> Result<HttpResponse, Problem> {
    let principal = &caller.0;
    let look = Look::RecordedRates;
    let order = order(principal, &body.month, body.staff_id, &body.content_hash, look)?;
    let amend = &state.parts.commission.amend;
    amend
        .dismiss(principal.tenant, order, body.reason)
        .await
        .map_err(not_amended)?;
    Ok(HttpResponse::NoContent().finish())
}

fn order(
    principal: &Principal,
    month: &str,
    staff: Uuid,
    hash: &str,
    look: Look,
) -> Result<AmendOrder, Problem> {
    let seen = hash_of(hash)?;
    Ok(AmendOrder {
        month: month_of(month)?,
        staff: Id::from_uuid(staff),
        look,
        seen,
        by: Id::from_uuid(principal.subject),
    })
}

fn not_amended(error: AmendPeriodError) -> Problem {
    let said = error.to_string();
    match error {
        AmendPeriodError::NotFrozen { .. } | AmendPeriodError::NothingToAmend => {
            Problem::new(Kind::IllegalTransition, said)
        }
        AmendPeriodError::Stale => Problem::new(Kind::Stale, said),
        AmendPeriodError::NotComputable(refused) => not_computed(refused),
        AmendPeriodError::Difference(_) => Problem::new(Kind::Unacceptable, said),
        AmendPeriodError::Unavailable(outage) => Problem::unavailable(&outage),
    }
}
