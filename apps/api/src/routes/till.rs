//! The cash drawer: open it, put cash in, take it out, close it, and see the sheet beside the count.

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, web};
use ratiba_access::{Principal, Scope};
use ratiba_kernel::{Fingerprint, Money, Zone};
use ratiba_payments::ports::{Takings, TillError};
use ratiba_payments::remark::Remark;
use ratiba_payments::till::{
    CloseOrder, Drawer, MoveOrder, Movement, MovementKind, OpenOrder, Ordered, TillClosing, TillId,
    TillRefused, TillSession,
};
use ratiba_payments::use_cases::{TillSheet, TillSheetError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::appointments::wrong;
use super::payments::{actor_of, request_key};
use crate::State;
use crate::caller::Caller;
use crate::checked::{Checked, CheckedQuery, IdempotencyKey};
use crate::dto::{Amount, AmountAbove, Moment, SignedAmount, id_of};
use crate::endpoint::{Endpoint, RequestHeader};
use crate::problem::{Kind, Problem};

/// The endpoints of the drawer.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    let order = |path, summary, route| {
        Endpoint::post(path, summary, route)
            .group("till")
            .needs(Scope::TillWork)
            .header(RequestHeader::IdempotencyKey)
    };
    let look = |path, summary, route| {
        Endpoint::get(path, summary, route)
            .group("till")
            .needs(Scope::TillWork)
    };
    vec![
        order("/api/v1/till/sessions", "Open the drawer", || web::post().to(open))
            .describe(
                "With what was counted into it. Where that differs from what the last close left in it (`carried`), it needs a \
                 `reason`, the owners are told, and the difference is booked to suspense, where a manager clears it; without a \
                 reason a 422 says what is `carried`. One session is open at a time. Safe to repeat with the same key.",
            )
            .body::<OpenBody>()
            .answers::<DrawerAnswer>(201, "the session")
            .problems(&[Kind::TillOpen, Kind::FloatUnexplained, Kind::CurrencyMismatch, Kind::Unacceptable]),
        look("/api/v1/till/sessions", "The sessions of the drawer", || web::get().to(list))
            .describe("The one that was opened last first; `next` goes into `before` of the next request.")
            .query::<SessionsQuery>()
            .answers::<SessionPage>(200, "the sessions"),
        look("/api/v1/till/sessions/current", "The drawer as it is now", || {
            web::get().to(current)
        })
        .answers::<DrawerAnswer>(200, "the session that is open")
        .problems(&[Kind::TillClosed]),
        order("/api/v1/till/sessions/{id}/movements", "Put cash in or take it out", || {
            web::post().to(pay)
        })
        .describe(
            "Cash that is no customer's, such as change from the bank or milk from the shop. No more is taken out than lies in \
             the drawer. At most 500 between opening and closing. Safe to repeat with the same key.",
        )
        .body::<MovementBody>()
        .answers::<DrawerAnswer>(201, "the session with the movement")
        .problems(&[
            Kind::NotFound,
            Kind::TillClosed,
            Kind::TooMany,
            Kind::AmountNotPayable,
            Kind::CurrencyMismatch,
            Kind::Unacceptable,
        ]),
        order("/api/v1/till/sessions/{id}/close", "Close the drawer", || web::post().to(close))
            .describe(
                "With what was counted. A difference needs a `reason` and is booked to suspense; without one a 422 says what is \
                 `expected`. What was counted is frozen. Of two closes at once one wins.",
            )
            .body::<CloseBody>()
            .answers::<DrawerAnswer>(200, "the session, closed")
            .problems(&[Kind::NotFound, Kind::TillClosed, Kind::CurrencyMismatch, Kind::Unacceptable]),
        look("/api/v1/till/sessions/{id}/sheet", "The sheet of a session", || web::get().to(sheet))
            .describe(
                "Side by side: the drawer, what came by card and what came by M-Pesa while it was open, each as the books have \
                 it. The sheet of a closed session does not change any more: what is booked too late for it stands on the next. \
                 The first 500 are told one by one.",
            )
            .answers::<SheetAnswer>(200, "the sheet")
            .problems(&[Kind::NotFound]),
    ]
}

