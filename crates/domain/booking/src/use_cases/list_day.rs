//! What stands in the book on one local day.

use std::sync::Arc;

use ratiba_kernel::{Outage, TenantId, Zone};
use time::Date;

use crate::appointment::Appointment;
use crate::ports::{AppointmentBook, Catalogue, Place, Wanted};

/// The day could not be listed.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ListDayError {
    /// The calendar does not go that far.
    #[error("the calendar does not go that far")]
    OutOfCalendar,
    /// Book or catalogue did not answer.
    #[error("the appointment book is unavailable")]
    Unavailable(#[from] Outage),
}

/// One local day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Day {
    /// The tenant's zone.
    pub zone: Zone,
    /// Appointments that touch the day, in whatever state; by start, then id.
    pub appointments: Vec<Appointment>,
    /// After which place there are more, if there are.
    pub next: Option<Place>,
}

/// Lists days.
pub struct ListDay {
    /// Where it is read.
    pub book: Arc<dyn AppointmentBook>,
    /// The tenant's zone.
    pub catalogue: Arc<dyn Catalogue>,
}

impl ListDay {
    /// The appointments of a local day, a page of them.
    ///
    /// # Errors
    /// [`ListDayError`].
    #[tracing::instrument(name = "booking.list_day", skip_all)]
    pub async fn execute(&self, tenant: TenantId, date: Date, wanted: Wanted) -> Result<Day, ListDayError> {
        let zone = self.catalogue.policy(tenant).await?.zone;
        let range = zone.day(date).ok_or(ListDayError::OutOfCalendar)?;
        // One more tells whether there is another page.
        let most = wanted.most.saturating_add(1);
        let mut appointments = self
            .book
            .between(tenant, range, Wanted { most, ..wanted })
            .await?;
        let more = appointments.len() > usize::from(wanted.most);
        appointments.truncate(usize::from(wanted.most));
        let last = appointments.last().filter(|_| more);
        let next = last.map(|last| (last.booking().time.start(), last.id()));
        Ok(Day {
            zone,
            appointments,
            next,
        })
    }
}
