//! Prices: discounts by hand, packages and promotions.

use std::fmt;

use actix_web::http::header::{ETAG, LOCATION};
use actix_web::{HttpResponse, web};
use ratiba_access::{Principal, Role, Scope};
use ratiba_booking::appointment::{DiscountAmount, Version};
use ratiba_booking::catalogue::{Offering, ServiceCategory};
use ratiba_booking::package::Package;
use ratiba_booking::ports::{ENTRIES_MOST, KeepError};
use ratiba_booking::promotion::{Promotion, PromotionScope};
use ratiba_booking::use_cases::{
    DiscountOrder, GiveDiscountError, Giver, HandDiscount, KeepEntryError, Keeping, PackageForm,
    PromotionForm,
};
use ratiba_kernel::{BasisPoints, Id, Money};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use time::Weekday;
use uuid::Uuid;

use super::appointments::{self, AppointmentAnswer, find, wrong};
use crate::State;
use crate::caller::Caller;
use crate::checked::{Checked, CheckedQuery, IfMatch, etag};
use crate::dto::{Amount, Day, id_of};
use crate::endpoint::{Endpoint, RequestHeader};
use crate::problem::{Kind, Problem};

/// The endpoints of prices.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    let mut all = vec![
        Endpoint::patch(
            "/api/v1/appointments/{id}/price",
            "Take something off, or the discount back",
            || web::patch().to(give_discount),
        )
        .describe(
            "In the place of whatever was taken off before, and as far as the role may. Possible until the month is frozen. A \
             deposit that is being paid stays.",
        )
        .group("appointments")
        .needs(Scope::AppointmentsRender)
        .header(RequestHeader::IfMatch)
        .body::<PriceBody>()
        .answers::<AppointmentAnswer>(200, "the appointment at its new price")
        .problems(&[
            Kind::IllegalTransition,
            Kind::DiscountLimit,
            Kind::Unacceptable,
            Kind::PeriodFrozen,
        ]),
    ];
    all.extend(packages());
    all.extend(promotions());
    all
}

fn packages() -> Vec<Endpoint> {
    let (all, one) = ("/api/v1/packages", "/api/v1/packages/{id}");
    vec![
        reading(Endpoint::get(all, "The packages", || {
            web::get().to(list_packages)
        }))
        .describe("Retired ones included; by id.")
        .query::<PageQuery>()
        .answers::<PackagesAnswer>(200, "a page of them"),
        reading(Endpoint::get(one, "One package", || web::get().to(show_package)))
            .answers::<PackageAnswer>(200, "the package"),
        writing(Endpoint::post(all, "A new package", || {
            web::post().to(add_package)
        }))
        .describe(
            "Several services that are booked as one visit for one price, at most what they cost alone.",
        )
        .body::<PackageBody>()
        .answers::<PackageAnswer>(201, "the package")
        .problems(&[Kind::TooMany]),
        writing(Endpoint::put(one, "Change a package", || {
            web::put().to(replace_package)
        }))
        .describe("Visits that are booked already keep their price.")
        .header(RequestHeader::IfMatch)
        .body::<PackageBody>()
        .answers::<PackageAnswer>(200, "the package"),
        writing(Endpoint::delete(one, "Retire a package", || {
            web::delete().to(retire_package)
        }))
        .header(RequestHeader::IfMatch)
        .answers::<PackageAnswer>(200, "the package, which cannot be booked any more"),
    ]
}

fn promotions() -> Vec<Endpoint> {
    let (all, one) = ("/api/v1/promotions", "/api/v1/promotions/{id}");
    vec![
        reading(Endpoint::get(all, "The promotions", || {
            web::get().to(list_promotions)
        }))
        .describe("Retired ones included; by id.")
        .query::<PageQuery>()
        .answers::<PromotionsAnswer>(200, "a page of them"),
        reading(Endpoint::get(one, "One promotion", || {
            web::get().to(show_promotion)
        }))
        .answers::<PromotionAnswer>(200, "the promotion"),
        writing(Endpoint::post(all, "A new promotion", || {
            web::post().to(add_promotion)
        }))
        .describe(
            "What everybody gets off certain services that begin on certain local days. Of several the best one counts, never two.",
        )
        .body::<PromotionBody>()
        .answers::<PromotionAnswer>(201, "the promotion")
        .problems(&[Kind::TooMany]),
        writing(Endpoint::put(one, "Change a promotion", || {
            web::put().to(replace_promotion)
        }))
        .describe("Appointments that are booked already keep their price.")
        .header(RequestHeader::IfMatch)
        .body::<PromotionBody>()
        .answers::<PromotionAnswer>(200, "the promotion"),
        writing(Endpoint::delete(one, "Retire a promotion", || {
            web::delete().to(retire_promotion)
        }))
        .header(RequestHeader::IfMatch)
        .answers::<PromotionAnswer>(200, "the promotion, which does not count any more"),
    ]
}

