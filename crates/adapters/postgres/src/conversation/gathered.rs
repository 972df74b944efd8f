//! Storing what webhooks bring: one statement, which is the transaction, for all that comes at the same time.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use diesel::prelude::*;
use diesel::result::Error as DieselError;
use diesel::sql_types::{Array, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use ratiba_conversation::channel::Channel;
use ratiba_conversation::delivery::{InboundRow, StatusRow};
use ratiba_conversation::event::{ConversationTask, StatusRef, turn_order};
use ratiba_conversation::ports::{Kept, Parcel};
use ratiba_kernel::{Id, Outage, TenantId};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::database::{Database, TenantStatement, TxError};
use crate::gather::{GatherLimits, Gatherer, Sharing, breaks_a_rule, outage_of_all};
use crate::kept::sql_query;
use crate::waiters::Waiters;

/// A parcel, how it came and when.
pub(super) struct Letter {
    pub(super) channel: Channel,
    pub(super) parcel: Parcel,
    pub(super) at: OffsetDateTime,
}

/// Where parcels gather, by business and channel.
pub(super) type Letters = Gatherer<(TenantId, &'static str), Arc<Letter>, Result<Kept, Outage>>;

/// As for bookings, but a message is a smaller matter: more of them go together, and it takes many to be worth a lane
/// beside a busy one. A third lane was slower than two: each call waits for the log to reach the disk.
const LIMITS: GatherLimits = GatherLimits {
    lanes: 2,
    beside_from: 8,
    together_max: 64,
    sharing: Sharing::Half,
    waiting_max: 2_048,
    wait: Duration::from_secs(1),
};

/// Where parcels gather that are stored in `database`.
pub(super) fn letters(database: Database) -> Letters {
    // A provider's messages turn nobody away: they are few calls for many, and have bounds of their own.
    Gatherer::new(LIMITS, Waiters::default(), move |(tenant, channel), letters| {
        let database = database.clone();
        async move { keep_together(&database, tenant, channel, letters.into()).await }
    })
}

async fn keep_together(
    database: &Database,
    tenant: TenantId,
    channel: &'static str,
    letters: Arc<[Arc<Letter>]>,
) -> Vec<Result<Kept, Outage>> {
    match keep(database, tenant, channel, &letters).await {
        Ok(kept) => kept.into_iter().map(Ok).collect(),
        // One of them undid them all.
        Err(NotKept::Broken(_)) if letters.len() > 1 => {
            let mut results = Vec::with_capacity(letters.len());
            for letter in letters.iter() {
                let alone = keep(database, tenant, channel, &[Arc::clone(letter)].into()).await;
                results.push(match alone {
                    Ok(kept) => Ok(kept.into_iter().next().unwrap_or_default()),
                    Err(NotKept::Broken(error)) => Err(Outage::new(error)),
                    Err(NotKept::Unavailable(outage)) => Err(outage),
                });
            }
            results
        }
        Err(NotKept::Broken(error)) => vec![Err(Outage::new(error))],
        Err(NotKept::Unavailable(outage)) => outage_of_all(outage, letters.len()),
    }
}

/// Why a statement stored nothing.
enum NotKept {
    /// A row breaks a rule of its table.
    Broken(DieselError),
    Unavailable(Outage),
}

impl From<Outage> for NotKept {
    fn from(outage: Outage) -> Self {
        Self::Unavailable(outage)
    }
}

#[derive(QueryableByName)]
struct NewRow {
    #[diesel(sql_type = Array<SqlUuid>)]
    new: Vec<Uuid>,
}

const KEEP: &str =
    "SELECT ratiba_keep_letters($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,
    $18, $19, $20) AS new";

async fn keep(
    database: &Database,
    tenant: TenantId,
    channel: &'static str,
    letters: &Arc<[Arc<Letter>]>,
) -> Result<Vec<Kept>, NotKept> {
    let letters = Arc::clone(letters);
    database
        .statement(tenant, move |statement| {
            let columns = Columns::of(statement, tenant, &letters)?;
            let new = insert(statement, channel, &columns)?;
            if !new.is_empty() {
                statement.note_enqueued();
            }
            Ok(columns.counted(&new, letters.len()))
        })
        .await
}

fn insert(
    statement: &mut TenantStatement<'_>,
    channel: &'static str,
    columns: &Columns<'_>,
) -> Result<BTreeSet<Uuid>, TxError<NotKept>> {
    let (messages, statuses) = (&columns.messages, &columns.statuses);
    let query = sql_query(KEEP)
        .bind::<SqlUuid, _>(statement.tenant_uuid())
        .bind::<Text, _>(channel)
        .bind::<Array<SqlUuid>, _>(&messages.common.ids)
        .bind::<Array<Text>, _>(&messages.common.provider_ids)
        .bind::<Array<Text>, _>(&messages.senders)
        .bind::<Array<Timestamptz>, _>(&messages.common.happened)
        .bind::<Array<Timestamptz>, _>(&messages.common.received)
        .bind::<Array<Text>, _>(&messages.common.raws)
        .bind::<Array<SqlUuid>, _>(&messages.common.jobs)
        .bind::<Array<Text>, _>(&messages.common.payloads)
        .bind::<Array<Text>, _>(&messages.orders)
        .bind::<Array<SqlUuid>, _>(&statuses.common.ids)
        .bind::<Array<Text>, _>(&statuses.common.provider_ids)
        .bind::<Array<Text>, _>(&statuses.words)
        .bind::<Array<Nullable<Text>>, _>(&statuses.callback_data)
        .bind::<Array<Timestamptz>, _>(&statuses.common.happened)
        .bind::<Array<Timestamptz>, _>(&statuses.common.received)
        .bind::<Array<Text>, _>(&statuses.common.raws)
        .bind::<Array<SqlUuid>, _>(&statuses.common.jobs)
        .bind::<Array<Text>, _>(&statuses.common.payloads);
    let row = query.get_result::<NewRow>(statement.conn()).map_err(broken)?;
    Ok(row.new.into_iter().collect())
}

/// What a row breaks is the matter of its own parcel only.
fn broken(error: DieselError) -> TxError<NotKept> {
    // The server has its own words for a text or a number that it has no way to hold.
    let breaks = if let DieselError::DatabaseError(kind, information) = &error {
        breaks_a_rule(kind) || information.message().starts_with("invalid")
    } else {
        false
    };
    if breaks {
        TxError::Refused(NotKept::Broken(error))
    } else {
        TxError::Database(error)
    }
}

/// What messages and reports have alike, column by column; `of` says which parcel a row is from.
#[derive(Default)]
struct Common<'a> {
    of: Vec<usize>,
    ids: Vec<Uuid>,
    provider_ids: Vec<&'a str>,
    happened: Vec<OffsetDateTime>,
    received: Vec<OffsetDateTime>,
    raws: Vec<String>,
    jobs: Vec<Uuid>,
    payloads: Vec<String>,
}

