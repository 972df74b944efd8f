//! The dead letters of a tenant.

use async_trait::async_trait;
use ratiba_kernel::{MoneyError, Outage, TenantId};

use crate::attempt::{Attempt, Provider};
use crate::dead_letter::{
    BuiltOn, DeadLetter, LetterDecision, LetterId, LetterState, Matched, TakeBack, TakenBack,
};
use crate::payment::{Payment, PaymentId};
use crate::ports::{Change, RecordError};

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
    /// The money that is said to have gone back is in the books, for this payment: nothing is on record.
    Booked(PaymentId),
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
    /// Nobody has said anything of the letter that is taken back so, or there is no such letter.
    NothingSaid,
}

/// Why a match was not taken back. Nothing changed.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnmatchError {
    /// Something was built on the money.
    #[error("something was built on the money")]
    BuiltOn(BuiltOn),
    /// The books cannot take the amount.
    #[error("the amount cannot be booked")]
    Amount(#[from] MoneyError),
    /// It was not recorded.
    #[error("the match was not taken back")]
    NotRecorded(#[from] RecordError),
    /// The letters did not answer.
    #[error("the letters are unavailable")]
    Unavailable(#[from] Outage),
}

/// Decides what takes a match back; may be asked again, and must have no effect.
pub type DecideUnmatch = Box<dyn Fn(&Matched) -> Result<Change, UnmatchError> + Send + Sync>;

/// A tenant's dead letters. That one was matched is recorded with the money ([`super::Change::letter`]).
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait DeadLetters: Send + Sync {
    /// Those that are asked for, the newest first.
    async fn list(&self, tenant: TenantId, query: LetterQuery) -> Result<Vec<DeadLetter>, Outage>;

    /// One of them; `None` if this tenant has no such letter.
    async fn find(&self, tenant: TenantId, letter: LetterId) -> Result<Option<DeadLetter>, Outage>;

    /// Records what a person decided about a new letter. What went back is not booked: not under the number that it had
    /// come by, and not for the attempt that the letter tells of, whose number nobody may know;
    /// [`super::PaymentBook::record`] refuses it from then on. What is booked already did not go back.
    async fn decide(
        &self,
        tenant: TenantId,
        letter: LetterId,
        decision: LetterDecision,
    ) -> Result<LetterDecided, Outage>;

    /// What a person decided about a letter that tells of money of this attempt, if that was not booked for its payment:
    /// it went back, or was matched to another one.
    async fn decided_elsewhere(
        &self,
        tenant: TenantId,
        payment: &Payment,
        attempt: &Attempt,
    ) -> Result<Option<LetterState>, Outage>;

    /// Takes back that a letter's money went back, or that the letter means nothing, and keeps what was said: the letter is
    /// new again, and money under the number that was named is booked again.
    async fn take_back(&self, tenant: TenantId, order: TakeBack) -> Result<LetterReopened, Outage>;

    /// Takes back that a letter was matched, and keeps what was said: locks the payment, its visit's others and its customer,
    /// and records what `decide` answers to how they are then, in one transaction with the letter, which is new again.
    async fn unmatch(
        &self,
        tenant: TenantId,
        order: TakeBack,
        decide: DecideUnmatch,
    ) -> Result<LetterReopened, UnmatchError>;

    /// What was taken back about a letter, the oldest first.
    async fn taken_back(&self, tenant: TenantId, letter: LetterId) -> Result<Vec<TakenBack>, Outage>;
}
