//! What the turns of many customers ask for at the same time, asked for together: one call for all who wait.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text, Uuid as SqlUuid};
use ratiba_conversation::customer::Customer;
use ratiba_conversation::inbound::{InboundId, InboundMessage};
use ratiba_conversation::ports::{Change, CustomerFile, RecordError, Who};
use ratiba_conversation::thread::Thread;
use ratiba_kernel::{Outage, PhoneNumber, TenantId};
use uuid::Uuid;

use super::profile::{self, Settings};
use super::record;
use super::rows::{CustomerRow, InboundMessageRow, THREADS, ThreadRow};
use crate::database::{Database, TenantTx, TxError};
use crate::gather::{GatherLimits, Gatherer, Sharing, outage_of_all};
use crate::kept::sql_query;

/// Most of what a call costs is the same for one as for many. One lane, and another only beside one that is long: two would
/// share those who ask, and each of their calls would be for half as many.
const LIMITS: GatherLimits = GatherLimits {
    lanes: 2,
    beside_from: 16,
    together_max: 32,
    sharing: Sharing::All,
    waiting_max: 1_024,
    wait: Duration::from_secs(1),
};

/// Where those gather who read a message that came in.
pub(super) type Inbound = Gatherer<TenantId, InboundId, Result<Option<InboundMessage>, Outage>>;

/// Where those gather who read a customer's file on a channel.
pub(super) type Files = Gatherer<(TenantId, &'static str), Arc<Who>, Result<Option<CustomerFile>, Outage>>;

/// Where those gather who read what a business says about itself.
pub(super) type Profiles = Gatherer<TenantId, (), Result<Arc<Settings>, Outage>>;

/// Where changes gather.
pub(super) type Changes = Gatherer<TenantId, Arc<Change>, Result<(), NotRecorded>>;

/// Why a change was not recorded.
pub(super) enum NotRecorded {
    Refused(RecordError),
    /// One of those that were to be recorded together refused them all: this one may be sound.
    TogetherWithOthers,
}

impl From<Outage> for NotRecorded {
    fn from(outage: Outage) -> Self {
        Self::Refused(outage.into())
    }
}

/// Where those gather who read messages that came in.
pub(super) fn inbound(database: Database) -> Inbound {
    Gatherer::new(LIMITS, database.waiters(), move |tenant, ids: Vec<InboundId>| {
        let database = database.clone();
        async move {
            let ask = |ids: Vec<InboundId>| database.by_keys(tenant, move |tx| inbound_of(tx, &ids));
            each_or_alone(ids, ask).await
        }
    })
}

/// Where those gather who read customers' files.
pub(super) fn files(database: Database) -> Files {
    Gatherer::new(
        LIMITS,
        database.waiters(),
        move |(tenant, channel), whose: Vec<Arc<Who>>| {
            let database = database.clone();
            async move {
                let ask =
                    |whose: Vec<Arc<Who>>| database.by_keys(tenant, move |tx| files_of(tx, &whose, channel));
                each_or_alone(whose, ask).await
            }
        },
    )
}

/// Where those gather who read what businesses say about themselves.
pub(super) fn profiles(database: Database) -> Profiles {
    Gatherer::new(LIMITS, database.waiters(), move |tenant, askers: Vec<()>| {
        let database = database.clone();
        async move {
            match database.by_keys(tenant, profile::read).await {
                Ok(settings) => {
                    let settings = Arc::new(settings);
                    askers.iter().map(|()| Ok(Arc::clone(&settings))).collect()
                }
                Err(outage) => outage_of_all(outage, askers.len()),
            }
        }
    })
}

/// Where changes gather.
pub(super) fn changes(database: Database) -> Changes {
    Gatherer::new(
        LIMITS,
        database.waiters(),
        move |tenant, changes: Vec<Arc<Change>>| {
            let database = database.clone();
            async move {
                let many = changes.len();
                if many > 1 && !record::are_apart(changes.iter().map(AsRef::as_ref)) {
                    return one_by_one(many);
                }
                let written = database.by_keys(tenant, move |tx| {
                    record::write(tx, changes.iter().map(AsRef::as_ref))
                });
                match written.await {
                    Ok(()) => (0..many).map(|_| Ok(())).collect(),
                    // Whatever it is, it may be the matter of one of them.
                    Err(_refusal) if many > 1 => one_by_one(many),
                    Err(refusal) => vec![Err(NotRecorded::Refused(refusal))],
                }
            }
        },
    )
}

/// What is asked for together; where that fails each is asked for alone, so that a row which cannot be read is the matter of
/// whoever asked for it.
async fn each_or_alone<I: Clone, T, F>(
    items: Vec<I>,
    ask: impl Fn(Vec<I>) -> F,
) -> Vec<Result<Option<T>, Outage>>
where
    F: Future<Output = Result<Vec<Option<T>>, Outage>>,
{
    let outage = match ask(items.clone()).await {
        Ok(found) => return found.into_iter().map(Ok).collect(),
        Err(outage) => outage,
    };
    if items.len() == 1 {
        return vec![Err(outage)];
    }
    let mut each = Vec::with_capacity(items.len());
    for item in items {
        let alone = ask(vec![item]).await;
        each.push(alone.map(|found| found.into_iter().next().flatten()));
    }
    each
}

fn one_by_one(many: usize) -> Vec<Result<(), NotRecorded>> {
    (0..many).map(|_| Err(NotRecorded::TogetherWithOthers)).collect()
}

fn inbound_of<E>(
    tx: &mut TenantTx<'_>,
    ids: &[InboundId],
) -> Result<Vec<Option<InboundMessage>>, TxError<E>> {
    let keys: Vec<Uuid> = ids.iter().map(|id| id.as_uuid()).collect();
    let rows = sql_query("SELECT * FROM inbound_messages WHERE tenant_id = $1 AND id = ANY($2)")
        .bind::<SqlUuid, _>(tx.tenant_uuid())
        .bind::<Array<SqlUuid>, _>(keys)
        .load::<InboundMessageRow>(tx.conn())?;
    let mut found = BTreeMap::new();
    for row in rows {
        let message = row.read()?;
        found.insert(message.id, message);
    }
    Ok(ids.iter().map(|id| found.get(id).cloned()).collect())
}

fn files_of<E>(
    tx: &mut TenantTx<'_>,
    whose: &[Arc<Who>],
    channel: &'static str,
) -> Result<Vec<Option<CustomerFile>>, TxError<E>> {
    let customers = customers_of(tx, whose.iter().map(AsRef::as_ref))?;
    let ids: Vec<Uuid> = customers
        .iter()
        .flatten()
        .map(|customer| customer.id.as_uuid())
        .collect();
    if ids.is_empty() {
        return Ok(vec![None; whose.len()]);
    }
    let open = open_threads(tx, &ids, channel)?;
    let without: Vec<Uuid> = ids.into_iter().filter(|id| !open.contains_key(id)).collect();
    let known = known_before(tx, &without)?;
    let files = customers.into_iter().map(|customer| {
        customer.map(|customer| {
            let id = customer.id.as_uuid();
            let thread = open.get(&id).cloned();
            CustomerFile {
                known: thread.is_some() || known.contains(&id),
                thread,
                customer,
            }
        })
    });
    Ok(files.collect())
}

/// The customers, each in the place of who asks for them. The channel's own id counts before the number, which may have
/// passed to somebody else.
pub(super) fn customers_of<'a, E>(
    tx: &mut TenantTx<'_>,
    whose: impl Iterator<Item = &'a Who>,
) -> Result<Vec<Option<Customer>>, TxError<E>> {
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(sql_type = BigInt)]
        place: i64,
        #[diesel(embed)]
        row: CustomerRow,
    }
    let (mut ids, mut senders, mut phones) = (Vec::new(), Vec::new(), Vec::new());
    for who in whose {
        let (id, sender, phone) = match who {
            Who::Id(id) => (Some(id.as_uuid()), None, None),
            Who::Sender { sender, phone } => (
                None,
                Some(sender.as_str().to_owned()),
                phone.as_ref().map(PhoneNumber::e164),
            ),
        };
        ids.push(id);
        senders.push(sender);
        phones.push(phone);
    }
    let mut found: Vec<Option<Customer>> = vec![None; ids.len()];
    let rows = sql_query(
        "SELECT w.place, c.* FROM unnest($2, $3, $4) WITH ORDINALITY AS w (id, sender, phone, place)
         CROSS JOIN LATERAL (
             SELECT * FROM customers k
             WHERE k.tenant_id = $1 AND (k.id = w.id OR k.channel_user_id = w.sender OR k.phone = w.phone)
             ORDER BY (k.channel_user_id = w.sender) DESC NULLS LAST LIMIT 1) c",
    )
    .bind::<SqlUuid, _>(tx.tenant_uuid())
    .bind::<Array<Nullable<SqlUuid>>, _>(ids)
    .bind::<Array<Nullable<Text>>, _>(senders)
    .bind::<Array<Nullable<Text>>, _>(phones)
    .load::<Found>(tx.conn())?;
    for Found { place, row } in rows {
        let place = usize::try_from(place - 1).ok();
        if let Some(slot) = place.and_then(|place| found.get_mut(place)) {
            *slot = Some(row.read()?);
        }
    }
    Ok(found)
}

