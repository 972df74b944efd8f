//! Card payments from the order of a page to its end.

use super::*;
use crate::actor::Actor;
use crate::attempt::{NotResolved, Resolution};
use crate::card::{CancelAnswer, CardReport, CardStatus, OpenAnswer, PageUrl};
use crate::ledger::Account;
use crate::payment::{PaymentState, Purpose};
use crate::ports::{GivenBack, PaymentRuleBook, PaymentRules, RefundBook};
use crate::ports::{
    Ledger, NoticeAddress, NoticeAddresses, NoticeArrival, NoticeDoor, NoticeIds, NoticeInbox, NoticeTaken,
    Owed, VisitAsks,
};
use crate::reference::MerchantReference;
use crate::refund::RefundWay;
use crate::remark::Remark;
use crate::schedule::{CARD_ABANDON_AFTER, CARD_LAST_LOOK_IN_DOUBT, card_look_at, card_look_from};
use crate::test_support::builders::asha;
use crate::test_support::fakes::{AlwaysAsks, ScriptedBack, ScriptedCards};
use ratiba_kernel::TokenHash;

const TRACKING: &str = "b1c2d3e4-0000";

fn asks(owed: &Owed) -> AlwaysAsks {
    AlwaysAsks(VisitAsks::For(owed.clone()))
}

struct Shop {
    bench: Bench,
    cards: Arc<ScriptedCards>,
}

impl Shop {
    fn new() -> Self {
        let bench = Bench::new();
        let address = NoticeAddress {
            key: TokenHash::of("door"),
            account: TokenHash::of("account"),
            provider_id: "ipn".to_owned(),
            at: second(0),
        };
        block_on(bench.book.add(bench.tenant, address)).unwrap();
        Self {
            bench,
            cards: Arc::default(),
        }
    }

    fn request(&self) -> RequestCardLink {
        RequestCardLink {
            book: self.bench.book.clone(),
            house: self.bench.book.clone(),
            clock: self.bench.clock.clone(),
            ids: self.bench.ids.clone(),
        }
    }

    fn look(&self) -> LookAtCard {
        LookAtCard {
            book: self.bench.book.clone(),
            finder: self.bench.book.clone(),
            watch: self.bench.book.clone(),
            cards: self.cards.clone(),
            reversals: Reversals {
                book: self.bench.book.clone(),
                ids: self.bench.ids.clone(),
            },
            clock: self.bench.clock.clone(),
            ids: self.bench.ids.clone(),
        }
    }

    fn open(&self, attempt: AttemptId) -> Pushed {
        let open = OpenCard {
            book: self.bench.book.clone(),
            visits: self.bench.visits.clone(),
            cards: self.cards.clone(),
            clock: self.bench.clock.clone(),
            ids: self.bench.ids.clone(),
        };
        block_on(open.execute(self.bench.tenant, attempt)).unwrap()
    }

    fn try_to_abandon(&self, attempt: AttemptId) -> Result<CardLook, CardError> {
        let abandon = AbandonCard { look: self.look() };
        block_on(abandon.execute(self.bench.tenant, attempt))
    }

    fn abandon(&self, attempt: AttemptId) -> CardLook {
        self.try_to_abandon(attempt).unwrap()
    }

    fn withdraw(&self) -> WithdrawCard {
        WithdrawCard {
            book: self.bench.book.clone(),
            watch: self.bench.book.clone(),
            clock: self.bench.clock.clone(),
            ids: self.bench.ids.clone(),
        }
    }

    fn version(&self, attempt: AttemptId) -> i32 {
        self.bench.record(attempt).payment.version()
    }

    fn look_at(&self, attempt: AttemptId, step: u8) -> CardLook {
        block_on(self.look().execute(self.bench.tenant, attempt, step)).unwrap()
    }

