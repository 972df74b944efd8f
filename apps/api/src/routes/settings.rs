//! The rules that a business books by.

use actix_web::http::header::ETAG;
use actix_web::{HttpResponse, web};
use ratiba_access::Scope;
use ratiba_booking::policy::{Policy, Rules};
use ratiba_booking::setup::{SetupStep, Versioned};
use ratiba_booking::use_cases::SetupOrder;
use ratiba_kernel::Outage;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::setup::change;
use crate::State;
use crate::caller::Caller;
use crate::checked::{Checked, IfMatch, etag};
use crate::dto::CurrencyCode;
use crate::endpoint::{Endpoint, RequestHeader};
use crate::problem::{Kind, Problem};

/// The endpoints of settings.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/v1/settings/booking", "The rules of booking", || {
            web::get().to(show)
        })
        .group("settings")
        .needs(Scope::SettingsRead)
        .answers::<SettingsAnswer>(200, "the rules"),
        Endpoint::put("/api/v1/settings/booking", "Replace the rules of booking", || {
            web::put().to(replace)
        })
        .describe(
            "Whole. Another rule for buffers rewrites the claims that lie ahead, or is refused with the bookings that would \
             collide. Another zone is taken only while nothing lies ahead. The currency never changes.",
        )
        .group("settings")
        .needs(Scope::SettingsWrite)
        .header(RequestHeader::IfMatch)
        .body::<SettingsBody>()
        .answers::<SettingsAnswer>(200, "the rules")
        .problems(&[Kind::BookingsInTheWay, Kind::Unacceptable]),
    ]
}

/// A value for each channel.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "EachChannel{T}")]
pub struct EachChannel<T> {
    /// For a conversation.
    pub chat: T,
    /// For the web.
    pub web: T,
    /// For the front desk.
    pub desk: T,
}

/// Where the grid of starts begins.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum GridAnchorWord {
    /// At local midnight.
    Clock,
    /// At each opening.
    Opening,
}

/// Whether starts beside the grid are offered.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum GapFitWord {
    /// Opening times and ends of neighbours are starts, too.
    Offered,
    /// The grid alone.
    GridOnly,
}

/// How buffers meet.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum BuffersWord {
    /// The earlier one's after-time and the later one's before-time must both fit.
    Stacked,
    /// The larger of the two must fit.
    Shared,
}

/// Whether clean-up may go on after closing.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum CleanupWord {
    /// It must end by closing time.
    Refused,
    /// It may.
    Allowed,
}

/// How deposits and fees are rounded.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum RoundingWord {
    /// Up to the whole shilling; what M-Pesa needs.
    WholeUnits,
    /// To the cent.
    Exact,
}

/// Whether a booking waits for somebody to agree.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum ApprovalWord {
    /// It counts at once.
    NotNeeded,
    /// It is a request first.
    Asked,
}

/// Whether a complementary service is offered.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum OfferWord {
    /// It may be offered. The API answers each time it is asked; whoever leads a conversation offers it once.
    Once,
    /// Never.
    Never,
}

/// How long holds last.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "HoldLengths")]
pub struct HoldBody {
    /// Minutes, for M-Pesa.
    #[schemars(range(min = 1, max = 60))]
    pub mobile_money: u32,
    /// Minutes, for a card.
    #[schemars(range(min = 1, max = 240))]
    pub card: u32,
}

/// What cancelling and not coming cost.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "CancellationPolicy")]
pub struct CancellationBody {
    /// Until how many hours ahead it is free.
    #[schemars(range(min = 0, max = 720))]
    pub free_until_hours: u32,
    /// After that, in hundredths of a percent of what is charged.
    #[schemars(range(min = 0, max = 10_000))]
    pub late_fee: u32,
    /// How many minutes after the start somebody may be marked as not having come.
    #[schemars(range(min = 0, max = 240))]
    pub no_show_grace: u32,
    /// What that costs, in hundredths of a percent of what is charged.
    #[schemars(range(min = 0, max = 10_000))]
    pub no_show_fee: u32,
}

/// Whether and when a complementary service is offered.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "CrossSelling")]
pub struct CrossSellBody {
    /// Whether.
    pub offer: OfferWord,
    /// How many minutes after the end of the first service it may begin.
    #[schemars(range(min = 0, max = 240))]
    pub tolerance: u32,
}

/// What is asked in advance of somebody who has not come before.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NoShowDeposit")]
pub struct NoShowBody {
    /// From this many times on.
    #[schemars(range(min = 1, max = 1_000))]
    pub no_shows: u16,
    /// In hundredths of a percent of what is charged.
    #[schemars(range(min = 1, max = 10_000))]
    pub deposit: u32,
}

