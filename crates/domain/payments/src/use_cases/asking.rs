//! What every way of asking for money shares: what can be moved, who can be asked, and the new attempt.

use ratiba_kernel::{Currency, Fingerprint, IdSource, Money, MoneyError, PhoneNumber, TenantId, TokenHash};
use time::{Duration, OffsetDateTime};

use super::{PaymentAsked, RequestPaymentError};
use crate::VisitId;
use crate::actor::Actor;
use crate::attempt::{Attempt, AttemptId, AttemptTerms, Provider};
use crate::payment::{Payment, PaymentRecord, PaymentState, Purpose};
use crate::ports::{Change, Owed, PaymentBook, Route, RouteKey};
use crate::reference::RequestKey;
use crate::schedule::{CARD_ROUTE_LIFE, ROUTE_LIFE};
use crate::task::{Due, PaymentTask};
use crate::tip::Tip;

/// The most that M-Pesa moves at once, in cents.
pub(super) const MPESA_MOST_MINOR: i64 = 250_000 * 100;

/// The most that is asked for on one page, in minor units: a bound against slips of the hand, since the
/// provider's own limits differ by account.
const PAGE_MOST_MINOR: i64 = 1_000_000 * 100;

/// How customers are asked for money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Means {
    /// A prompt of M-Pesa on a handset.
    Prompt,
    /// A page on which a card is charged.
    Page,
}

impl Means {
    pub(super) const fn provider(self) -> Provider {
        match self {
            Self::Prompt => Provider::Mpesa,
            Self::Page => Provider::Pesapal,
        }
    }

    const fn route_life(self) -> Duration {
        match self {
            Self::Prompt => ROUTE_LIFE,
            Self::Page => CARD_ROUTE_LIFE,
        }
    }

    const fn task(self, attempt: AttemptId) -> PaymentTask {
        match self {
            Self::Prompt => PaymentTask::Push { attempt },
            Self::Page => PaymentTask::OpenCard { attempt },
        }
    }

    /// Refuses what cannot be moved so.
    pub(super) fn check_amount(self, amount: Money, house: Currency) -> Result<(), RequestPaymentError> {
        let moved = match self {
            Self::Prompt => amount.currency() == Currency::Kes,
            Self::Page => true,
        };
        if amount.currency() != house || !moved {
            return Err(RequestPaymentError::CurrencyRefused);
        }
        if !amount.is_positive() {
            return Err(RequestPaymentError::AmountNotPositive);
        }
        let most = match self {
            Self::Prompt => MPESA_MOST_MINOR,
            Self::Page => PAGE_MOST_MINOR,
        };
        if amount.amount_minor() > most {
            let limit = Money::new(most, house);
            return Err(RequestPaymentError::AmountAboveLimit { limit });
        }
        match self {
            Self::Prompt => amount
                .whole_units()
                .map(|_| ())
                .map_err(RequestPaymentError::from),
            Self::Page => Ok(()),
        }
    }

    /// Refuses whom nobody can ask so.
    pub(super) fn check_number(self, number: &PhoneNumber) -> Result<(), RequestPaymentError> {
        match self {
            Self::Prompt => check_payer(number),
            Self::Page => Ok(()),
        }
    }
}

/// Whether a number can be prompted for a visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ring {
    /// It can.
    Free,
    /// A prompt for the same visit is out on it, which was recorded after the visit's payments were read: read again.
    Overtaken,
    /// A prompt for a tip of the same visit is out on it.
    Tip(AttemptId),
}

impl Means {
    /// Refuses while a prompt for something else is out on the number, and right after one.
    pub(super) async fn may_ring(
        self,
        book: &dyn PaymentBook,
        tenant: TenantId,
        (visit, number): (VisitId, &PhoneNumber),
        now: OffsetDateTime,
    ) -> Result<Ring, RequestPaymentError> {
        match self {
            Self::Prompt => {}
            Self::Page => return Ok(Ring::Free),
        }
        let rings = book.rings(tenant, number).await?;
        if let Some((attempt, _)) = rings.live
            && let Some(record) = book.of_attempt(tenant, attempt).await?
            && record.payment.visit() == visit
        {
            return Ok(match record.payment.purpose() {
                Purpose::Deposit | Purpose::Full | Purpose::Balance => Ring::Overtaken,
                Purpose::Tip => Ring::Tip(attempt),
            });
        }
        rings.may_ring(now)?;
        Ok(Ring::Free)
    }
}

