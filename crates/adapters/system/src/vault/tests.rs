use ratiba_kernel::test_support::vault_contract;

use super::*;

fn key(digit: char) -> String {
    digit.to_string().repeat(64)
}

fn ring(text: &str) -> KeyRing {
    KeyRing::parse(text).unwrap()
}

/// A ring of keys with these names; equal names are equal keys.
fn named(names: &[&str]) -> KeyRing {
    let keys: Vec<_> = names
        .iter()
        .map(|name| {
            format!(
                "{name}={}",
                hex::encode(ratiba_kernel::TokenHash::of(name).as_bytes())
            )
        })
        .collect();
    ring(&keys.join(", "))
}

#[test]
fn what_is_sealed_is_opened_at_its_own_place_alone() {
    vault_contract(named);
}

#[test]
fn the_same_value_is_never_sealed_to_the_same_bytes() {
    let (ring, place) = (named(&["now"]), place());
    let (a, b) = (
        ring.seal(&place, b"EAAG-secret").unwrap(),
        ring.seal(&place, b"EAAG-secret").unwrap(),
    );
    assert_ne!(a.nonce, b.nonce);
    assert_ne!(a.ciphertext, b.ciphertext);
    assert!(!a.ciphertext.windows(6).any(|bytes| bytes == b"secret"));
}

fn place() -> Place {
    Place::of(ratiba_kernel::test_support::tenant(1), "whatsapp/access_token")
}

#[test]
fn another_key_of_the_same_name_opens_nothing() {
    let before = ring(&format!("a={}", key('1')));
    let sealed = before.seal(&place(), b"EAAG-secret").unwrap();
    let namesake = ring(&format!("a={}", key('3')));
    assert_eq!(namesake.open(&place(), &sealed), Err(OpenError::Broken));
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
