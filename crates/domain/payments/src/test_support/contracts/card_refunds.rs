//! Card payments that go back: asked for once, and taken back unasked.

use std::sync::Arc;

use ratiba_kernel::{Currency, Money, TenantId};

use super::notices::order_of;
use super::refunds::credit;
use super::{Ground, Stage};
use crate::CustomerId;
use crate::actor::Actor;
use crate::attempt::{AttemptId, ReviewReason, StateName};
use crate::card::{CardRefundAnswer, CardReport, CardStatus, OpenAnswer, PageUrl};
use crate::event::PaymentEvent;
use crate::ledger::Account;
use crate::payment::PaymentId;
use crate::ports::{Change, RefundRefused};
use crate::reference::{MerchantReference, ProviderIds};
use crate::refund::{
    Refund, RefundCause, RefundDoubt, RefundId, RefundState, RefundWay, Resolution, Resolved, standing,
};
use crate::remark::Remark;
use crate::test_support::builders::{key, receipt, second, shillings};
use crate::test_support::fakes::ScriptedCards;
use crate::test_support::together;
use crate::use_cases::{
    DisputeOrder, LookAtCard, LookAtCardRefund, PayoutBy, PayoutOrder, RefundDecision, RefundOrder,
    ResolveRefund, Reversals, SendCardRefund, SettleDispute,
};

const TRACKING: &str = "b1c2d3e4-0000-4000-8000-1234567890ab";

/// A card payment of 1,500 shillings.
struct Paid<'g, G> {
    stage: Stage<'g, G>,
    cards: Arc<ScriptedCards>,
    tenant: TenantId,
    attempt: AttemptId,
    payment: PaymentId,
}

impl<'g, G: Ground> Paid<'g, G> {
    async fn on(ground: &'g G) -> Self {
        let (tenant, _, attempt) = order_of(ground).await;
        let stage = Stage::on(ground);
        let book = ground.book();
        let record = book.of_attempt(tenant, attempt).await.ok().flatten();
        let record = record.unwrap_or_else(|| panic!("the payment is not found"));
        let payment = record.payment.id();
        let sent = record
            .attempt(attempt)
            .cloned()
            .and_then(|found| found.send(second(1)));
        let answer = OpenAnswer::Created {
            ids: ids(),
            page: PageUrl::parse("https://pay.example/1").unwrap_or_else(|_| panic!("no page")),
        };
        let opened = sent.map(|sent| sent.hear_open_answer(&answer, second(2)).attempt);
        let opened = opened.unwrap_or_else(|| panic!("the attempt is not new"));
        let change = Change::of_attempt(record.payment, opened);
        assert_eq!(book.record(tenant, change).await, Ok(()));
        let paid = Self {
            stage,
            cards: Arc::default(),
            tenant,
            attempt,
            payment,
        };
        paid.cards.answer_status(CardStatus::Paid(paid.report()));
        assert!(paid.look().execute(tenant, attempt, 0).await.is_ok());
        assert_eq!(paid.balance(Account::CardClearing).await, shillings(1_500));
        paid
    }

    fn report(&self) -> CardReport {
        CardReport {
            ids: ids(),
            reference: Some(MerchantReference::of(self.attempt).as_str().to_owned()),
            amount: Some(shillings(1_500)),
            receipt: Some(receipt(1)),
        }
    }

    fn look(&self) -> LookAtCard {
        LookAtCard {
            book: self.stage.ground.book(),
            finder: self.stage.ground.finder(),
            watch: self.stage.ground.watch(),
            cards: self.cards.clone(),
            reversals: Reversals {
                book: self.stage.ground.refunds(),
                ids: self.stage.ids.clone(),
            },
            clock: self.stage.clock.clone(),
            ids: self.stage.ids.clone(),
        }
    }

    fn order(&self, text: &str, whole: i64) -> RefundOrder {
        RefundOrder {
            key: key(text),
            payment: self.payment,
            way: RefundWay::Card,
            cause: RefundCause::Manager,
            amount: shillings(whole),
            reason: "cancelled in time".to_owned(),
            reference: None,
            by: somebody(),
        }
    }

