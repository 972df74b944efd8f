//! What a refund takes in: the answer to its request, the provider's messages, silence, and a person's word.

use ratiba_kernel::Money;
use time::OffsetDateTime;

use super::{
    NotInReview, NotThisRefund, NotWithdrawn, Refund, RefundDoubt, RefundMoved, RefundNews, RefundState,
    Resolution, Resolved, ReversalAnswer, ReversalReport, ReversalVerdict,
};
use crate::reference::Receipt;
use crate::schedule::send_again_after;

impl Refund {
    fn put(mut self, state: RefundState, at: OffsetDateTime, news: Option<RefundNews>) -> RefundMoved {
        if self.progress.state == state {
            return self.unmoved();
        }
        self.progress.state = state;
        self.progress.state_at = at;
        RefundMoved { refund: self, news }
    }

    pub(super) const fn unmoved(self) -> RefundMoved {
        RefundMoved {
            refund: self,
            news: None,
        }
    }

    /// Done at once, where no provider has to do it; else it stays as it is.
    #[must_use]
    pub fn hand_over(self, at: OffsetDateTime) -> RefundMoved {
        if self.terms.way.is_asked_of_a_provider() {
            return self.unmoved();
        }
        self.put(RefundState::Done { receipt: None }, at, Some(RefundNews::Done))
    }

    /// Marks it as sent, before it is. `None` if it was sent, or is over.
    #[must_use]
    pub fn send(mut self, at: OffsetDateTime) -> Option<Self> {
        if self.progress.state != RefundState::Requested {
            return None;
        }
        self.progress.state = RefundState::Sent;
        self.progress.state_at = at;
        self.progress.sent_at = Some(at);
        Some(self)
    }

    /// Withdraws it if nothing was sent.
    ///
    /// # Errors
    /// [`NotWithdrawn`].
    pub fn cancel(mut self, who: Resolved, at: OffsetDateTime) -> Result<RefundMoved, NotWithdrawn> {
        if self.progress.state != RefundState::Requested {
            return Err(NotWithdrawn);
        }
        self.progress.resolved = Some(who);
        Ok(self.put(RefundState::Cancelled, at, Some(RefundNews::Cancelled)))
    }

    /// Takes in the answer to the request itself. It never moves a refund whose result is known.
    #[must_use]
    pub fn hear_answer(mut self, answer: &ReversalAnswer, at: OffsetDateTime) -> RefundMoved {
        if self.progress.sent_at.is_none() {
            return self.unmoved();
        }
        match answer {
            ReversalAnswer::Accepted(originator) => {
                // Of two answers to one request the first names it.
                self.progress.originator.get_or_insert_with(|| originator.clone());
                self.unmoved()
            }
            ReversalAnswer::Rejected { code } if self.is_awaited() && self.progress.originator.is_none() => {
                let state = RefundState::Rejected { code: code.clone() };
                self.put(state, at, Some(RefundNews::Rejected))
            }
            ReversalAnswer::Unknown if self.progress.state == RefundState::Sent => {
                self.put(RefundState::Unknown, at, None)
            }
            ReversalAnswer::NotSent
                if self.progress.state == RefundState::Sent && self.progress.originator.is_none() =>
            {
                self.not_sent(at)
            }
            ReversalAnswer::Rejected { .. } | ReversalAnswer::NotSent | ReversalAnswer::Unknown => {
                self.unmoved()
            }
        }
    }

    /// Nobody was asked, so it waits to be sent again; after the last try a person has it.
    fn not_sent(mut self, at: OffsetDateTime) -> RefundMoved {
        self.progress.tries = self.progress.tries.saturating_add(1);
        if send_again_after(self.progress.tries).is_none() {
            return self.doubt(RefundDoubt::NeverSent, at);
        }
        self.progress.sent_at = None;
        self.progress.asked = 0;
        self.put(RefundState::Requested, at, None)
    }

