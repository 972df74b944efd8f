//! A small HTTP/1.1 client that gets out of the way: one connection that is kept, one request at a time.
//!
//! It knows as much of HTTP as our own api speaks. What it does not know it refuses, because a benchmark that
//! misreads an answer is worse than none.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context as _, bail};

use crate::machine;

/// How long one answer may take before the benchmark gives up.
const PATIENCE: Duration = Duration::from_secs(60);
/// How large a head may be, and how large a body.
const HEAD_MOST: usize = 16 * 1024;
const BODY_MOST: usize = 16 * 1024 * 1024;
const READ: usize = 64 * 1024;
/// How much of an answer says its status: `HTTP/1.1 200`.
const STATUS_LINE: usize = 12;

/// One kept connection to the subject.
pub(crate) struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
}

/// What the subject answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    /// The status code.
    pub(crate) status: u16,
    /// After how many seconds one may ask again, if that was said.
    pub(crate) retry_after: Option<u64>,
    /// The whole body.
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// The answer for a person, cut where it gets long.
    pub(crate) fn describe(&self) -> String {
        let body = String::from_utf8_lossy(&self.body);
        let short: String = body.chars().take(600).collect();
        format!("{}: {short}", self.status)
    }
}

/// A head that was understood.
#[derive(Debug, PartialEq, Eq)]
struct Head {
    status: u16,
    retry_after: Option<u64>,
    body: BodyLength,
    /// Where the body begins.
    length: usize,
}

#[derive(Debug, PartialEq, Eq)]
enum BodyLength {
    Known(usize),
    Chunked,
}

impl Connection {
    /// Connects, without waiting for small writes to add up.
    pub(crate) fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).with_context(|| format!("nobody listens on {address}"))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        Ok(Self {
            stream,
            received: Vec::with_capacity(READ),
        })
    }

    /// Sends a whole request and waits for the whole answer.
    pub(crate) fn exchange(&mut self, request: &[u8]) -> anyhow::Result<Answer> {
        self.stream
            .write_all(request)
            .context("the request was not taken")?;
        self.received.clear();
        let head = loop {
            if let Some(head) = parse_head(&self.received)? {
                break head;
            }
            if self.received.len() > HEAD_MOST {
                bail!("the head of the answer is too long");
            }
            self.receive()?;
        };
        let body = match head.body {
            BodyLength::Known(length) => self.known_body(head.length, length)?,
            BodyLength::Chunked => self.chunked_body(head.length)?,
        };
        Ok(Answer {
            status: head.status,
            retry_after: head.retry_after,
            body,
        })
    }

    fn known_body(&mut self, from: usize, length: usize) -> anyhow::Result<Vec<u8>> {
        if length > BODY_MOST {
            bail!("the body of the answer is too long");
        }
        while self.received.len() < from + length {
            self.receive()?;
        }
        if self.received.len() > from + length {
            bail!("more came than the answer");
        }
        Ok(self.received.split_off(from))
    }

    fn chunked_body(&mut self, from: usize) -> anyhow::Result<Vec<u8>> {
        loop {
            if let Some(body) = parse_chunks(self.received.get(from..).unwrap_or_default())? {
                return Ok(body);
            }
            if self.received.len() > from + BODY_MOST {
                bail!("the body of the answer is too long");
            }
            self.receive()?;
        }
    }

    fn receive(&mut self) -> anyhow::Result<()> {
        let mut chunk = [0_u8; READ];
        let read = self.stream.read(&mut chunk).context("the answer did not come")?;
        if read == 0 {
            bail!("the connection was closed in the middle of an answer");
        }
        self.received
            .extend_from_slice(chunk.get(..read).unwrap_or_default());
        Ok(())
    }
}