    async fn asked_back(&self, whole: i64) -> Refund {
        let ordered = self
            .stage
            .order_refund()
            .execute(self.tenant, self.order("back", whole))
            .await;
        let refund = ordered.unwrap_or_else(|error| panic!("{error}"));
        self.cards.answer_refund(CardRefundAnswer::Received);
        self.send(refund.id(), 0).await;
        self.read(refund.id()).await
    }

    async fn send(&self, refund: RefundId, tries: u8) {
        let send = SendCardRefund {
            book: self.stage.ground.refunds(),
            cards: self.cards.clone(),
            clock: self.stage.clock.clone(),
            ids: self.stage.ids.clone(),
        };
        let sent = send.execute(self.tenant, refund, tries).await;
        assert!(sent.is_ok(), "{sent:?}");
    }

    async fn look_after(&self, refund: RefundId, step: u8) {
        let look = LookAtCardRefund {
            book: self.stage.ground.refunds(),
            look: self.look(),
            clock: self.stage.clock.clone(),
            ids: self.stage.ids.clone(),
        };
        let looked = look.execute(self.tenant, refund, step).await;
        assert!(looked.is_ok(), "{looked:?}");
    }

    /// The provider says so, at a look of that number.
    async fn reversed(&self, step: u8) {
        self.cards.answer_status(CardStatus::Reversed(self.report()));
        let looked = self.look().execute(self.tenant, self.attempt, step).await;
        assert!(looked.is_ok(), "{looked:?}");
    }

    async fn read(&self, refund: RefundId) -> Refund {
        let found = self
            .stage
            .ground
            .refunds()
            .refund(self.tenant, refund)
            .await
            .ok()
            .flatten();
        found.unwrap_or_else(|| panic!("the refund is not found"))
    }

    async fn refunds(&self) -> Vec<Refund> {
        let book = self.stage.ground.book();
        let record = book.find(self.tenant, self.payment).await.ok().flatten();
        let visit = record.map(|record| record.payment.visit());
        let visit = visit.unwrap_or_else(|| panic!("the payment is not found"));
        let refunds = self
            .stage
            .ground
            .refunds()
            .refunds_of_visit(self.tenant, visit)
            .await;
        refunds.unwrap_or_else(|error| panic!("{error:?}"))
    }

    async fn dispute(&self) -> Option<ReviewReason> {
        let record = self
            .stage
            .ground
            .book()
            .of_attempt(self.tenant, self.attempt)
            .await
            .ok()
            .flatten();
        let record = record.unwrap_or_else(|| panic!("the payment is not found"));
        let found = record
            .attempt(self.attempt)
            .unwrap_or_else(|| panic!("no attempt"));
        assert_eq!(found.state().name(), StateName::Paid);
        found.progress().dispute
    }

    async fn balance(&self, account: Account) -> Money {
        let balances = self
            .stage
            .ground
            .ledger()
            .balances(self.tenant, Currency::Kes)
            .await;
        let balances = balances.unwrap_or_default();
        let sum = Money::sum(Currency::Kes, balances.values().copied());
        assert_eq!(sum, Ok(shillings(0)), "the books balance");
        balances.get(&account).copied().unwrap_or(shillings(0))
    }

    async fn told(&self, of: fn(&PaymentEvent) -> bool) -> usize {
        let events = self.stage.ground.events(self.tenant).await;
        events.iter().filter(|event| of(event)).count()
    }

    /// A person looked into what is odd about the attempt.
    async fn settle_dispute(&self) {
        let settle = SettleDispute {
            book: self.stage.ground.book(),
            clock: self.stage.clock.clone(),
        };
        let order = DisputeOrder {
            attempt: self.attempt,
            by: somebody(),
            why: Remark::parse("answered in the dashboard").unwrap_or_else(|_| panic!("a remark")),
            version: None,
        };
        let settled = settle.execute(self.tenant, order).await;
        assert_eq!(settled, Ok(self.payment));
    }

