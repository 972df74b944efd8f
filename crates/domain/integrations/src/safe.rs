//! Secrets of endpoints as they are kept: each sealed for its own endpoint, under keys that the database never sees.

use std::sync::Arc;

use ratiba_kernel::{OpenError, Outage, Place, Sealed, TenantId, Vault};

use crate::endpoint::{Endpoint, EndpointId, Former, Secrets};
use crate::signing::SigningSecret;

/// A secret as a book keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeptSecret {
    /// As programs of before kept it. None is made any more; [`Safe::sealed_anew`] ends those that are there.
    Plain(SigningSecret),
    /// For its endpoint alone.
    Sealed(Sealed),
}

/// Why a secret could not be kept or used. Says nothing of it.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum SafeError {
    /// No key is set up, so nothing can be sealed or opened.
    #[error("no key is set up under which secrets are kept")]
    NoKeys,
    /// What is kept could not be opened.
    #[error("the secret of the endpoint {endpoint} could not be opened: {why}")]
    Locked {
        /// Whose secret.
        endpoint: EndpointId,
        /// Why.
        why: OpenError,
    },
    /// Something did not answer.
    #[error("the secret could not be kept")]
    Unavailable(#[from] Outage),
}

impl From<SafeError> for Outage {
    fn from(error: SafeError) -> Self {
        match error {
            SafeError::Unavailable(outage) => outage,
            error @ (SafeError::NoKeys | SafeError::Locked { .. }) => Self::new(error),
        }
    }
}

/// Seals and opens secrets of endpoints.
#[derive(Clone)]
pub struct Safe {
    /// What seals them; nothing if no key is set up. Then no secret is made, and one that was sealed signs nothing.
    pub vault: Option<Arc<dyn Vault>>,
}

/// What a secret is bound to. Both secrets of an endpoint are at one place: the newer becomes the one before as it is.
fn place(tenant: TenantId, endpoint: EndpointId) -> Place {
    Place::of(tenant, &format!("webhook_endpoint/{endpoint}"))
}

impl Safe {
    fn vault(&self) -> Result<&dyn Vault, SafeError> {
        self.vault.as_deref().ok_or(SafeError::NoKeys)
    }

    /// A secret as it is kept for this endpoint.
    ///
    /// # Errors
    /// [`SafeError::NoKeys`], [`SafeError::Unavailable`].
    pub fn seal(
        &self,
        tenant: TenantId,
        endpoint: EndpointId,
        secret: &SigningSecret,
    ) -> Result<KeptSecret, SafeError> {
        let sealed = self.vault()?.seal(&place(tenant, endpoint), secret.as_bytes())?;
        Ok(KeptSecret::Sealed(sealed))
    }

    /// A secret of this endpoint, to sign with it or to tell it once.
    ///
    /// # Errors
    /// [`SafeError::NoKeys`]; [`SafeError::Locked`] also if it was changed or is another endpoint's.
    pub fn open(
        &self,
        tenant: TenantId,
        endpoint: EndpointId,
        kept: &KeptSecret,
    ) -> Result<SigningSecret, SafeError> {
        let sealed = match kept {
            KeptSecret::Plain(secret) => return Ok(secret.clone()),
            KeptSecret::Sealed(sealed) => sealed,
        };
        let locked = |why| SafeError::Locked { endpoint, why };
        let opened = self.vault()?.open(&place(tenant, endpoint), sealed);
        let bytes: Result<[u8; 32], _> = opened.map_err(locked)?.try_into();
        bytes
            .map(SigningSecret::from_bytes)
            .map_err(|_another_length| locked(OpenError::Broken))
    }

    /// The endpoint with the same secrets, all of them under the current key; `None` if they are already.
    ///
    /// # Errors
    /// [`SafeError`].
    pub fn sealed_anew(&self, tenant: TenantId, endpoint: &Endpoint) -> Result<Option<Endpoint>, SafeError> {
        let secrets = &endpoint.secrets;
        let former = secrets.before.as_ref();
        let current = self.vault.as_deref().map(Vault::current_key);
        let done = |kept: &KeptSecret| match kept {
            KeptSecret::Plain(_) => false,
            KeptSecret::Sealed(sealed) => Some(sealed.key.as_str()) == current,
        };
        if done(&secrets.now) && former.is_none_or(|former| done(&former.secret)) {
            return Ok(None);
        }
        let anew = |kept: &KeptSecret| {
            let secret = self.open(tenant, endpoint.id, kept)?;
            self.seal(tenant, endpoint.id, &secret)
        };
        let before = former.map(|former| {
            anew(&former.secret).map(|secret| Former {
                secret,
                ..former.clone()
            })
        });
        Ok(Some(Endpoint {
            secrets: Secrets {
                now: anew(&secrets.now)?,
                before: before.transpose()?,
            },
            ..endpoint.clone()
        }))
    }
}

#[cfg(test)]
mod tests;
