//! Matches of dead letters that were wrong.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, Text, Uuid as SqlUuid};
use ratiba_kernel::{Id, Money};
use ratiba_payments::dead_letter::{DeadLetter, LetterState, Matched, TakeBack};
use ratiba_payments::ledger::{Account, Entry, Place};
use ratiba_payments::ports::{DecideUnmatch, LetterReopened, UnmatchError};
use uuid::Uuid;

use super::super::holding::hold;
use super::super::{credit, ledger, rows, writing};
use super::{LetterRow, letter_of, taken_back, unrouted};
use crate::database::{TenantTx, TxError};
use crate::kept::sql_query;
use crate::schema::payments;

/// Takes back that a letter was matched. The locks are taken as by whoever spends credit or earns: the customer, the
/// visit's payments, and then the letter.
pub(super) fn unmatch(
    tx: &mut TenantTx<'_>,
    order: &TakeBack,
    decide: &DecideUnmatch,
) -> Result<LetterReopened, TxError<UnmatchError>> {
    let payment = find(tx, order, false)?.and_then(|letter| letter.payment);
    let Some(payment) = payment.map(|payment| payment.as_uuid()) else {
        return Ok(taken_back::under_key(tx, order)?.unwrap_or(LetterReopened::NothingSaid));
    };
    let tenant = tx.tenant_uuid();
    let (customer, visit): (Uuid, Uuid) = payments::table
        .filter(payments::tenant_id.eq(tenant))
        .filter(payments::id.eq(payment))
        .select((payments::customer_id, payments::visit_id))
        .first(tx.conn())?;
    credit::lock(tx, customer)?;
    hold(tx, Id::from_uuid(visit))?;
    // A tip's payment is none of those that are held.
    payments::table
        .filter(payments::tenant_id.eq(tenant))
        .filter(payments::id.eq(payment))
        .select(payments::id)
        .for_no_key_update()
        .first::<Uuid>(tx.conn())?;
    let letter = find(tx, order, true)?;
    if let Some(before) = taken_back::under_key(tx, order)? {
        return Ok(before);
    }
    let matched = letter.filter(|letter| letter.payment.map(|it| it.as_uuid()) == Some(payment));
    let Some(letter) = matched else {
        return Ok(LetterReopened::NothingSaid);
    };
    let facts = facts(tx, letter, payment)?;
    let change = decide(&facts).map_err(TxError::Refused)?;
    writing::write(tx, &change).map_err(|error| match error {
        TxError::Refused(refused) => TxError::Refused(UnmatchError::NotRecorded(refused)),
        TxError::Database(error) => TxError::Database(error),
        TxError::Impossible(what) => TxError::Impossible(what),
    })?;
    taken_back::reopen(tx, order, LetterState::Matched)
}

/// The letter of an order, locked or not.
fn find(
    tx: &mut TenantTx<'_>,
    order: &TakeBack,
    locked: bool,
) -> Result<Option<DeadLetter>, TxError<UnmatchError>> {
    let tenant = tx.tenant_uuid();
    let letter = unrouted::table
        .filter(unrouted::tenant_id.eq(tenant))
        .filter(unrouted::id.eq(order.letter.as_uuid()))
        .select(LetterRow::as_select());
    let row = if locked {
        letter.for_update().first(tx.conn()).optional()?
    } else {
        letter.first(tx.conn()).optional()?
    };
    let read = |row: LetterRow| {
        letter_of(row).map_err(|what| TxError::impossible("payment_callbacks_unrouted", order.letter, what))
    };
    row.map(read).transpose()
}

#[derive(QueryableByName)]
struct EntryRow {
    #[diesel(sql_type = Text)]
    account: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    customer_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    payment_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    staff_id: Option<Uuid>,
    #[diesel(sql_type = BigInt)]
    amount_minor: i64,
}

