//! Money that only a query knows of, so that nobody knows its number; and letters that tell of the same money.

use std::pin::Pin;

use super::given_back::{in_clearing, prompted};
use super::letters::{buried, by, use_case, verdict, why};
use super::{Ground, Stage};
use crate::attempt::{AttemptState, Provider, ReviewReason, StateName};
use crate::dead_letter::{DeadLetter, LetterVerdict};
use crate::evidence::QueryAnswer;
use crate::ports::{Arrival, LetterQuery, Taken};
use crate::reference::CallbackToken;
use crate::schedule::ROUTE_LIFE;
use crate::test_support::builders::{paid, provider_ids, receipt, second, shillings};
use crate::test_support::fakes::PlainConfirmations;
use crate::test_support::together;
use crate::use_cases::{LetterError, LetterOrder, MatchOrder, MatchTo, PaymentAsked, QueryAttempt};

type Racer<'r> = Pin<Box<dyn Future<Output = Option<Result<(), LetterError>>> + Send + 'r>>;

/// How often the race is run.
const ROUNDS: u32 = 12;

fn query<G: Ground>(stage: &Stage<'_, G>) -> QueryAttempt {
    QueryAttempt {
        book: stage.ground.book(),
        money: stage.money.clone(),
        letters: stage.ground.letters(),
        clock: stage.clock.clone(),
        ids: stage.ids.clone(),
    }
}

/// A letter with this body, which came when the token of its path had expired.
async fn letter<G: Ground>(stage: &Stage<'_, G>, token: &CallbackToken, body: Vec<u8>) -> DeadLetter {
    let (tenant, _) = stage.ground.tenants();
    let arrival = Arrival {
        id: stage.ids.fresh(),
        provider: Provider::Mpesa,
        token: token.hash(),
        body: body.clone(),
        source: None,
        at: second(0) + ROUTE_LIFE,
    };
    let taken = stage.ground.inbox().take(arrival).await;
    assert_eq!(taken, Ok(Taken::Unrouted { tenant: Some(tenant) }));
    let all = LetterQuery {
        most: 50,
        ..LetterQuery::default()
    };
    let letters = stage.ground.letters().list(tenant, all).await;
    let found = letters.unwrap_or_default().into_iter();
    let mut found = found.filter(|letter| letter.body == body);
    found.next().unwrap_or_else(|| panic!("the letter is lost"))
}

/// A letter about the prompt's money: its callback, or what the provider tells of the account.
async fn about<G: Ground>(
    stage: &Stage<'_, G>,
    (asked, token): (&PaymentAsked, &CallbackToken),
    number: u32,
    by_ids: bool,
) -> DeadLetter {
    let (tenant, _) = stage.ground.tenants();
    let body = if by_ids {
        let report = paid(provider_ids(number), shillings(1_500), receipt(number));
        stage.reader.body(&report, 0)
    } else {
        let account = stage.record(tenant, asked).await.payment.account_reference();
        PlainConfirmations::body(&receipt(number), shillings(1_500), account.as_str(), 0)
    };
    letter(stage, token, body).await
}

fn gone(letter: &DeadLetter, number: u32) -> LetterOrder {
    let back = receipt(number + 100);
    verdict(letter, LetterVerdict::Refunded { back, came: None })
}

fn matched(letter: &DeadLetter, asked: &PaymentAsked, number: u32) -> MatchOrder {
    MatchOrder {
        letter: letter.id,
        to: MatchTo::Payment(asked.payment),
        receipt: receipt(number),
        amount: shillings(1_500),
        known_from: None,
        by: by("token:manager"),
        why: why("seen on the portal"),
    }
}

/// The query's word that it is paid, and where it stands then.
async fn asked_about<G: Ground>(stage: &Stage<'_, G>, asked: &PaymentAsked) -> AttemptState {
    let (tenant, _) = stage.ground.tenants();
    stage.money.answer_query(QueryAnswer::Paid);
    let queried = query(stage).execute(tenant, asked.attempt, 0).await;
    assert!(queried.is_ok(), "{queried:?}");
    stage.record(tenant, asked).await.attempts[0].state().clone()
}

