//! Addresses of other programs that hear of what happens.

use std::borrow::Cow;
use std::collections::BTreeSet;

use actix_web::http::header::ETAG;
use actix_web::{HttpResponse, web};
use ratiba_access::{Principal, Scope};
use ratiba_assembly::Parts;
use ratiba_booking::appointment::Version;
use ratiba_integrations::SigningSecret;
use ratiba_integrations::endpoint::{Endpoint as Hook, EndpointId, EndpointOrder, SecretOrder, Standing};
use ratiba_integrations::event::EventName;
use ratiba_integrations::use_cases::{KeepError, Told};
use ratiba_kernel::{Fingerprint, Zone};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use uuid::Uuid;

use super::appointments::wrong;
use super::events::scope_of;
use crate::State;
use crate::caller::Caller;
use crate::checked::{Checked, IdempotencyKey, IfMatch, etag};
use crate::dto::{Moment, id_of};
use crate::endpoint::{Endpoint, RequestHeader};
use crate::problem::{Kind, Problem};

/// The endpoints of endpoints.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/v1/webhook-endpoints", "The addresses that hear of events", || {
            web::get().to(list)
        })
        .describe("The oldest first, without their secrets: those are shown once.")
        .group("webhook endpoints")
        .needs(Scope::IntegrationsRead)
        .answers::<HooksAnswer>(200, "the endpoints"),
        Endpoint::post(
            "/api/v1/webhook-endpoints",
            "An address is to hear of events",
            || web::post().to(create),
        )
        .describe(
            "The answer holds the secret under which messages are signed, this once: the same order sent again by the same \
             person or token within 24 hours tells it again, a later one does not. Messages follow Standard Webhooks. The \
             address must be https and public: one that leads into a private network is refused here or when it is called.",
        )
        .group("webhook endpoints")
        .needs(Scope::IntegrationsWrite)
        .header(RequestHeader::IdempotencyKey)
        .body::<HookBody>()
        .answers::<MadeHookAnswer>(201, "the endpoint and its secret")
        .problems(&[Kind::TooMany, Kind::Unacceptable]),
        Endpoint::get("/api/v1/webhook-endpoints/{id}", "One address that hears of events", || {
            web::get().to(show)
        })
        .group("webhook endpoints")
        .needs(Scope::IntegrationsRead)
        .answers::<HookAnswer>(200, "the endpoint")
        .problems(&[Kind::NotFound]),
        Endpoint::patch("/api/v1/webhook-endpoints/{id}", "Change an address that hears of events", || {
            web::patch().to(change)
        })
        .describe("What is left out stays. Turning it on again gives it another five days.")
        .group("webhook endpoints")
        .needs(Scope::IntegrationsWrite)
        .header(RequestHeader::IfMatch)
        .body::<HookChange>()
        .answers::<HookAnswer>(200, "the endpoint as it is now")
        .problems(&[Kind::NotFound]),
        Endpoint::delete("/api/v1/webhook-endpoints/{id}", "An address hears of nothing any more", || {
            web::delete().to(remove)
        })
        .describe("What it was told and what was not delivered is forgotten with it. Twice is a 404.")
        .group("webhook endpoints")
        .needs(Scope::IntegrationsWrite)
        .header(RequestHeader::IfMatch)
        .answers_nothing(204, "it is gone")
        .problems(&[Kind::NotFound]),
        Endpoint::post(
            "/api/v1/webhook-endpoints/{id}/rotate-secret",
            "Another secret for an address",
            || web::post().to(rotate),
        )
        .describe(
            "The answer holds it, this once. For 24 hours messages carry the signatures of both; until then the same order sent \
             again by the same person or token tells it again, and every other one is refused (`secret-fresh`).",
        )
        .group("webhook endpoints")
        .needs(Scope::IntegrationsWrite)
        .header(RequestHeader::IfMatch)
        .header(RequestHeader::IdempotencyKey)
        .answers::<MadeHookAnswer>(200, "the endpoint and its new secret")
        .problems(&[Kind::NotFound, Kind::SecretFresh, Kind::Unacceptable]),
        Endpoint::post(
            "/api/v1/webhook-endpoints/{id}/test",
            "Try whether an address hears",
            || web::post().to(test),
        )
        .describe("A message `endpoint.tested` goes out like any other; how it went is in its delivery.")
        .group("webhook endpoints")
        .needs(Scope::IntegrationsWrite)
        .answers::<TestAnswer>(202, "it goes out")
        .problems(&[Kind::NotFound]),
    ]
}

/// An event's name, as it is written.
#[derive(Clone, Copy, Debug)]
pub struct EventWord(pub EventName);

impl Serialize for EventWord {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.as_str())
    }
}

impl<'de> Deserialize<'de> for EventWord {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        let found = EventName::parse(&text).map(Self);
        found.ok_or_else(|| de::Error::custom("is no event's name"))
    }
}

impl JsonSchema for EventWord {
    fn schema_name() -> Cow<'static, str> {
        "EventName".into()
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        let names = EventName::ALL.map(EventName::as_str).to_vec();
        json_schema!({ "type": "string", "enum": names })
    }
}