    async fn resolve(&self, refund: RefundId, resolution: Resolution) {
        let resolve = ResolveRefund {
            book: self.stage.ground.refunds(),
            clock: self.stage.clock.clone(),
            ids: self.stage.ids.clone(),
        };
        let decision = RefundDecision {
            refund,
            resolution,
            who: Resolved {
                by: somebody(),
                reason: "the dashboard says so".to_owned(),
            },
        };
        let resolved = resolve.execute(self.tenant, decision).await;
        assert!(resolved.is_ok(), "{resolved:?}");
    }
}

fn ids() -> ProviderIds {
    ProviderIds::new(TRACKING, None).unwrap_or_else(|_| panic!("no ids"))
}

fn somebody() -> Actor {
    Actor::parse("token:1").unwrap_or_else(|_| panic!("a name"))
}

pub(super) async fn of_many_refunds_by_card_at_once_one_is_asked_for<G: Ground>(ground: &G) {
    let paid = Paid::on(ground).await;
    let use_case = paid.stage.order_refund();
    let orders = (0..10).map(|number| paid.order(&format!("back-{number}"), 100));
    let ordered = together(orders.map(|order| use_case.execute(paid.tenant, order)).collect()).await;
    let refused = Err(RefundRefused::NoCardPayment);
    let taken = ordered.iter().filter(|ordered| ordered.is_ok()).count();
    let rest = ordered.iter().filter(|ordered| **ordered == refused).count();
    assert_eq!((taken, rest), (1, 9), "{ordered:?}");
    let too_much = use_case.execute(paid.tenant, paid.order("more", 1_500)).await;
    assert!(
        matches!(too_much, Err(RefundRefused::TooLarge { .. })),
        "{too_much:?}"
    );
}

pub(super) async fn a_refund_by_card_is_done_when_the_order_is_reversed_and_not_before<G: Ground>(
    ground: &G,
) {
    let paid = Paid::on(ground).await;
    let refund = paid.asked_back(1_500).await;
    assert_eq!(refund.state(), &RefundState::Sent, "received is not done");
    assert_eq!(paid.balance(Account::CardClearing).await, shillings(1_500));
    // Running it again asks nobody.
    paid.send(refund.id(), 0).await;
    assert_eq!(paid.cards.asked_back().len(), 1);
    paid.cards.answer_status(CardStatus::Paid(paid.report()));
    paid.look_after(refund.id(), 0).await;
    assert_eq!(paid.read(refund.id()).await.state(), &RefundState::Sent);
    for step in [1, 2] {
        paid.reversed(step).await;
        let state = paid.read(refund.id()).await.state().clone();
        assert_eq!(state, RefundState::Done { receipt: None });
    }
    assert_eq!(paid.balance(Account::CardClearing).await, shillings(0));
    assert_eq!(paid.balance(Account::CustomerDeposits).await, shillings(0));
    assert_eq!(paid.dispute().await, None, "the business wanted it");
    let done = paid
        .told(|event| matches!(event, PaymentEvent::RefundDone { .. }))
        .await;
    assert_eq!((done, paid.refunds().await.len()), (1, 1));
}

pub(super) async fn a_refund_that_nobody_approves_goes_to_a_person<G: Ground>(ground: &G) {
    let paid = Paid::on(ground).await;
    let refund = paid.asked_back(500).await;
    for step in 0..=15 {
        paid.cards.answer_status(CardStatus::Paid(paid.report()));
        paid.look_after(refund.id(), step).await;
    }
    let why = RefundDoubt::NoAnswer;
    assert_eq!(
        paid.read(refund.id()).await.state(),
        &RefundState::InReview { why }
    );
    paid.resolve(refund.id(), Resolution::Done { receipt: None })
        .await;
    assert_eq!(paid.balance(Account::CardClearing).await, shillings(1_000));
}

