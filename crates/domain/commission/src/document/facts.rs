//! Settings, people, services and rules of a case.

use std::collections::BTreeMap;

use ratiba_kernel::casefile::json::member;
use ratiba_kernel::{Currency, Money, Zone};
use serde_json::{Map, Value};
use time::Date;

use super::words::{Vocabulary, unnamed};
use crate::fees::{FeeStep, FeeTariff};
use crate::guarantee::{Guarantee, Stretch};
use crate::rule::json::reader::Reader;
use crate::rule::{Fault, Problem, Rule, RuleScope, RuleType, RuleValue, Validity};
use crate::settings::{CommissionSettings, NoShowBase, Precedence};
use crate::{ServiceCategory, ServiceId, StaffId};

pub(super) const SETTINGS: [&str; 4] = [
    "staff_before_category",
    "no_show_base",
    "payment_fees",
    "clawback_floor_minor",
];
pub(super) const STAFF: [&str; 4] = ["id", "name", "guarantee", "carried_minor"];
pub(super) const SERVICE: [&str; 4] = ["id", "name", "category", "price_minor"];
pub(super) const RULE: [&str; 8] = [
    "id",
    "about",
    "staff",
    "category",
    "rule_type",
    "value",
    "valid_from",
    "valid_to",
];

/// The settings in a place of a case; what is left out has its standard value.
pub(super) fn settings(
    reader: &mut Reader,
    path: &str,
    place: &Map<String, Value>,
    zone: &Zone,
    currency: Currency,
) -> Option<CommissionSettings> {
    let standard = CommissionSettings::standard(zone.clone(), currency);
    let Some(value) = place.get("settings") else {
        return Some(standard);
    };
    let path = member(path, "settings");
    let Some(object) = value.as_object() else {
        return reader.fault(path, Problem::MustBe("an object"));
    };
    reader.refuse_unknown(&path, object, &SETTINGS, &[]);
    let precedence = match object.get("staff_before_category").map(Value::as_bool) {
        None | Some(Some(false)) => Precedence::CategoryBeforeStaff,
        Some(Some(true)) => Precedence::StaffBeforeCategory,
        Some(None) => {
            return reader.fault(
                format!("{path}.staff_before_category"),
                Problem::MustBe("true or false"),
            );
        }
    };
    let no_show_base = reader.word(
        &format!("{path}.no_show_base"),
        object.get("no_show_base"),
        &[
            ("none", NoShowBase::None),
            ("fee", NoShowBase::Fee),
            ("price", NoShowBase::Price),
        ],
        "one of none, fee, price",
        Some(NoShowBase::None),
    )?;
    let payment_fees = match object.get("payment_fees") {
        None => FeeTariff::default(),
        Some(listed) => tariff(reader, &format!("{path}.payment_fees"), listed)?,
    };
    let floor = match object.get("clawback_floor_minor") {
        None | Some(Value::Null) => None,
        Some(floor) => {
            let floor = reader.amount(&format!("{path}.clawback_floor_minor"), floor)?;
            Some(Money::new(floor, currency))
        }
    };
    Some(CommissionSettings {
        precedence,
        no_show_base,
        payment_fees,
        clawback_floor: floor,
        ..standard
    })
}

fn tariff(reader: &mut Reader, path: &str, listed: &Value) -> Option<FeeTariff> {
    let known = ["from_minor", "flat_minor", "basis_points"];
    let steps = reader.steps(path, listed, &known, |reader, path, object| {
        let amount = |reader: &mut Reader, name: &str| match object.get(name) {
            None => Some(0),
            Some(value) => reader.amount(&format!("{path}.{name}"), value),
        };
        let rate = match object.get("basis_points") {
            None => Some(0),
            Some(value) => reader
                .rate(&format!("{path}.basis_points"), value)
                .map(|rate| rate.value()),
        };
        Some(FeeStep {
            from_minor: amount(reader, "from_minor")?,
            flat_minor: amount(reader, "flat_minor")?,
            basis_points: rate?,
        })
    })?;
    match FeeTariff::new(steps) {
        Ok(tariff) => Some(tariff),
        Err(refused) => reader.fault(path, Problem::Said(refused.to_string())),
    }
}

