//! Customers' credit: spent under the lock of the customer's row; and a business's rules for its customers' money.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::sql_types::{Integer, Jsonb, Uuid as SqlUuid};
use ratiba_kernel::{Currency, Fingerprint, Id, Money, Outage, TenantId};
use ratiba_payments::VisitId;
use ratiba_payments::actor::Actor;
use ratiba_payments::credit::Spend;
use ratiba_payments::payment::PaymentRecord;
use ratiba_payments::ports::{
    CreditBook, CreditFacts, DecideSpend, GivenBack, PaymentRuleBook, PaymentRules, SpendLook, SpendRefused,
};
use ratiba_payments::reference::RequestKey;
use serde_json::{Value, json};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{PgPayments, TIP, ledger, rows, writing};
use crate::database::{TenantTx, TxError};
use crate::kept::sql_query;
use crate::schema::{credit_spends, customers, payments, tenant_settings};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = credit_spends, check_for_backend(diesel::pg::Pg))]
struct SpendRow {
    tenant_id: Uuid,
    id: Uuid,
    customer_id: Uuid,
    visit_id: Uuid,
    payment_id: Uuid,
    currency: String,
    amount_minor: i64,
    request_key: String,
    fingerprint: Vec<u8>,
    spent_by: String,
    spent_at: OffsetDateTime,
}

#[async_trait]
impl CreditBook for PgPayments {
    async fn spend(
        &self,
        tenant: TenantId,
        look: SpendLook,
        decide: DecideSpend,
    ) -> Result<Option<Spend>, SpendRefused> {
        self.database
            .tenant(tenant, move |tx| {
                if !lock(tx, look.customer.as_uuid())? {
                    return Err(TxError::Refused(SpendRefused::NoCredit));
                }
                if let Some(before) = before(tx, &look)? {
                    return if before.fingerprint == look.fingerprint {
                        Ok(Some(before))
                    } else {
                        Err(TxError::Refused(SpendRefused::KeyReused))
                    };
                }
                let facts = CreditFacts {
                    credit: ledger::credit(tx, look.customer, look.currency)?,
                    payments: of_visit(tx, look.visit)?,
                };
                let Some(chosen) = decide(&facts).map_err(TxError::Refused)? else {
                    return Ok(None);
                };
                writing::write(tx, &chosen.change).map_err(|error| match error {
                    TxError::Refused(refused) => TxError::Refused(SpendRefused::NotRecorded(refused)),
                    TxError::Database(error) => TxError::Database(error),
                    TxError::Impossible(what) => TxError::Impossible(what),
                })?;
                insert(tx, &chosen.spend)?;
                Ok(Some(chosen.spend))
            })
            .await
    }

    async fn spends_of_visit(&self, tenant: TenantId, visit: VisitId) -> Result<Vec<Spend>, Outage> {
        self.database
            .tenant(tenant, move |tx| {
                let tenant = tx.tenant_uuid();
                let found = credit_spends::table
                    .filter(credit_spends::tenant_id.eq(tenant))
                    .filter(credit_spends::visit_id.eq(visit.as_uuid()))
                    .order((credit_spends::spent_at, credit_spends::id))
                    .select(SpendRow::as_select())
                    .load(tx.conn())?;
                found
                    .into_iter()
                    .map(|row| {
                        let id = row.id;
                        spend_of(row).map_err(|what| TxError::impossible("credit_spends", id, what))
                    })
                    .collect()
            })
            .await
    }
}

/// Whoever decides about the same customer's credit waits here. False if there is no such customer.
pub(super) fn lock<E>(tx: &mut TenantTx<'_>, customer: Uuid) -> Result<bool, TxError<E>> {
    let tenant = tx.tenant_uuid();
    let known = customers::table
        .filter(customers::tenant_id.eq(tenant))
        .filter(customers::id.eq(customer))
        .select(customers::id)
        .for_no_key_update()
        .first::<Uuid>(tx.conn())
        .optional()?;
    Ok(known.is_some())
}

fn before(tx: &mut TenantTx<'_>, look: &SpendLook) -> Result<Option<Spend>, TxError<SpendRefused>> {
    let tenant = tx.tenant_uuid();
    let row = credit_spends::table
        .filter(credit_spends::tenant_id.eq(tenant))
        .filter(credit_spends::request_key.eq(look.key.as_str()))
        .select(SpendRow::as_select())
        .first(tx.conn())
        .optional()?;
    row.map(|row| {
        let id = row.id;
        spend_of(row).map_err(|what| TxError::impossible("credit_spends", id, what))
    })
    .transpose()
}

