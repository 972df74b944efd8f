use super::*;
use crate::split::Shares;
use crate::test_support::{kes, money, staff};

fn three() -> Renderers {
    Renderers::new(vec![staff(1), staff(2), staff(3)], Shares::Equal).unwrap()
}

#[test]
fn c27_a_tip_refund_is_taken_in_proportion_to_what_each_received() {
    let tip = Tip {
        amount: kes(60),
        entered: vec![(staff(1), kes(30)), (staff(2), kes(20)), (staff(3), kes(10))],
        refunded: kes(15),
    };
    assert_eq!(tip.divide(&three()), Ok(vec![2_250, 1_500, 750]));
}

#[test]
fn a_tip_without_entered_parts_follows_the_shares_of_the_visit() {
    assert_eq!(Tip::of(kes(100)).divide(&three()), Ok(vec![3_334, 3_333, 3_333]));
}

#[test]
fn a_tip_given_back_in_full_leaves_nothing() {
    let tip = Tip {
        refunded: money(101),
        ..Tip::of(money(101))
    };
    assert_eq!(tip.divide(&three()), Ok(vec![0, 0, 0]));
}

#[test]
fn parts_that_do_not_fit_are_refused() {
    let tip = |entered: Vec<(StaffId, Money)>| Tip {
        entered,
        ..Tip::of(kes(60))
    };
    let short = tip(vec![(staff(1), kes(30))]);
    assert_eq!(short.divide(&three()), Err(TipRefused::PartsDiffer));
    let stranger = tip(vec![(staff(9), kes(60))]);
    assert_eq!(stranger.divide(&three()), Err(TipRefused::NotARenderer));
    let twice = tip(vec![(staff(1), kes(30)), (staff(1), kes(30))]);
    assert_eq!(twice.divide(&three()), Err(TipRefused::NotARenderer));
    let negative = tip(vec![(staff(1), kes(90)), (staff(2), kes(-30))]);
    assert_eq!(negative.divide(&three()), Err(TipRefused::OutOfRange));
    let more_than_given = Tip {
        refunded: kes(61),
        ..Tip::of(kes(60))
    };
    assert_eq!(more_than_given.divide(&three()), Err(TipRefused::OutOfRange));
}
