//! Many clients at once, each with one thread and one connection, and what they measure together.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Barrier, OnceLock};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};

use super::client::{Answer, Connection};
use super::sample::Sample;
use crate::interrupt;
use crate::machine;

/// When a crowd goes home.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Until {
    /// After this time.
    Elapsed(Duration),
    /// After so many turns of each client.
    Turns(u64),
    /// After this time, in which all of them together ask so often in a second, evenly. Whether answers have come or not
    /// is no reason to ask later: whoever is free asks what is due next, and what is asked late has waited since it was
    /// time. What nobody was free for before the end is not asked.
    Paced(Duration, u32),
}

/// When it is whose turn, of clients that begin at one moment.
struct Schedule {
    until: Until,
    began: OnceLock<Instant>,
    /// How many turns were given out at a pace.
    given: AtomicU64,
}

/// What a client does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    /// It asks, at once or when this moment has come.
    Ask(Option<Instant>),
    /// It goes home.
    Home,
}

impl Schedule {
    fn new(until: Until) -> Self {
        Self {
            until,
            began: OnceLock::new(),
            given: AtomicU64::new(0),
        }
    }

    /// The moment at which the first of them began.
    fn began(&self) -> Instant {
        *self.began.get_or_init(machine::now)
    }

    /// What a client does at this moment that has had so many turns.
    fn next(&self, turn: u64, now: Instant) -> Next {
        let began = self.began();
        let is_over = |duration| now.saturating_duration_since(began) >= duration;
        match self.until {
            Until::Elapsed(duration) if is_over(duration) => Next::Home,
            Until::Turns(turns) if turn >= turns => Next::Home,
            Until::Elapsed(_) | Until::Turns(_) => Next::Ask(None),
            Until::Paced(duration, per_second) => {
                let due = due_after(self.given.fetch_add(1, Ordering::Relaxed), per_second);
                if due >= duration || is_over(duration) {
                    Next::Home
                } else {
                    Next::Ask(Some(began + due))
                }
            }
        }
    }
}

/// How long after the beginning the turn with this number is due, at so many in a second.
fn due_after(number: u64, per_second: u32) -> Duration {
    let nanos = number.saturating_mul(1_000_000_000) / u64::from(per_second.max(1));
    Duration::from_nanos(nanos)
}

/// What an answer counts as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Counted {
    /// The work was done.
    Done,
    /// The work was refused for a good reason.
    Refused,
    /// Something that must not happen: the benchmark ends.
    Wrong,
}

/// The work of a crowd.
pub(crate) struct Work<'a> {
    /// What a client asks at its turn, both counted from zero; `None` if there is nothing left to ask.
    pub(crate) request: &'a (dyn Fn(u64, u64) -> Option<Vec<u8>> + Sync),
    /// What an answer counts as.
    pub(crate) count: &'a (dyn Fn(&Answer) -> Counted + Sync),
    /// What a client does after the answer; its turn lasts until then. Told the client, its turn and the answer.
    pub(crate) after: Option<&'a After<'a>>,
}

/// What is done beside the answer.
pub(crate) type After<'a> = dyn Fn(u64, u64, &Answer) -> anyhow::Result<()> + Sync + 'a;

/// What one client measured: how long what was done took, and what was refused.
#[derive(Default)]
struct Share {
    done: Vec<u64>,
    refused: Vec<u64>,
    ended: Option<Instant>,
}

/// What a crowd measured, apart.
pub(crate) struct Apart {
    /// What was done.
    pub(crate) done: Sample,
    /// What was refused, as if that had been the work.
    pub(crate) refused: Sample,
}

/// Sends the clients to work at one moment, and waits for the last of them.
///
/// The clock of a request runs from before its first byte is written until its last byte is read.
pub(crate) fn crowd(
    address: SocketAddr,
    clients: u64,
    until: Until,
    work: &Work<'_>,
) -> anyhow::Result<Sample> {
    let (mut all, elapsed) = together(address, clients, until, work)?;
    let (done, refused) = (count(&all.done), count(&all.refused));
    all.done.append(&mut all.refused);
    Ok(Sample::new(done, refused, elapsed, all.done))
}

/// The same, where what was done and what was refused are looked at apart.
pub(crate) fn crowd_apart(
    address: SocketAddr,
    clients: u64,
    until: Until,
    work: &Work<'_>,
) -> anyhow::Result<Apart> {
    let (all, elapsed) = together(address, clients, until, work)?;
    let (done, refused) = (count(&all.done), count(&all.refused));
    Ok(Apart {
        done: Sample::new(done, refused, elapsed, all.done),
        refused: Sample::new(refused, 0, elapsed, all.refused),
    })
}

fn count(times: &[u64]) -> u64 {
    u64::try_from(times.len()).unwrap_or(u64::MAX)
}

