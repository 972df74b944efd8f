//! What WhatsApp puts on the wire by itself: signed envelopes around messages and statuses.

use hmac::{Hmac, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;
use time::OffsetDateTime;

use crate::phones::{Customer, Message};
use crate::settings::WhatsAppAccount;

/// Whether the webhook of a message says which number it came from.
///
/// Since user names exist, a person may keep the number to themselves: then only the business-scoped id comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Number {
    Shown,
    Hidden,
}

/// The envelope of one message of a phone. `message` has everything but who it is from.
pub(crate) fn message_envelope(
    account: &WhatsAppAccount,
    customer: &Customer,
    number: Number,
    mut message: Value,
) -> Value {
    let mut contact = json!({ "profile": { "name": customer.name }, "user_id": customer.user_id });
    put(&mut message, "from_user_id", customer.user_id.as_str());
    if number == Number::Shown {
        put(&mut contact, "wa_id", customer.wa_id.as_str());
        put(&mut message, "from", customer.wa_id.as_str());
    }
    envelope(account, json!({ "contacts": [contact], "messages": [message] }))
}

/// The envelope of one status of a message that the business sent. `failure` is a code and its title.
pub(crate) fn status_envelope(
    account: &WhatsAppAccount,
    message: &Message,
    user_id: &str,
    status: &str,
    at: OffsetDateTime,
    failure: Option<(i64, &str)>,
) -> Value {
    let mut object = json!({
        "id": message.wamid,
        "status": status,
        "timestamp": at.unix_timestamp().to_string(),
        "recipient_id": message.wa_id,
        "recipient_user_id": user_id,
    });
    if let Some(data) = &message.callback_data {
        put(&mut object, "biz_opaque_callback_data", data.as_str());
    }
    match failure {
        Some((code, title)) => {
            let error = json!({
                "code": code,
                "title": title,
                "message": title,
                "error_data": { "details": details(code) },
                "href": "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/",
            });
            put(&mut object, "errors", json!([error]));
        }
        None if status != "read" => put(&mut object, "pricing", pricing(&message.category)),
        None => {}
    }
    envelope(account, json!({ "statuses": [object] }))
}

/// The bytes of a webhook, written as Meta writes them: everything beyond ASCII, and the slash, escaped.
///
/// A receiver that checks the signature over re-serialised JSON is caught by this.
pub(crate) fn bytes(body: &Value) -> Vec<u8> {
    let mut text = String::new();
    for character in body.to_string().chars() {
        if character == '/' {
            text.push_str("\\/");
        } else if character.is_ascii() {
            text.push(character);
        } else {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                text.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    text.into_bytes()
}

/// The value of `X-Hub-Signature-256` for these very bytes.
pub(crate) fn signature(app_secret: &str, body: &[u8]) -> String {
    // HMAC takes keys of any length, so there is no error to report.
    let digest = Hmac::<Sha256>::new_from_slice(app_secret.as_bytes())
        .map(|mut mac| {
            mac.update(body);
            hex::encode(mac.finalize().into_bytes())
        })
        .unwrap_or_default();
    format!("sha256={digest}")
}

/// What a code means, in the provider's words.
pub(crate) fn title(code: i64) -> &'static str {
    match code {
        0 => "AuthException",
        1 => "API Unknown",
        2 => "API Service",
        4 => "API Too Many Calls",
        33 => "Parameter value is not valid",
        100 => "Invalid parameter",
        190 => "Access token has expired",
        368 => "Temporarily blocked for policies violations",
        80007 => "Rate limit issues",
        130429 => "Rate limit hit",
        130472 => "User's number is part of an experiment",
        131000 => "Something went wrong",
        131005 => "Access denied",
        131008 => "Required parameter is missing",
        131009 => "Parameter value is not valid",
        131016 => "Service unavailable",
        131021 => "Recipient cannot be sender",
        131026 => "Message undeliverable",
        131030 => "Recipient phone number not in allowed list",
        131031 => "Account has been locked",
        131042 => "Business eligibility payment issue",
        131045 => "Incorrect certificate",
        131047 => "Re-engagement message",
        131048 => "Spam rate limit hit",
        131049 => "Message not delivered to maintain healthy ecosystem engagement",
        131050 => "User has stopped marketing messages",
        131051 => "Unsupported message type",
        131052 => "Media download error",
        131053 => "Media upload error",
        131056 => "Pair rate limit hit",
        131057 => "Account in maintenance mode",
        131062 => "Business-scoped user id is not allowed for this call",
        132000 => "Template param count mismatch",
        132001 => "Template does not exist",
        132005 => "Template hydrated text too long",
        132007 => "Template format character policy violated",
        132008 | 132012 => "Template parameter format mismatch",
        132015 => "Template is paused",
        132016 => "Template is disabled",
        133010 => "Phone number not registered",
        _ => "Error",
    }
}

fn details(code: i64) -> &'static str {
    match code {
        131047 => {
            "Message failed to send because more than 24 hours have passed since the customer last replied to this number."
        }
        131026 => "Message undeliverable.",
        _ => title(code),
    }
}

fn pricing(category: &str) -> Value {
    // From October 2026 free replies are metered beyond an allowance; the simulated business is within it.
    let (billable, kind) = if category == "service" {
        (false, "free_customer_service")
    } else {
        (true, "regular")
    };
    json!({ "billable": billable, "pricing_model": "PMP", "type": kind, "category": category })
}

/// The envelope of what became of a template.
pub(crate) fn template_envelope(
    account: &WhatsAppAccount,
    template: &super::templates::Submitted,
    now: OffsetDateTime,
) -> Value {
    let value = json!({
        "event": template.status,
        "message_template_id": template.id.parse::<u64>().unwrap_or_default(),
        "message_template_name": template.name,
        "message_template_language": template.language,
        "reason": template.reason.as_deref().unwrap_or("NONE"),
    });
    json!({
        "object": "whatsapp_business_account",
        "entry": [ {
            "id": account.waba_id,
            "time": now.unix_timestamp(),
            "changes": [ { "field": "message_template_status_update", "value": value } ],
        } ],
    })
}

fn envelope(account: &WhatsAppAccount, mut value: Value) -> Value {
    put(&mut value, "messaging_product", "whatsapp");
    put(
        &mut value,
        "metadata",
        json!({
            "display_phone_number": account.display_phone_number,
            "phone_number_id": account.phone_number_id,
        }),
    );
    json!({
        "object": "whatsapp_business_account",
        "entry": [ { "id": account.waba_id, "changes": [ { "field": "messages", "value": value } ] } ],
    })
}

fn put(object: &mut Value, key: &str, value: impl Into<Value>) {
    if let Some(object) = object.as_object_mut() {
        object.insert(key.to_owned(), value.into());
    }
}

#[cfg(test)]
mod tests;
