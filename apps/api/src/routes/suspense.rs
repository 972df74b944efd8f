//! What lies in suspense, and a manager's word for what it was.

use actix_web::{HttpResponse, web};
use ratiba_access::Scope;
use ratiba_kernel::{Id, Money, Zone};
use ratiba_payments::ports::{ClearError, UndoError};
use ratiba_payments::remark::Remark;
use ratiba_payments::suspense::{
    ClearOrder, ClearedAs, Clearing, InSuspense, NotCleared, NotUndone, UndoOrder, Undoing,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::appointments::wrong;
use super::payments::{actor_of, request_key};
use crate::State;
use crate::caller::Caller;
use crate::checked::{Checked, CheckedQuery, IdempotencyKey};
use crate::dto::{Amount, AmountAbove, Moment, SignedAmount, id_of};
use crate::endpoint::{Endpoint, RequestHeader};
use crate::problem::{Kind, Problem};

/// How many one answer has if nothing else is asked for.
const PAGE: u16 = 50;

/// The endpoints of suspense.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/v1/ledger/suspense", "What waits in suspense", || web::get().to(list))
            .describe(
                "Each journal that left money there of which nobody said yet what it is: what was put into the drawer or taken \
                 out, counts and floats that differ, what was paid outside of this system, lines of a statement that are \
                 something else. The latest first. What a chargeback or a reversal keeps there until its end is not among it.",
            )
            .group("ledger")
            .needs(Scope::LedgerRead)
            .query::<PageQuery>()
            .answers::<SuspensePage>(200, "what waits"),
        Endpoint::post("/api/v1/ledger/suspense/{id}/clearings", "Say what lay in suspense", || {
            web::post().to(clear)
        })
        .describe(
            "Books what the journal left, or a part of it, to the account that it belonged to: `expenses` of the business, \
             `other_income`, `owner` (the first float, cash that went to the bank, what the owner paid out), or `fees` of a \
             provider. Money that is gone (`amount` above nothing) is no income, and money that came is no expense or fee. However many do it at once, no more is cleared than was left. Safe to repeat with the same key.",
        )
        .group("ledger")
        .needs(Scope::PaymentsResolve)
        .header(RequestHeader::IdempotencyKey)
        .body::<ClearBody>()
        .answers::<ClearingAnswer>(201, "the clearing")
        .problems(&[
            Kind::NotFound,
            Kind::AmountNotPayable,
            Kind::CurrencyMismatch,
            Kind::IllegalTransition,
            Kind::Unacceptable,
        ]),
        Endpoint::get("/api/v1/ledger/clearings", "What was said of suspense", || {
            web::get().to(said)
        })
        .describe("The latest first, with who said it and why, and whether it was taken back.")
        .group("ledger")
        .needs(Scope::LedgerRead)
        .query::<PageQuery>()
        .answers::<ClearingPage>(200, "the clearings"),
        Endpoint::post("/api/v1/ledger/clearings/{id}/undo", "Take back what was said of suspense", || {
            web::post().to(undo)
        })
        .describe(
            "Where somebody named the wrong account or the wrong amount: a journal puts the money into suspense again, where it \
             waits for another word. What was said stays on record with who took it back and why. Safe to repeat with the same \
             key.",
        )
        .group("ledger")
        .needs(Scope::PaymentsResolve)
        .header(RequestHeader::IdempotencyKey)
        .body::<UndoBody>()
        .answers::<ClearingAnswer>(200, "the clearing, taken back")
        .problems(&[Kind::NotFound, Kind::IllegalTransition, Kind::Unacceptable]),
    ]
}

/// Which page.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PageQuery {
    /// What comes after this one in the list.
    before: Option<Uuid>,
    /// At most so many; 50 if left out.
    #[schemars(range(min = 1, max = 100))]
    limit: Option<u16>,
}

/// What something in suspense was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum ToWord {
    /// Spent for the business; of money that is gone.
    Expenses,
    /// Income of the business, but not by services; of money that came.
    OtherIncome,
    /// Between the business and its owner.
    Owner,
    /// Taken by a provider; of money that is gone.
    Fees,
}

impl From<ToWord> for ClearedAs {
    fn from(word: ToWord) -> Self {
        match word {
            ToWord::Expenses => Self::Expenses,
            ToWord::OtherIncome => Self::OtherIncome,
            ToWord::Owner => Self::Owner,
            ToWord::Fees => Self::Fees,
        }
    }
}

