//! Whether one wanted start can be had, and what is near it if not.

use std::sync::Arc;

use ratiba_kernel::{Clock, Outage, TenantId};
use time::OffsetDateTime;

use super::{FindSlotsError, alternatives, around, facts_query, quoting};
use crate::availability::{self, Arrangement, PartOrder, PartRequest, Refused, SlotRequest};
use crate::catalogue::CustomerId;
use crate::policy::Channel;
use crate::ports::{AppointmentBook, Timetable};
use crate::pricing::PricedSlot;

/// A wanted start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfferQuery {
    /// The services of the visit.
    pub parts: Vec<PartRequest>,
    /// Whether they may be rendered in another order.
    pub order: PartOrder,
    /// How several guests come.
    pub arrangement: Arrangement,
    /// When it should begin.
    pub start: OffsetDateTime,
    /// Through which channel it is asked.
    pub channel: Channel,
    /// Who would come, if that is known: their history may raise the deposit.
    pub customer: Option<CustomerId>,
}

/// The answer to a wanted start, with what holding it would charge. Nothing is held by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Offer {
    /// It can be had.
    Free(PricedSlot),
    /// It cannot.
    Alternatives {
        /// Why not, and whom each reason concerns.
        refused: Refused,
        /// The nearest starts that can be had, the nearest first; may be none.
        slots: Vec<PricedSlot>,
    },
}

/// Answers a wanted start.
pub struct OfferSlot {
    /// What is known about the days.
    pub timetable: Arc<dyn Timetable>,
    /// What is known about the customer.
    pub book: Arc<dyn AppointmentBook>,
    /// The present.
    pub clock: Arc<dyn Clock>,
}

impl OfferSlot {
    /// The slot, or why not and what is near.
    ///
    /// # Errors
    /// [`FindSlotsError`].
    #[tracing::instrument(name = "booking.offer_slot", skip_all)]
    pub async fn execute(&self, tenant: TenantId, query: OfferQuery) -> Result<Offer, FindSlotsError> {
        let now = self.clock.now();
        let window = around(query.start, now)?;
        let facts = self
            .timetable
            .facts(tenant, facts_query(&query.parts, window))
            .await?;
        let request = SlotRequest {
            parts: query.parts,
            order: query.order,
            arrangement: query.arrangement,
            window,
            channel: query.channel,
            now,
            most: None,
        };
        let (refused, slots) = match availability::check(&facts, &request, query.start)? {
            Ok(slot) => (None, vec![slot]),
            Err(refused) => (Some(refused), alternatives(&facts, &request, query.start)),
        };
        let no_shows =
            quoting::no_shows(self.book.as_ref(), tenant, query.customer, &facts.policy.rules).await?;
        // Without a package only money in another currency has no price: rows that contradict each other.
        let mut slots = quoting::quoted(&facts, None, no_shows, slots).map_err(Outage::new)?;
        match refused {
            Some(refused) => Ok(Offer::Alternatives { refused, slots }),
            None => match slots.pop() {
                Some(slot) => Ok(Offer::Free(slot)),
                None => Err(Outage::new("a free slot of a service that is not sold").into()),
            },
        }
    }
}
