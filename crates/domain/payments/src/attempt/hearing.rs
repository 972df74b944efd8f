//! How an attempt moves: each method consumes it and gives it back with the news.

use time::OffsetDateTime;

use super::{Attempt, AttemptState, Moved, News, NotThisAttempt, ReviewReason, StateName};
use crate::evidence::{CallbackReport, CallbackVerdict, Evidence, PushAnswer, QueryAnswer};
use crate::failure::{FailureReason, ProviderCode};
use crate::reference::{ProviderIds, Receipt};
use crate::schedule::{PROMPT_LIFE, QUERY_MAY_CLOSE_AFTER};

impl Attempt {
    /// Records that the submission is about to be made. Only a created attempt gets here, so that nothing
    /// is ever submitted twice; `None` for any other.
    #[must_use]
    pub fn send(mut self, at: OffsetDateTime) -> Option<Self> {
        if self.progress.state == AttemptState::Created {
            self.enter(AttemptState::Sent, at);
            self.progress.sent_at = Some(at);
            Some(self)
        } else {
            None
        }
    }

    /// Withdraws it if nothing was sent yet; otherwise nothing changes.
    #[must_use]
    pub fn withdraw(mut self, at: OffsetDateTime) -> Moved {
        if self.progress.state == AttemptState::Created {
            self.enter(AttemptState::Cancelled, at);
            self.with(News::Cancelled)
        } else {
            self.quietly()
        }
    }

    /// Takes in that whoever submitted it never came back with an answer.
    #[must_use]
    pub fn lose_answer(self, at: OffsetDateTime) -> Moved {
        if self.progress.state == AttemptState::Sent {
            self.become_unknown(at)
        } else {
            self.quietly()
        }
    }

