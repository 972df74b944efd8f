//! Reschedules: what follows along, who may, and what is in the way.

use std::collections::BTreeMap;

use super::*;
use crate::availability::PartRequest;
use crate::visit::VisitId;

impl World {
    fn moves(
        &self,
        target: MoveTarget,
        start: OffsetDateTime,
        by: CancelledBy,
    ) -> Result<Visit, ReplaceError> {
        self.moves_to(target, start, by, BTreeMap::new())
    }

    fn moves_to(
        &self,
        target: MoveTarget,
        start: OffsetDateTime,
        by: CancelledBy,
        staff: BTreeMap<crate::appointment::AppointmentId, crate::catalogue::StaffId>,
    ) -> Result<Visit, ReplaceError> {
        let moves = MoveVisit {
            book: self.book.clone(),
            timetable: self.salon.clone(),
            clock: self.clock.clone(),
        };
        let channel = Channel::Desk;
        let order = MoveOrder {
            target,
            start,
            staff,
            by,
            who: crate::appointment::ChangedBy::person("token:1"),
            channel,
        };
        block_on(moves.execute(tenant(1), order))
    }

    fn booked(&self, key: &str, start: OffsetDateTime) -> VisitId {
        let visit = self.hold(an_order_of(key, start)).unwrap().visit.head.id;
        self.confirm(visit).unwrap();
        visit
    }
}

const BUSINESS: CancelledBy = CancelledBy::Business;
const CUSTOMER: CancelledBy = CancelledBy::Customer;

#[test]
fn a_move_carries_price_and_deposit_frees_the_old_time_and_is_told() {
    let world = World::new();
    let visit = world.booked("k1", at(34, 0));
    let before = world.visit(visit);
    let after = world
        .moves(MoveTarget::Visit(visit), at(34, 30), CUSTOMER)
        .unwrap();
    assert_eq!(
        after.start(),
        Some(at(34, 30)),
        "half of its own old time is in the new one"
    );
    let (old, new) = (&before.appointments[0], &after.appointments[0]);
    assert_eq!((old.state(), old.id()), (new.state(), new.id()));
    assert_eq!(old.booking().price, new.booking().price);
    assert_eq!(old.booking().deposit, new.booking().deposit);
    let (customer, by) = (customer(1), CUSTOMER);
    let freed = crate::visit::claimed(before.appointments.iter());
    assert!(freed.is_some());
    let told = BookingEvent::VisitMoved {
        visit,
        customer,
        by,
        freed,
        left: Vec::new(),
    };
    assert_eq!(world.book.events(tenant(1)).last(), Some(&told));
    world.hold(an_order_of("k2", at(33, 30))).unwrap();
    let again = world
        .moves(MoveTarget::Visit(visit), at(34, 30), CUSTOMER)
        .unwrap();
    assert_eq!(
        (again, world.names().len()),
        (after, 4),
        "moving to where it is changes nothing"
    );
}

#[test]
fn a_move_that_is_asked_for_again_is_answered_as_it_was_made_even_if_it_would_be_too_late_now() {
    let world = World::new();
    let visit = world.booked("k1", at(34, 0));
    world.clock.set(at(9, 50));
    // Within a day: from there it could not be moved any more.
    let made = world
        .moves(MoveTarget::Visit(visit), at(33, 30), CUSTOMER)
        .unwrap();
    let told = world.names().len();
    for now in [at(9, 50), at(33, 0), at(33, 29)] {
        world.clock.set(now);
        let again = world.moves(MoveTarget::Visit(visit), at(33, 30), CUSTOMER);
        assert_eq!(again.as_ref(), Ok(&made), "{now}");
    }
    assert_eq!(world.names().len(), told, "nothing more is told");
    let refused = world.moves(MoveTarget::Visit(visit), at(34, 0), CUSTOMER);
    assert!(
        matches!(refused, Err(ReplaceError::TooLate { .. })),
        "{refused:?}"
    );
}

#[test]
fn two_moves_that_cross_are_refused_and_nobody_loses_a_time() {
    let world = World::new();
    let (first, second) = (world.booked("k1", at(10, 0)), world.booked("k2", at(11, 0)));
    for (visit, start) in [(first, at(11, 0)), (second, at(10, 0))] {
        let Err(ReplaceError::NotFree {
            reasons,
            alternatives,
        }) = world.moves(MoveTarget::Visit(visit), start, BUSINESS)
        else {
            panic!("the other one has that time")
        };
        assert_eq!(reasons.into_iter().collect::<Vec<_>>(), [Reason::Booked]);
        assert!(!alternatives.is_empty());
    }
    // Through a third time they change places.
    world
        .moves(MoveTarget::Visit(first), at(14, 0), BUSINESS)
        .unwrap();
    world
        .moves(MoveTarget::Visit(second), at(10, 0), BUSINESS)
        .unwrap();
    world
        .moves(MoveTarget::Visit(first), at(11, 0), BUSINESS)
        .unwrap();
    let starts = [first, second].map(|id| world.visit(id).start());
    assert_eq!(starts, [Some(at(11, 0)), Some(at(10, 0))]);
}

