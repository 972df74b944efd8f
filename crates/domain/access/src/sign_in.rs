//! Signing in: what a browser carries to the issuer and back, and what an issuer must prove.

use std::fmt;

use ratiba_kernel::Outage;
use sha2::{Digest as _, Sha256};

use crate::person::{Identity, Profile};
use crate::random_text::RandomText;

mod seal;

pub use seal::Seal;

/// How long somebody may take at the issuer.
pub const TAKES_AT_MOST: time::Duration = time::Duration::minutes(10);

/// The secret of one sign-in, known to the browser that began it and to nobody else: 64 hexadecimal digits. Everything
/// that ties the issuer's answer to this browser is made from it, so nothing has to be remembered here. `Debug` says
/// nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct SignInSecret(RandomText);

impl SignInSecret {
    /// A secret of 32 random bytes.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(RandomText::from_bytes(bytes))
    }

    /// Reads what the cookie carries; `None` unless the form is right.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        RandomText::parse(text).map(Self)
    }

    /// The text, for the cookie.
    #[must_use]
    pub fn reveal(&self) -> &str {
        self.0.as_str()
    }

    /// What the issuer's answer must repeat: it shows that this browser asked.
    #[must_use]
    pub fn state(&self) -> String {
        self.derived("state")
    }

    /// What the issuer's token must repeat: it shows that the token was made for this sign-in.
    #[must_use]
    pub fn nonce(&self) -> String {
        self.derived("nonce")
    }

    /// What redeems the code (RFC 7636): 64 characters, of which the issuer saw only the SHA-256.
    #[must_use]
    pub fn verifier(&self) -> String {
        self.derived("verifier")
    }

    /// The secret is random and longer than one block of guesses, so a hash under a name of its own gives what nobody
    /// can turn back or into another.
    fn derived(&self, what: &str) -> String {
        hex::encode(Sha256::digest(format!(
            "ratiba sign-in {what}:{}",
            self.0.as_str()
        )))
    }
}

impl fmt::Debug for SignInSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SignInSecret(…)")
    }
}

/// Where a browser goes after signing in: a path of this instance, never another host's address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnTo(String);

impl Default for ReturnTo {
    fn default() -> Self {
        Self("/".to_owned())
    }
}

/// The longest path to return to, in bytes.
const RETURN_TO_BYTES_MAX: usize = 1_000;

impl ReturnTo {
    /// A path with its query; `None` for anything that a browser might take for another host's address.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut letters = text.bytes();
        let local = letters.next() == Some(b'/') && letters.next() != Some(b'/');
        // Browsers read a backslash as a slash, and leave out tabs and line ends.
        let plain = text.len() <= RETURN_TO_BYTES_MAX
            && text
                .bytes()
                .all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'\\' | b';' | b'"' | b','));
        (local && plain).then(|| Self(text.to_owned()))
    }

    /// The path.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What the issuer is asked.
#[derive(Clone, Debug)]
pub struct AuthorizationRequest {
    /// Where it sends the browser back to.
    pub redirect_uri: String,
    /// The sign-in.
    pub secret: SignInSecret,
}

/// What is brought back from the issuer.
#[derive(Clone)]
pub struct Redemption {
    /// The same address as in the question.
    pub redirect_uri: String,
    /// The sign-in.
    pub secret: SignInSecret,
    /// The issuer's code.
    pub code: String,
}

impl fmt::Debug for Redemption {
    /// Leaves out the code, which signs somebody in.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redemption")
            .field("redirect_uri", &self.redirect_uri)
            .finish_non_exhaustive()
    }
}

/// Somebody whom the issuer vouches for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// Who.
    pub identity: Identity,
    /// What they are called.
    pub profile: Profile,
}

/// Why an issuer's word does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The issuer does not take the code: it is used, too old, or not for us.
    #[error("the issuer does not take the code")]
    Code,
    /// The token is not of the form that it should have.
    #[error("the token is malformed")]
    Malformed,
    /// The token is signed in a way that is not allowed, or not at all.
    #[error("the token's algorithm is not allowed")]
    Algorithm,
    /// None of the issuer's keys is the one that the token names.
    #[error("the token names a key that the issuer does not have")]
    UnknownKey,
    /// The signature is not the key's.
    #[error("the token's signature is wrong")]
    Signature,
    /// Another issuer made the token.
    #[error("the token is another issuer's")]
    Issuer,
    /// The token is for somebody else.
    #[error("the token is for another client")]
    Audience,
    /// The token's time is over.
    #[error("the token has expired")]
    Expired,
    /// The token's time has not come, or it was made too long ago.
    #[error("the token is not of this time")]
    NotOfNow,
    /// The token was made for another sign-in.
    #[error("the token is of another sign-in")]
    Nonce,
    /// The token names nobody whom we can know again.
    #[error("the token names nobody")]
    Subject,
}

/// Why a code was not redeemed.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum RedeemError {
    /// The issuer answered, and its word does not count.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The issuer does not answer: nobody is let in.
    #[error("the issuer does not answer")]
    Unavailable(#[from] Outage),
}

#[cfg(test)]
mod tests;
