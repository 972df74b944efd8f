//! Dated promotions: what everybody gets off certain services on certain days.

use std::collections::BTreeSet;

use ratiba_kernel::{BasisPoints, Id, Money, MoneyError};
use time::{Date, Weekday};

use crate::appointment::{Discount, DiscountAmount, DiscountSource, Version};
use crate::catalogue::{Offering, Service, ServiceCategory, ServiceId};
use crate::policy::Rounding;

/// Marks ids of promotions.
#[derive(Debug)]
pub enum PromotionMark {}
/// Names one promotion of a tenant.
pub type PromotionId = Id<PromotionMark>;

/// What a promotion is about. Naming neither services nor categories means everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PromotionScope {
    /// These services, at most 200.
    pub services: BTreeSet<ServiceId>,
    /// Every service of these families, at most 50.
    pub categories: BTreeSet<ServiceCategory>,
}

impl PromotionScope {
    fn holds(&self, service: &Service) -> bool {
        let everything = self.services.is_empty() && self.categories.is_empty();
        everything || self.services.contains(&service.id) || self.categories.contains(&service.category)
    }
}

/// What everybody gets off certain services on certain days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promotion {
    /// Its identity.
    pub id: PromotionId,
    /// What it is called; the reason in the books. 1 to 80 characters.
    pub name: String,
    /// Which services.
    pub scope: PromotionScope,
    /// How much is taken off each of them.
    pub amount: DiscountAmount,
    /// At most this much off each of them.
    pub cap: Option<Money>,
    /// The first local day on which a service must begin.
    pub first_day: Date,
    /// The last one.
    pub last_day: Date,
    /// The days of the week on which it counts, by the local calendar; never none, each once.
    pub weekdays: Vec<Weekday>,
    /// Whether it counts at all.
    pub offering: Offering,
    /// The version that it was read at.
    pub version: Version,
}

/// Why there can be no such promotion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PromotionFault {
    /// The name is empty or longer than 80 characters.
    #[error("a name has 1 to 80 characters")]
    Name,
    /// More than 200 services or 50 categories.
    #[error("a promotion names at most 200 services and 50 categories")]
    Scope,
    /// Nothing, more than the whole, another currency, or cents where whole shillings are taken.
    #[error("an amount is above zero, at most the whole, and whole where M-Pesa is taken")]
    Amount,
    /// It ends before it begins, or lasts longer than five years.
    #[error("a promotion lasts from a day to five years")]
    Days,
    /// No day of the week, or one twice.
    #[error("a promotion counts on one to seven days of the week, each named once")]
    Weekdays,
}

/// How long a promotion lasts at most.
const DAYS_MOST: i64 = 5 * 366;

impl Promotion {
    /// Refuses a promotion that makes no sense for prices in the tenant's money, of which `zero` is none.
    ///
    /// # Errors
    /// The first fault found.
    pub fn check(&self, zero: Money, rounding: Rounding) -> Result<(), PromotionFault> {
        if self.name.trim().is_empty() || self.name.chars().count() > 80 {
            return Err(PromotionFault::Name);
        }
        if self.scope.services.len() > 200 || self.scope.categories.len() > 50 {
            return Err(PromotionFault::Scope);
        }
        let takeable = |amount: Money| {
            amount.is_positive()
                && amount.currency() == zero.currency()
                && (rounding == Rounding::Exact || amount.whole_units().is_ok())
        };
        let amount_fits = match self.amount {
            DiscountAmount::Flat(amount) => takeable(amount),
            DiscountAmount::Percent(rate) => (1..=BasisPoints::WHOLE.value()).contains(&rate.value()),
        };
        if !amount_fits || !self.cap.is_none_or(takeable) {
            return Err(PromotionFault::Amount);
        }
        let days = (self.last_day - self.first_day).whole_days();
        if !(0..DAYS_MOST).contains(&days) {
            return Err(PromotionFault::Days);
        }
        let distinct: BTreeSet<u8> = self.weekdays.iter().map(|day| day.number_from_monday()).collect();
        if distinct.is_empty() || distinct.len() != self.weekdays.len() {
            return Err(PromotionFault::Weekdays);
        }
        Ok(())
    }

    /// Whether it counts for a service that begins on a local day.
    #[must_use]
    pub fn counts(&self, service: &Service, day: Date) -> bool {
        self.offering == Offering::Active
            && (self.first_day..=self.last_day).contains(&day)
            && self.weekdays.contains(&day.weekday())
            && self.scope.holds(service)
    }

    /// What it takes off a list price.
    ///
    /// # Errors
    /// [`MoneyError`] if it is in other money.
    pub fn takes_off(&self, list: Money, rounding: Rounding) -> Result<Money, MoneyError> {
        let wanted = self.amount.takes_off(list, rounding)?;
        match self.cap {
            None => Ok(wanted),
            Some(cap) => {
                list.checked_sub(cap)?;
                Ok(wanted.min(cap))
            }
        }
    }
}

/// The one promotion that takes most off a service that begins on a local day: never two together; of
/// equal ones the smaller id. `None` if none counts.
///
/// # Errors
/// [`MoneyError`] if one that counts is in other money.
pub fn best(
    promotions: &[Promotion],
    service: &Service,
    day: Date,
    rounding: Rounding,
) -> Result<Option<Discount>, MoneyError> {
    let mut best: Option<(Money, &Promotion)> = None;
    for promotion in promotions
        .iter()
        .filter(|promotion| promotion.counts(service, day))
    {
        let off = promotion.takes_off(service.price, rounding)?;
        let better = best.is_none_or(|(most, known)| off > most || (off == most && promotion.id < known.id));
        if off.is_positive() && better {
            best = Some((off, promotion));
        }
    }
    Ok(best.map(|(off, promotion)| Discount {
        amount: DiscountAmount::Flat(off),
        rate: promotion.amount.rate(),
        reason: promotion.name.clone(),
        source: DiscountSource::Promotion(promotion.id),
    }))
}
