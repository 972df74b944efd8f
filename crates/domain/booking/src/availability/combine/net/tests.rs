//! Bounds add up, and contradictions are noticed.

use super::*;

const A: Point = Point::of_part(0);
const B: Point = Point::of_part(1);

#[test]
fn what_follows_from_two_bounds_is_known() {
    let net = Net::new(2).with(Point::START, A, (10, 20)).unwrap();
    let net = net.with(A, B, (5, 7)).unwrap();
    assert_eq!(net.between(Point::START, B), (15, 27));
    let net = net.with(Point::START, B, (26, 30)).unwrap();
    assert_eq!(net.between(Point::START, A), (19, 20));
}

#[test]
fn a_contradiction_is_no_net() {
    let net = Net::new(2).with(Point::START, A, (10, 20)).unwrap();
    let net = net.with(A, B, (5, 7)).unwrap();
    assert!(net.with(Point::START, B, (28, 40)).is_none());
}

#[test]
fn what_is_taken_parts_the_differences() {
    let net = Net::new(2).with(A, B, (-10, 10)).unwrap();
    let mut ways = Vec::new();
    let taken = [Span { from: -12, to: -8 }, Span { from: 0, to: 3 }];
    net.apart(A, B, &taken, &mut ways);
    let ways: Vec<_> = ways.iter().map(|way| way.between(A, B)).collect();
    assert_eq!(ways, [(-8, -1), (3, 10)]);
}
