//! The door: is this body from Meta, and which rows are in it?
//!
//! The signature is computed over the raw bytes, before anything is parsed. The split reads entries, ids, senders
//! and times, and leaves the rest of each message as it came.

use std::fmt;

use hmac::{Hmac, Mac};
use ratiba_conversation::channel::{Channel, SenderKey};
use ratiba_conversation::delivery::{
    Addressed, Delivery, InboundRow, Leftover, LeftoverReason, OF_ACCOUNT, StatusRow,
};
use serde_json::{Map, Value, json};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use time::OffsetDateTime;

/// The secrets that may have signed a webhook: the app's, and the one before while it is being rotated.
#[derive(Clone)]
pub struct AppSecrets {
    current: String,
    previous: Option<String>,
}

impl AppSecrets {
    /// The app's secret, and the one before it for as long as Meta may still sign with it.
    pub fn new(current: impl Into<String>, previous: Option<String>) -> Self {
        Self {
            current: current.into(),
            previous,
        }
    }
}

impl fmt::Debug for AppSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AppSecrets(…)")
    }
}

/// The body is not signed by any of our secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureRefused {
    /// There is no `X-Hub-Signature-256`, or it is not `sha256=` and 64 hexadecimal digits.
    #[error("the signature is missing or malformed")]
    Malformed,
    /// None of our secrets makes this signature.
    #[error("the signature does not fit the body")]
    Wrong,
}

/// Verifies `X-Hub-Signature-256` over the raw bytes, in constant time.
///
/// # Errors
/// [`SignatureRefused`]; nothing of the body may be used then.
pub fn verify(raw: &[u8], header: Option<&str>, secrets: &AppSecrets) -> Result<(), SignatureRefused> {
    let claimed = header
        .and_then(|header| header.trim().strip_prefix("sha256="))
        .and_then(|digits| hex::decode(digits).ok())
        .filter(|bytes| bytes.len() == 32)
        .ok_or(SignatureRefused::Malformed)?;
    let mut fits = subtle::Choice::from(0);
    for secret in std::iter::once(&secrets.current).chain(&secrets.previous) {
        if secret.is_empty() {
            continue;
        }
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
            continue;
        };
        mac.update(raw);
        fits |= mac.finalize().into_bytes().as_slice().ct_eq(&claimed);
    }
    if bool::from(fits) {
        Ok(())
    } else {
        Err(SignatureRefused::Wrong)
    }
}

/// What to answer to Meta's verification of our address: the challenge, if mode and token are right.
#[must_use]
pub fn challenge_answer<'a>(
    mode: Option<&str>,
    token: Option<&str>,
    challenge: Option<&'a str>,
    verify_token: &str,
) -> Option<&'a str> {
    let right = !verify_token.is_empty()
        && mode == Some("subscribe")
        && token.is_some_and(|token| bool::from(token.as_bytes().ct_eq(verify_token.as_bytes())));
    challenge.filter(|_| right)
}

/// News about the account that nobody acts on yet; logged and dropped.
const FIELDS_IGNORED: [&str; 6] = [
    "message_template_quality_update",
    "phone_number_quality_update",
    "phone_number_name_update",
    "account_update",
    "account_alerts",
    "security",
];

/// The longest id of an account that a row takes.
const ACCOUNT_CHARACTERS_MAX: usize = 100;
/// The longest provider id that a row takes.
const ID_CHARACTERS_MAX: usize = 256;
/// The longest word for a status that a row takes.
const STATUS_CHARACTERS_MAX: usize = 40;
/// The longest opaque data that a row takes, which is the most we ever send along.
const CALLBACK_DATA_CHARACTERS_MAX: usize = 512;

