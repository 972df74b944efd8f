//! What was answered to whom, for a person who wants to know what a run was worth.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, ensure};

use crate::files;

/// So many operations of a hundred must have done what they are for, for somebody. Where most of them only refuse, a run
/// says little, and its requests need to be looked at.
const DONE_LEAST: usize = 50;

/// How often each operation was answered with each status.
type Counts = BTreeMap<String, BTreeMap<String, u64>>;

/// The answers of a run.
#[derive(Default)]
pub(super) struct Tally {
    by: Vec<(String, Counts)>,
}

impl Tally {
    /// Adds what one of them was answered, as the hooks told it.
    pub(super) fn add(&mut self, who: &str, told: &Path) -> anyhow::Result<()> {
        let counts = serde_json::from_str(&files::read(told)?).context("the tally is malformed")?;
        self.by.push((who.to_owned(), counts));
        Ok(())
    }

    /// Adds them up.
    pub(super) fn tell(&self, took: Duration) {
        println!(
            "\n{:<14}{:>9}{:>12}{:>18}",
            "who", "requests", "operations", "of them done"
        );
        for (who, counts) in &self.by {
            let requests: u64 = counts.values().flat_map(BTreeMap::values).sum();
            let done = counts.values().filter(|statuses| is_done(statuses)).count();
            println!("{who:<14}{requests:>9}{:>12}{done:>18}", counts.len());
        }
        let (done, asked) = (self.done(), self.asked());
        println!(
            "{} of {} operations did what they are for, for somebody, in {} s; never done: {}",
            done.len(),
            asked.len(),
            took.as_secs(),
            asked.difference(&done).copied().collect::<Vec<_>>().join(", ")
        );
    }

    /// Fails if the run was worth little.
    pub(super) fn expect_most_done(&self) -> anyhow::Result<()> {
        let (done, asked) = (self.done().len(), self.asked().len());
        ensure!(
            done * 100 >= asked * DONE_LEAST && asked > 0,
            "only {done} of {asked} operations did what they are for: see to the requests (xtask/schemathesis/hooks.py)"
        );
        Ok(())
    }

    fn asked(&self) -> BTreeSet<&str> {
        let all = self.by.iter().flat_map(|(_, counts)| counts.keys());
        all.map(String::as_str).collect()
    }

    fn done(&self) -> BTreeSet<&str> {
        let all = self.by.iter().flat_map(|(_, counts)| counts);
        all.filter(|(_, statuses)| is_done(statuses))
            .map(|(operation, _)| operation.as_str())
            .collect()
    }
}

/// Whether an operation did what it is for at least once.
fn is_done(statuses: &BTreeMap<String, u64>) -> bool {
    statuses.keys().any(|status| status.starts_with(['2', '3']))
}
