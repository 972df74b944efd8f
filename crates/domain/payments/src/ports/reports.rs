//! What reports about money need from outside.

use async_trait::async_trait;
use ratiba_kernel::{LocalDays, Money, MoneyError, Outage, TenantId};
use time::Date;

/// What moved by one tender on one day, by the books.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TenderDay {
    /// On the business's clock.
    pub day: Date,
    /// `mpesa`, `card`, `cash`, `credit` or, for what lies in suspense, `other`.
    pub tender: String,
    /// What came for visits, without tips. What is spent of credit is no money that came.
    pub taken: Money,
    /// Tips that came along or alone.
    pub tips: Money,
    /// What went back to customers on this day, whenever it had come; below nothing where a card's owner gave up more than
    /// was taken back.
    pub given_back: Money,
}

impl TenderDay {
    /// What is left of the day: taken and tips, less what went back.
    ///
    /// # Errors
    /// [`MoneyError`] if the sum is too large.
    pub fn net(&self) -> Result<Money, MoneyError> {
        self.taken.checked_add(self.tips)?.checked_sub(self.given_back)
    }
}

/// Figures of the books, by whole days.
#[async_trait]
pub trait TenderReport: Send + Sync {
    /// What moved, by day and tender; tenders by which nothing moved on a day are left out. The same truth as the till's
    /// sheet and the owner's digest.
    async fn tenders(&self, tenant: TenantId, days: LocalDays) -> Result<Vec<TenderDay>, Outage>;
}
