//! The books as they were posted, for whoever looks into them.

use async_trait::async_trait;
use ratiba_kernel::{Outage, TenantId};
use time::OffsetDateTime;

use crate::attempt::AttemptId;
use crate::ledger::{Account, Entry, JournalId};
use crate::payment::PaymentId;

/// A journal on record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostedJournal {
    /// Which.
    pub id: JournalId,
    /// What posted it, as [`crate::ledger::Cause::key`] writes it.
    pub cause: String,
    /// The payment that it is about, if one.
    pub payment: Option<PaymentId>,
    /// The attempt that it is about, if one.
    pub attempt: Option<AttemptId>,
    /// When it was posted, in business time.
    pub at: OffsetDateTime,
    /// Its lines, which add up to nothing in each currency.
    pub entries: Vec<Entry>,
}

/// Which journals.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JournalQuery {
    /// Those of this moment and later.
    pub from: Option<OffsetDateTime>,
    /// Those before this moment.
    pub until: Option<OffsetDateTime>,
    /// Those with a line on this account.
    pub account: Option<Account>,
    /// Those about this payment.
    pub payment: Option<PaymentId>,
    /// Those posted before this one.
    pub before: Option<JournalId>,
    /// At most so many.
    pub most: u16,
}

/// Where journals are read.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait JournalBook: Send + Sync {
    /// Journals with their lines, the latest first. Pages that follow each other by `before` meet without a gap and
    /// without a journal twice; what is posted meanwhile is later than all of them, or was decided earlier and is missed.
    async fn journals(&self, tenant: TenantId, query: JournalQuery) -> Result<Vec<PostedJournal>, Outage>;
}
