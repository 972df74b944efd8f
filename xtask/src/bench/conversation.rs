//! P9: whole turns of the chat beside a whole booking.

use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Context as _;

use super::crowd::{Until, Work, crowd};
use super::pgbench::{Extent, Limit};
use super::row::{Bars, Row, RowSpec, Unit};
use super::sample::Sample;
use super::turns::{row, take_turns};
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
    Ok(vec![
        row(P9, &pairs, Sample::per_second),
        row(P9_P50, &pairs, Sample::p50),
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
}
