//! Blocks: lunch, training and whatever else takes somebody's or something's time.

use actix_web::{HttpResponse, web};
use ratiba_access::{Principal, Scope};
use ratiba_booking::setup::{Block, BlockSubject, Fault, SetupStep, Why};
use ratiba_booking::use_cases::{BlockOrder, SetupOrder, Stretch};
use ratiba_kernel::{Id, Zone};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::setup::{Listed, StretchQuery, asked, change, faulty, zone};
use crate::State;
use crate::caller::Caller;
use crate::checked::{Checked, CheckedQuery};
use crate::dto::{Day, Moment, id_of};
use crate::endpoint::Endpoint;
use crate::problem::{Kind, Problem};

/// The endpoints of blocks.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/v1/blocks", "The blocks of a stretch of time", || {
            web::get().to(list)
        })
        .describe("A therapist sees the reasons of the own ones only.")
        .group("blocks")
        .needs(Scope::ScheduleRead)
        .query::<StretchQuery>()
        .answers::<Listed<BlockAnswer>>(200, "a page of blocks"),
        Endpoint::post("/api/v1/blocks", "Take time for lunch or training", || {
            web::post().to(add)
        })
        .describe(
            "Of one person, of one place of a resource, or of all its places; with `weekly_until` again every week at the same \
             hour of the local clock, 53 times at most. All of it or nothing: where bookings are in the way the answer names them.",
        )
        .group("blocks")
        .needs(Scope::ScheduleWrite)
        .body::<BlockOrderBody>()
        .answers::<BlocksAnswer>(201, "the blocks")
        .problems(&[Kind::NotFound, Kind::BookingsInTheWay, Kind::TooMany]),
        Endpoint::delete("/api/v1/blocks/{id}", "Give the time of a block back", || {
            web::delete().to(remove)
        })
        .group("blocks")
        .needs(Scope::ScheduleWrite)
        .answers_nothing(204, "it is free again"),
    ]
}

/// Time to take.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "BlockOrder")]
pub struct BlockOrderBody {
    /// Whose time; or
    pub staff_id: Option<Uuid>,
    /// which resource's. Exactly one of the two.
    pub resource_id: Option<Uuid>,
    /// Which place of the resource, the first is 0; all of them if left out.
    #[schemars(range(min = 0, max = 49))]
    pub seat: Option<u16>,
    /// From when.
    pub start: Moment,
    /// Until when, 31 days later at most.
    pub end: Moment,
    /// What for.
    #[schemars(length(max = 200))]
    pub reason: Option<String>,
    /// Again every week, up to this local day, included.
    pub weekly_until: Option<Day>,
}

/// A block.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Block")]
pub struct BlockAnswer {
    /// Its id.
    pub id: Uuid,
    /// Whose time, if a person's.
    pub staff_id: Option<Uuid>,
    /// Whose time, if a resource's.
    pub resource_id: Option<Uuid>,
    /// Which place; null: all of them.
    pub seat: Option<u16>,
    /// From when.
    pub start: Moment,
    /// Until when.
    pub end: Moment,
    /// What for.
    pub reason: Option<String>,
}

impl BlockAnswer {
    fn of(block: Block, zone: &Zone, principal: &Principal) -> Self {
        let (staff_id, resource_id, seat) = match block.subject {
            BlockSubject::Staff(id) => (Some(id.as_uuid()), None, None),
            BlockSubject::Resource { id, seat } => (None, Some(id.as_uuid()), seat),
        };
        let told = staff_id.is_none_or(|id| principal.sees_staff(id));
        Self {
            id: block.id.as_uuid(),
            staff_id,
            resource_id,
            seat,
            start: Moment::of(zone, block.range.start()),
            end: Moment::of(zone, block.range.end()),
            reason: block.reason.filter(|_| told),
        }
    }
}

/// The blocks that were made, one for each week.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Blocks")]
pub struct BlocksAnswer {
    /// By start.
    pub items: Vec<BlockAnswer>,
}

/// Exactly one subject, and a place of a resource only.
fn subject(body: &BlockOrderBody) -> Result<BlockSubject, Problem> {
    match (body.staff_id, body.resource_id, body.seat) {
        (Some(staff), None, None) => Ok(BlockSubject::Staff(Id::from_uuid(staff))),
        (None, Some(resource), seat) => Ok(BlockSubject::Resource {
            id: Id::from_uuid(resource),
            seat,
        }),
        (Some(_), None, Some(_)) => {
            let why = Why::Count { least: 0, most: 0 };
            Err(faulty(vec![Fault::at("seat", why)]))
        }
        (None, None, _) | (Some(_), Some(_), _) => Err(Problem::new(
            Kind::Validation,
            "name one of staff_id and resource_id",
        )),
    }
}

async fn list(
    state: web::Data<State>,
    caller: Caller,
    CheckedQuery(query): CheckedQuery<StretchQuery>,
) -> Result<HttpResponse, Problem> {
    let (asked, range) = (asked(query.limit, query.after), query.range(&state)?);
    let zone = zone(&state, &caller.0).await?;
    let shelf = &state.parts.booking.setup;
    let found = shelf.blocks(caller.0.tenant, range, asked.page).await?;
    let show = |block| BlockAnswer::of(block, &zone, &caller.0);
    Ok(HttpResponse::Ok().json(Listed::of(found, asked.limit, |one| one.id.as_uuid(), show)))
}

async fn add(
    state: web::Data<State>,
    caller: Caller,
    Checked(body): Checked<BlockOrderBody>,
) -> Result<HttpResponse, Problem> {
    let order = SetupOrder::BlockTime(BlockOrder {
        subject: subject(&body)?,
        stretch: Stretch {
            start: body.start.instant(),
            end: body.end.instant(),
        },
        reason: body.reason,
        weekly_until: body.weekly_until.map(|day| day.0),
    });
    let changed = change(&state, &caller.0, order).await?;
    let SetupStep::AddBlocks(blocks) = changed.step else {
        return Err(Problem::not_found());
    };
    let zone = zone(&state, &caller.0).await?;
    let shown = blocks
        .into_iter()
        .map(|block| BlockAnswer::of(block, &zone, &caller.0));
    Ok(HttpResponse::Created().json(BlocksAnswer {
        items: shown.collect(),
    }))
}

async fn remove(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    change(&state, &caller.0, SetupOrder::Unblock(id_of(&id)?)).await?;
    Ok(HttpResponse::NoContent().finish())
}
