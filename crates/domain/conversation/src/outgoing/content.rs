//! The kinds of message, each with the channel's limits kept by its constructor.
//!
//! Limits count Unicode scalar values after substitution. What is read back from a row passes the same
//! constructors, so a message that exists can be sent.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::document::Document;
use super::link::LinkButton;

/// The longest plain text.
pub const TEXT_CHARACTERS_MAX: usize = 4096;
/// The longest text above buttons or a list.
pub const BODY_CHARACTERS_MAX: usize = 1024;
/// The most reply buttons.
pub const BUTTONS_MAX: usize = 3;
/// The longest title of a reply button, and of the button that opens a list.
pub const BUTTON_TITLE_CHARACTERS_MAX: usize = 20;
/// The most rows of a list, over all its sections.
pub const ROWS_MAX: usize = 10;
/// The longest title of a row.
pub const ROW_TITLE_CHARACTERS_MAX: usize = 24;
/// The longest description of a row.
pub const ROW_DESCRIPTION_CHARACTERS_MAX: usize = 72;
/// The longest id of a row; a button could carry 256, the smaller limit serves both.
const TOKEN_CHARACTERS_MAX: usize = 200;
/// The longest parameter of a template: its text as a whole has no more.
const PARAMETER_CHARACTERS_MAX: usize = 1_024;

/// A message would break one of the channel's limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TooMuch {
    /// A text that has to be there is empty.
    #[error("a text of the message is empty")]
    Empty,
    /// A text is longer than the channel takes.
    #[error("a text of the message is longer than {limit} characters")]
    TooLong {
        /// What the channel takes.
        limit: usize,
    },
    /// More buttons or rows than the channel takes, or none.
    #[error("a message takes 1 to {limit} choices")]
    Choices {
        /// What the channel takes.
        limit: usize,
    },
    /// Two choices read or answer alike.
    #[error("two choices of the message are alike")]
    Alike,
    /// A parameter of a template has a new line, a tab or a run of spaces, or the name of a file has more than letters.
    #[error("a parameter of the template or the name of a file has a layout of its own")]
    Layout,
    /// The template has another number of parameters or of quick replies.
    #[error("the template takes {parameters} parameters and {quick_replies} quick replies")]
    OtherTemplate {
        /// How many parameters it has.
        parameters: usize,
        /// How many quick replies it has.
        quick_replies: usize,
    },
    /// What a button is to open is no address on the web.
    #[error("the button opens no address on the web")]
    NoAddress,
    /// The file is not of the kind that it says, or too large.
    #[error("the file is no PDF of at most {limit} bytes")]
    NoDocument {
        /// How large it may be.
        limit: usize,
    },
}

/// The first `limit` characters; where something is cut off, the last of them becomes an ellipsis.
#[must_use]
pub fn cut(text: &str, limit: usize) -> String {
    let trimmed = text.trim();
    if trimmed.chars().count() <= limit {
        return trimmed.to_owned();
    }
    let mut short: String = trimmed.chars().take(limit.saturating_sub(1)).collect();
    short.truncate(short.trim_end().len());
    short.push('…');
    short
}

pub(super) fn within(text: &str, limit: usize) -> Result<(), TooMuch> {
    if text.trim().is_empty() {
        return Err(TooMuch::Empty);
    }
    if text.chars().count() > limit {
        return Err(TooMuch::TooLong { limit });
    }
    Ok(())
}

/// A plain text of 1 to 4096 characters.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TextBody(String);

impl TextBody {
    /// A text within the limit.
    ///
    /// # Errors
    /// [`TooMuch::Empty`], [`TooMuch::TooLong`].
    pub fn new(text: impl Into<String>) -> Result<Self, TooMuch> {
        let text = text.into();
        within(&text, TEXT_CHARACTERS_MAX)?;
        Ok(Self(text))
    }

    /// The words.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for TextBody {
    type Error = TooMuch;

    fn try_from(text: String) -> Result<Self, TooMuch> {
        Self::new(text)
    }
}
impl From<TextBody> for String {
    fn from(body: TextBody) -> Self {
        body.0
    }
}

/// One reply button.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReplyButton {
    /// What comes back when it is tapped.
    pub token: String,
    /// What stands on it, at most 20 characters.
    pub title: String,
}

