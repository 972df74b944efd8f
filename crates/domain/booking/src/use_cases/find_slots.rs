//! Which starts can be had in a stretch of days.

use std::sync::Arc;

use ratiba_kernel::{Clock, Outage, TenantId, TimeRange, Zone};

use super::{facts_query, quoting};
use crate::availability::{
    self, Arrangement, Explained, Facts, PartOrder, PartRequest, RequestFault, SlotRequest,
};
use crate::catalogue::CustomerId;
use crate::policy::Channel;
use crate::ports::{AppointmentBook, Timetable};
use crate::pricing::PricedSlot;

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
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The slots, the earliest first, with what holding them would charge.
    pub slots: Vec<PricedSlot>,
    /// The zone of the tenant among the facts that were looked at.
    pub zone: Zone,
}

/// Why starts cannot be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The starts of the grid, from the beginning of the window on.
    pub starts: Explained,
    /// The zone of the tenant among the facts that were looked at.
    pub zone: Zone,
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
    /// Slots in the window.
    ///
    /// # Errors
    /// [`FindSlotsError`].
    #[tracing::instrument(name = "booking.find_slots", skip_all)]
    pub async fn execute(&self, tenant: TenantId, query: SlotQuery) -> Result<Found, FindSlotsError> {
        let customer = query.customer;
        let (facts, request) = self.look(tenant, query).await?;
        let slots = availability::find(&facts, &request)?;
        let no_shows = quoting::no_shows(self.book.as_ref(), tenant, customer, &facts.policy.rules).await?;
        // Without a package only money in another currency has no price: rows that contradict each other.
        let slots = quoting::quoted(&facts, None, no_shows, slots).map_err(Outage::new)?;
        let zone = facts.policy.zone;
        Ok(Found { slots, zone })
    }

    /// Why starts of the grid cannot be had: the first ones in the window, at most `most`. It costs much more than
    /// the slots.
    ///
    /// # Errors
    /// [`FindSlotsError`].
    #[tracing::instrument(name = "booking.explain_slots", skip_all)]
    pub async fn explain(
        &self,
        tenant: TenantId,
        query: SlotQuery,
        most: usize,
    ) -> Result<Explanation, FindSlotsError> {
        let (facts, request) = self.look(tenant, query).await?;
        let starts = availability::explain_some(&facts, &request, most)?;
        let zone = facts.policy.zone;
        Ok(Explanation { starts, zone })
    }

    async fn look(&self, tenant: TenantId, query: SlotQuery) -> Result<(Facts, SlotRequest), FindSlotsError> {
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
        Ok((facts, request))
    }
}
