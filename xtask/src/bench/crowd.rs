//! Many clients at once, each with one thread and one connection, and what they measure together.

use std::net::SocketAddr;
use std::sync::Barrier;
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
    /// After this time, in which all of them together ask so often in a second, evenly: whether answers have come or not
    /// is no reason to ask later, and who is asked late has waited since it was time.
    Paced(Duration, u32),
}

impl Until {
    /// When a client's turn is due, of so many clients that began at this moment; `None` if it is due whenever the one
    /// before is over.
    fn due(self, began: Instant, (client, clients): (u64, u64), turn: u64) -> Option<Instant> {
        match self {
            Self::Elapsed(_) | Self::Turns(_) => None,
            Self::Paced(_, per_second) => {
                let place = u32::try_from(turn * clients + client).unwrap_or(u32::MAX);
                Some(began + Duration::from_secs(1) * place / per_second)
            }
        }
    }
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
    /// What a client waits for after the answer; its turn lasts until then. Told the client and its turn.
    pub(crate) after: Option<&'a After<'a>>,
}

/// What is waited for beside the answer.
pub(crate) type After<'a> = dyn Fn(u64, u64) -> anyhow::Result<()> + Sync + 'a;

/// What one client measured.
#[derive(Default)]
struct Share {
    done: u64,
    refused: u64,
    latencies: Vec<u64>,
    ended: Option<Instant>,
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
    let connections: Vec<Connection> = (0..clients)
        .map(|_| Connection::open(address))
        .collect::<Result<_, _>>()?;
    let start = Barrier::new(connections.len() + 1);
    let (began, shares) = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..clients)
            .zip(connections)
            .map(|(client, connection)| {
                let start = &start;
                scope.spawn(move || {
                    start.wait();
                    one_client((client, clients), connection, until, work)
                })
            })
            .collect();
        start.wait();
        let began = machine::now();
        let shares: Vec<anyhow::Result<Share>> = threads
            .into_iter()
            .map(|thread| {
                thread
                    .join()
                    .unwrap_or_else(|_| Err(anyhow::anyhow!("a client panicked")))
            })
            .collect();
        (began, shares)
    });
    interrupt::check()?;
    let mut all = Share::default();
    for share in shares {
        let share = share?;
        all.done += share.done;
        all.refused += share.refused;
        all.latencies.extend(share.latencies);
        all.ended = all.ended.max(share.ended);
    }
    let elapsed = all
        .ended
        .map_or(Duration::ZERO, |ended| ended.saturating_duration_since(began));
    Ok(Sample::new(all.done, all.refused, elapsed, all.latencies))
}

fn one_client(
    (client, clients): (u64, u64),
    mut connection: Connection,
    until: Until,
    work: &Work<'_>,
) -> anyhow::Result<Share> {
    let mut share = Share::default();
    let began = machine::now();
    for turn in 0.. {
        let over = match until {
            Until::Elapsed(duration) | Until::Paced(duration, _) => began.elapsed() >= duration,
            Until::Turns(turns) => turn >= turns,
        };
        if over || interrupt::is_raised() {
            break;
        }
        let request = (work.request)(client, turn).context("the benchmark ran out of work")?;
        let due = until.due(began, (client, clients), turn);
        if let Some(due) = due {
            std::thread::sleep(due.saturating_duration_since(machine::now()));
        }
        let asked = due.unwrap_or_else(machine::now);
        let answer = connection.exchange(&request)?;
        if let Some(after) = work.after {
            after(client, turn)?;
        }
        share.latencies.push(micros(asked.elapsed()));
        match (work.count)(&answer) {
            Counted::Done => share.done += 1,
            Counted::Refused => share.refused += 1,
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
