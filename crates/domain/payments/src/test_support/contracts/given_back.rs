//! Money that a person noted as given back before it was booked, and what becomes of everything that tells of it later.

use ratiba_kernel::{Currency, Money};

use super::letters::{buried, by, use_case, verdict, why};
use super::{Ground, Stage};
use crate::CallbackId;
use crate::attempt::{AttemptState, Provider, Resolution, ReviewReason, StateName};
use crate::dead_letter::{DeadLetter, LetterState, LetterVerdict};
use crate::event::PaymentEvent;
use crate::evidence::PushAnswer;
use crate::ledger::Account;
use crate::ports::{Arrival, CallbackOutcome, Taken};
use crate::reference::CallbackToken;
use crate::test_support::builders::{key, paid, provider_ids, receipt, second, shillings};
use crate::use_cases::{
    LetterError, MatchOrder, MatchTo, PaymentAsked, ResolveAttemptError, ResolveOrder, TakeBackOrder,
};

/// That the money under a number went back, by the movement of another.
fn came_and_went(came: u32, back: u32) -> LetterVerdict {
    LetterVerdict::Refunded {
        back: receipt(back),
        came: Some(receipt(came)),
    }
}

fn mistaken(letter: &DeadLetter, name: &str, reason: &str) -> TakeBackOrder {
    TakeBackOrder {
        letter: letter.id,
        key: key(name),
        by: by("token:manager"),
        why: why(reason),
    }
}

/// A prompt that is out, under the provider's ids of that number.
pub(super) async fn prompted<G: Ground>(
    stage: &Stage<'_, G>,
    name: &str,
    ids: u32,
) -> (PaymentAsked, CallbackToken) {
    let (tenant, _) = stage.ground.tenants();
    let (asked, ..) = stage.asked(tenant, name).await;
    stage.money.answer_push(PushAnswer::Accepted(provider_ids(ids)));
    assert!(stage.push().execute(tenant, asked.attempt).await.is_ok());
    let order = stage.money.orders().pop();
    let token = order.unwrap_or_else(|| panic!("nothing was submitted")).token;
    (asked, token)
}

/// The prompt's own callback, which tells of 1,500 shillings, as often as it comes; its last body's id.
async fn told<G: Ground>(
    stage: &Stage<'_, G>,
    token: &CallbackToken,
    (ids, number): (u32, u32),
    salts: &[u32],
) -> Option<CallbackId> {
    let (tenant, _) = stage.ground.tenants();
    let mut last = None;
    for salt in salts {
        let report = paid(provider_ids(ids), shillings(1_500), receipt(number));
        let arrival = Arrival {
            id: stage.ids.fresh(),
            provider: Provider::Mpesa,
            token: token.hash(),
            body: stage.reader.body(&report, *salt),
            source: None,
            at: second(30),
        };
        let taken = stage.ground.inbox().take(arrival).await;
        let Ok(Taken::Stored { callback, .. }) = taken else {
            panic!("not stored: {taken:?}");
        };
        let applied = stage.apply().execute(tenant, callback).await;
        assert!(applied.is_ok(), "{applied:?}");
        last = Some(callback);
    }
    last
}

pub(super) async fn in_clearing(ground: &impl Ground) -> Money {
    let (tenant, _) = ground.tenants();
    let balances = ground.ledger().balances(tenant, Currency::Kes).await;
    let balances = balances.unwrap_or_default();
    let sum = Money::sum(Currency::Kes, balances.values().copied());
    assert_eq!(sum, Ok(shillings(0)), "the books balance");
    let on = balances.get(&Account::MpesaClearing).copied();
    on.unwrap_or(shillings(0))
}

fn found_paid(asked: &PaymentAsked, number: u32) -> ResolveOrder {
    ResolveOrder {
        attempt: asked.attempt,
        resolution: Resolution::Paid {
            receipt: receipt(number),
            amount: None,
        },
        by: by("token:manager"),
        why: why("seen on the portal"),
        version: None,
    }
}

