//! The payments domain's ports: what is owed and was tried, the inbox of callbacks, the ledger, and the one
//! access token of all processes.

mod by_hand;
mod card_watch;
mod credit;
mod documents;
mod door;
mod earnings;
mod holding;
mod inbox;
mod journals;
mod ledger;
mod letters;
mod mailbox;
mod notices;
mod numbers;
mod order_keys;
mod payouts;
mod refunds;
mod reports;
mod results;
mod rows;
mod statements;
mod suspense;
mod till;
mod tips;
mod together;
mod tokens;
mod writing;

use std::sync::Arc;

use async_trait::async_trait;
use diesel::prelude::*;
use ratiba_kernel::{Currency, Outage, PhoneNumber, TenantId};
use ratiba_payments::VisitId;
use ratiba_payments::attempt::AttemptId;
use ratiba_payments::payment::{PaymentId, PaymentRecord};
use ratiba_payments::ports::{Change, HouseCurrency, PaymentBook, RecordError, Rings};
use ratiba_payments::reference::RequestKey;

use door::Arrivals;
use together::{Callbacks, Files, Settled, Settlements};

use crate::database::{Database, TenantTx, TxError};
use crate::schema::{payment_attempts, payment_refunds, payments, tenant_settings};

diesel::allow_tables_to_appear_in_same_query!(payment_attempts, payments);
diesel::allow_tables_to_appear_in_same_query!(payment_refunds, payments);

/// The name under which this domain's events stand in the outbox.
pub const TOPIC: &str = "payments";

/// The purpose of payments that are apart from all that is paid for a visit.
const TIP: &str = "tip";

/// Plays all of payments' ports over one database. Cheap to clone.
#[derive(Clone)]
pub struct PgPayments {
    database: Database,
    arrivals: Arrivals,
    files: Files,
    callbacks: Callbacks,
    settlements: Settlements,
}

impl PgPayments {
    /// Over a database. What callbacks need at the same time through one of these is done together.
    #[must_use]
    pub fn new(database: Database) -> Self {
        Self {
            arrivals: door::arrivals(database.clone()),
            files: together::files(database.clone()),
            callbacks: together::callbacks(database.clone()),
            settlements: together::settlements(database.clone()),
            database,
        }
    }
}

#[async_trait]
impl PaymentBook for PgPayments {
    async fn of_attempt(
        &self,
        tenant: TenantId,
        attempt: AttemptId,
    ) -> Result<Option<PaymentRecord>, Outage> {
        self.files.ask(tenant, attempt).await?
    }

    async fn of_request(
        &self,
        tenant: TenantId,
        key: &RequestKey,
    ) -> Result<Option<(PaymentRecord, AttemptId)>, Outage> {
        let key = key.as_str().to_owned();
        self.database
            .tenant(tenant, move |tx| {
                let tenant = tx.tenant_uuid();
                let found = payment_attempts::table
                    .filter(payment_attempts::tenant_id.eq(tenant))
                    .filter(payment_attempts::request_key.eq(&key))
                    .select(payment_attempts::id)
                    .first::<uuid::Uuid>(tx.conn())
                    .optional()?;
                let Some(id) = found else { return Ok(None) };
                let record = one_with_attempt(tx, id)?;
                Ok(record.map(|record| (record, AttemptId::from_uuid(id))))
            })
            .await
    }

    async fn find(&self, tenant: TenantId, payment: PaymentId) -> Result<Option<PaymentRecord>, Outage> {
        let id = payment.as_uuid();
        self.database
            .tenant(tenant, move |tx| {
                let tenant = tx.tenant_uuid();
                let row = payments::table
                    .filter(payments::tenant_id.eq(tenant))
                    .filter(payments::id.eq(id))
                    .select(rows::PaymentRow::as_select())
                    .first(tx.conn())
                    .optional()?;
                row.map(|row| rows::with_attempts(tx, row)).transpose()
            })
            .await
    }

    async fn of_visit(&self, tenant: TenantId, visit: VisitId) -> Result<Vec<PaymentRecord>, Outage> {
        let visit = visit.as_uuid();
        self.database
            .tenant(tenant, move |tx| {
                let tenant = tx.tenant_uuid();
                let rows = payments::table
                    .filter(payments::tenant_id.eq(tenant))
                    .filter(payments::visit_id.eq(visit))
                    .filter(payments::purpose.ne(TIP))
                    .order((payments::created_at, payments::id))
                    .select(rows::PaymentRow::as_select())
                    .load(tx.conn())?;
                rows.into_iter().map(|row| rows::with_attempts(tx, row)).collect()
            })
            .await
    }

    async fn rings(&self, tenant: TenantId, number: &PhoneNumber) -> Result<Rings, Outage> {
        let number = number.clone();
        self.database
            .tenant(tenant, move |tx| numbers::rings(tx, &number))
            .await
    }

    async fn record(&self, tenant: TenantId, change: Change) -> Result<(), RecordError> {
        let change = Arc::new(change);
        if together::is_settling(&change)
            && let Some(Settled) = self.settlements.ask(tenant, Arc::clone(&change)).await??
        {
            return Ok(());
        }
        self.database
            .tenant(tenant, move |tx| writing::write(tx, &change))
            .await
    }

    async fn record_all(&self, tenant: TenantId, changes: Vec<Change>) -> Result<(), RecordError> {
        self.database
            .tenant(tenant, move |tx| {
                changes.iter().try_for_each(|change| writing::write(tx, change))
            })
            .await
    }
}

fn one_with_attempt(
    tx: &mut TenantTx<'_>,
    attempt: uuid::Uuid,
) -> Result<Option<PaymentRecord>, TxError<Outage>> {
    let tenant = tx.tenant_uuid();
    let own = payment_attempts::table
        .filter(payment_attempts::tenant_id.eq(tenant))
        .filter(payment_attempts::id.eq(attempt))
        .select(payment_attempts::payment_id);
    let row = payments::table
        .filter(payments::tenant_id.eq(tenant))
        .filter(payments::id.eq_any(own))
        .select(rows::PaymentRow::as_select())
        .first(tx.conn())
        .optional()?;
    row.map(|row| rows::with_attempts(tx, row)).transpose()
}

#[async_trait]
impl HouseCurrency for PgPayments {
    async fn house_currency(&self, tenant: TenantId) -> Result<Currency, Outage> {
        self.database
            .tenant(tenant, move |tx| {
                let tenant = tx.tenant_uuid();
                let code = tenant_settings::table
                    .filter(tenant_settings::tenant_id.eq(tenant))
                    .select(tenant_settings::currency)
                    .first::<String>(tx.conn())?;
                Currency::parse(&code).map_err(|error| TxError::impossible("tenant_settings", tenant, error))
            })
            .await
    }
}
