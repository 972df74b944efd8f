//! The fake, the contract, and predictable secrets.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use ratiba_kernel::test_support::{EPOCH, tenant};
use ratiba_kernel::{Fingerprint, Id, Outage, Sealed, TenantId, TokenHash};
use time::OffsetDateTime;

use crate::credentials::{CredentialBook, CredentialName, StoredCredential};
use crate::ports::{AccessBook, SecretSource};
use crate::principal::{Role, Scope};
use crate::token::{
    LIVE_TOKENS_MAX, MintOutcome, NewToken, OrderKey, TokenGrant, TokenId, TokenQuery, TokenRecord,
};

mod features;
mod invitations;
mod limits;
mod people;
mod privacy;

pub use features::{InMemoryFeatures, features_contract};
pub use invitations::{an_invitation, an_invitation_secret, invitations_contract};
pub use limits::{MuteLimiter, limiter_contract};
pub use people::{
    InMemoryPeople, ScriptedIssuer, arrive, people_contract, session_secret, signed_in, staff_of_tenant_1,
};
pub use privacy::{InMemoryPrivacyBook, a_request, customer_of_tenant_1, privacy_contract};

/// Secrets 1, 2, 3 …
#[derive(Debug, Default)]
pub struct SeededSecrets(AtomicU8);

impl SecretSource for SeededSecrets {
    fn secret(&self) -> [u8; 32] {
        [self.0.fetch_add(1, Ordering::Relaxed).wrapping_add(1); 32]
    }
}

#[derive(Debug)]
struct Row {
    record: TokenRecord,
    order: Option<OrderKey>,
}

/// A book of tokens in memory.
#[derive(Debug, Default)]
pub struct InMemoryAccessBook(Mutex<BTreeMap<TokenHash, Row>>);

impl InMemoryAccessBook {
    fn rows(&self) -> MutexGuard<'_, BTreeMap<TokenHash, Row>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl AccessBook for InMemoryAccessBook {
    async fn find_token(&self, hash: TokenHash) -> Result<Option<TokenGrant>, Outage> {
        Ok(self.rows().get(&hash).map(|row| row.record.grant.clone()))
    }

    async fn mint(&self, tenant: TenantId, token: NewToken) -> Result<MintOutcome, Outage> {
        if !people::is_staff(tenant, token.staff) {
            return Ok(MintOutcome::UnknownStaff);
        }
        let mut rows = self.rows();
        if let Some(order) = &token.order {
            let before = rows.values().find(|row| {
                let key = row.order.as_ref().map(|order| &order.key);
                row.record.grant.tenant == tenant && key == Some(&order.key)
            });
            if let Some(row) = before {
                return Ok(if row.order.as_ref() == Some(order) {
                    MintOutcome::Before(row.record.grant.id)
                } else {
                    MintOutcome::OtherOrder
                });
            }
        }
        let live = |row: &&Row| {
            let grant = &row.record.grant;
            let counts = grant.expires_at.is_none_or(|end| token.created_at < end);
            grant.tenant == tenant && grant.revoked_at.is_none() && counts
        };
        let of_the_same = |row: &&Row| token.minted_by.is_some() && row.record.minted_by == token.minted_by;
        if rows.values().filter(of_the_same).filter(live).count() >= LIVE_TOKENS_MAX {
            return Ok(MintOutcome::TooMany);
        }
        let grant = TokenGrant {
            id: token.id,
            tenant,
            role: token.role,
            staff: token.staff,
            scopes: token.scopes,
            expires_at: token.expires_at,
            revoked_at: None,
            last_used_at: None,
        };
        let record = TokenRecord {
            grant,
            name: token.name,
            created_at: token.created_at,
            minted_by: token.minted_by,
        };
        let order = token.order;
        rows.insert(token.hash, Row { record, order });
        Ok(MintOutcome::Minted)
    }

    async fn tokens(&self, tenant: TenantId, query: TokenQuery) -> Result<Vec<TokenRecord>, Outage> {
        let rows = self.rows();
        let own = rows.values().map(|row| &row.record).filter(|record| {
            let older = query.before.is_none_or(|before| record.grant.id < before);
            record.grant.tenant == tenant && older
        });
        let mut records: Vec<TokenRecord> = own.cloned().collect();
        records.sort_by_key(|record| std::cmp::Reverse(record.grant.id));
        records.truncate(usize::from(query.most));
        Ok(records)
    }

    async fn token(&self, tenant: TenantId, id: TokenId) -> Result<Option<TokenRecord>, Outage> {
        let rows = self.rows();
        let mut records = rows.values().map(|row| &row.record);
        let found = records.find(|record| record.grant.tenant == tenant && record.grant.id == id);
        Ok(found.cloned())
    }

