//! What a provider's own statement says of an attempt: that its money came, and under which number.

use super::{Attempt, AttemptState, Moved, News, StateName};
use crate::evidence::Evidence;
use crate::reference::Receipt;
use time::OffsetDateTime;

impl Attempt {
    /// Takes in that a line of the provider's statement is this attempt's money. Money that only a query told of gets its
    /// receipt; an attempt that was sent and is not paid is paid now. `None` if it cannot be: nothing was ever sent, or it
    /// was paid under another receipt.
    #[must_use]
    pub fn hear_statement(mut self, receipt: &Receipt, at: OffsetDateTime) -> Option<Moved> {
        if let AttemptState::Paid {
            evidence,
            receipt: known,
        } = &mut self.progress.state
        {
            return match known {
                Some(known) if known == receipt => Some(self.quietly()),
                Some(_) => None,
                None => {
                    *known = Some(receipt.clone());
                    *evidence = Evidence::Statement;
                    Some(self.with(News::ReceiptKnown))
                }
            };
        }
        self.progress.sent_at?;
        let from = self.progress.state.name();
        let state = AttemptState::Paid {
            evidence: Evidence::Statement,
            receipt: Some(receipt.clone()),
        };
        self.enter(state, at);
        let reopened = match from {
            StateName::Unknown | StateName::InReview | StateName::Failed | StateName::Cancelled => Some(from),
            StateName::Created | StateName::Sent | StateName::AwaitingCustomer | StateName::Paid => None,
        };
        Some(self.with(News::Paid { reopened }))
    }
}
