//! Money that came without anything being submitted to a provider: its attempt begins where others end.

use time::OffsetDateTime;

use super::{Attempt, AttemptProgress, AttemptState, AttemptTerms, Moved, News, Resolved};
use crate::evidence::Evidence;
use crate::reference::Receipt;

impl Attempt {
    /// An attempt whose money is there from the beginning, such as cash that was counted. `evidence` must be one that
    /// needs no submission (see [`Evidence::needs_no_submission`]), or the attempt cannot be read back.
    #[must_use]
    pub const fn received(
        terms: AttemptTerms,
        receipt: Option<Receipt>,
        evidence: Evidence,
        at: OffsetDateTime,
    ) -> Moved {
        let attempt = Self {
            terms,
            progress: AttemptProgress {
                state: AttemptState::Paid { evidence, receipt },
                state_at: at,
                sent_at: None,
                ids: None,
                page: None,
                queries: 0,
                dispute: None,
                resolved: None,
                taken_back: 0,
                reversed: false,
            },
            tip: None,
        };
        Moved {
            attempt,
            news: Some(News::Paid { reopened: None }),
        }
    }
    /// An attempt for money that a person found among the provider's messages: nobody asked for it, and it is there.
    #[must_use]
    pub fn found(terms: AttemptTerms, receipt: Receipt, resolved: Resolved) -> Moved {
        let at = resolved.at;
        let mut moved = Self::received(terms, Some(receipt), Evidence::Person, at);
        moved.attempt.progress.resolved = Some(resolved);
        moved
    }

    /// Takes in the receipt of money that only a query had told of, as a person found it. `None` unless it is paid
    /// without a receipt.
    #[must_use]
    pub fn name_receipt(mut self, receipt: Receipt, resolved: Resolved) -> Option<Moved> {
        match &mut self.progress.state {
            AttemptState::Paid {
                evidence,
                receipt: known @ None,
            } => {
                *known = Some(receipt);
                *evidence = Evidence::Person;
                self.progress.resolved = Some(resolved);
                Some(self.with(News::ReceiptKnown))
            }
            AttemptState::Paid { receipt: Some(_), .. }
            | AttemptState::Created
            | AttemptState::Sent
            | AttemptState::AwaitingCustomer
            | AttemptState::Unknown
            | AttemptState::InReview { .. }
            | AttemptState::Failed { .. }
            | AttemptState::Cancelled => None,
        }
    }
}
