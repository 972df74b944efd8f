//! A payroll system by the contract of `workpay-stub`: a directory, months with a state, and lines of earnings that are
//! kept once under their keys.
//!
//! It checks what it is sent as a careful provider would: who asks, the shape, what the lines come to, whether the month
//! is open, and each line for itself. A token has so many requests a minute. Tests arrange it and read its book under
//! `/sim/payroll`.

use std::collections::BTreeMap;

use actix_web::web::{self, Bytes, Data, Json, Path, Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};

use crate::answer::{Answer, Asked, answer, bearer};
use crate::control::ControlError;
use crate::faults::Target;
use crate::world::World;

/// Words for what is earned that the system knows.
const CODES: [&str; 3] = ["COMMISSION", "TIPS", "CLAWBACK"];
/// What the states of a month are called.
const STATES: [&str; 5] = ["open", "processing", "approved", "paid", "locked"];

/// How many requests a token has in a minute, if nobody arranges something else.
const REQUESTS_A_MINUTE: u32 = 600;

/// What the system knows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Payroll {
    people: BTreeMap<String, Person>,
    /// Months that are not open any more, or are open again.
    periods: BTreeMap<String, String>,
    lines: BTreeMap<String, Kept>,
    receipts: BTreeMap<String, Value>,
    /// How many more requests are refused for now.
    refused: u32,
    /// How many requests a token has in a minute, if that is arranged.
    requests_a_minute: Option<u32>,
    /// By token, when its minute began and how much of it is used up.
    used: BTreeMap<String, (OffsetDateTime, u32)>,
    pushes: u32,
}

/// Somebody in the directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Person {
    external_id: String,
    staff_no: String,
    full_name: String,
    status: String,
    employment_type: String,
    start_date: Option<String>,
    exit_date: Option<String>,
    currency: String,
}

