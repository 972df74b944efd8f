//! What customers ask of what is kept of them: the list of requests, everything that is kept of somebody, and forgetting it.
//! What that is, and what becomes of it, is said by one list of all tables.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bytea, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use ratiba_access::audit::Hash;
use ratiba_access::privacy::{
    AnswerError, Collected, DataRequest, DataRequestId, Ending, NotYet, PrivacyBook, Proof, Reason, Taken,
    Wish,
};
use ratiba_kernel::{Id, Outage, TenantId};
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::database::{Database, TenantTx, TxError};
use crate::kept::sql_query;

#[macro_use]
mod whose;

pub mod kept;
pub mod retention;

use kept::{Forgotten, KEPT, Kept};

/// [`PrivacyBook`] on PostgreSQL.
#[derive(Clone)]
pub struct PgPrivacyBook {
    database: Database,
}

impl PgPrivacyBook {
    /// The requests in this database.
    #[must_use]
    pub const fn new(database: Database) -> Self {
        Self { database }
    }
}

#[async_trait]
impl PrivacyBook for PgPrivacyBook {
    async fn take(&self, tenant: TenantId, request: DataRequest) -> Result<Taken, Outage> {
        self.database.tenant(tenant, move |tx| take(tx, &request)).await
    }

    async fn list(&self, tenant: TenantId, most: u16) -> Result<Vec<DataRequest>, Outage> {
        self.database
            .tenant(tenant, move |tx| {
                let rows = sql_query(LIST)
                    .bind::<SqlUuid, _>(tx.tenant_uuid())
                    .bind::<BigInt, _>(i64::from(most))
                    .load::<RequestRow>(tx.conn())?;
                rows.into_iter().map(RequestRow::read).collect()
            })
            .await
    }

    async fn overdue(&self, tenant: TenantId, now: OffsetDateTime) -> Result<u32, Outage> {
        self.database
            .tenant(tenant, move |tx| {
                let row = sql_query(
                    "SELECT count(*) AS late FROM data_requests r
                     WHERE r.tenant_id = $1 AND r.state = 'open' AND r.due_at < $2",
                )
                .bind::<SqlUuid, _>(tx.tenant_uuid())
                .bind::<Timestamptz, _>(now)
                .get_result::<Late>(tx.conn())?;
                Ok::<_, TxError<Outage>>(u32::try_from(row.late).unwrap_or(u32::MAX))
            })
            .await
    }

    async fn find(&self, tenant: TenantId, id: DataRequestId) -> Result<Option<DataRequest>, Outage> {
        self.database
            .tenant(tenant, move |tx| {
                let row = sql_query(FIND)
                    .bind::<SqlUuid, _>(tx.tenant_uuid())
                    .bind::<SqlUuid, _>(id.as_uuid())
                    .get_result::<RequestRow>(tx.conn())
                    .optional()?;
                row.map(RequestRow::read).transpose()
            })
            .await
    }

    async fn collect(&self, tenant: TenantId, customer: Uuid) -> Result<Option<Collected>, Outage> {
        self.database
            .snapshot(tenant, move |tx| collect(tx, customer))
            .await
    }

    async fn erase(
        &self,
        tenant: TenantId,
        id: DataRequestId,
        at: OffsetDateTime,
    ) -> Result<DataRequest, AnswerError> {
        self.database.tenant(tenant, move |tx| erase(tx, id, at)).await
    }

    async fn end(
        &self,
        tenant: TenantId,
        id: DataRequestId,
        at: OffsetDateTime,
        ending: Ending,
    ) -> Result<DataRequest, AnswerError> {
        self.database
            .tenant(tenant, move |tx| {
                let open = lock(tx, id)?;
                end(tx, open, at, ending.clone())
            })
            .await
    }
}

