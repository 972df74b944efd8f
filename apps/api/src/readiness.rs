//! Whether the process can work, kept for a moment.
//!
//! Anybody may ask, and is not counted: a probe that is refused because others asked too often would have a process ended
//! that works, and an address is no name, for probes come from where others do. So the answer is shared instead: however
//! many ask, the database is asked once a second.

use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

/// How long an answer counts.
const KEPT_FOR: Duration = Duration::from_secs(1);

/// The last answer. Whoever comes while it is looked for waits for the same one.
#[derive(Default)]
pub struct Readiness(Mutex<Option<Found>>);

#[derive(Clone, Copy)]
struct Found {
    /// When it was looked for, and not when it was found: nobody gets an answer that is older than they were promised.
    asked: Instant,
    ready: bool,
}

impl Readiness {
    /// Whether the process can work: as it was found within the last second, or else as `look` finds it now.
    pub async fn ask(&self, now: Instant, look: impl AsyncFnOnce() -> bool) -> bool {
        let mut kept = self.0.lock().await;
        if let Some(found) = kept.filter(|found| now.saturating_duration_since(found.asked) < KEPT_FOR) {
            return found.ready;
        }
        // Whoever asks and goes away in between leaves the next one to ask anew.
        let ready = look().await;
        *kept = Some(Found { asked: now, ready });
        ready
    }
}

#[cfg(test)]
mod tests;
