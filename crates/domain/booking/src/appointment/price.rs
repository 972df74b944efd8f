//! What an appointment costs, as it was agreed when it was booked.

use ratiba_kernel::{BasisPoints, Money, MoneyError};

/// How much is taken off the list price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiscountAmount {
    /// A fixed amount.
    Flat(Money),
    /// A share of the list price, rounded half away from zero to the cent.
    Percent(BasisPoints),
}

/// A reduction, with its reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discount {
    /// How much.
    pub amount: DiscountAmount,
    /// Why; shown in the books.
    pub reason: String,
}

/// List price, discount and what is charged, with the tax and the product cost that commission needs.
///
/// What is charged is always the list price less the discount, and never below nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Price {
    list: Money,
    discount: Money,
    discount_reason: Option<String>,
    charged: Money,
    tax: BasisPoints,
    product_cost: Money,
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
        let (taken_off, reason) = match discount {
            None => (Money::zero(list.currency()), None),
            Some(Discount { amount, reason }) => {
                let wanted = match amount {
                    DiscountAmount::Flat(amount) => amount,
                    DiscountAmount::Percent(rate) => list.share(rate)?,
                };
                // Subtracting checks the currency before the two are compared.
                list.checked_sub(wanted)?;
                (wanted.clamp(Money::zero(list.currency()), list), Some(reason))
            }
        };
        list.checked_sub(product_cost)?;
        let charged = list.checked_sub(taken_off)?;
        Ok(Self {
            list,
            discount: taken_off,
            discount_reason: reason,
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
        self.discount_reason.as_deref()
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