/// A text with one to three reply buttons.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RawButtons", into = "RawButtons")]
pub struct Buttons {
    body: String,
    buttons: Vec<ReplyButton>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawButtons {
    body: String,
    buttons: Vec<ReplyButton>,
}

impl Buttons {
    /// A text with buttons within the limits.
    ///
    /// # Errors
    /// [`TooMuch`] in all its variants but the template's.
    pub fn new(body: impl Into<String>, buttons: Vec<ReplyButton>) -> Result<Self, TooMuch> {
        let body = body.into();
        within(&body, BODY_CHARACTERS_MAX)?;
        if buttons.is_empty() || buttons.len() > BUTTONS_MAX {
            return Err(TooMuch::Choices { limit: BUTTONS_MAX });
        }
        for button in &buttons {
            within(&button.title, BUTTON_TITLE_CHARACTERS_MAX)?;
            within(&button.token, TOKEN_CHARACTERS_MAX)?;
        }
        all_apart(
            buttons
                .iter()
                .map(|button| (button.title.as_str(), button.token.as_str())),
        )?;
        Ok(Self { body, buttons })
    }

    /// The text above the buttons.
    #[must_use]
    pub fn body(&self) -> &str {
        &self.body
    }

    /// The buttons, in the order shown.
    #[must_use]
    pub fn buttons(&self) -> &[ReplyButton] {
        &self.buttons
    }
}

impl TryFrom<RawButtons> for Buttons {
    type Error = TooMuch;

    fn try_from(raw: RawButtons) -> Result<Self, TooMuch> {
        Self::new(raw.body, raw.buttons)
    }
}
impl From<Buttons> for RawButtons {
    fn from(buttons: Buttons) -> Self {
        Self {
            body: buttons.body,
            buttons: buttons.buttons,
        }
    }
}

/// One row of a list.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// What comes back when it is chosen.
    pub token: String,
    /// At most 24 characters.
    pub title: String,
    /// At most 72 characters.
    pub description: Option<String>,
}

/// A text with a list of one to ten rows in one section.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RawList", into = "RawList")]
pub struct ListMessage {
    body: String,
    button: String,
    rows: Vec<Row>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawList {
    body: String,
    button: String,
    rows: Vec<Row>,
}

impl ListMessage {
    /// A text with a list within the limits; `button` opens the list.
    ///
    /// # Errors
    /// [`TooMuch`] in all its variants but the template's.
    pub fn new(body: impl Into<String>, button: impl Into<String>, rows: Vec<Row>) -> Result<Self, TooMuch> {
        let (body, button) = (body.into(), button.into());
        within(&body, BODY_CHARACTERS_MAX)?;
        within(&button, BUTTON_TITLE_CHARACTERS_MAX)?;
        if rows.is_empty() || rows.len() > ROWS_MAX {
            return Err(TooMuch::Choices { limit: ROWS_MAX });
        }
        for row in &rows {
            within(&row.title, ROW_TITLE_CHARACTERS_MAX)?;
            within(&row.token, TOKEN_CHARACTERS_MAX)?;
            if let Some(description) = &row.description {
                within(description, ROW_DESCRIPTION_CHARACTERS_MAX)?;
            }
        }
        let tokens: BTreeSet<&str> = rows.iter().map(|row| row.token.as_str()).collect();
        if tokens.len() < rows.len() {
            return Err(TooMuch::Alike);
        }
        Ok(Self { body, button, rows })
    }

    /// The text above the list.
    #[must_use]
    pub fn body(&self) -> &str {
        &self.body
    }

    /// What stands on the button that opens the list.
    #[must_use]
    pub fn button(&self) -> &str {
        &self.button
    }

    /// The rows, in the order shown.
    #[must_use]
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }
}

impl TryFrom<RawList> for ListMessage {
    type Error = TooMuch;

    fn try_from(raw: RawList) -> Result<Self, TooMuch> {
        Self::new(raw.body, raw.button, raw.rows)
    }
}
impl From<ListMessage> for RawList {
    fn from(list: ListMessage) -> Self {
        Self {
            body: list.body,
            button: list.button,
            rows: list.rows,
        }
    }
}

fn all_apart<'a>(choices: impl Iterator<Item = (&'a str, &'a str)>) -> Result<(), TooMuch> {
    let (mut titles, mut tokens) = (BTreeSet::new(), BTreeSet::new());
    for (title, token) in choices {
        if !titles.insert(title) || !tokens.insert(token) {
            return Err(TooMuch::Alike);
        }
    }
    Ok(())
}

