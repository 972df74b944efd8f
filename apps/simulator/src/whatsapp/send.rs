//! Reads what the business sends, and refuses what the real API would refuse.
//!
//! Limits are those of the documentation, counted in Unicode scalar values.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::phones::{Choice, Content, Link, Template};

mod template;

/// What was asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Request {
    /// A message to a phone.
    Send(Box<Outgoing>),
    /// A received message, and those before it, were read.
    MarkRead {
        /// Which one.
        wamid: String,
        /// Show that the business is typing.
        typing: bool,
    },
}

/// Who a message is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Recipient {
    /// A number, as it was given and as digits only.
    Number { input: String, wa_id: String },
    /// A business-scoped user id.
    User(String),
}

/// A message that may be accepted.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Outgoing {
    pub(crate) recipient: Recipient,
    pub(crate) content: Content,
    pub(crate) context_message_id: Option<String>,
    pub(crate) callback_data: Option<String>,
    /// `service`, or the category of the template.
    pub(crate) category: String,
}

/// Why a request is answered with an error object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: i64,
    pub(crate) details: String,
}

impl Refusal {
    fn missing(parameter: &str) -> Self {
        Self {
            code: 131_008,
            details: format!("The parameter {parameter} is required."),
        }
    }

    fn invalid(parameter: &str, why: &str) -> Self {
        Self {
            code: 131_009,
            details: format!("Parameter {parameter} is invalid: {why}."),
        }
    }
}

/// Reads a body of `POST /{version}/{phone_number_id}/messages`.
pub(crate) fn read(body: &Value, templates: &[Template]) -> Result<Request, Refusal> {
    let Some(object) = body.as_object() else {
        return Err(Refusal {
            code: 100,
            details: "The body must be a JSON object.".to_owned(),
        });
    };
    if object.get("messaging_product").and_then(Value::as_str) != Some("whatsapp") {
        let details = "(#100) The parameter messaging_product is required and must be whatsapp.".to_owned();
        return Err(Refusal { code: 100, details });
    }
    if let Some(status) = object.get("status") {
        if status.as_str() != Some("read") {
            return Err(Refusal::invalid("status", "only read can be set"));
        }
        let wamid = required(object, "message_id")?.to_owned();
        return Ok(Request::MarkRead {
            wamid,
            typing: object.contains_key("typing_indicator"),
        });
    }
    let callback_data = match object.get("biz_opaque_callback_data") {
        None | Some(Value::Null) => None,
        Some(Value::String(data)) => {
            at_most("biz_opaque_callback_data", data, 512)?;
            Some(data.clone())
        }
        Some(_) => {
            return Err(Refusal::invalid(
                "biz_opaque_callback_data",
                "it must be a string",
            ));
        }
    };
    let recipient = recipient(object)?;
    let (content, category) = content(object, templates)?;
    let context_message_id = object
        .get("context")
        .and_then(|it| it.get("message_id"))
        .and_then(Value::as_str)
        .map(str::to_owned);
    Ok(Request::Send(Box::new(Outgoing {
        recipient,
        content,
        context_message_id,
        callback_data,
        category,
    })))
}

/// The number a body is addressed to, as far as that can be told before it is read in earnest.
pub(crate) fn addressee(body: &Value) -> Option<String> {
    body.get("to").and_then(Value::as_str).map(digits)
}

fn recipient(object: &Map<String, Value>) -> Result<Recipient, Refusal> {
    if let Some(kind) = object.get("recipient_type")
        && kind.as_str() != Some("individual")
    {
        return Err(Refusal::invalid("recipient_type", "it must be individual"));
    }
    // With both, the number wins.
    if let Some(to) = object.get("to") {
        let input = to
            .as_str()
            .ok_or_else(|| Refusal::invalid("to", "it must be a string"))?
            .to_owned();
        let wa_id = digits(&input);
        let separators = |it: char| it.is_ascii_digit() || matches!(it, '+' | ' ' | '-' | '(' | ')');
        if !(7..=15).contains(&wa_id.len()) || !input.chars().all(separators) {
            return Err(Refusal::invalid("to", "it is not a phone number"));
        }
        return Ok(Recipient::Number { input, wa_id });
    }
    match object.get("recipient").and_then(Value::as_str) {
        Some(user_id) => Ok(Recipient::User(user_id.to_owned())),
        None => Err(Refusal::missing("to")),
    }
}

