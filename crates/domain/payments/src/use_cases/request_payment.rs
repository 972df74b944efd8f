//! Asking a customer for money: the first time, and again after a failure.

use std::sync::Arc;

use ratiba_kernel::{Clock, IdSource, Money, MoneyError, Outage, PhoneNumber, TenantId};

use super::DECISIONS_MAX;
use super::asking::{
    MPESA_MOST_MINOR, Means, Ring, Wish, ask, asked_meanwhile, attempts_of, check_payer, describe,
};
use crate::attempt::{Attempt, AttemptId, Provider};
use crate::payment::{NotNow, Payment, PaymentId, PaymentRecord, PaymentState, Purpose, nothing_out};
use crate::ports::{HouseCurrency, PaymentBook, RecordError, VisitSeen};
use crate::reference::{AccountReference, RequestKey};
use crate::tip::SharesRefused;
use crate::{CustomerId, VisitId};

/// What to ask for, and of whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentOrder {
    /// Makes it repeatable: the same key is the same request.
    pub key: RequestKey,
    /// The visit that owes it.
    pub visit: VisitId,
    /// Whose visit it is.
    pub customer: CustomerId,
    /// What it is for.
    pub purpose: Purpose,
    /// How much; whole shillings, 1 to 250,000.
    pub amount: Money,
    /// Whose handset gets the prompt.
    pub payer: PhoneNumber,
}

/// What was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentAsked {
    /// The payment.
    pub payment: PaymentId,
    /// The attempt that answers the request.
    pub attempt: AttemptId,
    /// How much is asked.
    pub amount: Money,
    /// What the customer will see on the prompt.
    pub account: AccountReference,
}

