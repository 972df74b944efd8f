//! Engagements of a case, and bookings whose engagements follow from the service.

use std::collections::BTreeMap;

use ratiba_kernel::TimeRange;
use time::OffsetDateTime;

use super::facts::{Vocabulary, buffer};
use super::fault::Problem;
use super::reader::{Entry, Form, Reader};
use crate::availability::{EngagedAs, Engagement, ResourceFacts};
use crate::catalogue::{ResourceId, Service, StaffId};
use crate::engagement::{Claim, Need, Role, Subject};
use crate::policy::BufferRule;

pub(super) const ENGAGEMENT: Form = Form {
    name: "engagement",
    fields: &[
        "staff",
        "resource",
        "seat",
        "from",
        "to",
        "minutes",
        "before",
        "after",
        "as",
        "until",
        "requested",
    ],
};
pub(super) const BOOKING: Form = Form {
    name: "booking",
    fields: &[
        "service",
        "staff",
        "start",
        "resources",
        "as",
        "until",
        "requested",
    ],
};

const ENTRIES_MOST: usize = 20_000;
const SEATS_MOST: u32 = 50;

/// Work that counts for whose turn it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Work {
    pub(super) staff: StaffId,
    pub(super) time: TimeRange,
    pub(super) engaged_as: EngagedAs,
}

/// What keeps people and places busy, and what of it counts as load.
#[derive(Clone, Debug, Default)]
pub(super) struct Diary {
    pub(super) engagements: Vec<Engagement>,
    pub(super) work: Vec<Work>,
    taken: BTreeMap<Subject, Vec<Claim>>,
}

/// What the entries of a diary are read against.
pub(super) struct Ground<'a> {
    pub(super) vocabulary: &'a Vocabulary,
    pub(super) services: &'a [Service],
    pub(super) resources: &'a [ResourceFacts],
    pub(super) rule: BufferRule,
}

impl Diary {
    pub(super) fn read(reader: &mut Reader, case: &Entry<'_>, ground: &Ground<'_>) -> Self {
        let mut diary = Self::default();
        for (path, value) in reader.list_in(case, "engagements", ENTRIES_MOST) {
            if let Some(entry) = reader.entry(&path, value, &ENGAGEMENT) {
                diary.engagement(reader, &entry, ground);
            }
        }
        for (path, value) in reader.list_in(case, "bookings", ENTRIES_MOST) {
            if let Some(entry) = reader.entry(&path, value, &BOOKING) {
                diary.booking(reader, &entry, ground);
            }
        }
        diary
    }

    /// Keeps a claim out of everybody's way from now on.
    pub(super) fn take(&mut self, claim: Claim, engaged_as: EngagedAs) {
        self.taken.entry(claim.subject).or_default().push(claim.clone());
        self.engagements.push(Engagement { claim, engaged_as });
    }

    fn is_free(&self, claim: &Claim) -> bool {
        let taken = self.taken.get(&claim.subject);
        taken.is_none_or(|taken| !taken.iter().any(|other| other.conflicts(claim)))
    }

    fn engagement(&mut self, reader: &mut Reader, entry: &Entry<'_>, ground: &Ground<'_>) -> Option<()> {
        let time = reader.stretch(entry);
        let (before, after) = (buffer(reader, entry, "before"), buffer(reader, entry, "after"));
        let engaged_as = engaged_as(reader, entry);
        let claim = |subject| Claim::of_work(subject, time?, before, after, ground.rule);
        match (entry.has("staff"), entry.has("resource")) {
            (true, false) => {
                let staff = reader.field(entry, "staff", |reader, path, value| {
                    ground.vocabulary.staff.id(reader, path, value)
                });
                let requested = reader.field(entry, "requested", Reader::yes).unwrap_or_default();
                if entry.has("seat") {
                    let why = Problem::Misplaced("people have no seats");
                    reader.fault::<()>(entry.at("seat"), why);
                }
                let (staff, engaged_as) = (staff?, engaged_as?);
                self.take(claim(Subject::Staff(staff))?, engaged_as);
                if !requested {
                    let time = time?;
                    self.work.push(Work {
                        staff,
                        time,
                        engaged_as,
                    });
                }
            }
            (false, true) => {
                let seats = seats(reader, entry, ground);
                if entry.has("requested") {
                    let why = Problem::Misplaced("people are asked for by name, resources are not");
                    reader.fault::<()>(entry.at("requested"), why);
                }
                let (seats, engaged_as) = (seats?, engaged_as?);
                time?;
                // Two may be in each other's way where the case says so; on a seat that nobody named they are not.
                let named = seats.len() == 1;
                let mut claims = seats.into_iter().filter_map(claim);
                match claims.find(|claim| named || self.is_free(claim)) {
                    Some(claim) => self.take(claim, engaged_as),
                    None => return reader.fault(entry.path.clone(), Problem::NoSeat),
                }
            }
            (true, true) | (false, false) => {
                return reader.must_be(&entry.path, "an engagement of either `staff` or `resource`");
            }
        }
        Some(())
    }

