//! The payroll domain's port: who is whom at payroll, what was frozen, and what was handed over.
//!
//! Frozen documents are read where commission keeps them; the only thing that is ever written there is payroll's own id
//! of the month, once.

mod rows;

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::sql_types::{
    Array, BigInt, Bool, Bytea, Date as SqlDate, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid,
};
use ratiba_kernel::{Outage, TenantId};
use ratiba_payroll::earnings::{Earned, Mode};
use ratiba_payroll::employee::Link;
use ratiba_payroll::export::{Export, ExportLine, ExportState, PayrollTask, Way};
use ratiba_payroll::ports::{
    LinkError, NewExport, OrderError, PayrollBook, SettleError, Settlement, Superseding,
};
use ratiba_payroll::{BatchId, ExportId, PayMonth, StaffId};
use time::OffsetDateTime;

use self::rows::{EarnedRow, ExportRow, IdRow, LineRow, LinkRow, in_chains, tolerated};
use crate::database::{Database, TenantTx, TxError};
use crate::jobs::NewJob;
use crate::kept::sql_query;
use crate::outbox::enqueue;

/// The book of payroll on PostgreSQL. Cheap to clone.
#[derive(Clone)]
pub struct PgPayroll {
    database: Database,
}

impl PgPayroll {
    /// The book in this database.
    #[must_use]
    pub fn new(database: Database) -> Self {
        Self { database }
    }
}

const EXPORTS: &str = "SELECT id, month, pay_period, way, dry_run, company, batch_id, state, refused, vendor_period_id,
    confirmed_by, confirmed_at, file_hash, ordered_by, ordered_at, version FROM payroll_exports WHERE tenant_id = $1";

const LINES: &str =
    "SELECT export_id, document_id, key, staff_no, payee, code, currency, amount_minor, quantity,
    basis_hash, corrects, result, reason FROM payroll_export_lines
    WHERE tenant_id = $1 AND export_id = ANY ($2) ORDER BY export_id, position";

const EARNED: &str = "SELECT p.id, p.staff_id, p.amendment_of_id, p.commission_kes_minor + p.top_up_kes_minor + p.carried_kes_minor AS pay_minor, p.tip_kes_minor,
    p.services_rendered_count, p.content_hash, p.rules ->> 'currency' AS currency, coalesce(p.terms ->> 'name', s.name) AS name
    FROM commission_period p JOIN staff s ON s.tenant_id = p.tenant_id AND s.id = p.staff_id
    WHERE p.tenant_id = $1 AND p.period_start = $2 ORDER BY p.staff_id, p.frozen_at, p.id";

#[async_trait]
impl PayrollBook for PgPayroll {
    async fn links(&self, tenant: TenantId) -> Result<Vec<Link>, Outage> {
        self.database
            .tenant(tenant, |tx| {
                let rows = sql_query(
                    "SELECT staff_id, staff_no, external_id FROM payroll_links WHERE tenant_id = $1 ORDER BY staff_id",
                )
                .bind::<SqlUuid, _>(tx.tenant_uuid())
                .load::<LinkRow>(tx.conn())?;
                rows.into_iter().map(LinkRow::read).collect()
            })
            .await
    }

    async fn link(&self, tenant: TenantId, link: Link) -> Result<(), LinkError> {
        self.database
            .tenant(tenant, move |tx| {
                let known = sql_query("SELECT FROM staff WHERE tenant_id = $1 AND id = $2")
                    .bind::<SqlUuid, _>(tx.tenant_uuid())
                    .bind::<SqlUuid, _>(link.staff.as_uuid())
                    .execute(tx.conn())?;
                if known == 0 {
                    return Err(TxError::Refused(LinkError::Unknown));
                }
                let written = sql_query(
                    "INSERT INTO payroll_links (tenant_id, staff_id, staff_no, external_id)
                     SELECT $1, $2, $3, $4 WHERE NOT EXISTS (
                         SELECT FROM payroll_links WHERE tenant_id = $1 AND staff_no = $3 AND staff_id <> $2)
                     ON CONFLICT (tenant_id, staff_id)
                     DO UPDATE SET staff_no = excluded.staff_no, external_id = excluded.external_id",
                )
                .bind::<SqlUuid, _>(tx.tenant_uuid())
                .bind::<SqlUuid, _>(link.staff.as_uuid())
                .bind::<Text, _>(link.number.as_str().to_owned())
                .bind::<Nullable<Text>, _>(link.external_id.clone())
                .execute(tx.conn());
                let written = tolerated(written, || LinkError::Taken)?;
                if written == 0 {
                    return Err(TxError::Refused(LinkError::Taken));
                }
                Ok(())
            })
            .await
    }

