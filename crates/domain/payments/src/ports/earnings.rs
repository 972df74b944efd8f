//! What was earned, in the books.

use async_trait::async_trait;
use ratiba_kernel::{MoneyError, Outage, TenantId};

use crate::VisitId;
use crate::earning::Holding;
use crate::ledger::Journal;

/// Why nothing was earned. The task may run again.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum EarnError {
    /// The books cannot take the amount.
    #[error("the amount cannot be booked")]
    Amount(#[from] MoneyError),
    /// The books did not answer.
    #[error("the books are unavailable")]
    Unavailable(#[from] Outage),
}

/// Decides what to post for what the books hold of a visit's payments; may be asked again, and must have no effect.
pub type DecideEarnings = Box<dyn Fn(&[Holding]) -> Result<Vec<Journal>, MoneyError> + Send + Sync>;

/// Where it is put into the books what was earned.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait EarningBook: Send + Sync {
    /// Locks the rows of a visit's payments, derives what the books hold of each, tips left out, and posts what `decide`
    /// answers, in one transaction: whoever decides about the same payments at the same time waits.
    ///
    /// A journal whose cause was posted before is not posted again.
    async fn earn(&self, tenant: TenantId, visit: VisitId, decide: DecideEarnings) -> Result<(), EarnError>;
}
