//! P3: fifty clients for one and the same time.

use std::time::Duration;

use anyhow::{Context as _, bail};

use super::booking::{Bookings, count};
use super::crowd::{Until, Work, bursts, crowd, micros};
use super::pgbench::{Extent, Limit};
use super::row::{Bars, Round, Row, RowSpec, Unit};
use super::sample::Sample;
use super::turns::{row, take_turns};
use super::world::{FreeTurn, World};

const CLIENTS: u64 = 50;
/// How many times are fought for in one round.
const TIMES: u64 = 60;
/// How far apart the numbers of two rounds of the limit are.
const NUMBERS: u64 = 100_000;

const BARS: Option<Bars> = Some(Bars::new(4_000, 2_000, 1_300));

const P3: RowSpec = RowSpec {
    id: "P3",
    subject: "50 clients walk the same times: all answered, per time",
    beside: "B6 race",
    unit: Unit::Micros,
    bars: BARS,
};
const P3_BURST: RowSpec = RowSpec {
    id: "P3 burst",
    subject: "50 clients at one moment, one time: all answered (median)",
    beside: "B6 race",
    unit: Unit::Micros,
    bars: BARS,
};
const P3_LONGEST: RowSpec = RowSpec {
    id: "P3 longest",
    subject: "the longest that any of them waited",
    beside: "B6 race",
    unit: Unit::Micros,
    bars: None,
};

/// Measures P3, both ways, and makes sure that each time was sold exactly once.
pub(crate) fn run(world: &World) -> anyhow::Result<Vec<Row>> {
    let bookings = Bookings::new(world, "race");
    // Nobody is measured while caches fill.
    walk(world, &bookings)?;
    let mut burst_medians = Vec::new();
    let pairs = take_turns(
        "race",
        world.options.rounds,
        &mut |round| limit(world, round),
        &mut |_round| {
            let walked = walk(world, &bookings)?;
            burst_medians.push(burst(world, &bookings)?);
            Ok(walked)
        },
    )?;
    let burst_rounds = pairs.iter().zip(burst_medians).map(|(pair, subject)| Round {
        limit: per_time(&pair.limit),
        subject,
    });
    Ok(vec![
        row(P3, &pairs, per_time),
        Row::new(P3_BURST, burst_rounds.collect()),
        row(P3_LONGEST, &pairs, Sample::longest),
    ])
}

/// The whole walk, shared among the times that were walked, in microseconds.
fn per_time(sample: &Sample) -> u64 {
    micros(sample.elapsed) / TIMES
}

fn limit(world: &World, round: u64) -> anyhow::Result<Sample> {
    world.limits.run(&Limit {
        script: "race.sql",
        clients: CLIENTS,
        extent: Extent::Transactions(TIMES),
        variables: vec![
            ("tenant", world.tenant.clone()),
            ("base", (round * NUMBERS).to_string()),
            ("n", "0".to_owned()),
        ],
        tenant: None,
    })
}

fn fresh(world: &World) -> anyhow::Result<Vec<&FreeTurn>> {
    (0..TIMES)
        .map(|_| world.next_free_turn().context("there are no free times left"))
        .collect()
}

/// Everybody asks for the same times in the same order, each as fast as the answers come.
fn walk(world: &World, bookings: &Bookings<'_>) -> anyhow::Result<Sample> {
    let times = fresh(world)?;
    let request = |_client, turn| one_of(&times, bookings, turn);
    let work = Work {
        request: &request,
        count: &count,
        after: None,
    };
    let sample = crowd(world.api, CLIENTS, Until::Turns(TIMES), &work)?;
    if sample.done != TIMES {
        bail!("{TIMES} times were sold {} times", sample.done);
    }
    Ok(sample)
}

/// Everybody asks for one time at one moment; the median, in microseconds, until all of them are answered.
fn burst(world: &World, bookings: &Bookings<'_>) -> anyhow::Result<u64> {
    let times = fresh(world)?;
    let request = |_client, turn| one_of(&times, bookings, turn);
    let work = Work {
        request: &request,
        count: &count,
        after: None,
    };
    let measured = bursts(world.api, CLIENTS, TIMES, &work)?;
    if let Some((_, sold)) = measured.iter().find(|(_, sold)| *sold != 1) {
        bail!("one time was sold {sold} times");
    }
    let durations = measured.iter().map(|(duration, _)| micros(*duration));
    Ok(Sample::new(TIMES, 0, Duration::ZERO, durations.collect()).p50())
}

fn one_of(times: &[&FreeTurn], bookings: &Bookings<'_>, turn: u64) -> Option<Vec<u8>> {
    let free = times.get(usize::try_from(turn).ok()?)?;
    Some(bookings.request(free))
}
