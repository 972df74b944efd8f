//! AES-256-GCM for what must not be read from the database.

use std::fmt;

use ratiba_access::SecretSource as _;
use ratiba_kernel::{OpenError, Outage, Place, Sealed, Vault};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

use crate::SystemChance;

/// Keys by name, the current one first. `Debug` tells the names alone.
pub struct KeyRing {
    current: (String, LessSafeKey),
    older: Vec<(String, LessSafeKey)>,
}

/// The text names no keys. Says nothing of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeysFault {
    /// Not of the form.
    #[error("must be NAME=KEY with commas between, where a key is 64 hexadecimal digits")]
    Form,
    /// A name that cannot be told from another.
    #[error("names have 1 to 40 small letters, digits and hyphens, each once")]
    Name,
}

impl KeyRing {
    /// Reads `NAME=KEY` with commas between; the first is used for what is new, the others open what is older.
    ///
    /// # Errors
    /// [`KeysFault`].
    pub fn parse(text: &str) -> Result<Self, KeysFault> {
        let mut keys: Vec<(String, LessSafeKey)> = Vec::new();
        for one in text.split(',') {
            let (name, digits) = one.trim().split_once('=').ok_or(KeysFault::Form)?;
            let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
            let named = (1..=40).contains(&name.len()) && name.bytes().all(plain);
            if !named || keys.iter().any(|(known, _)| known == name) {
                return Err(KeysFault::Name);
            }
            let bytes = hex::decode(digits).map_err(|_not_digits| KeysFault::Form)?;
            let key = UnboundKey::new(&AES_256_GCM, &bytes).map_err(|_wrong_length| KeysFault::Form)?;
            keys.push((name.to_owned(), LessSafeKey::new(key)));
        }
        let mut keys = keys.into_iter();
        let current = keys.next().ok_or(KeysFault::Form)?;
        Ok(Self {
            current,
            older: keys.collect(),
        })
    }
}

impl KeyRing {
    fn all(&self) -> impl Iterator<Item = &(String, LessSafeKey)> {
        std::iter::once(&self.current).chain(&self.older)
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.all().map(|(name, _)| name);
        f.debug_list().entries(names).finish()
    }
}

impl Vault for KeyRing {
    fn current_key(&self) -> &str {
        &self.current.0
    }

    fn seal(&self, place: &Place, secret: &[u8]) -> Result<Sealed, Outage> {
        let mut nonce = [0; NONCE_LEN];
        nonce
            .iter_mut()
            .zip(SystemChance.secret())
            .for_each(|(to, from)| *to = from);
        let mut ciphertext = secret.to_vec();
        let (key_name, key) = &self.current;
        let bound = Aad::from(place.as_bytes());
        key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), bound, &mut ciphertext)
            .map_err(|_unspecified| Outage::new("a secret cannot be sealed"))?;
        Ok(Sealed {
            key: key_name.clone(),
            nonce,
            ciphertext,
        })
    }

    fn open(&self, place: &Place, sealed: &Sealed) -> Result<Vec<u8>, OpenError> {
        let key = self.all().find(|(known, _)| *known == sealed.key);
        let (_, key) = key.ok_or_else(|| OpenError::UnknownKey(sealed.key.clone()))?;
        let mut bytes = sealed.ciphertext.clone();
        let bound = Aad::from(place.as_bytes());
        let opened = key.open_in_place(Nonce::assume_unique_for_key(sealed.nonce), bound, &mut bytes);
        match opened {
            Ok(secret) => Ok(secret.to_vec()),
            Err(_unspecified) => Err(OpenError::Broken),
        }
    }
}

#[cfg(test)]
mod tests;
