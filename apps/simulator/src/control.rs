//! The simulator's own API: what tests, the demo and the page use to play the people and to break things.
//!
//! It is for loopback only and asks for no credentials. Bodies and answers are JSON; a refusal is
//! `{"error": "…"}`. `wait_ms` holds an answer back until there is something to tell, 30 s at most.
//!
//! All requests: `docs/simulator.md`, "Requests of its own".
//!
//! What leads to a delivery answers with its first try: `delivered_status` or `callback_status` (null if
//! there was no answer, or not yet), `fault` and `error`.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::web::{self, Data, Json, Query, ServiceConfig};
use actix_web::{HttpResponse, ResponseError};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::cards::ReusedReference;
use crate::courier::Report;
use crate::mpesa::{ConfirmPrompts, PendingAnswer, Results, SecondPrompt};
use crate::phones::Template;
use crate::world::{State, World};

mod cards;
mod clock;
mod customers;
mod faults;
mod mpesa;
mod prompts;

/// Nobody is kept waiting longer than this for something to happen.
const WAIT_MAX: Duration = Duration::from_secs(30);
/// More than a tenth is no charge any more.
const CHARGE_MAX: u64 = 100;
/// How much of the past the page is told.
const MESSAGES_SHOWN: usize = 400;
const PROMPTS_SHOWN: usize = 50;
/// How many reversals the page learns of, to tell which payments went back.
const REVERSALS_SHOWN: usize = 500;
const EXCHANGES_SHOWN: usize = 120;

/// Adds all routes under `/sim`.
pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .route("/sim/health", web::get().to(health))
        .route("/sim/state", web::get().to(state))
        .route("/sim/config", web::post().to(configure))
        .route("/sim/log", web::get().to(log))
        .route("/sim/templates", web::post().to(approve_template))
        .route(
            "/sim/template-verdicts",
            web::post().to(crate::whatsapp::templates::judge),
        )
        .route("/sim/book", web::get().to(whole_book))
        .configure(cards::routes)
        .configure(clock::routes)
        .configure(customers::routes)
        .configure(faults::routes)
        .configure(mpesa::routes)
        .configure(prompts::routes);
}

/// Why the control API did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ControlError {
    #[error("{0}")]
    Bad(String),
    #[error("{0}")]
    NotFound(String),
    #[error("{0}")]
    Conflict(String),
    #[error("{0}")]
    Failed(String),
}

impl ControlError {
    pub(crate) fn bad(why: impl ToString) -> Self {
        Self::Bad(why.to_string())
    }
}

impl ResponseError for ControlError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Bad(_) => StatusCode::BAD_REQUEST,
            Self::NotFound(_) => StatusCode::NOT_FOUND,
            Self::Conflict(_) => StatusCode::CONFLICT,
            Self::Failed(_) => StatusCode::BAD_GATEWAY,
        }
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::build(self.status_code()).json(json!({ "error": self.to_string() }))
    }
}

/// Reads a body that may be left out.
fn optional<T: for<'de> Deserialize<'de> + Default>(body: &[u8]) -> Result<T, ControlError> {
    if body.is_empty() {
        return Ok(T::default());
    }
    serde_json::from_slice(body).map_err(ControlError::bad)
}

/// The time a caller is ready to wait, within bounds.
fn patience(wait_ms: Option<u64>) -> Duration {
    Duration::from_millis(wait_ms.unwrap_or(0)).min(WAIT_MAX)
}

/// A delivery's report, for answers.
fn reported(report: &Report, key: &str) -> Value {
    json!({ key: report.status, "fault": report.fault, "error": report.error })
}

/// Puts the fields of `more` beside those of `into`.
fn merged(mut into: Value, more: Value) -> Value {
    if let (Some(into), Value::Object(more)) = (into.as_object_mut(), more) {
        into.extend(more);
    }
    into
}

async fn health() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "status": "ok" }))
}

#[derive(Deserialize)]
struct StateQuery {
    since: Option<u64>,
    wait_ms: Option<u64>,
}

async fn state(world: Data<World>, query: Query<StateQuery>) -> HttpResponse {
    if let Some(since) = query.since {
        let news = |_: &State| (world.version() > since).then_some(());
        world.wait(patience(query.wait_ms), news).await;
    }
    let (version, now) = (world.version(), world.now());
    let body = world.read(|state| {
        let account = &world.settings.whatsapp;
        let customers = state.phones.customers().map(|customer| {
            let open = state.phones.window_is_open(&customer.wa_id, now);
            merged(json!(customer), json!({ "window_open": open }))
        });
        let prompts = state.mpesa.prompts();
        let orders = state.cards.orders();
        let log: Vec<_> = state.log.after(0).rev().take(EXCHANGES_SHOWN).collect();
        json!({
            "version": version,
            "now": rfc3339(now),
            "business": {
                "name": account.business_name,
                "phone": account.display_phone_number,
                "short_code": world.settings.daraja.short_code,
            },
            "owner_phone": world.settings.owner_phone,
            "api_url": state.api_url,
            "auto_read": state.auto_read,
            "pending_query": state.mpesa.manners.pending_answer,
            "customers": customers.collect::<Vec<_>>(),
            "messages": state.phones.recent(MESSAGES_SHOWN),
            "prompts": &prompts[prompts.len().saturating_sub(PROMPTS_SHOWN)..],
            "orders": &orders[orders.len().saturating_sub(PROMPTS_SHOWN)..],
            "money": money(state),
            "faults": state.faults.list(),
            "log": log,
        })
    });
    HttpResponse::Ok().json(body)
}

