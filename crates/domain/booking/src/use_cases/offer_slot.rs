//! Whether one wanted start can be had, and what is near it if not.

use std::sync::Arc;

use ratiba_kernel::{Clock, TenantId};
use time::OffsetDateTime;

use super::{FindSlotsError, alternatives, around, facts_query};
use crate::availability::{self, Arrangement, PartOrder, PartRequest, Refused, Slot, SlotRequest};
use crate::policy::Channel;
use crate::ports::Timetable;

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
}

/// The answer to a wanted start. Nothing is held by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Offer {
    /// It can be had.
    Free(Slot),
    /// It cannot.
    Alternatives {
        /// Why not, and whom each reason concerns.
        refused: Refused,
        /// The nearest starts that can be had, the nearest first; may be none.
        slots: Vec<Slot>,
    },
}

/// Answers a wanted start.
pub struct OfferSlot {
    /// What is known about the days.
    pub timetable: Arc<dyn Timetable>,
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
        Ok(match availability::check(&facts, &request, query.start)? {
            Ok(slot) => Offer::Free(slot),
            Err(refused) => Offer::Alternatives {
                slots: alternatives(&facts, &request, query.start),
                refused,
            },
        })
    }
}
