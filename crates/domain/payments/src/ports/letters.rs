//! The dead letters of a tenant.

use async_trait::async_trait;
use ratiba_kernel::{Outage, TenantId};

use crate::attempt::Provider;
use crate::dead_letter::{DeadLetter, Handled, LetterId, LetterState, LetterVerdict, TakeBack, TakenBack};

/// Which letters are listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LetterQuery {
    /// In this state.
    pub state: Option<LetterState>,
    /// Of this provider.
    pub provider: Option<Provider>,
    /// For this reason.
    pub reason: Option<String>,
    /// Older than this one.
    pub before: Option<LetterId>,
    /// At most so many.
    pub most: u16,
}

/// What came of a decision about a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LetterDecided {
    /// It is on record.
    Now,
    /// Somebody had dealt with the letter, or was dealing with it at the same moment: it stays as it is.
    Before,
    /// The money that is said to have gone back is in the books: nothing is on record.
    Booked,
}

/// What came of taking a decision back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LetterReopened {
    /// The letter is new again.
    Now,
    /// It was taken back under this key before.
    Before,
    /// The key was used for another order.
    KeyReused,
    /// Nobody says that the letter's money went back, or there is no such letter.
    NotRefunded,
}

/// A tenant's dead letters. That one was matched is recorded with the money ([`super::Change::letter`]).
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait DeadLetters: Send + Sync {
    /// Those that are asked for, the newest first.
    async fn list(&self, tenant: TenantId, query: LetterQuery) -> Result<Vec<DeadLetter>, Outage>;

    /// One of them; `None` if this tenant has no such letter.
    async fn find(&self, tenant: TenantId, letter: LetterId) -> Result<Option<DeadLetter>, Outage>;

    /// Records what a person decided about a new letter. Under a receipt of money that went back nothing is booked from then
    /// on, whoever tells of it: [`super::PaymentBook::record`] refuses it.
    async fn decide(
        &self,
        tenant: TenantId,
        letter: LetterId,
        verdict: LetterVerdict,
        handled: Handled,
    ) -> Result<LetterDecided, Outage>;

    /// Takes back that a letter's money went back, and keeps what was said: the letter is new again, and money under the
    /// number that was named is booked again.
    async fn take_back(&self, tenant: TenantId, order: TakeBack) -> Result<LetterReopened, Outage>;

    /// What was taken back about a letter, the oldest first.
    async fn taken_back(&self, tenant: TenantId, letter: LetterId) -> Result<Vec<TakenBack>, Outage>;
}
