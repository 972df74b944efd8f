//! Tips: apart from what a visit is paid, owed to those who rendered it, and paid out of the drawer.

use std::sync::Arc;

use async_trait::async_trait;
use ratiba_kernel::test_support::{ManualClock, SeededIds};
use ratiba_kernel::{Currency, Fingerprint, TenantId};

use super::{Stage, TillGround};
use crate::actor::Actor;
use crate::attempt::{Attempt, Provider, StateName};
use crate::card::{CardReport, CardStatus, OpenAnswer, PageUrl};
use crate::evidence::{CallbackReport, PushAnswer};
use crate::failure::FailureReason;
use crate::ledger::Account;
use crate::payment::{NotNow, PaymentState, Purpose};
use crate::ports::{Arrival, Change, Owed, RefundQuery, RefundRefused, Taken, TipBook, VisitAsks};
use crate::reference::{CallbackToken, MerchantReference, ProviderIds};
use crate::refund::{RefundCause, RefundWay, reversible};
use crate::remark::Remark;
use crate::settlement::settle;
use crate::test_support::builders::{
    an_order, asha, failed, handset_of, key, paid, provider_ids, receipt, second, shillings,
};
use crate::test_support::fakes::{AlwaysAsks, ScriptedCards};
use crate::test_support::together;
use crate::till::{OpenOrder, Ordered, TillRefused, TipPayout};
use crate::tip::{Renderer, SharesRefused, TipShare};
use crate::use_cases::{
    CardLinkOrder, CloseVisit, DeskPrompt, LookAtCard, PaymentAsked, PaymentOrder, PromptFromDesk,
    RefundOrder, RequestCardLink, RequestPaymentError, Reversals, TakeCashError, TipAlong, TipOrder,
    TipTender, WorkTill, WorkTips,
};
use crate::{AppointmentId, CustomerId, StaffId, VisitId};

/// What the suite stands on beside the ground of payments and of the drawer.
#[async_trait]
pub trait TipGround: TillGround {
    /// The tips under test, over the same books.
    fn tips(&self) -> Arc<dyn TipBook>;

    /// A part of a visit, with a team of two.
    async fn part(&self, tenant: TenantId) -> (VisitId, CustomerId, AppointmentId, [StaffId; 2]);
}

/// Runs every promise of tips against fresh ground each.
pub async fn tip_contract<G: TipGround>(fresh: impl AsyncFn() -> G) {
    a_tip_is_apart_and_shared_out_once(&fresh().await).await;
    a_tip_by_prompt_is_owed_when_it_is_paid(&fresh().await).await;
    no_more_tips_are_paid_out_than_are_owed(&fresh().await).await;
    a_tips_prompt_waits_for_the_phone_and_the_visits_for_the_tips(&fresh().await).await;
    a_tip_is_divided_as_the_desk_says_if_that_fits(&fresh().await).await;
    a_tip_that_nobody_divides_is_owed_by_the_shares_of_the_team(&fresh().await).await;
    one_prompt_for_balance_and_tip_becomes_two_payments(&fresh().await).await;
    a_prompt_that_fails_leaves_no_tip_behind(&fresh().await).await;
    late_money_for_a_closed_payment_brings_no_tip_and_can_be_taken_back(&fresh().await).await;
    a_page_for_balance_and_tip_that_is_charged_back_takes_of_each_its_own(&fresh().await).await;
}

fn work<G: TipGround>(ground: &G) -> WorkTips {
    WorkTips {
        book: ground.book(),
        tips: ground.tips(),
        till: ground.till(),
        house: ground.house(),
        clock: Arc::new(ManualClock::at(second(50))),
        ids: Arc::new(SeededIds::lane(83)),
    }
}

/// The drawer; each that works it needs a lane of ids of its own.
fn till<G: TipGround>(ground: &G, lane: u64) -> WorkTill {
    WorkTill {
        book: ground.till(),
        takings: ground.takings(),
        house: ground.house(),
        clock: Arc::new(ManualClock::at(second(60))),
        ids: Arc::new(SeededIds::lane(lane)),
    }
}

