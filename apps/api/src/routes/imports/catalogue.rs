//! Importing what is sold.

use actix_web::{HttpResponse, web};
use ratiba_access::Scope;
use ratiba_booking::catalogue::{Deposit, Minutes, ServiceCategory};
use ratiba_booking::import::catalogue::review::{Origin, Outcome, Reviewed, Valued};
use ratiba_booking::import::catalogue::{CatalogueDraft, DraftDeposit};
use ratiba_booking::import::similar::Likeness;
use ratiba_booking::import::{Cell, ImportKind, Rows};
use ratiba_booking::use_cases::import::{Brought, NewRow, Review, ReviewedImport};
use ratiba_kernel::{Currency, Money};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    FateWord, FaultAnswer, HeadAnswer, IMPORT_BODY_MAX, IgnoredAnswer, Made, OpenImports, answer, apply,
    bring_in, catalogue_fault, correct, discard, list, reviewed,
};
use crate::State;
use crate::caller::Caller;
use crate::checked::{Checked, IfMatch};
use crate::dto::{CurrencyCode, id_of};
use crate::endpoint::{Endpoint, RequestHeader};
use crate::problem::{Kind, Problem};

const KIND: ImportKind = ImportKind::Catalogue;

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/v1/imports/catalogue", "Catalogue imports in review", || {
            web::get().to(open)
        })
        .group("imports")
        .needs(Scope::CatalogueWrite)
        .answers::<OpenImports>(200, "those that wait"),
        Endpoint::post("/api/v1/imports/catalogue", "Bring in services", || web::post().to(bring))
            .describe(
                "A table (CSV) or a pasted price list. Nothing is written into the catalogue yet: the answer is a review of \
                 every row. Durations, categories, Swahili names and descriptions may be proposed, a price never.",
            )
            .group("imports")
            .needs(Scope::CatalogueWrite)
            .body::<CatalogueBody>()
            .body_limit(IMPORT_BODY_MAX)
            .answers::<CatalogueImport>(201, "the import with its review")
            .problems(&[Kind::TooMany, Kind::Unacceptable, Kind::BodyTooLarge]),
        Endpoint::get("/api/v1/imports/catalogue/{id}", "One catalogue import with its review", || {
            web::get().to(show)
        })
        .describe("The review is computed from what is on sale now.")
        .group("imports")
        .needs(Scope::CatalogueWrite)
        .answers::<CatalogueImport>(200, "the import"),
        Endpoint::delete("/api/v1/imports/catalogue/{id}", "Discard a catalogue import", || {
            web::delete().to(throw_away)
        })
        .group("imports")
        .needs(Scope::CatalogueWrite)
        .header(RequestHeader::IfMatch)
        .answers_nothing(204, "it is gone with all of its rows")
        .problems(&[Kind::IllegalTransition]),
        Endpoint::put(
            "/api/v1/imports/catalogue/{id}/rows/{number}",
            "Correct a row of services",
            || web::put().to(put_row),
        )
        .describe("The row as it should be; what is left out is empty then. `fate` merges, keeps apart or skips it.")
        .group("imports")
        .needs(Scope::CatalogueWrite)
        .header(RequestHeader::IfMatch)
        .body::<CatalogueRowBody>()
        .answers::<CatalogueImport>(200, "the import with its review")
        .problems(&[Kind::IllegalTransition, Kind::Unacceptable]),
        Endpoint::post("/api/v1/imports/catalogue/{id}/apply", "Apply a catalogue import", || {
            web::post().to(apply_it)
        })
        .describe(
            "All rows or none, once. A row without a price, with one of nothing or less, below the tenant's floor, or with \
             cents where M-Pesa is taken refuses the whole with `price-floor-violation`, whatever the request says.",
        )
        .group("imports")
        .needs(Scope::CatalogueWrite)
        .header(RequestHeader::IfMatch)
        .answers::<CatalogueImport>(200, "the import, applied")
        .problems(&[
            Kind::PriceFloorViolation,
            Kind::Unacceptable,
            Kind::IllegalTransition,
            Kind::TooMany,
        ]),
    ]
}

/// How services are brought in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum FormatWord {
    /// A table; the first line names the columns.
    Csv,
    /// A price list as people paste it.
    Text,
}

/// Services to be brought in.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CatalogueBody {
    format: FormatWord,
    /// At most 256 kB and 500 rows.
    #[schemars(length(min = 1, max = 262_144))]
    content: String,
}

/// An amount that may be anything: the review says what is wrong with it.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AnyAmount {
    /// In the smallest unit of the currency.
    amount_minor: i64,
    /// ISO 4217; the tenant's.
    #[schemars(with = "CurrencyCode")]
    currency: Currency,
}