    async fn used(&self, tenant: TenantId, id: TokenId, at: OffsetDateTime) -> Result<(), Outage> {
        let mut rows = self.rows();
        let grants = rows.values_mut().map(|row| &mut row.record.grant);
        for grant in grants.filter(|grant| grant.tenant == tenant && grant.id == id) {
            grant.last_used_at = grant.last_used_at.max(Some(at));
        }
        Ok(())
    }

    async fn revoke(&self, tenant: TenantId, id: TokenId, at: OffsetDateTime) -> Result<bool, Outage> {
        let mut rows = self.rows();
        let mut grants = rows.values_mut().map(|row| &mut row.record.grant);
        let found = grants.find(|grant| grant.tenant == tenant && grant.id == id);
        Ok(found
            .map(|grant| grant.revoked_at = grant.revoked_at.or(Some(at)))
            .is_some())
    }
}

/// What every [`AccessBook`] promises. `fresh` gives an empty book in which the tenants 1 and 2 exist, of whom the first has
/// the staff member [`staff_of_tenant_1`].
///
/// # Panics
/// When a promise is broken.
pub async fn access_book_contract<B: AccessBook>(fresh: impl AsyncFn() -> B) {
    a_minted_token_is_found_by_its_hash(&fresh().await).await;
    a_token_is_revoked_by_its_own_tenant_only(&fresh().await).await;
    an_order_makes_one_token(&fresh().await).await;
    a_tenant_sees_its_own_tokens_and_their_last_use(&fresh().await).await;
    a_tokens_staff_member_is_the_tenants_own(&fresh().await).await;
    pages_of_tokens_follow_one_another(&fresh().await).await;
    a_person_has_so_many_tokens_that_count(&fresh().await).await;
}

/// All tokens that these tests make of one tenant.
const ALL: TokenQuery = TokenQuery {
    before: None,
    most: 100,
};

async fn pages_of_tokens_follow_one_another(book: &impl AccessBook) {
    for number in 1..=5 {
        assert_eq!(
            book.mint(tenant(1), a_token(number)).await,
            Ok(MintOutcome::Minted)
        );
    }
    let page = async |before: Option<u8>| {
        let query = TokenQuery {
            before: before.map(|number| a_token(number).id),
            most: 2,
        };
        let page = book.tokens(tenant(1), query).await.unwrap_or_default();
        page.iter().map(|one| one.grant.id).collect::<Vec<_>>()
    };
    let ids = |numbers: &[u8]| {
        numbers
            .iter()
            .map(|number| a_token(*number).id)
            .collect::<Vec<_>>()
    };
    assert_eq!(page(None).await, ids(&[5, 4]));
    assert_eq!(page(Some(4)).await, ids(&[3, 2]));
    assert_eq!(page(Some(2)).await, ids(&[1]));
    let one = book.token(tenant(1), a_token(3).id).await.ok().flatten();
    assert_eq!(one.map(|one| one.grant.id), Some(a_token(3).id));
    assert_eq!(book.token(tenant(2), a_token(3).id).await, Ok(None));
}

async fn a_person_has_so_many_tokens_that_count(book: &impl AccessBook) {
    let by = |who: &str, number: u8| NewToken {
        minted_by: Some(who.to_owned()),
        ..a_token(number)
    };
    let most = u8::try_from(LIVE_TOKENS_MAX).unwrap_or(u8::MAX);
    for number in 1..=most {
        assert_eq!(
            book.mint(tenant(1), by("person:1", number)).await,
            Ok(MintOutcome::Minted)
        );
    }
    let mint = async |token: NewToken| book.mint(tenant(1), token).await;
    assert_eq!(mint(by("person:1", 100)).await, Ok(MintOutcome::TooMany));
    assert_eq!(book.find_token(a_token(100).hash).await, Ok(None));
    assert_eq!(
        mint(by("person:2", 101)).await,
        Ok(MintOutcome::Minted),
        "each has their own"
    );
    assert_eq!(
        mint(a_token(102)).await,
        Ok(MintOutcome::Minted),
        "the operator's"
    );
    assert_eq!(book.revoke(tenant(1), a_token(1).id, EPOCH).await, Ok(true));
    assert_eq!(mint(by("person:1", 103)).await, Ok(MintOutcome::Minted));
    assert_eq!(mint(by("person:1", 104)).await, Ok(MintOutcome::TooMany));
    let later = NewToken {
        created_at: EPOCH + time::Duration::days(1),
        expires_at: Some(EPOCH + time::Duration::days(2)),
        ..by("person:1", 105)
    };
    assert_eq!(mint(later).await, Ok(MintOutcome::Minted), "the others are over");
}

