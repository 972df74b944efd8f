//! What commission needs from outside.

use async_trait::async_trait;
use ratiba_kernel::{Outage, TenantId, TimeRange};
use time::OffsetDateTime;

use crate::event::CommissionEvent;
use crate::hash::ContentHash;
use crate::period::{FrozenDocument, FrozenPeriod};
use crate::rule::Rule;
use crate::settings::CommissionSettings;
use crate::split::Renderers;
use crate::work::CompletedAppointment;
use crate::{AppointmentId, Month, PeriodId, StaffId};

/// The work that was completed, as others record it.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait CompletedWork: Send + Sync {
    /// Every completed appointment and every no-show whose end (recorded, else planned) lies in the range, in
    /// any order.
    ///
    /// # Errors
    /// [`Outage`].
    async fn in_period(
        &self,
        tenant: TenantId,
        range: TimeRange,
    ) -> Result<Vec<CompletedAppointment>, Outage>;

    /// Everybody who works for the tenant now, by id: a month has a figure for each of them, also for those
    /// who rendered nothing in it.
    ///
    /// # Errors
    /// [`Outage`].
    async fn roster(&self, tenant: TenantId) -> Result<Vec<StaffId>, Outage>;
}

/// Who renders an appointment.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait Teams: Send + Sync {
    /// The people of an appointment in whatever state, and how they share it; `None` if the tenant has no such appointment.
    ///
    /// # Errors
    /// [`Outage`], also for shares on record that do not fit.
    async fn team(&self, tenant: TenantId, appointment: AppointmentId) -> Result<Option<Renderers>, Outage>;

    /// Puts other shares in the place of those of an appointment that is still at the version that they were decided on;
    /// answers its version from then on. What happened lands in the outbox, in the same transaction.
    ///
    /// # Errors
    /// [`PutSharesError`]; then nothing was put.
    async fn put_shares(&self, tenant: TenantId, change: SharesChange) -> Result<i32, PutSharesError>;
}

/// Other shares of an appointment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharesChange {
    /// Which appointment.
    pub appointment: AppointmentId,
    /// The version of it that this was decided on.
    pub seen: i32,
    /// Its people as they were read, with their new shares.
    pub renderers: Renderers,
    /// What happened.
    pub event: CommissionEvent,
    /// When it was decided, in business time.
    pub at: OffsetDateTime,
}

/// Why shares were not put.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum PutSharesError {
    /// The appointment has moved on, or there is none.
    #[error("the appointment changed since it was read")]
    Stale,
    /// The month in which it counts is frozen for somebody of the team.
    #[error("the appointment's month is frozen")]
    MonthFrozen,
    /// The work is unavailable.
    #[error("the work is unavailable")]
    Unavailable(#[from] Outage),
}

/// The rules of a tenant and its switches.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait CommissionRules: Send + Sync {
    /// The tenant's switches; what it never set has its standard value.
    ///
    /// # Errors
    /// [`Outage`], also for a tenant that does not exist.
    async fn settings(&self, tenant: TenantId) -> Result<CommissionSettings, Outage>;

    /// Every rule that holds on at least one local day of the month, by id.
    ///
    /// # Errors
    /// [`Outage`].
    async fn in_force(&self, tenant: TenantId, month: Month) -> Result<Vec<Rule>, Outage>;

    /// Writes a new rule. Asking twice with the same rule changes nothing.
    ///
    /// # Errors
    /// [`AddRuleError::Overlaps`] if another rule of the same person or category holds on one of its days;
    /// [`AddRuleError::UnknownStaff`] if the tenant has no such person. Nothing is written then.
    async fn add(&self, tenant: TenantId, rule: Rule) -> Result<(), AddRuleError>;
}

/// Why a rule was not written.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddRuleError {
    /// Two live rules for one key cannot exist.
    #[error("another rule of the same person or category holds on one of these days")]
    Overlaps,
    /// The rule is somebody's whom the tenant does not know.
    #[error("there is no such staff member")]
    UnknownStaff,
    /// It is not known whether it was written.
    #[error("the rules are unavailable")]
    Unavailable(#[from] Outage),
}

/// The book of frozen months. What was frozen in it is never changed.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait CommissionBook: Send + Sync {
    /// The close of a person's month, if it is frozen. Bookings ask it before they let anybody correct what
    /// was rendered.
    ///
    /// # Errors
    /// [`Outage`].
    async fn find_close(
        &self,
        tenant: TenantId,
        staff: StaffId,
        month: Month,
    ) -> Result<Option<FrozenPeriod>, Outage>;

    /// Every document of a month, by staff member; a close before its amendments.
    ///
    /// # Errors
    /// [`Outage`].
    async fn periods(&self, tenant: TenantId, month: Month) -> Result<Vec<FrozenPeriod>, Outage>;

    /// A document with its lines, in the order in which they were frozen.
    ///
    /// # Errors
    /// [`Outage`].
    async fn period(&self, tenant: TenantId, id: PeriodId) -> Result<Option<FrozenDocument>, Outage>;

    /// Freezes a month of all staff, with all lines and events, or nothing of it. Of several that freeze one
    /// month at once, one succeeds. A draft of the month is gone afterwards.
    ///
    /// # Errors
    /// [`FreezeError::AlreadyFrozen`] if the month is frozen for anybody already.
    async fn freeze(&self, tenant: TenantId, change: Freeze) -> Result<(), FreezeError>;

    /// Leaves figures for a reviewer, in place of the month's draft before.
    ///
    /// # Errors
    /// [`FreezeError::AlreadyFrozen`] if there is nothing left to review.
    async fn leave_draft(&self, tenant: TenantId, draft: Draft) -> Result<(), FreezeError>;
}

/// Everything that freezing a month makes true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Freeze {
    /// The month of all documents.
    pub month: Month,
    /// One close for each person.
    pub documents: Vec<FrozenDocument>,
    /// Lands in the outbox, in the same transaction.
    pub events: Vec<CommissionEvent>,
}

/// A month that waits for a reviewer. Holds totals only: whoever looks at it computes a preview anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// Which month.
    pub month: Month,
    /// Each person's totals.
    pub staff: Vec<DraftFigure>,
    /// One fingerprint over all of it.
    pub content_hash: ContentHash,
    /// When it was computed.
    pub drafted_at: OffsetDateTime,
}

/// One person's totals in a draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct DraftFigure {
    /// Who.
    pub staff: StaffId,
    /// The commission.
    pub commission: ratiba_kernel::Money,
    /// The tips.
    pub tip: ratiba_kernel::Money,
    /// The hours.
    pub hours: crate::hours::HoursWorked,
    /// Services rendered.
    pub services_rendered: u32,
}

/// What is frozen of a person's month, for comparing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrozenHash {
    /// Whose.
    pub staff: StaffId,
    /// Which document.
    pub period: PeriodId,
    /// The fingerprint of what went into it.
    pub content_hash: ContentHash,
}

/// Why nothing was frozen.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum FreezeError {
    /// The month is frozen; says what is, by staff member.
    #[error("the month is frozen already")]
    AlreadyFrozen(Vec<FrozenHash>),
    /// It is not known whether it was frozen; asking again tells.
    #[error("the book of commission is unavailable")]
    Unavailable(#[from] Outage),
}
