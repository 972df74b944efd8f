//! What card payments need from outside.

use std::fmt;
use std::net::IpAddr;

use async_trait::async_trait;
use ratiba_kernel::{Money, Outage, PhoneNumber, TenantId, TokenHash};
use time::{Duration, OffsetDateTime};

use crate::CallbackId;
use crate::actor::Actor;
use crate::attempt::AttemptId;
use crate::card::{CancelAnswer, CardRefundAnswer, CardStatus, OpenAnswer};
use crate::evidence::Heard;
use crate::ports::{CallbackOutcome, Unreadable};
use crate::reference::{MerchantReference, Receipt};

/// What is ordered of the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardOrder {
    /// Our public id of the attempt; the provider takes each once.
    pub reference: MerchantReference,
    /// How much, cents included.
    pub amount: Money,
    /// What the page shows as the purpose; at most 100 characters.
    pub description: &'static str,
    /// Whom the provider may write to about it.
    pub payer: PhoneNumber,
}

/// What is asked back of the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardRefundOrder {
    /// The provider's number for the money that came in.
    pub original: Receipt,
    /// How much of it, cents included.
    pub amount: Money,
    /// Who of the business wants it, as the provider shows it to whoever approves.
    pub by: Actor,
    /// Why, for the same eyes.
    pub reason: String,
}

/// A page of the provider's on which a customer pays by card.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait CardPage: Send + Sync {
    /// Opens an order, once. It is never repeated where it may have been taken: what was not learned is
    /// [`OpenAnswer::Unknown`].
    async fn open(&self, tenant: TenantId, order: CardOrder) -> Heard<OpenAnswer>;

    /// Asks how an order stands. Safe to ask twice.
    async fn status(&self, tenant: TenantId, tracking: &str) -> Heard<CardStatus>;

    /// Cancels an order that is not paid. The provider takes it once; a payment can cross with it, so the
    /// status is asked for afterwards.
    async fn cancel(&self, tenant: TenantId, tracking: &str) -> Heard<CancelAnswer>;

    /// Asks for money back, once for each receipt. What was not learned is [`CardRefundAnswer::Unknown`].
    async fn refund(&self, tenant: TenantId, order: CardRefundOrder) -> Heard<CardRefundAnswer>;
}

/// The ids in a notice. Neither is proof of anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeIds {
    /// The provider's id of the order.
    pub tracking: String,
    /// Our reference of it.
    pub reference: String,
    /// What kind of notice it says it is, as it must be repeated in the answer.
    pub kind: String,
}

/// Reads a notice of the provider's.
#[cfg_attr(feature = "test-support", mockall::automock)]
pub trait NoticeReader: Send + Sync {
    /// What a raw body, or the query of an address, says.
    ///
    /// # Errors
    /// [`Unreadable`] if it names no order.
    fn read(&self, body: &[u8]) -> Result<NoticeIds, Unreadable>;
}

/// An address for notices that the provider knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeAddress {
    /// The hash of the secret in its path.
    pub key: TokenHash,
    /// A hash of the provider's account and of our own public address: with another of either, another
    /// address must be registered.
    pub account: TokenHash,
    /// The provider's id of the address, which every order names; 1 to 64 visible ASCII characters.
    pub provider_id: String,
    /// Since when, in business time.
    pub at: OffsetDateTime,
}

/// The addresses for notices that a tenant has at the provider. What comes to one is taken in for ever, also after the
/// provider would not have it named in orders any more.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait NoticeAddresses: Send + Sync {
    /// The provider's id of the newest address with this account that it still takes; `None` if none was registered.
    async fn registered(&self, tenant: TenantId, account: &TokenHash) -> Result<Option<String>, Outage>;

    /// Puts an address on record, before the first order names it.
    async fn add(&self, tenant: TenantId, address: NoticeAddress) -> Result<(), Outage>;

    /// Names the address of that provider's id in no order any more, because the provider does not take it. Doing it
    /// again changes nothing.
    async fn retire(
        &self,
        tenant: TenantId,
        account: &TokenHash,
        provider_id: &str,
        at: OffsetDateTime,
    ) -> Result<(), Outage>;
}

/// By which door a notice came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeDoor {
    /// An address that the provider was given; the hash of the secret in its path.
    Address(TokenHash),
    /// The page to which the customer's browser returns. Anybody can come by it, so what it does not know it
    /// forgets.
    Return,
}

