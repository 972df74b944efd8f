//! Appointments: the day, one of them, and what really happened.

use std::collections::BTreeMap;

use actix_web::http::header::{ETAG, IF_MATCH};
use actix_web::{HttpRequest, HttpResponse, web};
use ratiba_access::{Principal, Scope};
use ratiba_booking::appointment::{
    Appointment, AppointmentId, Correction, RenderingRefused, StaffNotes, Tip, Version,
};
use ratiba_booking::use_cases::{ListDayError, RenderingError};
use ratiba_kernel::{Outage, Zone};
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Date, OffsetDateTime};

use crate::State;
use crate::body::JsonBody;
use crate::caller::Caller;
use crate::fields::Fields;
use crate::problem::{FieldFault, Kind, Problem};

/// `GET /api/v1/appointments?date=2026-05-13`: all that touch the local day; a therapist sees the own ones.
///
/// # Errors
/// [`Problem`].
pub async fn list(
    state: web::Data<State>,
    caller: Caller,
    query: web::Query<BTreeMap<String, String>>,
) -> Result<HttpResponse, Problem> {
    let principal = caller.require(Scope::AppointmentsRead)?;
    let date = only_parameter(&query, "date", |text| {
        Date::parse(text, format_description!("[year]-[month]-[day]")).ok()
    })?;
    let day = state
        .parts
        .booking
        .list_day
        .execute(principal.tenant, date)
        .await
        .map_err(|error| match error {
            ListDayError::OutOfCalendar => wrong("date", "the calendar does not go that far"),
            ListDayError::Unavailable(outage) => Problem::unavailable(&outage),
        })?;
    let shown: Vec<Value> = day
        .appointments
        .iter()
        .filter(|appointment| sees(principal, appointment))
        .map(|appointment| present(appointment, &day.zone))
        .collect();
    Ok(HttpResponse::Ok()
        .json(json!({ "date": date.to_string(), "zone": day.zone.name(), "appointments": shown })))
}

/// `GET /api/v1/appointments/{id}`.
///
/// # Errors
/// [`Problem`].
pub async fn show(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let principal = caller.require(Scope::AppointmentsRead)?;
    let appointment = find(&state, principal, &id).await?;
    answer(&state, principal, &appointment).await
}

/// `POST /api/v1/appointments/{id}/start` with `{"at"?}`; pressing twice is pressing once.
///
/// # Errors
/// [`Problem`].
pub async fn start(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    JsonBody(body): JsonBody,
) -> Result<HttpResponse, Problem> {
    let principal = caller.require(Scope::AppointmentsRender)?;
    let at = only_instant(&body)?;
    let known = find(&state, principal, &id).await?;
    let started = state
        .parts
        .booking
        .start
        .execute(principal.tenant, known.id(), at)
        .await
        .map_err(refused)?;
    answer(&state, principal, &started).await
}

/// `POST /api/v1/appointments/{id}/finish` with `{"at"?}`; pressing twice is pressing once.
///
/// # Errors
/// [`Problem`].
pub async fn finish(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    JsonBody(body): JsonBody,
) -> Result<HttpResponse, Problem> {
    let principal = caller.require(Scope::AppointmentsRender)?;
    let at = only_instant(&body)?;
    let known = find(&state, principal, &id).await?;
    let finished = state
        .parts
        .booking
        .finish
        .execute(principal.tenant, known.id(), at)
        .await
        .map_err(refused)?;
    answer(&state, principal, &finished).await
}

/// `PATCH /api/v1/appointments/{id}/actuals` with any of `start`, `end`, `tip`, `staff_notes`; what is left
/// out stays. `If-Match` names the version that was read: 428 without it, 412 once the appointment has moved on.
///
/// # Errors
/// [`Problem`].
pub async fn record_actuals(
    state: web::Data<State>,
    caller: Caller,
    request: HttpRequest,
    id: web::Path<String>,
    JsonBody(body): JsonBody,
) -> Result<HttpResponse, Problem> {
    let principal = caller.require(Scope::AppointmentsRender)?;
    let correction = correction_of(&body)?;
    let read_at = version_of(&request)?;
    let known = find(&state, principal, &id).await?;
    let use_case = &state.parts.booking.record_actuals;
    let corrected = use_case
        .execute(principal.tenant, known.id(), correction, Some(read_at))
        .await;
    let corrected = corrected.map_err(|error| {
        if error == RenderingError::Stale {
            Problem::new(Kind::Stale, "it is not at the version that If-Match names")
        } else {
            refused(error)
        }
    })?;
    answer(&state, principal, &corrected).await
}

fn correction_of(body: &[u8]) -> Result<Correction, Problem> {
    let mut fields = Fields::of(body)?;
    let start = fields.instant("start");
    let end = fields.instant("end");
    let tip = fields.money("tip").map(Tip::new).transpose();
    let notes = fields
        .text("staff_notes", 4_000)
        .map(|text| StaffNotes::new(&text))
        .transpose();
    if let Err(fault) = &tip {
        fields.fault("tip", fault.to_string());
    }
    if let Err(fault) = &notes {
        fields.fault("staff_notes", fault.to_string());
    }
    fields.finish()?;
    let correction = Correction {
        start,
        end,
        tip: tip.unwrap_or_default(),
        notes: notes.unwrap_or_default(),
    };
    if correction.is_empty() {
        return Err(Problem::new(
            Kind::Validation,
            "give at least one of start, end, tip, staff_notes",
        ));
    }
    Ok(correction)
}

