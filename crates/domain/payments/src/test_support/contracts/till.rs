//! What every drawer on record must keep.

mod cash;
mod suspense;

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use ratiba_kernel::test_support::{ManualClock, SeededIds};
use ratiba_kernel::{Currency, Fingerprint, Money, TenantId};

use super::Ground;
use crate::actor::Actor;
use crate::ledger::Account;
use crate::ports::{OrderKeys, SuspenseBook, TakingsBook, TillBook, TillError};
use crate::remark::Remark;
use crate::test_support::builders::{key, second, shillings};
use crate::test_support::together;
use crate::till::{CloseOrder, Drawer, MoveOrder, MovementKind, OpenOrder, Ordered, TillRefused};
use crate::use_cases::WorkTill;

/// What the suite stands on beside the ground of payments.
#[async_trait]
pub trait TillGround: Ground {
    /// The drawer under test, over the same books.
    fn till(&self) -> Arc<dyn TillBook>;

    /// The books of the day under test.
    fn takings(&self) -> Arc<dyn TakingsBook>;

    /// What lies in suspense, over the same books.
    fn suspense(&self) -> Arc<dyn SuspenseBook>;

    /// The keys of orders under test.
    fn keys(&self) -> Arc<dyn OrderKeys>;

    /// Somebody books money of a customer: `account` holds so much more, or less, from second `at` on.
    async fn book_money(&self, tenant: TenantId, account: Account, more: Money, at: i64);
}

/// Runs every promise of the drawer against fresh ground each.
pub async fn till_contract<G: TillGround>(fresh: impl AsyncFn() -> G) {
    a_session_is_read_back_as_it_was_recorded(&fresh().await).await;
    of_many_openings_and_closes_at_once_one_wins(&fresh().await).await;
    cash_belongs_to_the_session_that_is_open(&fresh().await).await;
    pay_outs_at_once_never_take_more_than_there_is(&fresh().await).await;
    the_sheet_adds_up_to_the_books(&fresh().await).await;
    tenants_have_drawers_of_their_own(&fresh().await).await;
    super::books::cash_is_in_the_drawer_without_a_prompt(&fresh().await).await;
    cash::cash_goes_back_only_out_of_an_open_drawer_that_holds_it(&fresh().await).await;
    cash::cash_that_races_the_close_is_on_the_sheet_or_refused(&fresh().await).await;
    cash::several_tenders_settle_a_visit_once(&fresh().await).await;
    cash::cash_at_once_is_never_more_than_is_owed(&fresh().await).await;
    cash::cash_waits_for_a_prompt_and_for_an_open_drawer(&fresh().await).await;
    suspense::what_lies_in_suspense_is_cleared_once_by_whoever_says_so(&fresh().await).await;
    suspense::a_key_means_the_place_at_which_it_was_used_first(&fresh().await).await;
}

struct Counter {
    work: WorkTill,
    clock: Arc<ManualClock>,
}

fn counter<G: TillGround>(ground: &G) -> Counter {
    let clock = Arc::new(ManualClock::at(second(0)));
    Counter {
        work: WorkTill {
            book: ground.till(),
            takings: ground.takings(),
            house: ground.house(),
            clock: clock.clone(),
            ids: Arc::new(SeededIds::lane(78)),
        },
        clock,
    }
}

/// Opens the tenant's drawer, empty.
pub(super) async fn open_drawer<G: TillGround>(ground: &G, tenant: TenantId) {
    done(counter(ground).open(tenant, "open", 0).await);
}

/// The drawer, opened with a float of so many shillings.
pub(super) async fn opened<G: TillGround>(ground: &G, float: i64) -> Drawer {
    let (tenant, _) = ground.tenants();
    done(counter(ground).open(tenant, "opened", float).await)
}

fn ordered(text: &str) -> Ordered {
    Ordered {
        key: key(text),
        print: Fingerprint::of(text),
    }
}

fn desk() -> Actor {
    Actor::parse("token:desk").unwrap_or_else(|error| panic!("{error}"))
}

fn because(text: &str) -> Remark {
    Remark::parse(text).unwrap_or_else(|error| panic!("{error}"))
}

impl Counter {
    async fn open(&self, tenant: TenantId, key: &str, float: i64) -> Result<Drawer, TillError> {
        let order = OpenOrder {
            ordered: ordered(key),
            float: shillings(float),
            reason: Some(because("counted twice")),
            by: desk(),
        };
        self.work.open(tenant, order).await
    }

    async fn pay(
        &self,
        tenant: TenantId,
        drawer: &Drawer,
        key: &str,
        kind: MovementKind,
        amount: i64,
    ) -> Result<Drawer, TillError> {
        let order = MoveOrder {
            ordered: ordered(key),
            kind,
            amount: shillings(amount),
            reason: because("change"),
            by: desk(),
        };
        self.work.pay(tenant, drawer.session.id, order).await
    }

