//! What a tenant decides about commission beside the rules.

use std::collections::BTreeMap;

use ratiba_kernel::{Currency, Money, Zone};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::StaffId;
use crate::fees::{FeeStep, FeeTariff, TariffRefused};
use crate::guarantee::Guarantee;

/// The tenant's switches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommissionSettings {
    /// The zone that local days and months are counted in.
    pub zone: Zone,
    /// The one currency of all figures.
    pub currency: Currency,
    /// Which comes first of a staff rule's general value and a category rule.
    pub precedence: Precedence,
    /// What a no-show earns on.
    pub no_show_base: NoShowBase,
    /// Who freezes a month.
    pub close_mode: CloseMode,
    /// What collecting money costs where the provider reported no charge.
    pub payment_fees: FeeTariff,
    /// Who is guaranteed what.
    pub guarantees: BTreeMap<StaffId, Guarantee>,
    /// What an amendment that takes back may not push the pay of its month below; without one it takes back all.
    pub clawback_floor: Option<Money>,
}

impl CommissionSettings {
    /// What holds where a tenant said nothing.
    #[must_use]
    pub fn standard(zone: Zone, currency: Currency) -> Self {
        Self {
            zone,
            currency,
            precedence: Precedence::CategoryBeforeStaff,
            no_show_base: NoShowBase::None,
            close_mode: CloseMode::Automatic,
            payment_fees: FeeTariff::default(),
            guarantees: BTreeMap::new(),
            clawback_floor: None,
        }
    }

    /// Reads the tenant's own part: `{"staff_before_category": false, "no_show_base": "none", "close_mode":
    /// "automatic", "payment_fees": [{"from_minor": 0, "flat_minor": 500}], "guarantees": {"<staff id>": {"per":
    /// "day", "amount_minor": 100000}}, "clawback_floor_minor": 0}`. What is missing has its standard value; what is not known is refused.
    ///
    /// # Errors
    /// [`SettingsRefused`].
    pub fn parse(zone: Zone, currency: Currency, value: &Value) -> Result<Self, SettingsRefused> {
        let form = Form::deserialize(value)?;
        if let Some((staff, _)) = form.guarantees.iter().find(|(_, given)| given.amount_minor < 0) {
            return Err(SettingsRefused::NegativeGuarantee(*staff));
        }
        if form.clawback_floor_minor.is_some_and(|floor| floor < 0) {
            return Err(SettingsRefused::NegativeFloor);
        }
        Ok(Self {
            zone,
            currency,
            precedence: if form.staff_before_category {
                Precedence::StaffBeforeCategory
            } else {
                Precedence::CategoryBeforeStaff
            },
            no_show_base: form.no_show_base,
            close_mode: form.close_mode,
            payment_fees: FeeTariff::new(form.payment_fees)?,
            guarantees: form.guarantees,
            clawback_floor: form.clawback_floor_minor.map(|minor| Money::new(minor, currency)),
        })
    }

    /// The tenant's own part, which [`Self::parse`] reads back.
    #[must_use]
    pub fn to_json(&self) -> Value {
        serde_json::json!({
            "staff_before_category": self.precedence == Precedence::StaffBeforeCategory,
            "no_show_base": self.no_show_base,
            "close_mode": self.close_mode,
            "payment_fees": self.payment_fees.steps(),
            "guarantees": self.guarantees,
            "clawback_floor_minor": self.clawback_floor.map(Money::amount_minor),
        })
    }
}

/// The settings of commission do not fit.
#[derive(Debug, thiserror::Error)]
pub enum SettingsRefused {
    /// A switch that is not known, or has another type of value.
    #[error("the settings of commission are refused: {0}")]
    Form(#[from] serde_json::Error),
    /// The table of fees is none.
    #[error("payment_fees: {0}")]
    Tariff(#[from] TariffRefused),
    /// Nobody is guaranteed less than nothing.
    #[error("guarantees.{0}.amount_minor: an amount is not negative")]
    NegativeGuarantee(StaffId),
    /// Nobody's pay is pushed below nothing.
    #[error("clawback_floor_minor: an amount is not negative")]
    NegativeFloor,
}

/// The settings as they are stored.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Form {
    staff_before_category: bool,
    no_show_base: NoShowBase,
    close_mode: CloseMode,
    payment_fees: Vec<FeeStep>,
    guarantees: BTreeMap<StaffId, Guarantee>,
    clawback_floor_minor: Option<i64>,
}

/// The order of the two least specific places of a rule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Precedence {
    /// A category rule goes before a staff rule's general value.
    #[default]
    CategoryBeforeStaff,
    /// The switch `staff_before_category`: the staff rule's general value goes first.
    StaffBeforeCategory,
}

/// What a customer who did not come leaves to earn on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoShowBase {
    /// A no-show earns nothing.
    #[default]
    None,
    /// The fee that was charged for not coming.
    Fee,
    /// The list price.
    Price,
}

/// Who freezes a month that is over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CloseMode {
    /// The schedule computes and freezes.
    #[default]
    Automatic,
    /// The schedule freezes nothing; a manager looks at the figures and freezes them.
    Review,
}

#[cfg(test)]
mod tests;
