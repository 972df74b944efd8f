//! Money that letters tell of, where the books know no number for it.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use ratiba_payments::attempt::{Attempt, AttemptId};
use ratiba_payments::dead_letter::{LetterId, LetterMatch, LetterState, Told, lacks_its_receipt};
use ratiba_payments::payment::{Payment, PaymentRecord};
use ratiba_payments::ports::RecordError;
use ratiba_payments::reference::ProviderIds;

use super::super::rows;
use super::{BOOKING, SAYING, hold_receipts, provider_of};
use crate::database::{TenantTx, TxError};
use crate::kept::sql_query;
use crate::schema::{payment_attempts, payments};

const KEEP: &str = "
UPDATE payment_callbacks_unrouted SET told_tracking = $3, told_request = $4, told_account = $5, told_currency = $6,
    told_minor = $7, told_at = $8
WHERE tenant_id = $1 AND id = $2";

/// Keeps with a letter that was decided whose money it tells of.
pub(super) fn keep<E>(tx: &mut TenantTx<'_>, letter: LetterId, told: &Told) -> Result<(), TxError<E>> {
    let tenant = tx.tenant_uuid();
    let (ids, account) = match told {
        Told::OfPrompt { ids } => (Some(ids), None),
        Told::ForAccount {
            account,
            amount,
            moved_at,
        } => (None, Some((account, *amount, *moved_at))),
    };
    sql_query(KEEP)
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(letter.as_uuid())
        .bind::<Nullable<Text>, _>(ids.map(ProviderIds::tracking))
        .bind::<Nullable<Text>, _>(ids.and_then(ProviderIds::request))
        .bind::<Nullable<Text>, _>(account.map(|(account, ..)| account.as_str()))
        .bind::<Nullable<Text>, _>(account.map(|(_, amount, _)| amount.currency().code()))
        .bind::<Nullable<BigInt>, _>(account.map(|(_, amount, _)| amount.amount_minor()))
        .bind::<Nullable<Timestamptz>, _>(account.and_then(|(.., moved_at)| moved_at))
        .execute(tx.conn())?;
    Ok(())
}

#[derive(QueryableByName)]
struct StateRow {
    #[diesel(sql_type = Text)]
    state: String,
}

/// As `Told::is_of`. What went back outweighs what was matched.
const DECIDED: &str = "
SELECT state FROM payment_callbacks_unrouted
WHERE tenant_id = $1 AND provider = $2 AND state IN ('matched', 'refunded') AND payment_id IS DISTINCT FROM $3
    AND ((told_tracking = $4 AND (told_request IS NULL OR $5::text IS NULL OR told_request = $5))
        OR (told_account = $6 AND told_currency = $7 AND told_minor = $8
            AND (told_at IS NULL OR $9::timestamptz IS NULL OR told_at BETWEEN $9 AND $10)))
ORDER BY state DESC LIMIT 1";

/// What a person decided about a letter that tells of this attempt's money, if that was not booked for its payment.
pub(super) fn decided_elsewhere<E>(
    tx: &mut TenantTx<'_>,
    payment: &Payment,
    attempt: &Attempt,
) -> Result<Option<LetterState>, TxError<E>> {
    let tenant = tx.tenant_uuid();
    let (terms, out) = (attempt.terms(), attempt.was_out());
    let ids = attempt.progress().ids.as_ref();
    let account = payment.account_reference();
    let row: Option<StateRow> = sql_query(DECIDED)
        .bind::<SqlUuid, _>(tenant)
        .bind::<Text, _>(terms.provider.as_str())
        .bind::<SqlUuid, _>(payment.id().as_uuid())
        .bind::<Nullable<Text>, _>(ids.map(ProviderIds::tracking))
        .bind::<Nullable<Text>, _>(ids.and_then(ProviderIds::request))
        .bind::<Text, _>(account.as_str())
        .bind::<Text, _>(terms.amount.currency().code())
        .bind::<BigInt, _>(terms.amount.amount_minor())
        .bind::<Nullable<Timestamptz>, _>(out.as_ref().map(|out| *out.start()))
        .bind::<Nullable<Timestamptz>, _>(out.as_ref().map(|out| *out.end()))
        .get_result(tx.conn())
        .optional()?;
    let state = row.map(|row| {
        LetterState::parse(&row.state)
            .ok_or_else(|| TxError::impossible("payment_callbacks_unrouted", payment.id(), "unknown state"))
    });
    state.transpose()
}