    /// A page for a deposit of 1,500.50 shillings of a new visit is ordered.
    fn asked(&self) -> (PaymentAsked, CardLinkOrder, Owed) {
        let (visit, customer) = self.bench.visit();
        let order = CardLinkOrder {
            key: key("page"),
            visit,
            contact: None,
            amount: None,
            tip: None,
            by: Actor::parse("Wanjiru").unwrap(),
        };
        let owed = Owed {
            customer,
            purpose: Purpose::Deposit,
            amount: amount(),
            phone: Some(asha()),
        };
        let asked = block_on(
            self.request()
                .execute(self.bench.tenant, order.clone(), &asks(&owed)),
        );
        (asked.unwrap(), order, owed)
    }

    /// The same, opened.
    fn opened(&self) -> AttemptId {
        let (asked, ..) = self.asked();
        self.cards.answer_open(OpenAnswer::Created {
            ids: ProviderIds::new(TRACKING, None).unwrap(),
            page: PageUrl::parse("https://pay.example/1").unwrap(),
        });
        assert_eq!(self.open(asked.attempt), Pushed::Accepted);
        asked.attempt
    }

    fn notice(&self, attempt: AttemptId) -> crate::CallbackId {
        let id = self.bench.ids.fresh();
        let arrival = NoticeArrival {
            id,
            door: NoticeDoor::Address(TokenHash::of("door")),
            ids: Some(NoticeIds {
                tracking: TRACKING.to_owned(),
                reference: reference(attempt),
                kind: "IPNCHANGE".to_owned(),
            }),
            body: b"{}".to_vec(),
            source: None,
            at: self.bench.clock.now(),
        };
        let tenant = self.bench.tenant;
        let taken = block_on(self.bench.book.take_notice(arrival)).unwrap();
        assert_eq!(taken, NoticeTaken::Stored { tenant });
        id
    }

    fn apply(&self, notice: crate::CallbackId) -> Result<CardLook, CardError> {
        let apply = ApplyNotice {
            inbox: self.bench.book.clone(),
            look: self.look(),
            clock: self.bench.clock.clone(),
        };
        block_on(apply.execute(self.bench.tenant, notice))
    }

    fn name(&self, attempt: AttemptId) -> StateName {
        self.bench.state(attempt).name()
    }

    fn clearing(&self) -> Option<Money> {
        let balances = block_on(self.bench.book.balances(self.bench.tenant, Currency::Kes)).unwrap();
        balances.get(&Account::CardClearing).copied()
    }
}

fn amount() -> Money {
    Money::kes_minor(150_050)
}

fn reference(attempt: AttemptId) -> String {
    MerchantReference::of(attempt).as_str().to_owned()
}

fn report(attempt: AttemptId) -> CardReport {
    CardReport {
        ids: ProviderIds::new(TRACKING, None).unwrap(),
        reference: Some(reference(attempt)),
        amount: Some(amount()),
        receipt: Some(receipt(1)),
    }
}

#[test]
fn a_notice_is_looked_into_and_the_money_is_booked_once_to_the_cent() {
    let shop = Shop::new();
    let attempt = shop.opened();
    let notices: Vec<_> = (0..10).map(|_| shop.notice(attempt)).collect();
    shop.cards.answer_status(CardStatus::Paid(report(attempt)));
    assert_eq!(shop.apply(notices[3]).unwrap(), CardLook::Stands(StateName::Paid));
    for notice in &notices {
        assert_eq!(shop.apply(*notice).unwrap(), CardLook::NotNeeded);
    }
    assert_eq!(shop.cards.calls(), (1, 0), "one look serves all that wait");
    assert_eq!(shop.clearing(), Some(amount()));
    assert_eq!(shop.bench.record(attempt).payment.state(), PaymentState::Settled);
}

