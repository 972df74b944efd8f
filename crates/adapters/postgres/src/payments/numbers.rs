//! One number, one prompt at a time: whatever payments it is for.

use diesel::sql_types::{Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension, QueryableByName, RunQueryDsl};
use ratiba_kernel::{Id, PhoneNumber};
use ratiba_payments::attempt::{Attempt, AttemptState, Provider};
use ratiba_payments::ports::{RecordError, Rings};
use ratiba_payments::schedule::RESEND_AFTER;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::database::{TenantTx, TxError};
use crate::kept::sql_query;

#[derive(QueryableByName)]
struct LiveRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Timestamptz)]
    since: OffsetDateTime,
}

#[derive(QueryableByName)]
struct LastRow {
    #[diesel(sql_type = Nullable<Timestamptz>)]
    sent_at: Option<OffsetDateTime>,
}

#[derive(QueryableByName)]
struct BusyRow {
    #[diesel(sql_type = Bool)]
    busy: bool,
}

/// What a number was prompted for lately.
pub(super) fn rings<E>(tx: &mut TenantTx<'_>, number: &PhoneNumber) -> Result<Rings, TxError<E>> {
    let tenant = tx.tenant_uuid();
    let live: Option<LiveRow> = sql_query(
        "SELECT id, coalesce(sent_at, created_at) AS since FROM payment_attempts
         WHERE tenant_id = $1 AND payer_phone = $2 AND provider = 'mpesa'
             AND state IN ('created', 'sent', 'awaiting_customer', 'unknown')
         LIMIT 1",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<Text, _>(number.e164())
    .get_result(tx.conn())
    .optional()?;
    let last: LastRow = sql_query(
        "SELECT max(sent_at) AS sent_at FROM payment_attempts
         WHERE tenant_id = $1 AND payer_phone = $2 AND provider = 'mpesa'",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<Text, _>(number.e164())
    .get_result(tx.conn())?;
    Ok(Rings {
        live: live.map(|row| (Id::from_uuid(row.id), row.since)),
        sent_at: last.sent_at,
    })
}

/// Refuses a new prompt on a number that has one, or had one just now. Whoever orders another at the same time waits, and
/// then finds this one.
pub(super) fn hold(tx: &mut TenantTx<'_>, attempt: &Attempt) -> Result<(), TxError<RecordError>> {
    let terms = attempt.terms();
    let (AttemptState::Created, Provider::Mpesa, Some(number)) =
        (attempt.state(), terms.provider, &terms.payer)
    else {
        return Ok(());
    };
    let number = number.e164();
    let tenant = tx.tenant_uuid();
    sql_query("SELECT pg_advisory_xact_lock(hashtextextended('ratiba number ' || $1::text || ' ' || $2, 0))")
        .bind::<SqlUuid, _>(tenant)
        .bind::<Text, _>(&number)
        .execute(tx.conn())?;
    let found: BusyRow = sql_query(
        "SELECT EXISTS (SELECT FROM payment_attempts
             WHERE tenant_id = $1 AND payer_phone = $2 AND provider = 'mpesa' AND id <> $3
                 AND state IN ('created', 'sent', 'awaiting_customer', 'unknown'))
             OR EXISTS (SELECT FROM payment_attempts
             WHERE tenant_id = $1 AND payer_phone = $2 AND provider = 'mpesa' AND id <> $3 AND sent_at > $4) AS busy",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<Text, _>(number)
    .bind::<SqlUuid, _>(terms.id.as_uuid())
    .bind::<Timestamptz, _>(terms.created_at - RESEND_AFTER)
    .get_result(tx.conn())?;
    if found.busy {
        Err(TxError::Refused(RecordError::LiveAttempt))
    } else {
        Ok(())
    }
}
