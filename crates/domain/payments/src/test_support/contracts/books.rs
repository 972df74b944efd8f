//! The ledger, and the references that money is told apart by.

use ratiba_kernel::{Currency, Fingerprint, IdSource, Money};

use super::{Ground, Stage, TillGround};
use crate::actor::Actor;
use crate::attempt::{Attempt, AttemptTerms, Moved, Provider, ReviewReason, StateName};
use crate::event::PaymentEvent;
use crate::evidence::{Evidence, PushAnswer};
use crate::failure::FailureReason;
use crate::ledger::Account;
use crate::payment::{Payment, PaymentState, Purpose};
use crate::ports::{Change, RecordError};
use crate::settlement::settle;
use crate::test_support::builders::{failed, key, paid, provider_ids, receipt, second, shillings};
use crate::use_cases::{PaymentAsked, ResendOrder};

/// An attempt that was sent, and the change that a callback with these ids and this receipt makes of it.
async fn settled_by<G: Ground>(stage: &Stage<'_, G>, asked: &PaymentAsked, ids: u32, number: u32) -> Change {
    let (tenant, _) = stage.ground.tenants();
    let record = stage.record(tenant, asked).await;
    let attempt = record.attempt(asked.attempt).cloned();
    let attempt = attempt.unwrap_or_else(|| panic!("the attempt is missing"));
    let sent = attempt.clone().send(second(0)).unwrap_or(attempt);
    let report = paid(provider_ids(ids), asked.amount, receipt(number));
    let moved = sent
        .hear_callback(&report, second(5))
        .unwrap_or_else(|error| panic!("{error}"));
    settle(record.payment, moved, second(5), &*stage.ids).unwrap_or_else(|error| panic!("{error}"))
}

async fn balance(ground: &impl Ground, account: Account) -> Money {
    let (tenant, _) = ground.tenants();
    let balances = ground
        .ledger()
        .balances(tenant, Currency::Kes)
        .await
        .unwrap_or_default();
    let sum = Money::sum(Currency::Kes, balances.values().copied());
    assert_eq!(sum, Ok(shillings(0)), "the books balance");
    balances.get(&account).copied().unwrap_or(shillings(0))
}

pub(super) async fn a_receipt_is_booked_for_one_attempt(ground: &impl Ground) {
    let stage = Stage::on(ground);
    let (tenant, _) = ground.tenants();
    let (one, ..) = stage.asked(tenant, "one").await;
    let (other, ..) = stage.asked(tenant, "other").await;
    let first = settled_by(&stage, &one, 1, 7).await;
    assert_eq!(ground.book().record(tenant, first).await, Ok(()));
    let second_use = settled_by(&stage, &other, 2, 7).await;
    assert_eq!(
        ground.book().record(tenant, second_use).await,
        Err(RecordError::ReceiptTaken)
    );
    assert_eq!(balance(ground, Account::MpesaClearing).await, shillings(1_500));
    assert_eq!(
        stage.record(tenant, &other).await.payment.state(),
        PaymentState::Open
    );
}

pub(super) async fn a_tracking_id_belongs_to_one_attempt(ground: &impl Ground) {
    let stage = Stage::on(ground);
    let (tenant, _) = ground.tenants();
    let (one, ..) = stage.asked(tenant, "one").await;
    let (other, ..) = stage.asked(tenant, "other").await;
    stage.money.answer_push(PushAnswer::Accepted(provider_ids(1)));
    stage.money.answer_push(PushAnswer::Accepted(provider_ids(1)));
    assert!(stage.push().execute(tenant, one.attempt).await.is_ok());
    // A provider that gives one id twice cannot be trusted about the second.
    assert!(stage.push().execute(tenant, other.attempt).await.is_ok());
    let record = stage.record(tenant, &other).await;
    let progress = record.attempts[0].progress();
    assert_eq!(
        (progress.state.name(), &progress.ids),
        (StateName::Unknown, &None)
    );
    let stolen = settled_by(&stage, &other, 1, 8).await;
    assert_eq!(
        ground.book().record(tenant, stolen).await,
        Err(RecordError::IdsTaken)
    );
}

