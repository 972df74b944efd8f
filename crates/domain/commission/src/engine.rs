//! The engine: rules and completed work become every person's figures, with the reason of each line.
//!
//! A pure function. Lines are grouped by person and winning rule; a group's figure is computed on bases that are not rounded to
//! money and rounded **once**, half away from zero, and handed out to its lines by largest remainder, so that lines
//! always add up to the total. What lines show as their bases is handed out likewise. The order in which work or rules are given makes no difference, and neither
//! does anybody else's work.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ratiba_kernel::{Money, Zone};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::amend::DeltaCause;
use crate::base::{BaseStep, NotReturned, StepKind};
use crate::fine;
use crate::guarantee::Earned;
use crate::hash::{self, ContentHash};
use crate::hours::HoursWorked;
use crate::resolve::{Beaten, Place, RuleTable};
use crate::rule::{Rule, Term};
use crate::settings::CommissionSettings;
use crate::split::Share;
use crate::tiers::TierPart;
use crate::work::{CompletedAppointment, EndSource, Outcome};
use crate::{AppointmentId, Month, RuleId, ServiceCategory, ServiceId, StaffId};

mod draft;
mod error;
mod figure;
mod paid;

pub(crate) use draft::Draft;
pub use error::ComputeError;
pub(crate) use paid::PaidPart;

use draft::drafts_of;
use paid::concerns;

/// Which arithmetic made a figure. Raised when the same inputs would give another result.
pub const ENGINE_VERSION: &str = "3";

/// The figures of a month of all staff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MonthFigures {
    /// The month.
    pub month: Month,
    /// One figure for each person, by id.
    pub staff: Vec<StaffFigure>,
}

/// What one person earned in a month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaffFigure {
    /// Who.
    pub staff: StaffId,
    /// The sum of the groups, and of the lines.
    pub commission: Money,
    /// What the commission falls short of the person's guarantee by; nothing without one.
    pub top_up: Money,
    /// What customers gave on top.
    pub tip: Money,
    /// The time of rendered services.
    pub hours: HoursWorked,
    /// How many services were rendered.
    pub services_rendered: u32,
    /// Every piece of work, by end and id.
    pub lines: Vec<Line>,
    /// What each rule that won anything paid, by the rule's id.
    pub groups: Vec<Group>,
    /// The fingerprint of what went into this figure.
    pub content_hash: ContentHash,
}

/// One person's part of one appointment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Which appointment.
    pub appointment: AppointmentId,
    /// What the commission is a part of; the person's own share.
    pub base: Money,
    /// What it earned.
    pub commission: Money,
    /// The person's part of the tip.
    pub tip: Money,
    /// Everything that explains it.
    pub reason: Reason,
}

/// Why a line says what it says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// What was rendered.
    pub service: ServiceId,
    /// What it was called.
    pub service_name: String,
    /// The family that decided the rule.
    pub category: ServiceCategory,
    /// The end that decided month and rate, in UTC.
    #[serde(with = "time::serde::rfc3339")]
    pub ended_at: OffsetDateTime,
    /// Whether that end was recorded or only planned.
    pub end_source: EndSource,
    /// How long it was rendered, in seconds.
    pub rendered_seconds: i64,
    /// The person's part of the appointment.
    pub share: Share,
    /// From the start amount to the base.
    pub base_steps: Vec<BaseStep>,
    /// By how much the base is more than its steps before the rounding come to, in ten-thousandths of a minor unit: those steps
    /// are whole minor units each.
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub beyond_steps: i64,
    /// The part of the money that was not given back; `None` where nothing was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept: Option<NotReturned>,
    /// Which rule decided.
    pub verdict: Verdict,
    /// In an amendment, why the line is there: its amounts and its time are differences then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<DeltaCause>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
const fn is_nothing(number: &i64) -> bool {
    *number == 0
}

/// Which rule decided a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// A rule won.
    Won {
        /// Which one; its text is in the group of that id.
        rule: RuleId,
        /// From which place it spoke.
        place: Place,
        /// What it said.
        term: Term,
        /// What it beat, next best first.
        beaten: Vec<Beaten>,
    },
    /// No rule says anything: earns nothing, and somebody should look.
    Gap,
    /// The customer did not come, and the tenant pays nothing for that.
    NoShow,
}

