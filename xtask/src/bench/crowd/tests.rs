use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use super::*;

/// A server that gives each request what `answer` says of its path; it ends with the test.
fn server(answer: impl Fn(&str) -> u16 + Send + Sync + 'static) -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let answer = Arc::new(answer);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let answer = Arc::clone(&answer);
            std::thread::spawn(move || serve(stream, answer.as_ref()));
        }
    });
    address
}

fn serve(mut stream: TcpStream, answer: &dyn Fn(&str) -> u16) {
    let mut request = [0; 1_024];
    // The clients write each request whole.
    while let Ok(read) = stream.read(&mut request) {
        let text = String::from_utf8_lossy(&request[..read]).into_owned();
        let Some(path) = text.split(' ').nth(1) else {
            return;
        };
        let status = answer(path);
        let told = format!("HTTP/1.1 {status} Said\r\ncontent-length: 0\r\n\r\n");
        if stream.write_all(told.as_bytes()).is_err() {
            return;
        }
    }
}

fn count(answer: &Answer) -> Counted {
    match answer.status {
        201 => Counted::Done,
        409 => Counted::Refused,
        _ => Counted::Wrong,
    }
}

fn path(client: u64, turn: u64) -> Option<Vec<u8>> {
    Some(format!("GET /{client}/{turn} HTTP/1.1\r\n\r\n").into_bytes())
}

#[test]
fn every_client_takes_its_turns_and_refusals_are_counted_apart() {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&asked);
    let address = server(move |path| {
        seen.lock().unwrap().push(path.to_owned());
        if path.ends_with("/1") { 409 } else { 201 }
    });
    let work = Work {
        request: &path,
        count: &count,
        after: None,
    };
    let sample = crowd(address, 3, Until::Turns(4), &work).unwrap();
    assert_eq!((sample.done, sample.refused), (9, 3));
    assert!(sample.longest() > 0, "nobody took the time");
    let mut asked = asked.lock().unwrap().clone();
    asked.sort();
    let all: Vec<String> = (0..3)
        .flat_map(|client| (0..4).map(move |turn| format!("/{client}/{turn}")))
        .collect();
    assert_eq!(asked, all);
}

#[test]
fn what_is_refused_is_timed_apart_from_what_is_done() {
    let address = server(|path| if path.ends_with("/1") { 409 } else { 201 });
    let after = AtomicU64::new(0);
    let told = |_client: u64, turn: u64, answer: &Answer| {
        after.fetch_add(u64::from((turn == 1) == (answer.status == 409)), Ordering::SeqCst);
        Ok(())
    };
    let work = Work {
        request: &path,
        count: &count,
        after: Some(&told),
    };
    let apart = crowd_apart(address, 3, Until::Turns(4), &work).unwrap();
    assert_eq!((apart.done.done, apart.done.refused), (9, 3));
    assert_eq!(apart.refused.done, 3);
    assert!(apart.refused.longest() > 0, "nobody took the time");
    assert_eq!(after.into_inner(), 12, "each client is told its own answers");
}

#[test]
fn at_a_pace_turns_are_due_evenly_whoever_takes_them() {
    let due: Vec<Duration> = [0, 1, 2, 3, 1_000].map(|number| due_after(number, 3)).to_vec();
    let nanos = [0, 333_333_333, 666_666_666, 1_000_000_000, 333_333_333_333];
    assert_eq!(due, nanos.map(Duration::from_nanos));
    assert!(due_after(u64::MAX, 1) > Duration::from_secs(3_600));
}

#[test]
fn the_schedule_ends_with_its_time_and_what_nobody_was_free_for_is_not_asked() {
    let schedule = Schedule::new(Until::Paced(Duration::from_secs(2), 2));
    let began = schedule.began();
    let at = |millis| began + Duration::from_millis(millis);
    // Somebody is free early, somebody late; the turn of each is due when it is.
    assert_eq!(schedule.next(0, at(0)), Next::Ask(Some(at(0))));
    assert_eq!(schedule.next(0, at(0)), Next::Ask(Some(at(500))));
    assert_eq!(schedule.next(1, at(1_900)), Next::Ask(Some(at(1_000))));
    // There is one more, but the time is over.
    assert_eq!(schedule.next(2, at(2_000)), Next::Home);
    // Everything has been asked, but the time is not over.
    assert_eq!(schedule.next(3, at(1_950)), Next::Home);
}

#[test]
fn a_crowd_at_a_pace_asks_everything_that_somebody_is_free_for() {
    let address = server(|_path| 201);
    let work = Work {
        request: &path,
        count: &count,
        after: None,
    };
    let pace = Until::Paced(Duration::from_millis(100), 200);
    let sample = crowd(address, 4, pace, &work).unwrap();
    assert!((1..=20).contains(&sample.done), "{sample:?}");
}

#[test]
fn a_wrong_answer_ends_the_crowd_and_is_named() {
    let address = server(|path| if path == "/1/2" { 500 } else { 201 });
    let work = Work {
        request: &path,
        count: &count,
        after: None,
    };
    let error = crowd(address, 2, Until::Turns(5), &work).unwrap_err();
    assert!(error.to_string().contains("500"), "{error}");
}

#[test]
fn a_crowd_without_work_left_is_an_error_and_not_a_quick_one() {
    let address = server(|_path| 201);
    let request = |client, turn| if turn < 2 { path(client, turn) } else { None };
    let work = Work {
        request: &request,
        count: &count,
        after: None,
    };
    assert!(crowd(address, 2, Until::Turns(3), &work).is_err());
}

#[test]
fn a_burst_tells_for_each_time_how_many_won() {
    let sold = AtomicU64::new(0);
    // The first of every five that ask wins.
    let address = server(move |_path| {
        if sold.fetch_add(1, Ordering::SeqCst).is_multiple_of(5) {
            201
        } else {
            409
        }
    });
    let work = Work {
        request: &path,
        count: &count,
        after: None,
    };
    let measured = bursts(address, 5, 6, &work).unwrap();
    let won: Vec<u64> = measured.iter().map(|(_, won)| *won).collect();
    assert_eq!(won, [1; 6]);
    assert!(measured.iter().all(|(duration, _)| *duration > Duration::ZERO));
}

#[test]
fn a_client_that_failed_does_not_keep_the_others_waiting() {
    let address = server(|path| if path == "/0/1" { 500 } else { 201 });
    let work = Work {
        request: &path,
        count: &count,
        after: None,
    };
    assert!(bursts(address, 3, 4, &work).is_err());
}
