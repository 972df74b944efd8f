//! P16: what api and worker hold of the machine's memory after a long mixed load, and how soon an api is ready.
//!
//! The load is as much as a busy house makes and no more than the machine does: what is looked for is what stays behind,
//! and that is as much for a request that came alone.

mod load;

use std::time::Duration;

use anyhow::Context as _;

use super::crowd::micros;
use super::memory::{Held, growth};
use super::row::{Bars, Round, Row, RowSpec, Unit};
use super::world::{API, WORKER, World};
use crate::interrupt;
use crate::machine;

/// What each of them may hold, in thousands of bytes: the gate. The goal is 100 MB, the reach 48 MB.
const MEMORY_GATE: u64 = 250_000;
const MEMORY: Bars = Bars::new(1_000, 400, 192);
/// What both of them may ever hold together.
const MEMORY_CAP: u64 = 1_500_000;
/// How soon an api is to be ready: the gate. The goal is 300 ms, the reach 100 ms.
const START_GATE: Duration = Duration::from_secs(1);
const START: Bars = Bars::new(1_000, 300, 100);
/// How often an api is started.
const STARTS: u64 = 9;
/// How often memory is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How long they rest before it counts what they hold: whatever the load set in motion ends within it.
const REST: Duration = Duration::from_secs(20);

const fn memory_row(id: &'static str, subject: &'static str) -> RowSpec {
    RowSpec {
        id,
        subject,
        beside: "250 MB",
        unit: Unit::Kilobytes,
        bars: Some(MEMORY),
    }
}

const fn growth_row(id: &'static str, subject: &'static str) -> RowSpec {
    RowSpec {
        id,
        subject,
        beside: "after a third",
        unit: Unit::Kilobytes,
        bars: None,
    }
}

const MOST: RowSpec = RowSpec {
    id: "P16 most",
    subject: "what both of them held at most, together",
    beside: "1.5 GB",
    unit: Unit::Kilobytes,
    bars: Some(Bars::gate(1_000)),
};
const READY: RowSpec = RowSpec {
    id: "P16 start",
    subject: "from the start of an api until it is ready",
    beside: "1 s",
    unit: Unit::Micros,
    bars: Some(START),
};

/// Measures P16.
pub(crate) fn run(world: &World) -> anyhow::Result<Vec<Row>> {
    let looked = [Looked::at(world, API)?, Looked::at(world, WORKER)?];
    let [mut api, mut worker] = looked;
    load::put_on(world, &mut || {
        api.look()?;
        worker.look()
    })?;
    rest()?;
    let (api_held, worker_held) = (api.held()?, worker.held()?);
    let starts = (0..STARTS)
        .map(|_| {
            let took = world.start_another_api()?;
            println!("an api was ready after {} ms", took.as_millis());
            Ok(Round {
                limit: micros(START_GATE),
                subject: micros(took),
            })
        })
        .collect::<anyhow::Result<Vec<Round>>>()?;
    let beside_gate = |held: Held| Round {
        limit: MEMORY_GATE,
        subject: held.now,
    };
    let most = Round {
        limit: MEMORY_CAP,
        subject: api_held.most + worker_held.most,
    };
    let one = |spec, round| Row::new(spec, vec![round]);
    Ok(vec![
        one(
            memory_row("P16 api", "memory of the api after the load"),
            beside_gate(api_held),
        ),
        one(
            memory_row("P16 worker", "memory of the worker after the load"),
            beside_gate(worker_held),
        ),
        one(MOST, most),
        one(
            growth_row("P16 api growth", "memory of the api at the end of the load"),
            api.growth()?,
        ),
        one(
            growth_row("P16 worker growth", "memory of the worker at the end of the load"),
            worker.growth()?,
        ),
        Row::new(READY, starts),
    ])
}

fn rest() -> anyhow::Result<()> {
    let began = machine::now();
    while began.elapsed() < REST {
        interrupt::check()?;
        std::thread::sleep(interrupt::LOOK);
    }
    Ok(())
}

/// The looks at one process.
struct Looked {
    name: &'static str,
    process: u32,
    looks: Vec<u64>,
}

impl Looked {
    fn at(world: &World, name: &'static str) -> anyhow::Result<Self> {
        Ok(Self {
            name,
            process: world.process(name)?,
            looks: Vec::new(),
        })
    }

    fn held(&self) -> anyhow::Result<Held> {
        Held::by(self.process).with_context(|| format!("{} is gone", self.name))
    }

    fn look(&mut self) -> anyhow::Result<()> {
        self.looks.push(self.held()?.now);
        Ok(())
    }

    fn growth(&self) -> anyhow::Result<Round> {
        let (limit, subject) = growth(&self.looks)?;
        Ok(Round { limit, subject })
    }
}

#[cfg(test)]
mod tests;
