//! The use cases over fakes: the contract of the book, and what the machine promises as a whole.

mod by_hand;
mod cards;
mod closing;
mod desk_prompts;
mod given_back;
mod ground;
mod laws;
mod lost_tips;
mod refund_laws;
mod statement_laws;
mod tips_back;

use std::sync::Arc;

use async_trait::async_trait;
use ratiba_kernel::test_support::{ManualClock, SeededIds, block_on, tenant};
use ratiba_kernel::{Clock, Currency, Money, Outage, PhoneNumber, TenantId};
use time::Duration;

use super::*;
use crate::attempt::{AttemptId, AttemptState, ReviewReason, StateName};
use crate::event::PaymentEvent;
use crate::evidence::{Heard, PushAnswer, QueryAnswer};
use crate::failure::{FailureReason, NextStep, ProviderCode};
use crate::payment::{NotNow, PaymentId, PaymentRecord};
use crate::ports::{Arrival, CallbackInbox, Change, MobileMoney, PaymentBook, PushOrder, RecordError, Rings};
use crate::reference::{ProviderIds, RequestKey};
use crate::schedule::QUERY_AFTER;
use crate::task::{Due, PaymentTask};
use crate::test_support::builders::{
    an_order, failed, key, paid, phone, provider_ids, receipt, second, shillings,
};
use crate::test_support::contracts::{
    Ground, TokenGround, asking_contract, books_contract, cards_contract, letters_contract,
    money_back_contract, owing_contract, statement_contract, till_contract, tip_contract,
    token_store_contract,
};
use crate::test_support::fakes::{InMemoryTokens, PlainReader, SeededTokens};
use crate::test_support::together;
use ground::{Bench, FakeGround};

#[test]
fn the_fakes_keep_the_contract() {
    block_on(asking_contract(async || FakeGround::default()));
    block_on(money_back_contract(async || FakeGround::default()));
    block_on(cards_contract(async || FakeGround::default()));
    block_on(letters_contract(async || FakeGround::default()));
}

#[test]
fn the_fake_drawer_keeps_the_contract() {
    block_on(till_contract(async || FakeGround::default()));
}

#[test]
fn the_fakes_keep_the_contract_of_what_is_owed() {
    block_on(owing_contract(async || FakeGround::default()));
}

#[test]
fn the_fake_books_keep_the_contract() {
    block_on(books_contract(async || FakeGround::default()));
}

#[test]
fn the_fake_tips_keep_the_contract() {
    block_on(tip_contract(async || FakeGround::default()));
}

#[test]
fn the_fake_statements_keep_the_contract() {
    block_on(statement_contract(async || FakeGround::default()));
}

#[derive(Default)]
struct FakeTokens(InMemoryTokens);

#[async_trait]
impl TokenGround for FakeTokens {
    fn store(&self) -> &dyn crate::ports::TokenStore {
        &self.0
    }

    fn tenants(&self) -> (TenantId, TenantId) {
        (tenant(1), tenant(2))
    }

    async fn let_leases_end(&self) {
        self.0.let_leases_end();
    }
}

#[test]
fn the_fake_token_store_keeps_the_contract() {
    block_on(token_store_contract(async || FakeTokens::default()));
}

#[test]
fn amounts_and_numbers_that_mpesa_cannot_move_are_refused() {
    let bench = Bench::new();
    let (visit, customer) = bench.visit();
    let refused = |amount, payer: &str| {
        let mut order = an_order("odd", visit, customer);
        order.amount = amount;
        order.payer = phone(payer);
        block_on(bench.request().execute(bench.tenant, order)).unwrap_err()
    };
    let asha = "+254700000123";
    let error = RequestPaymentError::AmountHasCents;
    assert_eq!(
        refused(Money::kes_minor(150_050), asha),
        error,
        "never rounded silently"
    );
    assert_eq!(
        refused(shillings(0), asha),
        RequestPaymentError::AmountNotPositive
    );
    assert_eq!(
        refused(shillings(-5), asha),
        RequestPaymentError::AmountNotPositive
    );
    assert_eq!(
        refused(shillings(250_001), asha),
        RequestPaymentError::AmountAboveLimit {
            limit: shillings(250_000)
        }
    );
    let dollars = Money::new(10_000, Currency::Usd);
    assert_eq!(refused(dollars, asha), RequestPaymentError::CurrencyRefused);
    assert_eq!(
        refused(shillings(5), "+255700000123"),
        RequestPaymentError::NotAMobileNumber
    );
    assert_eq!(
        refused(shillings(5), "+254200000123"),
        RequestPaymentError::NotAMobileNumber
    );
    assert!(bench.book.tasks(bench.tenant).is_empty(), "nothing was asked");
    let mut most = an_order("most", visit, customer);
    most.amount = shillings(250_000);
    assert!(block_on(bench.request().execute(bench.tenant, most)).is_ok());
}

