//! What went to the addresses that hear of events, what is on its way, and what was given up.

use actix_web::{HttpResponse, web};
use ratiba_access::Scope;
use ratiba_integrations::delivery::{Delivery, DeliveryState, Outcome, Try};
use ratiba_integrations::ports::DeliveryQuery;
use ratiba_kernel::{Id, Zone};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::webhook_endpoints::{EventWord, may_hear};
use crate::State;
use crate::caller::Caller;
use crate::checked::CheckedQuery;
use crate::dto::{Moment, id_of};
use crate::endpoint::Endpoint;
use crate::problem::{Kind, Problem};

/// How many one answer has if nothing else is asked for.
const PAGE: u16 = 50;

/// The endpoints of deliveries.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get(
            "/api/v1/webhook-deliveries",
            "What other programs were told, and what did not arrive",
            || web::get().to(list),
        )
        .describe(
            "The newest first. Those with `state=dead` were given up: after the last try, or since their endpoint is off. They \
             are kept for 30 days after their end.",
        )
        .group("webhook endpoints")
        .needs(Scope::IntegrationsRead)
        .query::<PageQuery>()
        .answers::<DeliveryPage>(200, "a page of deliveries"),
        Endpoint::get("/api/v1/webhook-deliveries/{id}", "One message to one address", || {
            web::get().to(show)
        })
        .describe("With the body that is signed and sent, byte for byte.")
        .group("webhook endpoints")
        .needs(Scope::IntegrationsRead)
        .answers::<DeliveryWithBody>(200, "the delivery")
        .problems(&[Kind::NotFound]),
        Endpoint::post(
            "/api/v1/webhook-deliveries/{id}/replay",
            "Send a message once more",
            || web::post().to(replay),
        )
        .describe(
            "From its first try, under the same id, so that whoever has it already can know it again. One that is on its way \
             is not sent twice.",
        )
        .group("webhook endpoints")
        .needs(Scope::IntegrationsWrite)
        .answers::<DeliveryAnswer>(202, "it is on its way")
        .problems(&[Kind::NotFound, Kind::IllegalTransition]),
    ]
}

/// Where a delivery stands.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "WebhookDeliveryState")]
pub enum StateWord {
    /// It goes out at a time.
    Waiting,
    /// It was taken.
    Delivered,
    /// It was given up.
    Dead,
}

/// Which page.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PageQuery {
    /// Only those to this address.
    endpoint_id: Option<Uuid>,
    /// Only those in this state.
    state: Option<StateWord>,
    /// What comes after this one in the list.
    after: Option<Uuid>,
    /// At most so many; 50 if left out.
    #[schemars(range(min = 1, max = 100))]
    limit: Option<u16>,
}

/// One try.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "WebhookTry")]
pub struct TryAnswer {
    at: Moment,
    /// `arrived`, `gone` (status 410), `status` (any other), `too_slow`, `not_connected`, `broken`, or `refused` if the
    /// address leads to a place that is not public.
    outcome: &'static str,
    /// What was answered, if anything.
    status: Option<u16>,
}

/// One message to one address.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "WebhookDelivery")]
pub struct DeliveryAnswer {
    id: Uuid,
    endpoint_id: Uuid,
    /// The event: the `webhook-id` under which it goes out.
    event_id: Uuid,
    event: EventWord,
    /// When it happened.
    occurred_at: Moment,
    /// `waiting`, `delivered` or `dead`.
    state: &'static str,
    /// When it goes out next.
    next_at: Option<Moment>,
    /// When it was taken or given up.
    ended_at: Option<Moment>,
    /// Why it was given up: `exhausted` after the last try, `endpoint_off` since its endpoint hears nothing.
    dead_because: Option<&'static str>,
    /// The newest tries, oldest first.
    tries: Vec<TryAnswer>,
}

/// One message to one address, and what it says.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "WebhookDeliveryWithBody")]
pub struct DeliveryWithBody {
    delivery: DeliveryAnswer,
    /// The JSON that is signed and sent.
    body: String,
}

