//! The daily figures, as they are told.

use std::fmt;

use ratiba_kernel::Money;
use time::Date;

use crate::texts::Tongue;

/// What money of a day is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DayMoney {
    /// It came by M-Pesa.
    Mpesa,
    /// It came by card.
    Card,
    /// It came in cash.
    Cash,
    /// Customers' credit that was spent: it came earlier.
    Credit,
    /// It went back to customers.
    Refunds,
    /// It came for the therapists.
    Tips,
}

impl DayMoney {
    /// All of it, in the order in which it is told.
    pub const ALL: [Self; 6] = [
        Self::Mpesa,
        Self::Card,
        Self::Cash,
        Self::Credit,
        Self::Refunds,
        Self::Tips,
    ];

    /// The word that figures are kept under.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Mpesa => "mpesa",
            Self::Card => "card",
            Self::Cash => "cash",
            Self::Credit => "credit",
            Self::Refunds => "refunds",
            Self::Tips => "tips",
        }
    }

    /// Reads that word; `None` for any other.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|money| money.code() == code)
    }

    /// What the owner reads.
    pub(super) const fn said(self, tongue: Tongue) -> &'static str {
        match (self, tongue) {
            (Self::Mpesa, Tongue::English | Tongue::Swahili) => "M-Pesa",
            (Self::Card, Tongue::English) => "card",
            (Self::Card, Tongue::Swahili) => "kadi",
            (Self::Cash, Tongue::English) => "cash",
            (Self::Cash, Tongue::Swahili) => "taslimu",
            (Self::Credit, Tongue::English) => "credit used",
            (Self::Credit, Tongue::Swahili) => "salio lililotumika",
            (Self::Refunds, Tongue::English) => "given back",
            (Self::Refunds, Tongue::Swahili) => "zilizorudishwa",
            (Self::Tips, Tongue::English) => "tips",
            (Self::Tips, Tongue::Swahili) => "bakshishi",
        }
    }
}

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
    /// Commission of the month to date; `None` where it cannot be computed.
    pub commission: Option<Money>,
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
