//! Says that a reminder should go out, once, if the visit still stands.

use std::sync::Arc;

use ratiba_kernel::{Clock, TenantId, Zone};

use super::{TRIES, TaskError, confirm_visit};
use crate::appointment::{ChangedBy, State};
use crate::event::BookingEvent;
use crate::policy::Reminder;
use crate::ports::{AppointmentBook, Catalogue, Change, RecordError};
use crate::visit::{Visit, VisitId};

/// Sees to reminders.
pub struct Remind {
    /// Where it is recorded.
    pub book: Arc<dyn AppointmentBook>,
    /// The tenant's zone, for the next reminder.
    pub catalogue: Arc<dyn Catalogue>,
    /// The present.
    pub clock: Arc<dyn Clock>,
}

impl Remind {
    /// Records the event that a reminder is due, unless it went out before, the visit does not stand any
    /// more or has begun, or it was moved so far ahead that the reminder is not due yet. The next reminder is due
    /// from then on. Safe to repeat.
    ///
    /// # Errors
    /// [`TaskError`], as for any task of a visit.
    #[tracing::instrument(name = "booking.remind", skip_all, fields(visit.id = %id))]
    pub async fn execute(&self, tenant: TenantId, id: VisitId, reminder: Reminder) -> Result<(), TaskError> {
        let zone = self.catalogue.policy(tenant).await?.zone;
        for _try in 0..TRIES {
            let Some(visit) = self.book.visit(tenant, id).await? else {
                return Ok(());
            };
            let Some(change) = self.decide(&visit, &zone, reminder) else {
                return Ok(());
            };
            match self.book.record(tenant, change).await {
                Ok(()) => return Ok(()),
                Err(
                    RecordError::Stale
                    | RecordError::SlotTaken
                    | RecordError::KeyUsed
                    | RecordError::MonthFrozen
                    | RecordError::UnknownCustomer
                    | RecordError::SetupChanged,
                ) => {}
                Err(RecordError::Unavailable(outage)) => return Err(outage.into()),
            }
        }
        Err(TaskError::Contended)
    }

    fn decide(&self, visit: &Visit, zone: &Zone, reminder: Reminder) -> Option<Change> {
        let now = self.clock.now();
        let confirmed = visit
            .appointments
            .iter()
            .filter(|a| matches!(a.state(), State::Confirmed { .. }));
        let comes = confirmed.map(|a| (a.booking().client().start(), a.state().since()));
        let (start, since) = comes.min()?;
        let is_time = now < start && reminder.earliest(start) <= now;
        if !is_time || visit.head.reminded.contains(&reminder) {
            return None;
        }
        let mut head = visit.head.clone();
        head.reminded.insert(reminder);
        let (visit, customer) = (head.id, head.customer);
        let change = Change {
            head: Some(head),
            tasks: confirm_visit::next_reminder(zone, visit, start, since, Some(reminder))
                .into_iter()
                .collect(),
            ..Change::at(now, ChangedBy::System)
        };
        Some(change.telling(BookingEvent::ReminderDue {
            visit,
            customer,
            reminder,
        }))
    }
}
