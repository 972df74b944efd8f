//! What can be wrong with a case, and where.

use std::fmt;

use crate::availability::RequestFault;
use crate::catalogue::CatalogueError;

/// One thing that is wrong in a case, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where, from the root: `staff[0].hours.mon`. Empty for the case as a whole.
    pub path: String,
    /// What.
    pub problem: Problem,
}

/// What can be wrong at a place in a case.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// It is not JSON at all.
    #[error("is not JSON: {0}")]
    NotJson(String),
    /// It is longer than a case may be.
    #[error("is longer than {0} bytes")]
    TooLong(usize),
    /// A member of an object is there twice.
    #[error("is given twice")]
    Twice,
    /// It must be there.
    #[error("is missing")]
    Missing,
    /// Nothing of that name belongs there.
    #[error("is not known here; known are: {0}")]
    Unknown(String),
    /// It has a meaning elsewhere and none here.
    #[error("has no meaning here: {0}")]
    Misplaced(&'static str),
    /// Another kind of value is wanted.
    #[error("must be {0}")]
    MustBe(String),
    /// A list is too long.
    #[error("has more than {0} entries")]
    TooMany(usize),
    /// There is no zone of that name.
    #[error("must be the IANA name of a time zone, such as Africa/Nairobi")]
    Zone,
    /// A time of day stands alone and nobody says of which day.
    #[error("is a time of day; say the date as well, or give the case a `day`")]
    WhichDay,
    /// The day or the time is not in the calendar or on the clock, or too far from the present.
    #[error("is no {0} between the years 1970 and 2199")]
    NoSuchTime(&'static str),
    /// The end is not after the beginning.
    #[error("ends before it begins, or as it begins")]
    EndsBeforeItBegins,
    /// A window that is wider than the engine looks.
    #[error("is a window of more than {0} days")]
    TooWide(i64),
    /// Two entries have the same id.
    #[error("the id `{0}` is used twice")]
    IdTwice(String),
    /// Two keys of hours name the same day, equally exactly.
    #[error("gives the hours of {0} a second time")]
    DayTwice(String),
    /// A booking names a resource that its service has no use for.
    #[error("the service needs no resource of the kind `{0}`")]
    NotNeeded(String),
    /// An id that nothing has.
    #[error("there is no {what} `{word}`")]
    NoSuch {
        /// Staff member, service, resource.
        what: &'static str,
        /// The id.
        word: String,
    },
    /// No resource of the kind can take the booking.
    #[error("nothing of the kind `{0}` has room for it then")]
    PoolIsFull(String),
    /// The entries before have taken every seat of the resource.
    #[error("no seat of the resource is free then")]
    NoSeat,
    /// The catalogue would refuse it.
    #[error("{0}")]
    Catalogue(CatalogueError),
    /// A tenant's settings would refuse it.
    #[error("{0}")]
    Rule(String),
    /// The engine refuses the request.
    #[error("{0}")]
    Request(RequestFault),
    /// Money that cannot be reckoned with.
    #[error("{0}")]
    Money(ratiba_kernel::MoneyError),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            write!(f, "the case {}", self.problem)
        } else {
            write!(f, "{}: {}", self.path, self.problem)
        }
    }
}

/// A case cannot be read. Lists everything that is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the case is refused: {}", .faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
pub struct CaseRefused {
    /// At least one and at most 1,000, each once, in the order in which a case is read.
    pub faults: Vec<Fault>,
}
