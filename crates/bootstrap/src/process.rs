//! The settings that every process has, whatever it does.

use tracing_subscriber::filter::Targets;

use crate::settings::SettingsReader;

/// How a process logs and when it stops.
#[derive(Clone, Debug)]
pub struct ProcessSettings {
    /// Which log lines are written: a level (`info`), or levels by target (`info,ratiba_postgres=debug`).
    pub log_level: Targets,
    /// Whether the end of standard input ends the process, so that a child never outlives the command that
    /// started it. Off in production, where standard input is usually closed from the start.
    pub exit_with_parent: bool,
}

impl ProcessSettings {
    /// Reads `log.level` (default `info`) and `process.exit_with_parent` (default `false`).
    ///
    /// Faults stay with the reader; `None` says that there was one.
    pub fn read(reader: &mut SettingsReader) -> Option<Self> {
        let log_level = reader.optional(
            "log.level",
            "which log lines are written: a level, or target=level, …",
        );
        let exit_with_parent = reader.optional(
            "process.exit_with_parent",
            "true: the process ends when its standard input does",
        );
        Some(Self {
            log_level: log_level?.unwrap_or_else(|| {
                Targets::new().with_default(tracing_subscriber::filter::LevelFilter::INFO)
            }),
            exit_with_parent: exit_with_parent?.unwrap_or(false),
        })
    }
}
