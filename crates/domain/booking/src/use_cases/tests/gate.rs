//! The gate before a treatment: it keeps shut what has not begun, and nothing else.

use std::collections::BTreeSet;

use ratiba_kernel::Outage;

use super::*;
use crate::appointment::{Appointment, AppointmentId};
use crate::ports::{ClaimChange, GateAnswer, GateQuestion, MockTreatmentGate, NotReady};

/// A world with one appointment at ten in room 1, to which everybody agreed; it is ten o'clock.
fn a_world_with_an_appointment_in_a_room() -> (World, AppointmentId) {
    let world = World::new();
    let builder = AppointmentBuilder::new(1, from_to((10, 0), (11, 0))).in_resource(1);
    let agreed = Appointment::agreed(appointment(1), builder.booking(NOW));
    let mut change = decided(NOW).with(agreed, ClaimChange::Take);
    change.head = Some(builder.head(NOW));
    block_on(world.book.record(tenant(1), change)).unwrap();
    world.clock.set(at(10, 0));
    (world, appointment(1))
}

fn gate(answer: GateAnswer) -> MockTreatmentGate {
    let question = GateQuestion {
        appointment: appointment(1),
        resources: BTreeSet::from([resource(1)]),
        begins: at(10, 0),
    };
    let mut gate = MockTreatmentGate::new();
    gate.expect_may_start()
        .withf(move |asked, about| *asked == tenant(1) && *about == question)
        .once()
        .returning(move |_, _| Ok(answer));
    gate
}

const SHUT: NotReady = NotReady::NotInspected;

fn shut() -> GateAnswer {
    GateAnswer::Shut {
        resource: resource(1),
        because: SHUT,
    }
}

fn press_start(
    world: &World,
    gate: MockTreatmentGate,
    id: AppointmentId,
    began: Option<OffsetDateTime>,
) -> Result<Appointment, RenderingError> {
    block_on(
        world
            .start(Arc::new(gate))
            .execute(tenant(1), id, began, ChangedBy::System),
    )
}

#[test]
fn a_shut_gate_refuses_the_start_with_its_reason_and_changes_nothing() {
    let (world, id) = a_world_with_an_appointment_in_a_room();
    let before = block_on(world.book.appointment(tenant(1), id)).unwrap();
    let refused = press_start(&world, gate(shut()), id, None);
    assert_eq!(
        refused,
        Err(RenderingError::NotReady {
            resource: resource(1),
            because: SHUT,
        })
    );
    assert_eq!(block_on(world.book.appointment(tenant(1), id)).unwrap(), before);
    let started = press_start(&world, gate(GateAnswer::Open), id, None).unwrap();
    assert_eq!(started.actuals().start, Some(at(10, 0)));
}

#[test]
fn what_has_begun_is_never_asked_about_again() {
    let (world, id) = a_world_with_an_appointment_in_a_room();
    let started = press_start(&world, gate(GateAnswer::Open), id, None).unwrap();
    // A gate that expects no question fails the test if it is asked one.
    let again = press_start(&world, MockTreatmentGate::new(), id, None);
    assert_eq!(again, Ok(started));
    let otherwise = press_start(&world, MockTreatmentGate::new(), id, Some(at(9, 55)));
    assert!(matches!(otherwise, Err(RenderingError::Refused(_))));
    world.clock.set(at(11, 0));
    let correction = Correction {
        start: Some(at(9, 58)),
        ..Correction::default()
    };
    let record = RecordActuals {
        book: world.book.clone(),
        clock: world.clock.clone(),
    };
    block_on(record.execute(tenant(1), id, correction, None, ChangedBy::System)).unwrap();
    let finish = FinishAppointment {
        book: world.book.clone(),
        clock: world.clock.clone(),
    };
    let finished = block_on(finish.execute(tenant(1), id, None, ChangedBy::System)).unwrap();
    assert!(matches!(finished.state(), State::Completed { .. }));
}

#[test]
fn what_cannot_start_anyway_is_refused_without_asking_the_gate() {
    let (world, id) = a_world_with_an_appointment_in_a_room();
    let future = press_start(&world, MockTreatmentGate::new(), id, Some(at(10, 1)));
    assert!(matches!(future, Err(RenderingError::Refused(_))));
    world
        .cancel(CancelTarget::Appointment(id), CancelledBy::Business)
        .unwrap();
    let cancelled = press_start(&world, MockTreatmentGate::new(), id, None);
    assert!(matches!(cancelled, Err(RenderingError::Refused(_))));
}

#[test]
fn a_gate_that_does_not_answer_starts_nothing() {
    let (world, id) = a_world_with_an_appointment_in_a_room();
    let mut silent = MockTreatmentGate::new();
    silent
        .expect_may_start()
        .returning(|_, _| Err(Outage::new("nobody answers")));
    let refused = press_start(&world, silent, id, None);
    assert!(matches!(refused, Err(RenderingError::Unavailable(_))));
    let found = block_on(world.book.appointment(tenant(1), id)).unwrap().unwrap();
    assert!(matches!(found.state(), State::Confirmed { .. }));
}