/// An endpoint that reads the price list.
pub(super) fn reading(endpoint: Endpoint) -> Endpoint {
    endpoint.group("prices").needs(Scope::CatalogueRead)
}

/// An endpoint that changes it.
pub(super) fn writing(endpoint: Endpoint) -> Endpoint {
    endpoint
        .group("prices")
        .needs(Scope::CatalogueWrite)
        .problems(&[Kind::Unacceptable])
}

/// How much is taken off: either a fixed amount or a share.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "AmountOff")]
pub struct AmountOff {
    /// A fixed amount.
    #[schemars(with = "Option<Amount>")]
    #[serde(default)]
    amount: Option<Money>,
    /// A share of the list price, in hundredths of a percent.
    #[schemars(range(min = 1, max = 10000))]
    #[serde(default)]
    percent_basis_points: Option<u32>,
}

impl AmountOff {
    fn read(self, field: &str) -> Result<DiscountAmount, Problem> {
        match (self.amount, self.percent_basis_points) {
            (Some(amount), None) => Ok(DiscountAmount::Flat(amount)),
            (None, Some(rate)) => Ok(DiscountAmount::Percent(BasisPoints::new(rate))),
            (None, None) | (Some(_), Some(_)) => {
                Err(wrong(field, "must have either amount or percent_basis_points"))
            }
        }
    }

    const fn of(amount: DiscountAmount) -> Self {
        match amount {
            DiscountAmount::Flat(amount) => Self {
                amount: Some(amount),
                percent_basis_points: None,
            },
            DiscountAmount::Percent(rate) => Self {
                amount: None,
                percent_basis_points: Some(rate.value()),
            },
        }
    }
}

/// What is taken off, and why.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DiscountBody {
    /// How much.
    off: AmountOff,
    /// Why; shown in the books.
    #[schemars(length(min = 1, max = 200))]
    reason: String,
}

/// A new price.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PriceBody {
    /// What is taken off the list price; nothing, if it is null.
    #[serde(deserialize_with = "required")]
    discount: Option<DiscountBody>,
}

/// Null is a value here: leaving the field out is not.
fn required<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<DiscountBody>, D::Error> {
    Option::deserialize(deserializer)
}

const fn giver(role: Role) -> Giver {
    match role {
        Role::Therapist => Giver::Therapist,
        Role::Receptionist => Giver::Receptionist,
        Role::Manager => Giver::Manager,
        Role::Owner => Giver::Owner,
    }
}

async fn give_discount(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    IfMatch(read_at): IfMatch,
    Checked(body): Checked<PriceBody>,
) -> Result<HttpResponse, Problem> {
    let principal: &Principal = &caller.0;
    let discount = match body.discount {
        None => None,
        Some(discount) => Some(HandDiscount {
            amount: discount.off.read("discount.off")?,
            reason: discount.reason,
        }),
    };
    let known = find(&state, principal, &id).await?;
    let order = DiscountOrder {
        appointment: known.id(),
        discount,
        by: principal.name.clone(),
        giver: giver(principal.role),
        read_at: Some(read_at),
    };
    let use_case = &state.parts.booking.give_discount;
    let appointment = use_case
        .execute(principal.tenant, order)
        .await
        .map_err(not_discounted)?;
    appointments::answer(&state, principal, &appointment).await
}

fn not_discounted(error: GiveDiscountError) -> Problem {
    match error {
        GiveDiscountError::UnknownAppointment => Problem::not_found(),
        GiveDiscountError::Reason | GiveDiscountError::Amount | GiveDiscountError::Money(_) => {
            Problem::new(Kind::Unacceptable, error.to_string())
        }
        GiveDiscountError::AboveLimit { limit } => Problem::new(
            Kind::DiscountLimit,
            format!("this role may take off {limit} of the list price at most"),
        )
        .with("limit_basis_points", limit.value()),
        GiveDiscountError::Refused(refused) => Problem::new(Kind::IllegalTransition, refused.to_string()),
        GiveDiscountError::MonthFrozen => Problem::new(
            Kind::PeriodFrozen,
            "its month is frozen; what is still to be said is an amendment",
        ),
        GiveDiscountError::Stale => Problem::new(Kind::Stale, "it is not at the version that If-Match names"),
        GiveDiscountError::Unavailable(outage) => Problem::unavailable(&outage),
    }
}

