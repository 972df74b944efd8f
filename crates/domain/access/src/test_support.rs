//! The fake, the contract, and predictable secrets.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use ratiba_kernel::test_support::{EPOCH, tenant};
use ratiba_kernel::{Id, Outage, TenantId, TokenHash};
use time::OffsetDateTime;

use crate::ports::{AccessBook, SecretSource};
use crate::principal::{Role, Scope};
use crate::token::{NewToken, TokenGrant, TokenId};

/// Secrets 1, 2, 3 …
#[derive(Debug, Default)]
pub struct SeededSecrets(AtomicU8);

impl SecretSource for SeededSecrets {
    fn secret(&self) -> [u8; 32] {
        [self.0.fetch_add(1, Ordering::Relaxed).wrapping_add(1); 32]
    }
}

/// A book of tokens in memory.
#[derive(Debug, Default)]
pub struct InMemoryAccessBook(Mutex<BTreeMap<TokenHash, TokenGrant>>);

#[async_trait]
impl AccessBook for InMemoryAccessBook {
    async fn find_token(&self, hash: TokenHash) -> Result<Option<TokenGrant>, Outage> {
        Ok(self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&hash)
            .cloned())
    }

    async fn mint(&self, tenant: TenantId, token: NewToken) -> Result<(), Outage> {
        let grant = TokenGrant {
            id: token.id,
            tenant,
            role: token.role,
            staff: token.staff,
            scopes: token.scopes,
            expires_at: token.expires_at,
            revoked_at: None,
        };
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(token.hash, grant);
        Ok(())
    }

    async fn revoke(&self, tenant: TenantId, id: TokenId, at: OffsetDateTime) -> Result<bool, Outage> {
        let mut tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = tokens
            .values_mut()
            .find(|grant| grant.tenant == tenant && grant.id == id);
        Ok(found
            .map(|grant| grant.revoked_at = grant.revoked_at.or(Some(at)))
            .is_some())
    }
}

/// What every [`AccessBook`] promises. `fresh` gives an empty book in which the tenants 1 and 2 exist.
///
/// # Panics
/// When a promise is broken.
pub async fn access_book_contract<B: AccessBook>(fresh: impl AsyncFn() -> B) {
    a_minted_token_is_found_by_its_hash(&fresh().await).await;
    a_token_is_revoked_by_its_own_tenant_only(&fresh().await).await;
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
    }
}

async fn a_minted_token_is_found_by_its_hash(book: &impl AccessBook) {
    let new = a_token(1);
    assert_eq!(book.find_token(new.hash).await, Ok(None));
    assert_eq!(book.mint(tenant(1), new.clone()).await, Ok(()));
    let grant = TokenGrant {
        id: new.id,
        tenant: tenant(1),
        role: new.role,
        staff: None,
        scopes: new.scopes,
        expires_at: new.expires_at,
        revoked_at: None,
    };
    assert_eq!(book.find_token(new.hash).await, Ok(Some(grant)));
}

async fn a_token_is_revoked_by_its_own_tenant_only(book: &impl AccessBook) {
    let new = a_token(2);
    assert_eq!(book.mint(tenant(1), new.clone()).await, Ok(()));
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
