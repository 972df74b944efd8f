//! Reminding a customer of a page that is not paid.

use std::sync::Arc;

use ratiba_kernel::{Clock, TenantId};

use super::CardError;
use super::look_at_card::read;
use super::push_attempt::in_vain;
use crate::attempt::{AttemptId, StateName};
use crate::event::PaymentEvent;
use crate::payment::PaymentState;
use crate::ports::{CardWatch, PaymentBook, Visits};
use crate::settlement::about;

/// Tells that a customer has not paid on their page so far.
pub struct NudgeCard {
    /// What is owed and was tried.
    pub book: Arc<dyn PaymentBook>,
    /// Where it is put on record that it was told.
    pub watch: Arc<dyn CardWatch>,
    /// The visits that are paid for.
    pub visits: Arc<dyn Visits>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl NudgeCard {
    /// Tells it, once, and only while there is something to pay and a page to pay it on. Answers whether it was told now;
    /// running it again tells nothing.
    ///
    /// # Errors
    /// [`CardError`]; the task should run again.
    #[tracing::instrument(name = "payments.nudge_card", skip_all, fields(attempt.id = %attempt))]
    pub async fn execute(&self, tenant: TenantId, attempt: AttemptId) -> Result<bool, CardError> {
        let (record, found) = read(&*self.book, tenant, attempt).await?;
        let payment = &record.payment;
        let unpaid = found.state().name() == StateName::AwaitingCustomer
            && found.progress().page.is_some()
            && payment.state() == PaymentState::Open;
        if !unpaid || in_vain(&*self.visits, tenant, payment).await? {
            return Ok(false);
        }
        let event = PaymentEvent::CardUnpaid {
            about: about(payment, &found),
        };
        let told = self.watch.tell_unpaid(tenant, attempt, event, self.clock.now());
        Ok(told.await?)
    }
}
