//! Whether the customer came: checking in, marking who did not come, and taking either back.

use std::sync::Arc;

use ratiba_kernel::{Clock, MoneyError, Outage, TenantId, Zone};
use time::OffsetDateTime;

use super::{alternatives, around, facts_query};
use crate::appointment::{Appointment, AppointmentId, ChangedBy, State, TransitionRefused};
use crate::availability::{Arrangement, PartOrder, PartRequest, Slot, SlotRequest, StaffWish};
use crate::event::BookingEvent;
use crate::policy::Channel;
use crate::ports::{AppointmentBook, Catalogue, Change, ClaimChange, RecordError, Timetable};

/// Why nothing was recorded.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum AttendanceError {
    /// There is no such appointment.
    #[error("there is no such appointment")]
    UnknownAppointment,
    /// The state does not allow it.
    #[error(transparent)]
    Refused(#[from] TransitionRefused),
    /// It cannot be said yet.
    #[error("this can be said from {from} on")]
    TooEarly {
        /// From when on it can.
        from: OffsetDateTime,
    },
    /// It was said on an earlier day and stays.
    #[error("this was recorded on an earlier day")]
    AnotherDay,
    /// Its time was given to somebody else in the meantime.
    #[error("the time was given to somebody else")]
    TimeGone {
        /// The nearest starts that can be had instead, the nearest first; may be none.
        alternatives: Vec<Slot>,
    },
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

impl From<RecordError> for AttendanceError {
    fn from(error: RecordError) -> Self {
        match error {
            // Only a no-show that is taken back takes time, and answers that itself. No visit is made, and
            // neither a month nor the setup is asked about here.
            RecordError::SlotTaken
            | RecordError::Stale
            | RecordError::KeyUsed
            | RecordError::UnknownCustomer
            | RecordError::SetupChanged
            | RecordError::MonthFrozen => Self::Stale,
            RecordError::Unavailable(outage) => Self::Unavailable(outage),
        }
    }
}

/// Records who came and who did not, as somebody (`who`) says.
pub struct Attendance {
    /// Where it is recorded.
    pub book: Arc<dyn AppointmentBook>,
    /// The tenant's policy.
    pub catalogue: Arc<dyn Catalogue>,
    /// What is near where a time is gone.
    pub timetable: Arc<dyn Timetable>,
    /// The present.
    pub clock: Arc<dyn Clock>,
}

impl Attendance {
    /// Records that the customer is here, on the appointment's local day or later. The appointment as it
    /// then stands is the answer; who is checked in already is answered as they are.
    ///
    /// # Errors
    /// [`AttendanceError`].
    #[tracing::instrument(name = "booking.check_in", skip_all, fields(appointment.id = %id))]
    pub async fn check_in(
        &self,
        tenant: TenantId,
        id: AppointmentId,
        who: ChangedBy,
    ) -> Result<Appointment, AttendanceError> {
        let appointment = self.find(tenant, id).await?;
        if matches!(appointment.state(), State::CheckedIn { .. }) {
            return Ok(appointment);
        }
        let (zone, now) = (self.catalogue.policy(tenant).await?.zone, self.clock.now());
        let visit = appointment.booking().visit;
        let day = zone.day_start(zone.date(appointment.booking().time.start()));
        let checked_in = appointment.check_in(now)?;
        if now < day {
            return Err(AttendanceError::TooEarly { from: day });
        }
        let appointment = id;
        let event = BookingEvent::CustomerCame { appointment, visit };
        self.record(tenant, (now, who), checked_in, ClaimChange::Keep, event)
            .await
    }

    /// Takes a check-in back, on the local day on which it was recorded. An appointment that is not checked
    /// in is refused.
    ///
    /// # Errors
    /// [`AttendanceError`].
    #[tracing::instrument(name = "booking.undo_check_in", skip_all, fields(appointment.id = %id))]
    pub async fn undo_check_in(
        &self,
        tenant: TenantId,
        id: AppointmentId,
        who: ChangedBy,
    ) -> Result<Appointment, AttendanceError> {
        let appointment = self.find(tenant, id).await?;
        let (zone, now) = (self.catalogue.policy(tenant).await?.zone, self.clock.now());
        let said_at = appointment.state().since();
        let back = appointment.undo_check_in(now)?;
        same_day(&zone, said_at, now)?;
        let event = corrected(&back);
        self.record(tenant, (now, who), back, ClaimChange::Keep, event)
            .await
    }

    /// Records that the customer did not come, once the policy's grace after the start is over; frees the
    /// time, and says what the policy asks for it. What is a no-show already is answered as it is.
    ///
    /// # Errors
    /// [`AttendanceError`].
    #[tracing::instrument(name = "booking.mark_no_show", skip_all, fields(appointment.id = %id))]
    pub async fn mark_no_show(
        &self,
        tenant: TenantId,
        id: AppointmentId,
        who: ChangedBy,
    ) -> Result<Appointment, AttendanceError> {
        let appointment = self.find(tenant, id).await?;
        if matches!(appointment.state(), State::NoShow { .. }) {
            return Ok(appointment);
        }
        let (policy, now) = (self.catalogue.policy(tenant).await?, self.clock.now());
        let (rules, booking) = (&policy.rules, appointment.booking());
        let fee = rules
            .cancellation
            .no_show_fee(booking.price.charged(), rules.rounding)?;
        let from = booking.time.start() + rules.cancellation.no_show_grace.duration();
        let (visit, customer) = (booking.visit, booking.customer);
        let marked = appointment.no_show(fee, now)?;
        if now < from {
            return Err(AttendanceError::TooEarly { from });
        }
        let event = BookingEvent::CustomerDidNotCome {
            appointment: id,
            visit,
            customer,
            fee,
        };
        self.record(tenant, (now, who), marked, ClaimChange::Release, event)
            .await
    }

    /// Takes a no-show back, on the local day on which it was recorded, if its time is still free: it is
    /// confirmed again and owes no fee.
    ///
    /// # Errors
    /// [`AttendanceError`].
    #[tracing::instrument(name = "booking.undo_no_show", skip_all, fields(appointment.id = %id))]
    pub async fn undo_no_show(
        &self,
        tenant: TenantId,
        id: AppointmentId,
        who: ChangedBy,
    ) -> Result<Appointment, AttendanceError> {
        let appointment = self.find(tenant, id).await?;
        let (zone, now) = (self.catalogue.policy(tenant).await?.zone, self.clock.now());
        let said_at = appointment.state().since();
        let back = appointment.undo_no_show(now)?;
        same_day(&zone, said_at, now)?;
        let change = Change::at(now, who)
            .with(back.clone(), ClaimChange::Take)
            .telling(corrected(&back));
        match self.book.record(tenant, change).await {
            Ok(()) => Ok(back.at_next_version()),
            Err(RecordError::SlotTaken) => {
                let alternatives = self.near(tenant, &back, now).await?;
                Err(AttendanceError::TimeGone { alternatives })
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The nearest starts for an appointment's service by the same person, as the desk could book them.
    async fn near(
        &self,
        tenant: TenantId,
        appointment: &Appointment,
        now: OffsetDateTime,
    ) -> Result<Vec<Slot>, Outage> {
        let booking = appointment.booking();
        let wish = match booking.team.members().first() {
            Some(present) => StaffWish::Rather(*present),
            None => StaffWish::Any,
        };
        let start = booking.time.start();
        let request = SlotRequest {
            parts: vec![PartRequest::new(booking.service, wish)],
            order: PartOrder::AsAsked,
            arrangement: Arrangement::Together,
            window: around(start, now).map_err(Outage::new)?,
            channel: Channel::Desk,
            now,
            most: None,
        };
        let query = facts_query(&request.parts, request.window);
        let facts = self.timetable.facts(tenant, query).await?;
        Ok(alternatives(&facts, &request, start))
    }

    async fn find(&self, tenant: TenantId, id: AppointmentId) -> Result<Appointment, AttendanceError> {
        let found = self.book.appointment(tenant, id).await?;
        found.ok_or(AttendanceError::UnknownAppointment)
    }

    async fn record(
        &self,
        tenant: TenantId,
        (now, who): (OffsetDateTime, ChangedBy),
        appointment: Appointment,
        claims: ClaimChange,
        event: BookingEvent,
    ) -> Result<Appointment, AttendanceError> {
        let change = Change::at(now, who)
            .with(appointment.clone(), claims)
            .telling(event);
        self.book.record(tenant, change).await?;
        Ok(appointment.at_next_version())
    }
}

fn corrected(appointment: &Appointment) -> BookingEvent {
    BookingEvent::AttendanceCorrected {
        appointment: appointment.id(),
        visit: appointment.booking().visit,
    }
}

fn same_day(zone: &Zone, said_at: OffsetDateTime, now: OffsetDateTime) -> Result<(), AttendanceError> {
    if zone.date(said_at) == zone.date(now) {
        Ok(())
    } else {
        Err(AttendanceError::AnotherDay)
    }
}
