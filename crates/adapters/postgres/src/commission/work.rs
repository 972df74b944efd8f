//! Completed work, read from what booking and payments recorded.

use async_trait::async_trait;
use diesel::QueryableByName;
use diesel::prelude::*;
use diesel::sql_types::Uuid as SqlUuid;
use ratiba_commission::base::tax_contained;
use ratiba_commission::hash::InputsMark;
use ratiba_commission::ports::{CompletedWork, EarlierWork, PutSharesError, SharesChange, Teams};
use ratiba_commission::split::{Renderers, Shares};
use ratiba_commission::terms::Names;
use ratiba_commission::tips::Tip;
use ratiba_commission::work::{CompletedAppointment, Outcome, Payment, Sale};
use ratiba_commission::{AppointmentId, ServiceCategory, ServiceId, StaffId};
use ratiba_kernel::{BasisPoints, Currency, Money, Outage, TenantId, TimeRange};
use time::OffsetDateTime;
use uuid::Uuid;

use super::rendered::{self, DoneRow, Rendered, TeamRow, VisitMoney};
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
        earlier: EarlierWork,
    ) -> Result<Vec<CompletedAppointment>, Outage> {
        self.database
            .snapshot(tenant, move |tx| {
                let mut work = Vec::new();
                rendered::read(tx, range, earlier, |row| {
                    work.push(work_of(row)?);
                    Ok(())
                })?;
                Ok::<_, TxError<Outage>>(work)
            })
            .await
    }

    async fn inputs(&self, tenant: TenantId, range: TimeRange) -> Result<InputsMark, Outage> {
        self.database
            .snapshot(tenant, move |tx| rendered::mark(tx, range))
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

#[async_trait]
impl Teams for PgCommission {
    async fn team(&self, tenant: TenantId, appointment: AppointmentId) -> Result<Option<Renderers>, Outage> {
        self.database
            .tenant(tenant, move |tx| {
                let row = sql_query(TEAM)
                    .bind::<SqlUuid, _>(tx.tenant_uuid())
                    .bind::<SqlUuid, _>(appointment.as_uuid())
                    .get_result::<OneTeamRow>(tx.conn())
                    .optional()?;
                row.map(|row| {
                    let team = Some(&row.team).filter(|team| !team.staff.is_empty());
                    renderers_of::<Outage>(row.alone, team)
                })
                .transpose()
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
SELECT a.staff_id AS alone, a.id AS appointment_id,
    coalesce(array_agg(t.staff_id ORDER BY t.position) FILTER (WHERE t.staff_id IS NOT NULL), '{}') AS staff,
    coalesce(array_agg(t.share_basis_points ORDER BY t.position) FILTER (WHERE t.staff_id IS NOT NULL), '{}') AS shares
FROM appointments a
LEFT JOIN appointment_staff t ON t.tenant_id = $1 AND t.appointment_id = a.id
WHERE a.tenant_id = $1 AND a.id = $2
GROUP BY a.id, a.staff_id";

#[derive(QueryableByName)]
struct OneTeamRow {
    #[diesel(sql_type = SqlUuid)]
    alone: Uuid,
    #[diesel(embed)]
    team: TeamRow,
}

fn work_of<E>(rendered: Rendered) -> Result<CompletedAppointment, TxError<E>> {
    let row = &rendered.appointment;
    let id = row.id;
    let impossible = |what: &dyn std::fmt::Display| TxError::impossible("appointments", id, what);
    let currency = Currency::parse(&row.currency).map_err(|error| impossible(&error))?;
    let sale = sale_of(row, rendered.money.as_ref(), currency)?;
    let payments = payments_of(row, rendered.money.as_ref(), currency)?;
    let renderers = renderers_of(row.staff_id, rendered.team.as_ref())?;
    let tip = match &rendered.tips {
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
        category: ServiceCategory::parse(&rendered.category).map_err(|error| impossible(&error))?,
        planned: TimeRange::new(row.start_at, row.end_at).map_err(|error| impossible(&error))?,
        actual_start: row.actual_start_at,
        actual_end: row.actual_end_at,
        service_name: rendered.service_name,
        outcome,
        sale,
        payments,
        renderers,
        tip,
    })
}

fn sale_of<E>(row: &DoneRow, money: Option<&VisitMoney>, currency: Currency) -> Result<Sale, TxError<E>> {
    let impossible = |what: &dyn std::fmt::Display| TxError::impossible("appointments", row.id, what);
    let amount = |minor| Money::new(minor, currency);
    let charged = amount(row.charged_minor);
    let rate = u32::try_from(row.tax_basis_points).map_err(|error| impossible(&error))?;
    let own_part = |of_visit: Option<i64>| -> Result<Option<Money>, TxError<E>> {
        let (Some(of_visit), Some(money)) = (of_visit, money) else {
            return Ok(None);
        };
        if of_visit == 0 {
            return Ok(Some(amount(0)));
        }
        let part = part_of_visit(row.id, money, amount(of_visit));
        part.map(Some).map_err(|error| impossible(&error))
    };
    let booked = money.and_then(|money| money.booked.as_ref());
    Ok(Sale {
        list_price: amount(row.list_price_minor),
        discount: amount(row.discount_minor),
        charged,
        paid: own_part(money.map(|money| money.paid_minor))?.unwrap_or(amount(0)),
        tax: tax_contained(charged, BasisPoints::new(rate)).map_err(|error| impossible(&error))?,
        product_cost: amount(row.product_cost_minor),
        payment_fee: own_part(booked.and_then(|booked| booked.fees))?,
        refunded: own_part(booked.and_then(|booked| booked.refunds))?.unwrap_or(amount(0)),
    })
}

/// When which part of the appointment was paid: its part of each sum that came for the visit.
fn payments_of<E>(
    row: &DoneRow,
    money: Option<&VisitMoney>,
    currency: Currency,
) -> Result<Vec<Payment>, TxError<E>> {
    let impossible = |what: &dyn std::fmt::Display| TxError::impossible("ledger_entries", row.id, what);
    let booked = money.and_then(|money| money.booked.as_ref());
    let (Some(money), Some(came)) = (money, booked.and_then(|booked| booked.came.as_ref())) else {
        return Ok(Vec::new());
    };
    let came: Vec<(i64, i64)> = serde_json::from_value(came.clone()).map_err(|error| impossible(&error))?;
    // Parts of the sums so far, so that all parts together are the part of everything.
    let (mut all, mut own) = (0_i64, 0_i64);
    let mut payments = Vec::with_capacity(came.len());
    for (at, minor) in came {
        all = all.saturating_add(minor);
        let part =
            part_of_visit(row.id, money, Money::new(all, currency)).map_err(|error| impossible(&error))?;
        payments.push(Payment {
            at: OffsetDateTime::from_unix_timestamp(at).map_err(|error| impossible(&error))?,
            amount: Money::new(part.amount_minor().saturating_sub(own).max(0), currency),
        });
        own = part.amount_minor();
    }
    Ok(payments)
}

/// The appointment's part of an amount of its visit, by what each appointment of the visit was charged.
fn part_of_visit(id: Uuid, money: &VisitMoney, of_visit: Money) -> Result<Money, ratiba_kernel::MoneyError> {
    let Some(siblings) = &money.siblings else {
        return Ok(of_visit);
    };
    let place = siblings.ids.iter().position(|sibling| *sibling == id);
    let weights: Vec<u64> = siblings
        .charged
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

/// Who rendered it: the team, or whoever it is on record for alone.
fn renderers_of<E>(alone: Uuid, team: Option<&TeamRow>) -> Result<Renderers, TxError<E>> {
    let Some(team) = team else {
        return Ok(Renderers::alone(StaffId::from_uuid(alone)));
    };
    let impossible =
        |what: &dyn std::fmt::Display| TxError::impossible("appointment_staff", team.appointment_id, what);
    let people: Vec<StaffId> = team.staff.iter().copied().map(StaffId::from_uuid).collect();
    let points: Vec<BasisPoints> = team
        .shares
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
