use proptest::prelude::*;
use ratiba_kernel::Id;
use ratiba_kernel::test_support::SeededIds;
use uuid::Uuid;

use super::*;
use crate::test_support::builders::{second, shillings};

fn staff(number: u128) -> StaffId {
    Id::from_uuid(Uuid::from_u128(number))
}

fn renders(number: u128, weight: u32) -> Renderer {
    Renderer {
        staff: staff(number),
        weight,
    }
}

fn tip(amount: Money, team: u128) -> Tip {
    let team: Vec<Renderer> = (1..=team).map(|number| renders(number, 1)).collect();
    Tip {
        payment: Id::from_uuid(Uuid::from_u128(7)),
        appointment: Id::from_uuid(Uuid::from_u128(8)),
        shares: divided(amount, &team).unwrap(),
    }
}

#[test]
fn what_cannot_be_divided_goes_to_the_first() {
    let shares = tip(Money::kes_minor(1_000), 3).shares;
    let minors: Vec<i64> = shares.iter().map(|share| share.amount.amount_minor()).collect();
    assert_eq!(minors, [334, 333, 333]);
    assert_eq!(tip(Money::kes_minor(1), 3).shares.len(), 1);
    assert!(divided(shillings(1), &[]).is_err());
}

#[test]
fn shares_are_the_teams_add_up_and_name_nobody_twice() {
    let team = [renders(1, 1), renders(2, 1)];
    let share = |number: u128, whole: i64| TipShare {
        staff: staff(number),
        amount: shillings(whole),
    };
    let said = |shares: &[TipShare]| shared(shillings(300), &team, Some(shares));
    assert_eq!(
        said(&[share(2, 300)]),
        Ok(vec![share(2, 300)]),
        "all to one of them"
    );
    assert_eq!(said(&[]), Err(SharesRefused::Count));
    assert_eq!(
        said(&[share(1, 100), share(3, 200)]),
        Err(SharesRefused::NotOfTheTeam(staff(3)))
    );
    assert_eq!(
        said(&[share(1, 100), share(1, 200)]),
        Err(SharesRefused::Twice(staff(1)))
    );
    assert_eq!(
        said(&[share(1, 300), share(2, 0)]),
        Err(SharesRefused::NotPositive(staff(2)))
    );
    let sum = shillings(301);
    assert_eq!(
        said(&[share(1, 300), share(2, 1)]),
        Err(SharesRefused::SumDiffers { sum })
    );
    let dollars = [TipShare {
        staff: staff(1),
        amount: Money::new(30_000, ratiba_kernel::Currency::Usd),
    }];
    assert_eq!(
        said(&dollars),
        Err(SharesRefused::Amount(MoneyError::CurrencyMismatch))
    );
    assert_eq!(
        shared(shillings(300), &team, None),
        Ok(vec![share(1, 150), share(2, 150)])
    );
}

#[test]
fn what_nobody_divides_follows_the_shares_of_the_team() {
    let team = [renders(2, 7_000), renders(1, 3_000)];
    let shares = shared(Money::kes_minor(1_005), &team, None).unwrap();
    let of: Vec<_> = shares
        .iter()
        .map(|share| (share.staff, share.amount.amount_minor()))
        .collect();
    assert_eq!(
        of,
        [(staff(2), 704), (staff(1), 301)],
        "equal remainders go to the earlier"
    );
}

proptest! {
    #[test]
    fn equal_shares_add_up_differ_by_a_cent_at_most_and_favour_the_earlier(minor in 1_i64..10_000_000, team in 1_u128..20) {
        let team: Vec<Renderer> = (1..=team).map(|number| renders(number, 3)).collect();
        let amount = Money::kes_minor(minor);
        let shares = divided(amount, &team).unwrap();
        prop_assert_eq!(Money::sum(amount.currency(), shares.iter().map(|share| share.amount)), Ok(amount));
        let named = |share: &TipShare| team.iter().position(|one| one.staff == share.staff);
        let mut all = vec![0; team.len()];
        for share in &shares {
            all[named(share).unwrap()] = share.amount.amount_minor();
        }
        prop_assert!(all.is_sorted_by(|one, next| one >= next), "{:?}", all);
        prop_assert!(all[0] - all[all.len() - 1] <= 1, "{:?}", all);
        prop_assert_eq!(divided(amount, &team).unwrap(), shares, "the same whenever it is asked");
    }

    #[test]
    fn all_of_it_is_shared_out_and_all_of_it_can_be_taken_back(
        minor in 1_i64..1_000_000, team in 1_u128..6, back in 0_i64..1_000_000,
    ) {
        let tip = tip(Money::kes_minor(minor), team);
        let ids = SeededIds::lane(1);
        let mut theirs = 0;
        for (step, unshared) in [(0, minor), (1, -back.min(minor))] {
            let holding = TipHolding { tip: tip.clone(), unshared: Money::kes_minor(unshared), steps: step };
            let Some(journal) = holding.share_out(second(0), &ids).unwrap() else { continue };
            for entry in journal.entries() {
                match entry.place.staff {
                    Some(_) => theirs -= entry.amount.amount_minor(),
                    None => prop_assert_eq!(entry.amount.amount_minor(), unshared),
                }
            }
        }
        prop_assert_eq!(theirs, minor - back.min(minor));
    }
}
