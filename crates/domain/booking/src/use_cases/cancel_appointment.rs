//! Ends appointments before they begin, and says what the policy asks for it.

use std::sync::Arc;

use ratiba_kernel::{Clock, Money, MoneyError, Outage, TenantId};
use time::OffsetDateTime;

use crate::appointment::{Appointment, AppointmentId, CancelledBy, ChangedBy, State, TransitionRefused};
use crate::event::BookingEvent;
use crate::policy::{CancellationPolicy, Policy};
use crate::ports::{AppointmentBook, Catalogue, Change, ClaimChange, RecordError};
use crate::visit::{Visit, VisitId};

/// What is to be cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CancelTarget {
    /// One appointment.
    Appointment(AppointmentId),
    /// Whatever of a visit has not begun and is not over.
    Visit(VisitId),
    /// Whatever of a visit still waits for money or an answer; nothing if it is agreed or over.
    WaitingOf(VisitId),
}

/// An order to cancel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CancelOrder {
    /// What.
    pub target: CancelTarget,
    /// On whose behalf.
    pub by: CancelledBy,
    /// Who says so.
    pub who: ChangedBy,
}

/// Why nothing was cancelled.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum CancelAppointmentError {
    /// There is no such appointment or visit.
    #[error("there is no such appointment or visit")]
    Unknown,
    /// It has begun or is over.
    #[error(transparent)]
    Refused(#[from] TransitionRefused),
    /// The fee does not fit.
    #[error("the fee cannot be reckoned")]
    Fee(#[from] MoneyError),
    /// It changed in the meantime. Read again and decide again.
    #[error("the appointment changed since it was read")]
    Stale,
    /// The book did not answer.
    #[error("the appointment book is unavailable")]
    Unavailable(#[from] Outage),
}

/// The answer to an order that may cost no more than was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CancelledOrCosts {
    /// It is cancelled: the appointments as they stand.
    Cancelled(Vec<Appointment>),
    /// Nothing is cancelled; it costs so much by now.
    Costs(Money),
}

/// What cancelling costs, and what it leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CancellationQuote {
    /// What the customer would owe.
    pub fee: Money,
    /// The rules that it follows from.
    pub rules: CancellationPolicy,
    /// The appointments that are meant, as they would then stand.
    pub left: Vec<Appointment>,
}

impl From<RecordError> for CancelAppointmentError {
    fn from(error: RecordError) -> Self {
        match error {
            // No claim is taken, no visit is made and no month is asked about here.
            RecordError::Stale
            | RecordError::SlotTaken
            | RecordError::KeyUsed
            | RecordError::MonthFrozen
            | RecordError::UnknownCustomer
            | RecordError::SetupChanged => Self::Stale,
            RecordError::Unavailable(outage) => Self::Unavailable(outage),
        }
    }
}

/// Cancels appointments.
pub struct CancelAppointment {
    /// Where it is recorded.
    pub book: Arc<dyn AppointmentBook>,
    /// The tenant's policy.
    pub catalogue: Arc<dyn Catalogue>,
    /// The present.
    pub clock: Arc<dyn Clock>,
}

impl CancelAppointment {
    /// Cancels, frees the time, and answers with the appointments as they then stand. What was never
    /// agreed costs nothing. What is cancelled already is answered as it is, so repeating is safe.
    ///
    /// # Errors
    /// [`CancelAppointmentError`]; then nothing was cancelled.
    #[tracing::instrument(name = "booking.cancel_appointment", skip_all)]
    pub async fn execute(
        &self,
        tenant: TenantId,
        order: CancelOrder,
    ) -> Result<Vec<Appointment>, CancelAppointmentError> {
        let (change, answer) = self.decide(tenant, order).await?;
        if !change.appointments.is_empty() {
            self.book.record(tenant, change).await?;
        }
        Ok(answer)
    }

    /// The same, if it costs no more than somebody was told; else nothing is cancelled, and what it costs now is the
    /// answer. In a moment it may cost more: the limit until which it is free passes.
    ///
    /// # Errors
    /// [`CancelAppointmentError`]; then nothing was cancelled.
    #[tracing::instrument(name = "booking.cancel_at_most", skip_all)]
    pub async fn at_most(
        &self,
        tenant: TenantId,
        order: CancelOrder,
        told: Money,
    ) -> Result<CancelledOrCosts, CancelAppointmentError> {
        let (change, answer) = self.decide(tenant, order).await?;
        if change.appointments.is_empty() {
            return Ok(CancelledOrCosts::Cancelled(answer));
        }
        let costs = fees(change.appointments.iter().map(|changed| &changed.appointment))?;
        if let Some(costs) = costs.filter(|costs| *costs > told) {
            return Ok(CancelledOrCosts::Costs(costs));
        }
        self.book.record(tenant, change).await?;
        Ok(CancelledOrCosts::Cancelled(answer))
    }

