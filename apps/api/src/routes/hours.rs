//! When the business is open: every week, and on holidays.

use actix_web::http::header::ETAG;
use actix_web::{HttpResponse, web};
use ratiba_access::Scope;
use ratiba_booking::appointment::Version;
use ratiba_booking::availability::WeeklyBlock;
use ratiba_booking::setup::kenya::{self, PublicHoliday};
use ratiba_booking::setup::{Fault, Holiday, SetupStep, Versioned, Why};
use ratiba_booking::use_cases::SetupOrder;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use time::{Date, Month};

use super::setup::{
    BlockBody, BookingHit, Changed, DaysQuery, OnlyHits, WeeklyBody, block_bodies, block_forms, change,
    faulty, hits, weekly_bodies, weekly_forms, zone,
};
use crate::State;
use crate::caller::Caller;
use crate::checked::{Checked, CheckedQuery, IfMatch, IfMatchIfAny, etag};
use crate::dto::{Day, parse_day};
use crate::endpoint::{Endpoint, RequestHeader};
use crate::problem::{Kind, Problem};

/// The endpoints of opening hours and holidays.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    let mut all = of_weeks();
    all.extend(of_holidays());
    all
}

fn of_weeks() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/v1/opening-hours", "When the business is open", || {
            web::get().to(opening)
        })
        .group("hours")
        .needs(Scope::ScheduleRead)
        .answers::<OpeningAnswer>(200, "the week"),
        Endpoint::put("/api/v1/opening-hours", "Replace the opening hours", || {
            web::put().to(put_opening)
        })
        .describe("Null: open whenever somebody works. Bookings that no longer fit are listed.")
        .group("hours")
        .needs(Scope::ScheduleWrite)
        .header(RequestHeader::IfMatch)
        .body::<OpeningBody>()
        .answers::<Changed<OpeningAnswer>>(200, "the week"),
    ]
}

fn of_holidays() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/v1/holidays", "Dates with hours of their own", || {
            web::get().to(holidays)
        })
        .group("hours")
        .needs(Scope::ScheduleRead)
        .query::<DaysQuery>()
        .answers::<HolidaysAnswer>(200, "the dates, 400 at most"),
        Endpoint::put("/api/v1/holidays/{day}", "The hours of one date", || {
            web::put().to(put_holiday)
        })
        .describe("In place of the week; no blocks: closed. A date that has some already needs `If-Match`. Bookings that no longer fit are listed.")
        .group("hours")
        .needs(Scope::ScheduleWrite)
        .body::<HolidayBody>()
        .answers::<Changed<HolidayAnswer>>(200, "the date")
        .problems(&[Kind::PreconditionRequired, Kind::Stale, Kind::TooMany]),
        Endpoint::delete("/api/v1/holidays/{day}", "The week counts on that date again", || {
            web::delete().to(remove_holiday)
        })
        .group("hours")
        .needs(Scope::ScheduleWrite)
        .answers::<OnlyHits>(200, "it does")
        .problems(&[Kind::PreconditionRequired, Kind::Stale]),
        Endpoint::get("/api/v1/holidays/kenya", "Kenya's public holidays of a year", || {
            web::get().to(kenyan)
        })
        .describe(
            "As the Public Holidays Act (cap. 110) fixes them; one on a Sunday is kept on the first day after that is none. \
             Idd-ul-Fitr and Idd-ul-Azha follow the moon and the Gazette: add them by hand.",
        )
        .group("hours")
        .needs(Scope::ScheduleRead)
        .query::<YearQuery>()
        .answers::<KenyanAnswer>(200, "the holidays; nothing is set"),
        Endpoint::post("/api/v1/holidays/kenya", "Close on Kenya's public holidays", || {
            web::post().to(set_kenyan)
        })
        .describe("Sets those of a year as closed. Dates that have hours of their own already keep them. Safe to repeat.")
        .group("hours")
        .needs(Scope::ScheduleWrite)
        .body::<YearBody>()
        .answers::<KenyanSet>(200, "what was set and what was kept")
        .problems(&[Kind::TooMany]),
    ]
}

