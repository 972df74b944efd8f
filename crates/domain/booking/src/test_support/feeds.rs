//! Feeds in memory, and the promises of [`CalendarFeeds`] as tests that every book of feeds must pass.

#![expect(clippy::unwrap_used, reason = "a broken promise ends the test")]

use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use ratiba_kernel::{Id, Outage, TenantId, TimeRange, TokenHash};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::builders::{NOW, staff, tenants};
use crate::calendar_feed::{CalendarFeed, CalendarFeedId, FeedContent, FeedEntry, FeedScope, NamesShown};
use crate::ports::{CalendarFeeds, FeedRefused};

/// Feeds in memory; every one shows the same entries. Staff 1 to 3 are known.
#[derive(Debug, Default)]
pub struct InMemoryFeeds {
    feeds: Mutex<Vec<(TenantId, TokenHash, CalendarFeed)>>,
    entries: Vec<FeedEntry>,
}

impl InMemoryFeeds {
    /// Feeds that show these entries.
    #[must_use]
    pub fn showing(entries: Vec<FeedEntry>) -> Self {
        Self {
            feeds: Mutex::default(),
            entries,
        }
    }

    fn feeds(&self) -> MutexGuard<'_, Vec<(TenantId, TokenHash, CalendarFeed)>> {
        self.feeds.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, tenant: TenantId, id: CalendarFeedId, change: impl Fn(&mut CalendarFeed)) -> bool {
        let mut feeds = self.feeds();
        let mut own = feeds
            .iter_mut()
            .filter(|(owner, _, feed)| *owner == tenant && feed.id == id);
        let found = own.next();
        found.map(|(_, _, feed)| change(feed)).is_some()
    }
}

#[async_trait]
impl CalendarFeeds for InMemoryFeeds {
    async fn opened_by(&self, hash: TokenHash) -> Result<Option<(TenantId, CalendarFeed)>, Outage> {
        let feeds = self.feeds();
        let mut open = feeds
            .iter()
            .filter(|(_, known, feed)| *known == hash && feed.revoked_at.is_none());
        Ok(open.next().map(|(tenant, _, feed)| (*tenant, feed.clone())))
    }

    async fn add(&self, tenant: TenantId, feed: CalendarFeed, hash: TokenHash) -> Result<(), FeedRefused> {
        if let FeedScope::Staff(id) = feed.scope
            && !(1..=3).any(|number| staff(number) == id)
        {
            return Err(FeedRefused::UnknownStaff);
        }
        self.feeds().push((tenant, hash, feed));
        Ok(())
    }

    async fn all(&self, tenant: TenantId) -> Result<Vec<CalendarFeed>, Outage> {
        let feeds = self.feeds();
        let own = feeds
            .iter()
            .filter(|(owner, _, feed)| *owner == tenant && feed.revoked_at.is_none());
        let mut found: Vec<_> = own.map(|(_, _, feed)| feed.clone()).collect();
        found.sort_by_key(|feed| (feed.created_at, feed.id));
        Ok(found)
    }

    async fn revoke(&self, tenant: TenantId, id: CalendarFeedId, at: OffsetDateTime) -> Result<bool, Outage> {
        Ok(self.change(tenant, id, |feed| feed.revoked_at = feed.revoked_at.or(Some(at))))
    }

    async fn used(&self, tenant: TenantId, id: CalendarFeedId, at: OffsetDateTime) -> Result<(), Outage> {
        self.change(tenant, id, |feed| feed.last_used_at = Some(at));
        Ok(())
    }

    async fn content(
        &self,
        _tenant: TenantId,
        _scope: FeedScope,
        _names: NamesShown,
        range: TimeRange,
        _now: OffsetDateTime,
    ) -> Result<FeedContent, Outage> {
        let entries = self.entries.iter().filter(|entry| entry.time.overlaps(&range));
        Ok(FeedContent {
            title: "Aria Aura".to_owned(),
            entries: entries.cloned().collect(),
        })
    }
}

