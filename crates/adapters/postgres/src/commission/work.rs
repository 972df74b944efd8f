//! Completed work, read from what booking and payments recorded.

use async_trait::async_trait;
use diesel::QueryableByName;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use ratiba_commission::base::tax_contained;
use ratiba_commission::ports::{CompletedWork, PutSharesError, SharesChange, Teams};
use ratiba_commission::split::{Renderers, Shares};
use ratiba_commission::terms::Names;
use ratiba_commission::tips::Tip;
use ratiba_commission::work::{CompletedAppointment, Outcome, Payment, Sale};
use ratiba_commission::{AppointmentId, ServiceCategory, ServiceId, StaffId};
use ratiba_kernel::{BasisPoints, Currency, Money, Outage, TenantId, TimeRange};
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{PgCommission, shares, tips};
use crate::database::TxError;
use crate::kept::sql_query;
use crate::schema::{staff, tenant_settings};

#[async_trait]
impl CompletedWork for PgCommission {
    async fn in_period(
        &self,
        tenant: TenantId,
        range: TimeRange,
    ) -> Result<Vec<CompletedAppointment>, Outage> {
        self.database
            .tenant(tenant, move |tx| {
                let rows = sql_query(COMPLETED)
                    .bind::<SqlUuid, _>(tx.tenant_uuid())
                    .bind::<Timestamptz, _>(range.start())
                    .bind::<Timestamptz, _>(range.end())
                    .load::<WorkRow>(tx.conn())?;
                rows.into_iter()
                    .map(work_of)
                    .collect::<Result<Vec<_>, TxError<Outage>>>()
            })
            .await
    }

    async fn roster(&self, tenant: TenantId) -> Result<Vec<StaffId>, Outage> {
        self.database
            .tenant(tenant, |tx| {
                let rows = staff::table
                    .filter(staff::tenant_id.eq(tx.tenant_uuid()).and(staff::active))
                    .order(staff::id)
                    .select(staff::id)
                    .load::<Uuid>(tx.conn())?;
                Ok::<_, TxError<Outage>>(rows.into_iter().map(StaffId::from_uuid).collect())
            })
            .await
    }

    async fn names(&self, tenant: TenantId) -> Result<Names, Outage> {
        self.database
            .tenant(tenant, |tx| {
                let business = tenant_settings::table
                    .filter(tenant_settings::tenant_id.eq(tx.tenant_uuid()))
                    .select(tenant_settings::business_name)
                    .first::<String>(tx.conn())?;
                let rows = staff::table
                    .filter(staff::tenant_id.eq(tx.tenant_uuid()))
                    .select((staff::id, staff::name))
                    .load::<(Uuid, String)>(tx.conn())?;
                let named = rows.into_iter().map(|(id, name)| (StaffId::from_uuid(id), name));
                Ok::<_, TxError<Outage>>(Names {
                    business,
                    staff: named.collect(),
                })
            })
            .await
    }
}

