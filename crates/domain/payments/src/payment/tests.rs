use proptest::prelude::*;

use super::*;
use crate::test_support::builders::{a_payment, second, shillings};

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

#[test]
fn an_open_payment_is_content_with_what_it_got_and_with_nothing_never() {
    assert_eq!(a_payment().content(second(1)), a_payment());
    let (part, _) = a_payment().receive(shillings(400), second(1)).unwrap();
    let content = part.content(second(2));
    assert_eq!(
        (content.state(), content.due(), content.state_at()),
        (PaymentState::Settled, shillings(400), second(2))
    );
    assert_eq!(Payment::restore(content.parts()), Ok(content.clone()));
    assert_eq!(content.clone().content(second(3)), content);
}
