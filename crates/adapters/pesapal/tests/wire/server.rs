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

struct Shared {
    replies: Mutex<VecDeque<Reply>>,
    requests: Mutex<Vec<Request>>,
}

pub(crate) struct Scripted {
    address: SocketAddr,
    shared: Arc<Shared>,
}

impl Scripted {
    pub(crate) fn start(replies: Vec<Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            replies: Mutex::new(replies.into()),
            requests: Mutex::new(Vec::new()),
        });
        let serving = Arc::clone(&shared);
        thread::spawn(move || {
            for connection in listener.incoming() {
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
        requests
            .iter()
            .filter_map(|request| request.header("authorization").map(str::to_owned))
            .collect()
    }
}

impl Shared {
    fn answer(&self, mut connection: TcpStream) {
        let Some(request) = read_request(&connection) else {
            return;
        };
        let reply = self.reply();
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
                let half = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{ \"stat";
                drop(connection.write_all(half));
            }
            Reply::Silence => {
                // Until the client closes.
                drop(connection.read(&mut [0; 1]));
            }
        }
    }

    fn reply(&self) -> Reply {
        self.replies.lock().unwrap().pop_front().unwrap_or(Reply::Reset)
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
