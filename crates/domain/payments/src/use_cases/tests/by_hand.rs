//! Money by hand that names another payment of its visit than the one that waits for it.

use super::lost_tips::{confirm, confirm_owing, desk};
use super::*;
use crate::payment::{PaymentState, Purpose};
use crate::ports::{Ledger, Owed, VisitAsks};
use crate::test_support::fakes::AlwaysAsks;
use crate::use_cases::ConfirmationApplied;
use crate::{CustomerId, VisitId};

/// A deposit that is settled.
fn deposit(bench: &Bench) -> (PaymentAsked, VisitId, CustomerId) {
    let (asked, visit, customer) = bench.asked("deposit");
    bench.money.answer_push(PushAnswer::Accepted(provider_ids(1)));
    block_on(bench.push().execute(bench.tenant, asked.attempt)).unwrap();
    bench.callback(
        asked.attempt,
        &paid(provider_ids(1), shillings(1_500), receipt(1)),
        30,
    );
    assert_eq!(bench.record(asked.attempt).payment.state(), PaymentState::Settled);
    (asked, visit, customer)
}

/// A prompt for the balance of 1,000 shillings, which failed.
fn balance(bench: &Bench, visit: VisitId, customer: CustomerId) -> PaymentAsked {
    bench.clock.set(second(120));
    let order = DeskPrompt {
        key: key("balance"),
        visit,
        payer: None,
        amount: None,
        tip: None,
        by: desk(),
    };
    let asks = AlwaysAsks(VisitAsks::For(Owed {
        customer,
        purpose: Purpose::Balance,
        amount: shillings(1_000),
        phone: Some(phone("+254700000123")),
    }));
    let asked = block_on(bench.desk().execute(bench.tenant, order, &asks)).unwrap();
    bench.money.answer_push(PushAnswer::Accepted(provider_ids(2)));
    block_on(bench.push().execute(bench.tenant, asked.attempt)).unwrap();
    bench.callback(
        asked.attempt,
        &failed(provider_ids(2), FailureReason::WrongPin),
        150,
    );
    asked
}

fn credit(bench: &Bench, customer: CustomerId) -> Money {
    block_on(bench.book.credit(bench.tenant, customer, Currency::Kes)).unwrap()
}

#[test]
fn what_comes_under_the_account_of_the_settled_deposit_pays_the_balance_that_is_open() {
    let bench = Bench::new();
    let (first, visit, customer) = deposit(&bench);
    let rest = balance(&bench, visit, customer);
    confirm(&bench, &rest, 7, 400);
    confirm(&bench, &first, 8, 600);
    let settled = bench.record(rest.attempt).payment;
    assert_eq!(
        (settled.state(), settled.paid()),
        (PaymentState::Settled, shillings(1_000))
    );
    assert_eq!(bench.record(first.attempt).payment.paid(), shillings(1_500));
    assert_eq!(credit(&bench, customer), shillings(0));
    // Nothing waits for money any more.
    confirm(&bench, &first, 9, 300);
    assert_eq!(credit(&bench, customer), shillings(300));
}

#[test]
fn a_visit_that_waits_for_another_customer_is_not_paid_with_it() {
    let bench = Bench::new();
    let (first, visit, customer) = deposit(&bench);
    let (_, other) = bench.visit();
    let rest = balance(&bench, visit, other);
    confirm(&bench, &first, 7, 1_000);
    assert_eq!(bench.record(rest.attempt).payment.paid(), shillings(0));
    assert_eq!(credit(&bench, customer), shillings(1_000));
}

#[test]
fn money_for_what_is_owed_waits_while_any_prompt_of_the_visit_is_out() {
    let bench = Bench::new();
    let (first, visit, customer) = deposit(&bench);
    let (_, other) = bench.visit();
    let order = DeskPrompt {
        key: key("balance"),
        visit,
        payer: None,
        amount: None,
        tip: None,
        by: desk(),
    };
    let owed = |customer| {
        VisitAsks::For(Owed {
            customer,
            purpose: Purpose::Balance,
            amount: shillings(1_000),
            phone: Some(phone("+254700000123")),
        })
    };
    // Somebody else is asked for the rest.
    bench.clock.set(second(120));
    let out = block_on(
        bench
            .desk()
            .execute(bench.tenant, order, &AlwaysAsks(owed(other))),
    )
    .unwrap();
    bench.money.answer_push(PushAnswer::Accepted(provider_ids(2)));
    block_on(bench.push().execute(bench.tenant, out.attempt)).unwrap();
    let applied = confirm_owing(&bench, &first, (7, 1_000), owed(customer));
    assert!(matches!(applied, ConfirmationApplied::Waits(_)), "{applied:?}");
    let payments = block_on(bench.book.of_visit(bench.tenant, visit)).unwrap();
    let paid: Vec<_> = payments.iter().map(|record| record.payment.paid()).collect();
    assert_eq!(paid, [shillings(1_500), shillings(0)]);
    assert_eq!(credit(&bench, customer), shillings(0));
}
