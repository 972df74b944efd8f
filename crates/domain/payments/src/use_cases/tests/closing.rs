//! Payments of visits that are over.

use super::*;
use crate::payment::PaymentState;

fn close(bench: &Bench, visit: crate::VisitId) -> usize {
    block_on(bench.close().execute(bench.tenant, visit)).unwrap()
}

#[test]
fn what_was_not_sent_is_withdrawn_and_the_payment_closed_once() {
    let bench = Bench::new();
    let (asked, visit, _) = bench.asked("unsent");
    assert_eq!((close(&bench, visit), close(&bench, visit)), (1, 0));
    assert_eq!(bench.state(asked.attempt), AttemptState::Cancelled);
    assert_eq!(
        bench.record(asked.attempt).payment.state(),
        PaymentState::Cancelled
    );
    let pushed = block_on(bench.push().execute(bench.tenant, asked.attempt)).unwrap();
    assert_eq!((pushed, bench.money.orders().len()), (Pushed::NotAgain, 0));
    let again = block_on(bench.status().execute(bench.tenant, visit)).unwrap();
    assert_eq!(again[0].outlook, Outlook::Closed { at: second(0) });
}

#[test]
fn a_prompt_for_a_visit_that_is_over_never_goes_out() {
    let bench = Bench::new();
    let (asked, visit, _) = bench.asked("over");
    // Nobody has told payments yet.
    bench.visits.end(visit);
    let pushed = block_on(bench.push().execute(bench.tenant, asked.attempt)).unwrap();
    assert_eq!((pushed, bench.money.orders().len()), (Pushed::Withdrawn, 0));
}

#[test]
fn a_late_success_settles_a_closed_payment_and_becomes_credit() {
    let bench = Bench::new();
    let asked = bench.prompt_out("late", PushAnswer::Accepted(provider_ids(1)));
    let visit = bench.record(asked.attempt).payment.visit();
    assert_eq!(close(&bench, visit), 1);
    let standing = block_on(bench.status().execute(bench.tenant, visit)).unwrap();
    let attempt = asked.attempt;
    assert_eq!(
        standing[0].outlook,
        Outlook::PromptOpen { attempt },
        "it may still bring the money"
    );
    bench.callback(
        asked.attempt,
        &paid(provider_ids(1), shillings(1_500), receipt(1)),
        400,
    );
    assert_eq!(bench.record(asked.attempt).payment.state(), PaymentState::Settled);
    let told = bench.book.events(bench.tenant);
    assert!(
        told.iter()
            .any(|event| matches!(event, PaymentEvent::PaymentSettled { .. })),
        "{told:?}"
    );
    let credited = block_on(bench.credit().execute(bench.tenant, visit, shillings(0))).unwrap();
    assert_eq!(credited, vec![shillings(1_500)]);
    assert_eq!(
        bench.record(asked.attempt).payment.state(),
        PaymentState::Credited
    );
}

#[test]
fn another_prompt_can_be_asked_for_after_one_was_closed() {
    let bench = Bench::new();
    let (asked, visit, customer) = bench.asked("first");
    close(&bench, visit);
    let again = block_on(
        bench
            .request()
            .execute(bench.tenant, an_order("second", visit, customer)),
    )
    .unwrap();
    assert_ne!(again.payment, asked.payment);
}

#[test]
fn a_prompt_for_a_tip_alone_does_not_go_out_once_its_visit_is_over() {
    let bench = Bench::new();
    let (visit, customer) = bench.visit();
    let tips = WorkTips {
        book: bench.book.clone(),
        tips: bench.book.clone(),
        till: bench.book.clone(),
        house: bench.book.clone(),
        clock: bench.clock.clone(),
        ids: bench.ids.clone(),
    };
    let order = TipOrder {
        key: key("tip"),
        visit,
        customer,
        appointment: ratiba_kernel::Id::from_uuid(uuid::Uuid::from_u128(9)),
        team: vec![crate::tip::Renderer {
            staff: ratiba_kernel::Id::from_uuid(uuid::Uuid::from_u128(8)),
            weight: 1,
        }],
        shares: None,
        amount: shillings(200),
        tender: TipTender::Prompt(phone("+254700000123")),
        by: crate::actor::Actor::parse("token:desk").unwrap(),
    };
    let taken = block_on(tips.take(bench.tenant, order)).unwrap();
    bench.visits.end(visit);
    let pushed = block_on(bench.push().execute(bench.tenant, taken.attempt)).unwrap();
    assert_eq!((pushed, bench.money.orders().len()), (Pushed::Withdrawn, 0));
}
