//! What each use case does on its own.

use ratiba_kernel::TimeRange;

use super::*;
use crate::policy::PayBy;
use crate::ports::Wanted;

#[test]
fn a_visit_is_held_until_its_deadline_and_a_task_ends_it() {
    let world = World::new();
    let held = world.hold(an_order_of("k1", at(10, 0))).unwrap();
    let until = NOW + Duration::minutes(5);
    assert_eq!(held.standing, HeldStanding::Waiting { until });
    assert_eq!(held.due, Money::kes_minor(350_000));
    let visit = held.visit.head.id;
    let event = BookingEvent::VisitHeld {
        visit,
        customer: customer(1),
        until,
        due: held.due,
    };
    assert_eq!(world.book.events(tenant(1)), [event]);
    assert_eq!(
        world.book.tasks(tenant(1)),
        [Due {
            at: until,
            task: BookingTask::ExpireHold { visit }
        }]
    );

    world.expire(visit);
    assert_eq!(
        world.visit(visit).standing(),
        VisitStanding::Waiting { until },
        "it is not time yet"
    );
    world.clock.set(until);
    world.expire(visit);
    world.expire(visit);
    assert_eq!(world.visit(visit).standing(), VisitStanding::Over);
    assert_eq!(world.names(), ["booking.visit_held", "booking.hold_expired"]);
}

#[test]
fn the_same_key_with_another_order_is_refused() {
    let world = World::new();
    let order = an_order_of("k1", at(10, 0));
    let held = world.hold(order.clone()).unwrap();
    let elsewhere = HoldOrder {
        start: order.start.to_offset(time::macros::offset!(+3)),
        ..order.clone()
    };
    assert_eq!(
        world.hold(elsewhere).map(|again| again.visit.head.id),
        Ok(held.visit.head.id),
        "the same instant"
    );
    world.clock.advance(Duration::minutes(6));
    world.expire(held.visit.head.id);
    for other in [
        HoldOrder {
            start: at(14, 0),
            ..order.clone()
        },
        HoldOrder {
            pay_by: PayBy::Card,
            ..order.clone()
        },
        HoldOrder {
            deposit: DepositAsked::Nothing,
            ..order
        },
    ] {
        assert_eq!(world.hold(other), Err(HoldVisitError::OtherOrder));
    }
}

#[test]
fn the_same_key_gives_the_same_visit_whatever_became_of_it() {
    let world = World::new();
    let first = world.hold(an_order_of("k1", at(10, 0))).unwrap();
    let again = world.hold(an_order_of("k1", at(10, 0))).unwrap();
    assert_eq!((first.by, again.by), (HeldBy::ThisOrder, HeldBy::EarlierOrder));
    assert_eq!(
        Held {
            by: first.by,
            ..again
        },
        first
    );
    assert_eq!(world.confirm(first.visit.head.id), Ok(Confirmation::Confirmed));
    assert_eq!(
        world.hold(an_order_of("k1", at(10, 0))).unwrap().standing,
        HeldStanding::Confirmed
    );
    world
        .cancel(CancelTarget::Visit(first.visit.head.id), CancelledBy::Business)
        .unwrap();
    assert_eq!(
        world.hold(an_order_of("k1", at(10, 0))).unwrap().standing,
        HeldStanding::Over
    );
    assert_eq!(
        world
            .names()
            .iter()
            .filter(|name| **name == "booking.visit_held")
            .count(),
        1
    );
}

