//! The one connection to Redis: opened in the background, given up when something on it goes wrong, and sought again
//! after a pause. Nobody who asks waits for it to come back.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use ratiba_kernel::Outage;
use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client};
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::time::Instant;

/// How long opening may take.
const OPENS_WITHIN: Duration = Duration::from_secs(2);
/// For how long nobody tries after something went wrong.
const PAUSE: Duration = Duration::from_secs(1);
/// What an operator is told when there is no Redis.
const WITHOUT: &str =
    "Redis does not answer: each process counts alone, and nobody signs in or hands out access";

/// How the connection stands.
enum Standing {
    /// It is being opened for the first time, and whoever asks waits for that.
    Beginning,
    /// It is open; each has a number.
    Open(u64, MultiplexedConnection),
    /// It is gone, and nobody tries before this instant.
    Lost(Instant),
    /// It is being opened again.
    Seeking,
}

/// The connection. Clones are the same one.
#[derive(Clone)]
pub(crate) struct Line {
    client: Client,
    /// Where it lives. Threads that serve requests come and go, and have other things to do than to read answers that
    /// are for others.
    home: Handle,
    standing: Arc<watch::Sender<Standing>>,
    /// How many were opened, which numbers them.
    opened: Arc<AtomicU64>,
}

impl Line {
    /// Begins to open it. Must be called within a runtime, where it then lives.
    pub(crate) fn open(client: Client) -> Result<Self, Outage> {
        let line = Self {
            client,
            home: Handle::try_current().map_err(Outage::new)?,
            standing: Arc::new(watch::Sender::new(Standing::Beginning)),
            opened: Arc::default(),
        };
        line.seek(true);
        Ok(line)
    }

    /// The connection with its number, if it is open.
    pub(crate) async fn connection(&self) -> Result<(u64, MultiplexedConnection), Outage> {
        self.seek_again();
        let mut heard = self.standing.subscribe();
        let standing = heard
            .wait_for(|standing| !matches!(standing, Standing::Beginning))
            .await
            .map_err(Outage::new)?;
        match &*standing {
            Standing::Open(number, connection) => Ok((*number, connection.clone())),
            Standing::Beginning | Standing::Lost(_) | Standing::Seeking => {
                Err(Outage::new("there is no connection to Redis"))
            }
        }
    }

    /// Gives up the connection of this number, which something went wrong with.
    pub(crate) fn lose(&self, number: u64, cause: &str) {
        let was_open = self.standing.send_if_modified(|standing| {
            let this = matches!(standing, Standing::Open(open, _) if *open == number);
            if this {
                *standing = Standing::Lost(Instant::now() + PAUSE);
            }
            this
        });
        if was_open {
            tracing::error!(cause, "{WITHOUT}");
        }
    }

    fn seek_again(&self) {
        let due = self.standing.send_if_modified(|standing| {
            let due = matches!(standing, Standing::Lost(until) if *until <= Instant::now());
            if due {
                *standing = Standing::Seeking;
            }
            due
        });
        if due {
            self.seek(false);
        }
    }

    /// Opens it in the background. Only the first failure is told loudly: what comes after it was told when it was lost.
    fn seek(&self, first: bool) {
        let line = self.clone();
        self.home.spawn(async move {
            let config = AsyncConnectionConfig::new().set_connection_timeout(Some(OPENS_WITHIN));
            let opening = line.client.get_multiplexed_async_connection_with_config(&config);
            let cause = match tokio::time::timeout(OPENS_WITHIN, opening).await {
                Ok(Ok(connection)) => {
                    tracing::info!("Redis answers: processes count together");
                    let number = line.opened.fetch_add(1, Ordering::Relaxed);
                    line.standing.send_replace(Standing::Open(number, connection));
                    return;
                }
                Ok(Err(error)) => error.to_string(),
                Err(elapsed) => elapsed.to_string(),
            };
            if first {
                tracing::error!(cause, "{WITHOUT}");
            } else {
                tracing::debug!(cause, "Redis cannot be reached yet");
            }
            let pause = Standing::Lost(Instant::now() + PAUSE);
            line.standing.send_replace(pause);
        });
    }
}
