//! What we send: a message whose limits are kept by construction, and how far its sending has come.
//!
//! A message is stored before it is sent. The provider has no idempotency key, so the states say honestly
//! whether we know that it went out; [`OutgoingMessage::next_step`] is the one place that decides whether a
//! message may be sent a second time.

mod content;
mod document;
mod link;
mod sending;

use std::fmt;

use ratiba_kernel::Id;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::channel::{Address, Channel};
use crate::customer::CustomerId;
use crate::inbound::InboundId;
use crate::thread::ThreadId;

pub use content::{
    BODY_CHARACTERS_MAX, BUTTON_TITLE_CHARACTERS_MAX, BUTTONS_MAX, Buttons, Content, ListMessage,
    ROW_DESCRIPTION_CHARACTERS_MAX, ROW_TITLE_CHARACTERS_MAX, ROWS_MAX, ReplyButton, Row,
    TEXT_CHARACTERS_MAX, TemplateCall, TextBody, TooMuch, cut,
};
pub use document::{DOCUMENT_BYTES_MAX, Document, FILE_NAME_CHARACTERS_MAX};
pub use link::{LinkButton, URL_CHARACTERS_MAX};
pub use sending::{
    CLOCK_SLACK, Delivery, NextStep, PUT_OFF_MAX, SEND_ATTEMPTS_MAX, STATUS_WAIT, SendAnswer, SendRefusal,
    SendState, StatusKind, StatusReport,
};

/// The identity of one message that we send; it travels as the provider's opaque callback data.
pub type MessageId = Id<OutgoingMessage>;

/// What a message is for: decides whether it may wait, repeat itself, or come uninvited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Answers what the recipient just wrote or did.
    Answer,
    /// Confirms a visit or a payment.
    Receipt,
    /// Reminds of a visit that exists.
    Reminder,
    /// Asks for money or carries a code: never sent twice on a suspicion.
    AsksMoney,
    /// The business's daily figures, to its owner.
    Digest,
    /// Something that a person of the business should act on.
    Alert,
    /// Something that a person of the business is glad to know, and need not act on.
    News,
    /// Offers something around a visit that nobody misses if it does not come: a tip.
    Offer,
    /// Invites or advertises; needs consent.
    Marketing,
}

impl Purpose {
    /// The name that rows use.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::Receipt => "receipt",
            Self::Reminder => "reminder",
            Self::AsksMoney => "asks_money",
            Self::Digest => "digest",
            Self::Alert => "alert",
            Self::News => "news",
            Self::Offer => "offer",
            Self::Marketing => "marketing",
        }
    }

    /// The purpose of a name as [`Purpose::code`] writes it.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        [
            Self::Answer,
            Self::Receipt,
            Self::Reminder,
            Self::AsksMoney,
            Self::Digest,
            Self::Alert,
            Self::News,
            Self::Offer,
            Self::Marketing,
        ]
        .into_iter()
        .find(|purpose| purpose.code() == code)
    }

    /// Whether a second copy would do no harm.
    #[must_use]
    pub const fn may_repeat(self) -> bool {
        match self {
            Self::Answer | Self::Receipt | Self::Reminder | Self::Digest | Self::Alert | Self::News => true,
            Self::AsksMoney | Self::Offer | Self::Marketing => false,
        }
    }

    /// Whether it waits for the morning when it falls into the quiet hours.
    #[must_use]
    pub const fn keeps_quiet_hours(self) -> bool {
        match self {
            Self::Answer | Self::Receipt | Self::AsksMoney | Self::Alert => false,
            Self::Reminder | Self::Digest | Self::News | Self::Offer | Self::Marketing => true,
        }
    }
}

/// To whom a message goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recipient {
    /// A customer, whose address and consent are looked up when it is sent.
    Customer(CustomerId),
    /// A person of the business, at this address.
    Business(Address),
}

/// One message that we send.
#[derive(Clone, PartialEq, Eq)]
pub struct OutgoingMessage {
    /// Ours; returned by the provider with every status.
    pub id: MessageId,
    /// The thread that it belongs to, if it belongs to one.
    pub thread: Option<ThreadId>,
    /// How it goes.
    pub channel: Channel,
    /// To whom.
    pub recipient: Recipient,
    /// The customer whom a message to the business tells of, so that it is forgotten with them; `None` for one that tells of nobody,
    /// or that goes to the customer.
    pub about: Option<CustomerId>,
    /// What it is for.
    pub purpose: Purpose,
    /// What it says.
    pub content: Content,
    /// What to send instead where only templates are allowed.
    pub fallback: Option<TemplateCall>,
    /// Names the occasion: a change with a message whose cause is on record is refused. Holds ids, never words.
    pub cause: String,
    /// When it was decided.
    pub created_at: OffsetDateTime,
    /// How far its sending has come.
    pub state: SendState,
    /// What the provider reported about its way.
    pub delivery: Delivery,
    /// Counts the recorded changes; 0 was never recorded.
    pub version: i32,
}

/// Names the answer to a message that came in, of which there is one at most.
#[must_use]
pub fn reply_to(inbound: InboundId) -> String {
    format!("turn:{inbound}:reply")
}

impl OutgoingMessage {
    /// The message that this answers, if it answers one.
    #[must_use]
    pub fn answers(&self) -> Option<InboundId> {
        let key = self.cause.strip_prefix("turn:")?.strip_suffix(":reply")?;
        key.parse().ok()
    }

    /// A message that waits to be sent.
    #[must_use]
    pub fn queued(id: MessageId, draft: Draft, at: OffsetDateTime) -> Self {
        Self {
            id,
            thread: draft.thread,
            channel: draft.channel,
            recipient: draft.recipient,
            about: draft.about,
            purpose: draft.purpose,
            content: draft.content,
            fallback: draft.fallback,
            cause: draft.cause,
            created_at: at,
            state: SendState::Queued {
                not_before: at,
                attempts: 0,
            },
            delivery: Delivery::default(),
            version: 0,
        }
    }
}

impl fmt::Debug for OutgoingMessage {
    /// Leaves out the words.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OutgoingMessage")
            .field("id", &self.id)
            .field("recipient", &self.recipient)
            .field("purpose", &self.purpose)
            .field("content", &self.content)
            .field("cause", &self.cause)
            .field("state", &self.state)
            .field("delivery", &self.delivery)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

/// What must be known to queue a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The thread that it belongs to, if it belongs to one.
    pub thread: Option<ThreadId>,
    /// How it goes.
    pub channel: Channel,
    /// To whom.
    pub recipient: Recipient,
    /// Of whom it tells; see [`OutgoingMessage::about`].
    pub about: Option<CustomerId>,
    /// What it is for.
    pub purpose: Purpose,
    /// What it says.
    pub content: Content,
    /// What to send instead where only templates are allowed.
    pub fallback: Option<TemplateCall>,
    /// Names the occasion; see [`OutgoingMessage::cause`].
    pub cause: String,
}

#[cfg(test)]
mod tests;
