//! Rules as JSON: read with every fault named by its path, written in one fixed form.

use std::fmt;

use ratiba_kernel::{BasisPoints, Currency, Money};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value, json};
use time::Date;
use time::macros::format_description;

use super::{Overridable, Rule, RuleScope, RuleType, RuleValue, Validity};
use crate::base::Kept;
use crate::tiers::TierFault;
use crate::{RuleId, ServiceCategory};

pub(crate) mod reader;

use reader::Reader;

/// One thing that is wrong in a rule's JSON, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where, from the root: `value.tiers[1].floor`. Empty for the whole.
    pub path: String,
    /// What.
    pub problem: Problem,
}

/// What can be wrong at a place in a rule's JSON.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// It must be there.
    #[error("is missing")]
    Missing,
    /// Nothing of that name belongs there.
    #[error("is not known here")]
    Unknown,
    /// Another type of JSON value is wanted.
    #[error("must be {0}")]
    MustBe(&'static str),
    /// A rate outside 0 to 100 %.
    #[error("a rate is from 0 to 10000 basis points, not {0}")]
    RateOutOfRange(i64),
    /// Nobody pays for rendering.
    #[error("an amount is not negative, as {0} is")]
    Negative(i64),
    /// The tenant keeps its books in another currency.
    #[error("the currency must be {0}")]
    OtherCurrency(&'static str),
    /// Neither a general value nor an exception.
    #[error("says nothing: neither a general value nor an exception")]
    SaysNothing,
    /// A rule of one category cannot have exceptions for others.
    #[error("belongs in a staff rule only")]
    InStaffRulesOnly,
    /// Tiers or bands, one of the two.
    #[error("give either tiers or bands")]
    TiersOrBands,
    /// A part or a flat amount, one of the two.
    #[error("give either basis_points or flat_minor")]
    PartOrFlat,
    /// The ladder is not one.
    #[error("{0}")]
    Ladder(TierFault),
    /// A file is not JSON at all.
    #[error("is not JSON: {0}")]
    NotJson(String),
    /// A member of an object is there twice.
    #[error("is given twice")]
    Twice,
    /// An id that nothing has.
    #[error("there is no {what} `{word}`")]
    NoSuch {
        /// Staff member, service, rule.
        what: &'static str,
        /// The id.
        word: String,
    },
    /// Two entries have the same id.
    #[error("the id `{0}` is used twice")]
    IdTwice(String),
    /// Something else that the engine says about it.
    #[error("{0}")]
    Said(String),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            write!(f, "the case {}", self.problem)
        } else {
            write!(f, "{}: {}", self.path, self.problem)
        }
    }
}

/// A rule's JSON does not fit its type. Lists everything that is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the rule is refused: {}", .faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
pub struct RuleRefused {
    /// At least one.
    pub faults: Vec<Fault>,
}

impl RuleValue {
    /// Reads a rule's value.
    ///
    /// - `pct`: `{"rate_basis_points": 3000, "overrides": {"services": {"<id>": 3500}, "categories":
    ///   {"massage": 3500}}}`
    /// - `fixed`: `{"amount_minor": 50000, "overrides": {…}}`
    /// - `tiered`: `{"method": "marginal", "measure": "revenue", "measure_scope": "rule", "tiers":
    ///   [{"floor": 0, "rate_basis_points": 4000}]}`, or `bands` of `from`, `to` and `rate_basis_points` or `rate`
    ///
    /// and in each of them optionally `"base": {"start": "charged", "subtract": ["tax"], "earn_on":
    /// "completion", "deduct": [{"basis_points": 500, "when": "before"}, {"flat_minor": 10000, "when": "after"}]}` and
    /// `"currency"`. What is not known is refused, not ignored.
    ///
    /// # Errors
    /// [`RuleRefused`] with every fault and its path.
    pub fn parse(
        rule_type: RuleType,
        scope: &RuleScope,
        value: &Value,
        currency: Currency,
    ) -> Result<Self, RuleRefused> {
        let mut reader = Reader::default();
        let parsed = reader.value(rule_type, scope, value, currency);
        match parsed {
            Some(value) if reader.faults.is_empty() => Ok(value),
            Some(_) | None => Err(RuleRefused {
                faults: reader.faults,
            }),
        }
    }

