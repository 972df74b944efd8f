//! What became of the threads of each day.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date as SqlDate};
use ratiba_conversation::ports::{ConversationDay, ConversationReport};
use ratiba_kernel::{LocalDays, Outage, TenantId};
use time::Date;

use crate::database::TxError;
use crate::reports::{PgReports, over_days};

/// What follows from a thread is what its customer did by chat between its first and its last moment.
const OUTCOMES: &str = "
WITH days AS (SELECT * FROM unnest($2, $3, $4) AS d (day, starts_at, ends_at)),
threads AS (
    SELECT t.customer_id, t.opened_at, t.closed_at,
        EXISTS (SELECT FROM handoffs h WHERE h.tenant_id = $1 AND h.thread_id = t.id) AS handed_over
    FROM conversation_threads t WHERE t.tenant_id = $1 AND t.opened_at >= $5 AND t.opened_at < $6
    UNION ALL
    SELECT t.customer_id, t.opened_at, t.closed_at, coalesce(json_array_length(t.log -> 'handoffs'), 0) > 0
    FROM archived_threads t WHERE t.tenant_id = $1 AND t.opened_at >= $5 AND t.opened_at < $6
), told AS (
    SELECT d.day, t.closed_at IS NULL AS going_on, t.handed_over,
        EXISTS (SELECT FROM appointments a WHERE a.tenant_id = $1 AND a.customer_id = t.customer_id AND a.channel = 'chat'
            AND a.created_at >= t.opened_at AND (t.closed_at IS NULL OR a.created_at <= t.closed_at)
            AND a.state IN ('confirmed', 'checked_in', 'in_progress', 'completed', 'no_show')) AS booked,
        EXISTS (SELECT FROM consents c WHERE c.tenant_id = $1 AND c.customer_id = t.customer_id AND c.action = 'withdrawn'
            AND c.at >= t.opened_at AND (t.closed_at IS NULL OR c.at <= t.closed_at)) AS opted_out
    FROM threads t JOIN days d ON t.opened_at >= d.starts_at AND t.opened_at < d.ends_at
)
SELECT day, count(*) AS opened, count(*) FILTER (WHERE booked) AS booked,
    count(*) FILTER (WHERE handed_over) AS handed_over, count(*) FILTER (WHERE opted_out) AS opted_out,
    count(*) FILTER (WHERE NOT going_on AND NOT booked AND NOT handed_over AND NOT opted_out) AS given_up,
    count(*) FILTER (WHERE going_on) AS going_on
FROM told GROUP BY day ORDER BY day";

#[derive(QueryableByName)]
struct DayRow {
    #[diesel(sql_type = SqlDate)]
    day: Date,
    #[diesel(sql_type = BigInt)]
    opened: i64,
    #[diesel(sql_type = BigInt)]
    booked: i64,
    #[diesel(sql_type = BigInt)]
    handed_over: i64,
    #[diesel(sql_type = BigInt)]
    opted_out: i64,
    #[diesel(sql_type = BigInt)]
    given_up: i64,
    #[diesel(sql_type = BigInt)]
    going_on: i64,
}

#[async_trait]
impl ConversationReport for PgReports {
    async fn outcomes(&self, tenant: TenantId, days: LocalDays) -> Result<Vec<ConversationDay>, Outage> {
        self.database
            .snapshot(tenant, move |tx| {
                let rows = over_days(tx, OUTCOMES, &days).load::<DayRow>(tx.conn())?;
                let told = rows.into_iter().map(|row| ConversationDay {
                    day: row.day,
                    opened: row.opened,
                    booked: row.booked,
                    handed_over: row.handed_over,
                    opted_out: row.opted_out,
                    given_up: row.given_up,
                    going_on: row.going_on,
                });
                Ok::<_, TxError<Outage>>(told.collect())
            })
            .await
    }
}
