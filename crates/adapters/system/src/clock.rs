//! The machine's clock, and the one movable clock that all processes follow in dev, demo and tests.
//!
//! The movable clock runs at the machine's pace, at a distance from it. One process is the authority; it
//! tells the distance to its followers over a line on loopback, and a move is over only when every
//! follower has taken it up. In production nothing follows anything: settings refuse it.
//!
//! The line: the authority sends `distance <nanoseconds>\n`, the follower answers `ok\n`.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration as StdDuration;

use ratiba_kernel::Clock;
use time::{Duration, OffsetDateTime};

/// The machine's clock, in UTC.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> OffsetDateTime {
        machine_now()
    }
}

/// Whole microseconds, as the database keeps them: what was answered is what will be read back.
#[expect(clippy::disallowed_methods, reason = "this is the port's implementation")]
fn machine_now() -> OffsetDateTime {
    whole_microseconds(OffsetDateTime::now_utc())
}

fn whole_microseconds(instant: OffsetDateTime) -> OffsetDateTime {
    instant - Duration::nanoseconds(i64::from(instant.nanosecond() % 1_000))
}

/// A clock that runs at the machine's pace, at a distance that can be changed. Clones are the same clock.
#[derive(Clone, Debug, Default)]
pub struct MovableClock {
    /// Nanoseconds ahead of the machine.
    distance: Arc<AtomicI64>,
    /// Microseconds since 1970 of a clock that was stopped; zero of one that runs.
    still: Arc<AtomicI64>,
}

impl MovableClock {
    /// A clock that shows `now` at this moment.
    #[must_use]
    pub fn at(now: OffsetDateTime) -> Self {
        let clock = Self::default();
        clock.set(now);
        clock
    }

    /// Puts this process's clock to `now`.
    pub fn set(&self, now: OffsetDateTime) {
        self.set_distance(distance_to(now));
        if self.still.load(Ordering::SeqCst) != 0 {
            self.still.store(microseconds(now), Ordering::SeqCst);
        }
    }

    /// Stops the clock where it is: it goes on only by being set or moved, and by a microsecond with each look, so that
    /// what happens later is later. For stories whose times must come out the same on a slow machine.
    pub fn stop(&self) {
        let now = microseconds(self.now());
        self.still.store(now, Ordering::SeqCst);
    }

    /// Moves this process's clock on.
    pub fn advance(&self, by: Duration) {
        self.set(self.now() + by);
    }

    fn set_distance(&self, nanoseconds: i64) {
        self.distance.store(nanoseconds, Ordering::SeqCst);
    }
}

impl Clock for MovableClock {
    fn now(&self) -> OffsetDateTime {
        if self.still.load(Ordering::SeqCst) != 0 {
            let still = self.still.fetch_add(1, Ordering::SeqCst);
            return OffsetDateTime::UNIX_EPOCH + Duration::microseconds(still);
        }
        whole_microseconds(machine_now() + Duration::nanoseconds(self.distance.load(Ordering::SeqCst)))
    }
}

/// Microseconds since 1970; what no clock shows is as far as one can.
fn microseconds(now: OffsetDateTime) -> i64 {
    let microseconds = (now - OffsetDateTime::UNIX_EPOCH).whole_microseconds();
    i64::try_from(microseconds).unwrap_or(i64::MAX)
}

/// Nanoseconds from the machine's time to `now`; some 290 years at most.
fn distance_to(now: OffsetDateTime) -> i64 {
    let nanoseconds = (now - machine_now()).whole_nanoseconds();
    i64::try_from(nanoseconds).unwrap_or(if nanoseconds < 0 { i64::MIN } else { i64::MAX })
}

/// How long a follower may take to answer before the line to it is given up.
const ANSWER_WITHIN: StdDuration = StdDuration::from_secs(2);

/// The process whose clock the others follow.
#[derive(Clone, Debug)]
pub struct ClockAuthority {
    clock: MovableClock,
    address: SocketAddr,
    followers: Arc<Mutex<Vec<Line>>>,
}

#[derive(Debug)]
struct Line {
    write: TcpStream,
    read: BufReader<TcpStream>,
}

