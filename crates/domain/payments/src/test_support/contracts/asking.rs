//! Requests, attempts and the compare-and-set between them.

use ratiba_kernel::{PhoneNumber, TokenHash};

use super::{Ground, Stage};
use crate::attempt::{Attempt, AttemptTerms, Provider, StateName};
use crate::evidence::PushAnswer;
use crate::failure::FailureReason;
use crate::payment::{NotNow, Payment};
use crate::ports::{Change, RecordError, Rings, Route, RouteKey};
use crate::reference::RequestKey;
use crate::schedule::ROUTE_LIFE;
use crate::settlement::settle;
use crate::task::PaymentTask;
use crate::test_support::builders::{an_order, key, phone, provider_ids, second};
use crate::test_support::together;
use crate::use_cases::{PaymentAsked, PaymentOrder, Pushed, RequestPaymentError, ResendOrder};

pub(super) async fn what_was_recorded_is_read_back_in_every_way(ground: &impl Ground) {
    let stage = Stage::on(ground);
    let (tenant, _) = ground.tenants();
    stage.money.answer_push(PushAnswer::Accepted(provider_ids(1)));
    let (asked, visit, customer) = stage.asked(tenant, "read-back").await;
    let created = stage.record(tenant, &asked).await;
    assert_eq!(
        (created.payment.visit(), created.payment.customer()),
        (visit, customer)
    );
    let pushed = stage.push().execute(tenant, asked.attempt).await;
    assert!(matches!(pushed, Ok(Pushed::Accepted)), "{pushed:?}");

    let record = stage.record(tenant, &asked).await;
    let attempt = record.last_attempt().map(|attempt| attempt.progress().clone());
    let progress = attempt.unwrap_or_else(|| panic!("the attempt is missing"));
    assert_eq!(progress.state.name(), StateName::AwaitingCustomer);
    assert_eq!(progress.ids, Some(provider_ids(1)));
    assert_eq!(progress.sent_at, Some(second(0)));
    assert_eq!(
        record.attempts[0].terms(),
        created.attempts[0].terms(),
        "the terms never change"
    );

    let by_visit = ground.book().of_visit(tenant, visit).await;
    assert_eq!(by_visit, Ok(vec![record.clone()]));
    let by_id = ground.book().find(tenant, asked.payment).await;
    assert_eq!(by_id, Ok(Some(record.clone())));
    let by_key = ground.book().of_request(tenant, &key("read-back")).await;
    assert_eq!(by_key, Ok(Some((record, asked.attempt))));
    assert_eq!(
        ground.book().of_request(tenant, &key("never-asked")).await,
        Ok(None)
    );

    let tasks: Vec<PaymentTask> = ground
        .tasks(tenant)
        .await
        .into_iter()
        .map(|due| due.task)
        .collect();
    assert!(tasks.contains(&PaymentTask::Push {
        attempt: asked.attempt
    }));
    assert!(tasks.contains(&PaymentTask::Query {
        attempt: asked.attempt,
        step: 0
    }));
    assert_eq!(
        ground.events(tenant).await.len(),
        1,
        "the prompt is out, and nothing else happened"
    );
}

pub(super) async fn a_stale_change_leaves_no_trace(ground: &impl Ground) {
    let stage = Stage::on(ground);
    let (tenant, _) = ground.tenants();
    let (asked, ..) = stage.asked(tenant, "stale").await;
    let read = stage.record(tenant, &asked).await;
    let attempt = read.attempts[0].clone();
    // Somebody else withdraws it first.
    let first = settle(
        read.payment.clone(),
        attempt.clone().withdraw(second(1)),
        second(1),
        &*stage.ids,
    );
    let first = first.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(ground.book().record(tenant, first).await, Ok(()));
    let after_first = (ground.events(tenant).await, ground.tasks(tenant).await.len());

    let sent = attempt
        .send(second(2))
        .unwrap_or_else(|| panic!("it was created"));
    let mut late = Change::of_attempt(read.payment, sent);
    late.routes.push(Route {
        key: RouteKey::CallbackToken(TokenHash::of("late")),
        attempt: asked.attempt,
        expires_at: second(2) + ROUTE_LIFE,
    });
    late.tasks.push(crate::task::Due {
        at: second(62),
        task: PaymentTask::Query {
            attempt: asked.attempt,
            step: 0,
        },
    });
    assert_eq!(ground.book().record(tenant, late).await, Err(RecordError::Stale));
    let now = stage.record(tenant, &asked).await;
    assert_eq!(now.attempts[0].state().name(), StateName::Cancelled);
    assert_eq!(
        (ground.events(tenant).await, ground.tasks(tenant).await.len()),
        after_first
    );
}

