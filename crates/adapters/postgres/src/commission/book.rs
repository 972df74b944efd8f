//! The book of frozen months.

use std::collections::BTreeMap;

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::sql_types::Text;
use ratiba_commission::engine::Group;
use ratiba_commission::hash::ContentHash;
use ratiba_commission::hours::HoursWorked;
use ratiba_commission::period::{FrozenDocument, FrozenPeriod, PeriodKind, PeriodRecord};
use ratiba_commission::ports::{
    Agreed, Amend, AmendError, CommissionBook, Dismissal, Draft, Freeze, FreezeError, FrozenHash,
};
use ratiba_commission::{Month, PeriodId, StaffId};
use ratiba_kernel::{Currency, Money, Outage, TenantId};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::{Date, OffsetDateTime};
use uuid::Uuid;

use super::lines::{LineRow, insert_lines, line_of};
use super::{PgCommission, agreed, amendments};
use crate::database::{TenantTx, TxError};
use crate::kept::sql_query;
use crate::outbox::append_event;
use crate::schema::{commission_draft, commission_line, commission_period};

/// The topic of commission's events.
pub(super) const TOPIC: &str = "commission";
/// Rows in one statement: bounds memory here and on the server.
pub(super) const BATCH: usize = 2_000;

#[async_trait]
impl CommissionBook for PgCommission {
    async fn find_close(
        &self,
        tenant: TenantId,
        staff: StaffId,
        month: Month,
    ) -> Result<Option<FrozenPeriod>, Outage> {
        self.database
            .tenant(tenant, move |tx| {
                let row = commission_period::table
                    .filter(commission_period::tenant_id.eq(tx.tenant_uuid()))
                    .filter(commission_period::staff_id.eq(staff.as_uuid()))
                    .filter(commission_period::period_start.eq(month.first_day()))
                    .filter(commission_period::type_.eq("close"))
                    .select(PeriodRow::as_select())
                    .first(tx.conn())
                    .optional()?;
                row.map(period_of::<Outage>).transpose()
            })
            .await
    }

    async fn periods(&self, tenant: TenantId, month: Month) -> Result<Vec<FrozenPeriod>, Outage> {
        self.database
            .tenant(tenant, move |tx| {
                let rows = commission_period::table
                    .filter(commission_period::tenant_id.eq(tx.tenant_uuid()))
                    .filter(commission_period::period_start.eq(month.first_day()))
                    .order((
                        commission_period::staff_id,
                        commission_period::type_.ne("close"),
                        commission_period::id,
                    ))
                    .select(PeriodRow::as_select())
                    .load(tx.conn())?;
                rows.into_iter()
                    .map(period_of)
                    .collect::<Result<Vec<_>, TxError<Outage>>>()
            })
            .await
    }

    async fn period(&self, tenant: TenantId, id: PeriodId) -> Result<Option<FrozenDocument>, Outage> {
        self.database
            .tenant(tenant, move |tx| {
                let tenant = tx.tenant_uuid();
                let row = commission_period::table
                    .filter(commission_period::tenant_id.eq(tenant))
                    .filter(commission_period::id.eq(id.as_uuid()))
                    .select(PeriodRow::as_select())
                    .first(tx.conn())
                    .optional()?;
                let Some(row) = row else {
                    return Ok(None);
                };
                let period = period_of::<Outage>(row)?;
                let lines = commission_line::table
                    .filter(commission_line::tenant_id.eq(tenant))
                    .filter(commission_line::period_id.eq(id.as_uuid()))
                    .order(commission_line::position)
                    .select(LineRow::as_select())
                    .load(tx.conn())?;
                let currency = period.commission.currency();
                let lines = lines
                    .into_iter()
                    .map(|row| line_of(row, id, currency))
                    .collect::<Result<_, _>>()?;
                Ok(Some(FrozenDocument::restore(period, lines)))
            })
            .await
    }

