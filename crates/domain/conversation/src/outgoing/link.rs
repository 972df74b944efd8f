//! A message with one button that opens a page.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::content::{BODY_CHARACTERS_MAX, BUTTON_TITLE_CHARACTERS_MAX, TooMuch, within};

/// The longest address behind a button: what we open is far shorter.
pub const URL_CHARACTERS_MAX: usize = 2_000;

/// A text with a button that opens an address on the web.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RawLink", into = "RawLink")]
pub struct LinkButton {
    body: String,
    label: String,
    url: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLink {
    body: String,
    label: String,
    url: String,
}

impl LinkButton {
    /// A text with a button within the limits.
    ///
    /// # Errors
    /// [`TooMuch::Empty`], [`TooMuch::TooLong`]; [`TooMuch::NoAddress`] for what is no address on the web.
    pub fn new(
        body: impl Into<String>,
        label: impl Into<String>,
        url: impl Into<String>,
    ) -> Result<Self, TooMuch> {
        let (body, label, url) = (body.into(), label.into(), url.into());
        within(&body, BODY_CHARACTERS_MAX)?;
        within(&label, BUTTON_TITLE_CHARACTERS_MAX)?;
        within(&url, URL_CHARACTERS_MAX)?;
        let on_the_web = url.starts_with("https://") || url.starts_with("http://");
        if !on_the_web || url.contains(|letter: char| letter.is_whitespace() || letter.is_control()) {
            return Err(TooMuch::NoAddress);
        }
        Ok(Self { body, label, url })
    }

    /// The text above the button.
    #[must_use]
    pub fn body(&self) -> &str {
        &self.body
    }

    /// What stands on the button.
    #[must_use]
    pub fn label(&self) -> &str {
        &self.label
    }

    /// What it opens.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl TryFrom<RawLink> for LinkButton {
    type Error = TooMuch;

    fn try_from(raw: RawLink) -> Result<Self, TooMuch> {
        Self::new(raw.body, raw.label, raw.url)
    }
}
impl From<LinkButton> for RawLink {
    fn from(link: LinkButton) -> Self {
        Self {
            body: link.body,
            label: link.label,
            url: link.url,
        }
    }
}
impl fmt::Debug for LinkButton {
    /// Who has the address sees the order.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LinkButton({} bytes)", self.url.len())
    }
}

#[cfg(test)]
mod tests;