pub(super) async fn of_many_requests_at_once_one_attempt_is_made(ground: &impl Ground) {
    let stage = Stage::on(ground);
    let (tenant, _) = ground.tenants();
    let (visit, customer) = ground.visit(tenant).await;
    let use_case = stage.request();
    let requests = (0..20).map(|number| {
        let order = an_order(&format!("tap-{number}"), visit, customer);
        use_case.execute(tenant, order)
    });
    let answers = together(requests.collect()).await;
    let made = answers.iter().filter(|answer| answer.is_ok()).count();
    assert_eq!(made, 1, "{answers:?}");
    for answer in answers {
        let refused = matches!(answer, Err(RequestPaymentError::NotNow(NotNow::StillOpen(_))));
        assert!(refused || answer.is_ok(), "{answer:?}");
    }
    let payments = ground.book().of_visit(tenant, visit).await.unwrap_or_default();
    assert_eq!(payments.len(), 1);
    assert_eq!(payments[0].attempts.len(), 1);
    assert_eq!(ground.tasks(tenant).await.len(), 1, "one push is queued");
}

pub(super) async fn one_key_is_one_attempt_however_often_it_comes(ground: &impl Ground) {
    let stage = Stage::on(ground);
    let (tenant, _) = ground.tenants();
    let (visit, customer) = ground.visit(tenant).await;
    let use_case = stage.request();
    let requests = (0..10).map(|_| use_case.execute(tenant, an_order("same", visit, customer)));
    let answers = together(requests.collect()).await;
    let first = match &answers[0] {
        Ok(asked) => asked.clone(),
        Err(error) => panic!("{error}"),
    };
    for answer in answers {
        assert_eq!(answer, Ok(first.clone()));
    }
    assert_eq!(ground.tasks(tenant).await.len(), 1, "one push is queued");
    let (other_visit, other_customer) = ground.visit(tenant).await;
    let reused = use_case
        .execute(tenant, an_order("same", other_visit, other_customer))
        .await;
    assert_eq!(reused, Err(RequestPaymentError::KeyReused));
}

pub(super) async fn a_double_tap_sends_one_prompt(ground: &impl Ground) {
    let stage = Stage::on(ground);
    let (tenant, _) = ground.tenants();
    let (asked, visit, _) = stage.asked(tenant, "first").await;
    stage.money.answer_push(PushAnswer::Rejected {
        reason: FailureReason::WrongPin,
        code: None,
    });
    let pushed = stage.push().execute(tenant, asked.attempt).await;
    assert!(matches!(pushed, Ok(Pushed::Rejected)), "{pushed:?}");
    let resend = |name: &str| ResendOrder {
        key: key(name),
        visit,
        payer: None,
    };
    let use_case = stage.resend();
    let early = use_case.execute(tenant, resend("early")).await;
    let too_soon = NotNow::TooSoon { from: second(60) };
    assert_eq!(early, Err(RequestPaymentError::NotNow(too_soon)));

    stage.clock.set(second(61));
    let taps = ["tap-a", "tap-b", "tap-c"].map(|name| use_case.execute(tenant, resend(name)));
    let answers = together(taps.into()).await;
    assert_eq!(
        answers.iter().filter(|answer| answer.is_ok()).count(),
        1,
        "{answers:?}"
    );
    assert_eq!(stage.record(tenant, &asked).await.attempts.len(), 2);
}

pub(super) async fn tenants_do_not_see_each_other(ground: &impl Ground) {
    let stage = Stage::on(ground);
    let (tenant, other) = ground.tenants();
    let (asked, visit, customer) = stage.asked(tenant, "mine").await;
    assert_eq!(ground.book().of_attempt(other, asked.attempt).await, Ok(None));
    assert_eq!(ground.book().of_request(other, &key("mine")).await, Ok(None));
    assert_eq!(ground.book().of_visit(other, visit).await, Ok(Vec::new()));
    assert_eq!(ground.book().find(other, asked.payment).await, Ok(None));
    assert!(ground.events(other).await.is_empty() && ground.tasks(other).await.is_empty());
    let credit = ground
        .ledger()
        .credit(other, customer, ratiba_kernel::Currency::Kes)
        .await;
    assert_eq!(credit.map(|credit| credit.is_zero()), Ok(true));
    // The same key is another request there.
    let same_key: RequestKey = key("mine");
    let (their_visit, their_customer) = ground.visit(other).await;
    let theirs = stage
        .request()
        .execute(other, an_order(same_key.as_str(), their_visit, their_customer))
        .await;
    assert!(theirs.is_ok_and(|theirs| theirs.attempt != asked.attempt));
}

