//! What money that goes back promises as a whole, whatever happens in whatever order: the books follow from the states
//! of the refunds, no more leaves than was paid but for what is on record as given twice, and what is over stays over.

use proptest::prelude::*;
use ratiba_kernel::Clock as _;
use ratiba_kernel::test_support::block_on;
use time::Duration;

use super::ground::FakeGround;
use super::*;
use crate::attempt::{Attempt, AttemptTerms, Provider};
use crate::card::CardReport;
use crate::evidence::Evidence;
use crate::ledger::Account;
use crate::payment::{Payment, Purpose};
use crate::payout::PayoutWay;
use crate::ports::{Owed, RefundQuery, VisitAsks};
use crate::refund::{
    Refund, RefundDoubt, RefundSource, RefundState, RefundWay, Resolution, Resolved, ReversalAnswer,
    ReversalReport, ReversalVerdict,
};
use crate::settlement::settle;
use crate::test_support::contracts::Stage;
use crate::test_support::contracts::refunds::{
    balance, credit, order, originator, paid_visit, somebody, stored_id, take,
};
use crate::test_support::fakes::AlwaysAsks;
use crate::{CustomerId, VisitId};

/// Something that happens. Numbers choose among what there is.
#[derive(Clone, Debug)]
enum Step {
    OrderReversal,
    OrderOutside(i64),
    PayOut(i64),
    PayOutReversal,
    Withdraw(i64),
    Spend(i64),
    /// What is not kept becomes credit.
    Settle,
    /// The refund that waits is sent; the provider answers so, and moves the money if it can and wants to.
    Send(Answer, bool),
    /// The provider's message about one of the requests.
    Tell(usize, Tell),
    Ask(usize, u8),
    Cancel(usize),
    Person(usize, bool),
}

#[derive(Clone, Copy, Debug)]
enum Answer {
    Accepted,
    NotSent,
    Rejected,
    Lost,
}

#[derive(Clone, Copy, Debug)]
enum Tell {
    Truth,
    Unclear,
    Timeout,
    OtherAmount,
}

fn step() -> impl Strategy<Value = Step> {
    let answer = prop::sample::select(vec![
        Answer::Accepted,
        Answer::Accepted,
        Answer::NotSent,
        Answer::Rejected,
        Answer::Lost,
    ]);
    let tell = prop::sample::select(vec![
        Tell::Truth,
        Tell::Truth,
        Tell::Truth,
        Tell::Unclear,
        Tell::Timeout,
        Tell::OtherAmount,
    ]);
    prop_oneof![
        3 => Just(Step::OrderReversal),
        1 => (1i64..16).prop_map(|hundreds| Step::OrderOutside(hundreds * 100)),
        1 => (1i64..16).prop_map(|hundreds| Step::PayOut(hundreds * 100)),
        1 => Just(Step::PayOutReversal),
        1 => (1i64..5).prop_map(|hundreds| Step::Withdraw(hundreds * 100)),
        1 => (1i64..10).prop_map(|hundreds| Step::Spend(hundreds * 100)),
        2 => Just(Step::Settle),
        5 => (answer, prop::bool::weighted(0.7)).prop_map(|(answer, moves)| Step::Send(answer, moves)),
        4 => (0usize..6, tell).prop_map(|(request, tell)| Step::Tell(request, tell)),
        3 => (0usize..6, 0u8..4).prop_map(|(refund, step)| Step::Ask(refund, step)),
        1 => (0usize..6).prop_map(Step::Cancel),
        3 => (0usize..6, any::<bool>()).prop_map(|(refund, done)| Step::Person(refund, done)),
    ]
}

/// How stories begin: most that go wrong begin with a refund that was given up although the money moved.
fn beginning() -> impl Strategy<Value = Vec<Step>> {
    let given_up = vec![
        Step::OrderReversal,
        Step::Send(Answer::Accepted, true),
        Step::Ask(0, 3),
        Step::Person(0, false),
    ];
    let credited = [given_up.clone(), vec![Step::Settle]].concat();
    let paid_out = vec![
        Step::Settle,
        Step::PayOutReversal,
        Step::Send(Answer::Lost, true),
        Step::Ask(0, 3),
        Step::Person(0, false),
    ];
    prop::sample::select(vec![Vec::new(), given_up, credited, paid_out])
}

