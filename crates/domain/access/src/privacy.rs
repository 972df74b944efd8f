//! What customers may ask of what a business keeps of them, by when it is answered, and the proof that it was.

use std::collections::BTreeMap;

use async_trait::async_trait;
use ratiba_kernel::{Id, Outage, TenantId};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::audit::Hash;

mod answer;

pub use answer::{AnswerRequests, HandedOver, REQUESTS_SHOWN};

/// Marks ids of requests.
#[derive(Debug)]
pub enum DataRequestMark {}
/// Names one request.
pub type DataRequestId = Id<DataRequestMark>;

/// What is asked for. The law gives each its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wish {
    /// To see what is kept.
    Export,
    /// That something which is wrong is put right.
    Correction,
    /// That it is forgotten.
    Erasure,
    /// To have it in a form that another program can read.
    Copy,
}

impl Wish {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::Export, Self::Correction, Self::Erasure, Self::Copy];

    /// As rows, commands and the wire name it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Export => "export",
            Self::Correction => "correction",
            Self::Erasure => "erasure",
            Self::Copy => "copy",
        }
    }

    /// The one of this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|wish| wish.name() == name)
    }

    /// Within how many days it is answered.
    #[must_use]
    pub const fn days(self) -> u16 {
        match self {
            Self::Export => 7,
            Self::Correction | Self::Erasure => 14,
            Self::Copy => 30,
        }
    }

    /// When what was asked at this moment is due: to the second, so many days later.
    #[must_use]
    pub fn due(self, asked_at: OffsetDateTime) -> OffsetDateTime {
        asked_at.saturating_add(Duration::days(i64::from(self.days())))
    }
}

/// What proves that a request was answered, and holds nothing personal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// Of the document that was handed over, as its bytes were; nothing was handed over without one.
    pub document: Option<Hash>,
    /// How many rows of each table it was about: that were handed over, or forgotten.
    pub rows: BTreeMap<String, u64>,
}

/// Why a request is refused: words of a person, 1 to 500 characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason(String);

/// The longest reason, in characters.
pub const REASON_MAX: usize = 500;

impl Reason {
    /// A reason; `None` if it is empty or too long.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        (1..=REASON_MAX)
            .contains(&text.chars().count())
            .then(|| Self(text.to_owned()))
    }

    /// Its words.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// How a request ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It was done.
    Done(Proof),
    /// It was refused, with a reason that whoever asked is told.
    Refused(Reason),
}

/// A request as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataRequest {
    /// Which.
    pub id: DataRequestId,
    /// Whose data it is about.
    pub customer: Uuid,
    /// What is asked for.
    pub wish: Wish,
    /// When it was asked for.
    pub asked_at: OffsetDateTime,
    /// By when it is answered.
    pub due_at: OffsetDateTime,
    /// Who took it down, as records name them.
    pub taken_by: String,
    /// How it ended, and when; nothing while it is open.
    pub ended: Option<(OffsetDateTime, Ending)>,
}

impl DataRequest {
    /// Whether its time is over while it is still open.
    #[must_use]
    pub fn is_overdue(&self, now: OffsetDateTime) -> bool {
        self.ended.is_none() && now > self.due_at
    }
}

/// What became of a wish that was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It is on the list.
    New,
    /// The same wish of the same customer is open already, under this id.
    Already(DataRequestId),
    /// The business has no such customer, or has forgotten them.
    UnknownCustomer,
}

/// Why a request cannot be answered now.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// The business has no such request.
    #[error("there is no such request")]
    Unknown,
    /// It was ended before.
    #[error("the request was answered before")]
    Ended,
    /// It is of another kind.
    #[error("this is no request for {}", .0.name())]
    AnotherWish(Wish),
    /// The customer is still to come, or money is still under way or owed to them.
    #[error("the customer cannot be forgotten yet: {0}")]
    NotYet(NotYet),
    /// The database is not available.
    #[error(transparent)]
    Unavailable(#[from] Outage),
}

/// What has to end before a customer can be forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotYet {
    /// A visit, a place in the queue or a wish for the waitlist is open.
    #[error("something is still booked or waited for")]
    Booked,
    /// A prompt, a refund or a payment has no end yet, or what a provider told of their money waits for somebody.
    #[error("a payment or a refund has no end yet, or a provider's message about one waits for somebody")]
    MoneyUnderWay,
    /// The business owes them.
    #[error("they have credit")]
    Credit,
}

/// Everything that is kept of a customer: rows by table, as JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collected(pub BTreeMap<String, Vec<serde_json::Value>>);

impl Collected {
    /// How many rows of each table; of tables without any there is no mention.
    #[must_use]
    pub fn rows(&self) -> BTreeMap<String, u64> {
        let filled = self.0.iter().filter(|(_, rows)| !rows.is_empty());
        filled
            .map(|(table, rows)| (table.clone(), u64::try_from(rows.len()).unwrap_or(u64::MAX)))
            .collect()
    }
}

/// Where requests are kept and what they are about is found and forgotten.
#[async_trait]
pub trait PrivacyBook: Send + Sync {
    /// Puts a request on the list, in the transaction of which the audit's entry is.
    ///
    /// # Errors
    /// [`Outage`].
    async fn take(&self, tenant: TenantId, request: DataRequest) -> Result<Taken, Outage>;

    /// The open ones by due date, and then those that ended, the latest first; at most so many.
    ///
    /// # Errors
    /// [`Outage`].
    async fn list(&self, tenant: TenantId, most: u16) -> Result<Vec<DataRequest>, Outage>;

    /// How many are open whose time is over.
    ///
    /// # Errors
    /// [`Outage`].
    async fn overdue(&self, tenant: TenantId, now: OffsetDateTime) -> Result<u32, Outage>;

    /// One of them.
    ///
    /// # Errors
    /// [`Outage`].
    async fn find(&self, tenant: TenantId, id: DataRequestId) -> Result<Option<DataRequest>, Outage>;

    /// Everything that is kept of a customer, as it is at one moment; `None` if there is no such customer.
    ///
    /// # Errors
    /// [`Outage`].
    async fn collect(&self, tenant: TenantId, customer: Uuid) -> Result<Option<Collected>, Outage>;

    /// Forgets the customer of an open erasure, and ends the request with the proof of it, both or neither.
    ///
    /// # Errors
    /// [`AnswerError`]; then everything is as before.
    async fn erase(
        &self,
        tenant: TenantId,
        id: DataRequestId,
        at: OffsetDateTime,
    ) -> Result<DataRequest, AnswerError>;

    /// Ends an open request.
    ///
    /// # Errors
    /// [`AnswerError`].
    async fn end(
        &self,
        tenant: TenantId,
        id: DataRequestId,
        at: OffsetDateTime,
        ending: Ending,
    ) -> Result<DataRequest, AnswerError>;
}

#[cfg(test)]
mod tests;
