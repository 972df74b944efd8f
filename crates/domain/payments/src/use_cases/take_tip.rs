//! Tips: taken in cash, or asked for by a prompt or a page, and shared out among those who rendered the service.

use std::sync::Arc;

use ratiba_kernel::{Clock, Fingerprint, IdSource, Money, MoneyError, Outage, PhoneNumber, TenantId};
use time::OffsetDateTime;

use super::asking::{Means, Ring, Wish, ask, attempts_of};
use super::{DECISIONS_MAX, RequestPaymentError, TakeCashError};
use crate::actor::Actor;
use crate::attempt::{Attempt, AttemptId, AttemptTerms, Provider};
use crate::evidence::Evidence;
use crate::payment::{Payment, PaymentId, Purpose, nothing_out};
use crate::ports::{Change, EarnError, HouseCurrency, PaymentBook, RecordError, TillBook, TipBook};
use crate::reference::RequestKey;
use crate::settlement::settle;
use crate::till::COUNT_MINOR_MAX;
use crate::tip::{Renderer, Tip, TipHolding, TipShare, shared, shares_text};
use crate::{AppointmentId, CustomerId, VisitId};

/// How a tip comes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TipTender {
    /// It was counted, and lies in the drawer.
    Cash,
    /// This handset gets a prompt of M-Pesa.
    Prompt(PhoneNumber),
    /// It is paid by card on a page; the number is the billing contact.
    Page(PhoneNumber),
}

/// A tip as it is recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TipOrder {
    /// Makes it repeatable: the same key is the same tip.
    pub key: RequestKey,
    /// The visit.
    pub visit: VisitId,
    /// Whose visit it is.
    pub customer: CustomerId,
    /// For which part of it.
    pub appointment: AppointmentId,
    /// Who rendered that part, and how they share it; nobody if nobody renders it any more.
    pub team: Vec<Renderer>,
    /// Who gets how much of it; like their shares of that part if nobody says.
    pub shares: Option<Vec<TipShare>>,
    /// How much.
    pub amount: Money,
    /// How it comes.
    pub tender: TipTender,
    /// Who took it or asked for it.
    pub by: Actor,
}

impl TipOrder {
    fn fingerprint(&self) -> Fingerprint {
        let (minor, code) = (self.amount.amount_minor(), self.amount.currency().code());
        let tender = match &self.tender {
            TipTender::Cash => "cash".to_owned(),
            TipTender::Prompt(number) => format!("prompt|{}", number.e164()),
            TipTender::Page(number) => format!("page|{}", number.e164()),
        };
        let shares = shares_text(self.shares.as_deref());
        Fingerprint::of(&format!(
            "tip|{}|{}|{minor} {code}|{tender}{shares}",
            self.visit, self.appointment
        ))
    }
}

/// A tip that is on record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TipTaken {
    /// Its payment.
    pub payment: PaymentId,
    /// The attempt that brought it, or is to bring it.
    pub attempt: AttemptId,
}

/// Works tips.
pub struct WorkTips {
    /// What is owed and was tried.
    pub book: Arc<dyn PaymentBook>,
    /// The tips.
    pub tips: Arc<dyn TipBook>,
    /// The drawer that cash goes into.
    pub till: Arc<dyn TillBook>,
    /// The tenants' currencies.
    pub house: Arc<dyn HouseCurrency>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Arc<dyn IdSource>,
}

