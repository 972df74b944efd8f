//! Taking over a catalogue, customers and bookings from elsewhere: bring in, look, correct, apply.

use actix_web::HttpResponse;
use actix_web::http::header::{ETAG, LOCATION};
use ratiba_booking::appointment::Version;
use ratiba_booking::import::bookings::Fault as BookingFault;
use ratiba_booking::import::catalogue::review::Fault as CatalogueFault;
use ratiba_booking::import::customers::Fault as CustomerFault;
use ratiba_booking::import::{
    Fate, Ignored, IgnoredBecause, Import, ImportId, ImportKind, ImportState, Unreadable,
};
use ratiba_booking::setup::limits;
use ratiba_booking::use_cases::import::{
    ApplyImportError, BringInError, Brought, CorrectImportError, NewRow, ReviewedImport,
};
use ratiba_kernel::Zone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::State;
use crate::body::BodyLimit;
use crate::caller::Caller;
use crate::checked::etag;
use crate::dto::{Moment, id_of};
use crate::endpoint::Endpoint;
use crate::problem::{Kind, Problem};

pub mod bookings;
pub mod catalogue;
pub mod customers;

/// The endpoints of imports.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    let mut all = catalogue::endpoints();
    all.extend(customers::endpoints());
    all.extend(bookings::endpoints());
    all
}

/// 256 kB of text, with what JSON adds to quotation marks and line ends.
const IMPORT_BODY_MAX: BodyLimit = BodyLimit(1_024 * 1_024);

/// A table to be brought in.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TableBody {
    /// CSV: commas, semicolons or tabs; the first line names the columns. At most 256 kB and 500 rows.
    #[schemars(length(min = 1, max = 262_144))]
    content: String,
}

/// What a person wants to become of a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum FateWord {
    /// It is taken over, and merged with what is nearly the same.
    #[default]
    Take,
    /// It is taken over as something of its own.
    Apart,
    /// It is left out.
    Skip,
}

impl From<FateWord> for Fate {
    fn from(word: FateWord) -> Self {
        match word {
            FateWord::Take => Self::Take,
            FateWord::Apart => Self::Apart,
            FateWord::Skip => Self::Skip,
        }
    }
}

impl From<Fate> for FateWord {
    fn from(fate: Fate) -> Self {
        match fate {
            Fate::Take => Self::Take,
            Fate::Apart => Self::Apart,
            Fate::Skip => Self::Skip,
        }
    }
}

/// Something wrong with a row.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ImportFault")]
pub struct FaultAnswer {
    /// Which fault; see the page on imports.
    kind: &'static str,
    /// What it is about, such as a name that nobody has.
    detail: Option<String>,
}

/// A row that could not be taken over.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ImportFaultyRow")]
pub struct FaultyRow {
    /// Its number, counted from 1.
    row: u16,
    /// What is wrong.
    faults: Vec<FaultAnswer>,
}

/// A line or a column that was not taken for a row.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ImportIgnored")]
pub struct IgnoredAnswer {
    line: u32,
    text: String,
    /// `remark` or `unknown_column`.
    because: &'static str,
}

impl From<&Ignored> for IgnoredAnswer {
    fn from(ignored: &Ignored) -> Self {
        Self {
            line: ignored.source.line,
            text: ignored.source.text.clone(),
            because: match ignored.because {
                IgnoredBecause::Remark => "remark",
                IgnoredBecause::UnknownColumn => "unknown_column",
            },
        }
    }
}

/// What is true of an import as a whole.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ImportHead")]
pub struct HeadAnswer {
    id: Uuid,
    /// `in_review`, `applied` or `discarded`. Only one in review has rows.
    state: &'static str,
    created_at: Moment,
    /// When it was applied or discarded.
    closed_at: Option<Moment>,
    /// How many services, customers or visits applying it added.
    created: Option<u32>,
    /// How many services or customers applying it changed; how many bookings were there already.
    known: Option<u32>,
    /// How many rows it has.
    row_count: usize,
    /// For `If-Match`.
    version: i32,
}

