//! A channel as the dialogue knows it: what it can carry, and where on it somebody is reached.
//!
//! The dialogue asks for capabilities and never for a channel's name. How a channel is spoken to is its
//! adapter's business.

use std::fmt;

use ratiba_kernel::PhoneNumber;
use serde::{Deserialize, Serialize};
use time::Duration;

/// A way in which customers write to a business.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// WhatsApp through Meta's Cloud API.
    Whatsapp,
}

/// The text names no channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no channel of that name")]
pub struct UnknownChannel;

impl Channel {
    /// The name that rows and logs use.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Whatsapp => "whatsapp",
        }
    }

    /// The channel of a name as [`Channel::code`] writes it.
    ///
    /// # Errors
    /// [`UnknownChannel`] for any other text.
    pub fn parse(code: &str) -> Result<Self, UnknownChannel> {
        match code {
            "whatsapp" => Ok(Self::Whatsapp),
            _other => Err(UnknownChannel),
        }
    }

    /// What the channel can carry.
    #[must_use]
    pub const fn capabilities(self) -> Capabilities {
        match self {
            Self::Whatsapp => Capabilities {
                session_window: Some(Duration::hours(24)),
                buttons_max: 3,
                list_rows_max: 10,
                link_button: true,
            },
        }
    }
}

/// What a channel can carry. The dialogue decides by these, so that a new channel changes no dialogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// How long after the customer's last message anything may be written to them; `None` is for ever.
    pub session_window: Option<Duration>,
    /// How many reply buttons one message may have; 0 where there are none.
    pub buttons_max: usize,
    /// How many rows a list may have in all; 0 where there are none.
    pub list_rows_max: usize,
    /// Whether a message may have a button that opens a page; else the page's address stands among the words.
    pub link_button: bool,
}

/// Who wrote, as the channel names them for ever: the business-scoped user id where there is one, else the
/// number's digits. `Debug` shows the last three characters.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SenderKey(String);

/// A sender's key is empty or longer than [`SenderKey::CHARACTERS_MAX`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a sender's key has 1 to 140 visible characters")]
pub struct BadSenderKey;

impl SenderKey {
    /// The longest key that is taken: a country, a dot and 128 characters fit.
    pub const CHARACTERS_MAX: usize = 140;

    /// A key as the channel's webhook gives it.
    ///
    /// # Errors
    /// [`BadSenderKey`] for an empty or overlong text.
    pub fn parse(text: &str) -> Result<Self, BadSenderKey> {
        let trimmed = text.trim();
        if trimmed.is_empty()
            || trimmed.chars().count() > Self::CHARACTERS_MAX
            || trimmed.chars().any(char::is_control)
        {
            return Err(BadSenderKey);
        }
        Ok(Self(trimmed.to_owned()))
    }

    /// The key itself, for a row or a wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SenderKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tail: String = self.0.chars().rev().take(3).collect();
        write!(f, "SenderKey(…{})", tail.chars().rev().collect::<String>())
    }
}

/// Where a message goes: a number, the channel's own id of the person, or both.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Address {
    phone: Option<PhoneNumber>,
    user_id: Option<SenderKey>,
}

/// Nobody can be reached without a number and without an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is neither a number nor an id to write to")]
pub struct Unreachable;

impl Address {
    /// An address of what is known.
    ///
    /// # Errors
    /// [`Unreachable`] if nothing is.
    pub fn new(phone: Option<PhoneNumber>, user_id: Option<SenderKey>) -> Result<Self, Unreachable> {
        if phone.is_none() && user_id.is_none() {
            return Err(Unreachable);
        }
        Ok(Self { phone, user_id })
    }

    /// An address by number alone.
    #[must_use]
    pub const fn of_phone(phone: PhoneNumber) -> Self {
        Self {
            phone: Some(phone),
            user_id: None,
        }
    }

    /// The number, if the person shows one.
    #[must_use]
    pub const fn phone(&self) -> Option<&PhoneNumber> {
        self.phone.as_ref()
    }

    /// The channel's own id of the person, if it gave one.
    #[must_use]
    pub const fn user_id(&self) -> Option<&SenderKey> {
        self.user_id.as_ref()
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Address")
            .field("phone", &self.phone)
            .field("user_id", &self.user_id)
            .finish()
    }
}
