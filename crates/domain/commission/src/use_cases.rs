//! What can be done with a month of commission.

mod close_period;
mod preview_period;

pub use close_period::{CloseOutcome, ClosePeriod, ClosePeriodError, Comparison, LateInputs};
pub use preview_period::{PreviewPeriod, PreviewPeriodError};