    /// Takes in the provider's result.
    ///
    /// # Errors
    /// [`NotThisRefund`] if it answers another request, or nothing was ever sent.
    pub fn hear_result(
        mut self,
        report: &ReversalReport,
        at: OffsetDateTime,
    ) -> Result<RefundMoved, NotThisRefund> {
        let known = self.progress.originator.as_ref();
        if self.progress.sent_at.is_none() || known.is_some_and(|known| *known != report.originator) {
            return Err(NotThisRefund);
        }
        self.progress
            .originator
            .get_or_insert_with(|| report.originator.clone());
        Ok(self.weigh(&report.verdict, at))
    }

    /// Takes in what the provider says when it is asked what became of the request.
    #[must_use]
    pub fn hear_status(self, verdict: &ReversalVerdict, at: OffsetDateTime) -> RefundMoved {
        if self.progress.sent_at.is_none() {
            return self.unmoved();
        }
        self.weigh(verdict, at)
    }

    fn weigh(self, verdict: &ReversalVerdict, at: OffsetDateTime) -> RefundMoved {
        match verdict {
            ReversalVerdict::Done {
                receipt,
                amount,
                original: told,
            } => {
                let other_amount = amount.is_some_and(|amount| amount != self.terms.amount);
                let original = self.terms.original.as_ref().map(|original| &original.receipt);
                // Whoever names the money that came in says nothing about money that went back.
                if receipt.is_some() && receipt.as_ref() == original {
                    return self.weigh(&ReversalVerdict::Unclear, at);
                }
                let other_money = told.as_ref().is_some_and(|told| Some(told) != original);
                if other_amount || other_money {
                    return self.doubt(RefundDoubt::ResultDiffers, at);
                }
                self.succeed(receipt.clone(), at)
            }
            ReversalVerdict::DoneBefore => self.succeed(None, at),
            ReversalVerdict::Refused { code } => match self.progress.state {
                RefundState::Sent
                | RefundState::Unknown
                | RefundState::InReview {
                    why: RefundDoubt::NoAnswer | RefundDoubt::NeverSent,
                } => {
                    let state = RefundState::Rejected {
                        code: Some(code.clone()),
                    };
                    self.put(state, at, Some(RefundNews::Rejected))
                }
                RefundState::Requested
                | RefundState::InReview { .. }
                | RefundState::Done { .. }
                | RefundState::Rejected { .. }
                | RefundState::Cancelled => self.unmoved(),
            },
            ReversalVerdict::Unclear => match self.progress.state {
                RefundState::Sent => self.put(RefundState::Unknown, at, None),
                RefundState::Requested
                | RefundState::Unknown
                | RefundState::InReview { .. }
                | RefundState::Done { .. }
                | RefundState::Rejected { .. }
                | RefundState::Cancelled => self.unmoved(),
            },
        }
    }

    fn succeed(mut self, receipt: Option<Receipt>, at: OffsetDateTime) -> RefundMoved {
        match &mut self.progress.state {
            RefundState::Done { receipt: known } => {
                // Whoever said so first may not have known the number.
                if known.is_none() {
                    *known = receipt;
                }
                self.unmoved()
            }
            // Others may have counted on it since: it may be given back another way already.
            RefundState::Rejected { .. } => self.doubt(RefundDoubt::DoneAfterAll, at),
            RefundState::InReview {
                why: RefundDoubt::ResultDiffers | RefundDoubt::DoneAfterAll | RefundDoubt::ChargedBack,
            }
            | RefundState::Requested
            | RefundState::Cancelled => self.unmoved(),
            RefundState::Sent
            | RefundState::Unknown
            | RefundState::InReview {
                why: RefundDoubt::NoAnswer | RefundDoubt::NeverSent,
            } => self.put(RefundState::Done { receipt }, at, Some(RefundNews::Done)),
        }
    }

