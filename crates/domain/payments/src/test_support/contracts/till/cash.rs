//! Cash that is taken for visits.

use std::sync::{Mutex, PoisonError};

use ratiba_kernel::test_support::SeededIds;
use ratiba_kernel::{Currency, Money, Outage, TenantId};

use super::*;
use crate::attempt::Provider;
use crate::event::PaymentEvent;
use crate::evidence::PushAnswer;
use crate::payment::{NotNow, PaymentId, PaymentRecord, PaymentState, Purpose};
use crate::ports::{Owed, Owing, RefundRefused, VisitAsks};
use crate::refund::RefundWay;
use crate::test_support::builders::provider_ids;
use crate::test_support::contracts::Stage;
use crate::test_support::contracts::refunds::{order, paid_visit};
use crate::use_cases::{CashOrder, CashTaken, RefundOrder, RequestPaymentError, TakeCash, TakeCashError};
use crate::{CustomerId, VisitId};

/// A visit of a price, whatever it is asked for.
struct Sale<'g, G> {
    ground: &'g G,
    tenant: TenantId,
    visit: VisitId,
    customer: CustomerId,
    price: Money,
    take: TakeCash,
}

/// `lane` keeps the ids of sales on one ground apart.
async fn sale<G: TillGround>(ground: &G, price: i64, lane: u64) -> Sale<'_, G> {
    let (tenant, _) = ground.tenants();
    let (visit, customer) = ground.visit(tenant).await;
    Sale {
        ground,
        tenant,
        visit,
        customer,
        price: shillings(price),
        take: TakeCash {
            book: ground.book(),
            till: ground.till(),
            house: ground.house(),
            clock: Arc::new(ManualClock::at(second(50))),
            ids: Arc::new(SeededIds::lane(lane)),
        },
    }
}

impl<G: TillGround> Sale<'_, G> {
    async fn payments(&self) -> Vec<PaymentRecord> {
        match self.ground.book().of_visit(self.tenant, self.visit).await {
            Ok(payments) => payments,
            Err(error) => panic!("{error}"),
        }
    }

    async fn received(&self) -> Money {
        let payments = self.payments().await;
        let paid = payments.iter().map(|record| record.payment.paid());
        Money::sum(Currency::Kes, paid).unwrap_or_else(|error| panic!("{error}"))
    }

    async fn cash(&self, key_text: &str, amount: i64) -> Result<CashTaken, TakeCashError> {
        let order = CashOrder {
            key: key(key_text),
            visit: self.visit,
            amount: shillings(amount),
            by: desk(),
        };
        self.take.execute(self.tenant, order, self).await
    }
}

#[async_trait]
impl<G: TillGround> Owing for Sale<'_, G> {
    async fn asks(&self, _tenant: TenantId, _visit: VisitId) -> Result<VisitAsks, Outage> {
        let left = self.price.checked_sub(self.received().await);
        let left = left.map_err(Outage::new)?;
        if !left.is_positive() {
            return Ok(VisitAsks::Nothing);
        }
        Ok(VisitAsks::For(Owed {
            customer: self.customer,
            purpose: Purpose::Balance,
            amount: left,
            phone: None,
        }))
    }
}

fn settled(events: &[PaymentEvent]) -> usize {
    let settled = |event: &&PaymentEvent| matches!(event, PaymentEvent::PaymentSettled { .. });
    events.iter().filter(settled).count()
}

pub(super) async fn several_tenders_settle_a_visit_once<G: TillGround>(ground: &G) {
    let sale = sale(ground, 5_000, 79).await;
    done(counter(ground).open(sale.tenant, "open", 100).await);
    let first = sale.cash("one", 2_000).await;
    assert_eq!(
        sale.cash("one", 2_000).await,
        first,
        "the same order is the same cash"
    );
    assert_eq!(
        sale.cash("one", 1_000).await,
        Err(RequestPaymentError::KeyReused.into())
    );
    let outstanding = shillings(3_000);
    let above = Err(RequestPaymentError::AmountAboveOutstanding { outstanding }.into());
    assert_eq!(sale.cash("more", 3_001).await, above);
    assert_eq!(
        sale.cash("none", 0).await,
        Err(RequestPaymentError::AmountNotPositive.into())
    );
    assert_eq!(settled(&ground.events(sale.tenant).await), 0);
    assert!(sale.cash("two", 3_000).await.is_ok());
    assert_eq!(sale.cash("three", 1).await, Err(NotNow::AlreadyPaid.into()));
    let payments = sale.payments().await;
    let [record] = payments.as_slice() else {
        panic!("one payment takes both: {payments:?}");
    };
    assert_eq!(
        (record.payment.state(), record.attempts.len()),
        (PaymentState::Settled, 2)
    );
    for attempt in &record.attempts {
        let terms = attempt.terms();
        assert_eq!((terms.provider, terms.by.clone()), (Provider::Cash, Some(desk())));
        assert_eq!(attempt.progress().state_at, second(50));
    }
    assert_eq!(settled(&ground.events(sale.tenant).await), 1);
    assert_eq!(in_drawer(ground, sale.tenant).await, shillings(5_100));
}

pub(super) async fn cash_at_once_is_never_more_than_is_owed<G: TillGround>(ground: &G) {
    for (part, winners, lane) in [(5_000, 1, 79), (2_000, 2, 80)] {
        let sale = sale(ground, 5_000, lane).await;
        if part == 5_000 {
            done(counter(ground).open(sale.tenant, "open", 0).await);
        }
        let keys: Vec<String> = (0..6).map(|number| format!("{part}-{number}")).collect();
        let taken = together(keys.iter().map(|key| sale.cash(key, part)).collect()).await;
        assert_eq!(
            taken.iter().filter(|taken| taken.is_ok()).count(),
            winners,
            "{taken:?}"
        );
        assert!(sale.received().await <= sale.price);
    }
    assert_eq!(in_drawer(ground, ground.tenants().0).await, shillings(9_000));
}

