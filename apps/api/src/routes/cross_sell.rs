//! Which service goes well after which.

use actix_web::{HttpResponse, web};
use ratiba_access::Scope;
use ratiba_booking::availability::{PartRequest, Slot};
use ratiba_booking::catalogue::Offering;
use ratiba_booking::pricing::PricedSlot;
use ratiba_booking::relation::Relation;
use ratiba_booking::use_cases::{FindSlotsError, Keeping, OfferQuery, OfferedPair, RelationForm};
use ratiba_kernel::{BasisPoints, Id, Zone};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::availability::{
    ArrangementWord, ChannelWord, OrderWord, PartBody, SlotAnswer, known_customer, request_problem,
};
use super::pricing::{PageQuery, made, not_kept, offering, page, reading, refused, shown, writing, yes};
use super::visits::ComplementPart;
use crate::State;
use crate::caller::Caller;
use crate::checked::{Checked, CheckedQuery, IfMatch};
use crate::dto::{Moment, id_of};
use crate::endpoint::{Endpoint, RequestHeader};
use crate::problem::{Kind, Problem};

/// The endpoints of cross-selling.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    let (all, one) = (
        "/api/v1/cross-sell-relations",
        "/api/v1/cross-sell-relations/{id}",
    );
    vec![
        reading(Endpoint::get(all, "What goes well after what", || {
            web::get().to(list)
        }))
        .describe("Retired ones included; by id.")
        .query::<PageQuery>()
        .answers::<RelationsAnswer>(200, "a page of the relations"),
        reading(Endpoint::get(one, "One relation", || web::get().to(show)))
            .answers::<RelationAnswer>(200, "the relation"),
        writing(Endpoint::post(all, "A new relation", || web::post().to(add)))
            .describe("The complement may be offered once after a yes to the primary service.")
            .body::<RelationBody>()
            .answers::<RelationAnswer>(201, "the relation")
            .problems(&[Kind::TooMany]),
        writing(Endpoint::put(one, "Change a relation", || web::put().to(replace)))
            .header(RequestHeader::IfMatch)
            .body::<RelationBody>()
            .answers::<RelationAnswer>(200, "the relation"),
        writing(Endpoint::delete(one, "Retire a relation", || {
            web::delete().to(retire)
        }))
        .header(RequestHeader::IfMatch)
        .answers::<RelationAnswer>(200, "the relation, which does not count any more"),
        Endpoint::post(
            "/api/v1/availability/cross-sell",
            "What goes well after a chosen visit",
            || web::post().to(complement),
        )
        .describe(
            "The one complementary service that begins soonest and surest after the chosen visit, with both as one slot. \
             `booking` is the body that books both as they are shown, or nothing. Nothing is held by asking; whether it \
             was offered before is for the caller to know.",
        )
        .group("availability")
        .needs(Scope::AppointmentsRead)
        .body::<ComplementBody>()
        .answers::<ComplementAnswer>(200, "the pair, if there is one")
        .problems(&[Kind::NotFound, Kind::Unacceptable]),
    ]
}

/// The visit that was chosen.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ComplementBody {
    /// The services.
    #[schemars(length(min = 1, max = 7))]
    parts: Vec<PartBody>,
    /// When the first begins.
    start: Moment,
    /// `any` if left out.
    #[serde(default)]
    order: OrderWord,
    /// `together` if left out.
    #[serde(default)]
    arrangement: ArrangementWord,
    /// `desk` if left out.
    #[serde(default)]
    channel: ChannelWord,
    /// Who would come, if that is known: the deposit may grow with the visits that they did not come to.
    customer_id: Option<Uuid>,
}

/// What goes well after it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Complement")]
pub struct ComplementAnswer {
    /// The complement and the chosen visit as one slot; nothing if none is free in time.
    pair: Option<PairAnswer>,
}

/// A chosen visit with its complement.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Pair")]
pub struct PairAnswer {
    /// The service that goes with it; the last part of the slot.
    complement_service_id: Uuid,
    /// How long the customer waits for it.
    wait_minutes: i64,
    /// All parts, and what they cost together.
    slot: SlotAnswer,
    /// The body for `POST /api/v1/visits` that books exactly this.
    booking: PairBooking,
}

/// The body that books a pair as it was offered; without a customer, `customer_id` is to be added.
#[derive(Serialize, JsonSchema)]
pub struct PairBooking {
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_id: Option<Uuid>,
    parts: Vec<PairPart>,
    start: Moment,
    order: OrderWord,
    arrangement: ArrangementWord,
    channel: ChannelWord,
    complement: ComplementPart,
}

/// A chosen service of a pair.
#[derive(Serialize, JsonSchema)]
pub struct PairPart {
    service_id: Uuid,
    staff_id: Uuid,
    guest: u8,
}

impl PairBooking {
    /// Everything but the last part is what was chosen. `None` for a pair without parts.
    fn of(slot: &Slot, body: &ComplementBody, zone: &Zone) -> Option<Self> {
        let (complement, chosen) = slot.parts.split_last()?;
        let parts = chosen.iter().map(|part| PairPart {
            service_id: part.service.as_uuid(),
            staff_id: part.staff.as_uuid(),
            guest: part.guest,
        });
        Some(Self {
            customer_id: body.customer_id,
            parts: parts.collect(),
            start: Moment::of(zone, slot.time.start()),
            order: OrderWord::AsAsked,
            arrangement: body.arrangement,
            channel: body.channel,
            complement: ComplementPart {
                service_id: complement.service.as_uuid(),
                staff_id: complement.staff.as_uuid(),
                guest: complement.guest,
                start: Moment::of(zone, complement.time.start()),
            },
        })
    }
}

