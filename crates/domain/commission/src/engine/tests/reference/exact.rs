//! Exact rationals, and how amounts are handed out in whole cents.

use std::cmp::Ordering;

/// An exact rational in lowest terms with a positive denominator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::engine::tests) struct Exact {
    numerator: i128,
    denominator: i128,
}

fn greatest_common_divisor(one: i128, other: i128) -> i128 {
    let (mut a, mut b) = (one.abs(), other.abs());
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a.max(1)
}

impl Exact {
    pub(in crate::engine::tests) const NOTHING: Self = Self {
        numerator: 0,
        denominator: 1,
    };
    pub(in crate::engine::tests) const ALL: Self = Self {
        numerator: 1,
        denominator: 1,
    };

    pub(in crate::engine::tests) fn new(numerator: i128, denominator: i128) -> Self {
        assert!(denominator > 0, "a denominator is above zero");
        let divisor = greatest_common_divisor(numerator, denominator);
        Self {
            numerator: numerator / divisor,
            denominator: denominator / divisor,
        }
    }

    pub(in crate::engine::tests) fn part(of: i64, whole: i64) -> Self {
        Self::new(i128::from(of), i128::from(whole))
    }

    pub(in crate::engine::tests) fn whole(number: i64) -> Self {
        Self::part(number, 1)
    }

    pub(in crate::engine::tests) fn basis_points(points: u32) -> Self {
        Self::new(i128::from(points), 10_000)
    }

    pub(in crate::engine::tests) fn plus(self, other: Self) -> Self {
        let common = self.denominator / greatest_common_divisor(self.denominator, other.denominator);
        let denominator = common * other.denominator;
        let numerator = self.numerator * (denominator / self.denominator) + other.numerator * common;
        Self::new(numerator, denominator)
    }

    pub(in crate::engine::tests) fn minus(self, other: Self) -> Self {
        self.plus(Self::new(-other.numerator, other.denominator))
    }

    pub(in crate::engine::tests) fn times(self, other: Self) -> Self {
        let one = Self::new(self.numerator, other.denominator);
        let two = Self::new(other.numerator, self.denominator);
        Self::new(one.numerator * two.numerator, one.denominator * two.denominator)
    }

    /// Which part it is of another, above zero.
    pub(in crate::engine::tests) fn over(self, all: Self) -> Self {
        self.times(Self::new(all.denominator, all.numerator))
    }

    pub(in crate::engine::tests) fn at_least(self, other: Self) -> Self {
        if self.minus(other).numerator < 0 {
            other
        } else {
            self
        }
    }

    pub(in crate::engine::tests) fn at_most(self, other: Self) -> Self {
        if self.minus(other).numerator > 0 {
            other
        } else {
            self
        }
    }

    pub(in crate::engine::tests) fn size(self) -> Self {
        Self::new(self.numerator.abs(), self.denominator)
    }

    /// To the nearest ten-thousandth: so fine are bases carried.
    pub(in crate::engine::tests) fn carried(self) -> Self {
        Self::part(self.times(Self::whole(10_000)).rounded(), 10_000)
    }

    pub(in crate::engine::tests) fn sum(all: impl IntoIterator<Item = Self>) -> Self {
        all.into_iter().fold(Self::NOTHING, Self::plus)
    }

    /// The largest whole number that is not above it.
    pub(in crate::engine::tests) fn floor(self) -> i64 {
        i64::try_from(self.numerator.div_euclid(self.denominator)).unwrap()
    }

    /// The nearest whole number; of two that are as near the one that is farther from zero.
    pub(in crate::engine::tests) fn rounded(self) -> i64 {
        let half = Self::new(1, 2);
        if self.numerator < 0 {
            -Self::new(-self.numerator, self.denominator).rounded()
        } else {
            self.plus(half).floor()
        }
    }
}

impl PartialOrd for Exact {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Exact {
    fn cmp(&self, other: &Self) -> Ordering {
        self.minus(*other).numerator.cmp(&0)
    }
}

/// Largest remainder: everybody has the whole cents of their exact part, and what is left goes cent by cent to the
/// largest remainder that had none yet, the earlier of equal ones.
pub(in crate::engine::tests) fn handed_out(total: i64, exact: &[Exact]) -> Vec<i64> {
    let mut parts: Vec<i64> = exact.iter().map(|part| part.floor()).collect();
    let mut waiting: Vec<usize> = (0..exact.len()).collect();
    while parts.iter().sum::<i64>() < total {
        let remainder = |place: usize| exact[place].minus(Exact::whole(exact[place].floor()));
        let mut next = 0;
        for candidate in 0..waiting.len() {
            if remainder(waiting[candidate]) > remainder(waiting[next]) {
                next = candidate;
            }
        }
        parts[waiting.remove(next)] += 1;
    }
    parts
}

/// What several exact numbers add in whole cents to what was there before: all of it rounded, less what was there, rounded.
pub(in crate::engine::tests) fn added(before: Exact, more: Exact) -> i64 {
    before.plus(more).rounded() - before.rounded()
}

/// The same by weights; where nothing weighs anything the first has all.
pub(in crate::engine::tests) fn by_weight(total: i64, weights: &[Exact]) -> Vec<i64> {
    let all = Exact::sum(weights.iter().copied());
    if all == Exact::NOTHING {
        let first_has_all = |place: usize| if place == 0 { total } else { 0 };
        return (0..weights.len()).map(first_has_all).collect();
    }
    let exact = weights
        .iter()
        .map(|weight| Exact::whole(total).times(weight.over(all)));
    handed_out(total, &exact.collect::<Vec<_>>())
}
