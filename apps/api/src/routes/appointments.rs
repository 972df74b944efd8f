//! Appointments: the day, one of them, and what really happened.

use std::collections::BTreeMap;

use actix_web::http::header::ETAG;
use actix_web::{HttpResponse, web};
use ratiba_access::{Principal, Scope};
use ratiba_booking::appointment::{
    Appointment, Correction, DiscountSource, RenderingRefused, StaffNotes, Tip,
};
use ratiba_booking::ports::{Place, Wanted};
use ratiba_booking::use_cases::{ListDayError, RenderingError};
use ratiba_kernel::{BasisPoints, Id, Money, Outage, Zone};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

use crate::State;
use crate::caller::Caller;
use crate::checked::{Checked, CheckedQuery, IfMatch, etag};
use crate::dto::{Amount, Day, Moment, id_of, within_reason};
use crate::endpoint::{Endpoint, RequestHeader};
use crate::problem::{FieldFault, Kind, Problem};

/// The endpoints of appointments.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/v1/appointments", "The appointments of a day", || {
            web::get().to(list)
        })
        .describe("Those that touch the local day, in whatever state, by start, page by page; a therapist sees the own ones.")
        .group("appointments")
        .needs(Scope::AppointmentsRead)
        .query::<DayQuery>()
        .answers::<DayAnswer>(200, "the day"),
        Endpoint::get("/api/v1/appointments/{id}", "One appointment", || {
            web::get().to(show)
        })
        .group("appointments")
        .needs(Scope::AppointmentsRead)
        .answers::<AppointmentAnswer>(200, "the appointment"),
        Endpoint::post("/api/v1/appointments/{id}/start", "The service begins", || {
            web::post().to(start)
        })
        .describe("Pressing twice is pressing once. Refused while the room is not ready, where a business inspects its rooms.")
        .group("appointments")
        .needs(Scope::AppointmentsRender)
        .body::<AtBody>()
        .answers::<AppointmentAnswer>(200, "the appointment, in progress")
        .problems(&RENDERING)
        .problems(&[Kind::NotReady]),
        Endpoint::post("/api/v1/appointments/{id}/finish", "The service is over", || {
            web::post().to(finish)
        })
        .describe("Pressing twice is pressing once.")
        .group("appointments")
        .needs(Scope::AppointmentsRender)
        .body::<AtBody>()
        .answers::<AppointmentAnswer>(200, "the appointment, completed")
        .problems(&RENDERING),
        Endpoint::patch(
            "/api/v1/appointments/{id}/actuals",
            "Correct what really happened",
            || web::patch().to(record_actuals),
        )
        .describe("What is left out stays. Possible until the month is frozen.")
        .group("appointments")
        .needs(Scope::AppointmentsRender)
        .header(RequestHeader::IfMatch)
        .body::<ActualsBody>()
        .answers::<AppointmentAnswer>(200, "the appointment, corrected")
        .problems(&RENDERING),
    ]
}

const NO_PLACE: &str = "must be `next` of the page before";

const RENDERING: [Kind; 4] = [
    Kind::IllegalTransition,
    Kind::Unacceptable,
    Kind::PeriodFrozen,
    Kind::Conflict,
];

/// Which day.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DayQuery {
    /// The local day.
    date: Day,
    /// How many at most; 200 if left out.
    #[schemars(range(min = 1, max = 200))]
    limit: Option<u16>,
    /// Those after this one: `next` of the page before.
    #[schemars(length(max = 80))]
    after: Option<String>,
}

/// A day's appointments.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AppointmentsOfDay")]
pub struct DayAnswer {
    /// The local day.
    date: Day,
    /// The tenant's zone.
    zone: String,
    /// By start.
    appointments: Vec<AppointmentAnswer>,
    /// For `after`, if there are more.
    next: Option<String>,
}

/// How many appointments a page of a day shows, if nobody says.
const DAY_USUALLY: u16 = 200;

/// A place in a day as the API names it: microseconds since 1970, and the appointment's id.
fn cursor((start, id): Place) -> String {
    format!("{}_{id}", start.unix_timestamp_nanos() / 1_000)
}

fn place(cursor: &str) -> Option<Place> {
    let (micros, id) = cursor.split_once('_')?;
    let nanos = micros.parse::<i64>().ok().map(i128::from)?.checked_mul(1_000)?;
    let start = OffsetDateTime::from_unix_timestamp_nanos(nanos).ok()?;
    // No appointment lies outside, and a time that nothing can be compared with is no cursor of ours.
    let start = within_reason(start)?;
    Some((start, id.parse().ok()?))
}

/// When it happened; now, if left out.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AtBody {
    /// Not in the future.
    at: Option<Moment>,
}

/// What is known better now.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ActualsBody {
    /// When it began.
    start: Option<Moment>,
    /// When it ended; once it is finished.
    end: Option<Moment>,
    /// What was given on top.
    #[schemars(with = "Option<Amount>")]
    tip: Option<Money>,
    /// What the therapist notes.
    #[schemars(length(max = 4000))]
    staff_notes: Option<String>,
}