#[test]
fn an_order_is_not_booked_whose_money_a_person_noted_as_given_back() {
    let shop = Shop::new();
    shop.bench
        .prompt_out("another", PushAnswer::Accepted(provider_ids(1)));
    super::given_back::gone(&shop.bench, b"illegible".to_vec(), 1);
    let attempt = shop.opened();
    for step in [0, 1] {
        shop.cards.answer_status(CardStatus::Paid(report(attempt)));
        shop.look_at(attempt, step);
    }
    let why = ReviewReason::GivenBack;
    assert_eq!(shop.bench.state(attempt), AttemptState::InReview { why });
    assert_eq!(shop.clearing(), None);
    let told = shop.bench.book.events(shop.bench.tenant);
    let called = told
        .iter()
        .filter(|event| matches!(event, PaymentEvent::AttemptInReview { why: told, .. } if *told == why));
    assert_eq!(called.count(), 1);
}

#[test]
fn a_notice_alone_proves_nothing() {
    let shop = Shop::new();
    let attempt = shop.opened();
    let forged = shop.notice(attempt);
    shop.cards.answer_status(CardStatus::Pending);
    assert_eq!(
        shop.apply(forged).unwrap(),
        CardLook::Stands(StateName::AwaitingCustomer)
    );
    let mut foreign = report(attempt);
    foreign.reference = Some("ANOTHER".to_owned());
    shop.cards.answer_status(CardStatus::Paid(foreign));
    let forged = shop.notice(attempt);
    assert_eq!(shop.apply(forged).unwrap(), CardLook::AnotherOrder);
    assert_eq!(shop.clearing(), None);
    // While the provider says nothing, the notice goes on waiting.
    let unanswered = shop.notice(attempt);
    assert!(matches!(shop.apply(unanswered), Err(CardError::NoAnswer)));
    shop.cards.answer_status(CardStatus::Paid(report(attempt)));
    assert_eq!(shop.apply(unanswered).unwrap(), CardLook::Stands(StateName::Paid));
}

#[test]
fn without_any_notice_the_looks_find_the_payment_and_go_on_daily() {
    let shop = Shop::new();
    let attempt = shop.opened();
    shop.cards.answer_status(CardStatus::Pending);
    shop.bench.clock.set(second(120));
    assert_eq!(
        shop.look_at(attempt, 0),
        CardLook::Stands(StateName::AwaitingCustomer)
    );
    shop.bench.clock.set(second(300));
    shop.cards.answer_status(CardStatus::Paid(report(attempt)));
    assert_eq!(shop.look_at(attempt, 1), CardLook::Stands(StateName::Paid));
    assert_eq!(
        shop.look_at(attempt, 1),
        CardLook::NotNeeded,
        "the same look again asks nothing"
    );
    let next = shop.bench.book.tasks(shop.bench.tenant).pop().unwrap();
    let task = PaymentTask::LookAtCard { attempt, step: 2 };
    assert_eq!(
        next,
        Due {
            at: second(900),
            task
        }
    );
    assert_eq!(card_look_at(7, second(0)), Some(second(86_400)));
    assert_eq!(card_look_at(126, second(0)), Some(second(120 * 86_400)));
    assert_eq!(card_look_at(127, second(0)), None);
    shop.bench.clock.set(second(900));
    shop.cards.answer_status(CardStatus::Reversed(report(attempt)));
    shop.look_at(attempt, 2);
    let record = shop.bench.record(attempt);
    let dispute = record.attempt(attempt).unwrap().progress().dispute;
    assert_eq!(dispute, Some(ReviewReason::MoneyWentBack));
}

#[test]
fn an_order_that_nobody_pays_is_cancelled_once_and_looked_at_afterwards() {
    let shop = Shop::new();
    let attempt = shop.opened();
    shop.bench.clock.set(second(0) + CARD_ABANDON_AFTER);
    shop.cards.answer_cancel(CancelAnswer::Cancelled);
    shop.cards.answer_status(CardStatus::Pending);
    assert_eq!(shop.abandon(attempt), CardLook::Stands(StateName::Cancelled));
    assert_eq!(shop.abandon(attempt), CardLook::NotNeeded);
    assert_eq!(shop.cards.calls(), (1, 1));
    // Paid in the very moment, and told of late: it is paid, and what nothing asks for is told apart.
    shop.cards.answer_status(CardStatus::Paid(report(attempt)));
    let late = shop.notice(attempt);
    assert_eq!(shop.apply(late).unwrap(), CardLook::Stands(StateName::Paid));
    assert_eq!(shop.clearing(), Some(amount()));
}

