//! What lies in suspense, and at which places keys were used, in memory.

use async_trait::async_trait;
use ratiba_kernel::{Currency, Fingerprint, Money, Outage, TenantId};
use time::OffsetDateTime;

use super::{InMemoryBook, Shelf};
use crate::ledger::{Account, Cause, Journal, JournalId};
use crate::ports::{
    ClearError, ClearingLook, DecideClearing, DecideUndoing, KEY_LIFE, OrderKeys, SuspenseBook, UndoError,
    UndoLook,
};
use crate::reference::RequestKey;
use crate::refund::RefundWay;
use crate::statement::LineId;
use crate::suspense::{Clearing, ClearingId, InSuspense, NotCleared, NotUndone};
use crate::test_support::fakes::locked;
use crate::test_support::yield_once;

impl Shelf {
    /// Whether a person clears what a journal left there; what a provider decides about is cleared by its end.
    fn waits_for_a_word(&self, cause: Cause) -> bool {
        match cause {
            Cause::TillOpened(_)
            | Cause::TillMoved(_)
            | Cause::TillClosed(_)
            | Cause::NeverMoved(_)
            | Cause::PaidOut(_) => true,
            // What was taken back is nothing any more.
            Cause::Stated(line) => !self.was_unstated(line, 1),
            Cause::StatedAgain { line, taken_back } => !self.was_unstated(line, taken_back + 1),
            Cause::Refunded(id) => {
                let mut found = self.refunds.iter().map(|(_, refund)| refund.terms());
                found.any(|terms| terms.id == id && terms.way == RefundWay::Outside)
            }
            Cause::Received(_)
            | Cause::ReceivedAgain { .. }
            | Cause::Unmatched { .. }
            | Cause::Credited { .. }
            | Cause::Uncredited { .. }
            | Cause::ChargedBack(_)
            | Cause::WonBack(_)
            | Cause::Spent(_)
            | Cause::SetAside(_)
            | Cause::SetFree { .. }
            | Cause::Earned { .. }
            | Cause::TipShared { .. }
            | Cause::Unstated { .. }
            | Cause::Cleared(_)
            | Cause::Uncleared(_) => false,
        }
    }

    fn was_unstated(&self, line: LineId, taken_back: u8) -> bool {
        let cause = Cause::Unstated { line, taken_back };
        self.journals.iter().any(|(_, journal)| journal.cause() == cause)
    }

    /// Whether what a journal left in suspense was cleared.
    pub(super) fn is_cleared(&self, tenant: TenantId, journal: JournalId) -> bool {
        let mut own = self.clearings.iter().filter(|(owner, _)| *owner == tenant);
        own.any(|(_, clearing)| clearing.journal == journal && clearing.undone.is_none())
    }

    /// What whoever caused it said of it.
    fn said_of(&self, tenant: TenantId, cause: Cause) -> Option<String> {
        match cause {
            Cause::TillOpened(till) => self.said_at_opening(tenant, till),
            Cause::TillClosed(till) => self.said_at_closing(tenant, till),
            Cause::TillMoved(movement) => self.said_of_movement(tenant, movement),
            Cause::Stated(line) | Cause::StatedAgain { line, .. } => self.said_of_line(tenant, line),
            Cause::PaidOut(id) => {
                let mut own = self.payouts.iter().filter(|(owner, _)| *owner == tenant);
                let found = own.find(|(_, payout)| payout.id == id);
                found.map(|(_, payout)| payout.reason.clone())
            }
            Cause::Refunded(id) => {
                let mut own = self.refunds.iter().filter(|(owner, _)| *owner == tenant);
                let found = own.find(|(_, refund)| refund.id() == id);
                found.map(|(_, refund)| refund.terms().reason.clone())
            }
            // What is said of absent money is not kept here.
            Cause::NeverMoved(_)
            | Cause::Received(_)
            | Cause::ReceivedAgain { .. }
            | Cause::Unmatched { .. }
            | Cause::Credited { .. }
            | Cause::Uncredited { .. }
            | Cause::ChargedBack(_)
            | Cause::WonBack(_)
            | Cause::Spent(_)
            | Cause::SetAside(_)
            | Cause::SetFree { .. }
            | Cause::Earned { .. }
            | Cause::TipShared { .. }
            | Cause::Unstated { .. }
            | Cause::Cleared(_)
            | Cause::Uncleared(_) => None,
        }
    }

    fn lying(&self, tenant: TenantId, journal: &Journal, currency: Currency) -> Option<InSuspense> {
        let mut minor = 0;
        for entry in journal.entries() {
            if entry.place.account == Account::Suspense && entry.amount.currency() == currency {
                minor += entry.amount.amount_minor();
            }
        }
        let own = self.clearings.iter().filter(|(owner, _)| *owner == tenant);
        let said = own.filter(|(_, clearing)| clearing.journal == journal.id() && clearing.undone.is_none());
        let cleared = said.map(|(_, clearing)| clearing.amount.amount_minor()).sum();
        (minor != 0 && self.waits_for_a_word(journal.cause())).then(|| InSuspense {
            journal: journal.id(),
            cause: journal.cause().key(),
            reason: self.said_of(tenant, journal.cause()),
            payment: journal.payment(),
            at: journal.at(),
            amount: Money::new(minor, currency),
            cleared: Money::new(cleared, currency),
        })
    }
}

