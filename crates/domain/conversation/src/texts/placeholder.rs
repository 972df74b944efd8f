//! The places in the texts that values are set into.

/// A place in a text, written `{name}` in the catalogues.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Placeholder {
    /// Name of the business.
    Business,
    /// A time of day, written out by [`super::format_time`].
    Time,
    /// Name of the service, in the language of the text.
    Service,
    /// Price, as [`Money`](ratiba_kernel::Money) displays it.
    Price,
    /// A length of time in words.
    Duration,
    /// Lines, one for each entry, already cut to length.
    List,
    /// Deposit, as money displays.
    Deposit,
    /// Opening hours in words.
    Hours,
    /// A local date, written out by [`super::format_date`].
    Date,
    /// Address and directions.
    Address,
    /// Name of the staff member.
    Staff,
    /// Local date and time in both clock forms, from [`super::format_when`].
    When,
    /// The nearest possible date and time, in both clock forms.
    Nearest,
    /// The first of two readings.
    First,
    /// The second of two readings.
    Second,
    /// Number of people.
    People,
    /// Amount to pay or paid, as money displays.
    Amount,
    /// Amount that is left to pay, as money displays.
    Left,
    /// The least amount that is taken, as money displays.
    Least,
    /// Receipt number of the provider.
    Receipt,
    /// With what money goes back, and its number where there is one.
    Way,
    /// Reference of the booking, as shown to the customer.
    Reference,
    /// What giving the booking up costs, in one sentence; may be empty.
    Policy,
    /// Number of minutes.
    Minutes,
    /// Number of bookings.
    Bookings,
    /// Number of visits that were missed.
    NoShows,
    /// Takings by tender, in words.
    Takings,
    /// Number of payments that failed or are unknown.
    OpenPayments,
    /// Number of callbacks that nobody matched.
    Unrouted,
    /// Number of handoffs to a person.
    Handoffs,
    /// Number of jobs that were given up.
    DeadJobs,
    /// Number of schedules that are late.
    Overdue,
    /// Commission of the month to date, as money displays.
    Commission,
    /// Why a person is needed.
    Reason,
    /// What is known of the wish.
    Known,
    /// Whose conversation it is, and what it is about.
    Customer,
    /// What the assistant did before a person was called.
    Tried,
    /// What the person may do next.
    NextStep,
    /// An address on the web.
    Link,
}

impl Placeholder {
    /// Every placeholder, in the order of declaration.
    pub const ALL: &[Self] = &[
        Self::Business,
        Self::Time,
        Self::Service,
        Self::Price,
        Self::Duration,
        Self::List,
        Self::Deposit,
        Self::Hours,
        Self::Date,
        Self::Address,
        Self::Staff,
        Self::When,
        Self::Nearest,
        Self::First,
        Self::Second,
        Self::People,
        Self::Amount,
        Self::Left,
        Self::Least,
        Self::Receipt,
        Self::Way,
        Self::Reference,
        Self::Policy,
        Self::Minutes,
        Self::Bookings,
        Self::NoShows,
        Self::Takings,
        Self::OpenPayments,
        Self::Unrouted,
        Self::Handoffs,
        Self::DeadJobs,
        Self::Overdue,
        Self::Commission,
        Self::Reason,
        Self::Known,
        Self::Customer,
        Self::Tried,
        Self::NextStep,
        Self::Link,
    ];

    /// The name between braces.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Business => "business",
            Self::Time => "time",
            Self::Service => "service",
            Self::Price => "price",
            Self::Duration => "duration",
            Self::List => "list",
            Self::Deposit => "deposit",
            Self::Hours => "hours",
            Self::Date => "date",
            Self::Address => "address",
            Self::Staff => "staff",
            Self::When => "when",
            Self::Nearest => "nearest",
            Self::First => "first",
            Self::Second => "second",
            Self::People => "people",
            Self::Amount => "amount",
            Self::Left => "left",
            Self::Least => "least",
            Self::Receipt => "receipt",
            Self::Way => "way",
            Self::Reference => "reference",
            Self::Policy => "policy",
            Self::Minutes => "minutes",
            Self::Bookings => "bookings",
            Self::NoShows => "no_shows",
            Self::Takings => "takings",
            Self::OpenPayments => "open_payments",
            Self::Unrouted => "unrouted",
            Self::Handoffs => "handoffs",
            Self::DeadJobs => "dead_jobs",
            Self::Overdue => "overdue",
            Self::Commission => "commission",
            Self::Reason => "reason",
            Self::Known => "known",
            Self::Customer => "customer",
            Self::Tried => "tried",
            Self::NextStep => "next_step",
            Self::Link => "link",
        }
    }
}
