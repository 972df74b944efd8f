//! Journals with their lines, for reading.

use std::collections::BTreeMap;

use async_trait::async_trait;
use diesel::QueryableByName;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use ratiba_kernel::{Currency, Id, Money, Outage, TenantId};
use ratiba_payments::ledger::{Account, Entry, Place};
use ratiba_payments::ports::{JournalBook, JournalQuery, PostedJournal};
use time::OffsetDateTime;
use uuid::Uuid;

use super::PgPayments;
use crate::database::TxError;
use crate::kept::sql_query;

#[derive(QueryableByName)]
struct JournalRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    cause: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    payment_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    attempt_id: Option<Uuid>,
    #[diesel(sql_type = Timestamptz)]
    occurred_at: OffsetDateTime,
}

#[derive(QueryableByName)]
struct EntryRow {
    #[diesel(sql_type = SqlUuid)]
    journal_id: Uuid,
    #[diesel(sql_type = Text)]
    account: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    customer_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    payment_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    staff_id: Option<Uuid>,
    #[diesel(sql_type = Text)]
    currency: String,
    #[diesel(sql_type = BigInt)]
    amount_minor: i64,
}

const JOURNALS: &str = "
SELECT j.id, j.cause, j.payment_id, j.attempt_id, j.occurred_at FROM ledger_journals j
WHERE j.tenant_id = $1 AND ($2 IS NULL OR j.occurred_at >= $2) AND ($3 IS NULL OR j.occurred_at < $3)
    AND ($4 IS NULL OR j.payment_id = $4)
    AND ($5 IS NULL OR EXISTS (SELECT FROM ledger_entries e
        WHERE e.tenant_id = $1 AND e.journal_id = j.id AND e.account = $5))
    AND ($6 IS NULL OR (j.occurred_at, j.id) < (SELECT b.occurred_at, b.id FROM ledger_journals b
        WHERE b.tenant_id = $1 AND b.id = $6))
ORDER BY j.occurred_at DESC, j.id DESC LIMIT $7";

const ENTRIES: &str = "
SELECT journal_id, account, customer_id, payment_id, staff_id, currency, amount_minor FROM ledger_entries
WHERE tenant_id = $1 AND journal_id = ANY ($2) ORDER BY journal_id, position";

#[async_trait]
impl JournalBook for PgPayments {
    async fn journals(&self, tenant: TenantId, query: JournalQuery) -> Result<Vec<PostedJournal>, Outage> {
        self.database
            .snapshot(tenant, move |tx| {
                let rows: Vec<JournalRow> = sql_query(JOURNALS)
                    .bind::<SqlUuid, _>(tx.tenant_uuid())
                    .bind::<Nullable<Timestamptz>, _>(query.from)
                    .bind::<Nullable<Timestamptz>, _>(query.until)
                    .bind::<Nullable<SqlUuid>, _>(query.payment.map(|payment| payment.as_uuid()))
                    .bind::<Nullable<Text>, _>(query.account.map(Account::as_str))
                    .bind::<Nullable<SqlUuid>, _>(query.before.map(|before| before.as_uuid()))
                    .bind::<BigInt, _>(i64::from(query.most))
                    .load(tx.conn())?;
                let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
                let lines: Vec<EntryRow> = sql_query(ENTRIES)
                    .bind::<SqlUuid, _>(tx.tenant_uuid())
                    .bind::<Array<SqlUuid>, _>(ids)
                    .load(tx.conn())?;
                let mut entries: BTreeMap<Uuid, Vec<Entry>> = BTreeMap::new();
                for line in lines {
                    let journal = line.journal_id;
                    let entry = entry_of(line)
                        .map_err(|what| TxError::<Outage>::impossible("ledger_entries", journal, what))?;
                    entries.entry(journal).or_default().push(entry);
                }
                let journals = rows.into_iter().map(|row| PostedJournal {
                    id: Id::from_uuid(row.id),
                    cause: row.cause,
                    payment: row.payment_id.map(Id::from_uuid),
                    attempt: row.attempt_id.map(Id::from_uuid),
                    at: row.occurred_at,
                    entries: entries.remove(&row.id).unwrap_or_default(),
                });
                Ok(journals.collect())
            })
            .await
    }
}

fn entry_of(row: EntryRow) -> Result<Entry, &'static str> {
    let currency = Currency::parse(&row.currency).map_err(|_| "unknown currency")?;
    Ok(Entry {
        place: Place {
            account: Account::parse(&row.account).ok_or("unknown account")?,
            customer: row.customer_id.map(Id::from_uuid),
            payment: row.payment_id.map(Id::from_uuid),
            staff: row.staff_id.map(Id::from_uuid),
        },
        amount: Money::new(row.amount_minor, currency),
    })
}
