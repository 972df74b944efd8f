//! Records that a service has begun.

use std::sync::Arc;

use ratiba_kernel::{Clock, Outage, TenantId};
use time::OffsetDateTime;

use crate::appointment::{Appointment, AppointmentId, ChangedBy, RenderingRefused};
use crate::catalogue::ResourceId;
use crate::event::BookingEvent;
use crate::ports::{
    AppointmentBook, Change, ClaimChange, GateAnswer, GateQuestion, NotReady, RecordError, TreatmentGate,
};

/// Why a rendering was not recorded.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum RenderingError {
    /// There is no such appointment.
    #[error("there is no such appointment")]
    UnknownAppointment,
    /// State, times or tip do not allow it.
    #[error(transparent)]
    Refused(#[from] RenderingRefused),
    /// What it is rendered in is not ready. Only a treatment that is to start is refused so.
    #[error("the resource {resource} {because}")]
    NotReady {
        /// Which resource.
        resource: ResourceId,
        /// Why.
        because: NotReady,
    },
    /// The month is frozen: what is still to be said about it is an amendment.
    #[error("the month is frozen")]
    MonthFrozen,
    /// It changed in the meantime. Read again and decide again.
    #[error("the appointment changed since it was read")]
    Stale,
    /// The book did not answer.
    #[error("the appointment book is unavailable")]
    Unavailable(#[from] Outage),
}

impl From<RecordError> for RenderingError {
    fn from(error: RecordError) -> Self {
        match error {
            // No claim is taken and no visit is made here.
            RecordError::Stale
            | RecordError::SlotTaken
            | RecordError::KeyUsed
            | RecordError::UnknownCustomer
            | RecordError::SetupChanged => Self::Stale,
            RecordError::MonthFrozen => Self::MonthFrozen,
            RecordError::Unavailable(outage) => Self::Unavailable(outage),
        }
    }
}

/// Starts services.
pub struct StartAppointment {
    /// Where it is recorded.
    pub book: Arc<dyn AppointmentBook>,
    /// Who says whether it may start.
    pub gate: Arc<dyn TreatmentGate>,
    /// The present.
    pub clock: Arc<dyn Clock>,
}

impl StartAppointment {
    /// Records the actual start: `began`, or the present, as `who` says. The appointment as it then stands is the answer.
    ///
    /// Pressing the button twice is pressing it once: a service that has begun, and for which no other
    /// start is named, is answered as it is. The gate is asked last, and only for what may start otherwise.
    ///
    /// # Errors
    /// [`RenderingError`].
    #[tracing::instrument(name = "booking.start_appointment", skip_all, fields(appointment.id = %id))]
    pub async fn execute(
        &self,
        tenant: TenantId,
        id: AppointmentId,
        began: Option<OffsetDateTime>,
        who: ChangedBy,
    ) -> Result<Appointment, RenderingError> {
        let appointment = find(self.book.as_ref(), tenant, id).await?;
        let known = appointment.actuals().start;
        if known.is_some() && (began.is_none() || began == known) {
            return Ok(appointment);
        }
        let now = self.clock.now();
        let began = began.unwrap_or(now);
        let started = appointment.start(began, now)?;
        let question = GateQuestion::of(&started, began);
        match self.gate.may_start(tenant, question).await? {
            GateAnswer::Open => {}
            GateAnswer::Shut { resource, because } => {
                return Err(RenderingError::NotReady { resource, because });
            }
        }
        let visit = started.booking().visit;
        let change = Change::at(now, who)
            .with(started.clone(), ClaimChange::Keep)
            .telling(BookingEvent::AppointmentStarted {
                appointment: id,
                visit,
            });
        self.book.record(tenant, change).await?;
        Ok(started.at_next_version())
    }
}

pub(super) async fn find(
    book: &dyn AppointmentBook,
    tenant: TenantId,
    id: AppointmentId,
) -> Result<Appointment, RenderingError> {
    book.appointment(tenant, id)
        .await?
        .ok_or(RenderingError::UnknownAppointment)
}
