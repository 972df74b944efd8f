use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use ratiba_kernel::{Currency, PhoneNumber};
use time::macros::datetime;
use time::{Date, Duration, PrimitiveDateTime, Time};

use super::{Fault, Known, LocalTime, Outcome, Remark, Reviewed, from_csv, key, review, understand};
use crate::appointment::Version;
use crate::availability::{EngagedAs, Facts};
use crate::customers::Customer;
use crate::engagement::Subject;
use crate::import::ports::NamedStaff;
use crate::import::{Cell, Fate, Unreadable};
use crate::test_support::builders::{
    NOW, SalonBuilder, at, customer, every_day, from_to, service, staff, visit, zone,
};
use crate::visit::{HoldKey, VisitId};

fn salon() -> SalonBuilder {
    SalonBuilder::default().staff(2, every_day(9 * 60, 17 * 60))
}

fn reviewed_with(
    csv: &str,
    facts: &Facts,
    made: &BTreeMap<HoldKey, VisitId>,
    edit: impl Fn(&mut super::BookingDraft),
) -> Vec<Reviewed> {
    let zone = zone("Africa/Nairobi");
    let named = |number, name: &str| NamedStaff {
        id: staff(number),
        name: name.to_owned(),
    };
    let people = [named(1, "Wanjiru Kamau"), named(2, "Achieng"), named(4, "Mercy")];
    let customers = [Customer {
        id: customer(1),
        phone: PhoneNumber::parse("0712345601").ok(),
        name: None,
        language: None,
        opted_out_at: None,
        created_at: NOW,
        version: Version::read(1),
    }];
    let known = Known {
        zone: &zone,
        services: &facts.services,
        staff: &people,
        customers: &customers,
        now: NOW,
    };
    let (mut drafts, _) = from_csv(csv, Currency::Kes, &zone).unwrap();
    drafts.iter_mut().for_each(edit);
    review(understand(&drafts, known), known, facts, made)
}

fn reviewed(csv: &str, facts: &Facts) -> Vec<Reviewed> {
    reviewed_with(csv, facts, &BTreeMap::new(), |_| {})
}

#[test]
fn a_promise_is_placed_although_no_rule_would_offer_it() {
    let rows = reviewed(
        "phone,service,staff,start,paid\n0712345601,service 1,wanjiru,2026-05-13 16:37,\"1,000\"\n0799000000,Service 1,,13/05/2026 18:00,none",
        &salon().build(),
    );
    assert_eq!(
        (rows[0].outcome, &rows[0].faults),
        (Outcome::Books, &BTreeSet::new())
    );
    assert_eq!(
        (rows[0].customer, rows[0].staff),
        (Some(customer(1)), Some(staff(1)))
    );
    assert_eq!(rows[0].time.unwrap().start(), datetime!(2026-05-13 13:37 UTC));
    assert_eq!(
        (rows[0].claims.len(), &rows[0].remarks),
        (1, &BTreeSet::from([Remark::NotAtWork]))
    );
    assert_eq!(
        rows[1].remarks,
        BTreeSet::from([Remark::NewCustomer, Remark::NotAtWork])
    );
    assert_eq!(rows[1].draft.paid, Cell::Read(0));
}

#[test]
fn two_promises_for_one_hour_come_to_light() {
    let facts = salon().booked(from_to((10, 0), (11, 0))).build();
    let rows = reviewed(
        "phone,service,staff,start\n0711000001,Service 1,Wanjiru,2026-05-13 10:30\n0711000002,Service 1,Wanjiru,2026-05-13 11:00\n0711000003,Service 1,Wanjiru,2026-05-13 11:59\n0711000004,Service 1,Wanjiru,2026-05-13 12:00",
        &facts,
    );
    assert_eq!(rows[0].faults, BTreeSet::from([Fault::Overlap]));
    assert_eq!(rows[0].in_the_way[0].by, super::placing::By::Appointment);
    assert_eq!(rows[0].in_the_way[0].range, from_to((10, 0), (11, 0)));
    assert_eq!(rows[1].faults, BTreeSet::new(), "touching is legal");
    assert_eq!(rows[2].in_the_way[0].by, super::placing::By::Row(2));
    assert_eq!(rows[3].faults, BTreeSet::new());
}

#[test]
fn without_a_name_whoever_is_free_takes_it() {
    let facts = salon()
        .booked(from_to((10, 0), (11, 0)))
        .engaged(
            Subject::Staff(staff(2)),
            from_to((12, 0), (13, 0)),
            EngagedAs::Held { until: NOW },
        )
        .build();
    let line = |hour: u32, phone: u32| format!("07110000{phone},Service 1,anyone,2026-05-13 {hour}:00\n");
    let rows = reviewed(
        &("phone,service,staff,start\n".to_owned()
            + &line(10, 11)
            + &line(10, 12)
            + &line(12, 13)
            + &line(12, 14)),
        &facts,
    );
    assert_eq!(rows[0].staff, Some(staff(2)));
    assert_eq!(rows[1].faults, BTreeSet::from([Fault::Overlap]));
    assert_eq!(
        rows[1].in_the_way.len(),
        2,
        "what is in the way of each: {:?}",
        rows[1].in_the_way
    );
    let later: BTreeSet<_> = rows[2..].iter().map(|row| row.staff).collect();
    assert_eq!(later.len(), 2, "an overdue hold keeps nobody out");
}

