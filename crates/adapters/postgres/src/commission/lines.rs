//! The lines of frozen documents as rows.

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::serialize::{IsNull, Output, ToSql};
use diesel::sql_types::{Array, BigInt, Integer, Jsonb, Nullable, Uuid as SqlUuid};
use ratiba_commission::engine::{Line, Reason, Verdict};
use ratiba_commission::period::FrozenDocument;
use ratiba_commission::{AppointmentId, PeriodId};
use ratiba_kernel::{Currency, Money};
use serde_json::Value;
use uuid::Uuid;

use super::book::BATCH;
use crate::database::{TenantTx, TxError};
use crate::kept::sql_query;
use crate::schema::commission_line;

// Arrays keep the number of parameters the same whatever the number of lines, and the statement prepared. They stand in the
// list and not behind FROM, where the server would put all rows aside before it writes the first.
const INSERT_LINES: &str = "
INSERT INTO commission_line (tenant_id, period_id, position, appointment_id, rule_id, base_minor,
    rate_basis_points, amount_minor, tip_minor, minutes, reason)
SELECT $1, unnest($2::uuid[]), unnest($3::integer[]), unnest($4::uuid[]), unnest($5::uuid[]), unnest($6::bigint[]),
    unnest($7::integer[]), unnest($8::bigint[]), unnest($9::bigint[]), unnest($10::integer[]), unnest($11::jsonb[])";

#[derive(Default)]
struct LineColumns {
    periods: Vec<Uuid>,
    positions: Vec<i32>,
    appointments: Vec<Uuid>,
    rules: Vec<Option<Uuid>>,
    bases: Vec<i64>,
    rates: Vec<Option<i32>>,
    amounts: Vec<i64>,
    tips: Vec<i64>,
    minutes: Vec<i32>,
    reasons: Vec<JsonText>,
}

impl LineColumns {
    fn push<E>(&mut self, period: PeriodId, position: usize, line: &Line) -> Result<(), TxError<E>> {
        let rule = match &line.reason.verdict {
            Verdict::Won { rule, .. } => Some(rule.as_uuid()),
            Verdict::Gap | Verdict::NoShow => None,
        };
        let too_large = |what: &str| TxError::impossible("commission_line", period, what);
        self.periods.push(period.as_uuid());
        self.positions
            .push(i32::try_from(position).map_err(|_| too_large("too many lines"))?);
        self.appointments.push(line.appointment.as_uuid());
        self.rules.push(rule);
        self.bases.push(line.base.amount_minor());
        // A sum for a service may be any multiple of a small base; what the column cannot hold it omits, and
        // amount and base stand beside it.
        self.rates.push(
            line.recorded_rate_basis_points()
                .and_then(|rate| i32::try_from(rate).ok()),
        );
        self.amounts.push(line.commission.amount_minor());
        self.tips.push(line.tip.amount_minor());
        let minutes = i32::try_from(line.reason.rendered_seconds / 60);
        self.minutes
            .push(minutes.map_err(|_| too_large("a service without end"))?);
        let reason = serde_json::to_string(&line.reason);
        self.reasons.push(JsonText(
            reason.map_err(|error| TxError::Impossible(error.to_string()))?,
        ));
        Ok(())
    }

    fn insert<E>(self, tx: &mut TenantTx<'_>) -> Result<(), TxError<E>> {
        sql_query(INSERT_LINES)
            .bind::<SqlUuid, _>(tx.tenant_uuid())
            .bind::<Array<SqlUuid>, _>(self.periods)
            .bind::<Array<Integer>, _>(self.positions)
            .bind::<Array<SqlUuid>, _>(self.appointments)
            .bind::<Array<Nullable<SqlUuid>>, _>(self.rules)
            .bind::<Array<BigInt>, _>(self.bases)
            .bind::<Array<Nullable<Integer>>, _>(self.rates)
            .bind::<Array<BigInt>, _>(self.amounts)
            .bind::<Array<BigInt>, _>(self.tips)
            .bind::<Array<Integer>, _>(self.minutes)
            .bind::<Array<Jsonb>, _>(self.reasons)
            .execute(tx.conn())?;
        Ok(())
    }
}

pub(super) fn insert_lines<E>(tx: &mut TenantTx<'_>, documents: &[FrozenDocument]) -> Result<(), TxError<E>> {
    let mut columns = LineColumns::default();
    for document in documents {
        for (position, line) in document.lines().iter().enumerate() {
            columns.push(document.period().id, position, line)?;
            if columns.periods.len() == BATCH {
                std::mem::take(&mut columns).insert(tx)?;
            }
        }
    }
    if columns.periods.is_empty() {
        Ok(())
    } else {
        columns.insert(tx)
    }
}

/// JSON that was written already: a value in between would cost as much again.
#[derive(Debug, diesel::expression::AsExpression)]
#[diesel(sql_type = Jsonb)]
struct JsonText(String);

impl ToSql<Jsonb, Pg> for JsonText {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> diesel::serialize::Result {
        use std::io::Write as _;

        // The version of the binary form, which is the text.
        out.write_all(&[1])?;
        out.write_all(self.0.as_bytes())?;
        Ok(IsNull::No)
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = commission_line)]
pub(super) struct LineRow {
    position: i32,
    appointment_id: Uuid,
    rule_id: Option<Uuid>,
    base_minor: i64,
    amount_minor: i64,
    tip_minor: i64,
    reason: Value,
}

pub(super) fn line_of<E>(row: LineRow, period: PeriodId, currency: Currency) -> Result<Line, TxError<E>> {
    let id = format!("{period}/{}", row.position);
    let reason: Reason = serde_json::from_value(row.reason)
        .map_err(|error| TxError::impossible("commission_line", &id, error))?;
    let rule = match &reason.verdict {
        Verdict::Won { rule, .. } => Some(rule.as_uuid()),
        Verdict::Gap | Verdict::NoShow => None,
    };
    if rule != row.rule_id {
        return Err(TxError::impossible(
            "commission_line",
            &id,
            "the reason names another rule",
        ));
    }
    Ok(Line {
        appointment: AppointmentId::from_uuid(row.appointment_id),
        base: Money::new(row.base_minor, currency),
        commission: Money::new(row.amount_minor, currency),
        tip: Money::new(row.tip_minor, currency),
        reason,
    })
}
