//! Availability: which starts can be had, and why the others cannot.

mod asked;
mod shown;

use actix_web::{HttpResponse, web};
use ratiba_access::Scope;
use ratiba_booking::availability::{Arrangement, PartOrder, PartRequest};
use ratiba_booking::catalogue::CustomerId;
use ratiba_booking::policy::Channel;
use ratiba_booking::use_cases::{FindSlotsError, SlotQuery};
use ratiba_kernel::{Id, Outage, TenantId, TimeRange, Zone};
use time::{Date, Duration, OffsetDateTime};
use uuid::Uuid;

use super::appointments::wrong;
use crate::State;
use crate::caller::Caller;
use crate::checked::{Checked, CheckedQuery};
use crate::dto::{parse_day, parse_moment};
use crate::endpoint::Endpoint;
use crate::problem::{Kind, Problem};
pub use asked::{ArrangementWord, ChannelWord, OneQuery, OrderWord, PartBody, VisitSearch, WishWord};
pub use shown::{
    ExplainAnswer, SlotAnswer, SlotsAnswer, not_free, not_free_to_book, reason_word, request_problem,
};

/// How many slots are shown if nobody says.
const SLOTS_USUALLY: usize = 200;
/// How far a search reaches at most.
const DAYS_MOST: i64 = 92;
/// How far an explanation reaches at most: it names every start of the grid.
const DAYS_EXPLAINED: i64 = 7;

const EXPLAINED: &str = "The starts of the grid that cannot be had, with every reason, from the first on and `limit` at \
    most; where some are left out, `more_from` says from where to ask again. Seven days at most.";

/// The endpoints of availability.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/v1/availability", "The starts of one service that can be had", || {
            web::get().to(search_one)
        })
        .describe(
            "Earliest first. `from` and `to` are instants, or local days of which the last is included. Each has the price \
             that booking it now would charge. Nothing is kept for anybody by asking.",
        )
        .group("availability")
        .needs(Scope::AppointmentsRead)
        .query::<OneQuery>()
        .answers::<SlotsAnswer>(200, "the slots")
        .problems(&[Kind::NotFound, Kind::Unacceptable]),
        Endpoint::post("/api/v1/availability/search", "The starts of a whole visit that can be had", || {
            web::post().to(search_visit)
        })
        .describe("Several services, several guests: orders and staff are searched, waits between parts are bounded.")
        .group("availability")
        .needs(Scope::AppointmentsRead)
        .body::<VisitSearch>()
        .answers::<SlotsAnswer>(200, "the slots")
        .problems(&[Kind::NotFound, Kind::Unacceptable]),
        Endpoint::get("/api/v1/availability/explain", "Why there is no slot", || web::get().to(explain_one))
            .describe(EXPLAINED)
            .group("availability")
            .needs(Scope::AppointmentsRead)
            .query::<OneQuery>()
            .answers::<ExplainAnswer>(200, "the refusals")
            .problems(&[Kind::NotFound, Kind::Unacceptable]),
        Endpoint::post("/api/v1/availability/explain", "Why there is no slot for a whole visit", || {
            web::post().to(explain_visit)
        })
        .describe(EXPLAINED)
        .group("availability")
        .needs(Scope::AppointmentsRead)
        .body::<VisitSearch>()
        .answers::<ExplainAnswer>(200, "the refusals")
        .problems(&[Kind::NotFound, Kind::Unacceptable]),
    ]
}

async fn search_one(
    state: web::Data<State>,
    caller: Caller,
    CheckedQuery(query): CheckedQuery<OneQuery>,
) -> Result<HttpResponse, Problem> {
    slots(&state, caller.0.tenant, &query.asked()).await
}

async fn search_visit(
    state: web::Data<State>,
    caller: Caller,
    Checked(body): Checked<VisitSearch>,
) -> Result<HttpResponse, Problem> {
    slots(&state, caller.0.tenant, &body.asked()).await
}

async fn explain_one(
    state: web::Data<State>,
    caller: Caller,
    CheckedQuery(query): CheckedQuery<OneQuery>,
) -> Result<HttpResponse, Problem> {
    explain(&state, caller.0.tenant, &query.asked()).await
}

async fn explain_visit(
    state: web::Data<State>,
    caller: Caller,
    Checked(body): Checked<VisitSearch>,
) -> Result<HttpResponse, Problem> {
    explain(&state, caller.0.tenant, &body.asked()).await
}

/// What is asked, before its local days are instants.
struct Asked<'a> {
    parts: Vec<PartRequest>,
    order: PartOrder,
    arrangement: Arrangement,
    from: Option<&'a str>,
    to: Option<&'a str>,
    channel: Channel,
    customer: Option<Uuid>,
    most: usize,
}

impl OneQuery {
    fn asked(&self) -> Asked<'_> {
        let part = PartBody {
            service_id: self.service_id,
            staff_id: self.staff_id,
            wish: self.wish,
            guest: 0,
        };
        Asked {
            parts: vec![PartRequest::from(&part)],
            order: PartOrder::Any,
            arrangement: Arrangement::Together,
            from: self.from.as_deref(),
            to: self.to.as_deref(),
            channel: self.channel.unwrap_or_default().into(),
            customer: self.customer_id,
            most: self.limit.map_or(SLOTS_USUALLY, usize::from),
        }
    }
}

