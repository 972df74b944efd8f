//! Doing what a notice says: look.

use std::sync::Arc;

use ratiba_kernel::{Clock, TenantId};

use super::{CardError, CardLook, LookAtCard};
use crate::CallbackId;
use crate::ports::{CallbackOutcome, NoticeInbox};

/// Looks at the order that a stored notice names.
pub struct ApplyNotice {
    /// Where notices wait.
    pub inbox: Arc<dyn NoticeInbox>,
    /// Looks.
    pub look: LookAtCard,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl ApplyNotice {
    /// Asks the provider how the order stands, and takes in what it says; the notice itself proves nothing.
    /// One look serves all notices of the order that wait when it begins.
    ///
    /// Running it again asks nothing.
    ///
    /// # Errors
    /// [`CardError`]; the task should run again.
    #[tracing::instrument(name = "payments.apply_notice", skip_all, fields(notice.id = %notice))]
    pub async fn execute(&self, tenant: TenantId, notice: CallbackId) -> Result<CardLook, CardError> {
        let stored = self.inbox.notice(tenant, notice).await?;
        let stored = stored.ok_or(CardError::NoSuchNotice)?;
        if stored.waiting.is_empty() {
            return Ok(CardLook::NotNeeded);
        }
        let look = self
            .look
            .out_of_turn(tenant, stored.attempt, &stored.tracking)
            .await?;
        let outcome = match look {
            // Nothing was learned, so the notices go on waiting.
            CardLook::NoAnswer => return Err(CardError::NoAnswer),
            CardLook::AnotherOrder => CallbackOutcome::ForeignIds,
            CardLook::Stands(_) | CardLook::NotNeeded => CallbackOutcome::Applied,
        };
        let now = self.clock.now();
        self.inbox
            .conclude_notices(tenant, &stored.waiting, outcome, now)
            .await?;
        Ok(look)
    }
}
