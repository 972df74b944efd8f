//! Tiers: a ladder of rates by what a month brought in, without gap or overlap.

use std::fmt;

use ratiba_kernel::BasisPoints;
use serde::{Deserialize, Serialize};

use crate::fine;

/// How a ladder's rates are applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TierMethod {
    /// Each rate on the part that lies within its own tier.
    Marginal,
    /// The rate of the tier that was reached, on everything from the first cent.
    Retroactive,
}

/// What a ladder measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// The base, in minor units.
    Revenue,
    /// Rendered services; one that was refunded in full does not count.
    Count,
}

/// Whose lines a ladder measures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MeasureScope {
    /// The lines that the rule itself won.
    #[default]
    Rule,
    /// All lines of the staff member that earn commission, whichever rule won them.
    All,
}

/// One step of a ladder: the rate from its floor (which belongs to it) to the next one's (which does not).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tier {
    /// Minor units or services, as the ladder measures.
    pub floor: i64,
    /// The rate on this step.
    pub rate: BasisPoints,
}

/// One step as importers write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Band {
    /// Where it begins.
    pub from: i64,
    /// Where the next one begins; open at the top.
    pub to: Option<i64>,
    /// The rate on this band.
    pub rate: BasisPoints,
}

/// A ladder. Holding one is the proof that it begins at zero, rises, and pays no more than everything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tiers {
    method: TierMethod,
    measure: Measure,
    scope: MeasureScope,
    ladder: Vec<Tier>,
}

/// What lies within one tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TierPart {
    /// The tier's floor, as the ladder measures.
    pub floor: i64,
    /// The tier's rate.
    pub rate: BasisPoints,
    /// How much of the base, in minor units, earned at that rate.
    pub part_minor: i64,
}

/// A point on a ladder, shown in what it measures: `100.00` or `100`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Minor units or services.
    pub value: i64,
    /// Which of the two.
    pub measure: Measure,
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.measure {
            Measure::Count => write!(f, "{}", self.value),
            Measure::Revenue => {
                let sign = if self.value < 0 { "-" } else { "" };
                let size = self.value.unsigned_abs();
                write!(f, "{sign}{}.{:02}", size / 100, size % 100)
            }
        }
    }
}

/// Why a ladder is refused. `step` counts from zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TierFault {
    /// There is no tier.
    #[error("there must be at least one tier")]
    Empty,
    /// Below the first floor nothing is said.
    #[error("the first tier must begin at 0, not at {floor}")]
    FirstFloorNotZero {
        /// Where it begins.
        floor: Mark,
    },
    /// A floor is below the one before.
    #[error("floors must rise, but {floor} comes after {before}")]
    NotRising {
        /// Which tier.
        step: usize,
        /// The floor before.
        before: Mark,
        /// The floor.
        floor: Mark,
    },
    /// Two tiers begin at the same point.
    #[error("two tiers begin at {floor}")]
    Duplicate {
        /// The second of them.
        step: usize,
        /// Where both begin.
        floor: Mark,
    },
    /// A tier pays more than everything.
    #[error("a rate is at most 100 %, not {rate}")]
    RateAboveWhole {
        /// Which tier.
        step: usize,
        /// Its rate.
        rate: BasisPoints,
    },
    /// Between two bands nothing is said.
    #[error("no band covers {from}–{to}")]
    Gap {
        /// The band after the gap.
        step: usize,
        /// Where the gap begins.
        from: Mark,
        /// Where it ends.
        to: Mark,
    },
    /// Two bands say different things.
    #[error("two bands cover {from}–{to}")]
    Overlap {
        /// The later band.
        step: usize,
        /// Where the overlap begins.
        from: Mark,
        /// Where it ends.
        to: Mark,
    },
    /// A band stands before one that begins below it.
    #[error("bands must rise, but the one from {from} comes after the one from {before}")]
    BandsNotRising {
        /// Which band.
        step: usize,
        /// Where the one before it begins.
        before: Mark,
        /// Where it begins.
        from: Mark,
    },
    /// A band has no width.
    #[error("a band must end after it begins at {from}")]
    EmptyBand {
        /// Which band.
        step: usize,
        /// Where it begins.
        from: Mark,
    },
    /// Only the last band may be open at the top.
    #[error("only the last band may be without an end")]
    OpenBandInside {
        /// Which band.
        step: usize,
    },
}

impl TierFault {
    /// The tier or band that is at fault, counted from zero; `None` where it is the whole ladder.
    #[must_use]
    pub const fn step(&self) -> Option<usize> {
        match self {
            Self::Empty => None,
            Self::FirstFloorNotZero { .. } => Some(0),
            Self::NotRising { step, .. }
            | Self::Duplicate { step, .. }
            | Self::RateAboveWhole { step, .. }
            | Self::Gap { step, .. }
            | Self::Overlap { step, .. }
            | Self::BandsNotRising { step, .. }
            | Self::EmptyBand { step, .. }
            | Self::OpenBandInside { step } => Some(*step),
        }
    }
}

