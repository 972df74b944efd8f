//! The schema says what the reader reads.

use std::collections::BTreeSet;

use super::*;
use crate::availability::{Reason, Side, SlotReason};
use crate::catalogue::{Minutes, ResourceKind};

/// The part of JSON Schema 2020-12 that the schema uses; any other keyword is a fault of the schema.
pub(super) struct Schema(Value);

impl Schema {
    pub(super) fn load() -> Self {
        let text = std::fs::read_to_string(folder("docs/slots.schema.json")).unwrap();
        Self(serde_json::from_str(&text).unwrap())
    }

    pub(super) fn faults_of_case(&self, case: &Value) -> Vec<String> {
        self.faults("", &self.0, case)
    }

    pub(super) fn faults_of_answer(&self, answer: &Value) -> Vec<String> {
        self.faults("", &self.0["$defs"]["answer"], answer)
    }

    fn faults(&self, path: &str, schema: &Value, value: &Value) -> Vec<String> {
        let mut faults = Vec::new();
        for (keyword, wanted) in schema.as_object().unwrap() {
            faults.extend(self.faults_of(path, (keyword, wanted), schema, value));
        }
        faults
    }

    fn faults_of(
        &self,
        path: &str,
        (keyword, wanted): (&str, &Value),
        schema: &Value,
        value: &Value,
    ) -> Vec<String> {
        let unless = |fits: bool| {
            if fits {
                Vec::new()
            } else {
                vec![format!("{path}: {keyword} {wanted}")]
            }
        };
        let bound = || wanted.as_i64().unwrap();
        let length = |length: usize| i64::try_from(length).unwrap();
        match keyword {
            // Remarks, and what tools of others may hold against a value.
            "$schema" | "$defs" | "title" | "description" | "default" | "pattern" => Vec::new(),
            "$ref" => {
                let name = wanted.as_str().unwrap().strip_prefix("#/$defs/").unwrap();
                self.faults(path, self.0["$defs"].get(name).unwrap(), value)
            }
            "type" => unless(match wanted.as_str().unwrap() {
                "object" => value.is_object(),
                "array" => value.is_array(),
                "string" => value.is_string(),
                "boolean" => value.is_boolean(),
                // 60.0 is a whole number too.
                "integer" => value.is_i64() || value.is_u64() || value.to_string().ends_with(".0"),
                "null" => value.is_null(),
                other => panic!("{other}"),
            }),
            "enum" => unless(wanted.as_array().unwrap().contains(value)),
            "minimum" => unless(value.as_i64().is_none_or(|number| number >= bound())),
            "maximum" => unless(value.as_i64().is_none_or(|number| number <= bound())),
            "minLength" => unless(
                value
                    .as_str()
                    .is_none_or(|text| length(text.chars().count()) >= bound()),
            ),
            "maxLength" => unless(
                value
                    .as_str()
                    .is_none_or(|text| length(text.chars().count()) <= bound()),
            ),
            "minItems" => unless(
                value
                    .as_array()
                    .is_none_or(|items| length(items.len()) >= bound()),
            ),
            "maxItems" => unless(
                value
                    .as_array()
                    .is_none_or(|items| length(items.len()) <= bound()),
            ),
            "items" => {
                let items = value.as_array().into_iter().flatten().enumerate();
                items
                    .flat_map(|(index, item)| self.faults(&format!("{path}[{index}]"), wanted, item))
                    .collect()
            }
            "required" => {
                let names = wanted.as_array().unwrap().iter();
                let missing =
                    names.filter(|name| value.is_object() && value.get(name.as_str().unwrap()).is_none());
                missing.map(|name| format!("{path}: {name} is missing")).collect()
            }
            "properties" | "additionalProperties" => {
                let own = schema.get("properties").and_then(Value::as_object);
                let members = value.as_object().into_iter().flatten();
                let named = |name: &str| own.and_then(|own| own.get(name));
                let faults = members.map(|(name, value)| match (named(name), keyword, wanted) {
                    (Some(schema), "properties", _) => self.faults(&json::member(path, name), schema, value),
                    (None, "additionalProperties", Value::Bool(false)) => {
                        vec![format!("{}: is not known", json::member(path, name))]
                    }
                    (None, "additionalProperties", schema) => {
                        self.faults(&json::member(path, name), schema, value)
                    }
                    _ => Vec::new(),
                });
                faults.flatten().collect()
            }
            "propertyNames" => {
                let names = value.as_object().into_iter().flatten().map(|(name, _)| name);
                names
                    .flat_map(|name| self.faults(path, wanted, &Value::String(name.clone())))
                    .collect()
            }
            "not" => unless(!self.faults(path, wanted, value).is_empty()),
            "allOf" => {
                let all = wanted.as_array().unwrap().iter();
                all.flat_map(|one| self.faults(path, one, value)).collect()
            }
            "dependentRequired" => {
                let has = |name: &str| value.get(name).is_some();
                let fits = wanted.as_object().unwrap().iter().all(|(name, others)| {
                    let mut others = others.as_array().unwrap().iter();
                    !has(name) || others.all(|other| has(other.as_str().unwrap()))
                });
                unless(fits)
            }
            "anyOf" | "oneOf" => {
                let ways = wanted.as_array().unwrap().iter();
                let fitting = ways
                    .filter(|way| self.faults(path, way, value).is_empty())
                    .count();
                unless(fitting == 1 || (fitting > 1 && keyword == "anyOf"))
            }
            other => panic!("the schema uses {other}, which this test does not know"),
        }
    }