/// A receptionist's token like any other, told apart by its number.
#[must_use]
pub fn a_token(number: u8) -> NewToken {
    NewToken {
        id: Id::from_uuid(uuid::Uuid::from_u128(u128::from(number))),
        hash: TokenHash::from_bytes([number; 32]),
        name: "desk".to_owned(),
        role: Role::Receptionist,
        staff: None,
        scopes: BTreeSet::from([Scope::AppointmentsRead, Scope::PaymentsRead]),
        created_at: EPOCH,
        expires_at: Some(EPOCH + time::Duration::days(1)),
        minted_by: None,
        order: None,
    }
}

async fn a_minted_token_is_found_by_its_hash(book: &impl AccessBook) {
    let new = a_token(1);
    assert_eq!(book.find_token(new.hash).await, Ok(None));
    assert_eq!(book.mint(tenant(1), new.clone()).await, Ok(MintOutcome::Minted));
    let grant = TokenGrant {
        id: new.id,
        tenant: tenant(1),
        role: new.role,
        staff: None,
        scopes: new.scopes,
        expires_at: new.expires_at,
        revoked_at: None,
        last_used_at: None,
    };
    assert_eq!(book.find_token(new.hash).await, Ok(Some(grant)));
}

async fn a_token_is_revoked_by_its_own_tenant_only(book: &impl AccessBook) {
    let new = a_token(2);
    assert_eq!(book.mint(tenant(1), new.clone()).await, Ok(MintOutcome::Minted));
    assert_eq!(book.revoke(tenant(2), new.id, EPOCH).await, Ok(false));
    assert_eq!(book.revoke(tenant(1), new.id, EPOCH).await, Ok(true));
    assert_eq!(
        book.revoke(tenant(1), new.id, EPOCH + time::Duration::HOUR).await,
        Ok(true),
        "safe to repeat"
    );
    let found = book.find_token(new.hash).await.ok().flatten();
    assert_eq!(found.and_then(|grant| grant.revoked_at), Some(EPOCH));
}

async fn an_order_makes_one_token(book: &impl AccessBook) {
    let order = |asked: &str| {
        Some(OrderKey {
            key: "one".to_owned(),
            print: Fingerprint::of(asked),
        })
    };
    let new = |number, asked| NewToken {
        order: order(asked),
        ..a_token(number)
    };
    assert_eq!(
        book.mint(tenant(1), new(1, "this")).await,
        Ok(MintOutcome::Minted)
    );
    let again = book.mint(tenant(1), new(2, "this")).await;
    assert_eq!(again, Ok(MintOutcome::Before(a_token(1).id)));
    let other = book.mint(tenant(1), new(3, "that")).await;
    assert_eq!(other, Ok(MintOutcome::OtherOrder));
    assert_eq!(
        book.mint(tenant(2), new(4, "that")).await,
        Ok(MintOutcome::Minted),
        "keys are each tenant's own"
    );
    for number in [2, 3] {
        assert_eq!(book.find_token(a_token(number).hash).await, Ok(None));
    }
}

async fn a_tenant_sees_its_own_tokens_and_their_last_use(book: &impl AccessBook) {
    let later = EPOCH + time::Duration::HOUR;
    let second = NewToken {
        created_at: later,
        minted_by: Some("person:1".to_owned()),
        ..a_token(2)
    };
    assert_eq!(book.mint(tenant(1), a_token(1)).await, Ok(MintOutcome::Minted));
    assert_eq!(book.mint(tenant(1), second).await, Ok(MintOutcome::Minted));
    assert_eq!(book.mint(tenant(2), a_token(3)).await, Ok(MintOutcome::Minted));
    for at in [later, EPOCH] {
        assert_eq!(book.used(tenant(1), a_token(1).id, at).await, Ok(()));
    }
    assert_eq!(
        book.used(tenant(1), a_token(3).id, later).await,
        Ok(()),
        "nobody's"
    );
    let seen = book.tokens(tenant(1), ALL).await.unwrap_or_default();
    let told: Vec<_> = seen
        .iter()
        .map(|one| (one.grant.id, one.grant.last_used_at, one.minted_by.as_deref()))
        .collect();
    assert_eq!(
        told,
        [
            (a_token(2).id, None, Some("person:1")),
            (a_token(1).id, Some(later), None)
        ]
    );
    let found = book.find_token(a_token(1).hash).await.ok().flatten();
    assert_eq!(found.and_then(|grant| grant.last_used_at), Some(later));
    let of_two = book.tokens(tenant(2), ALL).await.unwrap_or_default();
    assert_eq!(
        of_two
            .iter()
            .map(|one| one.grant.last_used_at)
            .collect::<Vec<_>>(),
        [None]
    );
}