pub(super) async fn a_late_success_beside_another_becomes_credit(ground: &impl Ground) {
    let stage = Stage::on(ground);
    let (tenant, _) = ground.tenants();
    let (first, visit, customer) = stage.asked(tenant, "first").await;
    stage.money.answer_push(PushAnswer::Accepted(provider_ids(1)));
    assert!(stage.push().execute(tenant, first.attempt).await.is_ok());
    hear(&stage, &first, |attempt| {
        attempt.hear_callback(&failed(provider_ids(1), FailureReason::Unreachable), second(20))
    })
    .await;
    stage.clock.set(second(90));
    let order = ResendOrder {
        key: key("again"),
        visit,
        payer: None,
    };
    let again = stage
        .resend()
        .execute(tenant, order)
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    stage.money.answer_push(PushAnswer::Accepted(provider_ids(2)));
    assert!(stage.push().execute(tenant, again.attempt).await.is_ok());
    hear(&stage, &again, |attempt| {
        attempt.hear_callback(&paid(provider_ids(2), shillings(1_500), receipt(2)), second(100))
    })
    .await;
    hear(&stage, &first, |attempt| {
        attempt.hear_callback(&paid(provider_ids(1), shillings(1_500), receipt(1)), second(110))
    })
    .await;
    let record = stage.record(tenant, &first).await;
    assert_eq!(record.payment.state(), PaymentState::Settled);
    assert_eq!(record.payment.paid(), shillings(1_500), "no more than was due");
    assert_eq!(balance(ground, Account::MpesaClearing).await, shillings(3_000));
    let credit = ground.ledger().credit(tenant, customer, Currency::Kes).await;
    assert_eq!(credit, Ok(shillings(1_500)));
    let events = ground.events(tenant).await;
    let settled = |event: &&PaymentEvent| matches!(event, PaymentEvent::PaymentSettled { .. });
    let overpaid = |event: &&PaymentEvent| matches!(event, PaymentEvent::PaymentOverpaid { .. });
    assert_eq!(events.iter().filter(settled).count(), 1);
    assert_eq!(events.iter().filter(overpaid).count(), 1);
}

async fn hear<G: Ground, E: std::fmt::Display>(
    stage: &Stage<'_, G>,
    asked: &PaymentAsked,
    take_in: impl FnOnce(Attempt) -> Result<crate::attempt::Moved, E>,
) {
    let (tenant, _) = stage.ground.tenants();
    let record = stage.record(tenant, asked).await;
    let attempt = record.attempt(asked.attempt).cloned();
    let attempt = attempt.unwrap_or_else(|| panic!("the attempt is missing"));
    let moved = take_in(attempt).unwrap_or_else(|error| panic!("{error}"));
    let at = moved.attempt.progress().state_at;
    let change = settle(record.payment, moved, at, &*stage.ids).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(stage.ground.book().record(tenant, change).await, Ok(()));
}