    fn names(&self, definition: &str) -> BTreeSet<String> {
        let schema = if definition == "case" {
            &self.0
        } else {
            &self.0["$defs"][definition]
        };
        let properties = schema["properties"].as_object();
        properties
            .unwrap_or_else(|| panic!("{definition}"))
            .keys()
            .cloned()
            .collect()
    }
}

#[test]
fn every_example_and_every_answer_is_as_the_schema_says() {
    let schema = Schema::load();
    for (name, text, answer) in examples() {
        let case = serde_json::from_str(&text).unwrap();
        assert_eq!(schema.faults_of_case(&case), [""; 0], "{name}");
        let answer = serde_json::from_str(&std::fs::read_to_string(answer).unwrap()).unwrap();
        assert_eq!(schema.faults_of_answer(&answer), [""; 0], "the answer of {name}");
    }
}

#[test]
fn the_schema_has_every_field_of_the_reader_and_no_other() {
    let schema = Schema::load();
    for form in FORMS {
        let fields: BTreeSet<String> = form.fields.iter().map(|field| (*field).to_owned()).collect();
        assert_eq!(schema.names(form.name), fields, "{}", form.name);
    }
}

#[test]
fn the_schema_has_every_rule_and_no_other() {
    let schema = Schema::load();
    let Ok(Value::Object(rules)) = serde_json::to_value(Rules::default()) else {
        panic!("rules are an object");
    };
    let names: BTreeSet<String> = rules::names(&rules).into_iter().collect();
    assert_eq!(schema.names("rules"), names);
    let properties = &schema.0["$defs"]["rules"]["properties"];
    for (name, rule) in &rules {
        let Value::Object(members) = rule else { continue };
        let of_rule = &properties[name];
        let object = of_rule["anyOf"]
            .as_array()
            .and_then(|ways| ways.last())
            .unwrap_or(of_rule);
        let known: BTreeSet<&String> = object["properties"].as_object().unwrap().keys().collect();
        assert_eq!(known, members.keys().collect::<BTreeSet<_>>(), "{name}");
    }
    assert_eq!(
        schema.faults("rules", &schema.0["$defs"]["rules"], &Value::Object(rules)),
        [""; 0]
    );
}

/// The one after a reason; a new one must be put in here, and so into the page and the schema.
fn next(reason: &Reason) -> Option<Reason> {
    Some(match reason {
        Reason::InThePast => Reason::Notice,
        Reason::Notice => Reason::Horizon,
        Reason::Horizon => Reason::OffGrid,
        Reason::OffGrid => Reason::NotSold,
        Reason::NotSold => Reason::CannotDoService,
        Reason::CannotDoService => Reason::Closed,
        Reason::Closed => Reason::OnLeave,
        Reason::OnLeave => Reason::Booked,
        Reason::Booked => Reason::Held,
        Reason::Held => Reason::Blocked,
        Reason::Blocked => Reason::Buffer,
        Reason::Buffer => Reason::Resource {
            resource: ResourceKind::parse("room").unwrap(),
        },
        Reason::Resource { .. } => Reason::Combination,
        Reason::Combination => return None,
    })
}

fn next_of_slot(reason: SlotReason) -> Option<SlotReason> {
    Some(match reason {
        SlotReason::ClosesGap => SlotReason::LeavesHole {
            side: Side::Before,
            minutes: Minutes::new(5),
        },
        SlotReason::LeavesHole { .. } => SlotReason::StaffRequested,
        SlotReason::StaffRequested => SlotReason::StaffProposed,
        SlotReason::StaffProposed => SlotReason::StaffTurn,
        SlotReason::StaffTurn => return None,
    })
}

#[test]
fn the_schema_and_the_page_have_every_word_of_the_engine_and_no_other() {
    let schema = Schema::load();
    let page = std::fs::read_to_string(folder("docs/slots.md")).unwrap();
    let refusals = std::iter::successors(Some(Reason::InThePast), next);
    let refusals: Vec<String> = refusals.map(answer::engine_word).collect();
    let slots = std::iter::successors(Some(SlotReason::ClosesGap), |reason| next_of_slot(*reason));
    let slots: Vec<String> = slots.map(answer::engine_word).collect();
    for (definition, words) in [("refusal_word", refusals), ("slot_word", slots)] {
        let listed = schema.0["$defs"][definition]["enum"].as_array().unwrap();
        let listed: Vec<&str> = listed.iter().filter_map(Value::as_str).collect();
        assert_eq!(listed, words, "{definition}");
        for word in words {
            assert!(
                page.contains(&format!("| `{word}` |")),
                "the page does not explain {word}"
            );
        }
    }
}

#[test]
fn the_page_names_every_field() {
    let page = std::fs::read_to_string(folder("docs/slots.md")).unwrap();
    let rules = serde_json::to_value(Rules::default()).unwrap();
    let fields = FORMS
        .iter()
        .flat_map(|form| form.fields)
        .map(|field| (*field).to_owned());
    for field in fields.chain(rules::names(rules.as_object().unwrap())) {
        assert!(
            page.contains(&format!("`{field}`")),
            "the page does not mention {field}"
        );
    }
}

#[test]
fn the_examples_of_the_page_are_cases_and_their_answers() {
    let page = std::fs::read_to_string(folder("docs/slots.md")).unwrap();
    let blocks: Vec<&str> = page
        .split("```json\n")
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap())
        .collect();
    assert!(blocks.len() >= 2);
    for pair in blocks.chunks(2) {
        let expected: Value = serde_json::from_str(pair[1]).unwrap();
        assert_eq!(answered(pair[0]), expected, "{}", pair[0]);
    }
}
