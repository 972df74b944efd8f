//! The inbox of callbacks, and what a callback does to its attempt.

use ratiba_kernel::{Currency, Id, TenantId};
use time::{Duration, OffsetDateTime};

use super::{Ground, Stage};
use crate::CallbackId;
use crate::attempt::{Provider, ReviewReason, StateName};
use crate::event::PaymentEvent;
use crate::evidence::PushAnswer;
use crate::ledger::Account;
use crate::ports::{Arrival, CallbackOutcome, Taken};
use crate::reference::CallbackToken;
use crate::schedule::ROUTE_LIFE;
use crate::task::PaymentTask;
use crate::test_support::builders::{paid, provider_ids, receipt, second, shillings};
use crate::test_support::fakes::UNROUTED_PER_HOUR_MAX;
use crate::test_support::together;
use crate::use_cases::{CallbackApplied, PaymentAsked};

/// A prompt that is out, and the token of its callback.
async fn prompt_out<G: Ground>(stage: &Stage<'_, G>, tenant: TenantId) -> (PaymentAsked, CallbackToken) {
    let (asked, ..) = stage.asked(tenant, "prompt").await;
    stage.money.answer_push(PushAnswer::Accepted(provider_ids(1)));
    let pushed = stage.push().execute(tenant, asked.attempt).await;
    assert!(pushed.is_ok(), "{pushed:?}");
    match stage.money.orders().pop() {
        Some(order) => (asked, order.token),
        None => panic!("nothing was submitted"),
    }
}

fn arrival<G: Ground>(
    stage: &Stage<'_, G>,
    token: &CallbackToken,
    body: Vec<u8>,
    at: OffsetDateTime,
) -> Arrival {
    Arrival {
        id: stage.ids.fresh(),
        provider: Provider::Mpesa,
        token: token.hash(),
        body,
        source: Some(std::net::Ipv4Addr::LOCALHOST.into()),
        at,
    }
}

async fn take(ground: &impl Ground, arrival: Arrival) -> Taken {
    match ground.inbox().take(arrival).await {
        Ok(taken) => taken,
        Err(outage) => panic!("{outage:?}"),
    }
}

fn stored_id(taken: Taken) -> CallbackId {
    match taken {
        Taken::Stored { callback, .. } => callback,
        Taken::Repeated { .. } | Taken::Unrouted { .. } | Taken::Dropped => panic!("not stored: {taken:?}"),
    }
}

pub(super) async fn a_callback_is_stored_and_queued_once(ground: &impl Ground) {
    let stage = Stage::on(ground);
    let (tenant, other) = ground.tenants();
    let (asked, token) = prompt_out(&stage, tenant).await;
    // Not text, and nothing that anybody can read: it is kept as it came.
    let body = vec![0, 159, 146, 150, 0, b'{'];
    let inbox = ground.inbox();
    let arrivals = (0..10).map(|_| inbox.take(arrival(&stage, &token, body.clone(), second(5))));
    let taken = together(arrivals.collect()).await;
    let stored: Vec<CallbackId> = taken
        .iter()
        .filter_map(|taken| match taken {
            Ok(Taken::Stored { callback, .. }) => Some(*callback),
            Ok(Taken::Repeated { .. } | Taken::Unrouted { .. } | Taken::Dropped) | Err(_) => None,
        })
        .collect();
    assert_eq!(stored.len(), 1, "{taken:?}");
    let attempt = Some(asked.attempt);
    let names = |taken: &_| matches!(taken, Ok(Taken::Stored { attempt: of, .. }) if *of == attempt);
    assert!(taken.iter().any(names), "its attempt is told: {taken:?}");
    for taken in taken {
        let (Ok(Taken::Stored {
            tenant: owner,
            callback,
            ..
        })
        | Ok(Taken::Repeated {
            tenant: owner,
            callback,
        })) = taken
        else {
            panic!("{taken:?}");
        };
        assert_eq!((owner, callback), (tenant, stored[0]));
    }
    let tasks = ground.tasks(tenant).await.into_iter();
    let queued = tasks
        .filter(|due| matches!(due.task, PaymentTask::ApplyCallback { .. }))
        .count();
    assert_eq!(queued, 1);
    let Ok(Some(kept)) = inbox.stored(tenant, stored[0]).await else {
        panic!("the callback is not kept");
    };
    assert_eq!(
        (kept.attempt, kept.body, kept.outcome),
        (asked.attempt, body, None)
    );
    assert_eq!(
        inbox.stored(other, stored[0]).await,
        Ok(None),
        "it is another tenant's"
    );
}