const POSTED: &str = "
SELECT e.account, e.customer_id, e.payment_id, e.staff_id, sum(e.amount_minor)::bigint AS amount_minor
FROM ledger_journals j JOIN ledger_entries e ON e.tenant_id = j.tenant_id AND e.journal_id = j.id
WHERE j.tenant_id = $1 AND j.payment_id = $2 AND j.attempt_id = $3 AND e.tenant_id = $1
GROUP BY 1, 2, 3, 4 HAVING sum(e.amount_minor) <> 0";

#[derive(QueryableByName)]
struct BuiltRow {
    #[diesel(sql_type = Bool)]
    refunded: bool,
    #[diesel(sql_type = Bool)]
    earned: bool,
    #[diesel(sql_type = Bool)]
    stated: bool,
    #[diesel(sql_type = Bool)]
    asked_anew: bool,
}

const BUILT: &str = "
SELECT
    EXISTS (SELECT FROM payment_refunds r WHERE r.tenant_id = $1 AND r.payment_id = p.id
        AND r.state NOT IN ('rejected', 'cancelled')) AS refunded,
    coalesce((SELECT sum(e.amount_minor) FROM ledger_entries e WHERE e.tenant_id = $1
        AND e.customer_id = p.customer_id AND e.payment_id = p.id AND e.account = 'service_revenue'), 0) <> 0 AS earned,
    EXISTS (SELECT FROM mpesa_statement_lines l WHERE l.tenant_id = $1 AND l.attempt_id = $3)
        OR EXISTS (SELECT FROM mpesa_statement_absences b WHERE b.tenant_id = $1 AND b.attempt_id = $3) AS stated,
    EXISTS (SELECT FROM payments o WHERE o.tenant_id = $1 AND o.visit_id = p.visit_id AND o.purpose = p.purpose
        AND o.state = 'open' AND o.id <> p.id) AS asked_anew
FROM payments p WHERE p.tenant_id = $1 AND p.id = $2";

/// What was made of the money since, as it is under the locks.
fn facts(tx: &mut TenantTx<'_>, letter: DeadLetter, payment: Uuid) -> Result<Matched, TxError<UnmatchError>> {
    let tenant = tx.tenant_uuid();
    let row = payments::table
        .filter(payments::tenant_id.eq(tenant))
        .filter(payments::id.eq(payment))
        .select(rows::PaymentRow::as_select())
        .first(tx.conn())?;
    let record = rows::with_attempts(tx, row)?;
    let mut attempts = record.attempts.iter();
    let holder =
        attempts.find(|attempt| attempt.receipt().is_some() && attempt.receipt() == letter.receipt.as_ref());
    let holder = holder.map(|attempt| attempt.id().as_uuid());
    let posted: Vec<EntryRow> = sql_query(POSTED)
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(payment)
        .bind::<Nullable<SqlUuid>, _>(holder)
        .load(tx.conn())?;
    let built: BuiltRow = sql_query(BUILT)
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(payment)
        .bind::<Nullable<SqlUuid>, _>(holder)
        .get_result(tx.conn())?;
    let currency = record.payment.currency();
    let entry = |row: EntryRow| {
        let account = Account::parse(&row.account);
        let account =
            account.ok_or_else(|| TxError::impossible("ledger_entries", payment, "unknown account"))?;
        Ok(Entry {
            place: Place {
                account,
                customer: row.customer_id.map(Id::from_uuid),
                payment: row.payment_id.map(Id::from_uuid),
                staff: row.staff_id.map(Id::from_uuid),
            },
            amount: Money::new(row.amount_minor, currency),
        })
    };
    let posted = posted.into_iter().map(entry);
    Ok(Matched {
        posted: posted.collect::<Result<_, TxError<UnmatchError>>>()?,
        credit: ledger::credit(tx, record.payment.customer(), currency)?,
        refunded: built.refunded,
        earned: built.earned,
        stated: built.stated,
        asked_anew: built.asked_anew,
        letter,
        record,
    })
}
