use std::net::TcpListener;

use super::*;

/// A server that never answers: whoever connects to it waits until it is gone.
fn silent() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("postgres://nobody@{}/none", listener.local_addr().unwrap());
    (listener, url)
}

fn crew(url: String, waiting_max: usize) -> Arc<Crew> {
    let limits = CrewLimits {
        connections_max: 1,
        waiting_max,
        wait: Duration::from_millis(40),
    };
    Arc::new(Crew::new(url, limits, |_| Ok(())))
}

fn nothing(_conn: &mut PgConnection) -> ((), Health) {
    ((), Health::Sound)
}

#[tokio::test]
async fn what_waits_is_bounded_in_number_and_in_time() {
    let (server, url) = silent();
    let crew = crew(url, 1);
    let first = tokio::spawn({
        let crew = Arc::clone(&crew);
        async move { crew.do_with(nothing).await }
    });
    // The first one is begun when a connection is there to be accepted; it stays begun until the server goes.
    let (connection, server) = tokio::task::spawn_blocking(move || (server.accept().unwrap(), server))
        .await
        .unwrap();
    let (second, third) = tokio::join!(crew.do_with(nothing), crew.do_with(nothing));
    let told = [second, third].map(|ended| ended.unwrap_err().0.to_string());
    assert_eq!(
        told,
        [
            "no database connection was free in time",
            "too much work waits for a database connection"
        ]
    );
    assert!(!first.is_finished());
    drop((connection, server));
    let lost = first.await.unwrap().unwrap_err();
    assert!(
        !lost.0.to_string().contains("free in time"),
        "what was begun is waited for"
    );
}

#[tokio::test]
async fn no_connection_is_an_outage_and_the_next_one_is_tried_anew() {
    let (server, url) = silent();
    drop(server);
    let crew = crew(url, 8);
    for _again in 0..2 {
        assert!(crew.do_with(nothing).await.is_err());
    }
}