/// Everybody of a case.
#[derive(Debug, Default)]
pub(super) struct People {
    pub(super) roster: Vec<StaffId>,
    pub(super) guarantees: BTreeMap<StaffId, Guarantee>,
    pub(super) carried: BTreeMap<StaffId, Money>,
}

pub(super) fn people(
    reader: &mut Reader,
    case: &Map<String, Value>,
    vocabulary: &Vocabulary,
    currency: Currency,
) -> People {
    let mut people = People {
        roster: vocabulary.all_staff().collect(),
        ..People::default()
    };
    let listed = case.get("staff").and_then(Value::as_array).into_iter().flatten();
    for (index, item) in listed.enumerate() {
        let path = format!("staff[{index}]");
        let Some(object) = item.as_object() else { continue };
        reader.refuse_unknown(&path, object, &STAFF, &[]);
        let Some(staff) = vocabulary.staff_id(reader, &format!("{path}.id"), object.get("id")) else {
            continue;
        };
        if let Some(carried) = object.get("carried_minor")
            && let Some(carried) = reader.amount(&format!("{path}.carried_minor"), carried)
        {
            people.carried.insert(staff, Money::new(carried, currency));
        }
        if let Some(given) = object.get("guarantee")
            && let Some(given) = guarantee(reader, &format!("{path}.guarantee"), given)
        {
            people.guarantees.insert(staff, given);
        }
    }
    people
}

fn guarantee(reader: &mut Reader, path: &str, value: &Value) -> Option<Guarantee> {
    let Some(object) = value.as_object() else {
        return reader.fault(path, Problem::MustBe("an object"));
    };
    reader.refuse_unknown(path, object, &["per", "amount_minor"], &[]);
    let per = reader.word(
        &format!("{path}.per"),
        object.get("per"),
        &[("day", Stretch::Day), ("period", Stretch::Period)],
        "one of day, period",
        None,
    );
    let amount = match object.get("amount_minor") {
        None => reader.fault(format!("{path}.amount_minor"), Problem::Missing),
        Some(amount) => reader.amount(&format!("{path}.amount_minor"), amount),
    };
    Some(Guarantee {
        per: per?,
        amount_minor: amount?,
    })
}

/// What a service says for its appointments.
#[derive(Clone, Debug, Default)]
pub(super) struct Sold {
    pub(super) name: Option<String>,
    pub(super) category: Option<ServiceCategory>,
    pub(super) price_minor: Option<i64>,
}

/// The services of a case by their words.
pub(super) fn services(reader: &mut Reader, case: &Map<String, Value>) -> BTreeMap<String, Sold> {
    let mut services = BTreeMap::new();
    let listed = case
        .get("services")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    for (index, item) in listed.enumerate() {
        let path = format!("services[{index}]");
        let Some(object) = item.as_object() else { continue };
        reader.refuse_unknown(&path, object, &SERVICE, &[]);
        let sold = Sold {
            name: object.get("name").and_then(Value::as_str).map(str::to_owned),
            category: object
                .get("category")
                .and_then(|category| self::category(reader, &format!("{path}.category"), category)),
            price_minor: object
                .get("price_minor")
                .and_then(|price| reader.amount(&format!("{path}.price_minor"), price)),
        };
        if let Some(word) = object.get("id").and_then(Value::as_str) {
            services.insert(word.to_owned(), sold);
        }
    }
    services
}

pub(super) fn category(reader: &mut Reader, path: &str, value: &Value) -> Option<ServiceCategory> {
    match value.as_str().map(ServiceCategory::parse) {
        Some(Ok(category)) => Some(category),
        Some(Err(_)) | None => {
            let what = "a category: 1 to 40 of a-z, 0-9, _ and -, the first a letter or a digit";
            reader.fault(path, Problem::MustBe(what))
        }
    }
}

