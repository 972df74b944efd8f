//! What earns as it is paid: which months an appointment earns in, and how much in each.

use ratiba_kernel::TimeRange;
use time::OffsetDateTime;

use crate::fine;
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

    /// What of an amount (not negative, of whatever unit) was earned by the end of the month and what by its beginning, so that the
    /// months' parts converge on it.
    pub(super) fn shares(self, amount: i128) -> (i128, i128) {
        let share = |paid: i64| fine::part(amount, paid, self.due);
        (share(self.through), share(self.before))
    }
}

/// Whether any of it may earn in the month.
pub(super) fn concerns(work: &CompletedAppointment, range: &TimeRange) -> bool {
    let paid_in = || work.payments.iter().any(|payment| range.holds(payment.at));
    range.holds(work.ended_at()) || (work.ended_at() < range.start() && paid_in())
}