#[test]
fn a_visit_for_which_nothing_is_asked_is_confirmed_at_once() {
    let free = crate::catalogue::Service {
        deposit: Deposit::None,
        ..a_service(1, 60)
    };
    let world = World::of(SalonBuilder::default().service(free));
    let held = world.hold(an_order_of("k1", at(10, 0))).unwrap();
    assert_eq!(
        (held.standing, held.due),
        (HeldStanding::Confirmed, Money::kes_minor(0))
    );
    assert_eq!(world.names(), ["booking.visit_confirmed"]);
    let visit = held.visit.head.id;
    let remind = |reminder, at| Due {
        at,
        task: BookingTask::Remind { visit, reminder },
    };
    // Booked on the eve at 08:00 for 10:00: 24 and 2 hours ahead are both still to come, one after the other.
    let first = remind(Reminder::DayAhead, at(-14, 0));
    assert_eq!(world.book.tasks(tenant(1)), std::slice::from_ref(&first));
    world.clock.set(at(-14, 0));
    world.remind(visit, Reminder::DayAhead);
    world.remind(visit, Reminder::DayAhead);
    let second = remind(Reminder::HoursAhead, at(8, 0));
    assert_eq!(world.book.tasks(tenant(1)), [first.clone(), second.clone()]);
    world.clock.set(at(8, 0));
    world.remind(visit, Reminder::HoursAhead);
    assert_eq!(
        world.book.tasks(tenant(1)),
        [first, second],
        "no reminder is left"
    );
}

#[test]
fn a_customer_is_reminded_of_when_they_come_and_not_of_the_set_up() {
    let segment = |minutes, client| crate::catalogue::Segment {
        minutes: crate::catalogue::Minutes::new(minutes),
        staff: crate::catalogue::StaffNeed::Needed,
        resource_kind: None,
        client,
    };
    let (here, away) = (
        crate::catalogue::ClientPresence::Present,
        crate::catalogue::ClientPresence::Absent,
    );
    let segments = vec![segment(20, away), segment(60, here), segment(15, away)];
    let free = crate::catalogue::Service {
        deposit: Deposit::None,
        recipe: recipe(segments, 0, 0),
        ..a_service(1, 60)
    };
    let world = World::of(SalonBuilder::default().service(free));
    let held = world.hold(an_order_of("k1", at(10, 0))).unwrap();
    let booking = held.visit.appointments[0].booking();
    assert_eq!(booking.time, from_to((10, 0), (11, 35)));
    assert_eq!(booking.client(), from_to((10, 20), (11, 20)));
    assert_eq!(held.visit.client(), Some(from_to((10, 20), (11, 20))));
    world.clock.set(at(-14, 20));
    world.remind(held.visit.head.id, Reminder::DayAhead);
    let due: Vec<_> = world.book.tasks(tenant(1)).iter().map(|due| due.at).collect();
    assert_eq!(due, [at(-14, 20), at(8, 20)]);
}

#[test]
fn a_taken_time_is_refused_with_the_nearest_alternatives() {
    let world = World::new();
    world.hold(an_order_of("k1", at(10, 0))).unwrap();
    let Err(HoldVisitError::NotFree {
        reasons,
        alternatives,
    }) = world.hold(an_order_of("k2", at(10, 30)))
    else {
        panic!("the time is taken");
    };
    assert_eq!(reasons.into_iter().collect::<Vec<_>>(), [Reason::Held]);
    let starts: Vec<_> = alternatives.iter().map(|found| found.slot.time.start()).collect();
    assert_eq!(starts, [at(11, 0), at(11, 15), at(11, 30)]);
    assert_eq!(world.names(), ["booking.visit_held"]);
}

#[test]
fn an_offer_holds_nothing() {
    let world = World::new();
    let offers = OfferSlot {
        timetable: world.salon.clone(),
        book: world.book.clone(),
        clock: world.clock.clone(),
    };
    let offer = |start| {
        let query = OfferQuery {
            parts: vec![anybody_for(1)],
            order: PartOrder::Any,
            arrangement: Arrangement::Together,
            start,
            channel: Channel::Chat,
            customer: None,
        };
        block_on(offers.execute(tenant(1), query)).unwrap()
    };
    assert!(matches!(offer(at(14, 0)), Offer::Free(found) if found.slot.parts[0].staff == staff(1)));
    assert!(matches!(offer(at(14, 0)), Offer::Free(_)));
    let Offer::Alternatives { refused, slots } = offer(at(20, 0)) else {
        panic!("closed by then")
    };
    assert!(refused.reasons().contains(&Reason::Closed));
    assert_eq!(slots[0].slot.time.start(), at(16, 0));
    let Offer::Alternatives { refused, slots } = offer(NOW - Duration::days(400)) else {
        panic!("past")
    };
    assert!(refused.reasons().contains(&Reason::InThePast));
    assert_eq!(
        slots[0].slot.time.start(),
        at(-15, 0),
        "the next opening: today at nine"
    );
    assert!(world.names().is_empty());
}

