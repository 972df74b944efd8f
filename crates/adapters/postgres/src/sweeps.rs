//! What the nightly sweep looks for: things whose own job was missed. Each tenant in its own scope.

pub mod cards;
pub mod messages;

use diesel::prelude::*;
use diesel::sql_types::{Integer, Timestamptz, Uuid as SqlUuid};
use ratiba_kernel::{Outage, TenantId};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::database::{Database, TxError};
use crate::kept::sql_query;
use crate::schema::{appointments, payment_attempts, payment_refunds, payments};

diesel::allow_tables_to_appear_in_same_query!(appointments, payments);

/// Visits with holds whose deadline passed before `now`, oldest first.
///
/// # Errors
/// [`Outage`].
pub async fn visits_with_overdue_holds(
    database: &Database,
    tenant: TenantId,
    now: OffsetDateTime,
    most: u16,
) -> Result<Vec<Uuid>, Outage> {
    database
        .tenant(tenant, move |tx| {
            let tenant = tx.tenant_uuid();
            let mut found = appointments::table
                .filter(
                    appointments::tenant_id
                        .eq(tenant)
                        .and(appointments::state.eq("held")),
                )
                .filter(appointments::hold_expires_at.le(now))
                .order(appointments::hold_expires_at)
                .limit(i64::from(most))
                .select(appointments::visit_id)
                .load::<Uuid>(tx.conn())?;
            found.dedup();
            Ok::<_, TxError<Outage>>(found)
        })
        .await
}

/// An attempt that nobody settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unsettled {
    /// Which.
    pub attempt: Uuid,
    /// Whether it ever left for its provider.
    pub was_sent: bool,
    /// Whether it is an order that a customer pays by card.
    pub is_card: bool,
    /// Whether its customer has the prompt or the page.
    pub is_awaited: bool,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// How often it was asked about.
    pub queries: i16,
}

/// Attempts that were made before `before`, have no final state and nobody's attention yet. Each provider's are counted
/// apart, so that one that is not to be reached starves no other.
///
/// # Errors
/// [`Outage`].
pub async fn unsettled_attempts(
    database: &Database,
    tenant: TenantId,
    before: OffsetDateTime,
    most: u16,
) -> Result<Vec<Unsettled>, Outage> {
    database
        .tenant(tenant, move |tx| {
            let tenant = tx.tenant_uuid();
            let mut found = Vec::new();
            for is_card in [false, true] {
                let open = payment_attempts::table
                    .filter(payment_attempts::tenant_id.eq(tenant))
                    .filter(payment_attempts::state.eq_any([
                        "created",
                        "sent",
                        "awaiting_customer",
                        "unknown",
                    ]))
                    .into_boxed();
                let open = if is_card {
                    open.filter(payment_attempts::provider.eq("pesapal"))
                } else {
                    open.filter(payment_attempts::provider.ne("pesapal"))
                };
                let rows = open
                    .filter(payment_attempts::created_at.lt(before))
                    .order(payment_attempts::created_at)
                    .limit(i64::from(most))
                    .select((
                        payment_attempts::id,
                        payment_attempts::state.ne("created"),
                        payment_attempts::state.eq("awaiting_customer"),
                        payment_attempts::created_at,
                        payment_attempts::queries,
                    ))
                    .load::<(Uuid, bool, bool, OffsetDateTime, i16)>(tx.conn())?;
                found.extend(
                    rows.into_iter()
                        .map(|(attempt, was_sent, is_awaited, created_at, queries)| Unsettled {
                            attempt,
                            was_sent,
                            is_card,
                            is_awaited,
                            created_at,
                            queries,
                        }),
                );
            }
            Ok::<_, TxError<Outage>>(found)
        })
        .await
}

/// How long before the bound a payment may have been closed whose money is looked at again: longer than two nights are
/// apart.
const LOOKED_BACK: Duration = Duration::days(2);

/// Visits of which nothing keeps its time any more, while a payment that was asked for before `before` is still open, or
/// was closed lately with money in it; oldest payment first.
///
/// # Errors
/// [`Outage`].
pub async fn visits_with_payments_left_open(
    database: &Database,
    tenant: TenantId,
    before: OffsetDateTime,
    most: u16,
) -> Result<Vec<Uuid>, Outage> {
    database
        .tenant(tenant, move |tx| {
            let tenant = tx.tenant_uuid();
            let over = [
                "expired",
                "declined",
                "cancelled_by_customer",
                "cancelled_by_business",
                "no_show",
            ];
            let living = appointments::table
                .filter(appointments::tenant_id.eq(tenant))
                .filter(appointments::visit_id.eq(payments::visit_id))
                .filter(appointments::state.ne_all(over));
            let mut found = payments::table
                .filter(payments::tenant_id.eq(tenant))
                .filter(
                    payments::state.eq("open").or(payments::state
                        .eq("cancelled")
                        .and(payments::paid_minor.gt(payments::credited_minor))
                        .and(payments::state_at.gt(before - LOOKED_BACK))),
                )
                .filter(payments::purpose.ne("tip"))
                .filter(payments::created_at.lt(before))
                .filter(diesel::dsl::not(diesel::dsl::exists(living)))
                .order((payments::created_at, payments::id))
                .limit(i64::from(most))
                .select(payments::visit_id)
                .load::<Uuid>(tx.conn())?;
            found.dedup();
            Ok::<_, TxError<Outage>>(found)
        })
        .await
}

