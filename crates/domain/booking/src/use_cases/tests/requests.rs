//! Requests: asked, accepted, declined, answered with another time, run out.

use std::collections::BTreeMap;

use super::*;
use crate::appointment::Awaits;
use crate::catalogue::Minutes;
use crate::policy::{Approval, PayBy, PerChannel};

fn asking() -> World {
    asking_with(SalonBuilder::default())
}

fn asking_with(salon: SalonBuilder) -> World {
    World::of(salon.rules(|rules| {
        rules.approval = PerChannel {
            chat: Approval::Asked,
            ..PerChannel::all(Approval::NotNeeded)
        }
    }))
}

impl World {
    fn accept(&self, visit: crate::visit::VisitId, by: CancelledBy) -> Result<Visit, AnswerRequestError> {
        let accept = AcceptRequest {
            book: self.book.clone(),
            catalogue: self.salon.clone(),
            clock: self.clock.clone(),
        };
        let pay_by = PayBy::MobileMoney;
        block_on(accept.execute(
            tenant(1),
            AcceptOrder {
                visit,
                by,
                who: ChangedBy::System,
                pay_by,
            },
        ))
    }

    fn decline(&self, visit: crate::visit::VisitId, by: CancelledBy) -> Result<Visit, AnswerRequestError> {
        let decline = DeclineRequest {
            book: self.book.clone(),
            clock: self.clock.clone(),
        };
        block_on(decline.execute(tenant(1), visit, by, ChangedBy::System))
    }

    fn counter(&self, visit: crate::visit::VisitId, start: OffsetDateTime) -> Result<Visit, ReplaceError> {
        let counter = CounterOffer {
            book: self.book.clone(),
            timetable: self.salon.clone(),
            clock: self.clock.clone(),
        };
        let staff = BTreeMap::new();
        block_on(counter.execute(
            tenant(1),
            CounterOfferOrder {
                visit,
                start,
                staff,
                who: ChangedBy::System,
            },
        ))
    }
}

#[test]
fn where_approval_is_asked_a_booking_is_a_request_that_keeps_its_time() {
    let world = asking();
    let held = world.hold(an_order_of("k1", at(10, 0))).unwrap();
    // Tomorrow at ten less the chat's notice of half an hour, which is sooner than 24 hours would be.
    let until = NOW + Duration::hours(24);
    assert_eq!(held.standing, HeldStanding::Requested { until });
    let (visit, customer) = (held.visit.head.id, customer(1));
    let event = BookingEvent::VisitRequested {
        visit,
        customer,
        until,
    };
    assert_eq!(world.book.events(tenant(1)), [event]);
    let task = BookingTask::ExpireHold { visit };
    assert_eq!(world.book.tasks(tenant(1)), [Due { at: until, task }]);
    let refused = world.hold(an_order_of("k2", at(10, 0)));
    assert!(
        matches!(refused, Err(HoldVisitError::NotFree { .. })),
        "A24: a request keeps its time"
    );
    let desk = HoldOrder {
        channel: Channel::Desk,
        ..an_order_of("k3", at(11, 0))
    };
    assert!(matches!(
        world.hold(desk).unwrap().standing,
        HeldStanding::Waiting { .. }
    ));
}

#[test]
fn a_request_lasts_until_the_notice_limit_and_never_longer() {
    let rules = crate::policy::Rules::default();
    let until = |start| rules.request_deadline(Minutes::new(30), start, NOW);
    assert_eq!(until(NOW + Duration::days(3)), Some(NOW + Duration::hours(24)));
    assert_eq!(until(NOW + Duration::hours(2)), Some(NOW + Duration::minutes(90)));
    assert_eq!(
        until(NOW + Duration::minutes(40)),
        Some(NOW + Duration::minutes(10))
    );
    assert_eq!(until(NOW + Duration::minutes(30)), None);
    assert_eq!(rules.request_deadline(Minutes::NONE, NOW, NOW), None);
}

#[test]
fn a_request_that_nobody_could_answer_in_time_is_refused_and_later_times_are_named() {
    let world = asking();
    world.clock.set(at(9, 30));
    let refused = world.hold(an_order_of("k1", at(10, 0)));
    let Err(HoldVisitError::NotFree {
        reasons,
        alternatives,
    }) = refused
    else {
        panic!("nothing is left to answer in: {refused:?}");
    };
    assert_eq!(reasons.into_iter().collect::<Vec<_>>(), [Reason::Notice]);
    assert!(!alternatives.is_empty());
    assert!(alternatives.iter().all(|slot| slot.slot.time.start() > at(10, 0)));
    assert_eq!(world.names(), Vec::<&str>::new());
}