/// A word for what lay in suspense.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClearBody {
    to: ToWord,
    /// How much of it; all that is left if left out.
    #[schemars(with = "Option<AmountAbove>")]
    amount: Option<Money>,
    /// How that is known.
    #[schemars(length(min = 1, max = 200))]
    reason: String,
}

/// Why a word is taken back.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UndoBody {
    /// What was wrong about it.
    #[schemars(length(min = 1, max = 200))]
    reason: String,
}

/// That a word about suspense was taken back.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SuspenseUndoing")]
struct UndoingAnswer {
    /// The journal that put the money into suspense again.
    posted_journal_id: Uuid,
    /// What was wrong about the word.
    reason: String,
    by: String,
    at: Moment,
}

impl UndoingAnswer {
    fn of(undoing: &Undoing, zone: &Zone) -> Self {
        Self {
            posted_journal_id: undoing.posted.as_uuid(),
            reason: undoing.reason.to_string(),
            by: undoing.by.to_string(),
            at: Moment::of(zone, undoing.at),
        }
    }
}

/// What a journal left in suspense.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "InSuspense")]
pub struct SuspenseAnswer {
    /// The journal that left it.
    journal_id: Uuid,
    /// What posted that, such as `till-move:` and the movement.
    cause: String,
    /// Why it lies there, in words.
    why: &'static str,
    /// What was said of it by whoever moved it, counted the drawer, refunded it or decided on the line; none where nobody had to
    /// say anything.
    reason: Option<String>,
    payment_id: Option<Uuid>,
    at: Moment,
    /// Above nothing if money is gone, below if money came.
    #[schemars(with = "SignedAmount")]
    amount: Money,
    /// How much of it waits for somebody's word.
    #[schemars(with = "Amount")]
    left: Money,
}

/// What waits in suspense.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SuspensePage")]
pub struct SuspensePage {
    items: Vec<SuspenseAnswer>,
    /// For `before`, if there may be more.
    next: Option<Uuid>,
}

/// What was said of something in suspense.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SuspenseClearing")]
pub struct ClearingAnswer {
    id: Uuid,
    /// The journal that left it there.
    journal_id: Uuid,
    /// The journal that booked it to its account.
    posted_journal_id: Uuid,
    /// `expenses`, `other_income`, `owner` or `fees`.
    to: &'static str,
    #[schemars(with = "Amount")]
    amount: Money,
    reason: String,
    by: String,
    at: Moment,
    /// That it was taken back, if it was: then nothing is cleared by it.
    undone: Option<UndoingAnswer>,
}

impl ClearingAnswer {
    fn of(clearing: &Clearing, zone: &Zone) -> Self {
        Self {
            id: clearing.id.as_uuid(),
            journal_id: clearing.journal.as_uuid(),
            posted_journal_id: clearing.posted.as_uuid(),
            to: clearing.to.account().as_str(),
            amount: clearing.amount,
            reason: clearing.reason.to_string(),
            by: clearing.by.to_string(),
            at: Moment::of(zone, clearing.at),
            undone: clearing
                .undone
                .as_ref()
                .map(|undone| UndoingAnswer::of(undone, zone)),
        }
    }
}

/// What was said.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SuspenseClearings")]
pub struct ClearingPage {
    items: Vec<ClearingAnswer>,
    /// For `before`, if there may be more.
    next: Option<Uuid>,
}

async fn list(
    state: web::Data<State>,
    caller: Caller,
    CheckedQuery(query): CheckedQuery<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let tenant = caller.0.tenant;
    let most = query.limit.unwrap_or(PAGE);
    let policy = state.parts.booking.catalogue.policy(tenant).await?;
    let before = query.before.map(Id::from_uuid);
    let book = &state.parts.payments.clear.book;
    let found = book.in_suspense(tenant, policy.currency, before, most).await?;
    let full = found.len() >= usize::from(most);
    let next = found.last().filter(|_| full).map(|last| last.journal.as_uuid());
    let items = found.iter().map(|lying| lying_answer(lying, &policy.zone));
    Ok(HttpResponse::Ok().json(SuspensePage {
        items: items.collect::<Result<_, _>>()?,
        next,
    }))
}

