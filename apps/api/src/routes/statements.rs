//! Statements of M-Pesa: bring one in, see what fits nothing on either side, decide on it.

use actix_web::{HttpResponse, web};
use ratiba_access::Scope;
use ratiba_kernel::{Id, Money, Zone};
use ratiba_payments::ports::{
    AbsenceVerdict, Decider, LineState, LineStays, RecordedLine, ReopenError, StatementHead,
};
use ratiba_payments::remark::Remark;
use ratiba_payments::statement::matching::{AbsenceId, Absent, AbsentMoney};
use ratiba_payments::statement::{LineFault, LineId, NoStatement, StatementId};
use ratiba_payments::use_cases::{LineVerdict, ReopenOrder, StatementError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::appointments::wrong;
use super::payments::{actor_of, request_key};
use crate::State;
use crate::body::BodyLimit;
use crate::caller::Caller;
use crate::checked::{Checked, CheckedQuery, IdempotencyKey};
use crate::dto::{Amount, Moment, id_of};
use crate::endpoint::{Endpoint, RequestHeader};
use crate::problem::{Kind, Problem};

mod line;

/// Two megabytes of CSV, as a text in JSON.
const STATEMENT_BODY_MAX: BodyLimit = BodyLimit(3 * 1024 * 1024);

/// How many lines one answer has at most.
const PAGE: u16 = 500;

/// The endpoints of statements.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    let ours = |endpoint: Endpoint| endpoint.group("statements").needs(Scope::PaymentsResolve);
    vec![
        ours(Endpoint::post("/api/v1/till/statements", "Bring in a statement of M-Pesa", || {
            web::post().to(bring_in)
        }))
        .describe(
            "The CSV of the organisation portal, at most 2 MB (more is 413, as is a body of more than 3 MB) and 20,000 lines; \
             columns are found by name. A file of which no line tells of money that moved is refused. Lines are matched by \
             receipt with what came and what went back, charges for known payments are booked as fees, and money that only a \
             query knew of gets its receipt. Lines that cannot be read are named; the others wait for a decision. The same file \
             again, or one that overlaps, adds nothing, and open lines are looked at again.",
        )
        .body_limit(STATEMENT_BODY_MAX)
        .body::<StatementBody>()
        .answers::<BroughtAnswer>(200, "the statement, and what could not be read")
        .problems(&[Kind::BodyTooLarge, Kind::Unacceptable]),
        ours(Endpoint::get("/api/v1/till/statements", "The statements of M-Pesa", || {
            web::get().to(list)
        }))
        .describe("The newest first, at most 100.")
        .answers::<StatementsAnswer>(200, "the statements"),
        ours(Endpoint::get("/api/v1/till/statements/unmatched", "What fits nothing", || {
            web::get().to(unmatched)
        }))
        .describe(
            "In both directions: lines that the books do not know, and money in the books that no line tells of although a \
             statement covers its time. The oldest first, at most 500 of each; decisions empty the list.",
        )
        .answers::<UnmatchedAnswer>(200, "what waits for decisions"),
        ours(Endpoint::get("/api/v1/till/statements/{id}/lines", "The lines of a statement", || {
            web::get().to(lines)
        }))
        .describe("Those that no earlier statement brought, in the order of the file; 500 at once.")
        .query::<LinesQuery>()
        .answers::<LinesAnswer>(200, "the lines")
        .problems(&[Kind::NotFound]),
        line::endpoint(),
        ours(Endpoint::post("/api/v1/till/statements/lines/{id}/decide", "Decide on a line", || {
            web::post().to(decide)
        }))
        .describe(
            "`attempt`: it is the money of `attempt_id`, or the charge for it; an attempt that was not known to be paid is paid \
             by it. `payment`: it is money for `payment_id` that came by no attempt. `refund`: it is `refund_id`. `fee`: M-Pesa \
             took it. `other`: it is something else, and suspense has it. `ignore`: the books need nothing. Each line is decided \
             on once; the same decision again changes nothing.",
        )
        .body::<DecideBody>()
        .answers::<LineAnswer>(200, "the line")
        .problems(&[
            Kind::NotFound,
            Kind::IllegalTransition,
            Kind::Unacceptable,
            Kind::Conflict,
        ]),
        ours(Endpoint::post(
            "/api/v1/till/statements/lines/{id}/take-back",
            "Take back what was decided about a line",
            || web::post().to(take_back),
        ))
        .describe(
            "Where somebody was wrong. The line is `open` again; what was booked for it as a fee or into suspense gets a \
             counter-entry. What a line brought to a payment stays (`money-in-use`), and goes back by a refund of that; so does \
             what was cleared out of suspense since, until that word is taken back. Safe to repeat with the same key.",
        )
        .header(RequestHeader::IdempotencyKey)
        .body::<TakeBackBody>()
        .answers::<LineAnswer>(200, "the line")
        .problems(&[
            Kind::NotFound,
            Kind::IllegalTransition,
            Kind::MoneyInUse,
            Kind::Unacceptable,
        ]),
        ours(Endpoint::post(
            "/api/v1/till/statements/absences/{id}/decide",
            "Decide on money that no line tells of",
            || web::post().to(decide_absence),
        ))
        .describe(
            "`never_moved`: the books are corrected, and suspense has the difference. `explained`: it moved, and the books need \
             nothing.",
        )
        .body::<AbsenceBody>()
        .answers::<AbsentAnswer>(200, "what was decided on")
        .problems(&[Kind::NotFound, Kind::Unacceptable]),
    ]
}

