//! The book of tokens.
//!
//! A token that was just seen is answered from memory for a few seconds: every request shows one, and a look at the
//! database each time would cost more than most of what is asked.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use diesel::prelude::*;
use ratiba_access::token::{NewToken, TokenGrant, TokenId};
use ratiba_access::{AccessBook, Role, Scope};
use ratiba_kernel::{Id, Outage, TenantId, TokenHash};
use time::OffsetDateTime;
use tokio::time::Instant;
use uuid::Uuid;

use crate::database::{Database, TxError};
use crate::schema::{access_keys, personal_access_tokens as tokens};

/// [`AccessBook`] on PostgreSQL: hashes lead to a tenant through the global table `access_keys`, the rest
/// is the tenant's. Clones share what they remember.
#[derive(Clone)]
pub struct PgAccessBook {
    database: Database,
    memory: Arc<Memory>,
}

/// How long a token that was seen counts as it was; so long at most goes one on that another process revoked.
const REMEMBERED: Duration = Duration::from_secs(3);

/// Tokens of one process that are remembered at most.
const REMEMBERED_MOST: usize = 10_000;

impl PgAccessBook {
    /// The book in this database. It remembers a token for three seconds.
    #[must_use]
    pub fn new(database: Database) -> Self {
        Self::remembering(database, REMEMBERED)
    }

    /// The book with another time for which it remembers a token; one that this value itself revokes is forgotten at
    /// once.
    #[must_use]
    pub fn remembering(database: Database, time: Duration) -> Self {
        let memory = Arc::new(Memory {
            time,
            seen: Mutex::default(),
        });
        Self { database, memory }
    }

    async fn look_up(&self, hash: TokenHash) -> Result<Option<TokenGrant>, Outage> {
        let key = self
            .database
            .global(move |tx| {
                let row = access_keys::table
                    .filter(
                        access_keys::key_hash
                            .eq(hash.as_bytes().as_slice())
                            .and(access_keys::kind.eq("token")),
                    )
                    .select((access_keys::tenant_id, access_keys::subject_id))
                    .first::<(Uuid, Uuid)>(tx.conn())
                    .optional()?;
                Ok::<_, TxError<Outage>>(row)
            })
            .await?;
        let Some((tenant, token)) = key else {
            return Ok(None);
        };
        let tenant = TenantId::from_uuid(tenant);
        self.database
            .tenant(tenant, move |tx| {
                let row = tokens::table
                    .filter(tokens::tenant_id.eq(tx.tenant_uuid()).and(tokens::id.eq(token)))
                    .select((
                        tokens::id,
                        tokens::role,
                        tokens::staff_id,
                        tokens::scopes,
                        tokens::expires_at,
                        tokens::revoked_at,
                    ))
                    .first::<TokenRow>(tx.conn())
                    .optional()?;
                row.map(|row| grant_of(tenant, row)).transpose()
            })
            .await
    }
}

/// The tokens that were seen a moment ago, by hash; a text that opens nothing is not remembered.
struct Memory {
    time: Duration,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    grants: BTreeMap<TokenHash, (Instant, TokenGrant)>,
    /// How often something was forgotten. What was looked up before that may be out of date since.
    forgotten: u64,
}

impl Memory {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn recall(&self, hash: &TokenHash) -> Option<TokenGrant> {
        let seen = self.seen();
        let (at, grant) = seen.grants.get(hash)?;
        (at.elapsed() < self.time).then(|| grant.clone())
    }

    /// For [`remember`](Self::remember), from before the look at the database.
    fn forgotten(&self) -> u64 {
        self.seen().forgotten
    }

    /// Unless something was forgotten while the look lasted: it may have been this. `at` is when the look began: what
    /// another process revoked meanwhile is not remembered longer for that.
    fn remember(&self, hash: &TokenHash, at: Instant, forgotten: u64, grant: &TokenGrant) {
        let mut seen = self.seen();
        if seen.forgotten != forgotten {
            return;
        }
        if seen.grants.len() >= REMEMBERED_MOST {
            seen.grants.retain(|_, (at, _)| at.elapsed() < self.time);
        }
        if seen.grants.len() < REMEMBERED_MOST {
            seen.grants.insert(*hash, (at, grant.clone()));
        }
    }

