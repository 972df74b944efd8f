//! Packages: several services that are sold together for one price.

use ratiba_kernel::{Id, Money, MoneyError};

use crate::appointment::Version;
use crate::catalogue::{Offering, ServiceId};
use crate::policy::Rounding;

/// Marks ids of packages.
#[derive(Debug)]
pub enum PackageMark {}
/// Names one package of a tenant.
pub type PackageId = Id<PackageMark>;

/// Several services that are booked as one visit for one price.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// Its identity.
    pub id: PackageId,
    /// What it is called; the reason of the discount in the books. 1 to 80 characters.
    pub name: String,
    /// What all of it costs; tax is included.
    pub price: Money,
    /// What is in it: 2 to 8 services, one as often as it is rendered.
    pub items: Vec<ServiceId>,
    /// Whether it can be booked.
    pub offering: Offering,
    /// The version that it was read at.
    pub version: Version,
}

/// Why there can be no such package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PackageFault {
    /// The name is empty or longer than 80 characters.
    #[error("a name has 1 to 80 characters")]
    Name,
    /// Nothing, another currency, or cents where whole shillings are taken.
    #[error("a price is above zero, and whole where M-Pesa is taken")]
    Price,
    /// Fewer than two services, or more than eight.
    #[error("a package has 2 to 8 services")]
    Items,
    /// It costs more than its services cost alone.
    #[error("a package costs at most what its services cost alone")]
    Dearer,
}

impl Package {
    /// Refuses a package that could not be sold; `lists` are its items' list prices, in the same order.
    ///
    /// # Errors
    /// The first fault found.
    pub fn check(&self, lists: &[Money], rounding: Rounding) -> Result<(), PackageFault> {
        if self.name.trim().is_empty() || self.name.chars().count() > 80 {
            return Err(PackageFault::Name);
        }
        if !(2..=8).contains(&self.items.len()) || lists.len() != self.items.len() {
            return Err(PackageFault::Items);
        }
        let total = Money::sum(self.price.currency(), lists.iter().copied());
        let Ok(total) = total else {
            return Err(PackageFault::Price);
        };
        let whole = rounding == Rounding::Exact || self.price.whole_units().is_ok();
        if !self.price.is_positive() || !whole {
            return Err(PackageFault::Price);
        }
        if self.price > total {
            return Err(PackageFault::Dearer);
        }
        Ok(())
    }

    /// What each item is charged: the package price × its list price ÷ the list total, by largest
    /// remainder, so that all of them add up to the package price exactly. `lists` are the items' list
    /// prices in the order of [`items`](Self::items); where they cost less alone by now, they are charged
    /// as they are.
    ///
    /// # Errors
    /// [`MoneyError`] if the prices are in different money.
    pub fn split(&self, lists: &[Money]) -> Result<Vec<Money>, MoneyError> {
        let total = Money::sum(self.price.currency(), lists.iter().copied())?;
        if total <= self.price {
            return Ok(lists.to_vec());
        }
        let weights: Vec<u64> = lists
            .iter()
            .map(|list| u64::try_from(list.amount_minor()).unwrap_or(0))
            .collect();
        self.price.split(&weights)
    }
}