impl HeadAnswer {
    fn of(import: &Import, zone: &Zone) -> Self {
        let (state, closed_at, tally) = match import.state {
            ImportState::InReview => ("in_review", None, None),
            ImportState::Applied { at, tally } => ("applied", Some(at), Some(tally)),
            ImportState::Discarded { at } => ("discarded", Some(at), None),
        };
        Self {
            id: import.id.as_uuid(),
            state,
            created_at: Moment::of(zone, import.created_at),
            closed_at: closed_at.map(|at| Moment::of(zone, at)),
            created: tally.map(|tally| tally.created),
            known: tally.map(|tally| tally.known),
            row_count: import.rows.count(),
            version: import.version.number(),
        }
    }
}

/// The imports of one kind that wait to be applied or discarded.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ImportsInReview")]
pub struct OpenImports {
    /// By id; there are never more than 20.
    items: Vec<HeadAnswer>,
}

async fn list(state: &State, caller: &Caller, kind: ImportKind) -> Result<HttpResponse, Problem> {
    let tenant = caller.0.tenant;
    let zone = state.parts.booking.catalogue.policy(tenant).await?.zone;
    let open = state.parts.imports.book.in_review(tenant, kind).await?;
    Ok(HttpResponse::Ok().json(OpenImports {
        items: open.iter().map(|import| HeadAnswer::of(import, &zone)).collect(),
    }))
}

async fn bring_in(state: &State, caller: &Caller, brought: Brought<'_>) -> Result<ImportId, Problem> {
    state
        .parts
        .imports
        .bring_in
        .execute(caller.0.tenant, brought)
        .await
        .map_err(|error| match error {
            BringInError::Unreadable(fault @ Unreadable::TooLarge) => {
                Problem::new(Kind::BodyTooLarge, fault.to_string())
            }
            BringInError::Unreadable(fault @ Unreadable::TooManyRows) => {
                Problem::new(Kind::TooMany, fault.to_string())
            }
            BringInError::Unreadable(
                fault @ (Unreadable::Empty
                | Unreadable::OpenQuote { .. }
                | Unreadable::StrayQuote { .. }
                | Unreadable::MissingColumn { .. }
                | Unreadable::ColumnTwice { .. }),
            ) => Problem::new(Kind::Unacceptable, fault.to_string()),
            BringInError::TooMany => Problem::new(
                Kind::TooMany,
                "at most 20 imports wait at one time; apply or discard one",
            ),
            BringInError::Unavailable(outage) => Problem::unavailable(&outage),
        })
}

async fn reviewed(
    state: &State,
    caller: &Caller,
    kind: ImportKind,
    id: ImportId,
) -> Result<ReviewedImport, Problem> {
    let found = state
        .parts
        .imports
        .review
        .execute(caller.0.tenant, kind, id)
        .await?;
    found.ok_or_else(Problem::not_found)
}