fn desk() -> Actor {
    Actor::parse("token:desk").unwrap_or_else(|error| panic!("{error}"))
}

fn ordered(text: &str) -> Ordered {
    Ordered {
        key: key(text),
        print: Fingerprint::of(text),
    }
}

async fn order<G: TipGround>(ground: &G, text: &str, whole: i64, tender: TipTender) -> TipOrder {
    let (tenant, _) = ground.tenants();
    let (visit, customer, appointment, team) = ground.part(tenant).await;
    TipOrder {
        key: key(text),
        visit,
        customer,
        appointment,
        team: team.map(|staff| Renderer { staff, weight: 1 }).to_vec(),
        shares: None,
        amount: shillings(whole),
        tender,
        by: desk(),
    }
}

async fn open<G: TipGround>(ground: &G, float: i64) -> crate::till::TillId {
    let (tenant, _) = ground.tenants();
    let order = OpenOrder {
        ordered: ordered("open"),
        float: shillings(float),
        reason: None,
        by: desk(),
    };
    let opened = till(ground, 84).open(tenant, order).await;
    opened.unwrap_or_else(|error| panic!("{error}")).session.id
}

async fn on<G: TipGround>(ground: &G, account: Account) -> i64 {
    let (tenant, _) = ground.tenants();
    let balances = ground.ledger().balances(tenant, Currency::Kes).await;
    let balances = balances.unwrap_or_else(|error| panic!("{error}"));
    balances.get(&account).map_or(0, |balance| balance.amount_minor())
}

async fn a_tip_is_apart_and_shared_out_once<G: TipGround>(ground: &G) {
    let (tenant, other) = ground.tenants();
    let work = work(ground);
    let wanted = order(ground, "tip", 301, TipTender::Cash).await;
    let closed = work.take(tenant, wanted.clone()).await;
    assert_eq!(closed, Err(TakeCashError::TillClosed));
    open(ground, 0).await;
    let taken = work.take(tenant, wanted.clone()).await;
    let taken = taken.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(
        work.take(tenant, wanted.clone()).await,
        Ok(taken),
        "the same key is the same tip"
    );
    let reused = TipOrder {
        amount: shillings(1),
        ..wanted.clone()
    };
    assert_eq!(
        work.take(tenant, reused).await,
        Err(RequestPaymentError::KeyReused.into())
    );
    assert_eq!(
        ground.book().of_visit(tenant, wanted.visit).await,
        Ok(Vec::new()),
        "it pays for nothing"
    );
    let tips = ground.tips().tips_of_visit(tenant, wanted.visit).await;
    let tips = tips.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(tips.len(), 1);
    assert_eq!(tips[0].record.payment.state(), PaymentState::Settled);
    assert_eq!(
        ground.tips().tips_of_visit(other, wanted.visit).await,
        Ok(Vec::new())
    );
    let shares = together((0..10).map(|_| work.share(tenant, taken.payment)).collect()).await;
    assert!(shares.iter().all(Result::is_ok), "{shares:?}");
    let owed = ground.tips().tips_owed(tenant, Currency::Kes).await;
    let owed = owed.unwrap_or_else(|error| panic!("{error}"));
    let of = |place: usize| {
        owed.get(&wanted.team[place].staff)
            .map(|owed| owed.amount_minor())
    };
    assert_eq!((of(0), of(1)), (Some(15_050), Some(15_050)));
    assert_eq!(on(ground, Account::TipsPayable).await, -30_100);
    assert_eq!(on(ground, Account::CustomerDeposits).await, 0);
}

