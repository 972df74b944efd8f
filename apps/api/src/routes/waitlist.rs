//! The waitlist.

use actix_web::http::header::{ETAG, LOCATION};
use actix_web::{HttpResponse, web};
use ratiba_access::Scope;
use ratiba_booking::availability::PartRequest;
use ratiba_booking::policy::Channel;
use ratiba_booking::ports::{EndedEntries, WaitlistPage};
use ratiba_booking::use_cases::{JoinWaitlistError, WaitlistEntryError, WaitlistOrder};
use ratiba_booking::waitlist::{EntryStanding, PartOfDay, Priority, WaitlistEntry, WaitlistEntryId, Wish};
use ratiba_kernel::{Id, TenantId, Zone};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::appointments::wrong;
use super::availability::{ChannelWord, PartBody, request_problem};
use super::visits::{self, PayByWord, VisitAnswer};
use super::walk_ins::WishAnswer;
use crate::State;
use crate::caller::Caller;
use crate::checked::{Checked, CheckedQuery, IdempotencyKey, etag};
use crate::dto::{Day, Moment, id_of};
use crate::endpoint::{Endpoint, RequestHeader};
use crate::problem::{Kind, Problem};

/// How many entries a page shows if nobody says.
const PAGE_USUALLY: u16 = 50;

/// The endpoints of the waitlist.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/v1/waitlist", "Who wants a time that is not free", || web::get().to(list))
            .group("waitlist")
            .needs(Scope::AppointmentsBook)
            .query::<ListQuery>()
            .answers::<EntriesAnswer>(200, "the entries"),
        Endpoint::post("/api/v1/waitlist", "Somebody waits for a time", || web::post().to(join))
            .describe(
                "When time becomes free it is held for one person at a time: the higher priority first, of equals whoever \
                 would close a gap exactly, then who has waited longer. Nobody is offered anything from 21:00 to 07:00, or \
                 past the channel's notice. An entry ends when an offer is accepted, when it is withdrawn, after its last \
                 day, or after 20 offers in vain. Safe to repeat with the same key.",
            )
            .group("waitlist")
            .needs(Scope::AppointmentsBook)
            .header(RequestHeader::IdempotencyKey)
            .body::<JoinBody>()
            .answers::<EntryAnswer>(201, "the entry")
            .problems(&[Kind::NotFound, Kind::TooMany, Kind::Unacceptable]),
        Endpoint::get("/api/v1/waitlist/{id}", "One entry of the waitlist", || web::get().to(show))
            .group("waitlist")
            .needs(Scope::AppointmentsBook)
            .answers::<EntryAnswer>(200, "the entry"),
        Endpoint::post("/api/v1/waitlist/{id}/accept", "The offer is taken", || web::post().to(accept))
            .describe(
                "The entry is over. Where a deposit is asked the visit is held for as long as any other, else it is \
                 confirmed. Accepting twice is accepting once: the visit is answered as it stands.",
            )
            .group("waitlist")
            .needs(Scope::AppointmentsBook)
            .body::<AcceptBody>()
            .answers::<VisitAnswer>(200, "the visit")
            .problems(&[Kind::NotFound, Kind::IllegalTransition, Kind::Conflict, Kind::Unacceptable]),
        Endpoint::post("/api/v1/waitlist/{id}/pass", "The offer is passed", || web::post().to(pass))
            .describe("Its time is offered to the next one, and not to this one again; the entry waits on.")
            .group("waitlist")
            .needs(Scope::AppointmentsBook)
            .body::<NoBody>()
            .answers::<EntryAnswer>(200, "the entry")
            .problems(&[Kind::NotFound, Kind::IllegalTransition, Kind::Conflict]),
        Endpoint::post("/api/v1/waitlist/{id}/withdraw", "The wish is taken back", || {
            web::post().to(withdraw)
        })
        .describe("An open offer is passed with it.")
        .group("waitlist")
        .needs(Scope::AppointmentsBook)
        .body::<NoBody>()
        .answers::<EntryAnswer>(200, "the entry")
        .problems(&[Kind::NotFound, Kind::IllegalTransition, Kind::Conflict]),
    ]
}

/// Which entries are wanted.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListQuery {
    /// Those of one customer.
    customer_id: Option<Uuid>,
    /// Also those that are over; they are left out otherwise.
    ended: Option<bool>,
    /// How many at most; 50 if left out.
    #[schemars(range(min = 1, max = 200))]
    limit: Option<u16>,
    /// Those after this one: `next` of the page before.
    after: Option<Uuid>,
}

