//! A Redis of one test's own: Debian's `redis-server`, on a free port of loopback, with a password, keeping nothing.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

const PROGRAM: &str = "redis-server";
/// Opens nothing but test servers.
const PASSWORD: &str = "open-sesame";
/// What the server says when it can be asked.
const READY: &str = "Ready to accept connections";

/// A server that ends with this value.
pub struct TestRedis {
    program: PathBuf,
    port: u16,
    password: String,
    running: Running,
}

/// The process, and its log, which must stay open as long as it writes.
#[derive(Debug)]
struct Running {
    child: Child,
    log: BufReader<ChildStdout>,
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may be gone already; then there is nothing to end.
        let _killed = self.child.kill();
        let _ended = self.child.wait();
    }
}

impl TestRedis {
    /// A server that can be asked; `None`, and a word on why, where the program is not installed.
    ///
    /// # Panics
    /// If it does not start.
    pub fn start() -> Option<Self> {
        Self::start_with(PASSWORD)
    }

    /// The same, with a password of the caller's.
    ///
    /// # Panics
    /// As [`start`](Self::start).
    pub fn start_with(password: &str) -> Option<Self> {
        let path = std::env::var_os("PATH")?;
        let program = std::env::split_paths(&path)
            .map(|directory| directory.join(PROGRAM))
            .find(|candidate| candidate.is_file());
        let Some(program) = program else {
            eprintln!("skipped: {PROGRAM} is not installed; on Debian `apt-get install {PROGRAM}` does it");
            return None;
        };
        let free = TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr());
        let port = free
            .unwrap_or_else(|error| panic!("no free port on loopback: {error}"))
            .port();
        Some(Self {
            running: run(&program, port, password),
            program,
            port,
            password: password.to_owned(),
        })
    }

    /// Its address, with the password.
    #[must_use]
    pub fn url(&self) -> String {
        self.url_with(&self.password)
    }

    /// Its address with another password.
    #[must_use]
    pub fn url_with(&self, password: &str) -> String {
        format!("redis://:{password}@127.0.0.1:{}/0", self.port)
    }

    /// Ends it at once, as a machine that is switched off does.
    pub fn kill(&mut self) {
        let _gone = self.running.child.kill();
        let _ended = self.running.child.wait();
    }

    /// Starts it again at the same address; it remembers nothing.
    ///
    /// # Panics
    /// As [`start`](Self::start).
    pub fn start_again(&mut self) {
        self.kill();
        self.running = run(&self.program, self.port, &self.password);
    }
}

fn run(program: &Path, port: u16, password: &str) -> Running {
    let started = Command::new(program)
        .args(["--bind", "127.0.0.1", "--port", &port.to_string()])
        .args(["--requirepass", password, "--save", "", "--appendonly", "no"])
        .args(["--daemonize", "no", "--logfile", ""])
        .current_dir(std::env::temp_dir())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let mut child = started.unwrap_or_else(|error| panic!("{PROGRAM} does not start: {error}"));
    let log = child
        .stdout
        .take()
        .unwrap_or_else(|| panic!("{PROGRAM} has no log"));
    let mut running = Running {
        child,
        log: BufReader::new(log),
    };
    let mut said = String::new();
    loop {
        let before = said.len();
        let read = running.log.read_line(&mut said);
        if said[before..].contains(READY) {
            return running;
        }
        assert!(read.is_ok_and(|bytes| bytes > 0), "{PROGRAM} ended: {said}");
    }
}
