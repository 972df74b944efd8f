//! The reason of an amendment's line: what was recorded, what became of the base, and how the difference was reckoned.

use std::cmp::Ordering;

use ratiba_kernel::Money;
use ratiba_kernel::money::div_half_away_from_zero;

use super::Language;
use crate::amend::{Chain, DeltaCause};
use crate::base::StepKind;
use crate::engine::Line;
use crate::period::FrozenDocument;
use crate::{AppointmentId, PeriodId};

/// What was frozen of an appointment before a line of an amendment: the recorded rate is the amount by the base.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The commission of the first document in which there was a base.
    pub amount: Money,
    /// The base of it.
    pub base: Money,
    /// What all documents before the line gave it.
    pub before: Money,
}

impl Recorded {
    /// What the documents of a person's month say of an appointment, those before the given one, or all of them; `None` if they do
    /// not name it or cannot be added.
    #[must_use]
    pub fn of(chain: &Chain, appointment: AppointmentId, before: Option<PeriodId>) -> Option<Self> {
        let earlier = chain
            .documents()
            .take_while(|document| before != Some(document.period().id));
        let lines = earlier.flat_map(FrozenDocument::lines);
        let mut found: Option<(Self, Money)> = None;
        for line in lines.filter(|line| line.appointment == appointment) {
            let (recorded, base) = match found {
                None => {
                    let recorded = Self {
                        amount: line.commission,
                        base: line.base,
                        before: line.commission,
                    };
                    (recorded, line.base)
                }
                Some((known, base)) => {
                    let base = base.checked_add(line.base).ok()?;
                    let before = known.before.checked_add(line.commission).ok()?;
                    // Without a base there was no rate yet.
                    let (amount, of) = if known.base.amount_minor() > 0 {
                        (known.amount, known.base)
                    } else {
                        (before, base)
                    };
                    let recorded = Self {
                        amount,
                        base: of,
                        before,
                    };
                    (recorded, base)
                }
            };
            found = Some((recorded, base));
        }
        found.map(|(recorded, _)| recorded)
    }
}

/// What changed of a line, and why it is looked at again.
pub(super) fn changed(line: &Line, cause: DeltaCause, language: Language) -> String {
    let why = match (cause, language) {
        (DeltaCause::Late, Language::English) => "it came to light after the month was frozen",
        (DeltaCause::Late, Language::Swahili) => "ilijulikana baada ya mwezi kufungwa",
        (DeltaCause::Withdrawn, Language::English) => "it does not belong to the frozen month any more",
        (DeltaCause::Withdrawn, Language::Swahili) => "haimo tena katika mwezi uliofungwa",
        (DeltaCause::Corrected, Language::English) => {
            "it was corrected or refunded after the month was frozen"
        }
        (DeltaCause::Corrected, Language::Swahili) => {
            "ilisahihishwa au pesa zilirudishwa baada ya mwezi kufungwa"
        }
    };
    let (base, commission, tip) = (line.base, line.commission, line.tip);
    match language {
        Language::English => {
            format!(
                "Amendment: {why}. Difference of the base {base}, of the commission {commission}, of the tip {tip}."
            )
        }
        Language::Swahili => {
            format!(
                "Marekebisho: {why}. Tofauti ya msingi {base}, ya kamisheni {commission}, ya bakshishi {tip}."
            )
        }
    }
}

/// The base that a line's steps lead to: of a difference, the base of now and not the difference.
pub(super) fn base_of_now(line: &Line) -> Money {
    let steps = line.reason.base_steps.iter();
    // Of the discount that was inside already the step only tells.
    let taken = steps.filter(|step| step.what != StepKind::DiscountInside);
    let sum = taken.fold(0_i64, |sum, step| sum.saturating_add(step.amount_minor));
    Money::new(sum, line.base.currency())
}

/// That all of it is taken back.
pub(super) fn withdrawn(line: &Line, language: Language) -> String {
    let positive = |money: Money| Money::new(money.amount_minor().saturating_neg(), money.currency());
    let (amount, base) = (positive(line.commission), positive(line.base));
    match language {
        Language::English => {
            format!("What was recorded for it, {amount} for a base of {base}, is taken back in full.")
        }
        Language::Swahili => {
            format!("Iliyoandikwa kwa ajili yake, {amount} kwa msingi wa {base}, inarudishwa yote.")
        }
    }
}

