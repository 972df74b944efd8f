//! What happened in commission, in the past tense. Ids, months and nothing personal.

use serde::{Deserialize, Serialize};

use crate::dispute::DisputeId;
use crate::{AppointmentId, Month, PeriodId, PersonId, StaffId};

/// Something that others may want to react to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum CommissionEvent {
    /// A month was frozen for all staff of a tenant.
    MonthFrozen {
        /// Which month.
        month: Month,
        /// The documents, one for each person.
        periods: Vec<PeriodId>,
    },
    /// A manager approved an amendment.
    PeriodAmended {
        /// Of which month.
        month: Month,
        /// Whose.
        staff: StaffId,
        /// The amendment.
        period: PeriodId,
        /// The document that it amends.
        of: PeriodId,
    },
    /// Somebody said how a team shares an appointment.
    SharesSet {
        /// Which appointment.
        appointment: AppointmentId,
        /// Everybody of the team with their share in hundredths of a percent; nobody has one where they share alike, and
        /// everybody the whole where all of it goes to each.
        shares: Vec<(StaffId, Option<u32>)>,
        /// Who said so.
        by: PersonId,
    },
    /// Somebody holds a line of their document to be wrong.
    DisputeOpened {
        /// The dispute.
        dispute: DisputeId,
        /// Whose.
        staff: StaffId,
    },
    /// A manager decided it.
    DisputeDecided {
        /// The dispute.
        dispute: DisputeId,
        /// Whose.
        staff: StaffId,
    },
}
