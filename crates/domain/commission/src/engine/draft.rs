//! What everybody has of an appointment before any rate: which rules speak on it, which base, which tip.

use ratiba_kernel::TimeRange;
use time::OffsetDateTime;

use super::{ComputeError, PaidPart};
use crate::StaffId;
use crate::base::{BaseRecipe, BaseStep, EarnOn, NotReturned, StepKind, WholeBase};
use crate::resolve::{Candidate, RuleTable};
use crate::settings::CommissionSettings;
use crate::split::Share;
use crate::work::{CompletedAppointment, Outcome};

/// One person's part of one appointment, before the groups are computed.
pub(crate) struct Draft<'a> {
    pub(crate) work: &'a CompletedAppointment,
    pub(crate) ended_at: OffsetDateTime,
    /// The person's place in the list of renderers.
    pub(crate) place: usize,
    pub(crate) share: Share,
    /// From the start amount to the base, each step in whole minor units.
    pub(crate) base_steps: Vec<BaseStep>,
    /// What the steps come to.
    pub(crate) told_minor: i64,
    /// The person's base without the roundings of the steps, in ten-thousandths of a minor unit. Not negative.
    pub(crate) base: i128,
    /// What earned of the same work in earlier months, in the same unit.
    pub(crate) earned_before: i128,
    pub(crate) kept: NotReturned,
    /// What of it was paid when; `None` where all of it is earned as the service ends.
    pub(crate) paid: Option<PaidPart>,
    /// Whether anything can be earned on it at all.
    pub(crate) earns: bool,
    pub(crate) tip_minor: i64,
    /// Rules that speak on it, the winner first.
    pub(crate) candidates: Vec<Candidate>,
}

impl Draft<'_> {
    /// Whether it ended in an earlier month, and is here for what was paid since.
    pub(crate) fn is_later(&self) -> bool {
        self.base_steps
            .iter()
            .any(|step| step.what == StepKind::EarnedBefore)
    }
}

/// Everybody's part of an appointment, as far as it is of the month.
pub(super) fn drafts_of<'a>(
    work: &'a CompletedAppointment,
    rules: &RuleTable,
    settings: &CommissionSettings,
    range: &TimeRange,
) -> Result<Vec<(StaffId, Draft<'a>)>, ComputeError> {
    let ended_at = work.ended_at();
    let ends_here = range.holds(ended_at);
    let day = settings.zone.date(ended_at);
    let people = work.renderers.staff();
    let tips = match &work.tip {
        None => vec![0; people.len()],
        Some(_) if !ends_here => vec![0; people.len()],
        Some(tip) => tip.divide(&work.renderers).map_err(|refused| ComputeError::Tip {
            appointment: work.id,
            refused,
        })?,
    };
    let shares = work.renderers.fractions();
    let default_recipe = BaseRecipe::default();
    let drafts = people
        .iter()
        .zip(shares)
        .zip(tips)
        .enumerate()
        .filter_map(|(place, ((staff, share), tip_minor))| {
            let candidates = rules.candidates(*staff, work.service, &work.category, day, settings.precedence);
            let recipe = candidates
                .first()
                .map_or(&default_recipe, |winner| winner.rule.value.base());
            let paid = match (recipe.earn_on, work.outcome) {
                (EarnOn::Payment, Outcome::Rendered) => Some(PaidPart::of(work, range)),
                (EarnOn::Payment, Outcome::NoShow { .. }) | (EarnOn::Completion, _) => None,
            };
            if paid.is_none() && !ends_here {
                return None;
            }
            let whole = recipe.apply(work.outcome, &work.sale, settings);
            let earns = whole.is_some();
            let mut whole = whole.unwrap_or(WholeBase {
                steps: Vec::new(),
                amount_minor: 0,
                fine: 0,
                kept: NotReturned::ALL,
            });
            // People divide the whole, and each has the payments' parts of what is theirs: so the months of each converge.
            let own = work.renderers.divide_fine(whole.fine);
            let own = own.get(place).copied().unwrap_or(0);
            let (own_through, own_before) = paid.map_or((own, 0), |paid| paid.shares(own));
            let minor = |share: i128| i64::try_from(share).unwrap_or(i64::MAX);
            let (through, before) = paid.map_or((whole.amount_minor, 0), |paid| {
                let (through, before) = paid.shares(i128::from(whole.amount_minor));
                (minor(through), minor(before))
            });
            let mut step = |what, amount_minor| whole.steps.push(BaseStep { what, amount_minor });
            if !ends_here || before != 0 {
                step(StepKind::EarnedBefore, -before);
            }
            if through != whole.amount_minor {
                step(StepKind::EarnedLater, through - whole.amount_minor);
            }
            let added = through - before;
            let told_minor = work.renderers.divide(added).get(place).copied().unwrap_or(0);
            if told_minor != added {
                step(StepKind::OthersShares, told_minor - added);
            }
            let draft = Draft {
                work,
                ended_at,
                place,
                share,
                base_steps: whole.steps,
                told_minor,
                base: own_through - own_before,
                earned_before: own_before,
                kept: whole.kept,
                paid,
                earns,
                tip_minor,
                candidates,
            };
            Some((*staff, draft))
        })
        .collect();
    Ok(drafts)
}