/// How the difference comes from what was recorded: what of the recorded base is gone takes back its part of the recorded
/// amount, all refunds so far together, rounded once; what stood before is subtracted.
pub(super) fn reckoned(line: &Line, recorded: Recorded, language: Language) -> String {
    let now = base_of_now(line);
    let difference = line.commission;
    let (amount, base) = (recorded.amount, recorded.base);
    let Some(reckoned) = at_recorded_rate(line, recorded, now) else {
        return if base.is_zero() && now.is_zero() && !amount.is_zero() {
            sum_without_base(amount, difference, language)
        } else {
            anew(base.is_zero(), difference, language)
        };
    };
    let rounding = match reckoned.rounding {
        Ordering::Equal => language.pick("without rounding", "bila kukadiria"),
        Ordering::Greater => language.pick("rounded up once", "imekadiriwa juu mara moja"),
        Ordering::Less => language.pick("rounded down once", "imekadiriwa chini mara moja"),
    };
    let (part, of_it, target) = (reckoned.part, reckoned.of_it, reckoned.target);
    let before = recorded.before;
    match (now.amount_minor() < base.amount_minor(), language) {
        (true, Language::English) => format!(
            "Recorded when the month was frozen: {amount} for a base of {base}. Of that base {part} is gone in all: {amount} × \
             {part} ÷ {base} = {of_it} is taken back, {rounding}, which leaves {target}; {before} stood before, so the \
             difference is {difference}."
        ),
        (true, Language::Swahili) => format!(
            "Iliyoandikwa mwezi ulipofungwa: {amount} kwa msingi wa {base}. Jumla ya {part} ya msingi huo imerudi: {amount} × \
             {part} ÷ {base} = {of_it} inarudishwa, {rounding}, inabaki {target}; ilikuwa {before}, kwa hiyo tofauti ni \
             {difference}."
        ),
        (false, Language::English) => format!(
            "Recorded when the month was frozen: {amount} for a base of {base}. The base is {part} now: {amount} × {part} ÷ \
             {base} = {of_it}, {rounding}; {before} stood before, so the difference is {difference}."
        ),
        (false, Language::Swahili) => format!(
            "Iliyoandikwa mwezi ulipofungwa: {amount} kwa msingi wa {base}. Msingi sasa ni {part}: {amount} × {part} ÷ {base} \
             = {of_it}, {rounding}; ilikuwa {before}, kwa hiyo tofauti ni {difference}."
        ),
    }
}

/// A difference of a sum for the service that has no base.
fn sum_without_base(amount: Money, difference: Money, language: Language) -> String {
    match language {
        Language::English => format!(
            "It was recorded without a base, and so without a rate: {amount} for the service, which goes back with the money; the \
             difference is {difference}."
        ),
        Language::Swahili => format!(
            "Iliandikwa bila msingi, kwa hiyo bila kiwango: {amount} kwa huduma, ambayo hurudi pamoja na pesa; tofauti ni \
             {difference}."
        ),
    }
}

/// A difference that does not come from a recorded rate.
fn anew(has_no_base: bool, difference: Money, language: Language) -> String {
    match (has_no_base, language) {
        (true, Language::English) => format!(
            "It was recorded without a base, and so without a rate: it earns what the rule above gives; the difference is \
             {difference}."
        ),
        (true, Language::Swahili) => format!(
            "Iliandikwa bila msingi, kwa hiyo bila kiwango: inapata inachotoa kanuni ya juu; tofauti ni {difference}."
        ),
        (false, Language::English) => format!(
            "Computed anew by the rule above, and not at the recorded rate: the difference is {difference}."
        ),
        (false, Language::Swahili) => format!(
            "Imehesabiwa upya kwa kanuni ya juu, si kwa kiwango kilichoandikwa: tofauti ni {difference}."
        ),
    }
}

struct Reckoned {
    /// What of the recorded base is gone; where none is, the base of now.
    part: Money,
    /// The recorded amount's part that goes with it.
    of_it: Money,
    /// Which way that was rounded: to the larger or the smaller number.
    rounding: Ordering,
    /// What the appointment earns now.
    target: Money,
}

/// The recorded rate on the base of now; `None` where the line was not reckoned so.
fn at_recorded_rate(line: &Line, recorded: Recorded, now: Money) -> Option<Reckoned> {
    let (amount, base) = (recorded.amount.amount_minor(), recorded.base.amount_minor());
    if base <= 0 {
        return None;
    }
    let at = |of: i64| {
        let product = i128::from(amount) * i128::from(of);
        let rounded = div_half_away_from_zero(product, i128::from(base));
        let rounding = (rounded * i128::from(base)).cmp(&product);
        Some((i64::try_from(rounded).ok()?, rounding))
    };
    // What is taken back is rounded, not what is left.
    let earned = |base_then: i64| {
        if base_then < base {
            let gone = base.checked_sub(base_then)?.min(base);
            let (back, rounding) = at(gone)?;
            Some((gone, back, rounding, amount.checked_sub(back)?))
        } else {
            let (all, rounding) = at(base_then)?;
            Some((base_then, all, rounding, all))
        }
    };
    let (part, of_it, rounding, target) = earned(now.amount_minor())?;
    let money = |minor| Money::new(minor, now.currency());
    (target.checked_sub(recorded.before.amount_minor())? == line.commission.amount_minor()).then(|| {
        Reckoned {
            part: money(part),
            of_it: money(of_it),
            rounding,
            target: money(target),
        }
    })
}