/// A call of a template that the channel's owner approved.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RawTemplate", into = "RawTemplate")]
pub struct TemplateCall {
    name: String,
    language_code: String,
    parameters: Vec<String>,
    payloads: Vec<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTemplate {
    name: String,
    language_code: String,
    parameters: Vec<String>,
    #[serde(default)]
    payloads: Vec<String>,
}

impl TemplateCall {
    /// A call with the body's parameters in order and the payloads of its quick replies in order.
    ///
    /// # Errors
    /// [`TooMuch`] if a part is empty or too long, or a parameter has layout that templates refuse.
    pub fn new(
        name: impl Into<String>,
        language_code: impl Into<String>,
        parameters: Vec<String>,
        payloads: Vec<String>,
    ) -> Result<Self, TooMuch> {
        let (name, language_code) = (name.into(), language_code.into());
        within(&name, PARAMETER_CHARACTERS_MAX)?;
        within(&language_code, BUTTON_TITLE_CHARACTERS_MAX)?;
        if payloads.len() > ROWS_MAX {
            return Err(TooMuch::Choices { limit: ROWS_MAX });
        }
        for parameter in &parameters {
            within(parameter, PARAMETER_CHARACTERS_MAX)?;
            if parameter.contains(['\n', '\r', '\t']) || parameter.contains("     ") {
                return Err(TooMuch::Layout);
            }
        }
        for payload in &payloads {
            within(payload, TOKEN_CHARACTERS_MAX)?;
        }
        Ok(Self {
            name,
            language_code,
            parameters,
            payloads,
        })
    }

    /// The template's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The template's language as the channel writes it.
    #[must_use]
    pub fn language_code(&self) -> &str {
        &self.language_code
    }

    /// The body's parameters, in order.
    #[must_use]
    pub fn parameters(&self) -> &[String] {
        &self.parameters
    }

    /// What comes back from its quick replies, in order.
    #[must_use]
    pub fn payloads(&self) -> &[String] {
        &self.payloads
    }
}

impl TryFrom<RawTemplate> for TemplateCall {
    type Error = TooMuch;

    fn try_from(raw: RawTemplate) -> Result<Self, TooMuch> {
        Self::new(raw.name, raw.language_code, raw.parameters, raw.payloads)
    }
}
impl From<TemplateCall> for RawTemplate {
    fn from(call: TemplateCall) -> Self {
        Self {
            name: call.name,
            language_code: call.language_code,
            parameters: call.parameters,
            payloads: call.payloads,
        }
    }
}

/// What a message says.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "content", rename_all = "snake_case")]
pub enum Content {
    /// Plain words.
    Text(TextBody),
    /// Words with reply buttons.
    Buttons(Buttons),
    /// Words with a list.
    List(ListMessage),
    /// Words with a button that opens a page.
    Link(LinkButton),
    /// An approved template.
    Template(TemplateCall),
    /// A file.
    Document(Document),
}

impl Content {
    /// A word for rows and logs.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::Buttons(_) => "buttons",
            Self::List(_) => "list",
            Self::Link(_) => "link",
            Self::Template(_) => "template",
            Self::Document(_) => "document",
        }
    }

    /// The words that the recipient reads first, and where a button leads; a template's are with the channel, so its
    /// parameters.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Text(body) => body.as_str().to_owned(),
            Self::Buttons(buttons) => buttons.body().to_owned(),
            Self::List(list) => list.body().to_owned(),
            Self::Link(link) => format!("{}\n{}", link.body(), link.url()),
            Self::Template(call) => call.parameters().join(" · "),
            Self::Document(document) => document.caption().to_owned(),
        }
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Content({})", self.kind())
    }
}
impl fmt::Debug for TextBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TextBody(…)")
    }
}
impl fmt::Debug for Buttons {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Buttons({})", self.buttons.len())
    }
}
impl fmt::Debug for ReplyButton {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReplyButton({})", self.token)
    }
}
impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Row({})", self.token)
    }
}
impl fmt::Debug for ListMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ListMessage({})", self.rows.len())
    }
}
impl fmt::Debug for TemplateCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TemplateCall({}, {})", self.name, self.language_code)
    }
}
