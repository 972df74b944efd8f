//! How full the team was, what was sold, and who did not come.

use std::collections::BTreeMap;

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Date as SqlDate, Text, Timestamptz, Uuid as SqlUuid};
use ratiba_booking::availability::{Hours, open_minutes};
use ratiba_booking::ports::BookingReports;
use ratiba_booking::reports::{Missed, Revenue, Sold, SoldDay, SoldService, SoldStaff, StaffTime};
use ratiba_kernel::{Id, LocalDays, Outage, TenantId};
use time::{Date, Duration, OffsetDateTime};
use uuid::Uuid;

use super::{catalogue, setup};
use crate::database::{TenantTx, TxError};
use crate::kept::sql_query;
use crate::reports::{PgReports, money, over_days};

/// Minutes of agreed appointments by person and day, without buffers. No claim is longer than 36 hours.
const WORKED: &str = "
WITH days AS (SELECT * FROM unnest($2, $3, $4) AS d (day, starts_at, ends_at)),
work AS (
    SELECT e.subject_id AS staff_id, a.state = 'completed' AS rendered,
        e.starts_at + make_interval(mins => CASE WHEN e.buffers_shared THEN 0 ELSE e.buffer_before_minutes END) AS starts_at,
        e.ends_at - make_interval(mins => CASE WHEN e.buffers_shared THEN 0 ELSE e.buffer_after_minutes END) AS ends_at
    FROM engagements e
    JOIN appointments a ON a.tenant_id = $1 AND a.id = e.appointment_id
        AND a.state IN ('confirmed', 'checked_in', 'in_progress', 'completed')
    WHERE e.tenant_id = $1 AND e.active AND e.subject_kind = 'staff' AND e.ends_at > $5
        AND e.ends_at < $6 + interval '36 hours' AND e.starts_at < $6
), cut AS (
    SELECT w.staff_id, d.day, w.rendered,
        extract(epoch FROM least(w.ends_at, d.ends_at) - greatest(w.starts_at, d.starts_at)) AS seconds
    FROM work w JOIN days d ON w.starts_at < d.ends_at AND w.ends_at > d.starts_at
)
SELECT staff_id, day, floor(sum(seconds) / 60)::bigint AS booked,
    coalesce(floor(sum(seconds) FILTER (WHERE rendered) / 60), 0)::bigint AS rendered
FROM cut GROUP BY staff_id, day";

/// Everybody, and whether they can be booked.
const PEOPLE: &str = "SELECT id, name, active FROM staff WHERE tenant_id = $1 ORDER BY name, id";

