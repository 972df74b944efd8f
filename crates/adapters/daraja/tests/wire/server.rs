//! A small HTTP server on loopback that says what it is told, and also what no HTTP library would say.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// What the server does with one request.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    Http {
        status: u16,
        content_type: &'static str,
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
    pub(crate) fn json(status: u16, body: &str) -> Self {
        Self::Http {
            status,
            content_type: "application/json",
            body: body.to_owned(),
        }
    }

    pub(crate) fn html(status: u16) -> Self {
        Self::Http {
            status,
            content_type: "text/html",
            body: "<html><body>The requested URL was rejected.</body></html>".to_owned(),
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) line: String,
    headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(header, _)| header == name);
        found.map(|(_, value)| value.as_str())
    }
}

enum Script {
    /// One reply for each request, in order.
    Lines(VecDeque<Reply>),
    /// Hands out tokens, each of which cancels the one before, and accepts prompts under the last.
    RealTokens { current: u32, asked: u32 },
}

struct Shared {
    script: Mutex<Script>,
    requests: Mutex<Vec<Request>>,
    stopped: Mutex<bool>,
}

pub(crate) struct Scripted {
    address: SocketAddr,
    shared: Arc<Shared>,
}

impl Scripted {
    pub(crate) fn start(replies: Vec<Reply>) -> Self {
        Self::serve(Script::Lines(replies.into()))
    }

    pub(crate) fn real_tokens() -> Self {
        Self::serve(Script::RealTokens { current: 0, asked: 0 })
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

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.shared.requests.lock().unwrap().clone()
    }

    /// The tokens under which calls were made, in order.
    pub(crate) fn bearers(&self) -> Vec<String> {
        let requests = self.requests();
        let calls = requests.iter().filter(|request| request.line.starts_with("POST"));
        calls
            .filter_map(|request| request.header("authorization").map(str::to_owned))
            .collect()
    }

    pub(crate) fn token_requests(&self) -> u32 {
        match &*self.shared.script.lock().unwrap() {
            Script::RealTokens { asked, .. } => *asked,
            Script::Lines(_) => 0,
        }
    }

    pub(crate) fn cancel_token(&self) {
        if let Script::RealTokens { current, .. } = &mut *self.shared.script.lock().unwrap() {
            *current += 1_000;
        }
    }

    /// From now on nobody listens at the address.
    pub(crate) fn stop(&self) {
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
                let half = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{ \"Resp";
                drop(connection.write_all(half));
            }
            Reply::Silence => {
                // Until the client closes.
                drop(connection.read(&mut [0; 1]));
            }
        }
    }

    fn reply(&self, request: &Request) -> Reply {
        match &mut *self.script.lock().unwrap() {
            Script::Lines(replies) => replies.pop_front().unwrap_or(Reply::Reset),
            Script::RealTokens { current, asked } => {
                if request.line.starts_with("GET") {
                    *asked += 1;
                    *current += 1;
                    let body = format!(r#"{{ "access_token": "t{current}", "expires_in": 3599 }}"#);
                    return Reply::json(200, &body);
                }
                let good = format!("Bearer t{current}");
                if request.header("authorization") == Some(good.as_str()) {
                    Reply::json(200, crate::ACCEPTED)
                } else {
                    Reply::json(404, crate::TOKEN_EXPIRED)
                }
            }
        }
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
