//! Shapes of ids.

use time::macros::datetime;

use super::{Ids, checkout_request_id, user_id};

#[test]
fn a_receipt_is_ten_upper_case_alphanumerics_and_never_the_same() {
    let ids = Ids::new();
    let (one, other) = (ids.receipt(), ids.receipt());
    assert_eq!(one.len(), 10);
    assert!(
        one.bytes()
            .all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase()),
        "{one}"
    );
    assert_ne!(one, other);
}

#[test]
fn two_simulators_never_make_the_same_id() {
    assert_ne!(Ids::new().wamid(), Ids::new().wamid());
}

#[test]
fn a_checkout_request_id_reads_as_documented() {
    assert_eq!(
        checkout_request_id(datetime!(2026-05-12 05:00:01.234 UTC), "254700000123"),
        "ws_CO_12052026080001234700000123"
    );
}

#[test]
fn a_phone_keeps_its_user_id() {
    assert_eq!(user_id("254700000123"), user_id("254700000123"));
    assert_ne!(user_id("254700000123"), user_id("254700000124"));
}
