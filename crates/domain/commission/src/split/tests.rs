use proptest::prelude::*;

use super::*;
use crate::test_support::staff;

fn people(count: u64) -> Vec<StaffId> {
    (1..=count).map(staff).collect()
}

fn points(parts: &[u32]) -> Shares {
    Shares::Points(parts.iter().map(|part| BasisPoints::new(*part)).collect())
}

#[test]
fn c38_an_equal_split_gives_the_odd_cent_to_the_earlier_person() {
    let three = Renderers::new(people(3), Shares::Equal).unwrap();
    assert_eq!(three.divide(100_000), [33_334, 33_333, 33_333]);
}

#[test]
fn c42_shares_that_are_not_the_whole_are_refused() {
    let refused = Renderers::new(people(2), points(&[6_000, 3_000]));
    assert_eq!(refused, Err(SharesRefused::NotTheWhole));
    assert_eq!(SharesRefused::NotTheWhole.to_string(), "shares must total 100 %");
    assert_eq!(
        Renderers::new(people(2), points(&[6_000, 4_001])),
        Err(SharesRefused::NotTheWhole)
    );
}

#[test]
fn people_and_shares_must_fit() {
    assert_eq!(
        Renderers::new(Vec::new(), Shares::Equal),
        Err(SharesRefused::Nobody)
    );
    let twice = vec![staff(1), staff(2), staff(1)];
    assert_eq!(
        Renderers::new(twice, Shares::Equal),
        Err(SharesRefused::NamedTwice)
    );
    assert_eq!(
        Renderers::new(people(3), points(&[5_000, 5_000])),
        Err(SharesRefused::NotOneEach)
    );
}

#[test]
fn full_to_each_multiplies_the_work_but_never_the_tip() {
    let two = Renderers::new(people(2), Shares::FullToEach).unwrap();
    assert_eq!(two.divide(101), [101, 101]);
    assert_eq!(two.divide_once(101), [51, 50]);
}

proptest! {
    #[test]
    fn dividing_conserves_and_is_off_by_less_than_a_cent(
        amount in -1_000_000_000i64..1_000_000_000,
        weights in prop::collection::vec(0i64..20_000, 1..8),
    ) {
        let parts = spread_by_weight(amount, &weights);
        prop_assert_eq!(parts.iter().sum::<i64>(), amount);
        let total = weights.iter().map(|weight| i128::from(*weight)).sum::<i128>();
        prop_assume!(total > 0);
        for (part, weight) in parts.iter().zip(&weights) {
            let off = i128::from(*part) * total - i128::from(amount) * i128::from(*weight);
            prop_assert!(off.abs() < total, "{} of {} by {}", part, amount, weight);
        }
    }

    #[test]
    fn equal_parts_differ_by_a_cent_and_the_earlier_is_never_smaller(amount in 0i64..1_000_000, count in 1u64..9) {
        let parts = Renderers::new(people(count), Shares::Equal).unwrap().divide(amount);
        prop_assert!(parts.windows(2).all(|pair| pair[0] >= pair[1]));
        prop_assert!(parts[0] - parts[parts.len() - 1] <= 1);
    }
}

#[test]
fn a_team_shares_as_was_said_in_whatever_order_and_only_as_fits_it() {
    let team = Renderers::new(people(3), Shares::Equal).unwrap();
    let said = |parts: &[(u64, u32)]| {
        let parts: Vec<_> = parts
            .iter()
            .map(|(who, share)| (staff(*who), BasisPoints::new(*share)))
            .collect();
        team.sharing(&Sharing::Points(parts))
            .map(|team| team.shares().clone())
    };
    assert_eq!(
        said(&[(3, 2_000), (1, 5_000), (2, 3_000)]),
        Ok(points(&[5_000, 3_000, 2_000]))
    );
    let refused = [
        (vec![(1, 5_000), (2, 5_000)], SharesMisfit::Missing(staff(3))),
        (vec![(1, 5_000), (4, 5_000)], SharesMisfit::NotOfTheTeam(staff(4))),
        (
            vec![(1, 4_000), (2, 3_000), (1, 3_000)],
            SharesMisfit::Twice(staff(1)),
        ),
        (vec![(1, 10_000), (2, 0), (3, 0)], SharesMisfit::Nothing(staff(2))),
        (
            vec![(1, u32::MAX), (2, 1), (3, 1)],
            SharesMisfit::SumDiffers {
                basis_points: 4_294_967_297,
            },
        ),
    ];
    for (parts, misfit) in refused {
        assert_eq!(said(&parts), Err(misfit), "{parts:?}");
    }
    let parted = Renderers::new(people(3), points(&[5_000, 3_000, 2_000])).unwrap();
    assert_eq!(parted.sharing(&Sharing::Alike), Ok(team));
    let each = Renderers::new(people(3), Shares::FullToEach);
    assert_eq!(parted.sharing(&Sharing::FullToEach).ok(), each.ok());
    let alone = Renderers::alone(staff(1));
    let whole = Sharing::Points(vec![(staff(1), BasisPoints::WHOLE)]);
    for said in [whole, Sharing::FullToEach, Sharing::Alike] {
        assert_eq!(alone.sharing(&said).as_ref(), Ok(&alone));
    }
}