/// How much may be taken off by hand, in hundredths of a percent; the owner has no limit.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "DiscountLimits")]
pub struct DiscountBody {
    /// By a therapist.
    #[schemars(range(min = 0, max = 10_000))]
    pub therapist: u32,
    /// By a receptionist.
    #[schemars(range(min = 0, max = 10_000))]
    pub receptionist: u32,
    /// By a manager.
    #[schemars(range(min = 0, max = 10_000))]
    pub manager: u32,
}

/// All rules; what is a length of time is in minutes unless it says otherwise.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "BookingRules")]
pub struct RulesBody {
    /// The distance between starts.
    #[schemars(range(min = 1, max = 1_440))]
    pub grid_step: u32,
    /// Where the grid begins.
    pub grid_anchor: GridAnchorWord,
    /// Whether starts beside the grid are offered.
    pub gap_fit: GapFitWord,
    /// How buffers meet: `shared` is the switch `share_buffers`.
    pub buffers: BuffersWord,
    /// Whether clean-up may pass closing time.
    pub cleanup_past_closing: CleanupWord,
    /// How long before the start a booking must be made; 43,200 at most.
    pub notice: EachChannel<u32>,
    /// How many local days ahead may be booked, the last one included; 730 at most.
    pub horizon_days: EachChannel<u16>,
    /// How long a client may wait between two services of one visit.
    #[schemars(range(min = 0, max = 240))]
    pub wait_between_parts: u32,
    /// How long holds last.
    pub hold: HoldBody,
    /// How deposits and fees are rounded.
    pub rounding: RoundingWord,
    /// What cancelling and not coming cost.
    pub cancellation: CancellationBody,
    /// Whether bookings wait for somebody to agree.
    pub approval: EachChannel<ApprovalWord>,
    /// How long a request keeps its time at most.
    #[schemars(range(min = 1, max = 1_440))]
    pub request_lasts: u32,
    /// Complementary services.
    pub cross_sell: CrossSellBody,
    /// How the deposit grows with a history of not coming, rung by rung.
    #[schemars(length(max = 10))]
    pub deposit_after_no_shows: Vec<NoShowBody>,
    /// How much may be taken off by hand.
    pub discount_limits: DiscountBody,
    /// How long an offer to somebody on the waitlist keeps its time.
    #[schemars(range(min = 1, max = 1_440))]
    pub waitlist_offer: u32,
    /// The lowest price of a service that is taken over from elsewhere, in minor units; nothing is no price in any case.
    #[schemars(range(min = 0, max = 1_000_000_000))]
    pub price_floor: u32,
}

impl RulesBody {
    /// The rules; the document is the same, field by field.
    fn read(&self) -> Result<Rules, Problem> {
        let document = serde_json::to_value(self).map_err(|error| Problem::from(Outage::new(error)))?;
        serde_json::from_value(document)
            .map_err(|error| Problem::new(Kind::Validation, format!("rules: {error}")))
    }
}

/// Zone and rules.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SettingsBody {
    /// IANA name, such as `Africa/Nairobi`.
    #[schemars(length(min = 1, max = 64))]
    pub zone: String,
    /// All rules.
    pub rules: RulesBody,
}

/// Zone, currency and rules.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "BookingSettings")]
pub struct SettingsAnswer {
    /// IANA name.
    pub zone: String,
    /// ISO 4217; it never changes.
    #[schemars(with = "CurrencyCode")]
    pub currency: &'static str,
    /// All rules.
    #[schemars(with = "RulesBody")]
    pub rules: Value,
    /// For `If-Match`.
    pub version: i32,
}

fn answer(known: &Versioned<Policy>) -> Result<HttpResponse, Problem> {
    let rules =
        serde_json::to_value(&known.value.rules).map_err(|error| Problem::from(Outage::new(error)))?;
    Ok(HttpResponse::Ok()
        .insert_header((ETAG, etag(known.version)))
        .json(SettingsAnswer {
            zone: known.value.zone.name().to_owned(),
            currency: known.value.currency.code(),
            rules,
            version: known.version.number(),
        }))
}

async fn show(state: web::Data<State>, caller: Caller) -> Result<HttpResponse, Problem> {
    answer(&state.parts.booking.setup.policy(caller.0.tenant).await?)
}

async fn replace(
    state: web::Data<State>,
    caller: Caller,
    IfMatch(version): IfMatch,
    Checked(body): Checked<SettingsBody>,
) -> Result<HttpResponse, Problem> {
    let rules = Box::new(body.rules.read()?);
    let changed = change(
        &state,
        &caller.0,
        SetupOrder::SetPolicy(body.zone, rules, version),
    )
    .await?;
    let SetupStep::PutPolicy { policy: value, .. } = changed.step else {
        return Err(Problem::not_found());
    };
    let version = changed.recorded.version;
    answer(&Versioned { value, version })
}

#[cfg(test)]
mod tests;
