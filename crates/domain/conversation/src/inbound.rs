//! What arrives: a message as it was stored, and what it turns out to say.
//!
//! A message is stored before anybody interprets it, so there are two types: [`InboundMessage`] is the row,
//! [`Received`] is what the channel's adapter read out of its raw text. Every kind that a channel knows has
//! a variant; what nobody has heard of yet is kept as [`Received::Unknown`] and answered politely.

use std::fmt;

use ratiba_kernel::{Id, PhoneNumber};
use time::OffsetDateTime;

use crate::channel::{Channel, SenderKey};

/// The identity of one stored message from a customer.
pub type InboundId = Id<InboundMessage>;

/// A message as it was stored, uninterpreted.
#[derive(Clone, PartialEq)]
pub struct InboundMessage {
    /// Ours.
    pub id: InboundId,
    /// How it came.
    pub channel: Channel,
    /// The provider's id of it; a repeated delivery has the same.
    pub provider_id: String,
    /// Who wrote.
    pub sender: SenderKey,
    /// When the customer wrote it, by the provider's clock. After an outage this may be days ago.
    pub sent_at: OffsetDateTime,
    /// The provider's JSON of this message, with its contact card if one came along.
    pub raw: serde_json::Value,
    /// When it was handled; `None` while it waits for its turn.
    pub handled_at: Option<OffsetDateTime>,
}

impl fmt::Debug for InboundMessage {
    /// Leaves out the raw text, which holds names, numbers and words.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InboundMessage")
            .field("id", &self.id)
            .field("channel", &self.channel)
            .field("sender", &self.sender)
            .field("sent_at", &self.sent_at)
            .field("handled_at", &self.handled_at)
            .finish_non_exhaustive()
    }
}

/// What an adapter read out of one stored message.
#[derive(Clone, PartialEq, Eq)]
pub struct Reading {
    /// The sender's number, if the sender shows one.
    pub phone: Option<PhoneNumber>,
    /// The channel's own id of the sender, if it gave one.
    pub user_id: Option<SenderKey>,
    /// The name that the sender chose to show; untrusted.
    pub profile_name: Option<String>,
    /// What the message says.
    pub received: Received,
    /// The provider's id of the message that this one answers, if it names one.
    pub reply_to: Option<String>,
    /// Whether the chat began at an advertisement.
    pub from_ad: bool,
}

impl fmt::Debug for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reading")
            .field("phone", &self.phone)
            .field("user_id", &self.user_id)
            .field("kind", &self.received.kind())
            .field("from_ad", &self.from_ad)
            .finish_non_exhaustive()
    }
}

/// What a message says.
#[derive(Clone, PartialEq, Eq)]
pub enum Received {
    /// Words.
    Text {
        /// As the customer typed them.
        body: String,
    },
    /// A tap on a button or a row that we once sent, or on a template's quick reply. The token came back from a
    /// phone and is worth no more than what the thread remembers about it.
    Tap {
        /// What we put behind the button.
        token: String,
        /// What stood on it.
        title: String,
    },
    /// A filled-in form of the channel; its JSON as text.
    Form {
        /// Untrusted.
        response_json: String,
    },
    /// A picture.
    Image(Media),
    /// A film.
    Video(Media),
    /// A file.
    Document(Media),
    /// A sticker.
    Sticker(Media),
    /// A sound; `voice` if it was spoken into the phone just now.
    Audio {
        /// Where to fetch it.
        media: Media,
        /// Whether it is a recorded note and no music file.
        voice: bool,
    },
    /// A place. Degrees are kept as text: nothing computes with them yet.
    Location {
        /// Degrees north.
        latitude: String,
        /// Degrees east.
        longitude: String,
        /// What the place is called.
        name: Option<String>,
    },
    /// Contact cards, also as the answer to a request for a number.
    Contacts {
        /// The numbers on the cards that are numbers.
        phones: Vec<PhoneNumber>,
    },
    /// An emoji put on one of the messages, or taken off.
    Reaction {
        /// `None` if it was taken off.
        emoji: Option<String>,
    },
    /// An order from the channel's catalogue.
    Order {
        /// How many different things.
        items: usize,
        /// What the customer wrote along.
        text: Option<String>,
    },
    /// The channel reports that the customer has a new number.
    NumberChanged {
        /// The new one.
        phone: Option<PhoneNumber>,
    },
    /// The channel reports something else about the customer.
    System {
        /// The channel's word for it.
        kind: String,
    },
    /// The customer changed an earlier message. Information only.
    Edited,
    /// The customer took an earlier message back. Information only.
    Revoked,
    /// The channel could not hand the message over: a poll, a view-once picture.
    Unsupported,
    /// A kind that this version has never heard of, or one without its payload.
    Unknown {
        /// The channel's word for it; empty if there was none.
        kind: String,
    },
}

impl Received {
    /// A word for logs and counters; says nothing of the content.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Text { .. } => "text",
            Self::Tap { .. } => "tap",
            Self::Form { .. } => "form",
            Self::Image(_) => "image",
            Self::Video(_) => "video",
            Self::Document(_) => "document",
            Self::Sticker(_) => "sticker",
            Self::Audio { voice: true, .. } => "voice",
            Self::Audio { voice: false, .. } => "audio",
            Self::Location { .. } => "location",
            Self::Contacts { .. } => "contacts",
            Self::Reaction { .. } => "reaction",
            Self::Order { .. } => "order",
            Self::NumberChanged { .. } => "number_changed",
            Self::System { .. } => "system",
            Self::Edited => "edited",
            Self::Revoked => "revoked",
            Self::Unsupported => "unsupported",
            Self::Unknown { .. } => "unknown",
        }
    }

    /// What the customer typed, under a picture as well.
    #[must_use]
    pub fn words(&self) -> Option<&str> {
        match self {
            Self::Text { body } => Some(body),
            Self::Image(media) | Self::Video(media) | Self::Document(media) => media
                .caption
                .as_deref()
                .filter(|caption| !caption.trim().is_empty()),
            Self::Tap { .. }
            | Self::Form { .. }
            | Self::Sticker(_)
            | Self::Audio { .. }
            | Self::Location { .. }
            | Self::Contacts { .. }
            | Self::Reaction { .. }
            | Self::Order { .. }
            | Self::NumberChanged { .. }
            | Self::System { .. }
            | Self::Edited
            | Self::Revoked
            | Self::Unsupported
            | Self::Unknown { .. } => None,
        }
    }

    /// Whether the customer expects an answer. Reactions and the channel's own notes want none.
    #[must_use]
    pub const fn wants_answer(&self) -> bool {
        match self {
            Self::Text { .. }
            | Self::Tap { .. }
            | Self::Form { .. }
            | Self::Image(_)
            | Self::Video(_)
            | Self::Document(_)
            | Self::Sticker(_)
            | Self::Audio { .. }
            | Self::Location { .. }
            | Self::Contacts { .. }
            | Self::Order { .. }
            | Self::Unsupported
            | Self::Unknown { .. } => true,
            Self::Reaction { .. }
            | Self::NumberChanged { .. }
            | Self::System { .. }
            | Self::Edited
            | Self::Revoked => false,
        }
    }
}

impl fmt::Debug for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Received({})", self.kind())
    }
}

/// A file that the channel keeps for a few days.
#[derive(Clone, PartialEq, Eq)]
pub struct Media {
    /// The channel's id of the file.
    pub id: String,
    /// As the channel claims.
    pub mime_type: Option<String>,
    /// What the customer wrote under it.
    pub caption: Option<String>,
}
