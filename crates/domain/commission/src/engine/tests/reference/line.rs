//! What one person has of one appointment in one month, before any rate: which rule, which base, which tip.

use std::collections::BTreeMap;

use ratiba_kernel::Money;
use time::{Date, Duration, OffsetDateTime, UtcOffset};

use super::World;
use super::exact::{Exact, by_weight};
use crate::base::{BaseRecipe, BaseStart, DeductWhen, EarnOn, Kept, Subtraction};
use crate::rule::{Rule, RuleScope, RuleValue, Term};
use crate::settings::{CommissionSettings, NoShowBase, Precedence};
use crate::split::{Renderers, Shares};
use crate::tips::Tip;
use crate::work::{CompletedAppointment, Outcome};
use crate::{Month, StaffId};

/// One person's part of one appointment in one month.
pub(in crate::engine::tests) struct Part<'a> {
    pub(in crate::engine::tests) work: &'a CompletedAppointment,
    pub(in crate::engine::tests) won: Option<(&'a Rule, Term)>,
    /// Whether anything can be earned on it: not on a no-show that pays nothing.
    pub(in crate::engine::tests) earns: bool,
    /// Whether it ended in an earlier month.
    pub(in crate::engine::tests) later: bool,
    /// What it adds in this month.
    pub(in crate::engine::tests) base: Exact,
    /// What it was in earlier months.
    pub(in crate::engine::tests) before: Exact,
    pub(in crate::engine::tests) tip: i64,
    pub(in crate::engine::tests) seconds: i64,
    staff: StaffId,
    /// What was not given back.
    kept: Exact,
    /// What of it was earned by the end of the month, and what by its beginning.
    earned: (Exact, Exact),
}

/// Nairobi is three hours ahead of UTC, all year.
pub(in crate::engine::tests) fn local_day(at: OffsetDateTime) -> Date {
    (at.to_offset(UtcOffset::UTC) + Duration::hours(3)).date()
}

/// When a month begins in Nairobi, and when the next one does.
fn instants(month: Month) -> (OffsetDateTime, OffsetDateTime) {
    let begins = |day: Date| day.midnight().assume_utc() - Duration::hours(3);
    (begins(month.first_day()), begins(month.end()))
}

pub(in crate::engine::tests) fn ended(work: &CompletedAppointment) -> OffsetDateTime {
    work.actual_end.unwrap_or(work.planned.end())
}

fn was_rendered(work: &CompletedAppointment) -> bool {
    matches!(work.outcome, Outcome::Rendered)
}

/// What a rule says on an appointment: by its exception for the service, by its exception for the category, and in general.
fn says(rule: &Rule, work: &CompletedAppointment) -> [Option<Term>; 3] {
    match &rule.value {
        RuleValue::Percentage { rates, .. } => [
            rates.services.get(&work.service).copied(),
            rates.categories.get(&work.category).copied(),
            rates.general,
        ]
        .map(|rate| rate.map(Term::Rate)),
        RuleValue::Fixed { amounts, .. } => [
            amounts.services.get(&work.service).copied(),
            amounts.categories.get(&work.category).copied(),
            amounts.general,
        ]
        .map(|amount| amount.map(Term::PerService)),
        RuleValue::Tiered { .. } => [None, None, Some(Term::Ladder)],
    }
}

/// The most specific rule that held on the local day on which the service ended.
fn winner<'a>(world: &'a World, staff: StaffId, work: &CompletedAppointment) -> Option<(&'a Rule, Term)> {
    let day = local_day(ended(work));
    let holding = |scope: &RuleScope| {
        world.rules.iter().find(|rule| {
            let begun = rule.validity.from() <= day;
            let over = rule.validity.to().is_some_and(|to| to <= day);
            rule.scope == *scope && begun && !over
        })
    };
    let own = holding(&RuleScope::Staff(staff));
    let family = holding(&RuleScope::Category(work.category.clone()));
    let said = |rule: Option<&'a Rule>, which: usize| {
        let rule = rule?;
        Some((rule, says(rule, work)[which]?))
    };
    let of_family = || said(family, 0).or_else(|| said(family, 2));
    let general = || said(own, 2);
    said(own, 0)
        .or_else(|| said(own, 1))
        .or_else(|| match world.settings.precedence {
            Precedence::CategoryBeforeStaff => of_family().or_else(general),
            Precedence::StaffBeforeCategory => general().or_else(of_family),
        })
}

