//! Money that customers send by hand.

use ratiba_kernel::{Clock, Currency, Money, TenantId, TokenHash};
use time::Duration;

use super::{Ground, Stage};
use crate::CallbackId;
use crate::attempt::{AttemptState, StateName};
use crate::event::PaymentEvent;
use crate::evidence::{Evidence, PushAnswer, QueryAnswer};
use crate::failure::FailureReason;
use crate::ledger::Account;
use crate::payment::{PaymentState, Purpose};
use crate::ports::{
    Change, ConfirmationAddress, ConfirmationArrival, ConfirmationOutcome, Owed, Taken, VisitAsks,
};
use crate::schedule::CONFIRMATION_TRIES_AFTER;
use crate::settlement::settle;
use crate::task::PaymentTask;
use crate::test_support::builders::{failed, paid, provider_ids, receipt, second, shillings};
use crate::test_support::fakes::{AlwaysAsks, LeftOfPrice, PlainConfirmations};
use crate::test_support::together;
use crate::use_cases::{ApplyConfirmation, ConfirmationApplied, PaymentAsked, ValidateByHand, Validation};

fn key() -> TokenHash {
    TokenHash::of("address")
}

async fn open_address(stage: &Stage<'_, impl Ground>, tenant: TenantId) {
    let address = ConfirmationAddress {
        key: key(),
        short_code: PlainConfirmations::SHORT_CODE.to_owned(),
        at: second(0),
    };
    let added = stage
        .ground
        .confirmations()
        .add_confirmation_address(tenant, address)
        .await;
    assert_eq!(added, Ok(()));
}

fn use_case<G: Ground>(stage: &Stage<'_, G>) -> ApplyConfirmation {
    ApplyConfirmation {
        book: stage.ground.book(),
        finder: stage.ground.finder(),
        inbox: stage.ground.confirmations(),
        reader: std::sync::Arc::new(PlainConfirmations),
        clock: stage.clock.clone(),
        ids: stage.ids.clone(),
    }
}

/// Visits that owe nothing beside what was asked for.
const fn no_more() -> AlwaysAsks {
    AlwaysAsks(VisitAsks::Nothing)
}

async fn take<G: Ground>(stage: &Stage<'_, G>, body: Vec<u8>) -> Taken {
    let arrival = ConfirmationArrival {
        id: stage.ids.fresh(),
        key: key(),
        body,
        source: None,
        at: stage.clock.now(),
    };
    let taken = stage.ground.confirmations().take_confirmation(arrival).await;
    taken.unwrap_or_else(|outage| panic!("{outage:?}"))
}

async fn taken<G: Ground>(stage: &Stage<'_, G>, body: Vec<u8>) -> CallbackId {
    match take(stage, body).await {
        Taken::Stored { callback, .. } => callback,
        other @ (Taken::Repeated { .. } | Taken::Unrouted { .. } | Taken::Dropped) => {
            panic!("not stored: {other:?}")
        }
    }
}

async fn apply<G: Ground>(stage: &Stage<'_, G>, tenant: TenantId, id: CallbackId) -> ConfirmationOutcome {
    match use_case(stage).execute(tenant, id, 0, &no_more()).await {
        Ok(ConfirmationApplied::Concluded(outcome)) => outcome,
        other => panic!("not concluded: {other:?}"),
    }
}

/// What becomes of money that came by hand to an address of the tenant's.
pub(super) async fn told<G: Ground>(
    stage: &Stage<'_, G>,
    tenant: TenantId,
    (number, whole): (u32, i64),
    account: &str,
) -> ConfirmationOutcome {
    open_address(stage, tenant).await;
    let body = PlainConfirmations::body(&receipt(number), shillings(whole), account, 0);
    let id = taken(stage, body).await;
    apply(stage, tenant, id).await
}

