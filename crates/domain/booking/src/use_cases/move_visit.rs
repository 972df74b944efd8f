//! Moves what is agreed or held to another time: the old one is freed only if the new one is won.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ratiba_kernel::{Clock, TenantId};
use time::{Duration, OffsetDateTime};

use super::counter_offer::{ReplaceError, check_parts};
use super::replacing::{Replacing, Wanted};
use super::{TRIES, confirm_visit, facts_query};
use crate::appointment::{
    Appointment, AppointmentId, CancelledBy, ChangedBy, Placement, State, TransitionRefused,
};
use crate::availability::Reason;
use crate::catalogue::StaffId;
use crate::event::BookingEvent;
use crate::policy::{Channel, Policy};
use crate::ports::{AppointmentBook, Change, ClaimChange, Outlook, RecordError, Timetable};
use crate::visit::{Visit, VisitId, claimed};

/// What is to be moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MoveTarget {
    /// All parts of a visit that have not begun and are not over.
    Visit(VisitId),
    /// One appointment; the other parts of its visit stay.
    Appointment(AppointmentId),
}

/// An order to move.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MoveOrder {
    /// What.
    pub target: MoveTarget,
    /// When its first part is to begin.
    pub start: OffsetDateTime,
    /// Who renders a part from now on. Whoever is not named keeps it; if nobody asked for them by name, the
    /// next one takes it where they cannot.
    pub staff: BTreeMap<AppointmentId, StaffId>,
    /// On whose behalf. The customer may until the cancellation stops being free; the business always.
    pub by: CancelledBy,
    /// Who says so.
    pub who: ChangedBy,
    /// Whose notice and horizon count.
    pub channel: Channel,
}

/// Moves visits and appointments.
pub struct MoveVisit {
    /// Where it is recorded.
    pub book: Arc<dyn AppointmentBook>,
    /// What is known about the days.
    pub timetable: Arc<dyn Timetable>,
    /// The present.
    pub clock: Arc<dyn Clock>,
}