/// What one rule paid one person in a month: one figure, rounded once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// The rule as it was.
    pub rule: Rule,
    /// How many lines it won.
    pub lines: u32,
    /// Their bases together, in minor units.
    pub base_minor: i64,
    /// What its ladder measured, in minor units or services; `None` without a ladder.
    pub measured: Option<i64>,
    /// How much of the base earned at which of the ladder's rates; empty without a ladder. Where the ladder
    /// measures all lines of the person by revenue, this is of all their bases.
    pub tier_parts: Vec<TierPart>,
    /// The figure.
    pub figure: Money,
    /// Which way it was rounded.
    pub rounding: Rounding,
}

/// Which way an exact figure was rounded to whole minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    /// It was whole.
    Exact,
    /// To the larger.
    Up,
    /// To the smaller.
    Down,
}

/// Computes a month.
///
/// Takes the work whose end lies in the month where the tenant is, and what was paid in the month for earlier
/// work that earns on payment, whatever else it is given, and answers a
/// figure for everybody on the roster and everybody who rendered something.
///
/// # Errors
/// [`ComputeError`] names the appointment or person that cannot be computed; nothing is skipped silently.
pub fn compute(
    month: Month,
    work: &[CompletedAppointment],
    rules: &RuleTable,
    settings: &CommissionSettings,
    roster: &[StaffId],
) -> Result<MonthFigures, ComputeError> {
    let range = month
        .range(&settings.zone)
        .ok_or(ComputeError::OutsideTheCalendar)?;
    let mut drafts: BTreeMap<StaffId, Vec<Draft<'_>>> =
        roster.iter().map(|staff| (*staff, Vec::new())).collect();
    let mut seen = BTreeSet::new();
    for appointment in work.iter().filter(|work| concerns(work, &range)) {
        if !seen.insert(appointment.id) {
            return Err(ComputeError::Twice {
                appointment: appointment.id,
            });
        }
        check_amounts(appointment, settings)?;
        for (staff, draft) in drafts_of(appointment, rules, settings, &range)? {
            drafts.entry(staff).or_default().push(draft);
        }
    }
    let staff = drafts
        .into_iter()
        .map(|(staff, mut drafts)| {
            drafts.sort_unstable_by_key(|draft| (draft.ended_at, draft.work.id));
            figure_of(staff, month, settings, drafts)
        })
        .collect::<Result<_, _>>()?;
    Ok(MonthFigures { month, staff })
}

fn check_amounts(work: &CompletedAppointment, settings: &CommissionSettings) -> Result<(), ComputeError> {
    let fee = match work.outcome {
        Outcome::Rendered => None,
        Outcome::NoShow { fee } => Some(fee),
    };
    let tip = work.tip.iter().flat_map(|tip| {
        let entered = tip.entered.iter().map(|(_, part)| *part);
        [tip.amount, tip.refunded].into_iter().chain(entered)
    });
    let payments = work.payments.iter().map(|payment| payment.amount);
    for amount in work
        .sale
        .amounts()
        .into_iter()
        .chain(fee)
        .chain(tip)
        .chain(payments)
    {
        if amount.currency() != settings.currency {
            return Err(ComputeError::OtherCurrency { appointment: work.id });
        }
        if amount.amount_minor() < 0 {
            return Err(ComputeError::Negative { appointment: work.id });
        }
    }
    Ok(())
}