/// All percents that a recipe keeps back before or after, at most everything, and all its flat amounts.
pub(in crate::engine::tests) fn kept_back(recipe: &BaseRecipe, when: DeductWhen) -> (Exact, i64) {
    let mut percents = Exact::NOTHING;
    let mut flat = 0;
    for deduction in &recipe.deduct {
        if deduction.when == when {
            match deduction.kept {
                Kept::Part(rate) => percents = percents.plus(Exact::basis_points(rate.value())),
                Kept::Flat(minor) => flat += minor,
            }
        }
    }
    (percents.at_most(Exact::ALL), flat)
}

/// What collecting a payment costs by the tenant's table: never more than the payment.
fn fee_by_table(settings: &CommissionSettings, paid: i64) -> i64 {
    let mut fee = 0;
    for step in settings.payment_fees.steps() {
        if step.from_minor <= paid {
            let part = Exact::whole(paid).times(Exact::basis_points(step.basis_points));
            fee = (part.rounded() + step.flat_minor).min(paid);
        }
    }
    fee
}

/// The base of an appointment that was rendered: start, subtractions, what is kept back before; nothing was given back yet.
fn full_base(work: &CompletedAppointment, recipe: &BaseRecipe, settings: &CommissionSettings) -> Exact {
    let sale = &work.sale;
    let mut base = match (recipe.start, recipe.earn_on) {
        (BaseStart::ListPrice, _) => sale.list_price,
        (BaseStart::Charged, _) | (BaseStart::Paid, EarnOn::Payment) => sale.charged,
        (BaseStart::Paid, EarnOn::Completion) => sale.paid,
    }
    .amount_minor();
    if recipe.subtract.contains(&Subtraction::Discount) && recipe.start == BaseStart::ListPrice {
        base -= sale.discount.amount_minor();
    }
    if recipe.subtract.contains(&Subtraction::Tax) {
        base -= sale.tax.amount_minor();
    }
    if recipe.subtract.contains(&Subtraction::ProductCost) {
        base -= sale.product_cost.amount_minor();
    }
    if recipe.subtract.contains(&Subtraction::PaymentFee) {
        base -= match sale.payment_fee {
            Some(reported) => reported.amount_minor(),
            None => fee_by_table(settings, sale.paid.amount_minor()),
        };
    }
    let (percents, flat) = kept_back(recipe, DeductWhen::Before);
    less_kept_back(base, percents, flat)
}

/// What is left of a base after what the rule keeps back of it, all looking at the original.
fn less_kept_back(base: i64, percents: Exact, flat: i64) -> Exact {
    let original = Exact::whole(base.max(0));
    let kept = original.times(percents).plus(Exact::whole(flat));
    Exact::whole(base).minus(kept).at_least(Exact::NOTHING)
}

/// The base of a no-show that an amount stands for: nothing was used up, and no service is there to keep a flat amount back of.
fn missed_base(
    work: &CompletedAppointment,
    fee: Money,
    recipe: &BaseRecipe,
    settings: &CommissionSettings,
) -> Option<Exact> {
    let sale = &work.sale;
    let mut base = match settings.no_show_base {
        NoShowBase::None => return None,
        NoShowBase::Fee => fee.amount_minor(),
        NoShowBase::Price => sale.list_price.amount_minor(),
    };
    if recipe.subtract.contains(&Subtraction::Discount) && settings.no_show_base == NoShowBase::Price {
        base -= sale.discount.amount_minor();
    }
    if recipe.subtract.contains(&Subtraction::Tax) && sale.charged.is_positive() {
        let inside = Exact::part(sale.tax.amount_minor(), sale.charged.amount_minor());
        base -= Exact::whole(base.max(0)).times(inside).rounded();
    }
    if recipe.subtract.contains(&Subtraction::PaymentFee) {
        base -= match sale.payment_fee {
            Some(reported) => reported.amount_minor(),
            None => fee_by_table(settings, sale.paid.min(fee).amount_minor()),
        };
    }
    let (percents, _) = kept_back(recipe, DeductWhen::Before);
    Some(less_kept_back(base, percents, 0))
}

