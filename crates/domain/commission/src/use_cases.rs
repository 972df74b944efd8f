//! What can be done with a month of commission.

mod close_period;
mod preview_period;
mod share_team;

pub use close_period::{CloseOutcome, ClosePeriod, ClosePeriodError, Comparison, LateInputs};
pub use preview_period::{PreviewPeriod, PreviewPeriodError};
pub use share_team::{ShareTeam, ShareTeamError, TeamOrder, TeamShared};