#[test]
fn slots_are_found_with_reasons_where_they_are_wanted() {
    let world = World::new();
    world.hold(an_order_of("k1", at(10, 0))).unwrap();
    let find = FindSlots {
        timetable: world.salon.clone(),
        book: world.book.clone(),
        clock: world.clock.clone(),
    };
    let query = || SlotQuery {
        parts: vec![anybody_for(1)],
        order: PartOrder::Any,
        arrangement: Arrangement::Together,
        window: from_to((9, 0), (12, 0)),
        channel: Channel::Chat,
        customer: None,
        most: None,
    };
    let found = block_on(find.execute(tenant(1), query())).unwrap();
    assert_eq!(found.slots.len(), 5);
    assert_eq!(found.zone.name(), "Africa/Nairobi", "that of the facts");
    let explain = |most| block_on(find.explain(tenant(1), query(), most)).unwrap().starts;
    let all = explain(50);
    assert_eq!((all.refused.len(), all.free, all.more_from), (7, 5, None));
    assert_eq!(explain(8), all);
    // No further than asked: what is left can be asked for from there.
    let some = explain(2);
    assert_eq!(some.refused, all.refused[..2]);
    let next = some.more_from.unwrap();
    let rest = SlotQuery {
        window: TimeRange::new(next, at(12, 0)).unwrap(),
        ..query()
    };
    let rest = block_on(find.explain(tenant(1), rest, 50)).unwrap().starts;
    assert_eq!(rest.refused, all.refused[2..]);
    assert_eq!(some.free + rest.free, all.free);
}

#[test]
fn a_payment_in_time_confirms_once() {
    let world = World::new();
    let visit = world.hold(an_order_of("k1", at(10, 0))).unwrap().visit.head.id;
    world.clock.advance(Duration::minutes(2));
    assert_eq!(world.confirm(visit), Ok(Confirmation::Confirmed));
    assert_eq!(world.confirm(visit), Ok(Confirmation::Confirmed));
    assert_eq!(world.names(), ["booking.visit_held", "booking.visit_confirmed"]);
    world.clock.advance(Duration::minutes(10));
    world.expire(visit);
    assert_eq!(
        world.visit(visit).standing(),
        VisitStanding::Agreed,
        "the task finds nothing to end"
    );
}

#[test]
fn a_payment_after_expiry_takes_the_time_again_if_it_is_free() {
    let world = World::new();
    let visit = world.hold(an_order_of("k1", at(10, 0))).unwrap().visit.head.id;
    world.clock.advance(Duration::minutes(6));
    world.expire(visit);
    assert_eq!(world.confirm(visit), Ok(Confirmation::Confirmed));
    let refused = world.hold(an_order_of("k2", at(10, 0)));
    assert!(
        matches!(refused, Err(HoldVisitError::NotFree { .. })),
        "it keeps its time again"
    );
}

#[test]
fn a_payment_after_the_time_was_sold_again_is_told_once_and_books_nothing() {
    let world = World::new();
    let first = world.hold(an_order_of("k1", at(10, 0))).unwrap().visit.head.id;
    world.clock.advance(Duration::minutes(6));
    let second = world.hold(an_order_of("k2", at(10, 0))).unwrap().visit.head.id;
    assert_eq!(world.confirm(first), Ok(Confirmation::Lost));
    assert_eq!(world.confirm(first), Ok(Confirmation::Lost));
    assert_eq!(world.confirm(second), Ok(Confirmation::Confirmed));
    assert_eq!(
        world.names(),
        [
            "booking.hold_expired",
            "booking.visit_held",
            "booking.visit_lost_after_payment",
            "booking.visit_confirmed"
        ]
        .iter()
        .fold(vec!["booking.visit_held"], |mut names, name| {
            names.push(name);
            names
        })
    );
}

