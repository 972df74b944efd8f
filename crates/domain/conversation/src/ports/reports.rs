//! What reports about conversations need from outside.

use async_trait::async_trait;
use ratiba_kernel::{LocalDays, Outage, TenantId};
use time::Date;

/// What became of the threads that were opened on one day. A thread may have been handed over and have ended in a booking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConversationDay {
    /// On the business's clock.
    pub day: Date,
    /// Threads that were opened.
    pub opened: i64,
    /// In which the customer booked by chat what still stands or took place.
    pub booked: i64,
    /// To which a person was called.
    pub handed_over: i64,
    /// In which the customer withdrew their consent.
    pub opted_out: i64,
    /// That ended without any of it.
    pub given_up: i64,
    /// That go on.
    pub going_on: i64,
}

/// Figures about threads, by whole days.
#[async_trait]
pub trait ConversationReport: Send + Sync {
    /// What became of threads, by the day on which they were opened; days without are left out. Threads in the archive
    /// count too; those whose time there is over, and those of customers who were forgotten, do not.
    async fn outcomes(&self, tenant: TenantId, days: LocalDays) -> Result<Vec<ConversationDay>, Outage>;
}