/// A notice as it came in.
#[derive(Clone, PartialEq, Eq)]
pub struct NoticeArrival {
    /// The id that it is to be stored under.
    pub id: CallbackId,
    /// Where it came in.
    pub door: NoticeDoor,
    /// The orders' ids in it; `None` if it names none.
    pub ids: Option<NoticeIds>,
    /// The body, or the query of the address, byte for byte; at most [`Arrival::BODY_BYTES_MAX`] are kept.
    ///
    /// [`Arrival::BODY_BYTES_MAX`]: crate::ports::Arrival::BODY_BYTES_MAX
    pub body: Vec<u8>,
    /// The peer's address, where it is known.
    pub source: Option<IpAddr>,
    /// When it came, in business time.
    pub at: OffsetDateTime,
}

impl fmt::Debug for NoticeArrival {
    /// Of the body only the length is shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NoticeArrival")
            .field("id", &self.id)
            .field("door", &self.door)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// What became of a notice at the door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeTaken {
    /// Stored for its attempt, and its task queued, in one transaction.
    Stored {
        /// The tenant that it belongs to.
        tenant: TenantId,
    },
    /// So many notices of the order wait already that one more says nothing.
    Waiting {
        /// The tenant that it belongs to.
        tenant: TenantId,
    },
    /// Stored as a dead letter: the address, or the order, is not known, or not any more.
    Unrouted {
        /// The tenant whose address it is.
        tenant: Option<TenantId>,
    },
    /// Not stored: too many notices of the order, or dead letters, came within the hour, or it came by the return and
    /// names no order that is known.
    Dropped,
}

/// A notice that was stored for an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredNotice {
    /// The attempt that its reference belongs to.
    pub attempt: AttemptId,
    /// The provider's id of the order, as the notice has it.
    pub tracking: String,
    /// All notices of this attempt and order that wait, this one included; none if this one was concluded.
    pub waiting: Vec<CallbackId>,
}

/// How many notices of one order may wait that came to an address within the hour.
pub const NOTICES_WAITING_MAX: i64 = 20;

/// How many notices of one order are stored that came to an address within the hour, waiting or not.
pub const NOTICES_PER_HOUR_MAX: i64 = 60;

/// The least time between two notices of one order that came by the return.
pub const RETURN_SPACING: Duration = Duration::minutes(1);

/// How many notices of one order are stored within a day that came by the return.
pub const RETURNS_PER_DAY_MAX: i64 = 20;

/// How many notices of an attempt came before one. What came by one door takes no room from the other: anybody comes by
/// the return.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NoticesBefore {
    /// To an address within the hour, for the same tracking id, and still waiting.
    pub waiting: i64,
    /// To an address within the hour.
    pub by_address: i64,
    /// By the return, so shortly before that one more says nothing.
    pub returned_just_now: i64,
    /// By the return within the day.
    pub returned: i64,
}

/// Whether one more notice is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeRoom {
    /// It is.
    Stored,
    /// Enough wait that say the same.
    Waiting,
    /// Too many came.
    None,
}

impl NoticesBefore {
    /// Whether there is room for one more that comes by that door.
    #[must_use]
    pub const fn room(&self, door: NoticeDoor) -> NoticeRoom {
        match door {
            NoticeDoor::Address(_) if self.waiting >= NOTICES_WAITING_MAX => NoticeRoom::Waiting,
            NoticeDoor::Address(_) if self.by_address >= NOTICES_PER_HOUR_MAX => NoticeRoom::None,
            NoticeDoor::Return if self.returned_just_now > 0 => NoticeRoom::Waiting,
            NoticeDoor::Return if self.returned >= RETURNS_PER_DAY_MAX => NoticeRoom::None,
            NoticeDoor::Address(_) | NoticeDoor::Return => NoticeRoom::Stored,
        }
    }
}

/// How many dead letters of notices a tenant keeps within an hour.
pub const NOTICE_LETTERS_PER_HOUR_MAX: usize = 1_000;

/// Where notices wait.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait NoticeInbox: Send + Sync {
    /// Stores a notice before anything is done about it, and queues [`crate::task::PaymentTask::ApplyNotice`]
    /// for it, in one transaction. What names no order of the address's tenant, one whose route has ended, or the order
    /// by another tracking id than is known of it, is a dead letter of the tenant, bounded per hour; an unknown address
    /// makes it a dead letter of nobody. [`NoticesBefore`] bounds what is stored of one order.
    async fn take_notice(&self, arrival: NoticeArrival) -> Result<NoticeTaken, Outage>;

    /// A notice that was stored; `None` if there never was one.
    async fn notice(&self, tenant: TenantId, notice: CallbackId) -> Result<Option<StoredNotice>, Outage>;

    /// Records what became of notices, and puts a copy of each into the tenant's dead letters unless it was
    /// applied. The first outcome stands: doing it again changes nothing.
    async fn conclude_notices(
        &self,
        tenant: TenantId,
        notices: &[CallbackId],
        outcome: CallbackOutcome,
        at: OffsetDateTime,
    ) -> Result<(), Outage>;
}
