//! What becomes of a visit: requests are answered, visits are cancelled and moved.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::{HttpResponse, web};
use ratiba_access::Scope;
use ratiba_booking::appointment::{AppointmentId, Awaits, CancelledBy};
use ratiba_booking::catalogue::StaffId;
use ratiba_booking::use_cases::{
    AcceptOrder, AnswerRequestError, CancelAppointmentError, CancelOrder, CancelTarget, CounterOfferOrder,
    MoveOrder, MoveTarget, ReplaceError,
};
use ratiba_booking::visit::VisitId;
use ratiba_kernel::{Id, Zone};
use schemars::JsonSchema;
use serde::Deserialize;
use uuid::Uuid;

use super::appointments::wrong;
use super::availability::{ChannelWord, not_free, request_problem};
use super::visits::{PayByWord, VisitAnswer, answer};
use crate::State;
use crate::caller::Caller;
use crate::checked::{Checked, IfMatchIfAny};
use crate::dto::{Moment, id_of};
use crate::endpoint::{Endpoint, RequestHeader};
use crate::problem::{Kind, Problem};

/// The endpoints of a visit's life.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    let step = |path, summary, route| {
        Endpoint::post(path, summary, route)
            .group("visits")
            .needs(Scope::AppointmentsBook)
            .header(RequestHeader::IfMatchIfAny)
    };
    vec![
        step("/api/v1/visits/{id}/accept", "Agree to a request", || {
            web::post().to(accept)
        })
        .describe(
            "Where money is due the visit is held until it is paid, else it is confirmed at once. Only the side whose answer is \
             waited for can agree: the business to a request, the customer to another time. Agreeing twice is agreeing once.",
        )
        .body::<AcceptBody>()
        .answers::<VisitAnswer>(200, "the visit, held or confirmed")
        .problems(&ANSWERING),
        step("/api/v1/visits/{id}/decline", "Turn a request down", || {
            web::post().to(decline)
        })
        .describe("Its time is free again. Declining twice is declining once.")
        .body::<DeclineBody>()
        .answers::<VisitAnswer>(200, "the visit, over")
        .problems(&ANSWERING),
        step(
            "/api/v1/visits/{id}/counter-offer",
            "Offer another time for a request",
            || web::post().to(counter_offer),
        )
        .describe(
            "The new time is kept instead of the old one until the customer answers, or the notice of what was asked for is \
             over; a time that leaves none to answer is refused.",
        )
        .body::<CounterOfferBody>()
        .answers::<VisitAnswer>(200, "the visit at its new time, waiting for the customer")
        .problems(&REPLACING),
        step("/api/v1/visits/{id}/cancel", "Cancel a visit", || {
            web::post().to(cancel)
        })
        .describe(
            "Whatever of it has not begun and is not over. Each appointment shows the fee that the policy asks of a customer who \
             cancels late. Cancelling twice is cancelling once.",
        )
        .body::<CancelBody>()
        .answers::<VisitAnswer>(200, "the visit, with the fees")
        .problems(&CANCELLING),
        step("/api/v1/visits/{id}/move", "Move a visit to another time", || {
            web::post().to(move_visit)
        })
        .describe(
            "All parts that are held or confirmed. The old time is freed only if the new one is won; prices and deposits are \
             carried along. The customer may move as long as cancelling is free, the business always.",
        )
        .body::<MoveVisitBody>()
        .answers::<VisitAnswer>(200, "the visit at its new time")
        .problems(&REPLACING),
    ]
}

const ANSWERING: [Kind; 3] = [Kind::IllegalTransition, Kind::Conflict, Kind::Unacceptable];
pub(super) const CANCELLING: [Kind; 3] = [Kind::IllegalTransition, Kind::Conflict, Kind::Unacceptable];
pub(super) const REPLACING: [Kind; 5] = [
    Kind::IllegalTransition,
    Kind::Conflict,
    Kind::SlotTaken,
    Kind::NotAvailable,
    Kind::Unacceptable,
];

/// Whose wish it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum PartyWord {
    /// The customer's.
    Customer,
    /// The business's.
    Business,
}

impl PartyWord {
    const fn business() -> Self {
        Self::Business
    }
}

