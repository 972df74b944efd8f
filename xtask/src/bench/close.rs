//! P12 and P12b: the close of a month for a hundred businesses beside the same figures in plain SQL.
//!
//! The subject is `ratiba-admin commission close all`: the use case that the schedule runs, for one business after
//! another, in a process whose memory is looked at.

use std::io::Read as _;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use serde_json::Value;
use time::{Date, Month};

use super::crowd::micros;
use super::memory::Held;
use super::row::{Bars, Row, RowSpec, Unit};
use super::sample::Sample;
use super::turns::{Pair, row};
use super::world::{World, day_text};
use crate::interrupt;
use crate::machine;
use crate::stack::environment;

const P12: RowSpec = RowSpec {
    id: "P12",
    subject: "close of one month, 100 businesses of 10 people, rules of all types",
    beside: "C+L",
    unit: Unit::Micros,
    bars: Some(Bars::new(4_000, 2_000, 1_200)),
};
const AGAIN: RowSpec = RowSpec {
    id: "P12b again",
    subject: "the same once more: nothing is written, and what came late is told",
    beside: "the first time",
    unit: Unit::Micros,
    bars: Some(Bars::new(200, 50, 10)),
};
const TEN: RowSpec = RowSpec {
    id: "P12b",
    subject: "close of ten such months",
    beside: "10 times P12",
    unit: Unit::Micros,
    bars: Some(Bars::new(1_300, 1_100, 1_000)),
};
const MEMORY: RowSpec = RowSpec {
    id: "P12 memory",
    subject: "memory of the process that closes, at most",
    beside: "200 MB",
    unit: Unit::Kilobytes,
    bars: Some(Bars::gate(1_000)),
};
/// What it may hold.
const MEMORY_MOST: u64 = 200_000;
/// How many months there are in all.
const MONTHS: usize = 10;
/// How often the memory of the process is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Measures P12 and P12b. What is asked for as the number of appointments is that of each month.
pub(crate) fn run(world: &World) -> anyhow::Result<Vec<Row>> {
    let months = months_before(world.today, MONTHS)?;
    let (newest, older) = months.split_first().context("there is no month")?;
    world.script("close_tenants.sql", &[("tenant", &world.tenant)])?;
    fill(world, newest)?;
    let (mut closes, mut agains, mut memory) = (Vec::new(), Vec::new(), 0);
    for round in 0..world.options.rounds {
        interrupt::check()?;
        world.script("close_reset.sql", &[])?;
        let limit = limit(world, newest)?;
        let first = close(world, newest, true)?;
        let again = close(world, newest, false)?;
        memory = [memory, first.memory, again.memory]
            .into_iter()
            .max()
            .unwrap_or(0);
        println!(
            "a close, round {} of {}: limit {} ms, subject {} ms, again {} ms",
            round + 1,
            world.options.rounds,
            limit.as_millis(),
            first.took.as_millis(),
            again.took.as_millis()
        );
        closes.push(pair(limit, first.took));
        agains.push(pair(first.took, again.took));
    }
    for month in older {
        interrupt::check()?;
        fill(world, month)?;
    }
    world.script("close_reset.sql", &[])?;
    let mut all = Duration::ZERO;
    for month in &months {
        interrupt::check()?;
        let closed = close(world, month, true)?;
        println!("the close of {month} took {} ms", closed.took.as_millis());
        all += closed.took;
        memory = memory.max(closed.memory);
    }
    let p12 = row(P12, &closes, Sample::p50);
    let ten_times = Duration::from_micros(p12.subject() * u64::try_from(MONTHS)?);
    let held = Pair {
        limit: Sample::new(1, 0, Duration::ZERO, vec![MEMORY_MOST]),
        subject: Sample::new(1, 0, Duration::ZERO, vec![memory]),
    };
    Ok(vec![
        p12,
        row(AGAIN, &agains, Sample::p50),
        row(TEN, &[pair(ten_times, all)], Sample::p50),
        row(MEMORY, &[held], Sample::p50),
    ])
}

fn pair(limit: Duration, subject: Duration) -> Pair {
    let sample = |took| Sample::new(1, 0, took, vec![micros(took)]);
    Pair {
        limit: sample(limit),
        subject: sample(subject),
    }
}

/// The first days of the months before the one of this day, the newest first.
fn months_before(today: Date, many: usize) -> anyhow::Result<Vec<String>> {
    let mut months = Vec::new();
    let (mut year, mut month) = (today.year(), today.month());
    for _ in 0..many {
        if month == Month::January {
            year -= 1;
        }
        month = month.previous();
        months.push(day_text(Date::from_calendar_date(year, month, 1)?)?);
    }
    Ok(months)
}

fn fill(world: &World, month: &str) -> anyhow::Result<()> {
    let began = machine::now();
    let count = world.options.appointments.to_string();
    world.script("close_fill.sql", &[("month", month), ("count", &count)])?;
    println!(
        "{count} appointments of the month of {month} are on record, after {} s",
        began.elapsed().as_secs()
    );
    Ok(())
}

fn limit(world: &World, month: &str) -> anyhow::Result<Duration> {
    let began = machine::now();
    let lines = world.script("close_limit.sql", &[("month", month)])?;
    let took = began.elapsed();
    let lines: u64 = lines
        .trim()
        .parse()
        .context("the count of lines cannot be read")?;
    ensure!(
        lines == world.options.appointments,
        "the limit wrote {lines} lines"
    );
    Ok(took)
}

struct Closed {
    took: Duration,
    /// In thousands of bytes, at most.
    memory: u64,
}

/// Closes the month of this first day; `first` says whether anything is to be frozen by it.
fn close(world: &World, month: &str, first: bool) -> anyhow::Result<Closed> {
    let month = month.get(..7).context("a month is YYYY-MM")?;
    let program = world.programs.join("ratiba-admin");
    let mut command = environment::command(&program, world.admin_settings.clone());
    command
        .args(["commission", "close", "all", month])
        .stdout(Stdio::piped());
    let began = machine::now();
    let mut child = command.spawn().context("ratiba-admin could not be started")?;
    let mut memory = 0;
    let ended = loop {
        if let Some(ended) = child.try_wait().context("ratiba-admin cannot be waited for")? {
            break ended;
        }
        memory = Held::by(child.id()).map_or(memory, |held| held.most);
        std::thread::sleep(LOOK_EVERY);
    };
    let took = began.elapsed();
    ensure!(ended.success(), "ratiba-admin failed: {ended}");
    let mut told = String::new();
    if let Some(mut out) = child.stdout.take() {
        out.read_to_string(&mut told)
            .context("ratiba-admin told nothing")?;
    }
    let told: Value = serde_json::from_str(&told).context("ratiba-admin wrote something that is not JSON")?;
    let businesses = told[if first { "frozen" } else { "already_frozen" }].as_u64();
    let nothing = |what: &str| told[what].as_array().is_some_and(Vec::is_empty);
    ensure!(
        businesses >= Some(100) && nothing("late") && nothing("failed"),
        "the close told {told}"
    );
    Ok(Closed { took, memory })
}
