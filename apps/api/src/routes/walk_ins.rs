//! The queue at the desk.

use actix_web::http::header::{ETAG, LOCATION};
use actix_web::{HttpResponse, web};
use ratiba_access::Scope;
use ratiba_booking::appointment::ChangedBy;
use ratiba_booking::availability::{PartRequest, StaffWish};
use ratiba_booking::queue::{Departure, Estimate, FirstName, Guest, NotWaiting, QueueStanding, WalkInId};
use ratiba_booking::use_cases::{
    JoinOrder, JoinQueueError, LeaveQueueError, Queued, SeatOrder, SeatTurn, SeatWalkInError, Sitter,
};
use ratiba_kernel::{Id, PhoneNumber, Zone};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::appointments::wrong;
use super::availability::{PartBody, SlotAnswer, not_free, reason_word, request_problem};
use super::visits::{Paid, VisitAnswer};
use crate::State;
use crate::caller::Caller;
use crate::checked::{Checked, IdempotencyKey, etag};
use crate::dto::{Moment, id_of};
use crate::endpoint::{Endpoint, RequestHeader};
use crate::problem::{Kind, Problem};

/// The endpoints of the queue.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/v1/walk-ins", "Who waits, and when each can be served", || web::get().to(list))
            .describe(
                "In the order of arrival, those of today only. Each estimate takes those before into account: somebody who \
                 came later goes first only where that delays nobody who came before. It promises nothing.",
            )
            .group("walk-ins")
            .needs(Scope::AppointmentsBook)
            .answers::<QueueAnswer>(200, "the queue"),
        Endpoint::post("/api/v1/walk-ins", "Somebody walks in", || web::post().to(join))
            .describe(
                "A customer, or somebody of whom only the first name is known. Who cannot be served today is not taken in: \
                 a 409 (or 422, if nobody could ever be) says why. Safe to repeat with the same key.",
            )
            .group("walk-ins")
            .needs(Scope::AppointmentsBook)
            .header(RequestHeader::IdempotencyKey)
            .body::<JoinBody>()
            .answers::<WalkInAnswer>(201, "the entry")
            .problems(&[
                Kind::NotFound,
                Kind::SlotTaken,
                Kind::NotAvailable,
                Kind::TooMany,
                Kind::Unacceptable,
            ]),
        Endpoint::get("/api/v1/walk-ins/{id}", "One who walked in", || web::get().to(show))
            .group("walk-ins")
            .needs(Scope::AppointmentsBook)
            .answers::<WalkInAnswer>(200, "the entry"),
        Endpoint::post("/api/v1/walk-ins/{id}/seat", "Somebody is served", || web::post().to(seat))
            .describe(
                "Books them without a deposit and checks them in, at the earliest minute within a quarter of an hour, or at \
                 `start`. Those ahead are not delayed unless `turn` is `skipped`. Somebody of whom only the name is known \
                 becomes a customer. Nobody free: a 409 with reasons and the next time. Seating twice is seating once: who was seated before is answered as they are.",
            )
            .group("walk-ins")
            .needs(Scope::AppointmentsBook)
            .body::<SeatBody>()
            .answers::<SeatedAnswer>(200, "the entry and its visit")
            .problems(&[
                Kind::NotFound,
                Kind::SlotTaken,
                Kind::NotAvailable,
                Kind::IllegalTransition,
                Kind::Conflict,
                Kind::Unacceptable,
            ]),
        Endpoint::post("/api/v1/walk-ins/{id}/leave", "Somebody leaves without service", || {
            web::post().to(leave)
        })
        .describe("Leaving twice is leaving once.")
        .group("walk-ins")
        .needs(Scope::AppointmentsBook)
        .body::<LeaveBody>()
        .answers::<WalkInAnswer>(200, "the entry")
        .problems(&[Kind::NotFound, Kind::IllegalTransition, Kind::Conflict]),
    ]
}