/// What was completed, each with its day and its part for whoever rendered it. Parts are cut where the running shares of
/// the team fall, so that they add up to the whole.
const SOLD: [&str; 3] = [
    "WITH days AS (SELECT * FROM unnest($2, $3, $4) AS d (day, starts_at, ends_at)),
    done AS (
        SELECT a.service_id, a.currency, a.charged_minor, a.discount_minor FROM appointments a
        JOIN days d ON coalesce(a.actual_end_at, a.end_at) >= d.starts_at AND coalesce(a.actual_end_at, a.end_at) < d.ends_at
        WHERE a.tenant_id = $1 AND a.state = 'completed'
            AND coalesce(a.actual_end_at, a.end_at) >= $5 AND coalesce(a.actual_end_at, a.end_at) < $6
    )
    SELECT s.id, s.name, o.currency, count(*) AS appointments, sum(o.charged_minor)::bigint AS charged,
        sum(o.discount_minor)::bigint AS discounts
    FROM done o JOIN services s ON s.tenant_id = $1 AND s.id = o.service_id
    GROUP BY s.id, s.name, o.currency ORDER BY charged DESC, s.name, s.id, o.currency",
    "WITH days AS (SELECT * FROM unnest($2, $3, $4) AS d (day, starts_at, ends_at)),
    done AS (
        SELECT a.id, a.staff_id, a.currency, a.charged_minor, a.discount_minor FROM appointments a
        JOIN days d ON coalesce(a.actual_end_at, a.end_at) >= d.starts_at AND coalesce(a.actual_end_at, a.end_at) < d.ends_at
        WHERE a.tenant_id = $1 AND a.state = 'completed'
            AND coalesce(a.actual_end_at, a.end_at) >= $5 AND coalesce(a.actual_end_at, a.end_at) < $6
    ), team AS (
        SELECT o.id, o.currency, o.charged_minor, o.discount_minor, coalesce(t.staff_id, o.staff_id) AS staff_id,
            coalesce(t.share_basis_points, 10000)::bigint AS share,
            sum(coalesce(t.share_basis_points, 10000)) OVER (PARTITION BY o.id ORDER BY t.position)::bigint AS upto,
            sum(coalesce(t.share_basis_points, 10000)) OVER (PARTITION BY o.id)::bigint AS whole
        FROM done o LEFT JOIN appointment_staff t ON t.tenant_id = $1 AND t.appointment_id = o.id
    ), parts AS (
        SELECT staff_id, currency,
            div(charged_minor::numeric * upto, whole) - div(charged_minor::numeric * (upto - share), whole) AS charged,
            div(discount_minor::numeric * upto, whole) - div(discount_minor::numeric * (upto - share), whole) AS discount
        FROM team
    )
    SELECT s.id, s.name, p.currency, count(*) AS appointments, sum(p.charged)::bigint AS charged,
        sum(p.discount)::bigint AS discounts
    FROM parts p JOIN staff s ON s.tenant_id = $1 AND s.id = p.staff_id
    GROUP BY s.id, s.name, p.currency ORDER BY charged DESC, s.name, s.id, p.currency",
    "WITH days AS (SELECT * FROM unnest($2, $3, $4) AS d (day, starts_at, ends_at))
    SELECT d.day, a.currency, count(*) AS appointments, sum(a.charged_minor)::bigint AS charged,
        sum(a.discount_minor)::bigint AS discounts
    FROM appointments a
    JOIN days d ON coalesce(a.actual_end_at, a.end_at) >= d.starts_at AND coalesce(a.actual_end_at, a.end_at) < d.ends_at
    WHERE a.tenant_id = $1 AND a.state = 'completed'
        AND coalesce(a.actual_end_at, a.end_at) >= $5 AND coalesce(a.actual_end_at, a.end_at) < $6
    GROUP BY d.day, a.currency ORDER BY d.day, a.currency",
];

/// What the business keeps of a fee is what the visit earned beyond what of it was rendered, and no more than the fees; of
/// several fees of a visit each has its part, to the last cent.
const MISSED: &str = "
WITH due AS (
    SELECT a.id, a.visit_id, a.staff_id, a.service_id, a.currency, a.state, coalesce(a.fee_minor, 0) AS fee
    FROM appointments a
    WHERE a.tenant_id = $1 AND a.start_at >= $2 AND a.start_at < $3
        AND (a.state IN ('confirmed', 'checked_in', 'in_progress', 'completed', 'no_show')
            OR a.state = 'cancelled_by_customer' AND a.fee_minor > 0)
), lost AS (
    SELECT DISTINCT visit_id FROM due WHERE fee > 0
), parts AS (
    SELECT a.id, a.visit_id, coalesce(a.fee_minor, 0) AS fee,
        sum(coalesce(a.fee_minor, 0)) OVER (PARTITION BY a.visit_id ORDER BY a.id)::numeric AS upto,
        sum(coalesce(a.fee_minor, 0)) OVER (PARTITION BY a.visit_id)::numeric AS fees,
        coalesce(sum(a.charged_minor) FILTER (WHERE a.state = 'completed') OVER (PARTITION BY a.visit_id), 0) AS rendered
    FROM lost l JOIN appointments a ON a.tenant_id = $1 AND a.visit_id = l.visit_id
), earned AS (
    SELECT l.visit_id, -sum(e.amount_minor) AS minor
    FROM lost l
    JOIN payments p ON p.tenant_id = $1 AND p.visit_id = l.visit_id
    JOIN ledger_journals j ON j.tenant_id = $1 AND j.payment_id = p.id
    JOIN ledger_entries e ON e.tenant_id = $1 AND e.journal_id = j.id AND e.account IN ('service_revenue', 'refunds')
    GROUP BY l.visit_id
), kept AS (
    SELECT p.id, p.upto, p.fee, p.fees, least(greatest(coalesce(m.minor, 0) - p.rendered, 0), p.fees) AS visit_kept
    FROM parts p LEFT JOIN earned m ON m.visit_id = p.visit_id WHERE p.fee > 0
)
SELECT d.staff_id, s.name AS staff_name, d.service_id, v.name AS service_name, d.currency, count(*) AS due,
    count(*) FILTER (WHERE d.state = 'no_show') AS no_shows,
    count(*) FILTER (WHERE d.state = 'cancelled_by_customer') AS late_cancellations,
    sum(d.fee)::bigint AS fees,
    coalesce(sum(div(k.visit_kept * k.upto, k.fees) - div(k.visit_kept * (k.upto - k.fee), k.fees)), 0)::bigint AS fees_kept
