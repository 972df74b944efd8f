//! P9: whole turns of the chat beside a whole booking.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::Context as _;

use super::client::Answer;
use super::crowd::{Until, Work, crowd, micros};
use super::pgbench::{Extent, Limit};
use super::row::{Bars, Row, RowSpec, Unit};
use super::sample::Sample;
use super::turns::{Pair, row, take_turns};
use super::watch::Watch;
use super::webhooks::{Form, count};
use super::world::World;

const CLIENTS: u64 = 16;
/// How far apart the numbers of two rounds of the limit are: more than one round can use up.
const NUMBERS: u64 = 10_000_000;
const WARM_UP: u64 = 20;

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
/// A turn with all that follows it: the reply handed to the provider, and the provider's reports on it.
const WHOLE: RowSpec = RowSpec {
    id: "P9 whole",
    subject: "the same, with the reply sent and its reports taken in",
    beside: "B6",
    unit: Unit::PerSecond,
    bars: None,
};
const PACED: RowSpec = RowSpec {
    id: "reply",
    subject: "from webhook to reply handed over, 50 messages a second: p99",
    beside: "250 ms",
    unit: Unit::Micros,
    bars: Some(Bars::gate(1_000)),
};
/// How many messages come in a second where it is measured how long a reply takes.
const PACE: u32 = 50;
/// What such a reply may take.
const PATIENCE: Duration = Duration::from_millis(250);
/// How many of them may be waited for at once.
const PACED_CLIENTS: u64 = 64;

/// Measures P9 with api, worker, server and the simulated provider on the same processors, and makes sure that every
/// message was answered.
pub(crate) fn run(world: &World) -> anyhow::Result<Vec<Row>> {
    world.script("watch_replies.sql", &[])?;
    let talk = Talk {
        world,
        written: AtomicU64::new(0),
        form: Form::new(false),
    };
    let (rounds, turn) = (world.options.rounds, world.options.turn);
    talk.crowd("answered", CLIENTS, Until::Turns(WARM_UP))?;
    world.script("analyze.sql", &[])?;
    let turns = take_turns(
        "a turn",
        rounds,
        &mut |round| limit(world, round),
        &mut |_round| talk.crowd("answered", CLIENTS, Until::Elapsed(turn)),
    )?;
    world.script("send_at_once.sql", &[])?;
    talk.crowd("handed_over", CLIENTS, Until::Turns(WARM_UP))?;
    let whole = take_turns(
        "a turn with all that follows",
        rounds,
        &mut |round| limit(world, rounds + round),
        &mut |_round| talk.crowd("answered", CLIENTS, Until::Elapsed(turn)),
    )?;
    let mut paced = Vec::new();
    for _ in 0..rounds {
        paced.push(Pair {
            limit: Sample::new(1, 0, PATIENCE, vec![micros(PATIENCE)]),
            subject: talk.crowd("handed_over", PACED_CLIENTS, Until::Paced(turn, PACE))?,
        });
    }
    Ok(vec![
        row(P9, &turns, Sample::per_second),
        row(P9_P50, &turns, Sample::p50),
        row(WHOLE, &whole, Sample::per_second),
        row(PACED, &paced, Sample::p99),
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

    /// Each client writes, and waits until this has become of the reply.
    fn crowd(&self, became: &'static str, clients: u64, until: Until) -> anyhow::Result<Sample> {
        let watch = Watch::of(became);
        let numbers: Vec<AtomicU64> = (0..clients).map(|_| AtomicU64::new(0)).collect();
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
        let after =
            |client: u64, _turn: u64, _answer: &Answer| watch.wait(number(client)?.load(Ordering::Relaxed));
        let work = Work {
            request: &request,
            count: &count,
            after: Some(&after),
        };
        watch.during(self.world, || crowd(self.world.api, clients, until, &work))
    }
}