    fn forget(&self, tenant: TenantId, id: TokenId) {
        let mut seen = self.seen();
        seen.forgotten += 1;
        seen.grants
            .retain(|_, (_, grant)| grant.tenant != tenant || grant.id != id);
    }
}

type TokenRow = (
    Uuid,
    String,
    Option<Uuid>,
    Vec<String>,
    Option<OffsetDateTime>,
    Option<OffsetDateTime>,
);

#[async_trait]
impl AccessBook for PgAccessBook {
    async fn find_token(&self, hash: TokenHash) -> Result<Option<TokenGrant>, Outage> {
        if let Some(grant) = self.memory.recall(&hash) {
            return Ok(Some(grant));
        }
        let began = Instant::now(); // bookkeeping: how old what is remembered is, by the machine's clock
        let forgotten = self.memory.forgotten();
        let found = self.look_up(hash).await?;
        if let Some(grant) = &found {
            self.memory.remember(&hash, began, forgotten, grant);
        }
        Ok(found)
    }

    async fn mint(&self, tenant: TenantId, token: NewToken) -> Result<(), Outage> {
        self.database
            .tenant(tenant, move |tx| {
                let scopes: Vec<&str> = token.scopes.iter().map(|scope| scope.name()).collect();
                diesel::insert_into(tokens::table)
                    .values((
                        tokens::tenant_id.eq(tx.tenant_uuid()),
                        tokens::id.eq(token.id.as_uuid()),
                        tokens::name.eq(&token.name),
                        tokens::role.eq(token.role.name()),
                        tokens::staff_id.eq(token.staff.map(|staff| staff.as_uuid())),
                        tokens::scopes.eq(scopes),
                        tokens::created_at.eq(token.created_at),
                        tokens::expires_at.eq(token.expires_at),
                    ))
                    .execute(tx.conn())?;
                diesel::insert_into(access_keys::table)
                    .values((
                        access_keys::key_hash.eq(token.hash.as_bytes().as_slice()),
                        access_keys::kind.eq("token"),
                        access_keys::tenant_id.eq(tx.tenant_uuid()),
                        access_keys::subject_id.eq(token.id.as_uuid()),
                    ))
                    .execute(tx.conn())?;
                Ok::<_, TxError<Outage>>(())
            })
            .await
    }

    async fn revoke(&self, tenant: TenantId, id: TokenId, at: OffsetDateTime) -> Result<bool, Outage> {
        let known = self
            .database
            .tenant(tenant, move |tx| {
                let own = tokens::tenant_id
                    .eq(tx.tenant_uuid())
                    .and(tokens::id.eq(id.as_uuid()));
                let known: i64 = tokens::table.filter(own).count().get_result(tx.conn())?;
                diesel::update(tokens::table.filter(own).filter(tokens::revoked_at.is_null()))
                    .set(tokens::revoked_at.eq(at))
                    .execute(tx.conn())?;
                Ok::<_, TxError<Outage>>(known == 1)
            })
            .await?;
        self.memory.forget(tenant, id);
        Ok(known)
    }
}

fn grant_of(tenant: TenantId, row: TokenRow) -> Result<TokenGrant, TxError<Outage>> {
    let (id, role, staff, scopes, expires_at, revoked_at) = row;
    let impossible = |what: &str| TxError::impossible("personal_access_tokens", id, what);
    let scopes = scopes
        .iter()
        .map(|scope| Scope::parse(scope).ok_or_else(|| impossible("unknown scope")))
        .collect::<Result<_, _>>()?;
    Ok(TokenGrant {
        id: Id::from_uuid(id),
        tenant,
        role: Role::parse(&role).ok_or_else(|| impossible("unknown role"))?,
        staff: staff.map(Id::from_uuid),
        scopes,
        expires_at,
        revoked_at,
    })
}

#[cfg(test)]
mod tests;