/// A statement to be brought in.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StatementBody {
    /// The file's text.
    #[schemars(length(min = 1))]
    csv: String,
}

/// Which lines.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinesQuery {
    /// The `number` of the last line that was seen.
    #[serde(default)]
    after: u32,
}

/// What is said of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum VerdictWord {
    /// It is an attempt's.
    Attempt,
    /// It is a payment's.
    Payment,
    /// It is a refund.
    Refund,
    /// It is a fee.
    Fee,
    /// It is something else.
    Other,
    /// The books need nothing.
    Ignore,
}

/// A decision on a line.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DecideBody {
    verdict: VerdictWord,
    /// With `attempt` only.
    attempt_id: Option<Uuid>,
    /// With `payment` only.
    payment_id: Option<Uuid>,
    /// With `refund` only.
    refund_id: Option<Uuid>,
    /// Why.
    #[schemars(length(min = 1, max = 200))]
    reason: String,
}

/// What is said of money that no line tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum AbsenceWord {
    /// It never moved.
    NeverMoved,
    /// The books need nothing.
    Explained,
}

/// A decision on money that no line tells of.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AbsenceBody {
    verdict: AbsenceWord,
    /// Why.
    #[schemars(length(min = 1, max = 200))]
    reason: String,
}

/// A statement.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "MpesaStatement")]
pub struct StatementAnswer {
    id: Uuid,
    by: String,
    at: Moment,
    /// The first moment that it tells of.
    covers_from: Option<Moment>,
    /// The last.
    covers_until: Option<Moment>,
    /// How many of its lines no earlier statement had brought.
    lines: i64,
    /// How many of them wait for a decision.
    open: i64,
}

impl StatementAnswer {
    fn of(head: &StatementHead, zone: &Zone) -> Self {
        Self {
            id: head.id.as_uuid(),
            by: head.by.to_string(),
            at: Moment::of(zone, head.at),
            covers_from: head.covers.map(|(from, _)| Moment::of(zone, from)),
            covers_until: head.covers.map(|(_, until)| Moment::of(zone, until)),
            lines: head.lines,
            open: head.open,
        }
    }
}

/// A line of a file that cannot be read.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "MpesaStatementFault")]
pub struct FaultAnswer {
    /// Counted from 1.
    line: u32,
    what: &'static str,
}

impl From<&LineFault> for FaultAnswer {
    fn from(fault: &LineFault) -> Self {
        Self {
            line: fault.line,
            what: fault.what,
        }
    }
}

/// A statement that was brought in.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "MpesaStatementBrought")]
pub struct BroughtAnswer {
    statement: StatementAnswer,
    /// How many lines of the file are of transactions that were not completed.
    not_completed: usize,
    /// How many lines cannot be read; the first 200 are in `faults`.
    broken: usize,
    faults: Vec<FaultAnswer>,
}

/// The statements.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "MpesaStatements")]
pub struct StatementsAnswer {
    items: Vec<StatementAnswer>,
}

