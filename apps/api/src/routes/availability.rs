//! Availability: which starts can be had, and why the others cannot.

use std::collections::BTreeSet;

use actix_web::{HttpResponse, web};
use ratiba_access::Scope;
use ratiba_booking::availability::{
    Arrangement, PartOrder, PartRequest, Reason, Refusal, Refused, RequestFault, Side, Slot, SlotReason,
    StaffWish,
};
use ratiba_booking::catalogue::CustomerId;
use ratiba_booking::policy::Channel;
use ratiba_booking::pricing::{PricedSlot, SlotPrice};
use ratiba_booking::use_cases::{Explanation, FindSlotsError, SlotQuery};
use ratiba_kernel::{Id, Money, Outage, TenantId, TimeRange, Zone};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use time::{Date, Duration, OffsetDateTime};
use uuid::Uuid;

use super::appointments::wrong;
use crate::State;
use crate::caller::Caller;
use crate::checked::{Checked, CheckedQuery};
use crate::dto::{Amount, Moment, parse_day, parse_moment};
use crate::endpoint::Endpoint;
use crate::problem::{Kind, Problem};

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

/// Through which channel it would be booked: notice and horizon depend on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum ChannelWord {
    /// The front desk.
    #[default]
    Desk,
    /// A page on the web.
    Web,
    /// A conversation.
    Chat,
}

impl From<ChannelWord> for Channel {
    fn from(word: ChannelWord) -> Self {
        match word {
            ChannelWord::Desk => Self::Desk,
            ChannelWord::Web => Self::Web,
            ChannelWord::Chat => Self::Chat,
        }
    }
}

/// Whether the named staff member is a condition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum WishWord {
    /// This one or nobody.
    #[default]
    Only,
    /// This one if possible.
    Rather,
}

/// One service, from when to when.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OneQuery {
    /// What.
    service_id: Uuid,
    /// By whom; whoever can, if left out.
    staff_id: Option<Uuid>,
    /// Whether the staff member is a condition; `only` if left out.
    wish: Option<WishWord>,
    /// An instant with an offset, or a local day; now if left out.
    #[schemars(length(max = 40))]
    from: Option<String>,
    /// An instant with an offset, or a local day, which is then included; a week after `from` if left out.
    #[schemars(length(max = 40))]
    to: Option<String>,
    /// `desk` if left out.
    channel: Option<ChannelWord>,
    /// Who would come, if that is known: the deposit may grow with the visits that they did not come to.
    customer_id: Option<Uuid>,
    /// How many slots or refused starts at most; 200 if left out.
    #[schemars(range(min = 1, max = 1000))]
    limit: Option<u16>,
}

/// One service of a visit.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PartBody {
    /// What.
    pub service_id: Uuid,
    /// By whom; whoever can, if left out.
    pub staff_id: Option<Uuid>,
    /// Whether the staff member is a condition; `only` if left out.
    pub wish: Option<WishWord>,
    /// For whom: 0 is the customer, every other number somebody who comes along.
    #[serde(default)]
    #[schemars(range(max = 7))]
    pub guest: u8,
}

impl From<&PartBody> for PartRequest {
    fn from(part: &PartBody) -> Self {
        let staff = part
            .staff_id
            .map_or(StaffWish::Any, |staff| match part.wish.unwrap_or_default() {
                WishWord::Only => StaffWish::Only(Id::from_uuid(staff)),
                WishWord::Rather => StaffWish::Rather(Id::from_uuid(staff)),
            });
        Self::new(Id::from_uuid(part.service_id), staff).for_guest(part.guest)
    }
}

/// In which order the services of a guest may be rendered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum OrderWord {
    /// As asked if possible, else the one with the least waiting.
    #[default]
    Any,
    /// Only as asked.
    AsAsked,
}

impl From<OrderWord> for PartOrder {
    fn from(word: OrderWord) -> Self {
        match word {
            OrderWord::Any => Self::Any,
            OrderWord::AsAsked => Self::AsAsked,
        }
    }
}

/// How several guests come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum ArrangementWord {
    /// All begin at once.
    #[default]
    Together,
    /// One after another.
    InTurn,
}

impl From<ArrangementWord> for Arrangement {
    fn from(word: ArrangementWord) -> Self {
        match word {
            ArrangementWord::Together => Self::Together,
            ArrangementWord::InTurn => Self::InTurn,
        }
    }
}

/// A visit, from when to when.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VisitSearch {
    /// The services.
    #[schemars(length(min = 1, max = 8))]
    parts: Vec<PartBody>,
    /// `any` if left out.
    #[serde(default)]
    order: OrderWord,
    /// `together` if left out.
    #[serde(default)]
    arrangement: ArrangementWord,
    /// An instant with an offset, or a local day; now if left out.
    #[schemars(length(max = 40))]
    from: Option<String>,
    /// An instant with an offset, or a local day, which is then included; a week after `from` if left out.
    #[schemars(length(max = 40))]
    to: Option<String>,
    /// `desk` if left out.
    #[serde(default)]
    channel: ChannelWord,
    /// Who would come, if that is known: the deposit may grow with the visits that they did not come to.
    customer_id: Option<Uuid>,
    /// How many slots or refused starts at most; 200 if left out.
    #[schemars(range(min = 1, max = 1000))]
    limit: Option<u16>,
}

