//! Frozen commission: the documents of a month, one with the reason of each line, and the close.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, web};
use ratiba_access::{Principal, Scope};
use ratiba_commission::amend::Chain;
use ratiba_commission::explain::{Language, Recorded, explain_amended};
use ratiba_commission::period::{FrozenBy, FrozenDocument, FrozenPeriod, PeriodKind};
use ratiba_commission::use_cases::{CloseOutcome, ClosePeriodError};
use ratiba_commission::{Month, PeriodId};
use ratiba_kernel::{Id, Zone};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::appointments::{only_parameter, shown};
use super::commission_amendments::chain_of;
use super::commission_figures::{fault, hash_of, month_of};
use crate::State;
use crate::caller::Caller;
use crate::checked::Checked;
use crate::dto::id_of;
use crate::endpoint::Endpoint;
use crate::problem::{Kind, Problem};

/// The endpoints of commission.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get(
            "/api/v1/commission/periods",
            "The frozen documents of a month",
            || web::get().to(list),
        )
        .describe("Owners and managers see everybody's, everybody else the own ones.")
        .group("commission")
        .needs(Scope::CommissionRead)
        .query::<MonthQuery>()
        .answers::<Value>(200, "the documents"),
        Endpoint::get(
            "/api/v1/commission/periods/{id}",
            "One document with its lines",
            || web::get().to(show),
        )
        .describe("Each line has its reason in English and Swahili.")
        .group("commission")
        .needs(Scope::CommissionRead)
        .answers::<Value>(200, "the document"),
        Endpoint::post("/api/v1/commission/closes", "Close a month", || {
            web::post().to(close)
        })
        .describe(
            "A month that is frozen already stays as it is, and what came late is reported. Where `close_mode` is `review` \
             the request names the `content_hash` that was looked at.",
        )
        .group("commission")
        .needs(Scope::CommissionClose)
        .body::<MonthBody>()
        .answers::<Value>(200, "what came of it")
        .problems(&[Kind::PeriodRunning, Kind::Unacceptable, Kind::Conflict, Kind::Stale]),
    ]
}

/// Which month.
#[derive(JsonSchema)]
pub struct MonthQuery {
    /// Such as 2026-05.
    #[expect(dead_code, reason = "stands for its schema")]
    month: String,
}

/// Which month is closed.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MonthBody {
    /// Such as 2026-05.
    month: String,
    /// The fingerprint of the figures that were looked at, of the preview or the draft. A business that wants a person to look
    /// first requires it; wherever it is given, the month is closed only as long as it comes to them.
    #[serde(default)]
    content_hash: Option<String>,
}

/// `GET /api/v1/commission/periods?month=2026-05`: every frozen document of the month; of others' only
/// owners and managers.
///
/// # Errors
/// [`Problem`].
pub async fn list(
    state: web::Data<State>,
    caller: Caller,
    query: web::Query<BTreeMap<String, String>>,
) -> Result<HttpResponse, Problem> {
    let principal = &caller.0;
    let month: Month = only_parameter(&query, "month", |text| text.parse().ok())?;
    let periods = state
        .parts
        .commission
        .book
        .periods(principal.tenant, month)
        .await?;
    let context = Context::of(&state, principal)
        .await?
        .with_leavers(&state, principal, &periods)
        .await?;
    let visible = periods
        .iter()
        .filter(|period| principal.sees_pay_of(period.staff.as_uuid()));
    let shown: Vec<Value> = visible.map(|period| context.present(period)).collect();
    Ok(HttpResponse::Ok().json(json!({ "month": month.to_string(), "periods": shown })))
}

/// `GET /api/v1/commission/periods/{id}`: a document with its lines and the reason of each, in English and
/// Swahili.
///
/// # Errors
/// [`Problem`].
pub async fn show(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let principal = &caller.0;
    let id: PeriodId = id_of(&id)?;
    let document = state.parts.commission.book.period(principal.tenant, id).await?;
    let document = document
        .filter(|document| principal.sees_pay_of(document.period().staff.as_uuid()))
        .ok_or_else(Problem::not_found)?;
    let periods = std::slice::from_ref(document.period());
    let context = Context::of(&state, principal)
        .await?
        .with_leavers(&state, principal, periods)
        .await?;
    let mut body = context.present(document.period());
    if let Some(fields) = body.as_object_mut() {
        let chain = match document.period().kind {
            PeriodKind::Close => None,
            PeriodKind::Amendment { .. } => {
                let (month, staff) = (document.period().month, document.period().staff);
                let periods = state
                    .parts
                    .commission
                    .book
                    .periods(principal.tenant, month)
                    .await?;
                chain_of(&state, principal.tenant, &periods, staff).await?
            }
        };
        fields.insert("lines".to_owned(), context.lines(&document, chain.as_ref()));
    }
    Ok(HttpResponse::Ok().json(body))
}

