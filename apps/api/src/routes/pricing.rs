//! Prices: discounts by hand, packages and promotions.

mod packages;
mod promotions;

use std::fmt;

use actix_web::http::header::{ETAG, LOCATION};
use actix_web::{HttpResponse, web};
use ratiba_access::{Principal, Role, Scope};
use ratiba_booking::appointment::{DiscountAmount, Version};
use ratiba_booking::catalogue::Offering;
use ratiba_booking::ports::{ENTRIES_MOST, KeepError};
use ratiba_booking::use_cases::{DiscountOrder, GiveDiscountError, Giver, HandDiscount, KeepEntryError};
use ratiba_kernel::{BasisPoints, Money};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::appointments::{self, AppointmentAnswer, find, wrong};
use crate::State;
use crate::caller::Caller;
use crate::checked::{Checked, IfMatch, etag};
use crate::dto::Amount;
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
    all.extend(packages::endpoints());
    all.extend(promotions::endpoints());
    all
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
