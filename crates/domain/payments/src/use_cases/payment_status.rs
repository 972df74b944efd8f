//! How a visit's payment stands, in terms that a customer can be answered with.

use std::sync::Arc;

use ratiba_kernel::{Clock, Money, MoneyError, Outage, TenantId};
use time::OffsetDateTime;

use crate::VisitId;
use crate::attempt::{Attempt, AttemptId, AttemptState, Provider};
use crate::failure::{FailureReason, NextStep};
use crate::payment::{NotNow, PaymentId, PaymentRecord, PaymentState, Purpose};
use crate::ports::PaymentBook;
use crate::reference::{AccountReference, Receipt};
use crate::refund::{Refund, standing};

/// How one payment stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusReport {
    /// The payment.
    pub payment: PaymentId,
    /// What it is for.
    pub purpose: Purpose,
    /// How much is owed.
    pub due: Money,
    /// How much of it was received.
    pub paid: Money,
    /// How much of that became the customer's credit.
    pub credited: Money,
    /// What the customer sees on the prompt.
    pub account: AccountReference,
    /// How it stands.
    pub outlook: Outlook,
}

/// What can be said about a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outlook {
    /// Paid.
    Settled {
        /// Since when.
        at: OffsetDateTime,
        /// The provider's number for the money; `None` as long as only a query knows of it.
        receipt: Option<Receipt>,
    },
    /// Paid, but nothing of the visit asks for it any more: all of it is the customer's credit.
    Credited {
        /// Since when.
        at: OffsetDateTime,
    },
    /// Closed before it was paid in full: the visit is over.
    Closed {
        /// Since when.
        at: OffsetDateTime,
    },
    /// The prompt is out, or about to go.
    PromptOpen {
        /// The attempt.
        attempt: AttemptId,
    },
    /// It is being found out what became of the last attempt, by queries or by a person. The customer is
    /// told that we are checking, and is not asked to pay again.
    Checking {
        /// The attempt.
        attempt: AttemptId,
    },
    /// The last attempt brought nothing.
    Unpaid {
        /// Why; `None` if nothing was sent.
        failure: Option<(FailureReason, NextStep)>,
        /// From when on a new prompt can be offered; `None` if it would fail again.
        resend_from: Option<OffsetDateTime>,
    },
}

impl StatusReport {
    /// Whether money came for it, and none of it is left: all of it became credit or went back, or is on its way.
    ///
    /// # Errors
    /// [`MoneyError`] if the currencies differ.
    pub fn is_given_back(&self, refunds: &[Refund]) -> Result<bool, MoneyError> {
        let mut left = self.paid.checked_sub(self.credited)?;
        for (refund, stands) in standing(refunds)? {
            if refund.terms().payment == self.payment {
                left = left.checked_sub(stands)?;
            }
        }
        Ok(self.paid.is_positive() && !left.is_positive())
    }
}

impl Outlook {
    /// Whether money for it is still to come: it is unpaid, or on its way.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        match self {
            Self::PromptOpen { .. } | Self::Checking { .. } | Self::Unpaid { .. } => true,
            Self::Settled { .. } | Self::Credited { .. } | Self::Closed { .. } => false,
        }
    }
}

/// Tells how a visit's payments stand.
pub struct PaymentStatus {
    /// What is owed and was tried.
    pub book: Arc<dyn PaymentBook>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl PaymentStatus {
    /// How each payment of the visit stands, oldest first; none if nothing was ever asked. Changes nothing.
    ///
    /// # Errors
    /// [`Outage`] if the book did not answer.
    #[tracing::instrument(name = "payments.payment_status", skip_all, fields(visit.id = %visit))]
    pub async fn execute(&self, tenant: TenantId, visit: VisitId) -> Result<Vec<StatusReport>, Outage> {
        let now = self.clock.now();
        let records = self.book.of_visit(tenant, visit).await?;
        Ok(records.iter().map(|record| report(record, now)).collect())
    }
}

fn report(record: &PaymentRecord, now: OffsetDateTime) -> StatusReport {
    let payment = &record.payment;
    let outlook = match payment.state() {
        PaymentState::Settled => Outlook::Settled {
            at: payment.state_at(),
            receipt: receipt(record),
        },
        PaymentState::Credited => Outlook::Credited {
            at: payment.state_at(),
        },
        PaymentState::Open => open(record, now),
        PaymentState::Cancelled => closed(record),
    };
    StatusReport {
        payment: payment.id(),
        purpose: payment.purpose(),
        due: payment.due(),
        paid: payment.paid(),
        credited: payment.credited(),
        account: payment.account_reference(),
        outlook,
    }
}

fn receipt(record: &PaymentRecord) -> Option<Receipt> {
    record.attempts.iter().find_map(Attempt::receipt).cloned()
}

/// What is out or in doubt may still bring the money; nothing else will.
fn closed(record: &PaymentRecord) -> Outlook {
    let open = record.attempts.iter().find_map(|attempt| {
        let attempt_id = attempt.id();
        match attempt.state() {
            AttemptState::Created | AttemptState::Sent | AttemptState::AwaitingCustomer => {
                Some(Outlook::PromptOpen { attempt: attempt_id })
            }
            AttemptState::Unknown | AttemptState::InReview { .. } => {
                Some(Outlook::Checking { attempt: attempt_id })
            }
            AttemptState::Paid { .. } | AttemptState::Failed { .. } | AttemptState::Cancelled => None,
        }
    });
    let at = record.payment.state_at();
    open.unwrap_or(Outlook::Closed { at })
}

fn open(record: &PaymentRecord, now: OffsetDateTime) -> Outlook {
    let failure = record.last_attempt().and_then(|attempt| match attempt.state() {
        AttemptState::Failed { reason, .. } => Some((*reason, reason.next_step())),
        AttemptState::Created
        | AttemptState::Sent
        | AttemptState::AwaitingCustomer
        | AttemptState::Unknown
        | AttemptState::InReview { .. }
        | AttemptState::Paid { .. }
        | AttemptState::Cancelled => None,
    });
    let resend_from = match record.may_ask_again(Provider::Mpesa, now) {
        Err(NotNow::StillOpen(attempt)) => return Outlook::PromptOpen { attempt },
        Err(NotNow::BeingChecked(attempt)) => return Outlook::Checking { attempt },
        Err(NotNow::AlreadyPaid | NotNow::NotAgreed | NotNow::Closed | NotNow::Pointless(_)) => None,
        Err(NotNow::TooSoon { from } | NotNow::NumberBusy { from, .. }) => Some(from),
        Ok(()) => Some(now),
    };
    Outlook::Unpaid { failure, resend_from }
}
