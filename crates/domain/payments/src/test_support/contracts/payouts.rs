//! Credit that is paid out.

use ratiba_kernel::TenantId;

use super::refunds::{
    balance, credit, done, order, originator, paid_visit, somebody, state, stored_id, take,
};
use super::{Ground, Stage};
use crate::attempt::{Attempt, AttemptTerms, Provider};
use crate::evidence::Evidence;
use crate::ledger::Account;
use crate::payment::{Payment, PaymentId, Purpose};
use crate::payout::PayoutWay;
use crate::ports::{GivenBack, PaymentRules, PayoutQuery, RefundRefused};
use crate::refund::{Refund, RefundSource, RefundState, RefundWay, Resolution, Resolved, ReversalAnswer};
use crate::settlement::settle;
use crate::test_support::builders::{key, receipt, second, shillings};
use crate::test_support::together;
use crate::use_cases::{PayoutBy, PayoutOrder, RefundDecision, ResultApplied};
use crate::{CustomerId, VisitId};

fn wanted(text: &str, customer: CustomerId, by_way: PayoutBy, whole: i64) -> PayoutOrder {
    PayoutOrder {
        key: key(text),
        customer,
        by_way,
        amount: shillings(whole),
        reason: "they move away".to_owned(),
        by: somebody(),
    }
}

/// A customer who paid 1,500 shillings by a prompt, all of which is their credit now.
async fn credited<G: Ground>(stage: &Stage<'_, G>, tenant: TenantId) -> CustomerId {
    let (_, visit, customer) = paid_visit(stage, 1).await;
    let given = stage.credit().execute(tenant, visit, shillings(0)).await;
    assert_eq!(given.ok(), Some(vec![shillings(1_500)]));
    customer
}

pub(super) async fn of_fifty_payouts_at_once_no_more_is_paid_out_than_there_is(ground: &impl Ground) {
    let stage = Stage::on(ground);
    let (tenant, _) = ground.tenants();
    let customer = credited(&stage, tenant).await;
    let use_case = stage.pay_out();
    let orders = (0..50).map(|number| {
        let by = if number % 2 == 0 {
            PayoutBy::Outside(format!("transfer {number}"))
        } else {
            PayoutBy::Withdrawal
        };
        wanted(&format!("out-{number}"), customer, by, 100)
    });
    let paid = together(orders.map(|order| use_case.execute(tenant, order)).collect()).await;
    for refused in paid.iter().filter_map(|payout| payout.as_ref().err()) {
        let nothing = shillings(0);
        assert_eq!(refused, &RefundRefused::MoreThanCredit { credit: nothing });
    }
    assert_eq!(
        paid.iter().filter(|payout| payout.is_ok()).count(),
        15,
        "{paid:?}"
    );
    assert_eq!(credit(ground, customer).await, shillings(0));
    assert_eq!(balance(ground, Account::CustomerDeposits).await, shillings(0));
    let list = async |customer, before, most| {
        let query = PayoutQuery {
            customer,
            before,
            most,
        };
        let found = ground.payouts().payouts(tenant, query).await;
        found.unwrap_or_else(|error| panic!("{error}"))
    };
    let page = list(Some(customer), None, 10).await;
    let rest = list(None, page.last().map(|last| last.id), 10).await;
    assert_eq!((page.len(), rest.len()), (10, 5), "pages meet");
    assert!(
        page.iter()
            .chain(&rest)
            .is_sorted_by_key(|payout| std::cmp::Reverse((payout.at, payout.id)))
    );
    let cash = use_case
        .execute(tenant, wanted("more", customer, PayoutBy::Cash, 1))
        .await;
    assert!(
        matches!(cash, Err(RefundRefused::MoreThanCredit { .. })),
        "{cash:?}"
    );
}

/// The refund that takes back the customer's money, sent under the id `AG_1`.
async fn reversed<G: Ground>(stage: &Stage<'_, G>, tenant: TenantId, customer: CustomerId) -> Refund {
    let order = wanted("reverse", customer, PayoutBy::MpesaReversal, 1_500);
    let payout = stage.pay_out().execute(tenant, order).await;
    let Ok(PayoutWay::MpesaReversal { refund }) = payout.as_ref().map(|payout| payout.way.clone()) else {
        panic!("{payout:?}");
    };
    stage.back.answer(ReversalAnswer::Accepted(originator("AG_1")));
    assert_eq!(stage.send_refund().execute(tenant, refund, 0).await, Ok(()));
    match stage.ground.refunds().refund(tenant, refund).await {
        Ok(Some(refund)) => refund,
        other => panic!("{other:?}"),
    }
}