/// A line.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "MpesaStatementLine")]
pub struct LineAnswer {
    id: Uuid,
    /// The statement that brought it first.
    statement_id: Uuid,
    /// Where it stands in the file.
    number: u32,
    receipt: String,
    at: Moment,
    /// `received`, `reversal`, `charge` or `withdrawal`.
    kind: &'static str,
    #[schemars(with = "Amount")]
    amount: Money,
    /// What the customer typed as the account.
    account: Option<String>,
    linked_receipt: Option<String>,
    /// `open`, `money`, `refund`, `fee`, `other` or `ignored`.
    state: &'static str,
    /// Whose money it is.
    attempt_id: Option<Uuid>,
    /// Which refund it is.
    refund_id: Option<Uuid>,
    /// The payment whose money, refund or fee it is.
    payment_id: Option<Uuid>,
    /// Who decided, if a person did.
    decided_by: Option<String>,
    reason: Option<String>,
    decided_at: Option<Moment>,
    /// How often what a person had decided was taken back; `GET` of the line tells what, when and by whom.
    taken_back: u8,
}

/// Why a decision about a line is taken back.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "StatementLineTakeBack")]
struct TakeBackBody {
    /// What was wrong about it.
    #[schemars(length(min = 1, max = 200))]
    reason: String,
}

impl LineAnswer {
    fn of(recorded: &RecordedLine, zone: &Zone) -> Self {
        let (line, decider) = (&recorded.line, recorded.decider.as_ref());
        let (attempt, refund) = match recorded.state {
            LineState::Money(attempt) => (Some(attempt.as_uuid()), None),
            LineState::Refund(refund) => (None, Some(refund.as_uuid())),
            LineState::Open | LineState::Fee(_) | LineState::Other | LineState::Ignored => (None, None),
        };
        Self {
            id: recorded.id.as_uuid(),
            statement_id: recorded.statement.as_uuid(),
            number: line.number,
            receipt: line.receipt.as_str().to_owned(),
            at: Moment::of(zone, line.at),
            kind: line.kind.as_str(),
            amount: line.amount,
            account: line.account.clone(),
            linked_receipt: line.linked.as_ref().map(|linked| linked.as_str().to_owned()),
            state: recorded.state.as_str(),
            attempt_id: attempt,
            refund_id: refund,
            payment_id: recorded.payment.map(|payment| payment.as_uuid()),
            decided_by: decider.map(|decider| decider.by.to_string()),
            reason: decider.map(|decider| decider.why.to_string()),
            decided_at: recorded.decided_at.map(|at| Moment::of(zone, at)),
            taken_back: recorded.taken_back,
        }
    }
}

/// Money in the books that no line tells of.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "MpesaStatementAbsence")]
pub struct AbsentAnswer {
    /// That of the attempt or the refund.
    id: Uuid,
    /// The attempt that brought it.
    attempt_id: Option<Uuid>,
    /// The refund that took it back.
    refund_id: Option<Uuid>,
    payment_id: Uuid,
    #[schemars(with = "Amount")]
    amount: Money,
    /// The number that we know it by.
    receipt: Option<String>,
    /// When it moved, by the books.
    at: Moment,
}

impl AbsentAnswer {
    fn of(absent: &Absent, zone: &Zone) -> Self {
        let (attempt, refund) = match absent.what {
            AbsentMoney::Came(attempt) => (Some(attempt.as_uuid()), None),
            AbsentMoney::WentBack(refund) => (None, Some(refund.as_uuid())),
        };
        Self {
            id: absent.id.as_uuid(),
            attempt_id: attempt,
            refund_id: refund,
            payment_id: absent.payment.as_uuid(),
            amount: absent.amount,
            receipt: absent.receipt.as_ref().map(|receipt| receipt.as_str().to_owned()),
            at: Moment::of(zone, absent.at),
        }
    }
}

/// What waits for decisions.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "MpesaUnmatched")]
pub struct UnmatchedAnswer {
    /// Lines that the books do not know.
    lines: Vec<LineAnswer>,
    /// How many there are in all.
    lines_count: i64,
    /// Money in the books that no line tells of.
    absences: Vec<AbsentAnswer>,
    /// How many there are in all.
    absences_count: i64,
}