/// What all clients measured, and how long that took from the first to the last.
fn together(
    address: SocketAddr,
    clients: u64,
    until: Until,
    work: &Work<'_>,
) -> anyhow::Result<(Share, Duration)> {
    let connections: Vec<Connection> = (0..clients)
        .map(|_| Connection::open(address))
        .collect::<Result<_, _>>()?;
    let start = Barrier::new(connections.len());
    let schedule = Schedule::new(until);
    let shares: Vec<anyhow::Result<Share>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..clients)
            .zip(connections)
            .map(|(client, connection)| {
                let (start, schedule) = (&start, &schedule);
                scope.spawn(move || {
                    start.wait();
                    one_client(client, connection, schedule, work)
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| {
                thread
                    .join()
                    .unwrap_or_else(|_| Err(anyhow::anyhow!("a client panicked")))
            })
            .collect()
    });
    interrupt::check()?;
    let mut all = Share::default();
    for share in shares {
        let share = share?;
        all.done.extend(share.done);
        all.refused.extend(share.refused);
        all.ended = all.ended.max(share.ended);
    }
    let elapsed = all.ended.map_or(Duration::ZERO, |ended| {
        ended.saturating_duration_since(schedule.began())
    });
    Ok((all, elapsed))
}

fn one_client(
    client: u64,
    mut connection: Connection,
    schedule: &Schedule,
    work: &Work<'_>,
) -> anyhow::Result<Share> {
    let mut share = Share::default();
    for turn in 0.. {
        let due = match schedule.next(turn, machine::now()) {
            Next::Ask(due) if !interrupt::is_raised() => due,
            Next::Ask(_) | Next::Home => break,
        };
        let request = (work.request)(client, turn).context("the benchmark ran out of work")?;
        if let Some(due) = due {
            std::thread::sleep(due.saturating_duration_since(machine::now()));
        }
        let asked = due.unwrap_or_else(machine::now);
        let answer = connection.exchange(&request)?;
        if let Some(after) = work.after {
            after(client, turn, &answer)?;
        }
        let took = micros(asked.elapsed());
        match (work.count)(&answer) {
            Counted::Done => share.done.push(took),
            Counted::Refused => share.refused.push(took),
            Counted::Wrong => bail!("the subject answered {}", answer.describe()),
        }
    }
    share.ended = Some(machine::now());
    Ok(share)
}

/// Lets every client ask for one and the same thing at one moment, so many times in a row, and gives for each time
/// how long it took until all of them were answered, and how many counted as done.
pub(crate) fn bursts(
    address: SocketAddr,
    clients: u64,
    times: u64,
    work: &Work<'_>,
) -> anyhow::Result<Vec<(Duration, u64)>> {
    let connections: Vec<Connection> = (0..clients)
        .map(|_| Connection::open(address))
        .collect::<Result<_, _>>()?;
    let gate = Barrier::new(connections.len());
    let shares: Vec<anyhow::Result<Vec<Shot>>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..clients)
            .zip(connections)
            .map(|(client, mut connection)| {
                let gate = &gate;
                scope.spawn(move || shots(client, &mut connection, times, gate, work))
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| {
                thread
                    .join()
                    .unwrap_or_else(|_| Err(anyhow::anyhow!("a client panicked")))
            })
            .collect()
    });
    interrupt::check()?;
    let shares = shares.into_iter().collect::<Result<Vec<_>, _>>()?;
    let of_all = |turn: usize| shares.iter().filter_map(move |shots| shots.get(turn));
    let turns = usize::try_from(times)?;
    (0..turns)
        .map(|turn| {
            let first = of_all(turn).map(|shot| shot.asked).min();
            let last = of_all(turn).map(|shot| shot.answered).max();
            let (first, last) = first.zip(last).context("nobody took part")?;
            let done = of_all(turn).filter(|shot| shot.counted == Counted::Done).count();
            Ok((last.saturating_duration_since(first), u64::try_from(done)?))
        })
        .collect()
}

/// One request of a burst.
struct Shot {
    asked: Instant,
    answered: Instant,
    counted: Counted,
}

/// The turns of one client. One that failed keeps coming to the gate: the others wait for it there.
fn shots(
    client: u64,
    connection: &mut Connection,
    times: u64,
    gate: &Barrier,
    work: &Work<'_>,
) -> anyhow::Result<Vec<Shot>> {
    let mut shots = Vec::new();
    let mut failure = None;
    for turn in 0..times {
        let request = (work.request)(client, turn);
        gate.wait();
        if failure.is_some() || interrupt::is_raised() {
            continue;
        }
        match request
            .context("the benchmark ran out of work")
            .and_then(|request| one_shot(connection, &request, work))
        {
            Ok(shot) => shots.push(shot),
            Err(error) => failure = Some(error),
        }
    }
    failure.map_or(Ok(shots), Err)
}

fn one_shot(connection: &mut Connection, request: &[u8], work: &Work<'_>) -> anyhow::Result<Shot> {
    let asked = machine::now();
    let answer = connection.exchange(request)?;
    let answered = machine::now();
    let counted = (work.count)(&answer);
    if counted == Counted::Wrong {
        bail!("the subject answered {}", answer.describe());
    }
    Ok(Shot {
        asked,
        answered,
        counted,
    })
}

/// A time in whole microseconds.
pub(crate) fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
