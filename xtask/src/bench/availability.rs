//! P4, P4b, P5 and P6: searches for free time over HTTP beside one statement that subtracts what is busy.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context as _, bail};
use serde_json::Value;
use time::Duration;

use super::client::{self, Answer, Connection};
use super::crowd::{Counted, Until, Work, crowd};
use super::engine;
use super::pgbench::{Extent, Limit};
use super::row::{Bars, Row, RowSpec, Unit};
use super::sample::Sample;
use super::turns::{row, take_turns};
use super::world::{World, day_text};

const ONE_CLIENT: u64 = 1;
const CLIENTS: u64 = 16;
/// The limit has no parsing and no engine to keep two processors busy with: eight clients are its best.
const CLIENTS_OF_LIMIT: u64 = 8;
const WARM_UP: u64 = 50;
/// Whose diaries are searched: the first 40 people, from tomorrow to two weeks ahead.
const SEARCHED_STAFF: u64 = 40;
const SEARCHED_STARTS: u64 = 14;

const P4: RowSpec = RowSpec {
    id: "P4",
    subject: "free slots, 1 staff, 7 days: p99, 1 client",
    beside: "A1 p99",
    unit: Unit::Micros,
    bars: Some(Bars::new(8_000, 4_000, 2_500)),
};
const P4B: RowSpec = RowSpec {
    id: "P4b",
    subject: "the same, 16 clients",
    beside: "A1 at 8 clients",
    unit: Unit::PerSecond,
    bars: Some(Bars::new(150, 300, 450)),
};
const P5: RowSpec = RowSpec {
    id: "P5",
    subject: "any of 10 staff, 14 days: p50, 1 client",
    beside: "A10 p50",
    unit: Unit::Micros,
    bars: Some(Bars::new(6_000, 3_000, 1_500)),
};
const P6: RowSpec = RowSpec {
    id: "P6",
    subject: "searches at the full load, 16 clients",
    beside: "own rate at 10,000 appointments",
    unit: Unit::PerSecond,
    bars: Some(Bars::new(850, 950, 980)),
};

/// What is searched for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Search {
    /// One person, seven days.
    One,
    /// Whoever of the ten who render a service, fourteen days.
    AnyOfTen,
}

/// Measures all of them, and the engine by itself.
pub(crate) fn run(world: &World) -> anyhow::Result<Vec<Row>> {
    let searches = Searches::new(world)?;
    let small = world.small_api.context("there is no small database")?;
    for api in [world.api, small] {
        searches.finds_something(api)?;
        searches.crowd(api, Search::One, CLIENTS, Until::Turns(WARM_UP))?;
        searches.crowd(api, Search::AnyOfTen, ONE_CLIENT, Until::Turns(WARM_UP))?;
    }
    let turn = Until::Elapsed(world.options.turn);
    let rounds = world.options.rounds;
    let large = |search, clients| searches.crowd(world.api, search, clients, turn);
    let p4 = take_turns(
        "one staff, seven days, one client",
        rounds,
        &mut |_round| limit(world, "a1.sql", ONE_CLIENT),
        &mut |_round| large(Search::One, ONE_CLIENT),
    )?;
    let p4b = take_turns(
        "one staff, seven days, many clients",
        rounds,
        &mut |_round| limit(world, "a1.sql", CLIENTS_OF_LIMIT),
        &mut |_round| large(Search::One, CLIENTS),
    )?;
    let p5 = take_turns(
        "any of ten staff, fourteen days",
        rounds,
        &mut |_round| limit(world, "a10.sql", ONE_CLIENT),
        &mut |_round| large(Search::AnyOfTen, ONE_CLIENT),
    )?;
    let p6 = take_turns(
        "the small database beside the large one",
        rounds,
        &mut |_round| searches.crowd(small, Search::One, CLIENTS, turn),
        &mut |_round| large(Search::One, CLIENTS),
    )?;
    let mut rows = vec![
        row(P4, &p4, Sample::p99),
        row(P4B, &p4b, Sample::per_second),
        row(P5, &p5, Sample::p50),
        row(P6, &p6, Sample::per_second),
    ];
    rows.extend(engine::rows(rounds)?);
    Ok(rows)
}

fn limit(world: &World, script: &'static str, clients: u64) -> anyhow::Result<Sample> {
    // Midnight in Nairobi, where the diaries are.
    let midnight = world.today.midnight().assume_offset(time::macros::offset!(+3));
    world.limits.run(&Limit {
        script,
        clients,
        extent: Extent::Seconds(world.options.turn.as_secs()),
        variables: vec![
            ("tenant", world.tenant.clone()),
            ("today", midnight.unix_timestamp().to_string()),
        ],
        tenant: Some(&world.tenant),
    })
}

/// Requests that search.
pub(super) struct Searches<'a> {
    world: &'a World,
    /// The days from tomorrow on, as they stand in a request.
    days: Vec<String>,
    /// So that no two searches in a row are the same.
    asked: AtomicU64,
}

impl<'a> Searches<'a> {
    pub(super) fn new(world: &'a World) -> anyhow::Result<Self> {
        let days = (1..=i64::try_from(SEARCHED_STARTS)? + 13)
            .map(|ahead| day_text(world.today + Duration::days(ahead)))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            world,
            days,
            asked: AtomicU64::new(0),
        })
    }

    pub(super) fn request(&self, search: Search) -> Option<Vec<u8>> {
        let number = self.asked.fetch_add(1, Ordering::Relaxed);
        // Steps that have no divisor in common with the counts visit every pair before one comes again.
        let staff = number * 7 % SEARCHED_STAFF;
        let first = usize::try_from(number * 5 / SEARCHED_STAFF % SEARCHED_STARTS).ok()?;
        let service = format!("00000000-0000-7000-9000-{:012x}", staff / 10);
        let (days, staff) = match search {
            Search::One => (7, format!("&staff_id=00000000-0000-7000-8000-{staff:012x}")),
            Search::AnyOfTen => (14, String::new()),
        };
        let (from, to) = (self.days.get(first)?, self.days.get(first + days - 1)?);
        let path = format!("/api/v1/availability?service_id={service}{staff}&from={from}&to={to}");
        Some(client::get(&path, &self.world.token))
    }

    fn crowd(&self, api: SocketAddr, search: Search, clients: u64, until: Until) -> anyhow::Result<Sample> {
        let request = |_client, _turn| self.request(search);
        let work = Work {
            request: &request,
            count: &count,
            after: None,
        };
        crowd(api, clients, until, &work)
    }

    /// A search that finds nothing is quick and says nothing.
    fn finds_something(&self, api: SocketAddr) -> anyhow::Result<()> {
        for search in [Search::One, Search::AnyOfTen] {
            let request = self.request(search).context("no day to search")?;
            let answer = Connection::open(api)?.exchange(&request)?;
            let found: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
            let slots = found["slots"].as_array().map_or(0, Vec::len);
            if answer.status != 200 || slots == 0 {
                bail!(
                    "a search of diaries with free time found none: {}",
                    answer.describe()
                );
            }
            println!("{search:?}: {slots} slots in {} bytes", answer.body.len());
        }
        Ok(())
    }
}

pub(super) fn count(answer: &Answer) -> Counted {
    match answer.status {
        200 => Counted::Done,
        _ => Counted::Wrong,
    }
}
