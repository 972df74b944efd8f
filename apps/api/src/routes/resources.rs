//! Rooms, couches and machines, and when they cannot be used.

use actix_web::http::header::{ETAG, LOCATION};
use actix_web::{HttpResponse, web};
use ratiba_access::Scope;
use ratiba_booking::catalogue::{Offering, Resource, ResourceId};
use ratiba_booking::setup::{OutOfService, SetupStep, Versioned};
use ratiba_booking::use_cases::{ResourceForm, SetupOrder};
use ratiba_kernel::Zone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::setup::{AbsenceBody, Changed, ListQuery, Listed, StretchQuery, asked, change, zone};
use crate::State;
use crate::caller::Caller;
use crate::checked::{Checked, CheckedQuery, IfMatch, etag};
use crate::dto::{Moment, id_of};
use crate::endpoint::{Endpoint, RequestHeader};
use crate::problem::{Kind, Problem};

/// The endpoints of resources.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    let mut all = of_resources();
    all.extend(of_outages());
    all
}

fn of_resources() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/v1/resources", "The resources", || web::get().to(list))
            .describe("In the order in which they were made; with `all=true` retired ones, too.")
            .group("resources")
            .needs(Scope::CatalogueRead)
            .query::<ListQuery>()
            .answers::<Listed<ResourceAnswer>>(200, "a page of resources"),
        Endpoint::post("/api/v1/resources", "Add a resource", || web::post().to(add))
            .describe(
                "Those of one kind are interchangeable. Each place of its capacity is booked on its own.",
            )
            .group("resources")
            .needs(Scope::CatalogueWrite)
            .body::<ResourceBody>()
            .answers::<ResourceAnswer>(201, "the resource")
            .problems(&[Kind::TooMany]),
        Endpoint::get("/api/v1/resources/{id}", "One resource", || web::get().to(show))
            .group("resources")
            .needs(Scope::CatalogueRead)
            .answers::<ResourceAnswer>(200, "the resource"),
        Endpoint::put("/api/v1/resources/{id}", "Replace a resource", || {
            web::put().to(replace)
        })
        .describe(
            "Its kind stays. With a smaller capacity the bookings of the places that are gone are listed.",
        )
        .group("resources")
        .needs(Scope::CatalogueWrite)
        .header(RequestHeader::IfMatch)
        .body::<ResourceBody>()
        .answers::<Changed<ResourceAnswer>>(200, "the resource"),
        Endpoint::post("/api/v1/resources/{id}/retire", "Stop using a resource", || {
            web::post().to(retire)
        })
        .describe("It can no longer be booked; its bookings are listed.")
        .group("resources")
        .needs(Scope::CatalogueWrite)
        .header(RequestHeader::IfMatch)
        .answers::<Changed<ResourceAnswer>>(200, "the resource"),
        Endpoint::post("/api/v1/resources/{id}/restore", "Use a resource again", || {
            web::post().to(restore)
        })
        .group("resources")
        .needs(Scope::CatalogueWrite)
        .header(RequestHeader::IfMatch)
        .answers::<Changed<ResourceAnswer>>(200, "the resource")
        .problems(&[Kind::TooMany]),
    ]
}

fn of_outages() -> Vec<Endpoint> {
    vec![
        Endpoint::get(
            "/api/v1/resources/{id}/outages",
            "When a resource cannot be used",
            || web::get().to(outages),
        )
        .group("resources")
        .needs(Scope::ScheduleRead)
        .query::<StretchQuery>()
        .answers::<Listed<OutageAnswer>>(200, "a page of outages"),
        Endpoint::post(
            "/api/v1/resources/{id}/outages",
            "A resource cannot be used for a while",
            || web::post().to(add_outage),
        )
        .describe("Its bookings in that time are listed for a person, not lost.")
        .group("resources")
        .needs(Scope::ScheduleWrite)
        .body::<AbsenceBody>()
        .answers::<Changed<OutageAnswer>>(201, "the outage")
        .problems(&[Kind::TooMany]),
        Endpoint::delete(
            "/api/v1/resources/{id}/outages/{outage_id}",
            "It can be used after all",
            || web::delete().to(remove_outage),
        )
        .group("resources")
        .needs(Scope::ScheduleWrite)
        .answers_nothing(204, "it can"),
    ]
}

/// A resource, whole.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ResourceBody {
    /// Its kind, a lower-case word; services ask for kinds.
    #[schemars(length(min = 1, max = 40))]
    pub kind: String,
    /// What people call it.
    #[schemars(length(min = 1, max = 80))]
    pub name: String,
    /// How many clients it takes at once; 1 if left out.
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = 50))]
    pub capacity: u32,
}

const fn one() -> u32 {
    1
}

impl From<ResourceBody> for ResourceForm {
    fn from(body: ResourceBody) -> Self {
        Self {
            kind: body.kind,
            name: body.name,
            capacity: body.capacity,
        }
    }
}

/// A resource.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Resource")]
pub struct ResourceAnswer {
    /// Its id.
    pub id: Uuid,
    /// Its kind.
    pub kind: String,
    /// What people call it.
    pub name: String,
    /// How many clients it takes at once.
    pub capacity: u16,
    /// Whether it can be booked.
    pub active: bool,
    /// For `If-Match`.
    pub version: i32,
}