FROM due d
JOIN staff s ON s.tenant_id = $1 AND s.id = d.staff_id
JOIN services v ON v.tenant_id = $1 AND v.id = d.service_id
LEFT JOIN kept k ON k.id = d.id
GROUP BY d.staff_id, s.name, d.service_id, v.name, d.currency
ORDER BY s.name, d.staff_id, v.name, d.service_id, d.currency";

#[derive(QueryableByName)]
struct PersonRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Bool)]
    active: bool,
}

#[derive(QueryableByName)]
struct WorkedRow {
    #[diesel(sql_type = SqlUuid)]
    staff_id: Uuid,
    #[diesel(sql_type = SqlDate)]
    day: Date,
    #[diesel(sql_type = BigInt)]
    booked: i64,
    #[diesel(sql_type = BigInt)]
    rendered: i64,
}

#[derive(QueryableByName)]
struct SoldRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(embed)]
    sold: SumRow,
}

#[derive(QueryableByName)]
struct DayRow {
    #[diesel(sql_type = SqlDate)]
    day: Date,
    #[diesel(embed)]
    sold: SumRow,
}

#[derive(QueryableByName)]
struct SumRow {
    #[diesel(sql_type = Text)]
    currency: String,
    #[diesel(sql_type = BigInt)]
    appointments: i64,
    #[diesel(sql_type = BigInt)]
    charged: i64,
    #[diesel(sql_type = BigInt)]
    discounts: i64,
}

impl SumRow {
    fn sold(&self) -> Result<Sold, TxError<Outage>> {
        let amount = |minor| money("appointments", &self.currency, minor);
        Ok(Sold {
            appointments: self.appointments,
            charged: amount(self.charged)?,
            discounts: amount(self.discounts)?,
        })
    }
}

#[derive(QueryableByName)]
struct MissedRow {
    #[diesel(sql_type = SqlUuid)]
    staff_id: Uuid,
    #[diesel(sql_type = Text)]
    staff_name: String,
    #[diesel(sql_type = SqlUuid)]
    service_id: Uuid,
    #[diesel(sql_type = Text)]
    service_name: String,
    #[diesel(sql_type = Text)]
    currency: String,
    #[diesel(sql_type = BigInt)]
    due: i64,
    #[diesel(sql_type = BigInt)]
    no_shows: i64,
    #[diesel(sql_type = BigInt)]
    late_cancellations: i64,
    #[diesel(sql_type = BigInt)]
    fees: i64,
    #[diesel(sql_type = BigInt)]
    fees_kept: i64,
}

#[async_trait]
impl BookingReports for PgReports {
    async fn utilisation(&self, tenant: TenantId, days: LocalDays) -> Result<Vec<StaffTime>, Outage> {
        self.database
            .snapshot(tenant, move |tx| utilisation(tx, &days))
            .await
    }

    async fn revenue(&self, tenant: TenantId, days: LocalDays) -> Result<Revenue, Outage> {
        self.database.snapshot(tenant, move |tx| revenue(tx, &days)).await
    }

    async fn missed(
        &self,
        tenant: TenantId,
        days: LocalDays,
        now: OffsetDateTime,
    ) -> Result<Vec<Missed>, Outage> {
        self.database
            .snapshot(tenant, move |tx| missed(tx, &days, now))
            .await
    }
}

