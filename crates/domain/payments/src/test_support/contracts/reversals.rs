//! Reversals that go wrong: never sent, given up too early, done after all, withdrawn.

use ratiba_kernel::{Clock as _, TenantId};
use time::Duration;

use super::refunds::{
    balance, credit, done, order, originator, paid_visit, somebody, state, stored_id, take,
};
use super::{Ground, Stage};
use crate::event::PaymentEvent;
use crate::ledger::Account;
use crate::payment::{PaymentState, Purpose};
use crate::ports::{CallbackOutcome, Owed, RefundRefused, VisitAsks};
use crate::reference::CallbackToken;
use crate::refund::{
    Refund, RefundDoubt, RefundState, RefundWay, Resolution, Resolved, ReversalAnswer, ReversalReport,
    ReversalVerdict,
};
use crate::task::{Due, PaymentTask};
use crate::test_support::builders::{key, receipt, second, shillings};
use crate::test_support::fakes::AlwaysAsks;
use crate::use_cases::{CreditOrder, RefundDecision, ResultApplied};
use crate::{CustomerId, VisitId};

fn portal() -> Resolved {
    Resolved {
        by: somebody(),
        reason: "seen in the portal".to_owned(),
    }
}

/// A reversal of all 1,500 shillings of a visit, sent under the id `AG_1`.
struct Sent {
    refund: Refund,
    token: CallbackToken,
    visit: VisitId,
    customer: CustomerId,
}

async fn ordered<G: Ground>(stage: &Stage<'_, G>, tenant: TenantId) -> (Refund, VisitId, CustomerId) {
    let (payment, visit, customer) = paid_visit(stage, 1).await;
    let wanted = order("reverse", payment, RefundWay::MpesaReversal, 1_500);
    let refund = stage.order_refund().execute(tenant, wanted).await;
    (refund.unwrap_or_else(|error| panic!("{error}")), visit, customer)
}

async fn sent<G: Ground>(stage: &Stage<'_, G>, tenant: TenantId) -> Sent {
    let (refund, visit, customer) = ordered(stage, tenant).await;
    stage.back.answer(ReversalAnswer::Accepted(originator("AG_1")));
    assert_eq!(stage.send_refund().execute(tenant, refund.id(), 0).await, Ok(()));
    let token = stage.back.orders().pop().map(|order| order.token);
    let token = token.unwrap_or_else(|| panic!("nothing was sent"));
    Sent {
        refund,
        token,
        visit,
        customer,
    }
}

/// Nobody answers about it, and a person says that it did not happen.
async fn given_up<G: Ground>(stage: &Stage<'_, G>, tenant: TenantId) -> Sent {
    let sent = sent(stage, tenant).await;
    for step in 0..4 {
        let asked = stage.ask_refund().execute(tenant, sent.refund.id(), step).await;
        assert_eq!(asked, Ok(()));
    }
    say(stage, tenant, &sent.refund, Resolution::Rejected).await;
    sent
}

async fn say<G: Ground>(stage: &Stage<'_, G>, tenant: TenantId, refund: &Refund, resolution: Resolution) {
    let decision = RefundDecision {
        refund: refund.id(),
        resolution,
        who: portal(),
    };
    let said = stage.resolve_refund().execute(tenant, decision).await;
    assert!(said.is_ok(), "{said:?}");
}

async fn hear<G: Ground>(
    stage: &Stage<'_, G>,
    tenant: TenantId,
    token: &CallbackToken,
    report: &ReversalReport,
) -> Option<ResultApplied> {
    let body = stage.result_reader.body(report, 0);
    let message = stored_id(take(stage, token, false, body).await);
    stage.apply_result().execute(tenant, message).await.ok()
}

