//! What commission names by id, in its own words; the same UUIDs as elsewhere, not the same types.

use std::fmt;

use ratiba_kernel::Id;
use serde::{Deserialize, Serialize};

/// Marks ids of people who render services.
#[derive(Debug)]
pub enum StaffMember {}
/// Marks ids of what is sold.
#[derive(Debug)]
pub enum Service {}
/// Marks ids of appointments.
#[derive(Debug)]
pub enum Appointment {}
/// Marks ids of rows of rules.
#[derive(Debug)]
pub enum RuleRow {}
/// Marks ids of frozen documents, closes and amendments alike.
#[derive(Debug)]
pub enum PeriodRow {}
/// Marks ids of people who sign in.
#[derive(Debug)]
pub enum Person {}

/// A person who renders services and earns.
pub type StaffId = Id<StaffMember>;
/// What was sold.
pub type ServiceId = Id<Service>;
/// One completed appointment.
pub type AppointmentId = Id<Appointment>;
/// One row of the rules: one validity of one rule.
pub type RuleId = Id<RuleRow>;
/// One frozen document.
pub type PeriodId = Id<PeriodRow>;
/// Somebody of the business who signs in, and may freeze a month.
pub type PersonId = Id<Person>;

/// A family of services by its short name, such as `massage` or `nail-care`: 1 to 40 of `a-z`, `0-9`, `_`
/// and `-`, the first of them a letter or a digit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ServiceCategory(String);

/// The text cannot name a category.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a service category has 1 to 40 of a-z, 0-9, _ and -, and begins with a letter or a digit")]
pub struct NotACategory;

impl ServiceCategory {
    /// Reads a category's name as it is stored.
    ///
    /// # Errors
    /// [`NotACategory`] if it is empty, too long or has other characters.
    pub fn parse(text: &str) -> Result<Self, NotACategory> {
        let plain = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let bytes = text.as_bytes();
        let inside = |byte: &u8| plain(byte) || matches!(byte, b'_' | b'-');
        if bytes.first().is_some_and(plain) && bytes.len() <= 40 && bytes.iter().all(inside) {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotACategory)
        }
    }

    /// The name as it is stored.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ServiceCategory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for ServiceCategory {
    type Error = NotACategory;

    fn try_from(text: String) -> Result<Self, NotACategory> {
        Self::parse(&text)
    }
}

impl From<ServiceCategory> for String {
    fn from(category: ServiceCategory) -> Self {
        category.0
    }
}