#[derive(QueryableByName)]
struct Yes {
    #[diesel(sql_type = Bool)]
    yes: bool,
}

const WAS_PAID: &str = "
SELECT EXISTS (SELECT FROM payment_attempts WHERE tenant_id = $1 AND id = $2 AND state = 'paid') AS yes";

/// Refuses that an attempt becomes paid without a number for its money, where a person decided otherwise about the same
/// money. One that is paid already stays writable.
pub(super) fn refuse_decided(
    tx: &mut TenantTx<'_>,
    payment: &Payment,
    attempt: &Attempt,
) -> Result<(), TxError<RecordError>> {
    if !lacks_its_receipt(attempt) {
        return Ok(());
    }
    let tenant = tx.tenant_uuid();
    hold_receipts(tx, BOOKING)?;
    let was_paid: Yes = sql_query(WAS_PAID)
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(attempt.id().as_uuid())
        .get_result(tx.conn())?;
    if !was_paid.yes && decided_elsewhere(tx, payment, attempt)?.is_some() {
        return Err(TxError::Refused(RecordError::ReceiptTaken));
    }
    Ok(())
}

/// Refuses that a letter is matched to a payment while an attempt at another one has its money without knowing its number.
/// Nobody books any meanwhile.
pub(in super::super) fn refuse_booked_beside(
    tx: &mut TenantTx<'_>,
    matched: &LetterMatch,
    payment: &Payment,
) -> Result<(), TxError<RecordError>> {
    let Some(told) = &matched.told else {
        return Ok(());
    };
    let Some(provider) = provider_of(tx, matched.letter)? else {
        return Err(TxError::Refused(RecordError::Stale));
    };
    hold_receipts(tx, SAYING)?;
    let holder = without_receipt(tx, &provider, told)?;
    if holder.is_some_and(|(record, _)| record.payment.id() != payment.id()) {
        return Err(TxError::Refused(RecordError::ReceiptTaken));
    }
    Ok(())
}

/// The payment and the attempt that have the money booked although nobody knows its number. An id and an account belong to
/// one payment each.
pub(in super::super) fn without_receipt<E>(
    tx: &mut TenantTx<'_>,
    provider: &str,
    told: &Told,
) -> Result<Option<(PaymentRecord, AttemptId)>, TxError<E>> {
    let tenant = tx.tenant_uuid();
    let mut candidates = payments::table
        .filter(payments::tenant_id.eq(tenant))
        .select(rows::PaymentRow::as_select())
        .into_boxed();
    candidates = match told {
        Told::OfPrompt { ids } => candidates.filter(
            payments::id.eq_any(
                payment_attempts::table
                    .filter(payment_attempts::tenant_id.eq(tenant))
                    .filter(payment_attempts::provider.eq(provider.to_owned()))
                    .filter(payment_attempts::provider_checkout_id.eq(ids.tracking().to_owned()))
                    .select(payment_attempts::payment_id),
            ),
        ),
        Told::ForAccount { account, .. } => {
            candidates.filter(payments::account_reference.eq(account.as_str().to_owned()))
        }
    };
    let Some(row) = candidates.first(tx.conn()).optional()? else {
        return Ok(None);
    };
    let record = rows::with_attempts(tx, row)?;
    let account = record.payment.account_reference();
    let holder = record.attempts.iter().find(|attempt| {
        attempt.terms().provider.as_str() == provider && told.is_booked_by(&account, attempt)
    });
    let holder = holder.map(Attempt::id);
    Ok(holder.map(|attempt| (record, attempt)))
}