/// What was counted into the drawer.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenBody {
    /// In the business's currency, at most ten million.
    #[schemars(with = "Amount")]
    float: Money,
    /// Why it differs from what the last close left; needed if it does.
    #[schemars(length(min = 1, max = 200))]
    reason: Option<String>,
}

/// Which sessions.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SessionsQuery {
    /// Opened before this one.
    before: Option<Uuid>,
    /// At most so many; 50 if left out.
    #[schemars(range(min = 1, max = 100))]
    limit: Option<u16>,
}

/// Which way cash goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum MovementWord {
    /// Into the drawer.
    PayIn,
    /// Out of it.
    PayOut,
}

/// Cash that is put in or taken out.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MovementBody {
    kind: MovementWord,
    /// Above nothing.
    #[schemars(with = "AmountAbove")]
    amount: Money,
    /// What for.
    #[schemars(length(min = 1, max = 200))]
    reason: String,
}

/// What was counted.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CloseBody {
    /// In the business's currency, at most ten million.
    #[schemars(with = "Amount")]
    counted: Money,
    /// Why it differs from what is expected; needed if it does.
    #[schemars(length(min = 1, max = 200))]
    reason: Option<String>,
}

/// Cash that was put in or taken out.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "TillMovement")]
pub struct MovementAnswer {
    id: Uuid,
    /// `pay_in`, `pay_out` or `tip_payout`.
    kind: &'static str,
    #[schemars(with = "Amount")]
    amount: Money,
    reason: String,
    /// Who got it, where it is a tip.
    staff_id: Option<Uuid>,
    by: String,
    at: Moment,
}

impl MovementAnswer {
    fn of(movement: &Movement, zone: &Zone) -> Self {
        Self {
            id: movement.id.as_uuid(),
            kind: movement.kind.as_str(),
            amount: movement.amount,
            reason: movement.reason.to_string(),
            staff_id: movement.staff.map(|staff| staff.as_uuid()),
            by: movement.by.to_string(),
            at: Moment::of(zone, movement.at),
        }
    }
}

/// How the drawer was closed.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "TillClosing")]
pub struct ClosingAnswer {
    at: Moment,
    by: String,
    #[schemars(with = "Amount")]
    counted: Money,
    /// The count less what was expected.
    #[schemars(with = "SignedAmount")]
    difference: Money,
    reason: Option<String>,
}

impl ClosingAnswer {
    fn of(closing: &TillClosing, zone: &Zone) -> Self {
        Self {
            at: Moment::of(zone, closing.at),
            by: closing.by.to_string(),
            counted: closing.counted,
            difference: closing.difference,
            reason: closing.reason.as_ref().map(ToString::to_string),
        }
    }
}

/// The float less what was carried.
fn float_difference(session: &TillSession) -> Result<Money, Problem> {
    let difference = session.float.checked_sub(session.carried);
    difference.map_err(|error| not_done(TillRefused::Sum(error).into()))
}

/// A session, without what moved in it; its sheet tells the rest.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "TillSessionHead")]
pub struct SessionAnswer {
    id: Uuid,
    opened_at: Moment,
    opened_by: String,
    /// What was counted into it.
    #[schemars(with = "Amount")]
    float: Money,
    /// What the books knew to lie in it before.
    #[schemars(with = "SignedAmount")]
    carried: Money,
    /// The float less what was carried.
    #[schemars(with = "SignedAmount")]
    float_difference: Money,
    /// Why they differ.
    float_reason: Option<String>,
    /// Nothing while it is open.
    closing: Option<ClosingAnswer>,
}

impl SessionAnswer {
    fn of(session: &TillSession, zone: &Zone) -> Result<Self, Problem> {
        let closing = session.closing.as_ref();
        Ok(Self {
            id: session.id.as_uuid(),
            opened_at: Moment::of(zone, session.opened_at),
            opened_by: session.opened_by.to_string(),
            float: session.float,
            carried: session.carried,
            float_difference: float_difference(session)?,
            float_reason: session.reason.as_ref().map(ToString::to_string),
            closing: closing.map(|closing| ClosingAnswer::of(closing, zone)),
        })
    }
}

