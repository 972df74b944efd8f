//! Money that customers send by hand: asked about before it moves, and booked after.

use std::sync::Arc;

use ratiba_kernel::{Clock, IdSource, MoneyError, Outage, TenantId, TokenHash};
use time::OffsetDateTime;

use super::DECISIONS_MAX;
use super::asking::{attempts_of, payment_for};
use crate::CallbackId;
use crate::attempt::{Attempt, AttemptState, AttemptTerms, Provider, ReviewReason};
use crate::by_hand::Confirmation;
use crate::evidence::Evidence;
use crate::payment::{PaymentRecord, PaymentState};
use crate::ports::{
    Change, ConfirmationInbox, ConfirmationOutcome, ConfirmationReader, MoneyFinder, Owing, PaymentBook,
    RecordError, VisitAsks, VisitSeen,
};
use crate::reference::RequestKey;
use crate::schedule::confirmation_try_after;
use crate::settlement::settle;
use crate::task::{Due, PaymentTask};

/// What the provider is answered before money by hand moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Validation {
    /// It may come.
    Accept,
    /// It must not: what the customer typed is no payment's reference.
    RefuseAccount,
}

/// Says whether money by hand may come.
pub struct ValidateByHand {
    /// The addresses.
    pub inbox: Arc<dyn ConfirmationInbox>,
    /// The payments.
    pub finder: Arc<dyn MoneyFinder>,
    /// Reads what is asked.
    pub reader: Arc<dyn ConfirmationReader>,
}

impl ValidateByHand {
    /// Money is refused only if the business says so and the reference is certainly not one of its payments'; whatever
    /// cannot be read, comes to an unknown address or goes to another number is let through, for its confirmation to be
    /// worked through.
    ///
    /// # Errors
    /// [`Outage`]; the money should be let through then.
    pub async fn execute(&self, key: &TokenHash, body: &[u8]) -> Result<Validation, Outage> {
        let door = self.inbox.confirmation_door(key).await?;
        let Some(door) = door.filter(|door| door.refuses_unknown) else {
            return Ok(Validation::Accept);
        };
        let Ok(asked) = self.reader.read(body) else {
            return Ok(Validation::Accept);
        };
        if !is_ours(&asked, &self.inbox.short_codes(door.tenant).await?) {
            return Ok(Validation::Accept);
        }
        let known = match &asked.account {
            Some(account) => self.finder.by_account(door.tenant, account).await?.is_some(),
            None => false,
        };
        Ok(if known {
            Validation::Accept
        } else {
            Validation::RefuseAccount
        })
    }
}

/// What became of a confirmation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfirmationApplied {
    /// It was dealt with.
    Concluded(ConfirmationOutcome),
    /// A prompt of the payment is still out or in doubt, whose money it may be: it is looked at again then.
    Waits(OffsetDateTime),
}

/// Why a confirmation was not dealt with. The task may run again.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApplyConfirmationError {
    /// There is no such confirmation.
    #[error("there is no such confirmation")]
    NoSuchConfirmation,
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

/// Books the money of a confirmation.
pub struct ApplyConfirmation {
    /// What is owed and was tried.
    pub book: Arc<dyn PaymentBook>,
    /// Finds payments.
    pub finder: Arc<dyn MoneyFinder>,
    /// Where confirmations wait.
    pub inbox: Arc<dyn ConfirmationInbox>,
    /// Reads them.
    pub reader: Arc<dyn ConfirmationReader>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Arc<dyn IdSource>,
}

/// What is to be done about a confirmation, by its payment.
enum Step {
    Record(Box<Change>),
    Wait,
    Conclude(ConfirmationOutcome),
}

