use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::{Answer, CallError, GuardedClient, Limits, Refusal};
use crate::names::AllowedNames;
use crate::range::{Range, refused};
use crate::resolver::Lookup;

const LIMITS: Limits = Limits {
    connect: Duration::from_secs(2),
    whole: Duration::from_secs(3),
    answer_bytes_max: 16,
};

/// Answers from a list, one after the other, then with the last again and again.
struct Told {
    answers: Vec<Vec<IpAddr>>,
    asked: AtomicUsize,
}

#[async_trait]
impl Lookup for Told {
    async fn addresses(&self, _name: &str) -> io::Result<Vec<IpAddr>> {
        let place = self.asked.fetch_add(1, Ordering::SeqCst);
        Ok(self.answers[place.min(self.answers.len() - 1)].clone())
    }
}

fn told(answers: &[&[&str]]) -> Arc<Told> {
    let parse = |list: &&[&str]| list.iter().map(|text| text.parse().unwrap()).collect();
    Arc::new(Told {
        answers: answers.iter().map(parse).collect(),
        asked: AtomicUsize::new(0),
    })
}

/// Somebody who listens at an address of this machine, answers with the same and notes how often it was called.
async fn listener(address: Ipv4Addr, answer: &'static str) -> (u16, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind((address, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let heard = Arc::new(Mutex::new(Vec::new()));
    let notes = Arc::clone(&heard);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut buffer = vec![0; 4_096];
            let read = stream.read(&mut buffer).await.unwrap_or_default();
            let text = String::from_utf8_lossy(&buffer[..read]).into_owned();
            notes.lock().unwrap().push(text);
            let _ = stream.write_all(answer.as_bytes()).await;
            let _ = stream.shutdown().await;
        }
    });
    (port, heard)
}

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok";

/// For tests 127.0.0.1 is the house, and the rest of the loopback network the world.
fn house_is_one(address: IpAddr) -> Option<Range> {
    (address == IpAddr::from([127, 0, 0, 1])).then_some(Range::Loopback)
}

#[test]
fn an_address_is_refused_in_every_spelling() {
    let client = GuardedClient::new(AllowedNames::default(), told(&[&[]]), LIMITS).unwrap();
    for address in [
        "https://127.0.0.1/",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0x7f.0.0.1/",
        "https://0177.0.0.1/",
        "https://017700000001/",
        "https://127.0.0.1./",
        "https://%31%32%37.0.0.1/",
        "https://１２７.0.0.1/",
        "https://127。0。0。1/",
        "https://[::1]/",
        "https://[0:0:0:0:0:0:0:1]:8443/x",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:7f00:1]/",
        "https://[::127.0.0.1]/",
        "https://[2002:7f00:1::]/",
        "https://[64:ff9b::7f00:1]/",
    ] {
        let refused = client.check(address);
        assert_eq!(refused, Err(Refusal::Address(Range::Loopback)), "{address}");
    }
    let elsewhere = [
        ("https://169.254.169.254/latest/meta-data", Range::Metadata),
        ("https://[fd00:ec2::254]/", Range::Metadata),
        ("https://0/", Range::Unspecified),
        ("https://10.1/", Range::Private),
    ];
    for (address, range) in elsewhere {
        assert_eq!(client.check(address), Err(Refusal::Address(range)), "{address}");
    }
    assert_eq!(client.check("https://1.1.1.1/hook"), Ok(()));
    assert_eq!(client.check("https://hooks.example.com:8443/a?b=c"), Ok(()));
}

#[test]
fn only_plain_addresses_of_the_web_are_taken() {
    let client = GuardedClient::new(AllowedNames::default(), told(&[&[]]), LIMITS).unwrap();
    for (address, refusal) in [
        ("http://example.com/", Refusal::NotHttps),
        ("ftp://example.com/", Refusal::NotHttps),
        ("file:///etc/passwd", Refusal::NotHttps),
        ("https://me@example.com/", Refusal::Carries),
        ("https://me:secret@example.com/", Refusal::Carries),
        ("https://example.com/#part", Refusal::Carries),
        ("https://[fe80::1%25eth0]/", Refusal::NotAnAddress),
        ("example.com", Refusal::NotAnAddress),
        ("", Refusal::NotAnAddress),
    ] {
        assert_eq!(client.check(address), Err(refusal), "{address}");
    }
    let long = format!("https://example.com/{}", "x".repeat(2_000));
    assert_eq!(client.check(&long), Err(Refusal::NotAnAddress));
}

