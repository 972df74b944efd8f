//! Reports over whole days: how full the team was, what was sold, by which tenders money moved, who did not come, and what
//! became of conversations. Each as JSON or as a table for spreadsheets.

use actix_web::http::header::{CACHE_CONTROL, VARY};
use actix_web::{HttpRequest, HttpResponse, web};
use ratiba_access::Scope;
use ratiba_assembly::reports::{Cell, csv};
use ratiba_kernel::{LocalDays, TenantId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::appointments::wrong;
use super::commission_statements::file;
use crate::State;
use crate::accept::preferred;
use crate::caller::Caller;
use crate::checked::CheckedQuery;
use crate::dto::Day;
use crate::endpoint::Endpoint;
use crate::problem::{Kind, Problem};

mod answers;

use answers::{
    ConversationsReport, MissedReport, RevenueReport, TendersReport, UtilisationReport, UtilisationRow,
};

/// The endpoints of reports.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    let report = |path, summary, route| {
        Endpoint::get(path, summary, route)
            .group("reports")
            .needs(Scope::LedgerRead)
            .answers_with(200, "text/csv", "the same as a table")
            .problems(&[Kind::NotAcceptable])
    };
    vec![
        report("/api/v1/reports/utilisation", "How full the team was", || {
            web::get().to(utilisation)
        })
        .describe(
            "By staff member and day, or week: the minutes of the schedule as it is on record now, as far as the business is open \
             and without leave; those that agreed appointments take, without buffers; and those of them that were rendered. \
             Rows with neither are left out. 366 days at most, by the business's clock. JSON or CSV, by `format` or `Accept`.",
        )
        .query::<UtilisationQuery>()
        .answers::<UtilisationReport>(200, "the time"),
        report("/api/v1/reports/revenue", "What was sold", || {
            web::get().to(revenue)
        })
        .describe(
            "Appointments that were completed on these days, with what was charged for them and what was taken off, by service, by \
             who rendered them and by day. What a team rendered is split among them by its shares, so that money adds up to \
             the same in each. Tips are no part of it. 366 days at most. JSON or CSV, by `format` or `Accept`.",
        )
        .query::<ReportQuery>()
        .answers::<RevenueReport>(200, "what was sold"),
        report("/api/v1/reports/tenders", "What moved by which tender", || {
            web::get().to(tenders)
        })
        .describe(
            "By day and tender, as the books have it: what came for visits, tips, what went back to customers on that day, and the \
             rest. What is spent of credit is told apart and is no money that came. 366 days at most. JSON or CSV, by `format` \
             or `Accept`.",
        )
        .query::<ReportQuery>()
        .answers::<TendersReport>(200, "what moved"),
        report("/api/v1/reports/no-shows", "Who did not come", || {
            web::get().to(no_shows)
        })
        .describe(
            "By staff member and service, of agreed appointments whose time has come: those nobody came to, those that customers \
             cancelled so late that the rules ask a fee, the fees, and what of them the business has by its books. 366 days at \
             most. JSON or CSV, by `format` or `Accept`.",
        )
        .query::<ReportQuery>()
        .answers::<MissedReport>(200, "who did not come"),
        report(
            "/api/v1/reports/conversations",
            "What became of conversations",
            || web::get().to(conversations),
        )
        .describe(
            "By the day on which they were opened: in how many the customer booked what still stands or took place, to how many a \
             person was called, in how many consent was withdrawn, how many ended without any of it, and how many go on. One may \
             count as booked and as handed over. Those that the archive has let go of are not told. 366 days at most. JSON or CSV, \
             by `format` or `Accept`.",
        )
        .query::<ReportQuery>()
        .answers::<ConversationsReport>(200, "what became of them"),
    ]
}

/// In which form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum ReportFormat {
    /// As data.
    Json,
    /// Comma-separated values.
    Csv,
}

/// By what time is summed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum StepWord {
    /// Day by day.
    #[default]
    Day,
    /// By weeks that begin on Mondays.
    Week,
}

/// Which days.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportQuery {
    /// The first, by the business's clock.
    from: Day,
    /// The last; at most 366 days with the first.
    to: Day,
    /// By `Accept` if left out.
    format: Option<ReportFormat>,
}

/// Which days, and by what they are summed.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UtilisationQuery {
    /// The first, by the business's clock.
    from: Day,
    /// The last; at most 366 days with the first.
    to: Day,
    /// By days if left out. A week at either end counts with its asked days alone.
    by: Option<StepWord>,
    /// By `Accept` if left out.
    format: Option<ReportFormat>,
}

/// A report that can be told as a table.
trait Tabled: Serialize {
    /// What it is called in the file's name.
    const NAME: &'static str;
    /// What stands over the columns.
    const HEAD: &'static [&'static str];

    /// The rows.
    fn table(&self) -> Vec<Vec<Cell>>;
}

