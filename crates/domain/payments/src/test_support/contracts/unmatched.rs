//! Letters that a person matched to what their money is not for.

use super::given_back::in_clearing;
use super::letters::{buried, by, use_case, why};
use super::refunds::order as refund_order;
use super::{Ground, Stage};
use crate::attempt::{AttemptState, ReviewReason, StateName};
use crate::dead_letter::{BuiltOn, DeadLetter, LetterState};
use crate::event::PaymentEvent;
use crate::evidence::{PushAnswer, QueryAnswer};
use crate::payment::PaymentState;
use crate::refund::RefundWay;
use crate::settlement::settle;
use crate::test_support::builders::{key, paid, provider_ids, receipt, second, shillings};
use crate::use_cases::{LetterError, MatchOrder, MatchTo, PaymentAsked, TakeBackOrder};

fn matching(letter: &DeadLetter, to: MatchTo, number: u32, amount: i64) -> MatchOrder {
    MatchOrder {
        letter: letter.id,
        to,
        receipt: receipt(number),
        amount: shillings(amount),
        known_from: Some(why("the portal's list")),
        by: by("token:manager"),
        why: why("seen on the portal"),
    }
}

fn mistaken(letter: &DeadLetter, name: &str) -> TakeBackOrder {
    TakeBackOrder {
        letter: letter.id,
        key: key(name),
        by: by("token:manager"),
        why: why("another customer's money"),
    }
}

pub(super) async fn a_wrong_match_is_taken_back_once_and_the_letter_can_be_matched_again<G: Ground>(
    ground: &G,
) {
    let stage = Stage::on(ground);
    let (tenant, other) = ground.tenants();
    let (asked, letters) = buried(&stage, &["one"]).await;
    let (letter, work, to) = (&letters[0], use_case(&stage), MatchTo::Payment(asked.payment));
    let early = work.take_back(tenant, mistaken(letter, "early")).await;
    assert_eq!(early, Err(LetterError::NothingSaid));
    for round in ["first", "second"] {
        // More than is owed: 500 are the customer's credit.
        let matched = work.to_payment(tenant, matching(letter, to, 5, 2_000)).await;
        assert_eq!(matched, Ok(()), "{round}");
        assert_eq!(in_clearing(ground).await, shillings(2_000));
        let foreign = work.take_back(other, mistaken(letter, round)).await;
        assert_eq!(foreign, Err(LetterError::NoSuchLetter));
        for _again in 0..2 {
            assert_eq!(work.take_back(tenant, mistaken(letter, round)).await, Ok(()));
        }
        let record = stage.record(tenant, &asked).await;
        let payment = &record.payment;
        assert_eq!(
            (payment.state(), payment.paid()),
            (PaymentState::Open, shillings(0))
        );
        assert_eq!(in_clearing(ground).await, shillings(0), "the books are as before");
        let ledger = ground.ledger();
        let credit = ledger.credit(tenant, payment.customer(), payment.currency());
        assert_eq!(credit.await, Ok(shillings(0)));
        let ended = record
            .attempts
            .iter()
            .skip(1)
            .map(|attempt| attempt.state().name());
        assert!(
            ended.into_iter().all(|state| state == StateName::Cancelled),
            "nobody asked for it"
        );
        let found = ground.letters().find(tenant, letter.id).await.ok().flatten();
        let found = found.map(|found| (found.state, found.payment, found.receipt));
        assert_eq!(found, Some((LetterState::New, None, None)));
    }
    let kept = work.taken_back(tenant, letter.id).await.unwrap_or_default();
    let kept: Vec<_> = kept
        .into_iter()
        .map(|kept| (kept.receipt, kept.payment))
        .collect();
    let said = (Some(receipt(5)), Some(asked.payment));
    assert_eq!(kept, [said.clone(), said], "what was said stays on record");
}

pub(super) async fn an_attempt_whose_match_was_wrong_is_in_review_and_books_its_own_money<G: Ground>(
    ground: &G,
) {
    let stage = Stage::on(ground);
    let (tenant, _) = ground.tenants();
    let (_, letters) = buried(&stage, &["one"]).await;
    let asked = prompted(&stage).await;
    let work = use_case(&stage);
    moves(&stage, &asked, |attempt| attempt.give_up_asking(second(9))).await;
    stage.clock.set(second(20));
    let to = MatchTo::Attempt(asked.attempt);
    assert_eq!(
        work.to_payment(tenant, matching(&letters[0], to, 5, 1_500)).await,
        Ok(())
    );
    assert_eq!(
        work.take_back(tenant, mistaken(&letters[0], "undo")).await,
        Ok(())
    );
    let record = stage.record(tenant, &asked).await;
    let why = ReviewReason::MatchTakenBack;
    assert_eq!(record.attempts[0].state(), &AttemptState::InReview { why });
    assert_eq!(record.payment.state(), PaymentState::Open);
    let events = ground.events(tenant).await;
    let called = |event: &PaymentEvent| matches!(event, PaymentEvent::AttemptInReview { about, why: told } if about.attempt == asked.attempt && *told == why);
    assert!(events.iter().any(called), "a person is called");

    // Its own money comes after all, and is booked although this attempt brought some before.
    let report = paid(provider_ids(2), shillings(1_500), receipt(6));
    moves(&stage, &asked, |attempt| {
        let moved = attempt.hear_callback(&report, second(30));
        moved.unwrap_or_else(|error| panic!("{error}"))
    })
    .await;
    let record = stage.record(tenant, &asked).await;
    assert_eq!(record.attempts[0].receipt(), Some(&receipt(6)));
    assert_eq!(
        (record.payment.state(), in_clearing(ground).await),
        (PaymentState::Settled, shillings(1_500))
    );
}

