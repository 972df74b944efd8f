//! Conversation's booking desk, played by booking's use cases.
//!
//! A customer names, and is told, the time at which they come; what is set up before that is the business's own
//! matter. So every time is moved by the set-up of the service on its way to booking and back.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use async_trait::async_trait;
use ratiba_booking::appointment::{ChangedBy, DiscountAmount};
use ratiba_booking::availability::{
    BusinessHours, DayBlock, PartOrder, PartRequest, Reason, Refusal, StaffWish, WeeklyBlock,
};
use ratiba_booking::catalogue::{CustomerId, Minutes, Offering, Service};
use ratiba_booking::policy::{Channel, PayBy, Policy};
use ratiba_booking::ports::{Catalogue, PromotionBook, Shop};
use ratiba_booking::pricing::PricedSlot;
use ratiba_booking::promotion::Promotion;
use ratiba_booking::use_cases::{
    DepositAsked, FindSlots, FindSlotsError, HeldStanding, HoldOrder as BookingOrder, HoldVisit,
    HoldVisitError, Offer as Found, OfferComplement, OfferQuery, OfferSlot, OfferedPair, SlotQuery,
};
use ratiba_booking::visit::HoldKey;
use ratiba_conversation::desk::{
    Coming, ComplementRequest, Each, HoldAnswer, HoldOrder, Menu, NotFree, Offer, OfferRequest, Party,
    PromotionCard, ServiceCard, ServiceRef, Slot, StaffCard, StaffRef, TakenOff, Wanted,
};
use ratiba_conversation::ports::BookingDesk;
use ratiba_conversation::understanding::{OpenSpan, OpeningHours};
use ratiba_kernel::{Clock, Id, Money, Outage, TenantId, TimeRange};
use time::{Date, Duration, OffsetDateTime, Time};

use super::visit_desk::slot_of_visit;
use party::{
    arrangement_of, as_offered, as_ordered, complement_of, found_parts, nothing_goes_well, order_in,
    order_of, parts_for, parts_of,
};

mod party;

/// Plays [`BookingDesk`].
pub struct BookingDeskBridge {
    /// What is sold and by which rules.
    pub catalogue: Arc<dyn Catalogue>,
    /// One wanted start.
    pub offer: OfferSlot,
    /// Starts in a stretch of time.
    pub find: FindSlots,
    /// What goes well with what was agreed.
    pub complement: OfferComplement,
    /// Holds.
    pub hold: HoldVisit,
    /// What is taken off on certain days.
    pub promotions: Arc<dyn PromotionBook>,
    /// The present.
    pub clock: Arc<dyn Clock>,
    /// The menus that were made already.
    pub menus: Menus,
}

/// The menus of businesses, each with the shop that it was made of: reading one is much of the work of a turn.
#[derive(Default)]
pub struct Menus(Mutex<BTreeMap<TenantId, Made>>);

/// A menu, and the shop that it was made of.
type Made = (Weak<Shop>, Arc<Menu>);

impl Menus {
    fn of(&self, tenant: TenantId, shop: &Arc<Shop>) -> Arc<Menu> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((of, menu)) = known.get(&tenant)
            && of.upgrade().is_some_and(|of| Arc::ptr_eq(&of, shop))
        {
            return Arc::clone(menu);
        }
        // What a menu was made of is forgotten when it is out of date or out of use, and its menu with it.
        known.retain(|_tenant, (of, _menu)| of.strong_count() > 0);
        let menu = Arc::new(menu_of(shop));
        known.insert(tenant, (Arc::downgrade(shop), Arc::clone(&menu)));
        menu
    }
}

fn menu_of(shop: &Shop) -> Menu {
    let sold = shop
        .services
        .iter()
        .filter(|service| service.offering == Offering::Active);
    let people = shop.people.iter().map(|person| StaffCard {
        id: Id::from_uuid(person.id.as_uuid()),
        name: person.name.clone(),
        phone: person.phone.clone(),
    });
    Menu::new(
        sold.map(card_of).collect(),
        people.collect(),
        opening_of(&shop.hours),
        shop.policy.zone.clone(),
    )
}