pub(super) async fn a_request_that_was_not_made_is_made_again_and_a_refusal_is_the_end<G: Ground>(
    ground: &G,
) {
    let paid = Paid::on(ground).await;
    let ordered = paid
        .stage
        .order_refund()
        .execute(paid.tenant, paid.order("back", 1_500))
        .await;
    let refund = ordered.unwrap_or_else(|error| panic!("{error}")).id();
    paid.cards.answer_refund(CardRefundAnswer::NotMade);
    paid.send(refund, 0).await;
    assert_eq!(paid.read(refund).await.state(), &RefundState::Requested);
    paid.cards
        .answer_refund(CardRefundAnswer::Rejected { code: None });
    paid.send(refund, 1).await;
    assert_eq!(
        paid.read(refund).await.state(),
        &RefundState::Rejected { code: None }
    );
    assert_eq!(paid.cards.asked_back().len(), 2);
    // What was refused stands in nobody's way.
    let again = paid
        .stage
        .order_refund()
        .execute(paid.tenant, paid.order("again", 1_500))
        .await;
    assert!(again.is_ok(), "{again:?}");
}

pub(super) async fn what_nobody_asked_back_is_a_chargeback_once<G: Ground>(ground: &G) {
    let paid = Paid::on(ground).await;
    for step in [1, 2] {
        paid.reversed(step).await;
        assert_eq!(paid.dispute().await, Some(ReviewReason::MoneyWentBack));
        assert_eq!(paid.balance(Account::CardClearing).await, shillings(0));
        assert_eq!(paid.balance(Account::Suspense).await, shillings(1_500));
    }
    let told = paid
        .told(|event| matches!(event, PaymentEvent::AttemptDisputed { .. }))
        .await;
    let refunds = paid.refunds().await;
    assert_eq!((told, refunds.len()), (1, 1));
    let chargeback = &refunds[0];
    assert_eq!(chargeback.terms().way, RefundWay::Chargeback);
    let why = RefundDoubt::ChargedBack;
    assert_eq!(chargeback.state(), &RefundState::InReview { why });
    let more = paid
        .stage
        .order_refund()
        .execute(paid.tenant, paid.order("more", 1))
        .await;
    assert!(
        matches!(more, Err(RefundRefused::TooLarge { .. })),
        "it is gone already: {more:?}"
    );
    paid.resolve(chargeback.id(), Resolution::Done { receipt: None })
        .await;
    assert_eq!(paid.balance(Account::Suspense).await, shillings(0), "it is lost");
    assert_eq!(paid.balance(Account::CustomerDeposits).await, shillings(0));
    let done = paid
        .told(|event| {
            matches!(
                event,
                PaymentEvent::RefundDone {
                    way: RefundWay::Chargeback,
                    ..
                }
            )
        })
        .await;
    assert_eq!(done, 1, "who got a share of it gives it back");
}

pub(super) async fn a_chargeback_that_was_won_is_in_the_providers_account_again<G: Ground>(ground: &G) {
    let paid = Paid::on(ground).await;
    paid.reversed(1).await;
    let chargeback = paid.refunds().await[0].id();
    paid.resolve(chargeback, Resolution::Rejected).await;
    assert_eq!(paid.balance(Account::Suspense).await, shillings(0));
    assert_eq!(paid.balance(Account::CardClearing).await, shillings(1_500));
    let told = paid
        .told(|event| matches!(event, PaymentEvent::RefundInReview { .. }))
        .await;
    assert_eq!(told, 0, "the attempt told of it");
    let kept = paid
        .told(|event| matches!(event, PaymentEvent::RefundRejected { .. }))
        .await;
    assert_eq!(kept, 1, "what the visit earned is looked at again");
}

