//! The dead letters of a tenant.

use async_trait::async_trait;
use diesel::prelude::*;
use ratiba_kernel::{Id, Outage, TenantId};
use ratiba_payments::actor::Actor;
use ratiba_payments::attempt::Provider;
use ratiba_payments::dead_letter::{DeadLetter, Handled, LetterId, LetterMatch, LetterState, LetterVerdict};
use ratiba_payments::ports::{DeadLetters, LetterQuery, RecordError};
use ratiba_payments::reference::Receipt;
use ratiba_payments::remark::Remark;
use time::OffsetDateTime;
use uuid::Uuid;

use super::PgPayments;
use crate::database::{TenantTx, TxError};
use crate::schema::payment_callbacks_unrouted as unrouted;

#[derive(Queryable, Selectable)]
#[diesel(table_name = unrouted, check_for_backend(diesel::pg::Pg))]
struct LetterRow {
    id: Uuid,
    provider: String,
    reason: String,
    body: Vec<u8>,
    received_at: OffsetDateTime,
    state: String,
    handled_by: Option<String>,
    handled_reason: Option<String>,
    handled_at: Option<OffsetDateTime>,
    receipt: Option<String>,
    payment_id: Option<Uuid>,
}

fn letter_of(row: LetterRow) -> Result<DeadLetter, &'static str> {
    let handled = match (row.handled_by, row.handled_reason, row.handled_at) {
        (None, None, None) => None,
        (Some(by), Some(why), Some(at)) => Some(Handled {
            by: Actor::parse(&by).map_err(|_| "malformed name of who handled it")?,
            why: Remark::parse(&why).map_err(|_| "malformed reason")?,
            at,
        }),
        (None | Some(_), None | Some(_), None | Some(_)) => return Err("half a decision"),
    };
    let receipt = row.receipt.as_deref().map(Receipt::parse).transpose();
    Ok(DeadLetter {
        id: Id::from_uuid(row.id),
        provider: Provider::parse(&row.provider).ok_or("unknown provider")?,
        reason: row.reason,
        body: row.body,
        received_at: row.received_at,
        state: LetterState::parse(&row.state).ok_or("unknown state")?,
        handled,
        receipt: receipt.map_err(|_| "malformed receipt")?,
        payment: row.payment_id.map(Id::from_uuid),
    })
}

fn read(row: LetterRow) -> Result<DeadLetter, TxError<Outage>> {
    let id = row.id;
    letter_of(row).map_err(|what| TxError::impossible("payment_callbacks_unrouted", id, what))
}

/// Marks a letter that nobody has dealt with; false if there is none. Of two at once the second waits for the first, and
/// finds it dealt with.
fn handle<E>(
    tx: &mut TenantTx<'_>,
    letter: LetterId,
    state: LetterState,
    handled: &Handled,
    receipt: Option<&Receipt>,
    payment: Option<Uuid>,
) -> Result<bool, TxError<E>> {
    let tenant = tx.tenant_uuid();
    let marked = diesel::update(unrouted::table)
        .filter(unrouted::tenant_id.eq(tenant))
        .filter(unrouted::id.eq(letter.as_uuid()))
        .filter(unrouted::state.eq(LetterState::New.as_str()))
        .set((
            unrouted::state.eq(state.as_str()),
            unrouted::handled_by.eq(handled.by.as_str()),
            unrouted::handled_reason.eq(handled.why.as_str()),
            unrouted::handled_at.eq(handled.at),
            unrouted::receipt.eq(receipt.map(Receipt::as_str)),
            unrouted::payment_id.eq(payment),
        ))
        .execute(tx.conn())?;
    Ok(marked == 1)
}

/// Marks the letter whose money is being booked for a payment.
pub(super) fn write_match(
    tx: &mut TenantTx<'_>,
    matched: &LetterMatch,
    payment: Uuid,
) -> Result<(), TxError<RecordError>> {
    let receipt = Some(&matched.receipt);
    if handle(
        tx,
        matched.letter,
        LetterState::Matched,
        &matched.handled,
        receipt,
        Some(payment),
    )? {
        Ok(())
    } else {
        Err(TxError::Refused(RecordError::Stale))
    }
}

#[async_trait]
impl DeadLetters for PgPayments {
    async fn list(&self, tenant: TenantId, query: LetterQuery) -> Result<Vec<DeadLetter>, Outage> {
        self.database
            .tenant(tenant, move |tx| {
                let tenant = tx.tenant_uuid();
                let mut wanted = unrouted::table
                    .filter(unrouted::tenant_id.eq(tenant))
                    .order(unrouted::id.desc())
                    .limit(i64::from(query.most))
                    .select(LetterRow::as_select())
                    .into_boxed();
                if let Some(state) = query.state {
                    wanted = wanted.filter(unrouted::state.eq(state.as_str()));
                }
                if let Some(provider) = query.provider {
                    wanted = wanted.filter(unrouted::provider.eq(provider.as_str()));
                }
                if let Some(reason) = &query.reason {
                    wanted = wanted.filter(unrouted::reason.eq(reason.clone()));
                }
                if let Some(before) = query.before {
                    wanted = wanted.filter(unrouted::id.lt(before.as_uuid()));
                }
                let rows = wanted.load(tx.conn())?;
                rows.into_iter().map(read).collect()
            })
            .await
    }

    async fn find(&self, tenant: TenantId, letter: LetterId) -> Result<Option<DeadLetter>, Outage> {
        let id = letter.as_uuid();
        self.database
            .tenant(tenant, move |tx| {
                let tenant = tx.tenant_uuid();
                let row = unrouted::table
                    .filter(unrouted::tenant_id.eq(tenant))
                    .filter(unrouted::id.eq(id))
                    .select(LetterRow::as_select())
                    .first(tx.conn())
                    .optional()?;
                row.map(read).transpose()
            })
            .await
    }

    async fn decide(
        &self,
        tenant: TenantId,
        letter: LetterId,
        verdict: LetterVerdict,
        handled: Handled,
    ) -> Result<bool, Outage> {
        self.database
            .tenant(tenant, move |tx| {
                handle(tx, letter, verdict.state(), &handled, verdict.receipt(), None)
            })
            .await
    }
}
