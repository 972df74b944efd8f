//! A prompt that somebody of the business sends: the first for what a visit owes, or one more.

use std::sync::Arc;

use ratiba_kernel::{Clock, Fingerprint, IdSource, Money, PhoneNumber, TenantId};
use time::OffsetDateTime;

use super::asking::{Wish, ask, asked_meanwhile, check_amount, check_payer, describe};
use super::{DECISIONS_MAX, PaymentAsked, RequestPaymentError};
use crate::actor::Actor;
use crate::payment::{NotNow, Payment, PaymentRecord, PaymentState, Purpose};
use crate::ports::{HouseCurrency, PaymentBook, RecordError};
use crate::reference::RequestKey;
use crate::{CustomerId, VisitId};

/// A prompt as it is ordered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeskPrompt {
    /// Makes it repeatable: the same key is the same prompt.
    pub key: RequestKey,
    /// The visit that is to be paid for.
    pub visit: VisitId,
    /// Whose handset gets it; `None`: the one that was asked last, else the customer's.
    pub payer: Option<PhoneNumber>,
    /// How much, at most what is owed; `None`: all of it.
    pub amount: Option<Money>,
    /// Who orders it.
    pub by: Actor,
}

impl DeskPrompt {
    /// The same for every order that asks for the same.
    fn fingerprint(&self) -> Fingerprint {
        let payer = self.payer.as_ref().map(PhoneNumber::e164).unwrap_or_default();
        let amount = self.amount.map_or_else(String::new, |amount| {
            format!("{} {}", amount.amount_minor(), amount.currency().code())
        });
        Fingerprint::of(&format!("prompt|{}|{payer}|{amount}", self.visit))
    }
}

/// What a visit asks for now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owed {
    /// Whose visit it is.
    pub customer: CustomerId,
    /// What the money is for.
    pub purpose: Purpose,
    /// How much is still to come for it; above nothing.
    pub amount: Money,
    /// The customer's own number, if it is known.
    pub phone: Option<PhoneNumber>,
}

/// Sends a prompt that the desk orders.
pub struct PromptFromDesk {
    /// What is owed and was tried.
    pub book: Arc<dyn PaymentBook>,
    /// The tenants' currencies.
    pub house: Arc<dyn HouseCurrency>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Arc<dyn IdSource>,
}

impl PromptFromDesk {
    /// Makes an attempt at what the visit owes, for all of it or a part. What an open payment asks for follows what the
    /// visit owes by now. Nothing is sent while another attempt of the visit is open or in doubt, or too soon after the
    /// last push; what would fail again for the same reason is sent only to another handset or for another amount.
    /// Ordering again under the same key gives the same attempt, whatever is owed by then.
    ///
    /// # Errors
    /// [`RequestPaymentError`]; then nothing was sent. [`NotNow::AlreadyPaid`] if nothing is owed.
    #[tracing::instrument(name = "payments.prompt_from_desk", skip_all, fields(visit.id = %order.visit))]
    pub async fn execute(
        &self,
        tenant: TenantId,
        order: DeskPrompt,
        owed: Option<Owed>,
    ) -> Result<PaymentAsked, RequestPaymentError> {
        let ordered = order.fingerprint();
        for _ in 0..DECISIONS_MAX {
            if let Some((record, attempt)) = self.book.of_request(tenant, &order.key).await? {
                let found = record.attempt(attempt);
                if found.is_none_or(|found| found.terms().ordered != Some(ordered)) {
                    return Err(RequestPaymentError::KeyReused);
                }
                return Ok(describe(&record, attempt));
            }
            let owed = owed.as_ref().ok_or(NotNow::AlreadyPaid)?;
            let amount = order.amount.unwrap_or(owed.amount);
            let house = self.house.house_currency(tenant).await?;
            check_amount(amount, house)?;
            if amount.checked_sub(owed.amount)?.is_positive() {
                let outstanding = owed.amount;
                return Err(RequestPaymentError::AmountAboveOutstanding { outstanding });
            }
            let now = self.clock.now();
            let payments = self.book.of_visit(tenant, order.visit).await?;
            if let Some(asked) = asked_meanwhile(&payments, &order.key) {
                return Ok(asked);
            }
            let payer = order.payer.clone();
            let payer = payer
                .or_else(|| last_payer(&payments))
                .or_else(|| owed.phone.clone());
            let payer = payer.ok_or(RequestPaymentError::NoPayer)?;
            check_payer(&payer)?;
            let payment = self.payment(payments, &order, owed, (amount, &payer), now)?;
            let wish = Wish {
                key: order.key.clone(),
                amount,
                payer,
                by: Some(order.by.clone()),
                ordered: Some(ordered),
            };
            let (change, asked) = ask(payment, wish, now, &*self.ids);
            match self.book.record(tenant, change).await {
                Ok(()) => return Ok(asked),
                Err(RecordError::Unavailable(outage)) => return Err(outage.into()),
                // Somebody was quicker; what they did decides now.
                Err(
                    RecordError::Stale
                    | RecordError::LiveAttempt
                    | RecordError::ReceiptTaken
                    | RecordError::IdsTaken,
                ) => {}
            }
        }
        Err(RequestPaymentError::Busy)
    }

    /// The payment that the attempt is for: the open one for this purpose, or a new one.
    fn payment(
        &self,
        payments: Vec<PaymentRecord>,
        order: &DeskPrompt,
        owed: &Owed,
        asked: (Money, &PhoneNumber),
        now: OffsetDateTime,
    ) -> Result<Payment, RequestPaymentError> {
        let mut attempts = payments.iter().flat_map(|record| &record.attempts);
        if let Some(live) = attempts.find(|attempt| attempt.is_live()) {
            return Err(NotNow::StillOpen(live.id()).into());
        }
        let open = payments.into_iter().rfind(|record| {
            record.payment.purpose() == owed.purpose && record.payment.state() == PaymentState::Open
        });
        let Some(record) = open else {
            let id = self.ids.fresh();
            let payment = Payment::owe(id, order.visit, owed.customer, owed.purpose, owed.amount, now);
            return Ok(payment);
        };
        match record.may_ask_again(now) {
            Err(NotNow::Pointless(_)) if differs(&record, asked) => {}
            other => other?,
        }
        Ok(record.payment.restate(owed.amount)?)
    }
}

/// Whose handset was asked last for anything of the visit.
fn last_payer(payments: &[PaymentRecord]) -> Option<PhoneNumber> {
    let attempts = payments.iter().flat_map(|record| &record.attempts);
    let prompted = attempts.filter(|attempt| attempt.terms().payer.is_some());
    let last = prompted.max_by_key(|attempt| (attempt.terms().created_at, attempt.id()))?;
    last.terms().payer.clone()
}

/// Whether another handset or another amount is asked than the last time.
fn differs(record: &PaymentRecord, (amount, payer): (Money, &PhoneNumber)) -> bool {
    record.last_attempt().is_none_or(|last| {
        let terms = last.terms();
        terms.payer.as_ref() != Some(payer) || terms.amount != amount
    })
}
