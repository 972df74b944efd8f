//! How the Cloud API writes: what a stored message or report says, and the bodies that we send.

use ratiba_conversation::channel::{Address, SenderKey};
use ratiba_conversation::inbound::{Media, Reading, Received};
use ratiba_conversation::outgoing::{
    Content, Document, MessageId, SendRefusal, StatusKind, StatusReport, TemplateCall,
};
use ratiba_conversation::ports::ChannelReader;
use ratiba_conversation::templates::TemplateReport;
use ratiba_kernel::PhoneNumber;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::errors::refusal_of;
use crate::webhook::{text_or_number, unix_seconds};

/// Reads rows that [`crate::webhook::split`] made.
#[derive(Clone, Copy, Debug, Default)]
pub struct WhatsappReader;

impl ChannelReader for WhatsappReader {
    fn message(&self, raw: &Value) -> Reading {
        let (message, contact) = (&raw["message"], &raw["contact"]);
        let either = |in_message: &str, in_contact: &str| {
            text_or_number(&message[in_message]).or_else(|| text_or_number(&contact[in_contact]))
        };
        Reading {
            phone: either("from", "wa_id").and_then(|digits| wa_id(&digits)),
            user_id: either("from_user_id", "user_id").and_then(|id| SenderKey::parse(&id).ok()),
            profile_name: text(&contact["profile"]["name"]),
            received: received(message),
            reply_to: text(&message["context"]["id"]),
            from_ad: message["referral"].is_object(),
        }
    }

    fn status(&self, raw: &Value) -> Option<StatusReport> {
        let status = &raw["status"];
        let outcome = match status["status"].as_str()? {
            "sent" => Ok(StatusKind::Sent),
            "delivered" => Ok(StatusKind::Delivered),
            "read" => Ok(StatusKind::Read),
            "played" => Ok(StatusKind::Played),
            "failed" => Err(failure(&status["errors"])),
            _nobody_knows => return None,
        };
        Some(StatusReport {
            provider_id: text(&status["id"])?,
            message: text(&status["biz_opaque_callback_data"]).and_then(|reference| reference.parse().ok()),
            outcome,
            at: unix_seconds(status.get("timestamp"))?,
        })
    }

    fn template(&self, raw: &Value) -> Option<TemplateReport> {
        let told = &raw["template"];
        Some(TemplateReport {
            name: text(&told["message_template_name"])?,
            language: text(&told["message_template_language"])?,
            provider_id: text_or_number(&told["message_template_id"]),
            word: text(&told["event"])?,
            reason: text(&told["reason"]).filter(|reason| reason != "NONE"),
        })
    }
}

fn failure(errors: &Value) -> SendRefusal {
    refusal_of(errors[0]["code"].as_i64().unwrap_or(135_000))
}

/// A `wa_id` is international without a plus; the leniency towards local forms would misread it.
fn wa_id(digits: &str) -> Option<PhoneNumber> {
    PhoneNumber::parse(&format!("+{}", digits.trim_start_matches('+'))).ok()
}

