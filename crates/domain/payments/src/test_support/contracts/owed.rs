//! What is owed is paid once, in however many ways it is paid for at once.

use std::future::Future;
use std::pin::Pin;

use ratiba_kernel::{Currency, IdSource, Money, TenantId};

use super::refunds::{credit, paid_visit};
use super::till::open_drawer;
use super::{Stage, TillGround};
use crate::actor::Actor;
use crate::payment::{Payment, PaymentId, PaymentRecord, PaymentState, Purpose};
use crate::ports::{Change, Owed, RecordError, RefundRefused, VisitSeen};
use crate::refund::{RefundCause, RefundWay};
use crate::test_support::builders::{key, phone, second, shillings};
use crate::test_support::fakes::LeftOfPrice;
use crate::test_support::together;
use crate::use_cases::{
    CardLinkOrder, CashOrder, CreditOrder, DeskPrompt, PromptFromDesk, RefundOrder, RequestCardLink, TakeCash,
};
use crate::{CustomerId, VisitId};

/// Runs every promise about what visits owe against fresh ground each.
pub async fn owing_contract<G: TillGround>(fresh: impl AsyncFn() -> G) {
    one_debt_is_covered_once_by_whoever_pays_at_once(&fresh().await).await;
    what_rests_on_other_payments_is_not_recorded_once_they_changed(&fresh().await).await;
    what_is_kept_is_kept_whoever_gives_back_at_once(&fresh().await).await;
    what_came_for_an_open_payment_and_is_not_asked_for_any_more_is_credit(&fresh().await).await;
}

fn desk() -> Actor {
    Actor::parse("token:desk").unwrap_or_else(|_| panic!("a name"))
}

/// A debt of 1,000 shillings, and everybody who can pay it.
struct Debt<'s, 'g, G> {
    stage: &'s Stage<'g, G>,
    tenant: TenantId,
    visit: VisitId,
    customer: CustomerId,
    owing: LeftOfPrice,
    name: String,
}

/// What somebody brought, or asked for; nothing if they were refused.
type Tender<'a> = Pin<Box<dyn Future<Output = Money> + Send + 'a>>;

impl<'s, 'g, G: TillGround> Debt<'s, 'g, G> {
    fn new(stage: &'s Stage<'g, G>, name: &str, (visit, customer): (VisitId, CustomerId)) -> Self {
        let whole = Owed {
            customer,
            purpose: Purpose::Balance,
            amount: shillings(1_000),
            phone: Some(phone("+254700000321")),
        };
        let book = stage.ground.book();
        Self {
            stage,
            tenant: stage.ground.tenants().0,
            visit,
            customer,
            owing: LeftOfPrice { book, whole },
            name: name.to_owned(),
        }
    }

    fn cash(&self, number: u32, whole: i64) -> Tender<'_> {
        let take = TakeCash {
            book: self.stage.ground.book(),
            till: self.stage.ground.till(),
            house: self.stage.ground.house(),
            clock: self.stage.clock(),
            ids: self.stage.ids.clone(),
        };
        let order = CashOrder {
            key: key(&format!("cash-{}-{number}", self.name)),
            visit: self.visit,
            amount: shillings(whole),
            by: desk(),
        };
        Box::pin(async move {
            let taken = take.execute(self.tenant, order, &self.owing).await;
            taken.map_or(shillings(0), |_| shillings(whole))
        })
    }

    fn credit(&self, number: u32, amount: Option<Money>) -> Tender<'_> {
        let spend = self.stage.spend();
        let order = CreditOrder {
            key: key(&format!("credit-{}-{number}", self.name)),
            visit: self.visit,
            customer: self.customer,
            amount,
            by: desk(),
        };
        Box::pin(async move {
            let spent = spend.execute(self.tenant, order, &self.owing).await;
            spent.map_or(shillings(0), |spend| spend.amount)
        })
    }

    fn prompt(&self) -> Tender<'_> {
        let prompt = PromptFromDesk {
            book: self.stage.ground.book(),
            house: self.stage.ground.house(),
            clock: self.stage.clock(),
            ids: self.stage.ids.clone(),
        };
        let order = DeskPrompt {
            key: key(&format!("prompt-{}", self.name)),
            visit: self.visit,
            payer: None,
            amount: None,
            tip: None,
            by: desk(),
        };
        Box::pin(async move {
            let asked = prompt.execute(self.tenant, order, &self.owing).await;
            asked.map_or(shillings(0), |asked| asked.amount)
        })
    }

    fn page(&self) -> Tender<'_> {
        let page = RequestCardLink {
            book: self.stage.ground.book(),
            house: self.stage.ground.house(),
            clock: self.stage.clock(),
            ids: self.stage.ids.clone(),
        };
        let order = CardLinkOrder {
            key: key(&format!("page-{}", self.name)),
            visit: self.visit,
            contact: None,
            amount: None,
            tip: None,
            by: desk(),
        };
        Box::pin(async move {
            let asked = page.execute(self.tenant, order, &self.owing).await;
            asked.map_or(shillings(0), |asked| asked.amount)
        })
    }

    async fn payments(&self) -> Vec<PaymentRecord> {
        let payments = self.stage.ground.book().of_visit(self.tenant, self.visit).await;
        payments.unwrap_or_else(|error| panic!("{error}"))
    }
}

