//! Money that came without anything being submitted to a provider: its attempt begins where others end.

use time::OffsetDateTime;

use super::{Attempt, AttemptProgress, AttemptState, AttemptTerms, Moved, News};
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
            },
        };
        Moved {
            attempt,
            news: Some(News::Paid { reopened: None }),
        }
    }
}
