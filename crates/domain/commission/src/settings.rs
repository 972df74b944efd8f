//! What a tenant decides about commission beside the rules.

use ratiba_kernel::{Currency, Zone};
use serde::{Deserialize, Serialize};
use serde_json::Value;

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
}

impl CommissionSettings {
    /// What holds where a tenant said nothing.
    #[must_use]
    pub const fn standard(zone: Zone, currency: Currency) -> Self {
        Self {
            zone,
            currency,
            precedence: Precedence::CategoryBeforeStaff,
            no_show_base: NoShowBase::None,
            close_mode: CloseMode::Automatic,
        }
    }

    /// Reads the tenant's own part: `{"staff_before_category": false, "no_show_base": "none", "close_mode":
    /// "automatic"}`. What is missing has its standard value; what is not known is refused.
    ///
    /// # Errors
    /// [`SettingsRefused`].
    pub fn parse(zone: Zone, currency: Currency, value: &Value) -> Result<Self, SettingsRefused> {
        let form = Form::deserialize(value).map_err(SettingsRefused)?;
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
        })
    }

    /// The tenant's own part, which [`Self::parse`] reads back.
    #[must_use]
    pub fn to_json(&self) -> Value {
        serde_json::json!({
            "staff_before_category": self.precedence == Precedence::StaffBeforeCategory,
            "no_show_base": self.no_show_base,
            "close_mode": self.close_mode,
        })
    }
}

/// The settings of commission do not fit.
#[derive(Debug, thiserror::Error)]
#[error("the settings of commission are refused")]
pub struct SettingsRefused(#[source] serde_json::Error);

/// The settings as they are stored.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Form {
    staff_before_category: bool,
    no_show_base: NoShowBase,
    close_mode: CloseMode,
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
