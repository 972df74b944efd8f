//! A receipt says what was given by which tender, and its amounts add up, whatever happened.

use proptest::prelude::*;
use ratiba_kernel::test_support::SeededIds;
use ratiba_kernel::{Fingerprint, Id};
use uuid::Uuid;

use super::*;
use crate::actor::Actor;
use crate::attempt::{AttemptState, AttemptTerms};
use crate::evidence::{Evidence, PushAnswer};
use crate::payment::{Payment, Purpose};
use crate::refund::{RefundCause, RefundSource, RefundTerms, RefundWay};
use crate::settlement::settle;
use crate::test_support::builders::{
    a_payment, an_attempt, key, paid as paid_callback, provider_ids, receipt, second, shillings,
};

fn about(charged: i64, owed: i64) -> About {
    About {
        business: "Karibu Spa".to_owned(),
        reference: "BK7Q2M".to_owned(),
        issued_at: second(100),
        lines: vec![Line {
            kind: LineKind::Service,
            what: "Massage".to_owned(),
            at: second(1_000),
            list: shillings(charged + 500),
            discount: shillings(500),
        }],
        tips: vec![TipGiven {
            amount: shillings(200),
            through: None,
        }],
        elsewhere: shillings(0),
        let_off: shillings(0),
        owed: shillings(owed),
    }
}

/// The payment after attempt `number` brought `amount` by M-Pesa, with or without a known number.
fn prompted(payment: Payment, number: u32, amount: Money) -> (Payment, Attempt) {
    let terms = AttemptTerms {
        amount,
        ..an_attempt(number).terms().clone()
    };
    let attempt = Attempt::create(terms).send(second(1)).unwrap();
    let ids = provider_ids(number);
    let attempt = attempt
        .hear_push_answer(&PushAnswer::Accepted(ids.clone()), second(2))
        .attempt;
    let report = paid_callback(ids, amount, receipt(number));
    let moved = attempt.hear_callback(&report, second(i64::from(number))).unwrap();
    let change = settle(payment, moved, second(i64::from(number)), &SeededIds::lane(1)).unwrap();
    (change.payment, change.attempt.unwrap())
}

fn handed_over(payment: Payment, number: u32, amount: Money) -> (Payment, Attempt) {
    let terms = AttemptTerms {
        provider: Provider::Cash,
        amount,
        payer: None,
        by: Actor::parse("token:1").ok(),
        ..an_attempt(number).terms().clone()
    };
    let moved = Attempt::received(terms, None, Evidence::Counter, second(0));
    let change = settle(payment, moved, second(0), &SeededIds::lane(1)).unwrap();
    (change.payment, change.attempt.unwrap())
}

fn spent(payment: &Payment, amount: Money) -> Spend {
    Spend {
        id: Id::from_uuid(Uuid::from_u128(77)),
        customer: payment.customer(),
        visit: payment.visit(),
        payment: payment.id(),
        amount,
        key: key("spend"),
        fingerprint: Fingerprint::of("spend"),
        by: Actor::parse("token:1").unwrap(),
        at: second(5),
    }
}

#[test]
fn several_tenders_stand_apart_with_their_numbers_and_the_tip_in_no_sum() {
    let (payment, by_phone) = prompted(a_payment(), 1, shillings(1_000));
    let (payment, in_cash) = handed_over(payment, 2, shillings(500));
    let records = [PaymentRecord {
        payment,
        attempts: vec![by_phone, in_cash],
    }];
    let drawn = VisitReceipt::draw_up(about(3_500, 2_000), &records, &[], &[]).unwrap();
    let tenders: Vec<_> = drawn
        .given
        .iter()
        .map(|given| (given.tender, given.amount, given.number.clone()))
        .collect();
    assert_eq!(
        tenders,
        [
            (Tender::Cash, shillings(500), None),
            (Tender::Mpesa, shillings(1_000), Some(receipt(1))),
        ]
    );
    assert_eq!(drawn.charged(), Ok(shillings(3_500)));
    assert_eq!(drawn.received(), Ok(shillings(1_500)));
    assert_eq!(drawn.kept(), Ok(shillings(1_500)));
    assert_eq!(drawn.settled, [a_payment().id()]);
}

