//! Money that came by card: asked back once for each payment at the provider, where a person approves it; and charged
//! back by the card's owner, whom nobody asked.

use ratiba_kernel::{Fingerprint, Money};
use time::OffsetDateTime;

use super::{
    Original, Refund, RefundCause, RefundDoubt, RefundId, RefundMoved, RefundSource, RefundState,
    RefundTerms, RefundWay, ReversalAnswer,
};
use crate::actor::Actor;
use crate::attempt::{Attempt, Provider};
use crate::card::CardRefundAnswer;
use crate::payment::{Payment, PaymentRecord, Purpose};
use crate::reference::{MalformedReference, RequestKey};

/// The money of an attempt that the card provider can give back: paid there under a number, and not asked back, or taken
/// back, before.
#[must_use]
pub fn card_original(attempt: &Attempt, refunds: &[Refund]) -> Option<Original> {
    let gone = refunds.iter().filter(|refund| refund.counts()).any(|refund| {
        let original = refund.terms.original.as_ref();
        original.is_some_and(|original| original.attempt == attempt.id())
    });
    let by_card = attempt.terms().provider == Provider::Pesapal && !gone;
    let receipt = attempt.receipt().filter(|_| by_card)?;
    Some(Original {
        attempt: attempt.id(),
        receipt: receipt.clone(),
    })
}

/// The card payment out of which so much can go back: one of exactly that amount, else the smallest that is larger.
#[must_use]
pub fn card_refundable(record: &PaymentRecord, refunds: &[Refund], amount: Money) -> Option<Original> {
    let mut fitting: Vec<(i64, Original)> = record
        .attempts
        .iter()
        .filter_map(|attempt| {
            // A tip that came along goes back on its own.
            let paid = attempt.for_payment().ok().filter(|paid| *paid >= amount)?;
            let original = card_original(attempt, refunds)?;
            Some((paid.amount_minor(), original))
        })
        .collect();
    fitting.sort_by_key(|(amount, _)| *amount);
    fitting.into_iter().next().map(|(_, original)| original)
}

impl Refund {
    /// Takes in the card provider's answer to the request. That it was received is not that it was done.
    #[must_use]
    pub fn hear_card_answer(self, answer: &CardRefundAnswer, at: OffsetDateTime) -> RefundMoved {
        match answer {
            CardRefundAnswer::Received => self.unmoved(),
            CardRefundAnswer::Rejected { code } => {
                self.hear_answer(&ReversalAnswer::Rejected { code: code.clone() }, at)
            }
            CardRefundAnswer::NotMade => self.hear_answer(&ReversalAnswer::NotSent, at),
            CardRefundAnswer::Unknown => self.hear_answer(&ReversalAnswer::Unknown, at),
        }
    }

    /// Money of a payment that went back although nobody of the business wanted it. It counts as gone, and a person finds
    /// out whether it is lost. A tip that came along with the attempt is a payment of its own, and so is what was taken of it.
    /// `before` is how often that happened before to the same money, which had come back each time.
    ///
    /// # Errors
    /// [`MalformedReference`] never, as ids are.
    pub fn charged_back(
        id: RefundId,
        payment: &Payment,
        original: Original,
        amount: Money,
        before: usize,
        at: OffsetDateTime,
    ) -> Result<Self, MalformedReference> {
        let of_tip = match payment.purpose() {
            Purpose::Tip => format!(":{}", payment.id()),
            Purpose::Deposit | Purpose::Full | Purpose::Balance => String::new(),
        };
        let again = match before {
            0 => String::new(),
            before => format!(":again-{before}"),
        };
        let key = RequestKey::parse(&format!("chargeback:{}{of_tip}{again}", original.attempt))?;
        let mut refund = Self::request(RefundTerms {
            id,
            payment: payment.id(),
            visit: payment.visit(),
            customer: payment.customer(),
            way: RefundWay::Chargeback,
            source: RefundSource::Payment,
            cause: RefundCause::Provider,
            reason: "the provider says that the money went back".to_owned(),
            fingerprint: Fingerprint::of(key.as_str()),
            reference: None,
            key,
            original: Some(original),
            amount,
            requested_by: Actor::parse(Provider::Pesapal.as_str())?,
            created_at: at,
        });
        refund.progress.state = RefundState::InReview {
            why: RefundDoubt::ChargedBack,
        };
        refund.progress.sent_at = Some(at);
        Ok(refund)
    }
}

#[cfg(test)]
mod tests;
