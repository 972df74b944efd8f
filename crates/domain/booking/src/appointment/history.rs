//! What an appointment went through: each change with who wanted it, in the order of recording.

use std::fmt;

use ratiba_kernel::TimeRange;
use time::OffsetDateTime;

use super::Appointment;
use crate::catalogue::StaffId;

/// Somebody of the business as records name them: `token:` and an id, `admin:` and a number. It opens nothing.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PersonName(String);

impl PersonName {
    /// The most characters of a name.
    pub const LENGTH_MAX: usize = 200;

    /// The name without control characters, cut to [`PersonName::LENGTH_MAX`].
    #[must_use]
    pub fn of(name: &str) -> Self {
        let kept = name.chars().filter(|c| !c.is_control());
        Self(kept.take(Self::LENGTH_MAX).collect())
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PersonName {
    /// Leaves out the name, which may be a number.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PersonName")
    }
}

/// Who wanted a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChangedBy {
    /// The customer, in the chat.
    Customer,
    /// Somebody of the business.
    Person(PersonName),
    /// Nobody: a deadline came, or money did.
    System,
}

impl ChangedBy {
    /// Somebody of the business.
    #[must_use]
    pub fn person(name: &str) -> Self {
        Self::Person(PersonName::of(name))
    }

    /// The word for the kind, in rows and on the wire.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Person(_) => "person",
            Self::System => "system",
        }
    }

    /// Whoever a word, and for a person a name, stand for.
    #[must_use]
    pub fn parse(word: &str, name: Option<&str>) -> Option<Self> {
        match (word, name) {
            ("customer", None) => Some(Self::Customer),
            ("person", Some(name)) => Some(Self::person(name)),
            ("system", None) => Some(Self::System),
            (_, _) => None,
        }
    }

    /// Who of the business, if somebody was.
    #[must_use]
    pub const fn name(&self) -> Option<&PersonName> {
        match self {
            Self::Person(name) => Some(name),
            Self::Customer | Self::System => None,
        }
    }
}

/// An appointment as one change left it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryEntry {
    /// When it was decided, business time.
    pub at: OffsetDateTime,
    /// Who wanted it; `None` where it was recorded before changes named somebody.
    pub by: Option<ChangedBy>,
    /// The word of its state, as [`State::word`](super::State::word) writes it.
    pub state: String,
    /// Its time.
    pub time: TimeRange,
    /// Who answered for rendering it.
    pub staff: Option<StaffId>,
}

impl HistoryEntry {
    /// What a change leaves of an appointment.
    #[must_use]
    pub fn of(appointment: &Appointment, by: ChangedBy, at: OffsetDateTime) -> Self {
        let booking = appointment.booking();
        Self {
            at,
            by: Some(by),
            state: appointment.state().word().to_owned(),
            time: booking.time,
            staff: booking.team.members().first().copied(),
        }
    }

    /// What happened since the entry before; `None` for the first one.
    #[must_use]
    pub fn what(&self, before: Option<&Self>) -> What {
        match before {
            None => What::Booked,
            Some(before) if before.state != self.state => What::Became,
            Some(before) if before.time != self.time || before.staff != self.staff => What::Moved,
            Some(_) => What::Changed,
        }
    }
}

/// What a change did to an appointment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// It was made, or this is the first that is on record of it.
    Booked,
    /// It came into another state.
    Became,
    /// It has another time, or somebody else renders it.
    Moved,
    /// Something else of it: its price, its deadline, what is known of its rendering.
    Changed,
}

impl What {
    /// The word on the wire.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Booked => "booked",
            Self::Became => "became",
            Self::Moved => "moved",
            Self::Changed => "changed",
        }
    }
}
