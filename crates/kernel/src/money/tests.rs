use proptest::prelude::*;

use super::*;

#[test]
fn an_amount_is_shown_with_thousands_and_cents_only_where_there_are_any() {
    assert_eq!(Money::kes_minor(350_000).to_string(), "KES 3,500");
    assert_eq!(Money::kes_minor(-123_456_789).to_string(), "KES -1,234,567.89");
    assert_eq!(Money::kes_minor(5).to_string(), "KES 0.05");
}

#[test]
fn currencies_do_not_mix() {
    let shilling = Money::kes_minor(100);
    let dollar = Money::new(100, Currency::Usd);
    assert_eq!(shilling.checked_add(dollar), Err(MoneyError::CurrencyMismatch));
}

#[test]
fn an_amount_that_does_not_fit_is_refused() {
    assert_eq!(
        Money::kes_minor(i64::MAX).checked_add(Money::kes_minor(1)),
        Err(MoneyError::TooLarge)
    );
    assert_eq!(
        Money::kes_minor(i64::MAX).share(BasisPoints::new(20_000)),
        Err(MoneyError::TooLarge)
    );
}

#[test]
fn equal_remainders_go_to_the_earlier_part() {
    let parts = Money::kes_minor(100_000).split(&[1, 1, 1]).unwrap();
    let cents: Vec<i64> = parts.iter().map(|m| m.amount_minor()).collect();
    assert_eq!(cents, [33_334, 33_333, 33_333]);
}

#[test]
fn cents_are_refused_where_whole_units_are_wanted() {
    assert_eq!(Money::kes_minor(150).whole_units(), Err(MoneyError::HasCents));
    assert_eq!(Money::kes_minor(15_000).whole_units(), Ok(150));
}

#[test]
fn a_rate_is_shown_in_percent() {
    assert_eq!(BasisPoints::new(4_000).to_string(), "40 %");
    assert_eq!(BasisPoints::new(150).to_string(), "1.5 %");
    assert_eq!(BasisPoints::new(1).to_string(), "0.01 %");
}

proptest! {
    #[test]
    fn splitting_conserves_the_whole(amount in any::<i32>(), weights in prop::collection::vec(0u64..1_000, 1..12)) {
        prop_assume!(weights.iter().any(|w| *w > 0));
        let whole = Money::kes_minor(i64::from(amount));
        let parts = whole.split(&weights).unwrap();
        prop_assert_eq!(Money::sum(Currency::Kes, parts.iter().copied()), Ok(whole));
        for (part, weight) in parts.iter().zip(&weights) {
            prop_assert!(*weight > 0 || part.is_zero(), "a part without weight gets nothing");
        }
    }

    #[test]
    fn a_share_of_at_most_the_whole_never_exceeds_it(amount in 0i64..1_000_000_000_000, rate in 0u32..=10_000) {
        let share = Money::kes_minor(amount).share(BasisPoints::new(rate)).unwrap();
        prop_assert!(share.amount_minor() <= amount);
        prop_assert!(share.amount_minor() >= 0);
    }

    #[test]
    fn rounding_is_symmetric_about_zero(numerator in any::<i64>(), denominator in 1i64..1_000_000) {
        let up = div_half_away_from_zero(i128::from(numerator), i128::from(denominator));
        let down = div_half_away_from_zero(-i128::from(numerator), i128::from(denominator));
        prop_assert_eq!(up, -down);
    }

    #[test]
    fn whole_units_are_at_least_the_amount_and_less_than_one_unit_above(amount in -1_000_000i64..1_000_000) {
        let raised = Money::kes_minor(amount).round_up_to_whole_units().unwrap().amount_minor();
        prop_assert!(raised >= amount && raised - amount < 100 && raised % 100 == 0);
    }
}