#[test]
fn an_order_that_crosses_with_its_payment_is_paid() {
    let shop = Shop::new();
    let attempt = shop.opened();
    shop.bench.clock.set(second(0) + CARD_ABANDON_AFTER);
    shop.cards.answer_cancel(CancelAnswer::Refused);
    shop.cards.answer_status(CardStatus::Paid(report(attempt)));
    assert_eq!(shop.abandon(attempt), CardLook::Stands(StateName::Paid));
}

#[test]
fn an_order_in_doubt_ends_in_a_persons_hands_after_a_day() {
    let shop = Shop::new();
    let attempt = shop.opened();
    shop.bench.clock.set(second(0) + CARD_ABANDON_AFTER);
    assert_eq!(shop.abandon(attempt), CardLook::Stands(StateName::Unknown));
    for step in 2..=CARD_LAST_LOOK_IN_DOUBT {
        shop.bench.clock.set(card_look_at(step, second(0)).unwrap());
        shop.look_at(attempt, step);
    }
    assert_eq!(shop.name(attempt), StateName::InReview);
}

#[test]
fn a_person_ends_an_order_that_is_in_doubt_for_an_hour_and_what_comes_later_is_booked() {
    let shop = Shop::new();
    let attempt = shop.opened();
    let bench = &shop.bench;
    bench.clock.set(second(0) + CARD_ABANDON_AFTER);
    assert_eq!(shop.abandon(attempt), CardLook::Stands(StateName::Unknown));
    let use_case = ResolveAttempt {
        book: bench.book.clone(),
        clock: bench.clock.clone(),
        ids: bench.ids.clone(),
    };
    let order = ResolveOrder {
        attempt,
        resolution: Resolution::Cancelled,
        by: Actor::parse("token:desk").unwrap(),
        why: Remark::parse("not in the dashboard").unwrap(),
        version: None,
    };
    let resolve = || block_on(use_case.execute(bench.tenant, order.clone()));
    let early = ResolveAttemptError::NotResolved(NotResolved::NotInReview);
    assert_eq!(resolve(), Err(early), "the looks of the first hour come first");
    bench.clock.set(second(3_600));
    assert!(resolve().is_ok());
    assert_eq!(shop.name(attempt), StateName::Cancelled);
    // The next look goes on, and finds that the customer had paid.
    bench.clock.set(card_look_at(4, second(0)).unwrap());
    shop.cards.answer_status(CardStatus::Paid(report(attempt)));
    assert_eq!(shop.look_at(attempt, 4), CardLook::Stands(StateName::Paid));
}

#[test]
fn a_lost_answer_opens_no_second_page_and_is_closed_at_the_first_look() {
    let shop = Shop::new();
    let (asked, ..) = shop.asked();
    assert_eq!(shop.open(asked.attempt), Pushed::Unknown);
    assert_eq!(shop.open(asked.attempt), Pushed::NotAgain);
    assert_eq!(shop.cards.orders().len(), 1);
    shop.bench.clock.set(second(120));
    assert_eq!(
        shop.look_at(asked.attempt, 0),
        CardLook::Stands(StateName::Cancelled)
    );
    assert_eq!(shop.cards.calls(), (0, 0), "there is no id to ask by");
    // The notice brings the id, and with it the money.
    shop.cards.answer_status(CardStatus::Paid(report(asked.attempt)));
    let notice = shop.notice(asked.attempt);
    assert_eq!(shop.apply(notice).unwrap(), CardLook::Stands(StateName::Paid));
}

#[test]
fn a_worker_that_was_stopped_before_it_opened_the_order_opens_none_later() {
    let shop = Shop::new();
    let (asked, ..) = shop.asked();
    shop.bench.mark_sent(asked.attempt);
    assert_eq!(shop.open(asked.attempt), Pushed::Unknown);
    assert_eq!(shop.cards.orders(), []);
}