/// A prompt of 1,500 shillings on this number, for a new visit.
async fn ring<G: Ground>(
    stage: &Stage<'_, G>,
    tenant: ratiba_kernel::TenantId,
    name: &str,
    payer: &PhoneNumber,
) -> Result<PaymentAsked, RequestPaymentError> {
    let (visit, customer) = stage.ground.visit(tenant).await;
    let order = PaymentOrder {
        payer: payer.clone(),
        ..an_order(name, visit, customer)
    };
    stage.request().execute(tenant, order).await
}

pub(super) async fn a_number_rings_for_one_prompt_at_a_time<G: Ground>(ground: &G) {
    let stage = Stage::on(ground);
    let (tenant, other) = ground.tenants();
    let number = phone("+254700000777");
    let names: Vec<String> = (0..8).map(|number| format!("ring-{number}")).collect();
    let rung = names.iter().map(|name| ring(&stage, tenant, name, &number));
    let rung = together(rung.collect()).await;
    let made: Vec<&PaymentAsked> = rung.iter().flatten().collect();
    let [asked] = made.as_slice() else {
        panic!("one prompt on one number: {rung:?}");
    };
    let busy = |from| NotNow::NumberBusy {
        attempt: asked.attempt,
        from: second(from),
    };
    for refused in rung.iter().filter_map(|rung| rung.as_ref().err()) {
        assert_eq!(refused, &RequestPaymentError::NotNow(busy(120)));
    }
    assert!(
        ring(&stage, other, "theirs", &number).await.is_ok(),
        "another business"
    );
    let free = phone("+254700000778");
    assert!(
        ring(&stage, tenant, "free", &free).await.is_ok(),
        "another number"
    );

    stage.clock.set(second(10));
    stage.money.answer_push(PushAnswer::Accepted(provider_ids(1)));
    let pushed = stage.push().execute(tenant, asked.attempt).await;
    assert!(matches!(pushed, Ok(Pushed::Accepted)), "{pushed:?}");
    let rings = ground.book().rings(tenant, &number).await;
    let expected = Rings {
        live: Some((asked.attempt, second(10))),
        sent_at: Some(second(10)),
    };
    assert_eq!(rings, Ok(expected));
    stage.clock.set(second(500));
    let late = ring(&stage, tenant, "late", &number).await;
    assert_eq!(
        late,
        Err(RequestPaymentError::NotNow(busy(500))),
        "it is in doubt"
    );
}

pub(super) async fn a_number_has_a_minute_between_prompts<G: Ground>(ground: &G) {
    let stage = Stage::on(ground);
    let (tenant, _) = ground.tenants();
    let number = phone("+254700000779");
    let first = match ring(&stage, tenant, "first", &number).await {
        Ok(first) => first,
        Err(error) => panic!("{error}"),
    };
    stage.clock.set(second(5));
    stage.money.answer_push(PushAnswer::Rejected {
        reason: FailureReason::WrongPin,
        code: None,
    });
    let pushed = stage.push().execute(tenant, first.attempt).await;
    assert!(matches!(pushed, Ok(Pushed::Rejected)), "{pushed:?}");
    stage.clock.set(second(64));
    let too_soon = NotNow::TooSoon { from: second(65) };
    let early = ring(&stage, tenant, "early", &number).await;
    assert_eq!(early, Err(RequestPaymentError::NotNow(too_soon)));
    // Whoever has not looked is refused as well.
    let (visit, customer) = ground.visit(tenant).await;
    let order = an_order("unseen", visit, customer);
    let blind = |at| {
        let payment = Payment::owe(
            stage.ids.fresh(),
            visit,
            customer,
            order.purpose,
            order.amount,
            at,
        );
        let attempt = Attempt::create(AttemptTerms {
            id: stage.ids.fresh(),
            payment: payment.id(),
            key: key("unseen"),
            provider: Provider::Mpesa,
            amount: order.amount,
            payer: Some(number.clone()),
            by: None,
            ordered: None,
            created_at: at,
        });
        Change::of_attempt(payment, attempt)
    };
    let refused = ground.book().record(tenant, blind(second(64))).await;
    assert_eq!(refused, Err(RecordError::LiveAttempt));
    assert_eq!(ground.book().record(tenant, blind(second(65))).await, Ok(()));
    let refused = ring(&stage, tenant, "second", &number).await;
    assert!(
        matches!(
            refused,
            Err(RequestPaymentError::NotNow(NotNow::NumberBusy { .. }))
        ),
        "{refused:?}"
    );
}
