//! What a webhook brought, split into rows: the most that is interpreted before it is stored.

use std::collections::BTreeMap;

use std::fmt;

use serde_json::Value;
use time::OffsetDateTime;

use crate::channel::{Channel, SenderKey};

/// The largest part of a body that the quarantine keeps, in bytes.
pub const LEFTOVER_BYTES_MAX: usize = 64 * 1024;

/// Before the id of an account, where something is for a whole account and not for one of its addresses.
pub const OF_ACCOUNT: &str = "account:";

/// One verified webhook body, split.
#[derive(Clone, Debug, PartialEq)]
pub struct Delivery {
    /// How it came.
    pub channel: Channel,
    /// Messages from customers.
    pub messages: Vec<Addressed<InboundRow>>,
    /// Reports on what we sent.
    pub statuses: Vec<Addressed<StatusRow>>,
    /// What could not be split.
    pub leftovers: Vec<Leftover>,
    /// The numbers, in digits, of the business's own addresses, as far as the channel told them.
    pub numbers: BTreeMap<String, String>,
    /// The accounts that these addresses belong to, as far as the channel told them.
    pub accounts: BTreeMap<String, String>,
}

/// Something with the channel's own address of the business that it is for.
#[derive(Clone, Debug, PartialEq)]
pub struct Addressed<T> {
    /// The address: WhatsApp's phone number id.
    pub external_id: String,
    /// What came.
    pub row: T,
}

/// One message, as it will be stored.
#[derive(Clone, PartialEq)]
pub struct InboundRow {
    /// The provider's id.
    pub provider_id: String,
    /// Who wrote.
    pub sender: SenderKey,
    /// When, by the provider's clock.
    pub sent_at: OffsetDateTime,
    /// The provider's JSON, with the contact card that belongs to it.
    pub raw: Value,
}

impl fmt::Debug for InboundRow {
    /// Leaves out the raw text.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InboundRow")
            .field("sender", &self.sender)
            .field("sent_at", &self.sent_at)
            .finish_non_exhaustive()
    }
}

/// One report, as it will be stored.
#[derive(Clone, PartialEq)]
pub struct StatusRow {
    /// The provider's id of our message.
    pub provider_id: String,
    /// The provider's word for what it reports.
    pub status: String,
    /// What we gave along when we sent it, if it came back.
    pub callback_data: Option<String>,
    /// When, by the provider's clock.
    pub occurred_at: OffsetDateTime,
    /// The provider's JSON.
    pub raw: Value,
}

impl fmt::Debug for StatusRow {
    /// Leaves out the raw text.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StatusRow")
            .field("status", &self.status)
            .field("occurred_at", &self.occurred_at)
            .finish_non_exhaustive()
    }
}

/// A verified body, or a part of one, that could not be split or routed.
#[derive(Clone, PartialEq, Eq)]
pub struct Leftover {
    /// Why, as a code.
    pub reason: LeftoverReason,
    /// The bytes, cut to [`LEFTOVER_BYTES_MAX`] where they are stored.
    pub body: Vec<u8>,
}

impl fmt::Debug for Leftover {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Leftover({}, {} bytes)", self.reason.code(), self.body.len())
    }
}

/// Why something was left over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeftoverReason {
    /// The body is not JSON.
    NotJson,
    /// The body has not the shape of the channel's webhooks.
    Shape,
    /// A message or a report lacks what a row needs.
    Incomplete,
    /// A change of a kind that nobody handles yet.
    UnknownField,
    /// The channel reported an error that belongs to no message.
    ChannelError,
    /// Nobody here has the address that it is for.
    UnknownAddress,
}

impl LeftoverReason {
    /// The name that rows use.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotJson => "not_json",
            Self::Shape => "shape",
            Self::Incomplete => "incomplete",
            Self::UnknownField => "unknown_field",
            Self::ChannelError => "channel_error",
            Self::UnknownAddress => "unknown_address",
        }
    }
}