impl VisitSearch {
    fn asked(&self) -> Asked<'_> {
        Asked {
            parts: self.parts.iter().map(PartRequest::from).collect(),
            order: self.order.into(),
            arrangement: self.arrangement.into(),
            from: self.from.as_deref(),
            to: self.to.as_deref(),
            channel: self.channel.into(),
            customer: self.customer_id,
            most: self.limit.map_or(SLOTS_USUALLY, usize::from),
        }
    }
}

impl Asked<'_> {
    fn within(&self, zone: &Zone, now: OffsetDateTime, days_most: i64) -> Result<SlotQuery, Problem> {
        Ok(SlotQuery {
            parts: self.parts.clone(),
            order: self.order,
            arrangement: self.arrangement,
            window: window(zone, now, self.from, self.to, days_most)?,
            channel: self.channel,
            customer: self.customer.map(Id::from_uuid),
            most: Some(self.most),
        })
    }
}

async fn slots(state: &State, tenant: TenantId, asked: &Asked<'_>) -> Result<HttpResponse, Problem> {
    let booking = &state.parts.booking;
    known_customer(state, tenant, asked.customer).await?;
    let mut zone = booking.catalogue.zone(tenant).await?;
    for _try in 0..ZONES {
        let query = asked.within(&zone, state.parts.clock.now(), DAYS_MOST)?;
        let found = booking.find.execute(tenant, query).await.map_err(refused)?;
        if found.zone != zone {
            zone = found.zone;
            continue;
        }
        let slots = found.slots.iter().map(|slot| SlotAnswer::priced(slot, &zone));
        return Ok(HttpResponse::Ok().json(SlotsAnswer {
            zone: zone.name().to_owned(),
            slots: slots.collect(),
        }));
    }
    Err(keeps_moving())
}

async fn explain(state: &State, tenant: TenantId, asked: &Asked<'_>) -> Result<HttpResponse, Problem> {
    let booking = &state.parts.booking;
    let mut zone = booking.catalogue.zone(tenant).await?;
    for _try in 0..ZONES {
        let query = asked.within(&zone, state.parts.clock.now(), DAYS_EXPLAINED)?;
        let found = booking.find.explain(tenant, query, asked.most).await;
        let found = found.map_err(refused)?;
        if found.zone != zone {
            zone = found.zone;
            continue;
        }
        return Ok(HttpResponse::Ok().json(ExplainAnswer::of(&found)));
    }
    Err(keeps_moving())
}

/// How often a search begins again because the tenant's zone is another one than it was begun with: local days are cut
/// by what is in memory, and the facts tell whether that is still so.
const ZONES: usize = 3;

fn keeps_moving() -> Problem {
    Problem::unavailable(&Outage::new("the zone keeps changing"))
}

/// The customer who is named, if the tenant has them.
pub(super) async fn known_customer(
    state: &State,
    tenant: TenantId,
    id: Option<Uuid>,
) -> Result<Option<CustomerId>, Problem> {
    let Some(id) = id.map(Id::from_uuid) else {
        return Ok(None);
    };
    let now = state.parts.clock.now();
    match state.parts.imports.customers.file(tenant, id, now).await? {
        Some(_) => Ok(Some(id)),
        None => Err(Problem::new(Kind::NotFound, "there is no such customer")),
    }
}

fn refused(error: FindSlotsError) -> Problem {
    match error {
        FindSlotsError::Request(fault) => request_problem(fault),
        FindSlotsError::Unavailable(outage) => Problem::unavailable(&outage),
    }
}

/// The stretch between two ends, each an instant or a local day.
fn window(
    zone: &Zone,
    now: OffsetDateTime,
    from: Option<&str>,
    to: Option<&str>,
    days_most: i64,
) -> Result<TimeRange, Problem> {
    let day = |text: &str| parse_day(text);
    let from = match from {
        None => now,
        Some(text) => parse_moment(text)
            .or_else(|| day(text).map(|date| zone.day_start(date)))
            .ok_or_else(|| wrong("from", NEITHER))?,
    };
    let to = match to {
        None => from + Duration::days(7.min(days_most)),
        Some(text) => parse_moment(text)
            .or_else(|| {
                day(text)
                    .and_then(Date::next_day)
                    .map(|next| zone.day_start(next))
            })
            .ok_or_else(|| wrong("to", NEITHER))?,
    };
    if to - from > Duration::days(days_most) + Duration::hours(2) {
        return Err(wrong(
            "to",
            &format!("must be at most {days_most} days after from"),
        ));
    }
    TimeRange::new(from, to).map_err(|_| wrong("to", "must be after from"))
}

const NEITHER: &str = "must be a time in RFC 3339 with an offset, or a date such as 2026-05-13";

#[cfg(test)]
mod tests;