fn sum(amounts: impl IntoIterator<Item = Money>) -> Money {
    Money::sum(Currency::Kes, amounts).unwrap_or_else(|error| panic!("{error}"))
}

/// Everybody pays for one debt at once, in ways that change from round to round: what they brought and what is asked of
/// somebody never exceeds the debt, and it can be paid to the end.
async fn one_debt_is_covered_once_by_whoever_pays_at_once<G: TillGround>(ground: &G) {
    let stage = Stage::on(ground);
    let (tenant, _) = ground.tenants();
    open_drawer(ground, tenant).await;
    for round in 0..6_u32 {
        let (_, lost, customer) = paid_visit(&stage, round + 1).await;
        let gave = stage.credit().execute(tenant, lost, shillings(0)).await;
        assert!(gave.is_ok(), "{gave:?}");
        let (visit, _) = ground.visit(tenant).await;
        let debt = Debt::new(&stage, &round.to_string(), (visit, customer));
        let mut tenders = match round % 3 {
            0 => vec![
                debt.cash(0, 1_000),
                debt.credit(0, None),
                debt.prompt(),
                debt.page(),
            ],
            1 => vec![debt.credit(0, None), debt.credit(1, None), debt.cash(0, 1_000)],
            _ => vec![
                debt.credit(0, Some(shillings(600))),
                debt.cash(0, 600),
                debt.credit(1, Some(shillings(600))),
                debt.page(),
            ],
        };
        tenders.rotate_left(usize::try_from(round / 3).unwrap_or_default());
        let brought = together(tenders).await;
        let in_all = sum(brought.iter().copied());
        assert!(in_all.is_positive(), "somebody is first");
        assert!(in_all <= shillings(1_000), "round {round}: {brought:?}");

        let payments = debt.payments().await;
        let out = payments.iter().flat_map(|record| &record.attempts);
        let out: Vec<Money> = out.filter(|a| a.is_live()).map(|a| a.terms().amount).collect();
        let paid = sum(payments.iter().map(|record| record.payment.paid()));
        let left = sum([shillings(1_000)]).checked_sub(paid).unwrap_or(shillings(0));
        assert_eq!(sum(out.iter().copied()).checked_add(paid), Ok(in_all));
        if out.is_empty() && left.is_positive() {
            let rest = left.amount_minor() / 100;
            assert_eq!(debt.cash(9, rest).await, left, "the rest can be paid");
        }
        if out.is_empty() {
            let payments = debt.payments().await;
            assert!(
                payments
                    .iter()
                    .all(|record| record.payment.state() == PaymentState::Settled)
            );
            assert_eq!(
                sum(payments.iter().map(|record| record.payment.paid())),
                shillings(1_000)
            );
            assert_eq!(debt.cash(10, 1).await, shillings(0), "nothing is owed any more");
        }
    }
}

fn balance(ids: &dyn IdSource, (visit, customer): (VisitId, CustomerId), whole: i64) -> Payment {
    let id: PaymentId = ids.fresh();
    Payment::owe(id, visit, customer, Purpose::Balance, shillings(whole), second(0))
}

