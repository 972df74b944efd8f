//! What the business tells the assistant: answers to customers' questions, word for word.

use actix_web::http::header::{ETAG, LOCATION};
use actix_web::{HttpResponse, web};
use ratiba_access::Scope;
use ratiba_booking::appointment::Version;
use ratiba_conversation::knowledge::{Category, Content, ContentFault, Snippet, SnippetId};
use ratiba_conversation::ports::KnowledgeRefused;
use ratiba_conversation::texts::Tongue;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::appointments::wrong;
use crate::State;
use crate::caller::Caller;
use crate::checked::{Checked, IfMatch, etag};
use crate::dto::id_of;
use crate::endpoint::{Endpoint, RequestHeader};
use crate::problem::{Kind, Problem};

/// The endpoints of knowledge.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    let (all, one) = ("/api/v1/knowledge", "/api/v1/knowledge/{id}");
    let reading = |endpoint: Endpoint| endpoint.group("knowledge").needs(Scope::SettingsRead);
    let writing = |endpoint: Endpoint| endpoint.group("knowledge").needs(Scope::SettingsWrite);
    vec![
        reading(Endpoint::get(all, "What the assistant was told", || web::get().to(list)))
            .describe("All of it, what was told first before the rest.")
            .answers::<KnowledgeAnswer>(200, "the snippets"),
        reading(Endpoint::get(one, "One snippet", || web::get().to(show)))
            .answers::<SnippetAnswer>(200, "the snippet"),
        writing(Endpoint::post(all, "Tell the assistant something", || web::post().to(add)))
            .describe(
                "The body answers customers' questions word for word; the title says what it is about and weighs most when \
                 a question is compared with it. A question in one language is answered from the other where only that one \
                 has something. 200 snippets at most.",
            )
            .body::<SnippetBody>()
            .answers::<SnippetAnswer>(201, "the snippet")
            .problems(&[Kind::TooMany]),
        writing(Endpoint::put(one, "Replace a snippet", || web::put().to(replace)))
            .header(RequestHeader::IfMatch)
            .body::<SnippetBody>()
            .answers::<SnippetAnswer>(200, "the snippet"),
        writing(Endpoint::delete(one, "Remove a snippet", || web::delete().to(remove)))
            .header(RequestHeader::IfMatch)
            .answers_nothing(204, "it is gone"),
    ]
}

/// What a snippet is about.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
enum CategoryWord {
    /// Rules: children, being late, giving up a booking.
    Policy,
    /// What the house has: parking, showers, wifi.
    Facility,
    /// What to bring, to wear or to avoid.
    Prep,
    /// How a service goes, and for whom it is.
    Service,
    /// When the house is open, beside the opening hours.
    Hours,
    /// Anything else.
    General,
}

impl From<&CategoryWord> for Category {
    fn from(word: &CategoryWord) -> Self {
        match word {
            CategoryWord::Policy => Self::Policy,
            CategoryWord::Facility => Self::Facility,
            CategoryWord::Prep => Self::Prep,
            CategoryWord::Service => Self::Service,
            CategoryWord::Hours => Self::Hours,
            CategoryWord::General => Self::General,
        }
    }
}

impl From<Category> for CategoryWord {
    fn from(category: Category) -> Self {
        match category {
            Category::Policy => Self::Policy,
            Category::Facility => Self::Facility,
            Category::Prep => Self::Prep,
            Category::Service => Self::Service,
            Category::Hours => Self::Hours,
            Category::General => Self::General,
        }
    }
}

/// The language of a snippet.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
enum LanguageWord {
    /// English.
    En,
    /// Swahili.
    Sw,
}

/// What the assistant is told.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SnippetBody {
    category: CategoryWord,
    language: LanguageWord,
    /// What it is about, in the words that customers use; they do not see it.
    #[schemars(length(min = 1, max = 80))]
    title: String,
    /// The answer, word for word.
    #[schemars(length(min = 1, max = 700))]
    body: String,
}

