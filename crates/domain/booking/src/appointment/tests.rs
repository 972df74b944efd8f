use proptest::prelude::*;
use time::Duration;

use super::*;
use crate::test_support::builders::{AppointmentBuilder, NOW, a_service, at, from_to, staff};

fn held() -> Appointment {
    AppointmentBuilder::new(1, from_to((10, 0), (11, 0))).held(NOW)
}

fn completed() -> Appointment {
    let confirmed = held().confirm(NOW).unwrap();
    confirmed
        .start(at(10, 0), at(10, 0))
        .unwrap()
        .finish(at(11, 0), at(11, 0))
        .unwrap()
}

/// Everything that may be done to an appointment.
#[derive(Clone, Copy, Debug)]
enum Step {
    Confirm,
    TakeAgain,
    Expire,
    Decline,
    Cancel,
    CheckIn,
    NoShow,
    Start,
    Finish,
}

const STEPS: [Step; 9] = [
    Step::Confirm,
    Step::TakeAgain,
    Step::Expire,
    Step::Decline,
    Step::Cancel,
    Step::CheckIn,
    Step::NoShow,
    Step::Start,
    Step::Finish,
];

fn step(appointment: Appointment, step: Step, at: time::OffsetDateTime) -> Option<Appointment> {
    let fee = appointment.booking().deposit;
    match step {
        Step::Confirm => appointment.confirm(at).ok(),
        Step::TakeAgain => appointment.take_again(at).ok(),
        Step::Expire => appointment.expire(at).ok(),
        Step::Decline => appointment.decline(at).ok(),
        Step::Cancel => appointment.cancel(CancelledBy::Customer, fee, at).ok(),
        Step::CheckIn => appointment.check_in(at).ok(),
        Step::NoShow => appointment.no_show(fee, at).ok(),
        Step::Start => appointment.start(at, at).ok(),
        Step::Finish => appointment.finish(at, at).ok(),
    }
}

#[test]
fn each_state_allows_exactly_its_own_transitions() {
    let request = Appointment::request(held().id(), held().booking().clone(), at(9, 0));
    let confirmed = held().confirm(NOW).unwrap();
    let expired = held().expire(at(0, 0)).unwrap();
    let table: Vec<(Appointment, &str)> = vec![
        (request.clone(), "Confirm Expire Decline Cancel"),
        (held(), "Confirm Expire Cancel"),
        (confirmed.clone(), "Cancel CheckIn NoShow Start"),
        (confirmed.clone().check_in(NOW).unwrap(), "Cancel Start"),
        (confirmed.clone().start(NOW, NOW).unwrap(), "Finish"),
        (completed(), ""),
        (expired, "TakeAgain"),
        (request.decline(NOW).unwrap(), ""),
        (step(confirmed.clone(), Step::Cancel, NOW).unwrap(), ""),
        (
            confirmed
                .clone()
                .cancel(CancelledBy::Business, confirmed.booking().deposit, NOW)
                .unwrap(),
            "",
        ),
        (step(confirmed, Step::NoShow, NOW).unwrap(), ""),
    ];
    for (appointment, expected) in table {
        // Late enough that every deadline has come.
        let late = at(12, 0);
        let legal = STEPS
            .iter()
            .filter(|wanted| step(appointment.clone(), **wanted, late).is_some());
        let legal: Vec<String> = legal.map(|step| format!("{step:?}")).collect();
        assert_eq!(legal.join(" "), expected, "from {}", appointment.state().word());
    }
}

#[test]
fn a_refusal_names_both_states() {
    let refused = completed().confirm(NOW).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "an appointment that is completed cannot be confirmed"
    );
}

#[test]
fn a_hold_ends_at_its_deadline_and_not_before() {
    let until = NOW + Duration::minutes(5);
    assert!(held().expire(until - Duration::SECOND).is_err());
    assert_eq!(
        held().expire(until).unwrap().state(),
        &State::Expired { at: until }
    );
}

#[test]
fn times_must_have_come_and_be_in_order() {
    let confirmed = held().confirm(NOW).unwrap();
    let future = RenderingRefused::Actuals(ActualsFault::InTheFuture);
    assert_eq!(confirmed.clone().start(at(10, 1), at(10, 0)), Err(future.clone()));
    let started = confirmed.start(at(10, 0), at(10, 5)).unwrap();
    assert_eq!(started.clone().finish(at(11, 0), at(10, 59)), Err(future));
    let backwards = RenderingRefused::Actuals(ActualsFault::EndsBeforeItStarts);
    assert_eq!(started.finish(at(10, 0), at(11, 0)), Err(backwards));
}

#[test]
fn a_correction_changes_what_it_names_and_nothing_else() {
    let tip = Tip::new(Money::kes_minor(30_000)).unwrap();
    let tipped = completed()
        .correct(
            Correction {
                tip: Some(tip),
                ..Correction::default()
            },
            at(12, 0),
        )
        .unwrap();
    assert_eq!(tipped.actuals().tip, Some(tip));
    let notes = StaffNotes::new("  feet first ").unwrap();
    let noted = tipped.clone().correct(
        Correction {
            notes: Some(notes),
            end: Some(at(11, 10)),
            ..Correction::default()
        },
        at(12, 0),
    );
    let noted = noted.unwrap();
    assert_eq!(noted.actuals().tip, Some(tip));
    assert_eq!(
        noted.actuals().notes.as_ref().map(StaffNotes::as_str),
        Some("feet first")
    );
    assert_eq!(noted.counts_at(), at(11, 10));
    assert_eq!(noted.state(), tipped.state());
    assert_eq!(
        noted.clone().correct(Correction::default(), at(12, 0)).unwrap(),
        noted
    );
}

