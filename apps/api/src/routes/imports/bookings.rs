//! Importing what was promised elsewhere.

use actix_web::{HttpResponse, web};
use ratiba_access::Scope;
use ratiba_booking::engagement::Subject;
use ratiba_booking::import::bookings::placing::{By, InTheWay};
use ratiba_booking::import::bookings::{BookingDraft, LocalTime, Outcome, Reviewed, paid};
use ratiba_booking::import::{Cell, ImportKind};
use ratiba_booking::use_cases::import::{Brought, NewRow, Review, ReviewedImport};
use ratiba_kernel::{Currency, PhoneNumber, Zone};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::customers::written;
use super::{
    FateWord, FaultAnswer, HeadAnswer, IMPORT_BODY_MAX, IgnoredAnswer, Made, OpenImports, TableBody, answer,
    apply, booking_fault, bring_in, correct, discard, list, reviewed,
};
use crate::State;
use crate::caller::Caller;
use crate::checked::{Checked, IfMatch};
use crate::dto::{Moment, id_of};
use crate::endpoint::{Endpoint, RequestHeader};
use crate::problem::{Kind, Problem};

const KIND: ImportKind = ImportKind::Bookings;

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/v1/imports/bookings", "Booking imports in review", || {
            web::get().to(open)
        })
        .group("imports")
        .needs(Scope::AppointmentsBook)
        .answers::<OpenImports>(200, "those that wait"),
        Endpoint::post("/api/v1/imports/bookings", "Bring in bookings", || web::post().to(bring))
            .describe(
                "A table with `phone`, `service`, `start` (local time; or `date` and `time`), and `name`, `staff`, `paid`. \
                 What was promised is honoured: neither notice nor grid nor opening hours refuse it, and nobody is asked \
                 for money again. But two promises for one time come to light in the review.",
            )
            .group("imports")
            .needs(Scope::AppointmentsBook)
            .body::<TableBody>()
            .body_limit(IMPORT_BODY_MAX)
            .answers::<BookingImport>(201, "the import with its review")
            .problems(&[Kind::TooMany, Kind::Unacceptable, Kind::BodyTooLarge]),
        Endpoint::get("/api/v1/imports/bookings/{id}", "One booking import with its review", || {
            web::get().to(show)
        })
        .group("imports")
        .needs(Scope::AppointmentsBook)
        .answers::<BookingImport>(200, "the import"),
        Endpoint::delete("/api/v1/imports/bookings/{id}", "Discard a booking import", || {
            web::delete().to(throw_away)
        })
        .describe("Visits that were made of it stay.")
        .group("imports")
        .needs(Scope::AppointmentsBook)
        .header(RequestHeader::IfMatch)
        .answers_nothing(204, "it is gone with all of its rows")
        .problems(&[Kind::IllegalTransition]),
        Endpoint::put(
            "/api/v1/imports/bookings/{id}/rows/{number}",
            "Correct a row of bookings",
            || web::put().to(put_row),
        )
        .describe("The row as it should be, in the words of the table; what is left out is empty then.")
        .group("imports")
        .needs(Scope::AppointmentsBook)
        .header(RequestHeader::IfMatch)
        .body::<BookingRowBody>()
        .answers::<BookingImport>(200, "the import with its review")
        .problems(&[Kind::IllegalTransition]),
        Endpoint::post("/api/v1/imports/bookings/{id}/apply", "Apply a booking import", || {
            web::post().to(apply_it)
        })
        .describe(
            "Each row becomes a confirmed visit, once, however often this is asked; with reminders, without a deposit. If \
             somebody is faster for one of the times, the others are made (`made` says how many) and the import stays in \
             review with that row.",
        )
        .group("imports")
        .needs(Scope::AppointmentsBook)
        .header(RequestHeader::IfMatch)
        .answers::<BookingImport>(200, "the import, applied")
        .problems(&[Kind::SlotTaken, Kind::Unacceptable, Kind::IllegalTransition]),
    ]
}

