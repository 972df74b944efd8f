use std::cell::Cell;

use futures_util::stream;

use super::*;

#[test]
fn who_comes_while_too_many_wait_is_turned_away_but_providers_and_probes_are_not() {
    let crowd = Crowd::new(2);
    for door in [Door::Usual, Door::SignIn, Door::Grant] {
        let fares = [0, 1, 2, 3].map(|waiting| crowd.turns_away(door, waiting));
        assert_eq!(fares, [false, false, true, true], "{}", door.name());
    }
    for door in [Door::Free, Door::Webhook] {
        assert!(!crowd.turns_away(door, usize::MAX), "{}", door.name());
    }
}

#[test]
fn the_log_tells_of_all_who_were_turned_away_and_once_a_second_at_most() {
    let crowd = Crowd::new(0);
    let began = Instant::now();
    let after = |millis| crowd.count(began + Duration::from_millis(millis));
    assert_eq!(after(0), Some(1));
    assert_eq!([1, 500, 999].map(after), [None; 3]);
    assert_eq!(after(1_000), Some(4));
    assert_eq!(after(1_001), None);
    assert_eq!(after(9_000), Some(2));
}

/// How many pieces of a body of this many, each of 16 KiB, are read away.
async fn pieces_read(pieces: usize) -> usize {
    let read = Cell::new(0);
    let body = (0..pieces).map(|_| {
        read.set(read.get() + 1);
        Ok(web::Bytes::from(vec![0; 16 * 1024]))
    });
    read_away(stream::iter(body)).await;
    read.get()
}

#[tokio::test]
async fn a_small_body_is_read_to_its_end_and_a_large_one_is_not() {
    assert_eq!(pieces_read(4).await, 4);
    assert_eq!(pieces_read(1_000).await, 6);
}
