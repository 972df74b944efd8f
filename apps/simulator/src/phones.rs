//! The phones that the simulator plays: who they are, and every message they sent and got.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use time::{Duration, OffsetDateTime};

use crate::ids;

/// A customer may be answered freely this long after their last message; later only templates arrive.
const WINDOW: Duration = Duration::hours(24);
/// Old messages are forgotten beyond this number, so that a simulator left running stays small.
const MESSAGES_MAX: usize = 5_000;

/// One phone with WhatsApp on it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Customer {
    pub(crate) wa_id: String,
    pub(crate) name: String,
    /// Business-scoped user id.
    pub(crate) user_id: String,
    /// When the business last heard from this phone.
    #[serde(with = "time::serde::rfc3339::option")]
    pub(crate) last_inbound_at: Option<OffsetDateTime>,
    /// The business shows that it is typing until then.
    #[serde(with = "time::serde::rfc3339::option")]
    pub(crate) typing_until: Option<OffsetDateTime>,
}

/// Which way a message went, seen from the business.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Direction {
    /// From a phone to the business.
    In,
    /// From the business to a phone.
    Out,
}

/// How far a message came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum MessageStatus {
    Accepted,
    Sent,
    Delivered,
    Read,
    Failed,
}

/// Something under a message that can be tapped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Choice {
    pub(crate) id: String,
    pub(crate) title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    /// Heading over the rows of a list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) section: Option<String>,
}

/// A button that opens an address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Link {
    pub(crate) label: String,
    pub(crate) url: String,
}

/// What a message shows, whatever its wire format is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Content {
    /// The wire type: `text`, `interactive`, `template`, …
    #[serde(rename = "type")]
    pub(crate) kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) header: Option<String>,
    pub(crate) text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) footer: Option<String>,
    pub(crate) buttons: Vec<Choice>,
    pub(crate) rows: Vec<Choice>,
    /// Label of the button that opens the list of rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) list_button: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) link: Option<Link>,
}

/// One message, sent or received.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Message {
    /// Grows by one with each message of any phone.
    pub(crate) seq: u64,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) at: OffsetDateTime,
    pub(crate) wa_id: String,
    pub(crate) wamid: String,
    pub(crate) direction: Direction,
    #[serde(flatten)]
    pub(crate) content: Content,
    /// The message as it was on the wire.
    pub(crate) raw: Value,
    pub(crate) status: MessageStatus,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error_code: Option<i64>,
    /// Id of the message that this one answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) context_message_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) callback_data: Option<String>,
    /// Category for the price: `service`, or what the template says.
    pub(crate) category: String,
}

/// A message before it has its number.
#[derive(Debug)]
pub(crate) struct NewMessage {
    pub(crate) at: OffsetDateTime,
    pub(crate) wa_id: String,
    pub(crate) wamid: String,
    pub(crate) direction: Direction,
    pub(crate) content: Content,
    pub(crate) raw: Value,
    pub(crate) context_message_id: Option<String>,
    pub(crate) callback_data: Option<String>,
    pub(crate) category: String,
}

/// An approved template. Once there is one, unknown templates are refused; before that, all pass.
#[derive(Clone, Debug, Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Template {
    pub(crate) name: String,
    /// Language code, such as `en` or `sw`.
    pub(crate) language: String,
    /// Text with `{{1}}` or `{{name}}` where parameters go.
    pub(crate) body: String,
    #[serde(default = "utility")]
    pub(crate) category: String,
}

fn utility() -> String {
    "utility".to_owned()
}

/// All phones and their messages.
#[derive(Debug, Default)]
pub(crate) struct Phones {
    customers: BTreeMap<String, Customer>,
    messages: Vec<Message>,
    templates: Vec<Template>,
    /// What the business submitted, and what became of it.
    pub(crate) submitted: Vec<crate::whatsapp::templates::Submitted>,
    last_seq: u64,
}

impl Phones {
    /// The phone of that number, made if nobody had it yet. A name replaces the one it had.
    pub(crate) fn customer(&mut self, wa_id: &str, name: Option<&str>) -> &mut Customer {
        let customer = self
            .customers
            .entry(wa_id.to_owned())
            .or_insert_with(|| Customer {
                wa_id: wa_id.to_owned(),
                name: format!("+{wa_id}"),
                user_id: ids::user_id(wa_id),
                last_inbound_at: None,
                typing_until: None,
            });
        if let Some(name) = name {
            name.clone_into(&mut customer.name);
        }
        customer
    }

    pub(crate) fn customers(&self) -> impl Iterator<Item = &Customer> {
        self.customers.values()
    }

