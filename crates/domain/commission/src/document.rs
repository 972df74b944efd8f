//! Cases: rules and completed appointments as JSON, and what they come to as JSON.
//!
//! For support, for a look at proposed rules with an accountant, and for anyone who wants to try a case without a
//! server or a database: everything that can have a default has one, ids are short words, times are local. The
//! form is described in `docs/commission.md` and `docs/commission.schema.json`. Pure, like the engine.

use std::collections::BTreeMap;

use ratiba_kernel::casefile::json;
use ratiba_kernel::{Currency, Money, Zone};
use serde_json::Value;

use crate::amend::{Basis, Chain, propose, takeable};
use crate::engine::{ComputeError, MonthFigures, StaffFigure, compute};
use crate::period::{FrozenBy, FrozenDocument};
use crate::resolve::RuleTable;
use crate::rule::json::reader::Reader;
use crate::rule::{Fault, Problem, Rule};
use crate::settings::CommissionSettings;
use crate::terms::{Names, Terms};
use crate::work::CompletedAppointment;
use crate::{Month, PeriodId, StaffId};

mod answer;
mod appointments;
mod facts;
mod times;
mod words;

pub use answer::{
    CaseAnswer, ShownAmendment, ShownBeaten, ShownDelta, ShownGroup, ShownLater, ShownLaterStaff, ShownLine,
    ShownReasons, ShownStaff, ShownStep, ShownTier, Totals,
};

use answer::Told;
use words::Vocabulary;

const CASE: [&str; 11] = [
    "$schema",
    "about",
    "month",
    "zone",
    "currency",
    "settings",
    "staff",
    "services",
    "rules",
    "appointments",
    "later",
];
const LATER: [&str; 5] = ["about", "settings", "rules", "appointments", "approve"];
/// The longest case that is read, in bytes.
const BYTES_MOST: usize = 32 * 1024 * 1024;
/// Where Ratiba comes from.
const HOME: &str = "Africa/Nairobi";

/// A case cannot be read or computed. Lists everything that is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the case is refused: {}", .faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
pub struct CaseRefused {
    /// At least one, each with its place.
    pub faults: Vec<Fault>,
}

/// A month of one business, read from JSON: what it was closed with, and what came to light later.
#[derive(Debug)]
pub struct Case {
    month: Month,
    vocabulary: Vocabulary,
    roster: Vec<StaffId>,
    carried: BTreeMap<StaffId, Money>,
    closed: State,
    later: Vec<Later>,
}

/// Everything that a month is computed from.
#[derive(Clone, Debug)]
struct State {
    settings: CommissionSettings,
    rules: Vec<Rule>,
    work: Vec<CompletedAppointment>,
}

/// How it stood some time after the close.
#[derive(Debug)]
struct Later {
    state: State,
    /// Whether the amendment that is proposed is approved, so that the next look starts from there.
    approve: bool,
}

