//! Claims the time of a visit until it is paid for, or for good where nothing is asked.

use std::collections::BTreeSet;
use std::sync::Arc;

use ratiba_kernel::{Clock, Fingerprint, IdSource, Money, Outage, TenantId};
use serde::Serialize;
use time::{OffsetDateTime, UtcOffset};

use super::slot_visit::{Coming, DepositAsked, NoPrice};
use super::{ALTERNATIVES_MOST, TRIES, alternatives, around, closely_around, facts_query, opening, quoting};
use crate::appointment::{Appointment, ChangedBy};
use crate::availability::{
    self, Arrangement, Facts, PartOrder, PartRequest, Reason, Refused, RequestFault, Slot, SlotRequest,
};
use crate::catalogue::{CustomerId, Service};
use crate::cross_sell::{self, ComplementRequest};
use crate::package::{Package, PackageId};
use crate::policy::{Approval, Channel, PayBy};
use crate::ports::{AppointmentBook, Change, Outlook, PackageBook, RecordError, Timetable};
use crate::pricing::{PricedSlot, PricingFault};
use crate::visit::{HoldKey, Visit, VisitStanding};

/// What is to be held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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
    #[serde(with = "time::serde::rfc3339")]
    pub start: OffsetDateTime,
    /// Through which channel it is asked.
    pub channel: Channel,
    /// How the money will come; the hold lasts accordingly.
    pub pay_by: PayBy,
    /// Whether a deposit is asked.
    pub deposit: DepositAsked,
    /// The package that the services are booked with, if they are.
    pub package: Option<PackageId>,
    /// One service more, as it was offered to follow the others; both are held or neither is.
    pub complement: Option<Complement>,
    /// Who orders it. The same order is the same whoever repeats it.
    #[serde(skip)]
    pub who: ChangedBy,
}

impl HoldOrder {
    /// All services, the complement as the last.
    #[must_use]
    pub fn all_parts(&self) -> Vec<PartRequest> {
        let complement = self.complement.map(|complement| complement.part);
        self.parts.iter().copied().chain(complement).collect()
    }

    /// The same for every order that asks for the same, whatever offset its instants are written in.
    fn fingerprint(&self) -> Result<Fingerprint, Outage> {
        let mut order = self.clone();
        order.start = order.start.to_offset(UtcOffset::UTC);
        if let Some(complement) = &mut order.complement {
            complement.start = complement.start.to_offset(UtcOffset::UTC);
        }
        let text = serde_json::to_string(&order).map_err(Outage::new)?;
        Ok(Fingerprint::of(&text))
    }
}

/// A complementary service that follows the others of a visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Complement {
    /// What, by whom, and for which guest.
    pub part: PartRequest,
    /// When exactly it begins: not before the others end, and within the tenant's tolerance for complements after
    /// that, however long the waits between other parts may be.
    #[serde(with = "time::serde::rfc3339")]
    pub start: OffsetDateTime,
}

