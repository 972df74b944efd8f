//! Completed work, in commission's own words: what was rendered, by whom, when, and for how much.

use ratiba_kernel::{Money, TimeRange};
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use crate::split::Renderers;
use crate::tips::Tip;
use crate::{AppointmentId, ServiceCategory, ServiceId};

/// One appointment that came to its end, or that the customer did not come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompletedAppointment {
    /// Which one.
    pub id: AppointmentId,
    /// What was rendered.
    pub service: ServiceId,
    /// What it is called on a statement; no figure depends on it.
    pub service_name: String,
    /// The service's family.
    pub category: ServiceCategory,
    /// When it was meant to be.
    pub planned: TimeRange,
    /// When it began, if staff recorded it.
    pub actual_start: Option<OffsetDateTime>,
    /// When it ended, if staff recorded it.
    pub actual_end: Option<OffsetDateTime>,
    /// Whether the customer came.
    pub outcome: Outcome,
    /// The money of it.
    pub sale: Sale,
    /// When which part of it was paid, in any order. Looked at by rules that earn on payment only.
    pub payments: Vec<Payment>,
    /// Who rendered it, and their shares.
    pub renderers: Renderers,
    /// What the customer gave on top.
    pub tip: Option<Tip>,
}

/// Money that came for an appointment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payment {
    /// When it came.
    pub at: OffsetDateTime,
    /// How much of it is the appointment's.
    pub amount: Money,
}

/// Whether the customer came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was rendered.
    Rendered,
    /// The customer did not come.
    NoShow {
        /// What was charged for that.
        fee: Money,
    },
}

/// The money of one appointment. Nothing in it is negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sale {
    /// The price in the catalogue.
    pub list_price: Money,
    /// What was taken off the list price.
    pub discount: Money,
    /// What the customer was asked for: after the discount, or a package's part.
    pub charged: Money,
    /// What the customer paid so far.
    pub paid: Money,
    /// The tax that is contained in the charged amount.
    pub tax: Money,
    /// What the products used have cost.
    pub product_cost: Money,
    /// What the provider reported that collecting the money has cost; `None` where nobody reported anything, so
    /// that the tenant's table of fees says it.
    pub payment_fee: Option<Money>,
    /// What was given back so far.
    pub refunded: Money,
}

impl Sale {
    /// A sale at the list price, paid in full, without tax, costs or refunds.
    #[must_use]
    pub const fn at(price: Money) -> Self {
        let nothing = Money::zero(price.currency());
        Self {
            list_price: price,
            discount: nothing,
            charged: price,
            paid: price,
            tax: nothing,
            product_cost: nothing,
            payment_fee: None,
            refunded: nothing,
        }
    }

    /// All its amounts, for checks that concern each of them.
    #[must_use]
    pub fn amounts(&self) -> [Money; 8] {
        [
            self.list_price,
            self.discount,
            self.charged,
            self.paid,
            self.tax,
            self.product_cost,
            self.payment_fee.unwrap_or(Money::zero(self.charged.currency())),
            self.refunded,
        ]
    }
}

/// Where the end of an appointment is known from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndSource {
    /// Staff recorded it.
    Actual,
    /// Nobody recorded it; the plan is used instead.
    Planned,
}

impl CompletedAppointment {
    /// When it ended, in UTC: as recorded, else as planned.
    #[must_use]
    pub fn ended_at(&self) -> OffsetDateTime {
        self.actual_end
            .unwrap_or(self.planned.end())
            .to_offset(time::UtcOffset::UTC)
    }

    /// Where [`Self::ended_at`] is from.
    #[must_use]
    pub const fn end_source(&self) -> EndSource {
        match self.actual_end {
            Some(_) => EndSource::Actual,
            None => EndSource::Planned,
        }
    }

    /// How long it was rendered: from the recorded beginning to the recorded end, each as planned where
    /// it was not recorded. Where that mixture makes no sense (a beginning after the end) the planned
    /// length is taken; a no-show took no time.
    #[must_use]
    pub fn rendered_for(&self) -> Duration {
        match self.outcome {
            Outcome::NoShow { .. } => Duration::ZERO,
            Outcome::Rendered => {
                let start = self.actual_start.unwrap_or(self.planned.start());
                let length = self.ended_at() - start;
                if length.is_positive() {
                    length
                } else {
                    self.planned.length()
                }
            }
        }
    }
}