impl Case {
    /// Reads a case of at most 32 MiB.
    ///
    /// # Errors
    /// [`CaseRefused`] with every fault that it has.
    pub fn read(text: &str) -> Result<Self, CaseRefused> {
        let alone = |problem| refused(String::new(), problem);
        // Some editors put a mark of the byte order before a text.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        if text.len() > BYTES_MOST {
            return Err(alone(Problem::Said(format!("is longer than {BYTES_MOST} bytes"))));
        }
        let (value, twice) =
            json::parse(text).map_err(|error| alone(Problem::NotJson(json::in_words(&error))))?;
        let mut reader = Reader::default();
        for path in twice {
            reader.fault::<()>(path, Problem::Twice);
        }
        let case = read(&mut reader, &value);
        match case {
            Some(case) if reader.faults.is_empty() => Ok(case),
            Some(_) | None => Err(CaseRefused {
                faults: reader.faults,
            }),
        }
    }

    /// What the month comes to, and what was proposed later.
    ///
    /// # Errors
    /// [`CaseRefused`] if amounts are too large, rules of one key overlap, or a tip does not fit.
    pub fn answer(&self) -> Result<CaseAnswer, CaseRefused> {
        let figures = self.figures(&self.closed, "")?;
        let told = Told::new(self);
        let mut staff = Vec::with_capacity(figures.staff.len());
        let mut chains: BTreeMap<StaffId, Vec<FrozenDocument>> = BTreeMap::new();
        for figure in figures.staff {
            let wanted = self
                .carried
                .get(&figure.staff)
                .map_or(0, |carried| carried.amount_minor());
            let pay = figure
                .commission
                .amount_minor()
                .saturating_add(figure.top_up.amount_minor());
            // As much as leaves the pay at the floor, and never more than is paid; the rest is carried on.
            let taken = takeable(pay, wanted, self.closed.settings.clawback_floor).min(pay.max(0));
            staff.push(told.staff(&figure, taken));
            let close = self.frozen(figure, taken);
            chains.insert(close.period().staff, vec![close]);
        }
        let mut later = Vec::with_capacity(self.later.len());
        for (index, step) in self.later.iter().enumerate() {
            later.push(self.look(&told, step, &format!("later[{index}]"), &mut chains)?);
        }
        Ok(CaseAnswer {
            month: self.month.to_string(),
            zone: self.closed.settings.zone.name().to_owned(),
            currency: self.closed.settings.currency.code(),
            engine_version: crate::engine::ENGINE_VERSION,
            totals: Totals::of(&staff),
            staff,
            later,
        })
    }

    fn figures(&self, state: &State, path: &str) -> Result<MonthFigures, CaseRefused> {
        let place = |field: &str| json::member(path, field);
        let table = RuleTable::new(state.rules.iter().cloned()).map_err(|overlap| {
            let (one, other) = (
                self.vocabulary.rule(overlap.one),
                self.vocabulary.rule(overlap.other),
            );
            let said = format!("the rules `{one}` and `{other}` hold on the same day for the same key");
            refused(place("rules"), Problem::Said(said))
        })?;
        let figures = compute(self.month, &state.work, &table, &state.settings, &self.roster);
        figures.map_err(|error| refused(place("appointments"), Problem::Said(self.said(&error))))
    }

    fn said(&self, error: &ComputeError) -> String {
        let words = &self.vocabulary;
        match error {
            ComputeError::TooLarge { staff } => {
                format!(
                    "the amounts of `{}` are too large to compute with",
                    words.staff(*staff)
                )
            }
            ComputeError::Tip { appointment, refused } => {
                format!(
                    "the tip of `{}` cannot be passed on: {refused}",
                    words.appointment(*appointment)
                )
            }
            ComputeError::OtherCurrency { appointment } => format!(
                "`{}` has amounts in another currency",
                words.appointment(*appointment)
            ),
            ComputeError::Negative { appointment } => {
                format!("`{}` has a negative amount", words.appointment(*appointment))
            }
            ComputeError::Twice { appointment } => {
                format!("`{}` is given twice", words.appointment(*appointment))
            }
            ComputeError::OutsideTheCalendar => error.to_string(),
        }
    }

    /// A figure as it was frozen when the month was over. Ids of documents count up in the chain.
    fn frozen(&self, figure: StaffFigure, taken: i64) -> FrozenDocument {
        let at = self.closed.settings.zone.day_start(self.month.end());
        let taken = Money::new(taken, self.closed.settings.currency);
        let terms = Terms::of(figure.staff, &Names::default(), &self.closed.settings);
        FrozenDocument::close(
            document(0),
            self.month,
            figure,
            taken,
            terms,
            at,
            FrozenBy::System,
        )
    }

    /// Closes the month again with what is known by then: a no-op that compares, and proposes.
    fn look(
        &self,
        told: &Told<'_>,
        step: &Later,
        path: &str,
        chains: &mut BTreeMap<StaffId, Vec<FrozenDocument>>,
    ) -> Result<ShownLater, CaseRefused> {
        let figures = self.figures(&step.state, path)?;
        let mut staff = Vec::new();
        for figure in &figures.staff {
            let documents = chains.get(&figure.staff).cloned().unwrap_or_default();
            let frozen = documents.len();
            let Some(chain) = Chain::of(documents) else {
                continue;
            };
            let too_large = |_| {
                refused(
                    path.to_owned(),
                    Problem::Said("a difference is too large".to_owned()),
                )
            };
            let by = |basis| propose(&chain, figure, basis, &step.state.settings).map_err(too_large);
            let same = chain.content_hash() == figure.content_hash;
            let amendment = if same { None } else { by(Basis::RecordedRate)? };
            let retier = by(Basis::Anew)?;
            staff.push(told.later(&chain, figure, amendment.as_ref(), retier.as_ref()));
            if let (true, Some(proposal)) = (step.approve, amendment) {
                let at = chain.last().period().frozen_at;
                let id = document(frozen);
                let amended = FrozenDocument::amendment(id, self.month, proposal, at, FrozenBy::System);
                chains.entry(figure.staff).or_default().push(amended);
            }
        }
        Ok(ShownLater {
            outcome: "already_frozen",
            same: staff.iter().all(|one| one.same),
            staff,
        })
    }
}

