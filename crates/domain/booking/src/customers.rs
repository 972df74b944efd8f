//! The customers as the front desk keeps them: who they are, how to reach them, and what is known of their visits.
//!
//! A phone number is who somebody is. What was agreed to or withdrawn is kept word for word by whoever heard it;
//! here stands only what it adds up to.

use std::fmt;

use async_trait::async_trait;
use ratiba_kernel::names::{NAME_CHARACTERS_MAX, clean_name};
use ratiba_kernel::{Outage, PhoneNumber, TenantId};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::appointment::Version;
use crate::catalogue::CustomerId;

/// The most customers on one page.
pub const PAGE_MAX: u16 = 200;

/// The language that somebody is written to in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// English.
    #[serde(rename = "en")]
    English,
    /// Swahili.
    #[serde(rename = "sw")]
    Swahili,
    /// Both in one sentence.
    Mixed,
    /// Nairobi's street language.
    Sheng,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::English, Self::Swahili, Self::Mixed, Self::Sheng];

    /// The word for it, in rows and on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Swahili => "sw",
            Self::Mixed => "mixed",
            Self::Sheng => "sheng",
        }
    }

    /// The language of a code or of its usual names.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let language = match crate::import::text::fold(text).as_str() {
            "en" | "eng" | "english" | "kiingereza" => Self::English,
            "sw" | "swa" | "swahili" | "kiswahili" => Self::Swahili,
            "mixed" | "both" | "en sw" | "english swahili" => Self::Mixed,
            "sheng" => Self::Sheng,
            _other => return None,
        };
        Some(language)
    }
}

/// A name that may be shown: one line, nothing invisible, 1 to 80 characters. Its `Debug` shows none of it.
#[derive(Clone, PartialEq, Eq)]
pub struct CustomerName(String);

/// The text cannot be somebody's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a name has 1 to 80 characters that can be seen")]
pub struct BadName;

impl CustomerName {
    /// The name in a text, tidied.
    ///
    /// # Errors
    /// [`BadName`] if nothing is left of it, or more than 80 characters.
    pub fn parse(text: &str) -> Result<Self, BadName> {
        if text.chars().count() > NAME_CHARACTERS_MAX {
            return Err(BadName);
        }
        clean_name(text).map(Self).ok_or(BadName)
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for CustomerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CustomerName({} characters)", self.0.chars().count())
    }
}

/// A customer on record.
#[derive(Clone, PartialEq, Eq)]
pub struct Customer {
    /// Their identity.
    pub id: CustomerId,
    /// Missing for somebody whose channel hides it.
    pub phone: Option<PhoneNumber>,
    /// Missing for somebody who never told it.
    pub name: Option<String>,
    /// The language that they wrote in last, or that was entered.
    pub language: Option<Language>,
    /// Since when nothing but the strictly needed may be sent to them.
    pub opted_out_at: Option<OffsetDateTime>,
    /// When they were first heard of.
    pub created_at: OffsetDateTime,
    /// The version that it was read at.
    pub version: Version,
}

impl fmt::Debug for Customer {
    /// Leaves out the name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Customer")
            .field("id", &self.id)
            .field("phone", &self.phone)
            .field("opted_out_at", &self.opted_out_at)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

/// Somebody to be put on record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCustomer {
    /// The identity, if they are new.
    pub id: CustomerId,
    /// Their number.
    pub phone: PhoneNumber,
    /// Their name, if it is known.
    pub name: Option<CustomerName>,
    /// Their language, if it is known.
    pub language: Option<Language>,
    /// When.
    pub at: OffsetDateTime,
}

/// What putting somebody on record came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Added {
    /// They are on record now.
    New(Customer),
    /// Somebody with that number was on record already, and is unchanged.
    Known(Customer),
}

/// What to change of a customer; what is `None` stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Amendment {
    /// Another name.
    pub name: Option<CustomerName>,
    /// Another language.
    pub language: Option<Language>,
}

/// Why a customer was not changed.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum AmendError {
    /// There is no such customer.
    #[error("there is no such customer")]
    Unknown,
    /// The customer is not at that version any more.
    #[error("the customer changed since they were read")]
    Stale,
    /// Nobody knows whether it was changed.
    #[error("the customers are unavailable")]
    Unavailable(#[from] Outage),
}

/// Which customers are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Beginnings of words of the name or of the number's digits, all of which must fit; without case and accents.
    /// Anybody, if there is none.
    pub search: Option<String>,
    /// Exactly this number.
    pub phone: Option<PhoneNumber>,
    /// Only those after this one, in the order of ids.
    pub after: Option<CustomerId>,
    /// At most so many, 1 to [`PAGE_MAX`].
    pub limit: u16,
}

/// Some customers, by id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The customers.
    pub customers: Vec<Customer>,
    /// The last one, if there are more after it.
    pub next: Option<CustomerId>,
}

/// What is known of somebody's visits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// Appointments that stand and are not over.
    pub upcoming: u32,
    /// Appointments that were rendered.
    pub rendered: u32,
    /// Appointments that they did not come to.
    pub no_shows: u32,
    /// When the next one begins.
    pub next_at: Option<OffsetDateTime>,
    /// When the last one that was rendered began.
    pub last_at: Option<OffsetDateTime>,
}

/// What somebody said last about one purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Consent {
    /// About what.
    pub purpose: Purpose,
    /// Which way.
    pub stand: Stand,
    /// When.
    pub at: OffsetDateTime,
}

/// What consent is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Talking about and serving bookings.
    Service,
    /// Offers and news.
    Marketing,
    /// Use of masked transcripts to improve the machine.
    Evaluation,
}

impl Purpose {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Service, Self::Marketing, Self::Evaluation];

    /// The word for it, in rows and on the wire.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Marketing => "marketing",
            Self::Evaluation => "evaluation",
        }
    }
}

/// Which way somebody decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stand {
    /// Agreed.
    Given,
    /// Withdrawn.
    Withdrawn,
}

impl Stand {
    /// The word for it, in rows and on the wire.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Given => "given",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// A customer with what is known of their visits and their consent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerFile {
    /// Who.
    pub customer: Customer,
    /// Their visits.
    pub history: History,
    /// What they said last, by purpose; none for a purpose that they never spoke of.
    pub consents: Vec<Consent>,
}

/// The customers of a tenant.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait CustomerBook: Send + Sync {
    /// The customer with visits and consents as of `now`; `None` if this tenant has no such customer.
    async fn file(
        &self,
        tenant: TenantId,
        id: CustomerId,
        now: OffsetDateTime,
    ) -> Result<Option<CustomerFile>, Outage>;

    /// Those who fit, by id; at most [`PAGE_MAX`] of them.
    async fn page(&self, tenant: TenantId, wanted: Wanted) -> Result<Page, Outage>;

    /// Puts somebody on record, unless the number is already: asking twice is asking once.
    async fn add(&self, tenant: TenantId, customer: NewCustomer) -> Result<Added, Outage>;

    /// Changes a customer, who is at the next version then.
    ///
    /// Refuses with [`AmendError::Unknown`], and with [`AmendError::Stale`] if the customer is not at `version`.
    async fn amend(
        &self,
        tenant: TenantId,
        id: CustomerId,
        version: Version,
        amendment: Amendment,
    ) -> Result<Customer, AmendError>;
}

#[cfg(test)]
mod tests;
