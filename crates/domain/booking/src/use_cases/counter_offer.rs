//! Answers a request with another time, and keeps that one instead.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ratiba_kernel::{Clock, Outage, TenantId};
use time::OffsetDateTime;

use super::opening::expiry_task;
use super::replacing::{NotThere, Replacing, Wanted};
use super::{TRIES, answer_request, facts_query};
use crate::appointment::{AppointmentId, CancelledBy, ChangedBy, Placement, TransitionRefused};
use crate::availability::{Facts, Reason, RequestFault, Slot};
use crate::catalogue::{Minutes, Service, StaffId};
use crate::event::BookingEvent;
use crate::policy::{Channel, Rules};
use crate::ports::{AppointmentBook, Change, ClaimChange, Outlook, RecordError, Timetable};
use crate::visit::{Visit, VisitId, claimed};

/// Another time for a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CounterOfferOrder {
    /// The visit.
    pub visit: VisitId,
    /// When its first part would begin.
    pub start: OffsetDateTime,
    /// Who would render a part; whoever is not named keeps it, or, if nobody asked for them, the next one
    /// takes it where they cannot.
    pub staff: BTreeMap<AppointmentId, StaffId>,
    /// Who offers it.
    pub who: ChangedBy,
}

/// Why another time could not be put in the place of the present one. The present one is kept.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReplaceError {
    /// There is no such visit or appointment, or the order names a part that it does not have.
    #[error("there is no such visit or appointment")]
    Unknown,
    /// The state does not allow it.
    #[error(transparent)]
    Refused(#[from] TransitionRefused),
    /// It is too late for the customer; the business may still do it.
    #[error("the customer could move it until {until}")]
    TooLate {
        /// Until when it could be moved.
        until: OffsetDateTime,
    },
    /// A part is rendered by several people together; their time is put together by hand.
    #[error("a part is rendered by several people together")]
    SeveralStaff,
    /// The time cannot be had, or somebody else was faster.
    #[error("the time cannot be had")]
    NotFree {
        /// Why.
        reasons: BTreeSet<Reason>,
        /// The nearest starts that can be had, the nearest first; may be none.
        alternatives: Vec<Slot>,
    },
    /// The order names what does not exist.
    #[error(transparent)]
    Request(#[from] RequestFault),
    /// It changed under every try. Read again and decide again.
    #[error("the visit keeps changing")]
    Contended,
    /// Book or timetable did not answer.
    #[error("the appointment book is unavailable")]
    Unavailable(#[from] Outage),
}

impl From<NotThere> for ReplaceError {
    fn from(refused: NotThere) -> Self {
        Self::NotFree {
            reasons: refused.reasons,
            alternatives: refused.alternatives,
        }
    }
}

/// Makes counter-offers.
pub struct CounterOffer {
    /// Where it is recorded.
    pub book: Arc<dyn AppointmentBook>,
    /// What is known about the days.
    pub timetable: Arc<dyn Timetable>,
    /// The present.
    pub clock: Arc<dyn Clock>,
}

impl CounterOffer {
    /// Puts all requested parts of a visit at another time, by the desk's notice and horizon, frees the old
    /// one, and waits for the customer as long as for a request; a time that leaves none to answer is refused. The
    /// visit as it then stands is the answer. An offer can be replaced by another one.
    ///
    /// # Errors
    /// [`ReplaceError`]; then the request keeps the time that it had.
    #[tracing::instrument(name = "booking.counter_offer", skip_all, fields(visit.id = %order.visit))]
    pub async fn execute(&self, tenant: TenantId, order: CounterOfferOrder) -> Result<Visit, ReplaceError> {
        let wanted = Wanted {
            start: order.start,
            staff: &order.staff,
            by: CancelledBy::Business,
            channel: Channel::Desk,
        };
        for last in (0..TRIES).map(|round| round + 1 == TRIES) {
            let visit = self.book.visit(tenant, order.visit).await?;
            let visit = visit.ok_or(ReplaceError::Unknown)?;
            answer_request::requested(&visit, "offered another time")?;
            let replacing = Replacing::of(&visit, |a| a.state().awaits().is_some());
            check_parts(&replacing, &order.staff)?;
            let now = self.clock.now();
            let request = replacing.request(&wanted, now)?;
            let query = facts_query(&request.parts, request.window);
            let Outlook { facts, setup } = self.timetable.outlook(tenant, query.clone()).await?;
            let answer = Answer::of(&facts, &replacing, now);
            let placed = replacing.place(facts, &request, &wanted)??;
            let start = placed.iter().map(|placement| placement.time.start()).min();
            let Some(until) = start.and_then(|start| answer.until(start)) else {
                let facts = self.timetable.facts(tenant, query).await?;
                let mut refused = replacing.lost(facts, &request, &wanted, Reason::Notice)?;
                refused
                    .alternatives
                    .retain(|slot| answer.until(slot.time.start()).is_some());
                return Err(refused.into());
            };
            let change = offered(
                &visit,
                &replacing,
                placed,
                until,
                Change::at(now, order.who.clone()),
            )?;
            let change = Change {
                setup: Some(setup),
                ..change
            };
            match self.book.record(tenant, change).await {
                Ok(()) => {
                    let visit = self.book.visit(tenant, order.visit).await?;
                    return visit.ok_or(ReplaceError::Unknown);
                }
                Err(RecordError::SlotTaken) if last => {
                    let facts = self.timetable.facts(tenant, query).await?;
                    return Err(replacing.lost(facts, &request, &wanted, Reason::Booked)?.into());
                }
                // Somebody was faster, or the visit moved on: read and decide again.
                Err(
                    RecordError::SlotTaken
                    | RecordError::Stale
                    | RecordError::KeyUsed
                    | RecordError::UnknownCustomer
                    | RecordError::SetupChanged
                    | RecordError::MonthFrozen,
                ) => {}
                Err(RecordError::Unavailable(outage)) => return Err(outage.into()),
            }
        }
        Err(ReplaceError::Contended)
    }
}

/// Refuses what cannot be put elsewhere by the engine.
pub(super) fn check_parts(
    replacing: &Replacing<'_>,
    staff: &BTreeMap<AppointmentId, StaffId>,
) -> Result<(), ReplaceError> {
    let parts = replacing.parts();
    if staff.keys().any(|id| !parts.iter().any(|part| part.id() == *id)) {
        return Err(ReplaceError::Unknown);
    }
    if parts.iter().any(|part| part.booking().team.members().len() > 1) {
        return Err(ReplaceError::SeveralStaff);
    }
    Ok(())
}

/// How long a customer has for an answer.
struct Answer {
    rules: Rules,
    notice: Minutes,
    now: OffsetDateTime,
}

impl Answer {
    fn of(facts: &Facts, replacing: &Replacing<'_>, now: OffsetDateTime) -> Self {
        let parts = || replacing.parts().iter().map(|part| part.booking());
        let channel = parts().next().map_or(Channel::Desk, |booking| booking.channel);
        let asked = |service: &&Service| parts().any(|booking| booking.service == service.id);
        let rules = facts.policy.rules.clone();
        Self {
            notice: Service::longest_notice(facts.services.iter().filter(asked), &rules, channel),
            rules,
            now,
        }
    }

    /// Until when, for a visit that begins at `start`; `None` if there is no time for one.
    fn until(&self, start: OffsetDateTime) -> Option<OffsetDateTime> {
        self.rules.request_deadline(self.notice, start, self.now)
    }
}

fn offered(
    visit: &Visit,
    replacing: &Replacing<'_>,
    placed: Vec<Placement>,
    until: OffsetDateTime,
    mut change: Change,
) -> Result<Change, ReplaceError> {
    let freed = claimed(replacing.parts().iter().copied());
    for (part, placement) in replacing.parts().iter().zip(placed) {
        let offered = (*part).clone().counter_offer(placement, until, change.at)?;
        change = change.with(offered, ClaimChange::Take);
    }
    let (visit, customer) = (visit.head.id, visit.head.customer);
    change.tasks.push(expiry_task(visit, until));
    Ok(change.telling(BookingEvent::CounterOffered {
        visit,
        customer,
        until,
        freed,
    }))
}
