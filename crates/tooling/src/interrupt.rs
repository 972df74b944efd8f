//! Ctrl-C and its relatives, as a flag that every waiting loop looks at.
//!
//! A chore that is interrupted unwinds like one that failed, so whatever it started is put away by the
//! same code.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use anyhow::Context as _;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

static RAISED: OnceLock<Arc<AtomicBool>> = OnceLock::new();

/// How long a waiting loop rests between two looks.
pub const LOOK: Duration = Duration::from_millis(25);

/// The chore was asked to stop.
#[derive(Debug, thiserror::Error)]
#[error("interrupted")]
pub struct Interrupted;

/// From now on SIGINT, SIGTERM and SIGHUP raise the flag instead of ending the process.
///
/// # Errors
/// When the system refuses.
pub fn listen() -> anyhow::Result<()> {
    let flag = RAISED.get_or_init(Arc::default);
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        signal_hook::flag::register(signal, Arc::clone(flag)).context("signals cannot be listened to")?;
    }
    Ok(())
}

/// Whether the chore was asked to stop.
pub fn is_raised() -> bool {
    RAISED.get().is_some_and(|flag| flag.load(Ordering::Relaxed))
}

/// Fails once the chore was asked to stop; called from every loop that may take a while.
///
/// # Errors
/// [`Interrupted`].
pub fn check() -> Result<(), Interrupted> {
    if is_raised() { Err(Interrupted) } else { Ok(()) }
}

/// Rests for one look, or fails if the chore was asked to stop.
///
/// # Errors
/// [`Interrupted`].
pub fn rest() -> Result<(), Interrupted> {
    check()?;
    std::thread::sleep(LOOK);
    check()
}
