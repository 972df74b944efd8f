//! Money in integer minor units, and rates in basis points.
//!
//! Nothing here rounds silently: division names its rounding, and what is split adds up to the whole.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An ISO 4217 currency that Ratiba can keep books in. All of them have two minor digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Currency {
    /// Kenyan shilling.
    Kes,
    /// Ugandan shilling, kept with two minor digits although coins for them are gone.
    Ugx,
    /// Tanzanian shilling.
    Tzs,
    /// United States dollar.
    Usd,
}

impl Currency {
    /// The three-letter code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Kes => "KES",
            Self::Ugx => "UGX",
            Self::Tzs => "TZS",
            Self::Usd => "USD",
        }
    }

    /// The currency of a three-letter code in upper case.
    ///
    /// # Errors
    /// [`MoneyError::UnknownCurrency`] for any other text.
    pub fn parse(code: &str) -> Result<Self, MoneyError> {
        match code {
            "KES" => Ok(Self::Kes),
            "UGX" => Ok(Self::Ugx),
            "TZS" => Ok(Self::Tzs),
            "USD" => Ok(Self::Usd),
            _other => Err(MoneyError::UnknownCurrency),
        }
    }
}

/// Why an amount could not be made or changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// The result does not fit into 64 bits.
    #[error("the amount is too large")]
    TooLarge,
    /// Amounts of two currencies met.
    #[error("amounts of different currencies cannot be combined")]
    CurrencyMismatch,
    /// Not one of the currencies that Ratiba keeps books in.
    #[error("the currency is not known")]
    UnknownCurrency,
    /// A split without parts, or whose weights add up to nothing.
    #[error("there is nothing to split by")]
    NothingToSplitBy,
    /// A provider takes whole units only, and the amount has cents.
    #[error("the amount has cents where only whole units are taken")]
    HasCents,
}

/// An amount in minor units (cents) of one currency. May be negative: a refund's delta is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Money {
    amount_minor: i64,
    currency: Currency,
}

impl Money {
    /// `amount_minor` cents of `currency`.
    #[must_use]
    pub const fn new(amount_minor: i64, currency: Currency) -> Self {
        Self {
            amount_minor,
            currency,
        }
    }

    /// Cents of Kenyan shillings.
    #[must_use]
    pub const fn kes_minor(amount_minor: i64) -> Self {
        Self::new(amount_minor, Currency::Kes)
    }

    /// Nothing, in a currency.
    #[must_use]
    pub const fn zero(currency: Currency) -> Self {
        Self::new(0, currency)
    }

    /// The amount in minor units.
    #[must_use]
    pub const fn amount_minor(self) -> i64 {
        self.amount_minor
    }

