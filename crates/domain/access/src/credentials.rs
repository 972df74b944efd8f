//! What opens a business's own accounts at providers: write-only for people, encrypted at rest, read by the adapters alone.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use ratiba_kernel::{Clock, OpenError, Outage, Place, Sealed, TenantId, Vault};
use time::OffsetDateTime;

/// The closed list of what can be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CredentialName {
    /// Sends on WhatsApp from the business's own account.
    WhatsappAccessToken,
    /// The consumer key of the business's own M-Pesa app.
    MpesaConsumerKey,
    /// Its consumer secret.
    MpesaConsumerSecret,
    /// The passkey of the short code.
    MpesaPasskey,
    /// The consumer key of the business's own card account.
    PesapalConsumerKey,
    /// Its consumer secret.
    PesapalConsumerSecret,
}

impl CredentialName {
    /// Every one.
    pub const ALL: [Self; 6] = [
        Self::WhatsappAccessToken,
        Self::MpesaConsumerKey,
        Self::MpesaConsumerSecret,
        Self::MpesaPasskey,
        Self::PesapalConsumerKey,
        Self::PesapalConsumerSecret,
    ];

    /// Whose account it opens, as rows and the wire say it.
    #[must_use]
    pub const fn provider(self) -> &'static str {
        match self {
            Self::WhatsappAccessToken => "whatsapp",
            Self::MpesaConsumerKey | Self::MpesaConsumerSecret | Self::MpesaPasskey => "mpesa",
            Self::PesapalConsumerKey | Self::PesapalConsumerSecret => "pesapal",
        }
    }

    /// Its name among the provider's.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::WhatsappAccessToken => "access_token",
            Self::MpesaConsumerKey | Self::PesapalConsumerKey => "consumer_key",
            Self::MpesaConsumerSecret | Self::PesapalConsumerSecret => "consumer_secret",
            Self::MpesaPasskey => "passkey",
        }
    }

    /// What a business's credential of this name is bound to.
    fn place(self, tenant: TenantId) -> Place {
        Place::of(tenant, &self.to_string())
    }

    /// The one of a provider and a name.
    #[must_use]
    pub fn parse(provider: &str, name: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|one| one.provider() == provider && one.name() == name)
    }
}

impl fmt::Display for CredentialName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.provider(), self.name())
    }
}

/// The longest value in bytes.
pub const VALUE_MAX: usize = 4_096;

/// A credential in the clear. `Debug` says nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct CredentialValue(String);

/// The text can be no credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a credential has 1 to 4096 characters that can be seen, and no spaces")]
pub struct NotACredential;

impl CredentialValue {
    /// A credential as somebody pasted it; what is around it is cut off.
    ///
    /// # Errors
    /// [`NotACredential`], which says nothing of the text.
    pub fn parse(text: &str) -> Result<Self, NotACredential> {
        let text = text.trim();
        let sound = !text.is_empty() && text.len() <= VALUE_MAX && text.bytes().all(|b| b.is_ascii_graphic());
        if sound {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotACredential)
        }
    }

    /// The credential that was sealed.
    fn read(bytes: &[u8]) -> Result<Self, OpenError> {
        let text = std::str::from_utf8(bytes).map_err(|_not_text| OpenError::Broken)?;
        Self::parse(text).map_err(|_not_one| OpenError::Broken)
    }

    /// The credential itself, for the provider alone.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for CredentialValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CredentialValue(…)")
    }
}

/// What is known of a stored credential without a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredCredential {
    /// Which.
    pub name: CredentialName,
    /// The credential.
    pub sealed: Sealed,
    /// When it was put there; business time.
    pub set_at: OffsetDateTime,
}

/// Where sealed credentials are.
#[async_trait]
pub trait CredentialBook: Send + Sync {
    /// A business's credentials, in the order of their names.
    async fn all(&self, tenant: TenantId) -> Result<Vec<StoredCredential>, Outage>;

