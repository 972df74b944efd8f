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

fn requested() -> Appointment {
    Appointment::request(held().id(), held().booking().clone(), at(20, 0))
}

fn by_hand() -> DiscountSource {
    DiscountSource::Hand {
        by: "token:7".to_owned(),
    }
}

fn elsewhere() -> Placement {
    let other = AppointmentBuilder::new(1, from_to((14, 0), (15, 0)))
        .by(2)
        .booking(NOW);
    Placement {
        time: other.time,
        team: other.team,
        choice: StaffChoice::Requested,
        claims: other.claims,
    }
}

/// Everything that may be done to an appointment.
#[derive(Clone, Copy, Debug)]
enum Step {
    Confirm,
    AcceptToPay,
    Accept,
    CounterOffer,
    TakeAgain,
    Expire,
    Decline,
    Cancel,
    Move,
    CheckIn,
    UndoCheckIn,
    NoShow,
    UndoNoShow,
    Start,
    Finish,
}

const STEPS: [Step; 15] = [
    Step::Confirm,
    Step::AcceptToPay,
    Step::Accept,
    Step::CounterOffer,
    Step::TakeAgain,
    Step::Expire,
    Step::Decline,
    Step::Cancel,
    Step::Move,
    Step::CheckIn,
    Step::UndoCheckIn,
    Step::NoShow,
    Step::UndoNoShow,
    Step::Start,
    Step::Finish,
];

fn step(appointment: Appointment, step: Step, at: time::OffsetDateTime) -> Option<Appointment> {
    let fee = appointment.booking().deposit;
    let until = at + Duration::minutes(3);
    match step {
        Step::Confirm => appointment.confirm(at).ok(),
        Step::AcceptToPay => appointment.accept(Acceptance::Held { until }, at).ok(),
        Step::Accept => appointment.accept(Acceptance::Confirmed, at).ok(),
        Step::CounterOffer => appointment.counter_offer(elsewhere(), until, at).ok(),
        Step::TakeAgain => appointment.take_again(at).ok(),
        Step::Expire => appointment.expire(at).ok(),
        Step::Decline => appointment.decline(at).ok(),
        Step::Cancel => appointment.cancel(CancelledBy::Customer, fee, at).ok(),
        Step::Move => appointment.reschedule(elsewhere(), at).ok(),
        Step::CheckIn => appointment.check_in(at).ok(),
        Step::UndoCheckIn => appointment.undo_check_in(at).ok(),
        Step::NoShow => appointment.no_show(fee, at).ok(),
        Step::UndoNoShow => appointment.undo_no_show(at).ok(),
        Step::Start => appointment.start(at, at).ok(),
        Step::Finish => appointment.finish(at, at).ok(),
    }
}

#[test]
fn each_state_allows_exactly_its_own_transitions() {
    let (early, late) = (NOW + Duration::minutes(1), at(22, 0));
    let confirmed = held().confirm(NOW).unwrap();
    let offered = requested().counter_offer(elsewhere(), at(20, 0), NOW).unwrap();
    let open = "Confirm AcceptToPay Accept CounterOffer Decline Cancel";
    let table: Vec<(Appointment, time::OffsetDateTime, &str)> = vec![
        (requested(), early, open),
        (requested(), late, "Confirm Expire Decline Cancel"),
        (offered, early, open),
        (held(), early, "Confirm Cancel Move"),
        (held(), late, "Confirm Expire Cancel"),
        (confirmed.clone(), late, "Cancel Move CheckIn NoShow Start"),
        (
            confirmed.clone().check_in(NOW).unwrap(),
            late,
            "Cancel UndoCheckIn Start",
        ),
        (confirmed.clone().start(NOW, NOW).unwrap(), late, "Finish"),
        (completed(), late, ""),
        (held().expire(at(0, 0)).unwrap(), late, "TakeAgain"),
        (requested().decline(NOW).unwrap(), late, ""),
        (step(confirmed.clone(), Step::Cancel, NOW).unwrap(), late, ""),
        (
            confirmed
                .clone()
                .cancel(CancelledBy::Business, confirmed.booking().deposit, NOW)
                .unwrap(),
            late,
            "",
        ),
        (step(confirmed, Step::NoShow, NOW).unwrap(), late, "UndoNoShow"),
    ];
    for (appointment, now, expected) in table {
        let legal = STEPS
            .iter()
            .filter(|wanted| step(appointment.clone(), **wanted, now).is_some());
        let legal: Vec<String> = legal.map(|step| format!("{step:?}")).collect();
        assert_eq!(
            legal.join(" "),
            expected,
            "from {} at {now}",
            appointment.state().word()
        );
    }
}

#[test]
fn a_move_changes_when_and_by_whom_and_nothing_else() {
    let confirmed = held().confirm(NOW).unwrap();
    let moved = confirmed.clone().reschedule(elsewhere(), at(3, 0)).unwrap();
    assert_eq!(moved.state(), confirmed.state());
    let expected = Booking {
        time: elsewhere().time,
        team: elsewhere().team,
        choice: StaffChoice::Requested,
        claims: elsewhere().claims,
        ..confirmed.booking().clone()
    };
    assert_eq!(moved.booking(), &expected);
}