    async fn freeze(&self, tenant: TenantId, change: Freeze) -> Result<(), FreezeError> {
        self.database
            .tenant(tenant, move |tx| {
                refuse_if_frozen(tx, change.month)?;
                amendments::refuse_if_taken(tx, &change.documents)?;
                insert_periods(tx, &change.documents)?;
                insert_lines(tx, &change.documents)?;
                drop_draft(tx, change.month)?;
                // The close decides when it happened; all documents of one change say the same.
                let at = change
                    .documents
                    .first()
                    .map(|document| document.period().frozen_at);
                for event in &change.events {
                    append_event(tx, TOPIC, event, at.unwrap_or(OffsetDateTime::UNIX_EPOCH))?;
                }
                Ok(())
            })
            .await
    }

    async fn agreed(&self, tenant: TenantId, month: Month) -> Result<Option<Agreed>, Outage> {
        let read = move |tx: &mut TenantTx<'_>| agreed::read(tx, month);
        self.database.tenant(tenant, read).await
    }

    async fn note_agreed(&self, tenant: TenantId, month: Month, agreed: Agreed) -> Result<(), Outage> {
        let note = move |tx: &mut TenantTx<'_>| agreed::note(tx, month, agreed);
        self.database.tenant(tenant, note).await
    }

    async fn carried(&self, tenant: TenantId) -> Result<BTreeMap<StaffId, Money>, Outage> {
        self.database.tenant(tenant, amendments::carried).await
    }

    async fn amend(&self, tenant: TenantId, change: Amend) -> Result<(), AmendError> {
        self.database
            .tenant(tenant, move |tx| amendments::amend(tx, &change))
            .await
    }

    async fn dismiss(&self, tenant: TenantId, dismissal: Dismissal) -> Result<(), Outage> {
        self.database
            .tenant(tenant, move |tx| amendments::dismiss(tx, &dismissal))
            .await
    }

    async fn dismissed(&self, tenant: TenantId, month: Month) -> Result<Vec<Dismissal>, Outage> {
        self.database
            .tenant(tenant, move |tx| amendments::dismissed(tx, month))
            .await
    }

    async fn last_frozen(&self, tenant: TenantId) -> Result<Option<Month>, Outage> {
        self.database
            .tenant(tenant, |tx| {
                let last = commission_period::table
                    .filter(commission_period::tenant_id.eq(tx.tenant_uuid()))
                    .select(diesel::dsl::max(commission_period::period_start))
                    .first::<Option<Date>>(tx.conn())?;
                Ok::<_, TxError<Outage>>(last.and_then(Month::of))
            })
            .await
    }

    async fn drafts(&self, tenant: TenantId) -> Result<Vec<Draft>, Outage> {
        self.database.tenant(tenant, amendments::drafts).await
    }

    async fn leave_draft(&self, tenant: TenantId, draft: Draft) -> Result<(), FreezeError> {
        self.database
            .tenant(tenant, move |tx| {
                refuse_if_frozen(tx, draft.month)?;
                let content = json_of(&draft.staff)?;
                let hash = draft.content_hash.as_bytes().as_slice();
                drop_draft(tx, draft.month)?;
                diesel::insert_into(commission_draft::table)
                    .values((
                        commission_draft::tenant_id.eq(tx.tenant_uuid()),
                        commission_draft::period_start.eq(draft.month.first_day()),
                        commission_draft::period_end.eq(draft.month.end()),
                        commission_draft::content.eq(content),
                        commission_draft::content_hash.eq(hash),
                        commission_draft::drafted_at.eq(draft.drafted_at),
                    ))
                    .execute(tx.conn())?;
                Ok(())
            })
            .await
    }
}

/// Takes the month's lock until the transaction ends.
pub(super) fn lock<E>(tx: &mut TenantTx<'_>, month: Month) -> Result<(), TxError<E>> {
    lock_named(tx, &month.to_string())
}

/// Takes the lock on what is carried from month to month until the transaction ends; whoever takes both takes the
/// month's first.
pub(super) fn lock_carried<E>(tx: &mut TenantTx<'_>) -> Result<(), TxError<E>> {
    lock_named(tx, "carried")
}