    /// Puts one there, in place of the one before.
    async fn put(&self, tenant: TenantId, credential: StoredCredential) -> Result<(), Outage>;

    /// Replaces one by the same value under another key; false if it is not what it was any more. When it was put there
    /// stays.
    async fn reseal(
        &self,
        tenant: TenantId,
        name: CredentialName,
        was: Sealed,
        becomes: Sealed,
    ) -> Result<bool, Outage>;

    /// Takes one away; false if there was none.
    async fn remove(&self, tenant: TenantId, name: CredentialName) -> Result<bool, Outage>;
}

/// Why credentials could not be kept or read.
#[derive(Debug, thiserror::Error)]
pub enum CredentialError {
    /// No key is set up, so nothing can be encrypted.
    #[error("no key for credentials is set up")]
    NoKeys,
    /// A stored one could not be opened.
    #[error("a credential could not be opened: {0}")]
    Open(#[from] OpenError),
    /// Something did not answer.
    #[error("the credentials are unavailable")]
    Unavailable(#[from] Outage),
}

/// Keeps credentials.
pub struct KeepCredentials {
    /// Where they are.
    pub book: Arc<dyn CredentialBook>,
    /// What encrypts them; nothing if no key is set up.
    pub vault: Option<Arc<dyn Vault>>,
    /// Business time.
    pub clock: Arc<dyn Clock>,
}

impl KeepCredentials {
    fn vault(&self) -> Result<&dyn Vault, CredentialError> {
        self.vault.as_deref().ok_or(CredentialError::NoKeys)
    }

    /// Keeps a credential, in place of the one before.
    ///
    /// # Errors
    /// [`CredentialError`].
    pub async fn set(
        &self,
        tenant: TenantId,
        name: CredentialName,
        value: &CredentialValue,
    ) -> Result<(), CredentialError> {
        let credential = StoredCredential {
            name,
            sealed: self
                .vault()?
                .seal(&name.place(tenant), value.reveal().as_bytes())?,
            set_at: self.clock.now(),
        };
        Ok(self.book.put(tenant, credential).await?)
    }

    /// What there is, without the values.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn list(&self, tenant: TenantId) -> Result<Vec<StoredCredential>, Outage> {
        self.book.all(tenant).await
    }

    /// Takes a credential away; false if there was none.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn remove(&self, tenant: TenantId, name: CredentialName) -> Result<bool, Outage> {
        self.book.remove(tenant, name).await
    }

    /// The values, for the adapters. Without a key a business that keeps any is not served by somebody else's.
    ///
    /// # Errors
    /// [`CredentialError`].
    pub async fn read(
        &self,
        tenant: TenantId,
    ) -> Result<BTreeMap<CredentialName, CredentialValue>, CredentialError> {
        let mut values = BTreeMap::new();
        for stored in self.book.all(tenant).await? {
            let value = self.vault()?.open(&stored.name.place(tenant), &stored.sealed)?;
            values.insert(stored.name, CredentialValue::read(&value)?);
        }
        Ok(values)
    }

    /// Encrypts what is under older keys anew under the current one; answers how many. Safe to repeat, and to break off.
    ///
    /// # Errors
    /// [`CredentialError`]; what was done before stays done.
    pub async fn rotate(&self, tenant: TenantId) -> Result<usize, CredentialError> {
        let vault = self.vault()?;
        let mut done = 0;
        for stored in self.book.all(tenant).await? {
            if stored.sealed.key == vault.current_key() {
                continue;
            }
            let place = stored.name.place(tenant);
            let value = vault.open(&place, &stored.sealed)?;
            let becomes = vault.seal(&place, &value)?;
            // One that was replaced meanwhile is under the current key already.
            done += usize::from(
                self.book
                    .reseal(tenant, stored.name, stored.sealed, becomes)
                    .await?,
            );
        }
        Ok(done)
    }
}

#[cfg(test)]
mod tests;
