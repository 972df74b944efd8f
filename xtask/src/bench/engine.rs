//! The availability engine by itself, without a database and without HTTP, beside its budget.

use std::process::Command;

use anyhow::Context as _;
use serde_json::Value;

use super::row::{Bars, Round, Row, RowSpec, Unit};
use super::sample::Sample;
use crate::process;
use crate::workspace;

/// The program that measures it: the case stands in the booking domain, beside what it needs to be told.
pub(crate) const EXAMPLE: (&str, &str) = ("ratiba-booking", "engine_budget");

/// What the engine may take for a busy fortnight, in microseconds.
const BUDGET: u64 = 50_000;

const ONE: RowSpec = RowSpec {
    id: "engine",
    subject: "14 days, 20 staff, 10 rooms, 5,000 bookings: p99",
    beside: "budget",
    unit: Unit::Micros,
    bars: Some(Bars::gate(1_000)),
};
const TWO: RowSpec = RowSpec {
    id: "engine 2",
    subject: "the same for a visit of two services: p99",
    beside: "budget",
    unit: Unit::Micros,
    bars: None,
};

const FIVE: RowSpec = RowSpec {
    id: "engine 5",
    subject: "the same for a visit of five services: p99",
    beside: "budget",
    unit: Unit::Micros,
    bars: None,
};
const EIGHT: RowSpec = RowSpec {
    id: "engine 8",
    subject: "the same for a visit of eight services: p99",
    beside: "budget",
    unit: Unit::Micros,
    bars: None,
};

/// Runs the case once for each round.
pub(crate) fn rows(rounds: u64) -> anyhow::Result<Vec<Row>> {
    let program = workspace::target_directory()?
        .join("release/examples")
        .join(EXAMPLE.1);
    let told = (0..rounds)
        .map(|_| {
            let told = process::output("engine_budget", &mut Command::new(&program))?;
            serde_json::from_str(&told).context("engine_budget wrote something that is not JSON")
        })
        .collect::<anyhow::Result<Vec<Value>>>()?;
    let questions = [
        (ONE, "one_service"),
        (TWO, "two_services"),
        (FIVE, "five_services"),
        (EIGHT, "eight_services"),
    ];
    questions
        .into_iter()
        .map(|(spec, question)| {
            let rounds = told.iter().map(|told| round(&told[question]));
            Ok(Row::new(spec, rounds.collect::<anyhow::Result<_>>()?))
        })
        .collect()
}

fn round(told: &Value) -> anyhow::Result<Round> {
    let runs = told.as_array().context("engine_budget told no runs")?;
    let runs = runs.iter().filter_map(Value::as_u64).collect();
    Ok(Round {
        limit: BUDGET,
        subject: Sample::new(0, 0, std::time::Duration::ZERO, runs).p99(),
    })
}
