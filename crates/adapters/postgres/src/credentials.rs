//! Sealed credentials. The keys that open them are never here.

use async_trait::async_trait;
use diesel::prelude::*;
use ratiba_access::credentials::{CredentialBook, CredentialName, StoredCredential};
use ratiba_kernel::{Outage, Sealed, TenantId};
use time::OffsetDateTime;

use crate::database::{Database, TxError};
use crate::schema::provider_credentials as credentials;

/// [`CredentialBook`] on PostgreSQL.
#[derive(Clone)]
pub struct PgCredentialBook {
    database: Database,
}

impl PgCredentialBook {
    /// The credentials in this database.
    #[must_use]
    pub fn new(database: Database) -> Self {
        Self { database }
    }
}

type Row = (String, String, String, Vec<u8>, Vec<u8>, OffsetDateTime);

/// `None` for a name that a newer program keeps: it holds up none of those that this one knows.
fn stored(
    (provider, name, key, nonce, ciphertext, set_at): Row,
) -> Result<Option<StoredCredential>, TxError<Outage>> {
    let Some(known) = CredentialName::parse(&provider, &name) else {
        tracing::warn!(
            provider,
            name,
            "a credential is kept whose name is not known here"
        );
        return Ok(None);
    };
    let nonce = nonce.try_into().map_err(|_length| {
        TxError::impossible("provider_credentials", format!("{provider}/{name}"), "nonce")
    })?;
    Ok(Some(StoredCredential {
        name: known,
        sealed: Sealed {
            key,
            nonce,
            ciphertext,
        },
        set_at,
    }))
}

#[async_trait]
impl CredentialBook for PgCredentialBook {
    async fn all(&self, tenant: TenantId) -> Result<Vec<StoredCredential>, Outage> {
        self.database
            .tenant(tenant, |tx| {
                let rows = credentials::table
                    .filter(credentials::tenant_id.eq(tx.tenant_uuid()))
                    .select((
                        credentials::provider,
                        credentials::name,
                        credentials::key_id,
                        credentials::nonce,
                        credentials::ciphertext,
                        credentials::set_at,
                    ))
                    .load::<Row>(tx.conn())?;
                let known = rows.into_iter().filter_map(|row| stored(row).transpose());
                let mut all = known.collect::<Result<Vec<_>, _>>()?;
                all.sort_by_key(|one| one.name);
                Ok(all)
            })
            .await
    }

    async fn put(&self, tenant: TenantId, credential: StoredCredential) -> Result<(), Outage> {
        self.database
            .tenant(tenant, move |tx| {
                let sealed = &credential.sealed;
                let values = (
                    credentials::key_id.eq(&sealed.key),
                    credentials::nonce.eq(sealed.nonce.as_slice()),
                    credentials::ciphertext.eq(&sealed.ciphertext),
                    credentials::set_at.eq(credential.set_at),
                );
                diesel::insert_into(credentials::table)
                    .values((
                        credentials::tenant_id.eq(tx.tenant_uuid()),
                        credentials::provider.eq(credential.name.provider()),
                        credentials::name.eq(credential.name.name()),
                        values,
                    ))
                    .on_conflict((credentials::tenant_id, credentials::provider, credentials::name))
                    .do_update()
                    .set(values)
                    .execute(tx.conn())?;
                Ok::<_, TxError<Outage>>(())
            })
            .await
    }

    async fn reseal(
        &self,
        tenant: TenantId,
        name: CredentialName,
        was: Sealed,
        becomes: Sealed,
    ) -> Result<bool, Outage> {
        self.database
            .tenant(tenant, move |tx| {
                let found = credentials::tenant_id
                    .eq(tx.tenant_uuid())
                    .and(credentials::provider.eq(name.provider()))
                    .and(credentials::name.eq(name.name()));
                let unchanged = credentials::key_id
                    .eq(&was.key)
                    .and(credentials::nonce.eq(was.nonce.as_slice()))
                    .and(credentials::ciphertext.eq(&was.ciphertext));
                let changed = diesel::update(credentials::table.filter(found.and(unchanged)))
                    .set((
                        credentials::key_id.eq(&becomes.key),
                        credentials::nonce.eq(becomes.nonce.as_slice()),
                        credentials::ciphertext.eq(&becomes.ciphertext),
                    ))
                    .execute(tx.conn())?;
                Ok::<_, TxError<Outage>>(changed == 1)
            })
            .await
    }

    async fn remove(&self, tenant: TenantId, name: CredentialName) -> Result<bool, Outage> {
        self.database
            .tenant(tenant, move |tx| {
                let found = credentials::tenant_id
                    .eq(tx.tenant_uuid())
                    .and(credentials::provider.eq(name.provider()))
                    .and(credentials::name.eq(name.name()));
                let removed = diesel::delete(credentials::table.filter(found)).execute(tx.conn())?;
                Ok::<_, TxError<Outage>>(removed == 1)
            })
            .await
    }
}