/// Messages to other programs.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "WebhookDeliveryPage")]
pub struct DeliveryPage {
    items: Vec<DeliveryAnswer>,
    /// For `after`, if there may be more.
    next: Option<Uuid>,
}

impl TryAnswer {
    fn of(one: &Try, zone: &Zone) -> Self {
        let (outcome, status) = match one.outcome {
            Outcome::Arrived { status } => ("arrived", Some(status)),
            Outcome::Gone => ("gone", Some(410)),
            Outcome::Failed(failure) => (failure.word(), failure.status()),
        };
        Self {
            at: Moment::of(zone, one.at),
            outcome,
            status,
        }
    }
}

impl DeliveryAnswer {
    fn of(delivery: &Delivery, zone: &Zone) -> Self {
        let (next_at, ended_at, because) = match delivery.state {
            DeliveryState::Waiting { next_at } => (Some(next_at), None, None),
            DeliveryState::Delivered { at } => (None, Some(at), None),
            DeliveryState::Dead { at, because } => (None, Some(at), Some(because.word())),
        };
        Self {
            id: delivery.id.as_uuid(),
            endpoint_id: delivery.endpoint.as_uuid(),
            event_id: delivery.message.event.as_uuid(),
            event: EventWord(delivery.message.name),
            occurred_at: Moment::of(zone, delivery.message.occurred_at),
            state: delivery.state.word(),
            next_at: next_at.map(|at| Moment::of(zone, at)),
            ended_at: ended_at.map(|at| Moment::of(zone, at)),
            dead_because: because,
            tries: delivery
                .tries
                .iter()
                .map(|one| TryAnswer::of(one, zone))
                .collect(),
        }
    }
}

async fn list(
    state: web::Data<State>,
    caller: Caller,
    CheckedQuery(query): CheckedQuery<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let tenant = caller.0.tenant;
    let most = query.limit.unwrap_or(PAGE);
    let wanted = DeliveryQuery {
        endpoint: query.endpoint_id.map(Id::from_uuid),
        state: query.state.map(|state| match state {
            StateWord::Waiting => "waiting",
            StateWord::Delivered => "delivered",
            StateWord::Dead => "dead",
        }),
        before: query.after.map(Id::from_uuid),
        most,
    };
    let found = state.parts.integrations.book.deliveries(tenant, wanted).await?;
    let zone = state.parts.booking.catalogue.zone(tenant).await?;
    let full = found.len() >= usize::from(most);
    let items: Vec<_> = found.iter().map(|one| DeliveryAnswer::of(one, &zone)).collect();
    let next = items.last().filter(|_| full).map(|last| last.id);
    Ok(HttpResponse::Ok().json(DeliveryPage { items, next }))
}

async fn show(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let tenant = caller.0.tenant;
    let found = state
        .parts
        .integrations
        .book
        .delivery(tenant, id_of(&id)?)
        .await?;
    let found = found.ok_or_else(Problem::not_found)?;
    may_hear(&caller.0, [&found.message.name])?;
    let zone = state.parts.booking.catalogue.zone(tenant).await?;
    Ok(HttpResponse::Ok().json(DeliveryWithBody {
        delivery: DeliveryAnswer::of(&found, &zone),
        body: found.message.body,
    }))
}

async fn replay(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let tenant = caller.0.tenant;
    let (id, book) = (id_of(&id)?, &state.parts.integrations.book);
    let sent = book.replay(tenant, id, state.parts.clock.now()).await?;
    let found = book.delivery(tenant, id).await?;
    let found = found.ok_or_else(Problem::not_found)?;
    if !sent {
        return Err(Problem::new(Kind::IllegalTransition, "it is on its way already"));
    }
    let zone = state.parts.booking.catalogue.zone(tenant).await?;
    Ok(HttpResponse::Accepted().json(DeliveryAnswer::of(&found, &zone)))
}
