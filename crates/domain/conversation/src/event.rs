//! What happened in the conversation, and what of it is due later. Ids and codes only, never words.

use ratiba_kernel::{Id, PhoneNumber, TenantId, TokenHash};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::channel::{Channel, SenderKey};
use crate::customer::CustomerId;
use crate::delivery::StatusRow;
use crate::desk::VisitRef;
use crate::handoff::{HandoffId, HandoffReason, HandoffStep, Return};
use crate::inbound::InboundId;
use crate::outgoing::{MessageId, Recipient};
use crate::thread::ThreadId;

/// The name of this domain's events in the outbox.
pub const TOPIC: &str = "conversation";

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum ConversationEvent {
    /// The machine stopped answering and called for a person.
    ThreadSuspended {
        /// Which conversation.
        thread: ThreadId,
        /// Whose.
        customer: CustomerId,
        /// Why.
        reason: HandoffReason,
    },
    /// A person took the conversation over.
    ThreadTaken {
        /// Which conversation.
        thread: ThreadId,
        /// Under which call.
        handoff: HandoffId,
    },
    /// The machine has the conversation again.
    ThreadReturned {
        /// Which conversation.
        thread: ThreadId,
        /// Which call ended.
        handoff: HandoffId,
        /// How.
        how: Return,
    },
    /// A customer wrote in a conversation that a person has or is called to: the machine says nothing.
    CustomerWrote {
        /// Which conversation.
        thread: ThreadId,
        /// Whose.
        customer: CustomerId,
    },
    /// A person wrote in a conversation that they have.
    PersonWrote {
        /// Which conversation.
        thread: ThreadId,
        /// Under which call.
        handoff: HandoffId,
    },
    /// A customer withdrew consent.
    OptedOut {
        /// Who.
        customer: CustomerId,
    },
    /// A customer gave consent again.
    OptedIn {
        /// Who.
        customer: CustomerId,
    },
    /// A customer will come late.
    CustomerRunsLate {
        /// To what.
        visit: VisitRef,
        /// By how much, if it was said.
        minutes: Option<u32>,
    },
    /// A message will never go out, or nobody knows whether it did. `reason` is a code.
    MessageNotSent {
        /// Which.
        message: MessageId,
        /// Why.
        reason: String,
    },
    /// A message needs a template that cannot be sent; told once until the template was approved again.
    TemplateMissed {
        /// Its name and language.
        template: String,
    },
    /// The channel's owner rejected templates.
    TemplatesRejected {
        /// The name and language of each.
        templates: Vec<String>,
    },
}

/// Work of this domain that falls due.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum ConversationTask {
    /// Handle one stored message of a customer.
    Turn {
        /// Which.
        inbound: InboundId,
    },
    /// Send one stored message, or find out what became of it.
    Send {
        /// Which.
        message: MessageId,
    },
    /// Apply one stored report of the provider.
    Status {
        /// Which.
        status: StatusRef,
    },
    /// See to a call for a person that nobody answered, or that nobody goes on with.
    Handoff {
        /// Which conversation.
        thread: ThreadId,
        /// Which call.
        handoff: HandoffId,
        /// What is due.
        step: HandoffStep,
    },
}

/// Names one stored report of a provider. It is an id of ours because the provider's spells out the recipient's
/// number, and the queue is global.
pub type StatusRef = Id<StatusRow>;

impl ConversationTask {
    /// The kind under which the job is queued.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Turn { .. } => "conversation.turn",
            Self::Send { .. } => "conversation.send",
            Self::Status { .. } => "conversation.status",
            Self::Handoff { .. } => "conversation.handoff",
        }
    }
}

/// Something that falls due at `at`, in business time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due<T> {
    /// Not before.
    pub at: OffsetDateTime,
    /// What is to be done.
    pub task: T,
}

impl<T> Due<T> {
    /// Work that is due at once.
    #[must_use]
    pub const fn now(now: OffsetDateTime, task: T) -> Self {
        Self { at: now, task }
    }
}

/// The ordering key under which one sender's messages are handled one at a time. The queue is global, so the
/// key does not show the number.
#[must_use]
pub fn turn_order(tenant: TenantId, channel: Channel, sender: &SenderKey) -> String {
    format!(
        "turn:{}",
        short_hash(&format!("{tenant}:{}:{}", channel.code(), sender.as_str()))
    )
}

/// The ordering key under which messages to one recipient go out one at a time, in the order in which they
/// were queued: a confirmation before its receipt. It does not show the number.
#[must_use]
pub fn send_order(tenant: TenantId, channel: Channel, recipient: &Recipient) -> String {
    let to = match recipient {
        Recipient::Customer(id) => id.to_string(),
        Recipient::Business(address) => {
            let phone = address.phone().map(PhoneNumber::e164).unwrap_or_default();
            let user = address.user_id().map(SenderKey::as_str).unwrap_or_default();
            format!("{phone}:{user}")
        }
    };
    format!(
        "send:{}",
        short_hash(&format!("{tenant}:{}:{to}", channel.code()))
    )
}

fn short_hash(text: &str) -> String {
    let hash = TokenHash::of(text);
    hash.as_bytes()
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