fn lock_named<E>(tx: &mut TenantTx<'_>, what: &str) -> Result<(), TxError<E>> {
    let tenant = tx.tenant_uuid();
    sql_query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))")
        .bind::<Text, _>(format!("commission:{tenant}:{what}"))
        .execute(tx.conn())?;
    Ok(())
}

/// Takes the month's lock until the transaction ends and looks whether the month is frozen. Without the lock
/// two that close one month for different people could both find it open.
fn refuse_if_frozen(tx: &mut TenantTx<'_>, month: Month) -> Result<(), TxError<FreezeError>> {
    let tenant = tx.tenant_uuid();
    lock(tx, month)?;
    let rows = commission_period::table
        .filter(commission_period::tenant_id.eq(tenant))
        .filter(commission_period::period_start.eq(month.first_day()))
        .filter(commission_period::type_.eq("close"))
        .order(commission_period::staff_id)
        .select((
            commission_period::staff_id,
            commission_period::id,
            commission_period::content_hash,
        ))
        .load::<(Uuid, Uuid, Vec<u8>)>(tx.conn())?;
    if rows.is_empty() {
        return Ok(());
    }
    let frozen = rows
        .into_iter()
        .map(|(staff, id, hash)| {
            Ok(FrozenHash {
                staff: StaffId::from_uuid(staff),
                period: PeriodId::from_uuid(id),
                content_hash: hash_of(id, &hash)?,
            })
        })
        .collect::<Result<Vec<_>, TxError<FreezeError>>>()?;
    Err(TxError::Refused(FreezeError::AlreadyFrozen(frozen)))
}

fn drop_draft(tx: &mut TenantTx<'_>, month: Month) -> Result<(), TxError<FreezeError>> {
    let tenant = tx.tenant_uuid();
    let draft = commission_draft::table
        .filter(commission_draft::tenant_id.eq(tenant))
        .filter(commission_draft::period_start.eq(month.first_day()));
    diesel::delete(draft).execute(tx.conn())?;
    Ok(())
}

/// What stands in the column `rules`: what each rule paid, and in which currency all of it is.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RulesColumn {
    currency: Currency,
    groups: Vec<Group>,
}

pub(super) fn insert_periods<E>(
    tx: &mut TenantTx<'_>,
    documents: &[FrozenDocument],
) -> Result<(), TxError<E>> {
    let tenant = tx.tenant_uuid();
    for batch in documents.chunks(BATCH) {
        let rows = batch
            .iter()
            .map(|document| NewPeriodRow::of(tenant, document.period()))
            .collect::<Result<Vec<_>, _>>()?;
        diesel::insert_into(commission_period::table)
            .values(rows)
            .execute(tx.conn())?;
    }
    Ok(())
}

fn json_of<E>(value: &impl Serialize) -> Result<Value, TxError<E>> {
    serde_json::to_value(value).map_err(|error| TxError::Impossible(error.to_string()))
}

#[derive(Insertable)]
#[diesel(table_name = commission_period)]
struct NewPeriodRow {
    tenant_id: Uuid,
    id: Uuid,
    staff_id: Uuid,
    period_start: Date,
    period_end: Date,
    type_: &'static str,
    amendment_of_id: Option<Uuid>,
    commission_kes_minor: i64,
    tip_kes_minor: i64,
    hours_worked: Decimal,
    services_rendered_count: i32,
    frozen_at: OffsetDateTime,
    frozen_by: String,
    content_hash: Vec<u8>,
    engine_version: String,
    rules: Value,
    top_up_kes_minor: i64,
    carried_kes_minor: i64,
    terms: Option<Value>,
}

