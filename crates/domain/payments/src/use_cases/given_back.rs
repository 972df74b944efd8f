//! Money that a person noted as given back, where nobody names its number.

use std::sync::Arc;

use ratiba_kernel::{Outage, TenantId};

use crate::attempt::Attempt;
use crate::dead_letter::{DeadLetter, LetterState};
use crate::payment::PaymentRecord;
use crate::ports::{CallbackReader, ConfirmationReader, DeadLetters, LetterQuery};

/// How many of the newest letters whose money went back are looked through. An attempt is asked about for an hour, so that
/// a letter about it is among the last.
const LOOKED_THROUGH_MAX: u16 = 200;

/// Knows of which attempt the money was that a person gave back.
pub struct GivenBackMoney {
    /// The letters that told of it.
    pub letters: Arc<dyn DeadLetters>,
    /// Reads those that are callbacks.
    pub callbacks: Arc<dyn CallbackReader>,
    /// Reads those that tell of money by hand.
    pub confirmations: Arc<dyn ConfirmationReader>,
}

impl GivenBackMoney {
    /// Whether a letter whose money went back told of money of this attempt: by the provider's id, or by the payment's
    /// account, the amount and the time. A letter that nobody can read says nothing.
    pub(super) async fn was_brought_by(
        &self,
        tenant: TenantId,
        record: &PaymentRecord,
        attempt: &Attempt,
    ) -> Result<bool, Outage> {
        let gone = LetterQuery {
            state: Some(LetterState::Refunded),
            provider: Some(attempt.terms().provider),
            reason: None,
            before: None,
            most: LOOKED_THROUGH_MAX,
        };
        let letters = self.letters.list(tenant, gone).await?;
        let mut named = letters.iter().filter(|letter| letter.came.is_some());
        Ok(named.any(|letter| self.tells_of(letter, record, attempt)))
    }

    fn tells_of(&self, letter: &DeadLetter, record: &PaymentRecord, attempt: &Attempt) -> bool {
        if let Ok(report) = self.callbacks.read(&letter.body) {
            let known = attempt.progress().ids.as_ref();
            return known.is_some_and(|known| known.agree_with(&report.ids));
        }
        let Ok(told) = self.confirmations.read(&letter.body) else {
            return false;
        };
        told.account == Some(record.payment.account_reference()) && attempt.is_of_its_time(&told)
    }
}