#[test]
fn a_payment_for_a_cancelled_visit_or_one_whose_time_has_passed_is_lost() {
    let world = World::new();
    let cancelled = world.hold(an_order_of("k1", at(10, 0))).unwrap().visit.head.id;
    world
        .cancel(CancelTarget::Visit(cancelled), CancelledBy::Customer)
        .unwrap();
    assert_eq!(world.confirm(cancelled), Ok(Confirmation::Lost));
    let late = world.hold(an_order_of("k2", at(10, 0))).unwrap().visit.head.id;
    world.clock.set(at(10, 0));
    world.expire(late);
    assert_eq!(world.confirm(late), Ok(Confirmation::Lost));
    assert_eq!(world.confirm(visit(77)), Err(ConfirmVisitError::UnknownVisit));
}

#[test]
fn a_service_is_started_finished_and_corrected() {
    let world = World::new();
    let held = world.hold(an_order_of("k1", at(10, 0))).unwrap();
    world.confirm(held.visit.head.id).unwrap();
    let id = held.visit.appointments[0].id();
    let (book, clock) = (Arc::clone(&world.book), Arc::clone(&world.clock));
    let start = world.start(Arc::new(OpenGate));
    let finish = FinishAppointment {
        book: book.clone(),
        clock: clock.clone(),
    };
    let record = RecordActuals {
        book: book.clone(),
        clock: clock.clone(),
    };
    clock.set(at(10, 4));
    let started = block_on(start.execute(tenant(1), id, None, ChangedBy::System)).unwrap();
    assert_eq!(started.actuals().start, Some(at(10, 4)));
    clock.set(at(11, 6));
    assert_eq!(
        block_on(start.execute(tenant(1), id, None, ChangedBy::System)).unwrap(),
        started,
        "pressed twice"
    );
    let finished = block_on(finish.execute(tenant(1), id, Some(at(11, 5)), ChangedBy::System)).unwrap();
    assert_eq!(
        block_on(finish.execute(tenant(1), id, None, ChangedBy::System)).unwrap(),
        finished
    );
    let correction = Correction {
        tip: Some(Tip::new(Money::kes_minor(50_000)).unwrap()),
        ..Correction::default()
    };
    let stale = block_on(record.execute(
        tenant(1),
        id,
        correction.clone(),
        Some(Version::read(1)),
        ChangedBy::System,
    ));
    assert_eq!(stale, Err(RenderingError::Stale));
    let tipped = block_on(record.execute(
        tenant(1),
        id,
        correction.clone(),
        Some(finished.version()),
        ChangedBy::System,
    ))
    .unwrap();
    assert_eq!(
        block_on(book.appointment(tenant(1), id)).unwrap(),
        Some(tipped.clone())
    );
    assert_eq!(
        block_on(record.execute(tenant(1), id, correction, None, ChangedBy::System)).unwrap(),
        tipped,
        "nothing changes"
    );
    let booking = BookingEvent::AppointmentCompleted {
        appointment: id,
        visit: held.visit.head.id,
        customer: customer(1),
        staff: vec![staff(1)],
    };
    assert!(world.book.events(tenant(1)).contains(&booking));
    assert_eq!(
        world.names()[2..],
        [
            "booking.appointment_started",
            "booking.appointment_completed",
            "booking.actuals_corrected"
        ]
    );

    book.freeze(tenant(1), staff(1), from_to((0, 0), (24, 0)));
    let more = Correction {
        tip: Some(Tip::new(Money::kes_minor(60_000)).unwrap()),
        ..Correction::default()
    };
    assert_eq!(
        block_on(record.execute(tenant(1), id, more.clone(), None, ChangedBy::System)),
        Err(RenderingError::MonthFrozen)
    );
    let unknown = block_on(record.execute(tenant(1), appointment(99), more, None, ChangedBy::System));
    assert_eq!(unknown, Err(RenderingError::UnknownAppointment));
}