#[test]
fn what_a_query_alone_knows_of_is_no_receipt_yet() {
    let (payment, attempt) = prompted(a_payment(), 1, shillings(1_500));
    let mut progress = attempt.progress().clone();
    if let AttemptState::Paid { receipt, .. } = &mut progress.state {
        *receipt = None;
    }
    let attempt = Attempt::restore(attempt.terms().clone(), progress).unwrap();
    let records = [PaymentRecord {
        payment,
        attempts: vec![attempt],
    }];
    let drawn = VisitReceipt::draw_up(about(3_500, 2_000), &records, &[], &[]).unwrap();
    assert_eq!(drawn.given.len(), 1, "the money is shown");
    assert_eq!(
        drawn.settled,
        [],
        "and nothing is sent before its number is known"
    );
}

#[test]
fn what_was_paid_twice_is_credit_and_not_kept() {
    let (payment, first) = prompted(a_payment(), 1, shillings(1_500));
    let (payment, second) = prompted(payment, 2, shillings(1_500));
    let records = [PaymentRecord {
        payment,
        attempts: vec![first, second],
    }];
    let drawn = VisitReceipt::draw_up(about(3_500, 2_000), &records, &[], &[]).unwrap();
    assert_eq!(drawn.received(), Ok(shillings(3_000)));
    assert_eq!(drawn.to_credit, shillings(1_500));
    assert_eq!(drawn.kept(), Ok(shillings(1_500)));
}

#[test]
fn credit_that_was_paid_out_by_its_transaction_did_not_go_back_for_the_visit() {
    let (payment, attempt) = prompted(a_payment(), 1, shillings(1_500));
    let refund = |source| {
        Refund::request(RefundTerms {
            id: Id::from_uuid(Uuid::from_u128(78)),
            payment: payment.id(),
            visit: payment.visit(),
            customer: payment.customer(),
            original: None,
            way: RefundWay::Outside,
            source,
            cause: RefundCause::Manager,
            reason: "they move away".to_owned(),
            reference: None,
            key: key("back"),
            fingerprint: Fingerprint::of("back"),
            amount: shillings(1_500),
            requested_by: Actor::parse("token:1").unwrap(),
            created_at: second(9),
        })
    };
    let of_payment = [refund(RefundSource::Payment)];
    let of_credit = [refund(RefundSource::Credit)];
    let records = [PaymentRecord {
        payment: payment.clone(),
        attempts: vec![attempt],
    }];
    let kept = |refunds: &[Refund]| {
        let drawn = VisitReceipt::draw_up(about(3_500, 2_000), &records, &[], refunds);
        drawn.unwrap().kept()
    };
    assert_eq!(kept(&of_payment), Ok(shillings(0)));
    assert_eq!(kept(&of_credit), Ok(shillings(1_500)));
}

/// What a payment brought, given back as credit.
fn as_credit(payment: &Payment, amount: Money, at: OffsetDateTime) -> Refund {
    let refund = Refund::request(RefundTerms {
        id: Id::from_uuid(Uuid::from_u128(79)),
        payment: payment.id(),
        visit: payment.visit(),
        customer: payment.customer(),
        original: None,
        way: RefundWay::Credit,
        source: RefundSource::Payment,
        cause: RefundCause::Manager,
        reason: "another therapist".to_owned(),
        reference: None,
        key: key("as-credit"),
        fingerprint: Fingerprint::of("as-credit"),
        amount,
        requested_by: Actor::parse("token:1").unwrap(),
        created_at: at,
    });
    refund.hand_over(at).refund
}

#[test]
fn credit_that_came_of_a_visit_and_went_into_it_again_is_counted_once() {
    let (payment, attempt) = prompted(a_payment(), 1, shillings(1_500));
    let refund = as_credit(&payment, shillings(1_500), second(9));
    let balance = Payment::owe(
        Id::from_uuid(Uuid::from_u128(80)),
        payment.visit(),
        payment.customer(),
        Purpose::Balance,
        shillings(2_000),
        second(10),
    );
    let (balance, _) = balance.receive(shillings(900), second(11)).unwrap();
    let spends = [Spend {
        at: second(11),
        ..spent(&balance, shillings(900))
    }];
    let gone = payment.id();
    let records = [(payment, vec![attempt]), (balance, Vec::new())]
        .map(|(payment, attempts)| PaymentRecord { payment, attempts });
    let drawn = VisitReceipt::draw_up(about(3_500, 0), &records, &spends, &[refund]).unwrap();
    let given: Vec<_> = drawn
        .given
        .iter()
        .map(|given| (given.tender, given.amount))
        .collect();
    assert_eq!(
        given,
        [(Tender::Mpesa, shillings(1_500))],
        "that is all that came"
    );
    let back: Vec<_> = drawn
        .returned
        .iter()
        .map(|back| (back.tender, back.amount))
        .collect();
    assert_eq!(back, [(Tender::Credit, shillings(600))]);
    assert_eq!(
        (drawn.kept(), drawn.to_credit),
        (Ok(shillings(900)), shillings(0))
    );
    assert!(
        !drawn.settled.contains(&gone),
        "what went back entirely is not paid"
    );
}

