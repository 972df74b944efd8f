//! One complementary service right after what a customer has chosen, if one is free.

use std::sync::Arc;

use ratiba_kernel::{Clock, Outage, TenantId, TimeRange};
use time::Duration;

use super::{FindSlotsError, OfferQuery, around, facts_query, quoting};
use crate::availability::{self, PartRequest, RequestFault, SlotRequest, StaffWish};
use crate::catalogue::Offering;
use crate::cross_sell::{self, Pair, PairRequest};
use crate::policy::CrossSellOffer;
use crate::ports::{AppointmentBook, RelationBook, Timetable};
use crate::pricing::{PricedSlot, SlotPrice};

/// A pair and what holding it would charge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfferedPair {
    /// The pair.
    pub pair: Pair,
    /// The price of all of it.
    pub price: SlotPrice,
}

/// Offers a complement.
pub struct OfferComplement {
    /// What is known about the days.
    pub timetable: Arc<dyn Timetable>,
    /// What goes with what.
    pub relations: Arc<dyn RelationBook>,
    /// What is known about the customer.
    pub book: Arc<dyn AppointmentBook>,
    /// The present.
    pub clock: Arc<dyn Clock>,
}

impl OfferComplement {
    /// The best pair of the chosen visit and one service more; `None` if the tenant offers none, if nothing goes
    /// with it or is free in time, or if the chosen start itself cannot be had. Nothing is held by it: whoever
    /// wants the pair holds both as one visit, the complement as a [`Complement`](super::Complement). Whether it was
    /// offered before is for the caller to know.
    ///
    /// # Errors
    /// [`FindSlotsError`].
    #[tracing::instrument(name = "booking.offer_complement", skip_all)]
    pub async fn execute(
        &self,
        tenant: TenantId,
        chosen: OfferQuery,
    ) -> Result<Option<OfferedPair>, FindSlotsError> {
        let now = self.clock.now();
        let relations: Vec<cross_sell::Relation> = self
            .relations
            .relations(tenant)
            .await?
            .into_iter()
            .filter(|relation| relation.offering == Offering::Active)
            .map(|relation| cross_sell::Relation {
                primary: relation.primary,
                complement: relation.complement,
                confidence: relation.confidence,
            })
            .collect();
        let of_chosen = relations
            .iter()
            .filter(|relation| chosen.parts.iter().any(|part| part.service == relation.primary));
        let complements: Vec<PartRequest> = of_chosen
            .map(|relation| PartRequest::new(relation.complement, StaffWish::Any))
            .collect();
        let nothing_goes_well = complements.is_empty();
        let asked: Vec<PartRequest> = chosen.parts.iter().copied().chain(complements).collect();
        let window = window(&chosen)?;
        let facts = self.timetable.facts(tenant, facts_query(&asked, window)).await?;
        let rules = facts.policy.rules.cross_sell;
        let request = SlotRequest {
            parts: chosen.parts,
            order: chosen.order,
            arrangement: chosen.arrangement,
            window: around(chosen.start, now)?,
            channel: chosen.channel,
            now,
            most: None,
        };
        // Before anything else: what is not known is told also where there is nothing to offer.
        let checked = availability::check(&facts, &request, chosen.start)?;
        if nothing_goes_well || rules.offer == CrossSellOffer::Never {
            return Ok(None);
        }
        let Ok(slot) = checked else {
            return Ok(None);
        };
        let pair = PairRequest {
            chosen: &slot,
            relations: &relations,
            tolerance: rules.tolerance,
            channel: chosen.channel,
            now,
        };
        let Some(pair) = cross_sell::best_pair(&facts, &pair)? else {
            return Ok(None);
        };
        let no_shows =
            quoting::no_shows(self.book.as_ref(), tenant, chosen.customer, &facts.policy.rules).await?;
        let priced = quoting::quoted(&facts, None, no_shows, vec![pair.slot.clone()]).map_err(Outage::new)?;
        let price = priced.first().map(|PricedSlot { price, .. }| *price);
        Ok(price.map(|price| OfferedPair { pair, price }))
    }
}

/// From the chosen start to where the longest visit and its complement end.
fn window(chosen: &OfferQuery) -> Result<TimeRange, RequestFault> {
    TimeRange::starting(chosen.start, Duration::days(3)).map_err(|_| RequestFault::OutOfCalendar)
}