/// A page of lines.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "MpesaStatementLines")]
pub struct LinesAnswer {
    items: Vec<LineAnswer>,
    /// For `after`, if there may be more.
    next: Option<u32>,
}

async fn bring_in(
    state: web::Data<State>,
    caller: Caller,
    Checked(body): Checked<StatementBody>,
) -> Result<HttpResponse, Problem> {
    let principal = &caller.0;
    let zone = state.parts.booking.catalogue.policy(principal.tenant).await?.zone;
    let statements = &state.parts.payments.statements;
    let taken = statements
        .bring_in(principal.tenant, &body.csv, actor_of(principal)?)
        .await
        .map_err(not_done)?;
    let faults = taken.file.faults.iter().map(FaultAnswer::from);
    Ok(HttpResponse::Ok().json(BroughtAnswer {
        statement: StatementAnswer::of(&taken.head, &zone),
        not_completed: taken.file.not_completed,
        broken: taken.file.broken,
        faults: faults.collect(),
    }))
}

async fn list(state: web::Data<State>, caller: Caller) -> Result<HttpResponse, Problem> {
    let tenant = caller.0.tenant;
    let heads = state
        .parts
        .payments
        .statements
        .statements
        .statements(tenant)
        .await?;
    let zone = state.parts.booking.catalogue.policy(tenant).await?.zone;
    Ok(HttpResponse::Ok().json(StatementsAnswer {
        items: heads
            .iter()
            .map(|head| StatementAnswer::of(head, &zone))
            .collect(),
    }))
}

async fn unmatched(state: web::Data<State>, caller: Caller) -> Result<HttpResponse, Problem> {
    let tenant = caller.0.tenant;
    let book = &state.parts.payments.statements.statements;
    let waits = book.unmatched(tenant, PAGE).await?;
    let zone = state.parts.booking.catalogue.policy(tenant).await?.zone;
    let absences = waits
        .absences
        .iter()
        .map(|absent| AbsentAnswer::of(absent, &zone));
    Ok(HttpResponse::Ok().json(UnmatchedAnswer {
        lines: waits
            .lines
            .iter()
            .map(|line| LineAnswer::of(line, &zone))
            .collect(),
        lines_count: waits.lines_count,
        absences: absences.collect(),
        absences_count: waits.absences_count,
    }))
}

async fn lines(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    CheckedQuery(query): CheckedQuery<LinesQuery>,
) -> Result<HttpResponse, Problem> {
    let tenant = caller.0.tenant;
    let id: StatementId = id_of(&id)?;
    let book = &state.parts.payments.statements.statements;
    let lines = book.lines(tenant, id, query.after, PAGE).await?;
    if lines.is_empty() && !book.statements(tenant).await?.iter().any(|head| head.id == id) {
        return Err(Problem::not_found());
    }
    let zone = state.parts.booking.catalogue.policy(tenant).await?.zone;
    let full = lines.len() >= usize::from(PAGE);
    let last = lines.last().map(|line| line.line.number);
    Ok(HttpResponse::Ok().json(LinesAnswer {
        items: lines.iter().map(|line| LineAnswer::of(line, &zone)).collect(),
        next: last.filter(|_| full),
    }))
}

fn verdict_of(body: &DecideBody) -> Result<LineVerdict, Problem> {
    let named = (body.attempt_id, body.payment_id, body.refund_id);
    match (body.verdict, named) {
        (VerdictWord::Attempt, (Some(id), None, None)) => Ok(LineVerdict::Attempt(Id::from_uuid(id))),
        (VerdictWord::Payment, (None, Some(id), None)) => Ok(LineVerdict::Payment(Id::from_uuid(id))),
        (VerdictWord::Refund, (None, None, Some(id))) => Ok(LineVerdict::Refund(Id::from_uuid(id))),
        (VerdictWord::Fee, (None, None, None)) => Ok(LineVerdict::Fee),
        (VerdictWord::Other, (None, None, None)) => Ok(LineVerdict::Other),
        (VerdictWord::Ignore, (None, None, None)) => Ok(LineVerdict::Ignore),
        (
            VerdictWord::Attempt
            | VerdictWord::Payment
            | VerdictWord::Refund
            | VerdictWord::Fee
            | VerdictWord::Other
            | VerdictWord::Ignore,
            _,
        ) => Err(wrong(
            "verdict",
            "attempt, payment and refund name theirs, and the others name nothing",
        )),
    }
}

