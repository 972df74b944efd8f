//! Whom payroll knows. Payroll is the authority for people and pay; here is what is needed to name them to it.

use std::fmt;

use ratiba_kernel::Currency;
use time::Date;

use crate::StaffId;

/// Payroll's own number of a person: 1 to 40 visible ASCII characters without `/`, which parts the keys of lines.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StaffNumber(String);

/// The text cannot be a staff number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a staff number has 1 to 40 visible characters and no slash")]
pub struct NotAStaffNumber;

impl StaffNumber {
    /// Reads a number; space around it is forgiven.
    ///
    /// # Errors
    /// [`NotAStaffNumber`].
    pub fn parse(text: &str) -> Result<Self, NotAStaffNumber> {
        let text = text.trim();
        let fits = (1..=40).contains(&text.len());
        if fits && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'/') {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotAStaffNumber)
        }
    }

    /// As payroll writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for StaffNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The name of the business at payroll, such as `ACME-SPA`: like a staff number in form.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Company(StaffNumber);

impl Company {
    /// Reads a name.
    ///
    /// # Errors
    /// [`NotAStaffNumber`], whose form it has.
    pub fn parse(text: &str) -> Result<Self, NotAStaffNumber> {
        StaffNumber::parse(text).map(Self)
    }

    /// As payroll writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

/// Who of the team is whom at payroll.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Here.
    pub staff: StaffId,
    /// There.
    pub number: StaffNumber,
    /// Payroll's own id beside the number, if it has one.
    pub external_id: Option<String>,
}

/// Whether somebody is on the payroll.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmployeeStatus {
    /// At work.
    Active,
    /// Away for a while, and still paid what was earned.
    OnLeave,
    /// Gone.
    Exited,
}

/// On which terms, as payroll distinguishes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Terms {
    /// Without an end.
    Permanent,
    /// For a time.
    FixedTerm,
    /// By the day.
    Casual,
    /// In training.
    Intern,
    /// Works on invoice, with tax withheld: never part of a batch.
    Contractor,
}

/// A person in payroll's directory.
#[derive(Clone, PartialEq, Eq)]
pub struct Employee {
    /// Payroll's own id.
    pub external_id: String,
    /// The number that people know.
    pub number: StaffNumber,
    /// As on the identity card.
    pub full_name: String,
    /// Whether they are on the payroll.
    pub status: EmployeeStatus,
    /// On which terms.
    pub terms: Terms,
    /// Their first day.
    pub start_date: Option<Date>,
    /// Their last day, if they left.
    pub exit_date: Option<Date>,
    /// In which currency they are paid.
    pub currency: Currency,
}

impl fmt::Debug for Employee {
    /// Without the name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Employee")
            .field("number", &self.number)
            .field("status", &self.status)
            .field("terms", &self.terms)
            .finish_non_exhaustive()
    }
}
