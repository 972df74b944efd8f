use super::*;
use crate::test_support::builders::a_payment;

#[test]
fn a_payment_more_or_another_version_is_not_what_was_seen() {
    let record = PaymentRecord {
        payment: a_payment(),
        attempts: Vec::new(),
    };
    let (visit, id) = (record.payment.visit(), record.payment.id());
    let none = VisitSeen::of(visit, &[]);
    let one = VisitSeen::of(visit, &[record]);
    assert_eq!(one, VisitSeen::at(visit, [(id, 0)]));
    assert_ne!(none, one, "one came");
    let moved = VisitSeen::at(visit, [(id, 1)]);
    assert_ne!(one, moved, "it moved on");
    assert_eq!((one.after(id), none.after(id)), (moved.clone(), moved));
}