    async fn unlink(&self, tenant: TenantId, staff: StaffId) -> Result<(), Outage> {
        self.database
            .tenant(tenant, move |tx| {
                sql_query("DELETE FROM payroll_links WHERE tenant_id = $1 AND staff_id = $2")
                    .bind::<SqlUuid, _>(tx.tenant_uuid())
                    .bind::<SqlUuid, _>(staff.as_uuid())
                    .execute(tx.conn())?;
                Ok::<_, TxError<Outage>>(())
            })
            .await
    }

    async fn earned(&self, tenant: TenantId, month: PayMonth) -> Result<Vec<Earned>, Outage> {
        self.database
            .tenant(tenant, move |tx| {
                let rows = sql_query(EARNED)
                    .bind::<SqlUuid, _>(tx.tenant_uuid())
                    .bind::<SqlDate, _>(month.first_day())
                    .load::<EarnedRow>(tx.conn())?;
                let earned = rows.into_iter().map(EarnedRow::read);
                Ok(in_chains(earned.collect::<Result<_, TxError<Outage>>>()?))
            })
            .await
    }

    async fn exports(&self, tenant: TenantId, month: PayMonth) -> Result<Vec<Export>, Outage> {
        self.database
            .tenant(tenant, move |tx| {
                let rows = sql_query(format!("{EXPORTS} AND month = $2 ORDER BY ordered_at, id"))
                    .bind::<SqlUuid, _>(tx.tenant_uuid())
                    .bind::<SqlDate, _>(month.first_day())
                    .load::<ExportRow>(tx.conn())?;
                with_lines(tx, rows)
            })
            .await
    }

    async fn export(&self, tenant: TenantId, id: ExportId) -> Result<Option<Export>, Outage> {
        self.database
            .tenant(tenant, move |tx| {
                let rows = sql_query(format!("{EXPORTS} AND id = $2"))
                    .bind::<SqlUuid, _>(tx.tenant_uuid())
                    .bind::<SqlUuid, _>(id.as_uuid())
                    .load::<ExportRow>(tx.conn())?;
                Ok::<_, TxError<Outage>>(with_lines(tx, rows)?.into_iter().next())
            })
            .await
    }

    async fn order(&self, tenant: TenantId, order: NewExport) -> Result<(), OrderError> {
        self.database
            .tenant(tenant, move |tx| {
                for old in &order.replaces {
                    replace(tx, *old)?;
                }
                for superseding in &order.supersedes {
                    supersede(tx, superseding)?;
                }
                insert_export(tx, &order.export)?;
                for (position, line) in order.export.lines.iter().enumerate() {
                    insert_line(tx, &order.export, position, line)?;
                }
                if order.export.way == Way::System {
                    enqueue(tx, job(tenant, order.export.id, order.export.ordered_at)?)?;
                }
                Ok(())
            })
            .await
    }

    async fn again(
        &self,
        tenant: TenantId,
        seen: &Export,
        batch: BatchId,
        at: OffsetDateTime,
    ) -> Result<(), SettleError> {
        let (id, version) = (seen.id, seen.version);
        self.database
            .tenant(tenant, move |tx| {
                let written = sql_query(
                    "UPDATE payroll_exports SET state = 'waiting', refused = NULL, batch_id = $4, version = version + 1
                     WHERE tenant_id = $1 AND id = $2 AND version = $3",
                )
                .bind::<SqlUuid, _>(tx.tenant_uuid())
                .bind::<SqlUuid, _>(id.as_uuid())
                .bind::<Integer, _>(version)
                .bind::<SqlUuid, _>(batch.as_uuid())
                .execute(tx.conn())?;
                if written == 0 {
                    return Err(TxError::Refused(SettleError::Stale));
                }
                enqueue(tx, job(tenant, id, at)?)
            })
            .await
    }

    async fn resume(&self, tenant: TenantId, at: OffsetDateTime) -> Result<(), Outage> {
        self.database
            .tenant(tenant, move |tx| {
                let waiting = sql_query(
                    "SELECT id FROM payroll_exports WHERE tenant_id = $1 AND way = 'system' AND state = 'waiting' ORDER BY id",
                )
                .bind::<SqlUuid, _>(tx.tenant_uuid())
                .load::<IdRow>(tx.conn())?;
                for row in waiting {
                    enqueue(tx, job(tenant, ExportId::from_uuid(row.id), at)?)?;
                }
                Ok(())
            })
            .await
    }

    async fn postpone(&self, tenant: TenantId, id: ExportId, until: OffsetDateTime) -> Result<(), Outage> {
        self.database
            .tenant(tenant, move |tx| enqueue(tx, later(tenant, id, until)?))
            .await
    }

    async fn settle(&self, tenant: TenantId, settlement: Settlement) -> Result<(), SettleError> {
        self.database
            .tenant(tenant, move |tx| {
                settle_export(tx, &settlement)?;
                settle_lines(tx, &settlement)?;
                name_months(tx, &settlement)
            })
            .await
    }
}