#[test]
fn credit_that_was_spent_before_any_came_of_the_visit_stands_as_given() {
    let payment = a_payment();
    let spends = [spent(&payment, shillings(900))];
    let (payment, _) = payment.receive(shillings(900), second(5)).unwrap();
    let (payment, in_cash) = handed_over(payment, 2, shillings(600));
    let refund = as_credit(&payment, shillings(1_000), second(40));
    let records = [PaymentRecord {
        payment,
        attempts: vec![in_cash],
    }];
    let drawn = VisitReceipt::draw_up(about(1_500, 0), &records, &spends, &[refund]).unwrap();
    let mut given: Vec<_> = drawn
        .given
        .iter()
        .map(|given| (given.tender, given.amount))
        .collect();
    given.sort();
    assert_eq!(
        given,
        [(Tender::Cash, shillings(600)), (Tender::Credit, shillings(900))]
    );
    assert_eq!(drawn.given_back(), Ok(shillings(1_000)));
    assert_eq!(drawn.kept(), Ok(shillings(500)));
}

#[test]
fn credit_of_what_was_paid_twice_that_was_spent_on_the_visit_is_counted_once() {
    let (payment, once) = prompted(a_payment(), 1, shillings(1_500));
    let (payment, twice) = handed_over(payment, 2, shillings(1_500));
    let balance = Payment::owe(
        Id::from_uuid(Uuid::from_u128(80)),
        payment.visit(),
        payment.customer(),
        Purpose::Balance,
        shillings(2_000),
        second(50),
    );
    let (balance, _) = balance.receive(shillings(1_100), second(60)).unwrap();
    let draw = |at| {
        let spends = [Spend {
            at: second(at),
            ..spent(&balance, shillings(1_100))
        }];
        let attempts = vec![once.clone(), twice.clone()];
        let records = [(payment.clone(), attempts), (balance.clone(), Vec::new())]
            .map(|(payment, attempts)| PaymentRecord { payment, attempts });
        VisitReceipt::draw_up(about(3_500, 900), &records, &spends, &[]).unwrap()
    };
    let after = draw(1_000);
    assert_eq!(
        (after.received(), after.to_credit, after.kept()),
        (Ok(shillings(3_000)), shillings(400), Ok(shillings(2_600)))
    );
    // It was other credit, if it went to the visit before that.
    let before = draw(0);
    assert_eq!(
        (before.received(), before.to_credit, before.kept()),
        (Ok(shillings(4_100)), shillings(1_500), Ok(shillings(2_600)))
    );
}

proptest! {
    /// Given = kept + to credit + given back, in any mixture of tenders, and none of them is below nothing.
    #[test]
    fn the_amounts_add_up(
        elsewhere in 0_i64..2_000,
        credit in 0_i64..1_500,
        amounts in proptest::collection::vec((1_i64..2_000, any::<bool>()), 0..6),
    ) {
        let mut payment = a_payment();
        let mut spends = Vec::new();
        if credit > 0 {
            payment = payment.receive(shillings(credit), second(5)).unwrap().0;
            spends.push(spent(&payment, shillings(credit)));
        }
        let mut attempts = Vec::new();
        for (number, (amount, cash)) in (1_u32..).zip(amounts) {
            let (next, attempt) = if cash {
                handed_over(payment, number, shillings(amount))
            } else {
                prompted(payment, number, shillings(amount))
            };
            payment = next;
            attempts.push(attempt);
        }
        let about = About { elsewhere: shillings(elsewhere), ..about(3_500, 0) };
        let owed = payment.paid();
        let records = [PaymentRecord { payment, attempts }];
        let drawn = VisitReceipt::draw_up(about, &records, &spends, &[]).unwrap();
        let parts = [drawn.kept().unwrap(), drawn.to_credit, drawn.given_back().unwrap()];
        prop_assert_eq!(Money::sum(Currency::Kes, parts), drawn.received());
        prop_assert!(parts.iter().all(|part| part.amount_minor() >= 0));
        prop_assert_eq!(drawn.kept(), owed.checked_add(shillings(elsewhere)));
    }
}