    /// The currency.
    #[must_use]
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// Whether there is nothing.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.amount_minor == 0
    }

    /// Whether the amount is above nothing.
    #[must_use]
    pub const fn is_positive(self) -> bool {
        self.amount_minor > 0
    }

    /// The sum.
    ///
    /// # Errors
    /// [`MoneyError::CurrencyMismatch`], [`MoneyError::TooLarge`].
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        let sum = self
            .amount_minor
            .checked_add(other.amount_minor)
            .ok_or(MoneyError::TooLarge)?;
        Ok(Self::new(sum, self.currency))
    }

    /// The difference.
    ///
    /// # Errors
    /// [`MoneyError::CurrencyMismatch`], [`MoneyError::TooLarge`].
    pub fn checked_sub(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        let rest = self
            .amount_minor
            .checked_sub(other.amount_minor)
            .ok_or(MoneyError::TooLarge)?;
        Ok(Self::new(rest, self.currency))
    }

    /// The sum of any number of amounts; nothing for none.
    ///
    /// # Errors
    /// [`MoneyError::CurrencyMismatch`], [`MoneyError::TooLarge`].
    pub fn sum(currency: Currency, amounts: impl IntoIterator<Item = Self>) -> Result<Self, MoneyError> {
        amounts
            .into_iter()
            .try_fold(Self::zero(currency), Self::checked_add)
    }

    /// This share of the amount, rounded half away from zero.
    ///
    /// # Errors
    /// [`MoneyError::TooLarge`].
    pub fn share(self, rate: BasisPoints) -> Result<Self, MoneyError> {
        let product = i128::from(self.amount_minor) * i128::from(rate.value());
        let rounded = div_half_away_from_zero(product, 10_000);
        Ok(Self::new(
            i64::try_from(rounded).map_err(|_| MoneyError::TooLarge)?,
            self.currency,
        ))
    }

    /// The amount raised to the next whole unit, as deposits and fees are where M-Pesa is taken.
    ///
    /// # Errors
    /// [`MoneyError::TooLarge`].
    pub fn round_up_to_whole_units(self) -> Result<Self, MoneyError> {
        let rest = self.amount_minor.rem_euclid(100);
        let missing = if rest == 0 { 0 } else { 100 - rest };
        let raised = self
            .amount_minor
            .checked_add(missing)
            .ok_or(MoneyError::TooLarge)?;
        Ok(Self::new(raised, self.currency))
    }

    /// The amount in whole units.
    ///
    /// # Errors
    /// [`MoneyError::HasCents`] if it is not whole; nothing is ever rounded here.
    pub fn whole_units(self) -> Result<i64, MoneyError> {
        if self.amount_minor % 100 == 0 {
            Ok(self.amount_minor / 100)
        } else {
            Err(MoneyError::HasCents)
        }
    }

    /// Splits by weights so that the parts add up to the whole: largest remainder, equal remainders to
    /// the earlier part. The order of the parts is the order of the weights.
    ///
    /// # Errors
    /// [`MoneyError::NothingToSplitBy`] without a positive weight.
    pub fn split(self, weights: &[u64]) -> Result<Vec<Self>, MoneyError> {
        let total: i128 = weights.iter().map(|w| i128::from(*w)).sum();
        if total == 0 {
            return Err(MoneyError::NothingToSplitBy);
        }
        let sign: i128 = if self.amount_minor < 0 { -1 } else { 1 };
        let whole = i128::from(self.amount_minor) * sign;
        let mut parts = Vec::with_capacity(weights.len());
        let mut remainders = Vec::with_capacity(weights.len());
        let mut left = whole;
        for (index, weight) in weights.iter().enumerate() {
            let product = whole * i128::from(*weight);
            parts.push(product / total);
            left -= product / total;
            remainders.push((product % total, index));
        }
        remainders.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        for (_, index) in remainders {
            if left == 0 {
                break;
            }
            if let Some(part) = parts.get_mut(index) {
                *part += 1;
                left -= 1;
            }
        }
        parts
            .into_iter()
            .map(|part| {
                let signed = i64::try_from(part * sign).map_err(|_| MoneyError::TooLarge)?;
                Ok(Self::new(signed, self.currency))
            })
            .collect()
    }

    fn same_currency(self, other: Self) -> Result<(), MoneyError> {
        if self.currency == other.currency {
            Ok(())
        } else {
            Err(MoneyError::CurrencyMismatch)
        }
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Money {
    /// Code, thousands separated by commas, cents only where there are any: `KES 3,500`, `KES 12.50`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cents = self.amount_minor.unsigned_abs();
        let digits = (cents / 100).to_string();
        let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        let sign = if self.amount_minor < 0 { "-" } else { "" };
        write!(f, "{} {sign}{grouped}", self.currency.code())?;
        if cents.is_multiple_of(100) {
            Ok(())
        } else {
            write!(f, ".{:02}", cents % 100)
        }
    }
}

/// A rate in hundredths of a percent: 10,000 is the whole. Never negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BasisPoints(u32);

impl BasisPoints {
    /// The whole: 100 %.
    pub const WHOLE: Self = Self(10_000);

    /// A rate of `value` hundredths of a percent.
    #[must_use]
    pub const fn new(value: u32) -> Self {
        Self(value)
    }

    /// Hundredths of a percent.
    #[must_use]
    pub const fn value(self) -> u32 {
        self.0
    }
}

impl fmt::Display for BasisPoints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0 / 100)?;
        match self.0 % 100 {
            0 => write!(f, " %"),
            rest if rest.is_multiple_of(10) => write!(f, ".{} %", rest / 10),
            rest => write!(f, ".{rest:02} %"),
        }
    }
}

/// `numerator / denominator`, rounded half away from zero. `denominator` must be above zero.
#[must_use]
pub fn div_half_away_from_zero(numerator: i128, denominator: i128) -> i128 {
    let quotient = numerator / denominator;
    let remainder = numerator % denominator;
    if remainder.abs() * 2 >= denominator {
        quotient + numerator.signum()
    } else {
        quotient
    }
}

#[cfg(test)]
mod tests;
