//! The book of visits of the fake desk.

use async_trait::async_trait;
use ratiba_kernel::{Money, Outage, TenantId};
use time::OffsetDateTime;

use super::{FakeDesk, locked};
use crate::customer::CustomerId;
use crate::desk::{
    AcceptAnswer, CancelAnswer, FeeFrom, MoveAnswer, MoveOffer, MoveOrder, MoveRequest, NotFree, Offer,
    OfferRequest, Slot, Told, VisitCard, VisitRef, VisitStanding, VisitTerms, Wanted,
};
use crate::ports::{BookingDesk, VisitDesk};

impl FakeDesk {
    fn is_movable(&self, card: &VisitCard) -> bool {
        matches!(card.standing, VisitStanding::Held | VisitStanding::Confirmed)
    }

    /// Until when the visit could be moved, if that is over: a day before it begins, where lateness costs something.
    fn moves_ended(&self, card: &VisitCard) -> Option<OffsetDateTime> {
        let late = locked(&self.state).late_fee.is_some() && card.standing == VisitStanding::Confirmed;
        late.then(|| card.slot.starts_at - time::Duration::DAY)
    }

    fn terms_of(&self, visit: VisitRef) -> Option<VisitTerms> {
        let state = locked(&self.state);
        let card = state.visits.get(&visit)?;
        let nothing = Money::kes_minor(0);
        let fee = state
            .late_fee
            .filter(|_| card.standing == VisitStanding::Confirmed);
        let (fee, paid) = (fee.unwrap_or(nothing), state.paid.unwrap_or(nothing));
        let back = paid.checked_sub(fee).unwrap_or(nothing).max(nothing);
        self.is_movable(card).then(|| VisitTerms {
            fee,
            fee_from: if paid < fee { FeeFrom::Asked } else { FeeFrom::Paid },
            back,
            credit: back,
            waits_until: card.slot.starts_at + time::Duration::minutes(15),
        })
    }
}

#[async_trait]
impl VisitDesk for FakeDesk {
    async fn visit(&self, _tenant: TenantId, visit: VisitRef) -> Result<Option<VisitCard>, Outage> {
        Ok(locked(&self.state).visits.get(&visit).cloned())
    }

    async fn upcoming(
        &self,
        _tenant: TenantId,
        customer: CustomerId,
        now: OffsetDateTime,
    ) -> Result<Vec<VisitCard>, Outage> {
        let state = locked(&self.state);
        let ahead = state
            .visits
            .values()
            .filter(|card| card.customer == customer && card.slot.ends_at > now);
        Ok(ahead.cloned().collect())
    }

    async fn terms(&self, _tenant: TenantId, visit: VisitRef) -> Result<Option<VisitTerms>, Outage> {
        Ok(self.terms_of(visit))
    }

    async fn cancel(&self, _tenant: TenantId, visit: VisitRef, told: Told) -> Result<CancelAnswer, Outage> {
        if let Some(terms) = self
            .terms_of(visit)
            .filter(|terms| terms.fee > told.fee || terms.back < told.back)
        {
            return Ok(CancelAnswer::CostsMore(terms));
        }
        let mut state = locked(&self.state);
        let Some(card) = state.visits.get_mut(&visit) else {
            return Ok(CancelAnswer::NotPossible);
        };
        if card.standing == VisitStanding::Rendered {
            return Ok(CancelAnswer::NotPossible);
        }
        card.standing = VisitStanding::Gone;
        card.deadline = None;
        let starts_at = card.slot.starts_at;
        state.taken.remove(&starts_at);
        Ok(CancelAnswer::Cancelled)
    }