    /// Takes in that the same money went back by an earlier request, which had been given up: it is the same movement,
    /// so this refund need not be sent any more.
    ///
    /// # Errors
    /// [`NotThisRefund`] if it is done under another number, or a person weighs another contradiction.
    pub fn take_over(
        mut self,
        verdict: &ReversalVerdict,
        at: OffsetDateTime,
    ) -> Result<RefundMoved, NotThisRefund> {
        let told = match verdict {
            ReversalVerdict::Done { receipt, .. } => receipt.as_ref(),
            ReversalVerdict::DoneBefore | ReversalVerdict::Refused { .. } | ReversalVerdict::Unclear => None,
        };
        match &self.progress.state {
            RefundState::Done { receipt: Some(known) } if told.is_some_and(|told| told != known) => {
                return Err(NotThisRefund);
            }
            RefundState::InReview {
                why: RefundDoubt::ResultDiffers | RefundDoubt::DoneAfterAll | RefundDoubt::ChargedBack,
            } => return Err(NotThisRefund),
            RefundState::Requested => {
                self.progress.state = RefundState::Sent;
                self.progress.sent_at = Some(at);
            }
            RefundState::Sent
            | RefundState::Unknown
            | RefundState::InReview { .. }
            | RefundState::Done { .. }
            | RefundState::Rejected { .. }
            | RefundState::Cancelled => {}
        }
        Ok(self.weigh(verdict, at))
    }

    fn doubt(self, why: RefundDoubt, at: OffsetDateTime) -> RefundMoved {
        match self.progress.state {
            // What is done is booked; a second word about it changes nothing.
            RefundState::Done { .. } | RefundState::Requested | RefundState::Cancelled => self.unmoved(),
            RefundState::InReview {
                why: RefundDoubt::ResultDiffers | RefundDoubt::DoneAfterAll | RefundDoubt::ChargedBack,
            } => self.unmoved(),
            RefundState::Sent
            | RefundState::Unknown
            | RefundState::Rejected { .. }
            | RefundState::InReview {
                why: RefundDoubt::NoAnswer | RefundDoubt::NeverSent,
            } => self.put(RefundState::InReview { why }, at, Some(RefundNews::InReview(why))),
        }
    }

    /// Counts that it was asked about for the `step`th time, from 0.
    #[must_use]
    pub const fn asked(mut self, step: u8) -> Self {
        let asked = step.saturating_add(1);
        if self.progress.asked < asked {
            self.progress.asked = asked;
        }
        self
    }

    /// Notes how much of it the customer has twice.
    #[must_use]
    pub const fn with_given_twice(mut self, twice: Option<Money>) -> Self {
        self.progress.given_twice = twice;
        self
    }

    /// Notes how much of the credit that other refunds gave was taken back for it.
    #[must_use]
    pub const fn with_taken_of_credit(mut self, taken: Option<Money>) -> Self {
        self.progress.taken_of_credit = taken;
        self
    }

    /// Nobody answers: a person has it.
    #[must_use]
    pub fn give_up_asking(self, at: OffsetDateTime) -> RefundMoved {
        if self.is_awaited() {
            return self.doubt(RefundDoubt::NoAnswer, at);
        }
        self.unmoved()
    }

    /// A person found out what became of it.
    ///
    /// # Errors
    /// [`NotInReview`].
    pub fn resolve(
        mut self,
        resolution: Resolution,
        who: Resolved,
        at: OffsetDateTime,
    ) -> Result<RefundMoved, NotInReview> {
        let RefundState::InReview { .. } = self.progress.state else {
            return Err(NotInReview);
        };
        self.progress.resolved = Some(who);
        Ok(match resolution {
            Resolution::Done { receipt } => {
                self.put(RefundState::Done { receipt }, at, Some(RefundNews::Done))
            }
            Resolution::Rejected => {
                self.progress.given_twice = None;
                self.progress.taken_of_credit = None;
                let state = RefundState::Rejected { code: None };
                self.put(state, at, Some(RefundNews::Rejected))
            }
        })
    }
}