#[async_trait]
impl BookingDesk for BookingDeskBridge {
    async fn menu(&self, tenant: TenantId) -> Result<Arc<Menu>, Outage> {
        let shop = self.catalogue.shop(tenant).await?;
        Ok(self.menus.of(tenant, &shop))
    }

    async fn promotions(&self, tenant: TenantId) -> Result<Vec<PromotionCard>, Outage> {
        let shop = self.catalogue.shop(tenant).await?;
        let today = shop.policy.zone.date(self.clock.now());
        let promotions = self.promotions.promotions(tenant).await?;
        let mut running: Vec<PromotionCard> = promotions
            .iter()
            .filter_map(|promotion| running_from(today, promotion, &shop.services))
            .collect();
        running.sort_by(|one, other| (one.last_day, &one.name).cmp(&(other.last_day, &other.name)));
        Ok(running)
    }

    async fn offer(&self, tenant: TenantId, request: OfferRequest) -> Result<Offer, Outage> {
        let shop = self.catalogue.shop(tenant).await?;
        let wanted = std::iter::once(&request.service).chain(&request.also);
        let services: Option<Vec<&Service>> = wanted
            .map(|service| shop.service(Id::from_uuid(service.as_uuid())))
            .collect();
        let services = services.unwrap_or_default();
        let Some(first) = services.first() else {
            return Ok(Offer::Alternatives {
                reason: NotFree::NotOffered,
                slots: Vec::new(),
            });
        };
        let now = self.clock.now();
        let asked = Asked {
            services: services
                .iter()
                .map(|service| AskedService::of(service, request.staff))
                .collect(),
            customer: Id::from_uuid(request.customer.as_uuid()),
            named: request.staff,
            party: Party::of(request.people).with_each(request.each),
            set_up: first.recipe.client_comes().duration(),
            limits: Limits::of_all(&shop.policy, &services, now),
            most: request.slots_max,
        };
        let together = self.wanted(tenant, &request.wanted, &asked).await?;
        let none = matches!(&together, Offer::Alternatives { slots, .. } if slots.is_empty());
        if !none || asked.party.is_one() {
            return Ok(together);
        }
        // There are too few people or places for all at once.
        let in_turn = Asked {
            party: Party {
                coming: Coming::InTurn,
                ..asked.party
            },
            ..asked
        };
        self.wanted(tenant, &request.wanted, &in_turn).await
    }

    async fn complement(&self, tenant: TenantId, request: ComplementRequest) -> Result<Option<Slot>, Outage> {
        let slot = request.slot;
        let set_up = self.set_up(tenant, slot.service).await?;
        let chosen = OfferQuery {
            parts: parts_of(&slot, request.asked_for),
            order: order_in(&slot),
            arrangement: arrangement_of(slot.party),
            start: slot.starts_at - set_up,
            channel: Channel::Chat,
            customer: Some(Id::from_uuid(request.customer.as_uuid())),
        };
        let offered = match self.complement.execute(tenant, chosen).await {
            Ok(offered) => offered,
            Err(error) => return nothing_goes_well(error),
        };
        Ok(offered.and_then(|OfferedPair { pair, price }| {
            let (last, first) = pair.slot.parts.split_last()?;
            let client = pair.slot.client();
            Some(Slot {
                staff: first.first().map(|part| Id::from_uuid(part.staff.as_uuid())),
                ends_at: client.end(),
                price: price.charged,
                due_now: price.deposit,
                complement: Some(complement_of(last)),
                ..slot
            })
        }))
    }

