//! Checking JSON against the schema that the documentation shows, so that every fault is named at once.
//!
//! Knows the part of JSON Schema 2020-12 that our own types make, and no more: what it does not know it
//! refuses to build, so that no promise of the documentation goes unchecked.

use std::any::TypeId;
use std::collections::BTreeMap;
use std::sync::{Arc, RwLock};

use ratiba_kernel::Currency;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::dto::{NO_DAY, NO_MOMENT, parse_day, parse_moment};
use crate::problem::FieldFault;

/// How deep a value may be nested.
const DEPTH_MOST: usize = 16;

static KNOWN: RwLock<BTreeMap<TypeId, Arc<Value>>> = RwLock::new(BTreeMap::new());

/// The schema of a type, made once.
#[must_use]
pub fn schema_of<T: JsonSchema + 'static>() -> Arc<Value> {
    let id = TypeId::of::<T>();
    if let Some(known) = KNOWN.read().ok().and_then(|known| known.get(&id).cloned()) {
        return known;
    }
    let root = generator("/$defs").into_root_schema_for::<T>();
    let made = Arc::new(root.to_value());
    if let Ok(mut known) = KNOWN.write() {
        known.insert(id, made.clone());
    }
    made
}

/// A generator whose definitions lie at a place of the document.
pub(crate) fn generator(definitions: &'static str) -> SchemaGenerator {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = definitions.into();
        settings.meta_schema = None;
    });
    settings.into_generator()
}

/// Every fault of a value, by its path; none if it fits.
#[must_use]
pub fn faults(root: &Value, value: &Value) -> Vec<FieldFault> {
    let mut check = Check {
        root,
        faults: Vec::new(),
    };
    check.value(root, value, &mut String::new(), 0);
    check.faults
}

struct Check<'a> {
    root: &'a Value,
    faults: Vec<FieldFault>,
}

impl<'a> Check<'a> {
    fn fault(&mut self, path: &str, message: impl Into<String>) {
        self.faults.push(FieldFault {
            field: path.to_owned(),
            message: message.into(),
        });
    }

    fn value(&mut self, schema: &'a Value, value: &Value, path: &mut String, depth: usize) {
        if depth > DEPTH_MOST {
            return self.fault(path, "is nested too deeply");
        }
        let Value::Object(schema) = schema else { return };
        if let Some(target) = schema.get("$ref").and_then(Value::as_str) {
            let pointer = target.trim_start_matches('#');
            if let Some(target) = self.root.pointer(pointer) {
                self.value(target, value, path, depth);
            }
        }
        for word in ["oneOf", "anyOf"] {
            if let Some(Value::Array(forms)) = schema.get(word) {
                self.forms(forms, value, path, depth);
            }
        }
        if let Some(wanted) = schema.get("type")
            && !is_of_type(wanted, value)
        {
            return self.fault(path, format!("must be {}", type_words(wanted)));
        }
        if let Some(Value::Array(words)) = schema.get("enum")
            && !words.contains(value)
        {
            self.fault(path, format!("must be one of {}", listed(words)));
        }
        if let Some(only) = schema.get("const")
            && only != value
        {
            self.fault(path, format!("must be {only}"));
        }
        match value {
            Value::Object(fields) => self.object(schema, fields, path, depth),
            Value::Array(items) => self.array(schema, items, path, depth),
            Value::String(text) => self.text(schema, text, path),
            Value::Number(_) => self.number(schema, value, path),
            Value::Null | Value::Bool(_) => {}
        }
    }

    /// A value fits one of several forms; if it fits none, the faults of the form that it comes nearest to.
    fn forms(&mut self, forms: &'a [Value], value: &Value, path: &mut String, depth: usize) {
        let mut nearest: Option<Vec<FieldFault>> = None;
        let mut words = Vec::new();
        for form in forms {
            if let Some(word) = form.get("const") {
                words.push(word.clone());
            }
            let mut check = Check {
                root: self.root,
                faults: Vec::new(),
            };
            check.value(form, value, path, depth + 1);
            if check.faults.is_empty() {
                return;
            }
            let is_null_form = form.get("type").and_then(Value::as_str) == Some("null");
            let fewer = nearest
                .as_ref()
                .is_none_or(|best| check.faults.len() < best.len());
            if !is_null_form && (fewer || tag_fits(self.root, form, value)) {
                nearest = Some(check.faults);
            }
            if tag_fits(self.root, form, value) {
                break;
            }
        }
        if words.len() == forms.len() {
            return self.fault(path, format!("must be one of {}", listed(&words)));
        }
        self.faults.extend(nearest.unwrap_or_default());
    }

