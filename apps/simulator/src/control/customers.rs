//! `/sim/customers` and `/sim/webhook`: playing the people with the phones, and sending what no phone would.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, Json, Path, Query, ServiceConfig};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{ControlError, merged, patience, reported};
use crate::courier::{Delivery, Destination, Signing, deliver_once};
use crate::faults::Target;
use crate::phones::{Choice, Content, Direction, Message};
use crate::whatsapp::wire::{self, Number};
use crate::whatsapp::{Inbound, look, receive};
use crate::world::{State, World};

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .route("/sim/customers", web::post().to(add))
        .route("/sim/customers/{wa_id}/say", web::post().to(say))
        .route("/sim/customers/{wa_id}/tap", web::post().to(tap))
        .route("/sim/customers/{wa_id}/raw", web::post().to(raw))
        .route("/sim/customers/{wa_id}/read", web::post().to(read))
        .route("/sim/customers/{wa_id}/messages", web::get().to(messages))
        .route("/sim/messages", web::get().to(all_messages))
        .route("/sim/webhook/raw", web::post().to(raw_webhook));
}

/// The digits of a number as a path gives it.
fn number(wa_id: &str) -> Result<String, ControlError> {
    let digits = wa_id.strip_prefix('+').unwrap_or(wa_id);
    if (7..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(digits.to_owned())
    } else {
        Err(ControlError::bad(
            "a phone is named by 7 to 15 digits, with the country code",
        ))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewCustomer {
    wa_id: String,
    name: Option<String>,
}

async fn add(world: Data<World>, body: Json<NewCustomer>) -> Result<HttpResponse, ControlError> {
    let wa_id = number(&body.wa_id)?;
    let customer = world.write(|state| state.phones.customer(&wa_id, body.name.as_deref()).clone());
    Ok(HttpResponse::Created().json(customer))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Saying {
    text: String,
    name: Option<String>,
    /// Keep the number out of the webhook, as people with user names can.
    #[serde(default)]
    hide_number: bool,
    /// The message this one replies to.
    context_message_id: Option<String>,
}

async fn say(
    world: Data<World>,
    wa_id: Path<String>,
    body: Json<Saying>,
) -> Result<HttpResponse, ControlError> {
    let body = body.into_inner();
    if body.text.trim().is_empty() || body.text.chars().count() > 4_096 {
        return Err(ControlError::bad("text must have 1 to 4096 characters"));
    }
    let mut message = json!({ "type": "text", "text": { "body": body.text } });
    add_context(&world, &mut message, body.context_message_id.as_deref());
    let content = Content {
        kind: "text".to_owned(),
        text: body.text,
        ..Content::default()
    };
    arrive(
        world,
        &wa_id,
        body.name,
        hidden(body.hide_number),
        message,
        content,
    )
    .await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tap {
    id: String,
    /// What stood on the button; found by itself if not said.
    title: Option<String>,
    /// The message with the button; the newest one that offers it if not said.
    context_message_id: Option<String>,
    #[serde(default)]
    hide_number: bool,
}

async fn tap(world: Data<World>, wa_id: Path<String>, body: Json<Tap>) -> Result<HttpResponse, ControlError> {
    let body = body.into_inner();
    let digits = number(&wa_id)?;
    let tapped = world.read(|state| {
        state
            .phones
            .offering(&digits, &body.id, body.context_message_id.as_deref())
            .cloned()
    });
    let (mut message, title) = reply(&body.id, body.title, tapped.as_ref())?;
    let context = body.context_message_id.or(tapped.map(|message| message.wamid));
    add_context(&world, &mut message, context.as_deref());
    let kind = message["type"].as_str().unwrap_or_default().to_owned();
    let content = Content {
        kind,
        text: title,
        ..Content::default()
    };
    arrive(world, &wa_id, None, hidden(body.hide_number), message, content).await
}

/// The message that a tap becomes: by the kind of message that was tapped.
fn reply(id: &str, title: Option<String>, tapped: Option<&Message>) -> Result<(Value, String), ControlError> {
    let find = |choices: &[Choice]| choices.iter().find(|choice| choice.id == id).cloned();
    let button = tapped.and_then(|message| find(&message.content.buttons));
    let row = tapped.and_then(|message| find(&message.content.rows));
    let shown = button
        .as_ref()
        .or(row.as_ref())
        .map(|choice| choice.title.clone());
    let Some(title) = title.or(shown) else {
        return Err(ControlError::bad(
            "nothing on this phone offers that id: say its title too",
        ));
    };
    let message = if tapped.is_some_and(|message| message.content.kind == "template") {
        json!({ "type": "button", "button": { "payload": id, "text": title } })
    } else if let Some(row) = row {
        let mut list = json!({ "id": id, "title": title });
        if let Some(description) = row.description {
            list["description"] = json!(description);
        }
        json!({ "type": "interactive", "interactive": { "type": "list_reply", "list_reply": list } })
    } else {
        let button = json!({ "id": id, "title": title });
        json!({ "type": "interactive", "interactive": { "type": "button_reply", "button_reply": button } })
    };
    Ok((message, title))
}

fn add_context(world: &World, message: &mut Value, context_message_id: Option<&str>) {
    if let Some(id) = context_message_id {
        message["context"] = json!({ "from": world.settings.whatsapp.display_phone_number, "id": id });
    }
}

fn hidden(hide_number: bool) -> Number {
    if hide_number {
        Number::Hidden
    } else {
        Number::Shown
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    /// The message object; its sender, and an id and a time where it has none, are added.
    message: Value,
    name: Option<String>,
    #[serde(default)]
    hide_number: bool,
}

async fn raw(world: Data<World>, wa_id: Path<String>, body: Json<Raw>) -> Result<HttpResponse, ControlError> {
    let body = body.into_inner();
    if !body.message.is_object() {
        return Err(ControlError::bad("message must be an object"));
    }
    let kind = body.message["type"].as_str().unwrap_or("text").to_owned();
    let text = match body.message["text"]["body"].as_str() {
        Some(text) => text.to_owned(),
        None => format!("[{kind}]"),
    };
    let content = Content {
        kind,
        text,
        ..Content::default()
    };
    arrive(
        world,
        &wa_id,
        body.name,
        hidden(body.hide_number),
        body.message,
        content,
    )
    .await
}

async fn arrive(
    world: Data<World>,
    wa_id: &str,
    name: Option<String>,
    number: Number,
    message: Value,
    content: Content,
) -> Result<HttpResponse, ControlError> {
    let wa_id = self::number(wa_id)?;
    let inbound = Inbound {
        wa_id,
        name,
        number,
        message,
        content,
    };
    let arrived = receive(&world.into_inner(), inbound).await;
    let outcome = json!({ "message_id": arrived.message_id, "seq": arrived.seq });
    Ok(HttpResponse::Ok().json(merged(outcome, reported(&arrived.report, "delivered_status"))))
}

async fn read(world: Data<World>, wa_id: Path<String>) -> Result<HttpResponse, ControlError> {
    let wa_id = number(&wa_id)?;
    let read = look(&world.into_inner(), &wa_id).await;
    Ok(HttpResponse::Ok().json(json!({ "read": read })))
}

#[derive(Deserialize)]
struct Listing {
    #[serde(default)]
    after: u64,
    wait_ms: Option<u64>,
    /// `in` or `out`; both if not said.
    direction: Option<String>,
}

async fn messages(
    world: Data<World>,
    wa_id: Path<String>,
    query: Query<Listing>,
) -> Result<HttpResponse, ControlError> {
    let wa_id = number(&wa_id)?;
    listed(&world, &query, Some(&wa_id)).await
}

async fn all_messages(world: Data<World>, query: Query<Listing>) -> Result<HttpResponse, ControlError> {
    listed(&world, &query, None).await
}

/// Waits until there is a message that fits: of one phone, or of any.
async fn listed(world: &World, query: &Listing, wa_id: Option<&str>) -> Result<HttpResponse, ControlError> {
    let direction = match query.direction.as_deref() {
        None => None,
        Some("in") => Some(Direction::In),
        Some("out") => Some(Direction::Out),
        Some(_) => return Err(ControlError::bad("direction is in or out")),
    };
    let look = |state: &State| {
        let fits = |message: &&Message| {
            wa_id.is_none_or(|wanted| message.wa_id == wanted)
                && direction.is_none_or(|wanted| message.direction == wanted)
        };
        let messages: Vec<Message> = state
            .phones
            .messages_after(query.after)
            .filter(fits)
            .cloned()
            .collect();
        (!messages.is_empty()).then_some(messages)
    };
    let messages = world
        .wait(patience(query.wait_ms), look)
        .await
        .unwrap_or_default();
    Ok(HttpResponse::Ok().json(json!({ "messages": messages })))
}

/// Posts any body to the webhook. `body` is sent verbatim if it is text, else as JSON; `signature` replaces
/// the proper one, and `null` leaves it out.
async fn raw_webhook(world: Data<World>, request: Json<Value>) -> Result<HttpResponse, ControlError> {
    let Some(body) = request.get("body") else {
        return Err(ControlError::bad("body is missing"));
    };
    let signing = match request.get("signature") {
        None => Signing::Proper,
        Some(Value::Null) => Signing::Absent,
        Some(Value::String(signature)) => Signing::Given(signature.clone()),
        Some(_) => return Err(ControlError::bad("signature is text or null")),
    };
    let delivery = Delivery {
        target: Target::WhatsAppWebhook,
        destination: Destination::Webhook,
        body: body
            .as_str()
            .map_or_else(|| wire::bytes(body), |text| text.as_bytes().to_vec()),
        signing,
        redelivered: false,
    };
    let report = deliver_once(&world, &delivery).await;
    Ok(HttpResponse::Ok().json(reported(&report, "delivered_status")))
}
