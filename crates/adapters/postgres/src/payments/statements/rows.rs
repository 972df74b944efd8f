//! Rows of statements, read back as values; an impossible one is an outage that names it.

use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use ratiba_kernel::{Currency, Id, Money};
use ratiba_payments::actor::Actor;
use ratiba_payments::ports::{Decider, LineState, RecordedLine, StatementHead};
use ratiba_payments::reference::{AccountReference, Receipt};
use ratiba_payments::remark::Remark;
use ratiba_payments::statement::matching::{Absent, AbsentMoney, KnownMoney, KnownRefund};
use ratiba_payments::statement::{LineKind, StatementLine};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::database::TxError;

#[derive(QueryableByName)]
pub(super) struct HeadRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    brought_in_by: String,
    #[diesel(sql_type = Timestamptz)]
    brought_in_at: OffsetDateTime,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    covers_from: Option<OffsetDateTime>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    covers_until: Option<OffsetDateTime>,
    #[diesel(sql_type = BigInt)]
    lines: i64,
    #[diesel(sql_type = BigInt)]
    open: i64,
}

#[derive(QueryableByName)]
pub(super) struct LineRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    statement_id: Uuid,
    #[diesel(sql_type = Integer)]
    line_no: i32,
    #[diesel(sql_type = Text)]
    receipt: String,
    #[diesel(sql_type = Timestamptz)]
    completed_at: OffsetDateTime,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    currency: String,
    #[diesel(sql_type = BigInt)]
    amount_minor: i64,
    #[diesel(sql_type = Nullable<Text>)]
    account: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    linked_receipt: Option<String>,
    #[diesel(sql_type = Text)]
    pub(super) state: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    attempt_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    refund_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    payment_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Text>)]
    decided_by: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    decided_reason: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    decided_at: Option<OffsetDateTime>,
    #[diesel(sql_type = Integer)]
    taken_back: i32,
}

#[derive(QueryableByName)]
pub(super) struct KnownRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    payment_id: Uuid,
    #[diesel(sql_type = Nullable<Text>)]
    receipt: Option<String>,
    #[diesel(sql_type = Text)]
    currency: String,
    #[diesel(sql_type = BigInt)]
    amount_minor: i64,
    #[diesel(sql_type = Timestamptz)]
    state_at: OffsetDateTime,
}

#[derive(QueryableByName)]
pub(super) struct RefundRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    payment_id: Uuid,
    #[diesel(sql_type = Nullable<Text>)]
    receipt: Option<String>,
    #[diesel(sql_type = Text)]
    original_receipt: String,
    #[diesel(sql_type = Text)]
    currency: String,
    #[diesel(sql_type = BigInt)]
    amount_minor: i64,
}

#[derive(QueryableByName)]
pub(super) struct AbsentRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Bool)]
    came: bool,
    #[diesel(sql_type = SqlUuid)]
    payment_id: Uuid,
    #[diesel(sql_type = Text)]
    currency: String,
    #[diesel(sql_type = BigInt)]
    amount_minor: i64,
    #[diesel(sql_type = Nullable<Text>)]
    receipt: Option<String>,
    #[diesel(sql_type = Timestamptz)]
    at: OffsetDateTime,
}

#[derive(QueryableByName)]
pub(super) struct CountRow {
    #[diesel(sql_type = BigInt)]
    pub(super) count: i64,
}

pub(super) fn head_of<E>(row: HeadRow) -> Result<StatementHead, TxError<E>> {
    let by = Actor::parse(&row.brought_in_by);
    Ok(StatementHead {
        id: Id::from_uuid(row.id),
        by: by.map_err(|error| TxError::impossible("mpesa_statements", row.id, error))?,
        at: row.brought_in_at,
        covers: row.covers_from.zip(row.covers_until),
        lines: row.lines,
        open: row.open,
    })
}

pub(super) fn recorded<E>(row: LineRow) -> Result<RecordedLine, TxError<E>> {
    let id = row.id;
    line_of(row).map_err(|what| TxError::impossible("mpesa_statement_lines", id, what))
}

