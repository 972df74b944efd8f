//! How an attempt moves whose customer pays by card on the provider's page.
//!
//! A failed try is not the end of an order, since the page can be opened again; an order ends by being paid or
//! by being cancelled. What was paid is paid, also after that.

use time::OffsetDateTime;

use super::{Attempt, AttemptState, Moved, News, NotThisAttempt, ReviewReason, StateName};
use crate::card::{CancelAnswer, CardReport, CardStatus, OpenAnswer};
use crate::evidence::Evidence;
use crate::failure::FailureReason;
use crate::reference::Receipt;

impl Attempt {
    /// Takes in the answer to opening the order. A notice, or whoever took the answer for lost, may have overtaken it;
    /// an order whose page cannot be given to anybody stays in doubt until it is cancelled.
    #[must_use]
    pub fn hear_open_answer(mut self, answer: &OpenAnswer, at: OffsetDateTime) -> Moved {
        match answer {
            OpenAnswer::Created { ids, page } => {
                self.learn(ids);
                self.progress.page = Some(page.clone());
                match self.progress.state {
                    AttemptState::Sent | AttemptState::Unknown => {
                        self.enter(AttemptState::AwaitingCustomer, at);
                    }
                    AttemptState::Created
                    | AttemptState::AwaitingCustomer
                    | AttemptState::InReview { .. }
                    | AttemptState::Paid { .. }
                    | AttemptState::Failed { .. }
                    | AttemptState::Cancelled => {}
                }
                self.quietly()
            }
            OpenAnswer::NoPage { ids } => {
                self.learn(ids);
                self.lose_answer(at)
            }
            OpenAnswer::Rejected { reason, code } => match self.progress.state.name() {
                StateName::Sent | StateName::Unknown => {
                    self.fail(*reason, code.clone(), Evidence::PushAnswer, at)
                }
                StateName::Created
                | StateName::AwaitingCustomer
                | StateName::InReview
                | StateName::Paid
                | StateName::Failed
                | StateName::Cancelled => self.quietly(),
            },
            OpenAnswer::Unknown => self.lose_answer(at),
        }
    }

    /// Takes in how its order stands, by the provider's word. An order that is not paid may still be.
    ///
    /// # Errors
    /// [`NotThisAttempt`] if the provider speaks of another order; then nothing may change.
    pub fn hear_card_status(
        mut self,
        status: &CardStatus,
        at: OffsetDateTime,
    ) -> Result<Moved, NotThisAttempt> {
        if self.progress.sent_at.is_none() {
            return Err(NotThisAttempt::NeverSent);
        }
        match status {
            CardStatus::Pending | CardStatus::NoAnswer => Ok(self.quietly()),
            CardStatus::Failed { report, .. } => {
                self.recognise(report)?;
                Ok(match self.progress.state.name() {
                    StateName::Paid => self.dispute(ReviewReason::AnswersDisagree),
                    StateName::Created
                    | StateName::Sent
                    | StateName::AwaitingCustomer
                    | StateName::Unknown
                    | StateName::InReview
                    | StateName::Failed
                    | StateName::Cancelled => self.quietly(),
                })
            }
            CardStatus::Paid(report) => {
                self.recognise(report)?;
                Ok(self.card_success(report, at))
            }
            CardStatus::Reversed(report) => {
                self.recognise(report)?;
                Ok(match self.progress.state.name() {
                    StateName::Paid => self.reverse(),
                    StateName::Created
                    | StateName::Sent
                    | StateName::AwaitingCustomer
                    | StateName::Unknown
                    | StateName::InReview
                    | StateName::Failed
                    | StateName::Cancelled => self.review(ReviewReason::MoneyWentBack, at),
                })
            }
        }
    }