#[test]
fn a_room_is_one_free_seat_for_the_whole_time() {
    let mut sold = crate::test_support::builders::a_service(1, 60);
    sold.recipe = crate::test_support::builders::recipe(
        vec![crate::catalogue::Segment {
            resource_kind: Some(crate::test_support::builders::kind("couch")),
            ..sold.recipe.segments()[0].clone()
        }],
        0,
        0,
    );
    let facts = salon().service(sold).resource(1, "couch", 1).build();
    let rows = reviewed(
        "phone,service,staff,start\n0711000001,Service 1,Wanjiru,2026-05-13 10:00\n0711000002,Service 1,Achieng,2026-05-13 10:30",
        &facts,
    );
    assert_eq!((rows[0].claims.len(), rows[0].faults.len()), (2, 0));
    assert!(matches!(rows[1].in_the_way[0].subject, Subject::Resource { .. }));
}

#[test]
fn a_booking_is_taken_over_once() {
    let facts = salon().build();
    let csv = "phone,service,staff,start\n0712345601,Service 1,Wanjiru,2026-05-13 10:00\n0712 345 601,Service 1,Achieng,13.05.2026 10:00";
    let rows = reviewed(csv, &facts);
    assert_eq!(
        (rows[0].outcome, rows[1].outcome),
        (Outcome::Books, Outcome::Repeats(1))
    );
    let known = key(customer(1), service(1), at(10, 0)).unwrap();
    let made = BTreeMap::from([(known, visit(7))]);
    let again = reviewed_with(csv, &facts, &made, |_| {});
    assert!(
        again.iter().all(|row| row.outcome == Outcome::Booked(visit(7))),
        "{again:?}"
    );
    let marked = reviewed_with(csv, &facts, &BTreeMap::new(), |draft| draft.made = Some(visit(8)));
    assert_eq!(marked[0].outcome, Outcome::Booked(visit(8)));
    let skipped = reviewed_with(csv, &facts, &BTreeMap::new(), |draft| draft.fate = Fate::Skip);
    assert_eq!(skipped[0].outcome, Outcome::Skipped);
}

#[test]
fn every_fault_of_a_row_is_named() {
    let rows = reviewed(
        "phone,service,staff,start,paid\n,,Wanjiru,,\n1,Srvice 1,Nobody,soon,lots\n0711000001,Unknown thing,,2026-05-12 07:59,-5\n0711000002,Service 1,Mercy,2027-05-20 10:00,4000\n0711000003,Servise 1,,2026-05-13 10:00,,more",
        &salon().build(),
    );
    let faults: Vec<Vec<&str>> = rows
        .iter()
        .map(|row| row.faults.iter().map(|fault| fault.word()).collect())
        .collect();
    assert_eq!(
        faults,
        [
            vec!["phone_missing", "service_missing", "start_missing"],
            vec!["phone", "staff_unknown", "start", "paid"],
            vec!["service_unknown", "in_the_past", "paid"],
            vec!["staff_cannot", "too_far_ahead"],
            vec!["misshapen"],
        ]
    );
    assert!(rows[3].remarks.contains(&Remark::PaidMore));
    assert!(rows[4].remarks.contains(&Remark::ServiceSpelling));
}

#[test]
fn date_and_time_may_be_two_columns_and_one_of_them_is_needed() {
    let zone = zone("Africa/Nairobi");
    let (drafts, _) = from_csv(
        "phone,service,date,time\n0711000001,x,13/05/2026,2:30 PM",
        Currency::Kes,
        &zone,
    )
    .unwrap();
    assert_eq!(
        String::from(*drafts[0].start.read().unwrap()),
        "2026-05-13T14:30:00"
    );
    assert_eq!(
        from_csv("phone,service,date\n1,2,3", Currency::Kes, &zone).unwrap_err(),
        Unreadable::MissingColumn { column: "start" }
    );
    let (drafts, _) = from_csv(
        "phone,service,start\n1,x,2026-05-13T11:30:00Z",
        Currency::Kes,
        &zone,
    )
    .unwrap();
    assert_eq!(
        String::from(*drafts[0].start.read().unwrap()),
        "2026-05-13T14:30:00"
    );
}

proptest! {
    #[test]
    fn a_local_time_is_read_back_as_it_is_written(day in 2_460_000i32..2_470_000, minute in 0i64..1_440) {
        let local = PrimitiveDateTime::new(Date::from_julian_day(day).unwrap(), Time::MIDNIGHT) + Duration::minutes(minute);
        let written = String::from(LocalTime(local));
        prop_assert_eq!(LocalTime::parse(&written).unwrap().0, local);
    }
}