/// A row of services as it should be.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CatalogueRowBody {
    #[schemars(length(max = 500))]
    name: String,
    #[schemars(length(max = 500))]
    name_sw: Option<String>,
    #[schemars(length(max = 50))]
    #[serde(default)]
    aliases: Vec<String>,
    /// A word or a heading.
    #[schemars(length(max = 500))]
    category: Option<String>,
    #[schemars(length(max = 2_000))]
    description: Option<String>,
    /// Never proposed: a row without one cannot be applied.
    price: Option<AnyAmount>,
    #[schemars(range(min = 0, max = 100_000))]
    duration_minutes: Option<u32>,
    /// `none`, an amount such as `500`, or a share such as `30%`.
    #[schemars(length(max = 100))]
    deposit: Option<String>,
    /// The names of those who render it.
    #[schemars(length(max = 100))]
    #[serde(default)]
    staff: Vec<String>,
    /// `take` if left out.
    #[serde(default)]
    fate: FateWord,
}

/// A catalogue import with its review.
#[derive(Serialize, JsonSchema)]
pub struct CatalogueImport {
    #[serde(flatten)]
    head: HeadAnswer,
    /// Whether it can be applied as it is.
    ready: bool,
    rows: Vec<CatalogueRow>,
    /// Lines and columns that were not taken for rows.
    ignored: Vec<IgnoredAnswer>,
}

/// A text and where it comes from.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ImportText")]
pub struct TextAnswer {
    value: String,
    /// `given`, `kept` from the service on sale, or `proposed`: look at it.
    origin: &'static str,
}

/// A number and where it comes from.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ImportNumber")]
pub struct NumberAnswer {
    value: u32,
    /// `given`, `kept` from the service on sale, or `proposed`: look at it.
    origin: &'static str,
}

/// An amount, sound or not.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ImportAmount")]
pub struct AmountAnswer {
    amount_minor: i64,
    currency: &'static str,
}

/// A row that says the same as this one.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ImportMerged")]
pub struct MergedAnswer {
    number: u16,
    /// As it was spelt there.
    name: String,
    /// How many letters differ; none but for case, accents and punctuation.
    edits: usize,
}

/// What is asked in advance.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ImportDeposit")]
pub struct DepositAnswer {
    /// `none`, `flat` or `percent`.
    kind: &'static str,
    /// Minor units for `flat`, basis points for `percent`.
    value: Option<i64>,
    /// `given`, `kept` or `proposed`.
    origin: &'static str,
}

/// A row of services, and what would become of it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CatalogueImportRow")]
pub struct CatalogueRow {
    number: u16,
    line: u32,
    /// What stood there.
    text: String,
    /// `creates`, `updates`, `merged` or `skipped`.
    outcome: &'static str,
    fate: FateWord,
    /// The service that is updated.
    service_id: Option<Uuid>,
    /// The row that this one says the same as.
    merged_into: Option<u16>,
    name: TextAnswer,
    name_sw: Option<TextAnswer>,
    aliases: Vec<String>,
    category: Option<TextAnswer>,
    duration_minutes: Option<NumberAnswer>,
    description: Option<TextAnswer>,
    /// As it was written; never proposed.
    price: Option<AmountAnswer>,
    /// What stands where a price should, if it could not be read.
    price_unreadable: Option<String>,
    /// What stands where a duration should, if it could not be read.
    duration_unreadable: Option<String>,
    deposit: DepositAnswer,
    staff_ids: Vec<Uuid>,
    /// The rows that were merged into this one.
    merged: Vec<MergedAnswer>,
    faults: Vec<FaultAnswer>,
}

const fn origin(origin: Origin) -> &'static str {
    match origin {
        Origin::Given => "given",
        Origin::Kept => "kept",
        Origin::Proposed => "proposed",
    }
}

fn text(valued: Valued<String>) -> TextAnswer {
    TextAnswer {
        value: valued.value,
        origin: origin(valued.origin),
    }
}

fn word(valued: &Valued<ServiceCategory>) -> TextAnswer {
    TextAnswer {
        value: valued.value.as_str().to_owned(),
        origin: origin(valued.origin),
    }
}

const fn number(valued: &Valued<Minutes>) -> NumberAnswer {
    NumberAnswer {
        value: valued.value.count(),
        origin: origin(valued.origin),
    }
}

fn deposit(valued: &Valued<Deposit>) -> DepositAnswer {
    let (kind, value) = match valued.value {
        Deposit::None => ("none", None),
        Deposit::Flat(amount) => ("flat", Some(amount.amount_minor())),
        Deposit::Percent(rate) => ("percent", Some(i64::from(rate.value()))),
    };
    DepositAnswer {
        kind,
        value,
        origin: origin(valued.origin),
    }
}

fn unreadable<T>(cell: &Cell<T>) -> Option<String> {
    match cell {
        Cell::Unreadable(text) => Some(text.clone()),
        Cell::Empty | Cell::Read(_) => None,
    }
}