fn figure_of(
    staff: StaffId,
    month: Month,
    settings: &CommissionSettings,
    drafts: Vec<Draft<'_>>,
) -> Result<StaffFigure, ComputeError> {
    let too_large = ComputeError::TooLarge { staff };
    let content_hash = hash::of_inputs(staff, month, settings, &drafts);
    let mut won: BTreeMap<RuleId, (Arc<Rule>, Vec<usize>)> = BTreeMap::new();
    for (index, draft) in drafts.iter().enumerate() {
        if let Some(winner) = draft.candidates.first().filter(|_| draft.earns) {
            let (_, members) = won
                .entry(winner.rule.id)
                .or_insert_with(|| (Arc::clone(&winner.rule), Vec::new()));
            members.push(index);
        }
    }
    let measured = figure::Measured::of(&drafts).ok_or_else(|| too_large.clone())?;
    // Of a line that no rule pays, the base is rounded by itself.
    let mut told: Vec<(i64, i64)> = drafts
        .iter()
        .map(|draft| (i64::try_from(fine::to_minor(draft.base)).unwrap_or(i64::MAX), 0))
        .collect();
    let mut groups = Vec::with_capacity(won.len());
    for (rule, members) in won.into_values() {
        let figured =
            figure::of_group(&rule.value, &members, &drafts, &measured).ok_or_else(|| too_large.clone())?;
        for (index, part) in members.iter().zip(figured.bases.iter().zip(&figured.parts)) {
            if let Some(line) = told.get_mut(*index) {
                *line = (*part.0, *part.1);
            }
        }
        groups.push(Group {
            rule: Arc::unwrap_or_clone(rule),
            lines: u32::try_from(members.len()).unwrap_or(u32::MAX),
            base_minor: figured.base_minor,
            measured: figured.measured,
            tier_parts: figured.tier_parts,
            figure: Money::new(figured.figure_minor, settings.currency),
            rounding: figured.rounding,
        });
    }
    let money = |minor| Money::new(minor, settings.currency);
    let lines: Vec<Line> = drafts
        .into_iter()
        .zip(told)
        .map(|(draft, (base, commission))| line_of(draft, base, commission, money))
        .collect();
    let top_up = match settings.guarantees.get(&staff) {
        None => Some(0),
        Some(guarantee) => {
            let own = lines.iter().map(|line| (line, line.commission.amount_minor()));
            guarantee.top_up(&earned(own, &settings.zone))
        }
    };
    let total = |part: fn(&Line) -> Money| Money::sum(settings.currency, lines.iter().map(part));
    let seconds = lines
        .iter()
        .try_fold(0_i64, |sum, line| sum.checked_add(line.reason.rendered_seconds));
    let rendered = lines.iter().filter(|line| line.was_rendered()).count();
    Ok(StaffFigure {
        staff,
        commission: total(|line| line.commission).map_err(|_| too_large.clone())?,
        top_up: money(top_up.ok_or_else(|| too_large.clone())?),
        tip: total(|line| line.tip).map_err(|_| too_large.clone())?,
        hours: HoursWorked::from_seconds(seconds.ok_or(too_large)?),
        services_rendered: u32::try_from(rendered).unwrap_or(u32::MAX),
        lines,
        groups,
        content_hash,
    })
}

/// What lines earned in all, and on each local day on which something was rendered in the month. What is paid later for the
/// work of an earlier month's day belongs to no day of this one: that day was topped up in its own month.
pub(crate) fn earned<'a>(lines: impl Iterator<Item = (&'a Line, i64)> + Clone, zone: &Zone) -> Earned {
    let rendered = lines.clone().filter(|(line, _)| line.was_rendered());
    let mut earned = Earned {
        by_day: rendered
            .map(|(line, _)| (zone.date(line.reason.ended_at), 0))
            .collect(),
        in_all: 0,
    };
    for (line, commission_minor) in lines {
        earned.in_all = earned.in_all.saturating_add(commission_minor);
        let day = zone.date(line.reason.ended_at);
        if let Some(on_day) = earned.by_day.get_mut(&day).filter(|_| !line.is_later()) {
            *on_day = on_day.saturating_add(commission_minor);
        }
    }
    earned
}

fn line_of(draft: Draft<'_>, base_minor: i64, commission_minor: i64, money: impl Fn(i64) -> Money) -> Line {
    let work = draft.work;
    let is_later = draft.is_later();
    let beyond_steps = draft.base - fine::of_minor(draft.told_minor);
    let mut base_steps = draft.base_steps;
    base_steps.extend(rounding_step(draft.told_minor, base_minor));
    let mut candidates = draft.candidates.into_iter();
    let verdict = match (draft.earns, candidates.next()) {
        (false, _) => Verdict::NoShow,
        (true, None) => Verdict::Gap,
        (true, Some(winner)) => Verdict::Won {
            rule: winner.rule.id,
            place: winner.place,
            term: winner.term,
            beaten: candidates
                .map(|loser| Beaten {
                    place: loser.place,
                    term: loser.term,
                    rule: loser.rule.id,
                })
                .collect(),
        },
    };
    Line {
        appointment: work.id,
        base: money(base_minor),
        commission: money(commission_minor),
        tip: money(draft.tip_minor),
        reason: Reason {
            service: work.service,
            service_name: work.service_name.clone(),
            category: work.category.clone(),
            ended_at: draft.ended_at,
            end_source: work.end_source(),
            rendered_seconds: if is_later {
                0
            } else {
                work.rendered_for().whole_seconds()
            },
            share: draft.share,
            base_steps,
            // Some steps are off by half a minor unit each.
            beyond_steps: i64::try_from(beyond_steps).unwrap_or(0),
            kept: Some(draft.kept).filter(|kept| *kept != NotReturned::ALL),
            verdict,
            change: None,
        },
    }
}

