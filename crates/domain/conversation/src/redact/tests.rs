use proptest::prelude::*;

use super::redact;

#[test]
fn each_kind_is_masked_and_ordinary_talk_is_not() {
    for (said, shown) in [
        ("nipigie 0712 345 678 kesho", "nipigie [number] kesho"),
        ("+254712345678.", "[number]."),
        ("id 12345678", "id [id]"),
        ("card 4111 1111 1111 1111 please", "card [card] please"),
        ("PIN A123456789B", "PIN [pin]"),
        ("Nimelipa, SJK7H2LM9P", "Nimelipa, [receipt]"),
        ("asha@example.com", "[e-mail]"),
        (
            "kesho saa 9:30, KES 3,500 kwa watu 2",
            "kesho saa 9:30, KES 3,500 kwa watu 2",
        ),
        ("tarehe 13/5/2026", "tarehe 13/5/2026"),
    ] {
        assert_eq!(redact(said), shown);
    }
}

proptest! {
    #[test]
    fn no_phone_number_survives_in_any_grouping(
        digits in prop::collection::vec(0u8..10, 9..13),
        gap in prop::sample::select(vec!["", " ", "-", "."]),
        before in "[a-z ]{0,8}",
    ) {
        let number = digits.chunks(3).map(|c| c.iter().map(u8::to_string).collect::<String>()).collect::<Vec<_>>().join(gap);
        let masked = redact(&format!("{before} {number} sawa"));
        prop_assert!(masked.chars().filter(char::is_ascii_digit).count() == 0, "{}", masked);
    }

    #[test]
    fn nothing_panics_and_masking_twice_is_masking_once(text in "\\PC{0,80}") {
        let once = redact(&text);
        prop_assert_eq!(redact(&once), once);
    }
}
