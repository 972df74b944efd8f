//! The book of tokens.
//!
//! A token that was just seen is answered from memory for a few seconds: every request shows one, and a look at the
//! database each time would cost more than most of what is asked.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::sql_types::{Text, Uuid as SqlUuid};
use ratiba_access::token::{
    LIVE_TOKENS_MAX, MintOutcome, NewToken, TokenGrant, TokenId, TokenQuery, TokenRecord,
};
use ratiba_access::{AccessBook, Role, Scope};
use ratiba_kernel::{Id, Outage, TenantId, TokenHash};
use time::OffsetDateTime;
use tokio::time::Instant;
use uuid::Uuid;

use crate::database::{Database, TenantTx, TxError};
use crate::kept::sql_query;
use crate::people::is_staff;
use crate::schema::{access_keys, memberships, personal_access_tokens as tokens, tenants};

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
                    .select((GRANT, tokens::minted_by))
                    .first::<(TokenRow, Option<String>)>(tx.conn())
                    .optional()?;
                let Some((row, minted_by)) = row else {
                    return Ok(None);
                };
                let grant = grant_of(tenant, row)?;
                let stands = stands(tx, minted_by.as_deref(), grant.role)?;
                Ok(stands.then_some(grant))
            })
            .await
    }
}

/// Whether a token of an existing business still stands for something: a business that is not active has none, and one that a
/// person minted is never more than that person is by now: nothing while they are suspended, and nothing once they are gone.
fn stands(tx: &mut TenantTx<'_>, minted_by: Option<&str>, role: Role) -> Result<bool, TxError<Outage>> {
    let tenant = tx.tenant_uuid();
    let active = tenants::id.eq(tenant).and(tenants::state.eq("active"));
    if !diesel::select(diesel::dsl::exists(tenants::table.filter(active))).get_result(tx.conn())? {
        return Ok(false);
    }
    let Some(person) = minted_by.and_then(|by| by.strip_prefix("person:")) else {
        return Ok(true);
    };
    let Ok(person) = person.parse::<Uuid>() else {
        return Err(TxError::impossible(
            "personal_access_tokens",
            tenant,
            "minted by no person",
        ));
    };
    let own = memberships::tenant_id
        .eq(tenant)
        .and(memberships::person_id.eq(person))
        .and(memberships::suspended_at.is_null());
    let theirs = memberships::table
        .filter(own)
        .select(memberships::role)
        .first::<String>(tx.conn())
        .optional()?;
    Ok(theirs
        .and_then(|word| Role::parse(&word))
        .is_some_and(|theirs| theirs >= role))
}

/// What a [`TokenRow`] is read from.
type GrantColumns = (
    tokens::id,
    tokens::role,
    tokens::staff_id,
    tokens::scopes,
    tokens::expires_at,
    tokens::revoked_at,
    tokens::last_used_at,
);
const GRANT: GrantColumns = (
    tokens::id,
    tokens::role,
    tokens::staff_id,
    tokens::scopes,
    tokens::expires_at,
    tokens::revoked_at,
    tokens::last_used_at,
);

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

    /// What is remembered of a token learns of its use before the database does: of many uses at once one is written.
    fn used(&self, tenant: TenantId, id: TokenId, at: OffsetDateTime) {
        let mut seen = self.seen();
        let grants = seen.grants.values_mut().map(|(_, grant)| grant);
        for grant in grants.filter(|grant| grant.tenant == tenant && grant.id == id) {
            grant.last_used_at = grant.last_used_at.max(Some(at));
        }
    }

    fn forget(&self, tenant: TenantId, id: TokenId) {
        let mut seen = self.seen();
        seen.forgotten += 1;
        seen.grants
            .retain(|_, (_, grant)| grant.tenant != tenant || grant.id != id);
    }
}

/// What a [`RecordRow`] is read from.
type RecordColumns = (GrantColumns, tokens::name, tokens::created_at, tokens::minted_by);
const RECORD: RecordColumns = (GRANT, tokens::name, tokens::created_at, tokens::minted_by);

type RecordRow = (TokenRow, String, OffsetDateTime, Option<String>);

fn record_of(tenant: TenantId, row: RecordRow) -> Result<TokenRecord, TxError<Outage>> {
    let (row, name, created_at, minted_by) = row;
    Ok(TokenRecord {
        grant: grant_of(tenant, row)?,
        name,
        created_at,
        minted_by,
    })
}

