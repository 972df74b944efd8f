//! Where notices of the card provider wait, and the addresses that they come to.

use async_trait::async_trait;
use diesel::QueryableByName;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Text, Timestamptz, Uuid as SqlUuid};
use ratiba_kernel::{Id, Outage, TenantId, TokenHash};
use ratiba_payments::CallbackId;
use ratiba_payments::attempt::Provider;
use ratiba_payments::ports::{
    Arrival, CallbackOutcome, NOTICE_LETTERS_PER_HOUR_MAX, NoticeAddress, NoticeAddresses, NoticeArrival,
    NoticeDoor, NoticeInbox, NoticeRoom, NoticeTaken, NoticesBefore, RETURN_SPACING, StoredNotice,
};
use ratiba_payments::task::{Due, PaymentTask};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::{PgPayments, writing};
use crate::database::{TenantTx, TxError};
use crate::kept::sql_query;
use crate::outbox::enqueue;
use crate::schema::{
    access_keys, card_notice_addresses as addresses, card_notices, payment_attempts,
    payment_callbacks_unrouted as letters, payment_routing,
};

/// Why a notice is a dead letter.
const UNKNOWN_ADDRESS: &str = "unknown_address";
const UNREADABLE: &str = "unreadable";
const UNKNOWN_REFERENCE: &str = "unknown_reference";
const EXPIRED_REFERENCE: &str = "expired_reference";

#[derive(QueryableByName)]
struct Yes {
    #[diesel(sql_type = Bool)]
    yes: bool,
}

/// A way that a reference leads.
type Way = (Uuid, Uuid, OffsetDateTime);

#[async_trait]
impl NoticeInbox for PgPayments {
    async fn take_notice(&self, mut arrival: NoticeArrival) -> Result<NoticeTaken, Outage> {
        arrival.body.truncate(Arrival::BODY_BYTES_MAX);
        let (tenant, way) = self.find_way(&arrival).await?;
        let Some(tenant) = tenant else {
            return match arrival.door {
                NoticeDoor::Address(_) => {
                    let kept = self
                        .keep_of_nobody(
                            arrival.id,
                            Provider::Pesapal,
                            UNKNOWN_ADDRESS,
                            arrival.body,
                            arrival.at,
                        )
                        .await?;
                    Ok(if kept {
                        NoticeTaken::Unrouted { tenant: None }
                    } else {
                        NoticeTaken::Dropped
                    })
                }
                NoticeDoor::Return => Ok(NoticeTaken::Dropped),
            };
        };
        self.database
            .tenant(tenant, move |tx| match (way, &arrival.ids) {
                (Some((_, attempt, until)), Some(ids)) if until > arrival.at => {
                    store(tx, attempt, &ids.tracking, &arrival)
                }
                (Some(_), _) => bury(tx, EXPIRED_REFERENCE, &arrival),
                (None, Some(_)) => bury(tx, UNKNOWN_REFERENCE, &arrival),
                (None, None) => bury(tx, UNREADABLE, &arrival),
            })
            .await
    }

    async fn notice(&self, tenant: TenantId, notice: CallbackId) -> Result<Option<StoredNotice>, Outage> {
        let id = notice.as_uuid();
        self.database
            .tenant(tenant, move |tx| {
                let tenant = tx.tenant_uuid();
                let row = card_notices::table
                    .filter(card_notices::tenant_id.eq(tenant))
                    .filter(card_notices::id.eq(id))
                    .select((
                        card_notices::attempt_id,
                        card_notices::tracking,
                        card_notices::outcome,
                    ))
                    .first::<(Uuid, String, Option<String>)>(tx.conn())
                    .optional()?;
                let Some((attempt, tracking, outcome)) = row else {
                    return Ok(None);
                };
                let waiting = if outcome.is_none() {
                    card_notices::table
                        .filter(card_notices::tenant_id.eq(tenant))
                        .filter(card_notices::attempt_id.eq(attempt))
                        .filter(card_notices::tracking.eq(&tracking))
                        .filter(card_notices::outcome.is_null())
                        .order(card_notices::id)
                        .select(card_notices::id)
                        .load::<Uuid>(tx.conn())?
                } else {
                    Vec::new()
                };
                Ok::<_, TxError<Outage>>(Some(StoredNotice {
                    attempt: Id::from_uuid(attempt),
                    tracking,
                    waiting: waiting.into_iter().map(Id::from_uuid).collect(),
                }))
            })
            .await
    }

