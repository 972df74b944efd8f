use std::collections::BTreeMap;

use proptest::prelude::*;
use ratiba_kernel::test_support::time_ranges;
use time::macros::date;

use super::*;
use crate::catalogue::Minutes;
use crate::policy::BufferRule;
use crate::test_support::builders::{
    NOW, appointment, at, every_day, from_to, resource, service, staff, zone,
};

fn premises() -> Premises {
    let works = StaffPremises {
        hours: Hours {
            weekly: every_day(9 * 60, 17 * 60),
            dated: BTreeMap::new(),
        },
        leave: BTreeMap::new(),
        services: BTreeSet::from([service(1)]),
    };
    let room = ResourcePremises {
        capacity: 2,
        out_of_service: BTreeMap::new(),
    };
    Premises {
        zone: zone("Africa/Nairobi"),
        business: BusinessHours::default(),
        staff: BTreeMap::from([(staff(1), works)]),
        resources: BTreeMap::from([(resource(1), room)]),
    }
}

fn leaves(ranges: impl IntoIterator<Item = TimeRange>) -> BTreeMap<LeaveId, TimeRange> {
    let numbered = (900..).zip(ranges);
    numbered.map(|(n, range)| (leave(n), range)).collect()
}

fn leave(number: u64) -> LeaveId {
    ratiba_kernel::Id::from_uuid(resource(number).as_uuid())
}

fn booked(number: u64, subject: Subject, range: TimeRange) -> Booked {
    let none = Minutes::NONE;
    let claim = Claim::of_work(subject, range, none, none, BufferRule::Stacked).unwrap();
    Booked {
        appointment: appointment(number),
        service: service(1),
        claim,
    }
}

fn met_by(change: impl FnOnce(&mut Premises), booked: &[Booked]) -> Vec<AppointmentId> {
    let mut after = premises();
    change(&mut after);
    met(&premises(), &after, booked, NOW).into_keys().collect()
}

fn of_staff(number: u64, from: (i64, i64), to: (i64, i64)) -> Booked {
    booked(number, Subject::Staff(staff(1)), from_to(from, to))
}

#[test]
fn a_leave_from_the_middle_of_a_day_meets_what_it_overlaps_and_nothing_that_it_touches() {
    let day = [
        of_staff(1, (9, 0), (10, 0)),
        of_staff(2, (11, 0), (13, 0)),
        of_staff(3, (13, 0), (14, 0)),
        of_staff(4, (15, 0), (16, 0)),
    ];
    let away = |after: &mut Premises| {
        after.staff.get_mut(&staff(1)).unwrap().leave = leaves([from_to((12, 0), (15, 0))]);
    };
    assert_eq!(met_by(away, &day), [appointment(2), appointment(3)]);
}

#[test]
fn buffers_count_as_time_that_is_needed() {
    let subject = Subject::Staff(staff(1));
    let work = from_to((11, 0), (12, 0));
    for rule in [BufferRule::Stacked, BufferRule::Shared] {
        let claim = Claim::of_work(subject, work, Minutes::NONE, Minutes::new(15), rule).unwrap();
        let one = Booked {
            appointment: appointment(1),
            service: service(1),
            claim,
        };
        let away = |after: &mut Premises| {
            after.staff.get_mut(&staff(1)).unwrap().leave = leaves([from_to((12, 0), (13, 0))]);
        };
        assert_eq!(met_by(away, &[one]), [appointment(1)], "{rule:?}");
    }
}

#[test]
fn what_did_not_fit_before_is_not_blamed_on_the_change() {
    // 08:00 lies before the hours already; the leave takes nothing from it.
    let early = of_staff(1, (8, 0), (9, 0));
    let shorter = |after: &mut Premises| {
        after.staff.get_mut(&staff(1)).unwrap().hours.weekly = every_day(12 * 60, 17 * 60);
    };
    assert_eq!(
        met_by(shorter, &[early, of_staff(2, (11, 0), (12, 0))]),
        [appointment(2)]
    );
}