/// Splits a verified body into rows. Never fails: what cannot be split is left over, whole or in part.
#[must_use]
pub fn split(raw: &[u8]) -> Delivery {
    let mut delivery = Delivery {
        channel: Channel::Whatsapp,
        messages: Vec::new(),
        statuses: Vec::new(),
        leftovers: Vec::new(),
        numbers: std::collections::BTreeMap::new(),
        accounts: std::collections::BTreeMap::new(),
    };
    let Ok(body) = serde_json::from_slice::<Value>(raw) else {
        delivery.leftovers.push(Leftover {
            reason: LeftoverReason::NotJson,
            body: raw.to_vec(),
        });
        return delivery;
    };
    let ours = body.get("object").and_then(Value::as_str) == Some("whatsapp_business_account");
    let Some(entries) = body.get("entry").and_then(Value::as_array).filter(|_| ours) else {
        delivery.leftovers.push(Leftover {
            reason: LeftoverReason::Shape,
            body: raw.to_vec(),
        });
        return delivery;
    };
    for entry in entries {
        match entry.get("changes") {
            Some(Value::Array(changes)) => {
                for change in changes {
                    split_change(entry, change, &mut delivery);
                }
            }
            None | Some(Value::Null) => {}
            Some(Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_)) => {
                leave(&mut delivery, LeftoverReason::Shape, entry);
            }
        }
    }
    delivery
}

fn leave(delivery: &mut Delivery, reason: LeftoverReason, part: &Value) {
    delivery.leftovers.push(Leftover {
        reason,
        body: part.to_string().into_bytes(),
    });
}

fn split_change(entry: &Value, change: &Value, delivery: &mut Delivery) {
    let field = change.get("field").and_then(Value::as_str).unwrap_or_default();
    if FIELDS_IGNORED.contains(&field) {
        tracing::info!(field, "news about the WhatsApp account, not acted on");
        return;
    }
    let account = entry
        .get("id")
        .and_then(text_or_number)
        .filter(|id| fits(id, ACCOUNT_CHARACTERS_MAX));
    if field == "message_template_status_update" {
        match account.and_then(|account| template_row(&account, entry, change)) {
            Some(row) => delivery.statuses.push(row),
            None => leave(delivery, LeftoverReason::Incomplete, change),
        }
        return;
    }
    if field != "messages" {
        leave(delivery, LeftoverReason::UnknownField, change);
        return;
    }
    let Some(value) = change.get("value").filter(|value| value.is_object()) else {
        leave(delivery, LeftoverReason::Shape, change);
        return;
    };
    let contacts = list(value, "contacts");
    let (messages, statuses, errors) = (
        list(value, "messages"),
        list(value, "statuses"),
        list(value, "errors"),
    );
    if !errors.is_empty() {
        leave(delivery, LeftoverReason::ChannelError, change);
    }
    if messages.is_empty() && statuses.is_empty() {
        return;
    }
    let external_id = value
        .pointer("/metadata/phone_number_id")
        .and_then(text_or_number)
        .filter(|id| fits(id, 128));
    let Some(external_id) = external_id else {
        leave(delivery, LeftoverReason::Shape, change);
        return;
    };
    if let Some(number) = value.pointer("/metadata/display_phone_number").and_then(dialable) {
        delivery.numbers.insert(external_id.clone(), number);
    }
    if let Some(account) = account {
        delivery.accounts.insert(external_id.clone(), account);
    }
    for message in messages {
        match inbound_row(message, contacts, messages.len()) {
            Some(row) => delivery.messages.push(Addressed {
                external_id: external_id.clone(),
                row,
            }),
            None => leave(delivery, LeftoverReason::Incomplete, message),
        }
    }
    for status in statuses {
        match status_row(status) {
            Some(row) => delivery.statuses.push(Addressed {
                external_id: external_id.clone(),
                row,
            }),
            None => leave(delivery, LeftoverReason::Incomplete, status),
        }
    }
}

/// What became of a template, as one more report. Its state may come back, so the time is a part of what tells two apart.
fn template_row(account: &str, entry: &Value, change: &Value) -> Option<Addressed<StatusRow>> {
    let value = change.get("value")?;
    let word = value.get("event").and_then(Value::as_str)?;
    let template = value.get("message_template_id").and_then(text_or_number)?;
    let at = unix_seconds(entry.get("time"))?;
    let provider_id = format!("template:{template}:{}", at.unix_timestamp());
    let known = fits(word, STATUS_CHARACTERS_MAX) && fits(&provider_id, ID_CHARACTERS_MAX);
    known.then(|| Addressed {
        external_id: format!("{OF_ACCOUNT}{account}"),
        row: StatusRow {
            provider_id,
            status: word.to_owned(),
            callback_data: None,
            occurred_at: at,
            raw: json!({ "template": value }),
        },
    })
}