/// A row of bookings as it should be.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BookingRowBody {
    #[schemars(length(max = 100))]
    phone: String,
    #[schemars(length(max = 500))]
    name: Option<String>,
    #[schemars(length(max = 500))]
    service: String,
    /// Whoever is free, if left out.
    #[schemars(length(max = 500))]
    staff: Option<String>,
    /// By the tenant's clock, as 2026-05-13 14:00 or 13/05/2026 14:00; or with an offset in RFC 3339.
    #[schemars(length(max = 100))]
    start: String,
    /// As `1,000`; nothing, if left out.
    #[schemars(length(max = 100))]
    paid: Option<String>,
    /// `take` if left out.
    #[serde(default)]
    fate: FateWord,
}

/// A booking import with its review.
#[derive(Serialize, JsonSchema)]
pub struct BookingImport {
    #[serde(flatten)]
    head: HeadAnswer,
    /// Whether it can be applied as it is.
    ready: bool,
    rows: Vec<BookingRow>,
    /// Columns that mean nothing here.
    ignored: Vec<IgnoredAnswer>,
}

/// Something that holds a time that a row wants.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ImportInTheWay")]
pub struct InTheWayAnswer {
    /// `appointment`, `hold`, `block`, `outage` or `row`.
    by: &'static str,
    /// The row of this import, if it is one.
    row: Option<u16>,
    /// The staff member whose time it is.
    staff_id: Option<Uuid>,
    /// The resource whose time it is.
    resource_id: Option<Uuid>,
    /// With buffers.
    start: Moment,
    end: Moment,
}

/// A row of bookings, and what would become of it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "BookingImportRow")]
pub struct BookingRow {
    number: u16,
    line: u32,
    /// `books`, `booked`, `repeats` or `skipped`.
    outcome: &'static str,
    fate: FateWord,
    /// The visit that stands already.
    visit_id: Option<Uuid>,
    /// The earlier row that says the same.
    repeats: Option<u16>,
    /// In international form; as it was written, if it is none.
    phone: Option<String>,
    name: Option<String>,
    service: Option<String>,
    staff: Option<String>,
    /// As it was written, by the tenant's clock.
    start: Option<String>,
    /// In whole units, such as `1000`; as it was written, if it is no amount.
    paid: Option<String>,
    customer_id: Option<Uuid>,
    service_id: Option<Uuid>,
    staff_id: Option<Uuid>,
    starts_at: Option<Moment>,
    ends_at: Option<Moment>,
    in_the_way: Vec<InTheWayAnswer>,
    faults: Vec<FaultAnswer>,
    /// What to know though nothing is wrong: `new_customer`, `service_spelling`, `not_at_work`, `closed`, `paid_more`.
    remarks: Vec<&'static str>,
}

impl InTheWayAnswer {
    fn of(found: &InTheWay, zone: &Zone) -> Self {
        let (by, row) = match found.by {
            By::Appointment => ("appointment", None),
            By::Hold => ("hold", None),
            By::Block => ("block", None),
            By::Outage => ("outage", None),
            By::Row(number) => ("row", Some(number)),
        };
        let (staff_id, resource_id) = match found.subject {
            Subject::Staff(staff) => (Some(staff.as_uuid()), None),
            Subject::Resource { id, .. } => (None, Some(id.as_uuid())),
        };
        Self {
            by,
            row,
            staff_id,
            resource_id,
            start: Moment::of(zone, found.range.start()),
            end: Moment::of(zone, found.range.end()),
        }
    }
}

impl BookingRow {
    fn of(row: Reviewed, zone: &Zone) -> Self {
        let (outcome, visit_id, repeats) = match row.outcome {
            Outcome::Books => ("books", None, None),
            Outcome::Booked(visit) => ("booked", Some(visit.as_uuid()), None),
            Outcome::Repeats(number) => ("repeats", None, Some(number)),
            Outcome::Skipped => ("skipped", None, None),
        };
        let draft = row.draft;
        Self {
            number: row.number,
            line: row.line,
            outcome,
            fate: draft.fate.into(),
            visit_id,
            repeats,
            phone: written(&draft.phone, PhoneNumber::e164),
            name: draft.name,
            service: draft.service,
            staff: draft.staff,
            start: written(&draft.start, |local: &LocalTime| String::from(*local)),
            paid: written(&draft.paid, |minor| whole(*minor)),
            customer_id: row.customer.map(|customer| customer.as_uuid()),
            service_id: row.service.map(|service| service.as_uuid()),
            staff_id: row.staff.map(|staff| staff.as_uuid()),
            starts_at: row.time.map(|time| Moment::of(zone, time.start())),
            ends_at: row.time.map(|time| Moment::of(zone, time.end())),
            in_the_way: row
                .in_the_way
                .iter()
                .map(|found| InTheWayAnswer::of(found, zone))
                .collect(),
            faults: row.faults.iter().map(booking_fault).collect(),
            remarks: row.remarks.iter().map(|remark| remark.word()).collect(),
        }
    }
}

