//! What an appointment went through, and who wanted it.

use actix_web::{HttpResponse, web};
use ratiba_access::Scope;
use ratiba_booking::appointment::{AppointmentId, ChangedBy, HistoryEntry};
use ratiba_kernel::Zone;
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use crate::State;
use crate::caller::Caller;
use crate::dto::{Moment, id_of};
use crate::endpoint::Endpoint;
use crate::problem::{Kind, Problem};

/// The endpoint of an appointment's history.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get(
            "/api/v1/appointments/{id}/history",
            "What an appointment went through",
            || web::get().to(show),
        )
        .describe(
            "Every change that was recorded of it, the oldest first: its state and time as the change left them, and who \
             wanted it: the customer, somebody of the business (also where it came by WhatsApp), or the system, for \
             deadlines and payments. What was recorded before histories were kept is missing.",
        )
        .group("appointments")
        .needs(Scope::AppointmentsBook)
        .answers::<HistoryAnswer>(200, "its history")
        .problems(&[Kind::NotFound]),
    ]
}

/// The history of an appointment.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AppointmentHistory")]
struct HistoryAnswer {
    items: Vec<EntryAnswer>,
}

/// One change.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AppointmentHistoryEntry")]
struct EntryAnswer {
    at: Moment,
    /// `booked` (the first on record), `became` (another state), `moved` (another time or other staff) or `changed`
    /// (something else of it).
    what: &'static str,
    /// `customer`, `person` or `system`; left out for changes of before they all named somebody.
    by: Option<&'static str>,
    /// Who of the business, as records name them: `token:` and an id, `admin:` and a number.
    name: Option<String>,
    /// Its state from then on.
    state: String,
    start: Moment,
    end: Moment,
    /// Who rendered it, the first of the team.
    staff_id: Option<Uuid>,
}

impl EntryAnswer {
    fn of(entry: &HistoryEntry, before: Option<&HistoryEntry>, zone: &Zone) -> Self {
        let by = entry.by.as_ref();
        let name = by.and_then(ChangedBy::name);
        Self {
            at: Moment::of(zone, entry.at),
            what: entry.what(before).word(),
            by: by.map(ChangedBy::word),
            name: name.map(|name| name.as_str().to_owned()),
            state: entry.state.clone(),
            start: Moment::of(zone, entry.time.start()),
            end: Moment::of(zone, entry.time.end()),
            staff_id: entry.staff.map(|staff| staff.as_uuid()),
        }
    }
}

async fn show(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let tenant = caller.0.tenant;
    let id: AppointmentId = id_of(&id)?;
    let book = &state.parts.booking.book;
    let known = book.appointment(tenant, id).await?;
    known.ok_or_else(Problem::not_found)?;
    let entries = book.history(tenant, id).await?;
    let zone = state.parts.booking.catalogue.policy(tenant).await?.zone;
    let before = std::iter::once(None).chain(entries.iter().map(Some));
    let items = entries
        .iter()
        .zip(before)
        .map(|(entry, before)| EntryAnswer::of(entry, before, &zone));
    Ok(HttpResponse::Ok().json(HistoryAnswer {
        items: items.collect(),
    }))
}
