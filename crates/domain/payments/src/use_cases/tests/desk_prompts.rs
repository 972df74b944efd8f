//! Prompts that the desk sends.

use super::*;
use crate::actor::Actor;
use crate::payment::{PaymentState, Purpose};
use crate::{CustomerId, VisitId};

fn order(name: &str, visit: VisitId) -> DeskPrompt {
    DeskPrompt {
        key: key(name),
        visit,
        payer: None,
        amount: None,
        by: Actor::parse("token:desk").unwrap(),
    }
}

fn owed(customer: CustomerId, amount: Money) -> Option<Owed> {
    Some(Owed {
        customer,
        purpose: Purpose::Balance,
        amount,
        phone: Some(phone("+254700000123")),
    })
}

fn run(bench: &Bench, order: DeskPrompt, owed: Option<Owed>) -> Result<PaymentAsked, RequestPaymentError> {
    block_on(bench.desk().execute(bench.tenant, order, owed))
}

#[test]
fn the_desk_asks_for_a_part_and_then_for_the_rest() {
    let bench = Bench::new();
    let (visit, customer) = bench.visit();
    let part = DeskPrompt {
        amount: Some(shillings(400)),
        ..order("part", visit)
    };
    let asked = run(&bench, part, owed(customer, shillings(1_500))).unwrap();
    assert_eq!(asked.amount, shillings(400));
    let attempt = bench.record(asked.attempt).attempts[0].clone();
    assert_eq!(
        attempt.terms().payer,
        Some(phone("+254700000123")),
        "the customer's own"
    );
    assert_eq!(attempt.terms().by.as_ref().map(Actor::as_str), Some("token:desk"));
    bench.money.answer_push(PushAnswer::Accepted(provider_ids(1)));
    block_on(bench.push().execute(bench.tenant, asked.attempt)).unwrap();
    bench.callback(
        asked.attempt,
        &paid(provider_ids(1), shillings(400), receipt(1)),
        30,
    );
    assert_eq!(bench.record(asked.attempt).payment.state(), PaymentState::Open);

    bench.clock.set(second(90));
    // A discount was given meanwhile: less is owed than before.
    let rest = run(&bench, order("rest", visit), owed(customer, shillings(1_000))).unwrap();
    assert_eq!((rest.payment, rest.amount), (asked.payment, shillings(1_000)));
    assert_eq!(bench.record(rest.attempt).payment.due(), shillings(1_400));
}

#[test]
fn one_key_is_one_prompt_and_another_order_under_it_is_refused() {
    let bench = Bench::new();
    let (visit, customer) = bench.visit();
    let first = run(&bench, order("once", visit), owed(customer, shillings(700))).unwrap();
    assert_eq!(
        run(&bench, order("once", visit), None),
        Ok(first),
        "whatever is owed by then"
    );
    let other = DeskPrompt {
        amount: Some(shillings(7)),
        ..order("once", visit)
    };
    let refused = run(&bench, other, owed(customer, shillings(700)));
    assert_eq!(refused, Err(RequestPaymentError::KeyReused));
    let live = run(&bench, order("twice", visit), owed(customer, shillings(700)));
    assert!(
        matches!(live, Err(RequestPaymentError::NotNow(NotNow::StillOpen(_)))),
        "{live:?}"
    );
}

#[test]
fn what_cannot_be_collected_is_refused_before_anything_is_on_record() {
    let bench = Bench::new();
    let (visit, customer) = bench.visit();
    let refused = |amount: Money, payer: Option<&str>| {
        let odd = DeskPrompt {
            amount: Some(amount),
            payer: payer.map(phone),
            ..order("odd", visit)
        };
        run(&bench, odd, owed(customer, shillings(300_000))).unwrap_err()
    };
    assert_eq!(
        refused(Money::kes_minor(150_050), None),
        RequestPaymentError::AmountHasCents
    );
    assert_eq!(
        refused(shillings(0), None),
        RequestPaymentError::AmountNotPositive
    );
    assert_eq!(
        refused(shillings(-1), None),
        RequestPaymentError::AmountNotPositive
    );
    assert_eq!(
        refused(shillings(250_001), None),
        RequestPaymentError::AmountAboveLimit
    );
    assert_eq!(
        refused(Money::new(100, Currency::Usd), None),
        RequestPaymentError::CurrencyRefused
    );
    let abroad = refused(shillings(5), Some("+255700000123"));
    assert_eq!(abroad, RequestPaymentError::NotAMobileNumber);
    let more = DeskPrompt {
        amount: Some(shillings(701)),
        ..order("more", visit)
    };
    let outstanding = shillings(700);
    assert_eq!(
        run(&bench, more, owed(customer, outstanding)),
        Err(RequestPaymentError::AmountAboveOutstanding { outstanding })
    );
    let nothing = run(&bench, order("nothing", visit), None);
    assert_eq!(nothing, Err(RequestPaymentError::NotNow(NotNow::AlreadyPaid)));
    assert!(bench.book.tasks(bench.tenant).is_empty(), "nothing was asked");
}

#[test]
fn what_failed_for_good_on_one_handset_is_tried_on_another() {
    let bench = Bench::new();
    let (visit, customer) = bench.visit();
    let asked = run(&bench, order("first", visit), owed(customer, shillings(700))).unwrap();
    bench.money.answer_push(PushAnswer::Rejected {
        reason: FailureReason::Misconfigured,
        code: None,
    });
    block_on(bench.push().execute(bench.tenant, asked.attempt)).unwrap();
    bench.clock.set(second(900));
    let same = run(&bench, order("same", visit), owed(customer, shillings(700)));
    assert!(
        matches!(same, Err(RequestPaymentError::NotNow(NotNow::Pointless(_)))),
        "{same:?}"
    );
    let other = DeskPrompt {
        payer: Some(phone("+254711000111")),
        ..order("other", visit)
    };
    assert!(run(&bench, other, owed(customer, shillings(700))).is_ok());
}
