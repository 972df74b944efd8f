//! Waking workers: one coalesced NOTIFY after commits, and one LISTEN.
//!
//! A hot transaction never notifies, since that makes commits queue on one lock. After commit a bell is
//! rung; a thread with a connection of its own sends at most 50 notifications a second. A lost one costs
//! a second, because workers also poll.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};

const CHANNEL: &str = "ratiba_jobs";
/// At most 50 notifications a second.
const PAUSE: Duration = Duration::from_millis(20);
/// An unused connection is closed after this time.
const IDLE: Duration = Duration::from_secs(30);

/// How long the end of a thread is waited for.
const ENDS_WITHIN: Duration = Duration::from_secs(1);

/// A thread that has a connection, and is told to end by other means. Whoever lets go of it waits for its end, if that comes
/// soon: a process that leaves while a thread is inside the client library tears that library down under it.
struct Connected(Option<JoinHandle<()>>);

impl Drop for Connected {
    fn drop(&mut self) {
        let Some(thread) = self.0.take() else { return };
        if thread.thread().id() == thread::current().id() {
            return;
        }
        for _ in 0..ENDS_WITHIN.as_millis() {
            if thread.is_finished() {
                break;
            }
            thread::sleep(Duration::from_millis(1));
        }
        if thread.is_finished() {
            let _ = thread.join();
        }
    }
}

/// Tells the workers that there is something to do. Clones share one line, which ends with the last of them.
#[derive(Clone)]
pub(crate) struct Bell {
    url: Arc<str>,
    ringer: Arc<Mutex<Option<Ringer>>>,
}

/// The order of the fields is the order of their end: a thread ends when nobody can ask it for anything more.
struct Ringer {
    asks: SyncSender<()>,
    _thread: Connected,
}

impl Bell {
    pub(crate) fn new(url: String) -> Self {
        Self {
            url: url.into(),
            ringer: Arc::new(Mutex::new(None)),
        }
    }

    /// Never waits: a ring that is already on its way stands for this one too.
    pub(crate) fn ring(&self) {
        let mut ringer = self.ringer.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(ringer) = ringer.as_ref() {
            match ringer.asks.try_send(()) {
                Ok(()) | Err(TrySendError::Full(())) => return,
                Err(TrySendError::Disconnected(())) => {}
            }
        }
        let (asks, receiver) = sync_channel(1);
        let url = Arc::clone(&self.url);
        let spawned = thread::Builder::new()
            .name("ratiba-bell".to_owned())
            .spawn(move || carry(&url, &receiver));
        if let Ok(thread) = spawned {
            let _ = asks.try_send(());
            *ringer = Some(Ringer {
                asks,
                _thread: Connected(Some(thread)),
            });
        }
    }
}

/// Carries what is rung, until nobody rings for a while or nobody is left who could.
fn carry(url: &str, rung: &Receiver<()>) {
    let mut connection = PgConnection::establish(url).ok();
    while rung.recv_timeout(IDLE).is_ok() {
        let sent = connection
            .as_mut()
            .is_some_and(|conn| conn.batch_execute("NOTIFY ratiba_jobs").is_ok());
        if !sent {
            // Workers poll; nothing is lost but a second.
            return;
        }
        thread::sleep(PAUSE);
    }
}

/// Somebody who listens, for as long as this is kept.
#[must_use = "who lets go of it stops listening"]
pub struct Listener {
    stop: Arc<AtomicBool>,
    thread: Connected,
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        if let Some(thread) = &self.thread.0 {
            thread.thread().unpark();
        }
    }
}

/// Calls `wake` for each notification until the listener is let go of; connects again when the line breaks.
///
/// Runs on a thread of its own with a direct connection: LISTEN is deaf behind a transaction-mode pooler.
///
/// # Errors
/// When the thread cannot be started.
pub fn listen(direct_url: String, wake: impl Fn() + Send + 'static) -> std::io::Result<Listener> {
    let stop = Arc::new(AtomicBool::new(false));
    let stopped = Arc::clone(&stop);
    let thread = thread::Builder::new()
        .name("ratiba-listen".to_owned())
        .spawn(move || {
            while !stopped.load(Ordering::Acquire) {
                hear(&direct_url, &stopped, &wake);
                wake();
                thread::park_timeout(Duration::from_secs(1));
            }
        })?;
    Ok(Listener {
        stop,
        thread: Connected(Some(thread)),
    })
}

/// Listens on one line until it breaks.
fn hear(direct_url: &str, stopped: &AtomicBool, wake: &impl Fn()) {
    let Ok(mut conn) = PgConnection::establish(direct_url) else {
        return;
    };
    if conn.batch_execute(&format!("LISTEN {CHANNEL}")).is_err() {
        return;
    }
    while !stopped.load(Ordering::Acquire) {
        let mut heard = false;
        for notification in conn.notifications_iter() {
            // A broken line says so for ever.
            if notification.is_err() {
                return;
            }
            heard = true;
        }
        if heard {
            wake();
        }
        thread::park_timeout(PAUSE);
    }
}