/// A line that was taken, and for which month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Kept {
    period: String,
    #[serde(flatten)]
    line: Line,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    idempotency_key: String,
    employee: String,
    earning_code: String,
    currency: String,
    amount_minor: i64,
    quantity: i64,
    basis_hash: String,
    memo: String,
    corrects: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Totals {
    count: usize,
    sum_minor: i64,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Batch {
    company: String,
    period: String,
    batch_id: String,
    dry_run: bool,
    totals: Totals,
    lines: Vec<Line>,
}

/// Adds the system, and what arranges it.
pub(crate) fn routes(config: &mut ServiceConfig) {
    let at = |path: &str| format!("/workpay/v1/companies/{{company}}/{path}");
    config
        .route(&at("employees"), web::get().to(employees))
        .route(&at("earnings-batches"), web::post().to(push))
        .route(&at("earnings-batches/{batch}"), web::get().to(batch))
        .route(&at("periods/{period}"), web::get().to(period))
        .route("/sim/payroll", web::get().to(book))
        .route("/sim/payroll", web::post().to(arrange));
}

/// Who asks for what, and whether not too often, before anything is done.
fn admitted(world: &World, request: &HttpRequest, company: &str) -> Result<(), Answer> {
    let account = &world.settings.payroll;
    if bearer(request).as_deref() != Some(account.token.as_str()) {
        return Err(refusal(401, "unauthorized", "The token is not known"));
    }
    if company != account.company {
        return Err(refusal(403, "unauthorized", "The token is not for this company"));
    }
    let now = world.now();
    match world.write(|state| state.payroll.wait(&account.token, now)) {
        None => Ok(()),
        Some(seconds) => Err(refusal(429, "rate_limited", "Too many requests").retry_after(seconds)),
    }
}

/// Whether a text is a month such as `2026-05`.
fn is_month(text: &str) -> bool {
    let digits = |text: &str, count| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    text.split_once('-').is_some_and(|(year, month)| {
        digits(year, 4) && digits(month, 2) && (1..=12).contains(&month.parse().unwrap_or(0))
    })
}

fn refusal(status: u16, code: &str, message: &str) -> Answer {
    Answer::json(status, &json!({ "error": { "code": code, "message": message } }))
}

/// A code that a fault names, as the system words it.
fn coded(code: &str, message: Option<&str>) -> Answer {
    let status = match code {
        "unauthorized" => 401,
        "period_locked" => 423,
        "rate_limited" => 429,
        _other => 422,
    };
    refusal(status, code, message.unwrap_or("Refused"))
}

async fn employees(
    world: Data<World>,
    company: Path<String>,
    query: Query<BTreeMap<String, String>>,
    request: HttpRequest,
) -> HttpResponse {
    // Nobody's changes are dated here: whoever asks for those since an instant gets everybody.
    let _since = query.get("changed_since");
    let all = || {
        let people: Vec<Person> = world.read(|state| state.payroll.people.values().cloned().collect());
        Answer::json(200, &json!({ "employees": people }))
    };
    let work = || admitted(&world, &request, &company).map_or_else(|it| it, |()| all());
    answer(&world, asked(&request, Target::PayrollRead), work, coded).await
}

async fn period(world: Data<World>, path: Path<(String, String)>, request: HttpRequest) -> HttpResponse {
    let (company, period) = path.into_inner();
    let tell = || {
        if !is_month(&period) {
            return refusal(404, "not_found", "There is no such month");
        }
        let state = world.read(|state| state.payroll.state_of(&period));
        Answer::json(200, &json!({ "period": period, "state": state }))
    };
    let work = || admitted(&world, &request, &company).map_or_else(|it| it, |()| tell());
    answer(&world, asked(&request, Target::PayrollRead), work, coded).await
}

async fn batch(world: Data<World>, path: Path<(String, String)>, request: HttpRequest) -> HttpResponse {
    let (company, batch) = path.into_inner();
    let tell = || match world.read(|state| state.payroll.receipts.get(&batch).cloned()) {
        Some(receipt) => Answer::json(200, &receipt),
        None => refusal(404, "not_found", "There is no such batch"),
    };
    let work = || admitted(&world, &request, &company).map_or_else(|it| it, |()| tell());
    answer(&world, asked(&request, Target::PayrollRead), work, coded).await
}

async fn push(world: Data<World>, company: Path<String>, request: HttpRequest, body: Bytes) -> HttpResponse {
    let work = || {
        if let Err(refused) = admitted(&world, &request, &company) {
            return refused;
        }
        match serde_json::from_slice::<Batch>(&body) {
            Ok(batch) if batch.company == *company => world.write(|state| state.payroll.take(&batch)),
            Ok(_) => refusal(422, "invalid", "The batch is of another company"),
            Err(error) => refusal(400, "invalid", &error.to_string()),
        }
    };
    answer(&world, asked(&request, Target::PayrollPush), work, coded).await
}

fn asked(request: &HttpRequest, target: Target) -> Asked<'_> {
    Asked {
        target,
        phone: "",
        request,
    }
}

impl Payroll {
    /// For how many seconds a token is to keep away, if it is. Minutes begin with a token's first request.
    fn wait(&mut self, token: &str, now: OffsetDateTime) -> Option<u64> {
        if self.refused > 0 {
            self.refused -= 1;
            return Some(90);
        }
        let most = self.requests_a_minute.unwrap_or(REQUESTS_A_MINUTE);
        let minute = Duration::minutes(1);
        let (began, used) = self.used.entry(token.to_owned()).or_insert((now, 0));
        if now >= *began + minute {
            (*began, *used) = (now, 0);
        }
        if *used < most {
            *used += 1;
            return None;
        }
        let left = *began + minute - now;
        // Rounded up: whoever comes then is let in.
        Some(u64::try_from(left.whole_seconds()).unwrap_or(0) + 1)
    }

    fn state_of(&self, period: &str) -> String {
        self.periods
            .get(period)
            .cloned()
            .unwrap_or_else(|| "open".to_owned())
    }