    async fn close(
        &self,
        tenant: TenantId,
        drawer: &Drawer,
        key: &str,
        counted: i64,
    ) -> Result<Drawer, TillError> {
        let order = CloseOrder {
            ordered: ordered(key),
            counted: shillings(counted),
            reason: Some(because("counted twice")),
            by: desk(),
        };
        self.work.close(tenant, drawer.session.id, order).await
    }
}

async fn in_drawer<G: TillGround>(ground: &G, tenant: TenantId) -> Money {
    let balances: BTreeMap<Account, Money> = match ground.ledger().balances(tenant, Currency::Kes).await {
        Ok(balances) => balances,
        Err(error) => panic!("{error}"),
    };
    let nothing = Money::zero(Currency::Kes);
    balances.get(&Account::CashDrawer).copied().unwrap_or(nothing)
}

fn done(result: Result<Drawer, TillError>) -> Drawer {
    result.unwrap_or_else(|error| panic!("refused: {error}"))
}

async fn a_session_is_read_back_as_it_was_recorded<G: TillGround>(ground: &G) {
    let (tenant, _) = ground.tenants();
    let counter = counter(ground);
    assert_eq!(ground.till().current(tenant).await, Ok(None));
    assert_eq!(ground.till().is_open(tenant).await, Ok(false));
    let opened = done(counter.open(tenant, "open", 500).await);
    assert_eq!(opened.session.float, shillings(500));
    assert_eq!(ground.till().is_open(tenant).await, Ok(true));
    counter.clock.set(second(10));
    let paid = done(counter.pay(tenant, &opened, "in", MovementKind::PayIn, 200).await);
    assert_eq!(
        done(counter.pay(tenant, &opened, "in", MovementKind::PayIn, 200).await),
        paid
    );
    let paid = done(
        counter
            .pay(tenant, &opened, "out", MovementKind::PayOut, 50)
            .await,
    );
    assert_eq!(paid.movements.len(), 2);
    assert_eq!(ground.till().current(tenant).await, Ok(Some(paid.clone())));
    counter.clock.set(second(20));
    let closed = done(counter.close(tenant, &opened, "close", 640).await);
    let closing = closed
        .session
        .closing
        .clone()
        .unwrap_or_else(|| panic!("it is closed"));
    assert_eq!(
        (closing.counted, closing.difference),
        (shillings(640), shillings(-10))
    );
    assert_eq!(done(counter.close(tenant, &opened, "close", 640).await), closed);
    assert_eq!(
        ground.till().find(tenant, opened.session.id).await,
        Ok(Some(closed))
    );
    assert_eq!(ground.till().current(tenant).await, Ok(None));
    let late = counter.pay(tenant, &opened, "late", MovementKind::PayIn, 1).await;
    assert_eq!(late, Err(TillRefused::Closed.into()));
    assert_eq!(in_drawer(ground, tenant).await, shillings(640));
    let again = done(counter.open(tenant, "tomorrow", 640).await);
    assert_eq!(again.session.carried, shillings(640));
    assert_eq!(in_drawer(ground, tenant).await, shillings(640));
    let list = async |before| match ground.till().sessions(tenant, before, 1).await {
        Ok(found) => found,
        Err(error) => panic!("{error}"),
    };
    assert_eq!(
        list(None).await,
        vec![again.session.clone()],
        "the last one first"
    );
    let page = list(Some(again.session.id)).await;
    assert_eq!(
        page.iter().map(|session| session.id).collect::<Vec<_>>(),
        vec![opened.session.id]
    );
    assert_eq!(list(Some(opened.session.id)).await, Vec::new());
}

async fn of_many_openings_and_closes_at_once_one_wins<G: TillGround>(ground: &G) {
    let (tenant, _) = ground.tenants();
    let counter = counter(ground);
    let keys: Vec<String> = (0..8).map(|number| format!("open-{number}")).collect();
    let opened = together(keys.iter().map(|key| counter.open(tenant, key, 100)).collect()).await;
    let drawers: Vec<&Drawer> = opened.iter().filter_map(|result| result.as_ref().ok()).collect();
    let [drawer] = drawers.as_slice() else {
        panic!("one opens: {opened:?}");
    };
    for refused in opened.iter().filter_map(|result| result.as_ref().err()) {
        assert_eq!(*refused, TillRefused::Open(drawer.session.id).into());
    }
    let keys: Vec<String> = (0..8).map(|number| format!("close-{number}")).collect();
    let closes = keys
        .iter()
        .zip(90..)
        .map(|(key, counted)| counter.close(tenant, drawer, key, counted));
    let closed = together(closes.collect()).await;
    let winners: Vec<&Drawer> = closed.iter().filter_map(|result| result.as_ref().ok()).collect();
    let [winner] = winners.as_slice() else {
        panic!("one closes: {closed:?}");
    };
    let counted = winner.session.closing.as_ref().map(|closing| closing.counted);
    assert_eq!(
        counted,
        Some(in_drawer(ground, tenant).await),
        "the books hold what was counted"
    );
}