pub(super) async fn a_match_that_only_named_a_number_takes_back_the_number<G: Ground>(ground: &G) {
    let stage = Stage::on(ground);
    let (tenant, _) = ground.tenants();
    let (_, letters) = buried(&stage, &["one", "two"]).await;
    let asked = prompted(&stage).await;
    let work = use_case(&stage);
    moves(&stage, &asked, |attempt| attempt.give_up_asking(second(9))).await;
    moves(&stage, &asked, |attempt| {
        attempt.hear_query_answer(&QueryAnswer::Paid, second(10))
    })
    .await;
    stage.clock.set(second(20));
    let to = MatchTo::Payment(asked.payment);
    for letter in &letters {
        // The second one finds the money booked.
        assert_eq!(
            work.to_payment(tenant, matching(letter, to, 5, 1_500)).await,
            Ok(())
        );
        stage.clock.set(second(21));
    }
    assert_eq!(work.take_back(tenant, mistaken(&letters[1], "two")).await, Ok(()));
    let record = stage.record(tenant, &asked).await;
    assert_eq!(
        record.attempts[0].receipt(),
        Some(&receipt(5)),
        "it had brought nothing"
    );
    assert_eq!(work.take_back(tenant, mistaken(&letters[0], "one")).await, Ok(()));
    let record = stage.record(tenant, &asked).await;
    assert_eq!(record.attempts[0].receipt(), None);
    assert_eq!(
        (record.payment.state(), in_clearing(ground).await),
        (PaymentState::Settled, shillings(1_500)),
        "the query still tells of the money"
    );
}

pub(super) async fn a_match_on_whose_money_something_was_built_stays<G: Ground>(ground: &G) {
    let stage = Stage::on(ground);
    let (tenant, _) = ground.tenants();
    let (asked, letters) = buried(&stage, &["one"]).await;
    let (letter, work, to) = (&letters[0], use_case(&stage), MatchTo::Payment(asked.payment));
    assert_eq!(
        work.to_payment(tenant, matching(letter, to, 5, 1_500)).await,
        Ok(())
    );
    let given = refund_order("back", asked.payment, RefundWay::Outside, 400);
    let given = stage.order_refund().execute(tenant, given).await;
    assert!(given.is_ok(), "{given:?}");
    let refused = work.take_back(tenant, mistaken(letter, "undo")).await;
    assert_eq!(refused, Err(LetterError::BuiltOn(BuiltOn::Refunded)));
    let found = ground.letters().find(tenant, letter.id).await.ok().flatten();
    assert_eq!(found.map(|found| found.state), Some(LetterState::Matched));
    let record = stage.record(tenant, &asked).await;
    assert_eq!(record.payment.paid(), shillings(1_500), "nothing changed");
}

pub(super) async fn a_match_whose_money_became_credit_stays<G: Ground>(ground: &G) {
    let stage = Stage::on(ground);
    let (tenant, _) = ground.tenants();
    let (asked, letters) = buried(&stage, &["one"]).await;
    let (letter, work, to) = (&letters[0], use_case(&stage), MatchTo::Payment(asked.payment));
    assert_eq!(
        work.to_payment(tenant, matching(letter, to, 5, 1_500)).await,
        Ok(())
    );
    let visit = stage.record(tenant, &asked).await.payment.visit();
    let credited = stage.credit().execute(tenant, visit, shillings(0)).await;
    assert!(credited.is_ok(), "{credited:?}");
    let refused = work.take_back(tenant, mistaken(letter, "undo")).await;
    assert_eq!(refused, Err(LetterError::BuiltOn(BuiltOn::Credited)));
}

/// A prompt that is out.
async fn prompted<G: Ground>(stage: &Stage<'_, G>) -> PaymentAsked {
    let (tenant, _) = stage.ground.tenants();
    let (asked, ..) = stage.asked(tenant, "another").await;
    stage.money.answer_push(PushAnswer::Accepted(provider_ids(2)));
    assert!(stage.push().execute(tenant, asked.attempt).await.is_ok());
    asked
}

async fn moves<G: Ground>(
    stage: &Stage<'_, G>,
    asked: &PaymentAsked,
    hear: impl FnOnce(crate::attempt::Attempt) -> crate::attempt::Moved,
) {
    let (tenant, _) = stage.ground.tenants();
    let record = stage.record(tenant, asked).await;
    let moved = hear(record.attempts[0].clone());
    let change = settle(record.payment, moved, second(30), &*stage.ids);
    let change = change.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(stage.ground.book().record(tenant, change).await, Ok(()));
}
