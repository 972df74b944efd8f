//! What comes to light after a month was frozen: proposals of deltas, never a change.
//!
//! Deltas are at the **recorded** rate and base, so that a refund takes back what was paid for it and
//! nothing more. Computing a closed month anew with its ladders is a different, explicit act.

use std::collections::BTreeMap;

use ratiba_kernel::Money;
use ratiba_kernel::money::div_half_away_from_zero;

use crate::engine::{Line, StaffFigure};
use crate::hours::HoursWorked;
use crate::period::FrozenDocument;
use crate::{AppointmentId, PeriodId, StaffId};

/// An amendment that a manager may approve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProposedAmendment {
    /// The document that it would correct.
    pub of: PeriodId,
    /// Whose.
    pub staff: StaffId,
    /// By how much the commission would change.
    pub commission: Money,
    /// By how much the tips would change.
    pub tip: Money,
    /// By how much the hours would change.
    pub hours: HoursWorked,
    /// By how much the count of services would change.
    pub services_rendered: i64,
    /// What changed, by appointment.
    pub lines: Vec<DeltaLine>,
}

/// One appointment that is not as it was when the month was frozen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeltaLine {
    /// Which one.
    pub appointment: AppointmentId,
    /// In which way.
    pub cause: DeltaCause,
    /// By how much its base changed.
    pub base: Money,
    /// What that makes of its commission, at the recorded rate.
    pub commission: Money,
    /// By how much its tip changed.
    pub tip: Money,
    /// By how much its rendered time changed, in seconds.
    pub rendered_seconds: i64,
}

/// In which way an appointment is not as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeltaCause {
    /// It was not known when the month was frozen. Its commission is what computing the month anew gives
    /// it: there is no recorded rate.
    Late,
    /// It does not belong to the month any more.
    Withdrawn,
    /// It is known with other amounts or times.
    Corrected,
}

/// What giving back part of a frozen base takes back of a frozen amount, all refunds so far together: at
/// the recorded rate, rounded half away from zero. Computed cumulatively, parts converge on the whole.
#[must_use]
pub fn taken_back(frozen_amount_minor: i64, frozen_base_minor: i64, refunded_base_minor: i64) -> i64 {
    if frozen_base_minor <= 0 {
        return 0;
    }
    let refunded = refunded_base_minor.clamp(0, frozen_base_minor);
    -at_recorded_rate(frozen_amount_minor, frozen_base_minor, refunded)
}

/// Compares a frozen close with what its month would come to now; `None` if no line differs.
///
/// # Errors
/// [`ratiba_kernel::MoneyError`] if a difference does not fit or currencies differ.
pub fn propose(
    frozen: &FrozenDocument,
    now: &StaffFigure,
) -> Result<Option<ProposedAmendment>, ratiba_kernel::MoneyError> {
    let before: BTreeMap<AppointmentId, &Line> = by_appointment(frozen.lines());
    let after: BTreeMap<AppointmentId, &Line> = by_appointment(&now.lines);
    let mut lines = Vec::new();
    for (appointment, line) in &before {
        lines.extend(match after.get(appointment) {
            None => Some(withdrawn(line)?),
            Some(current) if differs(line, current) => Some(corrected(line, current)?),
            Some(_) => None,
        });
    }
    let late = after.iter().filter(|(id, _)| !before.contains_key(id));
    lines.extend(late.map(|(_, line)| DeltaLine {
        appointment: line.appointment,
        cause: DeltaCause::Late,
        base: line.base,
        commission: line.commission,
        tip: line.tip,
        rendered_seconds: line.reason.rendered_seconds,
    }));
    if lines.is_empty() {
        return Ok(None);
    }
    let period = frozen.period();
    let currency = period.commission.currency();
    let hours = now.hours.hundredths().saturating_sub(period.hours.hundredths());
    Ok(Some(ProposedAmendment {
        of: period.id,
        staff: period.staff,
        commission: Money::sum(currency, lines.iter().map(|line| line.commission))?,
        tip: Money::sum(currency, lines.iter().map(|line| line.tip))?,
        hours: HoursWorked::from_hundredths(hours),
        services_rendered: i64::from(now.services_rendered) - period.services_rendered,
        lines,
    }))
}

fn by_appointment(lines: &[Line]) -> BTreeMap<AppointmentId, &Line> {
    lines.iter().map(|line| (line.appointment, line)).collect()
}

fn differs(line: &Line, now: &Line) -> bool {
    line.base != now.base
        || line.tip != now.tip
        || line.reason.rendered_seconds != now.reason.rendered_seconds
        || line.reason.ended_at != now.reason.ended_at
        || line.reason.end_source != now.reason.end_source
}

fn withdrawn(line: &Line) -> Result<DeltaLine, ratiba_kernel::MoneyError> {
    let nothing = Money::zero(line.base.currency());
    Ok(DeltaLine {
        appointment: line.appointment,
        cause: DeltaCause::Withdrawn,
        base: nothing.checked_sub(line.base)?,
        commission: nothing.checked_sub(line.commission)?,
        tip: nothing.checked_sub(line.tip)?,
        rendered_seconds: -line.reason.rendered_seconds,
    })
}

fn corrected(line: &Line, now: &Line) -> Result<DeltaLine, ratiba_kernel::MoneyError> {
    let (amount, base) = (line.commission.amount_minor(), line.base.amount_minor());
    let commission = if base > 0 {
        at_recorded_rate(amount, base, now.base.amount_minor()).saturating_sub(amount)
    } else {
        // Without a base there is no recorded rate; a fixed sum does not depend on one.
        0
    };
    Ok(DeltaLine {
        appointment: line.appointment,
        cause: DeltaCause::Corrected,
        base: now.base.checked_sub(line.base)?,
        commission: Money::new(commission, line.commission.currency()),
        tip: now.tip.checked_sub(line.tip)?,
        rendered_seconds: now.reason.rendered_seconds - line.reason.rendered_seconds,
    })
}

fn at_recorded_rate(amount_minor: i64, base_minor: i64, new_base_minor: i64) -> i64 {
    let product = i128::from(amount_minor) * i128::from(new_base_minor);
    i64::try_from(div_half_away_from_zero(product, i128::from(base_minor))).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