impl CatalogueRow {
    fn of(row: Reviewed, draft: Option<&CatalogueDraft>) -> Self {
        let (outcome, service_id, merged_into) = match row.outcome {
            Outcome::Creates => ("creates", None, None),
            Outcome::Updates(service) => ("updates", Some(service.as_uuid()), None),
            Outcome::MergedInto(number) => ("merged", None, Some(number)),
            Outcome::Skipped => ("skipped", None, None),
        };
        Self {
            number: row.number,
            line: row.source.line,
            text: row.source.text,
            outcome,
            fate: draft.map_or(FateWord::Take, |draft| draft.fate.into()),
            service_id,
            merged_into,
            name: text(row.name),
            name_sw: row.name_sw.map(text),
            aliases: row.aliases,
            category: row.category.as_ref().map(word),
            duration_minutes: row.minutes.as_ref().map(number),
            description: row.description.map(text),
            price: row.price.map(|price: Money| AmountAnswer {
                amount_minor: price.amount_minor(),
                currency: price.currency().code(),
            }),
            price_unreadable: draft.and_then(|draft| unreadable(&draft.price)),
            duration_unreadable: draft.and_then(|draft| unreadable(&draft.minutes)),
            deposit: deposit(&row.deposit),
            staff_ids: row.staff.iter().map(|staff| staff.as_uuid()).collect(),
            merged: row
                .merged
                .into_iter()
                .map(|merged| MergedAnswer {
                    number: merged.number,
                    name: merged.name,
                    edits: match merged.likeness {
                        Likeness::Same => 0,
                        Likeness::Near(edits) => edits,
                    },
                })
                .collect(),
            faults: row.faults.iter().map(catalogue_fault).collect(),
        }
    }
}

fn shown(found: ReviewedImport, made: Made) -> HttpResponse {
    let ReviewedImport { import, review, zone } = found;
    let rows = match review {
        Review::Catalogue(rows) => rows,
        Review::Customers(_) | Review::Bookings(_) => Vec::new(),
    };
    let drafts = match &import.rows {
        Rows::Catalogue(drafts) => drafts.as_slice(),
        Rows::Customers(_) | Rows::Bookings(_) => &[],
    };
    let written = rows.iter().any(Reviewed::is_written);
    let faulty = rows.iter().any(|row| row.is_written() && !row.faults.is_empty());
    let rows = rows.into_iter().enumerate();
    let body = CatalogueImport {
        head: HeadAnswer::of(&import, &zone),
        ready: written && !faulty,
        rows: rows
            .map(|(place, row)| CatalogueRow::of(row, drafts.get(place)))
            .collect(),
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
    Checked(body): Checked<CatalogueBody>,
) -> Result<HttpResponse, Problem> {
    let brought = match body.format {
        FormatWord::Csv => Brought::CatalogueTable(&body.content),
        FormatWord::Text => Brought::PriceList(&body.content),
    };
    let id = bring_in(&state, &caller, brought).await?;
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
    Checked(body): Checked<CatalogueRowBody>,
) -> Result<HttpResponse, Problem> {
    let currency = state
        .parts
        .booking
        .catalogue
        .policy(caller.0.tenant)
        .await?
        .currency;
    let row = NewRow::Catalogue(Box::new(draft_of(body, currency)?));
    let id = correct(&state, &caller, (&path.0, &path.1), version, row).await?;
    Ok(shown(reviewed(&state, &caller, KIND, id).await?, Made::Before))
}

fn draft_of(body: CatalogueRowBody, currency: Currency) -> Result<CatalogueDraft, Problem> {
    if body
        .price
        .as_ref()
        .is_some_and(|price| price.currency != currency)
    {
        let detail = format!("prices are in {} here", currency.code());
        return Err(Problem::new(Kind::Unacceptable, detail));
    }
    let given = |text: Option<String>| {
        text.map(|text| text.trim().to_owned())
            .filter(|text| !text.is_empty())
    };
    Ok(CatalogueDraft {
        name: body.name.trim().to_owned(),
        name_sw: given(body.name_sw),
        aliases: body
            .aliases
            .into_iter()
            .filter_map(|alias| given(Some(alias)))
            .collect(),
        category: given(body.category),
        description: given(body.description),
        price: Cell::from(body.price.map(|price| price.amount_minor)),
        minutes: Cell::from(body.duration_minutes),
        deposit: Cell::of(body.deposit.as_deref().unwrap_or_default(), |text| {
            DraftDeposit::parse(text, currency)
        }),
        staff: body
            .staff
            .into_iter()
            .filter_map(|name| given(Some(name)))
            .collect(),
        fate: body.fate.into(),
        ..CatalogueDraft::default()
    })
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
