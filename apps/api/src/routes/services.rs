//! Services: what is sold.

use actix_web::http::header::{ETAG, LOCATION};
use actix_web::{HttpResponse, web};
use ratiba_access::Scope;
use ratiba_booking::catalogue::{ClientPresence, Deposit, Offering, Segment, Service, ServiceId, StaffNeed};
use ratiba_booking::policy::PerChannel;
use ratiba_booking::setup::{SegmentForm, ServiceForm, SetupStep, Versioned};
use ratiba_booking::use_cases::SetupOrder;
use ratiba_kernel::{BasisPoints, Id, Money};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::setup::{Changed, ListQuery, Listed, asked, change};
use crate::State;
use crate::caller::Caller;
use crate::checked::{Checked, CheckedQuery, IfMatch, etag};
use crate::dto::{Amount, id_of};
use crate::endpoint::{Endpoint, RequestHeader};
use crate::problem::{Kind, Problem};

/// The endpoints of services.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/v1/services", "The services", || web::get().to(list))
            .describe("In the order in which they were made; with `all=true` retired ones, too.")
            .group("services")
            .needs(Scope::CatalogueRead)
            .query::<ListQuery>()
            .answers::<Listed<ServiceAnswer>>(200, "a page of services"),
        Endpoint::post("/api/v1/services", "Add a service", || web::post().to(add))
            .describe("A price is never guessed: without one there is no service. Cents are refused where M-Pesa is taken.")
            .group("services")
            .needs(Scope::CatalogueWrite)
            .body::<ServiceBody>()
            .answers::<ServiceAnswer>(201, "the service")
            .problems(&[Kind::Conflict, Kind::TooMany]),
        Endpoint::get("/api/v1/services/{id}", "One service", || web::get().to(show))
            .group("services")
            .needs(Scope::CatalogueRead)
            .answers::<ServiceAnswer>(200, "the service"),
        Endpoint::put("/api/v1/services/{id}", "Replace a service", || web::put().to(replace))
            .describe("Bookings keep the price and the segments that they were made with; those of people who no longer render it are listed.")
            .group("services")
            .needs(Scope::CatalogueWrite)
            .header(RequestHeader::IfMatch)
            .body::<ServiceBody>()
            .answers::<Changed<ServiceAnswer>>(200, "the service")
            .problems(&[Kind::Conflict]),
        Endpoint::post("/api/v1/services/{id}/retire", "Stop selling a service", || {
            web::post().to(retire)
        })
        .describe("It can no longer be booked; bookings of it stay.")
        .group("services")
        .needs(Scope::CatalogueWrite)
        .header(RequestHeader::IfMatch)
        .answers::<ServiceAnswer>(200, "the service"),
        Endpoint::post("/api/v1/services/{id}/restore", "Sell a service again", || {
            web::post().to(restore)
        })
        .group("services")
        .needs(Scope::CatalogueWrite)
        .header(RequestHeader::IfMatch)
        .answers::<ServiceAnswer>(200, "the service")
        .problems(&[Kind::Conflict, Kind::TooMany]),
    ]
}

/// What is asked in advance.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[schemars(rename = "Deposit")]
pub enum DepositBody {
    /// Nothing.
    None {},
    /// A fixed amount, not above the price.
    Flat {
        /// The amount.
        #[schemars(with = "Amount")]
        amount: Money,
    },
    /// A share of what is charged.
    Percent {
        /// In hundredths of a percent; 10,000 ask for all of it.
        #[schemars(range(min = 1, max = 10_000))]
        basis_points: u32,
    },
}

impl From<Deposit> for DepositBody {
    fn from(deposit: Deposit) -> Self {
        match deposit {
            Deposit::None => Self::None {},
            Deposit::Flat(amount) => Self::Flat { amount },
            Deposit::Percent(rate) => Self::Percent {
                basis_points: rate.value(),
            },
        }
    }
}

impl From<DepositBody> for Deposit {
    fn from(body: DepositBody) -> Self {
        match body {
            DepositBody::None {} => Self::None,
            DepositBody::Flat { amount } => Self::Flat(amount),
            DepositBody::Percent { basis_points } => Self::Percent(BasisPoints::new(basis_points)),
        }
    }
}

/// A stretch of a service with its own needs.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Segment")]
pub struct SegmentBody {
    /// How long it lasts.
    #[schemars(range(min = 1, max = 1_440))]
    pub minutes: u32,
    /// Whether it occupies the staff member; true if left out.
    #[serde(default = "yes")]
    pub staff: bool,
    /// The kind of resource that it occupies, if any.
    pub resource_kind: Option<String>,
    /// Whether the client is there; true if left out.
    #[serde(default = "yes")]
    pub client: bool,
}

const fn yes() -> bool {
    true
}

impl From<SegmentBody> for SegmentForm {
    fn from(body: SegmentBody) -> Self {
        Self {
            minutes: body.minutes,
            staff: StaffNeed::from(body.staff),
            resource_kind: body.resource_kind,
            client: ClientPresence::from(body.client),
        }
    }
}

