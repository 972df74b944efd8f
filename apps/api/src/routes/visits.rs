//! Visits: what one customer books and pays together.

use actix_web::http::header::{ETAG, LOCATION};
use actix_web::{HttpResponse, web};
use ratiba_access::{Principal, Scope};
use ratiba_booking::availability::PartRequest;
use ratiba_booking::policy::PayBy;
use ratiba_booking::use_cases::{Complement, DepositAsked, HeldBy, HoldOrder, HoldVisitError};
use ratiba_booking::visit::{Visit, VisitId, VisitStanding};
use ratiba_kernel::{Id, Money, Outage, TenantId, Zone};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::appointments::{AppointmentAnswer, present, sees};
use super::availability::{
    ArrangementWord, ChannelWord, OrderWord, PartBody, WishWord, not_free_to_book, request_problem,
};
use crate::State;
use crate::caller::Caller;
use crate::checked::{Checked, IdempotencyKey, etag};
use crate::dto::{Amount, Moment, id_of};
use crate::endpoint::{Endpoint, RequestHeader};
use crate::problem::{Kind, Problem};

/// The endpoints of visits.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::post("/api/v1/visits", "Book a visit", || web::post().to(book))
            .describe(
                "All parts or none. Where the business wants to agree first the visit is a request; where a deposit is asked the \
                 time is held until it is paid; else the visit is confirmed at once. Safe to repeat with the same key. A time that is taken is a 409 with the nearest alternatives.",
            )
            .group("visits")
            .needs(Scope::AppointmentsBook)
            .header(RequestHeader::IdempotencyKey)
            .body::<BookBody>()
            .answers::<VisitAnswer>(201, "the visit")
            .problems(&[Kind::NotFound, Kind::SlotTaken, Kind::NotAvailable, Kind::Unacceptable]),
        Endpoint::get("/api/v1/visits/{id}", "One visit", || web::get().to(show))
            .group("visits")
            .needs(Scope::AppointmentsRead)
            .answers::<VisitAnswer>(200, "the visit"),
    ]
}

/// How the money will come: a hold lasts accordingly.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum PayByWord {
    /// A prompt on the customer's phone.
    #[default]
    MobileMoney,
    /// A hosted card page.
    Card,
}

impl From<PayByWord> for PayBy {
    fn from(word: PayByWord) -> Self {
        match word {
            PayByWord::MobileMoney => Self::MobileMoney,
            PayByWord::Card => Self::Card,
        }
    }
}

/// What is to be booked.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BookBody {
    /// For whom.
    pub customer_id: Uuid,
    /// The services.
    #[schemars(length(min = 1, max = 8))]
    pub parts: Vec<PartBody>,
    /// When the first begins.
    pub start: Moment,
    /// `any` if left out.
    #[serde(default)]
    pub order: OrderWord,
    /// `together` if left out.
    #[serde(default)]
    pub arrangement: ArrangementWord,
    /// `desk` if left out.
    #[serde(default)]
    pub channel: ChannelWord,
    /// `mobile_money` if left out.
    #[serde(default)]
    pub pay_by: PayByWord,
    /// The package that the services are booked with: they must be its services.
    pub package_id: Option<Uuid>,
    /// Whether no deposit is asked, whatever the services say: the customer pays at the desk.
    #[serde(default)]
    pub without_deposit: bool,
    /// One service more that follows the others, as `/api/v1/availability/cross-sell` offered it: all is booked or
    /// nothing.
    pub complement: Option<ComplementPart>,
}

/// A complementary service as it was offered.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ComplementPart {
    /// What.
    pub service_id: Uuid,
    /// By whom.
    pub staff_id: Uuid,
    /// For whom: 0 is the customer, every other number somebody who comes along.
    #[serde(default)]
    #[schemars(range(max = 7))]
    pub guest: u8,
    /// When exactly it begins: not before the others end, and not later after that than the business lets a
    /// complement begin.
    pub start: Moment,
}

