use proptest::prelude::*;
use ratiba_kernel::{Currency, Money};

use super::amount_cell;

fn kes(text: &str) -> Option<i64> {
    amount_cell(text, Currency::Kes)
}

#[test]
fn an_amount_is_read_however_it_is_written() {
    for text in [
        "3500",
        "3,500",
        "3,500/=",
        "3500/-",
        "KES 3500.00",
        "Ksh3.5k",
        "Ksh. 3,500",
        "kshs:3500",
        "3500 bob",
        "3 500",
        "3,500 KES",
        "3500ksh",
        "3.5K",
        "3,500/= only",
        "Sh 3,500",
        "3\u{a0}500",
    ] {
        assert_eq!(kes(text), Some(350_000), "{text}");
    }
    assert_eq!(kes("1,250.50"), Some(125_050));
    assert_eq!(kes("0"), Some(0));
    assert_eq!(kes("-500"), Some(-50_000));
}

#[test]
fn what_is_not_one_amount_is_none() {
    for text in [
        "",
        "free",
        "3.500",
        "3,50",
        "3000-4000",
        "from 3000",
        "3000/4000",
        "USD 50",
        "$50",
        "50 euros",
        "12345678901234",
        "1.234k5",
        "3500 per hour",
        "35 00",
        "KES",
        "call us",
    ] {
        assert_eq!(kes(text), None, "{text}");
    }
    assert_eq!(amount_cell("$50", Currency::Usd), Some(5_000));
    assert_eq!(amount_cell("Tsh 5,000", Currency::Tzs), Some(500_000));
    assert_eq!(amount_cell("KES 5,000", Currency::Tzs), None);
}

proptest! {
    #[test]
    fn what_is_shown_is_read_back(minor in 0i64..100_000_000_000) {
        let shown = Money::kes_minor(minor).to_string();
        prop_assert_eq!(kes(&shown), Some(minor), "{}", shown);
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "[0-9kK,.'/= KSh-]{0,20}") {
        let _ = kes(&text);
    }
}
