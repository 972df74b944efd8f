//! Somebody between a program and PostgreSQL who passes on everything and counts the steps. At one of them, before it
//! arrives or before its answer does, everything stops, and the program can be killed exactly there.
//!
//! A step is what the database keeps: the end of a transaction, or a statement outside of any. Whoever dies in the middle of a
//! transaction leaves what they left before its end.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// On which side of a step a program is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) enum Moment {
    /// It never reaches the database.
    Before,
    /// It was done, and the program does not learn it.
    After,
}

/// Where a program is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct Strike {
    /// At which step, counted from one.
    pub(in super::super) step: u32,
    /// On which side of it.
    pub(in super::super) moment: Moment,
}

/// A tap that listens until it is dropped.
pub(in super::super) struct Tap {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    server: SocketAddr,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    counted: u32,
    strike: Option<Strike>,
    /// Nothing passes any more.
    stopped: bool,
    /// The database has done what it was to do before the program dies.
    struck: bool,
    /// How often connections were let go: those of before are a dead program's.
    generation: u64,
    closed: bool,
}

/// How long nothing may come before it is looked whether the connection still counts.
const LOOK_EVERY: Duration = Duration::from_millis(5);
/// The code of the message that begins a session; others before it ask for encryption.
const SESSION: [u8; 4] = [0, 3, 0, 0];

impl Drop for Tap {
    fn drop(&mut self) {
        self.shared.state().closed = true;
        // Wakes the listener, which then goes.
        drop(TcpStream::connect(self.address));
    }
}

impl Tap {
    /// A tap before this server.
    ///
    /// # Errors
    /// When it cannot listen.
    pub(super) fn before(server: SocketAddr) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            server,
            state: Mutex::default(),
        });
        let serving = Arc::clone(&shared);
        thread::spawn(move || {
            for program in listener.incoming() {
                if serving.state().closed {
                    return;
                }
                if let Ok(program) = program {
                    // Who is not connected finds its connection closed.
                    drop(serving.join(program));
                }
            }
        });
        Ok(Self { address, shared })
    }

    /// Where it listens.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Counts from now on, and stops everything there, if anywhere.
    pub(in super::super) fn arm(&self, strike: Option<Strike>) {
        let mut state = self.shared.state();
        (state.counted, state.strike) = (0, strike);
    }

    /// Stops nothing any more that is not stopped; how many steps it has counted.
    pub(in super::super) fn disarm(&self) -> u32 {
        let mut state = self.shared.state();
        state.strike = None;
        state.counted
    }

    /// Whether nothing passes.
    pub(in super::super) fn is_stopped(&self) -> bool {
        self.shared.state().stopped
    }

    /// Whether it has stopped the program where it was to.
    pub(in super::super) fn has_struck(&self) -> bool {
        self.shared.state().struck
    }

    /// Closes all connections, and passes on what comes by new ones.
    pub(super) fn let_go(&self) {
        let mut state = self.shared.state();
        (state.strike, state.stopped, state.struck) = (None, false, false);
        state.generation += 1;
    }
}

/// What is done with a message of a program.
enum Verdict {
    Pass,
    /// It is passed on, and its answer is not.
    LastOne,
    Keep,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn join(self: &Arc<Self>, program: TcpStream) -> std::io::Result<()> {
        let server = TcpStream::connect(self.server)?;
        for end in [&program, &server] {
            end.set_nodelay(true)?;
            end.set_read_timeout(Some(LOOK_EVERY))?;
        }
        let generation = self.state().generation;
        let (to_server, to_program) = (server.try_clone()?, program.try_clone()?);
        let (up, down) = (Arc::clone(self), Arc::clone(self));
        thread::spawn(move || up.pass_up(program, to_server, generation));
        thread::spawn(move || down.pass_down(server, to_program, generation));
        Ok(())
    }

    fn counts(&self, generation: u64) -> bool {
        let state = self.state();
        state.generation == generation && !state.closed
    }

