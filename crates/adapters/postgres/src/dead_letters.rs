//! Provider messages of no tenant, for the operator alone: reached through a function of the owner's.

use diesel::prelude::*;
use diesel::sql_types::{Integer, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, sql_query};
use ratiba_kernel::Outage;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::database::{Database, TxError};

/// A message that nobody matched, without its body.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub struct DeadLetter {
    /// Its id.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// Whose format it has.
    #[diesel(sql_type = Text)]
    pub provider: String,
    /// Why nobody matched it.
    #[diesel(sql_type = Text)]
    pub reason: String,
    /// Whether somebody has looked at it.
    #[diesel(sql_type = Text)]
    pub state: String,
    /// When it came.
    #[diesel(sql_type = Timestamptz)]
    pub received_at: OffsetDateTime,
}

/// The newest payment callbacks of no tenant.
///
/// # Errors
/// [`Outage`].
pub async fn of_no_tenant(database: &Database, most: u16) -> Result<Vec<DeadLetter>, Outage> {
    database
        .global(move |tx| {
            let rows = sql_query("SELECT id, provider, reason, state, received_at FROM ratiba_unrouted($1)")
                .bind::<Integer, _>(i32::from(most))
                .load::<DeadLetter>(tx.conn())?;
            Ok::<_, TxError<Outage>>(rows)
        })
        .await
}
