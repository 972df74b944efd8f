//! Staff as booking sees them: who they are, what they can do, and whether they work here. Their hours and
//! leave are in `staff_schedule`.

use actix_web::http::header::{ETAG, LOCATION};
use actix_web::{HttpResponse, web};
use ratiba_access::Scope;
use ratiba_booking::appointment::Version;
use ratiba_booking::catalogue::StaffId;
use ratiba_booking::setup::{Fault, RosterCard, Standing, Versioned, Why};
use ratiba_booking::use_cases::SetupOrder;
use ratiba_kernel::{Id, PhoneNumber};
use ratiba_staff::member::{StaffName, Weight};
use ratiba_staff::schedule::WeeklyHours;
use ratiba_staff::use_cases::{ChangeMemberError, EnrolMemberError, Enrolment, MemberChange};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use time::Date;
use uuid::Uuid;

use super::setup::{
    Changed, ListQuery, Listed, WeeklyBody, asked, change, faulty, given, weekly_bodies, weekly_forms,
};
use crate::State;
use crate::caller::Caller;
use crate::checked::{Checked, CheckedQuery, IfMatch, etag};
use crate::dto::{Day, id_of};
use crate::endpoint::{Endpoint, RequestHeader};
use crate::problem::{FieldFault, Kind, Problem};

/// The endpoints of staff.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    let mut all = of_people();
    all.extend(of_work());
    all
}

fn of_people() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/v1/staff", "The team", || web::get().to(list))
            .describe(
                "In the order in which they came; with `all=true` those who left, too. Numbers are masked.",
            )
            .group("staff")
            .needs(Scope::ScheduleRead)
            .query::<ListQuery>()
            .answers::<Listed<StaffAnswer>>(200, "a page of the team"),
        Endpoint::post("/api/v1/staff", "Take somebody into the team", || {
            web::post().to(enrol)
        })
        .describe("Without hours and skills at first: set them with `hours` and `services`.")
        .group("staff")
        .needs(Scope::ScheduleWrite)
        .body::<EnrolBody>()
        .answers::<StaffAnswer>(201, "the member")
        .problems(&[Kind::TooMany]),
        Endpoint::get("/api/v1/staff/{id}", "One member of the team", || {
            web::get().to(show)
        })
        .group("staff")
        .needs(Scope::ScheduleRead)
        .answers::<StaffAnswer>(200, "the member"),
        Endpoint::patch("/api/v1/staff/{id}", "Change who somebody is to the team", || {
            web::patch().to(alter)
        })
        .describe("What is left out stays; null takes a number or a date away.")
        .group("staff")
        .needs(Scope::ScheduleWrite)
        .header(RequestHeader::IfMatch)
        .body::<AlterBody>()
        .answers::<StaffAnswer>(200, "the member"),
    ]
}

fn of_work() -> Vec<Endpoint> {
    vec![
        Endpoint::put("/api/v1/staff/{id}/hours", "Replace somebody's week", || {
            web::put().to(put_hours)
        })
        .describe("Several blocks a day; one that crosses midnight ends after minute 1440. Bookings that no longer fit are listed.")
        .group("staff")
        .needs(Scope::ScheduleWrite)
        .header(RequestHeader::IfMatch)
        .body::<WeekBody>()
        .answers::<Changed<StaffAnswer>>(200, "the member"),
        Endpoint::put("/api/v1/staff/{id}/services", "Replace what somebody can do", || {
            web::put().to(put_skills)
        })
        .describe("Bookings of a service that they no longer render are listed.")
        .group("staff")
        .needs(Scope::ScheduleWrite)
        .header(RequestHeader::IfMatch)
        .body::<SkillsBody>()
        .answers::<Changed<StaffAnswer>>(200, "the member"),
        Endpoint::post("/api/v1/staff/{id}/depart", "Somebody leaves the team", || {
            web::post().to(depart)
        })
        .describe("They can no longer be booked; their bookings are listed. What they rendered stays.")
        .group("staff")
        .needs(Scope::ScheduleWrite)
        .header(RequestHeader::IfMatch)
        .answers::<Changed<StaffAnswer>>(200, "the member"),
        Endpoint::post("/api/v1/staff/{id}/return", "Somebody comes back", || {
            web::post().to(come_back)
        })
        .group("staff")
        .needs(Scope::ScheduleWrite)
        .header(RequestHeader::IfMatch)
        .answers::<Changed<StaffAnswer>>(200, "the member")
        .problems(&[Kind::TooMany]),
    ]
}