/// An address that is to hear of events.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HookBody {
    /// Where messages go.
    #[schemars(length(min = 1, max = 2000))]
    url: String,
    /// What it is for.
    #[serde(default)]
    #[schemars(length(max = 200))]
    description: String,
    /// Of what it hears.
    #[schemars(length(min = 1, max = 100))]
    events: Vec<EventWord>,
}

/// What is to be otherwise.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HookChange {
    /// Where messages go.
    #[schemars(length(min = 1, max = 2000))]
    url: Option<String>,
    /// What it is for.
    #[schemars(length(max = 200))]
    description: Option<String>,
    /// Of what it hears.
    #[schemars(length(min = 1, max = 100))]
    events: Option<Vec<EventWord>>,
    /// Whether messages go to it.
    on: Option<bool>,
}

/// An address that hears of events.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "WebhookEndpoint")]
pub struct HookAnswer {
    id: Uuid,
    url: String,
    description: String,
    events: Vec<EventWord>,
    /// `on`; `off` if somebody turned it off; `switched_off` if Ratiba did.
    state: &'static str,
    /// When Ratiba switched it off.
    switched_off_at: Option<Moment>,
    /// Why: `failing` if it took nothing for five days in which it was tried, `gone` if it said so with status 410.
    switched_off_because: Option<&'static str>,
    /// Since when it has taken nothing.
    failing_since: Option<Moment>,
    /// Until when the secret before counts too.
    old_secret_until: Option<Moment>,
    created_at: Moment,
    /// For `If-Match`.
    version: i32,
}

/// The addresses that hear of events.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "WebhookEndpoints")]
pub struct HooksAnswer {
    items: Vec<HookAnswer>,
}

/// An endpoint whose secret was just made.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "NewWebhookEndpoint")]
pub struct MadeHookAnswer {
    endpoint: HookAnswer,
    /// The secret under which messages are signed, `whsec_…`. It is shown this once; nothing if the order was sent before
    /// and the time is over in which it is told again.
    secret: Option<String>,
}

/// A message that was made to try an address.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "WebhookTest")]
pub struct TestAnswer {
    /// See how it went at `/api/v1/webhook-deliveries/{id}`.
    delivery_id: Uuid,
}

impl HookAnswer {
    fn of(hook: &Hook, zone: &Zone) -> Self {
        let off = match hook.standing {
            Standing::SwitchedOff { at, because } => Some((at, because)),
            Standing::On | Standing::Off => None,
        };
        Self {
            id: hook.id.as_uuid(),
            url: hook.url.clone(),
            description: hook.description.clone(),
            events: hook.events.iter().copied().map(EventWord).collect(),
            state: hook.standing.word(),
            switched_off_at: off.map(|(at, _)| Moment::of(zone, at)),
            switched_off_because: off.map(|(_, because)| because.word()),
            failing_since: hook.failing.map(|failing| Moment::of(zone, failing.since)),
            old_secret_until: hook
                .secrets
                .before
                .as_ref()
                .map(|former| Moment::of(zone, former.until)),
            created_at: Moment::of(zone, hook.created_at),
            version: hook.version,
        }
    }
}

fn refused(error: KeepError) -> Problem {
    match error {
        KeepError::BadAddress(why) => wrong("url", &why),
        KeepError::NoEvents => wrong("events", &error.to_string()),
        KeepError::LongDescription => wrong("description", &error.to_string()),
        KeepError::Unknown => Problem::not_found(),
        KeepError::TooMany => Problem::new(Kind::TooMany, error.to_string()),
        KeepError::Stale => Problem::new(Kind::Stale, error.to_string()),
        KeepError::SecretFresh(_) => Problem::new(Kind::SecretFresh, error.to_string()),
        KeepError::KeyReused => Problem::new(Kind::IdempotencyKeyReused, error.to_string()),
        KeepError::NoKeys => Problem::new(
            Kind::Unacceptable,
            "whoever runs Ratiba here has set up no key to keep secrets under",
        ),
        KeepError::Unavailable(outage) => Problem::unavailable(&outage),
    }
}

fn names(words: &[EventWord]) -> BTreeSet<EventName> {
    words.iter().map(|word| word.0).collect()
}

/// An address is told no more than whoever names it may see.
///
/// # Errors
/// Forbidden, with the scope that is missing.
pub(super) fn may_hear<'a>(
    principal: &Principal,
    events: impl IntoIterator<Item = &'a EventName>,
) -> Result<(), Problem> {
    let subjects: BTreeSet<Scope> = events
        .into_iter()
        .map(|event| scope_of(event.subject()))
        .collect();
    for scope in subjects {
        if let Err(missing) = principal.require(scope) {
            return Err(Problem::new(Kind::Forbidden, missing.to_string()));
        }
    }
    Ok(())
}

fn answer(status: u16, hook: &Hook, zone: &Zone) -> HttpResponse {
    let tag = etag(Version::read(hook.version));
    let status = actix_web::http::StatusCode::from_u16(status).unwrap_or_default();
    HttpResponse::build(status)
        .insert_header((ETAG, tag))
        .json(HookAnswer::of(hook, zone))
}

