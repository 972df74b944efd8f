//! Figures that are not frozen: previews, drafts, what would be, and what is to be amended.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, web};
use ratiba_access::{Principal, Scope};
use ratiba_commission::amend::{Chain, ProposedAmendment};
use ratiba_commission::dispute::{Dispute, to_be_amended};
use ratiba_commission::engine::{MonthFigures, StaffFigure, group_of};
use ratiba_commission::explain::{Language, Recorded, explain, explain_amended};
use ratiba_commission::hash::ContentHash;
use ratiba_commission::period::FrozenPeriod;
use ratiba_commission::rule::Rule;
use ratiba_commission::use_cases::{AmendOrder, AmendPeriodError, Look, PreviewPeriodError, Proposal};
use ratiba_commission::{Month, StaffId};
use ratiba_kernel::{Id, Outage, TenantId, Zone};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::appointments::shown;
use super::commission_rules::{RuleBody, proposed};
use crate::State;
use crate::caller::Caller;
use crate::checked::{Checked, CheckedQuery};
use crate::endpoint::Endpoint;
use crate::problem::{FieldFault, Kind, Problem};

/// The endpoints of figures.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    let amendments = "/api/v1/commission/amendments";
    vec![
        Endpoint::get("/api/v1/commission/preview", "What a month comes to", || {
            web::get().to(preview)
        })
        .describe(
            "Computed anew and not written, also while the month runs. Each line has its reasons in English and Swahili. Owners \
             and managers see everybody's, everybody else the own figures.",
        )
        .group("commission")
        .needs(Scope::CommissionRead)
        .query::<PreviewQuery>()
        .answers::<Value>(200, "the figures")
        .problems(&[Kind::Unacceptable]),
        Endpoint::post("/api/v1/commission/what-if", "What proposed rules would come to", || {
            web::post().to(what_if)
        })
        .describe(
            "The months side by side, as they are and by the proposed rules, which take the place of those for the same \
             person or category on the days on which they hold. Writes nothing.",
        )
        .group("commission")
        .needs(Scope::CommissionClose)
        .body::<WhatIfBody>()
        .answers::<Value>(200, "both sides")
        .problems(&[Kind::Unacceptable]),
        Endpoint::get("/api/v1/commission/drafts", "Months that wait for a reviewer", || {
            web::get().to(drafts)
        })
        .describe("Look at the preview, and close the month.")
        .group("commission")
        .needs(Scope::CommissionClose)
        .answers::<Value>(200, "the drafts"),
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

/// Which month.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "CommissionPreviewQuery")]
pub struct PreviewQuery {
    /// Such as 2026-05.
    month: String,
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

/// Which months by which rules.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "CommissionWhatIf")]
pub struct WhatIfBody {
    /// Such as 2026-05.
    #[schemars(length(min = 1, max = 12))]
    months: Vec<String>,
    /// What would hold.
    #[schemars(length(min = 1, max = 100))]
    rules: Vec<RuleBody>,
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

pub(super) fn fault(field: &str, message: &str) -> Problem {
    Problem::fields(vec![FieldFault {
        field: field.to_owned(),
        message: message.to_owned(),
    }])
}

pub(super) fn month_of(text: &str) -> Result<Month, Problem> {
    text.parse()
        .map_err(|_| fault("month", "must be a month such as 2026-05"))
}

async fn zone_of(state: &State, principal: &Principal) -> Result<Zone, Problem> {
    Ok(state.parts.booking.catalogue.policy(principal.tenant).await?.zone)
}

fn totals(figure: &StaffFigure) -> Value {
    json!({
        "staff_id": figure.staff,
        "commission": figure.commission,
        "top_up": figure.top_up,
        "tip": figure.tip,
        "hours_worked": figure.hours.to_string(),
        "services_rendered_count": figure.services_rendered,
        "gaps": figure.gaps(),
        "content_hash": figure.content_hash.to_string(),
    })
}

fn with_lines(figure: &StaffFigure, zone: &Zone) -> Value {
    let mut shown_figure = totals(figure);
    let lines = figure.lines.iter().map(|line| {
        let said = |language| explain(line, figure.group_of(line), zone, language).join(" ");
        json!({
            "appointment_id": line.appointment,
            "ended_at": shown(zone, line.reason.ended_at),
            "base": line.base,
            "commission": line.commission,
            "tip": line.tip,
            "is_gap": line.is_gap(),
            "reason": said(Language::English),
            "reason_sw": said(Language::Swahili),
        })
    });
    if let Some(fields) = shown_figure.as_object_mut() {
        fields.insert("lines".to_owned(), lines.collect());
    }
    shown_figure
}

async fn preview(
    state: web::Data<State>,
    caller: Caller,
    CheckedQuery(query): CheckedQuery<PreviewQuery>,
) -> Result<HttpResponse, Problem> {
    let principal = &caller.0;
    let month = month_of(&query.month)?;
    let zone = zone_of(&state, principal).await?;
    let figures = state
        .parts
        .commission
        .preview
        .execute(principal.tenant, month)
        .await;
    let figures = figures.map_err(not_computed)?;
    let own = figures
        .staff
        .iter()
        .filter(|figure| principal.sees_pay_of(figure.staff.as_uuid()));
    let staff: Vec<Value> = own.map(|figure| with_lines(figure, &zone)).collect();
    let is_over = month.is_over(state.parts.clock.now(), &zone);
    Ok(HttpResponse::Ok().json(json!({
        "month": month.to_string(),
        "is_over": is_over,
        "content_hash": figures.content_hash().to_string(),
        "staff": staff,
    })))
}

async fn what_if(
    state: web::Data<State>,
    caller: Caller,
    Checked(body): Checked<WhatIfBody>,
) -> Result<HttpResponse, Problem> {
    let principal = &caller.0;
    let currency = state
        .parts
        .booking
        .catalogue
        .policy(principal.tenant)
        .await?
        .currency;
    let rules = proposed(&state, principal.tenant, &body.rules, currency).await?;
    let mut months = Vec::with_capacity(body.months.len());
    for text in &body.months {
        let month = month_of(text)?;
        let preview = &state.parts.commission.preview;
        let (now, then) = preview
            .what_if(principal.tenant, month, &rules)
            .await
            .map_err(not_computed)?;
        months.push(side_by_side(month, &now, &then));
    }
    Ok(HttpResponse::Ok().json(json!({ "months": months })))
}

/// Everybody's two figures. Somebody who came or went between the two looks has one of them.
fn side_by_side(month: Month, now: &MonthFigures, then: &MonthFigures) -> Value {
    let mut pairs: BTreeMap<StaffId, (Option<&StaffFigure>, Option<&StaffFigure>)> = BTreeMap::new();
    for figure in &now.staff {
        pairs.entry(figure.staff).or_default().0 = Some(figure);
    }
    for figure in &then.staff {
        pairs.entry(figure.staff).or_default().1 = Some(figure);
    }
    let staff = pairs.into_iter().map(|(staff, (now, then))| {
        let difference = now.zip(then);
        let difference = difference.and_then(|(now, then)| then.commission.checked_sub(now.commission).ok());
        json!({
            "staff_id": staff,
            "now": now.map(totals),
            "proposed": then.map(totals),
            "difference": difference,
        })
    });
    json!({ "month": month.to_string(), "staff": staff.collect::<Vec<_>>() })
}

async fn drafts(state: web::Data<State>, caller: Caller) -> Result<HttpResponse, Problem> {
    let principal = &caller.0;
    let zone = zone_of(&state, principal).await?;
    let drafts = state.parts.commission.book.drafts(principal.tenant).await?;
    let drafts = drafts.iter().map(|draft| {
        json!({
            "month": draft.month.to_string(),
            "drafted_at": shown(&zone, draft.drafted_at),
            "content_hash": draft.content_hash.to_string(),
            "staff": draft.staff.iter().map(|figure| json!({
                "staff_id": figure.staff,
                "commission": figure.commission,
                "tip": figure.tip,
                "hours_worked": figure.hours.to_string(),
                "services_rendered_count": figure.services_rendered,
            })).collect::<Vec<_>>(),
        })
    });
    Ok(HttpResponse::Ok().json(json!({ "drafts": drafts.collect::<Vec<_>>() })))
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

/// A fingerprint that somebody looked at.
pub(super) fn hash_of(text: &str) -> Result<ContentHash, Problem> {
    text.parse()
        .map_err(|_| fault("content_hash", "must be 64 hexadecimal digits"))
}

fn not_computed(error: PreviewPeriodError) -> Problem {
    match error {
        PreviewPeriodError::Unavailable(outage) => Problem::unavailable(&outage),
        other @ (PreviewPeriodError::Compute(_) | PreviewPeriodError::Rules(_)) => {
            let cause = std::error::Error::source(&other)
                .map(ToString::to_string)
                .unwrap_or_default();
            Problem::new(Kind::Unacceptable, format!("{other}: {cause}"))
        }
    }
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

#[cfg(test)]
mod tests {
    use ratiba_commission::engine::compute;
    use ratiba_commission::resolve::RuleTable;
    use ratiba_commission::settings::CommissionSettings;
    use ratiba_kernel::Currency;

    use super::*;

    #[test]
    fn figures_of_two_looks_are_paired_by_person_and_not_by_place() {
        let zone = Zone::parse("Africa/Nairobi").unwrap();
        let settings = CommissionSettings::parse(zone, Currency::Kes, &json!({})).unwrap();
        let rules = RuleTable::new([]).unwrap();
        let month: Month = "2026-05".parse().unwrap();
        let staff = |number| StaffId::from_uuid(Uuid::from_u128(number));
        let of = |roster: &[StaffId]| compute(month, &[], &rules, &settings, roster).unwrap();
        let shown = side_by_side(month, &of(&[staff(1), staff(2)]), &of(&[staff(2), staff(3)]));
        let sides: Vec<_> = shown["staff"].as_array().unwrap().iter().collect();
        let own = |side: &Value, which: &str| side[which]["staff_id"].clone();
        let [one, two, three] = sides.as_slice() else {
            panic!("{shown}")
        };
        assert_eq!(
            (own(one, "now"), own(one, "proposed")),
            (json!(staff(1)), Value::Null)
        );
        assert_eq!(own(two, "now"), own(two, "proposed"));
        assert_eq!(
            (own(three, "now"), own(three, "proposed")),
            (Value::Null, json!(staff(3)))
        );
    }
}