impl From<ComplementPart> for Complement {
    fn from(part: ComplementPart) -> Self {
        let wanted = PartBody {
            service_id: part.service_id,
            staff_id: Some(part.staff_id),
            wish: Some(WishWord::Only),
            guest: part.guest,
        };
        Self {
            part: PartRequest::from(&wanted),
            start: part.start.instant(),
        }
    }
}

/// A visit.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Visit")]
pub struct VisitAnswer {
    /// Its id.
    pub id: Uuid,
    /// Whose it is.
    pub customer_id: Uuid,
    /// `requested` and waiting for an answer, `waiting` for money, `agreed`, or `over`.
    pub standing: &'static str,
    /// Whose answer a request waits for: `business` or `customer`.
    pub awaits: Option<&'static str>,
    /// Until when it waits.
    pub until: Option<Moment>,
    /// What is asked before it counts as confirmed, for the parts that keep their time.
    #[schemars(with = "Option<Amount>")]
    pub due: Option<Money>,
    /// What was paid for it here, and neither went back nor is the customer's credit.
    #[schemars(with = "Amount")]
    pub paid: Money,
    /// What was paid for it here and is the customer's credit now, by the rules of cancellation.
    #[schemars(with = "Amount")]
    pub credited: Money,
    /// What was paid for it here and went back, or is on its way: refunds in any way, and what a card's owner took back.
    #[schemars(with = "Amount")]
    pub given_back: Money,
    /// What a manager gave back: the business let the customer off, and it is not asked for again. What was taken back
    /// without a decision of the business is owed again.
    #[schemars(with = "Amount")]
    pub let_off: Money,
    /// What was paid for it before the business came here.
    #[schemars(with = "Amount")]
    pub paid_elsewhere: Money,
    /// What is still to be paid of the parts that keep their time and of the fees for the others, less `paid`,
    /// `paid_elsewhere` and `let_off`; in whole shillings
    /// where the business asks for no cents, and never above what they cost.
    #[schemars(with = "Amount")]
    pub balance: Money,
    /// Its parts, by start.
    pub appointments: Vec<AppointmentAnswer>,
    /// For `If-Match`.
    pub version: i32,
}

impl VisitAnswer {
    /// A visit as the tenant's clock shows it; of its appointments those that the caller may see.
    #[must_use]
    pub fn of(visit: &Visit, money: Paid, zone: &Zone, principal: &Principal) -> Self {
        let (standing, awaits, until) = match visit.standing() {
            VisitStanding::Requested { until, awaits } => ("requested", Some(awaits.word()), Some(until)),
            VisitStanding::Waiting { until } => ("waiting", None, Some(until)),
            VisitStanding::Agreed => ("agreed", None, None),
            VisitStanding::Over => ("over", None, None),
        };
        Self {
            id: visit.head.id.as_uuid(),
            customer_id: visit.head.customer.as_uuid(),
            standing,
            awaits,
            until: until.map(|until| Moment::of(zone, until)),
            due: visit.due().ok().flatten(),
            paid: money.here,
            credited: money.credited,
            given_back: money.given_back,
            let_off: money.let_off,
            paid_elsewhere: money.elsewhere,
            balance: money.balance,
            appointments: visit
                .appointments
                .iter()
                .filter(|appointment| sees(principal, appointment))
                .map(|appointment| present(appointment, zone))
                .collect(),
            version: visit.head.version.number(),
        }
    }
}

/// What was paid for a visit, and what is left.
#[derive(Clone, Copy, Debug)]
pub struct Paid {
    here: Money,
    credited: Money,
    given_back: Money,
    let_off: Money,
    elsewhere: Money,
    balance: Money,
}

impl Paid {
    /// Of any visit.
    ///
    /// # Errors
    /// [`Problem`] if booking or payments do not answer.
    pub(super) async fn of(state: &State, tenant: TenantId, visit: &Visit) -> Result<Self, Problem> {
        let rounding = state.parts.booking.catalogue.policy(tenant).await?.rules.rounding;
        let money = state.parts.visit_money(tenant, visit).await?;
        let balance = money.balance(visit, rounding).map_err(Outage::new)?;
        Ok(Self {
            here: money.kept,
            credited: money.credited,
            given_back: money.refunded,
            let_off: money.let_off,
            elsewhere: money.paid_elsewhere,
            balance: balance.ok_or_else(without_parts)?,
        })
    }

