//! The questions that a month of work is read with, and the mark of what they answer.
//!
//! Each question is a statement of its own with one obvious plan, and what belongs together is put together here: a planner
//! that takes a month for five appointments, as one that plans for months in general does, would join them by looking through
//! all of one for each of the other.

use std::collections::BTreeMap;

use diesel::QueryableByName;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use ratiba_commission::engine::ENGINE_VERSION;
use ratiba_commission::hash::InputsMark;
use ratiba_commission::ports::EarlierWork;
use ratiba_kernel::{Outage, TimeRange};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::database::{TenantTx, TxError};
use crate::kept::sql_query;

/// What every question of the range looks at: what ended in it; where a rule earns on payment or $4 says so, also what ended
/// before it and was paid in it; and the payments for visits of these. The end is told as its index has it: of the shorter `coalesce` a server
/// cannot know that it leaks nothing, and would not look it up there. A question alone has `done` put into its place; where
/// several are asked at once, the server looks for it only once.
const GIVEN: &str = "
WITH done AS (
    SELECT id, visit_id, state, fee_minor, service_id, staff_id, start_at, end_at, actual_start_at, actual_end_at, tip_amount,
        currency, list_price_minor, discount_minor, charged_minor, tax_basis_points, product_cost_minor
    FROM appointments
    WHERE tenant_id = $1 AND state IN ('completed', 'no_show')
        AND CASE WHEN actual_end_at IS NULL THEN end_at ELSE actual_end_at END >= $2
        AND CASE WHEN actual_end_at IS NULL THEN end_at ELSE actual_end_at END < $3
    UNION ALL
    SELECT a.id, a.visit_id, a.state, a.fee_minor, a.service_id, a.staff_id, a.start_at, a.end_at, a.actual_start_at,
        a.actual_end_at, a.tip_amount, a.currency, a.list_price_minor, a.discount_minor, a.charged_minor, a.tax_basis_points,
        a.product_cost_minor
    FROM appointments a
    WHERE a.tenant_id = $1 AND a.state = 'completed'
        AND CASE WHEN a.actual_end_at IS NULL THEN a.end_at ELSE a.actual_end_at END < $2
        AND ($4 OR EXISTS (SELECT FROM commission_rules r
            WHERE r.tenant_id = $1 AND r.value #>> '{base,earn_on}' = 'payment'))
        AND a.visit_id = ANY (ARRAY(SELECT p.visit_id FROM ledger_journals j
            JOIN payments p ON p.tenant_id = $1 AND p.id = j.payment_id
            WHERE j.tenant_id = $1 AND j.occurred_at >= $2 AND j.occurred_at < $3))
), paying AS MATERIALIZED (
    SELECT id, visit_id, purpose, paid_minor, credited_minor FROM payments
    WHERE tenant_id = $1 AND visit_id = ANY (ARRAY(SELECT visit_id FROM done))
)";

const DONE: &str = "
SELECT id, visit_id, state, fee_minor, service_id, staff_id, start_at, end_at, actual_start_at, actual_end_at,
    (tip_amount * 100)::bigint AS typed_tip_minor, currency, list_price_minor, discount_minor, charged_minor, tax_basis_points,
    product_cost_minor
FROM done";

const SERVICES: &str = "SELECT id, name, category FROM services WHERE tenant_id = $1";

const TEAMS: &str = "
SELECT appointment_id, array_agg(staff_id ORDER BY position) AS staff,
    array_agg(share_basis_points ORDER BY position) AS shares
FROM appointment_staff
WHERE tenant_id = $1 AND appointment_id = ANY (ARRAY(SELECT id FROM done))
GROUP BY appointment_id";

// Money belongs to visits: what was paid, given back and taken by providers is divided among the visit's
// appointments by what each was charged, so all of those that may owe a part are listed.
const PAID: &str = "
SELECT visit_id, sum(paid_minor - credited_minor)::bigint AS paid_minor FROM paying
WHERE purpose <> 'tip'
GROUP BY visit_id";

// What went back before it was earned is not paid; what went back after that is a refund, which comes off every base.
// Credit that was paid out with the visit's transaction is none of the visit's money, also where the customer has it twice.
const BOOKED: &str = "
SELECT p.visit_id, sum(e.amount_minor) FILTER (WHERE e.account = 'fees')::bigint AS fees,
    sum(e.amount_minor) FILTER (WHERE e.account = 'refunds' AND NOT EXISTS (SELECT FROM payment_refunds r
        WHERE r.tenant_id = $1 AND r.payment_id = p.id AND r.source = 'credit' AND j.cause = 'refunded:' || r.id)
    )::bigint AS refunds,
    sum(e.amount_minor) FILTER (WHERE e.account = 'customer_deposits' AND e.payment_id = p.id
        AND split_part(j.cause, ':', 1) = 'refunded')::bigint AS unearned,
    jsonb_agg(jsonb_build_array(floor(extract(epoch FROM j.occurred_at))::bigint, -e.amount_minor)
        ORDER BY j.occurred_at, j.id, e.position)
        FILTER (WHERE e.account = 'customer_deposits' AND e.payment_id = p.id AND e.amount_minor < 0) AS came
FROM paying p
JOIN ledger_journals j ON j.tenant_id = $1 AND j.payment_id = p.id
JOIN ledger_entries e ON e.tenant_id = $1 AND e.journal_id = j.id AND e.account IN ('fees', 'refunds', 'customer_deposits')
WHERE p.purpose <> 'tip'
GROUP BY p.visit_id";

const SIBLINGS: &str = "
SELECT visit_id, array_agg(id ORDER BY id) AS ids, array_agg(charged_minor ORDER BY id) AS charged
FROM appointments
WHERE tenant_id = $1 AND visit_id = ANY (ARRAY(SELECT visit_id FROM paying WHERE purpose <> 'tip'))
    AND state NOT IN ('expired', 'declined', 'cancelled_by_customer', 'cancelled_by_business')
GROUP BY visit_id";

// Tips are paid and kept apart: what came for an appointment is its tip, with what the books gave to whom and what they have
// not shared out yet; what was typed counts where nothing came through the house. One tip may be for several parts of a
// visit: each share of it counts at the part that it is on record for, or else at the first part that whoever gets it rendered.
const TIPS: &str = "
WITH tips AS MATERIALIZED (
    SELECT t.payment_id, t.appointment_id, t.shares, p.visit_id FROM paying p
    JOIN payment_tips t ON t.tenant_id = $1 AND t.payment_id = p.id
    WHERE p.purpose = 'tip' AND p.paid_minor > 0
), places AS (
    SELECT payment_id, appointment_id, shares, '[]'::jsonb AS staff FROM tips
    UNION ALL
    SELECT tips.payment_id, place.id, tips.shares, jsonb_agg(share -> 'staff') FROM tips
    CROSS JOIN LATERAL jsonb_array_elements(tips.shares) AS share
    CROSS JOIN LATERAL (
        SELECT a.id FROM appointments a
        LEFT JOIN appointment_staff m ON m.tenant_id = $1 AND m.appointment_id = a.id
        WHERE a.tenant_id = $1 AND a.visit_id = tips.visit_id AND a.state IN ('completed', 'no_show')
            AND coalesce(m.staff_id, a.staff_id) = (share ->> 'staff')::uuid
        ORDER BY a.id <> tips.appointment_id, a.state <> 'completed', a.id LIMIT 1
    ) place
    GROUP BY tips.payment_id, place.id, tips.shares
)
SELECT places.appointment_id, jsonb_agg(jsonb_build_object('of', places.staff, 'shares', places.shares,
    'shared', coalesce(given.shared, '[]'), 'unshared', coalesce(own.unshared, 0))
    ORDER BY places.payment_id, places.staff) AS tips
FROM places
LEFT JOIN LATERAL (
    SELECT -sum(e.amount_minor)::bigint AS unshared FROM ledger_entries e
    WHERE e.tenant_id = $1 AND e.account = 'tips_payable' AND e.payment_id = places.payment_id
) own ON true
LEFT JOIN LATERAL (
    SELECT jsonb_agg(jsonb_build_object('staff', e.staff_id, 'minor', -e.amount_minor) ORDER BY j.id, e.position) AS shared
    FROM ledger_journals j
    JOIN ledger_entries e ON e.tenant_id = $1 AND e.journal_id = j.id AND e.account = 'tips_payable'
        AND e.staff_id IS NOT NULL
    WHERE j.tenant_id = $1 AND j.payment_id = places.payment_id AND j.cause LIKE 'tip-shared:%'
) given ON true
GROUP BY places.appointment_id";

/// What else figures are made from.
const RULES: &str = "
SELECT id, staff_id, service_category, rule_type, value, valid_from, valid_to FROM commission_rules WHERE tenant_id = $1";
const SWITCHES: &str = "SELECT zone, currency, commission FROM tenant_settings WHERE tenant_id = $1";
const ROSTER: &str = "SELECT id FROM staff WHERE tenant_id = $1 AND active";

/// Every question, so that none is missing from the mark; those of the range with it.
const OF_THE_RANGE: [&str; 6] = [DONE, TEAMS, PAID, BOOKED, SIBLINGS, TIPS];
const OF_THE_TENANT: [&str; 4] = [SERVICES, RULES, SWITCHES, ROSTER];

/// An appointment with all that a month of commission asks about it.
pub(super) struct Rendered {
    pub(super) appointment: DoneRow,
    pub(super) service_name: String,
    pub(super) category: String,
    pub(super) team: Option<TeamRow>,
    pub(super) tips: Option<Value>,
    pub(super) money: Option<VisitMoney>,
}

/// What came for a visit.
#[derive(Clone)]
pub(super) struct VisitMoney {
    /// What was paid and has not gone back before it was earned.
    pub(super) paid_minor: i64,
    pub(super) booked: Option<BookedRow>,
    pub(super) siblings: Option<SiblingsRow>,
}

/// Everything rendered in the range, as of the moment of the transaction.
pub(super) fn read(
    tx: &mut TenantTx<'_>,
    range: TimeRange,
    earlier: EarlierWork,
    mut each: impl FnMut(Rendered) -> Result<(), TxError<Outage>>,
) -> Result<(), TxError<Outage>> {
    let services: BTreeMap<Uuid, (String, String)> = sql_query(SERVICES)
        .bind::<SqlUuid, _>(tx.tenant_uuid())
        .load::<ServiceRow>(tx.conn())?
        .into_iter()
        .map(|row| (row.id, (row.name, row.category)))
        .collect();
    let mut teams = by(of_range::<TeamRow>(tx, TEAMS, range, earlier)?, |row| {
        row.appointment_id
    });
    let mut tips = by(of_range::<TipsRow>(tx, TIPS, range, earlier)?, |row| {
        row.appointment_id
    });
    let paid = of_range::<PaidRow>(tx, PAID, range, earlier)?;
    let money: BTreeMap<Uuid, VisitMoney> = if paid.is_empty() {
        BTreeMap::new()
    } else {
        let mut booked = by(of_range::<BookedRow>(tx, BOOKED, range, earlier)?, |row| {
            row.visit_id
        });
        let mut siblings = by(of_range::<SiblingsRow>(tx, SIBLINGS, range, earlier)?, |row| {
            row.visit_id
        });
        let of_visit = |row: PaidRow| {
            let booked = booked.remove(&row.visit_id);
            let unearned = booked.as_ref().and_then(|booked| booked.unearned).unwrap_or(0);
            let money = VisitMoney {
                paid_minor: row.paid_minor.saturating_sub(unearned).max(0),
                booked,
                siblings: siblings.remove(&row.visit_id),
            };
            (row.visit_id, money)
        };
        paid.into_iter().map(of_visit).collect()
    };
    for appointment in of_range::<DoneRow>(tx, DONE, range, earlier)? {
        let id = appointment.id;
        let (service_name, category) = services
            .get(&appointment.service_id)
            .cloned()
            .ok_or_else(|| TxError::impossible("appointments", id, "a service that is not there"))?;
        each(Rendered {
            service_name,
            category,
            team: teams.remove(&id),
            tips: tips.remove(&id).map(|row| row.tips),
            money: money.get(&appointment.visit_id).cloned(),
            appointment,
        })?;
    }
    Ok(())
}

/// The mark of everything that figures of the range are made from. The server takes the fingerprints, of the very answers
/// that [`read`] would get.
pub(super) fn mark(tx: &mut TenantTx<'_>, range: TimeRange) -> Result<InputsMark, TxError<Outage>> {
    let mut all = Sha256::new();
    all.update(ENGINE_VERSION.as_bytes());
    let mut add = |row: MarkRow| {
        all.update(row.rows.to_be_bytes());
        all.update(row.mark.to_be_bytes());
    };
    let of_tenant = sql_query(marks(&OF_THE_TENANT)).bind::<SqlUuid, _>(tx.tenant_uuid());
    of_tenant
        .load::<MarkRow>(tx.conn())?
        .into_iter()
        .for_each(&mut add);
    let of_range = given(&marks(&OF_THE_RANGE));
    asked::<MarkRow>(tx, &of_range, range, EarlierWork::AsRulesSay)?
        .into_iter()
        .for_each(&mut add);
    Ok(InputsMark::from_bytes(all.finalize().into()))
}

/// One question for several: how many rows each has, and what is the same for the same rows in any order. No row comes twice:
/// each has an id.
fn marks(questions: &[&str]) -> String {
    let mark = |(place, question): (usize, &&str)| {
        format!(
            "SELECT {place} AS place, count(*) AS rows, coalesce(bit_xor(hash_record_extended(answer, 0)), 0) AS mark
            FROM ({question}) AS answer"
        )
    };
    let each: Vec<String> = questions.iter().enumerate().map(mark).collect();
    format!(
        "SELECT rows, mark FROM ({}) AS marks ORDER BY place",
        each.join(" UNION ALL ")
    )
}

/// A question of the range with what it looks at.
fn given(question: &str) -> String {
    format!("{GIVEN} SELECT * FROM ({question}) AS answer")
}

fn of_range<R>(
    tx: &mut TenantTx<'_>,
    question: &str,
    range: TimeRange,
    earlier: EarlierWork,
) -> Result<Vec<R>, TxError<Outage>>
where
    R: QueryableByName<diesel::pg::Pg> + 'static,
{
    asked(tx, &given(question), range, earlier)
}

fn asked<R>(
    tx: &mut TenantTx<'_>,
    question: &str,
    range: TimeRange,
    earlier: EarlierWork,
) -> Result<Vec<R>, TxError<Outage>>
where
    R: QueryableByName<diesel::pg::Pg> + 'static,
{
    let rows = sql_query(question)
        .bind::<SqlUuid, _>(tx.tenant_uuid())
        .bind::<Timestamptz, _>(range.start())
        .bind::<Timestamptz, _>(range.end())
        .bind::<Bool, _>(earlier == EarlierWork::Always)
        .load::<R>(tx.conn())?;
    Ok(rows)
}

fn by<R>(rows: Vec<R>, key: impl Fn(&R) -> Uuid) -> BTreeMap<Uuid, R> {
    rows.into_iter().map(|row| (key(&row), row)).collect()
}

#[derive(QueryableByName)]
struct MarkRow {
    #[diesel(sql_type = BigInt)]
    rows: i64,
    #[diesel(sql_type = BigInt)]
    mark: i64,
}

#[derive(QueryableByName)]
struct ServiceRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    category: String,
}

#[derive(QueryableByName)]
struct PaidRow {
    #[diesel(sql_type = SqlUuid)]
    visit_id: Uuid,
    #[diesel(sql_type = BigInt)]
    paid_minor: i64,
}

#[derive(QueryableByName)]
struct TipsRow {
    #[diesel(sql_type = SqlUuid)]
    appointment_id: Uuid,
    #[diesel(sql_type = Jsonb)]
    tips: Value,
}

#[derive(QueryableByName)]
pub(super) struct TeamRow {
    #[diesel(sql_type = SqlUuid)]
    pub(super) appointment_id: Uuid,
    #[diesel(sql_type = Array<SqlUuid>)]
    pub(super) staff: Vec<Uuid>,
    #[diesel(sql_type = Array<Nullable<Integer>>)]
    pub(super) shares: Vec<Option<i32>>,
}

#[derive(Clone, QueryableByName)]
pub(super) struct BookedRow {
    #[diesel(sql_type = SqlUuid)]
    visit_id: Uuid,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub(super) fees: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub(super) refunds: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    unearned: Option<i64>,
    #[diesel(sql_type = Nullable<Jsonb>)]
    pub(super) came: Option<Value>,
}

#[derive(Clone, QueryableByName)]
pub(super) struct SiblingsRow {
    #[diesel(sql_type = SqlUuid)]
    visit_id: Uuid,
    #[diesel(sql_type = Array<SqlUuid>)]
    pub(super) ids: Vec<Uuid>,
    #[diesel(sql_type = Array<BigInt>)]
    pub(super) charged: Vec<i64>,
}

#[derive(QueryableByName)]
pub(super) struct DoneRow {
    #[diesel(sql_type = SqlUuid)]
    pub(super) id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    visit_id: Uuid,
    #[diesel(sql_type = Text)]
    pub(super) state: String,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub(super) fee_minor: Option<i64>,
    #[diesel(sql_type = SqlUuid)]
    pub(super) service_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    pub(super) staff_id: Uuid,
    #[diesel(sql_type = Timestamptz)]
    pub(super) start_at: OffsetDateTime,
    #[diesel(sql_type = Timestamptz)]
    pub(super) end_at: OffsetDateTime,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub(super) actual_start_at: Option<OffsetDateTime>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub(super) actual_end_at: Option<OffsetDateTime>,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub(super) typed_tip_minor: Option<i64>,
    #[diesel(sql_type = Text)]
    pub(super) currency: String,
    #[diesel(sql_type = BigInt)]
    pub(super) list_price_minor: i64,
    #[diesel(sql_type = BigInt)]
    pub(super) discount_minor: i64,
    #[diesel(sql_type = BigInt)]
    pub(super) charged_minor: i64,
    #[diesel(sql_type = Integer)]
    pub(super) tax_basis_points: i32,
    #[diesel(sql_type = BigInt)]
    pub(super) product_cost_minor: i64,
}