/// A refund that nobody knows the end of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnsettledRefund {
    /// Which.
    pub refund: Uuid,
    /// Whether it ever left for its provider.
    pub was_sent: bool,
    /// After how many tries that did not reach the provider.
    pub tries: i16,
}

/// Refunds that were ordered and, where they were sent, sent before `before`, have no final state and nobody's attention yet.
///
/// # Errors
/// [`Outage`].
pub async fn unsettled_refunds(
    database: &Database,
    tenant: TenantId,
    before: OffsetDateTime,
    most: u16,
) -> Result<Vec<UnsettledRefund>, Outage> {
    database
        .tenant(tenant, move |tx| {
            let tenant = tx.tenant_uuid();
            let found = payment_refunds::table
                .filter(payment_refunds::tenant_id.eq(tenant))
                .filter(payment_refunds::state.eq_any(["requested", "sent", "unknown"]))
                // Those by card have looks of their own.
                .filter(payment_refunds::way.ne("card"))
                .filter(payment_refunds::created_at.lt(before))
                // What went out only now has its questions before it.
                .filter(
                    payment_refunds::sent_at
                        .is_null()
                        .or(payment_refunds::sent_at.lt(before)),
                )
                .order(payment_refunds::created_at)
                .limit(i64::from(most))
                .select((
                    payment_refunds::id,
                    payment_refunds::state.ne("requested"),
                    payment_refunds::tries,
                ))
                .load::<(Uuid, bool, i16)>(tx.conn())?;
            let found = found
                .into_iter()
                .map(|(refund, was_sent, tries)| UnsettledRefund {
                    refund,
                    was_sent,
                    tries,
                });
            Ok::<_, TxError<Outage>>(found.collect())
        })
        .await
}

/// Lets the routes of refunds that are open, and of their payments, live at least until `until`; answers how many were
/// about to end. Safe to repeat.
///
/// # Errors
/// [`Outage`].
pub async fn keep_routes_of_open_refunds(
    database: &Database,
    tenant: TenantId,
    until: OffsetDateTime,
) -> Result<usize, Outage> {
    const OPEN: &str = "SELECT id, payment_id FROM payment_refunds
        WHERE tenant_id = $1 AND state IN ('requested', 'sent', 'unknown', 'in_review')";
    database
        .tenant(tenant, move |tx| {
            let tenant = tx.tenant_uuid();
            let mut kept = 0;
            for extend in [
                format!(
                    "UPDATE refund_routing r SET expires_at = $2 FROM ({OPEN}) o
                     WHERE r.tenant_id = $1 AND r.refund_id = o.id AND r.expires_at < $2"
                ),
                format!(
                    "UPDATE payment_routing r SET expires_at = $2 FROM ({OPEN}) o
                     WHERE r.tenant_id = $1 AND r.payment_id = o.payment_id AND r.expires_at < $2"
                ),
            ] {
                kept += sql_query(extend)
                    .bind::<SqlUuid, _>(tenant)
                    .bind::<Timestamptz, _>(until)
                    .execute(tx.conn())?;
            }
            Ok::<_, TxError<Outage>>(kept)
        })
        .await
}

#[derive(QueryableByName)]
struct Gone {
    #[diesel(sql_type = Integer)]
    gone: i32,
}

/// Forgets dead letters of no tenant, of payments and of messages, that came before `before`, at most so many of each, oldest
/// first; answers how many. Safe to repeat.
///
/// # Errors
/// [`Outage`].
pub async fn forget_letters_of_nobody(
    database: &Database,
    before: OffsetDateTime,
    most: u16,
) -> Result<i32, Outage> {
    database
        .global(move |tx| {
            let row: Gone = diesel::sql_query(
                "SELECT ratiba_forget_unrouted($1, $2) + ratiba_forget_quarantined($1, $2) AS gone",
            )
            .bind::<Timestamptz, _>(before)
            .bind::<Integer, _>(i32::from(most))
            .get_result(tx.conn())?;
            Ok::<_, TxError<Outage>>(row.gone)
        })
        .await
}
