//! What stops a month from being computed.

use crate::tips::TipRefused;
use crate::{AppointmentId, StaffId};

/// Why a month cannot be computed. Names what somebody has to put right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ComputeError {
    /// A sum leaves 64 bits.
    #[error("the amounts of staff member {staff} are too large to compute with")]
    TooLarge {
        /// Whose.
        staff: StaffId,
    },
    /// An amount is in another currency than the tenant's.
    #[error("appointment {appointment} has amounts in another currency than the tenant's")]
    OtherCurrency {
        /// Which one.
        appointment: AppointmentId,
    },
    /// An amount of a sale is below nothing.
    #[error("appointment {appointment} has a negative amount")]
    Negative {
        /// Which one.
        appointment: AppointmentId,
    },
    /// The tip of an appointment does not fit the people who rendered it.
    #[error("the tip of appointment {appointment} cannot be passed on")]
    Tip {
        /// Which one.
        appointment: AppointmentId,
        /// Why not.
        #[source]
        refused: TipRefused,
    },
    /// One appointment was given twice.
    #[error("appointment {appointment} was given twice")]
    Twice {
        /// Which one.
        appointment: AppointmentId,
    },
    /// The month is at the end of the calendar.
    #[error("the month is outside of the calendar")]
    OutsideTheCalendar,
}
