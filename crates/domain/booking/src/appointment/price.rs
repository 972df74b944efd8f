//! What an appointment costs, as it was agreed when it was booked.

use ratiba_kernel::{BasisPoints, Money, MoneyError};

use crate::package::PackageId;
use crate::policy::Rounding;
use crate::promotion::PromotionId;

/// How much is taken off the list price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiscountAmount {
    /// A fixed amount.
    Flat(Money),
    /// A share of the list price, rounded half away from zero to the cent.
    Percent(BasisPoints),
}

impl DiscountAmount {
    /// The share, if it is one.
    #[must_use]
    pub const fn rate(self) -> Option<BasisPoints> {
        match self {
            Self::Flat(_) => None,
            Self::Percent(rate) => Some(rate),
        }
    }

    /// What it takes off a list price: nothing below nothing, and at most all of it. Where whole shillings
    /// are taken, a share is cut to whole ones, so that what is charged is whole too.
    ///
    /// # Errors
    /// [`MoneyError::CurrencyMismatch`]; [`MoneyError::HasCents`] for a fixed amount with cents where whole
    /// shillings are taken.
    pub fn takes_off(self, list: Money, rounding: Rounding) -> Result<Money, MoneyError> {
        let wanted = match (self, rounding) {
            (Self::Flat(amount), Rounding::WholeUnits) => {
                amount.whole_units()?;
                amount
            }
            (Self::Flat(amount), Rounding::Exact) => amount,
            (Self::Percent(rate), Rounding::Exact) => list.share(rate)?,
            (Self::Percent(rate), Rounding::WholeUnits) => {
                let charged = list.checked_sub(list.share(rate)?)?;
                list.checked_sub(charged.round_up_to_whole_units()?)?
            }
        };
        // Subtracting checks the currency before the two are compared.
        list.checked_sub(wanted)?;
        Ok(wanted.clamp(Money::zero(list.currency()), list))
    }
}

/// Where a discount comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DiscountSource {
    /// Somebody gave it by hand.
    Hand {
        /// Who, as records name them: 1 to 200 characters.
        by: String,
    },
    /// A dated promotion.
    Promotion(PromotionId),
    /// A package that it was booked with.
    Package(PackageId),
}

/// A reduction, with its reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discount {
    /// How much.
    pub amount: DiscountAmount,
    /// The share of the list price that `amount` was reckoned from where it is fixed by now, before rounding and
    /// caps; for the books.
    pub rate: Option<BasisPoints>,
    /// Why; shown in the books.
    pub reason: String,
    /// Where it comes from.
    pub source: DiscountSource,
}

/// List price, discount and what is charged, with the tax and the product cost that commission needs.
///
/// What is charged is always the list price less the discount, and never below nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Price {
    list: Money,
    discount: Money,
    why: Option<Why>,
    charged: Money,
    tax: BasisPoints,
    product_cost: Money,
}

/// What the books say of a discount besides its amount.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Why {
    rate: Option<BasisPoints>,
    reason: String,
    source: DiscountSource,
}

impl Price {
    /// The list price less a discount; a discount above the list price takes it to nothing.
    ///
    /// # Errors
    /// [`MoneyError`] if the currencies differ.
    pub fn agree(
        list: Money,
        discount: Option<Discount>,
        tax: BasisPoints,
        product_cost: Money,
    ) -> Result<Self, MoneyError> {
        let (taken_off, why) = match discount {
            None => (Money::zero(list.currency()), None),
            Some(Discount {
                amount,
                rate,
                reason,
                source,
            }) => {
                let rate = amount.rate().or(rate);
                let why = Why { rate, reason, source };
                (amount.takes_off(list, Rounding::Exact)?, Some(why))
            }
        };
        list.checked_sub(product_cost)?;
        let charged = list.checked_sub(taken_off)?;
        Ok(Self {
            list,
            discount: taken_off,
            why,
            charged,
            tax,
            product_cost,
        })
    }

    /// What it costs without a discount.
    #[must_use]
    pub const fn list(&self) -> Money {
        self.list
    }

    /// What was taken off.
    #[must_use]
    pub const fn discount(&self) -> Money {
        self.discount
    }

    /// Why it was taken off.
    #[must_use]
    pub fn discount_reason(&self) -> Option<&str> {
        self.why.as_ref().map(|why| why.reason.as_str())
    }

    /// Where what was taken off comes from.
    #[must_use]
    pub fn discount_source(&self) -> Option<&DiscountSource> {
        self.why.as_ref().map(|why| &why.source)
    }

    /// The share of the list price that the discount was given as; `None` if it was a fixed amount, or if there is
    /// none. What was taken off may be less, by rounding or a cap.
    #[must_use]
    pub fn discount_rate(&self) -> Option<BasisPoints> {
        self.why.as_ref().and_then(|why| why.rate)
    }

    /// The same list price with another discount, or none.
    ///
    /// # Errors
    /// [`MoneyError`] as for [`Price::agree`], and if a fixed amount has cents where whole shillings are
    /// taken.
    pub fn with_discount(&self, discount: Option<Discount>, rounding: Rounding) -> Result<Self, MoneyError> {
        let discount = match discount {
            None => None,
            Some(discount) => Some(Discount {
                amount: DiscountAmount::Flat(discount.amount.takes_off(self.list, rounding)?),
                rate: discount.amount.rate().or(discount.rate),
                ..discount
            }),
        };
        Self::agree(self.list, discount, self.tax, self.product_cost)
    }

    /// What the customer owes, tax included, tips apart.
    #[must_use]
    pub const fn charged(&self) -> Money {
        self.charged
    }

    /// The tax inside the price.
    #[must_use]
    pub const fn tax(&self) -> BasisPoints {
        self.tax
    }

    /// What was used up.
    #[must_use]
    pub const fn product_cost(&self) -> Money {
        self.product_cost
    }
}
