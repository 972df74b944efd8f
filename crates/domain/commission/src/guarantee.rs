//! A guarantee: the greater of a base and the commission. What the commission falls short by is topped up.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use time::Date;

/// What somebody is guaranteed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guarantee {
    /// For which stretch.
    pub per: Stretch,
    /// How much, in minor units; not negative.
    pub amount_minor: i64,
}

/// The stretch that a guarantee is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stretch {
    /// Each local day on which the person rendered something, compared on its own.
    Day,
    /// The month as a whole, whether or not anything was rendered.
    Period,
}

/// What somebody earned in a month, in minor units.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Earned {
    /// On each local day on which something was rendered: a day is here if there was work on it, whatever it earned.
    pub by_day: BTreeMap<Date, i64>,
    /// In the month as a whole, with what was paid later for earlier work and what no-shows paid.
    pub in_all: i64,
}

impl Guarantee {
    /// What is topped up, in minor units. `None` if a sum is too large.
    #[must_use]
    pub fn top_up(&self, earned: &Earned) -> Option<i64> {
        let short = |earned: i64| Some(self.amount_minor.checked_sub(earned)?.max(0));
        match self.per {
            Stretch::Day => {
                let mut days = earned.by_day.values();
                days.try_fold(0_i64, |sum, earned| sum.checked_add(short(*earned)?))
            }
            Stretch::Period => short(earned.in_all),
        }
    }
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    #[test]
    fn a_day_is_topped_up_on_its_own_and_a_month_as_a_whole() {
        let earned = Earned {
            by_day: BTreeMap::from([(date!(2026 - 05 - 13), 30_000), (date!(2026 - 05 - 14), 170_000)]),
            in_all: 200_000,
        };
        let of = |per| Guarantee {
            per,
            amount_minor: 100_000,
        };
        assert_eq!(of(Stretch::Day).top_up(&earned), Some(70_000));
        assert_eq!(of(Stretch::Period).top_up(&earned), Some(0));
        assert_eq!(of(Stretch::Day).top_up(&Earned::default()), Some(0));
        assert_eq!(of(Stretch::Period).top_up(&Earned::default()), Some(100_000));
    }
}
