//! Money that goes back, and credit that is spent: each under its lock.

use ratiba_kernel::{Currency, Money, TenantId};

use super::{Ground, Stage};
use crate::actor::Actor;
use crate::event::PaymentEvent;
use crate::evidence::PushAnswer;
use crate::ledger::Account;
use crate::payment::{PaymentId, Purpose};
use crate::ports::{CallbackOutcome, Owed, RefundQuery, RefundRefused, ResultArrival, SpendRefused, Taken};
use crate::reference::CallbackToken;
use crate::refund::{
    OriginatorId, Refund, RefundCause, RefundState, RefundWay, ReversalAnswer, ReversalReport,
    ReversalVerdict,
};
use crate::settlement::settle;
use crate::test_support::builders::{key, paid, provider_ids, receipt, second, shillings};
use crate::test_support::fakes::LeftOfPrice;
use crate::test_support::together;
use crate::use_cases::{CreditOrder, RefundOrder, ResultApplied};
use crate::{CallbackId, CustomerId, VisitId};

pub(crate) fn somebody() -> Actor {
    Actor::parse("token:1").unwrap_or_else(|_| panic!("a name"))
}

pub(crate) fn order(text: &str, payment: PaymentId, way: RefundWay, whole: i64) -> RefundOrder {
    RefundOrder {
        key: key(text),
        payment,
        way,
        cause: RefundCause::Manager,
        amount: shillings(whole),
        reason: "the steam room was cold".to_owned(),
        reference: (way == RefundWay::Outside).then(|| format!("transfer {text}")),
        by: somebody(),
    }
}

/// A visit that was paid 1,500 shillings by a prompt, under receipt number `number`.
pub(crate) async fn paid_visit<G: Ground>(
    stage: &Stage<'_, G>,
    number: u32,
) -> (PaymentId, VisitId, CustomerId) {
    let (tenant, _) = stage.ground.tenants();
    let (asked, visit, customer) = stage.asked(tenant, &format!("paid-{number}")).await;
    stage
        .money
        .answer_push(PushAnswer::Accepted(provider_ids(number)));
    assert!(stage.push().execute(tenant, asked.attempt).await.is_ok());
    let record = stage.record(tenant, &asked).await;
    let attempt = record.attempt(asked.attempt).cloned();
    let report = paid(provider_ids(number), asked.amount, receipt(number));
    let moved = attempt
        .map(|attempt| attempt.hear_callback(&report, second(5)))
        .unwrap_or_else(|| panic!("the attempt is missing"))
        .unwrap_or_else(|error| panic!("{error}"));
    let change =
        settle(record.payment, moved, second(5), &*stage.ids).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(stage.ground.book().record(tenant, change).await, Ok(()));
    (asked.payment, visit, customer)
}

