//! Dividing what several people rendered together, so that the parts add up to the whole.

use ratiba_kernel::BasisPoints;
use serde::{Deserialize, Serialize};

use crate::StaffId;
use crate::fine::{self, IN_A_MINOR_UNIT};

/// How the people of one appointment share it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shares {
    /// The same part to each.
    Equal,
    /// Named parts, in the order of the people; together the whole.
    Points(Vec<BasisPoints>),
    /// All of it to each of them.
    FullToEach,
}

/// How a team is to share, as somebody says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sharing {
    /// The same part to each.
    Alike,
    /// All of it to each of them.
    FullToEach,
    /// Everybody's part, named in any order.
    Points(Vec<(StaffId, BasisPoints)>),
}

/// Who rendered an appointment and how they share it. Holding one is the proof that the shares fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renderers {
    staff: Vec<StaffId>,
    shares: Shares,
}

/// Why people and shares do not fit together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SharesRefused {
    /// Somebody must have rendered it.
    #[error("nobody rendered the appointment")]
    Nobody,
    /// One person stands in the list twice.
    #[error("one person is named twice")]
    NamedTwice,
    /// Not one share for each person.
    #[error("there must be one share for each person")]
    NotOneEach,
    /// The shares do not make a whole.
    #[error("shares must total 100 %")]
    NotTheWhole,
}

/// Why a team does not share as somebody said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SharesMisfit {
    /// Somebody is named who does not render the appointment.
    #[error("not one of those who render it")]
    NotOfTheTeam(StaffId),
    /// Somebody is named twice.
    #[error("somebody is named twice")]
    Twice(StaffId),
    /// Somebody of the team is not named.
    #[error("somebody of the team has no share")]
    Missing(StaffId),
    /// Somebody's share is nothing.
    #[error("a share is above zero")]
    Nothing(StaffId),
    /// All shares together are not the whole.
    #[error("all shares together are 10,000 basis points")]
    SumDiffers {
        /// What they are together.
        basis_points: u64,
    },
}

/// One person's part of an appointment as a fraction of the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// Above the line.
    pub numerator: u32,
    /// Below the line; never zero.
    pub denominator: u32,
}

impl Share {
    /// All of it.
    pub const WHOLE: Self = Self {
        numerator: 1,
        denominator: 1,
    };

    /// Whether it is all of it.
    #[must_use]
    pub const fn is_whole(self) -> bool {
        self.numerator == self.denominator
    }
}

impl Renderers {
    /// One person rendered all of it.
    #[must_use]
    pub fn alone(staff: StaffId) -> Self {
        Self {
            staff: vec![staff],
            shares: Shares::Equal,
        }
    }

    /// Several people, in the order in which they were entered.
    ///
    /// # Errors
    /// [`SharesRefused`] if nobody is named, somebody twice, or the shares are not the whole.
    pub fn new(staff: Vec<StaffId>, shares: Shares) -> Result<Self, SharesRefused> {
        if staff.is_empty() {
            return Err(SharesRefused::Nobody);
        }
        let mut sorted = staff.clone();
        sorted.sort_unstable();
        if sorted.windows(2).any(|pair| pair.first() == pair.last()) {
            return Err(SharesRefused::NamedTwice);
        }
        if let Shares::Points(points) = &shares {
            if points.len() != staff.len() {
                return Err(SharesRefused::NotOneEach);
            }
            let total: u64 = points.iter().map(|part| u64::from(part.value())).sum();
            if total != u64::from(BasisPoints::WHOLE.value()) {
                return Err(SharesRefused::NotTheWhole);
            }
        }
        Ok(Self { staff, shares })
    }

    /// The same people sharing otherwise. One person alone has the whole, however it is said.
    ///
    /// # Errors
    /// [`SharesMisfit`] if what was said does not fit the people.
    pub fn sharing(&self, said: &Sharing) -> Result<Self, SharesMisfit> {
        let shares = match said {
            Sharing::Alike => Shares::Equal,
            Sharing::FullToEach => Shares::FullToEach,
            Sharing::Points(entered) => Shares::Points(self.points(entered)?),
        };
        let shares = if self.staff.len() > 1 {
            shares
        } else {
            Shares::Equal
        };
        Ok(Self {
            staff: self.staff.clone(),
            shares,
        })
    }

    fn points(&self, entered: &[(StaffId, BasisPoints)]) -> Result<Vec<BasisPoints>, SharesMisfit> {
        for (place, (staff, share)) in entered.iter().enumerate() {
            if !self.staff.contains(staff) {
                return Err(SharesMisfit::NotOfTheTeam(*staff));
            }
            if entered.iter().take(place).any(|(before, _)| before == staff) {
                return Err(SharesMisfit::Twice(*staff));
            }
            if share.value() == 0 {
                return Err(SharesMisfit::Nothing(*staff));
            }
        }
        let mut points = Vec::with_capacity(self.staff.len());
        for staff in &self.staff {
            let named = entered.iter().find(|(of, _)| of == staff);
            let (_, share) = named.ok_or(SharesMisfit::Missing(*staff))?;
            points.push(*share);
        }
        let basis_points = points.iter().map(|share| u64::from(share.value())).sum();
        if basis_points != u64::from(BasisPoints::WHOLE.value()) {
            return Err(SharesMisfit::SumDiffers { basis_points });
        }
        Ok(points)
    }