#[test]
fn a_second_page_or_prompt_is_refused_while_one_is_open() {
    let shop = Shop::new();
    let (asked, order, owed) = shop.asked();
    let ask = |order: CardLinkOrder| block_on(shop.request().execute(shop.bench.tenant, order, &asks(&owed)));
    assert_eq!(
        ask(order.clone()).unwrap(),
        asked,
        "the same key is the same page"
    );
    let mut other_amount = order.clone();
    other_amount.amount = Some(shillings(1));
    assert_eq!(ask(other_amount), Err(RequestPaymentError::KeyReused));
    let mut second_page = order;
    second_page.key = key("second");
    let open = Err(RequestPaymentError::NotNow(NotNow::StillOpen(asked.attempt)));
    assert_eq!(ask(second_page), open);
}

#[test]
fn amounts_that_cannot_be_owed_are_refused() {
    let shop = Shop::new();
    let (_, order, mut owed) = shop.asked();
    owed.amount = Money::kes_minor(200_000_000);
    let ask = |amount: Money| {
        let mut order = order.clone();
        order.key = key("other");
        order.amount = Some(amount);
        block_on(shop.request().execute(shop.bench.tenant, order, &asks(&owed))).unwrap_err()
    };
    assert_eq!(ask(Money::kes_minor(0)), RequestPaymentError::AmountNotPositive);
    assert_eq!(ask(Money::kes_minor(-1)), RequestPaymentError::AmountNotPositive);
    assert_eq!(
        ask(Money::kes_minor(100_000_001)),
        RequestPaymentError::AmountAboveLimit {
            limit: shillings(1_000_000)
        }
    );
    assert_eq!(
        ask(Money::new(100, Currency::Usd)),
        RequestPaymentError::CurrencyRefused
    );
    owed.amount = shillings(10);
    let above = RequestPaymentError::AmountAboveOutstanding {
        outstanding: shillings(10),
    };
    let mut order = order;
    order.key = key("third");
    order.amount = Some(shillings(11));
    let refused = block_on(shop.request().execute(shop.bench.tenant, order, &asks(&owed)));
    assert_eq!(refused, Err(above));
}

#[test]
fn a_visit_that_is_over_cancels_the_order_that_is_out() {
    let shop = Shop::new();
    let attempt = shop.opened();
    let visit = shop.bench.record(attempt).payment.visit();
    let close = CloseVisit {
        book: shop.bench.book.clone(),
        clock: shop.bench.clock.clone(),
        ids: shop.bench.ids.clone(),
    };
    assert_eq!(block_on(close.execute(shop.bench.tenant, visit)).unwrap(), 1);
    let task = PaymentTask::AbandonCard {
        attempt,
        at_once: true,
    };
    let due = Due { at: second(0), task };
    assert_eq!(shop.bench.book.tasks(shop.bench.tenant).pop(), Some(due));
}

#[test]
fn a_cancellation_that_was_not_made_is_tried_again_and_the_page_stays_open() {
    let shop = Shop::new();
    let attempt = shop.opened();
    shop.bench.clock.set(second(0) + CARD_ABANDON_AFTER);
    shop.cards.answer_cancel(CancelAnswer::NotMade);
    assert!(matches!(shop.try_to_abandon(attempt), Err(CardError::NoAnswer)));
    assert_eq!(shop.name(attempt), StateName::AwaitingCustomer);
    assert_eq!(
        shop.cards.calls(),
        (0, 1),
        "who is not to be reached is not asked either"
    );
    // The hour's look cancels by itself; that the order is pending is no reason to call it cancelled.
    shop.bench.clock.set(card_look_at(3, second(0)).unwrap());
    shop.cards.answer_cancel(CancelAnswer::Unknown);
    shop.cards.answer_status(CardStatus::Pending);
    assert_eq!(shop.look_at(attempt, 3), CardLook::Stands(StateName::Unknown));
    shop.bench.clock.set(card_look_at(4, second(0)).unwrap());
    shop.cards.answer_cancel(CancelAnswer::Refused);
    shop.cards.answer_status(CardStatus::Pending);
    assert_eq!(shop.look_at(attempt, 4), CardLook::Stands(StateName::Cancelled));
}

