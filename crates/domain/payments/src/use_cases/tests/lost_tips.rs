//! The tip of a prompt whose own answer never told of its money.

use super::*;
use crate::actor::Actor;
use crate::attempt::Provider;
use crate::payment::{PaymentState, Purpose};
use crate::ports::{
    ConfirmationAddress, ConfirmationArrival, ConfirmationInbox, DeadLetters, Decider, LetterQuery, Owed,
    StatementBook, Taken, TipBook, VisitAsks,
};
use crate::remark::Remark;
use crate::schedule::ROUTE_LIFE;
use crate::test_support::fakes::{AlwaysAsks, PlainConfirmations};
use crate::{AppointmentId, StaffId, VisitId};
use ratiba_kernel::{Id, TokenHash};
use uuid::Uuid;

pub(super) fn desk() -> Actor {
    Actor::parse("token:desk").unwrap()
}

pub(super) fn amelia() -> StaffId {
    Id::from_uuid(Uuid::from_u128(8))
}

/// The part of the visit that the tip is for.
pub(super) fn part() -> AppointmentId {
    Id::from_uuid(Uuid::from_u128(9))
}

/// A prompt for a balance of 1,000 shillings and a tip of 200, which is on the customer's phone.
pub(super) fn prompted(bench: &Bench) -> (PaymentAsked, VisitId) {
    let (visit, customer) = bench.visit();
    let order = DeskPrompt {
        key: key("both"),
        visit,
        payer: None,
        amount: None,
        tip: Some(TipAlong {
            appointment: part(),
            team: vec![crate::tip::Renderer {
                staff: amelia(),
                weight: 1,
            }],
            amount: shillings(200),
            shares: None,
        }),
        by: desk(),
    };
    let asks = AlwaysAsks(VisitAsks::For(Owed {
        customer,
        purpose: Purpose::Balance,
        amount: shillings(1_000),
        phone: Some(phone("+254700000123")),
    }));
    let asked = block_on(bench.desk().execute(bench.tenant, order, &asks)).unwrap();
    bench.money.answer_push(PushAnswer::Accepted(provider_ids(1)));
    block_on(bench.push().execute(bench.tenant, asked.attempt)).unwrap();
    (asked, visit)
}

/// The same, and M-Pesa calls it failed.
fn called_failed(bench: &Bench) -> (PaymentAsked, VisitId) {
    let (asked, visit) = prompted(bench);
    let told = failed(provider_ids(1), FailureReason::Unreachable);
    bench.callback(asked.attempt, &told, 30);
    assert_eq!(bench.state(asked.attempt).name(), StateName::Failed);
    (asked, visit)
}

/// The tips that came for a visit.
fn tips(bench: &Bench, visit: VisitId) -> Vec<Money> {
    let tips = block_on(bench.book.tips_of_visit(bench.tenant, visit)).unwrap();
    let paid = tips.iter().map(|tip| tip.record.payment.paid());
    paid.collect()
}

pub(super) fn confirm(bench: &Bench, asked: &PaymentAsked, number: u32, whole: i64) {
    confirm_owing(bench, asked, (number, whole), VisitAsks::Nothing);
}

pub(super) fn confirm_owing(
    bench: &Bench,
    asked: &PaymentAsked,
    (number, whole): (u32, i64),
    owing: VisitAsks,
) -> ConfirmationApplied {
    let address = ConfirmationAddress {
        key: TokenHash::of(&format!("address-{number}")),
        short_code: PlainConfirmations::SHORT_CODE.to_owned(),
        at: second(0),
    };
    let account = bench.record(asked.attempt).payment.account_reference();
    let arrival = ConfirmationArrival {
        id: bench.ids.fresh(),
        key: address.key,
        body: PlainConfirmations::body(&receipt(number), shillings(whole), account.as_str(), 0),
        source: None,
        at: second(60),
    };
    block_on(bench.book.add_confirmation_address(bench.tenant, address)).unwrap();
    let Taken::Stored { callback, .. } = block_on(bench.book.take_confirmation(arrival)).unwrap() else {
        panic!("not stored");
    };
    let apply = ApplyConfirmation {
        book: bench.book.clone(),
        finder: bench.book.clone(),
        inbox: bench.book.clone(),
        reader: Arc::new(PlainConfirmations),
        clock: bench.clock.clone(),
        ids: bench.ids.clone(),
    };
    block_on(apply.execute(bench.tenant, callback, 0, &AlwaysAsks(owing))).unwrap()
}

