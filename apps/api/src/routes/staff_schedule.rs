//! What differs from somebody's week: hours of one date, and leave. A therapist sees the own ones only.

use actix_web::http::header::ETAG;
use actix_web::{HttpResponse, web};
use ratiba_access::Scope;
use ratiba_booking::appointment::Version;
use ratiba_booking::availability::DayBlock;
use ratiba_booking::catalogue::StaffId;
use ratiba_booking::setup::{Leave, SetupStep};
use ratiba_booking::use_cases::SetupOrder;
use ratiba_kernel::Zone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use time::Date;
use uuid::Uuid;

use super::setup::{
    AbsenceBody, BlockBody, Changed, DaysQuery, Listed, OnlyHits, StretchQuery, asked, block_bodies,
    block_forms, change, hits, zone,
};
use super::staff::find;
use crate::State;
use crate::caller::Caller;
use crate::checked::{Checked, CheckedQuery, IfMatch, IfMatchIfAny, etag};
use crate::dto::{Day, Moment, id_of, parse_day};
use crate::endpoint::Endpoint;
use crate::problem::{Kind, Problem};

/// The endpoints of dated hours and leave.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    let mut all = of_overrides();
    all.extend(of_leave());
    all
}

fn of_overrides() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/v1/staff/{id}/overrides", "Somebody's dated hours", || {
            web::get().to(overrides)
        })
        .group("staff")
        .needs(Scope::ScheduleRead)
        .query::<DaysQuery>()
        .answers::<OverridesAnswer>(200, "the dates, 400 at most"),
        Endpoint::put(
            "/api/v1/staff/{id}/overrides/{day}",
            "Somebody's hours of one date",
            || web::put().to(put_override),
        )
        .describe("In place of the week; no blocks: off. A date that has some already needs `If-Match`. Bookings that no longer fit are listed.")
        .group("staff")
        .needs(Scope::ScheduleWrite)
        .body::<BlocksBody>()
        .answers::<Changed<OverrideAnswer>>(200, "the hours of the date")
        .problems(&[Kind::PreconditionRequired, Kind::Stale, Kind::TooMany]),
        Endpoint::delete(
            "/api/v1/staff/{id}/overrides/{day}",
            "The week counts on that date again",
            || web::delete().to(remove_override),
        )
        .group("staff")
        .needs(Scope::ScheduleWrite)
        .answers::<OnlyHits>(200, "it does")
        .problems(&[Kind::PreconditionRequired, Kind::Stale]),
    ]
}

fn of_leave() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/v1/staff/{id}/leave", "When somebody is away", || {
            web::get().to(leave)
        })
        .group("staff")
        .needs(Scope::ScheduleRead)
        .query::<StretchQuery>()
        .answers::<Listed<LeaveAnswer>>(200, "a page of leaves"),
        Endpoint::post("/api/v1/staff/{id}/leave", "Somebody is away", || {
            web::post().to(add_leave)
        })
        .describe("It may begin in the middle of a day. The bookings that it meets are listed for a person, not lost; none is made in it from now on.")
        .group("staff")
        .needs(Scope::ScheduleWrite)
        .body::<AbsenceBody>()
        .answers::<Changed<LeaveAnswer>>(201, "the leave")
        .problems(&[Kind::TooMany]),
        Endpoint::delete(
            "/api/v1/staff/{id}/leave/{leave_id}",
            "Somebody is not away after all",
            || web::delete().to(remove_leave),
        )
        .group("staff")
        .needs(Scope::ScheduleWrite)
        .answers_nothing(204, "the leave is withdrawn, and with it what it had listed; what something else keeps off is listed under that"),
    ]
}

/// The hours of one date.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BlocksBody {
    /// Its blocks; none: off.
    #[schemars(length(max = 10))]
    pub blocks: Vec<BlockBody>,
}

/// Somebody's hours of one date.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Override")]
pub struct OverrideAnswer {
    /// The local day.
    pub day: Day,
    /// Its blocks; none: off.
    pub blocks: Vec<BlockBody>,
    /// For `If-Match`.
    pub version: i32,
}

impl OverrideAnswer {
    fn of(day: Date, blocks: Vec<DayBlock>, version: Version) -> Self {
        Self {
            day: Day(day),
            blocks: block_bodies(blocks),
            version: version.number(),
        }
    }
}

/// Somebody's dated hours.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Overrides")]
pub struct OverridesAnswer {
    /// By day.
    pub items: Vec<OverrideAnswer>,
}

