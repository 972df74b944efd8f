use ratiba_kernel::test_support::{ManualClock, SeededIds, block_on, tenant};
use time::Duration;

use super::*;
use crate::calendar_feed::{FeedEntry, FeedEntryKind};
use crate::test_support::builders::*;
use crate::test_support::{InMemoryFeeds, calendar_feeds_contract};

struct Chance;

impl FeedSecrets for Chance {
    fn secret(&self) -> [u8; 32] {
        [7; 32]
    }
}

struct World {
    feeds: Arc<InMemoryFeeds>,
    clock: Arc<ManualClock>,
    ids: Arc<SeededIds>,
}

impl World {
    fn showing(entries: Vec<FeedEntry>) -> Self {
        Self {
            feeds: Arc::new(InMemoryFeeds::showing(entries)),
            clock: Arc::new(ManualClock::at(NOW)),
            ids: Arc::new(SeededIds::default()),
        }
    }

    fn make(&self, name: &str, scope: FeedScope) -> Result<MadeFeed, CreateFeedError> {
        let create = CreateFeed {
            feeds: self.feeds.clone(),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
            secrets: Arc::new(Chance),
        };
        let (name, names) = (name.to_owned(), NamesShown::No);
        block_on(create.execute(tenant(1), FeedOrder { name, scope, names }))
    }

    fn read(&self, secret: &str) -> Option<FeedDocument> {
        let read = ReadFeed {
            feeds: self.feeds.clone(),
            clock: self.clock.clone(),
        };
        block_on(read.execute(secret)).unwrap()
    }

    fn last_used(&self) -> Option<time::OffsetDateTime> {
        block_on(self.feeds.all(tenant(1))).unwrap()[0].last_used_at
    }
}

fn leave(from: time::OffsetDateTime) -> FeedEntry {
    FeedEntry {
        time: TimeRange::starting(from, Duration::HOUR).unwrap(),
        kind: FeedEntryKind::Leave {
            id: uuid::Uuid::nil(),
            of: "Wanjiru".to_owned(),
        },
    }
}

#[test]
fn the_feeds_in_memory_keep_the_contract() {
    block_on(calendar_feeds_contract(async || InMemoryFeeds::default()));
}

#[test]
fn a_feed_is_read_by_its_secret_until_it_is_revoked() {
    let world = World::showing(vec![leave(at(10, 0))]);
    let made = world.make(" Front desk ", FeedScope::Business).unwrap();
    assert_eq!(made.feed.name, "Front desk");
    let read = world.read(made.secret.reveal()).unwrap();
    assert!(read.body.contains("Away: Wanjiru"), "{}", read.body);
    assert_eq!(
        world.read(made.secret.reveal()).unwrap(),
        read,
        "the same until something changes"
    );
    assert_eq!(world.read(&"0".repeat(64)), None);
    assert_eq!(world.read("nonsense"), None);
    let revoke = RevokeFeed {
        feeds: world.feeds.clone(),
        clock: world.clock.clone(),
    };
    assert_eq!(block_on(revoke.execute(tenant(1), made.feed.id)), Ok(true));
    assert_eq!(world.read(made.secret.reveal()), None);
}

#[test]
fn a_feed_reaches_a_month_back_and_half_a_year_ahead() {
    let near = [
        NOW - Duration::days(30),
        NOW + Duration::days(180) - Duration::SECOND,
    ];
    let far = [
        NOW - Duration::days(30) - Duration::HOUR,
        NOW + Duration::days(180),
    ];
    for (start, shown) in [(near[0], true), (near[1], true), (far[0], false), (far[1], false)] {
        let world = World::showing(vec![leave(start)]);
        let made = world.make("x", FeedScope::Business).unwrap();
        let read = world.read(made.secret.reveal()).unwrap();
        assert_eq!(read.body.contains("VEVENT"), shown, "{start}");
    }
}

#[test]
fn the_last_use_is_noted_to_the_hour() {
    let world = World::showing(Vec::new());
    let made = world.make("x", FeedScope::Business).unwrap();
    assert_eq!(world.last_used(), None);
    for (minutes, noted) in [(0, 0), (59, 0), (60, 60)] {
        world.clock.set(NOW + Duration::minutes(minutes));
        world.read(made.secret.reveal());
        assert_eq!(world.last_used(), Some(NOW + Duration::minutes(noted)));
    }
}

#[test]
fn feeds_have_names_known_staff_and_an_end() {
    let world = World::showing(Vec::new());
    for bad in ["", "  ", "a\nb", &"x".repeat(81)] {
        assert_eq!(
            world.make(bad, FeedScope::Business),
            Err(CreateFeedError::BadName)
        );
    }
    let unknown = world.make("x", FeedScope::Staff(staff(77)));
    assert_eq!(unknown, Err(CreateFeedError::UnknownStaff));
    for _feed in 0..FEEDS_MOST {
        world.make("x", FeedScope::Business).unwrap();
    }
    assert_eq!(
        world.make("x", FeedScope::Business),
        Err(CreateFeedError::TooMany)
    );
}