/// Who walked in, and for what.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JoinBody {
    /// The customer; either this or `name`.
    customer_id: Option<Uuid>,
    /// The first name of somebody who is no customer yet.
    #[schemars(length(min = 1, max = 40))]
    name: Option<String>,
    /// The services.
    #[schemars(length(min = 1, max = 8))]
    parts: Vec<PartBody>,
}

/// Whether those who came before are served first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum TurnWord {
    /// They are.
    #[default]
    Kept,
    /// They are not.
    Skipped,
}

/// Who sits down, and when.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SeatBody {
    /// The customer that they turned out to be; not with `phone`.
    customer_id: Option<Uuid>,
    /// Their number: the customer who has it, or a new one.
    #[schemars(length(min = 7, max = 30))]
    phone: Option<String>,
    /// `kept` if left out.
    #[serde(default)]
    turn: TurnWord,
    /// When they are served; the earliest minute within a quarter of an hour if left out.
    start: Option<Moment>,
}

/// How somebody leaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum DepartureWord {
    /// They went.
    #[default]
    Gone,
    /// They could not be served.
    TurnedAway,
}

/// How somebody leaves.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LeaveBody {
    /// `gone` if left out.
    #[serde(default)]
    how: DepartureWord,
}

/// One service that is wished for.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Wish")]
pub struct WishAnswer {
    service_id: Uuid,
    /// Nobody if whoever's turn it is.
    staff_id: Option<Uuid>,
    /// `any`, `only` or `rather`.
    wish: &'static str,
    /// For whom: 0 is the customer.
    guest: u8,
}

impl From<&PartRequest> for WishAnswer {
    fn from(part: &PartRequest) -> Self {
        let (wish, staff) = match part.staff {
            StaffWish::Any => ("any", None),
            StaffWish::Only(staff) => ("only", Some(staff)),
            StaffWish::Rather(staff) | StaffWish::Offered(staff) => ("rather", Some(staff)),
        };
        Self {
            service_id: part.service.as_uuid(),
            staff_id: staff.map(|staff| staff.as_uuid()),
            wish,
            guest: part.guest,
        }
    }
}

/// One who walked in.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "WalkIn")]
pub struct WalkInAnswer {
    id: Uuid,
    customer_id: Option<Uuid>,
    /// Of somebody who is no customer yet.
    name: Option<String>,
    parts: Vec<WishAnswer>,
    joined_at: Moment,
    /// `waiting`, `seated` or `left`.
    standing: &'static str,
    /// When they were seated or left.
    ended_at: Option<Moment>,
    /// The visit of somebody who was seated.
    visit_id: Option<Uuid>,
    /// Of somebody who left: `gone`, `turned_away` or `day_over`.
    departure: Option<&'static str>,
    /// When they can be served, if nothing changes.
    estimate: Option<SlotAnswer>,
    /// Why they cannot be served today.
    reasons: Vec<&'static str>,
    /// How often it was recorded.
    version: i32,
}

impl WalkInAnswer {
    fn of(queued: &Queued, zone: &Zone) -> Self {
        let entry = &queued.entry;
        let (customer_id, name) = match &entry.guest {
            Guest::Customer(customer) => (Some(customer.as_uuid()), None),
            Guest::Named(name) => (None, Some(name.as_str().to_owned())),
        };
        let (ended_at, visit_id, departure) = match entry.standing {
            QueueStanding::Waiting => (None, None, None),
            QueueStanding::Seated { at, visit } => (Some(at), Some(visit.as_uuid()), None),
            QueueStanding::Left { at, how } => (Some(at), None, Some(departure_word(how))),
        };
        let (estimate, reasons) = match &queued.estimate {
            Some(Estimate::At(slot)) => (Some(SlotAnswer::of(slot, zone)), Vec::new()),
            Some(Estimate::NotToday { reasons }) => (None, reasons.iter().map(reason_word).collect()),
            None => (None, Vec::new()),
        };
        Self {
            id: entry.id.as_uuid(),
            customer_id,
            name,
            parts: entry.parts.iter().map(WishAnswer::from).collect(),
            joined_at: Moment::of(zone, entry.joined_at),
            standing: entry.standing.word(),
            ended_at: ended_at.map(|at| Moment::of(zone, at)),
            visit_id,
            departure,
            estimate,
            reasons,
            version: entry.version.number(),
        }
    }
}

