//! What payroll needs from outside.

use std::collections::BTreeMap;

use async_trait::async_trait;
use ratiba_kernel::{Outage, TenantId};
use time::{Date, Duration, OffsetDateTime};

use crate::earnings::{Batch, Earned, LineKey};
use crate::employee::{Company, Employee, Link};
use crate::export::{Confirmation, Export, ExportState, LineResult, Receipt, Rejection};
use crate::journal::Posting;
use crate::{BatchId, ExportId, PayMonth, StaffId};

/// Payroll's own system. It is the authority for people and pay; what was earned goes there and is never overwritten.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait PayrollGateway: Send + Sync {
    /// The people of a company, by number; with `changed_since` only those who changed at that instant or later.
    ///
    /// # Errors
    /// [`GatewayError`].
    async fn employees(
        &self,
        company: &Company,
        changed_since: Option<OffsetDateTime>,
    ) -> Result<Vec<Employee>, GatewayError>;

    /// Hands lines over, each for itself: some may be taken and some not. The same line under the same key again is a
    /// duplicate and changes nothing; another line under the key is a conflict and changes nothing either. A dry run
    /// answers the same and keeps nothing.
    ///
    /// # Errors
    /// [`GatewayError`]; after [`GatewayError::Unavailable`] it is not known whether the batch arrived:
    /// [`PayrollGateway::batch_status`] tells, and handing the same lines over again is safe.
    async fn push_earnings(&self, batch: &Batch) -> Result<Receipt, GatewayError>;

    /// How far payroll is with a month.
    ///
    /// # Errors
    /// [`GatewayError`].
    async fn period_state(&self, company: &Company, period: PayMonth) -> Result<PeriodState, GatewayError>;

    /// What payroll answered to a batch that took effect; `None` if it never got it.
    ///
    /// # Errors
    /// [`GatewayError`].
    async fn batch_status(&self, company: &Company, batch: BatchId) -> Result<Option<Receipt>, GatewayError>;
}

/// How far payroll is with a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PeriodState {
    /// It takes earnings.
    Open,
    /// It is being computed.
    Processing,
    /// It waits to be paid.
    Approved,
    /// It is paid.
    Paid,
    /// It is closed for good.
    Locked,
}

/// Why payroll's system did not do as it was asked.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum GatewayError {
    /// The month does not take earnings any more.
    #[error("payroll's month is not open")]
    PeriodLocked,
    /// Payroll does not know us, or not for this company.
    #[error("payroll does not know us")]
    Unauthorized,
    /// Too much was asked at once.
    #[error("payroll wants to be left alone for a while")]
    RateLimited {
        /// For how long.
        retry_after: Duration,
    },
    /// Payroll answered that it does not do this; asked again it would say the same.
    #[error("payroll refuses this: {0}")]
    Rejected(Rejection),
    /// Payroll did not answer, or not in a way that can be read.
    #[error("payroll is unavailable")]
    Unavailable(#[from] Outage),
}

impl GatewayError {
    /// Whether asking again later can help without a person.
    #[must_use]
    pub const fn is_worth_another_try(&self) -> bool {
        match self {
            Self::RateLimited { .. } | Self::Unavailable(_) => true,
            Self::PeriodLocked | Self::Unauthorized | Self::Rejected(_) => false,
        }
    }
}