#[derive(Default)]
struct Messages<'a> {
    common: Common<'a>,
    senders: Vec<&'a str>,
    orders: Vec<String>,
}

#[derive(Default)]
struct Statuses<'a> {
    common: Common<'a>,
    words: Vec<&'a str>,
    callback_data: Vec<Option<&'a str>>,
}

#[derive(Default)]
struct Columns<'a> {
    messages: Messages<'a>,
    statuses: Statuses<'a>,
}

impl<'a> Columns<'a> {
    fn of(
        statement: &TenantStatement<'_>,
        tenant: TenantId,
        letters: &'a [Arc<Letter>],
    ) -> Result<Self, TxError<NotKept>> {
        let mut columns = Self::default();
        for (of, letter) in letters.iter().enumerate() {
            for row in &letter.parcel.messages {
                columns.messages.add(of, statement, row, letter.at)?;
                let order = turn_order(tenant, letter.channel, &row.sender);
                columns.messages.orders.push(order);
            }
            for row in &letter.parcel.statuses {
                columns.statuses.add(of, statement, row, letter.at)?;
            }
        }
        Ok(columns)
    }

    /// How much of each parcel was new.
    fn counted(&self, new: &BTreeSet<Uuid>, parcels: usize) -> Vec<Kept> {
        let mut counted = vec![Kept::default(); parcels];
        for of in self.messages.common.new_of(new) {
            if let Some(kept) = counted.get_mut(of) {
                kept.messages += 1;
            }
        }
        for of in self.statuses.common.new_of(new) {
            if let Some(kept) = counted.get_mut(of) {
                kept.statuses += 1;
            }
        }
        counted
    }
}

impl<'a> Common<'a> {
    fn add(
        &mut self,
        of: usize,
        statement: &TenantStatement<'_>,
        (id, task): (Uuid, &ConversationTask),
        provider_id: &'a str,
        raw: &serde_json::Value,
        (happened, received): (OffsetDateTime, OffsetDateTime),
    ) -> Result<(), TxError<NotKept>> {
        let text = |error: serde_json::Error| TxError::Impossible(error.to_string());
        self.of.push(of);
        self.ids.push(id);
        self.provider_ids.push(provider_id);
        self.happened.push(happened);
        self.received.push(received);
        self.raws.push(serde_json::to_string(raw).map_err(text)?);
        self.jobs.push(statement.new_id());
        self.payloads.push(serde_json::to_string(task).map_err(text)?);
        Ok(())
    }

    /// The parcels of the rows that are new.
    fn new_of(&self, new: &BTreeSet<Uuid>) -> impl Iterator<Item = usize> {
        let rows = self.ids.iter().zip(&self.of);
        rows.filter_map(|(id, of)| new.contains(id).then_some(*of))
    }
}

impl<'a> Messages<'a> {
    fn add(
        &mut self,
        of: usize,
        statement: &TenantStatement<'_>,
        row: &'a InboundRow,
        at: OffsetDateTime,
    ) -> Result<(), TxError<NotKept>> {
        let id = statement.new_id();
        let inbound = Id::from_uuid(id);
        let task = ConversationTask::Turn { inbound };
        let times = (row.sent_at, at);
        self.common
            .add(of, statement, (id, &task), &row.provider_id, &row.raw, times)?;
        self.senders.push(row.sender.as_str());
        Ok(())
    }
}

impl<'a> Statuses<'a> {
    fn add(
        &mut self,
        of: usize,
        statement: &TenantStatement<'_>,
        row: &'a StatusRow,
        at: OffsetDateTime,
    ) -> Result<(), TxError<NotKept>> {
        let id = statement.new_id();
        let status = StatusRef::from_uuid(id);
        let task = ConversationTask::Status { status };
        let times = (row.occurred_at, at);
        self.common
            .add(of, statement, (id, &task), &row.provider_id, &row.raw, times)?;
        self.words.push(&row.status);
        self.callback_data.push(row.callback_data.as_deref());
        Ok(())
    }
}
