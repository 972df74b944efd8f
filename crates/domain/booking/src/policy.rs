//! The rules that a tenant sets: how finely time is offered, how early and how far ahead, how long a hold
//! lasts, when reminders go, what a late cancellation costs.
//!
//! Read from the tenant's settings; whatever is left out has the default written here.

use ratiba_kernel::{BasisPoints, Currency, Money, MoneyError, Zone};
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime, PrimitiveDateTime, Time};

use crate::catalogue::Minutes;

/// Where a booking comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// A conversation.
    Chat,
    /// A page on the web.
    Web,
    /// The front desk.
    Desk,
}

/// One value for each channel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PerChannel<T> {
    /// For a conversation.
    pub chat: T,
    /// For the web.
    pub web: T,
    /// For the front desk.
    pub desk: T,
}

impl<T: Copy> PerChannel<T> {
    /// The same for all of them.
    #[must_use]
    pub const fn all(value: T) -> Self {
        Self {
            chat: value,
            web: value,
            desk: value,
        }
    }

    /// The one for `channel`.
    #[must_use]
    pub const fn of(&self, channel: Channel) -> T {
        match channel {
            Channel::Chat => self.chat,
            Channel::Web => self.web,
            Channel::Desk => self.desk,
        }
    }
}

/// Where the grid of starts begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GridAnchor {
    /// At local midnight: 09:00, 09:15, …
    Clock,
    /// At each opening: 07:22, 07:37, …
    Opening,
}

/// Whether starts beside the grid are offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GapFit {
    /// Opening times and the ends of neighbouring engagements are starts too.
    Offered,
    /// The grid alone.
    GridOnly,
}

/// How the time kept free between two bookings is reckoned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BufferRule {
    /// The earlier one's after-time and the later one's before-time must both fit.
    Stacked,
    /// The larger of the two must fit.
    Shared,
}

/// Whether clean-up may go on after closing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CleanupPastClosing {
    /// Clean-up must end by closing time.
    Refused,
    /// Only the client must have left by closing time.
    Allowed,
}

/// How computed deposits and fees are rounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    /// Up to the whole shilling, since M-Pesa moves nothing smaller.
    WholeUnits,
    /// To the cent.
    Exact,
}

impl Rounding {
    /// The amount as it is asked for.
    ///
    /// # Errors
    /// [`MoneyError::TooLarge`].
    pub fn apply(self, amount: Money) -> Result<Money, MoneyError> {
        match self {
            Self::WholeUnits => amount.round_up_to_whole_units(),
            Self::Exact => Ok(amount),
        }
    }
}

/// How the money of a hold will come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PayBy {
    /// A prompt on the customer's phone.
    MobileMoney,
    /// A hosted card page.
    Card,
}

/// How long an unpaid hold keeps its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HoldLengths {
    /// For mobile money; 5 minutes.
    pub mobile_money: Minutes,
    /// For a card; 30 minutes.
    pub card: Minutes,
}

impl Default for HoldLengths {
    fn default() -> Self {
        Self {
            mobile_money: Minutes::new(5),
            card: Minutes::new(30),
        }
    }
}

impl HoldLengths {
    /// For one way of paying.
    #[must_use]
    pub const fn of(&self, pay_by: PayBy) -> Minutes {
        match pay_by {
            PayBy::MobileMoney => self.mobile_money,
            PayBy::Card => self.card,
        }
    }
}

/// What a customer who changes their mind pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CancellationPolicy {
    /// Until how many hours before the start nothing is paid; 24.
    pub free_until_hours: u32,
    /// The share of the charged price that is paid after that; none.
    pub late_fee: BasisPoints,
    /// How long after the start a customer who has not come may be marked as a no-show; 15 minutes.
    pub no_show_grace: Minutes,
    /// The share of the charged price that a no-show pays; none.
    pub no_show_fee: BasisPoints,
}

impl Default for CancellationPolicy {
    fn default() -> Self {
        Self {
            free_until_hours: 24,
            late_fee: BasisPoints::new(0),
            no_show_grace: Minutes::new(15),
            no_show_fee: BasisPoints::new(0),
        }
    }
}

impl CancellationPolicy {
    /// What a customer owes who cancels at `now` a visit that starts at `start`; exactly at the limit it is
    /// still free.
    ///
    /// # Errors
    /// [`MoneyError::TooLarge`].
    pub fn cancellation_fee(
        &self,
        charged: Money,
        start: OffsetDateTime,
        now: OffsetDateTime,
        rounding: Rounding,
    ) -> Result<Money, MoneyError> {
        if start - now >= Duration::hours(i64::from(self.free_until_hours)) {
            return Ok(Money::zero(charged.currency()));
        }
        fee(charged, self.late_fee, rounding)
    }

    /// What a customer owes who did not come.
    ///
    /// # Errors
    /// [`MoneyError::TooLarge`].
    pub fn no_show_fee(&self, charged: Money, rounding: Rounding) -> Result<Money, MoneyError> {
        fee(charged, self.no_show_fee, rounding)
    }
}