/// Why no money was asked for.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestPaymentError {
    /// The amount is nothing or less.
    #[error("the amount is not above zero")]
    AmountNotPositive,
    /// The provider moves whole units only; nothing is rounded silently.
    #[error("the amount has cents, and only whole shillings are moved")]
    AmountHasCents,
    /// The amount is above what the provider moves at once.
    #[error("the amount is above {limit}, the most that is moved at once")]
    AmountAboveLimit {
        /// The most.
        limit: Money,
    },
    /// The currency is not the tenant's, or not one that the provider moves.
    #[error("the currency cannot be collected")]
    CurrencyRefused,
    /// The payer's number is not a Kenyan mobile number.
    #[error("the payer's number is not a kenyan mobile number")]
    NotAMobileNumber,
    /// What the visit owes for this purpose is another amount.
    #[error("the visit already owes another amount for this")]
    AmountDiffers {
        /// How much it owes.
        due: Money,
    },
    /// The amount is above what is owed.
    #[error("the amount is above what is owed, {outstanding}")]
    AmountAboveOutstanding {
        /// How much is owed.
        outstanding: Money,
    },
    /// A tip is taken along with what is left of the price only.
    #[error("a tip goes with the balance of a visit only")]
    TipWithBalanceOnly,
    /// The tip is not divided as was said.
    #[error("the tip cannot be divided so: {0}")]
    Shares(#[from] SharesRefused),
    /// Nobody said whom to ask, and the customer has no number on record.
    #[error("there is no number to ask")]
    NoPayer,
    /// The key was used for another visit, or for another order.
    #[error("the key belongs to another request")]
    KeyReused,
    /// The visit owes nothing that could be asked for again.
    #[error("nothing was asked of this visit before")]
    NothingAsked,
    /// Something was asked before, and now is not the time to ask again.
    #[error("no new attempt can be made now")]
    NotNow(#[from] NotNow),
    /// Others kept changing the same payment.
    #[error("the payment is busy")]
    Busy,
    /// The book did not answer.
    #[error("payments are unavailable")]
    Unavailable(#[from] Outage),
}

impl From<MoneyError> for RequestPaymentError {
    fn from(error: MoneyError) -> Self {
        match error {
            MoneyError::HasCents => Self::AmountHasCents,
            // Beyond all measure is above every limit.
            MoneyError::TooLarge | MoneyError::NothingToSplitBy => Self::AmountAboveLimit {
                limit: Money::kes_minor(MPESA_MOST_MINOR),
            },
            MoneyError::CurrencyMismatch | MoneyError::UnknownCurrency => Self::CurrencyRefused,
        }
    }
}

/// Asks for what a visit owes. The prompt goes out by a task of its own.
pub struct RequestPayment {
    /// What is owed and was tried.
    pub book: Arc<dyn PaymentBook>,
    /// The tenants' currencies.
    pub house: Arc<dyn HouseCurrency>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Arc<dyn IdSource>,
}

impl RequestPayment {
    /// Records that the visit owes the amount, with a first attempt at collecting it; or a further attempt
    /// if all earlier ones failed long enough ago. Asking again under the same key gives the same attempt.
    ///
    /// # Errors
    /// [`RequestPaymentError`]; then nothing was asked.
    #[tracing::instrument(name = "payments.request_payment", skip_all, fields(visit.id = %order.visit))]
    pub async fn execute(
        &self,
        tenant: TenantId,
        order: PaymentOrder,
    ) -> Result<PaymentAsked, RequestPaymentError> {
        for _ in 0..DECISIONS_MAX {
            if let Some((record, attempt)) = self.book.of_request(tenant, &order.key).await? {
                return asked_before(&record, attempt, order.visit);
            }
            let house = self.house.house_currency(tenant).await?;
            Means::Prompt.check_amount(order.amount, house)?;
            check_payer(&order.payer)?;
            let now = self.clock.now();
            let payments = self.book.of_visit(tenant, order.visit).await?;
            if let Some(asked) = asked_meanwhile(&payments, &order.key) {
                return Ok(asked);
            }
            let seen = VisitSeen::of(order.visit, &payments);
            let payment = match what_is_owed(payments, &order)? {
                Some(record) => {
                    record.may_ask_again(Provider::Mpesa, now)?;
                    record.payment
                }
                None => Payment::owe(
                    self.ids.fresh(),
                    order.visit,
                    order.customer,
                    order.purpose,
                    order.amount,
                    now,
                ),
            };
            // A part that came another way may have left cents.
            let amount = payment.outstanding()?;
            Means::Prompt.check_amount(amount, house)?;
            let ring = Means::Prompt.may_ring(&*self.book, tenant, (order.visit, &order.payer), now);
            match ring.await? {
                Ring::Free => {}
                Ring::Overtaken => continue,
                Ring::Tip(attempt) => return Err(NotNow::StillOpen(attempt).into()),
            }
            let wish = Wish {
                key: order.key.clone(),
                means: Means::Prompt,
                amount,
                payer: order.payer.clone(),
                by: None,
                ordered: None,
                tip: None,
            };
            let (mut change, asked) = ask(payment, wish, now, &*self.ids);
            change.seen = Some(seen);
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
}

/// What to send again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResendOrder {
    /// Makes it repeatable: the same key is the same prompt.
    pub key: RequestKey,
    /// The visit that owes the money.
    pub visit: VisitId,
    /// Another handset, if the customer named one.
    pub payer: Option<PhoneNumber>,
}

/// Sends a prompt again for what a visit still owes.
pub struct ResendPrompt {
    /// What is owed and was tried.
    pub book: Arc<dyn PaymentBook>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Arc<dyn IdSource>,
}

impl ResendPrompt {
    /// Makes a further attempt at the visit's open payment, if the last one failed for good and long
    /// enough ago. A double tap cannot send two prompts: the second finds the first one's attempt open.
    /// Asking again under the same key gives the same attempt.
    ///
    /// # Errors
    /// [`RequestPaymentError`]; then nothing was sent.
    #[tracing::instrument(name = "payments.resend_prompt", skip_all, fields(visit.id = %order.visit))]
    pub async fn execute(
        &self,
        tenant: TenantId,
        order: ResendOrder,
    ) -> Result<PaymentAsked, RequestPaymentError> {
        if let Some(payer) = &order.payer {
            check_payer(payer)?;
        }
        for _ in 0..DECISIONS_MAX {
            if let Some((record, attempt)) = self.book.of_request(tenant, &order.key).await? {
                return asked_before(&record, attempt, order.visit);
            }
            let now = self.clock.now();
            let mut payments = self.book.of_visit(tenant, order.visit).await?;
            if let Some(asked) = asked_meanwhile(&payments, &order.key) {
                return Ok(asked);
            }
            let seen = VisitSeen::of(order.visit, &payments);
            nothing_out(attempts_of(&payments))?;
            if payments.iter().any(asks_for_the_rest) {
                return Err(NotNow::AlreadyPaid.into());
            }
            let record = match payments
                .iter()
                .position(|record| record.payment.state() == PaymentState::Open)
            {
                Some(open) => payments.swap_remove(open),
                None if payments.is_empty() => return Err(RequestPaymentError::NothingAsked),
                None => return Err(NotNow::AlreadyPaid.into()),
            };
            record.may_ask_again(Provider::Mpesa, now)?;
            // What came by hand rang nobody's phone.
            let prompted = |attempt: &Attempt| {
                let terms = attempt.terms();
                terms.payer.clone().filter(|_| terms.provider == Provider::Mpesa)
            };
            let last_payer = record.attempts.iter().rev().find_map(prompted);
            let Some(payer) = order.payer.clone().or(last_payer) else {
                return Err(RequestPaymentError::NothingAsked);
            };
            let amount = record.payment.outstanding()?;
            Means::Prompt.check_amount(amount, amount.currency())?;
            let ring = Means::Prompt.may_ring(&*self.book, tenant, (order.visit, &payer), now);
            match ring.await? {
                Ring::Free => {}
                Ring::Overtaken => continue,
                Ring::Tip(attempt) => return Err(NotNow::StillOpen(attempt).into()),
            }
            let wish = Wish {
                key: order.key.clone(),
                means: Means::Prompt,
                amount,
                payer,
                by: None,
                ordered: None,
                tip: None,
            };
            let (mut change, asked) = ask(record.payment, wish, now, &*self.ids);
            change.seen = Some(seen);
            match self.book.record(tenant, change).await {
                Ok(()) => return Ok(asked),
                Err(RecordError::Unavailable(outage)) => return Err(outage.into()),
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
}

/// Whether the payment asks for the rest of the price: the visit is agreed then, and nothing is paid ahead for it any more.
fn asks_for_the_rest(record: &PaymentRecord) -> bool {
    match (record.payment.purpose(), record.payment.state()) {
        (Purpose::Balance, PaymentState::Open | PaymentState::Settled) => true,
        (Purpose::Balance, PaymentState::Credited | PaymentState::Cancelled)
        | (Purpose::Deposit | Purpose::Full | Purpose::Tip, _) => false,
    }
}

/// The payment that the order is about, if there is one. What a visit paid for is not asked for again, and
/// while one prompt may be out for it no other is sent, whatever it is for.
fn what_is_owed(
    payments: Vec<PaymentRecord>,
    order: &PaymentOrder,
) -> Result<Option<PaymentRecord>, RequestPaymentError> {
    for other in payments
        .iter()
        .filter(|other| other.payment.purpose() != order.purpose)
    {
        match other.payment.state() {
            PaymentState::Settled | PaymentState::Credited if other.payment.purpose() == Purpose::Full => {
                return Err(NotNow::AlreadyPaid.into());
            }
            PaymentState::Open | PaymentState::Settled | PaymentState::Credited | PaymentState::Cancelled => {
            }
        }
        nothing_out(&other.attempts)?;
        if asks_for_the_rest(other) {
            return Err(NotNow::AlreadyPaid.into());
        }
    }
    let found = payments
        .into_iter()
        .filter(|record| record.payment.state() != PaymentState::Cancelled)
        .rfind(|record| record.payment.purpose() == order.purpose);
    match found {
        Some(record) if record.payment.due() != order.amount => Err(RequestPaymentError::AmountDiffers {
            due: record.payment.due(),
        }),
        found => Ok(found),
    }
}

fn asked_before(
    record: &PaymentRecord,
    attempt: AttemptId,
    visit: VisitId,
) -> Result<PaymentAsked, RequestPaymentError> {
    if record.payment.visit() != visit {
        return Err(RequestPaymentError::KeyReused);
    }
    Ok(describe(record, attempt))
}
