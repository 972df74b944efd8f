use proptest::prelude::*;
use ratiba_kernel::Id;
use uuid::Uuid;

use super::*;

/// Words that Daraja refuses in an address, in any case.
const FORBIDDEN: [&str; 8] = [
    "m-pesa",
    "mpesa",
    "safaricom",
    "exe",
    "exec",
    "cmd",
    "sql",
    "query",
];

proptest! {
    #[test]
    fn an_account_reference_fits_the_prompt_and_spells_no_word(number: u128) {
        let reference = AccountReference::of(Id::from_uuid(Uuid::from_u128(number)));
        prop_assert!(reference.as_str().len() <= 12);
        prop_assert!(reference.as_str().bytes().all(|b| b.is_ascii_alphanumeric()));
        let confusing = "01OILMUAEI".chars().find(|c| reference.as_str().contains(*c));
        prop_assert_eq!(confusing, None);
        prop_assert_eq!(AccountReference::try_from(reference.as_str().to_owned()), Ok(reference));
    }

    #[test]
    fn two_attempts_never_share_a_merchant_reference(one: u128, other: u128) {
        let reference = |n| MerchantReference::of(Id::from_uuid(Uuid::from_u128(n)));
        prop_assert_eq!(one == other, reference(one) == reference(other));
    }

    #[test]
    fn a_callback_token_spells_no_forbidden_word(bytes: [u8; 32]) {
        let token = CallbackToken::from_bytes(bytes);
        for word in FORBIDDEN {
            prop_assert!(!token.reveal().contains(word));
        }
        prop_assert_eq!(CallbackToken::parse(token.reveal()), Ok(token));
    }
}

#[test]
fn a_token_of_another_shape_is_refused() {
    for text in [
        "",
        "abc",
        &"A".repeat(64),
        &"g".repeat(64),
        &"a".repeat(63),
        &"a".repeat(65),
    ] {
        assert_eq!(CallbackToken::parse(text), Err(MalformedReference), "{text}");
    }
}

#[test]
fn secrets_and_numbers_do_not_show_in_debug() {
    let token = CallbackToken::from_bytes([7; 32]);
    assert_eq!(format!("{token:?}"), "CallbackToken(…)");
    let ids = ProviderIds::new("ws_CO_12052026080001234700000123", Some("5e1a-77")).unwrap();
    assert_eq!(format!("{ids:?}"), "ProviderIds(ws_CO_12…)");
    let receipt = Receipt::parse("TEC00EXMPL").unwrap();
    assert_eq!(format!("{receipt:?}"), "Receipt(…MPL)");
    let end = ratiba_kernel::test_support::EPOCH;
    let access = crate::ports::AccessToken::new("of-the-provider".to_owned(), end);
    assert!(!format!("{access:?}").contains("of-the"), "{access:?}");
}

#[test]
fn ids_agree_only_if_nothing_known_differs() {
    let ids = |tracking, request| ProviderIds::new(tracking, request).unwrap();
    assert!(ids("a", Some("r")).agree_with(&ids("a", None)));
    assert!(ids("a", Some("r")).agree_with(&ids("a", Some("r"))));
    assert!(!ids("a", Some("r")).agree_with(&ids("a", Some("s"))));
    assert!(!ids("a", Some("r")).agree_with(&ids("b", Some("r"))));
}

#[test]
fn a_reference_is_read_as_people_type_it_and_never_guessed() {
    let payment = Id::from_uuid(uuid::Uuid::from_u128(0x0198_0000_0000_7000_8000_1234_5678_9abc));
    let reference = AccountReference::of(payment);
    let text = reference.as_str();
    let spaced = format!(" {}-{} ", &text[..4], &text[4..]);
    for typed in [text.to_owned(), text.to_lowercase(), spaced] {
        assert_eq!(
            AccountReference::typed(&typed).as_ref(),
            Some(&reference),
            "{typed}"
        );
    }
    for typed in [
        String::new(),
        text[1..].to_owned(),
        format!("{text}2"),
        format!("O{}", &text[1..]),
        "é".repeat(10),
    ] {
        assert_eq!(AccountReference::typed(&typed), None, "{typed}");
    }
}
