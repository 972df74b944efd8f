//! The reason of each line in words: the rule, why it won, what it beat, the base, the rate, the rounding.
//!
//! Made from what the line and its group recorded, never from what the rules say today, so that a frozen
//! line explains itself for ever.

use std::fmt::Write as _;

use ratiba_kernel::{BasisPoints, Currency, Money, Zone};
use serde::{Deserialize, Serialize};

use crate::amend::DeltaCause;
use crate::base::{BaseStep, DeductWhen, Deduction, Kept, StepKind};
use crate::engine::{Group, Line, Rounding, Verdict};
use crate::resolve::{Beaten, Place};
use crate::rule::{RuleValue, Term};
use crate::tiers::{Mark, Measure, TierMethod, TierPart, Tiers};
use crate::work::EndSource;

mod amended;

pub use amended::Recorded;

/// In which language a person reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Language {
    /// English.
    #[serde(rename = "en")]
    English,
    /// Swahili.
    #[serde(rename = "sw")]
    Swahili,
}

impl Language {
    const fn pick<T: Copy>(self, english: T, swahili: T) -> T {
        match self {
            Self::English => english,
            Self::Swahili => swahili,
        }
    }
}

/// Why a line says what it says, one sentence each. Times are shown in the zone.
#[must_use]
pub fn explain(line: &Line, group: Option<&Group>, zone: &Zone, language: Language) -> Vec<String> {
    explain_amended(line, group, None, zone, language)
}

/// The same for a line that may be one of an amendment, with what was recorded of its appointment: by that the difference was
/// reckoned.
#[must_use]
pub fn explain_amended(
    line: &Line,
    group: Option<&Group>,
    recorded: Option<Recorded>,
    zone: &Zone,
    language: Language,
) -> Vec<String> {
    let currency = line.base.currency();
    let mut sentences = vec![rendered(line, zone, language)];
    let change = line.reason.change;
    sentences.extend(change.map(|cause| amended::changed(line, cause, language)));
    // A difference of what is known has amounts of its own; what came late is a line like any other.
    let (difference, recorded) = match change {
        None | Some(DeltaCause::Late) => (None, None),
        Some(DeltaCause::Withdrawn) => (Some(amended::withdrawn(line, language)), None),
        Some(DeltaCause::Corrected) => {
            let reckoned = recorded.map(|recorded| amended::reckoned(line, recorded, language));
            (Some(reckoned.unwrap_or_default()), recorded)
        }
    };
    match &line.reason.verdict {
        // It earned all the same when it was recorded.
        Verdict::Gap | Verdict::NoShow if recorded.is_some_and(|recorded| !recorded.amount.is_zero()) => {}
        Verdict::Gap => sentences.push(
            language
                .pick(
                    "No rule covers it, so it earns nothing; somebody should look at the rules.",
                    "Hakuna kanuni inayohusu huduma hii, kwa hiyo haina kamisheni; kanuni ziangaliwe.",
                )
                .to_owned(),
        ),
        Verdict::NoShow => sentences.push(
            language
                .pick(
                    "The customer did not come, which earns nothing here.",
                    "Mteja hakufika, na hilo halina kamisheni hapa.",
                )
                .to_owned(),
        ),
        Verdict::Won {
            place, term, beaten, ..
        } if difference.is_some() => {
            sentences.push(winner(*place, *term, beaten, language));
            sentences.extend(losers(beaten, language));
            sentences.push(base(line, amended::base_of_now(line), language));
        }
        Verdict::Won {
            place, term, beaten, ..
        } => {
            sentences.push(winner(*place, *term, beaten, language));
            sentences.extend(losers(beaten, language));
            sentences.push(base(line, line.base, language));
            sentences.push(earned(line, *term, group, language));
            sentences.extend(group.and_then(|group| ladder(group, currency, language)));
            sentences.extend(group.and_then(|group| kept_back(group, currency, language)));
            sentences.extend(group.map(|group| rounded(line, group, language)));
        }
    }
    let is_difference = difference.is_some();
    sentences.extend(difference.filter(|said| !said.is_empty()));
    if !line.tip.is_zero() && !is_difference {
        sentences.push(match language {
            Language::English => format!("Tip: {}, passed on in full.", line.tip),
            Language::Swahili => format!("Bakshishi: {}, unapewa yote.", line.tip),
        });
    }
    sentences
}

