//! Visits that a customer moves in the chat, and what the rules say of giving them up.
//!
//! A customer names, and is told, the time at which they come: what is set up before that is taken off on the way to
//! booking, and added on the way back.

use std::collections::BTreeMap;

use ratiba_booking::appointment::{Appointment, CancelledBy, ChangedBy};
use ratiba_booking::availability::{Reason, Refusal, Slot as Found};
use ratiba_booking::policy::Channel;
use ratiba_booking::use_cases::{
    CancelAppointmentError, CancelOrder, CancelTarget, CancelledOrCosts, MoveOffer as Offered,
    MoveOrder as BookingMove, MoveQuery, MoveTarget, ReplaceError,
};
use ratiba_booking::visit::Visit;
use ratiba_conversation::desk::{
    CancelAnswer, FeeFrom, MoveAnswer, MoveOffer, MoveOrder, MoveRequest, NotFree, Offer, Part, Slot,
    StaffRef, Told, VisitRef, VisitTerms, Wanted,
};
use ratiba_kernel::{Id, Money, Outage, TenantId, TimeRange};
use ratiba_payments::use_cases::CreditVisitError;
use time::{Duration, OffsetDateTime};

use super::super::booking_desk::{Limits, not_free, spread};
use super::{VisitDeskBridge, slot_of_visit, standing_of};
use crate::visit_money::VisitBooks;

/// A visit that may be moved, as the customer knows it.
struct Movable {
    visit: Visit,
    slot: Slot,
    /// From the start of the first part to when the customer comes.
    set_up: Duration,
}

/// How a move was refused, in the conversation's words.
enum NoMove {
    TooLate { until: OffsetDateTime },
    NotPossible,
    Outage(Outage),
}

impl From<Outage> for NoMove {
    fn from(outage: Outage) -> Self {
        Self::Outage(outage)
    }
}

impl From<ReplaceError> for NoMove {
    fn from(error: ReplaceError) -> Self {
        match error {
            ReplaceError::TooLate { until } => Self::TooLate { until },
            ReplaceError::Unknown
            | ReplaceError::Refused(_)
            | ReplaceError::SeveralStaff
            | ReplaceError::NotFree { .. }
            | ReplaceError::Request(_) => Self::NotPossible,
            // The turn is run again, and decides on what is then there.
            ReplaceError::Contended => Self::Outage(Outage::new("the visit changed while it was moved")),
            ReplaceError::Unavailable(outage) => Self::Outage(outage),
        }
    }
}

impl VisitDeskBridge {
    pub(super) async fn terms_now(
        &self,
        tenant: TenantId,
        visit: VisitRef,
    ) -> Result<Option<VisitTerms>, Outage> {
        let Some(found) = self.book.visit(tenant, Id::from_uuid(visit.as_uuid())).await? else {
            return Ok(None);
        };
        let Some(comes) = found.client().filter(|_| found.living().next().is_some()) else {
            return Ok(None);
        };
        let quote = match self.cancel.quote(tenant, by_customer(visit)).await {
            Ok(quote) => quote,
            Err(
                CancelAppointmentError::Unknown
                | CancelAppointmentError::Refused(_)
                | CancelAppointmentError::Fee(_)
                | CancelAppointmentError::Stale,
            ) => return Ok(None),
            Err(CancelAppointmentError::Unavailable(outage)) => return Err(outage),
        };
        // What goes back follows from the visit as it would be, by what settles it then.
        let left = found.with_parts(quote.left);
        let (money, prospect) = match self.books().prospect(tenant, &left).await {
            Ok(known) => known,
            Err(CreditVisitError::Unavailable(outage)) => return Err(outage),
            Err(error @ (CreditVisitError::Amount(_) | CreditVisitError::Busy)) => {
                return Err(Outage::new(error));
            }
        };
        let short = money.falls_short(&left).map_err(Outage::new)?;
        let nothing = Money::zero(quote.fee.currency());
        Ok(Some(VisitTerms {
            fee: quote.fee,
            fee_from: if short { FeeFrom::Asked } else { FeeFrom::Paid },
            back: prospect.map_or(nothing, |prospect| prospect.all),
            credit: prospect.map_or(nothing, |prospect| prospect.credit),
            waits_until: comes.start() + quote.rules.no_show_grace.duration(),
        }))
    }

