//! Records or corrects what really happened: times, tip, notes.

use std::sync::Arc;

use ratiba_kernel::{Clock, TenantId};

use super::start_appointment::{RenderingError, find};
use crate::appointment::{Appointment, AppointmentId, ChangedBy, Correction, State, Version};
use crate::event::BookingEvent;
use crate::ports::{AppointmentBook, Change, ClaimChange, OpenMonth};

/// Records actuals.
pub struct RecordActuals {
    /// Where it is recorded.
    pub book: Arc<dyn AppointmentBook>,
    /// The present.
    pub clock: Arc<dyn Clock>,
}

impl RecordActuals {
    /// Applies a correction, as `who` says; what it leaves out stays. The appointment as it then stands is the answer.
    ///
    /// A correction of a rendered service is refused once the month in which it counts, before or after
    /// the correction, is frozen for anybody of its team. With `read_at` it is refused as stale if the
    /// appointment has moved on. A correction that changes nothing records nothing.
    ///
    /// # Errors
    /// [`RenderingError`].
    #[tracing::instrument(name = "booking.record_actuals", skip_all, fields(appointment.id = %id))]
    pub async fn execute(
        &self,
        tenant: TenantId,
        id: AppointmentId,
        correction: Correction,
        read_at: Option<Version>,
        who: ChangedBy,
    ) -> Result<Appointment, RenderingError> {
        let before = find(self.book.as_ref(), tenant, id).await?;
        if read_at.is_some_and(|version| version != before.version()) {
            return Err(RenderingError::Stale);
        }
        let now = self.clock.now();
        let after = before.clone().correct(correction, now)?;
        if after == before {
            return Ok(before);
        }
        let visit = after.booking().visit;
        let mut change = Change::at(now, who)
            .with(after.clone(), ClaimChange::Keep)
            .telling(BookingEvent::ActualsCorrected {
                appointment: id,
                visit,
            });
        if matches!(after.state(), State::Completed { .. }) {
            let instants = [before.counts_at(), after.counts_at()];
            let team = after.booking().team.members().iter();
            change.open_months = team
                .flat_map(|staff| instants.map(|at| OpenMonth { staff: *staff, at }))
                .collect();
        }
        self.book.record(tenant, change).await?;
        Ok(after.at_next_version())
    }
}
