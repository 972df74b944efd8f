//! The daily figures, as they are told.

use std::fmt;

use ratiba_kernel::Money;
use time::Date;

use crate::desk::DayMoney;

/// Yesterday in figures, and today's list.
#[derive(Clone, PartialEq, Eq)]
pub struct DigestFigures {
    /// The local day on which it is told.
    pub day: Date,
    /// Visits of yesterday.
    pub bookings: u32,
    /// Of them, those nobody came to.
    pub no_shows: u32,
    /// What moved yesterday: by tender, what went back, and tips apart.
    pub takings: Vec<(DayMoney, Money)>,
    /// Payments that failed, or whose outcome a person must find out.
    pub open_payments: u32,
    /// Callbacks that nobody matched.
    pub unrouted: u32,
    /// Conversations that a person was called to.
    pub handoffs: u32,
    /// Jobs that were given up.
    pub dead_jobs: u32,
    /// Schedules that are overdue.
    pub overdue: u32,
    /// Whether the record of who changed what was found broken, or was not verified in time.
    pub audit_in_doubt: bool,
    /// Requests of customers about their data that are open past their time.
    pub overdue_requests: u32,
    /// Commission of the month to date; `None` where it cannot be computed.
    pub commission: Option<Money>,
    /// The first days of the months of commission that wait for somebody to close them.
    pub waiting: Vec<Date>,
    /// The first days of frozen months for which something came late that nobody has decided on, with the number of people
    /// whom it is about.
    pub late: Vec<(Date, u32)>,
    /// Today's visits, one line each.
    pub today: Vec<String>,
}

impl fmt::Debug for DigestFigures {
    /// Leaves out the list, which names people.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DigestFigures")
            .field("day", &self.day)
            .field("bookings", &self.bookings)
            .finish_non_exhaustive()
    }
}
