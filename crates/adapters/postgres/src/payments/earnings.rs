//! What was earned, derived and posted under the locks of a visit's payments.

use async_trait::async_trait;
use diesel::QueryableByName;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text, Uuid as SqlUuid};
use ratiba_kernel::{Currency, Id, Money, TenantId};
use ratiba_payments::VisitId;
use ratiba_payments::earning::Holding;
use ratiba_payments::payment::Purpose;
use ratiba_payments::ports::{DecideEarnings, EarnError, EarningBook};
use uuid::Uuid;

use super::holding::hold;
use super::{PgPayments, writing};
use crate::database::TxError;
use crate::kept::sql_query;

#[derive(QueryableByName)]
struct HoldingRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    customer_id: Uuid,
    #[diesel(sql_type = Text)]
    purpose: String,
    #[diesel(sql_type = Text)]
    currency: String,
    #[diesel(sql_type = BigInt)]
    on_deposit: i64,
    #[diesel(sql_type = BigInt)]
    earned: i64,
    #[diesel(sql_type = BigInt)]
    going_back: i64,
    #[diesel(sql_type = BigInt)]
    steps: i64,
}

const HOLDINGS: &str = "
SELECT p.id, p.customer_id, p.purpose, p.currency, coalesce(b.on_deposit, 0)::bigint AS on_deposit,
    coalesce(b.earned, 0)::bigint AS earned, coalesce(b.steps, 0)::bigint AS steps,
    coalesce(r.going_back, 0)::bigint AS going_back
FROM payments p
LEFT JOIN LATERAL (
    SELECT -sum(e.amount_minor) FILTER (WHERE e.account = 'customer_deposits') AS on_deposit,
        -sum(e.amount_minor) FILTER (WHERE e.account = 'service_revenue') AS earned,
        count(*) FILTER (WHERE e.account = 'service_revenue') AS steps
    FROM ledger_entries e
    WHERE e.tenant_id = $1 AND e.customer_id = p.customer_id AND e.payment_id = p.id AND e.currency = p.currency
) b ON true
LEFT JOIN LATERAL (
    SELECT sum(amount_minor) AS going_back FROM payment_refunds
    WHERE tenant_id = $1 AND payment_id = p.id AND source = 'payment'
        AND state IN ('requested', 'sent', 'unknown', 'in_review')
) r ON true
WHERE p.tenant_id = $1 AND p.visit_id = $2 AND p.purpose <> 'tip' ORDER BY p.id";

#[async_trait]
impl EarningBook for PgPayments {
    async fn earn(&self, tenant: TenantId, visit: VisitId, decide: DecideEarnings) -> Result<(), EarnError> {
        self.database
            .tenant(tenant, move |tx| {
                hold(tx, visit)?;
                // A statement of its own: it sees what was committed while the locks were waited for.
                let rows: Vec<HoldingRow> = sql_query(HOLDINGS)
                    .bind::<SqlUuid, _>(tx.tenant_uuid())
                    .bind::<SqlUuid, _>(visit.as_uuid())
                    .load(tx.conn())?;
                let holdings = rows.into_iter().map(holding_of);
                let holdings = holdings.collect::<Result<Vec<_>, TxError<EarnError>>>()?;
                let journals = decide(&holdings).map_err(|error| TxError::Refused(error.into()))?;
                for journal in &journals {
                    writing::write_journal(tx, journal)?;
                }
                Ok(())
            })
            .await
    }
}

fn holding_of<E>(row: HoldingRow) -> Result<Holding, TxError<E>> {
    let impossible = |what| TxError::impossible("payments", row.id, what);
    let currency = Currency::parse(&row.currency).map_err(|_| impossible("unknown currency"))?;
    Ok(Holding {
        payment: Id::from_uuid(row.id),
        customer: Id::from_uuid(row.customer_id),
        purpose: Purpose::parse(&row.purpose).ok_or_else(|| impossible("unknown purpose"))?,
        on_deposit: Money::new(row.on_deposit, currency),
        earned: Money::new(row.earned, currency),
        going_back: Money::new(row.going_back, currency),
        steps: u32::try_from(row.steps).map_err(|_| impossible("too many journals"))?,
    })
}