fn content(object: &Map<String, Value>, templates: &[Template]) -> Result<(Content, String), Refusal> {
    // The type may be left out for text.
    let kind = object.get("type").and_then(Value::as_str).unwrap_or("text");
    let part = || part(object, kind);
    let content = match kind {
        "text" => Content {
            text: text(part()?, "text.body", "body", 4_096)?,
            ..Content::default()
        },
        "interactive" => interactive(part()?)?,
        "template" => return template::read(part()?, templates),
        "reaction" => {
            required(part()?, "message_id")?;
            let emoji = part()?.get("emoji").and_then(Value::as_str);
            Content {
                text: emoji.unwrap_or_default().to_owned(),
                ..Content::default()
            }
        }
        "location" => {
            let part = part()?;
            for key in ["latitude", "longitude"] {
                if !part.contains_key(key) {
                    return Err(Refusal::missing(&format!("location.{key}")));
                }
            }
            let name = part
                .get("name")
                .or_else(|| part.get("address"))
                .and_then(Value::as_str);
            Content {
                text: name.unwrap_or("📍").to_owned(),
                ..Content::default()
            }
        }
        "image" | "video" | "audio" | "document" | "sticker" => media(kind, part()?)?,
        other => {
            return Err(Refusal {
                code: 131_051,
                details: format!("Message type {other} is not supported."),
            });
        }
    };
    Ok((
        Content {
            kind: kind.to_owned(),
            ..content
        },
        "service".to_owned(),
    ))
}

fn media(kind: &str, part: &Map<String, Value>) -> Result<Content, Refusal> {
    let link = part.get("link").and_then(Value::as_str);
    if link.is_none() && !part.contains_key("id") {
        return Err(Refusal::missing(&format!("{kind}.id or {kind}.link")));
    }
    let caption = part.get("caption").and_then(Value::as_str).unwrap_or_default();
    at_most("caption", caption, 1_024)?;
    let file = part.get("filename").and_then(Value::as_str).unwrap_or(kind);
    let link = link.map(|url| Link {
        label: file.to_owned(),
        url: url.to_owned(),
    });
    Ok(Content {
        text: caption.to_owned(),
        link,
        ..Content::default()
    })
}

fn interactive(part: &Map<String, Value>) -> Result<Content, Refusal> {
    let kind = required(part, "type")?;
    let body = text(self::part(part, "body")?, "interactive.body.text", "text", 1_024)?;
    let footer = match part.get("footer") {
        Some(_) => Some(text(
            self::part(part, "footer")?,
            "interactive.footer.text",
            "text",
            60,
        )?),
        None => None,
    };
    let header = header(part, kind)?;
    let action = self::part(part, "action")?;
    let mut content = Content {
        text: body,
        footer,
        header,
        ..Content::default()
    };
    match kind {
        "button" => content.buttons = buttons(action)?,
        "list" => {
            content.list_button = Some(text(action, "action.button", "button", 20)?);
            content.rows = rows(action)?;
        }
        "cta_url" => {
            if required(action, "name")? != "cta_url" {
                return Err(Refusal::invalid("action.name", "it must be cta_url"));
            }
            let parameters = self::part(action, "parameters")?;
            let label = text(parameters, "display_text", "display_text", 20)?;
            let url = required(parameters, "url")?;
            if !url.starts_with("https://") && !url.starts_with("http://") {
                return Err(Refusal::invalid(
                    "action.parameters.url",
                    "it must be an address on the web",
                ));
            }
            content.link = Some(Link {
                label,
                url: url.to_owned(),
            });
        }
        "location_request_message" => {
            if required(action, "name")? != "send_location" {
                return Err(Refusal::invalid("action.name", "it must be send_location"));
            }
        }
        _ => return Err(Refusal::invalid("interactive.type", "it is not known")),
    }
    Ok(content)
}

fn header(part: &Map<String, Value>, kind: &str) -> Result<Option<String>, Refusal> {
    if !part.contains_key("header") {
        return Ok(None);
    }
    let header = self::part(part, "header")?;
    match (required(header, "type")?, kind) {
        ("text", _) => Ok(Some(text(header, "interactive.header.text", "text", 60)?)),
        (_, "list") => Err(Refusal::invalid(
            "interactive.header.type",
            "a list takes a text header only",
        )),
        ("image" | "video" | "document", _) => Ok(Some("📎".to_owned())),
        _ => Err(Refusal::invalid("interactive.header.type", "it is not known")),
    }
}

