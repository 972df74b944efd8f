use super::*;

#[test]
fn every_wrong_field_is_named_at_once() {
    let mut fields =
        Fields::of(br#"{"at":"noon","tip":{"amount_minor":-5,"currency":"XXX"},"colour":"red"}"#).unwrap();
    assert_eq!((fields.instant("at"), fields.money("tip")), (None, None));
    let problem = fields.finish().unwrap_err();
    assert_eq!(
        problem.to_string(),
        "validation: wrong fields: at, tip.currency, tip.amount_minor, colour"
    );
}

#[test]
fn what_is_right_is_read() {
    let mut fields =
        Fields::of(br#"{"at":"2026-05-13T14:00:00+03:00","tip":{"amount_minor":20000,"currency":"KES"}}"#)
            .unwrap();
    assert_eq!(
        fields.instant("at"),
        Some(time::macros::datetime!(2026-05-13 11:00 UTC))
    );
    assert_eq!(fields.money("tip"), Some(Money::kes_minor(20_000)));
    assert!(fields.finish().is_ok());
}

#[test]
fn an_empty_body_has_no_fields() {
    assert!(Fields::of(b" \n").unwrap().finish().is_ok());
}

#[test]
fn what_is_no_object_is_refused() {
    for body in [&b"[]"[..], b"3", b"{", b"\xff"] {
        assert_eq!(
            Fields::of(body).err().map(|problem| problem.kind()),
            Some(Kind::Validation)
        );
    }
}

#[test]
fn a_missing_half_of_an_amount_is_named() {
    let mut fields = Fields::of(br#"{"tip":{"amount_minor":5}}"#).unwrap();
    assert_eq!(fields.money("tip"), None);
    assert!(fields.finish().unwrap_err().to_string().contains("tip.currency"));
}