    async fn hold(&self, tenant: TenantId, order: HoldOrder) -> Result<HoldAnswer, Outage> {
        let slot = order.slot;
        let set_up = self.set_up(tenant, slot.service).await?;
        let booking = BookingOrder {
            key: HoldKey::parse(&format!("inbound:{}", order.key)).map_err(Outage::new)?,
            customer: Id::from_uuid(order.customer.as_uuid()),
            parts: parts_of(&slot, order.asked_for),
            order: order_in(&slot),
            arrangement: arrangement_of(slot.party),
            start: slot.starts_at - set_up,
            channel: Channel::Chat,
            pay_by: PayBy::MobileMoney,
            deposit: DepositAsked::AsSold,
            package: None,
            complement: slot.complement.map(as_offered),
            who: ChangedBy::Customer,
        };
        match self.hold.execute(tenant, booking).await {
            Ok(held) => {
                let visit = Id::from_uuid(held.visit.head.id.as_uuid());
                let slot = as_ordered(slot_of_visit(&held.visit)?.unwrap_or_else(|| slot.clone()), &slot);
                match held.standing {
                    HeldStanding::Waiting { until } => Ok(HoldAnswer::Held {
                        visit,
                        slot,
                        deadline: Some(until),
                        due_now: held.due,
                    }),
                    // No money is asked before the business agrees.
                    HeldStanding::Requested { until } => Ok(HoldAnswer::Held {
                        visit,
                        slot,
                        deadline: Some(until),
                        due_now: Money::zero(held.due.currency()),
                    }),
                    HeldStanding::Confirmed => {
                        let nothing = Money::zero(held.due.currency());
                        Ok(HoldAnswer::Held {
                            visit,
                            slot,
                            deadline: None,
                            due_now: nothing,
                        })
                    }
                    // The same message comes again after its hold has ended: other times must be asked for.
                    HeldStanding::Over => Ok(HoldAnswer::Taken {
                        alternatives: Vec::new(),
                    }),
                }
            }
            Err(HoldVisitError::NotFree { alternatives, .. }) => Ok(HoldAnswer::Taken {
                alternatives: alternatives
                    .iter()
                    .filter_map(|found| slot_of(found, slot.party))
                    .collect(),
            }),
            Err(HoldVisitError::Request(_) | HoldVisitError::UnknownPackage) => Ok(HoldAnswer::Taken {
                alternatives: Vec::new(),
            }),
            Err(HoldVisitError::Price(error)) => Err(Outage::new(error)),
            // Whoever writes to us is on record before they can ask.
            // The key is the message's, and a message asks once.
            Err(error @ (HoldVisitError::UnknownCustomer | HoldVisitError::OtherOrder)) => {
                Err(Outage::new(error))
            }
            Err(HoldVisitError::Unavailable(outage)) => Err(outage),
        }
    }
}

/// What is asked for, apart from when.
struct Asked {
    /// What, in the order in which it is rendered.
    services: Vec<AskedService>,
    customer: CustomerId,
    named: Option<StaffRef>,
    party: Party,
    /// From the start of the service to when the customer comes.
    set_up: Duration,
    limits: Limits,
    most: usize,
}

/// One service that is asked for.
struct AskedService {
    id: ServiceRef,
    /// Whether the person who was named renders it.
    by_named: bool,
}

impl AskedService {
    fn of(service: &Service, named: Option<StaffRef>) -> Self {
        let renders = |named: StaffRef| {
            service
                .staff
                .iter()
                .any(|staff| staff.as_uuid() == named.as_uuid())
        };
        Self {
            id: Id::from_uuid(service.id.as_uuid()),
            by_named: named.is_some_and(renders),
        }
    }
}

impl Asked {
    /// The parts. Whoever was named renders what they can of it; if that is nothing, they are asked for the first all the
    /// same, so that it can be said why not.
    fn parts(&self, named: Option<StaffRef>) -> Vec<PartRequest> {
        let first_named = self.services.iter().position(|service| service.by_named);
        let wish = |(place, service): (usize, &AskedService)| {
            let theirs = match self.party.each {
                Each::All => service.by_named,
                // Nobody renders two at once.
                Each::Own => first_named == Some(place),
            };
            let named = named.filter(|_| theirs || first_named.is_none() && place == 0);
            (service.id, wish_of(named, None))
        };
        let services: Vec<(ServiceRef, StaffWish)> = self.services.iter().enumerate().map(wish).collect();
        parts_for(&services, self.party)
    }

    fn order(&self) -> PartOrder {
        order_of(self.services.len())
    }

    fn slot(&self, found: &PricedSlot) -> Option<Slot> {
        slot_of(found, self.party)
    }
}

