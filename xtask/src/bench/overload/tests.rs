use super::*;

fn answer(status: u16, retry_after: Option<u64>) -> Answer {
    Answer {
        status,
        retry_after,
        body: Vec::new(),
    }
}

#[test]
fn a_refusal_says_when_to_come_back_and_everything_else_is_wrong() {
    assert_eq!(count(&answer(201, None)), Counted::Done);
    assert_eq!(count(&answer(503, Some(2))), Counted::Refused);
    for (status, retry_after) in [
        (503, None),
        (500, None),
        (502, Some(1)),
        (504, Some(1)),
        (409, None),
        (429, Some(1)),
        (200, None),
    ] {
        assert_eq!(count(&answer(status, retry_after)), Counted::Wrong, "{status}");
    }
}

#[test]
fn a_client_keeps_its_order_and_no_others() {
    let orders: Vec<Mutex<Order>> = (0..2).map(|_| Mutex::default()).collect();
    order_of(&orders, 1).unwrap().refused = true;
    assert!(!order_of(&orders, 0).unwrap().refused);
    assert!(order_of(&orders, 1).unwrap().refused);
    assert!(order_of(&orders, 2).is_none());
}
