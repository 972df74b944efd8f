//! Asking for a page on which what a visit owes is paid by card.

use std::sync::Arc;

use ratiba_kernel::{Clock, Fingerprint, IdSource, Money, PhoneNumber, TenantId, TokenHash};
use time::OffsetDateTime;

use super::asking::{asked_meanwhile, describe};
use super::{DECISIONS_MAX, Owed, PaymentAsked, RequestPaymentError};
use crate::VisitId;
use crate::actor::Actor;
use crate::attempt::{Attempt, AttemptTerms, Provider};
use crate::payment::{NotNow, Payment, PaymentRecord, PaymentState};
use crate::ports::{Change, HouseCurrency, PaymentBook, RecordError, Route, RouteKey};
use crate::reference::RequestKey;
use crate::schedule::CARD_ROUTE_LIFE;
use crate::task::{Due, PaymentTask};

/// The most that is asked for on one page, in minor units: a bound against slips of the hand, since the
/// provider's own limits differ by account.
const PAGE_MOST_MINOR: i64 = 1_000_000 * 100;

/// A page as it is ordered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardLinkOrder {
    /// Makes it repeatable: the same key is the same page.
    pub key: RequestKey,
    /// The visit that is to be paid for.
    pub visit: VisitId,
    /// Whom the provider may write to about it; `None`: the customer.
    pub contact: Option<PhoneNumber>,
    /// How much, at most what is owed, cents included; `None`: all of it.
    pub amount: Option<Money>,
    /// Who orders it.
    pub by: Actor,
}

impl CardLinkOrder {
    /// The same for every order that asks for the same.
    fn fingerprint(&self) -> Fingerprint {
        let contact = self.contact.as_ref().map(PhoneNumber::e164).unwrap_or_default();
        let amount = self.amount.map_or_else(String::new, |amount| {
            format!("{} {}", amount.amount_minor(), amount.currency().code())
        });
        Fingerprint::of(&format!("card|{}|{contact}|{amount}", self.visit))
    }
}

/// Asks for a page. It is opened by a task of its own.
pub struct RequestCardLink {
    /// What is owed and was tried.
    pub book: Arc<dyn PaymentBook>,
    /// The tenants' currencies.
    pub house: Arc<dyn HouseCurrency>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Arc<dyn IdSource>,
}

impl RequestCardLink {
    /// Makes an attempt by card at what the visit owes, for all of it or a part. Nothing is opened while another
    /// attempt of the visit is open or in doubt. Ordering again under the same key gives the same attempt.
    ///
    /// # Errors
    /// [`RequestPaymentError`]; then nothing was asked. [`NotNow::AlreadyPaid`] if nothing is owed.
    #[tracing::instrument(name = "payments.request_card_link", skip_all, fields(visit.id = %order.visit))]
    pub async fn execute(
        &self,
        tenant: TenantId,
        order: CardLinkOrder,
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
            self.check(tenant, amount, owed).await?;
            let contact = order.contact.clone().or_else(|| owed.phone.clone());
            let contact = contact.ok_or(RequestPaymentError::NoPayer)?;
            let now = self.clock.now();
            let payments = self.book.of_visit(tenant, order.visit).await?;
            if let Some(asked) = asked_meanwhile(&payments, &order.key) {
                return Ok(asked);
            }
            let payment = self.payment(payments, &order, owed, now)?;
            let terms = AttemptTerms {
                id: self.ids.fresh(),
                payment: payment.id(),
                key: order.key.clone(),
                provider: Provider::Pesapal,
                amount,
                payer: Some(contact),
                by: Some(order.by.clone()),
                ordered: Some(ordered),
                created_at: now,
            };
            let (change, asked) = new_attempt(payment, terms, now);
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

    async fn check(&self, tenant: TenantId, amount: Money, owed: &Owed) -> Result<(), RequestPaymentError> {
        if amount.currency() != self.house.house_currency(tenant).await? {
            return Err(RequestPaymentError::CurrencyRefused);
        }
        if !amount.is_positive() {
            return Err(RequestPaymentError::AmountNotPositive);
        }
        if amount.amount_minor() > PAGE_MOST_MINOR {
            return Err(RequestPaymentError::AmountAboveLimit);
        }
        if amount.checked_sub(owed.amount)?.is_positive() {
            let outstanding = owed.amount;
            return Err(RequestPaymentError::AmountAboveOutstanding { outstanding });
        }
        Ok(())
    }

    /// The payment that the attempt is for: the open one for this purpose, or a new one.
    fn payment(
        &self,
        payments: Vec<PaymentRecord>,
        order: &CardLinkOrder,
        owed: &Owed,
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
            // What stands against another prompt does not stand against a card.
            Err(NotNow::Pointless(_) | NotNow::TooSoon { .. }) | Ok(()) => {}
            Err(other) => return Err(other.into()),
        }
        Ok(record.payment.restate(owed.amount)?)
    }
}

fn new_attempt(payment: Payment, terms: AttemptTerms, now: OffsetDateTime) -> (Change, PaymentAsked) {
    let attempt = Attempt::create(terms);
    let id = attempt.id();
    let asked = PaymentAsked {
        payment: payment.id(),
        attempt: id,
        amount: attempt.terms().amount,
        account: payment.account_reference(),
    };
    let route = Route {
        key: RouteKey::MerchantReference(TokenHash::of(attempt.reference().as_str())),
        attempt: id,
        expires_at: now + CARD_ROUTE_LIFE,
    };
    let task = PaymentTask::OpenCard { attempt: id };
    let mut change = Change::of_attempt(payment, attempt);
    change.routes.push(route);
    change.tasks.push(Due { at: now, task });
    (change, asked)
}
