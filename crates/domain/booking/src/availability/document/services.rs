//! Services and what goes well with them, as a case tells them.

use std::collections::BTreeSet;

use ratiba_kernel::{BasisPoints, Currency, Money};
use serde_json::Value;

use super::facts::{
    Amount, Named, PRICE_MINOR_MOST, SPANS_MOST, THINGS_MOST, Vocabulary, amount, buffers, kind,
};
use super::fault::Problem;
use super::reader::{Entry, Form, Reader};
use super::rules;
use crate::catalogue::{
    BookingWindow, ClientPresence, Deposit, Minutes, Offering, Recipe, ResourceKind, Segment, Service,
    ServiceCategory, StaffId, StaffNeed,
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
pub(super) const CHANNELS: Form = Form {
    name: "channels",
    fields: &["chat", "web", "desk"],
};
pub(super) const RELATION: Form = Form {
    name: "relation",
    fields: &["primary", "complement", "confidence"],
};

const SEGMENTS_MOST: usize = 12;
const PRICE_MINOR: i64 = 100_000;

/// A day, in minutes: the longest service.
const DAY: u32 = 24 * 60;

/// A kind that a service needs. One of which there is nothing is a slip of the pen: it could never be had.
fn needed_kind(reader: &mut Reader, path: &str, value: &Value, sold: &Sold<'_>) -> Option<ResourceKind> {
    let kind = kind(reader, path, value)?;
    if sold.kinds.is_none_or(|kinds| kinds.contains(&kind)) {
        return Some(kind);
    }
    let (what, word) = ("resource of the kind", kind.as_str().to_owned());
    reader.fault(path, Problem::NoSuch { what, word })
}

/// What services are read against.
pub(super) struct Sold<'a> {
    pub(super) vocabulary: &'a Vocabulary,
    pub(super) currency: Currency,
    pub(super) rounding: Rounding,
    /// The kinds that a service may name; `None` for any, as where faults keep them from being known.
    pub(super) kinds: Option<&'a BTreeSet<ResourceKind>>,
}

pub(super) fn read(reader: &mut Reader, named: Vec<Named<'_>>, sold: &Sold<'_>) -> Vec<Service> {
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
