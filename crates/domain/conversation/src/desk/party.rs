//! For how many a time is, and what comes right after it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{ServiceRef, Slot, StaffRef};
use crate::customer::CustomerId;

/// How many parts a visit has at most: services, each for everybody who comes.
pub const PARTS_MAX: u32 = 8;

/// How many are booked together in the chat at most: a visit has no more parts.
pub const PEOPLE_MAX: u32 = PARTS_MAX;

/// How several people come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Coming {
    /// All begin at the same time.
    #[default]
    Together,
    /// One after another.
    InTurn,
}

/// What each of several people gets of several services.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Each {
    /// All of them, one after another.
    #[default]
    All,
    /// One of them: the first person the first, the second person the second…
    Own,
}

impl Each {
    /// Whether everybody gets the same.
    #[must_use]
    pub const fn is_all(&self) -> bool {
        match self {
            Self::All => true,
            Self::Own => false,
        }
    }
}

/// Who comes: how many, what each of them gets, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Party {
    /// How many; at least 1.
    pub people: u32,
    /// How.
    pub coming: Coming,
    /// What each gets.
    #[serde(default, skip_serializing_if = "Each::is_all")]
    pub each: Each,
}

impl Default for Party {
    fn default() -> Self {
        Self {
            people: 1,
            coming: Coming::Together,
            each: Each::All,
        }
    }
}

impl Party {
    /// So many, together.
    #[must_use]
    pub const fn of(people: u32) -> Self {
        Self {
            people,
            coming: Coming::Together,
            each: Each::All,
        }
    }

    /// …of whom each gets this.
    #[must_use]
    pub const fn with_each(mut self, each: Each) -> Self {
        self.each = each;
        self
    }

    /// Whether one person comes alone.
    #[must_use]
    pub const fn is_one(&self) -> bool {
        self.people <= 1
    }
}

/// A complementary service that follows another one, exactly as it was offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Complement {
    /// What.
    pub service: ServiceRef,
    /// By whom.
    pub staff: StaffRef,
    /// When the customer is needed for it.
    #[serde(with = "time::serde::rfc3339")]
    pub starts_at: OffsetDateTime,
    /// When its set-up begins.
    #[serde(with = "time::serde::rfc3339")]
    pub begins_at: OffsetDateTime,
}

/// One service for one person, as a part of a visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// What.
    pub service: ServiceRef,
    /// By whom. The desk may have chosen.
    pub staff: Option<StaffRef>,
}

impl Slot {
    /// All parts, the first first.
    pub fn parts(&self) -> impl Iterator<Item = Part> {
        let first = Part {
            service: self.service,
            staff: self.staff,
        };
        let complement = self.complement.map(|complement| Part {
            service: complement.service,
            staff: Some(complement.staff),
        });
        std::iter::once(first)
            .chain(self.rest.iter().copied())
            .chain(complement)
    }

    /// The services, each once, in the order in which they are rendered.
    #[must_use]
    pub fn services(&self) -> Vec<ServiceRef> {
        once_each(self.parts().map(|part| part.service))
    }

    /// Everybody who renders a part, each once; nobody where it is not decided.
    #[must_use]
    pub fn team(&self) -> Vec<StaffRef> {
        once_each(self.parts().filter_map(|part| part.staff))
    }
}

fn once_each<T: Copy + Ord>(all: impl Iterator<Item = T>) -> Vec<T> {
    let mut seen = BTreeSet::new();
    all.filter(|one| seen.insert(*one)).collect()
}

/// What may be offered with a time that the customer agreed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComplementRequest {
    /// For whom: what is asked in advance may depend on it.
    pub customer: CustomerId,
    /// What was agreed to, not yet held.
    pub slot: Slot,
    /// Who was asked for by name.
    pub asked_for: Option<StaffRef>,
}