async fn succeeds<G: Ground>(stage: &Stage<'_, G>, tenant: TenantId) {
    let token = stage.back.orders().pop().map(|order| order.token);
    let token = token.unwrap_or_else(|| panic!("nothing was sent"));
    let body = stage.result_reader.body(&done("AG_1"), 0);
    let message = stored_id(take(stage, &token, false, body).await);
    let applied = stage.apply_result().execute(tenant, message).await;
    assert_eq!(applied.ok(), Some(ResultApplied::Applied));
}

async fn give_up<G: Ground>(stage: &Stage<'_, G>, tenant: TenantId, refund: &Refund) {
    for step in 0..4 {
        let asked = stage.ask_refund().execute(tenant, refund.id(), step).await;
        assert_eq!(asked, Ok(()));
    }
    say(stage, tenant, refund, Resolution::Rejected).await;
}

async fn say<G: Ground>(stage: &Stage<'_, G>, tenant: TenantId, refund: &Refund, resolution: Resolution) {
    let decision = RefundDecision {
        refund: refund.id(),
        resolution,
        who: Resolved {
            by: somebody(),
            reason: "seen in the portal".to_owned(),
        },
    };
    let said = stage.resolve_refund().execute(tenant, decision).await;
    assert!(said.is_ok(), "{said:?}");
}

pub(super) async fn credit_goes_back_the_way_it_came_or_is_credit_again(ground: &impl Ground) {
    let stage = Stage::on(ground);
    let (tenant, _) = ground.tenants();
    let customer = credited(&stage, tenant).await;
    let part = wanted("part", customer, PayoutBy::MpesaReversal, 100);
    let part = stage.pay_out().execute(tenant, part).await;
    assert_eq!(
        part,
        Err(RefundRefused::NothingToReverse),
        "only whole transactions"
    );
    let refund = reversed(&stage, tenant, customer).await;
    assert_eq!(refund.terms().source, RefundSource::Credit);
    assert_eq!(credit(ground, customer).await, shillings(0), "it is set aside");
    succeeds(&stage, tenant).await;
    assert_eq!(state(&stage, &refund).await.as_str(), "done");
    for account in [
        Account::MpesaClearing,
        Account::Suspense,
        Account::CustomerDeposits,
    ] {
        assert_eq!(balance(ground, account).await, shillings(0), "{account:?}");
    }
    // The same money does not go back as a refund as well.
    let again = order("again", refund.terms().payment, RefundWay::MpesaReversal, 1_500);
    let again = stage.order_refund().execute(tenant, again).await;
    assert!(matches!(again, Err(RefundRefused::TooLarge { .. })), "{again:?}");
}

pub(super) async fn credit_that_was_paid_out_after_all_is_set_aside_again(ground: &impl Ground) {
    let stage = Stage::on(ground);
    let (tenant, _) = ground.tenants();
    let customer = credited(&stage, tenant).await;
    let refund = reversed(&stage, tenant, customer).await;
    give_up(&stage, tenant, &refund).await;
    assert_eq!(
        credit(ground, customer).await,
        shillings(1_500),
        "it did not happen"
    );
    let spent = wanted("spent", customer, PayoutBy::Outside("7".to_owned()), 500);
    assert!(stage.pay_out().execute(tenant, spent).await.is_ok());
    succeeds(&stage, tenant).await;
    assert_eq!(state(&stage, &refund).await.as_str(), "in_review");
    assert_eq!(credit(ground, customer).await, shillings(0));
    say(&stage, tenant, &refund, Resolution::Done { receipt: None }).await;
    assert_eq!(state(&stage, &refund).await, RefundState::Done { receipt: None });
    assert_eq!(balance(ground, Account::MpesaClearing).await, shillings(0));
    assert_eq!(
        (
            balance(ground, Account::Refunds).await,
            balance(ground, Account::Suspense).await
        ),
        (shillings(500), shillings(-500)),
        "what they have twice is a loss, and the transfer is still to be paid back"
    );
}

