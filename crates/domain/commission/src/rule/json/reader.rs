//! Reading a rule's value.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use ratiba_kernel::casefile::json::member;
use ratiba_kernel::{BasisPoints, Currency, Money};
use serde_json::{Map, Value};

use super::{Fault, Problem};
use crate::base::{BaseRecipe, BaseStart, DeductWhen, Deduction, EarnOn, Kept, Subtraction};
use crate::rule::{Overridable, RuleScope, RuleType, RuleValue};
use crate::tiers::{Band, Measure, MeasureScope, Tier, TierMethod, Tiers};
use crate::{ServiceCategory, ServiceId};

/// Reads on after a fault, so that all are told at once. A method answers `None` only after it has noted
/// a fault.
#[derive(Default)]
pub(crate) struct Reader {
    pub(crate) faults: Vec<Fault>,
}

impl Reader {
    pub(crate) fn fault<T>(&mut self, path: impl Into<String>, problem: Problem) -> Option<T> {
        self.faults.push(Fault {
            path: path.into(),
            problem,
        });
        None
    }

    pub(super) fn value(
        &mut self,
        rule_type: RuleType,
        scope: &RuleScope,
        value: &Value,
        currency: Currency,
    ) -> Option<RuleValue> {
        let Some(object) = value.as_object() else {
            return self.fault("value", Problem::MustBe("an object"));
        };
        if let Some(code) = object.get("currency")
            && code.as_str() != Some(currency.code())
        {
            self.fault::<()>("value.currency", Problem::OtherCurrency(currency.code()));
        }
        let own: &[&str] = match rule_type {
            RuleType::Pct => &["rate_basis_points", "overrides"],
            RuleType::Fixed => &["amount_minor", "overrides"],
            RuleType::Tiered => &["method", "measure", "measure_scope", "tiers", "bands"],
        };
        self.refuse_unknown("value", object, own, &["base", "currency"]);
        let base = self.base(object);
        match rule_type {
            RuleType::Pct => {
                let rates = self.overridable("rate_basis_points", object, scope, Self::rate);
                Some(RuleValue::Percentage {
                    rates: rates?,
                    base: base?,
                })
            }
            RuleType::Fixed => {
                let amount = |reader: &mut Self, path: &str, value: &Value| {
                    reader
                        .amount(path, value)
                        .map(|minor| Money::new(minor, currency))
                };
                let amounts = self.overridable("amount_minor", object, scope, amount);
                Some(RuleValue::Fixed {
                    amounts: amounts?,
                    base: base?,
                })
            }
            RuleType::Tiered => {
                let tiers = self.ladder(object);
                Some(RuleValue::Tiered {
                    tiers: tiers?,
                    base: base?,
                })
            }
        }
    }

    pub(crate) fn refuse_unknown(
        &mut self,
        path: &str,
        object: &Map<String, Value>,
        own: &[&str],
        common: &[&str],
    ) {
        for name in object.keys() {
            if !own.contains(&name.as_str()) && !common.contains(&name.as_str()) {
                self.fault::<()>(member(path, name), Problem::Unknown);
            }
        }
    }

    fn overridable<T>(
        &mut self,
        general_name: &str,
        object: &Map<String, Value>,
        scope: &RuleScope,
        read: impl Fn(&mut Self, &str, &Value) -> Option<T>,
    ) -> Option<Overridable<T>> {
        let before = self.faults.len();
        let general = object
            .get(general_name)
            .and_then(|value| read(self, &format!("value.{general_name}"), value));
        let mut values = Overridable {
            general,
            services: BTreeMap::new(),
            categories: BTreeMap::new(),
        };
        if let Some(overrides) = object.get("overrides") {
            self.overrides(overrides, scope, read, &mut values);
        }
        if self.faults.len() > before {
            return None;
        }
        // A category rule is only ever asked for its general value where no service is excepted.
        let alone = values.services.is_empty() && values.categories.is_empty();
        match (&values.general, scope) {
            (Some(_), _) => Some(values),
            (None, RuleScope::Staff(_)) if !alone => Some(values),
            (None, RuleScope::Staff(_)) => self.fault("value", Problem::SaysNothing),
            (None, RuleScope::Category(_)) => self.fault(format!("value.{general_name}"), Problem::Missing),
        }
    }

