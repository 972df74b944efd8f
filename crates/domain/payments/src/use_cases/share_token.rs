//! Finding the one access token of all processes, or having it renewed.

use std::sync::Arc;

use async_trait::async_trait;
use ratiba_kernel::{Clock, Outage, TenantId};
use time::Duration;

use crate::failure::FailureReason;
use crate::ports::{AccessToken, Credential, RefreshLease, TokenStore};

/// How often, and how many times, a process looks whether another one has renewed the token: together a little longer than
/// a lease lasts.
pub const LOOK_EVERY: std::time::Duration = std::time::Duration::from_millis(100);
/// See [`LOOK_EVERY`].
pub const LOOKS_MOST: u32 = 180;

/// Why there is no token. Nothing was asked of the provider but the token.
#[derive(Debug, thiserror::Error)]
pub enum NoToken {
    /// The provider does not take the key and the secret.
    #[error("the consumer key and secret were refused with status {status}")]
    Refused {
        /// The HTTP status.
        status: u16,
    },
    /// The provider, or the store of the token, did not answer.
    #[error("no access token could be had")]
    Unavailable(#[from] Outage),
}

impl NoToken {
    /// What it means for a call that was to be made.
    #[must_use]
    pub const fn reason(&self) -> FailureReason {
        match self {
            Self::Refused { .. } => FailureReason::Misconfigured,
            Self::Unavailable(_) => FailureReason::ProviderUnavailable,
        }
    }
}

/// Asks a provider for a token. A new one may cancel the one before.
#[async_trait]
pub trait TokenIssuer: Send + Sync {
    /// A new token.
    ///
    /// # Errors
    /// [`NoToken`].
    async fn issue(&self) -> Result<AccessToken, NoToken>;
}

/// Whose token it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenOf {
    /// The tenant among whose rows it is kept.
    pub owner: TenantId,
    /// What the provider knows its bearer by.
    pub credential: Credential,
}

/// Finds the token that all processes share; one process at a time has it renewed.
pub struct ShareToken {
    /// Where it is kept.
    pub store: Arc<dyn TokenStore>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// It is renewed so long before its end.
    pub renew_before: Duration,
}

impl ShareToken {
    /// The token that is in the store, if it should be good. `refused` is one that the provider did not take: it is never
    /// given again, and a newer one that is in the store already is taken as it is.
    ///
    /// # Errors
    /// [`Outage`] of the store.
    pub async fn stored(
        &self,
        of: &TokenOf,
        refused: Option<&AccessToken>,
    ) -> Result<Option<AccessToken>, Outage> {
        let stored = self.store.token(of.owner, &of.credential).await?;
        let now = self.clock.now();
        Ok(stored.filter(|token| token.expires_at() - self.renew_before > now && Some(token) != refused))
    }

    /// One look for a token: the one in the store, or a new one if nobody else is getting one. `None` while somebody else is;
    /// whoever looks waits a little and looks again ([`LOOK_EVERY`]).
    ///
    /// # Errors
    /// [`NoToken`].
    pub async fn look(
        &self,
        of: &TokenOf,
        refused: Option<&AccessToken>,
        issuer: &dyn TokenIssuer,
    ) -> Result<Option<AccessToken>, NoToken> {
        if let Some(good) = self.stored(of, refused).await? {
            return Ok(Some(good));
        }
        match self.store.lease(of.owner, &of.credential).await? {
            Some(lease) => self.renew(of, refused, lease, issuer).await,
            None => Ok(None),
        }
    }

    /// Has a token renewed under a lease; `None` if the lease was lost meanwhile: then somebody else's token counts.
    async fn renew(
        &self,
        of: &TokenOf,
        refused: Option<&AccessToken>,
        lease: RefreshLease,
        issuer: &dyn TokenIssuer,
    ) -> Result<Option<AccessToken>, NoToken> {
        // Somebody may have put one between our look and our lease; asking again would cancel it.
        if let Some(good) = self.stored(of, refused).await? {
            let kept = Some(good.clone());
            self.store.put(of.owner, &of.credential, lease, kept).await?;
            return Ok(Some(good));
        }
        let asked = issuer.issue().await;
        let new = asked.as_ref().ok().cloned();
        let held = self.store.put(of.owner, &of.credential, lease, new).await?;
        let token = asked?;
        Ok(held.then_some(token))
    }
}

#[cfg(test)]
mod tests;
