//! What calendar feeds need from outside: a record of them, what they show, and chance for their secrets.

use async_trait::async_trait;
use ratiba_kernel::{Outage, TenantId, TimeRange, TokenHash};
use time::OffsetDateTime;

use crate::calendar_feed::{CalendarFeed, CalendarFeedId, FeedContent, FeedScope, NamesShown};

/// Why no feed was made.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum FeedRefused {
    /// There is no such staff member.
    #[error("there is no such staff member")]
    UnknownStaff,
    /// Nobody knows whether it was made.
    #[error("the book of feeds is unavailable")]
    Unavailable(#[from] Outage),
}

/// The book of feeds, and what they show.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait CalendarFeeds: Send + Sync {
    /// The feed that a secret opens, and whose it is; `None` if none does, also once it was revoked. The only
    /// question that is asked before a tenant is known.
    async fn opened_by(&self, hash: TokenHash) -> Result<Option<(TenantId, CalendarFeed)>, Outage>;

    /// Puts a feed on record; its secret opens it from then on.
    async fn add(&self, tenant: TenantId, feed: CalendarFeed, hash: TokenHash) -> Result<(), FeedRefused>;

    /// The feeds that are not revoked, the oldest first; a bounded number.
    async fn all(&self, tenant: TenantId) -> Result<Vec<CalendarFeed>, Outage>;

    /// Revokes a feed: its secret opens nothing from then on. False if the tenant has none of that id. Safe
    /// to repeat.
    async fn revoke(&self, tenant: TenantId, id: CalendarFeedId, at: OffsetDateTime) -> Result<bool, Outage>;

    /// Notes that a feed was read.
    async fn used(&self, tenant: TenantId, id: CalendarFeedId, at: OffsetDateTime) -> Result<(), Outage>;

    /// What a feed shows of a stretch of time: appointments that were agreed or wait to be, blocks and leave;
    /// at most [`ENTRIES_MOST`](crate::calendar_feed::ENTRIES_MOST), those nearest to `now`; by start, then
    /// identity. Customers' names are read only where they are shown.
    async fn content(
        &self,
        tenant: TenantId,
        scope: FeedScope,
        names: NamesShown,
        range: TimeRange,
        now: OffsetDateTime,
    ) -> Result<FeedContent, Outage>;
}

/// Chance, for secrets.
pub trait FeedSecrets: Send + Sync {
    /// 32 bytes that nobody can guess.
    fn secret(&self) -> [u8; 32];
}