fn open_threads<E>(
    tx: &mut TenantTx<'_>,
    customers: &[Uuid],
    channel: &'static str,
) -> Result<BTreeMap<Uuid, Thread>, TxError<E>> {
    let rows = sql_query(format!(
        "{THREADS} t.customer_id = ANY($2) AND t.channel = $3 AND t.closed_at IS NULL"
    ))
    .bind::<SqlUuid, _>(tx.tenant_uuid())
    .bind::<Array<SqlUuid>, _>(customers)
    .bind::<Text, _>(channel)
    .load::<ThreadRow>(tx.conn())?;
    rows.into_iter()
        .map(|row| Ok((row.customer(), row.read()?)))
        .collect()
}

/// Which of these customers ever had a thread.
fn known_before<E>(tx: &mut TenantTx<'_>, customers: &[Uuid]) -> Result<BTreeSet<Uuid>, TxError<E>> {
    #[derive(QueryableByName)]
    struct Known {
        #[diesel(sql_type = SqlUuid)]
        id: Uuid,
    }
    if customers.is_empty() {
        return Ok(BTreeSet::new());
    }
    let rows = sql_query(
        "SELECT n.id FROM unnest($2) AS n (id)
         WHERE EXISTS (SELECT FROM conversation_threads t WHERE t.tenant_id = $1 AND t.customer_id = n.id)",
    )
    .bind::<SqlUuid, _>(tx.tenant_uuid())
    .bind::<Array<SqlUuid>, _>(customers)
    .load::<Known>(tx.conn())?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}