/// The rules of a list.
pub(super) fn rules(
    reader: &mut Reader,
    path: &str,
    listed: Option<&Value>,
    vocabulary: &Vocabulary,
    currency: Currency,
) -> Vec<Rule> {
    let Some(listed) = listed else { return Vec::new() };
    let Some(items) = listed.as_array() else {
        reader.fault::<()>(path, Problem::MustBe("a list"));
        return Vec::new();
    };
    let mut rules: Vec<Rule> = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let place = format!("{path}[{index}]");
        let Some(object) = item.as_object() else {
            reader.fault::<()>(place, Problem::MustBe("an object"));
            continue;
        };
        let word = object.get("id").and_then(Value::as_str);
        let word = word.map_or_else(|| unnamed("rule", index), str::to_owned);
        if let Some(rule) = rule(reader, &place, object, &word, vocabulary, currency) {
            if rules.iter().any(|known| known.id == rule.id) {
                reader.fault::<()>(format!("{place}.id"), Problem::IdTwice(word));
            }
            rules.push(rule);
        }
    }
    rules
}

fn rule(
    reader: &mut Reader,
    path: &str,
    object: &Map<String, Value>,
    word: &str,
    vocabulary: &Vocabulary,
    currency: Currency,
) -> Option<Rule> {
    reader.refuse_unknown(path, object, &RULE, &[]);
    let scope = match (object.get("staff"), object.get("category")) {
        (Some(staff), None) => {
            let staff = vocabulary.staff_id(reader, &format!("{path}.staff"), Some(staff));
            staff.map(RuleScope::Staff)
        }
        (None, Some(family)) => {
            let family = category(reader, &format!("{path}.category"), family);
            family.map(RuleScope::Category)
        }
        (None, None) | (Some(_), Some(_)) => {
            let said = Problem::Said("is for one staff member or one category: give either".to_owned());
            reader.fault(path, said)
        }
    };
    let rule_type = reader.word(
        &format!("{path}.rule_type"),
        object.get("rule_type"),
        &[
            ("pct", RuleType::Pct),
            ("fixed", RuleType::Fixed),
            ("tiered", RuleType::Tiered),
        ],
        "one of pct, fixed, tiered",
        None,
    );
    let from = match object.get("valid_from") {
        None => Date::from_calendar_date(2000, time::Month::January, 1).ok(),
        Some(from) => reader.date(&format!("{path}.valid_from"), from),
    };
    let to = match object.get("valid_to") {
        None | Some(Value::Null) => Some(None),
        Some(to) => reader.date(&format!("{path}.valid_to"), to).map(Some),
    };
    let validity = from.zip(to).and_then(|(from, to)| match Validity::new(from, to) {
        Ok(validity) => Some(validity),
        Err(refused) => reader.fault(format!("{path}.valid_to"), Problem::Said(refused.to_string())),
    });
    let Some(value) = object.get("value") else {
        return reader.fault(format!("{path}.value"), Problem::Missing);
    };
    let value = value_of(
        reader,
        path,
        scope.as_ref()?,
        rule_type?,
        value,
        vocabulary,
        currency,
    );
    Some(Rule {
        id: vocabulary.rule_id(word)?,
        scope: scope?,
        value: value?,
        validity: validity?,
    })
}

/// A rule's value, whose exceptions name services by their words.
fn value_of(
    reader: &mut Reader,
    path: &str,
    scope: &RuleScope,
    rule_type: RuleType,
    value: &Value,
    vocabulary: &Vocabulary,
    currency: Currency,
) -> Option<RuleValue> {
    let mut named: Vec<(String, ServiceId)> = Vec::new();
    let mut value = value.clone();
    if let Some(Value::Object(services)) = value.pointer_mut("/overrides/services") {
        let words = std::mem::take(services);
        for (word, said) in words {
            let known = vocabulary.known_service(&word);
            let key = known.map_or_else(|| word.clone(), |known| known.to_string());
            named.extend(known.map(|known| (word, known)));
            services.insert(key, said);
        }
    }
    match RuleValue::parse(rule_type, scope, &value, currency) {
        Ok(value) => Some(value),
        Err(refused) => {
            for fault in refused.faults {
                let mut place = format!("{path}.{}", fault.path);
                for (word, service) in &named {
                    place = place.replace(&service.to_string(), word);
                }
                let Fault { problem, .. } = fault;
                reader.fault::<()>(place, problem);
            }
            None
        }
    }
}
