//! Tips on record, and what of them is owed to whom.

use std::collections::BTreeMap;

use async_trait::async_trait;
use ratiba_kernel::{Currency, Money, MoneyError, Outage, TenantId};

use super::{Change, EarnError, RecordError};
use crate::ledger::Journal;
use crate::payment::PaymentId;
use crate::tip::{Tip, TipHolding, TipRecord};
use crate::{StaffId, VisitId};

/// Decides what to post for a tip; may be asked again, and must have no effect.
pub type DecideTip = Box<dyn Fn(&TipHolding) -> Result<Option<Journal>, MoneyError> + Send + Sync>;

/// Where tips are kept. [`super::PaymentBook::of_visit`] leaves their payments out.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait TipBook: Send + Sync {
    /// Puts a new tip on record with the change that makes its payment: one transaction.
    ///
    /// # Errors
    /// As [`super::PaymentBook::record`]; then nothing was recorded.
    async fn record_tip(&self, tenant: TenantId, tip: Tip, change: Change) -> Result<(), RecordError>;

    /// All tips of a visit, oldest first.
    async fn tips_of_visit(&self, tenant: TenantId, visit: VisitId) -> Result<Vec<TipRecord>, Outage>;

    /// Locks the tip's payment, derives what the books hold of the tip, and posts what `decide` answers, in one
    /// transaction. Nothing if the payment is no tip. A journal whose cause was posted before is not posted again. Answers
    /// whether the tip was ever shared out, by this or before.
    async fn share_tip(
        &self,
        tenant: TenantId,
        payment: PaymentId,
        decide: DecideTip,
    ) -> Result<bool, EarnError>;

    /// What of tips is owed to everybody to whom anything is owed, by the books.
    async fn tips_owed(
        &self,
        tenant: TenantId,
        currency: Currency,
    ) -> Result<BTreeMap<StaffId, Money>, Outage>;
}
