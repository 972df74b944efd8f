//! Day one of a business: what it sells, whom it knows and what it has promised already, taken over from
//! elsewhere.
//!
//! Two steps, always. A file or a pasted text becomes an [`Import`] of drafts, row by row, with whatever could
//! not be read kept as it was written. A person looks at the review, corrects, merges or skips; only then is it
//! applied. A review is computed from the drafts and what is known *now*, by pure functions, each time somebody
//! looks and again when it is applied: so it is never out of date, and nothing that a client sends can leave it
//! out. What could be guessed (a duration, a Swahili name) is proposed and marked as such. A price never is.

use ratiba_kernel::Id;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::appointment::Version;

pub mod amount;
pub mod bookings;
pub mod catalogue;
pub mod csv;
pub mod customers;
pub mod duration;
pub mod ports;
pub mod price_list;
pub mod propose;
mod scan;
pub mod similar;
pub mod text;

use bookings::BookingDraft;
use catalogue::CatalogueDraft;
use customers::CustomerDraft;

/// Marks ids of imports.
#[derive(Debug)]
pub enum ImportMark {}
/// Names one import of a tenant.
pub type ImportId = Id<ImportMark>;

/// The largest file or text that is taken, in bytes of UTF-8.
pub const CONTENT_BYTES_MAX: usize = 256 * 1_024;
/// The most rows of one import.
pub const ROWS_MAX: usize = 500;
/// The most imports of a tenant that wait to be applied.
pub const OPEN_MAX: u32 = 20;
/// The longest cell, in characters.
pub const CELL_CHARACTERS_MAX: usize = 500;

/// Why nothing at all could be made of a file or a text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// More than [`CONTENT_BYTES_MAX`].
    #[error("at most 256 kB are taken at once")]
    TooLarge,
    /// More than [`ROWS_MAX`] rows.
    #[error("at most 500 rows are taken at once")]
    TooManyRows,
    /// No rows.
    #[error("there is not one row in it")]
    Empty,
    /// A quoted cell that never ends.
    #[error("the quoted cell that begins in line {line} does not end")]
    OpenQuote {
        /// Counted from 1.
        line: u32,
    },
    /// A quoted cell with something behind it.
    #[error("line {line} has something behind a quoted cell")]
    StrayQuote {
        /// Counted from 1.
        line: u32,
    },
    /// The first line does not name a column that is needed.
    #[error("the first line must name the columns; `{column}` is missing")]
    MissingColumn {
        /// The name that we use for it.
        column: &'static str,
    },
    /// Two columns mean the same.
    #[error("two columns mean `{column}`")]
    ColumnTwice {
        /// The name that we use for it.
        column: &'static str,
    },
}

/// A value as somebody wrote it down.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "value", rename_all = "snake_case")]
pub enum Cell<T> {
    /// Nothing was written.
    #[default]
    Empty,
    /// It was understood.
    Read(T),
    /// Something was written, and it could not be understood without guessing.
    Unreadable(String),
}

impl<T> Cell<T> {
    /// What was understood, if something was.
    pub const fn read(&self) -> Option<&T> {
        match self {
            Self::Read(value) => Some(value),
            Self::Empty | Self::Unreadable(_) => None,
        }
    }

    /// Reads a text: empty if it is blank, unreadable if `parse` makes nothing of it.
    pub fn of(text: &str, parse: impl FnOnce(&str) -> Option<T>) -> Self {
        let text = text.trim();
        if text.is_empty() {
            return Self::Empty;
        }
        parse(text).map_or_else(|| Self::Unreadable(text.to_owned()), Self::Read)
    }
}

impl<T> From<Option<T>> for Cell<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Empty, Self::Read)
    }
}

/// Where a row came from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The line of the file or the text, counted from 1.
    pub line: u32,
    /// What stood there, at most [`CELL_CHARACTERS_MAX`] characters.
    pub text: String,
}

impl Source {
    /// The line and what stood there, cut if it is long.
    #[must_use]
    pub fn new(line: u32, text: &str) -> Self {
        Self {
            line,
            text: text::shortened(text.trim(), CELL_CHARACTERS_MAX),
        }
    }
}

/// What a person wants to become of a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// It is taken over, and merged with what is nearly the same.
    #[default]
    Take,
    /// It is taken over as something of its own.
    Apart,
    /// It is left out.
    Skip,
}

/// A line that was not taken for a row, kept so that nothing gets lost unseen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ignored {
    /// The line or the column's heading.
    pub source: Source,
    /// Why it was left out.
    pub because: IgnoredBecause,
}

/// Why something was not taken over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IgnoredBecause {
    /// A greeting, an address, opening hours, a phone number.
    Remark,
    /// A column that means nothing here.
    UnknownColumn,
}

/// The rows of an import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rows {
    /// What is sold.
    Catalogue(Vec<CatalogueDraft>),
    /// Who is known.
    Customers(Vec<CustomerDraft>),
    /// What is promised.
    Bookings(Vec<BookingDraft>),
}

/// What an import is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportKind {
    /// What is sold.
    Catalogue,
    /// Who is known.
    Customers,
    /// What is promised.
    Bookings,
}

impl ImportKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Catalogue, Self::Customers, Self::Bookings];

    /// The word for it, in rows and on the wire.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Catalogue => "catalogue",
            Self::Customers => "customers",
            Self::Bookings => "bookings",
        }
    }
}

impl Rows {
    /// What they are about.
    #[must_use]
    pub const fn kind(&self) -> ImportKind {
        match self {
            Self::Catalogue(_) => ImportKind::Catalogue,
            Self::Customers(_) => ImportKind::Customers,
            Self::Bookings(_) => ImportKind::Bookings,
        }
    }

    /// How many.
    #[must_use]
    pub fn count(&self) -> usize {
        match self {
            Self::Catalogue(rows) => rows.len(),
            Self::Customers(rows) => rows.len(),
            Self::Bookings(rows) => rows.len(),
        }
    }
}

/// Where an import stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportState {
    /// It waits for a person.
    InReview,
    /// It was taken over; nothing of it can change any more, and its rows are gone.
    Applied {
        /// When.
        at: OffsetDateTime,
        /// What came of it.
        tally: Tally,
    },
    /// It was thrown away; its rows are gone.
    Discarded {
        /// When.
        at: OffsetDateTime,
    },
}

/// What applying an import came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many services, customers or visits were added.
    pub created: u32,
    /// How many services or customers were changed; how many bookings were there already.
    pub known: u32,
}

impl Tally {
    /// Of `all` that were written, so many were new.
    #[must_use]
    pub fn of(created: usize, all: usize) -> Self {
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Self {
            created: count(created),
            known: count(all.saturating_sub(created)),
        }
    }
}

/// Rows from elsewhere on their way in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// Its identity.
    pub id: ImportId,
    /// The rows, in the order of the source; a row is named by its place, counted from 1.
    pub rows: Rows,
    /// What was not taken for a row.
    pub ignored: Vec<Ignored>,
    /// Where it stands.
    pub state: ImportState,
    /// When it was brought in.
    pub created_at: OffsetDateTime,
    /// The version that it was read at.
    pub version: Version,
}

/// The number of a row, from its place: the first is 1.
#[must_use]
pub fn row_number(place: usize) -> u16 {
    u16::try_from(place).map_or(u16::MAX, |place| place.saturating_add(1))
}
