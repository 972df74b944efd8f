//! What happened in commission, in the past tense. Ids, months and nothing personal.

use serde::{Deserialize, Serialize};

use crate::{Month, PeriodId};

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
}