fn spend_of(row: SpendRow) -> Result<Spend, &'static str> {
    let currency = Currency::parse(&row.currency).map_err(|_| "unknown currency")?;
    let fingerprint: [u8; 32] = row
        .fingerprint
        .as_slice()
        .try_into()
        .map_err(|_| "malformed fingerprint")?;
    Ok(Spend {
        id: Id::from_uuid(row.id),
        customer: Id::from_uuid(row.customer_id),
        visit: Id::from_uuid(row.visit_id),
        payment: Id::from_uuid(row.payment_id),
        amount: Money::new(row.amount_minor, currency),
        key: RequestKey::parse(&row.request_key).map_err(|_| "malformed request key")?,
        fingerprint: Fingerprint::from_bytes(fingerprint),
        by: Actor::parse(&row.spent_by).map_err(|_| "malformed actor")?,
        at: row.spent_at,
    })
}

fn of_visit(tx: &mut TenantTx<'_>, visit: VisitId) -> Result<Vec<PaymentRecord>, TxError<SpendRefused>> {
    let tenant = tx.tenant_uuid();
    let found = payments::table
        .filter(payments::tenant_id.eq(tenant))
        .filter(payments::visit_id.eq(visit.as_uuid()))
        .filter(payments::purpose.ne(TIP))
        .order((payments::created_at, payments::id))
        .select(rows::PaymentRow::as_select())
        .load(tx.conn())?;
    found
        .into_iter()
        .map(|row| rows::with_attempts(tx, row))
        .collect()
}

fn insert(tx: &mut TenantTx<'_>, spend: &Spend) -> Result<(), TxError<SpendRefused>> {
    let row = SpendRow {
        tenant_id: tx.tenant_uuid(),
        id: spend.id.as_uuid(),
        customer_id: spend.customer.as_uuid(),
        visit_id: spend.visit.as_uuid(),
        payment_id: spend.payment.as_uuid(),
        currency: spend.amount.currency().code().to_owned(),
        amount_minor: spend.amount.amount_minor(),
        request_key: spend.key.as_str().to_owned(),
        fingerprint: spend.fingerprint.as_bytes().to_vec(),
        spent_by: spend.by.as_str().to_owned(),
        spent_at: spend.at,
    };
    let written = diesel::insert_into(credit_spends::table)
        .values(&row)
        .on_conflict((credit_spends::tenant_id, credit_spends::request_key))
        .do_nothing()
        .execute(tx.conn())?;
    if written == 1 {
        Ok(())
    } else {
        // Another customer's order came under the same key meanwhile.
        Err(TxError::Refused(SpendRefused::KeyReused))
    }
}

#[async_trait]
impl PaymentRuleBook for PgPayments {
    async fn payment_rules(&self, tenant: TenantId) -> Result<(PaymentRules, i32), Outage> {
        self.database
            .tenant(tenant, move |tx| {
                let own = tx.tenant_uuid();
                let (stored, version) = tenant_settings::table
                    .filter(tenant_settings::tenant_id.eq(own))
                    .select((tenant_settings::payments, tenant_settings::payments_version))
                    .first::<(Value, i32)>(tx.conn())?;
                let rules =
                    rules_of(&stored).map_err(|what| TxError::impossible("tenant_settings", own, what))?;
                Ok((rules, version))
            })
            .await
    }

    async fn put_payment_rules(
        &self,
        tenant: TenantId,
        rules: PaymentRules,
        seen: i32,
    ) -> Result<Option<i32>, Outage> {
        self.database
            .tenant(tenant, move |tx| {
                let own = tx.tenant_uuid();
                let stored = json!({
                    "given_back": rules.given_back.as_str(),
                    "credit_first": rules.credit_first,
                    "tip_offers": rules.tip_offers,
                });
                // Others keep their own words beside these.
                let written = sql_query(
                    "UPDATE tenant_settings SET payments = payments || $2, payments_version = payments_version + 1
                     WHERE tenant_id = $1 AND payments_version = $3",
                )
                .bind::<SqlUuid, _>(own)
                .bind::<Jsonb, _>(stored)
                .bind::<Integer, _>(seen)
                .execute(tx.conn())?;
                Ok::<_, TxError<Outage>>((written == 1).then(|| seen.saturating_add(1)))
            })
            .await
    }
}

/// What is not set is as by default; what cannot be read is refused.
fn rules_of(stored: &Value) -> Result<PaymentRules, &'static str> {
    let usual = PaymentRules::default();
    let given_back = match stored.get("given_back") {
        None => usual.given_back,
        Some(word) => word
            .as_str()
            .and_then(GivenBack::parse)
            .ok_or("unknown way of giving back")?,
    };
    let credit_first = match stored.get("credit_first") {
        None => usual.credit_first,
        Some(answer) => answer.as_bool().ok_or("credit_first is neither true nor false")?,
    };
    let tip_offers = match stored.get("tip_offers") {
        None => usual.tip_offers,
        Some(answer) => answer.as_bool().ok_or("tip_offers is neither true nor false")?,
    };
    Ok(PaymentRules {
        given_back,
        credit_first,
        tip_offers,
    })
}
