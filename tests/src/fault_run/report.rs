//! What a run tells.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

use super::books::Snapshot;
use super::checker::{Finding, Law, check};
use super::plan::Scale;

/// What providers send by themselves about payments.
const DELIVERIES: [&str; 4] = [
    "daraja.callback",
    "daraja.result",
    "daraja.confirmation",
    "pesapal.ipn",
];

/// What happened in a run, and what was found when it was over.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Repeats it.
    pub seed: u64,
    /// How many visits were planned.
    pub visits: usize,
    /// How many faults struck, by where and what.
    pub faults: BTreeMap<String, u64>,
    /// How often a worker was killed.
    pub kills: u32,
    /// How often the api was killed.
    pub api_kills: u32,
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
    pub(super) fn of(seed: u64, scale: Scale) -> Self {
        Self {
            seed,
            visits: scale.visits,
            ..Self::default()
        }
    }

    /// Takes in which faults struck: what the simulator answers to `GET /sim/faults`.
    pub(super) fn struck(&mut self, faults: &Value) {
        for struck in faults["struck"].as_array().into_iter().flatten() {
            let of = |name: &str| struck[name].as_str().unwrap_or_default();
            let times = struck["times"].as_u64().unwrap_or_default();
            self.faults
                .insert(format!("{}, {}", of("target"), of("kind")), times);
        }
    }

    /// How often faults of this kind struck what the providers sent by themselves.
    fn deliveries(&self, kind: &str) -> u64 {
        let theirs = self.faults.iter().filter(|(name, _)| {
            DELIVERIES
                .iter()
                .any(|target| **name == format!("{target}, {kind}"))
        });
        theirs.map(|(_, times)| times).sum()
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

    /// How many attempts ended in this state; all of them, if none is named.
    pub fn attempts(&self, state: &str) -> usize {
        let prefix = match state {
            "" => "attempt ".to_owned(),
            _ => format!("attempt {state},"),
        };
        let theirs = self.states.iter().filter(|(name, _)| name.starts_with(&prefix));
        theirs.map(|(_, count)| *count).sum()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            seed,
            visits,
            kills,
            api_kills,
            restarts,
            ..
        } = self;
        let faults: u64 = self.faults.values().sum();
        let attempts = self.attempts("");
        writeln!(
            f,
            "seed {seed}: {visits} visits, {attempts} attempts at payments, {faults} faults, workers killed {kills} times, the \
             api {api_kills} times, PostgreSQL restarted {restarts} times"
        )?;
        writeln!(f, "\ncallbacks, results, confirmations and notices on their way")?;
        for (kind, word) in [
            ("delay", "delayed"),
            ("repeat", "repeated"),
            ("reorder", "reordered"),
            ("lose", "lost"),
            ("corrupt", "corrupted"),
            ("shape", "in a rare shape"),
        ] {
            writeln!(f, "{:>6}  {word}", self.deliveries(kind))?;
        }
        writeln!(f, "\nfaults that struck")?;
        for (fault, times) in &self.faults {
            writeln!(f, "{times:>6}  {fault}")?;
        }
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
