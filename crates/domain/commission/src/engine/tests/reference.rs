//! The slow calculation that is obviously right: exact rationals, cent by cent, one rule for everything.

use ratiba_kernel::Zone;

use super::*;
use crate::base::{DeductWhen, Deduction, EarnOn, Kept};
use crate::guarantee::{Guarantee, Stretch};

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

    fn minus(self, other: Self) -> Self {
        self.plus(Self::new(-other.numerator, other.denominator))
    }

    fn times(self, numerator: i128, denominator: i128) -> Self {
        Self::new(self.numerator * numerator, self.denominator * denominator)
    }

    fn or_nothing(self) -> Self {
        if self.numerator < 0 { Self::new(0, 1) } else { self }
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

/// An appointment at a rate, with what the business keeps back and when it was paid; nothing was given back.
#[derive(Clone, Debug)]
pub(super) struct Sold {
    pub(super) charged: i64,
    pub(super) ended_at: OffsetDateTime,
    /// When each payment came, and how much.
    pub(super) payments: Vec<(OffsetDateTime, i64)>,
}

/// How much of what was charged had been paid, and so earned, by an instant: each payment counts from when it came, but
/// never before the service ended, and what is more than the price counts for nothing.
fn earned_by(sold: &Sold, until: OffsetDateTime) -> i64 {
    let mut paid = 0;
    for (at, amount) in &sold.payments {
        if *at < until && sold.ended_at < until {
            paid += amount;
        }
    }
    paid.min(sold.charged)
}

/// A whole of which some was earned before the month and some by its end: what the month earns of it, in whole cents.
fn of_month(whole: i64, sold: &Sold, earn_on: EarnOn, month: (OffsetDateTime, OffsetDateTime)) -> i64 {
    let share = |until: OffsetDateTime| {
        let of = match earn_on {
            EarnOn::Completion => i128::from(sold.ended_at < until),
            EarnOn::Payment => i128::from(earned_by(sold, until)),
        };
        let all = match earn_on {
            EarnOn::Completion => 1,
            EarnOn::Payment => i128::from(sold.charged),
        };
        Exact::new(i128::from(whole) * of, all).rounded()
    };
    share(month.1) - share(month.0)
}

/// What a month pays at one rate, line by line and never rounded but for what is written down in whole cents: the base,
/// what is kept back of it, and the part of a flat amount that a line bears.
pub(super) fn with_deductions(
    lines: &[Sold],
    rate: u32,
    deduct: &[Deduction],
    earn_on: EarnOn,
    month: (OffsetDateTime, OffsetDateTime),
) -> Exact {
    let parts = |when: DeductWhen| -> i128 {
        let mut all = 0;
        for deduction in deduct {
            if let (Kept::Part(part), true) = (deduction.kept, deduction.when == when) {
                all += i128::from(part.value());
            }
        }
        all.min(10_000)
    };
    let flat = |when: DeductWhen| -> i64 {
        let mut all = 0;
        for deduction in deduct {
            if let (Kept::Flat(minor), true) = (deduction.kept, deduction.when == when) {
                all += minor;
            }
        }
        all
    };
    let mut sum = Exact::new(0, 1);
    for sold in lines {
        let kept = Exact::new(i128::from(sold.charged) * parts(DeductWhen::Before), 10_000).rounded();
        let base = (sold.charged - kept - flat(DeductWhen::Before)).max(0);
        let own = of_month(base, sold, earn_on, month);
        let gross = Exact::new(i128::from(own) * i128::from(rate), 10_000);
        let bears = of_month(flat(DeductWhen::After), sold, earn_on, month);
        let net = gross
            .times(10_000 - parts(DeductWhen::After), 10_000)
            .minus(Exact::new(i128::from(bears), 1));
        sum = sum.plus(net.or_nothing());
    }
    sum
}

/// What a guarantee adds, day by day or at once.
pub(super) fn topped_up(guarantee: Guarantee, figure: &StaffFigure, zone: &Zone) -> i64 {
    match guarantee.per {
        Stretch::Period => (guarantee.amount_minor - figure.commission.amount_minor()).max(0),
        Stretch::Day => {
            let mut top_up = 0;
            let mut day = month("2026-05").first_day();
            while day < month("2026-05").end() {
                let of_day: Vec<i64> = figure
                    .lines
                    .iter()
                    .filter(|line| zone.date(line.reason.ended_at) == day)
                    .map(|line| line.commission.amount_minor())
                    .collect();
                if !of_day.is_empty() {
                    top_up += (guarantee.amount_minor - of_day.iter().sum::<i64>()).max(0);
                }
                day = day.next_day().unwrap();
            }
            top_up
        }
    }
}