/// What was frozen and what was handed over.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait PayrollBook: Send + Sync {
    /// Who of the team is whom at payroll, by staff member.
    ///
    /// # Errors
    /// [`Outage`].
    async fn links(&self, tenant: TenantId) -> Result<Vec<Link>, Outage>;

    /// Says who somebody is at payroll, in place of what was said before.
    ///
    /// # Errors
    /// [`LinkError`]; then nothing is written.
    async fn link(&self, tenant: TenantId, link: Link) -> Result<(), LinkError>;

    /// Takes back who somebody is at payroll. Twice is once. What was handed over stays.
    ///
    /// # Errors
    /// [`Outage`].
    async fn unlink(&self, tenant: TenantId, staff: StaffId) -> Result<(), Outage>;

    /// Every frozen document of a month: by staff member, each amendment after the document that it amends.
    ///
    /// # Errors
    /// [`Outage`].
    async fn earned(&self, tenant: TenantId, month: PayMonth) -> Result<Vec<Earned>, Outage>;

    /// Every export of a month, the oldest first.
    ///
    /// # Errors
    /// [`Outage`].
    async fn exports(&self, tenant: TenantId, month: PayMonth) -> Result<Vec<Export>, Outage>;

    /// One export.
    ///
    /// # Errors
    /// [`Outage`].
    async fn export(&self, tenant: TenantId, id: ExportId) -> Result<Option<Export>, Outage>;

    /// Stores a new export with its lines, and the job that sends it if its way is payroll's system. A document has one
    /// line of each code that counts, under whatever key and in whatever month of payroll: of several orders at once one
    /// has it.
    ///
    /// # Errors
    /// [`OrderError::Taken`] if another export has one of its lines, or one that it takes the place of has moved on; then
    /// nothing is stored.
    async fn order(&self, tenant: TenantId, order: NewExport) -> Result<(), OrderError>;

    /// Lets an export go out once more, as a new batch, and queues the job.
    ///
    /// # Errors
    /// [`SettleError`]; then nothing is written.
    async fn again(
        &self,
        tenant: TenantId,
        seen: &Export,
        batch: BatchId,
        at: OffsetDateTime,
    ) -> Result<(), SettleError>;

    /// Queues the job of every waiting export that goes by payroll's system, unless it is queued already: the job of one
    /// may have been given up. Twice is once.
    ///
    /// # Errors
    /// [`Outage`].
    async fn resume(&self, tenant: TenantId, at: OffsetDateTime) -> Result<(), Outage>;

    /// Queues the job of a waiting export for later.
    ///
    /// # Errors
    /// [`Outage`].
    async fn postpone(&self, tenant: TenantId, id: ExportId, until: OffsetDateTime) -> Result<(), Outage>;

    /// Records what became of an export. Payroll's own id of the month is noted with every document of which a line was
    /// taken, unless the document has one already.
    ///
    /// # Errors
    /// [`SettleError`]; then nothing is written.
    async fn settle(&self, tenant: TenantId, settlement: Settlement) -> Result<(), SettleError>;
}

/// An export to be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewExport {
    /// It, in the state [`ExportState::Waiting`].
    pub export: Export,
    /// Refused exports of which nothing was taken, whose documents this one has.
    pub replaces: Vec<ExportId>,
    /// Lines that payroll did not take, and that this one has in their place.
    pub supersedes: Vec<Superseding>,
}

/// Lines of an export that another one has in their place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Superseding {
    /// Which export; in the state [`ExportState::Partly`], so that nothing of it is on its way.
    pub export: ExportId,
    /// The version that this was decided on.
    pub seen: i32,
    /// Which lines.
    pub lines: Vec<LineKey>,
}

/// What became of an export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settlement {
    /// Which.
    pub export: ExportId,
    /// The version that this was decided on.
    pub seen: i32,
    /// How far it has come.
    pub state: ExportState,
    /// What became of which line; the others stay as they are.
    pub results: BTreeMap<LineKey, LineResult>,
    /// Payroll's own id of the month.
    pub vendor_period_id: Option<String>,
    /// What the officer said, if one did.
    pub confirmation: Option<Confirmation>,
}

/// Why a link was not written.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// Another member of the team has the number.
    #[error("another member of the team has this staff number")]
    Taken,
    /// The tenant has no such member.
    #[error("there is no such staff member")]
    Unknown,
    /// It is not known whether it was written.
    #[error("the book of payroll is unavailable")]
    Unavailable(#[from] Outage),
}

/// Why an export was not stored.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum OrderError {
    /// One of its lines is part of another export.
    #[error("another export has one of these lines")]
    Taken,
    /// It is not known whether it was stored.
    #[error("the book of payroll is unavailable")]
    Unavailable(#[from] Outage),
}

/// Why what became of an export was not recorded.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettleError {
    /// It moved on since it was read, or there is none.
    #[error("the export changed since it was read")]
    Stale,
    /// It is not known whether it was recorded.
    #[error("the book of payroll is unavailable")]
    Unavailable(#[from] Outage),
}

/// Where the books of account are kept outside: takes the journals of local days.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait AccountingGateway: Send + Sync {
    /// Puts the postings of whole local days, `from` to the day before `until`, into the form that accountants take in.
    /// The same postings give the same bytes.
    ///
    /// # Errors
    /// [`AccountingError`].
    async fn file(&self, from: Date, until: Date, postings: &[Posting]) -> Result<Vec<u8>, AccountingError>;
}

/// Why journals were not taken.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccountingError {
    /// The entries of a journal do not add up to nothing.
    #[error("the journal {0} is not balanced")]
    Unbalanced(uuid::Uuid),
    /// It is not known whether they were taken.
    #[error("the books of account are unavailable")]
    Unavailable(#[from] Outage),
}