/// Refuses whom M-Pesa cannot ask.
pub(super) fn check_payer(payer: &PhoneNumber) -> Result<(), RequestPaymentError> {
    if payer.is_kenyan_mobile() {
        Ok(())
    } else {
        Err(RequestPaymentError::NotAMobileNumber)
    }
}

/// An attempt that is wished for.
pub(super) struct Wish {
    pub(super) key: RequestKey,
    pub(super) means: Means,
    pub(super) amount: Money,
    pub(super) payer: PhoneNumber,
    pub(super) by: Option<Actor>,
    pub(super) ordered: Option<Fingerprint>,
    /// A part of the amount that is a tip.
    pub(super) tip: Option<Tip>,
}

/// A new attempt at the payment, with the task that submits it.
pub(super) fn ask(
    payment: Payment,
    wish: Wish,
    now: OffsetDateTime,
    ids: &dyn IdSource,
) -> (Change, PaymentAsked) {
    let means = wish.means;
    let attempt = Attempt::create(AttemptTerms {
        id: ids.fresh(),
        payment: payment.id(),
        key: wish.key,
        provider: means.provider(),
        amount: wish.amount,
        payer: Some(wish.payer),
        by: wish.by,
        ordered: wish.ordered,
        created_at: now,
    });
    let attempt = match wish.tip {
        Some(tip) => attempt.with_tip(tip),
        None => attempt,
    };
    let route = Route {
        key: RouteKey::MerchantReference(TokenHash::of(attempt.reference().as_str())),
        attempt: attempt.id(),
        expires_at: now + means.route_life(),
    };
    let task = means.task(attempt.id());
    let asked = PaymentAsked {
        payment: payment.id(),
        attempt: attempt.id(),
        amount: attempt.terms().amount,
        account: payment.account_reference(),
    };
    let mut change = Change::of_attempt(payment, attempt);
    change.routes.push(route);
    change.tasks.push(Due { at: now, task });
    (change, asked)
}

/// What the same request came to that ran at the same time, and was recorded after we looked for its key.
/// Without this second look it would be refused for its own twin's prompt.
pub(super) fn asked_meanwhile(payments: &[PaymentRecord], key: &RequestKey) -> Option<PaymentAsked> {
    let (record, attempt) = under_key(payments, key)?;
    Some(describe(record, attempt))
}

/// The attempt under a key, and its payment.
pub(super) fn under_key<'a>(
    payments: &'a [PaymentRecord],
    key: &RequestKey,
) -> Option<(&'a PaymentRecord, AttemptId)> {
    payments.iter().find_map(|record| {
        let mut attempts = record.attempts.iter();
        let twin = attempts.find(|attempt| attempt.terms().key == *key)?;
        Some((record, twin.id()))
    })
}

/// What was asked by an attempt that is on record.
pub(super) fn describe(record: &PaymentRecord, attempt: AttemptId) -> PaymentAsked {
    let amount = record
        .attempt(attempt)
        .map_or(record.payment.due(), |attempt| attempt.terms().amount);
    PaymentAsked {
        payment: record.payment.id(),
        attempt,
        amount,
        account: record.payment.account_reference(),
    }
}

/// All attempts at any payment of the visit.
pub(super) fn attempts_of(payments: &[PaymentRecord]) -> impl Iterator<Item = &Attempt> {
    payments.iter().flat_map(|record| &record.attempts)
}

/// The open payment for this purpose, with all that was tried.
pub(super) fn open_for(payments: &[PaymentRecord], purpose: Purpose) -> Option<&PaymentRecord> {
    payments
        .iter()
        .rfind(|record| record.payment.purpose() == purpose && record.payment.state() == PaymentState::Open)
}

/// The payment that money for what is owed goes to: the open one for that purpose, which follows what is owed by now, or
/// a new one.
pub(super) fn payment_for(
    payments: &[PaymentRecord],
    visit: VisitId,
    owed: &Owed,
    now: OffsetDateTime,
    ids: &dyn IdSource,
) -> Result<Payment, MoneyError> {
    match open_for(payments, owed.purpose) {
        Some(record) => record.payment.clone().restate(owed.amount),
        None => Ok(Payment::owe(
            ids.fresh(),
            visit,
            owed.customer,
            owed.purpose,
            owed.amount,
            now,
        )),
    }
}