// Money belongs to visits: what was paid, given back and taken by providers is divided among the visit's
// appointments by what each was charged, so all of those that may owe a part are listed. What went back before it
// was earned is not paid; what went back after that is a refund, which comes off every base. Credit that was paid out with
// the visit's transaction is none of the visit's money, also where the customer has it twice. Tips are paid and
// kept apart: what came for an appointment is its tip, with what the books gave to whom and what they have not shared out
// yet; what was typed counts where nothing came through the house. One tip may be for several parts of a visit: each share
// of it counts at the part that it is on record for, or else at the first part that whoever gets it rendered.
const COMPLETED: &str = "
WITH done AS MATERIALIZED (
    SELECT * FROM appointments
    WHERE tenant_id = $1 AND state IN ('completed', 'no_show')
        AND coalesce(actual_end_at, end_at) >= $2 AND coalesce(actual_end_at, end_at) < $3
    UNION ALL
    SELECT a.* FROM appointments a
    WHERE a.tenant_id = $1 AND a.state = 'completed' AND coalesce(a.actual_end_at, a.end_at) < $2
        AND EXISTS (SELECT FROM commission_rules r
            WHERE r.tenant_id = $1 AND r.value #>> '{base,earn_on}' = 'payment')
        AND a.visit_id IN (SELECT p.visit_id FROM ledger_journals j
            JOIN payments p ON p.tenant_id = $1 AND p.id = j.payment_id
            WHERE j.tenant_id = $1 AND j.occurred_at >= $2 AND j.occurred_at < $3)
), team AS (
    SELECT t.appointment_id, array_agg(t.staff_id ORDER BY t.position) AS staff,
        array_agg(t.share_basis_points ORDER BY t.position) AS shares
    FROM appointment_staff t JOIN done d ON d.id = t.appointment_id
    WHERE t.tenant_id = $1
    GROUP BY t.appointment_id
), paying AS (
    SELECT id, visit_id, paid_minor - credited_minor AS paid_minor FROM payments
    WHERE tenant_id = $1 AND purpose <> 'tip' AND visit_id IN (SELECT visit_id FROM done)
), paid AS (
    SELECT visit_id, sum(paid_minor)::bigint AS paid FROM paying GROUP BY visit_id
), booked AS (
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
    GROUP BY p.visit_id
), tips AS MATERIALIZED (
    SELECT t.payment_id, t.appointment_id, t.shares, p.visit_id FROM payments p
    JOIN payment_tips t ON t.tenant_id = $1 AND t.payment_id = p.id
    WHERE p.tenant_id = $1 AND p.purpose = 'tip' AND p.paid_minor > 0 AND p.visit_id IN (SELECT visit_id FROM done)
), places AS (
    SELECT payment_id, appointment_id, '[]'::jsonb AS staff FROM tips
    UNION ALL
    SELECT tips.payment_id, place.id, jsonb_agg(share -> 'staff') FROM tips
    CROSS JOIN LATERAL jsonb_array_elements(tips.shares) AS share
    CROSS JOIN LATERAL (
        SELECT a.id FROM appointments a
        LEFT JOIN appointment_staff m ON m.tenant_id = $1 AND m.appointment_id = a.id
        WHERE a.tenant_id = $1 AND a.visit_id = tips.visit_id AND a.state IN ('completed', 'no_show')
            AND coalesce(m.staff_id, a.staff_id) = (share ->> 'staff')::uuid
        ORDER BY a.id <> tips.appointment_id, a.state <> 'completed', a.id LIMIT 1
    ) place
    GROUP BY tips.payment_id, place.id
), tipped AS (
    SELECT places.appointment_id, jsonb_agg(jsonb_build_object('of', places.staff, 'shares', t.shares,
        'shared', coalesce(given.shared, '[]'), 'unshared', coalesce(own.unshared, 0))) AS tips
    FROM places
    JOIN tips t ON t.payment_id = places.payment_id
    LEFT JOIN LATERAL (
        SELECT -sum(e.amount_minor)::bigint AS unshared FROM ledger_entries e
        WHERE e.tenant_id = $1 AND e.account = 'tips_payable' AND e.payment_id = t.payment_id
    ) own ON true
    LEFT JOIN LATERAL (
        SELECT jsonb_agg(jsonb_build_object('staff', e.staff_id, 'minor', -e.amount_minor)) AS shared
        FROM ledger_journals j
        JOIN ledger_entries e ON e.tenant_id = $1 AND e.journal_id = j.id AND e.account = 'tips_payable'
            AND e.staff_id IS NOT NULL
        WHERE j.tenant_id = $1 AND j.payment_id = t.payment_id AND j.cause LIKE 'tip-shared:%'
    ) given ON true
    GROUP BY places.appointment_id
), siblings AS (
    SELECT a.visit_id, array_agg(a.id ORDER BY a.id) AS ids, array_agg(a.charged_minor ORDER BY a.id) AS charged
    FROM appointments a JOIN paid p ON p.visit_id = a.visit_id
    WHERE a.tenant_id = $1
        AND a.state NOT IN ('expired', 'declined', 'cancelled_by_customer', 'cancelled_by_business')
    GROUP BY a.visit_id
)
SELECT d.id, d.state, d.fee_minor, d.service_id, s.name AS service_name, s.category, d.staff_id, team.staff, team.shares,
    d.start_at, d.end_at, d.actual_start_at, d.actual_end_at,
    (d.tip_amount * 100)::bigint AS typed_tip_minor, tipped.tips,
    d.currency, d.list_price_minor, d.discount_minor, d.charged_minor, d.tax_basis_points, d.product_cost_minor,
    greatest(coalesce(paid.paid, 0) - coalesce(booked.unearned, 0), 0) AS paid_minor, booked.fees AS fees_minor, booked.came,
    coalesce(booked.refunds, 0) AS refunds_minor, siblings.ids AS sibling_ids, siblings.charged AS sibling_charged
FROM done d
JOIN services s ON s.tenant_id = $1 AND s.id = d.service_id
LEFT JOIN team ON team.appointment_id = d.id
LEFT JOIN paid ON paid.visit_id = d.visit_id
LEFT JOIN booked ON booked.visit_id = d.visit_id
LEFT JOIN tipped ON tipped.appointment_id = d.id
LEFT JOIN siblings ON siblings.visit_id = d.visit_id";

#[async_trait]
impl Teams for PgCommission {
    async fn team(&self, tenant: TenantId, appointment: AppointmentId) -> Result<Option<Renderers>, Outage> {
        self.database
            .tenant(tenant, move |tx| {
                let row = sql_query(TEAM)
                    .bind::<SqlUuid, _>(tx.tenant_uuid())
                    .bind::<SqlUuid, _>(appointment.as_uuid())
                    .get_result::<TeamRow>(tx.conn())
                    .optional()?;
                row.as_ref().map(renderers_of::<Outage>).transpose()
            })
            .await
    }

    async fn put_shares(&self, tenant: TenantId, change: SharesChange) -> Result<i32, PutSharesError> {
        self.database
            .tenant(tenant, move |tx| shares::put(tx, &change))
            .await
    }
}

const TEAM: &str = "
SELECT a.id, a.staff_id, array_agg(t.staff_id ORDER BY t.position) FILTER (WHERE t.staff_id IS NOT NULL) AS staff,
    array_agg(t.share_basis_points ORDER BY t.position) FILTER (WHERE t.staff_id IS NOT NULL) AS shares
FROM appointments a
LEFT JOIN appointment_staff t ON t.tenant_id = $1 AND t.appointment_id = a.id
WHERE a.tenant_id = $1 AND a.id = $2
GROUP BY a.id, a.staff_id";

#[derive(QueryableByName)]
struct TeamRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    staff_id: Uuid,
    #[diesel(sql_type = Nullable<Array<SqlUuid>>)]
    staff: Option<Vec<Uuid>>,
    #[diesel(sql_type = Nullable<Array<Nullable<Integer>>>)]
    shares: Option<Vec<Option<i32>>>,
}

