//! Claims the time of a visit until it is paid for, or for good where nothing is asked.

use std::collections::BTreeSet;
use std::sync::Arc;

use ratiba_kernel::{Clock, IdSource, Money, Outage, TenantId};
use time::OffsetDateTime;

use super::slot_visit::{Coming, DepositAsked, NoPrice};
use super::{TRIES, alternatives, around, facts_query, opening};
use crate::availability::{
    self, Arrangement, Facts, PartOrder, PartRequest, Reason, RequestFault, Slot, SlotRequest,
};
use crate::catalogue::CustomerId;
use crate::package::{Package, PackageId};
use crate::policy::{Channel, PayBy};
use crate::ports::{AppointmentBook, Change, PackageBook, RecordError, Timetable};
use crate::pricing::PricingFault;
use crate::visit::{HoldKey, Visit, VisitId, VisitStanding};

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
    /// Whether a deposit is asked.
    pub deposit: DepositAsked,
    /// The package that the services are booked with, if they are.
    pub package: Option<PackageId>,
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
    /// same moment, the next one is tried.
    ///
    /// # Errors
    /// [`HoldVisitError`].
    #[tracing::instrument(name = "booking.hold_visit", skip_all)]
    pub async fn execute(&self, tenant: TenantId, order: HoldOrder) -> Result<Held, HoldVisitError> {
        if let Some(visit) = self.book.visit_of_key(tenant, &order.key).await? {
            return held(visit);
        }
        let package = self.package(tenant, &order).await?;
        let mut history = History { package, no_shows: 0 };
        for _try in 0..TRIES {
            let (facts, request) = self.look(tenant, &order).await?;
            let slot = match availability::check(&facts, &request, order.start)? {
                Ok(slot) => slot,
                Err(refused) => return Err(not_free(&facts, &request, order.start, refused.reasons())),
            };
            history.no_shows = self.no_shows(tenant, &order, &facts).await?;
            let (id, change) = self.decide(&facts, &order, &slot, &history, request.now)?;
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
        history: &History,
        now: OffsetDateTime,
    ) -> Result<(VisitId, Change), HoldVisitError> {
        let coming = Coming {
            visit: self.ids.fresh(),
            customer: order.customer,
            channel: order.channel,
            deposit: order.deposit,
            package: history.package.as_ref(),
            no_shows: history.no_shows,
            now,
        };
        let bookings = coming.bookings(facts, slot, &order.parts)?;
        let parts = bookings.into_iter().map(|booking| (self.ids.fresh(), booking));
        let head = coming.head(order.key.clone());
        let change = opening::opened(&facts.policy, head, parts.collect(), order.pay_by, now);
        Ok((coming.visit, change.map_err(PricingFault::from)?))
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
        let matters =
            order.deposit == DepositAsked::AsSold && !facts.policy.rules.deposit_after_no_shows.is_empty();
        if !matters {
            return Ok(0);
        }
        Ok(self.book.no_shows(tenant, order.customer).await?)
    }
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
    match visit.due().map_err(PricingFault::from)? {
        Some(due) => Ok(Held { visit, standing, due }),
        None => Err(Outage::new("a visit without appointments").into()),
    }
}