impl From<PartyWord> for CancelledBy {
    fn from(word: PartyWord) -> Self {
        match word {
            PartyWord::Customer => Self::Customer,
            PartyWord::Business => Self::Business,
        }
    }
}

/// A yes.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptBody {
    /// Who says yes; `business` if left out.
    #[serde(default = "PartyWord::business")]
    by: PartyWord,
    /// How the money will come; `mobile_money` if left out.
    #[serde(default)]
    pay_by: PayByWord,
}

/// A no.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeclineBody {
    /// Who says no; `business` if left out.
    #[serde(default = "PartyWord::business")]
    by: PartyWord,
}

/// Who renders a part from now on.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StaffOfPart {
    /// Which part.
    appointment_id: Uuid,
    /// By whom.
    staff_id: Uuid,
}

/// Another time for a request.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CounterOfferBody {
    /// When the first part would begin.
    start: Moment,
    /// Who would render which part; whoever is not named keeps it, or the next one takes it if nobody asked for them.
    #[serde(default)]
    #[schemars(length(max = 8))]
    staff: Vec<StaffOfPart>,
}

/// A cancellation.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CancelBody {
    /// Whose wish it is: the fee depends on it.
    pub(super) by: PartyWord,
}

/// A move.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MoveVisitBody {
    /// When the first part is to begin.
    start: Moment,
    /// Whose wish it is.
    by: PartyWord,
    /// Who renders which part from now on; whoever is not named keeps it, or the next one takes it if nobody asked for
    /// them.
    #[serde(default)]
    #[schemars(length(max = 8))]
    staff: Vec<StaffOfPart>,
    /// Whose notice and horizon count; `desk` if left out.
    #[serde(default)]
    channel: ChannelWord,
}

/// The people by part; a part that is named twice is a fault.
fn staff_of(parts: &[StaffOfPart]) -> Result<BTreeMap<AppointmentId, StaffId>, Problem> {
    let named: BTreeSet<Uuid> = parts.iter().map(|part| part.appointment_id).collect();
    if named.len() < parts.len() {
        return Err(wrong("staff", "names a part twice"));
    }
    let pairs = parts
        .iter()
        .map(|part| (Id::from_uuid(part.appointment_id), Id::from_uuid(part.staff_id)));
    Ok(pairs.collect())
}

/// Refuses whoever decided on an older visit than the one on record. What comes between this look and the change is told
/// by the change itself, which is refused if it no longer makes sense.
async fn seen_last(state: &State, caller: &Caller, id: VisitId, seen: &IfMatchIfAny) -> Result<(), Problem> {
    if seen.0.is_none() {
        return Ok(());
    }
    let visit = state.parts.booking.book.visit(caller.0.tenant, id).await?;
    seen.holds_of(visit.ok_or_else(Problem::not_found)?.head.version)
}

async fn accept(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    seen: IfMatchIfAny,
    Checked(body): Checked<AcceptBody>,
) -> Result<HttpResponse, Problem> {
    seen_last(&state, &caller, id_of(&id)?, &seen).await?;
    let order = AcceptOrder {
        visit: id_of(&id)?,
        by: body.by.into(),
        who: caller.who(),
        pay_by: body.pay_by.into(),
    };
    let use_case = &state.parts.booking.accept;
    let visit = use_case
        .execute(caller.0.tenant, order)
        .await
        .map_err(unanswered)?;
    answer(&state, &caller.0, &visit).await
}

async fn decline(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    seen: IfMatchIfAny,
    Checked(body): Checked<DeclineBody>,
) -> Result<HttpResponse, Problem> {
    let id: VisitId = id_of(&id)?;
    seen_last(&state, &caller, id, &seen).await?;
    let use_case = &state.parts.booking.decline;
    let visit = use_case
        .execute(caller.0.tenant, id, body.by.into(), caller.who())
        .await
        .map_err(unanswered)?;
    answer(&state, &caller.0, &visit).await
}

