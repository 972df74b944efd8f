//! Claims the time of a visit until it is paid for, or for good where nothing is asked.

use std::collections::BTreeSet;
use std::sync::Arc;

use ratiba_kernel::{Clock, IdSource, Money, MoneyError, Outage, TenantId};
use time::OffsetDateTime;

use super::{ALTERNATIVES_MOST, TRIES, alternatives, around, closely_around, confirm_visit, facts_query};
use crate::appointment::{
    Appointment, AppointmentId, Booking, Price, StaffChoice, Team, TransitionRefused, Version,
};
use crate::availability::{
    self, Arrangement, Facts, PartOrder, PartRequest, Reason, Refused, RequestFault, Slot, SlotPart,
    SlotRequest,
};
use crate::catalogue::{CustomerId, Service};
use crate::event::{BookingEvent, BookingTask, Due};
use crate::policy::{Channel, PayBy};
use crate::ports::{AppointmentBook, Change, ClaimChange, Outlook, RecordError, Timetable};
use crate::visit::{HoldKey, Visit, VisitHead, VisitId, VisitStanding};

/// What is to be held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HoldOrder {
    /// The caller's key: the same order with the same key gives the same visit, however often it is given.
    pub key: HoldKey,
    /// For whom.
    pub customer: CustomerId,
    /// The services.
    pub parts: Vec<PartRequest>,
    /// Whether they may be rendered in another order.
    pub order: PartOrder,
    /// How several guests come.
    pub arrangement: Arrangement,
    /// When the first begins.
    pub start: OffsetDateTime,
    /// Through which channel it is asked.
    pub channel: Channel,
    /// How the money will come; the hold lasts accordingly.
    pub pay_by: PayBy,
}

/// Where a held visit stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeldStanding {
    /// It waits for money until then.
    Waiting {
        /// The deadline.
        until: OffsetDateTime,
    },
    /// It is confirmed: nothing is asked, or it was paid already.
    Confirmed,
    /// It was held with this key, and is over by now.
    Over,
}

/// Which order a visit was held by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeldBy {
    /// By this one.
    ThisOrder,
    /// By an earlier one with the same key, whatever else that one asked for.
    EarlierOrder,
}

/// A visit that was held, now or by an earlier order with the same key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Whether it was held before.
    pub by: HeldBy,
    /// The visit.
    pub visit: Visit,
    /// Where it stands.
    pub standing: HeldStanding,
    /// What is asked for it in all; may be nothing.
    pub due: Money,
}