/// Time that somebody is away.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Leave")]
pub struct LeaveAnswer {
    /// Its id.
    pub id: Uuid,
    /// Whose.
    pub staff_id: Uuid,
    /// From when.
    pub start: Moment,
    /// Until when.
    pub end: Moment,
    /// Why.
    pub reason: Option<String>,
}

impl LeaveAnswer {
    fn of(leave: Leave, zone: &Zone) -> Self {
        Self {
            id: leave.id.as_uuid(),
            staff_id: leave.staff.as_uuid(),
            start: Moment::of(zone, leave.range.start()),
            end: Moment::of(zone, leave.range.end()),
            reason: leave.reason,
        }
    }
}

/// The person, if the caller may see why and when they are away.
async fn seen(state: &State, caller: &Caller, id: &str) -> Result<StaffId, Problem> {
    let id: StaffId = id_of(id)?;
    if !caller.0.sees_staff(id.as_uuid()) {
        return Err(Problem::not_found());
    }
    find(state, caller, id).await?;
    Ok(id)
}

fn day_of(text: &str) -> Result<Date, Problem> {
    parse_day(text).ok_or_else(Problem::not_found)
}

async fn overrides(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    CheckedQuery(query): CheckedQuery<DaysQuery>,
) -> Result<HttpResponse, Problem> {
    let id = seen(&state, &caller, &id).await?;
    let days = query.days(&state, &zone(&state, &caller.0).await?);
    let found = state
        .parts
        .booking
        .setup
        .overrides(caller.0.tenant, id, days)
        .await?;
    let shown = found
        .into_iter()
        .map(|(day, blocks)| OverrideAnswer::of(day, blocks.value, blocks.version));
    Ok(HttpResponse::Ok().json(OverridesAnswer {
        items: shown.collect(),
    }))
}

async fn put_override(
    state: web::Data<State>,
    caller: Caller,
    path: web::Path<(String, String)>,
    IfMatchIfAny(version): IfMatchIfAny,
    Checked(body): Checked<BlocksBody>,
) -> Result<HttpResponse, Problem> {
    let (id, day) = (id_of(&path.0)?, day_of(&path.1)?);
    let order = SetupOrder::SetOverride(id, day, block_forms(body.blocks), version);
    let changed = change(&state, &caller.0, order).await?;
    let SetupStep::PutOverride { blocks, .. } = changed.step else {
        return Err(Problem::not_found());
    };
    let version = changed.recorded.version;
    let answer = OverrideAnswer::of(day, blocks, version);
    Ok(HttpResponse::Ok()
        .insert_header((ETAG, etag(version)))
        .json(Changed::of(answer, &changed.recorded)))
}

async fn remove_override(
    state: web::Data<State>,
    caller: Caller,
    path: web::Path<(String, String)>,
    IfMatch(version): IfMatch,
) -> Result<HttpResponse, Problem> {
    let order = SetupOrder::RemoveOverride(id_of(&path.0)?, day_of(&path.1)?, version);
    let changed = change(&state, &caller.0, order).await?;
    Ok(HttpResponse::Ok().json(OnlyHits {
        bookings_hit: hits(&changed.recorded),
    }))
}

async fn leave(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    CheckedQuery(query): CheckedQuery<StretchQuery>,
) -> Result<HttpResponse, Problem> {
    let id = seen(&state, &caller, &id).await?;
    let (asked, range) = (asked(query.limit, query.after), query.range(&state)?);
    let zone = zone(&state, &caller.0).await?;
    let shelf = &state.parts.booking.setup;
    let found = shelf.leave(caller.0.tenant, id, range, asked.page).await?;
    let show = |leave| LeaveAnswer::of(leave, &zone);
    Ok(HttpResponse::Ok().json(Listed::of(found, asked.limit, |one| one.id.as_uuid(), show)))
}

async fn add_leave(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    Checked(body): Checked<AbsenceBody>,
) -> Result<HttpResponse, Problem> {
    let order = SetupOrder::AddLeave(id_of(&id)?, body.stretch(), body.reason);
    let changed = change(&state, &caller.0, order).await?;
    let SetupStep::AddLeave(leave) = changed.step else {
        return Err(Problem::not_found());
    };
    let answer = LeaveAnswer::of(leave, &zone(&state, &caller.0).await?);
    Ok(HttpResponse::Created().json(Changed::of(answer, &changed.recorded)))
}

async fn remove_leave(
    state: web::Data<State>,
    caller: Caller,
    ids: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let order = SetupOrder::RemoveLeave(id_of(&ids.0)?, id_of(&ids.1)?);
    change(&state, &caller.0, order).await?;
    Ok(HttpResponse::NoContent().finish())
}