/// Some sessions.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "TillSessions")]
pub struct SessionPage {
    /// The one that was opened last first.
    items: Vec<SessionAnswer>,
    /// For `before`, if there may be more.
    next: Option<Uuid>,
}

/// The drawer between opening and closing.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "TillSession")]
pub struct DrawerAnswer {
    id: Uuid,
    opened_at: Moment,
    opened_by: String,
    /// What was counted into it.
    #[schemars(with = "Amount")]
    float: Money,
    /// What the books knew to lie in it before.
    #[schemars(with = "SignedAmount")]
    carried: Money,
    /// The float less what was carried: what was brought or taken while the drawer was closed.
    #[schemars(with = "SignedAmount")]
    float_difference: Money,
    /// Why they differ.
    float_reason: Option<String>,
    /// What customers paid in cash.
    #[schemars(with = "Amount")]
    taken: Money,
    /// What customers got back in cash.
    #[schemars(with = "Amount")]
    given_back: Money,
    #[schemars(with = "Amount")]
    paid_in: Money,
    #[schemars(with = "Amount")]
    paid_out: Money,
    /// Tips that were paid out to whom they are owed.
    #[schemars(with = "Amount")]
    tips_out: Money,
    /// What must lie in it: the float and what came in, less what went out.
    #[schemars(with = "SignedAmount")]
    expected: Money,
    /// Oldest first.
    movements: Vec<MovementAnswer>,
    /// Nothing while it is open.
    closing: Option<ClosingAnswer>,
}

impl DrawerAnswer {
    pub(super) fn of(drawer: &Drawer, zone: &Zone) -> Result<Self, Problem> {
        let sum = drawer
            .sum()
            .map_err(|error| not_done(TillRefused::Sum(error).into()))?;
        let session = &drawer.session;
        let closing = session
            .closing
            .as_ref()
            .map(|closing| ClosingAnswer::of(closing, zone));
        let movements = drawer
            .movements
            .iter()
            .map(|movement| MovementAnswer::of(movement, zone));
        Ok(Self {
            id: session.id.as_uuid(),
            opened_at: Moment::of(zone, session.opened_at),
            opened_by: session.opened_by.to_string(),
            float: session.float,
            carried: session.carried,
            float_difference: float_difference(session)?,
            float_reason: session.reason.as_ref().map(ToString::to_string),
            taken: sum.taken,
            given_back: sum.given_back,
            paid_in: sum.paid_in,
            paid_out: sum.paid_out,
            tips_out: sum.tips_out,
            expected: sum.expected,
            movements: movements.collect(),
            closing,
        })
    }
}

/// Money that came otherwise.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "TillTaking")]
pub struct TakingAnswer {
    at: Moment,
    /// Negative if it left.
    #[schemars(with = "SignedAmount")]
    amount: Money,
    payment_id: Option<Uuid>,
    attempt_id: Option<Uuid>,
    /// The refund that took it back.
    refund_id: Option<Uuid>,
    /// The provider's number for it.
    receipt: Option<String>,
}

/// What came by one way.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "TillTakings")]
pub struct TakingsAnswer {
    #[schemars(with = "SignedAmount")]
    total: Money,
    /// How many there are; at most 500 of them are in `lines`.
    count: i64,
    /// Oldest first.
    lines: Vec<TakingAnswer>,
}

impl TakingsAnswer {
    fn of(takings: &Takings, zone: &Zone) -> Self {
        let lines = takings.lines.iter().map(|line| TakingAnswer {
            at: Moment::of(zone, line.at),
            amount: line.amount,
            payment_id: line.payment.map(|payment| payment.as_uuid()),
            attempt_id: line.attempt.map(|attempt| attempt.as_uuid()),
            refund_id: line.refund.map(|refund| refund.as_uuid()),
            receipt: line.receipt.as_ref().map(|receipt| receipt.as_str().to_owned()),
        });
        Self {
            total: takings.total,
            count: takings.count,
            lines: lines.collect(),
        }
    }
}

