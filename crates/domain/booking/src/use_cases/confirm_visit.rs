//! Settles a visit once its money came, even if the hold ran out in the meantime.

use std::sync::Arc;

use ratiba_kernel::{Clock, Outage, TenantId, Zone};
use time::OffsetDateTime;

use super::TRIES;
use crate::appointment::{ChangedBy, State};
use crate::event::{BookingEvent, BookingTask, Due};
use crate::policy::Reminder;
use crate::ports::{AppointmentBook, Catalogue, Change, ClaimChange, RecordError};
use crate::visit::{Visit, VisitId};

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirmation {
    /// It is confirmed, by this call or an earlier one.
    Confirmed,
    /// Its time is gone, or it was cancelled: what was paid is the customer's. Told once, by an event.
    Lost,
}

/// Why nobody knows whether it is confirmed.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfirmVisitError {
    /// There is no such visit.
    #[error("there is no such visit")]
    UnknownVisit,
    /// It changed under every try. Try again.
    #[error("the visit keeps changing")]
    Contended,
    /// The book did not answer.
    #[error("the appointment book is unavailable")]
    Unavailable(#[from] Outage),
}

/// Confirms visits that were paid for.
pub struct ConfirmVisit {
    /// Where it is recorded.
    pub book: Arc<dyn AppointmentBook>,
    /// The tenant's zone, for the reminders.
    pub catalogue: Arc<dyn Catalogue>,
    /// The present.
    pub clock: Arc<dyn Clock>,
}

/// A visit as it was a moment ago.
#[derive(Clone, Debug)]
pub struct LookedAt {
    zone: Zone,
    visit: Visit,
}

impl ConfirmVisit {
    /// Reads what it takes to confirm a visit, for one who expects its money in a moment.
    ///
    /// # Errors
    /// [`ConfirmVisitError::UnknownVisit`], [`ConfirmVisitError::Unavailable`].
    pub async fn look_at(&self, tenant: TenantId, id: VisitId) -> Result<LookedAt, ConfirmVisitError> {
        let zone = self.catalogue.policy(tenant).await?.zone;
        let visit = self.visit(tenant, id).await?;
        Ok(LookedAt { zone, visit })
    }

    async fn visit(&self, tenant: TenantId, id: VisitId) -> Result<Visit, ConfirmVisitError> {
        let visit = self.book.visit(tenant, id).await?;
        visit.ok_or(ConfirmVisitError::UnknownVisit)
    }

    /// Confirms every part that waits, and takes the time of expired ones again if it is still free: all
    /// of them or none. Safe to repeat.
    ///
    /// # Errors
    /// [`ConfirmVisitError`].
    #[tracing::instrument(name = "booking.confirm_visit", skip_all, fields(visit.id = %id))]
    pub async fn execute(&self, tenant: TenantId, id: VisitId) -> Result<Confirmation, ConfirmVisitError> {
        let looked_at = self.look_at(tenant, id).await?;
        self.confirm(tenant, looked_at).await
    }

    /// As [`execute`](Self::execute), for one who looked at the visit before. Where it has changed since it is read again.
    ///
    /// # Errors
    /// [`ConfirmVisitError`].
    pub async fn confirm(
        &self,
        tenant: TenantId,
        looked_at: LookedAt,
    ) -> Result<Confirmation, ConfirmVisitError> {
        let LookedAt { zone, visit } = looked_at;
        let id = visit.head.id;
        let mut seen = Some(visit);
        let mut taken = false;
        for _try in 0..TRIES {
            let visit = match seen.take() {
                Some(visit) => visit,
                None => self.visit(tenant, id).await?,
            };
            let now = self.clock.now();
            let (change, outcome) = match decide(&visit, &zone, now) {
                Decision::Settled(outcome) => return Ok(outcome),
                Decision::Confirm(change) if !taken => (*change, Confirmation::Confirmed),
                Decision::Confirm(_) | Decision::Lose => (lose(&visit, now), Confirmation::Lost),
            };
            match self.book.record(tenant, change).await {
                Ok(()) => return Ok(outcome),
                Err(RecordError::SlotTaken) => taken = true,
                Err(
                    RecordError::Stale
                    | RecordError::KeyUsed
                    | RecordError::MonthFrozen
                    | RecordError::UnknownCustomer
                    | RecordError::SetupChanged,
                ) => {}
                Err(RecordError::Unavailable(outage)) => return Err(outage.into()),
            }
        }
        Err(ConfirmVisitError::Contended)
    }
}

enum Decision {
    Settled(Confirmation),
    Confirm(Box<Change>),
    Lose,
}

fn decide(visit: &Visit, zone: &Zone, now: OffsetDateTime) -> Decision {
    if visit.head.lost_at.is_some() {
        return Decision::Settled(Confirmation::Lost);
    }
    let mut change = Change::at(now, ChangedBy::System);
    let mut agreed = false;
    for appointment in &visit.appointments {
        match appointment.state() {
            State::Requested { .. } | State::Held { .. } => {
                if let Ok(confirmed) = appointment.clone().confirm(now) {
                    change = change.with(confirmed, ClaimChange::Keep);
                }
            }
            State::Expired { .. } => {
                if appointment.booking().time.start() <= now {
                    return Decision::Lose;
                }
                if let Ok(again) = appointment.clone().take_again(now) {
                    change = change.with(again, ClaimChange::Take);
                }
            }
            State::Confirmed { .. }
            | State::CheckedIn { .. }
            | State::InProgress { .. }
            | State::Completed { .. } => agreed = true,
            State::Declined { .. }
            | State::CancelledByCustomer { .. }
            | State::CancelledByBusiness { .. }
            | State::NoShow { .. } => {}
        }
    }
    if change.appointments.is_empty() {
        return if agreed {
            Decision::Settled(Confirmation::Confirmed)
        } else {
            Decision::Lose
        };
    }
    let comings = change
        .appointments
        .iter()
        .map(|changed| changed.appointment.booking().client().start());
    if let Some(comes) = comings.min() {
        change
            .tasks
            .extend(next_reminder(zone, visit.head.id, comes, now, None));
    }
    let (visit, customer) = (visit.head.id, visit.head.customer);
    Decision::Confirm(Box::new(
        change.telling(BookingEvent::VisitConfirmed { visit, customer }),
    ))
}

fn lose(visit: &Visit, now: OffsetDateTime) -> Change {
    let mut head = visit.head.clone();
    head.lost_at = Some(now);
    let (visit, customer) = (head.id, head.customer);
    let change = Change {
        head: Some(head),
        ..Change::at(now, ChangedBy::System)
    };
    change.telling(BookingEvent::VisitLostAfterPayment { visit, customer })
}

/// The next reminder of a visit, by when the customer is expected and since when the visit is confirmed: the first of
/// all, or the first after one that went out. Each brings the next one with it, so a visit has one that is due.
pub(super) fn next_reminder(
    zone: &Zone,
    visit: VisitId,
    comes: OffsetDateTime,
    since: OffsetDateTime,
    after: Option<Reminder>,
) -> Option<Due<BookingTask>> {
    Reminder::ALL
        .into_iter()
        .filter(|reminder| Some(*reminder) > after)
        .find_map(|reminder| {
            let at = reminder.goes_at(zone, comes, since)?;
            Some(Due {
                at,
                task: BookingTask::Remind { visit, reminder },
            })
        })
}