pub(super) async fn money_that_a_query_settled_did_not_go_back<G: Ground>(ground: &G) {
    let stage = Stage::on(ground);
    let (tenant, _) = ground.tenants();
    let work = use_case(&stage);
    let (other, _) = buried(&stage, &["illegible"]).await;
    for (number, by_ids) in [(2, true), (3, false)] {
        let (asked, token) = prompted(&stage, &format!("prompt-{number}"), number).await;
        stage.clock.set(second(60));
        let state = asked_about(&stage, &asked).await;
        assert_eq!(state.name(), StateName::Paid);
        let letter = about(&stage, (&asked, &token), number, by_ids).await;
        let holder = Some((asked.payment, shillings(1_500)));
        assert_eq!(work.booked_for(tenant, &letter).await, Ok(holder));
        let refused = work.decide(tenant, gone(&letter, number)).await;
        assert_eq!(refused, Err(LetterError::BookedFor(asked.payment)));
        let beside = work.to_payment(tenant, matched(&letter, &other, number)).await;
        assert_eq!(
            beside,
            Err(LetterError::BookedFor(asked.payment)),
            "it is there once"
        );
        let right = work.to_payment(tenant, matched(&letter, &asked, number)).await;
        assert_eq!(right, Ok(()));
        let known = stage.record(tenant, &asked).await.attempts[0].receipt().cloned();
        assert_eq!(known, Some(receipt(number)), "its number is known now");
        stage.clock.set(second(0));
    }
    assert_eq!(in_clearing(ground).await, shillings(3_000), "twice, and no more");
}

pub(super) async fn a_query_books_no_money_that_a_person_decided_about<G: Ground>(ground: &G) {
    let stage = Stage::on(ground);
    let (tenant, _) = ground.tenants();
    let work = use_case(&stage);
    for (number, by_ids) in [(2, true), (3, false)] {
        let (asked, token) = prompted(&stage, &format!("prompt-{number}"), number).await;
        let letter = about(&stage, (&asked, &token), number, by_ids).await;
        assert_eq!(work.decide(tenant, gone(&letter, number)).await, Ok(()));
        stage.clock.set(second(60));
        let why = ReviewReason::GivenBack;
        assert_eq!(asked_about(&stage, &asked).await, AttemptState::InReview { why });
        stage.clock.set(second(0));
    }
    assert_eq!(in_clearing(ground).await, shillings(0));

    let (other, _) = buried(&stage, &[]).await;
    let (asked, token) = prompted(&stage, "elsewhere", 4).await;
    let letter = about(&stage, (&asked, &token), 4, true).await;
    let booked = work.to_payment(tenant, matched(&letter, &other, 4)).await;
    assert_eq!(booked, Ok(()));
    stage.clock.set(second(60));
    let why = ReviewReason::ReceiptReused;
    assert_eq!(asked_about(&stage, &asked).await, AttemptState::InReview { why });
    assert_eq!(
        in_clearing(ground).await,
        shillings(1_500),
        "booked where it was matched"
    );
}

pub(super) async fn what_went_back_and_what_is_booked_exclude_each_other<G: Ground>(ground: &G) {
    let stage = Stage::on(ground);
    let (tenant, _) = ground.tenants();
    let mut booked = 0;
    let work = &use_case(&stage);
    for number in 10..10 + ROUNDS {
        let (asked, token) = prompted(&stage, &format!("prompt-{number}"), number).await;
        let letter = about(&stage, (&asked, &token), number, number % 2 == 0).await;
        stage.clock.set(second(60));
        stage.money.answer_query(QueryAnswer::Paid);
        let (said, asking) = (gone(&letter, number), query(&stage));
        let person: Racer<'_> = Box::pin(async { Some(work.decide(tenant, said).await) });
        let machine: Racer<'_> = Box::pin(async {
            let queried = asking.execute(tenant, asked.attempt, 0).await;
            assert!(queried.is_ok(), "{queried:?}");
            None
        });
        let both = if number % 3 == 0 {
            vec![machine, person]
        } else {
            vec![person, machine]
        };
        let said = together(both).await.into_iter().flatten().next();
        let state = stage.record(tenant, &asked).await.attempts[0].state().name();
        match said {
            Some(Ok(())) => assert_eq!(state, StateName::InReview, "it went back"),
            Some(Err(LetterError::BookedFor(payment))) => {
                assert_eq!((payment, state), (asked.payment, StateName::Paid));
                booked += 1;
            }
            other => panic!("{other:?}"),
        }
        stage.clock.set(second(0));
    }
    assert_eq!(in_clearing(ground).await, shillings(1_500 * booked));
}
