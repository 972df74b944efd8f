//! Frozen figures: what a month came to, for one person, once and for all.
//!
//! Nothing here can be changed: the types have no mutating methods, and the table has a trigger. A
//! correction is a new document that names the one it amends.

use std::fmt;
use std::ops::Deref;
use std::str::FromStr;

use ratiba_kernel::{Money, MoneyError, PhoneNumber};
use time::OffsetDateTime;

use crate::amend::{DeltaLine, ProposedAmendment};
use crate::engine::{ENGINE_VERSION, Group, Line, StaffFigure, group_of};
use crate::hash::ContentHash;
use crate::hours::HoursWorked;
use crate::terms::Terms;
use crate::{Month, PeriodId, PersonId, StaffId};

/// What kind of document it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PeriodKind {
    /// The close of a month.
    Close,
    /// A correction, in deltas.
    Amendment {
        /// The document that it corrects: a close, or another amendment.
        of: PeriodId,
    },
}

/// Who froze it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FrozenBy {
    /// The schedule.
    System,
    /// Somebody of the business, by their access.
    Person(PersonId),
    /// Who runs the business, from their own phone.
    Admin(PhoneNumber),
}

/// The text does not say who froze a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not `system`, `person:` with an id or `admin:` with a number")]
pub struct NotAReviewer;

impl fmt::Display for FrozenBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::System => f.write_str("system"),
            Self::Person(person) => write!(f, "person:{person}"),
            Self::Admin(phone) => write!(f, "admin:{}", phone.e164()),
        }
    }
}

impl FromStr for FrozenBy {
    type Err = NotAReviewer;

    fn from_str(text: &str) -> Result<Self, NotAReviewer> {
        if text == "system" {
            return Ok(Self::System);
        }
        if let Some(phone) = text.strip_prefix("admin:") {
            return PhoneNumber::parse(phone)
                .map(Self::Admin)
                .map_err(|_| NotAReviewer);
        }
        let id = text.strip_prefix("person:").ok_or(NotAReviewer)?;
        id.parse().map(Self::Person).map_err(|_| NotAReviewer)
    }
}

/// Everything that a frozen document says about itself, without its lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeriodRecord {
    /// Which document.
    pub id: PeriodId,
    /// Whose figure.
    pub staff: StaffId,
    /// Of which month.
    pub month: Month,
    /// A close or an amendment.
    pub kind: PeriodKind,
    /// The commission; in an amendment the difference.
    pub commission: Money,
    /// What a guarantee topped up; in an amendment the difference.
    pub top_up: Money,
    /// What of a clawback was not taken because of the floor, and is carried on; below nothing where it was taken
    /// from this document's pay.
    pub carried: Money,
    /// The tips; in an amendment the difference.
    pub tip: Money,
    /// The hours; in an amendment the difference.
    pub hours: HoursWorked,
    /// Services rendered; in an amendment the difference.
    pub services_rendered: i64,
    /// When it was frozen.
    pub frozen_at: OffsetDateTime,
    /// By whom.
    pub frozen_by: FrozenBy,
    /// The fingerprint of what went into it.
    pub content_hash: ContentHash,
    /// Which arithmetic made it.
    pub engine_version: String,
    /// The rules as they were, with what each paid.
    pub groups: Vec<Group>,
    /// What held when the month was frozen; an amendment has those of the close. `None` in a document of before they were
    /// kept.
    pub terms: Option<Terms>,
    /// Payroll's own id of it, once it was handed over.
    pub vendor_period_id: Option<String>,
}

/// A frozen document without its lines. Reads like its [`PeriodRecord`]; there is no way to change it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrozenPeriod(PeriodRecord);

impl PeriodRecord {
    /// What is paid by it beside the tips: commission, top-up and what is carried.
    ///
    /// # Errors
    /// [`MoneyError`] if the sum does not fit.
    pub fn pay(&self) -> Result<Money, MoneyError> {
        self.commission
            .checked_add(self.top_up)?
            .checked_add(self.carried)
    }
}

impl FrozenPeriod {
    /// A document as it was read back from where it is kept.
    #[must_use]
    pub const fn restore(record: PeriodRecord) -> Self {
        Self(record)
    }
}

impl Deref for FrozenPeriod {
    type Target = PeriodRecord;

    fn deref(&self) -> &PeriodRecord {
        &self.0
    }
}

/// A frozen document with its lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrozenDocument {
    period: FrozenPeriod,
    lines: Vec<Line>,
}

impl FrozenDocument {
    /// Freezes a computed figure as the close of its month, with the terms of its day. Takes in what `carried` says (not
    /// negative) of earlier clawbacks.
    #[must_use]
    pub fn close(
        id: PeriodId,
        month: Month,
        figure: StaffFigure,
        carried: Money,
        terms: Terms,
        frozen_at: OffsetDateTime,
        frozen_by: FrozenBy,
    ) -> Self {
        let carried = Money::new(carried.amount_minor().saturating_neg(), carried.currency());
        let period = FrozenPeriod(PeriodRecord {
            id,
            staff: figure.staff,
            month,
            kind: PeriodKind::Close,
            commission: figure.commission,
            top_up: figure.top_up,
            carried,
            tip: figure.tip,
            hours: figure.hours,
            services_rendered: i64::from(figure.services_rendered),
            frozen_at,
            frozen_by,
            content_hash: figure.content_hash,
            engine_version: ENGINE_VERSION.to_owned(),
            groups: figure.groups,
            terms: Some(terms),
            vendor_period_id: None,
        });
        Self {
            period,
            lines: figure.lines,
        }
    }

    /// Freezes an approved proposal, linked to the document that it amends.
    #[must_use]
    pub fn amendment(
        id: PeriodId,
        month: Month,
        proposal: ProposedAmendment,
        frozen_at: OffsetDateTime,
        frozen_by: FrozenBy,
    ) -> Self {
        let period = FrozenPeriod(PeriodRecord {
            id,
            staff: proposal.staff,
            month,
            kind: PeriodKind::Amendment { of: proposal.of },
            commission: proposal.commission,
            top_up: proposal.top_up,
            carried: proposal.carried,
            tip: proposal.tip,
            hours: proposal.hours,
            services_rendered: proposal.services_rendered,
            frozen_at,
            frozen_by,
            content_hash: proposal.content_hash,
            engine_version: ENGINE_VERSION.to_owned(),
            groups: proposal.groups,
            terms: proposal.terms,
            vendor_period_id: None,
        });
        Self {
            period,
            lines: proposal.lines.into_iter().map(DeltaLine::into_line).collect(),
        }
    }

    /// A document as it was read back from where it is kept.
    #[must_use]
    pub const fn restore(period: FrozenPeriod, lines: Vec<Line>) -> Self {
        Self { period, lines }
    }

    /// The figures.
    #[must_use]
    pub const fn period(&self) -> &FrozenPeriod {
        &self.period
    }

    /// The lines, in the order in which they were frozen.
    #[must_use]
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// The group that a line belongs to; `None` for a gap or a no-show.
    #[must_use]
    pub fn group_of(&self, line: &Line) -> Option<&Group> {
        group_of(&self.period.groups, line)
    }
}

#[cfg(test)]
mod tests;