#[test]
fn another_amount_for_the_same_purpose_is_refused() {
    let bench = Bench::new();
    let asked = bench.asked("first");
    let mut other = an_order("second", asked.1, asked.2);
    other.amount = shillings(2_000);
    let refused = block_on(bench.request().execute(bench.tenant, other));
    let due = shillings(1_500);
    assert_eq!(refused, Err(RequestPaymentError::AmountDiffers { due }));
}

#[test]
fn a_retried_push_never_submits_again() {
    let bench = Bench::new();
    let (asked, ..) = bench.asked("once");
    bench.mark_sent(asked.attempt);
    let pushed = block_on(bench.push().execute(bench.tenant, asked.attempt)).unwrap();
    assert_eq!(pushed, Pushed::Unknown);
    assert!(bench.money.orders().is_empty());
    assert_eq!(bench.state(asked.attempt), AttemptState::Unknown);
    let again = block_on(bench.push().execute(bench.tenant, asked.attempt)).unwrap();
    assert_eq!(again, Pushed::NotAgain);
}

#[test]
fn of_two_workers_one_submits() {
    let bench = Bench::new();
    let (asked, ..) = bench.asked("race");
    bench.money.answer_push(PushAnswer::Accepted(provider_ids(1)));
    let use_case = bench.push();
    let runs = (0..5).map(|_| use_case.execute(bench.tenant, asked.attempt));
    let outcomes: Vec<Pushed> = block_on(together(runs.collect()))
        .into_iter()
        .collect::<Result<_, _>>()
        .unwrap();
    assert_eq!(bench.money.orders().len(), 1, "{outcomes:?}");
    assert_eq!(bench.state(asked.attempt).name(), StateName::AwaitingCustomer);
}

#[test]
fn a_prompt_that_nobody_expects_any_more_is_not_sent() {
    let bench = Bench::new();
    let (asked, ..) = bench.asked("late");
    bench.clock.set(second(241));
    let pushed = block_on(bench.push().execute(bench.tenant, asked.attempt)).unwrap();
    assert_eq!(pushed, Pushed::Withdrawn);
    assert!(bench.money.orders().is_empty());
    assert_eq!(bench.state(asked.attempt), AttemptState::Cancelled);
}

/// A provider whose callback comes before its own answer.
struct Overtaking {
    bench: Arc<Bench>,
}

#[async_trait]
impl MobileMoney for Overtaking {
    async fn push(&self, tenant: TenantId, order: PushOrder) -> Heard<PushAnswer> {
        let report = paid(provider_ids(1), order.amount, receipt(1));
        let body = self.bench.reader.body(&report, 0);
        let arrival = Arrival {
            id: self.bench.ids.fresh(),
            provider: crate::attempt::Provider::Mpesa,
            token: order.token.hash(),
            body,
            source: None,
            at: second(1),
        };
        let taken = self.bench.book.take(arrival).await.unwrap();
        let crate::ports::Taken::Stored { callback, .. } = taken else {
            panic!("the callback's way was not on record: {taken:?}");
        };
        self.bench.apply().execute(tenant, callback).await.unwrap();
        Heard {
            answer: PushAnswer::Accepted(provider_ids(1)),
            raw: None,
        }
    }

    async fn query(&self, _: TenantId, _: &ProviderIds) -> Heard<QueryAnswer> {
        panic!("nothing is left to ask");
    }
}

#[test]
fn a_callback_before_the_answer_settles_and_is_not_undone() {
    let bench = Arc::new(Bench::new());
    let (asked, ..) = bench.asked("overtaken");
    let money = Arc::new(Overtaking {
        bench: Arc::clone(&bench),
    });
    let push = PushAttempt {
        money: money.clone(),
        ..bench.push()
    };
    block_on(push.execute(bench.tenant, asked.attempt)).unwrap();
    assert_eq!(bench.state(asked.attempt).name(), StateName::Paid);
    let query = QueryAttempt {
        money,
        ..bench.query()
    };
    bench.clock.set(second(60));
    let queried = block_on(query.execute(bench.tenant, asked.attempt, 0)).unwrap();
    assert_eq!(queried, Queried::NotNeeded);
}