const fn departure_word(how: Departure) -> &'static str {
    match how {
        Departure::Gone => "gone",
        Departure::TurnedAway => "turned_away",
        Departure::DayOver => "day_over",
    }
}

/// The queue of today.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "WalkIns")]
pub struct QueueAnswer {
    /// The tenant's zone.
    zone: String,
    /// In the order of arrival.
    items: Vec<WalkInAnswer>,
}

/// Somebody who is served.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Seated")]
pub struct SeatedAnswer {
    walk_in: WalkInAnswer,
    visit: VisitAnswer,
}

async fn list(state: web::Data<State>, caller: Caller) -> Result<HttpResponse, Problem> {
    let queue = state.parts.desk.list_queue.execute(caller.0.tenant).await?;
    let items = queue
        .waiting
        .iter()
        .map(|queued| WalkInAnswer::of(queued, &queue.zone));
    Ok(HttpResponse::Ok().json(QueueAnswer {
        zone: queue.zone.name().to_owned(),
        items: items.collect(),
    }))
}

async fn join(
    state: web::Data<State>,
    caller: Caller,
    key: IdempotencyKey,
    Checked(body): Checked<JoinBody>,
) -> Result<HttpResponse, Problem> {
    let order = JoinOrder {
        key: key.of_order()?,
        guest: guest_of(&body)?,
        parts: body.parts.iter().map(PartRequest::from).collect(),
    };
    let tenant = caller.0.tenant;
    let zone = state.parts.booking.catalogue.policy(tenant).await?.zone;
    let joined = state.parts.desk.join_queue.execute(tenant, order).await;
    let joined = joined.map_err(|error| not_joined(error, &zone))?;
    let (id, version) = (joined.entry.id, joined.entry.version);
    let estimate = match joined.slot {
        Some(slot) => Some(Estimate::At(slot)),
        // Taken in before: as the queue tells it now.
        None => match state.parts.desk.list_queue.one(tenant, id).await? {
            Some((_zone, known)) => known.estimate,
            None => None,
        },
    };
    let queued = Queued {
        entry: joined.entry,
        estimate,
    };
    Ok(HttpResponse::Created()
        .insert_header((ETAG, etag(version)))
        .insert_header((LOCATION, format!("/api/v1/walk-ins/{id}")))
        .json(WalkInAnswer::of(&queued, &joined.zone)))
}

fn guest_of(body: &JoinBody) -> Result<Guest, Problem> {
    match (body.customer_id, body.name.as_deref()) {
        (Some(customer), None) => Ok(Guest::Customer(Id::from_uuid(customer))),
        (None, Some(name)) => {
            let name = FirstName::parse(name).map_err(|fault| wrong("name", &fault.to_string()))?;
            Ok(Guest::Named(name))
        }
        (None, None) => Err(wrong("name", "name somebody: either customer_id or name")),
        (Some(_), Some(_)) => Err(wrong("name", "name somebody once: either customer_id or name")),
    }
}

fn not_joined(error: JoinQueueError, zone: &Zone) -> Problem {
    match error {
        JoinQueueError::Request(fault) => request_problem(fault),
        JoinQueueError::UnknownCustomer => Problem::new(Kind::NotFound, error.to_string()),
        JoinQueueError::KeyUsed => Problem::new(
            Kind::IdempotencyKeyReused,
            "this key named another order; use a new one",
        ),
        JoinQueueError::Full => Problem::new(Kind::TooMany, error.to_string()),
        JoinQueueError::NotToday { reasons } => not_free(&reasons, &[], zone),
        JoinQueueError::Unavailable(outage) => Problem::unavailable(&outage),
    }
}

async fn show(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id: WalkInId = id_of(&id)?;
    let found = state.parts.desk.list_queue.one(caller.0.tenant, id).await?;
    let (zone, queued) = found.ok_or_else(Problem::not_found)?;
    Ok(answer(&queued, &zone))
}

