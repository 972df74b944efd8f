use ratiba_kernel::TenantId;
use uuid::Uuid;

use super::*;

const TOKEN: CredentialName = CredentialName::WhatsappAccessToken;

fn one() -> TenantId {
    TenantId::from_uuid(Uuid::from_u128(1))
}

fn key(digit: char) -> String {
    digit.to_string().repeat(64)
}

fn ring(text: &str) -> KeyRing {
    KeyRing::parse(text).unwrap()
}

fn value() -> CredentialValue {
    CredentialValue::parse("EAAG-secret").unwrap()
}

#[test]
fn what_is_sealed_is_opened_at_its_own_place_alone() {
    let ring = ring(&format!("now={}", key('1')));
    let sealed = ring.seal(one(), TOKEN, &value()).unwrap();
    assert_eq!(ring.open(one(), TOKEN, &sealed), Ok(value()));
    let other = TenantId::from_uuid(Uuid::from_u128(2));
    assert_eq!(
        ring.open(other, TOKEN, &sealed),
        Err(OpenError::Broken),
        "of another business"
    );
    let elsewhere = CredentialName::MpesaPasskey;
    assert_eq!(
        ring.open(one(), elsewhere, &sealed),
        Err(OpenError::Broken),
        "under another name"
    );
    for place in 0..sealed.ciphertext.len() {
        let mut changed = sealed.clone();
        changed.ciphertext[place] ^= 1;
        assert_eq!(
            ring.open(one(), TOKEN, &changed),
            Err(OpenError::Broken),
            "byte {place}"
        );
    }
}

#[test]
fn the_same_value_is_never_sealed_to_the_same_bytes() {
    let ring = ring(&format!("now={}", key('1')));
    let (a, b) = (
        ring.seal(one(), TOKEN, &value()).unwrap(),
        ring.seal(one(), TOKEN, &value()).unwrap(),
    );
    assert_ne!(a.nonce, b.nonce);
    assert_ne!(a.ciphertext, b.ciphertext);
    assert!(!a.ciphertext.windows(6).any(|bytes| bytes == b"secret"));
}

#[test]
fn an_older_key_opens_and_the_first_one_seals() {
    let before = ring(&format!("a={}", key('1')));
    let sealed = before.seal(one(), TOKEN, &value()).unwrap();
    let now = ring(&format!("b={}, a={}", key('2'), key('1')));
    assert_eq!(now.open(one(), TOKEN, &sealed), Ok(value()));
    assert_eq!(now.seal(one(), TOKEN, &value()).unwrap().key, "b");
    let later = ring(&format!("b={}", key('2')));
    assert_eq!(
        later.open(one(), TOKEN, &sealed),
        Err(OpenError::UnknownKey("a".to_owned()))
    );
    let namesake = ring(&format!("a={}", key('3')));
    assert_eq!(namesake.open(one(), TOKEN, &sealed), Err(OpenError::Broken));
}

#[test]
fn keys_have_names_and_sixty_four_digits_and_are_not_shown() {
    let short = "1".repeat(63);
    for (text, fault) in [
        (String::new(), KeysFault::Form),
        (key('1'), KeysFault::Form),
        (format!("a={short}"), KeysFault::Form),
        (format!("a={}", "1".repeat(62)), KeysFault::Form),
        (format!("a={}", key('x')), KeysFault::Form),
        (format!("={}", key('1')), KeysFault::Name),
        (format!("A={}", key('1')), KeysFault::Name),
        (format!("a={},a={}", key('1'), key('2')), KeysFault::Name),
    ] {
        assert_eq!(KeyRing::parse(&text).unwrap_err(), fault, "{text}");
    }
    let shown = format!("{:?}", ring(&format!("now={}", key('7'))));
    assert_eq!(shown, "[\"now\"]");
}