    /// The people, in the order in which they were entered.
    #[must_use]
    pub fn staff(&self) -> &[StaffId] {
        &self.staff
    }

    /// How they share.
    #[must_use]
    pub const fn shares(&self) -> &Shares {
        &self.shares
    }

    /// Each person's part as a fraction, in order.
    #[must_use]
    pub fn fractions(&self) -> Vec<Share> {
        let people = u32::try_from(self.staff.len()).unwrap_or(u32::MAX);
        match &self.shares {
            Shares::Equal => vec![
                Share {
                    numerator: 1,
                    denominator: people
                };
                self.staff.len()
            ],
            Shares::FullToEach => vec![Share::WHOLE; self.staff.len()],
            Shares::Points(points) => points
                .iter()
                .map(|part| Share {
                    numerator: part.value(),
                    denominator: BasisPoints::WHOLE.value(),
                })
                .collect(),
        }
    }

    /// Each person's part of an amount in minor units, in order; the parts add up to it, but for
    /// [`Shares::FullToEach`], where each gets all of it.
    #[must_use]
    pub fn divide(&self, amount_minor: i64) -> Vec<i64> {
        match &self.shares {
            Shares::FullToEach => vec![amount_minor; self.staff.len()],
            Shares::Equal => self.by_weight(amount_minor, &vec![1; self.staff.len()]),
            Shares::Points(points) => {
                let weights: Vec<i64> = points.iter().map(|part| i64::from(part.value())).collect();
                self.by_weight(amount_minor, &weights)
            }
        }
    }

    /// The same of an amount in ten-thousandths of a minor unit that is not negative: its whole minor units divide as money does,
    /// and what is beyond them to the ten-thousandth.
    pub(crate) fn divide_fine(&self, amount: i128) -> Vec<i128> {
        let beyond = i64::try_from(amount % IN_A_MINOR_UNIT).unwrap_or(0);
        let whole = i64::try_from(amount / IN_A_MINOR_UNIT).unwrap_or(i64::MAX);
        let beyond = self.divide(beyond).into_iter().map(i128::from);
        let whole = self.divide(whole).into_iter().map(fine::of_minor);
        whole.zip(beyond).map(|(whole, beyond)| whole + beyond).collect()
    }

    /// Each person's part of a tip: as they share the visit, but a tip is never multiplied.
    #[must_use]
    pub fn divide_once(&self, amount_minor: i64) -> Vec<i64> {
        match &self.shares {
            Shares::FullToEach => self.by_weight(amount_minor, &vec![1; self.staff.len()]),
            Shares::Equal | Shares::Points(_) => self.divide(amount_minor),
        }
    }

    fn by_weight(&self, amount_minor: i64, weights: &[i64]) -> Vec<i64> {
        spread_by_weight(amount_minor, weights)
    }
}

/// Divides an amount by weights that are not negative: largest remainder, equal remainders to the earlier
/// part. With no positive weight the first part gets everything, so that nothing is lost.
pub(crate) fn spread_by_weight(amount_minor: i64, weights: &[i64]) -> Vec<i64> {
    let total: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
    if total == 0 {
        let mut parts = vec![0; weights.len()];
        if let Some(first) = parts.first_mut() {
            *first = amount_minor;
        }
        return parts;
    }
    let sign: i64 = if amount_minor < 0 { -1 } else { 1 };
    let whole = i128::from(amount_minor) * i128::from(sign);
    let numerators: Vec<i128> = weights.iter().map(|weight| whole * i128::from(*weight)).collect();
    largest_remainder(whole, &numerators, total)
        .into_iter()
        .map(|part| part.saturating_mul(sign))
        .collect()
}

/// Hands out `total` over parts whose exact sizes are `numerators / denominator`: each gets its whole
/// units, and the units left over go to the largest remainders, equal ones to the earlier part.
///
/// `total` is the sum of the exact parts, rounded in any way; nothing is negative.
pub(crate) fn largest_remainder(total: i128, numerators: &[i128], denominator: i128) -> Vec<i64> {
    let mut parts: Vec<i128> = numerators.iter().map(|part| part / denominator).collect();
    let mut left = total - parts.iter().sum::<i128>();
    let mut order: Vec<(i128, usize)> = numerators
        .iter()
        .enumerate()
        .map(|(index, part)| (part % denominator, index))
        .collect();
    order.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    for (_, index) in order {
        if left <= 0 {
            break;
        }
        if let Some(part) = parts.get_mut(index) {
            *part += 1;
            left -= 1;
        }
    }
    parts
        .into_iter()
        .map(|part| i64::try_from(part).unwrap_or(i64::MAX))
        .collect()
}

#[cfg(test)]
mod tests;
