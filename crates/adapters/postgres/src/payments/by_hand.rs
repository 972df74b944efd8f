//! Where confirmations of money by hand wait, the addresses that they come to, and whose money it is.

use async_trait::async_trait;
use diesel::QueryableByName;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use ratiba_kernel::{Id, Outage, TenantId, TokenHash};
use ratiba_payments::CallbackId;
use ratiba_payments::attempt::{AttemptId, Provider};
use ratiba_payments::dead_letter::Told;
use ratiba_payments::payment::PaymentRecord;
use ratiba_payments::ports::{
    Arrival, CONFIRMATIONS_PER_HOUR_MAX, ConfirmationAddress, ConfirmationArrival, ConfirmationDoor,
    ConfirmationInbox, ConfirmationOutcome, MoneyFinder, StoredConfirmation, Taken,
};
use ratiba_payments::reference::{AccountReference, Receipt};
use ratiba_payments::task::{Due, PaymentTask};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::{PgPayments, letters, one_with_attempt, rows, writing};
use crate::database::TxError;
use crate::kept::sql_query;
use crate::outbox::enqueue;
use crate::schema::{
    access_keys, confirmation_addresses as addresses, payment_attempts,
    payment_confirmations as confirmations, payments,
};

/// The kind of key that opens an address.
const KEY_KIND: &str = "confirmation_path";
/// Why a confirmation that came to no address is a dead letter.
const UNKNOWN_ADDRESS: &str = "unknown_address";

#[derive(QueryableByName)]
struct IdRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

#[derive(QueryableByName)]
struct Yes {
    #[diesel(sql_type = Bool)]
    yes: bool,
}

