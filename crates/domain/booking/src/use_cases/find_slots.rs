//! Which starts can be had in a stretch of days.

use std::sync::Arc;

use ratiba_kernel::{Clock, Outage, TenantId, TimeRange, Zone};

use super::facts_query;
use crate::availability::{
    self, Arrangement, Explained, Facts, PartOrder, PartRequest, RequestFault, Slot, SlotRequest,
};
use crate::policy::Channel;
use crate::ports::Timetable;

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
    /// The most slots wanted; all if `None`.
    pub most: Option<usize>,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The slots, the earliest first.
    pub slots: Vec<Slot>,
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
        let (facts, request) = self.look(tenant, query).await?;
        let slots = availability::find(&facts, &request)?;
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
