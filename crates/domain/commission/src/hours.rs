//! Hours worked: the time of rendered services, summed exactly and rounded once.

use std::fmt;

use ratiba_kernel::money::div_half_away_from_zero;
use serde::{Deserialize, Serialize};

/// Hours in hundredths: 150 is an hour and a half. Negative in a correction only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct HoursWorked(i64);

impl HoursWorked {
    /// So many hundredths of an hour.
    #[must_use]
    pub const fn from_hundredths(hundredths: i64) -> Self {
        Self(hundredths)
    }

    /// The hours of a number of seconds, rounded half away from zero to two decimals.
    #[must_use]
    pub fn from_seconds(seconds: i64) -> Self {
        let hundredths = div_half_away_from_zero(i128::from(seconds), 36);
        Self(i64::try_from(hundredths).unwrap_or(i64::MAX))
    }

    /// Hundredths of an hour.
    #[must_use]
    pub const fn hundredths(self) -> i64 {
        self.0
    }
}

impl fmt::Display for HoursWorked {
    /// With two decimals: `1.00`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let size = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:02}", size / 100, size % 100)
    }
}
