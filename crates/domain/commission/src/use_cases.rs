//! What can be done with a month of commission.

mod amend_period;
mod close_period;
mod dispute_line;
mod manage_rules;
mod preview_period;
mod share_team;

pub use amend_period::{AmendOrder, AmendPeriod, AmendPeriodError, Look, Proposal};
pub use close_period::{CloseOutcome, ClosePeriod, ClosePeriodError, Comparison, LateInputs};
pub use dispute_line::{DecideDisputeError, OpenDisputeError, WorkDisputes};
pub use manage_rules::{ManageRules, ManageRulesError};
pub use preview_period::{PreviewPeriod, PreviewPeriodError};
pub use share_team::{ShareTeam, ShareTeamError, TeamOrder, TeamShared};