#[test]
fn a_request_ends_at_the_notice_of_its_own_service() {
    let mut slow = a_service(1, 60);
    slow.window.notice.chat = Some(Minutes::new(240));
    let world = asking_with(SalonBuilder::default().service(slow));
    world.clock.set(at(9, 0));
    let held = world.hold(an_order_of("k1", at(14, 0))).unwrap();
    assert_eq!(held.standing, HeldStanding::Requested { until: at(10, 0) });
}

#[test]
fn a_request_ends_at_the_notice_of_its_complement_too() {
    let mut slow = a_service(2, 60);
    slow.window.notice.chat = Some(Minutes::new(240));
    let world = asking_with(SalonBuilder::default().service(slow));
    world.clock.set(at(9, 0));
    let order = HoldOrder {
        complement: Some(Complement {
            part: anybody_for(2),
            start: at(15, 0),
        }),
        ..an_order_of("k1", at(14, 0))
    };
    let held = world.hold(order).unwrap();
    assert_eq!(held.standing, HeldStanding::Requested { until: at(10, 0) });
}

#[test]
fn another_time_that_leaves_no_time_to_answer_is_not_offered() {
    let world = asking();
    let visit = world.hold(an_order_of("k1", at(14, 0))).unwrap().visit.head.id;
    world.clock.set(at(9, 30));
    let before = world.visit(visit);
    let Err(ReplaceError::NotFree {
        reasons,
        alternatives,
    }) = world.counter(visit, at(10, 0))
    else {
        panic!("nothing is left to answer in");
    };
    assert_eq!(reasons.into_iter().collect::<Vec<_>>(), [Reason::Notice]);
    assert!(!alternatives.is_empty());
    assert!(alternatives.iter().all(|slot| slot.time.start() > at(10, 0)));
    assert_eq!(world.visit(visit), before);
}

#[test]
fn a_hold_does_not_outlast_its_start_but_can_be_paid() {
    let world = World::new();
    let desk = |key, start| HoldOrder {
        channel: Channel::Desk,
        ..an_order_of(key, start)
    };
    world.clock.set(at(9, 57));
    let held = world.hold(desk("k1", at(10, 0))).unwrap();
    assert_eq!(held.standing, HeldStanding::Waiting { until: at(10, 0) });
    world.clock.set(at(14, 0));
    let held = world.hold(desk("k2", at(14, 0))).unwrap();
    assert_eq!(held.standing, HeldStanding::Waiting { until: at(14, 2) });
}

#[test]
fn an_accepted_request_is_held_for_its_money_and_then_confirmed() {
    let world = asking();
    let visit = world.hold(an_order_of("k1", at(10, 0))).unwrap().visit.head.id;
    world.clock.advance(Duration::hours(2));
    let until = world.clock.now() + Duration::minutes(5);
    let accepted = world.accept(visit, CancelledBy::Business).unwrap();
    assert_eq!(accepted.standing(), VisitStanding::Waiting { until });
    let due = Money::kes_minor(350_000);
    let (customer, by) = (customer(1), CancelledBy::Business);
    let told = [
        BookingEvent::RequestAccepted { visit, customer, by },
        BookingEvent::VisitHeld {
            visit,
            customer,
            until,
            due,
        },
    ];
    assert_eq!(world.book.events(tenant(1))[1..], told);
    assert_eq!(world.accept(visit, by), Ok(accepted), "pressed twice");
    assert_eq!(world.confirm(visit), Ok(Confirmation::Confirmed));
    assert_eq!(world.accept(visit, by), Ok(world.visit(visit)));
    assert_eq!(world.names().len(), 4, "told once");
    let others = world.accept(visit, CancelledBy::Customer).unwrap_err();
    assert_eq!(
        others.to_string(),
        "an appointment that is confirmed cannot be accepted"
    );
    world
        .cancel(CancelTarget::Visit(visit), CancelledBy::Business)
        .unwrap();
    assert!(world.accept(visit, by).is_err(), "it does not stand any more");
}

#[test]
fn an_accepted_request_for_which_nothing_is_asked_is_confirmed_with_its_reminders() {
    let free = crate::catalogue::Service {
        deposit: Deposit::None,
        ..a_service(1, 60)
    };
    let world = asking_with(SalonBuilder::default().service(free));
    let visit = world.hold(an_order_of("k1", at(10, 0))).unwrap().visit.head.id;
    let accepted = world.accept(visit, CancelledBy::Business).unwrap();
    assert_eq!(accepted.standing(), VisitStanding::Agreed);
    assert_eq!(
        world.names(),
        [
            "booking.visit_requested",
            "booking.request_accepted",
            "booking.visit_confirmed"
        ]
    );
    assert_eq!(
        world.book.tasks(tenant(1)).len(),
        2,
        "the deadline and the first reminder"
    );
}

