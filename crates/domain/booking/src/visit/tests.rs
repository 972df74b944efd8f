use time::Duration;

use super::*;
use crate::test_support::builders::{AppointmentBuilder, NOW, at, from_to};

fn visit_of(appointments: Vec<Appointment>) -> Visit {
    Visit {
        head: AppointmentBuilder::new(1, from_to((10, 0), (11, 0))).head(NOW),
        appointments,
    }
}

fn held() -> Appointment {
    AppointmentBuilder::new(1, from_to((10, 0), (11, 0))).held(NOW)
}

#[test]
fn one_part_that_waits_makes_the_visit_wait() {
    let confirmed = held().confirm(NOW).unwrap();
    let until = NOW + Duration::minutes(5);
    assert_eq!(
        visit_of(vec![confirmed.clone(), held()]).standing(),
        VisitStanding::Waiting { until }
    );
    let expired = held().expire(until).unwrap();
    assert_eq!(
        visit_of(vec![confirmed, expired.clone()]).standing(),
        VisitStanding::Agreed
    );
    assert_eq!(visit_of(vec![expired]).standing(), VisitStanding::Over);
}

#[test]
fn what_is_due_is_the_sum_of_the_deposits() {
    let due = visit_of(vec![held(), held()]).due().unwrap();
    assert_eq!(due, Some(ratiba_kernel::Money::kes_minor(700_000)));
    assert_eq!(visit_of(vec![]).due().unwrap(), None);
}

#[test]
fn what_is_due_is_asked_for_the_parts_that_are_left_alone() {
    let (cents, rate) = (ratiba_kernel::Money::kes_minor, Rounding::WholeUnits);
    let by = crate::appointment::CancelledBy::Customer;
    let fee = cents(100_000);
    let gone = held().confirm(NOW).unwrap().cancel(by, fee, NOW).unwrap();
    let visit = visit_of(vec![held(), gone.clone()]);
    assert_eq!(visit.due(), Ok(Some(cents(350_000))));
    assert_eq!(visit.charged(), Ok(Some(cents(350_000))));
    assert_eq!(visit.fees(), Ok(Some(fee)));
    assert_eq!(visit.bound(PaidAhead::Deposits), Ok(Some(cents(450_000))));
    assert_eq!(
        visit.balance(cents(50_050), rate),
        Ok(Some(cents(400_000))),
        "rounded up"
    );
    assert_eq!(visit.balance(cents(0), rate), Ok(Some(cents(450_000))));
    assert_eq!(visit.balance(cents(900_000), rate), Ok(Some(cents(0))));
    let over = visit_of(vec![gone]);
    assert_eq!(
        (over.due(), over.bound(PaidAhead::Prices)),
        (Ok(Some(cents(0))), Ok(Some(fee)))
    );
}

#[test]
fn a_visit_starts_with_the_first_part_that_is_left() {
    let later = AppointmentBuilder::new(2, from_to((11, 0), (12, 0)))
        .held(NOW)
        .confirm(NOW)
        .unwrap();
    let gone = held().expire(at(0, 0)).unwrap();
    assert_eq!(visit_of(vec![gone.clone(), later]).start(), Some(at(11, 0)));
    assert_eq!(visit_of(vec![gone]).start(), Some(at(10, 0)));
}

#[test]
fn an_expiry_ends_what_is_overdue_and_tells_once() {
    let visit = visit_of(vec![held(), held().confirm(NOW).unwrap()]);
    assert_eq!(expiry(&visit, NOW), None);
    let change = expiry(&visit, NOW + Duration::minutes(5)).unwrap();
    assert_eq!((change.appointments.len(), change.events.len()), (1, 1));
    assert_eq!(change.appointments[0].claims, ClaimChange::Release);
}

#[test]
fn a_hold_key_has_a_bounded_length() {
    assert_eq!(HoldKey::parse(""), Err(BadHoldKey));
    assert_eq!(HoldKey::parse(&"k".repeat(201)), Err(BadHoldKey));
    assert!(HoldKey::parse(&"k".repeat(200)).is_ok());
}
