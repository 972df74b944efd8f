//! Limit and subject in turn: the figures of a machine move by the minute, so only what was measured next to each
//! other is compared.

use super::row::{Round, Row, RowSpec};
use super::sample::Sample;
use crate::interrupt;

/// One round of both.
#[derive(Clone, Debug)]
pub(crate) struct Pair {
    /// What the limit measured.
    pub(crate) limit: Sample,
    /// What the subject measured.
    pub(crate) subject: Sample,
}

/// Runs limit and subject in turn; each is told the number of its round, from zero.
pub(crate) fn take_turns(
    what: &str,
    rounds: u64,
    limit: &mut dyn FnMut(u64) -> anyhow::Result<Sample>,
    subject: &mut dyn FnMut(u64) -> anyhow::Result<Sample>,
) -> anyhow::Result<Vec<Pair>> {
    let mut pairs = Vec::new();
    for round in 0..rounds {
        interrupt::check()?;
        let pair = Pair {
            limit: limit(round)?,
            subject: subject(round)?,
        };
        println!(
            "{what}, round {} of {rounds}\n    limit    {}\n    subject  {}",
            round + 1,
            describe(&pair.limit),
            describe(&pair.subject)
        );
        pairs.push(pair);
    }
    Ok(pairs)
}

/// A row of what one measure says of every round.
pub(crate) fn row(spec: RowSpec, pairs: &[Pair], measure: fn(&Sample) -> u64) -> Row {
    let rounds = pairs.iter().map(|pair| Round {
        limit: measure(&pair.limit),
        subject: measure(&pair.subject),
    });
    Row::new(spec, rounds.collect())
}

pub(super) fn describe(sample: &Sample) -> String {
    let refused = match sample.refused {
        0 => String::new(),
        refused => format!(", {refused} refused"),
    };
    format!(
        "{}/s, p50 {} us, p99 {} us, longest {} us ({} done{refused})",
        sample.per_second(),
        sample.p50(),
        sample.p99(),
        sample.longest(),
        sample.done,
    )
}