#[test]
fn a_confirmation_of_all_that_was_asked_brings_the_tip_once() {
    let bench = Bench::new();
    let (asked, visit) = called_failed(&bench);
    confirm(&bench, &asked, 7, 1_200);
    let payment = bench.record(asked.attempt).payment;
    assert_eq!(
        (payment.state(), payment.paid()),
        (PaymentState::Settled, shillings(1_000))
    );
    assert_eq!(tips(&bench, visit), [shillings(200)]);
    // The same amount once more is the customer's.
    confirm(&bench, &asked, 8, 1_200);
    assert_eq!(tips(&bench, visit), [shillings(200)]);
}

#[test]
fn money_of_another_amount_brings_no_tip() {
    let bench = Bench::new();
    let (asked, visit) = called_failed(&bench);
    confirm(&bench, &asked, 7, 1_100);
    assert_eq!(tips(&bench, visit), []);
}

#[test]
fn a_dead_letter_brings_the_tip() {
    for by_attempt in [true, false] {
        let bench = Bench::new();
        let (asked, visit) = called_failed(&bench);
        let arrival = Arrival {
            id: bench.ids.fresh(),
            provider: Provider::Mpesa,
            token: bench.money.orders().pop().unwrap().token.hash(),
            body: b"late".to_vec(),
            source: None,
            at: second(0) + ROUTE_LIFE,
        };
        block_on(bench.book.take(arrival)).unwrap();
        let all = LetterQuery {
            most: 10,
            ..LetterQuery::default()
        };
        let letter = block_on(DeadLetters::list(&*bench.book, bench.tenant, all)).unwrap()[0].id;
        let work = WorkLetter {
            book: bench.book.clone(),
            letters: bench.book.clone(),
            finder: bench.book.clone(),
            callbacks: bench.reader.clone(),
            confirmations: Arc::new(PlainConfirmations),
            clock: bench.clock.clone(),
            ids: bench.ids.clone(),
        };
        let order = MatchOrder {
            letter,
            to: if by_attempt {
                MatchTo::Attempt(asked.attempt)
            } else {
                MatchTo::Payment(asked.payment)
            },
            receipt: receipt(7),
            amount: shillings(1_200),
            known_from: Some(Remark::parse("the portal's list").unwrap()),
            by: desk(),
            why: Remark::parse("seen on the portal").unwrap(),
        };
        block_on(work.to_payment(bench.tenant, order)).unwrap();
        assert_eq!(tips(&bench, visit), [shillings(200)]);
    }
}

#[test]
fn a_line_of_the_statement_brings_the_tip() {
    let bench = Bench::new();
    let (asked, visit) = called_failed(&bench);
    let work = WorkStatements {
        statements: bench.book.clone(),
        payments: bench.book.clone(),
        refunds: bench.book.clone(),
        finder: bench.book.clone(),
        clock: bench.clock.clone(),
        ids: bench.ids.clone(),
    };
    let text = format!(
        "Receipt No.,Completion Time,Details,Transaction Status,Paid In,Withdrawn,A/C No.\n\
         {},{} 03:00:40,Pay Bill,Completed,1200.00,,\n",
        receipt(7).as_str(),
        second(0).date()
    );
    block_on(work.bring_in(bench.tenant, &text, desk())).unwrap();
    let waits = block_on(bench.book.unmatched(bench.tenant, 10)).unwrap();
    let decider = Decider {
        by: desk(),
        why: Remark::parse("it was looked into").unwrap(),
    };
    let verdict = LineVerdict::Payment(asked.payment);
    block_on(work.decide(bench.tenant, waits.lines[0].id, verdict, decider)).unwrap();
    assert_eq!(tips(&bench, visit), [shillings(200)]);
}