impl ApplyConfirmation {
    /// Finds the payment by what the customer typed, and books the money once for its receipt: as the receipt or the end of
    /// an attempt that waits for just that, else as an attempt of its own. Confirmations are also sent for money that a
    /// prompt brought, and may come before its callback: while a prompt of the payment is out the confirmation waits for
    /// that one to end. Where that payment needs no money any more, and the same customer's visit waits for other money, it
    /// is that. What is more than owed becomes the customer's credit. Running it again changes nothing.
    ///
    /// # Errors
    /// [`ApplyConfirmationError`]; the task should run again.
    #[tracing::instrument(name = "payments.apply_confirmation", skip_all, fields(confirmation.id = %id))]
    pub async fn execute(
        &self,
        tenant: TenantId,
        id: CallbackId,
        step: u8,
        owing: &dyn Owing,
    ) -> Result<ConfirmationApplied, ApplyConfirmationError> {
        let stored = self.inbox.confirmation(tenant, id).await?;
        let stored = stored.ok_or(ApplyConfirmationError::NoSuchConfirmation)?;
        if let Some(outcome) = stored.outcome {
            return Ok(ConfirmationApplied::Concluded(outcome));
        }
        let told = match self.reader.read(&stored.body) {
            Ok(told) => told,
            Err(unreadable) => {
                tracing::warn!(reason = unreadable.0, "a confirmation cannot be read");
                return self.conclude(tenant, id, ConfirmationOutcome::Unreadable).await;
            }
        };
        for _ in 0..DECISIONS_MAX {
            match self.decide(tenant, id, &told, owing).await? {
                Step::Conclude(outcome) => return self.conclude(tenant, id, outcome).await,
                Step::Wait => {
                    let Some((step, at)) = confirmation_try_after(step, stored.received_at, self.clock.now())
                    else {
                        return self
                            .conclude(tenant, id, ConfirmationOutcome::PromptInDoubt)
                            .await;
                    };
                    let task = PaymentTask::ApplyConfirmation {
                        confirmation: id,
                        step,
                    };
                    self.inbox.look_again(tenant, Due { at, task }).await?;
                    return Ok(ConfirmationApplied::Waits(at));
                }
                Step::Record(change) => match self.book.record(tenant, *change).await {
                    Ok(()) => return self.conclude(tenant, id, ConfirmationOutcome::Booked).await,
                    Err(RecordError::Unavailable(outage)) => return Err(outage.into()),
                    // Somebody was quicker; what they did decides now.
                    Err(
                        RecordError::Stale
                        | RecordError::LiveAttempt
                        | RecordError::ReceiptTaken
                        | RecordError::IdsTaken,
                    ) => {}
                },
            }
        }
        Err(ApplyConfirmationError::Busy)
    }

    async fn decide(
        &self,
        tenant: TenantId,
        id: CallbackId,
        told: &Confirmation,
        owing: &dyn Owing,
    ) -> Result<Step, ApplyConfirmationError> {
        let booked = self
            .finder
            .by_receipt(tenant, Provider::Mpesa, &told.receipt)
            .await?;
        if let Some((record, attempt)) = booked {
            let amount = record.attempt(attempt).map(|attempt| attempt.terms().amount);
            return Ok(Step::Conclude(if amount == Some(told.amount) {
                ConfirmationOutcome::Booked
            } else {
                ConfirmationOutcome::AmountDiffers
            }));
        }
        if !is_ours(told, &self.inbox.short_codes(tenant).await?) {
            return Ok(Step::Conclude(ConfirmationOutcome::ForeignIds));
        }
        if self
            .finder
            .went_back(tenant, Provider::Mpesa, &told.receipt)
            .await?
        {
            return Ok(Step::Conclude(ConfirmationOutcome::WentBack));
        }
        let record = match &told.account {
            Some(account) => self.finder.by_account(tenant, account).await?,
            None => None,
        };
        let Some(record) = record.filter(|record| record.payment.currency() == told.amount.currency()) else {
            return Ok(Step::Conclude(ConfirmationOutcome::UnknownReference));
        };
        if !told.amount.is_positive() {
            return Ok(Step::Conclude(ConfirmationOutcome::AmountDiffers));
        }
        if let Some(step) = self.of_its_prompts(&record, told)? {
            return Ok(step);
        }
        if let Some(open) = self.open_beside(tenant, &record).await? {
            return match self.of_its_prompts(&open, told)? {
                Some(step) => Ok(step),
                None => self.anew(open, id, told),
            };
        }
        if let Some(step) = self.of_what_is_owed(tenant, &record, (id, told), owing).await? {
            return Ok(step);
        }
        self.anew(record, id, told)
    }

    /// What the payment's prompts make of it; `None` if it is the money of none of them.
    fn of_its_prompts(
        &self,
        record: &PaymentRecord,
        told: &Confirmation,
    ) -> Result<Option<Step>, ApplyConfirmationError> {
        let now = self.clock.now();
        let prompts = || {
            let attempts = record.attempts.iter();
            attempts.filter(|attempt| attempt.terms().provider == Provider::Mpesa)
        };
        if prompts().any(Attempt::is_live) {
            return Ok(Some(Step::Wait));
        }
        if let Some(moved) = prompts().find_map(|attempt| attempt.clone().confirm(told, now)) {
            let change = settle(record.payment.clone(), moved, now, &*self.ids)?;
            return Ok(Some(Step::Record(Box::new(change))));
        }
        let in_doubt = |prompt: &Attempt| may_be_its_money(prompt) || prompt.may_have_brought(told);
        let doubt = prompts().any(in_doubt);
        Ok(doubt.then_some(Step::Conclude(ConfirmationOutcome::PromptInDoubt)))
    }

    /// Who pays the rest of a visit may type the account of its deposit, which every message about the visit has shown. So
    /// money for a payment that needs none any more is for the one that the same customer's visit waits for; a tip never
    /// is, since nobody gives one by mistake.
    async fn open_beside(
        &self,
        tenant: TenantId,
        named: &PaymentRecord,
    ) -> Result<Option<PaymentRecord>, Outage> {
        if !needs_no_more(named) {
            return Ok(None);
        }
        let named = &named.payment;
        let of_visit = self.book.of_visit(tenant, named.visit()).await?;
        Ok(of_visit.into_iter().rfind(|record| {
            let payment = &record.payment;
            let same = payment.customer() == named.customer() && payment.currency() == named.currency();
            same && payment.state() == PaymentState::Open
        }))
    }

