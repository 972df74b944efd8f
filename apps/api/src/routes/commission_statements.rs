//! Statements of commission: what somebody earned in a month, as a file.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::{HttpResponse, web};
use ratiba_access::Scope;
use ratiba_commission::PeriodId;
use ratiba_commission::explain::Language;
use schemars::JsonSchema;
use serde::Deserialize;

use super::receipts::LanguageWord;
use crate::State;
use crate::caller::Caller;
use crate::checked::CheckedQuery;
use crate::dto::id_of;
use crate::endpoint::Endpoint;
use crate::problem::{Kind, Problem};

/// What a spreadsheet is.
pub(super) const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// The endpoints of statements of commission.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get(
            "/api/v1/commission/periods/{id}/statement",
            "The statement of a frozen document",
            || web::get().to(show),
        )
        .describe(
            "Name, month, every line with its date, service, base, rule, commission and tip, the sums and the document's \
             fingerprint, as PDF, spreadsheet or CSV, in English or Swahili. The same document gives the same bytes. \
             Owners and managers get everybody's, everybody else the own ones.",
        )
        .group("commission")
        .needs(Scope::CommissionRead)
        .query::<StatementQuery>()
        .answers_with(200, "application/pdf", "the statement")
        .answers_with(200, XLSX, "the statement")
        .answers_with(200, "text/csv", "the statement")
        .problems(&[Kind::NotFound]),
    ]
}

/// In which form.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum FormatWord {
    /// Small pages, for a telephone.
    #[default]
    Pdf,
    /// A spreadsheet.
    Xlsx,
    /// Comma-separated values.
    Csv,
}

/// Which form and language.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StatementQuery {
    /// PDF if left out.
    format: Option<FormatWord>,
    /// English if left out.
    language: Option<LanguageWord>,
}

async fn show(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    CheckedQuery(query): CheckedQuery<StatementQuery>,
) -> Result<HttpResponse, Problem> {
    let principal = &caller.0;
    let id: PeriodId = id_of(&id)?;
    let document = state.parts.commission.book.period(principal.tenant, id).await?;
    let document = document
        .filter(|document| principal.sees_pay_of(document.period().staff.as_uuid()))
        .ok_or_else(Problem::not_found)?;
    let language = match query.language {
        Some(LanguageWord::Swahili) => Language::Swahili,
        Some(LanguageWord::English) | None => Language::English,
    };
    let drawn = state
        .parts
        .statement(principal.tenant, &document, language)
        .await?;
    Ok(match query.format.unwrap_or_default() {
        FormatWord::Pdf => file("application/pdf", &drawn.file_name("pdf"), drawn.pdf()),
        FormatWord::Xlsx => file(XLSX, &drawn.file_name("xlsx"), drawn.xlsx()?),
        FormatWord::Csv => file("text/csv; charset=utf-8", &drawn.file_name("csv"), drawn.csv()),
    })
}

/// A file that nobody else may see.
pub(super) fn file(content_type: &'static str, name: &str, bytes: Vec<u8>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((CONTENT_TYPE, content_type))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .body(bytes)
}