    /// Its one written form, which [`Self::parse`] reads back.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut written = Map::new();
        match self {
            Self::Percentage { rates, .. } => {
                let value_of = |rate: &BasisPoints| json!(rate.value());
                write_overridable(&mut written, "rate_basis_points", rates, value_of);
            }
            Self::Fixed { amounts, .. } => {
                let value_of = |amount: &Money| json!(amount.amount_minor());
                write_overridable(&mut written, "amount_minor", amounts, value_of);
            }
            Self::Tiered { tiers, .. } => {
                written.insert("method".to_owned(), json!(tiers.method()));
                written.insert("measure".to_owned(), json!(tiers.measure()));
                written.insert("measure_scope".to_owned(), json!(tiers.scope()));
                let steps: Vec<Value> = tiers
                    .ladder()
                    .iter()
                    .map(|tier| json!({"floor": tier.floor, "rate_basis_points": tier.rate.value()}))
                    .collect();
                written.insert("tiers".to_owned(), Value::Array(steps));
            }
        }
        if let Some(currency) = self.currency() {
            written.insert("currency".to_owned(), json!(currency.code()));
        }
        let base = self.base();
        let subtract: Vec<Value> = base.subtract.iter().map(|what| json!(what)).collect();
        written.insert(
            "base".to_owned(),
            json!({"start": base.start, "subtract": subtract, "earn_on": base.earn_on}),
        );
        if let (false, Some(Value::Object(recipe))) = (base.deduct.is_empty(), written.get_mut("base")) {
            let deduct = base.deduct.iter().map(|deduction| match deduction.kept {
                Kept::Part(rate) => json!({"basis_points": rate.value(), "when": deduction.when}),
                Kept::Flat(minor) => json!({"flat_minor": minor, "when": deduction.when}),
            });
            recipe.insert("deduct".to_owned(), deduct.collect());
        }
        Value::Object(written)
    }

    /// The currency of its amounts, if it names any.
    fn currency(&self) -> Option<Currency> {
        match self {
            Self::Percentage { .. } | Self::Tiered { .. } => None,
            Self::Fixed { amounts, .. } => amounts
                .general
                .iter()
                .chain(amounts.services.values())
                .chain(amounts.categories.values())
                .map(|amount| amount.currency())
                .next(),
        }
    }
}

fn write_overridable<T>(
    written: &mut Map<String, Value>,
    general_name: &str,
    values: &Overridable<T>,
    value_of: impl Fn(&T) -> Value,
) {
    if let Some(general) = &values.general {
        written.insert(general_name.to_owned(), value_of(general));
    }
    let services: Map<String, Value> = values
        .services
        .iter()
        .map(|(service, value)| (service.to_string(), value_of(value)))
        .collect();
    let categories: Map<String, Value> = values
        .categories
        .iter()
        .map(|(category, value)| (category.to_string(), value_of(value)))
        .collect();
    let mut overrides = Map::new();
    if !services.is_empty() {
        overrides.insert("services".to_owned(), Value::Object(services));
    }
    if !categories.is_empty() {
        overrides.insert("categories".to_owned(), Value::Object(categories));
    }
    if !overrides.is_empty() {
        written.insert("overrides".to_owned(), Value::Object(overrides));
    }
}

/// A rule as it is written beside a frozen figure: everything of it, so that the row may change later.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Snapshot {
    id: RuleId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    staff_id: Option<crate::StaffId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    service_category: Option<ServiceCategory>,
    rule_type: RuleType,
    value: Value,
    valid_from: String,
    #[serde(default)]
    valid_to: Option<String>,
}

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (staff_id, service_category) = match &self.scope {
            RuleScope::Staff(staff) => (Some(*staff), None),
            RuleScope::Category(category) => (None, Some(category.clone())),
        };
        Snapshot {
            id: self.id,
            staff_id,
            service_category,
            rule_type: self.value.rule_type(),
            value: self.value.to_json(),
            valid_from: self.validity.from().to_string(),
            valid_to: self.validity.to().map(|to| to.to_string()),
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Rule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error;
        let snapshot = Snapshot::deserialize(deserializer)?;
        let scope = match (snapshot.staff_id, snapshot.service_category) {
            (Some(staff), None) => RuleScope::Staff(staff),
            (None, Some(category)) => RuleScope::Category(category),
            (Some(_), Some(_)) | (None, None) => {
                return Err(D::Error::custom("a rule is for one person or one category"));
            }
        };
        let code = snapshot.value.get("currency").and_then(Value::as_str);
        let currency = Currency::parse(code.unwrap_or("KES")).map_err(D::Error::custom)?;
        let value = RuleValue::parse(snapshot.rule_type, &scope, &snapshot.value, currency)
            .map_err(D::Error::custom)?;
        let day = |text: &str| Date::parse(text, format_description!("[year]-[month]-[day]"));
        let from = day(&snapshot.valid_from).map_err(D::Error::custom)?;
        let to = snapshot
            .valid_to
            .as_deref()
            .map(day)
            .transpose()
            .map_err(D::Error::custom)?;
        Ok(Self {
            id: snapshot.id,
            scope,
            value,
            validity: Validity::new(from, to).map_err(D::Error::custom)?,
        })
    }
}