    fn books(&self) -> VisitBooks<'_> {
        VisitBooks {
            status: &self.payments,
            refunds: self.give.order.book.as_ref(),
            ground: self.imports.as_ref(),
            give: &self.give,
        }
    }

    pub(super) async fn cancel_for(
        &self,
        tenant: TenantId,
        visit: VisitRef,
        told: Told,
    ) -> Result<CancelAnswer, Outage> {
        let terms = self.terms_now(tenant, visit).await?;
        if let Some(terms) = terms.filter(|terms| terms.back < told.back) {
            return Ok(CancelAnswer::CostsMore(terms));
        }
        match self.cancel.at_most(tenant, by_customer(visit), told.fee).await {
            Ok(CancelledOrCosts::Cancelled(_)) => Ok(CancelAnswer::Cancelled),
            Ok(CancelledOrCosts::Costs(_)) => {
                let terms = self.terms_now(tenant, visit).await?;
                Ok(terms.map_or(CancelAnswer::NotPossible, CancelAnswer::CostsMore))
            }
            Err(
                CancelAppointmentError::Unknown
                | CancelAppointmentError::Refused(_)
                | CancelAppointmentError::Fee(_),
            ) => Ok(CancelAnswer::NotPossible),
            // The turn is run again, and decides on what is then there.
            Err(CancelAppointmentError::Stale) => {
                Err(Outage::new("the visit changed while it was cancelled"))
            }
            Err(CancelAppointmentError::Unavailable(outage)) => Err(outage),
        }
    }

    pub(super) async fn offered_moves(
        &self,
        tenant: TenantId,
        request: MoveRequest,
    ) -> Result<MoveOffer, Outage> {
        match self.times_for(tenant, request).await {
            Ok(offer) => Ok(offer),
            Err(NoMove::TooLate { until }) => Ok(MoveOffer::TooLate { until }),
            Err(NoMove::NotPossible) => Ok(MoveOffer::NotPossible),
            Err(NoMove::Outage(outage)) => Err(outage),
        }
    }

    async fn times_for(&self, tenant: TenantId, request: MoveRequest) -> Result<MoveOffer, NoMove> {
        let movable = self.movable(tenant, request.visit).await?;
        let keeps_staff = request
            .staff
            .is_none_or(|staff| movable.slot.staff == Some(staff));
        let ranges = match &request.wanted {
            Wanted::At(start) if *start == movable.slot.starts_at && keeps_staff => {
                return Ok(MoveOffer::Same);
            }
            Wanted::At(start) => {
                return Ok(MoveOffer::Times(
                    self.at(tenant, &movable, request.staff, *start, request.slots_max)
                        .await?,
                ));
            }
            Wanted::Among(ranges) => ranges.as_slice(),
            // The day is still to be asked for; nothing can be offered before.
            Wanted::TimeOfDay(_) => &[],
        };
        let mut slots = Vec::new();
        for range in ranges {
            let from = range.start() - movable.set_up;
            let window = TimeRange::starting(from, range.length()).map_err(Outage::new)?;
            let query = query_of(&movable, request.staff);
            let found = self.moves.among(tenant, query, window).await?;
            slots.extend(found.iter().map(|found| slot_of(found, &movable)));
        }
        slots.retain(|slot| !keeps_staff || slot.starts_at != movable.slot.starts_at);
        if !slots.is_empty() {
            return Ok(MoveOffer::Times(Offer::Alternatives {
                reason: NotFree::Choose,
                slots: spread(slots, request.slots_max),
            }));
        }
        // Nothing in the stretches: say why their beginning is not free, and what is near.
        let near = match ranges.first() {
            Some(first) => {
                self.at(tenant, &movable, request.staff, first.start(), request.slots_max)
                    .await?
            }
            None => Offer::Alternatives {
                reason: NotFree::Choose,
                slots: Vec::new(),
            },
        };
        Ok(MoveOffer::Times(match near {
            Offer::Free(slot) => Offer::Alternatives {
                reason: NotFree::Choose,
                slots: vec![slot],
            },
            alternatives @ Offer::Alternatives { .. } => alternatives,
        }))
    }

    async fn at(
        &self,
        tenant: TenantId,
        movable: &Movable,
        staff: Option<StaffRef>,
        comes: OffsetDateTime,
        most: usize,
    ) -> Result<Offer, NoMove> {
        let start = comes - movable.set_up;
        let offered = self.moves.at(tenant, query_of(movable, staff), start).await?;
        match offered {
            Offered::Free(found) => Ok(Offer::Free(slot_of(&found, movable))),
            Offered::Alternatives { refused, slots } => {
                let reason = self.reason(tenant, movable, &refused.refusals, staff).await?;
                let mut slots: Vec<Slot> = slots.iter().map(|found| slot_of(found, movable)).collect();
                slots.retain(|slot| slot.starts_at != movable.slot.starts_at);
                slots.truncate(most);
                Ok(Offer::Alternatives { reason, slots })
            }
        }
    }

    async fn reason(
        &self,
        tenant: TenantId,
        movable: &Movable,
        refusals: &std::collections::BTreeSet<Refusal>,
        staff: Option<StaffRef>,
    ) -> Result<NotFree, Outage> {
        let shop = self.cancel.catalogue.shop(tenant).await?;
        let service = shop.service(Id::from_uuid(movable.slot.service.as_uuid()));
        let limits = service.map(|service| Limits::of(&shop.policy, service, self.cancel.clock.now()));
        Ok(limits.map_or(NotFree::NotOffered, |limits| not_free(refusals, staff, limits)))
    }

    pub(super) async fn moved(&self, tenant: TenantId, order: MoveOrder) -> Result<MoveAnswer, Outage> {
        match self.try_move(tenant, order).await {
            Ok(answer) => Ok(answer),
            Err(NoMove::TooLate { until }) => Ok(MoveAnswer::TooLate { until }),
            Err(NoMove::NotPossible) => Ok(MoveAnswer::NotPossible),
            Err(NoMove::Outage(outage)) => Err(outage),
        }
    }

    async fn try_move(&self, tenant: TenantId, order: MoveOrder) -> Result<MoveAnswer, NoMove> {
        let movable = self.movable(tenant, order.visit).await?;
        let first = first_part(&movable.visit).map(Appointment::id);
        let named = order.staff.map(|staff| Id::from_uuid(staff.as_uuid()));
        let booking = BookingMove {
            target: MoveTarget::Visit(movable.visit.head.id),
            start: order.to.starts_at - movable.set_up,
            staff: first.zip(named).into_iter().collect::<BTreeMap<_, _>>(),
            by: CancelledBy::Customer,
            who: ChangedBy::Customer,
            channel: Channel::Chat,
        };
        match self.move_visit.execute(tenant, booking).await {
            Ok(visit) => {
                let slot = slot_of_visit(&visit)?.unwrap_or(order.to);
                let standing = standing_of(&visit);
                Ok(MoveAnswer::Moved { slot, standing })
            }
            Err(ReplaceError::NotFree {
                reasons,
                alternatives,
            }) => {
                let refusals = reasons.into_iter().map(of_everything).collect();
                let reason = self.reason(tenant, &movable, &refusals, order.staff).await?;
                let slots = alternatives.iter().map(|found| slot_of(found, &movable));
                let slots = slots.filter(|slot| slot.starts_at != movable.slot.starts_at);
                Ok(MoveAnswer::NotFree {
                    reason,
                    slots: slots.collect(),
                })
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn movable(&self, tenant: TenantId, visit: VisitRef) -> Result<Movable, NoMove> {
        let found = self.book.visit(tenant, Id::from_uuid(visit.as_uuid())).await?;
        let visit = found.ok_or(NoMove::NotPossible)?;
        let slot = slot_of_visit(&visit)?.ok_or(NoMove::NotPossible)?;
        let start = visit.start().ok_or(NoMove::NotPossible)?;
        Ok(Movable {
            set_up: slot.starts_at - start,
            visit,
            slot,
        })
    }
}

/// A reason that concerns the whole start.
const fn of_everything(reason: Reason) -> Refusal {
    Refusal {
        reason,
        part: None,
        staff: None,
    }
}

const fn by_customer(visit: VisitRef) -> CancelOrder {
    CancelOrder {
        target: CancelTarget::Visit(Id::from_uuid(visit.as_uuid())),
        by: CancelledBy::Customer,
        who: ChangedBy::Customer,
    }
}

fn query_of(movable: &Movable, staff: Option<StaffRef>) -> MoveQuery {
    MoveQuery {
        visit: movable.visit.head.id,
        staff: staff.map(|staff| Id::from_uuid(staff.as_uuid())),
        by: CancelledBy::Customer,
        channel: Channel::Chat,
    }
}

fn first_part(visit: &Visit) -> Option<&Appointment> {
    visit
        .living()
        .min_by_key(|part| (part.booking().time.start(), part.id()))
}

/// Another time for the same visit: what it costs, and what is asked for it, stays.
fn slot_of(found: &Found, movable: &Movable) -> Slot {
    let client = found.client();
    let first = found.parts.first();
    let rest = found.parts.iter().skip(1).map(|part| Part {
        service: Id::from_uuid(part.service.as_uuid()),
        staff: Some(Id::from_uuid(part.staff.as_uuid())),
    });
    Slot {
        service: first.map_or(movable.slot.service, |part| Id::from_uuid(part.service.as_uuid())),
        complement: None,
        rest: rest.collect(),
        staff: first.map(|part| Id::from_uuid(part.staff.as_uuid())),
        starts_at: client.start(),
        ends_at: client.end(),
        ..movable.slot.clone()
    }
}