#[test]
fn the_customer_may_move_until_cancelling_stops_being_free_and_the_business_always() {
    let world = World::new();
    let visit = world.booked("k1", at(34, 0));
    world.clock.set(at(10, 0));
    world
        .moves(MoveTarget::Visit(visit), at(35, 0), CUSTOMER)
        .unwrap();
    world.clock.set(at(11, 0) + Duration::SECOND);
    let until = at(11, 0);
    assert_eq!(
        world.moves(MoveTarget::Visit(visit), at(36, 0), CUSTOMER),
        Err(ReplaceError::TooLate { until })
    );
    world
        .moves(MoveTarget::Visit(visit), at(36, 0), BUSINESS)
        .unwrap();
}

#[test]
fn a_hold_may_be_moved_until_it_runs_out() {
    let world = World::new();
    let visit = world.hold(an_order_of("k1", at(10, 0))).unwrap().visit.head.id;
    let until = NOW + Duration::minutes(5);
    let moved = world
        .moves(MoveTarget::Visit(visit), at(12, 0), CUSTOMER)
        .unwrap();
    assert_eq!(
        moved.standing(),
        VisitStanding::Waiting { until },
        "the deadline stays"
    );
    world.clock.set(until);
    let refused = world.moves(MoveTarget::Visit(visit), at(13, 0), CUSTOMER);
    assert!(matches!(refused, Err(ReplaceError::Refused(_))));
}

#[test]
fn reminders_go_out_anew_where_the_new_time_asks_for_them() {
    let world = World::new();
    let visit = world.booked("k1", at(34, 0));
    world.clock.set(at(10, 0));
    world.remind(visit, Reminder::DayAhead);
    assert!(world.visit(visit).head.reminded.contains(&Reminder::DayAhead));
    let tasks = world.book.tasks(tenant(1)).len();
    world
        .moves(MoveTarget::Visit(visit), at(58, 0), CUSTOMER)
        .unwrap();
    assert!(world.visit(visit).head.reminded.is_empty());
    let remind = |reminder, at| Due {
        at,
        task: BookingTask::Remind { visit, reminder },
    };
    assert_eq!(
        world.book.tasks(tenant(1))[tasks..],
        [remind(Reminder::DayAhead, at(34, 0))]
    );
}

#[test]
fn another_person_may_take_it_over_and_one_asked_for_by_name_is_kept() {
    let both = |n: u64| SalonBuilder::default().staff(n, every_day(9 * 60, 17 * 60));
    let world = World::of(both(2));
    let named = HoldOrder {
        parts: vec![PartRequest::new(service(1), StaffWish::Only(staff(1)))],
        ..an_order_of("k1", at(10, 0))
    };
    let visit = world.hold(named).unwrap().visit.head.id;
    let other = HoldOrder {
        parts: vec![PartRequest::new(service(1), StaffWish::Only(staff(1)))],
        ..an_order_of("k2", at(14, 0))
    };
    world.hold(other).unwrap();
    let refused = world.moves(MoveTarget::Visit(visit), at(14, 0), BUSINESS);
    assert!(
        matches!(refused, Err(ReplaceError::NotFree { .. })),
        "staff 1 was asked for by name"
    );
    let id = world.visit(visit).appointments[0].id();
    let to = BTreeMap::from([(id, staff(2))]);
    let moved = world
        .moves_to(MoveTarget::Appointment(id), at(14, 0), BUSINESS, to)
        .unwrap();
    let booking = moved.appointments[0].booking();
    assert_eq!(booking.team.members(), [staff(2)]);
    assert_eq!(booking.choice, StaffChoice::Assigned, "nobody asked for staff 2");
    let events = world.book.events(tenant(1));
    let Some(BookingEvent::VisitMoved { left, .. }) = events.last() else {
        panic!("a move is told: {events:?}");
    };
    assert_eq!(
        left,
        &[staff(1)],
        "whoever had it learns that it is not theirs any more"
    );
    let stranger = BTreeMap::from([(appointment(77), staff(2))]);
    let unknown = world.moves_to(MoveTarget::Visit(visit), at(15, 0), BUSINESS, stranger);
    assert_eq!(unknown, Err(ReplaceError::Unknown));
}