    /// What the order would cost the customer now, and by which rules; nothing is cancelled by it. What is cancelled
    /// already costs what it cost.
    ///
    /// # Errors
    /// [`CancelAppointmentError`].
    pub async fn quote(
        &self,
        tenant: TenantId,
        order: CancelOrder,
    ) -> Result<CancellationQuote, CancelAppointmentError> {
        let policy = self.catalogue.policy(tenant).await?;
        let (_, answer) = self.decide(tenant, order).await?;
        let fee = fees(answer.iter())?;
        Ok(CancellationQuote {
            fee: fee.unwrap_or_else(|| Money::zero(policy.currency)),
            rules: policy.rules.cancellation,
            left: answer,
        })
    }

    /// What the order changes, and the appointments as they then stand.
    async fn decide(
        &self,
        tenant: TenantId,
        order: CancelOrder,
    ) -> Result<(Change, Vec<Appointment>), CancelAppointmentError> {
        let policy = self.catalogue.policy(tenant).await?;
        let now = self.clock.now();
        let targets = self.targets(tenant, order.target).await?;
        let mut change = Change::at(now, order.who.clone());
        let mut answer = Vec::with_capacity(targets.len());
        for appointment in targets {
            if is_cancelled(&appointment) {
                answer.push(appointment);
                continue;
            }
            let fee = fee(&policy, &appointment, order.by, now)?;
            let (id, customer) = (appointment.id(), appointment.booking().customer);
            let visit = appointment.booking().visit;
            let cancelled = appointment.cancel(order.by, fee, now)?;
            answer.push(cancelled.clone().at_next_version());
            let by = order.by;
            change =
                change
                    .with(cancelled, ClaimChange::Release)
                    .telling(BookingEvent::AppointmentCancelled {
                        appointment: id,
                        visit,
                        customer,
                        by,
                        fee,
                    });
        }
        Ok((change, answer))
    }

    async fn targets(
        &self,
        tenant: TenantId,
        target: CancelTarget,
    ) -> Result<Vec<Appointment>, CancelAppointmentError> {
        match target {
            CancelTarget::Appointment(id) => {
                let found = self.book.appointment(tenant, id).await?;
                Ok(vec![found.ok_or(CancelAppointmentError::Unknown)?])
            }
            CancelTarget::WaitingOf(id) => {
                let mut waiting = self.visit(tenant, id).await?.appointments;
                waiting.retain(|appointment| appointment.state().deadline().is_some());
                Ok(waiting)
            }
            CancelTarget::Visit(id) => {
                let visit = self.visit(tenant, id).await?;
                let (open, over): (Vec<_>, Vec<_>) =
                    visit.appointments.into_iter().partition(|a| is_open(a.state()));
                // Nothing left to cancel: the parts themselves say whether that is fine.
                Ok(if open.is_empty() { over } else { open })
            }
        }
    }

    async fn visit(&self, tenant: TenantId, id: VisitId) -> Result<Visit, CancelAppointmentError> {
        let visit = self.book.visit(tenant, id).await?;
        visit.ok_or(CancelAppointmentError::Unknown)
    }
}

const fn is_open(state: &State) -> bool {
    match state {
        State::Requested { .. } | State::Held { .. } | State::Confirmed { .. } | State::CheckedIn { .. } => {
            true
        }
        State::InProgress { .. }
        | State::Completed { .. }
        | State::Expired { .. }
        | State::Declined { .. }
        | State::CancelledByCustomer { .. }
        | State::CancelledByBusiness { .. }
        | State::NoShow { .. } => false,
    }
}

/// What these ask for together; `None` where there are none.
fn fees<'a>(
    appointments: impl Iterator<Item = &'a Appointment> + Clone,
) -> Result<Option<Money>, MoneyError> {
    let first = appointments.clone().next();
    let currency = first.map(|appointment| appointment.booking().price.charged().currency());
    let fees = appointments.filter_map(|appointment| appointment.state().fee());
    currency.map(|currency| Money::sum(currency, fees)).transpose()
}

fn is_cancelled(appointment: &Appointment) -> bool {
    matches!(
        appointment.state(),
        State::CancelledByCustomer { .. } | State::CancelledByBusiness { .. }
    )
}

fn fee(
    policy: &Policy,
    appointment: &Appointment,
    by: CancelledBy,
    now: OffsetDateTime,
) -> Result<Money, MoneyError> {
    let charged = appointment.booking().price.charged();
    let agreed = appointment.state().deadline().is_none();
    if by == CancelledBy::Business || !agreed {
        return Ok(Money::zero(charged.currency()));
    }
    let rules = &policy.rules;
    let start = appointment.booking().time.start();
    rules
        .cancellation
        .cancellation_fee(charged, start, now, rules.rounding)
}
