//! The slow calculation that is obviously right: exact rationals, cent by cent, one rule for everything.

use super::*;

/// An exact rational in lowest terms with a positive denominator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Exact {
    numerator: i128,
    denominator: i128,
}

impl Exact {
    pub(super) fn new(numerator: i128, denominator: i128) -> Self {
        let (mut a, mut b) = (numerator.abs(), denominator);
        while b != 0 {
            (a, b) = (b, a % b);
        }
        let divisor = a.max(1);
        Self {
            numerator: numerator / divisor,
            denominator: denominator / divisor,
        }
    }

    fn plus(self, other: Self) -> Self {
        let numerator = self.numerator * other.denominator + other.numerator * self.denominator;
        Self::new(numerator, self.denominator * other.denominator)
    }

    /// Half away from zero, for what is not negative: the whole number that is nearest, the larger of two.
    pub(super) fn rounded(self) -> i64 {
        let doubled = 2 * self.numerator + self.denominator;
        i64::try_from(doubled / (2 * self.denominator)).unwrap()
    }

    pub(super) fn is_within_a_unit_of(self, whole: i64) -> bool {
        let off = self.numerator - i128::from(whole) * self.denominator;
        off.abs() < self.denominator
    }

    pub(super) fn at_most(self, other: Self) -> bool {
        self.numerator * other.denominator <= other.numerator * self.denominator
    }
}

/// The rate of the last step whose floor is not above the amount, found by looking at all of them.
fn rate_at(ladder: &[Tier], amount: i64) -> i128 {
    let mut rate = 0;
    for tier in ladder {
        if tier.floor <= amount {
            rate = i128::from(tier.rate.value());
        }
    }
    rate
}

/// Cent by cent: each cent earns at the rate of the step on which it lies.
pub(super) fn marginal(ladder: &[Tier], base_minor: i64) -> Exact {
    let climbed: i128 = (0..base_minor).map(|cent| rate_at(ladder, cent)).sum();
    Exact::new(climbed, 10_000)
}

pub(super) fn retroactive(ladder: &[Tier], base_minor: i64) -> Exact {
    let rate = rate_at(ladder, base_minor);
    Exact::new(i128::from(base_minor) * rate, 10_000)
}

/// Line by line at a rate each, never rounded.
pub(super) fn percentages(lines: &[(i64, u32)]) -> Exact {
    lines.iter().fold(Exact::new(0, 1), |sum, (base_minor, rate)| {
        sum.plus(Exact::new(i128::from(*base_minor) * i128::from(*rate), 10_000))
    })
}