pub(super) async fn cash_waits_for_a_prompt_and_for_an_open_drawer<G: TillGround>(ground: &G) {
    let stage = Stage::on(ground);
    let (tenant, _) = ground.tenants();
    let (asked, visit, customer) = stage.asked(tenant, "prompt").await;
    let mut sale = sale(ground, 5_000, 79).await;
    (sale.visit, sale.customer) = (visit, customer);
    assert_eq!(sale.cash("closed", 100).await, Err(TakeCashError::TillClosed));
    done(counter(ground).open(tenant, "open", 0).await);
    let waits = Err(NotNow::StillOpen(asked.attempt).into());
    assert_eq!(sale.cash("early", 100).await, waits);
    stage.money.answer_push(PushAnswer::Accepted(provider_ids(1)));
    stage
        .push()
        .execute(tenant, asked.attempt)
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(sale.cash("early", 100).await, waits, "the prompt is out");
    assert_eq!(in_drawer(ground, tenant).await, shillings(0));
}

fn back(number: usize, payment: PaymentId, amount: i64) -> RefundOrder {
    order(&format!("cash-{number}"), payment, RefundWay::Cash, amount)
}

pub(super) async fn cash_goes_back_only_out_of_an_open_drawer_that_holds_it<G: TillGround>(ground: &G) {
    let stage = Stage::on(ground);
    let (tenant, _) = ground.tenants();
    let (one, ..) = paid_visit(&stage, 1).await;
    let (other, ..) = paid_visit(&stage, 2).await;
    let use_case = stage.order_refund();
    let closed = use_case.execute(tenant, back(0, one, 100)).await;
    assert_eq!(closed, Err(RefundRefused::TillClosed));
    let drawer = super::opened(ground, 250).await;
    let orders = (0..20).map(|number| back(number, if number % 2 == 0 { one } else { other }, 100));
    let ordered = together(orders.map(|order| use_case.execute(tenant, order)).collect()).await;
    for refused in ordered.iter().filter_map(|refund| refund.as_ref().err()) {
        assert_eq!(refused, &RefundRefused::NotInDrawer);
    }
    assert_eq!(
        ordered.iter().filter(|refund| refund.is_ok()).count(),
        2,
        "{ordered:?}"
    );
    assert_eq!(in_drawer(ground, tenant).await, shillings(50));
    let drawer = match ground.till().find(tenant, drawer.session.id).await {
        Ok(Some(drawer)) => drawer,
        other => panic!("{other:?}"),
    };
    assert_eq!(drawer.customers.given_back, shillings(200), "it is on the sheet");
    done(counter(ground).close(tenant, &drawer, "close", 50).await);
    let closed = use_case.execute(tenant, back(30, one, 1)).await;
    assert_eq!(closed, Err(RefundRefused::TillClosed));
}

pub(super) async fn cash_that_races_the_close_is_on_the_sheet_or_refused<G: TillGround>(ground: &G) {
    let sale = sale(ground, 5_000, 81).await;
    let stage = Stage::on(ground);
    let (paid, ..) = paid_visit(&stage, 1).await;
    let drawer = super::opened(ground, 1_000).await;
    let (counter, refunds) = (counter(ground), stage.order_refund());
    let taken = Mutex::new(None);
    let given = Mutex::new(None);
    let at_once: Vec<std::pin::Pin<Box<dyn Future<Output = ()> + Send + '_>>> = vec![
        Box::pin(async {
            *taken.lock().unwrap_or_else(PoisonError::into_inner) = Some(sale.cash("late", 700).await);
        }),
        Box::pin(async {
            let closed = counter
                .work
                .close(
                    sale.tenant,
                    drawer.session.id,
                    CloseOrder {
                        ordered: ordered("close"),
                        counted: shillings(1_000),
                        reason: Some(because("counted")),
                        by: desk(),
                    },
                )
                .await;
            assert!(closed.is_ok(), "{closed:?}");
        }),
        Box::pin(async {
            let refund = refunds.execute(sale.tenant, back(0, paid, 300)).await;
            *given.lock().unwrap_or_else(PoisonError::into_inner) = Some(refund);
        }),
    ];
    together(at_once).await;
    let closed = match ground.till().find(sale.tenant, drawer.session.id).await {
        Ok(Some(drawer)) => drawer,
        other => panic!("{other:?}"),
    };
    let (taken, given) = (
        taken.into_inner().unwrap_or_else(PoisonError::into_inner),
        given.into_inner().unwrap_or_else(PoisonError::into_inner),
    );
    match taken {
        Some(Ok(_)) => assert_eq!(closed.customers.taken, shillings(700)),
        Some(Err(error)) => {
            assert_eq!(error, TakeCashError::TillClosed);
            assert_eq!(closed.customers.taken, shillings(0));
        }
        None => panic!("nothing came of it"),
    }
    match given {
        Some(Ok(_)) => assert_eq!(closed.customers.given_back, shillings(300)),
        Some(Err(error)) => {
            assert_eq!(error, RefundRefused::TillClosed);
            assert_eq!(closed.customers.given_back, shillings(0));
        }
        None => panic!("nothing came of it"),
    }
    assert_eq!(
        in_drawer(ground, sale.tenant).await,
        shillings(1_000),
        "the books hold what was counted"
    );
}
