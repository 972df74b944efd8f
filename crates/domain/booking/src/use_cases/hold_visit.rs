//! Claims the time of a visit until it is paid for, or for good where nothing is asked.

use std::collections::BTreeSet;
use std::sync::Arc;

use ratiba_kernel::{Clock, IdSource, Money, MoneyError, Outage, TenantId};
use time::OffsetDateTime;

use super::{TRIES, alternatives, around, facts_query, opening};
use crate::appointment::{Booking, Price, StaffChoice, Team, Version};
use crate::availability::{
    self, Arrangement, Facts, PartOrder, PartRequest, Reason, RequestFault, Slot, SlotPart, SlotRequest,
};
use crate::catalogue::{CustomerId, Service};
use crate::policy::{Channel, PayBy};
use crate::ports::{AppointmentBook, Change, RecordError, Timetable};
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

/// A visit that was held, now or by an earlier order with the same key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
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
    /// same moment, the next one is tried.
    ///
    /// # Errors
    /// [`HoldVisitError`].
    #[tracing::instrument(name = "booking.hold_visit", skip_all)]
    pub async fn execute(&self, tenant: TenantId, order: HoldOrder) -> Result<Held, HoldVisitError> {
        if let Some(visit) = self.book.visit_of_key(tenant, &order.key).await? {
            return held(visit);
        }
        for _try in 0..TRIES {
            let (facts, request) = self.look(tenant, &order).await?;
            let slot = match availability::check(&facts, &request, order.start)? {
                Ok(slot) => slot,
                Err(refused) => return Err(not_free(&facts, &request, order.start, refused.reasons())),
            };
            let (id, change) = self.decide(&facts, &order, &slot, request.now)?;
            match self.book.record(tenant, change).await {
                Ok(()) => return self.recorded(tenant, id).await,
                Err(RecordError::KeyUsed | RecordError::Stale) => {
                    if let Some(visit) = self.book.visit_of_key(tenant, &order.key).await? {
                        return held(visit);
                    }
                }
                // Somebody was faster: the facts have changed, and perhaps another one is free.
                Err(RecordError::SlotTaken | RecordError::MonthFrozen) => {}
                Err(RecordError::Unavailable(outage)) => return Err(outage.into()),
            }
        }
        let (facts, request) = self.look(tenant, &order).await?;
        Err(not_free(
            &facts,
            &request,
            order.start,
            BTreeSet::from([Reason::Booked]),
        ))
    }

    async fn look(
        &self,
        tenant: TenantId,
        order: &HoldOrder,
    ) -> Result<(Facts, SlotRequest), HoldVisitError> {
        let now = self.clock.now();
        let window = around(order.start, now)?;
        let services = order.parts.iter().map(|part| part.service);
        let facts = self
            .timetable
            .facts(tenant, facts_query(services, window))
            .await?;
        let (parts, channel) = (order.parts.clone(), order.channel);
        Ok((
            facts,
            SlotRequest {
                parts,
                order: order.order,
                arrangement: order.arrangement,
                window,
                channel,
                now,
                most: None,
            },
        ))
    }

    async fn recorded(&self, tenant: TenantId, id: VisitId) -> Result<Held, HoldVisitError> {
        match self.book.visit(tenant, id).await? {
            Some(visit) => held(visit),
            None => Err(Outage::new("a visit that was just recorded is not in the book").into()),
        }
    }

    fn decide(
        &self,
        facts: &Facts,
        order: &HoldOrder,
        slot: &Slot,
        now: OffsetDateTime,
    ) -> Result<(VisitId, Change), HoldVisitError> {
        let (visit, rules) = (self.ids.fresh(), &facts.policy.rules);
        let mut parts = Vec::with_capacity(slot.parts.len());
        for part in &slot.parts {
            let wish = order.parts.get(part.asked).ok_or(RequestFault::Parts)?;
            let service = facts.services.iter().find(|service| service.id == part.service);
            let service = service.ok_or(RequestFault::UnknownService(part.service))?;
            let booking = self.booking(order, (part, wish), service, visit, now)?;
            let booking = Booking {
                deposit: service.deposit.due(booking.price.charged(), rules.rounding)?,
                ..booking
            };
            parts.push((self.ids.fresh(), booking));
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
        let change = opening::opened(&facts.policy, head, parts, order.pay_by, now)?;
        Ok((visit, change))
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

fn not_free(
    facts: &Facts,
    request: &SlotRequest,
    wanted: OffsetDateTime,
    reasons: BTreeSet<Reason>,
) -> HoldVisitError {
    HoldVisitError::NotFree {
        reasons,
        alternatives: alternatives(facts, request, wanted),
    }
}

fn held(visit: Visit) -> Result<Held, HoldVisitError> {
    let standing = match visit.standing() {
        VisitStanding::Requested { until, .. } => HeldStanding::Requested { until },
        VisitStanding::Waiting { until } => HeldStanding::Waiting { until },
        VisitStanding::Agreed => HeldStanding::Confirmed,
        VisitStanding::Over => HeldStanding::Over,
    };
    match visit.due()? {
        Some(due) => Ok(Held { visit, standing, due }),
        None => Err(Outage::new("a visit without appointments").into()),
    }
}
