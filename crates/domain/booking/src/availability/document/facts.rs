//! People, places and what keeps them busy, as a case tells them.

use std::collections::BTreeMap;

use serde_json::Value;
use time::{Date, OffsetDateTime};

use super::fault::Problem;
use super::hours::around_the_clock;
use super::reader::{Entry, Form, Reader};
use super::words::{Words, word};
use crate::availability::fairness::monday;
use crate::availability::{Hours, ResourceFacts, StaffFacts};
use crate::catalogue::{Buffers, Minutes, ResourceKind, ResourceMark, ServiceMark, StaffMark};

pub(super) const BUFFERS: Form = Form {
    name: "buffers",
    fields: &["before", "after"],
};
pub(super) const AMOUNT: Form = Form {
    name: "amount",
    fields: &["flat_minor", "basis_points"],
};
pub(super) const STAFF: Form = Form {
    name: "staff",
    fields: &[
        "id",
        "name",
        "hours",
        "overrides",
        "leave",
        "weight",
        "load",
        "booked_last",
        "joined",
    ],
};
pub(super) const RESOURCE: Form = Form {
    name: "resource",
    fields: &["id", "kind", "capacity", "out_of_service"],
};

/// How many services, people and resources a case may have.
pub(super) const THINGS_MOST: usize = 500;
pub(super) const SPANS_MOST: usize = 1_000;
pub(super) const PRICE_MINOR_MOST: u32 = 2_000_000_000;
pub(super) const BUFFER_MOST: u32 = 240;

/// The words of a case.
#[derive(Debug)]
pub(super) struct Vocabulary {
    pub(super) services: Words<ServiceMark>,
    pub(super) staff: Words<StaffMark>,
    pub(super) resources: Words<ResourceMark>,
}

/// How much somebody is booked in a week.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Load {
    /// As the bookings of the case say.
    Reckoned,
    /// The same in every week.
    EveryWeek(u32),
    /// By the Mondays of the weeks.
    ByWeek(BTreeMap<Date, u32>),
}

/// One entry of a list of things with ids.
pub(super) struct Named<'v> {
    pub(super) path: String,
    pub(super) word: String,
    /// `None` for one of which the id alone is given.
    pub(super) entry: Option<Entry<'v>>,
}

/// The entries of a list and their words, and whether each has its word. Without the list there is one entry, with
/// the name of its kind.
pub(super) fn named<'v>(
    reader: &mut Reader,
    case: &Entry<'v>,
    field: &str,
    form: &'static Form,
) -> (Vec<Named<'v>>, bool) {
    let Some(list) = case.get(field) else {
        let only = Named {
            path: case.at(field),
            word: form.name.to_owned(),
            entry: None,
        };
        return (vec![only], true);
    };
    let items = reader.list_in(case, field, THINGS_MOST);
    let listed = list.as_array().map(Vec::len);
    let alone = items.len() == 1;
    let mut found = Vec::with_capacity(items.len());
    for (path, value) in items {
        if value.is_string() {
            let entry = None;
            found.extend(word(reader, &path, value).map(|word| Named { path, word, entry }));
            continue;
        }
        let Some(entry) = reader.entry(&path, value, form) else {
            continue;
        };
        let name = if alone && !entry.has("id") {
            Some(form.name.to_owned())
        } else {
            reader.needed(&entry, "id", word)
        };
        let entry = Some(entry);
        found.extend(name.map(|word| Named { path, word, entry }));
    }
    let all_known = listed == Some(found.len());
    (found, all_known)
}

pub(super) fn words<T>(
    reader: &mut Reader,
    what: &'static str,
    (named, all_known): &(Vec<Named<'_>>, bool),
) -> Words<T> {
    let id = |named: &Named<'_>| match &named.entry {
        Some(entry) => entry.at("id"),
        None => named.path.clone(),
    };
    let words = named.iter().map(|named| (id(named), named.word.clone()));
    Words::new(reader, what, words.collect(), *all_known)
}

pub(super) fn kind(reader: &mut Reader, path: &str, value: &Value) -> Option<ResourceKind> {
    match value.as_str().map(ResourceKind::parse) {
        Some(Ok(kind)) => Some(kind),
        Some(Err(_)) | None => reader.must_be(
            path,
            "a word of at most 40 lower-case letters, digits, dashes and underscores",
        ),
    }
}

fn spans(reader: &mut Reader, entry: &Entry<'_>, field: &str) -> Vec<ratiba_kernel::TimeRange> {
    let items = reader.list_in(entry, field, SPANS_MOST);
    let spans = items
        .into_iter()
        .filter_map(|(path, value)| reader.span(&path, value));
    spans.collect()
}

/// An amount or a share of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Amount {
    /// Minor units.
    Flat(u32),
    /// Basis points.
    Share(u32),
}