impl BookingDeskBridge {
    async fn wanted(&self, tenant: TenantId, wanted: &Wanted, asked: &Asked) -> Result<Offer, Outage> {
        match wanted {
            Wanted::At(start) => self.at(tenant, *start, asked).await,
            Wanted::Among(ranges) => self.choose(tenant, ranges, asked).await,
            // The day is still to be asked for; nothing can be offered before.
            Wanted::TimeOfDay(_) => Ok(Offer::Alternatives {
                reason: NotFree::Choose,
                slots: Vec::new(),
            }),
        }
    }

    /// From the start of a service to when the customer comes.
    async fn set_up(&self, tenant: TenantId, service: ServiceRef) -> Result<Duration, Outage> {
        let shop = self.catalogue.shop(tenant).await?;
        let service = shop.service(Id::from_uuid(service.as_uuid()));
        Ok(service.map_or(Duration::ZERO, |s| s.recipe.client_comes().duration()))
    }

    /// One wanted time to come. Where the person who was named cannot, whoever can comes before that person's other times.
    async fn at(&self, tenant: TenantId, comes: OffsetDateTime, asked: &Asked) -> Result<Offer, Outage> {
        let query = |named: Option<StaffRef>| OfferQuery {
            parts: asked.parts(named),
            order: asked.order(),
            arrangement: arrangement_of(asked.party),
            start: comes - asked.set_up,
            channel: Channel::Chat,
            customer: Some(asked.customer),
        };
        let free = |slot: &PricedSlot| {
            asked
                .slot(slot)
                .ok_or_else(|| Outage::new("a slot without parts"))
        };
        let (refused_by, found) = match self.offer.execute(tenant, query(asked.named)).await {
            Ok(Found::Free(slot)) => return Ok(Offer::Free(free(&slot)?)),
            Ok(Found::Alternatives { refused, slots }) => (refused, slots),
            Err(error) => return refused(error),
        };
        let mut slots: Vec<Slot> = found.iter().filter_map(|slot| asked.slot(slot)).collect();
        let reason = not_free(&refused_by.refusals, asked.named, asked.limits);
        if let NotFree::StaffAway { .. } = reason {
            match self.offer.execute(tenant, query(None)).await {
                Ok(Found::Free(slot)) => slots.insert(0, free(&slot)?),
                Ok(Found::Alternatives { .. }) => {}
                Err(error) => return refused(error),
            }
        }
        slots.truncate(asked.most);
        Ok(Offer::Alternatives { reason, slots })
    }

    /// Starts in the wanted stretches, spread over them, so that the customer chooses among different times.
    async fn choose(&self, tenant: TenantId, ranges: &[TimeRange], asked: &Asked) -> Result<Offer, Outage> {
        let found = self.among(tenant, ranges, asked.named, asked).await?;
        if !found.is_empty() {
            return Ok(Offer::Alternatives {
                reason: NotFree::Choose,
                slots: spread(found, asked.most),
            });
        }
        if let Some(staff) = asked.named {
            let others = self.among(tenant, ranges, None, asked).await?;
            if !others.is_empty() {
                return Ok(Offer::Alternatives {
                    reason: NotFree::StaffAway { staff },
                    slots: spread(others, asked.most),
                });
            }
        }
        // Nothing in the stretches: say why their beginning is not free, and what is near.
        let near = match ranges.first() {
            Some(first) => self.at(tenant, first.start(), asked).await?,
            None => Offer::Alternatives {
                reason: NotFree::Choose,
                slots: Vec::new(),
            },
        };
        Ok(match near {
            Offer::Free(slot) => Offer::Alternatives {
                reason: NotFree::Choose,
                slots: vec![slot],
            },
            alternatives @ Offer::Alternatives { .. } => alternatives,
        })
    }