#[test]
fn a_counter_offer_waits_for_the_customer_and_an_answer_ends_the_waiting() {
    let until = at(12, 0);
    let offered = requested().counter_offer(elsewhere(), until, NOW).unwrap();
    let awaits = Awaits::Customer;
    assert_eq!(
        offered.state(),
        &State::Requested {
            at: NOW,
            until,
            awaits
        }
    );
    assert_eq!(offered.booking().time, elsewhere().time);
    let held_until = at(9, 5);
    let accepted = offered
        .accept(Acceptance::Held { until: held_until }, at(9, 0))
        .unwrap();
    let expected = State::Held {
        at: at(9, 0),
        until: held_until,
    };
    assert_eq!(accepted.state(), &expected);
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
            rate: None,
            reason: "birthday".into(),
            source: by_hand(),
        };
        Price::agree(sold.price, Some(discount), sold.tax, sold.product_cost)
    };
    let half = agree(DiscountAmount::Percent(ratiba_kernel::BasisPoints::new(5_000))).unwrap();
    assert_eq!(
        (half.charged(), half.discount()),
        (Money::kes_minor(175_000), Money::kes_minor(175_000))
    );
    let rate = ratiba_kernel::BasisPoints::new(5_000);
    assert_eq!(half.discount_rate(), Some(rate));
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
fn where_whole_shillings_are_taken_a_discount_leaves_a_whole_price() {
    use crate::policy::Rounding::{Exact, WholeUnits};
    let list = Money::kes_minor(355_000);
    let percent = |rate| DiscountAmount::Percent(ratiba_kernel::BasisPoints::new(rate));
    // 15 % of 3,550 are 532.50, which would leave 3,017.50.
    assert_eq!(
        percent(1_500).takes_off(list, Exact),
        Ok(Money::kes_minor(53_250))
    );
    assert_eq!(
        percent(1_500).takes_off(list, WholeUnits),
        Ok(Money::kes_minor(53_200))
    );
    assert_eq!(percent(10_000).takes_off(list, WholeUnits), Ok(list));
    let odd = DiscountAmount::Flat(Money::kes_minor(150));
    assert_eq!(odd.takes_off(list, Exact), Ok(Money::kes_minor(150)));
    assert_eq!(
        odd.takes_off(list, WholeUnits),
        Err(ratiba_kernel::MoneyError::HasCents)
    );
}

#[test]
fn a_price_may_change_until_it_is_over_and_a_hold_keeps_its_deposit() {
    let price = |off| {
        let discount = Discount {
            amount: DiscountAmount::Flat(Money::kes_minor(off)),
            rate: None,
            reason: "late start".into(),
            source: by_hand(),
        };
        let list = a_service(1, 60);
        Price::agree(list.price, Some(discount), list.tax, list.product_cost).unwrap()
    };
    let confirmed = held().confirm(NOW).unwrap();
    let cheaper = confirmed.clone().reprice(price(50_000)).unwrap();
    assert_eq!(cheaper.booking().price.charged(), Money::kes_minor(300_000));
    assert_eq!(
        cheaper.booking().deposit,
        Money::kes_minor(300_000),
        "never above the price"
    );
    assert_eq!(cheaper.booking().price.discount_source(), Some(&by_hand()));
    assert_eq!(held().reprice(price(50_000)), Err(RepriceRefused::BeingPaid));
    assert_eq!(
        held().reprice(price(0)).unwrap().booking().deposit,
        held().booking().deposit
    );
    assert!(completed().reprice(price(50_000)).is_ok());
    let missed = confirmed.no_show(Money::kes_minor(0), NOW).unwrap();
    assert!(matches!(
        missed.reprice(price(1)),
        Err(RepriceRefused::Transition(_))
    ));
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
    /// No sequence of steps leaves a final state. Expiry is not one, since late money may take it up again;
    /// nor is a no-show, which may have been a mistake.
    #[test]
    fn no_sequence_of_steps_leaves_a_final_state(
        steps in prop::collection::vec((prop::sample::select(STEPS.to_vec()), 0..10_i64), 0..30),
        asked in any::<bool>(),
    ) {
        let mut appointment = if asked { requested() } else { held() };
        let mut now = NOW;
        let mut ended: Option<State> = None;
        for (wanted, minutes) in steps {
            now += Duration::minutes(minutes);
            if let Some(next) = step(appointment.clone(), wanted, now) {
                prop_assert_eq!(&ended, &None, "left by {:?}", wanted);
                let claims = &next.booking().claims;
                prop_assert!(claims.iter().all(|claim| claim.work() == next.booking().time));
                prop_assert!(next.state().since() == now || matches!(wanted, Step::Move));
                appointment = next;
            }
            let state = appointment.state();
            let word = state.word();
            let over = !state.keeps_its_time() && !["expired", "no_show"].contains(&word) || word == "completed";
            ended = over.then(|| state.clone());
            prop_assert_eq!(state.deadline().is_some(), ["requested", "held"].contains(&word));
            prop_assert_eq!(state.awaits().is_some(), word == "requested");
        }
    }
}