pub(super) fn amount(reader: &mut Reader, path: &str, value: &Value) -> Option<Amount> {
    let entry = reader.entry(path, value, &AMOUNT)?;
    let flat = reader.field(&entry, "flat_minor", |reader, path, value| {
        reader.whole(path, value, 1..=PRICE_MINOR_MOST)
    });
    let share = reader.field(&entry, "basis_points", |reader, path, value| {
        reader.whole(path, value, 1..=10_000)
    });
    match (entry.has("flat_minor"), entry.has("basis_points")) {
        (true, false) => flat.map(Amount::Flat),
        (false, true) => share.map(Amount::Share),
        (true, true) | (false, false) => {
            reader.must_be(path, "an object with either flat_minor or basis_points")
        }
    }
}

pub(super) fn buffers(reader: &mut Reader, path: &str, value: &Value) -> Option<Buffers> {
    let entry = reader.entry(path, value, &BUFFERS)?;
    Some(Buffers {
        before: buffer(reader, &entry, "before"),
        after: buffer(reader, &entry, "after"),
    })
}

pub(super) fn buffer(reader: &mut Reader, entry: &Entry<'_>, field: &str) -> Minutes {
    let minutes = reader.field(entry, field, |reader, path, value| {
        reader.whole(path, value, 0..=BUFFER_MOST)
    });
    minutes.map_or(Minutes::NONE, Minutes::new)
}

pub(super) fn staff(
    reader: &mut Reader,
    named: Vec<Named<'_>>,
    vocabulary: &Vocabulary,
) -> Vec<(StaffFacts, Load)> {
    let mut staff = Vec::with_capacity(named.len());
    for Named { word, entry, .. } in named {
        let Some(id) = vocabulary.staff.known(&word) else {
            continue;
        };
        let plain = StaffFacts {
            id,
            hours: Hours {
                weekly: around_the_clock(),
                dated: BTreeMap::new(),
            },
            leave: Vec::new(),
            weight: 100,
            load: BTreeMap::new(),
            booked_last: Some(OffsetDateTime::UNIX_EPOCH),
            joined: None,
        };
        staff.push(match entry {
            None => (plain, Load::Reckoned),
            Some(entry) => member(reader, &entry, plain),
        });
    }
    // The book reads people in the order of their ids.
    staff.sort_by_key(|(facts, _)| facts.id);
    staff
}

fn member(reader: &mut Reader, entry: &Entry<'_>, plain: StaffFacts) -> (StaffFacts, Load) {
    // For whoever reads the case; answers show the id.
    reader.field(entry, "name", |reader, path, value| reader.text(path, value));
    let weekly = reader.field(entry, "hours", Reader::weekly);
    let dated = reader.field(entry, "overrides", Reader::dated);
    let weight = reader.field(entry, "weight", |reader, path, value| {
        reader.whole(path, value, 0..=1_000_000)
    });
    let load = reader.field(entry, "load", load);
    let booked_last = match entry.get("booked_last") {
        None => plain.booked_last,
        Some(Value::Null) => None,
        Some(value) => reader.instant(&entry.at("booked_last"), value),
    };
    let facts = StaffFacts {
        hours: Hours {
            weekly: weekly.unwrap_or(plain.hours.weekly),
            dated: dated.unwrap_or_default(),
        },
        leave: spans(reader, entry, "leave"),
        weight: weight.unwrap_or(plain.weight),
        booked_last,
        joined: reader.field(entry, "joined", Reader::date),
        ..plain
    };
    (facts, load.unwrap_or(Load::Reckoned))
}

fn load(reader: &mut Reader, path: &str, value: &Value) -> Option<Load> {
    let bounds = 0..=1_000_000;
    let Some(weeks) = value.as_object() else {
        return reader.whole(path, value, bounds).map(Load::EveryWeek);
    };
    let mut by_week = BTreeMap::new();
    for (key, value) in weeks {
        let path = super::json::member(path, key);
        let minutes = reader.whole(&path, value, bounds.clone());
        let date = reader.date(&path, &Value::String(key.clone()));
        let date = match date {
            Some(date) if monday(date) != date => reader.must_be(&path, "a Monday"),
            Some(_) | None => date,
        };
        by_week.extend(date.zip(minutes));
    }
    Some(Load::ByWeek(by_week))
}

pub(super) fn resources(
    reader: &mut Reader,
    named: Vec<Named<'_>>,
    vocabulary: &Vocabulary,
) -> Vec<ResourceFacts> {
    let mut resources = Vec::with_capacity(named.len());
    for Named { path, word, entry } in named {
        let Some(entry) = entry else {
            reader.fault::<()>(path, Problem::MustBe("an object with a `kind`".to_owned()));
            continue;
        };
        let kind = reader.needed(&entry, "kind", kind);
        let capacity = reader.field(&entry, "capacity", |reader, path, value| {
            reader.whole(path, value, 1..=50)
        });
        let out_of_service = spans(reader, &entry, "out_of_service");
        let (Some(id), Some(kind)) = (vocabulary.resources.known(&word), kind) else {
            continue;
        };
        resources.push(ResourceFacts {
            id,
            kind,
            capacity: capacity.and_then(|seats| u16::try_from(seats).ok()).unwrap_or(1),
            out_of_service,
        });
    }
    resources.sort_by_key(|resource| resource.id);
    resources
}
