//! How a person ends an attempt that was given to one.

use ratiba_kernel::{Currency, Money};
use time::OffsetDateTime;

use super::{Attempt, AttemptState, Moved, News, Provider, StateName};
use crate::actor::Actor;
use crate::evidence::Evidence;
use crate::failure::FailureReason;
use crate::reference::Receipt;
use crate::remark::Remark;
use crate::schedule::CARD_DOUBT_FOR_A_PERSON_AFTER;

/// What a person found out about an attempt in review.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// Money was received.
    Paid {
        /// The provider's number for it.
        receipt: Receipt,
        /// How much it was; `None`: what was asked.
        amount: Option<Money>,
    },
    /// It is over without money, for a reason that the provider shows.
    Failed {
        /// Why.
        reason: FailureReason,
    },
    /// It is over without money, and nobody knows why.
    Cancelled,
}

/// Who ended an attempt that was in review, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// Who.
    pub by: Actor,
    /// Why, in their own words.
    pub why: Remark,
    /// When.
    pub at: OffsetDateTime,
}

/// Why a person cannot end an attempt so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotResolved {
    /// No person has it, and it is no order by card that has been in doubt for an hour.
    #[error("the attempt is not in review")]
    NotInReview,
    /// The amount is nothing.
    #[error("the amount must be above nothing")]
    BadAmount,
    /// The amount is in another currency than was asked.
    #[error("the attempt is in {}", .asked.code())]
    OtherCurrency {
        /// The one that was asked.
        asked: Currency,
    },
}

/// Nothing about the attempt is disputed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("nothing about the attempt is disputed")]
pub struct NotDisputed;

impl Attempt {
    /// Takes in that a person looked into what is odd about it, and that its state stands. What a provider says later can
    /// be disputed anew.
    ///
    /// # Errors
    /// [`NotDisputed`] if there is nothing to look into; then nothing may change.
    pub fn settle_dispute(mut self, resolved: Resolved) -> Result<Moved, NotDisputed> {
        if self.progress.dispute.take().is_none() {
            return Err(NotDisputed);
        }
        self.progress.resolved = Some(resolved);
        Ok(self.quietly())
    }

    /// Takes in what a person found out about an attempt in review, or about an order by card that has been in doubt for an
    /// hour. Whatever amount was really received becomes the attempt's own.
    ///
    /// # Errors
    /// [`NotResolved`]; then nothing may change.
    pub fn resolve(mut self, resolution: Resolution, resolved: Resolved) -> Result<Moved, NotResolved> {
        let from = self.progress.state.name();
        if from != StateName::InReview && !self.is_in_doubt_for_long(resolved.at) {
            return Err(NotResolved::NotInReview);
        }
        let (state, news) = match resolution {
            Resolution::Paid { receipt, amount } => {
                let amount = amount.unwrap_or(self.terms.amount);
                if amount.currency() != self.terms.amount.currency() {
                    let asked = self.terms.amount.currency();
                    return Err(NotResolved::OtherCurrency { asked });
                }
                if !amount.is_positive() {
                    return Err(NotResolved::BadAmount);
                }
                self.receive_other(amount).map_err(|_| NotResolved::BadAmount)?;
                let state = AttemptState::Paid {
                    evidence: Evidence::Person,
                    receipt: Some(receipt),
                };
                let reopened = Some(from);
                (state, News::Paid { reopened })
            }
            Resolution::Failed { reason } => {
                let state = AttemptState::Failed {
                    reason,
                    code: None,
                    evidence: Evidence::Person,
                };
                (state, News::Failed(reason))
            }
            Resolution::Cancelled => (AttemptState::Cancelled, News::Cancelled),
        };
        self.progress.state = state;
        self.progress.state_at = resolved.at;
        self.progress.resolved = Some(resolved);
        Ok(Moved {
            attempt: self,
            news: Some(news),
        })
    }

    /// Whether it is an order at the card provider that nobody knows the end of, and has been for long.
    fn is_in_doubt_for_long(&self, at: OffsetDateTime) -> bool {
        let by_card = self.terms.provider == Provider::Pesapal;
        let sent_at = self.progress.sent_at.unwrap_or(self.terms.created_at);
        let long = at - sent_at >= CARD_DOUBT_FOR_A_PERSON_AFTER;
        by_card && long && self.progress.state == AttemptState::Unknown
    }
}
