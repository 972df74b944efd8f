//! What lies in suspense, on record.

use async_trait::async_trait;
use ratiba_kernel::{Currency, Fingerprint, Outage, TenantId};

use crate::ledger::{Journal, JournalId};
use crate::reference::RequestKey;
use crate::suspense::{Clearing, ClearingId, InSuspense, NotCleared, NotUndone, Undoing};

/// Which clearing is ordered, under which key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClearingLook {
    /// The journal that left something in suspense.
    pub journal: JournalId,
    /// The currency of the books.
    pub currency: Currency,
    /// The order's key.
    pub key: RequestKey,
    /// What was ordered under it.
    pub fingerprint: Fingerprint,
}

/// Decides about a clearing; may be asked again, and must have no effect.
pub type DecideClearing = Box<dyn Fn(&InSuspense) -> Result<(Clearing, Journal), NotCleared> + Send + Sync>;

/// Why nothing was cleared.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClearError {
    /// The facts forbid it.
    #[error(transparent)]
    Refused(#[from] NotCleared),
    /// The books did not answer; whether it was recorded is not known, and the same order may be sent again.
    #[error("the books are unavailable")]
    Unavailable(#[from] Outage),
}

/// Which word is taken back, under which key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UndoLook {
    /// Which.
    pub clearing: ClearingId,
    /// The order's key.
    pub key: RequestKey,
    /// What was ordered under it.
    pub fingerprint: Fingerprint,
}

/// Decides about taking a word back, which had cleared money that is gone, or else money that came; may be asked again, and
/// must have no effect.
pub type DecideUndoing = Box<dyn Fn(&Clearing, bool) -> Result<(Undoing, Journal), NotUndone> + Send + Sync>;

/// Why no word was taken back.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum UndoError {
    /// The facts forbid it.
    #[error(transparent)]
    Refused(#[from] NotUndone),
    /// The books did not answer; whether it was recorded is not known, and the same order may be sent again.
    #[error("the books are unavailable")]
    Unavailable(#[from] Outage),
}

/// What lies in suspense, and what people said of it.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait SuspenseBook: Send + Sync {
    /// What waits for a person's word, the latest first: of those before `before`, at most `most`. What a chargeback or a
    /// reversal keeps there until its end is not among it.
    async fn in_suspense(
        &self,
        tenant: TenantId,
        currency: Currency,
        before: Option<JournalId>,
        most: u16,
    ) -> Result<Vec<InSuspense>, Outage>;

    /// What people said, the latest first: of those before `before`, at most `most`.
    async fn clearings(
        &self,
        tenant: TenantId,
        before: Option<ClearingId>,
        most: u16,
    ) -> Result<Vec<Clearing>, Outage>;

    /// Reads what the journal left and how much of it was cleared, lets `decide` choose, and makes the clearing durable
    /// with its journal: one transaction, during which nothing else is cleared. What was under the same key before is
    /// answered without another decision.
    ///
    /// # Errors
    /// What `decide` refuses with; [`NotCleared::Unknown`]; [`NotCleared::KeyUsed`] if the key was used for another order.
    async fn clear(
        &self,
        tenant: TenantId,
        look: ClearingLook,
        decide: DecideClearing,
    ) -> Result<Clearing, ClearError>;

    /// Reads a word, lets `decide` choose, and makes durable that it was taken back, with its journal: one transaction,
    /// during which nothing else is cleared. What it had cleared waits again. What was under the same key before is answered
    /// without another decision.
    ///
    /// # Errors
    /// What `decide` refuses with; [`NotUndone::Unknown`]; [`NotUndone::KeyUsed`] if the key was used for another order.
    async fn undo(
        &self,
        tenant: TenantId,
        look: UndoLook,
        decide: DecideUndoing,
    ) -> Result<Clearing, UndoError>;
}