pub(super) async fn an_attempts_own_callback_does_not_book_money_that_went_back<G: Ground>(ground: &G) {
    let stage = Stage::on(ground);
    let (tenant, _) = ground.tenants();
    let (_, letters) = buried(&stage, &["illegible"]).await;
    let work = use_case(&stage);
    let said = work
        .decide(tenant, verdict(&letters[0], came_and_went(5, 15)))
        .await;
    assert_eq!(said, Ok(()));

    let (asked, token) = prompted(&stage, "late", 2).await;
    told(&stage, &token, (2, 5), &[0, 1]).await;
    let record = stage.record(tenant, &asked).await;
    let why = ReviewReason::GivenBack;
    assert_eq!(record.attempts[0].state(), &AttemptState::InReview { why });
    assert_eq!(
        (record.payment.paid(), in_clearing(ground).await),
        (shillings(0), shillings(0))
    );
    let events = ground.events(tenant).await;
    let called = events
        .iter()
        .filter(|event| matches!(event, PaymentEvent::AttemptInReview { why: told, .. } if *told == why));
    assert_eq!(called.count(), 1, "a person is called once");

    let refused = stage.resolve().execute(tenant, found_paid(&asked, 5)).await;
    assert_eq!(refused, Err(ResolveAttemptError::ReceiptTaken));
    let mut ended = found_paid(&asked, 5);
    ended.resolution = Resolution::Cancelled;
    assert!(stage.resolve().execute(tenant, ended).await.is_ok());
    let state = stage.record(tenant, &asked).await.attempts[0].state().name();
    assert_eq!(state, StateName::Cancelled, "it has an end");

    // Others' money is booked as ever, in the same moment.
    let (other, token) = prompted(&stage, "others", 3).await;
    told(&stage, &token, (3, 6), &[0]).await;
    let state = stage.record(tenant, &other).await.attempts[0].state().name();
    assert_eq!(
        (state, in_clearing(ground).await),
        (StateName::Paid, shillings(1_500))
    );
}

pub(super) async fn a_dismissal_is_taken_back_and_the_letter_can_be_booked<G: Ground>(ground: &G) {
    let stage = Stage::on(ground);
    let (tenant, _) = ground.tenants();
    let (_, letters) = buried(&stage, &["illegible"]).await;
    let (letter, work) = (&letters[0], use_case(&stage));
    let dismissed = verdict(letter, LetterVerdict::Dismissed);
    assert_eq!(work.decide(tenant, dismissed.clone()).await, Ok(()));
    for _again in 0..2 {
        let taken = work
            .take_back(tenant, mistaken(letter, "undo", "it is money after all"))
            .await;
        assert_eq!(taken, Ok(()));
    }
    let found = ground.letters().find(tenant, letter.id).await.ok().flatten();
    let found = found.map(|found| (found.state, found.handled));
    assert_eq!(found, Some((LetterState::New, None)));
    let kept = work.taken_back(tenant, letter.id).await.unwrap_or_default();
    let kept: Vec<_> = kept
        .into_iter()
        .map(|kept| (kept.state(), kept.receipt, kept.said.why))
        .collect();
    assert_eq!(kept, [(LetterState::Dismissed, None, dismissed.why)]);
    assert_eq!(
        work.decide(tenant, verdict(letter, came_and_went(5, 15))).await,
        Ok(()),
        "it is decided on anew"
    );
}

pub(super) async fn what_was_mistaken_is_taken_back_once<G: Ground>(ground: &G) {
    let stage = Stage::on(ground);
    let (tenant, other) = ground.tenants();
    let (_, letters) = buried(&stage, &["illegible", "another"]).await;
    let letter = &letters[0];
    let work = use_case(&stage);
    let refused = work.take_back(tenant, mistaken(letter, "early", "a typo")).await;
    assert_eq!(refused, Err(LetterError::NothingSaid));
    assert_eq!(
        work.decide(tenant, verdict(letter, came_and_went(5, 15))).await,
        Ok(())
    );
    let (asked, token) = prompted(&stage, "prompt-out", 2).await;
    told(&stage, &token, (2, 5), &[0]).await;

    let foreign = work.take_back(other, mistaken(letter, "undo", "a typo")).await;
    assert_eq!(foreign, Err(LetterError::NoSuchLetter));
    for _again in 0..2 {
        let taken = work.take_back(tenant, mistaken(letter, "undo", "a typo")).await;
        assert_eq!(taken, Ok(()));
    }
    let found = ground.letters().find(tenant, letter.id).await.ok().flatten();
    let found = found.map(|found| (found.state, found.handled, found.receipt, found.came));
    assert_eq!(found, Some((LetterState::New, None, None, None)));
    let kept = work.taken_back(tenant, letter.id).await.unwrap_or_default();
    let kept: Vec<_> = kept.into_iter().map(|kept| (kept.receipt, kept.came)).collect();
    assert_eq!(
        kept,
        [(Some(receipt(15)), Some(receipt(5)))],
        "what was said stays on record"
    );
    for (letter, reason) in [(letter, "another reason"), (&letters[1], "a typo")] {
        let reused = work.take_back(tenant, mistaken(letter, "undo", reason)).await;
        assert_eq!(reused, Err(LetterError::KeyReused));
    }

    // What was refused meanwhile is booked by the person who has it.
    assert!(
        stage
            .resolve()
            .execute(tenant, found_paid(&asked, 5))
            .await
            .is_ok()
    );
    assert_eq!(in_clearing(ground).await, shillings(1_500));

    // The right number is noted; a late repetition of the first order does not undo that.
    assert_eq!(
        work.decide(tenant, verdict(letter, came_and_went(7, 15))).await,
        Ok(())
    );
    let late = work.take_back(tenant, mistaken(letter, "undo", "a typo")).await;
    assert_eq!(late, Ok(()));
    let gone = ground
        .finder()
        .went_back(tenant, Provider::Mpesa, &receipt(7))
        .await;
    assert_eq!(gone, Ok(true));
}