impl From<&Segment> for SegmentBody {
    fn from(segment: &Segment) -> Self {
        Self {
            minutes: segment.minutes.count(),
            staff: segment.staff.into(),
            resource_kind: segment
                .resource_kind
                .as_ref()
                .map(|kind| kind.as_str().to_owned()),
            client: segment.client.into(),
        }
    }
}

/// A number for each channel; null: as the rules of the business say.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "ByChannel")]
pub struct ByChannel {
    /// For a conversation.
    #[schemars(range(min = 0, max = 43_200))]
    pub chat: Option<u32>,
    /// For the web.
    #[schemars(range(min = 0, max = 43_200))]
    pub web: Option<u32>,
    /// For the front desk.
    #[schemars(range(min = 0, max = 43_200))]
    pub desk: Option<u32>,
}

impl ByChannel {
    fn of<T: Copy>(values: &PerChannel<Option<T>>, number: impl Fn(T) -> u32) -> Self {
        Self {
            chat: values.chat.map(&number),
            web: values.web.map(&number),
            desk: values.desk.map(&number),
        }
    }

    const fn minutes(self) -> PerChannel<Option<u32>> {
        PerChannel {
            chat: self.chat,
            web: self.web,
            desk: self.desk,
        }
    }

    fn days(self) -> PerChannel<Option<u16>> {
        // What is too large for the form is too large for the domain, which names it.
        let days = |days: Option<u32>| days.map(|days| u16::try_from(days).unwrap_or(u16::MAX));
        PerChannel {
            chat: days(self.chat),
            web: days(self.web),
            desk: days(self.desk),
        }
    }
}

/// A service, whole.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ServiceBody")]
pub struct ServiceBody {
    /// English name, unique among the active services.
    #[schemars(length(min = 1, max = 80))]
    pub name: String,
    /// Swahili name.
    #[schemars(length(min = 1, max = 80))]
    pub name_sw: Option<String>,
    /// Further words that customers use for it.
    #[serde(default)]
    #[schemars(length(max = 20))]
    pub aliases: Vec<String>,
    /// Its family: a lower-case word.
    #[schemars(length(min = 1, max = 40))]
    pub category: String,
    /// What it costs, tax included.
    #[schemars(with = "Amount")]
    pub price: Money,
    /// What is asked in advance; nothing if left out.
    #[serde(default = "nothing")]
    pub deposit: DepositBody,
    /// Its segments, in order.
    #[schemars(length(min = 1, max = 12))]
    pub segments: Vec<SegmentBody>,
    /// Minutes kept free before it.
    #[serde(default)]
    #[schemars(range(min = 0, max = 240))]
    pub buffer_before_minutes: u32,
    /// Minutes kept free after it.
    #[serde(default)]
    #[schemars(range(min = 0, max = 240))]
    pub buffer_after_minutes: u32,
    /// The tax inside the price.
    #[serde(default)]
    #[schemars(range(min = 0, max = 10_000))]
    pub tax_basis_points: u32,
    /// What is used up each time; nothing if left out.
    #[schemars(with = "Option<Amount>")]
    pub product_cost: Option<Money>,
    /// Who can render it.
    #[serde(default)]
    #[schemars(length(max = 300))]
    pub staff_ids: Vec<Uuid>,
    /// How many minutes before the start it must be booked, where that differs from the rules of the business.
    #[serde(default)]
    pub notice_minutes: ByChannel,
    /// How many local days ahead it may be booked, where that differs; 730 at most.
    #[serde(default)]
    pub horizon_days: ByChannel,
}

const fn nothing() -> DepositBody {
    DepositBody::None {}
}

impl From<ServiceBody> for ServiceForm {
    fn from(body: ServiceBody) -> Self {
        Self {
            name: body.name,
            name_sw: body.name_sw,
            aliases: body.aliases,
            category: body.category,
            price: body.price,
            deposit: body.deposit.into(),
            segments: body.segments.into_iter().map(SegmentForm::from).collect(),
            buffer_before: body.buffer_before_minutes,
            buffer_after: body.buffer_after_minutes,
            tax: BasisPoints::new(body.tax_basis_points),
            product_cost: body.product_cost,
            staff: body.staff_ids.into_iter().map(Id::from_uuid).collect(),
            notice: body.notice_minutes.minutes(),
            horizon_days: body.horizon_days.days(),
        }
    }
}