async fn in_clearing(ground: &impl Ground, tenant: TenantId) -> Option<Money> {
    let balances = ground.ledger().balances(tenant, Currency::Kes).await;
    balances.unwrap_or_default().get(&Account::MpesaClearing).copied()
}

/// A payment whose prompt failed, so that the customer pays by hand; and what they type.
async fn prompt_failed<G: Ground>(
    stage: &Stage<'_, G>,
    tenant: TenantId,
    name: &str,
) -> (PaymentAsked, String) {
    let (asked, ..) = stage.asked(tenant, name).await;
    stage.money.answer_push(PushAnswer::Rejected {
        reason: FailureReason::Misconfigured,
        code: None,
    });
    assert!(stage.push().execute(tenant, asked.attempt).await.is_ok());
    let record = stage.record(tenant, &asked).await;
    (asked, record.payment.account_reference().as_str().to_owned())
}

/// A payment whose prompt is out.
async fn prompt_out<G: Ground>(
    stage: &Stage<'_, G>,
    tenant: TenantId,
    number: u32,
) -> (PaymentAsked, String) {
    let (asked, ..) = stage.asked(tenant, &format!("prompt-{number}")).await;
    stage
        .money
        .answer_push(PushAnswer::Accepted(provider_ids(number)));
    assert!(stage.push().execute(tenant, asked.attempt).await.is_ok());
    let record = stage.record(tenant, &asked).await;
    (asked, record.payment.account_reference().as_str().to_owned())
}

/// Lets the attempt hear something, as its own use case would.
async fn hears<G: Ground>(
    stage: &Stage<'_, G>,
    tenant: TenantId,
    asked: &PaymentAsked,
    hear: impl FnOnce(crate::attempt::Attempt) -> crate::attempt::Moved,
) {
    let record = stage.record(tenant, asked).await;
    let found = record.attempt(asked.attempt).cloned();
    let moved = hear(found.unwrap_or_else(|| panic!("the attempt is gone")));
    let change: Change = settle(record.payment, moved, stage.clock.now(), &*stage.ids)
        .unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(stage.ground.book().record(tenant, change).await, Ok(()));
}

pub(super) async fn money_by_hand_is_booked_once_for_its_receipt(ground: &impl Ground) {
    let stage = Stage::on(ground);
    let (tenant, other) = ground.tenants();
    open_address(&stage, tenant).await;
    let (asked, account) = prompt_failed(&stage, tenant, "prompt").await;
    let body = PlainConfirmations::body(&receipt(1), shillings(1_500), &account.to_lowercase(), 0);
    let ten = together((0..10).map(|_| take(&stage, body.clone())).collect()).await;
    let stored: Vec<CallbackId> = ten
        .iter()
        .filter_map(|taken| match taken {
            Taken::Stored { callback, .. } => Some(*callback),
            Taken::Repeated { .. } | Taken::Unrouted { .. } | Taken::Dropped => None,
        })
        .collect();
    assert_eq!(stored.len(), 1, "{ten:?}");
    let tasks = ground.tasks(tenant).await.into_iter();
    let waiting = tasks.filter(|due| matches!(due.task, PaymentTask::ApplyConfirmation { .. }));
    assert_eq!(waiting.count(), 1);
    let foreign = ground.confirmations().confirmation(other, stored[0]).await;
    assert_eq!(foreign, Ok(None), "it is another tenant's");

    // The same money again, in other words; and all of it by several workers at once.
    let again = PlainConfirmations::body(&receipt(1), shillings(1_500), &account, 1);
    let again = taken(&stage, again).await;
    let work = use_case(&stage);
    let nothing = no_more();
    let all = (0..3).flat_map(|_| [stored[0], again]);
    for applied in together(all.map(|id| work.execute(tenant, id, 0, &nothing)).collect()).await {
        let booked = Ok(ConfirmationApplied::Concluded(ConfirmationOutcome::Booked));
        assert_eq!(applied, booked);
    }
    let record = stage.record(tenant, &asked).await;
    assert_eq!(record.payment.state(), PaymentState::Settled);
    assert_eq!(record.attempts.len(), 2, "the money is an attempt of its own");
    let known = AttemptState::Paid {
        evidence: Evidence::Confirmation,
        receipt: Some(receipt(1)),
    };
    assert_eq!(record.attempts[1].state(), &known);
    assert_eq!(in_clearing(ground, tenant).await, Some(shillings(1_500)));
    let settled = ground.events(tenant).await;
    let settled = settled
        .iter()
        .filter(|event| matches!(event, PaymentEvent::PaymentSettled { .. }));
    assert_eq!(settled.count(), 1);
    assert!(ground.dead_letters(Some(tenant)).await.is_empty());
    let differs = PlainConfirmations::body(&receipt(1), shillings(1_400), &account, 2);
    let differs = taken(&stage, differs).await;
    assert_eq!(
        apply(&stage, tenant, differs).await,
        ConfirmationOutcome::AmountDiffers
    );
    assert_eq!(ground.dead_letters(Some(tenant)).await, ["amount_differs"]);
}