async fn a_tip_by_prompt_is_owed_when_it_is_paid<G: TipGround>(ground: &G) {
    let (tenant, _) = ground.tenants();
    let stage = Stage::on(ground);
    let work = work(ground);
    let wanted = order(ground, "prompt", 200, TipTender::Prompt(asha())).await;
    let taken = work.take(tenant, wanted.clone()).await;
    let taken = taken.unwrap_or_else(|error| panic!("{error}"));
    let second_one = TipOrder {
        key: key("another"),
        tender: TipTender::Prompt(asha()),
        ..wanted.clone()
    };
    let beside = work.take(tenant, second_one).await;
    assert!(
        matches!(
            beside,
            Err(TakeCashError::Refused(RequestPaymentError::NotNow(_)))
        ),
        "{beside:?}"
    );
    stage.money.answer_push(PushAnswer::Accepted(provider_ids(1)));
    assert!(stage.push().execute(tenant, taken.attempt).await.is_ok());
    assert_eq!(work.share(tenant, taken.payment).await, Ok(false));
    assert_eq!(on(ground, Account::TipsPayable).await, 0, "nothing came yet");
    let record = ground.book().of_attempt(tenant, taken.attempt).await;
    let record = record.unwrap_or_else(|error| panic!("{error}"));
    let record = record.unwrap_or_else(|| panic!("the tip is not found"));
    let attempt = record.attempt(taken.attempt).cloned();
    let attempt = attempt.unwrap_or_else(|| panic!("the attempt is not found"));
    let moved = attempt.hear_callback(&paid(provider_ids(1), shillings(200), receipt(1)), second(70));
    let moved = moved.unwrap_or_else(|error| panic!("{error}"));
    let change = settle(record.payment, moved, second(70), &*stage.ids);
    let change = change.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(ground.book().record(tenant, change).await, Ok(()));
    assert_eq!(work.share(tenant, taken.payment).await, Ok(true));
    let owed = ground.tips().tips_owed(tenant, Currency::Kes).await;
    let owed = owed.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(owed.get(&wanted.team[0].staff), Some(&shillings(100)));
    assert_eq!(on(ground, Account::MpesaClearing).await, 20_000);
}

async fn no_more_tips_are_paid_out_than_are_owed<G: TipGround>(ground: &G) {
    let (tenant, _) = ground.tenants();
    let (work, till) = (work(ground), till(ground, 85));
    let session = open(ground, 500).await;
    let wanted = order(ground, "tip", 300, TipTender::Cash).await;
    let taken = work.take(tenant, wanted.clone()).await;
    let taken = taken.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(work.share(tenant, taken.payment).await, Ok(true));
    let staff = wanted.team[0].staff;
    let payout = |text: &str| TipPayout {
        ordered: ordered(text),
        staff,
        amount: shillings(60),
        reason: Remark::parse("tips of the day").unwrap_or_else(|error| panic!("{error}")),
        by: desk(),
    };
    let keys: Vec<String> = (0..8).map(|number| format!("out-{number}")).collect();
    let outs = keys.iter().map(|key| till.pay_tip(tenant, session, payout(key)));
    let paid = together(outs.collect()).await;
    assert_eq!(paid.iter().filter(|paid| paid.is_ok()).count(), 2, "{paid:?}");
    let refused = paid.iter().find_map(|paid| paid.as_ref().err());
    let owed = shillings(30);
    assert_eq!(refused, Some(&TillRefused::MoreThanOwed { owed }.into()));
    let again = keys.iter().zip(&paid).find(|(_, paid)| paid.is_ok());
    let (again, _) = again.unwrap_or_else(|| panic!("{paid:?}"));
    let drawer = till.pay_tip(tenant, session, payout(again)).await;
    let drawer = drawer.unwrap_or_else(|error| panic!("{error}"));
    let sum = drawer.sum().unwrap_or_else(|error| panic!("{error}"));
    assert_eq!((sum.tips_out, sum.expected), (shillings(120), shillings(680)));
    assert_eq!(
        drawer.movements.first().and_then(|movement| movement.staff),
        Some(staff)
    );
    assert_eq!(on(ground, Account::TipsPayable).await, -18_000);
    assert_eq!(on(ground, Account::CashDrawer).await, 68_000);
}