/// The opening hours.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OpeningBody {
    /// The week's blocks; null: open whenever somebody works.
    #[schemars(length(max = 50))]
    pub weekly: Option<Vec<WeeklyBody>>,
}

/// The opening hours.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "OpeningHours")]
pub struct OpeningAnswer {
    /// The week's blocks; null: open whenever somebody works.
    pub weekly: Option<Vec<WeeklyBody>>,
    /// For `If-Match`.
    pub version: i32,
}

impl OpeningAnswer {
    fn of(weekly: Option<Vec<WeeklyBlock>>, version: Version) -> Self {
        Self {
            weekly: weekly.map(weekly_bodies),
            version: version.number(),
        }
    }
}

/// The hours of one date.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HolidayBody {
    /// Its name.
    #[schemars(length(min = 1, max = 80))]
    pub name: String,
    /// When the business is open; nothing: closed.
    #[serde(default)]
    #[schemars(length(max = 10))]
    pub blocks: Vec<BlockBody>,
}

/// A date with hours of its own.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Holiday")]
pub struct HolidayAnswer {
    /// The local day.
    pub day: Day,
    /// Its name.
    pub name: String,
    /// When the business is open; none: closed.
    pub blocks: Vec<BlockBody>,
    /// For `If-Match`.
    pub version: i32,
}

impl From<Versioned<Holiday>> for HolidayAnswer {
    fn from(known: Versioned<Holiday>) -> Self {
        let Versioned { value, version } = known;
        Self {
            day: Day(value.day),
            name: value.name,
            blocks: block_bodies(value.blocks),
            version: version.number(),
        }
    }
}

/// Dates with hours of their own.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Holidays")]
pub struct HolidaysAnswer {
    /// By day.
    pub items: Vec<HolidayAnswer>,
}

/// A year.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct YearQuery {
    /// From 2024 on, since when the law's list is what it is.
    #[schemars(range(min = 2024, max = 2099))]
    pub year: i32,
}

/// A year.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct YearBody {
    /// From 2024 on, since when the law's list is what it is.
    #[schemars(range(min = 2024, max = 2099))]
    pub year: i32,
}

/// A public holiday of Kenya.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PublicHoliday")]
pub struct PublicHolidayAnswer {
    /// The day on which it is kept.
    pub day: Day,
    /// Its name.
    pub name: &'static str,
    /// Its own date, where that is a Sunday.
    pub instead_of: Option<Day>,
}

impl From<PublicHoliday> for PublicHolidayAnswer {
    fn from(holiday: PublicHoliday) -> Self {
        Self {
            day: Day(holiday.day),
            name: holiday.name,
            instead_of: holiday.instead_of.map(Day),
        }
    }
}

/// Kenya's public holidays of a year.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "KenyanHolidays")]
pub struct KenyanAnswer {
    /// Those that the law fixes, by day.
    pub items: Vec<PublicHolidayAnswer>,
    /// Those that the Gazette announces: they must be added by hand.
    pub by_hand: Vec<&'static str>,
}

/// What was set.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "KenyanHolidaysSet")]
pub struct KenyanSet {
    /// The dates as they stand now: those that had hours of their own keep them.
    pub items: Vec<HolidayAnswer>,
    /// Those that the Gazette announces: they must be added by hand.
    pub by_hand: Vec<&'static str>,
    /// Bookings that no longer fit. They were kept: a person must look at them.
    pub bookings_hit: Vec<BookingHit>,
}

async fn opening(state: web::Data<State>, caller: Caller) -> Result<HttpResponse, Problem> {
    let known = state.parts.booking.setup.opening_hours(caller.0.tenant).await?;
    Ok(HttpResponse::Ok()
        .insert_header((ETAG, etag(known.version)))
        .json(OpeningAnswer::of(known.value, known.version)))
}

