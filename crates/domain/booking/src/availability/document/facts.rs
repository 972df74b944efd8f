//! Services, people, places and what keeps them busy, as a case tells them.

use std::collections::{BTreeMap, BTreeSet};

use ratiba_kernel::{BasisPoints, Currency, Money};
use serde_json::Value;
use time::{Date, OffsetDateTime};

use super::fault::Problem;
use super::hours::around_the_clock;
use super::reader::{Entry, Form, Reader};
use super::rules;
use super::words::{Words, word};
use crate::availability::fairness::monday;
use crate::availability::{Hours, ResourceFacts, StaffFacts};
use crate::catalogue::{
    BookingWindow, Buffers, ClientPresence, Deposit, Minutes, Offering, Recipe, ResourceKind, ResourceMark,
    Segment, Service, ServiceCategory, ServiceMark, StaffId, StaffMark, StaffNeed,
};
use crate::cross_sell::Relation;
use crate::policy::{PerChannel, Rounding};

pub(super) const SERVICE: Form = Form {
    name: "service",
    fields: &[
        "id",
        "name",
        "active",
        "minutes",
        "resource_kind",
        "segments",
        "buffers",
        "staff",
        "price_minor",
        "deposit",
        "notice",
        "horizon_days",
    ],
};
pub(super) const SEGMENT: Form = Form {
    name: "segment",
    fields: &["minutes", "staff", "resource_kind", "client"],
};
pub(super) const BUFFERS: Form = Form {
    name: "buffers",
    fields: &["before", "after"],
};
pub(super) const AMOUNT: Form = Form {
    name: "amount",
    fields: &["flat_minor", "basis_points"],
};
pub(super) const CHANNELS: Form = Form {
    name: "channels",
    fields: &["chat", "web", "desk"],
};
pub(super) const RELATION: Form = Form {
    name: "relation",
    fields: &["primary", "complement", "confidence"],
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
const THINGS_MOST: usize = 500;
const SPANS_MOST: usize = 1_000;
const SEGMENTS_MOST: usize = 12;
const PRICE_MINOR: i64 = 100_000;
const PRICE_MINOR_MOST: u32 = 2_000_000_000;
pub(super) const DAY: u32 = 24 * 60;
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
    path: String,
    word: String,
    /// `None` for one of which the id alone is given.
    entry: Option<Entry<'v>>,
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

fn kind(reader: &mut Reader, path: &str, value: &Value) -> Option<ResourceKind> {
    match value.as_str().map(ResourceKind::parse) {
        Some(Ok(kind)) => Some(kind),
        Some(Err(_)) | None => reader.must_be(
            path,
            "a word of at most 40 lower-case letters, digits, dashes and underscores",
        ),
    }
}

/// A kind that a service needs. One of which there is nothing is a slip of the pen: it could never be had.
fn needed_kind(reader: &mut Reader, path: &str, value: &Value, sold: &Sold<'_>) -> Option<ResourceKind> {
    let kind = kind(reader, path, value)?;
    if sold.kinds.is_none_or(|kinds| kinds.contains(&kind)) {
        return Some(kind);
    }
    let (what, word) = ("resource of the kind", kind.as_str().to_owned());
    reader.fault(path, Problem::NoSuch { what, word })
}

fn spans(reader: &mut Reader, entry: &Entry<'_>, field: &str) -> Vec<ratiba_kernel::TimeRange> {
    let items = reader.list_in(entry, field, SPANS_MOST);
    let spans = items
        .into_iter()
        .filter_map(|(path, value)| reader.span(&path, value));
    spans.collect()
}

/// What services are read against.
pub(super) struct Sold<'a> {
    pub(super) vocabulary: &'a Vocabulary,
    pub(super) currency: Currency,
    pub(super) rounding: Rounding,
    /// The kinds that a service may name; `None` for any, as where faults keep them from being known.
    pub(super) kinds: Option<&'a BTreeSet<ResourceKind>>,
}

pub(super) fn services(reader: &mut Reader, named: Vec<Named<'_>>, sold: &Sold<'_>) -> Vec<Service> {
    let mut services = Vec::with_capacity(named.len());
    for Named { path, word, entry } in named {
        let Some(entry) = entry else {
            reader.fault::<()>(
                path,
                Problem::MustBe("an object that gives `minutes` or `segments`".to_owned()),
            );
            continue;
        };
        services.extend(service(reader, &entry, &word, sold));
    }
    services
}

fn service(reader: &mut Reader, entry: &Entry<'_>, word: &str, sold: &Sold<'_>) -> Option<Service> {
    let (vocabulary, currency) = (sold.vocabulary, sold.currency);
    let price = reader.field(entry, "price_minor", |reader, path, value| {
        reader.whole(path, value, 1..=PRICE_MINOR_MOST)
    });
    let name = reader.field(entry, "name", |reader, path, value| reader.text(path, value));
    let active = reader.field(entry, "active", Reader::yes).unwrap_or(true);
    let recipe = recipe(reader, entry, sold);
    let deposit = reader.field(entry, "deposit", |reader, path, value| {
        if value.as_str() == Some("none") {
            return Some(Deposit::None);
        }
        Some(match amount(reader, path, value)? {
            Amount::Flat(minor) => Deposit::Flat(Money::new(i64::from(minor), currency)),
            Amount::Share(rate) => Deposit::Percent(BasisPoints::new(rate)),
        })
    });
    let team: BTreeSet<StaffId> = if entry.has("staff") {
        let items = reader.list_in(entry, "staff", THINGS_MOST);
        let ids = items
            .into_iter()
            .filter_map(|(path, value)| vocabulary.staff.id(reader, &path, value));
        ids.collect()
    } else {
        vocabulary.staff.all().collect()
    };
    let window = BookingWindow {
        notice: by_channel(reader, entry, "notice", rules::NOTICE_MOST, Minutes::new),
        horizon_days: by_channel(reader, entry, "horizon_days", rules::HORIZON_MOST, |days| {
            u16::try_from(days).unwrap_or(u16::MAX)
        }),
    };
    let category = ServiceCategory::parse("service").ok()?;
    let service = Service {
        id: vocabulary.services.known(word)?,
        name: name.unwrap_or(word).to_owned(),
        name_sw: None,
        aliases: Vec::new(),
        category,
        price: Money::new(price.map_or(PRICE_MINOR, i64::from), currency),
        deposit: deposit.unwrap_or(Deposit::None),
        recipe: recipe?,
        tax: BasisPoints::new(0),
        product_cost: Money::zero(currency),
        offering: if active {
            Offering::Active
        } else {
            Offering::Retired
        },
        staff: team,
        window,
    };
    match service.check(sold.rounding) {
        Ok(()) => Some(service),
        Err(error) => reader.fault(entry.path.clone(), Problem::Catalogue(error)),
    }
}

