//! Who came, who did not, and what a history of not coming costs.

use super::*;
use crate::policy::NoShowDeposit;

impl World {
    fn attendance(&self) -> Attendance {
        Attendance {
            book: self.book.clone(),
            catalogue: self.salon.clone(),
            timetable: self.salon.clone(),
            clock: self.clock.clone(),
        }
    }

    /// A confirmed appointment.
    fn agreed(&self, key: &str, start: OffsetDateTime) -> crate::appointment::AppointmentId {
        let held = self.hold(an_order_of(key, start)).unwrap();
        self.confirm(held.visit.head.id).unwrap();
        held.visit.appointments[0].id()
    }

    fn misses(
        &self,
        id: crate::appointment::AppointmentId,
    ) -> Result<crate::appointment::Appointment, AttendanceError> {
        block_on(self.attendance().mark_no_show(tenant(1), id, ChangedBy::System))
    }
}

#[test]
fn a_customer_checks_in_on_their_day_once_and_it_can_be_taken_back_that_day() {
    let world = World::new();
    let id = world.agreed("k1", at(10, 0));
    let check_in = || block_on(world.attendance().check_in(tenant(1), id, ChangedBy::System));
    assert_eq!(check_in(), Err(AttendanceError::TooEarly { from: at(0, 0) }));
    world.clock.set(at(9, 50));
    let here = check_in().unwrap();
    assert_eq!(here.state(), &State::CheckedIn { at: at(9, 50) });
    assert_eq!(check_in().unwrap(), here, "pressed twice");
    assert_eq!(world.names().last(), Some(&"booking.customer_came"));
    let back = block_on(world.attendance().undo_check_in(tenant(1), id, ChangedBy::System)).unwrap();
    assert_eq!(back.state().word(), "confirmed");
    assert_eq!(world.names().last(), Some(&"booking.attendance_corrected"));
    check_in().unwrap();
    world.clock.set(at(24, 0));
    let late = block_on(world.attendance().undo_check_in(tenant(1), id, ChangedBy::System));
    assert_eq!(late, Err(AttendanceError::AnotherDay));
    let unknown = block_on(
        world
            .attendance()
            .check_in(tenant(1), appointment(99), ChangedBy::System),
    );
    assert_eq!(unknown, Err(AttendanceError::UnknownAppointment));
}

#[test]
fn a_no_show_is_marked_after_the_grace_frees_the_time_and_costs_what_the_policy_says() {
    let world = World::of(SalonBuilder::default().rules(|rules| {
        rules.cancellation.no_show_fee = ratiba_kernel::BasisPoints::new(3_333);
    }));
    let id = world.agreed("k1", at(10, 0));
    world.clock.set(at(10, 15) - Duration::SECOND);
    assert_eq!(
        world.misses(id),
        Err(AttendanceError::TooEarly { from: at(10, 15) })
    );
    world.clock.set(at(10, 15));
    let missed = world.misses(id).unwrap();
    // A third of 3,500, raised to the shilling.
    let fee = Money::kes_minor(116_700);
    assert_eq!(missed.state(), &State::NoShow { at: at(10, 15), fee });
    assert_eq!(world.misses(id).unwrap(), missed, "pressed twice");
    let told = BookingEvent::CustomerDidNotCome {
        appointment: id,
        visit: missed.booking().visit,
        customer: customer(1),
        fee,
    };
    assert_eq!(world.book.events(tenant(1)).last(), Some(&told));
    world
        .hold(HoldOrder {
            channel: Channel::Desk,
            ..an_order_of("k2", at(10, 30))
        })
        .unwrap();
    let gone = block_on(world.attendance().undo_no_show(tenant(1), id, ChangedBy::System));
    let Err(AttendanceError::TimeGone { alternatives }) = gone else {
        panic!("its time was given away: {gone:?}")
    };
    assert!(!alternatives.is_empty(), "what is near is named");
}

#[test]
fn a_wrong_no_show_is_taken_back_on_its_day_with_its_time() {
    let world = World::new();
    let id = world.agreed("k1", at(10, 0));
    world.clock.set(at(10, 20));
    world.misses(id).unwrap();
    let back = block_on(world.attendance().undo_no_show(tenant(1), id, ChangedBy::System)).unwrap();
    assert_eq!(back.state(), &State::Confirmed { at: at(10, 20) });
    let refused = world.hold(HoldOrder {
        channel: Channel::Desk,
        ..an_order_of("k2", at(10, 30))
    });
    assert!(matches!(refused, Err(HoldVisitError::NotFree { .. })));
    assert_eq!(block_on(world.book.no_shows(tenant(1), customer(1))).unwrap(), 0);
}

#[test]
fn who_did_not_come_is_asked_for_more_in_advance() {
    let free = crate::catalogue::Service {
        deposit: Deposit::None,
        ..a_service(1, 60)
    };
    let world = World::of(SalonBuilder::default().service(free).rules(|rules| {
        rules.deposit_after_no_shows = vec![NoShowDeposit {
            no_shows: 1,
            deposit: ratiba_kernel::BasisPoints::new(5_000),
        }];
    }));
    let first = world.agreed("k1", at(10, 0));
    world.clock.set(at(10, 20));
    world.misses(first).unwrap();
    let held = world.hold(an_order_of("k2", at(14, 0))).unwrap();
    assert_eq!(held.due, Money::kes_minor(175_000));
    let waived = HoldOrder {
        deposit: DepositAsked::Nothing,
        ..an_order_of("k3", at(15, 0))
    };
    assert_eq!(world.hold(waived).unwrap().standing, HeldStanding::Confirmed);
    let other = HoldOrder {
        customer: customer(2),
        ..an_order_of("k4", at(16, 0))
    };
    assert_eq!(world.hold(other).unwrap().standing, HeldStanding::Confirmed);
}

#[test]
fn the_history_names_whoever_received_rendered_corrected_and_discounted() {
    let world = World::new();
    let id = world.agreed("k1", at(10, 0));
    let token = |name: &str| ChangedBy::person(&format!("token:{name}"));
    world.clock.set(at(9, 50));
    block_on(world.attendance().check_in(tenant(1), id, token("desk"))).unwrap();
    world.clock.set(at(11, 0));
    let start = world.start(Arc::new(OpenGate));
    block_on(start.execute(tenant(1), id, Some(at(10, 0)), token("therapist"))).unwrap();
    let finish = FinishAppointment {
        book: world.book.clone(),
        clock: world.clock.clone(),
    };
    block_on(finish.execute(tenant(1), id, None, token("therapist"))).unwrap();
    let correct = RecordActuals {
        book: world.book.clone(),
        clock: world.clock.clone(),
    };
    let correction = Correction {
        start: Some(at(10, 5)),
        ..Correction::default()
    };
    block_on(correct.execute(tenant(1), id, correction, None, token("manager"))).unwrap();
    let missed = world.agreed("k2", at(12, 0));
    world.clock.set(at(13, 0));
    block_on(world.attendance().mark_no_show(tenant(1), missed, token("desk"))).unwrap();
    let who = |id| {
        let history = block_on(world.book.history(tenant(1), id)).unwrap();
        let named = history.iter().skip(2).map(|entry| entry.by.clone());
        named.collect::<Option<Vec<_>>>().unwrap()
    };
    let rendered = ["desk", "therapist", "therapist", "manager"].map(token);
    assert_eq!(who(id), rendered);
    assert_eq!(who(missed), [token("desk")]);
}