async fn put_opening(
    state: web::Data<State>,
    caller: Caller,
    IfMatch(version): IfMatch,
    Checked(body): Checked<OpeningBody>,
) -> Result<HttpResponse, Problem> {
    let order = SetupOrder::SetOpeningHours(body.weekly.map(weekly_forms), version);
    let changed = change(&state, &caller.0, order).await?;
    let SetupStep::PutOpeningHours { weekly, .. } = changed.step else {
        return Err(Problem::not_found());
    };
    let version = changed.recorded.version;
    Ok(HttpResponse::Ok()
        .insert_header((ETAG, etag(version)))
        .json(Changed::of(OpeningAnswer::of(weekly, version), &changed.recorded)))
}

async fn holidays(
    state: web::Data<State>,
    caller: Caller,
    CheckedQuery(query): CheckedQuery<DaysQuery>,
) -> Result<HttpResponse, Problem> {
    let days = query.days(&state, &zone(&state, &caller.0).await?);
    let found = state.parts.booking.setup.holidays(caller.0.tenant, days).await?;
    Ok(HttpResponse::Ok().json(HolidaysAnswer {
        items: found.into_iter().map(HolidayAnswer::from).collect(),
    }))
}

fn day_of(text: &str) -> Result<Date, Problem> {
    parse_day(text).ok_or_else(Problem::not_found)
}

async fn put_holiday(
    state: web::Data<State>,
    caller: Caller,
    day: web::Path<String>,
    IfMatchIfAny(version): IfMatchIfAny,
    Checked(body): Checked<HolidayBody>,
) -> Result<HttpResponse, Problem> {
    let order = SetupOrder::SetHoliday(day_of(&day)?, body.name, block_forms(body.blocks), version);
    let changed = change(&state, &caller.0, order).await?;
    let SetupStep::PutHoliday { holiday, .. } = changed.step else {
        return Err(Problem::not_found());
    };
    let (value, version) = (holiday, changed.recorded.version);
    let answer = HolidayAnswer::from(Versioned { value, version });
    Ok(HttpResponse::Ok()
        .insert_header((ETAG, etag(version)))
        .json(Changed::of(answer, &changed.recorded)))
}

async fn remove_holiday(
    state: web::Data<State>,
    caller: Caller,
    day: web::Path<String>,
    IfMatch(version): IfMatch,
) -> Result<HttpResponse, Problem> {
    let order = SetupOrder::RemoveHoliday(day_of(&day)?, version);
    let changed = change(&state, &caller.0, order).await?;
    Ok(HttpResponse::Ok().json(OnlyHits {
        bookings_hit: hits(&changed.recorded),
    }))
}

async fn kenyan(
    _caller: Caller,
    CheckedQuery(query): CheckedQuery<YearQuery>,
) -> Result<HttpResponse, Problem> {
    let holidays = kenya::public_holidays(query.year).ok_or_else(|| {
        let (least, most) = (i64::from(*kenya::YEARS.start()), i64::from(*kenya::YEARS.end()));
        faulty(vec![Fault::at("year", Why::Range { least, most })])
    })?;
    Ok(HttpResponse::Ok().json(KenyanAnswer {
        items: holidays.into_iter().map(PublicHolidayAnswer::from).collect(),
        by_hand: kenya::BY_HAND.to_vec(),
    }))
}

async fn set_kenyan(
    state: web::Data<State>,
    caller: Caller,
    Checked(body): Checked<YearBody>,
) -> Result<HttpResponse, Problem> {
    let changed = change(&state, &caller.0, SetupOrder::SetKenyanHolidays(body.year)).await?;
    let SetupStep::AddHolidays(set) = &changed.step else {
        return Err(Problem::not_found());
    };
    let first = Date::from_calendar_date(body.year, Month::January, 1);
    let last = Date::from_calendar_date(body.year, Month::December, 31);
    let (Ok(first), Ok(last)) = (first, last) else {
        return Err(Problem::not_found());
    };
    let found = state
        .parts
        .booking
        .setup
        .holidays(caller.0.tenant, (first, last))
        .await?;
    let named = |one: &Versioned<Holiday>| set.iter().any(|holiday| holiday.day == one.value.day);
    Ok(HttpResponse::Ok().json(KenyanSet {
        items: found.into_iter().filter(named).map(HolidayAnswer::from).collect(),
        by_hand: kenya::BY_HAND.to_vec(),
        bookings_hit: hits(&changed.recorded),
    }))
}