pub(super) async fn callbacks_that_come_together_are_each_told_of_their_own(ground: &impl Ground) {
    let stage = Stage::on(ground);
    let (tenant, other) = ground.tenants();
    let (asked, token) = prompt_out(&stage, tenant).await;
    let (of_other, other_token) = prompt_out(&stage, other).await;
    let unknown = CallbackToken::from_bytes([0xee; 32]);
    let earlier = stored_id(take(ground, arrival(&stage, &token, vec![1], second(5))).await);
    let inbox = ground.inbox();
    let late = second(5) + ROUTE_LIFE + Duration::days(1);
    let arrivals = vec![
        // Something else is on its way first, so that the others gather.
        inbox.take(arrival(&stage, &unknown, vec![0], second(6))),
        inbox.take(arrival(&stage, &token, vec![2], second(6))),
        inbox.take(arrival(&stage, &other_token, vec![2], second(6))),
        inbox.take(arrival(&stage, &token, vec![1], second(6))),
        inbox.take(arrival(&stage, &unknown, vec![2], second(6))),
        inbox.take(arrival(&stage, &other_token, vec![3], late)),
        inbox.take(arrival(&stage, &other_token, vec![4], second(6))),
    ];
    let taken: Vec<Taken> = together(arrivals)
        .await
        .into_iter()
        .map(|taken| match taken {
            Ok(taken) => taken,
            Err(outage) => panic!("{outage:?}"),
        })
        .collect();
    let whose = |place: usize| match taken[place] {
        Taken::Stored { tenant, attempt, .. } => (tenant, attempt),
        Taken::Repeated { .. } | Taken::Unrouted { .. } | Taken::Dropped => panic!("{taken:?}"),
    };
    assert_eq!(whose(1), (tenant, Some(asked.attempt)));
    assert_eq!(whose(2), (other, Some(of_other.attempt)));
    assert_eq!(whose(6), (other, Some(of_other.attempt)));
    let before = Taken::Repeated {
        tenant,
        callback: earlier,
    };
    assert_eq!(taken[3], before);
    assert_eq!(taken[4], Taken::Unrouted { tenant: None });
    assert_eq!(taken[5], Taken::Unrouted { tenant: Some(other) });
    for (owner, many) in [(tenant, 2), (other, 2)] {
        let tasks = ground.tasks(owner).await.into_iter();
        let queued = tasks.filter(|due| matches!(due.task, PaymentTask::ApplyCallback { .. }));
        assert_eq!(queued.count(), many, "each has its job, and among its own");
    }
}

pub(super) async fn ten_callbacks_at_once_have_one_effect(ground: &impl Ground) {
    let stage = Stage::on(ground);
    let (tenant, _) = ground.tenants();
    let (asked, token) = prompt_out(&stage, tenant).await;
    let report = paid(provider_ids(1), shillings(1_500), receipt(1));
    let mut callbacks = Vec::new();
    for salt in 0..10 {
        let body = stage.reader.body(&report, salt);
        callbacks.push(stored_id(
            take(ground, arrival(&stage, &token, body, second(5))).await,
        ));
    }
    let use_case = stage.apply();
    // Each of them from two processes at once.
    let twice = callbacks.iter().chain(&callbacks);
    let applied = together(
        twice
            .map(|callback| use_case.execute(tenant, *callback))
            .collect(),
    )
    .await;
    for applied in applied {
        let fine = match &applied {
            Ok(CallbackApplied::Applied { state, .. }) => *state == StateName::Paid,
            Ok(CallbackApplied::Before(outcome)) => *outcome == CallbackOutcome::Applied,
            // Somebody else's turn came first each time; the job would run again.
            Err(crate::use_cases::ApplyCallbackError::Busy) => true,
            Ok(CallbackApplied::Refused(_)) | Err(_) => false,
        };
        assert!(fine, "{applied:?}");
    }
    let record = stage.record(tenant, &asked).await;
    assert_eq!(record.payment.paid(), shillings(1_500));
    let events = ground.events(tenant).await;
    let settled = |event: &&PaymentEvent| matches!(event, PaymentEvent::PaymentSettled { .. });
    assert_eq!(events.iter().filter(settled).count(), 1, "{events:?}");
    let balances = ground
        .ledger()
        .balances(tenant, Currency::Kes)
        .await
        .unwrap_or_default();
    assert_eq!(balances.get(&Account::MpesaClearing), Some(&shillings(1_500)));
    assert_eq!(balances.get(&Account::CustomerDeposits), Some(&shillings(-1_500)));
}

pub(super) async fn an_unknown_token_is_a_dead_letter(ground: &impl Ground) {
    let stage = Stage::on(ground);
    let (tenant, _) = ground.tenants();
    let (asked, _) = prompt_out(&stage, tenant).await;
    let before = stage.record(tenant, &asked).await;
    let forged = CallbackToken::from_bytes([0xee; 32]);
    let report = paid(provider_ids(1), shillings(1_500), receipt(1));
    let body = stage.reader.body(&report, 0);
    let taken = take(ground, arrival(&stage, &forged, body, second(5))).await;
    assert_eq!(taken, Taken::Unrouted { tenant: None });
    assert_eq!(ground.dead_letters(None).await, ["unknown_token"]);
    assert!(ground.dead_letters(Some(tenant)).await.is_empty());
    assert_eq!(
        stage.record(tenant, &asked).await,
        before,
        "no payment is touched"
    );
}