/// Why nothing was held.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum HoldVisitError {
    /// The time cannot be had, or somebody else was faster.
    #[error("the time cannot be had")]
    NotFree {
        /// Why.
        reasons: BTreeSet<Reason>,
        /// The nearest starts that can be had, the nearest first; may be none.
        alternatives: Vec<Slot>,
    },
    /// The order names what does not exist.
    #[error(transparent)]
    Request(#[from] RequestFault),
    /// There is no such customer.
    #[error("there is no such customer")]
    UnknownCustomer,
    /// The services' prices do not go together.
    #[error("the prices do not go together")]
    Price(#[from] MoneyError),
    /// Book or timetable did not answer; nobody knows whether it is held. Ask again with the same key.
    #[error("the appointment book is unavailable")]
    Unavailable(#[from] Outage),
}

/// Holds visits.
pub struct HoldVisit {
    /// Where it is recorded.
    pub book: Arc<dyn AppointmentBook>,
    /// What is known about the days.
    pub timetable: Arc<dyn Timetable>,
    /// The present.
    pub clock: Arc<dyn Clock>,
    /// Identities of visit and appointments.
    pub ids: Arc<dyn IdSource>,
}

impl HoldVisit {
    /// Claims the time of all parts, or of none.
    ///
    /// Safe to repeat with the same key. Where any staff member will do and the one chosen is taken in the
    /// same moment, the next one is tried. Where the order leaves nothing to choose, the book alone is asked: who
    /// is busy is looked up only once it has refused.
    ///
    /// # Errors
    /// [`HoldVisitError`].
    #[tracing::instrument(name = "booking.hold_visit", skip_all)]
    pub async fn execute(&self, tenant: TenantId, order: HoldOrder) -> Result<Held, HoldVisitError> {
        let mut guess = self.guess(tenant, &order).await?;
        let mut key_is_new = false;
        for _try in 0..TRIES {
            let sight = match guess.take() {
                Some(sight) => sight,
                None => self.look(tenant, &order).await?,
            };
            let slot = match &sight.answer {
                Ok(slot) => slot,
                Err(refused) => {
                    let reasons = refused.reasons();
                    return self.refuse(tenant, &order, sight, reasons, key_is_new).await;
                }
            };
            let change = self.decide(&sight.outlook.facts, &order, slot, sight.request.now)?;
            let change = Change {
                setup: Some(sight.outlook.setup),
                ..change
            };
            let visit = as_recorded(&change)?;
            match self.book.record(tenant, change).await {
                Ok(()) => return held(visit, HeldBy::ThisOrder),
                Err(RecordError::KeyUsed | RecordError::Stale) => {
                    if let Some(visit) = self.book.visit_of_key(tenant, &order.key).await? {
                        return held(visit, HeldBy::EarlierOrder);
                    }
                }
                // Somebody was faster: the facts have changed, and perhaps another one is free.
                Err(RecordError::SlotTaken) => key_is_new = true,
                Err(RecordError::SetupChanged | RecordError::MonthFrozen) => {}
                Err(RecordError::UnknownCustomer) => return Err(HoldVisitError::UnknownCustomer),
                Err(RecordError::Unavailable(outage)) => return Err(outage.into()),
            }
        }
        let sight = self.look(tenant, &order).await?;
        let reasons = match &sight.answer {
            Ok(_free_again) => BTreeSet::from([Reason::Booked]),
            Err(refused) => refused.reasons(),
        };
        self.refuse(tenant, &order, sight, reasons, key_is_new).await
    }

    /// The only slot that the order could get, without a look at who is busy; `None` where there is something to
    /// choose (a person, a seat of a pool), or where the schedule alone says no.
    async fn guess(&self, tenant: TenantId, order: &HoldOrder) -> Result<Option<Sight>, HoldVisitError> {
        if order.parts.iter().any(|part| part.staff.preferred().is_none()) {
            return Ok(None);
        }
        let request = self.request(order)?;
        let query = facts_query(&order.parts, request.window);
        let outlook = self.timetable.setup(tenant, query).await?;
        let segments = outlook
            .facts
            .services
            .iter()
            .flat_map(|service| service.recipe.segments());
        let pooled = segments.filter(|segment| segment.resource_kind.is_some()).count() > 0;
        if pooled {
            return Ok(None);
        }
        // What the setup does not know may have been added a moment ago.
        let Ok(Ok(slot)) = availability::check(&outlook.facts, &request, order.start) else {
            return Ok(None);
        };
        Ok(Some(Sight {
            outlook,
            request,
            answer: Ok(slot),
        }))
    }

    async fn look(&self, tenant: TenantId, order: &HoldOrder) -> Result<Sight, HoldVisitError> {
        let request = self.request(order)?;
        let query = facts_query(&order.parts, request.window);
        let outlook = self.timetable.outlook(tenant, query).await?;
        let answer = availability::check(&outlook.facts, &request, order.start)?;
        Ok(Sight {
            outlook,
            request,
            answer,
        })
    }

    fn request(&self, order: &HoldOrder) -> Result<SlotRequest, RequestFault> {
        let now = self.clock.now();
        Ok(SlotRequest {
            parts: order.parts.clone(),
            order: order.order,
            arrangement: order.arrangement,
            window: closely_around(order.start, now)?,
            channel: order.channel,
            now,
            most: None,
        })
    }

    /// The visit of an earlier order with the same key; else the reasons, with the nearest alternatives: those of
    /// half a day around are looked for first, and are the nearest if they are enough.
    async fn refuse(
        &self,
        tenant: TenantId,
        order: &HoldOrder,
        sight: Sight,
        reasons: BTreeSet<Reason>,
        key_is_new: bool,
    ) -> Result<Held, HoldVisitError> {
        if !key_is_new && let Some(visit) = self.book.visit_of_key(tenant, &order.key).await? {
            return held(visit, HeldBy::EarlierOrder);
        }
        let Sight { outlook, request, .. } = sight;
        let mut nearest = alternatives(&outlook.facts, &request, order.start);
        if nearest.len() < ALTERNATIVES_MOST {
            let window = around(order.start, request.now)?;
            let request = SlotRequest { window, ..request };
            let facts = self
                .timetable
                .facts(tenant, facts_query(&order.parts, window))
                .await?;
            nearest = alternatives(&facts, &request, order.start);
        }
        Err(HoldVisitError::NotFree {
            reasons,
            alternatives: nearest,
        })
    }

    fn decide(
        &self,
        facts: &Facts,
        order: &HoldOrder,
        slot: &Slot,
        now: OffsetDateTime,
    ) -> Result<Change, HoldVisitError> {
        let rules = &facts.policy.rules;
        let visit = self.ids.fresh();
        let until = now + rules.hold.of(order.pay_by).duration();
        let mut appointments = Vec::with_capacity(slot.parts.len());
        let mut due = Money::zero(facts.policy.currency);
        for part in &slot.parts {
            let wish = order.parts.get(part.asked).ok_or(RequestFault::Parts)?;
            let service = facts.services.iter().find(|service| service.id == part.service);
            let service = service.ok_or(RequestFault::UnknownService(part.service))?;
            let booking = self.booking(order, (part, wish), service, visit, now)?;
            let booking = Booking {
                deposit: service.deposit.due(booking.price.charged(), rules.rounding)?,
                ..booking
            };
            due = due.checked_add(booking.deposit)?;
            let id: AppointmentId = self.ids.fresh();
            appointments.push(Appointment::hold(id, booking, until));
        }
        let head = VisitHead {
            id: visit,
            customer: order.customer,
            hold_key: Some(order.key.clone()),
            created_at: now,
            reminded: BTreeSet::new(),
            lost_at: None,
            version: Version::NEW,
        };
        let customer = order.customer;
        let mut change = Change {
            head: Some(head),
            ..Change::at(now)
        };
        if due.is_positive() {
            for appointment in appointments {
                change = change.with(appointment, ClaimChange::Take);
            }
            change.tasks.push(Due {
                at: until,
                task: BookingTask::ExpireHold { visit },
            });
            return Ok(change.telling(BookingEvent::VisitHeld {
                visit,
                customer,
                until,
                due,
            }));
        }
        for appointment in appointments {
            // A hold that was made this moment can always be confirmed.
            let confirmed = appointment.confirm(now).map_err(never)?;
            change = change.with(confirmed, ClaimChange::Take);
        }
        change.tasks = confirm_visit::reminders(&facts.policy.zone, visit, slot.time.start(), now);
        Ok(change.telling(BookingEvent::VisitConfirmed { visit, customer }))
    }

    fn booking(
        &self,
        order: &HoldOrder,
        (part, wish): (&SlotPart, &PartRequest),
        service: &Service,
        visit: VisitId,
        now: OffsetDateTime,
    ) -> Result<Booking, MoneyError> {
        let price = Price::agree(service.price, None, service.tax, service.product_cost)?;
        let requested = wish.staff.named() == Some(part.staff);
        Ok(Booking {
            visit,
            customer: order.customer,
            service: part.service,
            team: Team::of(part.staff),
            choice: if requested {
                StaffChoice::Requested
            } else {
                StaffChoice::Assigned
            },
            channel: order.channel,
            time: part.time,
            recipe: service.recipe.clone(),
            claims: part.claims.clone(),
            deposit: Money::zero(price.charged().currency()),
            price,
            booked_at: now,
        })
    }
}

/// What was seen of the wanted start, and by which request.
struct Sight {
    outlook: Outlook,
    request: SlotRequest,
    answer: Result<Slot, Refused>,
}

/// The visit that recording the change makes.
fn as_recorded(change: &Change) -> Result<Visit, Outage> {
    let head = change.head.clone();
    let mut head = head.ok_or_else(|| Outage::new("an order that makes no visit"))?;
    head.version = head.version.next();
    let parts = change.appointments.iter();
    let mut appointments: Vec<Appointment> = parts
        .map(|changed| changed.appointment.clone().at_next_version())
        .collect();
    appointments.sort_by_key(|appointment| (appointment.booking().time.start(), appointment.id()));
    Ok(Visit { head, appointments })
}

fn held(visit: Visit, by: HeldBy) -> Result<Held, HoldVisitError> {
    let standing = match visit.standing() {
        VisitStanding::Waiting { until } => HeldStanding::Waiting { until },
        VisitStanding::Agreed => HeldStanding::Confirmed,
        VisitStanding::Over => HeldStanding::Over,
    };
    match visit.due()? {
        Some(due) => Ok(Held {
            by,
            visit,
            standing,
            due,
        }),
        None => Err(Outage::new("a visit without appointments").into()),
    }
}

fn never(refused: TransitionRefused) -> HoldVisitError {
    Outage::new(refused).into()
}