/// Everything that came in while the drawer was open.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "TillSheet")]
pub struct SheetAnswer {
    cash: DrawerAnswer,
    card: TakingsAnswer,
    mpesa: TakingsAnswer,
}

async fn open(
    state: web::Data<State>,
    caller: Caller,
    key: IdempotencyKey,
    Checked(body): Checked<OpenBody>,
) -> Result<HttpResponse, Problem> {
    let principal = &caller.0;
    let reason = body.reason.as_deref().map(remark).transpose()?;
    // An order without a reason is told from others as it was before there were any.
    let why = reason
        .as_ref()
        .map_or_else(String::new, |reason| format!("|{reason}"));
    let order = OpenOrder {
        ordered: ordered(
            &state,
            principal,
            &key,
            &format!("open|{}{why}", text(body.float)),
        )
        .await?,
        float: body.float,
        reason,
        by: actor_of(principal)?,
    };
    let zone = state.parts.booking.catalogue.policy(principal.tenant).await?.zone;
    let drawer = state.parts.payments.till.open(principal.tenant, order).await;
    let drawer = drawer.map_err(not_done)?;
    Ok(HttpResponse::Created()
        .insert_header((
            LOCATION,
            format!("/api/v1/till/sessions/{}/sheet", drawer.session.id),
        ))
        .json(DrawerAnswer::of(&drawer, &zone)?))
}

async fn list(
    state: web::Data<State>,
    caller: Caller,
    CheckedQuery(query): CheckedQuery<SessionsQuery>,
) -> Result<HttpResponse, Problem> {
    let tenant = caller.0.tenant;
    let most = query.limit.unwrap_or(50);
    let book = &state.parts.payments.till.book;
    let found = book
        .sessions(tenant, query.before.map(TillId::from_uuid), most)
        .await?;
    let zone = state.parts.booking.catalogue.zone(tenant).await?;
    let full = found.len() >= usize::from(most);
    let next = found.last().filter(|_| full).map(|last| last.id.as_uuid());
    let items = found.iter().map(|session| SessionAnswer::of(session, &zone));
    Ok(HttpResponse::Ok().json(SessionPage {
        items: items.collect::<Result<_, _>>()?,
        next,
    }))
}

async fn current(state: web::Data<State>, caller: Caller) -> Result<HttpResponse, Problem> {
    let tenant = caller.0.tenant;
    let drawer = state.parts.payments.till.book.current(tenant).await?;
    let closed = || Problem::new(Kind::TillClosed, "no session of the drawer is open");
    let drawer = drawer.ok_or_else(closed)?;
    let zone = state.parts.booking.catalogue.policy(tenant).await?.zone;
    Ok(HttpResponse::Ok().json(DrawerAnswer::of(&drawer, &zone)?))
}

async fn pay(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    key: IdempotencyKey,
    Checked(body): Checked<MovementBody>,
) -> Result<HttpResponse, Problem> {
    let principal = &caller.0;
    let id: TillId = id_of(&id)?;
    let kind = match body.kind {
        MovementWord::PayIn => MovementKind::PayIn,
        MovementWord::PayOut => MovementKind::PayOut,
    };
    let reason = remark(&body.reason)?;
    let asked = format!("move|{}|{}|{reason}", kind.as_str(), text(body.amount));
    let order = MoveOrder {
        ordered: ordered(&state, principal, &key, &asked).await?,
        kind,
        amount: body.amount,
        reason,
        by: actor_of(principal)?,
    };
    let zone = state.parts.booking.catalogue.policy(principal.tenant).await?.zone;
    let drawer = state.parts.payments.till.pay(principal.tenant, id, order).await;
    let drawer = drawer.map_err(not_done)?;
    Ok(HttpResponse::Created().json(DrawerAnswer::of(&drawer, &zone)?))
}

