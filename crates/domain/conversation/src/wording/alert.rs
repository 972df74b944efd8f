//! What people of the business are told.

use crate::channel::{Address, Channel};
use crate::outgoing::{Content, Draft, Purpose, Recipient, TEXT_CHARACTERS_MAX, TextBody, cut};
use crate::redact::redact;
use crate::templates::{TemplateName, call};
use crate::texts::{Placeholder, TextKey, Tongue, Values, render};
use crate::thread::HandoffReason;

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

/// How much of the customer's last words is shown.
const WORDS_CHARACTERS: usize = 200;

/// The brief for the person who is called: why, who, the last words (masked), what to do.
#[must_use]
pub fn person_wanted(
    reason: HandoffReason,
    name: Option<&str>,
    phone: Option<&str>,
    words: &str,
    tongue: Tongue,
) -> OwnerNews {
    let known: Vec<&str> = [name, phone].into_iter().flatten().collect();
    let (reason, known, next) = (
        reason_word(reason, tongue),
        known.join(", "),
        next_step(reason, tongue),
    );
    let values = Values::new()
        .with(Placeholder::Reason, reason)
        .with(Placeholder::Known, known.as_str())
        .with(Placeholder::List, cut(&redact(words), WORDS_CHARACTERS))
        .with(Placeholder::NextStep, next);
    let body = render(TextKey::HandoffBrief, tongue, &values);
    alert(body, [reason, &known, next])
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

const fn reason_word(reason: HandoffReason, tongue: Tongue) -> &'static str {
    match (reason, tongue) {
        (HandoffReason::Asked, Tongue::English) => "asked for one",
        (HandoffReason::Asked, Tongue::Swahili) => "ameomba",
        (HandoffReason::NotUnderstood, Tongue::English) => "not understood three times",
        (HandoffReason::NotUnderstood, Tongue::Swahili) => "hakueleweka mara tatu",
        (HandoffReason::OutsideCohort, Tongue::English) => "not invited yet",
        (HandoffReason::OutsideCohort, Tongue::Swahili) => "bado hajaalikwa",
        (HandoffReason::Money, Tongue::English) => "a question about money",
        (HandoffReason::Money, Tongue::Swahili) => "swali la pesa",
        (HandoffReason::BeyondMachine, Tongue::English) => "wants what the assistant cannot do",
        (HandoffReason::BeyondMachine, Tongue::Swahili) => "anataka kisichowezekana kwa msaidizi",
        (HandoffReason::MachineFailed, Tongue::English) => "the assistant failed to answer",
        (HandoffReason::MachineFailed, Tongue::Swahili) => "msaidizi ameshindwa kujibu",
    }
}

const fn next_step(reason: HandoffReason, tongue: Tongue) -> &'static str {
    match (reason, tongue) {
        (HandoffReason::Money, Tongue::English) => "look at the payment, then answer",
        (HandoffReason::Money, Tongue::Swahili) => "angalia malipo, kisha mjibu",
        (
            HandoffReason::Asked
            | HandoffReason::NotUnderstood
            | HandoffReason::OutsideCohort
            | HandoffReason::BeyondMachine
            | HandoffReason::MachineFailed,
            Tongue::English,
        ) => "answer in the chat or call",
        (
            HandoffReason::Asked
            | HandoffReason::NotUnderstood
            | HandoffReason::OutsideCohort
            | HandoffReason::BeyondMachine
            | HandoffReason::MachineFailed,
            Tongue::Swahili,
        ) => "mjibu kwenye chat au mpigie",
    }
}

/// A message to a person of the business; outside of the window its template goes.
#[must_use]
pub fn to_business(
    news: &OwnerNews,
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
        purpose: phrase.purpose,
        content: Content::Text(TextBody::new(cut(&phrase.body, TEXT_CHARACTERS_MAX)).ok()?),
        fallback: call(news.template, tongue, &parameters, Vec::new()).ok(),
        cause,
    })
}