#[test]
fn cancelling_frees_the_time_and_costs_what_the_policy_says() {
    let salon = SalonBuilder::default().rules(|rules| {
        rules.cancellation.late_fee = ratiba_kernel::BasisPoints::new(5_000);
    });
    let world = World::of(salon);
    let visit = world.hold(an_order_of("k1", at(10, 0))).unwrap().visit.head.id;
    world.confirm(visit).unwrap();
    world.clock.set(at(9, 0));
    let cancelled = world
        .cancel(CancelTarget::Visit(visit), CancelledBy::Customer)
        .unwrap();
    let fee = Money::kes_minor(175_000);
    assert_eq!(
        cancelled[0].state(),
        &State::CancelledByCustomer { at: at(9, 0), fee }
    );
    assert_eq!(
        world
            .cancel(CancelTarget::Visit(visit), CancelledBy::Customer)
            .unwrap(),
        cancelled
    );
    let again = world.hold(an_order_of("k2", at(10, 0))).unwrap().visit;
    let waiting = world.cancel(
        CancelTarget::Appointment(again.appointments[0].id()),
        CancelledBy::Customer,
    );
    assert_eq!(
        waiting.unwrap()[0].state().fee(),
        Some(Money::kes_minor(0)),
        "it was never agreed"
    );
    let gone = world.cancel(CancelTarget::Visit(super::visit(77)), CancelledBy::Business);
    assert_eq!(gone, Err(CancelAppointmentError::Unknown));
}

#[test]
fn what_has_begun_is_not_cancelled() {
    let world = World::new();
    let held = world.hold(an_order_of("k1", at(10, 0))).unwrap();
    world.confirm(held.visit.head.id).unwrap();
    world.clock.set(at(10, 0));
    let start = world.start(Arc::new(OpenGate));
    block_on(start.execute(
        tenant(1),
        held.visit.appointments[0].id(),
        None,
        ChangedBy::System,
    ))
    .unwrap();
    let refused = world.cancel(CancelTarget::Visit(held.visit.head.id), CancelledBy::Customer);
    assert!(matches!(refused, Err(CancelAppointmentError::Refused(_))));
}

#[test]
fn a_reminder_goes_once_and_only_while_the_visit_stands() {
    let world = World::new();
    let visit = world.hold(an_order_of("k1", at(10, 0))).unwrap().visit.head.id;
    world.remind(visit, Reminder::DayAhead);
    world.confirm(visit).unwrap();
    world.clock.set(at(8, 0));
    world.remind(visit, Reminder::HoursAhead);
    world.remind(visit, Reminder::HoursAhead);
    let told = |world: &World| {
        world
            .names()
            .iter()
            .filter(|name| **name == "booking.reminder_due")
            .count()
    };
    assert_eq!(told(&world), 1);
    world
        .cancel(CancelTarget::Visit(visit), CancelledBy::Customer)
        .unwrap();
    world.remind(visit, Reminder::DayAhead);
    assert_eq!(told(&world), 1);
}

#[test]
fn a_day_lists_what_touches_it() {
    let world = World::new();
    let held = world.hold(an_order_of("k1", at(10, 0))).unwrap();
    let list = ListDay {
        book: world.book.clone(),
        catalogue: world.salon.clone(),
    };
    let day = |date, wanted| block_on(list.execute(tenant(1), date, wanted)).unwrap();
    let (the_day, before) = (
        time::macros::date!(2026 - 05 - 13),
        time::macros::date!(2026 - 05 - 12),
    );
    let first = day(the_day, Wanted::first(1));
    assert_eq!(first.appointments, held.visit.appointments);
    assert_eq!(first.next, None, "there is no more than that one");
    assert!(day(before, Wanted::first(1)).appointments.is_empty());
    let next = world.hold(an_order_of("k2", at(12, 0))).unwrap().visit;
    let first = day(the_day, Wanted::first(1));
    assert_eq!(first.appointments, held.visit.appointments);
    let rest = Wanted {
        after: first.next,
        ..Wanted::first(1)
    };
    let rest = day(the_day, rest);
    assert_eq!((rest.appointments, rest.next), (next.appointments, None));
}