    fn object(
        &mut self,
        schema: &'a Map<String, Value>,
        fields: &Map<String, Value>,
        path: &mut String,
        depth: usize,
    ) {
        let known = schema.get("properties").and_then(Value::as_object);
        for name in schema
            .get("required")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            let name = name.as_str().unwrap_or_default();
            if !fields.contains_key(name) {
                self.within(path, name, |check, path| check.fault(path, "is missing"));
            }
        }
        let closed = schema.get("additionalProperties") == Some(&Value::Bool(false));
        for (name, value) in fields {
            match known.and_then(|known| known.get(name)) {
                Some(schema) => self.within(path, name, |check, path| {
                    check.value(schema, value, path, depth + 1)
                }),
                None if closed => {
                    self.within(path, name, |check, path| check.fault(path, "is not known here"))
                }
                None => {
                    if let Some(other) = schema.get("additionalProperties") {
                        self.within(path, name, |check, path| {
                            check.value(other, value, path, depth + 1)
                        });
                    }
                }
            }
        }
    }

    fn array(&mut self, schema: &'a Map<String, Value>, items: &[Value], path: &mut String, depth: usize) {
        let limit = |word: &str| {
            schema
                .get(word)
                .and_then(Value::as_u64)
                .and_then(|n| usize::try_from(n).ok())
        };
        if limit("minItems").is_some_and(|fewest| items.len() < fewest) {
            self.fault(
                path,
                format!("must have at least {}", limit("minItems").unwrap_or_default()),
            );
        }
        if let Some(most) = limit("maxItems").filter(|most| items.len() > *most) {
            return self.fault(path, format!("must have at most {most}"));
        }
        if schema.get("uniqueItems") == Some(&Value::Bool(true))
            && items
                .iter()
                .enumerate()
                .any(|(at, item)| items.iter().skip(at + 1).any(|other| other == item))
        {
            self.fault(path, "must not name anything twice");
        }
        if let Some(each) = schema.get("items") {
            for (at, item) in items.iter().enumerate() {
                self.within(path, &at.to_string(), |check, path| {
                    check.value(each, item, path, depth + 1)
                });
            }
        }
    }

    fn text(&mut self, schema: &Map<String, Value>, text: &str, path: &str) {
        let limit = |word: &str| {
            schema
                .get(word)
                .and_then(Value::as_u64)
                .and_then(|n| usize::try_from(n).ok())
        };
        let length = text.chars().count();
        if let Some(least) = limit("minLength").filter(|least| length < *least) {
            self.fault(path, format!("must have at least {least} characters"));
        }
        if let Some(most) = limit("maxLength").filter(|most| length > *most) {
            self.fault(path, format!("must have at most {most} characters"));
        }
        if text.contains('\0') {
            self.fault(path, "must not contain NUL");
        }
        match schema.get("format").and_then(Value::as_str) {
            Some("date-time") if parse_moment(text).is_none() => self.fault(path, NO_MOMENT),
            Some("date") if parse_day(text).is_none() => self.fault(path, NO_DAY),
            Some("uuid") if Uuid::parse_str(text).is_err() => self.fault(path, "must be a UUID"),
            Some("currency") if Currency::parse(text).is_err() => {
                self.fault(path, "is not a currency that is known here");
            }
            _without_a_format_or_right => {}
        }
    }

    fn number(&mut self, schema: &Map<String, Value>, value: &Value, path: &str) {
        let Some(number) = value.as_i64() else { return };
        let bound = |word: &str| schema.get(word).and_then(whole);
        if let Some(least) = bound("minimum").filter(|least| number < *least) {
            self.fault(path, format!("must be at least {least}"));
        }
        if let Some(most) = bound("maximum").filter(|most| number > *most) {
            self.fault(path, format!("must be at most {most}"));
        }
    }

    fn within(&mut self, path: &mut String, name: &str, work: impl FnOnce(&mut Self, &mut String)) {
        let before = path.len();
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(name);
        work(self, path);
        path.truncate(before);
    }
}

/// Whether a form is chosen by a word in the value (a tag) that fits.
fn tag_fits(root: &Value, form: &Value, value: &Value) -> bool {
    let form = match form.get("$ref").and_then(Value::as_str) {
        Some(target) => root.pointer(target.trim_start_matches('#')).unwrap_or(form),
        None => form,
    };
    let properties = form.get("properties").and_then(Value::as_object);
    properties.into_iter().flatten().any(|(name, schema)| {
        schema
            .get("const")
            .is_some_and(|word| value.get(name) == Some(word))
    })
}

/// A bound as a whole number; schemars writes some as floats.
fn whole(bound: &Value) -> Option<i64> {
    bound
        .as_i64()
        .or_else(|| bound.to_string().trim_end_matches(".0").parse().ok())
}

fn is_of_type(wanted: &Value, value: &Value) -> bool {
    match wanted {
        Value::String(word) => is_of(word, value),
        Value::Array(words) => words
            .iter()
            .filter_map(Value::as_str)
            .any(|word| is_of(word, value)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => false,
    }
}

fn is_of(word: &str, value: &Value) -> bool {
    match word {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        _other => false,
    }
}

fn type_words(wanted: &Value) -> String {
    let words = match wanted {
        Value::String(word) => vec![word.as_str()],
        Value::Array(words) => words.iter().filter_map(Value::as_str).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => Vec::new(),
    };
    let words: Vec<&str> = words
        .into_iter()
        .map(|word| match word {
            "object" => "an object",
            "array" => "a list",
            "string" => "a text",
            "integer" => "a whole number",
            "number" => "a number",
            "boolean" => "true or false",
            _null => "null",
        })
        .collect();
    words.join(" or ")
}

fn listed(words: &[Value]) -> String {
    let words: Vec<String> = words
        .iter()
        .filter(|word| !word.is_null())
        .map(|word| word.as_str().map_or_else(|| word.to_string(), str::to_owned))
        .collect();
    words.join(", ")
}

#[cfg(test)]
mod tests;