async fn a_tips_prompt_waits_for_the_phone_and_the_visits_for_the_tips<G: TipGround>(ground: &G) {
    let stage = Stage::on(ground);
    let (tenant, _) = ground.tenants();
    let (visit, customer) = ground.visit(tenant).await;
    let other = PaymentOrder {
        payer: asha(),
        ..an_order("other", visit, customer)
    };
    let other = stage.request().execute(tenant, other).await;
    let other = other.unwrap_or_else(|error| panic!("{error}"));
    let work = work(ground);
    let wanted = order(ground, "tip", 300, TipTender::Prompt(asha())).await;
    let busy = NotNow::NumberBusy {
        attempt: other.attempt,
        from: second(120),
    };
    assert_eq!(work.take(tenant, wanted.clone()).await, Err(busy.into()));

    let own = TipOrder {
        tender: TipTender::Prompt(handset_of(wanted.visit)),
        ..wanted.clone()
    };
    let taken = work.take(tenant, own).await;
    let taken = taken.unwrap_or_else(|error| panic!("{error}"));
    let deposit = an_order("deposit", wanted.visit, wanted.customer);
    let deposit = stage.request().execute(tenant, deposit).await;
    assert_eq!(deposit, Err(NotNow::StillOpen(taken.attempt).into()));
}

async fn a_tip_is_divided_as_the_desk_says_if_that_fits<G: TipGround>(ground: &G) {
    let (tenant, _) = ground.tenants();
    let work = work(ground);
    open(ground, 0).await;
    let wanted = order(ground, "tip", 300, TipTender::Cash).await;
    let share = |place: usize, whole: i64| TipShare {
        staff: wanted.team[place].staff,
        amount: shillings(whole),
    };
    let said = |shares: Vec<TipShare>| TipOrder {
        shares: Some(shares),
        ..wanted.clone()
    };
    let short = work.take(tenant, said(vec![share(0, 200), share(1, 50)])).await;
    let sum = shillings(250);
    let refused = RequestPaymentError::Shares(SharesRefused::SumDiffers { sum });
    assert_eq!(short, Err(refused.into()));
    let taken = work.take(tenant, said(vec![share(0, 220), share(1, 80)])).await;
    let taken = taken.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(
        work.take(tenant, wanted.clone()).await,
        Err(RequestPaymentError::KeyReused.into()),
        "other shares are another order"
    );
    assert_eq!(work.share(tenant, taken.payment).await, Ok(true));
    let owed = ground.tips().tips_owed(tenant, Currency::Kes).await;
    let owed = owed.unwrap_or_else(|error| panic!("{error}"));
    let of = |place: usize| owed.get(&wanted.team[place].staff).copied();
    assert_eq!((of(0), of(1)), (Some(shillings(220)), Some(shillings(80))));
}

async fn a_tip_that_nobody_divides_is_owed_by_the_shares_of_the_team<G: TipGround>(ground: &G) {
    let (tenant, _) = ground.tenants();
    let work = work(ground);
    open(ground, 0).await;
    let mut wanted = order(ground, "tip", 301, TipTender::Cash).await;
    wanted.team[0].weight = 7_000;
    wanted.team[1].weight = 3_000;
    let taken = work.take(tenant, wanted.clone()).await;
    let taken = taken.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(work.share(tenant, taken.payment).await, Ok(true));
    let owed = ground.tips().tips_owed(tenant, Currency::Kes).await;
    let owed = owed.unwrap_or_else(|error| panic!("{error}"));
    let of = |place: usize| {
        owed.get(&wanted.team[place].staff)
            .map(|owed| owed.amount_minor())
    };
    assert_eq!((of(0), of(1)), (Some(21_070), Some(9_030)));
}