/// What the rule of a line gives, in a few words such as `35 %`.
#[must_use]
pub fn rule_in_short(line: &Line, language: Language) -> String {
    match &line.reason.verdict {
        Verdict::Gap => language.pick("no rule", "hakuna kanuni").to_owned(),
        Verdict::NoShow => language.pick("no-show", "mteja hakufika").to_owned(),
        Verdict::Won { term, .. } => said(*term, language),
    }
}

fn rendered(line: &Line, zone: &Zone, language: Language) -> String {
    let reason = &line.reason;
    let ended = zone.local(reason.ended_at);
    let (date, hour, minute) = (ended.date(), ended.hour(), ended.minute());
    let source = match reason.end_source {
        EndSource::Actual => language.pick("recorded end", "mwisho ulioandikwa"),
        EndSource::Planned => language.pick("planned end used", "mwisho uliopangwa umetumika"),
    };
    let ended = language.pick("ended", "iliisha");
    format!(
        "{}: {ended} {date} {hour:02}:{minute:02} ({source}).",
        reason.service_name
    )
}

fn winner(place: Place, term: Term, beaten: &[Beaten], language: Language) -> String {
    let said = said(term, language);
    // Without the switch a category's rule goes before the general one.
    let is_switched = place == Place::StaffGeneral
        && beaten
            .iter()
            .any(|loser| matches!(loser.place, Place::Category | Place::CategoryForService));
    match language {
        Language::English => {
            let why = match place {
                Place::StaffForService => "your own rule for this service; nothing is more specific",
                Place::StaffForCategory => "your own rule for this category of services",
                Place::CategoryForService => "the category's rule for this service",
                Place::Category => "the category's rule",
                Place::StaffGeneral if is_switched => {
                    "your own general rule, which the business puts before the category's (`staff_before_category`)"
                }
                Place::StaffGeneral => "your own general rule",
            };
            format!("Rule: {why}: {said}.")
        }
        Language::Swahili => {
            let why = match place {
                Place::StaffForService => "kanuni yako ya huduma hii; hakuna iliyo mahususi zaidi",
                Place::StaffForCategory => "kanuni yako ya aina hii ya huduma",
                Place::CategoryForService => "kanuni ya aina ya huduma, kwa huduma hii",
                Place::Category => "kanuni ya aina ya huduma",
                Place::StaffGeneral if is_switched => {
                    "kanuni yako ya jumla, ambayo biashara huitanguliza kabla ya ile ya aina ya huduma \
                     (`staff_before_category`)"
                }
                Place::StaffGeneral => "kanuni yako ya jumla",
            };
            format!("Kanuni: {why}: {said}.")
        }
    }
}

fn losers(beaten: &[Beaten], language: Language) -> Option<String> {
    if beaten.is_empty() {
        return None;
    }
    let names: Vec<String> = beaten
        .iter()
        .map(|loser| {
            format!(
                "{} ({})",
                place_name(loser.place, language),
                said(loser.term, language)
            )
        })
        .collect();
    let names = names.join(", ");
    Some(match language {
        Language::English => format!("It comes before: {names}."),
        Language::Swahili => format!("Imetangulia: {names}."),
    })
}

const fn place_name(place: Place, language: Language) -> &'static str {
    match language {
        Language::English => match place {
            Place::StaffForService => "your own rule for the service",
            Place::StaffForCategory => "your own rule for the category",
            Place::CategoryForService => "the category's rule for the service",
            Place::Category => "the category's rule",
            Place::StaffGeneral => "your own general rule",
        },
        Language::Swahili => match place {
            Place::StaffForService => "kanuni yako ya huduma",
            Place::StaffForCategory => "kanuni yako ya aina ya huduma",
            Place::CategoryForService => "kanuni ya aina, kwa huduma hii",
            Place::Category => "kanuni ya aina ya huduma",
            Place::StaffGeneral => "kanuni yako ya jumla",
        },
    }
}

fn said(term: Term, language: Language) -> String {
    if term.is_explicit_zero() {
        return language
            .pick("no commission, on purpose", "hakuna kamisheni, kwa makusudi")
            .to_owned();
    }
    match term {
        Term::Rate(rate) => rate.to_string(),
        Term::PerService(amount) => match language {
            Language::English => format!("{amount} for each service"),
            Language::Swahili => format!("{amount} kwa kila huduma"),
        },
        Term::Ladder => language
            .pick(
                "a rate that rises with the month",
                "kiwango kinachopanda kwa mwezi",
            )
            .to_owned(),
    }
}

