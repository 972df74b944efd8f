//! An issuer's keys, as its key document writes them (RFC 7517), and what they verify.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde::Deserialize;

/// Keys of one issuer at most.
const KEYS_MAX: usize = 32;

/// The algorithms that are taken: asymmetric ones alone. A token that is signed by a shared secret proves nothing, since
/// every client of the issuer could have made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Algorithm {
    /// RSA, PKCS#1 v1.5, SHA-256.
    Rs256,
    /// ECDSA on P-256, SHA-256.
    Es256,
}

impl Algorithm {
    pub(crate) fn parse(name: &str) -> Option<Self> {
        match name {
            "RS256" => Some(Self::Rs256),
            "ES256" => Some(Self::Es256),
            _other => None,
        }
    }
}

/// A public key and its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    id: Option<String>,
    material: Material,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Material {
    Rsa {
        n: Vec<u8>,
        e: Vec<u8>,
    },
    /// Uncompressed: 4, x, y.
    P256(Vec<u8>),
}

impl Key {
    /// Whether a token that is signed so and names this key, or none, may be by it. What a key is for follows from the
    /// key, never from the token.
    pub(crate) fn fits(&self, algorithm: Algorithm, id: Option<&str>) -> bool {
        let kind = match &self.material {
            Material::Rsa { .. } => Algorithm::Rs256,
            Material::P256(_) => Algorithm::Es256,
        };
        kind == algorithm && id.is_none_or(|id| self.id.as_deref() == Some(id))
    }

    /// Whether this key signed the message. RSA keys below 2048 bits sign nothing.
    pub(crate) fn signed(&self, message: &[u8], signature: &[u8]) -> bool {
        match &self.material {
            Material::Rsa { n, e } => RsaPublicKeyComponents { n, e }
                .verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
                .is_ok(),
            Material::P256(point) => UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point)
                .verify(message, signature)
                .is_ok(),
        }
    }
}

#[derive(Deserialize)]
struct Document {
    keys: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
struct Written {
    kty: String,
    kid: Option<String>,
    r#use: Option<String>,
    alg: Option<String>,
    n: Option<String>,
    e: Option<String>,
    crv: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

/// The keys of a document that sign with an algorithm that is taken; others are passed over. `None` if it is no document
/// of keys.
pub(crate) fn read(document: &[u8]) -> Option<Vec<Key>> {
    let document: Document = serde_json::from_slice(document).ok()?;
    let keys = document.keys.into_iter().take(KEYS_MAX).filter_map(|value| {
        let written: Written = serde_json::from_value(value).ok()?;
        key_of(&written)
    });
    Some(keys.collect())
}

fn key_of(written: &Written) -> Option<Key> {
    if written.r#use.as_deref().is_some_and(|purpose| purpose != "sig") {
        return None;
    }
    let bytes = |text: &Option<String>| URL_SAFE_NO_PAD.decode(text.as_deref()?).ok();
    let algorithm = written.alg.as_deref();
    let material = match written.kty.as_str() {
        "RSA" if algorithm.is_none_or(|name| name == "RS256") => {
            // Some write a leading zero, which no number needs.
            let unsigned = |bytes: Vec<u8>| bytes.into_iter().skip_while(|byte| *byte == 0).collect();
            Material::Rsa {
                n: bytes(&written.n).map(unsigned)?,
                e: bytes(&written.e).map(unsigned)?,
            }
        }
        "EC" if written.crv.as_deref() == Some("P-256") && algorithm.is_none_or(|name| name == "ES256") => {
            let (x, y) = (bytes(&written.x)?, bytes(&written.y)?);
            if x.len() != 32 || y.len() != 32 {
                return None;
            }
            Material::P256([vec![4], x, y].concat())
        }
        _other => return None,
    };
    Some(Key {
        id: written.kid.clone(),
        material,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_for_other_purposes_are_passed_over() {
        let document = serde_json::json!({ "keys": [
            { "kty": "RSA", "kid": "enc", "use": "enc", "n": "AQAB", "e": "AQAB" },
            { "kty": "RSA", "kid": "pss", "alg": "PS256", "n": "AQAB", "e": "AQAB" },
            { "kty": "oct", "kid": "shared", "k": "AQAB" },
            { "kty": "EC", "kid": "curve", "crv": "P-384", "x": "AQAB", "y": "AQAB" },
            { "kty": "EC", "kid": "short", "crv": "P-256", "x": "AQAB", "y": "AQAB" },
            { "kid": "nothing" },
            17,
            { "kty": "RSA", "kid": "good", "use": "sig", "alg": "RS256", "n": "AAEC", "e": "AQAB" },
        ]});
        let keys = read(document.to_string().as_bytes()).unwrap();
        assert_eq!(
            keys,
            [Key {
                id: Some("good".to_owned()),
                material: Material::Rsa {
                    n: vec![1, 2],
                    e: vec![1, 0, 1],
                },
            }]
        );
        assert_eq!(read(b"[]"), None);
    }

    #[test]
    fn a_key_is_not_used_for_another_algorithm() {
        let key = Key {
            id: Some("1".to_owned()),
            material: Material::P256(vec![4; 65]),
        };
        assert!(key.fits(Algorithm::Es256, Some("1")) && key.fits(Algorithm::Es256, None));
        assert!(!key.fits(Algorithm::Rs256, Some("1")) && !key.fits(Algorithm::Es256, Some("2")));
        assert!(!key.signed(b"message", b"signature"));
    }

    #[test]
    fn only_asymmetric_algorithms_have_a_name() {
        for name in ["none", "None", "HS256", "RS384", "PS256", "ES256K", "EdDSA", ""] {
            assert_eq!(Algorithm::parse(name), None, "{name}");
        }
    }
}