    /// Takes in the answer to the submission. A callback may have overtaken it; then only the provider's
    /// ids are new.
    #[must_use]
    pub fn hear_push_answer(mut self, answer: &PushAnswer, at: OffsetDateTime) -> Moved {
        let state = self.progress.state.name();
        match answer {
            PushAnswer::Accepted(ids) => {
                self.learn(ids);
                if state == StateName::Sent {
                    self.enter(AttemptState::AwaitingCustomer, at);
                    return self.with(News::PromptOut);
                }
                self.quietly()
            }
            PushAnswer::Rejected { reason, code } => match state {
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
            PushAnswer::Unknown => self.lose_answer(at),
        }
    }

    /// Takes in a callback that came on this attempt's own path.
    ///
    /// # Errors
    /// [`NotThisAttempt`] if it cannot be about this attempt; then nothing may change.
    pub fn hear_callback(
        mut self,
        report: &CallbackReport,
        at: OffsetDateTime,
    ) -> Result<Moved, NotThisAttempt> {
        if self.progress.sent_at.is_none() {
            return Err(NotThisAttempt::NeverSent);
        }
        if let Some(known) = &self.progress.ids
            && !known.agree_with(&report.ids)
        {
            return Err(NotThisAttempt::ForeignIds);
        }
        self.learn(&report.ids);
        Ok(match &report.verdict {
            CallbackVerdict::Paid {
                amount,
                receipt,
                payer,
                at: _,
            } => {
                let doubt = if *amount != self.terms.amount {
                    Some(ReviewReason::AmountDiffers)
                } else if let (Some(told), Some(asked)) = (payer, &self.terms.payer)
                    && told != asked
                {
                    Some(ReviewReason::PayerDiffers)
                } else {
                    None
                };
                self.callback_success(receipt, doubt, at)
            }
            CallbackVerdict::Failed { reason, code } => self.callback_failure(*reason, code, at),
            CallbackVerdict::Unrecognised { .. } => match self.progress.state.name() {
                StateName::Sent | StateName::AwaitingCustomer => self.become_unknown(at),
                StateName::Created
                | StateName::Unknown
                | StateName::InReview
                | StateName::Paid
                | StateName::Failed
                | StateName::Cancelled => self.quietly(),
            },
        })
    }

    /// Takes in the answer to a query. It never overwrites what a callback said: where they contradict
    /// each other a person looks.
    #[must_use]
    pub fn hear_query_answer(self, answer: &QueryAnswer, at: OffsetDateTime) -> Moved {
        let age = self.progress.sent_at.map(|sent| at - sent);
        let Some(age) = age else { return self.quietly() };
        match answer {
            QueryAnswer::Paid => self.query_success(at),
            QueryAnswer::Failed { reason, code } => {
                if self.is_open_to_answers() {
                    if age >= QUERY_MAY_CLOSE_AFTER {
                        return self.fail(*reason, Some(code.clone()), Evidence::Query, at);
                    }
                    return self.lose_answer(at);
                }
                match self.progress.state.name() {
                    StateName::Paid => self.dispute(ReviewReason::AnswersDisagree),
                    StateName::Created
                    | StateName::Sent
                    | StateName::AwaitingCustomer
                    | StateName::Unknown
                    | StateName::InReview
                    | StateName::Failed
                    | StateName::Cancelled => self.quietly(),
                }
            }
            QueryAnswer::Pending if age < PROMPT_LIFE => self.lose_answer(at),
            QueryAnswer::Pending | QueryAnswer::NoAnswer | QueryAnswer::Unrecognised { .. } => {
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
    }

    /// Notes that query number `step` (counted from 0) was answered or given up.
    #[must_use]
    pub fn asked(mut self, step: u8) -> Self {
        self.progress.queries = self.progress.queries.max(step.saturating_add(1));
        self
    }

    /// Takes in that the last query went by without a final answer: a person has it from here.
    #[must_use]
    pub fn give_up_asking(self, at: OffsetDateTime) -> Moved {
        match self.progress.state.name() {
            StateName::Sent | StateName::AwaitingCustomer | StateName::Unknown => {
                self.review(ReviewReason::NoAnswer, at)
            }
            StateName::Created
            | StateName::InReview
            | StateName::Paid
            | StateName::Failed
            | StateName::Cancelled => self.quietly(),
        }
    }

    /// Takes in that the receipt of a success was already booked for another attempt.
    #[must_use]
    pub fn refuse_receipt(self, at: OffsetDateTime) -> Moved {
        self.refuse_money(ReviewReason::ReceiptReused, at)
    }

    /// Takes in that it brought money which a person noted as given back: a person ends it.
    #[must_use]
    pub fn refuse_given_back(self, at: OffsetDateTime) -> Moved {
        self.refuse_money(ReviewReason::GivenBack, at)
    }

    fn refuse_money(self, why: ReviewReason, at: OffsetDateTime) -> Moved {
        match self.progress.state.name() {
            StateName::Paid => self.dispute(why),
            StateName::Created => self.quietly(),
            StateName::Cancelled if self.progress.sent_at.is_none() => self.quietly(),
            StateName::Cancelled
            | StateName::Sent
            | StateName::AwaitingCustomer
            | StateName::Unknown
            | StateName::InReview
            | StateName::Failed => self.review(why, at),
        }
    }

    fn callback_success(
        mut self,
        receipt: &Receipt,
        doubt: Option<ReviewReason>,
        at: OffsetDateTime,
    ) -> Moved {
        let from = self.progress.state.name();
        if let AttemptState::Paid {
            evidence,
            receipt: known,
        } = &mut self.progress.state
        {
            let contradiction = match known {
                Some(known) if known != receipt => Some(ReviewReason::AnswersDisagree),
                Some(_) | None => None,
            };
            if let Some(why) = doubt.or(contradiction) {
                return self.dispute(why);
            }
            if known.is_some() {
                return self.quietly();
            }
            *known = Some(receipt.clone());
            *evidence = Evidence::Callback;
            return self.with(News::ReceiptKnown);
        }
        if let Some(why) = doubt {
            return self.review(why, at);
        }
        self.enter(
            AttemptState::Paid {
                evidence: Evidence::Callback,
                receipt: Some(receipt.clone()),
            },
            at,
        );
        let reopened = match from {
            StateName::Unknown | StateName::InReview | StateName::Failed | StateName::Cancelled => Some(from),
            StateName::Created | StateName::Sent | StateName::AwaitingCustomer | StateName::Paid => None,
        };
        self.with(News::Paid { reopened })
    }

    fn callback_failure(mut self, reason: FailureReason, code: &ProviderCode, at: OffsetDateTime) -> Moved {
        if self.is_open_to_answers() {
            return self.fail(reason, Some(code.clone()), Evidence::Callback, at);
        }
        match &mut self.progress.state {
            // The reason is better known now; that it failed is no news.
            AttemptState::Failed {
                reason: known_reason,
                code: known_code,
                evidence: evidence @ (Evidence::PushAnswer | Evidence::Query | Evidence::Person),
            } => {
                *known_reason = reason;
                *known_code = Some(code.clone());
                *evidence = Evidence::Callback;
                self.quietly()
            }
            AttemptState::Paid { .. } => self.dispute(ReviewReason::AnswersDisagree),
            AttemptState::Failed {
                evidence:
                    Evidence::Callback
                    | Evidence::Counter
                    | Evidence::Confirmation
                    | Evidence::Status
                    | Evidence::Statement,
                ..
            }
            | AttemptState::Created
            | AttemptState::Sent
            | AttemptState::AwaitingCustomer
            | AttemptState::Unknown
            | AttemptState::InReview { .. }
            | AttemptState::Cancelled => self.quietly(),
        }
    }

    fn query_success(mut self, at: OffsetDateTime) -> Moved {
        if self.is_open_to_answers() {
            self.enter(
                AttemptState::Paid {
                    evidence: Evidence::Query,
                    receipt: None,
                },
                at,
            );
            return self.with(News::Paid { reopened: None });
        }
        match self.progress.state.name() {
            // Neither answer is taken for the truth, and nobody is asked to pay again meanwhile.
            StateName::Failed | StateName::Cancelled => self.review(ReviewReason::AnswersDisagree, at),
            StateName::Created
            | StateName::Sent
            | StateName::AwaitingCustomer
            | StateName::Unknown
            | StateName::InReview
            | StateName::Paid => self.quietly(),
        }
    }

    /// Whether an answer of any kind may still decide it: it was sent, and nothing but silence was heard.
    const fn is_open_to_answers(&self) -> bool {
        match self.progress.state {
            AttemptState::Sent
            | AttemptState::AwaitingCustomer
            | AttemptState::Unknown
            | AttemptState::InReview {
                why: ReviewReason::NoAnswer,
            } => true,
            AttemptState::Created
            | AttemptState::InReview {
                why:
                    ReviewReason::AmountDiffers
                    | ReviewReason::PayerDiffers
                    | ReviewReason::AnswersDisagree
                    | ReviewReason::ReceiptReused
                    | ReviewReason::MoneyWentBack
                    | ReviewReason::GivenBack
                    | ReviewReason::MatchTakenBack,
            }
            | AttemptState::Paid { .. }
            | AttemptState::Failed { .. }
            | AttemptState::Cancelled => false,
        }
    }

    pub(super) fn learn(&mut self, ids: &ProviderIds) {
        match &self.progress.ids {
            None => self.progress.ids = Some(ids.clone()),
            Some(known) if known.request().is_none() && known.tracking() == ids.tracking() => {
                self.progress.ids = Some(ids.clone());
            }
            Some(_) => {}
        }
    }

    pub(super) fn enter(&mut self, state: AttemptState, at: OffsetDateTime) {
        self.progress.state = state;
        self.progress.state_at = at;
    }

    pub(super) fn fail(
        mut self,
        reason: FailureReason,
        code: Option<ProviderCode>,
        evidence: Evidence,
        at: OffsetDateTime,
    ) -> Moved {
        self.enter(
            AttemptState::Failed {
                reason,
                code,
                evidence,
            },
            at,
        );
        self.with(News::Failed(reason))
    }

    pub(super) fn become_unknown(mut self, at: OffsetDateTime) -> Moved {
        self.enter(AttemptState::Unknown, at);
        self.with(News::Unknown)
    }

    pub(super) fn review(mut self, why: ReviewReason, at: OffsetDateTime) -> Moved {
        match self.progress.state {
            // The first reason that is more than silence stands, unless the money is gone again.
            AttemptState::InReview { why: standing } if !outweighs(why, standing) => self.quietly(),
            AttemptState::InReview { .. }
            | AttemptState::Created
            | AttemptState::Sent
            | AttemptState::AwaitingCustomer
            | AttemptState::Unknown
            | AttemptState::Paid { .. }
            | AttemptState::Failed { .. }
            | AttemptState::Cancelled => {
                self.enter(AttemptState::InReview { why }, at);
                self.with(News::InReview(why))
            }
        }
    }

    pub(super) fn dispute(mut self, why: ReviewReason) -> Moved {
        let stands = |standing| standing == why || !outweighs(why, standing);
        if self.progress.dispute.is_some_and(stands) {
            return self.quietly();
        }
        self.progress.dispute = Some(why);
        self.with(News::Disputed(why))
    }

    pub(super) const fn with(self, news: News) -> Moved {
        Moved {
            attempt: self,
            news: Some(news),
        }
    }

    pub(super) const fn quietly(self) -> Moved {
        Moved {
            attempt: self,
            news: None,
        }
    }
}

/// Whether a reason is worth telling where another stands already.
const fn outweighs(why: ReviewReason, standing: ReviewReason) -> bool {
    match standing {
        ReviewReason::NoAnswer => true,
        ReviewReason::MoneyWentBack => false,
        ReviewReason::GivenBack => matches!(why, ReviewReason::MoneyWentBack),
        ReviewReason::AmountDiffers
        | ReviewReason::PayerDiffers
        | ReviewReason::AnswersDisagree
        | ReviewReason::ReceiptReused
        | ReviewReason::MatchTakenBack => {
            matches!(why, ReviewReason::MoneyWentBack | ReviewReason::GivenBack)
        }
    }
}
