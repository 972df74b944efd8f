//! How one appointment stands in what is frozen, and what became of it since.

use ratiba_kernel::money::div_half_away_from_zero;
use ratiba_kernel::{Money, MoneyError};

use super::{Basis, DeltaCause, DeltaLine, at_recorded_rate};
use crate::base::{NotReturned, StepKind};
use crate::engine::{Line, Reason, Verdict, rounding_step};
use crate::fine;
use crate::rule::Term;

/// How an appointment stands in what is frozen, all documents together.
pub(super) struct Standing<'a> {
    /// As it was told last.
    latest: &'a Line,
    /// Amount and base of the recorded rate, in minor units.
    recorded: (i64, i64),
    /// The line that recorded them.
    at: &'a Line,
    base: Money,
    pub(super) commission: Money,
    tip: Money,
    seconds: i64,
}

impl<'a> Standing<'a> {
    pub(super) const fn of(line: &'a Line) -> Self {
        Self {
            latest: line,
            recorded: (line.commission.amount_minor(), line.base.amount_minor()),
            at: line,
            base: line.base,
            commission: line.commission,
            tip: line.tip,
            seconds: line.reason.rendered_seconds,
        }
    }

    pub(super) fn add(&mut self, line: &'a Line) -> Result<(), MoneyError> {
        self.latest = line;
        self.base = self.base.checked_add(line.base)?;
        self.commission = self.commission.checked_add(line.commission)?;
        self.tip = self.tip.checked_add(line.tip)?;
        self.seconds = self.seconds.saturating_add(line.reason.rendered_seconds);
        let (commission, base) = (self.commission.amount_minor(), self.base.amount_minor());
        // A document that does not follow the recorded rate, as one that was computed anew, records another; so does the
        // first one in which there is a base. Without a base it is the sum that is followed.
        let followed = match at_recorded_rate(self.recorded, base)? {
            None if base <= 0 && line.commission.is_zero() => Some(commission),
            None if base <= 0 => self.sum_less_returned(&line.reason),
            at_rate => at_rate,
        };
        if followed != Some(commission) {
            self.recorded = (commission, base);
            self.at = line;
        }
        Ok(())
    }

    /// Whether it is all gone again, as by an amendment that withdrew it.
    pub(super) const fn is_nothing(&self) -> bool {
        self.base.is_zero() && self.commission.is_zero() && self.tip.is_zero() && self.seconds == 0
    }

    pub(super) fn differs(&self, now: &Line, basis: Basis) -> bool {
        let differs = match basis {
            Basis::Anew => self.base != now.base || self.commission != now.commission,
            Basis::RecordedRate => self.has_another_base(now) || self.has_another_sum(now),
        };
        differs
            || self.tip != now.tip
            || self.seconds != now.reason.rendered_seconds
            || self.latest.reason.ended_at != now.reason.ended_at
            || self.latest.reason.end_source != now.reason.end_source
    }

    /// Whether the appointment itself comes to another base. That the cent of a rounding lies on another line of the month is no
    /// news of this one.
    fn has_another_base(&self, now: &Line) -> bool {
        let (latest, now_is) = (&self.latest.reason, &now.reason);
        if latest.change == Some(DeltaCause::Withdrawn) {
            return self.base != now.base;
        }
        let is_other = latest.told_minor() != now_is.told_minor()
            || (is_fine(self.latest) && latest.fine_base() != now_is.fine_base());
        // Less than a cent is no difference yet; with what comes later it may be one.
        is_other && self.base_now(now) != self.base.amount_minor()
    }

    /// Without a base a refund shows in nothing but the sum for the service; that somebody edited the rule since is no news of the
    /// work.
    fn has_another_sum(&self, now: &Line) -> bool {
        let recorded = &self.at.reason.verdict;
        if self.recorded.1 > 0 || !is_sum(recorded) {
            return false;
        }
        if say_the_same(recorded, &now.reason.verdict) {
            self.commission != now.commission
        } else {
            let known = not_returned(&self.latest.reason);
            known.is_some_and(|kept| Some(kept) != not_returned(&now.reason))
        }
    }

    /// What the base of the appointment is now, beside the recorded one: what is gone of that is gone of it by its part, and so all
    /// of it once everything is given back. What comes on top comes on top.
    fn base_now(&self, now: &Line) -> i64 {
        let base = self.recorded.1;
        let told = now.reason.told_minor();
        if !is_fine(self.at) {
            // Its steps told all of it, and tell what is left.
            return told;
        }
        let (was, is) = (self.at.reason.fine_base(), now.reason.fine_base());
        if is < was {
            let gone = i128::from(base).checked_mul(was - is);
            let gone = gone.map_or(0, |gone| div_half_away_from_zero(gone, was));
            base.saturating_sub(i64::try_from(gone).unwrap_or(i64::MAX))
        } else {
            let more = fine::to_minor(is - was);
            base.saturating_add(i64::try_from(more).unwrap_or(i64::MAX))
        }
    }

