//! What every way of asking for a prompt shares: what M-Pesa moves, who can be asked, and the new attempt.

use ratiba_kernel::{Currency, Fingerprint, IdSource, Money, PhoneNumber, TokenHash};
use time::OffsetDateTime;

use super::{PaymentAsked, RequestPaymentError};
use crate::actor::Actor;
use crate::attempt::{Attempt, AttemptId, AttemptTerms, Provider};
use crate::payment::{Payment, PaymentRecord};
use crate::ports::{Change, Route, RouteKey};
use crate::reference::RequestKey;
use crate::schedule::ROUTE_LIFE;
use crate::task::{Due, PaymentTask};

/// The most that M-Pesa moves at once, in cents.
const MPESA_MOST_MINOR: i64 = 250_000 * 100;

/// Refuses what M-Pesa cannot move.
pub(super) fn check_amount(amount: Money, house: Currency) -> Result<(), RequestPaymentError> {
    if amount.currency() != house || amount.currency() != Currency::Kes {
        return Err(RequestPaymentError::CurrencyRefused);
    }
    if !amount.is_positive() {
        return Err(RequestPaymentError::AmountNotPositive);
    }
    if amount.amount_minor() > MPESA_MOST_MINOR {
        return Err(RequestPaymentError::AmountAboveLimit);
    }
    amount.whole_units()?;
    Ok(())
}

/// Refuses whom M-Pesa cannot ask.
pub(super) fn check_payer(payer: &PhoneNumber) -> Result<(), RequestPaymentError> {
    if payer.is_kenyan_mobile() {
        Ok(())
    } else {
        Err(RequestPaymentError::NotAMobileNumber)
    }
}

/// A prompt that is wished for.
pub(super) struct Wish {
    pub(super) key: RequestKey,
    pub(super) amount: Money,
    pub(super) payer: PhoneNumber,
    pub(super) by: Option<Actor>,
    pub(super) ordered: Option<Fingerprint>,
}

/// A new attempt at the payment, with the task that submits it.
pub(super) fn ask(
    payment: Payment,
    wish: Wish,
    now: OffsetDateTime,
    ids: &dyn IdSource,
) -> (Change, PaymentAsked) {
    let attempt = Attempt::create(AttemptTerms {
        id: ids.fresh(),
        payment: payment.id(),
        key: wish.key,
        provider: Provider::Mpesa,
        amount: wish.amount,
        payer: Some(wish.payer),
        by: wish.by,
        ordered: wish.ordered,
        created_at: now,
    });
    let route = Route {
        key: RouteKey::MerchantReference(TokenHash::of(attempt.reference().as_str())),
        attempt: attempt.id(),
        expires_at: now + ROUTE_LIFE,
    };
    let task = PaymentTask::Push {
        attempt: attempt.id(),
    };
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
    payments.iter().find_map(|record| {
        let twin = record
            .attempts
            .iter()
            .find(|attempt| attempt.terms().key == *key)?;
        Some(describe(record, twin.id()))
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
