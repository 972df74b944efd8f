//! What the routes of the setup share: carrying out an order, its faults as a problem, pages, weeks and days.

use ratiba_access::Principal;
use ratiba_booking::availability::{DayBlock, WeeklyBlock};
use ratiba_booking::setup::{BlockForm, Fault, Page, Recorded, SetupRefused, WeeklyBlockForm};
use ratiba_booking::use_cases::{ChangeSetupError, SetupChanged, SetupOrder, Stretch};
use ratiba_kernel::{TimeRange, Zone};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use time::{Date, Duration};
use uuid::Uuid;

use crate::State;
use crate::dto::{Day, Moment};
use crate::problem::{FieldFault, Kind, Problem};

/// How many items a page has if nobody says.
const PAGE_USUALLY: u16 = 50;

/// Carries out an order of the caller.
pub(super) async fn change(
    state: &State,
    principal: &Principal,
    order: SetupOrder,
) -> Result<SetupChanged, Problem> {
    let changed = state
        .parts
        .booking
        .change_setup
        .execute(principal.tenant, &principal.name, order)
        .await;
    changed.map_err(refused)
}

pub(super) async fn zone(state: &State, principal: &Principal) -> Result<Zone, Problem> {
    Ok(state.parts.booking.catalogue.policy(principal.tenant).await?.zone)
}

fn refused(error: ChangeSetupError) -> Problem {
    let refusal = match error {
        ChangeSetupError::Faulty(faults) => return faulty(faults),
        ChangeSetupError::Refused(refusal) => refusal,
    };
    match refusal {
        SetupRefused::Unknown => Problem::not_found(),
        SetupRefused::UnknownPart(path, why) => {
            // The path may carry the id that is not known: `staff_ids <id>`.
            let (path, id) = path.split_once(' ').unwrap_or((path.as_str(), ""));
            faulty(vec![Fault::at(path, why)]).with("unknown", id)
        }
        SetupRefused::Stale => Problem::new(Kind::Stale, "it is not at the version that If-Match names"),
        SetupRefused::VersionNeeded => Problem::new(
            Kind::PreconditionRequired,
            "it is on record already: send If-Match with its version",
        ),
        SetupRefused::NameTaken => Problem::new(Kind::Conflict, "another active service has that name"),
        SetupRefused::InTheWay { appointments, blocks } => Problem::new(
            Kind::BookingsInTheWay,
            format!(
                "{} appointments and {blocks} blocks are in the way",
                appointments.len()
            ),
        )
        .with("appointments", appointments)
        .with("blocks", blocks),
        SetupRefused::TooMany(most) => Problem::new(
            Kind::TooMany,
            format!("there are {most} already, which is as many as there may be"),
        ),
        SetupRefused::AmountsHaveCents(found) => Problem::new(
            Kind::Unacceptable,
            "amounts with cents cannot be asked for by M-Pesa: change these first",
        )
        .with("services", found.services)
        .with("packages", found.packages)
        .with("promotions", found.promotions),
        SetupRefused::Unavailable(outage) => Problem::unavailable(&outage),
    }
}

/// Faults as the API names fields: `segments.1.minutes`.
pub(super) fn faulty(faults: Vec<Fault>) -> Problem {
    let fields = faults.into_iter().map(|fault| FieldFault {
        field: fault.path.replace('[', ".").replace(']', ""),
        message: fault.why.to_string(),
    });
    Problem::fields(fields.collect())
}

/// A booking that a change met: it stays as it is, until a person has looked at it.
#[derive(Serialize, JsonSchema)]
pub struct BookingHit {
    /// Its entry in `/bookings-hit`.
    pub hit_id: Uuid,
    /// The appointment.
    pub appointment_id: Uuid,
}

/// What was changed, as it is from now on, and the bookings that the change met.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Changed{T}")]
pub struct Changed<T> {
    #[serde(flatten)]
    thing: T,
    /// Bookings that no longer fit. They were kept: a person must look at them.
    bookings_hit: Vec<BookingHit>,
}

impl<T> Changed<T> {
    pub(super) fn of(thing: T, recorded: &Recorded) -> Self {
        Self {
            thing,
            bookings_hit: hits(recorded),
        }
    }
}

/// Nothing but the bookings that a change met.
#[derive(Serialize, JsonSchema)]
pub struct OnlyHits {
    /// Bookings that no longer fit. They were kept: a person must look at them.
    pub bookings_hit: Vec<BookingHit>,
}

pub(super) fn hits(recorded: &Recorded) -> Vec<BookingHit> {
    let hits = recorded.hits.iter().map(|(appointment, hit)| BookingHit {
        hit_id: hit.as_uuid(),
        appointment_id: appointment.as_uuid(),
    });
    hits.collect()
}

/// A page of a list.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ListOf{T}")]
pub struct Listed<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// For `after`, if there is more.
    pub next: Option<Uuid>,
}

impl<T> Listed<T> {
    /// A page that was asked for with one item more than it shows.
    pub(super) fn of<S>(found: Vec<S>, limit: u16, id: impl Fn(&S) -> Uuid, show: impl Fn(S) -> T) -> Self {
        let limit = usize::from(limit);
        let more = found.len() > limit;
        let shown: Vec<S> = found.into_iter().take(limit).collect();
        let next = shown.last().filter(|_| more).map(id);
        Self {
            items: shown.into_iter().map(show).collect(),
            next,
        }
    }
}

/// Where in a list to go on, and how far.
pub(super) struct Asked {
    pub(super) limit: u16,
    pub(super) page: Page,
}