fn with_lines(tx: &mut TenantTx<'_>, rows: Vec<ExportRow>) -> Result<Vec<Export>, TxError<Outage>> {
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let lines = sql_query(LINES)
        .bind::<SqlUuid, _>(tx.tenant_uuid())
        .bind::<Array<SqlUuid>, _>(ids)
        .load::<LineRow>(tx.conn())?;
    rows.into_iter().map(|row| row.read(&lines)).collect()
}

/// The export's documents are another one's from now on.
fn replace(tx: &mut TenantTx<'_>, old: ExportId) -> Result<(), TxError<OrderError>> {
    let tenant = tx.tenant_uuid();
    let written = sql_query(
        "UPDATE payroll_exports SET state = 'replaced', refused = NULL, version = version + 1
         WHERE tenant_id = $1 AND id = $2 AND state = 'refused'",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(old.as_uuid())
    .execute(tx.conn())?;
    if written == 0 {
        return Err(TxError::Refused(OrderError::Taken));
    }
    sql_query("UPDATE payroll_export_lines SET live = false WHERE tenant_id = $1 AND export_id = $2")
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(old.as_uuid())
        .execute(tx.conn())?;
    Ok(())
}

/// The export's lines are another one's from now on. Only of an export that payroll has answered: what is on its way may
/// arrive.
fn supersede(tx: &mut TenantTx<'_>, superseding: &Superseding) -> Result<(), TxError<OrderError>> {
    let written = sql_query(
        "UPDATE payroll_exports SET version = version + 1
         WHERE tenant_id = $1 AND id = $2 AND version = $3 AND state = 'partly'",
    )
    .bind::<SqlUuid, _>(tx.tenant_uuid())
    .bind::<SqlUuid, _>(superseding.export.as_uuid())
    .bind::<Integer, _>(superseding.seen)
    .execute(tx.conn())?;
    if written == 0 {
        return Err(TxError::Refused(OrderError::Taken));
    }
    let keys: Vec<String> = superseding
        .lines
        .iter()
        .map(|key| key.as_str().to_owned())
        .collect();
    sql_query(
        "UPDATE payroll_export_lines SET live = false, result = 'superseded', reason = coalesce(reason, 'other')
         WHERE tenant_id = $1 AND export_id = $2 AND key = ANY ($3)",
    )
    .bind::<SqlUuid, _>(tx.tenant_uuid())
    .bind::<SqlUuid, _>(superseding.export.as_uuid())
    .bind::<Array<Text>, _>(keys)
    .execute(tx.conn())?;
    Ok(())
}

fn insert_export(tx: &mut TenantTx<'_>, export: &Export) -> Result<(), TxError<OrderError>> {
    sql_query(
        "INSERT INTO payroll_exports (tenant_id, id, month, pay_period, way, dry_run, company, batch_id, state,
             ordered_by, ordered_at, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'waiting', $9, $10, $11)",
    )
    .bind::<SqlUuid, _>(tx.tenant_uuid())
    .bind::<SqlUuid, _>(export.id.as_uuid())
    .bind::<SqlDate, _>(export.month.first_day())
    .bind::<SqlDate, _>(export.pay_period.first_day())
    .bind::<Text, _>(export.way.as_str())
    .bind::<Bool, _>(export.mode == Mode::DryRun)
    .bind::<Text, _>(export.company.as_str().to_owned())
    .bind::<SqlUuid, _>(export.batch.as_uuid())
    .bind::<Text, _>(export.ordered_by.clone())
    .bind::<Timestamptz, _>(export.ordered_at)
    .bind::<Integer, _>(export.version)
    .execute(tx.conn())?;
    Ok(())
}

fn insert_line(
    tx: &mut TenantTx<'_>,
    export: &Export,
    position: usize,
    line: &ExportLine,
) -> Result<(), TxError<OrderError>> {
    let line = &line.line;
    let position = i32::try_from(position)
        .map_err(|error| TxError::impossible("payroll_export_lines", export.id, error))?;
    let written = sql_query(
        "INSERT INTO payroll_export_lines (tenant_id, export_id, position, document_id, key, staff_no, payee, code,
             currency, amount_minor, quantity, basis_hash, corrects, live)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
    )
    .bind::<SqlUuid, _>(tx.tenant_uuid())
    .bind::<SqlUuid, _>(export.id.as_uuid())
    .bind::<Integer, _>(position)
    .bind::<SqlUuid, _>(line.document.as_uuid())
    .bind::<Text, _>(line.key.as_str().to_owned())
    .bind::<Text, _>(line.employee.as_str().to_owned())
    .bind::<Text, _>(line.name.clone())
    .bind::<Text, _>(line.code.as_str())
    .bind::<Text, _>(line.amount.currency().code())
    .bind::<BigInt, _>(line.amount.amount_minor())
    .bind::<BigInt, _>(line.quantity)
    .bind::<Bytea, _>(line.basis_hash.to_vec())
    .bind::<Nullable<Text>, _>(line.corrects.as_ref().map(|key| key.as_str().to_owned()))
    .bind::<Bool, _>(export.mode == Mode::Real)
    .execute(tx.conn());
    tolerated(written, || OrderError::Taken)?;
    Ok(())
}