pub(super) async fn a_lost_visit_is_credited_once(ground: &impl Ground) {
    let stage = Stage::on(ground);
    let (tenant, _) = ground.tenants();
    let (asked, visit, customer) = stage.asked(tenant, "lost").await;
    let nothing = stage.credit().execute(tenant, visit, shillings(0)).await;
    assert!(
        nothing.is_ok_and(|credited| credited.is_empty()),
        "nothing was paid yet"
    );
    let change = settled_by(&stage, &asked, 1, 1).await;
    assert_eq!(ground.book().record(tenant, change).await, Ok(()));
    let use_case = stage.credit();
    let runs = together_credit(&use_case, tenant, visit, shillings(400)).await;
    assert_eq!(runs, vec![shillings(1_100)], "of two runs at once, one credits");
    let credit = ground.ledger().credit(tenant, customer, Currency::Kes).await;
    assert_eq!(credit, Ok(shillings(1_100)), "what is kept is no credit");
    let record = stage.record(tenant, &asked).await;
    assert_eq!(record.payment.state(), PaymentState::Settled);
    assert_eq!(record.payment.kept(), Ok(shillings(400)));
    let runs = together_credit(&use_case, tenant, visit, shillings(0)).await;
    assert_eq!(runs, vec![shillings(400)], "the rest, once");
    assert_eq!(
        balance(ground, Account::CustomerDeposits).await,
        shillings(-1_500)
    );
    let credit = ground.ledger().credit(tenant, customer, Currency::Kes).await;
    assert_eq!(credit, Ok(shillings(1_500)));
    assert_eq!(
        stage.record(tenant, &asked).await.payment.state(),
        PaymentState::Credited
    );
    // The journals say whose money it is: nothing is left on the lost visit's deposit.
    let reused = stage.record(tenant, &asked).await.attempts[0]
        .clone()
        .refuse_receipt(second(9));
    assert_eq!(
        reused.attempt.progress().dispute,
        Some(ReviewReason::ReceiptReused)
    );
}

async fn together_credit(
    use_case: &crate::use_cases::CreditVisit,
    tenant: ratiba_kernel::TenantId,
    visit: crate::VisitId,
    keep: Money,
) -> Vec<Money> {
    let runs = (0..2).map(|_| use_case.execute(tenant, visit, keep)).collect();
    let runs = crate::test_support::together(runs).await;
    runs.into_iter().flat_map(Result::unwrap_or_default).collect()
}

pub(super) async fn cash_is_in_the_drawer_without_a_prompt<G: TillGround>(ground: &G) {
    let stage = Stage::on(ground);
    let (tenant, _) = ground.tenants();
    super::till::opened(ground, 0).await;
    let (visit, customer) = ground.visit(tenant).await;
    let payment = Payment::owe(
        stage.ids.fresh(),
        visit,
        customer,
        Purpose::Balance,
        shillings(1_500),
        second(0),
    );
    let part = cash(&*stage.ids, &payment, "part", shillings(500));
    let change = settle(payment, part, second(0), &*stage.ids).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(ground.book().record(tenant, change.clone()).await, Ok(()));
    let found = ground.book().of_visit(tenant, visit).await.unwrap_or_default();
    assert_eq!(found[0].attempts, Vec::from_iter(change.attempt));
    assert_eq!(found[0].payment.outstanding(), Ok(shillings(1_000)));

    let rest = cash(&*stage.ids, &found[0].payment, "rest", shillings(1_000));
    let payment = found[0].payment.clone();
    let change = settle(payment, rest, second(1), &*stage.ids).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(ground.book().record(tenant, change).await, Ok(()));
    let found = ground.book().of_visit(tenant, visit).await.unwrap_or_default();
    assert_eq!(found[0].payment.state(), PaymentState::Settled);
    let balances = ground
        .ledger()
        .balances(tenant, Currency::Kes)
        .await
        .unwrap_or_default();
    assert_eq!(balances.get(&Account::CashDrawer), Some(&shillings(1_500)));
    assert_eq!(balances.get(&Account::CustomerDeposits), Some(&shillings(-1_500)));
    assert!(ground.tasks(tenant).await.is_empty(), "nothing is submitted");
}

/// So much cash, counted for a payment.
fn cash(ids: &dyn IdSource, payment: &Payment, name: &str, amount: Money) -> Moved {
    let terms = AttemptTerms {
        id: ids.fresh(),
        payment: payment.id(),
        key: key(name),
        provider: Provider::Cash,
        amount,
        payer: None,
        by: Actor::parse("token:till").ok(),
        ordered: Some(Fingerprint::of(name)),
        created_at: second(0),
    };
    Attempt::received(terms, None, Evidence::Counter, second(0))
}