async fn asked_for_both<G: TipGround>(ground: &G) -> (TipOrder, PaymentAsked) {
    let (wanted, asked, _) = prompted_for_both(ground).await;
    (wanted, asked)
}

/// A prompt for a balance of 1,000 and a tip of 200, which is out; of the tip seven tenths are the first one's.
async fn prompted_for_both<G: TipGround>(ground: &G) -> (TipOrder, PaymentAsked, CallbackToken) {
    let (tenant, _) = ground.tenants();
    let stage = Stage::on(ground);
    let mut wanted = order(ground, "unused", 200, TipTender::Prompt(asha())).await;
    wanted.team[0].weight = 7_000;
    wanted.team[1].weight = 3_000;
    let owing = AlwaysAsks(VisitAsks::For(Owed {
        customer: wanted.customer,
        purpose: Purpose::Balance,
        amount: shillings(1_000),
        phone: Some(handset_of(wanted.visit)),
    }));
    let prompt = DeskPrompt {
        key: key("both"),
        visit: wanted.visit,
        payer: None,
        amount: None,
        tip: Some(TipAlong {
            appointment: wanted.appointment,
            team: wanted.team.clone(),
            amount: shillings(200),
            shares: None,
        }),
        by: desk(),
    };
    let desk = PromptFromDesk {
        book: ground.book(),
        house: ground.house(),
        clock: Arc::new(ManualClock::at(second(50))),
        ids: Arc::new(SeededIds::lane(86)),
    };
    let asked = desk.execute(tenant, prompt.clone(), &owing).await;
    let asked = asked.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(asked.amount, shillings(1_200), "one prompt takes both");
    assert_eq!(
        desk.execute(tenant, prompt.clone(), &owing).await,
        Ok(asked.clone())
    );
    let without = DeskPrompt { tip: None, ..prompt };
    assert_eq!(
        desk.execute(tenant, without, &owing).await,
        Err(RequestPaymentError::KeyReused)
    );
    stage.money.answer_push(PushAnswer::Accepted(provider_ids(1)));
    assert!(stage.push().execute(tenant, asked.attempt).await.is_ok());
    let tips = ground.tips().tips_of_visit(tenant, wanted.visit).await;
    assert_eq!(tips, Ok(Vec::new()), "nothing is given before it comes");
    let order = stage.money.orders().pop();
    let token = order.unwrap_or_else(|| panic!("nothing was submitted")).token;
    (wanted, asked, token)
}

async fn heard<G: TipGround>(ground: &G, asked: &PaymentAsked, report: &CallbackReport) {
    let (tenant, _) = ground.tenants();
    let stage = Stage::on(ground);
    let record = stage.record(tenant, asked).await;
    let attempt = record.attempt(asked.attempt).cloned();
    let attempt = attempt.unwrap_or_else(|| panic!("the attempt is not found"));
    let moved = attempt.hear_callback(report, second(70));
    let moved = moved.unwrap_or_else(|error| panic!("{error}"));
    let change = settle(record.payment, moved, second(70), &SeededIds::lane(87));
    let change = change.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(ground.book().record(tenant, change).await, Ok(()));
}

