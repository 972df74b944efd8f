//! What becomes of one appointment: the customer comes or does not, it is cancelled or moved.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::{HttpResponse, web};
use ratiba_access::Scope;
use ratiba_booking::appointment::{Appointment, AppointmentId};
use ratiba_booking::availability::Reason;
use ratiba_booking::use_cases::{AttendanceError, CancelOrder, CancelTarget, MoveOrder, MoveTarget};
use ratiba_kernel::{Id, Zone};
use schemars::JsonSchema;
use serde::Deserialize;
use uuid::Uuid;

use super::appointments::{AppointmentAnswer, answer};
use super::availability::{ChannelWord, not_free};
use super::visit_life::{CANCELLING, CancelBody, PartyWord, REPLACING, not_cancelled, not_replaced};
use super::visits::{self, VisitAnswer};
use crate::State;
use crate::caller::Caller;
use crate::checked::{Checked, IfMatchIfAny};
use crate::dto::{Moment, id_of};
use crate::endpoint::{Endpoint, RequestHeader};
use crate::problem::{Kind, Problem};

/// The endpoints of an appointment's life.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    let at_the_desk = |endpoint: Endpoint| {
        let endpoint = endpoint.group("appointments").needs(Scope::AppointmentsBook);
        endpoint.header(RequestHeader::IfMatchIfAny)
    };
    let mut all = attendance();
    all.extend([
        Endpoint::post(
            "/api/v1/appointments/{id}/cancel",
            "Cancel one appointment",
            || web::post().to(cancel),
        )
        .describe("The rest of its visit stays. Cancelling twice is cancelling once.")
        .body::<CancelBody>()
        .answers::<AppointmentAnswer>(200, "the appointment, with the fee")
        .problems(&CANCELLING),
        Endpoint::post(
            "/api/v1/appointments/{id}/move",
            "Move one appointment to another time",
            || web::post().to(move_one),
        )
        .describe("The rest of its visit stays. The old time is freed only if the new one is won.")
        .body::<MoveBody>()
        .answers::<VisitAnswer>(200, "its visit")
        .problems(&REPLACING),
    ]);
    all.into_iter().map(at_the_desk).collect()
}

fn attendance() -> Vec<Endpoint> {
    let check_in = "/api/v1/appointments/{id}/check-in";
    let no_show = "/api/v1/appointments/{id}/no-show";
    vec![
        Endpoint::post(check_in, "The customer is here", || web::post().to(checks_in))
            .describe("From the local day on which it begins. Pressing twice is pressing once.")
            .answers::<AppointmentAnswer>(200, "the appointment, checked in")
            .problems(&ATTENDING),
        Endpoint::delete(check_in, "It was somebody else", || {
            web::delete().to(does_not_check_in)
        })
        .describe("On the local day on which it was recorded.")
        .answers::<AppointmentAnswer>(200, "the appointment, confirmed")
        .problems(&ATTENDING),
        Endpoint::post(no_show, "The customer did not come", || {
            web::post().to(does_not_come)
        })
        .describe("Once the grace after the start is over. Its time is free again; the fee is what the policy asks.")
        .answers::<AppointmentAnswer>(200, "the appointment, with the fee")
        .problems(&ATTENDING),
        Endpoint::delete(no_show, "The customer came after all", || web::delete().to(comes))
            .describe("On the local day on which it was recorded, if its time is still free.")
            .answers::<AppointmentAnswer>(200, "the appointment, confirmed")
            .problems(&ATTENDING)
            .problems(&[Kind::SlotTaken]),
    ]
}

const ATTENDING: [Kind; 3] = [Kind::IllegalTransition, Kind::Conflict, Kind::Unacceptable];

/// A move.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MoveBody {
    /// When it is to begin.
    start: Moment,
    /// Whose wish it is.
    by: PartyWord,
    /// By whom from now on; if left out, whoever had it, or the next one if nobody asked for them.
    staff_id: Option<Uuid>,
    /// Whose notice and horizon count; `desk` if left out.
    #[serde(default)]
    channel: ChannelWord,
}

/// As for visits: refuses whoever decided on an older appointment than the one on record.
async fn seen_last(
    state: &State,
    caller: &Caller,
    id: AppointmentId,
    seen: &IfMatchIfAny,
) -> Result<(), Problem> {
    if seen.0.is_none() {
        return Ok(());
    }
    let found = state.parts.booking.book.appointment(caller.0.tenant, id).await?;
    seen.holds_of(found.ok_or_else(Problem::not_found)?.version())
}

