use super::*;
use crate::catalogue::Minutes;

#[test]
fn the_rules_that_everybody_begins_with_can_be_worked_by() {
    assert_eq!(rule_faults(&Rules::default()), []);
}

#[test]
fn absurd_rules_are_refused_all_at_once() {
    let mut rules = Rules {
        grid_step: Minutes::NONE,
        waitlist_offer: Minutes::NONE,
        price_floor: u32::MAX,
        ..Rules::default()
    };
    rules.horizon_days.web = 731;
    rules.hold.mobile_money = Minutes::NONE;
    rules.hold.card = Minutes::new(u32::MAX);
    rules.cancellation.late_fee = BasisPoints::new(10_001);
    rules.discount_limits.manager = BasisPoints::new(u32::MAX);
    let told: Vec<String> = rule_faults(&rules).into_iter().map(|fault| fault.path).collect();
    assert_eq!(
        told,
        [
            "grid_step",
            "horizon_days.web",
            "hold.mobile_money",
            "hold.card",
            "waitlist_offer",
            "price_floor",
            "cancellation.late_fee",
            "discount_limits.manager"
        ]
    );
}

#[test]
fn a_grid_of_a_whole_day_is_the_coarsest() {
    let with_step = |minutes| Rules {
        grid_step: Minutes::new(minutes),
        ..Rules::default()
    };
    assert_eq!(rule_faults(&with_step(1_440)), []);
    assert_eq!(rule_faults(&with_step(1_441)).len(), 1);
}

#[test]
fn the_ladder_of_no_shows_rises() {
    let rung = |no_shows, deposit| NoShowDeposit {
        no_shows,
        deposit: BasisPoints::new(deposit),
    };
    let with = |rungs: Vec<NoShowDeposit>| {
        let rules = Rules {
            deposit_after_no_shows: rungs,
            ..Rules::default()
        };
        let faults = rule_faults(&rules);
        faults
            .into_iter()
            .map(|fault| fault.to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(with(vec![rung(1, 5_000), rung(3, 10_000)]), Vec::<String>::new());
    assert_eq!(
        with(vec![rung(2, 5_000), rung(2, 6_000), rung(3, 100), rung(0, 0)]),
        [
            "deposit_after_no_shows[1]: must rise from one to the next",
            "deposit_after_no_shows[2]: must rise from one to the next",
            "deposit_after_no_shows[3].no_shows: must be from 1 to 1000",
            "deposit_after_no_shows[3].deposit: must be from 1 to 10000",
            "deposit_after_no_shows[3]: must rise from one to the next",
        ]
    );
}