/// The steps of a line's base to what they come to.
fn base(line: &Line, total: Money, language: Language) -> String {
    let currency = total.currency();
    let mut text = language.pick("Base:", "Kiasi cha msingi:").to_owned();
    for (index, step) in line.reason.base_steps.iter().enumerate() {
        let comma = if index == 0 { "" } else { "," };
        let name = step_name(step.what, language);
        match step.what {
            StepKind::DiscountInside => {
                // Nothing can fail in writing to a string.
                let _ = write!(text, "{comma} {name}");
            }
            StepKind::ListPrice
            | StepKind::Charged
            | StepKind::Paid
            | StepKind::NoShowPrice
            | StepKind::NoShowFee
            | StepKind::Discount
            | StepKind::Tax
            | StepKind::ProductCost
            | StepKind::PaymentFee
            | StepKind::Floor
            | StepKind::Deduction
            | StepKind::Refund
            | StepKind::EarnedBefore
            | StepKind::EarnedLater
            | StepKind::OthersShares
            | StepKind::Rounding => {
                let _ = write!(text, "{comma} {name} {}", signed(*step, currency));
            }
        }
    }
    let _ = write!(text, " = {total}.");
    text
}

fn signed(step: BaseStep, currency: Currency) -> String {
    let size = Money::new(step.amount_minor.saturating_abs(), currency);
    match (step.amount_minor < 0, step.what) {
        (true, _) => format!("− {size}"),
        (false, StepKind::Floor | StepKind::Rounding) => format!("+ {size}"),
        (
            false,
            StepKind::ListPrice
            | StepKind::Charged
            | StepKind::Paid
            | StepKind::NoShowPrice
            | StepKind::NoShowFee
            | StepKind::Discount
            | StepKind::DiscountInside
            | StepKind::Tax
            | StepKind::ProductCost
            | StepKind::PaymentFee
            | StepKind::Deduction
            | StepKind::Refund
            | StepKind::EarnedBefore
            | StepKind::EarnedLater
            | StepKind::OthersShares,
        ) => size.to_string(),
    }
}

const fn step_name(kind: StepKind, language: Language) -> &'static str {
    match language {
        Language::English => match kind {
            StepKind::ListPrice => "list price",
            StepKind::Charged => "charged",
            StepKind::Paid => "paid",
            StepKind::NoShowPrice => "list price of the no-show",
            StepKind::NoShowFee => "fee of the no-show",
            StepKind::Discount => "discount",
            StepKind::DiscountInside => "discount already taken off",
            StepKind::Tax => "tax",
            StepKind::ProductCost => "product cost",
            StepKind::PaymentFee => "payment fee",
            StepKind::Floor => "raised to nothing",
            StepKind::Deduction => "kept back by the rule",
            StepKind::Refund => "refunded",
            StepKind::EarnedBefore => "earned in earlier months",
            StepKind::EarnedLater => "not paid by the end of the month",
            StepKind::OthersShares => "the others' shares",
            StepKind::Rounding => "rounding",
        },
        Language::Swahili => match kind {
            StepKind::ListPrice => "bei ya orodha",
            StepKind::Charged => "iliyotozwa",
            StepKind::Paid => "iliyolipwa",
            StepKind::NoShowPrice => "bei ya orodha (mteja hakufika)",
            StepKind::NoShowFee => "ada ya kutofika",
            StepKind::Discount => "punguzo",
            StepKind::DiscountInside => "punguzo limeshatolewa",
            StepKind::Tax => "kodi",
            StepKind::ProductCost => "gharama ya bidhaa",
            StepKind::PaymentFee => "ada ya malipo",
            StepKind::Floor => "kufikia sifuri",
            StepKind::Deduction => "iliyokatwa na kanuni",
            StepKind::Refund => "iliyorudishwa",
            StepKind::EarnedBefore => "iliyopatikana miezi iliyopita",
            StepKind::EarnedLater => "haijalipwa hadi mwisho wa mwezi",
            StepKind::OthersShares => "mgao wa wengine",
            StepKind::Rounding => "kukadiria",
        },
    }
}

