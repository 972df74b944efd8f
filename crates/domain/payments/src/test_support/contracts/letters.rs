//! Dead letters that people work through.

use ratiba_kernel::Currency;

use super::{Ground, Stage};
use crate::actor::Actor;
use crate::attempt::{Attempt, AttemptState, Moved, Provider, ReviewReason, StateName};
use crate::dead_letter::{DeadLetter, LetterState, LetterVerdict};
use crate::evidence::{Evidence, PushAnswer, QueryAnswer};
use crate::ledger::Account;
use crate::payment::PaymentState;
use crate::ports::{Arrival, ConfirmationOutcome, LetterQuery, Taken};
use crate::remark::Remark;
use crate::schedule::ROUTE_LIFE;
use crate::settlement::settle;
use crate::test_support::builders::{failed, paid, provider_ids, receipt, second, shillings};
use crate::test_support::fakes::PlainConfirmations;
use crate::test_support::together;
use crate::use_cases::{LetterError, LetterOrder, MatchOrder, MatchTo, PaymentAsked, WorkLetter};

pub(super) fn use_case<G: Ground>(stage: &Stage<'_, G>) -> WorkLetter {
    WorkLetter {
        book: stage.ground.book(),
        letters: stage.ground.letters(),
        finder: stage.ground.finder(),
        callbacks: stage.reader.clone(),
        confirmations: std::sync::Arc::new(PlainConfirmations),
        clock: stage.clock.clone(),
        ids: stage.ids.clone(),
    }
}

pub(super) fn by(name: &str) -> Actor {
    Actor::parse(name).unwrap_or_else(|error| panic!("{error}"))
}

pub(super) fn why(text: &str) -> Remark {
    Remark::parse(text).unwrap_or_else(|error| panic!("{error}"))
}

fn all() -> LetterQuery {
    LetterQuery {
        most: 10,
        ..LetterQuery::default()
    }
}

