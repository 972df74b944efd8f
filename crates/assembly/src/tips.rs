//! What happens to tips, which are paid apart from everything that is paid for a visit.

use ratiba_kernel::TenantId;
use ratiba_payments::event::{About, PaymentEvent};
use ratiba_payments::payment::{PaymentId, Purpose};
use uuid::Uuid;

use crate::Parts;
use crate::translate::TranslateError;

impl Parts {
    /// Takes in what happened if it is about a tip, and answers whether nothing else is to follow: a tip confirms no visit,
    /// and its customer is thanked for it. What a person must look at goes on to a person.
    pub(crate) async fn react_to_tip(
        &self,
        tenant: TenantId,
        id: Uuid,
        event: &PaymentEvent,
    ) -> Result<bool, TranslateError> {
        if let PaymentEvent::PaymentSettled {
            about, purpose, paid, ..
        } = event
        {
            if *purpose != Purpose::Tip {
                return Ok(false);
            }
            self.payments.tips.share(tenant, about.payment).await?;
            self.thank_for_tip(tenant, id, *about, *paid).await?;
            return Ok(true);
        }
        if let PaymentEvent::RefundDone { about, .. } = event {
            self.payments.tips.share(tenant, about.payment).await?;
            return Ok(false);
        }
        if let PaymentEvent::PartReceived { about, .. } = event {
            // Whatever came of a tip is owed to somebody at once: its page may be let go with the rest unpaid.
            self.payments.tips.share(tenant, about.payment).await?;
            return self.is_tip(tenant, about.payment).await;
        }
        if let PaymentEvent::AttemptFailed { about, .. } | PaymentEvent::AttemptCancelled { about } = event {
            return Ok(self.payments.tips.let_go(tenant, about.payment).await?);
        }
        if let PaymentEvent::AttemptUnknown { about }
        | PaymentEvent::CardUnpaid { about }
        | PaymentEvent::ReceiptKnown { about } = event
        {
            let About { payment, .. } = about;
            return self.is_tip(tenant, *payment).await;
        }
        Ok(false)
    }

    async fn is_tip(&self, tenant: TenantId, payment: PaymentId) -> Result<bool, TranslateError> {
        let record = self.payments.book.find(tenant, payment).await?;
        Ok(record.is_some_and(|record| record.payment.purpose() == Purpose::Tip))
    }
}