pub(crate) async fn balance(ground: &impl Ground, account: Account) -> Money {
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

pub(crate) async fn credit(ground: &impl Ground, customer: CustomerId) -> Money {
    let (tenant, _) = ground.tenants();
    let credit = ground.ledger().credit(tenant, customer, Currency::Kes).await;
    credit.unwrap_or_else(|error| panic!("{error:?}"))
}

pub(super) async fn of_fifty_refunds_at_once_no_more_goes_back_than_was_paid(ground: &impl Ground) {
    let stage = Stage::on(ground);
    let (tenant, _) = ground.tenants();
    let (payment, visit, _) = paid_visit(&stage, 1).await;
    let use_case = stage.order_refund();
    let orders = (0..50).map(|number| order(&format!("refund-{number}"), payment, RefundWay::Outside, 100));
    let ordered = together(orders.map(|order| use_case.execute(tenant, order)).collect()).await;
    let (mut done, mut too_large) = (0, 0);
    for refund in ordered {
        match refund {
            Ok(refund) => {
                assert_eq!(refund.state(), &RefundState::Done { receipt: None });
                done += 1;
            }
            Err(RefundRefused::TooLarge { .. }) => too_large += 1,
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!((done, too_large), (15, 35));
    assert_eq!(balance(ground, Account::Suspense).await, shillings(-1_500));
    assert_eq!(
        balance(ground, Account::CustomerDeposits).await,
        shillings(0),
        "nothing was earned yet"
    );
    assert_eq!(balance(ground, Account::Refunds).await, shillings(0));
    let kept = ground
        .refunds()
        .refunds_of_visit(tenant, visit)
        .await
        .unwrap_or_default();
    assert_eq!(kept.len(), 15);
    let page = RefundQuery {
        payment: Some(payment),
        state: Some("done".to_owned()),
        before: None,
        most: 10,
    };
    let newest = ground
        .refunds()
        .refunds(tenant, page.clone())
        .await
        .unwrap_or_default();
    assert_eq!(newest.len(), 10);
    let before = newest.last().map(Refund::id);
    let rest = RefundQuery { before, ..page };
    assert_eq!(
        ground
            .refunds()
            .refunds(tenant, rest)
            .await
            .map(|rest| rest.len()),
        Ok(5)
    );
}

pub(super) async fn of_twenty_spends_at_once_no_more_is_spent_than_there_is(ground: &impl Ground) {
    let stage = Stage::on(ground);
    let (tenant, _) = ground.tenants();
    let (payment, _, customer) = paid_visit(&stage, 1).await;
    let given = order("as-credit", payment, RefundWay::Credit, 500);
    assert!(stage.order_refund().execute(tenant, given).await.is_ok());
    assert_eq!(credit(ground, customer).await, shillings(500));
    let mut orders = Vec::new();
    for number in 0..20 {
        let (visit, _) = ground.visit(tenant).await;
        orders.push(CreditOrder {
            key: key(&format!("spend-{number}")),
            visit,
            customer,
            amount: None,
            by: somebody(),
        });
    }
    let use_case = stage.spend();
    let owing = LeftOfPrice {
        book: ground.book(),
        whole: Owed {
            customer,
            purpose: Purpose::Deposit,
            amount: shillings(100),
            phone: None,
        },
    };
    let first = orders[0].clone();
    let visits: Vec<VisitId> = orders.iter().map(|order| order.visit).collect();
    let spent = together(
        orders
            .into_iter()
            .map(|order| use_case.execute(tenant, order, &owing))
            .collect(),
    )
    .await;
    let (mut done, mut none) = (0, 0);
    for spend in spent {
        match spend {
            Ok(spend) => {
                assert_eq!(spend.amount, shillings(100));
                done += 1;
            }
            Err(SpendRefused::NoCredit) => none += 1,
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!((done, none), (5, 15));
    let mut on_record = 0;
    for visit in visits {
        let of_visit = ground.credit_book().spends_of_visit(tenant, visit).await;
        let of_visit = of_visit.unwrap_or_else(|error| panic!("{error:?}"));
        assert!(
            of_visit
                .iter()
                .all(|spend| (spend.visit, spend.amount) == (visit, shillings(100)))
        );
        on_record += of_visit.len();
    }
    assert_eq!(on_record, 5, "each at its own visit");
    assert_eq!(credit(ground, customer).await, shillings(0));
    assert_eq!(
        balance(ground, Account::CustomerDeposits).await,
        shillings(-1_500),
        "it only moved"
    );
    let settled = ground.events(tenant).await.into_iter();
    let settled = settled.filter(|event| matches!(event, PaymentEvent::CreditSpent { settled: true, .. }));
    assert_eq!(settled.count(), 5);
    // The same order again is the same spend, or still has nothing to spend.
    let again = use_case.execute(tenant, first.clone(), &owing).await;
    assert!(matches!(again, Ok(_) | Err(SpendRefused::NoCredit)), "{again:?}");
    assert_eq!(credit(ground, customer).await, shillings(0));
    if again.is_ok() {
        let other = CreditOrder {
            amount: Some(shillings(1)),
            ..first
        };
        assert_eq!(
            use_case.execute(tenant, other, &owing).await,
            Err(SpendRefused::KeyReused)
        );
    }
}

pub(super) async fn one_key_is_one_refund_and_another_order_under_it_is_refused(ground: &impl Ground) {
    let stage = Stage::on(ground);
    let (tenant, other) = ground.tenants();
    let (payment, ..) = paid_visit(&stage, 1).await;
    let use_case = stage.order_refund();
    let same = order("one", payment, RefundWay::Outside, 400);
    let twice = (0..2).map(|_| use_case.execute(tenant, same.clone())).collect();
    let twice = together(twice).await;
    let ids: Vec<_> = twice
        .iter()
        .map(|refund| refund.as_ref().ok().map(Refund::id))
        .collect();
    assert!(ids[0].is_some() && ids[0] == ids[1], "{twice:?}");
    assert_eq!(
        balance(ground, Account::Suspense).await,
        shillings(-400),
        "and it is booked once"
    );
    let reused = use_case
        .execute(tenant, order("one", payment, RefundWay::Outside, 401))
        .await;
    assert_eq!(reused, Err(RefundRefused::KeyReused));
    let proven = RefundOrder {
        reference: Some(" Transfer ONE ".to_owned()),
        ..order("more", payment, RefundWay::Outside, 1)
    };
    let proven = use_case.execute(tenant, proven).await;
    assert_eq!(
        proven,
        Err(RefundRefused::TransferTaken),
        "one transfer proves one refund"
    );
    let id = ids[0].unwrap_or_else(|| panic!("no refund"));
    let read = ground.refunds().refund(tenant, id).await;
    assert_eq!(
        read.as_ref().map(Option::as_ref),
        Ok(twice[0].as_ref().ok()),
        "what was recorded is read back"
    );
    assert_eq!(
        ground.refunds().refund(other, id).await,
        Ok(None),
        "it is another tenant's"
    );
    let foreign = use_case
        .execute(other, order("two", payment, RefundWay::Cash, 1))
        .await;
    assert_eq!(foreign, Err(RefundRefused::NoSuchPayment));
    let nothing = use_case
        .execute(tenant, order("nothing", payment, RefundWay::Cash, 0))
        .await;
    assert_eq!(nothing, Err(RefundRefused::BadAmount));
    let part = use_case
        .execute(tenant, order("part", payment, RefundWay::MpesaReversal, 100))
        .await;
    assert_eq!(
        part,
        Err(RefundRefused::NothingToReverse),
        "only a whole transaction is taken back"
    );
}

pub(super) async fn a_refund_and_a_credit_at_once_give_nothing_back_twice(ground: &impl Ground) {
    let stage = Stage::on(ground);
    let (tenant, _) = ground.tenants();
    let (payment, visit, customer) = paid_visit(&stage, 1).await;
    let (refunds, credits) = (stage.order_refund(), stage.credit());
    let both: Vec<std::pin::Pin<Box<dyn Future<Output = ()> + Send + '_>>> = vec![
        Box::pin(async {
            let _ = refunds
                .execute(tenant, order("back", payment, RefundWay::Outside, 1_000))
                .await;
        }),
        Box::pin(async {
            let _ = credits.execute(tenant, visit, shillings(0)).await;
        }),
    ];
    together(both).await;
    let back = shillings(0)
        .checked_sub(balance(ground, Account::Suspense).await)
        .and_then(|gone| gone.checked_add(shillings(0)));
    let all = back.and_then(|back| back.checked_add(shillings(0)));
    let credited = credit(ground, customer).await;
    let all = all.and_then(|all| all.checked_add(credited));
    assert_eq!(all, Ok(shillings(1_500)), "one of them got what the other left");
    assert_eq!(
        credits
            .execute(tenant, visit, shillings(0))
            .await
            .map(|more| more.len())
            .ok(),
        Some(0)
    );
}

/// A refund of all 1,500 shillings that M-Pesa was asked for under the id `AG_1`, and the token of its result.
async fn reversal_out<G: Ground>(stage: &Stage<'_, G>, tenant: TenantId) -> (Refund, CallbackToken) {
    let (payment, ..) = paid_visit(stage, 1).await;
    let wanted = order("reverse", payment, RefundWay::MpesaReversal, 1_500);
    let refund = stage.order_refund().execute(tenant, wanted).await;
    let refund = refund.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(refund.state(), &RefundState::Requested);
    stage.back.answer(ReversalAnswer::Accepted(originator("AG_1")));
    for _ in 0..2 {
        assert_eq!(stage.send_refund().execute(tenant, refund.id(), 0).await, Ok(()));
    }
    let mut orders = stage.back.orders();
    assert_eq!(orders.len(), 1, "it is sent once, however often the task runs");
    match orders.pop() {
        Some(order) => (refund, order.token),
        None => panic!("nothing was sent"),
    }
}

pub(crate) fn originator(text: &str) -> OriginatorId {
    OriginatorId::parse(text).unwrap_or_else(|_| panic!("not an id: {text}"))
}

pub(super) fn done(by: &str) -> ReversalReport {
    ReversalReport {
        originator: originator(by),
        verdict: ReversalVerdict::Done {
            receipt: Some(receipt(99)),
            amount: Some(shillings(1_500)),
            original: Some(receipt(1)),
        },
    }
}

pub(crate) async fn take<G: Ground>(
    stage: &Stage<'_, G>,
    token: &CallbackToken,
    timed_out: bool,
    body: Vec<u8>,
) -> Taken {
    let arrival = ResultArrival {
        id: stage.ids.fresh(),
        token: token.hash(),
        timed_out,
        body,
        source: None,
        at: second(20),
    };
    let taken = stage.ground.results().take_result(arrival).await;
    taken.unwrap_or_else(|outage| panic!("{outage:?}"))
}

pub(crate) fn stored_id(taken: Taken) -> CallbackId {
    match taken {
        Taken::Stored { callback, .. } => callback,
        Taken::Repeated { .. } | Taken::Unrouted { .. } | Taken::Dropped => panic!("not stored: {taken:?}"),
    }
}

pub(super) async fn state<G: Ground>(stage: &Stage<'_, G>, refund: &Refund) -> RefundState {
    let (tenant, _) = stage.ground.tenants();
    match stage.ground.refunds().refund(tenant, refund.id()).await {
        Ok(Some(refund)) => refund.state().clone(),
        other => panic!("{other:?}"),
    }
}

pub(super) async fn ten_results_at_once_have_one_effect(ground: &impl Ground) {
    let stage = Stage::on(ground);
    let (tenant, _) = ground.tenants();
    let (refund, token) = reversal_out(&stage, tenant).await;
    // Its amount counts as gone before it is done.
    let more = order("more", refund.terms().payment, RefundWay::Cash, 1);
    let refused = stage.order_refund().execute(tenant, more).await;
    assert_eq!(
        refused,
        Err(RefundRefused::TooLarge {
            refundable: shillings(0)
        })
    );
    // That the request was not delivered in time is no verdict, and disturbs none of the questions that wait.
    let timeout = stored_id(take(&stage, &token, true, b"{}".to_vec()).await);
    assert_eq!(
        stage.apply_result().execute(tenant, timeout).await.ok(),
        Some(ResultApplied::Applied)
    );
    assert_eq!(state(&stage, &refund).await, RefundState::Unknown);
    assert_eq!(stage.back.asked().len(), 0);
    let mut messages = Vec::new();
    for salt in 0..10 {
        let body = stage.result_reader.body(&done("AG_1"), salt);
        messages.push(stored_id(take(&stage, &token, false, body.clone()).await));
        assert!(matches!(
            take(&stage, &token, false, body).await,
            Taken::Repeated { .. }
        ));
    }
    let use_case = stage.apply_result();
    let twice = messages.iter().chain(&messages);
    let applied = together(twice.map(|message| use_case.execute(tenant, *message)).collect()).await;
    for applied in applied {
        let fine = matches!(
            applied,
            Ok(ResultApplied::Applied | ResultApplied::Before(CallbackOutcome::Applied))
        );
        assert!(fine, "{applied:?}");
    }
    let number = receipt(99);
    assert_eq!(
        state(&stage, &refund).await,
        RefundState::Done {
            receipt: Some(number)
        }
    );
    assert_eq!(balance(ground, Account::MpesaClearing).await, shillings(0));
    assert_eq!(balance(ground, Account::CustomerDeposits).await, shillings(0));
    let told = ground.events(tenant).await.into_iter();
    let told = told.filter(|event| matches!(event, PaymentEvent::RefundDone { .. }));
    assert_eq!(told.count(), 1);
}

pub(super) async fn a_message_about_another_refund_is_a_dead_letter(ground: &impl Ground) {
    let stage = Stage::on(ground);
    let (tenant, _) = ground.tenants();
    let (refund, token) = reversal_out(&stage, tenant).await;
    let forged = CallbackToken::from_bytes([0xee; 32]);
    let body = stage.result_reader.body(&done("AG_1"), 0);
    assert_eq!(
        take(&stage, &forged, false, body).await,
        Taken::Unrouted { tenant: None }
    );
    let foreign = stage.result_reader.body(&done("AG_2"), 0);
    let foreign = stored_id(take(&stage, &token, false, foreign).await);
    let unreadable = stored_id(take(&stage, &token, false, b"<html>".to_vec()).await);
    for _ in 0..2 {
        assert!(stage.apply_result().execute(tenant, foreign).await.is_ok());
        assert!(stage.apply_result().execute(tenant, unreadable).await.is_ok());
    }
    let mut letters = ground.dead_letters(Some(tenant)).await;
    letters.sort();
    assert_eq!(letters, ["foreign_ids", "unreadable"]);
    assert_eq!(ground.dead_letters(None).await, ["unknown_token"]);
    assert_eq!(
        state(&stage, &refund).await,
        RefundState::Sent,
        "no refund is touched"
    );
    // Nobody ever answers: after the last step a person has it.
    for step in 0..4 {
        assert_eq!(
            stage.ask_refund().execute(tenant, refund.id(), step).await,
            Ok(())
        );
    }
    assert_eq!(state(&stage, &refund).await.as_str(), "in_review");
    assert_eq!(stage.back.asked().len(), 3);
}

/// A payment of 1,500 shillings under receipt number 1 that M-Pesa took back under receipt number 99.
pub(super) async fn taken_back<G: Ground>(stage: &Stage<'_, G>) -> Refund {
    let (tenant, _) = stage.ground.tenants();
    let (refund, token) = reversal_out(stage, tenant).await;
    let body = stage.result_reader.body(&done("AG_1"), 0);
    let message = stored_id(take(stage, &token, false, body).await);
    let applied = stage.apply_result().execute(tenant, message).await;
    assert_eq!(applied.ok(), Some(ResultApplied::Applied));
    refund
}
