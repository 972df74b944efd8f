//! The books, for reading. Balances are derived from the entries each time.

use std::collections::BTreeMap;

use async_trait::async_trait;
use diesel::sql_types::{BigInt, Text, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl};
use ratiba_kernel::{Currency, Money, Outage, TenantId};
use ratiba_payments::CustomerId;
use ratiba_payments::ledger::Account;
use ratiba_payments::ports::Ledger;

use super::PgPayments;
use crate::database::{TenantTx, TxError};
use crate::kept::sql_query;

#[derive(QueryableByName)]
struct BalanceRow {
    #[diesel(sql_type = Text)]
    account: String,
    #[diesel(sql_type = BigInt)]
    balance: i64,
}

#[derive(QueryableByName)]
struct CreditRow {
    #[diesel(sql_type = BigInt)]
    credit: i64,
}

#[async_trait]
impl Ledger for PgPayments {
    async fn balances(
        &self,
        tenant: TenantId,
        currency: Currency,
    ) -> Result<BTreeMap<Account, Money>, Outage> {
        self.database
            .tenant(tenant, move |tx| {
                let own = tx.tenant_uuid();
                let rows: Vec<BalanceRow> = sql_query(
                    "SELECT account, sum(amount_minor)::bigint AS balance FROM ledger_entries
                     WHERE tenant_id = $1 AND currency = $2 GROUP BY account",
                )
                .bind::<SqlUuid, _>(own)
                .bind::<Text, _>(currency.code())
                .load(tx.conn())?;
                let balances = rows.into_iter().map(|row| {
                    let unknown = || TxError::impossible("ledger_entries", own, "unknown account");
                    let account = Account::parse(&row.account).ok_or_else(unknown)?;
                    Ok((account, Money::new(row.balance, currency)))
                });
                balances.collect::<Result<_, TxError<Outage>>>()
            })
            .await
    }

    async fn credit(
        &self,
        tenant: TenantId,
        customer: CustomerId,
        currency: Currency,
    ) -> Result<Money, Outage> {
        self.database
            .tenant(tenant, move |tx| credit(tx, customer, currency))
            .await
    }
}

/// What a customer may spend.
pub(super) fn credit<E>(
    tx: &mut TenantTx<'_>,
    customer: CustomerId,
    currency: Currency,
) -> Result<Money, TxError<E>> {
    // Credits are negative in the books, and what the customer has is positive.
    let row: CreditRow = sql_query(
        "SELECT coalesce(-sum(amount_minor), 0)::bigint AS credit FROM ledger_entries
         WHERE tenant_id = $1 AND currency = $2 AND account = 'customer_deposits'
             AND customer_id = $3 AND payment_id IS NULL",
    )
    .bind::<SqlUuid, _>(tx.tenant_uuid())
    .bind::<Text, _>(currency.code())
    .bind::<SqlUuid, _>(customer.as_uuid())
    .get_result(tx.conn())?;
    Ok(Money::new(row.credit, currency))
}