    async fn conclude_notices(
        &self,
        tenant: TenantId,
        notices: &[CallbackId],
        outcome: CallbackOutcome,
        at: OffsetDateTime,
    ) -> Result<(), Outage> {
        let ids: Vec<Uuid> = notices.iter().map(|notice| notice.as_uuid()).collect();
        self.database
            .tenant(tenant, move |tx| {
                let tenant = tx.tenant_uuid();
                let first: Vec<Uuid> = diesel::update(card_notices::table)
                    .filter(card_notices::tenant_id.eq(tenant))
                    .filter(card_notices::id.eq_any(&ids))
                    .filter(card_notices::outcome.is_null())
                    .set((
                        card_notices::outcome.eq(outcome.as_str()),
                        card_notices::applied_at.eq(at),
                    ))
                    .returning(card_notices::id)
                    .get_results(tx.conn())?;
                match outcome {
                    CallbackOutcome::Applied => Ok(()),
                    CallbackOutcome::Unreadable
                    | CallbackOutcome::ForeignIds
                    | CallbackOutcome::OtherMoney => copy_to_letters(tx, &first, outcome.as_str()),
                }
            })
            .await
    }
}

fn copy_to_letters(tx: &mut TenantTx<'_>, notices: &[Uuid], reason: &str) -> Result<(), TxError<Outage>> {
    let copies: Vec<Uuid> = notices.iter().map(|_| tx.new_id()).collect();
    let tenant = tx.tenant_uuid();
    sql_query(
        "INSERT INTO payment_callbacks_unrouted (id, tenant_id, provider, reason, body, received_at)
         SELECT copy.id, notice.tenant_id, $4, $5, notice.body, notice.received_at
         FROM unnest($2::uuid[], $3::uuid[]) AS copy (of, id)
         JOIN card_notices notice ON notice.tenant_id = $1 AND notice.id = copy.of",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<Array<SqlUuid>, _>(notices)
    .bind::<Array<SqlUuid>, _>(copies)
    .bind::<Text, _>(Provider::Pesapal.as_str())
    .bind::<Text, _>(reason)
    .execute(tx.conn())?;
    Ok(())
}

fn store(
    tx: &mut TenantTx<'_>,
    attempt: Uuid,
    tracking: &str,
    arrival: &NoticeArrival,
) -> Result<NoticeTaken, TxError<Outage>> {
    let (own, tenant) = (tx.tenant_uuid(), tx.tenant());
    let known = payment_attempts::table
        .filter(payment_attempts::tenant_id.eq(own))
        .filter(payment_attempts::id.eq(attempt))
        .select(payment_attempts::provider_checkout_id)
        .first::<Option<String>>(tx.conn())
        .optional()?
        .flatten();
    if known.is_some_and(|known| known != tracking) {
        return bury(tx, CallbackOutcome::ForeignIds.as_str(), arrival);
    }
    match before(tx, attempt, tracking, arrival.at)?.room(arrival.door) {
        NoticeRoom::Stored => {}
        NoticeRoom::Waiting => return Ok(NoticeTaken::Waiting { tenant }),
        NoticeRoom::None => return Ok(NoticeTaken::Dropped),
    }
    diesel::insert_into(card_notices::table)
        .values((
            card_notices::tenant_id.eq(own),
            card_notices::id.eq(arrival.id.as_uuid()),
            card_notices::attempt_id.eq(attempt),
            card_notices::tracking.eq(tracking),
            card_notices::body.eq(arrival.body.as_slice()),
            card_notices::source_address.eq(arrival.source.map(|source| source.to_string())),
            card_notices::received_at.eq(arrival.at),
            card_notices::by_return.eq(arrival.door == NoticeDoor::Return),
        ))
        .execute(tx.conn())?;
    let task = PaymentTask::ApplyNotice { notice: arrival.id };
    enqueue(tx, writing::job(&Due { at: arrival.at, task })?)?;
    Ok(NoticeTaken::Stored { tenant })
}

const BEFORE: &str = "
SELECT count(*) FILTER (WHERE NOT by_return AND outcome IS NULL AND tracking = $3 AND received_at > $5) AS waiting,
    count(*) FILTER (WHERE NOT by_return AND received_at > $5) AS by_address,
    count(*) FILTER (WHERE by_return AND received_at > $6) AS returned_just_now,
    count(*) FILTER (WHERE by_return) AS returned
FROM card_notices WHERE tenant_id = $1 AND attempt_id = $2 AND received_at > $4";

#[derive(QueryableByName)]
struct BeforeRow {
    #[diesel(sql_type = BigInt)]
    waiting: i64,
    #[diesel(sql_type = BigInt)]
    by_address: i64,
    #[diesel(sql_type = BigInt)]
    returned_just_now: i64,
    #[diesel(sql_type = BigInt)]
    returned: i64,
}

fn before(
    tx: &mut TenantTx<'_>,
    attempt: Uuid,
    tracking: &str,
    at: OffsetDateTime,
) -> Result<NoticesBefore, TxError<Outage>> {
    let row: BeforeRow = sql_query(BEFORE)
        .bind::<SqlUuid, _>(tx.tenant_uuid())
        .bind::<SqlUuid, _>(attempt)
        .bind::<Text, _>(tracking)
        .bind::<Timestamptz, _>(at - Duration::days(1))
        .bind::<Timestamptz, _>(at - Duration::hours(1))
        .bind::<Timestamptz, _>(at - RETURN_SPACING)
        .get_result(tx.conn())?;
    Ok(NoticesBefore {
        waiting: row.waiting,
        by_address: row.by_address,
        returned_just_now: row.returned_just_now,
        returned: row.returned,
    })
}

const RECENT_LETTERS: &str = "
SELECT count(*) >= $4 AS yes FROM (
    SELECT FROM payment_callbacks_unrouted
    WHERE tenant_id = $1 AND provider = $2 AND received_at > $3 LIMIT $4
) AS recent";

fn bury(
    tx: &mut TenantTx<'_>,
    reason: &str,
    arrival: &NoticeArrival,
) -> Result<NoticeTaken, TxError<Outage>> {
    match arrival.door {
        NoticeDoor::Address(_) => {}
        NoticeDoor::Return => return Ok(NoticeTaken::Dropped),
    }
    let (own, tenant) = (tx.tenant_uuid(), tx.tenant());
    let most = i64::try_from(NOTICE_LETTERS_PER_HOUR_MAX).unwrap_or(i64::MAX);
    let full: Yes = sql_query(RECENT_LETTERS)
        .bind::<SqlUuid, _>(own)
        .bind::<Text, _>(Provider::Pesapal.as_str())
        .bind::<Timestamptz, _>(arrival.at - Duration::hours(1))
        .bind::<BigInt, _>(most)
        .get_result(tx.conn())?;
    if full.yes {
        return Ok(NoticeTaken::Dropped);
    }
    diesel::insert_into(letters::table)
        .values((
            letters::id.eq(arrival.id.as_uuid()),
            letters::tenant_id.eq(own),
            letters::provider.eq(Provider::Pesapal.as_str()),
            letters::reason.eq(reason),
            letters::body.eq(arrival.body.as_slice()),
            letters::received_at.eq(arrival.at),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())?;
    Ok(NoticeTaken::Unrouted { tenant: Some(tenant) })
}

impl PgPayments {
    /// The tenant whose address or order it is, and where the notice leads within it.
    async fn find_way(&self, arrival: &NoticeArrival) -> Result<(Option<TenantId>, Option<Way>), Outage> {
        let door = arrival.door;
        let reference = arrival.ids.as_ref().map(|ids| TokenHash::of(&ids.reference));
        self.database
            .global(move |tx| {
                let way = match &reference {
                    Some(reference) => payment_routing::table
                        .filter(payment_routing::key_kind.eq("merchant_reference"))
                        .filter(payment_routing::key_hash.eq(&reference.as_bytes()[..]))
                        .select((
                            payment_routing::tenant_id,
                            payment_routing::attempt_id,
                            payment_routing::expires_at,
                        ))
                        .first::<Way>(tx.conn())
                        .optional()?,
                    None => None,
                };
                let tenant = match door {
                    NoticeDoor::Address(key) => access_keys::table
                        .filter(access_keys::key_hash.eq(&key.as_bytes()[..]))
                        .filter(access_keys::kind.eq("webhook_path"))
                        .select(access_keys::tenant_id)
                        .first::<Uuid>(tx.conn())
                        .optional()?,
                    NoticeDoor::Return => way.map(|(tenant, ..)| tenant),
                };
                // An address opens its own tenant's orders only.
                let way = way.filter(|(owner, ..)| Some(*owner) == tenant);
                Ok::<_, TxError<Outage>>((tenant.map(TenantId::from_uuid), way))
            })
            .await
    }
}

#[async_trait]
impl NoticeAddresses for PgPayments {
    async fn registered(&self, tenant: TenantId, account: &TokenHash) -> Result<Option<String>, Outage> {
        let account = *account.as_bytes();
        self.database
            .tenant(tenant, move |tx| {
                let tenant = tx.tenant_uuid();
                let newest = addresses::table
                    .filter(addresses::tenant_id.eq(tenant))
                    .filter(addresses::account_hash.eq(&account[..]))
                    .filter(addresses::retired_at.is_null())
                    .order((addresses::created_at.desc(), addresses::id.desc()))
                    .select(addresses::provider_id)
                    .first::<String>(tx.conn())
                    .optional()?;
                Ok::<_, TxError<Outage>>(newest)
            })
            .await
    }

    async fn add(&self, tenant: TenantId, address: NoticeAddress) -> Result<(), Outage> {
        self.database
            .tenant(tenant, move |tx| {
                let (own, id) = (tx.tenant_uuid(), tx.new_id());
                diesel::insert_into(addresses::table)
                    .values((
                        addresses::tenant_id.eq(own),
                        addresses::id.eq(id),
                        addresses::account_hash.eq(&address.account.as_bytes()[..]),
                        addresses::provider_id.eq(&address.provider_id),
                        addresses::created_at.eq(address.at),
                    ))
                    .execute(tx.conn())?;
                diesel::insert_into(access_keys::table)
                    .values((
                        access_keys::key_hash.eq(&address.key.as_bytes()[..]),
                        access_keys::kind.eq("webhook_path"),
                        access_keys::tenant_id.eq(own),
                        access_keys::subject_id.eq(id),
                    ))
                    .execute(tx.conn())?;
                Ok::<_, TxError<Outage>>(())
            })
            .await
    }

    async fn retire(
        &self,
        tenant: TenantId,
        account: &TokenHash,
        provider_id: &str,
        at: OffsetDateTime,
    ) -> Result<(), Outage> {
        let (account, provider_id) = (*account.as_bytes(), provider_id.to_owned());
        self.database
            .tenant(tenant, move |tx| {
                let own = tx.tenant_uuid();
                diesel::update(addresses::table)
                    .filter(addresses::tenant_id.eq(own))
                    .filter(addresses::account_hash.eq(&account[..]))
                    .filter(addresses::provider_id.eq(&provider_id))
                    .filter(addresses::retired_at.is_null())
                    .set(addresses::retired_at.eq(at))
                    .execute(tx.conn())?;
                Ok::<_, TxError<Outage>>(())
            })
            .await
    }
}
