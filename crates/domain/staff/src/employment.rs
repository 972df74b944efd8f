//! Employment attributes as payroll knows them. All may be unknown; none is shown in full by accident.

use std::fmt;

use ratiba_kernel::{Currency, Money};
use time::Date;

/// A tax number of the Kenya Revenue Authority: `A` or `P`, nine digits, a letter.
///
/// No algorithm of the final letter is public, so the shape is all that is checked. `Debug` masks it.
#[derive(Clone, PartialEq, Eq)]
pub struct KraPin(String);

/// A number of the National Social Security Fund: at most 20 digits. `Debug` masks it.
#[derive(Clone, PartialEq, Eq)]
pub struct NssfNumber(String);

/// A number of the Social Health Insurance Fund: `CR` and digits with dashes, or the digits of its
/// predecessor; at most 30 characters. `Debug` masks it.
#[derive(Clone, PartialEq, Eq)]
pub struct ShifNumber(String);

/// On which terms somebody is employed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmploymentType {
    /// A contract without an end.
    Permanent,
    /// By the day.
    Casual,
    /// Without base pay.
    CommissionOnly,
    /// In training.
    Apprentice,
}

/// What payroll knows about somebody, as far as it is known here.
/// `Debug` masks whatever identifies somebody or tells their pay, so that no log has it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Employment {
    /// The tax number.
    pub kra_pin: Option<KraPin>,
    /// The pension number.
    pub nssf_number: Option<NssfNumber>,
    /// The health insurance number.
    pub shif_number: Option<ShifNumber>,
    /// Since when they work here, a local date.
    pub hire_date: Option<Date>,
    /// On which terms.
    pub employment_type: Option<EmploymentType>,
    /// The base pay of a month, in Kenyan shillings; commission comes beside it.
    pub base_pay: Option<Money>,
}

/// Employment attributes as somebody typed them; empty texts are unknown.
#[derive(Clone, Default)]
pub struct EmploymentForm {
    /// The tax number.
    pub kra_pin: Option<String>,
    /// The pension number.
    pub nssf_number: Option<String>,
    /// The health insurance number.
    pub shif_number: Option<String>,
    /// Since when.
    pub hire_date: Option<Date>,
    /// One of `permanent`, `casual`, `commission_only`, `apprentice`.
    pub employment_type: Option<String>,
    /// Minor units of Kenyan shillings.
    pub base_pay_kes_minor: Option<i64>,
}

/// One attribute that is refused, and why. The value is never repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EmploymentFault {
    /// The tax number has another shape.
    #[error("kra_pin: must be A or P, nine digits and a letter")]
    KraPin,
    /// The pension number has another shape.
    #[error("nssf_number: must be 1 to 20 digits")]
    NssfNumber,
    /// The health insurance number has another shape.
    #[error("shif_number: must be digits with dashes, after CR or alone, 30 characters at most")]
    ShifNumber,
    /// There are no such terms.
    #[error("employment_type: must be permanent, casual, commission_only or apprentice")]
    EmploymentType,
    /// Nobody pays for working.
    #[error("base_pay_kes_minor: must not be negative")]
    BasePay,
}

impl KraPin {
    /// Reads a number; space around it and lower case are forgiven.
    ///
    /// # Errors
    /// [`EmploymentFault::KraPin`].
    pub fn parse(text: &str) -> Result<Self, EmploymentFault> {
        let pin = text.trim().to_ascii_uppercase();
        let shaped = match pin.as_bytes() {
            [b'A' | b'P', digits @ .., b'A'..=b'Z'] => {
                digits.len() == 9 && digits.iter().all(u8::is_ascii_digit)
            }
            _other => false,
        };
        if shaped {
            Ok(Self(pin))
        } else {
            Err(EmploymentFault::KraPin)
        }
    }

