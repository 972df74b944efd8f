//! What happens to tips, which are paid apart from everything that is paid for a visit.

use ratiba_booking::visit::VisitId;
use ratiba_conversation::use_cases::MoneyMatter;
use ratiba_kernel::{Id, Outage, TenantId};
use ratiba_payments::event::{About, PaymentEvent};
use ratiba_payments::payment::{PaymentId, Purpose};
use ratiba_payments::ports::RefundRefused;
use uuid::Uuid;

use crate::Parts;
use crate::translate::TranslateError;

impl Parts {
    /// Takes in what happened if it is about a tip, and answers whether nothing else is to follow: a tip confirms no visit,
    /// and its customer is thanked for it, unless it goes back because nobody renders what it was for. What a person must
    /// look at goes on to a person.
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
            if self.return_tip(tenant, id, about).await? {
                return Ok(true);
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
            if self.return_tip(tenant, id, about).await? {
                return Ok(true);
            }
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

    /// Gives a tip back that came when nobody renders its part any more, and answers whether it is such a one. The customer
    /// is told by the refund's own event, and the owners here, unless they are told with the rest of the same money.
    async fn return_tip(&self, tenant: TenantId, id: Uuid, about: &About) -> Result<bool, TranslateError> {
        let tips = &self.payments.return_tips;
        let returned = tips.of_payment(tenant, about.visit, about.payment).await;
        let Some(returned) = returned.map_err(not_returned)? else {
            return Ok(false);
        };
        if returned.now.is_some() && !returned.along {
            let visit = Id::from_uuid(about.visit.as_uuid());
            self.call_person(tenant, id, visit, MoneyMatter::PaidForLostVisit)
                .await?;
        }
        Ok(true)
    }

    /// Gives back what came for tips of parts of the visit that are over. Safe to repeat.
    pub(crate) async fn return_tips(&self, tenant: TenantId, visit: VisitId) -> Result<(), TranslateError> {
        let visit = Id::from_uuid(visit.as_uuid());
        let returned = self.payments.return_tips.of_visit(tenant, visit).await;
        Ok(returned.map_err(not_returned)?)
    }

    async fn is_tip(&self, tenant: TenantId, payment: PaymentId) -> Result<bool, TranslateError> {
        let record = self.payments.book.find(tenant, payment).await?;
        Ok(record.is_some_and(|record| record.payment.purpose() == Purpose::Tip))
    }
}

/// Nothing refuses to give a tip back but an outage; whatever else is wrong is looked into like one.
fn not_returned(refused: RefundRefused) -> Outage {
    Outage::new(refused)
}