#[test]
fn a_correction_that_makes_no_sense_is_refused() {
    let done = completed();
    let correct = |correction| done.clone().correct(correction, at(12, 0)).unwrap_err();
    let end = Correction {
        end: Some(at(9, 0)),
        ..Correction::default()
    };
    assert_eq!(correct(end.clone()), ActualsFault::EndsBeforeItStarts.into());
    let start = Correction {
        start: Some(at(12, 1)),
        ..Correction::default()
    };
    assert_eq!(correct(start), ActualsFault::InTheFuture.into());
    let dollars = Tip::new(Money::new(100, ratiba_kernel::Currency::Usd)).unwrap();
    assert_eq!(
        correct(Correction {
            tip: Some(dollars),
            ..Correction::default()
        }),
        ActualsFault::Tip.into()
    );
    assert_eq!(Tip::new(Money::kes_minor(-1)), Err(ActualsFault::Tip));
    assert_eq!(
        StaffNotes::new(&"x".repeat(4_001)),
        Err(ActualsFault::NotesTooLong)
    );
    let running = held().confirm(NOW).unwrap().start(at(10, 0), at(10, 0)).unwrap();
    assert!(matches!(
        running.correct(end, at(12, 0)),
        Err(RenderingRefused::Transition(_))
    ));
    let early = Correction {
        start: Some(NOW),
        ..Correction::default()
    };
    assert!(matches!(
        held().correct(early, at(12, 0)),
        Err(RenderingRefused::Transition(_))
    ));
}

#[test]
fn notes_do_not_show_in_debug() {
    let notes = StaffNotes::new("allergic to nuts").unwrap();
    assert_eq!(format!("{notes:?}"), "StaffNotes(16 characters)");
}

#[test]
fn a_record_that_contradicts_itself_is_not_read() {
    let read = |state: State, actuals: Actuals| {
        Appointment::recorded(
            held().id(),
            held().booking().clone(),
            state,
            actuals,
            Version::read(1),
        )
    };
    let ended = Actuals {
        end: Some(at(11, 0)),
        ..Actuals::default()
    };
    assert_eq!(
        read(State::Completed { at: NOW }, ended),
        Err(ActualsFault::DoNotFitState)
    );
    assert_eq!(
        read(State::InProgress { at: NOW }, Actuals::default()),
        Err(ActualsFault::DoNotFitState)
    );
    assert!(
        read(State::Completed { at: NOW }, Actuals::default()).is_ok(),
        "entered without times"
    );
}

#[test]
fn a_discount_takes_off_at_most_the_list_price() {
    let sold = a_service(1, 60);
    let agree = |amount| {
        let discount = Discount {
            amount,
            reason: "birthday".into(),
        };
        Price::agree(sold.price, Some(discount), sold.tax, sold.product_cost)
    };
    let half = agree(DiscountAmount::Percent(ratiba_kernel::BasisPoints::new(5_000))).unwrap();
    assert_eq!(
        (half.charged(), half.discount()),
        (Money::kes_minor(175_000), Money::kes_minor(175_000))
    );
    let all = agree(DiscountAmount::Flat(Money::kes_minor(999_999))).unwrap();
    assert_eq!(
        (all.charged(), all.discount_reason()),
        (Money::kes_minor(0), Some("birthday"))
    );
    let nothing = agree(DiscountAmount::Flat(Money::kes_minor(-5))).unwrap();
    assert_eq!(nothing.charged(), sold.price, "a discount never makes it dearer");
    assert!(agree(DiscountAmount::Flat(Money::new(1, ratiba_kernel::Currency::Usd))).is_err());
}

#[test]
fn a_team_is_somebody_and_nobody_twice() {
    assert_eq!(Team::of_several(vec![]), None);
    assert_eq!(Team::of_several(vec![staff(1), staff(1)]), None);
    assert_eq!(
        Team::of_several(vec![staff(2), staff(1)]).unwrap().members(),
        [staff(2), staff(1)]
    );
}

proptest! {
    /// No sequence of steps leaves a final state; expiry is not one, since late money may take it up again.
    #[test]
    fn no_sequence_of_steps_leaves_a_final_state(
        steps in prop::collection::vec(prop::sample::select(STEPS.to_vec()), 0..30),
        requested in any::<bool>(),
    ) {
        let mut appointment = held();
        if requested {
            appointment = Appointment::request(appointment.id(), appointment.booking().clone(), at(9, 0));
        }
        let mut now = at(12, 0);
        let mut ended: Option<State> = None;
        for wanted in steps {
            now += Duration::MINUTE;
            if let Some(next) = step(appointment.clone(), wanted, now) {
                prop_assert_eq!(&ended, &None, "left by {:?}", wanted);
                appointment = next;
            }
            let state = appointment.state();
            let over = !state.keeps_its_time() && state.word() != "expired" || state.word() == "completed";
            ended = over.then(|| state.clone());
            prop_assert_eq!(state.deadline().is_some(), ["requested", "held"].contains(&state.word()));
        }
    }
}