impl Tiers {
    /// A ladder of floors and rates.
    ///
    /// # Errors
    /// Every [`TierFault`] at once: no tier, a first floor that is not zero, floors that fall or repeat,
    /// rates above 100 %.
    pub fn new(
        method: TierMethod,
        measure: Measure,
        scope: MeasureScope,
        ladder: Vec<Tier>,
    ) -> Result<Self, Vec<TierFault>> {
        let mark = |value| Mark { value, measure };
        let mut faults = Vec::new();
        match ladder.first() {
            None => faults.push(TierFault::Empty),
            Some(first) if first.floor != 0 => faults.push(TierFault::FirstFloorNotZero {
                floor: mark(first.floor),
            }),
            Some(_) => {}
        }
        for (step, pair) in ladder.windows(2).enumerate() {
            let [before, after] = pair else { continue };
            let step = step + 1;
            match after.floor.cmp(&before.floor) {
                std::cmp::Ordering::Greater => {}
                std::cmp::Ordering::Equal => faults.push(TierFault::Duplicate {
                    step,
                    floor: mark(after.floor),
                }),
                std::cmp::Ordering::Less => faults.push(TierFault::NotRising {
                    step,
                    before: mark(before.floor),
                    floor: mark(after.floor),
                }),
            }
        }
        faults.extend(rates_above_whole(ladder.iter().map(|tier| tier.rate)));
        if faults.is_empty() {
            Ok(Self {
                method,
                measure,
                scope,
                ladder,
            })
        } else {
            Err(faults)
        }
    }

    /// A ladder of bands that meet: each one's end is the next one's beginning. The last band goes on
    /// upward, whether or not it names an end.
    ///
    /// # Errors
    /// Every [`TierFault`] at once; gaps and overlaps are named from–to.
    pub fn from_bands(
        method: TierMethod,
        measure: Measure,
        scope: MeasureScope,
        bands: &[Band],
    ) -> Result<Self, Vec<TierFault>> {
        let mark = |value| Mark { value, measure };
        let mut faults = Vec::new();
        for (step, band) in bands.iter().enumerate() {
            if band.to.is_some_and(|to| to <= band.from) {
                faults.push(TierFault::EmptyBand {
                    step,
                    from: mark(band.from),
                });
            }
        }
        for (step, pair) in bands.windows(2).enumerate() {
            let [before, after] = pair else { continue };
            if after.from < before.from {
                faults.push(TierFault::BandsNotRising {
                    step: step + 1,
                    before: mark(before.from),
                    from: mark(after.from),
                });
            }
        }
        // What lies between two bands, and what both cover, is seen in the order in which they lie, however they are written.
        let mut lying: Vec<(usize, &Band)> = bands.iter().enumerate().collect();
        lying.sort_by_key(|(_, band)| band.from);
        if let Some((0, lowest)) = lying.first()
            && lowest.from != 0
        {
            faults.push(TierFault::FirstFloorNotZero {
                floor: mark(lowest.from),
            });
        }
        for pair in lying.windows(2) {
            let [(step, before), (next, after)] = pair else {
                continue;
            };
            match before.to {
                None => faults.push(TierFault::OpenBandInside { step: *step }),
                // Of a band without width that is said already.
                Some(to) if to <= before.from => {}
                Some(to) if to < after.from => faults.push(TierFault::Gap {
                    step: *next,
                    from: mark(to),
                    to: mark(after.from),
                }),
                Some(to) if to > after.from => faults.push(TierFault::Overlap {
                    step: *next,
                    from: mark(after.from),
                    to: mark(after.to.map_or(to, |end| end.min(to))),
                }),
                Some(_) => {}
            }
        }
        if !faults.is_empty() {
            faults.extend(rates_above_whole(bands.iter().map(|band| band.rate)));
            return Err(faults);
        }
        let ladder = bands
            .iter()
            .map(|band| Tier {
                floor: band.from,
                rate: band.rate,
            })
            .collect();
        Self::new(method, measure, scope, ladder)
    }

    /// How the rates are applied.
    #[must_use]
    pub const fn method(&self) -> TierMethod {
        self.method
    }

    /// What is measured.
    #[must_use]
    pub const fn measure(&self) -> Measure {
        self.measure
    }

    /// Whose lines are measured.
    #[must_use]
    pub const fn scope(&self) -> MeasureScope {
        self.scope
    }

    /// The steps, from the lowest.
    #[must_use]
    pub fn ladder(&self) -> &[Tier] {
        &self.ladder
    }

    /// The step that a measured amount lies on. A floor belongs to its own step.
    #[must_use]
    pub fn tier_at(&self, measured: i64) -> Tier {
        let above = self.ladder.partition_point(|tier| tier.floor <= measured);
        let lowest = Tier {
            floor: 0,
            rate: BasisPoints::new(0),
        };
        self.ladder
            .get(above.saturating_sub(1))
            .copied()
            .unwrap_or(lowest)
    }

    /// Cuts an amount (not negative) at the floors. The parts add up to it.
    #[must_use]
    pub fn cut(&self, amount_minor: i64) -> Vec<TierPart> {
        let mut parts = Vec::new();
        for (step, tier) in self.ladder.iter().enumerate() {
            if amount_minor <= tier.floor {
                break;
            }
            let next = self.ladder.get(step + 1).map_or(i64::MAX, |next| next.floor);
            parts.push(TierPart {
                floor: tier.floor,
                rate: tier.rate,
                part_minor: amount_minor.min(next) - tier.floor,
            });
        }
        parts
    }
}

impl Tiers {
    /// The same of an amount in ten-thousandths of a minor unit: each part with its rate.
    pub(crate) fn cut_fine(&self, amount: i128) -> impl Iterator<Item = (i128, BasisPoints)> {
        self.ladder.iter().enumerate().map(move |(step, tier)| {
            let next = self.ladder.get(step + 1).map_or(i64::MAX, |next| next.floor);
            let top = amount.min(fine::of_minor(next));
            ((top - fine::of_minor(tier.floor)).max(0), tier.rate)
        })
    }
}

fn rates_above_whole(rates: impl Iterator<Item = BasisPoints>) -> impl Iterator<Item = TierFault> {
    rates
        .enumerate()
        .filter(|(_, rate)| *rate > BasisPoints::WHOLE)
        .map(|(step, rate)| TierFault::RateAboveWhole { step, rate })
}

#[cfg(test)]
pub(crate) mod tests;