fn document(number: usize) -> PeriodId {
    PeriodId::from_uuid(uuid::Uuid::from_u128(
        u128::try_from(number).map_or(0, |number| number + 1),
    ))
}

fn refused(path: String, problem: Problem) -> CaseRefused {
    CaseRefused {
        faults: vec![Fault { path, problem }],
    }
}

fn read(reader: &mut Reader, value: &Value) -> Option<Case> {
    let Some(case) = value.as_object() else {
        return reader.fault("", Problem::MustBe("an object"));
    };
    reader.refuse_unknown("", case, &CASE, &[]);
    let home = Zone::parse(HOME).ok()?;
    let zone = match case.get("zone").map(|zone| zone.as_str().map(Zone::parse)) {
        None => Some(home),
        Some(Some(Ok(zone))) => Some(zone),
        Some(Some(Err(_)) | None) => {
            let name = Problem::MustBe("the IANA name of a time zone, such as Africa/Nairobi");
            reader.fault("zone", name)
        }
    };
    let currencies = [Currency::Kes, Currency::Ugx, Currency::Tzs, Currency::Usd];
    let currencies = currencies.map(|currency| (currency.code(), currency));
    let of = "one of KES, UGX, TZS, USD";
    let currency = reader.word(
        "currency",
        case.get("currency"),
        &currencies,
        of,
        Some(Currency::Kes),
    );
    let month = match case
        .get("month")
        .map(|month| month.as_str().map(str::parse::<Month>))
    {
        Some(Some(Ok(month))) => Some(month),
        Some(Some(Err(_)) | None) => reader.fault("month", Problem::MustBe("a month such as 2026-05")),
        None => reader.fault("month", Problem::Missing),
    };
    let (zone, currency, month) = (zone?, currency?, month?);
    let vocabulary = Vocabulary::read(reader, case);
    let people = facts::people(reader, case, &vocabulary, currency);
    let settings = facts::settings(reader, "", case, &zone, currency)?;
    let settings = CommissionSettings {
        guarantees: people.guarantees,
        ..settings
    };
    let ground = appointments::Ground {
        month,
        zone: &zone,
        currency,
        vocabulary: &vocabulary,
        prices: facts::services(reader, case),
    };
    let rules = facts::rules(reader, "rules", case.get("rules"), &vocabulary, currency);
    let mut told: Vec<(String, Value)> = ground.listed(reader, "appointments", case.get("appointments"));
    let work = ground.read(reader, &told);
    let mut state = State {
        settings,
        rules,
        work,
    };
    let closed = state.clone();
    let mut later = Vec::new();
    let steps = case.get("later").map(|later| (later, later.as_array()));
    if let Some((_, None)) = steps {
        reader.fault::<()>("later", Problem::MustBe("a list"));
    }
    for (index, step) in steps
        .and_then(|(_, steps)| steps)
        .into_iter()
        .flatten()
        .enumerate()
    {
        let path = format!("later[{index}]");
        let Some(step) = step.as_object() else {
            reader.fault::<()>(path, Problem::MustBe("an object"));
            continue;
        };
        reader.refuse_unknown(&path, step, &LATER, &[]);
        if step.contains_key("settings")
            && let Some(settings) = facts::settings(reader, &path, step, &zone, currency)
        {
            let guarantees = std::mem::take(&mut state.settings.guarantees);
            state.settings = CommissionSettings {
                guarantees,
                ..settings
            };
        }
        let rules = facts::rules(
            reader,
            &format!("{path}.rules"),
            step.get("rules"),
            &vocabulary,
            currency,
        );
        for rule in rules {
            state.rules.retain(|known| known.id != rule.id);
            state.rules.push(rule);
        }
        let patches = ground.listed(reader, &format!("{path}.appointments"), step.get("appointments"));
        appointments::patch(&mut told, patches);
        state.work = ground.read(reader, &told);
        let approve = [("true", true), ("false", false)];
        let said = step.get("approve").map(|approve| match approve.as_bool() {
            Some(yes) => Value::String(yes.to_string()),
            None => approve.clone(),
        });
        let place = format!("{path}.approve");
        let approve = reader.word(&place, said.as_ref(), &approve, "true or false", Some(true));
        later.push(Later {
            state: state.clone(),
            approve: approve.unwrap_or(true),
        });
    }
    Some(Case {
        month,
        roster: people.roster,
        carried: people.carried,
        vocabulary,
        closed,
        later,
    })
}

#[cfg(test)]
mod tests;