    /// From the program to the server, message by message.
    fn pass_up(&self, mut program: TcpStream, mut server: TcpStream, generation: u64) {
        let (mut waiting, mut in_session) = (Vec::new(), false);
        let (mut in_transaction, mut last) = (false, false);
        let mut buffer = vec![0; 64 * 1024];
        while self.counts(generation) {
            let Some(came) = read(&mut program, &mut buffer) else {
                break;
            };
            waiting.extend_from_slice(&buffer[..came]);
            while let Some(length) = message(&waiting, in_session) {
                let whole: Vec<u8> = waiting.drain(..length).collect();
                let verdict = match (in_session, last) {
                    (false, _) => Verdict::Pass,
                    (true, false) => self.judge(is_a_step(&whole, &mut in_transaction)),
                    // The rest of the statement at which everything stops.
                    (true, true) => Verdict::Pass,
                };
                in_session |= whole.get(4..8) == Some(&SESSION);
                last |= matches!(verdict, Verdict::LastOne);
                if matches!(verdict, Verdict::Pass | Verdict::LastOne) && server.write_all(&whole).is_err() {
                    return;
                }
                // Its answer is waited for on the way back.
                last &= !matches!(whole[0], b'Q' | b'S');
            }
        }
        drop(server.shutdown(Shutdown::Both));
        drop(program.shutdown(Shutdown::Both));
    }

    /// What is done with a message, and counts it if it is a step.
    fn judge(&self, is_a_step: bool) -> Verdict {
        let mut state = self.state();
        if state.stopped {
            return Verdict::Keep;
        }
        if !is_a_step {
            return Verdict::Pass;
        }
        state.counted += 1;
        match state.strike {
            Some(strike) if strike.step == state.counted => {
                state.stopped = true;
                match strike.moment {
                    Moment::Before => {
                        state.struck = true;
                        Verdict::Keep
                    }
                    Moment::After => Verdict::LastOne,
                }
            }
            Some(_) | None => Verdict::Pass,
        }
    }

    /// From the server to the program.
    fn pass_down(&self, mut server: TcpStream, mut program: TcpStream, generation: u64) {
        let mut buffer = vec![0; 64 * 1024];
        while self.counts(generation) {
            let Some(came) = read(&mut server, &mut buffer) else {
                break;
            };
            if came == 0 {
                continue;
            }
            let mut state = self.state();
            if state.generation != generation {
                break;
            }
            if state.stopped {
                // The session is ready for the next statement: this one is done.
                state.struck |= buffer[..came].ends_with(b"Z\0\0\0\x05I")
                    || buffer[..came].ends_with(b"Z\0\0\0\x05T")
                    || buffer[..came].ends_with(b"Z\0\0\0\x05E");
                continue;
            }
            drop(state);
            if program.write_all(&buffer[..came]).is_err() {
                break;
            }
        }
        drop(server.shutdown(Shutdown::Both));
        drop(program.shutdown(Shutdown::Both));
    }
}

/// What came: nothing, if only time passed; `None` if nothing ever will.
fn read(from: &mut TcpStream, buffer: &mut [u8]) -> Option<usize> {
    match from.read(buffer) {
        Ok(0) => None,
        Ok(came) => Some(came),
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted
            ) =>
        {
            Some(0)
        }
        Err(_) => None,
    }
}

/// Whether the database keeps something by this message; `in_transaction` is as it stands before and after it.
fn is_a_step(whole: &[u8], in_transaction: &mut bool) -> bool {
    let says = |word: &str| {
        let text = whole.get(5..5 + word.len()).unwrap_or_default();
        whole[0] == b'Q' && text.eq_ignore_ascii_case(word.as_bytes())
    };
    let outside = !*in_transaction;
    if says("BEGIN") {
        *in_transaction = true;
        return false;
    }
    if says("COMMIT") || says("ROLLBACK;") || whole.starts_with(b"Q\0\0\0\x0dROLLBACK\0") {
        *in_transaction = false;
        return says("COMMIT");
    }
    outside && matches!(whole[0], b'Q' | b'E')
}

/// How long the first message is, if all of it is there. Messages before a session have no kind.
fn message(bytes: &[u8], in_session: bool) -> Option<usize> {
    let kind = usize::from(in_session);
    let length = bytes.get(kind..kind + 4)?;
    let length = u32::from_be_bytes(length.try_into().ok()?);
    let whole = kind + usize::try_from(length).ok()?;
    (bytes.len() >= whole).then_some(whole)
}

#[cfg(test)]
mod tests;