pub(super) async fn what_could_not_be_sent_is_sent_again(ground: &impl Ground) {
    let stage = Stage::on(ground);
    let (tenant, _) = ground.tenants();
    let (refund, ..) = ordered(&stage, tenant).await;
    stage.back.answer(ReversalAnswer::NotSent);
    for _ in 0..2 {
        assert_eq!(stage.send_refund().execute(tenant, refund.id(), 0).await, Ok(()));
    }
    assert_eq!(state(&stage, &refund).await, RefundState::Requested);
    assert_eq!(stage.back.orders().len(), 1, "a task that ran is over");
    let again = Due {
        at: stage.clock.now() + Duration::minutes(1),
        task: PaymentTask::SendRefund {
            refund: refund.id(),
            tries: 1,
        },
    };
    assert!(
        ground.tasks(tenant).await.contains(&again),
        "it waits for its next try"
    );
    let more = order("more", refund.terms().payment, RefundWay::Outside, 1);
    let more = stage.order_refund().execute(tenant, more).await;
    assert!(matches!(more, Err(RefundRefused::TooLarge { .. })), "{more:?}");
    stage.clock.set(again.at);
    stage.back.answer(ReversalAnswer::Accepted(originator("AG_1")));
    assert_eq!(stage.send_refund().execute(tenant, refund.id(), 1).await, Ok(()));
    assert_eq!(state(&stage, &refund).await, RefundState::Sent);
    let asks = |due: &Due| {
        matches!(
            due.task,
            PaymentTask::AskRefund {
                step: 0,
                tries: 1,
                ..
            }
        )
    };
    assert!(
        ground.tasks(tenant).await.iter().any(asks),
        "this one is asked about"
    );
    let orders = stage.back.orders();
    assert_eq!(orders.len(), 2);
    let message = hear(&stage, tenant, &orders[1].token, &done("AG_1")).await;
    assert_eq!(message, Some(ResultApplied::Applied));
    assert_eq!(state(&stage, &refund).await.as_str(), "done");
    assert_eq!(balance(ground, Account::MpesaClearing).await, shillings(0));
}

pub(super) async fn a_late_success_completes_the_refund_that_counts(ground: &impl Ground) {
    let stage = Stage::on(ground);
    let (tenant, _) = ground.tenants();
    let first = given_up(&stage, tenant).await;
    let again = order(
        "again",
        first.refund.terms().payment,
        RefundWay::MpesaReversal,
        1_500,
    );
    let again = stage.order_refund().execute(tenant, again).await;
    let again = again.unwrap_or_else(|error| panic!("{error}"));
    let heard = hear(&stage, tenant, &first.token, &done("AG_1")).await;
    assert_eq!(heard, Some(ResultApplied::Applied), "no job dies of it");
    let moved = RefundState::Done {
        receipt: Some(receipt(99)),
    };
    assert_eq!(state(&stage, &again).await, moved, "it is the same movement");
    assert_eq!(
        state(&stage, &first.refund).await,
        RefundState::Rejected { code: None }
    );
    assert_eq!(stage.send_refund().execute(tenant, again.id(), 0).await, Ok(()));
    assert_eq!(stage.back.orders().len(), 1, "and is not asked for again");
    assert_eq!(balance(ground, Account::MpesaClearing).await, shillings(0));
    // Another number for the same money contradicts it.
    let mut other = done("AG_1");
    if let ReversalVerdict::Done { receipt: told, .. } = &mut other.verdict {
        *told = Some(receipt(98));
    }
    let body = stage.result_reader.body(&other, 1);
    let message = stored_id(take(&stage, &first.token, false, body).await);
    let refused = ResultApplied::Refused(CallbackOutcome::ForeignIds);
    assert_eq!(
        stage.apply_result().execute(tenant, message).await.ok(),
        Some(refused)
    );
    assert_eq!(ground.dead_letters(Some(tenant)).await, ["foreign_ids"]);
    let called = ground.events(tenant).await.into_iter().filter(|event| {
        matches!(event, PaymentEvent::RefundInReview { about, why: RefundDoubt::DoneAfterAll, .. }
            if about.refund == again.id())
    });
    assert_eq!(called.count(), 1, "and a person is called");
    assert_eq!(balance(ground, Account::MpesaClearing).await, shillings(0));
}