    /// Of a visit that was made a moment ago.
    fn nothing(visit: &Visit) -> Result<Self, Problem> {
        let charged = visit.charged().map_err(Outage::new)?;
        let charged = charged.ok_or_else(without_parts)?;
        let nothing = Money::zero(charged.currency());
        Ok(Self {
            here: nothing,
            credited: nothing,
            given_back: nothing,
            let_off: nothing,
            elsewhere: nothing,
            balance: charged,
        })
    }
}

fn without_parts() -> Outage {
    Outage::new("a visit without appointments")
}

async fn book(
    state: web::Data<State>,
    caller: Caller,
    key: IdempotencyKey,
    Checked(body): Checked<BookBody>,
) -> Result<HttpResponse, Problem> {
    let principal = &caller.0;
    let order = HoldOrder {
        key: key.of_order()?,
        customer: Id::from_uuid(body.customer_id),
        parts: body.parts.iter().map(PartRequest::from).collect(),
        order: body.order.into(),
        arrangement: body.arrangement.into(),
        start: body.start.instant(),
        channel: body.channel.into(),
        pay_by: body.pay_by.into(),
        deposit: if body.without_deposit {
            DepositAsked::Nothing
        } else {
            DepositAsked::AsSold
        },
        package: body.package_id.map(Id::from_uuid),
        complement: body.complement.map(Complement::from),
        who: caller.who(),
    };
    let held = state.parts.booking.hold.execute(principal.tenant, order).await;
    // Only now: the zone in memory is the one that the book has just compared the order with.
    let zone = state.parts.booking.catalogue.zone(principal.tenant).await?;
    let held = held.map_err(|error| refused(error, &zone))?;
    let paid = match held.by {
        HeldBy::ThisOrder => Paid::nothing(&held.visit)?,
        HeldBy::EarlierOrder => Paid::of(&state, principal.tenant, &held.visit).await?,
    };
    Ok(HttpResponse::Created()
        .insert_header((ETAG, etag(held.visit.head.version)))
        .insert_header((LOCATION, format!("/api/v1/visits/{}", held.visit.head.id)))
        .json(VisitAnswer::of(&held.visit, paid, &zone, principal)))
}

async fn show(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let principal = &caller.0;
    let id: VisitId = id_of(&id)?;
    let visit = state.parts.booking.book.visit(principal.tenant, id).await?;
    let visit = visit
        .filter(|visit| {
            visit
                .appointments
                .iter()
                .any(|appointment| sees(principal, appointment))
        })
        .ok_or_else(Problem::not_found)?;
    answer(&state, principal, &visit).await
}

/// A visit with its version as `ETag`.
pub(super) async fn answer(
    state: &State,
    principal: &Principal,
    visit: &Visit,
) -> Result<HttpResponse, Problem> {
    let zone = state.parts.booking.catalogue.policy(principal.tenant).await?.zone;
    let paid = Paid::of(state, principal.tenant, visit).await?;
    Ok(HttpResponse::Ok()
        .insert_header((ETAG, etag(visit.head.version)))
        .json(VisitAnswer::of(visit, paid, &zone, principal)))
}

fn refused(error: HoldVisitError, zone: &Zone) -> Problem {
    match error {
        HoldVisitError::NotFree {
            reasons,
            alternatives,
        } => not_free_to_book(&reasons, &alternatives, zone),
        HoldVisitError::Request(fault) => request_problem(fault),
        HoldVisitError::OtherOrder => Problem::new(
            Kind::IdempotencyKeyReused,
            "this key named another order; use a new one",
        ),
        HoldVisitError::UnknownCustomer => Problem::not_found(),
        HoldVisitError::UnknownPackage => Problem::new(Kind::NotFound, "there is no such package"),
        HoldVisitError::Price(fault) => Problem::new(Kind::Unacceptable, fault.to_string()),
        HoldVisitError::Unavailable(outage) => Problem::unavailable(&outage),
    }
}