/// A further payment of the visit that an M-Pesa transaction paid whole, newer than those before.
async fn brought<G: Ground>(
    stage: &Stage<'_, G>,
    (visit, customer): (VisitId, CustomerId),
    purpose: Purpose,
    number: u32,
    whole: i64,
) -> PaymentId {
    let (tenant, _) = stage.ground.tenants();
    let (at, amount) = (second(i64::from(60 + number)), shillings(whole));
    let payment = Payment::owe(stage.ids.fresh(), visit, customer, purpose, amount, at);
    let id = payment.id();
    let terms = AttemptTerms {
        id: stage.ids.fresh(),
        payment: id,
        key: key(&format!("brought-{number}")),
        provider: Provider::Mpesa,
        amount,
        payer: None,
        by: None,
        ordered: None,
        created_at: at,
    };
    let moved = Attempt::received(terms, Some(receipt(number)), Evidence::Confirmation, at);
    let change = settle(payment, moved, at, &*stage.ids).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(stage.ground.book().record(tenant, change).await, Ok(()));
    id
}

pub(super) async fn credit_is_paid_out_of_money_that_became_credit(ground: &impl Ground) {
    let stage = Stage::on(ground);
    let (tenant, _) = ground.tenants();
    let (first, visit, customer) = paid_visit(&stage, 1).await;
    let whose = (visit, customer);
    // What is newer is kept: for the visit, and for those who got the tip.
    let kept = brought(&stage, whose, Purpose::Balance, 2, 1_500).await;
    brought(&stage, whose, Purpose::Tip, 3, 1_500).await;
    let other = brought(&stage, whose, Purpose::Full, 4, 800).await;
    let as_credit = async |text: &str, payment, whole| {
        let refund = order(text, payment, RefundWay::Credit, whole);
        let done = stage.order_refund().execute(tenant, refund).await;
        assert!(done.is_ok(), "{done:?}");
    };
    as_credit("one", first, 700).await;
    as_credit("two", first, 800).await;
    let refund = reversed(&stage, tenant, customer).await;
    assert_eq!(refund.terms().payment, first, "the one that became credit");
    succeeds(&stage, tenant).await;

    as_credit("three", kept, 700).await;
    as_credit("four", other, 800).await;
    assert_eq!(credit(ground, customer).await, shillings(1_500));
    let again = wanted("again", customer, PayoutBy::MpesaReversal, 1_500);
    assert_eq!(
        stage.pay_out().execute(tenant, again).await,
        Err(RefundRefused::NothingToReverse),
        "the rest of that transaction is not theirs to get back"
    );
}

pub(super) async fn one_key_is_one_payout(ground: &impl Ground) {
    let stage = Stage::on(ground);
    let (tenant, other) = ground.tenants();
    let customer = credited(&stage, tenant).await;
    let same = wanted("one", customer, PayoutBy::Outside("7".to_owned()), 400);
    let use_case = stage.pay_out();
    let twice = (0..2).map(|_| use_case.execute(tenant, same.clone())).collect();
    let twice = together(twice).await;
    assert!(twice[0].is_ok() && twice[0] == twice[1], "{twice:?}");
    assert_eq!(credit(ground, customer).await, shillings(1_100));
    let reused = wanted("one", customer, PayoutBy::Outside("8".to_owned()), 400);
    assert_eq!(
        use_case.execute(tenant, reused).await,
        Err(RefundRefused::KeyReused)
    );
    let closed = wanted("cash", customer, PayoutBy::Cash, 1);
    assert_eq!(
        use_case.execute(tenant, closed).await,
        Err(RefundRefused::TillClosed)
    );
    let proven = wanted("two", customer, PayoutBy::Outside(" 7".to_owned()), 1);
    assert_eq!(
        use_case.execute(tenant, proven).await,
        Err(RefundRefused::TransferTaken),
        "one transfer pays out once"
    );
    let foreign = use_case.execute(other, same).await;
    assert!(
        matches!(
            foreign,
            Err(RefundRefused::NoSuchCustomer | RefundRefused::MoreThanCredit { .. })
        ),
        "{foreign:?}"
    );
}

pub(super) async fn rules_are_replaced_only_as_they_were_seen(ground: &impl Ground) {
    let (tenant, other) = ground.tenants();
    let book = ground.rules();
    let usual = (PaymentRules::default(), 1);
    assert_eq!(book.payment_rules(tenant).await, Ok(usual));
    let to_origin = PaymentRules {
        given_back: GivenBack::ToItsOrigin,
        credit_first: false,
        tip_offers: false,
    };
    assert_eq!(book.put_payment_rules(tenant, to_origin, 1).await, Ok(Some(2)));
    assert_eq!(
        book.put_payment_rules(tenant, usual.0, 1).await,
        Ok(None),
        "somebody else's change is not lost"
    );
    assert_eq!(book.payment_rules(tenant).await, Ok((to_origin, 2)));
    assert_eq!(book.payment_rules(other).await, Ok(usual));
}
