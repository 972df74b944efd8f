//! Calendar feeds: the bookings of one staff member, or of the whole business, as a calendar program reads them.
//!
//! Whoever knows the secret address sees the feed, so it says little: services, staff, times. A customer's
//! first name stands in it only if that was wanted when the feed was made; a reason for leave never does.

use std::fmt;

use ratiba_kernel::{Id, TimeRange, TokenHash};
use time::{Duration, OffsetDateTime};

use crate::appointment::{AppointmentId, Version};
use crate::catalogue::StaffId;

pub mod icalendar;

/// Marks ids of feeds.
#[derive(Debug)]
pub enum CalendarFeedMark {}
/// Names one feed of a tenant; says nothing about its secret.
pub type CalendarFeedId = Id<CalendarFeedMark>;

/// How far back a feed reaches.
pub const PAST: Duration = Duration::days(30);
/// How far ahead a feed reaches.
pub const AHEAD: Duration = Duration::days(180);
/// The most entries that a feed shows; of more, those nearest to the present.
pub const ENTRIES_MOST: u16 = 5_000;
/// The most feeds that a business keeps at a time.
pub const FEEDS_MOST: usize = 100;
/// The last use is noted once in this time.
pub const USE_NOTED_EVERY: Duration = Duration::HOUR;

/// Whose bookings a feed shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeedScope {
    /// All of the business.
    Business,
    /// Those of one staff member, with their blocks and leave.
    Staff(StaffId),
}

/// Whether customers' first names are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NamesShown {
    /// They are not.
    No,
    /// They are.
    Yes,
}

/// One feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalendarFeed {
    /// Its identity.
    pub id: CalendarFeedId,
    /// What it is for, in its maker's words; 1 to 80 characters.
    pub name: String,
    /// What it shows.
    pub scope: FeedScope,
    /// Whether it names customers.
    pub names: NamesShown,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// When it was last read, to the hour.
    pub last_used_at: Option<OffsetDateTime>,
    /// When it was revoked, if it was.
    pub revoked_at: Option<OffsetDateTime>,
}

/// The secret part of a feed's address: 64 hexadecimal digits. `Debug` says nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct FeedSecret(String);

/// The text is not a feed's secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the secret of a feed")]
pub struct NotASecret;

impl FeedSecret {
    /// A secret of 32 random bytes.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(hexadecimal(&bytes))
    }

    /// Reads a secret.
    ///
    /// # Errors
    /// [`NotASecret`] unless the form is right; says nothing about whether it opens anything.
    pub fn parse(text: &str) -> Result<Self, NotASecret> {
        let digit = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        if text.len() == 64 && text.bytes().all(digit) {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotASecret)
        }
    }

    /// What is stored and compared.
    #[must_use]
    pub fn hash(&self) -> TokenHash {
        TokenHash::of(&self.0)
    }

    /// The text, to be shown once.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for FeedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FeedSecret(…)")
    }
}

pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    use fmt::Write as _;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            // Writing to a string cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

/// How certain an appointment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certainty {
    /// It waits for money or an answer.
    Tentative,
    /// It is agreed, begun or rendered.
    Agreed,
    /// It was cancelled, or nobody came.
    Cancelled,
}

/// What a feed shows at one time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FeedEntryKind {
    /// An appointment.
    Appointment {
        /// Which.
        id: AppointmentId,
        /// What is rendered.
        service: String,
        /// Who renders it, the first of the team first.
        staff: Vec<String>,
        /// The customer's name, where the feed shows names and it is known.
        customer: Option<String>,
        /// How certain it is.
        certainty: Certainty,
        /// How often it was recorded.
        version: Version,
        /// When it came to be where it stands.
        changed_at: OffsetDateTime,
    },
    /// Blocked time: lunch, training.
    Block {
        /// Which.
        id: uuid::Uuid,
        /// Whose time or what.
        of: String,
    },
    /// Somebody is away.
    Leave {
        /// Which.
        id: uuid::Uuid,
        /// Who.
        of: String,
    },
}

/// Something in a feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedEntry {
    /// When, without buffers.
    pub time: TimeRange,
    /// What.
    pub kind: FeedEntryKind,
}

/// What a feed shows, as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedContent {
    /// The calendar's name: the business's, or the staff member's with it.
    pub title: String,
    /// By start, then identity.
    pub entries: Vec<FeedEntry>,
}

/// The first word of a name, cut to 40 characters; `None` for a name without words.
#[must_use]
pub fn first_name(name: &str) -> Option<String> {
    let first = name.split_whitespace().next()?;
    Some(first.chars().filter(|c| !c.is_control()).take(40).collect())
}

/// The feed as a document of the media type `text/calendar`.
#[must_use]
pub fn document(feed: &CalendarFeed, content: &FeedContent) -> String {
    let events = content.entries.iter().map(|entry| event(feed, entry));
    icalendar::Calendar {
        name: content.title.clone(),
        events: events.collect(),
    }
    .render()
}

fn event(feed: &CalendarFeed, entry: &FeedEntry) -> icalendar::Event {
    use icalendar::{Event, Status};
    match &entry.kind {
        FeedEntryKind::Appointment {
            id,
            service,
            staff,
            customer,
            certainty,
            version,
            changed_at,
        } => Event {
            uid: format!("appointment-{id}@ratiba"),
            time: entry.time,
            status: match certainty {
                Certainty::Tentative => Status::Tentative,
                Certainty::Agreed => Status::Confirmed,
                Certainty::Cancelled => Status::Cancelled,
            },
            summary: appointment_summary(feed, service, staff, customer.as_deref()),
            sequence: version.number(),
            revised_at: *changed_at,
            last_modified: Some(*changed_at),
        },
        FeedEntryKind::Block { id, of } => busy(feed, entry, format!("block-{id}@ratiba"), "Blocked", of),
        FeedEntryKind::Leave { id, of } => busy(feed, entry, format!("leave-{id}@ratiba"), "Away", of),
    }
}

fn busy(feed: &CalendarFeed, entry: &FeedEntry, uid: String, what: &str, of: &str) -> icalendar::Event {
    let summary = match feed.scope {
        FeedScope::Business => format!("{what}: {of}"),
        FeedScope::Staff(_) => what.to_owned(),
    };
    icalendar::Event {
        uid,
        time: entry.time,
        status: icalendar::Status::Confirmed,
        summary,
        sequence: 0,
        // Nobody recorded when it was entered; what never changes is as old as the feed.
        revised_at: feed.created_at,
        last_modified: None,
    }
}

fn appointment_summary(
    feed: &CalendarFeed,
    service: &str,
    staff: &[String],
    customer: Option<&str>,
) -> String {
    let mut summary = service.to_owned();
    if feed.names == NamesShown::Yes
        && let Some(first) = customer.and_then(first_name)
    {
        summary = format!("{summary}, {first}");
    }
    if feed.scope == FeedScope::Business && !staff.is_empty() {
        summary = format!("{summary} ({})", staff.join(", "));
    }
    summary
}

#[cfg(test)]
mod tests;