#[derive(QueryableByName)]
struct Late {
    #[diesel(sql_type = BigInt)]
    late: i64,
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

fn take(tx: &mut TenantTx<'_>, request: &DataRequest) -> Result<Taken, TxError<Outage>> {
    let tenant = tx.tenant_uuid();
    // Whoever takes down a wish of the same customer waits here.
    let known = sql_query(
        "SELECT c.id FROM customers c WHERE c.tenant_id = $1 AND c.id = $2 AND c.erased_at IS NULL FOR UPDATE",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(request.customer)
    .get_result::<Found>(tx.conn())
    .optional()?;
    if known.is_none() {
        return Ok(Taken::UnknownCustomer);
    }
    let before = sql_query(
        "SELECT r.id FROM data_requests r
         WHERE r.tenant_id = $1 AND r.customer_id = $2 AND r.wish = $3 AND r.state = 'open'",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(request.customer)
    .bind::<Text, _>(request.wish.name())
    .get_result::<Found>(tx.conn())
    .optional()?;
    if let Some(before) = before {
        return Ok(Taken::Already(Id::from_uuid(before.id)));
    }
    sql_query(
        "INSERT INTO data_requests (tenant_id, id, customer_id, wish, asked_at, due_at, taken_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(request.id.as_uuid())
    .bind::<SqlUuid, _>(request.customer)
    .bind::<Text, _>(request.wish.name())
    .bind::<Timestamptz, _>(request.asked_at)
    .bind::<Timestamptz, _>(request.due_at)
    .bind::<Text, _>(request.taken_by.as_str())
    .execute(tx.conn())?;
    Ok(Taken::New)
}

/// What nobody reads anything from, and who of the business did something.
const LEFT_OUT: &str = "'{tenant_id,key,personal,fingerprint,request_key,request_print,order_key,order_print,order_fingerprint,hold_key,\
    accepted_by,assigned_by,decided_by,discount_by,found_by,handled_by,invited_by,made_by,paid_by,requested_by,resolved_by,said_by,\
    spent_by,taken_back_by,taken_by,taken_name,taken_phone,taken_subject}'";

#[derive(QueryableByName)]
struct RowsOf {
    #[diesel(sql_type = Jsonb)]
    rows_of: Value,
}

fn collect<E>(tx: &mut TenantTx<'_>, customer: Uuid) -> Result<Option<Collected>, TxError<E>> {
    let tenant = tx.tenant_uuid();
    let mut collected = BTreeMap::new();
    for (table, of_customer) in KEPT.iter().filter_map(about_customers) {
        let found = sql_query(format!(
            "SELECT coalesce(jsonb_agg({} - {LEFT_OUT}::text[]), '[]') AS rows_of
             FROM {} x WHERE x.tenant_id = $1 AND ({of_customer})",
            table.told, table.table
        ))
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(customer)
        .get_result::<RowsOf>(tx.conn())?;
        let Value::Array(mut rows) = found.rows_of else {
            return Err(TxError::impossible(table.table, customer, "no list"));
        };
        rows.iter_mut().for_each(in_words);
        collected.insert(table.table.to_owned(), rows);
    }
    let known = collected.get("customers").is_some_and(|rows| !rows.is_empty());
    Ok(known.then_some(Collected(collected)))
}

/// What providers wrote is kept as bytes, and read as the text that it is.
fn in_words(row: &mut Value) {
    let columns = row.as_object_mut().into_iter().flat_map(|row| row.values_mut());
    for value in columns {
        let bytes = value.as_str().and_then(|text| text.strip_prefix("\\x"));
        let words = bytes
            .and_then(|bytes| hex::decode(bytes).ok())
            .and_then(|bytes| String::from_utf8(bytes).ok());
        if let Some(words) = words {
            *value = Value::String(words);
        }
    }
}

fn about_customers(table: &Kept) -> Option<(&Kept, &'static str)> {
    table.of_customer.map(|of_customer| (table, of_customer))
}

/// An open request, kept from everybody else who would answer it.
fn lock(tx: &mut TenantTx<'_>, id: DataRequestId) -> Result<DataRequest, TxError<AnswerError>> {
    let row = sql_query(format!("{FIND} FOR UPDATE"))
        .bind::<SqlUuid, _>(tx.tenant_uuid())
        .bind::<SqlUuid, _>(id.as_uuid())
        .get_result::<RequestRow>(tx.conn())
        .optional()?;
    let request = row.ok_or(TxError::Refused(AnswerError::Unknown))?.read()?;
    if request.ended.is_some() {
        return Err(TxError::Refused(AnswerError::Ended));
    }
    Ok(request)
}

fn end(
    tx: &mut TenantTx<'_>,
    open: DataRequest,
    at: OffsetDateTime,
    ending: Ending,
) -> Result<DataRequest, TxError<AnswerError>> {
    let (state, document, rows_of, refused) = match &ending {
        Ending::Done(proof) => (
            "done",
            proof.document.map(|hash| hash.0.to_vec()),
            Some(Value::from_iter(
                proof.rows.iter().map(|(table, rows)| (table.clone(), *rows)),
            )),
            None,
        ),
        Ending::Refused(reason) => ("refused", None, None, Some(reason.as_str().to_owned())),
    };
    sql_query(
        "UPDATE data_requests SET state = $3, ended_at = $4, document_hash = $5, rows_of = $6, refused_because = $7
         WHERE tenant_id = $1 AND id = $2",
    )
    .bind::<SqlUuid, _>(tx.tenant_uuid())
    .bind::<SqlUuid, _>(open.id.as_uuid())
    .bind::<Text, _>(state)
    .bind::<Timestamptz, _>(at)
    .bind::<Nullable<Bytea>, _>(document)
    .bind::<Nullable<Jsonb>, _>(rows_of)
    .bind::<Nullable<Text>, _>(refused)
    .execute(tx.conn())?;
    Ok(DataRequest {
        ended: Some((at, ending)),
        ..open
    })
}

#[derive(QueryableByName)]
struct NotYetRow {
    #[diesel(sql_type = Nullable<Text>)]
    what: Option<String>,
}

fn erase(
    tx: &mut TenantTx<'_>,
    id: DataRequestId,
    at: OffsetDateTime,
) -> Result<DataRequest, TxError<AnswerError>> {
    let open = lock(tx, id)?;
    if open.wish != Wish::Erasure {
        return Err(TxError::Refused(AnswerError::AnotherWish(Wish::Erasure)));
    }
    let (tenant, customer) = (tx.tenant_uuid(), open.customer);
    // The payments first, as whoever books money does it; the customer then, so that nothing new of theirs is begun.
    sql_query(HOLD_PAYMENTS)
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(customer)
        .execute(tx.conn())?;
    sql_query("SELECT c.id FROM customers c WHERE c.tenant_id = $1 AND c.id = $2 FOR UPDATE")
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(customer)
        .get_result::<Found>(tx.conn())?;
    let still = sql_query(NOT_YET.as_str())
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(customer)
        .get_result::<NotYetRow>(tx.conn())?;
    let not_yet = match still.what.as_deref() {
        None => None,
        Some("booked") => Some(NotYet::Booked),
        Some("money") => Some(NotYet::MoneyUnderWay),
        Some("credit") => Some(NotYet::Credit),
        Some(_other) => return Err(TxError::impossible("customers", customer, "what is in the way")),
    };
    if let Some(not_yet) = not_yet {
        return Err(TxError::Refused(AnswerError::NotYet(not_yet)));
    }
    // While it is still known where they were written to.
    sql_query("SELECT ratiba_keep_silence($1, $2)")
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(customer)
        .execute(tx.conn())?;
    sql_query(HAVE_KEY)
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(customer)
        .execute(tx.conn())?;
    let mut rows = BTreeMap::new();
    for (table, of_customer) in KEPT.iter().filter_map(about_customers) {
        let forgetting = match table.forgotten {
            Forgotten::Stays(_why) => continue,
            Forgotten::Goes => format!("DELETE FROM {} x", table.table),
            Forgotten::Emptied(columns) => format!("UPDATE {} x SET {columns}", table.table),
        };
        let naming = table.naming.unwrap_or("false");
        let settled = table.settled.unwrap_or("true");
        // Each statement has the same three values, whether it names them or not.
        let gone = sql_query(format!(
            "{forgetting} WHERE x.tenant_id = $1 AND (({of_customer}) OR ({naming})) AND ({settled}) AND $3::timestamptz IS NOT NULL"
        ))
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(customer)
        .bind::<Timestamptz, _>(at)
        .execute(tx.conn())?;
        if gone > 0 {
            let gone = u64::try_from(gone).unwrap_or(u64::MAX);
            rows.insert(table.table.to_owned(), gone);
        }
    }
    let proof = Proof { document: None, rows };
    end(tx, open, at, Ending::Done(proof))
}

/// Whoever decided about one of them meanwhile finds it changed, and decides again on what is left.
const HOLD_PAYMENTS: &str = "
UPDATE payments p SET version = p.version + 1
FROM (SELECT h.id FROM payments h WHERE h.tenant_id = $1 AND h.customer_id = $2 ORDER BY h.id FOR NO KEY UPDATE) held
WHERE p.tenant_id = $1 AND p.id = held.id";

/// Everybody who is forgotten has a key to be destroyed: where there was one, none is made again.
const HAVE_KEY: &str = "
INSERT INTO customer_keys (tenant_id, customer_id, key) VALUES ($1, $2, gen_random_bytes(64)) ON CONFLICT DO NOTHING";

const FIND: &str = "
SELECT r.id, r.customer_id, r.wish, r.asked_at, r.due_at, r.taken_by, r.state, r.ended_at, r.document_hash, r.rows_of,
    r.refused_because
FROM data_requests r WHERE r.tenant_id = $1 AND r.id = $2";

const LIST: &str = "
SELECT r.id, r.customer_id, r.wish, r.asked_at, r.due_at, r.taken_by, r.state, r.ended_at, r.document_hash, r.rows_of,
    r.refused_because
FROM data_requests r WHERE r.tenant_id = $1
ORDER BY r.state <> 'open', CASE WHEN r.state = 'open' THEN r.due_at END, r.ended_at DESC, r.id LIMIT $2";

/// What has to end before the customer can be forgotten: nobody is turned away at the door, or loses money, by having asked.
static NOT_YET: LazyLock<String> = LazyLock::new(|| {
    let waits = KEPT.iter().filter_map(|table| {
        let (of_customer, settled) = table.of_customer.zip(table.settled)?;
        let table = table.table;
        Some(format!(
            "OR EXISTS (SELECT FROM {table} x WHERE x.tenant_id = $1 AND ({of_customer}) AND NOT ({settled}))"
        ))
    });
    let waits: String = waits.collect::<Vec<_>>().join("\n");
    format!(
        "
SELECT CASE
    WHEN EXISTS (SELECT FROM appointments a WHERE a.tenant_id = $1 AND a.customer_id = $2
            AND a.state IN ('requested', 'held', 'confirmed', 'checked_in', 'in_progress'))
        OR EXISTS (SELECT FROM walk_ins w WHERE w.tenant_id = $1 AND w.customer_id = $2 AND w.state = 'waiting')
        OR EXISTS (SELECT FROM waitlist_entries e WHERE e.tenant_id = $1 AND e.customer_id = $2
            AND e.state IN ('waiting', 'offered'))
        THEN 'booked'
    WHEN EXISTS (SELECT FROM payment_attempts a JOIN payments p ON p.tenant_id = a.tenant_id AND p.id = a.payment_id
            WHERE a.tenant_id = $1 AND p.customer_id = $2
                AND a.state IN ('created', 'sent', 'awaiting_customer', 'unknown', 'in_review'))
        OR EXISTS (SELECT FROM payments p WHERE p.tenant_id = $1 AND p.customer_id = $2 AND p.state = 'open' AND p.purpose <> 'tip')
        OR EXISTS (SELECT FROM payment_refunds r WHERE r.tenant_id = $1 AND r.customer_id = $2
            AND r.state IN ('requested', 'sent', 'unknown', 'in_review'))
        {waits}
        THEN 'money'
    WHEN EXISTS (SELECT FROM ledger_entries e WHERE e.tenant_id = $1 AND e.customer_id = $2 AND e.account = 'customer_deposits'
            GROUP BY e.currency HAVING sum(e.amount_minor) <> 0)
        THEN 'credit'
    END AS what"
    )
});

#[derive(QueryableByName)]
struct RequestRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    customer_id: Uuid,
    #[diesel(sql_type = Text)]
    wish: String,
    #[diesel(sql_type = Timestamptz)]
    asked_at: OffsetDateTime,
    #[diesel(sql_type = Timestamptz)]
    due_at: OffsetDateTime,
    #[diesel(sql_type = Text)]
    taken_by: String,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    ended_at: Option<OffsetDateTime>,
    #[diesel(sql_type = Nullable<Bytea>)]
    document_hash: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<Jsonb>)]
    rows_of: Option<Value>,
    #[diesel(sql_type = Nullable<Text>)]
    refused_because: Option<String>,
}

impl RequestRow {
    fn read<E>(self) -> Result<DataRequest, TxError<E>> {
        let (id, ended_at) = (self.id, self.ended_at);
        let wrong = |what| TxError::impossible("data_requests", id, what);
        let ending = match (self.state.as_str(), self.rows_of, self.refused_because) {
            ("open", None, None) => None,
            ("done", Some(rows), None) => {
                let document = self
                    .document_hash
                    .map(|bytes| Hash::read(&bytes).ok_or_else(|| wrong("no hash")));
                Some(Ending::Done(Proof {
                    document: document.transpose()?,
                    rows: serde_json::from_value(rows).map_err(|_malformed| wrong("malformed counts"))?,
                }))
            }
            ("refused", None, Some(words)) => Some(Ending::Refused(
                Reason::parse(&words).ok_or_else(|| wrong("malformed reason"))?,
            )),
            _other => return Err(wrong("state and ending contradict each other")),
        };
        Ok(DataRequest {
            id: Id::from_uuid(id),
            customer: self.customer_id,
            wish: Wish::parse(&self.wish).ok_or_else(|| wrong("unknown wish"))?,
            asked_at: self.asked_at,
            due_at: self.due_at,
            taken_by: self.taken_by,
            ended: ended_at.zip(ending),
        })
    }
}
