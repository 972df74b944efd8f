//! What comes to light after a month was frozen: proposals of deltas, never a change.
//!
//! Deltas are at the **recorded** rate and base, so that a refund takes back what was paid for it and
//! nothing more. Computing a closed month anew with its ladders is a different, explicit act. What is taken back
//! never pushes the month's pay below the tenant's floor: the rest is carried to a later close.

use std::collections::BTreeMap;

use ratiba_kernel::money::div_half_away_from_zero;
use ratiba_kernel::{Money, MoneyError, Zone};
use serde::{Deserialize, Serialize};

use crate::engine::{Group, Line, Reason, StaffFigure, earned};
use crate::guarantee::Earned;
use crate::hash::ContentHash;
use crate::hours::HoursWorked;
use crate::period::{FrozenDocument, PeriodKind};
use crate::settings::CommissionSettings;
use crate::terms::Terms;
use crate::{AppointmentId, PeriodId, StaffId};

mod standing;

use standing::Standing;

/// What is frozen of a person's month: the close and its amendments, each of the one before. Never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    close: FrozenDocument,
    amendments: Vec<FrozenDocument>,
}

impl Chain {
    /// Puts documents of one person and month in order; `None` if there is no close among them. An amendment
    /// of a document that is not among them is left out.
    #[must_use]
    pub fn of(mut documents: Vec<FrozenDocument>) -> Option<Self> {
        let close = documents
            .iter()
            .position(|document| document.period().kind == PeriodKind::Close)?;
        let mut chain = Self {
            close: documents.swap_remove(close),
            amendments: Vec::new(),
        };
        loop {
            let last = chain.last().period().id;
            let next =
                |document: &FrozenDocument| document.period().kind == PeriodKind::Amendment { of: last };
            match documents.iter().position(next) {
                Some(next) => chain.amendments.push(documents.swap_remove(next)),
                None => return Some(chain),
            }
        }
    }

    /// The chain of a close that nothing amends.
    pub(crate) const fn from_close(close: FrozenDocument) -> Self {
        Self {
            close,
            amendments: Vec::new(),
        }
    }

    /// The close.
    #[must_use]
    pub const fn close(&self) -> &FrozenDocument {
        &self.close
    }

    /// The latest document, which the next amendment amends.
    #[must_use]
    pub fn last(&self) -> &FrozenDocument {
        self.amendments.last().unwrap_or(&self.close)
    }

    /// All documents, the close first.
    pub fn documents(&self) -> impl Iterator<Item = &FrozenDocument> {
        std::iter::once(&self.close).chain(&self.amendments)
    }

    /// The fingerprint of what the latest document was made from.
    #[must_use]
    pub fn content_hash(&self) -> ContentHash {
        self.last().period().content_hash
    }

    fn standing(&self) -> Result<BTreeMap<AppointmentId, Standing<'_>>, MoneyError> {
        let mut standing: BTreeMap<AppointmentId, Standing<'_>> = BTreeMap::new();
        for line in self.documents().flat_map(FrozenDocument::lines) {
            match standing.get_mut(&line.appointment) {
                None => {
                    standing.insert(line.appointment, Standing::of(line));
                }
                Some(known) => known.add(line)?,
            }
        }
        Ok(standing)
    }
}

/// What a base comes to at a recorded amount of a recorded base, all in minor units; `None` where there was no base, and so is no
/// rate.
fn at_recorded_rate((amount, base): (i64, i64), new_base: i64) -> Result<Option<i64>, MoneyError> {
    Ok(if base <= 0 {
        None
    } else if new_base < base {
        // What is taken back is rounded, not what is left.
        Some(amount.saturating_add(taken_back(amount, base, base.saturating_sub(new_base))))
    } else {
        Some(at_rate(amount, base, new_base)?)
    })
}

/// By what the commission of a difference is reckoned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// At the rate that is recorded on the frozen line.
    RecordedRate,
    /// As if the month were computed anew: ladders are climbed again, and rules are those of today. An act of
    /// its own, which somebody orders after a look at what it comes to.
    Anew,
}

/// An amendment that a manager may approve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProposedAmendment {
    /// The document that it would amend: the latest one.
    pub of: PeriodId,
    /// Whose.
    pub staff: StaffId,
    /// By what it was reckoned.
    pub basis: Basis,
    /// By how much the commission would change.
    pub commission: Money,
    /// By how much the top-up of a guarantee would change.
    pub top_up: Money,
    /// What of it would not be taken back because of the floor, and carried to a later close; not negative.
    pub carried: Money,
    /// By how much the tips would change.
    pub tip: Money,
    /// By how much the hours would change.
    pub hours: HoursWorked,
    /// By how much the count of services would change.
    pub services_rendered: i64,
    /// What changed, by appointment.
    pub lines: Vec<DeltaLine>,
    /// What each rule paid in the month as it would be computed now.
    pub groups: Vec<Group>,
    /// What held when the month was frozen, as the close has it.
    pub terms: Option<Terms>,
    /// The fingerprint of what it is made from: approving it says which one was looked at.
    pub content_hash: ContentHash,
}

/// One appointment that is not as it was when the month was frozen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeltaLine {
    /// Which one.
    pub appointment: AppointmentId,
    /// In which way.
    pub cause: DeltaCause,
    /// By how much its base changed.
    pub base: Money,
    /// What that makes of its commission.
    pub commission: Money,
    /// By how much its tip changed.
    pub tip: Money,
    /// By how much its rendered time changed, in seconds.
    pub rendered_seconds: i64,
    /// What explains the appointment as it is now; as it was, where it does not belong to the month any more.
    pub reason: Reason,
}

