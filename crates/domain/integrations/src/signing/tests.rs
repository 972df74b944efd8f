use ratiba_kernel::Id;
use time::OffsetDateTime;
use time::macros::datetime;

use super::{SigningSecret, sign};

const AT: OffsetDateTime = datetime!(2026-05-12 05:00 UTC);

fn event() -> crate::EventId {
    Id::from_uuid("019d0000-0000-7000-8000-000000000001".parse().unwrap())
}

/// Computed by the reference implementation for Python, `standardwebhooks` 1.1.
#[test]
fn a_signature_is_what_the_reference_makes_of_the_same() {
    let secret = SigningSecret::from_bytes(*b"0123456789abcdef0123456789abcdef");
    assert_eq!(
        secret.reveal(),
        "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
    );
    let signed = sign(&[&secret], event(), AT, r#"{"type":"appointment.booked"}"#);
    assert_eq!(signed.id, "019d0000-0000-7000-8000-000000000001");
    assert_eq!(signed.timestamp, "1778562000");
    assert_eq!(
        signed.signature,
        "v1,rfez9bocRTxtvxEgOPs7XFZlTF/BFBmHs5L0X64gMvI="
    );
}

#[test]
fn each_secret_that_counts_signs_for_itself() {
    let (one, two) = (
        SigningSecret::from_bytes([1; 32]),
        SigningSecret::from_bytes([2; 32]),
    );
    let alone = |secret| sign(&[secret], event(), AT, "{}").signature;
    let both = sign(&[&two, &one], event(), AT, "{}").signature;
    assert_eq!(both, format!("{} {}", alone(&two), alone(&one)));
    assert_ne!(alone(&one), alone(&two));
}

#[test]
fn a_signature_holds_for_its_id_its_time_and_its_body_alone() {
    let secret = SigningSecret::from_bytes([7; 32]);
    let usual = sign(&[&secret], event(), AT, "{}").signature;
    let other = Id::from_uuid("019d0000-0000-7000-8000-000000000002".parse().unwrap());
    assert_ne!(sign(&[&secret], other, AT, "{}").signature, usual);
    assert_ne!(
        sign(&[&secret], event(), AT + time::Duration::SECOND, "{}").signature,
        usual
    );
    assert_ne!(sign(&[&secret], event(), AT, "{ }").signature, usual);
}

#[test]
fn a_secret_is_in_no_log() {
    let secret = SigningSecret::from_bytes([7; 32]);
    assert_eq!(format!("{secret:?}"), "SigningSecret(whsec_…)");
}