    fn overrides<T>(
        &mut self,
        overrides: &Value,
        scope: &RuleScope,
        read: impl Fn(&mut Self, &str, &Value) -> Option<T>,
        values: &mut Overridable<T>,
    ) {
        let path = "value.overrides";
        let Some(object) = overrides.as_object() else {
            self.fault::<()>(path, Problem::MustBe("an object"));
            return;
        };
        self.refuse_unknown(path, object, &["services", "categories"], &[]);
        if let (true, RuleScope::Category(_)) = (object.contains_key("categories"), scope) {
            self.fault::<()>(format!("{path}.categories"), Problem::InStaffRulesOnly);
        }
        self.exceptions(
            path,
            "services",
            object,
            &read,
            "the id of a service",
            |key, value| {
                let service = ServiceId::from_str(key).ok()?;
                values.services.insert(service, value);
                Some(())
            },
        );
        self.exceptions(
            path,
            "categories",
            object,
            &read,
            "the name of a category",
            |key, value| {
                let category = ServiceCategory::parse(key).ok()?;
                values.categories.insert(category, value);
                Some(())
            },
        );
    }

    fn exceptions<T>(
        &mut self,
        path: &str,
        name: &str,
        object: &Map<String, Value>,
        read: impl Fn(&mut Self, &str, &Value) -> Option<T>,
        key_is: &'static str,
        mut keep: impl FnMut(&str, T) -> Option<()>,
    ) {
        let Some(value) = object.get(name) else { return };
        let path = format!("{path}.{name}");
        let Some(exceptions) = value.as_object() else {
            self.fault::<()>(path, Problem::MustBe("an object"));
            return;
        };
        for (key, value) in exceptions {
            let path = format!("{path}.{key}");
            if let Some(value) = read(self, &path, value)
                && keep(key, value).is_none()
            {
                self.fault::<()>(path, Problem::MustBe(key_is));
            }
        }
    }

    pub(crate) fn integer(&mut self, path: &str, value: &Value) -> Option<i64> {
        match value.as_i64() {
            Some(number) => Some(number),
            None => self.fault(path, Problem::MustBe("a whole number")),
        }
    }

    pub(crate) fn rate(&mut self, path: &str, value: &Value) -> Option<BasisPoints> {
        let number = self.integer(path, value)?;
        match u32::try_from(number).map(BasisPoints::new) {
            Ok(rate) if rate <= BasisPoints::WHOLE => Some(rate),
            Ok(_) | Err(_) => self.fault(path, Problem::RateOutOfRange(number)),
        }
    }

    pub(crate) fn amount(&mut self, path: &str, value: &Value) -> Option<i64> {
        let number = self.integer(path, value)?;
        if number < 0 {
            return self.fault(path, Problem::Negative(number));
        }
        Some(number)
    }

    /// One of several words; `fallback` where it may be missing.
    pub(crate) fn word<T: Copy>(
        &mut self,
        path: &str,
        value: Option<&Value>,
        words: &[(&str, T)],
        one_of: &'static str,
        fallback: Option<T>,
    ) -> Option<T> {
        let Some(value) = value else {
            return match fallback {
                Some(fallback) => Some(fallback),
                None => self.fault(path, Problem::Missing),
            };
        };
        let found = words
            .iter()
            .find(|(word, _)| value.as_str() == Some(word))
            .map(|(_, meaning)| *meaning);
        match found {
            Some(meaning) => Some(meaning),
            None => self.fault(path, Problem::MustBe(one_of)),
        }
    }

