//! What people of the business are told.

use crate::channel::{Address, Channel};
use crate::customer::CustomerId;
use crate::outgoing::{Content, Draft, Purpose, Recipient, TEXT_CHARACTERS_MAX, TextBody, cut};
use crate::templates::{TemplateName, call};
use crate::texts::Tongue;

use super::Phrase;

/// Something that people of the business are told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnerNews {
    /// The words.
    pub phrase: Phrase,
    /// The template that goes where only those do.
    pub template: TemplateName,
    /// What the template carries, in its order: as much as a person needs to act without the words.
    pub parameters: Vec<String>,
}

/// An alert in these words; why, who and about what, and what to do next stand in its template as well.
#[must_use]
pub fn alert(body: String, [reason, known, next]: [&str; 3]) -> OwnerNews {
    OwnerNews {
        phrase: Phrase::plain(body).for_purpose(Purpose::Alert),
        template: TemplateName::OwnerAlert,
        parameters: [reason, known, next].map(str::to_owned).into(),
    }
}

/// A message to a person of the business about a customer, if it is about one; outside of the window its template goes.
#[must_use]
pub fn to_business(
    news: &OwnerNews,
    about: Option<CustomerId>,
    address: Address,
    channel: Channel,
    tongue: Tongue,
    cause: String,
) -> Option<Draft> {
    let phrase = &news.phrase;
    // The channel refuses a parameter without words.
    let parameters: Vec<&str> = news
        .parameters
        .iter()
        .map(|text| {
            if text.trim().is_empty() {
                "–"
            } else {
                text.as_str()
            }
        })
        .collect();
    Some(Draft {
        thread: None,
        channel,
        recipient: Recipient::Business(address),
        about,
        purpose: phrase.purpose,
        content: Content::Text(TextBody::new(cut(&phrase.body, TEXT_CHARACTERS_MAX)).ok()?),
        fallback: call(news.template, tongue, &parameters, Vec::new()).ok(),
        cause,
    })
}