fn settle_export(tx: &mut TenantTx<'_>, settlement: &Settlement) -> Result<(), TxError<SettleError>> {
    let refused = match settlement.state {
        ExportState::Refused(why) => Some(why.as_str()),
        ExportState::Waiting | ExportState::Done | ExportState::Partly | ExportState::Replaced => None,
    };
    let confirmation = settlement.confirmation.as_ref();
    let written = sql_query(
        "UPDATE payroll_exports SET state = $4, refused = $5, vendor_period_id = coalesce($6, vendor_period_id),
             confirmed_by = $7, confirmed_at = $8, file_hash = $9, version = version + 1
         WHERE tenant_id = $1 AND id = $2 AND version = $3",
    )
    .bind::<SqlUuid, _>(tx.tenant_uuid())
    .bind::<SqlUuid, _>(settlement.export.as_uuid())
    .bind::<Integer, _>(settlement.seen)
    .bind::<Text, _>(settlement.state.as_str())
    .bind::<Nullable<Text>, _>(refused)
    .bind::<Nullable<Text>, _>(settlement.vendor_period_id.clone())
    .bind::<Nullable<Text>, _>(confirmation.map(|said| said.by.clone()))
    .bind::<Nullable<Timestamptz>, _>(confirmation.map(|said| said.at))
    .bind::<Nullable<Bytea>, _>(confirmation.map(|said| said.file_hash.to_vec()))
    .execute(tx.conn())?;
    if written == 0 {
        return Err(TxError::Refused(SettleError::Stale));
    }
    Ok(())
}

fn settle_lines(tx: &mut TenantTx<'_>, settlement: &Settlement) -> Result<(), TxError<SettleError>> {
    let (mut keys, mut results, mut reasons) = (Vec::new(), Vec::new(), Vec::new());
    for (key, result) in &settlement.results {
        keys.push(key.as_str().to_owned());
        results.push(result.as_str().to_owned());
        reasons.push(result.reason().map(|reason| reason.as_str().to_owned()));
    }
    sql_query(
        "UPDATE payroll_export_lines l SET result = r.result, reason = r.reason
         FROM unnest($3::text[], $4::text[], $5::text[]) AS r (key, result, reason)
         WHERE l.tenant_id = $1 AND l.export_id = $2 AND l.key = r.key",
    )
    .bind::<SqlUuid, _>(tx.tenant_uuid())
    .bind::<SqlUuid, _>(settlement.export.as_uuid())
    .bind::<Array<Text>, _>(keys)
    .bind::<Array<Text>, _>(results)
    .bind::<Array<Nullable<Text>>, _>(reasons)
    .execute(tx.conn())?;
    Ok(())
}

/// Notes payroll's own id of the month with every document of which it took a line. A document that has one keeps it.
fn name_months(tx: &mut TenantTx<'_>, settlement: &Settlement) -> Result<(), TxError<SettleError>> {
    let Some(vendor) = settlement.vendor_period_id.clone() else {
        return Ok(());
    };
    sql_query(
        "UPDATE commission_period SET vendor_period_id = $3
         WHERE tenant_id = $1 AND vendor_period_id IS NULL AND id IN (
             SELECT document_id FROM payroll_export_lines
             WHERE tenant_id = $1 AND export_id = $2 AND result IN ('accepted', 'duplicate'))",
    )
    .bind::<SqlUuid, _>(tx.tenant_uuid())
    .bind::<SqlUuid, _>(settlement.export.as_uuid())
    .bind::<Text, _>(vendor)
    .execute(tx.conn())?;
    Ok(())
}

fn job<E>(tenant: TenantId, export: ExportId, at: OffsetDateTime) -> Result<NewJob, TxError<E>> {
    let task = PayrollTask::Send { export };
    Ok(later(tenant, export, at)?.once(task.key(tenant)))
}

/// Not told apart from the job that runs now and asks for it.
fn later<E>(tenant: TenantId, export: ExportId, at: OffsetDateTime) -> Result<NewJob, TxError<E>> {
    let task = PayrollTask::Send { export };
    let payload = serde_json::to_value(task).map_err(|error| TxError::Impossible(error.to_string()))?;
    Ok(NewJob::new(task.kind(), payload, at).of_tenant(tenant))
}