impl MoveVisit {
    /// Moves, and answers with the visit as it then stands. Price and deposit are carried along; reminders
    /// go out anew where the new time asks for them. Moving to where it is changes nothing, and is never too late: the
    /// move may be asked for again by somebody who does not know that it was made.
    ///
    /// # Errors
    /// [`ReplaceError`]; then everything keeps the time that it had.
    #[tracing::instrument(name = "booking.move_visit", skip_all)]
    pub async fn execute(&self, tenant: TenantId, order: MoveOrder) -> Result<Visit, ReplaceError> {
        let wanted = Wanted {
            start: order.start,
            staff: &order.staff,
            by: order.by,
            channel: order.channel,
        };
        for last in (0..TRIES).map(|round| round + 1 == TRIES) {
            let visit = self.visit(tenant, order.target).await?;
            let replacing = movable(&visit, order.target)?;
            check_parts(&replacing, &order.staff)?;
            if replacing.is_there(&wanted) {
                return Ok(visit);
            }
            let now = self.clock.now();
            let request = replacing.request(&wanted, now)?;
            let query = facts_query(&request.parts, request.window);
            let Outlook { facts, setup } = self.timetable.outlook(tenant, query).await?;
            let policy = facts.policy.clone();
            in_time(&policy, replacing.parts(), order.by, now)?;
            let placed = replacing.place(facts, &request, &wanted)??;
            let Some(change) = moved(&policy, &visit, &replacing, placed, &order, now)? else {
                return Ok(visit);
            };
            let change = Change {
                setup: Some(setup),
                ..change
            };
            match self.book.record(tenant, change).await {
                Ok(()) => return self.visit(tenant, order.target).await,
                Err(RecordError::SlotTaken) if last => {
                    let query = facts_query(&request.parts, request.window);
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

    async fn visit(&self, tenant: TenantId, target: MoveTarget) -> Result<Visit, ReplaceError> {
        let id = match target {
            MoveTarget::Visit(id) => id,
            MoveTarget::Appointment(id) => {
                let appointment = self.book.appointment(tenant, id).await?;
                appointment.ok_or(ReplaceError::Unknown)?.booking().visit
            }
        };
        let visit = self.book.visit(tenant, id).await?;
        visit.ok_or(ReplaceError::Unknown)
    }
}

/// The parts that are meant; refused if there is none that could be moved, or one of a visit's living parts
/// is a request, to which another time is offered instead.
pub(super) fn movable(visit: &Visit, target: MoveTarget) -> Result<Replacing<'_>, ReplaceError> {
    let meant = |a: &Appointment| match target {
        MoveTarget::Visit(_) => true,
        MoveTarget::Appointment(id) => a.id() == id,
    };
    let moves =
        |a: &Appointment| meant(a) && matches!(a.state(), State::Held { .. } | State::Confirmed { .. });
    let refused = |a: &Appointment| TransitionRefused {
        from: a.state().word(),
        to: "moved",
    };
    let mut all = visit.appointments.iter().filter(|a| meant(a));
    if let Some(request) = all.clone().find(|a| a.state().awaits().is_some()) {
        return Err(refused(request).into());
    }
    let replacing = Replacing::of(visit, moves);
    match all.next() {
        Some(first) if replacing.parts().is_empty() => Err(refused(first).into()),
        Some(_) => Ok(replacing),
        None => Err(ReplaceError::Unknown),
    }
}

/// What was agreed can be moved by the customer as long as it could be cancelled for nothing.
pub(super) fn in_time(
    policy: &Policy,
    parts: &[&Appointment],
    by: CancelledBy,
    now: OffsetDateTime,
) -> Result<(), ReplaceError> {
    let agreed = parts
        .iter()
        .filter(|a| matches!(a.state(), State::Confirmed { .. }));
    let free = Duration::hours(i64::from(policy.rules.cancellation.free_until_hours));
    let until = agreed
        .map(|a| a.booking().time.start().saturating_sub(free))
        .min();
    match until {
        Some(until) if by == CancelledBy::Customer && until < now => Err(ReplaceError::TooLate { until }),
        Some(_) | None => Ok(()),
    }
}

/// The change that moves the parts; `None` if they are there already.
fn moved(
    policy: &Policy,
    visit: &Visit,
    replacing: &Replacing<'_>,
    placed: Vec<Placement>,
    order: &MoveOrder,
    now: OffsetDateTime,
) -> Result<Option<Change>, ReplaceError> {
    let mut change = Change::at(now, order.who.clone());
    let mut anything = false;
    for (part, placement) in replacing.parts().iter().zip(placed) {
        let after = (*part).clone().reschedule(placement, now)?;
        anything = anything || after != **part;
        change = change.with(after, ClaimChange::Take);
    }
    if !anything {
        return Ok(None);
    }
    remind_anew(policy, visit, &mut change, now);
    let freed = claimed(replacing.parts().iter().copied());
    let now_theirs: BTreeSet<StaffId> = change
        .appointments
        .iter()
        .flat_map(|changed| changed.appointment.booking().team.members())
        .copied()
        .collect();
    let before: BTreeSet<StaffId> = replacing
        .parts()
        .iter()
        .flat_map(|part| part.booking().team.members())
        .copied()
        .collect();
    let left = before.difference(&now_theirs).copied().collect();
    let (visit, customer) = (visit.head.id, visit.head.customer);
    Ok(Some(change.telling(BookingEvent::VisitMoved {
        visit,
        customer,
        by: order.by,
        freed,
        left,
    })))
}

/// Reminders for when the customer comes now, if the visit is agreed and they come at another time than before: what
/// went out for the old one does not count where the new one is still far enough ahead.
fn remind_anew(policy: &Policy, visit: &Visit, change: &mut Change, now: OffsetDateTime) {
    let after = |a: &Appointment| {
        let mut changed = change.appointments.iter().map(|changed| &changed.appointment);
        let moved = changed.find(|moved| moved.id() == a.id()).unwrap_or(a);
        moved.booking().client().start()
    };
    let agreed = || {
        visit
            .appointments
            .iter()
            .filter(|a| matches!(a.state(), State::Confirmed { .. }))
    };
    let before = agreed().map(|a| a.booking().client().start()).min();
    let Some(comes) = agreed().map(after).min().filter(|comes| before != Some(*comes)) else {
        return;
    };
    let mut head = visit.head.clone();
    head.reminded
        .retain(|reminder| reminder.goes_at(&policy.zone, comes, now).is_none());
    change.tasks.extend(confirm_visit::next_reminder(
        &policy.zone,
        head.id,
        comes,
        now,
        None,
    ));
    if head.reminded != visit.head.reminded {
        change.head = Some(head);
    }
}
