//! The outbox as a stream: events in an order in which none comes late.
//!
//! Numbers of a sequence are drawn before a transaction commits, so a reader who remembers the largest one that it saw misses
//! whatever commits later under a smaller one. Here events are ordered by the id of their transaction, and only those are
//! shown whose transaction is older than every one that still runs: of such a transaction nothing can appear any more, so
//! what was passed once stays passed. The price is that one long transaction, of whomever, holds every stream up until its
//! end; transactions of ours are bounded by the statement timeout.

use std::fmt;
use std::str::FromStr;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Jsonb, Text, Timestamptz, Uuid as SqlUuid};
use ratiba_kernel::{Outage, TenantId};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::database::{Database, TxError};
use crate::kept::sql_query;
use crate::outbox::StoredEvent;

/// A place in a tenant's stream, after one event and before the next. What it looks like is nobody's business.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    xid: i64,
    seq: i64,
}

/// The text is no place in a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no place in the stream of events")]
pub struct NotAPosition;

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}-{:x}", self.xid, self.seq)
    }
}

impl FromStr for Position {
    type Err = NotAPosition;

    fn from_str(text: &str) -> Result<Self, NotAPosition> {
        let number = |digits: &str| {
            let found = i64::from_str_radix(digits, 16).ok();
            found.filter(|number| *number >= 0 && !digits.starts_with('+'))
        };
        let numbers = text.split_once('-').map(|(xid, seq)| (number(xid), number(seq)));
        match numbers {
            Some((Some(xid), Some(seq))) => Ok(Self { xid, seq }),
            Some((None, _) | (_, None)) | None => Err(NotAPosition),
        }
    }
}

/// One event in its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Fed {
    /// The place behind it.
    pub position: Position,
    /// Its id.
    pub id: Uuid,
    /// What happened.
    pub stored: StoredEvent,
}

/// Where a reader stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// At most so many events behind.
    Behind(u32),
    /// Further behind than was asked for.
    TooFar,
    /// Nowhere: the place is of another database, or of one that was put back to an earlier state.
    Elsewhere,
}

#[derive(QueryableByName)]
struct FedRow {
    #[diesel(sql_type = BigInt)]
    xid: i64,
    #[diesel(sql_type = BigInt)]
    seq: i64,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    topic: String,
    #[diesel(sql_type = Jsonb)]
    payload: serde_json::Value,
    #[diesel(sql_type = Timestamptz)]
    occurred_at: OffsetDateTime,
}

#[derive(QueryableByName)]
struct HeadRow {
    #[diesel(sql_type = BigInt)]
    xid: i64,
}

#[derive(QueryableByName)]
struct StandingRow {
    #[diesel(sql_type = Bool)]
    known: bool,
    #[diesel(sql_type = BigInt)]
    behind: i64,
}

/// The place where a reader begins who wants what happens from now on.
///
/// # Errors
/// [`Outage`].
pub async fn head(database: &Database, tenant: TenantId) -> Result<Position, Outage> {
    database
        .tenant(tenant, |tx| {
            let row = sql_query("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS xid")
                .get_result::<HeadRow>(tx.conn())?;
            Ok::<_, TxError<Outage>>(Position {
                xid: row.xid.saturating_sub(1),
                seq: i64::MAX,
            })
        })
        .await
}

/// Where a reader stands who was at a place, counting no further than `most`.
///
/// # Errors
/// [`Outage`].
pub async fn standing(
    database: &Database,
    tenant: TenantId,
    at: Position,
    most: u32,
) -> Result<Standing, Outage> {
    database
        .tenant(tenant, move |tx| {
            let row = sql_query(
                "SELECT $2 < pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS known,
                     (SELECT count(*) FROM (SELECT FROM outbox WHERE tenant_id = $1 AND (xid, seq) > ($2, $3)
                          LIMIT $4) AS later) AS behind",
            )
            .bind::<SqlUuid, _>(tx.tenant_uuid())
            .bind::<BigInt, _>(at.xid)
            .bind::<BigInt, _>(at.seq)
            .bind::<BigInt, _>(i64::from(most) + 1)
            .get_result::<StandingRow>(tx.conn())?;
            let behind = u32::try_from(row.behind).unwrap_or(u32::MAX);
            Ok::<_, TxError<Outage>>(match (row.known, behind <= most) {
                (false, _) => Standing::Elsewhere,
                (true, false) => Standing::TooFar,
                (true, true) => Standing::Behind(behind),
            })
        })
        .await
}

/// What comes after a place, in order, at most `most`. What is shown after a place once is shown after it always, and
/// nothing ever appears before a place that was shown.
///
/// # Errors
/// [`Outage`].
pub async fn after(
    database: &Database,
    tenant: TenantId,
    at: Position,
    most: u16,
) -> Result<Vec<Fed>, Outage> {
    database
        .tenant(tenant, move |tx| {
            let rows = sql_query(
                "SELECT xid, seq, id, topic, payload, occurred_at FROM outbox
                 WHERE tenant_id = $1 AND (xid, seq) > ($2, $3)
                     AND xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
                 ORDER BY xid, seq LIMIT $4",
            )
            .bind::<SqlUuid, _>(tx.tenant_uuid())
            .bind::<BigInt, _>(at.xid)
            .bind::<BigInt, _>(at.seq)
            .bind::<BigInt, _>(i64::from(most))
            .load::<FedRow>(tx.conn())?;
            let fed = rows.into_iter().map(|row| Fed {
                position: Position {
                    xid: row.xid,
                    seq: row.seq,
                },
                id: row.id,
                stored: StoredEvent {
                    topic: row.topic,
                    payload: row.payload,
                    occurred_at: row.occurred_at,
                    // Endpoints are asked for where an event is worked on.
                    is_heard: false,
                },
            });
            Ok::<_, TxError<Outage>>(fed.collect())
        })
        .await
}