/// Which part of money was given back; never more than all of it.
fn given_back(refunded: i64, of: i64) -> Exact {
    if of == 0 {
        Exact::NOTHING
    } else {
        Exact::part(refunded.min(of), of)
    }
}

/// The base of a whole appointment with what of it was not given back; `None` for a no-show that pays nothing.
fn base_of(
    work: &CompletedAppointment,
    recipe: &BaseRecipe,
    settings: &CommissionSettings,
) -> Option<(Exact, Exact)> {
    let sale = &work.sale;
    let refunded = sale.refunded.amount_minor();
    let (full, back) = match work.outcome {
        Outcome::Rendered => {
            let of = match (recipe.start, recipe.earn_on) {
                (BaseStart::Paid, _) | (_, EarnOn::Payment) => sale.paid,
                (BaseStart::ListPrice | BaseStart::Charged, EarnOn::Completion) => sale.charged,
            };
            let back = given_back(refunded, of.amount_minor());
            (full_base(work, recipe, settings), back)
        }
        Outcome::NoShow { fee } => {
            let base = missed_base(work, fee, recipe, settings)?;
            (base, given_back(refunded, fee.amount_minor()))
        }
    };
    let kept = Exact::ALL.minus(back);
    Some((full.times(kept).carried(), kept))
}

/// Which part of an appointment was earned by an instant: all of it once it ended; or, on payment, the part of the price
/// that came, but nothing before the service ended, and never more than all.
fn earned_by(work: &CompletedAppointment, as_paid: bool, until: OffsetDateTime) -> Exact {
    let charged = work.sale.charged.amount_minor();
    if ended(work) >= until {
        return Exact::NOTHING;
    }
    if !as_paid || charged == 0 {
        return Exact::ALL;
    }
    let mut came = 0;
    for payment in &work.payments {
        if payment.at < until {
            came += payment.amount.amount_minor();
        }
    }
    Exact::part(came, charged).at_most(Exact::ALL)
}

/// Each person's part of what several rendered.
fn divided(amount: i64, renderers: &Renderers) -> Vec<i64> {
    match renderers.shares() {
        Shares::FullToEach => vec![amount; renderers.staff().len()],
        Shares::Equal => by_weight(amount, &vec![Exact::ALL; renderers.staff().len()]),
        Shares::Points(points) => {
            let weights: Vec<Exact> = points
                .iter()
                .map(|part| Exact::basis_points(part.value()))
                .collect();
            by_weight(amount, &weights)
        }
    }
}

/// The same of a base: its whole cents are divided as money is, and so are the ten-thousandths beyond them.
fn base_divided(base: Exact, renderers: &Renderers) -> Vec<Exact> {
    let cents = Exact::whole(base.floor());
    let beyond = base.minus(cents).times(Exact::whole(10_000));
    let beyond = divided(beyond.floor(), renderers);
    let parts = divided(cents.floor(), renderers).into_iter().zip(beyond);
    parts
        .map(|(cents, beyond)| Exact::whole(cents).plus(Exact::part(beyond, 10_000)))
        .collect()
}

/// Each person's part of a tip: as it was entered, else like the visit, but never twice; less what went back of it, in
/// proportion to what each received.
fn tips(tip: &Tip, renderers: &Renderers) -> Vec<i64> {
    let people = renderers.staff();
    let entered: BTreeMap<StaffId, i64> = tip
        .entered
        .iter()
        .map(|(person, part)| (*person, part.amount_minor()))
        .collect();
    let amount = tip.amount.amount_minor();
    let received: Vec<i64> = match renderers.shares() {
        _ if !entered.is_empty() => people
            .iter()
            .map(|person| entered.get(person).copied().unwrap_or(0))
            .collect(),
        Shares::FullToEach => by_weight(amount, &vec![Exact::ALL; people.len()]),
        Shares::Equal | Shares::Points(_) => divided(amount, renderers),
    };
    let weights: Vec<Exact> = received.iter().map(|got| Exact::whole(*got)).collect();
    let back = by_weight(tip.refunded.amount_minor(), &weights);
    received.iter().zip(back).map(|(got, back)| got - back).collect()
}