/// A request that reached the provider.
struct Request {
    token: crate::reference::CallbackToken,
    by: String,
    /// Whether it moved the money.
    moved: bool,
}

struct Story<'g> {
    stage: Stage<'g, FakeGround>,
    ground: &'g FakeGround,
    visit: crate::VisitId,
    payment: PaymentId,
    customer: CustomerId,
    requests: Vec<Request>,
    /// What went out of the credit, other than by refunds.
    paid_out: i64,
    withdrawn: i64,
    number: u32,
}

const PAID: i64 = 1_500;

impl<'g> Story<'g> {
    async fn new(ground: &'g FakeGround) -> Self {
        let stage = Stage::on(ground);
        let (payment, visit, customer) = paid_visit(&stage, 1).await;
        Self {
            stage,
            ground,
            visit,
            payment,
            customer,
            requests: Vec::new(),
            paid_out: 0,
            withdrawn: 0,
            number: 0,
        }
    }

    async fn refunds(&self) -> Vec<Refund> {
        let book = self.ground.refunds();
        book.refunds_of_visit(tenant(1), self.visit).await.unwrap()
    }

    async fn pick(&self, number: usize) -> Option<Refund> {
        let refunds = self.refunds().await;
        let chosen = number.checked_rem(refunds.len())?;
        refunds.get(chosen).cloned()
    }

    fn key(&mut self) -> String {
        self.number += 1;
        format!("story-{}", self.number)
    }

    async fn run(&mut self, step: Step) {
        self.stage
            .clock
            .set(self.stage.clock.now() + Duration::seconds(90));
        match step {
            Step::OrderReversal => self.order(RefundWay::MpesaReversal, PAID).await,
            Step::OrderOutside(whole) => self.order(RefundWay::Outside, whole).await,
            Step::PayOut(whole) => {
                let transfer = self.key();
                if self.pay_out(PayoutBy::Outside(transfer), whole).await {
                    self.paid_out += whole;
                }
            }
            Step::PayOutReversal => {
                self.pay_out(PayoutBy::MpesaReversal, PAID).await;
            }
            Step::Withdraw(whole) => {
                if self.pay_out(PayoutBy::Withdrawal, whole).await {
                    self.withdrawn += whole;
                }
            }
            Step::Spend(whole) => self.spend(whole).await,
            Step::Settle => {
                let settled = self
                    .stage
                    .credit()
                    .execute(tenant(1), self.visit, shillings(0))
                    .await;
                assert!(settled.is_ok(), "{settled:?}");
            }
            Step::Send(answer, moves) => self.send(answer, moves).await,
            Step::Tell(request, tell) => self.tell(request, tell).await,
            Step::Ask(refund, step) => {
                if let Some(refund) = self.pick(refund).await {
                    let asked = self
                        .stage
                        .ask_refund()
                        .execute(tenant(1), refund.id(), step)
                        .await;
                    assert_eq!(asked, Ok(()));
                }
            }
            Step::Cancel(refund) => {
                if let Some(refund) = self.pick(refund).await {
                    let cancel = self.stage.cancel_refund();
                    drop(cancel.execute(tenant(1), refund.id(), a_person()).await);
                }
            }
            Step::Person(refund, done) => {
                if let Some(refund) = self.pick(refund).await {
                    let resolution = if done {
                        Resolution::Done { receipt: None }
                    } else {
                        Resolution::Rejected
                    };
                    let decision = RefundDecision {
                        refund: refund.id(),
                        resolution,
                        who: a_person(),
                    };
                    drop(self.stage.resolve_refund().execute(tenant(1), decision).await);
                }
            }
        }
    }

    async fn order(&mut self, way: RefundWay, whole: i64) {
        let wanted = order(&self.key(), self.payment, way, whole);
        drop(self.stage.order_refund().execute(tenant(1), wanted).await);
    }

    async fn pay_out(&mut self, by_way: PayoutBy, whole: i64) -> bool {
        let wanted = PayoutOrder {
            key: key(&self.key()),
            customer: self.customer,
            by_way,
            amount: shillings(whole),
            reason: "they move away".to_owned(),
            by: somebody(),
        };
        let payout = self.stage.pay_out().execute(tenant(1), wanted).await;
        payout.is_ok_and(|payout| !matches!(payout.way, PayoutWay::MpesaReversal { .. }))
    }

