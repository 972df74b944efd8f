//! Taking in a callback that was stored.

use std::sync::Arc;

use ratiba_kernel::{Clock, IdSource, Money, MoneyError, Outage, TenantId};

use super::DECISIONS_MAX;
use crate::attempt::{Attempt, AttemptId, AttemptState, Moved, Provider, StateName};
use crate::event::PaymentEvent;
use crate::evidence::{CallbackReport, CallbackVerdict, Evidence};
use crate::payment::{PaymentRecord, Purpose};
use crate::ports::{
    CallbackInbox, CallbackOutcome, CallbackReader, MoneyFinder, PaymentBook, RecordError, StoredCallback,
};
use crate::reference::Receipt;
use crate::settlement::settle;
use crate::{CallbackId, VisitId};

/// What became of a callback.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallbackApplied {
    /// The attempt took it in.
    Applied {
        /// Where the attempt stands now.
        state: StateName,
        /// The visit whose payment this call settled, if it did; a tip is none of its visit's payments.
        settled: Option<VisitId>,
    },
    /// It was taken in or refused before.
    Before(CallbackOutcome),
    /// It cannot be read, or is about another attempt: it is in the dead letters, and touched no payment.
    Refused(CallbackOutcome),
}

/// Why a callback was not taken in. The task may run again.
#[derive(Debug, thiserror::Error)]
pub enum ApplyCallbackError {
    /// There is no such callback, or none of its attempt.
    #[error("there is no such callback")]
    NoSuchCallback,
    /// The books cannot take the amount.
    #[error("the amount cannot be booked")]
    Amount(#[from] MoneyError),
    /// Others kept changing the same payment.
    #[error("the payment is busy")]
    Busy,
    /// The book or the inbox did not answer.
    #[error("payments are unavailable")]
    Unavailable(#[from] Outage),
}

/// Takes in a callback that was stored.
pub struct ApplyCallback {
    /// What is owed and was tried.
    pub book: Arc<dyn PaymentBook>,
    /// Finds what holds a receipt.
    pub finder: Arc<dyn MoneyFinder>,
    /// Where callbacks wait.
    pub inbox: Arc<dyn CallbackInbox>,
    /// Reads them.
    pub reader: Arc<dyn CallbackReader>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Arc<dyn IdSource>,
}

impl ApplyCallback {
    /// Reads the callback, moves its attempt, books the money and tells of it, in one transaction with the
    /// mark that it was taken in. Money that a person noted as given back is not booked: a person ends the attempt. Running
    /// it again changes nothing.
    ///
    /// # Errors
    /// [`ApplyCallbackError`]; the task should run again.
    #[tracing::instrument(name = "payments.apply_callback", skip_all, fields(callback.id = %callback))]
    pub async fn execute(
        &self,
        tenant: TenantId,
        callback: CallbackId,
    ) -> Result<CallbackApplied, ApplyCallbackError> {
        let stored = self.inbox.stored(tenant, callback).await?;
        let stored = stored.ok_or(ApplyCallbackError::NoSuchCallback)?;
        self.take_in(tenant, stored, None).await
    }

    /// As [`execute`](Self::execute), for one who holds what is stored, and perhaps the attempt's payment as it was a moment
    /// ago. Where it has changed since it is read again.
    ///
    /// # Errors
    /// As there.
    pub async fn take_in(
        &self,
        tenant: TenantId,
        stored: StoredCallback,
        seen: Option<PaymentRecord>,
    ) -> Result<CallbackApplied, ApplyCallbackError> {
        let callback = stored.id;
        if let Some(outcome) = stored.outcome {
            return Ok(CallbackApplied::Before(outcome));
        }
        let report = match self.reader.read(&stored.body) {
            Ok(report) => report,
            Err(unreadable) => {
                tracing::warn!(callback.id = %callback, reason = unreadable.0, "a callback cannot be read");
                return self.refuse(tenant, callback, CallbackOutcome::Unreadable).await;
            }
        };
        self.apply(tenant, &stored, &report, seen).await
    }

    async fn apply(
        &self,
        tenant: TenantId,
        stored: &StoredCallback,
        report: &CallbackReport,
        mut seen: Option<PaymentRecord>,
    ) -> Result<CallbackApplied, ApplyCallbackError> {
        let mut receipt = Receipts::Trusted;
        for _ in 0..DECISIONS_MAX {
            let record = match seen.take() {
                Some(record) => Some(record),
                None => self.book.of_attempt(tenant, stored.attempt).await?,
            };
            let record = record.ok_or(ApplyCallbackError::NoSuchCallback)?;
            let found = record.attempt(stored.attempt).cloned();
            let found = found.ok_or(ApplyCallbackError::NoSuchCallback)?;
            let now = self.clock.now();
            let outcome = self.outcome(tenant, &record, &found, report).await?;
            let moved = match receipt {
                Receipts::Trusted => match found.hear_callback(report, now) {
                    Ok(moved) => moved,
                    Err(_not_this_attempt) => {
                        return self.refuse(tenant, stored.id, CallbackOutcome::ForeignIds).await;
                    }
                },
                Receipts::Reused => match is_booked_beside(&record, &found, report) {
                    true => Moved {
                        attempt: found,
                        news: None,
                    },
                    false => found.refuse_receipt(now),
                },
                Receipts::GivenBack => found.refuse_given_back(now),
            };
            let mut change = settle(record.payment, moved, now, &*self.ids)?;
            change.callback = Some((stored.id, outcome));
            let name = change
                .attempt
                .as_ref()
                .map_or(StateName::Unknown, |attempt| attempt.state().name());
            let settled = change.events.iter().find_map(settled_visit);
            match self.book.record(tenant, change).await {
                Ok(()) => {
                    return Ok(CallbackApplied::Applied { state: name, settled });
                }
                Err(RecordError::Unavailable(outage)) => return Err(outage.into()),
                Err(RecordError::ReceiptTaken) => receipt = self.refused(tenant, report).await?,
                Err(RecordError::IdsTaken) => {
                    return self.refuse(tenant, stored.id, CallbackOutcome::ForeignIds).await;
                }
                Err(RecordError::Stale | RecordError::LiveAttempt) => {}
            }
        }
        Err(ApplyCallbackError::Busy)
    }

    /// Whether the callback tells of money that is to be worked through apart from its attempt. Money that is booked as it
    /// tells, for whatever payment, is there once, and nothing is missing.
    async fn outcome(
        &self,
        tenant: TenantId,
        record: &PaymentRecord,
        found: &Attempt,
        report: &CallbackReport,
    ) -> Result<CallbackOutcome, Outage> {
        let Some((receipt, amount)) = other_money(record, found, report) else {
            return Ok(CallbackOutcome::Applied);
        };
        let booked = self.finder.by_receipt(tenant, Provider::Mpesa, receipt).await?;
        let as_told = |(record, holder): (PaymentRecord, AttemptId)| {
            record.attempt(holder).map(|holder| holder.terms().amount) == Some(amount)
        };
        Ok(if booked.is_some_and(as_told) {
            CallbackOutcome::Applied
        } else {
            CallbackOutcome::OtherMoney
        })
    }

    /// Why the book does not take the receipt that the callback names.
    async fn refused(&self, tenant: TenantId, report: &CallbackReport) -> Result<Receipts, Outage> {
        let CallbackVerdict::Paid { receipt, .. } = &report.verdict else {
            return Ok(Receipts::Reused);
        };
        let gone = self.finder.went_back(tenant, Provider::Mpesa, receipt).await?;
        Ok(if gone {
            Receipts::GivenBack
        } else {
            Receipts::Reused
        })
    }

    async fn refuse(
        &self,
        tenant: TenantId,
        callback: CallbackId,
        outcome: CallbackOutcome,
    ) -> Result<CallbackApplied, ApplyCallbackError> {
        let now = self.clock.now();
        self.inbox.conclude(tenant, callback, outcome, now).await?;
        Ok(CallbackApplied::Refused(outcome))
    }
}

/// Whether the money of an attempt that is over without any was booked for its payment already, before this callback came:
/// the provider confirmed it, a statement told of it or a person found it. Then nothing is left to do. An attempt that
/// brought money itself is not such a one, since that would be in the books twice.
fn is_booked_beside(record: &PaymentRecord, found: &Attempt, report: &CallbackReport) -> bool {
    let CallbackVerdict::Paid { amount, receipt, .. } = &report.verdict else {
        return false;
    };
    let without_money = match found.state() {
        AttemptState::InReview { .. } | AttemptState::Failed { .. } | AttemptState::Cancelled => true,
        AttemptState::Paid { .. }
        | AttemptState::Created
        | AttemptState::Sent
        | AttemptState::AwaitingCustomer
        | AttemptState::Unknown => false,
    };
    let booked = |attempt: &Attempt| {
        attempt.evidence().is_some_and(Evidence::is_told)
            && attempt.receipt() == Some(receipt)
            && attempt.terms().amount == *amount
    };
    without_money && record.attempts.iter().any(booked)
}

/// The money that the callback tells of beside what its attempt brought: it names another receipt, which nothing of the
/// payment holds.
fn other_money<'r>(
    record: &PaymentRecord,
    found: &Attempt,
    report: &'r CallbackReport,
) -> Option<(&'r Receipt, Money)> {
    let CallbackVerdict::Paid { receipt, amount, .. } = &report.verdict else {
        return None;
    };
    let holds = |attempt: &Attempt| attempt.receipt() == Some(receipt);
    let beside = found.receipt().is_some() && !record.attempts.iter().any(holds);
    beside.then_some((receipt, *amount))
}

/// The visit of a payment that is settled by this event. A tip is paid apart from its visit.
fn settled_visit(event: &PaymentEvent) -> Option<VisitId> {
    let PaymentEvent::PaymentSettled { about, purpose, .. } = event else {
        return None;
    };
    match purpose {
        Purpose::Deposit | Purpose::Full | Purpose::Balance => Some(about.visit),
        Purpose::Tip => None,
    }
}

/// Whether the receipt that the callback names may be booked.
#[derive(Clone, Copy)]
enum Receipts {
    Trusted,
    Reused,
    GivenBack,
}