    fn booking(&mut self, reader: &mut Reader, entry: &Entry<'_>, ground: &Ground<'_>) -> Option<()> {
        let vocabulary = ground.vocabulary;
        let service = vocabulary.services.named(reader, entry, "service");
        let staff = vocabulary.staff.named(reader, entry, "staff");
        let start = reader.needed(entry, "start", Reader::instant);
        let engaged_as = engaged_as(reader, entry);
        let requested = reader.field(entry, "requested", Reader::yes).unwrap_or_default();
        let service = service.and_then(|service| ground.services.iter().find(|known| known.id == service));
        let within = named_resources(reader, entry, ground, service);
        let (service, staff, start, engaged_as) = (service?, staff?, start?, engaged_as?);
        let time = TimeRange::starting(start, service.recipe.duration().duration()).ok()?;
        for need in service.recipe.needs() {
            let claim = match &need.role {
                Role::Staff => need.claim(Subject::Staff(staff), start, ground.rule),
                Role::Resource(kind) => {
                    let seat = self.seat(&need, start, ground, &within);
                    if seat.is_none() {
                        let kind = kind.as_str().to_owned();
                        reader.fault::<()>(entry.path.clone(), Problem::PoolIsFull(kind));
                    }
                    seat
                }
            };
            if let Some(claim) = claim {
                self.take(claim, engaged_as);
            }
        }
        if !requested {
            self.work.push(Work {
                staff,
                time,
                engaged_as,
            });
        }
        Some(())
    }

    /// The first free seat of the pool. Of resources that the booking names it is the first free one of them, else
    /// the first: two may be in each other's way where the case says so.
    fn seat(
        &self,
        need: &Need,
        start: OffsetDateTime,
        ground: &Ground<'_>,
        within: &[ResourceId],
    ) -> Option<Claim> {
        let of_kind = |resource: &&ResourceFacts| need.role == Role::Resource(resource.kind.clone());
        let named = |resource: &&ResourceFacts| within.contains(&resource.id);
        let pool: Vec<&ResourceFacts> = ground.resources.iter().filter(of_kind).collect();
        let narrowed: Vec<&ResourceFacts> = pool.iter().copied().filter(named).collect();
        let told = !narrowed.is_empty();
        let pool = if told { narrowed } else { pool };
        let mut claims = pool.into_iter().flat_map(|resource| {
            let id = resource.id;
            let seats = (0..resource.capacity).map(move |seat| Subject::Resource { id, seat });
            seats.filter_map(|subject| need.claim(subject, start, ground.rule))
        });
        let first = claims.clone().next().filter(|_| told);
        claims.find(|claim| self.is_free(claim)).or(first)
    }
}

/// The resources that a booking names, each of a kind that its service needs.
fn named_resources(
    reader: &mut Reader,
    entry: &Entry<'_>,
    ground: &Ground<'_>,
    service: Option<&Service>,
) -> Vec<ResourceId> {
    let items = reader.list_in(entry, "resources", usize::from(u8::MAX));
    let mut named = Vec::with_capacity(items.len());
    for (path, value) in items {
        let Some(id) = ground.vocabulary.resources.id(reader, &path, value) else {
            continue;
        };
        named.push(id);
        let resource = ground.resources.iter().find(|resource| resource.id == id);
        let (Some(resource), Some(service)) = (resource, service) else {
            continue;
        };
        let mut segments = service.recipe.segments().iter();
        if !segments.any(|segment| segment.resource_kind.as_ref() == Some(&resource.kind)) {
            reader.fault::<()>(path, Problem::NotNeeded(resource.kind.as_str().to_owned()));
        }
    }
    named
}

/// The places of a resource that an engagement may take: the one that it names, or all.
fn seats(reader: &mut Reader, entry: &Entry<'_>, ground: &Ground<'_>) -> Option<Vec<Subject>> {
    let id = reader.field(entry, "resource", |reader, path, value| {
        ground.vocabulary.resources.id(reader, path, value)
    });
    let seat = reader.field(entry, "seat", |reader, path, value| {
        reader.whole(path, value, 0..=SEATS_MOST - 1)
    });
    let id = id?;
    let facts = ground.resources.iter().find(|resource| resource.id == id)?;
    let seats = match seat.and_then(|seat| u16::try_from(seat).ok()) {
        Some(seat) if seat < facts.capacity => seat..seat + 1,
        Some(_) => {
            let last = facts.capacity - 1;
            return reader.must_be(&entry.at("seat"), format!("from 0 to {last}, the last seat"));
        }
        None if entry.has("seat") => return None,
        None => 0..facts.capacity,
    };
    Some(seats.map(|seat| Subject::Resource { id, seat }).collect())
}

fn engaged_as(reader: &mut Reader, entry: &Entry<'_>) -> Option<EngagedAs> {
    #[derive(Clone, Copy, PartialEq, Eq)]
    enum As {
        Booked,
        Held,
        Blocked,
    }
    let words = [
        ("booked", As::Booked),
        ("held", As::Held),
        ("blocked", As::Blocked),
    ];
    let how = if entry.has("as") {
        reader.field(entry, "as", |reader, path, value| {
            reader.one_of(path, value, &words)
        })?
    } else {
        As::Booked
    };
    let until = reader.field(entry, "until", Reader::instant);
    if how != As::Held && entry.has("until") {
        let why = Problem::Misplaced("only what is held has a deadline");
        return reader.fault(entry.at("until"), why);
    }
    match how {
        As::Booked => Some(EngagedAs::Booked),
        As::Blocked => Some(EngagedAs::Blocked),
        As::Held if entry.has("until") => Some(EngagedAs::Held { until: until? }),
        As::Held => reader.fault(entry.at("until"), Problem::Missing),
    }
}