pub(super) async fn money_of_a_prompt_is_not_booked_again_by_its_confirmation(ground: &impl Ground) {
    let stage = Stage::on(ground);
    let (tenant, _) = ground.tenants();
    open_address(&stage, tenant).await;
    let (asked, account) = prompt_out(&stage, tenant, 1).await;
    let body = PlainConfirmations::body(&receipt(1), shillings(1_500), &account, 0);
    let id = taken(&stage, body).await;
    let work = use_case(&stage);
    // It overtook its callback.
    let early = work.execute(tenant, id, 0, &no_more()).await;
    let at = second(0) + CONFIRMATION_TRIES_AFTER[0];
    assert_eq!(early, Ok(ConfirmationApplied::Waits(at)));
    assert_eq!(in_clearing(ground, tenant).await, None);
    let next = PaymentTask::ApplyConfirmation {
        confirmation: id,
        step: 1,
    };
    assert!(
        ground
            .tasks(tenant)
            .await
            .iter()
            .any(|due| due.task == next && due.at == at)
    );
    let report = paid(provider_ids(1), shillings(1_500), receipt(1));
    hears(&stage, tenant, &asked, |attempt| {
        attempt
            .hear_callback(&report, second(5))
            .unwrap_or_else(|error| panic!("{error}"))
    })
    .await;
    stage.clock.advance(Duration::seconds(20));
    let then = work.execute(tenant, id, 1, &no_more()).await;
    let booked = Ok(ConfirmationApplied::Concluded(ConfirmationOutcome::Booked));
    assert_eq!(then, booked);
    assert_eq!(stage.record(tenant, &asked).await.attempts.len(), 1);
    assert_eq!(in_clearing(ground, tenant).await, Some(shillings(1_500)));

    // A prompt that never ends gives what waits for it to a person.
    let (_, account) = prompt_out(&stage, tenant, 2).await;
    let body = PlainConfirmations::body(&receipt(2), shillings(1_500), &account, 0);
    let id = taken(&stage, body).await;
    let last = u8::try_from(CONFIRMATION_TRIES_AFTER.len()).unwrap_or(u8::MAX);
    let given_up = work.execute(tenant, id, last, &no_more()).await;
    let doubt = Ok(ConfirmationApplied::Concluded(ConfirmationOutcome::PromptInDoubt));
    assert_eq!(given_up, doubt);
    assert_eq!(ground.dead_letters(Some(tenant)).await, ["prompt_in_doubt"]);
}