/// One item more than is shown tells whether there is more.
pub(super) fn asked(limit: Option<u16>, after: Option<Uuid>) -> Asked {
    let limit = limit.unwrap_or(PAGE_USUALLY).clamp(1, 200);
    let page = Page {
        after,
        limit: limit + 1,
    };
    Asked { limit, page }
}

/// The query of a list.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListQuery {
    /// At most so many; 50 if left out.
    #[schemars(range(min = 1, max = 200))]
    pub limit: Option<u16>,
    /// Only what comes after this id: the `next` of the page before.
    pub after: Option<Uuid>,
    /// Those that are no longer in use, too.
    #[serde(default)]
    pub all: bool,
}

/// The query of a list of stretches of time.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StretchQuery {
    /// Only what ends after this; now if left out.
    pub from: Option<Moment>,
    /// Only what begins before this; a year after `from` if left out.
    pub to: Option<Moment>,
    /// At most so many; 50 if left out.
    #[schemars(range(min = 1, max = 200))]
    pub limit: Option<u16>,
    /// Only what comes after this id: the `next` of the page before.
    pub after: Option<Uuid>,
}

impl StretchQuery {
    /// The stretch that is asked for.
    pub(super) fn range(&self, state: &State) -> Result<TimeRange, Problem> {
        let from = self
            .from
            .map_or_else(|| state.parts.clock.now(), |from| from.instant());
        let to = self
            .to
            .map_or_else(|| from.saturating_add(Duration::days(366)), |to| to.instant());
        TimeRange::new(from, to).map_err(|_| {
            Problem::fields(vec![FieldFault {
                field: "to".to_owned(),
                message: "must be after from".to_owned(),
            }])
        })
    }
}

/// The query of a list of days.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DaysQuery {
    /// The first local day; today if left out.
    pub from: Option<Day>,
    /// The last one, included; a year after `from` if left out.
    pub to: Option<Day>,
}

impl DaysQuery {
    /// The first and the last day that are asked for.
    pub(super) fn days(&self, state: &State, zone: &Zone) -> (Date, Date) {
        let first = self
            .from
            .map_or_else(|| zone.date(state.parts.clock.now()), |day| day.0);
        let last = self.to.map_or_else(
            || first.checked_add(Duration::days(366)).unwrap_or(first),
            |day| day.0,
        );
        (first, last)
    }
}

/// A stretch of a day in minutes of its wall clock; one that crosses midnight ends after minute 1440.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "DayBlock")]
pub struct BlockBody {
    /// From this minute.
    #[schemars(range(min = 0, max = 1_439))]
    pub from_minute: u32,
    /// Up to, not including, this one.
    #[schemars(range(min = 1, max = 2_880))]
    pub to_minute: u32,
}

impl From<BlockBody> for BlockForm {
    fn from(body: BlockBody) -> Self {
        Self {
            from_minute: body.from_minute,
            to_minute: body.to_minute,
        }
    }
}

impl From<DayBlock> for BlockBody {
    fn from(block: DayBlock) -> Self {
        Self {
            from_minute: u32::from(block.from_minute),
            to_minute: u32::from(block.to_minute),
        }
    }
}

pub(super) fn block_forms(blocks: Vec<BlockBody>) -> Vec<BlockForm> {
    blocks.into_iter().map(BlockForm::from).collect()
}

pub(super) fn block_bodies(blocks: Vec<DayBlock>) -> Vec<BlockBody> {
    blocks.into_iter().map(BlockBody::from).collect()
}

/// A stretch that comes back every week.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "WeeklyBlock")]
pub struct WeeklyBody {
    /// ISO: 1 is Monday.
    #[schemars(range(min = 1, max = 7))]
    pub weekday: u32,
    /// From this minute of the local day.
    #[schemars(range(min = 0, max = 1_439))]
    pub from_minute: u32,
    /// Up to, not including, this one; after 1440 on the next day.
    #[schemars(range(min = 1, max = 2_880))]
    pub to_minute: u32,
}

impl From<WeeklyBody> for WeeklyBlockForm {
    fn from(body: WeeklyBody) -> Self {
        Self {
            weekday: body.weekday,
            block: BlockForm {
                from_minute: body.from_minute,
                to_minute: body.to_minute,
            },
        }
    }
}

impl From<WeeklyBlock> for WeeklyBody {
    fn from(block: WeeklyBlock) -> Self {
        Self {
            weekday: u32::from(block.weekday.number_from_monday()),
            from_minute: u32::from(block.block.from_minute),
            to_minute: u32::from(block.block.to_minute),
        }
    }
}

pub(super) fn weekly_forms(weekly: Vec<WeeklyBody>) -> Vec<WeeklyBlockForm> {
    weekly.into_iter().map(WeeklyBlockForm::from).collect()
}

pub(super) fn weekly_bodies(weekly: Vec<WeeklyBlock>) -> Vec<WeeklyBody> {
    weekly.into_iter().map(WeeklyBody::from).collect()
}

/// A stretch of time with a reason.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AbsenceBody {
    /// From when; it may be in the middle of a day.
    pub start: Moment,
    /// Until when.
    pub end: Moment,
    /// Why, for those who manage the schedule.
    #[schemars(length(max = 200))]
    pub reason: Option<String>,
}

impl AbsenceBody {
    pub(super) const fn stretch(&self) -> Stretch {
        Stretch {
            start: self.start.instant(),
            end: self.end.instant(),
        }
    }
}

/// A field that is there, be it null: what is left out stays, and null takes away.
///
/// # Errors
/// The deserializer's.
pub fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}
