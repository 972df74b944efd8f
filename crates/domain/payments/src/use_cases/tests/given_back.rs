//! A query that tells of money which a person noted as given back.

use super::lost_tips::desk;
use super::*;
use crate::attempt::Provider;
use crate::dead_letter::{LetterState, LetterVerdict};
use crate::ports::{DeadLetters, LetterQuery};
use crate::remark::Remark;
use crate::schedule::ROUTE_LIFE;
use crate::test_support::fakes::PlainConfirmations;

/// A letter with this body, whose money a person noted as given back.
pub(super) fn gone(bench: &Bench, body: Vec<u8>, came: u32) {
    let token = bench.money.orders().pop().unwrap().token;
    let arrival = Arrival {
        id: bench.ids.fresh(),
        provider: Provider::Mpesa,
        token: token.hash(),
        body,
        source: None,
        at: second(0) + ROUTE_LIFE,
    };
    block_on(bench.book.take(arrival)).unwrap();
    let new = LetterQuery {
        state: Some(LetterState::New),
        most: 1,
        ..LetterQuery::default()
    };
    let letter = block_on(DeadLetters::list(&*bench.book, bench.tenant, new)).unwrap()[0].id;
    let work = WorkLetter {
        book: bench.book.clone(),
        letters: bench.book.clone(),
        finder: bench.book.clone(),
        callbacks: bench.reader.clone(),
        confirmations: Arc::new(PlainConfirmations),
        clock: bench.clock.clone(),
        ids: bench.ids.clone(),
    };
    let order = LetterOrder {
        letter,
        verdict: LetterVerdict::Refunded {
            back: receipt(99),
            came: Some(receipt(came)),
        },
        known_from: Some(Remark::parse("the portal's list").unwrap()),
        by: desk(),
        why: Remark::parse("given back on the portal").unwrap(),
    };
    block_on(work.decide(bench.tenant, order)).unwrap();
}

#[test]
fn a_query_does_not_book_money_of_the_prompt_that_went_back() {
    for by_ids in [true, false] {
        let bench = Bench::new();
        let asked = bench.prompt_out("asked", PushAnswer::Accepted(provider_ids(1)));
        let account = bench.record(asked.attempt).payment.account_reference();
        let body = if by_ids {
            let report = paid(provider_ids(1), shillings(1_500), receipt(5));
            bench.reader.body(&report, 0)
        } else {
            PlainConfirmations::body(&receipt(5), shillings(1_500), account.as_str(), 0)
        };
        gone(&bench, body, 5);
        bench.clock.set(second(60));
        bench.money.answer_query(QueryAnswer::Paid);
        block_on(bench.query().execute(bench.tenant, asked.attempt, 0)).unwrap();
        let why = ReviewReason::GivenBack;
        assert_eq!(bench.state(asked.attempt), AttemptState::InReview { why });
        assert_eq!(bench.record(asked.attempt).payment.paid(), shillings(0));
    }
}

#[test]
fn a_query_books_the_money_of_a_prompt_beside_others_that_went_back() {
    let bench = Bench::new();
    let asked = bench.prompt_out("asked", PushAnswer::Accepted(provider_ids(1)));
    let account = bench.record(asked.attempt).payment.account_reference();
    let others = paid(provider_ids(2), shillings(1_500), receipt(5));
    gone(&bench, bench.reader.body(&others, 0), 5);
    for (whole, account) in [(1_400, account.as_str()), (1_500, "somebody")] {
        let body = PlainConfirmations::body(&receipt(6), shillings(whole), account, 0);
        gone(&bench, body, 6);
    }
    bench.clock.set(second(60));
    bench.money.answer_query(QueryAnswer::Paid);
    block_on(bench.query().execute(bench.tenant, asked.attempt, 0)).unwrap();
    assert_eq!(bench.state(asked.attempt).name(), StateName::Paid);
}
