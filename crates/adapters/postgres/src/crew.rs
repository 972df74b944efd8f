//! The crew: a few threads that own one connection each and do one piece of work after another.
//!
//! A piece of work changes threads once on its way there and once on its way back. What waits is bounded in number
//! and in time: a process that gets more than it can do says so at once instead of answering everybody late.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use diesel::{Connection, PgConnection, QueryResult};
use ratiba_kernel::Outage;
use tokio::sync::oneshot;

/// How many, and how long.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CrewLimits {
    /// Connections, and so threads, at most.
    pub(crate) connections_max: usize,
    /// Pieces of work that may wait for a connection.
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

type Task = Box<dyn FnOnce(&mut Option<PgConnection>) + Send>;
type Prepare = dyn Fn(&mut PgConnection) -> QueryResult<()> + Send + Sync;

/// The threads of one process. They end when this value is dropped, each after what it is doing.
pub(crate) struct Crew {
    shared: Arc<Shared>,
}

struct Shared {
    url: String,
    limits: CrewLimits,
    prepare: Box<Prepare>,
    board: Mutex<Board>,
    news: Condvar,
}

#[derive(Default)]
struct Board {
    waiting: VecDeque<Task>,
    idle: usize,
    threads: usize,
    closed: bool,
}

impl Drop for Crew {
    fn drop(&mut self) {
        self.shared.board().closed = true;
        self.shared.news.notify_all();
    }
}

impl Crew {
    /// A crew that connects when there is work. `prepare` is done once to each new connection.
    pub(crate) fn new(
        url: String,
        limits: CrewLimits,
        prepare: impl Fn(&mut PgConnection) -> QueryResult<()> + Send + Sync + 'static,
    ) -> Self {
        Self {
            shared: Arc::new(Shared {
                url,
                limits,
                prepare: Box::new(prepare),
                board: Mutex::default(),
                news: Condvar::new(),
            }),
        }
    }

    /// Does `work` with a connection, to its end once it has begun, whatever the caller does. What nobody waits for
    /// any more is not begun.
    ///
    /// # Errors
    /// [`Outage`] if too much waits already, nobody was free in time, there is no connection, or `work` panicked.
    pub(crate) async fn do_with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut PgConnection) -> (T, Health) + Send + 'static,
    ) -> Result<T, Outage> {
        let (answer, mut answered) = oneshot::channel();
        // Set by whoever is first: the thread that begins, or the caller who gives up.
        let settled = Arc::new(AtomicBool::new(false));
        let (begun, span, shared) = (
            Arc::clone(&settled),
            tracing::Span::current(),
            Arc::clone(&self.shared),
        );
        self.shared.put(Box::new(move |connection| {
            if answer.is_closed() || begun.swap(true, Ordering::AcqRel) {
                return;
            }
            // Whether the caller still listens does not matter any more.
            let _ = answer.send(span.in_scope(|| shared.attempt(connection, work)));
        }))?;
        let gone = || Outage::new("the thread with the connection is gone");
        match tokio::time::timeout(self.shared.limits.wait, &mut answered).await {
            Ok(answer) => answer.map_err(|_| gone())?,
            Err(_elapsed) if settled.swap(true, Ordering::AcqRel) => answered.await.map_err(|_| gone())?,
            Err(_elapsed) => Err(Outage::new("no database connection was free in time")),
        }
    }
}

impl Shared {
    fn board(&self) -> MutexGuard<'_, Board> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(self: &Arc<Self>, task: Task) -> Result<(), Outage> {
        let mut board = self.board();
        if board.waiting.len() >= self.limits.waiting_max {
            return Err(Outage::new("too much work waits for a database connection"));
        }
        board.waiting.push_back(task);
        if board.idle >= board.waiting.len() || board.threads >= self.limits.connections_max {
            drop(board);
            self.news.notify_one();
            return Ok(());
        }
        board.threads += 1;
        drop(board);
        let shared = Arc::clone(self);
        let thread = thread::Builder::new().name("ratiba-database".to_owned());
        let spawned = thread.spawn(move || {
            let mut connection = None;
            while let Some(task) = shared.next() {
                task(&mut connection);
            }
        });
        spawned.map(drop).map_err(|error| {
            self.board().threads -= 1;
            Outage::new(error)
        })
    }

    /// The next piece of work; `None` when the crew is dismissed.
    fn next(&self) -> Option<Task> {
        let mut board = self.board();
        loop {
            if let Some(task) = board.waiting.pop_front() {
                return Some(task);
            }
            if board.closed {
                return None;
            }
            board.idle += 1;
            board = self.news.wait(board).unwrap_or_else(PoisonError::into_inner);
            board.idle -= 1;
        }
    }

    fn attempt<T>(
        &self,
        connection: &mut Option<PgConnection>,
        work: impl FnOnce(&mut PgConnection) -> (T, Health),
    ) -> Result<T, Outage> {
        let conn = match connection {
            Some(conn) => conn,
            None => connection.insert(self.connect()?),
        };
        let (done, health) = match catch_unwind(AssertUnwindSafe(|| work(conn))) {
            Ok((value, health)) => (Ok(value), health),
            Err(_panic) => (
                Err(Outage::new("the work with the database panicked")),
                Health::Broken,
            ),
        };
        if health == Health::Broken {
            *connection = None;
        }
        done
    }

    fn connect(&self) -> Result<PgConnection, Outage> {
        // The URL, and the password in it, are in no error of libpq's.
        let mut conn = PgConnection::establish(&self.url).map_err(Outage::new)?;
        (self.prepare)(&mut conn).map_err(Outage::new)?;
        Ok(conn)
    }
}

#[cfg(test)]
mod tests;