/// The feed of a number, of the whole business and without names.
#[must_use]
pub fn a_feed(number: u64) -> CalendarFeed {
    CalendarFeed {
        id: Id::from_uuid(Uuid::from_u64_pair(
            0xb00c_000c_0000_7000,
            0x8000_0000_0000_0000 | number,
        )),
        name: format!("Feed {number}"),
        scope: FeedScope::Business,
        names: NamesShown::No,
        created_at: NOW,
        last_used_at: None,
        revoked_at: None,
    }
}

/// Everything that a book of feeds promises but what feeds show. `fresh` makes an empty one that knows both of
/// [`tenants`] and what they are said to have there.
///
/// # Panics
/// When a promise is broken.
pub async fn calendar_feeds_contract<F: CalendarFeeds>(fresh: impl AsyncFn() -> F) {
    a_secret_opens_its_feed_until_it_is_revoked(&fresh().await).await;
    feeds_are_listed_until_they_are_revoked(&fresh().await).await;
    the_last_use_is_kept(&fresh().await).await;
    unknown_staff_are_refused(&fresh().await).await;
    tenants_are_apart(&fresh().await).await;
}

fn hash(number: u64) -> TokenHash {
    TokenHash::of(&format!("secret {number}"))
}

async fn a_secret_opens_its_feed_until_it_is_revoked<F: CalendarFeeds>(feeds: &F) {
    let tenant = tenants()[0];
    let feed = CalendarFeed {
        scope: FeedScope::Staff(staff(2)),
        names: NamesShown::Yes,
        ..a_feed(1)
    };
    feeds.add(tenant, feed.clone(), hash(1)).await.unwrap();
    feeds.add(tenant, a_feed(2), hash(2)).await.unwrap();
    assert_eq!(
        feeds.opened_by(hash(1)).await.unwrap(),
        Some((tenant, feed.clone()))
    );
    assert_eq!(feeds.opened_by(hash(3)).await.unwrap(), None);
    for _time in 0..2 {
        assert!(feeds.revoke(tenant, feed.id, NOW).await.unwrap());
        assert_eq!(feeds.opened_by(hash(1)).await.unwrap(), None);
    }
    assert_eq!(feeds.opened_by(hash(2)).await.unwrap(), Some((tenant, a_feed(2))));
}

async fn feeds_are_listed_until_they_are_revoked<F: CalendarFeeds>(feeds: &F) {
    let tenant = tenants()[0];
    let older = CalendarFeed {
        created_at: NOW - Duration::DAY,
        ..a_feed(3)
    };
    for (number, feed) in [(1, a_feed(1)), (2, a_feed(2)), (3, older.clone())] {
        feeds.add(tenant, feed, hash(number)).await.unwrap();
    }
    feeds.revoke(tenant, a_feed(1).id, NOW).await.unwrap();
    assert_eq!(feeds.all(tenant).await.unwrap(), [older, a_feed(2)]);
}

async fn the_last_use_is_kept<F: CalendarFeeds>(feeds: &F) {
    let tenant = tenants()[0];
    feeds.add(tenant, a_feed(1), hash(1)).await.unwrap();
    feeds.used(tenant, a_feed(1).id, NOW).await.unwrap();
    let (_, feed) = feeds.opened_by(hash(1)).await.unwrap().unwrap();
    assert_eq!(feed.last_used_at, Some(NOW));
}

async fn unknown_staff_are_refused<F: CalendarFeeds>(feeds: &F) {
    let feed = CalendarFeed {
        scope: FeedScope::Staff(staff(77)),
        ..a_feed(1)
    };
    let refused = feeds.add(tenants()[0], feed, hash(1)).await;
    assert_eq!(refused, Err(FeedRefused::UnknownStaff));
    assert_eq!(feeds.opened_by(hash(1)).await.unwrap(), None);
}

async fn tenants_are_apart<F: CalendarFeeds>(feeds: &F) {
    let [one, two] = tenants();
    feeds.add(one, a_feed(1), hash(1)).await.unwrap();
    assert_eq!(feeds.all(two).await.unwrap(), []);
    assert!(!feeds.revoke(two, a_feed(1).id, NOW).await.unwrap());
    feeds.used(two, a_feed(1).id, NOW).await.unwrap();
    assert_eq!(feeds.opened_by(hash(1)).await.unwrap(), Some((one, a_feed(1))));
}
