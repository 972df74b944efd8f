//! What the business takes off for everybody on certain days.

use ratiba_kernel::{BasisPoints, Money};
use time::{Date, Weekday};

use super::ServiceRef;

/// One promotion that runs, as a customer may be told it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PromotionCard {
    /// What the business calls it.
    pub name: String,
    /// How much it takes off each service.
    pub off: TakenOff,
    /// The services that it counts for; never none.
    pub services: Vec<ServiceRef>,
    /// The first local day of a visit for which it counts.
    pub first_day: Date,
    /// The last one.
    pub last_day: Date,
    /// The days of the week on which it counts, in their order.
    pub weekdays: Vec<Weekday>,
}

/// How much a promotion takes off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TakenOff {
    /// So much.
    Flat(Money),
    /// Such a share of the price.
    Share(BasisPoints),
}
