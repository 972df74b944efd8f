//! A member of the staff.

use std::fmt;

use ratiba_kernel::{Id, PhoneNumber};

use crate::employment::Employment;
use crate::schedule::WeeklyHours;

/// Marks ids of members of the staff.
#[derive(Debug)]
pub enum StaffMember {}

/// A person who renders services.
pub type StaffId = Id<StaffMember>;

/// What somebody is called: 1 to 80 characters without space at either end. `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct StaffName(String);

/// How much of the team's work somebody should get, from 0 to 1000; 100 is a full share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Weight(u16);

/// Why a member cannot be as somebody wants it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MemberRefused {
    /// The name is empty or too long.
    #[error("a name has 1 to 80 characters")]
    Name,
    /// The weight is above 1000.
    #[error("a weight is from 0 to 1000")]
    Weight,
}

/// Whether somebody works here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// They do.
    Active,
    /// They left; what they rendered stays.
    Left,
}

/// A person who renders services, as last recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub id: StaffId,
    /// What they are called.
    pub name: StaffName,
    /// Where they are reached.
    pub phone: Option<PhoneNumber>,
    /// Their share of the team's work.
    pub weight: Weight,
    /// Whether they work here.
    pub standing: Standing,
    /// When they work.
    pub hours: WeeklyHours,
    /// How they are employed.
    pub employment: Employment,
    /// The version that this was read at; 0 for somebody who was never recorded.
    pub version: i32,
}

impl StaffName {
    /// Reads a name; space around it is dropped.
    ///
    /// # Errors
    /// [`MemberRefused::Name`].
    pub fn parse(text: &str) -> Result<Self, MemberRefused> {
        let name = text.trim();
        if (1..=80).contains(&name.chars().count()) {
            Ok(Self(name.to_owned()))
        } else {
            Err(MemberRefused::Name)
        }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for StaffName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StaffName(…)")
    }
}

impl Weight {
    /// A full share.
    pub const FULL: Self = Self(100);

    /// So many hundredths of a full share.
    ///
    /// # Errors
    /// [`MemberRefused::Weight`].
    pub const fn new(value: u16) -> Result<Self, MemberRefused> {
        if value <= 1_000 {
            Ok(Self(value))
        } else {
            Err(MemberRefused::Weight)
        }
    }

    /// Hundredths of a full share.
    #[must_use]
    pub const fn value(self) -> u16 {
        self.0
    }
}

impl Member {
    /// Somebody who starts: a full share of the work, no hours yet, employment unknown.
    #[must_use]
    pub fn starting(id: StaffId, name: StaffName) -> Self {
        Self {
            id,
            name,
            phone: None,
            weight: Weight::FULL,
            standing: Standing::Active,
            hours: WeeklyHours::default(),
            employment: Employment::default(),
            version: 0,
        }
    }
}

#[cfg(test)]
mod tests;
