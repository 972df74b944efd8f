//! Packages: several services that are sold as one.

use actix_web::{HttpResponse, web};
use ratiba_booking::catalogue::Offering;
use ratiba_booking::package::Package;
use ratiba_booking::use_cases::{Keeping, PackageForm};
use ratiba_kernel::{Id, Money};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{PageQuery, made, not_kept, offering, page, reading, refused, shown, writing, yes};
use crate::State;
use crate::caller::Caller;
use crate::checked::{Checked, CheckedQuery, IfMatch};
use crate::dto::{Amount, id_of};
use crate::endpoint::{Endpoint, RequestHeader};
use crate::problem::{Kind, Problem};

/// The endpoints of packages.
pub(super) fn endpoints() -> Vec<Endpoint> {
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
pub(super) struct PackageAnswer {
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
pub(super) struct PackagesAnswer {
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
