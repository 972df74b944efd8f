//! Attempts that a person ends.

use ratiba_kernel::Currency;

use super::{Ground, Stage};
use crate::actor::Actor;
use crate::attempt::{AttemptState, NotDisputed, NotResolved, Resolution, ReviewReason};
use crate::evidence::{Evidence, PushAnswer};
use crate::ledger::Account;
use crate::payment::PaymentState;
use crate::remark::Remark;
use crate::settlement::settle;
use crate::test_support::builders::{paid, provider_ids, receipt, second, shillings};
use crate::use_cases::{
    DisputeOrder, PaymentAsked, ResolveAttemptError, ResolveOrder, SettleDispute, SettleDisputeError,
};

fn order(asked: &PaymentAsked, resolution: Resolution) -> ResolveOrder {
    ResolveOrder {
        attempt: asked.attempt,
        resolution,
        by: Actor::parse("token:manager").unwrap_or_else(|error| panic!("{error}")),
        why: Remark::parse("seen on the portal").unwrap_or_else(|error| panic!("{error}")),
        version: None,
    }
}

/// An attempt in review: a callback spoke of 1,000 shillings where 1,500 were asked.
async fn in_review<G: Ground>(stage: &Stage<'_, G>, name: &str, number: u32) -> PaymentAsked {
    let (tenant, _) = stage.ground.tenants();
    stage
        .money
        .answer_push(PushAnswer::Accepted(provider_ids(number)));
    let (asked, ..) = stage.asked(tenant, name).await;
    assert!(stage.push().execute(tenant, asked.attempt).await.is_ok());
    let record = stage.record(tenant, &asked).await;
    let report = paid(provider_ids(number), shillings(1_000), receipt(number));
    let moved = record.attempts[0].clone().hear_callback(&report, second(9));
    let moved = moved.unwrap_or_else(|error| panic!("{error}"));
    let change = settle(record.payment, moved, second(9), &*stage.ids);
    let change = change.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(stage.ground.book().record(tenant, change).await, Ok(()));
    asked
}

pub(super) async fn a_person_ends_an_attempt_and_the_books_follow(ground: &impl Ground) {
    let stage = Stage::on(ground);
    let (tenant, other) = ground.tenants();
    let asked = in_review(&stage, "differs", 1).await;
    let received = Resolution::Paid {
        receipt: receipt(1),
        amount: Some(shillings(1_000)),
    };
    let use_case = stage.resolve();
    let foreign = use_case.execute(other, order(&asked, received.clone())).await;
    assert_eq!(foreign, Err(ResolveAttemptError::NoSuchAttempt));
    let stale = ResolveOrder {
        version: Some(1),
        ..order(&asked, received.clone())
    };
    assert_eq!(
        use_case.execute(tenant, stale).await,
        Err(ResolveAttemptError::Stale)
    );
    for _ in 0..3 {
        let done = use_case.execute(tenant, order(&asked, received.clone())).await;
        assert_eq!(done, Ok(asked.payment), "deciding the same again is once");
    }
    let record = stage.record(tenant, &asked).await;
    let attempt = &record.attempts[0];
    let known = AttemptState::Paid {
        evidence: Evidence::Person,
        receipt: Some(receipt(1)),
    };
    assert_eq!(
        (attempt.state(), attempt.terms().amount),
        (&known, shillings(1_000))
    );
    let who = attempt
        .progress()
        .resolved
        .as_ref()
        .map(|resolved| resolved.by.as_str());
    assert_eq!(who, Some("token:manager"));
    assert_eq!(record.payment.state(), PaymentState::Open, "500 are still owed");
    let balances = ground
        .ledger()
        .balances(tenant, Currency::Kes)
        .await
        .unwrap_or_default();
    assert_eq!(balances.get(&Account::MpesaClearing), Some(&shillings(1_000)));

    let again = use_case
        .execute(tenant, order(&asked, Resolution::Cancelled))
        .await;
    let over = ResolveAttemptError::NotResolved(NotResolved::NotInReview);
    assert_eq!(again, Err(over), "nothing leaves paid");
}

