//! One line of the report: a subject beside its limit, and what the ratio of the two means.
//!
//! Only ratios that were taken in one run count, so a row keeps its rounds. All figures are integers: rates per
//! second, times in microseconds, ratios in thousandths.

use std::fmt::Write as _;

use serde_json::{Value, json};

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    /// So many in a second: more is better.
    PerSecond,
    /// So many microseconds: less is better.
    Micros,
    /// So many thousand bytes: less is better.
    Kilobytes,
}

impl Unit {
    fn name(self) -> &'static str {
        match self {
            Self::PerSecond => "/s",
            Self::Micros => "us",
            Self::Kilobytes => "kB",
        }
    }

    /// A figure for people: `8,412/s`, `1.532 ms`.
    fn show(self, figure: u64) -> String {
        match self {
            Self::PerSecond => format!("{}/s", grouped(figure)),
            Self::Micros => format!("{}.{:03} ms", grouped(figure / 1_000), figure % 1_000),
            Self::Kilobytes => format!("{}.{:03} MB", grouped(figure / 1_000), figure % 1_000),
        }
    }
}

/// The bars of a row, as ratios in thousandths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bars {
    gate: u64,
    goal: Option<u64>,
    reach: Option<u64>,
}

impl Bars {
    /// What is needed, what is wanted, and what would be hard to beat.
    pub(crate) const fn new(gate: u64, goal: u64, reach: u64) -> Self {
        Self {
            gate,
            goal: Some(goal),
            reach: Some(reach),
        }
    }

    /// What is needed, where nothing more is wanted.
    pub(crate) const fn gate(gate: u64) -> Self {
        Self {
            gate,
            goal: None,
            reach: None,
        }
    }
}

/// One round: limit and subject, one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Round {
    /// What the limit measured.
    pub(crate) limit: u64,
    /// What the subject measured.
    pub(crate) subject: u64,
}

impl Round {
    /// The subject as a share of the limit, in thousandths; `None` beside a limit of nothing.
    fn ratio(self) -> Option<u64> {
        let ratio = (u128::from(self.subject) * 1_000).checked_div(u128::from(self.limit))?;
        Some(u64::try_from(ratio).unwrap_or(u64::MAX))
    }
}

/// What a row says, and against what.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RowSpec {
    /// As the goals name it: `P1`.
    pub(crate) id: &'static str,
    /// What the subject does.
    pub(crate) subject: &'static str,
    /// What stands beside it.
    pub(crate) beside: &'static str,
    /// What is counted.
    pub(crate) unit: Unit,
    /// What the ratio is held against; `None` for a row that only informs.
    pub(crate) bars: Option<Bars>,
}

/// A row with its rounds.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    spec: RowSpec,
    rounds: Vec<Round>,
}

/// The highest bar that a row clears.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verdict {
    /// Not even the gate.
    Missed,
    /// The gate.
    Gate,
    /// The goal.
    Goal,
    /// The reach.
    Reach,
}

impl Verdict {
    fn name(self) -> &'static str {
        match self {
            Self::Missed => "MISSED",
            Self::Gate => "gate",
            Self::Goal => "goal",
            Self::Reach => "reach",
        }
    }
}

impl Row {
    /// A row of these rounds.
    pub(crate) fn new(spec: RowSpec, rounds: Vec<Round>) -> Self {
        Self { spec, rounds }
    }

    /// The median of the rounds' ratios in thousandths; of two in the middle the worse.
    pub(crate) fn ratio(&self) -> Option<u64> {
        let mut ratios = self.ratios();
        ratios.sort_unstable();
        let middle = match self.spec.unit {
            Unit::PerSecond => ratios.len().checked_sub(1)? / 2,
            Unit::Micros | Unit::Kilobytes => ratios.len() / 2,
        };
        ratios.get(middle).copied()
    }

    fn ratios(&self) -> Vec<u64> {
        self.rounds.iter().filter_map(|round| round.ratio()).collect()
    }

    /// The highest bar that the median ratio clears; `None` for a row that only informs, and where there is
    /// nothing to compare.
    pub(crate) fn verdict(&self) -> Option<Verdict> {
        let (bars, ratio) = (self.spec.bars?, self.ratio()?);
        let clears = |bar: u64| match self.spec.unit {
            Unit::PerSecond => ratio >= bar,
            Unit::Micros | Unit::Kilobytes => ratio <= bar,
        };
        // A subject that did nothing took no time either, and has won nothing.
        let did_something = self.rounds.iter().all(|round| round.subject > 0);
        let cleared = if !did_something {
            Verdict::Missed
        } else if bars.reach.is_some_and(clears) {
            Verdict::Reach
        } else if bars.goal.is_some_and(clears) {
            Verdict::Goal
        } else if clears(bars.gate) {
            Verdict::Gate
        } else {
            Verdict::Missed
        };
        Some(cleared)
    }