/// An amount as a row may be given it again.
fn whole(minor: i64) -> String {
    let (units, cents) = (minor / 100, minor % 100);
    if cents == 0 {
        units.to_string()
    } else {
        let sign = if minor < 0 { "-" } else { "" };
        format!("{sign}{}.{:02}", units.abs(), cents.abs())
    }
}

fn shown(found: ReviewedImport, made: Made) -> HttpResponse {
    let ReviewedImport { import, review, zone } = found;
    let rows = match review {
        Review::Bookings(rows) => rows,
        Review::Catalogue(_) | Review::Customers(_) => Vec::new(),
    };
    let faulty = rows.iter().any(|row| row.is_written() && !row.faults.is_empty());
    let body = BookingImport {
        head: HeadAnswer::of(&import, &zone),
        ready: !rows.is_empty() && !faulty,
        rows: rows.into_iter().map(|row| BookingRow::of(row, &zone)).collect(),
        ignored: import.ignored.iter().map(IgnoredAnswer::from).collect(),
    };
    answer(&import, made, body)
}

async fn open(state: web::Data<State>, caller: Caller) -> Result<HttpResponse, Problem> {
    list(&state, &caller, KIND).await
}

async fn bring(
    state: web::Data<State>,
    caller: Caller,
    Checked(body): Checked<TableBody>,
) -> Result<HttpResponse, Problem> {
    let id = bring_in(&state, &caller, Brought::BookingTable(&body.content)).await?;
    Ok(shown(reviewed(&state, &caller, KIND, id).await?, Made::Now))
}

async fn show(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    Ok(shown(
        reviewed(&state, &caller, KIND, id_of(&id)?).await?,
        Made::Before,
    ))
}

async fn throw_away(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    IfMatch(version): IfMatch,
) -> Result<HttpResponse, Problem> {
    discard(&state, &caller, KIND, &id, version).await
}

async fn put_row(
    state: web::Data<State>,
    caller: Caller,
    path: web::Path<(String, String)>,
    IfMatch(version): IfMatch,
    Checked(body): Checked<BookingRowBody>,
) -> Result<HttpResponse, Problem> {
    let policy = state.parts.booking.catalogue.policy(caller.0.tenant).await?;
    let row = NewRow::Bookings(Box::new(draft_of(body, policy.currency, &policy.zone)));
    let id = correct(&state, &caller, (&path.0, &path.1), version, row).await?;
    Ok(shown(reviewed(&state, &caller, KIND, id).await?, Made::Before))
}

fn draft_of(body: BookingRowBody, currency: Currency, zone: &Zone) -> BookingDraft {
    let given = |text: Option<String>| {
        text.map(|text| text.trim().to_owned())
            .filter(|text| !text.is_empty())
    };
    BookingDraft {
        phone: Cell::of(&body.phone, |text| PhoneNumber::parse(text).ok()),
        name: given(body.name),
        service: given(Some(body.service)),
        staff: given(body.staff),
        start: Cell::of(&body.start, |text| LocalTime::parse_in(text, zone)),
        paid: Cell::of(body.paid.as_deref().unwrap_or_default(), |text| {
            paid(text, currency)
        }),
        fate: body.fate.into(),
        ..BookingDraft::default()
    }
}

async fn apply_it(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    IfMatch(version): IfMatch,
) -> Result<HttpResponse, Problem> {
    let id = apply(&state, &caller, KIND, &id, version).await?;
    Ok(shown(reviewed(&state, &caller, KIND, id).await?, Made::Before))
}
