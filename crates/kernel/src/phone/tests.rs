use proptest::prelude::*;

use super::*;

#[test]
fn every_way_of_writing_a_kenyan_number_is_the_same_number() {
    for text in [
        "+254700000123",
        "254700000123",
        "00254700000123",
        "0700000123",
        "700000123",
        "0700 000-123",
    ] {
        assert_eq!(
            PhoneNumber::parse(text).unwrap().e164(),
            "+254700000123",
            "{text}"
        );
    }
}

#[test]
fn what_is_no_number_is_refused() {
    for text in [
        "",
        "+",
        "abc",
        "07000",
        "0700000123x",
        "+0700000123",
        "1234567890123456",
        "07+00000123",
    ] {
        assert_eq!(PhoneNumber::parse(text), Err(NotAPhoneNumber), "{text}");
    }
}

#[test]
fn debug_shows_the_last_three_digits_only() {
    let number = PhoneNumber::parse("+254700000123").unwrap();
    assert_eq!(format!("{number:?}"), "PhoneNumber(…123)");
}

#[test]
fn only_kenyan_mobile_numbers_can_pay_by_mobile_money() {
    assert!(PhoneNumber::parse("0110000123").unwrap().is_kenyan_mobile());
    assert!(!PhoneNumber::parse("+255700000123").unwrap().is_kenyan_mobile());
    assert!(!PhoneNumber::parse("+254200000123").unwrap().is_kenyan_mobile());
}

proptest! {
    #[test]
    fn what_was_shown_is_read_back(digits in "[1-9][0-9]{7,14}") {
        let number = PhoneNumber::parse(&format!("+{digits}")).unwrap();
        prop_assert_eq!(PhoneNumber::parse(&number.e164()), Ok(number));
    }

    #[test]
    fn no_text_makes_it_panic(text in any::<String>()) {
        let _ = PhoneNumber::parse(&text);
    }
}