pub(super) async fn credit_for_a_refund_that_was_done_after_all_is_taken_back(ground: &impl Ground) {
    let stage = Stage::on(ground);
    let (tenant, _) = ground.tenants();
    let late = given_up(&stage, tenant).await;
    let given = stage.credit().execute(tenant, late.visit, shillings(0)).await;
    assert_eq!(given.ok(), Some(vec![shillings(1_500)]));
    let (elsewhere, _) = ground.visit(tenant).await;
    let spent = CreditOrder {
        key: key("spent"),
        visit: elsewhere,
        customer: late.customer,
        amount: None,
        by: somebody(),
    };
    let owing = AlwaysAsks(VisitAsks::For(Owed {
        customer: late.customer,
        purpose: Purpose::Deposit,
        amount: shillings(500),
        phone: None,
    }));
    assert!(stage.spend().execute(tenant, spent, &owing).await.is_ok());
    let heard = hear(&stage, tenant, &late.token, &done("AG_1")).await;
    assert_eq!(heard, Some(ResultApplied::Applied));
    let doubt = RefundState::InReview {
        why: RefundDoubt::DoneAfterAll,
    };
    assert_eq!(state(&stage, &late.refund).await, doubt);
    assert_eq!(
        credit(ground, late.customer).await,
        shillings(0),
        "what was not spent is taken back"
    );
    let twice = ground.refunds().refund(tenant, late.refund.id()).await;
    let twice = twice
        .ok()
        .flatten()
        .and_then(|refund| refund.progress().given_twice);
    assert_eq!(twice, Some(shillings(500)), "the rest is for a person");
    let record = ground.book().find(tenant, late.refund.terms().payment).await;
    let Ok(Some(record)) = record else {
        panic!("{record:?}")
    };
    assert_eq!(
        (record.payment.credited(), record.payment.state()),
        (shillings(500), PaymentState::Settled)
    );
    // It did not happen, says the person: it becomes credit again, and is booked again.
    say(&stage, tenant, &late.refund, Resolution::Rejected).await;
    let given = stage.credit().execute(tenant, late.visit, shillings(0)).await;
    assert_eq!(given.ok(), Some(vec![shillings(1_000)]));
    assert_eq!(credit(ground, late.customer).await, shillings(1_000));
    assert_eq!(
        balance(ground, Account::CustomerDeposits).await,
        shillings(-1_500)
    );
    assert_eq!(balance(ground, Account::MpesaClearing).await, shillings(1_500));
}

pub(super) async fn a_refund_is_withdrawn_only_before_it_is_sent(ground: &impl Ground) {
    let stage = Stage::on(ground);
    let (tenant, _) = ground.tenants();
    let (refund, visit, _) = ordered(&stage, tenant).await;
    for _ in 0..2 {
        let withdrawn = stage.cancel_refund().execute(tenant, refund.id(), portal()).await;
        let state = withdrawn.map(|refund| refund.state().clone());
        assert_eq!(state, Ok(RefundState::Cancelled));
    }
    assert_eq!(stage.send_refund().execute(tenant, refund.id(), 0).await, Ok(()));
    assert!(stage.back.orders().is_empty(), "nothing is sent");
    let told = ground.events(tenant).await.into_iter();
    let told = told.filter(|event| matches!(event, PaymentEvent::RefundCancelled { .. }));
    assert_eq!(told.count(), 1);
    let other = order("other", refund.terms().payment, RefundWay::MpesaReversal, 1_500);
    let other = stage.order_refund().execute(tenant, other).await;
    let other = other.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(stage.send_refund().execute(tenant, other.id(), 0).await, Ok(()));
    let late = stage.cancel_refund().execute(tenant, other.id(), portal()).await;
    assert_eq!(late, Err(RefundRefused::NotWithdrawn));
    let kept = ground.refunds().refunds_of_visit(tenant, visit).await;
    assert_eq!(kept.map(|kept| kept.len()), Ok(2));
    assert_eq!(second(0), stage.clock.now());
}
