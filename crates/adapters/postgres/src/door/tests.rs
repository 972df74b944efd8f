use std::net::TcpListener;
use std::sync::Arc;

use super::*;

/// A server that never answers: whoever connects to it waits until it is gone.
fn silent() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("postgres://nobody@{}/none", listener.local_addr().unwrap());
    (listener, url)
}

fn door(url: String, waiting_max: usize) -> Arc<Door> {
    let limits = DoorLimits {
        connections_max: 1,
        waiting_max,
        wait: Duration::from_millis(40),
    };
    Arc::new(Door::new(url, limits, |_| Ok(())).unwrap())
}

fn nothing(_conn: &mut PgConnection) -> ((), Health) {
    ((), Health::Sound)
}

#[tokio::test]
async fn what_waits_is_bounded_in_number_and_in_time() {
    let (server, url) = silent();
    let door = door(url, 2);
    let (first, second, third) = tokio::join!(
        door.do_with(nothing),
        door.do_with(nothing),
        door.do_with(nothing)
    );
    let told = third.unwrap_err().0.to_string();
    assert_eq!(told, "too many wait for a database connection");
    assert!(
        first.is_err() && second.is_err(),
        "a server that is silent is no connection"
    );
    drop(server);
    assert_eq!(door.waiting(), 0, "every place was given back");
}

#[tokio::test]
async fn whoever_waits_for_a_connection_is_counted() {
    let (_server, url) = silent();
    let door = door(url, 8);
    let (_first, _second, waiting) = tokio::join!(door.do_with(nothing), door.do_with(nothing), async {
        door.waiting()
    });
    assert_eq!(waiting, 2);
}

#[tokio::test]
async fn no_connection_is_an_outage_and_the_next_one_is_tried_anew() {
    let (server, url) = silent();
    drop(server);
    let door = door(url, 8);
    for _again in 0..2 {
        assert!(door.do_with(nothing).await.is_err());
    }
}