/// What the business got in all and what went back, and the newest payments by hand and reversals one by one.
fn money(state: &State) -> Value {
    let newest = |count: usize, most: usize| count.saturating_sub(most);
    let book = &state.mpesa.book;
    let by_hand: Vec<_> = book
        .movements()
        .iter()
        .filter(|movement| movement.checkout_request_id.is_none())
        .collect();
    let (card_cents, card_back_cents) = state.cards.received_cents();
    json!({
        "received_cents": book.received() * 100 + card_cents,
        "given_back_cents": book.given_back() * 100 + card_back_cents,
        "by_hand": &by_hand[newest(by_hand.len(), PROMPTS_SHOWN)..],
        "reversals": &book.reversals()[newest(book.reversals().len(), REVERSALS_SHOWN)..],
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Configuration {
    api_url: Option<String>,
    auto_read: Option<bool>,
    strangers_wrote: Option<bool>,
    pending_query: Option<PendingAnswer>,
    second_prompt: Option<SecondPrompt>,
    confirm_prompts: Option<ConfirmPrompts>,
    results: Option<Results>,
    validation: Option<bool>,
    /// Thousandths, 100 at most.
    charge_per_mille: Option<u64>,
    card_reference: Option<ReusedReference>,
    card_amount_max_cents: Option<u64>,
}

async fn configure(world: Data<World>, body: Json<Configuration>) -> Result<HttpResponse, ControlError> {
    let body = body.into_inner();
    if let Some(url) = &body.api_url {
        let url = reqwest::Url::parse(url).map_err(ControlError::bad)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(ControlError::bad("api_url must begin with http:// or https://"));
        }
    }
    if body.charge_per_mille.is_some_and(|it| it > CHARGE_MAX) {
        return Err(ControlError::bad("charge_per_mille is 100 at most"));
    }
    let answer = world.write(|state| {
        let manners = &mut state.mpesa.manners;
        manners.pending_answer = body.pending_query.unwrap_or(manners.pending_answer);
        manners.second_prompt = body.second_prompt.unwrap_or(manners.second_prompt);
        manners.confirm_prompts = body.confirm_prompts.unwrap_or(manners.confirm_prompts);
        manners.results = body.results.unwrap_or(manners.results);
        manners.validation = body.validation.unwrap_or(manners.validation);
        let manners = *manners;
        let cards = &mut state.cards.manners;
        cards.reused_reference = body.card_reference.unwrap_or(cards.reused_reference);
        cards.amount_max_cents = body.card_amount_max_cents.unwrap_or(cards.amount_max_cents);
        let cards = *cards;
        let book = &mut state.mpesa.book;
        book.charge_per_mille = body.charge_per_mille.unwrap_or(book.charge_per_mille);
        state.api_url = body.api_url.or(state.api_url.take());
        state.auto_read = body.auto_read.unwrap_or(state.auto_read);
        state.strangers_wrote = body.strangers_wrote.unwrap_or(state.strangers_wrote);
        json!({
            "api_url": state.api_url,
            "auto_read": state.auto_read,
            "strangers_wrote": state.strangers_wrote,
            "pending_query": manners.pending_answer,
            "second_prompt": manners.second_prompt,
            "confirm_prompts": manners.confirm_prompts,
            "results": manners.results,
            "validation": manners.validation,
            "charge_per_mille": state.mpesa.book.charge_per_mille,
            "card_reference": cards.reused_reference,
            "card_amount_max_cents": cards.amount_max_cents,
        })
    });
    Ok(HttpResponse::Ok().json(answer))
}

#[derive(Deserialize)]
struct LogQuery {
    #[serde(default)]
    after: u64,
    wait_ms: Option<u64>,
}

async fn log(world: Data<World>, query: Query<LogQuery>) -> HttpResponse {
    let look = |state: &State| {
        let exchanges: Vec<_> = state.log.after(query.after).cloned().collect();
        (!exchanges.is_empty()).then_some(exchanges)
    };
    let exchanges = world
        .wait(patience(query.wait_ms), look)
        .await
        .unwrap_or_default();
    HttpResponse::Ok().json(json!({ "exchanges": exchanges }))
}

/// Everything that moved, whatever the product was told.
async fn whole_book(world: Data<World>) -> HttpResponse {
    HttpResponse::Ok().json(
        world.read(
            |state| json!({ "mpesa": mpesa::shown(&state.mpesa), "cards": cards::shown(&state.cards) }),
        ),
    )
}

async fn approve_template(world: Data<World>, template: Json<Template>) -> HttpResponse {
    let template = template.into_inner();
    let answer = json!({ "template": template });
    world.write(|state| state.phones.approve(template));
    HttpResponse::Created().json(answer)
}

/// An instant as text; the zone is UTC.
fn rfc3339(at: time::OffsetDateTime) -> Value {
    #[derive(Serialize)]
    struct Text(#[serde(with = "time::serde::rfc3339")] time::OffsetDateTime);
    json!(Text(at))
}