pub(super) async fn a_receipt_that_is_booked_is_not_booked_again_by_a_person(ground: &impl Ground) {
    let stage = Stage::on(ground);
    let (tenant, _) = ground.tenants();
    let (one, two) = (
        in_review(&stage, "one", 1).await,
        in_review(&stage, "two", 2).await,
    );
    let received = Resolution::Paid {
        receipt: receipt(7),
        amount: None,
    };
    let use_case = stage.resolve();
    let first = use_case.execute(tenant, order(&one, received.clone())).await;
    assert_eq!(first, Ok(one.payment));
    let second = use_case.execute(tenant, order(&two, received)).await;
    assert_eq!(second, Err(ResolveAttemptError::ReceiptTaken));
    let record = stage.record(tenant, &two).await;
    let why = ReviewReason::AmountDiffers;
    assert_eq!(record.attempts[0].state(), &AttemptState::InReview { why });
    let gone = use_case.execute(tenant, order(&two, Resolution::Cancelled)).await;
    assert_eq!(gone, Ok(two.payment));
    let record = stage.record(tenant, &two).await;
    assert_eq!(
        record.attempts[0].state(),
        &AttemptState::Cancelled,
        "and it is read back"
    );
}

pub(super) async fn a_dispute_is_laid_to_rest_and_the_state_stands(ground: &impl Ground) {
    let stage = Stage::on(ground);
    let (tenant, other) = ground.tenants();
    let asked = in_review(&stage, "odd", 1).await;
    let received = Resolution::Paid {
        receipt: receipt(1),
        amount: Some(shillings(1_000)),
    };
    assert_eq!(
        stage.resolve().execute(tenant, order(&asked, received)).await,
        Ok(asked.payment)
    );
    let settle_dispute = SettleDispute {
        book: ground.book(),
        clock: stage.clock.clone(),
    };
    let said = |why: &str| DisputeOrder {
        attempt: asked.attempt,
        by: Actor::parse("token:manager").unwrap_or_else(|error| panic!("{error}")),
        why: Remark::parse(why).unwrap_or_else(|error| panic!("{error}")),
        version: None,
    };
    let quiet = settle_dispute.execute(tenant, said("nothing odd")).await;
    assert_eq!(quiet, Err(SettleDisputeError::NotDisputed(NotDisputed)));

    let dispute = async |number| {
        let record = stage.record(tenant, &asked).await;
        let report = paid(provider_ids(1), shillings(1_000), receipt(number));
        let moved = record.attempts[0].clone().hear_callback(&report, second(20));
        let moved = moved.unwrap_or_else(|error| panic!("{error}"));
        let change = settle(record.payment, moved, second(20), &*stage.ids);
        let change = change.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(ground.book().record(tenant, change).await, Ok(()));
        stage.record(tenant, &asked).await.attempts[0].progress().dispute
    };
    assert_eq!(dispute(2).await, Some(ReviewReason::AnswersDisagree));
    let before = stage.record(tenant, &asked).await;
    let foreign = settle_dispute
        .execute(other, said("the provider sent it twice"))
        .await;
    assert_eq!(foreign, Err(SettleDisputeError::NoSuchAttempt));
    let stale = DisputeOrder {
        version: Some(1),
        ..said("the provider sent it twice")
    };
    assert_eq!(
        settle_dispute.execute(tenant, stale).await,
        Err(SettleDisputeError::Stale)
    );
    for _ in 0..2 {
        let settled = settle_dispute
            .execute(tenant, said("the provider sent it twice"))
            .await;
        assert_eq!(settled, Ok(asked.payment), "saying the same again is once");
    }
    let after = stage.record(tenant, &asked).await;
    let (one, two) = (&before.attempts[0], &after.attempts[0]);
    assert_eq!(
        (one.state(), one.terms()),
        (two.state(), two.terms()),
        "the state stands"
    );
    assert_eq!(two.progress().dispute, None);
    let who = two.progress().resolved.as_ref().map(|said| said.why.as_str());
    assert_eq!(who, Some("the provider sent it twice"));
    assert_eq!(after.payment.paid(), before.payment.paid());
    assert_eq!(
        dispute(3).await,
        Some(ReviewReason::AnswersDisagree),
        "and can be disputed anew"
    );
}
