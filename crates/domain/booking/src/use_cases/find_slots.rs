//! Which starts can be had in a stretch of days.

use std::sync::Arc;

use ratiba_kernel::{Clock, Outage, TenantId, TimeRange};

use super::{facts_query, quoting};
use crate::availability::{self, Arrangement, PartOrder, PartRequest, Refused, RequestFault, SlotRequest};
use crate::catalogue::CustomerId;
use crate::policy::Channel;
use crate::ports::{AppointmentBook, Timetable};
use crate::pricing::PricedSlot;

/// Whether the refusals are wanted too. They cost much more than the slots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// The slots alone.
    Slots,
    /// The slots, and why the other starts of the grid cannot be had.
    SlotsAndRefusals,
}

/// What is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotQuery {
    /// The services of the visit.
    pub parts: Vec<PartRequest>,
    /// Whether they may be rendered in another order.
    pub order: PartOrder,
    /// How several guests come.
    pub arrangement: Arrangement,
    /// Where to look; what lies more than 92 days after its beginning is left out.
    pub window: TimeRange,
    /// Through which channel it is asked.
    pub channel: Channel,
    /// Who would come, if that is known: their history may raise the deposit.
    pub customer: Option<CustomerId>,
    /// The most slots wanted; all if `None`.
    pub most: Option<usize>,
    /// Whether refusals are wanted.
    pub wanted: Wanted,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The slots, the earliest first, with what holding them would charge.
    pub slots: Vec<PricedSlot>,
    /// Why other starts cannot be had, if that was wanted.
    pub refusals: Vec<Refused>,
}

/// Why the search was not made.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum FindSlotsError {
    /// The request names what does not exist.
    #[error(transparent)]
    Request(#[from] RequestFault),
    /// The timetable did not answer.
    #[error("the timetable is unavailable")]
    Unavailable(#[from] Outage),
}

/// Finds the starts that can be had.
pub struct FindSlots {
    /// What is known about the days.
    pub timetable: Arc<dyn Timetable>,
    /// What is known about the customer; asked only where one is named and the tenant asks those who stayed away
    /// for more.
    pub book: Arc<dyn AppointmentBook>,
    /// The present.
    pub clock: Arc<dyn Clock>,
}

impl FindSlots {
    /// Slots in the window, with refusals if they are wanted.
    ///
    /// # Errors
    /// [`FindSlotsError`].
    #[tracing::instrument(name = "booking.find_slots", skip_all)]
    pub async fn execute(&self, tenant: TenantId, query: SlotQuery) -> Result<Found, FindSlotsError> {
        let facts = self
            .timetable
            .facts(tenant, facts_query(&query.parts, query.window))
            .await?;
        let request = SlotRequest {
            parts: query.parts,
            order: query.order,
            arrangement: query.arrangement,
            window: query.window,
            channel: query.channel,
            now: self.clock.now(),
            most: query.most,
        };
        let slots = availability::find(&facts, &request)?;
        let refusals = match query.wanted {
            Wanted::Slots => Vec::new(),
            Wanted::SlotsAndRefusals => availability::explain(&facts, &request)?,
        };
        let no_shows =
            quoting::no_shows(self.book.as_ref(), tenant, query.customer, &facts.policy.rules).await?;
        // Without a package only money in another currency has no price: rows that contradict each other.
        let slots = quoting::quoted(&facts, None, no_shows, slots).map_err(Outage::new)?;
        Ok(Found { slots, refusals })
    }
}