pub(super) async fn a_confirmation_brings_what_an_attempt_waits_for(ground: &impl Ground) {
    let stage = Stage::on(ground);
    let (tenant, _) = ground.tenants();
    open_address(&stage, tenant).await;
    // A query told of the money, and not of its receipt.
    let (queried, account) = prompt_out(&stage, tenant, 1).await;
    hears(&stage, tenant, &queried, |attempt| {
        attempt.hear_query_answer(&QueryAnswer::Paid, second(90))
    })
    .await;
    let body = PlainConfirmations::body(&receipt(1), shillings(1_500), &account, 0);
    let id = taken(&stage, body).await;
    assert_eq!(apply(&stage, tenant, id).await, ConfirmationOutcome::Booked);
    let record = stage.record(tenant, &queried).await;
    let known = AttemptState::Paid {
        evidence: Evidence::Confirmation,
        receipt: Some(receipt(1)),
    };
    assert_eq!((record.attempts.len(), record.attempts[0].state()), (1, &known));
    assert!(
        ground
            .events(tenant)
            .await
            .iter()
            .any(|event| matches!(event, PaymentEvent::ReceiptKnown { .. }))
    );
    // Nobody ever said how it ended.
    let (silent, account) = prompt_out(&stage, tenant, 2).await;
    hears(&stage, tenant, &silent, |attempt| {
        attempt.give_up_asking(second(3_600))
    })
    .await;
    let body = PlainConfirmations::body(&receipt(2), shillings(1_500), &account, 0);
    let id = taken(&stage, body).await;
    assert_eq!(apply(&stage, tenant, id).await, ConfirmationOutcome::Booked);
    let record = stage.record(tenant, &silent).await;
    let state = record.attempts[0].state().name();
    assert_eq!(
        (record.attempts.len(), state),
        (1, StateName::Paid),
        "and it is read back"
    );
    assert_eq!(in_clearing(ground, tenant).await, Some(shillings(3_000)));
    // Another amount came than the query's word is taken for: it is not booked beside that.
    let (queried, account) = prompt_out(&stage, tenant, 3).await;
    hears(&stage, tenant, &queried, |attempt| {
        attempt.hear_query_answer(&QueryAnswer::Paid, second(90))
    })
    .await;
    let body = PlainConfirmations::body(&receipt(3), shillings(1_501), &account, 0);
    let id = taken(&stage, body).await;
    assert_eq!(
        apply(&stage, tenant, id).await,
        ConfirmationOutcome::PromptInDoubt
    );
    assert_eq!(stage.record(tenant, &queried).await.attempts.len(), 1);
    assert_eq!(in_clearing(ground, tenant).await, Some(shillings(4_500)));
}