impl DeltaLine {
    /// As a line of an amendment.
    #[must_use]
    pub fn into_line(self) -> Line {
        Line {
            appointment: self.appointment,
            base: self.base,
            commission: self.commission,
            tip: self.tip,
            reason: Reason {
                rendered_seconds: self.rendered_seconds,
                change: Some(self.cause),
                ..self.reason
            },
        }
    }
}

/// In which way an appointment is not as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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
    // Not more than the whole is taken back, which fits.
    at_rate(frozen_amount_minor, frozen_base_minor, refunded).map_or(0, i64::saturating_neg)
}

/// How much of an amount to be taken from pay can be taken without pushing it below the floor; all of it where
/// there is none. All of them in minor units, what is to be taken not negative.
#[must_use]
pub fn takeable(pay_minor: i64, wanted_minor: i64, floor: Option<Money>) -> i64 {
    match floor {
        None => wanted_minor,
        Some(floor) => {
            let above = pay_minor.saturating_sub(floor.amount_minor()).max(0);
            wanted_minor.min(above)
        }
    }
}

/// Compares what is frozen with what its month would come to now; `None` if nothing differs. A month is topped up by the
/// guarantee that was frozen with it; only computed anew, or frozen before it was kept, by that of the settings, which are
/// today's. The floor is today's.
///
/// # Errors
/// [`MoneyError`] if a difference does not fit or currencies differ.
pub fn propose(
    chain: &Chain,
    now: &StaffFigure,
    basis: Basis,
    settings: &CommissionSettings,
) -> Result<Option<ProposedAmendment>, MoneyError> {
    let standing = chain.standing()?;
    let after: BTreeMap<AppointmentId, &Line> =
        now.lines.iter().map(|line| (line.appointment, line)).collect();
    let mut lines = Vec::new();
    for (appointment, before) in &standing {
        lines.extend(match after.get(appointment) {
            None if before.is_nothing() => None,
            None => Some(before.withdrawn()?),
            Some(current) if before.differs(current, basis) => Some(before.corrected(current, basis)?),
            Some(_) => None,
        });
    }
    let late = after.iter().filter(|(id, _)| !standing.contains_key(id));
    lines.extend(late.map(|(_, line)| DeltaLine {
        appointment: line.appointment,
        cause: DeltaCause::Late,
        base: line.base,
        commission: line.commission,
        tip: line.tip,
        rendered_seconds: line.reason.rendered_seconds,
        reason: line.reason.clone(),
    }));
    if lines.is_empty() {
        return Ok(None);
    }
    let last = chain.last().period();
    let currency = last.commission.currency();
    let frozen = |part: fn(&FrozenDocument) -> Money| Money::sum(currency, chain.documents().map(part));
    let sum = |part: fn(&FrozenDocument) -> i64| chain.documents().map(part).fold(0_i64, i64::saturating_add);
    let commission = Money::sum(currency, lines.iter().map(|line| line.commission))?;
    let terms = chain.close().period().terms.as_ref();
    let todays = settings.guarantees.get(&now.staff).copied();
    let guarantee = match basis {
        Basis::RecordedRate => terms.map_or(todays, |terms| terms.guarantee),
        Basis::Anew => todays,
    };
    let zone = terms.map_or(&settings.zone, |terms| &terms.zone);
    let due = match guarantee {
        None => 0,
        Some(guarantee) => guarantee
            .top_up(&earned_after(&standing, &lines, now, zone))
            .ok_or(MoneyError::TooLarge)?,
    };
    let top_up = Money::new(due, currency).checked_sub(frozen(|document| document.period().top_up)?)?;
    let mut pay = frozen(|document| document.period().commission)?;
    pay = pay.checked_add(frozen(|document| document.period().top_up)?)?;
    pay = pay.checked_add(frozen(|document| document.period().carried)?)?;
    let change = commission.checked_add(top_up)?.amount_minor();
    let back = change.min(0).saturating_neg();
    let taken = takeable(pay.amount_minor(), back, settings.clawback_floor);
    let hours = now
        .hours
        .hundredths()
        .saturating_sub(sum(|document| document.period().hours.hundredths()));
    Ok(Some(ProposedAmendment {
        of: last.id,
        staff: last.staff,
        basis,
        commission,
        top_up,
        carried: Money::new(back - taken, currency),
        tip: Money::sum(currency, lines.iter().map(|line| line.tip))?,
        hours: HoursWorked::from_hundredths(hours),
        services_rendered: i64::from(now.services_rendered)
            .saturating_sub(sum(|document| document.period().services_rendered)),
        lines,
        groups: now.groups.clone(),
        terms: terms.cloned(),
        content_hash: now.content_hash,
    }))
}

/// What the month came to with the differences, in all and on each local day on which something was rendered.
fn earned_after(
    standing: &BTreeMap<AppointmentId, Standing<'_>>,
    deltas: &[DeltaLine],
    now: &StaffFigure,
    zone: &Zone,
) -> Earned {
    let delta: BTreeMap<AppointmentId, i64> = deltas
        .iter()
        .map(|line| (line.appointment, line.commission.amount_minor()))
        .collect();
    let after = now.lines.iter().map(|line| {
        let before = standing
            .get(&line.appointment)
            .map_or(0, |before| before.commission.amount_minor());
        let change = delta.get(&line.appointment).copied().unwrap_or(0);
        (line, before.saturating_add(change))
    });
    earned(after, zone)
}

fn at_rate(amount_minor: i64, base_minor: i64, new_base_minor: i64) -> Result<i64, MoneyError> {
    let product = i128::from(amount_minor) * i128::from(new_base_minor);
    i64::try_from(div_half_away_from_zero(product, i128::from(base_minor))).map_err(|_| MoneyError::TooLarge)
}

#[cfg(test)]
mod tests;