    /// All times to come in the stretches by whoever is wished for.
    async fn among(
        &self,
        tenant: TenantId,
        ranges: &[TimeRange],
        named: Option<StaffRef>,
        asked: &Asked,
    ) -> Result<Vec<Slot>, Outage> {
        let mut found = Vec::new();
        for range in ranges {
            let from = range.start() - asked.set_up;
            let window = TimeRange::starting(from, range.length()).map_err(Outage::new)?;
            let query = SlotQuery {
                parts: asked.parts(named),
                order: asked.order(),
                arrangement: arrangement_of(asked.party),
                window,
                channel: Channel::Chat,
                customer: Some(asked.customer),
                most: None,
            };
            match self.find.execute(tenant, query).await {
                Ok(answer) => found.extend(answer.slots.iter().filter_map(|slot| asked.slot(slot))),
                Err(FindSlotsError::Request(_)) => {}
                Err(FindSlotsError::Unavailable(outage)) => return Err(outage),
            }
        }
        Ok(found)
    }
}

fn refused(error: FindSlotsError) -> Result<Offer, Outage> {
    match error {
        FindSlotsError::Request(_) => Ok(Offer::Alternatives {
            reason: NotFree::NotOffered,
            slots: Vec::new(),
        }),
        FindSlotsError::Unavailable(outage) => Err(outage),
    }
}

/// What is told of a promotion that counts on some day from this one on; `None` if it counts for nothing then.
fn running_from(today: Date, promotion: &Promotion, services: &[Service]) -> Option<PromotionCard> {
    let from = promotion.first_day.max(today);
    // Its days of the week all come within a week.
    let days = (0..7).filter_map(|more| from.checked_add(Duration::days(more)));
    let counts = |service: &Service| days.clone().any(|day| promotion.counts(service, day));
    let of: Vec<ServiceRef> = services
        .iter()
        .filter(|service| service.offering == Offering::Active && counts(service))
        .map(|service| Id::from_uuid(service.id.as_uuid()))
        .collect();
    let mut weekdays = promotion.weekdays.clone();
    weekdays.sort_by_key(|day| day.number_from_monday());
    let off = match promotion.amount {
        DiscountAmount::Flat(amount) => TakenOff::Flat(amount),
        DiscountAmount::Percent(share) => TakenOff::Share(share),
    };
    (!of.is_empty()).then(|| PromotionCard {
        name: promotion.name.clone(),
        off,
        services: of,
        first_day: promotion.first_day,
        last_day: promotion.last_day,
        weekdays,
    })
}

fn card_of(service: &Service) -> ServiceCard {
    ServiceCard {
        id: Id::from_uuid(service.id.as_uuid()),
        name: service.name.clone(),
        name_sw: service.name_sw.clone(),
        aliases: service.aliases.clone(),
        price: service.price,
        minutes: stay(service).count(),
        staff: service
            .staff
            .iter()
            .map(|staff| Id::from_uuid(staff.as_uuid()))
            .collect(),
    }
}

/// How long the customer is there.
fn stay(service: &Service) -> Minutes {
    let recipe = &service.recipe;
    let (comes, leaves) = (recipe.client_comes(), recipe.client_leaves());
    Minutes::new(leaves.count().saturating_sub(comes.count()))
}

/// Who was asked for by name, or else nobody in particular: then the person proposed is only tried first.
fn wish_of(asked_for: Option<StaffRef>, proposed: Option<StaffRef>) -> StaffWish {
    match (asked_for, proposed) {
        (Some(named), _) => StaffWish::Only(Id::from_uuid(named.as_uuid())),
        (None, Some(proposed)) => StaffWish::Offered(Id::from_uuid(proposed.as_uuid())),
        (None, None) => StaffWish::Any,
    }
}

/// A found time as it is told; `None` for one without parts.
fn slot_of(found: &PricedSlot, party: Party) -> Option<Slot> {
    let PricedSlot { slot, price } = found;
    let client = slot.client();
    let parts = found_parts(&slot.parts);
    let (first, rest) = parts.split_first()?;
    Some(Slot {
        service: first.service,
        staff: first.staff,
        starts_at: client.start(),
        ends_at: client.end(),
        price: price.charged,
        due_now: price.deposit,
        party,
        complement: None,
        rest: rest.to_vec(),
    })
}

/// At most `most` of them, evenly spread, the first always among them.
pub(super) fn spread(slots: Vec<Slot>, most: usize) -> Vec<Slot> {
    let step = slots.len().div_ceil(most.max(1)).max(1);
    slots.into_iter().step_by(step).take(most).collect()
}