fn earned(line: &Line, term: Term, group: Option<&Group>, language: Language) -> String {
    let commission = line.commission;
    let share = line.reason.share;
    let of_base = |rate: String| match language {
        Language::English => format!("Commission: {rate} of {} = {commission}.", line.base),
        Language::Swahili => format!("Kamisheni: {rate} ya {} = {commission}.", line.base),
    };
    match (term, group.map(|group| &group.rule.value)) {
        (Term::Rate(rate), _) => of_base(rate.to_string()),
        (Term::PerService(amount), _) if share.is_whole() => match language {
            Language::English => format!("Commission: {amount} for the service = {commission}."),
            Language::Swahili => format!("Kamisheni: {amount} kwa huduma = {commission}."),
        },
        (Term::PerService(amount), _) => {
            let part = format!("{}/{}", share.numerator, share.denominator);
            match language {
                Language::English => {
                    format!("Commission: {part} of {amount} for the service = {commission}.")
                }
                Language::Swahili => format!("Kamisheni: {part} ya {amount} kwa huduma = {commission}."),
            }
        }
        (Term::Ladder, _) => {
            let rate = line
                .recorded_rate_basis_points()
                .and_then(|rate| u32::try_from(rate).ok())
                .map_or_else(|| "0 %".to_owned(), |rate| BasisPoints::new(rate).to_string());
            let on_average = language.pick("on average", "kwa wastani");
            of_base(format!("{rate} ({on_average})"))
        }
    }
}

fn ladder(group: &Group, currency: Currency, language: Language) -> Option<String> {
    let tiers = match &group.rule.value {
        RuleValue::Tiered { tiers, .. } => tiers,
        RuleValue::Percentage { .. } | RuleValue::Fixed { .. } => return None,
    };
    let measured = measured(tiers, group.measured?, currency, language);
    let parts: Vec<String> = group
        .tier_parts
        .iter()
        .map(|part| tier_part(tiers, *part, currency, language))
        .collect();
    let parts = parts.join(" + ");
    let method = match tiers.method() {
        TierMethod::Marginal => language.pick("each rate on its own part", "kila kiwango kwa sehemu yake"),
        TierMethod::Retroactive => language.pick(
            "the rate reached, on everything",
            "kiwango kilichofikiwa, kwa yote",
        ),
    };
    Some(match language {
        Language::English => format!("The month's ladder measured {measured}; {method}: {parts}."),
        Language::Swahili => format!("Ngazi ya mwezi imepima {measured}; {method}: {parts}."),
    })
}

/// What the rule keeps back from the commission; the amounts before it are those of the sentences before.
fn kept_back(group: &Group, currency: Currency, language: Language) -> Option<String> {
    let after = |deduction: &&Deduction| deduction.when == DeductWhen::After;
    let deduct = group.rule.value.base().deduct.iter().filter(after);
    let kept: Vec<String> = deduct
        .map(|deduction| match deduction.kept {
            Kept::Part(rate) => rate.to_string(),
            Kept::Flat(minor) => said(Term::PerService(Money::new(minor, currency)), language),
        })
        .collect();
    let kept = (!kept.is_empty()).then(|| kept.join(" + "))?;
    Some(match language {
        Language::English => format!("Kept back from the commission, and taken off above: {kept}."),
        Language::Swahili => format!("Iliyokatwa kwenye kamisheni, na imeshatolewa hapo juu: {kept}."),
    })
}

fn measured(tiers: &Tiers, value: i64, currency: Currency, language: Language) -> String {
    match tiers.measure() {
        Measure::Revenue => Money::new(value, currency).to_string(),
        Measure::Count => match language {
            Language::English => format!("{value} services"),
            Language::Swahili => format!("huduma {value}"),
        },
    }
}

fn tier_part(tiers: &Tiers, part: TierPart, currency: Currency, language: Language) -> String {
    let amount = Money::new(part.part_minor, currency);
    let floor = Mark {
        value: part.floor,
        measure: tiers.measure(),
    };
    match language {
        Language::English => format!("{} of {amount} (from {floor})", part.rate),
        Language::Swahili => format!("{} ya {amount} (kuanzia {floor})", part.rate),
    }
}

fn rounded(line: &Line, group: &Group, language: Language) -> String {
    let way = match group.rounding {
        Rounding::Exact => language.pick("without rounding", "bila kukadiria"),
        Rounding::Up => language.pick("rounded up once", "imekadiriwa juu mara moja"),
        Rounding::Down => language.pick("rounded down once", "imekadiriwa chini mara moja"),
    };
    let (lines, figure, part) = (group.lines, group.figure, line.commission);
    match language {
        Language::English if lines == 1 => {
            format!("The rule paid {figure} in the month, {way}, all of it for this line.")
        }
        Language::English => {
            format!(
                "The rule paid {figure} for {lines} lines of the month, {way}; {part} of it for this line."
            )
        }
        Language::Swahili if lines == 1 => {
            format!("Kanuni imelipa {figure} kwa mwezi, {way}, yote kwa mstari huu.")
        }
        Language::Swahili => {
            format!("Kanuni imelipa {figure} kwa mistari {lines} ya mwezi, {way}; {part} kwa mstari huu.")
        }
    }
}

#[cfg(test)]
mod tests;
