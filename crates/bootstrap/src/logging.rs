//! The log: one JSON object a line, on standard error.

use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::process::ProcessSettings;

/// The log was started twice in one process.
#[derive(Debug, thiserror::Error)]
#[error("the log of this process is already started")]
pub struct AlreadyStarted(#[source] tracing_subscriber::util::TryInitError);

/// Starts the log of this process: JSON lines on standard error, filtered by `log.level`.
///
/// Call it once, in `main`, after the settings were read: what is wrong with the settings is said as plain
/// text, for the person who starts the process.
///
/// # Errors
/// [`AlreadyStarted`] if this process has a log already.
pub fn start(settings: &ProcessSettings) -> Result<(), AlreadyStarted> {
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_writer(std::io::stderr);
    tracing_subscriber::registry()
        .with(settings.log_level.clone())
        .with(lines)
        .try_init()
        .map_err(AlreadyStarted)
}
