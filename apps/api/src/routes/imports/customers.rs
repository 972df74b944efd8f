//! Importing who is known.

use actix_web::{HttpResponse, web};
use ratiba_access::Scope;
use ratiba_booking::customers::Language;
use ratiba_booking::import::customers::{CustomerDraft, Day, Outcome, Reviewed, Said};
use ratiba_booking::import::{Cell, ImportKind};
use ratiba_booking::use_cases::import::{Brought, NewRow, Review, ReviewedImport};
use ratiba_kernel::PhoneNumber;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    FateWord, FaultAnswer, HeadAnswer, IMPORT_BODY_MAX, IgnoredAnswer, Made, OpenImports, TableBody, answer,
    apply, bring_in, correct, customer_fault, discard, list, reviewed,
};
use crate::State;
use crate::caller::Caller;
use crate::checked::{Checked, IfMatch};
use crate::dto::id_of;
use crate::endpoint::{Endpoint, RequestHeader};
use crate::problem::{Kind, Problem};

const KIND: ImportKind = ImportKind::Customers;

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/v1/imports/customers", "Customer imports in review", || {
            web::get().to(open)
        })
        .group("imports")
        .needs(Scope::CustomersWrite)
        .answers::<OpenImports>(200, "those that wait"),
        Endpoint::post("/api/v1/imports/customers", "Bring in customers", || web::post().to(bring))
            .describe(
                "A table with `phone`, and `name`, `language`, `consent`, `marketing`, `consent_date`, `consent_wording`. \
                 Nobody gets advertising unless `marketing` says so, and who opted out stays opted out.",
            )
            .group("imports")
            .needs(Scope::CustomersWrite)
            .body::<TableBody>()
            .body_limit(IMPORT_BODY_MAX)
            .answers::<CustomerImport>(201, "the import with its review")
            .problems(&[Kind::TooMany, Kind::Unacceptable, Kind::BodyTooLarge]),
        Endpoint::get("/api/v1/imports/customers/{id}", "One customer import with its review", || {
            web::get().to(show)
        })
        .group("imports")
        .needs(Scope::CustomersWrite)
        .answers::<CustomerImport>(200, "the import"),
        Endpoint::delete("/api/v1/imports/customers/{id}", "Discard a customer import", || {
            web::delete().to(throw_away)
        })
        .group("imports")
        .needs(Scope::CustomersWrite)
        .header(RequestHeader::IfMatch)
        .answers_nothing(204, "it is gone with all of its rows")
        .problems(&[Kind::IllegalTransition]),
        Endpoint::put(
            "/api/v1/imports/customers/{id}/rows/{number}",
            "Correct a row of customers",
            || web::put().to(put_row),
        )
        .describe("The row as it should be, in the words of the table; what is left out is empty then.")
        .group("imports")
        .needs(Scope::CustomersWrite)
        .header(RequestHeader::IfMatch)
        .body::<CustomerRowBody>()
        .answers::<CustomerImport>(200, "the import with its review")
        .problems(&[Kind::IllegalTransition]),
        Endpoint::post("/api/v1/imports/customers/{id}/apply", "Apply a customer import", || {
            web::post().to(apply_it)
        })
        .describe("All rows or none, once. A customer on record keeps name and language, and gets what is missing.")
        .group("imports")
        .needs(Scope::CustomersWrite)
        .header(RequestHeader::IfMatch)
        .answers::<CustomerImport>(200, "the import, applied")
        .problems(&[Kind::Unacceptable, Kind::IllegalTransition]),
    ]
}

/// A row of customers as it should be.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CustomerRowBody {
    #[schemars(length(max = 100))]
    phone: String,
    #[schemars(length(max = 500))]
    name: Option<String>,
    /// `en`, `sw`, `mixed`, `sheng`, or what they are called.
    #[schemars(length(max = 100))]
    language: Option<String>,
    /// `given`, `withdrawn` or `unknown`.
    #[schemars(length(max = 100))]
    consent: Option<String>,
    /// `given`, `withdrawn` or `unknown`.
    #[schemars(length(max = 100))]
    marketing: Option<String>,
    /// As 2026-05-13 or 13/05/2026.
    #[schemars(length(max = 100))]
    consent_date: Option<String>,
    /// The words, or where they are kept.
    #[schemars(length(max = 500))]
    consent_wording: Option<String>,
    /// `take` if left out.
    #[serde(default)]
    fate: FateWord,
}

/// A customer import with its review.
#[derive(Serialize, JsonSchema)]
pub struct CustomerImport {
    #[serde(flatten)]
    head: HeadAnswer,
    /// Whether it can be applied as it is.
    ready: bool,
    rows: Vec<CustomerRow>,
    /// Columns that mean nothing here.
    ignored: Vec<IgnoredAnswer>,
}