#[derive(QueryableByName)]
struct WorkRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Nullable<BigInt>)]
    fee_minor: Option<i64>,
    #[diesel(sql_type = SqlUuid)]
    service_id: Uuid,
    #[diesel(sql_type = Text)]
    service_name: String,
    #[diesel(sql_type = Text)]
    category: String,
    #[diesel(embed)]
    team: TeamRow,
    #[diesel(sql_type = Timestamptz)]
    start_at: OffsetDateTime,
    #[diesel(sql_type = Timestamptz)]
    end_at: OffsetDateTime,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    actual_start_at: Option<OffsetDateTime>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    actual_end_at: Option<OffsetDateTime>,
    #[diesel(sql_type = Nullable<BigInt>)]
    typed_tip_minor: Option<i64>,
    #[diesel(sql_type = Nullable<Jsonb>)]
    tips: Option<Value>,
    #[diesel(sql_type = Text)]
    currency: String,
    #[diesel(sql_type = BigInt)]
    list_price_minor: i64,
    #[diesel(sql_type = BigInt)]
    discount_minor: i64,
    #[diesel(sql_type = BigInt)]
    charged_minor: i64,
    #[diesel(sql_type = Integer)]
    tax_basis_points: i32,
    #[diesel(sql_type = BigInt)]
    product_cost_minor: i64,
    #[diesel(sql_type = BigInt)]
    paid_minor: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    fees_minor: Option<i64>,
    #[diesel(sql_type = Nullable<Jsonb>)]
    came: Option<Value>,
    #[diesel(sql_type = BigInt)]
    refunds_minor: i64,
    #[diesel(sql_type = Nullable<Array<SqlUuid>>)]
    sibling_ids: Option<Vec<Uuid>>,
    #[diesel(sql_type = Nullable<Array<BigInt>>)]
    sibling_charged: Option<Vec<i64>>,
}

fn work_of<E>(row: WorkRow) -> Result<CompletedAppointment, TxError<E>> {
    let id = row.id;
    let impossible = |what: &dyn std::fmt::Display| TxError::impossible("appointments", id, what);
    let currency = Currency::parse(&row.currency).map_err(|error| impossible(&error))?;
    let sale = sale_of(&row, currency)?;
    let payments = payments_of(&row, currency)?;
    let renderers = renderers_of(&row.team)?;
    let tip = match &row.tips {
        Some(tips) => tips::tip_of(tips, currency, &renderers)
            .map_err(|what| TxError::impossible("payment_tips", id, what))?,
        None => row
            .typed_tip_minor
            .filter(|typed| *typed != 0)
            .map(|typed| Tip::of(Money::new(typed, currency))),
    };
    let outcome = match (row.state.as_str(), row.fee_minor) {
        ("completed", None) => Outcome::Rendered,
        ("no_show", Some(fee)) => Outcome::NoShow {
            fee: Money::new(fee, currency),
        },
        (_state, _fee) => return Err(impossible(&"a fee and a state that do not fit")),
    };
    Ok(CompletedAppointment {
        id: AppointmentId::from_uuid(id),
        service: ServiceId::from_uuid(row.service_id),
        category: ServiceCategory::parse(&row.category).map_err(|error| impossible(&error))?,
        service_name: row.service_name,
        planned: TimeRange::new(row.start_at, row.end_at).map_err(|error| impossible(&error))?,
        actual_start: row.actual_start_at,
        actual_end: row.actual_end_at,
        outcome,
        sale,
        payments,
        renderers,
        tip,
    })
}