#[test]
fn a_silent_attempt_is_asked_about_on_schedule_and_then_handed_to_a_person() {
    let bench = Bench::new();
    let asked = bench.prompt_out("silent", PushAnswer::Accepted(provider_ids(1)));
    let mut due_at = Vec::new();
    for step in 0u8..6 {
        let task = PaymentTask::Query {
            attempt: asked.attempt,
            step,
        };
        let due = bench
            .book
            .tasks(bench.tenant)
            .into_iter()
            .find(|due| due.task == task);
        let Due { at, .. } = due.unwrap_or_else(|| panic!("query {step} is not on record"));
        due_at.push(at - second(0));
        bench.clock.set(at);
        for _ in 0..2 {
            block_on(bench.query().execute(bench.tenant, asked.attempt, step)).unwrap();
        }
    }
    assert_eq!(due_at, QUERY_AFTER);
    assert_eq!(bench.money.asked().len(), 6, "the same step asks once");
    let why = ReviewReason::NoAnswer;
    assert_eq!(bench.state(asked.attempt), AttemptState::InReview { why });
    let names: Vec<_> = bench.book.events(bench.tenant).iter().map(kind).collect();
    assert_eq!(names, ["prompt_sent", "attempt_unknown", "attempt_in_review"]);
}

fn kind(event: &PaymentEvent) -> String {
    let told = serde_json::to_value(event).unwrap();
    told["type"].as_str().unwrap().to_owned()
}

#[test]
fn an_attempt_without_ids_is_not_asked_about_but_handed_on_in_time() {
    let bench = Bench::new();
    let asked = bench.prompt_out("no-ids", PushAnswer::Unknown);
    for step in 0u8..6 {
        block_on(bench.query().execute(bench.tenant, asked.attempt, step)).unwrap();
    }
    assert!(bench.money.asked().is_empty());
    assert_eq!(bench.state(asked.attempt).name(), StateName::InReview);
}

#[test]
fn overdue_queries_keep_their_distance() {
    let bench = Bench::new();
    let asked = bench.prompt_out("away", PushAnswer::Accepted(provider_ids(1)));
    bench.clock.set(second(86_400));
    block_on(bench.query().execute(bench.tenant, asked.attempt, 0)).unwrap();
    let next = bench.book.tasks(bench.tenant).pop().unwrap();
    assert_eq!(next.at, second(86_400) + Duration::seconds(30));
}

#[test]
fn a_failure_told_by_a_query_closes_from_ninety_seconds_on() {
    let bench = Bench::new();
    let asked = bench.prompt_out("failing", PushAnswer::Accepted(provider_ids(1)));
    let answer = QueryAnswer::Failed {
        reason: FailureReason::DeclinedByPayer,
        code: ProviderCode::new("1032"),
    };
    bench.money.answer_query(answer.clone());
    bench.clock.set(second(60));
    let early = block_on(bench.query().execute(bench.tenant, asked.attempt, 0)).unwrap();
    assert_eq!(early, Queried::Asked(StateName::AwaitingCustomer));
    bench.money.answer_query(answer);
    bench.clock.set(second(90));
    let late = block_on(bench.query().execute(bench.tenant, asked.attempt, 1)).unwrap();
    assert_eq!(late, Queried::Asked(StateName::Failed));
    let tasks = bench.book.tasks(bench.tenant);
    let third = PaymentTask::Query {
        attempt: asked.attempt,
        step: 2,
    };
    assert!(
        tasks.iter().all(|due| due.task != third),
        "nothing is left to ask"
    );
}

