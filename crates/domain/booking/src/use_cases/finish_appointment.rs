//! Records that a service was rendered.

use std::sync::Arc;

use ratiba_kernel::{Clock, TenantId};
use time::OffsetDateTime;

use super::start_appointment::{RenderingError, find};
use crate::appointment::{Appointment, AppointmentId, ChangedBy};
use crate::event::BookingEvent;
use crate::ports::{AppointmentBook, Change, ClaimChange};

/// Finishes services.
pub struct FinishAppointment {
    /// Where it is recorded.
    pub book: Arc<dyn AppointmentBook>,
    /// The present.
    pub clock: Arc<dyn Clock>,
}

impl FinishAppointment {
    /// Records the actual end: `ended`, or the present, as `who` says. The appointment as it then stands is the answer.
    ///
    /// Pressing the button twice is pressing it once. A service that ended in a month that is frozen by
    /// now is recorded all the same: it did happen, and earns by an amendment.
    ///
    /// # Errors
    /// [`RenderingError`].
    #[tracing::instrument(name = "booking.finish_appointment", skip_all, fields(appointment.id = %id))]
    pub async fn execute(
        &self,
        tenant: TenantId,
        id: AppointmentId,
        ended: Option<OffsetDateTime>,
        who: ChangedBy,
    ) -> Result<Appointment, RenderingError> {
        let appointment = find(self.book.as_ref(), tenant, id).await?;
        let known = appointment.actuals().end;
        if known.is_some() && (ended.is_none() || ended == known) {
            return Ok(appointment);
        }
        let now = self.clock.now();
        let finished = appointment.finish(ended.unwrap_or(now), now)?;
        let booking = finished.booking();
        let event = BookingEvent::AppointmentCompleted {
            appointment: id,
            visit: booking.visit,
            customer: booking.customer,
            staff: booking.team.members().to_vec(),
        };
        let change = Change::at(now, who)
            .with(finished.clone(), ClaimChange::Keep)
            .telling(event);
        self.book.record(tenant, change).await?;
        Ok(finished.at_next_version())
    }
}
