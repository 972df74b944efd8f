//! P14: bookings that are accepted while three times as many are asked for as can be made, beside the most that can be.

use std::cell::Cell;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, ensure};

use super::booking::Bookings;
use super::client::Answer;
use super::crowd::{Apart, Counted, Until, Work, crowd, crowd_apart};
use super::row::{Bars, Round, Row, RowSpec, Unit};
use super::sample::Sample;
use super::turns::{Pair, describe, row, take_turns};
use super::world::World;

/// Of so many clients those that get most done are the peak.
const CROWDS: [u64; 5] = [8, 16, 32, 64, 96];
/// How long each number of clients is tried.
const TRIAL: Duration = Duration::from_secs(2);
/// How many times the peak is asked for.
const TIMES: u64 = 3;
/// How many may wait for an answer at once: far more than the subject serves and lets wait, so that there is always
/// somebody free to ask as long as refusals are quick.
const ASKERS: u64 = 512;

const P14: RowSpec = RowSpec {
    id: "P14",
    subject: "bookings accepted while three times the peak is asked for",
    beside: "own peak",
    unit: Unit::PerSecond,
    bars: Some(Bars::new(800, 900, 970)),
};
const ASKED: RowSpec = RowSpec {
    id: "P14 asked",
    subject: "what was really asked for",
    beside: "3 times the peak",
    unit: Unit::PerSecond,
    bars: None,
};
const ACCEPTED: RowSpec = RowSpec {
    id: "P14 accepted p99",
    subject: "how long one takes that is accepted",
    beside: "p99 at the peak",
    unit: Unit::Micros,
    bars: None,
};
const REFUSED: RowSpec = RowSpec {
    id: "P14 refused p99",
    subject: "how long a refusal takes",
    beside: "p99 at the peak",
    unit: Unit::Micros,
    bars: None,
};

/// Measures P14, and makes sure that what was accepted is on record, and nothing else.
pub(crate) fn run(world: &World) -> anyhow::Result<Vec<Row>> {
    let bookings = Bookings::new(world, "overload");
    bookings.is_confirmed_at_once()?;
    let before = on_record(world)?;
    let made = Cell::new(0);
    let note = |sample: &Sample| made.set(made.get() + sample.done);
    let clients = best(world, &bookings, &note)?;
    let peak = Cell::new(Sample::default());
    let (mut asked, mut refusals) = (Vec::new(), Vec::new());
    let pairs = take_turns(
        "overload",
        world.options.rounds,
        &mut |_round| {
            let sample = as_fast_as_answered(world, &bookings, clients, world.options.turn)?;
            note(&sample);
            peak.set(sample.clone());
            Ok(sample)
        },
        &mut |_round| {
            let peak = peak.take();
            suffices(world, peak.per_second())?;
            let apart = storm(world, &bookings, TIMES * peak.per_second())?;
            note(&apart.done);
            println!("overload, what was refused: {}", describe(&apart.refused));
            asked.push(Round {
                limit: TIMES * peak.per_second(),
                subject: (apart.done.done + apart.refused.done) / world.options.turn.as_secs().max(1),
            });
            refusals.push(Pair {
                limit: peak,
                subject: apart.refused,
            });
            Ok(apart.done)
        },
    )?;
    let stored = on_record(world)? - before;
    ensure!(
        stored == made.get(),
        "{} bookings were accepted, and {stored} are on record",
        made.get()
    );
    Ok(vec![
        row(P14, &pairs, Sample::per_second),
        Row::new(ASKED, asked),
        row(ACCEPTED, &pairs, Sample::p99),
        row(REFUSED, &refusals, Sample::p99),
    ])
}

/// How many clients get most done.
fn best(world: &World, bookings: &Bookings<'_>, note: &dyn Fn(&Sample)) -> anyhow::Result<u64> {
    let mut tried = Vec::new();
    for clients in CROWDS {
        let sample = as_fast_as_answered(world, bookings, clients, TRIAL)?;
        note(&sample);
        println!("{clients} clients: {}", describe(&sample));
        tried.push((sample.per_second(), clients));
    }
    let best = tried.into_iter().max();
    best.map(|(_, clients)| clients).context("no client was tried")
}

/// So many clients, each of whom books again as soon as it is answered. On a slow machine some of many are refused already;
/// what is made is the peak nevertheless.
fn as_fast_as_answered(
    world: &World,
    bookings: &Bookings<'_>,
    clients: u64,
    turn: Duration,
) -> anyhow::Result<Sample> {
    let request = |_client, _turn| world.next_free_turn().map(|free| bookings.request(free));
    let work = Work {
        request: &request,
        count: &count,
        after: None,
    };
    crowd(world.api, clients, Until::Elapsed(turn), &work)
}

/// Whether there are times enough to book for one more turn at this rate.
fn suffices(world: &World, per_second: u64) -> anyhow::Result<()> {
    let needed = usize::try_from(per_second * world.options.turn.as_secs() + ASKERS)?;
    let left = world.free_turns_left();
    ensure!(
        needed <= left,
        "{left} times are left to book, and a turn takes {needed}: choose fewer rounds or seconds"
    );
    Ok(())
}

fn on_record(world: &World) -> anyhow::Result<u64> {
    let told = world.script("count_visits.sql", &[("tenant", &world.tenant)])?;
    told.trim().parse().context("the count of visits cannot be read")
}

/// Clients who ask so often in a second, whatever is answered.
fn storm(world: &World, bookings: &Bookings<'_>, per_second: u64) -> anyhow::Result<Apart> {
    let per_second = u32::try_from(per_second).context("that is more than anybody asks for")?;
    let orders: Vec<Mutex<Order>> = (0..ASKERS).map(|_| Mutex::default()).collect();
    let order = |client: u64| order_of(&orders, client).context("there is no such client");
    let request = |client: u64, _turn: u64| {
        let mut order = order(client).ok()?;
        if !order.refused {
            order.request = bookings.request(world.next_free_turn()?);
        }
        Some(order.request.clone())
    };
    let after = |client: u64, _turn: u64, answer: &Answer| {
        order(client)?.refused = count(answer) == Counted::Refused;
        Ok(())
    };
    let work = Work {
        request: &request,
        count: &count,
        after: Some(&after),
    };
    crowd_apart(
        world.api,
        ASKERS,
        Until::Paced(world.options.turn, per_second),
        &work,
    )
}

/// What a client has asked for. What was refused it asks for again when it is its turn, with the same key.
#[derive(Default)]
struct Order {
    request: Vec<u8>,
    refused: bool,
}

fn order_of(orders: &[Mutex<Order>], client: u64) -> Option<MutexGuard<'_, Order>> {
    let order = orders.get(usize::try_from(client).ok()?)?;
    Some(order.lock().unwrap_or_else(PoisonError::into_inner))
}

/// A booking that was made is one. Whoever is turned away must be told so, and when to come back; anything else is wrong.
fn count(answer: &Answer) -> Counted {
    match (answer.status, answer.retry_after) {
        (201, _) => Counted::Done,
        (503, Some(_)) => Counted::Refused,
        _ => Counted::Wrong,
    }
}

#[cfg(test)]
mod tests;