async fn a_tokens_staff_member_is_the_tenants_own(book: &impl AccessBook) {
    let therapists = NewToken {
        staff: Some(staff_of_tenant_1()),
        ..a_token(1)
    };
    let foreign = book.mint(tenant(2), therapists.clone()).await;
    assert_eq!(foreign, Ok(MintOutcome::UnknownStaff));
    assert_eq!(book.mint(tenant(1), therapists).await, Ok(MintOutcome::Minted));
}

/// Sealed credentials in memory.
#[derive(Debug, Default)]
pub struct InMemoryCredentialBook(Mutex<BTreeMap<(TenantId, CredentialName), StoredCredential>>);

impl InMemoryCredentialBook {
    fn rows(&self) -> MutexGuard<'_, BTreeMap<(TenantId, CredentialName), StoredCredential>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl CredentialBook for InMemoryCredentialBook {
    async fn all(&self, tenant: TenantId) -> Result<Vec<StoredCredential>, Outage> {
        let rows = self.rows();
        let own = rows.iter().filter(|((of, _), _)| *of == tenant);
        Ok(own.map(|(_, stored)| stored.clone()).collect())
    }

    async fn put(&self, tenant: TenantId, credential: StoredCredential) -> Result<(), Outage> {
        self.rows().insert((tenant, credential.name), credential);
        Ok(())
    }

    async fn reseal(
        &self,
        tenant: TenantId,
        name: CredentialName,
        was: Sealed,
        becomes: Sealed,
    ) -> Result<bool, Outage> {
        let mut rows = self.rows();
        let found = rows
            .get_mut(&(tenant, name))
            .filter(|stored| stored.sealed == was);
        Ok(found.map(|stored| stored.sealed = becomes).is_some())
    }

    async fn remove(&self, tenant: TenantId, name: CredentialName) -> Result<bool, Outage> {
        Ok(self.rows().remove(&(tenant, name)).is_some())
    }
}

/// What every [`CredentialBook`] promises. `fresh` gives an empty book in which the tenants 1 and 2 exist.
///
/// # Panics
/// When a promise is broken.
pub async fn credential_book_contract<B: CredentialBook>(fresh: impl AsyncFn() -> B) {
    let book = fresh().await;
    let stored = |name, byte: u8| StoredCredential {
        name,
        sealed: Sealed {
            key: format!("k{byte}"),
            nonce: [byte; 12],
            ciphertext: vec![byte; 20],
        },
        set_at: EPOCH,
    };
    let (token, passkey) = (CredentialName::WhatsappAccessToken, CredentialName::MpesaPasskey);
    assert_eq!(book.all(tenant(1)).await, Ok(Vec::new()));
    assert_eq!(book.put(tenant(1), stored(passkey, 1)).await, Ok(()));
    assert_eq!(book.put(tenant(1), stored(token, 2)).await, Ok(()));
    assert_eq!(
        book.all(tenant(1)).await,
        Ok(vec![stored(token, 2), stored(passkey, 1)]),
        "in the order of their names"
    );
    assert_eq!(book.all(tenant(2)).await, Ok(Vec::new()), "and nobody else's");
    assert_eq!(book.put(tenant(1), stored(token, 3)).await, Ok(()));
    assert_eq!(
        book.all(tenant(1)).await.map(|all| all.len()),
        Ok(2),
        "in place of the one before"
    );
    let resealed = async |was: u8, becomes: u8| {
        let (was, becomes) = (stored(token, was).sealed, stored(token, becomes).sealed);
        book.reseal(tenant(1), token, was, becomes).await
    };
    assert_eq!(
        resealed(2, 4).await,
        Ok(false),
        "what was replaced meanwhile stays"
    );
    assert_eq!(resealed(3, 4).await, Ok(true));
    assert_eq!(
        book.all(tenant(1)).await,
        Ok(vec![stored(token, 4), stored(passkey, 1)])
    );
    assert_eq!(book.remove(tenant(2), token).await, Ok(false));
    assert_eq!(book.remove(tenant(1), token).await, Ok(true));
    assert_eq!(book.remove(tenant(1), token).await, Ok(false));
    assert_eq!(book.all(tenant(1)).await, Ok(vec![stored(passkey, 1)]));
}
