use std::net::TcpListener;
use std::thread;

use super::*;

/// Answers each request on one connection with the next of these pieces, written one by one.
fn answering(answers: Vec<Vec<&'static [u8]>>) -> (SocketAddr, thread::JoinHandle<Vec<Vec<u8>>>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let served = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.set_nodelay(true).unwrap();
        let mut requests = Vec::new();
        for pieces in answers {
            let mut request = vec![0; 4_096];
            let read = stream.read(&mut request).unwrap();
            request.truncate(read);
            requests.push(request);
            for piece in pieces {
                stream.write_all(piece).unwrap();
                stream.flush().unwrap();
            }
        }
        requests
    });
    (address, served)
}

#[test]
fn one_connection_serves_one_answer_after_the_other() {
    let (address, served) = answering(vec![
        vec![b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok"],
        vec![
            b"HTTP/1.1 409 Conflict\r\nconte",
            b"nt-length: 5\r\n\r\nta",
            b"ken",
        ],
        vec![b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 2\r\ncontent-length: 0\r\n\r\n"],
    ]);
    let mut connection = Connection::open(address).unwrap();
    let mut ask = || connection.exchange(b"GET / HTTP/1.1\r\n\r\n").unwrap();
    let answers = [ask(), ask(), ask()];
    assert_eq!(
        answers
            .clone()
            .map(|answer| (answer.status, String::from_utf8(answer.body).unwrap())),
        [(201, "ok"), (409, "taken"), (503, "")].map(|(status, body)| (status, body.to_owned()))
    );
    assert_eq!(
        answers.each_ref().map(|answer| answer.retry_after),
        [None, None, Some(2)]
    );
    assert_eq!(answers[1].describe(), "409: taken");
    served.join().unwrap();
}

#[test]
fn chunks_are_put_together_wherever_they_are_cut() {
    let whole: &[u8] = b"4\r\nWiki\r\n5;note\r\npedia\r\n0\r\n\r\n";
    for cut in 0..whole.len() {
        assert_eq!(parse_chunks(&whole[..cut]).unwrap(), None, "cut at {cut}");
    }
    assert_eq!(parse_chunks(whole).unwrap(), Some(b"Wikipedia".to_vec()));
}

#[test]
fn a_chunk_that_is_longer_than_it_says_is_refused() {
    assert!(parse_chunks(b"2\r\nWiki\r\n").is_err());
    assert!(parse_chunks(b"x\r\nWiki\r\n").is_err());
}

#[test]
fn an_answer_that_cannot_be_told_from_the_next_one_is_refused() {
    for head in [
        "HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: many\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 0\r\nConnection: close\r\n\r\n",
    ] {
        assert!(parse_head(head.as_bytes()).is_err(), "{head}");
    }
    assert_eq!(
        parse_head(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n").unwrap(),
        None
    );
}

#[test]
fn a_connection_that_ends_early_is_an_error_and_not_a_short_answer() {
    let (address, served) = answering(vec![vec![b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf"]]);
    let mut connection = Connection::open(address).unwrap();
    assert!(connection.exchange(b"GET / HTTP/1.1\r\n\r\n").is_err());
    served.join().unwrap();
}

#[test]
fn who_knocks_learns_the_status_or_that_the_door_was_closed() {
    let (address, served) = answering(vec![vec![
        b"HTTP/1.1 413 Too ",
        b"large\r\nconnection: close\r\n\r\n",
    ]]);
    assert_eq!(knock(address, b"GET / HTTP/1.1\r\n\r\n").unwrap(), Some(413));
    served.join().unwrap();
    let (address, served) = answering(vec![Vec::new()]);
    assert_eq!(knock(address, b"GET / HTTP/1.1\r\n\r\n").unwrap(), None);
    served.join().unwrap();
    let (address, served) = answering(vec![vec![b"220 mail.example ESMTP\r\n"]]);
    assert!(knock(address, b"GET / HTTP/1.1\r\n\r\n").is_err());
    served.join().unwrap();
}

#[test]
fn who_listens_goes_away_in_the_middle_or_when_the_stream_ends() {
    let (address, served) = answering(vec![vec![b"HTTP/1.1 200 OK\r\n\r\n", b": beat\n\n"]]);
    let stay = Duration::from_secs(3_600);
    // The stream ends long before.
    assert_eq!(listen(address, b"GET / HTTP/1.1\r\n\r\n", stay).unwrap(), 200);
    served.join().unwrap();
    let (address, served) = answering(vec![vec![b"HTTP/1.1 422 No place\r\n\r\n"]]);
    assert_eq!(
        listen(address, b"GET / HTTP/1.1\r\n\r\n", Duration::ZERO).unwrap(),
        422
    );
    served.join().unwrap();
}

#[test]
fn a_request_says_how_long_its_body_is_and_who_asks() {
    let (address, served) = answering(vec![vec![b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"]]);
    let mut connection = Connection::open(address).unwrap();
    connection
        .exchange(&post("/api/v1/visits", "secret", "bench-1", "{}"))
        .unwrap();
    let request = String::from_utf8(served.join().unwrap().remove(0)).unwrap();
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /api/v1/visits HTTP/1.1\r\n"), "{head}");
    for line in [
        "authorization: Bearer secret",
        "idempotency-key: bench-1",
        "content-length: 2",
    ] {
        assert!(head.lines().any(|known| known == line), "{line} is not in {head}");
    }
    assert_eq!(body, "{}");
}