#[test]
fn a_holiday_meets_the_bookings_of_its_day() {
    let closed = |after: &mut Premises| {
        after.business.dated.insert(date!(2026 - 05 - 13), Vec::new());
    };
    let next_day = booked(
        2,
        Subject::Staff(staff(1)),
        TimeRange::new(at(34, 0), at(35, 0)).unwrap(),
    );
    assert_eq!(
        met_by(closed, &[of_staff(1, (10, 0), (11, 0)), next_day]),
        [appointment(1)]
    );
}

#[test]
fn special_hours_meet_only_what_lies_outside_of_them() {
    let half_day = |after: &mut Premises| {
        let morning = DayBlock {
            from_minute: 540,
            to_minute: 780,
        };
        after.business.dated.insert(date!(2026 - 05 - 13), vec![morning]);
    };
    let day = [of_staff(1, (12, 0), (13, 0)), of_staff(2, (12, 30), (13, 30))];
    assert_eq!(met_by(half_day, &day), [appointment(2)]);
}

#[test]
fn fewer_seats_meet_who_sits_on_the_others_and_a_retired_room_everybody() {
    let seat = |number, seat| {
        let subject = Subject::Resource {
            id: resource(1),
            seat,
        };
        booked(number, subject, from_to((10, 0), (11, 0)))
    };
    let both = [seat(1, 0), seat(2, 1)];
    let smaller = |after: &mut Premises| after.resources.get_mut(&resource(1)).unwrap().capacity = 1;
    assert_eq!(met_by(smaller, &both), [appointment(2)]);
    let retired = |after: &mut Premises| after.resources.clear();
    assert_eq!(met_by(retired, &both), [appointment(1), appointment(2)]);
}

#[test]
fn who_unlearns_a_service_or_leaves_meets_all_bookings_ahead_and_none_behind() {
    let behind = booked(
        9,
        Subject::Staff(staff(1)),
        TimeRange::new(NOW - Duration::hours(3), NOW - Duration::hours(2)).unwrap(),
    );
    let day = [of_staff(1, (10, 0), (11, 0)), behind];
    let unlearnt = |after: &mut Premises| after.staff.get_mut(&staff(1)).unwrap().services.clear();
    assert_eq!(met_by(unlearnt, &day), [appointment(1)]);
    assert_eq!(met_by(|after| after.staff.clear(), &day), [appointment(1)]);
}

#[test]
fn a_night_shift_goes_on_after_midnight() {
    let mut before = premises();
    before.staff.get_mut(&staff(1)).unwrap().hours.weekly = every_day(20 * 60, 26 * 60);
    let night = booked(
        1,
        Subject::Staff(staff(1)),
        TimeRange::new(at(24, 30), at(25, 30)).unwrap(),
    );
    let mut after = before.clone();
    after.staff.get_mut(&staff(1)).unwrap().hours.weekly = every_day(20 * 60, 24 * 60);
    assert_eq!(met(&before, &after, std::slice::from_ref(&night), NOW).len(), 1);
    assert_eq!(met(&before, &before.clone(), &[night], NOW).len(), 0);
}