fn text(value: &Value) -> Option<String> {
    value.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

fn received(message: &Value) -> Received {
    let kind = message["type"].as_str().unwrap_or_default();
    let read = match kind {
        "text" => text(&message["text"]["body"]).map(|body| Received::Text { body }),
        "interactive" => interactive(&message["interactive"]),
        "button" => tap(&message["button"]["payload"], &message["button"]["text"]),
        "image" => media(&message["image"]).map(Received::Image),
        "video" => media(&message["video"]).map(Received::Video),
        "document" => media(&message["document"]).map(Received::Document),
        "sticker" => media(&message["sticker"]).map(Received::Sticker),
        "audio" => media(&message["audio"]).map(|media| Received::Audio {
            media,
            voice: message["audio"]["voice"].as_bool().unwrap_or(false),
        }),
        "location" => location(&message["location"]),
        "contacts" => Some(Received::Contacts {
            phones: shared_phones(&message["contacts"]),
        }),
        "reaction" => Some(Received::Reaction {
            emoji: text(&message["reaction"]["emoji"]),
        }),
        "order" => Some(Received::Order {
            items: message["order"]["product_items"].as_array().map_or(0, Vec::len),
            text: text(&message["order"]["text"]),
        }),
        "system" => Some(system(&message["system"])),
        "edit" => Some(Received::Edited),
        "revoke" => Some(Received::Revoked),
        "unsupported" | "unknown" => Some(Received::Unsupported),
        _new => None,
    };
    read.unwrap_or_else(|| Received::Unknown {
        kind: kind.chars().filter(|c| !c.is_control()).take(40).collect(),
    })
}

fn interactive(interactive: &Value) -> Option<Received> {
    match interactive["type"].as_str()? {
        "button_reply" => tap(
            &interactive["button_reply"]["id"],
            &interactive["button_reply"]["title"],
        ),
        "list_reply" => tap(
            &interactive["list_reply"]["id"],
            &interactive["list_reply"]["title"],
        ),
        "nfm_reply" => text(&interactive["nfm_reply"]["response_json"])
            .map(|response_json| Received::Form { response_json }),
        _new => None,
    }
}

fn tap(token: &Value, title: &Value) -> Option<Received> {
    Some(Received::Tap {
        token: text(token)?,
        title: text(title).unwrap_or_default(),
    })
}

fn media(media: &Value) -> Option<Media> {
    Some(Media {
        id: text(&media["id"])?,
        mime_type: text(&media["mime_type"]),
        caption: text(&media["caption"]),
    })
}

fn location(location: &Value) -> Option<Received> {
    Some(Received::Location {
        latitude: text_or_number(&location["latitude"])?,
        longitude: text_or_number(&location["longitude"])?,
        name: text(&location["name"]),
    })
}

fn shared_phones(cards: &Value) -> Vec<PhoneNumber> {
    let phones = cards.as_array().into_iter().flatten().flat_map(|card| {
        let phones = card["phones"].as_array().cloned().unwrap_or_default();
        phones.into_iter().filter_map(|phone| {
            let known = text(&phone["wa_id"]).and_then(|digits| wa_id(&digits));
            known.or_else(|| PhoneNumber::parse(phone["phone"].as_str()?).ok())
        })
    });
    phones.take(10).collect()
}

fn system(system: &Value) -> Received {
    match system["type"].as_str() {
        Some("user_changed_number") => Received::NumberChanged {
            phone: text(&system["wa_id"]).and_then(|digits| wa_id(&digits)),
        },
        other => Received::System {
            kind: other
                .unwrap_or_default()
                .chars()
                .filter(|c| !c.is_control())
                .take(40)
                .collect(),
        },
    }
}

/// The body of a send. `reference` comes back with every report of the provider; `media` is the provider's id of the
/// file, where the message is one.
#[must_use]
pub fn send_body(to: &Address, content: &Content, reference: MessageId, media: Option<&str>) -> Value {
    let mut body = match content {
        Content::Text(text) => json!({"type": "text", "text": {"body": text.as_str(), "preview_url": false}}),
        Content::Buttons(message) => {
            let buttons: Vec<Value> = message
                .buttons()
                .iter()
                .map(|button| json!({"type": "reply", "reply": {"id": button.token, "title": button.title}}))
                .collect();
            json!({"type": "interactive", "interactive": {
                "type": "button", "body": {"text": message.body()}, "action": {"buttons": buttons}}})
        }
        Content::List(message) => {
            let rows: Vec<Value> = message.rows().iter().map(row).collect();
            json!({"type": "interactive", "interactive": {
                "type": "list", "body": {"text": message.body()},
                "action": {"button": message.button(), "sections": [{"rows": rows}]}}})
        }
        Content::Link(link) => json!({"type": "interactive", "interactive": {
            "type": "cta_url", "body": {"text": link.body()},
            "action": {"name": "cta_url", "parameters": {"display_text": link.label(), "url": link.url()}}}}),
        Content::Template(call) => json!({"type": "template", "template": template(call)}),
        Content::Document(document) => json!({"type": "document", "document": {
            "id": media, "filename": document.file_name(), "caption": document.caption()}}),
    };
    body["messaging_product"] = json!("whatsapp");
    body["recipient_type"] = json!("individual");
    body["biz_opaque_callback_data"] = json!(reference);
    match (to.phone(), to.user_id()) {
        (Some(phone), _) => body["to"] = json!(phone.digits()),
        (None, Some(user_id)) => body["recipient"] = json!(user_id.as_str()),
        (None, None) => {}
    }
    body
}

fn row(row: &ratiba_conversation::outgoing::Row) -> Value {
    let mut json = json!({"id": row.token, "title": row.title});
    if let Some(description) = &row.description {
        json["description"] = json!(description);
    }
    json
}

fn template(call: &TemplateCall) -> Value {
    let mut components = Vec::new();
    if !call.parameters().is_empty() {
        let parameters: Vec<Value> = call
            .parameters()
            .iter()
            .map(|text| json!({"type": "text", "text": text}))
            .collect();
        components.push(json!({"type": "body", "parameters": parameters}));
    }
    for (index, payload) in call.payloads().iter().enumerate() {
        components.push(
            json!({"type": "button", "sub_type": "quick_reply", "index": index.to_string(),
            "parameters": [{"type": "payload", "payload": payload}]}),
        );
    }
    json!({"name": call.name(), "language": {"code": call.language_code(), "policy": "deterministic"},
        "components": components})
}

/// The body that marks a message as read and shows that we are writing.
#[must_use]
pub fn read_body(provider_id: &str) -> Value {
    json!({"messaging_product": "whatsapp", "status": "read", "message_id": provider_id,
        "typing_indicator": {"type": "text"}})
}

/// A file to be uploaded, as a form of several parts (RFC 7578): the content type with its boundary, and the body.
#[must_use]
pub fn upload_form(document: &Document) -> (String, Vec<u8>) {
    // What never stands in the file: its own digest. A boundary has at most 70 characters.
    let digest = hex::encode(Sha256::digest(document.bytes()));
    let boundary: String = "ratiba-".chars().chain(digest.chars().take(40)).collect();
    let mut body = Vec::with_capacity(document.bytes().len() + 1_024);
    for (name, value) in [("messaging_product", "whatsapp"), ("type", Document::MEDIA_TYPE)] {
        let part =
            format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(part.as_bytes());
    }
    let head = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{}\"\r\nContent-Type: {}\r\n\r\n",
        document.file_name(),
        Document::MEDIA_TYPE
    );
    body.extend_from_slice(head.as_bytes());
    body.extend_from_slice(document.bytes());
    body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    (format!("multipart/form-data; boundary={boundary}"), body)
}

#[cfg(test)]
mod tests;