/// The digits of a number that may be written for people, such as `+254 700 000999`; `None` if nobody can dial it.
fn dialable(number: &Value) -> Option<String> {
    let text = text_or_number(number)?;
    let written = |b: u8| b.is_ascii_digit() || matches!(b, b'+' | b' ' | b'-' | b'(' | b')');
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    (text.bytes().all(written) && (7..=15).contains(&digits.len())).then_some(digits)
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value
        .get(key)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

fn inbound_row(message: &Value, contacts: &[Value], messages: usize) -> Option<InboundRow> {
    let provider_id = id_of(message)?;
    let from = message.get("from").and_then(text_or_number);
    let from_user_id = message.get("from_user_id").and_then(text_or_number);
    let contact = contact_of(contacts, from.as_deref(), from_user_id.as_deref(), messages);
    let contact_text = |key: &str| {
        contact
            .and_then(|contact| contact.get(key))
            .and_then(text_or_number)
    };
    let sender = from_user_id
        .or_else(|| contact_text("user_id"))
        .or(from)
        .or_else(|| contact_text("wa_id"))?;
    let mut raw = Map::new();
    raw.insert("message".to_owned(), message.clone());
    if let Some(contact) = contact {
        raw.insert("contact".to_owned(), contact.clone());
    }
    Some(InboundRow {
        provider_id,
        sender: SenderKey::parse(&sender).ok()?,
        sent_at: unix_seconds(message.get("timestamp"))?,
        raw: Value::Object(raw),
    })
}

/// The contact card of a message. Cards come in any order; a single card for a single message belongs to it even if
/// it shows neither of the ids.
fn contact_of<'a>(
    contacts: &'a [Value],
    from: Option<&str>,
    from_user_id: Option<&str>,
    messages: usize,
) -> Option<&'a Value> {
    let has = |contact: &Value, key: &str, wanted: Option<&str>| {
        wanted.is_some() && contact.get(key).and_then(text_or_number).as_deref() == wanted
    };
    contacts
        .iter()
        .find(|contact| has(contact, "user_id", from_user_id) || has(contact, "wa_id", from))
        .or_else(|| match (contacts, messages, from.or(from_user_id)) {
            ([only], 1, None) => Some(only),
            _several_or_somebody_else => None,
        })
}

fn status_row(status: &Value) -> Option<StatusRow> {
    let word = status.get("status").and_then(Value::as_str)?;
    if !fits(word, STATUS_CHARACTERS_MAX) {
        return None;
    }
    Some(StatusRow {
        provider_id: id_of(status)?,
        status: word.to_owned(),
        callback_data: status
            .get("biz_opaque_callback_data")
            .and_then(Value::as_str)
            .filter(|data| fits(data, CALLBACK_DATA_CHARACTERS_MAX))
            .map(str::to_owned),
        occurred_at: unix_seconds(status.get("timestamp"))?,
        raw: json!({ "status": status }),
    })
}

fn id_of(value: &Value) -> Option<String> {
    value
        .get("id")
        .and_then(Value::as_str)
        .filter(|id| fits(id, ID_CHARACTERS_MAX))
        .map(str::to_owned)
}

fn fits(text: &str, characters_max: usize) -> bool {
    !text.is_empty() && text.chars().count() <= characters_max && !text.chars().any(char::is_control)
}

/// Ids and times are documented as strings, and have been seen as numbers.
pub(crate) fn text_or_number(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

pub(crate) fn unix_seconds(value: Option<&Value>) -> Option<OffsetDateTime> {
    let seconds: i64 = value.and_then(text_or_number)?.parse().ok()?;
    // Before 2009 there was no WhatsApp; and PostgreSQL's calendar is longer than ours.
    OffsetDateTime::from_unix_timestamp(seconds)
        .ok()
        .filter(|at| (2009..=9000).contains(&at.year()))
}

#[cfg(test)]
mod tests;
