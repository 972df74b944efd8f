//! What moved by each tender, day by day.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date as SqlDate, Text};
use ratiba_kernel::{LocalDays, Outage, TenantId};
use ratiba_payments::ports::{TenderDay, TenderReport};
use time::Date;

use crate::database::TxError;
use crate::reports::{PgReports, money, over_days};

/// As the figures of the owner's digest are read, but by day and tender. What a card's owner takes back went back on that
/// day, not again when a person gives it up; won back, it came again.
const TENDERS: &str = "
WITH days AS (SELECT * FROM unnest($2, $3, $4) AS d (day, starts_at, ends_at)),
moved AS (
    SELECT d.day, e.currency, e.account, e.amount_minor, split_part(j.cause, ':', 1) AS cause, e.payment_id,
        abs(coalesce(sum(e.amount_minor) FILTER (WHERE e.account = 'tips_payable') OVER (PARTITION BY j.id), 0)) AS tipped
    FROM ledger_journals j
    JOIN days d ON j.occurred_at >= d.starts_at AND j.occurred_at < d.ends_at
    JOIN ledger_entries e ON e.tenant_id = $1 AND e.journal_id = j.id
    WHERE j.tenant_id = $1 AND j.occurred_at >= $5 AND j.occurred_at < $6
        AND split_part(j.cause, ':', 1) IN ('received', 'spent', 'refunded', 'charged-back', 'won-back', 'paid-out')
        AND NOT EXISTS (SELECT FROM payment_refunds r WHERE r.tenant_id = $1 AND r.payment_id = j.payment_id
            AND r.way = 'chargeback' AND j.cause = 'refunded:' || r.id)
), told AS (
    SELECT day, currency, CASE account
            WHEN 'mpesa_clearing' THEN 'mpesa' WHEN 'card_clearing' THEN 'card' WHEN 'cash_drawer' THEN 'cash'
            WHEN 'customer_deposits' THEN 'credit' ELSE 'other'
        END AS tender,
        CASE
            WHEN cause = 'spent' THEN abs(amount_minor)
            -- A tip that came along with what was paid for a visit is no part of that.
            WHEN cause = 'received' AND account <> 'suspense' THEN abs(amount_minor) - tipped
            ELSE 0
        END AS taken,
        CASE WHEN cause = 'received' THEN tipped ELSE 0 END AS tips,
        CASE
            WHEN cause = 'won-back' THEN -abs(amount_minor)
            WHEN cause IN ('refunded', 'charged-back', 'paid-out') THEN abs(amount_minor)
            ELSE 0
        END AS given_back
    FROM moved
    WHERE CASE
        WHEN cause = 'spent' THEN account = 'customer_deposits' AND payment_id IS NULL AND amount_minor > 0
        WHEN account NOT IN ('mpesa_clearing', 'card_clearing', 'cash_drawer', 'suspense') THEN false
        WHEN cause = 'won-back' THEN account = 'card_clearing'
        WHEN cause = 'received' THEN true
        ELSE amount_minor < 0
    END
)
SELECT day, tender, currency, sum(taken)::bigint AS taken, sum(tips)::bigint AS tips, sum(given_back)::bigint AS given_back
FROM told WHERE taken <> 0 OR tips <> 0 OR given_back <> 0
GROUP BY day, tender, currency
ORDER BY day, array_position(ARRAY['mpesa', 'card', 'cash', 'credit', 'other'], tender), currency";

#[derive(QueryableByName)]
struct TenderRow {
    #[diesel(sql_type = SqlDate)]
    day: Date,
    #[diesel(sql_type = Text)]
    tender: String,
    #[diesel(sql_type = Text)]
    currency: String,
    #[diesel(sql_type = BigInt)]
    taken: i64,
    #[diesel(sql_type = BigInt)]
    tips: i64,
    #[diesel(sql_type = BigInt)]
    given_back: i64,
}

#[async_trait]
impl TenderReport for PgReports {
    async fn tenders(&self, tenant: TenantId, days: LocalDays) -> Result<Vec<TenderDay>, Outage> {
        self.database
            .snapshot(tenant, move |tx| {
                let rows = over_days(tx, TENDERS, &days).load::<TenderRow>(tx.conn())?;
                let told = rows.into_iter().map(|row| {
                    let amount = |minor| money("ledger_entries", &row.currency, minor);
                    Ok::<_, TxError<Outage>>(TenderDay {
                        day: row.day,
                        taken: amount(row.taken)?,
                        tips: amount(row.tips)?,
                        given_back: amount(row.given_back)?,
                        tender: row.tender,
                    })
                });
                told.collect()
            })
            .await
    }
}