#[test]
fn what_does_not_fit_is_told_the_cause_that_holds_it_off() {
    let why = |change: &dyn Fn(&mut Premises), one: &Booked| {
        let mut now = premises();
        change(&mut now);
        let off = held_off(&now, std::slice::from_ref(one), NOW);
        off.into_values().next().map(|(_, cause)| cause)
    };
    let (person, day) = (staff(1), date!(2026 - 05 - 13));
    let one = of_staff(1, (10, 0), (11, 0));
    fn works(now: &mut Premises) -> &mut StaffPremises {
        now.staff.get_mut(&staff(1)).unwrap()
    }
    assert_eq!(why(&|_| (), &one), None);
    assert_eq!(
        why(&|now| now.staff.clear(), &one),
        Some(Cause::Departure(person))
    );
    assert_eq!(
        why(&|now| works(now).services.clear(), &one),
        Some(Cause::Skills(person))
    );
    let away = |now: &mut Premises| {
        works(now).leave = leaves([from_to((8, 0), (10, 0)), from_to((10, 30), (10, 45))]);
    };
    assert_eq!(why(&away, &one), Some(Cause::Leave(leave(901))));
    let shorter = |now: &mut Premises| works(now).hours.weekly = every_day(12 * 60, 17 * 60);
    assert_eq!(why(&shorter, &one), Some(Cause::Hours(person)));
    let off = |now: &mut Premises| {
        works(now).hours.dated.insert(day, Vec::new());
    };
    assert_eq!(why(&off, &one), Some(Cause::Override(person, day)));
    let opens_late = |now: &mut Premises| now.business.weekly = Some(every_day(12 * 60, 17 * 60));
    assert_eq!(why(&opens_late, &one), Some(Cause::OpeningHours));
    let closed = |now: &mut Premises| {
        now.business.dated.insert(day, Vec::new());
    };
    assert_eq!(why(&closed, &one), Some(Cause::Holiday(day)));
    let subject = Subject::Resource {
        id: resource(1),
        seat: 1,
    };
    let seated = booked(1, subject, from_to((10, 0), (11, 0)));
    let smaller = |now: &mut Premises| now.resources.get_mut(&resource(1)).unwrap().capacity = 1;
    assert_eq!(why(&smaller, &seated), Some(Cause::Resource(resource(1))));
    let outage: OutageId = ratiba_kernel::Id::from_uuid(resource(800).as_uuid());
    let broken = |now: &mut Premises| {
        let out = &mut now.resources.get_mut(&resource(1)).unwrap().out_of_service;
        out.insert(outage, from_to((10, 59), (12, 0)));
    };
    assert_eq!(why(&broken, &seated), Some(Cause::Outage(outage)));
}

proptest! {
    /// A leave meets a booking exactly where the two share an instant at which the person would work.
    #[test]
    fn a_leave_meets_what_it_takes_from(leave in time_ranges(3), work in time_ranges(6)) {
        let mut before = premises();
        before.staff.get_mut(&staff(1)).unwrap().hours.weekly = every_day(0, 1_440);
        let mut after = before.clone();
        after.staff.get_mut(&staff(1)).unwrap().leave = leaves(leave.clone());
        let start = ratiba_kernel::test_support::EPOCH;
        let numbered = (1..).zip(&work).map(|(n, range)| booked(n, Subject::Staff(staff(1)), *range));
        let booked: Vec<Booked> = numbered.collect();
        let hits = met(&before, &after, &booked, start);
        for one in &booked {
            let expected = leave.iter().any(|range| range.overlaps(&one.claim.range));
            prop_assert_eq!(hits.contains_key(&one.appointment), expected);
        }
    }

    /// What a change meets does not fit after it, and what fitted before it and does not after it was met.
    #[test]
    fn what_is_met_is_what_no_longer_fits(leave in time_ranges(3), work in time_ranges(6)) {
        let before = premises();
        let mut after = before.clone();
        after.staff.get_mut(&staff(1)).unwrap().leave = leaves(leave);
        let start = ratiba_kernel::test_support::EPOCH;
        let numbered = (1..).zip(&work).map(|(n, range)| booked(n, Subject::Staff(staff(1)), *range));
        let booked: Vec<Booked> = numbered.collect();
        let hits = met(&before, &after, &booked, start);
        let (fitted, fits) = (held_off(&before, &booked, start), held_off(&after, &booked, start));
        for one in &booked {
            let id = one.appointment;
            prop_assert!(!hits.contains_key(&id) || fits.contains_key(&id));
            prop_assert!(fitted.contains_key(&id) || hits.contains_key(&id) == fits.contains_key(&id));
        }
    }

    /// Doing nothing, and giving more, meets nobody.
    #[test]
    fn more_time_meets_nobody(leave in time_ranges(3), work in time_ranges(6)) {
        let mut before = premises();
        before.staff.get_mut(&staff(1)).unwrap().leave = leaves(leave);
        let numbered = (1..).zip(&work).map(|(n, range)| booked(n, Subject::Staff(staff(1)), *range));
        let booked: Vec<Booked> = numbered.collect();
        let start = ratiba_kernel::test_support::EPOCH;
        prop_assert!(met(&before, &before.clone(), &booked, start).is_empty());
        prop_assert!(met(&before, &premises(), &booked, start).is_empty());
    }
}