/// Which page of a list.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PageQuery {
    /// How many at most; 50 if left out.
    #[schemars(range(min = 1, max = 200))]
    limit: Option<u16>,
    /// The `next` of the page before.
    after: Option<Uuid>,
}

/// One page of entries that are sorted by id, and the cursor of the next one.
pub(super) fn page<T>(entries: Vec<T>, query: &PageQuery, id: impl Fn(&T) -> Uuid) -> (Vec<T>, Option<Uuid>) {
    let limit = usize::from(query.limit.unwrap_or(50));
    let mut left = entries
        .into_iter()
        .filter(|entry| query.after.is_none_or(|after| id(entry) > after));
    let items: Vec<T> = left.by_ref().take(limit).collect();
    let more = left.next().is_some();
    let next = items.last().map(id).filter(|_| more);
    (items, next)
}

/// A package.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PackageBody {
    /// What it is called.
    #[schemars(length(min = 1, max = 80))]
    name: String,
    /// What all of it costs, tax included.
    #[schemars(with = "Amount")]
    price: Money,
    /// What is in it, one service as often as it is rendered.
    #[schemars(length(min = 2, max = 8))]
    service_ids: Vec<Uuid>,
    /// Whether it can be booked; it can, if left out.
    #[serde(default = "yes")]
    active: bool,
}

pub(super) const fn yes() -> bool {
    true
}

pub(super) const fn offering(active: bool) -> Offering {
    if active {
        Offering::Active
    } else {
        Offering::Retired
    }
}

impl From<PackageBody> for PackageForm {
    fn from(body: PackageBody) -> Self {
        Self {
            name: body.name,
            price: body.price,
            items: body.service_ids.into_iter().map(Id::from_uuid).collect(),
            offering: offering(body.active),
        }
    }
}

/// A package.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Package")]
pub struct PackageAnswer {
    id: Uuid,
    name: String,
    /// What all of it costs, tax included.
    #[schemars(with = "Amount")]
    price: Money,
    /// What is in it.
    service_ids: Vec<Uuid>,
    /// Whether it can be booked.
    active: bool,
    /// For `If-Match`.
    version: i32,
}

impl From<&Package> for PackageAnswer {
    fn from(package: &Package) -> Self {
        Self {
            id: package.id.as_uuid(),
            name: package.name.clone(),
            price: package.price,
            service_ids: package.items.iter().map(|item| item.as_uuid()).collect(),
            active: package.offering == Offering::Active,
            version: package.version.number(),
        }
    }
}

/// A page of packages.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Packages")]
pub struct PackagesAnswer {
    items: Vec<PackageAnswer>,
    /// For `after`; null on the last page.
    next: Option<Uuid>,
}

async fn list_packages(
    state: web::Data<State>,
    caller: Caller,
    CheckedQuery(query): CheckedQuery<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let all = state.parts.booking.packages.packages(caller.0.tenant).await?;
    let (items, next) = page(all, &query, |package| package.id.as_uuid());
    let items = items.iter().map(PackageAnswer::from).collect();
    Ok(HttpResponse::Ok().json(PackagesAnswer { items, next }))
}

async fn known_package(state: &State, caller: &Caller, id: &str) -> Result<Package, Problem> {
    let known = state
        .parts
        .booking
        .packages
        .package(caller.0.tenant, id_of(id)?)
        .await?;
    known.ok_or_else(Problem::not_found)
}

async fn show_package(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let package = known_package(&state, &caller, &id).await?;
    Ok(shown(package.version, &PackageAnswer::from(&package)))
}

async fn add_package(
    state: web::Data<State>,
    caller: Caller,
    Checked(body): Checked<PackageBody>,
) -> Result<HttpResponse, Problem> {
    let use_case = &state.parts.booking.keep_package;
    let kept = use_case.execute(caller.0.tenant, Keeping::New, body.into()).await;
    let package = kept.map_err(not_kept)?;
    let place = format!("/api/v1/packages/{}", package.id);
    Ok(made(place, package.version, &PackageAnswer::from(&package)))
}

async fn replace_package(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    IfMatch(read_at): IfMatch,
    Checked(body): Checked<PackageBody>,
) -> Result<HttpResponse, Problem> {
    let keeping = Keeping::InPlaceOf(id_of(&id)?, read_at);
    let use_case = &state.parts.booking.keep_package;
    let kept = use_case.execute(caller.0.tenant, keeping, body.into()).await;
    let package = kept.map_err(not_kept)?;
    Ok(shown(package.version, &PackageAnswer::from(&package)))
}