/// An import with its version as `ETag`, made this moment or not.
fn answer(import: &Import, made: Made, body: impl Serialize) -> HttpResponse {
    let mut response = match made {
        Made::Now => HttpResponse::Created(),
        Made::Before => HttpResponse::Ok(),
    };
    if made == Made::Now {
        let place = format!("/api/v1/imports/{}/{}", import.rows.kind().word(), import.id);
        response.insert_header((LOCATION, place));
    }
    response.insert_header((ETAG, etag(import.version))).json(body)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Made {
    Now,
    Before,
}

async fn correct(
    state: &State,
    caller: &Caller,
    (id, number): (&str, &str),
    version: Version,
    row: NewRow,
) -> Result<ImportId, Problem> {
    let id: ImportId = id_of(id)?;
    let number: u16 = number.parse().map_err(|_| Problem::not_found())?;
    let correct = &state.parts.imports.correct;
    let done = correct.execute(caller.0.tenant, id, version, number, row).await;
    done.map_err(not_corrected)?;
    Ok(id)
}

async fn discard(
    state: &State,
    caller: &Caller,
    kind: ImportKind,
    id: &str,
    version: Version,
) -> Result<HttpResponse, Problem> {
    let correct = &state.parts.imports.correct;
    let done = correct.discard(caller.0.tenant, kind, id_of(id)?, version).await;
    done.map_err(not_corrected)?;
    Ok(HttpResponse::NoContent().finish())
}

async fn apply(
    state: &State,
    caller: &Caller,
    kind: ImportKind,
    id: &str,
    version: Version,
) -> Result<ImportId, Problem> {
    let id: ImportId = id_of(id)?;
    let apply = &state.parts.imports.apply;
    let applied = apply
        .execute(caller.0.tenant, kind, id, version, caller.who())
        .await;
    applied.map_err(not_applied)?;
    Ok(id)
}

const STALE: &str = "the import is not at the version that If-Match names; look at its review again";
const CLOSED: &str = "the import was applied or discarded; bring the rows in again";

fn not_corrected(error: CorrectImportError) -> Problem {
    match error {
        CorrectImportError::Unknown => Problem::not_found(),
        CorrectImportError::Stale => Problem::new(Kind::Stale, STALE),
        CorrectImportError::Closed => Problem::new(Kind::IllegalTransition, CLOSED),
        CorrectImportError::Unavailable(outage) => Problem::unavailable(&outage),
    }
}

fn not_applied(error: ApplyImportError) -> Problem {
    match error {
        ApplyImportError::Unknown => Problem::not_found(),
        ApplyImportError::Stale => Problem::new(Kind::Stale, STALE),
        ApplyImportError::Closed => Problem::new(Kind::IllegalTransition, CLOSED),
        ApplyImportError::Catalogue(not_ready) => {
            let kind = if not_ready.is_about_price() {
                Kind::PriceFloorViolation
            } else {
                Kind::Unacceptable
            };
            let rows = not_ready.rows.iter().map(|(row, faults)| FaultyRow {
                row: *row,
                faults: faults.iter().map(catalogue_fault).collect(),
            });
            faulty(kind, rows.collect())
        }
        ApplyImportError::Customers(not_ready) => {
            let rows = not_ready.rows.iter().map(|(row, faults)| FaultyRow {
                row: *row,
                faults: faults.iter().map(customer_fault).collect(),
            });
            faulty(Kind::Unacceptable, rows.collect())
        }
        ApplyImportError::TooManyServices => Problem::new(
            Kind::TooMany,
            format!("{} services can be on sale, and no more", limits::SERVICES),
        ),
        ApplyImportError::Bookings { rows, made } => {
            let only_taken = rows
                .iter()
                .all(|(_, faults)| faults.iter().all(|fault| *fault == BookingFault::Overlap));
            let kind = if only_taken {
                Kind::SlotTaken
            } else {
                Kind::Unacceptable
            };
            let rows = rows.iter().map(|(row, faults)| FaultyRow {
                row: *row,
                faults: faults.iter().map(booking_fault).collect(),
            });
            faulty(kind, rows.collect()).with("made", made)
        }
        ApplyImportError::Unavailable(outage) => Problem::unavailable(&outage),
    }
}

fn faulty(kind: Kind, rows: Vec<FaultyRow>) -> Problem {
    let numbers: Vec<String> = rows.iter().take(20).map(|row| row.row.to_string()).collect();
    let more = if rows.len() > 20 { ", …" } else { "" };
    Problem::new(
        kind,
        format!("correct or skip the rows {}{more}", numbers.join(", ")),
    )
    .with("rows", rows)
}

fn catalogue_fault(fault: &CatalogueFault) -> FaultAnswer {
    FaultAnswer {
        kind: fault.word(),
        detail: match fault {
            CatalogueFault::Staff(name) => Some(name.clone()),
            CatalogueFault::PriceMissing
            | CatalogueFault::PriceUnreadable
            | CatalogueFault::PriceTooLow
            | CatalogueFault::PriceHasCents
            | CatalogueFault::PricesDiffer
            | CatalogueFault::Name
            | CatalogueFault::OtherNames
            | CatalogueFault::Description
            | CatalogueFault::Category
            | CatalogueFault::Duration
            | CatalogueFault::SeveralSegments
            | CatalogueFault::Deposit
            | CatalogueFault::NameTaken
            | CatalogueFault::Misshapen => None,
        },
    }
}

fn customer_fault(fault: &CustomerFault) -> FaultAnswer {
    FaultAnswer {
        kind: fault.word(),
        detail: None,
    }
}

fn booking_fault(fault: &BookingFault) -> FaultAnswer {
    FaultAnswer {
        kind: fault.word(),
        detail: None,
    }
}