    /// The same where nobody has asked for the rest yet: the payment for it is made with the money, as with cash. What the
    /// visit owes is asked after its payments were read, and the money is recorded only if they are the same still. As cash
    /// it is not taken while a prompt of the visit is out: it waits for that one to end.
    async fn of_what_is_owed(
        &self,
        tenant: TenantId,
        named: &PaymentRecord,
        (id, told): (CallbackId, &Confirmation),
        owing: &dyn Owing,
    ) -> Result<Option<Step>, ApplyConfirmationError> {
        if !needs_no_more(named) {
            return Ok(None);
        }
        let (visit, customer) = (named.payment.visit(), named.payment.customer());
        let payments = self.book.of_visit(tenant, visit).await?;
        // A prompt of whatever payment of the visit may bring this very money, or pay what is owed.
        let mut prompts =
            attempts_of(&payments).filter(|attempt| attempt.terms().provider == Provider::Mpesa);
        if prompts.any(Attempt::is_live) {
            return Ok(Some(Step::Wait));
        }
        let owed = match owing.asks(tenant, visit).await? {
            VisitAsks::For(owed) => owed,
            VisitAsks::Nothing | VisitAsks::NotAgreed => return Ok(None),
        };
        if owed.customer != customer || owed.amount.currency() != told.amount.currency() {
            return Ok(None);
        }
        let payment = payment_for(&payments, visit, &owed, self.clock.now(), &*self.ids)?;
        let attempts = Vec::new();
        let step = self.anew(PaymentRecord { payment, attempts }, id, told)?;
        Ok(Some(match step {
            Step::Record(mut change) => {
                change.seen = Some(VisitSeen::of(visit, &payments));
                Step::Record(change)
            }
            other @ (Step::Wait | Step::Conclude(_)) => other,
        }))
    }

    /// The money as an attempt of its own.
    fn anew(
        &self,
        record: PaymentRecord,
        id: CallbackId,
        told: &Confirmation,
    ) -> Result<Step, ApplyConfirmationError> {
        let now = self.clock.now();
        let PaymentRecord { payment, attempts } = record;
        let terms = AttemptTerms {
            id: self.ids.fresh(),
            payment: payment.id(),
            key: RequestKey::of(id),
            provider: Provider::Mpesa,
            amount: told.amount,
            payer: None,
            by: None,
            ordered: None,
            created_at: now,
        };
        let found = (told.amount, told.moved_at);
        let tip = Attempt::tip_of_found(&attempts, Provider::Mpesa, found, &*self.ids);
        let moved =
            Attempt::received(terms, Some(told.receipt.clone()), Evidence::Confirmation, now).with_tip(tip);
        let change = settle(payment, moved, now, &*self.ids)?;
        Ok(Step::Record(Box::new(change)))
    }

    async fn conclude(
        &self,
        tenant: TenantId,
        id: CallbackId,
        outcome: ConfirmationOutcome,
    ) -> Result<ConfirmationApplied, ApplyConfirmationError> {
        let now = self.clock.now();
        self.inbox.conclude_confirmation(tenant, id, outcome, now).await?;
        Ok(ConfirmationApplied::Concluded(outcome))
    }
}

/// Whether a payment had all that it needs: money under its account is for something else by now.
const fn needs_no_more(named: &PaymentRecord) -> bool {
    match named.payment.state() {
        PaymentState::Settled | PaymentState::Credited => true,
        PaymentState::Open | PaymentState::Cancelled => false,
    }
}

/// Whether the message says that the money went to one of these numbers.
fn is_ours(told: &Confirmation, short_codes: &[String]) -> bool {
    let named = told.short_code.as_ref();
    named.is_some_and(|named| short_codes.contains(named))
}

/// Whether a person is finding out about money of another amount or receipt, which may be this.
fn may_be_its_money(attempt: &Attempt) -> bool {
    match attempt.state() {
        AttemptState::InReview {
            why:
                ReviewReason::AmountDiffers
                | ReviewReason::PayerDiffers
                | ReviewReason::AnswersDisagree
                | ReviewReason::ReceiptReused
                | ReviewReason::MoneyWentBack
                | ReviewReason::GivenBack
                | ReviewReason::MatchTakenBack,
        } => true,
        AttemptState::InReview {
            why: ReviewReason::NoAnswer,
        }
        | AttemptState::Created
        | AttemptState::Sent
        | AttemptState::AwaitingCustomer
        | AttemptState::Unknown
        | AttemptState::Paid { .. }
        | AttemptState::Failed { .. }
        | AttemptState::Cancelled => false,
    }
}
