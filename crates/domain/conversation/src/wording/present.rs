//! A phrase as the kind of message that the channel can carry.

use crate::channel::Capabilities;
use crate::hear::token;
use crate::machine::Meaning;
use crate::outgoing::{
    BODY_CHARACTERS_MAX, BUTTON_TITLE_CHARACTERS_MAX, Buttons, Content, LinkButton, ListMessage, MessageId,
    ROW_DESCRIPTION_CHARACTERS_MAX, ROW_TITLE_CHARACTERS_MAX, ReplyButton, Row, TEXT_CHARACTERS_MAX,
    TextBody, TooMuch, cut,
};

use super::{Choice, Phrase};

/// A message, and what each of its choices means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presented {
    /// The message.
    pub content: Content,
    /// The meanings, in the order shown.
    pub options: Vec<Meaning>,
}

/// Shows a phrase that leads to a page as a button for it; as buttons where its choices are few and short, as a list where the channel has lists, and else as
/// numbered words. Free words are understood in any case.
///
/// # Errors
/// [`TooMuch`] for a phrase without words.
pub fn present(
    phrase: &Phrase,
    capabilities: Capabilities,
    message: MessageId,
) -> Result<Presented, TooMuch> {
    let choices = phrase.choices.as_slice();
    let short = choices.iter().all(|choice| {
        choice.description.is_none() && choice.title.chars().count() <= BUTTON_TITLE_CHARACTERS_MAX
    });
    let content = if let Some(link) = link(phrase, capabilities) {
        Content::Link(link)
    } else if choices.is_empty() {
        plain(&phrase.body)?
    } else if short && choices.len() <= capabilities.buttons_max {
        let buttons = choices
            .iter()
            .enumerate()
            .map(|(place, choice)| ReplyButton {
                token: token(message, place, &choice.meaning),
                title: choice.title.clone(),
            })
            .collect();
        match Buttons::new(cut(&phrase.body, BODY_CHARACTERS_MAX), buttons) {
            Ok(buttons) => Content::Buttons(buttons),
            Err(_unfit) => numbered(phrase)?,
        }
    } else if capabilities.list_rows_max > 0 {
        match list(phrase, capabilities, message) {
            Ok(list) => list,
            // Two rows that read alike are told apart by their numbers: a question is never dropped for its looks.
            Err(_unfit) => numbered(phrase)?,
        }
    } else {
        numbered(phrase)?
    };
    let shown = match &content {
        Content::List(list) => list.rows().len(),
        Content::Text(_)
        | Content::Buttons(_)
        | Content::Link(_)
        | Content::Template(_)
        | Content::Document(_) => choices.len(),
    };
    let options = choices
        .iter()
        .take(shown)
        .map(|choice| choice.meaning.clone())
        .collect();
    Ok(Presented { content, options })
}

/// The page behind a button, where the channel has such and nothing else is to be chosen.
fn link(phrase: &Phrase, capabilities: Capabilities) -> Option<LinkButton> {
    let page = phrase.page.as_ref();
    let page = page.filter(|_| capabilities.link_button && phrase.choices.is_empty())?;
    let body = cut(&page.body, BODY_CHARACTERS_MAX);
    LinkButton::new(body, page.label.as_str(), page.url.as_str()).ok()
}

fn list(phrase: &Phrase, capabilities: Capabilities, message: MessageId) -> Result<Content, TooMuch> {
    let rows = phrase
        .choices
        .iter()
        .take(capabilities.list_rows_max)
        .enumerate()
        .map(|(place, choice)| Row {
            token: token(message, place, &choice.meaning),
            title: cut(&choice.title, ROW_TITLE_CHARACTERS_MAX),
            description: described(choice),
        })
        .collect();
    let button = cut(&phrase.list_button, BUTTON_TITLE_CHARACTERS_MAX);
    let button = if button.is_empty() {
        "…".to_owned()
    } else {
        button
    };
    ListMessage::new(cut(&phrase.body, BODY_CHARACTERS_MAX), button, rows).map(Content::List)
}

/// The description of a row; a title that had to be cut is given in full where nothing else stands there.
fn described(choice: &Choice) -> Option<String> {
    let cut_off = choice.title.chars().count() > ROW_TITLE_CHARACTERS_MAX;
    let text = match &choice.description {
        Some(description) if cut_off => format!("{} · {description}", choice.title),
        Some(description) => description.clone(),
        None if cut_off => choice.title.clone(),
        None => return None,
    };
    Some(cut(&text, ROW_DESCRIPTION_CHARACTERS_MAX)).filter(|text| !text.is_empty())
}

fn plain(body: &str) -> Result<Content, TooMuch> {
    TextBody::new(cut(body, TEXT_CHARACTERS_MAX)).map(Content::Text)
}

fn numbered(phrase: &Phrase) -> Result<Content, TooMuch> {
    let mut text = phrase.body.clone();
    for (place, choice) in phrase.choices.iter().enumerate() {
        let description = choice
            .description
            .as_deref()
            .map_or(String::new(), |d| format!(" · {d}"));
        text.push_str(&format!("\n{}. {}{description}", place + 1, choice.title));
    }
    plain(&text)
}
