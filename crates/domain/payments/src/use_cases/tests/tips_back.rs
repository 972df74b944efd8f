//! Tips whose part of the visit nobody renders, however their money came.

use super::lost_tips::{amelia, desk, part, prompted};
use super::*;
use crate::ledger::Account;
use crate::payment::PaymentState;
use crate::ports::{Ledger, TipBook};
use crate::tip::Renderer;
use crate::{CustomerId, VisitId};

fn back(bench: &Bench) -> ReturnTips {
    ReturnTips {
        book: bench.book.clone(),
        tips: bench.book.clone(),
        visits: bench.visits.clone(),
        clock: bench.clock.clone(),
        ids: bench.ids.clone(),
    }
}

fn work(bench: &Bench) -> WorkTips {
    WorkTips {
        book: bench.book.clone(),
        tips: bench.book.clone(),
        till: bench.book.clone(),
        house: bench.book.clone(),
        clock: bench.clock.clone(),
        ids: bench.ids.clone(),
    }
}

fn credit(bench: &Bench, customer: CustomerId) -> Money {
    block_on(bench.book.credit(bench.tenant, customer, Currency::Kes)).unwrap()
}

fn owed(bench: &Bench) -> Money {
    let balances = block_on(bench.book.balances(bench.tenant, Currency::Kes)).unwrap();
    let sum = Money::sum(Currency::Kes, balances.values().copied());
    assert_eq!(sum, Ok(shillings(0)), "the books balance");
    let on = |account| balances.get(&account).copied().unwrap_or(shillings(0));
    shillings(0).checked_sub(on(Account::TipsPayable)).unwrap()
}

/// The payment of the only tip of the visit.
fn tip_of(bench: &Bench, visit: VisitId) -> PaymentId {
    let tips = block_on(bench.book.tips_of_visit(bench.tenant, visit)).unwrap();
    let [tip] = tips.as_slice() else {
        panic!("{tips:?}")
    };
    tip.tip.payment
}

/// A prompt for a tip alone, of 200 shillings, which is on the phone.
fn tip_alone(bench: &Bench) -> (TipTaken, VisitId, CustomerId) {
    let (visit, customer) = bench.visit();
    let order = TipOrder {
        key: key("tip"),
        visit,
        customer,
        appointment: part(),
        team: vec![Renderer {
            staff: amelia(),
            weight: 1,
        }],
        shares: None,
        amount: shillings(200),
        tender: TipTender::Prompt(phone("+254700000123")),
        by: desk(),
    };
    let taken = block_on(work(bench).take(bench.tenant, order)).unwrap();
    bench.money.answer_push(PushAnswer::Accepted(provider_ids(1)));
    block_on(bench.push().execute(bench.tenant, taken.attempt)).unwrap();
    (taken, visit, customer)
}

#[test]
fn a_tip_that_comes_along_after_its_part_ended_is_the_customers_once() {
    // Whether the balance is still open by then, or was paid another way.
    for paid_another_way in [false, true] {
        let bench = Bench::new();
        let (asked, visit) = prompted(&bench);
        let told = paid(provider_ids(1), shillings(1_200), receipt(7));
        if paid_another_way {
            let told = failed(provider_ids(1), FailureReason::Unreachable);
            bench.callback(asked.attempt, &told, 30);
            let record = bench.record(asked.attempt);
            let (settled, _) = record.payment.receive(shillings(1_000), second(40)).unwrap();
            let change = Change::of_payment(settled, second(40));
            block_on(bench.book.record(bench.tenant, change)).unwrap();
        }
        bench.visits.end_part(part());
        bench.callback(asked.attempt, &told, 50);
        let payment = bench.record(asked.attempt).payment;
        assert_eq!(payment.state(), PaymentState::Settled);
        let before = credit(&bench, payment.customer());
        let tip = tip_of(&bench, visit);
        let first = block_on(back(&bench).of_payment(bench.tenant, visit, tip)).unwrap();
        let expected = TipReturned {
            now: Some(shillings(200)),
            ever: Some(shillings(200)),
            along: true,
        };
        assert_eq!(first, Some(expected));
        let again = block_on(back(&bench).of_payment(bench.tenant, visit, tip)).unwrap();
        // Whoever is to be told of it knows of it still, however often telling failed.
        assert_eq!(
            again.map(|again| (again.now, again.ever)),
            Some((None, Some(shillings(200))))
        );
        block_on(work(&bench).share(bench.tenant, tip)).unwrap();
        let gained = credit(&bench, payment.customer()).checked_sub(before).unwrap();
        assert_eq!((gained, owed(&bench)), (shillings(200), shillings(0)));
    }
}

#[test]
fn a_tip_alone_that_comes_after_its_part_ended_is_the_customers() {
    let bench = Bench::new();
    let (taken, visit, customer) = tip_alone(&bench);
    let told = paid(provider_ids(1), shillings(200), receipt(7));
    bench.callback(taken.attempt, &told, 30);
    let stands = block_on(back(&bench).of_payment(bench.tenant, visit, taken.payment)).unwrap();
    assert_eq!(stands, None, "somebody still renders it");
    bench.visits.end_part(part());
    let returned = block_on(back(&bench).of_payment(bench.tenant, visit, taken.payment)).unwrap();
    let expected = TipReturned {
        now: Some(shillings(200)),
        ever: Some(shillings(200)),
        along: false,
    };
    assert_eq!(returned, Some(expected));
    assert_eq!(
        (credit(&bench, customer), owed(&bench)),
        (shillings(200), shillings(0))
    );
    let had = block_on(work(&bench).share(bench.tenant, taken.payment));
    assert_eq!(had, Ok(false), "nobody had a share of it");
    let again = |bench: &Bench| block_on(back(bench).were_returned(bench.tenant, visit));
    assert_eq!(again(&bench), Ok(false), "nobody renders its part");
    bench.visits.take_part_again(part());
    assert_eq!(again(&bench), Ok(true));
}

#[test]
fn a_tip_that_was_shared_out_before_its_part_ended_goes_from_those_who_got_it() {
    let bench = Bench::new();
    let (taken, visit, customer) = tip_alone(&bench);
    let told = paid(provider_ids(1), shillings(200), receipt(7));
    bench.callback(taken.attempt, &told, 30);
    let work = work(&bench);
    block_on(work.share(bench.tenant, taken.payment)).unwrap();
    bench.visits.end_part(part());
    for _again in 0..2 {
        block_on(back(&bench).of_visit(bench.tenant, visit)).unwrap();
        let had = block_on(work.share(bench.tenant, taken.payment));
        assert_eq!(had, Ok(true), "who had a share is to be told");
    }
    let theirs = block_on(bench.book.tips_owed(bench.tenant, Currency::Kes)).unwrap();
    assert!(theirs.is_empty(), "{theirs:?}");
    assert_eq!(
        (credit(&bench, customer), owed(&bench)),
        (shillings(200), shillings(0))
    );
}

#[test]
fn of_many_who_give_a_tip_back_at_once_one_does() {
    let bench = Bench::new();
    let (taken, visit, customer) = tip_alone(&bench);
    let told = paid(provider_ids(1), shillings(200), receipt(7));
    bench.callback(taken.attempt, &told, 30);
    bench.visits.end_part(part());
    let back = back(&bench);
    let all = (0..10).map(|_| back.of_payment(bench.tenant, visit, taken.payment));
    let returned = block_on(together(all.collect()));
    let gave = returned.into_iter().flatten().flatten();
    assert_eq!(gave.filter(|returned| returned.now.is_some()).count(), 1);
    assert_eq!(credit(&bench, customer), shillings(200));
}