/// The days that were asked for, on the business's clock.
async fn days_of(state: &State, tenant: TenantId, from: Day, to: Day) -> Result<LocalDays, Problem> {
    let zone = state.parts.booking.catalogue.zone(tenant).await?;
    LocalDays::new(&zone, from.0, to.0).map_err(|error| wrong("to", &error.to_string()))
}

/// The form that is named, or else the one that is accepted most.
fn form_of(request: &HttpRequest, named: Option<ReportFormat>) -> Result<ReportFormat, Problem> {
    named.map_or_else(
        || {
            preferred(
                request,
                &[
                    ("application/json", ReportFormat::Json),
                    ("text/csv", ReportFormat::Csv),
                ],
            )
        },
        Ok,
    )
}

fn told<R: Tabled>(report: &R, form: ReportFormat, from: Day, to: Day) -> HttpResponse {
    let mut response = match form {
        ReportFormat::Json => HttpResponse::Ok()
            .insert_header((CACHE_CONTROL, "no-store"))
            .json(report),
        ReportFormat::Csv => {
            let head = R::HEAD.iter().map(|name| Cell::Text((*name).to_owned()));
            let mut table = vec![head.collect()];
            table.extend(report.table());
            let name = format!("{}-{}-{}.csv", R::NAME, from.0, to.0);
            file("text/csv; charset=utf-8", &name, csv(&table))
        }
    };
    let vary = actix_web::http::header::HeaderValue::from_static("Accept");
    response.headers_mut().insert(VARY, vary);
    response
}

async fn utilisation(
    state: web::Data<State>,
    caller: Caller,
    request: HttpRequest,
    CheckedQuery(query): CheckedQuery<UtilisationQuery>,
) -> Result<HttpResponse, Problem> {
    let form = form_of(&request, query.format)?;
    let days = days_of(&state, caller.0.tenant, query.from, query.to).await?;
    let found = state
        .parts
        .reports
        .booking
        .utilisation(caller.0.tenant, days)
        .await?;
    let by = query.by.unwrap_or_default();
    let rows = match by {
        StepWord::Day => found,
        StepWord::Week => ratiba_booking::reports::by_week(found),
    };
    let report = UtilisationReport {
        from: query.from,
        to: query.to,
        by,
        items: rows.into_iter().map(UtilisationRow::of).collect(),
    };
    Ok(told(&report, form, query.from, query.to))
}

async fn revenue(
    state: web::Data<State>,
    caller: Caller,
    request: HttpRequest,
    CheckedQuery(query): CheckedQuery<ReportQuery>,
) -> Result<HttpResponse, Problem> {
    let form = form_of(&request, query.format)?;
    let days = days_of(&state, caller.0.tenant, query.from, query.to).await?;
    let found = state.parts.reports.booking.revenue(caller.0.tenant, days).await?;
    let report = RevenueReport::of(query.from, query.to, found);
    Ok(told(&report, form, query.from, query.to))
}

async fn tenders(
    state: web::Data<State>,
    caller: Caller,
    request: HttpRequest,
    CheckedQuery(query): CheckedQuery<ReportQuery>,
) -> Result<HttpResponse, Problem> {
    let form = form_of(&request, query.format)?;
    let days = days_of(&state, caller.0.tenant, query.from, query.to).await?;
    let found = state
        .parts
        .reports
        .payments
        .tenders(caller.0.tenant, days)
        .await?;
    let report = TendersReport::of(query.from, query.to, found)?;
    Ok(told(&report, form, query.from, query.to))
}

async fn no_shows(
    state: web::Data<State>,
    caller: Caller,
    request: HttpRequest,
    CheckedQuery(query): CheckedQuery<ReportQuery>,
) -> Result<HttpResponse, Problem> {
    let form = form_of(&request, query.format)?;
    let days = days_of(&state, caller.0.tenant, query.from, query.to).await?;
    let now = state.parts.clock.now();
    let found = state
        .parts
        .reports
        .booking
        .missed(caller.0.tenant, days, now)
        .await?;
    let report = MissedReport::of(query.from, query.to, found);
    Ok(told(&report, form, query.from, query.to))
}

async fn conversations(
    state: web::Data<State>,
    caller: Caller,
    request: HttpRequest,
    CheckedQuery(query): CheckedQuery<ReportQuery>,
) -> Result<HttpResponse, Problem> {
    let form = form_of(&request, query.format)?;
    let days = days_of(&state, caller.0.tenant, query.from, query.to).await?;
    let found = state
        .parts
        .reports
        .conversation
        .outcomes(caller.0.tenant, days)
        .await?;
    let report = ConversationsReport::of(query.from, query.to, found);
    Ok(told(&report, form, query.from, query.to))
}
