//! Reports over whole days, read in one look each and summed by the database.

use diesel::sql_types::{Array, Date as SqlDate, Timestamptz, Uuid as SqlUuid};
use ratiba_kernel::{Currency, LocalDays, Money, Outage};
use time::{Date, OffsetDateTime};

use crate::database::{Database, TenantTx, TxError};
use crate::kept::{Kept, sql_query};

/// Plays the ports by which reports are read.
#[derive(Clone)]
pub struct PgReports {
    pub(crate) database: Database,
}

impl PgReports {
    /// The reports of this database.
    #[must_use]
    pub const fn new(database: Database) -> Self {
        Self { database }
    }
}

/// A statement over days: `$1` is the tenant, `$2` to `$4` the days with their first and last moments, `$5` and `$6` the
/// ends of all of them. Days are the business's own; the database is not asked for a zone.
pub(crate) fn over_days(tx: &TenantTx<'_>, text: &'static str, days: &LocalDays) -> Kept<'static> {
    let dates: Vec<Date> = days.days().iter().map(|day| day.date).collect();
    let starts: Vec<OffsetDateTime> = days.days().iter().map(|day| day.range.start()).collect();
    let ends: Vec<OffsetDateTime> = days.days().iter().map(|day| day.range.end()).collect();
    sql_query(text)
        .bind::<SqlUuid, _>(tx.tenant_uuid())
        .bind::<Array<SqlDate>, _>(dates)
        .bind::<Array<Timestamptz>, _>(starts)
        .bind::<Array<Timestamptz>, _>(ends)
        .bind::<Timestamptz, _>(days.range().start())
        .bind::<Timestamptz, _>(days.range().end())
}

/// An amount of a table whose currency is a code.
pub(crate) fn money(table: &'static str, currency: &str, minor: i64) -> Result<Money, TxError<Outage>> {
    let currency = Currency::parse(currency).map_err(|error| TxError::impossible(table, currency, error))?;
    Ok(Money::new(minor, currency))
}
