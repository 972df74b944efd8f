//! Calendar feeds: made, listed, revoked and read.

use std::sync::Arc;

use ratiba_kernel::{Clock, IdSource, Outage, TenantId, TimeRange, TokenHash};

use crate::calendar_feed::{
    AHEAD, CalendarFeed, CalendarFeedId, FEEDS_MOST, FeedScope, FeedSecret, NamesShown, PAST,
    USE_NOTED_EVERY, document, hexadecimal,
};
use crate::ports::{CalendarFeeds, FeedRefused, FeedSecrets};

/// What a feed is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedOrder {
    /// What it is for; 1 to 80 characters.
    pub name: String,
    /// What it shows.
    pub scope: FeedScope,
    /// Whether it names customers.
    pub names: NamesShown,
}

/// Why no feed was made.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum CreateFeedError {
    /// The name is empty, longer than 80 characters, or holds control characters.
    #[error("a feed's name has 1 to 80 characters and no control characters")]
    BadName,
    /// There is no such staff member.
    #[error("there is no such staff member")]
    UnknownStaff,
    /// As many are kept as may be.
    #[error("{FEEDS_MOST} feeds are kept already")]
    TooMany,
    /// The book of feeds did not answer.
    #[error("the book of feeds is unavailable")]
    Unavailable(#[from] Outage),
}

/// A feed that was made, with its secret: here and nowhere else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MadeFeed {
    /// The feed.
    pub feed: CalendarFeed,
    /// What opens it.
    pub secret: FeedSecret,
}

/// Makes feeds.
pub struct CreateFeed {
    /// Where they are recorded.
    pub feeds: Arc<dyn CalendarFeeds>,
    /// The time of making.
    pub clock: Arc<dyn Clock>,
    /// Identities.
    pub ids: Arc<dyn IdSource>,
    /// Chance.
    pub secrets: Arc<dyn FeedSecrets>,
}

impl CreateFeed {
    /// Makes a feed. Asking twice makes two.
    ///
    /// # Errors
    /// [`CreateFeedError`]; nothing is on record then.
    #[tracing::instrument(name = "booking.create_feed", skip_all)]
    pub async fn execute(&self, tenant: TenantId, order: FeedOrder) -> Result<MadeFeed, CreateFeedError> {
        let name = order.name.trim();
        if !(1..=80).contains(&name.chars().count()) || name.chars().any(char::is_control) {
            return Err(CreateFeedError::BadName);
        }
        if self.feeds.all(tenant).await?.len() >= FEEDS_MOST {
            return Err(CreateFeedError::TooMany);
        }
        let secret = FeedSecret::from_bytes(self.secrets.secret());
        let feed = CalendarFeed {
            id: self.ids.fresh(),
            name: name.to_owned(),
            scope: order.scope,
            names: order.names,
            created_at: self.clock.now(),
            last_used_at: None,
            revoked_at: None,
        };
        match self.feeds.add(tenant, feed.clone(), secret.hash()).await {
            Ok(()) => Ok(MadeFeed { feed, secret }),
            Err(FeedRefused::UnknownStaff) => Err(CreateFeedError::UnknownStaff),
            Err(FeedRefused::Unavailable(outage)) => Err(outage.into()),
        }
    }
}

/// Lists feeds.
pub struct ListFeeds {
    /// Where they are recorded.
    pub feeds: Arc<dyn CalendarFeeds>,
}

impl ListFeeds {
    /// The feeds that are not revoked, the oldest first; without their secrets, which nobody knows.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn execute(&self, tenant: TenantId) -> Result<Vec<CalendarFeed>, Outage> {
        self.feeds.all(tenant).await
    }
}

/// Revokes feeds.
pub struct RevokeFeed {
    /// Where they are recorded.
    pub feeds: Arc<dyn CalendarFeeds>,
    /// The present.
    pub clock: Arc<dyn Clock>,
}

impl RevokeFeed {
    /// Ends a feed at once; false if the tenant has none of that id. Safe to repeat.
    ///
    /// # Errors
    /// [`Outage`].
    #[tracing::instrument(name = "booking.revoke_feed", skip_all)]
    pub async fn execute(&self, tenant: TenantId, id: CalendarFeedId) -> Result<bool, Outage> {
        self.feeds.revoke(tenant, id, self.clock.now()).await
    }
}

/// A feed as it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedDocument {
    /// The calendar, `text/calendar` in UTF-8.
    pub body: String,
    /// Names these very bytes: 64 hexadecimal digits.
    pub tag: String,
}

/// Reads feeds.
pub struct ReadFeed {
    /// Where they are recorded.
    pub feeds: Arc<dyn CalendarFeeds>,
    /// The present.
    pub clock: Arc<dyn Clock>,
}

impl ReadFeed {
    /// The feed that a secret opens; `None` if it opens none, for whatever reason: which one is not told.
    ///
    /// # Errors
    /// [`Outage`].
    #[tracing::instrument(name = "booking.read_feed", skip_all)]
    pub async fn execute(&self, secret: &str) -> Result<Option<FeedDocument>, Outage> {
        let Ok(secret) = FeedSecret::parse(secret) else {
            return Ok(None);
        };
        let Some((tenant, feed)) = self.feeds.opened_by(secret.hash()).await? else {
            return Ok(None);
        };
        let now = self.clock.now();
        let range = TimeRange::new(now.saturating_sub(PAST), now.saturating_add(AHEAD));
        let range = range.map_err(|error| Outage::new(error.to_string()))?;
        let content = self
            .feeds
            .content(tenant, feed.scope, feed.names, range, now)
            .await?;
        if feed.last_used_at.is_none_or(|last| now - last >= USE_NOTED_EVERY) {
            self.feeds.used(tenant, feed.id, now).await?;
        }
        let body = document(&feed, &content);
        let tag = hexadecimal(TokenHash::of(&body).as_bytes());
        Ok(Some(FeedDocument { body, tag }))
    }
}

#[cfg(test)]
mod tests;
