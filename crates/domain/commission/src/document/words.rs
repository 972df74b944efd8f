//! Short words for ids: `achieng` in a case is an id in the engine and `achieng` again in the answer.

use std::collections::BTreeSet;

use ratiba_kernel::Id;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::rule::Problem;
use crate::rule::json::reader::Reader;
use crate::{AppointmentId, RuleId, ServiceId, StaffId};

/// The words of one kind. Ids follow the order of the words, so that whoever comes first by id comes first by word.
#[derive(Debug, Default)]
struct Words(Vec<String>);

impl Words {
    fn of(words: BTreeSet<String>) -> Self {
        Self(words.into_iter().collect())
    }

    fn id<T: ?Sized>(&self, word: &str) -> Option<Id<T>> {
        let position = self.0.binary_search_by(|known| known.as_str().cmp(word)).ok()?;
        Some(Id::from_uuid(Uuid::from_u128(u128::try_from(position).ok()? + 1)))
    }

    fn word<T: ?Sized>(&self, id: Id<T>) -> String {
        let position = id.as_uuid().as_u128().checked_sub(1);
        let position = position.and_then(|position| usize::try_from(position).ok());
        let word = position.and_then(|position| self.0.get(position));
        word.cloned().unwrap_or_else(|| id.to_string())
    }
}

/// Every word of a case.
#[derive(Debug, Default)]
pub(super) struct Vocabulary {
    staff: Words,
    services: Words,
    rules: Words,
    appointments: Words,
}

impl Vocabulary {
    /// The words of the lists; where `staff` or `services` are left out, those that anything else names.
    pub(super) fn read(reader: &mut Reader, case: &Map<String, Value>) -> Self {
        let staff = match case.get("staff") {
            Some(listed) => declared(reader, "staff", listed),
            None => or_one(named(case, &["staff"]), "staff"),
        };
        let services = match case.get("services") {
            Some(listed) => declared(reader, "services", listed),
            None => or_one(named(case, &["service"]), "service"),
        };
        let mut rules = BTreeSet::new();
        let mut appointments = BTreeSet::new();
        for place in std::iter::once(case).chain(steps(case)) {
            rules.extend(ids(place.get("rules"), "rule"));
            appointments.extend(ids(place.get("appointments"), "appointment"));
        }
        Self {
            staff: Words::of(staff),
            services: Words::of(services),
            rules: Words::of(rules),
            appointments: Words::of(appointments),
        }
    }

    pub(super) fn all_staff(&self) -> impl Iterator<Item = StaffId> + '_ {
        self.staff.0.iter().filter_map(|word| self.staff.id(word))
    }

    /// The staff member of a word; the only one where nobody is named.
    pub(super) fn staff_id(&self, reader: &mut Reader, path: &str, value: Option<&Value>) -> Option<StaffId> {
        found(reader, path, value, &self.staff, "staff member")
    }

    /// The service of a word; the only one where none is named.
    pub(super) fn service_id(
        &self,
        reader: &mut Reader,
        path: &str,
        value: Option<&Value>,
    ) -> Option<ServiceId> {
        found(reader, path, value, &self.services, "service")
    }

    pub(super) fn known_service(&self, word: &str) -> Option<ServiceId> {
        self.services.id(word)
    }

    pub(super) fn rule_id(&self, word: &str) -> Option<RuleId> {
        self.rules.id(word)
    }

    pub(super) fn appointment_id(&self, word: &str) -> Option<AppointmentId> {
        self.appointments.id(word)
    }

    pub(super) fn staff(&self, id: StaffId) -> String {
        self.staff.word(id)
    }

    pub(super) fn service(&self, id: ServiceId) -> String {
        self.services.word(id)
    }

    pub(super) fn rule(&self, id: RuleId) -> String {
        self.rules.word(id)
    }

    pub(super) fn appointment(&self, id: AppointmentId) -> String {
        self.appointments.word(id)
    }
}

/// The word of the entry at a place of a list, where it names none itself.
pub(super) fn unnamed(kind: &str, index: usize) -> String {
    format!("{kind}-{:04}", index + 1)
}

fn found<T: ?Sized>(
    reader: &mut Reader,
    path: &str,
    value: Option<&Value>,
    words: &Words,
    what: &'static str,
) -> Option<Id<T>> {
    let Some(value) = value else {
        return match words.0.as_slice() {
            [only] => words.id(only),
            _several => reader.fault(path, Problem::Missing),
        };
    };
    let Some(word) = value.as_str() else {
        return reader.fault(path, Problem::MustBe("a word"));
    };
    match words.id(word) {
        Some(id) => Some(id),
        None => reader.fault(
            path,
            Problem::NoSuch {
                what,
                word: word.to_owned(),
            },
        ),
    }
}

fn or_one(words: BTreeSet<String>, otherwise: &str) -> BTreeSet<String> {
    if words.is_empty() {
        BTreeSet::from([otherwise.to_owned()])
    } else {
        words
    }
}

fn steps(case: &Map<String, Value>) -> impl Iterator<Item = &Map<String, Value>> {
    let later = case.get("later").and_then(Value::as_array);
    later.into_iter().flatten().filter_map(Value::as_object)
}

/// The words of a list whose entries are words or objects with an `id`.
fn declared(reader: &mut Reader, path: &str, listed: &Value) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    let Some(items) = listed.as_array() else {
        reader.fault::<()>(path, Problem::MustBe("a list"));
        return words;
    };
    for (index, item) in items.iter().enumerate() {
        let path = format!("{path}[{index}]");
        let word = item.as_str().or_else(|| item.get("id").and_then(Value::as_str));
        match word.filter(|word| !word.trim().is_empty() && word.chars().count() <= 64) {
            None => {
                reader.fault::<()>(
                    path,
                    Problem::MustBe("a word of 1 to 64 characters, or an object with such an `id`"),
                );
            }
            Some(word) => {
                if !words.insert(word.to_owned()) {
                    reader.fault::<()>(path, Problem::IdTwice(word.to_owned()));
                }
            }
        }
    }
    words
}

fn ids(listed: Option<&Value>, kind: &str) -> Vec<String> {
    let items = listed.and_then(Value::as_array).into_iter().flatten().enumerate();
    items
        .map(|(index, item)| {
            let word = item.get("id").and_then(Value::as_str);
            word.map_or_else(|| unnamed(kind, index), str::to_owned)
        })
        .collect()
}

/// Every word that a member of one of these names has anywhere in rules and appointments, alone, in a list, or as
/// the key of an object.
fn named(case: &Map<String, Value>, names: &[&str]) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    for place in std::iter::once(case).chain(steps(case)) {
        for list in ["rules", "appointments"] {
            for item in place.get(list).and_then(Value::as_array).into_iter().flatten() {
                gather(item, names, &mut words);
            }
        }
    }
    words
}

fn gather(value: &Value, names: &[&str], words: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                if names.contains(&name.as_str()) {
                    words.extend(value.as_str().map(str::to_owned));
                    let items = value.as_array().into_iter().flatten();
                    words.extend(items.filter_map(Value::as_str).map(str::to_owned));
                }
                if name == "services" && names.contains(&"service") {
                    words.extend(
                        value
                            .as_object()
                            .into_iter()
                            .flat_map(|object| object.keys().cloned()),
                    );
                }
                gather(value, names, words);
            }
        }
        Value::Array(items) => {
            for item in items {
                gather(item, names, words);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