/// A service.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Service")]
pub struct ServiceAnswer {
    /// Its id.
    pub id: Uuid,
    /// English name.
    pub name: String,
    /// Swahili name.
    pub name_sw: Option<String>,
    /// Further words for it.
    pub aliases: Vec<String>,
    /// Its family.
    pub category: String,
    /// What it costs, tax included.
    #[schemars(with = "Amount")]
    pub price: Money,
    /// What is asked in advance.
    pub deposit: DepositBody,
    /// Its segments, in order.
    pub segments: Vec<SegmentBody>,
    /// All segments together.
    pub duration_minutes: u32,
    /// Minutes kept free before it.
    pub buffer_before_minutes: u32,
    /// Minutes kept free after it.
    pub buffer_after_minutes: u32,
    /// The tax inside the price.
    pub tax_basis_points: u32,
    /// What is used up each time.
    #[schemars(with = "Amount")]
    pub product_cost: Money,
    /// Who can render it.
    pub staff_ids: Vec<Uuid>,
    /// Its own notice; null: as the rules of the business say.
    pub notice_minutes: ByChannel,
    /// Its own horizon; null: as the rules of the business say.
    pub horizon_days: ByChannel,
    /// Whether it can be booked.
    pub active: bool,
    /// For `If-Match`.
    pub version: i32,
}

impl From<Versioned<Service>> for ServiceAnswer {
    fn from(known: Versioned<Service>) -> Self {
        let Versioned { value, version } = known;
        let buffers = value.recipe.buffers();
        Self {
            id: value.id.as_uuid(),
            segments: value.recipe.segments().iter().map(SegmentBody::from).collect(),
            duration_minutes: value.recipe.duration().count(),
            buffer_before_minutes: buffers.before.count(),
            buffer_after_minutes: buffers.after.count(),
            name: value.name,
            name_sw: value.name_sw,
            aliases: value.aliases,
            category: value.category.as_str().to_owned(),
            price: value.price,
            deposit: value.deposit.into(),
            tax_basis_points: value.tax.value(),
            product_cost: value.product_cost,
            staff_ids: value.staff.iter().map(|id| id.as_uuid()).collect(),
            notice_minutes: ByChannel::of(&value.window.notice, |minutes| minutes.count()),
            horizon_days: ByChannel::of(&value.window.horizon_days, u32::from),
            active: value.offering == Offering::Active,
            version: version.number(),
        }
    }
}

async fn list(
    state: web::Data<State>,
    caller: Caller,
    CheckedQuery(query): CheckedQuery<ListQuery>,
) -> Result<HttpResponse, Problem> {
    let asked = asked(query.limit, query.after);
    let shelf = &state.parts.booking.setup;
    let found = shelf.services(caller.0.tenant, asked.page, query.all).await?;
    let listed = Listed::of(
        found,
        asked.limit,
        |one| one.value.id.as_uuid(),
        ServiceAnswer::from,
    );
    Ok(HttpResponse::Ok().json(listed))
}

async fn show(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let known = find(&state, &caller, id_of(&id)?).await?;
    Ok(HttpResponse::Ok()
        .insert_header((ETAG, etag(known.version)))
        .json(ServiceAnswer::from(known)))
}

async fn find(state: &State, caller: &Caller, id: ServiceId) -> Result<Versioned<Service>, Problem> {
    let known = state.parts.booking.setup.service(caller.0.tenant, id).await?;
    known.ok_or_else(Problem::not_found)
}

async fn add(
    state: web::Data<State>,
    caller: Caller,
    Checked(body): Checked<ServiceBody>,
) -> Result<HttpResponse, Problem> {
    let changed = change(&state, &caller.0, SetupOrder::AddService(body.into())).await?;
    let SetupStep::PutService { service, .. } = changed.step else {
        return Err(Problem::not_found());
    };
    let (value, version) = (service, changed.recorded.version);
    Ok(HttpResponse::Created()
        .insert_header((ETAG, etag(version)))
        .insert_header((LOCATION, format!("/api/v1/services/{}", value.id)))
        .json(ServiceAnswer::from(Versioned { value, version })))
}

async fn replace(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    IfMatch(version): IfMatch,
    Checked(body): Checked<ServiceBody>,
) -> Result<HttpResponse, Problem> {
    let order = SetupOrder::ChangeService(id_of(&id)?, body.into(), version);
    let changed = change(&state, &caller.0, order).await?;
    let SetupStep::PutService { service, .. } = changed.step else {
        return Err(Problem::not_found());
    };
    let (value, version) = (service, changed.recorded.version);
    let answer = ServiceAnswer::from(Versioned { value, version });
    Ok(HttpResponse::Ok()
        .insert_header((ETAG, etag(version)))
        .json(Changed::of(answer, &changed.recorded)))
}

async fn retire(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    version: IfMatch,
) -> Result<HttpResponse, Problem> {
    offer(&state, &caller, &id, Offering::Retired, version).await
}

async fn restore(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    version: IfMatch,
) -> Result<HttpResponse, Problem> {
    offer(&state, &caller, &id, Offering::Active, version).await
}

async fn offer(
    state: &State,
    caller: &Caller,
    id: &str,
    offering: Offering,
    IfMatch(version): IfMatch,
) -> Result<HttpResponse, Problem> {
    let id: ServiceId = id_of(id)?;
    change(state, &caller.0, SetupOrder::OfferService(id, offering, version)).await?;
    let known = find(state, caller, id).await?;
    Ok(HttpResponse::Ok()
        .insert_header((ETAG, etag(known.version)))
        .json(ServiceAnswer::from(known)))
}