/// The appointment, if there is one that the caller may see; another's is as good as none.
async fn find(state: &State, principal: &Principal, id: &str) -> Result<Appointment, Problem> {
    let id: AppointmentId = id.parse().map_err(|_| Problem::not_found())?;
    let found = state.parts.booking.book.appointment(principal.tenant, id).await?;
    found
        .filter(|appointment| sees(principal, appointment))
        .ok_or_else(Problem::not_found)
}

fn sees(principal: &Principal, appointment: &Appointment) -> bool {
    appointment
        .booking()
        .team
        .members()
        .iter()
        .any(|staff| principal.sees_staff(staff.as_uuid()))
}

async fn answer(
    state: &State,
    principal: &Principal,
    appointment: &Appointment,
) -> Result<HttpResponse, Problem> {
    let zone = state.parts.booking.catalogue.policy(principal.tenant).await?.zone;
    let tag = format!("\"{}\"", appointment.version().number());
    Ok(HttpResponse::Ok()
        .insert_header((ETAG, tag))
        .json(present(appointment, &zone)))
}

fn present(appointment: &Appointment, zone: &Zone) -> Value {
    let booking = appointment.booking();
    let actuals = appointment.actuals();
    json!({
        "id": appointment.id(),
        "visit_id": booking.visit,
        "customer_id": booking.customer,
        "service_id": booking.service,
        "staff_ids": booking.team.members(),
        "state": appointment.state().word(),
        "state_at": shown(zone, appointment.state().since()),
        "start": shown(zone, booking.time.start()),
        "end": shown(zone, booking.time.end()),
        "list_price": booking.price.list(),
        "discount": booking.price.discount(),
        "charged": booking.price.charged(),
        "deposit": booking.deposit,
        "actuals": {
            "start": actuals.start.map(|at| shown(zone, at)),
            "end": actuals.end.map(|at| shown(zone, at)),
            "tip": actuals.tip.map(Tip::amount),
            "staff_notes": actuals.notes.as_ref().map(StaffNotes::as_str),
        },
        "version": appointment.version().number(),
    })
}

/// An instant by the tenant's own clock, in RFC 3339 with its offset.
pub(super) fn shown(zone: &Zone, at: OffsetDateTime) -> Option<String> {
    zone.with_offset(at).format(&Rfc3339).ok()
}

fn only_instant(body: &[u8]) -> Result<Option<OffsetDateTime>, Problem> {
    let mut fields = Fields::of(body)?;
    let at = fields.instant("at");
    fields.finish()?;
    Ok(at)
}

fn version_of(request: &HttpRequest) -> Result<Version, Problem> {
    let Some(header) = request.headers().get(IF_MATCH) else {
        return Err(Problem::new(
            Kind::PreconditionRequired,
            "send If-Match with the ETag of the last answer",
        ));
    };
    let number = header
        .to_str()
        .ok()
        .and_then(|text| text.trim().trim_matches('"').parse().ok());
    number
        .map(Version::read)
        .ok_or_else(|| Problem::new(Kind::Validation, "If-Match must be the ETag of an earlier answer"))
}

/// The one query parameter that is known, parsed; every other one is refused.
pub(super) fn only_parameter<T>(
    query: &BTreeMap<String, String>,
    name: &str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<T, Problem> {
    let mut faults: Vec<FieldFault> = query
        .keys()
        .filter(|key| key.as_str() != name)
        .map(|key| FieldFault {
            field: key.clone(),
            message: "is not known here".to_owned(),
        })
        .collect();
    let parsed = query.get(name).and_then(|text| parse(text));
    match parsed {
        Some(value) if faults.is_empty() => Ok(value),
        Some(_) => Err(Problem::fields(faults)),
        None => {
            let message = if query.contains_key(name) {
                "is malformed"
            } else {
                "is missing"
            };
            faults.push(FieldFault {
                field: name.to_owned(),
                message: message.to_owned(),
            });
            Err(Problem::fields(faults))
        }
    }
}

fn wrong(field: &str, message: &str) -> Problem {
    Problem::fields(vec![FieldFault {
        field: field.to_owned(),
        message: message.to_owned(),
    }])
}

fn refused(error: RenderingError) -> Problem {
    match error {
        RenderingError::UnknownAppointment => Problem::not_found(),
        RenderingError::Refused(RenderingRefused::Transition(refused)) => {
            Problem::new(Kind::IllegalTransition, refused.to_string())
        }
        RenderingError::Refused(RenderingRefused::Actuals(fault)) => {
            Problem::new(Kind::Unacceptable, fault.to_string())
        }
        RenderingError::MonthFrozen => Problem::new(
            Kind::PeriodFrozen,
            "its month is frozen; what is still to be said is an amendment",
        ),
        RenderingError::Stale => Problem::new(Kind::Conflict, "read it again and decide again"),
        RenderingError::Unavailable(outage) => Problem::unavailable(&Outage::new(outage)),
    }
}
