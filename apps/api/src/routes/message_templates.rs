//! The message templates that go where WhatsApp takes nothing else: where each stands, submitting, asking.

use actix_web::{HttpResponse, web};
use ratiba_access::Scope;
use ratiba_conversation::ports::OfficeError;
use ratiba_conversation::templates::RegisteredTemplate;
use ratiba_kernel::Zone;
use schemars::JsonSchema;
use serde::Serialize;

use crate::State;
use crate::caller::Caller;
use crate::dto::Moment;
use crate::endpoint::Endpoint;
use crate::problem::{Kind, Problem};

/// The endpoints of message templates.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/v1/message-templates", "The message templates", || {
            web::get().to(list)
        })
        .describe(
            "Every template that the product sends, in both languages, and where it stands with WhatsApp as far as was told. \
             Only an `approved` one is sent.",
        )
        .group("message-templates")
        .needs(Scope::SettingsRead)
        .answers::<TemplatesAnswer>(200, "the templates"),
        Endpoint::post("/api/v1/message-templates/submit", "Submit the message templates", || {
            web::post().to(submit)
        })
        .describe(
            "Submits all that are not with WhatsApp, and those that were rejected. What is looked at or approved is left \
             alone: safe to repeat.",
        )
        .group("message-templates")
        .needs(Scope::SettingsWrite)
        .answers::<TemplatesAnswer>(200, "the templates")
        .problems(&[Kind::NoChannelAccount]),
        Endpoint::post("/api/v1/message-templates/sync", "Ask what became of the message templates", || {
            web::post().to(sync)
        })
        .describe("Is done each night as well, and WhatsApp tells of changes by itself.")
        .group("message-templates")
        .needs(Scope::SettingsWrite)
        .answers::<TemplatesAnswer>(200, "the templates")
        .problems(&[Kind::NoChannelAccount]),
    ]
}

/// One template in one language.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "MessageTemplate")]
struct TemplateAnswer {
    name: &'static str,
    /// `en` or `sw`.
    language: &'static str,
    /// `UTILITY` or `MARKETING`.
    category: &'static str,
    /// With `{{1}}` and so on where parameters go.
    body: &'static str,
    /// How many parameters it has.
    parameters: usize,
    /// The labels of its buttons.
    quick_replies: &'static [&'static str],
    /// `not_submitted`, `pending`, `approved`, `rejected`, `paused`, `disabled` or `gone`.
    state: &'static str,
    /// Since when.
    state_at: Option<Moment>,
    /// Why it was rejected, in WhatsApp's words.
    reason: Option<String>,
}

/// The message templates.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "MessageTemplates")]
pub struct TemplatesAnswer {
    items: Vec<TemplateAnswer>,
}

impl TemplatesAnswer {
    fn of(templates: Vec<RegisteredTemplate>, zone: &Zone) -> Self {
        let item = |template: RegisteredTemplate| TemplateAnswer {
            name: template.text.name.code(),
            language: template.text.language_code(),
            category: template.text.category.code(),
            body: template.text.body,
            parameters: template.text.examples.len(),
            quick_replies: template.text.quick_replies,
            state: template.state.code(),
            state_at: template.state_at.map(|at| Moment::of(zone, at)),
            reason: template.reason,
        };
        Self {
            items: templates.into_iter().map(item).collect(),
        }
    }
}

async fn list(state: web::Data<State>, caller: Caller) -> Result<HttpResponse, Problem> {
    let templates = state
        .parts
        .conversation
        .work_templates
        .list(caller.0.tenant)
        .await?;
    answer(&state, &caller, templates).await
}

async fn submit(state: web::Data<State>, caller: Caller) -> Result<HttpResponse, Problem> {
    let work = &state.parts.conversation.work_templates;
    let templates = work.submit(caller.0.tenant).await.map_err(refused)?;
    answer(&state, &caller, templates).await
}

async fn sync(state: web::Data<State>, caller: Caller) -> Result<HttpResponse, Problem> {
    let work = &state.parts.conversation.work_templates;
    let templates = work.sync(caller.0.tenant).await.map_err(refused)?;
    answer(&state, &caller, templates).await
}

async fn answer(
    state: &State,
    caller: &Caller,
    templates: Vec<RegisteredTemplate>,
) -> Result<HttpResponse, Problem> {
    let zone = state.parts.booking.catalogue.zone(caller.0.tenant).await?;
    Ok(HttpResponse::Ok().json(TemplatesAnswer::of(templates, &zone)))
}

fn refused(error: OfficeError) -> Problem {
    let detail = error.to_string();
    match error {
        OfficeError::NoAccount => Problem::new(Kind::NoChannelAccount, detail),
        OfficeError::Unavailable(outage) => Problem::unavailable(&outage),
    }
}