pub(super) async fn a_second_receipt_that_is_booked_elsewhere_is_no_letter<G: Ground>(ground: &G) {
    let stage = Stage::on(ground);
    let (tenant, _) = ground.tenants();
    let (first, of_first) = prompted(&stage, "first", 2).await;
    told(&stage, &of_first, (2, 1), &[0]).await;
    let (_, of_second) = prompted(&stage, "second", 3).await;
    told(&stage, &of_second, (3, 2), &[0]).await;
    // The first one's callback again, under the number that the second one brought.
    let again = told(&stage, &of_first, (2, 2), &[1]).await;
    assert_eq!(ground.dead_letters(Some(tenant)).await, Vec::<String>::new());
    let stored = match again {
        Some(again) => ground.inbox().stored(tenant, again).await.ok().flatten(),
        None => None,
    };
    assert_eq!(
        stored.and_then(|stored| stored.outcome),
        Some(CallbackOutcome::Applied)
    );
    let dispute = stage.record(tenant, &first).await.attempts[0].progress().dispute;
    assert_eq!(
        dispute,
        Some(ReviewReason::AnswersDisagree),
        "a person is told all the same"
    );

    // A letter whose money is booked elsewhere by the time at which somebody looks says so.
    told(&stage, &of_first, (2, 9), &[2]).await;
    assert_eq!(ground.dead_letters(Some(tenant)).await, ["other_money"]);
    let (third, of_third) = prompted(&stage, "third", 4).await;
    told(&stage, &of_third, (4, 9), &[0]).await;
    let work = use_case(&stage);
    let query = crate::ports::LetterQuery {
        most: 1,
        ..crate::ports::LetterQuery::default()
    };
    let letters = ground.letters().list(tenant, query).await.unwrap_or_default();
    let holder = Some((third.payment, shillings(1_500)));
    assert_eq!(work.booked_for(tenant, &letters[0]).await, Ok(holder));
    let to = |payment| MatchOrder {
        letter: letters[0].id,
        to: MatchTo::Payment(payment),
        receipt: receipt(9),
        amount: shillings(1_500),
        known_from: None,
        by: by("token:manager"),
        why: why("seen on the portal"),
    };
    let mistyped = MatchOrder {
        receipt: receipt(8),
        ..to(third.payment)
    };
    let refused = work.to_payment(tenant, mistyped).await;
    assert_eq!(refused, Err(LetterError::OtherReceipt), "the letter tells of 9");
    let more = MatchOrder {
        amount: shillings(15_000),
        ..to(third.payment)
    };
    let refused = work.to_payment(tenant, more).await;
    assert_eq!(refused, Err(LetterError::OtherAmount(shillings(1_500))));
    let refused = work.to_payment(tenant, to(first.payment)).await;
    assert_eq!(refused, Err(LetterError::BookedFor(third.payment)));
    assert_eq!(work.to_payment(tenant, to(third.payment)).await, Ok(()));
    assert_eq!(
        in_clearing(ground).await,
        shillings(4_500),
        "three times, and no more"
    );
}
