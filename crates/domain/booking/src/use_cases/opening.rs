//! How a visit begins its life, and how an accepted request goes on: asked for, held or confirmed, with what
//! is due later and what is told. No decision here touches the time itself.

use ratiba_kernel::{Money, MoneyError};
use time::{Duration, OffsetDateTime};

use super::confirm_visit;
use crate::appointment::{Acceptance, Appointment, AppointmentId, Booking};
use crate::event::{BookingEvent, BookingTask, Due};
use crate::policy::{PayBy, Policy};
use crate::ports::{Change, ClaimChange};
use crate::visit::{VisitHead, VisitId};

/// The first change of a visit, which has just `begun`: all of its parts claim their time and wait for the business until
/// `request_until` where the channel asks for approval, for money where some is due, and for nothing else.
///
/// # Errors
/// [`MoneyError`] if the parts' deposits do not go together.
pub(super) fn opened(
    policy: &Policy,
    head: VisitHead,
    parts: Vec<(AppointmentId, Booking)>,
    request_until: Option<OffsetDateTime>,
    pay_by: PayBy,
    begun: Change,
) -> Result<Change, MoneyError> {
    let now = begun.at;
    let due = Money::sum(policy.currency, parts.iter().map(|(_, booking)| booking.deposit))?;
    let begins = Begins::of(parts.iter().map(|(_, booking)| booking), now);
    let (visit, customer) = (head.id, head.customer);
    let mut change = Change {
        head: Some(head),
        ..begun
    };
    if let Some(until) = request_until {
        for (id, booking) in parts {
            change = change.with(Appointment::request(id, booking, until), ClaimChange::Take);
        }
        change.tasks.push(expiry_task(visit, until));
        return Ok(change.telling(BookingEvent::VisitRequested {
            visit,
            customer,
            until,
        }));
    }
    let next = Next::of(policy, visit, begins, due, pay_by, now);
    for (id, booking) in parts {
        let appointment = match next.becomes {
            Acceptance::Held { until } => Appointment::hold(id, booking, until),
            Acceptance::Confirmed => Appointment::agreed(id, booking),
        };
        change = change.with(appointment, ClaimChange::Take);
    }
    let told = next.told(visit, customer, due);
    change.tasks = next.tasks;
    Ok(change.telling(told))
}

/// When a visit begins.
#[derive(Clone, Copy)]
pub(super) struct Begins {
    /// For the business, which may have something to set up.
    start: OffsetDateTime,
    /// For the customer.
    client_comes: OffsetDateTime,
}

impl Begins {
    /// The earliest of the parts; `now` for none.
    pub(super) fn of<'b>(parts: impl Iterator<Item = &'b Booking> + Clone, now: OffsetDateTime) -> Self {
        let start = parts.clone().map(|booking| booking.time.start()).min();
        let client_comes = parts.map(|booking| booking.client().start()).min();
        Self {
            start: start.unwrap_or(now),
            client_comes: client_comes.unwrap_or(now),
        }
    }
}

/// What becomes of a visit to which everybody agrees.
pub(super) struct Next {
    /// Of each of its parts.
    pub(super) becomes: Acceptance,
    /// What is due later.
    pub(super) tasks: Vec<Due<BookingTask>>,
}

impl Next {
    /// Held until its money comes, if any is due; else confirmed, with its reminders of when the customer comes.
    pub(super) fn of(
        policy: &Policy,
        visit: VisitId,
        begins: Begins,
        due: Money,
        pay_by: PayBy,
        now: OffsetDateTime,
    ) -> Self {
        if due.is_positive() {
            let until = hold_until(policy, pay_by, begins.start, now);
            return Self {
                becomes: Acceptance::Held { until },
                tasks: vec![expiry_task(visit, until)],
            };
        }
        Self {
            becomes: Acceptance::Confirmed,
            tasks: confirm_visit::next_reminder(&policy.zone, visit, begins.client_comes, now, None)
                .into_iter()
                .collect(),
        }
    }

    /// What is told of it.
    pub(super) fn told(
        &self,
        visit: VisitId,
        customer: crate::catalogue::CustomerId,
        due: Money,
    ) -> BookingEvent {
        match self.becomes {
            Acceptance::Held { until } => BookingEvent::VisitHeld {
                visit,
                customer,
                until,
                due,
            },
            Acceptance::Confirmed => BookingEvent::VisitConfirmed { visit, customer },
        }
    }
}

/// What a hold that begins at its start, or after it, is given to be paid: a prompt is answered within two minutes or
/// not at all.
const HOLD_AT_LEAST: Duration = Duration::minutes(2);

/// Until when a hold that begins now waits for its money: as long as the tenant says, but not past the start.
pub(super) fn hold_until(
    policy: &Policy,
    pay_by: PayBy,
    start: OffsetDateTime,
    now: OffsetDateTime,
) -> OffsetDateTime {
    let longest = policy.rules.hold.of(pay_by).duration();
    now.saturating_add(longest.min((start - now).max(HOLD_AT_LEAST)))
}

/// Ends whatever of a visit still waits at its deadline.
pub(super) const fn expiry_task(visit: VisitId, until: OffsetDateTime) -> Due<BookingTask> {
    Due {
        at: until,
        task: BookingTask::ExpireHold { visit },
    }
}