async fn retire_package(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    IfMatch(read_at): IfMatch,
) -> Result<HttpResponse, Problem> {
    let mut package = known_package(&state, &caller, &id).await?;
    package.offering = Offering::Retired;
    package.version = read_at;
    let book = &state.parts.booking.packages;
    book.keep_package(caller.0.tenant, package.clone())
        .await
        .map_err(refused)?;
    package.version = read_at.next();
    Ok(shown(package.version, &PackageAnswer::from(&package)))
}

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
#[expect(missing_docs, reason = "the days say themselves")]
pub enum WeekdayWord {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

const WEEK: [(WeekdayWord, Weekday); 7] = [
    (WeekdayWord::Monday, Weekday::Monday),
    (WeekdayWord::Tuesday, Weekday::Tuesday),
    (WeekdayWord::Wednesday, Weekday::Wednesday),
    (WeekdayWord::Thursday, Weekday::Thursday),
    (WeekdayWord::Friday, Weekday::Friday),
    (WeekdayWord::Saturday, Weekday::Saturday),
    (WeekdayWord::Sunday, Weekday::Sunday),
];

/// A promotion.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PromotionBody {
    /// What it is called; the reason in the books.
    #[schemars(length(min = 1, max = 80))]
    name: String,
    /// Which services; with neither services nor categories, all of them.
    #[serde(default)]
    #[schemars(length(max = 200))]
    service_ids: Vec<Uuid>,
    /// Which families of services.
    #[serde(default)]
    #[schemars(length(max = 50), inner(length(min = 1, max = 40)))]
    categories: Vec<String>,
    /// How much is taken off each of them.
    off: AmountOff,
    /// At most this much off each of them.
    #[schemars(with = "Option<Amount>")]
    cap: Option<Money>,
    /// The first local day on which a service must begin.
    first_day: Day,
    /// The last one.
    last_day: Day,
    /// On which days of the week; on all of them, if left out.
    #[schemars(length(min = 1, max = 7))]
    weekdays: Option<Vec<WeekdayWord>>,
    /// Whether it counts; it does, if left out.
    #[serde(default = "yes")]
    active: bool,
}

impl PromotionBody {
    fn form(self) -> Result<PromotionForm, Problem> {
        let categories = self.categories.iter().map(|word| ServiceCategory::parse(word));
        let categories = categories
            .collect::<Result<_, _>>()
            .map_err(|fault| wrong("categories", &fault.to_string()))?;
        let weekdays = match self.weekdays {
            None => WEEK.map(|(_, day)| day).to_vec(),
            Some(words) => words
                .iter()
                .flat_map(|word| WEEK.iter().filter(move |(known, _)| known == word))
                .map(|(_, day)| *day)
                .collect(),
        };
        Ok(PromotionForm {
            name: self.name,
            scope: PromotionScope {
                services: self.service_ids.into_iter().map(Id::from_uuid).collect(),
                categories,
            },
            amount: self.off.read("off")?,
            cap: self.cap,
            first_day: self.first_day.0,
            last_day: self.last_day.0,
            weekdays,
            offering: offering(self.active),
        })
    }
}

/// A promotion.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Promotion")]
pub struct PromotionAnswer {
    id: Uuid,
    name: String,
    /// Which services; with neither services nor categories, all of them.
    service_ids: Vec<Uuid>,
    /// Which families of services.
    categories: Vec<String>,
    /// How much is taken off each of them.
    off: AmountOff,
    /// At most this much off each of them.
    #[schemars(with = "Option<Amount>")]
    cap: Option<Money>,
    /// The first local day.
    first_day: Day,
    /// The last one.
    last_day: Day,
    /// On which days of the week.
    weekdays: Vec<WeekdayWord>,
    /// Whether it counts.
    active: bool,
    /// For `If-Match`.
    version: i32,
}

impl From<&Promotion> for PromotionAnswer {
    fn from(promotion: &Promotion) -> Self {
        let services = promotion.scope.services.iter();
        let weekdays = WEEK
            .into_iter()
            .filter(|(_, day)| promotion.weekdays.contains(day));
        Self {
            id: promotion.id.as_uuid(),
            name: promotion.name.clone(),
            service_ids: services.map(|service| service.as_uuid()).collect(),
            categories: promotion
                .scope
                .categories
                .iter()
                .map(ToString::to_string)
                .collect(),
            off: AmountOff::of(promotion.amount),
            cap: promotion.cap,
            first_day: Day(promotion.first_day),
            last_day: Day(promotion.last_day),
            weekdays: weekdays.map(|(word, _)| word).collect(),
            active: promotion.offering == Offering::Active,
            version: promotion.version.number(),
        }
    }
}