fn fee(charged: Money, rate: BasisPoints, rounding: Rounding) -> Result<Money, MoneyError> {
    Ok(rounding.apply(charged.share(rate)?)?.min(charged))
}

/// Whether the business wants to agree before a booking counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Approval {
    /// A free time is the customer's at once.
    NotNeeded,
    /// A booking is a request until somebody agrees.
    Asked,
}

/// Whether a complementary service is offered after the customer's yes to the first one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CrossSelling {
    /// Whether it is offered at all; it is.
    pub offer: CrossSellOffer,
    /// How long after the end of the first service the second one may begin; 15 minutes.
    pub tolerance: Minutes,
}

/// The switch of [`CrossSelling`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CrossSellOffer {
    /// It may be offered, once in a conversation: that is kept by whoever leads the conversation, since booking
    /// does not know any: asked over the API, it is answered each time.
    Once,
    /// Never.
    Never,
}

impl Default for CrossSelling {
    fn default() -> Self {
        Self {
            offer: CrossSellOffer::Once,
            tolerance: Minutes::new(15),
        }
    }
}

/// What a customer with a history of not coming is asked in advance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoShowDeposit {
    /// From this many times on.
    pub no_shows: u16,
    /// The share of what is charged.
    pub deposit: BasisPoints,
}

/// How much of the list price somebody may take off by hand. The owner may take off all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DiscountLimits {
    /// A therapist; nothing.
    pub therapist: BasisPoints,
    /// A receptionist; 10 %.
    pub receptionist: BasisPoints,
    /// A manager; 50 %.
    pub manager: BasisPoints,
}

impl Default for DiscountLimits {
    fn default() -> Self {
        Self {
            therapist: BasisPoints::new(0),
            receptionist: BasisPoints::new(1_000),
            manager: BasisPoints::new(5_000),
        }
    }
}

/// What booking needs to know about a tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// The tenant's zone: local days, grids and quiet hours are its.
    pub zone: Zone,
    /// The tenant's currency.
    pub currency: Currency,
    /// The rest.
    pub rules: Rules,
}

/// The part of the tenant's settings that booking reads; everything has a default.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rules {
    /// The distance between starts; 15 minutes. Nothing is offered on the grid when it is zero.
    pub grid_step: Minutes,
    /// Where the grid begins; at midnight.
    pub grid_anchor: GridAnchor,
    /// Whether starts beside the grid are offered; they are.
    pub gap_fit: GapFit,
    /// How buffers meet; they stack.
    pub buffers: BufferRule,
    /// Whether clean-up may pass closing time; it may not.
    pub cleanup_past_closing: CleanupPastClosing,
    /// How long before the start a booking must be made; chat 30 minutes, web 2 hours, desk none.
    pub notice: PerChannel<Minutes>,
    /// How many local days ahead may be booked, the last one included; 60.
    pub horizon_days: PerChannel<u16>,
    /// How long a client may wait between two services of one visit; 15 minutes.
    pub wait_between_parts: Minutes,
    /// How long holds last.
    pub hold: HoldLengths,
    /// How deposits and fees are rounded; to whole shillings.
    pub rounding: Rounding,
    /// What cancelling and not coming cost.
    pub cancellation: CancellationPolicy,
    /// Whether bookings wait for somebody to agree; they do not.
    pub approval: PerChannel<Approval>,
    /// How long a request keeps its time at most, if nobody answers; 24 hours.
    pub request_lasts: Minutes,
    /// Whether and when a complementary service is offered.
    pub cross_sell: CrossSelling,
    /// How the deposit grows with a history of not coming; it does not. The highest rung reached counts.
    pub deposit_after_no_shows: Vec<NoShowDeposit>,
    /// How much may be taken off by hand.
    pub discount_limits: DiscountLimits,
    /// How long an offer to somebody on the waitlist keeps its time; 15 minutes.
    pub waitlist_offer: Minutes,
    /// The lowest price of a service that is taken over from elsewhere, in minor units; anything above nothing.
    pub price_floor: u32,
}

impl Rules {
    /// Whether a service may cost so little.
    #[must_use]
    pub fn price_is_enough(&self, price: Money) -> bool {
        price.is_positive() && price.amount_minor() >= i64::from(self.price_floor)
    }