async fn one_prompt_for_balance_and_tip_becomes_two_payments<G: TipGround>(ground: &G) {
    let (tenant, _) = ground.tenants();
    let (wanted, asked) = asked_for_both(ground).await;
    let report = paid(provider_ids(1), shillings(1_200), receipt(1));
    heard(ground, &asked, &report).await;
    let of_visit = ground.book().of_visit(tenant, wanted.visit).await;
    let of_visit = of_visit.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(of_visit.len(), 1, "the tip is apart");
    let balance = &of_visit[0].payment;
    assert_eq!(
        (balance.state(), balance.paid()),
        (PaymentState::Settled, shillings(1_000))
    );
    let tips = ground.tips().tips_of_visit(tenant, wanted.visit).await;
    let tips = tips.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(tips.len(), 1);
    let payment = &tips[0].record.payment;
    assert_eq!(
        (payment.state(), payment.paid(), payment.purpose()),
        (PaymentState::Settled, shillings(200), Purpose::Tip)
    );
    assert_eq!(tips[0].along.as_ref().map(Attempt::id), Some(asked.attempt));
    assert_eq!(work(ground).share(tenant, payment.id()).await, Ok(true));
    let owed = ground.tips().tips_owed(tenant, Currency::Kes).await;
    let owed = owed.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(owed.get(&wanted.team[1].staff), Some(&shillings(60)));
    assert_eq!(on(ground, Account::MpesaClearing).await, 120_000);
    assert_eq!(on(ground, Account::CustomerDeposits).await, -100_000);
    assert_eq!(on(ground, Account::TipsPayable).await, -20_000);
    assert!(
        reversible(&of_visit[0], &[], shillings(1_200)).is_none(),
        "what came with a tip is not taken back as one"
    );
}

async fn a_prompt_that_fails_leaves_no_tip_behind<G: TipGround>(ground: &G) {
    let (tenant, _) = ground.tenants();
    let (wanted, asked) = asked_for_both(ground).await;
    heard(
        ground,
        &asked,
        &failed(provider_ids(1), FailureReason::DeclinedByPayer),
    )
    .await;
    let tips = ground.tips().tips_of_visit(tenant, wanted.visit).await;
    assert_eq!(tips, Ok(Vec::new()));
    assert_eq!(on(ground, Account::TipsPayable).await, 0);
}

async fn late_money_for_a_closed_payment_brings_no_tip_and_can_be_taken_back<G: TipGround>(ground: &G) {
    let (tenant, _) = ground.tenants();
    let stage = Stage::on(ground);
    let (wanted, asked, token) = prompted_for_both(ground).await;
    let close = CloseVisit {
        book: ground.book(),
        clock: Arc::new(ManualClock::at(second(60))),
        ids: Arc::new(SeededIds::lane(89)),
    };
    let closed = close.execute(tenant, wanted.visit).await;
    assert!(matches!(closed, Ok(1)), "{closed:?}");
    // By the door and its own callback: what comes so is recorded in other ways than what a person decides.
    let report = paid(provider_ids(1), shillings(1_200), receipt(1));
    let arrival = Arrival {
        id: stage.ids.fresh(),
        provider: Provider::Mpesa,
        token: token.hash(),
        body: stage.reader.body(&report, 0),
        source: None,
        at: second(70),
    };
    let taken = ground.inbox().take(arrival).await;
    let Ok(Taken::Stored { callback, .. }) = taken else {
        panic!("not stored: {taken:?}");
    };
    let applied = stage.apply().execute(tenant, callback).await;
    assert!(applied.is_ok(), "{applied:?}");
    let record = stage.record(tenant, &asked).await;
    assert_eq!(record.attempts[0].state().name(), StateName::Paid);
    assert_eq!(record.attempts[0].tip(), None, "there is no payment of a tip");
    let tips = ground.tips().tips_of_visit(tenant, wanted.visit).await;
    assert_eq!(tips, Ok(Vec::new()));
    assert!(
        reversible(&record, &[], shillings(1_200)).is_some(),
        "it can go back as it came"
    );
}

