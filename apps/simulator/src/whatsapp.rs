//! WhatsApp's Cloud API: takes messages of the business, tells what became of them, and brings what phones send.

use std::sync::Arc;

use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};
use time::Duration;

use crate::answer::{Answer, Asked, answer, bearer};
use crate::courier::{Report, deliver, fault_for, webhook};
use crate::faults::{Fault, Target};
use crate::phones::{Content, Direction, MessageStatus, NewMessage};
use crate::whatsapp::send::{Outgoing, Recipient, Refusal, Request};
use crate::whatsapp::wire::Number;
use crate::world::World;

pub(crate) mod media;
pub(crate) mod send;
pub(crate) mod templates;
pub(crate) mod wire;

/// How long the business seems to be typing after it said so.
const TYPING: Duration = Duration::seconds(25);
/// Outside the window, no template.
const WINDOW_CLOSED: i64 = 131_047;

/// `POST /{version}/{phone_number_id}/messages`.
pub(crate) async fn messages(
    world: Data<World>,
    path: Path<(String, String)>,
    request: HttpRequest,
    body: Bytes,
) -> HttpResponse {
    let (_, phone_number_id) = path.into_inner();
    let body = serde_json::from_slice::<Value>(&body).ok();
    let phone = body.as_ref().and_then(send::addressee).unwrap_or_default();
    let world = world.into_inner();
    let work = || {
        take(
            &world,
            &phone_number_id,
            bearer(&request).as_deref(),
            body.as_ref(),
        )
    };
    let refuse = |code: &str, message: Option<&str>| {
        let code = code.parse().unwrap_or(131_000);
        refusal(&world, code, message.unwrap_or_else(|| wire::title(code)))
    };
    answer(
        &world,
        Asked {
            target: Target::WhatsAppSend,
            phone: &phone,
            request: &request,
        },
        work,
        refuse,
    )
    .await
}

/// A message of a phone, on its way to the business.
pub(crate) struct Inbound {
    pub(crate) wa_id: String,
    pub(crate) name: Option<String>,
    pub(crate) number: Number,
    /// The message object without its sender. An `id` and a `timestamp` in it are kept.
    pub(crate) message: Value,
    /// What the phone shows of it.
    pub(crate) content: Content,
}

/// What became of an inbound message.
pub(crate) struct Arrived {
    pub(crate) seq: u64,
    pub(crate) message_id: String,
    pub(crate) report: Report,
}

/// Sends a message of a phone to the business, as a signed webhook.
pub(crate) async fn receive(world: &Arc<World>, inbound: Inbound) -> Arrived {
    let now = world.now();
    let Inbound {
        wa_id,
        name,
        number,
        mut message,
        content,
    } = inbound;
    if let Some(object) = message.as_object_mut() {
        object.entry("id").or_insert_with(|| json!(world.ids.wamid()));
        object
            .entry("timestamp")
            .or_insert_with(|| json!(now.unix_timestamp().to_string()));
        object.entry("type").or_insert_with(|| json!("text"));
    }
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let message_id = text(&message["id"]).unwrap_or_default();
    let (seq, customer) = world.write(|state| {
        let known = state.phones.message(&message_id).map(|message| message.seq);
        let seq = known.unwrap_or_else(|| {
            state.phones.add(NewMessage {
                at: now,
                wa_id: wa_id.clone(),
                wamid: message_id.clone(),
                direction: Direction::In,
                content,
                raw: message.clone(),
                context_message_id: text(&message["context"]["id"]),
                callback_data: None,
                category: String::new(),
            })
        });
        (seq, state.phones.customer(&wa_id, name.as_deref()).clone())
    });
    let envelope = wire::message_envelope(&world.settings.whatsapp, &customer, number, message);
    let fault = fault_for(world, Target::WhatsAppWebhook, &wa_id);
    let delivery = webhook(Target::WhatsAppWebhook, wire::bytes(&envelope));
    let report = deliver(world, delivery, fault).await;
    if report.status == Some(200) {
        advance(world, &message_id, MessageStatus::Delivered);
    }
    Arrived {
        seq,
        message_id,
        report,
    }
}

/// The person of that phone looked at the chat: tells the business that its messages were read.
pub(crate) async fn look(world: &Arc<World>, wa_id: &str) -> usize {
    let read = world.write(|state| state.phones.customer_read(wa_id));
    for wamid in &read {
        announce(world, wamid, MessageStatus::Read, None).await;
    }
    read.len()
}

fn take(world: &Arc<World>, phone_number_id: &str, token: Option<&str>, body: Option<&Value>) -> Answer {
    let account = &world.settings.whatsapp;
    if token != Some(account.access_token.as_str()) {
        return refusal(world, 190, "The access token is missing, malformed or expired.");
    }
    if phone_number_id != account.phone_number_id {
        return refusal(
            world,
            33,
            "The business phone number does not exist or has been deleted.",
        );
    }
    let Some(body) = body else {
        return refusal(world, 100, "The body must be valid JSON.");
    };
    let request = match world.read(|state| send::read(body, state.phones.templates())) {
        Ok(request) => request,
        Err(Refusal { code, details }) => return refusal(world, code, &details),
    };
    if let Some(id) = body["document"]["id"].as_str()
        && world.read(|state| state.files.find(id).is_none())
    {
        return refusal(world, 131_053, "Media upload error: there is no such media.");
    }
    match request {
        Request::MarkRead { wamid, typing } => {
            let typing_until = typing.then(|| world.now() + TYPING);
            if world.write(|state| state.phones.business_read(&wamid, typing_until)) {
                Answer::json(200, &json!({ "success": true }))
            } else {
                refusal(
                    world,
                    131_009,
                    "Parameter message_id is invalid: there is no such message.",
                )
            }
        }
        Request::Send(outgoing) => accept(world, *outgoing, body.clone()),
    }
}