impl From<Versioned<Resource>> for ResourceAnswer {
    fn from(known: Versioned<Resource>) -> Self {
        let Versioned { value, version } = known;
        Self {
            id: value.id.as_uuid(),
            kind: value.kind.as_str().to_owned(),
            name: value.name,
            capacity: value.capacity,
            active: value.offering == Offering::Active,
            version: version.number(),
        }
    }
}

/// Time in which a resource cannot be used.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Outage")]
pub struct OutageAnswer {
    /// Its id.
    pub id: Uuid,
    /// Which resource.
    pub resource_id: Uuid,
    /// From when.
    pub start: Moment,
    /// Until when.
    pub end: Moment,
    /// Why.
    pub reason: Option<String>,
}

impl OutageAnswer {
    fn of(outage: OutOfService, zone: &Zone) -> Self {
        Self {
            id: outage.id.as_uuid(),
            resource_id: outage.resource.as_uuid(),
            start: Moment::of(zone, outage.range.start()),
            end: Moment::of(zone, outage.range.end()),
            reason: outage.reason,
        }
    }
}

async fn list(
    state: web::Data<State>,
    caller: Caller,
    CheckedQuery(query): CheckedQuery<ListQuery>,
) -> Result<HttpResponse, Problem> {
    let asked = asked(query.limit, query.after);
    let shelf = &state.parts.booking.setup;
    let found = shelf.resources(caller.0.tenant, asked.page, query.all).await?;
    let listed = Listed::of(
        found,
        asked.limit,
        |one| one.value.id.as_uuid(),
        ResourceAnswer::from,
    );
    Ok(HttpResponse::Ok().json(listed))
}

async fn find(state: &State, caller: &Caller, id: ResourceId) -> Result<Versioned<Resource>, Problem> {
    let known = state.parts.booking.setup.resource(caller.0.tenant, id).await?;
    known.ok_or_else(Problem::not_found)
}

async fn show(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let known = find(&state, &caller, id_of(&id)?).await?;
    Ok(HttpResponse::Ok()
        .insert_header((ETAG, etag(known.version)))
        .json(ResourceAnswer::from(known)))
}

async fn add(
    state: web::Data<State>,
    caller: Caller,
    Checked(body): Checked<ResourceBody>,
) -> Result<HttpResponse, Problem> {
    let changed = change(&state, &caller.0, SetupOrder::AddResource(body.into())).await?;
    let SetupStep::PutResource { resource, .. } = changed.step else {
        return Err(Problem::not_found());
    };
    let (value, version) = (resource, changed.recorded.version);
    Ok(HttpResponse::Created()
        .insert_header((ETAG, etag(version)))
        .insert_header((LOCATION, format!("/api/v1/resources/{}", value.id)))
        .json(ResourceAnswer::from(Versioned { value, version })))
}

async fn replace(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    IfMatch(version): IfMatch,
    Checked(body): Checked<ResourceBody>,
) -> Result<HttpResponse, Problem> {
    let id = id_of(&id)?;
    changed(
        &state,
        &caller,
        id,
        SetupOrder::ChangeResource(id, body.into(), version),
    )
    .await
}

async fn retire(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    IfMatch(version): IfMatch,
) -> Result<HttpResponse, Problem> {
    let id = id_of(&id)?;
    let order = SetupOrder::OfferResource(id, Offering::Retired, version);
    changed(&state, &caller, id, order).await
}

async fn restore(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    IfMatch(version): IfMatch,
) -> Result<HttpResponse, Problem> {
    let id = id_of(&id)?;
    let order = SetupOrder::OfferResource(id, Offering::Active, version);
    changed(&state, &caller, id, order).await
}

async fn changed(
    state: &State,
    caller: &Caller,
    id: ResourceId,
    order: SetupOrder,
) -> Result<HttpResponse, Problem> {
    let changed = change(state, &caller.0, order).await?;
    let known = find(state, caller, id).await?;
    Ok(HttpResponse::Ok()
        .insert_header((ETAG, etag(known.version)))
        .json(Changed::of(ResourceAnswer::from(known), &changed.recorded)))
}

async fn outages(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    CheckedQuery(query): CheckedQuery<StretchQuery>,
) -> Result<HttpResponse, Problem> {
    let id: ResourceId = id_of(&id)?;
    find(&state, &caller, id).await?;
    let (asked, range) = (asked(query.limit, query.after), query.range(&state)?);
    let zone = zone(&state, &caller.0).await?;
    let shelf = &state.parts.booking.setup;
    let found = shelf.outages(caller.0.tenant, id, range, asked.page).await?;
    let show = |outage| OutageAnswer::of(outage, &zone);
    Ok(HttpResponse::Ok().json(Listed::of(found, asked.limit, |one| one.id.as_uuid(), show)))
}

async fn add_outage(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    Checked(body): Checked<AbsenceBody>,
) -> Result<HttpResponse, Problem> {
    let order = SetupOrder::AddOutage(id_of(&id)?, body.stretch(), body.reason);
    let changed = change(&state, &caller.0, order).await?;
    let SetupStep::AddOutage(outage) = changed.step else {
        return Err(Problem::not_found());
    };
    let answer = OutageAnswer::of(outage, &zone(&state, &caller.0).await?);
    Ok(HttpResponse::Created().json(Changed::of(answer, &changed.recorded)))
}

async fn remove_outage(
    state: web::Data<State>,
    caller: Caller,
    ids: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let order = SetupOrder::RemoveOutage(id_of(&ids.0)?, id_of(&ids.1)?);
    change(&state, &caller.0, order).await?;
    Ok(HttpResponse::NoContent().finish())
}
