//! Amounts finer than money: whole numbers of ten-thousandths of a minor unit.
//!
//! A base is not always whole minor units: a part that is kept back, a part of a refund, a payment's part leave fractions. They
//! are carried on so, and only figures are rounded to money. Of basis points that is exact; what no whole number of
//! ten-thousandths says (a third) is rounded to the nearest of them, half away from zero.

use ratiba_kernel::money::div_half_away_from_zero;

/// How many make a minor unit: as many as basis points make a whole.
pub(crate) const IN_A_MINOR_UNIT: i128 = 10_000;

/// Minor units in ten-thousandths. An amount within 64 bits stays far within 128.
pub(crate) fn of_minor(minor: i64) -> i128 {
    i128::from(minor) * IN_A_MINOR_UNIT
}

/// To whole minor units, half away from zero.
pub(crate) fn to_minor(fine: i128) -> i128 {
    div_half_away_from_zero(fine, IN_A_MINOR_UNIT)
}

/// The part of an amount that `of` is of `whole` (above zero, and `of` not above it), rounded half away from zero. What is whole
/// in it is taken apart, so that no product leaves 128 bits.
pub(crate) fn part(amount: i128, of: i64, whole: i64) -> i128 {
    let (of, whole) = (i128::from(of), i128::from(whole));
    amount / whole * of + div_half_away_from_zero(amount % whole * of, whole)
}

/// The greatest number that divides all of them; 1 where there is nothing to divide.
pub(crate) fn common_divisor(numbers: impl IntoIterator<Item = i128>) -> i128 {
    let both = |mut one: i128, mut other: i128| {
        while other != 0 {
            (one, other) = (other, one % other);
        }
        one
    };
    numbers
        .into_iter()
        .fold(0, |all, next| both(all, next.abs()))
        .max(1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn fine_amounts_are_rounded_half_away_from_zero() {
        assert_eq!(
            [4_999, 5_000, 14_999, -5_000, -4_999].map(to_minor),
            [0, 1, 1, -1, 0]
        );
        assert_eq!([part(of_minor(1), 1, 3), part(of_minor(1), 2, 3)], [3_333, 6_667]);
        assert_eq!(common_divisor([]), 1);
        assert_eq!(common_divisor([0, 0]), 1);
        assert_eq!(common_divisor([12, 0, 18]), 6);
    }

    #[test]
    fn the_largest_amounts_have_parts_too() {
        let all = of_minor(i64::MAX);
        assert_eq!(part(all, i64::MAX, i64::MAX), all);
        assert_eq!(part(all, 1, i64::MAX), IN_A_MINOR_UNIT);
    }

    proptest! {
        #[test]
        fn a_part_is_the_product_by_the_whole_rounded(amount in 0i128..1_000_000_000_000, of in 0i64..1_000, more in 1i64..1_000) {
            let whole = of + more;
            let exact = div_half_away_from_zero(amount * i128::from(of), i128::from(whole));
            prop_assert_eq!(part(amount, of, whole), exact);
        }
    }
}