fn sale_of<E>(row: &WorkRow, currency: Currency) -> Result<Sale, TxError<E>> {
    let impossible = |what: &dyn std::fmt::Display| TxError::impossible("appointments", row.id, what);
    let money = |minor| Money::new(minor, currency);
    let charged = money(row.charged_minor);
    let rate = u32::try_from(row.tax_basis_points).map_err(|error| impossible(&error))?;
    let own_part = |of_visit: i64| -> Result<Money, TxError<E>> {
        if of_visit == 0 {
            return Ok(money(0));
        }
        part_of_visit(row, money(of_visit)).map_err(|error| impossible(&error))
    };
    Ok(Sale {
        list_price: money(row.list_price_minor),
        discount: money(row.discount_minor),
        charged,
        paid: own_part(row.paid_minor)?,
        tax: tax_contained(charged, BasisPoints::new(rate)).map_err(|error| impossible(&error))?,
        product_cost: money(row.product_cost_minor),
        payment_fee: row.fees_minor.map(own_part).transpose()?,
        refunded: own_part(row.refunds_minor)?,
    })
}

/// When which part of the appointment was paid: its part of each sum that came for the visit.
fn payments_of<E>(row: &WorkRow, currency: Currency) -> Result<Vec<Payment>, TxError<E>> {
    let impossible = |what: &dyn std::fmt::Display| TxError::impossible("ledger_entries", row.id, what);
    let Some(came) = &row.came else {
        return Ok(Vec::new());
    };
    let came: Vec<(i64, i64)> = serde_json::from_value(came.clone()).map_err(|error| impossible(&error))?;
    // Parts of the sums so far, so that all parts together are the part of everything.
    let (mut all, mut own) = (0_i64, 0_i64);
    let mut payments = Vec::with_capacity(came.len());
    for (at, minor) in came {
        all = all.saturating_add(minor);
        let part = part_of_visit(row, Money::new(all, currency)).map_err(|error| impossible(&error))?;
        payments.push(Payment {
            at: OffsetDateTime::from_unix_timestamp(at).map_err(|error| impossible(&error))?,
            amount: Money::new(part.amount_minor().saturating_sub(own).max(0), currency),
        });
        own = part.amount_minor();
    }
    Ok(payments)
}

/// The appointment's part of an amount of its visit, by what each appointment of the visit was charged.
fn part_of_visit(row: &WorkRow, of_visit: Money) -> Result<Money, ratiba_kernel::MoneyError> {
    let (Some(ids), Some(charged)) = (&row.sibling_ids, &row.sibling_charged) else {
        return Ok(of_visit);
    };
    let place = ids.iter().position(|id| *id == row.id);
    let weights: Vec<u64> = charged
        .iter()
        .map(|charged| u64::try_from(*charged).unwrap_or(0))
        .collect();
    // Money that was received for a visit that charged nothing is nobody's.
    if weights.iter().all(|weight| *weight == 0) {
        return Ok(Money::zero(of_visit.currency()));
    }
    let parts = of_visit.split(&weights)?;
    let own = place.and_then(|place| parts.get(place).copied());
    Ok(own.unwrap_or(Money::zero(of_visit.currency())))
}

fn renderers_of<E>(row: &TeamRow) -> Result<Renderers, TxError<E>> {
    let impossible = |what: &dyn std::fmt::Display| TxError::impossible("appointment_staff", row.id, what);
    let (Some(team), Some(shares)) = (&row.staff, &row.shares) else {
        return Ok(Renderers::alone(StaffId::from_uuid(row.staff_id)));
    };
    let people: Vec<StaffId> = team.iter().copied().map(StaffId::from_uuid).collect();
    let points: Vec<BasisPoints> = shares
        .iter()
        .flatten()
        .map(|points| u32::try_from(*points).map(BasisPoints::new))
        .collect::<Result<_, _>>()
        .map_err(|error| impossible(&error))?;
    // Nobody's share on record: the same part to each. The whole on record for each of several: all of it to each.
    let shares = if points.is_empty() {
        Shares::Equal
    } else if points.len() > 1 && points.iter().all(|share| *share == BasisPoints::WHOLE) {
        Shares::FullToEach
    } else {
        Shares::Points(points)
    };
    Renderers::new(people, shares).map_err(|error| impossible(&error))
}