/// Where a held visit stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeldStanding {
    /// It waits for somebody to agree until then; no money is asked before.
    Requested {
        /// The deadline.
        until: OffsetDateTime,
    },
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
        /// The nearest starts that can be had, the nearest first, with what holding them would charge; may be none.
        alternatives: Vec<PricedSlot>,
    },
    /// The order names what does not exist.
    #[error(transparent)]
    Request(#[from] RequestFault),
    /// The key named another order before.
    #[error("the key named another order")]
    OtherOrder,
    /// There is no such customer.
    #[error("there is no such customer")]
    UnknownCustomer,
    /// There is no such package.
    #[error("there is no such package")]
    UnknownPackage,
    /// There is no price for these services together.
    #[error(transparent)]
    Price(#[from] PricingFault),
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
    /// What is sold together.
    pub packages: Arc<dyn PackageBook>,
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
        let package = self.package(tenant, &order).await?;
        let mut history = History { package, no_shows: 0 };
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
                    history.no_shows = self.no_shows(tenant, &order, &sight.outlook.facts).await?;
                    return self
                        .refuse(tenant, &order, sight, reasons, &history, key_is_new)
                        .await;
                }
            };
            let facts = &sight.outlook.facts;
            let asked = request_until(facts, &order, slot.time.start(), sight.request.now);
            let Ok(asked) = asked else {
                let reasons = BTreeSet::from([Reason::Notice]);
                history.no_shows = self.no_shows(tenant, &order, facts).await?;
                return self
                    .refuse(tenant, &order, sight, reasons, &history, key_is_new)
                    .await;
            };
            history.no_shows = self.no_shows(tenant, &order, facts).await?;
            let change = self.decide(facts, &order, slot, &history, (asked, sight.request.now))?;
            let change = Change {
                setup: Some(sight.outlook.setup),
                ..change
            };
            let visit = as_recorded(&change)?;
            match self.book.record(tenant, change).await {
                Ok(()) => return held(visit, HeldBy::ThisOrder),
                Err(RecordError::KeyUsed | RecordError::Stale) => {
                    if let Some(visit) = self.book.visit_of_key(tenant, &order.key).await? {
                        return held_before(visit, &order);
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
        self.refuse(tenant, &order, sight, reasons, &history, key_is_new)
            .await
    }

    /// The only slot that the order could get, without a look at who is busy; `None` where there is something to
    /// choose (a person, a seat of a pool), or where the schedule alone says no.
    async fn guess(&self, tenant: TenantId, order: &HoldOrder) -> Result<Option<Sight>, HoldVisitError> {
        let chooses = order.parts.iter().any(|part| part.staff.preferred().is_none());
        if chooses || order.complement.is_some() {
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
        let query = facts_query(&order.all_parts(), request.window);
        let outlook = self.timetable.outlook(tenant, query).await?;
        let answer = availability::check(&outlook.facts, &request, order.start)?;
        if let Some(Complement { part, start }) = order.complement {
            // That it names what does not exist is told also where the rest cannot be had.
            let alone = SlotRequest {
                parts: vec![part],
                ..request.clone()
            };
            drop(availability::check(&outlook.facts, &alone, start)?);
        }
        let answer = match (answer, &order.complement) {
            (Ok(chosen), Some(complement)) => {
                let wanted = ComplementRequest {
                    chosen: &chosen,
                    part: complement.part,
                    start: complement.start,
                    tolerance: outlook.facts.policy.rules.cross_sell.tolerance,
                    channel: order.channel,
                    now: request.now,
                };
                cross_sell::as_offered(&outlook.facts, &wanted)?
            }
            (answer, None) | (answer @ Err(_), Some(_)) => answer,
        };
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
    /// half a day around are looked for first, and are the nearest if they are enough. A complement is one part
    /// more of them, by whoever can, at the end.
    async fn refuse(
        &self,
        tenant: TenantId,
        order: &HoldOrder,
        sight: Sight,
        reasons: BTreeSet<Reason>,
        history: &History,
        key_is_new: bool,
    ) -> Result<Held, HoldVisitError> {
        if !key_is_new && let Some(visit) = self.book.visit_of_key(tenant, &order.key).await? {
            return held_before(visit, order);
        }
        let Sight {
            mut outlook,
            mut request,
            ..
        } = sight;
        if order.complement.is_some() {
            request.parts = order.all_parts();
            request.order = PartOrder::AsAsked;
        }
        let mut nearest = alternatives(&outlook.facts, &request, order.start);
        if nearest.len() < ALTERNATIVES_MOST {
            let window = around(order.start, request.now)?;
            let query = facts_query(&request.parts, window);
            let request = SlotRequest {
                window,
                ..request.clone()
            };
            outlook = self.timetable.outlook(tenant, query).await?;
            nearest = alternatives(&outlook.facts, &request, order.start);
        }
        let facts = &outlook.facts;
        nearest.retain(|slot| request_until(facts, order, slot.time.start(), request.now).is_ok());
        let package = history.package.as_ref();
        let mut nearest = quoting::quoted(facts, package, history.no_shows, nearest)?;
        if order.deposit == DepositAsked::Nothing {
            for slot in &mut nearest {
                slot.price.deposit = Money::zero(slot.price.deposit.currency());
            }
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
        history: &History,
        (request_until, now): (Option<OffsetDateTime>, OffsetDateTime),
    ) -> Result<Change, HoldVisitError> {
        let coming = Coming {
            visit: self.ids.fresh(),
            customer: order.customer,
            channel: order.channel,
            deposit: order.deposit,
            package: history.package.as_ref(),
            no_shows: history.no_shows,
            now,
        };
        let bookings = coming.bookings(facts, slot, &order.all_parts())?;
        let parts = bookings.into_iter().map(|booking| (self.ids.fresh(), booking));
        let head = coming.head(order.key.clone(), Some(order.fingerprint()?));
        let parts = parts.collect();
        let begun = Change::at(now, order.who.clone());
        let change = opening::opened(&facts.policy, head, parts, request_until, order.pay_by, begun);
        Ok(change.map_err(PricingFault::from)?)
    }

    /// The package that is meant.
    async fn package(&self, tenant: TenantId, order: &HoldOrder) -> Result<Option<Package>, HoldVisitError> {
        let Some(id) = order.package else {
            return Ok(None);
        };
        let package = self.packages.package(tenant, id).await?;
        package.ok_or(HoldVisitError::UnknownPackage).map(Some)
    }

    /// How often the customer did not come, if that matters to the tenant.
    async fn no_shows(
        &self,
        tenant: TenantId,
        order: &HoldOrder,
        facts: &Facts,
    ) -> Result<u32, HoldVisitError> {
        let customer = (order.deposit == DepositAsked::AsSold).then_some(order.customer);
        Ok(quoting::no_shows(self.book.as_ref(), tenant, customer, &facts.policy.rules).await?)
    }
}

/// Nobody could answer a request before its notice is over.
struct NoTimeToAnswer;

/// Until when the order waits for the business to agree, where the channel asks for that; else `None`.
fn request_until(
    facts: &Facts,
    order: &HoldOrder,
    start: OffsetDateTime,
    now: OffsetDateTime,
) -> Result<Option<OffsetDateTime>, NoTimeToAnswer> {
    let rules = &facts.policy.rules;
    if rules.approval.of(order.channel) == Approval::NotNeeded {
        return Ok(None);
    }
    let parts = order.all_parts();
    let ordered = |service: &&Service| parts.iter().any(|part| part.service == service.id);
    let notice = Service::longest_notice(facts.services.iter().filter(ordered), rules, order.channel);
    let until = rules.request_deadline(notice, start, now);
    until.map(Some).ok_or(NoTimeToAnswer)
}

/// The visit of an earlier order with the same key, if that order was the same.
fn held_before(visit: Visit, order: &HoldOrder) -> Result<Held, HoldVisitError> {
    let asked = order.fingerprint()?;
    if visit.head.ordered.is_some_and(|before| before != asked) {
        return Err(HoldVisitError::OtherOrder);
    }
    held(visit, HeldBy::EarlierOrder)
}

/// What the price depends on besides the slot.
struct History {
    package: Option<Package>,
    no_shows: u32,
}

impl From<NoPrice> for HoldVisitError {
    fn from(error: NoPrice) -> Self {
        match error {
            NoPrice::Request(fault) => Self::Request(fault),
            NoPrice::Pricing(fault) => Self::Price(fault),
        }
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
        VisitStanding::Requested { until, .. } => HeldStanding::Requested { until },
        VisitStanding::Waiting { until } => HeldStanding::Waiting { until },
        VisitStanding::Agreed => HeldStanding::Confirmed,
        VisitStanding::Over => HeldStanding::Over,
    };
    match visit.due().map_err(PricingFault::from)? {
        Some(due) => Ok(Held {
            by,
            visit,
            standing,
            due,
        }),
        None => Err(Outage::new("a visit without appointments").into()),
    }
}
