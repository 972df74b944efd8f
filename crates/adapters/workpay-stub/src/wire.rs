//! The JSON of the contract. Nothing outside of this module knows its names.

use ratiba_kernel::{Currency, Outage};
use ratiba_payroll::PayMonth;
use ratiba_payroll::earnings::{Batch, LineKey, Mode, Totals};
use ratiba_payroll::employee::{Employee, EmployeeStatus, StaffNumber, Terms};
use ratiba_payroll::export::{LineResult, Reason, Receipt};
use ratiba_payroll::ports::PeriodState;
use serde::Deserialize;
use serde_json::{Value, json};
use time::Date;
use time::macros::format_description;

use crate::client::Codes;

/// The body of a batch.
pub(crate) fn batch(batch: &Batch, codes: &Codes) -> Value {
    let totals = batch.totals();
    let lines: Vec<Value> = batch
        .lines()
        .iter()
        .map(|line| {
            json!({
                "idempotency_key": line.key.as_str(),
                "employee": line.employee.as_str(),
                "earning_code": codes.word(line.code),
                "currency": line.amount.currency().code(),
                "amount_minor": line.amount.amount_minor(),
                "quantity": line.quantity,
                "basis_hash": line.basis(),
                "memo": line.memo(),
                "corrects": line.corrects.as_ref().map(LineKey::as_str),
            })
        })
        .collect();
    json!({
        "company": batch.company.as_str(),
        "period": batch.period.to_string(),
        "batch_id": batch.id.to_string(),
        "dry_run": batch.mode == Mode::DryRun,
        "totals": { "count": totals.count, "sum_minor": totals.sum_minor },
        "lines": lines,
    })
}

#[derive(Deserialize)]
struct DirectoryBody {
    employees: Vec<EmployeeBody>,
}

#[derive(Deserialize)]
struct EmployeeBody {
    external_id: String,
    staff_no: String,
    full_name: String,
    status: String,
    employment_type: String,
    start_date: Option<String>,
    exit_date: Option<String>,
    currency: String,
}

fn strange(what: &str) -> Outage {
    Outage::new(format!("payroll's answer has a strange {what}"))
}

fn parsed<'b, T: Deserialize<'b>>(body: &'b [u8]) -> Result<T, Outage> {
    // What the parser says may repeat what it read, which may be a name.
    serde_json::from_slice(body).map_err(|_| Outage::new("payroll's answer cannot be read"))
}

/// The people of a directory, by number.
pub(crate) fn employees(body: &[u8]) -> Result<Vec<Employee>, Outage> {
    let read: DirectoryBody = parsed(body)?;
    let mut people = read
        .employees
        .into_iter()
        .map(employee)
        .collect::<Result<Vec<_>, _>>()?;
    people.sort_by(|one, other| one.number.cmp(&other.number));
    Ok(people)
}

fn employee(body: EmployeeBody) -> Result<Employee, Outage> {
    let status = match body.status.as_str() {
        "active" => EmployeeStatus::Active,
        "on_leave" => EmployeeStatus::OnLeave,
        "exited" => EmployeeStatus::Exited,
        _other => return Err(strange("status")),
    };
    let terms = match body.employment_type.as_str() {
        "permanent" => Terms::Permanent,
        "contract" => Terms::FixedTerm,
        "casual" => Terms::Casual,
        "intern" => Terms::Intern,
        "consultant" | "contractor" => Terms::Contractor,
        _other => return Err(strange("employment_type")),
    };
    Ok(Employee {
        external_id: body.external_id,
        number: StaffNumber::parse(&body.staff_no).map_err(|_| strange("staff_no"))?,
        full_name: body.full_name,
        status,
        terms,
        start_date: day(body.start_date.as_deref())?,
        exit_date: day(body.exit_date.as_deref())?,
        currency: Currency::parse(&body.currency).map_err(|_| strange("currency"))?,
    })
}

fn day(text: Option<&str>) -> Result<Option<Date>, Outage> {
    let form = format_description!("[year]-[month]-[day]");
    let read = text.map(|text| Date::parse(text, form));
    read.transpose().map_err(|_| strange("date"))
}

#[derive(Deserialize)]
struct ReceiptBody {
    period_id: Option<String>,
    totals: TotalsBody,
    results: Vec<ResultBody>,
}

#[derive(Deserialize)]
struct TotalsBody {
    count: usize,
    sum_minor: i64,
}

#[derive(Deserialize)]
struct ResultBody {
    idempotency_key: String,
    result: String,
    reason: Option<String>,
}

/// What became of a batch.
pub(crate) fn receipt(body: &[u8]) -> Result<Receipt, Outage> {
    let read: ReceiptBody = parsed(body)?;
    let results = read.results.into_iter().map(|line| {
        let result = match line.result.as_str() {
            "accepted" => LineResult::Accepted,
            "duplicate" => LineResult::Duplicate,
            "rejected" => LineResult::Rejected(reason(line.reason.as_deref())),
            _other => return Err(strange("result")),
        };
        Ok((LineKey::restore(line.idempotency_key), result))
    });
    Ok(Receipt {
        vendor_period_id: read.period_id,
        totals: Totals {
            count: read.totals.count,
            sum_minor: read.totals.sum_minor,
        },
        results: results.collect::<Result<_, Outage>>()?,
    })
}

fn reason(word: Option<&str>) -> Reason {
    match word {
        Some("unknown_employee") => Reason::UnknownEmployee,
        Some("inactive_employee") => Reason::InactiveEmployee,
        Some("unknown_earning_code") => Reason::UnknownEarningCode,
        Some("conflict") => Reason::Conflict,
        Some(_) | None => Reason::Other,
    }
}

#[derive(Deserialize)]
struct RefusalBody {
    error: RefusalError,
}

#[derive(Deserialize)]
struct RefusalError {
    code: String,
}

/// Payroll's word for why it refuses, if it is a short word; what else it says may name people.
pub(crate) fn refusal_code(body: &[u8]) -> Option<String> {
    let code = serde_json::from_slice::<RefusalBody>(body).ok()?.error.code;
    let is_word = |code: &str| code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    Some(code).filter(|code| code.len() <= 40 && is_word(code))
}

#[derive(Deserialize)]
struct PeriodBody {
    period: String,
    state: String,
}

/// How far a month is.
pub(crate) fn period_state(body: &[u8]) -> Result<PeriodState, Outage> {
    let read: PeriodBody = parsed(body)?;
    let _month: PayMonth = read.period.parse().map_err(|_| strange("period"))?;
    match read.state.as_str() {
        "open" => Ok(PeriodState::Open),
        "processing" => Ok(PeriodState::Processing),
        "approved" => Ok(PeriodState::Approved),
        "paid" => Ok(PeriodState::Paid),
        "locked" => Ok(PeriodState::Locked),
        _other => Err(strange("state")),
    }
}
