//! Calendar feeds: made by the business, read by calendar programs that know a secret address.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use actix_web::{HttpRequest, HttpResponse, web};
use ratiba_access::Scope;
use ratiba_booking::calendar_feed::{CalendarFeed, CalendarFeedId, FeedScope, FeedSecret, NamesShown};
use ratiba_booking::use_cases::{CreateFeedError, FeedOrder};
use ratiba_kernel::{Id, Zone};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::appointments::wrong;
use crate::State;
use crate::caller::Caller;
use crate::checked::Checked;
use crate::dto::{Moment, id_of};
use crate::endpoint::{Endpoint, RequestHeader};
use crate::problem::{Kind, Problem};

/// What calendar programs are told about keeping a feed: for themselves, and for five minutes.
const KEPT: &str = "private, max-age=300";

/// The endpoints of calendar feeds.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/v1/calendar-feeds", "The calendar feeds", || web::get().to(list))
            .describe("Those that are not revoked, without their addresses: nobody knows them any more.")
            .group("calendars")
            .needs(Scope::CalendarsWrite)
            .answers::<FeedsAnswer>(200, "the feeds"),
        Endpoint::post("/api/v1/calendar-feeds", "A new calendar feed", || web::post().to(create))
            .describe(
                "The answer holds the address, this once. Whoever knows the address sees the feed: services, staff and times; \
                 customers' first names only with `names`.",
            )
            .group("calendars")
            .needs(Scope::CalendarsWrite)
            .body::<FeedBody>()
            .answers::<MadeFeedAnswer>(201, "the feed and its address")
            .problems(&[Kind::NotFound, Kind::TooMany]),
        Endpoint::delete("/api/v1/calendar-feeds/{id}", "A calendar feed is revoked", || {
            web::delete().to(revoke)
        })
        .describe("Its address leads nowhere from now on. Revoking twice is revoking once.")
        .group("calendars")
        .needs(Scope::CalendarsWrite)
        .answers_nothing(204, "it is revoked")
        .problems(&[Kind::NotFound]),
        Endpoint::get("/calendars/{secret}.ics", "A calendar feed", || web::get().to(read))
            .describe(
                "An iCalendar document (RFC 5545): 30 days back, 180 days ahead, at most 5,000 entries. An address that is \
                 unknown or revoked is a 404, whichever it is.",
            )
            .group("calendars")
            .open("the secret in the path")
            .header(RequestHeader::IfNoneMatch)
            .answers_with(200, "text/calendar", "the calendar")
            .answers_nothing(304, "it is as it was")
            .problems(&[Kind::NotFound]),
    ]
}

/// What a feed is to be.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FeedBody {
    /// What it is for.
    #[schemars(length(min = 1, max = 80))]
    name: String,
    /// Whose bookings; those of the whole business if left out.
    staff_id: Option<Uuid>,
    /// Whether customers' first names are shown; they are not if left out.
    #[serde(default)]
    names: bool,
}

/// A calendar feed.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CalendarFeed")]
pub struct FeedAnswer {
    id: Uuid,
    name: String,
    /// Nobody if it is the whole business's.
    staff_id: Option<Uuid>,
    /// Whether customers' first names are shown.
    names: bool,
    created_at: Moment,
    /// To the hour.
    last_used_at: Option<Moment>,
}

impl FeedAnswer {
    fn of(feed: &CalendarFeed, zone: &Zone) -> Self {
        Self {
            id: feed.id.as_uuid(),
            name: feed.name.clone(),
            staff_id: match feed.scope {
                FeedScope::Business => None,
                FeedScope::Staff(staff) => Some(staff.as_uuid()),
            },
            names: feed.names == NamesShown::Yes,
            created_at: Moment::of(zone, feed.created_at),
            last_used_at: feed.last_used_at.map(|at| Moment::of(zone, at)),
        }
    }
}

/// The calendar feeds.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CalendarFeeds")]
pub struct FeedsAnswer {
    /// The oldest first.
    items: Vec<FeedAnswer>,
}

/// A calendar feed that was just made.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "NewCalendarFeed")]
pub struct MadeFeedAnswer {
    feed: FeedAnswer,
    /// The address for calendar programs. It is shown this once.
    url: String,
}

async fn list(state: web::Data<State>, caller: Caller) -> Result<HttpResponse, Problem> {
    let tenant = caller.0.tenant;
    let feeds = state.parts.desk.list_feeds.execute(tenant).await?;
    let zone = state.parts.booking.catalogue.policy(tenant).await?.zone;
    let items = feeds.iter().map(|feed| FeedAnswer::of(feed, &zone)).collect();
    Ok(HttpResponse::Ok().json(FeedsAnswer { items }))
}

async fn create(
    state: web::Data<State>,
    caller: Caller,
    Checked(body): Checked<FeedBody>,
) -> Result<HttpResponse, Problem> {
    let tenant = caller.0.tenant;
    let order = FeedOrder {
        name: body.name,
        scope: body.staff_id.map_or(FeedScope::Business, |staff| {
            FeedScope::Staff(Id::from_uuid(staff))
        }),
        names: if body.names {
            NamesShown::Yes
        } else {
            NamesShown::No
        },
    };
    let made = state.parts.desk.create_feed.execute(tenant, order).await;
    let made = made.map_err(|error| match error {
        CreateFeedError::BadName => wrong("name", &error.to_string()),
        CreateFeedError::UnknownStaff => Problem::new(Kind::NotFound, error.to_string()),
        CreateFeedError::TooMany => Problem::new(Kind::TooMany, error.to_string()),
        CreateFeedError::Unavailable(outage) => Problem::unavailable(&outage),
    })?;
    let zone = state.parts.booking.catalogue.policy(tenant).await?.zone;
    Ok(HttpResponse::Created().json(MadeFeedAnswer {
        feed: FeedAnswer::of(&made.feed, &zone),
        url: address(&state.parts.public_url, &made.secret),
    }))
}

fn address(public_url: &str, secret: &FeedSecret) -> String {
    format!("{public_url}/calendars/{}.ics", secret.reveal())
}

async fn revoke(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id: CalendarFeedId = id_of(&id)?;
    if state.parts.desk.revoke_feed.execute(caller.0.tenant, id).await? {
        Ok(HttpResponse::NoContent().finish())
    } else {
        Err(Problem::not_found())
    }
}

async fn read(
    state: web::Data<State>,
    request: HttpRequest,
    secret: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let found = state.parts.desk.read_feed.execute(&secret).await?;
    let document = found.ok_or_else(Problem::not_found)?;
    let tag = format!("\"{}\"", document.tag);
    if is_known(&request, &tag) {
        return Ok(HttpResponse::NotModified()
            .insert_header((ETAG, tag))
            .insert_header((CACHE_CONTROL, KEPT))
            .finish());
    }
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/calendar; charset=utf-8"))
        .insert_header((ETAG, tag))
        .insert_header((CACHE_CONTROL, KEPT))
        .body(document.body))
}

/// Whether the caller has these very bytes; for a `GET` weak tags compare like strong ones.
fn is_known(request: &HttpRequest, tag: &str) -> bool {
    let given = request
        .headers()
        .get_all(IF_NONE_MATCH)
        .filter_map(|value| value.to_str().ok());
    given
        .flat_map(|value| value.split(','))
        .map(|known| known.trim())
        .any(|known| known == "*" || known.trim_start_matches("W/") == tag)
}
