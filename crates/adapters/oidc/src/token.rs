//! ID tokens: JSON Web Tokens in compact form (RFC 7515, 7519) and the claims of OpenID Connect.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ratiba_access::sign_in::{Refusal, SignedIn};
use ratiba_access::{Identity, Profile};
use serde::Deserialize;
use subtle::ConstantTimeEq as _;
use time::{Duration, OffsetDateTime};

use crate::keys::{Algorithm, Key};

/// The longest token that is looked at, in bytes.
const TOKEN_BYTES_MAX: usize = 16 * 1024;
/// How far the issuer's clock and ours may be apart.
pub(crate) const SKEW: Duration = Duration::seconds(60);
/// How long before now a token may have been made: it comes straight from the issuer.
const AGE_MAX: Duration = Duration::minutes(10);

/// A token whose form is right and of which nothing is proven yet.
pub(crate) struct Unproven<'t> {
    algorithm: Algorithm,
    key_id: Option<String>,
    message: &'t str,
    signature: Vec<u8>,
    claims: Vec<u8>,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    #[serde(default)]
    crit: Option<serde_json::Value>,
}

/// What a token must say.
pub(crate) struct Expected<'e> {
    pub(crate) issuer: &'e str,
    pub(crate) client_id: &'e str,
    pub(crate) nonce: &'e str,
    pub(crate) now: OffsetDateTime,
}

impl<'t> Unproven<'t> {
    /// Takes a token apart.
    pub(crate) fn read(token: &'t str) -> Result<Self, Refusal> {
        if token.len() > TOKEN_BYTES_MAX {
            return Err(Refusal::Malformed);
        }
        let (message, signature) = token.rsplit_once('.').ok_or(Refusal::Malformed)?;
        let (header, claims) = message.split_once('.').ok_or(Refusal::Malformed)?;
        let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).map_err(|_| Refusal::Malformed);
        let header: Header = serde_json::from_slice(&decode(header)?).map_err(|_| Refusal::Malformed)?;
        // An extension that must be understood is one that we do not understand.
        if header.crit.is_some() {
            return Err(Refusal::Malformed);
        }
        Ok(Self {
            algorithm: Algorithm::parse(&header.alg).ok_or(Refusal::Algorithm)?,
            key_id: header.kid,
            message,
            signature: decode(signature)?,
            claims: decode(claims)?,
        })
    }

    /// Whether the key may be the one that signed it.
    pub(crate) fn may_be_by(&self, key: &Key) -> bool {
        key.fits(self.algorithm, self.key_id.as_deref())
    }

    /// Whom the token vouches for, if one of the keys signed it and it says what it must.
    pub(crate) fn prove(&self, keys: &[Key], expected: &Expected<'_>) -> Result<SignedIn, Refusal> {
        let fitting: Vec<&Key> = keys.iter().filter(|key| self.may_be_by(key)).collect();
        match (fitting.as_slice(), &self.key_id) {
            // Of several keys a token must name the one that it means (OpenID Connect Core, 10.1).
            ([], _) | ([_, _, ..], None) => return Err(Refusal::UnknownKey),
            ([_, ..], _) => {}
        }
        let signed = |key: &&Key| key.signed(self.message.as_bytes(), &self.signature);
        if !fitting.iter().any(signed) {
            return Err(Refusal::Signature);
        }
        let claims: Claims = serde_json::from_slice(&self.claims).map_err(|_| Refusal::Malformed)?;
        claims.vouch(expected)
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    azp: Option<String>,
    /// Whole seconds since 1970, as every issuer writes them.
    exp: i64,
    iat: i64,
    nbf: Option<i64>,
    nonce: Option<String>,
    name: Option<String>,
    preferred_username: Option<String>,
    email: Option<String>,
    email_verified: Option<Flag>,
}

/// Yes or no, as the standard writes it or as some issuers do, in a text.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
enum Flag {
    Plain(bool),
    Text(Word),
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Word {
    True,
    False,
}

impl Flag {
    const fn is_set(self) -> bool {
        match self {
            Self::Plain(set) => set,
            Self::Text(word) => matches!(word, Word::True),
        }
    }
}

impl Claims {
    fn vouch(self, expected: &Expected<'_>) -> Result<SignedIn, Refusal> {
        if self.iss != expected.issuer {
            return Err(Refusal::Issuer);
        }
        let (meant, alone) = match &self.aud {
            Audience::One(client) => (client == expected.client_id, true),
            Audience::Several(clients) => (
                clients.iter().any(|client| client == expected.client_id),
                clients.len() == 1,
            ),
        };
        // A token for several says for whom it was made.
        let made_for_us = match &self.azp {
            Some(client) => client == expected.client_id,
            None => alone,
        };
        if !meant || !made_for_us {
            return Err(Refusal::Audience);
        }
        let moment = |seconds| OffsetDateTime::from_unix_timestamp(seconds).map_err(|_| Refusal::Malformed);
        if moment(self.exp)? + SKEW <= expected.now {
            return Err(Refusal::Expired);
        }
        let made = moment(self.iat)?;
        let begins = self.nbf.map(moment).transpose()?.unwrap_or(made);
        let latest = expected.now + SKEW;
        if made > latest || begins > latest || made + AGE_MAX + SKEW < expected.now {
            return Err(Refusal::NotOfNow);
        }
        let nonce = self.nonce.unwrap_or_default();
        if !bool::from(nonce.as_bytes().ct_eq(expected.nonce.as_bytes())) {
            return Err(Refusal::Nonce);
        }
        let email = self
            .email
            .filter(|_| self.email_verified.is_none_or(Flag::is_set));
        let name = self.name.or(self.preferred_username);
        Ok(SignedIn {
            identity: Identity::new(&self.iss, &self.sub).ok_or(Refusal::Subject)?,
            profile: Profile::of(name.as_deref(), email.as_deref()),
        })
    }
}

#[cfg(test)]
mod tests;