/// The reason that helps the customer most: what lies in their own hands first. What concerns only the person who
/// was named is that person's absence.
pub(super) fn not_free(refusals: &BTreeSet<Refusal>, named: Option<StaffRef>, limits: Limits) -> NotFree {
    let persons = |otherwise: NotFree| named.map_or(otherwise, |staff| NotFree::StaffAway { staff });
    let rank = |refusal: &Refusal| match (&refusal.reason, refusal.staff) {
        (Reason::InThePast, _) => (0, NotFree::Past),
        (Reason::Notice, _) => (
            1,
            NotFree::TooSoon {
                notice_minutes: limits.notice_minutes,
            },
        ),
        (Reason::Horizon, _) => (
            2,
            NotFree::TooFar {
                last_day: limits.last_day,
            },
        ),
        (Reason::Closed, None) => (3, NotFree::Closed),
        (Reason::NotSold, _) => (4, NotFree::NotOffered),
        (Reason::CannotDoService, _) => (4, persons(NotFree::NotOffered)),
        (
            Reason::Booked
            | Reason::Held
            | Reason::Blocked
            | Reason::Buffer
            | Reason::Resource { .. }
            | Reason::Combination,
            None,
        ) => (5, NotFree::Taken),
        (
            Reason::Booked
            | Reason::Held
            | Reason::Blocked
            | Reason::Buffer
            | Reason::Resource { .. }
            | Reason::Combination,
            Some(_),
        ) => (6, persons(NotFree::Taken)),
        // Somebody's leave is nothing that a customer who named nobody is told.
        (Reason::OnLeave, _) => (7, persons(NotFree::Taken)),
        (Reason::Closed, Some(_)) => (8, persons(NotFree::Closed)),
        (Reason::OffGrid, _) => (9, NotFree::Choose),
    };
    refusals
        .iter()
        .map(rank)
        .min_by_key(|(rank, _)| *rank)
        .map_or(NotFree::Choose, |(_, reason)| reason)
}

/// How soon and how far ahead the chat takes bookings of a service.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    notice_minutes: u32,
    last_day: Date,
}

impl Limits {
    /// Of several services each has to allow it.
    fn of_all(policy: &Policy, services: &[&Service], now: OffsetDateTime) -> Self {
        let each = services.iter().map(|service| Self::of(policy, service, now));
        each.reduce(|one, other| Self {
            notice_minutes: one.notice_minutes.max(other.notice_minutes),
            last_day: one.last_day.min(other.last_day),
        })
        .unwrap_or(Self {
            notice_minutes: 0,
            last_day: Date::MAX,
        })
    }

    pub(super) fn of(policy: &Policy, service: &Service, now: OffsetDateTime) -> Self {
        let days = i64::from(service.horizon_days(&policy.rules, Channel::Chat));
        let today = policy.zone.date(now);
        Self {
            notice_minutes: service.notice(&policy.rules, Channel::Chat).count(),
            last_day: today.checked_add(Duration::days(days)).unwrap_or(Date::MAX),
        }
    }
}

fn opening_of(hours: &BusinessHours) -> OpeningHours {
    let weekly = hours
        .weekly
        .as_ref()
        .map_or_else(OpeningHours::around_the_clock, |weekly| week_of(weekly));
    hours.dated.iter().fold(weekly, |opening, (date, blocks)| {
        opening.with_date(*date, blocks.iter().map(span_of).collect())
    })
}

fn week_of(weekly: &[WeeklyBlock]) -> OpeningHours {
    let closed = OpeningHours::daily(Time::MIDNIGHT, Time::MIDNIGHT);
    (0..7)
        .map(|n| time::Weekday::Monday.nth_next(n))
        .fold(closed, |opening, day| {
            let blocks = weekly.iter().filter(|block| block.weekday == day);
            opening.with_day(day, blocks.map(|block| span_of(&block.block)).collect())
        })
}

const fn span_of(block: &DayBlock) -> OpenSpan {
    OpenSpan {
        from_minute: block.from_minute,
        to_minute: block.to_minute,
    }
}

#[cfg(test)]
mod tests;