/// What speaks for or against a slot.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[schemars(rename = "SlotReason")]
pub enum SlotReasonAnswer {
    /// It fills a free stretch exactly.
    ClosesGap,
    /// Time stays free before it.
    LeavesHoleBefore {
        /// How much.
        minutes: u32,
    },
    /// Time stays free after it.
    LeavesHoleAfter {
        /// How much.
        minutes: u32,
    },
    /// The staff member was asked for.
    StaffRequested,
    /// A staff member was proposed before, without being asked for.
    StaffProposed,
    /// Nobody was asked for or proposed for a part, or they cannot: of those who can it is this one's turn.
    StaffTurn,
}

/// One service within a slot.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SlotPart")]
pub struct SlotPartAnswer {
    service_id: Uuid,
    staff_id: Uuid,
    start: Moment,
    end: Moment,
    /// When the customer comes: after the set-up.
    client_from: Moment,
    /// When the customer may go: before the clean-up.
    client_until: Moment,
    /// For whom: 0 is the customer.
    guest: u8,
}

/// What a visit would cost if it were booked now.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[schemars(rename = "SlotPrice")]
pub struct SlotPriceAnswer {
    /// What is charged, tax included, with the best promotion of the day.
    #[schemars(with = "Amount")]
    charged: Money,
    /// What is taken off the list price for it.
    #[schemars(with = "Amount")]
    discount: Money,
    /// What is asked in advance; never above what is charged.
    #[schemars(with = "Amount")]
    deposit: Money,
}

impl From<SlotPrice> for SlotPriceAnswer {
    fn from(price: SlotPrice) -> Self {
        Self {
            charged: price.charged,
            discount: price.discount,
            deposit: price.deposit,
        }
    }
}

/// A start that can be had.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Slot")]
pub struct SlotAnswer {
    start: Moment,
    /// The end of the last part.
    end: Moment,
    /// When the first who comes is expected: what the customer is told.
    client_from: Moment,
    /// When the last who came may go.
    client_until: Moment,
    /// In order of time.
    parts: Vec<SlotPartAnswer>,
    reasons: Vec<SlotReasonAnswer>,
    /// Of all parts together; nothing where a visit that has its price would only change its time.
    price: Option<SlotPriceAnswer>,
}

/// Slots.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Slots")]
pub struct SlotsAnswer {
    /// The tenant's zone.
    zone: String,
    /// Earliest first.
    slots: Vec<SlotAnswer>,
}

/// One reason, and what it concerns.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Refusal")]
pub struct RefusalAnswer {
    /// in_the_past, notice, horizon, off_grid, not_sold, cannot_do_service, closed, on_leave, booked, held, blocked,
    /// buffer, resource or combination.
    reason: &'static str,
    /// The kind of resource that is missing.
    resource: Option<String>,
    /// Whom it concerns.
    staff_id: Option<Uuid>,
    /// Which of the services asked for, from 0.
    part: Option<usize>,
}

/// A start that cannot be had.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Refused")]
pub struct RefusedAnswer {
    start: Moment,
    refusals: Vec<RefusalAnswer>,
}

/// Why there is no slot.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Explanation")]
pub struct ExplainAnswer {
    /// The tenant's zone.
    zone: String,
    /// How many of the starts of the grid can be had, up to the last one that is explained.
    free: usize,
    /// Those that cannot, the earliest first.
    refused: Vec<RefusedAnswer>,
    /// From where to ask for the rest; null: nothing was left out.
    more_from: Option<Moment>,
}

impl SlotAnswer {
    /// A slot as the tenant's clock shows it.
    #[must_use]
    pub fn of(slot: &Slot, zone: &Zone) -> Self {
        let parts = slot.parts.iter().map(|part| SlotPartAnswer {
            service_id: part.service.as_uuid(),
            staff_id: part.staff.as_uuid(),
            start: Moment::of(zone, part.time.start()),
            end: Moment::of(zone, part.time.end()),
            client_from: Moment::of(zone, part.client.start()),
            client_until: Moment::of(zone, part.client.end()),
            guest: part.guest,
        });
        let reasons = slot.reasons.iter().map(|reason| match *reason {
            SlotReason::ClosesGap => SlotReasonAnswer::ClosesGap,
            SlotReason::LeavesHole {
                side: Side::Before,
                minutes,
            } => SlotReasonAnswer::LeavesHoleBefore {
                minutes: minutes.count(),
            },
            SlotReason::LeavesHole {
                side: Side::After,
                minutes,
            } => SlotReasonAnswer::LeavesHoleAfter {
                minutes: minutes.count(),
            },
            SlotReason::StaffRequested => SlotReasonAnswer::StaffRequested,
            SlotReason::StaffProposed => SlotReasonAnswer::StaffProposed,
            SlotReason::StaffTurn => SlotReasonAnswer::StaffTurn,
        });
        let client = slot.client();
        Self {
            start: Moment::of(zone, slot.time.start()),
            end: Moment::of(zone, slot.time.end()),
            client_from: Moment::of(zone, client.start()),
            client_until: Moment::of(zone, client.end()),
            parts: parts.collect(),
            reasons: reasons.collect(),
            price: None,
        }
    }