/// What somebody waits for.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JoinBody {
    /// Who.
    customer_id: Uuid,
    /// The services.
    #[schemars(length(min = 1, max = 8))]
    parts: Vec<PartBody>,
    /// The first local day that would do.
    first_day: Day,
    /// The last local day that would do; at most 92 days after the first.
    last_day: Day,
    /// The visit begins at this minute of the local day or later; 0 if left out.
    #[schemars(range(max = 1439))]
    from_minute: Option<u16>,
    /// The visit begins before this minute of the local day; 1440 if left out.
    #[schemars(range(min = 1, max = 1440))]
    to_minute: Option<u16>,
    /// `desk` if left out.
    #[serde(default)]
    channel: ChannelWord,
    /// 0 if left out; 9 matters most.
    #[serde(default)]
    #[schemars(range(max = 9))]
    priority: u8,
}

/// How the money will come.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptBody {
    /// `mobile_money` if left out.
    #[serde(default)]
    pay_by: PayByWord,
}

/// Nothing is to be said.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NoBody {}

/// A time that is held for somebody.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "WaitlistOffer")]
pub struct OfferAnswer {
    /// The visit that holds it.
    visit_id: Uuid,
    start: Moment,
    /// The end of the last part.
    end: Moment,
    /// When the next one's turn comes.
    until: Moment,
}

/// One entry of the waitlist.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "WaitlistEntry")]
pub struct EntryAnswer {
    id: Uuid,
    customer_id: Uuid,
    parts: Vec<WishAnswer>,
    first_day: Day,
    last_day: Day,
    from_minute: u16,
    to_minute: u16,
    /// `chat`, `web` or `desk`.
    channel: &'static str,
    priority: u8,
    joined_at: Moment,
    /// `waiting`, `offered`, `booked`, `withdrawn`, `lapsed` or `exhausted`.
    standing: &'static str,
    ended_at: Option<Moment>,
    /// The open offer.
    offer: Option<OfferAnswer>,
    /// How many offers were made so far.
    offers_made: usize,
    /// How often it was recorded.
    version: i32,
}

impl EntryAnswer {
    fn of(entry: &WaitlistEntry, zone: &Zone) -> Self {
        let ended_at = match entry.standing {
            EntryStanding::Waiting | EntryStanding::Offered => None,
            EntryStanding::Ended { at, .. } => Some(Moment::of(zone, at)),
        };
        let offer = entry.open_offer().map(|(_, offer)| OfferAnswer {
            visit_id: offer.visit.as_uuid(),
            start: Moment::of(zone, offer.time.start()),
            end: Moment::of(zone, offer.time.end()),
            until: Moment::of(zone, offer.until),
        });
        Self {
            id: entry.id.as_uuid(),
            customer_id: entry.customer.as_uuid(),
            parts: entry.parts.iter().map(WishAnswer::from).collect(),
            first_day: Day(entry.wish.first()),
            last_day: Day(entry.wish.last()),
            from_minute: entry.wish.hours().from_minute,
            to_minute: entry.wish.hours().to_minute,
            channel: match entry.channel {
                Channel::Chat => "chat",
                Channel::Web => "web",
                Channel::Desk => "desk",
            },
            priority: entry.priority.level(),
            joined_at: Moment::of(zone, entry.joined_at),
            standing: entry.standing.word(),
            ended_at,
            offer,
            offers_made: entry.offers.len(),
            version: entry.version.number(),
        }
    }
}

/// A page of the waitlist.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "WaitlistEntries")]
pub struct EntriesAnswer {
    items: Vec<EntryAnswer>,
    /// For `after`; nothing if this was the last page.
    next: Option<Uuid>,
}

async fn zone(state: &State, tenant: TenantId) -> Result<Zone, Problem> {
    Ok(state.parts.booking.catalogue.policy(tenant).await?.zone)
}

async fn list(
    state: web::Data<State>,
    caller: Caller,
    CheckedQuery(query): CheckedQuery<ListQuery>,
) -> Result<HttpResponse, Problem> {
    let tenant = caller.0.tenant;
    let limit = query.limit.unwrap_or(PAGE_USUALLY);
    let page = WaitlistPage {
        customer: query.customer_id.map(Id::from_uuid),
        ended: if query.ended == Some(true) {
            EndedEntries::Included
        } else {
            EndedEntries::LeftOut
        },
        after: query.after.map(Id::from_uuid),
        // One more tells whether there is another page.
        most: limit.saturating_add(1),
    };
    let mut entries = state.parts.desk.waitlist.page(tenant, page).await?;
    let more = entries.len() > usize::from(limit);
    entries.truncate(usize::from(limit));
    let zone = zone(&state, tenant).await?;
    Ok(HttpResponse::Ok().json(EntriesAnswer {
        items: entries
            .iter()
            .map(|entry| EntryAnswer::of(entry, &zone))
            .collect(),
        next: entries.last().filter(|_| more).map(|entry| entry.id.as_uuid()),
    }))
}