    async fn spend(&mut self, whole: i64) {
        let (visit, _) = self.ground.visit(tenant(1)).await;
        let wanted = CreditOrder {
            key: key(&self.key()),
            visit,
            customer: self.customer,
            amount: None,
            by: somebody(),
        };
        let owing = AlwaysAsks(VisitAsks::For(Owed {
            customer: self.customer,
            purpose: Purpose::Deposit,
            amount: shillings(whole),
            phone: None,
        }));
        drop(self.stage.spend().execute(tenant(1), wanted, &owing).await);
    }

    async fn send(&mut self, answer: Answer, moves: bool) {
        let waiting = self.refunds().await.into_iter();
        let mut waiting = waiting.filter(|refund| refund.state() == &RefundState::Requested);
        let Some(refund) = waiting.next() else { return };
        let by = format!("AG_{}", self.requests.len());
        self.stage.back.answer(match answer {
            Answer::Accepted => ReversalAnswer::Accepted(originator(&by)),
            Answer::NotSent => ReversalAnswer::NotSent,
            Answer::Rejected => ReversalAnswer::Rejected { code: None },
            Answer::Lost => ReversalAnswer::Unknown,
        });
        let tries = refund.progress().tries;
        let sent = self
            .stage
            .send_refund()
            .execute(tenant(1), refund.id(), tries)
            .await;
        assert_eq!(sent, Ok(()));
        if let (Answer::Accepted | Answer::Lost, Some(order)) = (answer, self.stage.back.orders().pop()) {
            // One transaction is taken back once.
            let moved = moves && self.requests.iter().all(|other| !other.moved);
            self.requests.push(Request {
                token: order.token,
                by,
                moved,
            });
        }
    }

    async fn tell(&mut self, number: usize, tell: Tell) {
        let Some(chosen) = number.checked_rem(self.requests.len()) else {
            return;
        };
        let request = &self.requests[chosen];
        let gone = self.requests.iter().any(|other| other.moved);
        let done = |whole: i64| ReversalVerdict::Done {
            receipt: Some(receipt(99)),
            amount: Some(shillings(whole)),
            original: Some(receipt(1)),
        };
        let verdict = match tell {
            Tell::Truth if request.moved => done(PAID),
            Tell::Truth if gone => ReversalVerdict::DoneBefore,
            Tell::Truth => ReversalVerdict::Refused {
                code: ProviderCode::new("R000002"),
            },
            Tell::Unclear | Tell::Timeout => ReversalVerdict::Unclear,
            Tell::OtherAmount => done(PAID - 1),
        };
        let report = ReversalReport {
            originator: originator(&request.by),
            verdict,
        };
        self.number += 1;
        let body = self.stage.result_reader.body(&report, self.number);
        let timed_out = matches!(tell, Tell::Timeout);
        let message = stored_id(take(&self.stage, &request.token, timed_out, body).await);
        let applied = self.stage.apply_result().execute(tenant(1), message).await;
        assert!(applied.is_ok(), "no message kills its job: {applied:?}");
    }

    /// The books as they must be, seen from the states alone.
    async fn check(&self) {
        let refunds = self.refunds().await;
        let whole = |refund: &Refund| refund.terms().amount.amount_minor() / 100;
        let twice = |refund: &Refund| {
            let twice = refund.progress().given_twice;
            twice.map_or(0, |twice| twice.amount_minor() / 100)
        };
        let done = |refund: &&Refund| matches!(refund.state(), RefundState::Done { .. });
        let (mut reversed, mut outside, mut aside, mut lost) = (0, self.paid_out, 0, -self.withdrawn);
        for refund in &refunds {
            let credit = refund.terms().source == RefundSource::Credit;
            match refund.terms().way {
                RefundWay::MpesaReversal if done(&refund) => {
                    reversed += whole(refund);
                    lost += twice(refund);
                }
                RefundWay::MpesaReversal if credit && refund.counts() => {
                    aside += whole(refund) - twice(refund);
                }
                RefundWay::MpesaReversal => {}
                RefundWay::Outside => outside += whole(refund),
                RefundWay::Cash | RefundWay::Credit | RefundWay::Card | RefundWay::Chargeback => {}
            }
        }
        let of = async |account| balance(self.ground, account).await;
        assert_eq!(of(Account::MpesaClearing).await, shillings(PAID - reversed));
        assert_eq!(of(Account::Suspense).await, shillings(-outside - aside));
        assert_eq!(of(Account::Refunds).await, shillings(lost));
        let owed = of(Account::CustomerDeposits).await;
        assert!(owed <= shillings(0), "no more leaves than was paid: {owed}");
        assert!(credit(self.ground, self.customer).await >= shillings(0));
        let counting = refunds.iter().filter(|refund| refund.counts());
        let originals = counting.filter(|refund| refund.terms().original.is_some());
        assert!(originals.count() <= 1, "one transaction is taken back once");
    }
}