    fn base(&mut self, object: &Map<String, Value>) -> Option<BaseRecipe> {
        let Some(base) = object.get("base") else {
            return Some(BaseRecipe::default());
        };
        let Some(recipe) = base.as_object() else {
            return self.fault("value.base", Problem::MustBe("an object"));
        };
        self.refuse_unknown(
            "value.base",
            recipe,
            &["start", "subtract", "earn_on", "deduct"],
            &[],
        );
        let start = self.word(
            "value.base.start",
            recipe.get("start"),
            &[
                ("list_price", BaseStart::ListPrice),
                ("charged", BaseStart::Charged),
                ("paid", BaseStart::Paid),
            ],
            "one of list_price, charged, paid",
            Some(BaseStart::default()),
        );
        let earn_on = self.word(
            "value.base.earn_on",
            recipe.get("earn_on"),
            &[("completion", EarnOn::Completion), ("payment", EarnOn::Payment)],
            "one of completion, payment",
            Some(EarnOn::default()),
        );
        let deduct = match recipe.get("deduct") {
            None => Some(Vec::new()),
            Some(list) => {
                let known = ["basis_points", "flat_minor", "when"];
                self.steps("value.base.deduct", list, &known, Self::deduction)
            }
        };
        let mut subtract = Some(BTreeSet::new());
        match recipe.get("subtract") {
            None => {}
            Some(Value::Array(items)) => {
                for (index, item) in items.iter().enumerate() {
                    let what = self.word(
                        &format!("value.base.subtract[{index}]"),
                        Some(item),
                        &[
                            ("discount", Subtraction::Discount),
                            ("tax", Subtraction::Tax),
                            ("product_cost", Subtraction::ProductCost),
                            ("payment_fee", Subtraction::PaymentFee),
                        ],
                        "one of discount, tax, product_cost, payment_fee",
                        None,
                    );
                    if let (Some(set), Some(what)) = (subtract.as_mut(), what) {
                        set.insert(what);
                    }
                }
            }
            Some(_) => subtract = self.fault("value.base.subtract", Problem::MustBe("a list")),
        }
        Some(BaseRecipe {
            start: start?,
            subtract: subtract?,
            earn_on: earn_on?,
            deduct: deduct?,
        })
    }

    fn deduction(&mut self, path: &str, object: &Map<String, Value>) -> Option<Deduction> {
        let when = self.word(
            &format!("{path}.when"),
            object.get("when"),
            &[("before", DeductWhen::Before), ("after", DeductWhen::After)],
            "one of before, after",
            None,
        );
        let kept = match (object.get("basis_points"), object.get("flat_minor")) {
            (Some(rate), None) => self.rate(&format!("{path}.basis_points"), rate).map(Kept::Part),
            (None, Some(minor)) => self.amount(&format!("{path}.flat_minor"), minor).map(Kept::Flat),
            (None, None) | (Some(_), Some(_)) => self.fault(path, Problem::PartOrFlat),
        };
        Some(Deduction {
            kept: kept?,
            when: when?,
        })
    }

    fn ladder(&mut self, object: &Map<String, Value>) -> Option<Tiers> {
        let method = self.word(
            "value.method",
            object.get("method"),
            &[
                ("marginal", TierMethod::Marginal),
                ("retroactive", TierMethod::Retroactive),
            ],
            "one of marginal, retroactive",
            None,
        );
        let measure = self.word(
            "value.measure",
            object.get("measure"),
            &[("revenue", Measure::Revenue), ("count", Measure::Count)],
            "one of revenue, count",
            Some(Measure::Revenue),
        );
        let scope = self.word(
            "value.measure_scope",
            object.get("measure_scope"),
            &[("rule", MeasureScope::Rule), ("all", MeasureScope::All)],
            "one of rule, all",
            Some(MeasureScope::Rule),
        );
        // Whatever is amiss elsewhere is noted and refuses the rule, and hides nothing that is wrong with the ladder.
        let method = method.unwrap_or(TierMethod::Marginal);
        let measure = measure.unwrap_or(Measure::Revenue);
        let scope = scope.unwrap_or_default();
        let (name, ladder) = match (object.get("tiers"), object.get("bands")) {
            (Some(tiers), None) => {
                let steps = self.entries("value.tiers", tiers, &["floor", "rate_basis_points"], Self::tier);
                ("tiers", Tiers::new(method, measure, scope, steps?))
            }
            (None, Some(bands)) => {
                let known = ["from", "to", "rate", "rate_basis_points"];
                let steps = self.entries("value.bands", bands, &known, Self::band);
                ("bands", Tiers::from_bands(method, measure, scope, &steps?))
            }
            (None, None) | (Some(_), Some(_)) => {
                return self.fault("value.tiers", Problem::TiersOrBands);
            }
        };
        match ladder {
            Ok(tiers) => Some(tiers),
            Err(faults) => {
                for fault in faults {
                    let path = match fault.step() {
                        Some(step) => format!("value.{name}[{step}]"),
                        None => format!("value.{name}"),
                    };
                    self.fault::<()>(path, Problem::Ladder(fault));
                }
                None
            }
        }
    }

