//! What collecting money costs, by the tenant's own table: for payments whose provider reported no charge.

use ratiba_kernel::BasisPoints;
use ratiba_kernel::money::div_half_away_from_zero;
use serde::{Deserialize, Serialize};

/// One step of a table of fees: what a payment costs from an amount on, up to the next step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeeStep {
    /// The smallest payment on this step, in minor units.
    pub from_minor: i64,
    /// What each payment costs, in minor units.
    #[serde(default)]
    pub flat_minor: i64,
    /// What it costs in proportion, in basis points.
    #[serde(default)]
    pub basis_points: u32,
}

/// A table of fees. Holding one is the proof that it begins at zero and rises. The standard one is empty: money
/// costs nothing to collect.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FeeTariff(Vec<FeeStep>);

/// Why a table of fees is none. Steps count from zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TariffRefused {
    /// Below the first step nothing is said.
    #[error("[0].from_minor: the first step must begin at 0")]
    FirstNotZero,
    /// Steps fall or repeat.
    #[error("[{step}].from_minor: steps must rise")]
    NotRising {
        /// Which one.
        step: usize,
    },
    /// A fee below nothing, or above the whole payment.
    #[error("[{step}]: a fee is not negative, and its part at most 10000 basis points")]
    OutOfRange {
        /// Which one.
        step: usize,
    },
}

impl FeeTariff {
    /// A table of steps, from the smallest payments on.
    ///
    /// # Errors
    /// [`TariffRefused`] names the first step that does not fit.
    pub fn new(steps: Vec<FeeStep>) -> Result<Self, TariffRefused> {
        if steps.first().is_some_and(|first| first.from_minor != 0) {
            return Err(TariffRefused::FirstNotZero);
        }
        for (step, pair) in steps.windows(2).enumerate() {
            if let [before, after] = pair
                && after.from_minor <= before.from_minor
            {
                return Err(TariffRefused::NotRising { step: step + 1 });
            }
        }
        let out = |step: &FeeStep| step.flat_minor < 0 || step.basis_points > BasisPoints::WHOLE.value();
        match steps.iter().position(out) {
            Some(step) => Err(TariffRefused::OutOfRange { step }),
            None => Ok(Self(steps)),
        }
    }

    /// Its steps.
    #[must_use]
    pub fn steps(&self) -> &[FeeStep] {
        &self.0
    }

    /// What a payment costs, in minor units: never more than the payment, and nothing for none.
    #[must_use]
    pub fn fee_of(&self, paid_minor: i64) -> i64 {
        let Some(step) = self.0.iter().rev().find(|step| step.from_minor <= paid_minor) else {
            return 0;
        };
        let part = i128::from(paid_minor) * i128::from(step.basis_points);
        let fee = div_half_away_from_zero(part, 10_000) + i128::from(step.flat_minor);
        i64::try_from(fee)
            .map_or(paid_minor, |fee| fee.min(paid_minor))
            .max(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn step(from_minor: i64, flat_minor: i64, basis_points: u32) -> FeeStep {
        FeeStep {
            from_minor,
            flat_minor,
            basis_points,
        }
    }

    #[test]
    fn a_payment_costs_what_its_step_says_and_never_more_than_itself() {
        let tariff =
            FeeTariff::new(vec![step(0, 0, 0), step(10_000, 500, 0), step(100_000, 0, 150)]).unwrap();
        let fees: Vec<i64> = [0, 9_999, 10_000, 100_000].map(|paid| tariff.fee_of(paid)).into();
        assert_eq!(fees, [0, 0, 500, 1_500]);
        let dear = FeeTariff::new(vec![step(0, 900, 0)]).unwrap();
        assert_eq!((dear.fee_of(0), dear.fee_of(300)), (0, 300));
        assert_eq!(FeeTariff::default().fee_of(5_000), 0);
    }

    #[test]
    fn a_table_with_a_hole_or_out_of_order_is_refused() {
        assert_eq!(
            FeeTariff::new(vec![step(5, 0, 0)]),
            Err(TariffRefused::FirstNotZero)
        );
        let falling = vec![step(0, 0, 0), step(9, 0, 0), step(9, 0, 0)];
        assert_eq!(FeeTariff::new(falling), Err(TariffRefused::NotRising { step: 2 }));
        assert_eq!(
            FeeTariff::new(vec![step(0, -1, 0)]),
            Err(TariffRefused::OutOfRange { step: 0 })
        );
        assert_eq!(
            FeeTariff::new(vec![step(0, 0, 10_001)]),
            Err(TariffRefused::OutOfRange { step: 0 })
        );
    }
}
