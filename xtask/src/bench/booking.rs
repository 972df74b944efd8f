//! P1 and P2: whole bookings over HTTP beside the six statements that a booking is at least.

use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context as _, bail};
use serde_json::{Value, json};

use super::client::{self, Answer, Connection};
use super::crowd::{Counted, Until, Work, crowd};
use super::pgbench::{Extent, Limit};
use super::row::{Bars, Row, RowSpec, Unit};
use super::sample::Sample;
use super::turns::{row, take_turns};
use super::world::{FreeTurn, World};

const CLIENTS: u64 = 16;
/// How far apart the numbers of two rounds of the limit are: more than one round can use up.
const NUMBERS: u64 = 10_000_000;
/// How many requests each client makes before anything is counted.
const WARM_UP: u64 = 50;
/// A share of refusals beyond which the benchmark measures something else than bookings: one in so many.
const REFUSED_LEAST: u64 = 100;

const P1: RowSpec = RowSpec {
    id: "P1",
    subject: "confirmed bookings, 16 clients",
    beside: "B6",
    unit: Unit::PerSecond,
    bars: Some(Bars::new(500, 700, 1_000)),
};
const P2: RowSpec = RowSpec {
    id: "P2",
    subject: "booking p99, 16 clients",
    beside: "B6 p99",
    unit: Unit::Micros,
    bars: Some(Bars::new(4_000, 2_000, 1_200)),
};

/// Measures P1 and P2.
pub(crate) fn run(world: &World) -> anyhow::Result<Vec<Row>> {
    let bookings = Bookings::new(world, "booking");
    bookings.is_confirmed_at_once()?;
    bookings.crowd(Until::Turns(WARM_UP))?;
    let pairs = take_turns(
        "bookings",
        world.options.rounds,
        &mut |round| limit(world, round),
        &mut |_round| {
            let sample = bookings.crowd(Until::Elapsed(world.options.turn))?;
            if sample.refused * REFUSED_LEAST > sample.done {
                bail!("{} of the times that were free were refused", sample.refused);
            }
            Ok(sample)
        },
    )?;
    Ok(vec![
        row(P1, &pairs, Sample::per_second),
        row(P2, &pairs, Sample::p99),
    ])
}

fn limit(world: &World, round: u64) -> anyhow::Result<Sample> {
    world.limits.run(&Limit {
        script: "b6.sql",
        clients: CLIENTS,
        extent: Extent::Seconds(world.options.turn.as_secs()),
        variables: vec![
            ("tenant", world.tenant.clone()),
            ("base", (round * NUMBERS).to_string()),
            ("n", "0".to_owned()),
            ("clients", CLIENTS.to_string()),
        ],
        tenant: None,
    })
}

/// Requests that book.
pub(crate) struct Bookings<'a> {
    world: &'a World,
    /// Tells the keys of one purpose from another's.
    name: &'static str,
    keys: AtomicU64,
}

impl<'a> Bookings<'a> {
    pub(crate) fn new(world: &'a World, name: &'static str) -> Self {
        Self {
            world,
            name,
            keys: AtomicU64::new(0),
        }
    }

    /// A request that books this time for one of the customers, with a key of its own.
    pub(crate) fn request(&self, free: &FreeTurn) -> Vec<u8> {
        let number = self.keys.fetch_add(1, Ordering::Relaxed);
        let body = json!({
            "customer_id": format!("00000000-0000-7000-a000-{:012x}", number % 5_000),
            "parts": [{ "service_id": free.service, "staff_id": free.staff }],
            "start": free.start,
        });
        let key = format!("bench-{}-{number}", self.name);
        client::post("/api/v1/visits", &self.world.token, &key, &body.to_string())
    }

    /// Many clients, each on times of its own.
    fn crowd(&self, until: Until) -> anyhow::Result<Sample> {
        let request = |_client, _turn| self.world.next_free_turn().map(|free| self.request(free));
        crowd(
            self.world.api,
            CLIENTS,
            until,
            &Work {
                request: &request,
                count: &count,
                after: None,
            },
        )
    }

    /// What is counted must be a confirmed booking, not a hold that waits for money.
    pub(crate) fn is_confirmed_at_once(&self) -> anyhow::Result<()> {
        let free = self.world.next_free_turn().context("no time is free")?;
        let answer = Connection::open(self.world.api)?.exchange(&self.request(free))?;
        let visit: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        if answer.status != 201 || visit["standing"] != "agreed" {
            bail!(
                "a booking without a deposit was not confirmed: {}",
                answer.describe()
            );
        }
        Ok(())
    }
}

/// A booking that was made is one; a time that somebody else got is refused; anything else is wrong.
pub(crate) fn count(answer: &Answer) -> Counted {
    match answer.status {
        201 => Counted::Done,
        409 => Counted::Refused,
        _ => Counted::Wrong,
    }
}
