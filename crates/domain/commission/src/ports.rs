//! What commission needs from outside.

use std::collections::BTreeMap;

use async_trait::async_trait;
use ratiba_kernel::{Money, Outage, TenantId, TimeRange};
use time::{Date, OffsetDateTime};

use crate::event::CommissionEvent;
use crate::hash::{ContentHash, InputsMark};
use crate::period::{FrozenDocument, FrozenPeriod};
use crate::rule::Rule;
use crate::settings::CommissionSettings;
use crate::split::Renderers;
use crate::terms::Names;
use crate::work::CompletedAppointment;
use crate::{AppointmentId, Month, PeriodId, PersonId, RuleId, StaffId};

/// The work that was completed, as others record it.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait CompletedWork: Send + Sync {
    /// Every completed appointment and every no-show whose end (recorded, else planned) lies in the range, in
    /// any order; and what ended earlier and was paid in the range, where that can earn.
    ///
    /// # Errors
    /// [`Outage`].
    async fn in_period(
        &self,
        tenant: TenantId,
        range: TimeRange,
        earlier: EarlierWork,
    ) -> Result<Vec<CompletedAppointment>, Outage>;

    /// The mark of everything that the figures of a range are made from: the work, rules, switches and people. Costs a
    /// small part of reading it.
    ///
    /// # Errors
    /// [`Outage`].
    async fn inputs(&self, tenant: TenantId, range: TimeRange) -> Result<InputsMark, Outage>;

    /// Everybody who works for the tenant now, by id: a month has a figure for each of them, also for those
    /// who rendered nothing in it.
    ///
    /// # Errors
    /// [`Outage`].
    async fn roster(&self, tenant: TenantId) -> Result<Vec<StaffId>, Outage>;

    /// What the business and everybody who ever worked there are called now.
    ///
    /// # Errors
    /// [`Outage`], also for a tenant that does not exist.
    async fn names(&self, tenant: TenantId) -> Result<Names, Outage>;
}

/// Whether work of before a range is read that was paid in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EarlierWork {
    /// Where a rule on record, of whatever day, earns on payment.
    AsRulesSay,
    /// In any case: for rules that are not on record.
    Always,
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

    /// The tenant's switches with their version, which each change raises.
    ///
    /// # Errors
    /// [`Outage`], also for a tenant that does not exist.
    async fn settings_at(&self, tenant: TenantId) -> Result<(CommissionSettings, i32), Outage>;

    /// Puts other switches in the place of those that are still at the version that they were decided on; answers
    /// the version from then on. Zone and currency are the tenant's and stay.
    ///
    /// # Errors
    /// [`PutSettingsError`]; then nothing was put.
    async fn put_settings(
        &self,
        tenant: TenantId,
        settings: CommissionSettings,
        seen: i32,
    ) -> Result<i32, PutSettingsError>;

    /// Writes a new rule. Asking twice with the same rule changes nothing.
    ///
    /// # Errors
    /// [`AddRuleError::Overlaps`] if another rule of the same person or category holds on one of its days;
    /// [`AddRuleError::UnknownStaff`] if the tenant has no such person. Nothing is written then.
    async fn add(&self, tenant: TenantId, rule: Rule) -> Result<(), AddRuleError>;

    /// Every rule of the tenant, by its first day and id.
    ///
    /// # Errors
    /// [`Outage`].
    async fn all(&self, tenant: TenantId) -> Result<Vec<Rule>, Outage>;

    /// Ends a rule before a local day, and with it writes the one that holds from that day on, if there is one;
    /// both or nothing.
    ///
    /// # Errors
    /// [`EndRuleError`].
    async fn end(&self, tenant: TenantId, ending: EndRule) -> Result<(), EndRuleError>;

    /// Takes a rule away. Whoever asks knows that no day of it has come.
    ///
    /// # Errors
    /// [`Outage`].
    async fn remove(&self, tenant: TenantId, rule: RuleId) -> Result<(), Outage>;
}

/// Why switches were not put.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum PutSettingsError {
    /// They have changed since.
    #[error("the settings of commission changed since they were read")]
    Stale,
    /// It is not known whether they were put.
    #[error("the settings of commission are unavailable")]
    Unavailable(#[from] Outage),
}

/// A rule that ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndRule {
    /// Which one.
    pub rule: RuleId,
    /// The first local day on which it does not hold any more; later than its first day.
    pub on: Date,
    /// What holds in its place.
    pub next: Option<Rule>,
}