fn a_person() -> Resolved {
    Resolved {
        by: somebody(),
        reason: "seen in the portal".to_owned(),
    }
}

/// Whether a refund may go from one state to the other.
fn may_follow(before: &RefundState, after: &RefundState) -> bool {
    match before {
        RefundState::Done { .. } => matches!(after, RefundState::Done { .. }),
        RefundState::Cancelled => before == after,
        // The named late success, or a late contradiction.
        RefundState::Rejected { .. } => {
            let late = matches!(
                after,
                RefundState::InReview {
                    why: RefundDoubt::DoneAfterAll | RefundDoubt::ResultDiffers
                }
            );
            late || before == after
        }
        RefundState::Requested | RefundState::Sent | RefundState::Unknown | RefundState::InReview { .. } => {
            true
        }
    }
}

#[test]
fn of_a_tip_no_more_is_taken_from_the_team_than_they_got() {
    let ground = FakeGround::default();
    let stage = Stage::on(&ground);
    let (customer, visit) = (
        CustomerId::from_uuid(uuid::Uuid::from_u128(5)),
        VisitId::from_uuid(uuid::Uuid::from_u128(6)),
    );
    let tip = Payment::owe(
        stage.ids.fresh(),
        visit,
        customer,
        Purpose::Tip,
        shillings(500),
        second(0),
    );
    let id = tip.id();
    let terms = AttemptTerms {
        id: stage.ids.fresh(),
        payment: id,
        key: key("by-card"),
        provider: Provider::Pesapal,
        amount: shillings(500),
        payer: None,
        by: None,
        ordered: None,
        created_at: second(0),
    };
    let moved = Attempt::received(terms, Some(receipt(1)), Evidence::Status, second(0));
    let paid = moved.attempt.clone();
    let change = settle(tip, moved, second(0), &*stage.ids).unwrap();
    block_on(async {
        assert_eq!(ground.book().record(tenant(1), change).await, Ok(()));
        let back = order("back", id, RefundWay::Outside, 500);
        assert!(stage.order_refund().execute(tenant(1), back).await.is_ok());
        let reversals = Reversals {
            book: ground.refunds(),
            ids: stage.ids.clone(),
        };
        let report = CardReport {
            ids: provider_ids(1),
            reference: None,
            amount: None,
            receipt: None,
        };
        let explained = reversals.take(tenant(1), &paid, &report, second(9)).await;
        assert!(matches!(explained, Ok(false)), "{explained:?}");
        let query = RefundQuery {
            state: Some("in_review".to_owned()),
            most: 1,
            ..RefundQuery::default()
        };
        let lost = ground.refunds().refunds(tenant(1), query).await.unwrap();
        let decision = RefundDecision {
            refund: lost[0].id(),
            resolution: Resolution::Done { receipt: None },
            who: a_person(),
        };
        assert!(stage.resolve_refund().execute(tenant(1), decision).await.is_ok());
        assert_eq!(balance(&ground, Account::TipsPayable).await, shillings(0));
        assert_eq!(
            balance(&ground, Account::Refunds).await,
            shillings(500),
            "the rest is a loss"
        );
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_story_of_refunds_gives_more_back_than_was_paid(
        script in (beginning(), prop::collection::vec(step(), 1..30)).prop_map(|(first, then)| [first, then].concat()),
    ) {
        let ground = FakeGround::default();
        block_on(async {
            let mut story = Story::new(&ground).await;
            for step in script {
                let before = story.refunds().await;
                story.run(step).await;
                let after = story.refunds().await;
                for (was, is) in before.iter().zip(&after) {
                    assert_eq!(was.id(), is.id());
                    assert!(may_follow(was.state(), is.state()), "{was:?}, then {is:?}");
                }
                story.check().await;
            }
        });
    }
}