pub(super) async fn an_expired_token_is_a_dead_letter_of_its_tenant(ground: &impl Ground) {
    let stage = Stage::on(ground);
    let (tenant, other) = ground.tenants();
    let (_, token) = prompt_out(&stage, tenant).await;
    let late = second(0) + ROUTE_LIFE;
    let taken = take(ground, arrival(&stage, &token, b"{}".to_vec(), late)).await;
    assert_eq!(taken, Taken::Unrouted { tenant: Some(tenant) });
    assert_eq!(ground.dead_letters(Some(tenant)).await, ["expired_token"]);
    assert!(ground.dead_letters(Some(other)).await.is_empty());
    assert!(ground.dead_letters(None).await.is_empty());
    let in_time = late - Duration::seconds(1);
    stored_id(take(ground, arrival(&stage, &token, b"{}".to_vec(), in_time)).await);
}

pub(super) async fn a_refused_callback_is_copied_to_the_dead_letters_once(ground: &impl Ground) {
    let stage = Stage::on(ground);
    let (tenant, _) = ground.tenants();
    let (asked, token) = prompt_out(&stage, tenant).await;
    let before = stage.record(tenant, &asked).await;
    let foreign = stage
        .reader
        .body(&paid(provider_ids(9), shillings(1_500), receipt(1)), 0);
    let foreign = stored_id(take(ground, arrival(&stage, &token, foreign, second(5))).await);
    let unreadable = stored_id(take(ground, arrival(&stage, &token, b"<html>".to_vec(), second(6))).await);
    let use_case = stage.apply();
    for _ in 0..2 {
        assert!(use_case.execute(tenant, foreign).await.is_ok());
        assert!(use_case.execute(tenant, unreadable).await.is_ok());
    }
    let mut letters = ground.dead_letters(Some(tenant)).await;
    letters.sort();
    assert_eq!(letters, ["foreign_ids", "unreadable"]);
    let concluded = ground
        .inbox()
        .conclude(tenant, foreign, CallbackOutcome::Applied, second(7))
        .await;
    assert_eq!(concluded, Ok(()));
    let Ok(Some(kept)) = ground.inbox().stored(tenant, foreign).await else {
        panic!("the callback is not kept");
    };
    assert_eq!(
        kept.outcome,
        Some(CallbackOutcome::ForeignIds),
        "the first outcome stands"
    );
    assert_eq!(
        stage.record(tenant, &asked).await,
        before,
        "no payment is touched"
    );
    let unknown = ground
        .inbox()
        .stored(tenant, Id::from_uuid(asked.attempt.as_uuid()))
        .await;
    assert_eq!(unknown, Ok(None));
}

pub(super) async fn money_beside_what_an_attempt_brought_is_a_dead_letter(ground: &impl Ground) {
    let stage = Stage::on(ground);
    let (tenant, _) = ground.tenants();
    let (asked, token) = prompt_out(&stage, tenant).await;
    let use_case = stage.apply();
    let mut told = Vec::new();
    for (number, salt) in [(1, 0), (1, 1), (2, 2)] {
        let report = paid(provider_ids(1), shillings(1_500), receipt(number));
        let body = stage.reader.body(&report, salt);
        told.push(stored_id(
            take(ground, arrival(&stage, &token, body, second(5))).await,
        ));
    }
    for callback in told.iter().chain(&told) {
        assert!(use_case.execute(tenant, *callback).await.is_ok());
    }
    assert_eq!(
        ground.dead_letters(Some(tenant)).await,
        ["other_money"],
        "the second money alone, and once"
    );
    let outcome = ground.inbox().stored(tenant, told[2]).await.ok().flatten();
    assert_eq!(
        outcome.and_then(|callback| callback.outcome),
        Some(CallbackOutcome::OtherMoney)
    );
    let record = stage.record(tenant, &asked).await;
    let dispute = record.attempts[0].progress().dispute;
    assert_eq!(dispute, Some(ReviewReason::AnswersDisagree));
    assert_eq!(
        record.attempts[0].receipt(),
        Some(&receipt(1)),
        "the first stands"
    );
}

pub(super) async fn letters_of_nobody_are_bounded(ground: &impl Ground) {
    let stage = Stage::on(ground);
    let forged = CallbackToken::from_bytes([0xee; 32]);
    let body = vec![b' '; Arrival::BODY_BYTES_MAX + 1];
    let taken = take(ground, arrival(&stage, &forged, body, second(0))).await;
    assert_eq!(
        taken,
        Taken::Unrouted { tenant: None },
        "a body beyond measure is cut"
    );
    for _ in 1..UNROUTED_PER_HOUR_MAX {
        take(ground, arrival(&stage, &forged, Vec::new(), second(1))).await;
    }
    let taken = take(ground, arrival(&stage, &forged, Vec::new(), second(2))).await;
    assert_eq!(taken, Taken::Dropped);
    let taken = take(ground, arrival(&stage, &forged, Vec::new(), second(3_700))).await;
    assert_eq!(
        taken,
        Taken::Unrouted { tenant: None },
        "an hour later there is room again"
    );
}