impl WorkTips {
    /// Takes a tip: cash is there at once, a prompt or a page brings it when it is paid. Refused while any attempt of the
    /// visit, or of one of its tips, is out or in doubt. The same order again under its key changes nothing.
    ///
    /// # Errors
    /// [`TakeCashError`]; then nothing was recorded.
    #[tracing::instrument(name = "payments.take_tip", skip_all, fields(visit.id = %order.visit))]
    pub async fn take(&self, tenant: TenantId, order: TipOrder) -> Result<TipTaken, TakeCashError> {
        let ordered = order.fingerprint();
        for _ in 0..DECISIONS_MAX {
            if let Some((record, attempt)) = self.book.of_request(tenant, &order.key).await? {
                let found = record.attempt(attempt);
                if found.is_none_or(|found| found.terms().ordered != Some(ordered)) {
                    return Err(RequestPaymentError::KeyReused.into());
                }
                return Ok(TipTaken {
                    payment: record.payment.id(),
                    attempt,
                });
            }
            let shares = self.check(tenant, &order).await?;
            let mut records = self.book.of_visit(tenant, order.visit).await?;
            let tips = self.tips.tips_of_visit(tenant, order.visit).await?;
            records.extend(tips.into_iter().map(|tip| tip.record));
            nothing_out(attempts_of(&records))?;
            if let TipTender::Prompt(number) = &order.tender {
                let ring =
                    Means::Prompt.may_ring(&*self.book, tenant, (order.visit, number), self.clock.now());
                match ring.await? {
                    Ring::Free => {}
                    Ring::Overtaken | Ring::Tip(_) => continue,
                }
            }
            let (tip, change, taken) = self.decide(&order, ordered, shares)?;
            match self.tips.record_tip(tenant, tip, change).await {
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

    /// Shares out what came for a tip, and takes back from everybody's share what went back; answers whether anybody ever had
    /// a share of it. Of a tip that went back as it came, or before it was shared out, nobody had. Safe to repeat; nothing
    /// if the payment is no tip.
    ///
    /// # Errors
    /// [`EarnError`]; then nothing was posted.
    pub async fn share(&self, tenant: TenantId, payment: PaymentId) -> Result<bool, EarnError> {
        let (now, ids) = (self.clock.now(), Arc::clone(&self.ids));
        let decide = move |holding: &TipHolding| holding.share_out(now, &*ids);
        self.tips.share_tip(tenant, payment, Box::new(decide)).await
    }

    /// Closes a tip that was asked for and will not come: nobody waits for it. What comes late at once still counts.
    /// Answers whether the payment is a tip; any other stays as it is.
    ///
    /// # Errors
    /// [`Outage`]; the same may be asked again.
    pub async fn let_go(&self, tenant: TenantId, payment: PaymentId) -> Result<bool, Outage> {
        for _ in 0..DECISIONS_MAX {
            let Some(record) = self.book.find(tenant, payment).await? else {
                return Ok(false);
            };
            if record.payment.purpose() != Purpose::Tip {
                return Ok(false);
            }
            if record.attempts.iter().any(Attempt::is_live) {
                return Ok(true);
            }
            let now = self.clock.now();
            let Some(closed) = record.payment.close(now) else {
                return Ok(true);
            };
            match self.book.record(tenant, Change::of_payment(closed, now)).await {
                Ok(()) => return Ok(true),
                Err(RecordError::Unavailable(outage)) => return Err(outage),
                Err(
                    RecordError::Stale
                    | RecordError::LiveAttempt
                    | RecordError::ReceiptTaken
                    | RecordError::IdsTaken,
                ) => {}
            }
        }
        Err(Outage::new("the tip kept changing"))
    }

    async fn check(&self, tenant: TenantId, order: &TipOrder) -> Result<Vec<TipShare>, TakeCashError> {
        let house = self.house.house_currency(tenant).await?;
        match &order.tender {
            TipTender::Cash => {
                if order.amount.currency() != house {
                    return Err(RequestPaymentError::CurrencyRefused.into());
                }
                if !order.amount.is_positive() {
                    return Err(RequestPaymentError::AmountNotPositive.into());
                }
                if order.amount.amount_minor() > COUNT_MINOR_MAX {
                    let limit = Money::new(COUNT_MINOR_MAX, house);
                    return Err(RequestPaymentError::AmountAboveLimit { limit }.into());
                }
                if !self.till.is_open(tenant).await? {
                    return Err(TakeCashError::TillClosed);
                }
            }
            TipTender::Prompt(number) => {
                Means::Prompt.check_amount(order.amount, house)?;
                Means::Prompt.check_number(number)?;
            }
            TipTender::Page(number) => {
                Means::Page.check_amount(order.amount, house)?;
                Means::Page.check_number(number)?;
            }
        }
        let shares = shared(order.amount, &order.team, order.shares.as_deref());
        Ok(shares.map_err(RequestPaymentError::from)?)
    }

    fn decide(
        &self,
        order: &TipOrder,
        ordered: Fingerprint,
        shares: Vec<TipShare>,
    ) -> Result<(Tip, Change, TipTaken), MoneyError> {
        let now = self.clock.now();
        let payment = Payment::owe(
            self.ids.fresh(),
            order.visit,
            order.customer,
            Purpose::Tip,
            order.amount,
            now,
        );
        let tip = Tip {
            payment: payment.id(),
            appointment: order.appointment,
            shares,
        };
        let (change, attempt) = match &order.tender {
            TipTender::Cash => self.counted(payment, order, ordered, now)?,
            TipTender::Prompt(number) => self.asked(payment, Means::Prompt, number, order, ordered, now),
            TipTender::Page(number) => self.asked(payment, Means::Page, number, order, ordered, now),
        };
        let taken = TipTaken {
            payment: tip.payment,
            attempt,
        };
        Ok((tip, change, taken))
    }

    fn counted(
        &self,
        payment: Payment,
        order: &TipOrder,
        ordered: Fingerprint,
        now: OffsetDateTime,
    ) -> Result<(Change, AttemptId), MoneyError> {
        let terms = AttemptTerms {
            id: self.ids.fresh(),
            payment: payment.id(),
            key: order.key.clone(),
            provider: Provider::Cash,
            amount: order.amount,
            payer: None,
            by: Some(order.by.clone()),
            ordered: Some(ordered),
            created_at: now,
        };
        let attempt = terms.id;
        let moved = Attempt::received(terms, None, Evidence::Counter, now);
        Ok((settle(payment, moved, now, &*self.ids)?, attempt))
    }

    fn asked(
        &self,
        payment: Payment,
        means: Means,
        number: &PhoneNumber,
        order: &TipOrder,
        ordered: Fingerprint,
        now: OffsetDateTime,
    ) -> (Change, AttemptId) {
        let wish = Wish {
            key: order.key.clone(),
            means,
            amount: order.amount,
            payer: number.clone(),
            by: Some(order.by.clone()),
            ordered: Some(ordered),
            tip: None,
        };
        let (change, asked) = ask(payment, wish, now, &*self.ids);
        (change, asked.attempt)
    }
}