/// A rule of the service's own: one value for all channels, or an object by channel; `None` where the tenant's rule
/// counts.
fn by_channel<T: Copy>(
    reader: &mut Reader,
    entry: &Entry<'_>,
    field: &str,
    most: u32,
    of: impl Fn(u32) -> T,
) -> PerChannel<Option<T>> {
    let Some(value) = entry.get(field) else {
        return PerChannel::all(None);
    };
    let path = entry.at(field);
    if !value.is_object() {
        return PerChannel::all(reader.whole(&path, value, 0..=most).map(of));
    }
    let Some(channels) = reader.entry(&path, value, &CHANNELS) else {
        return PerChannel::all(None);
    };
    let mut one = |channel: &str| {
        let read = reader.field(&channels, channel, |reader, path, value| {
            reader.whole(path, value, 0..=most)
        });
        read.map(&of)
    };
    PerChannel {
        chat: one("chat"),
        web: one("web"),
        desk: one("desk"),
    }
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

fn recipe(reader: &mut Reader, entry: &Entry<'_>, sold: &Sold<'_>) -> Option<Recipe> {
    let buffers = reader.field(entry, "buffers", buffers).unwrap_or_default();
    let segments = if entry.has("segments") {
        for field in ["minutes", "resource_kind"] {
            if entry.has(field) {
                let why = Problem::Misplaced("with `segments`, each of them says it");
                reader.fault::<()>(entry.at(field), why);
            }
        }
        let items = reader.list_in(entry, "segments", SEGMENTS_MOST);
        let count = items.len();
        let segments = items
            .into_iter()
            .filter_map(|(path, value)| segment(reader, &path, value, sold));
        let segments: Vec<Segment> = segments.collect();
        // A faulty segment is told already; what remains of the service is not judged.
        if segments.len() < count {
            return None;
        }
        segments
    } else if !entry.has("minutes") {
        let wanted = "an object that gives `minutes` or `segments`";
        return reader.must_be(&entry.path, wanted);
    } else {
        let minutes = reader.field(entry, "minutes", minutes);
        let resource_kind = reader.field(entry, "resource_kind", |reader, path, value| {
            needed_kind(reader, path, value, sold)
        });
        vec![Segment {
            minutes: minutes?,
            staff: StaffNeed::Needed,
            resource_kind,
            client: ClientPresence::Present,
        }]
    };
    match Recipe::new(segments, buffers) {
        Ok(recipe) => Some(recipe),
        Err(error) => reader.fault(entry.at("segments"), Problem::Catalogue(error)),
    }
}

/// What goes well with what.
pub(super) fn relations(reader: &mut Reader, case: &Entry<'_>, vocabulary: &Vocabulary) -> Vec<Relation> {
    let mut relations = Vec::new();
    for (path, value) in reader.list_in(case, "relations", SPANS_MOST) {
        let Some(entry) = reader.entry(&path, value, &RELATION) else {
            continue;
        };
        let mut of = |field: &str| {
            reader.needed(&entry, field, |reader, path, value| {
                vocabulary.services.id(reader, path, value)
            })
        };
        let both = of("primary").zip(of("complement"));
        let confidence = reader.needed(&entry, "confidence", |reader, path, value| {
            reader.whole(path, value, 1..=10_000)
        });
        let (Some((primary, complement)), Some(confidence)) = (both, confidence) else {
            continue;
        };
        if primary == complement {
            reader.must_be::<()>(&entry.at("complement"), "another service than the primary");
        }
        relations.push(Relation {
            primary,
            complement,
            confidence: BasisPoints::new(confidence),
        });
    }
    relations
}

fn minutes(reader: &mut Reader, path: &str, value: &Value) -> Option<Minutes> {
    reader.whole(path, value, 1..=DAY).map(Minutes::new)
}

fn segment(reader: &mut Reader, path: &str, value: &Value, sold: &Sold<'_>) -> Option<Segment> {
    let entry = reader.entry(path, value, &SEGMENT)?;
    let minutes = reader.needed(&entry, "minutes", minutes);
    let staff = reader.field(&entry, "staff", Reader::yes).unwrap_or(true);
    let client = reader.field(&entry, "client", Reader::yes).unwrap_or(true);
    let resource_kind = reader.field(&entry, "resource_kind", |reader, path, value| {
        needed_kind(reader, path, value, sold)
    });
    Some(Segment {
        minutes: minutes?,
        staff: staff.into(),
        resource_kind,
        client: client.into(),
    })
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