    /// In full, for payroll and for those who may see it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl NssfNumber {
    /// Reads a number; space around it is forgiven.
    ///
    /// # Errors
    /// [`EmploymentFault::NssfNumber`].
    pub fn parse(text: &str) -> Result<Self, EmploymentFault> {
        let number = text.trim();
        if (1..=20).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit()) {
            Ok(Self(number.to_owned()))
        } else {
            Err(EmploymentFault::NssfNumber)
        }
    }

    /// In full, for payroll and for those who may see it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl ShifNumber {
    /// Reads a number; space around it and lower case are forgiven.
    ///
    /// # Errors
    /// [`EmploymentFault::ShifNumber`].
    pub fn parse(text: &str) -> Result<Self, EmploymentFault> {
        let number = text.trim().to_ascii_uppercase();
        let digits = number.strip_prefix("CR").unwrap_or(&number);
        let starts_well = digits.bytes().next().is_some_and(|byte| byte.is_ascii_digit());
        let inside = digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        if number.len() <= 30 && starts_well && inside {
            Ok(Self(number))
        } else {
            Err(EmploymentFault::ShifNumber)
        }
    }

    /// In full, for payroll and for those who may see it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl EmploymentType {
    /// The word in the column.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Permanent => "permanent",
            Self::Casual => "casual",
            Self::CommissionOnly => "commission_only",
            Self::Apprentice => "apprentice",
        }
    }

    /// The terms that a word in the column means.
    ///
    /// # Errors
    /// [`EmploymentFault::EmploymentType`].
    pub fn parse(word: &str) -> Result<Self, EmploymentFault> {
        [
            Self::Permanent,
            Self::Casual,
            Self::CommissionOnly,
            Self::Apprentice,
        ]
        .into_iter()
        .find(|terms| terms.as_str() == word)
        .ok_or(EmploymentFault::EmploymentType)
    }
}

impl Employment {
    /// Reads a form.
    ///
    /// # Errors
    /// Every [`EmploymentFault`] at once.
    pub fn parse(form: &EmploymentForm) -> Result<Self, Vec<EmploymentFault>> {
        let mut faults = Vec::new();
        let employment = Self {
            kra_pin: read(form.kra_pin.as_deref(), KraPin::parse, &mut faults),
            nssf_number: read(form.nssf_number.as_deref(), NssfNumber::parse, &mut faults),
            shif_number: read(form.shif_number.as_deref(), ShifNumber::parse, &mut faults),
            hire_date: form.hire_date,
            employment_type: read(
                form.employment_type.as_deref(),
                EmploymentType::parse,
                &mut faults,
            ),
            base_pay: form
                .base_pay_kes_minor
                .map(|minor| Money::new(minor, Currency::Kes)),
        };
        if employment.base_pay.is_some_and(|pay| pay.amount_minor() < 0) {
            faults.push(EmploymentFault::BasePay);
        }
        if faults.is_empty() {
            Ok(employment)
        } else {
            Err(faults)
        }
    }
}

fn read<T>(
    text: Option<&str>,
    parse: impl FnOnce(&str) -> Result<T, EmploymentFault>,
    faults: &mut Vec<EmploymentFault>,
) -> Option<T> {
    let text = text.filter(|text| !text.trim().is_empty())?;
    parse(text).map_err(|fault| faults.push(fault)).ok()
}

/// The last three characters, as far as that leaves most of it hidden.
fn masked(name: &str, text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let tail = if text.len() >= 8 {
        text.get(text.len() - 3..).unwrap_or_default()
    } else {
        ""
    };
    write!(f, "{name}(…{tail})")
}

impl fmt::Debug for Employment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Employment")
            .field("kra_pin", &self.kra_pin)
            .field("nssf_number", &self.nssf_number)
            .field("shif_number", &self.shif_number)
            .field("hire_date", &self.hire_date)
            .field("employment_type", &self.employment_type)
            .field("base_pay", &self.base_pay.map(|_| "…"))
            .finish()
    }
}

impl fmt::Debug for KraPin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        masked("KraPin", &self.0, f)
    }
}

impl fmt::Debug for NssfNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        masked("NssfNumber", &self.0, f)
    }
}

impl fmt::Debug for ShifNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        masked("ShifNumber", &self.0, f)
    }
}

#[cfg(test)]
mod tests;
