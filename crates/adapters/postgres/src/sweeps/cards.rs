//! What the nightly sweep looks for among card payments.

use diesel::QueryableByName;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, SmallInt, Timestamptz, Uuid as SqlUuid};
use ratiba_kernel::{Outage, TenantId};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::database::{Database, TxError};
use crate::kept::sql_query;
use crate::schema::{card_notices, payment_refunds};

/// One notice of each order of which notices wait that came before `before`, oldest first.
///
/// # Errors
/// [`Outage`].
pub async fn notices_left(
    database: &Database,
    tenant: TenantId,
    before: OffsetDateTime,
    most: u16,
) -> Result<Vec<Uuid>, Outage> {
    database
        .tenant(tenant, move |tx| {
            let own = tx.tenant_uuid();
            let rows = card_notices::table
                .filter(card_notices::tenant_id.eq(own))
                .filter(card_notices::outcome.is_null())
                .filter(card_notices::received_at.lt(before))
                .distinct_on((card_notices::attempt_id, card_notices::tracking))
                .order((
                    card_notices::attempt_id,
                    card_notices::tracking,
                    card_notices::received_at,
                ))
                .limit(i64::from(most))
                .select(card_notices::id)
                .load::<Uuid>(tx.conn())?;
            Ok::<_, TxError<Outage>>(rows)
        })
        .await
}

/// A paid order that is not looked at any more although its time is not over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, QueryableByName)]
pub struct Unwatched {
    /// Which attempt.
    #[diesel(sql_type = SqlUuid)]
    pub attempt: Uuid,
    /// How often it was looked at.
    #[diesel(sql_type = SmallInt)]
    pub queries: i16,
}

/// Paid orders that went out after `since` and whose next look should have been made a day ago, if they are looked at
/// daily from look number `first_daily` on.
///
/// # Errors
/// [`Outage`].
pub async fn orders_unwatched(
    database: &Database,
    tenant: TenantId,
    since: OffsetDateTime,
    now: OffsetDateTime,
    first_daily: u8,
    most: u16,
) -> Result<Vec<Unwatched>, Outage> {
    database
        .tenant(tenant, move |tx| {
            let rows = sql_query(
                "SELECT id AS attempt, queries FROM payment_attempts
                 WHERE tenant_id = $1 AND provider = 'pesapal' AND state = 'paid' AND sent_at > $2
                     AND sent_at + make_interval(days => greatest(queries - $4 + 1, 1) + 1) < $3
                 ORDER BY sent_at, id LIMIT $5",
            )
            .bind::<SqlUuid, _>(tx.tenant_uuid())
            .bind::<Timestamptz, _>(since)
            .bind::<Timestamptz, _>(now)
            .bind::<SmallInt, _>(i16::from(first_daily))
            .bind::<BigInt, _>(i64::from(most))
            .load::<Unwatched>(tx.conn())?;
            Ok::<_, TxError<Outage>>(rows)
        })
        .await
}

/// A refund by card that has no end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenCardRefund {
    /// Which.
    pub refund: Uuid,
    /// Whether the provider was asked, or may have been.
    pub was_sent: bool,
    /// How often it was looked after.
    pub asked: i16,
    /// After how many tries that did not reach the provider.
    pub tries: i16,
}

/// Refunds by card that were ordered before `before`, have no end and nobody's attention yet.
///
/// # Errors
/// [`Outage`].
pub async fn card_refunds_open(
    database: &Database,
    tenant: TenantId,
    before: OffsetDateTime,
    most: u16,
) -> Result<Vec<OpenCardRefund>, Outage> {
    database
        .tenant(tenant, move |tx| {
            let own = tx.tenant_uuid();
            let rows = payment_refunds::table
                .filter(payment_refunds::tenant_id.eq(own))
                .filter(payment_refunds::way.eq("card"))
                .filter(payment_refunds::state.eq_any(["requested", "sent", "unknown"]))
                .filter(payment_refunds::created_at.lt(before))
                .order(payment_refunds::created_at)
                .limit(i64::from(most))
                .select((
                    payment_refunds::id,
                    payment_refunds::state.ne("requested"),
                    payment_refunds::asked,
                    payment_refunds::tries,
                ))
                .load::<(Uuid, bool, i16, i16)>(tx.conn())?;
            let found = rows
                .into_iter()
                .map(|(refund, was_sent, asked, tries)| OpenCardRefund {
                    refund,
                    was_sent,
                    asked,
                    tries,
                });
            Ok::<_, TxError<Outage>>(found.collect())
        })
        .await
}
