//! What all messages of providers have in common: each is stored once, queued once and concluded once, and what was not
//! applied, or tells of more than that, is copied to the tenant's dead letters.

use diesel::QueryableByName;
use diesel::prelude::*;
use diesel::sql_types::{Text, Timestamptz, Uuid as SqlUuid};
use ratiba_kernel::{Id, Outage, TenantId};
use ratiba_payments::CallbackId;
use ratiba_payments::attempt::Provider;
use ratiba_payments::ports::{CallbackOutcome, Taken};
use ratiba_payments::task::Due;
use time::OffsetDateTime;
use uuid::Uuid;

use super::writing;
use crate::database::{TenantTx, TxError};
use crate::kept::sql_query;
use crate::outbox::enqueue;

/// A table of messages.
pub(super) struct Mailbox {
    table: &'static str,
    mark: &'static str,
    copy: &'static str,
}

macro_rules! mailbox {
    ($table:literal) => {
        Mailbox {
            table: $table,
            mark: concat!(
                "UPDATE ",
                $table,
                " SET outcome = $3, applied_at = $4 WHERE tenant_id = $1 AND id = $2 AND outcome IS NULL"
            ),
            copy: concat!(
                "INSERT INTO payment_callbacks_unrouted (id, tenant_id, provider, reason, body, received_at)
                 SELECT $3, tenant_id, $5, $4, body, received_at FROM ",
                $table,
                " WHERE tenant_id = $1 AND id = $2"
            ),
        }
    };
}

/// Callbacks about attempts.
pub(super) const CALLBACKS: Mailbox = mailbox!("payment_callbacks");
/// Messages about refunds.
pub(super) const RESULTS: Mailbox = mailbox!("refund_messages");

#[derive(QueryableByName)]
pub(super) struct IdRow {
    #[diesel(sql_type = SqlUuid)]
    pub(super) id: Uuid,
}

impl Mailbox {
    /// Queues a message that was stored under its own id. One that was there before under the id of `before` is not queued
    /// again.
    pub(super) fn queue<E>(
        &self,
        tx: &mut TenantTx<'_>,
        stored: Option<IdRow>,
        before: impl FnOnce(&mut PgConnection) -> QueryResult<IdRow>,
        due: &Due,
    ) -> Result<Taken, TxError<E>> {
        let tenant = tx.tenant();
        match stored {
            Some(stored) => {
                enqueue(tx, writing::job(due)?)?;
                let callback = Id::from_uuid(stored.id);
                Ok(Taken::Stored {
                    tenant,
                    callback,
                    attempt: None,
                })
            }
            None => {
                let callback = Id::from_uuid(before(tx.conn())?.id);
                Ok(Taken::Repeated { tenant, callback })
            }
        }
    }

    /// Marks a message as concluded and, unless it was simply applied, copies it to the dead letters. The first outcome stands.
    pub(super) fn conclude<E>(
        &self,
        tx: &mut TenantTx<'_>,
        message: CallbackId,
        outcome: CallbackOutcome,
        at: OffsetDateTime,
    ) -> Result<(), TxError<E>> {
        let (tenant, message) = (tx.tenant_uuid(), message.as_uuid());
        let marked = sql_query(self.mark)
            .bind::<SqlUuid, _>(tenant)
            .bind::<SqlUuid, _>(message)
            .bind::<Text, _>(outcome.as_str())
            .bind::<Timestamptz, _>(at)
            .execute(tx.conn())?;
        match outcome {
            CallbackOutcome::Applied => return Ok(()),
            CallbackOutcome::Unreadable | CallbackOutcome::ForeignIds | CallbackOutcome::OtherMoney => {}
        }
        if marked == 1 {
            let letter = tx.new_id();
            sql_query(self.copy)
                .bind::<SqlUuid, _>(tenant)
                .bind::<SqlUuid, _>(message)
                .bind::<SqlUuid, _>(letter)
                .bind::<Text, _>(outcome.as_str())
                // Messages of the card provider are notices, and kept elsewhere.
                .bind::<Text, _>(Provider::Mpesa.as_str())
                .execute(tx.conn())?;
        }
        Ok(())
    }

    /// What became of a message, as its row says.
    pub(super) fn outcome(
        &self,
        message: Uuid,
        word: Option<String>,
    ) -> Result<Option<CallbackOutcome>, TxError<Outage>> {
        let read = |word: String| {
            let unknown = || TxError::impossible(self.table, message, "unknown outcome");
            CallbackOutcome::parse(&word).ok_or_else(unknown)
        };
        word.map(read).transpose()
    }
}

/// Which way leads on from a secret, and until when.
pub(super) fn living<T>(route: Option<(Uuid, T, OffsetDateTime)>, at: OffsetDateTime) -> Way<T> {
    match route {
        Some((tenant, to, expires_at)) if expires_at > at => Way::Leads(TenantId::from_uuid(tenant), to),
        Some((tenant, ..)) => Way::Ended(TenantId::from_uuid(tenant)),
        None => Way::Unknown,
    }
}

/// Where a secret in a path leads.
pub(super) enum Way<T> {
    /// To something of a tenant.
    Leads(TenantId, T),
    /// It led to something of a tenant.
    Ended(TenantId),
    /// Nowhere.
    Unknown,
}