fn answer(queued: &Queued, zone: &Zone) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((ETAG, etag(queued.entry.version)))
        .json(WalkInAnswer::of(queued, zone))
}

async fn seat(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    Checked(body): Checked<SeatBody>,
) -> Result<HttpResponse, Problem> {
    let principal = &caller.0;
    let id: WalkInId = id_of(&id)?;
    let order = seat_order(&body, caller.who())?;
    let zone = state.parts.booking.catalogue.policy(principal.tenant).await?.zone;
    let seated = state.parts.desk.seat.execute(principal.tenant, id, order).await;
    let seated = seated.map_err(|error| not_seated(error, &zone))?;
    let paid = Paid::of(&state, principal.tenant, &seated.visit).await?;
    let queued = Queued {
        entry: seated.entry,
        estimate: None,
    };
    Ok(HttpResponse::Ok()
        .insert_header((ETAG, etag(queued.entry.version)))
        .json(SeatedAnswer {
            walk_in: WalkInAnswer::of(&queued, &zone),
            visit: VisitAnswer::of(&seated.visit, paid, &zone, principal),
        }))
}

fn seat_order(body: &SeatBody, who: ChangedBy) -> Result<SeatOrder, Problem> {
    let sitter = match (body.customer_id, body.phone.as_deref()) {
        (None, None) => Sitter::AsQueued,
        (Some(customer), None) => Sitter::Customer(Id::from_uuid(customer)),
        (None, Some(phone)) => {
            let phone = PhoneNumber::parse(phone).map_err(|fault| wrong("phone", &fault.to_string()))?;
            Sitter::Phone(phone)
        }
        (Some(_), Some(_)) => return Err(wrong("phone", "name them once: either customer_id or phone")),
    };
    Ok(SeatOrder {
        sitter,
        turn: match body.turn {
            TurnWord::Kept => SeatTurn::Kept,
            TurnWord::Skipped => SeatTurn::Skipped,
        },
        start: body.start.map(Moment::instant),
        who,
    })
}

fn not_seated(error: SeatWalkInError, zone: &Zone) -> Problem {
    match error {
        SeatWalkInError::Unknown => Problem::not_found(),
        SeatWalkInError::NotWaiting(refused) => not_waiting(refused),
        SeatWalkInError::NotFree { reasons, next } => {
            let next: Vec<_> = next.into_iter().map(|slot| *slot).collect();
            not_free(&reasons, &next, zone)
        }
        SeatWalkInError::UnknownCustomer => Problem::new(Kind::NotFound, error.to_string()),
        SeatWalkInError::Request(fault) => request_problem(fault),
        SeatWalkInError::Price(fault) => Problem::new(Kind::Unacceptable, fault.to_string()),
        SeatWalkInError::Contended => Problem::new(Kind::Conflict, "the queue moves on; try again"),
        SeatWalkInError::Unavailable(outage) => Problem::unavailable(&outage),
    }
}

fn not_waiting(refused: NotWaiting) -> Problem {
    Problem::new(Kind::IllegalTransition, refused.to_string())
}

async fn leave(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    Checked(body): Checked<LeaveBody>,
) -> Result<HttpResponse, Problem> {
    let tenant = caller.0.tenant;
    let id: WalkInId = id_of(&id)?;
    let how = match body.how {
        DepartureWord::Gone => Departure::Gone,
        DepartureWord::TurnedAway => Departure::TurnedAway,
    };
    let left = state.parts.desk.leave_queue.execute(tenant, id, how).await;
    let entry = left.map_err(|error| match error {
        LeaveQueueError::Unknown => Problem::not_found(),
        LeaveQueueError::NotWaiting(refused) => not_waiting(refused),
        LeaveQueueError::Contended => Problem::new(Kind::Conflict, "the queue moves on; try again"),
        LeaveQueueError::Unavailable(outage) => Problem::unavailable(&outage),
    })?;
    let zone = state.parts.booking.catalogue.policy(tenant).await?.zone;
    Ok(answer(
        &Queued {
            entry,
            estimate: None,
        },
        &zone,
    ))
}
