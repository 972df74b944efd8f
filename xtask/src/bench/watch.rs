//! Waiting for what shows in the database only.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::ensure;

use super::sql::Session;
use super::world::World;

/// Looks into the database for all clients, because each of them asking for itself would be most of the work.
pub(super) struct Watch {
    /// The function of the schema `limits` that is asked: told a tenant and numbers, it tells which of them have come.
    asked: &'static str,
    waiting: Mutex<BTreeSet<u64>>,
    seen: Condvar,
    over: AtomicBool,
}

/// What lies between two looks, and is part of what is measured.
const LOOK_EVERY: Duration = Duration::from_millis(2);
/// How long one of them is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

impl Watch {
    /// Watches by this function of the schema `limits`.
    pub(super) fn of(asked: &'static str) -> Self {
        Self {
            asked,
            waiting: Mutex::default(),
            seen: Condvar::new(),
            over: AtomicBool::new(false),
        }
    }

    /// Watches while something is done.
    pub(super) fn during<T>(
        &self,
        world: &World,
        work: impl FnOnce() -> anyhow::Result<T>,
    ) -> anyhow::Result<T> {
        let session = world.session()?;
        std::thread::scope(|scope| {
            let watcher = scope.spawn(|| self.look(session, &world.tenant));
            let done = work();
            self.over.store(true, Ordering::Release);
            watcher
                .join()
                .unwrap_or_else(|_| Err(anyhow::anyhow!("the watcher panicked")))?;
            done
        })
    }

    fn waiting(&self) -> MutexGuard<'_, BTreeSet<u64>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns when what has this number has come.
    pub(super) fn wait(&self, number: u64) -> anyhow::Result<()> {
        let mut waiting = self.waiting();
        waiting.insert(number);
        let (waiting, waited) = self
            .seen
            .wait_timeout_while(waiting, PATIENCE, |waiting| waiting.contains(&number))
            .unwrap_or_else(PoisonError::into_inner);
        drop(waiting);
        ensure!(
            !waited.timed_out(),
            "number {number} was waited for in vain ({})",
            self.asked
        );
        Ok(())
    }

    /// Asks for those that are waited for, until it is over.
    fn look(&self, mut session: Session, tenant: &str) -> anyhow::Result<()> {
        while !self.over.load(Ordering::Acquire) {
            std::thread::sleep(LOOK_EVERY);
            let numbers: Vec<String> = self.waiting().iter().map(u64::to_string).collect();
            if numbers.is_empty() {
                continue;
            }
            let told = session.ask(&format!(
                "SELECT limits.{}('{tenant}', '{{{}}}')",
                self.asked,
                numbers.join(",")
            ))?;
            let confirmed: Vec<u64> = told
                .split_whitespace()
                .map(str::parse)
                .collect::<Result<_, _>>()?;
            if !confirmed.is_empty() {
                let mut waiting = self.waiting();
                for number in confirmed {
                    waiting.remove(&number);
                }
                drop(waiting);
                self.seen.notify_all();
            }
        }
        Ok(())
    }
}
