//! Takes something off by hand, or takes a discount back.

use std::sync::Arc;

use ratiba_kernel::{BasisPoints, Clock, Money, MoneyError, Outage, TenantId};

use crate::appointment::{
    Appointment, AppointmentId, ChangedBy, Discount, DiscountAmount, DiscountSource, RepriceRefused, State,
    Version,
};
use crate::event::BookingEvent;
use crate::policy::DiscountLimits;
use crate::ports::{AppointmentBook, Catalogue, Change, ClaimChange, OpenMonth, RecordError};

/// As what somebody gives a discount; each has a limit of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Giver {
    /// Renders services.
    Therapist,
    /// Runs the front desk.
    Receptionist,
    /// Runs the business.
    Manager,
    /// Owns it: may take off all of it.
    Owner,
}

impl Giver {
    /// How much of the list price they may take off.
    #[must_use]
    pub const fn limit(self, limits: &DiscountLimits) -> BasisPoints {
        match self {
            Self::Therapist => limits.therapist,
            Self::Receptionist => limits.receptionist,
            Self::Manager => limits.manager,
            Self::Owner => BasisPoints::WHOLE,
        }
    }
}

/// Something off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandDiscount {
    /// How much.
    pub amount: DiscountAmount,
    /// Why: 1 to 200 characters.
    pub reason: String,
}

/// An order to charge less, or the list price again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiscountOrder {
    /// Which appointment.
    pub appointment: AppointmentId,
    /// What comes in the place of whatever was taken off before; nothing: the list price.
    pub discount: Option<HandDiscount>,
    /// Who gives it, as records name them.
    pub by: String,
    /// As what.
    pub giver: Giver,
    /// The version that it was decided on; any, if `None`.
    pub read_at: Option<Version>,
}

/// Why the price stays.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum GiveDiscountError {
    /// There is no such appointment.
    #[error("there is no such appointment")]
    UnknownAppointment,
    /// No reason, or one of more than 200 characters.
    #[error("a discount has a reason of 1 to 200 characters")]
    Reason,
    /// Nothing, below nothing, or above the list price.
    #[error("a discount is above nothing and at most the list price")]
    Amount,
    /// Another currency, or cents where whole shillings are taken.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// It is more than the giver may take off.
    #[error("at most {limit} may be taken off")]
    AboveLimit {
        /// The most, of the list price.
        limit: BasisPoints,
    },
    /// Its state does not allow it.
    #[error(transparent)]
    Refused(#[from] RepriceRefused),
    /// The month is frozen: what is still to be said about it is an amendment.
    #[error("the month is frozen")]
    MonthFrozen,
    /// It changed since it was read. Read again and decide again.
    #[error("the appointment changed since it was read")]
    Stale,
    /// The book did not answer.
    #[error("the appointment book is unavailable")]
    Unavailable(#[from] Outage),
}

impl From<RecordError> for GiveDiscountError {
    fn from(error: RecordError) -> Self {
        match error {
            // No claim is taken and no visit is made here.
            RecordError::Stale
            | RecordError::SlotTaken
            | RecordError::KeyUsed
            | RecordError::UnknownCustomer
            | RecordError::SetupChanged => Self::Stale,
            RecordError::MonthFrozen => Self::MonthFrozen,
            RecordError::Unavailable(outage) => Self::Unavailable(outage),
        }
    }
}

/// Gives discounts.
pub struct GiveDiscount {
    /// Where it is recorded.
    pub book: Arc<dyn AppointmentBook>,
    /// The tenant's limits.
    pub catalogue: Arc<dyn Catalogue>,
    /// The present.
    pub clock: Arc<dyn Clock>,
}

impl GiveDiscount {
    /// Charges the list price less the discount, in the place of whatever was taken off before, until the
    /// month in which a rendered service counts is frozen for anybody of its team. The appointment as it
    /// then stands is the answer; what changes nothing records nothing.
    ///
    /// # Errors
    /// [`GiveDiscountError`]; then nothing changed.
    #[tracing::instrument(name = "booking.give_discount", skip_all, fields(appointment.id = %order.appointment))]
    pub async fn execute(
        &self,
        tenant: TenantId,
        order: DiscountOrder,
    ) -> Result<Appointment, GiveDiscountError> {
        let found = self.book.appointment(tenant, order.appointment).await?;
        let before = found.ok_or(GiveDiscountError::UnknownAppointment)?;
        if order.read_at.is_some_and(|version| version != before.version()) {
            return Err(GiveDiscountError::Stale);
        }
        let rules = self.catalogue.policy(tenant).await?.rules;
        let present = &before.booking().price;
        let discount = match order.discount {
            None => None,
            Some(HandDiscount { amount, reason }) => {
                let reason = reason.trim().to_owned();
                if !(1..=200).contains(&reason.chars().count()) {
                    return Err(GiveDiscountError::Reason);
                }
                in_bounds(amount, present.list())?;
                let off = amount.takes_off(present.list(), rules.rounding)?;
                within(off, present.list(), order.giver.limit(&rules.discount_limits))?;
                Some(Discount {
                    amount,
                    rate: amount.rate(),
                    reason,
                    source: DiscountSource::Hand { by: order.by.clone() },
                })
            }
        };
        let price = present.with_discount(discount, rules.rounding)?;
        let after = before.clone().reprice(price)?;
        if after == before {
            return Ok(before);
        }
        let now = self.clock.now();
        let (appointment, visit) = (after.id(), after.booking().visit);
        let event = BookingEvent::PriceChanged { appointment, visit };
        let mut change = Change::at(now, ChangedBy::person(&order.by))
            .with(after.clone(), ClaimChange::Keep)
            .telling(event);
        if matches!(after.state(), State::Completed { .. }) {
            let (team, at) = (after.booking().team.members(), after.counts_at());
            change.open_months = team.iter().map(|staff| OpenMonth { staff: *staff, at }).collect();
        }
        self.book.record(tenant, change).await?;
        Ok(after.at_next_version())
    }
}

/// Refuses what is no discount.
fn in_bounds(amount: DiscountAmount, list: Money) -> Result<(), GiveDiscountError> {
    let sound = match amount {
        DiscountAmount::Flat(amount) => {
            list.checked_sub(amount)?;
            amount.is_positive() && amount <= list
        }
        DiscountAmount::Percent(rate) => (1..=BasisPoints::WHOLE.value()).contains(&rate.value()),
    };
    if sound {
        Ok(())
    } else {
        Err(GiveDiscountError::Amount)
    }
}

fn within(off: Money, list: Money, limit: BasisPoints) -> Result<(), GiveDiscountError> {
    let most = i128::from(list.amount_minor()) * i128::from(limit.value());
    if i128::from(off.amount_minor()) * i128::from(BasisPoints::WHOLE.value()) <= most {
        Ok(())
    } else {
        Err(GiveDiscountError::AboveLimit { limit })
    }
}
