//! Whether a staff member's month is frozen.

use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Date as SqlDate, Uuid as SqlUuid};
use ratiba_booking::ports::OpenMonth;
use time::Date;
use uuid::Uuid;

use super::catalogue;
use crate::database::{TenantTx, TxError};
use crate::kept::sql_query;

#[derive(QueryableByName)]
struct Answer {
    #[diesel(sql_type = Bool)]
    yes: bool,
}

/// Whether any of the months is closed, by the local date of its instant.
pub(crate) fn any_is_frozen<E>(tx: &mut TenantTx<'_>, months: &[OpenMonth]) -> Result<bool, TxError<E>> {
    if months.is_empty() {
        return Ok(false);
    }
    let zone = catalogue::policy(tx)?.zone;
    let tenant = tx.tenant_uuid();
    let staff: Vec<Uuid> = months.iter().map(|month| month.staff.as_uuid()).collect();
    let dates: Vec<Date> = months.iter().map(|month| zone.date(month.at)).collect();
    let answer = sql_query(
        "SELECT EXISTS (SELECT FROM unnest($2, $3) AS m (staff_id, day)
            JOIN commission_period p ON p.tenant_id = $1 AND p.staff_id = m.staff_id
                AND p.period_start <= m.day AND p.period_end > m.day AND p.type = 'close') AS yes",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<Array<SqlUuid>, _>(staff)
    .bind::<Array<SqlDate>, _>(dates)
    .get_result::<Answer>(tx.conn())?;
    Ok(answer.yes)
}
