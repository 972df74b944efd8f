//! Payroll: months that are handed over, and the books of account.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use ratiba_access::Scope;
use ratiba_assembly::payroll::{earnings_csv, earnings_xlsx, fingerprints};
use ratiba_kernel::{Money, Outage, Zone};
use ratiba_payroll::earnings::Mode;
use ratiba_payroll::export::{Export, ExportLine, ExportState, LineResult, Reason, Way};
use ratiba_payroll::ports::AccountingError;
use ratiba_payroll::use_cases::{ConfirmSheetError, ExportOrder, OrderExportError, SheetConfirmed};
use ratiba_payroll::{ExportId, PayMonth};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::appointments::wrong;
use super::commission_statements::{XLSX, file};
use crate::State;
use crate::caller::Caller;
use crate::checked::{Checked, CheckedQuery};
use crate::dto::{Day, Moment, SignedAmount, id_of};
use crate::endpoint::Endpoint;
use crate::problem::{Kind, Problem};

/// The most days of journals that one file has.
const DAYS_MAX: i64 = 92;

/// The endpoints of payroll.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    let mut all = of_exports();
    all.push(
        Endpoint::get("/api/v1/ledger/journal-file", "The journals for books of account", || {
            web::get().to(journal_file)
        })
        .describe(
            "The journals of whole local days as CSV, a line for each entry, debits and credits apart; 92 days at most. The same \
             days give the same bytes once they are over.",
        )
        .group("ledger")
        .needs(Scope::LedgerRead)
        .query::<DaysQuery>()
        .answers_with(200, "text/csv", "the journals"),
    );
    all
}

fn of_exports() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/v1/payroll/exports", "A month's hand-overs to payroll", || {
            web::get().to(list)
        })
        .describe("The oldest first, each with its lines and what payroll said of them.")
        .group("payroll")
        .needs(Scope::PayrollRead)
        .query::<MonthQuery>()
        .answers::<ExportsAnswer>(200, "the exports"),
        Endpoint::post("/api/v1/payroll/exports", "Hand a month over to payroll", || {
            web::post().to(order)
        })
        .describe(
            "Stores lines of earnings, gross, for every frozen document of the month that has none yet: commission, tips and \
             what is taken back are apart, and an amendment is a line of its own that names the one it corrects. By `sheet` \
             an officer uploads the file and confirms it; by `system` the worker hands it to payroll's own system. Asking \
             twice hands nothing over twice: what payroll rejected is made anew, for the month and by the way of the later order, and what \
             its system turned away as a whole goes out once more with the same keys.",
        )
        .group("payroll")
        .needs(Scope::PayrollWrite)
        .body::<OrderBody>()
        .answers::<OrderedAnswer>(201, "stored")
        .answers::<OrderedAnswer>(200, "nothing new; the export as it stands")
        .problems(&[Kind::Unacceptable, Kind::Conflict]),
        Endpoint::get("/api/v1/payroll/exports/{id}", "One hand-over", || {
            web::get().to(show)
        })
        .group("payroll")
        .needs(Scope::PayrollRead)
        .answers::<ExportAnswer>(200, "the export"),
        Endpoint::get(
            "/api/v1/payroll/exports/{id}/sheet",
            "The sheet that is uploaded to payroll",
            || web::get().to(sheet),
        )
        .describe("As CSV or as a spreadsheet. The same export gives the same bytes for ever.")
        .group("payroll")
        .needs(Scope::PayrollRead)
        .query::<SheetQuery>()
        .answers_with(200, "text/csv", "the sheet")
        .answers_with(200, XLSX, "the sheet"),
        Endpoint::post(
            "/api/v1/payroll/exports/{id}/confirm",
            "A sheet was uploaded to payroll",
            || web::post().to(confirm),
        )
        .describe("Only one of this export's own files can have been uploaded. The same file twice is once.")
        .group("payroll")
        .needs(Scope::PayrollWrite)
        .body::<ConfirmBody>()
        .answers::<ExportAnswer>(200, "the export")
        .problems(&[Kind::IllegalTransition, Kind::Conflict, Kind::Unacceptable]),
    ]
}

