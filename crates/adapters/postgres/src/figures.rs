//! The figures of the owner's daily digest, read in one transaction.

use diesel::QueryableByName;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text, Timestamptz, Uuid as SqlUuid};
use ratiba_kernel::{Currency, Money, Outage, TenantId, TimeRange};
use time::OffsetDateTime;

use crate::database::{Database, TenantTx, TxError};
use crate::kept::sql_query;

/// What a tenant's database knows of a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayFigures {
    /// Appointments of yesterday that were agreed.
    pub bookings: i64,
    /// Of them, those nobody came to.
    pub no_shows: i64,
    /// What moved yesterday, by the books: `mpesa`, `card`, `cash`, `credit`, `refunds` and `tips`.
    pub takings: Vec<(String, Money)>,
    /// Attempts of yesterday that failed, and all whose outcome a person must find out.
    pub open_payments: i64,
    /// The tenant's own dead letters that nobody has looked at.
    pub unrouted: i64,
    /// Conversations that wait for or are driven by a person.
    pub handoffs: i64,
    /// The tenant's jobs that were given up.
    pub dead_jobs: i64,
    /// Today's appointments in order.
    pub today: Vec<TodaysLine>,
}

/// One of today's appointments.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub struct TodaysLine {
    /// When it begins.
    #[diesel(sql_type = Timestamptz)]
    pub start_at: OffsetDateTime,
    /// What.
    #[diesel(sql_type = Text)]
    pub service: String,
    /// By whom.
    #[diesel(sql_type = Text)]
    pub staff: String,
    /// For whom, as far as the name is known.
    #[diesel(sql_type = Text)]
    pub customer: String,
}

#[derive(QueryableByName)]
struct Counts {
    #[diesel(sql_type = BigInt)]
    bookings: i64,
    #[diesel(sql_type = BigInt)]
    no_shows: i64,
    #[diesel(sql_type = BigInt)]
    open_payments: i64,
    #[diesel(sql_type = BigInt)]
    unrouted: i64,
    #[diesel(sql_type = BigInt)]
    handoffs: i64,
    #[diesel(sql_type = BigInt)]
    dead_jobs: i64,
}

#[derive(QueryableByName)]
struct Taking {
    #[diesel(sql_type = Text)]
    word: String,
    #[diesel(sql_type = Text)]
    currency: String,
    #[diesel(sql_type = BigInt)]
    amount: i64,
}

const COUNTS: &str = "
SELECT
    (SELECT count(*) FROM appointments WHERE tenant_id = $1 AND start_at >= $2 AND start_at < $3
        AND state IN ('confirmed', 'checked_in', 'in_progress', 'completed', 'no_show')) AS bookings,
    (SELECT count(*) FROM appointments WHERE tenant_id = $1 AND start_at >= $2 AND start_at < $3
        AND state = 'no_show') AS no_shows,
    (SELECT count(*) FROM payment_attempts WHERE tenant_id = $1 AND (state IN ('unknown', 'in_review')
        OR state = 'failed' AND state_at >= $2 AND state_at < $3)) AS open_payments,
    (SELECT count(*) FROM payment_callbacks_unrouted WHERE tenant_id = $1 AND state = 'new') AS unrouted,
    (SELECT count(*) FROM conversation_threads WHERE tenant_id = $1 AND closed_at IS NULL
        AND driver IN ('suspended', 'human')) AS handoffs,
    (SELECT count(*) FROM jobs WHERE tenant_id = $1 AND state = 'dead') AS dead_jobs";