#[test]
fn a_declined_request_frees_its_time_and_declining_twice_is_declining_once() {
    let world = asking();
    let visit = world.hold(an_order_of("k1", at(10, 0))).unwrap().visit.head.id;
    let not_theirs = world.decline(visit, CancelledBy::Customer).unwrap_err();
    let awaits = Awaits::Business;
    assert_eq!(not_theirs, AnswerRequestError::WaitsForOther { awaits });
    let declined = world.decline(visit, CancelledBy::Business).unwrap();
    assert_eq!(declined.appointments[0].state().word(), "declined");
    assert_eq!(world.decline(visit, CancelledBy::Business).unwrap(), declined);
    assert_eq!(
        world.names(),
        ["booking.visit_requested", "booking.request_declined"]
    );
    world.hold(an_order_of("k2", at(10, 0))).unwrap();
    let unknown = world.decline(crate::test_support::builders::visit(9), CancelledBy::Business);
    assert_eq!(unknown, Err(AnswerRequestError::UnknownVisit));
}

#[test]
fn a_counter_offer_keeps_the_other_time_and_only_the_customer_can_take_it() {
    let world = asking();
    let visit = world.hold(an_order_of("k1", at(10, 0))).unwrap().visit.head.id;
    let offered = world.counter(visit, at(10, 30)).unwrap();
    let (until, awaits) = (NOW + Duration::hours(24), Awaits::Customer);
    assert_eq!(offered.standing(), VisitStanding::Requested { until, awaits });
    assert_eq!(
        offered.start(),
        Some(at(10, 30)),
        "its own old time did not stand in its way"
    );
    // The old time is free again as far as the new one leaves it, the new one is kept.
    world.hold(an_order_of("k2", at(9, 30))).unwrap();
    assert!(world.hold(an_order_of("k3", at(11, 0))).is_err());
    assert_eq!(
        world.accept(visit, CancelledBy::Business),
        Err(AnswerRequestError::WaitsForOther { awaits })
    );
    let accepted = world.accept(visit, CancelledBy::Customer).unwrap();
    assert!(matches!(accepted.standing(), VisitStanding::Waiting { .. }));
    assert!(matches!(
        world.counter(visit, at(12, 0)),
        Err(ReplaceError::Refused(_))
    ));
}

#[test]
fn a_counter_offer_at_a_taken_time_is_refused_with_alternatives_and_the_request_stays() {
    let world = asking();
    world.hold(an_order_of("k1", at(14, 0))).unwrap();
    let visit = world.hold(an_order_of("k2", at(10, 0))).unwrap().visit.head.id;
    let before = world.visit(visit);
    let Err(ReplaceError::NotFree {
        reasons,
        alternatives,
    }) = world.counter(visit, at(14, 30))
    else {
        panic!("the time is taken");
    };
    assert_eq!(reasons.into_iter().collect::<Vec<_>>(), [Reason::Held]);
    assert_eq!(alternatives[0].time.start(), at(15, 0));
    assert_eq!(world.visit(visit), before);
}

#[test]
fn a_declined_counter_offer_ends_the_request() {
    let world = asking();
    let visit = world.hold(an_order_of("k1", at(10, 0))).unwrap().visit.head.id;
    world.counter(visit, at(12, 0)).unwrap();
    let declined = world.decline(visit, CancelledBy::Customer).unwrap();
    assert_eq!(declined.standing(), VisitStanding::Over);
    world.hold(an_order_of("k2", at(10, 0))).unwrap();
    world.hold(an_order_of("k3", at(12, 0))).unwrap();
}

#[test]
fn an_unanswered_request_runs_out_and_cannot_be_accepted_any_more() {
    let world = asking();
    let visit = world.hold(an_order_of("k1", at(10, 0))).unwrap().visit.head.id;
    world.clock.set(NOW + Duration::hours(24));
    let late = world.accept(visit, CancelledBy::Business).unwrap_err();
    assert_eq!(
        late.to_string(),
        "an appointment that is requested cannot be accepted"
    );
    world.expire(visit);
    assert_eq!(world.visit(visit).standing(), VisitStanding::Over);
    assert_eq!(
        world.names(),
        ["booking.visit_requested", "booking.request_expired"]
    );
}