/// Which month.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MonthQuery {
    /// In which it was earned, such as 2026-05.
    #[schemars(length(max = 7))]
    month: String,
}

/// Which days.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DaysQuery {
    /// The first.
    from: Day,
    /// The last; the first alone if left out.
    to: Option<Day>,
}

/// A way to payroll.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum WayWord {
    /// An officer uploads it.
    Sheet,
    /// Payroll's own system takes it.
    System,
}

/// What is to be handed over.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderBody {
    /// In which month it was earned, such as 2026-05.
    #[schemars(length(max = 7))]
    month: String,
    /// In which month it is to be paid, if payroll has closed that one.
    #[schemars(length(max = 7))]
    pay_period: Option<String>,
    /// By which way; a sheet if left out.
    way: Option<WayWord>,
    /// Only check employees and codes; payroll's system only.
    #[serde(default)]
    dry_run: bool,
}

/// What an officer says.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmBody {
    /// The SHA-256 of the file that was uploaded, in hexadecimal.
    #[schemars(length(min = 64, max = 64))]
    file_sha256: String,
    /// Payroll's own id of the month, if it shows one.
    #[schemars(length(min = 1, max = 200))]
    vendor_period_id: Option<String>,
}

/// In which form.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum SheetWord {
    /// Comma-separated values.
    #[default]
    Csv,
    /// A spreadsheet.
    Xlsx,
}

/// Which form.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SheetQuery {
    /// CSV if left out.
    format: Option<SheetWord>,
}

/// A line of earnings.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PayrollLine")]
pub struct LineAnswer {
    /// What payroll knows it by.
    key: String,
    /// The frozen document that it comes from.
    document_id: Uuid,
    staff_no: String,
    name: String,
    /// `COMMISSION`, `TIPS` or `CLAWBACK`.
    code: &'static str,
    /// Gross; below nothing in a correction only.
    #[schemars(with = "SignedAmount")]
    amount: Money,
    /// How many services.
    quantity: i64,
    basis_hash: String,
    /// The line that it corrects.
    corrects: Option<String>,
    /// `accepted`, `duplicate` or `rejected`, once payroll said so; `superseded` if it was rejected and a later export has
    /// the line in its place.
    result: Option<&'static str>,
    /// Why it was rejected.
    reason: Option<&'static str>,
}

/// What an officer said.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PayrollConfirmation")]
pub struct ConfirmationAnswer {
    by: String,
    at: Moment,
    file_sha256: String,
}

/// A hand-over.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PayrollExport")]
pub struct ExportAnswer {
    id: Uuid,
    month: String,
    pay_period: String,
    /// `sheet` or `system`.
    way: &'static str,
    dry_run: bool,
    company: String,
    batch_id: Uuid,
    /// `waiting`, `done`, `partly`, `refused` or `replaced`.
    state: &'static str,
    /// Why payroll has none of it: `period_not_open`, `unauthorized`, `totals_differ`, `not_a_batch`, `not_accepted`,
    /// `conflict`, `wrong_address` or `outcome_unknown`.
    refused: Option<&'static str>,
    /// How many lines.
    count: usize,
    /// What they come to, in minor units.
    sum_minor: i64,
    lines: Vec<LineAnswer>,
    vendor_period_id: Option<String>,
    confirmation: Option<ConfirmationAnswer>,
    ordered_by: String,
    ordered_at: Moment,
    version: i32,
}

/// What an order came to.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PayrollOrdered")]
pub struct OrderedAnswer {
    /// None if nobody has a staff number.
    export: Option<ExportAnswer>,
    /// Who earned something and has no staff number: it is in no export.
    unlinked_staff_ids: Vec<Uuid>,
}

/// Hand-overs.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PayrollExports")]
pub struct ExportsAnswer {
    items: Vec<ExportAnswer>,
}

