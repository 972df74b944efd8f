//! What is wrong with a form, and where.

use std::fmt;

use ratiba_kernel::Currency;

/// One thing that is wrong. A form answers with all of them at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where, as a path through the form: `segments[1].minutes`.
    pub path: String,
    /// Why.
    pub why: Why,
}

impl Fault {
    /// Something wrong at a path.
    pub fn at(path: impl Into<String>, why: Why) -> Self {
        Self {
            path: path.into(),
            why,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.why)
    }
}

/// Why a value is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    /// A name is empty, too long, or begins or ends with space.
    #[error("must have 1 to 80 characters, no space around them and no control characters")]
    Name,
    /// A reason or note is too long.
    #[error("must have at most 200 characters, and no control characters")]
    TooLong,
    /// A category or kind is no word.
    #[error("must be a lower-case word of letters, digits, dashes and underscores, at most 40")]
    Word,
    /// Too many, or none where some are needed.
    #[error("must have {least} to {most} items")]
    Count {
        /// At least so many.
        least: usize,
        /// At most so many.
        most: usize,
    },
    /// A number out of its range.
    #[error("must be from {least} to {most}")]
    Range {
        /// The smallest that is allowed.
        least: i64,
        /// The largest.
        most: i64,
    },
    /// The same thing twice.
    #[error("is there twice")]
    Twice,
    /// A price of nothing or less.
    #[error("must be above zero: a price is never guessed")]
    NoPrice,
    /// Cents where M-Pesa is taken.
    #[error("must be whole: M-Pesa moves no cents")]
    Cents,
    /// An amount in another currency than the tenant's.
    #[error("must be in {}", .0.code())]
    Currency(Currency),
    /// A deposit above the price.
    #[error("must not be above the price")]
    AbovePrice,
    /// No segment needs staff.
    #[error("one segment must need staff")]
    NobodyWorks,
    /// In no segment the client is there.
    #[error("in one segment the client must be there")]
    NoClient,
    /// All segments together last longer than a day.
    #[error("must last a day at most, all in all")]
    LongerThanADay,
    /// A block of hours that is none.
    #[error("must begin within its day, end after it begins, and last a day at most")]
    NotABlock,
    /// Two blocks of hours that claim the same time.
    #[error("overlaps another block")]
    Overlap,
    /// A stretch of time that ends before it begins.
    #[error("must end after it begins")]
    Backwards,
    /// A stretch of time that is over already.
    #[error("lies in the past")]
    Past,
    /// A stretch of time that is longer than allowed.
    #[error("must last at most {0} days")]
    TooManyDays(i64),
    /// A time zone that the bundled database does not have.
    #[error("is not a time zone that is known here")]
    UnknownZone,
    /// An id of nothing that this tenant has.
    #[error("is not known")]
    Unknown,
    /// Something that stays what it was made as.
    #[error("cannot be changed")]
    Fixed,
    /// A ladder whose rungs do not rise.
    #[error("must rise from one to the next")]
    NotRising,
}