    pub(crate) fn by_user_id(&self, user_id: &str) -> Option<&Customer> {
        self.customers
            .values()
            .find(|customer| customer.user_id == user_id)
    }

    /// Keeps a message and gives it its number.
    pub(crate) fn add(&mut self, new: NewMessage) -> u64 {
        self.last_seq += 1;
        let customer = self.customer(&new.wa_id, None);
        match new.direction {
            Direction::In => customer.last_inbound_at = Some(new.at),
            Direction::Out => customer.typing_until = None,
        }
        let status = match new.direction {
            Direction::In => MessageStatus::Sent,
            Direction::Out => MessageStatus::Accepted,
        };
        self.messages.push(Message {
            seq: self.last_seq,
            at: new.at,
            wa_id: new.wa_id,
            wamid: new.wamid,
            direction: new.direction,
            content: new.content,
            raw: new.raw,
            status,
            error_code: None,
            context_message_id: new.context_message_id,
            callback_data: new.callback_data,
            category: new.category,
        });
        if self.messages.len() > MESSAGES_MAX {
            self.messages.drain(..MESSAGES_MAX / 10);
        }
        self.last_seq
    }

    /// The messages of all phones after the one numbered `after`.
    pub(crate) fn messages_after(&self, after: u64) -> impl Iterator<Item = &Message> {
        self.messages.iter().filter(move |message| message.seq > after)
    }

    pub(crate) fn message(&self, wamid: &str) -> Option<&Message> {
        self.messages.iter().rev().find(|message| message.wamid == wamid)
    }

    pub(crate) fn message_mut(&mut self, wamid: &str) -> Option<&mut Message> {
        self.messages
            .iter_mut()
            .rev()
            .find(|message| message.wamid == wamid)
    }

    /// The last messages of every phone together, `limit` of them at most.
    pub(crate) fn recent(&self, limit: usize) -> &[Message] {
        &self.messages[self.messages.len().saturating_sub(limit)..]
    }

    /// The message that a tap on the choice `id` belongs to: the one said, else the newest that offers it.
    pub(crate) fn offering(&self, wa_id: &str, id: &str, wamid: Option<&str>) -> Option<&Message> {
        self.messages.iter().rev().find(|message| {
            message.wa_id == wa_id
                && message.direction == Direction::Out
                && wamid.is_none_or(|wamid| message.wamid == wamid)
                && (wamid.is_some()
                    || message
                        .content
                        .buttons
                        .iter()
                        .chain(&message.content.rows)
                        .any(|it| it.id == id))
        })
    }

    /// True while the business may answer this phone with anything but a template.
    pub(crate) fn window_is_open(&self, wa_id: &str, now: OffsetDateTime) -> bool {
        let last = self
            .customers
            .get(wa_id)
            .and_then(|customer| customer.last_inbound_at);
        last.is_some_and(|last| now - last < WINDOW)
    }

    /// Whether this phone ever wrote to the business.
    pub(crate) fn has_written(&self, wa_id: &str) -> bool {
        let customer = self.customers.get(wa_id);
        customer.is_some_and(|customer| customer.last_inbound_at.is_some())
    }

    /// Marks a received message and those before it as read by the business; false if it is not known.
    pub(crate) fn business_read(&mut self, wamid: &str, typing_until: Option<OffsetDateTime>) -> bool {
        let found = self
            .message(wamid)
            .filter(|message| message.direction == Direction::In);
        let Some((seq, wa_id)) = found.map(|message| (message.seq, message.wa_id.clone())) else {
            return false;
        };
        for message in &mut self.messages {
            if message.wa_id == wa_id && message.direction == Direction::In && message.seq <= seq {
                message.status = MessageStatus::Read;
            }
        }
        if typing_until.is_some() {
            self.customer(&wa_id, None).typing_until = typing_until;
        }
        true
    }

    /// Marks what was delivered to a phone as read there, and returns the ids of those messages.
    pub(crate) fn customer_read(&mut self, wa_id: &str) -> Vec<String> {
        let unread = self.messages.iter_mut().filter(|message| {
            message.wa_id == wa_id
                && message.direction == Direction::Out
                && message.status == MessageStatus::Delivered
        });
        unread
            .map(|message| {
                message.status = MessageStatus::Read;
                message.wamid.clone()
            })
            .collect()
    }

    pub(crate) fn templates(&self) -> &[Template] {
        &self.templates
    }

    /// Approves a template, in place of one of the same name and language.
    pub(crate) fn approve(&mut self, template: Template) {
        self.templates
            .retain(|it| (&it.name, &it.language) != (&template.name, &template.language));
        self.templates.push(template);
    }
}
