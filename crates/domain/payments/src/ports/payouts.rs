//! Where customers' credit is paid out.

use async_trait::async_trait;
use ratiba_kernel::{Currency, Fingerprint, Money, Outage, TenantId};

use super::{RefundChange, RefundFacts, RefundRefused};
use crate::CustomerId;
use crate::ledger::Journal;
use crate::payout::{Payout, PayoutId};
use crate::reference::RequestKey;

/// Whose credit is to go, under which key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayoutLook {
    /// The customer whose row is locked.
    pub customer: CustomerId,
    /// The currency of the books.
    pub currency: Currency,
    /// The order's key.
    pub key: RequestKey,
    /// What was ordered under it.
    pub fingerprint: Fingerprint,
    /// Looks for M-Pesa's money of that amount that could be taken back.
    pub reversal_of: Option<Money>,
}

/// What a decision about paying out rests on, read under the lock of the customer's row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayoutFacts {
    /// What the customer may spend, from the books.
    pub credit: Money,
    /// The customer's newest payment with M-Pesa's money of the amount that was asked for, not taken back, of which as much
    /// became credit: neither a tip nor what a visit keeps goes back for credit of another origin. Its row is locked too.
    pub reversible: Option<RefundFacts>,
}

/// Everything that one decision makes true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayoutChange {
    /// Who pays out what.
    pub payout: Payout,
    /// What goes into the books, unless a refund does it.
    pub journal: Option<Journal>,
    /// The refund that takes the money back.
    pub refund: Option<RefundChange>,
}

/// Decides about paying out; may be asked again, and must have no effect.
pub type DecidePayout = Box<dyn Fn(&PayoutFacts) -> Result<PayoutChange, RefundRefused> + Send + Sync>;

/// Which payouts to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PayoutQuery {
    /// Those of one customer.
    pub customer: Option<CustomerId>,
    /// Those made before this one.
    pub before: Option<PayoutId>,
    /// At most so many.
    pub most: u16,
}

/// Where customers' credit is paid out.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait PayoutBook: Send + Sync {
    /// Locks the customer's row, derives their credit from the books, lets `decide` choose, and makes its change durable,
    /// in one transaction: whoever pays out or spends the same customer's credit at the same time waits. Answers what was
    /// paid out; what was under the same key before is answered without another decision.
    ///
    /// # Errors
    /// What `decide` refuses with; [`RefundRefused::NoSuchCustomer`]; [`RefundRefused::KeyReused`] if the key was used
    /// for another order; [`RefundRefused::TillClosed`] and [`RefundRefused::NotInDrawer`] if cash would leave a drawer
    /// that is closed, or holds less.
    async fn pay_out(
        &self,
        tenant: TenantId,
        look: PayoutLook,
        decide: DecidePayout,
    ) -> Result<Payout, RefundRefused>;

    /// Payouts, newest first. Nothing comes before one that never was.
    async fn payouts(&self, tenant: TenantId, query: PayoutQuery) -> Result<Vec<Payout>, Outage>;
}