/// What came by each tender, as the books have it, what went back, and tips apart. What became credit is not given back,
/// and credit that is spent is no money that came. What a card's owner takes back went back on that day, not again when a
/// person gives it up; won back, it came again.
const TAKINGS: &str = "
WITH moved AS (
    SELECT e.currency, e.account, e.amount_minor, split_part(j.cause, ':', 1) AS cause, e.payment_id,
        coalesce(sum(e.amount_minor) FILTER (WHERE e.account = 'tips_payable') OVER (PARTITION BY j.id), 0) AS tipped
    FROM ledger_journals j
    JOIN ledger_entries e ON e.tenant_id = $1 AND e.journal_id = j.id
    WHERE j.tenant_id = $1 AND j.occurred_at >= $2 AND j.occurred_at < $3
        AND split_part(j.cause, ':', 1) IN ('received', 'spent', 'refunded', 'charged-back', 'won-back', 'paid-out')
        AND NOT EXISTS (SELECT FROM payment_refunds r WHERE r.tenant_id = $1 AND r.payment_id = j.payment_id
            AND r.way = 'chargeback' AND j.cause = 'refunded:' || r.id)
), told AS (
    SELECT currency, CASE
        WHEN cause = 'won-back' THEN -abs(amount_minor)
        -- A tip that came along with what was paid for a visit is no part of that.
        WHEN cause = 'received' AND account <> 'tips_payable' THEN abs(amount_minor) - abs(tipped)
        ELSE abs(amount_minor)
    END AS amount_minor, CASE
        WHEN cause = 'spent' THEN CASE WHEN account = 'customer_deposits' AND payment_id IS NULL AND amount_minor > 0
            THEN 'credit' END
        WHEN cause = 'received' AND account = 'tips_payable' THEN 'tips'
        WHEN account NOT IN ('mpesa_clearing', 'card_clearing', 'cash_drawer', 'suspense') THEN NULL
        WHEN cause = 'won-back' THEN CASE WHEN account = 'card_clearing' THEN 'refunds' END
        WHEN cause <> 'received' THEN CASE WHEN amount_minor < 0 THEN 'refunds' END
        WHEN account = 'mpesa_clearing' THEN 'mpesa'
        WHEN account = 'card_clearing' THEN 'card'
        WHEN account = 'cash_drawer' THEN 'cash'
    END AS word FROM moved
)
SELECT word, currency, sum(amount_minor)::bigint AS amount FROM told WHERE word IS NOT NULL AND amount_minor <> 0
GROUP BY word, currency
ORDER BY array_position(ARRAY['mpesa', 'card', 'cash', 'credit', 'refunds', 'tips'], word), currency";

const TODAY: &str = "
SELECT a.start_at, s.name AS service, p.name AS staff, coalesce(c.name, '') AS customer
FROM appointments a
JOIN services s ON s.tenant_id = a.tenant_id AND s.id = a.service_id
JOIN staff p ON p.tenant_id = a.tenant_id AND p.id = a.staff_id
JOIN customers c ON c.tenant_id = a.tenant_id AND c.id = a.customer_id
WHERE a.tenant_id = $1 AND a.start_at >= $2 AND a.start_at < $3
    AND a.state IN ('confirmed', 'checked_in', 'in_progress', 'completed')
ORDER BY a.start_at, a.id LIMIT 200";

/// The figures of a tenant: `yesterday` for what was, `today` for what will be.
///
/// # Errors
/// [`Outage`].
pub async fn of_day(
    database: &Database,
    tenant: TenantId,
    yesterday: TimeRange,
    today: TimeRange,
) -> Result<DayFigures, Outage> {
    database
        .tenant(tenant, move |tx| {
            let counts = counts(tx, yesterday)?;
            let takings = moved(tx, yesterday)?;
            let today = sql_query(TODAY)
                .bind::<SqlUuid, _>(tx.tenant_uuid())
                .bind::<Timestamptz, _>(today.start())
                .bind::<Timestamptz, _>(today.end())
                .load::<TodaysLine>(tx.conn())?;
            Ok(DayFigures {
                bookings: counts.bookings,
                no_shows: counts.no_shows,
                takings,
                open_payments: counts.open_payments,
                unrouted: counts.unrouted,
                handoffs: counts.handoffs,
                dead_jobs: counts.dead_jobs,
                today,
            })
        })
        .await
}

/// What moved in a stretch of time, by the books: the words of [`DayFigures::takings`].
///
/// # Errors
/// [`Outage`].
pub async fn takings(
    database: &Database,
    tenant: TenantId,
    range: TimeRange,
) -> Result<Vec<(String, Money)>, Outage> {
    database.tenant(tenant, move |tx| moved(tx, range)).await
}

fn moved(tx: &mut TenantTx<'_>, range: TimeRange) -> Result<Vec<(String, Money)>, TxError<Outage>> {
    let takings = sql_query(TAKINGS)
        .bind::<SqlUuid, _>(tx.tenant_uuid())
        .bind::<Timestamptz, _>(range.start())
        .bind::<Timestamptz, _>(range.end())
        .load::<Taking>(tx.conn())?;
    takings
        .into_iter()
        .map(|taking| {
            let currency = Currency::parse(&taking.currency)
                .map_err(|error| TxError::impossible("ledger_entries", &taking.word, error))?;
            Ok((taking.word, Money::new(taking.amount, currency)))
        })
        .collect()
}

fn counts(tx: &mut TenantTx<'_>, yesterday: TimeRange) -> Result<Counts, TxError<Outage>> {
    Ok(sql_query(COUNTS)
        .bind::<SqlUuid, _>(tx.tenant_uuid())
        .bind::<Timestamptz, _>(yesterday.start())
        .bind::<Timestamptz, _>(yesterday.end())
        .get_result::<Counts>(tx.conn())?)
}