/// The order that whoever calls sent to a place under a key: somebody else's key means nothing of theirs.
fn order_of(caller: &Principal, place: &str, key: &IdempotencyKey, asked: &str) -> SecretOrder {
    SecretOrder {
        key: Fingerprint::of(&format!("{} {place} {}", caller.name, key.as_str())),
        asked: Fingerprint::of(asked),
    }
}

fn with_secret(status: u16, told: &Told, zone: &Zone) -> HttpResponse {
    let tag = etag(Version::read(told.endpoint.version));
    let status = actix_web::http::StatusCode::from_u16(status).unwrap_or_default();
    HttpResponse::build(status)
        .insert_header((ETAG, tag))
        .json(MadeHookAnswer {
            endpoint: HookAnswer::of(&told.endpoint, zone),
            secret: told.secret.as_ref().map(SigningSecret::reveal),
        })
}

async fn list(state: web::Data<State>, caller: Caller) -> Result<HttpResponse, Problem> {
    let tenant = caller.0.tenant;
    let found = state.parts.integrations.book.endpoints(tenant).await?;
    let zone = state.parts.booking.catalogue.zone(tenant).await?;
    Ok(HttpResponse::Ok().json(HooksAnswer {
        items: found.iter().map(|hook| HookAnswer::of(hook, &zone)).collect(),
    }))
}

async fn create(
    state: web::Data<State>,
    caller: Caller,
    key: IdempotencyKey,
    Checked(body): Checked<HookBody>,
) -> Result<HttpResponse, Problem> {
    let tenant = caller.0.tenant;
    let asked = serde_json::to_string(&body).unwrap_or_default();
    let by = order_of(&caller.0, "add", &key, &asked);
    let events = names(&body.events);
    may_hear(&caller.0, &events)?;
    let order = EndpointOrder {
        url: body.url,
        description: body.description,
        events,
        is_on: true,
    };
    let made = state.parts.integrations.keep.add(tenant, order, by).await;
    let made = made.map_err(refused)?;
    let zone = state.parts.booking.catalogue.zone(tenant).await?;
    Ok(with_secret(201, &made, &zone))
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
        .endpoint(tenant, id_of(&id)?)
        .await?;
    let found = found.ok_or_else(Problem::not_found)?;
    let zone = state.parts.booking.catalogue.zone(tenant).await?;
    Ok(answer(200, &found, &zone))
}

async fn change(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    IfMatch(version): IfMatch,
    Checked(body): Checked<HookChange>,
) -> Result<HttpResponse, Problem> {
    let tenant = caller.0.tenant;
    let id: EndpointId = id_of(&id)?;
    // Also an address alone: what is told to the old one would be told to the new one.
    let found = state.parts.integrations.book.endpoint(tenant, id).await?;
    may_hear(&caller.0, found.iter().flat_map(|found| &found.events))?;
    may_hear(&caller.0, &body.events.as_deref().map(names).unwrap_or_default())?;
    let keep = &state.parts.integrations.keep;
    let changed = keep.change(tenant, id, version.number(), |found| EndpointOrder {
        url: body.url.unwrap_or_else(|| found.url.clone()),
        description: body.description.unwrap_or_else(|| found.description.clone()),
        events: body
            .events
            .map_or_else(|| found.events.clone(), |words| names(&words)),
        is_on: body.on.unwrap_or(found.standing == Standing::On),
    });
    let changed = changed.await.map_err(refused)?;
    let zone = state.parts.booking.catalogue.zone(tenant).await?;
    Ok(answer(200, &changed, &zone))
}

async fn remove(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    IfMatch(version): IfMatch,
) -> Result<HttpResponse, Problem> {
    let book = &state.parts.integrations.book;
    let gone = book.remove(caller.0.tenant, id_of(&id)?, version.number()).await;
    if gone.map_err(|error| refused(error.into()))? {
        Ok(HttpResponse::NoContent().finish())
    } else {
        Err(Problem::not_found())
    }
}

async fn rotate(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    IfMatch(version): IfMatch,
    key: IdempotencyKey,
) -> Result<HttpResponse, Problem> {
    let tenant = caller.0.tenant;
    let keep = &state.parts.integrations.keep;
    let id: EndpointId = id_of(&id)?;
    let by = order_of(
        &caller.0,
        &format!("rotate {id}"),
        &key,
        &version.number().to_string(),
    );
    let rotated = keep.rotate(tenant, id, version.number(), by).await;
    let rotated = rotated.map_err(refused)?;
    let zone = state.parts.booking.catalogue.zone(tenant).await?;
    Ok(with_secret(200, &rotated, &zone))
}

async fn test(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let tenant = caller.0.tenant;
    let zone = state.parts.booking.catalogue.zone(tenant).await?;
    let publish = &state.parts.integrations.publish;
    let made = publish
        .test(tenant, id_of(&id)?, |event, at| {
            Parts::test_body(event, &zone, at)
        })
        .await?;
    let made = made.ok_or_else(Problem::not_found)?;
    Ok(HttpResponse::Accepted().json(TestAnswer {
        delivery_id: made.as_uuid(),
    }))
}