/// Somebody who joins the team.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EnrolBody {
    /// What they are called.
    #[schemars(length(min = 1, max = 80))]
    pub name: String,
    /// Their WhatsApp number, for their own day and earnings.
    #[schemars(length(max = 30))]
    pub phone: Option<String>,
    /// Their share of the team's work; 100, a full one, if left out.
    #[schemars(range(min = 0, max = 1_000))]
    pub weight: Option<u16>,
    /// Since when they work here.
    pub joined: Option<Day>,
}

/// What changes about somebody.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AlterBody {
    /// What they are called.
    #[schemars(length(min = 1, max = 80))]
    pub name: Option<String>,
    /// Their WhatsApp number; null: none any more.
    #[serde(default, deserialize_with = "given")]
    #[schemars(with = "Option<String>", length(max = 30))]
    pub phone: Option<Option<String>>,
    /// Their share of the team's work.
    #[schemars(range(min = 0, max = 1_000))]
    pub weight: Option<u16>,
    /// Since when they work here; null: not known.
    #[serde(default, deserialize_with = "given")]
    #[schemars(with = "Option<Day>")]
    pub joined: Option<Option<Day>>,
}

/// Somebody's week.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WeekBody {
    /// Its blocks, in any order.
    #[schemars(length(max = 50))]
    pub weekly: Vec<WeeklyBody>,
}

/// What somebody can do.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SkillsBody {
    /// The services.
    #[schemars(length(max = 1_000))]
    pub service_ids: Vec<Uuid>,
}

/// A member of the team.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "StaffMember")]
pub struct StaffAnswer {
    /// Their id.
    pub id: Uuid,
    /// What they are called.
    pub name: String,
    /// Their number, masked but for the last three digits.
    pub phone: Option<String>,
    /// Their share of the team's work; 100 is a full one.
    pub weight: u32,
    /// Since when they work here.
    pub joined: Option<Day>,
    /// Whether they work here.
    pub active: bool,
    /// When they work, every week.
    pub weekly: Vec<WeeklyBody>,
    /// What they can do.
    pub service_ids: Vec<Uuid>,
    /// For `If-Match`.
    pub version: i32,
}

impl From<Versioned<RosterCard>> for StaffAnswer {
    fn from(known: Versioned<RosterCard>) -> Self {
        let Versioned { value, version } = known;
        Self {
            id: value.id.as_uuid(),
            name: value.name,
            phone: value.phone.as_ref().map(masked),
            weight: value.weight,
            joined: value.joined.map(Day),
            active: value.standing == Standing::Active,
            weekly: weekly_bodies(value.weekly),
            service_ids: value.services.iter().map(|id| id.as_uuid()).collect(),
            version: version.number(),
        }
    }
}

/// The last three digits of a number.
fn masked(phone: &PhoneNumber) -> String {
    let digits = phone.digits();
    let tail = digits.get(digits.len().saturating_sub(3)..).unwrap_or_default();
    format!("…{tail}")
}

/// What somebody wrote about a member, read.
struct Read {
    name: Option<StaffName>,
    phone: Option<PhoneNumber>,
    weight: Option<Weight>,
}

/// Every fault of it at once.
fn read(name: Option<&str>, phone: Option<&str>, weight: Option<u16>) -> Result<Read, Problem> {
    let mut faults = Vec::new();
    let mut fault = |field: &str, message: String| {
        faults.push(FieldFault {
            field: field.to_owned(),
            message,
        });
    };
    let name = name.map(StaffName::parse).transpose();
    let phone = phone.map(PhoneNumber::parse).transpose();
    let weight = weight.map(Weight::new).transpose();
    if let Err(error) = &name {
        fault("name", error.to_string());
    }
    if let Err(error) = &phone {
        fault("phone", error.to_string());
    }
    if let Err(error) = &weight {
        fault("weight", error.to_string());
    }
    match (name, phone, weight) {
        (Ok(name), Ok(phone), Ok(weight)) => Ok(Read { name, phone, weight }),
        _faulty => Err(Problem::fields(faults)),
    }
}

async fn list(
    state: web::Data<State>,
    caller: Caller,
    CheckedQuery(query): CheckedQuery<ListQuery>,
) -> Result<HttpResponse, Problem> {
    let asked = asked(query.limit, query.after);
    let shelf = &state.parts.booking.setup;
    let found = shelf.people(caller.0.tenant, asked.page, query.all).await?;
    let listed = Listed::of(
        found,
        asked.limit,
        |one| one.value.id.as_uuid(),
        StaffAnswer::from,
    );
    Ok(HttpResponse::Ok().json(listed))
}

