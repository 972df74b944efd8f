//! Matching: each has one to itself, if that is possible.

use super::*;

#[test]
fn whoever_has_a_choice_gives_way() {
    assert!(matched(&[vec![1, 2, 3], vec![1], vec![1, 2]]));
}

#[test]
fn three_cannot_share_two() {
    assert!(!matched(&[vec![1, 2], vec![2, 1], vec![1, 2]]));
}

#[test]
fn nobody_to_be_served_is_always_served() {
    assert!(matched(&[]) && !matched(&[vec![]]));
}
