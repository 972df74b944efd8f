use proptest::prelude::*;
use ratiba_kernel::Id;
use ratiba_kernel::test_support::SeededIds;
use uuid::Uuid;

use super::*;
use crate::ledger::Account;
use crate::test_support::builders::{second, shillings};

fn holding(on_deposit: i64, earned: i64, going_back: i64) -> Holding {
    Holding {
        payment: Id::from_uuid(Uuid::from_u128(1)),
        customer: Id::from_uuid(Uuid::from_u128(2)),
        purpose: Purpose::Deposit,
        on_deposit: shillings(on_deposit),
        earned: shillings(earned),
        going_back: shillings(going_back),
        steps: 3,
    }
}

/// The holding after it was looked at.
fn looked_at(mut holding: Holding, rendering: Rendering) -> Holding {
    let mut journals = earn_all(&[holding], rendering, second(0), &SeededIds::lane(1)).unwrap();
    let Some(journal) = journals.pop() else {
        return holding;
    };
    for entry in journal.entries() {
        let moved = Money::zero(entry.amount.currency())
            .checked_sub(entry.amount)
            .unwrap();
        let account = entry.place.account;
        let touched = if account == Account::CustomerDeposits {
            &mut holding.on_deposit
        } else {
            assert_eq!(account, Account::ServiceRevenue, "nothing else has to do with it");
            &mut holding.earned
        };
        *touched = touched.checked_add(moved).unwrap();
    }
    holding.steps += 1;
    holding
}

#[test]
fn what_is_kept_is_earned_when_nothing_is_to_come() {
    let finished = looked_at(holding(1_500, 0, 0), Rendering::Finished);
    assert_eq!(
        (finished.on_deposit, finished.earned),
        (shillings(0), shillings(1_500))
    );
    assert_eq!(looked_at(finished, Rendering::Finished), finished, "once");
}

#[test]
fn what_is_on_its_way_back_is_not_earned() {
    let finished = looked_at(holding(1_500, 0, 1_000), Rendering::Finished);
    assert_eq!(
        (finished.on_deposit, finished.earned),
        (shillings(1_000), shillings(500))
    );
    let earned_before = holding(0, 1_500, 1_500);
    assert_eq!(
        looked_at(earned_before, Rendering::Finished),
        earned_before,
        "what was earned is given back out of refunds"
    );
}

#[test]
fn what_was_credited_after_it_was_earned_was_not_earned() {
    let finished = looked_at(holding(-400, 1_500, 0), Rendering::Finished);
    assert_eq!(
        (finished.on_deposit, finished.earned),
        (shillings(0), shillings(1_100))
    );
}

#[test]
fn of_a_visit_that_is_lost_no_more_is_earned_than_its_fees() {
    let lost = Rendering::Lost { fees: shillings(500) };
    let nothing = Rendering::Lost { fees: shillings(0) };
    let paid = holding(1_500, 0, 0);
    assert_eq!(
        looked_at(paid, nothing),
        paid,
        "it came as the visit was cancelled, and goes back"
    );
    let kept = looked_at(paid, lost);
    assert_eq!((kept.on_deposit, kept.earned), (shillings(1_000), shillings(500)));
    assert_eq!(looked_at(kept, lost), kept, "once");
    let credited = looked_at(holding(-500, 1_500, 0), lost);
    assert_eq!(
        (credited.on_deposit, credited.earned),
        (shillings(0), shillings(1_000))
    );

    let two = [holding(300, 0, 0), holding(1_000, 0, 0)];
    let journals = earn_all(&two, lost, second(0), &SeededIds::lane(1)).unwrap();
    let earned = journals.iter().map(|journal| journal.entries()[0].amount);
    assert_eq!(earned.collect::<Vec<_>>(), [shillings(300), shillings(200)]);
}

proptest! {
    #[test]
    fn nothing_is_made_or_lost_and_looking_twice_is_looking_once(
        on_deposit in -5_000_i64..5_000, earned in 0_i64..5_000, going_back in 0_i64..5_000,
        looks in prop::collection::vec(0_i64..3_000, 1..6),
    ) {
        let mut now = holding(on_deposit, earned, going_back);
        let sum = now.on_deposit.checked_add(now.earned).unwrap();
        for look in looks {
            let rendering = match look {
                0..1_000 => Rendering::Finished,
                1_000..2_000 => Rendering::ToCome,
                fees => Rendering::Lost { fees: shillings(fees - 2_000) },
            };
            let before = now.earned;
            now = looked_at(now, rendering);
            prop_assert_eq!(now.on_deposit.checked_add(now.earned).unwrap(), sum);
            prop_assert_eq!(looked_at(now, rendering), now);
            match rendering {
                Rendering::Finished => prop_assert!(going_back > 0 || now.on_deposit.is_zero()),
                Rendering::ToCome => prop_assert!(now.earned.is_zero()),
                Rendering::Lost { fees } => prop_assert!(now.earned <= before.max(fees)),
            }
        }
    }
}