/// Why a rule was not ended.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum EndRuleError {
    /// There is no such rule, or it ended before that day.
    #[error("there is no such rule that holds on that day")]
    Unknown,
    /// The one in its place was not written.
    #[error(transparent)]
    Next(AddRuleError),
    /// It is not known whether it was ended.
    #[error("the rules are unavailable")]
    Unavailable(#[from] Outage),
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
    /// month at once, one succeeds; of several that take the same carried clawback in for different months, too. A draft
    /// of the month is gone afterwards.
    ///
    /// # Errors
    /// [`FreezeError::AlreadyFrozen`] if the month is frozen for anybody already, [`FreezeError::CarriedTaken`] if it would
    /// take in more than is carried.
    async fn freeze(&self, tenant: TenantId, change: Freeze) -> Result<(), FreezeError>;

    /// What the month looked like when its frozen documents were last found to be what it comes to; `None` if they never
    /// were.
    ///
    /// # Errors
    /// [`Outage`].
    async fn agreed(&self, tenant: TenantId, month: Month) -> Result<Option<Agreed>, Outage>;

    /// Notes it, in place of what was noted before.
    ///
    /// # Errors
    /// [`Outage`].
    async fn note_agreed(&self, tenant: TenantId, month: Month, agreed: Agreed) -> Result<(), Outage>;

    /// What of earlier clawbacks nobody's pay has given back yet, by staff member; nobody of whom nothing is left.
    ///
    /// # Errors
    /// [`Outage`].
    async fn carried(&self, tenant: TenantId) -> Result<BTreeMap<StaffId, Money>, Outage>;

    /// Freezes an amendment with its lines and its event, or nothing of it. Of several that amend one document,
    /// one succeeds.
    ///
    /// # Errors
    /// [`AmendError::Stale`] if the document that it amends was amended already, or is not there; with an opening, if
    /// something of the person's month is frozen.
    async fn amend(&self, tenant: TenantId, change: Amend) -> Result<(), AmendError>;

    /// Notes that somebody looked at a proposed amendment and wants none of it.
    ///
    /// # Errors
    /// [`Outage`].
    async fn dismiss(&self, tenant: TenantId, dismissal: Dismissal) -> Result<(), Outage>;

    /// Every dismissal of a month, the earliest first.
    ///
    /// # Errors
    /// [`Outage`].
    async fn dismissed(&self, tenant: TenantId, month: Month) -> Result<Vec<Dismissal>, Outage>;

    /// The latest month that is frozen for anybody.
    ///
    /// # Errors
    /// [`Outage`].
    async fn last_frozen(&self, tenant: TenantId) -> Result<Option<Month>, Outage>;

    /// Every draft that waits for a reviewer, the earliest month first.
    ///
    /// # Errors
    /// [`Outage`].
    async fn drafts(&self, tenant: TenantId) -> Result<Vec<Draft>, Outage>;

    /// Leaves figures for a reviewer, in place of the month's draft before.
    ///
    /// # Errors
    /// [`FreezeError::AlreadyFrozen`] if there is nothing left to review.
    async fn leave_draft(&self, tenant: TenantId, draft: Draft) -> Result<(), FreezeError>;
}

/// Everything that approving an amendment makes true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Amend {
    /// The close that it amends, where nothing of the person's month was frozen before.
    pub opening: Option<FrozenDocument>,
    /// The amendment.
    pub document: FrozenDocument,
    /// Lands in the outbox, in the same transaction.
    pub event: CommissionEvent,
}

/// Why nothing was amended.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum AmendError {
    /// Somebody else amended the document, or it is not there.
    #[error("the document was amended already")]
    Stale,
    /// It is not known whether it was amended; asking again tells.
    #[error("the book of commission is unavailable")]
    Unavailable(#[from] Outage),
}

/// A proposed amendment that nobody wants. Holds for the inputs that were looked at, and for no others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dismissal {
    /// Of which month.
    pub month: Month,
    /// Whose.
    pub staff: StaffId,
    /// The fingerprint of what was looked at.
    pub content_hash: ContentHash,
    /// Why.
    pub reason: String,
    /// By whom.
    pub by: PersonId,
    /// When.
    pub at: OffsetDateTime,
}

/// A frozen month that came to what it was made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Agreed {
    /// The mark of what it was made from, taken before it was read.
    pub inputs: InputsMark,
    /// How many documents it had. None is ever changed or taken away, so that the number tells of each that came.
    pub documents: usize,
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
    /// What it takes in of earlier clawbacks is not carried any more: the close of another month has taken it in.
    #[error("another month has taken in what is carried")]
    CarriedTaken,
    /// It is not known whether it was frozen; asking again tells.
    #[error("the book of commission is unavailable")]
    Unavailable(#[from] Outage),
}