    async fn accept(&self, _tenant: TenantId, visit: VisitRef) -> Result<AcceptAnswer, Outage> {
        let mut state = locked(&self.state);
        let Some(card) = state.visits.get_mut(&visit) else {
            return Ok(AcceptAnswer::Gone);
        };
        Ok(match (card.standing, card.deadline) {
            (VisitStanding::Held, Some(deadline)) if card.slot.due_now.is_positive() => AcceptAnswer::Held {
                slot: card.slot.clone(),
                deadline,
            },
            (VisitStanding::Held | VisitStanding::Confirmed, _) => {
                card.standing = VisitStanding::Confirmed;
                card.deadline = None;
                AcceptAnswer::Confirmed {
                    slot: card.slot.clone(),
                }
            }
            (VisitStanding::Rendered | VisitStanding::Gone, _) => AcceptAnswer::Gone,
        })
    }

    async fn pass(&self, tenant: TenantId, visit: VisitRef) -> Result<(), Outage> {
        self.let_go(tenant, visit).await
    }

    async fn let_go(&self, tenant: TenantId, visit: VisitRef) -> Result<(), Outage> {
        let standing = locked(&self.state).visits.get(&visit).map(|card| card.standing);
        if standing == Some(VisitStanding::Held) {
            let nothing = Money::kes_minor(0);
            let told = Told {
                fee: nothing,
                back: nothing,
            };
            self.cancel(tenant, visit, told).await?;
        }
        Ok(())
    }

    async fn offer_move(&self, tenant: TenantId, request: MoveRequest) -> Result<MoveOffer, Outage> {
        let card = locked(&self.state).visits.get(&request.visit).cloned();
        let Some(card) = card.filter(|card| self.is_movable(card)) else {
            return Ok(MoveOffer::NotPossible);
        };
        if let Some(until) = self.moves_ended(&card) {
            return Ok(MoveOffer::TooLate { until });
        }
        if request.wanted == Wanted::At(card.slot.starts_at) && request.staff.is_none() {
            return Ok(MoveOffer::Same);
        }
        let offer = OfferRequest {
            customer: card.customer,
            service: card.slot.service,
            also: card.slot.rest.iter().map(|part| part.service).collect(),
            staff: request.staff.or(card.slot.staff),
            wanted: request.wanted,
            people: card.slot.party.people,
            each: card.slot.party.each,
            slots_max: request.slots_max,
        };
        Ok(MoveOffer::Times(self.offer(tenant, offer).await?))
    }

    async fn move_visit(&self, tenant: TenantId, order: MoveOrder) -> Result<MoveAnswer, Outage> {
        let card = locked(&self.state).visits.get(&order.visit).cloned();
        let Some(card) = card.filter(|card| self.is_movable(card)) else {
            return Ok(MoveAnswer::NotPossible);
        };
        if let Some(until) = self.moves_ended(&card) {
            return Ok(MoveAnswer::TooLate { until });
        }
        let stays = card.slot.starts_at == order.to.starts_at;
        if !stays && locked(&self.state).taken.contains(&order.to.starts_at) {
            let offer = OfferRequest {
                customer: card.customer,
                service: card.slot.service,
                also: card.slot.rest.iter().map(|part| part.service).collect(),
                staff: card.slot.staff,
                wanted: Wanted::At(order.to.starts_at),
                people: card.slot.party.people,
                each: card.slot.party.each,
                slots_max: 3,
            };
            let offer = self.offer(tenant, offer).await?;
            let (reason, slots) = match offer {
                Offer::Free(slot) => (NotFree::Taken, vec![slot]),
                Offer::Alternatives { reason, slots } => (reason, slots),
            };
            return Ok(MoveAnswer::NotFree { reason, slots });
        }
        let mut state = locked(&self.state);
        state.taken.remove(&card.slot.starts_at);
        state.taken.insert(order.to.starts_at);
        let slot = Slot {
            starts_at: order.to.starts_at,
            ends_at: order.to.ends_at,
            staff: order.staff.or(order.to.staff),
            ..card.slot
        };
        if let Some(moved) = state.visits.get_mut(&order.visit) {
            moved.slot = slot.clone();
        }
        Ok(MoveAnswer::Moved {
            slot,
            standing: card.standing,
        })
    }
}