/// The head of an answer; `None` while it is not all there.
fn parse_head(received: &[u8]) -> anyhow::Result<Option<Head>> {
    let Some(end) = received.windows(4).position(|four| four == b"\r\n\r\n") else {
        return Ok(None);
    };
    let head = received.get(..end).unwrap_or_default();
    let head = std::str::from_utf8(head).context("the head of the answer is not text")?;
    let mut lines = head.split("\r\n");
    let status = lines
        .next()
        .and_then(|line| line.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok())
        .context("the answer is not HTTP/1.1")?;
    let (mut body, mut retry_after) = (None, None);
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        let value = value.trim();
        if name.eq_ignore_ascii_case("content-length") {
            body = Some(BodyLength::Known(
                value.parse().context("a length that is no number")?,
            ));
        } else if name.eq_ignore_ascii_case("transfer-encoding") && value.eq_ignore_ascii_case("chunked") {
            body = Some(BodyLength::Chunked);
        } else if name.eq_ignore_ascii_case("retry-after") {
            retry_after = value.parse().ok();
        } else if name.eq_ignore_ascii_case("connection") && value.eq_ignore_ascii_case("close") {
            bail!("the connection is not kept");
        }
    }
    Ok(Some(Head {
        status,
        retry_after,
        body: body.context("the answer does not say how long it is")?,
        length: end + 4,
    }))
}

/// The body that came in chunks; `None` while it is not all there.
fn parse_chunks(mut rest: &[u8]) -> anyhow::Result<Option<Vec<u8>>> {
    let mut body = Vec::new();
    loop {
        let Some(end) = rest.windows(2).position(|two| two == b"\r\n") else {
            return Ok(None);
        };
        let (line, after) = rest.split_at(end);
        let digits = std::str::from_utf8(line).context("a chunk of no length")?;
        let digits = digits.split(';').next().unwrap_or_default().trim();
        let length = usize::from_str_radix(digits, 16).context("a chunk of no length")?;
        if length > BODY_MOST {
            bail!("a chunk is too long");
        }
        let Some(after) = after.get(2..) else {
            return Ok(None);
        };
        // The chunk, and the end of its line.
        if after.len() < length + 2 {
            return Ok(None);
        }
        let (chunk, after) = after.split_at(length);
        if !after.starts_with(b"\r\n") {
            bail!("a chunk is longer than it says");
        }
        if length == 0 {
            return Ok(Some(body));
        }
        body.extend_from_slice(chunk);
        rest = after.get(2..).unwrap_or_default();
    }
}

/// Knocks with a connection of its own, whatever becomes of it, and gives the status of what is answered; `None` if the
/// subject closed the door while it was still being told something.
pub(crate) fn knock(address: SocketAddr, request: &[u8]) -> anyhow::Result<Option<u16>> {
    let mut connection = Connection::open(address)?;
    // Who is refused in the middle of a sentence may not get to its end.
    let _told = connection.stream.write_all(request);
    while connection.received.len() < STATUS_LINE && connection.receive().is_ok() {}
    if connection.received.len() < STATUS_LINE {
        return Ok(None);
    }
    parse_status(&connection.received)
        .context("the answer is not HTTP/1.1")
        .map(Some)
}

/// Listens to a stream for so long, and goes away in the middle of it. Gives the status of the answer.
pub(crate) fn listen(address: SocketAddr, request: &[u8], stay: Duration) -> anyhow::Result<u16> {
    let mut connection = Connection::open(address)?;
    connection
        .stream
        .write_all(request)
        .context("the request was not taken")?;
    while connection.received.len() < STATUS_LINE {
        connection.receive()?;
    }
    let status = parse_status(&connection.received).context("the answer is not HTTP/1.1")?;
    let began = machine::now();
    let mut chunk = [0_u8; READ];
    while let Some(left) = stay.checked_sub(began.elapsed()).filter(|left| !left.is_zero()) {
        connection.stream.set_read_timeout(Some(left))?;
        // Nothing to hear is as good as something; an end is not waited for.
        if matches!(connection.stream.read(&mut chunk), Ok(0)) {
            break;
        }
    }
    Ok(status)
}

/// The status of an answer that begins so.
fn parse_status(received: &[u8]) -> Option<u16> {
    let line = std::str::from_utf8(received.get(..STATUS_LINE)?).ok()?;
    line.strip_prefix("HTTP/1.1 ")?.parse().ok()
}

/// A request without a body.
pub(crate) fn get(path: &str, token: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n\r\n").into_bytes()
}

/// A request that books, with its key.
pub(crate) fn post(path: &str, token: &str, idempotency_key: &str, body: &str) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\nidempotency-key: {idempotency_key}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

#[cfg(test)]
mod tests;