pub(super) async fn a_chargeback_that_was_won_and_comes_back_is_booked_and_told_once_more<G: Ground>(
    ground: &G,
) {
    let paid = Paid::on(ground).await;
    paid.reversed(1).await;
    let first = paid.refunds().await[0].id();
    paid.resolve(first, Resolution::Rejected).await;
    paid.settle_dispute().await;
    let disputes = |event: &PaymentEvent| matches!(event, PaymentEvent::AttemptDisputed { .. });
    // The provider has not heard of it.
    paid.reversed(2).await;
    assert_eq!((paid.refunds().await.len(), paid.told(disputes).await), (1, 1));
    assert_eq!(paid.balance(Account::CardClearing).await, shillings(1_500));
    paid.cards.answer_status(CardStatus::Paid(paid.report()));
    let looked = paid.look().execute(paid.tenant, paid.attempt, 3).await;
    assert!(looked.is_ok(), "{looked:?}");
    for step in [4, 5] {
        paid.reversed(step).await;
        let refunds = paid.refunds().await;
        assert_eq!((refunds.len(), paid.told(disputes).await), (2, 2));
        let why = RefundDoubt::ChargedBack;
        assert_eq!(refunds[1].state(), &RefundState::InReview { why });
        assert_eq!(paid.balance(Account::CardClearing).await, shillings(0));
        assert_eq!(paid.balance(Account::Suspense).await, shillings(1_500));
    }
    let second = paid.refunds().await[1].id();
    paid.resolve(second, Resolution::Done { receipt: None }).await;
    paid.settle_dispute().await;
    // What is lost is lost once; that it comes and goes again is told.
    paid.cards.answer_status(CardStatus::Paid(paid.report()));
    let looked = paid.look().execute(paid.tenant, paid.attempt, 6).await;
    assert!(looked.is_ok(), "{looked:?}");
    paid.reversed(7).await;
    assert_eq!((paid.refunds().await.len(), paid.told(disputes).await), (2, 3));
    assert_eq!(paid.balance(Account::CardClearing).await, shillings(0));
    assert_eq!(paid.balance(Account::Suspense).await, shillings(0));
}

pub(super) async fn a_chargeback_that_comes_back_is_told_although_nobody_settled_the_last<G: Ground>(
    ground: &G,
) {
    let paid = Paid::on(ground).await;
    paid.reversed(1).await;
    let first = paid.refunds().await[0].id();
    paid.resolve(first, Resolution::Rejected).await;
    paid.cards.answer_status(CardStatus::Paid(paid.report()));
    let looked = paid.look().execute(paid.tenant, paid.attempt, 2).await;
    assert!(looked.is_ok(), "{looked:?}");
    let disputes = |event: &PaymentEvent| matches!(event, PaymentEvent::AttemptDisputed { .. });
    for step in [3, 4] {
        paid.reversed(step).await;
        assert_eq!((paid.refunds().await.len(), paid.told(disputes).await), (2, 2));
        assert_eq!(paid.dispute().await, Some(ReviewReason::MoneyWentBack));
    }
}

pub(super) async fn a_chargeback_of_what_is_credit_takes_the_credit_back_and_tells_what_is_spent<
    G: Ground,
>(
    ground: &G,
) {
    let paid = Paid::on(ground).await;
    let book = ground.book();
    let record = book.find(paid.tenant, paid.payment).await.ok().flatten();
    let payment = record.map(|record| record.payment);
    let payment = payment.unwrap_or_else(|| panic!("the payment is not found"));
    let (visit, customer) = (payment.visit(), payment.customer());
    let given = paid
        .stage
        .credit()
        .execute(paid.tenant, visit, shillings(0))
        .await;
    assert_eq!(given.ok(), Some(vec![shillings(1_500)]));
    spend_and_charge_back(ground, &paid, customer).await;
    let refunds = paid.refunds().await;
    assert_eq!(refunds.len(), 1);
    assert_eq!(refunds[0].progress().given_twice, Some(shillings(600)));
    let told = paid
        .told(|event| {
            matches!(
                event,
                PaymentEvent::RefundInReview {
                    given_twice: Some(_),
                    ..
                }
            )
        })
        .await;
    assert_eq!(told, 1, "the owner is told what they have twice");
    paid.resolve(refunds[0].id(), Resolution::Done { receipt: None })
        .await;
    assert_eq!(paid.balance(Account::CustomerDeposits).await, shillings(0));
    assert_eq!(paid.balance(Account::Refunds).await, shillings(600), "a loss");
}