#[tokio::test]
async fn a_name_that_leads_into_the_house_is_refused_before_anything_is_sent() {
    let (port, heard) = listener(Ipv4Addr::LOCALHOST, OK).await;
    // Alone, beside a public one, and before it.
    let answers: [&[&str]; 5] = [
        &["127.0.0.1"],
        &["1.1.1.1", "127.0.0.1"],
        &["127.0.0.1", "1.1.1.1"],
        &["::ffff:127.0.0.1"],
        &["169.254.169.254"],
    ];
    for answer in answers {
        let client = GuardedClient::new(AllowedNames::default(), told(&[answer]), LIMITS).unwrap();
        let address = format!("https://hooks.example.com:{port}/");
        let called = client.post(&address, &[], String::new()).await;
        assert!(
            matches!(called, Err(CallError::Refused(Refusal::Address(_)))),
            "{answer:?}: {called:?}"
        );
    }
    assert_eq!(*heard.lock().unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn a_name_that_changes_between_two_looks_changes_nothing() {
    let (port, in_the_house) = listener(Ipv4Addr::LOCALHOST, OK).await;
    // Public at the first look, the house at every later one.
    let lookup = told(&[&["127.0.0.2"], &["127.0.0.1"]]);
    let client =
        GuardedClient::judged_by(house_is_one, AllowedNames::default(), lookup.clone(), LIMITS).unwrap();
    let address = format!("https://hooks.example.com:{port}/");
    assert_eq!(client.check(&address), Ok(()), "the text alone tells nothing");
    assert_eq!(
        lookup.asked.load(Ordering::SeqCst),
        0,
        "and nobody is asked for it"
    );
    // The address that was judged is the one that is called: nobody listens at 127.0.0.2.
    let first = client.post(&address, &[], String::new()).await;
    assert_eq!(first, Err(CallError::NotConnected));
    assert_eq!(lookup.asked.load(Ordering::SeqCst), 1, "one look for each call");
    let second = client.post(&address, &[], String::new()).await;
    assert_eq!(second, Err(CallError::Refused(Refusal::Address(Range::Loopback))));
    assert_eq!(*in_the_house.lock().unwrap(), Vec::<String>::new());
}

async fn called(answer: &'static str, path: &str) -> (Result<Answer, CallError>, Vec<String>) {
    let (port, heard) = listener(Ipv4Addr::LOCALHOST, answer).await;
    let allowed = AllowedNames::parse(&format!("beside:{port}")).unwrap();
    let client = GuardedClient::new(allowed, told(&[&["127.0.0.1"]]), LIMITS).unwrap();
    let address = format!("http://beside:{port}{path}");
    let headers = [("webhook-id", "msg_1".to_owned())];
    let answer = client.post(&address, &headers, "{}".to_owned()).await;
    let heard = heard.lock().unwrap().clone();
    (answer, heard)
}

#[tokio::test]
async fn a_name_that_is_vouched_for_passes_at_its_port_alone() {
    let (answer, heard) = called(OK, "/hook").await;
    let answer = answer.unwrap();
    assert_eq!((answer.status, answer.body.as_slice()), (200, &b"ok"[..]));
    assert!(heard[0].starts_with("POST /hook HTTP/1.1\r\n") && heard[0].contains("webhook-id: msg_1\r\n"));
    let allowed = AllowedNames::parse("beside:9").unwrap();
    let client = GuardedClient::new(allowed, told(&[&["127.0.0.1"]]), LIMITS).unwrap();
    assert_eq!(client.check("http://beside:9/"), Ok(()));
    assert_eq!(client.check("http://beside:10/"), Err(Refusal::NotHttps));
    // Its own port is all that it passes at, also when it is spelled as somebody else's.
    assert!(matches!(
        client.check("https://beside:10/"),
        Err(Refusal::Address(_))
    ));
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_nobody_follows_it() {
    let moved = "HTTP/1.1 307 Temporary Redirect\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    let (answer, heard) = called(moved, "/").await;
    assert_eq!(answer.unwrap().status, 307);
    assert_eq!(heard.len(), 1);
}

#[tokio::test]
async fn no_more_of_an_answer_is_read_than_was_agreed() {
    let long = "HTTP/1.1 200 OK\r\ncontent-length: 26\r\nconnection: close\r\n\r\nabcdefghijklmnopqrstuvwxyz";
    let (answer, _) = called(long, "/").await;
    let answer = answer.unwrap();
    assert_eq!(
        (answer.body.as_slice(), answer.is_cut),
        (&b"abcdefghijklmnop"[..], true)
    );
}

#[tokio::test]
async fn somebody_who_never_answers_is_left() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let allowed = AllowedNames::parse("beside").unwrap();
    let limits = Limits {
        whole: Duration::from_millis(200),
        ..LIMITS
    };
    let client = GuardedClient::new(allowed, told(&[&["127.0.0.1"]]), limits).unwrap();
    let answer = client
        .post(&format!("http://beside:{port}/"), &[], String::new())
        .await;
    assert_eq!(answer, Err(CallError::TooSlow));
}

proptest::proptest! {
    /// Whatever is typed in, what passes is https, and no number that is refused.
    #[test]
    fn what_passes_is_https_and_no_refused_number(bits in proptest::prelude::any::<u32>(), form in 0_u8..4) {
        let client = GuardedClient::new(AllowedNames::default(), told(&[&[]]), LIMITS).unwrap();
        let host = match form {
            0 => Ipv4Addr::from(bits).to_string(),
            1 => bits.to_string(),
            2 => format!("{bits:#x}"),
            _ => format!("[::ffff:{}]", Ipv4Addr::from(bits)),
        };
        let passes = client.check(&format!("https://{host}/")).is_ok();
        proptest::prop_assert_eq!(passes, refused(IpAddr::V4(Ipv4Addr::from(bits))).is_none());
    }
}