type TokenRow = (
    Uuid,
    String,
    Option<Uuid>,
    Vec<String>,
    Option<OffsetDateTime>,
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

    async fn mint(&self, tenant: TenantId, token: NewToken) -> Result<MintOutcome, Outage> {
        self.database.tenant(tenant, move |tx| mint(tx, &token)).await
    }

    async fn tokens(&self, tenant: TenantId, query: TokenQuery) -> Result<Vec<TokenRecord>, Outage> {
        let list = move |tx: &mut TenantTx<'_>| {
            let mut page = tokens::table
                .filter(tokens::tenant_id.eq(tx.tenant_uuid()))
                .order(tokens::id.desc())
                .limit(i64::from(query.most))
                .select(RECORD)
                .into_boxed();
            if let Some(before) = query.before {
                page = page.filter(tokens::id.lt(before.as_uuid()));
            }
            let rows = page.load::<RecordRow>(tx.conn())?;
            let records = rows.into_iter().map(|row| record_of(tenant, row));
            records.collect::<Result<Vec<_>, TxError<Outage>>>()
        };
        self.database.tenant(tenant, list).await
    }

    async fn token(&self, tenant: TenantId, id: TokenId) -> Result<Option<TokenRecord>, Outage> {
        let find = move |tx: &mut TenantTx<'_>| {
            let own = tokens::tenant_id
                .eq(tx.tenant_uuid())
                .and(tokens::id.eq(id.as_uuid()));
            let row = tokens::table
                .filter(own)
                .select(RECORD)
                .first::<RecordRow>(tx.conn())
                .optional()?;
            row.map(|row| record_of(tenant, row)).transpose()
        };
        self.database.tenant(tenant, find).await
    }

    async fn used(&self, tenant: TenantId, id: TokenId, at: OffsetDateTime) -> Result<(), Outage> {
        self.memory.used(tenant, id, at);
        let note = move |tx: &mut TenantTx<'_>| {
            let own = tokens::tenant_id
                .eq(tx.tenant_uuid())
                .and(tokens::id.eq(id.as_uuid()));
            let older = tokens::last_used_at.is_null().or(tokens::last_used_at.lt(at));
            diesel::update(tokens::table.filter(own).filter(older))
                .set(tokens::last_used_at.eq(at))
                .execute(tx.conn())?;
            Ok::<_, TxError<Outage>>(())
        };
        self.database.tenant(tenant, note).await
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

fn mint(tx: &mut TenantTx<'_>, token: &NewToken) -> Result<MintOutcome, TxError<Outage>> {
    if !is_staff(tx, token.staff)? {
        return Ok(MintOutcome::UnknownStaff);
    }
    let tenant = tx.tenant_uuid();
    if let Some(before) = minted_before(tx, token)? {
        return Ok(before);
    }
    if has_too_many(tx, token)? {
        return Ok(MintOutcome::TooMany);
    }
    let scopes: Vec<&str> = token.scopes.iter().map(|scope| scope.name()).collect();
    let order = token.order.as_ref();
    let added = diesel::insert_into(tokens::table)
        .values((
            tokens::tenant_id.eq(tenant),
            tokens::id.eq(token.id.as_uuid()),
            tokens::name.eq(&token.name),
            tokens::role.eq(token.role.name()),
            tokens::staff_id.eq(token.staff.map(|staff| staff.as_uuid())),
            tokens::scopes.eq(scopes),
            tokens::created_at.eq(token.created_at),
            tokens::expires_at.eq(token.expires_at),
            tokens::minted_by.eq(&token.minted_by),
            tokens::order_key.eq(order.map(|order| &order.key)),
            tokens::order_print.eq(order.map(|order| order.print.as_bytes().to_vec())),
        ))
        // The same order at the same moment waits here for the other one.
        .on_conflict((tokens::tenant_id, tokens::order_key))
        .do_nothing()
        .execute(tx.conn())?;
    if added == 0 {
        return Ok(minted_before(tx, token)?.unwrap_or(MintOutcome::OtherOrder));
    }
    diesel::insert_into(access_keys::table)
        .values((
            access_keys::key_hash.eq(token.hash.as_bytes().as_slice()),
            access_keys::kind.eq("token"),
            access_keys::tenant_id.eq(tenant),
            access_keys::subject_id.eq(token.id.as_uuid()),
        ))
        .execute(tx.conn())?;
    Ok(MintOutcome::Minted)
}

/// What became of the order if its key was used before.
fn minted_before(tx: &mut TenantTx<'_>, token: &NewToken) -> Result<Option<MintOutcome>, TxError<Outage>> {
    let Some(order) = &token.order else {
        return Ok(None);
    };
    let own = tokens::tenant_id
        .eq(tx.tenant_uuid())
        .and(tokens::order_key.eq(&order.key));
    let before = tokens::table
        .filter(own)
        .select((tokens::id, tokens::order_print))
        .first::<(Uuid, Option<Vec<u8>>)>(tx.conn())
        .optional()?;
    Ok(before.map(|(id, print)| {
        if print.as_deref() == Some(order.print.as_bytes().as_slice()) {
            MintOutcome::Before(Id::from_uuid(id))
        } else {
            MintOutcome::OtherOrder
        }
    }))
}

/// Under this lock a person mints one token after the other.
const MINT_LOCK: &str =
    "SELECT pg_advisory_xact_lock(hashtextextended('tokens:' || $1::text || ':' || $2, 0))";

/// Whether whoever mints has as many tokens as they may; the operator may have any number.
fn has_too_many(tx: &mut TenantTx<'_>, token: &NewToken) -> Result<bool, TxError<Outage>> {
    let Some(person) = &token.minted_by else {
        return Ok(false);
    };
    let tenant = tx.tenant_uuid();
    sql_query(MINT_LOCK)
        .bind::<SqlUuid, _>(tenant)
        .bind::<Text, _>(person)
        .execute(tx.conn())?;
    let counts = tokens::expires_at
        .is_null()
        .or(tokens::expires_at.gt(token.created_at));
    let theirs = tokens::tenant_id
        .eq(tenant)
        .and(tokens::minted_by.eq(person))
        .and(tokens::revoked_at.is_null());
    let live: i64 = tokens::table
        .filter(theirs)
        .filter(counts)
        .count()
        .get_result(tx.conn())?;
    Ok(usize::try_from(live).is_ok_and(|live| live >= LIVE_TOKENS_MAX))
}

fn grant_of(tenant: TenantId, row: TokenRow) -> Result<TokenGrant, TxError<Outage>> {
    let (id, role, staff, scopes, expires_at, revoked_at, last_used_at) = row;
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
        last_used_at,
    })
}

#[cfg(test)]
mod tests;