fn line_of(row: LineRow) -> Result<RecordedLine, &'static str> {
    let currency = Currency::parse(&row.currency).map_err(|_| "unknown currency")?;
    let receipt = |text: &str| Receipt::parse(text).map_err(|_| "malformed receipt");
    let state = match (row.state.as_str(), row.attempt_id, row.refund_id) {
        ("open", None, None) => LineState::Open,
        ("money", Some(attempt), None) => LineState::Money(Id::from_uuid(attempt)),
        ("refund", None, Some(refund)) => LineState::Refund(Id::from_uuid(refund)),
        ("fee", None, None) => LineState::Fee(row.payment_id.map(Id::from_uuid)),
        ("other", None, None) => LineState::Other,
        ("ignored", None, None) => LineState::Ignored,
        (_, _, _) => return Err("unknown state"),
    };
    let decider = match (row.decided_by.as_deref(), row.decided_reason.as_deref()) {
        (Some(by), Some(why)) => Some(Decider {
            by: Actor::parse(by).map_err(|_| "malformed actor")?,
            why: Remark::parse(why).map_err(|_| "malformed reason")?,
        }),
        (_, _) => None,
    };
    Ok(RecordedLine {
        id: Id::from_uuid(row.id),
        statement: Id::from_uuid(row.statement_id),
        line: StatementLine {
            number: u32::try_from(row.line_no).map_err(|_| "malformed line number")?,
            receipt: receipt(&row.receipt)?,
            at: row.completed_at,
            kind: LineKind::parse(&row.kind).ok_or("unknown kind")?,
            amount: Money::new(row.amount_minor, currency),
            account: row.account,
            linked: row.linked_receipt.as_deref().map(receipt).transpose()?,
        },
        state,
        payment: row.payment_id.map(Id::from_uuid),
        decider,
        decided_at: row.decided_at,
        taken_back: u8::try_from(row.taken_back).map_err(|_| "taken back too often")?,
    })
}

pub(super) fn known_of<E>(row: KnownRow) -> Result<KnownMoney, TxError<E>> {
    let impossible = |what| TxError::impossible("payment_attempts", row.id, what);
    let receipt = row.receipt.as_deref().map(Receipt::parse).transpose();
    let currency = Currency::parse(&row.currency).map_err(|_| impossible("unknown currency"))?;
    Ok(KnownMoney {
        attempt: Id::from_uuid(row.id),
        payment: Id::from_uuid(row.payment_id),
        receipt: receipt.map_err(|_| impossible("malformed receipt"))?,
        amount: Money::new(row.amount_minor, currency),
        account: AccountReference::of(Id::from_uuid(row.payment_id)),
        at: row.state_at,
    })
}

pub(super) fn refund_of<E>(row: RefundRow) -> Result<KnownRefund, TxError<E>> {
    let impossible = |what| TxError::impossible("payment_refunds", row.id, what);
    let receipt = row.receipt.as_deref().map(Receipt::parse).transpose();
    let currency = Currency::parse(&row.currency).map_err(|_| impossible("unknown currency"))?;
    Ok(KnownRefund {
        refund: Id::from_uuid(row.id),
        payment: Id::from_uuid(row.payment_id),
        receipt: receipt.map_err(|_| impossible("malformed receipt"))?,
        original: Receipt::parse(&row.original_receipt).map_err(|_| impossible("malformed receipt"))?,
        amount: Money::new(row.amount_minor, currency),
    })
}

pub(super) fn absent_of<E>(row: AbsentRow) -> Result<Absent, TxError<E>> {
    let impossible = |what| TxError::impossible("payment_attempts", row.id, what);
    let receipt = row.receipt.as_deref().map(Receipt::parse).transpose();
    let currency = Currency::parse(&row.currency).map_err(|_| impossible("unknown currency"))?;
    Ok(Absent {
        id: Id::from_uuid(row.id),
        what: if row.came {
            AbsentMoney::Came(Id::from_uuid(row.id))
        } else {
            AbsentMoney::WentBack(Id::from_uuid(row.id))
        },
        payment: Id::from_uuid(row.payment_id),
        amount: Money::new(row.amount_minor, currency),
        receipt: receipt.map_err(|_| impossible("malformed receipt"))?,
        at: row.at,
    })
}
