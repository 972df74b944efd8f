//! Where the provider tells of money that customers send by hand.

use std::fmt;
use std::net::IpAddr;

use async_trait::async_trait;
use ratiba_kernel::{Outage, TenantId, TokenHash};
use time::OffsetDateTime;

use super::{Taken, Unreadable};
use crate::CallbackId;
use crate::attempt::{AttemptId, Provider};
use crate::by_hand::Confirmation;
use crate::dead_letter::Told;
use crate::payment::PaymentRecord;
use crate::reference::{AccountReference, Receipt};
use crate::task::Due;

/// How many confirmations of one business are kept within an hour; more are only counted.
pub const CONFIRMATIONS_PER_HOUR_MAX: usize = 10_000;

/// A confirmation as it came in, before anything is read from it.
#[derive(Clone, PartialEq, Eq)]
pub struct ConfirmationArrival {
    /// The id that it is to be stored under.
    pub id: CallbackId,
    /// The hash of the secret in its path.
    pub key: TokenHash,
    /// The body, byte for byte; at most [`super::Arrival::BODY_BYTES_MAX`] are kept.
    pub body: Vec<u8>,
    /// The peer's address, where it is known.
    pub source: Option<IpAddr>,
    /// When it came, in business time.
    pub at: OffsetDateTime,
}

impl fmt::Debug for ConfirmationArrival {
    /// The body holds a payer's name, so only its length is shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConfirmationArrival")
            .field("id", &self.id)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// A confirmation that was stored.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredConfirmation {
    /// The body, byte for byte.
    pub body: Vec<u8>,
    /// When it came.
    pub received_at: OffsetDateTime,
    /// What became of it, if it was dealt with already.
    pub outcome: Option<ConfirmationOutcome>,
}

impl fmt::Debug for StoredConfirmation {
    /// The body holds a payer's name, so only its length is shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredConfirmation")
            .field("body_bytes", &self.body.len())
            .field("received_at", &self.received_at)
            .field("outcome", &self.outcome)
            .finish()
    }
}

/// What became of a confirmation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ConfirmationOutcome {
    /// Its money is in the books, because of it or under the same receipt before.
    Booked,
    /// Nobody can read it. A copy is in the dead letters, like of all that follow.
    Unreadable,
    /// What the customer typed is no payment's reference.
    UnknownReference,
    /// The receipt is booked with another amount.
    AmountDiffers,
    /// A prompt of the same payment is in doubt or in review: it may be that prompt's money.
    PromptInDoubt,
    /// The money went back without being booked, as a person found.
    WentBack,
    /// It was sent to a number that is not the business's, as far as the message says.
    ForeignIds,
}

impl ConfirmationOutcome {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Booked,
        Self::Unreadable,
        Self::UnknownReference,
        Self::AmountDiffers,
        Self::PromptInDoubt,
        Self::WentBack,
        Self::ForeignIds,
    ];

    /// The word for it in rows, and the reason in the dead letters.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Booked => "booked",
            Self::Unreadable => "unreadable",
            Self::UnknownReference => "unknown_reference",
            Self::AmountDiffers => "amount_differs",
            Self::PromptInDoubt => "prompt_in_doubt",
            Self::WentBack => "went_back",
            Self::ForeignIds => "foreign_ids",
        }
    }

    /// Reads the word back; `None` for any other.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.as_str() == word)
    }
}

/// An address that the provider tells of money by hand, for ever.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfirmationAddress {
    /// The hash of the secret in its path.
    pub key: TokenHash,
    /// The business's number that it was made for.
    pub short_code: String,
    /// When it was made.
    pub at: OffsetDateTime,
}

/// What an address opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConfirmationDoor {
    /// Whose it is.
    pub tenant: TenantId,
    /// Whether money is refused before it moves, if what the customer typed is no payment's reference. Else it comes, and a
    /// person finds out whose it is.
    pub refuses_unknown: bool,
}

/// Where confirmations wait, and the addresses that they come to.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait ConfirmationInbox: Send + Sync {
    /// Adds an address. Those before it stay open.
    async fn add_confirmation_address(
        &self,
        tenant: TenantId,
        address: ConfirmationAddress,
    ) -> Result<(), Outage>;

    /// Says for all addresses of a tenant whether money is refused before it moves, if what the customer typed is no
    /// payment's reference.
    async fn refuse_unknown(&self, tenant: TenantId, refuse: bool) -> Result<(), Outage>;

    /// The numbers of a business that its addresses were made for.
    async fn short_codes(&self, tenant: TenantId) -> Result<Vec<String>, Outage>;

    /// Whose address it is; `None` if nobody's. The tenant is found by the key, so that this method has none.
    async fn confirmation_door(&self, key: &TokenHash) -> Result<Option<ConfirmationDoor>, Outage>;

    /// Stores a confirmation before anything is read from it, and queues
    /// [`crate::task::PaymentTask::ApplyConfirmation`] for it, in one transaction. One that came to an unknown address is a
    /// dead letter of nobody; beyond [`CONFIRMATIONS_PER_HOUR_MAX`] it is dropped. Taking the same message in again stores
    /// and queues nothing.
    async fn take_confirmation(&self, arrival: ConfirmationArrival) -> Result<Taken, Outage>;

    /// A confirmation that was stored; `None` if there never was one.
    async fn confirmation(
        &self,
        tenant: TenantId,
        id: CallbackId,
    ) -> Result<Option<StoredConfirmation>, Outage>;

    /// Queues a task of the inbox's own.
    async fn look_again(&self, tenant: TenantId, due: Due) -> Result<(), Outage>;

    /// Records what became of a confirmation, and puts a copy into the tenant's dead letters unless its money is booked.
    /// The first outcome stands: doing it again changes nothing.
    async fn conclude_confirmation(
        &self,
        tenant: TenantId,
        id: CallbackId,
        outcome: ConfirmationOutcome,
        at: OffsetDateTime,
    ) -> Result<(), Outage>;
}

/// Finds payments by what providers know of them.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait MoneyFinder: Send + Sync {
    /// The payment and the attempt that hold a receipt; `None` if nobody does.
    async fn by_receipt(
        &self,
        tenant: TenantId,
        provider: Provider,
        receipt: &Receipt,
    ) -> Result<Option<(PaymentRecord, AttemptId)>, Outage>;

    /// Whether the money under a receipt went back without being booked, as a person found.
    async fn went_back(
        &self,
        tenant: TenantId,
        provider: Provider,
        receipt: &Receipt,
    ) -> Result<bool, Outage>;

    /// The payment and the attempt that have this money booked although nobody knows its number
    /// ([`Told::is_booked_by`]); `None` if none has.
    async fn without_receipt(
        &self,
        tenant: TenantId,
        provider: Provider,
        told: &Told,
    ) -> Result<Option<(PaymentRecord, AttemptId)>, Outage>;

    /// The payment of that reference; `None` if there is none.
    async fn by_account(
        &self,
        tenant: TenantId,
        account: &AccountReference,
    ) -> Result<Option<PaymentRecord>, Outage>;
}

/// Reads what the provider tells of money by hand.
#[cfg_attr(feature = "test-support", mockall::automock)]
pub trait ConfirmationReader: Send + Sync {
    /// What a raw body says.
    ///
    /// # Errors
    /// [`Unreadable`] if it has not the documented shape.
    fn read(&self, body: &[u8]) -> Result<Confirmation, Unreadable>;
}
