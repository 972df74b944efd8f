//! The one access token of all processes, and the lease under which one of them renews it.

use async_trait::async_trait;
use diesel::QueryableByName;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Integer, Text, Uuid as SqlUuid};
use ratiba_kernel::{Outage, TenantId};
use ratiba_payments::ports::{AccessToken, Credential, REFRESH_LEASE, RefreshLease, TokenStore};
use time::OffsetDateTime;

use super::PgPayments;
use crate::database::TxError;
use crate::kept::sql_query;
use crate::schema::provider_tokens;

#[derive(QueryableByName)]
struct Leased {
    #[diesel(sql_type = BigInt)]
    generation: i64,
}

// Leases follow the server's clock: the business's may jump.
const LEASE: &str = "
INSERT INTO provider_tokens (tenant_id, provider, credential_hash, refresh_lease_until, generation)
VALUES ($1, $2, $3, now() + make_interval(secs => $4), 1) -- bookkeeping
ON CONFLICT (tenant_id, provider, credential_hash) DO UPDATE
SET refresh_lease_until = EXCLUDED.refresh_lease_until, generation = provider_tokens.generation + 1
WHERE provider_tokens.refresh_lease_until IS NULL OR provider_tokens.refresh_lease_until < now() -- bookkeeping
RETURNING generation";

#[async_trait]
impl TokenStore for PgPayments {
    async fn token(&self, tenant: TenantId, credential: &Credential) -> Result<Option<AccessToken>, Outage> {
        let credential = credential.clone();
        self.database
            .tenant(tenant, move |tx| {
                let own = tx.tenant_uuid();
                let row = provider_tokens::table
                    .filter(provider_tokens::tenant_id.eq(own))
                    .filter(provider_tokens::provider.eq(credential.provider.as_str()))
                    .filter(provider_tokens::credential_hash.eq(&credential.hash.as_bytes()[..]))
                    .select((provider_tokens::token, provider_tokens::expires_at))
                    .first::<(Option<String>, Option<OffsetDateTime>)>(tx.conn())
                    .optional()?;
                Ok::<_, TxError<Outage>>(match row {
                    Some((Some(secret), Some(expires_at))) => Some(AccessToken::new(secret, expires_at)),
                    Some((None, _) | (_, None)) | None => None,
                })
            })
            .await
    }

    async fn lease(&self, tenant: TenantId, credential: &Credential) -> Result<Option<RefreshLease>, Outage> {
        let credential = credential.clone();
        self.database
            .tenant(tenant, move |tx| {
                let own = tx.tenant_uuid();
                let seconds = i32::try_from(REFRESH_LEASE.whole_seconds()).unwrap_or(i32::MAX);
                let leased: Option<Leased> = sql_query(LEASE)
                    .bind::<SqlUuid, _>(own)
                    .bind::<Text, _>(credential.provider.as_str())
                    .bind::<Binary, _>(&credential.hash.as_bytes()[..])
                    .bind::<Integer, _>(seconds)
                    .get_result(tx.conn())
                    .optional()?;
                Ok::<_, TxError<Outage>>(leased.map(|row| RefreshLease(row.generation)))
            })
            .await
    }

    async fn put(
        &self,
        tenant: TenantId,
        credential: &Credential,
        lease: RefreshLease,
        token: Option<AccessToken>,
    ) -> Result<bool, Outage> {
        let credential = credential.clone();
        self.database
            .tenant(tenant, move |tx| {
                let own = tx.tenant_uuid();
                let token = token.as_ref();
                let put = diesel::update(provider_tokens::table)
                    .filter(provider_tokens::tenant_id.eq(own))
                    .filter(provider_tokens::provider.eq(credential.provider.as_str()))
                    .filter(provider_tokens::credential_hash.eq(&credential.hash.as_bytes()[..]))
                    .filter(provider_tokens::generation.eq(lease.0))
                    .filter(provider_tokens::refresh_lease_until.is_not_null())
                    .set((
                        provider_tokens::token.eq(token.map(AccessToken::reveal)),
                        provider_tokens::expires_at.eq(token.map(|token| token.expires_at())),
                        provider_tokens::refresh_lease_until.eq(None::<OffsetDateTime>),
                    ))
                    .execute(tx.conn())?;
                Ok::<_, TxError<Outage>>(put == 1)
            })
            .await
    }
}
