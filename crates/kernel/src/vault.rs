//! What must not be read from a database: sealed under keys that the database never sees.

use std::fmt;

use crate::{Outage, TenantId};

/// What a secret is bound to when it is sealed: it opens nowhere else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place(Vec<u8>);

impl Place {
    /// A place in one business, by a name that no other place there has.
    #[must_use]
    pub fn of(tenant: TenantId, name: &str) -> Self {
        // An id is always sixteen bytes, so no two businesses and names come to the same.
        let mut bytes = tenant.as_uuid().as_bytes().to_vec();
        bytes.extend(name.bytes());
        Self(bytes)
    }

    /// What is authenticated beside the secret.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// A secret as it is stored: for AES-256-GCM sixteen bytes longer than it was. `Debug` tells the key's name alone.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed {
    /// The name of the key under which it is; not the key.
    pub key: String,
    /// What was drawn for it.
    pub nonce: [u8; 12],
    /// What only the key opens.
    pub ciphertext: Vec<u8>,
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sealed")
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

/// Why what is stored could not be opened. Says nothing of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// The process was not given the key.
    #[error("the key {0} is not among those that this process was given")]
    UnknownKey(String),
    /// It was changed, moved from another place, or is under another key of that name.
    #[error("a sealed secret is not what it was")]
    Broken,
}

/// Seals under keys that the database never sees.
pub trait Vault: Send + Sync {
    /// The name of the key under which is sealed now.
    fn current_key(&self) -> &str;

    /// Seals a secret for its place; the same secret twice gives different bytes.
    ///
    /// # Errors
    /// [`Outage`] if it cannot be sealed.
    fn seal(&self, place: &Place, secret: &[u8]) -> Result<Sealed, Outage>;

    /// Opens what was sealed for this place, under the current key or an older one that is kept.
    ///
    /// # Errors
    /// [`OpenError`].
    fn open(&self, place: &Place, sealed: &Sealed) -> Result<Vec<u8>, OpenError>;
}

#[cfg(test)]
mod tests;