async fn close(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    key: IdempotencyKey,
    Checked(body): Checked<CloseBody>,
) -> Result<HttpResponse, Problem> {
    let principal = &caller.0;
    let id: TillId = id_of(&id)?;
    let reason = body.reason.as_deref().map(remark).transpose()?;
    let why = reason.as_ref().map_or("", Remark::as_str);
    let order = CloseOrder {
        ordered: ordered(
            &state,
            principal,
            &key,
            &format!("close|{}|{why}", text(body.counted)),
        )
        .await?,
        counted: body.counted,
        reason,
        by: actor_of(principal)?,
    };
    let zone = state.parts.booking.catalogue.policy(principal.tenant).await?.zone;
    let drawer = state.parts.payments.till.close(principal.tenant, id, order).await;
    let drawer = drawer.map_err(not_done)?;
    Ok(HttpResponse::Ok().json(DrawerAnswer::of(&drawer, &zone)?))
}

async fn sheet(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let tenant = caller.0.tenant;
    let id: TillId = id_of(&id)?;
    let sheet = state.parts.payments.till.sheet(tenant, id).await;
    let TillSheet { drawer, others, .. } = sheet.map_err(|error| match error {
        TillSheetError::Unknown => Problem::not_found(),
        TillSheetError::Sum(error) => not_done(TillRefused::Sum(error).into()),
        TillSheetError::Unavailable(outage) => Problem::unavailable(&outage),
    })?;
    let zone = state.parts.booking.catalogue.policy(tenant).await?.zone;
    Ok(HttpResponse::Ok().json(SheetAnswer {
        cash: DrawerAnswer::of(&drawer, &zone)?,
        card: TakingsAnswer::of(&others.card, &zone),
        mpesa: TakingsAnswer::of(&others.mpesa, &zone),
    }))
}

pub(super) fn not_done(error: TillError) -> Problem {
    let refused = match error {
        TillError::Refused(refused) => refused,
        TillError::Unavailable(outage) => return Problem::unavailable(&outage),
    };
    match refused {
        TillRefused::Unknown => Problem::not_found(),
        TillRefused::Open(session) => {
            Problem::new(Kind::TillOpen, refused.to_string()).with("session_id", session.as_uuid())
        }
        TillRefused::Closed => Problem::new(Kind::TillClosed, refused.to_string()),
        TillRefused::KeyUsed => Problem::new(
            Kind::IdempotencyKeyReused,
            "this key named another order; use a new one",
        ),
        TillRefused::TooMany => Problem::new(Kind::TooMany, refused.to_string()),
        TillRefused::NotEnough { holds } => {
            Problem::new(Kind::Unacceptable, refused.to_string()).with("holds", holds)
        }
        TillRefused::MoreThanOwed { owed } => {
            Problem::new(Kind::Unacceptable, refused.to_string()).with("owed", owed)
        }
        TillRefused::Unexplained { expected, difference } => {
            Problem::new(Kind::Unacceptable, refused.to_string())
                .with("expected", expected)
                .with("difference", difference)
        }
        TillRefused::FloatUnexplained { carried, difference } => {
            Problem::new(Kind::FloatUnexplained, refused.to_string())
                .with("carried", carried)
                .with("difference", difference)
        }
        TillRefused::Currency { house } => {
            Problem::new(Kind::CurrencyMismatch, refused.to_string()).with("currency", house.code())
        }
        TillRefused::Amount { limit } => {
            Problem::new(Kind::AmountNotPayable, refused.to_string()).with("limit", limit)
        }
        TillRefused::Sum(_) => Problem::new(Kind::Unacceptable, refused.to_string()),
    }
}

/// The key of an order of the till, with a fingerprint of what is ordered.
pub(super) async fn ordered(
    state: &State,
    principal: &Principal,
    key: &IdempotencyKey,
    asked: &str,
) -> Result<Ordered, Problem> {
    Ok(Ordered {
        key: request_key(state, principal, key).await?,
        print: Fingerprint::of(asked),
    })
}

fn remark(text: &str) -> Result<Remark, Problem> {
    Remark::parse(text).map_err(|fault| wrong("reason", &fault.to_string()))
}

/// An amount as fingerprints have it.
pub(super) fn text(amount: Money) -> String {
    format!("{} {}", amount.amount_minor(), amount.currency().code())
}