/// `POST /api/v1/commission/closes` with `{"month", "content_hash"?}`. A month that is frozen already stays as it is, and
/// what came late is reported.
///
/// # Errors
/// [`Problem`].
pub async fn close(
    state: web::Data<State>,
    caller: Caller,
    Checked(body): Checked<MonthBody>,
) -> Result<HttpResponse, Problem> {
    let principal = &caller.0;
    let month = month_of(&body.month)?;
    let by = FrozenBy::Person(Id::from_uuid(principal.subject));
    let close = &state.parts.commission.close;
    let outcome = match &body.content_hash {
        None => close.execute(principal.tenant, month, by).await,
        Some(seen) => {
            let seen = hash_of(seen)?;
            close.execute_seen(principal.tenant, month, by, seen).await
        }
    };
    let outcome = outcome.map_err(refused)?;
    let context = Context::of(&state, principal).await?;
    let body = match outcome {
        CloseOutcome::Frozen { documents } => json!({
            "month": month.to_string(),
            "outcome": "frozen",
            "periods": documents.iter().map(|document| context.present(document.period())).collect::<Vec<_>>(),
            "late": [],
        }),
        CloseOutcome::AlreadyFrozen(comparison) => json!({
            "month": month.to_string(),
            "outcome": "already_frozen",
            "periods": comparison.periods.iter().map(|period| context.present(period)).collect::<Vec<_>>(),
            "late": comparison.late.iter().map(|late| json!({
                "staff_id": late.staff,
                "frozen_hash": late.frozen.as_ref().map(|(_, hash)| hash.to_string()),
                "hash_now": late.now.as_ref().map(ToString::to_string),
                "amendment_proposed": late.proposal.is_some(),
            })).collect::<Vec<_>>(),
        }),
        CloseOutcome::AwaitsReview { .. } => json!({
            "month": month.to_string(), "outcome": "awaits_review", "periods": [], "late": [],
        }),
    };
    Ok(HttpResponse::Ok().json(body))
}

/// What documents are shown with: names of people, the tenant's zone.
struct Context {
    names: BTreeMap<uuid::Uuid, String>,
    zone: Zone,
}

impl Context {
    async fn of(state: &State, principal: &Principal) -> Result<Self, Problem> {
        let members = state.parts.staff.active(principal.tenant).await?;
        let names = members
            .iter()
            .map(|member| (member.id.as_uuid(), member.name.as_str().to_owned()))
            .collect();
        let zone = state.parts.booking.catalogue.policy(principal.tenant).await?.zone;
        Ok(Self { names, zone })
    }

    /// With the names of those who have left since, if any of these documents is theirs.
    async fn with_leavers(
        mut self,
        state: &State,
        principal: &Principal,
        periods: &[FrozenPeriod],
    ) -> Result<Self, Problem> {
        for period in periods {
            let staff = period.staff.as_uuid();
            if !self.names.contains_key(&staff)
                && let Some(member) = state.parts.staff.find(principal.tenant, staff).await?
            {
                self.names.insert(staff, member.name.as_str().to_owned());
            }
        }
        Ok(self)
    }

    fn present(&self, period: &FrozenPeriod) -> Value {
        let (kind, of) = match period.kind {
            PeriodKind::Close => ("close", None),
            PeriodKind::Amendment { of } => ("amendment", Some(of)),
        };
        json!({
            "id": period.id,
            "type": kind,
            "amendment_of_id": of,
            "month": period.month.to_string(),
            "staff_id": period.staff,
            "staff_name": self.names.get(&period.staff.as_uuid()),
            "commission": period.commission,
            "top_up": period.top_up,
            "carried": period.carried,
            "tip": period.tip,
            "hours_worked": period.hours.to_string(),
            "services_rendered_count": period.services_rendered,
            "frozen_at": shown(&self.zone, period.frozen_at),
            "frozen_by": period.frozen_by.to_string(),
            "content_hash": period.content_hash.to_string(),
            "engine_version": period.engine_version,
            "vendor_period_id": period.vendor_period_id,
        })
    }

    fn lines(&self, document: &FrozenDocument, chain: Option<&Chain>) -> Value {
        let lines = document.lines().iter().map(|line| {
            let group = document.group_of(line);
            let recorded =
                chain.and_then(|chain| Recorded::of(chain, line.appointment, Some(document.period().id)));
            let reason = |language| explain_amended(line, group, recorded, &self.zone, language).join(" ");
            json!({
                "appointment_id": line.appointment,
                "commission": line.commission,
                "base": line.base,
                "tip": line.tip,
                "reason": reason(Language::English),
                "reason_sw": reason(Language::Swahili),
            })
        });
        Value::Array(lines.collect())
    }
}

fn refused(error: ClosePeriodError) -> Problem {
    match error {
        ClosePeriodError::StillRunning { .. } => Problem::new(Kind::PeriodRunning, error.to_string()),
        ClosePeriodError::Unseen { .. } => fault(
            "content_hash",
            "must name the figures that were looked at: a person looks first here",
        ),
        ClosePeriodError::Changed { .. } => Problem::new(Kind::Stale, error.to_string()),
        ClosePeriodError::NotComputable(_) | ClosePeriodError::Difference(_) => {
            let cause = std::error::Error::source(&error)
                .map(ToString::to_string)
                .unwrap_or_default();
            Problem::new(Kind::Unacceptable, format!("{error}: {cause}"))
        }
        ClosePeriodError::Unavailable(outage) => Problem::unavailable(&outage),
    }
}