/// 600 of the credit are spent, and the card's owner takes all of the money back, which is told twice.
async fn spend_and_charge_back<G: Ground>(ground: &G, paid: &Paid<'_, G>, customer: CustomerId) {
    let spent = PayoutOrder {
        key: key("spent"),
        customer,
        by_way: PayoutBy::Outside("transfer 7".to_owned()),
        amount: shillings(600),
        reason: "they move away".to_owned(),
        by: somebody(),
    };
    assert!(paid.stage.pay_out().execute(paid.tenant, spent).await.is_ok());
    for step in [1, 2] {
        paid.reversed(step).await;
        assert_eq!(
            credit(ground, customer).await,
            shillings(0),
            "it is no credit now"
        );
    }
}

/// A card payment of 1,500 shillings of which 1,000 were given back as credit, of which 600 are spent; and it is charged back.
async fn credited_and_charged_back<G: Ground>(ground: &G) -> (Paid<'_, G>, CustomerId) {
    let paid = Paid::on(ground).await;
    let order = RefundOrder {
        way: RefundWay::Credit,
        ..paid.order("as-credit", 1_000)
    };
    let given = paid.stage.order_refund().execute(paid.tenant, order).await;
    let customer = given.unwrap_or_else(|error| panic!("{error}")).terms().customer;
    assert_eq!(credit(ground, customer).await, shillings(1_000));
    spend_and_charge_back(ground, &paid, customer).await;
    let refunds = paid.refunds().await;
    let progress = refunds[1].progress();
    assert_eq!(
        (progress.taken_of_credit, progress.given_twice),
        (Some(shillings(400)), Some(shillings(600)))
    );
    let stands = match standing(&refunds) {
        Ok(stands) => stands,
        Err(error) => panic!("{error}"),
    };
    let stands: Vec<Money> = stands.into_iter().map(|(_, stands)| stands).collect();
    assert_eq!(
        stands,
        [shillings(600), refunds[1].terms().amount],
        "what was taken back of the credit went back by the chargeback alone"
    );
    (paid, customer)
}

pub(super) async fn a_chargeback_after_a_refund_as_credit_takes_what_is_not_spent<G: Ground>(ground: &G) {
    let (paid, customer) = credited_and_charged_back(ground).await;
    // 600 left the house by the transfer, 1,500 by the card, and 400 of that are covered by the credit.
    assert_eq!(
        paid.balance(Account::Suspense).await,
        shillings(1_500 - 400 - 600)
    );
    let chargeback = paid.refunds().await[1].id();
    paid.resolve(chargeback, Resolution::Done { receipt: None }).await;
    assert_eq!(paid.balance(Account::CardClearing).await, shillings(0));
    assert_eq!(paid.balance(Account::CustomerDeposits).await, shillings(0));
    assert_eq!(
        paid.balance(Account::Refunds).await,
        shillings(600),
        "what was spent is lost"
    );
    assert_eq!(
        paid.balance(Account::Suspense).await,
        shillings(-600),
        "the transfer alone"
    );
    assert_eq!(credit(ground, customer).await, shillings(0));
}

pub(super) async fn credit_that_was_taken_for_a_chargeback_is_given_again_when_it_is_won<G: Ground>(
    ground: &G,
) {
    let (paid, customer) = credited_and_charged_back(ground).await;
    let chargeback = paid.refunds().await[1].id();
    paid.resolve(chargeback, Resolution::Rejected).await;
    assert_eq!(credit(ground, customer).await, shillings(400));
    assert_eq!(paid.balance(Account::CardClearing).await, shillings(1_500));
    assert_eq!(
        paid.balance(Account::Suspense).await,
        shillings(-600),
        "the transfer alone"
    );
    assert_eq!(paid.balance(Account::Refunds).await, shillings(0));
    let progress = paid.refunds().await[1].progress().clone();
    assert_eq!((progress.taken_of_credit, progress.given_twice), (None, None));
}