fn utilisation(tx: &mut TenantTx<'_>, days: &LocalDays) -> Result<Vec<StaffTime>, TxError<Outage>> {
    let people = sql_query(PEOPLE)
        .bind::<SqlUuid, _>(tx.tenant_uuid())
        .load::<PersonRow>(tx.conn())?;
    let business = catalogue::business_hours::<Outage>(tx)?;
    let mut weekly = setup::weekly_hours::<Outage>(tx)?;
    let since = days.range().start();
    // A block may reach over midnight.
    let first_day = days.zone().date(since.saturating_sub(Duration::DAY));
    let mut dated = setup::overrides::<Outage>(tx, first_day)?;
    let mut leave = setup::absences::<Outage>(tx, setup::STAFF_LEAVE, since)?;
    let rows = over_days(tx, WORKED, days).load::<WorkedRow>(tx.conn())?;
    let worked: BTreeMap<(Uuid, Date), WorkedRow> = rows
        .into_iter()
        .map(|row| ((row.staff_id, row.day), row))
        .collect();
    let mut found = Vec::new();
    for person in people {
        let hours = Hours {
            weekly: weekly.remove(&person.id).unwrap_or_default(),
            dated: dated.remove(&person.id).unwrap_or_default(),
        };
        // Who left has no hours to be booked in; what they rendered stays.
        let open = if person.active {
            let away = leave.remove(&person.id).unwrap_or_default();
            open_minutes(days, &business, &hours, &away)
        } else {
            vec![0; days.days().len()]
        };
        for (day, open_minutes) in days.days().iter().zip(open) {
            let work = worked.get(&(person.id, day.date));
            let time = StaffTime {
                staff: Id::from_uuid(person.id),
                name: person.name.clone(),
                day: day.date,
                open_minutes,
                booked_minutes: work.map_or(0, |work| work.booked),
                rendered_minutes: work.map_or(0, |work| work.rendered),
            };
            if time.open_minutes > 0 || time.booked_minutes > 0 {
                found.push(time);
            }
        }
    }
    // People come by name, so that within a day they stay so.
    found.sort_by_key(|time| time.day);
    Ok(found)
}

fn revenue(tx: &mut TenantTx<'_>, days: &LocalDays) -> Result<Revenue, TxError<Outage>> {
    let [by_service, by_staff, by_day] = SOLD;
    let services = over_days(tx, by_service, days).load::<SoldRow>(tx.conn())?;
    let staff = over_days(tx, by_staff, days).load::<SoldRow>(tx.conn())?;
    let of_days = over_days(tx, by_day, days).load::<DayRow>(tx.conn())?;
    let services = services.into_iter().map(|row| {
        Ok::<_, TxError<Outage>>(SoldService {
            service: Id::from_uuid(row.id),
            sold: row.sold.sold()?,
            name: row.name,
        })
    });
    let staff = staff.into_iter().map(|row| {
        Ok::<_, TxError<Outage>>(SoldStaff {
            staff: Id::from_uuid(row.id),
            sold: row.sold.sold()?,
            name: row.name,
        })
    });
    let of_days = of_days.into_iter().map(|row| {
        Ok::<_, TxError<Outage>>(SoldDay {
            day: row.day,
            sold: row.sold.sold()?,
        })
    });
    Ok(Revenue {
        services: services.collect::<Result<_, _>>()?,
        staff: staff.collect::<Result<_, _>>()?,
        days: of_days.collect::<Result<_, _>>()?,
    })
}

fn missed(
    tx: &mut TenantTx<'_>,
    days: &LocalDays,
    now: OffsetDateTime,
) -> Result<Vec<Missed>, TxError<Outage>> {
    let range = days.range();
    let rows = sql_query(MISSED)
        .bind::<SqlUuid, _>(tx.tenant_uuid())
        .bind::<Timestamptz, _>(range.start())
        .bind::<Timestamptz, _>(range.end().min(now))
        .load::<MissedRow>(tx.conn())?;
    let missed = rows.into_iter().map(|row| {
        let amount = |minor| money("appointments", &row.currency, minor);
        Ok(Missed {
            staff: Id::from_uuid(row.staff_id),
            service: Id::from_uuid(row.service_id),
            due: row.due,
            no_shows: row.no_shows,
            late_cancellations: row.late_cancellations,
            fees: amount(row.fees)?,
            fees_kept: amount(row.fees_kept)?,
            staff_name: row.staff_name,
            service_name: row.service_name,
        })
    });
    missed.collect()
}
