//! A provider on loopback, for tests of adapters: a small HTTP server that says what it is told, and also what no HTTP
//! library would say.

#![expect(clippy::unwrap_used, reason = "a test whose server cannot listen fails")]

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// What the server does with one request.
#[derive(Clone, Debug)]
pub enum Reply {
    /// An answer as HTTP knows it.
    Http {
        /// The status.
        status: u16,
        /// The type that the body is said to have.
        content_type: &'static str,
        /// The body.
        body: String,
    },
    /// Closes the connection without a word.
    Reset,
    /// Promises more than it sends.
    HalfAnAnswer,
    /// Says nothing until the client gives up.
    Silence,
}

impl Reply {
    /// An answer that is said to be JSON.
    #[must_use]
    pub fn json(status: u16, body: &str) -> Self {
        Self::Http {
            status,
            content_type: "application/json",
            body: body.to_owned(),
        }
    }

    /// What a firewall says.
    #[must_use]
    pub fn html(status: u16) -> Self {
        Self::Http {
            status,
            content_type: "text/html",
            body: "<html><body>The requested URL was rejected.</body></html>".to_owned(),
        }
    }
}

/// What came.
#[derive(Clone, Debug)]
pub struct Request {
    /// Method, path and protocol.
    pub line: String,
    headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

impl Request {
    /// The value of a header, whose name is in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(header, _)| header == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// What is said to a request.
type Script = Box<dyn FnMut(&Request) -> Reply + Send>;

struct Shared {
    script: Mutex<Script>,
    requests: Mutex<Vec<Request>>,
    stopped: Mutex<bool>,
}

/// The server; requests are answered until it is stopped, or the test is over.
pub struct Scripted {
    address: SocketAddr,
    shared: Arc<Shared>,
}

impl Scripted {
    /// One reply for each request, in order, and none after the last.
    #[must_use]
    pub fn start(replies: Vec<Reply>) -> Self {
        let mut replies = VecDeque::from(replies);
        Self::answering(move |_request| replies.pop_front().unwrap_or(Reply::Reset))
    }

    /// Each request is answered by what it says.
    #[must_use]
    pub fn answering(script: impl FnMut(&Request) -> Reply + Send + 'static) -> Self {
        Self::serve(Box::new(script))
    }

    fn serve(script: Script) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            script: Mutex::new(script),
            requests: Mutex::new(Vec::new()),
            stopped: Mutex::new(false),
        });
        let serving = Arc::clone(&shared);
        thread::spawn(move || {
            for connection in listener.incoming() {
                if *serving.stopped.lock().unwrap() {
                    return;
                }
                let (Ok(connection), serving) = (connection, Arc::clone(&serving)) else {
                    continue;
                };
                thread::spawn(move || serving.answer(connection));
            }
        });
        Self { address, shared }
    }

    /// Where it listens.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What came so far.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        self.shared.requests.lock().unwrap().clone()
    }

    /// The tokens under which calls were made, in order.
    #[must_use]
    pub fn bearers(&self) -> Vec<String> {
        let requests = self.requests();
        let under = requests
            .iter()
            .filter_map(|request| request.header("authorization"));
        let tokens = under.filter(|value| value.starts_with("Bearer "));
        tokens.map(str::to_owned).collect()
    }

    /// From now on nobody listens at the address.
    pub fn stop(&self) {
        *self.shared.stopped.lock().unwrap() = true;
        // Wakes the listener, which then goes; the next connection is refused once it is gone.
        drop(TcpStream::connect(self.address));
        while TcpStream::connect(self.address).is_ok() {
            thread::yield_now();
        }
    }
}

impl Shared {
    fn answer(&self, mut connection: TcpStream) {
        let Some(request) = read_request(&connection) else {
            return;
        };
        let reply = self.reply(&request);
        self.requests.lock().unwrap().push(request);
        match reply {
            Reply::Http {
                status,
                content_type,
                body,
            } => {
                let length = body.len();
                let answer = format!(
                    "HTTP/1.1 {status} Scripted\r\ncontent-type: {content_type}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
                );
                // A client that has read enough may have gone.
                drop(connection.write_all(answer.as_bytes()));
            }
            Reply::Reset => {}
            Reply::HalfAnAnswer => {
                let half =
                    b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{ \"s";
                drop(connection.write_all(half));
            }
            Reply::Silence => {
                // Until the client closes.
                drop(connection.read(&mut [0; 1]));
            }
        }
    }

    fn reply(&self, request: &Request) -> Reply {
        (self.script.lock().unwrap())(request)
    }
}

fn read_request(connection: &TcpStream) -> Option<Request> {
    let mut reader = BufReader::new(connection);
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim_end().to_owned();
        if line.is_empty() {
            break;
        }
        lines.push(line);
    }
    let headers: Vec<(String, String)> = lines[1..]
        .iter()
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length: usize = length.and_then(|(_, value)| value.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Request {
        line: lines[0].clone(),
        headers,
        body: String::from_utf8(body).ok()?,
    })
}