    fn limit(&self) -> u64 {
        median(self.rounds.iter().map(|round| round.limit).collect()).unwrap_or_default()
    }

    /// The median of what the subject measured.
    pub(crate) fn subject(&self) -> u64 {
        median(self.rounds.iter().map(|round| round.subject).collect()).unwrap_or_default()
    }

    fn spread(&self) -> Option<(u64, u64)> {
        let ratios = self.ratios();
        Some((*ratios.iter().min()?, *ratios.iter().max()?))
    }

    fn cells(&self) -> [String; 10] {
        let dash = || "-".to_owned();
        let bar = |of: fn(Bars) -> Option<u64>| self.spec.bars.and_then(of).map_or_else(dash, ratio_text);
        [
            self.spec.id.to_owned(),
            format!("{} | {}", self.spec.subject, self.spec.beside),
            self.spec.unit.show(self.limit()),
            self.spec.unit.show(self.subject()),
            self.ratio().map_or_else(dash, ratio_text),
            self.spread().map_or_else(dash, |(least, most)| {
                format!("{}-{}", ratio_text(least), ratio_text(most))
            }),
            bar(|bars| Some(bars.gate)),
            bar(|bars| bars.goal),
            bar(|bars| bars.reach),
            self.verdict()
                .map_or_else(dash, |verdict| verdict.name().to_owned()),
        ]
    }

    /// The row for a machine. Ratios and bars are thousandths.
    pub(crate) fn to_json(&self) -> Value {
        let rounds: Vec<Value> = self
            .rounds
            .iter()
            .map(|round| json!({ "limit": round.limit, "subject": round.subject, "ratio": round.ratio() }))
            .collect();
        json!({
            "id": self.spec.id,
            "subject": self.spec.subject,
            "beside": self.spec.beside,
            "unit": self.spec.unit.name(),
            "rounds": rounds,
            "limit_median": self.limit(),
            "subject_median": self.subject(),
            "ratio_per_mille": self.ratio(),
            "spread_per_mille": self.spread().map(|(least, most)| [least, most]),
            "gate_per_mille": self.spec.bars.map(|bars| bars.gate),
            "goal_per_mille": self.spec.bars.and_then(|bars| bars.goal),
            "reach_per_mille": self.spec.bars.and_then(|bars| bars.reach),
            "verdict": self.verdict().map(Verdict::name),
        })
    }
}

/// All rows as a table for the terminal, which is also one of Markdown.
pub(crate) fn table(rows: &[Row]) -> String {
    let head = [
        "id",
        "subject | beside",
        "limit",
        "subject",
        "ratio",
        "spread",
        "gate",
        "goal",
        "reach",
        "met",
    ]
    .map(str::to_owned);
    let mut lines = vec![head];
    lines.extend(rows.iter().map(Row::cells));
    // A bar inside a cell would end it.
    let lines: Vec<[String; 10]> = lines
        .into_iter()
        .map(|cells| cells.map(|cell| cell.replace(" | ", " / ")))
        .collect();
    let width = |column: usize| {
        lines
            .iter()
            .filter_map(|cells| cells.get(column))
            .map(|cell| cell.chars().count())
            .max()
            .unwrap_or_default()
    };
    let widths: Vec<usize> = (0..10).map(width).collect();
    let mut text = String::new();
    for (number, cells) in lines.iter().enumerate() {
        for (cell, width) in cells.iter().zip(&widths) {
            // Writing to a string cannot fail.
            let _written = write!(text, "| {cell:<width$} ");
        }
        text.push_str("|\n");
        if number == 0 {
            for width in &widths {
                let _written = write!(text, "|{}", "-".repeat(width + 2));
            }
            text.push_str("|\n");
        }
    }
    text
}

/// The middle one, the lower of two; `None` of nothing.
fn median(mut figures: Vec<u64>) -> Option<u64> {
    figures.sort_unstable();
    figures.get(figures.len().checked_sub(1)? / 2).copied()
}

/// Thousandths as a ratio with two digits, rounded down: `0.74`.
fn ratio_text(per_mille: u64) -> String {
    format!("{}.{:02}", per_mille / 1_000, per_mille % 1_000 / 10)
}

/// `1234567` as `1,234,567`.
fn grouped(figure: u64) -> String {
    let digits = figure.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests;
