//! The door to the connections: a small pool, and a bounded number of callers before it.
//!
//! What waits is bounded in number and in time: a process that gets more than it can do says so at once instead of
//! answering everybody late.

use std::time::Duration;

use deadpool_diesel::postgres::{Hook, HookError, Manager, Object, Pool};
use deadpool_diesel::{ManagerConfig, RecyclingMethod, Runtime};
use diesel::{PgConnection, QueryResult};
use ratiba_kernel::Outage;

use crate::unreached::told_of_pool;
use crate::waiters::Waiters;

/// How many, and how long.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DoorLimits {
    /// Connections at most.
    pub(crate) connections_max: usize,
    /// Callers that may wait for a connection.
    pub(crate) waiting_max: usize,
    /// How long one waits at most.
    pub(crate) wait: Duration,
}

/// Whether a connection can be used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Health {
    /// It can.
    Sound,
    /// It is closed or in a state that nobody knows.
    Broken,
}

/// The connections of one process.
pub(crate) struct Door {
    pool: Pool,
    waiting: Waiters,
    waiting_max: usize,
}

impl Door {
    /// A pool that connects when there is work. `prepare` is done once to each new connection.
    ///
    /// # Errors
    /// [`Outage`] if the pool cannot be built.
    pub(crate) fn new(
        url: String,
        limits: DoorLimits,
        prepare: impl Fn(&mut PgConnection) -> QueryResult<()> + Clone + Send + Sync + 'static,
    ) -> Result<Self, Outage> {
        let recycling_method = RecyclingMethod::Fast;
        let manager = Manager::from_config(url, Runtime::Tokio1, ManagerConfig { recycling_method });
        let prepare = Hook::async_fn(move |connection, _metrics| {
            let prepare = prepare.clone();
            Box::pin(async move {
                let prepared = connection.interact(move |conn| prepare(conn)).await;
                let prepared = prepared.map_err(|error| HookError::message(error.to_string()))?;
                prepared.map_err(|error| HookError::message(error.to_string()))
            })
        });
        let pool = Pool::builder(manager)
            .max_size(limits.connections_max)
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(limits.wait))
            .create_timeout(Some(limits.wait))
            .post_create(prepare)
            .build()
            .map_err(|error| Outage::new(error.to_string()))?;
        Ok(Self {
            pool,
            waiting: Waiters::default(),
            waiting_max: limits.waiting_max,
        })
    }

    /// How many wait for a connection at this moment.
    pub(crate) fn waiting(&self) -> usize {
        self.waiting.count()
    }

    /// Does `work` with a connection, to its end once it has begun, whatever the caller does. What nobody waits for
    /// any more is not begun.
    ///
    /// # Errors
    /// [`Outage`] if too many wait already, nobody was free in time, there is no connection, or `work` panicked.
    pub(crate) async fn do_with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut PgConnection) -> (T, Health) + Send + 'static,
    ) -> Result<T, Outage> {
        let connection = {
            // Whoever has a connection at once does not count as waiting for long, but counts until then.
            let Some(place) = self.waiting.enter_below(self.waiting_max) else {
                return Err(Outage::new("too many wait for a database connection"));
            };
            let connection = self.pool.get().await;
            drop(place);
            connection.map_err(|error| Outage::new(told_of_pool(&error)))?
        };
        match connection.interact(work).await {
            Ok((value, Health::Sound)) => Ok(value),
            Ok((value, Health::Broken)) => {
                drop(Object::take(connection));
                Ok(value)
            }
            Err(_panicked) => Err(Outage::new("the work with the database panicked")),
        }
    }
}

#[cfg(test)]
mod tests;