    /// Whether the amount can be paid in every way that the business takes: M-Pesa moves no cents.
    #[must_use]
    pub fn price_can_be_paid(&self, price: Money) -> bool {
        match self.rounding {
            Rounding::WholeUnits => price.whole_units().is_ok(),
            Rounding::Exact => true,
        }
    }
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            grid_step: Minutes::new(15),
            grid_anchor: GridAnchor::Clock,
            gap_fit: GapFit::Offered,
            buffers: BufferRule::Stacked,
            cleanup_past_closing: CleanupPastClosing::Refused,
            notice: PerChannel {
                chat: Minutes::new(30),
                web: Minutes::new(120),
                desk: Minutes::NONE,
            },
            horizon_days: PerChannel::all(60),
            wait_between_parts: Minutes::new(15),
            hold: HoldLengths::default(),
            rounding: Rounding::WholeUnits,
            cancellation: CancellationPolicy::default(),
            approval: PerChannel::all(Approval::NotNeeded),
            request_lasts: Minutes::new(24 * 60),
            cross_sell: CrossSelling::default(),
            deposit_after_no_shows: Vec::new(),
            discount_limits: DiscountLimits::default(),
            waitlist_offer: Minutes::new(15),
            price_floor: 0,
        }
    }
}

impl Rules {
    /// Until when a request that was made at `now`, for a visit that starts at `start` and must be booked that
    /// long before, keeps its time: as long as requests last, but not past the notice limit. `None` where
    /// that leaves no time to answer it.
    #[must_use]
    pub fn request_deadline(
        &self,
        notice: Minutes,
        start: OffsetDateTime,
        now: OffsetDateTime,
    ) -> Option<OffsetDateTime> {
        let lasts = now.saturating_add(self.request_lasts.duration());
        let until = lasts.min(start.saturating_sub(notice.duration()));
        (until > now).then_some(until)
    }

    /// The share of the price that is asked in advance of a customer who did not come this often: the
    /// highest rung that they reached. `None` below all of them.
    #[must_use]
    pub fn deposit_after(&self, no_shows: u32) -> Option<BasisPoints> {
        let reached = self
            .deposit_after_no_shows
            .iter()
            .filter(|rung| u32::from(rung.no_shows) <= no_shows);
        reached
            .max_by_key(|rung| (rung.no_shows, rung.deposit))
            .map(|rung| rung.deposit)
    }
}

/// The reminders of a visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reminder {
    /// 24 hours ahead.
    DayAhead,
    /// 2 hours ahead.
    HoursAhead,
}

const QUIET_FROM: Time = time::macros::time!(21:00);
const QUIET_UNTIL: Time = time::macros::time!(07:00);
const TOO_EARLY_TO_WAIT: Time = time::macros::time!(05:00);
const EVENING: Time = time::macros::time!(20:30);

impl Reminder {
    /// All of them, the earliest first.
    pub const ALL: [Self; 2] = [Self::DayAhead, Self::HoursAhead];

    const fn lead(self) -> Duration {
        match self {
            Self::DayAhead => Duration::hours(24),
            Self::HoursAhead => Duration::hours(2),
        }
    }

    /// Before this instant the reminder of a visit that starts at `start` never goes out: quiet hours bring
    /// it forward by ten hours at most.
    #[must_use]
    pub fn earliest(self, start: OffsetDateTime) -> OffsetDateTime {
        start - self.lead() - Duration::hours(10)
    }

    /// When this reminder of a visit goes out; `None` when it is skipped because the visit was booked after
    /// it was due.
    ///
    /// Due in the quiet hours (21:00 to 07:00 on the tenant's wall clock), it goes at 07:00 if it was not
    /// due before 05:00 and the visit is then still an hour away, and otherwise at 20:30 the evening before.
    #[must_use]
    pub fn goes_at(
        self,
        zone: &Zone,
        start: OffsetDateTime,
        booked: OffsetDateTime,
    ) -> Option<OffsetDateTime> {
        let due = start - self.lead();
        let goes = out_of_quiet_hours(zone, due, start);
        (booked <= due && booked <= goes).then_some(goes)
    }
}

/// When the quiet hours (21:00 to 07:00 on the tenant's wall clock) that an instant lies in are over; `None` if
/// it lies in none.
#[must_use]
pub fn quiet_until(zone: &Zone, at: OffsetDateTime) -> Option<OffsetDateTime> {
    let local = zone.local(at);
    let morning = if local.time() >= QUIET_FROM {
        local.date().next_day()?
    } else if local.time() < QUIET_UNTIL {
        local.date()
    } else {
        return None;
    };
    Some(zone.instant(PrimitiveDateTime::new(morning, QUIET_UNTIL)))
}

fn out_of_quiet_hours(zone: &Zone, due: OffsetDateTime, start: OffsetDateTime) -> OffsetDateTime {
    let local = zone.local(due);
    let at = |date, time| zone.instant(PrimitiveDateTime::new(date, time));
    if local.time() >= QUIET_FROM {
        return at(local.date(), EVENING);
    }
    if local.time() >= QUIET_UNTIL {
        return due;
    }
    let morning = at(local.date(), QUIET_UNTIL);
    if local.time() >= TOO_EARLY_TO_WAIT && start - morning >= Duration::minutes(60) {
        return morning;
    }
    local
        .date()
        .previous_day()
        .map_or(due, |evening| at(evening, EVENING))
}

#[cfg(test)]
mod tests;