    fn take(&mut self, batch: &Batch) -> Answer {
        self.pushes += 1;
        let sum = batch.lines.iter().map(|line| line.amount_minor).sum();
        let counted = Totals {
            count: batch.lines.len(),
            sum_minor: sum,
        };
        if !is_month(&batch.period) {
            return refusal(422, "invalid", "The period is no month such as 2026-05");
        }
        if counted != batch.totals {
            return refusal(422, "totals_differ", "The totals are not those of the lines");
        }
        if self.state_of(&batch.period) != "open" {
            return refusal(423, "period_locked", "The month is not open");
        }
        let (mut results, mut taken) = (
            Vec::new(),
            Totals {
                count: 0,
                sum_minor: 0,
            },
        );
        // A line may correct one before it in the same batch, also of a dry run.
        let mut earlier: Vec<String> = Vec::new();
        for line in &batch.lines {
            let kept = Kept {
                period: batch.period.clone(),
                line: line.clone(),
            };
            let (result, reason) = self.judge(&kept, &earlier);
            if result != "rejected" {
                earlier.push(line.idempotency_key.clone());
                taken.count += 1;
                taken.sum_minor += line.amount_minor;
                if !batch.dry_run {
                    self.lines.insert(line.idempotency_key.clone(), kept);
                }
            }
            results.push(json!({
                "idempotency_key": line.idempotency_key, "result": result, "reason": reason,
            }));
        }
        let receipt = json!({
            "batch_id": batch.batch_id,
            "period_id": (!batch.dry_run).then(|| format!("PP-{}", batch.period)),
            "totals": { "count": taken.count, "sum_minor": taken.sum_minor },
            "results": results,
        });
        if !batch.dry_run {
            self.receipts.insert(batch.batch_id.clone(), receipt.clone());
        }
        Answer::json(200, &receipt)
    }

    fn judge(&self, kept: &Kept, earlier: &[String]) -> (&'static str, Option<&'static str>) {
        let line = &kept.line;
        if let Some(known) = self.lines.get(&line.idempotency_key) {
            return if known == kept {
                ("duplicate", None)
            } else {
                ("rejected", Some("conflict"))
            };
        }
        let rejected = |why| ("rejected", Some(why));
        if !CODES.contains(&line.earning_code.as_str()) {
            return rejected("unknown_earning_code");
        }
        if line.amount_minor < 0 && line.corrects.is_none() {
            return rejected("negative");
        }
        if let Some(corrected) = &line.corrects
            && !self.lines.contains_key(corrected)
            && !earlier.contains(corrected)
        {
            return rejected("unknown_correction");
        }
        match self.people.get(&line.employee) {
            None => rejected("unknown_employee"),
            Some(person) if person.status == "exited" => rejected("inactive_employee"),
            Some(person) if person.currency != line.currency => rejected("currency"),
            Some(_) => ("accepted", None),
        }
    }
}

/// What a test arranges.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Arrangement {
    /// People who are on the payroll from now on, or in place of who has their number.
    employees: Vec<Person>,
    /// How far months are.
    periods: BTreeMap<String, String>,
    /// How many of the next requests are refused as too many, whatever the token has left.
    throttle: Option<u32>,
    /// How many requests a token has in a minute from now on.
    requests_a_minute: Option<u32>,
}

async fn arrange(
    world: Data<World>,
    Json(arrangement): Json<Arrangement>,
) -> Result<HttpResponse, ControlError> {
    let mut states = arrangement.periods.values();
    if let Some(strange) = states.find(|state| !STATES.contains(&state.as_str())) {
        return Err(ControlError::bad(format!("there is no state {strange}")));
    }
    world.write(|state| {
        let payroll = &mut state.payroll;
        for person in arrangement.employees {
            payroll.people.insert(person.staff_no.clone(), person);
        }
        payroll.periods.extend(arrangement.periods);
        payroll.refused = arrangement.throttle.unwrap_or(payroll.refused);
        payroll.requests_a_minute = arrangement.requests_a_minute.or(payroll.requests_a_minute);
    });
    Ok(book(world).await)
}

async fn book(world: Data<World>) -> HttpResponse {
    let payroll = world.read(|state| state.payroll.clone());
    let people: Vec<&Person> = payroll.people.values().collect();
    let lines: Vec<&Kept> = payroll.lines.values().collect();
    HttpResponse::Ok().json(json!({
        "employees": people,
        "periods": payroll.periods,
        "lines": lines,
        "batches": payroll.receipts,
        "pushes": payroll.pushes,
    }))
}