    /// What the appointment earns where there is no base, and so no rate. It earns as computed anew, like work that nobody knew
    /// of; but work that is the same, without a base still, has the sum that was recorded for it less what was given back since,
    /// whatever the rules say by now.
    fn without_rate(&self, now: &Line, base_now: i64) -> i64 {
        let anew = now.commission.amount_minor();
        let (recorded, now_is) = (&self.at.reason, &now.reason);
        let is_same_work = recorded.change != Some(DeltaCause::Withdrawn)
            && recorded.service == now_is.service
            && recorded.category == now_is.category
            && recorded.share == now_is.share
            && self.at.was_rendered() == now.was_rendered();
        if base_now > 0 || !is_same_work || say_the_same(&recorded.verdict, &now_is.verdict) {
            return anew;
        }
        match not_returned(now_is) {
            Some(NotReturned { minor: 0, .. }) => 0,
            // How much had gone back when it was recorded may not be known: it keeps what it has until all of it did.
            _ => self
                .sum_less_returned(now_is)
                .unwrap_or(self.commission.amount_minor()),
        }
    }

    /// The recorded sum less what was given back since; `None` where that is not known, or all had gone back before.
    fn sum_less_returned(&self, now: &Reason) -> Option<i64> {
        let was = not_returned(&self.at.reason).filter(|was| was.minor > 0)?;
        Some(less_returned(self.recorded.0, was, not_returned(now)?))
    }

    pub(super) fn withdrawn(&self) -> Result<DeltaLine, MoneyError> {
        let nothing = Money::zero(self.base.currency());
        Ok(DeltaLine {
            appointment: self.latest.appointment,
            cause: DeltaCause::Withdrawn,
            base: nothing.checked_sub(self.base)?,
            commission: nothing.checked_sub(self.commission)?,
            tip: nothing.checked_sub(self.tip)?,
            rendered_seconds: self.seconds.saturating_neg(),
            reason: self.latest.reason.clone(),
        })
    }

    pub(super) fn corrected(&self, now: &Line, basis: Basis) -> Result<DeltaLine, MoneyError> {
        let (base, commission) = match basis {
            Basis::Anew => (now.base.amount_minor(), now.commission.amount_minor()),
            Basis::RecordedRate => {
                let base = self.base_now(now);
                let at_rate = at_recorded_rate(self.recorded, base)?;
                (base, at_rate.unwrap_or_else(|| self.without_rate(now, base)))
            }
        };
        let currency = self.base.currency();
        let mut reason = now.reason.clone();
        reason.base_steps.retain(|step| step.what != StepKind::Rounding);
        reason.base_steps.extend(rounding_step(reason.told_minor(), base));
        Ok(DeltaLine {
            appointment: now.appointment,
            cause: DeltaCause::Corrected,
            base: Money::new(base, currency).checked_sub(self.base)?,
            commission: Money::new(commission, currency).checked_sub(self.commission)?,
            tip: now.tip.checked_sub(self.tip)?,
            rendered_seconds: now.reason.rendered_seconds.saturating_sub(self.seconds),
            reason,
        })
    }
}

/// Whether a line's base is not what its steps came to before the rounding.
fn is_fine(line: &Line) -> bool {
    let mut steps = line.reason.base_steps.iter();
    line.reason.beyond_steps != 0 || steps.any(|step| step.what == StepKind::Rounding)
}

/// Whether a sum for each service decided.
const fn is_sum(verdict: &Verdict) -> bool {
    match verdict {
        Verdict::Won { term, .. } => match term {
            Term::PerService(_) => true,
            Term::Rate(_) | Term::Ladder => false,
        },
        Verdict::Gap | Verdict::NoShow => false,
    }
}

/// The part of the money that was not given back; `None` where something was and the line is of before it was recorded how much.
fn not_returned(reason: &Reason) -> Option<NotReturned> {
    let mut steps = reason.base_steps.iter();
    match reason.kept {
        None if steps.any(|step| step.what == StepKind::Refund) => None,
        None => Some(NotReturned::ALL),
        Some(kept) => Some(kept),
    }
}

/// What is left of an amount that was recorded when a part of the money was given back already. What is taken back is rounded,
/// and not what is left.
fn less_returned(amount_minor: i64, was: NotReturned, is: NotReturned) -> i64 {
    let product = |one: i64, other: i64| i128::from(one) * i128::from(other);
    let (was, is) = (product(was.minor, is.of_minor), product(is.minor, was.of_minor));
    let unit = fine::common_divisor([was, is]);
    let back = i128::from(amount_minor).checked_mul((was - is) / unit);
    let back = back.map_or(0, |back| div_half_away_from_zero(back, was / unit));
    amount_minor.saturating_sub(i64::try_from(back).unwrap_or(0))
}

/// Whether one rule decided both, and said the same.
fn say_the_same(one: &Verdict, other: &Verdict) -> bool {
    match (one, other) {
        (
            Verdict::Won { rule, term, .. },
            Verdict::Won {
                rule: of, term: says, ..
            },
        ) => rule == of && term == says,
        (Verdict::Gap, Verdict::Gap) | (Verdict::NoShow, Verdict::NoShow) => true,
        (Verdict::Won { .. } | Verdict::Gap | Verdict::NoShow, _) => false,
    }
}