#[test]
fn one_part_moves_alone_but_not_into_the_other_one_and_both_together_keep_their_order() {
    let salon = SalonBuilder::default()
        .service(a_service(2, 30))
        .staff(2, every_day(9 * 60, 17 * 60));
    let world = World::of(salon);
    let two = HoldOrder {
        parts: vec![anybody_for(1), anybody_for(2)],
        ..an_order_of("k1", at(10, 0))
    };
    let visit = world.hold(two).unwrap().visit.head.id;
    world.confirm(visit).unwrap();
    let second = world.visit(visit).appointments[1].id();
    let Err(ReplaceError::NotFree { alternatives, .. }) =
        world.moves(MoveTarget::Appointment(second), at(10, 15), BUSINESS)
    else {
        panic!("the customer is with somebody else then")
    };
    assert!(
        alternatives
            .iter()
            .all(|slot| slot.time.start() >= at(11, 0) || slot.time.end() <= at(10, 0))
    );
    let apart = world
        .moves(MoveTarget::Appointment(second), at(9, 15), BUSINESS)
        .unwrap();
    let order: Vec<_> = apart.appointments.iter().map(|a| a.booking().service).collect();
    assert_eq!(order, [service(2), service(1)]);
    let together = world
        .moves(MoveTarget::Visit(visit), at(14, 0), BUSINESS)
        .unwrap();
    let times: Vec<_> = together.appointments.iter().map(|a| a.booking().time).collect();
    assert_eq!(times, [from_to((14, 0), (14, 30)), from_to((14, 30), (15, 30))]);
}

#[test]
fn what_is_not_sold_any_more_can_still_be_moved_and_what_is_over_cannot() {
    let world = World::new();
    let visit = world.booked("k1", at(34, 0));
    let retired = crate::catalogue::Service {
        offering: crate::catalogue::Offering::Retired,
        ..a_service(1, 90)
    };
    let facts = SalonBuilder::default().service(retired).build();
    let later = World {
        salon: Arc::new(InMemorySalon::new(facts, Arc::clone(&world.book))),
        ..world
    };
    let moved = later
        .moves(MoveTarget::Visit(visit), at(36, 0), CUSTOMER)
        .unwrap();
    assert_eq!(moved.appointments[0].booking().time, from_to((36, 0), (37, 0)));
    later.cancel(CancelTarget::Visit(visit), BUSINESS).unwrap();
    let over = later
        .moves(MoveTarget::Visit(visit), at(37, 0), BUSINESS)
        .unwrap_err();
    assert_eq!(
        over.to_string(),
        "an appointment that is cancelled_by_business cannot be moved"
    );
}

#[test]
fn what_is_offered_for_a_move_is_what_the_move_then_gets_and_moves_nothing_itself() {
    let world = World::new();
    let visit = world.booked("k1", at(34, 0));
    let offers = OfferMove {
        book: world.book.clone(),
        timetable: world.salon.clone(),
        clock: world.clock.clone(),
    };
    let query = MoveQuery {
        visit,
        staff: None,
        by: CUSTOMER,
        channel: Channel::Desk,
    };
    let offer = |start| block_on(offers.at(tenant(1), query, start)).unwrap();
    let MoveOffer::Free(slot) = offer(at(34, 30)) else {
        panic!("half of its own old time is in the new one")
    };
    assert_eq!(slot.time.start(), at(34, 30));
    assert_eq!(
        world.visit(visit).start(),
        Some(at(34, 0)),
        "nothing is moved yet"
    );
    world.booked("k2", at(36, 0));
    let MoveOffer::Alternatives { refused, slots } = offer(at(36, 0)) else {
        panic!("somebody else has that time")
    };
    assert!(refused.reasons().contains(&Reason::Booked));
    for near in slots {
        world
            .moves(MoveTarget::Visit(visit), near.time.start(), CUSTOMER)
            .unwrap();
    }
    let window = ratiba_kernel::TimeRange::new(at(33, 0), at(38, 0)).unwrap();
    let among = block_on(offers.among(tenant(1), query, window)).unwrap();
    assert!(!among.is_empty() && among.iter().all(|slot| slot.time.start() != at(36, 0)));
    world.clock.set(at(33, 0));
    let late = block_on(offers.at(tenant(1), query, at(60, 0)));
    assert!(matches!(late, Err(ReplaceError::TooLate { .. })), "{late:?}");
}
