//! Signatures after [Standard Webhooks](https://www.standardwebhooks.com): HMAC-SHA256 over `id.timestamp.body`.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use time::OffsetDateTime;

use crate::event::EventId;

/// What every secret begins with, so that a leaked one is recognised.
pub const PREFIX: &str = "whsec_";

/// The secret of an endpoint: 32 bytes. `Debug` says nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningSecret([u8; 32]);

impl SigningSecret {
    /// A secret of bytes that nobody can guess.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes, for what seals them. They must not reach a log or an error.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The text that its owner is shown once: `whsec_` and the bytes in base64.
    #[must_use]
    pub fn reveal(&self) -> String {
        format!("{PREFIX}{}", STANDARD.encode(self.0))
    }

    /// The signature of one message at one time: `v1,` and the code in base64.
    fn sign(&self, event: EventId, seconds: i64, body: &str) -> String {
        // A code of this kind takes keys of any length, so there is nothing that could be refused.
        let code = Hmac::<Sha256>::new_from_slice(&self.0).map(|mut mac| {
            mac.update(format!("{event}.{seconds}.").as_bytes());
            mac.update(body.as_bytes());
            mac.finalize().into_bytes()
        });
        code.map_or_else(|_| String::new(), |code| format!("v1,{}", STANDARD.encode(code)))
    }
}

impl fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningSecret(whsec_…)")
    }
}

/// The three headers under which a message goes out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// `webhook-id`: the same at every try.
    pub id: String,
    /// `webhook-timestamp`: of this try, in seconds since 1970.
    pub timestamp: String,
    /// `webhook-signature`: one for each secret that counts, apart by blanks.
    pub signature: String,
}

/// Signs a message with every secret that counts.
#[must_use]
pub fn sign(secrets: &[&SigningSecret], event: EventId, at: OffsetDateTime, body: &str) -> Signed {
    let seconds = at.unix_timestamp();
    let signatures: Vec<_> = secrets
        .iter()
        .map(|secret| secret.sign(event, seconds, body))
        .collect();
    Signed {
        id: event.to_string(),
        timestamp: seconds.to_string(),
        signature: signatures.join(" "),
    }
}

#[cfg(test)]
mod tests;
