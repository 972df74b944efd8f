//! What letters say, and what of it the books know.

use ratiba_kernel::{Money, Outage, TenantId};

use super::WorkLetter;
use crate::attempt::AttemptId;
use crate::dead_letter::{DeadLetter, Told};
use crate::evidence::CallbackVerdict;
use crate::payment::{PaymentId, PaymentRecord};
use crate::reference::Receipt;

/// What a letter says of money. Nothing vouches for it.
pub(super) struct Claim {
    /// The provider's number for the money.
    pub(super) receipt: Receipt,
    /// How much.
    pub(super) amount: Money,
    /// Whose it is; `None` if it names no account of ours.
    pub(super) told: Option<Told>,
}

impl WorkLetter {
    /// What a letter claims of money, if it can be read: the provider's number and the amount. Nothing vouches for it.
    #[must_use]
    pub fn claims(&self, letter: &DeadLetter) -> Option<(Receipt, Money)> {
        self.read(letter).map(|claim| (claim.receipt, claim.amount))
    }

    pub(super) fn read(&self, letter: &DeadLetter) -> Option<Claim> {
        match self.callbacks.read(&letter.body) {
            Ok(report) => match report.verdict {
                CallbackVerdict::Paid { amount, receipt, .. } => Some(Claim {
                    receipt,
                    amount,
                    told: Some(Told::OfPrompt { ids: report.ids }),
                }),
                CallbackVerdict::Failed { .. } | CallbackVerdict::Unrecognised { .. } => None,
            },
            Err(_other_form) => {
                let told = self.confirmations.read(&letter.body).ok()?;
                let (amount, moved_at) = (told.amount, told.moved_at);
                Some(Claim {
                    receipt: told.receipt,
                    amount,
                    told: told.account.map(|account| Told::ForAccount {
                        account,
                        amount,
                        moved_at,
                    }),
                })
            }
        }
    }

    /// The payment that has the money booked of which the letter tells, if any has: then nothing is missing, and the letter
    /// is closed by matching it to that payment.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn booked_for(
        &self,
        tenant: TenantId,
        letter: &DeadLetter,
    ) -> Result<Option<(PaymentId, Money)>, Outage> {
        match self.read(letter) {
            Some(claim) => {
                self.holder(tenant, letter, &claim.receipt, claim.told.as_ref())
                    .await
            }
            None => Ok(None),
        }
    }

    /// The payment that holds a receipt, or has the money without knowing its number; and how much that is.
    pub(super) async fn holder(
        &self,
        tenant: TenantId,
        letter: &DeadLetter,
        receipt: &Receipt,
        told: Option<&Told>,
    ) -> Result<Option<(PaymentId, Money)>, Outage> {
        let held = |(record, attempt): (PaymentRecord, AttemptId)| {
            let amount = record.attempt(attempt)?.terms().amount;
            Some((record.payment.id(), amount))
        };
        let found = self.finder.by_receipt(tenant, letter.provider, receipt).await?;
        if let Some(found) = found.and_then(held) {
            return Ok(Some(found));
        }
        let Some(told) = told else { return Ok(None) };
        let found = self.finder.without_receipt(tenant, letter.provider, told).await?;
        Ok(found.and_then(held))
    }
}
