//! Reads on after a fault, so that all are told at once.
//!
//! A reading method answers `None` only where nothing was said or a fault was noted. What is read with a
//! default in its place after a fault is never used: a case with faults is refused as a whole.

use std::ops::RangeInclusive;

use ratiba_kernel::Zone;
use serde::Serialize;
use serde_json::{Map, Value};
use time::Date;

use super::fault::{Fault, Problem};
use super::json::member;

const FAULTS_MOST: usize = 1_000;

/// A kind of object, with every member that it may have.
#[derive(Debug)]
pub(super) struct Form {
    /// As the schema calls it.
    pub(super) name: &'static str,
    pub(super) fields: &'static [&'static str],
}

/// How something was read that could be read in two ways.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Note {
    /// Where in the case.
    pub path: String,
    /// How it was read.
    pub note: String,
}

/// What the reading of all parts shares.
#[derive(Debug)]
pub(super) struct Reader {
    pub(super) zone: Zone,
    /// The day of a time of day that stands alone.
    pub(super) day: Option<Date>,
    pub(super) faults: Vec<Fault>,
    pub(super) notes: Vec<Note>,
}

/// An object at its place. Its members are all known.
#[derive(Clone, Debug)]
pub(super) struct Entry<'v> {
    pub(super) path: String,
    object: &'v Map<String, Value>,
    form: &'static Form,
}

impl<'v> Entry<'v> {
    pub(super) fn at(&self, field: &str) -> String {
        member(&self.path, field)
    }

    pub(super) fn get(&self, field: &str) -> Option<&'v Value> {
        debug_assert!(self.form.fields.contains(&field), "{field} of {}", self.form.name);
        self.object.get(field)
    }

    pub(super) fn has(&self, field: &str) -> bool {
        self.get(field).is_some()
    }
}

impl Reader {
    pub(super) const fn new(zone: Zone) -> Self {
        Self {
            zone,
            day: None,
            faults: Vec::new(),
            notes: Vec::new(),
        }
    }

    pub(super) fn fault<T>(&mut self, path: impl Into<String>, problem: Problem) -> Option<T> {
        let fault = Fault {
            path: path.into(),
            problem,
        };
        // Whoever is told a thousand faults looks at the program that wrote the case.
        if self.faults.len() < FAULTS_MOST && !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
        None
    }

    pub(super) fn must_be<T>(&mut self, path: &str, what: impl Into<String>) -> Option<T> {
        self.fault(path, Problem::MustBe(what.into()))
    }

    /// An object of a form; members that it should not have are faults.
    pub(super) fn entry<'v>(
        &mut self,
        path: &str,
        value: &'v Value,
        form: &'static Form,
    ) -> Option<Entry<'v>> {
        let Some(object) = value.as_object() else {
            return self.must_be(path, "an object");
        };
        for name in object.keys() {
            if !form.fields.contains(&name.as_str()) {
                let known = Problem::Unknown(form.fields.join(", "));
                self.fault::<()>(member(path, name), known);
            }
        }
        Some(Entry {
            path: path.to_owned(),
            object,
            form,
        })
    }

    /// A member of an entry, if it is there.
    pub(super) fn field<'v, T>(
        &mut self,
        entry: &Entry<'v>,
        field: &str,
        read: impl FnOnce(&mut Self, &str, &'v Value) -> Option<T>,
    ) -> Option<T> {
        let value = entry.get(field)?;
        read(self, &entry.at(field), value)
    }

    /// A member of an entry that must be there.
    pub(super) fn needed<'v, T>(
        &mut self,
        entry: &Entry<'v>,
        field: &str,
        read: impl FnOnce(&mut Self, &str, &'v Value) -> Option<T>,
    ) -> Option<T> {
        if entry.has(field) {
            self.field(entry, field, read)
        } else {
            self.fault(entry.at(field), Problem::Missing)
        }
    }

    /// The members of a list, each at its place.
    pub(super) fn list<'v>(&mut self, path: &str, value: &'v Value, most: usize) -> Vec<(String, &'v Value)> {
        let Some(items) = value.as_array() else {
            self.must_be::<()>(path, "a list");
            return Vec::new();
        };
        if items.len() > most {
            self.fault::<()>(path, Problem::TooMany(most));
            return Vec::new();
        }
        let items = items.iter().enumerate();
        items
            .map(|(index, item)| (format!("{path}[{index}]"), item))
            .collect()
    }

    /// The entries of a list in a member; none if it is not there.
    pub(super) fn list_in<'v>(
        &mut self,
        entry: &Entry<'v>,
        field: &str,
        most: usize,
    ) -> Vec<(String, &'v Value)> {
        let list = self.field(entry, field, |reader, path, value| {
            Some(reader.list(path, value, most))
        });
        list.unwrap_or_default()
    }

    pub(super) fn text<'v>(&mut self, path: &str, value: &'v Value) -> Option<&'v str> {
        match value.as_str() {
            Some(text) => Some(text),
            None => self.must_be(path, "text"),
        }
    }

    pub(super) fn yes(&mut self, path: &str, value: &Value) -> Option<bool> {
        match value.as_bool() {
            Some(yes) => Some(yes),
            None => self.must_be(path, "true or false"),
        }
    }

    /// A whole number within bounds.
    pub(super) fn whole(&mut self, path: &str, value: &Value, bounds: RangeInclusive<u32>) -> Option<u32> {
        let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
        match number.filter(|number| bounds.contains(number)) {
            Some(number) => Some(number),
            None => self.must_be(
                path,
                format!("a whole number from {} to {}", bounds.start(), bounds.end()),
            ),
        }
    }

    /// One of several words.
    pub(super) fn one_of<T: Copy>(&mut self, path: &str, value: &Value, words: &[(&str, T)]) -> Option<T> {
        let found = words.iter().find(|(word, _)| value.as_str() == Some(word));
        if let Some((_, meaning)) = found {
            return Some(*meaning);
        }
        let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        self.must_be(path, format!("one of {}", words.join(", ")))
    }
}
