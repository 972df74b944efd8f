//! What a confirmation of money with its receipt means for an attempt that waits for just that.

use std::ops::RangeInclusive;

use ratiba_kernel::Money;
use time::OffsetDateTime;

use super::{Attempt, AttemptState, Moved, News, ReviewReason, StateName};
use crate::by_hand::Confirmation;
use crate::evidence::Evidence;
use crate::schedule::{CLOCKS_DIFFER, PROMPT_LIFE};
use crate::tip::Tip;

impl Attempt {
    /// Takes in a confirmation that brings what is missing: the receipt of money that only a query had told of, or the end
    /// of an attempt of which the provider never said how it ended. `None` if the attempt waits for neither, or for another
    /// amount, or if the money moved when its prompt was not on the phone; then the money is not this attempt's.
    #[must_use]
    pub fn confirm(mut self, told: &Confirmation, at: OffsetDateTime) -> Option<Moved> {
        if !self.is_of_its_time(told) {
            return None;
        }
        match &mut self.progress.state {
            AttemptState::Paid {
                evidence,
                receipt: known @ None,
            } => {
                *known = Some(told.receipt.clone());
                *evidence = Evidence::Confirmation;
                Some(self.with(News::ReceiptKnown))
            }
            AttemptState::InReview {
                why: ReviewReason::NoAnswer,
            } => {
                let state = AttemptState::Paid {
                    evidence: Evidence::Confirmation,
                    receipt: Some(told.receipt.clone()),
                };
                self.enter(state, at);
                let reopened = Some(StateName::InReview);
                Some(self.with(News::Paid { reopened }))
            }
            AttemptState::InReview {
                why:
                    ReviewReason::AmountDiffers
                    | ReviewReason::PayerDiffers
                    | ReviewReason::AnswersDisagree
                    | ReviewReason::ReceiptReused
                    | ReviewReason::MoneyWentBack
                    | ReviewReason::GivenBack
                    | ReviewReason::MatchTakenBack,
            }
            | AttemptState::Paid { receipt: Some(_), .. }
            | AttemptState::Created
            | AttemptState::Sent
            | AttemptState::AwaitingCustomer
            | AttemptState::Unknown
            | AttemptState::Failed { .. }
            | AttemptState::Cancelled => None,
        }
    }

    /// Whether confirmed money of another amount may be what its prompt brought: only a query told that it was paid, and a
    /// query names no amount.
    #[must_use]
    pub fn may_have_brought(&self, told: &Confirmation) -> bool {
        match self.progress.state {
            AttemptState::Paid { receipt: None, .. } => {
                told.amount != self.terms.amount && self.was_out_when(told.moved_at)
            }
            AttemptState::Paid { receipt: Some(_), .. }
            | AttemptState::InReview { .. }
            | AttemptState::Created
            | AttemptState::Sent
            | AttemptState::AwaitingCustomer
            | AttemptState::Unknown
            | AttemptState::Failed { .. }
            | AttemptState::Cancelled => false,
        }
    }

    /// Whether confirmed money is of its amount, and moved when its prompt was on the phone.
    fn is_of_its_time(&self, told: &Confirmation) -> bool {
        self.is_of(told.amount, told.moved_at)
    }

    /// Whether money is of its amount, and moved when its prompt was on the phone.
    pub(crate) fn is_of(&self, amount: Money, moved_at: Option<OffsetDateTime>) -> bool {
        amount == self.terms.amount && self.was_out_when(moved_at)
    }

    /// The tip that money of this amount, which came without the prompt's own answer, brings along: that of a prompt which
    /// seems to have ended without money, if the money moved while that one was on the phone.
    pub(crate) fn tip_of_lost(&self, amount: Money, moved_at: Option<OffsetDateTime>) -> Option<&Tip> {
        match self.progress.state {
            AttemptState::Failed { .. } | AttemptState::Cancelled => {
                let was_sent = self.progress.sent_at.is_some();
                let fits = amount == self.terms.amount && was_sent && self.was_out_when(moved_at);
                self.tip.as_ref().filter(|_| fits)
            }
            AttemptState::Paid { .. }
            | AttemptState::InReview { .. }
            | AttemptState::Created
            | AttemptState::Sent
            | AttemptState::AwaitingCustomer
            | AttemptState::Unknown => None,
        }
    }

    /// Whether the customer could answer the prompt at this time; it is not held against the money if either time is not
    /// known.
    fn was_out_when(&self, moved_at: Option<OffsetDateTime>) -> bool {
        let (Some(moved_at), Some(out)) = (moved_at, self.was_out()) else {
            return true;
        };
        out.contains(&moved_at)
    }

    /// From when to when the customer could answer the prompt, by clocks that differ; `None` if nothing was sent.
    #[must_use]
    pub fn was_out(&self) -> Option<RangeInclusive<OffsetDateTime>> {
        let sent_at = self.progress.sent_at?;
        Some(sent_at - CLOCKS_DIFFER..=sent_at + PROMPT_LIFE + CLOCKS_DIFFER)
    }
}

#[cfg(test)]
mod tests;