fn order(letter: &DeadLetter, to: MatchTo, number: u32, amount: i64) -> MatchOrder {
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

pub(super) fn verdict(letter: &DeadLetter, verdict: LetterVerdict) -> LetterOrder {
    LetterOrder {
        letter: letter.id,
        verdict,
        known_from: Some(why("the portal's list")),
        by: by("token:manager"),
        why: why("looked into"),
    }
}

/// That the money went back, by the movement of that number.
fn given_back(number: u32) -> LetterVerdict {
    let (back, came) = (receipt(number), None);
    LetterVerdict::Refunded { back, came }
}

/// A prompt that failed, and letters that came for it when its token had expired; newest first.
pub(super) async fn buried<G: Ground>(
    stage: &Stage<'_, G>,
    bodies: &[&str],
) -> (PaymentAsked, Vec<DeadLetter>) {
    let (tenant, _) = stage.ground.tenants();
    let (asked, ..) = stage.asked(tenant, "prompt").await;
    stage.money.answer_push(PushAnswer::Rejected {
        reason: crate::failure::FailureReason::Misconfigured,
        code: None,
    });
    assert!(stage.push().execute(tenant, asked.attempt).await.is_ok());
    let token = stage.money.orders().pop();
    let token = token.unwrap_or_else(|| panic!("nothing was submitted")).token;
    for body in bodies {
        let arrival = Arrival {
            id: stage.ids.fresh(),
            provider: Provider::Mpesa,
            token: token.hash(),
            body: (*body).into(),
            source: None,
            at: second(0) + ROUTE_LIFE,
        };
        let taken = stage.ground.inbox().take(arrival).await;
        assert_eq!(taken, Ok(Taken::Unrouted { tenant: Some(tenant) }));
    }
    let newest = LetterQuery {
        most: u16::try_from(bodies.len()).unwrap_or(u16::MAX),
        ..LetterQuery::default()
    };
    let letters = stage.ground.letters().list(tenant, newest).await;
    let letters = letters.unwrap_or_default();
    assert_eq!(letters.len(), bodies.len());
    (asked, letters)
}

pub(super) async fn a_letter_is_decided_once(ground: &impl Ground) {
    let stage = Stage::on(ground);
    let (tenant, other) = ground.tenants();
    let (_, found) = buried(&stage, &["one", "two", "three"]).await;
    let letters = ground.letters();
    assert!(found[0].id > found[1].id, "the newest first");
    let page = LetterQuery {
        before: Some(found[0].id),
        most: 1,
        ..all()
    };
    assert_eq!(letters.list(tenant, page).await, Ok(vec![found[1].clone()]));
    assert_eq!(letters.find(other, found[0].id).await, Ok(None));
    assert_eq!(letters.list(other, all()).await, Ok(Vec::new()));

    let work = use_case(&stage);
    let foreign = work
        .decide(other, verdict(&found[0], LetterVerdict::Dismissed))
        .await;
    assert_eq!(foreign, Err(LetterError::NoSuchLetter));
    // Two people at once, who do not agree.
    let both = [LetterVerdict::Dismissed, given_back(4)];
    let both = both.map(|it| work.decide(tenant, verdict(&found[0], it)));
    let ended = together(both.into_iter().collect()).await;
    let (done, refused): (Vec<_>, Vec<_>) = ended.into_iter().partition(Result::is_ok);
    assert_eq!(done.len(), 1, "one of them decided");
    assert_eq!(refused, [Err(LetterError::HandledBefore)]);

    for _ in 0..2 {
        let back = verdict(&found[1], given_back(5));
        assert_eq!(work.decide(tenant, back).await, Ok(()), "again is once");
    }
    let elsewhere = verdict(&found[1], given_back(6));
    assert_eq!(
        work.decide(tenant, elsewhere).await,
        Err(LetterError::HandledBefore)
    );
    let kept = letters.find(tenant, found[1].id).await.ok().flatten();
    let kept = kept.unwrap_or_else(|| panic!("the letter is gone"));
    assert_eq!(
        (kept.state, kept.receipt),
        (LetterState::Refunded, Some(receipt(5)))
    );
    let handled = kept.handled.unwrap_or_else(|| panic!("nobody handled it"));
    assert_eq!(
        (handled.by, handled.why),
        (by("token:manager"), why("looked into"))
    );
    assert_eq!(handled.at, second(0));

    let filtered = async |query: LetterQuery| letters.list(tenant, query).await.unwrap_or_default();
    let still_new = filtered(LetterQuery {
        state: Some(LetterState::New),
        reason: Some("expired_token".to_owned()),
        provider: Some(Provider::Mpesa),
        ..all()
    });
    let left: Vec<_> = still_new.await.into_iter().map(|letter| letter.id).collect();
    assert_eq!(left, [found[2].id]);
    let others = [
        LetterQuery {
            reason: Some("unreadable".to_owned()),
            ..all()
        },
        LetterQuery {
            provider: Some(Provider::Pesapal),
            ..all()
        },
    ];
    for query in others {
        assert_eq!(filtered(query).await, Vec::new());
    }
}

pub(super) async fn the_money_of_a_letter_is_booked_once(ground: &impl Ground) {
    let stage = Stage::on(ground);
    let (tenant, other) = ground.tenants();
    let (asked, found) = buried(&stage, &["one", "two", "three"]).await;
    let (to, work) = (MatchTo::Payment(asked.payment), use_case(&stage));
    let nothing = work.to_payment(tenant, order(&found[0], to, 1, 0)).await;
    assert_eq!(nothing, Err(LetterError::BadAmount));
    let foreign = work.to_payment(other, order(&found[0], to, 1, 1_500)).await;
    assert_eq!(foreign, Err(LetterError::NoSuchLetter));
    // Four people press the same button.
    let four = (0..4).map(|_| work.to_payment(tenant, order(&found[0], to, 1, 1_500)));
    for matched in together(four.collect()).await {
        assert_eq!(matched, Ok(()), "once");
    }
    let differs = work.to_payment(tenant, order(&found[0], to, 2, 1_500)).await;
    assert_eq!(differs, Err(LetterError::HandledBefore));
    let late = work
        .decide(tenant, verdict(&found[0], LetterVerdict::Dismissed))
        .await;
    assert_eq!(late, Err(LetterError::HandledBefore));

    let record = stage.record(tenant, &asked).await;
    assert_eq!(record.payment.state(), PaymentState::Settled);
    assert_eq!(record.attempts.len(), 2, "the money is an attempt of its own");
    let found_money = &record.attempts[1];
    let known = AttemptState::Paid {
        evidence: Evidence::Person,
        receipt: Some(receipt(1)),
    };
    assert_eq!(found_money.state(), &known);
    let kept = ground.letters().find(tenant, found[0].id).await.ok().flatten();
    let kept = kept.map(|letter| (letter.state, letter.payment));
    assert_eq!(kept, Some((LetterState::Matched, Some(asked.payment))));

    // The second letter tells of the same money, the third of more.
    assert_eq!(
        work.to_payment(tenant, order(&found[1], to, 1, 1_500)).await,
        Ok(())
    );
    let wrong = work.to_payment(tenant, order(&found[2], to, 1, 1_400)).await;
    assert_eq!(wrong, Err(LetterError::BadAmount));
    assert_eq!(
        work.to_payment(tenant, order(&found[2], to, 3, 200)).await,
        Ok(())
    );
    let ledger = ground.ledger();
    let balances = ledger.balances(tenant, Currency::Kes).await.unwrap_or_default();
    assert_eq!(balances.get(&Account::MpesaClearing), Some(&shillings(1_700)));
    let credit = ledger
        .credit(tenant, record.payment.customer(), Currency::Kes)
        .await;
    assert_eq!(credit, Ok(shillings(200)), "more than owed is the customer's");
}

pub(super) async fn a_letter_ends_what_an_attempt_left_open(ground: &impl Ground) {
    let stage = Stage::on(ground);
    let (tenant, _) = ground.tenants();
    let (_, found) = buried(&stage, &["one", "two"]).await;
    let (asked, ..) = stage.asked(tenant, "another").await;
    stage.money.answer_push(PushAnswer::Accepted(provider_ids(2)));
    assert!(stage.push().execute(tenant, asked.attempt).await.is_ok());
    let (to, work) = (MatchTo::Attempt(asked.attempt), use_case(&stage));
    let live = work.to_payment(tenant, order(&found[0], to, 1, 1_000)).await;
    assert_eq!(
        live,
        Err(LetterError::StillOpen(asked.attempt)),
        "its own callback may come"
    );

    let record = stage.record(tenant, &asked).await;
    let report = paid(provider_ids(2), shillings(1_000), receipt(1));
    let moved = record.attempts[0].clone().hear_callback(&report, second(9));
    let moved = moved.unwrap_or_else(|error| panic!("{error}"));
    let change = settle(record.payment, moved, second(9), &*stage.ids);
    let change = change.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(ground.book().record(tenant, change).await, Ok(()));
    let state = stage.record(tenant, &asked).await.attempts[0].state().clone();
    let why = ReviewReason::AmountDiffers;
    assert_eq!(state, AttemptState::InReview { why });

    for _ in 0..2 {
        assert_eq!(
            work.to_payment(tenant, order(&found[0], to, 1, 1_000)).await,
            Ok(())
        );
    }
    let record = stage.record(tenant, &asked).await;
    assert_eq!(record.attempts.len(), 1, "it is that attempt's money");
    assert_eq!(record.attempts[0].terms().amount, shillings(1_000));
    assert_eq!(record.payment.paid(), shillings(1_000));
    let gone = MatchTo::Attempt(stage.ids.fresh());
    let nobody = work.to_payment(tenant, order(&found[1], gone, 7, 500)).await;
    assert_eq!(nobody, Err(LetterError::NoSuchPayment));
}

pub(super) async fn a_letter_for_a_payment_is_no_second_money_beside_its_prompt(ground: &impl Ground) {
    let stage = Stage::on(ground);
    let (tenant, _) = ground.tenants();
    let (_, found) = buried(&stage, &["one", "two"]).await;
    let (asked, ..) = stage.asked(tenant, "another").await;
    stage.money.answer_push(PushAnswer::Accepted(provider_ids(2)));
    assert!(stage.push().execute(tenant, asked.attempt).await.is_ok());
    let hears = async |hear: fn(Attempt) -> Moved| {
        let record = stage.record(tenant, &asked).await;
        let moved = hear(record.attempts[0].clone());
        let change = settle(record.payment, moved, second(9), &*stage.ids);
        let change = change.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(ground.book().record(tenant, change).await, Ok(()));
    };
    let (to, work) = (MatchTo::Payment(asked.payment), use_case(&stage));
    hears(|attempt| attempt.give_up_asking(second(9))).await;
    let doubtful = work.to_payment(tenant, order(&found[0], to, 1, 1_500)).await;
    assert_eq!(
        doubtful,
        Err(LetterError::StillOpen(asked.attempt)),
        "nobody knows yet whether the prompt brought it"
    );

    hears(|attempt| attempt.hear_query_answer(&QueryAnswer::Paid, second(9))).await;
    for _ in 0..2 {
        let named = work.to_payment(tenant, order(&found[0], to, 1, 1_500)).await;
        assert_eq!(named, Ok(()));
    }
    let record = stage.record(tenant, &asked).await;
    assert_eq!(record.attempts.len(), 1, "it is the prompt's own money");
    assert_eq!(record.attempts[0].receipt(), Some(&receipt(1)));
    // Its receipt is known now: what comes under another one is other money.
    let more = work.to_payment(tenant, order(&found[1], to, 2, 1_500)).await;
    assert_eq!(more, Ok(()));
    let balances = ground.ledger().balances(tenant, Currency::Kes).await;
    let balances = balances.unwrap_or_default();
    assert_eq!(balances.get(&Account::MpesaClearing), Some(&shillings(3_000)));
}

pub(super) async fn a_callback_after_a_person_booked_its_money_changes_nothing(ground: &impl Ground) {
    let stage = Stage::on(ground);
    let (tenant, _) = ground.tenants();
    let (_, found) = buried(&stage, &["one"]).await;
    let (asked, ..) = stage.asked(tenant, "another").await;
    stage.money.answer_push(PushAnswer::Accepted(provider_ids(2)));
    assert!(stage.push().execute(tenant, asked.attempt).await.is_ok());
    let token = stage.money.orders().pop();
    let token = token.unwrap_or_else(|| panic!("nothing was submitted")).token;
    let record = stage.record(tenant, &asked).await;
    let wrong = failed(provider_ids(2), crate::failure::FailureReason::Unreachable);
    let moved = record.attempts[0].clone().hear_callback(&wrong, second(5));
    let moved = moved.unwrap_or_else(|error| panic!("{error}"));
    let change = settle(record.payment, moved, second(5), &*stage.ids);
    let change = change.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(ground.book().record(tenant, change).await, Ok(()));
    let to = MatchTo::Payment(asked.payment);
    let work = use_case(&stage);
    let matched = work.to_payment(tenant, order(&found[0], to, 1, 1_500)).await;
    assert_eq!(matched, Ok(()));

    let report = paid(provider_ids(2), shillings(1_500), receipt(1));
    let arrival = Arrival {
        id: stage.ids.fresh(),
        provider: Provider::Mpesa,
        token: token.hash(),
        body: stage.reader.body(&report, 0),
        source: None,
        at: second(30),
    };
    let late = ground.inbox().take(arrival).await;
    let Ok(Taken::Stored { callback, .. }) = late else {
        panic!("not stored: {late:?}");
    };
    assert!(stage.apply().execute(tenant, callback).await.is_ok());
    let record = stage.record(tenant, &asked).await;
    let states = record.attempts.iter().map(|attempt| attempt.state().name());
    let states: Vec<StateName> = states.collect();
    assert_eq!(
        states,
        [StateName::Failed, StateName::Paid],
        "the money is booked, and nobody is called"
    );
    let balances = ground.ledger().balances(tenant, Currency::Kes).await;
    let balances = balances.unwrap_or_default();
    assert_eq!(balances.get(&Account::MpesaClearing), Some(&shillings(1_500)));
}

pub(super) async fn money_that_went_back_is_booked_by_no_other_message<G: Ground>(ground: &G) {
    let stage = Stage::on(ground);
    let (tenant, other) = ground.tenants();
    let body = |number: u32| {
        let body = PlainConfirmations::body(&receipt(number), shillings(1_500), "somebody", number);
        String::from_utf8_lossy(&body).into_owned()
    };
    let illegible = |number: u32| format!("illegible {number}");
    let bodies = [body(1), illegible(1), body(2), body(3), illegible(2)];
    let (asked, found) = buried(&stage, &bodies.each_ref().map(String::as_str)).await;
    let [unread, third, second_letter, illegible, first] = &found[..] else {
        panic!("{found:?}");
    };
    let work = use_case(&stage);
    let to = MatchTo::Payment(asked.payment);
    // The letter says which money it was; of one that nobody can read, the person does, and says how they know.
    let read = LetterOrder {
        known_from: None,
        ..verdict(first, given_back(11))
    };
    assert_eq!(work.decide(tenant, read).await, Ok(()));
    let named = LetterVerdict::Refunded {
        back: receipt(12),
        came: Some(receipt(2)),
    };
    let guessed = LetterOrder {
        known_from: None,
        ..verdict(illegible, named.clone())
    };
    assert_eq!(work.decide(tenant, guessed).await, Err(LetterError::NotKnownFrom));
    let guessed = MatchOrder {
        known_from: None,
        ..order(illegible, to, 2, 1_500)
    };
    assert_eq!(
        work.to_payment(tenant, guessed).await,
        Err(LetterError::NotKnownFrom)
    );
    for _ in 0..2 {
        assert_eq!(
            work.decide(tenant, verdict(illegible, named.clone())).await,
            Ok(())
        );
    }
    let known = ground.letters().find(tenant, illegible.id).await.ok().flatten();
    let known = known.and_then(|letter| letter.known_from);
    assert_eq!(known, Some(why("the portal's list")));
    let kept = ground.letters().find(tenant, first.id).await.ok().flatten();
    let kept = kept.map(|letter| (letter.receipt, letter.came));
    assert_eq!(kept, Some((Some(receipt(11)), Some(receipt(1)))));

    let again = work.to_payment(tenant, order(unread, to, 1, 1_500)).await;
    assert_eq!(again, Err(LetterError::WentBack), "a person tells of it");
    let again = work.to_payment(tenant, order(second_letter, to, 2, 1_500)).await;
    assert_eq!(again, Err(LetterError::WentBack));
    let record = stage.record(tenant, &asked).await;
    let account = record.payment.account_reference().as_str().to_owned();
    let told = super::by_hand::told(&stage, tenant, (1, 1_500), &account).await;
    assert_eq!(told, ConfirmationOutcome::WentBack, "the provider tells of it");
    assert_eq!(
        ground
            .finder()
            .went_back(other, Provider::Mpesa, &receipt(1))
            .await,
        Ok(false),
        "it is another tenant's"
    );
    assert_eq!(stage.record(tenant, &asked).await.payment.paid(), shillings(0));

    // A slip of the pen outlaws nobody's money.
    let slip = LetterVerdict::Refunded {
        back: receipt(14),
        came: Some(receipt(4)),
    };
    let refused = work.decide(tenant, verdict(second_letter, slip)).await;
    assert_eq!(refused, Err(LetterError::OtherReceipt));
    let known = ground
        .finder()
        .went_back(tenant, Provider::Mpesa, &receipt(4))
        .await;
    assert_eq!(known, Ok(false));

    // The other way round: what is booked did not go back without being booked.
    assert_eq!(work.to_payment(tenant, order(third, to, 3, 1_500)).await, Ok(()));
    let booked = LetterVerdict::Refunded {
        back: receipt(13),
        came: Some(receipt(3)),
    };
    let refused = work.decide(tenant, verdict(unread, booked)).await;
    assert_eq!(refused, Err(LetterError::BookedFor(asked.payment)));
}
