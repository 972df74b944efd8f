//! Calendars as RFC 5545 wants them: lines end in CR LF and are folded at 75 octets between characters, text
//! is escaped, times are in UTC, so that no time zone has to be described.

use ratiba_kernel::TimeRange;
use time::OffsetDateTime;
use time::macros::format_description;

/// The most octets of a line without its end.
const LINE_MOST: usize = 75;

/// Where an event stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It may come to nothing.
    Tentative,
    /// It is certain.
    Confirmed,
    /// It does not happen, and leaves the time free.
    Cancelled,
}

impl Status {
    const fn word(self) -> &'static str {
        match self {
            Self::Tentative => "TENTATIVE",
            Self::Confirmed => "CONFIRMED",
            Self::Cancelled => "CANCELLED",
        }
    }

    const fn transparency(self) -> &'static str {
        match self {
            Self::Tentative | Self::Confirmed => "OPAQUE",
            Self::Cancelled => "TRANSPARENT",
        }
    }
}

/// One event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The same for the same event in every reading.
    pub uid: String,
    /// From when to when.
    pub time: TimeRange,
    /// Where it stands.
    pub status: Status,
    /// What people read; any text.
    pub summary: String,
    /// Grows with every change.
    pub sequence: i32,
    /// When what is told of it was last revised (`DTSTAMP` of a calendar without a method).
    pub revised_at: OffsetDateTime,
    /// When it was last changed, where that is recorded.
    pub last_modified: Option<OffsetDateTime>,
}

/// A calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    /// What people call it; any text.
    pub name: String,
    /// What is in it.
    pub events: Vec<Event>,
}

impl Calendar {
    /// The calendar's text.
    #[must_use]
    pub fn render(&self) -> String {
        let mut lines = Lines(String::with_capacity(256 + self.events.len() * 320));
        lines.put("BEGIN", "VCALENDAR");
        lines.put("VERSION", "2.0");
        lines.put("PRODID", "-//Ratiba//Calendar feed//EN");
        lines.put("CALSCALE", "GREGORIAN");
        lines.put("X-WR-CALNAME", &escaped(&self.name));
        lines.put("REFRESH-INTERVAL;VALUE=DURATION", "PT15M");
        lines.put("X-PUBLISHED-TTL", "PT15M");
        if self.events.is_empty() {
            // A calendar holds one component at least.
            lines.put_utc();
        }
        for event in &self.events {
            lines.put_event(event);
        }
        lines.put("END", "VCALENDAR");
        lines.0
    }
}

struct Lines(String);

impl Lines {
    /// One content line, folded: a line that goes on begins with a space, which counts.
    fn put(&mut self, name: &str, value: &str) {
        let mut room = LINE_MOST;
        for character in name.chars().chain([':']).chain(value.chars()) {
            if character.len_utf8() > room {
                self.0.push_str("\r\n ");
                room = LINE_MOST - 1;
            }
            self.0.push(character);
            room -= character.len_utf8();
        }
        self.0.push_str("\r\n");
    }

    fn put_event(&mut self, event: &Event) {
        self.put("BEGIN", "VEVENT");
        self.put("UID", &escaped(&event.uid));
        self.put("DTSTAMP", &utc(event.revised_at));
        self.put("DTSTART", &utc(event.time.start()));
        self.put("DTEND", &utc(event.time.end()));
        self.put("SEQUENCE", &event.sequence.max(0).to_string());
        self.put("STATUS", event.status.word());
        self.put("TRANSP", event.status.transparency());
        self.put("SUMMARY", &escaped(&event.summary));
        if let Some(at) = event.last_modified {
            self.put("LAST-MODIFIED", &utc(at));
        }
        self.put("END", "VEVENT");
    }

    fn put_utc(&mut self) {
        self.put("BEGIN", "VTIMEZONE");
        self.put("TZID", "Etc/UTC");
        self.put("BEGIN", "STANDARD");
        self.put("DTSTART", "19700101T000000");
        self.put("TZOFFSETFROM", "+0000");
        self.put("TZOFFSETTO", "+0000");
        self.put("END", "STANDARD");
        self.put("END", "VTIMEZONE");
    }
}

/// Text as a value: the four characters that mean something are escaped, every way to end a line becomes one,
/// and other control characters, which a value must not hold, become spaces.
fn escaped(text: &str) -> String {
    let mut value = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\\' => value.push_str("\\\\"),
            ';' => value.push_str("\\;"),
            ',' => value.push_str("\\,"),
            '\r' => {
                if characters.peek() == Some(&'\n') {
                    characters.next();
                }
                value.push_str("\\n");
            }
            '\n' => value.push_str("\\n"),
            '\t' => value.push('\t'),
            control if control.is_control() => value.push(' '),
            other => value.push(other),
        }
    }
    value
}

fn utc(at: OffsetDateTime) -> String {
    let form = format_description!("[year][month][day]T[hour][minute][second]Z");
    // Every component is there; a date before the year 0 would be the only one that cannot be written.
    at.to_offset(time::UtcOffset::UTC)
        .format(form)
        .unwrap_or_default()
}
