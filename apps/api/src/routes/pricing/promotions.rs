//! Promotions: what everybody gets off on certain days.

use actix_web::{HttpResponse, web};
use ratiba_booking::catalogue::{Offering, ServiceCategory};
use ratiba_booking::promotion::{Promotion, PromotionScope};
use ratiba_booking::use_cases::{Keeping, PromotionForm};
use ratiba_kernel::{Id, Money};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use time::Weekday;
use uuid::Uuid;

use super::super::appointments::wrong;
use super::{AmountOff, PageQuery, made, not_kept, offering, page, reading, refused, shown, writing, yes};
use crate::State;
use crate::caller::Caller;
use crate::checked::{Checked, CheckedQuery, IfMatch};
use crate::dto::{Amount, Day, id_of};
use crate::endpoint::{Endpoint, RequestHeader};
use crate::problem::{Kind, Problem};

/// The endpoints of promotions.
pub(super) fn endpoints() -> Vec<Endpoint> {
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

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub(super) enum WeekdayWord {
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
pub(super) struct PromotionBody {
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
pub(super) struct PromotionAnswer {
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
pub(super) struct PromotionsAnswer {
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
