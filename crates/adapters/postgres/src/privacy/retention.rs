//! What the nightly sweep lets go of, as the list of what is kept says it.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::{Timestamptz, Uuid as SqlUuid};
use ratiba_kernel::{Outage, TenantId};
use time::{Duration, OffsetDateTime};

use super::kept::{KEPT, Kept, Limit, Period};
use crate::database::{Database, TxError};
use crate::kept::sql_query;

/// Rows of one transaction.
const BATCH: usize = 500;
/// Transactions for one table and night; what is left has its turn in the next one.
const BATCHES: usize = 40;

/// Rows of each table that went or were emptied; tables without any are not mentioned.
pub type LetGo = BTreeMap<&'static str, usize>;

fn statement(kept: &Kept, limit: &Limit, of_business: &str) -> String {
    let (table, since, when) = (kept.table, limit.since, limit.when);
    let (what, change) = match limit.emptied {
        None => ("DELETE FROM", String::new()),
        Some(columns) => ("UPDATE", format!("SET {columns} ")),
    };
    format!(
        "{what} {table} o {change}WHERE o.ctid = ANY (ARRAY(SELECT x.ctid FROM {table} x
             WHERE {of_business}x.{since} < $1 AND ({when}) ORDER BY x.{since} LIMIT {BATCH}))"
    )
}

/// Lets go of what is kept of a business and whose time is over, the oldest first, a few hundred rows in a transaction.
/// Whatever somebody still has to see to stays, however old. Safe to repeat.
///
/// # Errors
/// [`Outage`]; what was done before it stays done.
pub async fn let_go(database: &Database, tenant: TenantId, now: OffsetDateTime) -> Result<LetGo, Outage> {
    let mut gone = LetGo::new();
    for kept in KEPT {
        let Period::Days(limit) = kept.period else {
            continue;
        };
        let text = statement(kept, &limit, "x.tenant_id = $2 AND ");
        let before = now - Duration::days(i64::from(limit.days));
        for _ in 0..BATCHES {
            let text = text.clone();
            let rows = database.tenant(tenant, move |tx| {
                let rows = sql_query(text.as_str())
                    .bind::<Timestamptz, _>(before)
                    .bind::<SqlUuid, _>(tx.tenant_uuid())
                    .execute(tx.conn())?;
                Ok::<_, TxError<Outage>>(rows)
            });
            let rows = rows.await?;
            if rows > 0 {
                *gone.entry(kept.table).or_default() += rows;
            }
            if rows < BATCH {
                break;
            }
        }
    }
    Ok(gone)
}

/// [`let_go`] of what is of no business.
///
/// # Errors
/// [`Outage`]; what was done before it stays done.
pub async fn let_go_of_nobodys(database: &Database, now: OffsetDateTime) -> Result<LetGo, Outage> {
    let mut gone = LetGo::new();
    for kept in KEPT {
        let Period::InstanceDays(limit) = kept.period else {
            continue;
        };
        let text = statement(kept, &limit, "");
        let before = now - Duration::days(i64::from(limit.days));
        for _ in 0..BATCHES {
            let text = text.clone();
            let rows = database.global(move |tx| {
                let rows = sql_query(text.as_str())
                    .bind::<Timestamptz, _>(before)
                    .execute(tx.conn())?;
                Ok::<_, TxError<Outage>>(rows)
            });
            let rows = rows.await?;
            if rows > 0 {
                *gone.entry(kept.table).or_default() += rows;
            }
            if rows < BATCH {
                break;
            }
        }
    }
    Ok(gone)
}
