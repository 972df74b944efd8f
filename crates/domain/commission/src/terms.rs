//! What a frozen document keeps beside its figures, so that it says the same whatever is changed afterwards.

use std::collections::BTreeMap;

use ratiba_kernel::Zone;
use serde::{Deserialize, Serialize};

use crate::StaffId;
use crate::guarantee::Guarantee;
use crate::settings::CommissionSettings;

/// What people and the business are called now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// The business as customers know it.
    pub business: String,
    /// Everybody who ever worked there.
    pub staff: BTreeMap<StaffId, String>,
}

/// What held when a month was frozen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// What the business was called.
    pub business: String,
    /// What its owner was called.
    pub name: String,
    /// The zone in which its days were counted.
    pub zone: Zone,
    /// What its owner was guaranteed; `None` for nothing.
    pub guarantee: Option<Guarantee>,
}

impl Terms {
    /// What holds for a person now. Whoever is not known by name is called by their id.
    #[must_use]
    pub fn of(staff: StaffId, names: &Names, settings: &CommissionSettings) -> Self {
        Self {
            business: names.business.clone(),
            name: names
                .staff
                .get(&staff)
                .cloned()
                .unwrap_or_else(|| staff.to_string()),
            zone: settings.zone.clone(),
            guarantee: settings.guarantees.get(&staff).copied(),
        }
    }
}