#[test]
fn the_present_is_asked_of_the_clock() {
    let world = World::new();
    assert_eq!(world.clock.now(), NOW);
    let notice = world.hold(an_order_of("k1", NOW + Duration::minutes(29)));
    assert!(
        matches!(notice, Err(HoldVisitError::NotFree { reasons, .. }) if reasons.contains(&Reason::Notice))
    );
}

#[test]
fn an_order_for_what_does_not_exist_is_refused_and_holds_nothing() {
    let world = World::new();
    let mut order = an_order_of("k1", at(10, 0));
    order.parts = vec![anybody_for(9)];
    let fault = crate::availability::RequestFault::UnknownService(service(9));
    assert_eq!(world.hold(order), Err(HoldVisitError::Request(fault)));
    assert!(world.names().is_empty());
}

#[test]
fn letting_go_gives_up_what_waits_and_nothing_that_is_agreed() {
    let world = World::new();
    let let_go = |visit| world.cancel(CancelTarget::WaitingOf(visit), CancelledBy::Customer);
    let waiting = world.hold(an_order_of("k1", at(10, 0))).unwrap().visit.head.id;
    assert_eq!(let_go(waiting).unwrap().len(), 1);
    assert_eq!(world.visit(waiting).standing(), VisitStanding::Over);
    assert_eq!(let_go(waiting).unwrap(), []);
    let agreed = world.hold(an_order_of("k2", at(12, 0))).unwrap().visit.head.id;
    world.confirm(agreed).unwrap();
    assert_eq!(let_go(agreed).unwrap(), []);
    assert_eq!(world.visit(agreed).standing(), VisitStanding::Agreed);
}

#[test]
fn who_was_only_proposed_is_assigned_and_who_was_named_is_requested() {
    let world = World::new();
    let choice = |key: &str, hour: i64, wish: StaffWish| {
        let mut order = an_order_of(key, at(hour, 0));
        order.parts[0].staff = wish;
        let held = world.hold(order).unwrap();
        held.visit.appointments[0].booking().choice
    };
    assert_eq!(
        choice("k1", 10, StaffWish::Offered(staff(1))),
        StaffChoice::Assigned
    );
    assert_eq!(
        choice("k2", 12, StaffWish::Only(staff(1))),
        StaffChoice::Requested
    );
}

#[test]
fn a_cancellation_costs_no_more_than_was_told() {
    let world = World::of(SalonBuilder::default().rules(|rules| {
        rules.cancellation.late_fee = ratiba_kernel::BasisPoints::new(5_000);
    }));
    let visit = world.hold(an_order_of("k1", at(34, 0))).unwrap().visit.head.id;
    world.confirm(visit).unwrap();
    let cancel = CancelAppointment {
        book: world.book.clone(),
        catalogue: world.salon.clone(),
        clock: world.clock.clone(),
    };
    let order = CancelOrder {
        target: CancelTarget::Visit(visit),
        by: CancelledBy::Customer,
        who: crate::appointment::ChangedBy::Customer,
    };
    let nothing = block_on(cancel.quote(tenant(1), order.clone())).unwrap().fee;
    assert!(!nothing.is_positive(), "it is still free");
    world.clock.set(at(33, 0));
    let costs = block_on(cancel.quote(tenant(1), order.clone())).unwrap().fee;
    let price = world.visit(visit).charged().unwrap().unwrap();
    assert_eq!(
        costs,
        price.share(ratiba_kernel::BasisPoints::new(5_000)).unwrap()
    );
    assert_eq!(
        block_on(cancel.at_most(tenant(1), order.clone(), nothing)).unwrap(),
        CancelledOrCosts::Costs(costs)
    );
    assert_eq!(
        world.visit(visit).standing(),
        VisitStanding::Agreed,
        "nothing was cancelled"
    );
    let told = block_on(cancel.at_most(tenant(1), order.clone(), costs)).unwrap();
    assert!(matches!(told, CancelledOrCosts::Cancelled(_)));
    let again = block_on(cancel.at_most(tenant(1), order, nothing)).unwrap();
    assert!(
        matches!(again, CancelledOrCosts::Cancelled(_)),
        "repeating is safe"
    );
}
