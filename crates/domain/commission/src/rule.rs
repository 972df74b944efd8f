//! Rules: who earns what on which services from when to when.
//!
//! A rule's value is stored as JSON beside its type; [`RuleValue::parse`] reads it and names every fault
//! by its path, [`RuleValue::to_json`] writes it back in one fixed form.

use std::collections::BTreeMap;
use std::fmt;

use ratiba_kernel::{BasisPoints, Money};
use serde::{Deserialize, Serialize};
use time::Date;
use uuid::Uuid;

use crate::base::BaseRecipe;
use crate::hash;
use crate::tiers::Tiers;
use crate::{RuleId, ServiceCategory, ServiceId, StaffId};

pub(crate) mod json;

pub use json::{Fault, Problem, RuleRefused};

/// One row of the rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Which row.
    pub id: RuleId,
    /// Whose rule it is.
    pub scope: RuleScope,
    /// What it pays.
    pub value: RuleValue,
    /// On which local days it holds.
    pub validity: Validity,
}

impl Rule {
    /// The same under an id that follows from what it says: a rule that is tried twice is one rule, also where nobody keeps it.
    #[must_use]
    pub fn named_by_content(self) -> Self {
        let nameless = Self {
            id: RuleId::from_uuid(Uuid::nil()),
            ..self
        };
        let mut bytes = [0; 16];
        for (byte, hashed) in bytes.iter_mut().zip(hash::of_rule(&nameless).as_bytes()) {
            *byte = *hashed;
        }
        let id = uuid::Builder::from_custom_bytes(bytes).into_uuid();
        Self {
            id: RuleId::from_uuid(id),
            ..nameless
        }
    }
}

/// Whose rule it is: one person's, or one family of services'.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RuleScope {
    /// One person's, on everything that they render.
    Staff(StaffId),
    /// Everybody's, on one family of services.
    Category(ServiceCategory),
}

/// The local days `[from, to)` on which a rule holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    from: Date,
    to: Option<Date>,
}

/// Validity that ends before it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a rule's validity must end after it begins")]
pub struct EndsBeforeItBegins;

impl Validity {
    /// From a day to another, which is not in it any more; without one, for good.
    ///
    /// # Errors
    /// [`EndsBeforeItBegins`] if no day is in it.
    pub fn new(from: Date, to: Option<Date>) -> Result<Self, EndsBeforeItBegins> {
        if to.is_some_and(|to| to <= from) {
            Err(EndsBeforeItBegins)
        } else {
            Ok(Self { from, to })
        }
    }

    /// From a day on, for good.
    #[must_use]
    pub const fn since(from: Date) -> Self {
        Self { from, to: None }
    }

    /// Its first day.
    #[must_use]
    pub const fn from(&self) -> Date {
        self.from
    }

    /// The first day after it, if it ends.
    #[must_use]
    pub const fn to(&self) -> Option<Date> {
        self.to
    }

    /// Whether the day is in it.
    #[must_use]
    pub fn holds(&self, day: Date) -> bool {
        self.from <= day && self.to.is_none_or(|to| day < to)
    }

    /// Whether any day is in both.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.to.is_none_or(|to| other.from < to) && other.to.is_none_or(|to| self.from < to)
    }
}

/// The three kinds of rule, as the column says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleType {
    /// A part of the base.
    Pct,
    /// A fixed sum for each rendered service.
    Fixed,
    /// A ladder of rates.
    Tiered,
}

impl RuleType {
    /// The word in the column: `pct`, `fixed`, `tiered`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pct => "pct",
            Self::Fixed => "fixed",
            Self::Tiered => "tiered",
        }
    }

    /// The kind that a word in the column means.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Pct, Self::Fixed, Self::Tiered]
            .into_iter()
            .find(|kind| kind.as_str() == word)
    }
}

impl fmt::Display for RuleType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a rule pays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RuleValue {
    /// A part of the base; 0 is "no commission", said on purpose.
    Percentage {
        /// The rates.
        rates: Overridable<BasisPoints>,
        /// Of what.
        base: BaseRecipe,
    },
    /// A fixed sum for each rendered service, however much it brought in.
    Fixed {
        /// The sums.
        amounts: Overridable<Money>,
        /// The base that the line shows, and of which a refund takes its part.
        base: BaseRecipe,
    },
    /// A ladder of rates over the month.
    Tiered {
        /// The ladder.
        tiers: Tiers,
        /// What it is a part of.
        base: BaseRecipe,
    },
}

/// A value with exceptions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overridable<T> {
    /// What holds where no exception does; a staff rule may consist of exceptions alone.
    pub general: Option<T>,
    /// Exceptions for single services.
    pub services: BTreeMap<ServiceId, T>,
    /// Exceptions for families of services; in staff rules only.
    pub categories: BTreeMap<ServiceCategory, T>,
}

impl<T> Overridable<T> {
    /// A value without exceptions.
    #[must_use]
    pub const fn general(value: T) -> Self {
        Self {
            general: Some(value),
            services: BTreeMap::new(),
            categories: BTreeMap::new(),
        }
    }
}

/// What a rule says about one service: the term that a line is computed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Term {
    /// A part of the base.
    Rate(BasisPoints),
    /// A sum for the service.
    PerService(Money),
    /// What the month's ladder makes of it.
    Ladder,
}

impl Term {
    /// Whether it says "no commission" on purpose, which is not the same as saying nothing.
    #[must_use]
    pub const fn is_explicit_zero(&self) -> bool {
        match self {
            Self::Rate(rate) => rate.value() == 0,
            Self::PerService(amount) => amount.is_zero(),
            Self::Ladder => false,
        }
    }
}

impl RuleValue {
    /// The kind, as the column says.
    #[must_use]
    pub const fn rule_type(&self) -> RuleType {
        match self {
            Self::Percentage { .. } => RuleType::Pct,
            Self::Fixed { .. } => RuleType::Fixed,
            Self::Tiered { .. } => RuleType::Tiered,
        }
    }

    /// How the base is found.
    #[must_use]
    pub const fn base(&self) -> &BaseRecipe {
        match self {
            Self::Percentage { base, .. } | Self::Fixed { base, .. } | Self::Tiered { base, .. } => base,
        }
    }

    /// What it says about everything without an exception.
    #[must_use]
    pub fn general(&self) -> Option<Term> {
        match self {
            Self::Percentage { rates, .. } => rates.general.map(Term::Rate),
            Self::Fixed { amounts, .. } => amounts.general.map(Term::PerService),
            Self::Tiered { .. } => Some(Term::Ladder),
        }
    }

    /// Its exception for a service, if it has one.
    #[must_use]
    pub fn for_service(&self, service: ServiceId) -> Option<Term> {
        match self {
            Self::Percentage { rates, .. } => rates.services.get(&service).copied().map(Term::Rate),
            Self::Fixed { amounts, .. } => amounts.services.get(&service).copied().map(Term::PerService),
            Self::Tiered { .. } => None,
        }
    }

    /// Its exception for a family of services, if it has one.
    #[must_use]
    pub fn for_category(&self, category: &ServiceCategory) -> Option<Term> {
        match self {
            Self::Percentage { rates, .. } => rates.categories.get(category).copied().map(Term::Rate),
            Self::Fixed { amounts, .. } => amounts.categories.get(category).copied().map(Term::PerService),
            Self::Tiered { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests;