fn lying_answer(lying: &InSuspense, zone: &Zone) -> Result<SuspenseAnswer, Problem> {
    Ok(SuspenseAnswer {
        journal_id: lying.journal.as_uuid(),
        cause: lying.cause.clone(),
        why: lying.why(),
        reason: lying.reason.clone(),
        payment_id: lying.payment.map(|payment| payment.as_uuid()),
        at: Moment::of(zone, lying.at),
        amount: lying.amount,
        left: lying
            .left()
            .map_err(|error| refused(NotCleared::Sum(error).into()))?,
    })
}

async fn said(
    state: web::Data<State>,
    caller: Caller,
    CheckedQuery(query): CheckedQuery<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let tenant = caller.0.tenant;
    let most = query.limit.unwrap_or(PAGE);
    let book = &state.parts.payments.clear.book;
    let found = book
        .clearings(tenant, query.before.map(Id::from_uuid), most)
        .await?;
    let zone = state.parts.booking.catalogue.zone(tenant).await?;
    let full = found.len() >= usize::from(most);
    let next = found.last().filter(|_| full).map(|last| last.id.as_uuid());
    let items = found.iter().map(|clearing| ClearingAnswer::of(clearing, &zone));
    Ok(HttpResponse::Ok().json(ClearingPage {
        items: items.collect(),
        next,
    }))
}

async fn clear(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    key: IdempotencyKey,
    Checked(body): Checked<ClearBody>,
) -> Result<HttpResponse, Problem> {
    let principal = &caller.0;
    let order = ClearOrder {
        key: request_key(&state, principal, &key).await?,
        journal: id_of(&id)?,
        to: body.to.into(),
        amount: body.amount,
        reason: Remark::parse(&body.reason).map_err(|fault| wrong("reason", &fault.to_string()))?,
        by: actor_of(principal)?,
    };
    // Read before: an order that is carried out is not answered with an outage.
    let zone = state.parts.booking.catalogue.zone(principal.tenant).await?;
    let clear = &state.parts.payments.clear;
    let clearing = clear.execute(principal.tenant, order).await;
    let clearing = clearing.map_err(refused)?;
    Ok(HttpResponse::Created().json(ClearingAnswer::of(&clearing, &zone)))
}

async fn undo(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    key: IdempotencyKey,
    Checked(body): Checked<UndoBody>,
) -> Result<HttpResponse, Problem> {
    let principal = &caller.0;
    let order = UndoOrder {
        key: request_key(&state, principal, &key).await?,
        clearing: id_of(&id)?,
        reason: Remark::parse(&body.reason).map_err(|fault| wrong("reason", &fault.to_string()))?,
        by: actor_of(principal)?,
    };
    let zone = state.parts.booking.catalogue.zone(principal.tenant).await?;
    let undone = state.parts.payments.clear.undo(principal.tenant, order).await;
    let undone = undone.map_err(stands)?;
    Ok(HttpResponse::Ok().json(ClearingAnswer::of(&undone, &zone)))
}

fn stands(error: UndoError) -> Problem {
    let why = match error {
        UndoError::Refused(why) => why,
        UndoError::Unavailable(outage) => return Problem::unavailable(&outage),
    };
    let detail = why.to_string();
    match why {
        NotUndone::Unknown => Problem::not_found(),
        NotUndone::Before => Problem::new(Kind::IllegalTransition, detail),
        NotUndone::KeyUsed => Problem::new(Kind::IdempotencyKeyReused, detail),
        NotUndone::Sum(_) => Problem::new(Kind::Unacceptable, detail),
    }
}

fn refused(error: ClearError) -> Problem {
    let why = match error {
        ClearError::Refused(why) => why,
        ClearError::Unavailable(outage) => return Problem::unavailable(&outage),
    };
    let detail = why.to_string();
    match why {
        NotCleared::Unknown => Problem::not_found(),
        NotCleared::BadAmount => Problem::new(Kind::AmountNotPayable, detail),
        NotCleared::Currency { house } => {
            Problem::new(Kind::CurrencyMismatch, detail).with("currency", house.code())
        }
        NotCleared::MoreThanLeft { left } => Problem::new(Kind::Unacceptable, detail).with("left", left),
        NotCleared::Direction { .. } => Problem::new(Kind::Unacceptable, detail),
        NotCleared::NothingLeft => Problem::new(Kind::IllegalTransition, detail),
        NotCleared::KeyUsed => Problem::new(Kind::IdempotencyKeyReused, detail),
        NotCleared::Sum(_) => Problem::new(Kind::Unacceptable, detail),
    }
}