async fn cash_belongs_to_the_session_that_is_open<G: TillGround>(ground: &G) {
    let (tenant, _) = ground.tenants();
    let counter = counter(ground);
    let before = done(counter.open(tenant, "before", 40).await);
    done(counter.close(tenant, &before, "close-before", 40).await);
    let first = done(counter.open(tenant, "first", 100).await);
    assert_eq!(first.session.carried, shillings(40));
    ground
        .book_money(tenant, Account::CashDrawer, shillings(1_500), 1)
        .await;
    ground
        .book_money(tenant, Account::CashDrawer, shillings(-300), 2)
        .await;
    let sum = counter.work.sheet(tenant, first.session.id).await;
    let sum = sum.unwrap_or_else(|error| panic!("{error}")).sum;
    assert_eq!((sum.taken, sum.given_back), (shillings(1_500), shillings(300)));
    assert_eq!(sum.expected, shillings(1_300));
    done(counter.close(tenant, &first, "close", 1_300).await);
    let second = done(counter.open(tenant, "second", 1_300).await);
    ground
        .book_money(tenant, Account::CashDrawer, shillings(10), 3)
        .await;
    let found = done(counter.pay(tenant, &second, "in", MovementKind::PayIn, 1).await);
    assert_eq!(
        found.customers.taken,
        shillings(10),
        "the first session's cash is its own"
    );
    assert_eq!(in_drawer(ground, tenant).await, shillings(1_311));
}

async fn pay_outs_at_once_never_take_more_than_there_is<G: TillGround>(ground: &G) {
    let (tenant, _) = ground.tenants();
    let counter = counter(ground);
    let drawer = done(counter.open(tenant, "open", 100).await);
    let keys: Vec<String> = (0..20).map(|number| format!("out-{number}")).collect();
    let outs = keys
        .iter()
        .map(|key| counter.pay(tenant, &drawer, key, MovementKind::PayOut, 30));
    let paid = together(outs.collect()).await;
    assert_eq!(paid.iter().filter(|result| result.is_ok()).count(), 3);
    assert_eq!(in_drawer(ground, tenant).await, shillings(10));
}

async fn the_sheet_adds_up_to_the_books<G: TillGround>(ground: &G) {
    let (tenant, _) = ground.tenants();
    let counter = counter(ground);
    ground
        .book_money(tenant, Account::MpesaClearing, shillings(9), -1)
        .await;
    let drawer = done(counter.open(tenant, "open", 100).await);
    for (account, amount, at) in [
        (Account::MpesaClearing, 1_500, 1),
        (Account::MpesaClearing, 700, 2),
        (Account::CardClearing, 2_000, 3),
        (Account::CashDrawer, 250, 4),
    ] {
        ground.book_money(tenant, account, shillings(amount), at).await;
    }
    counter.clock.set(second(100));
    done(counter.close(tenant, &drawer, "close", 350).await);
    ground
        .book_money(tenant, Account::MpesaClearing, shillings(8), 100)
        .await;
    // Decided while it was open, and booked when it was closed: what was signed stays as it was.
    ground
        .book_money(tenant, Account::MpesaClearing, shillings(30), 99)
        .await;
    let sheet = counter.work.sheet(tenant, drawer.session.id).await;
    let sheet = sheet.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(sheet.sum.expected, shillings(350));
    assert_eq!(
        (sheet.others.mpesa.total, sheet.others.mpesa.count),
        (shillings(2_200), 2)
    );
    assert_eq!(
        (sheet.others.card.total, sheet.others.card.count),
        (shillings(2_000), 1)
    );
    for takings in [&sheet.others.mpesa, &sheet.others.card] {
        let lines = Money::sum(Currency::Kes, takings.lines.iter().map(|line| line.amount));
        assert_eq!(lines, Ok(takings.total));
    }
    counter.clock.set(second(200));
    let next = done(counter.open(tenant, "next", 350).await);
    ground
        .book_money(tenant, Account::MpesaClearing, shillings(5), 201)
        .await;
    counter.clock.set(second(300));
    let late = counter.work.sheet(tenant, next.session.id).await;
    let late = late.unwrap_or_else(|error| panic!("{error}")).others;
    assert_eq!(
        (late.mpesa.total, late.mpesa.count),
        (shillings(35), 2),
        "what came too late for a sheet stands on the next"
    );
    done(counter.close(tenant, &next, "close-next", 350).await);
    let closed = counter.work.sheet(tenant, next.session.id).await;
    assert_eq!(closed.unwrap_or_else(|error| panic!("{error}")).others, late);
}

async fn tenants_have_drawers_of_their_own<G: TillGround>(ground: &G) {
    let (tenant, other) = ground.tenants();
    let counter = counter(ground);
    let own = done(counter.open(tenant, "open", 100).await);
    done(counter.open(other, "open", 200).await);
    assert_eq!(ground.till().find(other, own.session.id).await, Ok(None));
    let foreign = counter.close(other, &own, "close", 100).await;
    assert_eq!(foreign, Err(TillRefused::Unknown.into()));
    assert_eq!(in_drawer(ground, other).await, shillings(200));
}
