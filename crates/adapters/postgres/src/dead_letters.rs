//! Provider messages of no tenant, for the operator alone: reached through functions of the owner's.

use diesel::QueryableByName;
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel::sql_types::{Binary, Bool, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use ratiba_kernel::{Outage, TenantId};
use ratiba_payments::actor::Actor;
use ratiba_payments::remark::Remark;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::database::{Database, TxError};
use crate::kept::sql_query;

/// A message that nobody matched.
#[derive(Clone, PartialEq, Eq, QueryableByName)]
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
    /// The body, byte for byte; it may hold a phone number.
    #[diesel(sql_type = Binary)]
    pub body: Vec<u8>,
    /// Who looked at it.
    #[diesel(sql_type = Nullable<Text>)]
    pub handled_by: Option<String>,
    /// Why it was decided so.
    #[diesel(sql_type = Nullable<Text>)]
    pub handled_reason: Option<String>,
}

#[derive(QueryableByName)]
struct Done {
    #[diesel(sql_type = Bool)]
    done: bool,
}

const COLUMNS: &str = "id, provider, reason, state, received_at, body, handled_by, handled_reason";

/// The newest payment callbacks of no tenant.
///
/// # Errors
/// [`Outage`].
pub async fn of_no_tenant(database: &Database, most: u16) -> Result<Vec<DeadLetter>, Outage> {
    database
        .global(move |tx| {
            let rows = sql_query(format!("SELECT {COLUMNS} FROM ratiba_unrouted($1)"))
                .bind::<Integer, _>(i32::from(most))
                .load::<DeadLetter>(tx.conn())?;
            Ok::<_, TxError<Outage>>(rows)
        })
        .await
}

/// One of them; `None` if there is none, or it is a tenant's.
///
/// # Errors
/// [`Outage`].
pub async fn one_of_no_tenant(database: &Database, letter: Uuid) -> Result<Option<DeadLetter>, Outage> {
    database
        .global(move |tx| {
            let row = sql_query(format!("SELECT {COLUMNS} FROM ratiba_unrouted_letter($1)"))
                .bind::<SqlUuid, _>(letter)
                .get_result::<DeadLetter>(tx.conn())
                .optional()?;
            Ok::<_, TxError<Outage>>(row)
        })
        .await
}

/// Gives a new letter of nobody to a tenant, whose people then work it through; false if there is no such letter (any
/// more), or no such tenant. One letter is given once, whoever asks at the same time.
///
/// # Errors
/// [`Outage`].
pub async fn assign(
    database: &Database,
    letter: Uuid,
    to: TenantId,
    by: &Actor,
    why: &Remark,
    at: OffsetDateTime,
) -> Result<bool, Outage> {
    let (by, why) = (by.as_str().to_owned(), why.as_str().to_owned());
    database
        .global(move |tx| {
            let row = sql_query("SELECT ratiba_assign_unrouted($1, $2, $3, $4, $5) AS done")
                .bind::<SqlUuid, _>(letter)
                .bind::<SqlUuid, _>(to.as_uuid())
                .bind::<Text, _>(&by)
                .bind::<Text, _>(&why)
                .bind::<Timestamptz, _>(at)
                .get_result::<Done>(tx.conn());
            match row {
                Ok(row) => Ok::<_, TxError<Outage>>(row.done),
                Err(DieselError::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, _)) => Ok(false),
                Err(error) => Err(TxError::Database(error)),
            }
        })
        .await
}

/// Records that a new letter of nobody means nothing; false if there is no such letter (any more).
///
/// # Errors
/// [`Outage`].
pub async fn dismiss(
    database: &Database,
    letter: Uuid,
    by: &Actor,
    why: &Remark,
    at: OffsetDateTime,
) -> Result<bool, Outage> {
    let (by, why) = (by.as_str().to_owned(), why.as_str().to_owned());
    database
        .global(move |tx| {
            let row = sql_query("SELECT ratiba_dismiss_unrouted($1, $2, $3, $4) AS done")
                .bind::<SqlUuid, _>(letter)
                .bind::<Text, _>(&by)
                .bind::<Text, _>(&why)
                .bind::<Timestamptz, _>(at)
                .get_result::<Done>(tx.conn())?;
            Ok::<_, TxError<Outage>>(row.done)
        })
        .await
}
