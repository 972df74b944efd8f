//! P11: the worker's own loop beside the least statement that takes jobs out of a queue.
//!
//! The jobs ask for nothing, on both sides: what is measured is the queue.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use serde_json::Value;

use super::pgbench::{Extent, Limit};
use super::row::{Bars, Row, RowSpec, Unit};
use super::sample::Sample;
use super::turns::{row, take_turns};
use super::world::World;
use crate::process;
use crate::stack::environment;

/// The program that runs the worker's loop on jobs that ask for nothing.
pub(crate) const EXAMPLE: (&str, &str) = ("ratiba-worker", "queue_pace");

/// Connections of the limits; loops of the worker that do one job at a time.
const CLIENTS: u64 = 16;
const SINGLE_LOOPS: u64 = 8;
const SINGLE: RowSpec = RowSpec {
    id: "P11",
    subject: "worker, one transaction per job",
    beside: "SKIP LOCKED 1",
    unit: Unit::PerSecond,
    bars: Some(Bars::new(400, 600, 800)),
};
/// How many jobs a transaction of the limit takes, and how many a loop of the worker has at once.
const TOGETHER: u64 = 100;
const BATCH_LOOPS: u64 = 2;
const BATCHED: RowSpec = RowSpec {
    id: "P11 batched",
    subject: "worker, many jobs at once",
    beside: "SKIP LOCKED 100",
    unit: Unit::PerSecond,
    bars: Some(Bars::new(200, 400, 600)),
};

/// How many jobs a second there are to do, about what the limits reach.
const SINGLE_JOBS: u64 = 8_000;
const BATCHED_JOBS: u64 = 40_000;

/// Measures P11, both ways.
pub(crate) fn run(world: &World) -> anyhow::Result<Vec<Row>> {
    ensure!(
        !world.options.worker,
        "the worker would do the jobs that are measured"
    );
    let (rounds, seconds) = (world.options.rounds, world.options.turn.as_secs());
    let jobs = SINGLE_JOBS * seconds;
    let single = take_turns(
        "jobs, one by one",
        rounds,
        &mut |_round| limit(world, "dequeue_one.sql", jobs, 1),
        &mut |_round| subject(world, jobs, SINGLE_LOOPS, 1),
    )?;
    let jobs = BATCHED_JOBS * seconds;
    let batched = take_turns(
        "jobs, many at once",
        rounds,
        &mut |_round| limit(world, "dequeue_100.sql", jobs, TOGETHER),
        &mut |_round| subject(world, jobs, BATCH_LOOPS, TOGETHER),
    )?;
    Ok(vec![
        row(SINGLE, &single, Sample::per_second),
        row(BATCHED, &batched, Sample::per_second),
    ])
}

/// Fills both queues, and takes the limit's empty. The last transactions may find fewer than they ask for, so that
/// there are some more than are counted.
fn limit(world: &World, script: &'static str, jobs: u64, together: u64) -> anyhow::Result<Sample> {
    let transactions = jobs / CLIENTS / together;
    world.script(
        "fill_jobs.sql",
        &[("count", &(jobs + CLIENTS * together).to_string())],
    )?;
    let taken = world.limits.run(&Limit {
        script,
        clients: CLIENTS,
        extent: Extent::Transactions(transactions),
        variables: Vec::new(),
        tenant: None,
    })?;
    Ok(Sample::new(taken.done * together, 0, taken.elapsed, Vec::new()))
}

/// Lets the worker's loops do so many of the jobs that the limit's round left in the product's queue.
fn subject(world: &World, jobs: u64, loops: u64, at_once: u64) -> anyhow::Result<Sample> {
    let queued = left(world)?;
    ensure!(
        queued >= jobs,
        "{queued} jobs are queued, and {jobs} are to be done"
    );
    let program = world.programs.join("examples").join(EXAMPLE.1);
    let mut command = environment::command(&program, world.worker_settings.clone());
    command.args([loops, at_once, jobs].map(|number| number.to_string()));
    let told = process::output(EXAMPLE.1, &mut command)?;
    let told: Value =
        serde_json::from_str(&told).context("the worker's loop wrote something that is not JSON")?;
    let micros = told["micros"]
        .as_u64()
        .context("the worker's loop told no time")?;
    // What was claimed beside the last job is done as well.
    let done = queued - left(world)?;
    ensure!(done >= jobs, "{done} of {jobs} jobs are done");
    Ok(Sample::new(done, 0, Duration::from_micros(micros), Vec::new()))
}

fn left(world: &World) -> anyhow::Result<u64> {
    let told = world.script("count_jobs.sql", &[])?;
    told.trim().parse().context("the count of jobs cannot be read")
}
