//! Money that a person matched to an attempt and that is not its own.

use super::{Attempt, AttemptState, News, Resolved, ReviewReason};
use crate::dead_letter::Handled;
use crate::evidence::Evidence;
use time::OffsetDateTime;

/// What of a match was taken back from an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unmatched {
    /// The match had brought nothing: the attempt was paid before, under the same number.
    Nothing,
    /// The match had named the number of money that a query told of: nobody knows it again.
    Number(Attempt),
    /// The match had brought the money, which is the attempt's no more.
    Money {
        /// The attempt: in review, or, if nothing had asked for the money, over.
        attempt: Attempt,
        /// What others want to hear of it.
        news: Option<News>,
    },
}

impl Attempt {
    /// Takes back what a person did to it when they matched a letter: whoever `matched` it must have left their name on it, or
    /// nothing changes.
    #[must_use]
    pub fn unmatch(mut self, matched: &Handled, at: OffsetDateTime) -> Unmatched {
        let is_of_match = |resolved: &Resolved| {
            resolved.at == matched.at && resolved.by == matched.by && resolved.why == matched.why
        };
        if !self.progress.resolved.as_ref().is_some_and(is_of_match) || self.receipt().is_none() {
            return Unmatched::Nothing;
        }
        self.progress.resolved = None;
        // A number that was named leaves the time at which the query told of the money.
        if self.progress.state_at != matched.at {
            self.progress.state = AttemptState::Paid {
                evidence: Evidence::Query,
                receipt: None,
            };
            return Unmatched::Number(self);
        }
        self.progress.taken_back = self.progress.taken_back.saturating_add(1);
        let (state, news) = if self.progress.sent_at.is_some() {
            let why = ReviewReason::MatchTakenBack;
            (AttemptState::InReview { why }, Some(News::InReview(why)))
        } else {
            (AttemptState::Cancelled, None)
        };
        self.enter(state, at);
        Unmatched::Money { attempt: self, news }
    }
}