#[async_trait]
impl SuspenseBook for InMemoryBook {
    async fn in_suspense(
        &self,
        tenant: TenantId,
        currency: Currency,
        before: Option<JournalId>,
        most: u16,
    ) -> Result<Vec<InSuspense>, Outage> {
        yield_once().await;
        let shelf = locked(&self.shelf);
        let own = shelf.journals.iter().filter(|(owner, _)| *owner == tenant);
        let mut own: Vec<&Journal> = own.map(|(_, journal)| journal).collect();
        own.sort_by_key(|journal| std::cmp::Reverse((journal.at(), journal.id())));
        if let Some(before) = before {
            let place = own.iter().position(|journal| journal.id() == before);
            own = place.map_or_else(Vec::new, |place| own.split_off(place + 1));
        }
        let lying = own
            .into_iter()
            .filter_map(|journal| shelf.lying(tenant, journal, currency));
        let waits = lying.filter(|lying| lying.left().is_ok_and(|left| left.is_positive()));
        Ok(waits.take(usize::from(most)).collect())
    }

    async fn clearings(
        &self,
        tenant: TenantId,
        before: Option<ClearingId>,
        most: u16,
    ) -> Result<Vec<Clearing>, Outage> {
        yield_once().await;
        let shelf = locked(&self.shelf);
        let own = shelf.clearings.iter().filter(|(owner, _)| *owner == tenant);
        let mut own: Vec<Clearing> = own.map(|(_, clearing)| clearing.clone()).collect();
        own.sort_by_key(|clearing| std::cmp::Reverse((clearing.at, clearing.id)));
        if let Some(before) = before {
            let place = own.iter().position(|clearing| clearing.id == before);
            own = place.map_or_else(Vec::new, |place| own.split_off(place + 1));
        }
        own.truncate(usize::from(most));
        Ok(own)
    }

    async fn clear(
        &self,
        tenant: TenantId,
        look: ClearingLook,
        decide: DecideClearing,
    ) -> Result<Clearing, ClearError> {
        yield_once().await;
        let mut shelf = locked(&self.shelf);
        let mut own = shelf.clearings.iter().filter(|(owner, _)| *owner == tenant);
        if let Some((_, before)) = own.find(|(_, clearing)| clearing.key == look.key) {
            return if before.fingerprint == look.fingerprint {
                Ok(before.clone())
            } else {
                Err(NotCleared::KeyUsed.into())
            };
        }
        let mut journals = shelf.journals.iter().filter(|(owner, _)| *owner == tenant);
        let journal = journals.find(|(_, journal)| journal.id() == look.journal);
        let lying = journal.and_then(|(_, journal)| shelf.lying(tenant, journal, look.currency));
        let (clearing, journal) = decide(&lying.ok_or(NotCleared::Unknown)?)?;
        shelf.post(tenant, journal);
        shelf.clearings.push((tenant, clearing.clone()));
        Ok(clearing)
    }

    async fn undo(
        &self,
        tenant: TenantId,
        look: UndoLook,
        decide: DecideUndoing,
    ) -> Result<Clearing, UndoError> {
        yield_once().await;
        let mut shelf = locked(&self.shelf);
        let own = || shelf.clearings.iter().filter(|(owner, _)| *owner == tenant);
        let under_key = own().find_map(|(_, clearing)| {
            let undone = clearing.undone.as_ref().filter(|undone| undone.key == look.key)?;
            Some((clearing, undone))
        });
        if let Some((before, undone)) = under_key {
            return if undone.fingerprint == look.fingerprint {
                Ok(before.clone())
            } else {
                Err(NotUndone::KeyUsed.into())
            };
        }
        let found = own().find(|(_, clearing)| clearing.id == look.clearing);
        let found = found
            .map(|(_, clearing)| clearing.clone())
            .ok_or(NotUndone::Unknown)?;
        let (undoing, journal) = decide(&found, was_gone(&shelf, &found))?;
        shelf.post(tenant, journal);
        let mut said = shelf.clearings.iter_mut().map(|(_, clearing)| clearing);
        let said = said
            .find(|clearing| clearing.id == found.id)
            .ok_or(NotUndone::Unknown)?;
        said.undone = Some(undoing);
        Ok(said.clone())
    }
}

/// Whether money was cleared that is gone.
fn was_gone(shelf: &Shelf, clearing: &Clearing) -> bool {
    let mut journals = shelf.journals.iter().map(|(_, journal)| journal);
    let posted = journals.find(|journal| journal.id() == clearing.posted);
    let mut entries = posted.map(Journal::entries).unwrap_or_default().iter();
    entries.any(|entry| entry.place.account == clearing.to.account() && entry.amount.is_positive())
}

#[async_trait]
impl OrderKeys for InMemoryBook {
    async fn means(
        &self,
        tenant: TenantId,
        key: &RequestKey,
        place: Fingerprint,
        at: OffsetDateTime,
    ) -> Result<bool, Outage> {
        yield_once().await;
        let mut shelf = locked(&self.shelf);
        let kept = shelf.keys.entry((tenant, key.clone())).or_insert((place, at));
        if kept.1 < at - KEY_LIFE {
            *kept = (place, at);
        }
        Ok(kept.0 == place)
    }
}