    pub(crate) fn steps<T>(
        &mut self,
        path: &str,
        value: &Value,
        known: &[&str],
        read: impl Fn(&mut Self, &str, &Map<String, Value>) -> Option<T>,
    ) -> Option<Vec<T>> {
        let before = self.faults.len();
        let steps = self.entries(path, value, known, read)?;
        (self.faults.len() == before).then_some(steps)
    }

    /// The entries of a list, if all of them could be read, whatever was noted of them.
    fn entries<T>(
        &mut self,
        path: &str,
        value: &Value,
        known: &[&str],
        read: impl Fn(&mut Self, &str, &Map<String, Value>) -> Option<T>,
    ) -> Option<Vec<T>> {
        let Some(items) = value.as_array() else {
            return self.fault(path, Problem::MustBe("a list"));
        };
        let mut steps = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let path = format!("{path}[{index}]");
            match item.as_object() {
                None => {
                    self.fault::<()>(path, Problem::MustBe("an object"));
                }
                Some(object) => {
                    self.refuse_unknown(&path, object, known, &[]);
                    steps.extend(read(self, &path, object));
                }
            }
        }
        (steps.len() == items.len()).then_some(steps)
    }

    fn tier(&mut self, path: &str, object: &Map<String, Value>) -> Option<Tier> {
        let floor = self.required_amount(path, "floor", object);
        let rate = self.rate_of_step(path, object, &["rate_basis_points"]);
        Some(Tier { floor: floor?, rate })
    }

    fn band(&mut self, path: &str, object: &Map<String, Value>) -> Option<Band> {
        let from = self.required_amount(path, "from", object);
        // Sheets of other systems call it `rate`; it is in basis points all the same.
        let rate = self.rate_of_step(path, object, &["rate_basis_points", "rate"]);
        let to = match object.get("to") {
            None | Some(Value::Null) => Some(None),
            Some(value) => self.amount(&format!("{path}.to"), value).map(Some),
        };
        Some(Band {
            from: from?,
            to: to?,
            rate,
        })
    }

    fn required_amount(&mut self, path: &str, name: &str, object: &Map<String, Value>) -> Option<i64> {
        let path = format!("{path}.{name}");
        match object.get(name) {
            Some(value) => self.amount(&path, value),
            None => self.fault(path, Problem::Missing),
        }
    }

    /// The rate of a step under one of its names, the first being the usual one. In the place of one that was refused stands
    /// 0, so that the rest of the ladder is looked at; the fault keeps it from being used.
    fn rate_of_step(&mut self, path: &str, object: &Map<String, Value>, names: &[&str]) -> BasisPoints {
        let mut given = names.iter().filter(|name| object.contains_key(**name));
        let rate = match (given.next(), given.next()) {
            (None, _) => {
                let usual = names.first().copied().unwrap_or_default();
                self.fault(format!("{path}.{usual}"), Problem::Missing)
            }
            (Some(_), Some(other)) => self.fault(format!("{path}.{other}"), Problem::Twice),
            (Some(name), None) => {
                let value = object.get(*name).unwrap_or(&Value::Null);
                self.rate(&format!("{path}.{name}"), value)
            }
        };
        rate.unwrap_or(BasisPoints::new(0))
    }
}