const STORE: &str = "
INSERT INTO payment_confirmations (tenant_id, id, body, source_address, received_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (tenant_id, sha256(body)) DO NOTHING RETURNING id";

/// Of whose payer was forgotten there is the hash in place of the message.
const STORED_BEFORE: &str = "
SELECT id FROM payment_confirmations
WHERE tenant_id = $1 AND sha256(body) IN (sha256($2), sha256(sha256($2))) LIMIT 1";

const FULL: &str = "
SELECT count(*) >= $3 AS yes FROM (
    SELECT FROM payment_confirmations WHERE tenant_id = $1 AND received_at > $2 LIMIT $3
) AS recent";

const COPY: &str = "
INSERT INTO payment_callbacks_unrouted (id, tenant_id, provider, reason, body, received_at)
SELECT $3, tenant_id, $4, $5, body, received_at FROM payment_confirmations WHERE tenant_id = $1 AND id = $2";

#[async_trait]
impl ConfirmationInbox for PgPayments {
    async fn add_confirmation_address(
        &self,
        tenant: TenantId,
        address: ConfirmationAddress,
    ) -> Result<(), Outage> {
        self.database
            .tenant(tenant, move |tx| {
                let (own, id) = (tx.tenant_uuid(), tx.new_id());
                // A business decides once for all of its addresses.
                let decided = addresses::table
                    .filter(addresses::tenant_id.eq(own))
                    .select(addresses::refuses_unknown)
                    .first::<bool>(tx.conn())
                    .optional()?;
                diesel::insert_into(addresses::table)
                    .values((
                        addresses::tenant_id.eq(own),
                        addresses::id.eq(id),
                        addresses::short_code.eq(&address.short_code),
                        addresses::refuses_unknown.eq(decided.unwrap_or(false)),
                        addresses::created_at.eq(address.at),
                    ))
                    .execute(tx.conn())?;
                diesel::insert_into(access_keys::table)
                    .values((
                        access_keys::key_hash.eq(&address.key.as_bytes()[..]),
                        access_keys::kind.eq(KEY_KIND),
                        access_keys::tenant_id.eq(own),
                        access_keys::subject_id.eq(id),
                    ))
                    .execute(tx.conn())?;
                Ok::<_, TxError<Outage>>(())
            })
            .await
    }

    async fn refuse_unknown(&self, tenant: TenantId, refuse: bool) -> Result<(), Outage> {
        self.database
            .tenant(tenant, move |tx| {
                let own = tx.tenant_uuid();
                diesel::update(addresses::table)
                    .filter(addresses::tenant_id.eq(own))
                    .set(addresses::refuses_unknown.eq(refuse))
                    .execute(tx.conn())?;
                Ok::<_, TxError<Outage>>(())
            })
            .await
    }

    async fn short_codes(&self, tenant: TenantId) -> Result<Vec<String>, Outage> {
        self.database
            .tenant(tenant, move |tx| {
                let own = tx.tenant_uuid();
                let found = addresses::table
                    .filter(addresses::tenant_id.eq(own))
                    .select(addresses::short_code)
                    .distinct()
                    .load::<String>(tx.conn())?;
                Ok::<_, TxError<Outage>>(found)
            })
            .await
    }

    async fn confirmation_door(&self, key: &TokenHash) -> Result<Option<ConfirmationDoor>, Outage> {
        let Some((tenant, address)) = self.address_of(key).await? else {
            return Ok(None);
        };
        self.database
            .tenant(tenant, move |tx| {
                let own = tx.tenant_uuid();
                let refuses = addresses::table
                    .filter(addresses::tenant_id.eq(own))
                    .filter(addresses::id.eq(address))
                    .select(addresses::refuses_unknown)
                    .first::<bool>(tx.conn())
                    .optional()?;
                Ok::<_, TxError<Outage>>(refuses.map(|refuses_unknown| ConfirmationDoor {
                    tenant,
                    refuses_unknown,
                }))
            })
            .await
    }

    async fn take_confirmation(&self, mut arrival: ConfirmationArrival) -> Result<Taken, Outage> {
        arrival.body.truncate(Arrival::BODY_BYTES_MAX);
        match self.address_of(&arrival.key).await? {
            Some((tenant, _)) => self.store_confirmation(tenant, arrival).await,
            None => {
                let ConfirmationArrival { id, body, at, .. } = arrival;
                let kept = self
                    .keep_of_nobody(id, Provider::Mpesa, UNKNOWN_ADDRESS, body, at)
                    .await?;
                Ok(if kept {
                    Taken::Unrouted { tenant: None }
                } else {
                    Taken::Dropped
                })
            }
        }
    }

    async fn confirmation(
        &self,
        tenant: TenantId,
        id: CallbackId,
    ) -> Result<Option<StoredConfirmation>, Outage> {
        let id = id.as_uuid();
        self.database
            .tenant(tenant, move |tx| {
                let own = tx.tenant_uuid();
                let row = confirmations::table
                    .filter(confirmations::tenant_id.eq(own))
                    .filter(confirmations::id.eq(id))
                    .select((
                        confirmations::body,
                        confirmations::received_at,
                        confirmations::outcome,
                    ))
                    .first::<(Vec<u8>, OffsetDateTime, Option<String>)>(tx.conn())
                    .optional()?;
                let Some((body, received_at, outcome)) = row else {
                    return Ok(None);
                };
                let outcome = outcome.map(|word| {
                    let unknown = || TxError::impossible("payment_confirmations", id, "unknown outcome");
                    ConfirmationOutcome::parse(&word).ok_or_else(unknown)
                });
                Ok::<_, TxError<Outage>>(Some(StoredConfirmation {
                    body,
                    received_at,
                    outcome: outcome.transpose()?,
                }))
            })
            .await
    }

    async fn look_again(&self, tenant: TenantId, due: Due) -> Result<(), Outage> {
        self.database
            .tenant(tenant, move |tx| enqueue(tx, writing::job(&due)?))
            .await
    }

    async fn conclude_confirmation(
        &self,
        tenant: TenantId,
        id: CallbackId,
        outcome: ConfirmationOutcome,
        at: OffsetDateTime,
    ) -> Result<(), Outage> {
        let id = id.as_uuid();
        self.database
            .tenant(tenant, move |tx| {
                let own = tx.tenant_uuid();
                let first = diesel::update(confirmations::table)
                    .filter(confirmations::tenant_id.eq(own))
                    .filter(confirmations::id.eq(id))
                    .filter(confirmations::outcome.is_null())
                    .set((
                        confirmations::outcome.eq(outcome.as_str()),
                        confirmations::applied_at.eq(at),
                    ))
                    .execute(tx.conn())?;
                if first == 1 && outcome != ConfirmationOutcome::Booked {
                    let letter = tx.new_id();
                    sql_query(COPY)
                        .bind::<SqlUuid, _>(own)
                        .bind::<SqlUuid, _>(id)
                        .bind::<SqlUuid, _>(letter)
                        .bind::<Text, _>(Provider::Mpesa.as_str())
                        .bind::<Text, _>(outcome.as_str())
                        .execute(tx.conn())?;
                }
                Ok::<_, TxError<Outage>>(())
            })
            .await
    }
}

impl PgPayments {
    /// The tenant and the address that a key opens.
    async fn address_of(&self, key: &TokenHash) -> Result<Option<(TenantId, Uuid)>, Outage> {
        let hash = *key.as_bytes();
        self.database
            .global(move |tx| {
                let found = access_keys::table
                    .filter(access_keys::key_hash.eq(&hash[..]))
                    .filter(access_keys::kind.eq(KEY_KIND))
                    .select((access_keys::tenant_id, access_keys::subject_id))
                    .first::<(Uuid, Uuid)>(tx.conn())
                    .optional()?;
                Ok::<_, TxError<Outage>>(
                    found.map(|(tenant, address)| (TenantId::from_uuid(tenant), address)),
                )
            })
            .await
    }

    async fn store_confirmation(
        &self,
        tenant: TenantId,
        arrival: ConfirmationArrival,
    ) -> Result<Taken, Outage> {
        self.database
            .tenant(tenant, move |tx| {
                let own = tx.tenant_uuid();
                let before: Option<IdRow> = sql_query(STORED_BEFORE)
                    .bind::<SqlUuid, _>(own)
                    .bind::<Binary, _>(arrival.body.as_slice())
                    .get_result(tx.conn())
                    .optional()?;
                if let Some(IdRow { id }) = before {
                    let callback = Id::from_uuid(id);
                    return Ok(Taken::Repeated { tenant, callback });
                }
                let full: Yes = sql_query(FULL)
                    .bind::<SqlUuid, _>(own)
                    .bind::<Timestamptz, _>(arrival.at - Duration::hours(1))
                    .bind::<BigInt, _>(i64::try_from(CONFIRMATIONS_PER_HOUR_MAX).unwrap_or(i64::MAX))
                    .get_result(tx.conn())?;
                if full.yes {
                    return Ok(Taken::Dropped);
                }
                let stored: Option<IdRow> = sql_query(STORE)
                    .bind::<SqlUuid, _>(own)
                    .bind::<SqlUuid, _>(arrival.id.as_uuid())
                    .bind::<Binary, _>(arrival.body.as_slice())
                    .bind::<Nullable<Text>, _>(arrival.source.map(|source| source.to_string()))
                    .bind::<Timestamptz, _>(arrival.at)
                    .get_result(tx.conn())
                    .optional()?;
                if stored.is_none() {
                    // Somebody else stored the same message in this moment.
                    let same: IdRow = sql_query(STORED_BEFORE)
                        .bind::<SqlUuid, _>(own)
                        .bind::<Binary, _>(arrival.body.as_slice())
                        .get_result(tx.conn())?;
                    let callback = Id::from_uuid(same.id);
                    return Ok(Taken::Repeated { tenant, callback });
                }
                let task = PaymentTask::ApplyConfirmation {
                    confirmation: arrival.id,
                    step: 0,
                };
                enqueue(tx, writing::job(&Due { at: arrival.at, task })?)?;
                let callback = arrival.id;
                Ok::<_, TxError<Outage>>(Taken::Stored {
                    tenant,
                    callback,
                    attempt: None,
                })
            })
            .await
    }
}

#[async_trait]
impl MoneyFinder for PgPayments {
    async fn by_receipt(
        &self,
        tenant: TenantId,
        provider: Provider,
        receipt: &Receipt,
    ) -> Result<Option<(PaymentRecord, AttemptId)>, Outage> {
        let receipt = receipt.as_str().to_owned();
        self.database
            .tenant(tenant, move |tx| {
                let own = tx.tenant_uuid();
                let found = payment_attempts::table
                    .filter(payment_attempts::tenant_id.eq(own))
                    .filter(payment_attempts::provider.eq(provider.as_str()))
                    .filter(payment_attempts::receipt.eq(&receipt))
                    .select(payment_attempts::id)
                    .first::<Uuid>(tx.conn())
                    .optional()?;
                let Some(id) = found else { return Ok(None) };
                let record = one_with_attempt(tx, id)?;
                Ok(record.map(|record| (record, AttemptId::from_uuid(id))))
            })
            .await
    }

    async fn went_back(
        &self,
        tenant: TenantId,
        provider: Provider,
        receipt: &Receipt,
    ) -> Result<bool, Outage> {
        let receipt = receipt.clone();
        self.database
            .tenant(tenant, move |tx| {
                letters::went_back(tx, provider.as_str(), &receipt)
            })
            .await
    }

    async fn without_receipt(
        &self,
        tenant: TenantId,
        provider: Provider,
        told: &Told,
    ) -> Result<Option<(PaymentRecord, AttemptId)>, Outage> {
        let told = told.clone();
        self.database
            .tenant(tenant, move |tx| {
                letters::without_receipt(tx, provider.as_str(), &told)
            })
            .await
    }

    async fn by_account(
        &self,
        tenant: TenantId,
        account: &AccountReference,
    ) -> Result<Option<PaymentRecord>, Outage> {
        let account = account.as_str().to_owned();
        self.database
            .tenant(tenant, move |tx| {
                let own = tx.tenant_uuid();
                let row = payments::table
                    .filter(payments::tenant_id.eq(own))
                    .filter(payments::account_reference.eq(&account))
                    .select(rows::PaymentRow::as_select())
                    .first(tx.conn())
                    .optional()?;
                row.map(|row| rows::with_attempts(tx, row)).transpose()
            })
            .await
    }
}