async fn checks_in(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    seen: IfMatchIfAny,
) -> Result<HttpResponse, Problem> {
    let id: AppointmentId = id_of(&id)?;
    seen_last(&state, &caller, id, &seen).await?;
    let done = state
        .parts
        .booking
        .attendance
        .check_in(caller.0.tenant, id, caller.who())
        .await;
    attended(&state, &caller, done).await
}

async fn does_not_check_in(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    seen: IfMatchIfAny,
) -> Result<HttpResponse, Problem> {
    let id: AppointmentId = id_of(&id)?;
    seen_last(&state, &caller, id, &seen).await?;
    let attendance = &state.parts.booking.attendance;
    let done = attendance.undo_check_in(caller.0.tenant, id, caller.who()).await;
    attended(&state, &caller, done).await
}

async fn does_not_come(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    seen: IfMatchIfAny,
) -> Result<HttpResponse, Problem> {
    let id: AppointmentId = id_of(&id)?;
    seen_last(&state, &caller, id, &seen).await?;
    let attendance = &state.parts.booking.attendance;
    let done = attendance.mark_no_show(caller.0.tenant, id, caller.who()).await;
    attended(&state, &caller, done).await
}

async fn comes(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    seen: IfMatchIfAny,
) -> Result<HttpResponse, Problem> {
    let id: AppointmentId = id_of(&id)?;
    seen_last(&state, &caller, id, &seen).await?;
    let attendance = &state.parts.booking.attendance;
    let done = attendance.undo_no_show(caller.0.tenant, id, caller.who()).await;
    attended(&state, &caller, done).await
}

async fn attended(
    state: &State,
    caller: &Caller,
    done: Result<Appointment, AttendanceError>,
) -> Result<HttpResponse, Problem> {
    let zone = state.parts.booking.catalogue.policy(caller.0.tenant).await?.zone;
    let appointment = done.map_err(|error| not_attended(error, &zone))?;
    answer(state, &caller.0, &appointment).await
}

async fn cancel(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    seen: IfMatchIfAny,
    Checked(body): Checked<CancelBody>,
) -> Result<HttpResponse, Problem> {
    let id: AppointmentId = id_of(&id)?;
    seen_last(&state, &caller, id, &seen).await?;
    let order = CancelOrder {
        target: CancelTarget::Appointment(id),
        by: body.by.into(),
        who: caller.who(),
    };
    let use_case = &state.parts.booking.cancel;
    let mut cancelled = use_case
        .execute(caller.0.tenant, order)
        .await
        .map_err(not_cancelled)?;
    let appointment = cancelled.pop().ok_or_else(Problem::not_found)?;
    answer(&state, &caller.0, &appointment).await
}

async fn move_one(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    seen: IfMatchIfAny,
    Checked(body): Checked<MoveBody>,
) -> Result<HttpResponse, Problem> {
    let id: AppointmentId = id_of(&id)?;
    seen_last(&state, &caller, id, &seen).await?;
    let staff = body.staff_id.map(|staff| (id, Id::from_uuid(staff)));
    let order = MoveOrder {
        target: MoveTarget::Appointment(id),
        start: body.start.instant(),
        staff: staff.into_iter().collect::<BTreeMap<_, _>>(),
        by: body.by.into(),
        who: caller.who(),
        channel: body.channel.into(),
    };
    let zone = state.parts.booking.catalogue.policy(caller.0.tenant).await?.zone;
    let use_case = &state.parts.booking.moves;
    let visit = use_case
        .execute(caller.0.tenant, order)
        .await
        .map_err(|error| not_replaced(error, &zone))?;
    visits::answer(&state, &caller.0, &visit).await
}

fn not_attended(error: AttendanceError, zone: &Zone) -> Problem {
    match error {
        AttendanceError::UnknownAppointment => Problem::not_found(),
        AttendanceError::Refused(refused) => Problem::new(Kind::IllegalTransition, refused.to_string()),
        AttendanceError::TooEarly { from } => {
            Problem::new(Kind::IllegalTransition, "it is too early to say so")
                .with("from", Moment::of(zone, from))
        }
        AttendanceError::AnotherDay => Problem::new(
            Kind::IllegalTransition,
            "it was recorded on an earlier day and stays",
        ),
        AttendanceError::TimeGone { alternatives } => {
            not_free(&BTreeSet::from([Reason::Booked]), &alternatives, zone)
        }
        AttendanceError::Fee(fault) => Problem::new(Kind::Unacceptable, fault.to_string()),
        AttendanceError::Stale => Problem::new(Kind::Conflict, "read it again and decide again"),
        AttendanceError::Unavailable(outage) => Problem::unavailable(&outage),
    }
}
