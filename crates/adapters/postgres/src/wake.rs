//! Waking workers: one coalesced NOTIFY after commits, and one LISTEN.
//!
//! A hot transaction never notifies, since that makes commits queue on one lock. After commit a bell is
//! rung; a thread with a connection of its own sends at most 50 notifications a second. A lost one costs
//! a second, because workers also poll.

use std::sync::mpsc::{RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};

const CHANNEL: &str = "ratiba_jobs";
/// At most 50 notifications a second.
const PAUSE: Duration = Duration::from_millis(20);
/// An unused connection is closed after this time.
const IDLE: Duration = Duration::from_secs(30);

/// Tells the workers that there is something to do.
#[derive(Clone)]
pub(crate) struct Bell {
    url: Arc<str>,
    ringer: Arc<Mutex<Option<SyncSender<()>>>>,
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
        if let Some(sender) = ringer.as_ref() {
            match sender.try_send(()) {
                Ok(()) | Err(TrySendError::Full(())) => return,
                Err(TrySendError::Disconnected(())) => {}
            }
        }
        let (sender, receiver) = sync_channel(1);
        let url = Arc::clone(&self.url);
        let spawned = thread::Builder::new()
            .name("ratiba-bell".to_owned())
            .spawn(move || {
                let mut connection = PgConnection::establish(&url).ok();
                loop {
                    match receiver.recv_timeout(IDLE) {
                        Ok(()) => {}
                        Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return,
                    }
                    let sent = connection
                        .as_mut()
                        .is_some_and(|conn| conn.batch_execute("NOTIFY ratiba_jobs").is_ok());
                    if !sent {
                        // Workers poll; nothing is lost but a second.
                        return;
                    }
                    thread::sleep(PAUSE);
                }
            });
        if spawned.is_ok() {
            let _ = sender.try_send(());
            *ringer = Some(sender);
        }
    }
}

/// Calls `wake` for each notification until `wake` answers false; connects again when the line breaks.
///
/// Runs on a thread of its own with a direct connection: LISTEN is deaf behind a transaction-mode pooler.
///
/// # Errors
/// When the thread cannot be started.
pub fn listen(direct_url: String, mut wake: impl FnMut() -> bool + Send + 'static) -> std::io::Result<()> {
    thread::Builder::new()
        .name("ratiba-listen".to_owned())
        .spawn(move || {
            loop {
                if let Ok(mut conn) = PgConnection::establish(&direct_url)
                    && conn.batch_execute(&format!("LISTEN {CHANNEL}")).is_ok()
                {
                    loop {
                        let mut heard = false;
                        let mut broken = false;
                        for notification in conn.notifications_iter() {
                            match notification {
                                Ok(_) => heard = true,
                                // A broken line says so for ever.
                                Err(_) => {
                                    broken = true;
                                    break;
                                }
                            }
                        }
                        if heard && !wake() {
                            return;
                        }
                        if broken {
                            break;
                        }
                        thread::sleep(PAUSE);
                    }
                }
                if !wake() {
                    return;
                }
                thread::sleep(Duration::from_secs(1));
            }
        })?;
    Ok(())
}
