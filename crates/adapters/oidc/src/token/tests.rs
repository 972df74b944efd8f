use ratiba_kernel::test_support::EPOCH;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};

use super::*;

struct Signer {
    pair: EcdsaKeyPair,
    random: SystemRandom,
}

impl Signer {
    fn new() -> Self {
        let random = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        let pair =
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), &random).unwrap();
        Self { pair, random }
    }

    fn keys(&self, id: &str) -> Vec<Key> {
        let point = self.pair.public_key().as_ref();
        let part = |range: std::ops::Range<usize>| URL_SAFE_NO_PAD.encode(&point[range]);
        let document = json!({ "keys": [
            { "kty": "EC", "crv": "P-256", "kid": id, "x": part(1..33), "y": part(33..65) }
        ]});
        crate::keys::read(document.to_string().as_bytes()).unwrap()
    }

    fn sign(&self, header: &Value, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", part(header), part(claims));
        let signature = self.pair.sign(&self.random, message.as_bytes()).unwrap();
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
    }
}

fn claims() -> Value {
    let now = EPOCH.unix_timestamp();
    json!({
        "iss": "https://issuer.example", "sub": "1f3c", "aud": "ratiba", "nonce": "n",
        "exp": now + 300, "iat": now, "name": "Wanjiku", "email": "w@example.org",
    })
}

fn header() -> Value {
    json!({ "alg": "ES256", "kid": "one", "typ": "JWT" })
}

fn outcome(signer: &Signer, header: &Value, claims: &Value) -> Result<SignedIn, Refusal> {
    let token = signer.sign(header, claims);
    prove(&token, &signer.keys("one"))
}

fn prove(token: &str, keys: &[Key]) -> Result<SignedIn, Refusal> {
    let expected = Expected {
        issuer: "https://issuer.example",
        client_id: "ratiba",
        nonce: "n",
        now: EPOCH,
    };
    Unproven::read(token)?.prove(keys, &expected)
}

fn with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[name] = value;
    claims
}

#[test]
fn a_token_that_says_what_it_must_vouches() {
    let who = outcome(&Signer::new(), &header(), &claims()).unwrap();
    assert_eq!(who.identity.subject(), "1f3c");
    assert_eq!(
        (who.profile.name(), who.profile.email()),
        ("Wanjiku", Some("w@example.org"))
    );
    let unsure = with("email_verified", json!(false));
    let who = outcome(&Signer::new(), &header(), &unsure).unwrap();
    assert_eq!(who.profile.email(), None, "an address that nobody checked");
    for (written, counts) in [("true", true), ("false", false)] {
        let who = outcome(&Signer::new(), &header(), &with("email_verified", json!(written))).unwrap();
        assert_eq!(who.profile.email().is_some(), counts, "{written} in a text");
    }
}

#[test]
fn what_does_not_fit_is_refused_with_its_reason() {
    let signer = Signer::new();
    let now = EPOCH.unix_timestamp();
    for (claims, refusal) in [
        (with("iss", json!("https://other.example")), Refusal::Issuer),
        (with("iss", json!("https://issuer.example/")), Refusal::Issuer),
        (with("aud", json!("other")), Refusal::Audience),
        (with("aud", json!(["other"])), Refusal::Audience),
        (with("aud", json!(["ratiba", "other"])), Refusal::Audience),
        (with("azp", json!("other")), Refusal::Audience),
        (with("exp", json!(now - 60)), Refusal::Expired),
        (with("iat", json!(now + 61)), Refusal::NotOfNow),
        (with("iat", json!(now - 661)), Refusal::NotOfNow),
        (with("nbf", json!(now + 61)), Refusal::NotOfNow),
        (with("nonce", json!("other")), Refusal::Nonce),
        (with("nonce", Value::Null), Refusal::Nonce),
        (with("sub", json!("")), Refusal::Subject),
        (with("exp", json!("soon")), Refusal::Malformed),
        (with("exp", json!(i64::MAX)), Refusal::Malformed),
        (with("sub", Value::Null), Refusal::Malformed),
        (with("email_verified", json!("perhaps")), Refusal::Malformed),
    ] {
        assert_eq!(outcome(&signer, &header(), &claims), Err(refusal), "{claims}");
    }
    for allowed in [
        with("exp", json!(now - 59)),
        with("iat", json!(now + 60)),
        with("aud", json!(["ratiba"])),
    ] {
        assert!(outcome(&signer, &header(), &allowed).is_ok(), "{allowed}");
    }
    let mut both = with("aud", json!(["ratiba", "other"]));
    both["azp"] = json!("ratiba");
    assert!(outcome(&signer, &header(), &both).is_ok());
}

#[test]
fn only_the_issuers_own_keys_sign() {
    let (signer, other) = (Signer::new(), Signer::new());
    let token = signer.sign(&header(), &claims());
    assert_eq!(prove(&token, &other.keys("one")), Err(Refusal::Signature));
    assert_eq!(prove(&token, &signer.keys("two")), Err(Refusal::UnknownKey));
    assert_eq!(prove(&token, &[]), Err(Refusal::UnknownKey));
    let nameless = signer.sign(&json!({ "alg": "ES256" }), &claims());
    assert!(prove(&nameless, &signer.keys("one")).is_ok());
    let several = [signer.keys("one"), other.keys("two")].concat();
    assert!(prove(&token, &several).is_ok());
    assert_eq!(
        prove(&nameless, &several),
        Err(Refusal::UnknownKey),
        "which of them?"
    );
    // Another subject under the same signature.
    let parts: Vec<&str> = token.split('.').collect();
    let forged = URL_SAFE_NO_PAD.encode(with("sub", json!("somebody else")).to_string());
    let forged = format!("{}.{forged}.{}", parts[0], parts[2]);
    assert_eq!(prove(&forged, &signer.keys("one")), Err(Refusal::Signature));
}

#[test]
fn a_token_does_not_choose_how_it_is_checked() {
    let signer = Signer::new();
    for name in ["none", "HS256", "RS512", "es256"] {
        let header = json!({ "alg": name, "kid": "one" });
        assert_eq!(
            outcome(&signer, &header, &claims()),
            Err(Refusal::Algorithm),
            "{name}"
        );
    }
    let as_rsa = json!({ "alg": "RS256", "kid": "one" });
    assert_eq!(outcome(&signer, &as_rsa, &claims()), Err(Refusal::UnknownKey));
    let critical = json!({ "alg": "ES256", "kid": "one", "crit": ["exp"] });
    assert_eq!(outcome(&signer, &critical, &claims()), Err(Refusal::Malformed));
}

#[test]
fn what_is_no_token_is_malformed() {
    let long = "a".repeat(TOKEN_BYTES_MAX + 1);
    for text in ["", ".", "..", "a.b", "e30.e30.", "a b.c.d", &long] {
        let refused = prove(text, &[]);
        assert_eq!(refused, Err(Refusal::Malformed), "{text:.20}");
    }
}
