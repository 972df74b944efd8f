//! Whatever amount comes, the payment gets its part first, and no shilling is lost or made.

use proptest::prelude::*;
use ratiba_kernel::{Id, Money};
use uuid::Uuid;

use super::*;
use crate::actor::Actor;
use crate::attempt::{AttemptTerms, Resolution, Resolved};
use crate::evidence::Evidence;
use crate::payment::{PaymentState, Purpose};
use crate::remark::Remark;
use crate::settlement::settle;
use crate::test_support::builders::{a_payment, an_attempt, paid, provider_ids, receipt, second, shillings};
use crate::tip::TipShare;
use ratiba_kernel::test_support::SeededIds;

fn tip(minors: &[i64]) -> Tip {
    let share = |(place, minor): (u128, &i64)| TipShare {
        staff: Id::from_uuid(Uuid::from_u128(place)),
        amount: Money::kes_minor(*minor),
    };
    Tip {
        payment: Id::from_uuid(Uuid::from_u128(70)),
        appointment: Id::from_uuid(Uuid::from_u128(71)),
        shares: (80..).zip(minors).map(share).collect(),
    }
}

/// An attempt for all of [`a_payment`] and a tip, that was sent.
fn sent(minors: &[i64]) -> Attempt {
    let tip = tip(minors);
    let terms = AttemptTerms {
        amount: a_payment().due().checked_add(tip.amount().unwrap()).unwrap(),
        ..an_attempt(1).terms().clone()
    };
    Attempt::create(terms).with_tip(tip).send(second(0)).unwrap()
}

#[test]
fn a_late_success_of_what_is_paid_already_is_credit_and_the_tip_a_tip() {
    let already =
        crate::attempt::Attempt::received(an_attempt(2).terms().clone(), None, Evidence::Counter, second(1));
    let payment = settle(a_payment(), already, second(1), &SeededIds::lane(1))
        .unwrap()
        .payment;
    let report = paid(provider_ids(1), shillings(1_700), receipt(1));
    let moved = sent(&[15_000, 5_000]).hear_callback(&report, second(5)).unwrap();
    let change = settle(payment, moved, second(5), &SeededIds::lane(2)).unwrap();
    let came = change.tip.unwrap();
    assert_eq!(came.payment.paid(), shillings(200));
    assert_eq!(came.payment.state(), PaymentState::Settled);
    let credit = change.journals[0]
        .entries()
        .iter()
        .find(|entry| entry.place == crate::ledger::Place::credit(change.payment.customer()));
    assert_eq!(credit.unwrap().amount, shillings(-1_500));
}

#[test]
fn a_tip_for_what_is_closed_or_given_back_goes_back_with_the_rest() {
    let closed = a_payment().close(second(1)).unwrap();
    let already =
        crate::attempt::Attempt::received(an_attempt(2).terms().clone(), None, Evidence::Counter, second(1));
    let paid_before = settle(a_payment(), already, second(1), &SeededIds::lane(1)).unwrap();
    let credited = paid_before.payment.credit(shillings(1_500), second(2)).unwrap();
    for (payment, on_visit) in [(closed, 1_500), (credited.unwrap().0, 0)] {
        let report = paid(provider_ids(1), shillings(1_700), receipt(1));
        let moved = sent(&[15_000, 5_000]).hear_callback(&report, second(5)).unwrap();
        let change = settle(payment, moved, second(5), &SeededIds::lane(2)).unwrap();
        assert_eq!(change.tip, None);
        assert_eq!(change.attempt.unwrap().tip(), None, "all of it can be taken back");
        let entries = change.journals[0].entries();
        let credit = crate::ledger::Place::credit(change.payment.customer());
        let credit = entries.iter().find(|entry| entry.place == credit).unwrap();
        assert_eq!(credit.amount, shillings(on_visit - 1_700));
    }
}

#[test]
fn an_amount_that_differs_goes_to_a_person_like_any_other() {
    let report = paid(provider_ids(1), shillings(1_500), receipt(1));
    let moved = sent(&[20_000]).hear_callback(&report, second(5)).unwrap();
    let change = settle(a_payment(), moved, second(5), &SeededIds::lane(1)).unwrap();
    assert!(change.journals.is_empty() && change.tip.is_none());
}

proptest! {
    #[test]
    fn what_a_person_finds_is_divided_without_loss(
        minors in prop::collection::vec(1_i64..50_000, 1..5),
        received in 1_i64..400_000,
    ) {
        let report = paid(provider_ids(1), Money::kes_minor(received), receipt(1));
        let asked = sent(&minors);
        let whole = asked.terms().amount;
        prop_assume!(Money::kes_minor(received) != whole);
        let reviewed = asked.hear_callback(&report, second(5)).unwrap().attempt;
        let found = Resolution::Paid {
            receipt: receipt(1),
            amount: Some(Money::kes_minor(received)),
        };
        let resolved = Resolved {
            by: Actor::parse("token:desk").unwrap(),
            why: Remark::parse("seen in the portal").unwrap(),
            at: second(9),
        };
        let moved = reviewed.resolve(found, resolved).unwrap();
        let change = settle(a_payment(), moved, second(9), &SeededIds::lane(1)).unwrap();
        let tip = change.tip.as_ref().map_or(0, |came| came.payment.paid().amount_minor());
        let asked_tip: i64 = minors.iter().sum();
        prop_assert_eq!(tip, (received - a_payment().due().amount_minor()).clamp(0, asked_tip));
        let clearing: i64 = change.journals[0].entries().iter().map(|entry| entry.amount.amount_minor()).filter(|minor| *minor > 0).sum();
        prop_assert_eq!(clearing, received);
    }
}

#[test]
fn a_handset_is_told_that_a_tip_is_along_within_what_the_provider_shows() {
    let with_tip = sent(&[20_000]).description(Purpose::Balance);
    assert_eq!(with_tip, "Balance + tip");
    assert_eq!(an_attempt(1).description(Purpose::Balance), "Balance");
    for purpose in Purpose::ALL {
        for shown in [
            an_attempt(1).description(purpose),
            sent(&[20_000]).description(purpose),
        ] {
            assert!((1..=13).contains(&shown.len()), "{shown}");
        }
    }
}