fn accept(world: &Arc<World>, outgoing: Outgoing, raw: Value) -> Answer {
    let (contact, wa_id) = match &outgoing.recipient {
        Recipient::Number { input, wa_id } => (json!({ "input": input, "wa_id": wa_id }), wa_id.clone()),
        Recipient::User(user_id) => {
            let known = world.read(|state| state.phones.by_user_id(user_id).map(|it| it.wa_id.clone()));
            let Some(wa_id) = known else {
                return refusal(
                    world,
                    131_009,
                    "Parameter recipient is invalid: there is no such user.",
                );
            };
            (json!({ "input": user_id, "user_id": user_id }), wa_id)
        }
    };
    if wa_id == world.settings.whatsapp.display_phone_number {
        return refusal(world, 131_021, "Sender and recipient phone number is the same.");
    }
    let (now, wamid) = (world.now(), world.ids.wamid());
    let is_template = outgoing.content.kind == "template";
    let failure = world.write(|state| {
        let may_arrive = is_template
            || state.phones.window_is_open(&wa_id, now)
            || (state.strangers_wrote && !state.phones.has_written(&wa_id));
        state.phones.add(NewMessage {
            at: now,
            wa_id,
            wamid: wamid.clone(),
            direction: Direction::Out,
            content: outgoing.content,
            raw,
            context_message_id: outgoing.context_message_id,
            callback_data: outgoing.callback_data,
            category: outgoing.category,
        });
        (!may_arrive).then_some(WINDOW_CLOSED)
    });
    let mut message = json!({ "id": wamid });
    if is_template {
        message["message_status"] = json!("accepted");
    }
    world.runtime.spawn(play_out(Arc::clone(world), wamid, failure));
    let body = json!({ "messaging_product": "whatsapp", "contacts": [contact], "messages": [message] });
    Answer::json(200, &body)
}

/// Tells the business, step by step, what became of a message it sent.
async fn play_out(world: Arc<World>, wamid: String, failure: Option<i64>) {
    if failure.is_some() {
        announce(&world, &wamid, MessageStatus::Failed, failure).await;
        return;
    }
    for status in [MessageStatus::Sent, MessageStatus::Delivered] {
        if announce(&world, &wamid, status, None).await == MessageStatus::Failed {
            return;
        }
    }
    if world.read(|state| state.auto_read) {
        announce(&world, &wamid, MessageStatus::Read, None).await;
    }
}

/// Posts one status of a message and returns it; a fault may have turned it into a failure.
async fn announce(
    world: &Arc<World>,
    wamid: &str,
    status: MessageStatus,
    failure: Option<i64>,
) -> MessageStatus {
    let Some(message) = world.read(|state| state.phones.message(wamid).cloned()) else {
        return status;
    };
    let mut title = None;
    let (status, failure, fault) = match fault_for(world, Target::WhatsAppStatus, &message.wa_id) {
        Some(Fault::Code { code, message, .. }) => {
            title = message;
            (MessageStatus::Failed, code.parse().ok().or(Some(131_000)), None)
        }
        fault => (status, failure, fault),
    };
    world.write(|state| {
        if let Some(message) = state.phones.message_mut(wamid) {
            message.error_code = failure;
        }
    });
    advance(world, wamid, status);
    let word = match status {
        MessageStatus::Accepted | MessageStatus::Sent => "sent",
        MessageStatus::Delivered => "delivered",
        MessageStatus::Read => "read",
        MessageStatus::Failed => "failed",
    };
    let user_id = crate::ids::user_id(&message.wa_id);
    let failure = failure.map(|code| (code, title.as_deref().unwrap_or_else(|| wire::title(code))));
    let envelope = wire::status_envelope(
        &world.settings.whatsapp,
        &message,
        &user_id,
        word,
        world.now(),
        failure,
    );
    let delivery = webhook(Target::WhatsAppStatus, wire::bytes(&envelope));
    deliver(world, delivery, fault).await;
    status
}

/// Moves a message's status forward, never back.
fn advance(world: &World, wamid: &str, status: MessageStatus) {
    let rank = |status| match status {
        MessageStatus::Accepted => 0,
        MessageStatus::Sent => 1,
        MessageStatus::Delivered => 2,
        MessageStatus::Read => 3,
        MessageStatus::Failed => 4,
    };
    world.write(|state| {
        if let Some(message) = state.phones.message_mut(wamid)
            && rank(status) > rank(message.status)
        {
            message.status = status;
        }
    });
}

pub(crate) fn refusal(world: &World, code: i64, details: &str) -> Answer {
    refusal_of(world, (code, None), details)
}

/// A refusal that says more by a second code.
fn refusal_of(world: &World, (code, subcode): (i64, Option<i64>), details: &str) -> Answer {
    let status = match code {
        0 | 190 => 401,
        3 | 10 | 200..=299 | 131_005 => 403,
        4 | 80_007 | 130_429 | 131_056 => 429,
        1 | 131_000 => 500,
        2 | 131_016 | 131_057 => 503,
        _ => 400,
    };
    let mut error = json!({
        "message": format!("(#{code}) {}", wire::title(code)),
        "type": "OAuthException",
        "code": code,
        "error_data": { "messaging_product": "whatsapp", "details": details },
        "fbtrace_id": world.ids.trace(),
    });
    if let Some(subcode) = subcode {
        error["error_subcode"] = json!(subcode);
    }
    Answer::json(status, &json!({ "error": error }))
}