    /// The same with what it would cost.
    #[must_use]
    pub fn priced(found: &PricedSlot, zone: &Zone) -> Self {
        Self {
            price: Some(found.price.into()),
            ..Self::of(&found.slot, zone)
        }
    }
}

/// The word for a reason.
#[must_use]
pub const fn reason_word(reason: &Reason) -> &'static str {
    match reason {
        Reason::InThePast => "in_the_past",
        Reason::Notice => "notice",
        Reason::Horizon => "horizon",
        Reason::OffGrid => "off_grid",
        Reason::NotSold => "not_sold",
        Reason::CannotDoService => "cannot_do_service",
        Reason::Closed => "closed",
        Reason::OnLeave => "on_leave",
        Reason::Booked => "booked",
        Reason::Held => "held",
        Reason::Blocked => "blocked",
        Reason::Buffer => "buffer",
        Reason::Resource { .. } => "resource",
        Reason::Combination => "combination",
    }
}

impl From<&Refusal> for RefusalAnswer {
    fn from(refusal: &Refusal) -> Self {
        Self {
            reason: reason_word(&refusal.reason),
            resource: match &refusal.reason {
                Reason::Resource { resource } => Some(resource.to_string()),
                Reason::InThePast
                | Reason::Notice
                | Reason::Horizon
                | Reason::OffGrid
                | Reason::NotSold
                | Reason::CannotDoService
                | Reason::Closed
                | Reason::OnLeave
                | Reason::Booked
                | Reason::Held
                | Reason::Blocked
                | Reason::Buffer
                | Reason::Combination => None,
            },
            staff_id: refusal.staff.map(|staff| staff.as_uuid()),
            part: refusal.part,
        }
    }
}

/// The problem of a time that cannot be had: `slot-taken` if somebody else has it, `not-available` if nobody could.
#[must_use]
pub fn not_free(reasons: &BTreeSet<Reason>, alternatives: &[Slot], zone: &Zone) -> Problem {
    let alternatives = alternatives.iter().map(|slot| SlotAnswer::of(slot, zone));
    cannot_be_had(reasons, alternatives.collect())
}

/// The same for a visit that is not booked yet: its alternatives have their prices.
#[must_use]
pub fn not_free_to_book(reasons: &BTreeSet<Reason>, alternatives: &[PricedSlot], zone: &Zone) -> Problem {
    let alternatives = alternatives.iter().map(|found| SlotAnswer::priced(found, zone));
    cannot_be_had(reasons, alternatives.collect())
}

fn cannot_be_had(reasons: &BTreeSet<Reason>, alternatives: Vec<SlotAnswer>) -> Problem {
    let for_others = |reason: &Reason| match reason {
        Reason::Booked
        | Reason::Held
        | Reason::Buffer
        | Reason::Blocked
        | Reason::Resource { .. }
        | Reason::Combination => true,
        Reason::InThePast
        | Reason::Notice
        | Reason::Horizon
        | Reason::OffGrid
        | Reason::NotSold
        | Reason::CannotDoService
        | Reason::Closed
        | Reason::OnLeave => false,
    };
    // What could never be had is said before what somebody else has.
    let ruled_out = reasons.iter().any(|reason| {
        matches!(
            reason,
            Reason::InThePast | Reason::Notice | Reason::Horizon | Reason::NotSold
        )
    });
    let kind = if !ruled_out && reasons.iter().any(for_others) {
        Kind::SlotTaken
    } else {
        Kind::NotAvailable
    };
    let words: Vec<&str> = reasons.iter().map(reason_word).collect();
    Problem::new(kind, format!("the time cannot be had: {}", words.join(", ")))
        .with("reasons", words)
        .with("alternatives", alternatives)
}

/// The problem of a request that names what does not exist.
#[must_use]
pub fn request_problem(fault: RequestFault) -> Problem {
    match fault {
        RequestFault::UnknownService(id) => Problem::new(Kind::NotFound, format!("there is no service {id}")),
        RequestFault::UnknownStaff(id) => {
            Problem::new(Kind::NotFound, format!("there is no staff member {id}"))
        }
        RequestFault::Parts | RequestFault::OutOfCalendar => {
            Problem::new(Kind::Unacceptable, fault.to_string())
        }
    }
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

impl ExplainAnswer {
    fn of(explanation: &Explanation) -> Self {
        let Explanation { starts, zone } = explanation;
        let refused = starts
            .refused
            .iter()
            .map(|Refused { start, refusals }| RefusedAnswer {
                start: Moment::of(zone, *start),
                refusals: refusals.iter().map(RefusalAnswer::from).collect(),
            });
        Self {
            zone: zone.name().to_owned(),
            free: starts.free,
            refused: refused.collect(),
            more_from: starts.more_from.map(|at| Moment::of(zone, at)),
        }
    }
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