#[test]
fn the_status_says_what_a_customer_can_be_told() {
    let bench = Bench::new();
    let asked = bench.prompt_out("status", PushAnswer::Accepted(provider_ids(1)));
    let attempt = asked.attempt;
    let visit = bench.record(attempt).payment.visit();
    let outlook = || {
        block_on(bench.status().execute(bench.tenant, visit)).unwrap()[0]
            .outlook
            .clone()
    };
    assert_eq!(outlook(), Outlook::PromptOpen { attempt });

    bench.callback(attempt, &failed(provider_ids(1), FailureReason::WrongPin), 20);
    let failure = Some((FailureReason::WrongPin, NextStep::TryAgain));
    let resend_from = Some(second(60));
    assert_eq!(outlook(), Outlook::Unpaid { failure, resend_from });

    bench.callback(attempt, &paid(provider_ids(1), shillings(1_500), receipt(1)), 25);
    let settled = Outlook::Settled {
        at: second(25),
        receipt: Some(receipt(1)),
    };
    assert_eq!(outlook(), settled);
    let order = ResendOrder {
        key: key("again"),
        visit,
        payer: None,
    };
    let refused = block_on(bench.resend().execute(bench.tenant, order));
    assert_eq!(refused, Err(RequestPaymentError::NotNow(NotNow::AlreadyPaid)));
}

#[test]
fn a_visit_that_was_never_asked_has_nothing_to_resend() {
    let bench = Bench::new();
    let (visit, _) = bench.visit();
    assert_eq!(
        block_on(bench.status().execute(bench.tenant, visit)),
        Ok(Vec::new())
    );
    let order = ResendOrder {
        key: key("again"),
        visit,
        payer: None,
    };
    let refused = block_on(bench.resend().execute(bench.tenant, order));
    assert_eq!(refused, Err(RequestPaymentError::NothingAsked));
}

#[test]
fn of_two_workers_with_one_query_one_puts_the_next_on_record() {
    let bench = Bench::new();
    let asked = bench.prompt_out("two-queries", PushAnswer::Accepted(provider_ids(1)));
    bench.clock.set(second(60));
    let use_case = bench.query();
    let runs = (0..2).map(|_| use_case.execute(bench.tenant, asked.attempt, 0));
    let outcomes = block_on(together(runs.collect()));
    let asked_now = |outcome: &&Result<Queried, QueryAttemptError>| matches!(outcome, Ok(Queried::Asked(_)));
    assert_eq!(outcomes.iter().filter(asked_now).count(), 1, "{outcomes:?}");
    let next = PaymentTask::Query {
        attempt: asked.attempt,
        step: 1,
    };
    let tasks = bench.book.tasks(bench.tenant);
    assert_eq!(tasks.iter().filter(|due| due.task == next).count(), 1);
}

/// A book in which the request's twin is recorded right after its key was looked for.
struct BlinkingBook(Arc<crate::test_support::fakes::InMemoryBook>);

#[async_trait]
impl PaymentBook for BlinkingBook {
    async fn of_attempt(&self, tenant: TenantId, id: AttemptId) -> Result<Option<PaymentRecord>, Outage> {
        self.0.of_attempt(tenant, id).await
    }

    async fn of_request(
        &self,
        _: TenantId,
        _: &RequestKey,
    ) -> Result<Option<(PaymentRecord, AttemptId)>, Outage> {
        Ok(None)
    }

    async fn find(&self, tenant: TenantId, id: PaymentId) -> Result<Option<PaymentRecord>, Outage> {
        self.0.find(tenant, id).await
    }

    async fn of_visit(&self, tenant: TenantId, visit: crate::VisitId) -> Result<Vec<PaymentRecord>, Outage> {
        self.0.of_visit(tenant, visit).await
    }

    async fn rings(&self, tenant: TenantId, number: &PhoneNumber) -> Result<Rings, Outage> {
        self.0.rings(tenant, number).await
    }

    async fn record(&self, tenant: TenantId, change: Change) -> Result<(), RecordError> {
        self.0.record(tenant, change).await
    }

    async fn record_all(&self, tenant: TenantId, changes: Vec<Change>) -> Result<(), RecordError> {
        self.0.record_all(tenant, changes).await
    }
}

#[test]
fn a_request_is_not_refused_for_its_own_twins_prompt() {
    let bench = Bench::new();
    let (asked, visit, customer) = bench.asked("twin");
    let book = Arc::new(BlinkingBook(bench.book.clone()));
    let request = RequestPayment {
        book: book.clone(),
        ..bench.request()
    };
    let again = block_on(request.execute(bench.tenant, an_order("twin", visit, customer)));
    assert_eq!(again, Ok(asked.clone()));
    let resend = ResendPrompt {
        book,
        ..bench.resend()
    };
    let order = ResendOrder {
        key: key("twin"),
        visit,
        payer: None,
    };
    assert_eq!(block_on(resend.execute(bench.tenant, order)), Ok(asked));
}