async fn counter_offer(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    seen: IfMatchIfAny,
    Checked(body): Checked<CounterOfferBody>,
) -> Result<HttpResponse, Problem> {
    seen_last(&state, &caller, id_of(&id)?, &seen).await?;
    let order = CounterOfferOrder {
        visit: id_of(&id)?,
        start: body.start.instant(),
        staff: staff_of(&body.staff)?,
        who: caller.who(),
    };
    let zone = state.parts.booking.catalogue.policy(caller.0.tenant).await?.zone;
    let use_case = &state.parts.booking.counter_offer;
    let visit = use_case
        .execute(caller.0.tenant, order)
        .await
        .map_err(|error| not_replaced(error, &zone))?;
    answer(&state, &caller.0, &visit).await
}

async fn cancel(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    seen: IfMatchIfAny,
    Checked(body): Checked<CancelBody>,
) -> Result<HttpResponse, Problem> {
    let (id, tenant): (VisitId, _) = (id_of(&id)?, caller.0.tenant);
    seen_last(&state, &caller, id, &seen).await?;
    let order = CancelOrder {
        target: CancelTarget::Visit(id),
        by: body.by.into(),
        who: caller.who(),
    };
    let use_case = &state.parts.booking.cancel;
    use_case.execute(tenant, order).await.map_err(not_cancelled)?;
    let visit = state.parts.booking.book.visit(tenant, id).await?;
    answer(&state, &caller.0, &visit.ok_or_else(Problem::not_found)?).await
}

async fn move_visit(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    seen: IfMatchIfAny,
    Checked(body): Checked<MoveVisitBody>,
) -> Result<HttpResponse, Problem> {
    seen_last(&state, &caller, id_of(&id)?, &seen).await?;
    let order = MoveOrder {
        target: MoveTarget::Visit(id_of(&id)?),
        start: body.start.instant(),
        staff: staff_of(&body.staff)?,
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
    answer(&state, &caller.0, &visit).await
}

fn unanswered(error: AnswerRequestError) -> Problem {
    match error {
        AnswerRequestError::UnknownVisit => Problem::not_found(),
        AnswerRequestError::WaitsForOther { awaits } => {
            let whose = match awaits {
                Awaits::Business => "it waits for the answer of the business",
                Awaits::Customer => "it waits for the answer of the customer",
            };
            Problem::new(Kind::IllegalTransition, whose).with("awaits", awaits.word())
        }
        AnswerRequestError::Refused(refused) => Problem::new(Kind::IllegalTransition, refused.to_string()),
        AnswerRequestError::Price(fault) => Problem::new(Kind::Unacceptable, fault.to_string()),
        AnswerRequestError::Contended => Problem::new(Kind::Conflict, "read it again and decide again"),
        AnswerRequestError::Unavailable(outage) => Problem::unavailable(&outage),
    }
}

/// The problem of something that was not cancelled.
pub(super) fn not_cancelled(error: CancelAppointmentError) -> Problem {
    match error {
        CancelAppointmentError::Unknown => Problem::not_found(),
        CancelAppointmentError::Refused(refused) => {
            Problem::new(Kind::IllegalTransition, refused.to_string())
        }
        CancelAppointmentError::Fee(fault) => Problem::new(Kind::Unacceptable, fault.to_string()),
        CancelAppointmentError::Stale => Problem::new(Kind::Conflict, "read it again and decide again"),
        CancelAppointmentError::Unavailable(outage) => Problem::unavailable(&outage),
    }
}

/// The problem of something that was not put elsewhere.
pub(super) fn not_replaced(error: ReplaceError, zone: &Zone) -> Problem {
    match error {
        ReplaceError::Unknown => Problem::not_found(),
        ReplaceError::Refused(refused) => Problem::new(Kind::IllegalTransition, refused.to_string()),
        ReplaceError::TooLate { until } => Problem::new(
            Kind::NotAvailable,
            "the customer may move it only as long as cancelling is free",
        )
        .with("reasons", ["too_late"])
        .with("until", Moment::of(zone, until)),
        ReplaceError::SeveralStaff => Problem::new(
            Kind::Unacceptable,
            "a part is rendered by several people together; cancel it and book it anew",
        ),
        ReplaceError::NotFree {
            reasons,
            alternatives,
        } => not_free(&reasons, &alternatives, zone),
        ReplaceError::Request(fault) => request_problem(fault),
        ReplaceError::Contended => Problem::new(Kind::Conflict, "read it again and decide again"),
        ReplaceError::Unavailable(outage) => Problem::unavailable(&outage),
    }
}
