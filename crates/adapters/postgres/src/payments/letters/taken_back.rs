//! Decisions about dead letters that were wrong.

use diesel::prelude::*;
use diesel::sql_types::{Binary, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use ratiba_kernel::{Id, Outage};
use ratiba_payments::actor::Actor;
use ratiba_payments::dead_letter::{Handled, LetterId, LetterState, TakeBack, TakenBack};
use ratiba_payments::ports::LetterReopened;
use ratiba_payments::reference::Receipt;
use ratiba_payments::remark::Remark;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::database::{TenantTx, TxError};
use crate::kept::sql_query;

/// The most that is shown of one letter.
const SHOWN_MAX: &str = "50";

#[derive(QueryableByName)]
struct OrderRow {
    #[diesel(sql_type = SqlUuid)]
    letter_id: Uuid,
    #[diesel(sql_type = Binary)]
    fingerprint: Vec<u8>,
}

#[derive(QueryableByName)]
struct TakenRow {
    #[diesel(sql_type = Nullable<Text>)]
    receipt: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    came_receipt: Option<String>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    payment_id: Option<Uuid>,
    #[diesel(sql_type = Text)]
    said_by: String,
    #[diesel(sql_type = Text)]
    said_reason: String,
    #[diesel(sql_type = Timestamptz)]
    said_at: OffsetDateTime,
    #[diesel(sql_type = Text)]
    taken_back_by: String,
    #[diesel(sql_type = Text)]
    taken_back_reason: String,
    #[diesel(sql_type = Timestamptz)]
    taken_back_at: OffsetDateTime,
}

const LOCK: &str = "SELECT id FROM payment_callbacks_unrouted WHERE tenant_id = $1 AND id = $2 FOR UPDATE";

const OF_KEY: &str = "
SELECT letter_id, fingerprint FROM dead_letters_taken_back WHERE tenant_id = $1 AND request_key = $2";

const KEEP: &str = "
INSERT INTO dead_letters_taken_back (tenant_id, id, letter_id, request_key, fingerprint, receipt, came_receipt, said_by,
    said_reason, said_at, taken_back_by, taken_back_reason, taken_back_at, payment_id)
SELECT $1, $3, u.id, $4, $5, u.receipt, u.came_receipt, u.handled_by, u.handled_reason, u.handled_at, $6, $7, $8, u.payment_id
FROM payment_callbacks_unrouted u WHERE u.tenant_id = $1 AND u.id = $2 AND u.state = $9
ON CONFLICT (tenant_id, request_key) DO NOTHING";

const REOPEN: &str = "
UPDATE payment_callbacks_unrouted SET state = 'new', handled_by = NULL, handled_reason = NULL, handled_at = NULL,
    receipt = NULL, came_receipt = NULL, payment_id = NULL, told_tracking = NULL, told_request = NULL, told_account = NULL, told_currency = NULL,
    told_minor = NULL, told_at = NULL, known_from = NULL
WHERE tenant_id = $1 AND id = $2 AND state = $3";

const OF_LETTER: &str = "
SELECT receipt, came_receipt, payment_id, said_by, said_reason, said_at, taken_back_by, taken_back_reason, taken_back_at
FROM dead_letters_taken_back WHERE tenant_id = $1 AND letter_id = $2 ORDER BY id LIMIT ";

/// Makes a letter new again whose money is said to have gone back, or that is said to mean nothing, and keeps what was said.
/// Of two at once the second waits for the first, and sees it.
pub(super) fn take_back(tx: &mut TenantTx<'_>, order: &TakeBack) -> Result<LetterReopened, TxError<Outage>> {
    let (tenant, letter) = (tx.tenant_uuid(), order.letter.as_uuid());
    sql_query(LOCK)
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(letter)
        .execute(tx.conn())?;
    if let Some(before) = under_key(tx, order)? {
        return Ok(before);
    }
    match reopen(tx, order, LetterState::Refunded)? {
        LetterReopened::NothingSaid => reopen(tx, order, LetterState::Dismissed),
        done @ (LetterReopened::Now | LetterReopened::Before | LetterReopened::KeyReused) => Ok(done),
    }
}

/// Makes a letter in that state new again, and keeps what was said.
pub(super) fn reopen<E>(
    tx: &mut TenantTx<'_>,
    order: &TakeBack,
    state: LetterState,
) -> Result<LetterReopened, TxError<E>> {
    let (tenant, letter) = (tx.tenant_uuid(), order.letter.as_uuid());
    let id = tx.new_id();
    let kept = sql_query(KEEP)
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(letter)
        .bind::<SqlUuid, _>(id)
        .bind::<Text, _>(order.key.as_str())
        .bind::<Binary, _>(&order.ordered.as_bytes()[..])
        .bind::<Text, _>(order.by.by.as_str())
        .bind::<Text, _>(order.by.why.as_str())
        .bind::<Timestamptz, _>(order.by.at)
        .bind::<Text, _>(state.as_str())
        .execute(tx.conn())?;
    if kept == 0 {
        // Nobody said so, or the key was used for another letter in this moment.
        return Ok(under_key(tx, order)?.unwrap_or(LetterReopened::NothingSaid));
    }
    sql_query(REOPEN)
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(letter)
        .bind::<Text, _>(state.as_str())
        .execute(tx.conn())?;
    Ok(LetterReopened::Now)
}

/// What came of the order under this key before, if one was given.
pub(super) fn under_key<E>(
    tx: &mut TenantTx<'_>,
    order: &TakeBack,
) -> Result<Option<LetterReopened>, TxError<E>> {
    let before: Option<OrderRow> = sql_query(OF_KEY)
        .bind::<SqlUuid, _>(tx.tenant_uuid())
        .bind::<Text, _>(order.key.as_str())
        .get_result(tx.conn())
        .optional()?;
    Ok(before.map(|before| {
        let same =
            before.letter_id == order.letter.as_uuid() && before.fingerprint == order.ordered.as_bytes();
        if same {
            LetterReopened::Before
        } else {
            LetterReopened::KeyReused
        }
    }))
}

/// What was taken back about a letter, the oldest first.
pub(super) fn of_letter(tx: &mut TenantTx<'_>, letter: LetterId) -> Result<Vec<TakenBack>, TxError<Outage>> {
    let rows: Vec<TakenRow> = sql_query(format!("{OF_LETTER}{SHOWN_MAX}"))
        .bind::<SqlUuid, _>(tx.tenant_uuid())
        .bind::<SqlUuid, _>(letter.as_uuid())
        .load(tx.conn())?;
    let read = |row: TakenRow| {
        taken_of(row).map_err(|what| TxError::impossible("dead_letters_taken_back", letter, what))
    };
    rows.into_iter().map(read).collect()
}

fn taken_of(row: TakenRow) -> Result<TakenBack, &'static str> {
    let handled = |by: &str, why: &str, at: OffsetDateTime| {
        Ok::<_, &'static str>(Handled {
            by: Actor::parse(by).map_err(|_| "malformed name of a person")?,
            why: Remark::parse(why).map_err(|_| "malformed reason")?,
            at,
        })
    };
    let named = |number: Option<&str>| number.map(Receipt::parse).transpose();
    let came = named(row.came_receipt.as_deref());
    Ok(TakenBack {
        said: handled(&row.said_by, &row.said_reason, row.said_at)?,
        receipt: named(row.receipt.as_deref()).map_err(|_| "malformed receipt")?,
        came: came.map_err(|_| "malformed receipt of what came")?,
        payment: row.payment_id.map(Id::from_uuid),
        by: handled(&row.taken_back_by, &row.taken_back_reason, row.taken_back_at)?,
    })
}