impl SnippetBody {
    fn read(&self) -> Result<Content, Problem> {
        let tongue = match self.language {
            LanguageWord::En => Tongue::English,
            LanguageWord::Sw => Tongue::Swahili,
        };
        let content = Content::new(Category::from(&self.category), tongue, &self.title, &self.body);
        content.map_err(|fault| match fault {
            ContentFault::Title => wrong("title", &fault.to_string()),
            ContentFault::Body => wrong("body", &fault.to_string()),
        })
    }
}

/// Something that the assistant was told.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "KnowledgeSnippet")]
pub struct SnippetAnswer {
    id: Uuid,
    category: CategoryWord,
    language: LanguageWord,
    /// What it is about.
    title: String,
    /// The answer, word for word.
    body: String,
    /// For `If-Match`.
    version: i32,
}

impl From<&Snippet> for SnippetAnswer {
    fn from(snippet: &Snippet) -> Self {
        Self {
            id: snippet.id.as_uuid(),
            category: snippet.content.category().into(),
            language: match snippet.content.tongue() {
                Tongue::English => LanguageWord::En,
                Tongue::Swahili => LanguageWord::Sw,
            },
            title: snippet.content.title().to_owned(),
            body: snippet.content.body().to_owned(),
            version: snippet.version,
        }
    }
}

/// All that the assistant was told.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Knowledge")]
pub struct KnowledgeAnswer {
    /// What was told first before the rest.
    items: Vec<SnippetAnswer>,
}

fn refused(error: KnowledgeRefused) -> Problem {
    match error {
        KnowledgeRefused::Unknown => Problem::not_found(),
        KnowledgeRefused::Stale => Problem::new(Kind::Stale, error.to_string()),
        KnowledgeRefused::TooMany => Problem::new(Kind::TooMany, error.to_string()),
        KnowledgeRefused::Unavailable(outage) => Problem::unavailable(&outage),
    }
}

fn tag(snippet: &Snippet) -> (actix_web::http::header::HeaderName, String) {
    (ETAG, etag(Version::read(snippet.version)))
}

async fn list(state: web::Data<State>, caller: Caller) -> Result<HttpResponse, Problem> {
    let snippets = state
        .parts
        .conversation
        .knowledge
        .snippets(caller.0.tenant)
        .await?;
    let items = snippets.iter().map(SnippetAnswer::from).collect();
    Ok(HttpResponse::Ok().json(KnowledgeAnswer { items }))
}

async fn show(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id: SnippetId = id_of(&id)?;
    let known = state
        .parts
        .conversation
        .knowledge
        .snippet(caller.0.tenant, id)
        .await?;
    let snippet = known.ok_or_else(Problem::not_found)?;
    Ok(HttpResponse::Ok()
        .insert_header(tag(&snippet))
        .json(SnippetAnswer::from(&snippet)))
}

async fn add(
    state: web::Data<State>,
    caller: Caller,
    Checked(body): Checked<SnippetBody>,
) -> Result<HttpResponse, Problem> {
    let keep = &state.parts.conversation.keep_knowledge;
    let snippet = keep.add(caller.0.tenant, body.read()?).await.map_err(refused)?;
    Ok(HttpResponse::Created()
        .insert_header(tag(&snippet))
        .insert_header((LOCATION, format!("/api/v1/knowledge/{}", snippet.id)))
        .json(SnippetAnswer::from(&snippet)))
}

async fn replace(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    IfMatch(version): IfMatch,
    Checked(body): Checked<SnippetBody>,
) -> Result<HttpResponse, Problem> {
    let id: SnippetId = id_of(&id)?;
    let keep = &state.parts.conversation.keep_knowledge;
    let changed = keep
        .change(caller.0.tenant, id, version.number(), body.read()?)
        .await;
    let snippet = changed.map_err(refused)?;
    Ok(HttpResponse::Ok()
        .insert_header(tag(&snippet))
        .json(SnippetAnswer::from(&snippet)))
}

async fn remove(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    IfMatch(version): IfMatch,
) -> Result<HttpResponse, Problem> {
    let id: SnippetId = id_of(&id)?;
    let keep = &state.parts.conversation.keep_knowledge;
    keep.remove(caller.0.tenant, id, version.number())
        .await
        .map_err(refused)?;
    Ok(HttpResponse::NoContent().finish())
}
