//! What people of the business ask of it from their own phones, and are told.

use std::fmt;

use ratiba_kernel::{Money, PhoneNumber};
use time::{Date, OffsetDateTime};

use super::VisitRef;
use crate::cohort::NotInvited;
use crate::customer::CustomerId;
use crate::inbound::InboundId;
use crate::rail::Act;
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

    /// Whether it is money that came for visits on that day.
    #[must_use]
    pub const fn is_takings(self) -> bool {
        match self {
            Self::Mpesa | Self::Card | Self::Cash => true,
            Self::Credit | Self::Refunds | Self::Tips => false,
        }
    }

    /// What people of the business read.
    pub(crate) const fn said(self, tongue: Tongue) -> &'static str {
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

/// Where a visit stands, as the people who work here speak of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayState {
    /// Waits for somebody to agree.
    Requested,
    /// Waits for money.
    Held,
    /// Agreed.
    Confirmed,
    /// The customer is here.
    Arrived,
    /// It has begun.
    UnderWay,
    /// It was rendered.
    Done,
    /// Nobody came.
    NoShow,
    /// It will not happen.
    Gone,
}

/// One visit, as the people who work here see it.
#[derive(Clone, PartialEq, Eq)]
pub struct DayVisit {
    /// Which.
    pub id: VisitRef,
    /// When the customer comes.
    pub starts_at: OffsetDateTime,
    /// What, in the order in which it is rendered.
    pub services: String,
    /// By whom.
    pub staff: String,
    /// For whom, if the name is known.
    pub customer: Option<String>,
    /// Where it stands.
    pub state: DayState,
}

impl fmt::Debug for DayVisit {
    /// Leaves out who comes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DayVisit")
            .field("id", &self.id)
            .field("starts_at", &self.starts_at)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

/// A customer who was looked for.
#[derive(Clone, PartialEq, Eq)]
pub struct FoundCustomer {
    /// Who.
    pub id: CustomerId,
    /// Their name, if it is known.
    pub name: Option<String>,
    /// Their number, if they show one.
    pub phone: Option<PhoneNumber>,
    /// Their visits that are not over.
    pub upcoming: Vec<DayVisit>,
}

impl fmt::Debug for FoundCustomer {
    /// Leaves out the name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FoundCustomer({})", self.id)
    }
}

/// What somebody earns in the month that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Earnings {
    /// The first day of the month.
    pub since: Date,
    /// What their work earns.
    pub commission: Money,
    /// What customers gave them.
    pub tips: Money,
    /// How many services they rendered.
    pub services: u32,
    /// Each service.
    pub lines: Vec<EarningsLine>,
}

/// What one service earned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EarningsLine {
    /// What it earned.
    pub commission: Money,
    /// Why, one sentence each.
    pub why: Vec<String>,
}

/// A message about money that nobody could place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StrayLetter {
    /// Whose form it has.
    pub provider: String,
    /// Why it matched nothing, as a word.
    pub reason: String,
    /// When it came.
    pub received_at: OffsetDateTime,
}

/// An order to change something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActOrder {
    /// The message that asked for it: the same key again does it no second time.
    pub key: InboundId,
    /// Who wants it.
    pub by: PhoneNumber,
    /// What.
    pub act: Act,
}

/// Whose word a visit was cancelled on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Canceller {
    /// The customer's.
    Customer,
    /// The business's, whoever of it that was.
    Business,
}

/// What the rules of a business do not allow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RuleFault {
    /// A name has no letters, or more than eighty.
    Name,
    /// A category is no word.
    Word,
    /// A price of nothing.
    NoPrice,
    /// Cents where M-Pesa is taken.
    Cents,
    /// The deposit would be above the price.
    DepositAbovePrice,
    /// A number out of its range.
    Range {
        /// The smallest that is allowed.
        least: i64,
        /// The largest.
        most: i64,
    },
    /// The time has passed.
    Past,
    /// A stretch of time is longer than so many days.
    Days(i64),
    /// Something or somebody that was named is not there any more.
    NotThere,
    /// There are so many already, which is as many as there may be.
    TooMany(usize),
    /// Several people render it together, and it has to be cancelled and booked anew.
    SeveralStaff,
    /// Something that the rail says nothing about: the console tells what.
    Elsewhere,
}

/// Why something is not, or would not be, changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It is over, or has begun.
    Gone,
    /// Somebody cancelled it before.
    CancelledAlready {
        /// Who.
        by: Canceller,
        /// When.
        at: OffsetDateTime,
    },
    /// It costs something else by now.
    Costs {
        /// What it costs.
        price: Money,
    },
    /// It is not as it was when it was asked for.
    Changed,
    /// The time is not free.
    NotFree {
        /// Free times near it.
        near: Vec<OffsetDateTime>,
    },
    /// The time has passed.
    Past,
    /// Bookings stand there.
    InTheWay {
        /// How many.
        visits: usize,
    },
    /// Something blocks it already.
    Blocked,
    /// A service has that name.
    NameTaken,
    /// The rules of the business do not allow it, for each of these.
    Faulty(Vec<RuleFault>),
    /// It is not sold, or not by them.
    NotOffered,
    /// It is so already.
    Same,
    /// The assistant answers as much as it can be told.
    TooManyFaqs,
    /// Nobody is invited.
    NotInvited(NotInvited),
    /// A dispute about it is open.
    Disputed,
    /// It is somebody else's, or there is none.
    NotTheirs,
    /// The month is closed already.
    ClosedAlready,
}