impl LineAnswer {
    fn of(line: &ExportLine) -> Self {
        let (earned, result) = (&line.line, line.result);
        Self {
            key: earned.key.to_string(),
            document_id: earned.document.as_uuid(),
            staff_no: earned.employee.to_string(),
            name: earned.name.clone(),
            code: earned.code.as_str(),
            amount: earned.amount,
            quantity: earned.quantity,
            basis_hash: earned.basis(),
            corrects: earned.corrects.as_ref().map(ToString::to_string),
            result: result.map(LineResult::as_str),
            reason: result.and_then(LineResult::reason).map(Reason::as_str),
        }
    }
}

impl ExportAnswer {
    fn of(export: &Export, zone: &Zone) -> Self {
        let totals = export.totals();
        Self {
            id: export.id.as_uuid(),
            month: export.month.to_string(),
            pay_period: export.pay_period.to_string(),
            way: export.way.as_str(),
            dry_run: export.mode == Mode::DryRun,
            company: export.company.as_str().to_owned(),
            batch_id: export.batch.as_uuid(),
            state: export.state.as_str(),
            refused: match export.state {
                ExportState::Refused(why) => Some(why.as_str()),
                ExportState::Waiting | ExportState::Done | ExportState::Partly | ExportState::Replaced => {
                    None
                }
            },
            count: totals.count,
            sum_minor: totals.sum_minor,
            lines: export.lines.iter().map(LineAnswer::of).collect(),
            vendor_period_id: export.vendor_period_id.clone(),
            confirmation: export.confirmation.as_ref().map(|said| ConfirmationAnswer {
                by: said.by.clone(),
                at: Moment::of(zone, said.at),
                file_sha256: hex(&said.file_hash),
            }),
            ordered_by: export.ordered_by.clone(),
            ordered_at: Moment::of(zone, export.ordered_at),
            version: export.version,
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn month_of(field: &str, text: &str) -> Result<PayMonth, Problem> {
    text.parse()
        .map_err(|_| wrong(field, "must be a month such as 2026-05"))
}

async fn zone_of(state: &State, caller: &Caller) -> Result<Zone, Problem> {
    Ok(state.parts.booking.catalogue.zone(caller.0.tenant).await?)
}

async fn list(
    state: web::Data<State>,
    caller: Caller,
    CheckedQuery(query): CheckedQuery<MonthQuery>,
) -> Result<HttpResponse, Problem> {
    let month = month_of("month", &query.month)?;
    let exports = state.parts.payroll.book.exports(caller.0.tenant, month).await?;
    let zone = zone_of(&state, &caller).await?;
    let items = exports.iter().map(|export| ExportAnswer::of(export, &zone));
    Ok(HttpResponse::Ok().json(ExportsAnswer {
        items: items.collect(),
    }))
}

async fn order(
    state: web::Data<State>,
    caller: Caller,
    Checked(body): Checked<OrderBody>,
) -> Result<HttpResponse, Problem> {
    let month = month_of("month", &body.month)?;
    let pay_period = body
        .pay_period
        .as_deref()
        .map(|text| month_of("pay_period", text));
    let way = match body.way {
        Some(WayWord::System) => Way::System,
        Some(WayWord::Sheet) | None => Way::Sheet,
    };
    if body.dry_run && way == Way::Sheet {
        return Err(wrong("dry_run", "is for payroll's system only"));
    }
    let order = ExportOrder {
        month,
        pay_period: pay_period.transpose()?.unwrap_or(month),
        way,
        mode: if body.dry_run { Mode::DryRun } else { Mode::Real },
        by: caller.0.name.clone(),
    };
    let ordered = state.parts.payroll.order.execute(caller.0.tenant, order).await;
    let ordered = ordered.map_err(|error| match error {
        OrderExportError::NothingFrozen | OrderExportError::NoSystem => {
            Problem::new(Kind::Unacceptable, error.to_string())
        }
        OrderExportError::Busy => Problem::new(Kind::Conflict, error.to_string()),
        OrderExportError::Unavailable(outage) => Problem::unavailable(&outage),
    })?;
    let zone = zone_of(&state, &caller).await?;
    let status = if ordered.new {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    Ok(HttpResponse::build(status).json(OrderedAnswer {
        export: ordered.export.map(|export| ExportAnswer::of(&export, &zone)),
        unlinked_staff_ids: ordered.unlinked.iter().map(|staff| staff.as_uuid()).collect(),
    }))
}

async fn found(state: &State, caller: &Caller, id: &str) -> Result<Export, Problem> {
    let id: ExportId = id_of(id)?;
    let export = state.parts.payroll.book.export(caller.0.tenant, id).await?;
    export.ok_or_else(Problem::not_found)
}

async fn show(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let export = found(&state, &caller, &id).await?;
    let zone = zone_of(&state, &caller).await?;
    Ok(HttpResponse::Ok().json(ExportAnswer::of(&export, &zone)))
}

async fn sheet(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    CheckedQuery(query): CheckedQuery<SheetQuery>,
) -> Result<HttpResponse, Problem> {
    let export = found(&state, &caller, &id).await?;
    let name = |ending: &str| format!("earnings-{}-{}.{ending}", export.pay_period, export.id);
    Ok(match query.format.unwrap_or_default() {
        SheetWord::Csv => file("text/csv; charset=utf-8", &name("csv"), earnings_csv(&export)),
        SheetWord::Xlsx => file(XLSX, &name("xlsx"), earnings_xlsx(&export)?),
    })
}

async fn confirm(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    Checked(body): Checked<ConfirmBody>,
) -> Result<HttpResponse, Problem> {
    let id: ExportId = id_of(&id)?;
    let file_hash =
        hash_of(&body.file_sha256).ok_or_else(|| wrong("file_sha256", "must be 64 hexadecimal digits"))?;
    let said = SheetConfirmed {
        by: caller.0.name.clone(),
        file_hash,
        vendor_period_id: body.vendor_period_id,
    };
    let confirm = &state.parts.payroll.confirm;
    let confirmed = confirm.execute(caller.0.tenant, id, said, fingerprints).await;
    let export = confirmed.map_err(|error| match error {
        ConfirmSheetError::Unknown => Problem::not_found(),
        ConfirmSheetError::NotASheet => Problem::new(Kind::IllegalTransition, error.to_string()),
        ConfirmSheetError::OtherFile => Problem::new(Kind::Unacceptable, error.to_string()),
        ConfirmSheetError::ConfirmedBefore | ConfirmSheetError::Busy => {
            Problem::new(Kind::Conflict, error.to_string())
        }
        ConfirmSheetError::Unavailable(outage) => Problem::unavailable(&outage),
    })?;
    let zone = zone_of(&state, &caller).await?;
    Ok(HttpResponse::Ok().json(ExportAnswer::of(&export, &zone)))
}

fn hash_of(text: &str) -> Option<[u8; 32]> {
    let mut hash = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (index, byte) in hash.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * index..2 * index + 2)?, 16).ok()?;
    }
    Some(hash)
}

async fn journal_file(
    state: web::Data<State>,
    caller: Caller,
    CheckedQuery(query): CheckedQuery<DaysQuery>,
) -> Result<HttpResponse, Problem> {
    let from = query.from.0;
    let last = query.to.map_or(from, |to| to.0);
    let until = last.next_day().ok_or_else(|| wrong("to", "the calendar ends"))?;
    let days = (until - from).whole_days();
    if !(1..=DAYS_MAX).contains(&days) {
        return Err(wrong("to", "must be on or after from, and 92 days at most"));
    }
    let written = state.parts.journal_file(caller.0.tenant, from, until).await;
    let bytes = written.map_err(|error| match error {
        AccountingError::Unbalanced(journal) => {
            tracing::error!(journal.id = %journal, "a journal is not balanced");
            Problem::unavailable(&Outage::new(error.to_string()))
        }
        AccountingError::Unavailable(outage) => Problem::unavailable(&outage),
    })?;
    Ok(file(
        "text/csv; charset=utf-8",
        &format!("journals-{from}-{last}.csv"),
        bytes,
    ))
}