#[test]
fn an_order_that_is_being_opened_when_its_visit_ends_is_cancelled_when_its_id_is_known() {
    let shop = Shop::new();
    let (asked, order, _) = shop.asked();
    shop.bench.mark_sent(asked.attempt);
    let unknown_yet = shop.try_to_abandon(asked.attempt);
    assert!(matches!(unknown_yet, Err(CardError::StillOpening)));
    // The answer comes after the payment was closed.
    let close = CloseVisit {
        book: shop.bench.book.clone(),
        clock: shop.bench.clock.clone(),
        ids: shop.bench.ids.clone(),
    };
    assert_eq!(
        block_on(close.execute(shop.bench.tenant, order.visit)).unwrap(),
        1
    );
    let tasks = shop.bench.book.tasks(shop.bench.tenant);
    let cancels = tasks.iter().filter(|due| {
        due.task
            == PaymentTask::AbandonCard {
                attempt: asked.attempt,
                at_once: true,
            }
    });
    assert_eq!(cancels.count(), 1);
}

#[test]
fn what_is_opened_for_a_payment_that_ended_meanwhile_is_cancelled_at_once() {
    let shop = Shop::new();
    let (asked, order, _) = shop.asked();
    let visit = order.visit;
    shop.cards.answer_open(OpenAnswer::Created {
        ids: ProviderIds::new(TRACKING, None).unwrap(),
        page: PageUrl::parse("https://pay.example/1").unwrap(),
    });
    let (book, clock, ids) = (&shop.bench.book, &shop.bench.clock, &shop.bench.ids);
    let close = CloseVisit {
        book: book.clone(),
        clock: clock.clone(),
        ids: ids.clone(),
    };
    let tenant = shop.bench.tenant;
    shop.cards.before_open_answers(move || {
        assert_eq!(block_on(close.execute(tenant, visit)).unwrap(), 1);
    });
    assert_eq!(shop.open(asked.attempt), Pushed::Accepted);
    let last = shop.bench.book.tasks(tenant).pop().unwrap();
    let task = PaymentTask::AbandonCard {
        attempt: asked.attempt,
        at_once: true,
    };
    assert_eq!(last, Due { at: second(0), task });
    let events = shop.bench.book.events(tenant);
    let told = |event: &PaymentEvent| matches!(event, PaymentEvent::CardPageOpened { .. });
    assert!(!events.iter().any(told), "nobody is sent to it");
}

#[test]
fn no_page_is_opened_for_a_visit_that_is_over() {
    let shop = Shop::new();
    let (asked, order, _) = shop.asked();
    shop.bench.visits.end(order.visit);
    assert_eq!(shop.open(asked.attempt), Pushed::Withdrawn);
    assert_eq!(shop.cards.orders(), []);
}

#[test]
fn a_notice_of_another_order_is_refused_without_a_question() {
    let shop = Shop::new();
    let (asked, ..) = shop.asked();
    // It came before the order's id was known.
    let early = shop.notice(asked.attempt);
    shop.cards.answer_open(OpenAnswer::Created {
        ids: ProviderIds::new("another-order", None).unwrap(),
        page: PageUrl::parse("https://pay.example/1").unwrap(),
    });
    shop.open(asked.attempt);
    assert_eq!(shop.apply(early).unwrap(), CardLook::AnotherOrder);
    assert_eq!(shop.cards.calls(), (0, 0));
}