/// A page of promotions.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Promotions")]
pub struct PromotionsAnswer {
    items: Vec<PromotionAnswer>,
    /// For `after`; null on the last page.
    next: Option<Uuid>,
}

async fn list_promotions(
    state: web::Data<State>,
    caller: Caller,
    CheckedQuery(query): CheckedQuery<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let all = state.parts.booking.promotions.promotions(caller.0.tenant).await?;
    let (items, next) = page(all, &query, |promotion| promotion.id.as_uuid());
    let items = items.iter().map(PromotionAnswer::from).collect();
    Ok(HttpResponse::Ok().json(PromotionsAnswer { items, next }))
}

async fn known_promotion(state: &State, caller: &Caller, id: &str) -> Result<Promotion, Problem> {
    let book = &state.parts.booking.promotions;
    let known = book.promotion(caller.0.tenant, id_of(id)?).await?;
    known.ok_or_else(Problem::not_found)
}

async fn show_promotion(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let promotion = known_promotion(&state, &caller, &id).await?;
    Ok(shown(promotion.version, &PromotionAnswer::from(&promotion)))
}

async fn add_promotion(
    state: web::Data<State>,
    caller: Caller,
    Checked(body): Checked<PromotionBody>,
) -> Result<HttpResponse, Problem> {
    let use_case = &state.parts.booking.keep_promotion;
    let kept = use_case
        .execute(caller.0.tenant, Keeping::New, body.form()?)
        .await;
    let promotion = kept.map_err(not_kept)?;
    let place = format!("/api/v1/promotions/{}", promotion.id);
    Ok(made(place, promotion.version, &PromotionAnswer::from(&promotion)))
}

async fn replace_promotion(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    IfMatch(read_at): IfMatch,
    Checked(body): Checked<PromotionBody>,
) -> Result<HttpResponse, Problem> {
    let keeping = Keeping::InPlaceOf(id_of(&id)?, read_at);
    let use_case = &state.parts.booking.keep_promotion;
    let kept = use_case.execute(caller.0.tenant, keeping, body.form()?).await;
    let promotion = kept.map_err(not_kept)?;
    Ok(shown(promotion.version, &PromotionAnswer::from(&promotion)))
}

async fn retire_promotion(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    IfMatch(read_at): IfMatch,
) -> Result<HttpResponse, Problem> {
    let mut promotion = known_promotion(&state, &caller, &id).await?;
    promotion.offering = Offering::Retired;
    promotion.version = read_at;
    let book = &state.parts.booking.promotions;
    book.keep_promotion(caller.0.tenant, promotion.clone())
        .await
        .map_err(refused)?;
    promotion.version = read_at.next();
    Ok(shown(promotion.version, &PromotionAnswer::from(&promotion)))
}

/// An entry with its version as `ETag`.
pub(super) fn shown(version: Version, answer: &impl Serialize) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((ETAG, etag(version)))
        .json(answer)
}

/// A new entry, with its address.
pub(super) fn made(place: String, version: Version, answer: &impl Serialize) -> HttpResponse {
    HttpResponse::Created()
        .insert_header((ETAG, etag(version)))
        .insert_header((LOCATION, place))
        .json(answer)
}

/// The problem of an entry that was not kept.
pub(super) fn not_kept<F: std::error::Error + fmt::Display + 'static>(error: KeepEntryError<F>) -> Problem {
    match error {
        KeepEntryError::Unknown => Problem::not_found(),
        KeepEntryError::Fault(fault) => Problem::new(Kind::Unacceptable, fault.to_string()),
        KeepEntryError::Keep(error) => refused(error),
    }
}

/// The problem of an entry that its book refused.
pub(super) fn refused(error: KeepError) -> Problem {
    match error {
        KeepError::Stale => Problem::new(Kind::Stale, "it is not at the version that If-Match names"),
        KeepError::UnknownService => {
            Problem::new(Kind::Unacceptable, "it names a service that does not exist")
        }
        KeepError::TooMany => Problem::new(
            Kind::TooMany,
            format!("there are {ENTRIES_MOST} already, retired ones included"),
        ),
        KeepError::Twice => Problem::new(Kind::Unacceptable, "there is such an entry already"),
        KeepError::Unavailable(outage) => Problem::unavailable(&outage),
    }
}
