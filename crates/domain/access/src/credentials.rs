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
    /// A business's credentials, in the order of their names; those of names that this program does not know are left out.
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

/// Why credentials could not be kept.
#[derive(Debug, thiserror::Error)]
pub enum CredentialError {
    /// No key is set up, so nothing can be encrypted.
    #[error("no key for credentials is set up")]
    NoKeys,
    /// Something did not answer.
    #[error("the credentials are unavailable")]
    Unavailable(#[from] Outage),
}

/// Why one that is kept cannot be opened. Says nothing of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WhyShut {
    /// No key is set up at all.
    #[error("no key for credentials is set up")]
    NoKeys,
    /// It does not open.
    #[error(transparent)]
    Open(#[from] OpenError),
}

/// A credential that is kept and cannot be opened: whatever needs it stops, and nothing else does.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the credential {name} cannot be opened: {why}")]
pub struct Shut {
    /// Which.
    pub name: CredentialName,
    /// Why.
    pub why: WhyShut,
}

/// A business's credentials, each opened or known to be shut.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpenedCredentials(BTreeMap<CredentialName, Result<CredentialValue, WhyShut>>);

impl OpenedCredentials {
    /// One of them; `None` if the business does not keep it.
    ///
    /// # Errors
    /// [`Shut`] if it keeps one that cannot be opened.
    pub fn one(&self, name: CredentialName) -> Result<Option<&CredentialValue>, Shut> {
        match self.0.get(&name) {
            None => Ok(None),
            Some(Ok(value)) => Ok(Some(value)),
            Some(Err(why)) => Err(Shut {
                name,
                why: why.clone(),
            }),
        }
    }

    /// Those that open an account together, in the order in which they are named; `None` unless the business keeps all of them.
    ///
    /// # Errors
    /// [`Shut`] if it keeps all of them and one cannot be opened.
    pub fn together<const N: usize>(
        &self,
        names: [CredentialName; N],
    ) -> Result<Option<[&CredentialValue; N]>, Shut> {
        if !names.iter().all(|name| self.0.contains_key(name)) {
            return Ok(None);
        }
        let mut opened = Vec::with_capacity(N);
        for name in names {
            opened.extend(self.one(name)?);
        }
        Ok(opened.try_into().ok())
    }

    /// Those that cannot be opened, in the order of their names.
    pub fn shut(&self) -> impl Iterator<Item = Shut> + '_ {
        self.0.keys().filter_map(|name| self.one(*name).err())
    }

    /// Whether the business keeps none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// What came of changing keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rotation {
    /// How many are under the current key by it.
    pub done: usize,
    /// Those that stay under an older key, since they cannot be opened: it must not be taken away if it can still be mended.
    pub left: Vec<Shut>,
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

    /// The values, for the adapters; each is judged by itself. Without a key a business that keeps any is not served by somebody
    /// else's.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn read(&self, tenant: TenantId) -> Result<OpenedCredentials, Outage> {
        let open = |stored: &StoredCredential| {
            let vault = self.vault.as_deref().ok_or(WhyShut::NoKeys)?;
            let value = vault.open(&stored.name.place(tenant), &stored.sealed)?;
            Ok(CredentialValue::read(&value)?)
        };
        let all = self.book.all(tenant).await?;
        let values = all.iter().map(|stored| (stored.name, open(stored)));
        Ok(OpenedCredentials(values.collect()))
    }

    /// Encrypts what is under older keys anew under the current one. What cannot be opened stays as it is, is told, and holds up
    /// nothing else. Safe to repeat, and to break off.
    ///
    /// # Errors
    /// [`CredentialError`]; what was done before stays done.
    pub async fn rotate(&self, tenant: TenantId) -> Result<Rotation, CredentialError> {
        let vault = self.vault()?;
        let mut rotation = Rotation::default();
        for stored in self.book.all(tenant).await? {
            if stored.sealed.key == vault.current_key() {
                continue;
            }
            let name = stored.name;
            let place = name.place(tenant);
            let value = match vault.open(&place, &stored.sealed) {
                Ok(value) => value,
                Err(why) => {
                    rotation.left.push(Shut {
                        name,
                        why: why.into(),
                    });
                    continue;
                }
            };
            let becomes = vault.seal(&place, &value)?;
            // One that was replaced meanwhile is under the current key already.
            let resealed = self.book.reseal(tenant, name, stored.sealed, becomes).await?;
            rotation.done += usize::from(resealed);
        }
        Ok(rotation)
    }
}

#[cfg(test)]
mod tests;