async fn a_page_for_balance_and_tip_that_is_charged_back_takes_of_each_its_own<G: TipGround>(ground: &G) {
    let (tenant, _) = ground.tenants();
    let stage = Stage::on(ground);
    let wanted = order(ground, "unused", 200, TipTender::Page(asha())).await;
    let owing = AlwaysAsks(VisitAsks::For(Owed {
        customer: wanted.customer,
        purpose: Purpose::Balance,
        amount: shillings(1_000),
        phone: Some(asha()),
    }));
    let page = CardLinkOrder {
        key: key("page"),
        visit: wanted.visit,
        contact: None,
        amount: None,
        tip: Some(TipAlong {
            appointment: wanted.appointment,
            team: wanted.team.clone(),
            amount: shillings(200),
            shares: None,
        }),
        by: desk(),
    };
    let request = RequestCardLink {
        book: ground.book(),
        house: ground.house(),
        clock: Arc::new(ManualClock::at(second(50))),
        ids: Arc::new(SeededIds::lane(88)),
    };
    let asked = request.execute(tenant, page, &owing).await;
    let asked = asked.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(asked.amount, shillings(1_200), "one page takes both");
    let ids = ProviderIds::new("b1c2d3e4-0000", None).unwrap_or_else(|_| panic!("no ids"));
    let report = CardReport {
        ids: ids.clone(),
        reference: Some(MerchantReference::of(asked.attempt).as_str().to_owned()),
        amount: Some(shillings(1_200)),
        receipt: Some(receipt(1)),
    };
    let record = stage.record(tenant, &asked).await;
    let sent = record.attempt(asked.attempt).cloned();
    let sent = sent.and_then(|attempt| attempt.send(second(51)));
    let answer = OpenAnswer::Created {
        ids,
        page: PageUrl::parse("https://pay.example/1").unwrap_or_else(|_| panic!("no page")),
    };
    let opened = sent.map(|sent| sent.hear_open_answer(&answer, second(52)).attempt);
    let opened = opened.unwrap_or_else(|| panic!("the attempt is not new"));
    let change = Change::of_attempt(record.payment, opened);
    assert_eq!(ground.book().record(tenant, change).await, Ok(()));
    let cards = Arc::new(ScriptedCards::default());
    let look = LookAtCard {
        book: ground.book(),
        finder: ground.finder(),
        watch: ground.watch(),
        cards: cards.clone(),
        reversals: Reversals {
            book: ground.refunds(),
            ids: Arc::new(SeededIds::lane(89)),
        },
        clock: stage.clock.clone(),
        ids: stage.ids.clone(),
    };
    cards.answer_status(CardStatus::Paid(report.clone()));
    assert!(look.execute(tenant, asked.attempt, 0).await.is_ok());
    assert_eq!(on(ground, Account::CardClearing).await, 120_000);
    assert_eq!(on(ground, Account::CustomerDeposits).await, -100_000);
    assert_eq!(on(ground, Account::TipsPayable).await, -20_000);
    let tips = ground.tips().tips_of_visit(tenant, wanted.visit).await;
    let tips = tips.unwrap_or_else(|error| panic!("{error}"));
    let tip = tips[0].record.payment.id();
    let by_card = RefundOrder {
        key: key("by-card"),
        payment: tip,
        way: RefundWay::Card,
        cause: RefundCause::Manager,
        amount: shillings(200),
        reason: "it was too much".to_owned(),
        reference: None,
        by: desk(),
    };
    let refused = stage.order_refund().execute(tenant, by_card).await;
    assert_eq!(refused, Err(RefundRefused::TipCameAlong));

    cards.answer_status(CardStatus::Reversed(report));
    for step in [1, 2] {
        let looked = look.execute(tenant, asked.attempt, step).await;
        assert!(looked.is_ok(), "{looked:?}");
    }
    assert_eq!(on(ground, Account::CardClearing).await, 0);
    assert_eq!(on(ground, Account::Suspense).await, 120_000);
    let mut taken = Vec::new();
    for payment in [asked.payment, tip] {
        let query = RefundQuery {
            payment: Some(payment),
            most: 10,
            ..RefundQuery::default()
        };
        let refunds = ground.refunds().refunds(tenant, query).await;
        let refunds = refunds.unwrap_or_else(|error| panic!("{error}"));
        taken.extend(
            refunds
                .iter()
                .map(|refund| (refund.terms().way, refund.terms().amount)),
        );
    }
    let both = [shillings(1_000), shillings(200)].map(|amount| (RefundWay::Chargeback, amount));
    assert_eq!(taken, both, "each once");
}
