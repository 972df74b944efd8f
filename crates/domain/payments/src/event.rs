//! What happened, in the past tense, for the other domains. Events carry ids, amounts and codes; never
//! names, numbers, receipts or bodies.

use ratiba_kernel::Money;
use serde::{Deserialize, Serialize};

use crate::attempt::{AttemptId, ReviewReason, StateName};
use crate::failure::{FailureReason, NextStep};
use crate::payment::{PaymentId, Purpose};
use crate::refund::{RefundDoubt, RefundId, RefundWay};
use crate::till::TillId;
use crate::{CustomerId, VisitId};

/// Whom an event is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// The payment.
    pub payment: PaymentId,
    /// The attempt that moved.
    pub attempt: AttemptId,
    /// The visit that owes it.
    pub visit: VisitId,
    /// Whose visit it is.
    pub customer: CustomerId,
}

/// Whom the event of a refund is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundAbout {
    /// The refund.
    pub refund: RefundId,
    /// The payment whose money goes back.
    pub payment: PaymentId,
    /// The visit of that payment.
    pub visit: VisitId,
    /// Who gets it.
    pub customer: CustomerId,
}

/// What happened to a payment or one of its attempts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum PaymentEvent {
    /// The provider took the request: the prompt is out.
    PromptSent {
        /// Whom it is about.
        about: About,
        /// How much is asked.
        amount: Money,
    },
    /// The page on which an attempt is paid by card is open. Happens at most once for an attempt.
    CardPageOpened {
        /// Whom it is about.
        about: About,
    },
    /// The customer has had the page for some minutes and has not paid. Happens at most once for an attempt.
    CardUnpaid {
        /// Whom it is about.
        about: About,
    },
    /// Nothing is owed any more. Happens once in a payment's life.
    PaymentSettled {
        /// Whom it is about; the attempt is the one that settled it.
        about: About,
        /// What it was for.
        purpose: Purpose,
        /// How much was paid in all.
        paid: Money,
        /// The state that a late callback moved the attempt out of, if it had been given up.
        reopened: Option<StateName>,
    },
    /// Some of what is owed came in, and the payment is still open.
    PartReceived {
        /// Whom it is about; the attempt is the one that brought it.
        about: About,
        /// How much came.
        amount: Money,
    },
    /// More came in than was owed; the rest is the customer's credit, and a person should know.
    PaymentOverpaid {
        /// Whom it is about.
        about: About,
        /// How much was more than owed.
        excess: Money,
    },
    /// The receipt of money that was known of before has arrived.
    ReceiptKnown {
        /// Whom it is about.
        about: About,
    },
    /// An attempt is over, without money.
    AttemptFailed {
        /// Whom it is about.
        about: About,
        /// Why.
        reason: FailureReason,
        /// What to offer the customer.
        next_step: NextStep,
    },
    /// Nobody knows what became of an attempt; queries run. The customer is told that we are checking.
    AttemptUnknown {
        /// Whom it is about.
        about: About,
    },
    /// A person must look at an attempt.
    AttemptInReview {
        /// Whom it is about.
        about: About,
        /// Why.
        why: ReviewReason,
    },
    /// An attempt's state stands, but something about it is odd and a person should look.
    AttemptDisputed {
        /// Whom it is about.
        about: About,
        /// Why.
        why: ReviewReason,
    },
    /// An attempt was withdrawn before anything was sent, its order was cancelled before it was paid, or a person ended it
    /// without money.
    AttemptCancelled {
        /// Whom it is about.
        about: About,
    },
    /// The visit, or a part of it, was lost or cancelled after it was paid; what was paid for it and is no fee is the
    /// customer's credit now, and a person should know.
    PaymentCredited {
        /// The payment.
        payment: PaymentId,
        /// The visit.
        visit: VisitId,
        /// Whose credit it is.
        customer: CustomerId,
        /// How much.
        amount: Money,
    },
    /// A provider is being asked to give money back.
    RefundRequested {
        /// Whom it is about.
        about: RefundAbout,
        /// How.
        way: RefundWay,
        /// How much.
        amount: Money,
    },
    /// Money went back to a customer, or was taken back for good by a card's owner, who knows.
    RefundDone {
        /// Whom it is about.
        about: RefundAbout,
        /// How.
        way: RefundWay,
        /// How much.
        amount: Money,
    },
    /// A refund will not happen: what was to go back is still there, and a person should know. Also of a chargeback that
    /// was won, which was decided by a person, who knows.
    RefundRejected {
        /// Whom it is about.
        about: RefundAbout,
        /// How much it was to be.
        amount: Money,
    },
    /// A person withdrew a refund before it was sent: what was to go back is still there.
    RefundCancelled {
        /// Whom it is about.
        about: RefundAbout,
        /// How much it was to be.
        amount: Money,
    },
    /// A person must find out what became of a refund.
    RefundInReview {
        /// Whom it is about.
        about: RefundAbout,
        /// Why.
        why: RefundDoubt,
        /// How much of it the customer has twice by now.
        #[serde(default)]
        given_twice: Option<Money>,
    },
    /// A customer's credit was spent on a visit.
    CreditSpent {
        /// The payment that it went to.
        payment: PaymentId,
        /// The visit.
        visit: VisitId,
        /// Whose credit it was.
        customer: CustomerId,
        /// How much.
        amount: Money,
        /// Whether nothing is owed on that payment any more.
        settled: bool,
    },
    /// The drawer was opened with another amount than its last close left; why is on its sheet.
    FloatDiffered {
        /// Which session it opened.
        till: TillId,
        /// What the last close left.
        carried: Money,
        /// What was counted into it.
        float: Money,
    },
}