impl Line {
    fn open(stream: TcpStream) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(ANSWER_WITHIN))?;
        stream.set_write_timeout(Some(ANSWER_WITHIN))?;
        Ok(Self {
            read: BufReader::new(stream.try_clone()?),
            write: stream,
        })
    }

    fn tell(&mut self, distance: i64) -> io::Result<()> {
        self.write
            .write_all(format!("distance {distance}\n").as_bytes())?;
        let mut answer = String::new();
        self.read.read_line(&mut answer)?;
        if answer == "ok\n" {
            Ok(())
        } else {
            Err(io::Error::other("the follower did not take up the time"))
        }
    }
}

impl ClockAuthority {
    /// Starts to listen for followers; port 0 takes any free one.
    ///
    /// # Errors
    /// An address that is not on loopback, or one that is taken.
    pub fn start(clock: MovableClock, address: SocketAddr) -> io::Result<Self> {
        refuse_foreign(address)?;
        let listener = TcpListener::bind(address)?;
        let authority = Self {
            clock,
            address: listener.local_addr()?,
            followers: Arc::default(),
        };
        let (clock, followers) = (authority.clock.clone(), Arc::clone(&authority.followers));
        thread::Builder::new()
            .name("clock-authority".to_owned())
            .spawn(move || {
                for stream in listener.incoming().flatten() {
                    // The lock is held while telling, so that no move slips in between.
                    let mut lines = followers.lock().unwrap_or_else(PoisonError::into_inner);
                    if let Ok(mut line) = Line::open(stream)
                        && line.tell(clock.distance.load(Ordering::SeqCst)).is_ok()
                    {
                        lines.push(line);
                    }
                }
            })?;
        Ok(authority)
    }

    /// Where followers connect.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The authority's own clock.
    #[must_use]
    pub fn clock(&self) -> MovableClock {
        self.clock.clone()
    }

    /// Puts the clock of all processes to `now`. When it returns, every follower that is alive shows the
    /// new time; one that does not answer is let go. Blocks for some milliseconds. Returns how many follow.
    pub fn move_to(&self, now: OffsetDateTime) -> usize {
        let mut lines = self.followers.lock().unwrap_or_else(PoisonError::into_inner);
        let distance = distance_to(now);
        self.clock.set_distance(distance);
        lines.retain_mut(|line| line.tell(distance).is_ok());
        lines.len()
    }
}

/// Follows an authority; returns once the first time was taken up. `moved` is called after each change.
///
/// When the line breaks the clock stays at its distance and the line is sought again.
///
/// # Errors
/// An address that is not on loopback, or an authority that does not answer.
pub fn follow(
    clock: MovableClock,
    authority: SocketAddr,
    moved: impl Fn() + Send + 'static,
) -> io::Result<()> {
    refuse_foreign(authority)?;
    let mut line = connect(authority)?;
    take_up(&clock, &mut line)?;
    thread::Builder::new()
        .name("clock-follower".to_owned())
        .spawn(move || {
            loop {
                while take_up(&clock, &mut line).is_ok() {
                    moved();
                }
                line = loop {
                    thread::sleep(StdDuration::from_millis(200));
                    if let Ok(found) = connect(authority) {
                        break found;
                    }
                };
            }
        })?;
    Ok(())
}

fn connect(authority: SocketAddr) -> io::Result<Line> {
    let stream = TcpStream::connect_timeout(&authority, ANSWER_WITHIN)?;
    let line = Line::open(stream)?;
    // A follower waits as long as nothing is moved.
    line.write.set_read_timeout(None)?;
    Ok(line)
}

fn take_up(clock: &MovableClock, line: &mut Line) -> io::Result<()> {
    let mut told = String::new();
    line.read.read_line(&mut told)?;
    let distance = told
        .strip_prefix("distance ")
        .and_then(|rest| rest.trim_end().parse().ok())
        .ok_or_else(|| io::Error::other("not a distance"))?;
    clock.set_distance(distance);
    line.write.write_all(b"ok\n")
}

/// The control address moves time and money's deadlines: nobody outside this machine may reach it.
fn refuse_foreign(address: SocketAddr) -> io::Result<()> {
    if address.ip().is_loopback() {
        Ok(())
    } else {
        Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "the movable clock lives on loopback only",
        ))
    }
}

#[cfg(test)]
mod tests;
