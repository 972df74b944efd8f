//! The worker's own settings beside the shared ones.

use ratiba_assembly::settings::SharedSettings;
use ratiba_bootstrap::SettingsReader;

/// What the worker starts with when nobody says otherwise, over the shared base.
pub const BASE: &str = concat!(
    include_str!("../../../crates/assembly/src/base.toml"),
    "\n[worker]\nport = 8011\njobs_max = 24\nlease_s = 60\ngrace_s = 20\n"
);

/// Shorter, and calls that are merely slow would be cut; longer, and what a lost worker held waits too long.
const LEASE: std::ops::RangeInclusive<u64> = 10..=600;

/// Everything the worker is told.
#[derive(Clone)]
pub struct WorkerSettings {
    /// What all processes are told.
    pub shared: SharedSettings,
    /// Port of health and metrics on 127.0.0.1.
    pub port: u16,
    /// Jobs at once.
    pub jobs_max: u16,
    /// Seconds after which another worker takes over a job whose worker is gone, 10 at least; a job that takes four
    /// fifths of it is stopped.
    pub lease_s: u64,
    /// Seconds that running jobs may take when the process stops.
    pub grace_s: u64,
}

impl WorkerSettings {
    /// Reads all of it; faults stay with the reader.
    pub fn read(reader: &mut SettingsReader) -> Option<Self> {
        let shared = SharedSettings::read(reader);
        let port = reader.required("worker.port", "port of health and metrics on 127.0.0.1");
        let jobs_max = reader.required("worker.jobs_max", "jobs at once");
        let lease_s = reader.required(
            "worker.lease_s",
            "seconds until a lost worker's job is taken over",
        );
        if lease_s.is_some_and(|seconds| !LEASE.contains(&seconds)) {
            reader.fault("worker.lease_s", "must be from 10 to 600");
        }
        let grace_s = reader.required("worker.grace_s", "seconds that running jobs may take at the end");
        Some(Self {
            shared: shared?,
            port: port?,
            jobs_max: jobs_max?,
            lease_s: lease_s?,
            grace_s: grace_s?,
        })
    }
}