async fn join(
    state: web::Data<State>,
    caller: Caller,
    key: IdempotencyKey,
    Checked(body): Checked<JoinBody>,
) -> Result<HttpResponse, Problem> {
    let tenant = caller.0.tenant;
    let hours = PartOfDay {
        from_minute: body.from_minute.unwrap_or(0),
        to_minute: body.to_minute.unwrap_or(24 * 60),
    };
    let wish = Wish::new(body.first_day.0, body.last_day.0, Some(hours));
    let order = WaitlistOrder {
        key: key.of_order()?,
        customer: Id::from_uuid(body.customer_id),
        parts: body.parts.iter().map(PartRequest::from).collect(),
        wish: wish.map_err(|fault| Problem::new(Kind::Unacceptable, fault.to_string()))?,
        channel: body.channel.into(),
        priority: Priority::new(body.priority).ok_or_else(|| wrong("priority", "is 0 to 9"))?,
    };
    let joined = state.parts.desk.join_waitlist.execute(tenant, order).await;
    let entry = joined.map_err(|error| match error {
        JoinWaitlistError::Request(fault) => request_problem(fault),
        JoinWaitlistError::UnknownCustomer => Problem::new(Kind::NotFound, error.to_string()),
        JoinWaitlistError::KeyUsed => Problem::new(
            Kind::IdempotencyKeyReused,
            "this key named another order; use a new one",
        ),
        JoinWaitlistError::Over => Problem::new(Kind::Unacceptable, error.to_string()),
        JoinWaitlistError::Full => Problem::new(Kind::TooMany, error.to_string()),
        JoinWaitlistError::Unavailable(outage) => Problem::unavailable(&outage),
    })?;
    let zone = zone(&state, tenant).await?;
    Ok(HttpResponse::Created()
        .insert_header((ETAG, etag(entry.version)))
        .insert_header((LOCATION, format!("/api/v1/waitlist/{}", entry.id)))
        .json(EntryAnswer::of(&entry, &zone)))
}

async fn show(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let tenant = caller.0.tenant;
    let id: WaitlistEntryId = id_of(&id)?;
    let entry = state.parts.desk.waitlist.entry(tenant, id).await?;
    answer(&state, tenant, &entry.ok_or_else(Problem::not_found)?).await
}

async fn answer(state: &State, tenant: TenantId, entry: &WaitlistEntry) -> Result<HttpResponse, Problem> {
    let zone = zone(state, tenant).await?;
    Ok(HttpResponse::Ok()
        .insert_header((ETAG, etag(entry.version)))
        .json(EntryAnswer::of(entry, &zone)))
}

async fn accept(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    Checked(body): Checked<AcceptBody>,
) -> Result<HttpResponse, Problem> {
    let principal = &caller.0;
    let id: WaitlistEntryId = id_of(&id)?;
    let use_case = &state.parts.desk.accept_offer;
    let accepted = use_case
        .execute(principal.tenant, id, body.pay_by.into(), caller.who())
        .await;
    let (_, visit) = accepted.map_err(refused)?;
    visits::answer(&state, principal, &visit).await
}

async fn pass(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    Checked(NoBody {}): Checked<NoBody>,
) -> Result<HttpResponse, Problem> {
    let tenant = caller.0.tenant;
    let id: WaitlistEntryId = id_of(&id)?;
    let entry = state
        .parts
        .desk
        .pass_offer
        .execute(tenant, id, caller.who())
        .await
        .map_err(refused)?;
    answer(&state, tenant, &entry).await
}

async fn withdraw(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    Checked(NoBody {}): Checked<NoBody>,
) -> Result<HttpResponse, Problem> {
    let tenant = caller.0.tenant;
    let id: WaitlistEntryId = id_of(&id)?;
    let entry = state
        .parts
        .desk
        .withdraw
        .execute(tenant, id, caller.who())
        .await
        .map_err(refused)?;
    answer(&state, tenant, &entry).await
}

fn refused(error: WaitlistEntryError) -> Problem {
    match error {
        WaitlistEntryError::Unknown => Problem::not_found(),
        WaitlistEntryError::Refused(refused) => Problem::new(Kind::IllegalTransition, refused.to_string()),
        WaitlistEntryError::RanOut => Problem::new(Kind::IllegalTransition, "the offer has run out"),
        WaitlistEntryError::Price(fault) => Problem::new(Kind::Unacceptable, fault.to_string()),
        WaitlistEntryError::Contended => Problem::new(Kind::Conflict, "the entry moves on; try again"),
        WaitlistEntryError::Unavailable(outage) => Problem::unavailable(&outage),
    }
}
