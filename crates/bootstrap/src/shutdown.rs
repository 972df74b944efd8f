//! When a process should stop: a signal, or the end of the command that started it.

use std::io;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::process::ProcessSettings;

/// Why a process should stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShutdownCause {
    /// SIGINT, usually Ctrl-C.
    Interrupt,
    /// SIGTERM, from a process manager.
    Terminate,
    /// Standard input ended: the command that started this process is gone.
    ParentGone,
}

/// The request to stop, shared by every part of a process that has to know.
///
/// Clones see the same request. Once it has come it stays: a part that asks late learns it at once.
#[derive(Clone, Debug)]
pub struct Shutdown {
    cause: watch::Receiver<Option<ShutdownCause>>,
}

impl Shutdown {
    /// Listens for SIGINT, SIGTERM and, where the settings ask for it, the end of standard input.
    ///
    /// From this call on the signals no longer kill the process. Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// When the operating system refuses a signal handler.
    pub fn listen(settings: &ProcessSettings) -> io::Result<Self> {
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let (sender, cause) = watch::channel(None);
        if settings.exit_with_parent {
            let sender = sender.clone();
            // A thread, because reading standard input cannot be cancelled; it ends with the process.
            std::thread::Builder::new()
                .name("stdin-watch".into())
                .spawn(move || {
                    wait_for_end(io::stdin().lock());
                    request(&sender, ShutdownCause::ParentGone);
                })?;
        }
        tokio::spawn(async move {
            let cause = tokio::select! {
                _ = interrupt.recv() => ShutdownCause::Interrupt,
                _ = terminate.recv() => ShutdownCause::Terminate,
            };
            request(&sender, cause);
        });
        Ok(Self { cause })
    }

    /// A request that the caller makes itself by calling the returned closure; for tests and for processes
    /// that run inside another one.
    pub fn manual() -> (Self, impl Fn(ShutdownCause) + Send + Sync + 'static) {
        let (sender, cause) = watch::channel(None);
        (Self { cause }, move |cause| request(&sender, cause))
    }

    /// Waits until the process should stop, and says why.
    ///
    /// Dropping the future loses nothing.
    pub async fn requested(&self) -> ShutdownCause {
        let mut receiver = self.cause.clone();
        loop {
            if let Some(cause) = *receiver.borrow_and_update() {
                return cause;
            }
            if receiver.changed().await.is_err() {
                // Whoever could have asked is gone, which happens only while the runtime is torn down.
                return ShutdownCause::Terminate;
            }
        }
    }

    /// Whether the process should stop, without waiting.
    pub fn is_requested(&self) -> bool {
        self.cause.borrow().is_some()
    }
}

/// The first cause wins: a second signal does not change why the process stops.
fn request(sender: &watch::Sender<Option<ShutdownCause>>, cause: ShutdownCause) {
    sender.send_if_modified(|known| {
        let first = known.is_none();
        if first {
            *known = Some(cause);
        }
        first
    });
}

/// Reads until the end, whatever comes: the parent has nothing to say, only to be there.
fn wait_for_end(mut input: impl io::Read) {
    let mut ignored = [0_u8; 256];
    loop {
        match input.read(&mut ignored) {
            Ok(0) => return,
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return,
        }
    }
}

#[cfg(test)]
mod tests;