fn decider(caller: &Caller, reason: &str) -> Result<Decider, Problem> {
    Ok(Decider {
        by: actor_of(&caller.0)?,
        why: Remark::parse(reason).map_err(|fault| wrong("reason", &fault.to_string()))?,
    })
}

async fn decide(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    Checked(body): Checked<DecideBody>,
) -> Result<HttpResponse, Problem> {
    let tenant = caller.0.tenant;
    let id: LineId = id_of(&id)?;
    let verdict = verdict_of(&body)?;
    let decider = decider(&caller, &body.reason)?;
    let zone = state.parts.booking.catalogue.policy(tenant).await?.zone;
    let statements = &state.parts.payments.statements;
    let line = statements.decide(tenant, id, verdict, decider).await;
    Ok(HttpResponse::Ok().json(LineAnswer::of(&line.map_err(not_done)?, &zone)))
}

async fn take_back(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    key: IdempotencyKey,
    Checked(body): Checked<TakeBackBody>,
) -> Result<HttpResponse, Problem> {
    let tenant = caller.0.tenant;
    let order = ReopenOrder {
        line: id_of(&id)?,
        key: request_key(&state, &caller.0, &key).await?,
        by: decider(&caller, &body.reason)?,
    };
    let zone = state.parts.booking.catalogue.policy(tenant).await?.zone;
    let line = state.parts.payments.statements.take_back(tenant, order).await;
    Ok(HttpResponse::Ok().json(LineAnswer::of(&line.map_err(stays)?, &zone)))
}

fn stays(error: ReopenError) -> Problem {
    let why = match error {
        ReopenError::Stays(why) => why,
        ReopenError::Unavailable(outage) => return Problem::unavailable(&outage),
    };
    let detail = why.to_string();
    match why {
        LineStays::Unknown => Problem::not_found(),
        LineStays::Undecided => Problem::new(Kind::IllegalTransition, detail),
        LineStays::Booked => Problem::new(Kind::MoneyInUse, detail).with("built_on", "payment"),
        LineStays::Cleared => Problem::new(Kind::MoneyInUse, detail).with("built_on", "cleared"),
        LineStays::KeyUsed => Problem::new(Kind::IdempotencyKeyReused, detail),
        LineStays::Amount(_) => Problem::new(Kind::Unacceptable, detail),
    }
}

async fn decide_absence(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    Checked(body): Checked<AbsenceBody>,
) -> Result<HttpResponse, Problem> {
    let tenant = caller.0.tenant;
    let id: AbsenceId = id_of(&id)?;
    let verdict = match body.verdict {
        AbsenceWord::NeverMoved => AbsenceVerdict::NeverMoved,
        AbsenceWord::Explained => AbsenceVerdict::Explained,
    };
    let decider = decider(&caller, &body.reason)?;
    let zone = state.parts.booking.catalogue.policy(tenant).await?.zone;
    let statements = &state.parts.payments.statements;
    let absent = statements.decide_absence(tenant, id, verdict, decider).await;
    Ok(HttpResponse::Ok().json(AbsentAnswer::of(&absent.map_err(not_done)?, &zone)))
}

fn not_done(error: StatementError) -> Problem {
    let detail = error.to_string();
    match error {
        StatementError::NoStatement(NoStatement::TooLarge) => Problem::new(Kind::BodyTooLarge, detail),
        StatementError::NothingMoved(file) => {
            let faults: Vec<FaultAnswer> = file.faults.iter().map(FaultAnswer::from).collect();
            Problem::new(Kind::Unacceptable, detail)
                .with("not_completed", file.not_completed)
                .with("broken", file.broken)
                .with("faults", faults)
        }
        StatementError::NoStatement(_) | StatementError::NotThat | StatementError::Amount(_) => {
            Problem::new(Kind::Unacceptable, detail)
        }
        StatementError::UnknownLine | StatementError::UnknownAbsence => Problem::not_found(),
        StatementError::Decided => Problem::new(Kind::IllegalTransition, detail),
        StatementError::Busy => Problem::new(Kind::Conflict, detail),
        StatementError::Unavailable(outage) => Problem::unavailable(&outage),
    }
}
