use proptest::prelude::*;

use super::{Masker, redact};

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

#[test]
fn names_that_are_known_are_masked_in_any_case_and_whatever_hangs_on_them() {
    let masker = Masker::new(["Asha Wanjiku", "Mary-Anne O'Neil", "Bo"]);
    for (said, shown) in [
        ("Mimi ni ASHA.", "Mimi ni [name]."),
        ("asha's booking", "[name] booking"),
        ("(Wanjiku) na mary-anne, kesho", "([name]) na [name], kesho"),
        ("Bo comes too", "Bo comes too"),
        ("ashamed of nothing", "ashamed of nothing"),
        ("Asha 0712 345 678", "[name] [number]"),
    ] {
        assert_eq!(masker.mask(said), shown);
    }
}

#[test]
fn a_number_in_another_script_or_with_unseen_characters_is_masked_as_well() {
    for said in [
        "\u{661}\u{662}\u{663}\u{664}\u{665}\u{666}\u{667}\u{668}\u{669}",
        "\u{ff10}\u{ff17}\u{ff11}\u{ff12} \u{ff13}\u{ff14}\u{ff15} \u{ff16}\u{ff17}\u{ff18}",
        "0712\u{200b} 345\u{200b} 678",
        "\u{202d}0712 345 678\u{202c}",
    ] {
        assert_eq!(redact(said), "[number]", "{said}");
    }
}

proptest! {
    #[test]
    fn no_name_survives_between_other_words(
        name in "[A-Z][a-z]{3,9}( [A-Z][a-z]{3,9})?",
        before in "([a-z]{1,6} ){0,3}",
        mark in prop::sample::select(vec!["", ",", "!", "'s", ")"]),
    ) {
        let masked = Masker::new([&name]).mask(&format!("{before}{name}{mark} kesho")).to_lowercase();
        for part in name.to_lowercase().split(' ') {
            prop_assert!(!masked.split(|c: char| !c.is_alphabetic()).any(|word| word == part && word != "name"), "{}", masked);
        }
    }

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

#[test]
fn who_answers_sees_numbers_to_call_and_no_secrets() {
    let shown = super::without_secrets("call 0712345678, card 4111 1111 1111 1111, ID 23456789");
    assert!(shown.contains("0712345678"), "{shown}");
    assert!(shown.contains("[card]") && shown.contains("[id]"), "{shown}");
    assert!(!shown.contains("4111") && !shown.contains("23456789"), "{shown}");
}
