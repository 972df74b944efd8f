//! What a run tells.

use std::collections::BTreeMap;
use std::fmt;

use super::books::Snapshot;
use super::checker::{Finding, Law, check};

/// What happened in a run, and what was found when it was over.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Repeats it.
    pub seed: u64,
    /// How many faults the simulator was given.
    pub faults: u32,
    /// How often a worker was killed.
    pub kills: u32,
    /// How often PostgreSQL was restarted.
    pub restarts: u32,
    /// What people did, by what came of it.
    pub acts: BTreeMap<String, u64>,
    /// How many there are in each state at the end.
    pub states: BTreeMap<String, usize>,
    /// What is not as it must be; nothing, if all is well.
    pub findings: Vec<Finding>,
}

impl Report {
    pub(super) fn of(seed: u64) -> Self {
        Self {
            seed,
            ..Self::default()
        }
    }

    pub(super) fn close(&mut self, left: &Snapshot, acts: BTreeMap<String, u64>, complaints: Vec<String>) {
        self.acts = acts;
        self.states = left.states();
        self.findings = check(left);
        self.findings.extend(complaints.into_iter().map(|what| Finding {
            law: Law::ApiAnswers,
            what,
        }));
    }

    /// How many attempts ended in this state.
    pub fn attempts(&self, state: &str) -> usize {
        let prefix = format!("attempt {state},");
        let theirs = self.states.iter().filter(|(name, _)| name.starts_with(&prefix));
        theirs.map(|(_, count)| *count).sum()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            seed,
            faults,
            kills,
            restarts,
            ..
        } = self;
        writeln!(
            f,
            "seed {seed}: {faults} faults, {kills} workers killed, PostgreSQL restarted {restarts} times"
        )?;
        writeln!(f, "\nwhat people did")?;
        for (act, times) in &self.acts {
            writeln!(f, "{times:>6}  {act}")?;
        }
        writeln!(f, "\nhow it ended")?;
        for (state, count) in &self.states {
            writeln!(f, "{count:>6}  {state}")?;
        }
        if self.findings.is_empty() {
            return writeln!(f, "\nno findings: both books agree");
        }
        writeln!(f, "\n{} findings", self.findings.len())?;
        for finding in &self.findings {
            writeln!(f, "  {finding}")?;
        }
        Ok(())
    }
}