async fn list(
    state: web::Data<State>,
    caller: Caller,
    CheckedQuery(query): CheckedQuery<DayQuery>,
) -> Result<HttpResponse, Problem> {
    let principal = &caller.0;
    let after = query
        .after
        .as_deref()
        .map(|text| place(text).ok_or_else(|| wrong("after", NO_PLACE)));
    let wanted = Wanted {
        staff: principal.only_staff().map(Id::from_uuid),
        after: after.transpose()?,
        most: query.limit.unwrap_or(DAY_USUALLY),
    };
    let day = state
        .parts
        .booking
        .list_day
        .execute(principal.tenant, query.date.0, wanted)
        .await
        .map_err(|error| match error {
            ListDayError::OutOfCalendar => wrong("date", "the calendar does not go that far"),
            ListDayError::Unavailable(outage) => Problem::unavailable(&outage),
        })?;
    let shown = day
        .appointments
        .iter()
        .filter(|appointment| sees(principal, appointment))
        .map(|appointment| present(appointment, &day.zone));
    Ok(HttpResponse::Ok().json(DayAnswer {
        date: query.date,
        zone: day.zone.name().to_owned(),
        appointments: shown.collect(),
        next: day.next.map(cursor),
    }))
}

async fn show(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let principal = &caller.0;
    let appointment = find(&state, principal, &id).await?;
    answer(&state, principal, &appointment).await
}

async fn start(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    Checked(body): Checked<AtBody>,
) -> Result<HttpResponse, Problem> {
    let principal = &caller.0;
    let at = body.at.map(Moment::instant);
    let known = find(&state, principal, &id).await?;
    let started = state
        .parts
        .booking
        .start
        .execute(principal.tenant, known.id(), at, caller.who())
        .await
        .map_err(refused)?;
    answer(&state, principal, &started).await
}

async fn finish(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    Checked(body): Checked<AtBody>,
) -> Result<HttpResponse, Problem> {
    let principal = &caller.0;
    let at = body.at.map(Moment::instant);
    let known = find(&state, principal, &id).await?;
    let finished = state
        .parts
        .booking
        .finish
        .execute(principal.tenant, known.id(), at, caller.who())
        .await
        .map_err(refused)?;
    answer(&state, principal, &finished).await
}

