//! Figures that are not frozen: previews, drafts, and what would be.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, web};
use ratiba_access::{Principal, Scope};
use ratiba_commission::engine::{MonthFigures, StaffFigure};
use ratiba_commission::explain::{Language, explain};
use ratiba_commission::hash::ContentHash;
use ratiba_commission::use_cases::PreviewPeriodError;
use ratiba_commission::{Month, StaffId};
use ratiba_kernel::Zone;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

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

pub(super) async fn zone_of(state: &State, principal: &Principal) -> Result<Zone, Problem> {
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

/// A fingerprint that somebody looked at.
pub(super) fn hash_of(text: &str) -> Result<ContentHash, Problem> {
    text.parse()
        .map_err(|_| fault("content_hash", "must be 64 hexadecimal digits"))
}

pub(super) fn not_computed(error: PreviewPeriodError) -> Problem {
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

#[cfg(test)]
mod tests {
    use ratiba_commission::engine::compute;
    use ratiba_commission::resolve::RuleTable;
    use ratiba_commission::settings::CommissionSettings;
    use ratiba_kernel::Currency;
    use uuid::Uuid;

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