async fn complement(
    state: web::Data<State>,
    caller: Caller,
    Checked(body): Checked<ComplementBody>,
) -> Result<HttpResponse, Problem> {
    let tenant = caller.0.tenant;
    let chosen = OfferQuery {
        parts: body.parts.iter().map(PartRequest::from).collect(),
        order: body.order.into(),
        arrangement: body.arrangement.into(),
        start: body.start.instant(),
        channel: body.channel.into(),
        customer: known_customer(&state, tenant, body.customer_id).await?,
    };
    let zone = state.parts.booking.catalogue.policy(tenant).await?.zone;
    let found = state.parts.booking.complement.execute(tenant, chosen).await;
    let pair = found.map_err(|error| match error {
        FindSlotsError::Request(fault) => request_problem(fault),
        FindSlotsError::Unavailable(outage) => Problem::unavailable(&outage),
    })?;
    let pair = pair.and_then(|OfferedPair { pair, price }| {
        let booking = PairBooking::of(&pair.slot, &body, &zone)?;
        let (complement, wait, slot) = (pair.complement, pair.wait, pair.slot);
        Some(PairAnswer {
            complement_service_id: complement.as_uuid(),
            wait_minutes: wait.whole_minutes(),
            slot: SlotAnswer::priced(&PricedSlot { slot, price }, &zone),
            booking,
        })
    });
    Ok(HttpResponse::Ok().json(ComplementAnswer { pair }))
}

/// One service goes well after another.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RelationBody {
    /// What the customer wants.
    primary_service_id: Uuid,
    /// What may be offered after it.
    complement_service_id: Uuid,
    /// How sure the business is that it is wanted, in hundredths of a percent.
    #[schemars(range(min = 1, max = 10000))]
    confidence_basis_points: u32,
    /// Whether it counts; it does, if left out.
    #[serde(default = "yes")]
    active: bool,
}

impl From<RelationBody> for RelationForm {
    fn from(body: RelationBody) -> Self {
        Self {
            primary: Id::from_uuid(body.primary_service_id),
            complement: Id::from_uuid(body.complement_service_id),
            confidence: BasisPoints::new(body.confidence_basis_points),
            offering: offering(body.active),
        }
    }
}

/// One service goes well after another.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CrossSellRelation")]
pub struct RelationAnswer {
    id: Uuid,
    /// What the customer wants.
    primary_service_id: Uuid,
    /// What may be offered after it.
    complement_service_id: Uuid,
    /// How sure the business is that it is wanted, in hundredths of a percent.
    confidence_basis_points: u32,
    /// Whether it counts.
    active: bool,
    /// For `If-Match`.
    version: i32,
}

impl From<&Relation> for RelationAnswer {
    fn from(relation: &Relation) -> Self {
        Self {
            id: relation.id.as_uuid(),
            primary_service_id: relation.primary.as_uuid(),
            complement_service_id: relation.complement.as_uuid(),
            confidence_basis_points: relation.confidence.value(),
            active: relation.offering == Offering::Active,
            version: relation.version.number(),
        }
    }
}

/// A page of relations.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CrossSellRelations")]
pub struct RelationsAnswer {
    items: Vec<RelationAnswer>,
    /// For `after`; null on the last page.
    next: Option<Uuid>,
}

async fn list(
    state: web::Data<State>,
    caller: Caller,
    CheckedQuery(query): CheckedQuery<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let all = state.parts.booking.relations.relations(caller.0.tenant).await?;
    let (items, next) = page(all, &query, |relation| relation.id.as_uuid());
    let items = items.iter().map(RelationAnswer::from).collect();
    Ok(HttpResponse::Ok().json(RelationsAnswer { items, next }))
}

async fn known(state: &State, caller: &Caller, id: &str) -> Result<Relation, Problem> {
    let known = state
        .parts
        .booking
        .relations
        .relation(caller.0.tenant, id_of(id)?)
        .await?;
    known.ok_or_else(Problem::not_found)
}

async fn show(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let relation = known(&state, &caller, &id).await?;
    Ok(shown(relation.version, &RelationAnswer::from(&relation)))
}

async fn add(
    state: web::Data<State>,
    caller: Caller,
    Checked(body): Checked<RelationBody>,
) -> Result<HttpResponse, Problem> {
    let use_case = &state.parts.booking.keep_relation;
    let kept = use_case.execute(caller.0.tenant, Keeping::New, body.into()).await;
    let relation = kept.map_err(not_kept)?;
    let place = format!("/api/v1/cross-sell-relations/{}", relation.id);
    Ok(made(place, relation.version, &RelationAnswer::from(&relation)))
}

async fn replace(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    IfMatch(read_at): IfMatch,
    Checked(body): Checked<RelationBody>,
) -> Result<HttpResponse, Problem> {
    let keeping = Keeping::InPlaceOf(id_of(&id)?, read_at);
    let use_case = &state.parts.booking.keep_relation;
    let kept = use_case.execute(caller.0.tenant, keeping, body.into()).await;
    let relation = kept.map_err(not_kept)?;
    Ok(shown(relation.version, &RelationAnswer::from(&relation)))
}

async fn retire(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    IfMatch(read_at): IfMatch,
) -> Result<HttpResponse, Problem> {
    let mut relation = known(&state, &caller, &id).await?;
    relation.offering = Offering::Retired;
    relation.version = read_at;
    let book = &state.parts.booking.relations;
    book.keep_relation(caller.0.tenant, relation.clone())
        .await
        .map_err(refused)?;
    relation.version = read_at.next();
    Ok(shown(relation.version, &RelationAnswer::from(&relation)))
}
