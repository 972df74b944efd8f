//! Taking back a word about something in suspense that was wrong: the books put it there again, and the word stays on
//! record.

use ratiba_kernel::{Fingerprint, IdSource, MoneyError};
use time::OffsetDateTime;

use super::{Clearing, ClearingId};
use crate::actor::Actor;
use crate::ledger::{Account, Cause, Journal, JournalId, Place, Transfer};
use crate::reference::RequestKey;
use crate::remark::Remark;

/// That a person's word for something in suspense was taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undoing {
    /// The journal that put it there again.
    pub posted: JournalId,
    /// What was wrong about the word.
    pub reason: Remark,
    /// The order that it answers; unique within the tenant.
    pub key: RequestKey,
    /// What was ordered under that key.
    pub fingerprint: Fingerprint,
    /// Who took it back.
    pub by: Actor,
    /// When, in business time.
    pub at: OffsetDateTime,
}

/// An order to take a word back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UndoOrder {
    /// Makes it repeatable.
    pub key: RequestKey,
    /// Which word.
    pub clearing: ClearingId,
    /// What was wrong about it.
    pub reason: Remark,
    /// Who takes it back.
    pub by: Actor,
}

impl UndoOrder {
    /// Tells the order from others under the same key.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&format!("{}\n{}", self.clearing, self.reason))
    }
}

/// Why a word stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotUndone {
    /// Nobody said such a thing.
    #[error("there is no such clearing")]
    Unknown,
    /// Somebody took it back before.
    #[error("it was taken back before")]
    Before,
    /// The key stands for another order.
    #[error("this key named another order")]
    KeyUsed,
    /// The amounts are beyond all measure.
    #[error("the amount cannot be booked")]
    Sum(#[from] MoneyError),
}

impl Clearing {
    /// What an order to take it back means. `gone` says whether money was cleared that is gone: then its account was
    /// debited.
    ///
    /// # Errors
    /// [`NotUndone`].
    pub fn undo(
        &self,
        gone: bool,
        order: &UndoOrder,
        at: OffsetDateTime,
        ids: &dyn IdSource,
    ) -> Result<(Undoing, Journal), NotUndone> {
        if self.undone.is_some() {
            return Err(NotUndone::Before);
        }
        let (there, here) = (Place::plain(self.to.account()), Place::plain(Account::Suspense));
        let (debit, credit) = if gone { (here, there) } else { (there, here) };
        let transfer = Transfer {
            debit,
            credit,
            amount: self.amount,
        };
        let posted: JournalId = ids.fresh();
        let journal = Journal::of_house(posted, Cause::Uncleared(self.id), at, &[transfer])?;
        let undoing = Undoing {
            posted,
            reason: order.reason.clone(),
            key: order.key.clone(),
            fingerprint: order.fingerprint(),
            by: order.by.clone(),
            at,
        };
        Ok((undoing, journal))
    }
}
