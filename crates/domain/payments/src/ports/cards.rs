//! What card payments need from outside.

use async_trait::async_trait;
use ratiba_kernel::{Money, Outage, PhoneNumber, TenantId, TokenHash};
use time::OffsetDateTime;

use crate::card::{CancelAnswer, CardStatus, OpenAnswer};
use crate::evidence::Heard;
use crate::ports::Unreadable;
use crate::reference::MerchantReference;

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

/// The addresses for notices that a tenant has at the provider. They work for ever, so none is taken away.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait NoticeAddresses: Send + Sync {
    /// The provider's id of the newest address with this account; `None` if none was registered.
    async fn registered(&self, tenant: TenantId, account: &TokenHash) -> Result<Option<String>, Outage>;

    /// Puts an address on record, before the first order names it.
    async fn add(&self, tenant: TenantId, address: NoticeAddress) -> Result<(), Outage>;
}
