//! What a visit is charged when it is booked, and what is asked of it in advance.
//!
//! A package decides the price of its items; else the best promotion of the day counts; nothing is ever
//! taken off twice.

use ratiba_kernel::{Money, MoneyError};
use time::Date;

use crate::appointment::{Discount, DiscountAmount, DiscountSource, Price};
use crate::catalogue::Service;
use crate::package::Package;
use crate::policy::{Policy, Rounding};
use crate::promotion::{self, Promotion};

mod offered;

pub use offered::{PricedSlot, SlotPrice, priced};

/// What the price of a visit depends on besides its services.
#[derive(Clone, Copy, Debug)]
pub struct Terms<'a> {
    /// The tenant's rules.
    pub policy: &'a Policy,
    /// The promotions that may count.
    pub promotions: &'a [Promotion],
    /// The package that it is booked with.
    pub package: Option<&'a Package>,
    /// How often the customer did not come.
    pub no_shows: u32,
}

/// What one service of a visit is charged, and what is asked for it in advance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quote {
    /// The price.
    pub price: Price,
    /// The deposit; never above what is charged.
    pub deposit: Money,
}

/// Why there is no price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PricingFault {
    /// The services are not those of the package, each as often as it is in it.
    #[error("the services are not those of the package")]
    NotThePackage,
    /// The package is not sold any more.
    #[error("the package is not sold any more")]
    PackageRetired,
    /// The prices do not go together.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

/// The quotes of a visit's services, in the order given; each with the local day on which it begins.
///
/// # Errors
/// [`PricingFault`].
pub fn quote(terms: &Terms<'_>, parts: &[(&Service, Date)]) -> Result<Vec<Quote>, PricingFault> {
    let rules = &terms.policy.rules;
    let discounts = match terms.package {
        Some(package) => package_discounts(package, parts)?,
        None => parts
            .iter()
            .map(|(service, day)| promotion::best(terms.promotions, service, *day, rules.rounding))
            .collect::<Result<_, _>>()?,
    };
    let mut quotes = Vec::with_capacity(parts.len());
    for ((service, _), discount) in parts.iter().zip(discounts) {
        let price = Price::agree(service.price, discount, service.tax, service.product_cost)?;
        let mut deposit = service.deposit.due(price.charged(), rules.rounding)?;
        if let Some(rate) = rules.deposit_after(terms.no_shows) {
            let grown = rules.rounding.apply(price.charged().share(rate)?)?;
            deposit = deposit.max(grown).min(price.charged());
        }
        quotes.push(Quote { price, deposit });
    }
    if rules.rounding == Rounding::WholeUnits {
        whole_together(&mut quotes, terms.policy)?;
    }
    Ok(quotes)
}

/// What the package takes off each part, the parts matched with its items one to one.
fn package_discounts(
    package: &Package,
    parts: &[(&Service, Date)],
) -> Result<Vec<Option<Discount>>, PricingFault> {
    if package.offering == crate::catalogue::Offering::Retired {
        return Err(PricingFault::PackageRetired);
    }
    let mut item_of = vec![None; parts.len()];
    for (item, service) in package.items.iter().enumerate() {
        let fitting = parts.iter().zip(item_of.iter_mut());
        let free = fitting
            .into_iter()
            .find(|((part, _), taken)| part.id == *service && taken.is_none());
        let (_, taken) = free.ok_or(PricingFault::NotThePackage)?;
        *taken = Some(item);
    }
    let matched: Option<Vec<usize>> = item_of.into_iter().collect();
    let matched = matched.ok_or(PricingFault::NotThePackage)?;
    let list_of = |service| {
        let part = parts.iter().find(|(part, _)| part.id == service);
        part.map(|(part, _)| part.price)
    };
    let lists: Vec<Money> = package.items.iter().filter_map(|item| list_of(*item)).collect();
    let charges = package.split(&lists)?;
    let mut discounts = Vec::with_capacity(parts.len());
    for ((service, _), item) in parts.iter().zip(matched) {
        let charged = charges.get(item).copied().unwrap_or(service.price);
        discounts.push(Some(Discount {
            amount: DiscountAmount::Flat(service.price.checked_sub(charged)?),
            rate: None,
            reason: package.name.clone(),
            source: DiscountSource::Package(package.id),
        }));
    }
    Ok(discounts)
}

/// Raises deposits until all of them together are whole shillings, which is what M-Pesa moves: items of a
/// package may be charged cents, of which only the sum is whole. None rises above what is charged.
fn whole_together(quotes: &mut [Quote], policy: &Policy) -> Result<(), MoneyError> {
    let due = Money::sum(policy.currency, quotes.iter().map(|quote| quote.deposit))?;
    let mut missing = due.round_up_to_whole_units()?.checked_sub(due)?;
    for quote in quotes {
        let room = quote.price.charged().checked_sub(quote.deposit)?;
        let more = missing.min(room);
        quote.deposit = quote.deposit.checked_add(more)?;
        missing = missing.checked_sub(more)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