async fn what_rests_on_other_payments_is_not_recorded_once_they_changed<G: TillGround>(ground: &G) {
    let stage = Stage::on(ground);
    let (tenant, _) = ground.tenants();
    let (asked, visit, customer) = stage.asked(tenant, "deposit").await;
    let read = stage.record(tenant, &asked).await;
    let seen = VisitSeen::of(visit, std::slice::from_ref(&read));
    let upon = |seen: &VisitSeen| {
        let payment = balance(&*stage.ids, (visit, customer), 500);
        Change {
            seen: Some(seen.clone()),
            ..Change::of_payment(payment, second(1))
        }
    };
    let none = VisitSeen::of(visit, &[]);
    let stale = Err(RecordError::Stale);
    assert_eq!(ground.book().record(tenant, upon(&none)).await, stale, "one came");
    let moved = Change::of_payment(read.payment, second(1));
    assert_eq!(ground.book().record(tenant, moved).await, Ok(()));
    assert_eq!(
        ground.book().record(tenant, upon(&seen)).await,
        stale,
        "it moved on"
    );
    let seen = seen.after(asked.payment);
    assert_eq!(ground.book().record(tenant, upon(&seen)).await, Ok(()));

    // Refunds that were derived from several payments alike.
    let order = RefundOrder {
        key: key("derived"),
        payment: asked.payment,
        way: RefundWay::Credit,
        cause: RefundCause::Policy,
        amount: shillings(1),
        reason: "the rules of cancellation".to_owned(),
        reference: None,
        by: desk(),
    };
    let refused = stage
        .order_refund()
        .execute_upon(tenant, order, Some(&seen))
        .await;
    assert_eq!(refused, Err(RefundRefused::Overtaken), "a payment came since");
}

async fn what_is_kept_is_kept_whoever_gives_back_at_once<G: TillGround>(ground: &G) {
    let stage = Stage::on(ground);
    let (tenant, _) = ground.tenants();
    for round in 1..=4 {
        let (deposit, visit, customer) = paid_visit(&stage, round).await;
        let rest = balance(&*stage.ids, (visit, customer), 1_000);
        let (rest, received) = rest
            .receive(shillings(1_000), second(6))
            .unwrap_or_else(|error| panic!("{error}"));
        assert!(received.excess.is_zero());
        let change = Change::of_payment(rest, second(6));
        assert_eq!(ground.book().record(tenant, change).await, Ok(()));
        // A fee of 500 is to keep of 2,500; a manager gives the deposit back at the same time.
        let order = RefundOrder {
            key: key(&format!("refund-{round}")),
            payment: deposit,
            way: RefundWay::Outside,
            cause: RefundCause::Manager,
            amount: shillings(1_500),
            reason: "the steam room was cold".to_owned(),
            reference: Some(format!("transfer {round}")),
            by: desk(),
        };
        let (credits, refunds) = (stage.credit(), stage.order_refund());
        let give = |by_rules: bool| -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
            if by_rules {
                Box::pin(async {
                    let credited = credits.execute(tenant, visit, shillings(500)).await;
                    assert!(credited.is_ok(), "{credited:?}");
                })
            } else {
                let order = order.clone();
                let refunds = &refunds;
                Box::pin(async move {
                    let refund = refunds.execute(tenant, order).await;
                    assert!(
                        matches!(refund, Ok(_) | Err(RefundRefused::TooLarge { .. })),
                        "{refund:?}"
                    );
                })
            }
        };
        together(vec![give(round % 2 == 0), give(round % 2 == 1), give(true)]).await;
        let payments = ground.book().of_visit(tenant, visit).await.unwrap_or_default();
        let kept = payments.iter().map(|record| record.payment.kept());
        let kept = sum(kept.map(|kept| kept.unwrap_or(shillings(0))));
        let refunds = ground
            .refunds()
            .refunds_of_visit(tenant, visit)
            .await
            .unwrap_or_default();
        let gone = sum(refunds.iter().map(|refund| refund.terms().amount));
        assert_eq!(kept.checked_sub(gone), Ok(shillings(500)), "round {round}");
        assert_eq!(
            credit(ground, customer).await.checked_add(gone),
            Ok(shillings(2_000))
        );
    }
}

async fn what_came_for_an_open_payment_and_is_not_asked_for_any_more_is_credit<G: TillGround>(ground: &G) {
    let stage = Stage::on(ground);
    let (tenant, _) = ground.tenants();
    let (visit, customer) = ground.visit(tenant).await;
    open_drawer(ground, tenant).await;
    let debt = Debt::new(&stage, "less", (visit, customer));
    assert_eq!(debt.cash(0, 700).await, shillings(700));
    let state = async || debt.payments().await.first().map(|record| record.payment.state());
    let credit_beyond = async |keep: i64| {
        let credited = stage.credit().execute(tenant, visit, shillings(keep)).await;
        credited.unwrap_or_else(|error| panic!("{error}"))
    };
    assert_eq!(credit_beyond(701).await, [], "more is asked for");
    assert_eq!(state().await, Some(PaymentState::Open));
    // The price was lowered to 500.
    assert_eq!(credit_beyond(500).await, [shillings(200)]);
    assert_eq!(
        state().await,
        Some(PaymentState::Settled),
        "nothing more is asked for"
    );
    assert_eq!(credit(ground, customer).await, shillings(200));
    assert_eq!(credit_beyond(500).await, [], "once");
}
