//! What earns as it is paid: which months an appointment earns in, and how much in each.

use ratiba_kernel::TimeRange;
use ratiba_kernel::money::div_half_away_from_zero;
use time::OffsetDateTime;

use crate::work::CompletedAppointment;

/// How much of an appointment was paid before the month and by its end, of what was charged; minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PaidPart {
    pub(crate) before: i64,
    pub(crate) through: i64,
    pub(crate) due: i64,
}

impl PaidPart {
    pub(super) fn of(work: &CompletedAppointment, range: &TimeRange) -> Self {
        let due = work.sale.charged.amount_minor();
        if due <= 0 {
            // What costs nothing is paid as it ends.
            let before = i64::from(work.ended_at() < range.start());
            return Self {
                before,
                through: 1,
                due: 1,
            };
        }
        // What was paid in advance earns when the service ends.
        let came = |until: OffsetDateTime| {
            let payments = work.payments.iter();
            let came = payments.filter(|payment| payment.at.max(work.ended_at()) < until);
            let came = came.fold(0_i64, |sum, payment| {
                sum.saturating_add(payment.amount.amount_minor())
            });
            came.clamp(0, due)
        };
        Self {
            before: came(range.start()),
            through: came(range.end()),
            due,
        }
    }

    /// What of an amount was earned by now and in earlier months, cumulatively, so that parts converge on it.
    pub(super) fn shares(self, amount_minor: i64) -> (i64, i64) {
        let share = |paid: i64| {
            let product = i128::from(amount_minor) * i128::from(paid);
            let share = div_half_away_from_zero(product, i128::from(self.due));
            i64::try_from(share).unwrap_or(i64::MAX)
        };
        (share(self.through), share(self.before))
    }
}

/// Whether any of it may earn in the month.
pub(super) fn concerns(work: &CompletedAppointment, range: &TimeRange) -> bool {
    let paid_in = || work.payments.iter().any(|payment| range.holds(payment.at));
    range.holds(work.ended_at()) || (work.ended_at() < range.start() && paid_in())
}
