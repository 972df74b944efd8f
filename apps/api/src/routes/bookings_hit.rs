//! The bookings that changes of the schedule met: they were kept, and a person must look at them.

use actix_web::{HttpResponse, web};
use ratiba_access::Scope;
use ratiba_booking::setup::{Cause, Hit, Resolved};
use ratiba_kernel::Zone;
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::setup::{ListQuery, Listed, asked, zone};
use crate::State;
use crate::caller::Caller;
use crate::checked::CheckedQuery;
use crate::dto::{Day, Moment, id_of};
use crate::endpoint::Endpoint;
use crate::problem::Problem;

/// The endpoints of the list.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get(
            "/api/v1/bookings-hit",
            "The bookings that changes of the schedule met",
            || web::get().to(list),
        )
        .describe(
            "Oldest first; with `all=true` those that are over, too. An entry is over when somebody saw to it, or by itself \
             once the appointment was moved, given to somebody else, or ended.",
        )
        .group("schedule")
        .needs(Scope::AppointmentsBook)
        .query::<ListQuery>()
        .answers::<Listed<HitAnswer>>(200, "a page of entries"),
        Endpoint::post(
            "/api/v1/bookings-hit/{id}/resolve",
            "Somebody saw to a booking",
            || web::post().to(resolve),
        )
        .describe("Twice is once.")
        .group("schedule")
        .needs(Scope::AppointmentsBook)
        .answers_nothing(204, "it is off the list"),
    ]
}

/// An entry.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "BookingHitEntry")]
pub struct HitAnswer {
    /// Its id.
    pub id: Uuid,
    /// What met the booking: `leave`, `outage`, `hours`, `override`, `skills`, `service`, `departure`,
    /// `resource`, `opening_hours` or `holiday`.
    pub cause: &'static str,
    /// The leave, the outage, the person, the service or the resource.
    pub cause_id: Option<Uuid>,
    /// The local day, of an override or a holiday.
    pub cause_day: Option<Day>,
    /// The appointment.
    pub appointment_id: Uuid,
    /// When it was found.
    pub found_at: Moment,
    /// Who made the change.
    pub found_by: String,
    /// Whether it is over.
    pub resolved: bool,
    /// When somebody saw to it.
    pub resolved_at: Option<Moment>,
    /// Who did; null where it is over by itself.
    pub resolved_by: Option<String>,
}

impl HitAnswer {
    fn of(hit: Hit, zone: &Zone) -> Self {
        let (cause, cause_id, cause_day) = match hit.cause {
            Cause::Leave(id) => ("leave", Some(id.as_uuid()), None),
            Cause::Outage(id) => ("outage", Some(id.as_uuid()), None),
            Cause::Hours(id) => ("hours", Some(id.as_uuid()), None),
            Cause::Override(id, day) => ("override", Some(id.as_uuid()), Some(Day(day))),
            Cause::Skills(id) => ("skills", Some(id.as_uuid()), None),
            Cause::Service(id) => ("service", Some(id.as_uuid()), None),
            Cause::Departure(id) => ("departure", Some(id.as_uuid()), None),
            Cause::Resource(id) => ("resource", Some(id.as_uuid()), None),
            Cause::OpeningHours => ("opening_hours", None, None),
            Cause::Holiday(day) => ("holiday", None, Some(Day(day))),
        };
        let resolved = hit.resolved.is_some();
        let (resolved_at, resolved_by) = match hit.resolved {
            Some(Resolved::By { who, at }) => (Some(Moment::of(zone, at)), Some(who)),
            Some(Resolved::Itself) | None => (None, None),
        };
        Self {
            id: hit.id.as_uuid(),
            cause,
            cause_id,
            cause_day,
            appointment_id: hit.appointment.as_uuid(),
            found_at: Moment::of(zone, hit.found_at),
            found_by: hit.found_by,
            resolved,
            resolved_at,
            resolved_by,
        }
    }
}

async fn list(
    state: web::Data<State>,
    caller: Caller,
    CheckedQuery(query): CheckedQuery<ListQuery>,
) -> Result<HttpResponse, Problem> {
    let asked = asked(query.limit, query.after);
    let zone = zone(&state, &caller.0).await?;
    let hits = &state.parts.booking.hits;
    let found = hits.hits(caller.0.tenant, asked.page, query.all).await?;
    let show = |hit| HitAnswer::of(hit, &zone);
    Ok(HttpResponse::Ok().json(Listed::of(found, asked.limit, |one| one.id.as_uuid(), show)))
}

async fn resolve(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let (id, now) = (id_of(&id)?, state.parts.clock.now());
    let hits = &state.parts.booking.hits;
    if hits.resolve(caller.0.tenant, id, &caller.0.name, now).await? {
        Ok(HttpResponse::NoContent().finish())
    } else {
        Err(Problem::not_found())
    }
}
