//! Cash that somebody of the business takes for a visit.

use std::sync::Arc;

use ratiba_kernel::{Clock, Fingerprint, IdSource, Money, MoneyError, Outage, TenantId};

use super::asking::{attempts_of, payment_for, under_key};
use super::{DECISIONS_MAX, RequestPaymentError};
use crate::VisitId;
use crate::actor::Actor;
use crate::attempt::{Attempt, AttemptId, AttemptTerms, Provider};
use crate::evidence::Evidence;
use crate::payment::{NotNow, PaymentId, nothing_out};
use crate::ports::{HouseCurrency, Owing, PaymentBook, RecordError, TillBook, VisitSeen};
use crate::reference::RequestKey;
use crate::settlement::settle;

/// Cash as it is recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CashOrder {
    /// Makes it repeatable: the same key is the same cash.
    pub key: RequestKey,
    /// The visit that it is paid for.
    pub visit: VisitId,
    /// How much, at most what is owed. Cents are money here.
    pub amount: Money,
    /// Who took it.
    pub by: Actor,
}

impl CashOrder {
    /// The same for every order of the same.
    fn fingerprint(&self) -> Fingerprint {
        let (minor, code) = (self.amount.amount_minor(), self.amount.currency().code());
        Fingerprint::of(&format!("cash|{}|{minor} {code}", self.visit))
    }
}

/// Cash that is in the drawer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CashTaken {
    /// The payment that it went to.
    pub payment: PaymentId,
    /// The attempt that records it.
    pub attempt: AttemptId,
}

/// Why no cash was recorded.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum TakeCashError {
    /// The drawer is not open.
    #[error("no session of the drawer is open")]
    TillClosed,
    /// As with money that is asked for.
    #[error(transparent)]
    Refused(#[from] RequestPaymentError),
}

impl From<Outage> for TakeCashError {
    fn from(outage: Outage) -> Self {
        Self::Refused(outage.into())
    }
}

impl From<NotNow> for TakeCashError {
    fn from(why: NotNow) -> Self {
        Self::Refused(why.into())
    }
}

impl From<MoneyError> for TakeCashError {
    fn from(error: MoneyError) -> Self {
        Self::Refused(error.into())
    }
}

/// Takes cash for a visit.
pub struct TakeCash {
    /// What is owed and was tried.
    pub book: Arc<dyn PaymentBook>,
    /// The drawer that it goes into.
    pub till: Arc<dyn TillBook>,
    /// The tenants' currencies.
    pub house: Arc<dyn HouseCurrency>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Arc<dyn IdSource>,
}

impl TakeCash {
    /// Records cash that was taken for a visit: all of what it owes or a part, so that several tenders can pay for one
    /// visit. Refused while an attempt of the visit is live or in doubt, and while the drawer is closed. `owing` says what
    /// the visit asks for; it is asked after its payments were read, and the cash is recorded only if they are the same
    /// still, so that nothing that was paid in between is taken twice. Recording again under the same key changes nothing.
    ///
    /// # Errors
    /// [`TakeCashError`]; then nothing was recorded.
    #[tracing::instrument(name = "payments.take_cash", skip_all, fields(visit.id = %order.visit))]
    pub async fn execute(
        &self,
        tenant: TenantId,
        order: CashOrder,
        owing: &dyn Owing,
    ) -> Result<CashTaken, TakeCashError> {
        let ordered = order.fingerprint();
        for _ in 0..DECISIONS_MAX {
            if let Some((record, attempt)) = self.book.of_request(tenant, &order.key).await? {
                let found = record.attempt(attempt);
                if found.is_none_or(|found| found.terms().ordered != Some(ordered)) {
                    return Err(RequestPaymentError::KeyReused.into());
                }
                return Ok(CashTaken {
                    payment: record.payment.id(),
                    attempt,
                });
            }
            let house = self.house.house_currency(tenant).await?;
            if order.amount.currency() != house {
                return Err(RequestPaymentError::CurrencyRefused.into());
            }
            if !order.amount.is_positive() {
                return Err(RequestPaymentError::AmountNotPositive.into());
            }
            if !self.till.is_open(tenant).await? {
                return Err(TakeCashError::TillClosed);
            }
            let payments = self.book.of_visit(tenant, order.visit).await?;
            if under_key(&payments, &order.key).is_some() {
                continue;
            }
            let owed = owing.asks(tenant, order.visit).await?.owed()?;
            if order.amount.checked_sub(owed.amount)?.is_positive() {
                let outstanding = owed.amount;
                return Err(RequestPaymentError::AmountAboveOutstanding { outstanding }.into());
            }
            let now = self.clock.now();
            nothing_out(attempts_of(&payments))?;
            let payment = payment_for(&payments, order.visit, &owed, now, &*self.ids)?;
            let moved = Attempt::received(
                AttemptTerms {
                    id: self.ids.fresh(),
                    payment: payment.id(),
                    key: order.key.clone(),
                    provider: Provider::Cash,
                    amount: order.amount,
                    payer: None,
                    by: Some(order.by.clone()),
                    ordered: Some(ordered),
                    created_at: now,
                },
                None,
                Evidence::Counter,
                now,
            );
            let taken = CashTaken {
                payment: payment.id(),
                attempt: moved.attempt.id(),
            };
            let mut change = settle(payment, moved, now, &*self.ids)?;
            change.seen = Some(VisitSeen::of(order.visit, &payments));
            match self.book.record(tenant, change).await {
                Ok(()) => return Ok(taken),
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
        Err(RequestPaymentError::Busy.into())
    }
}