pub(super) async fn a_callback_after_the_confirmation_of_its_money_changes_nothing(ground: &impl Ground) {
    let stage = Stage::on(ground);
    let (tenant, _) = ground.tenants();
    open_address(&stage, tenant).await;
    let (asked, account) = prompt_out(&stage, tenant, 1).await;
    let token = stage.money.orders().pop();
    let token = token.unwrap_or_else(|| panic!("nothing was submitted")).token;
    let wrong = failed(provider_ids(1), FailureReason::Unreachable);
    hears(&stage, tenant, &asked, |attempt| {
        attempt
            .hear_callback(&wrong, second(5))
            .unwrap_or_else(|error| panic!("{error}"))
    })
    .await;
    let body = PlainConfirmations::body(&receipt(1), shillings(1_500), &account, 0);
    let id = taken(&stage, body).await;
    assert_eq!(apply(&stage, tenant, id).await, ConfirmationOutcome::Booked);
    let report = paid(provider_ids(1), shillings(1_500), receipt(1));
    let arrival = crate::ports::Arrival {
        id: stage.ids.fresh(),
        provider: crate::attempt::Provider::Mpesa,
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
    let states: Vec<StateName> = record
        .attempts
        .iter()
        .map(|attempt| attempt.state().name())
        .collect();
    assert_eq!(
        states,
        [StateName::Failed, StateName::Paid],
        "the money is booked, and nobody is called"
    );
    assert_eq!(in_clearing(ground, tenant).await, Some(shillings(1_500)));
}

pub(super) async fn money_by_hand_may_be_a_part_or_more_than_is_owed(ground: &impl Ground) {
    let stage = Stage::on(ground);
    let (tenant, _) = ground.tenants();
    open_address(&stage, tenant).await;
    let (asked, account) = prompt_failed(&stage, tenant, "prompt").await;
    for (number, amount) in [(1, 1_000), (2, 700)] {
        let body = PlainConfirmations::body(&receipt(number), shillings(amount), &account, 0);
        let id = taken(&stage, body).await;
        assert_eq!(apply(&stage, tenant, id).await, ConfirmationOutcome::Booked);
        let paid = stage.record(tenant, &asked).await.payment.paid();
        assert_eq!(paid, shillings(if number == 1 { 1_000 } else { 1_500 }));
    }
    let customer = stage.record(tenant, &asked).await.payment.customer();
    let credit = ground.ledger().credit(tenant, customer, Currency::Kes).await;
    assert_eq!(credit, Ok(shillings(200)));
    assert_eq!(in_clearing(ground, tenant).await, Some(shillings(1_700)));
}

pub(super) async fn money_under_a_paid_account_goes_to_what_the_visit_still_owes(ground: &impl Ground) {
    let stage = Stage::on(ground);
    let (tenant, _) = ground.tenants();
    let (asked, account) = prompt_failed(&stage, tenant, "prompt").await;
    assert_eq!(
        told(&stage, tenant, (1, 1_500), &account).await,
        ConfirmationOutcome::Booked
    );
    let deposit = stage.record(tenant, &asked).await.payment;
    // The visit costs 4,000; nobody has asked for the rest.
    let owing = LeftOfPrice {
        book: ground.book(),
        whole: Owed {
            customer: deposit.customer(),
            purpose: Purpose::Balance,
            amount: shillings(4_000),
            phone: None,
        },
    };
    let work = use_case(&stage);
    for (number, amount) in [(2, 1_000), (3, 2_000)] {
        let body = PlainConfirmations::body(&receipt(number), shillings(amount), &account, 0);
        let id = taken(&stage, body).await;
        let both = (0..2).map(|_| work.execute(tenant, id, 0, &owing)).collect();
        for applied in together(both).await {
            let booked = Ok(ConfirmationApplied::Concluded(ConfirmationOutcome::Booked));
            assert_eq!(applied, booked);
        }
    }
    let of_visit = ground.book().of_visit(tenant, deposit.visit()).await;
    let of_visit = of_visit.unwrap_or_default().into_iter();
    let paid: Vec<_> = of_visit
        .map(|record| (record.payment.purpose(), record.payment.paid()))
        .collect();
    assert_eq!(
        paid,
        [
            (Purpose::Deposit, shillings(1_500)),
            (Purpose::Balance, shillings(2_500))
        ]
    );
    let credit = ground
        .ledger()
        .credit(tenant, deposit.customer(), Currency::Kes)
        .await;
    assert_eq!(
        credit,
        Ok(shillings(500)),
        "only what is beyond the visit is credit"
    );
}

pub(super) async fn of_two_who_pay_the_whole_rest_at_once_one_pays_it_and_the_other_is_credit(
    ground: &impl Ground,
) {
    let stage = Stage::on(ground);
    let (tenant, _) = ground.tenants();
    let (asked, account) = prompt_failed(&stage, tenant, "prompt").await;
    assert_eq!(
        told(&stage, tenant, (1, 1_500), &account).await,
        ConfirmationOutcome::Booked
    );
    let deposit = stage.record(tenant, &asked).await.payment;
    let owing = LeftOfPrice {
        book: ground.book(),
        whole: Owed {
            customer: deposit.customer(),
            purpose: Purpose::Balance,
            amount: shillings(4_000),
            phone: None,
        },
    };
    let work = use_case(&stage);
    let mut both = Vec::new();
    for number in [2, 3] {
        let body = PlainConfirmations::body(&receipt(number), shillings(2_500), &account, 0);
        both.push(taken(&stage, body).await);
    }
    let at_once = both.iter().map(|id| work.execute(tenant, *id, 0, &owing));
    for applied in together(at_once.collect()).await {
        let booked = Ok(ConfirmationApplied::Concluded(ConfirmationOutcome::Booked));
        assert_eq!(applied, booked);
    }
    let of_visit = ground.book().of_visit(tenant, deposit.visit()).await;
    let of_visit = of_visit.unwrap_or_default().into_iter();
    let paid: Vec<_> = of_visit
        .map(|record| (record.payment.purpose(), record.payment.paid()))
        .collect();
    assert_eq!(
        paid,
        [
            (Purpose::Deposit, shillings(1_500)),
            (Purpose::Balance, shillings(2_500))
        ],
        "what is owed is paid once"
    );
    let credit = ground
        .ledger()
        .credit(tenant, deposit.customer(), Currency::Kes)
        .await;
    assert_eq!(credit, Ok(shillings(2_500)));
    assert_eq!(in_clearing(ground, tenant).await, Some(shillings(6_500)));
}

pub(super) async fn what_fits_nothing_is_a_dead_letter_of_whose_address_it_came_to(ground: &impl Ground) {
    let stage = Stage::on(ground);
    let (tenant, other) = ground.tenants();
    let body = |account: &str| PlainConfirmations::body(&receipt(1), shillings(1_500), account, 0);
    assert_eq!(take(&stage, body("X")).await, Taken::Unrouted { tenant: None });
    assert_eq!(ground.dead_letters(None).await, ["unknown_address"]);
    open_address(&stage, tenant).await;
    let (_, theirs) = prompt_failed(&stage, other, "prompt").await;
    let (_, ours) = prompt_failed(&stage, tenant, "prompt").await;
    let validate = ValidateByHand {
        inbox: ground.confirmations(),
        finder: ground.finder(),
        reader: std::sync::Arc::new(PlainConfirmations),
    };
    let ask = async |account: &str| validate.execute(&key(), &body(account)).await;
    assert_eq!(
        ask(&theirs).await,
        Ok(Validation::Accept),
        "by default it may come"
    );
    assert_eq!(ground.confirmations().refuse_unknown(tenant, true).await, Ok(()));
    assert_eq!(ask(&theirs).await, Ok(Validation::RefuseAccount));
    assert_eq!(ask("anything").await, Ok(Validation::RefuseAccount));
    assert_eq!(ask(&ours).await, Ok(Validation::Accept));
    let stranger = validate.execute(&TokenHash::of("another"), &body(&theirs)).await;
    assert_eq!(stranger, Ok(Validation::Accept), "nothing is told to strangers");

    let elsewhere = |account: &str| {
        let mut elsewhere = body(account);
        elsewhere.extend(b"|111111");
        elsewhere
    };
    let asked = validate.execute(&key(), &elsewhere("anything")).await;
    assert_eq!(asked, Ok(Validation::Accept), "it is another number's money");

    let foreign = taken(&stage, elsewhere(&ours)).await;
    let unknown = taken(&stage, body(&theirs)).await;
    let unreadable = taken(&stage, b"<html>".to_vec()).await;
    for _ in 0..2 {
        assert_eq!(
            apply(&stage, tenant, foreign).await,
            ConfirmationOutcome::ForeignIds
        );
        assert_eq!(
            apply(&stage, tenant, unknown).await,
            ConfirmationOutcome::UnknownReference
        );
        assert_eq!(
            apply(&stage, tenant, unreadable).await,
            ConfirmationOutcome::Unreadable
        );
    }
    let mut letters = ground.dead_letters(Some(tenant)).await;
    letters.sort();
    assert_eq!(
        letters,
        ["foreign_ids", "unknown_reference", "unreadable"],
        "each once"
    );
    for tenant in [tenant, other] {
        assert_eq!(in_clearing(ground, tenant).await, None);
    }
}
