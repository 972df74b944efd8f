use proptest::prelude::*;

use super::*;
use crate::evidence::PushAnswer;
use crate::test_support::builders::{a_payment, an_attempt, failed, provider_ids, second, shillings};

proptest! {
    #[test]
    fn no_shilling_is_lost_or_made_when_money_comes_in(amounts in prop::collection::vec(1i64..400_000, 0..6)) {
        let mut payment = a_payment();
        let mut excess = shillings(0);
        for amount in &amounts {
            let (after, received) = payment.receive(Money::kes_minor(*amount), second(1)).unwrap();
            prop_assert_eq!(received.applied.checked_add(received.excess), Ok(Money::kes_minor(*amount)));
            excess = excess.checked_add(received.excess).unwrap();
            payment = after;
            let settled = payment.paid() == payment.due();
            prop_assert_eq!(settled, payment.state() == PaymentState::Settled);
            prop_assert_eq!(Payment::restore(payment.parts()), Ok(payment.clone()));
        }
        let total: i64 = amounts.iter().sum();
        prop_assert_eq!(payment.paid().checked_add(excess), Ok(Money::kes_minor(total)));
    }
}

#[test]
fn a_payment_is_credited_once_and_only_when_settled() {
    let all = shillings(1_500);
    assert_eq!(a_payment().credit(all, second(1)), Ok(None));
    let (settled, _) = a_payment().receive(shillings(1_500), second(1)).unwrap();
    let (credited, amount) = settled
        .clone()
        .credit(shillings(2_000), second(2))
        .unwrap()
        .unwrap();
    assert_eq!((credited.state(), amount), (PaymentState::Credited, all));
    assert_eq!(credited.credit(all, second(3)), Ok(None));
    let (some, amount) = settled.credit(shillings(500), second(2)).unwrap().unwrap();
    assert_eq!((some.state(), amount), (PaymentState::Settled, shillings(500)));
    assert_eq!(some.kept(), Ok(shillings(1_000)));
    assert_eq!(Payment::restore(some.parts()), Ok(some.clone()));
    assert_eq!(some.clone().credit(shillings(0), second(3)), Ok(None));
    let (rest, amount) = some.credit(all, second(3)).unwrap().unwrap();
    assert_eq!((rest.state(), amount), (PaymentState::Credited, shillings(1_000)));
}

#[test]
fn a_part_of_a_closed_payment_is_given_back_and_so_is_what_comes_late_in_part() {
    let (part, _) = a_payment().receive(shillings(500), second(1)).unwrap();
    let closed = part.close(second(2)).unwrap();
    assert_eq!(closed.clone().close(second(3)), None);
    assert_eq!(Payment::restore(closed.parts()), Ok(closed.clone()));
    let (closed, late) = closed.receive(shillings(300), second(3)).unwrap();
    assert_eq!(
        (late.applied, late.excess),
        (shillings(0), shillings(300)),
        "nothing is asked any more"
    );
    let (some, amount) = closed.clone().credit(shillings(200), second(4)).unwrap().unwrap();
    assert_eq!((some.state(), amount), (PaymentState::Cancelled, shillings(200)));
    assert_eq!(Payment::restore(some.parts()), Ok(some.clone()));
    let (rest, amount) = some.credit(shillings(1_500), second(5)).unwrap().unwrap();
    assert_eq!((rest.state(), amount), (PaymentState::Credited, shillings(300)));
    assert_eq!(Payment::restore(rest.parts()), Ok(rest.clone()));
    let (after, late) = rest.receive(shillings(1_000), second(6)).unwrap();
    assert_eq!(
        (after.state(), late.excess),
        (PaymentState::Credited, shillings(1_000))
    );
    let (settled, _) = closed.receive(shillings(1_000), second(4)).unwrap();
    assert_eq!(
        settled.state(),
        PaymentState::Settled,
        "all of it at once is what was asked"
    );
}

#[test]
fn a_row_whose_amounts_and_state_disagree_is_impossible() {
    let settled_unpaid = PaymentParts {
        state: PaymentState::Settled,
        ..a_payment().parts()
    };
    assert_eq!(Payment::restore(settled_unpaid), Err(ImpossiblePayment));
    let overpaid = PaymentParts {
        paid: shillings(1_501),
        ..a_payment().parts()
    };
    assert_eq!(Payment::restore(overpaid), Err(ImpossiblePayment));
}

fn record(attempts: Vec<Attempt>) -> PaymentRecord {
    PaymentRecord {
        payment: a_payment(),
        attempts,
    }
}

fn awaiting() -> Attempt {
    let sent = an_attempt(1).send(second(0)).unwrap();
    sent.hear_push_answer(&PushAnswer::Accepted(provider_ids(1)), second(1))
        .attempt
}

fn failing(reason: FailureReason, at: i64) -> Attempt {
    let report = failed(provider_ids(1), reason);
    awaiting().hear_callback(&report, second(at)).unwrap().attempt
}

#[test]
fn while_an_attempt_is_open_or_in_doubt_no_other_is_made() {
    let open = awaiting();
    let id = open.id();
    assert_eq!(
        record(vec![open.clone()]).may_ask_again(second(999)),
        Err(NotNow::StillOpen(id))
    );
    let reviewed = open.give_up_asking(second(3_600)).attempt;
    let checking = record(vec![reviewed]).may_ask_again(second(9_999));
    assert_eq!(checking, Err(NotNow::BeingChecked(id)));
}

#[test]
fn a_resend_waits_sixty_seconds_from_the_push() {
    let record = record(vec![failing(FailureReason::WrongPin, 20)]);
    assert_eq!(
        record.may_ask_again(second(59)),
        Err(NotNow::TooSoon { from: second(60) })
    );
    assert_eq!(record.may_ask_again(second(60)), Ok(()));
}

#[test]
fn a_resend_waits_as_long_as_the_failure_asks_for() {
    let record = record(vec![failing(FailureReason::RepeatedTooSoon, 20)]);
    assert_eq!(
        record.may_ask_again(second(139)),
        Err(NotNow::TooSoon { from: second(140) })
    );
    assert_eq!(record.may_ask_again(second(140)), Ok(()));
}

#[test]
fn what_would_fail_again_is_not_tried_again() {
    let reason = FailureReason::Misconfigured;
    let record = record(vec![failing(reason, 20)]);
    assert_eq!(
        record.may_ask_again(second(9_999)),
        Err(NotNow::Pointless(reason))
    );
}

#[test]
fn an_older_attempt_in_review_forbids_a_new_one() {
    let older = awaiting().give_up_asking(second(3_600)).attempt;
    let newer = an_attempt(2).withdraw(second(1)).attempt;
    let id = older.id();
    let answer = record(vec![older, newer]).may_ask_again(second(9_999));
    assert_eq!(answer, Err(NotNow::BeingChecked(id)));
}
