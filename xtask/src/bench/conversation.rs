//! P9: whole turns of the chat beside a whole booking, and how long a reply takes on a busy day.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context as _, ensure};

use super::client::Connection;
use super::crowd::{Until, Work, crowd};
use super::pgbench::{Extent, Limit};
use super::row::{Bars, Round, Row, RowSpec, Unit};
use super::sample::Sample;
use super::turns::{row, take_turns};
use super::watch::Watch;
use super::webhooks::{Form, count};
use super::world::World;
use crate::interrupt;
use crate::machine;

const CLIENTS: u64 = 16;
/// How far apart the numbers of two rounds of the limit are: more than one round can use up.
const NUMBERS: u64 = 10_000_000;
const WARM_UP: u64 = 20;
/// How many messages come in a second of a busy day, from how many connections.
const PACE: u64 = 50;
const CONNECTIONS: u64 = 5;
/// What a reply may take at that pace, in microseconds.
const BUDGET: u64 = 250_000;
/// How long the last replies of a round may take.
const PATIENCE: Duration = Duration::from_secs(30);

const P9: RowSpec = RowSpec {
    id: "P9",
    subject: "turns of the chat: message, step and reply on record, 16 clients",
    beside: "B6",
    unit: Unit::PerSecond,
    bars: Some(Bars::new(350, 550, 800)),
};
const P9_P50: RowSpec = RowSpec {
    id: "P9 p50",
    subject: "the same: p50",
    beside: "B6 p50",
    unit: Unit::Micros,
    bars: None,
};
const REPLY: RowSpec = RowSpec {
    id: "reply",
    subject: "webhook until the provider has the reply, 50 messages a second: p99",
    beside: "budget",
    unit: Unit::Micros,
    bars: Some(Bars::gate(1_000)),
};

/// Measures P9 with api, worker, server and the simulated provider on the same processors, and makes sure that every
/// message was answered.
pub(crate) fn run(world: &World) -> anyhow::Result<Vec<Row>> {
    world.script("watch_replies.sql", &[])?;
    let talk = Talk {
        world,
        written: AtomicU64::new(0),
        form: Form::new(),
    };
    talk.crowd(Until::Turns(WARM_UP))?;
    let pairs = take_turns(
        "conversation",
        world.options.rounds,
        &mut |round| limit(world, round),
        &mut |_round| talk.crowd(Until::Elapsed(world.options.turn)),
    )?;
    let paced = (0..world.options.rounds)
        .map(|_| {
            let sample = talk.at_pace(PACE * world.options.turn.as_secs())?;
            println!(
                "at {PACE} messages a second: p50 {} us, p99 {} us",
                sample.p50(),
                sample.p99()
            );
            Ok(Round {
                limit: BUDGET,
                subject: sample.p99(),
            })
        })
        .collect::<anyhow::Result<Vec<_>>>()?;
    Ok(vec![
        row(P9, &pairs, Sample::per_second),
        row(P9_P50, &pairs, Sample::p50),
        Row::new(REPLY, paced),
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

/// Customers who write for the first time, each once.
struct Talk<'a> {
    world: &'a World,
    written: AtomicU64,
    form: Form,
}

impl Talk<'_> {
    fn message(&self) -> (u64, Vec<u8>) {
        let number = self.written.fetch_add(1, Ordering::Relaxed);
        // As `limits.message` makes it in SQL.
        let id = format!("wamid.9.{number:011}");
        (number, self.form.delivery(&self.world.app_secret, number, &id))
    }

    /// Each client writes, and waits until the reply is on record.
    fn crowd(&self, until: Until) -> anyhow::Result<Sample> {
        let watch = Watch::of("answered");
        let numbers: Vec<AtomicU64> = (0..CLIENTS).map(|_| AtomicU64::new(0)).collect();
        let number = |client: u64| {
            let client = usize::try_from(client)
                .ok()
                .and_then(|client| numbers.get(client));
            client.context("there is no such client")
        };
        let request = |client: u64, _turn: u64| {
            let (written, request) = self.message();
            number(client).ok()?.store(written, Ordering::Relaxed);
            Some(request)
        };
        let after = |client: u64, _turn: u64| watch.wait(number(client)?.load(Ordering::Relaxed));
        let work = Work {
            request: &request,
            count: &count,
            after: Some(&after),
        };
        watch.during(self.world, || crowd(self.world.api, CLIENTS, until, &work))
    }

    /// So many messages at an even pace, whatever becomes of those before; from each one's arrival until the provider had
    /// taken its reply, by the program's own clock.
    fn at_pace(&self, messages: u64) -> anyhow::Result<Sample> {
        let first = self.written.load(Ordering::Relaxed);
        let began = machine::now();
        std::thread::scope(|scope| {
            let clients: Vec<_> = (0..CONNECTIONS)
                .map(|client| {
                    scope.spawn(move || -> anyhow::Result<()> {
                        let mut connection = Connection::open(self.world.api)?;
                        for turn in (client..messages).step_by(usize::try_from(CONNECTIONS)?) {
                            let due = Duration::from_micros(turn * 1_000_000 / PACE);
                            std::thread::sleep(due.saturating_sub(began.elapsed()));
                            let answer = connection.exchange(&self.message().1)?;
                            ensure!(answer.status == 200, "the subject answered {}", answer.describe());
                        }
                        Ok(())
                    })
                })
                .collect();
            clients.into_iter().try_for_each(|client| match client.join() {
                Ok(done) => done,
                Err(_) => Err(anyhow::anyhow!("a client panicked")),
            })
        })?;
        let elapsed = began.elapsed();
        let last = self.written.load(Ordering::Relaxed);
        let span = [("first", first.to_string()), ("last", (last - 1).to_string())];
        let variables = [
            ("tenant", self.world.tenant.as_str()),
            ("first", span[0].1.as_str()),
            ("last", span[1].1.as_str()),
        ];
        let waited = machine::now();
        loop {
            let told = self.world.script("replies.sql", &variables)?;
            let latencies: Vec<u64> = told
                .split_whitespace()
                .map(str::parse)
                .collect::<Result<_, _>>()?;
            if u64::try_from(latencies.len())? >= last - first {
                return Ok(Sample::new(last - first, 0, elapsed, latencies));
            }
            ensure!(
                waited.elapsed() < PATIENCE,
                "of {} messages {} were answered",
                last - first,
                latencies.len()
            );
            interrupt::rest()?;
        }
    }
}