fn buttons(action: &Map<String, Value>) -> Result<Vec<Choice>, Refusal> {
    let buttons = list(action, "buttons")?;
    if !(1..=3).contains(&buttons.len()) {
        return Err(Refusal::invalid("action.buttons", "there must be 1 to 3 buttons"));
    }
    let (mut ids, mut titles) = (BTreeSet::new(), BTreeSet::new());
    let mut choices = Vec::new();
    for button in buttons {
        let button = button
            .as_object()
            .ok_or_else(|| Refusal::invalid("buttons", "not an object"))?;
        if required(button, "type")? != "reply" {
            return Err(Refusal::invalid("buttons.type", "it must be reply"));
        }
        let reply = part(button, "reply")?;
        let choice = Choice {
            id: text(reply, "reply.id", "id", 256)?,
            title: text(reply, "reply.title", "title", 20)?,
            description: None,
            section: None,
        };
        if choice.id.trim() != choice.id {
            return Err(Refusal::invalid(
                "reply.id",
                "it must not begin or end with spaces",
            ));
        }
        if !ids.insert(choice.id.clone()) || !titles.insert(choice.title.clone()) {
            return Err(Refusal::invalid(
                "action.buttons",
                "ids and titles must be unique",
            ));
        }
        choices.push(choice);
    }
    Ok(choices)
}

fn rows(action: &Map<String, Value>) -> Result<Vec<Choice>, Refusal> {
    let sections = list(action, "sections")?;
    if !(1..=10).contains(&sections.len()) {
        return Err(Refusal::invalid(
            "action.sections",
            "there must be 1 to 10 sections",
        ));
    }
    let mut ids = BTreeSet::new();
    let mut choices = Vec::new();
    for section in sections {
        let section = section
            .as_object()
            .ok_or_else(|| Refusal::invalid("sections", "not an object"))?;
        let title = match section.get("title").and_then(Value::as_str) {
            Some(title) => {
                at_most("sections.title", title, 24)?;
                Some(title.to_owned())
            }
            None if sections.len() > 1 => return Err(Refusal::missing("sections.title")),
            None => None,
        };
        for row in list(section, "rows")? {
            let row = row
                .as_object()
                .ok_or_else(|| Refusal::invalid("rows", "not an object"))?;
            let description = match row.get("description").and_then(Value::as_str) {
                Some(description) => {
                    at_most("rows.description", description, 72)?;
                    Some(description.to_owned())
                }
                None => None,
            };
            let id = text(row, "rows.id", "id", 200)?;
            if !ids.insert(id.clone()) {
                return Err(Refusal::invalid("rows.id", "ids must be unique"));
            }
            let row_title = text(row, "rows.title", "title", 24)?;
            choices.push(Choice {
                id,
                title: row_title,
                description,
                section: title.clone(),
            });
        }
    }
    // The limit is over all sections together.
    if !(1..=10).contains(&choices.len()) {
        return Err(Refusal::invalid(
            "action.sections",
            "there must be 1 to 10 rows in all",
        ));
    }
    Ok(choices)
}

fn part<'a>(object: &'a Map<String, Value>, key: &str) -> Result<&'a Map<String, Value>, Refusal> {
    object
        .get(key)
        .and_then(Value::as_object)
        .ok_or_else(|| Refusal::missing(key))
}

fn list<'a>(object: &'a Map<String, Value>, key: &str) -> Result<&'a [Value], Refusal> {
    object
        .get(key)
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .ok_or_else(|| Refusal::missing(key))
}

fn required<'a>(object: &'a Map<String, Value>, key: &str) -> Result<&'a str, Refusal> {
    let text = object.get(key).and_then(Value::as_str).unwrap_or_default();
    if text.is_empty() {
        Err(Refusal::missing(key))
    } else {
        Ok(text)
    }
}

/// A text that is there, is not blank, and is at most `max` characters long.
fn text(object: &Map<String, Value>, name: &str, key: &str, max: usize) -> Result<String, Refusal> {
    let text = required(object, key).map_err(|_| Refusal::missing(name))?;
    if text.trim().is_empty() {
        return Err(Refusal::missing(name));
    }
    at_most(name, text, max)?;
    Ok(text.to_owned())
}

fn at_most(name: &str, text: &str, max: usize) -> Result<(), Refusal> {
    let length = text.chars().count();
    if length > max {
        return Err(Refusal::invalid(
            name,
            &format!("{length} characters are more than {max}"),
        ));
    }
    Ok(())
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

#[cfg(test)]
mod tests;
