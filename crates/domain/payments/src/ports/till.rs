//! The drawer on record.

use async_trait::async_trait;
use ratiba_kernel::{Currency, Money, Outage, TenantId};
use time::OffsetDateTime;

use crate::StaffId;
use crate::attempt::AttemptId;
use crate::payment::PaymentId;
use crate::reference::{Receipt, RequestKey};
use crate::refund::RefundId;
use crate::till::{Drawer, TillId, TillRefused, TillSession, TillStep};

/// Which session of the drawer an order is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TillAsk {
    /// A new one: the session that this key opened before, else the one that is open.
    New(RequestKey),
    /// This one.
    Session(TillId),
    /// This one, and what of tips is owed to somebody.
    Tips(TillId, StaffId),
}

/// What is known when it is decided what an order means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TillFacts {
    /// The session that is asked for.
    Session(Box<Drawer>),
    /// The session that is asked for, and what of tips is owed to somebody.
    Tips {
        /// The session.
        drawer: Box<Drawer>,
        /// What is owed.
        owed: Money,
    },
    /// A new one is asked for, and none is in its way.
    Closed {
        /// What the books know to lie in the drawer.
        in_books: Money,
        /// Whether none ever was.
        first: bool,
    },
    /// There never was such a session.
    Unknown,
}

/// What an order means, seen from the facts. May be asked more than once.
pub type TillDecision = Box<dyn Fn(&TillFacts) -> Result<TillStep, TillRefused> + Send + Sync>;

/// Why nothing was done with the drawer.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum TillError {
    /// The facts forbid it.
    #[error(transparent)]
    Refused(#[from] TillRefused),
    /// The book did not answer; whether it recorded is not known, and the same order may be sent again.
    #[error("the till is unavailable")]
    Unavailable(#[from] Outage),
}

/// The sessions of the drawer and what moved in it. Each tenant has one drawer, of which one session is open at most.
///
/// Cash that customers pay or get back belongs to the session that is open when it is recorded, whoever records it.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait TillBook: Send + Sync {
    /// Whether a session is open. Costs next to nothing.
    async fn is_open(&self, tenant: TenantId) -> Result<bool, Outage>;

    /// The session that is open, if one is.
    async fn current(&self, tenant: TenantId) -> Result<Option<Drawer>, Outage>;

    /// A session; `None` if there never was such a one.
    async fn find(&self, tenant: TenantId, till: TillId) -> Result<Option<Drawer>, Outage>;

    /// Sessions, the one that was opened last first: those that were opened before `before`, at most `most`. Nothing
    /// comes before a session that never was.
    async fn sessions(
        &self,
        tenant: TenantId,
        before: Option<TillId>,
        most: u16,
    ) -> Result<Vec<TillSession>, Outage>;

    /// Reads the facts, decides, and makes the step durable with its journal and its event: one transaction, during
    /// which nothing else moves in the drawer. Answers the session as it is then.
    ///
    /// Safe to repeat: an order that was carried out is decided as [`TillStep::Done`].
    async fn step(
        &self,
        tenant: TenantId,
        currency: Currency,
        ask: TillAsk,
        decide: TillDecision,
    ) -> Result<Drawer, TillError>;
}

/// Money that arrived at a provider, as the books have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taking {
    /// When it was booked, in business time.
    pub at: OffsetDateTime,
    /// How much; negative if it left.
    pub amount: Money,
    /// The payment that it is about, if one.
    pub payment: Option<PaymentId>,
    /// The attempt that brought it, if one did.
    pub attempt: Option<AttemptId>,
    /// The refund that took it back, if one did.
    pub refund: Option<RefundId>,
    /// The provider's number for it, as far as it is known.
    pub receipt: Option<Receipt>,
}

/// What arrived at one provider within a stretch of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Takings {
    /// All of it, added up by the database.
    pub total: Money,
    /// One by one, oldest first; at most [`Takings::LINES_MAX`].
    pub lines: Vec<Taking>,
    /// How many there are in all.
    pub count: i64,
}

impl Takings {
    /// How many are told one by one.
    pub const LINES_MAX: i64 = 500;
}

/// What arrived by card and by M-Pesa while the drawer was open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherTenders {
    /// By card.
    pub card: Takings,
    /// By M-Pesa.
    pub mpesa: Takings,
}

/// The books of the day, for the sheet that is laid beside the count.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait TakingsBook: Send + Sync {
    /// What was booked by card and by M-Pesa while a session was open: for an open one what is booked before `until`, for
    /// a closed one what was booked when it was closed, and no more. What was booked after a close, although it was
    /// decided before, stands on the next sheet; nothing stands on two. Nothing for a session that never was.
    async fn other_tenders(
        &self,
        tenant: TenantId,
        currency: Currency,
        till: TillId,
        until: OffsetDateTime,
    ) -> Result<OtherTenders, Outage>;
}