/// From what the other steps come to, to the base; nothing where it is the same.
pub(crate) fn rounding_step(told_minor: i64, base_minor: i64) -> Option<BaseStep> {
    let amount_minor = base_minor.saturating_sub(told_minor);
    (amount_minor != 0).then_some(BaseStep {
        what: StepKind::Rounding,
        amount_minor,
    })
}

impl Reason {
    /// What the steps before the rounding come to, in minor units: the appointment's own, whatever else is in the month.
    pub(crate) fn told_minor(&self) -> i64 {
        let own = self
            .base_steps
            .iter()
            .filter(|step| step.what != StepKind::Rounding);
        own.fold(0, |sum, step| sum.saturating_add(step.amount_minor))
    }

    /// The base in ten-thousandths of a minor unit, as far as it was recorded.
    pub(crate) fn fine_base(&self) -> i128 {
        fine::of_minor(self.told_minor()) + i128::from(self.beyond_steps)
    }
}

impl Line {
    /// The recorded rate in basis points: the amount by the base, rounded half away from zero. `None`
    /// where there is no base, as with a fixed sum for a free service.
    #[must_use]
    pub fn recorded_rate_basis_points(&self) -> Option<i64> {
        let base = i128::from(self.base.amount_minor());
        let product = i128::from(self.commission.amount_minor()) * 10_000;
        let rate = (base > 0).then(|| ratiba_kernel::money::div_half_away_from_zero(product, base))?;
        i64::try_from(rate).ok()
    }

    /// Whether no rule covered it.
    #[must_use]
    pub const fn is_gap(&self) -> bool {
        matches!(self.reason.verdict, Verdict::Gap)
    }

    /// Whether it ended in an earlier month, and is here for what was paid since.
    fn is_later(&self) -> bool {
        let mut steps = self.reason.base_steps.iter();
        steps.any(|step| step.what == StepKind::EarnedBefore)
    }

    pub(crate) fn was_rendered(&self) -> bool {
        let not_rendered = |step: &BaseStep| matches!(step.what, StepKind::NoShowFee | StepKind::NoShowPrice);
        !matches!(self.reason.verdict, Verdict::NoShow)
            && !self.is_later()
            && !self.reason.base_steps.iter().any(not_rendered)
    }
}

impl MonthFigures {
    /// The fingerprint of what went into the figures of everybody: who looked at them says which ones.
    #[must_use]
    pub fn content_hash(&self) -> ContentHash {
        hash::hash_of_hashes(self.staff.iter().map(|figure| figure.content_hash))
    }
}

impl StaffFigure {
    /// The figure of somebody who rendered nothing and is not on the roster.
    #[must_use]
    pub fn nothing(staff: StaffId, month: Month, settings: &CommissionSettings) -> Self {
        let nothing = Money::zero(settings.currency);
        Self {
            staff,
            commission: nothing,
            top_up: nothing,
            tip: nothing,
            hours: HoursWorked::from_seconds(0),
            services_rendered: 0,
            lines: Vec::new(),
            groups: Vec::new(),
            content_hash: hash::of_inputs(staff, month, settings, &[]),
        }
    }

    /// The group that a line belongs to; `None` for a gap or a no-show.
    #[must_use]
    pub fn group_of(&self, line: &Line) -> Option<&Group> {
        group_of(&self.groups, line)
    }

    /// How many lines no rule covered.
    #[must_use]
    pub fn gaps(&self) -> usize {
        self.lines.iter().filter(|line| line.is_gap()).count()
    }
}

/// The group among several that a line belongs to.
#[must_use]
pub fn group_of<'a>(groups: &'a [Group], line: &Line) -> Option<&'a Group> {
    match &line.reason.verdict {
        Verdict::Won { rule, .. } => groups.iter().find(|group| group.rule.id == *rule),
        Verdict::Gap | Verdict::NoShow => None,
    }
}

#[cfg(test)]
mod tests;