/// A row of customers, and what would become of it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CustomerImportRow")]
pub struct CustomerRow {
    number: u16,
    line: u32,
    /// `creates`, `completes`, `merged` or `skipped`.
    outcome: &'static str,
    fate: FateWord,
    /// The customer who has the number already.
    customer_id: Option<Uuid>,
    /// The earlier row with the same number.
    merged_into: Option<u16>,
    /// In international form; as it was written, if it is none.
    phone: Option<String>,
    name: Option<String>,
    language: Option<String>,
    consent: Option<String>,
    marketing: Option<String>,
    consent_date: Option<String>,
    consent_wording: Option<String>,
    /// The rows with the same number.
    merged: Vec<u16>,
    faults: Vec<FaultAnswer>,
    /// What to know though nothing is wrong: `opted_out_stays`, `name_stays`, `language_stays`, `names_differ`.
    remarks: Vec<&'static str>,
}

/// What is in a cell, as it would be written.
pub(super) fn written<T>(cell: &Cell<T>, show: impl FnOnce(&T) -> String) -> Option<String> {
    match cell {
        Cell::Empty => None,
        Cell::Read(value) => Some(show(value)),
        Cell::Unreadable(text) => Some(text.clone()),
    }
}

fn said(said: &Said) -> String {
    let word = match said {
        Said::Given => "given",
        Said::Withdrawn => "withdrawn",
        Said::Unknown => "unknown",
    };
    word.to_owned()
}

impl From<Reviewed> for CustomerRow {
    fn from(row: Reviewed) -> Self {
        let (outcome, customer_id, merged_into) = match row.outcome {
            Outcome::Creates => ("creates", None, None),
            Outcome::Completes(customer) => ("completes", Some(customer.as_uuid()), None),
            Outcome::MergedInto(number) => ("merged", None, Some(number)),
            Outcome::Skipped => ("skipped", None, None),
        };
        let draft = row.draft;
        Self {
            number: row.number,
            line: row.line,
            outcome,
            fate: draft.fate.into(),
            customer_id,
            merged_into,
            phone: written(&draft.phone, PhoneNumber::e164),
            name: draft.name,
            language: written(&draft.language, |language| language.code().to_owned()),
            consent: written(&draft.consent, said),
            marketing: written(&draft.marketing, said),
            consent_date: written(&draft.consent_date, |day| day.0.to_string()),
            consent_wording: draft.consent_wording,
            merged: row.merged,
            faults: row.faults.iter().map(customer_fault).collect(),
            remarks: row.remarks.iter().map(|remark| remark.word()).collect(),
        }
    }
}

fn shown(found: ReviewedImport, made: Made) -> HttpResponse {
    let ReviewedImport { import, review, zone } = found;
    let rows = match review {
        Review::Customers(rows) => rows,
        Review::Catalogue(_) | Review::Bookings(_) => Vec::new(),
    };
    let written = rows.iter().any(Reviewed::is_written);
    let faulty = rows.iter().any(|row| row.is_written() && !row.faults.is_empty());
    let body = CustomerImport {
        head: HeadAnswer::of(&import, &zone),
        ready: written && !faulty,
        rows: rows.into_iter().map(CustomerRow::from).collect(),
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
    let id = bring_in(&state, &caller, Brought::CustomerTable(&body.content)).await?;
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
    Checked(body): Checked<CustomerRowBody>,
) -> Result<HttpResponse, Problem> {
    let row = NewRow::Customers(Box::new(draft_of(body)));
    let id = correct(&state, &caller, (&path.0, &path.1), version, row).await?;
    Ok(shown(reviewed(&state, &caller, KIND, id).await?, Made::Before))
}

fn draft_of(body: CustomerRowBody) -> CustomerDraft {
    let given = |text: Option<String>| {
        text.map(|text| text.trim().to_owned())
            .filter(|text| !text.is_empty())
    };
    let cell = |text: &Option<String>| text.clone().unwrap_or_default();
    CustomerDraft {
        phone: Cell::of(&body.phone, |text| PhoneNumber::parse(text).ok()),
        name: given(body.name),
        language: Cell::of(&cell(&body.language), Language::parse),
        consent: Cell::of(&cell(&body.consent), Said::parse),
        marketing: Cell::of(&cell(&body.marketing), Said::parse),
        consent_date: Cell::of(&cell(&body.consent_date), |text| Day::parse(text).ok()),
        consent_wording: given(body.consent_wording),
        fate: body.fate.into(),
        ..CustomerDraft::default()
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
