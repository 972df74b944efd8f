//! What access needs from outside.

use async_trait::async_trait;
use ratiba_kernel::{Outage, TenantId, TokenHash};

use crate::token::{NewToken, TokenGrant};

/// The book of tokens.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait AccessBook: Send + Sync {
    /// The token with this hash, whatever its state; `None` if there never was one. The only question that
    /// is asked before a tenant is known.
    async fn find_token(&self, hash: TokenHash) -> Result<Option<TokenGrant>, Outage>;

    /// Puts a token on record; it opens its tenant from then on.
    async fn mint(&self, tenant: TenantId, token: NewToken) -> Result<(), Outage>;

    /// Revokes a token at `at`; false if the tenant has none of that id. Safe to repeat.
    async fn revoke(
        &self,
        tenant: TenantId,
        id: crate::token::TokenId,
        at: time::OffsetDateTime,
    ) -> Result<bool, Outage>;
}

/// Chance, for secrets.
pub trait SecretSource: Send + Sync {
    /// 32 bytes that nobody can guess.
    fn secret(&self) -> [u8; 32];
}
