//! What was paid becomes revenue when the visit is rendered.

use std::sync::Arc;

use async_trait::async_trait;
use ratiba_kernel::{Currency, Money};

use super::refunds::{paid_visit, taken_back};
use super::{Ground, Stage, journals};
use crate::VisitId;
use crate::actor::Actor;
use crate::earning::Rendering;
use crate::ledger::Account;
use crate::ports::{EarningBook, JournalBook};
use crate::refund::{RefundCause, RefundWay};
use crate::test_support::builders::{key, shillings};
use crate::test_support::together;
use crate::use_cases::{EarnVisit, RefundOrder};

/// What the suite stands on beside the ground of payments.
#[async_trait]
pub trait BooksGround: Ground {
    /// The earnings under test, over the same books.
    fn earnings(&self) -> Arc<dyn EarningBook>;

    /// The journals under test.
    fn journals(&self) -> Arc<dyn JournalBook>;
}

/// Runs every promise of earnings and of reading the books against fresh ground each.
pub async fn books_contract<G: BooksGround>(fresh: impl AsyncFn() -> G) {
    a_visit_is_earned_once_however_often_it_is_looked_at(&fresh().await).await;
    of_a_lost_visit_its_fees_are_earned_once(&fresh().await).await;
    what_goes_back_later_comes_out_of_refunds(&fresh().await).await;
    what_was_taken_back_before_is_not_earned(&fresh().await).await;
    journals::pages_meet_and_each_journal_adds_up_to_nothing(&fresh().await).await;
    journals::journals_are_found_by_time_account_and_payment(&fresh().await).await;
}

fn earn<G: BooksGround>(stage: &Stage<'_, G>) -> EarnVisit {
    EarnVisit {
        book: stage.ground.earnings(),
        clock: stage.clock.clone(),
        ids: Arc::clone(&stage.ids),
    }
}

async fn on(ground: &impl Ground, account: Account) -> Money {
    let (tenant, _) = ground.tenants();
    let balances = ground.ledger().balances(tenant, Currency::Kes).await;
    let balances = balances.unwrap_or_else(|error| panic!("{error}"));
    balances.get(&account).copied().unwrap_or(shillings(0))
}

async fn looked_at<G: BooksGround>(stage: &Stage<'_, G>, visit: VisitId, rendering: Rendering) {
    let (tenant, other) = stage.ground.tenants();
    let earn = earn(stage);
    assert_eq!(
        earn.execute(other, visit, rendering).await,
        Ok(false),
        "nobody else's"
    );
    let looks = together((0..10).map(|_| earn.execute(tenant, visit, rendering)).collect()).await;
    assert!(looks.iter().all(Result::is_ok), "{looks:?}");
    let moved = looks.iter().filter(|look| **look == Ok(true)).count();
    assert!(moved <= 1, "who is told of a move looks again: {looks:?}");
}

async fn a_visit_is_earned_once_however_often_it_is_looked_at<G: BooksGround>(ground: &G) {
    let stage = Stage::on(ground);
    let (_, visit, _) = paid_visit(&stage, 1).await;
    looked_at(&stage, visit, Rendering::ToCome).await;
    assert_eq!(on(ground, Account::ServiceRevenue).await, shillings(0));
    for _again in 0..2 {
        looked_at(&stage, visit, Rendering::Finished).await;
        assert_eq!(on(ground, Account::ServiceRevenue).await, shillings(-1_500));
        assert_eq!(on(ground, Account::CustomerDeposits).await, shillings(0));
        // Somebody comes after all, and it is rendered once more.
        looked_at(&stage, visit, Rendering::ToCome).await;
        assert_eq!(on(ground, Account::ServiceRevenue).await, shillings(0));
        assert_eq!(on(ground, Account::CustomerDeposits).await, shillings(-1_500));
    }
}

async fn of_a_lost_visit_its_fees_are_earned_once<G: BooksGround>(ground: &G) {
    let stage = Stage::on(ground);
    let (_, visit, _) = paid_visit(&stage, 1).await;
    let nothing = Rendering::Lost { fees: shillings(0) };
    looked_at(&stage, visit, nothing).await;
    assert_eq!(on(ground, Account::ServiceRevenue).await, shillings(0));
    looked_at(&stage, visit, Rendering::Lost { fees: shillings(600) }).await;
    assert_eq!(on(ground, Account::ServiceRevenue).await, shillings(-600));
    assert_eq!(on(ground, Account::CustomerDeposits).await, shillings(-900));
}

async fn what_goes_back_later_comes_out_of_refunds<G: BooksGround>(ground: &G) {
    let (tenant, _) = ground.tenants();
    let stage = Stage::on(ground);
    let (payment, visit, _) = paid_visit(&stage, 1).await;
    looked_at(&stage, visit, Rendering::Finished).await;
    let order = RefundOrder {
        key: key("late"),
        payment,
        way: RefundWay::Outside,
        cause: RefundCause::Manager,
        amount: shillings(400),
        reason: "a stain".to_owned(),
        reference: Some("transfer 7".to_owned()),
        by: Actor::parse("token:1").unwrap_or_else(|error| panic!("{error}")),
    };
    assert!(stage.order_refund().execute(tenant, order).await.is_ok());
    looked_at(&stage, visit, Rendering::Finished).await;
    assert_eq!(on(ground, Account::ServiceRevenue).await, shillings(-1_500));
    assert_eq!(on(ground, Account::Refunds).await, shillings(400));
}

async fn what_was_taken_back_before_is_not_earned<G: BooksGround>(ground: &G) {
    let stage = Stage::on(ground);
    let refund = taken_back(&stage).await;
    looked_at(&stage, refund.terms().visit, Rendering::Finished).await;
    assert_eq!(on(ground, Account::ServiceRevenue).await, shillings(0));
    assert_eq!(on(ground, Account::Refunds).await, shillings(0));
}