    /// Takes in that its order was to be cancelled, and how it stands after that: payment and cancellation
    /// can cross. What was heard of money is taken in before this.
    #[must_use]
    pub fn hear_cancel_answer(
        mut self,
        answer: CancelAnswer,
        afterwards: &CardStatus,
        at: OffsetDateTime,
    ) -> Moved {
        let in_doubt = match self.progress.state.name() {
            StateName::Sent | StateName::AwaitingCustomer => false,
            StateName::Unknown => true,
            StateName::Created
            | StateName::InReview
            | StateName::Paid
            | StateName::Failed
            | StateName::Cancelled => return self.quietly(),
        };
        let takes_no_money = match answer {
            CancelAnswer::NotMade => return self.quietly(),
            CancelAnswer::Cancelled => true,
            // The provider cancels an order once: it refuses again what an earlier try, whose answer was lost, has done.
            CancelAnswer::Refused => in_doubt,
            CancelAnswer::Unknown => false,
        };
        match afterwards {
            CardStatus::Pending if takes_no_money => {
                self.enter(AttemptState::Cancelled, at);
                self.with(News::Cancelled)
            }
            CardStatus::Failed { code, .. } if takes_no_money => {
                self.fail(FailureReason::CardRefused, code.clone(), Evidence::Status, at)
            }
            CardStatus::Pending
            | CardStatus::Failed { .. }
            | CardStatus::NoAnswer
            | CardStatus::Paid(_)
            | CardStatus::Reversed(_) => self.fall_into_doubt(at),
        }
    }

    /// Gives up an order of which nothing is known but that it was submitted: nobody was given its page, so
    /// nobody can pay it.
    #[must_use]
    pub fn close_without_page(mut self, at: OffsetDateTime) -> Moved {
        let nobody_knows = self.progress.ids.is_none() && self.progress.page.is_none();
        match self.progress.state.name() {
            StateName::Sent | StateName::Unknown if nobody_knows => {
                self.enter(AttemptState::Cancelled, at);
                self.with(News::Cancelled)
            }
            StateName::Created
            | StateName::Sent
            | StateName::AwaitingCustomer
            | StateName::Unknown
            | StateName::InReview
            | StateName::Paid
            | StateName::Failed
            | StateName::Cancelled => self.quietly(),
        }
    }

    /// Makes sure that a report is about this attempt, and learns the provider's id from it.
    fn recognise(&mut self, report: &CardReport) -> Result<(), NotThisAttempt> {
        let ours = report.reference.as_deref() == Some(self.reference().as_str());
        let known = self.progress.ids.as_ref();
        if !ours || known.is_some_and(|known| !known.agree_with(&report.ids)) {
            return Err(NotThisAttempt::ForeignIds);
        }
        self.learn(&report.ids);
        Ok(())
    }

    /// The same word again is no news, also after a person looked into it; it is once the provider had the money meanwhile,
    /// also if nobody looked into it the last time.
    fn reverse(mut self) -> Moved {
        if self.progress.reversed {
            return self.quietly();
        }
        self.progress.reversed = true;
        let why = ReviewReason::MoneyWentBack;
        self.progress.dispute = Some(why);
        self.with(News::Disputed(why))
    }

    fn card_success(mut self, report: &CardReport, at: OffsetDateTime) -> Moved {
        let from = self.progress.state.name();
        let differs = report.amount != Some(self.terms.amount);
        self.progress.reversed = false;
        if let AttemptState::Paid { receipt: known, .. } = &mut self.progress.state {
            return match (differs, known.as_ref(), report.receipt.as_ref()) {
                (true, _, _) => self.dispute(ReviewReason::AmountDiffers),
                (false, Some(known), Some(told)) if known != told => {
                    self.dispute(ReviewReason::AnswersDisagree)
                }
                (false, None, Some(told)) => {
                    *known = Some(told.clone());
                    self.with(News::ReceiptKnown)
                }
                (false, Some(_) | None, Some(_) | None) => self.quietly(),
            };
        }
        if differs {
            return self.review(ReviewReason::AmountDiffers, at);
        }
        let receipt: Option<Receipt> = report.receipt.clone();
        let evidence = Evidence::Status;
        self.enter(AttemptState::Paid { evidence, receipt }, at);
        let reopened = match from {
            StateName::Unknown | StateName::InReview | StateName::Failed | StateName::Cancelled => Some(from),
            StateName::Created | StateName::Sent | StateName::AwaitingCustomer | StateName::Paid => None,
        };
        self.with(News::Paid { reopened })
    }

    fn fall_into_doubt(self, at: OffsetDateTime) -> Moved {
        match self.progress.state.name() {
            StateName::Sent | StateName::AwaitingCustomer => self.become_unknown(at),
            StateName::Created
            | StateName::Unknown
            | StateName::InReview
            | StateName::Paid
            | StateName::Failed
            | StateName::Cancelled => self.quietly(),
        }
    }
}

#[cfg(test)]
mod tests;