async fn record_actuals(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    IfMatch(read_at): IfMatch,
    Checked(body): Checked<ActualsBody>,
) -> Result<HttpResponse, Problem> {
    let principal = &caller.0;
    let correction = correction_of(body)?;
    let known = find(&state, principal, &id).await?;
    let use_case = &state.parts.booking.record_actuals;
    let corrected = use_case
        .execute(
            principal.tenant,
            known.id(),
            correction,
            Some(read_at),
            caller.who(),
        )
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

fn correction_of(body: ActualsBody) -> Result<Correction, Problem> {
    let tip = body.tip.map(Tip::new).transpose();
    let notes = body.staff_notes.map(|text| StaffNotes::new(&text)).transpose();
    let mut faults = Vec::new();
    if let Err(fault) = &tip {
        faults.push(fault_of("tip", fault.to_string()));
    }
    if let Err(fault) = &notes {
        faults.push(fault_of("staff_notes", fault.to_string()));
    }
    if !faults.is_empty() {
        return Err(Problem::fields(faults));
    }
    let correction = Correction {
        start: body.start.map(Moment::instant),
        end: body.end.map(Moment::instant),
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
pub(super) async fn find(state: &State, principal: &Principal, id: &str) -> Result<Appointment, Problem> {
    let id = id_of(id)?;
    let found = state.parts.booking.book.appointment(principal.tenant, id).await?;
    found
        .filter(|appointment| sees(principal, appointment))
        .ok_or_else(Problem::not_found)
}

pub(super) fn sees(principal: &Principal, appointment: &Appointment) -> bool {
    appointment
        .booking()
        .team
        .members()
        .iter()
        .any(|staff| principal.sees_staff(staff.as_uuid()))
}

/// An appointment with its version as `ETag`.
pub(super) async fn answer(
    state: &State,
    principal: &Principal,
    appointment: &Appointment,
) -> Result<HttpResponse, Problem> {
    let zone = state.parts.booking.catalogue.policy(principal.tenant).await?.zone;
    Ok(HttpResponse::Ok()
        .insert_header((ETAG, etag(appointment.version())))
        .json(present(appointment, &zone)))
}

/// One service for one customer at one time.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Appointment")]
pub struct AppointmentAnswer {
    /// Its id.
    pub id: Uuid,
    /// The visit that it belongs to.
    pub visit_id: Uuid,
    /// Whose it is.
    pub customer_id: Uuid,
    /// What.
    pub service_id: Uuid,
    /// By whom, the first answers for it.
    pub staff_ids: Vec<Uuid>,
    /// requested, held, confirmed, checked_in, in_progress, completed, expired, declined, cancelled_by_customer,
    /// cancelled_by_business or no_show.
    pub state: &'static str,
    /// When it came into this state.
    pub state_at: Moment,
    /// Until when its time is kept without an agreement.
    pub until: Option<Moment>,
    /// When it begins, as planned.
    pub start: Moment,
    /// When it ends, as planned.
    pub end: Moment,
    /// When the customer comes, as planned: after the set-up. What they are told and reminded of.
    pub client_from: Moment,
    /// When the customer may go, as planned: before the clean-up.
    pub client_until: Moment,
    /// What it costs without a discount, tax included.
    #[schemars(with = "Amount")]
    pub list_price: Money,
    /// What is taken off.
    #[schemars(with = "Amount")]
    pub discount: Money,
    /// How it was given: `flat` as an amount, or `percent` as a share of the list price.
    pub discount_kind: Option<&'static str>,
    /// The share, in hundredths of a percent; what is taken off may be less, by rounding or a cap.
    pub discount_basis_points: Option<u32>,
    /// Why.
    pub discount_reason: Option<String>,
    /// Where it comes from: `hand`, `promotion` or `package`.
    pub discount_source: Option<&'static str>,
    /// Who gave it by hand, or the id of the promotion or package.
    pub discount_by: Option<String>,
    /// What is charged.
    #[schemars(with = "Amount")]
    pub charged: Money,
    /// What is asked in advance.
    #[schemars(with = "Amount")]
    pub deposit: Money,
    /// What the policy asks for cancelling late or not coming.
    #[schemars(with = "Option<Amount>")]
    pub fee: Option<Money>,
    /// What really happened.
    pub actuals: ActualsAnswer,
    /// For `If-Match`.
    pub version: i32,
}

/// What really happened.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Actuals")]
pub struct ActualsAnswer {
    /// When it began.
    pub start: Option<Moment>,
    /// When it ended.
    pub end: Option<Moment>,
    /// What was given on top.
    #[schemars(with = "Option<Amount>")]
    pub tip: Option<Money>,
    /// What the therapist noted.
    pub staff_notes: Option<String>,
}

/// An appointment as the API shows it.
#[must_use]
pub fn present(appointment: &Appointment, zone: &Zone) -> AppointmentAnswer {
    let booking = appointment.booking();
    let client = booking.client();
    let actuals = appointment.actuals();
    let state = appointment.state();
    let source = booking.price.discount_source().map(|source| match source {
        DiscountSource::Hand { by } => ("hand", by.clone()),
        DiscountSource::Promotion(id) => ("promotion", id.to_string()),
        DiscountSource::Package(id) => ("package", id.to_string()),
    });
    let (discount_source, discount_by) = source.unzip();
    let rate = booking.price.discount_rate();
    AppointmentAnswer {
        id: appointment.id().as_uuid(),
        visit_id: booking.visit.as_uuid(),
        customer_id: booking.customer.as_uuid(),
        service_id: booking.service.as_uuid(),
        staff_ids: booking
            .team
            .members()
            .iter()
            .map(|staff| staff.as_uuid())
            .collect(),
        state: state.word(),
        state_at: Moment::of(zone, state.since()),
        until: state.deadline().map(|at| Moment::of(zone, at)),
        start: Moment::of(zone, booking.time.start()),
        end: Moment::of(zone, booking.time.end()),
        client_from: Moment::of(zone, client.start()),
        client_until: Moment::of(zone, client.end()),
        list_price: booking.price.list(),
        discount: booking.price.discount(),
        discount_kind: discount_source.map(|_| if rate.is_some() { "percent" } else { "flat" }),
        discount_basis_points: rate.map(BasisPoints::value),
        discount_reason: booking.price.discount_reason().map(str::to_owned),
        discount_source,
        discount_by,
        charged: booking.price.charged(),
        deposit: booking.deposit,
        fee: state.fee(),
        actuals: ActualsAnswer {
            start: actuals.start.map(|at| Moment::of(zone, at)),
            end: actuals.end.map(|at| Moment::of(zone, at)),
            tip: actuals.tip.map(Tip::amount),
            staff_notes: actuals.notes.as_ref().map(|notes| notes.as_str().to_owned()),
        },
        version: appointment.version().number(),
    }
}

/// An instant by the tenant's own clock, in RFC 3339 with its offset.
pub(super) fn shown(zone: &Zone, at: OffsetDateTime) -> Option<String> {
    zone.with_offset(at).format(&Rfc3339).ok()
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

/// One wrong field.
pub(super) fn wrong(field: &str, message: &str) -> Problem {
    Problem::fields(vec![fault_of(field, message.to_owned())])
}

fn fault_of(field: &str, message: String) -> FieldFault {
    FieldFault {
        field: field.to_owned(),
        message,
    }
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
        RenderingError::NotReady { resource, because } => {
            Problem::new(Kind::NotReady, format!("what it is rendered in {because}"))
                .with("reasons", [because.word()])
                .with("resource_id", resource.as_uuid())
        }
        RenderingError::MonthFrozen => Problem::new(
            Kind::PeriodFrozen,
            "its month is frozen; what is still to be said is an amendment",
        ),
        RenderingError::Stale => Problem::new(Kind::Conflict, "read it again and decide again"),
        RenderingError::Unavailable(outage) => Problem::unavailable(&Outage::new(outage)),
    }
}