pub(super) async fn find(
    state: &State,
    caller: &Caller,
    id: StaffId,
) -> Result<Versioned<RosterCard>, Problem> {
    let known = state.parts.booking.setup.person(caller.0.tenant, id).await?;
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
        .json(StaffAnswer::from(known)))
}

async fn enrol(
    state: web::Data<State>,
    caller: Caller,
    Checked(body): Checked<EnrolBody>,
) -> Result<HttpResponse, Problem> {
    let read = read(Some(&body.name), body.phone.as_deref(), body.weight)?;
    let name = read
        .name
        .ok_or_else(|| faulty(vec![Fault::at("name", Why::Name)]))?;
    let enrolment = Enrolment {
        name,
        phone: read.phone,
        weight: read.weight.unwrap_or(Weight::FULL),
        hours: WeeklyHours::default(),
        joined: body.joined.map(|day| day.0),
    };
    let enrolled = state.parts.staff.enrol.execute(caller.0.tenant, enrolment).await;
    let id = enrolled.map_err(|error| match error {
        EnrolMemberError::TooMany => Problem::new(Kind::TooMany, error.to_string()),
        EnrolMemberError::Unavailable(outage) => Problem::unavailable(&outage),
    })?;
    let known = find(&state, &caller, Id::from_uuid(id.as_uuid())).await?;
    Ok(HttpResponse::Created()
        .insert_header((ETAG, etag(known.version)))
        .insert_header((LOCATION, format!("/api/v1/staff/{id}")))
        .json(StaffAnswer::from(known)))
}

async fn alter(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    IfMatch(version): IfMatch,
    Checked(body): Checked<AlterBody>,
) -> Result<HttpResponse, Problem> {
    let id: StaffId = id_of(&id)?;
    let phone = body.phone.as_ref().and_then(|phone| phone.as_deref());
    let read = read(body.name.as_deref(), phone, body.weight)?;
    let joined: Option<Option<Date>> = body.joined.map(|joined| joined.map(|day| day.0));
    let altered = MemberChange {
        name: read.name,
        phone: body.phone.is_some().then_some(read.phone),
        weight: read.weight,
        joined,
    };
    let staff = ratiba_staff::member::StaffId::from_uuid(id.as_uuid());
    let use_case = &state.parts.staff.change;
    let changed = use_case
        .execute(caller.0.tenant, staff, version.number(), altered)
        .await;
    changed.map_err(|error| match error {
        ChangeMemberError::Unknown => Problem::not_found(),
        ChangeMemberError::Stale => Problem::new(Kind::Stale, "it is not at the version that If-Match names"),
        ChangeMemberError::Unavailable(outage) => Problem::unavailable(&outage),
    })?;
    let known = find(&state, &caller, id).await?;
    Ok(HttpResponse::Ok()
        .insert_header((ETAG, etag(known.version)))
        .json(StaffAnswer::from(known)))
}

async fn put_hours(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    IfMatch(version): IfMatch,
    Checked(body): Checked<WeekBody>,
) -> Result<HttpResponse, Problem> {
    let id = id_of(&id)?;
    let order = SetupOrder::SetHours(id, weekly_forms(body.weekly), version);
    changed(&state, &caller, id, order).await
}

async fn put_skills(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    IfMatch(version): IfMatch,
    Checked(body): Checked<SkillsBody>,
) -> Result<HttpResponse, Problem> {
    let id = id_of(&id)?;
    let services = body.service_ids.into_iter().map(Id::from_uuid).collect();
    changed(&state, &caller, id, SetupOrder::SetSkills(id, services, version)).await
}

async fn depart(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    IfMatch(version): IfMatch,
) -> Result<HttpResponse, Problem> {
    stand(&state, &caller, &id, Standing::Left, version).await
}

async fn come_back(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    IfMatch(version): IfMatch,
) -> Result<HttpResponse, Problem> {
    stand(&state, &caller, &id, Standing::Active, version).await
}

async fn stand(
    state: &State,
    caller: &Caller,
    id: &str,
    standing: Standing,
    version: Version,
) -> Result<HttpResponse, Problem> {
    let id = id_of(id)?;
    changed(state, caller, id, SetupOrder::SetStanding(id, standing, version)).await
}

async fn changed(
    state: &State,
    caller: &Caller,
    id: StaffId,
    order: SetupOrder,
) -> Result<HttpResponse, Problem> {
    let changed = change(state, &caller.0, order).await?;
    let known = find(state, caller, id).await?;
    Ok(HttpResponse::Ok()
        .insert_header((ETAG, etag(known.version)))
        .json(Changed::of(StaffAnswer::from(known), &changed.recorded)))
}