impl<'a> Part<'a> {
    /// What an appointment is to a person in a month; `None` if it is not theirs, or not of the month.
    pub(in crate::engine::tests) fn of(
        world: &'a World,
        work: &'a CompletedAppointment,
        staff: StaffId,
        month: Month,
    ) -> Option<Self> {
        let (begins, ends) = instants(month);
        let place = work
            .renderers
            .staff()
            .iter()
            .position(|person| *person == staff)?;
        let won = winner(world, staff, work);
        let standard = BaseRecipe::default();
        let recipe = won.map_or(&standard, |(rule, _)| recipe_of(&rule.value));
        let as_paid = recipe.earn_on == EarnOn::Payment && was_rendered(work);
        let later = ended(work) < begins;
        let here = !later && ended(work) < ends;
        let money_came = work
            .payments
            .iter()
            .any(|paid| begins <= paid.at && paid.at < ends);
        let paid_here = later && as_paid && money_came;
        if !here && !paid_here {
            return None;
        }
        let base = base_of(work, recipe, &world.settings);
        let (whole, kept) = base.unwrap_or((Exact::NOTHING, Exact::ALL));
        let earned = (earned_by(work, as_paid, ends), earned_by(work, as_paid, begins));
        let seconds = match work.outcome {
            Outcome::Rendered if here => {
                let length = ended(work) - work.actual_start.unwrap_or(work.planned.start());
                let planned = work.planned.end() - work.planned.start();
                let makes_sense = length > Duration::ZERO;
                (if makes_sense { length } else { planned }).whole_seconds()
            }
            Outcome::Rendered | Outcome::NoShow { .. } => 0,
        };
        // Each has a part of the whole, and earns of that part what came of the price.
        let own = base_divided(whole, &work.renderers)[place];
        let until = |part: Exact| own.times(part).carried();
        let (through, before) = (until(earned.0), until(earned.1));
        let tip = work.tip.as_ref().filter(|_| here);
        Some(Self {
            work,
            won,
            earns: base.is_some(),
            later,
            base: through.minus(before),
            before,
            tip: tip.map_or(0, |tip| tips(tip, &work.renderers)[place]),
            seconds,
            staff,
            kept,
            earned,
        })
    }

    /// Whether it was rendered in the month.
    pub(in crate::engine::tests) fn is_rendered_here(&self) -> bool {
        was_rendered(self.work) && !self.later
    }

    /// Whether it moves a ladder of services: rendered in the month, and not given back in full.
    pub(in crate::engine::tests) fn counts(&self) -> bool {
        self.is_rendered_here() && self.kept > Exact::NOTHING
    }

    /// Whether a rule pays for it, and not nothing on purpose.
    pub(in crate::engine::tests) fn is_commissionable(&self) -> bool {
        let zero = match self.won {
            None => true,
            Some((_, Term::Rate(rate))) => rate.value() == 0,
            Some((_, Term::PerService(amount))) => amount.amount_minor() == 0,
            Some((_, Term::Ladder)) => false,
        };
        self.earns && !zero
    }

    /// The person's part of a sum for each rendered service: what of it was earned in earlier months, and what this month adds.
    pub(in crate::engine::tests) fn of_sum(&self, amount: i64) -> (i64, i64) {
        if !was_rendered(self.work) {
            return (0, 0);
        }
        let people = self.work.renderers.staff();
        let place = people.iter().position(|person| *person == self.staff).unwrap();
        let left = Exact::whole(amount).times(self.kept).rounded();
        let own = Exact::whole(divided(left, &self.work.renderers)[place]);
        let (through, before) = self.earned;
        let (through, before) = (own.times(through).rounded(), own.times(before).rounded());
        (before, through - before)
    }
}

pub(in crate::engine::tests) fn recipe_of(value: &RuleValue) -> &BaseRecipe {
    match value {
        RuleValue::Percentage { base, .. }
        | RuleValue::Fixed { base, .. }
        | RuleValue::Tiered { base, .. } => base,
    }
}
