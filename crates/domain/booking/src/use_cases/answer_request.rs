//! Answers requests: yes, or no. Another time is a counter-offer.

use std::sync::Arc;

use ratiba_kernel::{Clock, Money, MoneyError, Outage, TenantId};
use time::OffsetDateTime;

use super::TRIES;
use super::opening::{Begins, Next};
use crate::appointment::{Appointment, Awaits, CancelledBy, ChangedBy, State, TransitionRefused};
use crate::event::BookingEvent;
use crate::policy::{PayBy, Policy};
use crate::ports::{AppointmentBook, Catalogue, Change, ClaimChange, RecordError};
use crate::visit::{Visit, VisitHead, VisitId, VisitStanding};

/// Why a request was not answered.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum AnswerRequestError {
    /// There is no such visit.
    #[error("there is no such visit")]
    UnknownVisit,
    /// It waits for the other side's answer.
    #[error("the request waits for the answer of the other side")]
    WaitsForOther {
        /// Whose answer it waits for.
        awaits: Awaits,
    },
    /// It is no request, or not any more, or its deadline has come.
    #[error(transparent)]
    Refused(#[from] TransitionRefused),
    /// The deposits of its parts do not go together.
    #[error("the prices do not go together")]
    Price(#[from] MoneyError),
    /// It changed under every try. Read again and decide again.
    #[error("the visit keeps changing")]
    Contended,
    /// The book did not answer.
    #[error("the appointment book is unavailable")]
    Unavailable(#[from] Outage),
}

/// A yes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AcceptOrder {
    /// The visit.
    pub visit: VisitId,
    /// On whose behalf the yes is said.
    pub by: CancelledBy,
    /// Who says it.
    pub who: ChangedBy,
    /// How the money will come, if some is due; the hold lasts accordingly.
    pub pay_by: PayBy,
}

/// Accepts requests and counter-offers.
pub struct AcceptRequest {
    /// Where it is recorded.
    pub book: Arc<dyn AppointmentBook>,
    /// The tenant's policy.
    pub catalogue: Arc<dyn Catalogue>,
    /// The present.
    pub clock: Arc<dyn Clock>,
}

impl AcceptRequest {
    /// Agrees to all requested parts of a visit: from now on they are held for their money, or confirmed
    /// where none is due. The visit as it then stands is the answer. Only the side whose answer is waited
    /// for can say yes. Who said yes before is answered with the visit as it stands, as long as it does, so
    /// repeating is safe.
    ///
    /// # Errors
    /// [`AnswerRequestError`]; then nothing changed.
    #[tracing::instrument(name = "booking.accept_request", skip_all, fields(visit.id = %order.visit))]
    pub async fn execute(&self, tenant: TenantId, order: AcceptOrder) -> Result<Visit, AnswerRequestError> {
        let policy = self.catalogue.policy(tenant).await?;
        for _try in 0..TRIES {
            let visit = read(self.book.as_ref(), tenant, order.visit).await?;
            if was_accepted(&visit, order.by) {
                return Ok(visit);
            }
            let change = accepted(&policy, &visit, &order, self.clock.now())?;
            if recorded(self.book.as_ref(), tenant, change).await? {
                return read(self.book.as_ref(), tenant, order.visit).await;
            }
        }
        Err(AnswerRequestError::Contended)
    }
}

/// Whether that side agreed to it, and it is still held or agreed.
fn was_accepted(visit: &Visit, by: CancelledBy) -> bool {
    let stands = match visit.standing() {
        VisitStanding::Waiting { .. } | VisitStanding::Agreed => true,
        VisitStanding::Requested { .. } | VisitStanding::Over => false,
    };
    stands && visit.head.accepted_by == Some(by)
}

fn accepted(
    policy: &Policy,
    visit: &Visit,
    order: &AcceptOrder,
    now: OffsetDateTime,
) -> Result<Change, AnswerRequestError> {
    let requested = requested(visit, "accepted")?;
    let own = match order.by {
        CancelledBy::Business => Awaits::Business,
        CancelledBy::Customer => Awaits::Customer,
    };
    let other = requested
        .iter()
        .find_map(|a| a.state().awaits().filter(|awaits| *awaits != own));
    if let Some(awaits) = other {
        return Err(AnswerRequestError::WaitsForOther { awaits });
    }
    let due = Money::sum(policy.currency, requested.iter().map(|a| a.booking().deposit))?;
    let begins = Begins::of(requested.iter().map(|a| a.booking()), now);
    let (id, customer) = (visit.head.id, visit.head.customer);
    let next = Next::of(policy, id, begins, due, order.pay_by, now);
    let head = VisitHead {
        accepted_by: Some(order.by),
        ..visit.head.clone()
    };
    let change = Change {
        head: Some(head),
        ..Change::at(now, order.who.clone())
    };
    let mut change = change.telling(BookingEvent::RequestAccepted {
        visit: id,
        customer,
        by: order.by,
    });
    for appointment in requested {
        change = change.with(appointment.clone().accept(next.becomes, now)?, ClaimChange::Keep);
    }
    let told = next.told(id, customer, due);
    change.tasks = next.tasks;
    Ok(change.telling(told))
}

/// Declines requests and counter-offers.
pub struct DeclineRequest {
    /// Where it is recorded.
    pub book: Arc<dyn AppointmentBook>,
    /// The present.
    pub clock: Arc<dyn Clock>,
}

impl DeclineRequest {
    /// Turns all requested parts of a visit down on behalf of `by`, as `who` says, and frees their time. The visit as it then stands is the
    /// answer. The business may say no at any time, the customer to another time that was offered; who
    /// changes their mind before that cancels. What was declined already is answered as it is.
    ///
    /// # Errors
    /// [`AnswerRequestError`]; then nothing changed.
    #[tracing::instrument(name = "booking.decline_request", skip_all, fields(visit.id = %id))]
    pub async fn execute(
        &self,
        tenant: TenantId,
        id: VisitId,
        by: CancelledBy,
        who: ChangedBy,
    ) -> Result<Visit, AnswerRequestError> {
        for _try in 0..TRIES {
            let visit = read(self.book.as_ref(), tenant, id).await?;
            if is_declined(&visit) {
                return Ok(visit);
            }
            let change = declined(&visit, by, who.clone(), self.clock.now())?;
            if recorded(self.book.as_ref(), tenant, change).await? {
                return read(self.book.as_ref(), tenant, id).await;
            }
        }
        Err(AnswerRequestError::Contended)
    }
}

fn is_declined(visit: &Visit) -> bool {
    let nothing_open = visit.appointments.iter().all(|a| a.state().awaits().is_none());
    let any = visit
        .appointments
        .iter()
        .any(|a| matches!(a.state(), State::Declined { .. }));
    nothing_open && any
}

fn declined(
    visit: &Visit,
    by: CancelledBy,
    who: ChangedBy,
    now: OffsetDateTime,
) -> Result<Change, AnswerRequestError> {
    let requested = requested(visit, "declined")?;
    let awaits = requested.iter().find_map(|a| a.state().awaits());
    if by == CancelledBy::Customer && awaits == Some(Awaits::Business) {
        return Err(AnswerRequestError::WaitsForOther {
            awaits: Awaits::Business,
        });
    }
    let mut change = Change::at(now, who);
    for appointment in requested {
        change = change.with(appointment.clone().decline(now)?, ClaimChange::Release);
    }
    let (visit, customer) = (visit.head.id, visit.head.customer);
    Ok(change.telling(BookingEvent::RequestDeclined { visit, customer, by }))
}

/// The parts that wait for an answer; never none.
pub(super) fn requested<'a>(
    visit: &'a Visit,
    to: &'static str,
) -> Result<Vec<&'a Appointment>, TransitionRefused> {
    let open: Vec<_> = visit
        .appointments
        .iter()
        .filter(|a| a.state().awaits().is_some())
        .collect();
    if open.is_empty() {
        let from = visit.appointments.first().map_or("empty", |a| a.state().word());
        return Err(TransitionRefused { from, to });
    }
    Ok(open)
}

async fn read(
    book: &dyn AppointmentBook,
    tenant: TenantId,
    id: VisitId,
) -> Result<Visit, AnswerRequestError> {
    let visit = book.visit(tenant, id).await?;
    visit.ok_or(AnswerRequestError::UnknownVisit)
}

/// Whether it was recorded; if not, the visit has moved on.
async fn recorded(
    book: &dyn AppointmentBook,
    tenant: TenantId,
    change: Change,
) -> Result<bool, AnswerRequestError> {
    match book.record(tenant, change).await {
        Ok(()) => Ok(true),
        // No claim is taken, no visit is made, and neither a month nor the setup is asked about here.
        Err(
            RecordError::Stale
            | RecordError::SlotTaken
            | RecordError::KeyUsed
            | RecordError::UnknownCustomer
            | RecordError::SetupChanged
            | RecordError::MonthFrozen,
        ) => Ok(false),
        Err(RecordError::Unavailable(outage)) => Err(outage.into()),
    }
}