#[test]
fn a_look_that_tells_nothing_new_leaves_the_payment_as_it_is() {
    let shop = Shop::new();
    let attempt = shop.opened();
    let before = shop.version(attempt);
    shop.cards.answer_status(CardStatus::Pending);
    shop.bench.clock.set(second(120));
    shop.look_at(attempt, 0);
    shop.cards.answer_status(CardStatus::Pending);
    let notice = shop.notice(attempt);
    shop.apply(notice).unwrap();
    assert_eq!(shop.version(attempt), before);
    let next = shop.bench.book.tasks(shop.bench.tenant);
    let task = PaymentTask::LookAtCard { attempt, step: 1 };
    assert!(next.contains(&Due {
        at: second(300),
        task
    }));
}

#[test]
fn an_order_that_was_paid_out_of_turn_is_looked_at_daily_from_then_on() {
    let shop = Shop::new();
    let attempt = shop.opened();
    shop.bench.clock.set(second(0) + CARD_ABANDON_AFTER);
    shop.cards.answer_cancel(CancelAnswer::Cancelled);
    shop.cards.answer_status(CardStatus::Pending);
    shop.abandon(attempt);
    // The looks at what was cancelled ended days ago.
    shop.bench.clock.set(second(3 * 86_400 + 60));
    shop.cards.answer_status(CardStatus::Paid(report(attempt)));
    let notice = shop.notice(attempt);
    shop.apply(notice).unwrap();
    let next = shop.bench.book.tasks(shop.bench.tenant).pop().unwrap();
    assert!(matches!(next.task, PaymentTask::LookAtCard { .. }), "{next:?}");
    assert!(next.at <= second(4 * 86_400), "{next:?}");
}

#[test]
fn of_several_overdue_looks_one_is_made_and_doubt_is_looked_into_more_often() {
    let (opened, now) = (second(0), second(10 * 86_400 + 1));
    let after_an_absence = card_look_from(3, false, opened, now);
    assert_eq!(
        after_an_absence.map(|(step, _)| step),
        Some(16),
        "the tenth day's, and it alone"
    );
    let hours = |in_doubt| card_look_from(4, in_doubt, opened, second(3_601)).unwrap().1;
    assert_eq!(hours(true), second(2 * 3_600));
    assert_eq!(hours(false), second(86_400));
}

#[test]
fn the_desk_withdraws_a_page_and_what_others_paid_withdraws_the_rest() {
    let shop = Shop::new();
    let (asked, ..) = shop.asked();
    let tenant = shop.bench.tenant;
    let withdraw = |attempt| block_on(shop.withdraw().execute(tenant, attempt)).unwrap();
    assert_eq!(withdraw(asked.attempt), PageWithdrawn::Before);
    assert_eq!(
        shop.name(asked.attempt),
        StateName::Cancelled,
        "it never went out"
    );
    assert_eq!(withdraw(asked.attempt), PageWithdrawn::Before);
    let shop = Shop::new();
    let attempt = shop.opened();
    let withdraw = |attempt| block_on(shop.withdraw().execute(tenant, attempt)).unwrap();
    assert_eq!(withdraw(attempt), PageWithdrawn::Begun);
    let task = PaymentTask::AbandonCard {
        attempt,
        at_once: true,
    };
    let last = shop.bench.book.tasks(tenant).pop().unwrap();
    assert_eq!(last.task, task);
    shop.cards.answer_status(CardStatus::Paid(report(attempt)));
    shop.apply(shop.notice(attempt)).unwrap();
    assert_eq!(withdraw(attempt), PageWithdrawn::Over(StateName::Paid));
    // What is settled by the page itself withdraws nothing.
    let queued = shop.bench.book.tasks(tenant).len();
    let records = [shop.bench.record(attempt)];
    block_on(shop.withdraw().of_settled(tenant, &records)).unwrap();
    assert_eq!(shop.bench.book.tasks(tenant).len(), queued);
}