impl NewPeriodRow {
    fn of<E>(tenant: Uuid, period: &FrozenPeriod) -> Result<Self, TxError<E>> {
        let (type_, amendment_of_id) = match period.kind {
            PeriodKind::Close => ("close", None),
            PeriodKind::Amendment { of } => ("amendment", Some(of.as_uuid())),
        };
        let rules = RulesColumn {
            currency: period.commission.currency(),
            groups: period.groups.clone(),
        };
        let services = i32::try_from(period.services_rendered)
            .map_err(|error| TxError::impossible("commission_period", period.id, error))?;
        Ok(Self {
            tenant_id: tenant,
            id: period.id.as_uuid(),
            staff_id: period.staff.as_uuid(),
            period_start: period.month.first_day(),
            period_end: period.month.end(),
            type_,
            amendment_of_id,
            commission_kes_minor: period.commission.amount_minor(),
            tip_kes_minor: period.tip.amount_minor(),
            hours_worked: Decimal::new(period.hours.hundredths(), 2),
            services_rendered_count: services,
            frozen_at: period.frozen_at,
            frozen_by: period.frozen_by.to_string(),
            content_hash: period.content_hash.as_bytes().to_vec(),
            engine_version: period.engine_version.clone(),
            rules: json_of(&rules)?,
            top_up_kes_minor: period.top_up.amount_minor(),
            carried_kes_minor: period.carried.amount_minor(),
            terms: period.terms.as_ref().map(json_of).transpose()?,
        })
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = commission_period)]
struct PeriodRow {
    id: Uuid,
    staff_id: Uuid,
    period_start: Date,
    period_end: Date,
    type_: String,
    amendment_of_id: Option<Uuid>,
    commission_kes_minor: i64,
    tip_kes_minor: i64,
    hours_worked: Decimal,
    services_rendered_count: i32,
    frozen_at: OffsetDateTime,
    frozen_by: String,
    vendor_period_id: Option<String>,
    content_hash: Vec<u8>,
    engine_version: String,
    rules: Value,
    top_up_kes_minor: i64,
    carried_kes_minor: i64,
    terms: Option<Value>,
}

fn period_of<E>(row: PeriodRow) -> Result<FrozenPeriod, TxError<E>> {
    let id = row.id;
    let impossible = |what: &dyn std::fmt::Display| TxError::impossible("commission_period", id, what);
    let kind = match (row.type_.as_str(), row.amendment_of_id) {
        ("close", None) => PeriodKind::Close,
        ("amendment", Some(of)) => PeriodKind::Amendment {
            of: PeriodId::from_uuid(of),
        },
        (_type, _amends) => return Err(impossible(&"neither a close nor an amendment")),
    };
    let month = Month::of(row.period_start)
        .filter(|month| (month.first_day(), month.end()) == (row.period_start, row.period_end))
        .ok_or_else(|| impossible(&"not a calendar month"))?;
    let rules: RulesColumn = serde_json::from_value(row.rules).map_err(|error| impossible(&error))?;
    let terms = row.terms.map(serde_json::from_value).transpose();
    let mut hours = row.hours_worked;
    hours.rescale(2);
    let hours = i64::try_from(hours.mantissa()).map_err(|error| impossible(&error))?;
    Ok(FrozenPeriod::restore(PeriodRecord {
        id: PeriodId::from_uuid(id),
        staff: StaffId::from_uuid(row.staff_id),
        month,
        kind,
        commission: Money::new(row.commission_kes_minor, rules.currency),
        top_up: Money::new(row.top_up_kes_minor, rules.currency),
        carried: Money::new(row.carried_kes_minor, rules.currency),
        tip: Money::new(row.tip_kes_minor, rules.currency),
        hours: HoursWorked::from_hundredths(hours),
        services_rendered: i64::from(row.services_rendered_count),
        frozen_at: row.frozen_at,
        frozen_by: row.frozen_by.parse().map_err(|error| impossible(&error))?,
        content_hash: hash_of(id, &row.content_hash)?,
        engine_version: row.engine_version,
        groups: rules.groups,
        terms: terms.map_err(|error| impossible(&error))?,
        vendor_period_id: row.vendor_period_id,
    }))
}

pub(super) fn hash_of<E>(id: Uuid, bytes: &[u8]) -> Result<ContentHash, TxError<E>> {
    let bytes = <[u8; 32]>::try_from(bytes);
    bytes
        .map(ContentHash::from_bytes)
        .map_err(|_| TxError::impossible("commission_period", id, "not a SHA-256"))
}