#[test]
fn who_has_not_paid_after_eight_minutes_is_reminded_once_and_nobody_else() {
    let nudge = |shop: &Shop, attempt| {
        let nudge = NudgeCard {
            book: shop.bench.book.clone(),
            watch: shop.bench.book.clone(),
            visits: shop.bench.visits.clone(),
            clock: shop.bench.clock.clone(),
        };
        block_on(nudge.execute(shop.bench.tenant, attempt)).unwrap()
    };
    let shop = Shop::new();
    let attempt = shop.opened();
    let due = Due {
        at: second(8 * 60),
        task: PaymentTask::NudgeCard { attempt },
    };
    assert!(shop.bench.book.tasks(shop.bench.tenant).contains(&due));
    assert!(nudge(&shop, attempt));
    assert!(!nudge(&shop, attempt), "once");
    // Paid, over, or never given out.
    let shop = Shop::new();
    let attempt = shop.opened();
    shop.cards.answer_status(CardStatus::Paid(report(attempt)));
    shop.apply(shop.notice(attempt)).unwrap();
    assert!(!nudge(&shop, attempt));
    let shop = Shop::new();
    let attempt = shop.opened();
    shop.bench.visits.end(shop.bench.record(attempt).payment.visit());
    assert!(!nudge(&shop, attempt));
    let shop = Shop::new();
    let (asked, ..) = shop.asked();
    assert!(!nudge(&shop, asked.attempt));
}

#[test]
fn no_more_of_a_page_with_a_tip_goes_back_for_the_visit_than_came_for_it() {
    let shop = Shop::new();
    let attempt = shop.opened();
    shop.cards.answer_status(CardStatus::Paid(report(attempt)));
    shop.apply(shop.notice(attempt)).unwrap();
    let mut record = shop.bench.record(attempt);
    let share = crate::tip::TipShare {
        staff: shop.bench.ids.fresh(),
        amount: shillings(200),
    };
    let tip = crate::tip::Tip {
        payment: shop.bench.ids.fresh(),
        appointment: shop.bench.ids.fresh(),
        shares: vec![share],
    };
    record.attempts[0] = record.attempts[0].clone().with_tip(tip);
    let for_visit = amount().checked_sub(shillings(200)).unwrap();
    let beyond = for_visit.checked_add(Money::kes_minor(1)).unwrap();
    let found = |amount| crate::refund::card_refundable(&record, &[], amount);
    assert_eq!(found(for_visit).map(|original| original.attempt), Some(attempt));
    assert_eq!(found(beyond), None);
}

#[test]
fn what_the_rules_give_back_goes_to_the_card_it_came_from_in_part_too() {
    let shop = Shop::new();
    let attempt = shop.opened();
    shop.cards.answer_status(CardStatus::Paid(report(attempt)));
    shop.apply(shop.notice(attempt)).unwrap();
    let (tenant, book) = (shop.bench.tenant, shop.bench.book.clone());
    let rules = PaymentRules {
        given_back: GivenBack::ToItsOrigin,
        ..PaymentRules::default()
    };
    block_on(book.put_payment_rules(tenant, rules, 1))
        .unwrap()
        .unwrap();
    let give = GiveBack {
        book: book.clone(),
        rules: book.clone(),
        order: RequestRefund {
            book: book.clone(),
            back: Arc::new(ScriptedBack::default()),
            cards: true,
            clock: shop.bench.clock.clone(),
            ids: shop.bench.ids.clone(),
        },
        credit: CreditVisit {
            book: book.clone(),
            refunds: book.clone(),
            clock: shop.bench.clock.clone(),
            ids: shop.bench.ids.clone(),
        },
    };
    let visit = shop.bench.record(attempt).payment.visit();
    let keep = Money::kes_minor(50_050);
    let prospect = block_on(give.prospect(tenant, visit, keep)).unwrap();
    assert_eq!(
        (prospect.all, prospect.credit),
        (shillings(1_000), shillings(0)),
        "known before"
    );
    for first in [true, false] {
        assert_eq!(block_on(give.execute(tenant, visit, keep)).unwrap(), first);
    }
    let refunds = block_on(book.refunds_of_visit(tenant, visit)).unwrap();
    assert_eq!(refunds.len(), 1);
    let terms = refunds[0].terms();
    assert_eq!((terms.way, terms.amount), (RefundWay::Card, shillings(1_000)));
}
